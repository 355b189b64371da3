//! Credit of agents and of acts, each number with its sign, interval, sample size and grounds.

use super::{
    super::{
        Report,
        document::{Block, Column, Section, Table},
        figures::{self, count},
    },
    scenario,
};
use crate::{
    credit::total_words,
    model::{ActId, Attribution, Provenance, Value, signed},
};

/// Acts beyond this number are only counted; the JSON has them all.
const ACTS: usize = 12;

/// The credit table with its sum.
pub(in crate::report) fn credit(report: &Report<'_>) -> Section {
    let credit = match report.credit {
        Ok(credit) => credit,
        Err(unavailable) => {
            let mut section = Section::new("Credit");
            section.field("unavailable", format!("{}: {}", scenario(report), unavailable.missing));
            if let Some(nearest) = &unavailable.nearest {
                section.field("nearest", nearest.clone());
            }
            return section;
        }
    };
    let mut section = Section::new(format!("Credit: {}", credit.title));
    let places = figures::decimals(credit.agents.iter().map(|it| &it.value));
    let own = report.own.and_then(|it| it.as_ref().ok()).map_or(&[][..], |it| &it.own);
    let mut columns = columns("agent", "why there is no number").to_vec();
    columns.insert(2, Column::number("own"));
    let mut table = Table::new(&columns);
    for agent in ordered(report, credit) {
        let value = &credit.agents[agent].value;
        let name = report.episode.agents.get(agent).map_or(String::new(), |it| it.name.clone());
        let mut cells = row(name, value, places, String::new());
        let own = own.iter().find(|it| it.agent.index() == agent);
        cells.insert(2, own.map_or(String::new(), |it| signed(it.value, places)));
        table.rows.push(cells);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    about(report, credit, &mut section);
    section
}

/// What is to be known of the numbers of the table: what they add up to, and on what grounds.
pub(in crate::report) fn about(report: &Report<'_>, credit: &Attribution, section: &mut Section) {
    let places = figures::decimals(credit.agents.iter().map(|it| &it.value));
    let mut unsure = credit.agents.iter().filter_map(|it| it.value.number()).filter(|it| it.sign_unsure());
    if unsure.next().is_some() {
        section.text("?: the interval holds 0, do not act on the sign");
    }
    let total = total_words(report.episode, credit, places);
    section.field("sum", total.whole());
    let sample = if credit.sample.is_empty() { String::new() } else { format!(", {}", credit.sample) };
    section.field("grounds", format!("{}{sample}", credit.provenance.word()));
    if let Some(absence) = &credit.absence {
        section.field("absence", figures::absence_sentence(absence));
    }
    for caveat in &credit.caveats {
        section.field("caveat", caveat.text.clone());
    }
}

/// The columns of a credit table; `last` heads the column of grounds for the numbers.
fn columns(first: &'static str, last: &'static str) -> [Column; 6] {
    [
        Column::words(first),
        Column::number("credit"),
        Column::words("?"),
        Column::words("95% interval"),
        Column::number("n"),
        Column::words(last),
    ]
}

fn row(name: String, value: &Value, places: usize, last: String) -> Vec<String> {
    let state = |word: &str, why: &str| {
        let text = [why, last.as_str()].iter().filter(|it| !it.is_empty()).copied().collect::<Vec<_>>();
        vec![name.clone(), word.to_owned(), String::new(), String::new(), String::new(), text.join("; ")]
    };
    match value {
        Value::Undefined(why) => state("undefined", why),
        Value::Unavailable(why) => state("unavailable", why),
        Value::Number(it) => vec![
            name,
            signed(it.value, places),
            figures::mark(it).to_owned(),
            figures::interval(it, places),
            it.n.map_or(String::new(), |it| it.to_string()),
            last,
        ],
    }
}

/// Agents from the blamed end of the scale; those without a number come last.
pub(in crate::report) fn ordered(report: &Report<'_>, credit: &Attribution) -> Vec<usize> {
    let sign = if report.episode.failed() != credit.is_blame() { 1.0 } else { -1.0 };
    let key = |at: &usize| credit.agents[*at].value.number().map(|it| sign * it.value);
    let mut order: Vec<usize> = (0..credit.agents.len()).collect();
    order.sort_by(|a, b| match (key(a), key(b)) {
        (Some(x), Some(y)) => x.total_cmp(&y).then(a.cmp(b)),
        (x, y) => x.is_none().cmp(&y.is_none()).then(a.cmp(b)),
    });
    order
}

/// The acts with the largest credit.
pub(super) fn acts(report: &Report<'_>) -> Option<Section> {
    let credit = report.act_credit()?;
    let episode = report.episode;
    let mut order: Vec<&(ActId, Value)> = credit.acts.iter().collect();
    let size = |it: &(ActId, Value)| it.1.number().map_or(-1.0, |it| it.value.abs());
    order.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.0.cmp(&b.0)));
    let places = figures::decimals(credit.acts.iter().map(|it| &it.1));
    let mut columns = columns("act", "what").to_vec();
    columns.insert(1, Column::words("agent"));
    let mut table = Table::new(&columns);
    let is_shape = credit.provenance == Provenance::Structural;
    for (at, (id, value)) in order.iter().take(ACTS).enumerate() {
        let act = episode.act(*id);
        let attempt = act.attempt_words().map_or(String::new(), |it| format!(" ({it})"));
        let mut cells = row(act.id.clone(), value, places, act.label.clone() + &attempt);
        if is_shape && value.number().is_some() {
            // Sizes of such numbers mean nothing: which weighs more does.
            cells[1] = format!("#{}", at + 1);
        }
        cells.insert(1, episode.agent(act.agent).name.clone());
        table.rows.push(cells);
    }
    let mut section = Section::new(format!("Acts: {}", credit.title));
    section.blocks.push(Block::Table(table.without_empty_columns()));
    let more = order.len().saturating_sub(ACTS);
    if more > 0 {
        section.text(format!("{} with smaller credit or none", count(more as u64, "more act")));
    }
    section.field("grounds", credit.provenance.word());
    // What holds for the agents stands above already.
    let said = report.credit.as_ref().is_ok_and(|it| std::ptr::eq(it, credit));
    for caveat in credit.caveats.iter().filter(|_| !said) {
        section.field("caveat", caveat.text.clone());
    }
    Some(section)
}
