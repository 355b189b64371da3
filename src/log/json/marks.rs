//! Where strings, brackets and lines end in JSON text: bit maps, filled in one pass over many lines.
//!
//! ```text
//! whole lines -> Marks::read -> 5 bits a byte     64 bytes at a time, in the widest registers of the machine
//!                    `-> Marked::{string_end, container_end, line_end}     look at bits, not at bytes
//! ```
//!
//! Like [`super::walk`] it goes by structure alone, gives the same answers inside a line, and validates
//! nothing.

mod classify;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "x86_64")]
use classify::wide;
use classify::{ByWords, Classes, Classify};

use super::walk::scalar_end;

/// Bytes whose bits are made together.
const WIDTH: usize = 64;

/// One bit for each of 64 bytes; the first byte is the lowest bit.
#[derive(Clone, Copy, Default)]
struct Bits {
    /// Line ends, and quotes that no backslash escapes.
    stops: u64,
    /// Line ends, and brackets of all kinds.
    brackets: u64,
    /// Whether the number of quotes up to and including this byte, counted from the start of the text, is
    /// odd. Two bytes of a line differ here if exactly one of them is inside a string.
    parity: u64,
    /// Bytes that no plain name has: escapes, control characters, anything but ASCII.
    odd: u64,
    /// What no number has.
    other: u64,
}

/// What carries over from 64 bytes to the next.
#[derive(Clone, Copy, Default)]
struct Carry {
    /// 1: the first byte is escaped.
    escaped: u64,
    /// All ones: the number of quotes so far is odd.
    parity: u64,
}

/// The bit maps of a text. Reading another text reuses the memory.
#[derive(Default)]
pub(in crate::log) struct Marks {
    bits: Vec<Bits>,
}

impl Marks {
    /// The bit maps of `text`, which begins where a line does.
    pub(in crate::log) fn read<'a>(&mut self, text: &'a [u8]) -> Marked<'a, '_> {
        let blocks = text.len().div_ceil(WIDTH);
        if self.bits.len() < blocks {
            self.bits.resize(blocks, Bits::default());
        }
        let bits = &mut self.bits[..blocks];
        fill(text, bits);
        Marked { text, bits }
    }
}

/// The pass over a text for one kind of register. The compiler builds all of it for those registers, so no
/// part may be a function that is not inlined.
struct Fill<'a, C> {
    by: C,
    text: &'a [u8],
    into: &'a mut [Bits],
}

impl<C: Classify> pulp::NullaryFnOnce for Fill<'_, C> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { by, text, into } = self;
        let (blocks, rest) = text.as_chunks::<WIDTH>();
        let mut carry = Carry::default();
        for (block, into) in blocks.iter().zip(into.iter_mut()) {
            *into = bits(by.classes(block), &mut carry);
        }
        if let Some(last) = into.get_mut(blocks.len()) {
            let mut block = [0; WIDTH];
            block[..rest.len()].copy_from_slice(rest);
            *last = bits(by.classes(&block), &mut carry);
        }
    }
}

/// Fills in the bits of `text`, in the widest registers of this machine.
fn fill(text: &[u8], into: &mut [Bits]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V4::try_new() {
        return simd.vectorize(Fill { by: wide::By512(simd), text, into });
    } else if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(Fill { by: wide::By256(simd), text, into });
    }
    pulp::NullaryFnOnce::call(Fill { by: ByWords, text, into });
}

#[inline(always)]
fn bits(classes: Classes, carry: &mut Carry) -> Bits {
    let Classes { quote, backslash, newline, bracket, odd, number } = classes;
    let quote = quote & !escaped(backslash, &mut carry.escaped);
    // Long texts have few quotes.
    let parity = if quote == 0 { carry.parity } else { parity(quote) ^ carry.parity };
    carry.parity = ((parity as i64) >> 63) as u64;
    Bits { stops: quote | newline, brackets: bracket | newline, parity, odd: odd | backslash, other: !number }
}

/// The bytes that a backslash escapes: those after an odd number of backslashes. `first` says whether the
/// first byte is escaped; on return, whether the byte after the last is.
#[inline(always)]
fn escaped(backslash: u64, first: &mut u64) -> u64 {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    // The borrow of a subtraction runs through a row of ones. So the bit after a row of backslashes differs
    // between rows that begin at an even place and rows that begin at an odd one.
    let begins = backslash & !*first;
    let rows = ((begins << 1) | ODD).wrapping_sub(begins) ^ ODD;
    let escaped = rows ^ (backslash | *first);
    *first = (rows & backslash) >> 63;
    escaped
}

/// For each bit, whether the number of ones at and below it is odd.
#[inline(always)]
fn parity(mut ones: u64) -> u64 {
    ones ^= ones << 1;
    ones ^= ones << 2;
    ones ^= ones << 4;
    ones ^= ones << 8;
    ones ^= ones << 16;
    ones ^ (ones << 32)
}

