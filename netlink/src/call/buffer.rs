//! Buffers for requests, kept by the thread that used one last.

use std::cell::Cell;

/// What a request usually takes.
const USUAL: usize = 512;

/// Larger ones are not kept.
const MOST: usize = 64 * 1024;

thread_local! {
    static IDLE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An empty buffer.
pub(super) fn take() -> Vec<u8> {
    // While the thread ends there is none.
    let mut buffer = IDLE.try_with(Cell::take).unwrap_or_default();
    if buffer.capacity() == 0 {
        buffer.reserve_exact(USUAL);
    }
    buffer
}

/// Gives back a buffer.
pub(super) fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() <= MOST {
        buffer.clear();
        let _ = IDLE.try_with(|idle| idle.set(buffer));
    }
}
