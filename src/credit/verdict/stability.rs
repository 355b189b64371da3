//! How sure: how many independent measurements agree, and how often another would be named, were all measured
//! again.
//!
//! A measurement has one voice, whatever the number of formulas that read it ([`Data`]). Values that a model
//! states, credit that the log declares and the shape of a trace have none. With one agent nothing votes.

use crate::model::{AgentId, Episode};
use crate::text::{Clause, Sentence};

use super::super::figure;
use super::super::flip::FlipProbability;
use super::super::sweep::{Agreement, Data, OtherTable, Sweep, SweepRow, agreement};
use super::check::Check;
use super::finding::Finding;
use super::words::names;

/// What one measurement says.
#[derive(Clone, Debug, PartialEq)]
pub struct Vote {
    /// What was measured.
    pub data: Data,
    /// Which of several tables, in words; `None`: the one that the rows of the sweep read.
    pub table: Option<String>,
    /// `method/baseline` of the row that speaks for it.
    pub method: String,
    /// Whom it names.
    pub agents: Vec<AgentId>,
    /// How that stands to the verdict.
    pub agrees: Agreement,
}

impl Vote {
    /// What was measured: `coalitions`, `coalitions 'again'`.
    fn words(&self) -> String {
        data_words(self.data, self.table.as_deref())
    }
}

/// `coalitions`, `coalitions 'again'`.
pub(super) fn data_words(data: Data, table: Option<&str>) -> String {
    let word = data.word();
    table.map_or_else(|| word.to_owned(), |table| format!("{word} {table}"))
}

/// How sure the verdict is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stability {
    /// One per measurement that names anybody.
    pub votes: Vec<Vote>,
    /// How often the verdict would name another, the values measured again; `None`: their uncertainty is not
    /// known, or it was not counted yet ([`super::super::study_without_curves`]).
    pub flip: Option<FlipProbability>,
    /// Declared credits that a recomputation confirms, though it is not they that lead.
    pub confirmed: Vec<String>,
}

impl Stability {
    /// The votes on whom `finding` names: the rows of the sweep that speak for a measurement.
    pub(super) fn of(episode: &Episode, finding: &Finding, sweep: &Sweep, checks: &[Check]) -> Self {
        if episode.agents.len() < 2 {
            return Self::default();
        }
        let led_by = match finding {
            Finding::Named(it) => it.by.as_str(),
            Finding::Equal(_)
            | Finding::Judged(_)
            | Finding::Estimated(_)
            | Finding::Entered(_)
            | Finding::Unknown => "",
        };
        let confirmed = checks.iter().filter(|it| it.confirmed && !led_by.ends_with(&format!("/{}", it.key)));
        let confirmed = confirmed.map(|it| it.key.clone()).collect();
        let vote = |row: &SweepRow| {
            let agents = row.blamed.clone();
            let agrees = agreement(finding.agents(), &agents);
            Some(Vote { data: row.data?, table: None, method: row.name(), agents, agrees })
        };
        let of_table = |it: &OtherTable| Vote {
            data: Data::Coalitions,
            table: Some(it.name.clone()),
            method: "shapley".to_owned(),
            agrees: agreement(finding.agents(), &it.blamed),
            agents: it.blamed.clone(),
        };
        let rows = sweep.rows.iter().filter(|it| it.counted).filter_map(vote);
        Self { votes: rows.chain(sweep.tables.iter().map(of_table)).collect(), flip: None, confirmed }
    }

    /// How many measurements name the same.
    pub fn agree(&self) -> usize {
        self.votes.iter().filter(|it| it.agrees == Agreement::Holds).count()
    }

    pub(super) fn words(&self, episode: &Episode, named: &[AgentId]) -> Sentence {
        let mut out = Sentence::default();
        if named.is_empty() {
            return out;
        }
        let who = names(episode, named, "or");
        match self.votes.as_slice() {
            [] => {}
            [one] if one.agrees == Agreement::Holds => {
                out.push(Clause::of(format!("One measurement, {}", one.data.word())));
                out.push(Clause::ranked(1, ": no second one checks it"));
            }
            votes => {
                let data: Vec<String> = votes.iter().map(Vote::words).collect();
                out.push(Clause::of(format!("{} of {} measurements", self.agree(), votes.len())));
                out.push(Clause::ranked(1, format!(" ({})", data.join(", "))));
                out.push(Clause::of(format!(" name {who}")));
            }
        }
        if let Some(flip) = &self.flip {
            let lead = if self.votes.is_empty() { "Measured" } else { "; measured" };
            out.push(Clause::of(format!("{lead} again, another name: {}", flip.words())));
            // Only who makes up most of it: of several that are named, they may do so among themselves.
            let other = flip.named.iter().find(|it| !named.contains(&it.0));
            if let Some((other, _)) = other.filter(|it| it.1 > 0.0 && it.1 >= flip.plain / 2.0) {
                out.push(Clause::ranked(2, format!(", mostly {}", names(episode, &[*other], "or"))));
            }
        }
        if !self.confirmed.is_empty() {
            let shown: Vec<&str> = self.confirmed.iter().map(String::as_str).collect();
            let text = format!("; declared {}: confirmed by recomputation", figure::list(&shown));
            out.push(Clause::ranked(3, text));
        }
        out
    }
}
