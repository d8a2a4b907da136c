//! Prints the names of all links, by this library.

fn main() -> netlink::Result<()> {
    let nl = netlink::Netlink::new();
    for link in nl.links().list(&Default::default())?.into_vec()? {
        println!("{}", link.name.unwrap_or_default());
    }
    Ok(())
}
