//! Bytes as hex with their meaning beside them: [`annotate`].

use super::{
    IntShape, Member, NameStyle, OwnedKey, Part, Place, SetSchema, Shape, name_of, read_uint,
};
use crate::wire::attr::attr_align;
use crate::wire::layout::read_bits;
use crate::wire::{DecodeError, HwAddr, attributes};
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Bytes a line of hex.
const ROW: usize = 8;

/// A message body or payload as lines of hex, each with what it means: names, values, units, nesting.
///
/// For people: snapshots, logs, dissectors. `to_kernel` picks the form where an attribute has one in each direction.
pub fn annotate(shape: &Shape, bytes: &[u8], to_kernel: bool) -> String {
    let mut page = Page {
        text: String::new(),
        to_kernel,
        all: bytes,
    };
    page.shape(shape, 0, bytes.len(), 0, "", None);
    page.text
}

struct Page<'a> {
    text: String,
    to_kernel: bool,
    all: &'a [u8],
}

impl Page<'_> {
    fn bytes(&self, at: usize, len: usize) -> &[u8] {
        let end = (at + len).min(self.all.len());
        self.all.get(at.min(end)..end).unwrap_or_default()
    }

    /// One item: hex in rows, the meaning beside the first row.
    fn line(&mut self, at: usize, len: usize, depth: usize, meaning: &str) {
        let bytes = self.bytes(at, len).to_vec();
        let mut first = true;
        let mut at = at;
        let rows: Vec<&[u8]> = if bytes.is_empty() {
            vec![&[][..]]
        } else {
            bytes.chunks(ROW).collect()
        };
        for row in rows {
            let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
            let meaning = if first { meaning } else { "" };
            let line = format!(
                "{at:04x}  {:<23}  {:indent$}{meaning}",
                hex.join(" "),
                "",
                indent = 2 * depth
            );
            let _ = writeln!(self.text, "{}", line.trim_end());
            at += row.len();
            first = false;
        }
    }

    fn shape(
        &mut self,
        shape: &Shape,
        at: usize,
        len: usize,
        depth: usize,
        name: &str,
        inherited: Option<&OwnedKey>,
    ) {
        match shape {
            octets if is_octets(octets) => {
                let value = hex(self.bytes(at, len));
                self.line(at, len, depth, &format!("{name} = {value}"));
            }
            Shape::Set(schema) => self.set(schema(), at, len, depth, inherited),
            Shape::Groups(item) => self.shape(item, at, len, depth, name, inherited),
            Shape::Struct(schema) => {
                let before = self.text.len();
                self.members(schema().members, at, len, depth);
                // Not even the first member begins.
                if self.text.len() == before && len > 0 {
                    self.line(at, len, depth, "cut short");
                }
            }
            Shape::Packed(item) => {
                let size = item_size(item).max(1);
                for index in 0..len / size {
                    let label = format!("{name}[{index}]");
                    self.shape(item, at + index * size, size, depth, &label, inherited);
                }
            }
            Shape::Array { item, count } => {
                let size = item_size(item).max(1);
                for index in 0..*count {
                    let label = format!("{name}[{index}]");
                    self.shape(item, at + index * size, size, depth, &label, inherited);
                }
            }
            Shape::Lead { int, headless, of } => {
                let case = super::lead_case(of(), int, *headless, self.bytes(at, len));
                self.shape(
                    &case.unwrap_or(Shape::Bytes),
                    at,
                    len,
                    depth,
                    name,
                    inherited,
                );
            }
            Shape::Index { item, .. } | Shape::Items { item, .. } | Shape::Map(item) => {
                let payload = self.bytes(at, len).to_vec();
                let mut end = 0;
                for attr in attributes(&payload) {
                    let attr = match attr {
                        Ok(attr) => attr,
                        Err(error) => return self.malformed(&error, at, len, depth),
                    };
                    let start = at + attr.offset;
                    let label = format!("[{}]", attr.id());
                    self.attr(&label, item, start, attr.payload.len(), depth, inherited);
                    end = attr.offset + attr_align(attr.payload.len());
                }
                self.left_over(at, len, end, depth);
            }
            Shape::Records(records) => {
                for (index, record) in records.each(self.bytes(at, len)).into_iter().enumerate() {
                    let (start, len) = (at + record.start, record.len());
                    self.line(start, 0, depth, &format!("record {index}"));
                    self.shape(records.item, start, len, depth + 1, name, inherited);
                }
            }
            scalar => {
                let value = show(scalar, self.bytes(at, len));
                let label = if name.is_empty() {
                    value
                } else {
                    format!("{name} = {value}")
                };
                self.line(at, len, depth, &label);
            }
        }
    }

    fn members(&mut self, members: &[Member], at: usize, len: usize, depth: usize) {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        let mut end = 0;
        for member in members {
            match member.part {
                Part::Fixed if member.offset >= len => {}
                Part::Fixed => {
                    let size = item_size(&member.shape);
                    if let Some((first, width)) = member.bits {
                        let value =
                            read_bits(self.bytes(at + member.offset, size), size, first, width);
                        let meaning = format!("{} = {value} ({width} bits)", member.name);
                        self.line(at + member.offset, size, depth, &meaning);
                    } else {
                        self.shape(
                            &member.shape,
                            at + member.offset,
                            size,
                            depth,
                            member.name,
                            None,
                        );
                    }
                    end = member.offset + size;
                }
                Part::UnionFixed(_) => {
                    let case = member.case(members, self.bytes(at, len));
                    let shape = case.unwrap_or(Shape::Bytes);
                    let size = item_size(&member.shape);
                    let left = size.min(len.saturating_sub(member.offset));
                    let used = match shape {
                        Shape::Bytes => left,
                        shape => item_size(&shape).min(left),
                    };
                    let start = at + member.offset;
                    self.shape(&shape, start, used, depth, member.name, None);
                    if used < left {
                        self.line(start + used, left - used, depth, "");
                    }
                    end = member.offset + size;
                }
                Part::Length => {
                    let size = item_size(&member.shape);
                    self.line(at + member.offset, size, depth, member.name);
                    end = member.offset + size;
                }
                Part::Count { of, unit, bias } => {
                    let size = item_size(&member.shape);
                    let Shape::Int(int) = &member.shape else {
                        continue;
                    };
                    let stated = read_uint(self.bytes(at + member.offset, size), int);
                    let count = (stated as i64).saturating_sub(bias).max(0) as usize;
                    let count = match unit {
                        super::CountUnit::Bits => count.div_ceil(8),
                        _ => count,
                    };
                    counts.extend(of.iter().map(|tail| (*tail, count)));
                    let meaning = format!("{} = {stated}", member.name);
                    self.line(at + member.offset, size, depth, &meaning);
                    end = member.offset + size;
                }
                Part::Tail => {
                    let size = item_size(&member.shape).max(1);
                    end = end.max(member.offset);
                    let count = counts
                        .iter()
                        .find(|(of, _)| *of == member.name)
                        .map_or(0, |c| c.1);
                    let bytes = count.saturating_mul(size).min(len.saturating_sub(end));
                    for index in 0..bytes / size {
                        let label = format!("{}[{index}]", member.name);
                        self.shape(
                            &member.shape,
                            at + end + index * size,
                            size,
                            depth,
                            &label,
                            None,
                        );
                    }
                    end += bytes;
                }
                Part::Rest | Part::UnionRest(_) => {
                    end = end.max(member.offset);
                    let left = len.saturating_sub(end);
                    let case = member.case(members, self.bytes(at, len));
                    let shape = case.unwrap_or(member.shape);
                    self.shape(&shape, at + end, left, depth, member.name, None);
                    end += left;
                }
            }
        }
    }

    fn set(
        &mut self,
        set: &SetSchema,
        at: usize,
        len: usize,
        depth: usize,
        inherited: Option<&OwnedKey>,
    ) {
        let base = attr_align(set.header_size);
        self.members(set.header, at, len, depth);
        let header = self.bytes(at, set.header_size.min(len)).to_vec();
        let attrs = self.bytes(at + base, len.saturating_sub(base)).to_vec();
        let place = Place {
            header: &header,
            attrs: &attrs,
            inherited,
            to_kernel: self.to_kernel,
        };
        let down = set.provided(&place);
        let mut end = 0;
        for attr in attributes(&attrs) {
            let attr = match attr {
                Ok(attr) => attr,
                Err(error) => return self.malformed(&error, at + base, attrs.len(), depth),
            };
            let start = at + base + attr.offset;
            end = attr.offset + attr_align(attr.payload.len());
            let Some(known) = set.attr(attr.id(), self.to_kernel) else {
                let label = if set.pads.contains(&attr.id()) {
                    "padding".into()
                } else {
                    format!("unknown {}", attr.id())
                };
                self.attr(
                    &label,
                    &Shape::Bytes,
                    start,
                    attr.payload.len(),
                    depth,
                    None,
                );
                continue;
            };
            let key = set.selector(known, attr.payload, &place);
            let case = match (&known.shape, &key) {
                (Shape::Union(union), Some(key)) => union().case(key).map(|case| case.shape),
                _ => None,
            };
            let shape = case.flatten().unwrap_or(known.shape);
            self.attr(
                known.name,
                &shape,
                start,
                attr.payload.len(),
                depth,
                down.as_ref(),
            );
        }
        self.left_over(at + base, attrs.len(), end, depth);
    }

    /// Bytes behind the last attribute, too few for another.
    fn left_over(&mut self, at: usize, len: usize, end: usize, depth: usize) {
        if end < len {
            self.line(at + end, len - end, depth, "left over");
        }
    }

    /// What is left of `len` bytes where they are no attributes any more.
    fn malformed(&mut self, error: &DecodeError, at: usize, len: usize, depth: usize) {
        let left = len.saturating_sub(error.offset());
        self.line(
            at + error.offset(),
            left,
            depth,
            &format!("malformed: {error}"),
        );
    }

    /// An attribute: its header with name and scalar value, nested ones below.
    fn attr(
        &mut self,
        name: &str,
        shape: &Shape,
        at: usize,
        len: usize,
        depth: usize,
        inherited: Option<&OwnedKey>,
    ) {
        if is_scalar(shape) {
            let value = show(shape, self.bytes(at, len));
            let meaning = if value.is_empty() {
                name.to_owned()
            } else {
                format!("{name} = {value}")
            };
            self.line(at - 4, 4 + len, depth, &meaning);
        } else {
            self.line(at - 4, 4, depth, name);
            self.shape(shape, at, len, depth + 1, "", inherited);
        }
    }
}

