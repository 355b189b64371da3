//! How a team goes about it: in circles, again and again, with a context that swells or is cut, past errors, to an answer that
//! rests on nothing. Notes on what acts cost; none of them says that an agent is to blame.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Act, ActId, ActKind, AgentId, Clue, Clues, Episode, Loop, Spent, rule, sentence};

use super::finding::{Check, Finding, quoted};

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[
    Check { rule: rule::LOOP, run: looped },
    Check { rule: rule::REPEATED_ACT, run: repeated },
    Check { rule: rule::CONTEXT_GROWTH, run: growth },
    Check { rule: rule::CONTEXT_CUT, run: cut },
    Check { rule: rule::ERROR_IGNORED, run: ignored },
    Check { rule: rule::UNSUPPORTED_ANSWER, run: unsupported },
];

/// Doing a thing twice may be meant.
const TIMES: usize = 3;
/// How many times as long the input gets, the tokens it then has, and the acts that show it.
const GROWS: (u64, u64, usize) = (8, 20_000, 5);
/// Input that falls to less than this part of at least so many tokens was cut.
const CUT: (u64, u64) = (2, 20_000);
/// Acts after an error in which it may be taken up.
const AFTER: usize = 3;
/// How many names and values a message lists.
const NAMED: usize = 3;

pub(super) fn looped(episode: &Episode) -> Vec<Finding> {
    let found = Loop::longest(episode).into_iter();
    found.map(|it| Finding::at(episode.act(it.after).origin, it.words(episode))).collect()
}

/// Kind, label and result of an act.
type Deed<'a> = (&'a str, &'a str, &'a str);

/// What one agent does with the same outcome each time: words, or a call with its result.
pub(super) fn repeated(episode: &Episode) -> Vec<Finding> {
    let known = Loop::longest(episode);
    let in_loop = |it: ActId| known.as_ref().is_some_and(|found| found.after <= it && it <= found.last);
    let mut same: BTreeMap<AgentId, HashMap<Deed<'_>, Vec<ActId>>> = BTreeMap::new();
    for (id, act) in episode.act_ids().zip(episode.acts.iter()).filter(|it| !in_loop(it.0)) {
        // A call without a result may do something each time; a sentence does not. What is sent belongs to the act that
        // sends it: a policy may choose the same signal again.
        if (act.kind == ActKind::Action && sentence(act).is_some()) || is_call(act) {
            let key = (act.category.as_str(), act.label.as_str(), act.result.as_str());
            same.entry(act.agent).or_default().entry(key).or_default().push(id);
        }
    }
    let mut findings: Vec<(ActId, Finding)> = Vec::new();
    for (agent, same) in same {
        for acts in same.into_values().filter(|it| it.len() >= TIMES) {
            let again = Spent::of(acts[1..].iter().map(|it| episode.act(*it))).words();
            let again = if again.is_empty() { again } else { format!("; again: {again}") };
            let ids = quoted(acts.iter().map(|it| episode.act(*it).id.as_str()), NAMED);
            let what = if episode.act(acts[0]).result.is_empty() { "" } else { ", with the same result" };
            let name = &episode.agent(agent).name;
            let message = format!("'{name}' does the same {} times{what} ({ids}){again}", acts.len());
            findings.push((acts[1], Finding::at(episode.act(acts[1]).origin, message)));
        }
    }
    findings.sort_by_key(|it| it.0);
    findings.into_iter().map(|it| it.1).collect()
}

/// Whether it is a call of a tool whose result is logged.
fn is_call(act: &Act) -> bool {
    act.category == "tool" && !act.result.is_empty() && act.label.len() > 2
}

/// The acts of each agent with the tokens that went in.
fn inputs(episode: &Episode) -> BTreeMap<AgentId, Vec<(&Act, u64)>> {
    let mut inputs: BTreeMap<AgentId, Vec<(&Act, u64)>> = BTreeMap::new();
    for act in &episode.acts {
        if let Some(input) = act.usage.input.filter(|it| *it > 0) {
            inputs.entry(act.agent).or_default().push((act, input));
        }
    }
    inputs
}

