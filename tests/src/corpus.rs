//! Whether the types understand real messages: decode, encode from typed values only, compare, and change every scalar.

use crate::capture::Message;
use netlink::generated::FAMILIES;
use netlink::wire::schema::{self, CaseKey, Leaf, UnionSchema};
use netlink::wire::{Cx, Direction, Encoder, Family, Key, Shape};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Figures of a family, or of all.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Messages of families and types that have a spec.
    pub messages: usize,
    /// Those that decoded.
    pub decoded: usize,
    /// Those whose typed values encode to the same.
    pub reencoded_equal: usize,
    /// Attributes that no spec has, by path.
    pub unknown_attrs: BTreeMap<String, usize>,
    /// Messages that did not decode.
    pub undecodable: usize,
    /// Bytes of bodies.
    pub payload_bytes: usize,
    /// Bytes in raw or bytes-typed fields.
    pub opaque_bytes: usize,
    /// The same, by path.
    pub opaque_paths: BTreeMap<String, usize>,
    /// Scalars that were changed, each seen to change exactly its bytes.
    pub scalars_changed: usize,
    /// Scalars whose change was not seen, by path.
    pub scalars_failed: BTreeMap<String, usize>,
}

/// The result of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Figures by family.
    pub families: BTreeMap<String, Figures>,
    /// Messages that no spec covers, by family.
    pub no_spec: BTreeMap<String, usize>,
    /// Acknowledgements and ends of dumps.
    pub control: usize,
    /// Which of the undecodable are structures of ioctls of which the recorder kept only the front, by command: it has to know
    /// how long each is, and the kernel, which is handed a pointer, never sees less than all of one.
    pub cut: BTreeMap<u64, usize>,
    /// What went wrong, with the message's origin.
    pub failures: Vec<String>,
}

/// What a message is to the codecs.
struct Codec {
    shape: Shape,
    recode: Box<dyn Fn(&[u8], Cx<'_>, Direction) -> Result<Vec<u8>, String>>,
    text: Box<dyn Fn(&[u8], Cx<'_>) -> Result<String, String>>,
}

fn codec(message: &Message) -> Option<Codec> {
    let kind = message.kind?;
    if message.family == "ethtool_ioctl" {
        use netlink::generated::ioctl::ethtool::EthtoolCommand;
        use netlink::wire::Value as _;
        return Some(Codec {
            shape: EthtoolCommand::SHAPE,
            recode: Box::new(|body, cx, direction| {
                let value = EthtoolCommand::decode(body, cx).map_err(|error| error.to_string())?;
                let mut out = Vec::new();
                value
                    .encode(&mut Encoder::typed(&mut out, direction))
                    .map_err(|error| error.to_string())?;
                Ok(out)
            }),
            text: Box::new(|body, cx| {
                EthtoolCommand::decode(body, cx)
                    .map(|value| format!("{value:#?}"))
                    .map_err(|error| error.to_string())
            }),
        });
    }
    let family: &'static Family = FAMILIES
        .iter()
        .find(|family| family.name == message.family)?;
    let (_, shape) = family.message_type(kind, context(message))?;
    Some(Codec {
        // A message without a body has nothing to compare.
        shape: shape.unwrap_or(Shape::Flag),
        recode: Box::new(move |body, cx, direction| {
            let mut out = Vec::new();
            let mut outcome = Ok(());
            family
                .visit(kind, body, cx, &mut |decoded| {
                    outcome = decoded.encode_body(&mut Encoder::typed(&mut out, direction));
                })
                .map_err(|error| error.to_string())?;
            outcome.map_err(|error| error.to_string())?;
            Ok(out)
        }),
        text: Box::new(move |body, cx| {
            let mut text = String::new();
            family
                .visit(kind, body, cx, &mut |decoded| {
                    text = format!("{decoded:#?}")
                })
                .map_err(|error| error.to_string())?;
            Ok(text)
        }),
    })
}

fn context(message: &Message) -> Cx<'static> {
    let cx = Cx::new(message.direction).with_inherited(message.context.map(Key::Int));
    if message.dump { cx.for_dump() } else { cx }
}

/// The form of a message's body, if a spec has it.
#[must_use]
pub fn shape_of(message: &Message) -> Option<Shape> {
    codec(message).map(|codec| codec.shape)
}

/// The decoded message as Rust shows it.
///
/// # Errors
/// Says why it does not decode.
pub fn debug(message: &Message) -> Result<String, String> {
    match codec(message) {
        Some(codec) => (codec.text)(&message.body, context(message)),
        None => Err("no spec".to_owned()),
    }
}

/// The C name of a message.
#[must_use]
pub fn name_of(message: &Message) -> Option<&'static str> {
    let family = FAMILIES
        .iter()
        .find(|family| family.name == message.family)?;
    family
        .message_type(message.kind?, context(message))
        .map(|(kind, _)| kind.name)
}

