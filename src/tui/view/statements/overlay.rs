//! Statements about the panes over a view: each line of a pane in full.

use super::{DRAWN, drawn};
use crate::{
    app::{Action, Model, Overlay, action::Section, glossary, keymap},
    tui::{
        theme::{Role, Theme},
        view::{detail, filters, hits, methods, origins, overlay, rules},
    },
};

/// Wider than any sentence: lines are not wrapped here.
const WHOLE: usize = 100_000;
/// The size in which an act in full is drawn.
const ACT: (u16, u16) = (400, 200);

/// The title of a pane and its lines.
pub(super) fn told(model: &Model, pane: &Overlay, theme: &Theme) -> (String, Vec<String>) {
    let lines = match (pane, &model.open) {
        (Overlay::Help, _) => help(model),
        (Overlay::Glossary(typed), _) => {
            glossary::matching(typed).iter().map(|it| format!("{}: {}", it.word, it.meaning)).collect()
        }
        (Overlay::Explain(it), _) => texts(&overlay::explain(model, it, WHOLE)),
        (Overlay::Caveats, _) => texts(&overlay::caveats(model, WHOLE)),
        (Overlay::Findings, _) => texts(&overlay::findings(model, WHOLE)),
        (Overlay::Origins(xray), Some(open)) => texts(&origins::lines(open, xray, WHOLE)),
        (Overlay::Value(_, lines), _) => lines.clone(),
        (Overlay::Filters, _) => drawn(theme, DRAWN, |it| _ = filters::draw(model, it)),
        (Overlay::Rules, _) => drawn(theme, DRAWN, |it| _ = rules::draw(model, it)),
        (Overlay::Hits, _) => drawn(theme, DRAWN, |it| _ = hits::draw(model, it)),
        (Overlay::Detail, Some(open)) => drawn(theme, ACT, |it| _ = detail::full(open, it)),
        (Overlay::Sweep, Some(open)) => methods::lines(open).0,
        (Overlay::Detail | Overlay::Sweep | Overlay::Origins(_), None) => Vec::new(),
    };
    (overlay::title(model, pane), lines)
}

/// The keys of this mode are those of the screen.
fn help(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for section in Section::ALL {
        lines.push(format!("{}:", section.title()));
        lines.extend(keymap::help(section).into_iter().map(|(keys, what)| format!("{keys}: {what}")));
    }
    lines.push(format!("{}, then {}: every word", Action::Help.key(), glossary::OPEN.name()));
    lines.push(model.terminal.clone());
    lines
}

/// Lines without their columns: one blank between words, none that is empty.
fn texts(lines: &[(String, Role)]) -> Vec<String> {
    let lines = lines.iter().map(|it| it.0.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|it| !it.is_empty()).collect()
}
