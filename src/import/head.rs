//! The beginning of a file, read once for all formats: its first JSON objects with their fields.

use std::borrow::Cow;

use memchr::{memchr, memmem::find};

use crate::log::{
    json::walk::{container_end, scalar_end, skip_space, string_end},
    string,
};

/// At most this many objects are examined. It is more than a few, as the first lines of many logs say little.
const OBJECTS: usize = 50;

/// The beginning of a file, some 64 KiB or one long line; it may be cut anywhere.
#[derive(Debug)]
pub struct Head<'a> {
    /// The bytes, unpacked if the file is compressed.
    pub bytes: &'a [u8],
    /// The first objects: one a line, one after the other, or the items of a list. Lines without an object
    /// are skipped; objects inside an object are not listed.
    pub objects: Vec<HeadObject<'a>>,
}

impl<'a> Head<'a> {
    /// Reads the objects in `bytes`.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, objects: objects(bytes) }
    }

    /// Whether `text` stands anywhere in it.
    pub fn holds(&self, text: &[u8]) -> bool {
        memchr::memmem::find(self.bytes, text).is_some()
    }

    /// Whether nothing was written yet.
    pub fn is_blank(&self) -> bool {
        self.bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    }
}

/// An object at the top level of a head: its own fields, not those inside their values.
#[derive(Debug, Default)]
pub struct HeadObject<'a> {
    fields: Vec<(Cow<'a, str>, &'a [u8])>,
    /// Whether the head ends, or is broken, before the object does.
    pub is_cut: bool,
}

impl<'a> HeadObject<'a> {
    /// The names of its fields, in the order of the file.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.fields.iter().map(|it| &*it.0)
    }

    /// Whether it has a field called `key`.
    pub fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|it| it.0 == key)
    }

    /// The string in the field `key`; `None` if there is none, or it is something else.
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        let (_, value) = self.fields.iter().find(|it| it.0 == key)?;
        std::str::from_utf8(value).ok().and_then(string)
    }
}

fn objects(bytes: &[u8]) -> Vec<HeadObject<'_>> {
    let mut objects = Vec::new();
    // A byte order mark.
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while objects.len() < OBJECTS {
        at = skip_space(bytes, at);
        match bytes.get(at) {
            None => break,
            Some(b'{') => {
                let mut object = HeadObject::default();
                let end = fields(bytes, at, &mut object.fields);
                object.is_cut = end.is_none();
                objects.push(object);
                at = match end {
                    Some(end) => end,
                    // What follows is part of it, up to a line that begins with an object.
                    None => find(&bytes[at..], b"\n{").map_or(bytes.len(), |it| at + it),
                };
            }
            // NULs are what a truncated file begins with.
            Some(b'[' | b']' | b',' | 0) => at += 1,
            Some(_) => at = item_end(bytes, at).unwrap_or_else(|| line_end(bytes, at)),
        }
    }
    objects
}

/// The index after the string, number or word at `at` if it is an item of a list, else `None`.
fn item_end(bytes: &[u8], at: usize) -> Option<usize> {
    let line = &bytes[..line_end(bytes, at)];
    let end = if line[at] == b'"' { string_end(line, at + 1)? } else { scalar_end(line, at)? };
    matches!(line.get(skip_space(line, end)), None | Some(b',' | b']')).then_some(end)
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |it| at + it)
}

/// Lists the fields of the object at `at`, including the last one if it is cut. Returns the index after the
/// object, or `None` if the object is cut or broken.
fn fields<'a>(bytes: &'a [u8], at: usize, into: &mut Vec<(Cow<'a, str>, &'a [u8])>) -> Option<usize> {
    let mut at = skip_space(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    loop {
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let key_end = string_end(bytes, at + 1)?;
        let key = std::str::from_utf8(&bytes[at..key_end]).ok().and_then(string)?;
        at = skip_space(bytes, key_end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let start = skip_space(bytes, at + 1);
        let end = match bytes.get(start) {
            Some(b'"') => string_end(bytes, start + 1),
            Some(b'{' | b'[') => container_end(bytes, start),
            // `NaN` and the like are words that writers use.
            Some(_) => scalar_end(bytes, start).or_else(|| Some(start + word(&bytes[start..]))),
            None => None,
        };
        into.push((key, &bytes[start.min(bytes.len())..end.unwrap_or(bytes.len())]));
        at = skip_space(bytes, end?);
        match bytes.get(at)? {
            b',' => at = skip_space(bytes, at + 1),
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// How many letters and signs `bytes` begin with.
fn word(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|it| it.is_ascii_alphabetic() || **it == b'-').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of each object, with `~` after those of one that is cut.
    fn check(head: &str, expected: &[&str]) {
        let head = Head::of(head.as_bytes());
        let shown = |it: &HeadObject<'_>| {
            let keys: Vec<&str> = it.keys().collect();
            keys.join(" ") + if it.is_cut { "~" } else { "" }
        };
        let objects: Vec<String> = head.objects.iter().map(shown).collect();
        assert_eq!(objects, expected, "{}", String::from_utf8_lossy(head.bytes));
    }

    #[test]
    fn objects_by_line_by_list_and_one_behind_the_other() {
        check("{\"a\":1}\n\n{\"b\":{\"c\":[{\"d\":2}]}, \"e\":\"}\"}\n", &["a", "b e"]);
        check("[\n {\"a\": 1},\n {\"b\": [2]}\n]", &["a", "b"]);
        check("{\n  \"a\": 1\n}\n{\n  \"b\": NaN\n}\n", &["a", "b"]);
        check("{\"a\":1}{\"b\":2}", &["a", "b"]);
        check("[\"updates\", {\"node\": {}}]\n[null, 1.5, {\"other\": {}}]\n", &["node", "other"]);
        check("{}", &[""]);
        check("\u{feff}{\"a\":1}", &["a"]);
        check("\0\0\0{\"a\":1}", &["a"]);
    }

    #[test]
    fn lines_without_an_object_are_passed_over() {
        check("Started {\"x\":1}\n[12:00] hello, {\"y\":2}\n{\"a\":1}\n", &["a"]);
        check("\"torn\":\"x\"}\n{\"a\":1}\n", &["a"]);
        check("no object\n", &[]);
        check("", &[]);
    }

    #[test]
    fn what_is_cut_or_broken_costs_itself() {
        check("{\"a\":1,\"b\":{\"c\":", &["a b~"]);
        check("{\"a\":\"cut", &["a~"]);
        check("{\"a\":", &["a~"]);
        check("{\"a", &["~"]);
        check("{\"a\":1 \"b\":2}\n{\"c\":3}\n", &["a~", "c"]);
        check("{\"a\":\"no end}\n{\"c\":3}\n{\"d\":4}\n", &["a~", "c", "d"]);
        // The entries of a long document are not mistaken for objects of their own.
        check("{\n  \"a\": [\n    {\"x\": 1},\n    {\"x\": 2},\n", &["a~"]);
    }

    #[test]
    fn fields_are_those_of_the_top_level() {
        let head = Head::of(b"{\"type\":\"a\\u0062\",\"n\":1,\"in\":{\"type\":\"x\"}}");
        let object = &head.objects[0];
        assert_eq!(object.text("type").as_deref(), Some("ab"));
        assert_eq!((object.text("n"), object.text("x")), (None, None));
        assert!(object.has("in") && !object.has("x"));
    }
}
