//! What the words of an episode's acts hold that may tell who failed. Payloads stay in their files, so this is taken
//! from them while they are read.

use super::ActId;

/// The words of the acts of an episode, as far as an estimate of who failed needs them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clues {
    /// Numbers and names of two or more words, as written, in the order in which they came up.
    pub values: Vec<Box<str>>,
    /// What was said, in order: a row for each act, and one more for its result if it has one.
    pub rows: Vec<Clue>,
}

/// What an act said, or what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clue {
    /// The act.
    pub act: ActId,
    /// Whether it is a result: of a tool, a terminal, the environment.
    pub is_result: bool,
    /// Its length in characters.
    pub chars: u32,
    /// The values in it, as places in [`Clues::values`], each once, in the order of the text.
    pub values: Vec<u32>,
    /// Of a result: the words that say that something went wrong.
    pub error: Option<Box<str>>,
    /// Whether it speaks of an error that came right before it, among others of the next few acts; not told elsewhere.
    pub speaks_of_error: bool,
    /// Of a result: whether it says that all went well.
    pub went_well: bool,
    /// Words of assumption, the first three.
    pub guesses: Vec<Box<str>>,
    /// Whether it declares the end.
    pub is_end: bool,
    /// Whether it holds a fenced block of code.
    pub has_code: bool,
    /// Whether it only says who speaks next, or nothing.
    pub is_routing: bool,
}
