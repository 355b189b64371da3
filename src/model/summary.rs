//! What is known of the opened logs without reading payloads: the list of episodes and the state of the
//! files.

use std::{borrow::Cow, sync::Arc};

use super::{Diagnostic, EpisodeId, Origin, Segmented, Status};

/// One row of the episode list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpisodeSummary {
    /// The id of its row in the list, unless it is provisional.
    pub id: EpisodeId,
    /// The logged id; display-safe.
    pub name: Arc<str>,
    /// Run it belongs to.
    pub run: Option<Arc<str>>,
    /// How it ended, if it has.
    pub status: Option<Status>,
    /// Total reward so far, in reward units; `None` if no number is logged.
    pub reward: Option<f64>,
    /// Whether no `episode_end` has been read.
    pub open: bool,
    /// Agents seen.
    pub agents: u32,
    /// Actions and messages seen.
    pub acts: u32,
    /// Those in which something went wrong, in their last try or an earlier one.
    pub errors: u32,
    /// Records of any type.
    pub records: u32,
    /// Whether it holds declared credit.
    pub declared: bool,
    /// Whether it holds counterfactuals.
    pub counterfactuals: bool,
    /// Whom a human or a model named, as written: `s12 WebSurfer`.
    pub label: Option<Box<str>>,
    /// Judgements of persons who are named, corrections counted too.
    pub notes: u32,
    /// Rises with every record of the episode.
    pub revision: u64,
}

impl EpisodeSummary {
    /// How it ended, in a word: `FAIL`, `open`.
    pub fn outcome_word(&self) -> &str {
        match &self.status {
            _ if self.open => "open",
            Some(status) => status.short_word(),
            None => "ended",
        }
    }
}

/// How reading a file stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FileState {
    /// More is there to read.
    #[default]
    Reading,
    /// All there is has been read.
    CaughtUp,
    /// The file is gone; what was read of it is kept.
    Gone,
    /// It cannot be read, and why.
    Failed(String),
    /// It has the same content as this file, which was read already, so it is not read again.
    SameAs(String),
}

/// One opened file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSummary {
    /// Path as given, display-safe.
    pub path: String,
    /// What it was taken for: `native`, `Who&When`, ...
    pub format: Cow<'static, str>,
    /// Bytes read of the current generation.
    pub read: u64,
    /// Bytes there are.
    pub size: u64,
    /// Rotations and truncations seen.
    pub generation: u32,
    /// State.
    pub state: FileState,
    /// Why this generation began: `truncated`, `rotated`, ...; `None` for the first.
    pub began: Option<&'static str>,
    /// Which file of the file system, if it is one.
    pub inode: Option<Inode>,
}

impl FileSummary {
    /// What a file with notes about a log is taken for.
    pub const NOTES: &'static str = "notes";
    /// What a file with what was run again of a log is taken for.
    pub const REPLAYS: &'static str = "replays";

    /// Whether it stands beside a log as a part of it, and is none itself.
    pub fn is_beside_a_log(&self) -> bool {
        [Self::NOTES, Self::REPLAYS].contains(&&*self.format)
    }
}

/// What tells a file from all others of the file system, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inode {
    /// The device.
    pub device: u64,
    /// The number on the device.
    pub number: u64,
}

/// What the writers' counters tell: the `seq` of their records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Records with a counter.
    pub records: u64,
    /// Writers at work at one time, summed over the files that have counters.
    pub writers: u64,
    /// Places where a counter jumps, and the number of records missing there.
    pub gaps: u64,
    /// Records missing in the gaps.
    pub missing: u64,
    /// Counters of which the first number seen is above 1, and no other file has the number before: how many records are
    /// missing there is not known.
    pub begun_late: u64,
    /// Times a counter begins again.
    pub restarts: u64,
    /// Records written twice in a row.
    pub repeated: u64,
    /// Files that more than one writer writes to at a time.
    pub shared_files: u64,
    /// Times the writer changes in those.
    pub turns: u64,
    /// The same as findings, each with its place; made anew with every summary, since a gap may still be
    /// filled.
    pub findings: Vec<Diagnostic>,
}

