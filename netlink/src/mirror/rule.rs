//! Rules: [`Rules`].

use super::{Mirrored, Table};
use crate::event::{Event, Groups, Notice};
use crate::generated::core::AddressFamily;
use crate::generated::route::rule::{Rule, RuleFlags};
use crate::rule::{RuleFilter, RuleListing};
use crate::wire::{Direction, Encoder, Value};

/// All rules of IPv4 and IPv6.
///
/// Covered is everything but whether the interface that a rule names exists. Nothing tells one rule
/// from another but what it says, and two may say the same; so rules are listed again whenever one
/// changes, and equal ones show once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules(());

/// What tells one rule from another: its place in the order, and all it says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleKey {
    family: AddressFamily,
    priority: u32,
    says: Vec<u8>,
}

impl Rules {
    /// All rules.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The families, each a part of the table.
const FAMILIES: [AddressFamily; 2] = [AddressFamily::INET, AddressFamily::INET6];

impl Mirrored for Rules {
    type Item = Rule;
    type Key = RuleKey;
    type Listing = RuleListing;

    fn groups(&self) -> Groups {
        Groups::new().rules()
    }

    fn parts(&self) -> Vec<RuleListing> {
        let of = |family| RuleListing::new(RuleFilter::new().family(family));
        FAMILIES.map(of).into()
    }

    fn part(&self, key: &RuleKey) -> usize {
        usize::from(key.family == AddressFamily::INET6)
    }

    fn settle(&self, mut item: Rule) -> Option<(RuleKey, Rule)> {
        item.flags.set(RuleFlags::IIF_DETACHED, false);
        item.flags.set(RuleFlags::OIF_DETACHED, false);
        let mut says = Vec::new();
        // What came from the kernel can be written back.
        item.encode(&mut Encoder::lossless(&mut says, Direction::FromKernel))
            .ok()?;
        let key = RuleKey {
            family: item.family,
            priority: item.priority.unwrap_or_default(),
            says,
        };
        Some((key, item))
    }

    fn apply(&mut self, notice: Notice, table: &mut Table<Self>) {
        if let Event::Rule(_, rule) = notice.event {
            if let Some(part) = FAMILIES.iter().position(|family| *family == rule.family) {
                table.recheck(part);
            }
        }
    }
}
