//! Whether the acts of an episode are what one team did once: two jobs in one stream, copies of another
//! agent's acts, parts that no link joins.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Act, ActId, ActKind, AgentId, Episode, LinkKind, Timestamp, UnlinkedParts, rule};

use super::finding::{Check, Finding, quoted};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::SHARED_STREAM, run: shared_stream },
    Check { rule: rule::COPIED_ACTS, run: copied },
    Check { rule: rule::UNLINKED_PARTS, run: unlinked },
];

/// At fewer steps doing a thing twice may be meant.
const STEPS: usize = 2;
/// Fewer equal acts at one instant may be chance.
const COPIES: usize = 2;
/// How many names a message lists.
const NAMED: usize = 4;

/// The acts of one agent at one step, as what they say.
type Step<'a> = Vec<(ActId, &'a Act)>;

pub(super) fn shared_stream(episode: &Episode) -> Vec<Finding> {
    let mut steps: BTreeMap<AgentId, BTreeMap<i64, Step<'_>>> = BTreeMap::new();
    for (id, act) in episode.act_ids().zip(episode.acts.iter()).filter(|it| it.1.kind == ActKind::Action) {
        if let Some(step) = act.step {
            steps.entry(act.agent).or_default().entry(step).or_default().push((id, act));
        }
    }
    let mut findings = Vec::new();
    for (agent, steps) in &steps {
        let doubled: Vec<(i64, ActId, usize)> = steps
            .iter()
            .filter_map(|(step, acts)| again(episode, acts).map(|(id, n)| (*step, id, n)))
            .collect();
        // Some steps at which an agent acts twice are its way to act; two jobs do so at half of them at least.
        let Some((_, first, _)) =
            doubled.first().filter(|_| doubled.len() >= STEPS.max(steps.len().div_ceil(2)))
        else {
            continue;
        };
        let times = match doubled.iter().map(|it| it.2).max().unwrap_or(0) {
            2 => "twice".to_owned(),
            more => format!("up to {more} times"),
        };
        let shown: Vec<String> = doubled.iter().take(NAMED).map(|it| it.0.to_string()).collect();
        let more = if doubled.len() > NAMED { ", ..." } else { "" };
        let message = format!(
            "'{}' acts {times} at steps {}{more}, and does the same: two jobs share this stream; give each its own episode",
            episode.agent(*agent).name,
            shown.join(", ")
        );
        findings.push(Finding::at(episode.act(*first).origin, message));
    }
    findings
}

/// The first act that does what another of the same step did without following from it, and how many do so.
fn again(episode: &Episode, acts: &Step<'_>) -> Option<(ActId, usize)> {
    let mut same: HashMap<(&str, &str), (usize, Option<ActId>)> = HashMap::new();
    for (id, act) in acts {
        let links = episode.links.parents(*id);
        if links.iter().any(|link| link.kind == LinkKind::Logged && acts.iter().any(|it| it.0 == link.act)) {
            continue;
        }
        let (count, second) = same.entry((&act.label, &act.category)).or_default();
        *count += 1;
        if *count == 2 {
            *second = Some(*id);
        }
    }
    let doubled = same.into_values().filter_map(|(count, second)| Some((second?, count)));
    doubled.min_by_key(|it| it.0)
}

/// What an act says, whoever does it.
type Content<'a> = (ActKind, &'a str, &'a str, &'a str);

fn content(act: &Act) -> Option<Content<'_>> {
    (!act.label.is_empty()).then_some((
        act.kind,
        act.label.as_str(),
        act.category.as_str(),
        act.result.as_str(),
    ))
}

pub(super) fn copied(episode: &Episode) -> Vec<Finding> {
    // Acts of one agent at one instant.
    let mut instants: HashMap<(AgentId, Timestamp), Vec<ActId>> = HashMap::new();
    for (id, act) in episode.act_ids().zip(episode.acts.iter()) {
        if let Some(time) = act.time {
            instants.entry((act.agent, time)).or_default().push(id);
        }
    }
    instants.retain(|_, acts| acts.len() >= COPIES);
    if instants.is_empty() {
        return Vec::new();
    }
    let mut first: HashMap<Content<'_>, ActId> = HashMap::new();
    for (id, act) in episode.act_ids().zip(episode.acts.iter()) {
        if let Some(content) = content(act) {
            first.entry(content).or_insert(id);
        }
    }
    // By whose acts they are: the copies, and who has them.
    let mut copies: BTreeMap<AgentId, (Vec<ActId>, BTreeSet<AgentId>)> = BTreeMap::new();
    for ((agent, time), acts) in &instants {
        let of: Vec<(AgentId, ActId)> = acts
            .iter()
            .filter_map(|id| {
                let original = episode.act(*first.get(&content(episode.act(*id))?)?);
                let is_copy = original.agent != *agent && original.time.is_some_and(|it| it < *time);
                is_copy.then_some((original.agent, *id))
            })
            .collect();
        if of.len() >= COPIES && of.len() * 2 >= acts.len() {
            for (original, id) in of {
                let known = copies.entry(original).or_default();
                known.0.push(id);
                known.1.insert(*agent);
            }
        }
    }
    let copied: HashSet<ActId> = copies.values().flat_map(|it| &it.0).copied().collect();
    let tokens = |of: Option<AgentId>| -> u64 {
        let own = episode.act_ids().filter(|it| !copied.contains(it)).map(|it| episode.act(it));
        let own = own.filter(|it| of.is_none_or(|of| it.agent == of));
        own.filter_map(|it| it.usage.tokens()).sum()
    };
    let mut findings = Vec::new();
    for (original, (acts, by)) in copies {
        let Some(first) = acts.iter().min().filter(|_| acts.len() >= COPIES) else { continue };
        let names: Vec<&str> = by.iter().map(|it| episode.agent(*it).name.as_str()).collect();
        let name = &episode.agent(original).name;
        let share = match tokens(None) {
            0 => String::new(),
            all => {
                let share = tokens(Some(original)) as f64 / all as f64;
                format!("; without them {:.0}% of the tokens are those of '{name}'", share * 100.0)
            }
        };
        let message = format!(
            "{} acts of {} repeat acts of '{name}' at one instant: they are copies, and count twice{share}",
            acts.len(),
            quoted(names.iter().copied(), NAMED),
        );
        findings.push(Finding::at(episode.act(*first).origin, message));
    }
    findings
}

