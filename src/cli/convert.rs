//! `creditscope convert`: any log that is read, written as a native one, a file for each file that was read.
//!
//! A native log is copied byte for byte, so to convert what was converted changes nothing.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, BufWriter, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};

use super::{arguments::Convert, arguments::NativeFormat, headless, unread::Unread};
use crate::{
    import::NATIVE,
    model::{FileId, FileState, FileSummary, LogSummary, Severity},
    runtime::search::{Block, Blocks},
    source::Beside,
    store::Pass,
};

/// Converts; the exit code.
pub(super) fn run(options: &Convert) -> anyhow::Result<u8> {
    let (logs, summary) = headless::read_all(options.logs.arguments(), Pass::Places)?;
    let mut unread = Unread::of(&summary);
    let mut blocks = Blocks::default();
    blocks.cover(logs.store.searchable());
    let files: Vec<FileId> = blocks.files().collect();
    ensure!(!files.is_empty(), "nothing to convert: {}", nothing(&summary));
    let target = Target::of(options, &summary, &files)?;
    let inputs = Inputs::of(&summary);
    let mut writing =
        Writing { target, inputs, summary: &summary, options, current: None, files: 0, lines: 0 };
    let mut result = Ok(());
    while result.is_ok() && blocks.next(&mut |block| result = writing.block(&block)) {}
    result?;
    writing.end_file()?;
    lost(&summary).for_each(|it| unread.add(it));
    if let Some(problem) = blocks.problem() {
        unread.add(problem.to_owned());
    }
    if blocks.skipped() > 0 {
        unread.add(format!("{} lines are too long to be held in memory", blocks.skipped()));
    }
    unread.tell();
    if let Some(path) = &options.output {
        let (files, lines) = (writing.files, writing.lines);
        let plural = if files == 1 { "" } else { "s" };
        eprintln!("creditscope: {files} file{plural}, {lines} records written to {}", path.display());
    }
    // Whoever converts wants all of it.
    Ok(unread.exit_code(0, true))
}

/// Why there is nothing to convert.
fn nothing(summary: &LogSummary) -> String {
    let failed = summary.files.iter().find_map(|it| match &it.state {
        FileState::Failed(why) => Some(format!("{}: {why}", it.path)),
        _ => None,
    });
    failed.unwrap_or_else(|| "no file with records was found".to_owned())
}

/// What is wrong with foreign files, so that part of them is missing. Bad lines of native ones are copied like others.
fn lost(summary: &LogSummary) -> impl Iterator<Item = String> {
    let is_native =
        |it: FileId| file(summary, it).format == NATIVE.title || file(summary, it).is_beside_a_log();
    let lost = summary
        .diagnostics
        .iter()
        .filter(move |it| it.severity == Severity::Error && it.origin.is_some_and(|it| !is_native(it.file)));
    lost.map(|it| match it.origin {
        Some(origin) => format!("{}: {}", summary.place(origin), it.message),
        None => it.message.clone(),
    })
}

/// Where the files go.
enum Target {
    /// The only log; its notes go nowhere.
    Stdout,
    /// The place of each file, ascending by id.
    Files(Vec<(FileId, PathBuf)>),
}

impl Target {
    fn of(options: &Convert, summary: &LogSummary, files: &[FileId]) -> anyhow::Result<Self> {
        let (notes, logs): (Vec<FileId>, Vec<FileId>) =
            files.iter().partition(|it| file(summary, **it).is_beside_a_log());
        let count = logs.len();
        let Some(path) = &options.output else {
            ensure!(count == 1, "{count} files are read: name a folder for what is written with --output");
            for it in &notes {
                let path = &file(summary, *it).path;
                eprintln!("creditscope: '{path}' beside the log is not written: --output writes it too");
            }
            return Ok(Self::Stdout);
        };
        let of_folder = options.logs.logs.iter().any(|it| Path::new(it).is_dir());
        let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let mut places: Vec<(FileId, PathBuf)> = if count == 1 && !of_folder && !is_folder {
            vec![(logs[0], path.clone())]
        } else {
            ensure!(!path.is_file(), "{count} files are read and '{}' is one file", path.display());
            let paths: Vec<&str> = logs.iter().map(|it| file(summary, *it).path.as_str()).collect();
            let names = names(&paths, options.format().ending());
            logs.iter().copied().zip(names.iter().map(|it| path.join(it))).collect()
        };
        // What stands beside a log stays beside it.
        let of_log = |notes: &FileId| {
            let path = Path::new(&file(summary, *notes).path);
            let is_its = |log: &FileId, kind: Beside| kind.of(Path::new(&file(summary, *log).path)) == path;
            let of_kind = |kind: Beside| Some((kind, logs.iter().position(|log| is_its(log, kind))?));
            let (kind, at) = Beside::ALL.into_iter().find_map(of_kind)?;
            Some((*notes, kind.of(&places[at].1)))
        };
        let of_notes: Vec<(FileId, PathBuf)> = notes.iter().filter_map(of_log).collect();
        places.extend(of_notes);
        places.sort_by_key(|it| it.0);
        Ok(Self::Files(places))
    }

