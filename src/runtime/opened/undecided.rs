//! Files that did not tell what they are when they were found: empty, or in the middle of their first line. They are looked
//! at again as they grow.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Followed, OpenedLogs, foreign_options,
    inputs::{BeginReader, Document},
};
use crate::{
    import::{Format, Reader, UnknownFormat},
    model::FileState,
    runtime::head::{self, Head},
    source::FileKey,
    text,
};

/// After this long an unknown head is taken for what it seems: somebody waits for news.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file that begins with a part of a line, which tells nothing.
pub(super) struct Unsure {
    path: PathBuf,
    size: u64,
    /// When it was seen to grow last.
    since: Duration,
    why: UnknownFormat,
    /// It was listed as unknown.
    listed: bool,
}

/// Whether a path now names another file than the followed one.
fn is_another(followed: Option<FileKey>, now: &Metadata) -> bool {
    followed.is_some_and(|it| (it.device, it.inode) != (now.dev(), now.ino()))
}

impl Followed {
    /// Whether it is the file at `path`, of which nothing was read yet because it was empty. It is held open, so no other
    /// file has its inode.
    pub(super) fn is_blank_at(&self, path: &Path) -> bool {
        let is_same = |now: &Metadata| !is_another(self.tail.identity(), now);
        self.blank.is_some() && fs::metadata(path).is_ok_and(|it| is_same(&it))
    }
}

impl OpenedLogs {
    /// Whether the file `at`, which was empty, is to be polled now: it has bytes, and is taken for something.
    pub(super) fn decide(&mut self, at: usize, now: Duration) -> bool {
        let followed = &mut self.followed[at];
        let Some(blank) = &mut followed.blank else { return true };
        let file = followed.lives[0].1;
        followed.last.looked(now);
        let size = match fs::metadata(&followed.path) {
            // Rotated already: what the old file holds is for the tail to read.
            Ok(about) if is_another(followed.tail.identity(), &about) => {
                followed.blank = None;
                return true;
            }
            Ok(about) if about.len() == 0 => {
                self.store.set_state(file, FileState::CaughtUp);
                return false;
            }
            Ok(about) => about.len(),
            // Gone, likewise.
            Err(_) => {
                followed.blank = None;
                return true;
            }
        };
        let waited = now.saturating_sub(*blank.since.get_or_insert(now)) >= PATIENCE;
        let path = followed.path.clone();
        let decided = match head::of_file(&path, self.format) {
            Ok(Head { format: Ok(format), packed: false, .. }) => match format.reader {
                Reader::Native => true,
                Reader::Lines(begin) => self.retake(at, format, begin),
                Reader::Document(reader) => {
                    // It is written at once; one that is cut is read again by the next start.
                    let is_whole = head::document(&path)
                        .is_ok_and(|it| it.trim_ascii().ends_with(b"}") || it.trim_ascii().ends_with(b"]"));
                    if is_whole || waited {
                        self.documents.push_back(Document { path, format, reader });
                        self.store.set_progress(file, size, size, FileState::CaughtUp);
                        let followed = &mut self.followed[at];
                        (followed.ended, followed.blank) = (true, None);
                        return true;
                    }
                    false
                }
            },
            // As it is: its lines are listed as bad ones.
            Ok(Head { has_line, .. }) => has_line,
            Err(_) => false,
        };
        if decided || waited {
            self.followed[at].blank = None;
        }
        decided || waited
    }

    /// Has the file `at`, of which nothing was read, read by the reader of another format. `false`: it cannot be.
    fn retake(&mut self, at: usize, format: &'static Format, begin: BeginReader) -> bool {
        let path = self.followed[at].path.clone();
        let (Ok(tail), Ok(translated)) =
            (self.tail(&path, false, foreign_options()), self.translated(&path, false, begin))
        else {
            return false;
        };
        let followed = &mut self.followed[at];
        followed.taken_for.format = format;
        self.store.read_as(followed.lives[0].1, followed.taken_for.words(), translated.source());
        (followed.tail, followed.translated) = (tail, Some(translated));
        true
    }

    /// Keeps a file in mind whose beginning tells nothing. `false`: nobody waits for more.
    pub(super) fn look_again_later(&mut self, path: &Path, why: &UnknownFormat) -> bool {
        if self.single && !self.awaits {
            return false;
        }
        let size = fs::metadata(path).map_or(0, |it| it.len());
        let unsure = Unsure { path: path.to_owned(), size, since: self.now, why: why.clone(), listed: false };
        self.unsure.push(unsure);
        true
    }

    /// Looks at the files again that told nothing. `true`: something came of it.
    pub(super) fn look_again(&mut self, now: Duration) -> bool {
        let mut changed = false;
        for mut unsure in std::mem::take(&mut self.unsure) {
            let Ok(about) = fs::metadata(&unsure.path) else { continue };
            if about.len() == unsure.size {
                if !unsure.listed && now.saturating_sub(unsure.since) >= PATIENCE {
                    self.list_unsure(&mut unsure);
                    changed = true;
                }
                self.unsure.push(unsure);
                continue;
            }
            changed = true;
            if self.was_read(&unsure.path) {
                continue;
            }
            let before = self.unsure.len();
            if let Err(error) = self.add_file(unsure.path.clone()) {
                self.list_error(&error);
            }
            // Still nothing: it keeps its place, and what was said of it is not said again.
            if let Some(again) = self.unsure.get_mut(before) {
                (again.since, again.listed) = (now, unsure.listed);
            }
        }
        changed
    }