pub(super) fn growth(episode: &Episode) -> Vec<Finding> {
    let (times, tokens, acts) = GROWS;
    let mut findings = Vec::new();
    for (agent, inputs) in inputs(episode) {
        let Some((first, least)) = inputs.first() else { continue };
        let Some((most_at, (act, most))) = inputs.iter().enumerate().max_by_key(|it| (it.1.1, it.0)) else {
            continue;
        };
        if most_at + 1 < acts || *most < tokens || *most < least * times {
            continue;
        }
        let all: u64 = inputs.iter().map(|it| it.1).sum();
        let message = format!(
            "the input of '{}' grows from {least} tokens at '{}' to {most} at '{}': {all} over {} acts, most of it sent before",
            episode.agent(agent).name,
            first.id,
            act.id,
            inputs.len()
        );
        findings.push(Finding::at(act.origin, message));
    }
    findings
}

pub(super) fn cut(episode: &Episode) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (agent, inputs) in inputs(episode) {
        for pair in inputs.windows(2) {
            let [(_, before), (act, after)] = pair else { continue };
            if *before >= CUT.1 && after * CUT.0 < *before {
                let message = format!(
                    "the input of '{}' falls from {before} tokens to {after} at '{}': its context was compacted or cut, and \
                     what stood there before may be lost to it",
                    episode.agent(agent).name,
                    act.id
                );
                findings.push(Finding::at(act.origin, message));
            }
        }
    }
    findings
}

/// Errors of tools of which no later act speaks, and after which the same did not go well either.
pub(super) fn ignored(episode: &Episode) -> Vec<Finding> {
    let Some(clues) = episode.clues.as_deref() else { return Vec::new() };
    let mut findings = Vec::new();
    for (at, row) in clues.rows.iter().enumerate() {
        let Some(error) = row.error.as_deref() else { continue };
        let rest = &clues.rows[at + 1..];
        let caller = |it: &Clue| episode.act(it.act).agent;
        let is_repaired =
            rest.iter().any(|it| it.is_result && it.error.is_none() && caller(it) == caller(row));
        let mut deeds = rest.iter().filter(|it| !it.is_result && !it.is_routing).take(AFTER).peekable();
        if is_repaired || deeds.peek().is_none() || deeds.any(|it| it.speaks_of_error) {
            continue;
        }
        let act = episode.act(row.act);
        let message =
            format!("'{}' ends with an error (\"{error}\") that no act after it takes up or repairs", act.id);
        findings.push(Finding::at(act.origin, message));
    }
    findings
}

/// A last word whose values came up nowhere before it.
pub(super) fn unsupported(episode: &Episode) -> Vec<Finding> {
    let Some(clues) = episode.clues.as_deref() else { return Vec::new() };
    let Some((at, last)) = clues.rows.iter().enumerate().rfind(|it| is_answer(it.1)) else {
        return Vec::new();
    };
    let known = known_before(clues, at);
    let task = episode.task.as_deref().unwrap_or_default();
    let values = last.values.iter().filter_map(|it| clues.values.get(*it as usize)).map(AsRef::as_ref);
    // A digit may be the number of a step, and a name that of an agent.
    let is_name = |value: &str| episode.agents.iter().any(|it| it.name.replace('_', " ").contains(value));
    let values: Vec<&str> = values.filter(|it| it.len() > 1 && !task.contains(it) && !is_name(it)).collect();
    let plain = |it: &str| it.replace(',', "");
    let was_said = |value: &&str| clues.values[..known as usize].iter().any(|it| plain(it) == plain(value));
    if values.is_empty() || known == 0 || values.iter().any(was_said) {
        return Vec::new();
    }
    let act = episode.act(last.act);
    let (verb, them) = if values.len() == 1 { ("stands", "it is") } else { ("stand", "they are") };
    let message = format!(
        "the answer at '{}' rests on nothing logged: {} {verb} in no act or result before it; {them} worked out in the head, \
         or made up",
        act.id,
        quoted(values.iter().copied(), NAMED)
    );
    vec![Finding::at(act.origin, message)]
}

fn is_answer(it: &Clue) -> bool {
    !it.is_result && !it.is_routing && !it.values.is_empty()
}