/// A text of whole lines, and its bit maps. Positions are counted from its start.
#[derive(Clone, Copy)]
pub(in crate::log) struct Marked<'a, 'm> {
    /// The text.
    pub(in crate::log) text: &'a [u8],
    bits: &'m [Bits],
}

impl Marked<'_, '_> {
    /// The first byte at or after `at` whose bit is set.
    #[inline(always)]
    fn next(&self, at: usize, of: impl Fn(&Bits) -> u64) -> Option<usize> {
        let mut number = at / WIDTH;
        let mut bits = of(self.bits.get(number)?) & (u64::MAX << (at % WIDTH));
        while bits == 0 {
            number += 1;
            bits = of(self.bits.get(number)?);
        }
        Some(number * WIDTH + bits.trailing_zeros() as usize)
    }

    /// The index after the closing quote of the string whose content starts at `at`, or `None` if it does not
    /// close on its line.
    #[inline]
    pub(in crate::log) fn string_end(&self, at: usize) -> Option<usize> {
        let stop = self.next(at, |it| it.stops)?;
        (self.text[stop] == b'"').then_some(stop + 1)
    }

    /// Whether `start..end` of a line holds only printable ASCII without escapes.
    #[inline]
    pub(in crate::log) fn is_plain(&self, start: usize, end: usize) -> bool {
        let (first, last) = (start / WIDTH, end.saturating_sub(1) / WIDTH);
        let from = u64::MAX << (start % WIDTH);
        let to = u64::MAX >> (WIDTH - 1 - end.saturating_sub(1) % WIDTH);
        let odd = |number: usize| self.bits.get(number).map_or(0, |it| it.odd);
        start >= end
            || if first == last {
                odd(first) & from & to == 0
            } else {
                odd(first) & from == 0 && (first + 1..last).all(|it| odd(it) == 0) && odd(last) & to == 0
            }
    }

    /// The index after the number, `true`, `false` or `null` at `at`, or `None` if there is none or it is not
    /// plain JSON (`NaN`).
    #[inline]
    pub(in crate::log) fn scalar_end(&self, at: usize) -> Option<usize> {
        match self.next(at, |it| it.other).unwrap_or(self.text.len()) {
            end if end > at => Some(end.min(self.text.len())),
            // No number begins with a letter.
            _ => scalar_end(self.text, at),
        }
    }

    /// The index after the object or array whose opening bracket is at `at`, or `None` if it does not close
    /// on its line.
    ///
    /// Counts only brackets of the outermost kind: in well-formed text the others balance among themselves.
    #[inline(never)]
    pub(in crate::log) fn container_end(&self, at: usize) -> Option<usize> {
        let open = self.text[at];
        // The closing bracket is the one two places on.
        let close = open + 2;
        let mut number = at / WIDTH;
        let mut bits = self.bits.get(number)?;
        let outside = ((bits.parity >> (at % WIDTH)) & 1).wrapping_neg();
        // This bracket too.
        let mut depth = 0;
        let mut from = u64::MAX << (at % WIDTH);
        loop {
            // A byte marked both as bracket and as quote is a line end.
            let mut found = bits.brackets & from & (!(bits.parity ^ outside) | bits.stops);
            while found != 0 {
                let at = number * WIDTH + found.trailing_zeros() as usize;
                let byte = self.text[at];
                if byte == close {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                } else if byte == open {
                    depth += 1;
                } else if byte == b'\n' {
                    return None;
                }
                found &= found - 1;
            }
            number += 1;
            bits = self.bits.get(number)?;
            from = u64::MAX;
        }
    }

    /// The index after the value at `at`, or `None` if there is none or it does not close on its line.
    #[inline(always)]
    pub(in crate::log) fn value_end(&self, at: usize) -> Option<usize> {
        match self.text.get(at)? {
            b'"' => self.string_end(at + 1),
            b'{' | b'[' => self.container_end(at),
            _ => self.scalar_end(at),
        }
    }

    /// The index of the first byte at or after `at` on the same line that is not JSON white space.
    #[inline]
    pub(in crate::log) fn skip_space(&self, mut at: usize) -> usize {
        while self.text.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            at += 1;
        }
        at
    }

    /// The end of the line that `at` is on: where its `\n` stands, or the end of the text.
    pub(in crate::log) fn line_end(&self, mut at: usize) -> usize {
        loop {
            match self.next(at, |it| it.stops) {
                None => return self.text.len(),
                Some(stop) if self.text[stop] == b'\n' => return stop,
                Some(stop) => at = stop + 1,
            }
        }
    }

    /// Whether a line ends at `at`.
    #[inline]
    pub(in crate::log) fn is_line_end(&self, at: usize) -> bool {
        at == self.text.len() || self.text.get(at) == Some(&b'\n')
    }
}
