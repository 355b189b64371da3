//! The loop that a team really ran most often, counted in the sequence of its acts.

use std::collections::BTreeMap;

use crate::model::{AgentId, Episode};

use super::{Interaction, InteractionGraph};

/// Longest loop looked for, in agents: longer ones are the whole episode, not a repair loop.
const LONGEST: usize = 8;

/// A round that was run more than once: `coder > executor > critic > coder`, 3 times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedLoop {
    /// The agents of one round, each once, from where the loop was first entered.
    pub agents: Vec<AgentId>,
    /// How many full rounds were run.
    pub runs: u32,
}

/// The loop with the most rounds, at least 2; of equal ones the longer, then the earlier.
///
/// Acts of one agent in a row count as one. A round returns to its first agent without meeting any agent
/// twice, and every step of it is an edge of the graph: agents that merely take turns are not a loop.
pub fn repeated_loop(episode: &Episode, graph: &InteractionGraph) -> Option<RepeatedLoop> {
    let mut turns: Vec<AgentId> = episode.acts.iter().map(|it| it.agent).collect();
    turns.dedup();
    let used = |from: AgentId, to: AgentId| graph.edge((from, to)).is_some_and(Interaction::is_used);
    let mut rounds: BTreeMap<&[AgentId], (u32, usize)> = BTreeMap::new();
    for start in 0..turns.len() {
        if let Some(length) = round_length(&turns[start..])
            && (start..start + length).all(|at| used(turns[at], turns[at + 1]))
        {
            rounds.entry(&turns[start..start + length]).or_insert((0, start)).0 += 1;
        }
    }
    let best = rounds
        .into_iter()
        .filter(|(_, (runs, _))| *runs >= 2)
        .max_by_key(|(agents, (runs, start))| (*runs, agents.len(), std::cmp::Reverse(*start)))?;
    Some(RepeatedLoop { agents: best.0.to_vec(), runs: best.1.0 })
}

/// Steps until the first agent acts again, if no other agent acts twice before that.
fn round_length(turns: &[AgentId]) -> Option<usize> {
    for length in 1..turns.len().min(LONGEST + 1) {
        if turns[length] == turns[0] {
            return Some(length);
        }
        if turns[..length].contains(&turns[length]) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    /// `turns`: one agent per act, each act the child of the one before.
    #[track_caller]
    fn check(turns: &[u32], expected: Option<(&[u32], u32)>) {
        let acts = turns.iter().enumerate().map(|(at, it)| sample::action(*it, at as f64)).collect();
        let links: Vec<(u32, u32)> = (1..turns.len() as u32).map(|it| (it - 1, it)).collect();
        let episode = sample::episode(6, acts, &links);
        let found = repeated_loop(&episode, &build(&episode, None));
        let expected = expected.map(|(agents, runs)| RepeatedLoop {
            agents: agents.iter().map(|it| AgentId(*it)).collect(),
            runs,
        });
        assert_eq!(found, expected, "{turns:?}");
    }

    #[test]
    fn rounds_are_counted() {
        check(&[], None);
        check(&[0, 1, 2, 3], None);
        check(&[0, 1, 0], None);
        check(&[0, 1, 0, 1, 0], Some((&[0, 1], 2)));
        check(&[0, 0, 1, 1, 1, 0, 1, 0, 0], Some((&[0, 1], 2)));
        // Mock-up 03: coder > executor > critic > coder, 3 rounds.
        check(&[0, 1, 0, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 5, 0], Some((&[2, 3, 4], 3)));
        // Two rounds of three agents win over two rounds of two.
        check(&[0, 1, 0, 1, 0, 2, 3, 4, 2, 3, 4, 2], Some((&[2, 3, 4], 2)));
    }

    #[test]
    fn agents_that_only_take_turns_are_no_loop() {
        let acts = (0..9).map(|it| sample::action(it % 2, f64::from(it))).collect();
        let episode = sample::episode(2, acts, &[]);
        assert_eq!(repeated_loop(&episode, &build(&episode, None)), None);
    }
}
