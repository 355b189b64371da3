//! JSON objects out of the lines of a growing file, wherever their writer put the line ends.
//!
//! Writers of one format differ in this: an object a line, an indented document, indented objects one behind
//! the other, or a list of objects over many lines. All of them come out here as whole objects with the line
//! on which each begins. What stands between them (words of a logger, commas, the brackets of a list) is
//! passed over. An object that never ends costs itself: what it holds up to its last whole part is handed on.

use std::{borrow::Cow, cell::Cell, collections::HashMap};

use crate::{
    log::{
        Problem,
        json::walk::{container_end, skip_space, string_end},
        raw_offset, repair,
    },
    model::rule,
};

/// An object may be this long, bytes; a longer one is lost.
const LONGEST: usize = 1 << 30;

/// Cuts lines into objects.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// The object that has begun and not ended; empty: none has.
    pending: Vec<u8>,
    /// The line on which it begins.
    first: u32,
    /// How many lines it has so far.
    lines: u32,
    /// How many of its brackets are open, and whether its last line ends within a string.
    depth: u32,
    in_string: bool,
    /// Its second line is indented, so another one at the margin is not part of it.
    indented: bool,
}

/// A whole object: its text, and what had to be mended to read it.
pub(super) struct Value<'a> {
    pub(super) text: &'a str,
    /// The line on which it begins, from 1.
    line: u32,
    /// A place in the text, and how many lines end before it: parts are asked for mostly in their order.
    counted: Cell<(usize, u32)>,
}

impl Value<'_> {
    /// The line on which it begins.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// The lines of the strings that stand behind `key` anywhere in it; of equal ones the last.
    pub(super) fn lines_of(&self, key: &str) -> HashMap<String, u32> {
        let (text, quoted) = (self.text.as_bytes(), format!("\"{key}\""));
        let mut found = HashMap::new();
        let (mut line, mut counted) = (self.line, 0);
        for at in memchr::memmem::find_iter(text, quoted.as_bytes()) {
            let colon = skip_space(text, at + quoted.len());
            let start = skip_space(text, colon + 1);
            if text.get(colon) == Some(&b':') && text.get(start) == Some(&b'"') {
                let Some(end) = string_end(text, start + 1) else { break };
                line += memchr::memchr_iter(b'\n', &text[counted..at]).count() as u32;
                counted = at;
                found.insert(self.text[start + 1..end - 1].to_owned(), line);
            }
        }
        found
    }

    /// The line of `part`, which is a part of this object's text.
    pub(super) fn line_of(&self, part: &str) -> u32 {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let (from, ended) = if self.counted.get().0 <= offset { self.counted.get() } else { (0, 0) };
        let Some(between) = self.text.as_bytes().get(from..offset) else { return self.line };
        let ended = ended + memchr::memchr_iter(b'\n', between).count() as u32;
        self.counted.set((offset, ended));
        self.line + ended
    }
}

