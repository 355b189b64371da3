//! Numbers and words as every report writes them.

use crate::model::{
    Absence, AgentId, Episode, Estimate, RewardSource, Severity, Status, Value, Whose, places, signed,
};

pub(super) use crate::text::count;

/// Decimals that tell these values apart, as the verdict has them: one number is written alike wherever it stands.
pub(super) fn decimals<'a>(values: impl Iterator<Item = &'a Value>) -> usize {
    let numbers = values.filter_map(Value::number).map(|it| it.value.abs()).filter(|it| it.is_finite());
    let largest = numbers.fold(0.0, f64::max);
    places(largest)
}

/// A number with its sign inside a sentence: `+0.37`, `0.00`.
pub(super) fn inline(value: f64, places: usize) -> String {
    signed(value, places).trim_start().to_owned()
}

/// `[-0.12, +0.05]`, with its level if that is not 95%, or nothing if no interval is known.
pub(super) fn interval(estimate: &Estimate, places: usize) -> String {
    let Some((low, high)) = estimate.interval else { return String::new() };
    let level =
        if estimate.has_usual_level() { String::new() } else { format!(" at {}", estimate.level_words()) };
    format!("[{}, {}]{level}", inline(low, places), inline(high, places))
}

/// The mark of a number whose interval holds 0.
pub(super) fn mark(estimate: &Estimate) -> &'static str {
    if estimate.sign_unsure() { "?" } else { "" }
}

/// How the episode ended: `failure (max_steps_exceeded), 18 steps`.
pub(super) fn outcome(episode: &Episode) -> String {
    let Some(end) = &episode.outcome else { return "still open".to_owned() };
    let mut text = end.status.as_ref().map_or("ended, without a status", Status::word).to_owned();
    if let Some(reason) = &end.reason {
        text += &format!(" ({reason})");
    }
    if let Some(steps) = end.steps {
        text += &format!(", {}", count(steps.unsigned_abs(), "step"));
    }
    text
}

/// The word for a severity.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The log's word for what an absent agent does.
pub(super) fn absence(absence: &Absence) -> &str {
    match absence {
        Absence::Removed => "removed",
        Absence::Null => "null",
        Absence::Resampled => "resampled",
        Absence::Unstated => "unstated",
        Absence::Other(word) => word,
    }
}

/// What an absent agent does, as a sentence.
pub(super) fn absence_sentence(absence: &Absence) -> String {
    match absence {
        Absence::Removed => "an absent agent is removed from the team".to_owned(),
        Absence::Null => "an absent agent takes its null action".to_owned(),
        Absence::Resampled => "an absent agent acts anew from its own policy".to_owned(),
        Absence::Unstated => "the log does not say what an absent agent does".to_owned(),
        Absence::Other(word) => format!("an absent agent is '{word}', in the log's words"),
    }
}

/// Where the total reward comes from.
pub(super) fn reward_source(episode: &Episode, source: RewardSource) -> String {
    match source {
        RewardSource::Rewards(1) => "the `reward` record".to_owned(),
        RewardSource::Rewards(n) => format!("the sum of {n} `reward` records"),
        RewardSource::Return => "`return` of `episode_end`".to_owned(),
        RewardSource::PerAgent(n) => {
            let whose = match episode.whose() {
                Some(whose @ (Whose::Agent(_) | Whose::Members(_))) => episode.whose_words(&whose),
                Some(Whose::Sum | Whose::Team) | None => "single agents".to_owned(),
            };
            format!("the sum of {} of {whose}", count(u64::from(n), "`reward` record"))
        }
        RewardSource::Ends(n) => {
            format!("the sum of {} in `rewards` of `episode_end`", count(u64::from(n), "own reward"))
        }
        RewardSource::Outcome if episode.failed() => {
            "no reward is logged: the failure counts as -1".to_owned()
        }
        RewardSource::Outcome => "no reward is logged: the success counts as +1".to_owned(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn names(episode: &Episode, agents: &[AgentId]) -> String {
    let names: Vec<&str> = agents.iter().map(|it| episode.agent(*it).name.as_str()).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The first agents by name, and how many more there are; empty for none.
pub(super) fn names_few(episode: &Episode, agents: &[AgentId]) -> String {
    const FEW: usize = 4;
    let names = agents.iter().take(FEW).map(|it| episode.agent(*it).name.as_str());
    let more = agents.len().saturating_sub(FEW);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.collect::<Vec<_>>().join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_tell_apart() {
        let check = |values: &[f64], expected| {
            let values: Vec<Value> = values.iter().map(|it| Value::Number(Estimate::exact(*it))).collect();
            assert_eq!(decimals(values.iter()), expected, "{values:?}");
        };
        check(&[0.4, -0.02], 2);
        check(&[0.04, -0.02], 3);
        check(&[12_000.0], 0);
        check(&[0.0005], 6);
        check(&[], 2);
    }

    #[test]
    fn intervals() {
        let estimate = Estimate::with_standard_error(0.1, 0.1, Some(4));
        assert_eq!(interval(&estimate, 2), "[-0.10, +0.30]");
        assert_eq!(mark(&estimate), "?");
        assert_eq!(interval(&Estimate::exact(1.0), 2), "");
    }
}
