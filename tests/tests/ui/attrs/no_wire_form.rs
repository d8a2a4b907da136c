//! A type without a form.

use netlink::Attrs;
use netlink::wire::Unknown;

#[derive(Clone, Debug, Default, PartialEq, Attrs)]
pub struct Widget {
    #[nl(attr = 1)]
    pub name: Option<String>,
    pub unknown: Unknown,
}

fn main() {}
