//! Key orders learned from lines: most lines of a log look like one of its last few.
//!
//! A template is the text between the values of a line, key by key, and what to do with each value. A line that
//! has the same text in the same places has the same keys, none of them twice, so it needs no look at them. Any
//! surprise is a miss, and the order-agnostic walk decides. What a template says is what [`walk`] says: the
//! property test of `super::tests` compares them.

use smallvec::SmallVec;

use super::RecordType;
use super::spans::{Field, Part, Spans, walk};
use super::walk::value_end;

/// Templates kept at once: a few for each kind of record of a log.
const KEPT: usize = 16;
/// After so many misses in a row the keys have no order: templates are tried and learned only now and then.
const PATIENCE: u32 = 64;
/// How often then.
const RETRY: u32 = 32;

/// Text that stands between two values.
struct Literal {
    bytes: Box<[u8]>,
    /// The same, eight bytes at a time, with a mask for the last ones.
    words: SmallVec<[(u64, u64); 4]>,
}

impl Literal {
    fn new(bytes: &[u8]) -> Self {
        let word = |piece: &[u8]| {
            let mut value = [0; 8];
            let mut mask = [0; 8];
            value[..piece.len()].copy_from_slice(piece);
            mask[..piece.len()].fill(0xff);
            (u64::from_le_bytes(value), u64::from_le_bytes(mask))
        };
        Self { words: bytes.chunks(8).map(word).collect(), bytes: bytes.into() }
    }

    /// Whether it stands at `at`; the index behind it.
    fn behind(&self, line: &[u8], at: usize) -> Option<usize> {
        let same = match line.get(at..at + self.words.len() * 8) {
            Some(there) => self.words.iter().zip(there.chunks_exact(8)).all(|((value, mask), piece)| {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(piece);
                u64::from_le_bytes(bytes) & mask == *value
            }),
            // The end of the line is nearer than the end of the last word.
            None => line.get(at..)?.starts_with(&self.bytes),
        };
        same.then_some(at + self.bytes.len())
    }
}

/// The text before a value, and the field that the value is, if it is one of the header.
struct Step {
    before: Literal,
    field: Option<Field>,
}

/// The key order of one line.
struct Template {
    record_type: RecordType,
    steps: Vec<Step>,
    /// Behind the last value.
    end: Literal,
    /// Where `type` stands among the steps' text: behind the literal of this step, so far into it.
    kind: (usize, usize, usize),
}

impl Template {
    /// What `line`, walked over in these `parts`, teaches.
    fn learn(line: &[u8], parts: &[Part], record_type: RecordType) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(parts.len());
        let mut kind = (0, 0, 0);
        let mut from = 0;
        for part in parts {
            if part.field == Some(Field::Type) {
                // Its value is a part of the text, so that each kind has templates of its own.
                kind = (steps.len(), part.start - from, part.end - from);
                continue;
            }
            steps.push(Step { before: Literal::new(&line[from..part.start]), field: part.field });
            from = part.end;
        }
        Self { record_type, steps, end: Literal::new(&line[from..]), kind }
    }

    /// Whether `line` is like it; then `spans` say where its fields are.
    fn fits(&self, line: &[u8], spans: &mut Spans) -> bool {
        *spans = Spans::default();
        self.walk(line, spans) == Some(line.len())
    }

    fn walk(&self, line: &[u8], spans: &mut Spans) -> Option<usize> {
        let mut at = 0;
        let (kind, start, end) = self.kind;
        for (index, step) in self.steps.iter().enumerate() {
            if index == kind {
                spans.set(Field::Type, at + start, at + end);
            }
            at = step.before.behind(line, at)?;
            at = match step.field {
                None => value_end(line, at)?,
                Some(field) => spans.take(field, line, at)?,
            };
        }
        if kind == self.steps.len() {
            spans.set(Field::Type, at + start, at + end);
        }
        self.end.behind(line, at)
    }
}

/// The templates of the logs that are being read.
#[derive(Default)]
pub(super) struct Templates {
    kept: Vec<Template>,
    /// The one that fitted last.
    last: usize,
    /// The one that is replaced next.
    oldest: usize,
    misses: u32,
    /// Of the line looked at last.
    spans: Spans,
}

impl Templates {
    /// The kind of `line`, and where its header fields are; `None`: anything about it is odd.
    pub(super) fn spans(&mut self, line: &[u8]) -> Option<(RecordType, &Spans)> {
        u32::try_from(line.len()).ok()?;
        let attentive = self.misses < PATIENCE || self.misses.is_multiple_of(RETRY);
        if attentive && let Some(kind) = self.fitting(line) {
            self.misses = 0;
            return Some((kind, &self.spans));
        }
        self.misses = self.misses.wrapping_add(1).max(1);
        let (kind, spans) = if attentive { self.learn(line)? } else { by_walk(line, |_| {})? };
        self.spans = spans;
        Some((kind, &self.spans))
    }

    /// The kind of a line that is like one of them.
    fn fitting(&mut self, line: &[u8]) -> Option<RecordType> {
        let Self { kept, spans, last, .. } = self;
        let likely = kept.get(*last)?;
        if likely.fits(line, spans) {
            return Some(likely.record_type);
        }
        let other = (0..kept.len()).find(|it| it != last && kept[*it].fits(line, spans))?;
        *last = other;
        Some(kept[other].record_type)
    }

    fn learn(&mut self, line: &[u8]) -> Option<(RecordType, Spans)> {
        let mut parts: SmallVec<[Part; 24]> = SmallVec::new();
        let (kind, spans) = by_walk(line, |it| parts.push(it))?;
        // The text of a template is compared as it is: an escaped type could be written in many ways.
        if spans.of(Field::Type, line).is_some_and(|it| !it.contains(&b'\\')) {
            let template = Template::learn(line, &parts, kind);
            if self.kept.len() < KEPT {
                self.last = self.kept.len();
                self.kept.push(template);
            } else {
                self.oldest = (self.oldest + 1) % KEPT;
                self.last = self.oldest;
                self.kept[self.oldest] = template;
            }
        }
        Some((kind, spans))
    }
}

/// The same without templates.
pub(super) fn by_walk(line: &[u8], part: impl FnMut(Part)) -> Option<(RecordType, Spans)> {
    let spans = walk(line, part)?;
    let token = spans.of(Field::Type, line)?;
    let kind = match token.get(1..token.len() - 1) {
        Some(name) if spans.plain => RecordType::from_name(std::str::from_utf8(name).ok()?),
        _ => RecordType::from_name(&serde_json::from_slice::<std::borrow::Cow<'_, str>>(token).ok()?),
    };
    Some((kind, spans))
}
