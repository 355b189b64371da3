//! Files that the screen exports: what the logs tell is read on the log thread, what is computed and written on a thread of its own.
//!
//! A file appears whole or not at all: it is written beside its place and moved there. One that is there is replaced only if that
//! was said, and one that is a log of this session never.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{
    OpenedLogs,
    reported::{Around, Computing, Reported},
};
use crate::{
    app::{
        Message, command_line,
        export::{Export, ExportError, Exported, ReportOrder},
    },
    credit,
    model::{Episode, LogSummary},
    report::{OUTPUTS, Output, Printed},
};

/// An export for which nothing more is asked of the logs.
pub(super) struct Prepared {
    export: Box<Export>,
    material: Result<Material, ExportError>,
    /// Files that are read.
    logs: Vec<PathBuf>,
}

enum Material {
    Text,
    Report(Box<Known>),
}

/// What a report is made from.
struct Known {
    logged: Episode,
    episode: Episode,
    around: Around,
    summary: LogSummary,
    scanned_lines: u64,
    output: &'static Output,
}

impl Prepared {
    /// Asks the logs what `export` needs.
    pub(super) fn of(logs: &mut OpenedLogs, export: Box<Export>) -> Self {
        let summary = logs.store.summary();
        let files = summary.files.iter().map(|it| PathBuf::from(it.path.as_str())).collect();
        let material = match &export.what {
            // Not worth the reading if it cannot be written.
            _ if !export.overwrite && place_of(&export.path).symlink_metadata().is_ok() => {
                Err(ExportError::Exists)
            }
            Exported::Text(_) => Ok(Material::Text),
            Exported::Report(order) => known(logs, summary, order).map(|it| Material::Report(Box::new(it))),
            Exported::Screen(name) => {
                Err(ExportError::Failed(format!("there is no screen to draw as {name}")))
            }
        };
        Self { export, material, logs: files }
    }

    /// Computes the rest and writes the file.
    pub(super) fn write(self) -> Message {
        let result = match (&self.export.what, self.material) {
            (_, Err(why)) => Err(why),
            (Exported::Text(text), Ok(_)) => {
                save(&self.export, &self.logs, |out| out.write_all(text.as_bytes()))
            }
            (Exported::Report(order), Ok(Material::Report(known))) => {
                save(&self.export, &self.logs, |out| print(order, *known, out))
            }
            _ => Err(ExportError::Failed("there is nothing to write".to_owned())),
        };
        Message::Exported { export: self.export, result }
    }
}

fn known(logs: &mut OpenedLogs, summary: LogSummary, order: &ReportOrder) -> Result<Known, ExportError> {
    let failed = |why: &dyn std::fmt::Display| ExportError::Failed(why.to_string());
    let id = logs.settled(order.episode);
    let output = OUTPUTS.iter().find(|it| it.name == order.format);
    let output = output.ok_or_else(|| failed(&format!("there is no format '{}'", order.format)))?;
    if id.index() >= logs.store.episode_count() {
        return Err(failed(&"the logs are still being read"));
    }
    let logged = logs.store.episode_among_peers(id).map_err(|it| failed(&it))?;
    let episode = credit::rewarded(&logged, &order.scenario).into_owned();
    let around = Around::of(&mut logs.store, &summary, id, &episode, false);
    // What the validate thread has not reached yet.
    let scanned_lines = if summary.validating.is_some() { logs.store.scanned_lines() } else { 0 };
    Ok(Known { logged, episode, around, summary, scanned_lines, output })
}

fn print(order: &ReportOrder, known: Known, out: &mut dyn Write) -> io::Result<()> {
    let Known { logged, episode, around, summary, scanned_lines, output } = known;
    let computing = Computing::default();
    let reported = Reported::of(around, (&logged, &episode), &order.scenario, output, computing, &summary);
    let log = command_line::log_names(&order.arguments);
    let command = command_line::of_scenario(&order.arguments, &episode, &reported.analysis.scenario);
    let files = |it| summary.place(it);
    let report = reported.report(&episode, (&log, &command), &files, (summary.bad_lines, scanned_lines));
    match (output.print)(&report) {
        Printed::Text(text) => out.write_all(text.as_bytes()),
        Printed::Json(json) => {
            serde_json::to_writer_pretty(&mut *out, &json)?;
            out.write_all(b"\n")
        }
        Printed::Parts(mut parts) => parts.try_for_each(|it| out.write_all(it.as_bytes())),
    }
}

