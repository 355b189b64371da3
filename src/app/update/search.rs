//! Searching: the prompt, the news of what is found, from hit to hit.

use std::sync::Arc;

use super::{
    cursor,
    select::{moved, select},
};
use crate::{
    app::{
        action::Action,
        key::{Key, KeyCode},
        layout,
        message::{Effect, SearchNews},
        model::Model,
        open::OpenEpisode,
        prompt::{self, Prompt, PromptKind},
        screen::{Overlay, Pane, Screen, View},
        search::{Before, HitKey, SearchState},
    },
    model::{ActId, EpisodeId, Origin, Place},
    search::{Hit, Pattern},
};

/// Patterns kept to be called back.
const HISTORY: usize = 100;

/// Begins to type a pattern.
pub(super) fn prompt(model: &mut Model) {
    let open = model.open.as_ref().map(|it| {
        let act = it.act.map(|act| it.episode.act(act).origin);
        (it.id, it.agent, act, it.pane)
    });
    model.search.before = Some(Before {
        screen: model.screen,
        row: model.row,
        open,
        pattern: model.search.pattern.clone(),
        at: model.search.at,
        here: here(model),
    });
    model.prompt = Some(Prompt::new(PromptKind::Search));
}

/// A key while a pattern is being typed.
pub(super) fn type_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    match key.code {
        prompt::TAKE => commit(model, effects),
        prompt::LEAVE => abandon(model, effects),
        // Like every line editor: deleting more than there is leaves the line.
        KeyCode::Backspace if prompt.text.is_empty() => abandon(model, effects),
        _ => {
            let before = prompt.text.clone();
            prompt.edit(key, &model.search.history);
            if prompt.text != before {
                typed(model, effects);
            }
        }
    }
}

/// Text was pasted into the pattern.
pub(super) fn paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    let before = prompt.text.clone();
    prompt.paste(text);
    if prompt.text != before {
        typed(model, effects);
    }
}

/// The pattern has changed: the search starts anew.
fn typed(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    prompt.error = None;
    if prompt.text.is_empty() {
        back_to_before(model);
        stop(&mut model.search, effects);
        return;
    }
    match Pattern::new(&prompt.text) {
        Ok(pattern) => {
            back_to_before(model);
            start(&mut model.search, Arc::new(pattern), effects);
        }
        // What was found for the part that was an expression stays on the screen.
        Err(why) => prompt.error = Some(why.to_string()),
    }
}

/// Looks for `pattern` from now on.
fn start(search: &mut SearchState, pattern: Arc<Pattern>, effects: &mut Vec<Effect>) {
    forget(search);
    search.request.take_next();
    search.pattern = Some(Arc::clone(&pattern));
    effects.push(Effect::Search { request: search.request, pattern });
}

/// Looks for nothing any more.
fn stop(search: &mut SearchState, effects: &mut Vec<Effect>) {
    if search.pattern.take().is_some() {
        effects.push(Effect::StopSearch);
    }
    forget(search);
    // News that are under way are nobody's.
    search.request.take_next();
}

fn forget(search: &mut SearchState) {
    *search = SearchState {
        history: std::mem::take(&mut search.history),
        pattern: search.pattern.take(),
        request: search.request,
        before: search.before.take(),
        revision: search.revision + 1,
        ..SearchState::default()
    };
}

/// Searches for `text`, as if it had been typed.
pub(super) fn search_for(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    prompt(model);
    paste(model, text, effects);
    commit(model, effects);
}

/// Takes the pattern as it is, and goes to its first hit.
fn commit(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(mut prompt) = model.prompt.take() else { return };
    if let Some(error) = &prompt.error {
        model.notice = Some(format!("/{}: {error}", prompt.text));
        model.prompt = Some(prompt);
        return;
    }
    if prompt.text.is_empty() {
        let Some(last) = model.search.history.last().cloned() else {
            model.prompt = Some(prompt);
            abandon(model, effects);
            return;
        };
        prompt.set(last);
        model.prompt = Some(prompt.clone());
        typed(model, effects);
        model.prompt = None;
    }
    let history = &mut model.search.history;
    history.retain(|it| *it != prompt.text);
    history.push(prompt.text);
    if history.len() > HISTORY {
        history.remove(0);
    }
    let Some(before) = model.search.before.take() else { return };
    model.search.seeking = Some(before.here);
    seek(model, effects);
}

