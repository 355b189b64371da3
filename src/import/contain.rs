//! Panics of a crate that reads damaged files: caught where they happen, and told from those of our own.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread would be caught, so that nobody needs to hear of it. For panic hooks.
pub fn is_contained() -> bool {
    CONTAINED.get()
}

/// The result of `work`; `None` if it panics. What it works on must not be used afterwards then.
pub(super) fn contain<T>(work: impl FnOnce() -> T) -> Option<T> {
    let outer = CONTAINED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(outer);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_with_its_work() {
        assert_eq!(contain(is_contained), Some(true));
        assert_eq!(contain(|| -> u8 { panic!("damaged") }), None);
        assert!(!is_contained());
    }
}
