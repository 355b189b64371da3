//! JSON text, walked without building values: the one home of where strings, objects and escapes begin and end.
//!
//! ```text
//! walk      one text, by structure alone; validates nothing
//! marks     the same answers inside the lines of a whole block, from bit maps made in one pass
//! strict    one text, as strict as the parser; says whether it is JSON
//! unescape  a text with its escapes undone
//! ```

pub(in crate::log) mod marks;
pub(in crate::log) mod strict;
pub(crate) mod unescape;
pub(crate) mod walk;
