//! Variant of view 4: where a failed episode was lost. Each rule with what it found or lacks, the acts with
//! their success rates, the judgements in a column of their own, and who goes with failure over the run.

use super::title;
use crate::{
    app::{Action, OpenEpisode},
    credit::{FailureRow, FailureStudy, Rule, Suspicion, Tally, TaskSpectrum},
    model::{ActId, places, signed},
    text,
    tui::view::{mark_error, stepped_window},
    tui::{paint::Painter, theme::Role},
};

/// Columns of a rule's name.
const NAME: usize = 22;

pub(super) fn draw(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(study) = open.methods.failure.get() else {
        title(open, pane, "");
        pane.put(1, 1, "computing", Role::Dim);
        return;
    };
    let success = match &study.success {
        Ok(level) => {
            let places = places(*level);
            format!("success: return of {} or more", signed(*level, places).trim_start_matches(['+', ' ']))
        }
        Err(_) => String::new(),
    };
    title(open, pane, &success);
    let (width, height) = (pane.width(), pane.height());
    let rules = rules(open, study, width.saturating_sub(2));
    // The rules come first; the acts get at least a third, the run what it needs of the rest.
    let spectrum = spectrum_rows(study);
    let table = if study.rows.is_empty() { 0 } else { (study.rows.len() + 2).min((height / 4).max(5)) };
    let upper = rules.len().min(height.saturating_sub(1 + table));
    for (y, (line, role)) in rules.iter().take(upper).enumerate() {
        pane.put(1, y + 1, line, *role);
    }
    let y = 1 + upper;
    let left = height.saturating_sub(y);
    let spectrum = if left > table + 3 { spectrum.min(left - table) } else { 0 };
    if table > 0 {
        acts(open, study, &mut pane.part(0, y, width, left - spectrum));
    }
    if spectrum > 0 {
        let y = height - spectrum;
        run(study, &mut pane.part(0, y, width, spectrum));
    }
}

/// Every rule on as many lines as it needs.
fn rules(open: &OpenEpisode, study: &FailureStudy, width: usize) -> Vec<(String, Role)> {
    let mut lines: Vec<(String, Role)> = Vec::new();
    // What five rules lack alike is told once.
    let mut told: Vec<&str> = Vec::new();
    for finding in &study.findings {
        let (text, role) = match &finding.result {
            Ok(found) => {
                let who = found.act.map_or(String::new(), |act| {
                    let it = open.episode.act(act);
                    let unsure = if found.certain { "" } else { "?" };
                    format!("{} {}{unsure}: ", it.id, open.episode.agent(it.agent).name)
                });
                let role = if found.act.is_some() && found.certain { Role::Strong } else { Role::Plain };
                (format!("{who}{}", found.text), role)
            }
            Err(why) if told.contains(&why.missing.as_str()) => ("n/a, likewise".to_owned(), Role::Dim),
            Err(why) => {
                told.push(&why.missing);
                (format!("n/a: {}", why.missing), Role::Dim)
            }
        };
        let name = format!("{} {}", finding.rule.letter(), finding.rule.name());
        for (at, line) in text::wrap(&text, width.saturating_sub(NAME + 2)).into_iter().enumerate() {
            let label = if at == 0 { name.as_str() } else { "" };
            lines.push((format!("{}  {line}", text::pad(&text::fit(label, NAME), NAME)), role));
        }
    }
    lines
}

/// Acts of which something is known, with the judges in a column of their own.
fn acts(open: &OpenEpisode, study: &FailureStudy, pane: &mut Painter<'_>) {
    let width = pane.width();
    let at = study.rows.iter().position(|it| Some(it.0) == open.act);
    let rows = Action::Down.keys();
    let right = match study.rows.len() {
        1 => format!("1 act ({rows})"),
        n => format!("{n} acts ({rows})"),
    };
    pane.rule(0, "Replayed or judged", &right);
    let episode = &open.episode;
    let widest = |of: &dyn Fn(ActId) -> usize| study.rows.iter().map(|it| of(it.0)).max().unwrap_or(0);
    let id = widest(&|it| text::width(&episode.act(it).id)).clamp(3, 16);
    let agent = widest(&|it| text::width(&episode.agent(episode.act(it).agent).name)).clamp(5, 12);
    let rate = study.rows.iter().flat_map(|it| [it.1.happened, it.1.others]).map(|it| rate(it).len()).max();
    let rate_columns = rate.unwrap_or(0).max(13);
    let columns = [id, agent, rate_columns, rate_columns, 6];
    let heading = ["act", "agent", "what happened", "others there", "rules", "judged (no measurement)"];
    let mut x = 2;
    for (title, columns) in heading.iter().zip(columns.iter().chain([&(width.saturating_sub(2))])) {
        pane.put_fit(x, 1, *columns, title, Role::Dim);
        x += columns + 1;
    }
    let rows = pane.height().saturating_sub(2);
    let top = stepped_window(at.unwrap_or(0), study.rows.len(), rows);
    for (y, (act, row)) in study.rows.iter().skip(top).take(rows).enumerate() {
        let y = y + 2;
        let here = Some(*act) == open.act;
        let role = if here { Role::Cursor } else { Role::Plain };
        if here {
            pane.put(1, y, ">", Role::Cursor);
        }
        let it = episode.act(*act);
        let mut x = pane.put_tail(2, y, id, &it.id, role) + 1;
        mark_error(open, pane, (x - 1, y), *act);
        x = super::super::put_agent(open, pane, (x, y), agent, it.agent, role) + 1;
        x = pane.put_fit(x, y, rate_columns, &self::rate(row.happened), rate_role(row.happened)) + 1;
        x = pane.put_fit(x, y, rate_columns, &self::rate(row.others), rate_role(row.others)) + 1;
        let rules: String = row.rules.iter().map(|it: &Rule| it.letter()).collect();
        x = pane.put_fit(x, y, 6, &rules, Role::Strong) + 1;
        pane.put_fit(x, y, width.saturating_sub(x), &judges(open, row), Role::Plain);
    }
}

