//! Attributions and the rows of the sweep.

use serde_json::{Value as Json, json};

use super::{
    super::{Report, figures, stream::Node},
    value::{number, value},
};
use crate::{
    credit::SweepRow,
    model::{ActId, Attribution, Episode, Value},
};

/// A computed attribution.
pub(super) fn attribution<'a>(episode: &'a Episode, credit: &'a Attribution) -> Node<'a> {
    let act = |(id, it): &(ActId, Value)| {
        let act = episode.act(*id);
        let mut json = value(it);
        json["act"] = Json::from(act.id.as_str());
        json["agent"] = Json::from(episode.agent(act.agent).name.as_str());
        json
    };
    let optional = |it: Option<f64>| it.map_or(Json::Null, number);
    let overlap = credit.reward.filter(|_| credit.contract.is_none()).map(|it| credit.sum - it);
    let small = json!({
        "state": "number",
        "method": credit.method,
        "baseline": credit.baseline,
        "title": credit.title,
        "provenance": credit.provenance.word(),
        "absence": credit.absence.as_ref().map(figures::absence),
        "sample": credit.sample,
        "sum": number(credit.sum),
        "contract": optional(credit.contract),
        "residual": optional(credit.residual()),
        "overlap": optional(overlap),
        "reward": optional(credit.reward),
        "empty_value": optional(credit.empty_value),
        "caveats": credit.caveats.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(),
    });
    let acts = Node::list(move || credit.acts.iter().map(act));
    Node::object(small, [("agents", agents(episode, credit)), ("acts", acts)])
}

/// The credit of each agent.
pub(super) fn agents<'a>(episode: &'a Episode, credit: &'a Attribution) -> Node<'a> {
    let row = |it: &crate::model::AgentCredit| {
        let mut json = value(&it.value);
        json["agent"] = Json::from(episode.agent(it.agent).name.as_str());
        json
    };
    Node::list(move || credit.agents.iter().map(row))
}

/// One method and baseline of the sweep.
pub(super) fn sweep_row<'a>(report: &'a Report<'a>, row: &'a SweepRow) -> Node<'a> {
    let episode = report.episode;
    let mut json = json!({
        "name": row.name(),
        "title": row.title,
        "agents": row.blamed.iter().map(|it| episode.agent(*it).name.as_str()).collect::<Vec<_>>(),
        "agrees": row.agrees.word(),
        "data": row.data.map(crate::credit::Data::word),
        "counted": row.counted,
        "tau": row.tau.map_or(Json::Null, number),
        "tau_declared": row.declared_tau.map_or(Json::Null, number),
        "p_flip": super::study::flip(report, row.flip.as_ref()),
    });
    match &row.result {
        Ok(credit) => {
            json["state"] = Json::from("number");
            json["sum"] = number(credit.sum);
            json["provenance"] = Json::from(credit.provenance.word());
            Node::object(json, [("credit", agents(episode, credit))])
        }
        Err(why) => {
            json["state"] = Json::from("unavailable");
            json["missing"] = Json::from(why.missing.as_str());
            json["nearest"] = Json::from(why.nearest.as_deref());
            json.into()
        }
    }
}
