//! Completions that TRL's GRPO trainer logs (`log_completions`): a table a step, `completions_<step>.parquet`, or its
//! rows as JSON Lines.
//!
//! Columns are `step`, `prompt`, `completion`, one for each reward function, extra ones, and `advantage`. What becomes
//! what:
//!
//! * a row: an episode of one act of `policy`, as TRL names no agent
//! * prompt: the task, what the act observed, and by equal text the group; completion: the act; step: the training
//!   step
//! * reward functions: the parts of the reward; their sum is the reward. The trainer weighs them, but the file does
//!   not say how: a note says so where there are several. A function that gave nothing (null) adds nothing
//! * advantage: declared credit
//!
//! A column is taken for a reward function if its name says `reward` or `score`; if none does, each column of numbers
//! is.

use super::{
    Format, Head, LineReader, Reader, Score, Sink,
    chat::last_said,
    json::{Fields, items, number, objects_of_line},
    row::{Act, Deed, POLICY, Row, group_name, task_line, team_reward},
};
use crate::{
    log::{Action, EpisodeEnd, EpisodeStart, Problem, Reward},
    model::{Severity, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "trl",
    title: "TRL completions",
    about: "completions of TRL's GRPO as JSON Lines (as Parquet: `parquet`): each row an episode with its advantage",
    score: |head: &Head<'_>| {
        let is_row = head.objects.first().is_some_and(|it| COLUMNS.iter().all(|key| it.has(key)));
        Score::certain_if(is_row)
    },
    reader: Reader::Lines(|start| Box::new(Completions::new(start.name))),
};

/// The columns that every table has.
const COLUMNS: [&str; 4] = ["step", "prompt", "completion", "advantage"];

/// Whether rows with these fields are completions.
#[cfg(feature = "parquet")]
pub(super) fn is_completion(row: &Fields<'_>) -> bool {
    COLUMNS.iter().all(|it| row.keys().any(|key| key == *it))
}

/// Reads rows of one table.
pub(super) struct Completions {
    name: String,
    told: bool,
}

impl LineReader for Completions {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        objects_of_line(line, sink, |at, row, sink| {
            let place = if at == 0 { number.to_string() } else { format!("{number}.{at}") };
            self.row(row, number, &place, sink);
        });
    }
}

impl Completions {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), told: false }
    }

    /// Hands on the records of a row, which stands in `line` and is called `place`.
    pub(super) fn row(&mut self, it: &Fields<'_>, line: u32, place: &str, sink: &mut dyn Sink) {
        let rewards = rewards(it);
        let Some(completion) = it.payload("completion") else {
            return sink.problem(Problem::new(rule::MISSING_FIELD, 0, "the row has no `completion`"));
        };
        if rewards.len() > 1 && !std::mem::replace(&mut self.told, true) {
            let names: Vec<&str> = rewards.iter().map(|it| it.0.as_str()).collect();
            let message = format!(
                "the rewards {} are added as they are: the file has no weights",
                crate::text::label(&names.join(", "), 100)
            );
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note));
        }
        let prompt = it.raw("prompt").map(last_said);
        let start = EpisodeStart {
            task: prompt.as_deref().map(task_line),
            group: prompt.as_deref().map(group_name),
            global_step: it.integer("step"),
            ..EpisodeStart::default()
        };
        let action = Action {
            agent: POLICY.to_owned(),
            action: Some(match items(completion.json()).as_slice() {
                [one] => Fields::of(one).payload("content").unwrap_or(completion),
                _ => completion,
            }),
            kind: Some("llm".to_owned()),
            obs: it.payload("prompt"),
            ..Action::default()
        };
        let known: Vec<f64> = rewards.iter().filter_map(|it| it.1).collect();
        let parts = rewards.iter().filter_map(|it| Some((it.0.clone(), it.1?)));
        let reward = (!known.is_empty()).then(|| Reward {
            components: if rewards.len() > 1 { parts.collect() } else { Vec::new() },
            ..team_reward(known.iter().sum())
        });
        let placed: Vec<&str> =
            COLUMNS.iter().copied().chain(rewards.iter().map(|it| it.0.as_str())).collect();
        let row = Row {
            episode: format!("{}:{place}", self.name),
            start: Some(start),
            act: Some(Act { id: "completion".to_owned(), deed: Deed::Action(Box::new(action)) }),
            rewards: reward.into_iter().collect(),
            advantage: it.number("advantage"),
            end: Some(EpisodeEnd::default()),
            extra: it.rest(&placed),
            ..Row::default()
        };
        row.write(line, sink);
    }
}

/// The columns of reward functions, each with its number.
fn rewards(row: &Fields<'_>) -> Vec<(String, Option<f64>)> {
    let others = || row.iter().filter(|it| !COLUMNS.contains(&it.0));
    let is_named = |key: &str| ["reward", "score"].iter().any(|it| key.to_lowercase().contains(it));
    let is_number = |raw: &str| raw == "null" || number(raw).is_some() && !raw.starts_with(['"', 't', 'f']);
    let named: Vec<_> = others().filter(|it| is_named(it.0) && is_number(it.1)).collect();
    let found = if named.is_empty() {
        others().filter(|it| is_number(it.1) && it.1 != "null").collect()
    } else {
        named
    };
    found.into_iter().map(|(key, raw)| (key.to_owned(), number(raw))).collect()
}

#[cfg(test)]
mod tests;
