//! Structs of the specs as C structs, so that the compiler lays both out and compares them.

use super::Build;
use super::header::Headers;
use codegen::model::{Field, Int, Member, Named, Place, Protocol, Scalar, Structure, Type, Union};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

/// Adds the mirrors and their assertions; how many structs and members they compare.
pub(super) fn assertions(
    protocol: &Protocol,
    build: &Build,
    headers: &Headers,
    text: &mut String,
) -> (usize, usize) {
    let mut mirrors = Mirrors {
        protocol,
        build,
        done: BTreeSet::new(),
        text,
    };
    let (mut structs, mut offsets) = (0, 0);
    let all = protocol
        .modules
        .iter()
        .flat_map(|module| &module.structures);
    for structure in all.filter(|structure| checked(structure, build, headers)) {
        if structure.words64 {
            mirrors.text.push_str("#if __SIZEOF_LONG__ == 8\n");
        }
        let name = mirrors.structure(structure);
        let c = &structure.meta.c;
        let text = &mut *mirrors.text;
        // C ends a struct that has a tail where the tail starts, which may be before its padding.
        if !has_tail(structure) {
            let _ = writeln!(
                text,
                "_Static_assert(sizeof(struct {name}) == sizeof(struct {c}), \"size of {c}\");"
            );
        }
        structs += 1;
        for field in structure.fields() {
            if field.bits.is_some()
                || field.meta.c.is_empty()
                || field.place != Place::Fixed
                || build.lacks(field.meta.since.as_deref())
            {
                continue;
            }
            let (own, theirs) = (&field.meta.name, &field.meta.c);
            let _ = writeln!(
                text,
                "_Static_assert(offsetof(struct {name}, m_{own}) == offsetof(struct {c}, {theirs}), \"{c}.{theirs}\");"
            );
            let _ = writeln!(
                text,
                "_Static_assert(sizeof(((struct {name} *)0)->m_{own}) == sizeof(((struct {c} *)0)->{theirs}), \"size of {c}.{theirs}\");"
            );
            offsets += 1;
        }
        if structure.words64 {
            mirrors.text.push_str("#endif\n");
        }
    }
    (structs, offsets)
}

fn has_tail(structure: &Structure) -> bool {
    structure.fields().any(|field| field.place != Place::Fixed)
}

/// Structs that C has, in a header that the tree has.
fn checked(structure: &Structure, build: &Build, headers: &Headers) -> bool {
    let header = structure
        .meta
        .header
        .as_deref()
        .is_some_and(|header| build.has(header));
    let gone = headers.gone(&structure.meta.c, build.version);
    header && !gone && !structure.meta.c.is_empty() && !build.lacks(structure.meta.since.as_deref())
}

struct Mirrors<'m> {
    protocol: &'m Protocol,
    build: &'m Build,
    done: BTreeSet<String>,
    text: &'m mut String,
}

fn mirror_name(module: &[String], name: &str) -> String {
    format!("spec_{}_{name}", module.join("_"))
}

