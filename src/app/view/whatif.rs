//! State of view 5: the form that edits a what-if.

/// Cursor and half-typed number of the form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// Field under the cursor.
    pub field: usize,
    /// Choice under the cursor, in that field.
    pub choice: usize,
    /// Whether the choices of that field are shown as a list, one to a row.
    pub list: bool,
    /// The number being typed.
    pub typing: Option<String>,
    /// First agent row of the result that is shown.
    pub top: usize,
}
