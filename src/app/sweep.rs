//! The sweep as a table of methods and agents: which rows stand in it, in which order, and what a cell says beside its
//! number.

use crate::{
    credit::{Data, Sweep, SweepRow},
    model::{AgentId, Attribution, Episode, places},
};

/// So many rows of one kind of data are shown; of more, those that say something else come first.
const MOST_ROWS: usize = 6;

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepLine {
    /// What the rows below rest on, and what that counts for.
    Head {
        /// The data.
        data: Data,
        /// How many rows there are of it.
        rows: usize,
        /// Whom the row names that speaks for it; `None`: none does.
        vote: Option<String>,
    },
    /// A row of the sweep, by its place there.
    Row(usize),
    /// What the rows left out of a section say.
    Rest(String),
    /// The head of what cannot be computed: how many rows.
    Missing(usize),
    /// A record that is missing, and which rows need it.
    Lacks {
        /// What is missing.
        record: String,
        /// The rows, by name.
        rows: String,
    },
}

/// What a number says of its agent, beside its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// The method names this agent alone.
    Named,
    /// It names this agent and others.
    Tied,
    /// It costs.
    Loses,
    /// It earns.
    Gains,
    /// Nothing.
    Zero,
}

impl Mark {
    /// What the number of `agent` says in a row.
    pub fn of(row: &SweepRow, agent: AgentId) -> Option<Self> {
        let value = row.result.as_ref().ok()?.agent(agent)?.value;
        Some(match row.blamed.contains(&agent) {
            true if row.blamed.len() > 1 => Mark::Tied,
            true => Mark::Named,
            false if value < 0.0 => Mark::Loses,
            false if value > 0.0 => Mark::Gains,
            false => Mark::Zero,
        })
    }
}

/// The lines of the table: rows by what they rest on, the best data first. Unless `all` are asked for, rows that say what
/// another one of the same data says stand together in one line; `shown` is a row that is shown anyway.
pub fn sweep_lines(episode: &Episode, sweep: &Sweep, shown: usize, all: bool) -> Vec<SweepLine> {
    let mut lines = Vec::new();
    for data in Data::ALL {
        let rows: Vec<usize> =
            (0..sweep.rows.len()).filter(|it| sweep.rows[*it].data == Some(data)).collect();
        if rows.is_empty() {
            continue;
        }
        let vote = rows.iter().map(|it| &sweep.rows[*it]).find(|it| it.counted);
        let vote = vote.map(|it| names(episode, &it.blamed));
        lines.push(SweepLine::Head { data, rows: rows.len(), vote });
        let (kept, rest) = if all { (rows, Vec::new()) } else { telling(episode, sweep, &rows, shown) };
        lines.extend(kept.into_iter().map(SweepLine::Row));
        if !rest.is_empty() {
            lines.push(SweepLine::Rest(rest_words(episode, sweep, &rest)));
        }
    }
    lines.extend(missing(sweep));
    lines
}

/// The rows of `rows` that say something that no row before them says, and the others. The row that speaks for the data
/// comes first.
fn telling(episode: &Episode, sweep: &Sweep, rows: &[usize], shown: usize) -> (Vec<usize>, Vec<usize>) {
    let agents = || (0..episode.agents.len()).map(AgentId::from_index);
    let says = |row: &SweepRow| agents().map(|it| Mark::of(row, it)).collect::<Vec<_>>();
    let mut order = rows.to_vec();
    order.sort_by_key(|it| !sweep.rows[*it].counted);
    let mut said = Vec::new();
    let (mut kept, mut rest) = (Vec::new(), Vec::new());
    for at in order {
        let row = &sweep.rows[at];
        let marks = says(row);
        let is_new = !row.blamed.is_empty() && !said.contains(&marks) && kept.len() < MOST_ROWS;
        if is_new || at == shown || row.counted {
            said.push(marks);
            kept.push(at);
        } else {
            rest.push(at);
        }
    }
    (kept, rest)
}