/// An array of plain bytes reads best as one run of hex.
fn is_octets(shape: &Shape) -> bool {
    match shape {
        Shape::Array { item, .. } | Shape::Packed(item) => matches!(
            item,
            Shape::Int(int) if int.size == 1 && int.names.style == NameStyle::Plain
        ),
        _ => false,
    }
}

fn is_scalar(shape: &Shape) -> bool {
    is_octets(shape)
        || !matches!(
            shape,
            Shape::Set(_)
                | Shape::Struct(_)
                | Shape::Packed(_)
                | Shape::Array { .. }
                | Shape::Index { .. }
                | Shape::Items { .. }
                | Shape::Map(_)
                | Shape::Lead { .. }
                | Shape::Records(_)
                | Shape::Groups(_)
        )
}

/// Bytes of a form of fixed size, zero for others.
pub(super) fn item_size(shape: &Shape) -> usize {
    match shape {
        Shape::Int(int) => int.size,
        Shape::Bitfield32(_) => 8,
        Shape::Chars(len) => *len,
        Shape::Mac => 6,
        Shape::Ipv4 => 4,
        Shape::Ipv6 | Shape::Inet => 16,
        Shape::Array { item, count } => item_size(item) * count,
        Shape::FixedUnion { size, .. } => *size,
        Shape::Struct(schema) => schema().size,
        _ => 0,
    }
}

