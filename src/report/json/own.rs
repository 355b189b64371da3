//! Own rewards, whose reward may be credited, and who cost whom.

use serde_json::{Value as Json, json};

use super::{super::Report, super::stream::Node, attribution::agents, value::number, value::value};
use crate::{
    credit::{ChoiceRow, CostColumn},
    model::{ActId, Attribution, Episode, OwnReward, Value},
};

/// Null: no agent has a reward of its own.
pub(super) fn own<'a>(report: &'a Report<'a>) -> Node<'a> {
    let episode = report.episode;
    let study = match report.own {
        None => return Json::Null.into(),
        Some(Err(why)) => return json!({ "state": "unavailable", "missing": why.missing }).into(),
        Some(Ok(study)) => study,
    };
    let own = move |it: &OwnReward| {
        json!({
            "agent": episode.agent(it.agent).name,
            "value": number(it.value),
            "records": it.records,
            "file_line": super::place(report, it.origin),
        })
    };
    Node::object(
        json!({ "by_default": study.by_default.as_ref().map(|it| episode.whose_name(it)) }),
        [
            ("agents", Node::list(move || study.own.iter().map(own))),
            ("choices", Node::list(|| study.choices.iter().map(|it| choice(episode, it)))),
            ("who_cost_whom", Node::list(|| study.costs.iter().map(|it| column(episode, it)))),
        ],
    )
}

fn choice<'a>(episode: &'a Episode, it: &'a ChoiceRow) -> Node<'a> {
    let credit = it.credit.as_ref();
    let small = json!({
        "whose": episode.whose_name(&it.whose),
        "reward": it.reward.map_or(Json::Null, number),
        "by": it.by(),
        "provenance": credit.ok().map(|it| it.provenance.word()),
        "missing": credit.err().map(|it| it.missing.as_str()),
    });
    let agents = credit.map_or(Json::Null.into(), |it| agents(episode, it));
    Node::object(small, [("agents", agents)])
}

fn column<'a>(episode: &'a Episode, it: &'a CostColumn) -> Node<'a> {
    let name = |it: &Attribution| match &it.baseline {
        Some(baseline) => format!("{}/{baseline}", it.method),
        None => it.method.clone(),
    };
    let act = |(act, it): &(ActId, Value)| {
        let mut json = value(it);
        json["act"] = Json::from(episode.act(*act).id.as_str());
        json["agent"] = Json::from(episode.agent(episode.act(*act).agent).name.as_str());
        json
    };
    let small = json!({
        "whose": episode.whose_name(&it.whose),
        "paid": it.paid.map_or(Json::Null, number),
        "method": it.agents.as_ref().map(name),
        "acts_method": it.acts.as_ref().map(name),
        "sum": it.agents.as_ref().map_or(Json::Null, |it| number(it.sum)),
    });
    let agents = it.agents.as_ref().map_or(Json::Null.into(), |it| agents(episode, it));
    let acts = it.acts.as_ref();
    let acts = acts.map_or(Json::Null.into(), |it| Node::list(move || it.acts.iter().map(act)));
    Node::object(small, [("agents", agents), ("acts", acts)])
}
