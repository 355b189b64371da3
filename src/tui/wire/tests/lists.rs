//! One row further in a list over the whole width: what the terminal moves is not written.

use std::fmt::Write as _;

use super::*;
use crate::{
    runtime::test_program::TestProgram,
    tui::{
        run,
        theme::{ColorMode, Theme},
    },
};

/// Bytes around every frame: the marks of a synchronised update.
const AROUND: usize = 16;
/// Rows gone down.
const ROWS: usize = 8;

/// Sixty episodes that differ in every column, and one of eighty acts with words to find and links that lead
/// nowhere.
fn log() -> String {
    let mut log = String::new();
    let mut random = 7_u64;
    let mut word = move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ["quarry", "harbour", "lantern", "orchard", "meadow", "foundry", "chapel", "mill"]
            [(random >> 61) as usize]
    };
    for n in 0..60 {
        let name = format!("{}-{n:03}", word());
        let status = if n % 3 == 0 { "failure" } else { "success" };
        let value = f64::from(n * 37 % 100) / 100.0 - 0.4;
        let (task, agent, reason) = (word(), word(), [word(), word(), word(), word()].join(" "));
        let mut said = || [word(), word(), word(), word()].join(" ");
        let _ = writeln!(
            log,
            r#"{{"type":"episode_start","episode":"{name}","ts":{n},"agents":["{agent}"],"task":"{task}"}}"#
        );
        for act in 0..n % 7 + 1 {
            let _ = writeln!(
                log,
                r#"{{"type":"action","episode":"{name}","ts":{n}.{act},"agent":"{agent}","action":"{}"}}"#,
                said()
            );
        }
        let _ = writeln!(
            log,
            r#"{{"type":"credit","episode":"{name}","algorithm":"human","items":[{{"agent":"{agent}","label":"{reason}"}}]}}"#
        );
        let _ = writeln!(
            log,
            r#"{{"type":"episode_end","episode":"{name}","ts":{n}.9,"status":"{status}","return":{value}}}"#
        );
    }
    for n in 0..80 {
        let (agent, ts) = (["ann", "bob", "eve"][n * 7 % 3], 100.0 + n as f64 * 1.7);
        let (first, second, third) = (word(), word(), word());
        let _ = writeln!(
            log,
            r#"{{"type":"action","episode":"zz","id":"a{n}","ts":{ts},"agent":"{agent}","kind":"tool","parents":["a{}","gone-{first}-{n}"],"action":"{first} {second} to the {third}","result":"{}"}}"#,
            n.saturating_sub(1),
            (0..30).map(|line| format!("{} {} {line}\\n", word(), word())).collect::<String>()
        );
    }
    log
}

/// Walks down a list after `keys`. Returns the bytes of a row, and of a frame without scrolling. Leaves out
/// what stands below the list on the same screen: it shows another record, and is no part of the list.
fn walk(keys: &str, down: usize, mode: ColorMode) -> (usize, usize) {
    let mut program = TestProgram::of(&log());
    program.press(keys);
    program.press(&"j".repeat(down));
    let theme = Theme::new(mode, program.model().charset);
    let (mut scrolled, mut plain) = (0, 0);
    let mut shown = run::frame(program.model(), theme);
    for _ in 0..ROWS {
        program.press("j");
        let mut frame = run::frame(program.model(), theme);
        let end = end_of_list(&frame) * usize::from(frame.area.width);
        frame.content[end..].clone_from_slice(&shown.content[end..]);
        let mut bytes = Vec::new();
        paint(&mut bytes, &shown, &frame);
        scrolled += bytes.len() + AROUND;
        bytes.clear();
        write_changes(&mut bytes, &shown, &frame);
        plain += bytes.len() + AROUND;
        shown = frame;
    }
    (scrolled / ROWS, plain / ROWS)
}

/// The row of the second heading, if there is one.
fn end_of_list(frame: &Buffer) -> usize {
    let is_heading = |y: &u16| frame[(0, *y)].symbol() == "─" && frame[(1, *y)].symbol() == "─";
    let headings: Vec<u16> = (0..frame.area.height).filter(is_heading).collect();
    usize::from(headings.get(1).copied().unwrap_or(frame.area.height))
}

#[test]
fn a_row_further_in_a_list_is_a_fifth_of_a_plain_frame() {
    let mut over = Vec::new();
    for (name, keys, down) in [
        ("episodes", "g", 25),
        ("timeline", "G\n3g", 25),
        ("hits", "/quarry|mill\nLg", 25),
        ("findings", "G\n!", 5),
        ("act in full", "G\n3g\n", 5),
    ] {
        for mode in [ColorMode::Ansi16, ColorMode::Indexed256, ColorMode::TrueColor] {
            let (scrolled, plain) = walk(keys, down, mode);
            let share = scrolled as f64 / plain as f64;
            println!("{name:12} {mode:?}: {scrolled} bytes a row, {plain} without scrolling, {share:.2}");
            if share > 0.2 || plain < 480 {
                over.push((name, mode, scrolled, plain));
            }
        }
    }
    assert!(over.is_empty(), "{over:?}");
}
