//! A small network, built, shown and taken down again: in a user and network namespace of its own, so that this needs
//! no root and touches nothing of the host.
//!
//! `cargo run --example quickstart`

use netlink::generated::core::AddressFamily;
use netlink::generated::route::addr::Address;
use netlink::generated::route::neigh::Neighbour;
use netlink::generated::route::route::Route;
use netlink::generated::route::vxlan::{VxlanDf, VxlanLink};
use netlink::list::Dump;
use netlink::{Link, Netlink, sandbox};
use std::net::IpAddr;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(error) = sandbox::enter() {
        eprintln!("cannot make a network to play with: {error}");
        return if sandbox::is_forbidden(&error) {
            ExitCode::from(77)
        } else {
            ExitCode::FAILURE
        };
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let nl = Netlink::new();

    // A bridge with two ports, each the near end of a veth pair.
    nl.links().add(&Link::bridge("br0").mtu(1400u32))?;
    let bridge = nl.links().get("br0")?.index;
    for (near, far) in [("port0", "host0"), ("port1", "host1")] {
        nl.links().add(&Link::veth(near, far))?;
        nl.links().master(near, bridge)?;
        nl.links().up(near)?;
        nl.links().up(far)?;
    }
    nl.links().up("br0")?;

    // Addresses, a route, a neighbour.
    let gateway: IpAddr = "192.0.2.254".parse()?;
    nl.addrs()
        .add(&Address::new("192.0.2.1/24".parse()?, bridge))?;
    nl.addrs()
        .add(&Address::new("2001:db8::1/64".parse()?, bridge))?;
    nl.neighs()
        .add(&Neighbour::permanent(bridge, gateway, [2, 0, 0, 0, 0, 1]))?;
    nl.routes().add(
        &Route::to("198.51.100.0/24".parse()?)
            .through(gateway)
            .dev(bridge),
    )?;

    show_links(nl.links().list(&Default::default())?)?;
    println!("\n{:<6} {:<28} scope", "link", "address");
    for address in nl.addrs().list(&Default::default())?.into_vec()? {
        let prefix = address
            .prefix()
            .map_or_else(String::new, |prefix| prefix.to_string());
        println!("{:<6} {prefix:<28} {:?}", address.index, address.scope);
    }
    println!(
        "\n{:<22} {:<16} {:>4} protocol",
        "destination", "via", "link"
    );
    for route in nl.routes().list(&Default::default())?.into_vec()? {
        let to = route
            .destination()
            .map_or_else(String::new, |net| net.to_string());
        let via = route
            .next_hop_ip()
            .map_or_else(String::new, |ip| ip.to_string());
        println!(
            "{to:<22} {via:<16} {:>4} {:?}",
            route.oif.unwrap_or_default(),
            route.protocol
        );
    }
    println!(
        "\n{:<6} {:<16} {:<18} state",
        "link", "neighbour", "address"
    );
    for entry in nl.neighs().list(&Default::default())?.into_vec()? {
        if entry.family != AddressFamily::INET {
            continue;
        }
        let ip = entry.dst.map_or_else(String::new, |ip| ip.to_string());
        let mac = entry
            .lladdr
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        println!("{:<6} {ip:<16} {mac:<18} {:?}", entry.index, entry.state);
    }

    // An error says what was refused, and why.
    let odd = VxlanLink::default().id(42u32).df(VxlanDf(200));
    match nl.links().add(&Link::vxlan_with("vx0", odd)) {
        Ok(()) => return Err("the kernel took a DF policy that does not exist".into()),
        Err(error) => println!("\na request that is refused:\n{error}"),
    }

    // The near ends take the far ones with them.
    for link in ["port0", "port1", "br0"] {
        nl.links().delete(link)?;
    }
    let left = nl.links().list(&Default::default())?.into_vec()?.len();
    println!("\ncleaned up: {left} interface left");
    Ok(())
}

fn show_links(links: Dump<Link>) -> netlink::Result<()> {
    println!(
        "{:<6} {:<8} {:<8} {:<6} {:<18} state",
        "index", "name", "kind", "mtu", "address"
    );
    for link in links.into_vec()? {
        let name = link
            .name
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let kind = link
            .kind_name()
            .map_or_else(String::new, |kind| kind.to_string());
        let address = link
            .address
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let state = link.oper_state.unwrap_or_default();
        println!(
            "{:<6} {name:<8} {kind:<8} {:<6} {address:<18} {state:?}",
            link.index,
            link.mtu.unwrap_or_default()
        );
    }
    Ok(())
}
