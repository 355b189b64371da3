//! A report with one of everything, for tests.

use super::Report;
use crate::{
    credit::{Agreement, Data, Sweep, SweepRow, Verdict},
    model::{
        Absence, Act, ActId, AgentCredit, AgentId, Attribution, Caveat, Diagnostic, Episode, Estimate,
        Explanation, Label, Origin, Outcome, Provenance, Reward, Scenario, Severity, Status, Term,
        Unavailable, Value,
        draft::{self, Draft, line},
    },
};

/// Owns what a report borrows.
pub(super) struct Sample {
    pub(super) episode: Episode,
    pub(super) scenario: Scenario,
    pub(super) credit: Result<Attribution, Unavailable>,
    pub(super) sweep: Sweep,
    pub(super) verdict: Verdict,
    pub(super) explanations: Vec<Explanation>,
    pub(super) findings: Vec<Diagnostic>,
}

fn file_line(origin: Origin) -> String {
    format!("run.jsonl:{}", origin.line)
}

fn episode() -> Episode {
    Draft::team(&["planner", "coder", "idle", "late"])
        .given(act("a1", 0, 2, "plan | all"), &[])
        .given(act("a2", 1, 3, "write it"), &[])
        .with(|episode| {
            episode.name = "e".to_owned();
            episode.run = Some("travel".to_owned());
            episode.reward_unit = Some("success".to_owned());
            episode.task = Some("find a | flight".to_owned());
            episode.rewards.push(Reward { origin: line(5), ..draft::reward(-0.5) });
            episode.outcome = Some(Outcome {
                status: Some(Status::Failure),
                reason: Some("goal_missed".to_owned()),
                steps: Some(1),
                origin: line(6),
                ..Outcome::default()
            });
            episode.labels = vec![Label {
                judge: "human_annotation".to_owned(),
                annotator: None,
                agent: Some(AgentId(1)),
                agent_text: "coder".to_owned(),
                act: Some(ActId(1)),
                act_text: None,
                label: "mistake".to_owned(),
                reason: Some("no test".to_owned()),
                origin: line(7),
            }];
        })
        .episode()
}

fn act(id: &str, agent: u32, at: u32, label: &str) -> Act {
    Act { id: id.to_owned(), label: label.to_owned(), origin: line(at), ..draft::action(agent) }
}

fn attribution() -> Attribution {
    let number = |value, low, high| {
        Value::Number(Estimate {
            value,
            interval: Some((low, high)),
            standard_error: Some(0.051),
            n: Some(16),
            ..Estimate::exact(value)
        })
    };
    let values = [
        number(-0.25, -0.35, -0.15),
        number(0.05, -0.05, 0.15),
        Value::Undefined("taken out, as asked".to_owned()),
        Value::Unavailable("v({late}) is not logged".to_owned()),
    ];
    let agents = values.into_iter().enumerate();
    Attribution {
        method: "shapley".to_owned(),
        baseline: None,
        title: "Shapley exact 16/16".to_owned(),
        agents: agents.map(|(at, value)| AgentCredit { agent: AgentId::from_index(at), value }).collect(),
        acts: vec![
            (ActId(0), number(-0.75, -0.8, -0.7)),
            (ActId(1), Value::Undefined("one candidate".to_owned())),
        ],
        sum: -0.2,
        contract: Some(-0.3),
        reward: Some(-0.5),
        units: None,
        empty_value: Some(0.1),
        provenance: Provenance::Replayed,
        absence: Some(Absence::Null),
        sample: "16 coalitions x 32 replays".to_owned(),
        caveats: vec![Caveat { text: "two coalitions are missing".to_owned() }],
        measured: None,
    }
}

fn sweep() -> Sweep {
    let row = |method: &str, result, blamed: &[u32], agrees, counted| SweepRow {
        scenario: Scenario::of_method(method),
        title: method.to_uppercase(),
        data: Data::of(&attribution()).filter(|_| Result::is_ok(&result)),
        result,
        blamed: blamed.iter().copied().map(AgentId).collect(),
        agrees,
        counted,
        tau: None,
        declared_tau: None,
        flip: None,
        left_out: false,
    };
    let missing = Unavailable {
        missing: "probabilities of the alternatives of a1".to_owned(),
        nearest: Some("deviation/uniform".to_owned()),
    };
    Sweep {
        rows: vec![
            row("shapley", Ok(attribution()), &[0], Agreement::Holds, true),
            row("removal", Ok(attribution()), &[1], Agreement::Flips, false),
            row("coma", Err(missing), &[], Agreement::NoVoice, false),
        ],
        declared: None,
        tables: Vec::new(),
    }
}

impl Sample {
    /// All three states, a residual, a flip, a label, an explanation, a finding.
    pub(super) fn new() -> Self {
        let episode = episode();
        let credit = attribution();
        let sweep = sweep();
        let verdict = crate::credit::verdict(&episode, &credit, &sweep);
        let explanation = Explanation {
            subject: "planner".to_owned(),
            title: "Shapley (exact)".to_owned(),
            formula: "c_i = sum_S w [v(S+i) - v(S)]".to_owned(),
            substituted: "planner = 0.5 x (-0.5) = -0.25".to_owned(),
            terms: vec![Term {
                text: "v({planner}) - v({})".to_owned(),
                weight: 0.5,
                value: Some(-0.5),
                standard_error: None,
                n: Some(16),
                origins: vec![line(4)],
            }],
            result: credit.agents[0].value.clone(),
            source: "Shapley 1953".to_owned(),
            caveats: Vec::new(),
            method: "shapley".to_owned(),
            provenance: Provenance::Replayed,
            absence: Some(Absence::Null),
            details: Vec::new(),
        };
        let finding = Diagnostic {
            rule: crate::model::rule::RETURN_MISMATCH,
            severity: Severity::Error,
            message: "`return` is 1, but the reward record says -0.5".to_owned(),
            origin: Some(line(6)),
        };
        Self {
            scenario: Scenario { dropped: [AgentId(2)].into(), seed: 7, ..Scenario::of_method("shapley") },
            credit: Ok(credit),
            sweep,
            verdict,
            explanations: vec![explanation],
            findings: vec![finding],
            episode,
        }
    }

    /// A method that the log has no data for.
    pub(super) fn unavailable() -> Self {
        let sample = Self::new();
        let missing = Unavailable {
            missing: "no coalition values are logged".to_owned(),
            nearest: Some("declared".to_owned()),
        };
        Self {
            credit: Err(missing),
            verdict: Verdict::nothing(&sample.episode),
            explanations: Vec::new(),
            ..sample
        }
    }

    pub(super) fn report(&self) -> Report<'_> {
        Report {
            listed: None,
            raw_cells: false,
            log: "run.jsonl",
            files: &file_line,
            episode: &self.episode,
            scenario: &self.scenario,
            credit: &self.credit,
            acts: None,
            pairs: None,
            own: None,
            sweep: &self.sweep,
            verdict: &self.verdict,
            study: None,
            curves: &[],
            failure: None,
            explanations: &self.explanations,
            findings: &self.findings,
            bad_lines: 2,
            xray: None,
            context: None,
            agreements: &[],
            scanned_lines: 0,
            command: "creditscope report run.jsonl --episode e",
        }
    }
}
