//! Pass 6: definitions that nothing leads to, `use` entries that nothing needs, and selectors that nothing provides.

use super::Cx;
use super::index::DefId;
use crate::diag::Span;
use std::collections::BTreeSet;

/// Who refers to whom.
pub(super) struct Graph {
    /// What each definition refers to.
    edges: Vec<BTreeSet<DefId>>,
    /// Pairs of a set and the struct in front of its attributes.
    headers: BTreeSet<(DefId, DefId)>,
    /// What messages carry and what is marked `root = true`.
    roots: BTreeSet<DefId>,
    /// Sets that provide a selector to those inside.
    providers: BTreeSet<DefId>,
    /// Sets that select by what one above provides.
    heirs: Vec<(DefId, Span)>,
}

impl Graph {
    pub(super) fn new(definitions: usize) -> Self {
        Self {
            edges: vec![BTreeSet::new(); definitions],
            headers: BTreeSet::new(),
            roots: BTreeSet::new(),
            providers: BTreeSet::new(),
            heirs: Vec::new(),
        }
    }

    pub(super) fn edge(&mut self, from: DefId, to: DefId) {
        if let Some(edges) = self.edges.get_mut(from) {
            edges.insert(to);
        }
    }

    pub(super) fn header(&mut self, set: DefId, structure: DefId) {
        self.headers.insert((set, structure));
    }

    pub(super) fn root(&mut self, def: DefId) {
        self.roots.insert(def);
    }

    pub(super) fn provides(&mut self, set: DefId) {
        self.providers.insert(set);
    }

    pub(super) fn inherits(&mut self, set: DefId, span: Span) {
        self.heirs.push((set, span));
    }

    /// Whether something wants a struct as a type, not only as a header.
    pub(super) fn standalone(&self, structure: DefId) -> bool {
        let is_header = self.headers.iter().any(|(_, header)| *header == structure);
        let refers = |from: DefId, to: &BTreeSet<DefId>| {
            to.contains(&structure) && !self.headers.contains(&(from, structure))
        };
        !is_header
            || self.roots.contains(&structure)
            || self
                .edges
                .iter()
                .enumerate()
                .any(|(from, to)| refers(from, to))
    }

    fn reachable(&self, from: &BTreeSet<DefId>) -> BTreeSet<DefId> {
        let mut seen = from.clone();
        let mut open: Vec<DefId> = from.iter().copied().collect();
        while let Some(def) = open.pop() {
            for next in self.edges.get(def).into_iter().flatten() {
                if seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        seen
    }
}

pub(super) fn check(cx: &mut Cx<'_, '_>) {
    let marked = cx
        .index
        .defs
        .iter()
        .enumerate()
        .filter(|(_, def)| def.head.root);
    let roots: BTreeSet<DefId> = marked
        .map(|(number, _)| number)
        .chain(cx.graph.roots.iter().copied())
        .collect();
    let reached = cx.graph.reachable(&roots);
    for (number, def) in cx.index.defs.iter().enumerate() {
        if !reached.contains(&number) {
            let name = &def.head.name;
            cx.diags
                .error(name.span, format!("`{}` is not used", name.value))
                .label("no message leads here")
                .help("remove it, or add `root = true` if users need it all the same");
        }
    }
    for (span, path) in cx.index.unused_imports() {
        cx.diags
            .error(span, format!("this file does not need `{path}`"))
            .help("remove it");
    }
    // What a set provides is for those inside it, not for the set itself.
    let providers = cx.graph.providers.iter();
    let below = providers.filter_map(|set| cx.graph.edges.get(*set));
    let provided = cx.graph.reachable(&below.flatten().copied().collect());
    for (set, span) in &cx.graph.heirs {
        if !provided.contains(set) {
            cx.diags
                .error(*span, "no set above provides a selector")
                .help("add `provide = \"…\"` to the set whose header has it");
        }
    }
}
