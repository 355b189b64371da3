//! How the team worked together: each number computed from the log, with its formula, beside what the log says of it.

mod coordination;
mod orchestration;
mod sum_of_parts;

use super::History;
use crate::{
    model::{ActId, ActKind, AgentId, Episode},
    text::count,
};

/// What a number is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Working together.
    Collaboration,
    /// Handing out work.
    Orchestration,
}

impl Group {
    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Collaboration => "collaboration",
            Group::Orchestration => "orchestration",
        }
    }
}

/// A number about the team, before it is computed. docs/CONTEXT.md has the same table.
#[derive(Clone, Copy, Debug)]
pub struct FigureRow {
    /// The name on screens and in reports.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// Its unit.
    pub unit: &'static str,
    /// How it is computed, in words.
    pub formula: &'static str,
    /// Where that comes from.
    pub source: &'static str,
    /// Names of metrics that say the same, in lower case with blanks between words.
    metrics: &'static [&'static str],
    compute: fn(&Team<'_>) -> Computed,
}

/// A number and what it is made of, or why there is none.
type Computed = Result<(f64, String), String>;

/// A number about the team.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The name.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// Its unit.
    pub unit: &'static str,
    /// How it is computed, in words.
    pub formula: &'static str,
    /// Where that comes from.
    pub source: &'static str,
    /// The number and what it is made of, in words; or why it cannot be computed.
    pub computed: Result<(f64, String), String>,
    /// What metric records say of it last: name, value, unit.
    pub logged: Vec<(String, f64, Option<String>)>,
}

impl Figure {
    /// Its number with three decimals at most; `-` if there is none.
    pub fn value(&self) -> String {
        self.computed.as_ref().map_or("-".to_owned(), |it| short(it.0))
    }

    /// What the number is made of, or why there is none.
    pub fn made_of(&self) -> String {
        match &self.computed {
            Ok((_, made_of)) => made_of.clone(),
            Err(why) => format!("not computable: {why}"),
        }
    }

    /// What the log says of it, in words; `None` if it says nothing.
    pub fn log_says(&self) -> Option<String> {
        let word = |(name, value, unit): &(String, f64, Option<String>)| {
            let unit = unit.as_ref().map_or(String::new(), |it| format!(" {it}"));
            format!("{name} {}{unit}", short(*value))
        };
        let all: Vec<String> = self.logged.iter().map(word).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

/// Every number, in the order shown.
pub const FIGURES: &[FigureRow] = &[
    coordination::OVERHEAD,
    coordination::LATENCY,
    coordination::REPLY,
    coordination::EFFICIENCY,
    coordination::REPEATED,
    coordination::SHARED,
    coordination::CONFLICT,
    coordination::RECOVERY,
    coordination::FAILURES,
    sum_of_parts::SURPLUS,
    orchestration::QUEUE,
    orchestration::SCHEDULING,
    orchestration::ALLOCATION,
    orchestration::ORCHESTRATOR,
    orchestration::IDLE,
    orchestration::CRITICAL,
];

/// All numbers of an episode, in the order of [`FIGURES`].
pub fn figures(episode: &Episode, history: &History) -> Vec<Figure> {
    let team = Team { episode, history, handed: handed(episode) };
    let figure = |row: &FigureRow| Figure {
        name: row.name,
        group: row.group,
        unit: row.unit,
        formula: row.formula,
        source: row.source,
        computed: (row.compute)(&team),
        logged: logged(episode, row.metrics),
    };
    FIGURES.iter().map(figure).collect()
}

/// The last value of each metric that has one of these names.
fn logged(episode: &Episode, names: &[&str]) -> Vec<(String, f64, Option<String>)> {
    let mut found: Vec<(String, f64, Option<String>)> = Vec::new();
    for it in episode.metrics.iter().filter(|it| it.agent.is_none() && it.value.is_finite()) {
        let word = it.name.to_ascii_lowercase().replace(['_', '-', '.'], " ");
        if !names.iter().any(|name| word.contains(name)) {
            continue;
        }
        match found.iter_mut().find(|known| known.0 == it.name) {
            Some(known) => (known.1, known.2) = (it.value, it.unit.clone()),
            None => found.push((it.name.clone(), it.value, it.unit.clone())),
        }
    }
    found
}

/// What numbers are computed from.
struct Team<'a> {
    episode: &'a Episode,
    history: &'a History,
    handed: Vec<Handed>,
}

/// Work or word that one agent gave another: a message to one recipient; where the log has no messages, a causal link
/// between acts of two agents.
struct Handed {
    /// The act of whoever gives.
    from: ActId,
    /// The first act of the recipient that came of it.
    taken: Option<ActId>,
}

impl Team<'_> {
    fn messages(&self) -> usize {
        self.episode.acts.iter().filter(|it| it.kind == ActKind::Message).count()
    }

    /// What was handed on, or why nothing is known of it.
    fn handed(&self) -> Result<&[Handed], String> {
        match self.handed.is_empty() {
            true => Err("no message, and no act of one agent came from an act of another".to_owned()),
            false => Ok(&self.handed),
        }
    }
}

fn handed(episode: &Episode) -> Vec<Handed> {
    let is_message = |it: &ActId| episode.act(*it).kind == ActKind::Message;
    let first_of = |act: ActId, agent: AgentId| {
        let children = episode.links.children(act).iter().map(|it| it.act);
        children.filter(|it| episode.act(*it).agent == agent).min()
    };
    let mut all = Vec::new();
    for from in episode.act_ids().filter(is_message) {
        let it = episode.act(from);
        // Whoever tells itself something hands nothing on.
        let to = it.to.iter().copied().filter(|to| *to != it.agent);
        all.extend(to.map(|to| Handed { from, taken: first_of(from, to) }));
    }
    if !all.is_empty() {
        return all;
    }
    for from in episode.act_ids() {
        let giver = episode.act(from).agent;
        let mut takers: Vec<AgentId> =
            episode.links.children(from).iter().map(|it| episode.act(it.act).agent).collect();
        takers.sort_unstable();
        takers.dedup();
        let others = takers.into_iter().filter(|it| *it != giver);
        all.extend(others.map(|to| Handed { from, taken: first_of(from, to) }));
    }
    all
}

/// The mean of numbers and the greatest with its act; `None` of none.
fn mean_and_most(values: &[(f64, ActId)]) -> Option<(f64, (f64, ActId))> {
    let most = values.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((values.iter().map(|it| it.0).sum::<f64>() / values.len() as f64, most))
}

/// A number in at most three decimals, without zeros at the end; a very large one by its power of ten.
pub fn short(value: f64) -> String {
    if value.abs() >= 1e12 {
        return format!("{value:.3e}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
