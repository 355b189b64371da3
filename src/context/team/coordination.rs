//! Messages and knowledge: what working together took, and what became of it.

use std::collections::HashSet;

use super::{Computed, FigureRow, Group, Team, count, mean_and_most, short};
use crate::{
    context::work::{end_of, start_of},
    model::{ActId, ActKind, AgentId},
};

pub(super) const OVERHEAD: FigureRow = FigureRow {
    name: "coordination overhead",
    group: Group::Collaboration,
    unit: "messages per action",
    formula: "messages / actions",
    source: "message density of Kim et al. 2025 (2512.08296), an action for a turn",
    metrics: &["coordination overhead", "overhead"],
    compute: |team| {
        let messages = team.messages();
        let actions = team.episode.acts.len() - messages;
        match (messages, actions) {
            (0, _) => Err("no act is a message".to_owned()),
            (_, 0) => Err("no act is an action".to_owned()),
            _ => {
                let made_of = format!("{}, {}", count(messages, "message"), count(actions, "action"));
                Ok((messages as f64 / actions as f64, made_of))
            }
        }
    },
};

pub(super) const LATENCY: FigureRow = FigureRow {
    name: "inter-agent latency",
    group: Group::Collaboration,
    unit: "s",
    formula: "mean of recv_ts - ts over messages",
    source: "by definition",
    metrics: &["inter agent latency", "message latency"],
    compute: |team| {
        let latency = |it: ActId| {
            let act = team.episode.act(it);
            Some((act.received?.seconds_since(act.time?), it))
        };
        let known: Vec<(f64, ActId)> = team.episode.act_ids().filter_map(latency).collect();
        let (mean, most) = mean_and_most(&known).ok_or("no message has both ts and recv_ts")?;
        let id = &team.episode.act(most.1).id;
        Ok((mean, format!("{}, most {} s at {id}", count(known.len(), "message"), short(most.0))))
    },
};

pub(super) const REPLY: FigureRow = FigureRow {
    name: "reply latency",
    group: Group::Collaboration,
    unit: "s",
    formula: "mean time from the end of what was handed on (recv_ts of a message) to the first act of the recipient that came of it",
    source: "by definition",
    metrics: &["reply latency", "response latency"],
    compute: |team| {
        let latency = |it: &super::Handed| {
            let taken = it.taken?;
            Some(((start_of(team.episode, taken)? - end_of(team.episode, it.from)?).max(0.0), taken))
        };
        let known: Vec<(f64, ActId)> = team.handed()?.iter().filter_map(latency).collect();
        let (mean, most) =
            mean_and_most(&known).ok_or("nothing that was handed on and taken up has times")?;
        let id = &team.episode.act(most.1).id;
        Ok((mean, format!("{}, most {} s before {id}", count(known.len(), "hand-over"), short(most.0))))
    },
};

pub(super) const EFFICIENCY: FigureRow = FigureRow {
    name: "message efficiency",
    group: Group::Collaboration,
    unit: "share",
    formula: "messages that say what the sender has not said before and of which an act of a recipient came / messages",
    source: "by definition",
    metrics: &["message efficiency", "communication efficiency"],
    compute: |team| {
        let messages = team.messages();
        if messages == 0 {
            return Err("no act is a message".to_owned());
        }
        let taken: HashSet<ActId> =
            team.handed.iter().filter(|it| it.taken.is_some()).map(|it| it.from).collect();
        let mut said: HashSet<(AgentId, &str)> = HashSet::new();
        let (mut useful, mut again) = (0, 0);
        for id in team.episode.act_ids() {
            let it = team.episode.act(id);
            if it.kind == ActKind::Message {
                let is_new = said.insert((it.agent, it.label.as_str()));
                again += usize::from(!is_new);
                useful += usize::from(is_new && taken.contains(&id));
            }
        }
        let made_of = format!(
            "{useful} of {}; {again} said again, {} not taken up",
            count(messages, "message"),
            messages - taken.len()
        );
        Ok((useful as f64 / messages as f64, made_of))
    },
};

pub(super) const REPEATED: FigureRow = FigureRow {
    name: "repeated information",
    group: Group::Collaboration,
    unit: "share",
    formula: "acts that say word for word what an act before said (its first 200 characters) / acts that say something",
    source: "redundancy of Kim et al. 2025 (2512.08296), equal words for alike ones",
    metrics: &["redundancy", "repeated"],
    compute: |team| {
        let mut said: HashSet<&str> = HashSet::new();
        let labels = || team.episode.acts.iter().map(|it| it.label.as_str()).filter(|it| !it.is_empty());
        let (all, again) = (labels().count(), labels().filter(|it| !said.insert(it)).count());
        match all {
            0 => Err("no act says anything".to_owned()),
            _ => Ok((again as f64 / all as f64, format!("{again} of {}", count(all, "act")))),
        }
    },
};