/// Values that had come up before a row have lower places.
fn known_before(clues: &Clues, at: usize) -> u32 {
    let before = clues.rows[..at].iter().flat_map(|it| &it.values).map(|it| it + 1).max().unwrap_or(0);
    before.min(clues.values.len() as u32)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::sample::{act, check};
    use crate::model::{Act, Clue, Clues, Episode, Usage, draft::Draft};

    fn acts(acts: impl IntoIterator<Item = Act>) -> Episode {
        let draft = Draft::team(&["dev", "shell"]);
        acts.into_iter().fold(draft, |draft, act| draft.given(act, &[])).episode()
    }

    fn call(at: u32, label: &str, result: &str) -> Act {
        let (label, result, category) = (label.to_owned(), result.to_owned(), "tool".to_owned());
        let usage = Usage { input: Some(100), ..Usage::default() };
        Act { label, result, category, usage, ..act(&format!("a{at}"), 0, at) }
    }

    #[test]
    fn the_same_call_with_the_same_result() {
        let same = |it: u32| call(it, r#"{"path":"x"}"#, "no such file");
        let told =
            ["'dev' does the same 3 times, with the same result ('a0', 'a2', 'a3'); again: 200 tokens"];
        check("repeated-act", &acts([same(0), call(1, r#"{"path":"y"}"#, "ok"), same(2), same(3)]), &told);
        check("repeated-act", &acts([same(0), same(1)]), &[]);
        let polled = (0..5).map(|it| call(it, r#"{"path":"x"}"#, &format!("{it} of 5 done")));
        check("repeated-act", &acts(polled), &[]);
    }

    fn inputs(of: &[u64]) -> Episode {
        let one = |(at, input): (usize, &u64)| Act {
            usage: Usage { input: Some(*input), ..Usage::default() },
            ..act(&format!("a{at}"), 0, at as u32)
        };
        acts(of.iter().enumerate().map(one))
    }

    #[test]
    fn a_context_that_swells_and_one_that_is_cut() {
        let grows = [1_000, 9_000, 20_000, 30_000, 40_000];
        check(
            "context-growth",
            &inputs(&grows),
            &["from 1000 tokens at 'a0' to 40000 at 'a4': 100000 over 5 acts"],
        );
        check("context-cut", &inputs(&grows), &[]);
        check("context-growth", &inputs(&[6_000, 9_000, 20_000, 30_000, 40_000]), &[]);
        check(
            "context-cut",
            &inputs(&[60_000, 70_000, 30_000, 31_000]),
            &["from 70000 tokens to 30000 at 'a2'"],
        );
        check(
            "context-cut",
            &inputs(&[60_000, 70_000, 36_000, 1_000, 19_000, 200]),
            &["tokens to 1000 at 'a3'"],
        );
    }

    /// A row: whether it is a result, its values, its error, whether it speaks of one.
    type Told<'a> = (bool, &'a [u32], Option<&'a str>, bool);

    /// Rows of one act each.
    fn told(rows: &[Told<'_>]) -> Episode {
        let mut episode = acts((0..rows.len()).map(|at| {
            let agent = u32::from(rows[at].0);
            act(&format!("a{at}"), agent, at as u32)
        }));
        let row = |(at, it): (usize, &Told<'_>)| Clue {
            act: crate::model::ActId::from_index(at),
            is_result: it.0,
            values: it.1.to_vec(),
            error: it.2.map(Into::into),
            speaks_of_error: it.3,
            ..Clue::default()
        };
        let rows = rows.iter().enumerate().map(row).collect();
        let values = ["2030", "41.2", "Lyon Depot"].map(Into::into).to_vec();
        episode.clues = Some(Arc::new(Clues { values, rows }));
        episode
    }

    #[test]
    fn errors_that_nobody_takes_up() {
        let run = (false, &[][..], None, false);
        let fails = (true, &[][..], Some("exitcode: 1"), false);
        let message = ["'a1' ends with an error (\"exitcode: 1\") that no act after it takes up or repairs"];
        check("error-ignored", &told(&[run, fails, run]), &message);
        check("error-ignored", &told(&[run, fails, run, run, (false, &[], None, true)]), &[]);
        check("error-ignored", &told(&[run, fails, run, (true, &[], None, false)]), &[]);
        check("error-ignored", &told(&[run, fails]), &[]);
    }

    fn end(values: &[u32]) -> Told<'_> {
        (false, values, None, false)
    }

    #[test]
    fn an_answer_that_rests_on_nothing() {
        let found = (true, &[0][..], None, false);
        check(
            "unsupported-answer",
            &told(&[found, end(&[1, 2])]),
            &["the answer at 'a1' rests on nothing logged: '41.2', 'Lyon Depot' stand in no act"],
        );
        check("unsupported-answer", &told(&[found, end(&[0, 1])]), &[]);
        check("unsupported-answer", &told(&[found, end(&[])]), &[]);
        let mut asked = told(&[found, end(&[1])]);
        asked.task = Some("what is 41.2 of it".to_owned());
        check("unsupported-answer", &asked, &[]);
    }
}
