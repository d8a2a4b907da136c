//! Pass 3: where the selector of each union stands. A union is used in one way only, because its Rust form depends on it.

use super::Cx;
use super::index::{DefId, Item};
use crate::diag::Span;
use crate::model::Selection;
use crate::syntax::TypeExpr;
use std::collections::{BTreeMap, BTreeSet};

/// The selection of each union in use.
#[derive(Default)]
pub(super) struct Selections {
    of: BTreeMap<DefId, (Selection, Span)>,
    /// Unions whose tag may be absent.
    untagged: BTreeSet<DefId>,
}

impl Selections {
    /// Whether something stands in for the tag of a union.
    pub(super) fn may_lack_tag(&self, def: DefId) -> bool {
        self.untagged.contains(&def)
    }

    /// How a union is selected; one that nothing uses counts as selected by a field.
    pub(super) fn get(&self, def: DefId) -> Selection {
        self.of
            .get(&def)
            .map_or(Selection::Selected, |(selection, _)| *selection)
    }
}

pub(super) fn selections(cx: &mut Cx<'_, '_>) -> Selections {
    let mut uses: Vec<(usize, TypeExpr, Selection)> = Vec::new();
    let mut untagged = BTreeSet::new();
    for def in &cx.index.defs {
        match def.item {
            Item::Set(set) => {
                for attr in &set.attrs {
                    if attr.or.is_some() {
                        untagged.extend(cx.index.lookup(def.file, &attr.shape.ty.name.value));
                    }
                    let tagged = attr.tag.is_some();
                    let selection = if tagged {
                        Selection::Tagged
                    } else {
                        Selection::Selected
                    };
                    uses.push((def.file, attr.shape.ty.clone(), selection));
                }
            }
            Item::Structure(structure) => {
                for field in &structure.fields {
                    let rest = field.rest.is_some() || field.list.is_some();
                    let selection = if rest {
                        Selection::Selected
                    } else {
                        Selection::Fixed
                    };
                    uses.push((def.file, field.ty.clone(), selection));
                }
            }
            _ => {}
        }
    }
    let mut selections = Selections {
        untagged,
        ..Selections::default()
    };
    for (file, ty, selection) in uses {
        let Some(def) = cx.index.lookup(file, &ty.name.value) else {
            continue;
        };
        if !matches!(
            cx.index.defs.get(def).map(|def| def.item),
            Some(Item::Union(_))
        ) {
            continue;
        }
        match selections.of.get(&def) {
            Some((before, span)) if *before != selection => {
                let message = format!(
                    "`{}` is selected in two ways: {} and {}",
                    ty.name.value,
                    words(*before),
                    words(selection)
                );
                cx.diags
                    .error(ty.span(), message)
                    .related(*span, "the other use")
                    .help("define a second union");
            }
            _ => {
                selections.of.insert(def, (selection, ty.span()));
            }
        }
    }
    selections
}

fn words(selection: Selection) -> &'static str {
    match selection {
        Selection::Tagged => "by a `tag` of its own",
        Selection::Selected => "by a field elsewhere",
        Selection::Fixed => "inside a fixed struct",
    }
}
