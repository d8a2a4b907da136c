//! Pass 4: attribute sets.

use super::Cx;
use super::index::{DefId, Item};
use super::selector::{self, Scope, key_kind};
use super::structure;
use crate::diag::{Sp, Span};
use crate::ident;
use crate::model::{
    Attr, Category, Direction, Field, Header, List, Member, Meta, Named, Pair, Payload, Scalar,
    Set, SetItem, Type,
};
use crate::syntax;
use std::collections::BTreeMap;

/// Ids have 16 bits, two of which are flags.
const LARGEST_ID: u64 = 0x3fff;

pub(super) fn set(cx: &mut Cx<'_, '_>, file: usize, syntax: &syntax::Set) -> Option<Set> {
    let head = &syntax.head;
    let def = cx.own(file, &head.name)?;
    if head.root {
        cx.graph.root(def);
    }
    let prefix = syntax.prefix.clone().unwrap_or_default();
    let meta = cx.meta(file, head, head.name.value.clone(), prefix.clone());
    let header = header(cx, file, def, syntax);
    let fields: Vec<&Field> = header.iter().flat_map(Header::fields).collect();
    check_ids(cx, syntax, &prefix);
    check_fields(cx, syntax, &fields);
    if let Some(provide) = &syntax.provide {
        let field = fields.iter().find(|field| field.meta.name == provide.value);
        match field {
            None => match syntax
                .attrs
                .iter()
                .find(|attr| attr.name.value == provide.value)
            {
                Some(attr) => {
                    if key_kind(cx, file, attr) == (false, false) {
                        cx.refuse(provide.span, "only an integer or a string can be provided");
                    }
                    cx.graph.provides(def);
                }
                None => {
                    let names = fields.iter().map(|field| field.meta.name.as_str());
                    let names =
                        names.chain(syntax.attrs.iter().map(|attr| attr.name.value.as_str()));
                    let message = format!(
                        "neither header member nor attribute is called `{}`",
                        provide.value
                    );
                    cx.diags
                        .error(provide.span, message)
                        .nearest(&provide.value, names);
                }
            },
            Some(field) if field.ty.int().is_none() => {
                cx.refuse(provide.span, "only an integer can be provided");
            }
            Some(_) => cx.graph.provides(def),
        }
    }
    let mut attrs: Vec<(&syntax::Attr, Attr)> = Vec::new();
    let mut retired = Vec::new();
    for attr in &syntax.attrs {
        let Some(resolved) = self::attr(cx, file, def, syntax, &fields, attr, &prefix) else {
            continue;
        };
        match &attr.retired {
            Some(word) if word.value => {
                let plain = matches!(resolved.payload.ty, Type::Scalar(Scalar::Bytes))
                    && resolved.payload.list == List::One;
                if !plain || resolved.required || attr.dir.is_some() {
                    cx.refuse(
                        word.span,
                        "what is retired is `bytes`, and nothing else is said of it",
                    );
                }
                retired.push(resolved);
            }
            _ => attrs.push((attr, resolved)),
        }
    }
    let items = pairs(cx, attrs);
    let pads = syntax
        .pads
        .iter()
        .filter_map(|pad| u64::try_from(pad.value).ok())
        .collect();
    let provide = syntax.provide.as_ref().map(|provide| provide.value.clone());
    Some(Set {
        meta,
        prefix,
        header,
        provide,
        whole: syntax.whole,
        pads,
        items,
        retired,
    })
}

