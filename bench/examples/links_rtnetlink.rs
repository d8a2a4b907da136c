//! Prints the names of all links, by rtnetlink.

use futures_util::TryStreamExt;
use rtnetlink::packet_route::link::LinkAttribute;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let (connection, handle, _) = rtnetlink::new_connection()?;
        tokio::spawn(connection);
        let mut links = handle.link().get().execute();
        while let Some(link) = links.try_next().await? {
            for attribute in link.attributes {
                if let LinkAttribute::IfName(name) = attribute {
                    println!("{name}");
                }
            }
        }
        Ok(())
    })
}
