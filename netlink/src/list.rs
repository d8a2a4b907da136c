//! Lists: what they ask ([`Listing`]), what they show ([`Dump`]), and how much to trust it
//! ([`DumpState`]).

use std::fmt;

use crate::conn::{Message, Request};
use crate::error::{Errno, Error, Kind, Result};
use crate::wire::{Cx, DecodeError, Value};

/// A request for many objects, with the filter that decides which of them are wanted.
///
/// The kernel filters where it can, and the library filters again: an answer says that some filter
/// was applied, but not which.
pub trait Listing: Send + 'static {
    /// What is listed.
    type Item: Value + Send + 'static;

    /// Appends the request to `buf`. A kernel that does not check requests strictly also does not
    /// filter by them, and may want another form.
    ///
    /// # Errors
    /// A filter that cannot be encoded.
    fn request(&self, buf: &mut Vec<u8>, strict: bool) -> Result<Request>;

    /// Whether an object is wanted.
    ///
    /// # Errors
    /// The object is malformed.
    fn keeps(&self, view: &<Self::Item as Value>::View<'_>) -> Result<bool, DecodeError>;

    /// Whether this refusal means that there is nothing to list.
    fn is_empty(&self, errno: Errno) -> bool {
        let _ = errno;
        false
    }
}

/// What a list shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dump<T> {
    /// The objects, in the kernel's order.
    pub items: Vec<T>,
    /// Messages that could not be decoded; the others are complete without them.
    pub undecodable: Vec<Undecodable>,
    /// Whether this is everything.
    pub state: DumpState,
    operation: &'static str,
}

/// What a scan saw.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scanned {
    /// How many objects were handed out.
    pub count: usize,
    /// Messages that could not be decoded.
    pub undecodable: Vec<Undecodable>,
    /// Whether this was everything.
    pub state: DumpState,
    operation: &'static str,
}

/// How a dump ended.
#[derive(Clone, Debug)]
pub enum DumpState {
    /// All there was at one point in time.
    Complete,
    /// Something changed while the kernel was at it, and again in each of so many attempts: objects
    /// may be missing or stand twice.
    Interrupted {
        /// How often the dump was tried.
        attempts: u32,
    },
    /// The dump broke off.
    Failed(Error),
    /// The scan was told to stop.
    Stopped,
}

/// A message that could not be decoded.
#[derive(Clone, PartialEq)]
pub struct Undecodable {
    /// The message type.
    pub kind: u16,
    /// The message body.
    pub raw: Vec<u8>,
    /// What is wrong with it, and where.
    pub error: DecodeError,
}

impl fmt::Debug for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Undecodable(type {}, {} bytes: {})",
            self.kind,
            self.raw.len(),
            self.error
        )
    }
}

impl<T> Dump<T> {
    /// The objects, if they are all there is.
    ///
    /// # Errors
    /// The dump broke off, was interrupted in each attempt, or holds messages that do not decode.
    pub fn into_vec(self) -> Result<Vec<T>> {
        check(self.operation, self.state, &self.undecodable)?;
        Ok(self.items)
    }

    /// Whether the objects are all there is.
    pub fn is_complete(&self) -> bool {
        matches!(self.state, DumpState::Complete) && self.undecodable.is_empty()
    }
}

impl Scanned {
    /// How many objects were handed out, if that was all or the scan was told to stop.
    ///
    /// # Errors
    /// As [`Dump::into_vec`].
    pub fn into_count(self) -> Result<usize> {
        check(self.operation, self.state, &self.undecodable)?;
        Ok(self.count)
    }
}

fn check(operation: &'static str, state: DumpState, undecodable: &[Undecodable]) -> Result<()> {
    match state {
        DumpState::Complete | DumpState::Stopped => {}
        DumpState::Interrupted { attempts } => {
            return Err(Kind::Interrupted {
                operation,
                attempts,
            }
            .into());
        }
        DumpState::Failed(error) => return Err(error),
    }
    match undecodable.first() {
        None => Ok(()),
        Some(first) => {
            let (count, source) = (undecodable.len(), first.error.clone());
            Err(Kind::Undecodable {
                operation,
                count,
                source,
            }
            .into())
        }
    }
}

