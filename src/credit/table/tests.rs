//! A method added by a file and a row is found everywhere.

use std::cell::Cell;

use super::*;

thread_local! {
    static TABLE: Cell<Option<&'static [Method]>> = const { Cell::new(None) };
}

/// The table of this test's thread, where it has one of its own.
pub(super) fn table() -> Option<&'static [Method]> {
    TABLE.get()
}
