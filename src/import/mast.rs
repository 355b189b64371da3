//! MAST: logs of teams of seven systems, and which of fourteen ways to fail are in each.
//!
//! Written by what loaders of the data set read, and not checked against its files. Three shapes:
//!
//! * a list of `{mas_name, llm_name, benchmark_name, trace_id, trace: {trajectory}, mast_annotation: {"1.1": 0, ...}}`
//! * the same by several people: `annotations` in the place of `mast_annotation`
//! * one document an episode: `{instance_id, problem_statement, trajectory[], note: {options}, other_data: {correct}}`
//!
//! What becomes what:
//!
//! * a log of AG2: an act for each message, by its `name`. The log of another system is text: one act of the system
//! * a failure mode: a judgement of the episode, 1 where it is there (a mean where several people say so). Who did it
//!   is not in the labels, so nobody is blamed
//! * other_data.correct: whether it succeeded

use serde_json::Value as Json;

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    annotated::{Annotated, Said},
    document::{Places, read_values},
    json::{Fields, items, number, text},
    python,
    row::task_line,
};
use crate::{
    log::{EpisodeEnd, EpisodeStart, Payload, Problem},
    model::{Severity, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "mast",
    title: "MAST",
    about: "logs of teams with the failure modes in each (MAST, MAD): each row an episode, failure modes as judgements",
    score,
    reader: Reader::Document(&Mast),
};

/// The failure modes, by their numbers in the paper that names them ("Why Do Multi-Agent LLM Systems Fail?", figure 1).
const MODES: [(&str, &str); 14] = [
    ("1.1", "disobey task specification"),
    ("1.2", "disobey role specification"),
    ("1.3", "step repetition"),
    ("1.4", "loss of conversation history"),
    ("1.5", "unaware of termination conditions"),
    ("2.1", "conversation reset"),
    ("2.2", "fail to ask for clarification"),
    ("2.3", "task derailment"),
    ("2.4", "information withholding"),
    ("2.5", "ignored other agent's input"),
    ("2.6", "reasoning-action mismatch"),
    ("3.1", "premature termination"),
    ("3.2", "no or incomplete verification"),
    ("3.3", "incorrect verification"),
];

/// A failure mode with its name behind its code: `FM-1.3` is `FM-1.3 step repetition`.
pub(super) fn named(code: &str) -> String {
    let plain = code.trim().trim_start_matches("FM-");
    let known = MODES.iter().find(|it| it.0 == plain);
    known.map_or_else(|| code.trim().to_owned(), |it| format!("{} {}", code.trim(), it.1))
}

fn score(head: &Head<'_>) -> Score {
    let Some(first) = head.objects.first() else { return Score::NONE };
    let is_row = first.has("mas_name") && (first.has("trace") || first.has("mast_annotation"));
    let is_document = first.has("instance_id") && first.has("trajectory") && first.has("other_data");
    Score::certain_if(first.has("mast_annotation") || is_row || is_document)
}

/// Reads documents.
struct Mast;

impl DocumentReader for Mast {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        let (mut count, mut as_text) = (0, 0);
        read_values(document, sink, |root, places, sink| {
            let rows = if root.starts_with('[') { items(root) } else { vec![root] };
            let is_one = root.starts_with('{') && root.len() == document.trim_ascii().len();
            for raw in rows {
                count += 1;
                let it = Fields::of(raw);
                let own = episode(&it);
                let episode = match own {
                    Some(own) if !is_one => format!("{own}:{count}"),
                    Some(own) => own,
                    None if is_one => name.to_owned(),
                    None => format!("{name}:{count}"),
                };
                match row(&it, raw, episode, places, &mut as_text) {
                    Some(it) => it.write(sink),
                    None => {
                        let message = format!("row {count} has no trajectory");
                        sink.problem(Problem::new(rule::MISSING_FIELD, places.offset(raw), message));
                    }
                }
            }
        });
        if as_text > 0 {
            let message = format!(
                "the text of {as_text} logs does not tell agents apart: each is one act of its system"
            );
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note));
        }
    }
}

