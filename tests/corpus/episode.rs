//! A whole log, any bytes: indexed, assembled to episodes, checked by every rule, drawn as a graph.

use creditscope::{
    check,
    graph::{self, Charset, Direction, Options, View, Weight},
    model::{ActId, AgentId, Diagnostic, Episode, EpisodeId, LogSummary, Severity},
    runtime::validate,
    store::Pass,
};

use super::{logs::read, safe};

/// Episodes of one log that are looked at.
const EPISODES: usize = 3;

/// Reads `log` by headers and in full, and looks at what came of it.
pub fn run(log: &[u8]) {
    let (by_headers, mut scanned) = read(log, Pass::Headers);
    let (in_full, logs) = read(log, Pass::Everything);
    agree(&by_headers, &in_full);
    validate(&mut scanned);
    same_findings(&scanned.store.summary(), &in_full);
    for finding in in_full.diagnostics.iter() {
        safe::line(&finding.message);
    }
    for summary in in_full.episodes.iter() {
        safe::line(&summary.name);
        safe::line(summary.label.as_deref().unwrap_or_default());
    }
    for id in (0..in_full.episodes.len().min(EPISODES)).map(EpisodeId::from_index) {
        let Ok(episode) = logs.store.episode(id) else { continue };
        sound(&episode);
        shown(&episode);
        told(&check::check(&episode));
        told(&episode.diagnostics);
        drawn(&episode);
        for act in episode.acts.iter().take(4) {
            let record = logs.store.record(act.origin).expect("what was read can be read again");
            for (name, lines) in &record.fields {
                safe::line(name);
                lines.iter().for_each(|it| safe::line(it));
            }
        }
    }
}

/// Reading lines in full after the index gives what reading them in full at once gives.
fn same_findings(behind: &LogSummary, at_once: &LogSummary) {
    assert_eq!((behind.records, behind.bad_lines), (at_once.records, at_once.bad_lines));
    assert_eq!(behind.more_diagnostics, at_once.more_diagnostics);
    let told = |log: &LogSummary| {
        let place = |it: &Diagnostic| it.origin.map(|it| (it.line, it.offset));
        let all = log.diagnostics.iter().map(|it| (place(it), it.rule, it.message.clone()));
        let mut all: Vec<_> = all.collect();
        all.sort();
        all
    };
    if at_once.more_diagnostics == 0 {
        assert_eq!(told(behind), told(at_once));
    }
}

/// The headers say what the records say, if no line is lost.
fn agree(by_headers: &LogSummary, in_full: &LogSummary) {
    let lost = in_full.more_diagnostics > 0
        || in_full.diagnostics.iter().any(|it| it.severity == Severity::Error)
        || by_headers.bad_lines > 0;
    if !lost {
        assert_eq!(by_headers.records, in_full.records);
        assert_eq!(by_headers.episodes, in_full.episodes);
    }
}

/// Everything that an id may point to exists, and whatever claims to be sorted is sorted.
pub fn sound(episode: &Episode) {
    let (agents, acts) = (episode.agents.len(), episode.acts.len());
    let all_agents = |ids: &[AgentId]| ids.iter().all(|it| it.index() < agents);
    let all_acts = |ids: &[ActId]| ids.iter().all(|it| it.index() < acts);
    assert!(episode.acts.iter().all(|it| it.agent.index() < agents && all_agents(&it.to)));
    assert!(episode.acts.iter().filter_map(|it| it.time).is_sorted());
    assert!(episode.rewards.iter().all(|it| all_acts(&it.of)));
    assert!(episode.states.iter().all(|it| all_acts(&it.after)));
    assert!(
        episode.tables.iter().is_sorted_by(|a, b| a.act < b.act)
            && episode.tables.iter().all(|it| it.act.index() < acts)
    );
    for table in &episode.coalitions {
        assert!(table.players.is_sorted_by(|a, b| a < b) && all_agents(&table.players));
        assert!(table.values.iter().all(|it| it.agents.iter().is_sorted_by(|a, b| a < b)));
    }
    for group in &episode.replays {
        assert!(group.candidates.is_sorted_by(|a, b| a.j < b.j));
    }
    acyclic(episode);
}

