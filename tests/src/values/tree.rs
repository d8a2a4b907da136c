//! A message as a tree of what the decoder prints.

use crate::capture::Message;
use crate::corpus::shape_of;
use netlink::wire::Direction;
use netlink::wire::schema::{Leaf, leaves};

/// The name under which an element of a list has its key or position.
pub const POSITION: &str = "@";

/// A message, a nest, a list or a scalar.
#[derive(Clone, Debug)]
pub enum Node {
    /// A scalar.
    Value(Value),
    /// Attributes and members by C name.
    Set(Vec<(String, Node)>),
    /// Elements by key or position.
    List(Vec<(u64, Node)>),
}

/// A scalar.
#[derive(Clone, Debug)]
pub struct Value {
    /// What the decoder prints.
    pub text: String,
    /// What it is on the wire.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Element(u64),
}

impl Node {
    /// Decodes a message; one that no spec has is empty.
    #[must_use]
    pub fn of(message: &Message) -> Node {
        let mut root = Node::Set(Vec::new());
        let Some(shape) = shape_of(message) else {
            return root;
        };
        let to_kernel = message.direction == Direction::ToKernel;
        leaves(
            &shape,
            &message.body,
            to_kernel,
            message.context,
            &mut |leaf| {
                let bytes = message
                    .body
                    .get(leaf.offset..leaf.offset + leaf.len)
                    .unwrap_or_default();
                let value = Value {
                    text: leaf.show(&message.body),
                    bytes: bytes.to_vec(),
                };
                root.insert(&steps(leaf), value);
            },
        );
        root
    }

    fn insert(&mut self, steps: &[Step<'_>], value: Value) {
        let Some((first, rest)) = steps.split_first() else {
            *self = Node::Value(value);
            return;
        };
        match first {
            Step::Name(name) => {
                if !matches!(self, Node::Set(_)) {
                    *self = Node::Set(Vec::new());
                }
                let Node::Set(members) = self else { return };
                let at = members.iter().position(|(have, _)| have == name);
                let at = at.unwrap_or_else(|| {
                    members.push(((*name).to_owned(), Node::Set(Vec::new())));
                    members.len() - 1
                });
                members[at].1.insert(rest, value);
            }
            Step::Element(key) => {
                if !matches!(self, Node::List(_)) {
                    *self = Node::List(Vec::new());
                }
                let Node::List(items) = self else { return };
                if items.last().is_none_or(|(last, _)| last != key) {
                    let position = Value {
                        text: key.to_string(),
                        bytes: Vec::new(),
                    };
                    let position = (POSITION.to_owned(), Node::Value(position));
                    items.push((*key, Node::Set(vec![position])));
                }
                let last = items.len() - 1;
                items[last].1.insert(rest, value);
            }
        }
    }

    /// The member of a name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Node> {
        match self {
            Node::Set(members) => members
                .iter()
                .find(|(have, _)| have == name)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// The scalar, if it is one, or a list of one.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match self {
            Node::Value(value) => Some(value),
            Node::List(items) => match items.as_slice() {
                [(_, Node::Value(value))] => Some(value),
                _ => None,
            },
            Node::Set(_) => None,
        }
    }

    /// All bytes of all scalars in it, except positions.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Node::Value(value) => value.bytes.clone(),
            Node::Set(members) => members.iter().flat_map(|(_, node)| node.bytes()).collect(),
            Node::List(items) => items.iter().flat_map(|(_, node)| node.bytes()).collect(),
        }
    }

    /// The scalars in it, in order.
    #[must_use]
    pub fn values(&self) -> Vec<&Value> {
        match self {
            Node::Value(value) => vec![value],
            Node::Set(members) => members
                .iter()
                .filter(|(name, _)| name != POSITION)
                .flat_map(|(_, node)| node.values())
                .collect(),
            Node::List(items) => items.iter().flat_map(|(_, node)| node.values()).collect(),
        }
    }
}

fn steps<'a>(leaf: &Leaf<'a>) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    for depth in 0..=leaf.path.len() {
        let elements = leaf.elements.iter().filter(|(before, _)| *before == depth);
        steps.extend(elements.map(|(_, key)| Step::Element(*key)));
        steps.extend(leaf.path.get(depth).map(|name| Step::Name(name)));
    }
    steps
}

impl Value {
    /// The number, as it stands before its names and unit.
    #[must_use]
    pub fn number(&self) -> Option<i128> {
        let word = self.text.split([' ', '/']).next()?;
        match word {
            "true" => Some(1),
            "false" => Some(0),
            _ => number(word),
        }
    }

    /// The names of a value or of its bits, and what has no name.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let inside = self
            .text
            .split_once(" (")
            .and_then(|(_, rest)| rest.strip_suffix(')'));
        inside
            .map(|names| names.split(" | ").collect())
            .unwrap_or_default()
    }

    /// The string in quotes.
    #[must_use]
    pub fn string(&self) -> Option<&str> {
        self.text.strip_prefix('"')?.strip_suffix('"')
    }
}

/// A number in decimal or hexadecimal digits.
#[must_use]
pub fn number(text: &str) -> Option<i128> {
    match text.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