fn header(cx: &mut Cx<'_, '_>, file: usize, def: DefId, syntax: &syntax::Set) -> Option<Header> {
    let Some(name) = &syntax.header_struct else {
        if let Some(short) = &syntax.short_header {
            cx.refuse(short.span, "`short_header` needs a `header_struct`");
        }
        return None;
    };
    let header = cx.named(file, def, name)?;
    cx.graph.header(def, header);
    let (owner, item) = cx.index.defs.get(header).map(|def| (def.file, def.item))?;
    let Item::Structure(structure) = item else {
        cx.refuse(name.span, format!("`{}` is not a struct", name.value));
        return None;
    };
    let tail = structure
        .fields
        .iter()
        .find(|f| f.list.is_some() || f.rest.is_some());
    if let Some(tail) = tail {
        let tail = tail.name.span;
        cx.refuse(
            name.span,
            "a struct in front of attributes cannot have a tail",
        )
        .related(tail, "the tail");
        return None;
    }
    let members = structure::members(cx, owner, header, structure);
    let size = cx.header_size(header);
    let short = syntax.short_header.as_ref();
    if let Some(short) = short.filter(|short| short.value >= size) {
        cx.refuse(
            short.span,
            format!("the header has {size} bytes; a short one has fewer"),
        );
    }
    let c = structure.head.c.clone().unwrap_or_default();
    let short = short.map(|short| short.value);
    Some(Header {
        name: name.value.clone(),
        c,
        members,
        size,
        short,
    })
}

/// Ids and C names stand once for each direction.
fn check_ids(cx: &mut Cx<'_, '_>, syntax: &syntax::Set, prefix: &str) {
    let word = |attr: &syntax::Attr| attr.dir.as_ref().map(|dir| dir.value.clone());
    let mut by_id: BTreeMap<u64, Vec<&syntax::Attr>> = BTreeMap::new();
    let mut by_c: BTreeMap<String, &syntax::Attr> = BTreeMap::new();
    for attr in &syntax.attrs {
        if attr.id.value > LARGEST_ID {
            cx.refuse(attr.id.span, format!("an id is at most {LARGEST_ID}"));
        }
        let same = by_id.entry(attr.id.value).or_default();
        let clash = same.iter().find(|other| {
            let (a, b) = (word(attr), word(other));
            a.is_none() || b.is_none() || a == b
        });
        if let Some(other) = clash {
            cx.refuse(attr.id.span, format!("id {} stands twice", attr.id.value))
                .related(other.id.span, "first here")
                .help("an id may stand twice if one is `dir = \"read\"` and the other `dir = \"write\"`");
        }
        same.push(attr);
        let c = attr
            .c
            .clone()
            .unwrap_or_else(|| format!("{prefix}{}", ident::upper(&attr.name.value)));
        let aliases = attr
            .alias
            .iter()
            .map(|alias| (alias.value.clone(), alias.span));
        for (c, span) in std::iter::once((c, attr.name.span)).chain(aliases) {
            match by_c.get(&c) {
                Some(other) if other.id.value != attr.id.value || span != attr.name.span => {
                    cx.refuse(span, format!("the C name `{c}` stands twice"))
                        .related(other.name.span, "first here");
                }
                _ => {
                    by_c.insert(c, attr);
                }
            }
        }
    }
    let mut pads: Vec<i128> = Vec::new();
    for pad in &syntax.pads {
        let id = u64::try_from(pad.value).ok().filter(|id| *id <= LARGEST_ID);
        match id {
            None => {
                cx.refuse(pad.span, format!("an id is from 0 to {LARGEST_ID}"));
            }
            Some(id) => {
                if let Some(attr) = by_id.get(&id).and_then(|same| same.first()) {
                    cx.refuse(pad.span, format!("id {id} is an attribute, not padding"))
                        .related(attr.id.span, "the attribute");
                } else if pads.contains(&pad.value) {
                    cx.refuse(pad.span, format!("{id} stands twice"));
                }
            }
        }
        pads.push(pad.value);
    }
}

/// Header members and attributes become fields of one struct.
fn check_fields(cx: &mut Cx<'_, '_>, syntax: &syntax::Set, fields: &[&Field]) {
    for attr in &syntax.attrs {
        if fields
            .iter()
            .any(|field| field.meta.name == attr.name.value)
        {
            let message = format!("the header already has a member `{}`", attr.name.value);
            cx.refuse(attr.name.span, message)
                .help("name one of them differently and give the C name with `c = \"…\"`");
        }
    }
}

