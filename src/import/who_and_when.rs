//! Who&When: annotated failures of LLM teams, one JSON document per episode.
//!
//! A document has `history` (entries with `content`, and the speaker in `name` or, without one, in `role`),
//! the `question`, and a human's finding of who made the decisive mistake: `mistake_agent`, `mistake_step`
//! (an index into the history, as a string), `mistake_reason`. What becomes what:
//!
//! * question, question_ID, speakers and `system_prompt` keys: `episode_start` (task, group, roster); the
//!   rest goes under `document`
//! * entry n: the act `s<n>`
//! * entry of `A`: an `action` of A
//! * entry of `A (thought)`: an `action` of A, kind `plan`
//! * entry of `A (-> B)`, a dispatch: a `message` from A to B
//! * the finding: a `credit` by `human_annotation` with one item, as written, even if that agent does not act
//!   at that step
//! * is_correct, is_corrected, ground_truth, a `FINAL ANSWER:`: `episode_end`
//!
//! Causal links are given if the document implies them. If there is only the order of a chat that everybody
//! reads, they are left to the reader's inference (the previous action, or the previous message to the agent;
//! marked as inferred):
//!
//! * the first entry has none;
//! * a dispatch comes from the entry before it;
//! * the next entry of the agent that a dispatch addresses comes from that dispatch, whatever the dispatcher
//!   notes in between;
//! * a terminal runs what the entry before it says.
//!
//! No time stamp and no reward is made up: the documents have none.

use rustc_hash::FxHashMap;
use serde_json::value::RawValue;

use super::{DocumentReader, Format, Head, HeadObject, Reader, Score, Sink};
use crate::{
    log::{
        Action, Body, Credit, CreditItem, EpisodeEnd, EpisodeStart, Message, Payload, Problem, Record,
        RosterAgent, list, object, raw_offset, repair, string,
    },
    model::{Severity, rule},
};

/// Fields that have a place of their own in the native log.
const PLACED: [&str; 8] = [
    "history",
    "question",
    "question_ID",
    "ground_truth",
    "mistake_agent",
    "mistake_step",
    "mistake_reason",
    "is_correct",
];

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "who-and-when",
    title: "Who&When",
    about: "annotated failures of LLM teams, one JSON document an episode; a directory is a list of them",
    score,
    reader: Reader::Document(&WhoAndWhen),
};

/// A document begins with its history, or shows an annotation in its head.
fn score(head: &Head<'_>) -> Score {
    let Some(object) = head.objects.first().filter(|it| is_likely(it)) else { return Score::NONE };
    let annotated = ["mistake_agent", "mistake_step"].iter().any(|it| object.has(it));
    if annotated { Score::CERTAIN } else { Score::LIKELY }
}

fn is_likely(object: &HeadObject<'_>) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|it| object.has(it));
    let begins = object.keys().next() == Some("history");
    object.has("history")
        && (begins || has(&["mistake_agent", "mistake_step", "is_correct", "is_corrected", "question_ID"]))
        && !has(&["type", "trajectory", "messages"])
}

/// Reads documents.
struct WhoAndWhen;

impl DocumentReader for WhoAndWhen {
    /// A document that cannot be read gives no record and says why.
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        let mut problems = Vec::new();
        let lossy = String::from_utf8_lossy(document);
        if std::str::from_utf8(document).is_err() {
            let problem = Problem::new(rule::INVALID_UTF8, 0, "bytes that are not UTF-8, shown as U+FFFD");
            problems.push(problem);
        }
        let text = lossy.strip_prefix('\u{feff}').unwrap_or(&lossy);
        let mark = lossy.len() - text.len();
        // After a repair, positions in the repaired text are a few bytes further on.
        let place = |offset: usize| raw_offset(document, mark + offset);
        let text = repair(text, 0, &mut problems);
        for problem in &mut problems {
            problem.offset = place(problem.offset);
        }
        match one_value(&text) {
            Ok((raw, rest)) => {
                if !text[rest..].trim().is_empty() {
                    let message =
                        format!("{} bytes behind the document are ignored", document.len() - place(rest));
                    problems.push(Problem::new(rule::TRAILING_TEXT, place(rest), message));
                }
                match Document::parse(&text, raw) {
                    Ok(parsed) => problems.extend(parsed.write(name, sink)),
                    Err(problem) => problems.push(Problem { offset: place(problem.offset), ..problem }),
                }
            }
            Err(problem) => problems.push(problem),
        }
        problems.into_iter().for_each(|it| sink.problem(it));
    }
}

