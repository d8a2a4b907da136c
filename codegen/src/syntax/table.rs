//! A walker over TOML tables: typed reads with places, and a complaint about every key nobody asked for.

use crate::diag::{Diags, Sp, Span};
use crate::ident;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A table being read. Every key that a construct knows is asked for, present or not, so that [`Table::finish`] can tell
/// which are unknown and what they might have meant.
pub(super) struct Table<'t> {
    entries: Vec<Entry<'t>>,
    asked: Vec<&'static str>,
    /// Place of the table: its name where it has one.
    pub(super) span: Span,
}

struct Entry<'t> {
    key: Sp<&'t str>,
    value: Value<'t>,
    taken: bool,
}

/// A value of a table, with its place.
#[derive(Clone, Copy)]
pub(super) struct Value<'t> {
    value: &'t DeValue<'t>,
    pub(super) span: Span,
}

impl<'t> Table<'t> {
    /// Reads a table that is known to be one.
    pub(super) fn new(table: &'t DeTable<'t>, span: Span) -> Self {
        let entries = table
            .iter()
            .map(|(key, value)| Entry::new(key, value, span.file))
            .collect();
        Self {
            entries,
            asked: Vec::new(),
            span,
        }
    }

    /// Takes a value of any type.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.asked.push(key);
        let entry = self
            .entries
            .iter_mut()
            .find(|entry| entry.key.value == key)?;
        entry.taken = true;
        Some(entry.value)
    }

    /// Takes a string.
    pub(super) fn text(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<String>> {
        self.take(key)?.text(key, diags)
    }

    /// Takes an integer.
    pub(super) fn int(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<i128>> {
        self.take(key)?.int(key, diags)
    }

    /// An integer that was taken, as Rust would write it: in the spec's own base, with its leading zeros.
    pub(super) fn literal(&self, key: &str) -> String {
        let entry = self.entries.iter().find(|entry| entry.key.value == key);
        match entry.map(|entry| entry.value.value) {
            Some(DeValue::Integer(number)) => literal(number.as_str(), number.radix()),
            _ => String::new(),
        }
    }

    /// Takes an integer that cannot be negative.
    pub(super) fn count(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<u64>> {
        let number = self.int(key, diags)?;
        match u64::try_from(number.value) {
            Ok(value) => Some(number.span.with(value)),
            Err(_) => {
                diags.error(
                    number.span,
                    format!("`{key}` must be a number from 0 to 2^64-1"),
                );
                None
            }
        }
    }

    /// Takes a boolean.
    pub(super) fn bool(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<bool>> {
        let value = self.take(key)?;
        match value.value {
            DeValue::Boolean(on) => Some(value.span.with(*on)),
            _ => value.mismatch(key, "`true` or `false`", diags),
        }
    }

    /// Takes a list of values.
    pub(super) fn list(&mut self, key: &'static str, diags: &mut Diags) -> Vec<Value<'t>> {
        let value = self.take(key);
        value
            .and_then(|value| Self::values(value, key, diags))
            .unwrap_or_default()
    }

    /// The elements of a list.
    pub(super) fn values(value: Value<'t>, key: &str, diags: &mut Diags) -> Option<Vec<Value<'t>>> {
        match value.value {
            DeValue::Array(items) => Some(
                items
                    .iter()
                    .map(|item| Value::new(item, value.span.file))
                    .collect(),
            ),
            _ => value.mismatch(key, "a list", diags),
        }
    }

    /// Takes the entries of a table whose keys are names chosen by the spec.
    pub(super) fn names(
        &mut self,
        key: &'static str,
        diags: &mut Diags,
    ) -> Vec<(Sp<String>, Value<'t>)> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        match value.value {
            DeValue::Table(table) => table
                .iter()
                .map(|(key, item)| {
                    let entry = Entry::new(key, item, value.span.file);
                    (entry.key.span.with(entry.key.value.to_owned()), entry.value)
                })
                .collect(),
            _ => value
                .mismatch(key, "a table of names", diags)
                .unwrap_or_default(),
        }
    }

    /// Reports a missing key.
    pub(super) fn missing(&self, key: &str, diags: &mut Diags) {
        diags
            .error(self.span, format!("missing key `{key}`"))
            .label(format!("needs `{key}`"));
    }

    /// Takes a string that must be there.
    pub(super) fn need_text(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<String>> {
        match self.take(key) {
            Some(value) => value.text(key, diags),
            None => {
                self.missing(key, diags);
                None
            }
        }
    }

    /// Takes an integer that must be there.
    pub(super) fn need_int(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<i128>> {
        match self.take(key) {
            Some(value) => value.int(key, diags),
            None => {
                self.missing(key, diags);
                None
            }
        }
    }

    /// Takes an integer that must be there and cannot be negative.
    pub(super) fn need_count(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<u64>> {
        if self.entries.iter().any(|entry| entry.key.value == key) {
            return self.count(key, diags);
        }
        self.asked.push(key);
        self.missing(key, diags);
        None
    }

    /// Takes the documentation, which must be there and say something.
    pub(super) fn doc(&mut self, diags: &mut Diags) -> Option<String> {
        let doc = self.need_text("doc", diags)?;
        if doc.value.trim().is_empty() {
            diags
                .error(doc.span, "empty documentation")
                .help("say in one sentence what it is");
        }
        Some(doc.value)
    }

    /// Takes a name as C spells it.
    pub(super) fn c_name(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<String>> {
        let name = self.text(key, diags)?;
        // Empty where C has no name for it.
        let nameless = key == "c" && name.value.is_empty();
        if !nameless && !ident::is_c(&name.value) {
            diags.error(name.span, format!("`{}` is not a C name", name.value));
        }
        Some(name)
    }

    /// Takes a name or a list of names as C spells them.
    pub(super) fn c_names(&mut self, key: &'static str, diags: &mut Diags) -> Vec<Sp<String>> {
        let names = self.texts(key, diags);
        for name in names.iter().filter(|name| !ident::is_c(&name.value)) {
            diags.error(name.span, format!("`{}` is not a C name", name.value));
        }
        names
    }

    /// Takes a string or a list of strings.
    pub(super) fn texts(&mut self, key: &'static str, diags: &mut Diags) -> Vec<Sp<String>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        if value.is_text() {
            return value.text(key, diags).into_iter().collect();
        }
        let items = Self::values(value, key, diags).unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| item.text(key, diags))
            .collect()
    }

    /// Takes the name of a struct's member as C spells it: `member`, or `inner.member`. Empty where C has none.
    pub(super) fn c_path(&mut self, key: &'static str, diags: &mut Diags) -> Option<Sp<String>> {
        let name = self.text(key, diags)?;
        if !name.value.is_empty() && !name.value.split('.').all(ident::is_c) {
            diags.error(name.span, format!("`{}` is not a member in C", name.value));
        }
        Some(name)
    }

    /// Takes the kernel version something came with.
    pub(super) fn since(&mut self, diags: &mut Diags) -> Option<String> {
        let since = self.text("since", diags)?;
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = since.value.split('.').collect();
        if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| number(part)) {
            diags
                .error(
                    since.span,
                    format!("`{}` is not a kernel version", since.value),
                )
                .help("write it as in `since = \"6.12\"`");
        }
        Some(since.value)
    }

    /// Takes the name of the header something stands in.
    pub(super) fn header(&mut self, diags: &mut Diags) -> Option<String> {
        self.text("header", diags).map(|header| header.value)
    }

    /// Reports every key that was not asked for.
    pub(super) fn finish(self, what: &str, diags: &mut Diags) {
        for entry in self.entries.iter().filter(|entry| !entry.taken) {
            let key = entry.key.value;
            let free: Vec<&str> = self
                .asked
                .iter()
                .copied()
                .filter(|asked| !self.entries.iter().any(|entry| entry.key.value == *asked))
                .collect();
            diags
                .error(entry.key.span, format!("unknown key `{key}` in {what}"))
                .help(format!("the keys are: {}", self.asked.join(", ")))
                .nearest(key, free);
        }
    }
}

impl<'t> Entry<'t> {
    fn new(key: &'t Spanned<DeString<'t>>, value: &'t Spanned<DeValue<'t>>, file: usize) -> Self {
        let key = Span::new(file, key.span()).with(key.get_ref().as_ref());
        Self {
            key,
            value: Value::new(value, file),
            taken: false,
        }
    }
}

impl<'t> Value<'t> {
    fn new(value: &'t Spanned<DeValue<'t>>, file: usize) -> Self {
        Self {
            value: value.get_ref(),
            span: Span::new(file, value.span()),
        }
    }

    /// Reads a table; `span` is the place of its name.
    pub(super) fn table(self, what: &str, span: Span, diags: &mut Diags) -> Option<Table<'t>> {
        match self.value {
            DeValue::Table(table) => Some(Table::new(table, span)),
            _ => self.mismatch(what, "a table", diags),
        }
    }

    /// Whether this is a string.
    pub(super) fn is_list(self) -> bool {
        matches!(self.value, DeValue::Array(_))
    }

    /// Whether it is text.
    pub(super) fn is_text(self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    /// Reads a string.
    pub(super) fn text(self, key: &str, diags: &mut Diags) -> Option<Sp<String>> {
        match self.value {
            DeValue::String(text) => Some(self.span.with(text.as_ref().to_owned())),
            _ => self.mismatch(key, "a string", diags),
        }
    }

    /// Reads an integer.
    pub(super) fn int(self, key: &str, diags: &mut Diags) -> Option<Sp<i128>> {
        let DeValue::Integer(number) = self.value else {
            return self.mismatch(key, "an integer", diags);
        };
        match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) => Some(self.span.with(value)),
            Err(_) => {
                diags.error(
                    self.span,
                    format!("`{key}` is not a number this language can hold"),
                );
                None
            }
        }
    }

    fn mismatch<T>(self, key: &str, wanted: &str, diags: &mut Diags) -> Option<T> {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        diags
            .error(self.span, format!("`{key}` must be {wanted}"))
            .label(format!("this is {found}"));
        None
    }
}

/// Digits in groups, as one reads them: four hexadecimal ones, three decimal ones beyond four.
fn literal(digits: &str, radix: u32) -> String {
    let (sign, digits) = match digits.strip_prefix(['-', '+']) {
        Some(rest) if digits.starts_with('-') => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", digits),
    };
    let digits: Vec<char> = digits.chars().filter(|digit| *digit != '_').collect();
    let (prefix, group) = match radix {
        16 => ("0x", 4),
        8 => ("0o", 4),
        2 => ("0b", 8),
        _ => ("", 3),
    };
    let mut out = format!("{sign}{prefix}");
    for (at, digit) in digits.iter().enumerate() {
        let left = digits.len() - at;
        if at > 0 && digits.len() > 4 && left % group == 0 {
            out.push('_');
        }
        out.push(digit.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn literals() {
        assert_eq!(literal("00010000", 16), "0x0001_0000");
        assert_eq!(literal("88A8", 16), "0x88a8");
        assert_eq!(literal("-65536", 10), "-65_536");
        assert_eq!(literal("+1500", 10), "1500");
        assert_eq!(literal("100000000", 2), "0b1_00000000");
    }
}
