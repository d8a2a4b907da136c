//! What goes wrong between a program and the kernel, once each, on every executor.
//!
//! The kernel here is a script, so that each fault happens when it should. Faults that need a real
//! kernel are in `live/`; `docs/faults.md` lists all of them.

mod asynchronous;
mod batch;
mod call;
mod dump;
mod event;

use netlink::event::{Event, Groups};
use netlink::generated::core::{ControlType, ErrHdr, MsgFlags};
use netlink::generated::route::RouteMessage;
use netlink::link::LinkFilter;
use netlink::list::DumpState;
use netlink::raw::{Advance, Progress};
use netlink::transport::{Answer, Script, Seen};
use netlink::wire::Layout;
use netlink::{Error, Link, Result};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const NEW_LINK: u16 = RouteMessage::NEW_LINK.id;
const PART: MsgFlags = MsgFlags::MULTI;

/// Answers the first, second, … datagram with what stands there; the last answer serves all others.
type Step = fn(&Seen<'_>) -> Vec<Answer>;

fn script(steps: &'static [Step]) -> Script {
    let count = AtomicUsize::new(0);
    Script::new(move |seen| {
        Ok(warm(seen).unwrap_or_else(|| {
            let number = count.fetch_add(1, Ordering::Relaxed).min(steps.len() - 1);
            steps[number](seen)
        }))
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

/// What no script is about: it is acknowledged beside the script.
const WARM_UP: u16 = RouteMessage::DEL_RULE.id;

/// The answer to that.
fn warm(seen: &Seen<'_>) -> Option<Vec<Answer>> {
    let mut requests = seen.messages();
    requests
        .all(|request| request.kind() == WARM_UP)
        .then(|| data(seen.ack()))
}

/// Leaves a connection for the next call, which goes another way where it finds one.
fn warm_up(nl: &netlink::Netlink) {
    nl.rules().delete(&netlink::Rule::default()).unwrap();
}

/// Runs a call on each executor, each with a fresh script, and shows the outcome to a check.
macro_rules! on_all {
    ($script:expr, |$nl:ident| $call:expr, $check:expr) => {{
        let $nl = netlink::Netlink::over($script);
        $check($call);
        let $nl = netlink::Netlink::over($script);
        warm_up(&$nl);
        $check($call);
        let $nl = netlink::tokio::Netlink::over($script);
        $check(runtime().block_on($call));
        let $nl = netlink::raw::Netlink::over($script);
        $check(carry($call));
    }};
}
pub(crate) use on_all;

fn data(bytes: Vec<u8>) -> Vec<Answer> {
    vec![Answer::Datagram(bytes)]
}

fn link(seen: &Seen<'_>, flags: MsgFlags, index: u32) -> Vec<u8> {
    let link = Link::default().index(index).name(format!("l{index}"));
    seen.object(NEW_LINK, flags, &link)
}

/// An acknowledgement with attributes: errno, text, and the offset of the attribute at fault.
fn explained(seen: &Seen<'_>, kind: ControlType, errno: i32, text: &str) -> Vec<u8> {
    explained_for(seen, seen.sequence(), kind, errno, text)
}

fn explained_for(
    seen: &Seen<'_>,
    sequence: u32,
    kind: ControlType,
    errno: i32,
    text: &str,
) -> Vec<u8> {
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
    seen.message(kind.0, flags, sequence, &body)
}

fn indexes(links: Vec<Link>) -> Vec<u32> {
    links.iter().map(|link| link.index).collect()
}
