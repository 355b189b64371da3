//! The agents of an episode: roster first, then by first use.

use std::collections::{BTreeMap, HashSet};

use super::Builder;
use crate::{
    log::{Body, Record, RosterAgent, Run},
    model::{Agent, AgentId, DeclaredEdge, Origin, rule},
    text,
};

/// Adds every agent that any record names, and the declared edges between them.
pub(super) fn add(builder: &mut Builder, run: Option<&Run>, records: &[(Box<Record>, Origin)]) {
    let starts = || {
        records.iter().filter_map(|(record, _)| match &record.body {
            Body::EpisodeStart(start) => Some(start),
            _ => None,
        })
    };
    for (record, origin) in records {
        if let Body::EpisodeStart(start) = &record.body {
            shared_ids(builder, &start.agents, *origin);
            start.agents.iter().for_each(|it| roster(builder, it));
        }
    }
    if starts().all(|it| it.agents.is_empty()) {
        let agents = run.map_or(&[][..], |it| &it.agents);
        agents.iter().for_each(|it| roster(builder, it));
        if let Some((_, origin)) = records.first() {
            shared_ids(builder, agents, *origin);
        }
    }
    builder.strangers = strangers(builder, records);
    for (record, _) in records {
        for name in named(record) {
            used(builder, name);
        }
        for name in members(record) {
            if !builder.strangers.contains(name) {
                used(builder, name);
            }
        }
    }
    tell_apart(builder);
    for edge in starts().flat_map(|it| &it.edges) {
        let (from, to) = (used(builder, &edge.from), used(builder, &edge.to));
        builder.episode.edges.push(DeclaredEdge {
            from,
            to,
            kind: edge.kind.as_deref().map(text::clean),
            weight: edge.weight,
        });
    }
}

/// The agents that a record names, but for those of coalitions.
fn named(record: &Record) -> Vec<&str> {
    match &record.body {
        Body::Message(message) => {
            let to = message.to.iter().filter(|it| *it != "*");
            std::iter::once(&message.from).chain(to).map(String::as_str).collect()
        }
        Body::Counterfactual(it) => it.agent.iter().map(String::as_str).collect(),
        Body::EpisodeEnd(end) => end.rewards.iter().map(|it| it.agent.as_str()).collect(),
        _ => record.agent().into_iter().collect(),
    }
}

/// The agents that the coalitions of a record name, and those that earn something in an alternative.
fn members(record: &Record) -> impl Iterator<Item = &str> {
    let it = match &record.body {
        Body::Counterfactual(it) => Some(it),
        _ => None,
    };
    it.into_iter().flat_map(|it| {
        let own = it.candidates.iter().flat_map(|it| &it.rewards);
        let own = own.chain(it.coalitions.iter().flat_map(|it| it.rewards));
        it.coalitions.names().chain(own.map(|it| it.agent.as_str()))
    })
}

/// The names in coalitions that are nobody's: see [`super::strangers`].
fn strangers(builder: &Builder, records: &[(Box<Record>, Origin)]) -> HashSet<String> {
    if !records.iter().any(|it| members(&it.0).next().is_some()) {
        return HashSet::new();
    }
    let mut agents: HashSet<&str> = builder.agents.keys().map(String::as_str).collect();
    agents.extend(records.iter().flat_map(|it| named(&it.0)));
    for (record, _) in records {
        if let Body::EpisodeStart(start) = &record.body {
            agents.extend(start.edges.iter().flat_map(|it| [it.from.as_str(), it.to.as_str()]));
        }
    }
    super::strangers::strangers(records, |it| agents.contains(it))
}

/// Spells the joiners of names that would be shown alike without them.
fn tell_apart(builder: &mut Builder) {
    let mut shown: BTreeMap<&str, u32> = BTreeMap::new();
    builder.episode.agents.iter().for_each(|it| *shown.entry(&it.name).or_default() += 1);
    let alike = |name: &str| shown.get(name).is_some_and(|it| *it > 1);
    let spelled: Vec<(AgentId, String)> = builder
        .agents
        .iter()
        .filter(|(raw, id)| raw.contains(JOINERS) && alike(&builder.episode.agent(**id).name))
        .map(|(raw, id)| (*id, text::clean(&raw.replace(JOINERS, JOINER))))
        .collect();
    for (id, name) in spelled {
        builder.episode.agents[id.index()].name = name;
    }
}

/// The zero-width joiner, and selectors of text or picture.
const JOINERS: [char; 3] = ['\u{200d}', '\u{fe0e}', '\u{fe0f}'];
/// How one is spelled.
const JOINER: &str = "<ZW>";

/// Lists ids that several entries of one roster share.
fn shared_ids(builder: &mut Builder, agents: &[RosterAgent], origin: Origin) {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    agents.iter().for_each(|it| *counts.entry(&it.id).or_default() += 1);
    for (id, count) in counts.into_iter().filter(|it| it.1 > 1) {
        let message = format!(
            "{count} entries of the roster share the id '{}': their credit cannot be told apart; give each its own",
            text::clean(id)
        );
        builder.find(rule::SHARED_ROSTER_ID, origin, message);
    }
}

fn roster(builder: &mut Builder, agent: &RosterAgent) {
    let clean = |text: &Option<String>| text.as_deref().map(text::clean);
    let id = used(builder, &agent.id);
    builder.episode.agents[id.index()] = Agent {
        name: text::clean(&agent.id),
        role: clean(&agent.role),
        team: clean(&agent.team),
        model: clean(&agent.model),
        policy: clean(&agent.policy),
        in_roster: true,
    };
}

fn used(builder: &mut Builder, name: &str) -> AgentId {
    if let Some(id) = builder.agents.get(name) {
        return *id;
    }
    let id = AgentId::from_index(builder.episode.agents.len());
    builder.agents.insert(name.to_owned(), id);
    builder.episode.agents.push(Agent { name: text::clean(name), ..Agent::default() });
    id
}
