//! Payloads of other machines, whose integers have another byte order or other alignments: [`translate`].

use super::annotate::item_size;
use super::{
    IntShape, Member, OwnedKey, Part, Place, RecordShape, SetSchema, Shape, lead_case, read_uint,
    tail_len,
};
use crate::wire::attr::{ATTR_HEADER, FLAG_BITS, attr_align, is_one_attr};
use crate::wire::layout::{align_up, write_bits};

/// How a machine has integers in memory, and so in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abi {
    /// Whether the most significant byte comes first.
    pub big: bool,
    /// To how many bytes a 64-bit integer is aligned in a struct.
    pub align64: usize,
}

impl Abi {
    /// That of the machine this runs on.
    pub const HOST: Abi = Abi {
        big: cfg!(target_endian = "big"),
        align64: align_of::<u64>(),
    };

    /// That of x86-64, and of most others with 64 bits.
    pub const X86_64: Abi = Abi {
        big: false,
        align64: 8,
    };
}

/// A payload from a machine with another ABI, as this machine would have it.
///
/// For recordings and captures, which hold the bytes of the machine they were made on. What no schema knows stays as it is.
/// Padding within structs becomes zero.
#[must_use]
pub fn translate(
    shape: &Shape,
    bytes: &[u8],
    to_kernel: bool,
    inherited: Option<u64>,
    from: Abi,
) -> Vec<u8> {
    if from == Abi::HOST {
        return bytes.to_vec();
    }
    let walk = Walk { to_kernel, from };
    walk.shape(shape, bytes, inherited.map(OwnedKey::Int).as_ref())
}

/// The bytes of one number in the other order, unless they are in network byte order.
fn swapped(bytes: &[u8], swap: bool) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if swap {
        bytes.reverse();
    }
    bytes
}

/// The first `len` bytes, or as many as there are, and the rest.
fn split(bytes: &[u8], len: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(len).unwrap_or((bytes, &[]))
}

/// An attribute as it stands there.
struct Attr<'a> {
    id_and_flags: u16,
    payload: &'a [u8],
    padding: &'a [u8],
}

struct Walk {
    to_kernel: bool,
    from: Abi,
}

impl Walk {
    const fn swaps(&self) -> bool {
        self.from.big != Abi::HOST.big
    }

    fn half(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(if self.from.big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    }

    fn shape(&self, shape: &Shape, bytes: &[u8], inherited: Option<&OwnedKey>) -> Vec<u8> {
        match shape {
            // One of another length is read by nobody, and no number.
            Shape::Int(int) => swapped(bytes, self.swaps() && !int.big && bytes.len() == int.size),
            Shape::VarInt { .. } => swapped(bytes, self.swaps() && matches!(bytes.len(), 4 | 8)),
            Shape::Bitfield32(_) => {
                let words = bytes.chunks(4);
                words
                    .flat_map(|word| swapped(word, self.swaps() && word.len() == 4))
                    .collect()
            }
            Shape::Array { item, .. } | Shape::Packed(item) => {
                let items = bytes.chunks(self.size(item).max(1));
                items
                    .flat_map(|one| self.shape(item, one, inherited))
                    .collect()
            }
            Shape::Index { item, .. } | Shape::Items { item, .. } | Shape::Map(item) => {
                let mut out = Vec::new();
                let (list, rest) = self.attrs(bytes);
                for attr in list {
                    let payload = self.shape(item, attr.payload, inherited);
                    put(&mut out, &attr, &payload);
                }
                out.extend(rest);
                out
            }
            Shape::Records(records) => self.records(records, bytes, inherited),
            Shape::Groups(item) => self.shape(item, bytes, inherited),
            Shape::Struct(schema) => {
                let schema = schema();
                self.members(schema.members, schema.size, bytes, inherited)
            }
            Shape::Set(schema) => self.set(schema(), bytes, inherited),
            Shape::Lead { int, headless, of } => {
                // The front as this machine has it, read as the start of an attribute and as the selector.
                let front = |sizes: &[usize]| {
                    let (mut out, mut rest) = (Vec::new(), bytes);
                    for size in sizes {
                        let (one, left) = split(rest, *size);
                        out.extend(swapped(one, self.swaps()));
                        rest = left;
                    }
                    out.extend(rest);
                    out
                };
                let as_attr = front(&[2, 2]);
                let case = if headless.is_some() && is_one_attr(&as_attr) {
                    lead_case(of(), int, *headless, &as_attr)
                } else {
                    let size = if int.big { 0 } else { int.size };
                    lead_case(of(), int, *headless, &front(&[size]))
                };
                self.shape(&case.unwrap_or(Shape::Bytes), bytes, inherited)
            }
            // Strings, addresses and what has no meaning are the same everywhere.
            _ => bytes.to_vec(),
        }
    }

    /// The attributes, and what is left behind the last one that is whole.
    fn attrs<'a>(&self, bytes: &'a [u8]) -> (Vec<Attr<'a>>, &'a [u8]) {
        let (mut list, mut rest) = (Vec::new(), bytes);
        while let (Some(len), Some(id_and_flags)) = (self.half(rest, 0), self.half(rest, 2)) {
            let len = usize::from(len);
            let Some(payload) = rest.get(ATTR_HEADER..len) else {
                break;
            };
            let (_, behind) = split(rest, len);
            let (padding, next) = split(behind, attr_align(len) - len);
            list.push(Attr {
                id_and_flags,
                payload,
                padding,
            });
            rest = next;
        }
        (list, rest)
    }

