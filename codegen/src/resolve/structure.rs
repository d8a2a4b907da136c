//! Pass 4: fixed structs, and the structs in front of attributes.

use super::Cx;
use super::index::{DefId, Item};
use super::selector;
use super::size::round_up;
use crate::diag::{Sp, Span};
use crate::model::{
    Category, Count, CountUnit, Field, Int, Member, Meta, Pad, Place, Scalar, Structure, Type, Way,
};
use crate::syntax;

pub(super) fn structure(
    cx: &mut Cx<'_, '_>,
    file: usize,
    syntax: &syntax::Structure,
) -> Option<Structure> {
    let head = &syntax.head;
    let def = cx.own(file, &head.name)?;
    if head.root {
        cx.graph.root(def);
    }
    let meta = cx.meta(file, head, head.name.value.clone(), String::new());
    let members = members(cx, file, def, syntax);
    let size = cx.sizes.get(def).map_or(0, |size| size.bytes);
    if let Some(grows) = &syntax.grows {
        let has_tail = syntax
            .fields
            .iter()
            .any(|f| f.list.is_some() || f.rest.is_some());
        if has_tail {
            cx.refuse(grows.span, "a struct with a tail cannot grow");
        } else if grows.value > size {
            cx.refuse(grows.span, format!("the struct has only {size} bytes"))
                .help("`grows` is the smallest size that a kernel ever sent");
        }
    }
    let grows = syntax.grows.as_ref().map(|grows| grows.value);
    Some(Structure {
        meta,
        grows,
        packed: syntax.packed,
        words64: syntax.words64,
        members,
        size,
        standalone: true,
        copy: false,
    })
}

/// The members of a struct.
pub(super) fn members(
    cx: &mut Cx<'_, '_>,
    file: usize,
    def: DefId,
    syntax: &syntax::Structure,
) -> Vec<Member> {
    let mut members = Vec::new();
    let mut variable: Option<&syntax::Field> = None;
    let mut rest: Option<Span> = None;
    let mut lengths: Vec<Span> = Vec::new();
    for field in &syntax.fields {
        let is_variable = field.list.is_some() || field.rest.is_some();
        if let Some(rest) = rest {
            cx.refuse(
                field.name.span,
                "nothing can follow what fills the rest of the payload",
            )
            .related(rest, "this fills the rest");
        } else if let (Some(tail), false) = (variable, is_variable) {
            cx.refuse(
                field.name.span,
                format!("`{}` stands after a tail", field.name.value),
            )
            .related(tail.name.span, "the tail starts here")
            .help("fixed members come first, as in C");
        }
        if is_variable {
            variable = variable.or(Some(field));
            let fills = field.rest.is_some()
                || field.list.as_ref().is_some_and(|list| list.value == "rest");
            rest = fills.then_some(field.name.span);
        }
        if field.ty.name.value == "pad" {
            members.extend(pad(cx, field));
        } else if let Some(length) = &field.length {
            if let Some(first) = lengths.first() {
                cx.refuse(length.span, "a record has one length")
                    .related(*first, "the other one");
            }
            lengths.push(length.span);
            members.extend(record_len(cx, field));
        } else if !field.counts.is_empty() && field.doc.is_none() {
            members.extend(count(cx, field, syntax).map(Member::Count));
        } else {
            members.extend(value(cx, file, def, field, syntax).map(Member::Field));
        }
    }
    if let Some(length) = lengths.first().filter(|_| {
        !members
            .iter()
            .any(|member| matches!(member, Member::Field(_)))
            || matches!(members.last(), Some(Member::RecordLen(_)))
    }) {
        cx.refuse(*length, "no member with a value follows the length");
    }
    members
}

fn pad(cx: &mut Cx<'_, '_>, field: &syntax::Field) -> Option<Member> {
    only(cx, field, "padding", &["len"]);
    match &field.len {
        Some(len) if len.value > 0 && field.ty.len.is_none() => Some(Member::Pad(Pad {
            len: len.value,
            since: field.since.clone(),
        })),
        _ => {
            cx.refuse(field.ty.span(), "padding needs its length")
                .help("write `len = 3`");
            None
        }
    }
}

fn record_len(cx: &mut Cx<'_, '_>, field: &syntax::Field) -> Option<Member> {
    only(cx, field, "the length of a record", &["length"]);
    if let Some(length) = field.length.as_ref().filter(|length| !length.value) {
        cx.refuse(length.span, "`length` can only be `true`")
            .help("leave it out");
    }
    let int = Int::from_name(&field.ty.text());
    let int = int.filter(|int| int.bits <= 32 && !int.signed && !int.big);
    if int.is_none() {
        cx.refuse(
            field.ty.span(),
            "the length of a record is a `u8`, a `u16` or a `u32`",
        );
    }
    int.map(Member::RecordLen)
}

