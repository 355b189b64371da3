//! What acts cost and how long things took: never negative.

use crate::model::{Episode, rule};

use super::finding::{Check, Finding};
use super::rounding::shown;

/// The rules of this file.
pub(super) const CHECKS: &[Check] = &[Check { rule: rule::NEGATIVE_USAGE, run: negative }];

/// Words in the name of a metric that cannot be negative.
const SIZES: [&str; 4] = ["latency", "token", "duration", "elapsed"];

pub(super) fn negative(episode: &Episode) -> Vec<Finding> {
    let costs = episode.acts.iter().filter_map(|act| {
        let cost = act.usage.cost.filter(|it| *it < 0.0)?;
        let message = format!("`usage.cost` of '{}' is {}, which cannot be negative", act.id, shown(cost));
        Some(Finding::at(act.origin, message))
    });
    let metrics = episode.metrics.iter().filter(|it| it.value < 0.0).filter_map(|metric| {
        let name = metric.name.to_lowercase();
        let size = SIZES.iter().any(|it| name.contains(it));
        // A change of a size may be negative.
        let change = ["delta", "diff", "change", "saved"].iter().any(|it| name.contains(it));
        let message =
            || format!("metric '{}' is {}, which cannot be negative", metric.name, shown(metric.value));
        (size && !change).then(|| Finding::whole(message()))
    });
    costs.chain(metrics).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, sound};
    use crate::model::Metric;

    #[test]
    fn costs_and_latencies() {
        let mut episode = sound();
        episode.acts[0].usage.cost = Some(0.0);
        check("negative-usage", &episode, &[]);
        episode.acts[0].usage.cost = Some(-0.25);
        check("negative-usage", &episode, &["`usage.cost` of 'a1' is -0.25, which"]);
        episode.acts[0].usage.cost = None;
        let metric = |name: &str, value| Metric {
            name: name.to_owned(),
            value,
            unit: None,
            agent: None,
            time: None,
            origin: Default::default(),
        };
        episode.metrics = vec![
            metric("inter_agent_latency_s", -0.1),
            metric("reward", -1.0),
            metric("latency_delta", -1.0),
        ];
        check("negative-usage", &episode, &["metric 'inter_agent_latency_s' is -0.1, which"]);
    }
}
