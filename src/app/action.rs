//! The table of actions. A key is written in [`BINDINGS`] and nowhere else: help, footers, the tiny view,
//! titles, notices and `--help` are made from it, and the README's tables are tested against it.

mod rebind;

use super::{
    key::{Key, KeyCode},
    screen::View,
};

pub use rebind::{bindings, install, rebound};

/// Something a key can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// To the left: lane, method, alternative.
    Left,
    /// To the right.
    Right,
    /// First row.
    First,
    /// Last row.
    Last,
    /// Half a screen up.
    HalfUp,
    /// Half a screen down.
    HalfDown,
    /// Previous act of the same agent.
    SameAgentBack,
    /// Next act of the same agent.
    SameAgentOn,
    /// Previous episode.
    EpisodeBack,
    /// Next episode.
    EpisodeOn,
    /// Next pane.
    NextPane,
    /// Previous pane.
    PreviousPane,
    /// The pane with the cursor over the whole view.
    Zoom,
    /// Open what the cursor is on.
    Open,
    /// Back out.
    Back,
    /// Back, then quit.
    Quit,
    /// Quit now.
    Interrupt,
    /// Suspend.
    Suspend,
    /// Show the episode list.
    ShowEpisodes,
    /// Show a view.
    Show(View),
    /// Next culprit.
    NextCulprit,
    /// Previous culprit.
    PreviousCulprit,
    /// To the next act in which something went wrong.
    NextError,
    /// To the one before.
    PreviousError,
    /// To a cause of this act.
    Cause,
    /// To an effect of this act.
    Effect,
    /// Explain this number.
    Explain,
    /// What-if on this act.
    WhatIf,
    /// Mark an episode, and compare it with another.
    Compare,
    /// Credit the next reward of those that may be credited.
    RewardOf,
    /// Sweep all methods and baselines.
    Sweep,
    /// Caveats of this method.
    Caveats,
    /// List what is wrong with the log.
    Findings,
    /// List the rules of the run and where they hit.
    Rules,
    /// Where the values of this act come from.
    Origins,
    /// Note who is to blame, or is not.
    Annotate,
    /// View variant.
    Variant,
    /// Edge weight.
    Weight,
    /// Show more or less.
    Scope,
    /// Change the order of rows.
    Sort,
    /// Group the rows of the list.
    Group,
    /// Wrap long lines.
    Wrap,
    /// Scroll to the left.
    ScrollLeft,
    /// Scroll to the right.
    ScrollRight,
    /// Hold or follow a growing log.
    Hold,
    /// Play the episode back.
    Play,
    /// Play it backwards.
    PlayBack,
    /// Play faster.
    Faster,
    /// Play slower.
    Slower,
    /// Undo a what-if edit.
    Undo,
    /// Redo it.
    Redo,
    /// Drop all what-if edits.
    Discard,
    /// Search.
    Search,
    /// To the next hit.
    NextHit,
    /// To the previous hit.
    PreviousHit,
    /// List the hits.
    Hits,
    /// Add a filter.
    Filter,
    /// List the filters.
    Filters,
    /// Copy.
    Copy,
    /// Write what is on the screen to a file.
    Export,
    /// Help.
    Help,
    /// Draw the screen anew.
    Redraw,
    /// Mouse capture on and off.
    Mouse,
    /// Everything there is to ask for, by name.
    Command,
    /// Other colours.
    Theme,
}

/// A section of the help screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Moving about.
    Move,
    /// Finding.
    Find,
    /// Asking why.
    Ask,
    /// What is on the screen.
    View,
    /// Getting results out.
    Out,
    /// Leaving.
    Leave,
}

impl Section {
    /// All sections, in the order of the help screen.
    pub const ALL: [Section; 6] =
        [Section::Move, Section::Find, Section::Ask, Section::View, Section::Out, Section::Leave];

    /// Heading.
    pub fn title(self) -> &'static str {
        match self {
            Section::Move => "MOVE",
            Section::Find => "FIND",
            Section::Ask => "ASK",
            Section::View => "VIEW",
            Section::Out => "OUT",
            Section::Leave => "LEAVE",
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it asks for.
    pub action: Action,
    /// Keys, the one to show first.
    pub keys: &'static [Key],
    /// Where it stands in the help.
    pub section: Section,
    /// What it does, in a few words.
    pub help: &'static str,
    /// One or two words for the footer.
    pub hint: &'static str,
}

/// Two actions that go together: the help shows the second with the first.
struct Pair(Action, Action, Both);

/// Which keys of a pair stand where one of its actions is hinted at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Both {
    /// Only the action's own.
    No,
    /// Those of both, the first first.
    InOrder,
    /// Those of both, the second first: `[ ]` reads better than `] [`.
    Swapped,
}

