//! Plain mode: what the screen says as lines of text in the normal scrollback, for screen readers and terminals that cannot draw.
//!
//! ```text
//! model -> view::statements   all there is to say
//!              |
//!            Reader           what of it is new since the last lines, and whether it is time to say so
//! ```
//!
//! No byte here moves the cursor or sets a colour.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::view::statements::{Statements, help_line};
use crate::app::{Model, Screen};

/// What nobody asked for is told at most so often; and so long is waited for what is being computed.
const PAUSE: Duration = Duration::from_secs(2);

/// Tells what is new.
#[derive(Debug, Default)]
pub struct Reader {
    /// What was told last.
    told: Option<Statements>,
    /// Whether a key asked for what comes next.
    asked: bool,
    /// When something was told last that nobody had asked for.
    unasked: Option<Instant>,
    /// Since when the screen is not complete.
    waiting: Option<Instant>,
    /// When to look again.
    again: Option<Instant>,
}

impl Reader {
    /// Somebody waits for what is told next.
    pub fn asked(&mut self) {
        self.asked = true;
    }

    /// All is to be told again.
    pub fn forget(&mut self) {
        self.told = None;
    }

    /// When something is due that was held back; `None`: nothing was.
    pub fn again(&self) -> Option<Instant> {
        self.again
    }

    /// The lines that tell what of `now`, said of `model`, is new.
    pub fn news(&mut self, model: &Model, now: Statements, at: Instant) -> Vec<String> {
        self.again = None;
        if is_complete(model) {
            self.waiting = None;
        } else {
            let until = *self.waiting.get_or_insert(at) + PAUSE;
            if at < until {
                self.again = Some(until);
                return Vec::new();
            }
        }
        let asked = std::mem::take(&mut self.asked) || self.told.is_none();
        let next = self.unasked.map(|it| it + PAUSE).filter(|it| !asked && at < *it);
        if next.is_some() {
            self.again = next.filter(|_| self.told.as_ref() != Some(&now));
            return Vec::new();
        }
        let lines = match &self.told {
            None => all(&now),
            Some(before) if !asked && model.log.following && before.subject == now.subject => {
                now.growth.since(&before.growth).into_iter().collect()
            }
            Some(before) => changes(before, &now),
        };
        if !asked && !lines.is_empty() {
            self.unasked = Some(at);
        }
        self.told = Some(now);
        lines
    }
}

/// Whether what is on the screen is there: the log is read, the credit of the episode is known.
fn is_complete(model: &Model) -> bool {
    match (model.screen, &model.open) {
        (Screen::Episode, Some(open)) => open.analysis().is_some(),
        (Screen::Compare, _) => model.compare.compared.get().is_some(),
        _ => model.log.loaded && model.opening.is_none(),
    }
}

/// Everything, for somebody who has heard nothing yet.
fn all(now: &Statements) -> Vec<String> {
    let mut lines = now.head.clone();
    lines.extend(view(now));
    lines.extend(now.over.iter().flat_map(pane));
    lines.extend(now.notice.clone());
    lines.push(help_line());
    lines.extend(now.prompt.clone());
    lines
}

/// The name of the view, its first rows and the one under the cursor.
fn view(now: &Statements) -> Vec<String> {
    let mut lines = vec![now.place.clone()];
    lines.extend(now.rows.iter().cloned());
    lines.extend(now.cursor.clone());
    lines
}

/// A pane over the view.
fn pane((title, rows): &(String, Vec<String>)) -> Vec<String> {
    let mut lines = vec![title.clone()];
    lines.extend(rows.iter().cloned());
    lines
}

/// The lines of `now` that are not in `before`.
fn fresh<'a>(before: &'a [String], now: &'a [String]) -> impl Iterator<Item = String> + 'a {
    now.iter().filter(|it| !before.contains(it)).cloned()
}

/// What is another in `now` than in `before`.
fn changes(before: &Statements, now: &Statements) -> Vec<String> {
    let mut lines: Vec<String> = fresh(&before.head, &now.head).collect();
    if (&before.subject, &before.place) != (&now.subject, &now.place) {
        lines.extend(view(now));
    } else if before.cursor != now.cursor {
        lines.extend(now.cursor.clone());
    } else {
        lines.extend(fresh(&before.rows, &now.rows));
    }
    match (&before.over, &now.over) {
        (Some(was), Some(is)) if was.0 == is.0 => lines.extend(fresh(&was.1, &is.1)),
        (_, Some(is)) => lines.extend(pane(is)),
        (Some(was), None) => {
            lines.push(format!("closed: {}", was.0));
            lines.extend(now.cursor.clone());
        }
        (None, None) => {}
    }
    let told =
        [(&before.scrolled, &now.scrolled), (&before.notice, &now.notice), (&before.prompt, &now.prompt)];
    lines.extend(told.into_iter().filter(|(was, is)| was != is).filter_map(|(_, is)| is.clone()));
    if before.prompt.is_some() && now.prompt.is_none() && lines.is_empty() {
        lines.push(now.place.clone());
    }
    lines.dedup();
    lines
}
