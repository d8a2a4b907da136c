//! The table of correspondence: `tests/data/values/*.table`, and the syntax of those files.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;

/// All files together.
#[derive(Debug, Default)]
pub struct Table {
    /// What commands print, the first that fits counts.
    pub commands: Vec<Row>,
    /// What objects consist of.
    pub sections: BTreeMap<String, Section>,
}

/// What one kind of printed object consists of.
#[derive(Debug, Default)]
pub struct Section {
    /// Keys that tell objects apart.
    pub identity: Vec<String>,
    /// Its keys.
    pub rows: Vec<Row>,
}

/// A printed key and where its value comes from.
#[derive(Debug)]
pub struct Row {
    /// The words of a command, or the key with those of the objects around it.
    pub key: String,
    /// The tools that it is true of, by the start of their name and version.
    pub tool: String,
    /// The way to the value in the decoded message; `-` where there is none.
    pub source: String,
    /// How to compare.
    pub rule: String,
    /// What the rule needs to know; the reason where the source is `-`.
    pub args: Vec<String>,
    /// Where it stands.
    pub place: String,
}

impl Row {
    /// Whether the key comes from no attribute.
    #[must_use]
    pub fn is_excused(&self) -> bool {
        self.source == "-" || self.lacks_spec() || self.is_left_out()
    }

    /// Whether the recorder left out the message.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.source == "?"
    }

    /// Whether no spec has the messages.
    #[must_use]
    pub fn lacks_spec(&self) -> bool {
        self.source == "--"
    }
}

impl Row {
    /// Whether the rule is for JSON of this kind: an object, a list of them, or a scalar.
    #[must_use]
    pub fn takes(&self, json: &Json) -> bool {
        match self.rule.as_str() {
            "in" | "named" => json.is_object(),
            "each" | "last" | "share" => json.is_object() || json.is_array(),
            "ynl" => true,
            _ => !json.is_object(),
        }
    }
}

impl Section {
    /// The rows of a key in the output of a tool.
    #[must_use]
    pub fn rows(&self, key: &str, tool: &str) -> Vec<&Row> {
        let fits = |row: &&Row| row.key == key && tool.starts_with(&row.tool);
        let mut rows: Vec<&Row> = self.rows.iter().filter(fits).collect();
        // What is only true of some tools counts for these.
        if rows.iter().any(|row| !row.tool.is_empty()) {
            rows.retain(|row| !row.tool.is_empty());
        }
        rows
    }
}

