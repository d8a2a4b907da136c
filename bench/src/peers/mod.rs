//! The workloads by other libraries, each in the way its documentation shows.

pub(crate) mod neli;
pub(crate) mod netlink_bindings;
pub(crate) mod rtnetlink;
