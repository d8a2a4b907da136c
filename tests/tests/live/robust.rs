//! Many callers at once, changes under a dump, deadlines, privileges.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use netlink::link::LinkFilter;
use netlink::list::DumpState;
use netlink::{Link, Netlink, sandbox};

use crate::harness::{live, make, refused};

/// Says that it is over when it goes.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

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
        for number in 0..100 {
            nl.links().add(&Link::bridge(format!("stay{number}"))).unwrap();
        }
        let over = AtomicBool::new(false);
        let (mut complete, mut interrupted) = (0, 0);
        let quiet = std::time::Instant::now();
        nl.links().list(&LinkFilter::new().kind("bridge")).unwrap();
        let quiet = quiet.elapsed();
        thread::scope(|scope| {
            // Also when this thread panics, or the other would be waited for without end.
            let _over = Over(&over);
            scope.spawn(|| {
                for number in 0_u64.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    nl.links().add(&Link::bridge("come")).unwrap();
                    nl.links().delete("come").unwrap();
                    if number % 16 == 0 {
                        // Long enough for a dump, on a slow machine too.
                        thread::sleep(quiet * 3);
                    }
                }
            });
            let impatient = nl.with_dump_attempts(1);
            let start = std::time::Instant::now();
            // Until both have been seen; the machine decides how long that takes.
            while complete < 5 || interrupted < 5 {
                assert!(start.elapsed() < Duration::from_secs(60), "{complete} complete, {interrupted} interrupted");
                let dump = impatient.links().list(&LinkFilter::new().kind("bridge")).unwrap();
                match dump.state {
                    DumpState::Complete => {
                        let stay = dump.items.iter().filter(|l| l.name.as_ref().unwrap() != "come");
                        assert_eq!(stay.count(), 100);
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
            // Who is patient gets everything all the same.
            for _ in 0..5 {
                let links = nl.with_dump_attempts(1000).links().list(&LinkFilter::new().kind("bridge"));
                assert!(links.unwrap().into_vec().unwrap().len() >= 100);
            }
        });
    }

    fn a_deadline_spares_what_is_quick(nl) {
        let quick = nl.with_timeout(Duration::from_secs(5));
        assert!(quick.links().get("lo").unwrap().is_loopback());
        quick.links().up("lo").unwrap();
        assert!(quick.links().list(&LinkFilter::new()).unwrap().is_complete());
    }

    fn without_privilege(nl) {
        make(nl, &Link::bridge("br0"));
        thread::scope(|scope| {
            let refused = scope.spawn(|| {
                // Of this thread alone.
                caps::drop(None, caps::CapSet::Effective, caps::Capability::CAP_NET_ADMIN).unwrap();
                let unprivileged = Netlink::new();
                assert!(unprivileged.links().get("br0").is_ok(), "reading needs no privilege");
                refused(unprivileged.links().delete("br0"))
            });
            let error = refused.join().unwrap();
            assert!(error.is_permission() && error.operation() == Some("RTM_DELLINK"), "{error}");
        });
        nl.links().get("br0").unwrap();
    }

    fn a_program_that_does_not_exist(nl) {
        let _ = nl;
        let missing = std::process::Command::new("/no/such/program");
        let error = refused(sandbox::spawn(missing));
        assert!(error.is_not_found() && !sandbox::is_forbidden(&error), "{error}");
    }

    fn signals_during_every_wait(nl) {
        use nix::sys::pthread::{pthread_kill, pthread_self};
        use nix::sys::signal::Signal;

        let caught = std::sync::Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(libc::SIGUSR1, caught.clone()).unwrap();
        let (over, waiting) = (AtomicBool::new(false), pthread_self());
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    pthread_kill(waiting, Signal::SIGUSR1).unwrap();
                    thread::sleep(Duration::from_micros(200));
                }
            });
            // Waiting for an event that does not come.
            let mut events = nl.subscribe(&netlink::event::Groups::new().links()).unwrap();
            let start = std::time::Instant::now();
            assert!(events.next_within(Duration::from_millis(100)).unwrap().is_none());
            assert!(start.elapsed() >= Duration::from_millis(100));
            // The pause before a dump is tried again.
            let interrupted = netlink::transport::Script::new(|seen| {
                let flags = netlink::generated::core::MsgFlags::MULTI | netlink::generated::core::MsgFlags::DUMP_INTR;
                let part = seen.object(16, flags, &Link::default().index(1));
                Ok(vec![netlink::transport::Answer::Datagram([part, seen.done(0)].concat())])
            });
            let start = std::time::Instant::now();
            let dump = Netlink::over(interrupted).with_dump_attempts(7).links().list(&LinkFilter::new()).unwrap();
            assert!(matches!(dump.state, DumpState::Interrupted { attempts: 7 }));
            assert!(start.elapsed() >= Duration::from_millis(60));
            // Requests, lists, batches, and the thread that opens sockets elsewhere.
            for _ in 0..50 {
                nl.links().add(&Link::bridge("br0")).unwrap();
                assert!(nl.links().list(&LinkFilter::new()).unwrap().is_complete());
                let batch = nl.batch();
                for _ in 0..50 {
                    let _ = batch.links().up("br0");
                }
                batch.commit().unwrap().all().unwrap();
                nl.links().delete("br0").unwrap();
            }
            let other = netlink::netns::NetNs::create().unwrap();
            Netlink::in_namespace(&other).unwrap().links().up("lo").unwrap();
            over.store(true, Ordering::Relaxed);
        });
        assert!(caught.load(Ordering::Relaxed));
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
