//! The timeline: a lane per agent, the acts in their order, and the acts around the one that the verdict names as a table.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::blocks;
use crate::{
    model::{Act, ActId, ActKind, AgentId, Episode, signed},
    report::{
        Report,
        document::{Column, Table},
        figures,
    },
    text::{count, fit},
};

/// Lanes, and columns of acts, that are drawn.
const LANES: usize = 24;
const COLUMNS: usize = 120;
/// Acts in the table.
const ACTS: usize = 200;
/// Pixels of the names at the left, of a lane, and of all columns.
const NAMES: usize = 150;
const LANE: usize = 26;
const WIDTH: usize = 880;

/// The section.
pub(super) fn timeline(report: &Report<'_>) -> Markup {
    let episode = report.episode;
    html! {
        section aria-labelledby="timeline" {
            h2 id="timeline" { "What was done, in order" }
            @if episode.acts.is_empty() { p { "no act is logged" } }
            @else {
                (Picture::of(report).draw())
                details {
                    summary { "The acts as a table" }
                    (table(report))
                }
            }
        }
    }
}

/// Acts of one agent in one column.
#[derive(Default)]
struct Mark {
    first: Option<ActId>,
    acts: usize,
    messages: usize,
    errors: usize,
    named: bool,
}

struct Picture<'a> {
    report: &'a Report<'a>,
    lanes: Vec<AgentId>,
    /// Acts in one column.
    per_column: usize,
    columns: usize,
    /// By lane and column.
    marks: BTreeMap<(usize, usize), Mark>,
    /// From lane to lane, by column.
    messages: Vec<(usize, usize, usize)>,
}

impl<'a> Picture<'a> {
    fn of(report: &'a Report<'a>) -> Self {
        let episode = report.episode;
        let lanes = lanes(report);
        let per_column = episode.acts.len().div_ceil(COLUMNS).max(1);
        let columns = episode.acts.len().div_ceil(per_column);
        let lane_of: BTreeMap<AgentId, usize> =
            lanes.iter().enumerate().map(|(lane, it)| (*it, lane)).collect();
        let mut marks: BTreeMap<(usize, usize), Mark> = BTreeMap::new();
        let mut messages = Vec::new();
        for (at, act) in episode.acts.iter().enumerate() {
            let (id, column) = (ActId::from_index(at), at / per_column);
            let Some(&lane) = lane_of.get(&act.agent) else { continue };
            let mark = marks.entry((lane, column)).or_default();
            mark.first.get_or_insert(id);
            mark.acts += 1;
            mark.messages += usize::from(act.kind == ActKind::Message);
            mark.errors += usize::from(act.has_error());
            mark.named |= report.verdict.act() == Some(id);
            if per_column == 1 {
                messages.extend(act.to.iter().filter_map(|it| Some((lane, *lane_of.get(it)?, column))));
            }
        }
        Self { report, lanes, per_column, columns, marks, messages }
    }

    /// Pixels of a column.
    fn step(&self) -> usize {
        (WIDTH / self.columns.max(1)).min(36)
    }

    fn x(&self, column: usize) -> usize {
        NAMES + column * self.step() + self.step() / 2
    }

