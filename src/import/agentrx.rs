//! AgentRx: conversations of teams, and what people found wrong in them, in files of their own.
//!
//! A conversation is a list of `{content, role}`, also with `name` as AG2 writes its messages: the history of Who&When
//! without anything around it, and read as that. Its episode is called as its file.
//!
//! Labels are a list of `{trajectory_id, failures[], root_cause, ...}`. What becomes what:
//!
//! * trajectory_id, the name of a file (of tau-bench's the number of the task): the episode that is judged. So that
//!   they come together, labels and what has such a name (a number or long hex digits) are of one run, `agentrx`
//! * failures: a judgement each, of `failed_agent` at `step_number`, which counts from 1; the root cause comes first
//! * every trajectory that is judged has failed
//!
//! An index, `{category: {trajectory_id: {step, reason, name}}}`, judges the files that it names: `step` is that of the
//! root cause (as the labels of the same trajectories say, in all nine that are there), and nobody is named.
//!
//! Labels of conversations that are not opened beside them are episodes without acts.

use super::{
    DocumentReader, Format, Head, HeadObject, Reader, Score, Sink,
    document::read_document,
    json::{Fields, items, text},
    who_and_when,
};
use crate::{
    log::{Body, Credit, CreditItem, EpisodeEnd, Problem, Record, Run},
    model::{Severity, rule},
};

/// The row of conversations.
pub static MESSAGES: Format = Format {
    name: "messages",
    title: "team messages",
    about: "conversations of a team, a document that is a list of messages with role or name: AgentRx, AG2",
    score: messages,
    reader: Reader::Document(&Messages),
};

/// The row of labels.
pub static LABELS: Format = Format {
    name: "agentrx-labels",
    title: "AgentRx labels",
    about: "failures that people found in the conversations beside (AgentRx): who, at which step, the root cause",
    score: |head: &Head<'_>| {
        let first = head.objects.first();
        let has = |key: &str| first.is_some_and(|it| it.has(key));
        Score::certain_if(has("trajectory_id") && has("failures"))
    },
    reader: Reader::Document(&Labels),
};

/// The row of indexes.
pub static INFO: Format = Format {
    name: "agentrx-info",
    title: "AgentRx index",
    about: "an index of failed conversations (AgentRx, `trajectories_info.json`): the step of the root cause in each",
    score: |head: &Head<'_>| {
        let bytes = head.bytes.trim_ascii_start();
        let step = memchr::memmem::find(bytes, b"\"step\"").map_or(&[][..], |at| &bytes[..at]);
        // Categories hold trajectories hold steps.
        let is_third = step.first() == Some(&b'{')
            && memchr::memchr_iter(b'{', step).count() == 3
            && memchr::memchr2(b'[', b'}', step).is_none();
        Score::certain_if(is_third && head.holds(b"\"reason\"") && head.holds(b"\"name\""))
    },
    reader: Reader::Document(&Index),
};

/// A list of messages of which some have a name, or a role that is no role of a model's API.
fn messages(head: &Head<'_>) -> Score {
    let is_list = head.bytes.trim_ascii_start().first() == Some(&b'[');
    let is_message = |it: &HeadObject<'_>| {
        it.has("content") && (it.has("role") || it.has("name")) && it.keys().len() <= 4 && !it.has("type")
            || it.is_cut
    };
    let is_of_a_team = |it: &HeadObject<'_>| {
        let role = it.text("role").unwrap_or_default();
        it.has("name") || !["", "system", "user", "assistant", "tool", "developer", "human"].contains(&&*role)
    };
    let all = &head.objects;
    if is_list && all.len() > 1 && all.iter().all(is_message) && all.iter().any(is_of_a_team) {
        Score::LIKELY
    } else {
        Score::NONE
    }
}

/// Reads conversations.
struct Messages;

impl DocumentReader for Messages {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        let stem = name.rsplit('/').next().unwrap_or(name);
        // On the same line, so that lines stay those of the file.
        let prefix = b"{\"history\":";
        let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
        let wrapped = [prefix, document, b"}"].concat();
        if is_id(stem) || is_indexed(stem) {
            sink.record(1, &run());
        }
        let mut sink = Wrapped { prefix: prefix.len(), end: document.len(), sink };
        if let Reader::Document(reader) = who_and_when::FORMAT.reader {
            reader.read(&wrapped, stem, &mut sink);
        }
    }
}

/// Undoes what was put around a document.
struct Wrapped<'a> {
    prefix: usize,
    end: usize,
    sink: &'a mut dyn Sink,
}

impl Sink for Wrapped<'_> {
    fn record(&mut self, line: u32, record: &Record) {
        self.sink.record(line, record);
    }

    fn problem(&mut self, problem: Problem) {
        // That there is no annotation in it is how these are.
        if problem.rule != rule::MISSING_FIELD || problem.severity != Severity::Note {
            let offset = problem.offset.saturating_sub(self.prefix).min(self.end);
            self.sink.problem(Problem { offset, ..problem });
        }
    }
}

