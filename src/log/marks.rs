//! Where strings, brackets and lines end in JSON text: bit maps, made in one pass over many lines at once.
//!
//! ```text
//! whole lines -> Marks::read -> 5 bits a byte     64 bytes at a time, by the widest registers there are
//!                    `-> Marked::{string_end, container_end, line_end}     a few bits to look at, not bytes
//! ```
//!
//! By structure alone, like [`super::walk`], and with the same answers inside a line: it validates nothing.

use super::walk::scalar_end;

/// Bytes whose bits are made together.
const WIDTH: usize = 64;

/// A bit for each of 64 bytes, the first in the lowest place.
#[derive(Clone, Copy, Default)]
struct Bits {
    /// Line ends, and quotes without a backslash that escapes them.
    stops: u64,
    /// Line ends, and brackets of all kinds.
    brackets: u64,
    /// Whether an odd number of quotes stands before the byte or at it, counted from the start of the text: two
    /// bytes of a line differ in it if one of them is inside a string.
    parity: u64,
    /// What no plain name has: escapes, control characters, anything but ASCII.
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

/// What some bytes are, a bit each.
#[derive(Clone, Copy, Default)]
struct Classes {
    quote: u64,
    backslash: u64,
    newline: u64,
    bracket: u64,
    /// Control characters and bytes above `~`.
    odd: u64,
    /// What numbers are written with.
    number: u64,
}

/// The bit maps of a text. Reading another text reuses their room.
#[derive(Default)]
pub(super) struct Marks {
    bits: Vec<Bits>,
}

impl Marks {
    /// The bit maps of `text`, which begins where a line does.
    pub(super) fn read<'a>(&mut self, text: &'a [u8]) -> Marked<'a, '_> {
        let blocks = text.len().div_ceil(WIDTH);
        if self.bits.len() < blocks {
            self.bits.resize(blocks, Bits::default());
        }
        let bits = &mut self.bits[..blocks];
        fill(text, bits);
        Marked { text, bits }
    }
}

/// Something that tells what 64 bytes are.
trait Classify: Copy {
    fn classes(self, block: &[u8; WIDTH]) -> Classes;
}

/// The pass over a text, for registers of some kind. All of it is compiled for them, so nothing in it may be left to
/// a function of its own.
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

/// Makes the bits of `text`, by the widest registers that this machine has.
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
    let parity = parity(quote) ^ carry.parity;
    carry.parity = ((parity as i64) >> 63) as u64;
    Bits { stops: quote | newline, brackets: bracket | newline, parity, odd: odd | backslash, other: !number }
}

/// The bytes that a backslash before them escapes: those behind an odd number of backslashes. `first`: whether the
/// first of them is one, and afterwards the same of the byte that follows.
#[inline(always)]
fn escaped(backslash: u64, first: &mut u64) -> u64 {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    // As a borrow of a subtraction runs through a row of ones, the bit behind each row of backslashes turns out
    // different for rows that begin in an even and in an odd place.
    let begins = backslash & !*first;
    let rows = ((begins << 1) | ODD).wrapping_sub(begins) ^ ODD;
    let escaped = rows ^ (backslash | *first);
    *first = (rows & backslash) >> 63;
    escaped
}

/// For each bit whether an odd number of ones is at it and below.
#[inline(always)]
fn parity(mut ones: u64) -> u64 {
    ones ^= ones << 1;
    ones ^= ones << 2;
    ones ^= ones << 4;
    ones ^= ones << 8;
    ones ^= ones << 16;
    ones ^ (ones << 32)
}

/// Eight bytes at a time, on any machine.
#[derive(Clone, Copy)]
struct ByWords;

