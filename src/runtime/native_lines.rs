//! Native lines made from a foreign file, on their way through a spool into the store.

use crate::{
    import::Sink,
    log::{Problem, Record, write},
    model::FileId,
    source::{SpoolError, SpoolWriter},
    store::Store,
};

/// Bytes handed on together: no more is in memory, whatever the size of the file.
const PORTION: usize = 1 << 20;

/// Takes what the reader of one file hands on.
pub(super) struct NativeLines<'a> {
    store: &'a mut Store,
    file: FileId,
    writer: &'a SpoolWriter,
    /// Whole lines that the store does not have yet, and the line of the original that each was made from.
    bytes: Vec<u8>,
    numbers: Vec<u32>,
    /// What is wrong with the original and is not listed yet.
    problems: Vec<Problem>,
    /// Why the spool takes no more.
    failed: Option<SpoolError>,
}

impl<'a> NativeLines<'a> {
    /// Begins with the next lines of `file`.
    pub(super) fn new(store: &'a mut Store, file: FileId, writer: &'a SpoolWriter) -> Self {
        let (bytes, numbers, problems) = Default::default();
        Self { store, file, writer, bytes, numbers, problems, failed: None }
    }

    /// Whether nothing has come since it was begun.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.problems.is_empty()
    }

    /// Lists what is wrong with line `number` of the file.
    pub(super) fn end_line(&mut self, number: u32) {
        for it in self.problems.drain(..) {
            self.store.diagnose_line(self.file, number, it);
        }
    }

    /// Hands on what is left, and returns the problems that are not listed yet.
    ///
    /// # Errors
    /// If the spool has no room; from there on nothing was handed on.
    pub(super) fn finish(mut self) -> Result<Vec<Problem>, SpoolError> {
        self.hand_on();
        self.failed.map_or(Ok(self.problems), Err)
    }

    fn hand_on(&mut self) {
        if self.failed.is_none() && !self.bytes.is_empty() {
            let offset = self.writer.written();
            match self.writer.write(&self.bytes) {
                Ok(()) => self.store.read_imported(self.file, offset, &self.bytes, &self.numbers),
                Err(error) => self.failed = Some(error),
            }
        }
        self.bytes.clear();
        self.numbers.clear();
    }
}

impl Sink for NativeLines<'_> {
    fn record(&mut self, line: u32, record: &Record) {
        self.native_line(line, &write(record));
    }

    fn native_line(&mut self, line: u32, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(b'\n');
        self.numbers.push(line);
        if self.bytes.len() >= PORTION {
            self.hand_on();
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}
