//! Rules that choose a routing table: the verbs of [`Rules`], and what stands beside the generated
//! [`Rule`](crate::Rule).

mod ext;
mod filter;
mod handle;

pub use filter::{RuleFilter, RuleListing};
pub use handle::Rules;
