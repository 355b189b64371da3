//! Whether the team is more than the sum of its parts.

use super::{Computed, FigureRow, Group, Team, short};
use crate::model::{CoalitionTable, Episode};

pub(super) const SURPLUS: FigureRow = FigureRow {
    name: "team against sum of parts",
    group: Group::Collaboration,
    unit: "reward",
    formula: "(v(N) - v(nobody)) - sum over agents i of (v({i}) - v(nobody)); above 0 the team is worth more than its members alone",
    source: "superadditivity, von Neumann and Morgenstern 1944, section 25",
    metrics: &["synergy", "superadditivity"],
    compute: surplus,
};

fn surplus(team: &Team<'_>) -> Computed {
    let tables = &team.episode.coalitions;
    let found = tables.iter().map(|it| of_table(team.episode, it));
    let mut why = "no record says what coalitions are worth (counterfactual, coalition)".to_owned();
    for it in found {
        match it {
            Ok(found) => return Ok(found),
            Err(missing) => why = missing,
        }
    }
    Err(why)
}

fn of_table(episode: &Episode, table: &CoalitionTable) -> Computed {
    let (mut nobody, mut all) = (None, None);
    let mut alone = vec![None; table.players.len()];
    for at in 0..table.values.len() {
        let (members, mean) = (table.values.members_of(at), table.values.mean(at));
        match members.len() {
            0 => nobody = mean,
            1 => {
                let own = members.iter().next().and_then(|it| table.players.binary_search(&it).ok());
                own.into_iter().for_each(|it| alone[it] = mean);
            }
            _ => {}
        }
        if members.len() == table.players.len() {
            all = mean;
        }
    }
    let nobody = nobody.ok_or("no coalition without anybody is logged")?;
    let all = all.ok_or("the coalition of all is not logged")?;
    let missing = alone.iter().position(Option::is_none);
    if let Some(at) = missing {
        return Err(format!("what {} is worth alone is not logged", episode.agent(table.players[at]).name));
    }
    let parts: f64 = alone.iter().flatten().map(|it| it - nobody).sum();
    let made_of =
        format!("all {}, alone together {}, nobody {}", short(all), short(parts + nobody), short(nobody));
    Ok((all - nobody - parts, made_of))
}
