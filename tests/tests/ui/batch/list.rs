//! A list has many answers, of which a batch knows nothing before all is sent.

fn main() {
    let batch = netlink::Netlink::new().batch();
    let _ = batch.links().list(&Default::default());
}
