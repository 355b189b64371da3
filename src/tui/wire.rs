//! The difference of two pictures as bytes for a terminal, and few of them, because people look through SSH.
//!
//! It draws only cells that changed, and beyond that:
//!
//! * rows that moved up or down together are moved by the terminal (scroll region), then corrected;
//! * a short stretch that did not change is written again if that is shorter than jumping over it;
//! * the blank rest of a row is erased, not written;
//! * styles are changed by the shorter of "turn off and on" and "reset, then on", and palette colours by
//!   their two digits (only colours that need it use `38;5;n`: plain `xterm` and the Linux console know no
//!   other).
//!
//! Assumes that the terminal is in its default style when a frame begins, and leaves it so. Writes the
//! symbols of cells as they are: whoever filled the buffer has cleaned them.

use std::io::Write;

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::scroll;

/// Modifiers that show on a blank cell.
const ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);
/// Each modifier, the parameter that turns it on, and the one that turns it off.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// A frame with fewer bytes than this is written as it is: no scroll could save much.
const SMALL: usize = 200;

/// Appends to `wire` what turns the picture `shown` into `frame`, which has the same size. Afterwards the
/// cursor may be anywhere.
pub fn paint(wire: &mut Vec<u8>, shown: &Buffer, frame: &Buffer) {
    let start = wire.len();
    write_changes(wire, shown, frame);
    if wire.len() - start <= SMALL {
        return;
    }
    let Some(found) = scroll::find(shown, frame) else { return };
    let mut scrolled = Vec::new();
    let (top, bottom) = (found.rows.start + 1, found.rows.end);
    // Deletes and inserts lines inside margins: the Linux console knows these too.
    let by = Some(found.by.unsigned_abs()).filter(|it| *it > 1).map_or(String::new(), |it| it.to_string());
    let what = if found.by > 0 { 'M' } else { 'L' };
    put(&mut scrolled, format_args!("\x1b[{top};{bottom}r\x1b[{top}H\x1b[{by}{what}\x1b[r"));
    write_changes(&mut scrolled, &scroll::applied(shown, &found), frame);
    // A terminal without synchronised updates shows the scroll, so it must be worth it.
    if scrolled.len() * 10 < (wire.len() - start) * 9 {
        wire.truncate(start);
        wire.extend_from_slice(&scrolled);
    }
}

fn write_changes(wire: &mut Vec<u8>, shown: &Buffer, frame: &Buffer) {
    let changes = changes(shown, frame);
    let mut pen = Pen { wire, frame, at: None, style: Style::default() };
    let mut index = 0;
    while index < changes.len() {
        let (x, y) = changes[index];
        let row_end = index + changes[index..].iter().take_while(|it| it.1 == y).count();
        if row_end - index > 3 && is_blank_from(frame, x, y) {
            pen.erase_to_end(x, y);
            index = row_end;
        } else {
            pen.cell(x, y);
            index += 1;
        }
    }
    pen.rest();
}

/// The cells to write, row by row.
fn changes(shown: &Buffer, frame: &Buffer) -> Vec<(u16, u16)> {
    let mut changes = Vec::new();
    for y in 0..frame.area.height {
        // Up to here the terminal may show anything: half of a wide character was overwritten.
        let mut spoiled = 0;
        let mut x = 0;
        while x < frame.area.width {
            let (old, new) = (&shown[(x, y)], &frame[(x, y)]);
            let next = x + columns(new);
            if x < spoiled || differs(old, new) {
                changes.push((x, y));
                let last = (next - 1).min(frame.area.width - 1);
                spoiled = spoiled.max(last + columns(&shown[(last, y)]));
            }
            x = next;
        }
    }
    changes
}

fn differs(old: &Cell, new: &Cell) -> bool {
    let (from, to) = (Style::of(old), Style::of(new));
    old.symbol() != new.symbol() || from != to && !(is_blank(new) && from.on_blank() == to.on_blank())
}

/// The columns a cell takes: 2 if it holds a wide character, whose second half is a blank cell.
fn columns(cell: &Cell) -> u16 {
    if cell.symbol().width() > 1 { 2 } else { 1 }
}

/// Whether the cell is the second half of a wide character.
fn follows_wide(buffer: &Buffer, x: u16, y: u16) -> bool {
    x > 0 && columns(&buffer[(x - 1, y)]) > 1
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " "
}

fn is_blank_from(frame: &Buffer, x: u16, y: u16) -> bool {
    (x..frame.area.width)
        .map(|x| &frame[(x, y)])
        .all(|it| is_blank(it) && Style::of(it).on_blank() == Style::default())
}

/// Writing to a vector cannot fail.
fn put(wire: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    let _ = wire.write_fmt(arguments);
}

/// The look of a cell apart from its symbol. Underlines have the colour of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    foreground: Color,
    background: Color,
    modifier: Modifier,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        Self { foreground: cell.fg, background: cell.bg, modifier: cell.modifier }
    }

    /// What of it shows on a blank.
    fn on_blank(self) -> Self {
        let modifier = self.modifier.intersection(ON_BLANK);
        let foreground = if modifier.is_empty() { Color::Reset } else { self.foreground };
        Self { foreground, background: self.background, modifier }
    }
}

