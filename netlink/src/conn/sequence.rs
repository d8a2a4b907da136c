//! Sequence numbers of one socket: [`Sequence`].

/// Hands out sequence numbers: never 0, which marks notifications, and none twice until all are used.
///
/// ```
/// use netlink::conn::Sequence;
///
/// let mut sequence = Sequence::starting_at(u32::MAX);
/// assert_eq!(sequence.next(), u32::MAX);
/// assert_eq!(sequence.next(), 1);
/// ```
#[derive(Debug)]
pub struct Sequence(u32);

impl Sequence {
    /// Starts at `seed`. A seed that differs between sockets (the clock, say) keeps a late answer to
    /// a former owner of the port id from being mistaken for one of ours.
    pub fn starting_at(seed: u32) -> Self {
        Self(seed)
    }

    /// The next number.
    #[expect(
        clippy::should_implement_trait,
        reason = "this never ends, which an iterator cannot say"
    )]
    pub fn next(&mut self) -> u32 {
        let number = self.0.max(1);
        self.0 = number.wrapping_add(1);
        number
    }
}
