//! Pass 7: sizes of the Rust types, and with them what stands behind a pointer and what is `Copy`.
//!
//! Sizes are those of a 64-bit host and need not be exact: they only keep large values out of line.

use crate::model::{
    Attr, Category, Header, List, Member, Named, Payload, Place, Protocol, Scalar, Selection, Set,
    SetItem, Structure, Type, Union,
};
use std::collections::BTreeMap;

/// Optional structs and sets above this size are boxed.
const LARGEST_INLINE: u64 = 64;

/// Fixed structs up to this size are `Copy`.
const LARGEST_COPY: u64 = 32;

type Key = (Vec<String>, String);

#[derive(Clone, Copy)]
enum Def<'m> {
    Structure(&'m Structure),
    Set(&'m Set),
    Union(&'m Union),
}

struct Sizer<'m> {
    defs: BTreeMap<Key, Def<'m>>,
    known: BTreeMap<Key, u64>,
    stack: Vec<Key>,
}

/// Fills in `boxed` and `copy`.
pub(super) fn settle(protocol: &mut Protocol) {
    let mut boxed: BTreeMap<(Key, String), bool> = BTreeMap::new();
    let mut copy: BTreeMap<Key, bool> = BTreeMap::new();
    {
        let mut sizer = Sizer::new(protocol);
        for (key, def) in sizer.defs.clone() {
            match def {
                Def::Set(set) => {
                    for attr in set.attrs() {
                        let is_boxed = sizer.is_boxed(&key, attr);
                        boxed.insert((key.clone(), attr.meta.name.clone()), is_boxed);
                    }
                }
                Def::Structure(structure) => {
                    let small = sizer.size_of(&key) <= LARGEST_COPY;
                    copy.insert(key, small && sizer.is_plain(structure));
                }
                Def::Union(_) => {}
            }
        }
    }
    for module in &mut protocol.modules {
        for set in &mut module.sets {
            let key = (module.path.clone(), set.meta.name.clone());
            for item in &mut set.items {
                if let SetItem::Attr(attr) = item {
                    let found = boxed.get(&(key.clone(), attr.meta.name.clone()));
                    attr.boxed = found.copied();
                }
            }
        }
        for structure in &mut module.structures {
            let key = (module.path.clone(), structure.meta.name.clone());
            structure.copy = copy.get(&key).copied().unwrap_or_default();
        }
    }
}

fn key(named: &Named) -> Key {
    (named.module.clone(), named.name.clone())
}

impl<'m> Sizer<'m> {
    fn new(protocol: &'m Protocol) -> Self {
        let mut defs = BTreeMap::new();
        for module in &protocol.modules {
            let key = |name: &String| (module.path.clone(), name.clone());
            for item in &module.structures {
                defs.insert(key(&item.meta.name), Def::Structure(item));
            }
            for item in &module.sets {
                defs.insert(key(&item.meta.name), Def::Set(item));
            }
            for item in &module.unions {
                defs.insert(key(&item.meta.name), Def::Union(item));
            }
        }
        Self {
            defs,
            known: BTreeMap::new(),
            stack: Vec::new(),
        }
    }

    /// Whether the value of an attribute of the set `owner` stands behind a pointer.
    fn is_boxed(&mut self, owner: &Key, attr: &Attr) -> bool {
        let Type::Named(named) = &attr.payload.ty else {
            return false;
        };
        if attr.payload.list != List::One || !attr.payload.ty.is_composite() {
            return false;
        }
        // A value inside its own type has no size unless a pointer breaks the circle.
        self.leads_to(&key(named), owner, &mut Vec::new())
            || attr
                .boxed
                .unwrap_or_else(|| self.size_of(&key(named)) > LARGEST_INLINE)
    }

    /// Whether a value of `from` can hold one of `to` without a pointer between them.
    fn leads_to(&self, from: &Key, to: &Key, seen: &mut Vec<Key>) -> bool {
        if from == to {
            return true;
        }
        if seen.contains(from) {
            return false;
        }
        seen.push(from.clone());
        self.inline(from)
            .iter()
            .any(|next| self.leads_to(next, to, seen))
    }

    /// Structs and sets that stand in a definition without a pointer.
    fn inline(&self, def: &Key) -> Vec<Key> {
        let composite = |ty: &Type| match ty {
            Type::Named(named) if ty.is_composite() => Some(key(named)),
            _ => None,
        };
        let of_members = |members: &[Member]| -> Vec<Key> {
            let fields = members.iter().filter_map(|member| match member {
                Member::Field(field) if matches!(field.place, Place::Fixed | Place::Rest) => {
                    composite(&field.ty)
                }
                _ => None,
            });
            fields.collect()
        };
        match self.defs.get(def) {
            Some(Def::Structure(structure)) => of_members(&structure.members),
            Some(Def::Set(set)) => {
                let attrs = set.attrs().filter(|attr| attr.payload.list == List::One);
                let mut list: Vec<Key> = attrs
                    .filter_map(|attr| composite(&attr.payload.ty))
                    .collect();
                list.extend(
                    set.header
                        .iter()
                        .flat_map(|header| of_members(&header.members)),
                );
                list
            }
            _ => Vec::new(),
        }
    }

    fn size_of(&mut self, def: &Key) -> u64 {
        if let Some(size) = self.known.get(def) {
            return *size;
        }
        if self.stack.contains(def) {
            return 8;
        }
        self.stack.push(def.clone());
        let size = match self.defs.get(def).copied() {
            Some(Def::Structure(structure)) => {
                let growth = if structure.grows.is_some() { 8 } else { 0 };
                round(self.members(&structure.members) + growth)
            }
            Some(Def::Set(set)) => self.set(def, set),
            Some(Def::Union(union)) => self.union(union),
            None => 0,
        };
        self.stack.pop();
        self.known.insert(def.clone(), size);
        size
    }

    fn set(&mut self, def: &Key, set: &Set) -> u64 {
        let header: &[Member] = set
            .header
            .as_ref()
            .map_or(&[], |header: &Header| &header.members);
        // The last field keeps unknown attributes behind one pointer.
        let mut size = 8 + self.members(header);
        for item in &set.items {
            size += match item {
                SetItem::Pair(pair) => self.optional(&pair.data.payload),
                SetItem::Attr(attr) if self.is_boxed(def, attr) => 8,
                SetItem::Attr(attr) => self.optional(&attr.payload),
            };
        }
        round(size)
    }

    fn members(&mut self, members: &[Member]) -> u64 {
        let mut size = 0;
        for member in members {
            if let Member::Field(field) = member {
                size += match field.place {
                    Place::Tail | Place::RestList => 24,
                    Place::Rest | Place::Fixed => self.ty(&field.ty),
                };
            }
        }
        size
    }

    /// Size of an `Option` around a payload; values with a spare bit pattern need no extra byte.
    fn optional(&mut self, payload: &Payload) -> u64 {
        if payload.list != List::One {
            return 24;
        }
        let size = self.ty(&payload.ty);
        match &payload.ty {
            Type::Scalar(
                Scalar::Flag
                | Scalar::Bool
                | Scalar::String
                | Scalar::Bytes
                | Scalar::HwAddr
                | Scalar::Ip,
            ) => size,
            Type::Scalar(Scalar::Mac | Scalar::Ipv4 | Scalar::Ipv6) => size + 1,
            ty if ty.is_union() || size > 8 => size,
            _ => 2 * size,
        }
    }

    fn ty(&mut self, ty: &Type) -> u64 {
        match ty {
            Type::Int(int) => int.size(),
            Type::Scalar(scalar) => scalar.rust_size(),
            Type::Bits(named) => 2 * named.category.repr().map_or(4, |repr| repr.size()),
            Type::Chars(_) => 24,
            Type::Array(item, len) => self.ty(item).saturating_mul(*len),
            Type::Named(named) => match named.category.repr() {
                Some(repr) => repr.size(),
                None => self.size_of(&key(named)),
            },
        }
    }

    fn union(&mut self, union: &Union) -> u64 {
        let data = union.cases.iter().filter_map(|case| case.payload.as_ref());
        let mut largest = match union.selection {
            // The kind and the bytes of a case this version does not know.
            Selection::Tagged => 40,
            Selection::Selected => 16,
            Selection::Fixed => union.size,
        };
        for payload in data {
            let boxed = union.selection != Selection::Fixed && payload.ty.is_composite();
            largest = largest.max(if boxed { 8 } else { self.optional(payload) });
        }
        round(largest + 8)
    }

    /// Whether a struct has neither heap data nor members that are not `Copy`.
    fn is_plain(&self, structure: &Structure) -> bool {
        structure.grows.is_none()
            && structure
                .fields()
                .all(|field| field.place == Place::Fixed && self.is_plain_type(&field.ty))
    }

    fn is_plain_type(&self, ty: &Type) -> bool {
        match ty {
            Type::Int(_) | Type::Bits(_) => true,
            Type::Chars(_) => false,
            Type::Scalar(scalar) => {
                !matches!(scalar, Scalar::String | Scalar::Bytes | Scalar::HwAddr)
            }
            Type::Array(item, _) => self.is_plain_type(item),
            Type::Named(named) => match (named.category, self.defs.get(&key(named))) {
                (Category::Struct, Some(Def::Structure(structure))) => self.is_plain(structure),
                (
                    Category::Enum(_) | Category::Flags(_) | Category::Unit(_) | Category::Parts(_),
                    _,
                ) => true,
                _ => false,
            },
        }
    }
}

fn round(size: u64) -> u64 {
    size.div_ceil(8).saturating_mul(8)
}
