//! A place in a decoded message, with the way back out.

use super::tree::{Node, POSITION, number};

/// A node and all it stands in.
#[derive(Clone, Debug)]
pub struct At<'t> {
    stack: Vec<&'t Node>,
    /// The key of the element that stands here.
    key: u64,
}

impl<'t> At<'t> {
    /// The outermost place.
    #[must_use]
    pub fn root(node: &'t Node) -> Self {
        At {
            stack: vec![node],
            key: 0,
        }
    }

    /// What stands here.
    #[must_use]
    pub fn node(&self) -> &'t Node {
        self.stack[self.stack.len() - 1]
    }

    fn inner(&self, node: &'t Node) -> Self {
        let mut stack = self.stack.clone();
        stack.push(node);
        At { stack, key: 0 }
    }

    /// An element of the list that stands here; lists are no step of the way.
    fn element(&self, key: u64, node: &'t Node) -> Self {
        let mut at = self.clone();
        at.stack.pop();
        At {
            key,
            ..at.inner(node)
        }
    }

    /// The elements of the list that stands here, or what stands here.
    fn items(&self) -> Vec<At<'t>> {
        match self.node() {
            Node::List(items) => items
                .iter()
                .map(|(key, node)| self.element(*key, node))
                .collect(),
            _ => vec![self.clone()],
        }
    }

    fn members(&self, name: &str) -> Vec<At<'t>> {
        let sets = self.items().into_iter();
        sets.filter_map(|at| at.node().member(name).map(|node| at.inner(node)))
            .collect()
    }

    /// All places that a path leads to.
    ///
    /// Names are parted by dots, alternatives by `|`. `.` is this place, `^` what it stands in, `/` the messages of the
    /// conversation; lists are entered, by `[key]` only one of their elements. `{path}` is replaced by what
    /// stands there, `~` by a blank.
    #[must_use]
    pub fn all(&self, path: &str) -> Vec<At<'t>> {
        self.fill(path)
            .split('|')
            .map(|path| self.way(path))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self, path: &str) -> Option<At<'t>> {
        self.all(path).into_iter().next()
    }

    /// The elements of the lists that a path leads to, and whatever else it leads to.
    #[must_use]
    pub fn elements(&self, path: &str) -> Vec<At<'t>> {
        self.all(path).iter().flat_map(At::items).collect()
    }

    fn way(&self, path: &str) -> Vec<At<'t>> {
        let mut here = self.clone();
        let mut path = path;
        if let Some(rest) = path.strip_prefix('/') {
            here.stack.truncate(1);
            path = rest;
        }
        while let Some(rest) = path.strip_prefix('^') {
            if here.stack.len() > 1 {
                here.stack.pop();
            }
            path = rest;
        }
        if path.is_empty() || path == "." {
            return vec![here];
        }
        let mut found = vec![here];
        let mut steps = path.split('.').peekable();
        while let Some(step) = steps.next() {
            let (name, key) = match step.split_once('[') {
                Some((name, key)) => (name, key.trim_end_matches(']').parse::<i64>().ok()),
                None => (step, None),
            };
            let name = &name.replace('~', " ");
            let mut next: Vec<At<'t>> = found.iter().flat_map(|at| at.members(name)).collect();
            // Members of unions in structs have names with a dot.
            if let (true, Some(more)) = (next.is_empty(), steps.peek()) {
                let name = format!("{name}.{more}");
                next = found.iter().flat_map(|at| at.members(&name)).collect();
                steps.next();
            }
            found = match key {
                Some(key) => next.iter().filter_map(|at| at.at_key(key)).collect(),
                None => next,
            };
        }
        found
    }

    /// An element by its key, or from the end by a negative number.
    fn at_key(&self, key: i64) -> Option<At<'t>> {
        let Node::List(items) = self.node() else {
            return None;
        };
        let item = match u64::try_from(key) {
            Ok(key) => items.iter().find(|(have, _)| *have == key),
            Err(_) => items.iter().rev().nth(key.unsigned_abs() as usize - 1),
        };
        item.map(|(key, node)| self.element(*key, node))
    }

    /// The number at a path.
    #[must_use]
    pub fn number(&self, path: &str) -> Option<i128> {
        self.first(path)?.node().value()?.number()
    }

    /// Whether a condition holds: `inner=outer` and `inner!=outer` compare the number at a path from here with a number, or
    /// with that at a path from there; `inner?=outer` holds where the latter is absent or zero, too. A path alone must lead
    /// somewhere.
    #[must_use]
    pub fn holds(&self, condition: &str, outer: &At<'_>) -> bool {
        let Some((left, wanted)) = condition.split_once('=') else {
            return self.first(condition).is_some();
        };
        let path = left.trim_end_matches(['!', '?']);
        let wanted = number(wanted).or_else(|| outer.number(wanted));
        let equal = self.number(path) == wanted;
        match left.strip_prefix(path) {
            Some("!") => !equal,
            Some("?") => equal || wanted.unwrap_or(0) == 0,
            _ => equal,
        }
    }

    /// A name with each `{path}` replaced by the string or number there.
    #[must_use]
    pub fn fill(&self, name: &str) -> String {
        let Some((before, rest)) = name.split_once('{') else {
            return name.to_owned();
        };
        let (path, after) = rest.split_once('}').unwrap_or((rest, ""));
        if path == POSITION {
            return self.fill(&format!("{before}{}{after}", self.key));
        }
        let value = self.first(path);
        let value = value.as_ref().and_then(|at| at.node().value());
        let text = value.map(|value| {
            let word = value.string().or_else(|| value.names().first().copied());
            let number = || value.number().map(|number| number.to_string());
            word.map(str::to_owned).or_else(number)
        });
        format!("{before}{}{after}", text.flatten().unwrap_or_default())
    }
}
