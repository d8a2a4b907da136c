//! Values made where the caller wants them: [`made`].

use std::mem::MaybeUninit;

/// The value that `finish` makes of an empty one, unless it fails.
///
/// rustc copies a local variable on its way out if its address was handed to anybody before, which for a route took a quarter of
/// the time. What a call leaves behind a pointer is not copied, if it is not inlined. With a closure that captures nothing the
/// call has its arguments in registers. A value whose `finish` panics is not dropped.
#[inline]
pub(crate) fn made<T: Default, E, A, B>(
    a: A,
    b: B,
    finish: impl FnOnce(&mut T, A, B) -> Result<(), E>,
) -> Result<T, E> {
    let mut place = MaybeUninit::uninit();
    make(&mut place, a, b, finish);
    // SAFETY: `make` has returned, and before anything else it puts a value there, which `finish` sees as a reference only.
    unsafe { place.assume_init() }
}

#[inline(never)]
fn make<T: Default, E, A, B>(
    place: &mut MaybeUninit<Result<T, E>>,
    a: A,
    b: B,
    finish: impl FnOnce(&mut T, A, B) -> Result<(), E>,
) {
    let place = place.write(Ok(T::default()));
    if let Ok(value) = place {
        if let Err(error) = finish(value, a, b) {
            *place = Err(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::Rc;

    use super::made;

    #[test]
    fn what_is_made_is_finished_or_dropped() {
        let witness = Rc::new(());
        let kept = made(
            &witness,
            7,
            |list: &mut Vec<(Rc<()>, u8)>, rc: &Rc<()>, number| {
                list.push((rc.clone(), number));
                Ok::<(), String>(())
            },
        );
        assert_eq!(Rc::strong_count(&witness), 2);
        assert_eq!(kept.map(|list| list.len()), Ok(1));

        let refused = made(
            &witness,
            7,
            |list: &mut Vec<Rc<()>>, rc: &Rc<()>, number| {
                list.push(rc.clone());
                Err(format!("not {number}"))
            },
        );
        assert_eq!(refused, Err("not 7".to_owned()));
        assert_eq!(Rc::strong_count(&witness), 1);
    }

    #[test]
    fn a_panic_goes_through() {
        let made = catch_unwind(AssertUnwindSafe(|| {
            made((), (), |_: &mut String, (), ()| -> Result<(), ()> {
                panic!("on purpose")
            })
        }));
        assert!(made.is_err());
    }
}
