//! Messages made from a schema and a string of bytes that decides everything: [`make`].
//!
//! Where the string ends, nothing more is added, so a shorter string, or one of smaller bytes, makes a simpler message. That is how
//! proptest finds small failures, and how a fuzzer gets past what random bytes never reach.

mod place;
mod source;

pub use source::{Source, damage};

use netlink::wire::schema::{
    AttrSchema, CaseKey, CountUnit, IntShape, Limits, Member, Part, RecordShape, Selector,
    SetSchema, StructSchema, UnionSchema,
};
use netlink::wire::{Encoder, Shape, attributes};
use place::{Place, Selected, Way, case, fixed_size, int_bytes, mask, number_in, select};

/// A message body.
#[derive(Clone, Debug)]
pub struct Made {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The selector that the conversation must provide.
    pub context: Option<u64>,
    /// Ids and payloads of the attributes that no spec has, in sets that are understood.
    pub unknown: Vec<(u16, Vec<u8>)>,
}

/// A well-formed body of this form: every attribute has a length that its type takes, at the place where it belongs. What it says may
/// be anything the wire can carry: values without a name, texts that are no text, attributes that no spec has, one of them twice.
pub fn make(shape: &Shape, to_kernel: bool, source: &mut Source<'_>) -> Made {
    let mut maker = Maker {
        source,
        to_kernel,
        depth: 0,
        attributes: 0,
        context: None,
        unknown: Vec::new(),
    };
    let bytes = maker.payload(shape, Limits::NONE, None);
    Made {
        bytes,
        context: maker.context,
        unknown: maker.unknown,
    }
}

/// Sets within each other, at most. The decoder takes more.
const DEEPEST: usize = 5;

/// Attributes of a message, about.
const MOST: usize = 200;

/// Bytes of the payload of an attribute, at most.
const LONGEST: usize = 65_531;

struct Maker<'s, 'b> {
    source: &'s mut Source<'b>,
    to_kernel: bool,
    depth: usize,
    attributes: usize,
    context: Option<u64>,
    unknown: Vec<(u16, Vec<u8>)>,
}

impl Maker<'_, '_> {
    /// The number of an integer, sooner or later every interesting one.
    fn number(&mut self, int: &IntShape, limits: Limits) -> u64 {
        let names = int.names.values;
        match self.source.below(8) {
            0 => 0,
            1 => 1,
            2 => u64::MAX,
            3 => 1 << (8 * int.size - 1),
            4 => match limits.range {
                Some((low, high)) if self.source.chance(128) => high.max(low) as u64,
                Some((low, _)) => low as u64,
                None => (1 << (8 * int.size - 1)) - 1,
            },
            5 | 6 if !names.is_empty() => names[self.source.below(names.len())].2,
            _ => (0..int.size).fold(0, |bits, _| bits << 8 | u64::from(self.source.byte())),
        }
    }

    /// A length, more often a telling one than not.
    fn len(&mut self, most: Option<usize>) -> usize {
        let len = match self.source.below(16) {
            0 => 0,
            1 => most.unwrap_or(22),
            2 => most.map_or(23, |most| most + 1),
            3 => 256 + self.source.below(4096),
            4..=9 => self.source.below(8),
            _ => self.source.below(40),
        };
        len.min(2 * most.unwrap_or(usize::MAX / 2))
    }

    /// Few bytes each with a decision of its own, the others by repeating those.
    fn filler(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = self.source.bytes(len.min(32));
        for index in bytes.len()..len {
            bytes.push(bytes[index % 32].wrapping_add(index as u8));
        }
        bytes
    }

    fn text(&mut self, most: Option<usize>) -> Vec<u8> {
        let len = self.len(most);
        let mut text = self.filler(len);
        text.iter_mut()
            .filter(|byte| **byte == 0)
            .for_each(|byte| *byte = b'a');
        if self.source.chance(8) {
            if let Some(first) = text.first_mut() {
                *first = 0;
            }
        }
        text
    }

