//! What *lossless* means, a fixture for each clause: `ARCHITECTURE.md` promises it of whatever the generator makes.

use super::{attr, encode, ok};
use netlink::wire::{Cx, Direction, Value, attributes, schema};
use ok::lossless::{
    duplicates, flag_bits, growth, multiset, order, padding, short_header, trailing_nul,
};

/// Decodes bytes, encodes what came out, and compares both in the sense of the schema.
fn keeps<T: Value + std::fmt::Debug>(bytes: &[u8]) -> T {
    keeps_in(bytes, Direction::FromKernel)
}

/// The same, in a direction.
fn keeps_in<T: Value + std::fmt::Debug>(bytes: &[u8], direction: Direction) -> T {
    let cx = Cx::new(direction);
    let value = T::decode(bytes, cx).unwrap();
    let again = encode(&value, direction);
    let canonical =
        |bytes: &[u8]| schema::canonical(&T::SHAPE, bytes, direction == Direction::ToKernel);
    assert_eq!(canonical(&again), canonical(bytes), "{value:?}");
    assert_eq!(T::decode(&again, cx).unwrap(), value);
    value
}

/// Whether neither of two payloads says more than the other.
fn same<T: Value>(a: &[u8], b: &[u8]) -> bool {
    let canonical = |bytes: &[u8]| schema::canonical(&T::SHAPE, bytes, false);
    canonical(a) == canonical(b)
}

/// Ids and payloads as they stand.
fn list(bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let all = attributes(bytes).map(|attr| attr.unwrap());
    all.map(|attr| (attr.id(), attr.payload)).collect()
}

#[test]
fn ids_and_payloads_are_a_multiset() {
    use multiset::Bag;
    let (note, unknown) = (attr(2, &[1, 0, 0, 0]), attr(300, &[7]));
    let bytes = [
        attr(1, &[5]),
        note.clone(),
        unknown.clone(),
        note.clone(),
        unknown.clone(),
    ]
    .concat();
    let bag: Bag = keeps(&bytes);
    assert_eq!((bag.colour, bag.notes.len()), (Some(5), 2));
    assert_eq!(bag.unknown.iter().count(), 2);
    let mut sorted = bytes.clone();
    let again = encode(&bag, Direction::FromKernel);
    let (mut have, mut want) = (list(&again), list(&sorted));
    have.sort();
    want.sort();
    assert_eq!(have, want);
    // One less of something, or another byte, is another message.
    sorted.truncate(sorted.len() - unknown.len());
    assert!(!same::<Bag>(&again, &sorted));
    assert!(!same::<Bag>(
        &[attr(1, &[5]), note].concat(),
        &[attr(1, &[5]), attr(2, &[2, 0, 0, 0])].concat()
    ));
}

#[test]
fn order_counts_between_equal_ids_only() {
    use order::Queue;
    let (first, second) = (attr(1, &[1]), attr(2, &[2]));
    let (one, two) = (attr(3, &[1]), attr(3, &[2]));
    let queue: Queue = keeps(&[second.clone(), two.clone(), first.clone(), one.clone()].concat());
    assert_eq!(queue.notes, [2, 1]);
    assert!(same::<Queue>(
        &[second.clone(), first.clone()].concat(),
        &[first, second].concat()
    ));
    assert!(!same::<Queue>(
        &[one.clone(), two.clone()].concat(),
        &[two, one].concat()
    ));
}

#[test]
fn padding_does_not_count() {
    use padding::Parcel;
    let carton = |hole: u8| {
        let mut bytes = vec![1, hole, hole, hole];
        bytes.extend(7u32.to_ne_bytes());
        bytes.extend([hole, hole]);
        bytes.extend(*b"ab\0");
        bytes.extend([hole; 3]);
        bytes
    };
    let clean = [attr(1, &[5]), attr(2, &carton(0))].concat();
    let mut dirty = [attr(1, &[5]), attr(2, &carton(9))].concat();
    dirty[5..8].copy_from_slice(&[9, 9, 9]);
    let parcel: Parcel = keeps(&dirty);
    assert_eq!(parcel, keeps(&clean));
    assert_eq!(encode(&parcel, Direction::FromKernel), clean);
    let carton = parcel.carton.unwrap();
    assert_eq!((carton.kind, carton.number), (1, 7));
    assert_eq!(carton.name, "ab");
    // The last attribute's padding may be missing.
    assert_eq!(
        keeps::<Parcel>(&[8, 0, 2, 0][..0]),
        Parcel::default(),
        "nothing is nothing"
    );
    assert_eq!(keeps::<Parcel>(&attr(1, &[5])[..5]).colour, Some(5));
}

