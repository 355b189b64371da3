//! Declared credit, and judgements by humans or models.

use super::Builder;
use crate::{
    log::{Body, Credit, Record},
    model::{CreditItem, DeclaredCredit, Label, Origin, rule},
    text,
};

/// Adds what `credit` records declare. Items with a label are judgements; items with a number are credit.
pub(super) fn add(builder: &mut Builder, records: &[(Box<Record>, Origin)]) {
    for (record, origin) in records {
        let Body::Credit(credit) = &record.body else { continue };
        labels(builder, credit, *origin);
        if let Some(declared) = declared(builder, record, credit, *origin) {
            builder.episode.declared.push(declared);
        }
    }
}

fn labels(builder: &mut Builder, credit: &Credit, origin: Origin) {
    let annotator = credit.params.iter().find(|it| it.0 == "annotator").map(|it| text::clean(&it.1.text()));
    let annotator = annotator.filter(|it| !it.is_empty());
    for item in credit.items.iter().filter(|it| it.label.is_some() || it.reason.is_some()) {
        let act = item.of.as_deref().and_then(|it| builder.acts.get(it).copied());
        let agent = item.agent.as_deref().and_then(|it| builder.agents.get(it).copied());
        let by = act.map(|it| builder.episode.act(it).agent);
        let elsewhere = act.is_none() || (agent.is_some() && by != agent);
        let label = Label {
            judge: text::clean(&credit.algorithm),
            annotator: annotator.clone(),
            agent: if item.agent.is_some() { agent } else { by },
            agent_text: match (&item.agent, by) {
                (Some(name), _) => text::clean(name),
                (None, Some(agent)) => builder.episode.agent(agent).name.clone(),
                (None, None) => "nobody".to_owned(),
            },
            act,
            act_text: item.of.as_deref().filter(|_| elsewhere).map(text::clean),
            label: item.label.as_deref().map_or(String::new(), text::clean),
            reason: item.reason.as_deref().map(|it| text::clean_block(it).join(" ")),
            origin,
        };
        // Who judges the same again has thought better of it.
        let is_again = |it: &Label| {
            it.annotator.is_some()
                && it.annotator == label.annotator
                && it.judge == label.judge
                && (it.act, &it.act_text, &it.agent_text) == (label.act, &label.act_text, &label.agent_text)
        };
        builder.episode.labels.retain(|it| !is_again(it));
        builder.episode.labels.push(label);
        if let (Some(act), Some(agent), true) = (act, agent, by != agent) {
            let act = builder.episode.act(act);
            let message = format!(
                "the judgement names {} at {}, but {} acts there",
                builder.episode.agent(agent).name,
                act.id,
                builder.episode.agent(act.agent).name
            );
            builder.find(rule::LABEL_ELSEWHERE, origin, message);
        }
    }
}

fn declared(
    builder: &mut Builder,
    record: &Record,
    credit: &Credit,
    origin: Origin,
) -> Option<DeclaredCredit> {
    let mut items = Vec::new();
    for (name, value) in &credit.agents {
        let agent = builder.agents.get(name).copied();
        items.push(CreditItem {
            agent,
            act: None,
            unknown: agent.is_none().then(|| text::clean(name)),
            value: Some(*value).filter(|it| it.is_finite()),
            baseline: None,
            std: None,
            interval: None,
            level: None,
            n: None,
            origin,
        });
    }
    for item in
        credit.items.iter().filter(|it| it.value.is_some() || (it.label.is_none() && it.reason.is_none()))
    {
        let act = item.of.as_deref().and_then(|it| builder.acts.get(it).copied());
        let named = item.agent.as_deref().and_then(|it| builder.agents.get(it).copied());
        let missing_act = item.of.as_deref().filter(|_| act.is_none());
        let missing_agent = item.agent.as_deref().filter(|_| named.is_none());
        items.push(CreditItem {
            agent: named.or(act.map(|it| builder.episode.act(it).agent)),
            act,
            unknown: missing_act.or(missing_agent).map(text::clean),
            value: item.value.filter(|it| it.is_finite()),
            baseline: item.baseline,
            std: item.std,
            interval: item.ci,
            level: item.level,
            n: item.n,
            origin,
        });
    }
    for item in items.iter().filter(|it| it.unknown.is_some()) {
        let name = item.unknown.as_deref().unwrap_or_default();
        let message = format!("credit of '{name}', which is not in this episode");
        builder.find(rule::CREDIT_OF_UNKNOWN, origin, message);
    }
    if items.is_empty() {
        return None;
    }
    Some(DeclaredCredit {
        id: record.id.as_deref().map(text::clean),
        algorithm: text::clean(&credit.algorithm),
        params: credit
            .params
            .iter()
            .map(|(name, value)| (text::clean(name), text::clean(value.json())))
            .collect(),
        reward: credit.reward.as_deref().map(text::clean),
        items,
        confidence: credit.confidence,
        units: credit.units.as_deref().map(text::clean),
        origin,
    })
}
