//! The engine: any verb, answered by any datagrams. It must come to an end.

use crate::make::{Source, make};
use netlink::event::{Event, Groups};
use netlink::generated::core::{ControlType, MsgFlags};
use netlink::generated::route::RouteMessage;
use netlink::link::LinkFilter;
use netlink::mirror::{Addresses, Links, Mirrored, Neighbours, Routes, Rules};
use netlink::raw::{Advance, Progress};
use netlink::transport::{Answer, Script, Seen};
use netlink::wire::{Messages, Value};
use netlink::{Address, Link, Neighbour, Route, Rule};
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is left of the input; scripts share it.
#[derive(Clone)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    /// Decides something, and takes away what decided it.
    fn take<T>(&self, decide: impl FnOnce(&mut Source<'_>) -> T) -> T {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut source = Source::new(&left);
        let decided = decide(&mut source);
        let rest = source.rest().to_vec();
        *left = rest;
        decided
    }
}

/// Answers to one datagram, at most.
const ANSWERS: usize = 24;

/// Message types that mean something to somebody, and others.
fn kind(source: &mut Source<'_>) -> u16 {
    let types = RouteMessage::TYPES;
    match source.below(4) {
        0 => source.word(),
        1 => u16::from(source.byte()) % 18,
        _ => types[source.below(types.len())].0.id,
    }
}

fn flags(source: &mut Source<'_>) -> MsgFlags {
    match source.below(4) {
        0 => MsgFlags::empty(),
        1 => MsgFlags::MULTI,
        2 => MsgFlags::MULTI | MsgFlags::DUMP_INTR,
        _ => MsgFlags::from_bits_retain(source.word()),
    }
}

/// A message of a type with bytes or with a body made for it.
fn message(seen: &Seen<'_>, source: &mut Source<'_>) -> Vec<u8> {
    let (kind, flags) = (kind(source), flags(source));
    let sequence = if source.chance(24) {
        u32::from(source.word())
    } else {
        seen.sequence()
    };
    let shape = RouteMessage::TYPES
        .iter()
        .find(|(known, _)| known.id == kind);
    let body = match shape.and_then(|(_, shape)| *shape) {
        Some(shape) if !source.chance(64) => make(&shape, false, source).bytes,
        _ => {
            let len = source.below(64);
            source.bytes(len)
        }
    };
    seen.message(kind, flags, sequence, &body)
}

/// A datagram, mostly one that makes some sense.
fn datagram(seen: &Seen<'_>, source: &mut Source<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=source.below(4) {
        let sequences: Vec<u32> = seen.messages().map(|message| message.sequence()).collect();
        let sequence = sequences
            .get(source.below(sequences.len()))
            .copied()
            .unwrap_or_default();
        let errno = i32::from(source.byte());
        match source.below(8) {
            0 => bytes.extend(seen.ack()),
            1 => bytes.extend(seen.error_for(sequence, errno)),
            2 => bytes.extend(seen.done(errno)),
            3 => {
                // An acknowledgement with whatever behind it.
                let len = source.below(80);
                let body = source.bytes(len);
                let kind =
                    [ControlType::ERROR, ControlType::DONE, ControlType::OVERRUN][source.below(3)];
                let flags = MsgFlags::ACK_TLVS | MsgFlags::from_bits_retain(source.word() & 0x100);
                bytes.extend(seen.message(kind.0, flags, sequence, &body));
            }
            4 => {
                let len = source.below(64);
                bytes.extend(source.bytes(len));
            }
            _ => bytes.extend(message(seen, source)),
        }
    }
    if source.chance(16) {
        let len = usize::from(source.word()) % (bytes.len() + 1);
        bytes.truncate(len);
    }
    bytes
}

fn answers(seen: &Seen<'_>, source: &mut Source<'_>, patient: bool) -> Vec<Answer> {
    let mut list = Vec::new();
    while list.len() < ANSWERS && !source.is_empty() {
        list.push(match source.below(12) {
            0 => break,
            1 => Answer::Errno(i32::from(source.byte())),
            2 => Answer::From(u32::from(source.byte()), datagram(seen, source)),
            3 => {
                let bytes = datagram(seen, source);
                let full = bytes.len() + usize::from(source.word());
                Answer::Cut(bytes, full)
            }
            4 => Answer::Elsewhere(i32::from(source.byte()), datagram(seen, source)),
            5 if patient => Answer::Later,
            _ => Answer::Datagram(datagram(seen, source)),
        });
    }
    list
}

/// A kernel that says what the tape decides. Who is `patient` is made to wait at times.
fn script(tape: &Tape, patient: bool) -> Script {
    let (strict, tape) = (tape.take(|source| !source.chance(64)), tape.clone());
    let script = Script::new(move |seen| {
        tape.take(|source| {
            if source.chance(4) {
                return Err(std::io::Error::from_raw_os_error(i32::from(source.byte())));
            }
            Ok(answers(seen, source, patient))
        })
    });
    if strict {
        script
    } else {
        script.without_strict_checking()
    }
}

/// Carries a call on to its end, without sleeping.
fn carry<A: Advance>(mut call: A) -> Option<A::Output>
where
    A::Output: Debug,
{
    let start = Instant::now();
    for _ in 0..100_000 {
        match call.advance() {
            Progress::Done(result) => return settle(result),
            Progress::Yield => {}
            Progress::Wait { readable: true, .. } => {}
            Progress::Wait { .. } => std::thread::yield_now(),
        }
        if start.elapsed() > Duration::from_secs(10) {
            break;
        }
    }
    panic!("a call that does not end");
}

