//! JSON text, walked over without making values of it: the one place that knows where a string or an object ends.

pub(crate) mod walk;
