//! Bytes to values and back: attribute walking, codecs, and the types the kernel's payloads become.
//!
//! No I/O and no `unsafe`. Everything here is driven by the derives of `nlgen_macros`; a type written by hand in
//! another crate uses the same derives and the same traits (see [`Value`] and [`Codec`]).

mod address;
mod attr;
mod codec;
mod context;
mod encoder;
mod error;
mod groups;
mod growth;
mod int;
mod kind;
mod layout;
mod list;
mod message;
mod put;
pub mod schema;
mod set;
mod small;
mod text;
mod time;
mod unknown;
mod value;
mod view;

pub use address::{HwAddr, InetAddr, MacAddr, ParseAddrError};
pub use attr::{RawAttr, RawAttrs, attributes};
pub use codec::{Bare, Be, Chars, Codec, FixedCodec, Native, Uint, Wire, WireBe};
pub use context::{Cx, Direction, Key, ToKey, ViewKey};
pub use encoder::Encoder;
pub use error::{DecodeError, DecodeProblem, EncodeError, EncodeProblem, PathPart};
pub use growth::Growth;
pub use int::{Bitfield32, FlagNames, Int};
pub use kind::{FixedKind, FromKey, Kind};
pub use layout::{Layout, align_up};
pub use list::{Index, Items, Map, MapView, Packed, PackedIter, Record, Records, RecordsIter};
pub use message::{AnyMessage, Family, MessageType, Messages, Reply, Visitor};
pub use schema::Shape;
pub use text::{NlStr, NlString};
pub use time::{Time, TimeOverflow};
pub use unknown::Unknown;
pub use value::Value;

/// What the derives call; not part of the stable interface.
#[doc(hidden)]
pub mod private {
    pub use super::attr::{FLAG_BITS, attr_align};
    pub use super::codec::padded;
    pub use super::groups::{GroupsView, put_groups};
    pub use super::int::{
        NameStyle, Names, debug_flags, debug_name, debug_parts, decode_native, encode_native,
        get_part, put_int, read_native, set_part, write_native,
    };
    pub use super::kind::{
        is_implied, lead, lead_or, place, put_case, put_kind_key, put_other, rest_of,
    };
    pub use super::layout::{
        check_alike, check_uncounted, from_mut, is_zero_from, larger, next_bit, note, note_bits,
        read, read_bits, tail as from, tail_bytes, tail_len, uncounted, up_to, write, write_bits,
        write_count,
    };
    pub use super::put::*;
    pub use super::set::*;
    pub use super::value::{Struct, decode_struct, encode_struct, read_fixed, write_struct};
    pub use super::view::{ListView, RawView};
    pub use crate::generated::core::NETLINK_GENERIC;
}
