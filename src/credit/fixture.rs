//! Episodes and attributions for tests, in a few words each.

use crate::model::{
    Absence, Act, ActId, ActKind, ActionTable, Agent, AgentCredit, AgentId, Alternative, Attribution,
    Candidate, CoalitionTable, CoalitionValue, CreditItem, DeclaredCredit, Episode, Estimate, Link, LinkKind,
    Links, Origin, Outcome, Provenance, ReplayGroup, Reward, Sample, Status, Usage, Value,
};

/// An attribution of exact numbers, one agent each.
pub(crate) fn attribution(values: &[f64]) -> Attribution {
    let credit = |(index, value): (usize, &f64)| AgentCredit {
        agent: AgentId::from_index(index),
        value: Value::Number(Estimate::exact(*value)),
    };
    Attribution {
        method: "test".to_owned(),
        baseline: None,
        title: "test".to_owned(),
        agents: values.iter().enumerate().map(credit).collect(),
        acts: Vec::new(),
        sum: values.iter().sum(),
        contract: None,
        reward: None,
        empty_value: None,
        provenance: Provenance::Replayed,
        absence: None,
        sample: String::new(),
        caveats: Vec::new(),
        differences: None,
    }
}

/// Builds an episode step by step. Agents are named `a0`, `a1`, ... unless given; acts `t0`, `t1`, ...
#[derive(Clone, Default)]
pub(crate) struct Draft {
    episode: Episode,
    parents: Vec<Vec<Link>>,
    line: u32,
}

impl Draft {
    pub(crate) fn team(names: &[&str]) -> Self {
        let agent = |name: &&str| Agent { name: (*name).to_owned(), in_roster: true, ..Agent::default() };
        let agents = names.iter().map(agent).collect();
        Self { episode: Episode { agents, ..Episode::default() }, ..Self::default() }
    }

