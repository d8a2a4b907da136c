//! Messages: one enum a protocol family.

use super::doc;
use super::writer::{Writer, tokens, word};
use crate::model::{Direction, Family, Message, Named, Protocol, Reply};
use crate::{Options, ident};
use proc_macro2::TokenStream;
use quote::quote;

/// Adds the enum of a family's messages to the file of the module `path`.
pub(super) fn messages(
    writer: &mut Writer<'_>,
    family: &Family,
    path: &[String],
    options: &Options,
) {
    if family.messages.is_empty() {
        return;
    }
    let of = family.genl.as_ref().map_or(&family.c, |genl| &genl.name);
    let docs = doc::attrs(&format!("The messages of `{of}`."), 0);
    let derive = writer.macros("Messages");
    let mut variants = Vec::new();
    for message in &family.messages {
        let meta = &message.meta;
        let (docs, alias) = (
            doc::attrs(&doc::with_since(meta), 4),
            doc::alias(&meta.c, &meta.name),
        );
        let (nl, name) = (writer.nl(&args(message)), word(&meta.name));
        let body = message
            .body
            .as_ref()
            .map(|body| body_type(body, path, options));
        if let Some(dump) = &message.dump_body {
            // A variant of its own, before the other: a request for a dump is another message under the same number.
            let text = format!("The request of [`Self::{}`] for a dump.", meta.name);
            let (docs, alias) = (doc::attrs(&text, 4), doc::alias(&meta.c, &meta.name));
            let mut nl = args(message);
            nl.push("dump_only".to_owned());
            let (nl, name) = (writer.nl(&nl), word(&format!("{}Dump", meta.name)));
            let (cfg, body) = (writer.cfg(&message.module), body_type(dump, path, options));
            variants.push(quote!(#cfg #docs #alias #nl #name #body));
        }
        let cfg = writer.cfg(&message.module);
        variants.push(quote!(#cfg #docs #alias #nl #name #body));
    }
    let other = writer.nl(&["other".to_owned()]);
    let nl = match &family.genl {
        Some(genl) => writer.nl(&[
            format!("genl = {:?}", genl.name),
            format!("version = {}", genl.version),
        ]),
        None => writer.nl(&[format!("protocol = {}", family.protocol)]),
    };
    let name = word(&format!("{}Message", ident::camel(&family.name)));
    writer.item(quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, #derive)]
        #nl
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A message this version does not know.
            #other
            Other {
                /// Its type.
                kind: u16,
                /// Its body, as it came.
                body: Vec<u8>,
            },
        }
    });
}

/// A body, named with its module, since families have a `Link` or an `Address` each.
fn body_type(body: &Named, path: &[String], options: &Options) -> TokenStream {
    let ty = match body.module.strip_prefix(path) {
        Some([]) => body.name.clone(),
        Some(below) => format!("{}::{}", below.join("::"), body.name),
        None => format!(
            "{}::{}::{}",
            options.generated,
            body.module.join("::"),
            body.name
        ),
    };
    let ty = tokens(&ty);
    quote!((Box<#ty>))
}

fn args(message: &Message) -> Vec<String> {
    let mut args = vec![format!("id = {}", message.id)];
    match message.direction {
        Direction::Both => {}
        Direction::Read | Direction::Write => args.push(message.direction.word().to_owned()),
    }
    if message.reply != Reply::Ack {
        args.push(format!("reply = {}", message.reply.word()));
    }
    if let Some(answer) = message.answer {
        args.push(format!("answer = {answer}"));
    }
    if message.dump {
        args.push("dump".to_owned());
    }
    args
}

/// The list of all families, for programs that read any message.
pub(super) fn families(writer: &mut Writer<'_>, protocol: &Protocol, options: &Options) {
    let with_messages = protocol
        .families
        .iter()
        .filter(|family| !family.messages.is_empty());
    let mut rows = Vec::new();
    for family in with_messages {
        let path = home(protocol, family);
        let enumeration = format!("{}Message", ident::camel(&family.name));
        let name = tokens(&format!(
            "{}::{}::{enumeration}",
            options.generated,
            path.join("::")
        ));
        let cfg = family_cfg(writer, protocol, family);
        let text = family.genl.as_ref().map_or(&family.name, |genl| &genl.name);
        rows.push(quote!(#cfg Family::of::<#name>(#text)));
    }
    if rows.is_empty() {
        return;
    }
    writer.wire("Family");
    let docs = doc::attrs("Every family whose messages the specs define.", 0);
    writer.item(quote! {
        #docs
        pub const FAMILIES: &[Family] = &[#(#rows,)*];
    });
}

/// The module that has the enum of a family: the file of its name, or else the directory.
pub(super) fn home(protocol: &Protocol, family: &Family) -> Vec<String> {
    let own = protocol.modules.iter().find(|module| {
        module.path.last() == Some(&family.name) && module.family.as_ref() == Some(&family.name)
    });
    let directory = vec![family.name.clone()];
    // A file in the directory of the same name is one of several.
    match own {
        Some(module) if !module.path.starts_with(&directory) || module.path == directory => {
            module.path.clone()
        }
        _ => directory,
    }
}

/// The condition of a family: that of its files, if they share one.
fn family_cfg(writer: &Writer<'_>, protocol: &Protocol, family: &Family) -> TokenStream {
    let mut modules = protocol
        .modules
        .iter()
        .filter(|module| module.family.as_ref() == Some(&family.name));
    let first = modules.next();
    match first {
        Some(first) if modules.all(|module| module.feature == first.feature) => {
            writer.cfg(&first.path)
        }
        _ => TokenStream::new(),
    }
}