    fn records(
        &self,
        records: &RecordShape,
        bytes: &[u8],
        inherited: Option<&OwnedKey>,
    ) -> Vec<u8> {
        let (at, size) = records.length;
        let int = IntShape::of::<u64>(size, false);
        let (mut out, mut rest) = (Vec::new(), bytes);
        while let Some(stated) = rest.get(at..at + size) {
            let len = read_uint(&swapped(stated, self.swaps()), &int) as usize;
            let len = len.max(at + size);
            let (record, _) = split(rest, len);
            let (_, next) = split(rest, align_up(len, records.align));
            let mut record = self.shape(records.item, record, inherited);
            // What is in it may have become shorter or longer.
            let new = record.len() as u64;
            if let Some(slot) = record.get_mut(at..at + size) {
                slot.fill(0);
                write_bits(slot, size, 0, 8 * size as u32, new);
            }
            out.extend(record);
            if !next.is_empty() {
                out.resize(align_up(out.len(), records.align), 0);
            }
            rest = next;
        }
        out.extend(rest);
        out
    }

    fn members(
        &self,
        members: &[Member],
        size: usize,
        bytes: &[u8],
        inherited: Option<&OwnedKey>,
    ) -> Vec<u8> {
        let there = self.layout(members, size);
        let mut out = vec![0; size];
        let mut whole = 0;
        // Unions come last: what says which case they are must be in its place by then.
        let (unions, plain): (Vec<_>, Vec<_>) = members
            .iter()
            .zip(&there.offsets)
            .partition(|(member, _)| matches!(member.part, Part::UnionFixed(_)));
        for (member, from) in plain {
            if matches!(member.part, Part::Tail | Part::Rest | Part::UnionRest(_)) {
                continue;
            }
            let Some(have) = bytes.get(*from..from + self.size(&member.shape)) else {
                continue;
            };
            let size = item_size(&member.shape);
            let Some(slot) = out.get_mut(member.offset..member.offset + size) else {
                continue;
            };
            whole = whole.max(member.offset + size);
            match member.bits {
                Some((first, width)) => {
                    write_bits(slot, size, first, width, self.bits(have, first, width));
                }
                None => copy(slot, &self.shape(&member.shape, have, None)),
            }
        }
        for (member, from) in unions {
            let Some(have) = bytes.get(*from..from + self.size(&member.shape)) else {
                continue;
            };
            let size = item_size(&member.shape);
            let end = member.offset + size;
            whole = whole.max(end);
            // Whether something stands behind the case is seen in the bytes as they came.
            if let Some(slot) = out.get_mut(member.offset..end) {
                copy(slot, have);
            }
            let case = member.case(members, &out).unwrap_or(Shape::Bytes);
            let used = match case {
                Shape::Bytes => have.len(),
                case => self.size(&case).min(have.len()),
            };
            let (case_bytes, _) = split(have, used);
            let case_bytes = self.shape(&case, case_bytes, None);
            if let Some(slot) = out.get_mut(member.offset..end) {
                slot.fill(0);
                copy(slot, &case_bytes);
            }
        }
        if bytes.len() < there.size {
            // An older kernel's, or one that was cut short.
            let kept = if there.size == size {
                bytes.len()
            } else {
                whole
            };
            out.truncate(kept);
            return out;
        }
        self.behind(members, &there, bytes, &mut out, inherited);
        out
    }

