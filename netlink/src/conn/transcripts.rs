//! Conversations as bytes: each rule of the engine, and each way a kernel was seen to answer.

use super::{Exchange, Message, Request, Sequence, Step, Until, messages};
use crate::error::Errno;
use crate::generated::core::{ControlType, MsgFlags, MsgHdr};
use crate::generated::route::RouteMessage;
use crate::generated::route::link::Link;
use crate::wire::{DecodeProblem, Layout};

const SEQUENCE: u32 = 7;
const PORT: u32 = 4711;

/// One message as the kernel writes it, padded.
fn message(kind: u16, flags: MsgFlags, sequence: u32, body: &[u8]) -> Vec<u8> {
    let header = MsgHdr {
        len: u32::try_from(16 + body.len()).unwrap(),
        kind,
        flags,
        seq: sequence,
        port: PORT,
    };
    let mut bytes = vec![0; 16];
    header.write(&mut bytes).unwrap();
    bytes.extend_from_slice(body);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn object(flags: MsgFlags, body: &[u8]) -> Vec<u8> {
    message(RouteMessage::NEW_LINK.id, flags, SEQUENCE, body)
}

fn control(kind: ControlType, flags: MsgFlags, body: &[u8]) -> Vec<u8> {
    message(kind.0, flags, SEQUENCE, body)
}

fn attribute(id: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(4 + payload.len())
        .unwrap()
        .to_ne_bytes()
        .to_vec();
    bytes.extend(id.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// The payload of `NLMSG_ERROR`: errno, header of the request, what else is echoed, attributes.
fn error(errno: i32, request: &[u8], echo: &[u8], attributes: &[u8]) -> Vec<u8> {
    [&(-errno).to_ne_bytes(), &request[..16], echo, attributes].concat()
}

fn exchange(until: Until) -> Exchange {
    Exchange::new(SEQUENCE, PORT, until)
}

/// What one message comes to, short enough to compare.
#[derive(Debug, PartialEq)]
enum Seen {
    Object(Vec<u8>),
    Last(Vec<u8>),
    End(Option<i32>, Vec<u8>),
    Foreign,
    Overrun,
    Malformed,
    Nothing,
    BadFrame(usize),
}

fn feed(exchange: &mut Exchange, sender: u32, datagram: &[u8]) -> Vec<Seen> {
    let step = |message: Message<'_>, exchange: &mut Exchange| match exchange.take(sender, message)
    {
        Step::Object(message) => Seen::Object(message.body().to_vec()),
        Step::Last(message) => Seen::Last(message.body().to_vec()),
        Step::End(end) => Seen::End(end.errno.map(|errno| errno.0), end.explanation.to_vec()),
        Step::Foreign(_) => Seen::Foreign,
        Step::Overrun => Seen::Overrun,
        Step::Malformed(_) => Seen::Malformed,
        Step::Nothing => Seen::Nothing,
    };
    messages(datagram)
        .map(|message| match message {
            Ok(message) => step(message, exchange),
            Err(error) => Seen::BadFrame(error.offset()),
        })
        .collect()
}

fn request() -> (Vec<u8>, Request) {
    let mut buf = Vec::new();
    let link = Link::default().name("br0").mtu(1400u32);
    let flags = MsgFlags::CREATE | MsgFlags::EXCL;
    let request = Request::encode(&mut buf, RouteMessage::NEW_LINK, flags, &link).unwrap();
    (buf, request)
}

const END: Seen = Seen::End(None, Vec::new());

#[test]
fn an_acknowledgement_ends_it() {
    let (buf, request) = request();
    assert_eq!(request.until(), Until::Ack);
    let ack = control(
        ControlType::ERROR,
        MsgFlags::CAPPED,
        &error(0, &buf, &[], &[]),
    );
    assert_eq!(feed(&mut exchange(Until::Ack), 0, &ack), [END]);
}

#[test]
fn objects_may_come_before_the_acknowledgement() {
    let (buf, _) = request();
    let echo = object(MsgFlags::empty(), &[1; 16]);
    let ack = control(
        ControlType::ERROR,
        MsgFlags::CAPPED,
        &error(0, &buf, &[], &[]),
    );
    let seen = feed(&mut exchange(Until::Ack), 0, &[echo, ack].concat());
    assert_eq!(seen, [Seen::Object(vec![1; 16]), END]);
}

#[test]
fn a_refusal_names_the_attribute_capped_or_not() {
    let (mut buf, request) = request();
    request.stamp(&mut buf, SEQUENCE, PORT).unwrap();
    // After header and `ifinfomsg` stands IFLA_IFNAME, eight bytes with padding, then IFLA_MTU; the
    // schema writes attributes in the order of their ids.
    let at_mtu = u32::try_from(16 + 16 + 8).unwrap();
    let words = [
        attribute(1, b"mtu greater than device maximum\0"),
        attribute(2, &at_mtu.to_ne_bytes()),
    ]
    .concat();
    let capped = MsgFlags::CAPPED | MsgFlags::ACK_TLVS;
    for (flags, echo) in [(capped, &[][..]), (MsgFlags::ACK_TLVS, &buf[16..])] {
        let body = error(libc::EINVAL, &buf, echo, &words);
        let datagram = control(ControlType::ERROR, flags, &body);
        let mut exchange = exchange(Until::Ack);
        let Step::End(end) = exchange.take(0, messages(&datagram).next().unwrap().unwrap()) else {
            panic!("an error ends the exchange");
        };
        let refusal = request.refusal(&buf, end.errno.unwrap(), end.explanation);
        assert_eq!(
            refusal.to_string(),
            "RTM_NEWLINK refused: EINVAL (Invalid argument)\n  \
             at IFLA_MTU: mtu greater than device maximum"
        );
    }
}

#[test]
fn flags_of_the_echoed_header_are_not_those_of_the_answer() {
    // The request has NLM_F_EXCL, the bit of ACK_TLVS, and its echo must not be read as attributes.
    let (buf, request) = request();
    let body = error(libc::EEXIST, &buf, &buf[16..], &[]);
    let datagram = control(ControlType::ERROR, MsgFlags::empty(), &body);
    let seen = feed(&mut exchange(Until::Ack), 0, &datagram);
    assert_eq!(seen, [Seen::End(Some(libc::EEXIST), Vec::new())]);
    let refusal = request.refusal(&buf, Errno(libc::EEXIST), &[]);
    assert_eq!(
        refusal.to_string(),
        "RTM_NEWLINK refused: EEXIST (File exists)"
    );
}

#[test]
fn a_missing_attribute_is_named_in_its_nest() {
    let mut buf = Vec::new();
    let link = Link::vlan("v0", 1, 5);
    let message = RouteMessage::NEW_LINK;
    let request = Request::encode(&mut buf, message, MsgFlags::CREATE, &link).unwrap();
    request.stamp(&mut buf, SEQUENCE, PORT).unwrap();
    let miss = |id: u32, nest: Option<u32>| {
        let nest = nest.map(|offset| attribute(6, &offset.to_ne_bytes()));
        let explanation = [attribute(5, &id.to_ne_bytes()), nest.unwrap_or_default()].concat();
        let refusal = request.refusal(&buf, Errno(libc::EINVAL), &explanation);
        let text = refusal.to_string();
        text.lines().last().unwrap().trim().to_owned()
    };
    // Where the nests of the request stand.
    let body = &buf[16..];
    let at = |offset: usize, id: u16| {
        let mut attrs = crate::wire::attributes(&body[offset..]).map(Result::unwrap);
        offset + attrs.find(|attr| attr.id() == id).unwrap().offset
    };
    let info = at(16, 18);
    let data = at(info, 2);
    let from_header = |payload: usize| u32::try_from(16 + payload - 4).unwrap();
    assert_eq!(miss(3, None), "missing IFLA_IFNAME");
    assert_eq!(
        miss(1, Some(from_header(info))),
        "missing IFLA_INFO_KIND in IFLA_LINKINFO"
    );
    assert_eq!(
        miss(5, Some(from_header(data))),
        "missing IFLA_VLAN_PROTOCOL in IFLA_LINKINFO > IFLA_INFO_DATA"
    );
    // What the schema does not know keeps its number.
    assert_eq!(miss(999, None), "missing attribute 999");
    assert_eq!(
        miss(3, Some(4000)),
        "missing attribute 3 in offset 4000 of the request"
    );
}

#[test]
fn the_asked_for_object_ends_it_without_an_acknowledgement() {
    let mut buf = Vec::new();
    let message = RouteMessage::GET_LINK;
    let get = Request::encode(&mut buf, message, MsgFlags::empty(), &Link::default()).unwrap();
    assert_eq!(get.until(), Until::Object(Some(RouteMessage::NEW_LINK.id)));
    assert!(!MsgHdr::read(&buf).flags.contains(MsgFlags::ACK));
    let answer = object(MsgFlags::empty(), &[3; 16]);
    assert_eq!(
        feed(&mut exchange(get.until()), 0, &answer),
        [Seen::Last(vec![3; 16])]
    );
}

#[test]
fn a_dump_ends_with_done() {
    let mut exchange = exchange(Until::Done);
    let part = object(MsgFlags::MULTI, &[1; 16]);
    let first = feed(&mut exchange, 0, &[part.clone(), part].concat());
    assert_eq!(
        first,
        [Seen::Object(vec![1; 16]), Seen::Object(vec![1; 16])]
    );
    let done = control(ControlType::DONE, MsgFlags::MULTI, &0i32.to_ne_bytes());
    assert_eq!(feed(&mut exchange, 0, &done), [END]);
    assert!(!exchange.is_interrupted());
}

#[test]
fn done_may_share_a_datagram_with_data() {
    let part = object(MsgFlags::MULTI, &[1; 16]);
    let done = control(ControlType::DONE, MsgFlags::MULTI, &0i32.to_ne_bytes());
    let seen = feed(&mut exchange(Until::Done), 0, &[part, done].concat());
    assert_eq!(seen, [Seen::Object(vec![1; 16]), END]);
}

#[test]
fn done_carries_an_errno_and_an_explanation() {
    let words = attribute(1, b"no such table\0");
    let body = [&(-libc::ENOENT).to_ne_bytes()[..], &words].concat();
    let done = control(
        ControlType::DONE,
        MsgFlags::MULTI | MsgFlags::ACK_TLVS,
        &body,
    );
    let seen = feed(&mut exchange(Until::Done), 0, &done);
    assert_eq!(seen, [Seen::End(Some(libc::ENOENT), words)]);
}

#[test]
fn done_may_be_bare() {
    let done = control(ControlType::DONE, MsgFlags::MULTI, &[]);
    assert_eq!(feed(&mut exchange(Until::Done), 0, &done), [END]);
}

#[test]
fn an_error_ends_a_dump_that_never_started() {
    let (buf, _) = request();
    let body = error(libc::EOPNOTSUPP, &buf, &[], &[]);
    let refused = control(ControlType::ERROR, MsgFlags::CAPPED, &body);
    let seen = feed(&mut exchange(Until::Done), 0, &refused);
    assert_eq!(seen, [Seen::End(Some(libc::EOPNOTSUPP), Vec::new())]);
}

#[test]
fn interruption_is_noted_on_any_part() {
    let done = |flags| control(ControlType::DONE, flags, &0i32.to_ne_bytes());
    let part = object(MsgFlags::MULTI | MsgFlags::DUMP_INTR, &[1; 16]);
    let mut on_data = exchange(Until::Done);
    feed(&mut on_data, 0, &[part, done(MsgFlags::MULTI)].concat());
    assert!(on_data.is_interrupted());
    let mut on_done = exchange(Until::Done);
    feed(
        &mut on_done,
        0,
        &done(MsgFlags::MULTI | MsgFlags::DUMP_INTR),
    );
    assert!(on_done.is_interrupted());
}

#[test]
fn stale_and_unsolicited_messages_are_foreign() {
    let kind = RouteMessage::NEW_LINK.id;
    let stale = message(kind, MsgFlags::MULTI, SEQUENCE - 1, &[1; 16]);
    let stale_done = message(ControlType::DONE.0, MsgFlags::MULTI, SEQUENCE - 1, &[0; 4]);
    let notification = message(kind, MsgFlags::empty(), 0, &[1; 16]);
    let mut exchange = exchange(Until::Done);
    let seen = feed(
        &mut exchange,
        0,
        &[stale, stale_done, notification].concat(),
    );
    assert_eq!(seen, [Seen::Foreign, Seen::Foreign, Seen::Foreign]);
}

#[test]
fn only_the_kernel_is_believed() {
    let (buf, _) = request();
    let ack = control(
        ControlType::ERROR,
        MsgFlags::CAPPED,
        &error(0, &buf, &[], &[]),
    );
    // Another process can forge every field of the header, but not the sender's address.
    assert_eq!(feed(&mut exchange(Until::Ack), 99, &ack), [Seen::Foreign]);
    let mut other_port = Exchange::new(SEQUENCE, PORT + 1, Until::Ack);
    assert_eq!(feed(&mut other_port, 0, &ack), [Seen::Foreign]);
}

#[test]
fn overrun_and_noop() {
    let overrun = control(ControlType::OVERRUN, MsgFlags::empty(), &[]);
    let noop = control(ControlType::NOOP, MsgFlags::empty(), &[]);
    let seen = feed(&mut exchange(Until::Done), 0, &[noop, overrun].concat());
    assert_eq!(seen, [Seen::Nothing, Seen::Overrun]);
}

#[test]
fn an_error_without_errno_is_no_success() {
    let short = control(ControlType::ERROR, MsgFlags::empty(), &[0; 2]);
    assert_eq!(
        feed(&mut exchange(Until::Ack), 0, &short),
        [Seen::Malformed]
    );
}

#[test]
fn a_truncated_header_is_malformed() {
    let datagram = object(MsgFlags::MULTI, &[1; 16]);
    let cut = [&datagram[..], &datagram[..10]].concat();
    let seen = feed(&mut exchange(Until::Done), 0, &cut);
    assert_eq!(seen, [Seen::Object(vec![1; 16]), Seen::BadFrame(32)]);
}

#[test]
fn a_length_beyond_the_end_or_below_the_header_is_malformed() {
    for stated in [0u32, 15, 33, u32::MAX] {
        let mut datagram = object(MsgFlags::MULTI, &[1; 16]);
        datagram[..4].copy_from_slice(&stated.to_ne_bytes());
        let error = messages(&datagram).next().unwrap().unwrap_err();
        assert!(
            matches!(error.problem(), DecodeProblem::BadLength { left: 32, .. }),
            "{error}"
        );
        assert_eq!(messages(&datagram).count(), 1);
    }
}

#[test]
fn the_total_length_need_not_be_aligned() {
    let odd = object(MsgFlags::MULTI, &[1; 17]);
    // Without the padding of the last message, and with less than a unit of rubbish after it.
    let seen = feed(&mut exchange(Until::Done), 0, &odd[..33]);
    assert_eq!(seen, [Seen::Object(vec![1; 17])]);
    let trailing = [&odd[..], &[0xff; 3]].concat();
    assert_eq!(
        feed(&mut exchange(Until::Done), 0, &trailing),
        [Seen::Object(vec![1; 17])]
    );
}

#[test]
fn sequence_numbers_wrap_past_zero() {
    let mut sequence = Sequence::starting_at(u32::MAX - 1);
    let numbers: Vec<u32> = (0..4).map(|_| sequence.next()).collect();
    assert_eq!(numbers, [u32::MAX - 1, u32::MAX, 1, 2]);
    assert_eq!(Sequence::starting_at(0).next(), 1);
}

#[test]
fn a_request_that_cannot_be_encoded_leaves_the_buffer_alone() {
    let mut buf = vec![1, 2, 3, 4];
    let link = Link::default().name("a name far longer than fifteen bytes");
    let error = Request::encode(&mut buf, RouteMessage::NEW_LINK, MsgFlags::empty(), &link);
    let error = error.unwrap_err();
    assert!(error.is_invalid());
    assert_eq!(error.operation(), Some("RTM_NEWLINK"));
    assert_eq!(buf, [1, 2, 3, 4]);
}
