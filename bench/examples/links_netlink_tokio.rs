//! Prints the names of all links, by this library's asynchronous handle.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let nl = netlink::tokio::Netlink::new();
        for link in nl.links().list(&Default::default()).await?.into_vec()? {
            println!("{}", link.name.unwrap_or_default());
        }
        Ok(())
    })
}
