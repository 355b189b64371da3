//! Trajectories of Overcooked-AI: a document of episodes (`ep_actions`, `ep_rewards`, ...), and trials with people as
//! CSV, a row a step.
//!
//! What becomes what:
//!
//! * `ep_states[e][t]` or `ep_observations[e][t]`, `state`: the state of the environment before step t
//! * `ep_actions[e][t][i]`, `joint_action`: what player i does in step t
//! * `ep_rewards[e][t]`: the team's reward for step t. In trials the score so far is logged: a step's reward is what
//!   it adds (the column `reward` where there is no `score`)
//! * `ep_returns[e]`: the return, `mdp_params[e].layout_name`, `layout_name`: the task
//! * `trial_id`: the episode; `player_0_is_human`: its role; a trial ends where the next begins, or with the file
//!
//! Both players share every reward: nothing is anybody's own.

use super::{
    DocumentReader, Format, Head, LineReader, Reader, Score, Sink,
    cells::Cells,
    document::{Places, read_document},
    joint::{StepAct, Steps, agent, plain},
    json::{Fields, items, number, text},
};
use crate::{
    log::{Body, EpisodeEnd, EpisodeStart, Problem, Record, RosterAgent, Run},
    model::rule,
};

/// The row of documents.
pub static FORMAT: Format = Format {
    name: "overcooked",
    title: "Overcooked",
    about: "trajectories of Overcooked-AI, a document of episodes: joint steps with a shared reward",
    score,
    reader: Reader::Document(&Trajectories),
};

/// The row of trials.
pub static TRIALS: Format = Format {
    name: "overcooked-csv",
    title: "Overcooked trials",
    about: "trials of Overcooked-AI with people, CSV of a row a step: scores become the rewards of steps",
    score: |head| {
        let line = head.bytes.split(|it| *it == b'\n').next().unwrap_or_default();
        let has = |name: &str| memchr::memmem::find(line, name.as_bytes()).is_some();
        let is_header = has("joint_action") && has("trial_id") && !line.trim_ascii_start().starts_with(b"{");
        Score::certain_if(is_header)
    },
    reader: Reader::Lines(|_| Box::new(Trials::default())),
};

fn score(head: &Head<'_>) -> Score {
    let Some(first) = head.objects.first() else { return Score::NONE };
    let has = |key: &str| first.has(key);
    match () {
        () if has("ep_actions") && has("ep_rewards") => Score::CERTAIN,
        () if first.is_cut && (has("ep_states") || has("ep_observations")) => Score::LIKELY,
        () => Score::NONE,
    }
}

fn player(at: usize) -> String {
    format!("player {at}")
}

/// What the file says of all its episodes.
fn run() -> Record {
    Record::new(Body::Run(Run { credit_log: Some(1), env: Some("overcooked".to_owned()), ..Run::default() }))
}

/// What the players do in a step.
fn acts(joint: &str, line: impl Fn(&str) -> u32) -> Vec<StepAct> {
    let of = |(at, raw): (usize, &str)| StepAct {
        line: line(raw),
        agent: player(at),
        action: plain(raw),
        ..StepAct::default()
    };
    items(joint).into_iter().enumerate().map(of).collect()
}

/// Reads documents.
struct Trajectories;

impl DocumentReader for Trajectories {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let fields = Fields::of(root);
            let episodes = fields.items("ep_actions");
            if episodes.is_empty() {
                let message = "the document has no list `ep_actions`";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            sink.record(1, &run());
            for (at, actions) in episodes.into_iter().enumerate() {
                episode(&fields, (at, actions), places, name, sink);
            }
        });
    }
}

