//! As much of an episode as a rollout among others needs, where its records stand in order and contradict nothing.
//!
//! No labels, links, counterfactuals and clues, which take most of the time. What is not as simple as that is for
//! [`assemble`](super::assemble).

use rustc_hash::FxHashSet;

use super::{Builder, acts, causal, judgement, people};
use crate::{
    log::{Body, Record, Run},
    model::{Episode, Origin, Timestamp},
    text,
};

/// The episode with agents, acts, rewards, end and declared credit; `None`: it has to be put together in full.
pub(in crate::store) fn brief(
    name: &str,
    run: Option<&Run>,
    records: &[(Box<Record>, Origin)],
) -> Option<Episode> {
    if !is_plain(records) {
        return None;
    }
    let mut builder = Builder { implied: Some(0), ..Builder::default() };
    builder.episode.name = text::clean(name);
    builder.about(run, records);
    people::add(&mut builder, run, records);
    acts::add_brief(&mut builder, records)?;
    builder.rest(records);
    judgement::add(&mut builder, records);
    // What was found may say that a reference leads further than to an act.
    builder.diagnostics.is_empty().then_some(builder.episode)
}

/// Whether the records stand in the order of time and causes, each once, with nothing replayed.
fn is_plain(records: &[(Box<Record>, Origin)]) -> bool {
    let mut ids: FxHashSet<&str> = FxHashSet::default();
    let mut awaited: FxHashSet<&str> = FxHashSet::default();
    let (mut starts, mut ends) = (0, 0);
    let mut last: (Option<Timestamp>, Option<i64>) = (None, None);
    let mut place = records.first().map(|it| it.1);
    for (record, origin) in records {
        match &record.body {
            Body::EpisodeStart(_) => starts += 1,
            Body::EpisodeEnd(_) => ends += 1,
            Body::Action(_) | Body::Message(_) | Body::Reward(_) | Body::Credit(_) | Body::Metric(_) => {}
            Body::Run(_) | Body::State(_) | Body::Counterfactual(_) | Body::Unknown { .. } => return false,
        }
        let is_on = place.is_some_and(|it| it.file == origin.file && it.offset <= origin.offset);
        // As records are sorted: one without a time counts as written when the one before it was.
        let when = (record.ts.or(last.0), record.seq.filter(|_| record.ts.is_some()));
        if starts > 1 || ends > 1 || !is_on || when < last || causal::arrives_early(record) {
            return false;
        }
        (place, last) = (Some(*origin), when);
        let parents = record.parents().unwrap_or_default().iter().map(String::as_str);
        awaited.extend(parents.filter(|it| !ids.contains(it)));
        if let Some(id) = record.id.as_deref()
            && (awaited.contains(id) || !ids.insert(id))
        {
            return false;
        }
    }
    true
}
