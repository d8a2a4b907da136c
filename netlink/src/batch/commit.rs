//! Sending a batch: [`Commit`].

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use super::outcome::Committed;
use super::{Entry, Queue, Room};
use crate::call::{Advance, Connection, Core, Progress};
use crate::conn::{Exchange, Message, Step, Until, messages};
use crate::error::{Error, Result};
use crate::sys;
use crate::transport::{Buffers, Inbox};

/// What an acknowledgement takes in the receive buffer at worst, as the kernel counts: the structure
/// of a packet (about 256 bytes) and a kilobyte for its data, which holds the header of the request,
/// the place of the attribute at fault, and a sentence.
const ACK_COST: usize = 256 + 1024;

/// What an object takes: interfaces are the largest, a few kilobytes unless they have virtual functions.
const OBJECT_COST: usize = 16 * 1024;

/// The most bytes in one send. More would not make fewer system calls that count.
const MOST: usize = 128 * 1024;

/// What the kernel keeps of the send buffer for itself.
const SEND_MARGIN: usize = 32;

/// Rounds before others have their turn.
const TURN: u32 = 8;

/// A batch on its way: what [`Batch::commit`](super::Batch::commit) carries on.
pub struct Commit {
    core: Core,
    queue: Queue,
    batch: u64,
    ack_all: bool,
    /// The first entry that was not sent yet.
    next: usize,
    window: Option<Window>,
    deadline: Option<Instant>,
    over: bool,
}

/// Requests that went out together.
struct Window {
    connection: Box<Connection>,
    first: usize,
    end: usize,
    /// Which were answered, by distance from the first.
    answered: Vec<bool>,
    /// Something that belongs to it was lost.
    dirty: bool,
}

impl std::fmt::Debug for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Commit({} of {})", self.next, self.queue.entries.len())
    }
}

impl Commit {
    pub(super) fn new(core: Core, queue: Queue, batch: u64, ack_all: bool) -> Self {
        Self {
            core,
            queue,
            batch,
            ack_all,
            next: 0,
            window: None,
            deadline: None,
            over: false,
        }
    }

    /// Sends as many of the requests that are left as may be in flight at once.
    fn send(&mut self) -> Result<()> {
        let first = self.next;
        let Some(entry) = self.queue.entries.get(first) else {
            return Ok(());
        };
        let protocol = entry.request.protocol();
        let mut connection = self.core.take(protocol)?;
        let end = self.window_end(first, protocol, &connection.buffers());
        let range = self.prepare(first, end, &mut connection)?;
        let bytes = self.queue.bytes.get(range).unwrap_or_default();
        self.next = end;
        match connection.send_datagram(bytes) {
            Ok(()) => {
                self.window = Some(Window {
                    connection,
                    first,
                    end,
                    answered: vec![false; end - first],
                    dirty: false,
                });
            }
            // Nothing of it reached the kernel. The others may still; it could be the size.
            Err(error) => {
                let code = error.raw_os_error();
                for entry in self.queue.entries.get(first..end).unwrap_or_default() {
                    let same = code.map_or(error.kind().into(), io::Error::from_raw_os_error);
                    fail(&mut self.queue.slots, entry, entry.request.unsent(same));
                }
            }
        }
        Ok(())
    }

    /// Where a window that starts at `first` ends.
    fn window_end(&self, first: usize, protocol: u16, buffers: &Buffers) -> usize {
        let most = MOST.min(buffers.send.saturating_sub(SEND_MARGIN));
        let entries = self.queue.entries.get(first..).unwrap_or_default();
        let start = entries.first().map_or(0, |entry| entry.request.start());
        let mut cost = 0;
        let mut end = first;
        for (distance, entry) in entries.iter().enumerate() {
            cost += match entry.request.is_silent() {
                true => ACK_COST,
                false => OBJECT_COST,
            };
            let bytes = self.end_of(first + distance) - start;
            let fits = cost <= buffers.receive && bytes <= most;
            if entry.request.protocol() != protocol || !(fits || distance == 0) {
                break;
            }
            end = first + distance + 1;
        }
        end
    }

    /// Where the bytes of an entry end.
    fn end_of(&self, entry: usize) -> usize {
        let next = self.queue.entries.get(entry + 1);
        next.map_or(self.queue.bytes.len(), |next| next.request.start())
    }