/// What a row is called.
fn episode(it: &Fields<'_>) -> Option<String> {
    let of = ["mas_name", "benchmark_name", "trace_id"].iter().filter_map(|key| it.text(key));
    let parts: Vec<String> = of.collect();
    if parts.is_empty() { it.text("instance_id") } else { Some(parts.join("/")) }
}

fn row(
    it: &Fields<'_>,
    raw: &str,
    episode: String,
    places: &Places<'_>,
    as_text: &mut u32,
) -> Option<Annotated> {
    let line = places.line(raw);
    let trace = it.object("trace");
    let log = trace.raw("trajectory").or_else(|| it.raw("trajectory"))?;
    let said = if log.starts_with('[') {
        items(log).into_iter().map(|raw| said_in(&Fields::of(raw), places.line(raw))).collect()
    } else {
        let log = text(log);
        let messages = messages(&log);
        if messages.is_empty() {
            *as_text += 1;
            let system = it.text("mas_name").unwrap_or_else(|| "team".to_owned());
            vec![Said::of(system, Payload::from_text(&log), line)]
        } else {
            messages
                .into_iter()
                .map(|(agent, said)| Said::of(agent, Payload::from_text(&said), line))
                .collect()
        }
    };
    let correct = it.object("other_data").flag("correct");
    let status = correct.map(|it| if it { "success" } else { "failure" }.to_owned());
    let end = EpisodeEnd { status, ..EpisodeEnd::default() };
    let task = it.raw("problem_statement").map(joined);
    Some(Annotated {
        episode,
        start: EpisodeStart {
            task: task.as_deref().map(task_line),
            group: it.text("instance_id"),
            ..EpisodeStart::default()
        },
        said,
        judged: judged(it),
        end: Some(end),
        line,
        found_line: line,
        extra: it.rest(&[
            "trace",
            "trajectory",
            "mast_annotation",
            "annotations",
            "problem_statement",
            "instance_id",
            "other_data",
        ]),
        ..Annotated::default()
    })
}

/// A message of AG2: its role is as the manager saw it, so the name says who spoke.
fn said_in(it: &Fields<'_>, line: u32) -> Said {
    let agent = it.text("name").or_else(|| it.text("role")).unwrap_or_else(|| "?".to_owned());
    Said::of(agent, Payload::from_text(&it.raw("content").map(joined).unwrap_or_default()), line)
}

/// A text, or the lines of one.
fn joined(raw: &str) -> String {
    let lines = items(raw);
    if lines.is_empty() { text(raw) } else { lines.into_iter().map(text).collect::<Vec<_>>().join("\n") }
}

/// Which failure modes are there.
fn judged(it: &Fields<'_>) -> Vec<(String, f64)> {
    let named_value = |(key, raw): (&str, &str)| Some((named(key), is_there(raw)?));
    let flags = it.object("mast_annotation");
    let options = it.object("note").object("options");
    let mut judged: Vec<(String, f64)> = flags.iter().chain(options.iter()).filter_map(named_value).collect();
    for raw in it.items("annotations") {
        let mode = Fields::of(raw);
        let name = mode.iter().find(|(_, raw)| raw.starts_with('"') && is_there(raw).is_none());
        let said: Vec<f64> = mode.iter().filter_map(|it| is_there(it.1)).collect();
        if let (Some((_, name)), false) = (name, said.is_empty()) {
            judged.push((named(&text(name)), said.iter().sum::<f64>() / said.len() as f64));
        }
    }
    judged
}

/// `yes`, `true` and 1 are 1.
fn is_there(raw: &str) -> Option<f64> {
    match text(raw).trim().to_lowercase().as_str() {
        "yes" => Some(1.0),
        "no" => Some(0.0),
        _ => number(raw).filter(|it| (0.0..=1.0).contains(it)),
    }
}

