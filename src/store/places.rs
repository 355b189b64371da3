//! Where lines stand, for readers without the index: what there is to search, and to what a found place
//! belongs.

use std::ops::Range;

use super::{Life, Store, episodes::RunKey, reading::Reader};
use crate::{
    log::{Body, parse_line},
    model::{EpisodeId, FileId, Origin},
    source::SourceFile,
};

/// The whole lines of one life of a file, as far as they have come.
#[derive(Clone, Debug)]
pub struct Searchable {
    /// Which.
    pub file: FileId,
    /// Reads it, from any thread.
    pub source: SourceFile,
    /// Under which generation `source` knows it.
    pub generation: u32,
    /// Where they stand, in bytes from the start of `source`: from the start of a line to the end of one. The
    /// last may lack its line end.
    pub bytes: Range<u64>,
}

/// What a life keeps for searches.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// Where its lines stand; `None` before the first.
    bytes: Option<Range<u64>>,
    /// Runs that ended, and the offset of the record that began the next.
    past_runs: Vec<(RunKey, u64)>,
}

impl Life {
    /// Whole lines stand there.
    pub(super) fn note_lines(&mut self, offset: u64, end: u64) {
        // A file belongs to one source from its start; of the spool that imports share, only the part written
        // for it.
        let start = if self.line_map.is_some() { offset } else { 0 };
        let bytes = self.extent.bytes.get_or_insert(start..end);
        bytes.end = bytes.end.max(end);
    }

    /// The record at `offset` begins another run, or the same one again.
    pub(super) fn begin_run(&mut self, offset: u64, run: RunKey) {
        if run != self.run {
            self.extent.past_runs.push((self.run, offset));
            self.run = run;
        }
    }

    /// Its runs, the last first.
    pub(super) fn runs(&self) -> impl Iterator<Item = RunKey> + '_ {
        std::iter::once(self.run).chain(self.extent.past_runs.iter().rev().map(|it| it.0))
    }

    /// Where the last of its lines ends.
    pub(super) fn lines_end(&self) -> u64 {
        self.extent.bytes.as_ref().map_or(0, |it| it.end)
    }

    /// The run to which a record at `offset` belongs.
    pub(super) fn run_at(&self, offset: u64) -> RunKey {
        let past = self.extent.past_runs.iter().find(|it| offset < it.1);
        past.map_or(self.run, |it| it.0)
    }
}

impl Store {
    /// All lines so far, in the order of the files.
    pub fn searchable(&self) -> Vec<Searchable> {
        let lives = self.lives.iter().enumerate();
        let with_lines = lives.filter_map(|(at, life)| Some((at, life, life.extent.bytes.clone()?)));
        with_lines
            .map(|(at, life, bytes)| Searchable {
                file: FileId::from_index(at),
                source: life.source.clone(),
                generation: life.generation,
                bytes,
            })
            .collect()
    }

    /// The line number, from 1, under which a person knows the line with `index`, from 0, of `file`. For an
    /// imported line it is that of the foreign file.
    pub fn line_number(&self, file: FileId, index: u32) -> u32 {
        let map = self.lives.get(file.index()).and_then(|it| it.line_map.as_ref());
        match map {
            Some(map) => map.get(index as usize).copied().unwrap_or(0),
            None => index.saturating_add(1),
        }
    }

    /// The episode that a record at `offset` of `file` means by `name`; `None` if the index does not know it
    /// (yet).
    pub fn episode_named(&self, file: FileId, offset: u64, name: &str) -> Option<EpisodeId> {
        let life = self.lives.get(file.index())?;
        self.episodes.find(life.run_at(offset), name)
    }

    /// The episode in this index that is the episode `id` of `other`, an index of parts of the same files
    /// under the same numbers; `None` if it is not known here (yet).
    pub fn same_episode(&self, other: &Self, id: EpisodeId) -> Option<EpisodeId> {
        let name = other.episodes.name(id);
        let run = other.episodes.run(id).and_then(|it| it.run.as_deref());
        if let Some(run) = run.and_then(|it| self.episodes.run_named(it)) {
            return self.episodes.find(run, name);
        }
        let (first, _) = other.episodes.range(id);
        let origin = other.rows.of_episode(id.0, first, first).next()?.origin;
        self.episode_named(origin.file, origin.offset, name)
    }

