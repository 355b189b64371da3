//! What the program says without a terminal: one episode as plain text, Markdown, JSON or CSV, and the
//! findings of `creditscope check`.
//!
//! ```text
//! Report -> content -> Document -> text, Markdown     the same facts in the same words
//!    |----> html, by content and pictures of its own      one page, made while it is written
//!    |----> dot, mermaid                               the interaction graph alone
//!    |----> json                                      the same facts at full precision; documents its keys
//!    '----> csv                                       the credit table alone
//! CheckReport -> findings -> text, JSON
//! AuditReport -> text, JSON
//! DiffReport -> diff -> Document -> text, Markdown; JSON
//! Hit -> text, JSON, Markdown, one by one
//! the tables of methods and of formats -> text, Markdown, JSON
//! the table of rules -> text, JSON
//! ```
//!
//! It computes nothing: every number arrives in the [`Report`], so screen and export cannot differ. It must
//! not read a file or know a terminal. Log text is display-safe when it arrives in the model; everything else
//! that is printed goes through [`crate::text::clean`]. The same report gives the same bytes on any machine.

mod audit_json;
mod audit_text;
mod content;
mod counters;
mod csv;
mod diff;
mod diff_json;
mod document;
mod dot;
mod figures;
mod findings;
mod follow_events;
mod forensics;
mod formats;
mod groups;
mod html;
mod interaction;
mod json;
mod markdown;
mod matches;
mod mermaid;
mod method_diff;
mod methods;
mod output;
mod rules;
mod run_diff;
#[cfg(test)]
mod sample;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod training;

use crate::{
    context::Context,
    credit::{FailureStudy, Interactions, OwnStudy, PersonsAgree, Rung, Study, Sweep, Verdict},
    model::{
        ActId, Attribution, Diagnostic, Episode, Explanation, Origin, Provenance, Scenario, Unavailable,
    },
    suspicion::Xray,
};

pub use audit_json::audit_json;
pub use audit_text::{AuditReport, audit_text};
pub use csv::csv;
pub use diff::{DiffReport, DiffSide, diff_markdown, diff_text};
pub use diff_json::diff_json;
pub use findings::{CheckReport, check_json, check_text};
pub use follow_events::{FollowEvent, FollowSummary};
pub use forensics::forensics_csv;
pub use formats::{formats_json, formats_markdown, formats_text};
pub use groups::{groups_csv, groups_json, groups_text};
pub use json::json;
pub use markdown::markdown;
pub use matches::{MatchQuestion, MatchSummary, matches_begin, matches_end, matches_row};
pub use method_diff::{MethodDiffReport, method_diff_json, method_diff_markdown, method_diff_text};
pub use methods::{methods_json, methods_markdown, methods_text};
pub use output::{MatchFormat, Output, Printed};
pub use rules::{rules_json, rules_text};
pub use run_diff::{RunDiffReport, RunSide, run_diff_json, run_diff_markdown, run_diff_text};
pub use stream::Node;
pub use text::text;
pub use training::{FILM_CELLS, TrainingReport, training_json, training_markdown, training_text};

/// Every way to print a report, in the order of `--help`; the first is the default. A new one is a file here
/// and its row in this list.
pub const OUTPUTS: &[Output] =
    &[text::OUTPUT, json::OUTPUT, markdown::OUTPUT, csv::OUTPUT, html::OUTPUT, dot::OUTPUT, mermaid::OUTPUT];

/// What filters leave of the lists. They change no number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The filters as typed.
    pub filters: Vec<String>,
    /// Acts listed; the report's attributions hold no others.
    pub acts: usize,
    /// Names of the episodes that pass, display-safe.
    pub episodes: Vec<String>,
    /// Episodes there are.
    pub all_episodes: usize,
}

/// What surrounds the acts, and after which act the state is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Surroundings {
    /// State, metrics, teamwork, rewards.
    pub context: Context,
    /// The act; `None`: there is none, and the state is that before all acts.
    pub act: Option<ActId>,
}

/// All the facts to report about one episode.
pub struct Report<'a> {
    /// The log as named on the command line.
    pub log: &'a str,
    /// The place of a record as `file:line`.
    pub files: &'a dyn Fn(Origin) -> String,
    /// The episode.
    pub episode: &'a Episode,
    /// Whether cells of CSV stay as they are where a spreadsheet would take them for formulas.
    pub raw_cells: bool,
    /// What filters leave of the lists; `None` without filters.
    pub listed: Option<&'a Listed>,
    /// What was asked, edits included.
    pub scenario: &'a Scenario,
    /// The answer, or what is missing for it.
    pub credit: &'a Result<Attribution, Unavailable>,
    /// Credit of single acts; `None` if no method gives it, or [`Report::credit`] has it itself.
    pub acts: Option<&'a Attribution>,
    /// What pairs of agents earn together, if the log tells.
    pub pairs: Option<&'a Interactions>,
    /// What agents earned for themselves, and who cost whom; `None` if nobody earned anything for itself.
    pub own: Option<&'a Result<OwnStudy, Unavailable>>,
    /// The same question put to every method and baseline.
    pub sweep: &'a Sweep,
    /// Who, how much, at which act.
    pub verdict: &'a Verdict,
    /// Curves, messages and how sure the verdict is; `None` if not computed.
    pub study: Option<&'a Study>,
    /// Curves whose every point is to be printed: by name (`backprop/uniform rho`), by method and parameter,
    /// by parameter, or `all`.
    pub curves: &'a [String],
    /// Where a failed episode was lost; `None` if not requested.
    pub failure: Option<&'a FailureStudy>,
    /// Where the values of the answer come from; `None` if not requested.
    pub xray: Option<&'a Xray>,
    /// What surrounds the acts; `None` if not requested.
    pub context: Option<&'a Surroundings>,
    /// How far persons agree over the run.
    pub agreements: &'a [PersonsAgree],
    /// The arithmetic of single numbers, in the order to show.
    pub explanations: &'a [Explanation],
    /// What is wrong with the log, as far as it concerns the episode.
    pub findings: &'a [Diagnostic],
    /// Lines of which something was lost.
    pub bad_lines: u64,
    /// Lines that were only scanned: broken payloads among them do not count as bad lines.
    pub scanned_lines: u64,
    /// The command line that prints this report.
    pub command: &'a str,
}

impl Report<'_> {
    /// The attribution that credits acts: the one given for it, or else the shown credit if it does.
    fn act_credit(&self) -> Option<&Attribution> {
        let own = self.credit.as_ref().ok();
        self.acts.or(own).filter(|it| !it.acts.is_empty())
    }

    /// Whether the log has nothing but the shape of the trace and the word of a judge to go by: a picture of such
    /// credit would look like an answer.
    fn is_bare(&self) -> bool {
        let is_shape = self.credit.as_ref().is_ok_and(|it| it.provenance == Provenance::Structural);
        is_shape && self.verdict.ground.rung >= Rung::Judged && !self.scenario.edits_episode()
    }
}