impl Classify for ByWords {
    #[inline(always)]
    fn classes(self, block: &[u8; WIDTH]) -> Classes {
        const ONES: u64 = u64::from_le_bytes([1; 8]);
        const LOWS: u64 = ONES * 0x7f;
        // A bit for each byte that is 0: the high bits of those that are, gathered.
        let zeros = |word: u64| {
            let high = !(((word & LOWS) + LOWS) | word | LOWS);
            (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
        };
        let mut all = Classes::default();
        for (place, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
            let word = u64::from_le_bytes(*bytes);
            let like = |word: u64, byte: u8| zeros(word ^ (ONES * u64::from(byte))) << (8 * place);
            all.quote |= like(word, b'"');
            all.backslash |= like(word, b'\\');
            all.newline |= like(word, b'\n');
            let folded = word | (ONES * u64::from(FOLD));
            all.bracket |= like(folded, b'{') | like(folded, b'}');
            // Bytes below a space have none of the three high bits.
            let low = zeros(word & (ONES * 0xe0));
            let high = !zeros(word & (ONES * 0x80)) & 0xff;
            all.odd |= (low | high) << (8 * place) | like(word, 0x7f);
            // Of what begins like a digit, those that reach the next row when six is added are none.
            let digits = zeros((word & (ONES * 0xf0)) ^ (ONES * 0x30));
            let beyond = zeros((((word & (ONES * 0x0f)) + ONES * 6) & (ONES * 0x10)) ^ (ONES * 0x10));
            all.number |= (digits & !beyond) << (8 * place);
            for sign in *b"+-.eE" {
                all.number |= like(word, sign);
            }
        }
        all
    }
}

/// Folds square brackets into curly ones.
const FOLD: u8 = 0x20;

#[cfg(target_arch = "x86_64")]
mod wide {
    //! The same with 32 and 64 bytes in a register. Bytes above 0x7f are negative there.

    use std::arch::x86_64::{__m256i, __m512i};

    use pulp::{
        cast,
        x86::{V3, V4},
    };

    use super::{Classes, Classify, FOLD, WIDTH};

    #[derive(Clone, Copy)]
    pub(super) struct By256(pub(super) V3);

    /// Numbers consist of bytes for which the two tables have a bit in common: by the high half of a byte, which
    /// rows it may be in, and by the low half, in which rows it is one.
    const HIGH: [u8; 16] = [0, 0, 2, 1, 4, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const LOW: [u8; 16] = [1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 0, 2, 0, 2, 2, 0];

    impl By256 {
        #[inline(always)]
        fn half(self, bytes: [u8; 32]) -> [u32; 6] {
            let Self(V3 { avx, avx2, .. }) = self;
            let bytes: __m256i = cast(bytes);
            let nibble = avx._mm256_set1_epi8(0x0f);
            let high = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(bytes), nibble);
            let high = avx2._mm256_shuffle_epi8(cast([HIGH; 2]), high);
            // A byte above 0x7f gives 0 here.
            let low = avx2._mm256_shuffle_epi8(cast([LOW; 2]), bytes);
            let number = avx2._mm256_and_si256(high, low);
            let none = avx2._mm256_cmpeq_epi8(number, avx._mm256_setzero_si256());
            let folded = avx2._mm256_or_si256(bytes, avx._mm256_set1_epi8(FOLD as i8));
            let quote = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(b'"' as i8));
            let backslash = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(b'\\' as i8));
            let newline = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(b'\n' as i8));
            let open = avx2._mm256_cmpeq_epi8(folded, avx._mm256_set1_epi8(b'{' as i8));
            let close = avx2._mm256_cmpeq_epi8(folded, avx._mm256_set1_epi8(b'}' as i8));
            let low = avx2._mm256_cmpgt_epi8(avx._mm256_set1_epi8(b' ' as i8), bytes);
            let delete = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(0x7f));
            [
                avx2._mm256_movemask_epi8(quote) as u32,
                avx2._mm256_movemask_epi8(backslash) as u32,
                avx2._mm256_movemask_epi8(newline) as u32,
                avx2._mm256_movemask_epi8(avx2._mm256_or_si256(open, close)) as u32,
                avx2._mm256_movemask_epi8(avx2._mm256_or_si256(low, delete)) as u32,
                !avx2._mm256_movemask_epi8(none) as u32,
            ]
        }
    }

    impl Classify for By256 {
        #[inline(always)]
        fn classes(self, block: &[u8; WIDTH]) -> Classes {
            let [low, high]: [[u8; 32]; 2] = cast(*block);
            let (low, high) = (self.half(low), self.half(high));
            Classes {
                quote: u64::from(low[0]) | u64::from(high[0]) << 32,
                backslash: u64::from(low[1]) | u64::from(high[1]) << 32,
                newline: u64::from(low[2]) | u64::from(high[2]) << 32,
                bracket: u64::from(low[3]) | u64::from(high[3]) << 32,
                odd: u64::from(low[4]) | u64::from(high[4]) << 32,
                number: u64::from(low[5]) | u64::from(high[5]) << 32,
            }
        }
    }

    #[derive(Clone, Copy)]
    pub(super) struct By512(pub(super) V4);

    impl Classify for By512 {
        #[inline(always)]
        fn classes(self, block: &[u8; WIDTH]) -> Classes {
            let Self(V4 { avx512f, avx512bw, .. }) = self;
            let bytes: __m512i = cast(*block);
            let nibble = avx512f._mm512_set1_epi8(0x0f);
            let in_row = avx512f._mm512_and_si512(avx512bw._mm512_srli_epi16::<4>(bytes), nibble);
            let in_row = avx512bw._mm512_shuffle_epi8(cast([HIGH; 4]), in_row);
            // A byte above 0x7f gives 0 here.
            let in_place = avx512bw._mm512_shuffle_epi8(cast([LOW; 4]), bytes);
            let folded = avx512f._mm512_or_si512(bytes, avx512f._mm512_set1_epi8(FOLD as i8));
            let open = avx512bw._mm512_cmpeq_epi8_mask(folded, avx512f._mm512_set1_epi8(b'{' as i8));
            let close = avx512bw._mm512_cmpeq_epi8_mask(folded, avx512f._mm512_set1_epi8(b'}' as i8));
            let low = avx512bw._mm512_cmpgt_epi8_mask(avx512f._mm512_set1_epi8(b' ' as i8), bytes);
            let delete = avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(0x7f));
            Classes {
                quote: avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(b'"' as i8)),
                backslash: avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(b'\\' as i8)),
                newline: avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(b'\n' as i8)),
                bracket: open | close,
                odd: low | delete,
                number: avx512bw._mm512_test_epi8_mask(in_row, in_place),
            }
        }
    }
}

