//! Writing a conversation down: [`Recorder`].

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::tape::{Buffer, Direction, Tape, hex};
use super::{Buffers, Inbox, Kernel, Options, Received, Transport, Transports};
use crate::error::{Error, Result};
use crate::netns::NetNs;

/// Transports that write down what passes, for a [`Replayer`](super::Replayer).
///
/// The file is one JSON object on one line, with the fields `cmd`, `protocol` and `exchange`; each
/// element of `exchange` is a datagram, with `dir` (`send`, `recv`), `hex`, `proto` (the C name), `sock`, and where
/// they say something `from_pid`, `real_len`, `nsid` and `errno`.
///
/// ```no_run
/// use netlink::Netlink;
/// use netlink::transport::Recorder;
///
/// let recorder = Recorder::new("list the links");
/// let nl = Netlink::over(recorder.clone());
/// nl.links().list(&Default::default())?;
/// recorder.save("tests/links.jsonl")?;
/// # Ok::<(), netlink::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    inner: Arc<dyn Transports>,
    tape: Arc<Mutex<Tape>>,
    sockets: Arc<AtomicU32>,
}

impl Recorder {
    /// Records what passes between the kernel and a handle. `title` is for people.
    pub fn new(title: &str) -> Self {
        Self::over(title, Kernel::new())
    }

    /// Records what passes through other transports.
    pub fn over(title: &str, inner: impl Transports + 'static) -> Self {
        let tape = Tape {
            cmd: title.to_owned(),
            ..Tape::default()
        };
        Self {
            inner: Arc::new(inner),
            tape: Arc::new(Mutex::new(tape)),
            sockets: Arc::default(),
        }
    }

    /// What was recorded so far, as one line.
    pub fn to_line(&self) -> String {
        self.lock().to_line()
    }

    /// Writes what was recorded so far to a file.
    ///
    /// # Errors
    /// Those of writing a file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let line = self.to_line();
        let write = || {
            let mut file = File::create(path)?;
            file.write_all(line.as_bytes())?;
            file.write_all(b"\n")
        };
        write().map_err(|error| Error::io("cannot write a recording", error))
    }

    fn lock(&self) -> MutexGuard<'_, Tape> {
        // A tape is whole at any time.
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transports for Recorder {
    fn open(&self, options: &Options) -> Result<Box<dyn Transport>> {
        Ok(Box::new(Recording {
            inner: self.inner.open(options)?,
            recorder: self.clone(),
            protocol: options.protocol,
            socket: self.sockets.fetch_add(1, Ordering::Relaxed),
        }))
    }

    fn elsewhere(&self, namespace: &NetNs) -> Result<Arc<dyn Transports>> {
        let inner = self.inner.elsewhere(namespace)?;
        Ok(Arc::new(Self {
            inner,
            ..self.clone()
        }))
    }
}

#[derive(Debug)]
struct Recording {
    inner: Box<dyn Transport>,
    recorder: Recorder,
    protocol: u16,
    socket: u32,
}

impl Recording {
    fn note(&self, dir: Direction, bytes: &[u8], change: impl FnOnce(&mut Buffer)) {
        let mut buffer = Buffer {
            dir,
            hex: hex(bytes),
            proto: Some(self.protocol),
            sock: Some(self.socket),
            ..Buffer::default()
        };
        change(&mut buffer);
        let mut tape = self.recorder.lock();
        tape.protocol.get_or_insert(self.protocol);
        tape.exchange.push(buffer);
    }

    fn note_received(&self, received: &Received, bytes: &[u8]) {
        self.note(Direction::Recv, bytes, |buffer| {
            buffer.from_pid = (received.sender != 0).then_some(received.sender);
            buffer.real_len = received.is_truncated().then_some(received.full);
            buffer.nsid = received.nsid;
        });
    }

    fn note_error(&self, error: &io::Error) {
        if error.kind() != io::ErrorKind::WouldBlock {
            self.note(Direction::Recv, &[], |buffer| {
                buffer.errno = error.raw_os_error()
            });
        }
    }
}

impl Transport for Recording {
    fn port(&self) -> u32 {
        self.inner.port()
    }

    fn is_strict(&self) -> bool {
        self.inner.is_strict()
    }

    fn buffers(&self) -> Buffers {
        self.inner.buffers()
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        // First: what answers it may be there before the send returns, for another thread to take.
        self.note(Direction::Send, datagram, |_| {});
        self.inner.send(datagram)
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        let received = self.inner.receive(buffer);
        match &received {
            Ok(received) => {
                self.note_received(received, buffer.get(..received.len).unwrap_or_default());
            }
            Err(error) => self.note_error(error),
        }
        received
    }

    fn receive_many(&mut self, inbox: &mut Inbox) -> io::Result<()> {
        let outcome = self.inner.receive_many(inbox);
        match &outcome {
            Ok(()) => {
                for (received, bytes) in inbox.datagrams() {
                    self.note_received(received, bytes);
                }
            }
            Err(error) => self.note_error(error),
        }
        outcome
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.inner.fd()
    }
}
