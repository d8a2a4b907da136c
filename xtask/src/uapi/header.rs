//! What the headers define, and `spec/headers.toml`: which headers count, and what of them has no place in a spec.

use super::{Version, parse_version};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use toml::Table;

/// `spec/headers.toml`.
pub(super) struct Headers {
    /// Patterns that count in every header.
    everywhere: Vec<String>,
    /// Patterns of names that newer headers no longer have, with the first version without them.
    gone: Vec<(String, Version)>,
    /// Patterns of names that the specs give what C has no constant for.
    unnamed: Vec<String>,
    /// Patterns by header.
    headers: BTreeMap<String, Vec<String>>,
}

impl Headers {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let about = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| about(&error))?;
        let table: Table = text.parse().map_err(|error| about(&error))?;
        let mut headers = Self {
            everywhere: Vec::new(),
            gone: Vec::new(),
            unnamed: Vec::new(),
            headers: BTreeMap::new(),
        };
        for (key, value) in &table {
            let rows = value
                .as_table()
                .ok_or_else(|| about(&format!("`{key}` is not a table")))?;
            let mut patterns = Vec::new();
            for (pattern, reason) in rows {
                let reason = reason.as_str().filter(|reason| !reason.trim().is_empty());
                let reason = reason.ok_or_else(|| about(&format!("`{pattern}` needs a reason")))?;
                if key == "gone" {
                    let version = parse_version(reason).ok_or_else(|| {
                        about(&format!("`{pattern}` needs the version it is gone from"))
                    })?;
                    headers.gone.push((pattern.clone(), version));
                }
                patterns.push(pattern.clone());
            }
            match key.as_str() {
                "everywhere" => headers.everywhere = patterns,
                "unnamed" => headers.unnamed = patterns,
                "gone" => {}
                header => {
                    headers.headers.insert(header.to_owned(), patterns);
                }
            }
        }
        Ok(headers)
    }

    pub(super) fn owns(&self, header: &str) -> bool {
        self.headers.contains_key(header)
    }

    pub(super) fn len(&self) -> usize {
        self.headers.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.headers.keys().map(String::as_str)
    }

    /// Whether a constant has no place in a spec.
    pub(super) fn excludes(&self, header: &str, name: &str) -> bool {
        let own = self.headers.get(header).into_iter().flatten();
        own.chain(&self.everywhere)
            .any(|pattern| matches(pattern, name))
    }

    /// Whether headers of this version no longer have a name.
    pub(super) fn gone(&self, name: &str, version: Version) -> bool {
        self.gone
            .iter()
            .any(|(pattern, from)| *from <= version && matches(pattern, name))
    }

    /// Whether C has no constant of this name in any version.
    pub(super) fn unnamed(&self, name: &str) -> bool {
        self.unnamed.iter().any(|pattern| matches(pattern, name))
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What a preprocessed file defines, with the header of each name.
pub(super) struct Found {
    /// Macros without arguments that are not empty.
    pub(super) macros: BTreeSet<(String, String)>,
    pub(super) enumerators: BTreeSet<(String, String)>,
}

/// Reads the output of `cc -E -dD`.
pub(super) fn constants(text: &str) -> Found {
    let mut found = Found {
        macros: BTreeSet::new(),
        enumerators: BTreeSet::new(),
    };
    let mut header = String::new();
    // Enumerators: names that stand first behind `{` or `,` of an `enum { … }`.
    let (mut in_enum, mut open, mut depth, mut expect) = (false, false, 0_u32, false);
    for line in text.lines() {
        if let Some(marker) = line.strip_prefix("# ") {
            let file = marker.split('"').nth(1).unwrap_or_default();
            header = header_of(file);
            continue;
        }
        if let Some(definition) = line.strip_prefix("#define ") {
            let mut words = definition.splitn(2, ' ');
            let (name, body) = (
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
            );
            if !header.is_empty() && !name.contains('(') && !body.trim().is_empty() {
                found.macros.insert((header.clone(), name.to_owned()));
            }
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        for token in tokens(line) {
            match token {
                "enum" if !open => in_enum = true,
                "{" if in_enum && !open => (open, depth, expect) = (true, 0, true),
                ";" | ")" | "*" if in_enum && !open => in_enum = false,
                "}" if open && depth == 0 => (in_enum, open) = (false, false),
                "(" if open => depth += 1,
                ")" if open => depth = depth.saturating_sub(1),
                "," if open && depth == 0 => expect = true,
                name if open && expect && is_name(name) => {
                    if !header.is_empty() {
                        found.enumerators.insert((header.clone(), name.to_owned()));
                    }
                    expect = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// The name by which a header is included; empty for what is none of the kernel's.
fn header_of(file: &str) -> String {
    let start = file
        .rfind("/linux/")
        .or_else(|| file.rfind("/asm/"))
        .or_else(|| file.rfind("/rdma/"));
    // Below linux/ there are folders of the same names.
    let start = start.map(|at| {
        file.find("/include/linux/")
            .map_or(at, |first| first + "/include".len())
    });
    start
        .and_then(|at| file.get(at + 1..))
        .unwrap_or_default()
        .to_owned()
}

/// Words and single signs of a line of C.
fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let end = if word > 0 { word } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("__*", "__IFLA_MAX", true),
            ("*_MAX", "IFLA_MAX", true),
            ("*_MAX", "IFLA_MAX_MTU", false),
            ("IFLA_MTU", "IFLA_MTU", true),
            ("IFLA_MTU", "IFLA_MTU2", false),
            ("A*B*C", "A1B2C", true),
            ("A*B*C", "A1C", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn enumerators_and_macros() {
        let text = "# 1 \"/usr/include/linux/a.h\"\n#define A 1\n#define F(x) x\n#define GUARD\nenum e { ONE = 1, TWO = (1 + 2),\n THREE };\nenum e f(enum e x);\n# 1 \"/x/other.h\"\n#define B 2\n";
        let found = constants(text);
        let name = |name: &str| ("linux/a.h".to_owned(), name.to_owned());
        assert_eq!(found.macros, [name("A")].into());
        assert_eq!(
            found.enumerators,
            [name("ONE"), name("TWO"), name("THREE")].into()
        );
    }
}
