//! Bytes as decisions: what a fuzzer hands to something that is not text.

/// Reads decisions off the front of an input; after its end every further decision is 0.
pub struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    /// The decisions in `input`.
    pub fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    /// Whether none is left.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: u8) -> u8 {
        self.byte() % sides.max(1)
    }
}
