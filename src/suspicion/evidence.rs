//! Why an act is suspect: its signals in words, each with what it adds to the log odds against the mean act of an
//! agent, and with the place in the text.

use super::{TextEstimate, signals::NAMES};
use crate::model::{ActId, Clue, Episode};

/// Less than this is not spoken of, in log odds.
const LEAST: f64 = 0.05;
/// Characters of a value that says where to look.
const TELLING: usize = 4;
/// Values that are quoted.
const QUOTED: usize = 3;

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The name of the signal in the table.
    pub signal: &'static str,
    /// What it adds to the log odds, against the mean act of an agent; below 0 it speaks for the act.
    pub weight: f64,
    /// In words.
    pub words: String,
}

impl TextEstimate {
    /// Why `act` has its P, the strongest reason first.
    pub fn evidence(&self, episode: &Episode, act: ActId) -> Vec<Evidence> {
        let Some(clues) = &episode.clues else { return Vec::new() };
        let at = clues.rows.partition_point(|it| it.act < act);
        if clues.rows.get(at).is_none_or(|it| it.act != act) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (signal, name) in NAMES.into_iter().enumerate() {
            let value = self.signals.rows[at][signal];
            let weight = self.weights[signal] * (value - self.mean[signal]);
            // That it is no tool, no person and no thought is nothing to say of a deed.
            let is_silent = matches!(name, "tool" | "human" | "thought") && value == 0.0;
            if weight.abs() >= LEAST && !is_silent {
                let words = self.words(episode, at, name, value);
                found.push(Evidence { signal: name, weight, words });
            }
        }
        found.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        found
    }

    fn words(&self, episode: &Episode, at: usize, signal: &str, value: f64) -> String {
        let Some(clues) = &episode.clues else { return String::new() };
        let clue = &clues.rows[at];
        let yes = value != 0.0;
        let either = |a: &str, b: &str| if yes { a.to_owned() } else { b.to_owned() };
        match signal {
            "tool" => "a tool's result".to_owned(),
            "human" => "a person's words".to_owned(),
            "first" => either("the first act", "not the first act"),
            "thought" => "a thought, not a deed".to_owned(),
            "done" => either("declares the end", "does not declare the end"),
            "code" => either("holds code", "holds no code"),
            "changed" => either("takes over from another", "goes on after its own act"),
            "worker" => either("by a worker", "by the agent that acts most"),
            "second_worker" => either("the second act of a worker", "not the second act of a worker"),
            "last_worker" => either("the last act of a worker", "not the last act of a worker"),
            "since_worker" if yes => format!("{} acts after the first of a worker", value.exp_m1().round()),
            "since_worker" => "at the first act of a worker, or before it".to_owned(),
            "nth" => format!("act {} of this agent", (2.0 * value).exp_m1().round() + 1.0),
            "length" if value > 0.0 => format!("longer than usual here ({} characters)", clue.chars),
            "length" => format!("shorter than usual here ({} characters)", clue.chars),
            "growth" if value > 0.0 => "longer than the act before of this agent".to_owned(),
            "growth" if yes => "shorter than the act before of this agent".to_owned(),
            "growth" => "the first act of this agent, or as long as the one before".to_owned(),
            "simulated" if yes => format!("says {}", quoted(clue.guesses.iter().map(AsRef::as_ref))),
            "simulated" => "no word of assumption".to_owned(),
            "any_new" if yes => self.new_values(episode, at, clue),
            "any_new" => "brings nothing new".to_owned(),
            "final_origin" if yes => format!("{} of the values at the end come up here first", thirds(value)),
            "final_origin" => "none of the values at the end come up here first".to_owned(),
            "final_share" => format!("holds {:.0} % of the values of the final answer", 100.0 * value),
            "dropped" => either("uses nothing of the result before it", "ignores no result"),
            "before_error" if yes => {
                let error = self.signals.first_error.and_then(|it| clues.rows.get(it));
                let text = error.and_then(|it| it.error.as_deref()).unwrap_or_default();
                match error.filter(|it| it.act != clue.act) {
                    Some(it) => {
                        let id = &episode.act(it.act).id;
                        format!("the act before the first error of a tool (\"{text}\" at {id})")
                    }
                    None => format!("the first call of a tool that failed (\"{text}\")"),
                }
            }
            "before_error" => "not before the first error of a tool".to_owned(),
            "fixed" => {
                either("ran into an error that was repaired later", "no error of its own that was repaired")
            }
            _ if yes => format!(
                "{} acts before the one that ran into the first error",
                (2.0 * value).exp_m1().round()
            ),
            _ => "the first error of a tool is not far ahead".to_owned(),
        }
    }

    fn new_values(&self, episode: &Episode, at: usize, clue: &Clue) -> String {
        let values = episode.clues.as_ref().map_or(&[][..], |it| &it.values);
        let known = self.signals.known_before[at];
        let new = || clue.values.iter().filter(|it| **it >= known).filter_map(|it| values.get(*it as usize));
        let count = new().count();
        // A digit or two tell nobody where to look.
        let (long, short): (Vec<&str>, Vec<&str>) =
            new().map(AsRef::as_ref).partition(|it: &&str| it.len() >= TELLING);
        let shown = quoted(long.into_iter().chain(short));
        let word = if count == 1 { "value" } else { "values" };
        format!("brings {count} {word} found nowhere before ({shown})")
    }
}

fn thirds(value: f64) -> String {
    match (3.0 * value).round() as u32 {
        3 => "3 or more".to_owned(),
        n => n.to_string(),
    }
}

/// The first ones, in quotation marks.
fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for word in words {
        if !shown.contains(&word) && shown.len() < QUOTED {
            shown.push(word);
        }
    }
    let quoted: Vec<String> = shown.iter().map(|it| format!("\"{it}\"")).collect();
    quoted.join(", ")
}
