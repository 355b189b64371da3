//! The answers of several rules as one line: which act each points at, in order of time.

use crate::model::{ActId, Episode};

use super::findings::{FailureStudy, Rule};

/// What a rule says of the act that it points at; `None` if another rule says the same or it is about agents.
fn says(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::DecisiveError => Some("first that another choice saves"),
        Rule::FirstError => Some("no replay succeeds after it"),
        Rule::LargestDrop => Some("success falls most"),
        Rule::Commitment => Some("last that others rescue"),
        Rule::FirstErrorByHalving | Rule::Spectrum => None,
    }
}

/// What the rules of `study` say of which act, and that `costliest` costs most, in order of time: `a3: first that another
/// choice saves; a7: no replay succeeds after it, costs most`. `None` if fewer than two of them point at an act.
pub fn together(episode: &Episode, study: &FailureStudy, costliest: Option<ActId>) -> Option<String> {
    let mut said: Vec<(ActId, String)> = Vec::new();
    for finding in &study.findings {
        let Some((found, says)) = finding.result.as_ref().ok().zip(says(finding.rule)) else { continue };
        let Some(act) = found.act else { continue };
        let doubt = if found.certain { "" } else { " (may be chance)" };
        said.push((act, format!("{says}{doubt}")));
    }
    said.extend(costliest.map(|it| (it, "costs most".to_owned())));
    if said.len() < 2 {
        return None;
    }
    said.sort_by_key(|it| it.0);
    let acts = said.chunk_by(|a, b| a.0 == b.0);
    let parts: Vec<String> = acts
        .map(|it| {
            let words: Vec<&str> = it.iter().map(|it| it.1.as_str()).collect();
            format!("{}: {}", episode.act(it[0].0).id, words.join(", "))
        })
        .collect();
    Some(parts.join("; "))
}
