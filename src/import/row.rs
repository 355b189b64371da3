//! A row of a table of acts or rollouts, on its way to native records.

use sha1::{Digest, Sha1};

use super::{format::Sink, json::kept};
use crate::{
    log::{Action, Body, Credit, CreditItem, EpisodeEnd, EpisodeStart, Message, Payload, Record, Reward},
    model::Timestamp,
    text::label,
};

/// The agent of rows that name none.
pub(super) const POLICY: &str = "policy";
/// The most characters of a text that is the name of a group.
const LONGEST_NAME: usize = 32;

/// What one row says.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) episode: String,
    /// The first row of its episode: what is known of the episode.
    pub(super) start: Option<EpisodeStart>,
    pub(super) act: Option<Act>,
    /// Rewards; each for the act, if there is one.
    pub(super) rewards: Vec<Reward>,
    pub(super) advantage: Option<f64>,
    /// The last row of its episode.
    pub(super) end: Option<EpisodeEnd>,
    pub(super) step: Option<i64>,
    pub(super) ts: Option<Timestamp>,
    /// Columns that have no place in the log.
    pub(super) extra: Vec<(String, Payload)>,
}

/// What was done.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) id: String,
    pub(super) deed: Deed,
}

/// An action, or what was said.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Action(Box<Action>),
    Message(Message),
}

impl Row {
    /// Hands on its records, made from `line`.
    pub(super) fn write(self, line: u32, sink: &mut dyn Sink) {
        let Row { episode, start, act, rewards, advantage, end, step, ts, mut extra } = self;
        let mut push = |id: Option<String>, body: Body, extra: Vec<(String, Payload)>| {
            let record = Record {
                episode: Some(episode.clone()),
                id,
                ts,
                step,
                extra: kept(extra),
                ..Record::new(body)
            };
            sink.record(line, &record);
        };
        if let Some(start) = start {
            // Without an act nothing else can hold them.
            let extra = if act.is_none() { std::mem::take(&mut extra) } else { Vec::new() };
            push(None, Body::EpisodeStart(start), extra);
        }
        let id = act.as_ref().map(|it| it.id.clone());
        if let Some(Act { id, deed }) = act {
            let body = match deed {
                Deed::Action(it) => Body::Action(it),
                Deed::Message(it) => Body::Message(it),
            };
            push(Some(id), body, extra);
        }
        for reward in rewards {
            let of = if reward.of.is_empty() { id.clone().into_iter().collect() } else { reward.of };
            push(None, Body::Reward(Reward { of, ..reward }), Vec::new());
        }
        if let Some(value) = advantage {
            let item = CreditItem { of: id, value: Some(value), ..CreditItem::default() };
            push(None, Body::Credit(advantages(vec![item])), Vec::new());
        }
        if let Some(end) = end {
            push(None, Body::EpisodeEnd(end), Vec::new());
        }
    }
}

/// What the trainer made of the rewards. Its numbers are no parts of them: they are above or below a baseline, and
/// mostly divided by a spread.
pub(super) fn advantages(items: Vec<CreditItem>) -> Credit {
    Credit {
        algorithm: "advantage".to_owned(),
        units: Some("normalised".to_owned()),
        items,
        ..Credit::default()
    }
}

/// A reward for the whole team.
pub(super) fn team_reward(value: f64) -> Reward {
    Reward { value: Some(value), ..Reward::default() }
}

/// A reward of `agent` alone.
pub(super) fn own_reward(agent: &str, value: f64) -> Reward {
    Reward { value: Some(value), agent: Some(agent.to_owned()), ..Reward::default() }
}

/// The name of the group that a text stands for, such as a prompt: the text itself if it is short, else its
/// beginning and 24 bits of its sha1.
pub(super) fn group_name(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= LONGEST_NAME && text == label(text, LONGEST_NAME) {
        return text.to_owned();
    }
    let [a, b, c, ..] = <[u8; 20]>::from(Sha1::digest(text.as_bytes()));
    let words: Vec<&str> = text.split_whitespace().take(LONGEST_NAME).collect();
    format!("{} #{a:02x}{b:02x}{c:02x}", label(&words.join(" "), LONGEST_NAME - 8))
}

/// A task in one line of at most 500 characters, as screens show it: a prompt may be pages long.
pub(super) fn task_line(text: &str) -> String {
    const LONGEST_TASK: usize = 500;
    let words: Vec<&str> = text.split_whitespace().take(LONGEST_TASK).collect();
    label(&words.join(" "), LONGEST_TASK)
}

/// How a verdict is written in the log: `true`, 1 and words for it are success; other words stay.
pub(super) fn status(raw: &str) -> String {
    let word = super::json::text(raw).trim().to_lowercase();
    match word.as_str() {
        "true" | "1" | "1.0" | "correct" | "solved" | "passed" | "pass" | "win" => "success".to_owned(),
        "false" | "0" | "0.0" | "incorrect" | "wrong" | "failed" | "fail" | "lose" => "failure".to_owned(),
        _ => word,
    }
}