#[test]
fn flag_bits_do_not_count() {
    use flag_bits::Outer;
    let port = |bits: u16| attr(1 | bits, &[0x12, 0x34]);
    let plain = [attr(1, &port(0)), attr(2, &[1])].concat();
    for bits in [0x4000, 0x8000, 0xc000] {
        let bytes = [attr(1 | bits, &port(bits)), attr(2 | bits, &[1])].concat();
        let outer: Outer = keeps(&bytes);
        assert_eq!(outer, keeps(&plain));
        assert!(same::<Outer>(&bytes, &plain));
        assert!(outer.unknown.is_empty());
        assert_eq!(outer.inner.unwrap().port, Some(0x1234));
    }
    // What is written has the bits that the spec gives.
    let written = encode(&keeps::<Outer>(&plain), Direction::FromKernel);
    assert_eq!(written[2..4], 0x8001u16.to_ne_bytes());
    assert_eq!(written[6..8], 0x4001u16.to_ne_bytes());
}

#[test]
fn one_trailing_nul_does_not_count() {
    use trailing_nul::Names;
    let with = [attr(1, b"bolt\0"), attr(2, b"nut\0")].concat();
    let without = [attr(1, b"bolt"), attr(2, b"nut")].concat();
    let names: Names = keeps(&with);
    assert_eq!(names, keeps(&without));
    assert!(same::<Names>(&with, &without));
    assert_eq!(
        list(&encode(&names, Direction::FromKernel)),
        [(1, b"bolt\0".as_slice()), (2, b"nut")]
    );
    // A second NUL counts, so that such a string stays raw.
    let second: Names = keeps(&attr(1, b"bolt\0\0"));
    assert_eq!((second.name, second.unknown.iter().count()), (None, 1));
    assert!(!same::<Names>(&attr(1, b"bolt\0\0"), &attr(1, b"bolt")));
}

#[test]
fn a_struct_that_grew_keeps_its_length() {
    use growth::Shop;
    let full: Vec<u8> = (1..=16).collect();
    for len in [8, 10, 12, 16] {
        let bytes = attr(1, &full[..len]);
        let shop: Shop = keeps(&bytes);
        assert_eq!(encode(&shop, Direction::FromKernel), bytes);
        let counters = shop.counters.unwrap();
        assert_eq!(counters.growth.short_len(), (len < 12).then_some(len));
        assert_eq!(counters.growth.tail(), &full[len.min(12)..len]);
    }
    // Shorter than any kernel ever sent it.
    let error = Shop::decode(&attr(1, &full[..4]), Cx::from_kernel()).unwrap_err();
    assert!(error.to_string().contains("SHOP_COUNTERS"), "{error}");
}

#[test]
fn a_header_may_be_shorter_than_its_struct() {
    use short_header::Request;
    for len in 1..8 {
        let bytes = &[2, 3, 0, 0, 7, 0, 0, 0][..len];
        let request: Request = keeps(bytes);
        assert_eq!(request.family, 2);
        // Zeros that the header ends with are not needed; nothing else is left out.
        assert_eq!(encode(&request, Direction::FromKernel), bytes);
    }
    assert!(Request::decode(&[], Cx::from_kernel()).is_err());
    let mut whole = vec![2, 3, 0, 0, 7, 0, 0, 0];
    whole.extend(attr(1, &[5]));
    assert_eq!(keeps::<Request>(&whole).colour, Some(5));
}

#[test]
fn one_of_duplicates_is_the_value() {
    use duplicates::{Sort, Twice};
    let kind = |name: &[u8]| attr(2, name);
    let unions = [
        kind(b"spring\0"),
        attr(3, &[1, 0, 0, 0]),
        kind(b"gear\0"),
        attr(3, &[2, 0, 0, 0]),
    ]
    .concat();
    let colours = [attr(1, &[1]), attr(1, &[2]), attr(300, &[]), attr(1, &[3])].concat();
    let two = u32::from_ne_bytes([2, 0, 0, 0]);
    let spring = Sort::Other {
        kind: "spring".into(),
        data: Some(Box::new([1, 0, 0, 0])),
    };
    // The first of what the kernel sends, the last of what it is sent.
    let ways = [
        (Direction::FromKernel, spring, 1),
        (Direction::ToKernel, Sort::Gear(Some(two)), 3),
    ];
    for (direction, sort, colour) in ways {
        let twice: Twice = keeps_in(&unions, direction);
        assert_eq!(twice.kind, Some(sort), "{direction:?}");
        assert_eq!(twice.unknown.iter().count(), 2);
        let twice: Twice = keeps_in(&colours, direction);
        assert_eq!(twice.colour, Some(colour), "{direction:?}");
        // Written in an order in which that one still counts.
        let again = encode(&twice, direction);
        let ones = list(&again).into_iter().filter(|(id, _)| *id == 1);
        let ones: Vec<u8> = ones.map(|(_, payload)| payload[0]).collect();
        assert_eq!(ones, [1, 2, 3], "{direction:?}");
        let view = Twice::view(&colours, Cx::new(direction)).unwrap();
        assert_eq!(view.colour().unwrap(), Some(colour), "{direction:?}");
    }
}