/// Drops what was typed: everything is as it was before.
fn abandon(model: &mut Model, effects: &mut Vec<Effect>) {
    model.prompt = None;
    back_to_before(model);
    let Some(before) = model.search.before.take() else { return };
    match before.pattern {
        Some(pattern) if model.search.pattern.as_ref() == Some(&pattern) => {}
        Some(pattern) => start(&mut model.search, pattern, effects),
        None => stop(&mut model.search, effects),
    }
    model.search.at = before.at;
}

/// Puts the cursors back where they were when the prompt was opened.
fn back_to_before(model: &mut Model) {
    let Some(before) = &model.search.before else { return };
    model.row = before.row.min(model.log.episodes.len().saturating_sub(1));
    let open = model.open.as_mut();
    if let (Some((id, agent, act, pane)), Some(open)) = (before.open, open)
        && open.id == id
    {
        let shape = open.graph.shape.get();
        let place = |it: Origin| (it.file, it.offset);
        let is_there = |it: &ActId| act.is_some_and(|act| place(open.episode.act(*it).origin) == place(act));
        let here = open.act.filter(is_there);
        let known = || act.and_then(|it| shape?.places.act_at(it)).filter(is_there);
        if let Some(act) = here.or_else(known)
            && open.act != Some(act)
        {
            select(open, act);
        }
        if agent.index() < open.episode.agents.len() && open.agent != agent {
            open.agent = agent;
        }
        open.pane = pane;
    }
}

/// Ends the search that is on. `false`: none is.
pub(super) fn drop_search(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let Some(pattern) = model.search.pattern.clone() else { return false };
    stop(&mut model.search, effects);
    model.notice = Some(format!("the search for /{} is over", pattern.text()));
    true
}

/// Something was found, or the search has progressed.
pub(super) fn news(model: &mut Model, news: SearchNews, effects: &mut Vec<Effect>) {
    let search = &mut model.search;
    if news.request != search.request || search.pattern.is_none() {
        return;
    }
    if !news.hits.is_empty() {
        let sorted = search.hits.len();
        search.hits.extend(news.hits);
        // What comes is mostly in order, and after what is there.
        if !search.hits[sorted.saturating_sub(1)..].is_sorted_by_key(Hit::key) {
            search.hits.sort_by_key(Hit::key);
        }
        search.revision += 1;
    }
    (search.found, search.searched, search.size) = (news.found, news.searched, news.size);
    (search.done, search.problem) = (news.done, news.problem);
    if search.before.is_some() {
        preview(model);
    }
    seek(model, effects);
}

/// While a pattern is being typed: shows the first hit that can be shown without opening anything.
fn preview(model: &mut Model) {
    let Some(before) = &model.search.before else { return };
    let here = before.here;
    if model.screen == Screen::Episodes {
        let first = model.search.hits.iter().find(|it| it.key() >= here).and_then(|it| it.episode);
        if let Some(id) = first.filter(|it| it.index() < model.log.episodes.len()) {
            model.row = id.index();
        }
        return;
    }
    let Some(open) = model.open.as_mut() else { return };
    let hits = model.search.hits_of(open.id);
    let first = hits.iter().find(|it| it.key() >= here).or(hits.first());
    if let Some(act) = first.and_then(|it| open.act_of(it)) {
        show_act(open, act, model.view);
    }
}