    /// The first episode here with the name of the episode `id` of `other`.
    pub fn any_episode_named(&self, other: &Self, id: EpisodeId) -> Option<EpisodeId> {
        self.episodes.find_any(other.episodes.name(id))
    }

    /// Takes the run that `line`, the first of `file`, names. Does not count the line.
    pub fn read_run(&mut self, file: FileId, line: &[u8]) {
        for (record, _) in parse_line(line).records {
            if let Body::Run(run) = &record.body {
                let run = self.episodes.run_of_record(run);
                self.lives[file.index()].begin_run(0, run);
            }
        }
    }

    /// Marks the lines of `file` before those that are read as not counted: their number is 0, unknown.
    pub fn forget_lines(&mut self, file: FileId) {
        self.lives[file.index()].line_map = Some(Vec::new());
    }

    /// Calls `visit` with the place and the bytes of every record of an episode that can still be read, in
    /// the order read.
    pub fn each_record(&self, id: EpisodeId, mut visit: impl FnMut(Origin, &[u8])) {
        let origins = self.origins(id);
        let mut reader = Reader::new(&self.lives);
        for (at, origin) in origins.iter().enumerate() {
            if let Ok(bytes) = reader.first(&origins[at..]) {
                visit(*origin, bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{
        model::{FileState, FileSummary},
        source::Tail,
        source::TailFile,
        store::Pass,
    };

    /// A store that has read `text` in pieces of whole lines.
    fn store(text: &str, line_map: bool) -> (Store, FileId, tempfile::NamedTempFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let source = TailFile::open(file.path()).unwrap().source();
        let summary = FileSummary {
            path: "x".to_owned(),
            format: "native".into(),
            read: 0,
            size: 0,
            generation: 0,
            state: FileState::Reading,
            began: None,
            inode: None,
        };
        let mut store = Store::new(Pass::Headers);
        let id = store.add_life(summary, source, line_map.then(Vec::new), None);
        (store, id, file)
    }

    const RUNS: &str = r#"{"type":"action","episode":"e","agent":"a"}
{"type":"run","credit_log":1,"run":"one"}
{"type":"action","episode":"e","agent":"a"}
{"type":"run","credit_log":1,"run":"two"}
{"type":"action","episode":"e","agent":"a"}
"#;

    #[test]
    fn an_episode_is_found_by_the_run_it_stands_in() {
        let (mut store, file, _kept) = store(RUNS, false);
        let mut offset = 0;
        let mut offsets = Vec::new();
        for line in RUNS.split_inclusive('\n') {
            store.read(file, offset, line.as_bytes());
            offsets.push(offset);
            offset += line.len() as u64;
        }
        let at = |line: usize| store.episode_named(file, offsets[line], "e").map(|it| it.0);
        assert_eq!([at(0), at(2), at(4)], [Some(0), Some(1), Some(2)]);
        assert_eq!(store.episode_named(file, 0, "f"), None);
        assert_eq!(store.episode_named(FileId(7), 0, "e"), None);
    }

    #[test]
    fn what_there_is_to_search_grows_with_what_was_read() {
        let (mut store, file, _kept) = store(RUNS, false);
        assert_eq!(store.searchable().len(), 0);
        // A line that could not be read stood before.
        store.read(file, 44, &RUNS.as_bytes()[44..86]);
        assert_eq!(store.searchable()[0].bytes, 0..86);
        assert_eq!(store.line_number(file, 4), 5);
    }

    #[test]
    fn of_a_shared_spool_only_the_own_part_is_searched() {
        let (mut store, file, _kept) = store(RUNS, true);
        store.read_imported(file, 44, &RUNS.as_bytes()[44..], &[9; 4]);
        assert_eq!(store.searchable()[0].bytes, 44..RUNS.len() as u64);
        assert_eq!((store.line_number(file, 0), store.line_number(file, 99)), (9, 0));
    }

    #[test]
    fn records_of_an_episode_are_visited_in_order() {
        let (mut store, file, _kept) = store(RUNS, false);
        store.read(file, 0, RUNS.as_bytes());
        let mut seen = Vec::new();
        store.each_record(EpisodeId(1), |origin, bytes| seen.push((origin.line, bytes.to_vec())));
        assert_eq!(seen, [(3, RUNS.lines().nth(2).unwrap().as_bytes().to_vec())]);
    }
}