/// The opened logs at one moment. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogSummary {
    /// The episodes, in order of first appearance.
    pub episodes: Arc<Segmented<EpisodeSummary>>,
    /// The files, in order of discovery.
    pub files: Arc<Vec<FileSummary>>,
    /// Acts in which something went wrong, over all episodes in the list.
    pub errors: u64,
    /// Judgements of persons who are named, over all episodes in the list.
    pub notes: u64,
    /// Records read.
    pub records: u64,
    /// Lines that lost something.
    pub bad_lines: u64,
    /// Errors that belong to no line: inputs that cannot be read or that broke off. What they held is
    /// missing.
    pub input_errors: u64,
    /// How many files of which kind are not read, in the order of discovery.
    pub unread: Arc<Vec<(String, u64)>>,
    /// All findings about lines, in order, at most [`LogSummary::DIAGNOSTICS`].
    pub diagnostics: Arc<Vec<Diagnostic>>,
    /// Diagnostics beyond that number.
    pub more_diagnostics: u64,
    /// Gaps, restarts and sharing of the writers' counters.
    pub counters: Arc<Counters>,
    /// Whether the files are being followed.
    pub following: bool,
    /// Why changes are found only by polling, if file events do not work.
    pub polling: Option<String>,
    /// A named pipe to which nobody writes, once it has been waited for a while; display-safe.
    pub awaited: Option<String>,
    /// Whether the first pass over the files has ended.
    pub loaded: bool,
    /// How the first pass goes, while it runs.
    pub reading: Option<Reading>,
    /// How far the lines that the first pass only scanned have been read in full, if that takes long.
    pub validating: Option<Validating>,
    /// For each provisional id, while its episode is shown under it: the id of its row in the list, or the
    /// provisional id itself if it has no other row. The row may not know all of its records yet.
    pub listed: Arc<Vec<EpisodeId>>,
    /// For each provisional id, what its episode has become. Empty while the provisional ones are shown.
    pub moved: Arc<Vec<EpisodeId>>,
}

/// How the first pass over the files goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Whether the ends of large files are shown before the index reaches them. The last episodes of the list
    /// may then lack their beginnings.
    pub tail: bool,
    /// Records indexed a second so far; `None` if it is too early to say.
    pub rate: Option<u64>,
    /// Seconds until all is read at this rate; `None` if it is too early to say.
    pub left: Option<u64>,
}

/// How far lines have been read in full after the first pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validating {
    /// Bytes read.
    pub read: u64,
    /// Bytes there are to read.
    pub size: u64,
}

impl Validating {
    /// Percent read; below 100 until all is read.
    pub fn percent(self) -> u64 {
        self.read * 100 / self.size.max(1)
    }
}

impl LogSummary {
    /// The place of a record as `file:line`.
    pub fn place(&self, origin: Origin) -> String {
        let path = self.files.get(origin.file.index()).map_or("?", |it| it.path.as_str());
        format!("{path}:{}", origin.line)
    }

    /// The most diagnostics kept; more are counted.
    pub const DIAGNOSTICS: usize = 10_000;

    /// The row of the list in which an episode stands.
    pub fn row(&self, id: EpisodeId) -> Option<usize> {
        match id.provisional_index() {
            None => (id.index() < self.episodes.len()).then_some(id.index()),
            Some(at) => {
                let listed = self.listed.get(at).filter(|it| it.provisional_index().is_none());
                listed.map(|it| it.index()).or_else(|| self.episodes.iter().rposition(|it| it.id == id))
            }
        }
    }

    /// The id that an episode has now.
    pub fn settled(&self, id: EpisodeId) -> EpisodeId {
        let moved = id.provisional_index().and_then(|it| self.moved.get(it));
        moved.copied().unwrap_or(id)
    }

    /// Bytes read and bytes there are, over all files.
    pub fn bytes(&self) -> (u64, u64) {
        self.files.iter().fold((0, 0), |(read, size), it| (read + it.read, size + it.size.max(it.read)))
    }
}

/// The full text of one record, field by field, for the detail pane.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordText {
    /// Which record.
    pub origin: super::Origin,
    /// Fields in the order to show: name and display-safe lines.
    pub fields: Vec<(String, Vec<String>)>,
}
