//! What surrounds the acts, at full precision. docs/CONTEXT.md says what each of it is.

use serde_json::{Value as Json, json};

use super::super::{Report, Surroundings};
use super::number;
use crate::{
    context::{By, Figure, History, Moment},
    model::ActId,
    text::clean,
};

/// `context`: the state after an act, metric records, teamwork, work of agents, arrivals of rewards; `null` if it was not
/// requested.
pub(super) fn context(report: &Report<'_>) -> Json {
    let Some(Surroundings { context, act }) = report.context else { return Json::Null };
    let episode = report.episode;
    let name = |it: ActId| episode.acts.get(it.index()).map(|it| it.id.clone());
    let after = |it: Moment| it.checked_sub(1).and_then(|it| name(ActId(it)));
    let agent = |it| episode.agent(it).name.clone();
    let (history, moment) = (&context.history, act.map_or(0, History::after));
    let keys = history.present(moment).into_iter().filter_map(|it| {
        let key = &history.keys[it];
        let write = key.at(moment)?;
        let (by, how) = match write.by {
            By::Start => (None, "start"),
            By::Act(act) => (name(act), "act"),
            By::Order(act) => (name(act), "order"),
            By::Seen(act) => (name(act), "pre_state"),
        };
        Some(json!({
            "whose": key.owner.name(episode),
            "key": key.name,
            "value": write.value.as_deref(),
            "act": by,
            "by": how,
            "changes": key.writes.len() - 1,
        }))
    });
    let found = history.disagreements(moment);
    let divergences = found.iter().flat_map(|it| {
        it.holders.iter().map(move |holder| {
            let key = |it: u32| &history.keys[it as usize];
            json!({
                "thing": it.subject.name,
                "whose": key(holder.key).owner.name(episode),
                "value": key(holder.key).value(moment),
                "right": key(it.reference).value(moment),
                "old_since": holder.old_since.and_then(after),
            })
        })
    });
    let points = |points: &[(Moment, f64)]| {
        points.iter().map(|it| json!({ "after": after(it.0), "value": number(it.1) })).collect::<Vec<_>>()
    };
    let metrics = context.series.iter().map(|it| {
        json!({
            "name": it.name,
            "agent": it.agent.map(agent),
            "unit": it.unit,
            "values": points(&it.points),
        })
    });
    let work = context.works.iter().map(|it| {
        json!({
            "agent": agent(it.agent),
            "actions": it.actions,
            "calls": it.calls,
            "errors": it.errors,
            "sent": it.sent,
            "received": it.received,
            "busy_seconds": it.busy.map(number),
            "waited_seconds": it.waited.map(number),
            "tokens": it.tokens,
            "cost": it.cost.map(number),
        })
    });
    let rewards = context.arrivals.iter().filter_map(|it| {
        let reward = episode.rewards.get(it.reward)?;
        Some(json!({
            "id": reward.id,
            "value": reward.value.map(number),
            "agent": reward.agent.map(agent),
            "name": reward.name,
            "source": reward.source,
            "after": it.act.and_then(name),
            "delay_seconds": it.delay.map(number),
            "delay_logged": it.is_logged,
        }))
    });
    json!({
        "after": act.and_then(name),
        "state_records": history.records,
        "state_contradictions": history.contradicted(),
        "state_missing": history.missing(),
        "state": keys.collect::<Vec<_>>(),
        "divergences": divergences.collect::<Vec<_>>(),
        "trace_id": episode.trace_id.as_deref().map(clean),
        "spans": episode.acts.iter().filter(|it| it.span.is_some()).count(),
        "policies": episode.agents.iter().filter_map(|it| Some((it.name.clone(), it.policy.clone()?.into())))
            .collect::<serde_json::Map<String, Json>>(),
        "metrics": metrics.collect::<Vec<_>>(),
        "teamwork": context.figures.iter().map(figure).collect::<Vec<_>>(),
        "agents": work.collect::<Vec<_>>(),
        "rewards": rewards.collect::<Vec<_>>(),
    })
}

fn figure(it: &Figure) -> Json {
    let logged = it
        .logged
        .iter()
        .map(|(name, value, unit)| json!({ "name": name, "value": number(*value), "unit": unit }));
    let (value, made_of, missing) = match &it.computed {
        Ok((value, made_of)) => (Some(number(*value)), Some(made_of), None),
        Err(why) => (None, None, Some(why)),
    };
    json!({
        "name": it.name,
        "group": it.group.title(),
        "value": value,
        "unit": it.unit,
        "made_of": made_of,
        "missing": missing,
        "formula": it.formula,
        "source": it.source,
        "logged": logged.collect::<Vec<_>>(),
    })
}