/// Reads labels.
struct Labels;

impl DocumentReader for Labels {
    fn read(&self, document: &[u8], _: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let mut judged = 0;
            sink.record(1, &run());
            for raw in items(root) {
                let it = Fields::of(raw);
                let Some(episode) = it.text("trajectory_id") else { continue };
                judged += 1;
                judge(&episode, failures(&it), places.line(raw), sink);
            }
            if judged == 0 {
                let message = "the document judges no trajectory";
                sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
        });
    }
}

/// Reads indexes.
struct Index;

impl DocumentReader for Index {
    fn read(&self, document: &[u8], _: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            sink.record(1, &run());
            for (category, trajectories) in Fields::of(root).iter() {
                for (id, raw) in Fields::of(trajectories).iter() {
                    let it = Fields::of(raw);
                    let named = it.text("name").map(|it| it.trim_end_matches(".json").to_owned());
                    let item = CreditItem {
                        of: it.integer("step").and_then(act),
                        label: Some(format!("root cause: {category}")),
                        reason: it.text("reason").filter(|it| it != category),
                        ..CreditItem::default()
                    };
                    judge(&named.unwrap_or_else(|| id.to_owned()), vec![item], places.line(raw), sink);
                }
            }
        });
    }
}

/// What all trajectories and labels are part of.
pub(super) fn run() -> Record {
    Record::new(Body::Run(Run { credit_log: Some(1), run: Some("agentrx".to_owned()), ..Run::default() }))
}

/// Whether a name is one that labels use: others may be those of any two files.
fn is_id(name: &str) -> bool {
    let plain = name.replace('-', "");
    let is_number = !name.is_empty() && name.bytes().all(|it| it.is_ascii_digit());
    is_number || plain.len() >= 32 && plain.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Whether an index names a file so: after what failed, with a number.
fn is_indexed(name: &str) -> bool {
    let plain = name.trim_end_matches(|it: char| it.is_ascii_digit()).trim_end_matches('_');
    INDEXED.contains(&plain)
}

/// The names of files in the index of the data set.
const INDEXED: [&str; 6] = [
    "rai_policy_violation",
    "intent_not_supported",
    "intent_plan_misalignment",
    "invent_new_info",
    "misinterpret_tool_info",
    "plan_adherence_failure",
];

/// Hands on the judgements of an episode.
fn judge(episode: &str, items: Vec<CreditItem>, line: u32, sink: &mut dyn Sink) {
    let mut push = |id: Option<&str>, body: Body| {
        let (episode, id) = (Some(episode.to_owned()), id.map(str::to_owned));
        sink.record(line, &Record { episode, id, ..Record::new(body) });
    };
    if !items.is_empty() {
        let algorithm = "human_annotation".to_owned();
        let units = Some("label".to_owned());
        push(Some("annotation"), Body::Credit(Credit { algorithm, units, items, ..Credit::default() }));
    }
    push(None, Body::EpisodeEnd(EpisodeEnd { status: Some("failure".to_owned()), ..EpisodeEnd::default() }));
}

/// The judgements of a trajectory, that of the root cause first.
fn failures(it: &Fields<'_>) -> Vec<CreditItem> {
    let cause = it.object("root_cause");
    let root = cause.text("failure_id");
    let mut found: Vec<(bool, CreditItem)> = Vec::new();
    for raw in it.items("failures") {
        let failure = Fields::of(raw);
        let is_root = root.is_some() && failure.text("failure_id") == root;
        let category = failure.text("failure_category").unwrap_or_else(|| "failure".to_owned());
        let because =
            if is_root { cause.text("reason_for_root_cause").or_else(|| cause.text("reason")) } else { None };
        let item = CreditItem {
            of: failure.integer("step_number").and_then(act),
            agent: failure.raw("failed_agent").map(|raw| agent(&text(raw))),
            label: Some(if is_root { format!("root cause: {category}") } else { category }),
            reason: because.or_else(|| failure.text("step_reason")),
            ..CreditItem::default()
        };
        found.push((!is_root, item));
    }
    found.sort_by_key(|it| it.0);
    found.into_iter().map(|it| it.1).collect()
}

/// The id of the act at a step that counts from 1.
fn act(step: i64) -> Option<String> {
    (step >= 1).then(|| format!("s{}", step - 1))
}

/// Agents of the systems that were judged, as their conversations write them: labels are not as careful.
const AGENTS: [&str; 7] =
    ["Orchestrator", "WebSurfer", "FileSurfer", "Coder", "ComputerTerminal", "assistant", "user"];

fn agent(name: &str) -> String {
    let plain = name.trim().replace([' ', '_'], "");
    let known = AGENTS.iter().find(|it| it.eq_ignore_ascii_case(&plain));
    known.map_or_else(|| name.trim().to_owned(), |it| (*it).to_owned())
}

#[cfg(test)]
mod tests;
