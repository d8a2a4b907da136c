//! Diagnostics: places in the specs, the context that collects every mistake, and their rendering.

use annotate_snippets::{Level, Renderer, Snippet};
use std::ops::Range;

/// One spec file, as handed to the generator.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path below the spec directory, with `/` between the parts: `dir/file.toml`.
    pub path: String,
    /// What the file says.
    pub text: String,
}

/// A range of bytes in one of the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    /// Index of the source.
    pub(crate) file: usize,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Sp<T> {
    /// The value.
    pub(crate) value: T,
    /// Its place.
    pub(crate) span: Span,
}

impl Span {
    /// A range of bytes in source number `file`.
    pub(crate) fn new(file: usize, range: Range<usize>) -> Self {
        Self {
            file,
            start: range.start,
            end: range.end,
        }
    }

    /// Attaches this place to a value.
    pub(crate) fn with<T>(self, value: T) -> Sp<T> {
        Sp { value, span: self }
    }
}

/// One mistake.
#[derive(Clone, Debug)]
pub(crate) struct Diag {
    span: Span,
    message: String,
    label: String,
    related: Option<(Span, String)>,
    help: Option<String>,
}

impl Diag {
    /// Says at the place what is wrong there; the message above it says it in full.
    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// Points at a second place that takes part in the mistake.
    pub(crate) fn related(&mut self, span: Span, label: impl Into<String>) -> &mut Self {
        self.related = Some((span, label.into()));
        self
    }

    /// Says how to mend it.
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests the candidate that looks most like `name`, if one is near enough.
    pub(crate) fn nearest<'a>(
        &mut self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> &mut Self {
        if let Some(near) = nearest(name, candidates) {
            self.help = Some(format!("did you mean `{near}`?"));
        }
        self
    }
}

/// Collects mistakes, so that all of them are reported at once.
#[derive(Debug, Default)]
pub(crate) struct Diags {
    list: Vec<Diag>,
    /// The newest one, still open for labels and help.
    newest: Option<Diag>,
}

impl Diags {
    /// Records a mistake; the returned diagnostic takes labels and help.
    pub(crate) fn error(&mut self, span: Span, message: impl Into<String>) -> &mut Diag {
        let diag = Diag {
            span,
            message: message.into(),
            label: String::new(),
            related: None,
            help: None,
        };
        self.list.extend(self.newest.take());
        self.newest.insert(diag)
    }

    /// Whether no mistake was recorded.
    pub(crate) fn is_empty(&self) -> bool {
        self.newest.is_none()
    }

    /// All mistakes as a compiler would print them, in the order of the sources.
    pub(crate) fn render(&self, sources: &[Source], spec_dir: &str) -> String {
        let mut list: Vec<&Diag> = self.list.iter().chain(&self.newest).collect();
        list.sort_by_key(|diag| (diag.span, diag.message.clone()));
        // A struct that heads several sets is looked at for each of them.
        list.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        let mut out = String::new();
        for diag in list {
            out.push_str(&render_one(diag, sources, spec_dir));
            out.push_str("\n\n");
        }
        out
    }
}

fn render_one(diag: &Diag, sources: &[Source], spec_dir: &str) -> String {
    let main = Excerpt::new(sources, spec_dir, diag.span);
    let related = diag.related.as_ref().map(|(span, label)| {
        let excerpt = Excerpt::new(sources, spec_dir, *span);
        (excerpt, label)
    });
    let annotation = Level::Error.span(main.range.clone());
    let annotation = if diag.label.is_empty() {
        annotation
    } else {
        annotation.label(&diag.label)
    };
    let mut message = Level::Error
        .title(&diag.message)
        .snippet(main.snippet().annotation(annotation));
    if let Some((excerpt, label)) = &related {
        let annotation = Level::Note.span(excerpt.range.clone()).label(label);
        message = message.snippet(excerpt.snippet().annotation(annotation));
    }
    if let Some(help) = &diag.help {
        message = message.footer(Level::Help.title(help));
    }
    Renderer::plain()
        // Excerpts are cut already; where the renderer cuts, it can panic.
        .term_width(i32::MAX as usize)
        .render(message)
        .to_string()
}

/// The line a span starts in. A whole file is never handed to the renderer: one line is enough, and its tabs and control
/// characters are replaced so that columns add up.
struct Excerpt {
    origin: String,
    line: usize,
    text: String,
    range: Range<usize>,
}

