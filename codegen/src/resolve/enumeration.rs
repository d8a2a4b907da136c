//! Pass 4: enums, flags and units.

use super::Cx;
use crate::diag::Span;
use crate::ident;
use crate::model::{EnumValue, Enumeration, Int, Meta, Unit};
use crate::syntax;
use std::collections::BTreeMap;

pub(super) fn enumeration(
    cx: &mut Cx<'_, '_>,
    file: usize,
    syntax: &syntax::Enumeration,
) -> Option<Enumeration> {
    let repr = cx.int(&syntax.repr.value, syntax.repr.span)?;
    if syntax.flags && repr.signed {
        cx.refuse(syntax.repr.span, "flags need an unsigned integer");
    }
    let numbered = syntax
        .numbered
        .as_ref()
        .is_some_and(|numbered| numbered.value);
    if let Some(span) = syntax.numbered.as_ref().map(|numbered| numbered.span) {
        if !syntax.flags {
            cx.refuse(span, "only flags have numbers of bits");
        }
        for entry in syntax.entries.iter().filter(|_| numbered) {
            if entry.value.value.count_ones() != 1 {
                cx.refuse(entry.value.span, "a numbered bit is a power of two");
            }
        }
    }
    let prefix = syntax.prefix.clone().unwrap_or_default();
    let head = &syntax.head;
    let meta = cx.meta(file, head, head.name.value.clone(), prefix.clone());
    let mut first: BTreeMap<i128, Span> = BTreeMap::new();
    let mut values = Vec::new();
    for entry in &syntax.entries {
        let value = entry.value.value;
        fits(cx, repr, entry.value.span, value);
        match first.get(&value) {
            None if entry.alias => {
                cx.refuse(entry.value.span, format!("no earlier value is {value}"))
                    .help("remove `alias = true`, or put the value after the one it repeats");
            }
            Some(before) if !entry.alias => {
                let before = *before;
                cx.refuse(entry.value.span, format!("the value {value} stands twice"))
                    .related(before, "first here")
                    .help("if the kernel has two names for it, add `alias = true` to the second");
            }
            _ => {}
        }
        first.entry(value).or_insert(entry.value.span);
        let name = ident::upper(&entry.name.value);
        let c = entry.c.clone().unwrap_or_else(|| format!("{prefix}{name}"));
        let (since, doc) = (entry.since.clone(), entry.doc.clone());
        let meta = Meta {
            name,
            c,
            header: meta.header.clone(),
            since,
            doc,
        };
        values.push(EnumValue {
            meta,
            value,
            alias: entry.alias,
            literal: entry.literal.clone(),
        });
    }
    Some(Enumeration {
        meta,
        flags: syntax.flags,
        numbered,
        repr,
        values,
    })
}

pub(super) fn unit(cx: &mut Cx<'_, '_>, file: usize, syntax: &syntax::Unit) -> Option<Unit> {
    let repr = cx.int(&syntax.repr.value, syntax.repr.span)?;
    if repr.big {
        cx.refuse(syntax.repr.span, "a unit holds a host-order integer")
            .help("say `wire = \"be32\"` where the wire has another order");
    }
    if syntax.per_second.value == 0 {
        cx.refuse(syntax.per_second.span, "`per_second` must not be 0");
    }
    if let Some(forever) = &syntax.forever {
        fits(cx, repr, forever.span, forever.value);
    }
    let head = &syntax.head;
    let mut meta = cx.meta(file, head, head.name.value.clone(), String::new());
    // A unit stands in no header unless its spec says so.
    meta.header.clone_from(&head.header);
    let forever = syntax.forever.as_ref().map(|forever| forever.value);
    let literal = syntax.literal.clone();
    Some(Unit {
        meta,
        repr,
        per_second: syntax.per_second.value,
        forever,
        literal,
    })
}

fn fits(cx: &mut Cx<'_, '_>, repr: Int, span: Span, value: i128) {
    if !repr.holds(value) {
        cx.refuse(span, format!("{value} does not fit in {repr}"))
            .label(format!("{repr} holds {} to {}", repr.min(), repr.max()));
    }
}
