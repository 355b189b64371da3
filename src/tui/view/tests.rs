//! What holds for every frame, whatever the log, the view and the size.

mod logs;

use std::sync::LazyLock;

use proptest::prelude::*;
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::Style,
};

use super::*;
use crate::{
    app::{
        Effect, Key, KeyCode, Message,
        tests::any::{run, step},
        update,
    },
    graph::Charset,
    model::{Diagnostic, Origin, Severity},
    runtime::test_program::TestProgram,
    tui::{picture, run, theme::ColorMode},
};

/// A model of every log, after credit was computed; what a case asks for beyond that is not answered.
static MODELS: LazyLock<Vec<(String, Model)>> = LazyLock::new(logs::models);

/// Ways to every view, variant and overlay.
const WAYS: [&str; 45] = [
    "0",
    "1",
    "1\t",
    "1bC",
    "1s",
    "2",
    "2v",
    "2vv",
    "2vvv",
    "2vvvv",
    "2l\nW",
    "3",
    "3v",
    "3.",
    "3..",
    "4",
    "4lls",
    "5",
    "5jj",
    "5jj\n12",
    "1e",
    "3e",
    "S",
    "?",
    "?gact",
    "?gzebra",
    "!",
    "i",
    "b\n",
    "/a\n",
    "3/e\n",
    "2/a\nL",
    "/(",
    "b\n/a\n",
    "fagent=a*\n",
    "3f!/e/\n",
    "0fstatus=failure\nF",
    "f\t",
    "fkind=none\n1",
    "o",
    "ojj",
    "a",
    "ay\n",
    "0v",
    "=0=",
];

/// Ways to what is answered only for somebody who asks: state, comparison, film, groups, origins.
const ANSWERED: [&str; 14] = [
    "6", "6lj", "6v", "6j\n", "0=j=", "0=j=\tj", "0=j=n.s", "0v", "0vlj", "0vh\n", "0vv", "0vvjlnn", "o",
    "oj",
];

fn key(c: char) -> Key {
    match c {
        '\n' => Key::named(KeyCode::Enter),
        '\t' => Key::named(KeyCode::Tab),
        c => Key::char(c),
    }
}

/// The model after `keys` on a terminal of this size; nothing that it asks for is answered.
fn after(model: &Model, charset: Charset, size: (u16, u16), keys: &str) -> Model {
    let mut model = Model { charset, ..model.clone() };
    update(&mut model, Message::Resize(size.0, size.1));
    for c in keys.chars() {
        let effects = update(&mut model, Message::Key(key(c)));
        assert!(!effects.iter().any(|it| matches!(it, Effect::Quit(_))), "{keys:?}");
    }
    model
}

/// Draws into a part of a larger buffer; asserts what holds of every frame.
fn check_frame(model: &Model, size: (u16, u16), mode: ColorMode, what: &str) {
    let area = Rect::new(2, 1, size.0, size.1);
    let whole = Rect::new(0, 0, size.0 + 5, size.1 + 3);
    let mut untouched = Cell::new("#");
    untouched.set_style(Style::new().bold());
    let mut buffer = Buffer::filled(whole, untouched.clone());
    for position in area.positions() {
        buffer[position].reset();
    }
    draw(model, Painter::new(&mut buffer, area, &Theme::new(mode, model.charset)));
    for position in whole.positions() {
        let cell = &buffer[position];
        if !area.contains(position) {
            assert_eq!(cell, &untouched, "{what}: outside of the area at {position}");
            continue;
        }
        let symbol = cell.symbol();
        assert!(!symbol.chars().any(is_hostile), "{what}: {symbol:?} at {position}");
        let columns = crate::text::width(symbol);
        let room = usize::from(area.right() - position.x);
        assert!(columns <= room.min(2), "{what}: {symbol:?} takes {columns} columns at {position}");
        if model.charset == Charset::Ascii {
            assert!(symbol.is_ascii(), "{what}: {symbol:?} at {position}");
        }
    }
}