    /// A payload of its own. `down` is the selector that the enclosing set provides.
    fn payload(&mut self, shape: &Shape, limits: Limits, down: Option<&Selected>) -> Vec<u8> {
        match shape {
            Shape::Flag => Vec::new(),
            Shape::Int(int) => int_bytes(self.number(int, limits), int),
            Shape::VarInt { .. } => {
                let size = if self.source.chance(128) { 8 } else { 4 };
                let int = IntShape::of::<u64>(size, false);
                int_bytes(self.number(&int, limits), &int)
            }
            Shape::Text { nul } => {
                let mut text = self.text(limits.max);
                if *nul && !self.source.chance(16) {
                    text.push(0);
                }
                text
            }
            Shape::Bytes | Shape::HwAddr => {
                let len = self.len(limits.max);
                self.filler(len)
            }
            Shape::Ip => {
                let len = if self.source.chance(128) { 16 } else { 4 };
                self.source.bytes(len)
            }
            Shape::Packed(item) => {
                let count = self.len(limits.max).min(200 / fixed_size(item).max(1) + 3);
                (0..count).flat_map(|_| self.fixed(item)).collect()
            }
            Shape::Index { base, item } => {
                let odd = self.source.chance(8);
                self.nest(item, down, |maker, index| {
                    base + index + u16::from(odd) * u16::from(maker.source.byte())
                })
            }
            Shape::Items { id, item } => {
                let odd = self.source.chance(8);
                self.nest(item, down, |maker, _| {
                    id + u16::from(odd) * u16::from(maker.source.byte())
                })
            }
            Shape::Map(item) => self.nest(item, down, |maker, _| maker.source.word() & 0x3fff),
            Shape::Records(records) => self.records(records, down),
            Shape::Groups(item) => self.groups(item, down),
            Shape::Struct(schema) => self.structure(schema(), &[]),
            Shape::Set(schema) => self.set(schema(), down),
            // The case is picked by whoever has the selector.
            Shape::Union(_) => Vec::new(),
            Shape::Lead { int, headless, of } => self.lead(int, *headless, of()),
            other => self.fixed(other),
        }
    }

    /// A value of fixed size.
    fn fixed(&mut self, shape: &Shape) -> Vec<u8> {
        match shape {
            Shape::Int(int) => int_bytes(self.number(int, Limits::NONE), int),
            Shape::Chars(len) => {
                let mut text = self.text(Some(*len));
                text.truncate(*len);
                if text.len() < *len {
                    // Behind the NUL may be anything.
                    text.push(0);
                    if self.source.chance(16) {
                        let left = len - text.len();
                        text.extend(self.filler(left));
                    }
                }
                text.resize(*len, 0);
                text
            }
            Shape::Inet => {
                let mut octets = self.source.bytes(16);
                if !self.source.chance(128) {
                    octets[4..].fill(0);
                }
                octets
            }
            Shape::Array { item, count } => (0..*count).flat_map(|_| self.fixed(item)).collect(),
            Shape::Struct(schema) => self.members(schema().members, schema().size, &[]),
            other => self.source.bytes(fixed_size(other)),
        }
    }

    fn records(&mut self, records: &RecordShape, down: Option<&Selected>) -> Vec<u8> {
        let (at, size) = records.length;
        let int = IntShape::of::<u64>(size, false);
        let mut all = Vec::new();
        for _ in 0..self.source.below(4) {
            let mut record = self.payload(records.item, Limits::NONE, down);
            let stated = int_bytes(record.len() as u64, &int);
            if record.len() < at + size || number_in(&stated, &int) != record.len() as u64 {
                break;
            }
            record[at..at + size].copy_from_slice(&stated);
            record.resize(record.len().next_multiple_of(records.align), 0);
            all.extend(record);
        }
        all
    }

    /// A request has one of the sets in each attribute.
    fn groups(&mut self, item: &Shape, down: Option<&Selected>) -> Vec<u8> {
        let count = if self.to_kernel {
            1
        } else {
            self.source.below(4)
        };
        (0..count)
            .flat_map(|_| self.payload(item, Limits::NONE, down))
            .collect()
    }

    fn lead(&mut self, int: &IntShape, headless: Option<u64>, of: &UnionSchema) -> Vec<u8> {
        let (key, shape) = self.pick(of, int);
        if headless.is_some_and(|headless| key == Selected::Number(headless)) {
            return self.one_attribute(shape);
        }
        let mut bytes = match shape {
            Some(shape) => self.payload(&shape, Limits::NONE, None),
            None => self.source.bytes(int.size),
        };
        if let Selected::Number(number) = key {
            let front = int_bytes(number, int);
            bytes.resize(bytes.len().max(front.len()), 0);
            bytes[..front.len()].copy_from_slice(&front);
        }
        bytes
    }

