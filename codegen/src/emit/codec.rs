//! Types in Rust, and the codecs that say what the type alone does not.

use super::writer::Writer;
use crate::model::{Int, List, Payload, Scalar, Type};

/// The Rust type of a value.
pub(super) fn rust_type(writer: &mut Writer<'_>, ty: &Type) -> String {
    match ty {
        Type::Int(int) => int.rust(),
        Type::Chars(_) => writer.wire("NlString"),
        Type::Array(item, len) => format!("[{}; {len}]", rust_type(writer, item)),
        Type::Named(named) => writer.named(named),
        Type::Bits(flags) => {
            let flags = writer.named(flags);
            format!("{}<{flags}>", writer.wire("Bitfield32"))
        }
        Type::Scalar(scalar) => match scalar {
            Scalar::Uint => "u64".to_owned(),
            Scalar::Sint => "i64".to_owned(),
            Scalar::Flag | Scalar::Bool => "bool".to_owned(),
            Scalar::Bytes => "Vec<u8>".to_owned(),
            Scalar::String => writer.wire("NlString"),
            Scalar::Mac => writer.wire("MacAddr"),
            Scalar::HwAddr => writer.wire("HwAddr"),
            Scalar::Inet => writer.wire("InetAddr"),
            Scalar::Bitfield32 => writer.wire("Bitfield32"),
            Scalar::Ip => writer.net("IpAddr"),
            Scalar::Ipv4 => writer.net("Ipv4Addr"),
            Scalar::Ipv6 => writer.net("Ipv6Addr"),
        },
    }
}

/// The codec of one value, if its type does not say how it looks on the wire.
pub(super) fn one(
    writer: &mut Writer<'_>,
    ty: &Type,
    wire: Option<Int>,
    bare: bool,
) -> Option<String> {
    if let Some(wire) = wire {
        let native = ty.int();
        let same_width = native.is_some_and(|int| int.bits == wire.bits && !int.big);
        let signed = native.is_some_and(|int| int.signed);
        let rust = Int {
            signed: signed || wire.signed,
            ..wire
        }
        .rust();
        return Some(match (wire.big, same_width) {
            (true, true) => writer.wire("Be"),
            (true, false) => format!("{}<{rust}>", writer.wire("WireBe")),
            (false, _) => format!("{}<{}>", writer.wire("Wire"), wire.rust()),
        });
    }
    match ty {
        Type::Int(int) if int.big => Some(writer.wire("Be")),
        Type::Chars(len) => Some(format!("{}<{len}>", writer.wire("Chars"))),
        Type::Scalar(Scalar::Uint | Scalar::Sint) => Some(writer.wire("Uint")),
        Type::Scalar(Scalar::String) if bare => Some(writer.wire("Bare")),
        _ => None,
    }
}

/// The Rust type of a list of `ty`.
pub(super) fn list_type(list: &List, ty: &str) -> String {
    match list {
        List::Map { depth: 2 } => format!("Vec<(u16, Vec<(u16, {ty})>)>"),
        List::Map { .. } => format!("Vec<(u16, {ty})>"),
        _ => format!("Vec<{ty}>"),
    }
}

/// The codec of a payload.
pub(super) fn payload(writer: &mut Writer<'_>, payload: &Payload) -> Option<String> {
    let one = one(writer, &payload.ty, payload.wire, payload.bare);
    let (name, number) = match &payload.list {
        List::One | List::Repeat | List::Groups => return one,
        List::Packed => ("Packed", None),
        List::Index { base } => ("Index", Some(*base)),
        List::Items { id, .. } => ("Items", Some(*id)),
        List::Map { depth: 2 } => {
            let inner = writer.wire("Map");
            let one = one.map(|one| format!("<{one}>")).unwrap_or_default();
            return Some(format!("{inner}<{inner}{one}>"));
        }
        List::Map { .. } => ("Map", None),
        List::Records => ("Records", None),
    };
    let args: Vec<String> = number
        .map(|number| number.to_string())
        .into_iter()
        .chain(one)
        .collect();
    let name = writer.wire(name);
    Some(if args.is_empty() {
        name
    } else {
        format!("{name}<{}>", args.join(", "))
    })
}

/// The codec of the selector of a tagged union, if it is not a plain string.
pub(super) fn key(writer: &mut Writer<'_>, key: &Payload) -> Option<String> {
    match key.wire.or(key.ty.int()) {
        None => one(writer, &key.ty, None, key.bare),
        Some(int) => {
            let name = writer.wire(if int.big { "WireBe" } else { "Wire" });
            // The selector's own type has its names; it serves where it is as wide as what is sent.
            let own = key.ty.int().is_some_and(|own| own.bits == int.bits);
            let ty = match own {
                true => rust_type(writer, &key.ty),
                false => int.rust(),
            };
            Some(format!("{name}<{ty}>"))
        }
    }
}
