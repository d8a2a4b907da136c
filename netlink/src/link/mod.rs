//! Interfaces: the verbs of [`Links`], and what stands beside the generated [`Link`](crate::Link).

mod change;
mod ext;
mod filter;
mod handle;
mod made;
mod reference;

pub use change::LinkChange;
pub use filter::{LinkFilter, LinkListing};
pub use handle::Links;
pub use made::AddGetLink;
pub use reference::{AboutLink, LinkRef};