/// Goes to the awaited hit once it is there; says so if there is none.
fn seek(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(from) = model.search.seeking else { return };
    let search = &model.search;
    let text = search.pattern.as_ref().map_or("", |it| it.text()).to_owned();
    match search.hits.iter().position(|it| it.key() >= from) {
        Some(at) => go(model, at, false, effects),
        None if !search.done => return,
        None if search.hits.is_empty() => {
            let broken = search.problem.as_ref().map_or(String::new(), |it| format!("; {it}"));
            model.notice = Some(format!("no record matches /{text}{broken}"));
        }
        None => go(model, 0, true, effects),
    }
    super::filter::say_hidden(model);
    model.search.seeking = None;
}

/// Where the cursor is among the hits.
fn here(model: &Model) -> HitKey {
    let open = model.open.as_ref().filter(|_| model.screen == Screen::Episode);
    let Some(open) = open else { return (Some(EpisodeId::from_index(model.row)), Place::default()) };
    let Some(act) = open.act else { return (Some(open.id), Place::default()) };
    // A record about an act stands elsewhere: it counts as long as the cursor stays.
    let at = model.search.rank().map(|it| &model.search.hits[it]).filter(|it| it.episode == Some(open.id));
    let stays = model.search.stood == Some((open.id, open.act));
    if let Some(hit) = at.filter(|it| stays || open.act_of(it) == Some(act)) {
        return hit.key();
    }
    (Some(open.id), open.episode.act(act).origin.place())
}

/// To the `by`th hit after the cursor, or before it. After the last comes the first.
pub(super) fn step(model: &mut Model, by: isize, effects: &mut Vec<Effect>) {
    let search = &model.search;
    let Some(pattern) = &search.pattern else {
        model.notice = Some(format!("nothing is searched for: {} searches", Action::Search.key()));
        return;
    };
    let len = search.hits.len();
    if len == 0 {
        let part = if search.done { String::new() } else { format!(" yet, {}% searched", search.percent()) };
        model.notice = Some(format!("no record matches /{}{part}", pattern.text()));
        return;
    }
    let here = if model.screen == Screen::Episodes { row_edge(model, by) } else { here(model) };
    let hits = &model.search.hits;
    let first = if by > 0 {
        hits.partition_point(|it| it.key() <= here) as isize
    } else {
        hits.partition_point(|it| it.key() < here) as isize - 1
    };
    let wanted = first + by - by.signum();
    let at = wanted.rem_euclid(len as isize) as usize;
    go(model, at, at as isize != wanted, effects);
}

/// In the list of episodes a step leaves the row under the cursor.
fn row_edge(model: &Model, by: isize) -> HitKey {
    let row = Some(EpisodeId::from_index(model.row));
    (row, if by > 0 { Place::LAST } else { Place::default() })
}

/// Goes to a hit; opens its episode if needed. In the list of episodes only to the row.
fn go(model: &mut Model, at: usize, wrapped: bool, effects: &mut Vec<Effect>) {
    let Some((id, hit)) = announce(model, at, wrapped) else { return };
    if !matches!(model.overlay, Some(Overlay::Hits | Overlay::Detail)) {
        model.overlay = None;
    }
    if model.screen == Screen::Episodes {
        model.row = id.index();
    } else {
        open_hit(model, id, &hit, effects);
    }
}

/// Makes a hit the current one and says which it is. Returns its episode, if that can be shown.
fn announce(model: &mut Model, at: usize, wrapped: bool) -> Option<(EpisodeId, Hit)> {
    let hit = model.search.hits.get(at)?.clone();
    model.search.at = Some(hit.key());
    model.notice = Some(told(model, &hit, at, wrapped));
    let id = hit.episode.or_else(|| by_name(model, &hit))?;
    if id.index() >= model.log.episodes.len() {
        model.notice = Some(format!("hit {} is in an episode that is not on the screen yet", at + 1));
        return None;
    }
    Some((id, hit))
}

/// Shows the hit in its episode.
fn open_hit(model: &mut Model, id: EpisodeId, hit: &Hit, effects: &mut Vec<Effect>) {
    model.row = id.index();
    if model.open.as_ref().is_some_and(|it| it.id == id) {
        model.screen = Screen::Episode;
        let view = model.view;
        if let Some(open) = model.open.as_mut()
            && let Some(act) = open.act_of(hit)
        {
            show_act(open, act, view);
        }
        model.search.stood = model.open.as_ref().map(|it| (it.id, it.act));
        return;
    }
    model.search.awaited = Some(hit.key());
    let notice = model.notice.take();
    cursor::open_row(model, effects);
    model.notice = model.notice.take().or(notice);
}

