//! `include` and `template`: attributes that sets of one file share, copied before anything is looked up.
//!
//! What is included is a template, which exists for nothing else, or a set of its own, of which another one (the request
//! for it, say) has a part.

use super::set::{Attr, Set};
use crate::diag::Diags;
use std::collections::BTreeSet;

/// Gives each set the attributes it includes, and takes the templates away.
pub(super) fn expand(sets: Vec<Set>, diags: &mut Diags) -> Vec<Set> {
    let (templates, mut sets): (Vec<Set>, Vec<Set>) =
        sets.into_iter().partition(|set| set.template);
    let mut used: BTreeSet<String> = BTreeSet::new();
    for template in &templates {
        if let Some(include) = &template.include {
            diags.error(include.set.span, "a template includes no other");
        }
        if let Some(header) = &template.header_struct {
            diags.error(header.span, "a template has attributes only");
        }
    }
    // As they stand in the file: a set that is included may not include another one.
    let included: BTreeSet<String> = sets
        .iter()
        .filter_map(|set| Some(set.include.as_ref()?.set.value.clone()))
        .collect();
    let whole: Vec<Set> = sets
        .iter()
        .filter(|set| included.contains(&set.head.name.value))
        .cloned()
        .collect();
    for set in &mut sets {
        let Some(include) = &set.include else {
            continue;
        };
        let wanted = &include.set;
        let Some(template) = templates
            .iter()
            .chain(&whole)
            .find(|template| template.head.name.value == wanted.value)
        else {
            let names = templates
                .iter()
                .map(|template| template.head.name.value.as_str());
            diags
                .error(wanted.span, format!("no set is called `{}`", wanted.value))
                .help("a set includes another one of the same file, or a template: a set with `template = true`")
                .nearest(&wanted.value, names);
            continue;
        };
        if !template.template && template.include.is_some() {
            diags.error(wanted.span, "what is included includes no other");
            continue;
        }
        let mut attrs: Vec<Attr> = Vec::new();
        match &include.only {
            None => {
                used.extend(
                    template
                        .attrs
                        .iter()
                        .map(|attr| key(template, &attr.name.value)),
                );
                attrs.extend(template.attrs.iter().cloned());
            }
            Some(only) => {
                for name in only {
                    let mut found = false;
                    // One name may stand twice, once for each direction.
                    for attr in template
                        .attrs
                        .iter()
                        .filter(|attr| attr.name.value == name.value)
                    {
                        used.insert(key(template, &attr.name.value));
                        attrs.push(attr.clone());
                        found = true;
                    }
                    if !found {
                        let names = template.attrs.iter().map(|attr| attr.name.value.as_str());
                        let message =
                            format!("`{}` has no attribute `{}`", wanted.value, name.value);
                        diags.error(name.span, message).nearest(&name.value, names);
                    }
                }
            }
        }
        if set.prefix.is_none() {
            set.prefix.clone_from(&template.prefix);
        }
        // The set's own C names do not change with the template's prefix, nor the other way round.
        for attr in &mut attrs {
            if attr.c.is_none() && set.prefix != template.prefix {
                let prefix = template.prefix.as_deref().unwrap_or_default();
                attr.c = Some(format!("{prefix}{}", crate::ident::upper(&attr.name.value)));
            }
        }
        attrs.append(&mut set.attrs);
        attrs.sort_by_key(|attr| attr.id.value);
        set.attrs = attrs;
        for pad in &template.pads {
            if !set.pads.iter().any(|own| own.value == pad.value) {
                set.pads.push(pad.clone());
            }
        }
    }
    for template in &templates {
        for attr in &template.attrs {
            if !used.contains(&key(template, &attr.name.value)) {
                diags
                    .error(
                        attr.name.span,
                        format!("no set includes `{}`", attr.name.value),
                    )
                    .help("remove it, or include it where a message carries it");
            }
        }
    }
    sets
}

fn key(template: &Set, attr: &str) -> String {
    format!("{}.{attr}", template.head.name.value)
}