fn episode(
    fields: &Fields<'_>,
    (at, actions): (usize, &str),
    places: &Places<'_>,
    name: &str,
    sink: &mut dyn Sink,
) {
    let list = |key: &str| fields.items(key).get(at).copied();
    let per_step = |key: &str| list(key).map(items).unwrap_or_default();
    let states = Some(per_step("ep_states")).filter(|it| !it.is_empty());
    let states = states.unwrap_or_else(|| per_step("ep_observations"));
    let (rewards, joint) = (per_step("ep_rewards"), items(actions));
    let players = joint.first().map_or(2, |it| items(it).len());
    let mut steps = Steps::new(format!("{name}:{at}"), true);
    let start = EpisodeStart {
        agents: (0..players).map(|it| agent(&player(it))).collect(),
        task: list("mdp_params").and_then(|it| Fields::of(it).text("layout_name")),
        ..EpisodeStart::default()
    };
    steps.start(places.line(actions), start, sink);
    for (at, joint) in joint.iter().enumerate() {
        let step = at as i64;
        if let Some((state, payload)) = states.get(at).and_then(|it| Some((it, super::json::payload(it)?))) {
            steps.state(places.line(state), step, payload, sink);
        }
        steps.acts(step, acts(joint, |it| places.line(it)), sink);
        if let Some((raw, value)) = rewards.get(at).and_then(|it| Some((it, number(it)?))) {
            steps.reward((places.line(raw), step), None, value, steps.last_acts(), sink);
        }
    }
    let total = list("ep_returns");
    let line = total.map_or_else(|| places.line(actions), |it| places.line(it));
    let end = EpisodeEnd {
        total: total.and_then(number),
        steps: Some(joint.len() as i64),
        ..EpisodeEnd::default()
    };
    steps.end(line, end, sink);
}

/// Reads trials, row by row.
#[derive(Default)]
struct Trials {
    cells: Cells,
    begun: bool,
    trial: Option<Trial>,
    /// The line that was read last.
    line: u32,
}

/// The trial that the last row was part of.
struct Trial {
    id: String,
    steps: Steps,
    score: f64,
    rows: i64,
}

impl LineReader for Trials {
    /// No row follows, so the last trial has ended too.
    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if let Some(last) = self.trial.take_if(|_| ended) {
            last.end(self.line, sink);
        }
    }

    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        self.line = number;
        let Some(row) = self.cells.row(line, sink) else { return };
        let row = Fields::of(&row);
        let Some(id) = row.text("trial_id") else {
            return sink.problem(Problem::new(rule::MISSING_FIELD, 0, "the row has no `trial_id`"));
        };
        if !std::mem::replace(&mut self.begun, true) {
            sink.record(number, &run());
        }
        if self.trial.as_ref().is_none_or(|it| it.id != id) {
            if let Some(before) = self.trial.take() {
                before.end(number, sink);
            }
            self.trial = Some(Trial::begin(id, &row, number, sink));
        }
        if let Some(trial) = &mut self.trial {
            trial.step(&row, number, sink);
        }
    }
}

impl Trial {
    fn begin(id: String, row: &Fields<'_>, line: u32, sink: &mut dyn Sink) -> Self {
        let is_start = row.integer("cur_gameloop").is_none_or(|it| it <= 1);
        let steps = Steps::new(id.clone(), is_start);
        let start =
            EpisodeStart { agents: roster(row), task: row.text("layout_name"), ..EpisodeStart::default() };
        steps.start(line, start, sink);
        Self { id, steps, score: 0.0, rows: 0 }
    }

    fn step(&mut self, row: &Fields<'_>, line: u32, sink: &mut dyn Sink) {
        let step = row.integer("cur_gameloop").unwrap_or(self.rows);
        self.rows += 1;
        if let Some(state) = row.payload("state") {
            self.steps.state(line, step, state, sink);
        }
        if let Some(joint) = row.raw("joint_action") {
            self.steps.acts(step, acts(joint, |_| line), sink);
        }
        let added = row.number("score").map(|it| it - std::mem::replace(&mut self.score, it));
        if let Some(value) = added.or_else(|| row.number("reward")) {
            self.steps.reward((line, step), None, value, self.steps.last_acts(), sink);
        }
    }

    /// Another trial begins with `line`.
    fn end(self, line: u32, sink: &mut dyn Sink) {
        let end = EpisodeEnd { steps: Some(self.rows), ..EpisodeEnd::default() };
        self.steps.end(line, end, sink);
    }
}

/// The players of a trial, as far as its rows name them.
fn roster(row: &Fields<'_>) -> Vec<RosterAgent> {
    let of = |at: usize| {
        let name = row.raw(&format!("player_{at}_id")).map(text)?;
        let human = row.raw(&format!("player_{at}_is_human"));
        let role = human.map(|it| if it == "true" { "human" } else { "agent" });
        Some(RosterAgent { name: Some(name), role: role.map(str::to_owned), ..agent(&player(at)) })
    };
    (0..).map_while(of).collect()
}

#[cfg(test)]
mod tests;
