//! The verbs carried out by executors that the library does not have: an asynchronous one and a
//! batch, both over a kernel made of prepared answers.
//!
//! What is shown is that the shape holds: futures are named, own what they need and are `Send`;
//! arguments may be temporaries; a batch answers gets; lists and scans work without blocking. The
//! library's own asynchronous and batched handles rest on this.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use netlink::conn::{Exchange, Message, Request, Step, messages};
use netlink::exec::{Executor, Flow, Lister, Next, Procedure};
use netlink::generated::core::{ControlType, MsgFlags, MsgHdr};
use netlink::generated::route::RouteMessage;
use netlink::link::LinkFilter;
use netlink::list::{Collector, Dump, DumpState, Listing, Scanned};
use netlink::op::{Operation, Replies};
use netlink::wire::{Direction, Encoder, Layout, Value};
use netlink::{Error, Link, Links, Result};

const PORT: u32 = 99;

// ---- a kernel made of prepared answers ---------------------------------------------------------

/// Answers requests from a small table of links: enough for add, get and dump.
#[derive(Default)]
struct Kernel {
    links: Vec<Link>,
    sent: usize,
}

impl Kernel {
    /// The datagrams that answer a datagram of requests.
    fn answer(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        self.sent += 1;
        messages(datagram)
            .flat_map(|message| self.answer_one(&message.unwrap()))
            .collect()
    }

    fn answer_one(&mut self, request: &Message<'_>) -> Vec<Vec<u8>> {
        let sequence = request.sequence();
        let link = Link::decode(request.body(), netlink::wire::Cx::to_kernel()).unwrap();
        let error = |errno: i32| {
            let body = [&(-errno).to_ne_bytes()[..], &[0; 16]].concat();
            vec![message(
                ControlType::ERROR.0,
                MsgFlags::CAPPED,
                sequence,
                &body,
            )]
        };
        if request.kind() == RouteMessage::NEW_LINK.id {
            if self.links.iter().any(|known| known.name == link.name) {
                return error(libc::EEXIST);
            }
            let index = u32::try_from(self.links.len()).unwrap() + 1;
            self.links.push(link.index(index));
            return error(0);
        }
        assert_eq!(request.kind(), RouteMessage::GET_LINK.id);
        let new = RouteMessage::NEW_LINK.id;
        if request.flags().contains(MsgFlags::DUMP) {
            let done = message(ControlType::DONE.0, MsgFlags::MULTI, sequence, &[0; 4]);
            let parts = self
                .links
                .iter()
                .map(|l| message(new, MsgFlags::MULTI, sequence, &body(l)));
            return parts.chain([done]).collect();
        }
        match self.links.iter().find(|known| known.name == link.name) {
            Some(known) => vec![message(new, MsgFlags::empty(), sequence, &body(known))],
            None => error(libc::ENODEV),
        }
    }
}

fn body(link: &Link) -> Vec<u8> {
    let mut bytes = Vec::new();
    link.encode(&mut Encoder::lossless(&mut bytes, Direction::FromKernel))
        .unwrap();
    bytes
}

fn message(kind: u16, flags: MsgFlags, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut header = MsgHdr::default();
    header.len = u32::try_from(MsgHdr::SIZE + body.len()).unwrap();
    header.kind = kind;
    header.flags = flags;
    header.seq = sequence;
    header.port = PORT;
    let mut bytes = vec![0; MsgHdr::SIZE];
    header.write(&mut bytes).unwrap();
    bytes.extend_from_slice(body);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

// ---- asynchronous ------------------------------------------------------------------------------

/// An asynchronous handle: every datagram is "not there yet" the first time it is asked for.
#[derive(Clone)]
struct Async(Arc<Mutex<Kernel>>);

impl Async {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn links(&self) -> Links<'_, Self> {
        Links::new(self)
    }
}

/// One exchange in flight.
struct Flight {
    request: Request,
    bytes: Vec<u8>,
    exchange: Exchange,
    kernel: Arc<Mutex<Kernel>>,
    queue: Option<VecDeque<Vec<u8>>>,
    slept: bool,
}