/// A text of whole lines, and its bit maps. Positions are counted from its start.
#[derive(Clone, Copy)]
pub(super) struct Marked<'a, 'm> {
    /// The text.
    pub(super) text: &'a [u8],
    bits: &'m [Bits],
}

impl Marked<'_, '_> {
    /// The first byte at or behind `at` whose bit is set.
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

    /// The index behind the closing quote of the string whose content starts at `at`; `None`: it does not close on
    /// its line.
    #[inline]
    pub(super) fn string_end(&self, at: usize) -> Option<usize> {
        let stop = self.next(at, |it| it.stops)?;
        (self.text[stop] == b'"').then_some(stop + 1)
    }

    /// Whether `start..end` of a line holds nothing but printable ASCII without escapes.
    #[inline]
    pub(super) fn is_plain(&self, start: usize, end: usize) -> bool {
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

    /// The index behind the number, `true`, `false` or `null` at `at`; `None`: there is none, or what is there is not
    /// plain JSON (`NaN`).
    #[inline]
    pub(super) fn scalar_end(&self, at: usize) -> Option<usize> {
        match self.next(at, |it| it.other).unwrap_or(self.text.len()) {
            end if end > at => Some(end.min(self.text.len())),
            // No number begins with a letter.
            _ => scalar_end(self.text, at),
        }
    }

    /// The index behind the object or array whose opening bracket is at `at`; `None`: it does not close on its line.
    ///
    /// Only brackets of the outermost kind are counted: in well-formed text the others balance among themselves.
    #[inline(never)]
    pub(super) fn container_end(&self, at: usize) -> Option<usize> {
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
            // What is a bracket and a quote at once is a line end.
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

    /// The index behind the value at `at`; `None`: there is none, or it does not close on its line.
    #[inline(always)]
    pub(super) fn value_end(&self, at: usize) -> Option<usize> {
        match self.text.get(at)? {
            b'"' => self.string_end(at + 1),
            b'{' | b'[' => self.container_end(at),
            _ => self.scalar_end(at),
        }
    }

    /// The index of the first byte at or behind `at` that is not JSON white space, on the same line.
    #[inline]
    pub(super) fn skip_space(&self, mut at: usize) -> usize {
        while self.text.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            at += 1;
        }
        at
    }

    /// The end of the line that `at` is on: where its `\n` stands, or the end of the text.
    pub(super) fn line_end(&self, mut at: usize) -> usize {
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
    pub(super) fn is_line_end(&self, at: usize) -> bool {
        at == self.text.len() || self.text.get(at) == Some(&b'\n')
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::walk;

    /// Text in which what counts is frequent.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            6 => proptest::sample::select(b"\"\\{}[]\n".to_vec()),
            3 => proptest::sample::select(b"a ~\x7f\x80\xff\x1f\0\t,;Z^_|0189:/+-.eEtrue".to_vec()),
            1 => any::<u8>(),
        ];
        let sparse = prop_oneof![1 => byte.clone(), 9 => Just(b'x')];
        prop_oneof![
            proptest::collection::vec(byte, 0..300),
            proptest::collection::vec(sparse, 0..600),
            proptest::collection::vec(Just(b'\\'), 0..200),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn all_registers_say_what_bytes_are(text in text()) {
            let mut expected = Vec::new();
            let (mut escapes, mut odd_quotes) = (false, false);
            for (at, byte) in text.iter().enumerate() {
                if at % WIDTH == 0 {
                    expected.push((0, 0, 0, 0, 0));
                }
                let (stops, brackets, parity, odd, other) = expected.last_mut().unwrap();
                let bit = 1_u64 << (at % WIDTH);
                if *byte == b'"' && !escapes {
                    *stops |= bit;
                    odd_quotes = !odd_quotes;
                }
                if *byte == b'\n' {
                    *stops |= bit;
                }
                if b"{}[]\n".contains(byte) {
                    *brackets |= bit;
                }
                if odd_quotes {
                    *parity |= bit;
                }
                if *byte == b'\\' || !(b' '..=b'~').contains(byte) {
                    *odd |= bit;
                }
                if !b"0123456789+-.eE".contains(byte) {
                    *other |= bit;
                }
                escapes = *byte == b'\\' && !escapes;
            }
            let valid = match text.len() % WIDTH {
                0 => u64::MAX,
                rest => (1 << rest) - 1,
            };
            let check = |fill: &dyn Fn(&[u8], &mut [Bits])| {
                let mut bits = vec![Bits::default(); expected.len()];
                fill(&text, &mut bits);
                if let Some(last) = bits.last_mut() {
                    last.odd &= valid;
                    last.parity &= valid;
                    last.other &= valid;
                }
                let bits: Vec<_> = bits.iter().map(|it| (it.stops, it.brackets, it.parity, it.odd, it.other)).collect();
                assert_eq!(bits, expected);
            };
            check(&fill);
            check(&|text, into| pulp::NullaryFnOnce::call(Fill { by: ByWords, text, into }));
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                            check(&|text, into| simd.vectorize(Fill { by: wide::By256(simd), text, into }));
            }
        }

        #[test]
        fn lines_and_strings_end_where_the_walk_says(text in text(), at in 0..200_usize) {
            let mut marks = Marks::default();
            let marked = marks.read(&text);
            let end = at + text.iter().skip(at).take_while(|it| **it != b'\n').count();
            if at < text.len() {
                prop_assert_eq!(marked.line_end(at), end);
                let plain = text[at..end].iter().all(|it| (b' '..=b'~').contains(it) && *it != b'\\');
                prop_assert_eq!(marked.is_plain(at, end), plain);
            }
            if at < end {
                prop_assert_eq!(marked.scalar_end(at), walk::scalar_end(&text[..end], at));
            }
            // What stands before a value escapes nothing in it.
            if at > 0 && at < end && text[at - 1] == b'"' {
                prop_assert_eq!(marked.string_end(at), walk::string_end(&text[..end], at));
            }
        }

        #[test]
        fn containers_end_where_the_walk_says(mut text in text(), at in 0..200_usize) {
            // Outside of strings a backslash is no JSON, and the two need not agree about what it does; nor where one
            // begins inside of a string.
            let (mut inside, mut escapes) = (false, false);
            let mut starts = false;
            for (index, byte) in text.iter_mut().enumerate() {
                starts |= index == at && !inside;
                match *byte {
                    b'"' if !escapes => inside = !inside,
                    b'\n' => inside = false,
                    b'\\' if !inside => *byte = b'x',
                    _ => {}
                }
                escapes = *byte == b'\\' && !escapes;
            }
            let mut marks = Marks::default();
            let marked = marks.read(&text);
            let end = at + text.iter().skip(at).take_while(|it| **it != b'\n').count();
            if starts && at < end && b"{[".contains(&text[at]) {
                prop_assert_eq!(marked.container_end(at), walk::container_end(&text[..end], at));
            }
        }
    }
}
