//! Export: what is on the screen as a file, whose ending says as what.

use crate::model::{EpisodeId, Scenario};

/// What an ending means.
#[derive(Debug, PartialEq, Eq)]
pub struct Ending {
    /// `html`, as it stands behind the last dot.
    pub name: &'static str,
    /// What `report --format` calls it.
    pub format: &'static str,
    /// Whether it is the picture of the screen, whatever that shows; otherwise it is a report about the episode.
    pub is_picture: bool,
}

const fn report(name: &'static str, format: &'static str) -> Ending {
    Ending { name, format, is_picture: false }
}

/// Every ending.
pub const ENDINGS: &[Ending] = &[
    report("html", "html"),
    report("md", "markdown"),
    report("txt", "text"),
    report("json", "json"),
    report("csv", "csv"),
    report("dot", "dot"),
    report("mmd", "mermaid"),
    Ending { name: "svg", format: "svg", is_picture: true },
];

/// What the ending of a file's name means.
///
/// # Errors
/// When it means nothing: which endings there are.
pub(super) fn ending(path: &str) -> Result<&'static Ending, String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let wanted = name.rsplit_once('.').filter(|it| !it.0.is_empty()).map_or("", |it| it.1);
    ENDINGS.iter().find(|it| it.name.eq_ignore_ascii_case(wanted)).ok_or_else(|| {
        let all: Vec<&str> = ENDINGS.iter().map(|it| it.name).collect();
        format!("it ends in {}", all.join(" "))
    })
}

/// The name that is offered for an episode: without what means something to a shell or in a path.
pub(super) fn file_name(episode: &str) -> String {
    let letter = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = episode.chars().take(80).map(letter).collect();
    let name = name.trim_matches(['.', '-']);
    format!("{}.html", if name.is_empty() { "episode" } else { name })
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Where, as it was typed.
    pub path: String,
    /// Whether a file that is there may be replaced.
    pub overwrite: bool,
    /// What.
    pub what: Exported,
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Exported {
    /// The screen, yet to be drawn, as the picture of this name.
    Screen(&'static str),
    /// This text.
    Text(String),
    /// A report, yet to be made.
    Report(Box<ReportOrder>),
}

/// Which report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportOrder {
    /// What `report --format` calls it.
    pub format: &'static str,
    /// About which episode.
    pub episode: EpisodeId,
    /// With which what-if.
    pub scenario: Scenario,
    /// What the logs were opened as; the command line of the report is made from it.
    pub arguments: Vec<String>,
    /// The command line that writes the same file.
    pub command: String,
}

/// Why a file was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
    /// It is there, and may not be replaced.
    Exists,
    /// Something else.
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_as_what() {
        let format = |path| ending(path).map(|it| it.format);
        assert_eq!(format("a/b.html"), Ok("html"));
        assert_eq!(format("x.y.MD"), Ok("markdown"));
        for path in ["html", ".html", "a.html/b", "a.pdf", "", "a."] {
            assert!(format(path).unwrap_err().contains("html md txt"), "{path}");
        }
    }

    #[test]
    fn the_name_that_is_offered_is_one_of_a_file() {
        assert_eq!(file_name("live-0"), "live-0.html");
        assert_eq!(file_name("../a b/$(x)"), "a-b---x.html");
        assert_eq!(file_name("..."), "episode.html");
    }
}