/// `5 more name porter, 2 tie porter = scout, 3 name nobody`.
fn rest_words(episode: &Episode, sweep: &Sweep, rest: &[usize]) -> String {
    let mut groups: Vec<(&[AgentId], usize)> = Vec::new();
    for row in rest.iter().map(|it| &sweep.rows[*it]) {
        match groups.iter_mut().find(|it| it.0 == row.blamed.as_slice()) {
            Some(group) => group.1 += 1,
            None => groups.push((&row.blamed, 1)),
        }
    }
    groups.sort_by_key(|it| (it.0.is_empty(), std::cmp::Reverse(it.1)));
    let words = groups.iter().map(|(blamed, count)| {
        let verb = match (blamed.len() > 1, *count == 1) {
            (true, true) => "ties",
            (true, false) => "tie",
            (false, true) => "names",
            (false, false) => "name",
        };
        format!("{count} {verb} {}", names(episode, blamed))
    });
    format!("{} more: {}", rest.len(), words.collect::<Vec<_>>().join(", "))
}

/// What cannot be computed, by what it lacks.
fn missing(sweep: &Sweep) -> Vec<SweepLine> {
    let mut records: Vec<(&str, Vec<String>)> = Vec::new();
    for row in &sweep.rows {
        let Err(why) = &row.result else { continue };
        match records.iter_mut().find(|it| it.0 == why.missing) {
            Some(known) => known.1.push(row.name()),
            None => records.push((&why.missing, vec![row.name()])),
        }
    }
    let count = records.iter().map(|it| it.1.len()).sum();
    let lacks = |(record, rows): (&str, Vec<String>)| SweepLine::Lacks {
        record: record.to_owned(),
        rows: rows.join(", "),
    };
    let head = (count > 0).then_some(SweepLine::Missing(count));
    head.into_iter().chain(records.into_iter().map(lacks)).collect()
}

/// Names of agents, joined; more than two are counted.
pub fn names(episode: &Episode, agents: &[AgentId]) -> String {
    match agents {
        [] => "nobody".to_owned(),
        [one] => episode.agent(*one).name.clone(),
        [one, two] => format!("{} = {}", episode.agent(*one).name, episode.agent(*two).name),
        [one, rest @ ..] => format!("{} and {} more", episode.agent(*one).name, rest.len()),
    }
}

/// Decimals that tell the numbers of a row apart.
pub fn row_places(credit: &Attribution) -> usize {
    let numbers = credit.agents.iter().filter_map(|it| it.value.number()).map(|it| it.value.abs());
    places(numbers.filter(|it| it.is_finite()).fold(0.0, f64::max))
}

/// The acts of `agent` that a row credits with most, and what its other acts have together; empty where it credits no acts.
pub fn largest_acts(
    credit: &Attribution,
    episode: &Episode,
    agent: AgentId,
    most: usize,
) -> (Vec<(crate::model::ActId, f64)>, usize, f64) {
    let of_agent = credit.acts.iter().filter(|it| episode.act(it.0).agent == agent);
    let mut acts: Vec<_> = of_agent.filter_map(|(act, value)| Some((*act, value.number()?.value))).collect();
    acts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    let rest = acts.split_off(acts.len().min(most));
    (acts, rest.len(), rest.iter().map(|it| it.1).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::tests::FAILED, runtime::test_program::TestProgram};

    #[test]
    fn every_row_stands_in_the_table_once_or_is_counted_in_a_line() {
        let program = TestProgram::of(FAILED);
        let open = program.episode();
        let sweep = open.sweep().unwrap();
        let able = sweep.rows.iter().filter(|it| it.result.is_ok()).count();
        let count = |all| {
            let lines = sweep_lines(&open.episode, sweep, 0, all);
            let rows = lines.iter().filter(|it| matches!(it, SweepLine::Row(_))).count();
            let rest = lines.iter().filter_map(|it| match it {
                SweepLine::Rest(words) => words.split_once(' ').and_then(|it| it.0.parse::<usize>().ok()),
                _ => None,
            });
            (rows, rest.sum::<usize>())
        };
        assert_eq!(count(true), (able, 0));
        let (rows, rest) = count(false);
        assert_eq!(rows + rest, able);
        assert!(rest > rows, "{rows} shown, {rest} in lines");
    }

    #[test]
    fn what_is_missing_stands_by_record() {
        let program = TestProgram::of(FAILED);
        let open = program.episode();
        let sweep = open.sweep().unwrap();
        let unable = sweep.rows.iter().filter(|it| it.result.is_err()).count();
        let lines = missing(sweep);
        assert_eq!(lines[0], SweepLine::Missing(unable));
        let named = lines.iter().filter_map(|it| match it {
            SweepLine::Lacks { rows, .. } => Some(rows.split(", ").count()),
            _ => None,
        });
        assert_eq!(named.sum::<usize>(), unable);
    }
}
