//! Key orders learned from lines: most lines of a log look like one of the last few.
//!
//! A template holds the text between the values of a line, key by key, and what to do with each value. A line
//! with the same text in the same places has the same keys, none of them twice, so its keys need no look. Any
//! surprise is a miss, and the order-agnostic walk decides. A template says what [`walk`] says: the property
//! test in `super::tests` compares the two.

use std::ops::Range;

use smallvec::SmallVec;

use super::RecordType;
use super::json::marks::Marked;
use super::spans::{Field, Part, Spans, walk};

/// Templates kept at once: a few for each kind of record of a log.
const KEPT: usize = 16;
/// After so many misses in a row the keys seem to have no order: templates are tried and learned only rarely.
const PATIENCE: u32 = 64;
/// Then one line in this many tries the templates.
const RETRY: u32 = 32;

/// Sixteen bytes of a text, or fewer.
struct Piece {
    value: [u64; 2],
    mask: [u64; 2],
}

impl Piece {
    const LEN: usize = 16;

    fn new(bytes: &[u8]) -> Self {
        let mut mask = [0; Self::LEN];
        mask[..bytes.len()].fill(0xff);
        Self { value: words(&padded(bytes)), mask: words(&mask) }
    }

    #[inline(always)]
    fn is_at(&self, text: &[u8], at: usize) -> bool {
        let there = match text.get(at..at + Self::LEN).and_then(|it| it.first_chunk()) {
            Some(bytes) => words(bytes),
            // The text ends before the piece does.
            None => words(&padded(text.get(at..).unwrap_or_default())),
        };
        let [a, b] = there;
        ((a ^ self.value[0]) & self.mask[0]) | ((b ^ self.value[1]) & self.mask[1]) == 0
    }
}

#[cold]
fn padded(bytes: &[u8]) -> [u8; Piece::LEN] {
    let mut all = [0; Piece::LEN];
    all[..bytes.len()].copy_from_slice(bytes);
    all
}

#[inline(always)]
fn words(bytes: &[u8; Piece::LEN]) -> [u64; 2] {
    let (words, _) = bytes.as_chunks::<8>();
    [u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])]
}

/// The text between two values.
struct Literal {
    /// Its beginning, which is all of most keys.
    first: Piece,
    rest: Box<[Piece]>,
    len: usize,
}

impl Literal {
    fn new(bytes: &[u8]) -> Self {
        let (first, rest) = bytes.split_at(bytes.len().min(Piece::LEN));
        let rest = rest.chunks(Piece::LEN).map(Piece::new).collect();
        Self { first: Piece::new(first), rest, len: bytes.len() }
    }

    /// If it stands at `at`: the index after it.
    #[inline(always)]
    fn behind(&self, text: &[u8], at: usize) -> Option<usize> {
        let mut same = self.first.is_at(text, at);
        for (number, piece) in self.rest.iter().enumerate() {
            same &= piece.is_at(text, at + (number + 1) * Piece::LEN);
        }
        let end = at + self.len;
        (same && end <= text.len()).then_some(end)
    }
}

/// The text before a value, and which header field the value is, if any.
struct Step {
    before: Literal,
    field: Option<Field>,
}

/// The key order of one line.
struct Template {
    record_type: RecordType,
    steps: Vec<Step>,
    /// The text after the last value.
    end: Literal,
    /// Where `type` stands: the step whose text holds it, how far into that text, and where it ends.
    kind: (usize, usize, usize),
}

impl Template {
    /// Learns a template from the line that is `at`, whose walk gave these `parts`.
    fn learn(text: &[u8], at: Range<usize>, parts: &[Part], record_type: RecordType) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(parts.len());
        let mut kind = (0, 0, 0);
        let mut from = at.start;
        for part in parts {
            if part.field == Some(Field::Type) {
                // Its value is part of the text, so each kind has its own templates.
                kind = (steps.len(), part.start - from, part.end - from);
                continue;
            }
            steps.push(Step { before: Literal::new(&text[from..part.start]), field: part.field });
            from = part.end;
        }
        Self { record_type, steps, end: Literal::new(&text[from..at.end]), kind }
    }

    /// The end of the line at `at`, if the line fits this template; `spans` then say where its fields are.
    /// Before the call they must be empty or hold what this template put there.
    fn fits(&self, text: Marked<'_, '_>, mut at: usize, spans: &mut Spans) -> Option<usize> {
        spans.plain = true;
        let (kind, start, end) = self.kind;
        for (index, step) in self.steps.iter().enumerate() {
            if index == kind {
                spans.set(Field::Type, at + start, at + end);
            }
            at = step.before.behind(text.text, at)?;
            at = match step.field {
                None => text.value_end(at)?,
                Some(field) => spans.take(field, text, at)?,
            };
        }
        if kind == self.steps.len() {
            spans.set(Field::Type, at + start, at + end);
        }
        let end = self.end.behind(text.text, at)?;
        text.is_line_end(end).then_some(end)
    }
}

