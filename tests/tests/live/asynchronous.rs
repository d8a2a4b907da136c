//! The asynchronous handle against the real kernel.

use std::sync::Arc;
use std::time::Duration;

use netlink::event::{Change, Event, Groups};
use netlink::link::LinkFilter;
use netlink::mirror::Links;
use netlink::tokio::Netlink;
use netlink::{Address, Link, Route};

use crate::harness::live;

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(4).enable_all().build().unwrap()
}

live! {
    fn the_same_verbs(blocking) {
        let _ = blocking;
        runtime().block_on(async {
            let nl = Netlink::new();
            nl.links().add(&Link::bridge("br0").mtu(1400u32)).await.unwrap();
            let br0 = nl.links().get("br0").await.unwrap();
            assert_eq!(br0.mtu, Some(1400));
            assert!(nl.links().add(&Link::bridge("br0")).await.unwrap_err().is_exists());
            nl.links().up("br0").await.unwrap();
            nl.addrs().add(&Address::new("192.0.2.1/24".parse().unwrap(), br0.index)).await.unwrap();
            let made = nl.links().add_get(&Link::bridge("br1")).await.unwrap();
            let list = nl.links().list(&LinkFilter::new().kind("bridge")).await.unwrap();
            assert_eq!(list.into_vec().unwrap().len(), 2);
            let mut names = Vec::new();
            let scan = nl.links().scan(&LinkFilter::new(), |link| names.push(link.name().unwrap().unwrap().to_string()));
            assert_eq!(scan.await.unwrap().into_count().unwrap(), 3);
            assert_eq!(names, ["lo", "br0", "br1"]);
            let batch = nl.batch();
            let up = batch.links().up(made.index);
            let none = batch.links().get("none");
            let mut done = batch.commit().await.unwrap();
            done.take(up).unwrap();
            assert!(done.take(none).unwrap_err().is_not_found());
        });
    }

    fn a_handle_serves_one_runtime_after_another(blocking) {
        let _ = blocking;
        let nl = Netlink::new();
        for _ in 0..3 {
            runtime().block_on(async {
                nl.links().up("lo").await.unwrap();
                assert!(nl.links().get("lo").await.unwrap().is_loopback());
            });
        }
    }

    fn many_tasks_on_one_handle(blocking) {
        let _ = blocking;
        runtime().block_on(async {
            let nl = Netlink::new().with_in_flight(16);
            let tasks: Vec<_> = (0..32u32).map(|number| {
                let nl = nl.clone();
                tokio::spawn(async move {
                    let name = format!("b{number}");
                    for _ in 0..3 {
                        let index = nl.links().add_get(&Link::bridge(&name)).await.unwrap().index;
                        assert_eq!(nl.links().get(&name).await.unwrap().index, index);
                        assert_eq!(nl.links().get(index).await.unwrap().name.unwrap(), name.as_str());
                        nl.links().delete(index).await.unwrap();
                        assert!(nl.links().get(&name).await.unwrap_err().is_not_found());
                    }
                })
            }).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    }

    fn abandoned_calls_disturb_nobody(blocking) {
        blocking.links().add(&Link::bridge("br0")).unwrap();
        let index = blocking.links().get("br0").unwrap().index;
        blocking.links().up("br0").unwrap();
        let batch = blocking.batch();
        for number in 0..3000u32 {
            let to = ipnet::IpNet::new(std::net::Ipv4Addr::from(0x0a00_0000 + number).into(), 32).unwrap();
            let _ = batch.routes().add(&Route::to(to).dev(index));
        }
        batch.commit().unwrap().all().unwrap();
        runtime().block_on(async {
            let nl = Netlink::new().with_in_flight(4);
            for round in 0..200u64 {
                // A long dump is given up at a different place each time.
                let dump = tokio::spawn(nl.routes().list(&Default::default()));
                tokio::time::sleep(Duration::from_micros(round * 20)).await;
                dump.abort();
                let _ = dump.await;
                assert_eq!(nl.links().get("br0").await.unwrap().index, index);
            }
            let all = nl.routes().list(&Default::default()).await.unwrap().into_vec().unwrap();
            assert!(all.len() >= 3000);
        });
    }

    fn events_and_whoever_polled_last(blocking) {
        runtime().block_on(async {
            let nl = Netlink::new();
            let events = nl.subscribe(&Groups::new().links()).unwrap();
            let events = Arc::new(tokio::sync::Mutex::new(events));
            // The first to wait is aborted; its waker must not be the one that is called.
            let first = {
                let events = events.clone();
                tokio::spawn(async move { events.lock().await.next().await.map(drop) })
            };
            tokio::time::sleep(Duration::from_millis(20)).await;
            first.abort();
            assert!(first.await.unwrap_err().is_cancelled());
            let second = {
                let events = events.clone();
                tokio::spawn(async move { events.lock().await.next().await })
            };
            tokio::time::sleep(Duration::from_millis(20)).await;
            blocking.links().add(&Link::bridge("br0")).unwrap();
            let notice = tokio::time::timeout(Duration::from_secs(5), second).await.unwrap().unwrap().unwrap();
            assert!(matches!(notice.event, Event::Link(Change::New, _)));
        });
    }

    fn a_mirror(blocking) {
        runtime().block_on(async {
            let nl = Netlink::new();
            let mut mirror = nl.mirror(Links::new()).await.unwrap();
            blocking.links().add(&Link::bridge("br0")).unwrap();
            let changes = tokio::time::timeout(Duration::from_secs(5), mirror.update()).await.unwrap().unwrap();
            assert_eq!(changes.len(), 1);
            assert_eq!(mirror.table().len(), 2);
        });
    }

    fn a_deadline_spares_what_is_quick(blocking) {
        let _ = blocking;
        runtime().block_on(async {
            let nl = Netlink::new().with_timeout(Duration::from_secs(5));
            nl.links().up("lo").await.unwrap();
            assert!(nl.links().list(&LinkFilter::new()).await.unwrap().is_complete());
        });
    }
}