fn count(
    cx: &mut Cx<'_, '_>,
    field: &syntax::Field,
    structure: &syntax::Structure,
) -> Option<Count> {
    only(cx, field, "a counting member", &["counts", "unit", "bias"]);
    let int = cx.int(&field.ty.text(), field.ty.span())?;
    if int.big {
        cx.refuse(
            field.ty.span(),
            "a big-endian count has no form in Rust yet",
        );
    }
    let tails = counted(cx, field, structure)?;
    let unit = match &field.unit {
        None => CountUnit::Elements,
        Some(unit) => match unit.value.as_str() {
            "bits" => CountUnit::Bits,
            "bytes" => CountUnit::Bytes,
            other => {
                cx.diags
                    .error(unit.span, format!("unknown unit `{other}`"))
                    .help("a member counts elements, or `bytes` or `bits`")
                    .nearest(other, ["bits", "bytes"]);
                return None;
            }
        },
    };
    for (of, tail) in field.counts.iter().zip(&tails) {
        if unit != CountUnit::Elements && tail.ty.name.value != "bytes" {
            cx.diags
                .error(
                    tail.ty.span(),
                    "a tail whose bytes or bits are counted is of type `bytes`",
                )
                .related(of.span, "counted here");
        }
    }
    let bias = field.bias.as_ref().map_or(0, |bias| bias.value);
    Some(Count {
        of: field.counts.iter().map(|of| of.value.clone()).collect(),
        int,
        unit,
        bias,
    })
}

/// The tails that a member counts.
fn counted<'s>(
    cx: &mut Cx<'_, '_>,
    field: &syntax::Field,
    structure: &'s syntax::Structure,
) -> Option<Vec<&'s syntax::Field>> {
    let tails = || structure.fields.iter().filter(|f| is_list(f, "tail"));
    let mut found = Vec::new();
    for (number, of) in field.counts.iter().enumerate() {
        let Some(tail) = tails().find(|tail| tail.name.value == of.value) else {
            let names = tails().map(|tail| tail.name.value.as_str());
            let diag = cx
                .diags
                .error(of.span, format!("no tail is called `{}`", of.value));
            diag.help("a tail is a field with `list = \"tail\"`")
                .nearest(&of.value, names);
            return None;
        };
        found.push(tail);
        let others = structure
            .fields
            .iter()
            .filter(|other| other.name.span != field.name.span);
        let others = others.flat_map(|other| &other.counts);
        let mut counting = others.chain(field.counts.iter().take(number));
        if let Some(other) = counting.find(|other| other.value == of.value) {
            let other = other.span;
            cx.refuse(of.span, format!("`{}` is counted twice", of.value))
                .related(other, "also here");
        }
    }
    Some(found)
}

fn value(
    cx: &mut Cx<'_, '_>,
    file: usize,
    def: DefId,
    field: &syntax::Field,
    structure: &syntax::Structure,
) -> Option<Field> {
    only(
        cx,
        field,
        "a member",
        &["wire", "bits", "select", "list", "rest", "counts"],
    );
    if field.doc.as_ref().is_none_or(|doc| doc.trim().is_empty()) {
        cx.refuse(field.name.span, "missing key `doc`")
            .label("needs `doc`");
    }
    let ty = cx.ty(file, def, &field.ty)?;
    let place = place(cx, field, structure)?;
    check_type(cx, field, &ty, place);
    let wire = match &field.wire {
        Some(wire) => Some(cx.fixed_wire(wire, &ty)?),
        None => None,
    };
    check_bits(cx, field, wire.or(ty.int()));
    let by = check_select(cx, file, field, &ty, place, structure);
    if let Some(of) = field.counts.first() {
        let plain = matches!(&ty, Type::Int(int) if int.signed && !int.big);
        if !plain || wire.is_some() || field.bits.is_some() || place != Place::Fixed {
            cx.refuse(
                of.span,
                "a counting member with a value of its own is a plain signed integer",
            );
        }
        counted(cx, field, structure)?;
    }
    let name = field.name.value.clone();
    let meta = Meta {
        c: field.c.clone().unwrap_or_else(|| name.clone()),
        name,
        header: None,
        since: field.since.clone(),
        doc: field.doc.clone().unwrap_or_default(),
    };
    let bits = field.bits.as_ref().map(|bits| bits.value);
    Some(Field {
        meta,
        text: field.ty.text(),
        ty,
        wire,
        bits,
        by,
        counts: field.counts.iter().map(|of| of.value.clone()).collect(),
        place,
    })
}