    /// What follows the fixed members.
    fn behind(
        &self,
        members: &[Member],
        there: &There,
        bytes: &[u8],
        out: &mut Vec<u8>,
        inherited: Option<&OwnedKey>,
    ) {
        let mut end = there.size;
        for (member, from) in members.iter().zip(&there.offsets) {
            match member.part {
                Part::Tail => {
                    end = end.max(*from);
                    out.resize(out.len().max(member.offset), 0);
                    let size = self.size(&member.shape).max(1);
                    let len = tail_len(members, member, out, size);
                    let (tail, _) = split(bytes.get(end..).unwrap_or_default(), len);
                    for one in tail.chunks(size) {
                        out.extend(self.shape(&member.shape, one, None));
                    }
                    end += tail.len();
                }
                Part::Rest | Part::UnionRest(_) => {
                    end = end.max(*from);
                    out.resize(out.len().max(member.offset), 0);
                    let case = member.case(members, out).unwrap_or(Shape::Bytes);
                    let rest = bytes.get(end..).unwrap_or_default();
                    out.extend(self.shape(&case, rest, inherited));
                    return;
                }
                _ => {}
            }
        }
        // A newer kernel's.
        out.extend(bytes.get(end..).unwrap_or_default());
    }

    /// A bitfield: allocated from the least significant bit on a little-endian machine, from the most significant one on others.
    fn bits(&self, storage: &[u8], first: u32, width: u32) -> u64 {
        let bits = 8 * storage.len() as u32;
        let unit = read_uint(
            &swapped(storage, self.swaps()),
            &IntShape::of::<u64>(storage.len(), false),
        );
        let shift = if self.from.big {
            bits.saturating_sub(first + width)
        } else {
            first
        };
        unit >> shift & (u64::MAX >> (64 - width.clamp(1, 64)))
    }

    fn set(&self, set: &SetSchema, bytes: &[u8], inherited: Option<&OwnedKey>) -> Vec<u8> {
        let there = self.layout(set.header, set.header_size);
        let (header, _) = split(bytes, there.size);
        let mut out = self.members(set.header, set.header_size, header, inherited);
        if bytes.len() <= there.size {
            return out;
        }
        let header = out.clone();
        out.resize(attr_align(set.header_size), 0);
        let (_, attrs) = split(bytes, attr_align(there.size));
        let (list, rest) = self.attrs(attrs);
        let known = |attr: &Attr<'_>| set.attr(attr.id_and_flags & !FLAG_BITS, self.to_kernel);
        // First what can be selectors, which is never nested; then what they select.
        let mut flat = Vec::new();
        for attr in &list {
            let shape = known(attr).map(|known| known.shape);
            let shape = shape.filter(is_flat).unwrap_or(Shape::Bytes);
            put(&mut flat, attr, &self.shape(&shape, attr.payload, None));
        }
        let place = Place {
            header: &header,
            attrs: &flat,
            inherited,
            to_kernel: self.to_kernel,
        };
        let down = set.provided(&place);
        for attr in &list {
            let shape = known(attr).and_then(|known| match known.shape {
                Shape::Union(union) => {
                    let key = set.selector(known, attr.payload, &place)?;
                    union().case(&key)?.shape
                }
                shape => Some(shape),
            });
            let shape = shape.unwrap_or(Shape::Bytes);
            put(
                &mut out,
                attr,
                &self.shape(&shape, attr.payload, down.as_ref()),
            );
        }
        out.extend(rest);
        out
    }

    fn size(&self, shape: &Shape) -> usize {
        size_in(shape, self.from)
    }

    fn layout(&self, members: &[Member], size: usize) -> There {
        layout_in(members, size, self.from)
    }
}

fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

