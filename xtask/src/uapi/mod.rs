//! `uapi`: the kernel's own headers as a second source for every number, size and offset of the specs.
//!
//! The specs become a C file of static assertions, which a C compiler checks against a tree of headers. A struct is mirrored
//! member by member with the types of the spec, so that its layout is compared on whatever machine the compiler is for.
//! The other way round, every enumerator and integer macro of the headers in `spec/headers.toml` is looked for in the specs.

mod header;
mod mirror;

use crate::regen::{sources, workspace_root};
use codegen::model::{Entry, Kind, catalog};
use codegen::{Options, model};
use header::Headers;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The share of the headers' constants that the specs have, in per mille, below which the command fails.
const COVERAGE: usize = 990;

/// What the command was asked to do.
struct Ask {
    /// Folders with `linux/` and `asm/` in them, or with them in a folder of the machine's name.
    tree: PathBuf,
    /// The compiler with its flags.
    compiler: Vec<String>,
    /// What runs its programs, with its flags, if not this machine.
    run: Vec<String>,
    /// Prints every constant that no spec has.
    list: bool,
}

/// A version of the kernel.
type Version = (u64, u64);

/// Runs the command with its arguments.
pub(crate) fn command(args: &[String]) -> Result<(), String> {
    let mut ask = Ask {
        tree: PathBuf::from("/usr/include"),
        compiler: vec!["cc".to_owned()],
        run: Vec::new(),
        list: false,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--cc" => {
                let text = args
                    .next()
                    .ok_or("`--cc` needs a compiler, with its flags")?;
                ask.compiler = text.split_whitespace().map(str::to_owned).collect();
            }
            "--run" => {
                let text = args.next().ok_or("`--run` needs an emulator")?;
                ask.run = text.split_whitespace().map(str::to_owned).collect();
            }
            "--list" => ask.list = true,
            other if other.starts_with('-') => {
                return Err(format!("`uapi` knows no argument `{other}`"));
            }
            tree => ask.tree = PathBuf::from(tree),
        }
    }
    let root = workspace_root();
    let protocol = model(&sources(&root)?, &Options::default()).map_err(|report| report.0)?;
    let headers = Headers::read(&root.join("spec/headers.toml"))?;
    let build = Build::new(&ask, &root)?;
    let entries = catalog(&protocol);
    let names = build.names(&entries, &headers)?;

    let mut text = build.prologue(&entries, &headers);
    let constants = build.constants(&entries, &names, &headers, &mut text)?;
    let (structs, fields) = mirror::assertions(&protocol, &build, &headers, &mut text);
    build.check("assertions.c", &text)?;
    let bitfields = mirror::bitfields(&protocol, &build, &headers)?;
    println!(
        "{}: {constants} constants, {structs} structs, {fields} offsets hold; {bitfields}",
        build.describe()
    );
    coverage(&build, &entries, &names, &headers, ask.list)
}

/// Compares the constants of the headers with those of the specs.
fn coverage(
    build: &Build,
    entries: &[Entry],
    names: &BTreeMap<String, BTreeSet<String>>,
    headers: &Headers,
    list: bool,
) -> Result<(), String> {
    let known: BTreeSet<&str> = entries.iter().map(|entry| entry.c_name.as_str()).collect();
    let (mut all, mut found, mut excluded) = (0_usize, 0_usize, 0_usize);
    let mut missing = String::new();
    for (header, constants) in names.iter().filter(|(header, _)| headers.owns(header)) {
        let mut lacking = Vec::new();
        for name in constants {
            if headers.excludes(header, name) {
                excluded += 1;
                continue;
            }
            all += 1;
            if known.contains(name.as_str()) {
                found += 1;
            } else {
                lacking.push(name.as_str());
            }
        }
        if !lacking.is_empty() {
            let _ = writeln!(missing, "  {header}: {}", lacking.join(" "));
        }
    }
    let share = (found * 1000).checked_div(all).unwrap_or(1000);
    println!(
        "{}: {found} of {all} constants of {} headers are in the specs ({}.{} %), {excluded} excluded with a reason",
        build.describe(),
        headers.len(),
        share / 10,
        share % 10
    );
    if list || share < COVERAGE {
        print!("{missing}");
    }
    if share < COVERAGE {
        return Err("too many constants of the headers are in no spec".to_owned());
    }
    Ok(())
}

/// A compiler and a tree of headers, with a folder to work in.
struct Build {
    compiler: Vec<String>,
    run: Vec<String>,
    includes: Vec<PathBuf>,
    scratch: PathBuf,
    version: Version,
}