fn attr(
    cx: &mut Cx<'_, '_>,
    file: usize,
    def: DefId,
    set: &syntax::Set,
    fields: &[&Field],
    attr: &syntax::Attr,
    prefix: &str,
) -> Option<Attr> {
    let scope = Scope {
        file,
        def,
        set,
        header: fields,
    };
    let payload = cx.payload(file, def, &attr.shape)?;
    let or = selector::or(cx, scope, attr, &payload.ty);
    let union = payload.ty.is_union() || matches!(payload.ty, Type::Scalar(Scalar::Inet));
    let is_key = set
        .attrs
        .iter()
        .any(|a| a.tag.as_ref().is_some_and(|t| t.value == attr.name.value));
    let by = match (&attr.select, &attr.tag) {
        (Some(select), Some(_)) => {
            cx.refuse(select.span, "`select` and `tag` do not go together");
            None
        }
        (Some(select), None) if !union => {
            cx.refuse(select.span, "only a union or `inet` is selected");
            None
        }
        (Some(select), None) => selector::selector(cx, scope, &payload.ty, select),
        (None, Some(tag)) if !union => {
            cx.refuse(tag.span, "only a union has a `tag`");
            None
        }
        (None, Some(tag)) if !payload.ty.is_union() => {
            cx.refuse(tag.span, "only a union has a `tag`");
            None
        }
        (None, Some(tag)) => {
            selector::tag_exists(cx, scope, attr, &payload.ty, tag);
            None
        }
        (None, None) if union => {
            cx.refuse(attr.shape.ty.span(), "a union needs `tag` or `select`")
                .help("`tag = \"…\"` names the attribute that belongs to it, `select = \"…\"` a field elsewhere");
            None
        }
        (None, None) => None,
    };
    if let Some(list) = attr.shape.list.as_ref().filter(|_| union || is_key) {
        cx.refuse(list.span, "neither a union nor its tag can be a list");
    }
    let direction = match attr.dir.as_ref() {
        None => Direction::Both,
        Some(dir) => match dir.value.as_str() {
            "read" => Direction::Read,
            "write" => Direction::Write,
            other => {
                cx.diags
                    .error(dir.span, format!("unknown direction `{other}`"))
                    .help("an attribute of both directions has no `dir`")
                    .nearest(other, ["read", "write"]);
                Direction::Both
            }
        },
    };
    let nested = attr.nested.as_ref().map(|nested| nested.value);
    let nested = match nested_by_default(cx, &payload) {
        Some(default) => nested.filter(|nested| *nested != default),
        None => nested,
    };
    if let Some(boxed) = &attr.boxed {
        if !payload.ty.is_composite() || payload.list != List::One {
            cx.refuse(boxed.span, "only a struct or a set can be boxed");
        }
    }
    let upper = ident::upper(&attr.name.value);
    let meta = Meta {
        name: attr.name.value.clone(),
        c: attr.c.clone().unwrap_or_else(|| format!("{prefix}{upper}")),
        header: None,
        since: attr.since.clone(),
        doc: attr.doc.clone(),
    };
    let byteorder = attr
        .byteorder
        .as_ref()
        .is_some_and(|byteorder| byteorder.value);
    let boxed = attr.boxed.as_ref().map(|boxed| boxed.value);
    let required = attr
        .required
        .as_ref()
        .is_some_and(|required| required.value);
    if let Some(required) = &attr.required {
        if direction == Direction::Read
            || payload.list == List::Repeat
            || payload.text == "flag"
            || union
        {
            cx.refuse(
                required.span,
                "only a single attribute of requests can be required",
            );
        }
    }
    if payload.list == List::Groups && direction != Direction::Both {
        let span = attr.dir.as_ref().map_or(attr.name.span, |dir| dir.span);
        cx.refuse(span, "groups have a form in each direction");
    }
    let aliases = attr.alias.iter().map(|alias| alias.value.clone()).collect();
    let id = attr.id.value;
    Some(Attr {
        meta,
        id,
        payload,
        direction,
        nested,
        byteorder,
        by,
        or,
        aliases,
        boxed,
        required,
    })
}

