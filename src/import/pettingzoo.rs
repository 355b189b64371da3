//! Rows of a PettingZoo loop, JSON Lines. PettingZoo itself writes none; these are the two shapes that loops print.
//!
//! Parallel, a row a step: `{episode, t, actions{agent: action}, rewards{..}, terminations{..}, truncations{..}}`.
//!
//! * `actions`: acts of step t; agents come and go
//! * `rewards`: own rewards of step t, for the agent's act in it. Some are of agents without one, born in this step
//! * an episode ends with the row in which every agent is terminated or truncated, or where another begins or the file ends
//!
//! AEC, a row a turn: `{episode, t, agent, reward, termination, truncation, action}`, as `last()` gives it.
//!
//! * `reward`: what the agent got since its act before: it is for that act. A first turn has none to be for
//! * `action`: an act, unless it is `null`, as that of an agent that is terminated
//!
//! Without `episode`, one begins whenever `t` goes back. Rewards are always an agent's own here.

use std::collections::HashMap;

use super::{
    Format, Head, HeadObject, LineReader, Reader, Score, Sink,
    joint::{StepAct, Steps, act_id, plain, single},
    json::{Fields, objects_of_line},
};
use crate::{
    log::{Action, EpisodeEnd, EpisodeStart, Payload, Problem},
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "pettingzoo",
    title: "PettingZoo rows",
    about: "rows of PettingZoo loops, JSON Lines, parallel or AEC: joint steps with each agent's own reward",
    score,
    reader: Reader::Lines(|start| Box::new(Loop::new(start.name))),
};

const TIMES: [&str; 4] = ["t", "step", "timestep", "time_step"];
const TERMINATIONS: [&str; 4] = ["terminations", "terminateds", "terminated", "dones"];
const TRUNCATIONS: [&str; 3] = ["truncations", "truncateds", "truncated"];
const OBSERVATIONS: [&str; 2] = ["observations", "obs"];
/// Fields of a turn that have a place in the log.
const PLACED: [&str; 15] = [
    "episode",
    "episode_id",
    "t",
    "step",
    "timestep",
    "time_step",
    "agent",
    "action",
    "reward",
    "termination",
    "terminated",
    "truncation",
    "truncated",
    "observation",
    "obs",
];

fn score(head: &Head<'_>) -> Score {
    let is_row = |it: &HeadObject<'_>| {
        let has = |keys: &[&str]| keys.iter().any(|key| it.has(key));
        let parallel = it.has("actions") && it.has("rewards") && (has(&TERMINATIONS) || has(&TIMES));
        let turn = it.has("agent") && it.has("reward") && it.has("action");
        let ends = has(&["termination", "terminated"]) && has(&["truncation", "truncated"]);
        // A batch of RLlib has lists under these names, and a type.
        (parallel || turn && ends) && !it.has("type") && !it.has("eps_id")
    };
    Score::certain_if(head.objects.first().is_some_and(is_row))
}

/// Reads rows.
struct Loop {
    name: String,
    /// The episode of the last row.
    current: Option<Current>,
    episodes: u32,
    /// The line that was read last.
    line: u32,
}

struct Current {
    /// What rows call it; `None`: they do not say.
    id: Option<String>,
    steps: Steps,
    step: i64,
    /// What each agent did last: AEC rewards are for that.
    last: HashMap<String, String>,
    ended: bool,
}

impl Loop {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), current: None, episodes: 0, line: 1 }
    }

    /// The episode that a row is part of.
    fn episode(&mut self, row: &Fields<'_>, line: u32, sink: &mut dyn Sink) -> &mut Current {
        let id = row.text("episode").or_else(|| row.text("episode_id"));
        let time = first_integer(row, &TIMES);
        let goes_on = |it: &Current| match &id {
            Some(id) => it.id.as_ref() == Some(id),
            None => !it.ended && time.is_none_or(|time| time >= it.step),
        };
        let kept = self.current.take().filter(|it| {
            goes_on(it) || {
                it.end_unless_ended(line, sink);
                false
            }
        });
        let name = &self.name;
        let episodes = &mut self.episodes;
        let current = kept.unwrap_or_else(|| {
            *episodes += 1;
            let named = id.clone().unwrap_or_else(|| episodes.to_string());
            let steps = Steps::new(format!("{name}:{named}"), time.is_none_or(|it| it <= 1));
            steps.start(line, EpisodeStart::default(), sink);
            Current { id, steps, step: time.unwrap_or(0) - 1, last: HashMap::new(), ended: false }
        });
        let current = self.current.insert(current);
        current.step = time.unwrap_or(current.step + 1);
        current
    }
}

