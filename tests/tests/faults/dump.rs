//! Lists: interruptions, overruns, ends, messages that make no sense.

use super::*;

#[test]
fn an_interrupted_dump_is_tried_again() {
    fn interrupted(seen: &Seen<'_>) -> Vec<Answer> {
        let first = link(seen, PART | MsgFlags::DUMP_INTR, 1);
        data([first, seen.done(0)].concat())
    }
    fn whole(seen: &Seen<'_>) -> Vec<Answer> {
        data([link(seen, PART, 1), link(seen, PART, 2), seen.done(0)].concat())
    }
    on_all!(
        script(&[interrupted, interrupted, whole]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert_eq!(indexes(dump.unwrap().into_vec().unwrap()), [1, 2]);
        }
    );
    on_all!(
        script(&[interrupted]),
        |nl| nl.with_dump_attempts(3).links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            let dump = dump.unwrap();
            assert!(matches!(dump.state, DumpState::Interrupted { attempts: 3 }));
            assert_eq!(dump.items.len(), 1);
            assert!(dump.into_vec().unwrap_err().is_interrupted());
        }
    );
    on_all!(
        script(&[interrupted]),
        |nl| nl.links().scan(&LinkFilter::new(), |_| {}),
        |scan: Result<netlink::list::Scanned>| {
            assert!(matches!(
                scan.unwrap().state,
                DumpState::Interrupted { attempts: 1 }
            ));
        }
    );
}

#[test]
fn retries_end_with_the_deadline() {
    fn interrupted(seen: &Seen<'_>) -> Vec<Answer> {
        data([link(seen, PART | MsgFlags::DUMP_INTR, 1), seen.done(0)].concat())
    }
    let start = Instant::now();
    let time = Duration::from_millis(30);
    on_all!(
        script(&[interrupted]),
        |nl| nl
            .with_timeout(time)
            .with_dump_attempts(u32::MAX)
            .links()
            .list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert!(matches!(dump.unwrap().state, DumpState::Interrupted { .. }));
        }
    );
    assert!(start.elapsed() < Duration::from_secs(2));
}

/// What an interrupted attempt brought is not lost because there was no time for the next one.
#[test]
fn a_retry_without_an_answer() {
    fn interrupted(seen: &Seen<'_>) -> Vec<Answer> {
        data([link(seen, PART | MsgFlags::DUMP_INTR, 1), seen.done(0)].concat())
    }
    fn silent(_: &Seen<'_>) -> Vec<Answer> {
        Vec::new()
    }
    on_all!(
        script(&[interrupted, silent]),
        |nl| nl
            .with_timeout(Duration::from_millis(200))
            .links()
            .list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            let dump = dump.unwrap();
            assert!(matches!(dump.state, DumpState::Interrupted { attempts: 1 }));
            assert_eq!(dump.items.len(), 1);
        }
    );
}

#[test]
fn an_overrun_while_dumping() {
    fn overrun(seen: &Seen<'_>) -> Vec<Answer> {
        vec![
            Answer::Datagram(link(seen, PART, 1)),
            Answer::Errno(libc::ENOBUFS),
        ]
    }
    fn whole(seen: &Seen<'_>) -> Vec<Answer> {
        data([link(seen, PART, 1), link(seen, PART, 2), seen.done(0)].concat())
    }
    on_all!(
        script(&[overrun, overrun, whole]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert_eq!(indexes(dump.unwrap().into_vec().unwrap()), [1, 2]);
        }
    );
    // What was handed out cannot be taken back, so the scan ends and says so.
    on_all!(
        script(&[overrun, whole]),
        |nl| nl.links().scan(&LinkFilter::new(), |_| {}),
        |scan: Result<netlink::list::Scanned>| {
            let scan = scan.unwrap();
            assert_eq!(scan.count, 1);
            assert!(matches!(&scan.state, DumpState::Failed(error) if error.is_lost()));
            assert!(scan.into_count().unwrap_err().is_lost());
        }
    );
}

