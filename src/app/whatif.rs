//! What-ifs: the form that edits them, made from what is known of the episode.

pub(crate) mod form;
pub(crate) mod whose;

pub use form::{Blocked, Choice, Field, FieldKind, WindowEnd};

pub use super::view::{Forks, Form};
