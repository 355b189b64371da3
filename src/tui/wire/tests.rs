//! What frames cost, and that a terminal shows what was meant.

mod lists;

use proptest::prelude::*;
use ratatui::{layout::Rect, style::Style as RatatuiStyle};

use super::*;

const PLAIN: RatatuiStyle = RatatuiStyle::new();

fn picture(rows: &[&str]) -> Buffer {
    Buffer::with_lines(rows.iter().copied())
}

fn styled(rows: &[&str], pieces: &[(u16, u16, &str, RatatuiStyle)]) -> Buffer {
    let mut buffer = picture(rows);
    for (x, y, text, style) in pieces {
        buffer.set_string(*x, *y, text, *style);
    }
    buffer
}

fn wire(shown: &Buffer, frame: &Buffer) -> String {
    let mut bytes = Vec::new();
    paint(&mut bytes, shown, frame);
    String::from_utf8(bytes).unwrap()
}

#[track_caller]
fn check(shown: &[&str], frame: &[&str], expected: &str) {
    assert_eq!(wire(&picture(shown), &picture(frame)), expected, "{shown:?} -> {frame:?}");
}

#[test]
fn only_what_changed_is_written() {
    check(&["abc"], &["abc"], "");
    check(&["abc"], &["axc"], "\x1b[1;2Hx");
    check(&["abc", "def"], &["abc", "xef"], "\x1b[2Hx");
    check(&["abc"], &["xby"], "\x1b[1Hxby");
    check(&["abcdefghijklmno"], &["xbcdefghijklmny"], "\x1b[1Hx\x1b[13Cy");
    check(&["abcdefgh"], &["ab      "], "\x1b[1;3H\x1b[K");
    check(&["abcd"], &["ab  "], "\x1b[1;3H  ");
}

#[test]
fn wide_characters_take_two_columns() {
    check(&["界ab"], &["面ab"], "\x1b[1H面");
    check(&["界ab"], &["界xb"], "\x1b[1;3Hx");
    check(&["abcd"], &["界cd"], "\x1b[1H界");
    // Terminals do not agree on the width of an emoji: the cursor is placed anew.
    check(&["abcd"], &["👍xy"], "\x1b[1H👍\x1b[1;3Hxy");
}

#[track_caller]
fn check_style(style: RatatuiStyle, expected: &str) {
    let frame = styled(&["..."], &[(1, 0, "x", style)]);
    assert_eq!(wire(&picture(&["..."]), &frame), format!("\x1b[1;2H\x1b[{expected}mx\x1b[m"));
}

#[test]
fn styles_are_set_and_reset() {
    check_style(PLAIN.fg(Color::Blue), "34");
    check_style(PLAIN.fg(Color::LightRed), "91");
    check_style(PLAIN.fg(Color::White).bg(Color::DarkGray), "97;100");
    check_style(PLAIN.fg(Color::Indexed(166)), "38;5;166");
    check_style(PLAIN.bg(Color::Rgb(1, 2, 3)), "48;2;1;2;3");
    check_style(PLAIN.add_modifier(Modifier::BOLD | Modifier::UNDERLINED), "1;4");
}

#[track_caller]
fn check_change(from: RatatuiStyle, to: RatatuiStyle, expected: &str) {
    let frame = styled(&["...."], &[(0, 0, "x", from), (1, 0, "y", to)]);
    let bytes = wire(&picture(&["...."]), &frame);
    let (_, rest) = bytes.split_once('x').unwrap();
    assert_eq!(rest.trim_end_matches("\x1b[m"), format!("{expected}y"));
}

#[test]
fn the_shorter_way_to_a_style_is_taken() {
    let bold = PLAIN.add_modifier(Modifier::BOLD);
    let dim = PLAIN.add_modifier(Modifier::DIM);
    check_change(bold, bold, "");
    check_change(bold, PLAIN, "\x1b[m");
    check_change(bold, dim, "\x1b[0;2m");
    check_change(bold.fg(Color::Red), PLAIN.fg(Color::Red), "\x1b[22m");
    check_change(bold.add_modifier(Modifier::DIM), bold, "\x1b[0;1m");
    check_change(PLAIN.fg(Color::Red), PLAIN.fg(Color::Blue), "\x1b[34m");
    check_change(
        PLAIN.fg(Color::Indexed(244)).add_modifier(Modifier::BOLD),
        PLAIN.fg(Color::Indexed(244)),
        "\x1b[22m",
    );
}

#[test]
fn blanks_do_not_care_for_a_style_that_does_not_show_on_them() {
    let bold = PLAIN.add_modifier(Modifier::BOLD);
    let reversed = PLAIN.add_modifier(Modifier::REVERSED);
    let check = |from: Buffer, to: &Buffer, expected: &str| assert_eq!(wire(&from, to), expected);
    check(picture(&["a b"]), &styled(&["a b"], &[(1, 0, " ", bold)]), "");
    check(picture(&["..."]), &styled(&["x y"], &[(1, 0, " ", bold)]), "\x1b[1Hx y");
    check(picture(&["a b"]), &styled(&["a b"], &[(1, 0, " ", reversed)]), "\x1b[1;2H\x1b[7m \x1b[m");
}