#[test]
fn the_end_of_a_dump_in_every_form() {
    fn packed(seen: &Seen<'_>) -> Vec<Answer> {
        data([link(seen, PART, 1), seen.done(0)].concat())
    }
    fn alone(seen: &Seen<'_>) -> Vec<Answer> {
        vec![
            Answer::Datagram(link(seen, PART, 1)),
            Answer::Datagram(seen.done(0)),
        ]
    }
    fn bare(seen: &Seen<'_>) -> Vec<Answer> {
        let done = seen.message(ControlType::DONE.0, PART, seen.sequence(), &[]);
        data([link(seen, PART, 1), done].concat())
    }
    for end in [&[packed as Step], &[alone as Step], &[bare as Step]] {
        on_all!(
            script(end),
            |nl| nl.links().list(&LinkFilter::new()),
            |dump: Result<netlink::list::Dump<Link>>| {
                assert_eq!(indexes(dump.unwrap().into_vec().unwrap()), [1]);
            }
        );
    }
    fn failed(seen: &Seen<'_>) -> Vec<Answer> {
        data([link(seen, PART, 1), seen.done(libc::EMSGSIZE)].concat())
    }
    on_all!(
        script(&[failed]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            let dump = dump.unwrap();
            assert_eq!(dump.items.len(), 1);
            let error = dump.into_vec().unwrap_err();
            assert_eq!(error.errno().unwrap().0, libc::EMSGSIZE);
        }
    );
}

#[test]
fn a_message_that_makes_no_sense_in_mid_dump() {
    fn odd(seen: &Seen<'_>) -> Vec<Answer> {
        // An attribute that claims more bytes than there are.
        let body = [&[0u8; 16][..], &[200, 0, 3, 0, 1, 2, 3, 4]].concat();
        let bad = seen.message(NEW_LINK, PART, seen.sequence(), &body);
        data([link(seen, PART, 1), bad, link(seen, PART, 3), seen.done(0)].concat())
    }
    on_all!(
        script(&[odd]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            let dump = dump.unwrap();
            assert_eq!(dump.items.len(), 2);
            let [bad] = dump.undecodable.as_slice() else {
                panic!("{dump:?}")
            };
            assert_eq!((bad.kind, bad.raw.len()), (NEW_LINK, 24));
            assert_eq!(bad.error.offset(), 16);
            assert!(dump.into_vec().unwrap_err().is_malformed());
        }
    );
    fn alone(seen: &Seen<'_>) -> Vec<Answer> {
        let body = [&[0u8; 16][..], &[200, 0, 3, 0]].concat();
        data(seen.message(NEW_LINK, MsgFlags::empty(), seen.sequence(), &body))
    }
    on_all!(
        script(&[alone]),
        |nl| nl.links().get("l1"),
        |link: Result<Link>| {
            let error = link.unwrap_err();
            assert!(
                error.is_malformed() && error.to_string().contains("offset 16"),
                "{error}"
            );
        }
    );
}

#[test]
fn a_datagram_that_makes_no_sense() {
    fn broken(seen: &Seen<'_>) -> Vec<Answer> {
        let mut bytes = link(seen, PART, 1);
        // A message that claims to be shorter than its header.
        bytes.extend([3, 0, 0, 0].iter().chain(&[0; 12]));
        data(bytes)
    }
    on_all!(
        script(&[broken]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert!(
                matches!(dump.unwrap().state, DumpState::Failed(error) if error.is_malformed())
            );
        }
    );
}

#[test]
fn a_datagram_without_the_padding_of_its_last_message() {
    fn unaligned(seen: &Seen<'_>) -> Vec<Answer> {
        let mut bytes = [
            link(seen, PART, 1),
            seen.message(ControlType::DONE.0, PART, seen.sequence(), &[0; 5]),
        ]
        .concat();
        bytes.truncate(bytes.len() - 3);
        data(bytes)
    }
    on_all!(
        script(&[unaligned]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert_eq!(dump.unwrap().into_vec().unwrap().len(), 1);
        }
    );
}

