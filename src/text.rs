//! Display-safe text: the only way from a log to a screen or to stdout.
//!
//! Log text is hostile until proven otherwise: it may hold escape sequences, bidirectional overrides,
//! invisible characters or a hundred accents on one letter. [`clean`] (one line) and [`clean_block`] (many)
//! turn it into text that moves no cursor, hides nothing and takes the columns that [`width`] says. The rest
//! cuts such text to size: [`label`], [`fit`], [`pad`], [`wrap`]; a [`Sentence`] knows which of its clauses
//! go first.
//!
//! Nothing here allocates more than a small multiple of its input, looks at a terminal or fails.

mod ascii;
mod clean;
mod count;
mod fit;
mod natural;
mod sentence;
mod wrap;

pub use ascii::to_ascii;
pub use clean::{clean, clean_block, is_plain, label};
pub use count::count;
pub use fit::{fit, fit_ascii, fit_end, pad, shorten, width};
pub use natural::natural_order;
pub use sentence::{Clause, Sentence, at_words};
pub use wrap::wrap;
