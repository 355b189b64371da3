//! Arguments to inputs: files, directories, globs that the shell left alone, `-` for stdin.
//!
//! A scan can be repeated: it returns what is new since the last one, so worker files that appear late join
//! in. The order is stable: arguments as given, and natural order below each (`2.json` before `10.json`). A
//! file that several arguments or links lead to is found once. Links out of a directory that is searched are told and not
//! followed. Notes that stand beside their log are a part of it, and no log. Anything unusable is reported once, and the
//! rest goes on.

use std::collections::{BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

mod glob;
mod natural;

use super::because::because;
use super::beside::Beside;
use super::packed::without_ending;

pub use natural::natural_order;

/// The endings a directory is searched for, also followed by that of a compressed file, as in `run.jsonl.gz`.
pub const EXTENSIONS: &[&str] = &["jsonl", "ndjson", "jsonlines", "json", "traj", "eval", "csv", "parquet"];

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A regular file: for a [`super::TailFile`].
    File(PathBuf),
    /// A named pipe or device, readable once: for a [`super::Spool`].
    Pipe(PathBuf),
    /// `-`: for a [`super::Spool`].
    Stdin,
}

/// Why an argument, or something below it, gives nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// Nothing there.
    #[error("no file or directory '{}'{hint}", path.display())]
    Missing {
        /// The argument.
        path: PathBuf,
        /// A hint at what else could have been meant. Begins with its own punctuation; may be empty.
        hint: String,
    },
    /// A directory without anything that looks like a log.
    #[error("no logs in directory '{}': looked for *.{} at any depth, also compressed (.gz, .zst){}; name the files to read others", path.display(), EXTENSIONS.join(", *."), holding(others))]
    NoLogs {
        /// The argument.
        path: PathBuf,
        /// The name of a file in it and how many there are, if there are any.
        others: Option<(String, usize)>,
    },
    /// A pattern that matches nothing.
    #[error("nothing matches '{}': quote patterns as in 'runs/**/*.jsonl', hidden files need a leading dot", pattern.display())]
    NoMatch {
        /// The argument.
        pattern: PathBuf,
    },
    /// There, but closed to us.
    #[error("cannot read '{}': {}", path.display(), because(source))]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system reported.
        source: io::Error,
    },
    /// A link in a directory to a directory that is not below it.
    #[error("not followed: '{}' leads out of its directory, to '{}'; name it to read it too", path.display(), to.display())]
    LeadsOut {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// A socket and the like.
    #[error("'{}' is neither a file, a directory nor a pipe", path.display())]
    NotReadable {
        /// The argument.
        path: PathBuf,
    },
}

impl DiscoverError {
    /// Whether a whole argument gives nothing, as opposed to trouble with one file below it.
    pub fn is_about_an_argument(&self) -> bool {
        !matches!(self, DiscoverError::Unreadable { .. } | DiscoverError::LeadsOut { .. })
    }
}

/// The arguments, and what they have led to so far.
#[derive(Debug, Default)]
pub struct Discovery {
    arguments: Vec<PathBuf>,
    known: HashSet<PathBuf>,
    /// Where the known paths led when they were found.
    canonical: HashSet<PathBuf>,
    told: HashSet<String>,
    directories: BTreeSet<PathBuf>,
    awaited: BTreeSet<PathBuf>,
}

/// What one scan came upon.
#[derive(Default)]
struct Scan {
    new: Vec<Input>,
    problems: Vec<DiscoverError>,
    /// The first file by name, and the number of files, that a directory holds besides logs.
    others: Option<(OsString, usize)>,
}

/// Directories entered, by device and inode: links may lead in circles.
type Entered = HashSet<(u64, u64)>;

