//! Strings and link-layer addresses of each length, since short ones stand in place and are put together word by word.

use netlink::wire::{Cx, Encoder, HwAddr, NlString, Value};

/// More than what stands in place, and some words beyond.
const LENGTHS: std::ops::Range<usize> = 0..48;

/// Bytes that differ from their neighbours, with the highest bit set in every other one, and none of them zero.
fn bytes(len: usize) -> Vec<u8> {
    let byte = |index: usize| (index as u8 * 2 + 1) | if index % 2 == 0 { 0x80 } else { 0 };
    (0..len).map(byte).collect()
}

fn encoded<T: Value>(value: &T) -> Vec<u8> {
    let mut buf = Vec::new();
    value.encode(&mut Encoder::request(&mut buf)).unwrap();
    buf
}

#[test]
fn strings_of_each_length_come_back() {
    for len in LENGTHS {
        let text = bytes(len);
        let terminated = [text.as_slice(), &[0]].concat();
        for payload in [&text, &terminated] {
            let string = NlString::decode(payload, Cx::from_kernel()).unwrap();
            assert_eq!(string.as_bytes(), text, "{len} bytes");
            assert_eq!(encoded(&string), terminated, "{len} bytes");
        }
    }
}

#[test]
fn addresses_of_each_length_come_back() {
    for len in LENGTHS {
        let octets = bytes(len);
        let address = HwAddr::decode(&octets, Cx::from_kernel()).unwrap();
        assert_eq!(address.as_bytes(), octets, "{len} bytes");
        assert_eq!(encoded(&address), octets, "{len} bytes");
    }
}

#[test]
fn a_nul_inside_is_found_wherever_it_stands() {
    for len in LENGTHS.skip(1) {
        for at in 0..len {
            let mut text = bytes(len);
            text[at] = 0;
            let inner = at + 1 < len;
            let decoded = NlString::decode(&text, Cx::from_kernel());
            assert_eq!(decoded.is_err(), inner, "NUL at {at} of {len}");
            let mut buf = Vec::new();
            let string = NlString::from(text.as_slice());
            let refused = string.encode(&mut Encoder::request(&mut buf));
            assert!(refused.is_err(), "NUL at {at} of {len}");
        }
    }
}