const PAIRS: &[Pair] = &[
    Pair(Action::Down, Action::Up, Both::InOrder),
    Pair(Action::Left, Action::Right, Both::InOrder),
    Pair(Action::First, Action::Last, Both::No),
    Pair(Action::HalfDown, Action::HalfUp, Both::No),
    Pair(Action::SameAgentOn, Action::SameAgentBack, Both::Swapped),
    Pair(Action::EpisodeOn, Action::EpisodeBack, Both::Swapped),
    Pair(Action::NextCulprit, Action::PreviousCulprit, Both::No),
    Pair(Action::NextError, Action::PreviousError, Both::Swapped),
    Pair(Action::Cause, Action::Effect, Both::InOrder),
    Pair(Action::NextHit, Action::PreviousHit, Both::InOrder),
    Pair(Action::Filter, Action::Filters, Both::InOrder),
    Pair(Action::NextPane, Action::PreviousPane, Both::No),
    Pair(Action::ScrollRight, Action::ScrollLeft, Both::Swapped),
    Pair(Action::Play, Action::PlayBack, Both::No),
    Pair(Action::Faster, Action::Slower, Both::No),
    Pair(Action::Undo, Action::Redo, Both::InOrder),
];

impl Action {
    /// Its name in a configuration: `next-culprit`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(c.to_ascii_lowercase());
        }
        name
    }

    /// The same as words: `next culprit`.
    pub fn words(self) -> String {
        self.name().replace('-', " ")
    }

    /// The name of its first key: `F`, `Enter`, `^R`.
    pub fn key(self) -> String {
        match self {
            Action::Show(view) => view.digit().to_string(),
            _ => binding(self).keys[0].name(),
        }
    }

    /// The key that hints at it, with that of the action it goes together with: `c C`, `[ ]`, `Enter`.
    pub fn keys(self) -> String {
        let pair = PAIRS.iter().find(|it| it.0 == self || it.1 == self);
        match pair {
            Some(Pair(first, second, Both::InOrder)) => format!("{} {}", first.key(), second.key()),
            Some(Pair(first, second, Both::Swapped)) => format!("{} {}", second.key(), first.key()),
            Some(Pair(_, _, Both::No)) | None => self.key(),
        }
    }
}

/// The help of a section: keys and what they do, actions that go together in one row.
pub fn help(section: Section) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for binding in bindings().iter().filter(|it| it.section == section) {
        if PAIRS.iter().any(|it| it.1 == binding.action) {
            continue;
        }
        let second = PAIRS.iter().find(|it| it.0 == binding.action).map(|it| self::binding(it.1));
        let mut keys: Vec<Key> = vec![binding.keys[0]];
        keys.extend(second.map(|it| it.keys[0]));
        keys.extend(binding.keys.iter().skip(1).chain(second.iter().flat_map(|it| it.keys.iter().skip(1))));
        let keys: Vec<String> = keys.iter().map(|it| it.name()).collect();
        let what = match second {
            Some(second) => format!("{}; {}", binding.help, second.help),
            None => binding.help.to_owned(),
        };
        rows.push((keys.join(" "), what));
    }
    rows
}

const fn row(
    action: Action,
    keys: &'static [Key],
    section: Section,
    help: &'static str,
    hint: &'static str,
) -> Binding {
    Binding { action, keys, section, help, hint }
}

const fn c(c: char) -> Key {
    Key::char(c)
}

const fn k(code: KeyCode) -> Key {
    Key::named(code)
}

