//! Pass 2: sizes and alignments of structs in C on a 64-bit host, and structs that contain themselves.

use super::Cx;
use super::index::{DefId, Item};
use crate::model::{Int, Scalar};
use crate::syntax::{Field, TypeExpr};
use std::collections::BTreeMap;

/// Size and alignment of the fixed members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) bytes: u64,
    pub(super) align: u64,
}

/// Sizes of those structs and unions that have one.
#[derive(Default)]
pub(super) struct Sizes {
    of: BTreeMap<DefId, Option<Size>>,
}

impl Sizes {
    /// Size of a definition, if it is fixed.
    pub(super) fn get(&self, def: DefId) -> Option<Size> {
        self.of.get(&def).copied().flatten()
    }
}

pub(super) fn sizes(cx: &mut Cx<'_, '_>) -> Sizes {
    let mut sizes = Sizes::default();
    for def in 0..cx.index.defs.len() {
        of_def(cx, def, &mut Vec::new(), &mut sizes);
    }
    sizes
}

fn of_def(
    cx: &mut Cx<'_, '_>,
    def: DefId,
    stack: &mut Vec<DefId>,
    sizes: &mut Sizes,
) -> Option<Size> {
    if let Some(known) = sizes.of.get(&def) {
        return *known;
    }
    let (head, file, item) = cx
        .index
        .defs
        .get(def)
        .map(|def| (def.head, def.file, def.item))?;
    if stack.contains(&def) {
        cx.diags
            .error(
                head.name.span,
                format!("struct `{}` contains itself", head.name.value),
            )
            .help("a struct has a fixed size; only attribute sets can nest in themselves");
        sizes.of.insert(def, None);
        return None;
    }
    stack.push(def);
    let size = match item {
        Item::Enumeration(item) => Int::from_name(&item.repr.value).map(of_int),
        Item::Unit(item) => Int::from_name(&item.repr.value).map(of_int),
        Item::Parts(item) => Int::from_name(&item.repr.value).map(of_int),
        Item::Structure(item) => {
            let fields: Vec<&Field> = item.fields.iter().collect();
            of_members(cx, file, &fields, item.packed, stack, sizes)
        }
        Item::Union(item) => {
            let mut whole = Some(Size { bytes: 0, align: 1 });
            for case in &item.cases {
                let case = match &case.shape {
                    Some(shape) if shape.list.is_none() => {
                        of_type(cx, file, &shape.ty, stack, sizes)
                    }
                    Some(_) => None,
                    None => continue,
                };
                whole = whole.zip(case).map(|(a, b)| Size {
                    bytes: a.bytes.max(b.bytes),
                    align: a.align.max(b.align),
                });
            }
            // A size that makes no sense is left for the union's own pass to refuse.
            let room = item.size.as_ref().map_or(0, |size| size.value);
            whole.map(|size| Size {
                bytes: match round_up(size.bytes, size.align) {
                    bytes if room > bytes && room % size.align == 0 => room,
                    bytes => bytes,
                },
                ..size
            })
        }
        Item::Set(_) => None,
    };
    stack.pop();
    sizes.of.insert(def, size);
    size
}

/// Size of the members up to the first that has no fixed place.
fn of_members(
    cx: &mut Cx<'_, '_>,
    file: usize,
    fields: &[&Field],
    packed: bool,
    stack: &mut Vec<DefId>,
    sizes: &mut Sizes,
) -> Option<Size> {
    let (mut end, mut align) = (0_u64, 1_u64);
    // Bytes and free bits of the bitfield storage at hand.
    let mut storage: Option<(u64, u64)> = None;
    for field in fields {
        if field.list.is_some() || field.rest.is_some() {
            break;
        }
        let size = if field.ty.name.value == "pad" {
            Size {
                bytes: field.len.as_ref().map_or(0, |len| len.value),
                align: 1,
            }
        } else if let Some(wire) = field.wire.as_ref().and_then(|w| Int::from_name(&w.value)) {
            of_int(wire)
        } else {
            of_type(cx, file, &field.ty, stack, sizes)?
        };
        let size = if packed {
            Size { align: 1, ..size }
        } else {
            size
        };
        match (&field.bits, &mut storage) {
            (Some(bits), Some((unit, free))) if *unit == size.bytes && bits.value <= *free => {
                *free -= bits.value;
                continue;
            }
            (Some(bits), _) => {
                storage = Some((size.bytes, (size.bytes * 8).saturating_sub(bits.value)));
            }
            (None, _) => storage = None,
        }
        end = round_up(end, size.align).saturating_add(size.bytes);
        align = align.max(size.align);
    }
    Some(Size {
        bytes: round_up(end, align),
        align,
    })
}

fn of_type(
    cx: &mut Cx<'_, '_>,
    file: usize,
    ty: &TypeExpr,
    stack: &mut Vec<DefId>,
    sizes: &mut Sizes,
) -> Option<Size> {
    let name = ty.name.value.as_str();
    let one = if name == "char" {
        Size { bytes: 1, align: 1 }
    } else if let Some(int) = Int::from_name(name) {
        of_int(int)
    } else if let Some(scalar) = Scalar::from_name(name) {
        let (bytes, align) = scalar.layout()?;
        Size { bytes, align }
    } else {
        let def = cx.index.lookup(file, name)?;
        of_def(cx, def, stack, sizes)?
    };
    Some(Size {
        bytes: one.bytes.saturating_mul(ty.len.unwrap_or(1)),
        ..one
    })
}

fn of_int(int: Int) -> Size {
    Size {
        bytes: int.size(),
        align: int.size(),
    }
}

/// Rounds up to a multiple of an alignment.
pub(super) fn round_up(bytes: u64, align: u64) -> u64 {
    bytes
        .checked_next_multiple_of(align.max(1))
        .unwrap_or(u64::MAX)
}