    /// The first attribute of a set, or one that no spec has.
    fn one_attribute(&mut self, shape: Option<Shape>) -> Vec<u8> {
        let unknown = self.unknown.len();
        let mut bytes = match shape {
            Some(shape) => self.payload(&shape, Limits::NONE, None),
            None => Vec::new(),
        };
        self.unknown.truncate(unknown);
        let first = attributes(&bytes).next();
        match first {
            Some(Ok(attr)) if !attr.payload.is_empty() => {
                let end = attr.offset + attr.payload.len();
                bytes.truncate(end.next_multiple_of(4));
            }
            _ => {
                bytes.clear();
                append(&mut bytes, 0x3fff, &[0; 4]);
            }
        }
        bytes
    }

    /// A case of a union by number: its selector and form.
    fn pick(&mut self, union: &UnionSchema, int: &IntShape) -> (Selected, Option<Shape>) {
        let key = match union.cases.len() {
            0 => Selected::Number(self.number(int, Limits::NONE)),
            count => match union.cases[self.source.below(count)].key {
                Some(CaseKey::Int(number)) if !self.source.chance(24) => Selected::Number(number),
                _ => Selected::Number(self.number(int, Limits::NONE)),
            },
        };
        // As much of it as the wire carries.
        let key = match key {
            Selected::Number(number) => Selected::Number(number_in(&int_bytes(number, int), int)),
            text => text,
        };
        let shape = case(union, &key).and_then(|case| case.shape);
        (key, shape)
    }

    /// A case of a union whose selector stands there, as much of it as fits.
    fn pick_at(&mut self, union: &UnionSchema, place: &Place) -> u64 {
        match (self.pick(union, &place.int).0, place.part) {
            (Selected::Number(number), Some((_, width))) => number & mask(width),
            (Selected::Number(number), None) => number,
            _ => 0,
        }
    }

    /// A struct; selectors have the values that are wanted.
    fn structure(&mut self, schema: &StructSchema, wanted: &[(Way, u64)]) -> Vec<u8> {
        let mut bytes = self.members(schema.members, schema.size, wanted);
        let rest = schema
            .members
            .iter()
            .find_map(|member| match (member.part, &member.shape) {
                (Part::UnionRest(way), Shape::Union(union)) => Some((way, union())),
                _ => None,
            });
        if let Some((way, union)) = rest {
            let key = select(schema.members, way, &bytes);
            let shape = key.and_then(|key| case(union, &key)?.shape);
            if let (true, Some(shape)) = (self.source.chance(200), shape) {
                bytes.extend(self.payload(&shape, Limits::NONE, None));
            }
        }
        if schema.grows && self.source.chance(64) {
            let more = self.source.below(12);
            bytes.extend(self.source.bytes(more));
        }
        bytes
    }

    /// Members of a struct or header, and what follows them; selectors have the values that are wanted.
    fn members(&mut self, members: &[Member], size: usize, wanted: &[(Way, u64)]) -> Vec<u8> {
        let mut bytes = vec![0; size];
        if self.source.chance(32) {
            // Padding need not be zero.
            bytes.fill(self.source.byte());
        }
        let put = |bytes: &mut Vec<u8>, member: &Member, value: Vec<u8>| {
            if let Some(slot) = bytes.get_mut(member.offset..member.offset + value.len()) {
                slot.copy_from_slice(&value);
            }
        };
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for member in members {
            let value = match member.part {
                // Bitfields share the storage: what each says comes from the whole of it.
                Part::Fixed if member.bits.is_some() => {
                    self.source.bytes(fixed_size(&member.shape))
                }
                Part::Fixed | Part::Length => self.fixed(&member.shape),
                Part::Count { of, unit, bias } => {
                    let Shape::Int(int) = &member.shape else {
                        continue;
                    };
                    let tails = members.iter().filter(|other| {
                        matches!(other.part, Part::Tail) && of.contains(&other.name)
                    });
                    let each = tails.map(|tail| fixed_size(&tail.shape)).max();
                    let each = each.unwrap_or(1).max(1);
                    let mut count = self.source.below(5);
                    let mut value = self.count(count, each, unit, bias, int);
                    if value.is_empty() {
                        // A bias may leave no way to say that there is nothing.
                        count = 1;
                        value = self.count(count, each, unit, bias, int);
                    }
                    counts.extend(of.iter().map(|tail| (*tail, count)));
                    value
                }
                Part::Tail | Part::Rest | Part::UnionRest(_) | Part::UnionFixed(_) => continue,
            };
            put(&mut bytes, member, value);
        }
        for (way, number) in wanted {
            if let Some(place) = Place::find(members, way) {
                place.write(&mut bytes, *number);
            }
        }
        for member in members {
            let (way, union) = match (member.part, &member.shape) {
                (Part::UnionFixed(way), Shape::FixedUnion { of, .. }) => (way, of()),
                (Part::UnionRest(way), Shape::Union(of)) => (way, of()),
                _ => continue,
            };
            let Some(place) = Place::find(members, way) else {
                continue;
            };
            if !wanted.iter().any(|(other, _)| *other == way) {
                let number = self.pick_at(union, &place);
                place.write(&mut bytes, number);
            }
        }
        for member in members {
            let (Part::UnionFixed(way), Shape::FixedUnion { size, of }) =
                (member.part, &member.shape)
            else {
                continue;
            };
            let key = select(members, way, &bytes);
            let shape = key.and_then(|key| case(of(), &key)?.shape);
            let value = match shape {
                Some(shape) if !self.source.chance(64) => {
                    let mut value = self.fixed(&shape);
                    value.resize(*size, 0);
                    value
                }
                _ => self.source.bytes(*size),
            };
            put(&mut bytes, member, value);
        }
        for member in members {
            match member.part {
                Part::Tail => {
                    let counted = counts.iter().find(|(of, _)| *of == member.name);
                    for _ in 0..counted.map_or(0, |(_, count)| *count) {
                        let item = self.fixed(&member.shape);
                        bytes.extend(item);
                    }
                }
                Part::Rest => {
                    let rest = self.payload(&member.shape, Limits::NONE, None);
                    bytes.extend(rest);
                }
                _ => {}
            }
        }
        bytes
    }

