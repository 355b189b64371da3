//! The Owen value (Owen 1977): Shapley among unions of agents, then inside each union.
//!
//! `c_i = sum over H of unions without i's, T of i's union without i, of
//! h!(m-h-1)!/m! t!(b-t-1)!/b! [v(H + T + i) - v(H + T)]`. The sum of a union is its Shapley value in the game
//! of unions. Agents without a team (or role) are a union of their own.

use crate::model::{Agent, AgentId, Unavailable};

use super::super::game::Coalition;
use super::super::method::{Baseline, Family, Method, Need};
use super::super::question::{Question, missing};
use super::super::semivalue::Coefficients;
use super::linear::Form;
use super::rows::BOUNDS;
use super::structured::{self, Divides, Structure};

/// The row of Owen value (teams).
pub(in crate::credit) const METHOD: Method = Method {
    name: "owen",
    title: "Owen value (teams)",
    family: Family::Coalition,
    needs: &[Need::Coalitions, Need::Teams],
    baselines: UNIONS,
    params: BOUNDS,
    formula: "c_i = Shapley among unions, then inside: sum_H sum_T w(H) w(T) [v(H+T+i) - v(H+T)]",
    source: "Owen 1977",
    caveats: &["whole unions join or leave: members of a union are never seen with half of another"],
    efficient: true,
    names_culprit: true,
    variant_of: None,
    aliases: &[("owen", Some("team")), ("owen_value", Some("team"))],
    compute: |question| structured::compute(question, structure),
    terms: |question, target| structured::terms(question, structure, target),
};

fn structure(question: &Question<'_>, players: &[AgentId]) -> Result<Structure, Unavailable> {
    let by_role = question.baseline.is_some_and(|it| it.name == "role");
    Ok(Structure {
        form: form(question, players)?,
        name: if by_role { "Owen by role" } else { "Owen by team" },
        note: question.baseline.map_or("", |it| it.title).to_owned(),
        divides: Divides::Team,
    })
}

/// What makes a union.
const UNIONS: &[Baseline] = &[
    Baseline {
        name: "team",
        title: "unions are teams",
        formula: "unions by `team`",
        source: "Owen 1977",
        needs: &[Need::Teams],
        names_culprit: true,
        rescales: false,
    },
    Baseline {
        name: "role",
        title: "unions are roles",
        formula: "unions by `role`",
        source: "Owen 1977",
        needs: &[Need::Teams],
        names_culprit: true,
        rescales: false,
    },
];

/// The form of the players' teams or roles.
///
/// # Errors
/// When no player has one.
pub(super) fn form(question: &Question<'_>, players: &[AgentId]) -> Result<Form, Unavailable> {
    let by_role = question.baseline.is_some_and(|it| it.name == "role");
    let name = |agent: &AgentId| -> Option<&str> {
        let Agent { team, role, .. } = question.episode.agent(*agent);
        if by_role { role.as_deref() } else { team.as_deref() }
    };
    if players.iter().all(|it| name(it).is_none()) {
        let field = if by_role { "role" } else { "team" };
        return Err(missing(format!("no player has a `{field}` in the roster")));
    }
    let mut unions: Vec<(Option<&str>, Coalition)> = Vec::new();
    for (player, agent) in players.iter().enumerate() {
        let name = name(agent);
        match unions.iter_mut().find(|it| name.is_some() && it.0 == name) {
            Some(union) => union.1 = union.1.with(player),
            None => unions.push((name, Coalition::EMPTY.with(player))),
        }
    }
    of_unions(players.len(), &unions.iter().map(|it| it.1).collect::<Vec<_>>())
}

/// The form of a partition of `n` players into unions.
///
/// # Errors
/// When it has too many terms.
pub(super) fn of_unions(n: usize, unions: &[Coalition]) -> Result<Form, Unavailable> {
    let m = unions.len();
    let outer = Coefficients::shapley(m);
    let largest = unions.iter().map(|it| it.size()).max().unwrap_or(0);
    if m + largest > 24 {
        return Err(missing(format!("{m} unions of up to {largest} players have too many coalitions")));
    }
    let mut entries = Vec::new();
    for (k, union) in unions.iter().enumerate() {
        let members: Vec<usize> = union.players().collect();
        let inner = Coefficients::shapley(members.len());
        let others: Vec<Coalition> =
            unions.iter().enumerate().filter(|it| it.0 != k).map(|it| *it.1).collect();
        for chosen in 0..1u64 << others.len() {
            let joined = others.iter().enumerate().filter(|it| chosen >> it.0 & 1 == 1);
            let joined = joined.fold(0, |mask, it| mask | it.1.0);
            // A marginal contribution to h unions has the weight that `with` gives for h + 1.
            let weight = outer.with[chosen.count_ones() as usize + 1];
            for inside in 0..1u64 << members.len() {
                let size = inside.count_ones() as usize;
                let mine = members.iter().enumerate().filter(|it| inside >> it.0 & 1 == 1);
                let coalition = Coalition(mine.fold(joined, |mask, it| mask | 1 << it.1));
                for (at, player) in members.iter().enumerate() {
                    let coefficient = inner.of(size, inside >> at & 1 == 1);
                    entries.push((coalition, *player, weight * coefficient));
                }
            }
        }
    }
    Form::of(n, entries)
}
