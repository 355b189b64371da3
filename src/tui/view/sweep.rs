//! Every method and baseline on the same question: who it names, whether it agrees, or why it cannot say.

use super::scrolled;
use crate::{
    app::OpenEpisode,
    credit::{Agreement, Sweep, SweepRow},
    model::{AgentId, Episode, places, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Rows the summary wants: title, heading, and one row per method that can say something.
pub(super) fn rows_wanted(sweep: &Sweep) -> usize {
    let able = sweep.rows.iter().filter(|it| it.result.is_ok()).count();
    able + 2 + usize::from(able < sweep.rows.len())
}

/// The rows that can be computed, and how many cannot.
pub(super) fn summary(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(sweep) = open.sweep() else { return };
    pane.rule(0, "Most blamed under (S)", &tally(sweep));
    let width = pane.width().saturating_sub(2);
    pane.put(1, 1, &heading(&open.episode, width), Role::Dim);
    let rows = pane.height().saturating_sub(2);
    let able: Vec<&SweepRow> = sweep.rows.iter().filter(|it| it.result.is_ok()).collect();
    let unable = sweep.rows.len() - able.len();
    let room = rows - usize::from(unable > 0 || able.len() > rows).min(rows);
    for (y, row) in able.iter().take(room).enumerate() {
        let (line, role) = row_line(&open.episode, row, width);
        pane.put(1, y + 2, &line, role);
    }
    let hidden = able.len().saturating_sub(room);
    if rows > 0 && (unable > 0 || hidden > 0) {
        let more = if hidden > 0 { format!("{hidden} more, ") } else { String::new() };
        pane.put(1, rows + 1, &format!("{more}{unable} lack data: S says which"), Role::Dim);
    }
}

/// `holds under 7 of 9`, in numbers.
pub(super) fn tally(sweep: &Sweep) -> String {
    let ties = sweep.count(Agreement::Tie);
    let mut text = format!("holds {} of {}", sweep.count(Agreement::Holds), sweep.counted());
    if ties > 0 {
        text += &format!(", {ties} tied");
    }
    text
}

/// Who else is named, by which methods: what to know before believing the bars above.
pub(super) fn doubts(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(sweep) = open.sweep() else { return };
    let width = pane.width().saturating_sub(2);
    let mut lines = vec![(format!("sweep (S): {}", tally(sweep)), Role::Dim)];
    let other = |agreement| sweep.rows.iter().filter(move |it| it.counted && it.agrees == agreement);
    for (agreement, word) in [(Agreement::Flips, "says"), (Agreement::Tie, "ties")] {
        for row in other(agreement) {
            let line = format!("  {} {word} {}", row.name(), names(&open.episode, &row.blamed));
            lines.push((pane.fit(&line, width), Role::Plain));
        }
    }
    let unable = sweep.rows.iter().filter(|it| it.result.is_err()).count();
    if unable > 0 {
        lines.push((format!("  {unable} more lack data in this log"), Role::Dim));
    }
    for (y, (line, role)) in lines.iter().take(pane.height()).enumerate() {
        pane.put(1, y, line, *role);
    }
}

/// The whole sweep, scrollable.
pub(super) fn full(open: &OpenEpisode, top: usize, pane: &mut Painter<'_>) -> usize {
    let Some(sweep) = open.sweep() else {
        pane.put(1, 0, "computing", Role::Dim);
        return 0;
    };
    let width = pane.width().saturating_sub(2);
    let mut lines = vec![(heading(&open.episode, width), Role::Dim)];
    lines.extend(
        sweep.rows.iter().filter(|it| it.result.is_ok()).map(|it| row_line(&open.episode, it, width)),
    );
    lines.push((
        format!("{}; tau: Kendall's rank correlation with the credit shown", tally(sweep)),
        Role::Strong,
    ));
    let note = "uncounted: says the same thing again, or has less ground than the credit shown";
    lines.extend(text::wrap(note, width).into_iter().map(|it| (it, Role::Dim)));
    let unable: Vec<&SweepRow> = sweep.rows.iter().filter(|it| it.result.is_err()).collect();
    if !unable.is_empty() {
        lines.push((String::new(), Role::Plain));
        lines.push((format!("{} cannot be computed from this log:", unable.len()), Role::Strong));
    }
    for row in unable {
        let Err(why) = &row.result else { continue };
        let text = format!("{}: {}", row.title, why.missing);
        lines.extend(text::wrap(&text, width).into_iter().map(|it| (it, Role::Plain)));
        if let Some(nearest) = &why.nearest {
            lines.push((format!("  nearest available: {nearest}"), Role::Dim));
        }
    }
    scrolled(pane, top, &lines)
}

/// Columns of a name in the table.
const WHO: usize = 14;

/// The names of the columns of [`row_line`].
fn heading(episode: &Episode, width: usize) -> String {
    let word = if episode.failed() { "blamed" } else { "credited" };
    format!(
        "{} {} {:>7} {:>5} {:>7}",
        text::pad(&text::fit("method / baseline", name_width(width)), name_width(width)),
        text::pad(&format!("most {word}"), WHO),
        "credit",
        "tau",
        "sum"
    )
}

fn name_width(width: usize) -> usize {
    width.saturating_sub(47).clamp(12, 44)
}

fn row_line(episode: &Episode, row: &SweepRow, width: usize) -> (String, Role) {
    let name = name_width(width);
    let Ok(credit) = &row.result else { return (row.title.clone(), Role::Dim) };
    let who = names(episode, &row.blamed);
    let value = row.blamed.first().and_then(|it| credit.agent(*it));
    let number = value.map_or(String::new(), |it| signed(it.value, places(it.value)));
    let tau = row.tau.map_or("  -  ".to_owned(), |it| format!("{it:+.2}"));
    let (mark, role) = match row.agrees {
        Agreement::Holds => ("", Role::Plain),
        Agreement::Tie => ("TIE", Role::Warn),
        Agreement::Flips => ("FLIPS", Role::Warn),
        Agreement::NoVoice => ("no say", Role::Dim),
    };
    let silent = row.agrees == Agreement::NoVoice;
    let (mark, role) = if row.counted || silent { (mark, role) } else { ("uncounted", Role::Dim) };
    let who = if silent { String::new() } else { who };
    let sum = signed(credit.sum, places(credit.sum));
    let line = format!(
        "{} {} {number:>7} {tau:>5} {sum:>7} {mark}",
        text::pad(&text::fit(&row.title, name), name),
        text::pad(&text::fit(&who, WHO), WHO),
    );
    (line, role)
}

/// Names of agents, joined; more than two are counted.
pub(super) fn names(episode: &Episode, agents: &[AgentId]) -> String {
    match agents {
        [] => "nobody".to_owned(),
        [one] => episode.agent(*one).name.clone(),
        [one, two] => format!("{} = {}", episode.agent(*one).name, episode.agent(*two).name),
        [one, rest @ ..] => format!("{} and {} more", episode.agent(*one).name, rest.len()),
    }
}