    /// Where a file goes; `None`: nowhere.
    fn place(&self, summary: &LogSummary, id: FileId) -> Option<Place<'_>> {
        match self {
            Self::Stdout => (!file(summary, id).is_beside_a_log()).then_some(Place::Stdout),
            Self::Files(places) => {
                let at = places.binary_search_by_key(&id, |it| it.0).ok()?;
                Some(Place::File(&places[at].1))
            }
        }
    }
}

/// Where one file goes.
enum Place<'a> {
    Stdout,
    File(&'a Path),
}

fn file(summary: &LogSummary, id: FileId) -> &FileSummary {
    &summary.files[id.index()]
}

/// A path below the folder of the output for each of `paths`: what they have in common is left out, and their
/// ending is that of what is written. Two files that differ only in their ending keep it.
fn names(paths: &[&str], ending: &str) -> Vec<PathBuf> {
    let parts = |path: &str| -> Vec<String> {
        // No part may lead out of the folder.
        let parts = path.split('/').filter(|it| !matches!(*it, "" | "." | ".."));
        parts.map(str::to_owned).collect()
    };
    let all: Vec<Vec<String>> = paths.iter().map(|it| parts(it)).collect();
    let shortest = all.iter().map(|it| it.len().saturating_sub(1)).min().unwrap_or(0);
    let common = (0..shortest).take_while(|at| all.iter().all(|it| it[*at] == all[0][*at])).count();
    let mut taken = BTreeSet::new();
    let name = |parts: &Vec<String>| -> PathBuf {
        let folder: PathBuf = parts[common..parts.len().saturating_sub(1)].iter().collect();
        let whole = parts.last().map_or("log", String::as_str);
        let bare = whole.strip_suffix(".gz").or_else(|| whole.strip_suffix(".zst")).unwrap_or(whole);
        let stem = bare.rsplit_once('.').map_or(bare, |it| it.0);
        let wanted = [format!("{stem}.{ending}"), format!("{bare}.{ending}"), format!("{whole}.{ending}")];
        let numbered = (2..).map(|it| format!("{whole}.{it}.{ending}"));
        let mut free = wanted.into_iter().chain(numbered).map(|it| folder.join(it));
        free.find(|it| taken.insert(it.clone())).unwrap_or_default()
    };
    all.iter().map(name).collect()
}

/// The files that are read: none of them is written to, under whatever name.
struct Inputs {
    inodes: BTreeSet<(u64, u64)>,
    paths: BTreeSet<PathBuf>,
}

impl Inputs {
    fn of(summary: &LogSummary) -> Self {
        let inodes = summary.files.iter().filter_map(|it| it.inode).map(|it| (it.device, it.number));
        let paths = summary.files.iter().filter_map(|it| fs::canonicalize(&it.path).ok());
        Self { inodes: inodes.collect(), paths: paths.collect() }
    }

    /// Whether the file at `path` is one of them. Paths of inputs are display-safe, so the number on the device tells
    /// what a name with control characters does not.
    fn hold(&self, path: &Path) -> bool {
        let of = |it: fs::Metadata| self.inodes.contains(&(it.dev(), it.ino()));
        fs::metadata(path).is_ok_and(of) || fs::canonicalize(path).is_ok_and(|it| self.paths.contains(&it))
    }
}

/// What is written while blocks come, file by file.
struct Writing<'a> {
    target: Target,
    inputs: Inputs,
    summary: &'a LogSummary,
    options: &'a Convert,
    current: Option<(FileId, Output)>,
    files: usize,
    lines: u64,
}

impl Writing<'_> {
    fn block(&mut self, block: &Block<'_>) -> anyhow::Result<()> {
        if self.current.as_ref().is_none_or(|it| it.0 != block.file) {
            self.end_file()?;
            let Some(place) = self.target.place(self.summary, block.file) else { return Ok(()) };
            // What stands beside a log is read as lines, whatever the log is.
            let is_notes = file(self.summary, block.file).is_beside_a_log();
            let format = if is_notes { NativeFormat::Jsonl } else { self.options.format() };
            let output = Output::create(&place, format, self.options.overwrite, &self.inputs)?;
            self.current = Some((block.file, output));
            self.files += 1;
        }
        let Some((file, output)) = &mut self.current else { return Ok(()) };
        let written = output.lines(block.bytes);
        self.lines += written.with_context(|| self.summary.files[file.index()].path.clone())?;
        Ok(())
    }

    fn end_file(&mut self) -> anyhow::Result<()> {
        self.current.take().map_or(Ok(()), |it| it.1.finish())
    }
}

