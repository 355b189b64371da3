//! What the declared numbers should be, as the log names its algorithm, and who was hurt by what they are.

use crate::model::Rollout;

use super::core::Groups;
use super::layout::layouts;
use super::parts::{Base, Key, Scale, Unit};
use super::rows::Rows;
use super::search::Form;

/// One declared number beside the right one.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// The episode, the act and its agent.
    pub episode: String,
    /// See `episode`.
    pub act: String,
    /// See `episode`.
    pub agent: String,
    /// As declared.
    pub declared: f64,
    /// What is right; `None`: the rollout broke off, and should have none.
    pub right: Option<f64>,
}

impl Beside {
    /// How far apart the two are.
    pub(super) fn distance(&self) -> f64 {
        self.right.map_or(0.0, |it| (self.declared - it).abs())
    }
}

/// What became of the numbers of one agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hurt {
    /// Who.
    pub agent: String,
    /// Numbers declared of it.
    pub numbers: usize,
    /// Of these: of the other sign than is right; 0 though there is a signal; not 0 though there is none.
    pub wrong_sign: usize,
    /// See `wrong_sign`.
    pub lost: usize,
    /// See `wrong_sign`.
    pub pushed: usize,
}

impl Hurt {
    /// Whether any number of it is wrong in its sign.
    pub fn is_hurt(&self) -> bool {
        self.wrong_sign + self.lost + self.pushed > 0
    }
}

/// What the numbers should be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Right {
    /// How they are made, in words.
    pub how: String,
    /// Every declared number beside the right one, in order.
    pub numbers: Vec<Beside>,
    /// How many are not the right ones.
    pub off: usize,
    /// Whether samples are compared only where they begin in the same state.
    pub is_by_state: bool,
    /// Whether each agent is compared with itself only.
    pub is_by_agent: bool,
    /// Whether any group has a spread, so that somebody could learn.
    pub has_signal: bool,
    /// By agent, in the order of the roster.
    pub agents: Vec<Hurt>,
    /// Numbers of the wrong sign, the worst first.
    pub wrong: Vec<Beside>,
}

impl Right {
    /// Numbers of the wrong sign, of a signal lost, and pushed without a signal.
    pub fn counts(&self) -> (usize, usize, usize) {
        let sum = |of: fn(&Hurt) -> usize| self.agents.iter().map(of).sum();
        (sum(|it| it.wrong_sign), sum(|it| it.lost), sum(|it| it.pushed))
    }

    /// Whether any number is wrong in its sign.
    pub fn is_hurt(&self) -> bool {
        self.agents.iter().any(Hurt::is_hurt)
    }
}

/// `std`: whether the log says that it divides by a spread.
pub(super) fn right(
    rows: &Rows,
    rollouts: &[&Rollout],
    algorithm: &str,
    std: Option<bool>,
    best: Option<&Form>,
    tolerance: f64,
) -> Right {
    let of: Vec<usize> = (0..rows.len()).filter(|it| !rows.broken_off[*it]).collect();
    let key = right_key(rows);
    let layouts = layouts(rows, &of);
    let layout = layouts.iter().find(|it| it.keys.contains(&key) && it.units.contains(&Unit::Rollout));
    let Some(layout) = layout else { return Right::default() };
    let x: Vec<f64> =
        of.iter().map(|it| if rows.has_own { rows.own[*it] } else { rows.total[*it] }).collect();
    let groups = Groups::new(layout, &x, false);
    let (base, scale) = meant(algorithm, std, best);
    let mut by_row = vec![None; rows.len()];
    for (local, at) in of.iter().enumerate() {
        by_row[*at] = Some(groups.advantage(local, base, scale, false));
    }
    let mut found = Right {
        how: how(key, base, scale, rows.has_own),
        is_by_state: matches!(key, Key::GroupState | Key::GroupAgentState),
        is_by_agent: matches!(key, Key::GroupAgent | Key::GroupAgentState),
        has_signal: by_row.iter().flatten().any(|it| it.abs() > 1e-9),
        agents: rows.agents.iter().map(|it| Hurt { agent: it.clone(), ..Hurt::default() }).collect(),
        ..Right::default()
    };
    for at in rows.declared_rows() {
        let (episode, act) = rows.place[at];
        let rollout = rollouts[episode as usize];
        let beside = Beside {
            episode: rollout.name.to_string(),
            act: act.map_or_else(String::new, |it| rollout.acts[it as usize].id.to_string()),
            agent: rows.agents[rows.agent[at] as usize].clone(),
            declared: rows.declared[at],
            right: by_row[at],
        };
        let hurt = &mut found.agents[rows.agent[at] as usize];
        hurt.numbers += 1;
        found.off += usize::from(beside.distance() > 2.0 * tolerance + 1e-9);
        if let Some(right) = beside.right {
            let signal = |it: f64| it.abs() > tolerance + 1e-9;
            match (signal(beside.declared), signal(right)) {
                (true, true) if beside.declared.signum() != right.signum() => {
                    hurt.wrong_sign += 1;
                    found.wrong.push(beside.clone());
                }
                (false, true) => hurt.lost += 1,
                (true, false) => hurt.pushed += 1,
                _ => {}
            }
        }
        found.numbers.push(beside);
    }
    found.wrong.sort_by(|a, b| b.distance().total_cmp(&a.distance()));
    found
}

/// What the log's algorithm subtracts and divides by. `best`: the form that gives the numbers; its kind of spread is taken.
pub(super) fn meant(algorithm: &str, std: Option<bool>, best: Option<&Form>) -> (Base, Scale) {
    let name = algorithm.to_ascii_lowercase();
    let base = if name.contains("loo") {
        Base::Others
    } else if name.starts_with("reinforce") && !name.contains("baseline") {
        Base::Nothing
    } else {
        Base::Mean
    };
    let divides =
        name.contains("grpo") && !name.contains("dr") && !name.contains("mt_") && std != Some(false);
    let scale = match best.map(|it| it.scale) {
        _ if !divides => Scale::Nothing,
        Some(scale @ (Scale::Std { .. } | Scale::Root { .. })) => scale,
        _ => Scale::Std { ddof: 1, epsilon: 1e-6 },
    };
    (base, scale)
}

/// The key that is meant: the group, of each agent where these earn for themselves; contexts of single acts by their
/// state; the task where every rollout has a group of its own.
fn right_key(rows: &Rows) -> Key {
    let single = rows.turn.iter().all(|it| *it == 0);
    match (rows.has_own, rows.groups_are_alone) {
        _ if rows.has_states && single && rows.has_own => Key::GroupAgentState,
        _ if rows.has_states && single => Key::GroupState,
        (false, true) => Key::Task,
        (true, _) => Key::GroupAgent,
        (false, false) => Key::Group,
    }
}

fn how(key: Key, base: Base, scale: Scale, has_own: bool) -> String {
    let what = if has_own { "own reward" } else { "return" };
    let minus = match base {
        Base::Others => " minus the mean of the others",
        Base::Nothing => "",
        _ => " minus the mean",
    };
    let within = match key {
        Key::Task => "rollouts of the task",
        Key::GroupAgent => "rollouts of the group, each agent by itself",
        Key::GroupState | Key::GroupAgentState => "the group's rollouts from the same state",
        _ => "rollouts of the group",
    };
    let by = match scale.words() {
        words if words.is_empty() => words,
        words => format!(", by {words}"),
    };
    format!("{what}{minus} over {within}{by}")
}
