//! Routes: the verbs of [`Routes`], and what stands beside the generated [`Route`](crate::Route).

mod ext;
mod filter;
mod handle;

pub use filter::{RouteFilter, RouteListing};
pub use handle::Routes;

pub(crate) use ext::header_table;