/// What moves a cursor, turns the direction of text or hides something.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{e0000}'..='\u{e007f}')
}

fn charsets() -> impl Strategy<Value = Charset> {
    prop_oneof![Just(Charset::Ascii), Just(Charset::Unicode)]
}

fn modes() -> impl Strategy<Value = ColorMode> {
    prop_oneof![Just(ColorMode::Mono), Just(ColorMode::Ansi16), Just(ColorMode::Indexed256)]
}

/// Small terminals matter as much as large ones.
fn sizes() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![(1..=200_u16, 1..=60_u16), (1..=70_u16, 1..=20_u16), Just((80, 24)), Just((160, 45))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn frames_of_any_log_view_and_size(
        log in any::<prop::sample::Index>(),
        way in prop::sample::select(WAYS.to_vec()),
        more in "[jkhlgGsvw.<>{}cCbi\t]{0,6}",
        charset in charsets(),
        mode in modes(),
        size in sizes(),
    ) {
        let (name, model) = log.get(&MODELS);
        let keys = format!("{way}{more}");
        let model = after(model, charset, size, &keys);
        check_frame(&model, size, mode, &format!("{name} {keys:?} {size:?} {charset:?}"));
    }

    #[test]
    fn frames_after_any_messages(
        steps in prop::collection::vec(step(), 1..15),
        charset in charsets(),
        drawn in sizes(),
    ) {
        let mut run = run();
        run.headless.model.charset = charset;
        for step in &steps {
            run.apply(step);
            // A frame may be drawn for another size than the one the model has heard of.
            check_frame(run.model(), drawn, ColorMode::Mono, &format!("{step:?}"));
        }
    }
}

#[test]
fn every_log_in_every_view_at_common_sizes() {
    for (name, model) in MODELS.iter() {
        for way in WAYS {
            let model = after(model, Charset::Unicode, (80, 24), way);
            check_frame(&model, (80, 24), ColorMode::Mono, &format!("{name} {way:?}"));
        }
    }
}

