//! Bytes that exercise every attribute of a type: [`samples`].

use super::{
    Access, AttrSchema, Case, CaseKey, CountUnit, Fixed, IntShape, Member, NameStyle, Part,
    Selector, SetSchema, Shape, StructSchema, UnionSchema, locate,
};
use crate::wire::Encoder;
use crate::wire::attr::attr_align;
use crate::wire::layout::align_up;
use crate::wire::schema::annotate::item_size;

/// A payload made from a schema, and what is special about it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The union cases it shows, outermost first; empty for the first sample.
    pub cases: Vec<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The selector that the context must provide, for a union that nothing in the message selects.
    pub context: Option<u64>,
}

/// Payloads of this form in which every attribute stands at least once, with values that are neither zero nor alike.
///
/// The first sample holds all attributes; each further one shows another case of a union. For tests: decoding and
/// encoding a sample must give the same bytes.
pub fn samples(shape: &Shape, to_kernel: bool) -> Vec<Sample> {
    Maker {
        to_kernel,
        counter: 0,
        open: Vec::new(),
    }
    .shape(shape, Limits::default())
}

#[derive(Clone, Copy, Default)]
struct Limits {
    max: Option<usize>,
    range: Option<(i128, i128)>,
}

struct Maker {
    to_kernel: bool,
    counter: u8,
    open: Vec<&'static str>,
}

/// A nested set within itself stops here.
const MOST_SAMPLES: usize = 4096;

fn one(bytes: Vec<u8>) -> Vec<Sample> {
    vec![Sample {
        cases: Vec::new(),
        bytes,
        context: None,
    }]
}

impl Maker {
    fn next(&mut self) -> u8 {
        self.counter = if self.counter >= 120 {
            1
        } else {
            self.counter + 1
        };
        self.counter
    }

    fn int(&mut self, int: &IntShape, limits: Limits) -> Vec<u8> {
        let count = self.next();
        let named: Vec<u64> = match int.names.style {
            NameStyle::Enum | NameStyle::Flags => int
                .names
                .values
                .iter()
                .map(|(_, _, value)| *value)
                .filter(|v| *v != 0)
                .collect(),
            _ => Vec::new(),
        };
        let bits = if int.bool {
            1
        } else if let Some(value) = named.get(usize::from(count) % named.len().max(1)) {
            *value
        } else if let Some((low, high)) = limits.range {
            let low = low.max(1);
            (low + i128::from(count) % (high - low + 1).max(1)) as u64
        } else {
            // Distinct bytes show the byte order.
            (0..int.value_size.min(int.size)).fold(0, |bits, step| {
                bits << 8 | u64::from(count.wrapping_add(step as u8) & 0x7f)
            })
        };
        let big = int.big || cfg!(target_endian = "big");
        let all = if big {
            bits.to_be_bytes()
        } else {
            bits.to_le_bytes()
        };
        let part = if big {
            all.get(8 - int.size..)
        } else {
            all.get(..int.size)
        };
        part.unwrap_or_default().to_vec()
    }

    fn text(&mut self, most: Option<usize>) -> Vec<u8> {
        let text = format!("s{}", self.next());
        text.as_bytes()
            .get(..most.unwrap_or(usize::MAX).min(text.len()))
            .unwrap_or_default()
            .to_vec()
    }