/// `~/` is the home of the user, as in a shell.
fn place_of(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// Writes what `write` makes; the bytes of the file.
fn save(
    export: &Export,
    logs: &[PathBuf],
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<u64, ExportError> {
    let place = place_of(&export.path);
    let failed = |it: io::Error| match it.kind() {
        io::ErrorKind::AlreadyExists => ExportError::Exists,
        _ => ExportError::Failed(it.to_string()),
    };
    // A log by another name is one, too.
    let whole = |it: &Path| fs::canonicalize(it).ok();
    if whole(&place).is_some_and(|place| logs.iter().any(|it| whole(it).as_ref() == Some(&place))) {
        return Err(ExportError::Failed("it is a log that is open".to_owned()));
    }
    if place.is_dir() {
        return Err(ExportError::Failed("it is a directory".to_owned()));
    }
    let folder = place.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut maker = tempfile::Builder::new();
    maker.prefix(".creditscope-").permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = maker.tempfile_in(folder).map_err(|it| ExportError::Failed(without_path(&it)))?;
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out).map_err(failed)?;
    let file = out.into_inner().map_err(|it| failed(it.into_error()))?;
    let bytes = file.as_file().metadata().map_err(failed)?.len();
    let moved = if export.overwrite { file.persist(&place) } else { file.persist_noclobber(&place) };
    moved.map_err(|it| failed(it.error))?;
    Ok(bytes)
}

/// Why a file beside the one that was asked for could not be made, without the name that nobody knows.
fn without_path(why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::NotFound => "there is no such directory".to_owned(),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(
        folder: &Path,
        name: &str,
        text: &str,
        overwrite: bool,
        logs: &[&str],
    ) -> Result<u64, ExportError> {
        let path = folder.join(name).display().to_string();
        let export = Export { path, overwrite, what: Exported::Text(text.to_owned()) };
        let logs: Vec<PathBuf> = logs.iter().map(|it| folder.join(it)).collect();
        save(&export, &logs, |out| out.write_all(text.as_bytes()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_that_is_there_is_replaced_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        assert_eq!(text(at, "a.svg", "first", false, &[]), Ok(5));
        assert_eq!(text(at, "a.svg", "second", false, &[]), Err(ExportError::Exists));
        assert_eq!(fs::read_to_string(at.join("a.svg")).unwrap(), "first");
        assert_eq!(text(at, "a.svg", "second", true, &[]), Ok(6));
        assert_eq!(fs::read_to_string(at.join("a.svg")).unwrap(), "second");
        assert_eq!(names(at), ["a.svg"], "nothing is left behind");
    }

    #[test]
    fn a_log_is_never_replaced_by_whatever_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        fs::write(at.join("run.json"), "a log").unwrap();
        std::os::unix::fs::symlink(at.join("run.json"), at.join("other.json")).unwrap();
        fs::hard_link(at.join("run.json"), at.join("third.json")).unwrap();
        for name in ["run.json", "other.json"] {
            let refused = text(at, name, "x", true, &["run.json"]);
            assert_eq!(refused, Err(ExportError::Failed("it is a log that is open".to_owned())), "{name}");
        }
        // The other name of the same bytes gets a file of its own.
        assert_eq!(text(at, "third.json", "x", true, &["run.json"]), Ok(1));
        assert_eq!(fs::read_to_string(at.join("run.json")).unwrap(), "a log");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        fs::create_dir(at.join("d.svg")).unwrap();
        for (name, why) in [("no/a.svg", "there is no such directory"), ("d.svg", "it is a directory")] {
            assert_eq!(text(at, name, "x", true, &[]), Err(ExportError::Failed(why.to_owned())));
        }
        let export = Export {
            path: at.join("b.svg").display().to_string(),
            overwrite: false,
            what: Exported::Text(String::new()),
        };
        let full = save(&export, &[], |_| Err(io::Error::other("the disk is full")));
        assert_eq!(full, Err(ExportError::Failed("the disk is full".to_owned())));
        assert_eq!(names(at), ["d.svg"]);
    }
}
