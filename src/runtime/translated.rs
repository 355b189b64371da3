//! A followed file of a foreign format, line by line: native lines in a spool, which the store reads.
//!
//! The file is tailed like a native log; only the content of its lines is written anew. So it may be large,
//! grow and be rotated. Line numbers stay those of the file.

use std::io;

use super::native_lines::NativeLines;
use crate::{
    import::LineReader,
    log::Problem,
    model::{FileId, rule},
    source::{SourceFile, Spool, SpoolWriter, Tail},
    store::Store,
};

/// Makes a reader for a file, or for another life of one.
pub(super) type Begin = Box<dyn Fn() -> Box<dyn LineReader> + Send>;

/// What becomes of the lines of one file.
pub(super) struct Translated {
    spool: Spool,
    writer: SpoolWriter,
    begin: Begin,
    /// One per generation that still brings lines; the last is the current one.
    lives: Vec<Life>,
    /// The spool is full: told once.
    full: bool,
    /// Lines have come that the reader may have kept back in part.
    unsettled: bool,
}

/// A generation of the file.
struct Life {
    generation: u32,
    /// Lines seen.
    lines: u32,
    reader: Box<dyn LineReader>,
}

impl Translated {
    /// Nothing read yet.
    ///
    /// # Errors
    /// If no temporary file can be made.
    pub(super) fn new(name: &str, begin: Begin) -> io::Result<Self> {
        let (spool, writer) = Spool::create(name)?;
        Ok(Self { spool, writer, begin, lives: Vec::new(), full: false, unsettled: false })
    }

    /// Where the native lines stand.
    pub(super) fn source(&self) -> SourceFile {
        self.spool.source()
    }

    fn life(&mut self, generation: u32) -> usize {
        self.lives.iter().position(|it| it.generation == generation).unwrap_or_else(|| {
            self.lives.push(Life { generation, lines: 0, reader: (self.begin)() });
            self.lives.len() - 1
        })
    }

    /// Translates whole lines of `generation` and hands them to the store.
    pub(super) fn read(&mut self, store: &mut Store, file: FileId, generation: u32, bytes: &[u8]) {
        let life = self.life(generation);
        let life = &mut self.lives[life];
        let mut native = NativeLines::new(store, file, &self.writer);
        for line in bytes.split_inclusive(|it| *it == b'\n') {
            life.lines += 1;
            life.reader.read(line, life.lines, &mut native);
            native.end_line(life.lines);
        }
        if let Err(error) = native.finish()
            && !std::mem::replace(&mut self.full, true)
        {
            let message = crate::text::clean(&error.to_string());
            store.diagnose_line(file, life.lines, Problem::new(rule::INPUT_BROKE_OFF, 0, message));
        }
        self.unsettled = true;
    }

    /// Hands on what the reader of `generation` has kept back, if something has come since it settled last.
    /// `true`: something was kept back.
    pub(super) fn settle(&mut self, store: &mut Store, file: FileId, generation: u32, ended: bool) -> bool {
        let is_settled = !self.unsettled;
        // What was not handed on because more may come still can be, once nothing does.
        self.unsettled = !ended;
        let Some(life) = self.lives.iter_mut().find(|it| it.generation == generation).filter(|_| !is_settled)
        else {
            return false;
        };
        let mut native = NativeLines::new(store, file, &self.writer);
        life.reader.settle(ended, &mut native);
        let found = !native.is_empty();
        native.end_line(life.lines.max(1));
        if let Err(error) = native.finish()
            && !std::mem::replace(&mut self.full, true)
        {
            let message = crate::text::clean(&error.to_string());
            store.diagnose_line(file, life.lines, Problem::new(rule::INPUT_BROKE_OFF, 0, message));
        }
        found
    }

    /// Counts a line of `generation` that is not handed on.
    pub(super) fn skip(&mut self, store: &mut Store, file: FileId, generation: u32, problem: Problem) {
        let life = self.life(generation);
        self.lives[life].lines += 1;
        store.diagnose_line(file, self.lives[life].lines, problem);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, path::Path, time::Duration};

    use crate::{
        model::EpisodeId,
        runtime::OpenedLogs,
        store::{Pass, Store},
    };

    fn bucket(id: &str, returns: &str) -> String {
        format!(
            "{{\"bucket_id\":\"{id}\",\"candidates\":[{{\"action_text\":\"a\",\"j\":0,\"next_actions\":[],\"returns\":{returns}}},\
             {{\"action_text\":\"b\",\"j\":1,\"next_actions\":[],\"returns\":[0.0]}}],\"ctx_hash\":9200722560867875417,\
             \"meta\":{{\"credit_n\":2,\"real_j\":0}},\"question_id\":0,\"restart\":{{\"roles_topo\":[\"A\"]}},\"target_role\":\"A\"}}\n"
        )
    }

    fn open(path: &Path) -> OpenedLogs {
        OpenedLogs::open(&[path.display().to_string()], Pass::Headers, || {}).unwrap()
    }

    fn names(store: &mut Store) -> Vec<String> {
        store.summary().episodes.iter().map(|it| it.name.to_string()).collect()
    }

    #[test]
    fn buckets_open_grow_and_begin_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("buckets.jsonl");
        fs::write(&path, format!("{}# a comment\n{{broken\n", bucket("one", "[1.0]"))).unwrap();
        let mut logs = open(&path);
        while !logs.poll(Duration::ZERO, 1 << 20).caught_up {}
        assert_eq!(names(&mut logs.store), ["one"]);
        let summary = logs.store.summary();
        assert_eq!(summary.bad_lines, 1);
        assert_eq!(summary.diagnostics[0].origin.unwrap().line, 3);

        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(bucket("two", "[0.5, 1.0]").as_bytes()).unwrap();
        while !logs.poll(Duration::from_secs(1), 1 << 20).caught_up {}
        assert_eq!(names(&mut logs.store), ["one", "two"]);
        let episode = logs.store.episode(EpisodeId::from_index(1)).unwrap();
        let group = &episode.replays[0];
        assert_eq!(group.context.as_deref(), Some("9200722560867875417"));
        let origin = group.candidates[0].origin;
        assert_eq!((origin.line, group.candidates[0].returns.returns.as_slice()), (4, &[0.5, 1.0][..]));
        assert!(!logs.store.records_at(origin).unwrap().is_empty());

        fs::write(&path, bucket("three", "[0.0]")).unwrap();
        while !logs.poll(Duration::from_secs(2), 1 << 20).caught_up {}
        assert_eq!(names(&mut logs.store), ["one", "two", "three"]);
        let episode = logs.store.episode(EpisodeId::from_index(2)).unwrap();
        assert_eq!(episode.acts[0].origin.line, 1);
    }

    #[test]
    fn a_last_line_without_an_end_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("buckets.jsonl");
        fs::write(&path, bucket("one", "[1.0]").trim_end()).unwrap();
        let mut logs = open(&path);
        assert_eq!(logs.read_all().episodes.len(), 1);
    }
}
