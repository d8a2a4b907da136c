//! A place for one value that threads share without a lock: [`Slot`].

use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A place for one boxed value, which whoever comes first takes whole.
pub(crate) struct Slot<T> {
    /// Null, or a pointer that came from `Box::into_raw` and belongs to this place alone.
    value: AtomicPtr<T>,
    owns: PhantomData<Box<T>>,
}

// SAFETY: the only thing to be had through a shared reference is the value itself, moved out or in, never a reference to
// it; so sharing the place between threads is no more than sending values between them.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// An empty place.
    pub(crate) const fn new() -> Self {
        Self {
            value: AtomicPtr::new(ptr::null_mut()),
            owns: PhantomData,
        }
    }

    /// Takes the value out.
    #[inline]
    pub(crate) fn take(&self) -> Option<Box<T>> {
        self.exchange(ptr::null_mut())
    }

    /// Puts a value in, and returns the one that was there.
    #[inline]
    pub(crate) fn put(&self, value: Box<T>) -> Option<Box<T>> {
        self.exchange(Box::into_raw(value))
    }

    #[inline]
    fn exchange(&self, new: *mut T) -> Option<Box<T>> {
        // Release, so that who takes `new` sees all that was written to it; acquire, to see that of what comes out.
        let old = self.value.swap(new, Ordering::AcqRel);
        // SAFETY: a pointer in here that is not null came from `Box::into_raw`, and each swap hands it to one caller only.
        (!old.is_null()).then(|| unsafe { Box::from_raw(old) })
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn one_value_at_a_time() {
        let slot = Slot::new();
        assert_eq!(slot.take(), None);
        assert_eq!(slot.put(Box::new(1)), None);
        assert_eq!(slot.put(Box::new(2)), Some(Box::new(1)));
        assert_eq!(slot.take(), Some(Box::new(2)));
        assert_eq!(slot.take(), None);
    }

    #[test]
    fn nothing_is_lost_or_had_twice() {
        /// Counts those that are alive.
        struct Counted(Arc<AtomicUsize>);

        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }

        let (slot, alive) = (Slot::new(), Arc::new(AtomicUsize::new(0)));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        alive.fetch_add(1, Ordering::Relaxed);
                        drop(slot.put(Box::new(Counted(alive.clone()))));
                        drop(slot.take());
                    }
                });
            }
        });
        alive.fetch_add(1, Ordering::Relaxed);
        drop(slot.put(Box::new(Counted(alive.clone()))));
        assert_eq!(alive.load(Ordering::Relaxed), 1);
        drop(slot);
        assert_eq!(alive.load(Ordering::Relaxed), 0);
    }
}