#[test]
fn what_is_answered_is_drawn_at_any_size() {
    let (mut compared, mut films, mut groups) = (0, 0, 0);
    for (name, text) in logs::logs() {
        // A second episode beside each, so that there is something to compare.
        let log = format!("{text}{}", text.replace(r#""episode":"e""#, r#""episode":"f""#));
        for way in ANSWERED {
            let mut program = TestProgram::of(&log);
            program.press(way);
            compared += usize::from(program.model().compare.compared.get().is_some());
            films += usize::from(program.model().film.film.get().is_some());
            groups += usize::from(program.model().groups.ledger().is_some());
            for (charset, size) in [
                (Charset::Unicode, (80, 24)),
                (Charset::Ascii, (80, 24)),
                (Charset::Unicode, (160, 45)),
                (Charset::Unicode, (40, 10)),
                (Charset::Unicode, (5, 3)),
                (Charset::Unicode, (1, 1)),
            ] {
                let model = after(program.model(), charset, size, "");
                check_frame(&model, size, ColorMode::Mono, &format!("{name} {way:?} {size:?}"));
            }
        }
    }
    assert!(compared > 30 && films > 30, "{compared} comparisons and {films} films were drawn");
    assert!(groups > 10, "{groups} ledgers were drawn");
}

#[test]
fn the_smallest_terminals() {
    for (name, model) in MODELS.iter().filter(|it| !it.0.contains(':')) {
        for columns in 1..=5 {
            for rows in 1..=4 {
                let model = after(model, Charset::Unicode, (columns, rows), "");
                check_frame(&model, (columns, rows), ColorMode::Mono, &format!("{name} {columns}x{rows}"));
            }
        }
    }
}

fn text_of(model: &Model) -> String {
    picture::text(&run::frame(model, Theme::new(ColorMode::Mono, model.charset)))
}

#[test]
fn whom_the_verdict_names_is_on_the_first_screen() {
    let mut seen = 0;
    for (name, model) in MODELS.iter() {
        let Some(open) = &model.open else { continue };
        let Some(analysis) = open.analysis() else { continue };
        let Some(first) = analysis.verdict.named().first() else {
            continue;
        };
        let agent = &open.episode.agent(*first).name;
        if crate::text::width(agent) > 24 {
            continue;
        }
        let text = text_of(&after(model, Charset::Unicode, (80, 24), ""));
        let verdict: Vec<&str> = text.lines().take(5).collect();
        assert!(verdict.iter().any(|it| it.contains(agent.as_str())), "{name}: no {agent} in\n{text}");
        seen += 1;
    }
    assert!(seen > 8, "{seen}");
}

/// A failed episode with two agents whose declared credits have intervals at a level.
fn declared(level: &str, interval: &str) -> TestProgram {
    TestProgram::of(&format!(
        r#"{{"type":"action","episode":"e","id":"a1","agent":"ann","action":"x"}}
{{"type":"action","episode":"e","id":"b1","agent":"ben","action":"y"}}
{{"type":"credit","episode":"e","algorithm":"m","items":[{{"agent":"ann","value":-0.6,"ci":{interval}{level}}},{{"agent":"ben","value":-0.4}}]}}
{{"type":"episode_end","episode":"e","status":"failure","return":-1}}
"#
    ))
}

#[test]
fn half_widths_are_headed_by_the_level_of_their_intervals() {
    for (level, heading) in [("", " ±95"), (r#","level":0.5"#, " ±50"), (r#","level":0.999"#, " ±99.9")] {
        let shown = text_of(declared(level, "[-0.7,-0.5]").model());
        assert!(shown.contains(heading), "{heading}: {shown}");
    }
}

#[test]
fn an_interval_that_the_scale_cuts_off_points_on() {
    // The scale holds intervals up to three times the largest credit: -0.6 +- 30 leaves it at both ends.
    let shown = text_of(declared("", "[-30.6,29.4]").model());
    let row = shown.lines().find(|it| it.contains("ann") && it.contains("-0.60")).unwrap();
    assert!(row.contains('<') && row.contains('>') && !row.contains('├'), "{row}");
    let whole = text_of(declared("", "[-0.7,-0.5]").model());
    assert!(whole.contains('├') && whole.contains('┤'), "{whole}");
}

#[test]
fn an_input_that_broke_off_is_said_in_the_first_line() {
    let mut program = TestProgram::sample("forage-saboteur.jsonl");
    let first = |program: &TestProgram, width| {
        let text = text_of(&after(program.model(), Charset::Unicode, (width, 24), ""));
        text.lines().next().unwrap().to_owned()
    };
    assert!(!first(&program, 80).contains("error"));
    let origin = Some(Origin::default());
    let at_a_line = Diagnostic {
        rule: crate::model::rule::BAD_JSON,
        severity: Severity::Error,
        message: String::new(),
        origin,
    };
    let at_none = Diagnostic { rule: crate::model::rule::INPUT_BROKE_OFF, origin: None, ..at_a_line.clone() };
    let store = &mut program.headless.logs.store;
    for it in [at_a_line, Diagnostic { severity: Severity::Note, ..at_none.clone() }, at_none] {
        store.diagnose(it);
    }
    let log = program.log(false);
    assert_eq!(log.input_errors, 1);
    program.send(Message::Log(log));
    for width in [80, 160] {
        let line = first(&program, width);
        assert!(line.contains("1 input error (!)  SAVED"), "{line}");
    }
}

/// Where numbers with decimals stand in a row: first and last column, with the interval after them.
fn numbers(row: &[char]) -> Vec<(usize, usize)> {
    let is_part = |c: &char| c.is_ascii_digit() || "+-.".contains(*c);
    let mut found = Vec::new();
    let mut at = 0;
    while at < row.len() {
        let length = row[at..].iter().take_while(|it| is_part(it)).count();
        let token: String = row[at..at + length].iter().collect();
        let before = at.checked_sub(1).map_or(' ', |it| row[it]);
        // A number in the middle of a sentence has a comma or a bracket after it.
        let in_text = matches!(row.get(at + length), Some(',' | ')' | ']'));
        let alone = !(before.is_alphanumeric() || before == '±' || in_text);
        if alone && token.contains('.') && token.parse::<f64>().is_ok() {
            let mut end = at + length;
            end += usize::from(row.get(end) == Some(&'?'));
            if row[end..].starts_with(&[' ', '±']) {
                end += 2 + row[end + 2..].iter().take_while(|it| is_part(it)).count();
            }
            found.push((at, end - 1));
        }
        at += length.max(1);
    }
    found
}

/// Whether the pane around column `x` starts anew in this row: a rule, with or without a title in it.
fn is_rule(row: &[char], x: usize) -> bool {
    let start = row.iter().take(x).rposition(|it| *it == '│').map_or(0, |it| it + 1);
    let pane: String = row[start.min(row.len())..].iter().take_while(|it| **it != '│').collect();
    let pane = pane.trim();
    pane.starts_with("── ") || (pane.starts_with("──") && pane.chars().all(|it| it == '─'))
}

/// Whether something is written over the columns of a number, in its own pane.
///
/// Of a table `in_sections`, rules within it begin no other table.
fn has_heading(rows: &[Vec<char>], y: usize, (from, to): (usize, usize), in_sections: bool) -> bool {
    let word = |row: &Vec<char>| {
        let cells = row.iter().take(to + 2).skip(from);
        cells.into_iter().any(|it| it.is_alphabetic() || *it == '±')
    };
    rows[..y].iter().rev().take_while(|row| in_sections || !is_rule(row, from)).any(word)
}

#[test]
fn columns_of_numbers_have_a_heading() {
    let mut columns = 0;
    for (name, model) in MODELS.iter().filter(|it| it.0.contains(".jsonl")) {
        for way in ["0", "1", "3", "4", "5", "S", "e"] {
            for size in [(80, 24), (120, 40), (160, 45)] {
                let text = text_of(&after(model, Charset::Unicode, size, way));
                let rows: Vec<Vec<char>> = text.lines().map(|it| it.chars().collect()).collect();
                for y in 2..rows.len() {
                    // A column: the numbers of three rows end at the same place; of two they may by chance.
                    let mut before = numbers(&rows[y - 1]);
                    let earlier = numbers(&rows[y - 2]);
                    before.retain(|it| earlier.iter().any(|above| above.1 == it.1));
                    for number in
                        numbers(&rows[y]).iter().filter(|it| before.iter().any(|above| above.1 == it.1))
                    {
                        columns += 1;
                        assert!(
                            has_heading(&rows, y, *number, way == "S"),
                            "{name} {way} {size:?} row {y}, {number:?}\n{text}"
                        );
                    }
                }
            }
        }
    }
    assert!(columns > 1_000, "{columns}");
}

#[test]
fn the_search_for_headings_can_fail() {
    let rows = |text: &str| text.lines().map(|it| it.chars().collect()).collect::<Vec<Vec<char>>>();
    let with = rows("── title of it ──\n a  tau\n b +1.00\n c +0.50");
    assert_eq!(numbers(&with[3]), [(3, 7)]);
    assert!(has_heading(&with, 3, (3, 7), false));
    assert!(!has_heading(&rows(" a  tau\n── title of it ──\n b +1.00\n c +0.50"), 3, (3, 7), false));
    assert_eq!(numbers(&rows("v1.5 a1.2b 3 4.5 +0.5? ±0.1")[0]), [(13, 15), (17, 26)]);
}

#[test]
fn a_frame_of_the_model_fills_its_size() {
    let (_, model) = &MODELS[0];
    let frame = run::frame(
        &after(model, Charset::Unicode, (100, 30), ""),
        Theme::new(ColorMode::Mono, Charset::Unicode),
    );
    assert_eq!((frame.area.width, frame.area.height), (100, 30));
    let program = TestProgram::of("");
    assert!(text_of(program.model()).contains("0 episodes"), "{}", text_of(program.model()));
}

#[test]
fn messages_alone_lead_to_the_same_state_again() {
    let mut program = TestProgram::of(crate::app::tests::FAILED);
    let mut sent = Vec::new();
    let area = Rect::new(0, 0, 80, 16);
    for key in "b\n/tester\nGk1?Gk".chars().map(key) {
        program.key(key);
        let theme = Theme::new(ColorMode::Mono, Charset::Unicode);
        let drawn = draw(program.model(), Painter::new(&mut Buffer::empty(area), area, &theme));
        program.send(Message::Drawn(drawn));
        sent.extend([Message::Key(key), Message::Drawn(drawn)]);
    }
    let place =
        |it: &TestProgram| (it.model().overlay_top, it.model().overlay_reach, it.episode().detail.top);
    let mut again = TestProgram::of(crate::app::tests::FAILED);
    sent.into_iter().for_each(|it| again.send(it));
    assert_eq!(place(&again), place(&program));
    // `G` goes past the end; `k` continues from the last row that was drawn.
    let (top, reach, _) = place(&program);
    assert_eq!(top + 1, reach);
}

#[test]
fn every_view_is_painted() {
    let views: Vec<View> = crate::app::views::VIEWS.iter().map(|it| it.view).collect();
    let painted: Vec<View> = PAINTINGS.iter().map(|it| it.view).collect();
    assert_eq!(painted, views);
}

/// Sizes of terminals that people have.
const SIZES: [(u16, u16); 6] = [(60, 18), (80, 24), (100, 30), (120, 40), (160, 45), (200, 60)];

/// Blank cells beside a cut text from which on it could have been longer.
const BLANKS: usize = 12;

/// Where a row has a cut text and room for more of it beside it: the blank cells up to the next text, wall or edge.
fn cut_beside_blanks(row: &str) -> Option<usize> {
    let cells: Vec<char> = row.chars().collect();
    let cuts = (0..cells.len()).filter(|it| cells[*it] == '…');
    cuts.map(|it| cells[it + 1..].iter().take_while(|it| **it == ' ').count()).find(|it| *it >= BLANKS)
}

#[test]
fn nothing_is_cut_beside_blanks() {
    let mut frames = 0;
    // A name of three hundred columns is cut wherever it stands, and a text of a log may hold the sign of a cut.
    let odd = ["wide names", "long names", "joined names", "hostile", "long message"];
    let are_usual = |it: &&(String, Model)| !odd.contains(&it.0.as_str());
    for (name, model) in MODELS.iter().filter(are_usual) {
        // The columns of view 4 are as wide as its numbers; S has the names in full.
        for way in WAYS.into_iter().filter(|it| !it.starts_with('4')) {
            for size in SIZES {
                let text = text_of(&after(model, Charset::Unicode, size, way));
                for row in text.lines() {
                    let blanks = usize::from(size.0).saturating_sub(crate::text::width(row));
                    let padded = format!("{row}{}", " ".repeat(blanks));
                    let room = cut_beside_blanks(&padded);
                    assert_eq!(
                        room, None,
                        "{name} {way:?} {size:?}: room beside a cut text in\n{row}\nof\n{text}"
                    );
                }
                frames += 1;
            }
        }
    }
    assert!(frames > 5_000, "{frames}");
}

#[test]
fn the_search_for_cut_texts_can_fail() {
    assert_eq!(cut_beside_blanks("a cut te…             next"), Some(13));
    assert_eq!(cut_beside_blanks("a cut te… │            next"), None);
    assert_eq!(cut_beside_blanks("whole               next"), None);
}
