//! Playing a conversation back: [`Replayer`].

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::tape::{Direction, Tape, unhex};
use super::{Options, Received, Transport, Transports};
use crate::conn::messages;
use crate::error::{Error, Result};
use crate::generated::core::MsgHdr;
use crate::netns::NetNs;
use crate::wire::Layout;

/// Transports that answer each request as in a recorded conversation, without a kernel and without
/// privileges.
///
/// A request must be one that was recorded, apart from sequence numbers and port ids, and is answered
/// once. Requests may come in another order than in the recording, but what they ask for must be the
/// same: a test fails where the program asks for something else than it did.
///
/// ```
/// use netlink::Netlink;
/// use netlink::transport::Replayer;
///
/// # let line = concat!(
/// #     r#"{"protocol":0,"exchange":[{"dir":"send","hex":"28000000130005000100000000000000"#,
/// #     r#"00000000000000000000000000000000070003006c6f0000"},"#,
/// #     r#"{"dir":"recv","hex":"240000000200000101000000010000000000000028000000130005000100000000000000"}]}"#,
/// # );
/// let replayer = Replayer::from_line(line)?;
/// let nl = Netlink::over(replayer.clone());
/// // … the program under test …
/// println!("{} requests were not made", replayer.left());
/// # Ok::<(), netlink::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Replayer {
    state: Arc<Mutex<Vec<Round>>>,
    events: Arc<Mutex<VecDeque<Recorded>>>,
    ports: Arc<AtomicU32>,
}

/// A request and what came after it on the same socket.
#[derive(Clone, Debug)]
struct Round {
    protocol: u16,
    request: Vec<u8>,
    answers: VecDeque<Recorded>,
    used: bool,
}

#[derive(Clone, Debug)]
enum Recorded {
    Datagram { bytes: Vec<u8>, received: Received },
    Errno(i32),
}

impl Replayer {
    /// The conversation in a file of one line.
    ///
    /// # Errors
    /// The file cannot be read, or as [`from_line`](Self::from_line).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let text = fs::read_to_string(path)
            .map_err(|error| Error::io("cannot read a recording", error))?;
        Self::from_line(text.lines().next().unwrap_or_default())
    }

    /// The conversation in a line of JSON; see [`Recorder`](super::Recorder) for the form.
    ///
    /// # Errors
    /// The line is no recording, or says that something is missing from it (`elided`, `truncated`, a
    /// `real_len`).
    pub fn from_line(line: &str) -> Result<Self> {
        let tape: Tape = serde_json::from_str(line).map_err(|error| bad(&error.to_string()))?;
        if tape.elided.is_some() {
            return Err(bad("parts of it were left out (`elided`)"));
        }
        if tape.truncated {
            return Err(bad("it was cut (`truncated`)"));
        }
        let mut rounds: Vec<(Option<u32>, Round)> = Vec::new();
        let mut events = VecDeque::new();
        for buffer in tape.exchange {
            let bytes = unhex(&buffer.hex).ok_or_else(|| bad("a buffer is no hexadecimal text"))?;
            match buffer.dir {
                Direction::Ioctl => return Err(bad("it has ioctls, which are no datagrams")),
                Direction::Send => {
                    let protocol = buffer.proto.or(tape.protocol);
                    let round = Round {
                        protocol: protocol.ok_or_else(|| bad("a request has no protocol"))?,
                        request: bytes,
                        answers: VecDeque::new(),
                        used: false,
                    };
                    rounds.push((buffer.sock, round));
                }
                Direction::Recv => {
                    if buffer.real_len.is_some_and(|len| len > bytes.len()) {
                        return Err(bad("the end of a datagram is missing (`real_len`)"));
                    }
                    let received = Received {
                        sender: buffer.from_pid.unwrap_or_default(),
                        nsid: buffer.nsid,
                        ..Received::whole(bytes.len())
                    };
                    let recorded = match buffer.errno {
                        Some(errno) => Recorded::Errno(errno),
                        None => Recorded::Datagram { bytes, received },
                    };
                    let mut last_first = rounds.iter_mut().rev();
                    match last_first.find(|(sock, _)| *sock == buffer.sock) {
                        Some((_, round)) => round.answers.push_back(recorded),
                        None => events.push_back(recorded),
                    }
                }
            }
        }
        Ok(Self {
            state: Arc::new(Mutex::new(
                rounds.into_iter().map(|(_, round)| round).collect(),
            )),
            events: Arc::new(Mutex::new(events)),
            ports: Arc::new(AtomicU32::new(1)),
        })
    }

    /// How many of the recorded requests were not made yet.
    pub fn left(&self) -> usize {
        lock(&self.state).iter().filter(|round| !round.used).count()
    }
}

