//! Conversations with what somebody found wrong in them, on their way to native records.
//!
//! Who speaks in a conversation that all read has an order and no more: an act names no parents, so that the one before
//! counts, marked as inferred. Findings stand as they are written, also where they name nobody or no step.

use super::format::Sink;
use crate::log::{
    Action, Body, Credit, CreditItem, EpisodeEnd, EpisodeStart, Metric, Payload, Record, RosterAgent,
};

/// An episode of a data set of failures.
#[derive(Debug, Default)]
pub(super) struct Annotated {
    pub(super) episode: String,
    pub(super) start: EpisodeStart,
    /// What was said, in its order: the acts `s0`, `s1`, ...
    pub(super) said: Vec<Said>,
    /// Who failed, where and how.
    pub(super) found: Vec<CreditItem>,
    /// Judgements of the episode as a whole.
    pub(super) judged: Vec<(String, f64)>,
    pub(super) end: Option<EpisodeEnd>,
    /// Fields that have no place in the log; kept with the start.
    pub(super) extra: Vec<(String, Payload)>,
    /// Where the episode stands in the original, and its findings.
    pub(super) line: u32,
    pub(super) found_line: u32,
}

/// What one agent said.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Its id, if the file has one.
    pub(super) id: Option<String>,
    pub(super) line: u32,
    pub(super) action: Action,
    pub(super) extra: Vec<(String, Payload)>,
}

impl Said {
    /// An agent's words.
    pub(super) fn of(agent: String, content: Payload, line: u32) -> Self {
        let action =
            Action { agent, action: Some(content), kind: Some("llm".to_owned()), ..Action::default() };
        Self { line, action, ..Self::default() }
    }
}

impl Annotated {
    /// Hands on all of it.
    pub(super) fn write(self, sink: &mut dyn Sink) {
        let Annotated { episode, mut start, said, found, judged, end, extra, line, found_line } = self;
        let mut push = |id: Option<String>, line: u32, body: Body, extra: Vec<(String, Payload)>| {
            let extra = super::json::kept(extra);
            sink.record(line, &Record { episode: Some(episode.clone()), id, extra, ..Record::new(body) });
        };
        for it in &said {
            let id = &it.action.agent;
            if start.agents.iter().all(|it| it.id != *id) {
                start.agents.push(RosterAgent { id: id.clone(), ..RosterAgent::default() });
            }
        }
        push(None, line, Body::EpisodeStart(start), extra);
        for (at, it) in said.into_iter().enumerate() {
            let parents = (at == 0).then(Vec::new);
            let action = Action { parents, ..it.action };
            let id = it.id.unwrap_or_else(|| format!("s{at}"));
            push(Some(id), it.line, Body::Action(Box::new(action)), it.extra);
        }
        if !found.is_empty() {
            let credit = Credit {
                algorithm: "human_annotation".to_owned(),
                units: Some("label".to_owned()),
                items: found,
                ..Credit::default()
            };
            push(Some("annotation".to_owned()), found_line, Body::Credit(credit), Vec::new());
        }
        if !judged.is_empty() {
            let metric = Metric { values: judged, ..Metric::default() };
            push(Some("judgements".to_owned()), found_line, Body::Metric(metric), Vec::new());
        }
        if let Some(end) = end {
            push(None, found_line, Body::EpisodeEnd(end), Vec::new());
        }
    }
}

/// The end of an episode that is in a data set because it failed.
pub(super) fn failure() -> EpisodeEnd {
    EpisodeEnd { status: Some("failure".to_owned()), ..EpisodeEnd::default() }
}
