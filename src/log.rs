//! One line of the native log.
