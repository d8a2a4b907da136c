//! Every message body of the specs and every set and struct within one, and what must hold of bytes decoded as one: [`BODIES`], [`Body::check`].

use crate::agree::Agrees;
use crate::to_hex;
use netlink::generated::FAMILIES;
use netlink::wire::schema::{annotate, canonical_in};
use netlink::wire::{Cx, Direction, Encoder, Key, Shape, Value};
use std::fmt::Debug;

/// In place of a family, of sets and structs that are no body but part of one.
pub const PART: &str = "part";

/// The body of one message type, what an ioctl points at, or a set or struct within those.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    /// The family in [`FAMILIES`], `ioctl`, or [`PART`].
    pub family: &'static str,
    /// Message type, command or request code; of a part a number of its own.
    pub id: u32,
    /// The C name; of a part the path of the type.
    pub name: &'static str,
    /// The only side that sends it.
    pub direction: Option<Direction>,
    /// Whether it is what a request for a dump carries.
    pub dump: bool,
    /// The form.
    pub shape: Shape,
    check: fn(&Shape, &[u8], Cx<'_>) -> Checked,
}

/// Bytes that are to be the body of a message, with what their meaning depends on.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'b> {
    /// The bytes.
    pub bytes: &'b [u8],
    /// Who wrote them.
    pub direction: Direction,
    /// The selector that the conversation provides.
    pub context: Option<u64>,
}

/// What the bytes encode to after decoding, or nothing if they are refused with good reason; or what is wrong.
pub type Checked = Result<Option<Vec<u8>>, String>;

impl Body {
    /// The directions in which it is sent.
    pub fn directions(&self) -> impl Iterator<Item = Direction> {
        let only = self.direction;
        [Direction::FromKernel, Direction::ToKernel]
            .into_iter()
            .filter(move |direction| only.is_none_or(|only| only == *direction))
    }

    /// Decodes bytes in every way there is, and checks all that must hold whatever they are.
    ///
    /// Either an error points into them; or they encode to what says the same, that decodes to an equal value, and the view agrees
    /// with the value in everything it can be asked.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn check(&self, candidate: Candidate<'_>) -> Checked {
        let Candidate {
            bytes,
            direction,
            context,
        } = candidate;
        let cx = self.cx(candidate);
        let checked = (self.check)(&self.shape, bytes, cx).and_then(|encoded| {
            self.by_number(bytes, cx, encoded.as_deref())?;
            Ok(encoded)
        });
        checked.map_err(|wrong| {
            format!(
                "{} {} {direction:?}, context {context:?}: {wrong}\n{}\n{}",
                self.family,
                self.name,
                to_hex(bytes),
                annotate(&self.shape, bytes, direction == Direction::ToKernel)
            )
        })
    }

    fn cx(&self, candidate: Candidate<'_>) -> Cx<'static> {
        let cx = Cx::new(candidate.direction).with_inherited(candidate.context.map(Key::Int));
        if self.dump { cx.for_dump() } else { cx }
    }

    /// Why the message with this number does not decode.
    #[must_use]
    pub fn refusal(&self, candidate: Candidate<'_>) -> String {
        let cx = self.cx(candidate);
        let family = FAMILIES.iter().find(|family| family.name == self.family);
        match (family, u16::try_from(self.id)) {
            (Some(family), Ok(number)) => family
                .visit(number, candidate.bytes, cx, &mut |_| {})
                .map_or_else(|error| error.to_string(), |()| "it is not".to_owned()),
            _ => "it is no message of a family".to_owned(),
        }
    }

    /// The same by the message's number, as who does not know the type has it.
    fn by_number(&self, bytes: &[u8], cx: Cx<'_>, expected: Option<&[u8]>) -> Result<(), String> {
        let Some(family) = FAMILIES.iter().find(|family| family.name == self.family) else {
            return Ok(());
        };
        let number = u16::try_from(self.id).map_err(|error| error.to_string())?;
        let mut found = None;
        let visited = family.visit(number, bytes, cx, &mut |message| {
            let mut out = Vec::new();
            let encoded = message.encode_body(&mut Encoder::lossless(&mut out, cx.direction()));
            found = Some(encoded.map(|()| out));
        });
        let found = match (visited, found) {
            (Err(_), _) => None,
            (Ok(()), Some(Ok(out))) => Some(out),
            (Ok(()), other) => return Err(format!("{other:?} by its number")),
        };
        if found.as_deref() == expected {
            return Ok(());
        }
        Err(format!(
            "by its number it is {found:02x?} instead of {expected:02x?}"
        ))
    }
}

/// A value without its absent attributes, as far as anybody would read it.
fn short(value: &dyn Debug) -> String {
    let text = format!("{value:?}");
    let fields = text.split(", ").filter(|field| !field.ends_with(": None"));
    let text: String = fields.collect::<Vec<_>>().join(", ");
    text.chars().take(1500).collect()
}

/// [`Body::check`] for a type.
fn typed<T>(shape: &Shape, bytes: &[u8], cx: Cx<'_>) -> Checked
where
    T: Value + Debug,
    for<'v> T::View<'v>: Agrees<T>,
{
    let decoded = T::decode(bytes, cx);
    // Into a place, from which what was there has to go, it is the same.
    let mut place = decoded.as_ref().ok().cloned();
    let placed = T::decode_to(&mut place, bytes, cx);
    if place.as_ref() != decoded.as_ref().ok() || placed.err() != decoded.as_ref().err().cloned() {
        return Err(format!("into a place it is {}", short(&place)));
    }
    let value = match decoded {
        Ok(value) => value,
        Err(error) if error.offset() > bytes.len() => {
            return Err(format!("an error outside of the message: {error}"));
        }
        Err(error) => {
            // It can be said.
            let _ = error.to_string();
            return Ok(None);
        }
    };
    let mut encoded = Vec::new();
    value
        .encode(&mut Encoder::lossless(&mut encoded, cx.direction()))
        .map_err(|error| format!("does not encode: {error}\n{}", short(&value)))?;
    let again = T::decode(&encoded, cx)
        .map_err(|error| format!("does not decode again: {error}\n{}", to_hex(&encoded)))?;
    if again != value {
        return Err(format!(
            "decodes to another value\n{}\nbecame\n{}\n{}",
            short(&value),
            short(&again),
            to_hex(&encoded)
        ));
    }
    let to_kernel = cx.direction() == Direction::ToKernel;
    let context = match cx.inherited() {
        Some(Key::Int(number)) => Some(number),
        _ => None,
    };
    let canonical = |bytes| canonical_in(shape, bytes, to_kernel, context);
    if canonical(&encoded) != canonical(bytes) {
        return Err(format!(
            "something is lost; encoded it is\n{}\nand was",
            annotate(shape, &encoded, to_kernel)
        ));
    }
    let view = T::view(bytes, cx).map_err(|error| format!("no view: {error}"))?;
    view.agrees(&value)
        .map_err(|difference| format!("view and value differ: {difference}"))?;
    // A request may be refused, but nothing may panic, and a change to nothing is no request.
    let mut request = Vec::new();
    if value.encode(&mut Encoder::request(&mut request)).is_ok() {
        match value.changes_from(&value) {
            Ok(None) => {}
            other => return Err(format!("a change from itself: {other:?}")),
        }
    }
    Ok(Some(encoded))
}

include!(concat!(env!("OUT_DIR"), "/bodies.rs"));
