//! What only futures can meet: cancellation, queues, turns.

use super::*;

#[test]
fn a_deadline_before_the_request_was_sent() {
    fn silent(_: &Seen<'_>) -> Vec<Answer> {
        vec![Answer::Never]
    }
    // One call holds the only place; the other waits for it in vain.
    let nl = netlink::tokio::Netlink::over(script(&[silent])).with_in_flight(1);
    let hurried = nl.with_timeout(Duration::from_millis(20));
    runtime().block_on(async {
        let first = tokio::spawn(nl.links().up("a"));
        tokio::task::yield_now().await;
        let error = hurried.links().up("b").await.unwrap_err();
        assert!(error.is_timeout() && !error.may_have_happened(), "{error}");
        first.abort();
    });
}

#[test]
fn cancelled_at_every_await() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    // Answers come after so many fruitless looks; each is a place to give up.
    fn slow(seen: &Seen<'_>) -> Vec<Answer> {
        let mut answers = vec![Answer::Later; 3];
        answers.push(Answer::Datagram(link(seen, MsgFlags::empty(), 1)));
        answers
    }
    let rt = runtime();
    let _inside = rt.enter();
    let nl = netlink::tokio::Netlink::over(script(&[slow])).with_in_flight(1);
    for polls in 0..6 {
        {
            let mut call = pin!(nl.links().get("l1"));
            let mut cx = Context::from_waker(Waker::noop());
            for _ in 0..polls {
                if let Poll::Ready(link) = call.as_mut().poll(&mut cx) {
                    assert_eq!(link.unwrap().index, 1);
                    break;
                }
            }
        }
        // The only place is free again, and what was left of the answer disturbs nobody.
        let next = rt.block_on(nl.links().get("l1")).unwrap();
        assert_eq!(next.index, 1);
    }
}

#[test]
fn the_queue_for_a_place_is_fair() {
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = order.clone();
    let script = Script::new(move |seen| {
        noted.lock().unwrap().push(seen.datagram.to_vec());
        Ok(vec![Answer::Later, Answer::Datagram(seen.ack())])
    });
    let nl = netlink::tokio::Netlink::over(script).with_in_flight(1);
    runtime().block_on(async {
        let tasks: Vec<_> = (0..20u32)
            .map(|index| tokio::spawn(nl.links().up(index + 1)))
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    let order = order.lock().unwrap();
    let indexes: Vec<u32> = order
        .iter()
        .map(|sent| u32::from_ne_bytes(sent[20..24].try_into().unwrap()))
        .collect();
    assert_eq!(indexes, (1..=20).collect::<Vec<_>>());
}

#[test]
fn a_long_dump_lets_others_have_their_turn() {
    fn long(seen: &Seen<'_>) -> Vec<Answer> {
        let parts = (1..=1000).map(|index| Answer::Datagram(link(seen, PART, index)));
        parts.chain([Answer::Datagram(seen.done(0))]).collect()
    }
    let nl = netlink::tokio::Netlink::over(script(&[long]));
    let turns = Arc::new(AtomicUsize::new(0));
    let counter = turns.clone();
    runtime().block_on(async {
        let other = tokio::spawn(async move {
            loop {
                counter.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
        let dump = nl.links().list(&LinkFilter::new()).await.unwrap();
        assert_eq!(dump.into_vec().unwrap().len(), 1000);
        other.abort();
    });
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns > 30, "the other task had {turns} turns");
}

#[test]
fn handles_are_shared() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<netlink::Netlink>();
    shared::<netlink::tokio::Netlink>();
    shared::<netlink::raw::Netlink>();
    fn spawnable<T: Send + 'static>(call: T) -> T {
        call
    }
    let nl = netlink::tokio::Netlink::over(script(&[|seen| data(seen.ack())]));
    drop(spawnable(nl.links().add(&Link::bridge("br0"))));
    drop(spawnable(nl.links().list(&LinkFilter::new())));
    drop(spawnable(nl.links().add_get(&Link::bridge("br0"))));
    drop(spawnable(nl.batch().commit()));
}
