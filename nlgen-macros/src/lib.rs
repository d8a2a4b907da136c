//! The derives of the `netlink` crate: encoders, decoders, borrowed views, setters and run-time schema of netlink types.
//!
//! One derive has one meaning, for generated types and for types written by hand in any crate:
//!
//! | macro | for |
//! | --- | --- |
//! | [`macro@Attrs`] | attribute sets, with or without a struct in front |
//! | [`macro@Layout`] | fixed C structs, with or without a tail |
//! | [`macro@Kind`] | unions by selector |
//! | [`macro@Messages`] | all messages of a protocol |
//! | [`macro@Time`] | times counted in a unit |
//! | [`macro@open_enum`] | integers with named values |
//! | [`macro@flags`] | bit sets |
//! | [`macro@parts`] | integers with named ranges of bits |
//!
//! The last three are attribute macros, since they turn a list of names into a newtype, which a derive cannot do.
//! Users reach all of them as `netlink::…`.
#![forbid(unsafe_code)]

#[cfg(test)]
mod any;
mod attrs;
mod field;
mod header;
mod kind;
mod layout;
mod messages;
mod names;
mod nl;
mod parts;
mod put;
mod select;
mod time;
mod view;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemEnum, ItemStruct, parse_macro_input};

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

/// An attribute set: header members first, then `Option` fields with `#[nl(attr = …)]`, then `unknown: Unknown`.
///
/// On the struct: `short_header = N`, `provide = field`, `whole`, `pads(id, …)`.
/// On a field: `attr = id` with `as = Codec`, `read`, `write`, `max = N`, `range(low, high)`, `nested = bool`,
/// `byteorder`, `repeat`, `groups`, `flag`, `by = selector`; or `key = id, data = id, key_as = Codec, or = selector` for a
/// union with its selector; or, on header members, what [`macro@Layout`] takes.
///
/// A selector is a header member or an attribute, and may lead into it: `by = head.left.kind()`, where names that C spells
/// differently are given as `by_c = "left.kind"`. `inherited` is what an enclosing set provides, `length` the number of bytes.
#[proc_macro_derive(Attrs, attributes(nl))]
pub fn derive_attrs(input: TokenStream) -> TokenStream {
    finish(attrs::expand(&parse_macro_input!(input as DeriveInput)))
}

/// A fixed C struct, laid out by the rules of the host's C ABI.
///
/// On the struct: `grows = N` (smallest size ever sent; needs a field of type `Growth`), `pad_end = N`.
/// On a field: `pad = N`, `count(tail, int)`, `count([tail, tail], int)`, `count(tail, int, bits)`, `count(tail, int, bias = N)`
/// and `length = int` (of the record itself) for hidden members before it; `counts(tail, …)` for a member that counts tails
/// where it is positive; `as = Codec`, `bits = N`, `by = member`; `tail` and `rest` for what follows the fixed members.
#[proc_macro_derive(Layout, attributes(nl))]
pub fn derive_layout(input: TokenStream) -> TokenStream {
    finish(layout::expand(&parse_macro_input!(input as DeriveInput)))
}

/// A union by selector: `#[nl(key = str)]` or `#[nl(key = int)]` on the enum, `#[nl(case = …)]`, `#[nl(default)]` and
/// `#[nl(other)]` on its variants. `#[nl(fixed)]` makes it a union inside fixed structs. `also(…)` gives a case further keys where
/// the selector is kept elsewhere; `or = …` its key in what stands in for an absent selector; `headless` is the case of a `lead` union that
/// is one attribute without it.
#[proc_macro_derive(Kind, attributes(nl))]
pub fn derive_kind(input: TokenStream) -> TokenStream {
    finish(kind::expand(&parse_macro_input!(input as DeriveInput)))
}

/// All messages of a protocol: `#[nl(protocol = N)]` on the enum, `#[nl(id = N, reply = one, answer = N, dump)]` on its
/// variants, `#[nl(other)]` on the last. Each type also becomes a constant such as `GET_LINK`.
#[proc_macro_derive(Messages, attributes(nl))]
pub fn derive_messages(input: TokenStream) -> TokenStream {
    finish(messages::expand(&parse_macro_input!(input as DeriveInput)))
}

/// A time: `#[nl(per_second = N, forever = N)]` on a newtype over an integer.
#[proc_macro_derive(Time, attributes(nl))]
pub fn derive_time(input: TokenStream) -> TokenStream {
    finish(time::expand(&parse_macro_input!(input as DeriveInput)))
}

/// An open enum: `#[open_enum(u8)] pub enum Scope { LINK = 253 }` becomes a newtype over `u8` with a constant a name,
/// so that values which the kernel adds later are kept, printed and matched.
#[proc_macro_attribute]
pub fn open_enum(args: TokenStream, item: TokenStream) -> TokenStream {
    let repr = parse_macro_input!(args as names::Repr);
    finish(names::open_enum(
        &repr,
        &parse_macro_input!(item as ItemEnum),
    ))
}

/// A bit set: `#[flags(u32)] pub enum LinkFlags { UP = 1 }` becomes a newtype over `u32` with a constant a flag, set operators
/// and unknown bits kept.
#[proc_macro_attribute]
pub fn flags(args: TokenStream, item: TokenStream) -> TokenStream {
    let repr = parse_macro_input!(args as names::Repr);
    finish(names::flags(&repr, &parse_macro_input!(item as ItemEnum)))
}

/// An integer with named ranges of bits: `#[parts(u32)] pub struct TcHandle { #[nl(part(16, 16))] pub major: u16, … }` becomes a
/// newtype over `u32` with `new`, and `major` and `with_major` for each part. `part` takes the first bit and the number of bits.
#[proc_macro_attribute]
pub fn parts(args: TokenStream, item: TokenStream) -> TokenStream {
    let repr = parse_macro_input!(args as names::Repr);
    finish(parts::parts(&repr, &parse_macro_input!(item as ItemStruct)))
}
