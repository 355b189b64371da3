//! Search: which records hold a regular expression, and where.
//!
//! ```text
//! text typed -> Pattern                         smart case, compiled once, or why it is not an expression
//! block of whole lines -> Scanner -> lines      raw bytes first, then with the JSON escapes undone
//! line that matches -> Found -> Hit             type, episode, agent, id, and the text around the match
//! ```
//!
//! A record matches if the expression matches its line as it stands in the file, or its line with the JSON
//! escapes undone: `é` finds `\u00e9`, `say "no"` finds `say \"no\"`, and `^` and `$` match at the lines
//! inside a text. No match spans two records. Nothing here reads a file, knows an index or starts a thread:
//! the caller passes bytes in.

mod hit;
mod pattern;
mod scan;
mod syntax;

pub use hit::{Found, Hit, Snippet};
pub use pattern::{Pattern, PatternError};
pub use scan::Scanner;
