//! Sets of which a request has one in each attribute, and an answer all in one: [`Groups`].
//!
//! In an answer the id that stands first starts every set (the options of Geneve are sent so).

use super::attr::attributes;
use super::codec::Native;
use super::context::{Cx, Direction};
use super::encoder::Encoder;
use super::error::DecodeError;
use super::layout::tail;
use super::put::{NESTED, put_with};
use super::set::Walk;
use super::value::Value;
use super::view::{ListOf, RawView};
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
        let again = first.and_then(|first| {
            let mut rest = attrs.map_while(Result::ok);
            rest.find(|attr| attr.id() == first.id())
        });
        let len = again.map_or(bytes.len(), |again| again.offset - 4);
        self.rest = tail(bytes, len);
        self.offset += len;
        Some((offset, bytes.get(..len).unwrap_or(bytes)))
    }
}

/// Whether a set that follows another is told from it once it is encoded: it starts with the id that starts all of them, and has it
/// once. Attributes that are out of order, sent twice or of a length that does not fit may be written in another place.
fn is_group<T: Value>(item: &T, first: u16) -> bool {
    let mut bytes = Vec::new();
    let mut out = Encoder::lossless(&mut bytes, Direction::FromKernel);
    if item.encode(&mut out).is_err() {
        return false;
    }
    let mut attrs = attributes(&bytes);
    let starts = matches!(attrs.next_attr(), Ok(Some(attr)) if attr.id() == first);
    starts && attrs.all(|attr| attr.is_ok_and(|attr| attr.id() != first))
}

/// Decodes the sets of an answer's attribute.
fn decode_groups<T: Value>(payload: &[u8], cx: Cx<'_>) -> Result<Vec<T>, DecodeError> {
    let first = attributes(payload).next_attr()?.map(|attr| attr.id());
    let mut list = Vec::new();
    for (index, (offset, bytes)) in Groups::new(payload, cx).enumerate() {
        let item = T::decode(bytes, cx).map_err(|error| error.within_item(index, offset))?;
        list.push(item);
    }
    match first {
        Some(first) if list.iter().all(|item| is_group(item, first)) => Ok(list),
        _ => Err(DecodeError::unrepresentable()),
    }
}

impl<'a> Walk<'a> {
    /// Decodes the sets in the attribute at hand. What an answer would not have (a second such attribute, one without
    /// any set) stays raw.
    pub fn take_groups<T: Value>(&mut self, list: &mut Vec<T>, payload: &[u8], name: &'static str) {
        let cx = self.cx();
        if cx.direction() == Direction::ToKernel {
            return self.take_repeat::<T, Native>(list, payload, name);
        }
        if !list.is_empty() {
            return self.refuse(DecodeError::unrepresentable(), name);
        }
        match decode_groups(payload, cx) {
            Ok(items) => {
                *list = items;
                self.settle_list();
            }
            Err(error) => self.refuse(error, name),
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
                    return match T::view(bytes, self.cx) {
                        // Stays raw in the owned value, and so does what follows.
                        Err(error) if error.is_unrepresentable() => None,
                        view => Some(view.map_err(|error| error.within_item(index, offset))),
                    };
                }
                // An answer has one such attribute; a second one stays raw in the owned value.
                if self.cx.direction() == Direction::FromKernel {
                    return None;
                }
            }
            let (index, attr) = match self.attrs.next()? {
                Ok(attr) => attr,
                Err(error) => return Some(Err(error)),
            };
            if self.cx.direction() == Direction::FromKernel {
                match decode_groups::<T>(attr.payload, self.cx) {
                    // Stays raw in the owned value.
                    Err(error) if error.is_unrepresentable() => continue,
                    Err(error) => return Some(Err(error.within_item(index, attr.offset))),
                    Ok(_) => {}
                }
            }
            self.groups = Some((attr.offset, Groups::new(attr.payload, self.cx)));
        }
    }
}