fn first_integer(row: &Fields<'_>, keys: &[&str]) -> Option<i64> {
    keys.iter().find_map(|it| row.integer(it))
}

fn first_object<'a>(row: &Fields<'a>, keys: &[&str]) -> Fields<'a> {
    keys.iter().map(|it| row.object(it)).find(|it| it.keys().next().is_some()).unwrap_or_default()
}

impl LineReader for Loop {
    /// No row follows, so the last episode has ended too.
    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if let Some(current) = self.current.as_mut().filter(|it| ended && !it.ended) {
            current.end(self.line, false, sink);
        }
    }

    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        self.line = number;
        objects_of_line(line, sink, |_, row, sink| {
            let is_turn = row.has("agent");
            if !is_turn && !row.has("actions") && !row.has("rewards") {
                let message = "the row has neither an `agent` nor `actions` or `rewards`";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            let current = self.episode(row, number, sink);
            if is_turn { current.turn(row, number, sink) } else { current.joint(row, number, sink) }
        });
    }
}

impl Current {
    /// A step of all agents.
    fn joint(&mut self, row: &Fields<'_>, line: u32, sink: &mut dyn Sink) {
        let observations = first_object(row, &OBSERVATIONS);
        let infos = row.object("infos");
        let actions = row.object("actions");
        let acting = actions.iter().filter(|it| it.1 != "null");
        let acts = acting.map(|(agent, raw)| StepAct {
            line,
            agent: agent.to_owned(),
            action: Action { obs: observations.payload(agent), ..plain(raw) },
            extra: infos
                .payload(agent)
                .filter(|it| it.json() != "{}")
                .map(|it| ("info".to_owned(), it))
                .into_iter()
                .collect(),
        });
        let acts: Vec<StepAct> = acts.collect();
        let acted: Vec<String> = acts.iter().map(|it| it.agent.clone()).collect();
        self.steps.acts(self.step, acts, sink);
        let rewards = row.object("rewards");
        for agent in rewards.keys() {
            let Some(value) = rewards.number(agent) else { continue };
            let of = acted.iter().any(|it| it == agent).then(|| act_id(agent, self.step));
            let of = of.into_iter().collect();
            self.steps.reward((line, self.step), Some(agent), single(value), of, sink);
        }
        let (terminated, truncated) = (first_object(row, &TERMINATIONS), first_object(row, &TRUNCATIONS));
        let is = |of: &Fields<'_>, agent: &str| of.raw(agent) == Some("true");
        let mut agents = terminated.keys().chain(truncated.keys()).filter(|it| *it != "__all__").peekable();
        let all = agents.peek().is_some() && agents.all(|it| is(&terminated, it) || is(&truncated, it));
        if all || is(&terminated, "__all__") || is(&truncated, "__all__") {
            let mut agents = truncated.keys();
            let cut = is(&truncated, "__all__")
                || agents.next().is_some() && truncated.keys().all(|it| is(&truncated, it));
            self.end(line, cut, sink);
        }
    }

    /// A turn of one agent.
    fn turn(&mut self, row: &Fields<'_>, line: u32, sink: &mut dyn Sink) {
        let Some(agent) = row.text("agent") else { return };
        if let Some(value) = row.number("reward") {
            let of = self.last.get(&agent).cloned().into_iter().collect();
            self.steps.reward((line, self.step), Some(&agent), single(value), of, sink);
        }
        let Some(raw) = row.raw("action") else { return };
        let obs: Option<Payload> = row.payload("observation").or_else(|| row.payload("obs"));
        let id = act_id(&agent, self.step);
        let action = Action { obs, ..plain(raw) };
        let act = StepAct { line, agent: agent.clone(), action, extra: row.rest(&PLACED) };
        self.steps.acts(self.step, vec![act], sink);
        self.last.insert(agent, id);
    }

    fn end(&mut self, line: u32, truncated: bool, sink: &mut dyn Sink) {
        self.ended = true;
        let status = truncated.then(|| "truncated".to_owned());
        self.steps.end(line, EpisodeEnd { status, ..EpisodeEnd::default() }, sink);
    }

    /// Another episode begins.
    fn end_unless_ended(&self, line: u32, sink: &mut dyn Sink) {
        if !self.ended {
            self.steps.end(line, EpisodeEnd::default(), sink);
        }
    }
}

#[cfg(test)]
mod tests;