/// Takes whole objects; what it returns is wrong with the object.
pub(super) type Each<'a> = &'a mut dyn FnMut(Value<'_>, &mut Vec<Problem>);

impl Values {
    /// Takes line `number` and hands on the objects that end in it. Returns what is wrong with it.
    pub(super) fn read(&mut self, line: &[u8], number: u32, each: Each<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut at = 0;
        if !self.pending.is_empty() {
            if self.is_anew(line) {
                problems.push(self.cut_off(each));
            } else {
                match self.advance(line) {
                    Some(end) => {
                        self.pending.extend_from_slice(&line[..end]);
                        let whole = std::mem::take(&mut self.pending);
                        hand_on(&whole, self.first, None, each, &mut problems);
                        at = end;
                    }
                    None if self.pending.len() + line.len() > LONGEST => {
                        let message =
                            format!("the object that begins in line {} is longer than is read", self.first);
                        problems.push(Problem::new(rule::LINE_TOO_LONG, 0, message));
                        *self = Self::default();
                        return problems;
                    }
                    None => {
                        self.indented |=
                            self.lines == 1 && line.first().is_some_and(|it| matches!(it, b' ' | b'\t'));
                        self.lines += 1;
                        self.pending.extend_from_slice(line);
                        return problems;
                    }
                }
            }
        }
        loop {
            at = skip_space(line, at);
            match line.get(at) {
                Some(b'{') => match container_end(line, at) {
                    Some(end) => {
                        hand_on(&line[at..end], number, Some(at), each, &mut problems);
                        at = end;
                    }
                    None => {
                        *self = Self { first: number, lines: 1, ..Self::default() };
                        self.advance(&line[at..]);
                        self.pending.extend_from_slice(&line[at..]);
                        if self.pending.last() != Some(&b'\n') {
                            self.pending.push(b'\n');
                        }
                        return problems;
                    }
                },
                // The mode of a row `["updates", {...}]`.
                Some(b'"') => match string_end(line, at + 1) {
                    Some(end) => at = end,
                    None => return problems,
                },
                // A byte order mark, and the NULs with which a truncated file begins.
                Some(b'[' | b']' | b',' | 0 | 0xef | 0xbb | 0xbf) => at += 1,
                _ => return problems,
            }
        }
    }

    /// Gives up the object that has begun: nothing more is expected.
    pub(super) fn finish(&mut self, each: Each<'_>) -> Option<Problem> {
        (!self.pending.is_empty()).then(|| self.cut_off(each))
    }

    /// Whether `line` begins an object of its own, because the one before was never ended.
    fn is_anew(&self, line: &[u8]) -> bool {
        let at_margin = line.first() == Some(&b'{');
        let whole = || line.len() > 4 && container_end(line, 0).is_some();
        at_margin && (self.indented || self.in_string || whole())
    }

    /// Counts the brackets of `bytes`. Returns the index after the one that ends the object.
    fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        // A string cannot go on in the next line; if one seems to, its line is torn, and the rest is a guess.
        self.in_string = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => match string_end(bytes, at + 1) {
                    Some(end) => {
                        at = end;
                        continue;
                    }
                    None => {
                        self.in_string = true;
                        return None;
                    }
                },
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Hands on what there is of an object that does not end.
    fn cut_off(&mut self, each: Each<'_>) -> Problem {
        let cut = std::mem::take(self);
        let saved = whole_part(&cut.pending);
        let mut lost = Vec::new();
        if let Some(saved) = &saved {
            hand_on(saved, cut.first, None, each, &mut lost);
        }
        let what = if saved.is_some() { "its whole parts are read" } else { "it is lost" };
        let message = format!("the object that begins in line {} does not end: {what}", cut.first);
        Problem::new(rule::BAD_JSON, 0, message)
    }
}

/// What an object holds up to the last bracket that was closed in it, with the open ones closed.
fn whole_part(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut open, mut at): (Vec<u8>, usize) = (Vec::new(), 0);
    let mut last: Option<(usize, Vec<u8>)> = None;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => match string_end(bytes, at) {
                Some(end) => at = end,
                None => break,
            },
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                open.pop();
                // What is open now is open at the end as well, or was closed by a later bracket.
                match &mut last {
                    Some((end, still)) if still.len() == open.len() => *end = at,
                    _ => last = Some((at, open.clone())),
                }
            }
            _ => {}
        }
    }
    let (end, open) = last?;
    let mut whole = bytes[..end].to_vec();
    whole.extend(open.iter().rev());
    Some(whole)
}

