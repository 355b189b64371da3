//! Panes over a view: help, arithmetic, caveats, the act in full, the sweep, findings.

use rustc_hash::FxHashSet;

use super::{detail, filters, glossary as words, hits, origins, place, rules, scrolled, sweep};
use crate::{
    app::{
        Action, Drawn, Model, OpenEpisode, Overlay,
        action::Section,
        glossary,
        keymap::{self, count_digits},
    },
    credit,
    model::{Diagnostic, Explanation, Severity, Term, Unavailable, Value, in_full, signed, unsigned},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Draws the pane over the view.
pub(super) fn draw(model: &Model, body: &mut Painter<'_>) -> Drawn {
    let Some(overlay) = &model.overlay else { return Drawn::default() };
    let (width, height) = (body.width(), body.height());
    body.blank();
    let title = title(model, overlay);
    body.rule(0, &title, &format!("{} closes", Action::Back.key()));
    let mut pane = body.part(0, 1, width, height.saturating_sub(1));
    let top = model.overlay_top;
    let reach = match (overlay, &model.open) {
        (Overlay::Help, _) => help(model, &mut pane),
        (Overlay::Glossary(typed), _) => words::draw(&glossary::matching(typed), top, &mut pane),
        (Overlay::Explain(explanation), _) => {
            let lines = explain(model, explanation, width.saturating_sub(2));
            scrolled(&mut pane, top, &lines)
        }
        (Overlay::Caveats, _) => scrolled(&mut pane, top, &caveats(model, width.saturating_sub(2))),
        (Overlay::Findings, _) => scrolled(&mut pane, top, &findings(model, width.saturating_sub(2))),
        (Overlay::Origins(xray), Some(open)) => {
            let lines = origins::lines(open, xray, width.saturating_sub(2));
            scrolled(&mut pane, top, &lines)
        }
        (Overlay::Value(_, lines), _) => {
            let wrapped = lines.iter().flat_map(|it| text::wrap(it, width.saturating_sub(2)));
            let lines: Vec<(String, Role)> = wrapped.map(|it| (it, Role::Plain)).collect();
            scrolled(&mut pane, top, &lines)
        }
        (Overlay::Filters, _) => filters::draw(model, &mut pane),
        (Overlay::Rules, _) => rules::draw(model, &mut pane),
        (Overlay::Hits, _) => hits::draw(model, &mut pane),
        (Overlay::Detail, Some(open)) => return detail::full(open, &mut pane),
        (Overlay::Sweep, Some(open)) => sweep::full(open, top, &mut pane),
        (Overlay::Detail | Overlay::Sweep | Overlay::Origins(_), None) => 0,
    };
    Drawn { reach, detail: None }
}

/// What the pane is.
pub(super) fn title(model: &Model, overlay: &Overlay) -> String {
    match overlay {
        Overlay::Help => format!("Help: {}", model.view.row().title),
        Overlay::Glossary(typed) => words::title(glossary::matching(typed).len()),
        Overlay::Explain(_) => "Explain: the arithmetic".to_owned(),
        Overlay::Caveats => "What to know before acting on this number".to_owned(),
        Overlay::Detail => "Act".to_owned(),
        Overlay::Sweep => "Sweep: who is named by which method".to_owned(),
        Overlay::Origins(_) => "Origins: where each value entered".to_owned(),
        Overlay::Value(title, _) => title.clone(),
        Overlay::Findings => "What is wrong with the log".to_owned(),
        Overlay::Hits => "What the search has found".to_owned(),
        Overlay::Rules => "Alerts: where rules of the run hit".to_owned(),
        Overlay::Filters => "Filters: what is listed, never what is computed".to_owned(),
    }
}

/// The key table in two columns, from the table of actions.
fn help(model: &Model, pane: &mut Painter<'_>) -> usize {
    let mut lines: Vec<(String, Role)> = Vec::new();
    let columns = (pane.width() / 39).clamp(1, 4);
    for section in Section::ALL {
        lines.push((section.title().to_owned(), Role::Strong));
        for (keys, what) in keymap::help(section) {
            let keys = text::pad(&keys, keys.len().max(9));
            let room = (pane.width() / columns).saturating_sub(text::width(&keys) + 3).max(8);
            let blank = " ".repeat(text::width(&keys));
            for (at, part) in text::wrap(&what, room).iter().enumerate() {
                let left = if at == 0 { &keys } else { &blank };
                lines.push((format!(" {left} {part}"), Role::Plain));
            }
        }
    }
    let words = format!("{} {}", Action::Help.key(), glossary::OPEN.name());
    lines.push((format!(" {} glossary: every word", text::pad(&words, 9)), Role::Plain));
    let motions =
        format!("{} begin a number that repeats a motion; the mouse is the terminal's own", count_digits());
    for note in [&model.terminal, &motions] {
        let wrapped = text::wrap(note, (pane.width() / columns).saturating_sub(2));
        lines.extend(wrapped.into_iter().map(|it| (it, Role::Dim)));
    }
    let rows = pane.height();
    let per_page = columns * rows;
    let top = model.overlay_top.min(lines.len().saturating_sub(per_page));
    for (index, (line, role)) in lines.iter().skip(top).take(per_page).enumerate() {
        let width = pane.width() / columns;
        pane.put_fit(1 + index / rows * width, index % rows, width - 1, line, *role);
    }
    if lines.len() > top + per_page {
        let right = pane.width();
        let more = format!(" {} more ({}) ", lines.len() - top - per_page, Action::Down.key());
        pane.put_right(right, rows - 1, &more, Role::Dim);
    }
    lines.len().saturating_sub(per_page)
}

pub(super) fn explain(
    model: &Model,
    explanation: &Result<Explanation, Unavailable>,
    width: usize,
) -> Vec<(String, Role)> {
    let explanation = match explanation {
        Ok(explanation) => explanation,
        Err(why) => {
            let mut lines = wrapped(&why.missing, width, Role::Warn);
            if let Some(nearest) = &why.nearest {
                lines.push((format!("nearest available: {nearest}"), Role::Plain));
            }
            return lines;
        }
    };
    let result = match &explanation.result {
        Value::Number(it) => {
            let interval = it.interval.map_or("interval not known".to_owned(), |(low, high)| {
                let (low, high) = (signed(low, 4), signed(high, 4));
                format!("{} [{}, {}]", it.level_words(), low.trim_start(), high.trim_start())
            });
            let n = it.n.map_or(String::new(), |n| format!("  n {n}"));
            format!("{} = {}  {interval}{n}", explanation.subject, signed(it.value, 6).trim_start())
        }
        Value::Undefined(why) => format!("{}: undefined: {why}", explanation.subject),
        Value::Unavailable(why) => format!("{}: n/a: {why}", explanation.subject),
    };
    let mut lines = wrapped(&result, width, Role::Strong);
    lines.extend(wrapped(&format!("formula  {}", explanation.formula), width, Role::Plain));
    lines.extend(wrapped(&format!("by       {}", explanation.title), width, Role::Plain));
    lines.extend(wrapped(&explanation.substituted, width, Role::Plain));
    lines.push((String::new(), Role::Plain));
    let mut basis = format!("rests on  {} numbers", explanation.provenance.word());
    if let Some(absence) = explanation.caveats.first().filter(|_| explanation.absence.is_some()) {
        basis += &format!("; {}", absence.text);
    }
    lines.extend(wrapped(&basis, width, Role::Plain));
    lines.push((String::new(), Role::Plain));
    terms(model, explanation, &explanation.terms, width, &mut lines);
    for detail in &explanation.details {
        lines.push((String::new(), Role::Plain));
        let title = format!("{} = {}", detail.subject, signed(detail.value, 4).trim_start());
        lines.extend(wrapped(&title, width, Role::Strong));
        terms(model, explanation, &detail.terms, width, &mut lines);
    }
    lines.push((String::new(), Role::Plain));
    // The first one, on absence, stands above.
    for caveat in explanation.caveats.iter().skip(usize::from(explanation.absence.is_some())) {
        lines.extend(wrapped(&format!("! {}", caveat.text), width, Role::Warn));
    }
    lines.extend(wrapped(&format!("source  {}", explanation.source), width, Role::Dim));
    lines
}

/// Terms with what they rest on below each: size, error, grounds, records.
fn terms(
    model: &Model,
    explanation: &Explanation,
    terms: &[Term],
    width: usize,
    lines: &mut Vec<(String, Role)>,
) {
    if !terms.is_empty() {
        lines.push((format!("{:>10} x {:>10} = {:>10}  term", "weight", "value", "product"), Role::Dim));
    }
    for term in terms {
        let value = term.value.map_or("not logged".to_owned(), |it| in_full(it, 4));
        let product = term.value.map_or("-".to_owned(), |it| in_full(term.weight * it, 4));
        let weight = in_full(term.weight, 4);
        let line = format!("{weight:>10} x {value:>10} = {product:>10}  {}", term.text);
        lines.extend(wrapped(&line, width, Role::Plain));
        let mut grounds: Vec<String> = term.n.iter().map(|it| format!("n {it}")).collect();
        grounds.extend(term.standard_error.map(|it| format!("SE {}", unsigned(it, 3))));
        grounds.push(credit::grounds(explanation, term).to_owned());
        let mut places: Vec<String> = term.origins.iter().map(|it| place(model, *it)).collect();
        places.dedup();
        let more = places.len().saturating_sub(3);
        grounds.extend(places.into_iter().take(3));
        if more > 0 {
            grounds.push(format!("{more} more"));
        }
        lines.push((format!("{:14}{}", "", grounds.join("  ")), Role::Dim));
    }
}

fn wrapped(line: &str, width: usize, role: Role) -> Vec<(String, Role)> {
    text::wrap(line, width).into_iter().map(|it| (it, role)).collect()
}

pub(super) fn caveats(model: &Model, width: usize) -> Vec<(String, Role)> {
    let Some(open) = &model.open else { return Vec::new() };
    let mut lines = Vec::new();
    if let Some(credit) = open.credit() {
        lines.push((credit.title.clone(), Role::Strong));
        for caveat in &credit.caveats {
            lines.extend(wrapped(&format!("- {}", caveat.text), width, Role::Plain));
        }
        if let Some(method) = credit::method(&credit.method) {
            for caveat in method.caveats {
                lines.extend(wrapped(&format!("- {caveat}"), width, Role::Plain));
            }
            lines.extend(wrapped(&format!("formula  {}", method.formula), width, Role::Dim));
            lines.extend(wrapped(&format!("source   {}", method.source), width, Role::Dim));
        }
    }
    for label in &open.episode.labels {
        lines.push((String::new(), Role::Plain));
        let at = label.act.map(|it| open.episode.act(it).id.clone()).or(label.act_text.clone());
        let at = at.map_or(String::new(), |it| format!(" at {it}"));
        let line = format!("{}: {}{at}: {}", label.by(), label.agent_text, label.label);
        lines.extend(wrapped(&line, width, Role::Strong));
        if let Some(reason) = &label.reason {
            lines.extend(wrapped(reason, width, Role::Plain));
        }
        lines.push(("a judgement, not a measurement".to_owned(), Role::Dim));
    }
    lines
}

pub(super) fn findings(model: &Model, width: usize) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    let episode = model.open.as_ref().map(OpenEpisode::findings).unwrap_or_default();
    let log = model.log.diagnostics.as_slice();
    let counters = model.log.counters.findings.as_slice();
    if log.is_empty() && episode.is_empty() && counters.is_empty() {
        lines.push(("nothing found".to_owned(), Role::Plain));
    }
    // Of a line that was read in full both tell.
    let told: FxHashSet<_> = log.iter().filter_map(Diagnostic::about).collect();
    let own = episode.iter().filter(|it| it.about().is_none_or(|it| !told.contains(&it)));
    for diagnostic in log.iter().chain(counters).chain(own) {
        lines.extend(finding(model, diagnostic, width));
    }
    if model.log.more_diagnostics > 0 {
        lines.push((format!("and {} more", model.log.more_diagnostics), Role::Dim));
    }
    if model.open.as_ref().is_some_and(|it| it.graph.shape.get().is_none()) {
        lines.push(("the episode is still being checked".to_owned(), Role::Dim));
    }
    lines
}

fn finding(model: &Model, diagnostic: &Diagnostic, width: usize) -> Vec<(String, Role)> {
    let place = diagnostic.origin.map_or(String::new(), |it| format!("{} ", place(model, it)));
    let (word, role) = match diagnostic.severity {
        Severity::Error => ("error", Role::Warn),
        Severity::Warning => ("warning", Role::Strong),
        Severity::Note => ("note", Role::Plain),
    };
    wrapped(&format!("{place}{word} {}: {}", diagnostic.rule, diagnostic.message), width, role)
}