impl Discovery {
    /// Looks for nothing yet.
    pub fn new<A: Into<PathBuf>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self { arguments: arguments.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// What is new since the last scan, in stable order, and the problems that occurred for the first time.
    pub fn scan(&mut self) -> (Vec<Input>, Vec<DiscoverError>) {
        let mut scan = Scan::default();
        self.directories.clear();
        self.awaited.clear();
        for argument in self.arguments.clone() {
            self.argument(&argument, &mut scan);
        }
        scan.problems.retain(|it| self.told.insert(it.to_string()));
        (scan.new, scan.problems)
    }

    /// Whether the user named this file itself, and not only a directory or a pattern that leads to it.
    pub fn names(&self, path: &Path) -> bool {
        self.arguments.iter().any(|it| it == path)
    }

    /// Directories that the last scan looked into: new files may appear there.
    pub fn directories(&self) -> impl Iterator<Item = &Path> {
        self.directories.iter().map(PathBuf::as_path)
    }

    /// What has to appear before an argument that the last scan did not find can: itself, or the first folder of its path
    /// that is not there.
    pub fn awaited(&self) -> impl Iterator<Item = &Path> {
        self.awaited.iter().map(PathBuf::as_path)
    }

    fn argument(&mut self, argument: &Path, scan: &mut Scan) {
        if argument.as_os_str() == "-" {
            if self.known.insert(argument.to_owned()) {
                scan.new.push(Input::Stdin);
            }
            return;
        }
        match argument.metadata() {
            Ok(metadata) if metadata.is_dir() => {
                let before = scan.problems.len();
                scan.others = None;
                if !self.directory(argument, scan) && scan.problems.len() == before {
                    let others = scan.others.take().map(|(name, n)| (name.to_string_lossy().into_owned(), n));
                    scan.problems.push(DiscoverError::NoLogs { path: argument.to_owned(), others });
                }
            }
            // As a shell expands a pattern: beside other arguments notes are a part of their log.
            Ok(_) if self.arguments.len() > 1 && Beside::kind_of(argument).is_some() => {}
            Ok(metadata) => self.file(argument, &metadata, scan),
            Err(error) if is_absent(&error) && glob::is_pattern(argument) => self.pattern(argument, scan),
            Err(error) if is_absent(&error) => {
                self.awaited.insert(first_missing(argument).to_owned());
                let hint = hint_for(argument);
                scan.problems.push(DiscoverError::Missing { path: argument.to_owned(), hint });
            }
            Err(source) => {
                scan.problems.push(DiscoverError::Unreadable { path: argument.to_owned(), source });
            }
        }
    }

    fn pattern(&mut self, pattern: &Path, scan: &mut Scan) {
        let mut found = glob::expand(pattern, &mut self.directories);
        found.sort_by(|a, b| natural_order(a, b));
        let mut any = false;
        for path in &found {
            let Ok(metadata) = path.metadata() else { continue };
            if metadata.is_dir() {
                any |= self.directory(path, scan);
            } else if Beside::kind_of(path).is_some() {
                continue;
            } else if has_log_extension(path) || glob::names_extension(pattern) {
                any = true;
                self.file(path, &metadata, scan);
            }
        }
        if !any {
            scan.problems.push(DiscoverError::NoMatch { pattern: pattern.to_owned() });
        }
    }

    /// Returns whether there are logs, new or known.
    fn directory(&mut self, directory: &Path, scan: &mut Scan) -> bool {
        let mut found = Vec::new();
        let root = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        self.walk((directory, &root), scan, &mut Entered::new(), &mut found);
        let any = !found.is_empty();
        // Every second there may be thousands of known files; the system need not be asked about them again.
        found.retain(|it| !self.known.contains(it));
        found.sort_by(|a, b| natural_order(a, b));
        // Files come before the links that lead to them: a link `latest.jsonl` beside its file adds nothing.
        let is_link = |it: &&PathBuf| it.is_symlink();
        let files = found.iter().filter(|it| !is_link(it)).filter_map(|it| it.canonicalize().ok());
        let files: HashSet<PathBuf> = files.collect();
        for path in &found {
            if is_link(&path) && path.canonicalize().is_ok_and(|it| files.contains(&it)) {
                continue;
            }
            if let Ok(metadata) = path.metadata() {
                self.file(path, &metadata, scan);
            }
        }
        any
    }

    /// Looks for logs below `directory`. Links to directories that are not below `root` are not followed: a walk may
    /// else end up anywhere.
    fn walk(
        &mut self,
        (directory, root): (&Path, &Path),
        scan: &mut Scan,
        entered: &mut Entered,
        found: &mut Vec<PathBuf>,
    ) {
        let unreadable = |source| DiscoverError::Unreadable { path: directory.to_owned(), source };
        match directory.metadata() {
            Ok(metadata) if !entered.insert((metadata.dev(), metadata.ino())) => return,
            Ok(_) => {}
            Err(source) => return scan.problems.push(unreadable(source)),
        }
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(source) => return scan.problems.push(unreadable(source)),
        };
        self.directories.insert(directory.to_owned());
        for entry in entries.flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            let Ok(mut kind) = entry.file_type() else { continue };
            let is_link = kind.is_symlink();
            if is_link {
                kind = match path.metadata() {
                    Ok(metadata) => metadata.file_type(),
                    // A link that leads nowhere may be the way to the log that the user wants.
                    Err(source) if has_log_extension(&path) => {
                        let source = leads_nowhere(&path, source);
                        scan.problems.push(DiscoverError::Unreadable { path, source });
                        continue;
                    }
                    Err(_) => continue,
                };
            }
            if kind.is_dir() {
                match path.canonicalize() {
                    Ok(to) if is_link && !to.starts_with(root) => {
                        scan.problems.push(DiscoverError::LeadsOut { path, to });
                    }
                    _ => self.walk((&path, root), scan, entered, found),
                }
            } else if kind.is_file() && has_log_extension(&path) {
                if Beside::kind_of(&path).is_none() {
                    found.push(path);
                }
            } else if kind.is_file() {
                let name = entry.file_name();
                scan.others = Some(match scan.others.take() {
                    Some((first, n)) => (first.min(name), n + 1),
                    None => (name, 1),
                });
            }
        }
    }

    fn file(&mut self, path: &Path, metadata: &Metadata, scan: &mut Scan) {
        if self.known.contains(path) {
            return;
        }
        let kind = metadata.file_type();
        let input = if kind.is_file() {
            Input::File(path.to_owned())
        } else if kind.is_fifo() || kind.is_char_device() || kind.is_block_device() {
            Input::Pipe(path.to_owned())
        } else {
            return scan.problems.push(DiscoverError::NotReadable { path: path.to_owned() });
        };
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.canonical.contains(&canonical) {
            return;
        }
        // Do not try a pipe: opening it would wait for its writer, and closing it would end that writer.
        if kind.is_file()
            && let Err(source) = File::open(path)
        {
            return scan.problems.push(DiscoverError::Unreadable { path: path.to_owned(), source });
        }
        self.known.insert(path.to_owned());
        self.canonical.insert(canonical);
        scan.new.push(input);
    }
}