/// Datagrams come one by one; between them the task is woken.
fn poll_datagram(flight: &mut Flight, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
    if !flight.slept {
        flight.slept = true;
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    flight.slept = false;
    let queue = flight
        .queue
        .get_or_insert_with(|| flight.kernel.lock().unwrap().answer(&flight.bytes).into());
    Poll::Ready(
        queue
            .pop_front()
            .expect("the exchange ends before the answers do"),
    )
}

impl Flight {
    fn new(kernel: &Async, request: Request, mut bytes: Vec<u8>) -> Self {
        request.stamp(&mut bytes, 7, PORT).unwrap();
        let exchange = Exchange::new(7, PORT, request.until());
        let kernel = kernel.0.clone();
        Self {
            request,
            bytes,
            exchange,
            kernel,
            queue: None,
            slept: false,
        }
    }

    /// Ready when the exchange is over.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut each: impl FnMut(&Message<'_>) -> Flow,
    ) -> Poll<Result<bool>> {
        loop {
            let datagram = match poll_datagram(self, cx) {
                Poll::Ready(datagram) => datagram,
                Poll::Pending => return Poll::Pending,
            };
            for message in messages(&datagram) {
                match self.exchange.take(0, message.unwrap()) {
                    Step::Object(object) if each(&object) == Flow::Stop => {
                        return Poll::Ready(Ok(true));
                    }
                    Step::Last(object) => {
                        each(&object);
                        return Poll::Ready(Ok(false));
                    }
                    Step::End(end) => {
                        return Poll::Ready(match end.errno {
                            None => Ok(false),
                            Some(errno) => {
                                Err(self.request.refusal(&self.bytes, errno, end.explanation))
                            }
                        });
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The future of a verb: its type names the replies, not the operation, so it borrows nothing.
struct Calling<'e, R> {
    state: Option<Result<(Flight, R)>>,
    handle: PhantomData<&'e Async>,
}

impl<R: Replies + Unpin> Future for Calling<'_, R> {
    type Output = Result<R::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (mut flight, mut replies) = match self.state.take().expect("polled after the end") {
            Ok(state) => state,
            Err(error) => return Poll::Ready(Err(error)),
        };
        let polled = flight.poll(cx, |message| {
            replies.object(message).unwrap();
            Flow::More
        });
        match polled {
            Poll::Pending => {
                self.state = Some(Ok((flight, replies)));
                Poll::Pending
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(_)) => {
                Poll::Ready(replies.finish().ok_or_else(|| flight.request.no_object()))
            }
        }
    }
}

struct Listed<L: Listing> {
    flight: Result<Flight, Option<Error>>,
    collector: Option<Collector<L>>,
    items: Vec<L::Item>,
}

impl<L: Listing + Unpin> Future for Listed<L>
where
    L::Item: Unpin,
{
    type Output = Result<Dump<L::Item>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self {
            flight,
            collector,
            items,
        } = self.get_mut();
        let flight = match flight {
            Ok(flight) => flight,
            Err(error) => return Poll::Ready(Err(error.take().expect("polled after the end"))),
        };
        let polled = flight.poll(cx, |message| {
            items.extend(
                collector
                    .as_mut()
                    .and_then(|collector| collector.item(message)),
            );
            Flow::More
        });
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(_)) => {
                let mut collector = collector.take().expect("polled after the end");
                let items = std::mem::take(items);
                Poll::Ready(Ok(collector.dump(
                    &flight.request,
                    items,
                    DumpState::Complete,
                )))
            }
        }
    }
}

struct Scanning<'e, L: Listing, F, R> {
    flight: Flight,
    collector: Option<Collector<L>>,
    count: usize,
    each: F,
    returns: PhantomData<(&'e Async, fn() -> R)>,
}

impl<L, F, R> Future for Scanning<'_, L, F, R>
where
    L: Listing + Unpin,
    F: FnMut(<L::Item as Value>::View<'_>) -> R + Unpin,
    R: Into<Flow>,
{
    type Output = Result<Scanned>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self {
            flight,
            collector,
            count,
            each,
            ..
        } = self.get_mut();
        let polled = flight.poll(cx, |message| {
            let Some(view) = collector
                .as_mut()
                .and_then(|collector| collector.view(message))
            else {
                return Flow::More;
            };
            *count += 1;
            each(view).into()
        });
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(stopped)) => {
                let state = if stopped {
                    DumpState::Stopped
                } else {
                    DumpState::Complete
                };
                let mut collector = collector.take().expect("polled after the end");
                Poll::Ready(Ok(collector.scanned(&flight.request, *count, state)))
            }
        }
    }
}

struct Running<P> {
    procedure: Option<P>,
    flight: Option<Flight>,
    handle: Async,
}