/// The first JSON value of `text`, and the offset after it.
///
/// # Errors
/// Why there is none.
fn one_value(text: &str) -> Result<(&str, usize), Problem> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    match values.next() {
        Some(Ok(raw)) => Ok((raw.get(), values.byte_offset())),
        Some(Err(error)) => {
            Err(Problem::new(rule::BAD_JSON, 0, format!("the document is not JSON: {error}")))
        }
        None => Err(Problem::new(rule::BAD_JSON, 0, "the document is empty")),
    }
}

/// A document, read as far as it is needed.
struct Document<'a> {
    text: &'a str,
    fields: Vec<(std::borrow::Cow<'a, str>, &'a RawValue)>,
    entries: Vec<Entry<'a>>,
}

/// One entry of the history.
struct Entry<'a> {
    raw: &'a str,
    speaker: Speaker,
    content: Payload,
}

/// Who speaks, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Speaker {
    agent: String,
    manner: Manner,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Manner {
    /// To everybody.
    Plain,
    /// To itself.
    Thought,
    /// Why it ended.
    Termination,
    /// To one other agent.
    Dispatch(String),
}

impl Speaker {
    /// `Orchestrator (thought)` and `Orchestrator (-> WebSurfer)` are both the Orchestrator. Other words in
    /// parentheses belong to the name.
    fn parse(text: &str) -> Self {
        let text = text.trim();
        let plain = || Self { agent: text.to_owned(), manner: Manner::Plain };
        let Some((agent, rest)) = text.strip_suffix(')').and_then(|it| it.rsplit_once('(')) else {
            return plain();
        };
        let (agent, note) = (agent.trim_end(), rest.trim());
        let manner = match (note, note.strip_prefix("->")) {
            _ if agent.is_empty() => return plain(),
            (_, Some(to)) if !to.trim().is_empty() => Manner::Dispatch(to.trim().to_owned()),
            ("thought", _) => Manner::Thought,
            ("termination condition", _) => Manner::Termination,
            _ => return plain(),
        };
        Self { agent: agent.to_owned(), manner }
    }

    /// Whether it executes code rather than thinks: `Computer_terminal` of AG2, `ComputerTerminal` of
    /// Magentic-One.
    fn is_terminal(&self) -> bool {
        self.agent.replace(['_', ' '], "").eq_ignore_ascii_case("computerterminal")
    }
}

impl<'a> Document<'a> {
    fn parse(text: &'a str, raw: &'a str) -> Result<Self, Problem> {
        let Some(fields) = object(raw) else {
            return Err(Problem::new(rule::NOT_AN_OBJECT, 0, "the document is JSON, but not an object"));
        };
        let mut document = Self { text, fields, entries: Vec::new() };
        let history = document.field("history").and_then(list);
        let Some(history) = history else {
            return Err(Problem::new(rule::MISSING_FIELD, 0, "the document has no list `history`"));
        };
        for (index, raw) in history.iter().enumerate() {
            let raw = raw.get();
            let fields = object(raw).unwrap_or_default();
            let get = |key: &str| fields.iter().find(|(name, _)| name == key).map(|(_, raw)| raw.get());
            let named = |key: &str| get(key).and_then(string).filter(|it| !it.trim().is_empty());
            let Some(speaker) = named("name").or_else(|| named("role")) else {
                let at = raw.as_ptr() as usize - text.as_ptr() as usize;
                let message = format!("entry {index} of the history has neither `name` nor `role`");
                return Err(Problem::new(rule::MISSING_FIELD, at, message));
            };
            let content = get("content").and_then(|raw| Payload::from_json(raw.to_owned()));
            document.entries.push(Entry {
                raw,
                speaker: Speaker::parse(&speaker),
                content: content.unwrap_or_else(|| Payload::from_text("")),
            });
        }
        Ok(document)
    }

