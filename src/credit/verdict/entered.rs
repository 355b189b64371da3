//! Where a wrong value entered, in words: an estimate from the texts, where nothing better says who.

use crate::model::{ActId, Episode};
use crate::suspicion::Entered;
use crate::text::{Clause, Sentence};

use super::words::{act_name, listed, name};

/// Values and acts that are named one by one; more are counted.
const NAMED: usize = 3;

/// `Perhaps finder: the wrong value enters at f1: "2030" and "41.2" stand there first, with no source; m2, c1 and 2 more
/// repeat it`.
pub(super) fn finding(it: &Entered, episode: &Episode) -> Sentence {
    let what = if it.is_known_wrong { "the wrong value" } else { "what was answered" };
    let start = format!("Perhaps {}: {what} enters at ", name(episode, it.agent));
    let mut out = Sentence::of([Clause::of(start).and(act_name(episode, it.act)), stand(it)]);
    out.push(repeats(it, episode));
    out
}

/// `"2030" and "41.2" stand first at f1, with no source; m2, c1 and 2 more repeat it`.
pub(super) fn words(it: &Entered, episode: &Episode) -> String {
    let at = format!("at {}", act_name(episode, it.act));
    Sentence::of([Clause::of(at), stand(it), repeats(it, episode)]).whole()
}

/// What it rests on.
pub(super) fn ground() -> Sentence {
    Sentence::of([
        Clause::of("Estimated from where values stand first in the texts"),
        Clause::ranked(1, ": that one entered there is so, that it decided is not shown"),
        Clause::of(". Nothing was measured, modelled, declared or judged"),
    ])
}

fn stand(it: &Entered) -> Clause {
    let all: Vec<&String> = it.asked.iter().chain(&it.values).collect();
    let shown: Vec<String> = all.iter().take(NAMED).map(|it| format!("\"{it}\"")).collect();
    let verb = if all.len() == 1 { "stands" } else { "stand" };
    let source = match (&it.instead, it.in_result) {
        (Some(instead), _) => format!("; \"{instead}\" stood before"),
        (None, true) if it.asked.is_empty() => ", in its result".to_owned(),
        _ => ", with no source".to_owned(),
    };
    Clause::of(format!(": {} {verb} there first{source}", listed(&shown, all.len(), "and")))
}

fn repeats(it: &Entered, episode: &Episode) -> Clause {
    let id = |it: &ActId| act_name(episode, *it);
    let shown: Vec<String> = it.repeats.iter().take(NAMED).map(id).collect();
    if shown.is_empty() {
        return Clause::default();
    }
    let verb = if it.repeats.len() == 1 { "repeats" } else { "repeat" };
    Clause::ranked(1, format!("; {} {verb} it", listed(&shown, it.repeats.len(), "and")))
}
