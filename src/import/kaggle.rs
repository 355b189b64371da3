//! Replays of Kaggle's environments: one document an episode, `steps[t][i] = {action, reward, status, observation}`.
//!
//! What becomes what:
//!
//! * id (`info.EpisodeId`, else `id`): the episode; name: the environment; title: the task
//! * `info.TeamNames` or `info.Agents[].Name`: the agents, else `player 0`, `player 1`, ...; in the two environments
//!   that are played two against two, their teams; `observation.role`: their roles
//! * `steps[t][i].action`: an act at step t, taken from the observation at t - 1, which stands with it. What agents
//!   that were not `ACTIVE` at t - 1 carry is a filler, as is the submission -1 of OpenSpiel: no acts
//! * `steps[t][i].reward`: what the agent has by then, as the last one is its result (`rewards[i]`). So what it gains
//!   or loses by a step is the agent's own reward; what it had at step 0 is not earned, and said in a note
//! * a status other than `DONE`: the episode ended with an error

use std::collections::HashMap;

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    document::{Places, read_document},
    joint::{StepAct, Steps, act_id, distinct, plain},
    json::{Fields, items, number, text},
};
use crate::{
    log::{Action, Body, EpisodeEnd, EpisodeStart, Problem, Record, RosterAgent, Run},
    model::{Severity, rule},
    text::clean,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "kaggle",
    title: "Kaggle replay",
    about: "replays of Kaggle's environments, one document an episode: joint steps with each agent's own reward",
    score,
    reader: Reader::Document(&Replays),
};

fn score(head: &Head<'_>) -> Score {
    let Some(first) = head.objects.first() else { return Score::NONE };
    let has = |keys: &[&str]| keys.iter().all(|it| first.has(it));
    let begins = ["configuration", "description", "id", "name"];
    match () {
        () if has(&["steps", "statuses"]) || has(&["configuration", "specification", "steps"]) => {
            Score::CERTAIN
        }
        // Most of a document is its steps: what stands before them may be all of the head.
        () if has(&["configuration"]) && begins.iter().filter(|it| first.has(it)).count() >= 3 => {
            Score::LIKELY
        }
        () => Score::NONE,
    }
}

/// How many agents are a team, where that is part of the game: neighbours play together.
const TEAMS: &[(&str, usize)] = &[("llm_20_questions", 2), ("word_association", 2)];

/// Reads documents.
struct Replays;

impl DocumentReader for Replays {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let fields = Fields::of(root);
            let steps: Vec<Vec<Fields<'_>>> = fields.items("steps").into_iter().map(states).collect();
            if steps.is_empty() {
                let message = "the document has no list `steps`";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            Replay { fields, steps, places }.write(name, sink);
        });
    }
}

fn states(step: &str) -> Vec<Fields<'_>> {
    items(step).into_iter().map(Fields::of).collect()
}

struct Replay<'a> {
    fields: Fields<'a>,
    /// By step, then by agent.
    steps: Vec<Vec<Fields<'a>>>,
    places: &'a Places<'a>,
}

