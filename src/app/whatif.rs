//! What-ifs: the forks with undo and redo, and the form that edits them.

mod forks;
pub(crate) mod form;

pub use forks::Forks;
pub use form::{Blocked, Choice, Field, FieldKind, Form, WindowEnd};