/// The templates of the logs that are being read.
#[derive(Default)]
pub(super) struct Templates {
    kept: Vec<Template>,
    /// The template that fitted last.
    last: usize,
    /// The template to replace next.
    oldest: usize,
    misses: u32,
    /// The spans of the last line.
    spans: Spans,
    /// The template that filled them.
    filled_by: Option<usize>,
}

/// A line that is a record by its structure.
pub(super) struct Recognised<'s> {
    /// Its kind.
    pub(super) record_type: RecordType,
    /// Where the fields of its header stand.
    pub(super) spans: &'s Spans,
    /// Where it ends.
    pub(super) end: usize,
}

impl Templates {
    /// The line at `at` of a text, or `None` if anything about it is odd.
    #[inline]
    pub(super) fn recognise(&mut self, text: Marked<'_, '_>, at: usize) -> Option<Recognised<'_>> {
        let attentive = self.misses < PATIENCE || self.misses.is_multiple_of(RETRY);
        if attentive && let Some((record_type, end)) = self.fitting(text, at) {
            self.misses = 0;
            return Some(Recognised { record_type, spans: &self.spans, end });
        }
        self.misses = self.misses.wrapping_add(1).max(1);
        self.filled_by = None;
        self.spans = Spans::default();
        let (record_type, spans, end) =
            if attentive { self.learn(text, at)? } else { by_walk(text, at, |_| {})? };
        self.spans = spans;
        Some(Recognised { record_type, spans: &self.spans, end })
    }

    /// The kind and the end of a line that fits one of the templates.
    #[inline]
    fn fitting(&mut self, text: Marked<'_, '_>, at: usize) -> Option<(RecordType, usize)> {
        let likely = self.last;
        if likely < self.kept.len()
            && let Some(end) = self.try_on(likely, text, at)
        {
            return Some((self.kept[likely].record_type, end));
        }
        let mut others = (0..self.kept.len()).filter(|it| *it != likely);
        let (other, end) = others.find_map(|it| self.try_on(it, text, at).map(|end| (it, end)))?;
        self.last = other;
        Some((self.kept[other].record_type, end))
    }

    #[inline]
    fn try_on(&mut self, index: usize, text: Marked<'_, '_>, at: usize) -> Option<usize> {
        if self.filled_by != Some(index) {
            self.spans = Spans::default();
            self.filled_by = Some(index);
        }
        self.kept[index].fits(text, at, &mut self.spans)
    }

    fn learn(&mut self, text: Marked<'_, '_>, at: usize) -> Option<(RecordType, Spans, usize)> {
        let mut parts: SmallVec<[Part; 24]> = SmallVec::new();
        let (kind, spans, end) = by_walk(text, at, |it| parts.push(it))?;
        // A template compares text as it is, and an escaped type can be written in many ways.
        if spans.of(Field::Type, text.text).is_some_and(|it| !it.contains(&b'\\')) {
            let template = Template::learn(text.text, at..end, &parts, kind);
            if self.kept.len() < KEPT {
                self.last = self.kept.len();
                self.kept.push(template);
            } else {
                self.oldest = (self.oldest + 1) % KEPT;
                self.last = self.oldest;
                self.kept[self.oldest] = template;
            }
        }
        Some((kind, spans, end))
    }
}

/// The same without templates: kind, fields and end of the line at `at`.
pub(super) fn by_walk(
    text: Marked<'_, '_>,
    at: usize,
    part: impl FnMut(Part),
) -> Option<(RecordType, Spans, usize)> {
    let (spans, end) = walk(text, at, part)?;
    let token = spans.of(Field::Type, text.text)?;
    let kind = match token.get(1..token.len() - 1) {
        Some(name) if spans.plain => RecordType::from_name(std::str::from_utf8(name).ok()?),
        _ => RecordType::from_name(&serde_json::from_slice::<std::borrow::Cow<'_, str>>(token).ok()?),
    };
    Some((kind, spans, end))
}