    pub(crate) fn of(n: usize) -> Self {
        let names: Vec<String> = (0..n).map(|it| format!("a{it}")).collect();
        Self::team(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn origin(&mut self) -> Origin {
        self.line += 1;
        Origin { line: self.line, ..Origin::default() }
    }

    fn push(mut self, kind: ActKind, agent: u32, parents: &[u32]) -> Self {
        let origin = self.origin();
        self.episode.acts.push(Act {
            id: format!("t{}", self.episode.acts.len()),
            kind,
            agent: AgentId(agent),
            to: Vec::new(),
            time: None,
            received: None,
            step: None,
            duration: None,
            category: String::new(),
            label: "u".to_owned(),
            result: String::new(),
            error: None,
            policy: None,
            default_action: None,
            usage: Usage::default(),
            origin,
        });
        self.parents
            .push(parents.iter().map(|it| Link { act: ActId(*it), kind: LinkKind::Logged }).collect());
        self
    }

    pub(crate) fn act(self, agent: u32, parents: &[u32]) -> Self {
        self.push(ActKind::Action, agent, parents)
    }

    pub(crate) fn message(self, agent: u32, parents: &[u32]) -> Self {
        self.push(ActKind::Message, agent, parents)
    }

    /// One parentless action per agent listed.
    pub(crate) fn acts(self, agents: &[u32]) -> Self {
        agents.iter().fold(self, |draft, agent| draft.act(*agent, &[]))
    }

    /// Changes the last act.
    pub(crate) fn last(mut self, change: impl FnOnce(&mut Act)) -> Self {
        change(self.episode.acts.last_mut().expect("an act"));
        self
    }

    pub(crate) fn tokens(self, tokens: u64) -> Self {
        self.last(|it| it.usage.output = Some(tokens))
    }

    /// Alternatives of an act: (label, value, probability); NaN is an unknown value, a negative probability
    /// an unknown one. `taken` and `default` are positions.
    pub(crate) fn table(
        mut self,
        act: u32,
        alternatives: &[(&str, f64, f64)],
        taken: Option<usize>,
        default: Option<usize>,
    ) -> Self {
        let origin = self.origin();
        let one = |(at, (label, q, p)): (usize, &(&str, f64, f64))| Alternative {
            label: (*label).to_owned(),
            q: if q.is_nan() { Sample::default() } else { Sample::stated(*q) },
            probability: (*p >= 0.0).then_some(*p),
            taken: taken == Some(at),
            default: default == Some(at),
            origin,
        };
        let alternatives = alternatives.iter().enumerate().map(one).collect();
        let table = ActionTable { act: ActId(act), alternatives, value: None, groups: Vec::new() };
        let mut tables: Vec<ActionTable> = self.episode.tables.iter().cloned().chain([table]).collect();
        tables.sort_by_key(|it| it.act);
        self.episode.tables = tables.into();
        self
    }

    /// Changes the table added last (of the highest act).
    pub(crate) fn last_table(mut self, change: impl FnOnce(&mut ActionTable)) -> Self {
        change(self.episode.tables.last_mut().expect("a table"));
        self
    }

    /// A replay group: mean return and number of replays per candidate; the candidate at `real` happened.
    pub(crate) fn replay(mut self, act: u32, real: usize, candidates: &[(f64, u32)]) -> Self {
        let origin = self.origin();
        let one = |(at, (mean, n)): (usize, &(f64, u32))| Candidate {
            j: at as i64,
            label: format!("c{at}"),
            returns: Sample { mean: Some(*mean), n: Some(*n), ..Sample::default() },
            q: None,
            probability: None,
            real: at == real,
            extra: false,
            next: Vec::new(),
            origin,
        };
        self.episode.replays.push(ReplayGroup {
            name: format!("g{}", self.episode.replays.len()),
            act: Some(ActId(act)),
            agent: Some(self.episode.acts[act as usize].agent),
            context: None,
            frozen: Vec::new(),
            left_out: Vec::new(),
            candidates: candidates.iter().enumerate().map(one).collect(),
        });
        self
    }

    /// Changes the replay group added last.
    pub(crate) fn last_replay(mut self, change: impl FnOnce(&mut ReplayGroup)) -> Self {
        change(self.episode.replays.last_mut().expect("a replay group"));
        self
    }

    /// A coalition table over all agents: `values[mask]`, NaN is a coalition not logged.
    pub(crate) fn coalitions(self, values: &[f64]) -> Self {
        let samples: Vec<Option<Sample>> =
            values.iter().map(|it| (!it.is_nan()).then(|| Sample::stated(*it))).collect();
        self.coalition_samples(&samples)
    }

    /// A coalition table over all agents: the members of each coalition that is logged, and its value.
    pub(crate) fn coalition_rows(mut self, rows: &[(Vec<u32>, f64)]) -> Self {
        let mut values = Vec::new();
        for (members, value) in rows {
            let origin = self.origin();
            let agents = members.iter().map(|it| AgentId(*it)).collect();
            values.push(CoalitionValue { agents, value: Sample::stated(*value), origin });
        }
        self.episode.coalitions.push(CoalitionTable {
            name: "g-coal".to_owned(),
            players: self.episode.agent_ids().collect(),
            values,
            absence: Absence::Null,
        });
        self
    }

    pub(crate) fn coalition_samples(mut self, samples: &[Option<Sample>]) -> Self {
        let n = self.episode.agents.len();
        assert_eq!(samples.len(), 1 << n, "one value per coalition");
        let members =
            |mask: usize| (0..n).filter(|it| mask >> it & 1 == 1).map(AgentId::from_index).collect();
        let mut values = Vec::new();
        for (mask, sample) in samples.iter().enumerate() {
            let origin = self.origin();
            if let Some(value) = sample.clone() {
                values.push(CoalitionValue { agents: members(mask), value, origin });
            }
        }
        self.episode.coalitions.push(CoalitionTable {
            name: "g-coal".to_owned(),
            players: members((1 << n) - 1),
            values,
            absence: Absence::Null,
        });
        self
    }

    pub(crate) fn declared(mut self, algorithm: &str, values: &[(u32, f64)]) -> Self {
        let origin = self.origin();
        let item = |(agent, value): &(u32, f64)| CreditItem {
            agent: Some(AgentId(*agent)),
            act: None,
            unknown: None,
            value: value.is_finite().then_some(*value),
            baseline: None,
            std: None,
            interval: None,
            level: None,
            n: None,
            origin,
        };
        self.episode.declared.push(DeclaredCredit {
            id: None,
            algorithm: algorithm.to_owned(),
            params: Vec::new(),
            reward: None,
            items: values.iter().map(item).collect(),
            confidence: None,
            units: None,
            origin,
        });
        self
    }

    /// Changes the declared credit added last.
    pub(crate) fn last_declared(mut self, change: impl FnOnce(&mut DeclaredCredit)) -> Self {
        change(self.episode.declared.last_mut().expect("declared credit"));
        self
    }

    pub(crate) fn reward(mut self, value: f64, of: &[u32]) -> Self {
        let origin = self.origin();
        self.episode.rewards.push(Reward {
            id: None,
            value: Some(value),
            agent: None,
            source: None,
            name: None,
            of: of.iter().map(|it| ActId(*it)).collect(),
            time: None,
            step: None,
            delay: None,
            origin,
        });
        self
    }

    pub(crate) fn end(mut self, status: Status) -> Self {
        let origin = self.origin();
        self.episode.outcome = Some(Outcome { status: Some(status), origin, ..Outcome::default() });
        self
    }

    /// Changes the episode as it stands.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Episode)) -> Self {
        change(&mut self.episode);
        self
    }

    pub(crate) fn episode(mut self) -> Episode {
        self.episode.links = Links::from_parents(self.parents);
        self.episode
    }
}

/// The numbers of an attribution by agent; NaN where there is none.
pub(crate) fn numbers(attribution: &Attribution) -> Vec<f64> {
    attribution.agents.iter().map(|it| it.value.number().map_or(f64::NAN, |it| it.value)).collect()
}

/// Asserts that two lists agree within `1e-12`.
#[track_caller]
pub(crate) fn assert_close(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{got:?} {want:?}");
    for (got_one, want_one) in got.iter().zip(want) {
        let same = (got_one - want_one).abs() <= 1e-12 || (got_one.is_nan() && want_one.is_nan());
        assert!(same, "got {got:?}, want {want:?}");
    }
}

/// The expected values in `tests/data/vectors.json`.
pub(crate) fn vectors() -> serde_json::Value {
    let text = include_str!("../../tests/data/vectors.json");
    serde_json::from_str(text).expect("the vectors are valid JSON")
}

/// A list of numbers of the vectors; `null` is NaN.
pub(crate) fn list(value: &serde_json::Value) -> Vec<f64> {
    let numbers = value.as_array().unwrap_or_else(|| panic!("a list, not {value}"));
    numbers.iter().map(|it| it.as_f64().unwrap_or(f64::NAN)).collect()
}
