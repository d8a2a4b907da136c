//! Batches: what is lost, late, or carried out with a remark.

use super::*;

#[test]
fn an_overrun_while_batching() {
    // Of ten requests the second is refused, then something is lost, and with it the last answer.
    let lossy = || {
        Script::new(|seen| {
            let sequences: Vec<u32> = seen.messages().map(|message| message.sequence()).collect();
            let refusal = seen.error_for(sequences[1], libc::EEXIST);
            Ok(vec![
                Answer::Datagram(refusal),
                Answer::Errno(libc::ENOBUFS),
                Answer::Later,
            ])
        })
    };
    let check = |done: Result<netlink::batch::Committed>,
                 tickets: Vec<netlink::batch::Ticket<netlink::op::Done>>| {
        let mut done = done.unwrap();
        for ticket in tickets {
            let position = ticket.position();
            let error = done.take(ticket).unwrap_err();
            match position {
                1 => assert!(error.is_exists(), "{error}"),
                _ => assert!(
                    error.is_lost() && error.may_have_happened(),
                    "{position}: {error}"
                ),
            }
        }
        assert_eq!(done.failures().count(), 10);
    };
    macro_rules! batch {
        ($nl:ident, |$batch:ident| $commit:expr) => {{
            let $batch = $nl.batch();
            let tickets = (0..10).map(|_| $batch.links().up("l1")).collect();
            check($commit, tickets);
        }};
    }
    let nl = netlink::Netlink::over(lossy());
    batch!(nl, |batch| batch.commit());
    let nl = netlink::tokio::Netlink::over(lossy());
    batch!(nl, |batch| runtime().block_on(batch.commit()));
    let nl = netlink::raw::Netlink::over(lossy());
    batch!(nl, |batch| carry(batch.commit()));
}

#[test]
fn a_batch_whose_time_is_over() {
    let nl = netlink::Netlink::over(Script::new(|_| Ok(vec![Answer::Never])));
    let batch = nl.with_timeout(Duration::from_millis(20)).batch();
    let tickets: Vec<_> = (0..1000).map(|_| batch.links().up("l1")).collect();
    let mut done = batch.commit().unwrap();
    let mut sent = 0;
    for ticket in tickets {
        let error = done.take(ticket).unwrap_err();
        assert!(error.is_timeout(), "{error}");
        sent += usize::from(error.may_have_happened());
    }
    assert!(
        (1..1000).contains(&sent),
        "{sent} of the requests were sent"
    );
}

#[test]
fn remarks_on_what_was_carried_out() {
    // Every request is acknowledged, every second one with a sentence.
    let chatty = || {
        Script::new(|seen| {
            let acks = seen.messages().enumerate().map(|(position, message)| {
                assert!(message.flags().contains(MsgFlags::ACK));
                Answer::Datagram(match position % 2 {
                    0 => seen.error_for(message.sequence(), 0),
                    _ => explained_for(
                        seen,
                        message.sequence(),
                        ControlType::ERROR,
                        0,
                        "deprecated",
                    ),
                })
            });
            Ok(acks.collect())
        })
    };
    let nl = netlink::Netlink::over(chatty());
    let batch = nl.batch().ack_all();
    for _ in 0..10 {
        let _ = batch.links().up("l1");
    }
    let done = batch.commit().unwrap();
    done.all().unwrap();
    let remarks: Vec<_> = done.warnings().collect();
    assert_eq!(
        remarks,
        [1, 3, 5, 7, 9].map(|position| (position, "deprecated"))
    );
}