    /// What counts so many elements of a tail; nothing if the wire cannot say it.
    fn count(
        &mut self,
        count: usize,
        each: usize,
        unit: CountUnit,
        bias: i64,
        int: &IntShape,
    ) -> Vec<u8> {
        let number = match unit {
            CountUnit::Items => count,
            CountUnit::Bytes => count * each,
            // No value has less than whole bytes. A set keeps such an attribute as it came; a struct on its own is refused.
            CountUnit::Bits if self.depth > 0 => {
                (8 * count * each).saturating_sub(self.source.below(2))
            }
            CountUnit::Bits => 8 * count * each,
        };
        let number = number as i64 + bias;
        let value = int_bytes(number as u64, int);
        if number_in(&value, int) as i64 == number {
            value
        } else {
            Vec::new()
        }
    }

    fn nest(
        &mut self,
        item: &Shape,
        down: Option<&Selected>,
        mut id: impl FnMut(&mut Self, u16) -> u16,
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        for index in 0..self.source.below(5) {
            let id = id(self, index as u16);
            let payload = self.payload(item, Limits::NONE, down);
            self.put(&mut bytes, id, &payload);
        }
        bytes
    }

    fn set(&mut self, set: &'static SetSchema, down: Option<&Selected>) -> Vec<u8> {
        self.depth += 1;
        let bytes = self.set_at_depth(set, down);
        self.depth -= 1;
        bytes
    }

    fn set_at_depth(&mut self, set: &'static SetSchema, down: Option<&Selected>) -> Vec<u8> {
        let mut wanted: Vec<(Way, u64)> = Vec::new();
        for attr in set.attrs {
            if let (Selector::Header(way), Shape::Union(union)) = (attr.selector, &attr.shape) {
                let known = wanted.iter().any(|(other, _)| *other == way);
                if let (Some(place), false) = (Place::find(set.header, way), known) {
                    wanted.push((way, self.pick_at(union(), &place)));
                }
            }
        }
        let mut bytes = self.members(set.header, set.header_size, &wanted);
        let header = bytes.clone();
        if self.depth > DEEPEST || self.attributes > MOST {
            return bytes;
        }
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let mut work = Work {
            set,
            decided: Vec::new(),
            bytes,
        };
        // What is nested depends on it, so it is decided first.
        let inside = match set.provide {
            Selector::None => down.cloned(),
            provide => self.selected(&mut work, provide, &header, down),
        };
        let steps = self.source.below(12);
        for _ in 0..steps {
            if self.source.is_empty() {
                break;
            }
            if self.source.chance(24) || set.attrs.is_empty() {
                self.stranger(&mut work);
                continue;
            }
            // Most forms stand within others, which would come up rarely among many plain attributes.
            let deep: Vec<&AttrSchema> = set.attrs.iter().filter(|attr| is_deep(attr)).collect();
            let picked = if !deep.is_empty() && self.source.chance(112) {
                deep[self.source.below(deep.len())]
            } else {
                &set.attrs[self.source.below(set.attrs.len())]
            };
            let Some(attr) = set.attr(picked.id, self.to_kernel) else {
                continue;
            };
            if is_selector(set, attr.id) {
                self.decide(&mut work, attr.id, &[]);
                continue;
            }
            let selected = match attr.selector {
                Selector::Inherited if down.is_none() && self.depth == 1 => self.inherited(attr),
                Selector::Length => self.length(attr),
                selector => self.selected(&mut work, selector, &header, down),
            };
            let shape = match (&attr.shape, selected) {
                (Shape::Union(union), Some(key)) => match case(union(), &key) {
                    // Data of a kind that has none stays raw.
                    Some(case) => case.shape.unwrap_or(Shape::Bytes),
                    None => Shape::Bytes,
                },
                (Shape::Union(_), None) => Shape::Bytes,
                (shape, _) => *shape,
            };
            self.attributes += 1;
            let unknown = self.unknown.len();
            let payload = self.payload(&shape, attr.limits, inside.as_ref());
            if !self.put(&mut work.bytes, attr.id, &payload) {
                self.unknown.truncate(unknown);
            }
        }
        work.bytes
    }