const NOT_SHARED: &str = "no key of a state is held by two agents, or by an agent and the environment";

pub(super) const SHARED: FigureRow = FigureRow {
    name: "shared knowledge",
    group: Group::Collaboration,
    unit: "share",
    formula: "things that more than one holds a key of and all hold the same of, after the last act / such things",
    source: "by definition; which keys speak of one thing stands in this page",
    metrics: &["shared knowledge"],
    compute: |team| {
        let end = team.episode.acts.len() as u32;
        let shared = team.history.subjects.iter().filter(|it| team.history.is_shared(it, end)).count();
        if shared == 0 {
            return Err(NOT_SHARED.to_owned());
        }
        let apart = team.history.disagreements(end);
        let names: Vec<&str> = apart.iter().take(3).map(|it| it.subject.name.as_str()).collect();
        let names = if names.is_empty() { String::new() } else { format!("; not {}", names.join(", ")) };
        let agreed = shared - apart.len();
        Ok((agreed as f64 / shared as f64, format!("{agreed} of {}{names}", count(shared, "thing"))))
    },
};

pub(super) const CONFLICT: FigureRow = FigureRow {
    name: "conflict resolution",
    group: Group::Collaboration,
    unit: "acts",
    formula: "mean number of acts from the one after which holders of a thing disagree to the one after which they agree again",
    source: "by definition",
    metrics: &["conflict resolution"],
    compute: |team| {
        if team.history.subjects.is_empty() {
            return Err(NOT_SHARED.to_owned());
        }
        let all: Vec<_> = team.history.subjects.iter().flat_map(|it| team.history.conflicts(it)).collect();
        let ended = || all.iter().filter_map(|it| Some((it.0, it.1?)));
        let resolved = ended().count();
        if resolved == 0 {
            return Err(match all.len() {
                0 => "no two holders ever disagreed".to_owned(),
                n => format!("{} arose and none was resolved", count(n, "conflict")),
            });
        }
        let acts: u32 = ended().map(|it| it.1 - it.0).sum();
        let time = |moment: u32| start_of(team.episode, ActId(moment.checked_sub(1)?));
        let seconds: Vec<f64> = ended().filter_map(|it| Some(time(it.1)? - time(it.0)?)).collect();
        let mean = seconds.iter().sum::<f64>() / seconds.len().max(1) as f64;
        let seconds =
            if seconds.is_empty() { String::new() } else { format!(", {} s on average", short(mean)) };
        let made_of = format!("{resolved} of {} resolved{seconds}", count(all.len(), "conflict"));
        Ok((f64::from(acts) / resolved as f64, made_of))
    },
};

pub(super) const RECOVERY: FigureRow = FigureRow {
    name: "recovery from errors",
    group: Group::Collaboration,
    unit: "acts",
    formula: "mean number of acts from one with an error to the next of its agent without",
    source: "by definition",
    metrics: &["recovery"],
    compute: |team| {
        let episode = team.episode;
        let mut open: Vec<Option<u32>> = vec![None; episode.agents.len()];
        let (mut spans, mut errors) = (Vec::new(), 0);
        for id in episode.act_ids() {
            let it = episode.act(id);
            let failed = &mut open[it.agent.index()];
            if it.has_error() {
                errors += usize::from(failed.is_none());
                failed.get_or_insert(id.0);
            } else if let Some(from) = failed.take() {
                spans.push(f64::from(id.0 - from));
            }
        }
        match (errors, spans.len()) {
            (0, _) => Err("no act has an error".to_owned()),
            (errors, 0) => Err(format!("no agent went on without one after {}", count(errors, "error"))),
            (errors, known) => {
                let mean = spans.iter().sum::<f64>() / known as f64;
                Ok((mean, format!("{known} of {} of acts with an error ended", count(errors, "stretch"))))
            }
        }
    },
};

pub(super) const FAILURES: FigureRow = FigureRow {
    name: "failures of coordination",
    group: Group::Collaboration,
    unit: "failures",
    formula: "hand-overs that the recipient never took up + things of which holders disagree after the last act; beside it acts with an error, which are failures of agents",
    source: "by definition",
    metrics: &["coordination failure"],
    compute: failures,
};

fn failures(team: &Team<'_>) -> Computed {
    let end = team.episode.acts.len() as u32;
    let lost = team.handed()?.iter().filter(|it| it.taken.is_none()).count();
    let apart = team.history.disagreements(end).len();
    let errors = team.episode.acts.iter().filter(|it| it.has_error()).count();
    let made_of = format!(
        "{lost} not taken up, {apart} not agreed on; of agents: {} with an error",
        count(errors, "act")
    );
    Ok(((lost + apart) as f64, made_of))
}
