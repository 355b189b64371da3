//! Own rewards, whose reward may be credited, and who cost whom.

use serde_json::{Value as Json, json};

use super::{super::Report, attribution::agents, value::number, value::value};
use crate::{
    credit::{ChoiceRow, CostColumn},
    model::{Attribution, Episode},
};

/// Null: no agent has a reward of its own.
pub(super) fn own(report: &Report<'_>) -> Json {
    let episode = report.episode;
    let study = match report.own {
        None => return Json::Null,
        Some(Err(why)) => return json!({ "state": "unavailable", "missing": why.missing }),
        Some(Ok(study)) => study,
    };
    let own = study.own.iter().map(|it| {
        json!({
            "agent": episode.agent(it.agent).name,
            "value": number(it.value),
            "records": it.records,
            "file_line": super::place(report, it.origin),
        })
    });
    json!({
        "agents": own.collect::<Vec<_>>(),
        "by_default": study.by_default.as_ref().map(|it| episode.whose_name(it)),
        "choices": study.choices.iter().map(|it| choice(episode, it)).collect::<Vec<_>>(),
        "who_cost_whom": study.costs.iter().map(|it| column(episode, it)).collect::<Vec<_>>(),
    })
}

fn choice(episode: &Episode, it: &ChoiceRow) -> Json {
    let credit = it.credit.as_ref();
    json!({
        "whose": episode.whose_name(&it.whose),
        "reward": it.reward.map_or(Json::Null, number),
        "by": it.by(),
        "provenance": credit.ok().map(|it| it.provenance.word()),
        "agents": credit.map_or(Json::Null, |it| Json::from(agents(episode, it))),
        "missing": credit.err().map(|it| it.missing.as_str()),
    })
}

fn column(episode: &Episode, it: &CostColumn) -> Json {
    let name = |it: &Attribution| match &it.baseline {
        Some(baseline) => format!("{}/{baseline}", it.method),
        None => it.method.clone(),
    };
    let acts = it.acts.iter().flat_map(|it| &it.acts).map(|(act, it)| {
        let mut json = value(it);
        json["act"] = Json::from(episode.act(*act).id.as_str());
        json["agent"] = Json::from(episode.agent(episode.act(*act).agent).name.as_str());
        json
    });
    json!({
        "whose": episode.whose_name(&it.whose),
        "paid": it.paid.map_or(Json::Null, number),
        "method": it.agents.as_ref().map(name),
        "acts_method": it.acts.as_ref().map(name),
        "sum": it.agents.as_ref().map_or(Json::Null, |it| number(it.sum)),
        "agents": it.agents.as_ref().map_or(Json::Null, |it| Json::from(agents(episode, it))),
        "acts": it.acts.as_ref().map_or(Json::Null, |_| Json::from(acts.collect::<Vec<_>>())),
    })
}
