//! Single requests: answers too large, of others, with explanations, late, or none.

use super::*;

#[test]
fn an_answer_larger_than_the_buffer() {
    fn cut(seen: &Seen<'_>) -> Vec<Answer> {
        vec![Answer::Cut(link(seen, MsgFlags::empty(), 1), 3_000_000)]
    }
    fn whole(seen: &Seen<'_>) -> Vec<Answer> {
        // Really as large as the kernel said: the buffer must have grown.
        let mut huge = Link::default().index(7);
        assert!(huge.unknown.push(8, &[1; 60_000]));
        let one = seen.object(NEW_LINK, MsgFlags::empty(), &huge);
        let filler = seen.message(
            ControlType::NOOP.0,
            MsgFlags::empty(),
            0,
            &vec![0; 2_500_000],
        );
        data([filler, one].concat())
    }
    on_all!(
        script(&[cut, whole]),
        |nl| nl.links().get("l1"),
        |link: Result<Link>| {
            assert_eq!(link.unwrap().index, 7);
        }
    );
    // What changes something is not sent twice.
    on_all!(
        script(&[cut]),
        |nl| nl.links().add(&Link::bridge("br0")),
        |added: Result<()>| {
            let error = added.unwrap_err();
            assert!(error.is_lost() && error.may_have_happened(), "{error}");
        }
    );
    // It does not go on for ever.
    on_all!(script(&[cut]), |nl| nl.links().get("l1"), |link: Result<
        Link,
    >| {
        assert!(link.unwrap_err().is_lost());
    });
}

#[test]
fn explanations_of_errors_ends_and_successes() {
    fn on_error(seen: &Seen<'_>) -> Vec<Answer> {
        data(explained(
            seen,
            ControlType::ERROR,
            libc::ERANGE,
            "too large",
        ))
    }
    on_all!(
        script(&[on_error]),
        |nl| nl.links().add(&Link::bridge("br0")),
        |added: Result<()>| {
            let error = added.unwrap_err();
            assert_eq!(error.kernel_message(), Some("too large"));
            assert_eq!(error.attribute(), Some("IFLA_IFNAME"));
            assert_eq!(error.operation(), Some("RTM_NEWLINK"));
        }
    );
    fn on_done(seen: &Seen<'_>) -> Vec<Answer> {
        data(explained(
            seen,
            ControlType::DONE,
            libc::EINVAL,
            "no such filter",
        ))
    }
    on_all!(
        script(&[on_done]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert_eq!(dump.unwrap_err().kernel_message(), Some("no such filter"));
        }
    );
    fn on_success(seen: &Seen<'_>) -> Vec<Answer> {
        data(explained(seen, ControlType::ERROR, 0, "deprecated"))
    }
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let hook = |heard: &Arc<std::sync::Mutex<Vec<String>>>| {
        let heard = heard.clone();
        move |operation: &'static str, text: &str| {
            heard.lock().unwrap().push(format!("{operation}: {text}"));
        }
    };
    on_all!(
        script(&[on_success]),
        |nl| nl.with_warnings(hook(&heard)).links().up("br0"),
        |up: Result<()>| up.unwrap()
    );
    assert_eq!(*heard.lock().unwrap(), ["RTM_NEWLINK: deprecated"; 4]);
}

#[test]
fn answers_of_others() {
    fn mixed(seen: &Seen<'_>) -> Vec<Answer> {
        let mut stranger = link(seen, MsgFlags::empty(), 66);
        vec![
            // From another program, however well it forges the header.
            Answer::From(4711, stranger.clone()),
            Answer::From(4711, seen.error(libc::EPERM)),
            // From the kernel, for another port.
            Answer::Datagram({
                stranger[12..16].copy_from_slice(&9999u32.to_ne_bytes());
                stranger
            }),
            // To a request that was given up before.
            Answer::Datagram(seen.error_for(seen.sequence().wrapping_sub(1), libc::EEXIST)),
            // A notification in between.
            Answer::Datagram(seen.message(NEW_LINK, MsgFlags::empty(), 0, &[0; 16])),
            Answer::Datagram(link(seen, MsgFlags::empty(), 5)),
        ]
    }
    on_all!(
        script(&[mixed]),
        |nl| nl.links().get("l5"),
        |link: Result<Link>| {
            assert_eq!(link.unwrap().index, 5);
        }
    );
}

#[test]
fn a_view_of_what_answers() {
    fn whole(seen: &Seen<'_>) -> Vec<Answer> {
        data(link(seen, MsgFlags::empty(), 5))
    }
    fn malformed(seen: &Seen<'_>) -> Vec<Answer> {
        // An attribute that claims more than there is.
        let body = [&[0; 16][..], &200u16.to_ne_bytes(), &[3, 0]].concat();
        data(seen.message(NEW_LINK, MsgFlags::empty(), seen.sequence(), &body))
    }
    on_all!(
        script(&[whole]),
        |nl| nl.links().view("l5", |link| Ok((
            link.index(),
            link.name()?.map(|name| name.to_string())
        ))),
        |seen: Result<_>| assert_eq!(seen.unwrap(), (5, Some("l5".to_owned())))
    );
    // What is not asked for is not looked at.
    on_all!(
        script(&[malformed]),
        |nl| nl.links().view("l5", |link| Ok(link.index())),
        |seen: Result<u32>| assert_eq!(seen.unwrap(), 0)
    );
    on_all!(
        script(&[malformed]),
        |nl| nl.links().view("l5", |link| link.mtu()),
        |seen: Result<Option<u32>>| {
            let error = seen.unwrap_err();
            assert_eq!(error.operation(), Some("RTM_GETLINK"));
            assert!(error.to_string().contains("offset 16"), "{error}");
        }
    );
}

