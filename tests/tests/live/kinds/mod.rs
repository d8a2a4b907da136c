//! Every link kind that a stock kernel makes without hardware: created with settings, read back, changed, deleted.

mod bond;
mod bridge;
mod elsewhere;
mod gre;
mod ip_tunnel;
mod lower;
mod pair;
mod plain;
mod udp;

use netlink::generated::route::link::Link;
use netlink::wire::Value;
use netlink::{LinkChange, Netlink};

use crate::harness::{make, refused, stable};

/// The settings of a link's kind, to be read or changed.
macro_rules! data {
    ($link:expr, $kind:ident) => {
        match $link.link_info.as_mut().and_then(|info| info.kind.as_mut()) {
            Some(netlink::generated::route::link::LinkKind::$kind(Some(data))) => &mut **data,
            other => panic!("{other:?}"),
        }
    };
}
use data;

/// The settings of a kind, as its union wants them.
#[expect(clippy::unnecessary_wraps, reason = "a kind may have no settings")]
fn some<T>(settings: T) -> Option<Box<T>> {
    Some(Box::new(settings))
}

/// A link that a test makes.
struct Trial {
    link: Link,
    told: fn(&mut Link),
    noise: fn(&mut Link),
}

impl Trial {
    fn of(link: Link) -> Self {
        Self {
            link,
            told: |_| {},
            noise: |_| {},
        }
    }

    /// `change` makes of a request what the kernel tells of it: some attributes it never tells, to some it adds.
    fn told(mut self, change: fn(&mut Link)) -> Self {
        self.told = change;
        self
    }

    /// `take` takes away what changes by itself.
    fn noise(mut self, take: fn(&mut Link)) -> Self {
        self.noise = take;
        self
    }

    /// Creates the link, finds all that was asked for, and deletes it; in between the length of its queue changes, since that
    /// every link can.
    fn run(self, nl: &Netlink) {
        self.run_and(nl, |link| link.txqlen = Some(77));
    }

    /// Creates the link, finds all that was asked for, makes a change, finds just that changed, deletes it.
    fn run_and(self, nl: &Netlink, change: impl FnOnce(&mut Link)) {
        let made = make(nl, &self.link);
        let before = nl.links().get(made.index).unwrap();
        assert_nothing_unknown(&before);
        let mut asked = self.link.clone();
        (self.told)(&mut asked);
        let mut found = before.clone();
        (self.noise)(&mut asked);
        (self.noise)(&mut found);
        let lost = asked.changes_from(&found).unwrap();
        assert!(
            lost.is_none(),
            "asked for {}\nread back {}",
            brief(&lost),
            brief(&before)
        );
        let mut wanted = before.clone();
        change(&mut wanted);
        assert_ne!(wanted, before);
        let request = LinkChange::between(&before, &wanted).unwrap();
        nl.links()
            .set(&before, &request)
            .unwrap_or_else(|error| panic!("{error}: {}", brief(&request)));
        let after = nl.links().get(made.index).unwrap();
        let (after, wanted) = (self.calm(after), self.calm(wanted));
        let (lost, added) = (
            wanted.changes_from(&after).unwrap(),
            after.changes_from(&wanted).unwrap(),
        );
        assert!(
            after == wanted,
            "wanted {}\nread   {}\n{wanted:?}\n{after:?}",
            brief(&lost),
            brief(&added)
        );
        nl.links().delete(made.index).unwrap();
        assert!(refused(nl.links().get(made.index)).is_not_found());
    }

    /// A link without what changes by itself.
    fn calm(&self, link: Link) -> Link {
        let mut link = stable(link);
        (self.noise)(&mut link);
        link
    }
}

/// What is there, without what is not.
fn brief(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let parts = text.split(", ").filter(|part| !part.ends_with(": None"));
    parts.collect::<Vec<_>>().join(", ")
}

/// No attribute, at any depth, was kept as bytes.
fn assert_nothing_unknown(link: &Link) {
    let text = format!("{link:?}");
    let kept = text
        .split("unknown: {")
        .skip(1)
        .find(|rest| !rest.starts_with('}'));
    assert_eq!(kept, None, "{link:#?}");
    assert!(text.contains("unknown: {"), "{text}");
}