    fn shape(&mut self, shape: &Shape, limits: Limits) -> Vec<Sample> {
        match shape {
            Shape::Flag => one(Vec::new()),
            Shape::Int(int) => one(self.int(int, limits)),
            Shape::VarInt { signed } => {
                let mut int = IntShape::of::<u32>(4, false);
                int.signed = *signed;
                one(self.int(&int, limits))
            }
            Shape::Bitfield32(_) => {
                // Small, since flags may have fewer bits than the wire.
                let words = [self.next(), self.next()];
                one(words.map(|bits| u32::from(bits).to_ne_bytes()).concat())
            }
            Shape::Text { nul } => {
                let mut text = self.text(limits.max);
                if *nul {
                    text.push(0);
                }
                one(text)
            }
            Shape::Chars(len) => {
                let mut text = self.text(Some(len - 1));
                text.resize(*len, 0);
                one(text)
            }
            Shape::Bytes => {
                let count = self.next();
                one((0..limits.max.unwrap_or(3).min(3))
                    .map(|step| count + step as u8)
                    .collect())
            }
            Shape::Mac | Shape::HwAddr => one(vec![2, 0, 0, 0, 0, self.next()]),
            Shape::Ipv4 | Shape::Ip => one(vec![192, 0, 2, self.next()]),
            Shape::Ipv6 | Shape::Inet => {
                let mut octets = vec![0x20, 0x01, 0x0d, 0xb8];
                octets.resize(15, 0);
                octets.push(self.next());
                one(octets)
            }
            Shape::Array { item, count } => {
                one((0..*count).flat_map(|_| self.first(item)).collect())
            }
            Shape::Packed(item) => one((0..2).flat_map(|_| self.first(item)).collect()),
            Shape::Map(item) => self.nest(item, |index| 1 + index),
            Shape::Lead { int, headless, of } => {
                let mut samples = Vec::new();
                for case in of().cases {
                    let (Some(shape), Some(CaseKey::Int(key))) = (&case.shape, case.key) else {
                        continue;
                    };
                    for mut sample in self.shape(shape, Limits::default()) {
                        let front = sample.bytes.get_mut(..int.size);
                        if let Some(slot) = front.filter(|_| *headless != Some(key)) {
                            write_number(slot, key);
                        }
                        sample
                            .cases
                            .insert(0, format!("{}::{}", of().name, case.name));
                        samples.push(sample);
                    }
                }
                samples
            }
            Shape::Index { base, item } => self.nest(item, |index| base + index),
            Shape::Items { id, item } => self.nest(item, |_| *id),
            Shape::Groups(item) => {
                let mut all = self.shape(item, Limits::default());
                if !self.to_kernel {
                    let second = self.first(item);
                    for sample in &mut all {
                        sample.bytes.extend_from_slice(&second);
                    }
                }
                all
            }
            Shape::Records(records) => {
                let mut all = self.shape(records.item, Limits::default());
                for sample in &mut all {
                    let (len, (at, size)) = (sample.bytes.len(), records.length);
                    if let Some(slot) = sample.bytes.get_mut(at..at + size) {
                        write_number(slot, len as u64);
                    }
                    sample.bytes.resize(align_up(len, records.align), 0);
                    let again = sample.bytes.clone();
                    sample.bytes.extend(again);
                }
                all
            }
            Shape::Struct(schema) => self.structure(schema()),
            Shape::Set(schema) => self.set(schema()),
            // Without a selector there is no case to pick; sets pick the case themselves.
            Shape::Union(_) => one(Vec::new()),
            Shape::FixedUnion { size, .. } => one(vec![0; *size]),
        }
    }

    /// A struct; one sample a case where it holds a union, or holds a struct that does.
    fn structure(&mut self, schema: &StructSchema) -> Vec<Sample> {
        let fixed = self.members(schema.members, schema.size);
        let unions: Vec<(&Member, &[&str], &UnionSchema)> = schema
            .members
            .iter()
            .filter_map(|member| match (member.part, &member.shape) {
                (Part::UnionRest(path), Shape::Union(of)) => Some((member, path, of())),
                (Part::UnionFixed(path), Shape::FixedUnion { of, .. }) => {
                    Some((member, path, of()))
                }
                _ => None,
            })
            .collect();
        let mut samples = match unions.first() {
            Some((_, path, first)) => first
                .cases
                .iter()
                .flat_map(|case| {
                    let mut all = case.key.map_or_else(Vec::new, |key| {
                        self.with_case(schema, &fixed, path, key, &unions)
                    });
                    for sample in &mut all {
                        let name = format!("{}::{}", first.name, case.name);
                        sample.cases.insert(0, name);
                    }
                    all
                })
                .collect(),
            None => one(fixed),
        };
        let Some(base) = samples.first().map(|sample| sample.bytes.clone()) else {
            return samples;
        };
        for member in schema.members.iter().filter(|m| m.part == Part::Fixed) {
            let Shape::Struct(inner) = member.shape else {
                continue;
            };
            if !holds_union(inner()) {
                continue;
            }
            for mut more in self.structure(inner()).into_iter().skip(1) {
                let mut bytes = base.clone();
                let range = member.offset..member.offset + more.bytes.len();
                if let Some(slot) = bytes.get_mut(range) {
                    slot.copy_from_slice(&more.bytes);
                    more.bytes = bytes;
                    samples.push(more);
                }
            }
        }
        samples
    }