pub(super) fn unlinked(episode: &Episode) -> Vec<Finding> {
    let Some(found) = UnlinkedParts::of(episode) else { return Vec::new() };
    let message = format!(
        "{} parts of episode '{}' are not linked (trace ids {}): blame cannot cross from one to another; log a link",
        found.traces.len(),
        episode.name,
        quoted(found.traces.iter().map(String::as_str), NAMED)
    );
    vec![Finding::at(episode.act(found.second).origin, message)]
}

#[cfg(test)]
mod tests {
    use super::super::sample::{act, check, seconds};
    use crate::model::{Act, Episode, draft::Draft};

    /// Acts of agents at steps, each as what it says.
    fn stepped(acts: &[(u32, i64, &str)]) -> Episode {
        let mut draft = Draft::team(&["quick", "slow"]);
        for (at, (agent, step, label)) in acts.iter().enumerate() {
            let id = format!("t{at}");
            let label = (*label).to_owned();
            draft = draft.given(Act { step: Some(*step), label, ..act(&id, *agent, at as u32) }, &[]);
        }
        draft.episode()
    }

    #[test]
    fn two_jobs_in_one_stream() {
        let jobs = [(0, 0, "x"), (1, 0, "x"), (0, 0, "x"), (0, 1, "y"), (1, 1, "y"), (0, 1, "y")];
        check("shared-stream", &stepped(&jobs), &["'quick' acts twice at steps 0, 1, and does the same"]);
        // Once, or two different things at a step.
        check("shared-stream", &stepped(&jobs[..5]), &[]);
        let tools = [(0, 0, "ask"), (0, 0, "read"), (0, 1, "ask"), (0, 1, "read")];
        check("shared-stream", &stepped(&tools), &[]);
        // At two of five steps.
        let some = [(0, 0, "x"), (0, 0, "x"), (0, 1, "x"), (0, 1, "x"), (0, 2, ""), (0, 3, ""), (0, 4, "")];
        check("shared-stream", &stepped(&some), &[]);
    }

    #[test]
    fn copies_of_another_agents_acts() {
        let own = |id: &str, agent, at, label: &str| Act { label: label.to_owned(), ..act(id, agent, at) };
        let draft = || Draft::team(&["main", "scout"]).given(own("m1", 0, 1, "edit 1"), &[]);
        let copied = draft()
            .given(own("m2", 0, 2, "edit 2"), &[0])
            .given(own("s1", 1, 5, "edit 1"), &[])
            .given(own("s2", 1, 5, "edit 2"), &[])
            .given(own("s3", 1, 7, "grep"), &[]);
        check("copied-acts", &copied.clone().episode(), &["2 acts of 'scout' repeat acts of 'main' at one"]);
        // Without the copies 30 of 40 tokens are those of main.
        let mut episode = copied.clone().episode();
        for (act, tokens) in [(0, 10), (1, 20), (2, 10), (3, 20), (4, 10)] {
            episode.acts[act].usage.input = Some(tokens);
        }
        check("copied-acts", &episode, &["count twice; without them 75% of the tokens are those of 'main'"]);
        // At times of their own, or only one of many.
        let mut episode = copied.episode();
        episode.acts[3].time = seconds(6.0);
        check("copied-acts", &episode, &[]);
        let one = draft().given(own("s1", 1, 5, "edit 1"), &[]).given(own("s2", 1, 5, "look"), &[]);
        check("copied-acts", &one.episode(), &[]);
    }

    #[test]
    fn parts_without_a_link() {
        let traced = |id: &str, trace: &str| Act { trace: Some(trace.into()), ..act(id, 0, 1) };
        let draft = || Draft::team(&["boss", "worker"]).given(traced("b1", "aa"), &[]);
        let apart = draft().given(traced("w1", "bb"), &[]).given(traced("b2", "aa"), &[]);
        check(
            "unlinked-parts",
            &apart.episode(),
            &["2 parts of episode '' are not linked (trace ids 'aa', 'bb')"],
        );
        let linked = draft().given(traced("w1", "bb"), &[0]);
        check("unlinked-parts", &linked.episode(), &[]);
        check("unlinked-parts", &draft().given(traced("b2", "aa"), &[]).episode(), &[]);
    }
}