/// A file that appears under its name once it is whole.
struct Output {
    sink: Sink,
    /// The temporary file and where it goes.
    place: Option<(tempfile::TempPath, PathBuf)>,
}

/// How lines are written.
enum Sink {
    Lines(Box<dyn Write + Send>),
    #[cfg(feature = "parquet")]
    Table(Box<crate::import::RecordTable<Box<dyn Write + Send>>>),
}

impl Output {
    fn create(
        place: &Place<'_>,
        format: NativeFormat,
        overwrite: bool,
        inputs: &Inputs,
    ) -> anyhow::Result<Self> {
        let Place::File(path) = place else {
            return Ok(Self { sink: Sink::of(Box::new(io::stdout()), format)?, place: None });
        };
        ensure!(!inputs.hold(path), "'{}' is what is read", path.display());
        if !overwrite && path.symlink_metadata().is_ok() {
            bail!("'{}' exists: --overwrite replaces it", path.display());
        }
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let cannot = || format!("cannot write '{}'", path.display());
        fs::create_dir_all(folder).with_context(cannot)?;
        let (file, temporary) = tempfile::Builder::new()
            .prefix(".creditscope-")
            .permissions(new_file_mode())
            .tempfile_in(folder)
            .with_context(cannot)?
            .into_parts();
        let sink = Sink::of(Box::new(file), format)?;
        Ok(Self { sink, place: Some((temporary, path.to_path_buf())) })
    }

    /// Writes whole lines, and returns how many records they hold.
    fn lines(&mut self, bytes: &[u8]) -> anyhow::Result<u64> {
        self.sink.write(bytes)
    }

    fn finish(self) -> anyhow::Result<()> {
        self.sink.finish()?;
        if let Some((temporary, path)) = self.place {
            temporary.persist(&path).with_context(|| format!("cannot write '{}'", path.display()))?;
        }
        Ok(())
    }
}

/// Temporary files are private; what is converted is as open as any other file, as far as the umask allows.
fn new_file_mode() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o666)
}

impl Sink {
    fn of(out: Box<dyn Write + Send>, format: NativeFormat) -> anyhow::Result<Self> {
        match format {
            NativeFormat::Jsonl => Ok(Self::Lines(Box::new(BufWriter::with_capacity(1 << 20, out)))),
            #[cfg(feature = "parquet")]
            NativeFormat::Parquet => {
                let out: Box<dyn Write + Send> = Box::new(BufWriter::with_capacity(1 << 20, out));
                Ok(Self::Table(Box::new(crate::import::RecordTable::new(out)?)))
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> anyhow::Result<u64> {
        let lines = || bytes.split(|it| *it == b'\n').filter(|it| !it.trim_ascii().is_empty());
        match self {
            Self::Lines(out) => {
                out.write_all(bytes)?;
                // A last line that was still being written is whole now.
                if bytes.last().is_some_and(|it| *it != b'\n') {
                    out.write_all(b"\n")?;
                }
                Ok(lines().count() as u64)
            }
            #[cfg(feature = "parquet")]
            Self::Table(table) => {
                let mut count = 0;
                for line in lines() {
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    table.push(&String::from_utf8_lossy(line))?;
                    count += 1;
                }
                Ok(count)
            }
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Lines(mut out) => Ok(out.flush()?),
            #[cfg(feature = "parquet")]
            Self::Table(table) => Ok(table.finish()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paths: &[&str], expected: &[&str]) {
        let got = names(paths, "jsonl");
        assert_eq!(got, expected.iter().map(PathBuf::from).collect::<Vec<_>>());
    }

    #[test]
    fn names_keep_their_folders_below_what_they_have_in_common() {
        check(&["/logs/run/1.json"], &["1.jsonl"]);
        check(&["/logs/a/1.json", "/logs/b/1.json"], &["a/1.jsonl", "b/1.jsonl"]);
        check(&["/logs/a/1.json", "/logs/a/2.jsonl.gz"], &["1.jsonl", "2.jsonl"]);
        check(&["runs/x", "runs/deep/y.csv"], &["x.jsonl", "deep/y.jsonl"]);
    }

    #[test]
    fn names_that_would_be_one_are_told_apart() {
        check(&["a/x.json", "a/x.csv", "a/x.csv.gz"], &["x.jsonl", "x.csv.jsonl", "x.csv.gz.jsonl"]);
        check(&["x", "x", "x", "x"], &["x.jsonl", "x.2.jsonl", "x.3.jsonl", "x.4.jsonl"]);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        check(&["../../etc/x.json", "../y.json"], &["etc/x.jsonl", "y.jsonl"]);
    }
}