    /// Numbers the requests and asks for the acknowledgements that are needed.
    fn prepare(
        &mut self,
        first: usize,
        end: usize,
        connection: &mut Connection,
    ) -> Result<std::ops::Range<usize>> {
        let last_byte = self.end_of(end - 1);
        let Queue { entries, bytes, .. } = &mut self.queue;
        let port = connection.port();
        let window = entries.get_mut(first..end).unwrap_or_default();
        let count = window.len();
        let start = window
            .first()
            .map_or(last_byte, |entry| entry.request.start());
        for (distance, entry) in window.iter_mut().enumerate() {
            let ack = entry.request.until() == Until::Ack;
            let wanted = ack && (self.ack_all || distance + 1 == count);
            entry.sequence = connection.next_sequence();
            entry
                .request
                .stamp_with(bytes, entry.sequence, port, wanted)?;
        }
        Ok(start..last_byte)
    }

    /// Takes the answers that are there. `Some` when the window is over.
    fn receive(&mut self, window: &mut Window) -> Result<Received> {
        let mut inbox = window.connection.take_inbox();
        let received = self.receive_into(window, &mut inbox);
        window.connection.keep_inbox(inbox);
        received
    }

    fn receive_into(&mut self, window: &mut Window, inbox: &mut Inbox) -> Result<Received> {
        match window.connection.receive_many(inbox) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // What was lost may have been the last answer; the kernel has no more to say.
                return Ok(match window.dirty {
                    true => Received::All,
                    false => Received::Nothing,
                });
            }
            Err(error) if error.raw_os_error().is_some_and(sys::is::overrun) => {
                window.dirty = true;
                return Ok(Received::Some);
            }
            Err(error) => return Ok(Received::Broken(error)),
        }
        for (received, datagram) in inbox.datagrams() {
            if received.sender != 0 {
                continue;
            }
            window.dirty |= received.is_truncated();
            for message in messages(datagram) {
                match message {
                    Ok(message) => window.take(&mut self.queue, message),
                    // Nothing tells where the next message starts.
                    Err(_) => window.dirty = true,
                }
            }
        }
        Ok(match window.answered.last() {
            Some(true) => Received::All,
            _ => Received::Some,
        })
    }

    /// Settles what was not answered.
    fn close(&mut self, window: Window, unanswered: Option<&dyn Fn(&Entry) -> Error>) {
        let entries = self.queue.entries.get(window.first..window.end);
        let entries = entries.unwrap_or_default().iter().zip(&window.answered);
        for (entry, _) in entries.filter(|(_, answered)| !**answered) {
            if let Some(error) = unanswered {
                fail(&mut self.queue.slots, entry, error(entry));
            }
            // Else silence means that it was carried out; whether an object that was wanted came,
            // shows when the ticket is redeemed.
        }
        if unanswered.is_none() {
            self.core.give_back(window.connection);
        }
    }

    fn finish(&mut self) -> Committed {
        self.over = true;
        let Queue {
            bytes,
            entries,
            mut slots,
        } = std::mem::take(&mut self.queue);
        for entry in &entries {
            if let Some(slot) = slots.get_mut(entry.slot) {
                slot.operation = entry.request.operation();
            }
        }
        self.core.give_back_room(Room {
            bytes,
            entries,
            count: slots.len(),
        });
        let batch = self.batch;
        Committed { batch, slots }
    }

    fn time_is_over(&mut self) -> Committed {
        if let Some(window) = self.window.take() {
            self.close(window, Some(&|entry| entry.request.timeout(true)));
        }
        for entry in self.queue.entries.get(self.next..).unwrap_or_default() {
            fail(&mut self.queue.slots, entry, entry.request.timeout(false));
        }
        self.finish()
    }
}

/// What a receive came to.
enum Received {
    Nothing,
    Some,
    /// The window is over.
    All,
    Broken(io::Error),
}

