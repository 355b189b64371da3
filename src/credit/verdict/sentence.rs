//! The verdict in words: true at every level of data, readable at 2 a.m.
//!
//! What is not measured is called not measured, before the number it qualifies. The word of a human or a
//! model judge stands beside the numbers and is never called a measurement.

use unicode_width::UnicodeWidthStr;

use crate::model::{AgentId, Episode, Estimate, Provenance};

use super::super::blame::BlameKind;
use super::super::figure::{list, percent, plain, signed};
use super::{Level, Verdict};

/// Columns the short form may take.
const SHORT: usize = 76;
/// Columns a name may take in the short form.
const SHORT_NAME: usize = 20;

impl Verdict {
    /// The verdict as one line of clauses joined by ` · `, at any length.
    pub fn sentence(&self, episode: &Episode) -> String {
        let name = |agent: AgentId| episode.agent(agent).name.clone();
        let mut clauses = Vec::new();
        if self.open {
            clauses.push("the episode is still open".to_owned());
        }
        let who = self.who(episode, &name, false);
        clauses.push(match self.grounds() {
            Some(grounds) => format!("{grounds}: {who}"),
            None => who,
        });
        // If nothing is measured, a judge's word is the best there is.
        let unmeasured = self.level >= Level::Structural;
        clauses.extend(self.judgement(episode, false).filter(|_| unmeasured));
        clauses.extend(self.decisive(episode));
        clauses.extend(self.support(episode));
        clauses.extend(self.surety(episode));
        if self.outcome_only {
            clauses.push(format!("no reward logged, {} counted as {}", self.outcome().0, self.outcome().1));
        }
        clauses.extend(self.judgement(episode, false).filter(|_| !unmeasured));
        clauses.join(" · ")
    }

    /// The verdict in at most 76 columns: who, on what grounds, and what else fits.
    pub fn short(&self, episode: &Episode) -> String {
        let name = |agent: AgentId| clipped(&episode.agent(agent).name, SHORT_NAME);
        // If room is short, the clause with the highest number goes first; 0 stays.
        let mut clauses: Vec<(u8, String)> = Vec::new();
        if self.open {
            clauses.push((1, "still open".to_owned()));
        }
        let who = self.who(episode, &name, true);
        clauses.push((
            0,
            match self.short_grounds() {
                Some(grounds) => format!("{grounds}: {who}"),
                None => who,
            },
        ));
        clauses.extend(self.decisive(episode).map(|it| (3, it)));
        if self.of > 1 && !self.all_equal && self.level != Level::Structural {
            clauses.push((4, format!("holds {}/{}", self.holds, self.of)));
        }
        clauses.extend(self.judgement(episode, true).map(|it| (2, it)));
        if self.outcome_only {
            clauses.push((5, format!("{} = {}", self.outcome().0, self.outcome().1)));
        }
        loop {
            let text = clauses.iter().map(|it| it.1.as_str()).collect::<Vec<_>>().join(" · ");
            if text.width() <= SHORT {
                return text;
            }
            match clauses.iter().enumerate().filter(|it| it.1.0 > 0).max_by_key(|it| it.1.0) {
                Some((at, _)) => drop(clauses.remove(at)),
                None => return clipped(&text, SHORT),
            }
        }
    }

    /// How the status stands in for a reward.
    fn outcome(&self) -> (&'static str, &'static str) {
        if self.failed { ("failure", "-1") } else { ("success", "+1") }
    }

