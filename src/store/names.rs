//! Names as numbers, in the order in which they come; and ids of records as such a number and a counter.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

/// The latest names, by a hash of a few of their bytes.
const RECENT: usize = 256;
/// Longer names are always looked up.
const SHORT: usize = 24;

/// Numbers of names, from 0.
#[derive(Default)]
pub(super) struct Names {
    numbers: FxHashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
    recent: Vec<Recent>,
}

#[derive(Clone, Copy, Default)]
struct Recent {
    /// All bytes of the name, some of them twice.
    words: [u64; 3],
    len: u32,
    number: u32,
}

impl Recent {
    /// One word after the other: as arrays they would go through memory.
    #[inline]
    fn is(&self, words: [u64; 3], len: u32) -> bool {
        let [a, b, c] = words;
        let [x, y, z] = self.words;
        (a ^ x) | (b ^ y) | (c ^ z) | u64::from(len ^ self.len) == 0
    }
}

impl Names {
    /// The number of a name; a new name gets the next. `None` if it is not UTF-8 or there are `most` others.
    #[inline]
    pub(super) fn number(&mut self, name: &[u8], most: usize) -> Option<u32> {
        if name.len() > SHORT || name.is_empty() {
            return self.look_up(name, most);
        }
        let words = words(name);
        let len = name.len() as u32;
        let slot = slot(words, len);
        match self.recent.get(slot) {
            Some(recent) if recent.is(words, len) => Some(recent.number),
            _ => self.remember(name, most, slot, words),
        }
    }

    #[cold]
    fn remember(&mut self, name: &[u8], most: usize, slot: usize, words: [u64; 3]) -> Option<u32> {
        if self.recent.is_empty() {
            self.recent = vec![Recent::default(); RECENT];
        }
        let number = self.look_up(name, most)?;
        self.recent[slot] = Recent { words, len: name.len() as u32, number };
        Some(number)
    }

    fn look_up(&mut self, name: &[u8], most: usize) -> Option<u32> {
        let name = std::str::from_utf8(name).ok()?;
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        if self.names.len() >= most {
            return None;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        Some(number)
    }

    /// The number of the text before a counter; `None` if there are too many such texts.
    pub(super) fn prefix(&mut self, text: &[u8]) -> Option<u8> {
        self.number(text, PREFIXES).and_then(|it| u8::try_from(it).ok())
    }

    /// The name with this number.
    pub(super) fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.names.clear();
        self.recent.fill(Recent::default());
    }
}

/// The bytes of a short name as numbers; together with its length they are unique.
#[inline]
fn words(name: &[u8]) -> [u64; 3] {
    let word = |at: usize| {
        let piece = name.get(at..at + 8).and_then(|it| it.try_into().ok());
        piece.map_or(0, u64::from_le_bytes)
    };
    let half = |at: usize| {
        let piece = name.get(at..at + 4).and_then(|it| it.try_into().ok());
        u64::from(piece.map_or(0, u32::from_le_bytes))
    };
    let last = name.len().saturating_sub(1);
    match name.len() {
        0 => [0; 3],
        1..=3 => {
            let byte = |at: usize| u64::from(name[at]);
            [byte(0) | byte(last / 2) << 8 | byte(last) << 16, 0, 0]
        }
        4..=7 => [half(0) | half(last - 3) << 32, 0, 0],
        8..=16 => [word(0), word(last - 7), 0],
        _ => [word(0), word(8), word(last - 7)],
    }
}

/// Where a name would stand among the latest ones.
#[inline]
fn slot(words: [u64; 3], len: u32) -> usize {
    let mixed = words[0].rotate_left(7) ^ words[1] ^ words[2].rotate_left(29) ^ u64::from(len);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

/// The id of a record, as far as the index keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    /// It has none.
    None,
    /// The text before the digits at its end, by number, and the value of those digits.
    Counted {
        /// Number of the text before.
        prefix: u8,
        /// At most seven digits, without a zero in front.
        count: u32,
    },
    /// A hash of it; odd if it could be counted.
    Hashed(u64),
}

/// At most this many texts before a counter are told apart.
pub(super) const PREFIXES: usize = 250;

