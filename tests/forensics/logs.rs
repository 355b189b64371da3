//! Runs of a made-up trainer: tasks, rollouts, acts, rewards, all drawn from a seed.

use std::sync::Arc;

use creditscope::model::{Credited, Origin, Rollout, RolloutAct, RolloutCredit, Status};

/// Draws that are the same everywhere (splitmix64).
pub struct Draw(pub u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn normal(&mut self) -> f64 {
        let (a, b) = (self.share().max(1e-12), self.share());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    PassFail,
    Graded,
    Continuous,
    Constant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Outcome,
    Dense,
    Own,
}

/// What all rollouts of a log have in common.
#[derive(Clone, Debug)]
pub struct Setup {
    pub returns: Returns,
    pub mode: Mode,
    pub agents: usize,
    pub longest: usize,
    pub broken_off: bool,
    pub states: bool,
    pub tokens: bool,
    pub gamma: f64,
    /// Decimals of logged rewards, and whether the trainer had more.
    pub decimals: Option<i32>,
    pub trainer_has_more: bool,
    pub logs_gamma: bool,
}

/// A rollout as the trainer has it.
#[derive(Clone, Debug)]
pub struct Made {
    pub name: String,
    pub group: String,
    pub text: String,
    pub agents: Vec<usize>,
    pub states: Vec<u64>,
    pub tokens: Vec<u64>,
    pub broken_off: bool,
    pub total: f64,
    /// Reward of each act.
    pub acts: Option<Vec<f64>>,
    /// Reward of each agent.
    pub own: Option<Vec<f64>>,
}

/// One act as a row of the trainer's batch.
#[derive(Clone, Debug)]
pub struct Row {
    pub at: usize,
    pub rollout: usize,
    pub agent: usize,
    pub turn: usize,
    pub agent_turn: usize,
    pub length: usize,
    pub agent_length: usize,
    pub own: f64,
    pub act: f64,
}

pub const NAMES: [&str; 4] = ["planner", "coder", "tester", "critic"];

pub fn rounded(value: f64, decimals: Option<i32>) -> f64 {
    decimals.map_or(value, |it| (value * 10f64.powi(it)).round() / 10f64.powi(it))
}

/// Rollouts of several tasks. `returns`: of this kind.
pub fn make(draw: &mut Draw, returns: Option<Returns>) -> (Vec<Made>, Setup) {
    let kinds = [Returns::PassFail, Returns::Graded, Returns::Continuous, Returns::Constant];
    let returns = returns.unwrap_or_else(|| draw.of(&kinds));
    let mut tasks = draw.of(&[1, 2, 3, 5, 8, 12, 20]);
    let size = draw.of(&[2, 3, 4, 5, 8, 16]);
    let agents = draw.of(&[1, 1, 2, 3, 4]);
    let longest = draw.of(&[1, 2, 4, 8, 12]);
    while tasks * size * longest * if agents == 1 { 2 } else { 3 } > 1400 {
        tasks = (tasks / 2).max(1);
    }
    let mut modes = vec![Mode::Outcome, Mode::Outcome, Mode::Dense];
    if agents > 1 {
        modes.extend([Mode::Own, Mode::Own]);
    }
    let mode = draw.of(&modes);
    let (varied, breaks) = (draw.share() < 0.8, draw.share() < 0.3);
    let mut setup = Setup {
        returns,
        mode,
        agents,
        longest,
        broken_off: false,
        states: draw.share() < 0.5 && longest > 1,
        tokens: draw.share() < 0.4,
        gamma: draw.of(&[1.0, 0.9, 0.95, 0.99]),
        decimals: None,
        trainer_has_more: false,
        logs_gamma: draw.share() < 0.7,
    };
    let (mixed, same_text) = (draw.share() < 0.35, draw.share() < 0.25 && tasks > 1);
    if returns == Returns::Continuous {
        setup.decimals = Some(draw.of(&[3, 4, 6]));
        setup.trainer_has_more = draw.share() < 0.25;
    }
    let mut made = Vec::new();
    for task in 0..tasks {
        let level = 0.2 + 0.6 * draw.share();
        let constant =
            (returns == Returns::Constant && draw.share() < 0.5).then(|| draw.of(&[0.0, 1.0, 0.5]));
        let count = if draw.share() < 0.9 { size } else { (size - 1).max(2) };
        for rollout in 0..count {
            let reward = |draw: &mut Draw| match (constant, returns) {
                (Some(it), _) => it,
                (None, Returns::Constant) => draw.of(&[0.0, 1.0, 0.25]),
                (None, Returns::PassFail) => f64::from(u8::from(draw.share() < level)),
                (None, Returns::Graded) => draw.of(&[0.0, 0.25, 0.5, 0.75, 1.0]),
                (None, Returns::Continuous) => level + draw.normal(),
            };
            let turns = if varied { 1 + draw.below(longest) } else { longest };
            let turns = if agents == 1 { turns } else { turns.max(agents) };
            let mut who: Vec<usize> = (0..turns)
                .map(|it| if draw.share() < 0.85 { it % agents } else { draw.below(agents) })
                .collect();
            // Every agent acts.
            for agent in 0..agents {
                if !who.contains(&agent) {
                    who.push(agent);
                }
            }
            let turns = who.len();
            let broken_off = breaks && draw.share() < 0.2;
            setup.broken_off |= broken_off;
            let keep =
                |value: f64| if setup.trainer_has_more { value } else { rounded(value, setup.decimals) };
            let acts: Option<Vec<f64>> = (mode == Mode::Dense).then(|| {
                let of = |it: usize| {
                    if draw.share() < 0.5 || it + 1 == turns { keep(reward(draw)) } else { 0.0 }
                };
                (0..turns).map(of).collect()
            });
            let own: Option<Vec<f64>> =
                (mode == Mode::Own).then(|| (0..agents).map(|_| keep(reward(draw))).collect());
            let mut total = match (&acts, &own) {
                (Some(all), _) | (None, Some(all)) => all.iter().sum(),
                (None, None) => keep(reward(draw)),
            };
            if broken_off && mode == Mode::Outcome && draw.share() < 0.35 {
                total = 0.0;
            }
            made.push(Made {
                name: format!("t{task}-r{rollout}"),
                group: format!("task {task}"),
                text: if same_text { "Solve it.".to_owned() } else { format!("task text {task}") },
                states: (0..turns).map(|it| if it == 0 { 1 } else { 1 + draw.below(3) as u64 }).collect(),
                tokens: (0..turns).map(|_| 5 + draw.below(76) as u64).collect(),
                agents: who,
                broken_off,
                total,
                acts,
                own,
            });
        }
    }
    if mixed {
        for at in (1..made.len()).rev() {
            let other = draw.below(at + 1);
            made.swap(at, other);
        }
    }
    (made, setup)
}

/// The trainer's batch.
pub fn rows(made: &[Made], setup: &Setup) -> Vec<Row> {
    let mut rows = Vec::new();
    for (rollout, it) in made.iter().enumerate() {
        let length = it.agents.len();
        for (turn, agent) in it.agents.iter().copied().enumerate() {
            let last_of_agent = it.agents.iter().rposition(|other| *other == agent) == Some(turn);
            let mine = |at: usize| it.agents[at] == agent;
            let act = match (&it.acts, &it.own) {
                (Some(acts), _) => acts[turn],
                (None, Some(own)) => {
                    if last_of_agent {
                        own[agent]
                    } else {
                        0.0
                    }
                }
                (None, None) => {
                    if turn + 1 == length {
                        it.total
                    } else {
                        0.0
                    }
                }
            };
            let own = match (&it.acts, &it.own) {
                (Some(acts), _) => (0..length).filter(|at| mine(*at)).map(|at| acts[at]).sum(),
                (None, Some(own)) => own[agent],
                (None, None) => it.total,
            };
            rows.push(Row {
                at: rows.len(),
                rollout,
                agent,
                turn,
                agent_turn: (0..turn).filter(|at| mine(*at)).count(),
                length,
                agent_length: (0..length).filter(|at| mine(*at)).count(),
                own,
                act,
            });
        }
    }
    let _ = setup;
    rows
}

/// What the log says: declared numbers with so many decimals, of rollouts that broke off only if they are not hidden.
pub fn log(
    made: &[Made],
    setup: &Setup,
    rows: &[Row],
    declared: &[f64],
    decimals: Option<i32>,
    hide_broken: bool,
) -> Vec<Rollout> {
    let names: Vec<Arc<str>> = NAMES[..setup.agents].iter().map(|it| (*it).into()).collect();
    let of = |(at, it): (usize, &Made)| {
        let own_rows: Vec<&Row> = rows.iter().filter(|row| row.rollout == at).collect();
        let logged = |value: f64| rounded(value, setup.decimals);
        let acts = own_rows.iter().map(|row| RolloutAct {
            id: format!("{}-a{}", it.name, row.turn).into(),
            agent: row.agent as u32,
            turn: None,
            state: setup.states.then(|| it.states[row.turn]),
            tokens: setup.tokens.then(|| it.tokens[row.turn]),
            reward: logged(row.act),
            origin: Origin::default(),
        });
        let own = |agent: usize| it.own.as_ref().map(|own| (logged(own[agent]), Origin::default()));
        let parts = match (&it.acts, &it.own) {
            (None, None) => None,
            (None, Some(own)) => Some(own.iter().map(|it| logged(*it)).collect()),
            (Some(acts), _) => Some(
                (0..setup.agents)
                    .map(|agent| {
                        let mine = acts.iter().zip(&it.agents).filter(|it| *it.1 == agent);
                        mine.map(|it| logged(*it.0)).sum()
                    })
                    .collect(),
            ),
        };
        let items = own_rows.iter().enumerate().map(|(act, row)| Credited {
            act: Some(act as u32),
            agent: Some(row.agent as u32),
            value: rounded(declared[row.at], decimals),
        });
        let hidden = hide_broken && it.broken_off;
        Rollout {
            name: it.name.as_str().into(),
            total: Some(logged(it.total)),
            status: Some(if it.broken_off { Status::Aborted } else { Status::Success }),
            group: Some(it.group.as_str().into()),
            task: Some(it.text.as_str().into()),
            agents: names.clone(),
            roles: vec![None; setup.agents],
            own: (0..setup.agents).map(own).collect(),
            parts,
            acts: acts.collect(),
            declared: if hidden {
                Vec::new()
            } else {
                let (algorithm, params, items) = ("grpo".into(), Vec::new(), items.collect());
                vec![RolloutCredit { algorithm, params, items }]
            },
            gamma: (setup.gamma < 1.0 && setup.logs_gamma).then_some(setup.gamma),
            ..Rollout::default()
        }
    };
    made.iter().enumerate().map(of).collect()
}
