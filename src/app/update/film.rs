//! The film of a run: reads its episodes one at a time, the newest first, and moves over agents and cells.

use std::sync::Arc;

use super::{compare, cursor, handled::Handled, jobs};
use crate::{
    app::{
        action::Action,
        job::{FilmJob, PointJob},
        layout,
        message::{Effect, Receive},
        model::Model,
        request::RequestId,
        screen::Screen,
    },
    model::{Episode, EpisodeId},
    training::{Film, Point},
};

/// Asks for the next episode that is not known, and for a film of those that are.
pub(super) fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    let is_shown = model.film.shown && model.screen == Screen::Episodes;
    // Until all is indexed, rows may still move.
    if !(is_shown || model.rules.are_on()) || !model.log.loaded || model.film.is_busy() {
        return;
    }
    let log = model.log.clone();
    let next = if model.film.is_complete(&log) {
        None
    } else {
        let lacks = |row: &usize| model.film.lacks(*row, &log.episodes[*row], log.following);
        // The newest first, to be seen; rules wait for all.
        let next = (0..log.episodes.len()).rev().find(lacks);
        if next.is_none() {
            model.film.complete(&log);
        }
        next
    };
    let cells = layout::film_cells(model.size);
    if is_shown && let Some(wanted) = model.film.lacks_film(cells, next.is_none()) {
        let request = model.request.take_next();
        model.film.film.ask(request, wanted);
        let job = FilmJob { points: model.film.all(), episodes: log.episodes.len(), cells };
        jobs::ask(model, request, job, effects);
    }
    if let Some(row) = next {
        let summary = &log.episodes[row];
        model.film.read(row, summary);
        effects.push(Effect::Peek(summary.id));
    }
}

/// An episode was read; `None`: it cannot be.
pub(super) fn peeked(
    model: &mut Model,
    id: EpisodeId,
    episode: Option<&Arc<Episode>>,
    effects: &mut Vec<Effect>,
) {
    let request = episode.map(|_| model.request.take_next());
    let Some(row) = model.film.is_read(id, request) else { return };
    if let (Some(episode), Some(request)) = (episode, request) {
        jobs::ask(model, request, PointJob { episode: Arc::clone(episode), row }, effects);
    }
}

impl Receive for PointJob {
    fn receive(model: &mut Model, request: RequestId, answer: Arc<Point>, _: &mut Vec<Effect>) {
        let log = model.log.clone();
        model.film.pointed(request, answer, &log);
    }
}

impl Receive for FilmJob {
    fn receive(model: &mut Model, request: RequestId, answer: Arc<Film>, _: &mut Vec<Effect>) {
        model.film.film.fill(request, answer);
        let Some(film) = model.film.film.get().filter(|_| !model.film.moved) else { return };
        model.film.agent = film.agents.iter().position(|it| it.alarm.is_some()).unwrap_or(0);
    }
}

/// What keys do while the film stands in place of the list.
pub(super) fn on_action(
    model: &mut Model,
    action: Action,
    count: usize,
    effects: &mut Vec<Effect>,
) -> Handled {
    let Some(film) = model.film.film.get().cloned() else {
        if action == Action::Variant {
            (model.film.shown, model.groups.shown) = (false, true);
            return Handled::Yes;
        }
        return Handled::No;
    };
    let last = film.cells().saturating_sub(1);
    let cell = model.film.cell();
    let agents = film.agents.len();
    model.film.moved |=
        matches!(action, Action::Left | Action::Right | Action::Up | Action::Down | Action::NextHit);
    match action {
        Action::Variant => (model.film.shown, model.groups.shown) = (false, true),
        Action::Back => model.film.shown = false,
        Action::Left => model.film.cell = Some(cell.saturating_sub(count)),
        Action::Right => model.film.cell = Some((cell + count).min(last)),
        Action::Up => model.film.agent = model.film.agent.saturating_sub(count),
        Action::Down => model.film.agent = (model.film.agent + count).min(agents.saturating_sub(1)),
        Action::First => model.film.cell = Some(0),
        Action::Last => model.film.cell = None,
        Action::NextHit | Action::PreviousHit => alarm(model, &film, action == Action::NextHit),
        Action::Open => {
            if let Some(row) = worst(model, &film) {
                model.row = row;
                cursor::open_row(model, effects);
            }
        }
        Action::Compare => {
            if let Some(row) = worst(model, &film) {
                model.row = row;
                compare::pick(model, effects);
            }
        }
        _ => return Handled::No,
    }
    Handled::Yes
}

/// The episode of the cell under the cursor in which the agent under the cursor has the least credit; without credit the
/// last one.
fn worst(model: &Model, film: &Film) -> Option<usize> {
    let rows = film.episodes_of(model.film.cell());
    let name = film.agents.get(model.film.agent).map_or("", |it| it.name.as_str());
    let credit = |row: &usize| model.film.point(*row).and_then(|it| it.of_agent(name));
    let known = rows.clone().filter(|it| credit(it).is_some());
    let least = known.min_by(|a, b| credit(a).unwrap_or(0.0).total_cmp(&credit(b).unwrap_or(0.0)));
    least.or(rows.last()).filter(|it| *it < model.log.episodes.len())
}

/// To the cell in which a fall began, of the next agent that fell.
fn alarm(model: &mut Model, film: &Film, on: bool) {
    let fell: Vec<usize> = (0..film.agents.len()).filter(|it| film.agents[*it].alarm.is_some()).collect();
    let at = model.film.agent;
    let next = if on {
        fell.iter().copied().find(|it| *it > at).or(fell.first().copied())
    } else {
        fell.iter().rev().copied().find(|it| *it < at).or(fell.last().copied())
    };
    let Some(alarm) = next.and_then(|it| film.agents[it].alarm.as_ref().map(|alarm| (it, alarm))) else {
        model.notice = Some("no agent's credit has fallen".to_owned());
        return;
    };
    let place = alarm.1.began.as_ref().map_or(alarm.1.rang.0, |it| it.0);
    model.film.agent = alarm.0;
    model.film.cell = Some(place / film.per_cell);
}
