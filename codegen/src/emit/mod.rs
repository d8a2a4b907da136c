//! The model as Rust text. Nothing here can fail, and nothing here decides: one function a construct, one file a noun.

mod codec;
mod constant;
mod doc;
mod enumeration;
mod message;
mod module;
mod parts;
mod set;
mod structure;
mod tree;
mod union;
mod unit;
mod writer;

use crate::model::Protocol;
use crate::{Options, Output};

/// All files, sorted by path.
pub(crate) fn files(protocol: &Protocol, options: &Options) -> Vec<Output> {
    let mut files = Vec::new();
    for module in &protocol.modules {
        files.extend(module::file(protocol, module, options));
    }
    let modules: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    files.extend(tree::files(protocol, &modules, options));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
