//! Type expressions: `u32`, `char[16]`, `Name`, `Name[4]`.

use super::table::Table;
use crate::diag::{Diags, Sp, Span};

/// A type as written: a name, and the number of elements where it is an array.
#[derive(Clone, Debug)]
pub(crate) struct TypeExpr {
    /// The name before the bracket.
    pub(crate) name: Sp<String>,
    /// The number in the brackets.
    pub(crate) len: Option<u64>,
}

impl TypeExpr {
    /// What the spec says.
    pub(crate) fn text(&self) -> String {
        match self.len {
            Some(len) => format!("{}[{len}]", self.name.value),
            None => self.name.value.clone(),
        }
    }

    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        self.name.span
    }
}

/// Takes `type` from a table; it must be there.
pub(super) fn need(table: &mut Table<'_>, diags: &mut Diags) -> Option<TypeExpr> {
    let text = table.need_text("type", diags)?;
    parse(&text, diags)
}

/// Parses a type expression.
pub(super) fn parse(text: &Sp<String>, diags: &mut Diags) -> Option<TypeExpr> {
    let (name, len) = match split(&text.value) {
        Some(parts) => parts,
        None => {
            diags
                .error(text.span, format!("`{}` is not a type", text.value))
                .help("write a name, or an array such as `char[16]` or `u8[6]`");
            return None;
        }
    };
    if len == Some(0) {
        diags.error(text.span, "an array needs at least one element");
        return None;
    }
    Some(TypeExpr {
        name: text.span.with(name.to_owned()),
        len,
    })
}

fn split(text: &str) -> Option<(&str, Option<u64>)> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (name, len) = match text.split_once('[') {
        None => (text, None),
        Some((name, rest)) => {
            let len: u32 = rest.strip_suffix(']')?.parse().ok()?;
            (name, Some(u64::from(len)))
        }
    };
    is_name(name).then_some((name, len))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn forms() {
        assert_eq!(split("u32"), Some(("u32", None)));
        assert_eq!(split("char[16]"), Some(("char", Some(16))));
        for bad in [
            "",
            "[4]",
            "u8[",
            "u8[x]",
            "u8[-1]",
            "u8[4]x",
            "a b",
            "u8[99999999999]",
        ] {
            assert_eq!(split(bad), None, "{bad}");
        }
    }
}
