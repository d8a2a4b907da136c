//! The floor: the system calls a workload cannot do without, on prebuilt requests, with nothing looked at but message
//! headers. `decode=1` also fills a plain struct, as a program would that is written for this one message; `collect=N`
//! writes so many bytes of each object to an array that grows, `collect=route` as many as a route of ours has.

use std::fs;
use std::hint::black_box;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc::{AF_INET, AF_UNSPEC};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recv, sendto,
    socket,
};

use crate::meter::{Args, Done, Meter};
use crate::ours::FIRST;
use crate::{Outcome, codec, no_such};

const HEADER: usize = 16;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const GET_LINK: u16 = 18;
const NEW_ROUTE: u16 = 24;
const GET_ROUTE: u16 = 26;
const GET_NEIGH: u16 = 30;
const REQUEST: u16 = 0x1;
const ACK: u16 = 0x4;
const DUMP: u16 = 0x300;
const CREATE_EXCL: u16 = 0x600;
const RTMSG: usize = 12;
const IFINFOMSG: usize = 16;
const NDMSG: usize = 12;

pub(crate) fn run(args: &Args, meter: &Meter) -> Outcome {
    let what = What {
        decode: args.is_on("decode"),
        collect: match args.text("collect", "") {
            "route" => size_of::<netlink::Route>(),
            _ => args.number("collect", 0) as usize,
        },
        times: args.number("times", 1),
    };
    match args.workload() {
        "route-add" => route_add(args, meter),
        "route-dump" => what.dump(meter, GET_ROUTE, RTMSG, AF_INET as u8),
        "link-dump" => what.dump(meter, GET_LINK, IFINFOMSG, AF_UNSPEC as u8),
        "neigh-dump" => what.dump(meter, GET_NEIGH, NDMSG, AF_INET as u8),
        "link-get" => link_get(args, meter, what.decode),
        "codec" => codec(args, meter),
        other => no_such(other),
    }
}

struct Socket {
    fd: OwnedFd,
    buffer: Vec<u8>,
}

impl Socket {
    fn open() -> nix::Result<Self> {
        let (family, protocol) = (AddressFamily::Netlink, SockProtocol::NetlinkRoute);
        let fd = socket(family, SockType::Raw, SockFlag::SOCK_CLOEXEC, protocol)?;
        bind(fd.as_raw_fd(), &NetlinkAddr::new(0, 0))?;
        Ok(Self {
            fd,
            buffer: vec![0; 65536],
        })
    }

    fn send(&self, bytes: &[u8]) -> nix::Result<()> {
        let kernel = NetlinkAddr::new(0, 0);
        sendto(self.fd.as_raw_fd(), bytes, &kernel, MsgFlags::empty()).map(drop)
    }

    /// Waits for a datagram and hands each message in it to `each`.
    fn receive(&mut self, mut each: impl FnMut(u16, &[u8])) -> nix::Result<()> {
        let len = recv(self.fd.as_raw_fd(), &mut self.buffer, MsgFlags::empty())?;
        let mut rest = &self.buffer[..len];
        while rest.len() >= HEADER {
            let len = u32_at(rest, 0) as usize;
            let kind = u16::from_ne_bytes([rest[4], rest[5]]);
            if kind == ERROR && u32_at(rest, HEADER) != 0 {
                return Err(Errno::from_raw(
                    (u32_at(rest, HEADER) as i32).wrapping_neg(),
                ));
            }
            each(kind, &rest[HEADER..len]);
            rest = &rest[len.next_multiple_of(4).min(rest.len())..];
        }
        Ok(())
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4]
        .first_chunk()
        .map_or(0, |raw| u32::from_ne_bytes(*raw))
}

/// The attributes behind a header: id without flags, payload.
fn attributes(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let header = rest.first_chunk::<4>()?;
        let len = usize::from(u16::from_ne_bytes([header[0], header[1]]));
        let id = u16::from_ne_bytes([header[2], header[3]]) & 0x3fff;
        let payload = rest.get(4..len)?;
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
        Some((id, payload))
    })
}

/// A request of at most 64 bytes, built in place.
#[derive(Default)]
struct Message {
    bytes: [[u8; 32]; 2],
    len: usize,
}