    /// A struct in which one selector has this value: all unions that it selects show their case.
    fn with_case(
        &mut self,
        schema: &StructSchema,
        fixed: &[u8],
        selector: &[&str],
        key: CaseKey,
        unions: &[(&Member, &[&str], &UnionSchema)],
    ) -> Vec<Sample> {
        let (CaseKey::Int(number), Some(found)) = (key, locate(schema.members, selector)) else {
            return Vec::new();
        };
        let mut bytes = fixed.to_vec();
        write_selector(&mut bytes, &found, number);
        let mut rest = one(Vec::new());
        for (member, path, union) in unions {
            if *path != selector {
                continue;
            }
            let case = union.cases.iter().find(|case| case.key == Some(key));
            let shape = case.and_then(|case| case.shape);
            let all = match shape {
                Some(shape) => self.shape(&shape, Limits::default()),
                None => one(Vec::new()),
            };
            if matches!(member.part, Part::UnionRest(_)) {
                rest = all;
                continue;
            }
            let payload = all.first().map_or(&[][..], |first| &first.bytes);
            if let Some(slot) = bytes.get_mut(member.offset..member.offset + payload.len()) {
                slot.copy_from_slice(payload);
            }
        }
        for sample in &mut rest {
            sample.bytes.splice(0..0, bytes.iter().copied());
        }
        rest
    }

    fn first(&mut self, shape: &Shape) -> Vec<u8> {
        self.shape(shape, Limits::default())
            .into_iter()
            .next()
            .map_or(Vec::new(), |s| s.bytes)
    }

    fn nest(&mut self, item: &Shape, id: impl Fn(u16) -> u16) -> Vec<Sample> {
        let firsts = self.shape(item, Limits::default());
        let second = self.first(item);
        firsts
            .into_iter()
            .map(|sample| {
                let mut bytes = Vec::new();
                put(&mut bytes, id(0) | flags(None, item), &sample.bytes);
                put(&mut bytes, id(1) | flags(None, item), &second);
                Sample {
                    cases: sample.cases,
                    bytes,
                    context: sample.context,
                }
            })
            .collect()
    }

    fn members(&mut self, members: &[Member], size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        for member in members {
            let value = match member.part {
                Part::Fixed if member.bits.is_some() => {
                    let (first, width) = member.bits.unwrap_or_default();
                    let storage = item_size(&member.shape);
                    if let Some(slot) = bytes.get_mut(member.offset..) {
                        let value = u64::from(self.next()) & ((1 << width) - 1);
                        crate::wire::layout::write_bits(slot, storage, first, width, value.max(1));
                    }
                    continue;
                }
                // Whoever records a length knows it; unions are filled in by case.
                Part::Length => continue,
                Part::UnionFixed(_) if matches!(member.shape, Shape::FixedUnion { .. }) => continue,
                Part::Fixed | Part::UnionFixed(_) => self.first(&member.shape),
                // Two elements; sixteen bits are two bytes.
                Part::Count { unit, bias, .. } => {
                    let count = if unit == CountUnit::Bits { 16 } else { 2 } + bias;
                    let Shape::Int(int) = &member.shape else {
                        continue;
                    };
                    let range = Some((i128::from(count), i128::from(count)));
                    let exact = IntShape {
                        names: super::Names::PLAIN,
                        ..*int
                    };
                    self.int(&exact, Limits { max: None, range })
                }
                Part::Tail => {
                    let two: Vec<u8> = (0..2).flat_map(|_| self.first(&member.shape)).collect();
                    bytes.extend(two);
                    continue;
                }
                Part::Rest => {
                    let rest = self.first(&member.shape);
                    bytes.extend(rest);
                    continue;
                }
                // One sample a case is made by whoever asked for the struct.
                Part::UnionRest(_) => continue,
            };
            if let Some(slot) = bytes.get_mut(member.offset..member.offset + value.len()) {
                slot.copy_from_slice(&value);
            }
        }
        bytes
    }

