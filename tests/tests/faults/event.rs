//! Subscriptions.

use super::*;

#[test]
fn notifications_that_were_lost_cut_or_broken() {
    let script = Script::new(|_| Ok(Vec::new()));
    let nl = netlink::Netlink::over(script.clone());
    let mut events = nl.subscribe(&Groups::new().links()).unwrap();
    let seen = Seen {
        protocol: 0,
        port: 0,
        datagram: &[],
    };
    let one = link(&seen, MsgFlags::empty(), 1);
    let two = link(&seen, MsgFlags::empty(), 2);
    script.notify(Answer::Datagram([one.clone(), two].concat()));
    script.notify(Answer::Errno(libc::ENOBUFS));
    script.notify(Answer::Cut(one.clone(), 1_000_000));
    script.notify(Answer::From(4711, one.clone()));
    script.notify(Answer::Elsewhere(3, one));
    script.notify(Answer::Datagram(seen.message(
        NEW_LINK,
        MsgFlags::empty(),
        0,
        &[0; 18],
    )));
    script.notify(Answer::Datagram(seen.message(
        NEW_LINK,
        MsgFlags::empty(),
        0,
        &[&[0; 16][..], &[200, 0, 3, 0]].concat(),
    )));
    script.notify(Answer::Datagram(seen.message(
        999,
        MsgFlags::empty(),
        0,
        &[1, 2, 3, 4],
    )));
    let mut heard = Vec::new();
    while let Some(notice) = events.next_within(Duration::from_millis(5)).unwrap() {
        heard.push(match notice.event {
            Event::Link(change, link) => format!("{change:?} {} {:?}", link.index, notice.nsid),
            Event::Overrun => "overrun".to_owned(),
            Event::Undecodable(bad) => format!("undecodable {}", bad.raw.len()),
            Event::Other { kind, raw } => format!("other {kind} {}", raw.len()),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(
        heard,
        [
            "New 1 None",
            "New 2 None",
            "overrun",
            "overrun",
            "New 1 Some(3)",
            "New 0 None",
            "undecodable 20",
            "other 999 4"
        ]
    );
}