/// Whether `NLA_F_NESTED` goes with a payload; `None` where the case of a union decides.
fn nested_by_default(cx: &Cx<'_, '_>, payload: &Payload) -> Option<bool> {
    match payload.list {
        List::Index { .. } | List::Items { .. } | List::Map { .. } => return Some(true),
        List::Packed | List::Records => return Some(false),
        List::One | List::Repeat | List::Groups => {}
    }
    match &payload.ty {
        Type::Named(named) if named.category == Category::Union => None,
        Type::Named(named) if named.category == Category::Set => {
            let def = cx.def_of(named).and_then(|def| cx.index.defs.get(def));
            let bare = def.is_none_or(|def| match def.item {
                Item::Set(set) => set.header_struct.is_none(),
                _ => true,
            });
            Some(bare)
        }
        _ => Some(false),
    }
}

/// Puts each tag and its union together, at the place of the first of them.
fn pairs(cx: &mut Cx<'_, '_>, attrs: Vec<(&syntax::Attr, Attr)>) -> Vec<SetItem> {
    let tag_of = |syntax: &syntax::Attr| syntax.tag.as_ref().map(|tag| tag.value.clone());
    let tags: BTreeMap<String, Attr> = attrs
        .iter()
        .filter_map(|(syntax, attr)| Some((tag_of(syntax)?, attr.clone())))
        .collect();
    let keys: BTreeMap<String, Attr> = attrs
        .iter()
        .map(|(_, attr)| (attr.meta.name.clone(), attr.clone()))
        .collect();
    let mut items = Vec::new();
    let mut done: Vec<String> = Vec::new();
    for (syntax, attr) in attrs {
        let key = tag_of(syntax).or_else(|| {
            tags.contains_key(&attr.meta.name)
                .then(|| attr.meta.name.clone())
        });
        let Some(key) = key else {
            items.push(SetItem::Attr(attr));
            continue;
        };
        if done.contains(&key) {
            continue;
        }
        if let (Some(tag), Some(data)) = (keys.get(&key), tags.get(&key)) {
            if tag.direction != data.direction {
                cx.refuse(syntax.name.span, "a tag and its union have the same `dir`");
            }
            items.push(SetItem::Pair(Pair {
                key: tag.clone(),
                data: data.clone(),
            }));
        }
        done.push(key);
    }
    items
}

impl Header {
    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.members.iter().filter_map(|member| match member {
            Member::Field(field) => Some(field),
            _ => None,
        })
    }
}

