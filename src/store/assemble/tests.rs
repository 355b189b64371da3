//! Records in, episode out: one small log per point.

mod acts;
mod any;
mod clocks;
mod growing;
mod large;
mod links;
mod otherwise;
mod whole;

use super::*;
use crate::log::parse_line;

/// The episode of these lines, each without its `episode` field; a `run` line is the run of the log.
fn episode(lines: &[&str]) -> Episode {
    let mut run = None;
    let mut records = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let whole = line.replacen('{', r#"{"episode":"e","#, 1);
        let parsed = parse_line(whole.as_bytes());
        assert_eq!(parsed.records.len(), 1, "{line}: {:?}", parsed.problems);
        let origin = Origin { line: index as u32 + 1, ..Origin::default() };
        for (record, _) in parsed.records {
            match record.body {
                Body::Run(it) => run = Some(it),
                _ => records.push((Box::new(record), origin)),
            }
        }
    }
    assemble("e", run.as_ref(), records, Vec::new())
}

/// The rules of what was found, in order.
fn rules(episode: &Episode) -> Vec<&str> {
    episode.diagnostics.iter().map(|it| it.rule.name()).collect()
}

/// Ids of acts, in order.
fn ids(episode: &Episode) -> Vec<&str> {
    episode.acts.iter().map(|it| it.id.as_str()).collect()
}

/// Names of agents, in order.
fn names(episode: &Episode) -> Vec<&str> {
    episode.agents.iter().map(|it| it.name.as_str()).collect()
}

/// Ids of these acts.
fn of<'a>(episode: &'a Episode, acts: &[ActId]) -> Vec<&'a str> {
    acts.iter().map(|it| episode.act(*it).id.as_str()).collect()
}
