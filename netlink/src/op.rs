//! What a verb asks of an executor: [`Operation`], one request whose answers become one value.
//!
//! The request is encoded when the verb is called, so what it borrows may be a temporary; only the
//! [`Replies`], which own all they hold, live until the answer is there. That is what lets the same
//! verb return a value, a future that is `Send`, or a ticket of a batch.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use crate::conn::{Message, Request};
use crate::error::{Error, Result};
use crate::generated::core::MsgFlags;
use crate::wire::{Cx, DecodeError, MessageType, Value};

/// One request, and what its answers become.
pub trait Operation {
    /// What the caller gets.
    type Output;
    /// What takes the answers.
    type Replies: Replies<Output = Self::Output> + Send + 'static;

    /// Appends the request to `buf`.
    ///
    /// # Errors
    /// A value that cannot be encoded, or one that makes no sense; `buf` is then as it was.
    fn request(self, buf: &mut Vec<u8>) -> Result<(Request, Self::Replies)>;
}

/// Takes the answers to one request and makes a value of them.
pub trait Replies {
    /// The value.
    type Output;

    /// Takes an object that the kernel sent.
    ///
    /// # Errors
    /// The object is malformed.
    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError>;

    /// The value, once the exchange has ended without a refusal; `None` if the object that makes it
    /// never came.
    fn finish(self) -> Option<Self::Output>;

    /// The same, where it is an error that the object never came. A large value is moved once less.
    ///
    /// # Errors
    /// The object never came.
    #[doc(hidden)]
    #[inline]
    fn value(self, operation: &'static str) -> Result<Self::Output>
    where
        Self: Sized,
    {
        match self.finish() {
            Some(value) => Ok(value),
            None => Err(Error::no_object(operation)),
        }
    }
}

/// What a request sends: an object of the caller's, or one made for the request.
///
/// A pointer either way, since an operation is moved on its way to the executor and the objects are large.
#[derive(Debug)]
pub enum Body<'b, B> {
    /// The caller's.
    Lent(&'b B),
    /// Its own.
    Own(Box<B>),
}

impl<'b, B> From<&'b B> for Body<'b, B> {
    #[inline]
    fn from(body: &'b B) -> Self {
        Self::Lent(body)
    }
}

impl<B> From<Box<B>> for Body<'_, B> {
    #[inline]
    fn from(body: Box<B>) -> Self {
        Self::Own(body)
    }
}

impl<'b, B: Clone> From<Cow<'b, B>> for Body<'b, B> {
    #[inline]
    fn from(body: Cow<'b, B>) -> Self {
        match body {
            Cow::Borrowed(body) => Self::Lent(body),
            Cow::Owned(body) => Self::Own(Box::new(body)),
        }
    }
}

impl<B> Body<'_, B> {
    #[inline]
    fn get(&self) -> &B {
        match self {
            Self::Lent(body) => body,
            Self::Own(body) => body,
        }
    }
}

/// An operation that sends one object of type `B`.
///
/// Most verbs are this and a few flags. It is public for those who add verbs of their own.
#[derive(Debug)]
pub struct Simple<'b, B, R = Done> {
    message: &'static MessageType,
    flags: MsgFlags,
    body: Body<'b, B>,
    replies: R,
}

impl<'b, B> Simple<'b, B> {
    /// Sends `body` (`&B`, `Box<B>`, `Cow<B>`), and wants to know only whether that worked.
    #[inline]
    pub fn new(
        message: &'static MessageType,
        flags: MsgFlags,
        body: impl Into<Body<'b, B>>,
    ) -> Self {
        Self {
            message,
            flags,
            body: body.into(),
            replies: Done,
        }
    }
}

impl<'b, B, T> Simple<'b, B, One<T>> {
    /// Sends `body` (`&B`, `Box<B>`, `Cow<B>`), and wants the object that answers.
    #[inline]
    pub fn for_one(
        message: &'static MessageType,
        flags: MsgFlags,
        body: impl Into<Body<'b, B>>,
    ) -> Self {
        Self {
            message,
            flags,
            body: body.into(),
            replies: One::new(message),
        }
    }
}

impl<B, R> Operation for Simple<'_, B, R>
where
    B: Value,
    R: Replies + Send + 'static,
{
    type Output = R::Output;
    type Replies = R;

    fn request(self, buf: &mut Vec<u8>) -> Result<(Request, R)> {
        let request = Request::encode(buf, self.message, self.flags, self.body.get())?;
        Ok((request, self.replies))
    }
}

/// An operation, unless a check refused it before anything was encoded.
///
/// A verb cannot fail when it is called, since what it returns depends on the executor; so a refusal
/// takes the same way as the request would.
impl<O: Operation> Operation for Result<O> {
    type Output = O::Output;
    type Replies = O::Replies;

    fn request(self, buf: &mut Vec<u8>) -> Result<(Request, O::Replies)> {
        self?.request(buf)
    }
}

/// The answer is an acknowledgement: nothing to keep.
#[derive(Clone, Copy, Debug)]
pub struct Done;

impl Replies for Done {
    type Output = ();

    fn object(&mut self, _: &Message<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    fn finish(self) -> Option<()> {
        Some(())
    }
}

/// The answer is one object of the type that answers the message.
#[derive(Debug)]
pub struct One<T> {
    kind: Option<u16>,
    /// In a box, so that a call that waits is small whatever it waits for.
    object: Option<Box<T>>,
}

impl<T> One<T> {
    /// Waits for the object that answers `message`.
    pub fn new(message: &MessageType) -> Self {
        Self {
            kind: message.answer,
            object: None,
        }
    }
}

impl<T: Value> Replies for One<T> {
    type Output = T;

    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError> {
        if self.kind.is_none_or(|kind| kind == message.kind()) {
            self.object = Some(T::decode_box(message.body(), Cx::from_kernel())?);
        }
        Ok(())
    }

    fn finish(self) -> Option<T> {
        self.object.map(|object| *object)
    }

    #[inline]
    fn value(self, operation: &'static str) -> Result<T> {
        match self.object {
            Some(object) => Ok(*object),
            None => Err(Error::no_object(operation)),
        }
    }
}

/// The answer is one object, of which only what `look` makes of its view is kept: nothing is decoded that it does not ask
/// for.
pub struct Seen<T, F, R> {
    kind: Option<u16>,
    look: Option<F>,
    seen: Option<R>,
    object: PhantomData<fn() -> T>,
}

impl<T, F, R> Seen<T, F, R> {
    /// Waits for the object that answers `message`.
    pub fn new(message: &MessageType, look: F) -> Self {
        Self {
            kind: message.answer,
            look: Some(look),
            seen: None,
            object: PhantomData,
        }
    }
}

impl<T, F, R> fmt::Debug for Seen<T, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl<T, F, R> Replies for Seen<T, F, R>
where
    T: Value,
    F: FnOnce(T::View<'_>) -> Result<R, DecodeError>,
{
    type Output = R;

    fn object(&mut self, message: &Message<'_>) -> Result<(), DecodeError> {
        if self.kind.is_none_or(|kind| kind == message.kind()) {
            let view = T::view(message.body(), Cx::from_kernel())?;
            if let Some(look) = self.look.take() {
                self.seen = Some(look(view)?);
            }
        }
        Ok(())
    }

    fn finish(self) -> Option<R> {
        self.seen
    }
}
