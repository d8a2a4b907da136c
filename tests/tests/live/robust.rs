//! Many callers at once, changes under a dump, deadlines, privileges.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use netlink::link::LinkFilter;
use netlink::list::DumpState;
use netlink::{Link, Netlink, sandbox};

use crate::harness::{live, make, refused};

live! {
    fn threads_share_a_handle(nl) {
        make(nl, &Link::bridge("br0"));
        thread::scope(|scope| {
            for number in 0..8 {
                scope.spawn(move || {
                    let name = format!("b{number}");
                    for _ in 0..20 {
                        let index = nl.links().add_get(&Link::bridge(&name)).unwrap().index;
                        assert_eq!(nl.links().get(&name).unwrap().index, index);
                        nl.links().delete(index).unwrap();
                        assert!(refused(nl.links().get(&name)).is_not_found());
                    }
                });
            }
        });
    }

    fn dumps_while_everything_changes(nl) {
        for number in 0..40 {
            nl.links().add(&Link::bridge(format!("stay{number}"))).unwrap();
        }
        let over = AtomicBool::new(false);
        let (mut complete, mut interrupted) = (0, 0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    nl.links().add(&Link::bridge("come")).unwrap();
                    nl.links().delete("come").unwrap();
                }
            });
            let impatient = nl.with_dump_attempts(1);
            for _ in 0..50 {
                let dump = impatient.links().list(&LinkFilter::new().kind("bridge")).unwrap();
                match dump.state {
                    DumpState::Complete => {
                        let stay = dump.items.iter().filter(|l| l.name.as_ref().unwrap() != "come");
                        assert_eq!(stay.count(), 40);
                        complete += 1;
                    }
                    DumpState::Interrupted { attempts } => {
                        assert_eq!(attempts, 1);
                        assert!(refused(dump.into_vec()).is_interrupted());
                        interrupted += 1;
                    }
                    other => panic!("{other:?}"),
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        println!("{complete} dumps complete, {interrupted} interrupted");
    }

    fn a_deadline_spares_what_is_quick(nl) {
        let quick = nl.with_timeout(Duration::from_secs(5));
        assert!(quick.links().get("lo").unwrap().is_loopback());
        quick.links().up("lo").unwrap();
        assert!(quick.links().list(&LinkFilter::new()).unwrap().is_complete());
    }

    fn without_privilege(nl) {
        nl.links().up("lo").unwrap();
        // A user namespace further down has no say in this network.
        let mut probe = std::process::Command::new("true");
        probe.arg("unused");
        sandbox::spawn(probe).unwrap().wait().unwrap();
        let missing = std::process::Command::new("/no/such/program");
        let error = refused(sandbox::spawn(missing));
        assert!(error.is_not_found() && !sandbox::is_forbidden(&error), "{error}");
    }

    fn a_process_with_threads_cannot_enter(nl) {
        let _ = nl;
        thread::scope(|scope| {
            let error = scope.spawn(|| refused(sandbox::enter())).join().unwrap();
            assert!(error.to_string().contains("more than one thread"), "{error}");
            assert!(!sandbox::is_forbidden(&error));
        });
        let _ = Netlink::new();
    }
}