/// An episode was opened: the cursor goes to the hit for which it was opened, or that was chosen in the list.
pub(super) fn arrived(model: &mut Model) {
    let awaited = model.search.awaited.take().or(model.search.at);
    let (Some(key), Some(open)) = (awaited, model.open.as_mut()) else { return };
    if key.0 != Some(open.id) && key.0.is_some() {
        return;
    }
    let Ok(at) = model.search.hits.binary_search_by_key(&key, Hit::key) else { return };
    if let Some(act) = open.act_of(&model.search.hits[at]) {
        show_act(open, act, model.view);
        // The act to blame does not take the cursor away from what was searched.
        open.placed = true;
    }
    model.search.stood = model.open.as_ref().map(|it| (it.id, it.act));
}

fn show_act(open: &mut OpenEpisode, act: ActId, view: View) {
    select(open, act);
    open.detail.seek = true;
    if view == View::CREDIT {
        open.pane = Pane::Acts;
    }
}

/// The episode of a hit that the index did not know when it was found.
fn by_name(model: &Model, hit: &Hit) -> Option<EpisodeId> {
    let name = hit.episode_name.as_deref()?;
    let at = model.log.episodes.iter().position(|it| &*it.name == name)?;
    Some(EpisodeId::from_index(at))
}

/// `hit 3 of 17: run.jsonl:42 action a7 coder: the text around it`.
fn told(model: &Model, hit: &Hit, at: usize, wrapped: bool) -> String {
    let search = &model.search;
    let file = model.log.files.get(hit.origin.file.index()).map_or("?", |it| it.path.as_str());
    let file = file.rsplit('/').next().unwrap_or(file);
    let wrapped = match (wrapped, at) {
        (false, _) => "",
        (true, 0) => "wrapped to the first: ",
        (true, _) => "wrapped: ",
    };
    let most = if search.found > search.hits.len() as u64 {
        format!(" (the first {} can be visited)", search.hits.len())
    } else {
        String::new()
    };
    let who = [hit.id.as_deref(), hit.agent.as_deref()].into_iter().flatten();
    let who: String = who.map(|it| format!(" {it}")).collect();
    let (line, found) = (hit.origin.line, search.found);
    let (record, snippet) = (&hit.record, hit.snippet.line());
    format!("{wrapped}hit {} of {found}{most} {file}:{line} {record}{who}: {snippet}", at + 1)
}

/// Motions over the list of hits. `false` if it is none.
pub(super) fn list(model: &mut Model, action: Action, count: usize, effects: &mut Vec<Effect>) -> bool {
    let len = model.search.hits.len();
    let at = model.search.rank().unwrap_or(0);
    if action == Action::Open {
        if let Some((id, hit)) = announce(model, at, false) {
            model.overlay = None;
            open_hit(model, id, &hit, effects);
        }
        return true;
    }
    let page = layout::page(model.size);
    match moved(action, count, at, len, page) {
        Some(row) => model.search.at = model.search.hits.get(row).map(Hit::key),
        None => return false,
    }
    true
}

/// Finds anew which acts of the episode on the screen are hits or have hits about them, if something has
/// changed.
pub(super) fn refresh(model: &mut Model) {
    let search = &model.search;
    let Some(open) = model.open.as_mut() else { return };
    let stamp = (search.revision, open.revision);
    if open.found.stamp != Some(stamp) {
        let hits = search.hits_of(open.id);
        let mut acts: Vec<ActId> = hits.iter().filter_map(|it| open.act_of(it)).collect();
        acts.sort_unstable();
        acts.dedup();
        open.found.stamp = Some(stamp);
        open.found.acts = acts;
    }
}
