//! A row of the table of formats, and the traits for readers of foreign formats.

use std::{sync::Arc, time::Duration};

use super::{head::Head, map::RowMap};
use crate::log::{Problem, Record, parse_line};

/// A format that logs come in: a row of [`FORMATS`](super::FORMATS).
#[derive(Debug)]
pub struct Format {
    /// The word of `--log-format`: lower case, no space.
    pub name: &'static str,
    /// What the list of files calls it.
    pub title: &'static str,
    /// What such a file holds, in one line.
    pub about: &'static str,
    /// How sure the format is that a file with this head is its own.
    pub score: fn(&Head<'_>) -> Score,
    /// Who reads it.
    pub reader: Reader,
}

#[cfg(feature = "parquet")]
impl Format {
    /// Reads a whole document, if that is how the format is read.
    pub(super) fn read_document(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        if let Reader::Document(reader) = self.reader {
            reader.read(document, name, sink);
        }
    }
}

/// Rows are told apart by their names.
impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// How sure a format is of a head. The format with the highest score reads the file; of equals, the first in
/// the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

impl Score {
    /// The file is something else.
    pub const NONE: Score = Score(0);
    /// Nothing in the head speaks against it.
    pub const WEAK: Score = Score(25);
    /// Field names fit, but other formats use them too.
    pub const LIKELY: Score = Score(50);
    /// The head has what no other format has.
    pub const CERTAIN: Score = Score(100);

    /// Certain if the head `has` what no other format has, else something else.
    pub const fn certain_if(has: bool) -> Score {
        if has { Self::CERTAIN } else { Self::NONE }
    }
}

/// What a reader of lines is told of its file.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// Its folder and name without ending: `runs/12`.
    pub name: &'a str,
    /// What the user says that its columns mean.
    pub map: Option<&'a RowMap>,
    /// What stands beside it; `None` for what came through a pipe.
    pub beside: Option<&'a Arc<dyn Beside>>,
}

/// The files beside one that is read, for formats that spread over several.
pub trait Beside: std::fmt::Debug + Send + Sync {
    /// What stands at `path`, seen from the folder of the file; `None` if nothing can be read there. It may
    /// grow: what is asked again may be longer.
    fn read(&self, path: &str) -> Option<Vec<u8>>;

    /// The names of the files in the folder, itself included, in their order.
    fn names(&self) -> Vec<String>;

    /// How long nothing was written to the file `name` in the folder; `None` if there is none, or it is not known.
    fn quiet_for(&self, name: &str) -> Option<Duration> {
        let _ = name;
        None
    }
}

/// Who reads a file, and in what portions.
///
/// A document need not be text: the reader of an archive or of a table gets its bytes and hands on one record
/// at a time, so only the file itself must fit in memory. A format that is read in another way (several files
/// as one log) is another variant, and the compiler names the places that must know it.
#[derive(Clone, Copy)]
pub enum Reader {
    /// Nobody: the lines are native records already.
    Native,
    /// A reader of lines, also while the file grows. The function makes one for a file, and another when that
    /// file begins anew.
    Lines(fn(&Start<'_>) -> Box<dyn LineReader>),
    /// A reader of whole documents.
    Document(&'static dyn DocumentReader),
}

impl Reader {
    /// What it reads, in a word.
    pub fn reads(&self) -> &'static str {
        match self {
            Reader::Native | Reader::Lines(_) => "lines",
            Reader::Document(_) => "document",
        }
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.reads())
    }
}

/// Turns the lines of one file into native records, one after the other.
///
/// What a line says may need later lines. Then the reader keeps it back, and hands it on with the line that
/// completes it, or when it is told to settle.
pub trait LineReader: Send {
    /// Hands on what `line` says, with or without its line end; it is line `number` of its file, from 1. A
    /// problem that is an error means the line is lost. Offsets of problems are bytes in the line.
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink);

    /// Nothing has come for a while: hands on what was kept back and can stand without what may come. If the
    /// file has `ended`, that is all of it; lines may follow all the same. Offsets of problems mean nothing.
    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        let _ = (ended, sink);
    }
}

/// Turns a whole document into native records.
pub trait DocumentReader: Sync {
    /// Hands on what `document` says. `name` is its folder and name without ending: `runs/12`. Offsets of
    /// problems are bytes in the document.
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink);

    /// The same for readers that take a map of columns.
    fn read_by(&self, document: &[u8], start: &Start<'_>, sink: &mut dyn Sink) {
        self.read(document, start.name, sink);
    }
}

/// Where a reader puts what it finds.
pub trait Sink {
    /// Takes a native record, made from `line` of the original, from 1: the line that was read last, or one before.
    fn record(&mut self, line: u32, record: &Record);
    /// Takes a line that is native already, made from `number` of the original, as it stands.
    fn native_line(&mut self, number: u32, line: &str) {
        let parsed = parse_line(line.as_bytes());
        parsed.records.iter().for_each(|it| self.record(number, &it.0));
        parsed.problems.into_iter().for_each(|it| self.problem(it));
    }
    /// Takes something that is wrong with the original.
    fn problem(&mut self, problem: Problem);
}