fn acyclic(episode: &Episode) {
    // Taking away acts without parents again and again leaves nothing of an acyclic graph.
    let mut waiting: Vec<usize> = episode.act_ids().map(|it| episode.links.parents(it).len()).collect();
    let mut free: Vec<ActId> = episode.act_ids().filter(|it| waiting[it.index()] == 0).collect();
    let mut gone = 0;
    while let Some(act) = free.pop() {
        gone += 1;
        for child in episode.links.children(act) {
            waiting[child.act.index()] -= 1;
            if waiting[child.act.index()] == 0 {
                free.push(child.act);
            }
        }
    }
    assert_eq!(gone, episode.acts.len(), "the links hold a cycle");
}

/// Every text of an episode can be shown as it is.
fn shown(episode: &Episode) {
    let optional = [
        &episode.run,
        &episode.environment,
        &episode.algorithm,
        &episode.reward_unit,
        &episode.task,
        &episode.trace_id,
        &episode.group,
        &episode.seed,
    ];
    optional.into_iter().flatten().for_each(|it| safe::line(it));
    safe::line(&episode.name);
    for agent in &episode.agents {
        safe::line(&agent.name);
        [&agent.role, &agent.team, &agent.model, &agent.policy]
            .into_iter()
            .flatten()
            .for_each(|it| safe::line(it));
    }
    for act in &episode.acts {
        [&act.id, &act.category, &act.label, &act.result].into_iter().for_each(|it| safe::line(it));
        [&act.error, &act.default_action].into_iter().flatten().for_each(|it| safe::line(it));
        if let Some(policy) = &act.policy {
            policy.probs.iter().chain(&policy.q).for_each(|it| safe::line(&it.0));
        }
    }
    for item in &episode.declared {
        safe::line(&item.algorithm);
        item.items.iter().filter_map(|it| it.unknown.as_deref()).for_each(safe::line);
        item.params.iter().for_each(|it| {
            safe::line(&it.0);
            safe::line(&it.1);
        });
    }
    for label in &episode.labels {
        [&label.judge, &label.agent_text, &label.label].into_iter().for_each(|it| safe::line(it));
        [&label.act_text, &label.reason].into_iter().flatten().for_each(|it| safe::line(it));
    }
    episode.states.iter().for_each(|it| safe::line(&it.label));
    episode.metrics.iter().for_each(|it| safe::line(&it.name));
    for group in &episode.replays {
        safe::line(&group.name);
        for candidate in &group.candidates {
            safe::line(&candidate.label);
            candidate.next.iter().for_each(|it| safe::line(it));
        }
    }
    for table in &episode.tables {
        table.alternatives.iter().for_each(|it| safe::line(&it.label));
    }
    episode.coalitions.iter().for_each(|it| safe::line(&it.name));
}

fn told(findings: &[Diagnostic]) {
    findings.iter().for_each(|it| safe::line(&it.message));
}

/// The graph in every view, at sizes from nothing to a wide pane.
fn drawn(episode: &Episode) {
    let interactions = graph::build(episode, None);
    let metrics = graph::metrics(episode, &interactions);
    assert_eq!(
        metrics,
        graph::metrics(episode, &graph::build(episode, None)),
        "it depends on something else"
    );
    let labels: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
    for agent in episode.agent_ids() {
        for weight in [Weight::Messages, Weight::Tokens, Weight::CreditFlow, Weight::Latency] {
            interactions.total(agent, Direction::Outgoing, weight);
        }
    }
    let groups = graph::groups(episode, &interactions);
    for (width, height) in [(0, 0), (1, 1), (78, 20), (158, 40)] {
        for charset in [Charset::Ascii, Charset::Unicode] {
            let groups = groups.as_ref();
            let options = Options { labels: &labels, charset, width, height, groups, ..Options::default() };
            graph::choose(&interactions, &options);
            for view in View::all(groups.is_some()) {
                safe::block(&graph::draw(view, &interactions, &options).1.text());
            }
        }
    }
}