impl Mirrors<'_> {
    fn structure(&mut self, structure: &Structure) -> String {
        let module = self.protocol.modules.iter().find(|module| {
            module
                .structures
                .iter()
                .any(|other| std::ptr::eq(other, structure))
        });
        let path = module.map(|module| module.path.clone()).unwrap_or_default();
        let name = mirror_name(&path, &structure.meta.name);
        if !self.done.insert(name.clone()) {
            return name;
        }
        let mut body = String::new();
        let mut pads = 0;
        for member in &structure.members {
            match member {
                Member::Pad(pad) if self.build.lacks(pad.since.as_deref()) => {}
                Member::Pad(pad) => {
                    let len = pad.len;
                    let _ = writeln!(body, "    unsigned char pad{pads}[{len}];");
                    pads += 1;
                }
                Member::RecordLen(int) => {
                    let _ = writeln!(body, "    {} record_len;", int_type(*int));
                }
                Member::Count(count) => {
                    let _ = writeln!(
                        body,
                        "    {} count_{};",
                        int_type(count.int),
                        count.of.join("_")
                    );
                }
                Member::Field(field) if field.place == Place::Fixed => {
                    if !self.build.lacks(field.meta.since.as_deref()) {
                        let line = self.member(field);
                        let _ = writeln!(body, "    {line};");
                    }
                }
                Member::Field(_) => {}
            }
        }
        let _ = writeln!(
            self.text,
            "struct {name} {{\n{body}}}{};",
            if structure.packed {
                " __attribute__((packed))"
            } else {
                ""
            }
        );
        name
    }

    fn member(&mut self, field: &Field) -> String {
        let name = &field.meta.name;
        if let Some(wire) = field.wire {
            let bits = field
                .bits
                .map(|bits| format!(" : {bits}"))
                .unwrap_or_default();
            return format!("{} m_{name}{bits}", int_type(wire));
        }
        let declaration = self.declare(&field.ty, &format!("m_{name}"));
        match field.bits {
            Some(bits) => format!("{declaration} : {bits}"),
            None => declaration,
        }
    }

    fn declare(&mut self, ty: &Type, name: &str) -> String {
        match ty {
            Type::Int(int) => format!("{} {name}", int_type(*int)),
            Type::Chars(len) => format!("char {name}[{len}]"),
            Type::Bits(_) => format!("unsigned int {name}[2]"),
            Type::Array(item, len) => self.declare(item, &format!("{name}[{len}]")),
            Type::Scalar(scalar) => match scalar {
                Scalar::Mac => format!("unsigned char {name}[6]"),
                Scalar::Ipv4 => format!("unsigned int {name}"),
                Scalar::Ipv6 | Scalar::Inet => format!("unsigned int {name}[4]"),
                Scalar::Bitfield32 => format!("unsigned int {name}[2]"),
                _ => format!("unsigned char {name}"),
            },
            Type::Named(named) => match named.category.repr() {
                Some(int) => format!("{} {name}", int_type(int)),
                None => self.composite(named, name),
            },
        }
    }

    fn composite(&mut self, named: &Named, name: &str) -> String {
        let protocol = self.protocol;
        let module = protocol
            .modules
            .iter()
            .find(|module| module.path == named.module);
        let structure =
            module.and_then(|m| m.structures.iter().find(|s| s.meta.name == named.name));
        if let Some(structure) = structure {
            return format!("struct {} {name}", self.structure(structure));
        }
        let union = module.and_then(|m| m.unions.iter().find(|u| u.meta.name == named.name));
        match union {
            Some(union) => format!("union {} {name}", self.union(&named.module, union)),
            None => format!("struct no_such_struct {name}"),
        }
    }

    fn union(&mut self, module: &[String], union: &Union) -> String {
        let name = mirror_name(module, &union.meta.name);
        if !self.done.insert(name.clone()) {
            return name;
        }
        let mut body = String::new();
        for (number, case) in union.cases.iter().enumerate() {
            if let Some(payload) = &case.payload {
                let line = self.declare(&payload.ty, &format!("case{number}"));
                let _ = writeln!(body, "    {line};");
            }
        }
        let _ = writeln!(body, "    unsigned char all[{}];", union.size);
        let _ = writeln!(self.text, "union {name} {{\n{body}}};");
        name
    }
}

fn int_type(int: Int) -> &'static str {
    match (int.bits, int.signed) {
        (8, false) => "unsigned char",
        (8, true) => "signed char",
        (16, false) => "unsigned short",
        (16, true) => "short",
        (32, false) => "unsigned int",
        (32, true) => "int",
        (_, false) => "unsigned long long",
        (_, true) => "long long",
    }
}

/// A bitfield: where the struct's bytes have its bits.
struct Bits<'m> {
    structure: &'m Structure,
    field: &'m Field,
    first: u64,
    width: u64,
    storage: u64,
}