impl Cx<'_, '_> {
    /// Resolves what an attribute or a union case holds.
    pub(super) fn payload(
        &mut self,
        file: usize,
        from: DefId,
        shape: &syntax::Shape,
    ) -> Option<Payload> {
        let ty = self.ty(file, from, &shape.ty)?;
        let list = self.list(shape)?;
        self.check_list(shape, &ty, &list);
        let wire = match &shape.wire {
            Some(wire) if list == List::Packed => Some(self.fixed_wire(wire, &ty)?),
            Some(wire) => Some(self.wire(wire, &ty)?),
            None => None,
        };
        let ty = match &shape.flags {
            Some(flags) => Type::Bits(self.bits(file, from, flags, &ty)?),
            None => ty,
        };
        let text = matches!(ty, Type::Scalar(Scalar::String));
        let bare = match &shape.nul {
            None => false,
            Some(nul) => {
                if nul.value {
                    self.refuse(nul.span, "a string has its NUL anyway")
                        .help("leave `nul` out");
                } else if !text {
                    self.refuse(nul.span, "`nul` belongs to strings");
                }
                !nul.value
            }
        };
        let sized = list != List::One
            || matches!(
                ty,
                Type::Scalar(Scalar::String | Scalar::Bytes | Scalar::HwAddr)
            );
        for (key, limit) in [("max", &shape.max), ("min", &shape.min)] {
            if let Some(limit) = limit.as_ref().filter(|_| !sized) {
                let message = format!("`{key}` belongs to strings, bytes and lists");
                let diag = self.refuse(limit.span, message);
                if ty.int().is_some() {
                    diag.help("the limits of an integer are `range = [low, high]`");
                }
            }
        }
        if let (Some(min), Some(max)) = (&shape.min, &shape.max) {
            if min.value > max.value {
                self.refuse(min.span, "`min` is larger than `max`");
            }
        }
        let range = shape
            .range
            .as_ref()
            .map(|(low, high)| (low.value, high.value));
        if let Some((low, high)) = &shape.range {
            self.check_range(low, high, shape, &ty);
        }
        Some(Payload {
            text: shape.ty.text(),
            ty,
            list,
            wire,
            bare,
            max: shape.max.as_ref().map(|max| max.value),
            min: shape.min.as_ref().map(|min| min.value),
            range,
        })
    }

    /// The flags that name the bits of a value and its mask.
    fn bits(&mut self, file: usize, from: DefId, flags: &Sp<String>, ty: &Type) -> Option<Named> {
        if !matches!(ty, Type::Scalar(Scalar::Bitfield32)) {
            self.refuse(flags.span, "`flags` names the bits of a `bitfield32`");
            return None;
        }
        let def = self.named(file, from, flags)?;
        match self.reference(def) {
            Type::Named(named) => match named.category {
                Category::Flags(repr) if repr.bits <= 32 && !repr.big => Some(named),
                Category::Flags(repr) => {
                    let message = format!("`{}` are in {repr}, the bits in u32", flags.value);
                    self.refuse(flags.span, message);
                    None
                }
                _ => {
                    self.refuse(flags.span, format!("`{}` are no flags", flags.value));
                    None
                }
            },
            _ => None,
        }
    }

    fn check_range(&mut self, low: &Sp<i128>, high: &Sp<i128>, shape: &syntax::Shape, ty: &Type) {
        let (least, most) = match ty {
            Type::Scalar(Scalar::Uint) => (0, i128::from(u64::MAX)),
            Type::Scalar(Scalar::Sint) => (i128::from(i64::MIN), i128::from(i64::MAX)),
            ty => match ty.int() {
                Some(int) => (int.min(), int.max()),
                None => {
                    self.refuse(low.span, "`range` belongs to integers");
                    return;
                }
            },
        };
        for limit in [low, high] {
            if limit.value < least || limit.value > most {
                let message = format!("{} does not fit in {}", limit.value, shape.ty.text());
                self.refuse(limit.span, message);
            }
        }
    }