/// Hands on one object as text that is JSON, or says why it is none. `offset` is its place in its line; of an
/// object over several lines only the last of them is known.
fn hand_on(bytes: &[u8], line: u32, offset: Option<usize>, each: Each<'_>, problems: &mut Vec<Problem>) {
    let mut found = Vec::new();
    let lossy = String::from_utf8_lossy(bytes);
    if let Cow::Owned(_) = lossy {
        let message = "bytes that are not UTF-8, shown as U+FFFD";
        found.push(Problem::new(rule::INVALID_UTF8, 0, message));
    }
    let text = repair(&lossy, 0, &mut found);
    let place = |it: usize| offset.map_or(0, |offset| offset + raw_offset(bytes, it));
    for problem in &mut found {
        problem.offset = place(problem.offset);
    }
    let mut of_content = Vec::new();
    each(Value { text: &text, line, counted: Cell::default() }, &mut of_content);
    problems.extend(found);
    problems.extend(of_content.into_iter().map(|it| Problem { offset: place(it.offset), ..it }));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The objects in `text` with their lines, and the rules of the problems.
    fn check(text: &str, objects: &[(u32, &str)], rules: &[&str]) {
        let mut values = Values::default();
        let mut found: Vec<(u32, String)> = Vec::new();
        let mut each = |it: Value<'_>, _: &mut Vec<Problem>| {
            let compact: serde_json::Value = serde_json::from_str(it.text).unwrap();
            found.push((it.line, compact.to_string()));
        };
        let mut problems = Vec::new();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            problems.extend(values.read(line.as_bytes(), at as u32 + 1, &mut each));
        }
        problems.extend(values.finish(&mut each));
        let found: Vec<(u32, &str)> = found.iter().map(|it| (it.0, it.1.as_str())).collect();
        assert_eq!(found, objects, "{text}");
        assert_eq!(problems.iter().map(|it| it.rule.name()).collect::<Vec<_>>(), rules, "{problems:?}");
    }

    #[test]
    fn parts_have_their_lines_in_whatever_order_they_are_asked_for() {
        let text = "{\n \"a\": [1,\n 2],\n \"b\": 3\n}";
        let value = Value { text, line: 7, counted: Cell::default() };
        let line = |part: &str| value.line_of(&text[text.find(part).unwrap()..]);
        assert_eq!([line("1"), line("2"), line("\"b\""), line("1"), line("3")], [8, 9, 10, 8, 10]);
        assert_eq!(value.line_of("elsewhere"), 7);
    }

    #[test]
    fn objects_in_every_layout() {
        check("{\"a\":1}\n{\"a\":2}\n", &[(1, "{\"a\":1}"), (2, "{\"a\":2}")], &[]);
        check("{\n  \"a\": {\n    \"b\": \"}\"\n  }\n}\n", &[(1, "{\"a\":{\"b\":\"}\"}}")], &[]);
        check("{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", &[(1, "{\"a\":1}"), (4, "{\"a\":2}")], &[]);
        check("[\n  {\"a\": 1},\n  {\n  \"a\": 2\n  }\n]\n", &[(2, "{\"a\":1}"), (3, "{\"a\":2}")], &[]);
        check("[{\"a\":1},{\"a\":2}]", &[(1, "{\"a\":1}"), (1, "{\"a\":2}")], &[]);
        check("[\"mode\", {\"a\":1}]\n\"b\": {\"a\":2}\n", &[(1, "{\"a\":1}")], &[]);
        check("{\n\"a\": [\n{\n\"b\": 1\n},\n{}\n]\n}\n", &[(1, "{\"a\":[{\"b\":1},{}]}")], &[]);
        check("\u{feff}{\"a\":1}\nINFO started\n\n{\"a\":2}", &[(1, "{\"a\":1}"), (4, "{\"a\":2}")], &[]);
    }

    #[test]
    fn what_does_not_end_costs_itself() {
        check(
            "{\"a\":{\"b\":1},\"c\n{\"a\":2}\n",
            &[(1, "{\"a\":{\"b\":1}}"), (2, "{\"a\":2}")],
            &["bad-json"],
        );
        check("{\"a\":[1,\n{\"a\":2}\n", &[(2, "{\"a\":2}")], &["bad-json"]);
        check(
            "{\n  \"s\": [\n    {\"x\": 1},\n    {\"x\": 2}\n  ],\n  \"t\": {\"y\"",
            &[(1, "{\"s\":[{\"x\":1},{\"x\":2}]}")],
            &["bad-json"],
        );
        check("{\n  \"a\": 1,\n{\n  \"a\": 2\n}\n", &[(3, "{\"a\":2}")], &["bad-json"]);
        check("no object\n]]]}}}\n", &[], &[]);
    }

    #[test]
    fn what_writers_leave_is_mended() {
        check("{\"a\":NaN}\n", &[(1, "{\"a\":\"NaN\"}")], &["nonfinite-number"]);
        let mut values = Values::default();
        let problems = values.read(b"{\"a\":\"\xff\"}\n", 1, &mut |_, _| {});
        assert_eq!(problems[0].rule.name(), "invalid-utf8");
    }
}