/// Sets each bitfield in C and looks which bits of the struct that are; says how many were compared.
///
/// The program runs where it was compiled for; for another machine the comparison is left to that machine.
pub(super) fn bitfields(
    protocol: &Protocol,
    build: &Build,
    headers: &Headers,
) -> Result<String, String> {
    let mut all = Vec::new();
    let mut included: BTreeSet<&str> = BTreeSet::new();
    for structure in protocol
        .modules
        .iter()
        .flat_map(|module| &module.structures)
    {
        let header = structure
            .meta
            .header
            .as_deref()
            .filter(|header| build.has(header));
        let (Some(header), false) = (header, structure.meta.c.is_empty()) else {
            continue;
        };
        if build.lacks(structure.meta.since.as_deref())
            || headers.gone(&structure.meta.c, build.version)
        {
            continue;
        }
        let found = of_structure(structure, build);
        if !found.is_empty() {
            included.insert(header);
            all.extend(found);
        }
    }
    let mut text = String::from(
        "#include <linux/types.h>\n#include <stddef.h>\nint printf(const char *, ...);\nvoid *memset(void *, int, __SIZE_TYPE__);\n",
    );
    for header in included {
        let _ = writeln!(text, "#include <{header}>");
    }
    // Prints the width of the field and the place of its lowest bit, counted as the machine numbers bits.
    // Bits are in the order of the machine that runs it: from the least significant one, or from the most significant one.
    text.push_str("static int show(const unsigned char *bytes, unsigned long size) {\n    for (unsigned long i = 0; i < size; i++) printf(\"%02x\", bytes[i]);\n    return printf(\"\\n\");\n}\nint main(void) {\n    printf(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? \"big\\n\" : \"little\\n\");\n");
    for bits in &all {
        let (c, field) = (&bits.structure.meta.c, &bits.field.meta.c);
        let _ = writeln!(
            text,
            "    {{ struct {c} s; memset(&s, 0, sizeof s); s.{field} = ~0; show((unsigned char *)&s, sizeof s); }}"
        );
    }
    text.push_str("    return 0;\n}\n");
    let path = build.write("bitfields.c", &text)?;
    let program = format!("{path}.out");
    let linked = build.output(&["-o", &program, &path]);
    let mut command = build.run.iter().cloned().chain([program]);
    let mut runner = Command::new(command.next().unwrap_or_default());
    let output = match linked.is_ok().then(|| runner.args(command).output()) {
        Some(Ok(output)) => output,
        // A compiler for another machine, or one without a C library for it.
        _ => return Ok(format!("{} bitfields not run here", all.len())),
    };
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = shown.lines();
    let big = lines.next() == Some("big");
    let mut wrong = String::new();
    for (bits, line) in all.iter().zip(lines) {
        let have = set_bits(line, big);
        let want: Vec<u64> = (0..bits.width)
            .map(|bit| 8 * bits.storage + bits.first + bit)
            .collect();
        if have != want {
            let _ = writeln!(
                wrong,
                "  {}.{}: bits {have:?} in C, {want:?} in the spec",
                bits.structure.meta.c, bits.field.meta.c
            );
        }
    }
    if shown.lines().count() != all.len() + 1 {
        return Err("the program of the bitfields stopped early".to_owned());
    }
    if !wrong.is_empty() {
        return Err(format!("bitfields are elsewhere:\n{wrong}"));
    }
    Ok(format!("{} bitfields agree", all.len()))
}

/// The bits that are set in a line of hex, in the order in which bitfields are allocated.
fn set_bits(line: &str, big: bool) -> Vec<u64> {
    let mut bits = Vec::new();
    for (byte, pair) in line.as_bytes().chunks(2).enumerate() {
        let value = std::str::from_utf8(pair)
            .ok()
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let value = value.unwrap_or_default();
        let value = if big { value.reverse_bits() } else { value };
        let set = (0..8).filter(|bit| value >> bit & 1 == 1);
        bits.extend(set.map(|bit| 8 * byte as u64 + bit));
    }
    bits
}

/// Where the spec puts the bitfields of a struct: neighbours of one type share storage, as the derive has it.
fn of_structure<'m>(structure: &'m Structure, build: &Build) -> Vec<Bits<'m>> {
    let mut found = Vec::new();
    let mut end: u64 = 0;
    let mut storage: Option<(u64, u64, u64)> = None;
    for member in &structure.members {
        let (size, bits, field) = match member {
            Member::Pad(pad) => {
                end += if build.lacks(pad.since.as_deref()) {
                    0
                } else {
                    pad.len
                };
                storage = None;
                continue;
            }
            Member::RecordLen(int) => (int.size(), None, None),
            Member::Count(count) => (count.int.size(), None, None),
            Member::Field(field) if field.place != Place::Fixed => break,
            Member::Field(field) => {
                let int = field.wire.or(field.ty.int());
                let Some(int) = int else {
                    // Bitfields stand among integers; what follows a larger member is not looked at.
                    break;
                };
                (int.size(), field.bits, Some(field))
            }
        };
        match (bits, field) {
            (Some(width), Some(field)) => {
                let (start, used, unit) = match storage {
                    Some((start, used, unit)) if unit == size && used + width <= 8 * size => {
                        (start, used, unit)
                    }
                    _ => {
                        let start = end.next_multiple_of(size);
                        end = start + size;
                        (start, 0, size)
                    }
                };
                if !build.lacks(field.meta.since.as_deref()) {
                    found.push(Bits {
                        structure,
                        field,
                        first: used,
                        width,
                        storage: start,
                    });
                }
                storage = Some((start, used + width, unit));
            }
            _ => {
                storage = None;
                end = end.next_multiple_of(size) + size;
            }
        }
    }
    found
}