    /// What only the conversation can provide.
    fn inherited(&mut self, attr: &AttrSchema) -> Option<Selected> {
        let Shape::Union(union) = &attr.shape else {
            return None;
        };
        if self.context.is_none() {
            let int = IntShape::of::<u32>(4, false);
            if let (Selected::Number(number), _) = self.pick(union(), &int) {
                self.context = Some(number);
            }
        }
        self.context.map(Selected::Number)
    }

    /// A length that is the selector of the attribute itself; the case has it.
    fn length(&mut self, attr: &AttrSchema) -> Option<Selected> {
        let Shape::Union(union) = &attr.shape else {
            return None;
        };
        let cases = union().cases;
        match cases.get(self.source.below(cases.len()))?.key {
            Some(CaseKey::Int(len)) => Some(Selected::Number(len)),
            // No payload is as long, so this is the default.
            None => Some(Selected::Number(u64::MAX)),
            Some(CaseKey::Text(_)) => None,
        }
    }

    /// What a selector says in this set.
    fn selected(
        &mut self,
        work: &mut Work,
        selector: Selector,
        header: &[u8],
        down: Option<&Selected>,
    ) -> Option<Selected> {
        match selector {
            Selector::None | Selector::Of(_) | Selector::Length => None,
            Selector::Inherited => down.cloned(),
            Selector::Header(way) => select(work.set.header, way, header),
            Selector::AttrOr(id, or) => self.decide(work, id, &[]).or_else(|| {
                let key = self.selected(work, *or, header, down)?;
                Some(Selected::Or(Box::new(key)))
            }),
            Selector::Attr(id, way) => self.decide(work, id, way),
        }
    }

    /// Writes a selector the first time it is asked for, or leaves it out for good.
    fn decide(&mut self, work: &mut Work, id: u16, way: Way) -> Option<Selected> {
        let attr = work.set.attr(id, self.to_kernel)?;
        let known = work.decided.iter().find(|(known, _)| *known == id);
        let payload = match known {
            Some((_, decided)) => decided.clone(),
            None => {
                let payload = if self.source.chance(12) {
                    None
                } else {
                    self.selector(work, attr)
                };
                let payload = payload.filter(|payload| self.put(&mut work.bytes, id, payload));
                work.decided.push((id, payload.clone()));
                payload
            }
        }?;
        match (&attr.shape, way) {
            (Shape::Struct(schema), way) => select(schema().members, way, &payload),
            (Shape::Text { .. }, []) => {
                let end = payload.iter().position(|byte| *byte == 0);
                Some(Selected::Text(
                    payload[..end.unwrap_or(payload.len())].to_vec(),
                ))
            }
            (Shape::Int(int), []) => Some(Selected::Number(number_in(&payload, int))),
            // A union that provides its own selector is made like any other attribute.
            _ => None,
        }
    }