#[test]
fn errors_of_the_socket() {
    fn received(errno: i32) -> Script {
        Script::new(move |seen| Ok(warm(seen).unwrap_or_else(|| vec![Answer::Errno(errno)])))
    }
    // A closed descriptor; a failure inside a dump, which the kernel reports by the next receive.
    for errno in [libc::EBADF, libc::ENOMEM] {
        on_all!(
            received(errno),
            |nl| nl.links().get("l1"),
            |link: Result<Link>| {
                let error = link.unwrap_err();
                assert_eq!(error.errno().unwrap().0, errno);
                assert_eq!(error.operation(), Some("RTM_GETLINK"));
                assert!(error.may_have_happened());
            }
        );
        on_all!(
            received(errno),
            |nl| nl.links().list(&LinkFilter::new()),
            |dump: Result<netlink::list::Dump<Link>>| {
                assert_eq!(dump.unwrap_err().errno().unwrap().0, errno);
            }
        );
    }
    let refuses = || {
        let refusal = || io::Error::from_raw_os_error(libc::ENOBUFS);
        Script::new(move |seen| warm(seen).ok_or_else(refusal))
    };
    on_all!(refuses(), |nl| nl.links().up("l1"), |up: Result<()>| {
        let error = up.unwrap_err();
        assert_eq!(error.errno().unwrap().0, libc::ENOBUFS);
        assert!(!error.may_have_happened(), "it was not sent");
    });
    fn busy(seen: &Seen<'_>) -> Vec<Answer> {
        data(seen.error(libc::EBUSY))
    }
    on_all!(
        script(&[busy]),
        |nl| nl.links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert!(dump.unwrap_err().is_busy());
        }
    );
}

#[test]
fn a_deadline_after_the_request_was_sent() {
    fn silent(_: &Seen<'_>) -> Vec<Answer> {
        vec![Answer::Never]
    }
    let time = Duration::from_millis(20);
    let start = Instant::now();
    on_all!(
        script(&[silent]),
        |nl| nl.with_timeout(time).links().add(&Link::bridge("br0")),
        |added: Result<()>| {
            let error = added.unwrap_err();
            assert!(error.is_timeout() && error.may_have_happened(), "{error}");
        }
    );
    assert!(start.elapsed() >= 3 * time && start.elapsed() < Duration::from_secs(2));
    fn part(seen: &Seen<'_>) -> Vec<Answer> {
        vec![Answer::Datagram(link(seen, PART, 1)), Answer::Never]
    }
    on_all!(
        script(&[part]),
        |nl| nl.with_timeout(time).links().list(&LinkFilter::new()),
        |dump: Result<netlink::list::Dump<Link>>| {
            assert!(matches!(dump.unwrap().state, DumpState::Failed(error) if error.is_timeout()));
        }
    );
}

#[test]
fn sequence_numbers_wrap() {
    let mut sequence = netlink::conn::Sequence::starting_at(u32::MAX - 1);
    let numbers: Vec<u32> = (0..4).map(|_| sequence.next()).collect();
    assert_eq!(numbers, [u32::MAX - 1, u32::MAX, 1, 2]);
}

#[test]
fn a_protocol_the_kernel_does_not_have() {
    use netlink::exec::Executor;
    use netlink::op::Simple;
    use netlink::wire::{MessageType, Reply};

    const ABSENT: MessageType = MessageType::new(31, 16, "ABSENT_GET", Reply::Ack, None, false);
    // No interface is touched: the socket cannot even be opened.
    let nl = netlink::Netlink::new();
    let error = nl
        .call(Simple::new(&ABSENT, MsgFlags::empty(), &Link::default()))
        .unwrap_err();
    assert!(error.is_unsupported(), "{error}");
}

#[test]
fn protocols_have_connections_of_their_own() {
    use netlink::exec::Executor;
    use netlink::op::Simple;
    use netlink::wire::{MessageType, Reply};

    const OTHER: MessageType = MessageType::new(16, 17, "OTHER", Reply::Ack, None, false);
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let note = seen.clone();
    let nl = netlink::Netlink::over(Script::new(move |seen| {
        for request in seen.messages() {
            note.lock()
                .unwrap()
                .push((seen.protocol, request.kind(), seen.port));
        }
        Ok(data(seen.ack()))
    }));
    for _ in 0..3 {
        nl.links().up("l1").unwrap();
        nl.call(Simple::new(&OTHER, MsgFlags::empty(), &Link::default()))
            .unwrap();
    }
    let seen = seen.lock().unwrap();
    let ports = [seen[0].2, seen[1].2];
    assert_ne!(ports[0], ports[1]);
    let turn = [(0, NEW_LINK, ports[0]), (16, OTHER.id, ports[1])];
    assert_eq!(*seen, [turn, turn, turn].concat());
}

#[test]
fn one_error_for_all() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
