//! Results of tau2: a document `{info, tasks[], simulations[]}`.
//!
//! What becomes what:
//!
//! * a simulation: an episode `<file>:<task>.<trial>`; trials of one task are a group; its seed
//! * messages: what `assistant` and `user` say to each other, and the tools that each of them calls, with their times
//!   (without a zone: read as UTC); tokens of calls, and as metrics those of what is only said
//! * reward_info.reward: the team's reward, its breakdown the parts; a reward of 1 is a success
//! * reward_info.action_checks that do not match, where the reward is below 1: a judgement of the agent that should
//!   have acted (`requestor`), with the expected action as the reason
//! * termination_reason: how it ended; the expected actions: the ground truth
//!
//! Simulations by voice (`ticks` in place of messages) are named and left out.

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    chat::{Beside, Parties, Turns, moment},
    document::read_document,
    json::{Fields, number, text},
    row::{task_line, team_reward},
    tau_bench::roster,
};
use crate::{
    log::{Body, Credit, CreditItem, EpisodeEnd, EpisodeStart, Problem, Reward},
    model::{Severity, rule},
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "tau2",
    title: "tau2 results",
    about: "results of tau2, a document of simulations: assistant and user with their tools, rewards and checks",
    score: |head: &Head<'_>| {
        let first = head.objects.first();
        let has = |key: &str| first.is_some_and(|it| it.has(key));
        match () {
            () if has("simulations") && has("tasks") => Score::CERTAIN,
            // Tasks come before simulations, and may be longer than a head.
            () if has("info") && has("tasks") && has("timestamp") => Score::LIKELY,
            () => Score::NONE,
        }
    },
    reader: Reader::Document(&Results),
};

/// Reads documents.
struct Results;

impl DocumentReader for Results {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        read_document(document, sink, |root, places, sink| {
            let root = Fields::of(root);
            let tasks: Vec<Fields<'_>> = root.items("tasks").into_iter().map(Fields::of).collect();
            let simulations = root.items("simulations");
            if simulations.is_empty() {
                let message = "the document has no list `simulations`";
                return sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
            for (at, raw) in simulations.into_iter().enumerate() {
                let it = Fields::of(raw);
                let group = it.text("task_id").unwrap_or_else(|| at.to_string());
                if it.items("messages").is_empty() {
                    let message =
                        format!("simulation {at} has no `messages` (of voice there are only `ticks`)");
                    let problem = Problem::new(rule::MISSING_FIELD, places.offset(raw), message);
                    sink.problem(problem.milder(Severity::Warning));
                    continue;
                }
                let task = tasks.iter().find(|it| it.text("id").as_ref() == Some(&group));
                let trial = it.text("trial").map(|it| format!(".{it}")).unwrap_or_default();
                let turns = Turns::new(format!("{name}:{group}{trial}"), places, sink);
                write(raw, &it, task.unwrap_or(&Fields::default()), group, turns);
            }
        });
    }
}

fn write(raw: &str, it: &Fields<'_>, task: &Fields<'_>, group: String, mut turns: Turns<'_>) {
    let scenario = task.object("user_scenario");
    let instructions = scenario.text("instructions").or_else(|| task.text("ticket"));
    let start = EpisodeStart {
        agents: roster(),
        task: instructions.map(|it| task_line(&it)),
        group: Some(group),
        seed: it.text("seed"),
        ..EpisodeStart::default()
    };
    let extra = it.rest(&["id", "task_id", "trial", "seed", "messages", "reward_info", "termination_reason"]);
    let extra = extra.into_iter().filter(|it| !it.1.is_null()).collect();
    let ts = it.text("start_time").and_then(|it| moment(&it));
    turns.push(raw, None, Body::EpisodeStart(start), Beside { extra, ts, step: None });
    Parties { assistant: "assistant", user: "user" }.write(&it.items("messages"), &mut turns);
    let info = it.object("reward_info");
    let reward = info.number("reward");
    let at = it.raw("reward_info").unwrap_or(raw);
    let ts = it.text("end_time").and_then(|it| moment(&it));
    let beside = || Beside { ts, ..Beside::default() };
    if let Some(value) = reward {
        let parts = info.object("reward_breakdown");
        let components = parts.iter().filter_map(|(key, raw)| Some((key.to_owned(), number(raw)?))).collect();
        let reward = Reward { source: Some("evaluator".to_owned()), components, ..team_reward(value) };
        turns.push(at, None, Body::Reward(reward), beside());
    }
    let checks: Vec<Fields<'_>> = info.items("action_checks").into_iter().map(Fields::of).collect();
    let missed: Vec<CreditItem> = checks.iter().filter_map(missed).collect();
    if !missed.is_empty() && reward.is_some_and(|it| it < 1.0) {
        let credit = Credit {
            algorithm: "action_checks".to_owned(),
            units: Some("label".to_owned()),
            items: missed,
            ..Credit::default()
        };
        turns.push(at, Some("action checks".to_owned()), Body::Credit(credit), beside());
    }
    let named: Vec<String> = checks.iter().filter_map(|it| it.object("action").text("name")).collect();
    let end = EpisodeEnd {
        status: reward.map(|it| if it >= 1.0 { "success" } else { "failure" }.to_owned()),
        reason: it.text("termination_reason"),
        ground_truth: (!named.is_empty()).then(|| named.join(", ")),
        ..EpisodeEnd::default()
    };
    turns.push(it.raw("termination_reason").unwrap_or(raw), None, Body::EpisodeEnd(end), beside());
}

/// The judgement of a check that failed.
fn missed(check: &Fields<'_>) -> Option<CreditItem> {
    if check.flag("action_match") != Some(false) {
        return None;
    }
    let action = check.object("action");
    let name = action.text("name").unwrap_or_default();
    let arguments = action.raw("arguments").map(text).unwrap_or_default();
    Some(CreditItem {
        agent: Some(action.text("requestor").unwrap_or_else(|| "assistant".to_owned())),
        label: Some("missing action".to_owned()),
        reason: Some(format!("expected {name} {arguments}")),
        ..CreditItem::default()
    })
}

#[cfg(test)]
mod tests;
