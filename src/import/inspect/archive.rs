//! An `.eval` file of Inspect: a zip with a member for each sample, `samples/<id>_epoch_<n>.json`.
//!
//! Samples are unpacked one at a time, in the order of their names with numbers by value. While a run goes on the file
//! has no list of members and cannot be read yet. Lines are those of the member.

use std::io::{Cursor, Read};

use crate::{
    import::format::Sink,
    log::{Problem, Record},
    model::rule,
};

/// The most bytes that a sample may unpack to: as much as one document may have.
const LARGEST: u64 = 1 << 30;

/// Whether a file that begins so is one.
pub(super) fn is_one(head: &[u8]) -> bool {
    let names: [&[u8]; 3] = [b"_journal/start.json", b"samples/", b"header.json"];
    // The name of the first member stands right behind its header.
    head.starts_with(b"PK\x03\x04")
        && head.get(30..).is_some_and(|it| names.iter().any(|name| it.starts_with(name)))
}

/// Hands each sample of `file` to `each`.
pub(super) fn read(file: &[u8], sink: &mut dyn Sink, mut each: impl FnMut(&[u8], &mut dyn Sink)) {
    let mut archive = match zip::ZipArchive::new(Cursor::new(file)) {
        Ok(archive) => archive,
        Err(why) => {
            let message =
                format!("the archive has no list of its members: it was cut, or its run goes on ({why})");
            return sink.problem(Problem::new(rule::BAD_JSON, 0, message));
        }
    };
    let mut members: Vec<(Vec<Part>, String)> = archive
        .file_names()
        .filter_map(|it| it.ok().map(std::borrow::Cow::into_owned))
        .filter(|it| it.starts_with("samples/") && it.ends_with(".json"))
        .map(|it| (parts(&it), it))
        .collect();
    members.sort();
    if members.is_empty() {
        sink.problem(Problem::new(rule::MISSING_FIELD, 0, "the archive has no samples"));
    }
    for (_, name) in members {
        let shown = crate::text::label(&name, 60);
        let mut bytes = Vec::new();
        let unpacked = match archive.by_name(&name) {
            Ok(member) => {
                let offset = usize::try_from(member.header_start()).unwrap_or_default();
                let read = member.take(LARGEST + 1).read_to_end(&mut bytes);
                (offset, read.map_err(|it| it.to_string()))
            }
            Err(why) => (0, Err(why.to_string())),
        };
        let (offset, found) = unpacked;
        let lost = |why: String| {
            Problem::new(rule::BAD_JSON, offset, format!("'{shown}' cannot be unpacked: {why}"))
        };
        match found {
            Err(why) => sink.problem(lost(why)),
            Ok(_) if bytes.len() as u64 > LARGEST => sink.problem(lost("it is larger than 1 GiB".to_owned())),
            Ok(_) => each(&bytes, &mut Member { offset, sink }),
        }
    }
}

/// Places problems of a member where the member begins.
struct Member<'a> {
    offset: usize,
    sink: &'a mut dyn Sink,
}

impl Sink for Member<'_> {
    fn record(&mut self, line: u32, record: &Record) {
        self.sink.record(line, record);
    }

    fn problem(&mut self, problem: Problem) {
        self.sink.problem(Problem { offset: self.offset, ..problem });
    }
}

/// A part of a name: a number by its value, or other letters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Letters(String),
}

fn parts(name: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|it: char| it.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        parts.push(part.parse().map_or_else(|_| Part::Letters(part.to_owned()), Part::Number));
        rest = behind;
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::import::tests::Collected;

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for (name, text) in members {
            writer.start_file(*name, options).expect("in memory");
            writer.write_all(text.as_bytes()).expect("in memory");
        }
        writer.finish().expect("in memory").into_inner()
    }

    /// The samples in their order, and what is wrong.
    fn samples(file: &[u8]) -> (Vec<String>, Vec<String>) {
        let mut seen = Vec::new();
        let all = Collected::of(|sink| {
            read(file, sink, |bytes, _| seen.push(String::from_utf8_lossy(bytes).into_owned()));
        });
        (seen, all.problems.into_iter().map(|it| it.message).collect())
    }

    #[test]
    fn samples_by_number() {
        let file = archive(&[
            ("_journal/start.json", "{}"),
            ("samples/10_epoch_1.json", "ten"),
            ("samples/2_epoch_1.json", "two"),
            ("header.json", "{}"),
        ]);
        assert!(is_one(&file));
        assert_eq!(samples(&file), (vec!["two".to_owned(), "ten".to_owned()], vec![]));
    }

    #[test]
    fn damaged_ones() {
        let file = archive(&[("samples/1_epoch_1.json", &"a long sample ".repeat(50))]);
        let (seen, problems) = samples(&file[..file.len() / 2]);
        assert!(seen.is_empty() && problems[0].starts_with("the archive has no list"), "{problems:?}");
        let mut torn = file.clone();
        torn[60] ^= 0xff;
        let (seen, problems) = samples(&torn);
        assert!(seen.is_empty() && problems.len() == 1, "{seen:?} {problems:?}");
        let (_, problems) = samples(&archive(&[("header.json", "{}")]));
        assert_eq!(problems, ["the archive has no samples"]);
        assert!(!is_one(&archive(&[("word/document.xml", "")])));
    }
}