/// `3 of 8 [14%, 69%]`.
fn rate(tally: Option<Tally>) -> String {
    let Some(tally) = tally else { return "-".to_owned() };
    let interval = tally
        .interval()
        .map_or(String::new(), |(low, high)| format!(" [{:.0},{:.0}]%", low * 100.0, high * 100.0));
    format!("{}/{}{interval}", tally.successes, tally.n)
}

fn rate_role(tally: Option<Tally>) -> Role {
    match tally {
        Some(tally) if tally.successes == 0 => Role::Negative,
        Some(_) => Role::Plain,
        None => Role::Dim,
    }
}

fn judges(open: &OpenEpisode, row: &FailureRow) -> String {
    let one = |at: &usize| {
        let label = open.episode.labels.get(*at)?;
        let word = if label.label.is_empty() { String::new() } else { format!(" {}", label.label) };
        Some(format!("{}:{word}", label.judge.replace('_', " ")))
    };
    row.labels.iter().filter_map(one).collect::<Vec<_>>().join("; ")
}

fn spectrum_rows(study: &FailureStudy) -> usize {
    if study.agents.is_empty() { 0 } else { (study.agents.len() + 2).min(8) }
}

/// Who goes with failure over the run.
fn run(study: &FailureStudy, pane: &mut Painter<'_>) {
    let (seen, ended, failed) = study.run.unwrap_or_default();
    let of = if seen < ended { format!("{seen} of {ended} episodes") } else { format!("{seen} episodes") };
    pane.rule(0, "Over the run: an association, no cause", &format!("{of}, {failed} failed"));
    let wide = pane.width() >= 100 && !study.actions.is_empty();
    let half = if wide { pane.width() / 2 } else { pane.width() };
    let height = pane.height();
    // Where there is room for one table, what was done says more than who was there.
    if let Some(task) = study.task.as_ref().filter(|_| !wide) {
        return deeds(task, &mut pane.part(0, 1, half, height - 1));
    }
    spectrum("agent", &study.agents, &mut pane.part(0, 1, half, height - 1));
    if let Some(task) = study.task.as_ref().filter(|_| wide) {
        deeds(task, &mut pane.part(half, 1, pane.width() - half, height - 1));
    } else if wide {
        spectrum("kind of action", &study.actions, &mut pane.part(half, 1, pane.width() - half, height - 1));
    }
}

/// What this episode did, beside the others of its task.
fn deeds(task: &TaskSpectrum, pane: &mut Painter<'_>) {
    let name = pane.width().saturating_sub(40).clamp(8, 60);
    pane.put_fit(1, 0, name, "deed, over this task", Role::Dim);
    for (right, title) in
        [(name + 9, "Famas"), (name + 20, "Ochiai"), (name + 29, "failed"), (name + 37, "passed")]
    {
        pane.put_right(right, 0, title, Role::Dim);
    }
    for (y, it) in task.deeds.iter().take(pane.height().saturating_sub(1)).enumerate() {
        let y = y + 1;
        pane.put_fit(1, y, name, &it.counts.element, Role::Plain);
        pane.put_right(name + 9, y, &format!("{:.2}", it.famas), Role::Strong);
        let ochiai = it.counts.ochiai().map_or("undef".to_owned(), |it| format!("{it:.2}"));
        pane.put_right(name + 20, y, &ochiai, Role::Plain);
        pane.put_right(name + 29, y, &format!("{}/{}", it.counts.failed_with, task.failed), Role::Plain);
        pane.put_right(name + 37, y, &format!("{}/{}", it.counts.passed_with, task.passed), Role::Plain);
    }
}

fn spectrum(what: &str, rows: &[Suspicion], pane: &mut Painter<'_>) {
    let name = pane.width().saturating_sub(40).clamp(8, 32);
    pane.put_fit(1, 0, name, what, Role::Dim);
    for (right, title) in
        [(name + 9, "Ochiai"), (name + 20, "Tarantula"), (name + 29, "failed"), (name + 37, "passed")]
    {
        pane.put_right(right, 0, title, Role::Dim);
    }
    let score = |it: Option<f64>| it.map_or("undef".to_owned(), |it| format!("{it:.2}"));
    for (y, it) in rows.iter().take(pane.height().saturating_sub(1)).enumerate() {
        let y = y + 1;
        pane.put_fit(1, y, name, &it.element, Role::Plain);
        pane.put_right(name + 9, y, &score(it.ochiai()), Role::Strong);
        pane.put_right(name + 20, y, &score(it.tarantula()), Role::Plain);
        let failed = format!("{}/{}", it.failed_with, it.failed_with + it.failed_without);
        let passed = format!("{}/{}", it.passed_with, it.passed_with + it.passed_without);
        pane.put_right(name + 29, y, &failed, Role::Plain);
        pane.put_right(name + 37, y, &passed, Role::Plain);
    }
}