impl Build {
    fn new(ask: &Ask, root: &Path) -> Result<Self, String> {
        let scratch = root.join("target/uapi");
        // Headers include three of the C library's; ours hold what the kernel's need of them, so that any compiler will do.
        for (path, text) in [
            (
                "libc/sys/socket.h",
                "#pragma once\ntypedef unsigned short sa_family_t;\nstruct sockaddr { sa_family_t sa_family; char sa_data[14]; };\n#define sockaddr_storage __kernel_sockaddr_storage\n#define MSG_FIN 0x200\n#include <stdint.h>\n",
            ),
            ("libc/sys/types.h", "#pragma once\n"),
            (
                "libc/stdint.h",
                "#pragma once\ntypedef unsigned char uint8_t;\ntypedef unsigned short uint16_t;\ntypedef unsigned int uint32_t;\ntypedef unsigned long long uint64_t;\n",
            ),
            (
                "libc/netinet/in.h",
                "#pragma once\n#include <linux/in.h>\n#include <linux/in6.h>\n",
            ),
            ("libc/sys/time.h", "#pragma once\n"),
            ("libc/string.h", "#pragma once\n"),
            (
                "libc/limits.h",
                "#pragma once\n#define INT_MAX 2147483647\n",
            ),
        ] {
            let path = scratch.join(path);
            let folder = path.parent().unwrap_or(&scratch);
            fs::create_dir_all(folder).map_err(|error| about(folder, &error))?;
            fs::write(&path, text).map_err(|error| about(&path, &error))?;
        }
        let mut build = Self {
            compiler: ask.compiler.clone(),
            run: ask.run.clone(),
            includes: Vec::new(),
            scratch,
            version: (0, 0),
        };
        let include = ask.tree.join("usr/include");
        let tree = if include.is_dir() {
            include
        } else {
            ask.tree.clone()
        };
        // Debian keeps `asm/` in a folder of the machine's name; an i386 compiler reads that of x86-64, as the kernel's do.
        let machine = build.output(&["-dumpmachine"])?;
        let machine = machine.trim().replace("i686", "i386");
        build.includes = vec![build.scratch.join("libc"), tree.join(machine), tree.clone()];
        build.version = version(&tree.join("linux/version.h"))?;
        Ok(build)
    }

    fn describe(&self) -> String {
        let tree = self.includes.last().map(|path| path.display().to_string());
        format!(
            "{} ({}.{}, {})",
            tree.unwrap_or_default(),
            self.version.0,
            self.version.1,
            self.compiler.join(" ")
        )
    }

    /// Whether the tree is too old for something.
    fn lacks(&self, since: Option<&str>) -> bool {
        since
            .and_then(parse_version)
            .is_some_and(|since| since > self.version)
    }

    fn command(&self, args: &[&str]) -> Result<Command, String> {
        let (program, flags) = self.compiler.split_first().ok_or("no compiler")?;
        let mut command = Command::new(program);
        command.args(flags).args(args);
        if !self.includes.is_empty() {
            command.args(["-nostdinc", "-w"]);
        }
        for include in &self.includes {
            command.arg("-isystem").arg(include);
        }
        if let Some(own) = self.compiler_headers() {
            command.arg("-idirafter").arg(own);
        }
        Ok(command)
    }