impl Window {
    /// Takes one answer.
    fn take(&mut self, queue: &mut Queue, message: Message<'_>) {
        let Some(entry) = self.entry(queue, message.sequence()) else {
            return;
        };
        let distance = entry - self.first;
        let Queue {
            bytes,
            entries,
            slots,
        } = queue;
        let Some(entry) = entries.get(entry) else {
            return;
        };
        let Some(slot) = slots.get_mut(entry.slot) else {
            return;
        };
        let (request, port) = (&entry.request, self.connection.port());
        let mut exchange = Exchange::new(entry.sequence, port, request.until());
        let (object, last) = match exchange.take(0, message) {
            Step::Object(object) => (object, false),
            Step::Last(object) => (object, true),
            Step::End(end) => {
                match end.errno {
                    Some(errno) => {
                        slot.error = Some(request.refusal(bytes, errno, end.explanation));
                    }
                    None => slot.warning = request.warning(end.explanation).map(Into::into),
                }
                self.answer(distance);
                return;
            }
            Step::Overrun => {
                self.dirty = true;
                return;
            }
            Step::Malformed(error) => {
                slot.error = Some(request.malformed(error));
                self.answer(distance);
                return;
            }
            Step::Foreign(_) | Step::Nothing => return,
        };
        if let Some(Err(error)) = slot.replies.as_mut().map(|replies| replies.object(&object)) {
            slot.error = Some(request.malformed(error));
        }
        if last {
            self.answer(distance);
        }
    }

    fn answer(&mut self, distance: usize) {
        if let Some(answered) = self.answered.get_mut(distance) {
            *answered = true;
        }
    }

    /// The entry of this window with a sequence number.
    fn entry(&self, queue: &Queue, sequence: u32) -> Option<usize> {
        let entries = queue.entries.get(self.first..self.end)?;
        let is = |distance: &usize| {
            let entry = entries.get(*distance);
            entry.is_some_and(|entry| entry.sequence == sequence)
        };
        // The numbers follow each other, but for the one that is left out when they wrap.
        let start = entries.first()?.sequence;
        let guess = usize::try_from(sequence.wrapping_sub(start)).ok()?;
        let distance = [guess, guess.wrapping_sub(1)].into_iter().find(is)?;
        Some(self.first + distance)
    }
}

fn fail(slots: &mut [super::outcome::Slot], entry: &Entry, error: Error) {
    if let Some(slot) = slots.get_mut(entry.slot) {
        slot.error = Some(error);
    }
}

impl Advance for Commit {
    type Output = Committed;

    fn begin(&mut self) -> Option<Instant> {
        if self.deadline.is_none() {
            self.deadline = self.core.deadline();
        }
        self.deadline
    }

    fn advance(&mut self) -> Progress<Committed> {
        if self.over {
            return Progress::Done(Err(Error::invalid("a batch", "it is committed already")));
        }
        self.begin();
        for _ in 0..TURN {
            let Some(mut window) = self.window.take() else {
                if self.next >= self.queue.entries.len() {
                    return Progress::Done(Ok(self.finish()));
                }
                if self
                    .deadline
                    .is_some_and(|deadline| Instant::now() >= deadline)
                {
                    return Progress::Done(Ok(self.time_is_over()));
                }
                if let Err(error) = self.send() {
                    self.over = true;
                    return Progress::Done(Err(error));
                }
                continue;
            };
            match self.receive(&mut window) {
                Ok(Received::Some) => self.window = Some(window),
                Ok(Received::All) if window.dirty => {
                    self.close(
                        window,
                        Some(&|entry| entry.request.lost("receive buffer full")),
                    );
                }
                Ok(Received::All) => self.close(window, None),
                Ok(Received::Nothing) => {
                    let until = self.deadline;
                    self.window = Some(window);
                    if until.is_some_and(|deadline| Instant::now() >= deadline) {
                        return Progress::Done(Ok(self.time_is_over()));
                    }
                    return Progress::Wait {
                        readable: true,
                        until,
                    };
                }
                Ok(Received::Broken(error)) => {
                    let code = error.raw_os_error();
                    self.close(
                        window,
                        Some(&|entry| {
                            let same =
                                code.map_or(error.kind().into(), io::Error::from_raw_os_error);
                            entry.request.unreceived(same)
                        }),
                    );
                }
                Err(error) => return Progress::Done(Err(error)),
            }
        }
        Progress::Yield
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.window.as_ref()?.connection.fd()
    }

    fn too_late(&mut self) -> Error {
        match self.queue.entries.first() {
            Some(entry) => entry.request.timeout(false),
            None => Error::invalid("a batch", "it is committed already"),
        }
    }
}