/// The messages in a log of AG2, who spoke and what: Python's dicts one behind the other, or an indented list.
fn messages(log: &str) -> Vec<(String, String)> {
    let log = log.trim_start();
    if !log.starts_with("{'") {
        return indented(log);
    }
    let mut found = Vec::new();
    let mut rest = log;
    while let Some(start) = rest.find("{'") {
        rest = &rest[start..];
        let Some((it, end)) = python::value(rest) else {
            rest = &rest[1..];
            continue;
        };
        rest = &rest[end..];
        let word = |key: &str| it[key].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        let content = match &it["content"] {
            Json::String(it) => it.clone(),
            Json::Array(all) => all.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("\n"),
            _ => continue,
        };
        found.extend(word("name").or_else(|| word("role")).map(|agent| (agent, content)));
    }
    found
}

/// `content:` and its lines, indented further, then `name:`.
fn indented(log: &str) -> Vec<(String, String)> {
    let (mut found, mut content): (Vec<(String, String)>, Option<String>) = (Vec::new(), None);
    for line in log.lines() {
        let depth = line.len() - line.trim_start().len();
        match (line.trim(), &mut content) {
            ("content:", _) => content = Some(String::new()),
            (_, Some(said)) if depth >= 12 => {
                if !said.is_empty() {
                    said.push('\n');
                }
                said.push_str(&line[12..]);
            }
            (it, Some(_)) => {
                if let Some(name) = it.strip_prefix("name:") {
                    found.extend(content.take().map(|said| (name.trim().to_owned(), said)));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{spans::tests::shown, tests::Collected};

    const FILE: &str = include_str!("../../tests/data/formats/mast.json");

    fn read(file: &str) -> (Vec<String>, Vec<String>) {
        shown(&Collected::of(|sink| Mast.read(file.as_bytes(), "d/a", sink)))
    }

    #[test]
    fn logs_of_ag2_and_of_others() {
        assert_eq!(score(&Head::of(FILE.as_bytes())), Score::CERTAIN);
        let (records, problems) = read(FILE);
        assert_eq!(
            problems,
            ["missing-field: the text of 1 logs does not tell agents apart: each is one act of its system"]
        );
        assert_eq!(
            records[..5],
            [
                "2 start AG2/sums/7:1:  (proxy assistant)",
                "2 s0 proxy llm < : Add 2 and 3. Use Python.",
                "2 s1 assistant llm < ?: It's 6.",
                "2 metric all [(\"1.1 disobey task specification\", 0.0), (\"3.2 no or incomplete verification\", 1.0)]",
                "2 end - -: ",
            ]
        );
        assert_eq!(
            records[5..8].iter().filter(|it| it.contains("HyperAgent llm")).count(),
            1,
            "{records:#?}"
        );
        assert!(
            records.iter().any(|it| it.contains("2.2 fail to ask for clarification\", 0.66")),
            "{records:#?}"
        );
    }

    #[test]
    fn a_document_an_episode() {
        let file = r#"{"instance_id": "p1", "problem_statement": ["Add 2", "and 3."], "other_data": {"correct": false},
 "trajectory": [{"content": ["a", "b"], "role": "assistant", "name": "proxy"},
                {"content": "6", "role": "user", "name": "solver"}],
 "note": {"text": "x", "options": {"Step repetition": "no", "No verification": "yes"}}}"#;
        assert_eq!(score(&Head::of(file.as_bytes())), Score::CERTAIN);
        assert_eq!(
            read(file).0,
            [
                "1 start p1: Add 2 and 3. (proxy solver)",
                "2 s0 proxy llm < : a b",
                "3 s1 solver llm < ?: 6",
                "1 metric all [(\"Step repetition\", 0.0), (\"No verification\", 1.0)]",
                "1 end failure -: ",
            ]
        );
    }
}