impl<P: Procedure + Unpin> Future for Running<P> {
    type Output = Result<P::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self {
            procedure,
            flight,
            handle,
        } = self.get_mut();
        let procedure = procedure.as_mut().expect("a procedure");
        loop {
            if let Some(current) = flight {
                let polled = current.poll(cx, |message| {
                    procedure.object(message).unwrap();
                    Flow::More
                });
                match polled {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(outcome) => {
                        if let Err(error) = procedure.outcome(outcome.map(drop)) {
                            return Poll::Ready(Err(error));
                        }
                        *flight = None;
                    }
                }
            }
            let mut bytes = Vec::new();
            match procedure.next(&mut bytes) {
                Err(error) => return Poll::Ready(Err(error)),
                Ok(Next::Done(output)) => return Poll::Ready(Ok(output)),
                Ok(Next::Send(request) | Next::SendIn(_, request)) => {
                    *flight = Some(Flight::new(handle, request, bytes));
                }
            }
        }
    }
}

impl Executor for Async {
    type Call<'e, O: Operation> = Calling<'e, O::Replies>;

    fn call<'e, O: Operation>(&'e self, operation: O) -> Self::Call<'e, O> {
        let mut bytes = Vec::new();
        let encoded = operation.request(&mut bytes);
        let state = encoded.map(|(request, replies)| (Flight::new(self, request, bytes), replies));
        Calling {
            state: Some(state),
            handle: PhantomData,
        }
    }
}

impl Lister for Async {
    type List<'e, L: Listing> = Listed<L>;
    type Scan<'e, L: Listing, F: 'e, R> = Scanning<'e, L, F, R>;
    /// This one has no way to hand out objects one by one.
    type Iter<'e, L: Listing> = ();
    type Run<'e, P: Procedure> = Running<P>;

    fn list<L: Listing>(&self, listing: L) -> Listed<L> {
        let mut collector = Collector::new(listing);
        let mut bytes = Vec::new();
        let request = collector.request(&mut bytes, true);
        let flight = request
            .map(|request| Flight::new(self, request, bytes))
            .map_err(Some);
        Listed {
            flight,
            collector: Some(collector),
            items: Vec::new(),
        }
    }

    fn scan<'e, L, F, R>(&'e self, listing: L, each: F) -> Scanning<'e, L, F, R>
    where
        L: Listing,
        F: FnMut(<L::Item as Value>::View<'_>) -> R + 'e,
        R: Into<Flow>,
    {
        let mut collector = Collector::new(listing);
        let mut bytes = Vec::new();
        let request = collector.request(&mut bytes, true).unwrap();
        let flight = Flight::new(self, request, bytes);
        Scanning {
            flight,
            collector: Some(collector),
            count: 0,
            each,
            returns: PhantomData,
        }
    }

    fn iter<L: Listing>(&self, _: L) {}

    fn run<P: Procedure>(&self, procedure: P) -> Running<P> {
        Running {
            procedure: Some(procedure),
            flight: None,
            handle: self.clone(),
        }
    }
}

/// Polls to the end, and counts how often that was needed.
fn block_on<T>(future: impl Future<Output = T>) -> (T, usize) {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    let mut polls = 1;
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return (output, polls),
            Poll::Pending => polls += 1,
        }
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn asynchronous() {
    let nl = Async::new();
    // The link is a temporary, gone before the future is polled.
    let add = assert_send(nl.links().add(&Link::bridge("br0").mtu(1400u32)));
    let (added, polls) = block_on(add);
    added.unwrap();
    assert_eq!(polls, 2);
    let get = assert_send(nl.links().get("br0"));
    assert_eq!(block_on(get).0.unwrap().mtu, Some(1400));
    let error = block_on(nl.links().add(&Link::dummy("br0"))).0.unwrap_err();
    assert!(error.is_exists(), "{error}");
    assert!(
        block_on(nl.links().get("none"))
            .0
            .unwrap_err()
            .is_not_found()
    );
    let made = block_on(assert_send(nl.links().add_get(&Link::dummy("d0"))))
        .0
        .unwrap();
    assert_eq!(made.index, 2);

    let list = assert_send(nl.links().list(&LinkFilter::new().kind("bridge")));
    let links = block_on(list).0.unwrap().into_vec().unwrap();
    assert_eq!(links.len(), 1);

    let mut names = Vec::new();
    let scan = nl.links().scan(&LinkFilter::new(), |link| {
        names.push(link.name().unwrap().unwrap().to_string());
    });
    assert_eq!(
        block_on(assert_send(scan)).0.unwrap().into_count().unwrap(),
        2
    );
    assert_eq!(names, ["br0", "d0"]);
}

