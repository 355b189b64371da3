//! The last line: what just happened, or the keys that help here.

use super::prompt;
use crate::{
    app::{
        Action, Key, Model, OpenEpisode, Overlay, SamplingState, Screen,
        action::{self, Binding},
        glossary,
        pointer::Pointed,
    },
    text,
    tui::{paint::Painter, theme::Role},
};

/// The most hints shown.
const HINTS: usize = 10;

pub(super) fn draw(model: &Model, line: &mut Painter<'_>) {
    if let Some(prompt) = &model.prompt {
        return prompt::draw(model, prompt, line);
    }
    let left = prompt::status(model, line);
    let line = &mut line.part(0, 0, left, 1);
    if let Some(count) = model.count {
        line.put(1, 0, &count.to_string(), Role::Strong);
        return;
    }
    if let Some(notice) = &model.notice {
        let columns = line.width().saturating_sub(2);
        line.put_fit(1, 0, columns, notice, Role::Strong);
        return;
    }
    if let Some(state) =
        model.open.as_ref().and_then(OpenEpisode::sampling).filter(|_| model.overlay.is_none())
    {
        let columns = line.width().saturating_sub(2);
        line.put_fit(1, 0, columns, &sampling(state, line.theme().glyphs.plus_minus), Role::Strong);
        return;
    }
    let mut hints: Vec<(String, &str)> =
        hints(model).into_iter().map(|it| (it.action.keys(), hint_of(model, it))).collect();
    if model.overlay == Some(Overlay::Help) {
        hints.insert(0, (glossary::OPEN.name(), "words"));
    }
    let help = Action::Help.keys();
    let widths: Vec<usize> = hints.iter().map(|it| text::width(&it.0) + 1 + text::width(it.1) + 2).collect();
    let help = hints.iter().position(|it| it.0 == help);
    let mut x = 1;
    for at in shown(&widths, help, line.width() + 1) {
        let (key, hint) = &hints[at];
        // Of two keys the first is clicked on the first, the other one on the other and on the word.
        let mut from = x;
        for part in key.split(' ') {
            if let Some(key) = Key::parse(part) {
                line.point(from, 0, text::width(part) + 1, Pointed::Key(key));
            }
            from += text::width(part) + 1;
        }
        let last = key.split(' ').next_back().and_then(Key::parse);
        x = line.put(x, 0, key, Role::Strong);
        if let Some(last) = last {
            line.point(x, 0, text::width(hint) + 1, Pointed::Key(last));
        }
        x = line.put(x + 1, 0, hint, Role::Dim) + 2;
    }
}

/// Which hints of these widths are shown in `room` columns, ascending: those that come first, and the one that leads to all
/// others.
fn shown(widths: &[usize], help: Option<usize>, room: usize) -> Vec<usize> {
    let (mut left, mut shown) = (room.saturating_sub(help.map_or(0, |it| widths[it])), Vec::new());
    let mut others = HINTS - usize::from(help.is_some());
    for (at, width) in widths.iter().enumerate().filter(|it| Some(it.0) != help) {
        if *width > left || others == 0 {
            break;
        }
        left -= width;
        others -= 1;
        shown.push(at);
    }
    shown.extend(help.filter(|it| widths[*it] <= room));
    shown.sort_unstable();
    shown
}

/// `sampling: 262144 of 1000000 permutations, +-0.0021 at the widest; Esc stops`.
fn sampling(state: &SamplingState, plus_minus: &str) -> String {
    let widest = state.widest.map(|it| 1.96 * it).map(|it| format!(", {plus_minus}{it:.2e} at the widest"));
    let widest = widest.unwrap_or_default();
    let stop = Action::Back.key();
    format!("sampling: {} of {} permutations{widest}; {stop} stops", state.permutations, state.asked)
}

