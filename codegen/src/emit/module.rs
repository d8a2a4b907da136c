//! The file of one spec.

use super::writer::{self, Writer};
use super::{constant, enumeration, message, parts, set, structure, union, unit};
use crate::model::{Module, Protocol};
use crate::{Options, Output};

/// The file, unless its spec has nothing that stands in it.
pub(super) fn file(protocol: &Protocol, module: &Module, options: &Options) -> Option<Output> {
    let mut writer = Writer::new(options, protocol, &module.path);
    for item in &module.protocols {
        constant::protocol(&mut writer, item);
    }
    for item in &module.constants {
        constant::constant(&mut writer, item);
    }
    for item in &module.ioctls {
        constant::ioctl(&mut writer, item);
    }
    for item in &module.groups {
        constant::named_group(&mut writer, item);
    }
    let family = protocol
        .families
        .iter()
        .find(|family| Some(&family.name) == module.family.as_ref());
    if let Some(family) = family {
        enumeration::groups(&mut writer, family, &module.groups);
    }
    for item in &module.enumerations {
        enumeration::enumeration(&mut writer, item);
    }
    for item in &module.units {
        unit::unit(&mut writer, item);
    }
    for item in &module.parts {
        parts::parts(&mut writer, item);
    }
    for item in &module.structures {
        structure::structure(&mut writer, item);
    }
    for item in &module.sets {
        set::set(&mut writer, item);
    }
    for item in &module.unions {
        union::union(&mut writer, item);
    }
    for family in &protocol.families {
        if message::home(protocol, family) == module.path {
            message::messages(&mut writer, family, &module.path, options);
        }
    }
    if writer.is_empty() {
        return None;
    }
    let origin = format!("{}/{}", options.spec_dir, module.source);
    let text = writer::file(&origin, &module.doc, &writer.body());
    Some(Output {
        path: format!("{}.rs", module.path.join("/")),
        text,
    })
}
