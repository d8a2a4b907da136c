//! Fixed structs: bitfields, counted tails and unions stand where C puts them, and nothing of them is lost.

use netlink::wire::schema;
use netlink::wire::{Cx, DecodeProblem, Direction, Encoder, InetAddr, Value};
use netlink::{Kind, Layout};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Bitfields: two share the first byte, the third does not fit there, the fourth follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Layout)]
pub struct Bits {
    /// Three bits.
    #[nl(bits = 3)]
    pub a: u8,
    /// Four bits.
    #[nl(bits = 4)]
    pub b: u8,
    /// Two bits, in the next byte.
    #[nl(bits = 2)]
    pub c: u8,
    /// Six bits.
    #[nl(bits = 6)]
    pub d: u8,
}

/// A tail counted from one less.
#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Biased {
    /// Flags, after the count.
    #[nl(count(words, u8, bias = -1))]
    pub flags: u8,
    /// Words.
    #[nl(tail)]
    pub words: Vec<u16>,
}

/// A tail counted in bits.
#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Secret {
    /// Mode, after the count.
    #[nl(count(key, u16, bits))]
    pub mode: u16,
    /// Key.
    #[nl(tail)]
    pub key: Vec<u8>,
}

/// A tail of words counted in bytes.
#[derive(Clone, Debug, Default, PartialEq, Layout)]
pub struct Sized {
    /// Mode, after the count.
    #[nl(count(words, u16, bytes))]
    pub mode: u16,
    /// Words.
    #[nl(tail)]
    pub words: Vec<u32>,
}

/// An address whose family another member tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Layout)]
pub struct Peer {
    /// Address.
    #[nl(by = family)]
    pub address: InetAddr,
    /// Family, behind what it selects.
    pub family: u16,
}

/// A union in a fixed struct.
#[derive(Clone, Copy, Debug, PartialEq, Kind)]
#[nl(key = int, fixed)]
pub enum Match {
    /// Both ports.
    #[nl(case = 6)]
    Ports([u16; 2]),
    /// One type.
    #[nl(case = 58)]
    Type(u8),
    /// Another protocol.
    #[nl(other)]
    Other([u8; 4]),
}

impl Default for Match {
    fn default() -> Self {
        Match::Other([0; 4])
    }
}

/// The struct around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Layout)]
pub struct Flow {
    /// Protocol.
    pub protocol: u8,
    /// What of it.
    #[nl(by = protocol)]
    pub what: Match,
}

fn encode<T: Value>(value: &T, direction: Direction) -> Vec<u8> {
    let mut bytes = Vec::new();
    value
        .encode(&mut Encoder::lossless(&mut bytes, direction))
        .unwrap();
    bytes
}

fn ne32(number: u32) -> [u8; 4] {
    number.to_ne_bytes()
}

fn fixed<T: Value + std::fmt::Debug>(value: &T, bytes: &[u8]) {
    assert_eq!(encode(value, Direction::ToKernel), bytes);
    assert_eq!(&T::decode(bytes, Cx::from_kernel()).unwrap(), value);
}

#[test]
fn bitfields_are_laid_out_as_c_does() {
    let value = Bits {
        a: 5,
        b: 9,
        c: 2,
        d: 33,
    };
    let bytes = if cfg!(target_endian = "big") {
        [5 << 5 | 9 << 1, 2 << 6 | 33]
    } else {
        [5 | 9 << 3, 2 | 33 << 2]
    };
    fixed(&value, &bytes);
    let error = Bits { a: 8, ..value }
        .encode(&mut Encoder::request(&mut Vec::new()))
        .unwrap_err();
    assert_eq!(error.to_string(), "a: 8 is outside 0..=7", "never a cut");
}

#[test]
fn counted_tails() {
    let [a, b] = [0x0102u16, 0x0304].map(u16::to_ne_bytes);
    fixed(
        &Biased {
            flags: 7,
            words: vec![0x0102, 0x0304],
        },
        &[1, 7, a[0], a[1], b[0], b[1]],
    );
    fixed(
        &Biased {
            flags: 7,
            words: vec![0x0102],
        },
        &[0, 7, a[0], a[1]],
    );
    let error = Biased::default()
        .encode(&mut Encoder::request(&mut Vec::new()))
        .unwrap_err();
    assert!(
        error.to_string().starts_with("words: "),
        "one less than none is no count: {error}"
    );
    let error = Biased {
        flags: 0,
        words: vec![0; 257],
    }
    .encode(&mut Encoder::request(&mut Vec::new()));
    assert_eq!(
        error.unwrap_err().to_string(),
        "words: 257 where at most 256 fit"
    );
    let error = Biased::decode(&[3, 0, 1, 2], Cx::from_kernel()).unwrap_err();
    assert_eq!(
        error.problem(),
        &DecodeProblem::BadCount { need: 8, have: 2 }
    );
}