impl Report {
    /// Checks one message.
    pub fn check(&mut self, message: &Message, thorough: bool) {
        if message.kind.is_none() {
            self.control += 1;
            return;
        }
        let Some(codec) = codec(message) else {
            let known = FAMILIES.iter().any(|family| family.name == message.family);
            let name = match (known, message.kind) {
                // The subsystem of a netfilter message is the high byte of its type.
                (_, Some(kind)) if message.family == "netfilter" => {
                    format!("netfilter subsystem {}", kind >> 8)
                }
                (true, Some(kind)) => format!("{} type {kind}", message.family),
                _ => message.family.clone(),
            };
            *self.no_spec.entry(name).or_default() += 1;
            return;
        };
        if let (Shape::Lead { int, of, .. }, "ethtool_ioctl") =
            (codec.shape, message.family.as_str())
        {
            if let Some(command) = cut_front(&message.body, int.size, of()) {
                *self.cut.entry(command).or_default() += 1;
            }
        }
        let figures = self.families.entry(message.family.clone()).or_default();
        figures.messages += 1;
        figures.payload_bytes += message.body.len();
        let (cx, to_kernel) = (context(message), message.direction == Direction::ToKernel);
        let name = name_of(message).unwrap_or("ioctl");
        let mut places: Vec<Place> = Vec::new();
        schema::leaves(
            &codec.shape,
            &message.body,
            to_kernel,
            message.context,
            &mut |leaf| {
                let path = format!("{name} > {}", leaf.path.join(" > "));
                match leaf.shape {
                    None => {
                        if leaf.path.last().is_some_and(|last| last.contains('?')) {
                            *figures.unknown_attrs.entry(path.clone()).or_default() += 1;
                        }
                        figures.opaque_bytes += leaf.len;
                        *figures.opaque_paths.entry(path).or_default() += leaf.len;
                    }
                    Some(Shape::Bytes) => {
                        figures.opaque_bytes += leaf.len;
                        *figures.opaque_paths.entry(path).or_default() += leaf.len;
                    }
                    // What stands first in a body that its front selects is the selector.
                    Some(_) if leaf.offset == 0 && matches!(codec.shape, Shape::Lead { .. }) => {}
                    Some(_) => places.extend(Place::of(leaf, path)),
                }
            },
        );
        let encoded = match (codec.recode)(&message.body, cx, message.direction) {
            Ok(encoded) => encoded,
            Err(error) => {
                figures.undecodable += 1;
                self.failures.push(format!(
                    "{} {name}: {error}\n{}",
                    message.origin,
                    crate::to_hex(&message.body)
                ));
                return;
            }
        };
        figures.decoded += 1;
        let canonical = |bytes: &[u8]| schema::canonical(&codec.shape, bytes, to_kernel);
        if canonical(&encoded) != canonical(&message.body) {
            let show = |bytes: &[u8]| schema::annotate(&codec.shape, bytes, to_kernel);
            self.failures.push(format!(
                "{} {name}: encoded otherwise\n{}\nbecame\n{}",
                message.origin,
                show(&message.body),
                show(&encoded)
            ));
            return;
        }
        figures.reencoded_equal += 1;
        if !thorough {
            return;
        }
        for place in places {
            let mut changed = message.body.clone();
            place.change(&mut changed);
            let seen = (codec.recode)(&changed, cx, message.direction);
            match seen {
                Ok(seen) if canonical(&seen) == canonical(&changed) => figures.scalars_changed += 1,
                _ => *figures.scalars_failed.entry(place.path).or_default() += 1,
            }
        }
    }

    /// The sums over all families.
    #[must_use]
    pub fn total(&self) -> Figures {
        let mut total = Figures::default();
        for figures in self.families.values() {
            total.messages += figures.messages;
            total.decoded += figures.decoded;
            total.reencoded_equal += figures.reencoded_equal;
            total.undecodable += figures.undecodable;
            total.payload_bytes += figures.payload_bytes;
            total.opaque_bytes += figures.opaque_bytes;
            total.scalars_changed += figures.scalars_changed;
            for (from, to) in [
                (&figures.unknown_attrs, &mut total.unknown_attrs),
                (&figures.opaque_paths, &mut total.opaque_paths),
                (&figures.scalars_failed, &mut total.scalars_failed),
            ] {
                for (path, count) in from {
                    *to.entry(path.clone()).or_default() += count;
                }
            }
        }
        total
    }

