//! The network a workload wants, in a namespace of its own.

use std::fs;
use std::net::Ipv4Addr;

use netlink::generated::route::addr::Address;
use netlink::generated::route::neigh::Neighbour;
use netlink::{Link, Netlink, sandbox};

use crate::ours::{FIRST, route};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The interface that routes and neighbours use.
pub(crate) const IFINDEX: u32 = 10;

/// Requests in one batch.
const BATCH: u64 = 4096;

/// How much there is of what a workload is about.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sizes {
    pub(crate) routes: u64,
    pub(crate) links: u64,
    pub(crate) neighbours: u64,
}

pub(crate) struct Network(Netlink);

impl Network {
    /// Makes a namespace, moves into it, and makes two interfaces that are up.
    pub(crate) fn make(workload: &str) -> Result<Self> {
        sandbox::enter()?;
        if !workload.starts_with("link") {
            // Addresses of IPv6 come up by and by, and would change things under way. Links have settings and
            // counters of IPv6, which are most of what is said of them.
            fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1")?;
        }
        let network = Self(Netlink::new());
        network.0.links().up("lo")?;
        network.add_pair()?;
        Ok(network)
    }

    fn add_pair(&self) -> Result<()> {
        let Self(nl) = self;
        let peer = Link::default().name("v1").index(IFINDEX + 1);
        nl.links()
            .add(&Link::veth_with("v0", peer).index(IFINDEX))?;
        nl.links().up("v0")?;
        nl.links().up("v1")?;
        // Without an address the kernel looks for one on all other interfaces, for each route.
        nl.addrs()
            .add(&Address::new("192.0.2.1/32".parse()?, IFINDEX))?;
        Ok(())
    }

    /// Takes the routes away that a run added.
    pub(crate) fn reset(&self) -> Result<()> {
        self.0.links().delete("v0")?;
        self.add_pair()
    }

    pub(crate) fn fill(&self, workload: &str, sizes: Sizes) -> Result<()> {
        match workload {
            "route-dump" => self.batches(sizes.routes, |batch, number| {
                let _ = batch.routes().add(&route(number, IFINDEX));
            }),
            "neigh-dump" => self.batches(sizes.neighbours, |batch, number| {
                let address = Ipv4Addr::from(FIRST + number as u32);
                let [.., high, low] = number.to_be_bytes();
                let lladdr = [2, 0, 0, 0, high, low];
                let entry = Neighbour::permanent(IFINDEX, address.into(), lladdr);
                let _ = batch.neighs().add(&entry);
            }),
            "link-dump" | "link-get" => self.batches(sizes.links / 2, |batch, number| {
                let (near, far) = (format!("va{number}"), format!("vb{number}"));
                let _ = batch.links().add(&Link::veth(near, far));
            }),
            _ => Ok(()),
        }
    }

    fn batches(
        &self,
        count: u64,
        add: impl Fn(&netlink::batch::Batch<Netlink>, u64),
    ) -> Result<()> {
        for start in (0..count).step_by(BATCH as usize) {
            let batch = self.0.batch();
            (start..count.min(start + BATCH)).for_each(|number| add(&batch, number));
            batch.commit()?.all()?;
        }
        Ok(())
    }
}
