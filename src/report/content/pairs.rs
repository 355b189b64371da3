//! What pairs of agents earn together beyond what each adds alone.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
    figures::{self, count},
};
use crate::model::{Value, signed};

/// Pairs beyond this number are counted; JSON has them all.
const PAIRS: usize = 12;

/// The pairs that matter most; `None` if the log does not tell, or nobody has a partner.
pub(super) fn pairs(report: &Report<'_>) -> Option<Section> {
    let known = report.pairs.filter(|it| !it.pairs.is_empty())?;
    let name = |agent: crate::model::AgentId| report.episode.agent(agent).name.as_str();
    let mut pairs: Vec<_> = known.pairs.iter().collect();
    pairs.sort_by(|a, b| {
        b.value.value.abs().total_cmp(&a.value.value.abs()).then((a.a, a.b).cmp(&(b.a, b.b)))
    });
    let values: Vec<Value> = known.pairs.iter().map(|it| Value::Number(it.value)).collect();
    let places = figures::decimals(values.iter());
    let mut section = Section::new("Pairs: Shapley interaction index");
    let mut table = Table::new(&[
        Column::words("pair"),
        Column::number("together"),
        Column::words("?"),
        Column::words("95% interval"),
        Column::words("that is"),
    ]);
    for pair in pairs.iter().take(PAIRS) {
        table.rows.push(vec![
            format!("{} and {}", name(pair.a), name(pair.b)),
            signed(pair.value.value, places),
            figures::mark(&pair.value).to_owned(),
            figures::interval(&pair.value, places),
            pair.kind.word().to_owned(),
        ]);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    if pairs.len() > PAIRS {
        section.text(format!("{} more with a smaller effect", count((pairs.len() - PAIRS) as u64, "pair")));
    }
    section.text("what two earn together beyond what each adds alone: synergy above 0, redundancy below; it divides nothing");
    section.field("grounds", known.sample.clone());
    if let Some(absence) = &known.absence {
        section.field("absence", figures::absence_sentence(absence));
    }
    for caveat in &known.caveats {
        section.field("caveat", caveat.text.clone());
    }
    Some(section)
}
