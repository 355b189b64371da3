//! A whole log, any bytes: credit by every method, printed in every format.

use creditscope::{
    app::Analysis,
    audit::{Collector, Setting},
    check,
    credit::{self, MessageSetting, RunOutcomes, Target},
    model::{Episode, EpisodeId, Estimate, Explanation, Origin, Scenario, Value},
    report::{self, AuditReport, Report},
    runtime::analyse,
    runtime::study,
    store::Pass,
};

use super::{logs::read, safe};

/// Episodes of one log that are looked at.
const EPISODES: usize = 2;
/// A log with more acts or agents than this says nothing new and takes long.
const LARGEST: usize = 60;

/// Computes credit of what is in `log` and writes the reports.
pub fn run(log: &[u8]) {
    let (summary, logs) = read(log, Pass::Headers);
    for id in (0..summary.episodes.len().min(EPISODES)).map(EpisodeId::from_index) {
        let Ok(episode) = logs.store.episode(id) else { continue };
        if episode.acts.len() <= LARGEST && episode.agents.len() <= LARGEST {
            told(&episode);
        }
    }
}

fn told(episode: &Episode) {
    let analysis = analyse(episode, &Scenario::default());
    numbers(&analysis);
    let agents = episode.agent_ids().take(2).map(Target::Agent);
    let targets = agents.chain(episode.act_ids().take(2).map(Target::Act));
    let explanations: Vec<Explanation> =
        targets.filter_map(|it| credit::explain(episode, &analysis.scenario, it).ok()).collect();
    let findings = check::check(episode);
    let studied = study(episode, &analysis, MessageSetting::default());
    let mut run = RunOutcomes::default();
    run.add(episode);
    let failure = credit::failure_study(episode, None, Some(&run));
    let report = Report {
        listed: None,
        raw_cells: false,
        log: "log",
        files: &|origin: Origin| format!("log:{}", origin.line),
        episode,
        scenario: &analysis.scenario,
        credit: &analysis.credit,
        acts: analysis.acts.as_ref(),
        sweep: &analysis.sweep,
        verdict: &analysis.verdict,
        pairs: analysis.pairs.as_ref().ok(),
        own: analysis.own.as_deref(),
        study: Some(&studied),
        curves: &["all".to_owned()],
        failure: Some(&failure),
        explanations: &explanations,
        findings: &findings,
        bad_lines: 0,
        xray: None,
        context: None,
        agreements: &[],
        scanned_lines: 0,
        command: "creditscope log",
    };
    safe::block(&report::text(&report));
    safe::block(&report::markdown(&report));
    safe::block(&report::csv(&report).replace("\r\n", "\n"));
    let json = serde_json::to_string_pretty(&report::json(&report)).expect("plain data");
    safe::block(&json);
    let value: Result<serde_json::Value, _> = serde_json::from_str(&json);
    assert!(value.is_ok(), "{json}");
    let mut collector = Collector::new(Setting::default());
    collector.add(episode, &mut |candidate| candidate.next.clone());
    let audit = collector.finish();
    let report = AuditReport {
        log: "log",
        files: &|_| String::new(),
        audit: &audit,
        forensics: &[],
        bad_lines: 0,
        unread: &[],
    };
    safe::block(&report::audit_text(&report));
    let json = serde_json::to_string_pretty(&report::audit_json(&report)).expect("plain data");
    let value: Result<serde_json::Value, _> = serde_json::from_str(&json);
    assert!(value.is_ok(), "{json}");
}

/// Every number is finite, and an interval holds its estimate.
fn numbers(analysis: &Analysis) {
    let mut all = vec![&analysis.credit];
    all.extend(analysis.sweep.rows.iter().map(|it| &it.result));
    for attribution in all.into_iter().filter_map(|it| it.as_ref().ok()) {
        let method = &attribution.method;
        assert!(!attribution.sum.is_nan(), "{method}: {}", attribution.sum);
        let agents = attribution.agents.iter().map(|it| &it.value);
        for value in agents.chain(attribution.acts.iter().map(|it| &it.1)) {
            let Value::Number(Estimate { value, interval, standard_error, .. }) = value else { continue };
            assert!(!value.is_nan(), "{method}");
            assert!(standard_error.is_none_or(|it| it >= 0.0), "{method}: {standard_error:?}");
            assert!(interval.is_none_or(|(low, high)| low <= high), "{method}: {interval:?}");
        }
    }
}