fn hex(bytes: &[u8]) -> String {
    let octets: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    octets.join(" ")
}

fn show_int(int: &IntShape, bytes: &[u8]) -> String {
    if bytes.len() != int.size {
        return hex(bytes);
    }
    let bits = read_uint(bytes, int);
    let number = if int.signed {
        (bits as i64).to_string()
    } else {
        bits.to_string()
    };
    let number = match int.names.style {
        NameStyle::Flags => format!("{bits:#x}"),
        NameStyle::Time(per_second) => format!("{number}/{per_second} s"),
        _ => number,
    };
    match int.name(bits) {
        Some(name) => format!("{number} ({name})"),
        None if int.bool => (bits != 0).to_string(),
        None => number,
    }
}

/// A scalar in words: number and name, address, text; hex for what has no other form.
pub fn show(shape: &Shape, bytes: &[u8]) -> String {
    match shape {
        Shape::Flag => String::new(),
        Shape::Int(int) => show_int(int, bytes),
        Shape::VarInt { signed } => {
            let int = IntShape {
                size: bytes.len(),
                signed: *signed,
                ..IntShape::of::<u64>(8, false)
            };
            show_int(&int, bytes)
        }
        Shape::Text { .. } | Shape::Chars(_) => {
            let end = bytes
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(bytes.len());
            format!(
                "\"{}\"",
                bytes.get(..end).unwrap_or_default().escape_ascii()
            )
        }
        Shape::Mac | Shape::HwAddr => HwAddr::from(bytes).to_string(),
        Shape::Ipv4 | Shape::Ipv6 | Shape::Ip => {
            match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
                (Ok(octets), _) => Ipv4Addr::from(octets).to_string(),
                (_, Ok(octets)) => Ipv6Addr::from(octets).to_string(),
                _ => hex(bytes),
            }
        }
        Shape::Inet => match <[u8; 16]>::try_from(bytes) {
            // The family stands elsewhere; zeros behind four octets mean IPv4.
            Ok(octets) if octets.iter().skip(4).all(|octet| *octet == 0) => {
                let [a, b, c, d, ..] = octets;
                Ipv4Addr::new(a, b, c, d).to_string()
            }
            Ok(octets) => Ipv6Addr::from(octets).to_string(),
            Err(_) => hex(bytes),
        },
        Shape::Bitfield32(names) => match bytes.split_first_chunk::<4>() {
            Some((value, mask)) => {
                let value = u32::from_ne_bytes(*value).into();
                let mask = read_uint(mask, &IntShape::of::<u32>(4, false));
                let named = |bits: u64| match name_of(names, bits) {
                    Some(name) => format!("{bits:#x} ({name})"),
                    None => format!("{bits:#x}"),
                };
                format!("{} mask {}", named(value), named(mask))
            }
            None => hex(bytes),
        },
        _ => hex(bytes),
    }
}