/// Appends an attribute as this machine has it.
fn put(out: &mut Vec<u8>, attr: &Attr<'_>, payload: &[u8]) {
    let len = ATTR_HEADER + payload.len();
    out.extend((len as u16).to_ne_bytes());
    out.extend(attr.id_and_flags.to_ne_bytes());
    out.extend(payload);
    if payload.len() == attr.payload.len() {
        out.extend(attr.padding);
    } else {
        out.resize(out.len() + attr_align(len) - len, 0);
    }
}

/// Whether a form has no attributes inside.
fn is_flat(shape: &Shape) -> bool {
    !matches!(
        shape,
        Shape::Set(_)
            | Shape::Union(_)
            | Shape::Groups(_)
            | Shape::Index { .. }
            | Shape::Items { .. }
            | Shape::Map(_)
            | Shape::Records(_)
            | Shape::Lead { .. }
    )
}

/// Where members stand on some machine.
struct There {
    offsets: Vec<usize>,
    size: usize,
}

/// The layout of a struct on a machine, from the one here.
///
/// A schema has offsets of this machine only. Those that follow from its alignments follow from the other's there; others
/// are of a packed struct, or of one that is the same everywhere.
fn layout_in(members: &[Member], size: usize, abi: Abi) -> There {
    let same = || There {
        offsets: members.iter().map(|member| member.offset).collect(),
        size,
    };
    if abi.align64 == Abi::HOST.align64 {
        return same();
    }
    let (here, _) = natural(members, Abi::HOST);
    let matches = members
        .iter()
        .zip(&here.offsets)
        .all(|(member, offset)| member.offset == *offset);
    if matches && here.size == size {
        natural(members, abi).0
    } else {
        same()
    }
}

/// The layout that C gives to members, and its alignment.
fn natural(members: &[Member], abi: Abi) -> (There, usize) {
    let (mut offsets, mut at, mut align) = (Vec::new(), 0, 1);
    let mut storage = None;
    let mut fixed = true;
    for member in members {
        // Neighbours in one storage.
        if let (Some(offset), true) = (offsets.last(), storage == Some(member.offset)) {
            if member.bits.is_some() {
                offsets.push(*offset);
                continue;
            }
        }
        storage = member.bits.map(|_| member.offset);
        let own = align_in(&member.shape, abi);
        if matches!(member.part, Part::Tail | Part::Rest | Part::UnionRest(_)) {
            if std::mem::take(&mut fixed) {
                at = align_up(at, align);
            }
            offsets.push(align_up(at, own));
            continue;
        }
        at = align_up(at, own);
        offsets.push(at);
        at += size_in(&member.shape, abi);
        align = align.max(own);
    }
    let size = align_up(at, align);
    (There { offsets, size }, align)
}

fn size_in(shape: &Shape, abi: Abi) -> usize {
    match shape {
        Shape::Array { item, count } => size_in(item, abi) * count,
        Shape::Struct(schema) => {
            let schema = schema();
            layout_in(schema.members, schema.size, abi).size
        }
        Shape::FixedUnion { size, of } if abi.align64 != Abi::HOST.align64 => {
            let cases = of().cases.iter().filter_map(|case| case.shape);
            let sizes = |abi| {
                let largest = cases.clone().map(|shape| size_in(&shape, abi)).max();
                align_up(largest.unwrap_or_default(), align_in(shape, abi))
            };
            if sizes(Abi::HOST) == *size {
                sizes(abi)
            } else {
                *size
            }
        }
        shape => item_size(shape),
    }
}

