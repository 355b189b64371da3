//! An estimate from the text: P of every act and agent, the reasons, and what it was fitted on.

use serde_json::{Value as Json, json};

use super::value::number;
use crate::{
    credit::Estimated,
    model::{ActId, Episode},
    suspicion::{Apart, TABLE},
};

/// What a finding of kind `estimated` holds.
pub(super) fn estimated(episode: &Episode, it: &Estimated) -> Json {
    let Estimated { estimate, act, .. } = it;
    let id = |act: ActId| episode.act(act).id.as_str();
    let evidence = |act: ActId| {
        let reasons = estimate.evidence(episode, act).into_iter();
        let reasons =
            reasons.map(|it| json!({ "signal": it.signal, "weight": number(it.weight), "words": it.words }));
        reasons.collect::<Vec<_>>()
    };
    let top = estimate.top.iter().map(|it| {
        let agent = &episode.agent(episode.act(*it).agent).name;
        json!({ "act": id(*it), "agent": agent, "p": number(estimate.act(*it)), "evidence": evidence(*it) })
    });
    let (agent, p) = it.suspect();
    let Apart { episodes, agent: agents_right, act: acts_right, top3, first_worker } = estimate.table().apart;
    json!({
        "suspect": { "agent": episode.agent(agent).name, "p": number(p), "act": act.map(id) },
        "top": top.collect::<Vec<_>>(),
        "p_of_acts": episode.act_ids()
            .map(|it| json!({ "name": id(it), "p": number(estimate.act(it)) }))
            .collect::<Vec<_>>(),
        "p_of_agents": estimate.agents.iter()
            .map(|it| json!({ "name": episode.agent(it.0).name, "p": number(it.1) }))
            .collect::<Vec<_>>(),
        "window": (!estimate.is_unlike()).then(|| json!({
            "first": id(estimate.window.0),
            "last": id(estimate.window.1),
            "promised": estimate.table().window.promised,
            "held": estimate.table().window.held,
        })),
        "unlike": estimate.is_unlike(),
        "distance": number(estimate.distance),
        "fitted_on": TABLE.fitted.episodes,
        "right": {
            "of": episodes, "agent": agents_right, "act": acts_right, "top3": top3,
            "first_worker": { "agent": first_worker.agent, "act": first_worker.act },
        },
    })
}
