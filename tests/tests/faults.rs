//! What goes wrong between a program and the kernel, once each, on every executor.
//!
//! The kernel here is a script, so that each fault happens when it should. Faults that need a real
//! kernel are in `live/`; `docs/faults.md` lists all of them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use netlink::event::{Event, Groups};
use netlink::generated::core::{ControlType, ErrHdr, MsgFlags};
use netlink::generated::route::RouteMessage;
use netlink::link::LinkFilter;
use netlink::list::DumpState;
use netlink::raw::{Advance, Progress};
use netlink::transport::{Answer, Script, Seen};
use netlink::wire::Layout;
use netlink::{Error, Link, Result};

const NEW_LINK: u16 = RouteMessage::NEW_LINK.id;
const PART: MsgFlags = MsgFlags::MULTI;

/// Answers the first, second, … datagram with what stands there; the last answer serves all others.
type Step = fn(&Seen<'_>) -> Vec<Answer>;

fn script(steps: &'static [Step]) -> Script {
    let count = AtomicUsize::new(0);
    Script::new(move |seen| {
        let number = count.fetch_add(1, Ordering::Relaxed).min(steps.len() - 1);
        Ok(steps[number](seen))
    })
}

fn carry<A: Advance>(mut call: A) -> Result<A::Output> {
    loop {
        match call.advance() {
            Progress::Done(result) => return result,
            Progress::Yield => {}
            Progress::Wait { .. } => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

/// Runs a call on each executor, each with a fresh script, and shows the outcome to a check.
macro_rules! on_all {
    ($script:expr, |$nl:ident| $call:expr, $check:expr) => {{
        let $nl = netlink::Netlink::over($script);
        $check($call);
        let $nl = netlink::tokio::Netlink::over($script);
        $check(runtime().block_on($call));
        let $nl = netlink::raw::Netlink::over($script);
        $check(carry($call));
    }};
}

fn data(bytes: Vec<u8>) -> Vec<Answer> {
    vec![Answer::Datagram(bytes)]
}

fn link(seen: &Seen<'_>, flags: MsgFlags, index: u32) -> Vec<u8> {
    let link = Link::default().index(index).name(format!("l{index}"));
    seen.object(NEW_LINK, flags, &link)
}

/// An acknowledgement with attributes: errno, text, and the offset of the attribute at fault.
fn explained(seen: &Seen<'_>, kind: ControlType, errno: i32, text: &str) -> Vec<u8> {
    let mut body = (-errno).to_ne_bytes().to_vec();
    if kind == ControlType::ERROR {
        body.resize(ErrHdr::SIZE, 0);
    }
    let mut attr = |id: u16, payload: &[u8]| {
        body.extend(u16::try_from(4 + payload.len()).unwrap().to_ne_bytes());
        body.extend(id.to_ne_bytes());
        body.extend(payload);
        body.resize(body.len().next_multiple_of(4), 0);
    };
    attr(1, &[text.as_bytes(), &[0]].concat());
    // The first attribute of the request.
    attr(2, &32u32.to_ne_bytes());
    let flags = MsgFlags::ACK_TLVS | MsgFlags::CAPPED;
    seen.message(kind.0, flags, seen.sequence(), &body)
}

fn indexes(links: Vec<Link>) -> Vec<u32> {
    links.iter().map(|link| link.index).collect()
}

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
fn an_answer_larger_than_the_buffer() {
    fn cut(seen: &Seen<'_>) -> Vec<Answer> {
        vec![Answer::Cut(link(seen, MsgFlags::empty(), 1), 3_000_000)]
    }
    fn whole(seen: &Seen<'_>) -> Vec<Answer> {
        // Really as large as the kernel said: the buffer must have grown.
        let huge = Link::default().index(7).cost(vec![1u8; 60_000]);
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
    assert_eq!(*heard.lock().unwrap(), ["RTM_NEWLINK: deprecated"; 3]);
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
fn errors_of_the_socket() {
    fn received(errno: i32) -> Script {
        Script::new(move |_| Ok(vec![Answer::Errno(errno)]))
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
    let refuses = || Script::new(|_| Err(io::Error::from_raw_os_error(libc::ENOBUFS)));
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
fn a_deadline_before_the_request_was_sent() {
    fn silent(_: &Seen<'_>) -> Vec<Answer> {
        vec![Answer::Never]
    }
    // One call holds the only place; the other waits for it in vain.
    let nl = netlink::tokio::Netlink::over(script(&[silent])).with_in_flight(1);
    let hurried = nl.with_timeout(Duration::from_millis(20));
    runtime().block_on(async {
        let first = tokio::spawn(nl.links().up("a"));
        tokio::task::yield_now().await;
        let error = hurried.links().up("b").await.unwrap_err();
        assert!(error.is_timeout() && !error.may_have_happened(), "{error}");
        first.abort();
    });
}

#[test]
fn an_overrun_while_batching() {
    // Of ten requests the second is refused, then something is lost, and with it the last answer.
    let lossy = || {
        Script::new(|seen| {
            let sequences: Vec<u32> = seen.messages().map(|message| message.sequence()).collect();
            let refusal = seen.error_for(sequences[1], libc::EEXIST);
            Ok(vec![
                Answer::Datagram(refusal),
                Answer::Errno(libc::ENOBUFS),
                Answer::Later,
            ])
        })
    };
    let check = |done: Result<netlink::batch::Committed>,
                 tickets: Vec<netlink::batch::Ticket<netlink::op::Done>>| {
        let mut done = done.unwrap();
        for ticket in tickets {
            let position = ticket.position();
            let error = done.take(ticket).unwrap_err();
            match position {
                1 => assert!(error.is_exists(), "{error}"),
                _ => assert!(
                    error.is_lost() && error.may_have_happened(),
                    "{position}: {error}"
                ),
            }
        }
        assert_eq!(done.failures().count(), 10);
    };
    macro_rules! batch {
        ($nl:ident, |$batch:ident| $commit:expr) => {{
            let $batch = $nl.batch();
            let tickets = (0..10).map(|_| $batch.links().up("l1")).collect();
            check($commit, tickets);
        }};
    }
    let nl = netlink::Netlink::over(lossy());
    batch!(nl, |batch| batch.commit());
    let nl = netlink::tokio::Netlink::over(lossy());
    batch!(nl, |batch| runtime().block_on(batch.commit()));
    let nl = netlink::raw::Netlink::over(lossy());
    batch!(nl, |batch| carry(batch.commit()));
}

#[test]
fn a_batch_whose_time_is_over() {
    let nl = netlink::Netlink::over(Script::new(|_| Ok(vec![Answer::Never])));
    let batch = nl.with_timeout(Duration::from_millis(20)).batch();
    let tickets: Vec<_> = (0..1000).map(|_| batch.links().up("l1")).collect();
    let mut done = batch.commit().unwrap();
    let mut sent = 0;
    for ticket in tickets {
        let error = done.take(ticket).unwrap_err();
        assert!(error.is_timeout(), "{error}");
        sent += usize::from(error.may_have_happened());
    }
    assert!(
        (1..1000).contains(&sent),
        "{sent} of the requests were sent"
    );
}

#[test]
fn sequence_numbers_wrap() {
    let mut sequence = netlink::conn::Sequence::starting_at(u32::MAX - 1);
    let numbers: Vec<u32> = (0..4).map(|_| sequence.next()).collect();
    assert_eq!(numbers, [u32::MAX - 1, u32::MAX, 1, 2]);
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

#[test]
fn cancelled_at_every_await() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    // Answers come after so many fruitless looks; each is a place to give up.
    fn slow(seen: &Seen<'_>) -> Vec<Answer> {
        let mut answers = vec![Answer::Later; 3];
        answers.push(Answer::Datagram(link(seen, MsgFlags::empty(), 1)));
        answers
    }
    let rt = runtime();
    let _inside = rt.enter();
    let nl = netlink::tokio::Netlink::over(script(&[slow])).with_in_flight(1);
    for polls in 0..6 {
        {
            let mut call = pin!(nl.links().get("l1"));
            let mut cx = Context::from_waker(Waker::noop());
            for _ in 0..polls {
                if let Poll::Ready(link) = call.as_mut().poll(&mut cx) {
                    assert_eq!(link.unwrap().index, 1);
                    break;
                }
            }
        }
        // The only place is free again, and what was left of the answer disturbs nobody.
        let next = rt.block_on(nl.links().get("l1")).unwrap();
        assert_eq!(next.index, 1);
    }
}

#[test]
fn the_queue_for_a_place_is_fair() {
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = order.clone();
    let script = Script::new(move |seen| {
        noted.lock().unwrap().push(seen.datagram.to_vec());
        Ok(vec![Answer::Later, Answer::Datagram(seen.ack())])
    });
    let nl = netlink::tokio::Netlink::over(script).with_in_flight(1);
    runtime().block_on(async {
        let tasks: Vec<_> = (0..20u32)
            .map(|index| tokio::spawn(nl.links().up(index + 1)))
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    let order = order.lock().unwrap();
    let indexes: Vec<u32> = order
        .iter()
        .map(|sent| u32::from_ne_bytes(sent[20..24].try_into().unwrap()))
        .collect();
    assert_eq!(indexes, (1..=20).collect::<Vec<_>>());
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

#[test]
fn a_long_dump_lets_others_have_their_turn() {
    fn long(seen: &Seen<'_>) -> Vec<Answer> {
        let parts = (1..=1000).map(|index| Answer::Datagram(link(seen, PART, index)));
        parts.chain([Answer::Datagram(seen.done(0))]).collect()
    }
    let nl = netlink::tokio::Netlink::over(script(&[long]));
    let turns = Arc::new(AtomicUsize::new(0));
    let counter = turns.clone();
    runtime().block_on(async {
        let other = tokio::spawn(async move {
            loop {
                counter.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
        let dump = nl.links().list(&LinkFilter::new()).await.unwrap();
        assert_eq!(dump.into_vec().unwrap().len(), 1000);
        other.abort();
    });
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns > 30, "the other task had {turns} turns");
}

#[test]
fn handles_are_shared() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<netlink::Netlink>();
    shared::<netlink::tokio::Netlink>();
    shared::<netlink::raw::Netlink>();
    fn spawnable<T: Send + 'static>(call: T) -> T {
        call
    }
    let nl = netlink::tokio::Netlink::over(script(&[|seen| data(seen.ack())]));
    drop(spawnable(nl.links().add(&Link::bridge("br0"))));
    drop(spawnable(nl.links().list(&LinkFilter::new())));
    drop(spawnable(nl.links().add_get(&Link::bridge("br0"))));
    drop(spawnable(nl.batch().commit()));
}

#[test]
fn a_protocol_the_kernel_does_not_have() {
    use netlink::exec::Executor;
    use netlink::op::Simple;
    use netlink::wire::{MessageType, Reply};

    const ABSENT: MessageType = MessageType::new(31, 16, "ABSENT_GET", Reply::Ack, None, false);
    // No interface is touched: the socket cannot even be opened.
    let nl = netlink::Netlink::new();
    let body: std::borrow::Cow<'_, Link> = std::borrow::Cow::Owned(Link::default());
    let error = nl
        .call(Simple::new(ABSENT, MsgFlags::empty(), body))
        .unwrap_err();
    assert!(error.is_unsupported(), "{error}");
}

#[test]
fn one_error_for_all() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