#[test]
fn rows_that_moved_are_moved_by_the_terminal() {
    let row = |n: usize| format!("row {n} {}", ["abc", "xy-", "1.2+"][n % 3].repeat(7));
    let rows = |from: usize| (from..from + 8).map(row).collect::<Vec<_>>();
    let bytes = wire(&Buffer::with_lines(rows(0)), &Buffer::with_lines(rows(1)));
    assert!(bytes.starts_with("\x1b[1;8r\x1b[1H\x1b[M\x1b[r"), "{bytes:?}");
    assert!(!bytes.contains("row 5"), "{bytes:?}");
}

/// What a terminal shows: the text and style of every cell.
fn seen(parser: &vt100::Parser) -> Vec<(String, vt100::Color, vt100::Color, [bool; 5])> {
    let screen = parser.screen();
    let (rows, columns) = screen.size();
    let cells = (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x)));
    cells
        .map(|(y, x)| {
            let cell = screen.cell(y, x).unwrap();
            let blank = !cell.has_contents() || cell.contents() == " ";
            let shows = !blank || cell.inverse() || cell.underline();
            let text = if blank { String::new() } else { cell.contents().to_owned() };
            let foreground = if shows { cell.fgcolor() } else { vt100::Color::Default };
            let flags = [
                shows && cell.bold() && !blank,
                shows && cell.dim() && !blank,
                cell.underline(),
                cell.inverse(),
                shows && cell.italic() && !blank,
            ];
            (text, foreground, cell.bgcolor(), flags)
        })
        .collect()
}

const COLUMNS: u16 = 40;
const ROWS: u16 = 9;

fn any_style() -> impl Strategy<Value = RatatuiStyle> {
    let color = || {
        prop_oneof![
            3 => Just(Color::Reset),
            1 => Just(Color::Red),
            1 => Just(Color::LightBlue),
            1 => Just(Color::Indexed(133)),
        ]
    };
    let modifier = prop_oneof![
        4 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::BOLD | Modifier::UNDERLINED),
        1 => Just(Modifier::REVERSED),
    ];
    (color(), color(), modifier).prop_map(|(fg, bg, modifier)| {
        // Replaces what was there: the emulator cannot show bold and dim at once.
        RatatuiStyle::reset().fg(fg).bg(bg).add_modifier(modifier)
    })
}

/// Pieces of text on a screen.
fn any_pieces() -> impl Strategy<Value = Vec<(u16, u16, String, RatatuiStyle)>> {
    let text = "[a-f ]{1,25}|[界面a ]{1,5}|[ ]{3,20}|[─│é]{1,4}";
    prop::collection::vec((0..COLUMNS, 0..ROWS, text, any_style()), 0..24)
}

fn drawn(pieces: &[(u16, u16, String, RatatuiStyle)], lower_by: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, COLUMNS, ROWS));
    for (x, y, text, style) in pieces {
        let (y, room) = (y + lower_by, usize::from(COLUMNS - x));
        if y < ROWS {
            buffer.set_stringn(*x, y, text, room, *style);
        }
    }
    buffer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A terminal that shows one picture and gets the difference shows the other picture.
    #[test]
    fn the_difference_leads_to_the_picture(first in any_pieces(), more in any_pieces(), lower_by in 0_u16..4) {
        let one = drawn(&first, 0);
        let mut changed = first.clone();
        changed.extend(more);
        let two = drawn(&changed, lower_by);
        let blank = Buffer::empty(one.area);
        let mut stepwise = vt100::Parser::new(ROWS, COLUMNS, 0);
        stepwise.process(wire(&blank, &one).as_bytes());
        stepwise.process(wire(&one, &two).as_bytes());
        // Cell by cell, each placed on its own: nothing clever.
        let mut direct = vt100::Parser::new(ROWS, COLUMNS, 0);
        let mut bytes = Vec::new();
        for (x, y, cell) in blank.diff_iter(&two) {
            let style = parameters(Style::default(), Style::of(cell));
            put(&mut bytes, format_args!("\x1b[{};{}H\x1b[m\x1b[{style}m{}", y + 1, x + 1, cell.symbol()));
        }
        direct.process(&bytes);
        let (stepwise, direct) = (seen(&stepwise), seen(&direct));
        let wrong = stepwise.iter().zip(&direct).position(|(a, b)| a != b);
        if let Some(at) = wrong {
            prop_assert_eq!(&stepwise[at], &direct[at], "cell {}", at);
        }
    }
}