#[test]
fn a_kernel_without_strict_checking() {
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen_by = asked.clone();
    let old = move || {
        let asked = seen_by.clone();
        Script::new(move |seen| {
            asked.lock().unwrap().push(seen.datagram.len());
            let filtered = netlink::Route::default()
                .table8(netlink::generated::route::route::RouteTable::MAIN)
                .oif(2);
            let other = netlink::Route::default()
                .table8(netlink::generated::route::route::RouteTable::MAIN)
                .oif(3);
            let new = RouteMessage::NEW_ROUTE.id;
            Ok(data(
                [
                    seen.object(new, PART, &filtered),
                    seen.object(new, PART, &other),
                    seen.done(0),
                ]
                .concat(),
            ))
        })
        .without_strict_checking()
    };
    let filter = netlink::route::RouteFilter::main().oif(2);
    on_all!(old(), |nl| nl.routes().list(&filter), |dump: Result<
        netlink::list::Dump<netlink::Route>,
    >| {
        assert_eq!(
            dump.unwrap().into_vec().unwrap().len(),
            1,
            "filtered on our side"
        );
    });
    // Header and family only: such a kernel would take the rest for something else.
    assert!(
        asked.lock().unwrap().iter().all(|len| *len == 28),
        "{asked:?}"
    );
}

#[test]
fn objects_one_by_one() {
    fn parts(seen: &Seen<'_>) -> Vec<Answer> {
        let parts = (1..=5).map(|index| Answer::Datagram(link(seen, PART, index)));
        let end = Answer::Datagram(seen.message(
            ControlType::DONE.0,
            PART | MsgFlags::DUMP_INTR,
            seen.sequence(),
            &[0; 4],
        ));
        parts.chain([Answer::Later, end]).collect()
    }
    let nl = netlink::Netlink::over(script(&[parts]));
    let mut links = nl.links().iter(&LinkFilter::new());
    let indexes: Vec<u32> = (&mut links).map(|link| link.index).collect();
    assert_eq!(indexes, [1, 2, 3, 4, 5]);
    let end = links.end().unwrap();
    assert_eq!(end.count, 5);
    assert!(
        end.into_count().unwrap_err().is_interrupted(),
        "it is not tried again, but it says so"
    );
    let nl = netlink::tokio::Netlink::over(script(&[parts]));
    runtime().block_on(async {
        let mut links = nl.links().iter(&LinkFilter::new());
        let mut count = 0;
        while let Some(link) = links.next().await {
            count += 1;
            assert_eq!(link.index, count);
        }
        assert_eq!(links.end().await.unwrap().count, 5);
    });
    fn refused(seen: &Seen<'_>) -> Vec<Answer> {
        data(seen.error(libc::EPERM))
    }
    let nl = netlink::Netlink::over(script(&[refused]));
    let mut links = nl.links().iter(&LinkFilter::new());
    assert!(links.next().is_none());
    assert!(links.end().unwrap_err().is_permission());
}

/// Forwarding databases are asked for with another header there; addresses by family only.
#[test]
fn the_older_forms_of_requests() {
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen_by = asked.clone();
    let script = Script::new(move |seen| {
        seen_by.lock().unwrap().push(seen.datagram[16..].to_vec());
        Ok(data(seen.done(0)))
    })
    .without_strict_checking();
    let nl = netlink::Netlink::over(script);
    // The first request shows what the kernel is like.
    nl.links().list(&LinkFilter::new()).unwrap();
    nl.neighs()
        .list(&netlink::neigh::NeighbourFilter::fdb().link(7).master(9))
        .unwrap();
    nl.addrs()
        .list(&netlink::addr::AddressFilter::new().link(7))
        .unwrap();
    let asked = asked.lock().unwrap();
    // `struct ifinfomsg` with the port, then `IFLA_MASTER`.
    let mut fdb = vec![0; 16];
    fdb[0] = 7;
    fdb[4] = 7;
    fdb.extend([8, 0, 10, 0, 9, 0, 0, 0]);
    if cfg!(target_endian = "little") {
        assert_eq!(asked[1], fdb);
    }
    // `struct ifaddrmsg` without the interface.
    assert_eq!(asked[2], [0; 8]);
}
