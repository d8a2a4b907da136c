//! Idle connections by protocol, and idle buffers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::{Connection, REQUEST, SPILL};
use crate::batch::Room;
use crate::error::Result;
use crate::sys::Slot;
use crate::transport::{Options, Transports};

/// Idle sockets kept a protocol: as many as callers usually are at once. More are opened when needed
/// and closed after use.
const IDLE: usize = 8;

/// Idle rooms for batches: few programs make several at once.
const ROOMS: usize = 2;

/// The most room for one answer. Nothing the kernel sends comes near; a stand-in for it might lie.
const MOST: usize = 64 * 1024 * 1024;

/// The sockets and buffers of one handle and its clones.
#[derive(Debug)]
pub(super) struct Pool {
    transports: Arc<dyn Transports>,
    /// The connection that was used last. A thread that makes one call after another finds it without a lock.
    last: Slot<Connection>,
    idle: Mutex<Idle>,
    strict: AtomicBool,
    spill: AtomicUsize,
}

#[derive(Debug, Default)]
struct Idle {
    #[expect(
        clippy::vec_box,
        reason = "they come and go in boxes, by way of the slot"
    )]
    connections: Vec<Box<Connection>>,
    buffers: Vec<Vec<u8>>,
    rooms: Vec<Room>,
}

impl Idle {
    /// Whether there are few enough of a protocol to keep another one.
    fn has_place(&self, protocol: u16) -> bool {
        let all = self.connections.iter();
        all.filter(|known| known.protocol() == protocol).count() < IDLE
    }
}

impl Pool {
    pub(super) fn new(transports: Arc<dyn Transports>) -> Self {
        Self {
            transports,
            last: Slot::new(),
            idle: Mutex::default(),
            // Every kernel since 4.20; the first socket tells.
            strict: AtomicBool::new(true),
            spill: AtomicUsize::new(SPILL),
        }
    }

    pub(super) fn transports(&self) -> &dyn Transports {
        &*self.transports
    }

    /// Whether the kernel checks strictly, as far as is known.
    pub(super) fn is_strict(&self) -> bool {
        self.strict.load(Ordering::Relaxed)
    }

    /// Makes the connections of the future take answers of so many bytes.
    pub(super) fn make_room(&self, need: usize) {
        let spill = need.min(MOST).next_power_of_two();
        if spill > self.spill.fetch_max(spill, Ordering::Relaxed) {
            self.lock().connections.clear();
            drop(self.last.take());
        }
    }

    /// A connection nobody else uses.
    pub(super) fn take(&self, protocol: u16) -> Result<Box<Connection>> {
        if let Some(connection) = self.idle(protocol) {
            return Ok(connection);
        }
        let transport = self.transports.open(&Options::new(protocol))?;
        let spill = self.spill.load(Ordering::Relaxed);
        let connection = Box::new(Connection::new(transport, protocol, spill));
        if protocol == ROUTE {
            self.strict.store(connection.is_strict(), Ordering::Relaxed);
        }
        Ok(connection)
    }

    fn idle(&self, protocol: u16) -> Option<Box<Connection>> {
        match self.last.take() {
            Some(last) if last.protocol() == protocol => return Some(last),
            Some(other) => self.put_aside(other),
            None => {}
        }
        let mut all = self.lock();
        let mut known = all.connections.iter();
        let at = known.rposition(|known| known.protocol() == protocol)?;
        Some(all.connections.remove(at))
    }

    /// The connection that was used last, whatever its protocol: most programs have one protocol at a time.
    #[inline]
    pub(super) fn take_last(&self) -> Option<Box<Connection>> {
        self.last.take().or_else(|| self.take_aside())
    }

    /// One that was put aside: another thread has the last one.
    #[cold]
    fn take_aside(&self) -> Option<Box<Connection>> {
        self.lock().connections.pop()
    }

    /// Gives back a connection with nothing of an exchange left in it.
    #[inline]
    pub(super) fn give_back(&self, connection: Box<Connection>) {
        if let Some(before) = self.last.put(connection) {
            self.put_aside(before);
        }
    }

    /// Keeps a connection for when the last one does not do.
    #[cold]
    pub(super) fn put_aside(&self, connection: Box<Connection>) {
        let mut all = self.lock();
        if all.connections.len() < IDLE || all.has_place(connection.protocol()) {
            all.connections.push(connection);
        }
    }

    /// An empty buffer for a request.
    pub(super) fn buffer(&self) -> Vec<u8> {
        let idle = self.lock().buffers.pop();
        idle.unwrap_or_else(|| Vec::with_capacity(REQUEST))
    }

    /// Gives back a buffer.
    pub(super) fn give_back_buffer(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut all = self.lock();
        if all.buffers.len() < IDLE {
            all.buffers.push(buffer);
        }
    }

    /// Room for the requests of a batch.
    pub(super) fn room(&self) -> Room {
        self.lock().rooms.pop().unwrap_or_default()
    }

    /// Gives it back. To grow it anew for each batch costs a few percent of a large one.
    pub(super) fn give_back_room(&self, mut room: Room) {
        if !room.empty() {
            return;
        }
        let mut all = self.lock();
        if all.rooms.len() < ROOMS {
            all.rooms.push(room);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        // Nothing that can panic happens under the lock, and the lists are whole at any time.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The only protocol that knows strict checking.
const ROUTE: u16 = crate::generated::route::RouteMessage::GET_LINK.protocol;