impl Table {
    /// Reads all tables of a folder.
    ///
    /// # Errors
    /// On lines that are not of the form, with their place.
    pub fn read(folder: &Path) -> Result<Table, String> {
        let mut table = Table::default();
        let list =
            std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut files: Vec<_> = list.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|path| path.extension().is_some_and(|ext| ext == "table"));
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(&file).map_err(|error| error.to_string())?;
            let name = file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            table.add(&name, &text)?;
        }
        for section in table.sections.values() {
            for row in &section.rows {
                table.check(row)?;
            }
        }
        table.commands.iter().try_for_each(|row| table.check(row))?;
        Ok(table)
    }

    fn check(&self, row: &Row) -> Result<(), String> {
        if row.is_excused() {
            return Ok(());
        }
        let place = &row.place;
        match row.rule.as_str() {
            "in" | "each" | "last" | "share" | "named" => match row.args.first() {
                Some(name) if name.contains('{') || self.sections.contains_key(name) => Ok(()),
                name => Err(format!("{place}: no section {name:?}")),
            },
            "ynl" => match row.args.first() {
                Some(name) if !self.sections.contains_key(name) => {
                    Err(format!("{place}: no section `{name}`"))
                }
                _ => Ok(()),
            },
            rule if super::rules::exists(rule) => Ok(()),
            rule => Err(format!("{place}: no rule `{rule}`")),
        }
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), String> {
        let mut section = String::new();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{file}:{}", number + 1);
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                let (name, identity) = rest
                    .split_once(']')
                    .ok_or_else(|| format!("{place}: no `]`"))?;
                section = name.to_owned();
                if section != "commands" {
                    let new = Section {
                        identity: identity.split_whitespace().map(str::to_owned).collect(),
                        rows: Vec::new(),
                    };
                    if self.sections.insert(section.clone(), new).is_some() {
                        return Err(format!("{place}: a second section `{section}`"));
                    }
                }
                continue;
            }
            // Two blanks or more part the columns, since keys have blanks too.
            let mut columns = line
                .split("  ")
                .map(str::trim)
                .filter(|part| !part.is_empty());
            let (Some(key), Some(source)) = (columns.next(), columns.next()) else {
                return Err(format!("{place}: a row is a key, a source and a rule"));
            };
            let mut words = columns.flat_map(str::split_whitespace).map(str::to_owned);
            let (key, tool) = key.split_once('@').unwrap_or((key, ""));
            let mut row = Row {
                key: key.to_owned(),
                tool: tool.to_owned(),
                source: source.to_owned(),
                rule: String::new(),
                args: Vec::new(),
                place,
            };
            if row.is_excused() {
                row.args = words.collect();
                if row.args.is_empty() {
                    return Err(format!("{}: no reason", row.place));
                }
            } else {
                row.rule = words.next().unwrap_or_else(|| "plain".to_owned());
                row.args = words.collect();
            }
            if section == "commands" {
                self.commands.push(row);
            } else if let Some(section) = self.sections.get_mut(&section) {
                section.rows.push(row);
            } else {
                return Err(format!("{}: a row outside of sections", row.place));
            }
        }
        Ok(())
    }

    /// What a command prints: the rows of the first command that fits.
    #[must_use]
    pub fn command(&self, command: &str) -> Vec<&Row> {
        let words = words(command);
        let fits = |row: &&Row| {
            let mut have = words.iter();
            // Objects may be cut short, as all these tools allow.
            row.key.split_whitespace().all(|full| {
                have.next()
                    .is_some_and(|word| full.split('|').any(|full| full.starts_with(word.as_str())))
            })
        };
        let Some(first) = self.commands.iter().find(fits) else {
            return Vec::new();
        };
        self.commands
            .iter()
            .filter(|row| row.key == first.key)
            .collect()
    }
}

/// The words of a command without its options.
#[must_use]
pub fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut all = command.split_whitespace();
    while let Some(word) = all.next() {
        match word {
            "-n" | "-netns" | "-f" | "-family" | "-l" | "-loops" | "-rc" | "-b" | "-batch" => {
                all.next();
            }
            _ if word.starts_with('-') && word.len() > 1 && words.len() == 1 => {
                // The family of ynl is its object, and `--do` and `--dump` only say how.
                if word == "--family" {
                    words.extend(all.next().map(str::to_owned));
                }
            }
            "--do" | "--dump" => {}
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, String> {
        let mut table = Table::default();
        table.add("x.table", text)?;
        Ok(table)
    }

    #[test]
    fn rows_and_commands() {
        let table = read(
            "[commands]\nip link  /RTM_NEWLINK  each link\n[link] ifname\ntotal acts  A  div 100\nx@b-1  -  a reason\nx  B\n",
        )
        .unwrap();
        assert_eq!(table.command("ip -j -n red l show")[0].args, ["link"]);
        assert!(table.command("ip -j route").is_empty());
        let link = &table.sections["link"];
        assert_eq!(link.identity, ["ifname"]);
        assert_eq!(link.rows("total acts", "b-2")[0].args, ["100"]);
        assert!(link.rows("x", "b-1.5")[0].is_excused());
        assert_eq!(link.rows("x", "b-2")[0].source, "B");
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, message) in [
            ("a  B", "x.table:1: a row outside of sections"),
            ("[s]\na B", "x.table:2: a row is a key, a source and a rule"),
            ("[s]\na  -", "x.table:2: no reason"),
            ("[s\n", "x.table:1: no `]`"),
            ("[s]\n[s]", "x.table:2: a second section `s`"),
        ] {
            assert_eq!(read(text).err().as_deref(), Some(message));
        }
    }
}