    /// The compiler's own headers, such as `stddef.h`.
    fn compiler_headers(&self) -> Option<String> {
        let (program, flags) = self.compiler.split_first()?;
        let output = Command::new(program)
            .args(flags)
            .arg("-print-file-name=include")
            .output()
            .ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn output(&self, args: &[&str]) -> Result<String, String> {
        let output = self.command(args)?.output().map_err(|error| {
            format!(
                "{}: {error}; install a C compiler, such as the package gcc",
                self.compiler.join(" ")
            )
        })?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            let errors: Vec<&str> = stderr
                .lines()
                .filter(|line| line.contains("error:"))
                .take(40)
                .collect();
            return Err(format!("{}:\n{}", self.describe(), errors.join("\n")));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Writes a file and lets the compiler check it.
    fn check(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.write(name, text)?;
        self.output(&["-fsyntax-only", "-fmax-errors=50", &path])
            .map(drop)
    }

    fn write(&self, name: &str, text: &str) -> Result<String, String> {
        let path = self.scratch.join(name);
        fs::write(&path, text).map_err(|error| about(&path, &error))?;
        Ok(path.display().to_string())
    }

    /// Includes all headers that the tree has.
    fn prologue(&self, entries: &[Entry], headers: &Headers) -> String {
        let mut all: BTreeSet<&str> = entries
            .iter()
            .filter_map(|entry| entry.header.as_deref())
            .collect();
        all.extend(headers.iter());
        let mut text = String::from(
            "#include <linux/types.h>\n#include <linux/socket.h>\n#include <sys/socket.h>\n#include <stddef.h>\n",
        );
        // The C library's view of these would otherwise hide parts of the kernel's.
        for header in ["linux/in.h", "linux/in6.h", "linux/if.h"] {
            let _ = writeln!(text, "#include <{header}>");
        }
        for header in all.into_iter().filter(|header| self.has(header)) {
            let _ = writeln!(text, "#include <{header}>");
        }
        text
    }

    fn has(&self, header: &str) -> bool {
        // What a spec says of the C library's headers is not for the kernel's to confirm.
        let kernels = ["linux/", "asm/", "rdma/"]
            .iter()
            .any(|folder| header.starts_with(folder));
        kernels
            && self
                .includes
                .iter()
                .any(|include| include.join(header).is_file())
    }

    /// Enumerators and integer macros by header.
    fn names(
        &self,
        entries: &[Entry],
        headers: &Headers,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
        let path = self.write("names.c", &self.prologue(entries, headers))?;
        let text = self.output(&["-E", "-dD", &path])?;
        let found = header::constants(&text);
        // The compiler says which macros are integers: each stands on a line of its own.
        let macros: Vec<&(String, String)> = found.macros.iter().collect();
        let mut probe = self.prologue(entries, headers);
        let first = probe.lines().count() + 1;
        for (number, (_, name)) in macros.iter().enumerate() {
            let _ = writeln!(probe, "enum {{ probe_{number} = ({name}) != 0 }};");
        }
        let path = self.write("probe.c", &probe)?;
        let output = self
            .command(&[
                "-fsyntax-only",
                "-fmax-errors=0",
                "-fno-diagnostics-show-caret",
                &path,
            ])?
            .output()
            .map_err(|error| error.to_string())?;
        let refused: BTreeSet<usize> = String::from_utf8_lossy(&output.stderr)
            .lines()
            .filter_map(|line| {
                line.strip_prefix(&format!("{path}:"))?
                    .split(':')
                    .next()?
                    .parse()
                    .ok()
            })
            .collect();
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (number, (header, name)) in macros.into_iter().enumerate() {
            if !refused.contains(&(first + number)) {
                names
                    .entry(header.clone())
                    .or_default()
                    .insert(name.clone());
            }
        }
        for (header, name) in found.enumerators {
            names.entry(header).or_default().insert(name);
        }
        Ok(names)
    }

    /// One assertion a constant.
    fn constants(
        &self,
        entries: &[Entry],
        names: &BTreeMap<String, BTreeSet<String>>,
        headers: &Headers,
        text: &mut String,
    ) -> Result<usize, String> {
        let present: BTreeSet<&str> = names.values().flatten().map(String::as_str).collect();
        let mut count = 0;
        let mut absent = String::new();
        let mut done: BTreeSet<(&str, i128)> = BTreeSet::new();
        for entry in entries {
            let (Some(value), false) = (
                entry.value,
                matches!(entry.kind, Kind::Struct | Kind::Field),
            ) else {
                continue;
            };
            let name = entry.c_name.as_str();
            if name.is_empty() || entry.header.is_none() || !done.insert((name, value)) {
                continue;
            }
            if present.contains(name) {
                let _ = writeln!(
                    text,
                    "_Static_assert({}, \"{name}\");",
                    if entry.kind == Kind::Ioctl {
                        // Some codes carry the size of a struct with pointers.
                        format!("sizeof(long) != 8 || ({})", equal(name, value, "u32"))
                    } else {
                        equal(name, value, &entry.ty)
                    }
                );
                count += 1;
            } else if !self.lacks(entry.since.as_deref())
                && !headers.gone(name, self.version)
                && !headers.unnamed(name)
            {
                let header = entry.header.as_deref().unwrap_or_default();
                let _ = writeln!(absent, "  {name} = {value} ({}, {header})", entry.set);
            }
        }
        if absent.is_empty() {
            Ok(count)
        } else {
            Err(format!(
                "{}: the headers have no constant of this name, and the specs give no later version:\n{absent}",
                self.describe()
            ))
        }
    }
}

/// The condition that a constant of C has a value: in the width that the spec gives it, and in the byte order of the wire where that
/// is big-endian, since the headers then define the constant so.
fn equal(name: &str, value: i128, ty: &str) -> String {
    let width = ty
        .trim_start_matches(char::is_alphabetic)
        .parse::<u32>()
        .unwrap_or(64)
        .clamp(8, 64);
    let mask = u64::MAX >> (64 - width);
    let wanted = value as u64 & mask;
    // The headers write bit 31 as `1 << 31`, an `int`, whose sign no field keeps that is wider.
    let plain = format!(
        "((unsigned long long)({name}) & {mask:#x}ULL) == {wanted:#x}ULL || (sizeof({name}) == 4 && (unsigned int)({name}) == {wanted:#x}ULL)",
    );
    if ty.starts_with("be") {
        return format!(
            "{plain} || ((unsigned long long)__builtin_bswap{width}({name}) & {mask:#x}ULL) == {wanted:#x}ULL",
        );
    }
    plain
}

/// The version that a tree's `linux/version.h` states.
fn version(path: &Path) -> Result<Version, String> {
    let text = fs::read_to_string(path).map_err(|error| about(path, &error))?;
    let code = text.lines().find_map(|line| {
        line.strip_prefix("#define LINUX_VERSION_CODE ")?
            .trim()
            .parse::<u64>()
            .ok()
    });
    let code = code.ok_or_else(|| format!("{}: no version", path.display()))?;
    Ok((code >> 16, code >> 8 & 0xff))
}

fn parse_version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(|part| part.parse::<u64>().ok());
    Some((parts.next()??, parts.next()??))
}

fn about(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
