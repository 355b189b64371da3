//! The credit table: each number with its bar and its interval, and what they add up to.

use maud::{Markup, html};

use super::blocks;
use crate::{
    model::{AgentId, Attribution, Estimate, OwnReward, Value, signed},
    report::{
        Report,
        content::credit,
        document::Section,
        figures::{self, count, inline},
    },
};

/// Pixels of half a bar, and of its height.
const HALF: f64 = 100.0;
const HEIGHT: f64 = 20.0;

/// The section.
pub(super) fn credit(report: &Report<'_>) -> Markup {
    match report.credit {
        Ok(it) => numbers(report, it),
        Err(_) => blocks::section(&credit::credit(report), "credit"),
    }
}

fn numbers(report: &Report<'_>, credit: &Attribution) -> Markup {
    let values = || credit.agents.iter().map(|it| &it.value);
    let places = figures::decimals(values());
    let scale = scale(values());
    let order = credit::ordered(report, credit);
    let shown = Columns {
        bar: !report.is_bare(),
        interval: values().any(|it| it.number().is_some_and(|it| it.interval.is_some())),
        n: values().any(|it| it.number().is_some_and(|it| it.n.is_some())),
        own: !own(report).is_empty(),
        why: values().any(|it| it.number().is_none()),
    };
    let more = order.len().saturating_sub(blocks::ROWS);
    let mut about = Section::new("");
    credit::about(report, credit, &mut about);
    html! {
        section aria-labelledby="credit" {
            h2 id="credit" { "Credit: " (credit.title) }
            div class="scroll" tabindex="0" role="group" aria-label="Table: credit of each agent" {
                table {
                    caption {
                        @if shown.bar { "Bars from " (inline(-scale, places)) " to " (inline(scale, places)) }
                        @else { "By the shape of the trace alone, which blames nobody: no bars" }
                        @if shown.bar && shown.interval { "; the line across is the interval" }
                    }
                    thead { tr {
                        th scope="col" { "agent" } th scope="col" class="number" { "credit" } @if shown.bar { th scope="col" { "bar" } }
                        @if shown.interval { th scope="col" { "interval" } }
                        @if shown.n { th scope="col" class="number" { "n" } }
                        @if shown.own { th scope="col" class="number" { "own" } }
                        @if shown.why { th scope="col" { "why there is no number" } }
                    } }
                    tbody { @for at in order.iter().take(blocks::ROWS) {
                        (row(report, AgentId::from_index(*at), &credit.agents[*at].value, (scale, places), &shown))
                    } }
                }
            }
            @if more > 0 { p { (count(more as u64, "more agent")) " with smaller credit or none: " code { "--format csv" } " has them all" } }
            @for it in &about.blocks { (blocks::block(it)) }
        }
    }
}

/// Columns that are there only if they say something.
struct Columns {
    bar: bool,
    interval: bool,
    n: bool,
    own: bool,
    why: bool,
}

/// What agents earned for themselves, ascending by agent.
fn own<'a>(report: &'a Report<'_>) -> &'a [OwnReward] {
    report.own.and_then(|it| it.as_ref().ok()).map_or(&[], |it| &it.own)
}

fn row(
    report: &Report<'_>,
    agent: AgentId,
    value: &Value,
    (scale, places): (f64, usize),
    columns: &Columns,
) -> Markup {
    let name = report.episode.agents.get(agent.index()).map_or("", |it| &it.name);
    let named = report.verdict.named().contains(&agent);
    let (shown, why) = match value {
        Value::Number(it) => (format!("{}{}", signed(it.value, places), figures::mark(it)), ""),
        Value::Undefined(why) => ("undefined".to_owned(), why.as_str()),
        Value::Unavailable(why) => ("unavailable".to_owned(), why.as_str()),
    };
    let (number, earned) = (value.number(), own(report));
    html! {
        tr data-agent=(agent.index()) {
            th scope="row" { (name) @if named { " " span class="soft" { "(named)" } } }
            td class="number" { (shown) }
            @if columns.bar { td { @if let Some(it) = number { (bar(it, scale)) } } }
            @if columns.interval { td { (number.map_or(String::new(), |it| figures::interval(it, places))) } }
            @if columns.n { td class="number" { @if let Some(n) = number.and_then(|it| it.n) { (n) } } }
            @if columns.own {
                td class="number" { @if let Ok(at) = earned.binary_search_by_key(&agent, |it| it.agent) { (signed(earned[at].value, places)) } }
            }
            @if columns.why { td class="wide" { (blocks::text(why)) } }
        }
    }
}

/// The largest size of what is drawn.
fn scale<'a>(values: impl Iterator<Item = &'a Value>) -> f64 {
    let ends = |it: &Estimate| it.interval.map_or([0.0, 0.0], |(low, high)| [low, high]);
    let sizes = values.filter_map(Value::number).flat_map(|it| [[it.value, 0.0], ends(it)].concat());
    let largest = sizes.map(f64::abs).filter(|it| it.is_finite()).fold(0.0, f64::max);
    if largest > 0.0 { largest } else { 1.0 }
}

/// A number as a bar from 0, and its interval as a line across. The numbers stand beside it.
fn bar(it: &Estimate, scale: f64) -> Markup {
    let x = |value: f64| HALF + (value / scale).clamp(-1.0, 1.0) * (HALF - 2.0);
    let at = |value: f64| format!("{value:.1}");
    let (from, to) = if it.value < 0.0 { (x(it.value), HALF) } else { (HALF, x(it.value)) };
    let class = if it.value < 0.0 { "minus" } else { "plus" };
    let interval = it.interval.filter(|it| it.0.is_finite() && it.1.is_finite());
    html! {
        svg class="bar" viewBox={ "0 0 " (2.0 * HALF) " " (HEIGHT) } aria-hidden="true" {
            @if it.value.is_finite() { rect class=(class) x=(at(from)) y="4" width=(at(to - from)) height="12" {} }
            path class="stroke" d={ "M" (HALF) " 0V" (HEIGHT) } {}
            @if let Some((low, high)) = interval {
                path class="stroke ink" d={ "M" (at(x(low))) " 10H" (at(x(high))) "M" (at(x(low))) " 6v8M" (at(x(high))) " 6v8" } {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_starts_at_nothing_and_no_number_leaves_it() {
        let drawn = |value: f64| bar(&Estimate::with_standard_error(value, 0.1, None), 0.5).into_string();
        assert!(
            drawn(-0.25).contains("<rect class=\"minus\" x=\"51.0\" y=\"4\" width=\"49.0\""),
            "{}",
            drawn(-0.25)
        );
        assert!(
            drawn(0.5).contains("<rect class=\"plus\" x=\"100.0\" y=\"4\" width=\"98.0\""),
            "{}",
            drawn(0.5)
        );
        assert!(drawn(0.5).contains("H198.0"), "an interval beyond the scale ends at it");
        assert!(!drawn(f64::NAN).contains("NaN"), "{}", drawn(f64::NAN));
    }
}
