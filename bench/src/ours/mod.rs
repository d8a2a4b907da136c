//! The workloads by this library.

mod asynchronous;
mod blocking;

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};
use netlink::generated::core::AddressFamily;
use netlink::generated::route::link::LinkView;
use netlink::generated::route::neigh::Neighbour;
use netlink::generated::route::route::RouteProtocol;
use netlink::neigh::NeighbourFilter;
use netlink::route::RouteFilter;
use netlink::wire::DecodeError;
use netlink::{Link, Route};

use crate::meter::{Args, Meter, instead};
use crate::{Outcome, codec};

/// The workloads that need a runtime.
pub struct Asynchronous(fn(&Args, &Meter) -> Outcome);

/// All of them, for a program that has one.
pub fn asynchronous() -> Asynchronous {
    Asynchronous(asynchronous::run)
}

pub(crate) fn run(args: &Args, meter: &Meter, asynchronous: Option<Asynchronous>) -> Outcome {
    match (args.workload(), args.is_on("tokio"), asynchronous) {
        ("codec", ..) => codec::run(args, meter),
        (_, false, _) => blocking::run(args, meter),
        (_, true, Some(Asynchronous(run))) => run(args, meter),
        (_, true, None) => instead("netlink-bench-tokio"),
    }
}

/// The first address; further ones count up.
pub(crate) const FIRST: u32 = 0x0a00_0000;

/// The route of a number, as a program would make it.
pub(crate) fn route(number: u64, ifindex: u32) -> Route {
    let address = Ipv4Addr::from(FIRST + number as u32);
    Route::to(IpNet::V4(Ipv4Net::from(address)))
        .protocol(RouteProtocol::STATIC)
        .dev(ifindex)
}

fn routes() -> RouteFilter {
    RouteFilter::new().family(AddressFamily::INET)
}

fn neighbours() -> NeighbourFilter {
    NeighbourFilter::new().family(AddressFamily::INET)
}

/// What is added up of each object.
trait Sum {
    fn sum(&self) -> u64;
}

impl Sum for Route {
    fn sum(&self) -> u64 {
        self.oif.unwrap_or(0).into()
    }
}

fn link_sum(link: &LinkView<'_>) -> Result<u64, DecodeError> {
    let name = link.name()?.map_or(0, |name| name.len() as u64);
    Ok(name + u64::from(link.mtu()?.unwrap_or(0)))
}

impl Sum for Link {
    fn sum(&self) -> u64 {
        let name = self.name.as_ref().map_or(0, |name| name.len() as u64);
        name + u64::from(self.mtu.unwrap_or(0))
    }
}

impl Sum for Neighbour {
    fn sum(&self) -> u64 {
        self.index.into()
    }
}
