//! A conversation with the real kernel, written down and played back without it.

use netlink::link::LinkFilter;
use netlink::transport::{Recorder, Replayer};
use netlink::{Address, Link, Netlink};

use crate::harness::live;

/// What both times happens: requests of several kinds, one of them refused, and a batch.
fn program(nl: &Netlink) -> Vec<String> {
    nl.links().add(&Link::bridge("br0")).unwrap();
    let br0 = nl.links().get("br0").unwrap();
    let refused = nl.links().add(&Link::bridge("br0")).unwrap_err();
    nl.addrs()
        .add(&Address::new("192.0.2.1/24".parse().unwrap(), br0.index))
        .unwrap();
    let made = nl.links().add_get(&Link::bridge("br1")).unwrap();
    let batch = nl.batch();
    let up = batch.links().up("br0");
    let missing = batch.links().get("none");
    let mut done = batch.commit().unwrap();
    done.take(up).unwrap();
    let missing = done.take(missing).unwrap_err();
    let links = nl
        .links()
        .list(&LinkFilter::new())
        .unwrap()
        .into_vec()
        .unwrap();
    vec![
        format!("{br0:?}"),
        format!("{made:?}"),
        refused.to_string(),
        missing.to_string(),
        format!("{links:?}"),
    ]
}

live! {
    fn played_back_it_says_the_same(nl) {
        let _ = nl;
        let recorder = Recorder::new("a bridge with an address");
        let first = program(&Netlink::over(recorder.clone()));
        let path = std::env::temp_dir().join(format!("netlink-recording-{}.jsonl", std::process::id()));
        recorder.save(&path).unwrap();
        let replayer = Replayer::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_ne!(replayer.left(), 0);
        let replayed = program(&Netlink::over(replayer.clone()));
        assert_eq!(first, replayed);
        assert_eq!(replayer.left(), 0);
        // A request that was not recorded is no surprise that hides.
        let other = Netlink::over(replayer).links().mtu("br0", 1200).unwrap_err();
        assert!(other.to_string().contains("not in the recording"), "{other}");
    }
}
