//! Gate 4: colours as the environment and the user want them.

use std::time::Duration;

use super::{
    session::{Run, together},
    wire,
};

/// Colours on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colours {
    None,
    Palette,
    Indexed,
}

#[track_caller]
fn check(arguments: &[&str], env: &[(&str, &str)], expected: Colours) {
    let mut run = Run::new(arguments);
    for (name, value) in env {
        run = run.env(name, value);
    }
    let mut session = run.start();
    for (keys, title) in
        [("1", " sum "), ("2", "2 Graph"), ("3", "3 Timeline"), ("4", "4 Credit"), ("5", "5 What-if")]
    {
        session.keys(keys);
        session.wait_for(title);
    }
    session.settle(Duration::from_millis(100));
    let mut seen = Colours::None;
    for style in wire::styles(session.wire()) {
        let parameters: Vec<u8> =
            style.split(';').filter(|it| !it.is_empty()).map(|it| it.parse().unwrap()).collect();
        let here = match parameters.as_slice() {
            it if it.contains(&38) || it.contains(&48) => Colours::Indexed,
            it if it.iter().any(|it| matches!(it, 30..=37 | 40..=47 | 90..=97 | 100..=107)) => {
                Colours::Palette
            }
            _ => continue,
        };
        assert!(here == expected, "{arguments:?} {env:?}: CSI {style} m");
        assert!(!style.contains("38;2"), "no more than 256 colours are needed: {style}");
        seen = here;
    }
    assert_eq!(seen, expected, "{arguments:?} {env:?}");
}

#[test]
fn by_terminal() {
    let checks: [&(dyn Fn() + Sync); 6] = [
        &|| check(&[], &[("TERM", "xterm")], Colours::Palette),
        &|| check(&[], &[("TERM", "linux")], Colours::Palette),
        &|| check(&[], &[("TERM", "screen-256color")], Colours::Indexed),
        &|| check(&[], &[("TERM", "dumb")], Colours::None),
        &|| check(&[], &[("TERM", "vt100")], Colours::None),
        &|| check(&[], &[("TERM", "xterm"), ("COLORTERM", "truecolor")], Colours::Indexed),
    ];
    together(checks);
}

#[test]
fn by_environment() {
    let checks: [&(dyn Fn() + Sync); 5] = [
        &|| check(&[], &[("NO_COLOR", "1")], Colours::None),
        &|| check(&[], &[("CLICOLOR", "0")], Colours::None),
        &|| check(&[], &[("TERM", "xterm"), ("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], Colours::Palette),
        &|| check(&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], Colours::None),
        &|| check(&[], &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], Colours::Palette),
    ];
    together(checks);
}

#[test]
fn by_argument() {
    let checks: [&(dyn Fn() + Sync); 5] = [
        &|| check(&["--color", "never"], &[("COLORTERM", "truecolor")], Colours::None),
        &|| check(&["--color", "16"], &[], Colours::Palette),
        &|| check(&["--color", "256"], &[("TERM", "dumb")], Colours::Indexed),
        &|| check(&["--color", "256"], &[("NO_COLOR", "1")], Colours::Indexed),
        &|| check(&["--color", "always"], &[("TERM", "dumb")], Colours::Palette),
    ];
    together(checks);
}
