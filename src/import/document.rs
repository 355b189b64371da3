//! A whole JSON document as a foreign writer left it, and where its parts stand.

use std::{borrow::Cow, cell::Cell};

use serde_json::value::RawValue;

use super::format::Sink;
use crate::{
    log::{Problem, raw_offset, repair},
    model::rule,
};

/// Where parts of a document stand.
pub(super) struct Places<'a> {
    text: &'a str,
    /// The bytes that the text was made of, and how many of them stand before it.
    document: &'a [u8],
    mark: usize,
    /// A place, and the line it is in, from 1: parts are asked for mostly in their order.
    last: Cell<(usize, u32)>,
}

impl Places<'_> {
    /// The line of `part`, a part of the document, from 1.
    pub(super) fn line(&self, part: &str) -> u32 {
        let at = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if at > self.text.len() {
            return 1;
        }
        let (from, line) = if self.last.get().0 <= at { self.last.get() } else { (0, 1) };
        let lines = memchr::memchr_iter(b'\n', &self.text.as_bytes()[from..at]).count();
        let line = line + lines as u32;
        self.last.set((at, line));
        line
    }

    /// Where `part` begins, in bytes; near enough for a problem.
    pub(super) fn offset(&self, part: &str) -> usize {
        let at = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize).min(self.text.len());
        raw_offset(self.document, self.mark + at).min(self.document.len())
    }
}

/// Hands the JSON text of a document to `read`, with what tells where its parts stand. A document that is no JSON,
/// as when it was cut, is a problem, and so is what stands behind it.
pub(super) fn read_document(
    document: &[u8],
    sink: &mut dyn Sink,
    read: impl FnOnce(&str, &Places<'_>, &mut dyn Sink),
) {
    let mut read = Some(read);
    walk(document, sink, true, |root, places, sink| {
        if let Some(read) = read.take() {
            read(root, places, sink);
        }
    });
}

/// The same for each of several documents, one after the other.
pub(super) fn read_values(
    documents: &[u8],
    sink: &mut dyn Sink,
    read: impl FnMut(&str, &Places<'_>, &mut dyn Sink),
) {
    walk(documents, sink, false, read);
}

fn walk(
    document: &[u8],
    sink: &mut dyn Sink,
    is_one: bool,
    mut read: impl FnMut(&str, &Places<'_>, &mut dyn Sink),
) {
    let mut problems = Vec::new();
    let lossy = String::from_utf8_lossy(document);
    if let Cow::Owned(_) = lossy {
        let message = "bytes that are not UTF-8, shown as U+FFFD";
        problems.push(Problem::new(rule::INVALID_UTF8, 0, message));
    }
    let text = lossy.strip_prefix('\u{feff}').unwrap_or(&lossy);
    let mark = lossy.len() - text.len();
    let text = repair(text, 0, &mut problems);
    let place = |it: usize| raw_offset(document, mark + it).min(document.len());
    for it in problems {
        sink.problem(Problem { offset: place(it.offset), ..it });
    }
    let places = Places { text: &text, document, mark, last: Cell::new((0, 1)) };
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
    let mut count = 0;
    while let Some(value) = values.next() {
        match value {
            Ok(raw) => read(raw.get(), &places, sink),
            Err(error) => {
                let message = format!("the document is not JSON, or was cut: {error}");
                // Where it ends: a cut one lacks what follows.
                let line = memchr::memchr_iter(b'\n', text.as_bytes()).nth(error.line().wrapping_sub(2));
                let offset = place(line.map_or(0, |it| it + 1));
                return sink.problem(Problem::new(rule::BAD_JSON, offset, message));
            }
        }
        count += 1;
        let rest = &text[values.byte_offset()..];
        let is_padding = rest.trim_matches(|it: char| it.is_whitespace() || it == '\0').is_empty();
        if is_padding {
            return;
        }
        if is_one {
            let message = format!("{} bytes behind the document are ignored", rest.len());
            let offset = place(values.byte_offset());
            return sink.problem(Problem::new(rule::TRAILING_TEXT, offset, message));
        }
    }
    if count == 0 {
        sink.problem(Problem::new(rule::BAD_JSON, 0, "the document is empty"));
    }
}