    fn list(&mut self, shape: &syntax::Shape) -> Option<List> {
        let forms = [
            "repeat", "groups", "packed", "index", "items", "map", "maps", "records",
        ];
        let form = shape.list.as_ref().map(|list| list.value.as_str());
        if let Some(base) = shape.base.as_ref().filter(|_| form != Some("index")) {
            self.refuse(base.span, "`base` belongs to `list = \"index\"`");
        }
        if let Some(item) = shape.item.as_ref().filter(|_| form != Some("items")) {
            self.refuse(item.span, "`item` belongs to `list = \"items\"`");
        }
        let Some(list) = &shape.list else {
            return Some(List::One);
        };
        match list.value.as_str() {
            "repeat" => Some(List::Repeat),
            "packed" => Some(List::Packed),
            "records" => Some(List::Records),
            "groups" => Some(List::Groups),
            "map" => Some(List::Map { depth: 1 }),
            "maps" => Some(List::Map { depth: 2 }),
            "index" => match &shape.base {
                Some(base) if base.value <= 1 => Some(List::Index { base: base.value }),
                _ => {
                    let span = shape.base.as_ref().map_or(list.span, |base| base.span);
                    self.refuse(span, "the ids of an index list start at 0 or 1")
                        .help("write `base = 0` or `base = 1`");
                    None
                }
            },
            "items" => match &shape.item {
                Some(item) if item.value <= LARGEST_ID => {
                    let c = shape.item_c.clone().unwrap_or_default();
                    Some(List::Items { id: item.value, c })
                }
                _ => {
                    self.refuse(list.span, "a nest of one repeated id needs that id")
                        .help("write `item = 1`");
                    None
                }
            },
            other => {
                self.diags
                    .error(list.span, format!("unknown list `{other}`"))
                    .help(format!("the lists are: {}", forms.join(", ")))
                    .nearest(other, forms);
                None
            }
        }
    }

    /// Types that can be the elements of a list, or stand alone.
    fn check_list(&mut self, shape: &syntax::Shape, ty: &Type, list: &List) {
        let span = shape.ty.span();
        let record = self.is_record(ty);
        let flag = matches!(ty, Type::Scalar(Scalar::Flag));
        match list {
            List::Records if !record => {
                self.refuse(span, "a record has its own length in a member")
                    .help(
                        "give that member of the struct, or of the set's header, `length = true`",
                    );
            }
            List::Records => {}
            _ if record => {
                self.refuse(span, "a record stands in a list only")
                    .help("add `list = \"records\"`");
            }
            List::Groups if !self.is_bare_set(ty) => {
                self.refuse(span, "only sets without a header stand in groups");
            }
            List::Groups => {}
            List::Packed if !self.is_fixed(ty) || ty.is_union() => {
                self.refuse(span, "the elements of a packed list need a fixed size");
            }
            List::Packed => {}
            _ if flag && *list != List::One => {
                self.refuse(span, "a flag is there or not; it cannot be a list");
            }
            _ => self.check_alone(span, ty),
        }
    }

    /// Types that have a form as a payload of their own.
    fn check_alone(&mut self, span: Span, ty: &Type) {
        let (message, help) = match ty {
            Type::Chars(len) => (
                "`char[…]` stands in structs and packed lists",
                format!("write `string` with `max = {}`", len.saturating_sub(1)),
            ),
            Type::Array(..) => (
                "an array stands in structs and packed lists",
                "write the element's type with `list = \"packed\"`".to_owned(),
            ),
            _ => return,
        };
        self.refuse(span, message).help(help);
    }

    /// Whether a type knows its own length: a struct, or a set by its header, that has it as a member.
    fn is_record(&self, ty: &Type) -> bool {
        let has_length = |structure: &syntax::Structure| {
            let mut fields = structure.fields.iter();
            fields.any(|field| field.length.is_some())
        };
        let Type::Named(named) = ty else { return false };
        let def = self.def_of(named).and_then(|def| self.index.defs.get(def));
        match def.map(|def| (def.file, def.item)) {
            Some((_, Item::Structure(structure))) => has_length(structure),
            Some((file, Item::Set(set))) => {
                let header = set.header_struct.as_ref();
                let header = header.and_then(|name| self.index.lookup(file, &name.value));
                let item = header
                    .and_then(|def| self.index.defs.get(def))
                    .map(|def| def.item);
                matches!(item, Some(Item::Structure(structure)) if has_length(structure))
            }
            _ => false,
        }
    }

    /// Whether a type is a set without a header.
    pub(super) fn is_bare_set(&self, ty: &Type) -> bool {
        let Type::Named(named) = ty else { return false };
        let def = self.def_of(named).and_then(|def| self.index.defs.get(def));
        matches!(def.map(|def| def.item), Some(Item::Set(set)) if set.header_struct.is_none())
    }
}
