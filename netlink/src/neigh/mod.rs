//! Neighbours, proxy entries and forwarding databases: the verbs of [`Neighs`], and what stands
//! beside the generated [`Neighbour`](crate::Neighbour).

mod ext;
mod filter;
mod handle;

pub use filter::{NeighbourFilter, NeighbourListing};
pub use handle::Neighs;
