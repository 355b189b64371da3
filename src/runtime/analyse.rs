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
    let sweep = credit::sweep(episode, &scenario);
    let verdict = match &credit {
        Ok(credit) => credit::verdict(episode, credit, &sweep),
        Err(_) => Verdict::nothing(episode),
    };
    Analysis { scenario, credit, unedited: unedited.flatten(), acts, sweep, verdict }
}