    fn set(&mut self, set: &SetSchema) -> Vec<Sample> {
        let header = self.members(set.header, set.header_size);
        // A set within itself (the peer of a pair of links) shows its header only.
        if self.open.contains(&set.name) {
            return one(header);
        }
        self.open.push(set.name);
        let mut head = header;
        head.resize(attr_align(head.len()), 0);
        let mut base = Sample {
            cases: Vec::new(),
            bytes: head.clone(),
            context: None,
        };
        let mut others: Vec<Sample> = Vec::new();
        for attr in set.attrs {
            let other = if self.to_kernel {
                Access::Read
            } else {
                Access::Write
            };
            let paired = set.attrs.iter().filter(|a| a.id == attr.id).count() > 1;
            if (paired && attr.access == other) || matches!(attr.selector, Selector::Of(_)) {
                continue;
            }
            let limits = Limits {
                max: attr.limits.max,
                range: attr.limits.range,
            };
            if let Shape::Union(union) = &attr.shape {
                others.extend(self.union(set, attr, union(), &head));
                continue;
            }
            let mut all = self.shape(&attr.shape, limits).into_iter();
            let id = attr.id | flags(attr.nested, &attr.shape);
            if let Some(first) = all.next() {
                put(&mut base.bytes, id, &first.bytes);
                let one_for_all = !self.to_kernel && matches!(attr.shape, Shape::Groups(_));
                if attr.repeat && !one_for_all {
                    let second = self.first(&attr.shape);
                    put(&mut base.bytes, id, &second);
                }
            }
            others.extend(all.map(|sample| {
                let mut bytes = head.clone();
                put(&mut bytes, id, &sample.bytes);
                Sample {
                    cases: sample.cases,
                    bytes,
                    context: sample.context,
                }
            }));
        }
        self.open.pop();
        let mut samples = vec![base];
        samples.append(&mut others);
        samples.truncate(MOST_SAMPLES);
        samples
    }

    /// One sample a case, in a set with nothing else in it.
    fn union(
        &mut self,
        set: &SetSchema,
        attr: &AttrSchema,
        union: &UnionSchema,
        head: &[u8],
    ) -> Vec<Sample> {
        let mut samples = Vec::new();
        for case in union.cases {
            let payloads = match &case.shape {
                Some(shape) => self.shape(shape, Limits::default()),
                None => one(Vec::new()),
            };
            for payload in payloads {
                let mut bytes = head.to_vec();
                let mut context = payload.context;
                if attr.selector == Selector::Inherited && self.open.len() == 1 {
                    // Nothing above: whoever decodes says it.
                    context = match case.key {
                        Some(CaseKey::Int(key)) => Some(key),
                        Some(CaseKey::Text(_)) => continue,
                        None => Some(u64::from(u32::MAX)),
                    };
                } else if attr.selector == Selector::Length {
                    // A default takes what has the length of no case.
                    let len = payload.bytes.len() as u64;
                    let clash = |other: &Case| other.key == Some(CaseKey::Int(len));
                    match case.key {
                        Some(key) if key != CaseKey::Int(len) => continue,
                        None if union.cases.iter().any(clash) => continue,
                        _ => {}
                    }
                } else if !select(&mut bytes, set, attr.selector, case.key) {
                    continue;
                }
                if let Some(shape) = &case.shape {
                    put(
                        &mut bytes,
                        attr.id | flags(attr.nested, shape),
                        &payload.bytes,
                    );
                }
                let mut cases = vec![format!("{}::{}", union.name, case.name)];
                cases.extend(payload.cases);
                if let (Some(or), Some(shape)) = (case.or, &case.shape) {
                    samples.extend(implied(set, attr, head, or, shape, &payload.bytes, &cases));
                }
                samples.push(Sample {
                    cases,
                    bytes,
                    context,
                });
            }
        }
        samples
    }
}

/// Whether a struct has several forms.
fn holds_union(schema: &StructSchema) -> bool {
    schema.members.iter().any(|member| match member.shape {
        Shape::Union(_) | Shape::FixedUnion { .. } => true,
        Shape::Struct(inner) => holds_union(inner()),
        _ => false,
    })
}

