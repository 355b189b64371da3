//! The table of keys, and every text that names one.

use super::*;
use crate::app::keymap;

const README: &str = include_str!("../../../README.md");

#[test]
fn every_movement_has_an_arrow_or_named_key() {
    for action in [Action::Up, Action::Down, Action::Left, Action::Right, Action::First, Action::Last] {
        let keys = binding(action).keys;
        assert!(keys.iter().any(|it| !matches!(it.code, KeyCode::Char(_))), "{action:?}");
    }
}

#[test]
fn pairs_are_hinted_at_by_both_keys_where_that_reads_well() {
    let keys = |action: Action| action.keys();
    assert_eq!(keys(Action::Cause), "c C");
    assert_eq!(keys(Action::EpisodeOn), "[ ]");
    assert_eq!(keys(Action::NextError), "( )");
    assert_eq!(keys(Action::Right), "h l");
    assert_eq!(keys(Action::NextCulprit), "b");
    assert_eq!(keys(Action::Undo), "u ^R");
    assert_eq!(keys(Action::Open), "Enter");
}

/// The cells of a table of the README, without its heading, from below the line `heading` on.
fn cells(heading: &str) -> Vec<Vec<&'static str>> {
    let rest = README.split_once(heading).expect("the heading is there").1;
    let rows = rest.lines().skip_while(|it| !it.starts_with('|')).take_while(|it| it.starts_with('|'));
    rows.skip(2).map(|it| it.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// Keys as the README writes them: the first of each action.
fn written(actions: &[Action]) -> String {
    actions.iter().map(|it| format!("`{}`", it.key())).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readme_says_which_keys_there_are() {
    use Action as A;
    let views = keymap::view_digits().replace('-', "`..`");
    let views = format!("`{views}` {}", written(&[A::ShowEpisodes]));
    let rows: [&[Action]; 22] = [
        &[A::NextCulprit, A::PreviousCulprit],
        &[A::PreviousError, A::NextError],
        &[A::Cause, A::Effect],
        &[A::Explain],
        &[A::WhatIf, A::Sweep],
        &[A::Origins],
        &[A::Annotate],
        &[A::Compare],
        &[A::RewardOf],
        &[A::Search, A::NextHit, A::PreviousHit, A::Hits],
        &[A::Filter, A::Filters],
        &[A::Caveats, A::Findings],
        &[A::Rules],
        &[A::EpisodeBack, A::EpisodeOn, A::SameAgentBack, A::SameAgentOn],
        &[A::Variant, A::Weight, A::Scope, A::Sort, A::Group],
        &[A::Play, A::PlayBack, A::Faster, A::Slower, A::Hold],
        &[A::Undo, A::Redo, A::Discard],
        &[A::Export],
        &[A::Command],
        &[A::NextPane, A::PreviousPane, A::Zoom],
        &[A::Theme],
        &[A::Copy, A::Mouse, A::Redraw],
    ];
    let leave: &[Action] = &[A::Open, A::Back, A::Quit, A::Interrupt];
    let rows = rows.into_iter().chain([leave]).map(written);
    let expected: Vec<String> = [views].into_iter().chain(rows).collect();
    let keys: Vec<&str> = cells("\n## Keys\n").iter().map(|it| it[0]).collect();
    assert_eq!(keys, expected, "the table of keys in README.md");
}

#[test]
fn the_readme_names_keys_that_do_what_it_says() {
    use Action as A;
    let ask: Vec<String> = [A::NextCulprit, A::Explain, A::Cause].map(|it| written(&[it])).into();
    let keys: Vec<&str> = cells("\n## Ten seconds\n").iter().map(|it| it[1]).collect();
    let what_if = [A::WhatIf, A::Sweep].map(|it| written(&[it])).join(", ");
    let compare = written(&[A::Compare, A::Compare]);
    let film = [A::ShowEpisodes, A::Variant].map(|it| written(&[it])).join(" ");
    assert_eq!(keys, [format!("open; {}", ask.join(", ")), film, compare, what_if]);
    let [left, down, up, right, help, open, findings] =
        [A::Left, A::Down, A::Up, A::Right, A::Help, A::Open, A::Findings].map(A::key);
    for sentence in [
        format!("Arrows work wherever `{left} {down} {up} {right}` do. `{help}` lists everything;"),
        format!("lists everything; `{}` there leads to the glossary", crate::app::glossary::OPEN.name()),
        format!("`{left}` `{right}` turn the value, `{open}` makes it a what-if"),
        format!("View {} has five variants", View::METHODS.digit()),
        format!("`1 input error ({findings})`"),
    ] {
        let text = README.replace('\n', " ");
        assert!(text.contains(&sentence), "README.md does not say: {sentence}");
    }
}
