//! Prints the names of all links, by netlink-bindings.

use netlink_bindings::rt_link;
use netlink_socket2::NetlinkSocket;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut socket = NetlinkSocket::new();
    let request = rt_link::Request::new().op_getlink_dump(&Default::default());
    let mut answers = socket.request(&request)?;
    while let Some((_, attributes)) = answers.recv().transpose()? {
        println!("{}", attributes.get_ifname()?.to_string_lossy());
    }
    Ok(())
}