impl Replay<'_> {
    fn write(&self, file: &str, sink: &mut dyn Sink) {
        let agents = self.agents();
        let info = self.fields.object("info");
        let environment = self.fields.text("name");
        let run = Run { credit_log: Some(1), env: environment.clone(), ..Run::default() };
        sink.record(1, &Record::new(Body::Run(run)));
        let name =
            info.text("EpisodeId").or_else(|| self.fields.text("id")).unwrap_or_else(|| file.to_owned());
        let mut steps = Steps::new(name, true);
        let configuration = self.fields.object("configuration");
        let start = EpisodeStart {
            agents: self.roster(&agents, environment.as_deref()),
            task: self.fields.text("title").or(environment),
            seed: configuration.text("randomSeed").or_else(|| configuration.text("seed")),
            ..EpisodeStart::default()
        };
        steps.start(1, start, sink);
        let mut had = self.holdings(&agents, sink);
        for (at, pair) in self.steps.windows(2).enumerate() {
            let (step, is_last) = (at as i64 + 1, at + 2 == self.steps.len());
            let acting: Vec<StepAct> = (0..agents.len())
                .filter_map(|it| self.act(&agents[it], pair[0].get(it)?, pair[1].get(it)?))
                .collect();
            let who: Vec<String> = acting.iter().map(|it| it.agent.clone()).collect();
            steps.acts(step, acting, sink);
            for (agent, state) in agents.iter().zip(&pair[1]) {
                let Some(has) = state.number("reward") else { continue };
                let before = had.insert(agent, has).unwrap_or(0.0);
                // The last one stands also where it is 0, so that each agent's sum is known.
                if has != before || is_last {
                    let of = if who.contains(agent) { vec![act_id(agent, step)] } else { Vec::new() };
                    let line = state.raw("reward").map_or(1, |it| self.places.line(it));
                    steps.reward((line, step), Some(agent), has - before, of, sink);
                }
            }
        }
        let line =
            self.fields.raw("statuses").or(self.fields.raw("rewards")).map_or(1, |it| self.places.line(it));
        steps.end(line, self.end(&agents), sink);
    }

    /// The act that the state of an agent holds, if it is one; `before` is its state a step earlier.
    fn act(&self, agent: &str, before: &Fields<'_>, state: &Fields<'_>) -> Option<StepAct> {
        let raw = state.raw("action")?;
        let is_active = before.text("status").is_none_or(|it| it == "ACTIVE");
        let is_filler = Fields::of(raw).number("submission") == Some(-1.0);
        if !is_active || is_filler {
            return None;
        }
        let action = Action { obs: before.payload("observation"), ..plain(raw) };
        let extra = state.rest(&["action", "observation", "reward", "status"]);
        let extra = extra.into_iter().filter(|it| it.1.json() != "{}").collect();
        Some(StepAct { line: self.places.line(raw), agent: agent.to_owned(), action, extra })
    }

    fn agents(&self) -> Vec<String> {
        let count = self.steps.iter().map(Vec::len).max().unwrap_or_default();
        let info = self.fields.object("info");
        let names = |found: Vec<String>| (found.len() == count).then_some(found);
        let teams = names(info.items("TeamNames").into_iter().map(text).collect());
        let agents =
            || names(info.items("Agents").into_iter().filter_map(|it| Fields::of(it).text("Name")).collect());
        let numbered = || (0..count).map(|at| format!("player {at}")).collect();
        distinct(teams.or_else(agents).unwrap_or_else(numbered))
    }

    fn roster(&self, agents: &[String], environment: Option<&str>) -> Vec<RosterAgent> {
        let size = TEAMS.iter().find(|it| Some(it.0) == environment).map(|it| it.1);
        let role = |at: usize| self.steps[0].get(at)?.object("observation").text("role");
        let of = |(at, id): (usize, &String)| RosterAgent {
            id: id.clone(),
            team: size.map(|size| format!("team {}", at / size)),
            role: role(at),
            ..RosterAgent::default()
        };
        agents.iter().enumerate().map(of).collect()
    }

    /// What each agent has at step 0. What is more than nothing is said.
    fn holdings<'b>(&self, agents: &'b [String], sink: &mut dyn Sink) -> HashMap<&'b String, f64> {
        let mut had = HashMap::new();
        let mut said = Vec::new();
        for (agent, state) in agents.iter().zip(&self.steps[0]) {
            if let Some(has) = state.raw("reward").and_then(number) {
                had.insert(agent, has);
                said.extend((has != 0.0).then(|| format!("{} {has}", clean(agent))));
            }
        }
        if !said.is_empty() {
            let message = format!("rewards count from what agents have at step 0: {}", said.join(", "));
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Note));
        }
        had
    }

    fn end(&self, agents: &[String]) -> EpisodeEnd {
        let statuses: Vec<String> = self.fields.items("statuses").into_iter().map(text).collect();
        let broken =
            agents.iter().zip(&statuses).find(|it| !matches!(it.1.as_str(), "DONE" | "ACTIVE" | "INACTIVE"));
        EpisodeEnd {
            status: broken.map(|_| "error".to_owned()),
            reason: broken.map(|(agent, status)| format!("{status} of {agent}")),
            steps: Some(self.steps.len() as i64 - 1),
            ..EpisodeEnd::default()
        }
    }
}

#[cfg(test)]
mod tests;
