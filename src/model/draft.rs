//! Episodes for the tests of all layers, in a few words each.

use super::{
    Absence, Act, ActId, ActKind, ActionTable, Agent, AgentId, Alternative, Candidate, CoalitionTable,
    CoalitionValues, CreditItem, DeclaredCredit, Episode, Link, LinkKind, Links, Origin, Outcome,
    ReplayGroup, Reward, Sample, Status, Usage,
};

/// An action of the agent with this index, of which nothing else is logged.
pub(crate) fn action(agent: u32) -> Act {
    Act {
        id: String::new(),
        kind: ActKind::Action,
        agent: AgentId(agent),
        to: Vec::new(),
        time: None,
        received: None,
        step: None,
        duration: None,
        category: String::new(),
        label: String::new(),
        result: String::new(),
        error: None,
        policy: None,
        default_action: None,
        usage: Usage::default(),
        attempts: Vec::new(),
        trace: None,
        span: None,
        origin: Origin::default(),
    }
}

/// What an act is called until something says what it did.
const UNNAMED: &str = "u";

/// A reward of all agents.
pub(crate) fn reward(value: f64) -> Reward {
    Reward {
        id: None,
        value: Some(value),
        agent: None,
        source: None,
        name: None,
        of: Vec::new(),
        time: None,
        step: None,
        delay: None,
        origin: Origin::default(),
    }
}

/// Declared credit of the agent with this index; not finite: the record holds no number.
pub(crate) fn credit_item(agent: u32, value: f64) -> CreditItem {
    CreditItem {
        agent: Some(AgentId(agent)),
        act: None,
        unknown: None,
        value: value.is_finite().then_some(value),
        baseline: None,
        std: None,
        interval: None,
        level: None,
        n: None,
        origin: Origin::default(),
    }
}

/// A record at this line.
pub(crate) fn line(line: u32) -> Origin {
    Origin { line, ..Origin::default() }
}

impl Sample {
    /// A stated value without uncertainty.
    pub(crate) fn stated(value: f64) -> Self {
        Self { mean: Some(value), ..Self::default() }
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
        line(self.line)
    }

    fn push(mut self, kind: ActKind, agent: u32, parents: &[u32]) -> Self {
        let origin = self.origin();
        let id = format!("t{}", self.episode.acts.len());
        let act = Act { id, kind, label: UNNAMED.to_owned(), origin, ..action(agent) };
        self.episode.acts.push(act);
        self.parents
            .push(parents.iter().map(|it| Link { act: ActId(*it), kind: LinkKind::Logged }).collect());
        self
    }

    /// An act as it is given, and the acts it came of.
    pub(crate) fn given(mut self, act: Act, parents: &[u32]) -> Self {
        self.episode.acts.push(act);
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
            stated: true,
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
        let it = &mut self.episode.acts[act as usize];
        if it.label == UNNAMED {
            it.label = format!("c{real}");
        }
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
        let mut values = CoalitionValues::default();
        for (members, value) in rows {
            let origin = self.origin();
            let agents = members.iter().map(|it| AgentId(*it)).collect();
            values.push(agents, Sample::stated(*value), origin);
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
        let members = |mask: usize| (0..n).filter(move |it| mask >> it & 1 == 1).map(AgentId::from_index);
        let mut values = CoalitionValues::default();
        for (mask, sample) in samples.iter().enumerate() {
            let origin = self.origin();
            if let Some(value) = sample.clone() {
                values.push(members(mask).collect(), value, origin);
            }
        }
        self.episode.coalitions.push(CoalitionTable {
            name: "g-coal".to_owned(),
            players: members((1 << n) - 1).collect(),
            values,
            absence: Absence::Null,
        });
        self
    }

    pub(crate) fn declared(mut self, algorithm: &str, values: &[(u32, f64)]) -> Self {
        let origin = self.origin();
        let item = |(agent, value): &(u32, f64)| CreditItem { origin, ..credit_item(*agent, *value) };
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
        let of = of.iter().map(|it| ActId(*it)).collect();
        self.episode.rewards.push(Reward { of, origin, ..reward(value) });
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
