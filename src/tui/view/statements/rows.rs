//! The rows of what fills the screen, and the one under the cursor.

use super::{DRAWN, ROWS, drawn, episode};
use crate::{
    app::{
        ActOrder, ActRows, Action, CreditVariant, MethodsVariant, Model, OpenEpisode, Pane, Scope, Screen,
        View, episode_list::Column,
    },
    tui::{
        theme::Theme,
        view::{Tiny, compare, credit, film, groups, methods, painting, whatif},
    },
};

/// Rows of a view, those told at once.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// What they are, and in which order.
    pub(super) title: String,
    /// What a row is: `act`.
    pub(super) noun: &'static str,
    /// The rows from the one under the cursor on, or the last ones.
    pub(super) shown: Vec<String>,
    /// Which of all is the first of those.
    pub(super) first: usize,
    /// How many there are.
    pub(super) all: usize,
    /// Which of all the cursor is on; `None`: it is on none.
    pub(super) at: Option<usize>,
    /// What stands behind the rows.
    pub(super) below: Option<String>,
}

impl Rows {
    /// Of `all` rows, with `line` for each of those that are told.
    fn of(
        (title, noun): (String, &'static str),
        (all, at): (usize, Option<usize>),
        line: impl FnMut(usize) -> String,
    ) -> Self {
        let first = at.unwrap_or(0).min(all.saturating_sub(ROWS));
        let shown = (first..all.min(first + ROWS)).map(line).collect();
        Self { title, noun, shown, first, all, at, below: None }
    }

    /// Of lines that are all there.
    fn lines(title: String, lines: &[String], at: Option<usize>) -> Self {
        Self::of((title, "row"), (lines.len(), at.filter(|it| *it < lines.len())), |it| {
            lines[it].trim().to_owned()
        })
    }

    pub(super) fn place(&self) -> String {
        self.title.clone()
    }

    /// `act 7 of 42: ...`.
    pub(super) fn cursor(&self) -> Option<String> {
        let at = self.at?;
        let row = self.shown.get(at.checked_sub(self.first)?)?;
        Some(format!("{} {} of {}: {row}", self.noun, at + 1, self.all))
    }

    /// The rows, and how many more there are.
    pub(super) fn told(self) -> Vec<String> {
        let more = self.all.saturating_sub(self.first + self.shown.len());
        let mut lines = self.shown;
        if more > 0 {
            lines.push(format!("{more} more below ({})", Action::Down.key()));
        }
        lines.extend(self.below);
        lines
    }
}

/// The rows of what `model` shows.
pub(super) fn of(model: &Model, theme: &Theme) -> Rows {
    match model.open.as_ref().filter(|_| model.screen == Screen::Episode) {
        Some(open) => view(model, open, theme),
        None if model.screen == Screen::Compare => {
            let (lines, at) = compare::lines(model);
            Rows::lines("Compare: acts of two episodes".to_owned(), &lines, Some(at))
        }
        None if model.groups.shown => {
            Rows::lines("Groups of the run".to_owned(), &groups::lines(model), None)
        }
        None if model.film.shown => {
            // The first line is about the run, the others are its agents.
            let at = Some(model.film.agent + 1).filter(|_| model.film.film.get().is_some());
            Rows::lines("Film of the run".to_owned(), &film::lines(model), at)
        }
        None => episodes(model),
    }
}

/// The list, each row with what its columns say.
fn episodes(model: &Model) -> Rows {
    let (all, list) = (model.log.episodes.len(), &model.list);
    let listed = list.len(all);
    let note = model.filters.episodes_note(listed, all).map_or(String::new(), |it| format!(", {it}"));
    let order = list.sort.map_or(String::new(), |it| {
        let turned = if list.reversed { ", turned" } else { "" };
        format!(", by {}{turned}", it.heading())
    });
    let columns = list.totals.columns();
    let line = |row: usize| {
        let summary = &model.log.episodes[list.episode_at(row)];
        let card = model.headlines.card(summary);
        let told = columns.iter().filter(|it| !matches!(it, Column::Episode | Column::Place));
        let cells =
            told.filter_map(|it| Some(format!("{} {}", it.heading(), it.text(summary, card)?.trim())));
        let cells: Vec<String> = cells.collect();
        // What is the same in every row has no column.
        let cells = if cells.is_empty() { vec![summary.outcome_word().to_owned()] } else { cells };
        format!("{}: {}", summary.name, cells.join(", "))
    };
    let at = Some(list.row_of(model.row)).filter(|it| *it < listed);
    Rows::of((format!("Episodes{note}{order}"), "episode"), (listed, at), line)
}

fn view(model: &Model, open: &OpenEpisode, theme: &Theme) -> Rows {
    let heading = model.view.heading();
    if model.view == View::CREDIT && open.credit_variant() == CreditVariant::Bars {
        return match open.pane {
            Pane::Acts | Pane::Act => {
                let order = match open.acts_in() {
                    ActOrder::Story => "the story",
                    ActOrder::Size => "by size",
                    ActOrder::Time => "by time",
                };
                acts(&format!("{heading}: acts, {order}"), open, &open.act_order())
            }
            Pane::Agents => agents(format!("{heading}: agents"), open),
            Pane::Graph => graph(&heading, open),
        };
    }
    if model.view == View::CREDIT {
        let title = format!("{heading}: {}", open.credit_variant().hint());
        return Rows::lines(title, &drawn(theme, DRAWN, |pane| credit::draw(open, pane)), None);
    }
    if model.view == View::METHODS && open.methods.variant != MethodsVariant::Table {
        let title = format!("{} {}", View::METHODS.digit(), open.methods.variant.title());
        return Rows::lines(title, &drawn(theme, DRAWN, |pane| methods::draw(open, pane)), None);
    }
    match painting(model.view).tiny {
        Tiny::Lines(_) if model.view == View::GRAPH => graph(&heading, open),
        Tiny::Lines(lines) => {
            let (mut lines, at) = lines(open);
            if model.view == View::STATE {
                lines = lines
                    .iter()
                    .map(|it| it.replacen('*', "changed: ", usize::from(it.starts_with('*'))))
                    .collect();
            }
            if let Some(choice) = whatif::choice(open).filter(|_| model.view == View::WHAT_IF)
                && let Some(line) = lines.get_mut(at)
            {
                *line += &format!("; {choice}");
            }
            Rows::lines(heading, &lines, Some(at))
        }
        Tiny::Pane(_) => {
            let scope = match open.timeline.scope {
                Scope::All => "all acts",
                Scope::Top => "acts with the largest credit",
                Scope::BlamePath => "causes and effects of the act to blame",
            };
            acts(&format!("{heading}: {scope}"), open, &open.timeline_acts())
        }
    }
}

fn agents(title: String, open: &OpenEpisode) -> Rows {
    let order = open.agent_order();
    let line = |row: usize| order.get(row).map_or(String::new(), |it| episode::agent(open, it));
    let rows = Rows::of((title, "agent"), (order.len(), order.row_of(open.agent)), line);
    Rows { below: episode::sum(open), ..rows }
}

fn acts(title: &str, open: &OpenEpisode, acts: &ActRows<'_>) -> Rows {
    let title = open.listed.note().map_or(title.to_owned(), |it| format!("{title}, {it}"));
    let line = |row: usize| acts.get(row).map_or(String::new(), |it| episode::act(open, it));
    Rows::of((title, "act"), (acts.len(), open.act.and_then(|it| acts.row_of(it))), line)
}

/// Who told whom, the one under the cursor among the agents.
fn graph(heading: &str, open: &OpenEpisode) -> Rows {
    let name = |agent| &open.episode.agent(agent).name;
    let weight = open.graph.weight;
    let title = format!("{heading}: who tells whom, {}", weight.word());
    let Some(graph) = open.graph.interaction() else {
        return Rows::lines(title, &["working it out".to_owned()], None);
    };
    let order = open.agent_order();
    let line = |row: usize| {
        let Some(agent) = order.get(row) else { return String::new() };
        let told: Vec<String> = graph
            .edges()
            .filter(|(pair, _)| pair.0 == agent)
            .map(|(pair, edge)| format!("{} {}", name(pair.1), weight.format(edge.weight(weight), 6).trim()))
            .collect();
        match told.is_empty() {
            true => format!("{} tells nobody", name(agent)),
            false => format!("{} tells {}", name(agent), told.join(", ")),
        }
    };
    Rows::of((title, "agent"), (order.len(), order.row_of(open.agent)), line)
}
