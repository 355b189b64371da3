//! Filters: typing one, the list of them, and what they leave of the lists.

use std::sync::Arc;

use super::{
    jobs,
    select::{moved, nearest, select, to_culprit_act},
};
use crate::{
    app::{
        action::Action,
        filters::{DELETE, DELETE_ALL, Entry, FilterState},
        job::ListingJob,
        key::{Key, KeyCode},
        layout,
        listing::{CursorMove, Listing, ListingQuestion},
        message::{Effect, FilterNews, Receive},
        model::Model,
        open::OpenEpisode,
        prompt::{self, Prompt, PromptKind},
        request::RequestId,
        screen::{Overlay, Screen},
    },
    filter::{self, Filter},
    model::Place,
    search::Pattern,
};

/// Filters kept to be called back.
const HISTORY: usize = 100;

/// Begins to type a filter.
pub(super) fn prompt(model: &mut Model) {
    model.prompt = Some(Prompt::new(PromptKind::Filter));
}

/// A key while a filter is being typed.
pub(super) fn type_key(model: &mut Model, key: Key) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    match key.code {
        prompt::TAKE => commit(model),
        prompt::LEAVE => model.prompt = None,
        KeyCode::Backspace if prompt.text.is_empty() => model.prompt = None,
        prompt::COMPLETE => prompt.complete(1, |it| model.filters.completions(it)),
        KeyCode::BackTab => prompt.complete(-1, |it| model.filters.completions(it)),
        _ => {
            if prompt.edit(key, &model.filters.history) {
                prompt.error = None;
            }
        }
    }
}

/// Text was pasted into the filter.
pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(prompt) = model.prompt.as_mut() {
        prompt.paste(text);
        prompt.error = None;
    }
}

/// Adds `text`, as if it had been typed.
pub(super) fn add_typed(model: &mut Model, text: &str) {
    prompt(model);
    paste(model, text);
    commit(model);
}

/// Adds what was typed.
fn commit(model: &mut Model) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    if prompt.text.trim().is_empty() {
        model.prompt = None;
        return;
    }
    match Filter::parse(&prompt.text) {
        Err(why) => prompt.error = Some(why.to_string()),
        Ok(filter) => {
            model.prompt = None;
            let state = &mut model.filters;
            let text = filter.text().to_owned();
            state.history.retain(|it| *it != text);
            state.history.push(text);
            if state.history.len() > HISTORY {
                state.history.remove(0);
            }
            add(state, filter);
        }
    }
}

/// Adds a filter. Turns on one that is there already.
fn add(state: &mut FilterState, filter: Filter) {
    state.revision += 1;
    match state.entries.iter().position(|it| *it.filter == filter) {
        Some(at) => {
            state.entries[at].on = true;
            state.row = at;
        }
        None => {
            state.entries.push(Entry { filter: Arc::new(filter), on: true });
            state.row = state.entries.len() - 1;
        }
    }
}

/// Keys of the list of filters that have no meaning elsewhere. `false` if it is none.
pub(super) fn list_key(model: &mut Model, key: Key) -> bool {
    let state = &mut model.filters;
    match key {
        DELETE => {
            if state.row < state.entries.len() {
                let gone = state.entries.remove(state.row);
                state.row = state.row.min(state.entries.len().saturating_sub(1));
                let (text, filter, earlier) =
                    (gone.filter.text(), Action::Filter.key(), Key::named(prompt::EARLIER).name());
                model.notice = Some(format!("{text} is deleted; {filter} and {earlier} bring it back"));
            }
        }
        DELETE_ALL => {
            let gone = std::mem::take(&mut state.entries).len();
            state.row = 0;
            model.notice = Some(format!("{} deleted: everything is listed", filter::count(gone)));
        }
        _ => return false,
    }
    state.revision += 1;
    true
}

/// Actions on the list of filters. `false` if it is none.
pub(super) fn list(model: &mut Model, action: Action, count: usize) -> bool {
    let state = &mut model.filters;
    match action {
        Action::Open | Action::Hold => {
            if let Some(entry) = state.entries.get_mut(state.row) {
                entry.on = !entry.on;
                state.revision += 1;
            }
            return true;
        }
        _ => {}
    }
    let page = layout::page(model.size);
    match moved(action, count, state.row, state.entries.len(), page) {
        Some(row) => state.row = row,
        None => return false,
    }
    true
}

/// More is known of which episodes have records that pass.
pub(super) fn news(model: &mut Model, news: FilterNews) {
    let passing = &mut model.filters.passing;
    if news.request != passing.request {
        return;
    }
    for (filter, episode) in news.found {
        if let Some((_, episodes)) = passing.filters.get_mut(filter) {
            episodes.insert(episode);
        }
    }
    let percent = (news.searched * 100).checked_div(news.size).unwrap_or(0).min(99);
    passing.percent = (!news.done).then_some(percent);
    passing.revision += 1;
}

/// The records of the episode on the screen were read for filters about what they hold.
pub(super) fn matched(model: &mut Model, request: RequestId, places: Vec<Vec<Place>>) {
    let Some(open) = model.open.as_mut() else { return };
    let Some((revision, texts)) = open.listed.matches.take(request) else { return };
    let matches = texts.iter().cloned().zip(places).collect();
    open.listed.matches.put(Arc::new(matches), (revision, texts));
    open.listed.stamp = None;
}

/// If something has changed, makes anew what filters leave of the lists, and asks for what that needs.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    ask_for_episodes(model, effects);
    ask_for_records(model, effects);
    list_episodes(model);
    list_acts(model, effects);
}

