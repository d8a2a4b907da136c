//! A second opinion: what the tools of iproute2 list is what the library lists, value by value.
//!
//! Each object of ours is written as the tool would write it; each key of that must stand in the tool's list with the same
//! value. Keys that only the tool has are not looked at, since newer tools have more.

mod address;
mod link;
mod neighbour;
mod route;
mod rule;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use netlink::Netlink;
use netlink::link::LinkFilter;
use serde_json::{Map, Value};

/// What a tool prints as JSON: a list of objects.
fn tool(command: &str) -> Vec<Map<String, Value>> {
    let mut words = command.split(' ');
    let output = Command::new(words.next().unwrap())
        .args(words)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    let list: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command}: {error}: {text}"));
    let Value::Array(list) = list else {
        panic!("{command}: {text}")
    };
    let objects = list.into_iter().map(|value| match value {
        Value::Object(object) => object,
        other => panic!("{command}: {other}"),
    });
    // Where there is nothing to tell, some print an empty object.
    objects.filter(|object| !object.is_empty()).collect()
}

/// Both lists have the same objects in the same order.
///
/// What changes by itself may do so between the two, so each gets a few chances.
fn agree(theirs: impl Fn() -> Vec<Map<String, Value>>, ours: impl Fn() -> Vec<Value>) {
    let mut complaint = String::new();
    for _ in 0..5 {
        match difference(&theirs(), &ours()) {
            None => return,
            Some(text) => complaint = text,
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    panic!("{complaint}");
}

fn difference(theirs: &[Map<String, Value>], ours: &[Value]) -> Option<String> {
    if theirs.len() != ours.len() || ours.is_empty() {
        return Some(format!(
            "the tool lists {}: {theirs:#?}\nwe list {}: {ours:#?}",
            theirs.len(),
            ours.len()
        ));
    }
    let pairs = theirs.iter().zip(ours);
    pairs.into_iter().find_map(|(theirs, ours)| {
        missing(&Value::Object(theirs.clone()), ours)
            .map(|path| format!("{path}\ntheirs {theirs:?}\nours {ours}"))
    })
}

/// The way to a value of ours that is not among theirs.
fn missing(theirs: &Value, ours: &Value) -> Option<String> {
    match (theirs, ours) {
        // An attribute that is absent has no key.
        (_, Value::Null) => None,
        (Value::Object(theirs), Value::Object(ours)) => ours.iter().find_map(|(key, value)| {
            let other = theirs.get(key).unwrap_or(&Value::Null);
            missing(other, value).map(|rest| format!("{key} {rest}"))
        }),
        // Neither has an object without any.
        (Value::Null, Value::Object(ours)) => {
            ours.values().find_map(|value| missing(theirs, value))
        }
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => theirs
            .iter()
            .zip(ours)
            .find_map(|(theirs, ours)| missing(theirs, ours)),
        _ if theirs == ours => None,
        _ => Some(format!("is {ours}, and the tool says {theirs}")),
    }
}

/// Names of interfaces by index.
fn names(nl: &Netlink) -> BTreeMap<u32, String> {
    let links = nl
        .links()
        .list(&LinkFilter::new())
        .unwrap()
        .into_vec()
        .unwrap();
    let names = links
        .into_iter()
        .map(|link| (link.index, link.name.unwrap().to_string()));
    names.collect()
}

/// The names in the debug form of flags: `Flags(A | B)`.
fn flag_names(flags: &impl std::fmt::Debug) -> Vec<String> {
    let text = format!("{flags:?}");
    let (_, inner) = text.split_once('(').unwrap();
    let names = inner.trim_end_matches(')').split(" | ");
    names
        .filter(|name| *name != "0x0")
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_difference_is_found() {
    let theirs = serde_json::json!({"a": 1, "b": {"c": [1, 2]}, "more": true});
    let find = |ours: Value| missing(&theirs, &ours);
    assert_eq!(
        find(serde_json::json!({"a": 1, "b": {"c": [1, 2]}, "absent": null})),
        None
    );
    assert_eq!(
        find(serde_json::json!({"a": 2})).unwrap(),
        "a is 2, and the tool says 1"
    );
    assert!(find(serde_json::json!({"b": {"c": [1]}})).is_some());
    assert!(find(serde_json::json!({"d": 1})).is_some());
    let Value::Object(one) = theirs else {
        unreachable!()
    };
    assert!(difference(std::slice::from_ref(&one), &[]).is_some());
    assert!(difference(&[], &[]).is_some());
    assert!(difference(&[one], &[serde_json::json!({"a": 1})]).is_none());
}
