//! The arithmetic of one number: the formula, and every term with its record, size, error and grounds. If an
//! agent's number is made of the numbers of its acts, their arithmetic too.

use super::super::{
    Report,
    document::{Block, Column, Section, Table},
    figures,
};
use super::place;
use crate::{
    credit,
    model::{Estimate, Explanation, Origin, Term, Value, in_full, unsigned},
};

/// Terms, and acts below an agent, beyond these numbers are only counted; the JSON has them all.
const TERMS: usize = 8;
const ACTS: usize = 6;
/// Records of one term named.
const RECORDS: usize = 3;

/// The section of one explanation.
pub(super) fn arithmetic(report: &Report<'_>, explanation: &Explanation) -> Section {
    let mut section = Section::new(format!("Arithmetic of {}", explanation.subject));
    section.field("method", explanation.title.clone());
    section.field("formula", explanation.formula.clone());
    section.field("numbers", explanation.substituted.clone());
    section.field("source", explanation.source.clone());
    section.field("grounds", explanation.provenance.word());
    if let Some(absence) = &explanation.absence {
        section.field("absence", figures::absence_sentence(absence));
    }
    let records = Records::of(explanation);
    if let Records::OneFile(origin) = records {
        let place = place(report, origin);
        section.field("records", place.rsplit_once(':').map_or(place.clone(), |it| it.0.to_owned()));
    }
    terms(report, explanation, &explanation.terms, records, &mut section);
    for detail in explanation.details.iter().take(ACTS) {
        section.text(format!("{} = {}", detail.subject, figures::inline(detail.value, 4)));
        terms(report, explanation, &detail.terms, records, &mut section);
    }
    if explanation.details.len() > ACTS {
        let more = explanation.details.len() - ACTS;
        section.text(format!("{more} more acts: --explain ACT explains one"));
    }
    let absence = explanation.absence.as_ref().map(figures::absence_sentence);
    for caveat in explanation.caveats.iter().filter(|it| Some(&it.text) != absence.as_ref()) {
        section.item(caveat.text.clone());
    }
    section
}

/// How the records of an explanation are named.
#[derive(Clone, Copy)]
enum Records {
    /// All of one file, which is named once: by line.
    OneFile(Origin),
    /// By file and line.
    Several,
}

impl Records {
    fn of(explanation: &Explanation) -> Self {
        let inner = explanation.details.iter().flat_map(|it| &it.terms);
        let mut origins = explanation.terms.iter().chain(inner).flat_map(|it| &it.origins);
        match origins.next() {
            Some(first) if origins.all(|it| it.file == first.file) => Records::OneFile(*first),
            _ => Records::Several,
        }
    }

    fn name(self, report: &Report<'_>, origin: Origin) -> String {
        match self {
            Records::OneFile(_) => format!(":{}", origin.line),
            Records::Several => place(report, origin),
        }
    }
}

fn terms(
    report: &Report<'_>,
    explanation: &Explanation,
    terms: &[Term],
    records: Records,
    section: &mut Section,
) {
    let value = |it: &Term| it.value.map(|value| Value::Number(Estimate::exact(value)));
    let values: Vec<Value> = terms.iter().filter_map(value).collect();
    let places = figures::decimals(values.iter());
    let mut table = Table::new(&[
        Column::number("weight"),
        Column::number("value"),
        Column::number("SE"),
        Column::number("n"),
        Column::words("grounds"),
        Column::words("of"),
        Column::words("records"),
    ]);
    for term in terms.iter().take(TERMS) {
        let mut places_of: Vec<String> = term.origins.iter().map(|it| records.name(report, *it)).collect();
        places_of.dedup();
        if places_of.len() > RECORDS {
            let more = places_of.len() - RECORDS;
            places_of.truncate(RECORDS);
            places_of.push(format!("{more} more"));
        }
        table.rows.push(vec![
            in_full(term.weight, 4),
            term.value.map_or("not known".to_owned(), |it| in_full(it, places)),
            term.standard_error.map_or(String::new(), |it| unsigned(it, places)),
            term.n.map_or(String::new(), |it| it.to_string()),
            credit::grounds(explanation, term).to_owned(),
            term.text.clone(),
            places_of.join(" "),
        ]);
    }
    if !table.rows.is_empty() {
        section.blocks.push(Block::Table(table.without_empty_columns()));
    }
    if terms.len() > TERMS {
        let rest: f64 = terms[TERMS..].iter().map(|it| it.weight * it.value.unwrap_or(0.0)).sum();
        let n = terms.len() - TERMS;
        section.text(format!(
            "{n} smaller terms, {} together, are not shown",
            in_full(rest, places).trim_start()
        ));
    }
}