impl Id {
    /// The id `text`, its prefix numbered by `prefixes`.
    pub(super) fn of(text: &[u8], prefixes: &mut Names) -> Self {
        let (prefix, digits) = split(text);
        let mut counted = || {
            let prefix = prefixes.prefix(prefix)?;
            let count = digits.iter().fold(0, |sum, it| sum * 10 + u32::from(it - b'0'));
            Some(Self::Counted { prefix, count })
        };
        if digits.is_empty() { None } else { counted() }.unwrap_or_else(|| Self::Hashed(hash(text)))
    }

    /// The same with another number for its prefix: `of` gets the number in `from` and may give a new one.
    pub(super) fn renumbered(self, from: &Names, of: impl FnOnce(u32) -> Option<u8>) -> Self {
        let Self::Counted { prefix, count } = self else { return self };
        let prefix = u32::from(prefix);
        match of(prefix) {
            Some(prefix) => Self::Counted { prefix, count },
            None => Self::Hashed(hash(format!("{}{count}", from.name(prefix)).as_bytes())),
        }
    }

    /// A hash of its text; `None` without an id.
    pub(super) fn hash(self, prefixes: &Names) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Counted { prefix, count } => {
                Some(hash(format!("{}{count}", prefixes.name(u32::from(prefix))).as_bytes()))
            }
            Self::Hashed(hash) => Some(hash),
        }
    }
}

/// The text of an id, and the up to seven digits at its end that count.
fn split(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().rev().take(7).take_while(|it| it.is_ascii_digit()).count();
    let mut start = text.len() - digits;
    while start + 1 < text.len() && text[start] == b'0' {
        start += 1;
    }
    text.split_at(start)
}

fn hash(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    let countable = text.last().is_some_and(u8::is_ascii_digit);
    hasher.finish() & !1 | u64::from(countable)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_numbered_as_they_come() {
        let mut names = Names::default();
        let long = "a name of more than twenty-four bytes";
        for (name, number) in [("b", 0), ("a", 1), ("b", 0), (long, 2), ("", 3), (long, 2), ("", 3)] {
            assert_eq!(names.number(name.as_bytes(), 4), Some(number), "{name}");
            assert_eq!(names.name(number), name);
        }
        assert_eq!((names.number(b"more", 4), names.number(b"\xff", 9), names.len()), (None, None, 4));
        names.clear();
        assert_eq!((names.number(b"a", 4), names.len()), (Some(0), 1));
    }

    #[test]
    fn counters_of_ids() {
        let check = |text: &str, prefix: &str, digits: &str| {
            assert_eq!(split(text.as_bytes()), (prefix.as_bytes(), digits.as_bytes()), "{text}");
        };
        check("a12", "a", "12");
        check("a0", "a", "0");
        check("a007", "a00", "7");
        check("a00", "a0", "0");
        check("12345678", "1", "2345678");
        check("x", "x", "");
        check("", "", "");
    }

    proptest! {
        #[test]
        fn short_names_are_told_apart(a in "[ab]{0,24}", b in "[ab]{0,24}") {
            let same = words(a.as_bytes()) == words(b.as_bytes()) && a.len() == b.len();
            prop_assert_eq!(same, a == b);
            let (mut names, mut other) = (Names::default(), a.clone().into_bytes());
            names.number(a.as_bytes(), 9);
            if let Some(byte) = other.last_mut() {
                *byte = b'c';
                prop_assert_eq!(names.number(&other, 9), Some(1));
            }
        }

        #[test]
        fn an_id_has_one_hash_however_it_is_kept(texts in proptest::collection::vec("[ab0]{0,3}[0-9]{0,9}", 1..40)) {
            let (mut from, mut to) = (Names::default(), Names::default());
            to.number(b"other", PREFIXES);
            for text in &texts {
                let id = Id::of(text.as_bytes(), &mut from);
                let there = id.renumbered(&from, |it| to.prefix(from.name(it).as_bytes()));
                prop_assert_eq!(id.hash(&from), Some(hash(text.as_bytes())));
                prop_assert_eq!(there.hash(&to), Some(hash(text.as_bytes())));
                prop_assert_eq!(id.renumbered(&from, |_| None), Id::Hashed(hash(text.as_bytes())));
            }
        }
    }
}