/// An outcome that can be shown.
fn settle<T: Debug>(result: netlink::Result<T>) -> Option<T> {
    match result {
        Ok(value) => {
            let _ = format!("{value:?}");
            Some(value)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let _ = (
                error.errno(),
                error.kernel_message(),
                error.attribute(),
                error.may_have_happened(),
            );
            None
        }
    }
}

fn object<T: Value>(source: &mut Source<'_>) -> Option<T> {
    let made = make(&T::SHAPE, true, source);
    T::decode(&made.bytes, netlink::wire::Cx::to_kernel()).ok()
}

fn call(tape: &Tape, verb: usize) {
    let nl = netlink::raw::Netlink::over(script(tape, true)).with_dump_attempts(2);
    let link = tape.take(object::<Link>).unwrap_or_default();
    match verb {
        0 => drop(carry(nl.links().get("l1"))),
        1 => drop(carry(nl.links().list(&LinkFilter::new()))),
        2 => {
            let mut most = tape.take(|source| source.byte());
            drop(carry(nl.links().scan(&LinkFilter::new(), |view| {
                let _ = view.to_owned().map(|link| format!("{link:?}"));
                most = most.saturating_sub(1);
                if most == 0 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })));
        }
        3 => drop(carry(nl.routes().list(&Default::default()))),
        4 => drop(carry(nl.links().add_get(&link))),
        5 => {
            let address = tape.take(object::<Address>).unwrap_or_default();
            drop(carry(nl.addrs().add_get(&address)));
        }
        6 => drop(carry(nl.neighs().list(&Default::default()))),
        7 => drop(carry(nl.rules().list(&Default::default()))),
        8 => drop(carry(nl.net_ns_ids().list())),
        _ => {
            let mut batch = nl.batch();
            if tape.take(|source| source.chance(64)) {
                batch = batch.ack_all();
            }
            let count = tape.take(|source| source.below(40));
            let mut tickets = Vec::new();
            for _ in 0..count {
                match tape.take(|source| source.below(6)) {
                    0 => drop(batch.links().get("l2")),
                    1 => tickets.push(batch.links().add(&link)),
                    2 => tickets.push(batch.links().delete("l3")),
                    3 => {
                        let route = tape.take(object::<Route>).unwrap_or_default();
                        drop(batch.routes().replace(&route));
                    }
                    4 => {
                        let rule = tape.take(object::<Rule>).unwrap_or_default();
                        drop(batch.rules().add(&rule));
                    }
                    _ => {
                        let entry = tape.take(object::<Neighbour>).unwrap_or_default();
                        drop(batch.neighs().append(&entry));
                    }
                }
            }
            if let Some(mut done) = carry(batch.commit()) {
                assert_eq!(done.len(), count, "an outcome for each request");
                for ticket in tickets {
                    settle(done.take(ticket));
                }
            }
        }
    }
}

/// Notifications of any kind.
fn notify(tape: &Tape, script: &Script) {
    let seen = Seen {
        protocol: 0,
        port: 0,
        datagram: &[],
    };
    for answer in tape.take(|source| answers(&seen, source, false)) {
        script.notify(answer);
    }
}

fn subscription(tape: &Tape) {
    let script = script(tape, false);
    let nl = netlink::Netlink::over(script.clone());
    let groups = Groups::new().links().addrs().routes().rules().neighs();
    let Some(mut events) = settle(nl.subscribe(&groups)) else {
        return;
    };
    notify(tape, &script);
    for _ in 0..100_000 {
        match events.try_next() {
            Ok(Some(notice)) => {
                if let Event::Undecodable(bad) = &notice.event {
                    assert!(bad.error.offset() <= bad.raw.len(), "{bad:?}");
                }
                let _ = format!("{notice:?}");
            }
            Ok(None) => return,
            // The socket failed; it can be asked again.
            Err(error) => drop(error.to_string()),
        }
    }
    panic!("notifications that do not end");
}

fn mirror<M: Mirrored>(tape: &Tape, what: M) {
    let script = script(tape, false);
    let nl = netlink::Netlink::over(script.clone()).with_dump_attempts(1);
    let Ok(mut mirror) = nl.mirror(what) else {
        return;
    };
    for _ in 0..4 {
        notify(tape, &script);
        if let Ok(changes) = mirror.update(Duration::ZERO) {
            let _ = format!("{changes:?} {:?}", mirror.table());
        }
    }
}

pub(super) fn run(data: &[u8]) {
    let tape = Tape(Arc::new(Mutex::new(data.to_vec())));
    match tape.take(|source| source.below(20)) {
        verb @ 0..=8 => call(&tape, verb),
        9 | 10 => call(&tape, 9),
        11 => {
            let nl = netlink::Netlink::over(script(&tape, false));
            let mut links = nl.links().iter(&LinkFilter::new());
            let count = links.by_ref().take(10_000).count();
            assert!(count < 10_000, "a list that does not end");
            settle(links.end());
        }
        12..=14 => subscription(&tape),
        15 => mirror(&tape, Links::new()),
        16 => mirror(&tape, Addresses::new()),
        17 => mirror(&tape, Routes::new()),
        18 => mirror(&tape, Rules::new()),
        _ => mirror(&tape, Neighbours::new()),
    }
}
