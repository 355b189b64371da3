//! Rollout dumps of verl: a directory of `<step>.jsonl`, a line a rollout.
//!
//! Written by `RayPPOTrainer._dump_generations` (`trainer.rollout_data_dir`), and by `_write_generations` of the v1
//! trainer: `{input, output, gts, score, step, <extra>...}`, with `uid` in the new one. What becomes what:
//!
//! * a line: an episode of one act; verl names no agent, so `policy` acts
//! * input: the task in one line, and what the act observed; gts: the right answer; output: the act; score, the sum of the token rewards: the reward
//! * step: the training step; `uid` without its last two parts (rollout and output of a sample), else an equal
//!   input: the group
//! * `acc`, where the reward function gives it: whether the episode was a success
//! * other columns: fields of the act
//!
//! Files are opened anew and written whole; the directory grows by a file a step, in the order of their numbers.

use super::{
    Format, Head, LineReader, Reader, Score, Sink,
    json::{Fields, objects_of_line},
    row::{Act, Deed, POLICY, Row, group_name, status, task_line, team_reward},
};
use crate::{
    log::{Action, EpisodeEnd, EpisodeStart, Problem, Reward},
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "verl",
    title: "verl",
    about: "rollout dumps of verl, a directory of `<step>.jsonl`: each line an episode, grouped by uid or input",
    score,
    reader: Reader::Lines(|start| Box::new(Rollouts { name: start.name.to_owned() })),
};

fn score(head: &Head<'_>) -> Score {
    let Some(first) = head.objects.first() else { return Score::NONE };
    let has = |keys: &[&str]| keys.iter().all(|it| first.has(it));
    match (has(&["input", "output", "score"]), has(&["gts", "step"]), first.has("step")) {
        (true, true, _) => Score::CERTAIN,
        (true, false, true) => Score::LIKELY,
        // A long prompt hides what follows it, and a line that is being written has no end yet.
        _ if first.is_cut && has(&["input", "output"]) => Score::LIKELY,
        _ if first.is_cut && first.keys().next() == Some("input") && first.keys().len() == 1 => Score::WEAK,
        _ => Score::NONE,
    }
}

/// Columns that have a place in the log.
const PLACED: &[&str] = &["input", "output", "gts", "score", "step", "uid"];

/// Reads the rollouts of one step.
struct Rollouts {
    name: String,
}

impl LineReader for Rollouts {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        objects_of_line(line, sink, |at, row, sink| match self.rollout(row, number, at) {
            Some(row) => row.write(number, sink),
            None => {
                let message = "the row has neither an `output` nor a `score`";
                sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
        });
    }
}

impl Rollouts {
    fn rollout(&self, it: &Fields<'_>, line: u32, at: usize) -> Option<Row> {
        let (output, score) = (it.payload("output"), it.number("score"));
        if output.is_none() && score.is_none() {
            return None;
        }
        let input = it.text("input");
        let group = it.text("uid").and_then(|it| sample(&it)).or_else(|| input.as_deref().map(group_name));
        let start = EpisodeStart {
            task: input.as_deref().map(task_line),
            group,
            global_step: it.integer("step"),
            ..EpisodeStart::default()
        };
        let action = Action {
            agent: POLICY.to_owned(),
            obs: it.payload("input"),
            action: output,
            kind: Some("llm".to_owned()),
            ..Action::default()
        };
        let reward = score.map(|it| Reward { name: Some("score".to_owned()), ..team_reward(it) });
        let end = EpisodeEnd {
            status: it.raw("acc").map(status).filter(|it| it == "success" || it == "failure"),
            ground_truth: it.text("gts"),
            ..EpisodeEnd::default()
        };
        let place = if at == 0 { line.to_string() } else { format!("{line}.{at}") };
        Some(Row {
            episode: format!("{}:{place}", self.name),
            start: Some(start),
            act: Some(Act { id: "output".to_owned(), deed: Deed::Action(Box::new(action)) }),
            rewards: reward.into_iter().collect(),
            end: Some(end),
            extra: it.rest(PLACED),
            ..Row::default()
        })
    }
}

/// The sample of `<sample>_<rollout>_<output>`.
fn sample(uid: &str) -> Option<String> {
    let (rest, _) = uid.rsplit_once('_')?;
    let (sample, _) = rest.rsplit_once('_')?;
    (!sample.is_empty()).then(|| sample.to_owned())
}

#[cfg(test)]
mod tests;