    fn field(&self, key: &str) -> Option<&'a str> {
        let field = self.fields.iter().find(|(name, raw)| name == key && raw.get() != "null");
        field.map(|(_, raw)| raw.get())
    }

    /// A string, or the JSON text of anything else.
    fn text(&self, key: &str) -> Option<String> {
        self.field(key).map(|raw| string(raw).map_or_else(|| raw.to_owned(), std::borrow::Cow::into_owned))
    }

    /// Offset of a part of the document.
    fn offset(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.text.as_ptr() as usize
    }

    fn line(&self, part: Option<&str>) -> u32 {
        let end = part.map_or(0, |part| self.offset(part));
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..end]).count() as u32
    }

    /// Hands on the records of `episode`. Returns a problem with the document, if there is one.
    fn write(&self, episode: &str, sink: &mut dyn Sink) -> Option<Problem> {
        let mut push = |id: Option<String>, line: u32, body: Body, extra: Vec<(String, Payload)>| {
            let record = Record { episode: Some(episode.to_owned()), id, extra, ..Record::new(body) };
            sink.record(line, &record);
        };
        let start = EpisodeStart {
            agents: self.roster(),
            task: self.text("question"),
            group: self.text("question_ID"),
            ..EpisodeStart::default()
        };
        push(None, self.line(self.field("question")), Body::EpisodeStart(start), self.unplaced());
        let parents = self.parents();
        let (mut line, mut counted) = (1, 0);
        for (index, (entry, parents)) in self.entries.iter().zip(parents).enumerate() {
            let offset = self.offset(entry.raw);
            line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[counted..offset]).count() as u32;
            counted = offset;
            push(Some(act_id(index)), line, self.act(index, entry, parents), Vec::new());
        }
        if let Some(credit) = self.finding() {
            let line = self.line(self.field("mistake_agent").or(self.field("mistake_step")));
            push(Some("annotation".to_owned()), line, Body::Credit(credit), Vec::new());
        }
        let verdict = self.field("is_correct").or(self.field("is_corrected")).or(self.field("ground_truth"));
        push(None, self.line(verdict), Body::EpisodeEnd(self.end()), Vec::new());
        let annotated = self.field("mistake_agent").or(self.field("mistake_step")).is_some();
        let message = "no `mistake_agent` and no `mistake_step`: the episode has no annotation";
        (!annotated).then(|| Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note))
    }

    /// Speakers and addressees in order of appearance, then agents that only have a system prompt.
    fn roster(&self) -> Vec<RosterAgent> {
        let mut agents: Vec<RosterAgent> = Vec::new();
        let mut add = |id: &str, role: Option<&str>| {
            if agents.iter().all(|it| it.id != id) {
                let role = role.map(str::to_owned);
                agents.push(RosterAgent { id: id.to_owned(), role, ..RosterAgent::default() });
            }
        };
        for Entry { speaker, .. } in &self.entries {
            let role = match speaker.agent.as_str() {
                "human" | "user" => Some("user"),
                _ if speaker.is_terminal() => Some("tool"),
                _ => None,
            };
            add(&speaker.agent, role);
        }
        for Entry { speaker, .. } in &self.entries {
            if let Manner::Dispatch(to) = &speaker.manner {
                add(to, None);
            }
        }
        for (agent, _) in self.field("system_prompt").and_then(object).unwrap_or_default() {
            add(&agent, None);
        }
        agents
    }

    /// What the native log has no place for.
    fn unplaced(&self) -> Vec<(String, Payload)> {
        let rest =
            self.fields.iter().filter(|(key, _)| !PLACED.contains(&key.as_ref()) && key != "is_corrected");
        let pairs: Vec<String> =
            rest.map(|(key, raw)| format!("{}:{raw}", serde_json::Value::from(key.as_ref()))).collect();
        if pairs.is_empty() {
            return Vec::new();
        }
        let json = format!("{{{}}}", pairs.join(","));
        Payload::from_json(json).map(|it| ("document".to_owned(), it)).into_iter().collect()
    }

    /// The parents of each entry; `None` if only its place in the order is known.
    fn parents(&self) -> Vec<Option<Vec<String>>> {
        let mut dispatched: FxHashMap<&str, usize> = FxHashMap::default();
        let mut parents = Vec::with_capacity(self.entries.len());
        for (index, Entry { speaker, .. }) in self.entries.iter().enumerate() {
            let order = dispatched.remove(speaker.agent.as_str());
            parents.push(match (&speaker.manner, order) {
                _ if index == 0 => Some(Vec::new()),
                (_, Some(order)) => Some(vec![act_id(order)]),
                (Manner::Dispatch(_), None) => Some(vec![act_id(index - 1)]),
                _ if speaker.is_terminal() => Some(vec![act_id(index - 1)]),
                _ => None,
            });
            if let Manner::Dispatch(to) = &speaker.manner {
                dispatched.insert(to, index);
            }
        }
        parents
    }

    fn act(&self, index: usize, entry: &Entry, parents: Option<Vec<String>>) -> Body {
        let Speaker { agent, manner } = entry.speaker.clone();
        let content = Some(entry.content.clone());
        let kind = match manner {
            Manner::Dispatch(to) => {
                let message = Message { from: agent, to: vec![to], content, parents, ..Message::default() };
                return Body::Message(message);
            }
            Manner::Thought => "plan",
            Manner::Termination => "termination",
            Manner::Plain if entry.speaker.is_terminal() => "tool",
            Manner::Plain if index == 0 && self.is_task(entry) => "task",
            Manner::Plain => "llm",
        };
        Body::Action(Box::new(Action {
            agent,
            action: content,
            kind: Some(kind.to_owned()),
            parents,
            ..Action::default()
        }))
    }

    /// Whether an entry hands out the question.
    fn is_task(&self, entry: &Entry) -> bool {
        let question = self.text("question").unwrap_or_default();
        !question.trim().is_empty() && entry.content.text().contains(question.trim())
    }

    /// The human's finding, as written.
    fn finding(&self) -> Option<Credit> {
        let agent = self.text("mistake_agent");
        let of = self.text("mistake_step").map(|step| match step.trim().parse::<u32>() {
            Ok(step) => act_id(step as usize),
            Err(_) => step,
        });
        if agent.is_none() && of.is_none() {
            return None;
        }
        let reason = self.text("mistake_reason");
        let item =
            CreditItem { of, agent, label: Some("mistake".to_owned()), reason, ..CreditItem::default() };
        Some(Credit {
            algorithm: "human_annotation".to_owned(),
            units: Some("label".to_owned()),
            items: vec![item],
            ..Credit::default()
        })
    }

    fn end(&self) -> EpisodeEnd {
        let status = match (self.field("is_correct"), self.field("is_corrected")) {
            (Some("true"), _) => Some("success"),
            // `is_corrected: true` would say that somebody mended it, not that the team was right.
            (Some("false"), _) | (None, Some("false")) => Some("failure"),
            // Data sets of failures alone do not say so in each row.
            (None, None) if self.field("mistake_agent").is_some() => Some("failure"),
            _ => None,
        };
        let last = self.entries.last();
        let ending = last.map(|entry| entry.content.text()).unwrap_or_default();
        let terminated = last.is_some_and(|entry| entry.speaker.manner == Manner::Termination);
        let reason = match ending.lines().next() {
            Some(first) if terminated && first.starts_with("Max rounds") => Some("max_steps_exceeded"),
            Some(first) if terminated => Some(first.trim_end_matches('.')),
            _ => None,
        };
        let answer = ending.lines().find_map(|line| line.strip_prefix("FINAL ANSWER:"));
        EpisodeEnd {
            status: status.map(str::to_owned),
            reason: reason.map(str::to_owned),
            answer: answer.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()),
            ground_truth: self.text("ground_truth"),
            ..EpisodeEnd::default()
        }
    }
}

/// The id of an entry: `s12` is what `mistake_step` 12 names.
fn act_id(index: usize) -> String {
    format!("s{index}")
}

#[cfg(test)]
mod tests;
