//! Snapshots of encoded messages, on the machine they are stored for and on others.
//!
//! They show the bytes of x86-64. Elsewhere the lines must mean the same, and the bytes of the snapshot, translated, must be
//! those that were encoded.

use crate::order;
use crate::to_hex;
use netlink::wire::{Direction, Shape, schema};
use std::path::Path;

/// Where the annotation of a line begins, behind the offset and the bytes.
const HEX: usize = 6;
const MEANING: usize = 31;

/// Messages with the text that shows them.
#[derive(Debug, Default)]
pub struct Page {
    /// Annotated hex.
    pub text: String,
    messages: Vec<Encoded>,
}

#[derive(Debug)]
struct Encoded {
    shape: Shape,
    bytes: Vec<u8>,
    direction: Direction,
    context: Option<u64>,
}

impl Page {
    /// A page about one message.
    #[must_use]
    pub fn of(shape: Shape, bytes: &[u8], direction: Direction) -> Self {
        let mut page = Self::default();
        page.push("", shape, bytes, direction, None);
        page
    }

    /// Adds a message below a title.
    pub fn push(
        &mut self,
        title: &str,
        shape: Shape,
        bytes: &[u8],
        direction: Direction,
        context: Option<u64>,
    ) {
        if !self.text.is_empty() {
            self.text.push_str(&format!("\n{title}\n"));
        }
        let to_kernel = direction == Direction::ToKernel;
        self.text
            .push_str(&schema::annotate(&shape, bytes, to_kernel));
        self.messages.push(Encoded {
            shape,
            bytes: bytes.to_vec(),
            direction,
            context,
        });
    }

    /// What differs from the stored text of such a page, on a machine that is not the one it is stored for.
    fn difference(&self, stored: &str) -> Option<String> {
        let (there, here) = (meanings(stored), meanings(&self.text));
        for (there, here) in there.iter().zip(&here) {
            if there != here {
                return Some(format!("`{there}` is stored, here it is `{here}`"));
            }
        }
        if there.len() != here.len() {
            return Some(format!(
                "{} lines are stored, here {}",
                there.len(),
                here.len()
            ));
        }
        let stored = blocks(stored);
        if stored.len() != self.messages.len() {
            return Some(format!("{} messages are stored", stored.len()));
        }
        for (stored, message) in stored.iter().zip(&self.messages) {
            let to_kernel = message.direction == Direction::ToKernel;
            let (shape, context) = (&message.shape, message.context);
            // Padding at the end may not be shown: of the last attribute, and of the struct in it.
            let whole = stored.len().next_multiple_of(4);
            let mut there = [stored.len(), whole, whole + 4].into_iter().map(|len| {
                let mut bytes = stored.clone();
                bytes.resize(len, 0);
                order::payload(shape, &bytes, message.direction, context)
            });
            if !there.any(|there| there == message.bytes) {
                return Some(format!(
                    "stored is {}, here it is {}\n{}",
                    to_hex(stored),
                    to_hex(&message.bytes),
                    schema::annotate(shape, &message.bytes, to_kernel)
                ));
            }
        }
        None
    }

    /// Compares with the stored snapshot of a name, below `tests/tests/snapshots`.
    ///
    /// # Panics
    /// Where they differ.
    #[track_caller]
    pub fn assert_stored(&self, name: &str) {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
        let path = dir.join(format!("{name}.snap"));
        let stored = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // Behind the head between two lines of dashes.
        let stored = stored.splitn(3, "---\n").nth(2).unwrap_or_default();
        if let Some(difference) = self.difference(stored) {
            panic!("{name}: {difference}");
        }
    }
}

/// Compares a [`Page`] with its snapshot: by `insta` where that is stored for this machine, else by what it says.
#[macro_export]
macro_rules! assert_page {
    ($name:expr, $file:expr, $page:expr) => {
        if $crate::order::IS_HOME {
            insta::assert_snapshot!($file, $page.text);
        } else {
            $page.assert_stored($name);
        }
    };
}

/// The offset and the bytes of a line, if it is one of hex.
fn hex(line: &str) -> Option<(usize, Vec<u8>)> {
    let offset = line.get(..4)?;
    let offset = usize::from_str_radix(offset, 16).ok()?;
    if line.len() > 4 && line.get(4..HEX)? != "  " {
        return None;
    }
    let text = line.get(HEX..line.len().min(MEANING)).unwrap_or_default();
    let bytes = text.split_whitespace();
    let bytes: Result<_, _> = bytes.map(|byte| u8::from_str_radix(byte, 16)).collect();
    Some((offset, bytes.ok()?))
}

/// Whether a meaning is no more than the bytes again: what they are depends on the conversation, and their order on the machine.
fn is_bytes(meaning: &str) -> bool {
    let byte = |word: &str| word.len() == 2 && u8::from_str_radix(word, 16).is_ok();
    meaning.contains(' ') && meaning.split(' ').all(byte)
}

/// What the lines say, without the rows that only go on with bytes.
fn meanings(text: &str) -> Vec<&str> {
    let lines = text.lines().map(|line| match hex(line) {
        Some(_) => {
            let meaning = line.get(MEANING..).unwrap_or_default().trim_end();
            match meaning.split_once(" = ") {
                Some((name, value)) if is_bytes(value) => name,
                _ => meaning,
            }
        }
        None => line,
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// The bytes of each message, which stand between titles.
fn blocks(text: &str) -> Vec<Vec<u8>> {
    let mut blocks = vec![Vec::new()];
    for line in text.lines() {
        match (hex(line), blocks.last_mut()) {
            (Some((offset, bytes)), Some(block)) => {
                block.resize(block.len().max(offset + bytes.len()), 0);
                block[offset..offset + bytes.len()].copy_from_slice(&bytes);
            }
            // A blank line and a title come before each message but the first.
            (None, _) if line.is_empty() => blocks.push(Vec::new()),
            _ => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::{Direction, Page};
    use netlink::generated::route::link::{ArpHrd, Link};
    use netlink::wire::{Encoder, Value as _};

    /// `IFLA_MTU` of a link, as x86-64 has it.
    const STORED: &str = "\
0000  00                       ifi_family = 0 (AF_UNSPEC)
0002  01 00                    ifi_type = 1 (ARPHRD_ETHER)
0004  03 00 00 00              ifi_index = 3
0008  00 00 00 00              ifi_flags = 0x0
000c  00 00 00 00              ifi_change = 0x0
0010  08 00 04 00 dc 05 00 00  IFLA_MTU = 1500
";

    fn page() -> Page {
        let mut link = Link::default().mtu(1500u32);
        link.hw_type = ArpHrd::ETHER;
        link.index = 3;
        let mut bytes = Vec::new();
        link.encode(&mut Encoder::lossless(&mut bytes, Direction::FromKernel))
            .unwrap();
        Page::of(Link::SHAPE, &bytes, Direction::FromKernel)
    }

    #[test]
    fn the_stored_page_is_the_same() {
        assert_eq!(page().difference(STORED), None);
    }

    #[test]
    fn another_value_byte_or_line_is_found() {
        for (from, to) in [
            ("= 1500", "= 1501"),
            ("dc 05", "dd 05"),
            ("IFLA_MTU", "IFLA_LINK"),
            ("0010  08 00 04 00 dc 05 00 00  IFLA_MTU = 1500\n", ""),
        ] {
            let other = STORED.replace(from, to);
            assert_ne!(other, STORED, "{from}");
            assert!(page().difference(&other).is_some(), "{from}");
        }
        let twice = format!("{STORED}\ntitle\n{STORED}");
        assert!(page().difference(&twice).is_some());
    }
}