/// What the key does here, if that is more exact than the table's word.
fn hint_of(model: &Model, binding: &Binding) -> &'static str {
    if matches!(model.overlay, Some(Overlay::Filters | Overlay::Rules)) && binding.action == Action::Hold {
        return "on/off";
    }
    if model.overlay == Some(Overlay::Sweep) {
        return match binding.action {
            Action::Down => "method",
            Action::Right => "agent",
            Action::Open => "apply",
            _ => binding.hint,
        };
    }
    if model.overlay.is_none() && model.screen == Screen::Episodes {
        if model.groups.shown {
            return match binding.action {
                Action::Variant => "list",
                Action::Right => "agent",
                Action::Down => "task",
                Action::NextHit => "wrong sign",
                _ => binding.hint,
            };
        }
        return match (binding.action, model.film.shown) {
            (Action::Variant, false) => "film",
            (Action::Variant, true) => "groups",
            (Action::Right, true) => "cell",
            (Action::Down, true) => "agent",
            (Action::NextHit, true) => "fall",
            _ => binding.hint,
        };
    }
    if model.overlay.is_none() && model.screen == Screen::Compare {
        return match binding.action {
            Action::NextHit => "difference",
            Action::Right => "side",
            Action::Sort => "swap",
            Action::Scope => "fold",
            _ => binding.hint,
        };
    }
    if model.overlay.is_some() || model.screen != Screen::Episode {
        return binding.hint;
    }
    (model.view.row().hint)(model, binding.action).unwrap_or(binding.hint)
}

/// Whether the film of the run or its groups have the keys.
fn is_film(model: &Model) -> bool {
    model.screen == Screen::Episodes && (model.film.shown || model.groups.shown)
}

fn hints(model: &Model) -> Vec<&'static Binding> {
    use Action as A;
    let actions: &[Action] = match (&model.overlay, model.screen) {
        (Some(Overlay::Detail), _) => {
            &[A::Down, A::Wrap, A::Cause, A::SameAgentOn, A::Copy, A::Back, A::Help]
        }
        (Some(Overlay::Hits), _) => &[A::Down, A::Open, A::NextHit, A::Search, A::Back, A::Help],
        (Some(Overlay::Rules), _) => &[A::Down, A::Hold, A::NextHit, A::Open, A::Back, A::Help],
        (Some(Overlay::Sweep), _) => &[A::Down, A::Right, A::Open, A::Explain, A::Scope, A::Back, A::Help],
        (Some(Overlay::Filters), _) => &[A::Down, A::Hold, A::Filter, A::Back, A::Help],
        (Some(_), _) => &[A::Down, A::Back, A::Help, A::Quit],
        (None, Screen::Episodes) if is_film(model) => {
            &[A::Right, A::Down, A::Open, A::NextHit, A::Compare, A::Variant, A::Help, A::Quit]
        }
        (None, Screen::Episodes) => {
            &[A::Open, A::Sort, A::Group, A::Variant, A::Compare, A::Search, A::Filter, A::Help, A::Quit]
        }
        (None, Screen::Compare) => {
            &[A::NextHit, A::Open, A::Right, A::NextPane, A::Scope, A::Sort, A::Copy, A::Help]
        }
        (None, Screen::Episode) => (model.view.row().hints)(model),
    };
    let mut hints: Vec<&Binding> = actions.iter().map(|it| action::binding(*it)).collect();
    let help = hints.iter().position(|it| it.action == A::Help).filter(|_| model.overlay.is_none());
    if let Some(help) = help {
        hints.insert(help, action::binding(A::Command));
    }
    if model.log.following && model.overlay.is_none() && !model.view.row().is_hold_taken {
        hints.insert(0, action::binding(A::Hold));
    }
    if model.search.is_on() && model.overlay.is_none() && model.screen != Screen::Compare && !is_film(model) {
        hints.splice(0..0, [A::NextHit, A::Hits].map(action::binding));
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_all_keys_never_goes() {
        // Twelve hints of 10 columns, the eleventh being the help.
        let widths = [10; 12];
        assert_eq!(shown(&widths, Some(10), 200), [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
        assert_eq!(shown(&widths, Some(10), 35), [0, 1, 10]);
        assert_eq!(shown(&widths, Some(10), 10), [10]);
        assert_eq!(shown(&widths, Some(10), 9), [0; 0]);
        assert_eq!(shown(&widths, None, 25), [0, 1]);
    }
}
