//! Constants, protocols, ioctl requests and named groups.

use super::doc;
use super::writer::{Writer, tokens, word};
use crate::model::{Constant, Group, Ioctl, NetlinkProtocol};
use quote::quote;

pub(super) fn constant(writer: &mut Writer<'_>, constant: &Constant) {
    let meta = &constant.meta;
    let (docs, alias) = (
        doc::attrs(&doc::with_since(meta), 0),
        doc::alias(&meta.c, &meta.name),
    );
    let (name, ty, value) = (
        word(&meta.name),
        word(&constant.ty.rust()),
        tokens(&constant.literal),
    );
    writer.item(quote!(#docs #alias pub const #name: #ty = #value;));
}

pub(super) fn protocol(writer: &mut Writer<'_>, protocol: &NetlinkProtocol) {
    let meta = &protocol.meta;
    let (docs, alias) = (
        doc::attrs(&doc::with_since(meta), 0),
        doc::alias(&meta.c, &meta.name),
    );
    if let Some(genl) = &protocol.genl {
        let (name, text) = (word(&meta.name), &genl.name);
        writer.item(quote!(#docs #alias pub const #name: &str = #text;));
        if let Some(c) = &genl.version_c {
            let about = doc::attrs(&format!("Version of the messages of `{text}`."), 0);
            let (alias, name, version) =
                (doc::alias(c, c), word(c), tokens(&genl.version.to_string()));
            writer.item(quote!(#about #alias pub const #name: u8 = #version;));
        }
        return;
    }
    let (name, id) = (word(&meta.name), tokens(&protocol.id.to_string()));
    writer.item(quote!(#docs #alias pub const #name: u16 = #id;));
}

pub(super) fn ioctl(writer: &mut Writer<'_>, ioctl: &Ioctl) {
    let meta = &ioctl.meta;
    let mut text = doc::with_since(meta);
    if let Some(body) = &ioctl.body {
        text.push_str(&format!(
            " The argument points at [`{}`].",
            writer.named(body)
        ));
    }
    text.push_str(&doc::reference(meta.header.as_deref(), ""));
    let (docs, alias) = (doc::attrs(&text, 0), doc::alias(&meta.c, &meta.name));
    let (name, code) = (word(&meta.name), tokens(&format!("{:#06x}", ioctl.code)));
    writer.item(quote!(#docs #alias pub const #name: u32 = #code;));
}

pub(super) fn named_group(writer: &mut Writer<'_>, group: &Group) {
    let Some(value) = &group.name else { return };
    let meta = &group.meta;
    let (docs, alias) = (
        doc::attrs(&doc::with_since(meta), 0),
        doc::alias(&meta.c, &meta.name),
    );
    let name = word(&format!("{}_GROUP", meta.name));
    writer.item(quote!(#docs #alias pub const #name: &str = #value;));
}