/// Asks for a search of the logs for the filters about records, if there is a list of episodes.
fn ask_for_episodes(model: &mut Model, effects: &mut Vec<Effect>) {
    let many = model.log.episodes.len() > 1;
    let wanted = if many { model.filters.about_records() } else { Vec::new() };
    let passing = &mut model.filters.passing;
    if passing.filters.iter().map(|it| &it.0).eq(&wanted) {
        return;
    }
    passing.request.take_next();
    passing.revision += 1;
    passing.percent = (!wanted.is_empty()).then_some(0);
    passing.filters = wanted.iter().map(|it| (Arc::clone(it), Default::default())).collect();
    effects.push(Effect::Filter { request: passing.request, filters: wanted });
}

/// Asks for the records of the episode on the screen, for the filters about what they hold.
fn ask_for_records(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(open) = model.open.as_mut() else { return };
    let mut patterns: Vec<Arc<Pattern>> = model.filters.on().filter_map(|it| it.pattern().cloned()).collect();
    patterns.sort_by(|a, b| a.text().cmp(b.text()));
    patterns.dedup();
    let texts: Vec<String> = patterns.iter().map(|it| it.text().to_owned()).collect();
    let asked = open.listed.matches.newest();
    if asked.is_some_and(|it| it.1 == texts && (it.0 == open.revision || texts.is_empty()))
        || (asked.is_none() && texts.is_empty())
    {
        return;
    }
    let of = (open.revision, texts);
    if patterns.is_empty() {
        open.listed.matches.keep_for(of);
        return;
    }
    let request = model.request.take_next();
    open.listed.matches.ask(request, of);
    effects.push(Effect::Match { request, episode: open.id, patterns });
}

/// Makes the rows of the list anew if filters, order, verdicts or the log have changed.
fn list_episodes(model: &mut Model) {
    let (filters, episodes) = (&model.filters, &model.log.episodes);
    let is_new = model
        .list
        .refresh(episodes, &model.headlines, filters.stamp(), || filters.passing_episodes(episodes));
    // In the list the cursor stays on something listed; elsewhere on the episode that is open.
    if is_new && model.screen == Screen::Episodes && model.list.len(episodes.len()) > 0 {
        model.row = model.list.episode_at(model.list.row_of(model.row));
    }
}

/// Asks what filters leave of the acts, if filters, episode, matches or credit have changed.
fn list_acts(model: &mut Model, effects: &mut Vec<Effect>) {
    let state = &mut model.filters;
    let Some(open) = model.open.as_mut() else { return };
    name(state, open);
    let waiting = open.listed.matches.is_pending();
    let stamp = (state.revision, open.revision, waiting);
    let before = open.listed.stamp;
    let ranking = open.ranking().cloned();
    let same = match (&open.listed.ranked, &ranking) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    if before == Some(stamp) && (same || open.listed.filters == 0) {
        return;
    }
    open.listed.stamp = Some(stamp);
    let filters = state.about_records();
    open.listed.filters = filters.len();
    if filters.is_empty() {
        open.listed.ranked = None;
        if open.listed.is_filtered() || open.listed.listing.is_pending() {
            open.listed.list_all();
        }
        return;
    }
    open.listed.ranked.clone_from(&ranking);
    // The cursor goes to something listed when the filters change; a jump to the act to blame may leave it.
    let changed = before.is_none_or(|it| it.1 == open.revision) && !(before.is_none() && open.placed);
    let earlier = open.listed.listing.wanted().copied().unwrap_or_default();
    let cursor = CursorMove { snap: (changed && before != Some(stamp)) || earlier.snap, ..earlier };
    let request = model.request.take_next();
    open.listed.listing.ask(request, cursor);
    let matches = open.listed.matches.get().cloned().unwrap_or_default();
    let question = ListingQuestion { filters, matches, ranking };
    let job = ListingJob { episode: open.episode.clone(), question };
    jobs::ask(model, request, job, effects);
}

/// Remembers agents and kinds of acts for the completion.
fn name(state: &mut FilterState, open: &mut OpenEpisode) {
    let (agents, kinds) = (open.episode.agents.len(), open.index.kinds.len());
    let (known, known_kinds) = std::mem::replace(&mut open.listed.named, (agents, kinds));
    state.agents.extend(open.episode.agents.iter().skip(known).map(|it| it.name.clone()));
    if kinds != known_kinds {
        state.kinds.extend(open.index.kinds.iter().cloned());
    }
}

impl Receive for ListingJob {
    fn receive(model: &mut Model, request: RequestId, mut listing: Listing, _: &mut Vec<Effect>) {
        let Some(open) = model.open.as_mut() else { return };
        // More may have been appended since it was asked for.
        listing.grow(&open.episode);
        let Some(cursor) = open.listed.fill(request, listing) else { return };
        if cursor.to_culprit {
            to_culprit_act(open);
        }
        if let Some(act) = open.act.filter(|it| !open.listed.holds(*it) && cursor.snap) {
            let next = open.listed.acts().and_then(|it| nearest(it, act));
            next.into_iter().for_each(|it| select(open, it));
        }
    }
}

/// Shows or hides the list of filters.
pub(super) fn toggle_list(model: &mut Model) {
    super::toggle_overlay(model, Overlay::Filters);
}

/// If a jump has led to something that is not listed, says so before all else.
pub(super) fn say_hidden(model: &mut Model) {
    let hidden = match (model.screen, &model.open) {
        (Screen::Episode, Some(open)) => open.act.is_some_and(|it| !open.listed.holds(it)),
        _ => model.list.place_of(model.row).is_none(),
    };
    if hidden && let Some(notice) = model.notice.take() {
        model.notice = Some(format!("(not listed: {}) {notice}", Action::Filters.key()));
    }
}