/// Every binding but the digits of views. A key stands in one row only.
pub const BINDINGS: &[Binding] = &[
    row(Action::Down, &[c('j'), k(KeyCode::Down)], Section::Move, "down", "down"),
    row(Action::Up, &[c('k'), k(KeyCode::Up)], Section::Move, "up", "up"),
    row(Action::Left, &[c('h'), k(KeyCode::Left)], Section::Move, "left", "left"),
    row(Action::Right, &[c('l'), k(KeyCode::Right)], Section::Move, "right", "right"),
    row(Action::First, &[c('g'), k(KeyCode::Home)], Section::Move, "first", "first"),
    row(Action::Last, &[c('G'), k(KeyCode::End)], Section::Move, "last", "last"),
    row(Action::HalfDown, &[Key::ctrl('d'), k(KeyCode::PageDown)], Section::Move, "half a screen down", ""),
    row(Action::HalfUp, &[Key::ctrl('u'), k(KeyCode::PageUp)], Section::Move, "up", ""),
    row(Action::SameAgentOn, &[c('}')], Section::Move, "same agent: next act", "same agent"),
    row(Action::SameAgentBack, &[c('{')], Section::Move, "previous", ""),
    row(Action::EpisodeOn, &[c(']')], Section::Move, "episode: next", "episode"),
    row(Action::EpisodeBack, &[c('[')], Section::Move, "previous", ""),
    row(Action::Search, &[c('/')], Section::Find, "search headers and payloads", "search"),
    row(Action::NextHit, &[c('n')], Section::Find, "hit: next", "hit"),
    row(Action::PreviousHit, &[c('N')], Section::Find, "previous", ""),
    row(Action::Hits, &[c('L')], Section::Find, "list of the hits", "hits"),
    row(Action::Filter, &[c('f')], Section::Find, "filter: add one", "filter"),
    row(Action::Filters, &[c('F')], Section::Find, "list them", "filters"),
    row(Action::NextCulprit, &[c('b')], Section::Ask, "the act to blame, the next", "blame"),
    row(Action::PreviousCulprit, &[c('B')], Section::Ask, "back", ""),
    row(Action::NextError, &[c(')')], Section::Ask, "act with an error, the next", "error"),
    row(Action::PreviousError, &[c('(')], Section::Ask, "back", ""),
    row(Action::Cause, &[c('c')], Section::Ask, "to the cause of this act", "cause"),
    row(Action::Effect, &[c('C')], Section::Ask, "effect", "effect"),
    row(Action::Explain, &[c('e')], Section::Ask, "explain: the arithmetic", "explain"),
    row(Action::WhatIf, &[c('x')], Section::Ask, "what-if on this act", "what-if"),
    row(Action::Sweep, &[c('S')], Section::Ask, "sweep all methods; in the list: turn the order", "sweep"),
    row(Action::RewardOf, &[c('R')], Section::Ask, "whose reward is credited", "whose"),
    row(Action::Compare, &[c('=')], Section::Ask, "compare: mark one, then another", "compare"),
    row(Action::Caveats, &[c('i')], Section::Ask, "caveats of this method", "caveats"),
    row(Action::Findings, &[c('!')], Section::Ask, "what is wrong with the log", "findings"),
    row(Action::Rules, &[c('A')], Section::Ask, "alerts: rules of the run, where they hit", "alerts"),
    row(
        Action::Origins,
        &[c('o')],
        Section::Ask,
        "origin of each value of this act, or of the answer",
        "origins",
    ),
    row(Action::Annotate, &[c('a')], Section::Ask, "annotate: is it to blame, why, who says so", "annotate"),
    row(Action::ShowEpisodes, &[c('0')], Section::View, "episode list", "episodes"),
    row(Action::NextPane, &[k(KeyCode::Tab)], Section::View, "pane: next", "pane"),
    row(Action::PreviousPane, &[k(KeyCode::BackTab)], Section::View, "previous", ""),
    row(Action::Zoom, &[c('z')], Section::View, "zoom the pane with the cursor, and back", "zoom"),
    row(Action::Open, &[k(KeyCode::Enter)], Section::View, "open: episode, act, choice", "open"),
    row(Action::Variant, &[c('v')], Section::View, "variant of the view", "view"),
    row(Action::Weight, &[c('W')], Section::View, "edge weight", "weight"),
    row(Action::Scope, &[c('.')], Section::View, "more or less", "more/less"),
    row(Action::Sort, &[c('s')], Section::View, "order of rows", "sort"),
    row(Action::Group, &[c('T')], Section::View, "group the episodes: task, outcome, who", "group"),
    row(Action::Wrap, &[c('w')], Section::View, "wrap long lines", "wrap"),
    row(Action::ScrollRight, &[c('>')], Section::View, "scroll right", ""),
    row(Action::ScrollLeft, &[c('<')], Section::View, "left", ""),
    row(Action::Hold, &[c(' ')], Section::View, "hold or follow a live log", "hold"),
    row(Action::Play, &[c('p')], Section::View, "play the episode act by act", "play"),
    row(Action::PlayBack, &[c('P')], Section::View, "backwards", ""),
    row(Action::Faster, &[c('+')], Section::View, "play faster", ""),
    row(Action::Slower, &[c('-')], Section::View, "slower", ""),
    row(Action::Mouse, &[c('M')], Section::View, "mouse on or off", "mouse"),
    row(Action::Theme, &[c('t')], Section::View, "colours: for the ground, for the eyes, none", "colours"),
    row(Action::Redraw, &[Key::ctrl('l')], Section::View, "draw anew", ""),
    row(Action::Copy, &[c('y')], Section::Out, "copy: verdict, act, command", "copy"),
    row(Action::Export, &[c('E')], Section::Out, "export to a file, by its ending", "export"),
    row(Action::Undo, &[c('u')], Section::Out, "undo a what-if edit", "undo"),
    row(Action::Redo, &[Key::ctrl('r')], Section::Out, "redo", "redo"),
    row(Action::Discard, &[c('X')], Section::Out, "drop all what-if edits", "discard"),
    row(Action::Command, &[c(':')], Section::Find, "palette: any key, act, agent, method by name", "any"),
    row(Action::Help, &[c('?')], Section::Leave, "this help", "help"),
    row(Action::Back, &[k(KeyCode::Esc), k(KeyCode::Backspace)], Section::Leave, "back out", "back"),
    row(Action::Quit, &[c('q')], Section::Leave, "back, then quit", "quit"),
    row(Action::Suspend, &[Key::ctrl('z')], Section::Leave, "suspend", ""),
    row(Action::Interrupt, &[Key::ctrl('c')], Section::Leave, "quit now", ""),
];

/// The row of `action`, which shows no view.
pub fn binding(action: Action) -> &'static Binding {
    bindings().iter().find(|it| it.action == action).expect("every action has a row, see the test")
}

#[cfg(test)]
mod tests;