    /// The report as one JSON object.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object = self.total().json();
        let families: BTreeMap<&String, Value> = self
            .families
            .iter()
            .map(|(name, figures)| (name, figures.json()))
            .collect();
        if let Some(object) = object.as_object_mut() {
            object.insert("families".to_owned(), json!(families));
            object.insert("no_spec".to_owned(), json!(self.no_spec));
            object.insert("control".to_owned(), json!(self.control));
            object.insert("cut".to_owned(), json!(self.cut));
        }
        object
    }
}

impl Figures {
    fn json(&self) -> Value {
        json!({
            "messages": self.messages,
            "decoded": self.decoded,
            "reencoded_equal": self.reencoded_equal,
            "unknown_attrs": self.unknown_attrs,
            "undecodable": self.undecodable,
            "payload_bytes": self.payload_bytes,
            "opaque_bytes": self.opaque_bytes,
            "opaque_paths": self.opaque_paths,
            "scalars_changed": self.scalars_changed,
            "scalars_failed": self.scalars_failed,
        })
    }
}

/// The command whose structure starts like this, if it is what a recorder keeps of one that it does not know: two words.
fn cut_front(body: &[u8], size: usize, union: &UnionSchema) -> Option<u64> {
    const KEPT: usize = 8;
    let command = u64::from(u32::from_ne_bytes(*body.first_chunk()?));
    let case = union
        .cases
        .iter()
        .find(|case| case.key == Some(CaseKey::Int(command)))?;
    match case.shape? {
        Shape::Struct(of) if body.len() == KEPT && size == 4 && of().size > KEPT => Some(command),
        _ => None,
    }
}

/// A scalar that can be changed without changing what anything else is.
struct Place {
    path: String,
    offset: usize,
    len: usize,
    shape: Shape,
    bits: Option<(u32, u32)>,
}

impl Place {
    fn of(leaf: &Leaf<'_>, path: String) -> Option<Self> {
        let shape = leaf.shape?;
        let fixed = matches!(
            shape,
            Shape::Int(_)
                | Shape::VarInt { .. }
                | Shape::Bitfield32(_)
                | Shape::Mac
                | Shape::Ipv4
                | Shape::Ipv6
                | Shape::Ip
                | Shape::HwAddr
        );
        // A selector decides what others are, and the family of an address is one.
        let selects =
            leaf.structural || leaf.owner.1.contains("family") || leaf.owner.1.contains("FAMILY");
        (fixed && leaf.len > 0 && !selects).then_some(Place {
            path,
            offset: leaf.offset,
            len: leaf.len,
            shape,
            bits: leaf.bits,
        })
    }

    /// Another value that the type can hold.
    fn change(&self, bytes: &mut [u8]) {
        let Some(slot) = bytes.get_mut(self.offset..self.offset + self.len) else {
            return;
        };
        if let Some((first, _)) = self.bits {
            if let Some(byte) = slot.get_mut(first as usize / 8) {
                // Bitfields begin at the most significant bit on big-endian machines.
                *byte ^= if cfg!(target_endian = "big") {
                    0x80 >> (first % 8)
                } else {
                    1 << (first % 8)
                };
            }
            return;
        }
        match self.shape {
            // Only the lowest bit of a truth value.
            Shape::Int(int) if int.bool => slot[0] ^= 1,
            // Eight bytes are sent for what four cannot hold.
            Shape::VarInt { .. } => {
                let low = if cfg!(target_endian = "big") {
                    self.len - 1
                } else {
                    0
                };
                slot[low] ^= 1;
            }
            // The flags may have fewer bits than the wire.
            Shape::Bitfield32(_) => slot
                .chunks_mut(4)
                .filter_map(|word| word.get_mut(if cfg!(target_endian = "big") { 3 } else { 0 }))
                .for_each(|byte| *byte ^= 1),
            // The type may be narrower than the wire: the lowest bit is in both.
            Shape::Int(int) => {
                let big = int.big || cfg!(target_endian = "big");
                let low = if big { self.len - 1 } else { 0 };
                slot[low] ^= 1;
            }
            _ => slot.iter_mut().for_each(|byte| *byte ^= 1),
        }
    }
}
