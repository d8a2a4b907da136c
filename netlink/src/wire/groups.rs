//! Sets of which a request has one in each attribute, and an answer all in one: [`Groups`].
//!
//! In an answer the id that stands first starts every set (the options of Geneve are sent so).

use super::attr::attributes;
use super::context::{Cx, Direction};
use super::encoder::Encoder;
use super::error::DecodeError;
use super::layout::tail;
use super::set::{ListOf, NESTED, RawView, Walk, put_with};
use super::value::Value;
use std::marker::PhantomData;

/// The sets in one payload, each with where it stands.
#[derive(Clone, Debug)]
struct Groups<'a> {
    rest: &'a [u8],
    offset: usize,
    /// The payload is one set, as in a request.
    whole: bool,
}

impl<'a> Groups<'a> {
    fn new(payload: &'a [u8], cx: Cx<'_>) -> Self {
        Groups {
            rest: payload,
            offset: 0,
            whole: cx.direction() == Direction::ToKernel,
        }
    }
}

impl<'a> Iterator for Groups<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (bytes, offset) = (self.rest, self.offset);
        if self.whole {
            self.whole = false;
            self.rest = &[];
            return Some((offset, bytes));
        }
        if bytes.is_empty() {
            return None;
        }
        let mut attrs = attributes(bytes);
        // What is malformed is left to whoever decodes the set.
        let first = attrs.next_attr().ok().flatten();
        let again = first.and_then(|first| attrs.next_of(first.id()).ok().flatten());
        let len = again.map_or(bytes.len(), |again| again.offset - 4);
        self.rest = tail(bytes, len);
        self.offset += len;
        Some((offset, bytes.get(..len).unwrap_or(bytes)))
    }
}

impl<'a> Walk<'a> {
    /// Decodes the sets in the attribute at hand. What an answer would not have (a second such attribute, one without
    /// any set) stays raw.
    pub fn take_groups<T: Value>(&mut self, list: &mut Vec<T>, name: &'static str) {
        let (payload, cx) = (self.payload(), self.cx());
        let request = cx.direction() == Direction::ToKernel;
        if !request && (payload.is_empty() || !list.is_empty()) {
            return self.keep();
        }
        let before = list.len();
        for (index, (offset, bytes)) in Groups::new(payload, cx).enumerate() {
            match T::decode(bytes, cx) {
                Ok(item) => list.push(item),
                Err(error) => {
                    list.truncate(before);
                    return self.refuse(error.within_item(index, offset), name);
                }
            }
        }
    }
}

/// Writes sets: each in an attribute of its own to the kernel, all in one from it.
pub fn put_groups<T: Value>(
    list: &[T],
    id: u16,
    nested: bool,
    name: &'static str,
    out: &mut Encoder<'_>,
) {
    let id_and_flags = if nested { id | NESTED } else { id };
    if out.direction() == Direction::ToKernel {
        for item in list {
            put_with(item, id_and_flags, name, out, T::encode);
        }
    } else if !list.is_empty() {
        put_with(&list, id_and_flags, name, out, |list, out| {
            for (index, item) in list.iter().enumerate() {
                item.encode(out).map_err(|error| error.within_item(index))?;
            }
            Ok(())
        });
    }
}

impl<'a> RawView<'a> {
    /// The sets in the attributes with one id.
    pub fn groups<T: Value>(&self, id: u16) -> GroupsView<'a, T> {
        GroupsView {
            attrs: self.list_of(id),
            groups: None,
            index: 0,
            cx: self.cx,
            marker: PhantomData,
        }
    }
}

/// The views of sets that stand in one attribute or in several.
#[derive(Clone, Debug)]
pub struct GroupsView<'a, T> {
    attrs: ListOf<'a>,
    /// Those of the attribute at hand, and where its payload stands.
    groups: Option<(usize, Groups<'a>)>,
    index: usize,
    cx: Cx<'a>,
    marker: PhantomData<T>,
}

impl<'a, T: Value> Iterator for GroupsView<'a, T> {
    type Item = Result<T::View<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((start, groups)) = &mut self.groups {
                if let Some((offset, bytes)) = groups.next() {
                    let (index, offset) = (self.index, *start + offset);
                    self.index += 1;
                    let view = T::view(bytes, self.cx);
                    return Some(view.map_err(|error| error.within_item(index, offset)));
                }
                // An answer has one such attribute; a second one stays raw in the owned value.
                if self.cx.direction() == Direction::FromKernel {
                    return None;
                }
            }
            let attr = match self.attrs.next()? {
                Ok((_, attr)) => attr,
                Err(error) => return Some(Err(error)),
            };
            let is_empty = attr.payload.is_empty();
            if self.cx.direction() == Direction::ToKernel || !is_empty {
                self.groups = Some((attr.offset, Groups::new(attr.payload, self.cx)));
            }
        }
    }
}