    /// The payload of an attribute that says what others are.
    fn selector(&mut self, work: &Work, attr: &AttrSchema) -> Option<Vec<u8>> {
        let unions: Vec<(Way, &UnionSchema)> = work
            .set
            .attrs
            .iter()
            .filter_map(|other| match (&other.shape, other.selector) {
                (Shape::Union(union), Selector::Attr(id, way)) if id == attr.id => {
                    Some((way, union()))
                }
                (Shape::Union(union), Selector::AttrOr(id, _)) if id == attr.id => {
                    Some((&[][..], union()))
                }
                _ => None,
            })
            .collect();
        let union = unions.first().map(|(_, union)| *union);
        match &attr.shape {
            Shape::Text { nul } => {
                let cases = union.map_or(&[][..], |union| union.cases);
                let mut text = match cases
                    .get(self.source.below(cases.len()))
                    .and_then(|case| case.key)
                {
                    Some(CaseKey::Text(text)) if !self.source.chance(24) => {
                        text.as_bytes().to_vec()
                    }
                    _ => {
                        let mut text = self.text(Some(15));
                        text.retain(|byte| *byte != 0);
                        text
                    }
                };
                if *nul {
                    text.push(0);
                }
                Some(text)
            }
            Shape::Int(int) => {
                let number = match union {
                    Some(union) => match self.pick(union, int).0 {
                        Selected::Number(number) => number,
                        _ => return None,
                    },
                    None => self.number(int, attr.limits),
                };
                Some(int_bytes(number, int))
            }
            Shape::Struct(schema) => {
                let mut wanted: Vec<(Way, u64)> = Vec::new();
                for (way, union) in unions {
                    if let Some(place) = Place::find(schema().members, way) {
                        wanted.push((way, self.pick_at(union, &place)));
                    }
                }
                Some(self.structure(schema(), &wanted))
            }
            _ => None,
        }
    }

    /// An attribute that no spec has, or one that only pads.
    fn stranger(&mut self, work: &mut Work) {
        let set = work.set;
        if let (Some(pad), true) = (set.pads.first(), self.source.chance(128)) {
            let len = self.source.below(8);
            let payload = self.source.bytes(len);
            self.put(&mut work.bytes, *pad, &payload);
            return;
        }
        let highest = set
            .attrs
            .iter()
            .map(|attr| attr.id)
            .chain(set.pads.iter().copied())
            .max();
        let id = match self.source.below(4) {
            0 => highest.unwrap_or(0) + 1,
            1 => 0x3fff,
            _ => self.source.word() & 0x3fff,
        };
        if set.attrs.iter().any(|attr| attr.id == id) || set.pads.contains(&id) {
            return;
        }
        let len = self.len(None);
        let payload = self.filler(len);
        let flags = Encoder::flags(self.source.chance(64), self.source.chance(64));
        if append(&mut work.bytes, id | flags, &payload) {
            self.unknown.push((id, payload));
        }
    }

    /// Appends an attribute, with flag bits as senders set them or not; false if it is too long.
    fn put(&mut self, bytes: &mut Vec<u8>, id: u16, payload: &[u8]) -> bool {
        let flags = Encoder::flags(self.source.chance(64), self.source.chance(16));
        append(bytes, id & 0x3fff | flags, payload)
    }
}

/// A set under work.
struct Work {
    set: &'static SetSchema,
    /// Selectors, with their payloads if they were written.
    decided: Vec<(u16, Option<Vec<u8>>)>,
    bytes: Vec<u8>,
}

/// Whether more attributes stand within, or what they are depends on others.
fn is_deep(attr: &AttrSchema) -> bool {
    matches!(
        attr.shape,
        Shape::Set(_)
            | Shape::Union(_)
            | Shape::Index { .. }
            | Shape::Items { .. }
            | Shape::Map(_)
            | Shape::Groups(_)
            | Shape::Lead { .. }
    )
}

/// Whether something here, or in what is nested, depends on this attribute.
fn is_selector(set: &SetSchema, id: u16) -> bool {
    fn leads_to(selector: &Selector, id: u16) -> bool {
        match selector {
            Selector::Attr(other, _) => *other == id,
            Selector::AttrOr(other, or) => *other == id || leads_to(or, id),
            _ => false,
        }
    }
    leads_to(&set.provide, id)
        || set.attrs.iter().any(|attr| {
            leads_to(&attr.selector, id)
                || (attr.id == id && matches!(attr.selector, Selector::Of(_)))
        })
}

fn append(bytes: &mut Vec<u8>, id_and_flags: u16, payload: &[u8]) -> bool {
    if payload.len() > LONGEST || bytes.len() + payload.len() > LONGEST {
        return false;
    }
    bytes.extend(((payload.len() + 4) as u16).to_ne_bytes());
    bytes.extend(id_and_flags.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    true
}
