//! A frame as plain text or as SVG.

use std::fmt::Write;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

use super::theme::ColorMode;

/// Pixels of a cell.
const CELL: (usize, usize) = (8, 17);

/// A way to print the screen.
#[derive(Debug)]
pub struct Picture {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is, in the words of `--help`.
    pub about: &'static str,
    /// The colours it has.
    pub color: ColorMode,
    /// The frame, ended by a line end.
    pub draw: fn(&Buffer) -> String,
}

/// Every way to print the screen.
pub const PICTURES: &[Picture] = &[
    Picture {
        name: "screen",
        about: "The screen of the terminal as text",
        color: ColorMode::Mono,
        draw: text,
    },
    Picture {
        name: "svg",
        about: "The screen of the terminal as a picture",
        color: ColorMode::Indexed256,
        draw: svg,
    },
];

/// The frame as lines of text without trailing blanks.
pub fn text(frame: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..frame.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..frame.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = frame[(x, y)].symbol();
            skip = crate::text::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The frame as an SVG picture that reads on light and dark pages alike: it brings its own background.
pub fn svg(frame: &Buffer) -> String {
    let (columns, rows) = (usize::from(frame.area.width), usize::from(frame.area.height));
    let (width, height) = (columns * CELL.0 + 16, rows * CELL.1 + 16);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#16181d\"/>\n"
    );
    for y in 0..frame.area.height {
        let mut x = 0;
        while x < frame.area.width {
            let cell = &frame[(x, y)];
            let mut run = String::new();
            let start = x;
            while x < frame.area.width && same_style(&frame[(x, y)], cell) {
                run.push_str(frame[(x, y)].symbol());
                x += crate::text::width(frame[(x, y)].symbol()).max(1) as u16;
            }
            piece(&mut out, &run, cell, (usize::from(start), usize::from(y)), usize::from(x - start));
        }
    }
    out.push_str("</svg>\n");
    out
}

fn same_style(a: &Cell, b: &Cell) -> bool {
    (a.fg, a.modifier) == (b.fg, b.modifier)
}

fn piece(out: &mut String, run: &str, cell: &Cell, (x, y): (usize, usize), columns: usize) {
    let reversed = cell.modifier.contains(Modifier::REVERSED);
    if run.trim().is_empty() && !reversed {
        return;
    }
    let (left, top) = (x * CELL.0 + 8, y * CELL.1 + 8);
    let width = columns * CELL.0;
    let foreground = color(cell.fg);
    if reversed {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{foreground}\"/>",
            CELL.1
        );
    }
    let fill = if reversed { "#16181d" } else { foreground };
    let weight = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let line =
        if cell.modifier.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
    for (from, text) in spaced(run) {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (left, width) = (left + from * CELL.0, crate::text::width(text) * CELL.0);
        let _ = writeln!(
            out,
            "<text x=\"{left}\" y=\"{}\" fill=\"{fill}\" textLength=\"{width}\"{weight}{line}>{escaped}</text>",
            top + 13
        );
    }
}

/// The parts of a run between its wide gaps, each with its first column: browsers draw several blanks as one, and stretch what
/// is left over the length of all.
fn spaced(run: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    run.split("  ").filter_map(move |part| {
        let blanks = part.len() - part.trim_start_matches(' ').len();
        let from = at + blanks;
        at += crate::text::width(part) + 2;
        let text = part.trim_matches(' ');
        (!text.is_empty()).then_some((from, text))
    })
}

/// The few colours of the theme as RGB.
fn color(color: Color) -> &'static str {
    match color {
        Color::Indexed(32) => "#3ba0f0",
        Color::Indexed(166) => "#e8792e",
        Color::Indexed(133) => "#c678c6",
        Color::Indexed(244) => "#8a8f98",
        _ => "#d5d8de",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_picture_depends_on_blanks() {
        let parts = |run| spaced(run).collect::<Vec<_>>();
        assert_eq!(parts("  4 agents   98 acts  "), [(2, "4 agents"), (13, "98 acts")]);
        assert_eq!(parts("数据  x"), [(0, "数据"), (6, "x")]);
        assert_eq!(parts("    "), []);
        let frame = Buffer::with_lines(["ep  one   two", "   three "]);
        let picture = svg(&frame);
        let texts: Vec<&str> = picture.lines().filter(|it| it.starts_with("<text")).collect();
        assert_eq!(texts.len(), 4, "{picture}");
        assert!(texts[1].contains("x=\"40\"") && texts[1].contains("textLength=\"24\">one<"), "{picture}");
    }
}