#[test]
fn tails_counted_in_bits_and_bytes() {
    let count = |number: u16| number.to_ne_bytes().to_vec();
    fixed(
        &Secret {
            mode: 1,
            key: vec![1, 2, 3],
        },
        &[count(24), count(1), vec![1, 2, 3]].concat(),
    );
    fixed(
        &Sized {
            mode: 1,
            words: vec![5, 6],
        },
        &[count(8), count(1), ne32(5).to_vec(), ne32(6).to_vec()].concat(),
    );
}

#[test]
fn bytes_behind_a_counted_tail_stay_raw() {
    let bytes = [&[0, 7][..], &[1, 2], &[9, 9]].concat();
    let error = Biased::decode(&bytes, Cx::from_kernel()).unwrap_err();
    assert_eq!(error.problem(), &DecodeProblem::Unrepresentable);
}

#[test]
fn an_address_in_a_fixed_struct() {
    let v4 = Ipv4Addr::new(192, 0, 2, 1);
    let bytes = |address: &[u8], family: u16| {
        let mut bytes = address.to_vec();
        bytes.resize(16, 0);
        bytes.extend(family.to_ne_bytes());
        bytes.resize(20, 0);
        bytes
    };
    fixed(
        &Peer {
            address: InetAddr::V4(v4),
            family: 2,
        },
        &bytes(&v4.octets(), 2),
    );
    let v6 = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    fixed(
        &Peer {
            address: InetAddr::V6(v6),
            family: 10,
        },
        &bytes(&v6.octets(), 10),
    );
    // Another family, and garbage behind an IPv4 address, stay bytes.
    fixed(
        &Peer {
            address: InetAddr::Raw([3; 16]),
            family: 16,
        },
        &bytes(&[3; 16], 16),
    );
    fixed(
        &Peer {
            address: InetAddr::Raw([3; 16]),
            family: 2,
        },
        &bytes(&[3; 16], 2),
    );
}

#[test]
fn a_union_in_a_fixed_struct() {
    let ports = [80u16, 443];
    let [a, b] = ports.map(u16::to_ne_bytes);
    fixed(
        &Flow {
            protocol: 6,
            what: Match::Ports(ports),
        },
        &[6, 0, a[0], a[1], b[0], b[1]],
    );
    fixed(
        &Flow {
            protocol: 58,
            what: Match::Type(135),
        },
        &[58, 0, 135, 0, 0, 0],
    );
    fixed(
        &Flow {
            protocol: 58,
            what: Match::Other([135, 1, 0, 0]),
        },
        &[58, 0, 135, 1, 0, 0],
    );
    fixed(
        &Flow {
            protocol: 1,
            what: Match::Other([1, 2, 3, 4]),
        },
        &[1, 0, 1, 2, 3, 4],
    );
}

/// The leaves of a value's bytes: path, elements, what they say.
fn leaves<T: Value>(bytes: &[u8]) -> Vec<String> {
    let mut list = Vec::new();
    schema::leaves(&T::SHAPE, bytes, false, None, &mut |leaf| {
        let elements: Vec<String> = leaf
            .elements
            .iter()
            .map(|(before, key)| format!("{before}:{key}"))
            .collect();
        list.push(format!(
            "{} [{}] {}",
            leaf.path.join("."),
            elements.join(" "),
            leaf.show(bytes)
        ));
    });
    list
}

#[test]
fn leaves_say_what_members_hold() {
    // C allocates from the least significant bit on little-endian machines, from the most significant one on others.
    let bits = if cfg!(target_endian = "big") {
        [0b1010_1010, 0b1100_0101]
    } else {
        [0b0010_1101, 0b0001_0111]
    };
    assert_eq!(
        leaves::<Bits>(&bits),
        ["a [] 5", "b [] 5", "c [] 3", "d [] 5"]
    );
    let [low, high] = 7u16.to_ne_bytes();
    assert_eq!(
        leaves::<Biased>(&[1, 2, low, high, low, high]),
        [
            "count of words [] 1",
            "flags [] 2",
            "words [1:0] 7",
            "words [1:1] 7"
        ]
    );
    let peer = |address: [u8; 16], family: u16| {
        let mut bytes = address.to_vec();
        bytes.extend(family.to_ne_bytes());
        bytes.resize(20, 0);
        leaves::<Peer>(&bytes)[0].clone()
    };
    // The family decides, not how many octets are zero.
    let mut address = [0; 16];
    address[0] = 10;
    assert_eq!(peer(address, 2), "address [] 10.0.0.0");
    assert_eq!(peer(address, 10), "address [] a00::");
    assert_eq!(leaves::<Flow>(&[58, 0, 135, 0, 0, 0])[1], "what [] 135");
    let [a, b] = [80u16, 443].map(u16::to_ne_bytes);
    assert_eq!(
        leaves::<Flow>(&[6, 0, a[0], a[1], b[0], b[1]])[1..],
        ["what [1:0] 80", "what [1:1] 443"]
    );
}
