//! What all handles are made of: where connections come from, and how patient calls are.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pool::Pool;
use super::{Call, Connection, ListWork, ScanWork, SingleWork, StepsWork, Stream};
use crate::batch::Room;
use crate::error::Result;
use crate::exec::{Flow, Procedure};
use crate::list::Listing;
use crate::netns::NetNs;
use crate::op::Operation;
use crate::transport::{Options, Transport, Transports};
use crate::wire::Value;

/// How often a dump is tried before its result is handed out as interrupted.
const ATTEMPTS: u32 = 10;

/// What takes warnings: operation and text.
pub(crate) type Warnings = Arc<dyn Fn(&'static str, &str) + Send + Sync>;

/// What a handle and its clones share, and the settings of this one.
#[derive(Clone)]
pub(crate) struct Core {
    pub(super) pool: Arc<Pool>,
    pub(super) timeout: Option<Duration>,
    attempts: Option<u32>,
    warnings: Option<Warnings>,
}

/// So long from now; a limit beyond the clock's range is none.
fn from_now(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("pool", &self.pool)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Core {
    pub(crate) fn new(transports: Arc<dyn Transports>) -> Self {
        Self {
            pool: Arc::new(Pool::new(transports)),
            timeout: None,
            attempts: None,
            warnings: None,
        }
    }

    /// The same settings in another namespace.
    pub(crate) fn elsewhere(&self, namespace: &NetNs) -> Result<Self> {
        let pool = Arc::new(Pool::new(self.pool.transports().elsewhere(namespace)?));
        Ok(Self {
            pool,
            ..self.clone()
        })
    }

    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    pub(crate) fn set_attempts(&mut self, attempts: u32) {
        self.attempts = Some(attempts.max(1));
    }

    pub(crate) fn set_warnings(&mut self, hook: Warnings) {
        self.warnings = Some(hook);
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempts.unwrap_or(ATTEMPTS)
    }

    #[inline]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.timeout.and_then(from_now)
    }

    pub(crate) fn warn(&self, operation: &'static str, text: &str) {
        if let Some(hook) = &self.warnings {
            hook(operation, text);
        }
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.pool.is_strict()
    }

    pub(crate) fn take(&self, protocol: u16) -> Result<Box<Connection>> {
        self.pool.take(protocol)
    }

    pub(crate) fn give_back(&self, connection: Box<Connection>) {
        self.pool.give_back(connection);
    }

    pub(crate) fn make_room(&self, need: usize) {
        self.pool.make_room(need);
    }

    pub(crate) fn buffer(&self) -> Vec<u8> {
        self.pool.buffer()
    }

    pub(crate) fn give_back_buffer(&self, buffer: Vec<u8>) {
        self.pool.give_back_buffer(buffer);
    }

    /// Room for the requests of a batch.
    pub(crate) fn room(&self) -> Room {
        self.pool.room()
    }

    pub(crate) fn give_back_room(&self, room: Room) {
        self.pool.give_back_room(room);
    }

    /// A transport that is not for calls.
    pub(crate) fn open(&self, options: &Options) -> Result<Box<dyn Transport>> {
        self.pool.transports().open(options)
    }

    pub(crate) fn single<O: Operation>(&self, operation: O) -> Call<SingleWork<O::Replies>> {
        let mut buf = self.buffer();
        let work = SingleWork::new(operation.request(&mut buf));
        Call::new(self.clone(), work, buf)
    }

    pub(crate) fn list<L: Listing>(&self, listing: L) -> Call<ListWork<L>> {
        Call::new(self.clone(), ListWork::new(listing), self.buffer())
    }

    pub(crate) fn scan<L, F, R>(&self, listing: L, each: F) -> Call<ScanWork<L, F, R>>
    where
        L: Listing,
        F: FnMut(<L::Item as Value>::View<'_>) -> R,
        R: Into<Flow>,
    {
        Call::new(self.clone(), ScanWork::new(listing, each), self.buffer())
    }

    pub(crate) fn stream<L: Listing>(&self, listing: L) -> Stream<L> {
        let work = Stream::work(listing);
        Stream::new(Call::new(self.clone(), work, self.buffer()))
    }

    pub(crate) fn steps<P: Procedure>(&self, procedure: P) -> Call<StepsWork<P>> {
        Call::new(self.clone(), StepsWork::new(procedure), self.buffer())
    }
}
