//! Mistakes in the use of the derives: each is refused with a message that points at it and says what to do.
//!
//! The expected messages are those of the toolchain that the repository is developed with; other versions of rustc word
//! their own part of a few messages differently, so there `NETLINK_UI=skip` leaves these tests out.

#![allow(
    dead_code,
    reason = "what is right only has to compile, as a part of this very crate"
)]

#[path = "ui/attrs/pass.rs"]
mod attrs;
#[path = "ui/flags/pass.rs"]
mod flags;
#[path = "ui/kind/pass.rs"]
mod kind;
#[path = "ui/layout/pass.rs"]
mod layout;
#[path = "ui/messages/pass.rs"]
mod messages;
#[path = "ui/open_enum/pass.rs"]
mod open_enum;
#[path = "ui/time/pass.rs"]
mod time;

#[test]
fn mistakes_are_explained() {
    if std::env::var_os("NETLINK_UI").is_some_and(|choice| choice == "skip") {
        eprintln!("skipped: NETLINK_UI=skip");
        return;
    }
    // Only cases that fail: then all of them are one run of cargo.
    let cases = trybuild::TestCases::new();
    for topic in [
        "attrs",
        "layout",
        "kind",
        "messages",
        "time",
        "open_enum",
        "flags",
        "batch",
    ] {
        cases.compile_fail(format!("tests/ui/{topic}/[!p]*.rs"));
    }
}
