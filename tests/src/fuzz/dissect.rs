//! The dissector: any file, as hexadecimal digits, strace output, pcap, JSON lines; and recordings to be replayed.

use crate::corpus::debug;
use crate::dissect::{messages, to_json, tree};
use netlink::transport::Replayer;

pub(super) fn run(data: &[u8]) {
    for protocol in ["route", "sock_diag", "netfilter", "generic"] {
        let Ok(list) = messages(data, protocol) else {
            continue;
        };
        for message in &list {
            let _ = (tree(message), to_json(message));
            if let Err(error) = debug(message) {
                assert!(!error.is_empty());
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Replayer::from_line(text).map(|replayer| replayer.left());
    }
}
