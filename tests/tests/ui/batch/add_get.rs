//! A verb of several steps depends on answers.

fn main() {
    let batch = netlink::Netlink::new().batch();
    let _ = batch.links().add_get(&netlink::Link::bridge("br0"));
}
