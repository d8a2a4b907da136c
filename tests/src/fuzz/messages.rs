//! Message bodies: raw, made from the schema and damaged, and as the run-time schema reads them.

use crate::bodies::{BODIES, Body, Candidate};
use crate::make::{Source, damage, make};
use crate::to_hex;
use netlink::wire::Direction;
use netlink::wire::schema::{annotate, canonical_in, difference, leaves, path_at};

/// An input of the targets here: which message, and bytes.
///
/// The front says the message so that it means the same when the specs have more of them: a hash of the family's name, the number,
/// bits for direction, dump and context, and the context.
#[derive(Clone, Copy, Debug)]
pub struct Input<'b> {
    /// The message.
    pub body: &'static Body,
    /// Who wrote it.
    pub direction: Direction,
    /// The selector that the conversation provides.
    pub context: Option<u64>,
    /// The rest of the input.
    pub bytes: &'b [u8],
}

fn hash(name: &str) -> u8 {
    name.bytes()
        .fold(0x51, |hash, byte| hash.rotate_left(3) ^ byte)
}

impl<'b> Input<'b> {
    /// Reads an input; a message that does not exist is another one.
    #[must_use]
    pub fn read(data: &'b [u8]) -> Option<Self> {
        let (front, bytes) = data.split_first_chunk::<7>()?;
        let [family, a, b, c, d, bits, context] = *front;
        let id = u32::from_le_bytes([a, b, c, d]);
        let dump = bits & 2 != 0;
        let of = |body: &&&Body| hash(body.family) == family;
        let wanted = match bits & 1 {
            0 => Direction::FromKernel,
            _ => Direction::ToKernel,
        };
        // A number may mean one thing to the kernel and another from it.
        let same = |body: &&Body| body.id == id && body.dump == dump;
        let goes = |body: &&Body| body.direction.is_none_or(|only| only == wanted);
        let exact = BODIES
            .iter()
            .filter(|body| of(&body))
            .find(|body| same(body) && goes(body));
        let body = exact.or_else(|| {
            let all: Vec<_> = BODIES.iter().filter(|body| of(&body)).collect();
            let count = all.len().max(1);
            all.get(id as usize % count).copied()
        });
        let body = body.or_else(|| BODIES.get(id as usize % BODIES.len()))?;
        Some(Input {
            body,
            direction: body.direction.unwrap_or(wanted),
            context: (bits & 4 != 0).then_some(u64::from(context)),
            bytes,
        })
    }

    /// Writes what [`Input::read`] reads.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let to_kernel = u8::from(self.direction == Direction::ToKernel);
        let bits =
            to_kernel | u8::from(self.body.dump) << 1 | u8::from(self.context.is_some()) << 2;
        let mut data = vec![hash(self.body.family)];
        data.extend(self.body.id.to_le_bytes());
        data.extend([bits, self.context.unwrap_or_default() as u8]);
        data.extend(self.bytes);
        data
    }

    fn candidate(&self) -> Candidate<'b> {
        Candidate {
            bytes: self.bytes,
            direction: self.direction,
            context: self.context,
        }
    }
}

/// Any bytes as any message.
pub(super) fn decode(data: &[u8]) {
    let Some(input) = Input::read(data) else {
        return;
    };
    if let Err(wrong) = input.body.check(input.candidate()) {
        panic!("{wrong}");
    }
}

/// A message made from its schema, well formed or damaged; the bytes decide what it says.
pub(super) fn message(data: &[u8]) {
    let Some(input) = Input::read(data) else {
        return;
    };
    let mut source = Source::new(input.bytes);
    let damages = source.below(256).saturating_sub(192) / 16;
    let made = make(
        &input.body.shape,
        input.direction == Direction::ToKernel,
        &mut source,
    );
    let mut bytes = made.bytes;
    // What is left decides about the damage; repeated, since a message takes nearly all.
    let mut source = Source::new(input.bytes);
    for _ in 0..damages {
        damage(&mut bytes, &mut source);
    }
    let made = Input {
        bytes: &bytes,
        context: made.context,
        ..input
    };
    // As an input of `decode` a failure does not depend on how messages are made.
    let as_decode = || to_hex(&made.write());
    match made.body.check(made.candidate()) {
        Ok(None) if damages == 0 => panic!(
            "{} well formed but refused: {}\nas input of `decode` {}\n{}",
            made.body.name,
            made.body.refusal(made.candidate()),
            as_decode(),
            annotate(
                &made.body.shape,
                made.bytes,
                made.direction == Direction::ToKernel
            )
        ),
        Ok(_) => {}
        Err(wrong) => panic!("{wrong}\nas input of `decode` {}", as_decode()),
    }
}

/// Any bytes as the run-time schema reads them.
pub(super) fn schema(data: &[u8]) {
    let Some(input) = Input::read(data) else {
        return;
    };
    let (shape, bytes) = (&input.body.shape, input.bytes);
    let to_kernel = input.direction == Direction::ToKernel;
    assert!(
        !annotate(shape, bytes, to_kernel).is_empty() || bytes.is_empty(),
        "nothing is shown of {}",
        input.body.name
    );
    canonical_in(shape, bytes, to_kernel, input.context);
    leaves(shape, bytes, to_kernel, input.context, &mut |leaf| {
        assert!(
            leaf.offset + leaf.len <= bytes.len(),
            "{leaf:?} in {} bytes",
            bytes.len()
        );
        let _ = leaf.show(bytes);
    });
    for offset in [0, 4, bytes.len() / 2, bytes.len()] {
        path_at(shape, bytes, offset);
    }
    let (new, old) = bytes.split_at(bytes.len() / 2);
    assert!(
        difference(shape, bytes, bytes).is_none(),
        "a difference from itself"
    );
    difference(shape, new, old);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Every message can be said, and means itself.
    #[test]
    fn inputs() {
        let mut families = BTreeMap::new();
        for body in BODIES {
            let known = families.insert(hash(body.family), body.family);
            assert!(
                known.is_none_or(|known| known == body.family),
                "{known:?} {}",
                body.family
            );
            for direction in body.directions() {
                let input = Input {
                    body,
                    direction,
                    context: Some(6),
                    bytes: &[1, 2, 3],
                };
                let data = input.write();
                let read = Input::read(&data).unwrap();
                assert_eq!(
                    (
                        read.body.name,
                        read.body.dump,
                        read.direction,
                        read.context,
                        read.bytes
                    ),
                    (body.name, body.dump, direction, Some(6), &[1, 2, 3][..])
                );
            }
        }
    }
}
