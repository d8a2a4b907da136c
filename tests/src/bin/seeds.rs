//! Seeds for the fuzzers of `fuzz/`, written to a directory; `cargo xtask fuzz` runs it.

use netlink_tests::fuzz::seeds;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((directory, targets)) = args.split_first() else {
        eprintln!("usage: seeds DIRECTORY TARGET…");
        return ExitCode::FAILURE;
    };
    for target in targets {
        let inputs = seeds(target);
        let directory = Path::new(directory).join(target);
        let written = write(&directory, &inputs);
        match written {
            Ok(()) => println!("{target}: {} seeds", inputs.len()),
            Err(error) => {
                eprintln!("{}: {error}", directory.display());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Nothing else stays there.
fn write(directory: &Path, inputs: &[Vec<u8>]) -> std::io::Result<()> {
    if directory.is_dir() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    for (number, input) in inputs.iter().enumerate() {
        fs::write(directory.join(format!("{number:05}")), input)?;
    }
    Ok(())
}
