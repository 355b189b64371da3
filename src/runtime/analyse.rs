//! Everything computed for one scenario.

use crate::{
    app::Analysis,
    credit::{self, Verdict},
    model::{Episode, Scenario},
};

/// Credit, credit per act, sweep and verdict of `episode` under `scenario`. An empty method asks for the best
/// the log supports. Pure: the same episode and scenario give the same answer.
pub fn analyse(episode: &Episode, scenario: &Scenario) -> Analysis {
    let mut scenario = scenario.clone();
    if scenario.method.is_empty()
        && let Some(best) = credit::best_scenario(episode)
    {
        scenario.method = best.method;
        scenario.baseline = scenario.baseline.or(best.baseline);
    }
    let credit = credit::compute(episode, &scenario);
    let unedited = scenario.edits_episode().then(|| credit::compute(episode, &scenario.without_edits()).ok());
    let acts = match &credit {
        Ok(own) if !own.acts.is_empty() => Some(own.clone()),
        _ => credit::act_scenario(episode, &scenario).and_then(|it| credit::compute(episode, &it).ok()),
    };
    let (sweep, verdict) = match &credit {
        Ok(credit) => {
            let sweep = credit::sweep(episode, &scenario);
            let verdict = credit::verdict(episode, credit, &sweep);
            (sweep, verdict)
        }
        Err(_) => instead(episode, &scenario),
    };
    let pairs = credit::interactions(episode, &scenario);
    Analysis { scenario, credit, unedited: unedited.flatten(), acts, pairs, sweep, verdict }
}

/// Sweep and verdict where `scenario` cannot be computed: by the best the log supports, under no edits.
fn instead(episode: &Episode, scenario: &Scenario) -> (credit::Sweep, Verdict) {
    let best = credit::best_scenario(episode);
    let computed = best.as_ref().and_then(|it| credit::compute(episode, it).ok());
    match (best, computed) {
        (Some(best), Some(computed)) => {
            let sweep = credit::sweep(episode, &best);
            let verdict = credit::verdict(episode, &computed, &sweep);
            (sweep, verdict)
        }
        _ => (credit::sweep(episode, scenario), Verdict::nothing(episode)),
    }
}