    fn draw(&self) -> Markup {
        let episode = self.report.episode;
        let height = self.lanes.len() * LANE + 8;
        let width = NAMES + WIDTH + 8;
        let label = format!(
            "Timeline of {} of {}; the table below says the same",
            count(episode.acts.len(), "act"),
            count(self.lanes.len(), "agent")
        );
        let end = self.x(self.columns.saturating_sub(1)) + 12;
        html! {
            figure {
                div class="scroll" tabindex="0" role="group" aria-label="Picture of the timeline" {
                    svg class="pic" role="img" aria-label=(label) width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
                        @for (lane, agent) in self.lanes.iter().enumerate() {
                            rect class="hit" data-agent=(agent.index()) x="0" y=(lane * LANE) width=(end) height=(LANE) {}
                            path class="stroke faint" d={ "M" (NAMES) " " (middle(lane)) "H" (end) } {}
                            text x="0" y=(middle(lane) + 4) { (fit(&episode.agent(*agent).name, 17)) }
                        }
                        @for (from, to, column) in &self.messages { path class="stroke" d={ "M" (self.x(*column)) " " (middle(*from)) "V" (middle(*to)) } {} }
                        @for ((lane, column), mark) in &self.marks { (self.mark(mark, self.x(*column), middle(*lane))) }
                    }
                }
                figcaption { (self.caption()) }
            }
        }
    }

    fn mark(&self, mark: &Mark, x: usize, y: usize) -> Markup {
        let class = if mark.named { "minus" } else { "ink" };
        // Neighbours do not touch.
        let r = (self.step() / 2).clamp(3, 5);
        html! {
            g {
                title { (self.words(mark)) }
                @if mark.messages == mark.acts { path class=(class) d={ "M" (x - r) " " (y - r) "l" (2 * r) " " (r) "l-" (2 * r) " " (r) "z" } {} }
                @else { circle class=(class) cx=(x) cy=(y) r=(r) {} }
                @if mark.errors > 0 { path class="stroke heavy" d={ "M" (x - 6) " " (y - 6) "l12 12m0 -12l-12 12" } {} }
                @if mark.named { circle class="stroke heavy" cx=(x) cy=(y) r="9" {} }
            }
        }
    }

    /// What a mark is of: `a13 porter: drop it`, or how many acts.
    fn words(&self, mark: &Mark) -> String {
        let episode = self.report.episode;
        match mark.first.map(|it| episode.act(it)) {
            Some(act) if mark.acts == 1 => {
                let error = act.error_words().map_or(String::new(), |it| format!("; error: {}", fit(it, 80)));
                format!("{} {}: {}{error}", act.id, episode.agent(act.agent).name, act.label)
            }
            _ => {
                let errors =
                    if mark.errors > 0 { format!(", {} with an error", mark.errors) } else { String::new() };
                format!("{}{errors}", count(mark.acts, "act"))
            }
        }
    }

    fn caption(&self) -> String {
        let episode = self.report.episode;
        let mut parts = vec!["A dot is an action, a triangle a message, a cross an error".to_owned()];
        if let Some(act) = self.report.verdict.act() {
            parts.push(format!("the ring is {}, which the verdict names", episode.act(act).id));
        }
        if self.per_column > 1 {
            parts.push(format!("each column is {} acts", self.per_column));
        }
        let more = episode.agents.len().saturating_sub(self.lanes.len());
        if more > 0 {
            parts.push(format!("{} not drawn", count(more, "agent")));
        }
        parts.join("; ")
    }
}

fn middle(lane: usize) -> usize {
    lane * LANE + LANE / 2
}

/// The agents with the most acts, and those that the verdict names, in the order of the log.
fn lanes(report: &Report<'_>) -> Vec<AgentId> {
    let episode = report.episode;
    let mut acts = vec![0_u32; episode.agents.len()];
    episode.acts.iter().for_each(|it| acts[it.agent.index()] += 1);
    let named = report.verdict.named();
    let mut order: Vec<AgentId> = episode.agent_ids().filter(|it| acts[it.index()] > 0).collect();
    order.sort_by_key(|it| (!named.contains(it), std::cmp::Reverse(acts[it.index()]), *it));
    order.truncate(LANES);
    order.sort_unstable();
    order
}

fn table(report: &Report<'_>) -> Markup {
    let episode = report.episode;
    let all = episode.acts.len();
    let middle = report.verdict.act().map_or(0, ActId::index);
    let from = middle.saturating_sub(ACTS / 2).min(all.saturating_sub(ACTS));
    let mut table = Table::new(&[
        Column::words("act"),
        Column::words("agent"),
        Column::words("kind"),
        Column::words("to"),
        Column::number("seconds"),
        Column::number("credit"),
        Column::words("what"),
        Column::words("result"),
        Column::words("error"),
    ]);
    let credit = report.act_credit();
    let places = figures::decimals(credit.iter().flat_map(|it| &it.acts).map(|it| &it.1));
    for (at, act) in episode.acts.iter().enumerate().skip(from).take(ACTS) {
        let value = credit.and_then(|it| it.act(ActId::from_index(at)));
        table.rows.push(row(episode, act, value.map_or(String::new(), |it| signed(it.value, places))));
    }
    let more = all.saturating_sub(table.rows.len());
    html! {
        (blocks::table(&table.without_empty_columns()))
        @if more > 0 { p { (count(more, "more act")) " before and after these" } }
    }
}

fn row(episode: &Episode, act: &Act, credit: String) -> Vec<String> {
    let since = act.time.zip(episode.start()).map(|(time, start)| time.seconds_since(start));
    let to = if act.to.len() + 1 == episode.agents.len() && act.to.len() > 1 {
        "everybody".to_owned()
    } else {
        figures::names_few(episode, &act.to)
    };
    vec![
        act.id.clone(),
        episode.agent(act.agent).name.clone(),
        match act.kind {
            ActKind::Action => "action".to_owned(),
            ActKind::Message => "message".to_owned(),
        },
        to,
        since.map_or(String::new(), |it| format!("{it:.1}")),
        credit,
        act.label.clone(),
        act.result.clone(),
        act.error_words().unwrap_or_default().to_owned(),
    ]
}