/// Collects the answers to a listing; what every executor's `list` and `scan` are made of.
#[derive(Debug)]
pub struct Collector<L> {
    listing: L,
    kind: Option<u16>,
    undecodable: Vec<Undecodable>,
}

impl<L: Listing> Collector<L> {
    /// Nothing collected yet.
    pub fn new(listing: L) -> Self {
        Self {
            listing,
            kind: None,
            undecodable: Vec::new(),
        }
    }

    /// Appends the request and forgets what was collected before.
    ///
    /// # Errors
    /// A filter that cannot be encoded.
    pub fn request(&mut self, buf: &mut Vec<u8>, strict: bool) -> Result<Request> {
        let request = self.listing.request(buf, strict)?;
        self.kind = request.message().answer;
        self.clear();
        Ok(request)
    }

    /// Forgets what was collected.
    pub fn clear(&mut self) {
        self.undecodable.clear();
    }

    /// The view of a message, if it is an object of the list and wanted.
    #[inline]
    pub fn view<'d>(&mut self, message: &Message<'d>) -> Option<<L::Item as Value>::View<'d>> {
        let view = self.listed(message)?;
        self.keeps(message, &view).then_some(view)
    }

    /// Whether a message is an object of the list and wanted. To hand out the view as well costs more than to make it.
    fn wants(&mut self, message: &Message<'_>) -> bool {
        match self.listed(message) {
            Some(view) => self.keeps(message, &view),
            None => false,
        }
    }

    /// The view of a message, if it is an object of the list. Were this a call, the view would go through memory, and so below.
    #[inline(always)]
    fn listed<'d>(&mut self, message: &Message<'d>) -> Option<<L::Item as Value>::View<'d>> {
        if self.kind.is_some_and(|kind| kind != message.kind()) {
            return None;
        }
        match L::Item::view(message.body(), Cx::from_kernel()) {
            Ok(view) => Some(view),
            Err(error) => {
                self.put_aside(message, error);
                None
            }
        }
    }

    #[inline(always)]
    fn keeps(&mut self, message: &Message<'_>, view: &<L::Item as Value>::View<'_>) -> bool {
        match self.listing.keeps(view) {
            Ok(keeps) => keeps,
            Err(error) => {
                self.put_aside(message, error);
                false
            }
        }
    }

    /// The object in a message, if it is one of the list and wanted.
    pub fn item(&mut self, message: &Message<'_>) -> Option<L::Item> {
        let mut item = None;
        self.item_to(message, &mut item);
        item
    }

    /// Puts the object in a message into a place, if it is one of the list and wanted.
    pub(crate) fn item_to(&mut self, message: &Message<'_>, place: &mut Option<L::Item>) {
        if self.wants(message) {
            let decoded = L::Item::decode_to(place, message.body(), Cx::from_kernel());
            if let Err(error) = decoded {
                self.put_aside(message, error);
            }
        }
    }

    /// Adds the object in a message to a list, if it is wanted.
    pub(crate) fn push_item(&mut self, message: &Message<'_>, items: &mut Vec<L::Item>) {
        if self.wants(message) {
            let decoded = L::Item::decode_push(items, message.body(), Cx::from_kernel());
            if let Err(error) = decoded {
                self.put_aside(message, error);
            }
        }
    }

    #[cold]
    fn put_aside(&mut self, message: &Message<'_>, error: DecodeError) {
        let (kind, raw) = (message.kind(), message.body().to_vec());
        self.undecodable.push(Undecodable { kind, raw, error });
    }

    /// Whether a refusal means that there is nothing to list.
    pub fn is_empty(&self, error: &Error) -> bool {
        error
            .errno()
            .is_some_and(|errno| self.listing.is_empty(errno))
    }

    /// The list.
    pub fn dump(
        &mut self,
        request: &Request,
        items: Vec<L::Item>,
        state: DumpState,
    ) -> Dump<L::Item> {
        let operation = request.operation();
        Dump {
            items,
            undecodable: std::mem::take(&mut self.undecodable),
            state,
            operation,
        }
    }

    /// The end of a scan.
    pub fn scanned(&mut self, request: &Request, count: usize, state: DumpState) -> Scanned {
        let operation = request.operation();
        Scanned {
            count,
            undecodable: std::mem::take(&mut self.undecodable),
            state,
            operation,
        }
    }
}