fn align_in(shape: &Shape, abi: Abi) -> usize {
    match shape {
        Shape::Int(int) if int.size == 8 => abi.align64,
        Shape::Int(int) => int.size,
        Shape::Array { item, .. } => align_in(item, abi),
        Shape::Ipv4 | Shape::Ipv6 | Shape::Inet | Shape::Bitfield32(_) => 4,
        Shape::Struct(schema) => {
            let schema = schema();
            let (here, align) = natural(schema.members, Abi::HOST);
            let is_natural = here.size == schema.size && align > 1;
            if is_natural {
                natural(schema.members, abi).1
            } else {
                1
            }
        }
        Shape::FixedUnion { of, .. } => {
            let cases = of().cases.iter().filter_map(|case| case.shape);
            cases.map(|shape| align_in(&shape, abi)).max().unwrap_or(1)
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{Abi, translate};
    use crate::generated::route::link::{Link, LinkKind};
    use crate::wire::{Cx, Shape, Value};

    /// A machine that has the other byte order, and the same alignments.
    const OTHER: Abi = Abi {
        big: !Abi::HOST.big,
        ..Abi::HOST
    };

    /// A number as that machine has it.
    fn there<const N: usize>(mut bytes: [u8; N]) -> Vec<u8> {
        bytes.reverse();
        bytes.to_vec()
    }

    fn half(number: u16) -> Vec<u8> {
        there(number.to_ne_bytes())
    }

    fn word(number: u32) -> Vec<u8> {
        there(number.to_ne_bytes())
    }

    fn attr(id: u16, payload: &[u8]) -> Vec<u8> {
        let mut bytes = [half(4 + payload.len() as u16), half(id), payload.to_vec()].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn a_link_of_the_other_byte_order() {
        // IFLA_INFO_DATA of a VLAN stands in front of its kind; the protocol is in network byte order anyway.
        let data = [attr(1, &half(7)), attr(5, &[0x88, 0xa8])].concat();
        let info = [attr(2, &data), attr(1, b"vlan\0")].concat();
        let header = [vec![0, 0], half(1), word(3), word(1), word(0)].concat();
        let bytes = [
            header,
            attr(3, b"v0\0"),
            attr(4, &word(1500)),
            attr(18, &info),
            attr(0x3ff0, &word(9)),
        ];
        let bytes = translate(&Link::SHAPE, &bytes.concat(), false, None, OTHER);
        let link = Link::decode(&bytes, Cx::from_kernel()).unwrap();
        assert_eq!((link.hw_type.0, link.index), (1, 3));
        assert_eq!(link.mtu, Some(1500));
        let Some(LinkKind::Vlan(Some(vlan))) = link.link_info.and_then(|info| info.kind) else {
            panic!("{bytes:02x?}")
        };
        assert_eq!(vlan.id, Some(7));
        assert_eq!(vlan.protocol.map(|protocol| protocol.0), Some(0x88a8));
        // What no spec has stays as it was.
        let unknown: Vec<_> = link.unknown.iter().collect();
        assert_eq!(unknown.len(), 1);
        assert_eq!(
            (unknown[0].id(), unknown[0].payload),
            (0x3ff0, &word(9)[..])
        );
    }

    #[test]
    fn what_is_cut_short_stays() {
        let header = [vec![0, 0], half(1), word(3), word(1), word(0)].concat();
        let bytes = [&header[..], &half(40), &half(4), &[1, 2]].concat();
        let found = translate(&Link::SHAPE, &bytes, false, None, OTHER);
        assert_eq!(found[16..], bytes[16..]);
        assert_eq!(found[4..8], 3u32.to_ne_bytes());
        assert_eq!(
            translate(&Link::SHAPE, &bytes[..3], false, None, OTHER).len(),
            3
        );
        assert!(translate(&Shape::Bytes, &bytes, false, None, OTHER) == bytes);
    }

    #[test]
    fn a_struct_of_other_alignments() {
        // `struct rtnl_link_ifmap` in IFLA_MAP: 28 bytes where 64-bit integers align to four, 32 where they align to eight.
        let (short, long) = (28, 32);
        let (from, to, align64) = if Abi::HOST.align64 == 8 {
            (short, long, 4)
        } else {
            (long, short, 8)
        };
        let mut map = [1u64, 2, 3].map(u64::to_ne_bytes).concat();
        map.extend(4u16.to_ne_bytes());
        map.resize(from, 0);
        let mut bytes = vec![0; 16];
        for word in [4 + from as u16, 14] {
            bytes.extend(word.to_ne_bytes());
        }
        bytes.extend(map);
        let from = Abi {
            align64,
            ..Abi::HOST
        };
        let bytes = translate(&Link::SHAPE, &bytes, false, None, from);
        assert_eq!(bytes.len(), 16 + 4 + to);
        let link = Link::decode(&bytes, Cx::from_kernel()).unwrap();
        let map = link.map.unwrap();
        assert_eq!((map.mem_start, map.base_addr, map.irq), (1, 3, 4));
    }
}