/// The terminal while a frame is written.
struct Pen<'a> {
    wire: &'a mut Vec<u8>,
    frame: &'a Buffer,
    /// Where the cursor is, if that is certain.
    at: Option<(u16, u16)>,
    style: Style,
}

impl Pen<'_> {
    fn cell(&mut self, x: u16, y: u16) {
        self.move_to(x, y);
        let cell = &self.frame[(x, y)];
        self.dress(cell);
        self.wire.extend_from_slice(cell.symbol().as_bytes());
        let right = certain_width(cell.symbol()).map(|it| x + it);
        // At the right edge terminals differ in where the cursor stays.
        self.at = right.filter(|it| *it < self.frame.area.width).map(|it| (it, y));
    }

    fn erase_to_end(&mut self, x: u16, y: u16) {
        self.move_to(x, y);
        // Erased cells take the background, and on some terminals also what shows on a blank.
        if self.style.on_blank() != Style::default() {
            self.restyle(Style::default());
        }
        self.wire.extend_from_slice(b"\x1b[K");
    }

    fn move_to(&mut self, x: u16, y: u16) {
        if self.at == Some((x, y)) {
            return;
        }
        if let Some((from, row)) = self.at
            && row == y
            && from < x
        {
            let gap = x - from;
            let jump = if gap == 1 { 3 } else { 3 + gap.to_string().len() };
            if usize::from(gap) <= jump && (from..x).all(|it| self.can_rewrite(it, y)) {
                for it in from..x {
                    self.wire.extend_from_slice(self.frame[(it, y)].symbol().as_bytes());
                }
            } else if gap == 1 {
                self.wire.extend_from_slice(b"\x1b[C");
            } else {
                put(self.wire, format_args!("\x1b[{gap}C"));
            }
        } else if x == 0 {
            put(self.wire, format_args!("\x1b[{}H", y + 1));
        } else {
            put(self.wire, format_args!("\x1b[{};{}H", y + 1, x + 1));
        }
        self.at = Some((x, y));
    }

    /// Whether the cell may be written as it is, in the current style.
    fn can_rewrite(&self, x: u16, y: u16) -> bool {
        let cell = &self.frame[(x, y)];
        let [byte] = cell.symbol().as_bytes() else { return false };
        let style = Style::of(cell);
        // The second half of a wide character is a blank in the buffer, and must not be written.
        byte.is_ascii()
            && !follows_wide(self.frame, x, y)
            && (style == self.style || *byte == b' ' && style.on_blank() == self.style.on_blank())
    }

    fn dress(&mut self, cell: &Cell) {
        let style = Style::of(cell);
        if style == self.style || is_blank(cell) && style.on_blank() == self.style.on_blank() {
            return;
        }
        self.restyle(style);
    }

    fn restyle(&mut self, style: Style) {
        let anew = parameters(Style::default(), style);
        let anew = if anew.is_empty() { String::new() } else { format!("0;{anew}") };
        let changed = parameters(self.style, style);
        let shorter = if !changed.is_empty() && changed.len() <= anew.len() { changed } else { anew };
        put(self.wire, format_args!("\x1b[{shorter}m"));
        self.style = style;
    }

    /// Ends the frame in the default style.
    fn rest(&mut self) {
        if self.style != Style::default() {
            self.wire.extend_from_slice(b"\x1b[m");
        }
    }
}

/// The parameters of SGR that lead from one style to the other.
fn parameters(from: Style, to: Style) -> String {
    let mut list: Vec<String> = Vec::new();
    let mut lit = from.modifier;
    for (modifier, _, off) in MODIFIERS {
        if lit.contains(modifier) && !to.modifier.contains(modifier) {
            // 22 turns off bold and dim alike, 25 both ways of blinking.
            lit.remove(MODIFIERS.iter().filter(|it| it.2 == off).map(|it| it.0).collect());
            list.push(off.to_string());
        }
    }
    for (modifier, on, _) in MODIFIERS {
        if to.modifier.contains(modifier) && !lit.contains(modifier) {
            list.push(on.to_string());
        }
    }
    if from.foreground != to.foreground {
        list.push(color(to.foreground, 30));
    }
    if from.background != to.background {
        list.push(color(to.background, 40));
    }
    list.join(";")
}

/// The parameters of a colour; `base` is 30 for the foreground, 40 for the background.
fn color(color: Color, base: u8) -> String {
    let bright = base + 60;
    let plain = |n: u8| (base + n).to_string();
    match color {
        Color::Reset => plain(9),
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright.to_string(),
        Color::LightRed => (bright + 1).to_string(),
        Color::LightGreen => (bright + 2).to_string(),
        Color::LightYellow => (bright + 3).to_string(),
        Color::LightBlue => (bright + 4).to_string(),
        Color::LightMagenta => (bright + 5).to_string(),
        Color::LightCyan => (bright + 6).to_string(),
        Color::White => (bright + 7).to_string(),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

/// The columns of a symbol if all terminals agree on them: one character that is plainly narrow, or one of
/// the old wide scripts. After anything else the cursor is placed anew.
fn certain_width(symbol: &str) -> Option<u16> {
    let mut characters = symbol.chars();
    let (first, None) = (characters.next()?, characters.next()) else { return None };
    match first.width()? {
        1 => Some(1),
        2 if matches!(first, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffdc}') => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