#[test]
fn an_error_before_sending_takes_the_same_way() {
    let nl = Async::new();
    let (refused, polls) = block_on(nl.links().rename(1, "a name that is far too long"));
    assert!(refused.unwrap_err().is_invalid());
    assert_eq!((polls, nl.0.lock().unwrap().sent), (1, 0));
}

// ---- batch -------------------------------------------------------------------------------------

/// Collects requests and sends them all at once.
#[derive(Default)]
struct Batch {
    bytes: RefCell<Vec<u8>>,
    flights: RefCell<Vec<(Request, Box<dyn Pending>)>>,
}

/// The result of one request of a batch, there after the commit.
struct Ticket<T>(Rc<RefCell<Option<Result<T>>>>);

impl<T> Ticket<T> {
    fn take(&self) -> Result<T> {
        self.0.borrow_mut().take().expect("the batch was committed")
    }
}

/// Replies whose type the batch no longer knows.
trait Pending {
    fn object(&mut self, message: &Message<'_>);
    fn end(self: Box<Self>, request: &Request, outcome: Result<()>);
}

struct Slot<R: Replies> {
    replies: R,
    ticket: Rc<RefCell<Option<Result<R::Output>>>>,
}

impl<R: Replies> Pending for Slot<R> {
    fn object(&mut self, message: &Message<'_>) {
        self.replies.object(message).unwrap();
    }

    fn end(self: Box<Self>, request: &Request, outcome: Result<()>) {
        let Self { replies, ticket } = *self;
        let output = outcome.and_then(|()| replies.finish().ok_or_else(|| request.no_object()));
        *ticket.borrow_mut() = Some(output);
    }
}

impl Executor for Batch {
    type Call<'e, O: Operation> = Ticket<O::Output>;

    fn call<O: Operation>(&self, operation: O) -> Ticket<O::Output> {
        let ticket = Rc::default();
        match operation.request(&mut self.bytes.borrow_mut()) {
            Ok((request, replies)) => {
                let slot = Slot {
                    replies,
                    ticket: Rc::clone(&ticket),
                };
                // The replies are 'static, so the slot need not know what the verb borrowed.
                self.flights.borrow_mut().push((request, Box::new(slot)));
            }
            Err(error) => *ticket.borrow_mut() = Some(Err(error)),
        }
        Ticket(ticket)
    }
}

impl Batch {
    fn links(&self) -> Links<'_, Self> {
        Links::new(self)
    }

    fn commit(&self, kernel: &mut Kernel) {
        let mut bytes = self.bytes.borrow_mut();
        let mut flights = Vec::new();
        for (number, (request, slot)) in (1..).zip(self.flights.take()) {
            request.stamp(&mut bytes, number, PORT).unwrap();
            flights.push((
                Exchange::new(number, PORT, request.until()),
                request,
                Some(slot),
            ));
        }
        for datagram in kernel.answer(&bytes) {
            for message in messages(&datagram) {
                let message = message.unwrap();
                for (exchange, request, slot) in &mut flights {
                    let outcome = match exchange.take(0, message) {
                        Step::Foreign(_) => continue,
                        Step::Object(object) => {
                            slot.as_mut().unwrap().object(&object);
                            continue;
                        }
                        Step::Last(object) => {
                            slot.as_mut().unwrap().object(&object);
                            Ok(())
                        }
                        Step::End(end) => match end.errno {
                            None => Ok(()),
                            Some(errno) => Err(request.refusal(&bytes, errno, end.explanation)),
                        },
                        other => panic!("{other:?}"),
                    };
                    slot.take().unwrap().end(request, outcome);
                }
            }
        }
    }
}

#[test]
fn batched() {
    let batch = Batch::default();
    let first = batch.links().add(&Link::bridge("br0").mtu(1400u32));
    let twice = batch.links().add(&Link::bridge("br0"));
    let too_long = batch.links().rename(1, "a name that is far too long");
    let second = batch.links().add(&Link::dummy("d0"));
    let found = batch.links().get("d0");
    let missing = batch.links().get("none");
    let mut kernel = Kernel::default();
    batch.commit(&mut kernel);
    assert_eq!(kernel.sent, 1);
    first.take().unwrap();
    assert!(twice.take().unwrap_err().is_exists());
    assert!(too_long.take().unwrap_err().is_invalid());
    second.take().unwrap();
    let link: Link = found.take().unwrap();
    assert_eq!(
        (link.index, link.kind_name().unwrap().to_string()),
        (2, "dummy".to_owned())
    );
    assert!(missing.take().unwrap_err().is_not_found());
}
