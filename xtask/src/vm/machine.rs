//! The emulated machine: what it boots, what it prints, how its tests ended.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, fs, io, process, thread};

use super::kernel::{self, Kernel};
use super::{cpio, table};
use crate::host::about;

/// What a machine tells about its tests.
pub(super) struct Report {
    /// Whether the test runner ended well.
    pub(super) passed: bool,
    /// What became of each test.
    pub(super) results: Vec<table::Outcome>,
}

/// The byte after which comes not what the tests print, but what became of them.
const REPORT: u8 = 0x1e;

/// Removes the archive of a machine, and ends the machine.
struct Running {
    child: Child,
    initramfs: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.initramfs);
    }
}

/// Boots a kernel and runs `program` there, with `args`.
pub(super) fn run(
    kernel: &Kernel,
    program: &Path,
    args: &[String],
    timeout: Duration,
    cache: &Path,
) -> Result<Report, String> {
    let initramfs = env::temp_dir().join(format!("netlink-vm-{}.cpio", process::id()));
    kernel::initramfs(kernel, front(program, args, timeout)?, &initramfs)?;
    let log = cache.join(format!("console-{}.log", process::id()));
    let mut machine = Running {
        child: start(kernel, &initramfs, &log)?,
        initramfs,
    };
    let report = watch(&mut machine.child, timeout);
    drop(machine);
    let console = fs::read(&log).unwrap_or_default();
    let console = String::from_utf8_lossy(&console);
    let _ = fs::remove_file(&log);
    let report = report
        .map_err(|error| format!("{error}\nthe kernel's last words:\n{}", last(&console, 60)))?;
    // A bug that a test meets is worth more than the test.
    let complaints = ["BUG:", "WARNING:", "Oops:", "general protection fault"];
    if let Some(at) = complaints
        .iter()
        .filter_map(|word| console.find(word))
        .min()
    {
        println!(
            "== the kernel complained:\n{}",
            first(console.get(at..).unwrap_or_default(), 40)
        );
    }
    parse(&report).ok_or(format!(
        "the report makes no sense:\n{report}\nthe kernel's last words:\n{}",
        last(&console, 60)
    ))
}

fn first(text: &str, lines: usize) -> String {
    text.lines()
        .take(lines)
        .map(|line| format!("{line}\n"))
        .collect()
}

fn last(text: &str, lines: usize) -> String {
    let skip = text.lines().count().saturating_sub(lines);
    text.lines()
        .skip(skip)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// What stands in front of the modules: the first program, and the tests.
fn front(program: &Path, args: &[String], timeout: Duration) -> Result<cpio::Archive, String> {
    let read = |path: &Path| fs::read(path).map_err(|error| about(path, &error));
    let busybox = ["/bin/busybox", "/usr/bin/busybox"]
        .map(Path::new)
        .into_iter()
        .find(|path| path.exists());
    let busybox = busybox.ok_or("there is no /bin/busybox")?;
    let mut archive = cpio::Archive::default();
    for dir in ["bin", "sbin", "proc", "sys", "dev", "tmp", "root"] {
        archive.dir(dir);
    }
    archive.file("bin/busybox", &read(busybox)?);
    archive.link("bin/sh", "busybox");
    // Where the kernel looks for it when it wants a module.
    archive.file("sbin/modprobe", include_bytes!("modprobe.sh"));
    archive.file("init", include_bytes!("init.sh"));
    archive.file("tests", &read(program)?);
    let args: Vec<String> = args.iter().map(|arg| quoted(arg)).collect();
    archive.file("timeout", timeout.as_secs().to_string().as_bytes());
    archive.file("arguments", args.join(" ").as_bytes());
    Ok(archive)
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn start(kernel: &Kernel, initramfs: &Path, log: &Path) -> Result<Child, String> {
    // Emulated, although that is slower: the other way needs a device that most machines do not hand out, and on some that
    // do, guests hang. One thread for both processors, although that is slower again: a kernel patches its own code while
    // the other processor runs it, by way of an int3 that it takes away once no processor can be there. With a thread for
    // each, one boot in ninety ended in "Oops: int3", for an int3 that was gone already.
    Command::new("qemu-system-x86_64")
        .args([
            "-accel",
            "tcg,thread=single",
            "-cpu",
            "max",
            "-smp",
            "2",
            "-m",
            "2048",
        ])
        .args([
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-no-reboot",
        ])
        .arg("-kernel")
        .arg(&kernel.image)
        .arg("-initrd")
        .arg(initramfs)
        .args([
            "-append",
            "console=ttyS0 loglevel=5 panic=-1 oops=panic mitigations=off",
        ])
        .arg("-serial")
        .arg(format!("file:{}", log.display()))
        .args(["-serial", "stdio"])
        .args([
            "-fsdev",
            "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
        ])
        .args(["-device", "virtio-9p-pci,fsdev=root,mount_tag=root"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("qemu-system-x86_64: {error}"))
}

/// Prints what the tests print until the machine ends; yields its report.
fn watch(child: &mut Child, timeout: Duration) -> Result<String, String> {
    let mut output = child.stdout.take().ok_or("the machine has no output")?;
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(size @ 1..) = output.read(&mut buffer) {
            if send
                .send(buffer.get(..size).unwrap_or_default().to_vec())
                .is_err()
            {
                break;
            }
        }
    });
    let deadline = Instant::now() + timeout;
    let mut report: Option<Vec<u8>> = None;
    loop {
        let bytes = match receive.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(bytes) => bytes,
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!(
                    "the machine was not ready within {} s",
                    timeout.as_secs()
                ));
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let mut bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'\r').collect();
        if report.is_none() {
            let end = bytes.iter().position(|byte| *byte == REPORT);
            let rest = end.map(|end| bytes.split_off(end));
            let mut out = io::stdout().lock();
            let _ = out.write_all(&bytes).and_then(|()| out.flush());
            report = rest;
        } else if let Some(report) = &mut report {
            report.extend(bytes);
        }
    }
    let report = report.ok_or("the machine ended before its tests did")?;
    Ok(String::from_utf8_lossy(report.get(1..).unwrap_or_default()).into_owned())
}

/// Reads a report: the status of the test runner, a line a test, and an end.
fn parse(report: &str) -> Option<Report> {
    let mut lines = report.lines();
    let status = lines.next()?.strip_prefix("status ")?;
    let mut results = Vec::new();
    for line in lines {
        if line == "end" {
            results.sort();
            return Some(Report {
                passed: status == "0",
                results,
            });
        }
        results.push(table::Outcome::parse(line)?);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_whole_or_worthless() {
        let whole = "status 0\nlink::b\tpass\t\nlink::a\tskip\tno link kind x\nend\n";
        let report = parse(whole).unwrap();
        assert!(report.passed);
        let names: Vec<&str> = report
            .results
            .iter()
            .map(|outcome| outcome.name.as_str())
            .collect();
        assert_eq!(names, ["link::a", "link::b"]);
        assert!(parse("status 0\nlink::b\tpass\t\n").is_none());
        assert!(!parse("status 101\nend\n").unwrap().passed);
    }

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
