//! Work that is handed out: how long it waits, and what becomes of it.

use super::{Computed, FigureRow, Group, Team, count, mean_and_most, short};
use crate::{
    context::work::{end_of, start_of, waited},
    graph::critical_path,
    model::{ActId, ActKind},
};

pub(super) const QUEUE: FigureRow = FigureRow {
    name: "queue depth",
    group: Group::Orchestration,
    unit: "messages",
    formula: "mean number of messages that wait for an agent when it acts; an act reads all that were sent before it",
    source: "the mean queue L of Little 1961, seen by the server",
    metrics: &["queue"],
    compute: |team| {
        let mut waiting = vec![0_usize; team.episode.agents.len()];
        let mut found = Vec::new();
        let mut messages = 0;
        for id in team.episode.act_ids() {
            let it = team.episode.act(id);
            let depth = std::mem::take(&mut waiting[it.agent.index()]);
            found.push((depth as f64, id));
            if it.kind == ActKind::Message {
                messages += 1;
                it.to.iter().filter(|to| **to != it.agent).for_each(|to| waiting[to.index()] += 1);
            }
        }
        let (mean, most) = mean_and_most(&found).filter(|_| messages > 0).ok_or("no act is a message")?;
        let never: usize = waiting.iter().sum();
        let id = &team.episode.act(most.1).id;
        let made_of =
            format!("{}, most {} at {id}, {never} never read", count(found.len(), "act"), short(most.0));
        Ok((mean, made_of))
    },
};

pub(super) const SCHEDULING: FigureRow = FigureRow {
    name: "scheduling latency",
    group: Group::Orchestration,
    unit: "s",
    formula: "mean time from the end of the last cause of an action (ts + dur, recv_ts of a message) to its start, at least 0",
    source: "by definition",
    metrics: &["scheduling latency", "sched"],
    compute: |team| {
        let is_action = |it: &ActId| team.episode.act(*it).kind == ActKind::Action;
        let known: Vec<(f64, ActId)> = team
            .episode
            .act_ids()
            .filter(is_action)
            .filter_map(|it| Some((waited(team.episode, it)?, it)))
            .collect();
        let (mean, most) = mean_and_most(&known).ok_or("no action has a cause and times")?;
        let id = &team.episode.act(most.1).id;
        Ok((mean, format!("{}, most {} s before {id}", count(known.len(), "action"), short(most.0))))
    },
};

pub(super) const ALLOCATION: FigureRow = FigureRow {
    name: "allocation success",
    group: Group::Orchestration,
    unit: "share",
    formula: "hand-overs that the recipient took up in an act without an error / hand-overs (messages to each recipient; without messages, causal links between agents)",
    source: "by definition",
    metrics: &["allocation"],
    compute: |team| {
        let all = team.handed()?;
        let lost = all.iter().filter(|it| it.taken.is_none()).count();
        let failed =
            all.iter().filter_map(|it| it.taken).filter(|it| team.episode.act(*it).has_error()).count();
        let good = all.len() - lost - failed;
        let made_of =
            format!("{good} of {}; {lost} not taken up, {failed} failed", count(all.len(), "hand-over"));
        Ok((good as f64 / all.len() as f64, made_of))
    },
};

/// Words in a role or name that say who hands out work.
const LEADS: [&str; 8] =
    ["orchestrat", "planner", "manager", "supervisor", "coordinat", "lead", "dispatch", "scheduler"];

pub(super) const ORCHESTRATOR: FigureRow = FigureRow {
    name: "share of the orchestrator",
    group: Group::Orchestration,
    unit: "share",
    formula: "what agents spend whose role or name says that they lead (orchestrator, planner, manager, supervisor, coordinator, lead, dispatcher, scheduler) / what all spend: tokens, or else seconds, or else acts",
    source: "by definition",
    metrics: &["orchestrator", "orchestration overhead"],
    compute: orchestrator,
};

fn orchestrator(team: &Team<'_>) -> Computed {
    let episode = team.episode;
    let leads: Vec<bool> = episode
        .agents
        .iter()
        .map(|it| {
            let words = format!("{} {}", it.name, it.role.as_deref().unwrap_or("")).to_lowercase();
            LEADS.iter().any(|lead| words.contains(lead))
        })
        .collect();
    if !leads.contains(&true) {
        return Err("no role or name says who leads".to_owned());
    }
    let spent = |of: &dyn Fn(&crate::model::Act) -> Option<f64>| {
        let (mut own, mut all) = (0.0, 0.0);
        for act in &episode.acts {
            let value = of(act).unwrap_or(0.0);
            all += value;
            own += if leads[act.agent.index()] { value } else { 0.0 };
        }
        (own, all)
    };
    let tokens = spent(&|it| it.usage.tokens().map(|it| it as f64));
    let seconds = spent(&|it| it.duration.filter(|it| it.is_finite()));
    let acts = spent(&|_| Some(1.0));
    let found = [(tokens, "tokens"), (seconds, "s"), (acts, "acts")].into_iter().find(|it| it.0.1 > 0.0);
    let ((own, all), unit) = found.ok_or("the episode has no acts")?;
    let names: Vec<&str> =
        episode.agents.iter().zip(&leads).filter(|it| *it.1).take(3).map(|it| it.0.name.as_str()).collect();
    Ok((own / all, format!("{} of {} {unit} by {}", short(own), short(all), names.join(", "))))
}

pub(super) const IDLE: FigureRow = FigureRow {
    name: "idle time",
    group: Group::Orchestration,
    unit: "share",
    formula: "time in which no act runs / time from the first act to the end of the last; an act runs from ts for dur",
    source: "by definition",
    metrics: &["idle"],
    compute: |team| {
        let span = |it: ActId| Some((start_of(team.episode, it)?, end_of(team.episode, it)?));
        let is_timed = |it: &ActId| team.episode.act(*it).duration.is_some();
        if !team.episode.act_ids().any(|it| is_timed(&it)) {
            return Err("no act says how long it took (dur)".to_owned());
        }
        let mut spans: Vec<(f64, f64)> = team.episode.act_ids().filter_map(span).collect();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (first, mut until) = *spans.first().ok_or("acts have no times")?;
        let mut idle = 0.0;
        for (from, to) in spans {
            idle += (from - until).max(0.0);
            until = until.max(to);
        }
        let whole = until - first;
        if whole <= 0.0 {
            return Err("the episode takes no time".to_owned());
        }
        Ok((idle / whole, format!("{} s of {} s", short(idle), short(whole))))
    },
};

pub(super) const CRITICAL: FigureRow = FigureRow {
    name: "critical path",
    group: Group::Orchestration,
    unit: "share",
    formula: "seconds of acts on the longest chain of causes / seconds of all acts; without dur, acts for seconds. 1: nothing ran beside anything else",
    source: "Kelley and Walker 1959",
    metrics: &["critical path"],
    compute: |team| {
        let path = critical_path(team.episode);
        let all =
            team.episode.acts.iter().filter_map(|it| it.duration).filter(|it| it.is_finite()).sum::<f64>();
        let acts = team.episode.acts.len();
        let of_acts = format!("{} of {}", path.acts.len(), count(acts, "act"));
        match path.seconds.filter(|_| all > 0.0) {
            _ if acts == 0 => Err("the episode has no acts".to_owned()),
            Some(seconds) => {
                Ok((seconds / all, format!("{} s of {} s, {of_acts}", short(seconds), short(all))))
            }
            None => Ok((path.acts.len() as f64 / acts as f64, of_acts)),
        }
    },
};
