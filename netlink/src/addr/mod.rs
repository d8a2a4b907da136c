//! Addresses of interfaces: the verbs of [`Addrs`], and what stands beside the generated [`Address`](crate::Address).

mod ext;
mod filter;
mod handle;
mod made;

pub use filter::{AddressFilter, AddressListing};
pub use handle::Addrs;
pub use made::AddGetAddress;

pub(crate) use ext::family_of;
