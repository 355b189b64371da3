//! `--filter`: what a report lists.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::Context;

use crate::{
    app::Analysis,
    app::RequestId,
    filter::{ActTypes, Filter},
    model::{Attribution, Episode, EpisodeId, LogSummary},
    runtime::search::{filter_all, match_records},
    store::Store,
};

/// Reads the filters.
pub(super) fn parse(texts: &[String]) -> anyhow::Result<Vec<Arc<Filter>>> {
    let parse = |it: &String| Filter::parse(it).map(Arc::new).with_context(|| format!("--filter '{it}'"));
    texts.iter().map(parse).collect()
}

/// The episodes that pass, by their rows; `None` without filters.
pub(super) fn episodes(store: &Store, summary: &LogSummary, filters: &[Arc<Filter>]) -> Option<Vec<usize>> {
    if filters.is_empty() {
        return None;
    }
    let about_records: Vec<_> = filters.iter().filter(|it| !it.is_about_episodes()).cloned().collect();
    let found: BTreeSet<(usize, EpisodeId)> = match about_records.as_slice() {
        [] => BTreeSet::new(),
        some => filter_all(store, RequestId::default(), some).found.into_iter().collect(),
    };
    let passes = |row: usize| {
        let id = EpisodeId::from_index(row);
        filters.iter().all(|it| it.passes_summary(&summary.episodes[row]))
            && about_records.iter().enumerate().all(|(at, it)| found.contains(&(at, id)) != it.negated)
    };
    Some((0..summary.episodes.len()).filter(|it| passes(*it)).collect())
}

/// Whether each act of an episode is listed.
pub(super) fn acts(store: &Store, id: EpisodeId, episode: &Episode, filters: &[Arc<Filter>]) -> Vec<bool> {
    let types = ActTypes::of(episode);
    let patterns: Vec<_> = filters.iter().filter_map(|it| it.pattern().cloned()).collect();
    let places = match_records(store, id, &patterns);
    let passes = |act| {
        let origin = episode.act(act).origin;
        filters.iter().all(|filter| {
            let at = filter.pattern().and_then(|it| patterns.iter().position(|other| other == it));
            let matches = at.is_some_and(|it| places[it].binary_search(&origin.place()).is_ok());
            filter.passes_act(episode, &types, act, matches)
        })
    };
    episode.act_ids().map(passes).collect()
}

/// Keeps only the acts that are `listed` in what is printed; every number stays.
pub(super) fn limit(analysis: &mut Analysis, listed: &[bool]) {
    let keep = |it: &mut Attribution| it.acts.retain(|it| listed.get(it.0.index()).copied().unwrap_or(true));
    analysis.credit.iter_mut().for_each(keep);
    analysis.acts.iter_mut().for_each(keep);
}
