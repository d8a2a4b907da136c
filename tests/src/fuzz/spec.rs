//! The spec language: any text is a specification or a report, and what comes out of a specification is Rust.

use codegen::{Options, Source};

/// What stands before each further file of an input, followed by its path.
pub(super) const FILE: &str = "#### ";

fn sources(text: &str) -> Vec<Source> {
    let mut files = vec![Source {
        path: "a.toml".to_owned(),
        text: String::new(),
    }];
    for line in text.lines() {
        if let Some(path) = line.strip_prefix(FILE) {
            files.push(Source {
                path: path.to_owned(),
                text: String::new(),
            });
        } else if let Some(file) = files.last_mut() {
            file.text.push_str(line);
            file.text.push('\n');
        }
    }
    files.retain(|file| !file.text.is_empty());
    files
}

pub(super) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let sources = sources(text);
    match codegen::generate(&sources, &Options::default()) {
        Ok(outputs) => {
            for output in outputs {
                if let Err(error) = syn::parse_file(&output.text) {
                    panic!("{} is no Rust: {error}\n{}", output.path, output.text);
                }
            }
            assert!(codegen::attributes(&sources).is_ok());
        }
        Err(report) => assert!(report.0.contains("error"), "{report}"),
    }
}