fn place(
    cx: &mut Cx<'_, '_>,
    field: &syntax::Field,
    structure: &syntax::Structure,
) -> Option<Place> {
    match (&field.list, &field.rest) {
        (None, None) => Some(Place::Fixed),
        (None, Some(rest)) => {
            if !rest.value {
                cx.refuse(rest.span, "`rest` can only be `true`")
                    .help("leave it out");
            }
            Some(Place::Rest)
        }
        (Some(list), None) if list.value == "rest" => Some(Place::RestList),
        (Some(list), None) if list.value == "tail" => {
            let name = &field.name.value;
            let mut counts = structure.fields.iter().flat_map(|f| &f.counts);
            if !counts.any(|counts| counts.value == *name) {
                cx.refuse(
                    field.name.span,
                    format!("no member counts the tail `{name}`"),
                )
                .help(format!("give the counting member `counts = \"{name}\"`"));
            }
            Some(Place::Tail)
        }
        (Some(list), None) => {
            cx.diags
                .error(list.span, format!("unknown list `{}`", list.value))
                .help("a struct has lists of the forms `tail` and `rest`")
                .nearest(&list.value, ["tail", "rest"]);
            None
        }
        (Some(list), Some(_)) => {
            cx.refuse(list.span, "`list` and `rest` do not go together");
            None
        }
    }
}

/// Types that can stand at that place.
fn check_type(cx: &mut Cx<'_, '_>, field: &syntax::Field, ty: &Type, place: Place) {
    let bytes = matches!(ty, Type::Scalar(Scalar::Bytes));
    let fixed = cx.is_fixed(ty);
    let message = match place {
        Place::Fixed if !fixed => "a member needs a type of fixed size",
        Place::Tail | Place::RestList if !bytes && (!fixed || ty.is_union()) => {
            "the elements of a tail need a fixed size"
        }
        Place::Rest if matches!(ty, Type::Scalar(Scalar::Flag | Scalar::Inet)) => {
            "this type cannot fill the rest of a payload"
        }
        _ => return,
    };
    let diag = cx.diags.error(field.ty.span(), message);
    match ty {
        Type::Scalar(Scalar::String) => diag.help("write `char[16]` for a string in an array"),
        Type::Scalar(Scalar::Ip) => diag.help("write `inet` with `select`, `ipv4` or `ipv6`"),
        Type::Scalar(Scalar::Bytes) => diag.help("write an array such as `u8[6]`, or `list`"),
        Type::Named(_) if place == Place::Fixed => {
            diag.help("what has no fixed size stands last, with `rest = true`")
        }
        _ => diag,
    };
}

fn check_bits(cx: &mut Cx<'_, '_>, field: &syntax::Field, int: Option<Int>) {
    let Some(bits) = &field.bits else { return };
    match int {
        None => {
            cx.refuse(bits.span, "a bitfield member needs an integer type");
        }
        Some(int) if bits.value == 0 || bits.value > u64::from(int.bits) => {
            cx.refuse(bits.span, format!("{int} has no {} bits", bits.value));
        }
        Some(_) => {}
    }
}

fn check_select(
    cx: &mut Cx<'_, '_>,
    file: usize,
    field: &syntax::Field,
    ty: &Type,
    place: Place,
    structure: &syntax::Structure,
) -> Option<Way> {
    let inet = matches!(ty, Type::Scalar(Scalar::Inet));
    let Some(select) = &field.select else {
        if inet || ty.is_union() {
            cx.refuse(field.ty.span(), "this type needs `select`")
                .help("name the member that says which form it has");
        }
        return None;
    };
    if !inet && !ty.is_union() {
        cx.refuse(
            select.span,
            format!("`{}` is not selected by anything", field.ty.text()),
        )
        .help("only unions and `inet` are");
        return None;
    }
    if matches!(place, Place::Tail | Place::RestList) {
        cx.refuse(select.span, "the elements of a list cannot be selected");
        return None;
    }
    let members = structure.fields.iter().filter(|f| f.ty.name.value != "pad");
    let mut members = members.filter(|f| f.counts.is_empty() && f.list.is_none());
    let mut names = select.value.split('.');
    let base = names.next().unwrap_or_default();
    let rest: Vec<&str> = names.collect();
    let Some(member) = members.clone().find(|member| member.name.value == base) else {
        let names: Vec<&str> = members
            .by_ref()
            .map(|member| member.name.value.as_str())
            .collect();
        cx.diags
            .error(select.span, format!("no member is called `{base}`"))
            .nearest(base, names);
        return None;
    };
    let found = cx.peek(file, &member.ty);
    let number = found.as_ref().is_some_and(|ty| ty.int().is_some());
    if !number && rest.is_empty() {
        let span = member.ty.span();
        cx.refuse(select.span, format!("`{base}` is not an integer"))
            .related(span, "this is its type");
        return None;
    }
    let steps = match rest.is_empty() {
        true => Vec::new(),
        false => selector::way(cx, select, found, &rest)?,
    };
    if cx.union_key(ty) == Some(true) {
        cx.refuse(
            select.span,
            "the union is selected by a string, the member is an integer",
        );
    }
    let base = base.to_owned();
    Some(Way { base, steps })
}