impl Message {
    fn new(kind: u16, flags: u16, sequence: u32, header: &[u8]) -> Self {
        let mut message = Self::default();
        message.put(&[0; 4]);
        message.put(&kind.to_ne_bytes());
        message.put(&flags.to_ne_bytes());
        message.put(&sequence.to_ne_bytes());
        message.put(&[0; 4]);
        message.put(header);
        message
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.bytes.as_flattened_mut()[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    #[inline]
    fn attribute(&mut self, id: u16, payload: &[u8]) {
        self.put(&((4 + payload.len()) as u16).to_ne_bytes());
        self.put(&id.to_ne_bytes());
        self.put(payload);
        self.len = self.len.next_multiple_of(4);
    }

    #[inline]
    fn finish(&mut self) -> &[u8] {
        let len = self.len;
        let bytes = self.bytes.as_flattened_mut();
        bytes[..4].copy_from_slice(&(len as u32).to_ne_bytes());
        &bytes[..len]
    }
}

/// Adds a route of the main table: protocol static, scope link, unicast.
#[inline]
fn new_route(number: u64, ifindex: u32, sequence: u32, flags: u16) -> Message {
    let header = [AF_INET as u8, 32, 0, 0, 254, 4, 253, 1, 0, 0, 0, 0];
    let mut message = Message::new(NEW_ROUTE, REQUEST | flags, sequence, &header);
    message.attribute(1, &(FIRST + number as u32).to_be_bytes());
    message.attribute(4, &ifindex.to_ne_bytes());
    message
}

#[inline]
fn get_link(name: &str, sequence: u32) -> Message {
    let mut message = Message::new(GET_LINK, REQUEST, sequence, &[0; IFINFOMSG]);
    let mut text = [0; 16];
    text[..name.len()].copy_from_slice(name.as_bytes());
    message.attribute(3, &text[..name.len() + 1]);
    message
}

/// `ack=last` asks for the acknowledgement of the last request of each batch alone.
fn route_add(args: &Args, meter: &Meter) -> Outcome {
    let (n, batch) = (args.number("n", 20_000), args.number("batch", 1));
    let ifindex = args.number("ifindex", 0) as u32;
    let last_only = args.text("ack", "each") == "last";
    let mut batches = Vec::new();
    for start in (0..n).step_by(batch as usize) {
        let (mut bytes, end) = (Vec::new(), n.min(start + batch));
        for number in start..end {
            let wanted = !last_only || number + 1 == end;
            let flags = CREATE_EXCL | if wanted { ACK } else { 0 };
            bytes.extend_from_slice(new_route(number, ifindex, number as u32 + 1, flags).finish());
        }
        batches.push((bytes, if last_only { 1 } else { end - start }));
    }
    let mut socket = Socket::open()?;
    meter.run(|| {
        for (bytes, acks) in &batches {
            socket.send(bytes)?;
            let mut left = *acks;
            while left > 0 {
                socket.receive(|_, _| left -= 1)?;
            }
        }
        nix::Result::Ok(Done { n, checks: (n, 0) })
    })
}

/// What a dump does with each object.
struct What {
    decode: bool,
    collect: usize,
    times: u64,
}

impl What {
    fn dump(&self, meter: &Meter, kind: u16, header: usize, family: u8) -> Outcome {
        let mut fixed = [0; IFINFOMSG];
        fixed[0] = family;
        let mut request = Message::new(kind, REQUEST | DUMP, 1, &fixed[..header]);
        let request = request.finish();
        let mut socket = Socket::open()?;
        let object = vec![1u8; self.collect];
        meter.run(|| {
            let (mut count, mut sum) = (0, 0);
            for _ in 0..self.times {
                let (mut over, mut array) = (false, Vec::new());
                socket.send(request)?;
                while !over {
                    socket.receive(|of, body| {
                        if of == DONE {
                            over = true;
                            return;
                        }
                        count += 1;
                        if self.collect > 0 {
                            array.extend_from_slice(&object);
                        }
                        if self.decode {
                            sum += decode(kind, body);
                        }
                    })?;
                }
                black_box(array);
            }
            nix::Result::Ok(Done {
                n: count,
                checks: (count, sum),
            })
        })
    }
}

fn decode(kind: u16, body: &[u8]) -> u64 {
    match kind {
        GET_ROUTE => black_box(Route::read(body)).oif.into(),
        GET_LINK => black_box(Link::read(body)).sum(),
        _ => black_box(Neighbour::read(body)).ifindex.into(),
    }
}

fn link_get(args: &Args, meter: &Meter, decode: bool) -> Outcome {
    let (n, name) = (args.number("n", 20_000), args.text("name", "lo"));
    let mut request = get_link(name, 1);
    let request = request.finish();
    let mut socket = Socket::open()?;
    meter.run(|| {
        let mut sum = 0;
        for _ in 0..n {
            socket.send(request)?;
            socket.receive(|_, body| {
                if decode {
                    sum += black_box(Link::read(body)).sum();
                }
            })?;
        }
        nix::Result::Ok(Done {
            n,
            checks: (n, sum),
        })
    })
}

#[derive(Default)]
struct Route {
    header: [u8; RTMSG],
    dst: [u8; 4],
    oif: u32,
    table: u32,
    priority: u32,
}

impl Route {
    fn read(body: &[u8]) -> Self {
        let mut route = Self::default();
        route.header.copy_from_slice(&body[..RTMSG]);
        for (id, payload) in attributes(&body[RTMSG..]) {
            match id {
                1 => route.dst.copy_from_slice(payload),
                4 => route.oif = u32_at(payload, 0),
                6 => route.priority = u32_at(payload, 0),
                15 => route.table = u32_at(payload, 0),
                _ => {}
            }
        }
        route
    }
}

#[derive(Default)]
#[expect(dead_code, reason = "filled in for the work it is")]
struct Neighbour {
    ifindex: u32,
    state: u32,
    dst: [u8; 4],
    lladdr: [u8; 6],
    cache: [u8; 16],
}

impl Neighbour {
    fn read(body: &[u8]) -> Self {
        let mut neighbour = Self {
            ifindex: u32_at(body, 4),
            state: u32_at(body, 8),
            ..Self::default()
        };
        for (id, payload) in attributes(&body[NDMSG..]) {
            match id {
                1 => neighbour.dst.copy_from_slice(payload),
                2 => neighbour.lladdr.copy_from_slice(payload),
                3 => neighbour.cache.copy_from_slice(payload),
                _ => {}
            }
        }
        neighbour
    }
}

struct Link {
    header: [u8; IFINFOMSG],
    numbers: [u32; 32],
    name: [u8; 16],
    name_len: usize,
    qdisc: [u8; 16],
    kind: [u8; 16],
    address: [u8; 32],
    broadcast: [u8; 32],
    stats64: [[u8; 25]; 8],
    af_spec: usize,
}

impl Link {
    fn read(body: &[u8]) -> Self {
        let mut link = Self {
            header: [0; IFINFOMSG],
            numbers: [0; 32],
            name: [0; 16],
            name_len: 0,
            qdisc: [0; 16],
            kind: [0; 16],
            address: [0; 32],
            broadcast: [0; 32],
            stats64: [[0; 25]; 8],
            af_spec: 0,
        };
        link.header.copy_from_slice(&body[..IFINFOMSG]);
        for (id, payload) in attributes(&body[IFINFOMSG..]) {
            match id {
                1 => copy(&mut link.address, payload),
                2 => copy(&mut link.broadcast, payload),
                3 => {
                    link.name_len = payload.len() - 1;
                    copy(&mut link.name, payload);
                }
                4 | 5 | 10 | 13 | 27 => link.numbers[usize::from(id)] = u32_at(payload, 0),
                50 | 51 => link.numbers[usize::from(id - 50)] = u32_at(payload, 0),
                6 => copy(&mut link.qdisc, payload),
                16 => link.numbers[16] = payload[0].into(),
                18 => {
                    if let Some((_, kind)) = attributes(payload).find(|(id, _)| *id == 1) {
                        copy(&mut link.kind, kind);
                    }
                }
                23 => copy(link.stats64.as_flattened_mut(), payload),
                26 => link.af_spec = payload.len(),
                _ => {}
            }
        }
        link
    }

    fn sum(&self) -> u64 {
        self.name_len as u64 + u64::from(self.numbers[4])
    }
}

/// As much as fits.
fn copy(to: &mut [u8], from: &[u8]) {
    let len = from.len().min(to.len());
    to[..len].copy_from_slice(&from[..len]);
}

fn codec(args: &Args, meter: &Meter) -> Outcome {
    let iters = args.number("iters", 200_000);
    let new_route_bytes = codec::message(args, "newroute", codec::NEW_ROUTE)?;
    let new_link_bytes = codec::message(args, "newlink", codec::NEW_LINK)?;
    let calls = [
        (
            "decode_route",
            meter.per_call(iters, |_| {
                black_box(Route::read(black_box(&new_route_bytes[HEADER..])));
            }),
        ),
        (
            "decode_link",
            meter.per_call(iters, |_| {
                black_box(Link::read(black_box(&new_link_bytes[HEADER..])));
            }),
        ),
        (
            "encode_route",
            meter.per_call(iters, |number| {
                black_box(new_route(number, 3, number as u32, CREATE_EXCL | ACK).finish());
            }),
        ),
        (
            "encode_getlink",
            meter.per_call(iters, |number| {
                black_box(get_link(black_box("veth1000"), number as u32).finish());
            }),
        ),
    ];
    meter.print_calls(iters, &calls)
}

/// Writes the first route of the main table and the link called `name=` to the files `newroute=` and `newlink=`.
pub(crate) fn capture(args: &Args) -> Outcome {
    let mut socket = Socket::open()?;
    let mut request = Message::new(
        GET_ROUTE,
        REQUEST | DUMP,
        1,
        &[2, 0, 0, 0, 254, 0, 0, 0, 0, 0, 0, 0],
    );
    socket.send(request.finish())?;
    let (mut route, mut over) = (None, false);
    while !over {
        socket.receive(|kind, body| {
            over |= kind == DONE;
            if kind == NEW_ROUTE && body[4] == 254 && route.is_none() {
                route = Some(body.to_vec());
            }
        })?;
    }
    let mut link = None;
    socket.send(get_link(args.text("name", "lo"), 1).finish())?;
    socket.receive(|_, body| link = Some(body.to_vec()))?;
    for (key, kind, body) in [
        ("newroute", NEW_ROUTE, route),
        ("newlink", GET_LINK - 2, link),
    ] {
        let body = body.ok_or("the kernel has no such object")?;
        // Sequence number and port id differ each time and say nothing.
        let mut bytes = ((HEADER + body.len()) as u32).to_ne_bytes().to_vec();
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(&[0; 10]);
        bytes.extend_from_slice(&body);
        fs::write(args.text(key, key), bytes)?;
    }
    Ok(())
}
