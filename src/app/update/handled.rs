//! Whether somebody took a key.

/// Whether a key was taken; if not, it is for the next in the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It was.
    Yes,
    /// It was not.
    No,
}

impl From<bool> for Handled {
    fn from(is_handled: bool) -> Self {
        if is_handled { Self::Yes } else { Self::No }
    }
}