    fn who(&self, episode: &Episode, name: &dyn Fn(AgentId) -> String, brief: bool) -> String {
        let (Some(kind), Some(credit)) = (self.kind, self.credit) else {
            return match (self.level, episode.reward().is_some() || !self.title.is_empty()) {
                _ if episode.agents.is_empty() => "no agent acted: there is nobody to credit".to_owned(),
                (Level::Nothing, false) => "no reward logged: nothing to divide".to_owned(),
                _ if self.title.is_empty() => "no method can be computed from this log".to_owned(),
                _ => format!("{} has a number for no agent", self.title),
            };
        };
        let names: Vec<String> = self.named.iter().map(|it| name(*it)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let figure = figure(&credit);
        let (of, gain) = if kind.is_low() { ("loss", "lost") } else { ("gain", "gained") };
        let text = if self.all_equal && credit.value == 0.0 {
            format!(
                "every credit is 0{}: nobody stands out",
                match self.reward {
                    Some(0.0) => " as the reward is 0",
                    _ => "",
                }
            )
        } else if self.all_equal {
            format!("all {} tie at {figure}: nobody stands out", self.named.len())
        } else if self.named.len() > 1 {
            match (self.share, is_exact(&credit)) {
                (Some(share), true) => {
                    format!("{} tie at {figure} each, {} of the {of} each", list(&names), percent(share))
                }
                (None, true) => {
                    format!("nobody {gain} reward; {} tie at {} ({figure})", list(&names), least(kind))
                }
                _ => format!("{} cannot be told apart (first {figure})", list(&names)),
            }
        } else {
            match self.share {
                Some(share) if brief && self.level > Level::Modelled => {
                    format!("{} {figure} ({} of {of})", names[0], percent(share))
                }
                Some(share) => format!("{} {figure} is {} of the {of}", names[0], percent(share)),
                None => {
                    let verb = if kind == BlameKind::EarnedLeast { "earned" } else { "lost" };
                    format!("nobody {gain} reward; {} {verb} least ({figure})", names[0])
                }
            }
        };
        if self.known < episode.agents.len() {
            format!("{text} (only {} of {} agents have a number)", self.known, episode.agents.len())
        } else {
            text
        }
    }

    /// The declared record, as a name.
    fn declared_by(&self) -> &str {
        self.method.split_once('/').map_or("the log", |it| it.1)
    }

    /// What the number rests on, if that is not a measurement; it stands before the number.
    fn grounds(&self) -> Option<String> {
        match self.level {
            Level::Measured | Level::Nothing => None,
            Level::Modelled => Some(format!("not measured, a model's estimate ({})", self.method)),
            Level::Declared if self.recomputable => Some(format!("declared by {}", self.declared_by())),
            Level::Declared => {
                Some(format!("declared by {}, not recomputable from this log", self.declared_by()))
            }
            Level::Structural if self.all_equal => None,
            Level::Structural => {
                let none = if self.evidence { "not a measurement" } else { "no measurement in this log" };
                Some(format!("{none}; by the shape of the trace alone ({})", self.method))
            }
        }
    }

    fn short_grounds(&self) -> Option<String> {
        match self.level {
            Level::Measured | Level::Nothing => None,
            Level::Modelled => Some("modelled".to_owned()),
            Level::Declared => Some(format!("declared by {}", clipped(self.declared_by(), SHORT_NAME))),
            Level::Structural if self.all_equal => None,
            Level::Structural => Some("trace shape only".to_owned()),
        }
    }

    fn decisive(&self, episode: &Episode) -> Option<String> {
        let act = &episode.act(self.act?).id;
        Some(match (self.act_provenance, self.failed) {
            (Some(Provenance::Structural), _) if self.level == Level::Structural => {
                format!("heaviest act {act}")
            }
            (Some(Provenance::Structural), _) => format!("heaviest act {act} (by trace shape)"),
            (Some(it), failed) => {
                let what = if failed { "worst act" } else { "best act" };
                let mark =
                    if Level::of(it) > self.level { format!(" ({})", it.word()) } else { String::new() };
                format!("{what} {act}{mark}")
            }
            (None, _) => return None,
        })
    }

    /// Who agrees and who does not.
    fn support(&self, episode: &Episode) -> Option<String> {
        if self.level == Level::Nothing || self.all_equal {
            return None;
        }
        if self.of <= 1 {
            return Some("no other method can check it".to_owned());
        }
        let mut text = if self.level == Level::Structural {
            format!("{} of {} such rules agree", self.holds, self.of)
        } else {
            format!("holds under {} of {} methods and baselines", self.holds, self.of)
        };
        if self.ties > 0 {
            text.push_str(&format!(", {} undecided", self.ties));
        }
        // A row that names several agents is one that disagrees.
        let rows: Vec<&[(String, AgentId)]> = self.flips.chunk_by(|a, b| a.0 == b.0).collect();
        let words = rows.iter().take(2).map(|row| {
            let names: Vec<&str> = row.iter().map(|it| episode.agent(it.1).name.as_str()).collect();
            format!("`{}` says {}", row[0].0, names.join(" and "))
        });
        let words = words.collect::<Vec<_>>().join(", ");
        if !words.is_empty() {
            text.push_str(&format!("; {words}"));
        }
        if rows.len() > 2 {
            text.push_str(&format!(" and {} more disagree", rows.len() - 2));
        }
        Some(text)
    }

    /// How often another would be named if the values were measured again.
    fn surety(&self, episode: &Episode) -> Option<String> {
        let flip = self.flip.as_ref().filter(|_| !self.all_equal)?;
        let reference = self.named.first()?;
        let other = flip.named.iter().find(|it| it.0 != *reference);
        let to = other.map_or(String::new(), |it| format!(", to {}", episode.agent(it.0).name));
        Some(match flip.probability {
            0.0 => format!("P(flip) 0 of {} draws", flip.draws),
            share => format!("P(flip) {}{to}", percent(share)),
        })
    }

    /// The judgement of a human or a model, as such.
    fn judgement(&self, episode: &Episode, brief: bool) -> Option<String> {
        let label = episode.labels.get(self.label?)?;
        let judge = label.judge.replace('_', " ");
        let judge = if brief { judge.split(' ').next().unwrap_or_default() } else { &judge };
        let act = label.act.map(|it| episode.act(it).id.clone()).or_else(|| label.act_text.clone());
        let at = act.map(|it| format!(" at {it}")).unwrap_or_default();
        Some(format!("{judge}: {}{at}", label.agent_text))
    }
}

fn least(kind: BlameKind) -> &'static str {
    if kind == BlameKind::EarnedLeast { "least earned" } else { "least lost" }
}

fn is_exact(credit: &Estimate) -> bool {
    credit.interval.is_none()
}

/// `-0.41 ±0.06`, `-0.11 ±0.12?`, `-0.20 [-0.41, 0.01]?`; `?`: the interval holds 0.
fn figure(credit: &Estimate) -> String {
    let unsure = if credit.sign_unsure() { "?" } else { "" };
    match (credit.interval, credit.standard_error) {
        (Some((low, high)), Some(_)) => {
            format!("{} ±{}{unsure}", signed(credit.value), spread((high - low) / 2.0))
        }
        (Some((low, high)), None) => {
            format!("{} [{}, {}]{unsure}", signed(credit.value), plain(low), plain(high))
        }
        (None, _) => signed(credit.value),
    }
}

/// Half an interval, in the decimals of the number it belongs to if that shows anything.
fn spread(half: f64) -> String {
    if (0.005..1000.0).contains(&half) { format!("{half:.2}") } else { plain(half) }
}

/// `text` in at most `columns` columns, with an ellipsis if it was cut.
fn clipped(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for one in text.chars() {
        kept.push(one);
        if kept.width() >= columns {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}