/// Reports keys that do not belong to this kind of member.
fn only(cx: &mut Cx<'_, '_>, field: &syntax::Field, what: &str, allowed: &[&str]) {
    let text = |value: &Option<Sp<String>>| value.as_ref().map(|value| value.span);
    let given = [
        ("wire", text(&field.wire)),
        ("len", field.len.as_ref().map(|value| value.span)),
        ("bits", field.bits.as_ref().map(|value| value.span)),
        ("select", text(&field.select)),
        ("counts", field.counts.first().map(|of| of.span)),
        ("length", field.length.as_ref().map(|value| value.span)),
        ("unit", text(&field.unit)),
        ("bias", field.bias.as_ref().map(|value| value.span)),
        ("list", text(&field.list)),
        ("rest", field.rest.as_ref().map(|value| value.span)),
    ];
    for (key, span) in given {
        if let Some(span) = span.filter(|_| !allowed.contains(&key)) {
            cx.refuse(span, format!("`{key}` does not belong to {what}"));
        }
    }
}

fn is_list(field: &syntax::Field, form: &str) -> bool {
    field.list.as_ref().is_some_and(|list| list.value == form)
}

impl Cx<'_, '_> {
    /// Whether a type has a fixed size: whether it can be a member or an element of an array.
    pub(super) fn is_fixed(&self, ty: &Type) -> bool {
        match ty {
            Type::Int(_) | Type::Chars(_) => true,
            Type::Bits(_) => true,
            Type::Scalar(scalar) => scalar.layout().is_some(),
            Type::Array(item, _) => self.is_fixed(item),
            Type::Named(named) => match named.category {
                Category::Enum(_) | Category::Flags(_) | Category::Unit(_) | Category::Parts(_) => {
                    true
                }
                Category::Set => false,
                Category::Union => self
                    .def_of(named)
                    .is_some_and(|def| self.sizes.get(def).is_some()),
                Category::Struct => {
                    let item = self.def_of(named).and_then(|def| self.index.defs.get(def));
                    match item.map(|def| def.item) {
                        Some(Item::Structure(s)) => s
                            .fields
                            .iter()
                            .all(|f| f.list.is_none() && f.rest.is_none()),
                        _ => false,
                    }
                }
            },
        }
    }

    /// What a type means, without a word about mistakes.
    pub(super) fn peek(&self, file: usize, expr: &syntax::TypeExpr) -> Option<Type> {
        let name = expr.name.value.as_str();
        if expr.len.is_some() {
            return None;
        }
        if let Some(int) = Int::from_name(name) {
            return Some(Type::Int(int));
        }
        if let Some(scalar) = Scalar::from_name(name) {
            return Some(Type::Scalar(scalar));
        }
        self.index.lookup(file, name).map(|def| self.reference(def))
    }

    /// For a union, whether its key is a string.
    pub(super) fn union_key(&self, ty: &Type) -> Option<bool> {
        if matches!(ty, Type::Scalar(Scalar::Inet)) {
            return Some(false);
        }
        let Type::Named(named) = ty else { return None };
        match self.index.defs.get(self.def_of(named)?)?.item {
            Item::Union(union) => Some(union.key.value == "string"),
            _ => None,
        }
    }

    /// The integer that a type is on the wire, if `wire` says so.
    pub(super) fn wire(&mut self, wire: &Sp<String>, ty: &Type) -> Option<Int> {
        let int = self.int(&wire.value, wire.span)?;
        if ty.int().is_none() && !matches!(ty, Type::Scalar(Scalar::Bool)) {
            self.refuse(
                wire.span,
                "`wire` belongs to integers, enums, flags and units",
            );
            return None;
        }
        if ty.int() == Some(int) {
            self.refuse(wire.span, format!("the type is {int} on the wire anyway"))
                .help("leave `wire` out");
            return None;
        }
        Some(int)
    }

    /// The same where an integer that the type cannot hold has no other place than the type: in a struct or a packed list.
    pub(super) fn fixed_wire(&mut self, wire: &Sp<String>, ty: &Type) -> Option<Int> {
        let int = self.wire(wire, ty)?;
        if let Some(own) = ty.int().filter(|own| own.bits < int.bits) {
            self.refuse(wire.span, format!("{int} does not fit in the type, which is {own}"))
                .label("bits that are sent would be lost")
                .help("give the type a wider `repr`, and a narrower `wire` where it is sent in fewer bytes");
            return None;
        }
        Some(int)
    }

    /// Bytes of a header with and without what C adds at its end.
    pub(super) fn header_size(&self, def: DefId) -> u64 {
        self.sizes
            .get(def)
            .map_or(0, |size| round_up(size.bytes, size.align))
    }
}
