//! Times as the kernel counts them: [`Time`], derived for newtypes over the wire integer.

use super::int::Int;
use std::time::Duration;

/// A duration that does not fit the wire integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("duration does not fit the kernel's field")]
pub struct TimeOverflow;

/// A time counted in units of a fraction of a second; derived by `Time`.
pub trait Time: Int {
    /// Units a second.
    const PER_SECOND: u64;
    /// The value that means "no limit", where there is one.
    const FOREVER: Option<Self>;

    /// The duration; `None` for "no limit". A time left that is already over, a negative number, is zero.
    fn to_duration(self) -> Option<Duration> {
        if Self::FOREVER == Some(self) {
            return None;
        }
        if Self::SIGNED && self.to_bits() > i64::MAX as u64 {
            return Some(Duration::ZERO);
        }
        let units = self.to_bits();
        let (seconds, rest) = (units / Self::PER_SECOND, units % Self::PER_SECOND);
        // The remainder is below one second, so it fits.
        let nanos = rest.saturating_mul(1_000_000_000) / Self::PER_SECOND;
        Some(Duration::new(
            seconds,
            u32::try_from(nanos).unwrap_or(u32::MAX),
        ))
    }

    /// The time nearest below `duration`.
    ///
    /// # Errors
    /// [`TimeOverflow`] where it does not fit, or would be the value that means "no limit".
    fn from_duration(duration: Duration) -> Result<Self, TimeOverflow> {
        let units = duration.as_nanos() * u128::from(Self::PER_SECOND) / 1_000_000_000;
        let bits = u64::try_from(units).map_err(|_| TimeOverflow)?;
        let value = Self::from_bits(bits);
        if value.to_bits() != bits || Self::FOREVER == Some(value) {
            return Err(TimeOverflow);
        }
        Ok(value)
    }
}