fn bad(why: &str) -> Error {
    Error::invalid("a recording", why)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that can panic happens under the lock.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Transports for Replayer {
    fn open(&self, options: &Options) -> Result<Box<dyn Transport>> {
        Ok(Box::new(Replaying {
            replayer: self.clone(),
            protocol: options.protocol,
            subscribed: !options.groups.is_empty(),
            port: self.ports.fetch_add(1, Ordering::Relaxed),
            queue: VecDeque::new(),
        }))
    }

    fn elsewhere(&self, _: &NetNs) -> Result<Arc<dyn Transports>> {
        Ok(Arc::new(self.clone()))
    }
}

#[derive(Debug)]
struct Replaying {
    replayer: Replayer,
    protocol: u16,
    subscribed: bool,
    port: u32,
    queue: VecDeque<Recorded>,
}

impl Transport for Replaying {
    fn port(&self) -> u32 {
        self.port
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        let mut rounds = lock(&self.replayer.state);
        let wanted = anonymous(datagram);
        let found = rounds.iter_mut().find(|round| {
            !round.used && round.protocol == self.protocol && anonymous(&round.request) == wanted
        });
        let Some(round) = found else {
            let next = rounds.iter().find(|round| !round.used);
            let next = next.map_or("nothing".to_owned(), |round| {
                super::tape::hex(&round.request)
            });
            let text = format!(
                "this request is not in the recording, which goes on with {next}: {}",
                super::tape::hex(datagram)
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        };
        round.used = true;
        let numbers: Vec<_> = sequences(&round.request).zip(sequences(datagram)).collect();
        let port = self.port;
        let answers = round.answers.iter().cloned().map(|mut recorded| {
            if let Recorded::Datagram { bytes, .. } = &mut recorded {
                renumber(bytes, &numbers, port);
            }
            recorded
        });
        self.queue = answers.collect();
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        let next = match self.subscribed {
            true => lock(&self.replayer.events).pop_front(),
            false => self.queue.pop_front(),
        };
        match next {
            Some(Recorded::Datagram { bytes, received }) => {
                for (to, from) in buffer.iter_mut().zip(&bytes) {
                    *to = *from;
                }
                let len = bytes.len().min(buffer.len());
                Ok(Received { len, ..received })
            }
            Some(Recorded::Errno(errno)) => Err(io::Error::from_raw_os_error(errno)),
            None if self.subscribed => Err(io::ErrorKind::WouldBlock.into()),
            None => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the recording has no further answer",
            )),
        }
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

/// The messages of a datagram without what differs each time. What follows the last message is what a
/// program left in its buffer.
fn anonymous(datagram: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for message in messages(datagram).map_while(Result::ok) {
        all.extend(message.kind().to_ne_bytes());
        let flags = message.flags().bits();
        // Whether an acknowledgement is asked for decides how the answer ends.
        all.extend(flags.to_ne_bytes());
        all.extend(
            u64::try_from(message.body().len())
                .unwrap_or(u64::MAX)
                .to_ne_bytes(),
        );
        all.extend(message.body());
    }
    all
}

fn sequences(datagram: &[u8]) -> impl Iterator<Item = u32> {
    messages(datagram)
        .map_while(Result::ok)
        .map(|message| message.sequence())
}

/// Gives the messages of an answer the numbers of the live request.
fn renumber(bytes: &mut [u8], numbers: &[(u32, u32)], port: u32) {
    let mut at = 0;
    while let Some(slot) = bytes
        .get_mut(at..)
        .filter(|slot| slot.len() >= MsgHdr::SIZE)
    {
        let mut header = MsgHdr::read(slot);
        let Some((_, live)) = numbers.iter().find(|(then, _)| *then == header.seq) else {
            return;
        };
        header.seq = *live;
        header.port = port;
        // The slot has room for a header: that was asked above.
        let _ = header.write(slot);
        let len = usize::try_from(header.len).unwrap_or(usize::MAX);
        let step = len.checked_next_multiple_of(4).unwrap_or(usize::MAX);
        at = at.saturating_add(step.max(MsgHdr::SIZE));
    }
}