/// A case whose selector is absent, another one standing in for it.
fn implied(
    set: &SetSchema,
    attr: &AttrSchema,
    head: &[u8],
    or: CaseKey,
    shape: &Shape,
    payload: &[u8],
    cases: &[String],
) -> Option<Sample> {
    let Selector::AttrOr(_, other) = attr.selector else {
        return None;
    };
    let mut bytes = head.to_vec();
    if !select(&mut bytes, set, *other, Some(or)) {
        return None;
    }
    put(&mut bytes, attr.id | flags(attr.nested, shape), payload);
    let mut cases = cases.to_vec();
    cases.push("without selector".to_owned());
    Some(Sample {
        cases,
        bytes,
        context: None,
    })
}

/// Writes the selector of a case; `false` where it stands in an enclosing set.
fn select(bytes: &mut Vec<u8>, set: &SetSchema, by: Selector, key: Option<CaseKey>) -> bool {
    match by {
        Selector::Header(path) => {
            let number = match key {
                Some(CaseKey::Int(number)) => number,
                // What every other selector picks: one that no case has.
                None => 0,
                Some(CaseKey::Text(_)) => return false,
            };
            let found = locate(set.header, path);
            found
                .map(|found| write_selector(bytes, &found, number))
                .is_some()
        }
        Selector::AttrOr(id, _) => select(bytes, set, Selector::Attr(id, &[]), key),
        Selector::Attr(id, path) => {
            let Some(attr) = set.attrs.iter().find(|attr| attr.id == id) else {
                return false;
            };
            let payload = match (key, &attr.shape) {
                (Some(CaseKey::Text(text)), Shape::Text { nul }) => {
                    let mut payload = text.as_bytes().to_vec();
                    if *nul {
                        payload.push(0);
                    }
                    payload
                }
                (Some(CaseKey::Int(number)), Shape::Int(int)) => {
                    let mut payload = vec![0; int.size];
                    write_number(&mut payload, number);
                    if int.big && cfg!(target_endian = "little") {
                        payload.reverse();
                    }
                    payload
                }
                (Some(CaseKey::Int(number)), Shape::Struct(schema)) => {
                    let schema = schema();
                    let Some(found) = locate(schema.members, path) else {
                        return false;
                    };
                    let mut payload = vec![0; schema.size];
                    write_selector(&mut payload, &found, number);
                    payload
                }
                _ => return false,
            };
            put(bytes, id | flags(attr.nested, &attr.shape), &payload);
            true
        }
        _ => false,
    }
}

/// Writes a selector into a struct; bits around a part of a number stay.
fn write_selector(bytes: &mut [u8], found: &Fixed, number: u64) {
    let Some(slot) = bytes.get_mut(found.offset..found.offset + found.int.size) else {
        return;
    };
    let number = match found.part {
        Some(place) => {
            let before = super::read_uint(slot, &found.int);
            crate::wire::int::set_part(before, place >> 8, place & 0xff, number)
        }
        None => number,
    };
    write_number(slot, number);
    if found.int.big && cfg!(target_endian = "little") {
        slot.reverse();
    }
}

fn write_number(slot: &mut [u8], number: u64) {
    let size = slot.len();
    let all = number.to_le_bytes();
    if cfg!(target_endian = "big") {
        slot.iter_mut()
            .rev()
            .zip(all)
            .take(size)
            .for_each(|(to, from)| *to = from);
    } else {
        slot.iter_mut().zip(all).for_each(|(to, from)| *to = from);
    }
}

fn flags(nested: Option<bool>, shape: &Shape) -> u16 {
    let natural = match shape {
        Shape::Set(schema) => schema().header_size == 0,
        Shape::Index { .. } | Shape::Items { .. } | Shape::Map(_) => true,
        Shape::Groups(item) => flags(None, item) != 0,
        _ => false,
    };
    Encoder::flags(nested.unwrap_or(natural), false)
}

fn put(bytes: &mut Vec<u8>, id: u16, payload: &[u8]) {
    // A sample attribute is far below the limit; an empty buffer would show if it were not.
    let _ = Encoder::lossless(bytes, crate::wire::Direction::ToKernel).attr(id, |out| {
        out.put(payload);
        Ok(())
    });
}