    /// Nothing more is expected: lists what still tells nothing.
    pub(super) fn give_up_unsure(&mut self) {
        for mut unsure in std::mem::take(&mut self.unsure) {
            if !unsure.listed {
                self.list_unsure(&mut unsure);
            }
        }
    }

    fn list_unsure(&mut self, unsure: &mut Unsure) {
        unsure.listed = true;
        let shown = text::clean(&unsure.path.to_string_lossy());
        let is_named = self.discovery.names(&unsure.path);
        self.list_unknown(&shown, &unsure.why, is_named);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, path::Path, time::Duration};

    use crate::{runtime::OpenedLogs, store::Pass};

    const EXEC: [&str; 3] = [
        "{\"type\":\"thread.started\",\"thread_id\":\"t\"}\n",
        "{\"type\":\"item.completed\",\"item\":{\"id\":\"i1\",\"type\":\"command_execution\",\"command\":\"ls\"}}\n",
        "{\"type\":\"item.completed\",\"item\":{\"id\":\"i2\",\"type\":\"agent_message\",\"text\":\"One\"}}\n",
    ];
    const ACT: &str = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"a\",\"action\":1}\n";

    fn append(path: &Path, text: &str) {
        let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Logs below a folder that are followed, at a simulated time.
    struct Watched {
        logs: OpenedLogs,
        now: Duration,
    }

    impl Watched {
        fn of(folder: &Path) -> Self {
            let logs = OpenedLogs::await_them(&[folder.display().to_string()], Pass::Headers, || {}).unwrap();
            Self { logs, now: Duration::ZERO }
        }

        fn poll_after(&mut self, milliseconds: u64) {
            self.now += Duration::from_millis(milliseconds);
            self.logs.rescan();
            while !self.logs.poll(self.now, 1 << 20).caught_up {}
        }

        /// Formats of the files, episodes, bad lines and findings about files.
        fn state(&mut self) -> (Vec<String>, usize, u64, Vec<String>) {
            let summary = self.logs.store.summary();
            let formats = summary.files.iter().map(|it| it.format.to_string()).collect();
            let found = summary.diagnostics.iter().map(|it| it.message.clone());
            let found = found.filter(|it| it.contains("is not a log")).collect();
            (formats, summary.episodes.len(), summary.bad_lines, found)
        }
    }

    #[test]
    fn an_empty_file_is_what_its_first_line_says() {
        let folder = tempfile::tempdir().unwrap();
        let [foreign, native] = ["a.jsonl", "b.jsonl"].map(|it| folder.path().join(it));
        for path in [&foreign, &native] {
            fs::write(path, "").unwrap();
        }
        let mut it = Watched::of(folder.path());
        it.poll_after(100);
        append(&foreign, &EXEC[0][..20]);
        append(&native, ACT);
        it.poll_after(100);
        assert_eq!(it.state().1, 1, "the native one is read at once");
        append(&foreign, &EXEC[0][20..]);
        append(&foreign, &EXEC[1..].concat());
        it.poll_after(100);
        // What the agent says last may go on: it is told after a while.
        it.poll_after(4000);
        assert_eq!(it.state(), (vec!["Codex".to_owned(), "native".to_owned()], 2, 0, Vec::new()));
        let names: Vec<String> =
            it.logs.store.summary().episodes.iter().map(|it| it.name.to_string()).collect();
        assert_eq!(names, ["e", "t"]);
    }

    #[test]
    fn half_a_line_is_looked_at_again_and_listed_if_nothing_more_comes() {
        let folder = tempfile::tempdir().unwrap();
        let mut it = Watched::of(folder.path());
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "{\"type\":\"thr").unwrap();
        it.poll_after(100);
        assert_eq!(it.state(), (Vec::new(), 0, 0, Vec::new()));
        it.poll_after(2500);
        assert!(it.state().3.len() == 1 && it.state().0.is_empty(), "{:?}", it.state());
        append(&path, &EXEC[0][13..]);
        append(&path, EXEC[1]);
        it.poll_after(100);
        assert_eq!(it.state().0, ["Codex"]);
        assert_eq!((it.state().1, it.state().2), (1, 0));
        // A whole line that is nobody's is listed at once.
        fs::write(folder.path().join("b.jsonl"), "{\"x\":1}\n").unwrap();
        it.poll_after(100);
        assert_eq!(it.state().3.len(), 2);
    }

    #[test]
    fn an_empty_file_that_is_renamed_before_it_is_read_again_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "").unwrap();
        let mut it = Watched::of(folder.path());
        it.poll_after(100);
        append(&path, ACT);
        fs::rename(&path, folder.path().join("a.1")).unwrap();
        fs::write(&path, "").unwrap();
        it.poll_after(100);
        assert_eq!(it.logs.store.summary().records, 1);
    }
}