fn holding(others: &Option<(String, usize)>) -> String {
    match others {
        Some((name, 1)) => format!(", and found '{name}'"),
        Some((name, n)) => format!(", and found {n} other files, as '{name}'"),
        None => String::new(),
    }
}

fn has_log_extension(path: &Path) -> bool {
    let path = without_ending(path).unwrap_or(path);
    path.extension().is_some_and(|it| EXTENSIONS.iter().any(|known| it.eq_ignore_ascii_case(known)))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The first part of `path` that is not there.
fn first_missing(path: &Path) -> &Path {
    let is_there = |it: &Path| it.as_os_str().is_empty() || it.exists();
    let mut missing = path;
    while let Some(parent) = missing.parent().filter(|it| !is_there(it)) {
        missing = parent;
    }
    missing
}

/// Why a link leads nowhere; the system only says that there is nothing.
fn leads_nowhere(link: &Path, source: io::Error) -> io::Error {
    match link.read_link() {
        Ok(to) if is_absent(&source) => {
            io::Error::new(source.kind(), format!("it is a link to '{}', which is not there", to.display()))
        }
        _ => source,
    }
}

/// What else could have been meant by a path that does not exist.
fn hint_for(path: &Path) -> String {
    if let Ok(to) = path.read_link() {
        return format!(": it is a link to '{}', which is not there", to.display());
    }
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return format!(": there is no directory '{}'", parent.display());
    }
    let plain = |it: &Path| without_ending(it).unwrap_or(it).to_owned();
    let stem = |it: &Path| plain(it).file_stem().map(OsStr::to_ascii_lowercase);
    let entries = fs::read_dir(parent).into_iter().flatten().flatten().map(|it| parent.join(it.file_name()));
    let similar = entries.filter(|it| has_log_extension(it) && stem(it) == stem(path));
    match similar.min_by(|a, b| natural_order(a, b)) {
        Some(similar) => format!("; did you mean '{}'?", similar.display()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