impl Excerpt {
    fn new(sources: &[Source], spec_dir: &str, span: Span) -> Self {
        let Some(source) = sources.get(span.file) else {
            return Self {
                origin: String::new(),
                line: 1,
                text: String::new(),
                range: 0..0,
            };
        };
        let text = source.text.as_str();
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(line_start..).unwrap_or_default();
        let line_text = rest.split('\n').next().unwrap_or_default();
        let line_text = line_text.strip_suffix('\r').unwrap_or(line_text);
        let from = (start - line_start).min(line_text.len());
        let mut to = span
            .end
            .saturating_sub(line_start)
            .clamp(from, line_text.len());
        while !line_text.is_char_boundary(to) {
            to += 1;
        }
        let (mut shown, mut range) = (String::new(), 0..0);
        for (at, character) in line_text.char_indices() {
            if at == from {
                range.start = shown.len();
            }
            if at == to {
                range.end = shown.len();
            }
            // A replacement of one column keeps the caret under its character.
            let plain = !character.is_control() && character != '\u{feff}';
            shown.push(if plain { character } else { ' ' });
        }
        if from >= line_text.len() {
            range.start = shown.len();
        }
        if to >= line_text.len() {
            range.end = shown.len();
        }
        if range.is_empty() {
            // A caret needs a character to stand under.
            shown.push(' ');
            let width = shown
                .get(range.start..)
                .and_then(|rest| rest.chars().next());
            range.end = range.start + width.map_or(1, char::len_utf8);
        }
        cut(&mut shown, &mut range);
        let line = 1 + before.matches('\n').count();
        Self {
            origin: format!("{spec_dir}/{}", source.path),
            line,
            text: shown,
            range,
        }
    }

    fn snippet(&self) -> Snippet<'_> {
        Snippet::source(&self.text)
            .line_start(self.line)
            .origin(&self.origin)
    }
}

/// Columns that are shown before a place.
const BEFORE: usize = 100;

/// Columns that are shown from a place on.
const BEHIND: usize = 160;

/// Columns of blanks that a line may start with.
const INDENT: usize = 16;

/// Leaves of a long line what is around the place.
fn cut(text: &mut String, range: &mut Range<usize>) {
    let (before, behind) = text.split_at(range.start);
    let blank = before.chars().all(char::is_whitespace);
    let most = if blank { INDENT } else { BEFORE };
    let left = before
        .char_indices()
        .rev()
        .nth(most)
        .map_or(0, |(at, _)| at);
    let right = behind
        .char_indices()
        .nth(BEHIND)
        .map_or(text.len(), |(at, _)| range.start + at);
    let right = if text
        .get(range.start..right)
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        // Nothing but blanks: the first of them is the place.
        let first = behind.chars().next();
        range.start + first.map_or(0, char::len_utf8)
    } else {
        right
    };
    text.truncate(right);
    text.drain(..left);
    *range = range.start - left..range.end.min(right) - left;
}

/// The candidate most like `name`, if at most a third of it differs.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let most = 1 + name.chars().count() / 3;
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edit distance (insertions, deletions, substitutions); letters that differ in case only cost nothing extra.
fn distance(a: &str, b: &str) -> usize {
    // Long names are not typing errors of each other, and the cost is quadratic.
    if a.len() > 100 || b.len() > 100 {
        return usize::MAX;
    }
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        let (mut left, mut diagonal) = (i + 1, i);
        for (to, above) in b.iter().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(from != to))
                .min(left + 1)
                .min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("doc", "doc"), 0);
        assert_eq!(distance("docs", "doc"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn nearest_name() {
        assert_eq!(nearest("lenght", ["length", "range"]), Some("length"));
        assert_eq!(nearest("U32", ["u8", "u32"]), Some("u32"));
        assert_eq!(nearest("zebra", ["u8", "u32"]), None);
    }

    #[test]
    fn places() {
        let text = "a = 1\r\n\tbä = 2\n".to_owned();
        let sources = [Source {
            path: "x.toml".into(),
            text,
        }];
        let mut diags = Diags::default();
        diags
            .error(Span::new(0, 8..11), "no")
            .label("here")
            .help("so");
        diags.error(Span::new(0, 9999..99999), "beyond");
        diags.error(Span::new(7, 0..0), "no file");
        let shown = diags.render(&sources, "spec");
        assert!(shown.contains("spec/x.toml:2:2"), "{shown}");
        assert!(shown.contains("^^ here"), "{shown}");
        assert!(shown.contains("help: so"), "{shown}");
        assert!(shown.contains("beyond"), "{shown}");
    }
}
