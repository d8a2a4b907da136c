//! Messages: one enum a protocol family.

use super::doc;
use super::writer::{Writer, tokens, word};
use crate::model::{Direction, Family, Message, Reply};
use crate::{Options, ident};
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
        let body = message.body.as_ref().map(|body| {
            // Bodies are named with their module, since families have a `Link` or an `Address` each.
            let ty = match body.module.strip_prefix(path) {
                Some([]) => body.name.clone(),
                Some(below) => format!("{}::{}", below.join("::"), body.name),
                None => {
                    format!(
                        "{}::{}::{}",
                        options.generated,
                        body.module.join("::"),
                        body.name
                    )
                }
            };
            let ty = tokens(&ty);
            quote!((Box<#ty>))
        });
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
