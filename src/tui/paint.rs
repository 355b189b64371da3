//! Writing into a buffer by rows and columns, clipped to an area.

use std::cell::Cell;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use super::theme::{Role, Theme};
use crate::{app::pointer::Pointed, search::Pattern, text};

/// A part of the screen that can be written to. Everything outside its area is left alone.
pub struct Painter<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    theme: &'a Theme,
    /// What is marked in texts that are written.
    marked: Option<&'a Pattern>,
    /// Whether it has the cursor: then its title is under a heavy rule.
    has_focus: bool,
    /// The cell whose thing is looked for.
    probe: Option<&'a Probe>,
}

/// A cell, and what is drawn there that can be pointed at.
#[derive(Debug)]
pub struct Probe {
    at: Position,
    found: Cell<Option<Pointed>>,
}

impl Probe {
    /// Of a column and a row.
    pub fn new((x, y): (u16, u16)) -> Self {
        Self { at: Position { x, y }, found: Cell::new(None) }
    }

    /// What was drawn there last.
    pub fn found(&self) -> Option<Pointed> {
        self.found.get()
    }

    fn find(&self, area: Rect, what: Option<Pointed>) {
        if area.contains(self.at) {
            self.found.set(what);
        }
    }
}

impl<'a> Painter<'a> {
    /// The part `area` of `buffer`.
    pub fn new(buffer: &'a mut Buffer, area: Rect, theme: &'a Theme) -> Self {
        let area = area.intersection(buffer.area);
        Self { buffer, area, theme, marked: None, has_focus: false, probe: None }
    }

    /// Marks what `pattern` matches in the texts written from now on, except in headings, units and rules.
    pub fn mark(&mut self, pattern: Option<&'a Pattern>) {
        self.marked = pattern;
    }

    /// The same part, which looks for what is drawn in a cell.
    pub fn probe(mut self, probe: &'a Probe) -> Self {
        self.probe = Some(probe);
        self
    }

    /// Says what can be pointed at in `columns` cells of row `y` from column `x` on.
    pub fn point(&mut self, x: usize, y: usize, columns: usize, what: Pointed) {
        if let Some(probe) = self.probe {
            let part = self.part(x, y, columns, 1);
            probe.find(part.area, Some(what));
        }
    }

    /// The same part, which has the cursor or not.
    pub fn focus(mut self, has_focus: bool) -> Self {
        self.has_focus = has_focus;
        self
    }

    /// What is marked.
    pub fn marked(&self) -> Option<&'a Pattern> {
        self.marked
    }

    /// Columns.
    pub fn width(&self) -> usize {
        usize::from(self.area.width)
    }

    /// Rows.
    pub fn height(&self) -> usize {
        usize::from(self.area.height)
    }

    /// Colours and glyphs.
    pub fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// A rectangle of this part: `width` and `height` from column `x` and row `y`, clipped.
    pub fn part(&mut self, x: usize, y: usize, width: usize, height: usize) -> Painter<'_> {
        let left = self.area.x.saturating_add(x.min(self.width()) as u16);
        let top = self.area.y.saturating_add(y.min(self.height()) as u16);
        let width = width.min(self.width().saturating_sub(x)) as u16;
        let height = height.min(self.height().saturating_sub(y)) as u16;
        let area = Rect { x: left, y: top, width, height };
        Painter {
            area,
            buffer: self.buffer,
            theme: self.theme,
            marked: self.marked,
            has_focus: false,
            probe: self.probe,
        }
    }

    /// Writes `text` at column `x` of row `y`, cut at the right edge. Returns the column after it.
    pub fn put(&mut self, x: usize, y: usize, text: &str, role: Role) -> usize {
        let end = self.put_styled(x, y, text, self.theme.style(role));
        let is_log_text =
            matches!(role, Role::Plain | Role::Strong | Role::Cursor | Role::Linked | Role::Warn);
        if let Some(pattern) = self.marked.filter(|_| is_log_text) {
            for range in pattern.ranges(text) {
                let columns = |text: &str| {
                    if self.theme.glyphs.ascii {
                        text::width(&text::to_ascii(text))
                    } else {
                        text::width(text)
                    }
                };
                let (start, width) = (columns(&text[..range.start]), columns(&text[range]));
                self.restyle(x + start, y, width, Role::Match);
            }
        }
        end
    }

    /// Writes `text`, cut to `columns` with an ellipsis. Returns the column after those columns.
    pub fn put_fit(&mut self, x: usize, y: usize, columns: usize, text: &str, role: Role) -> usize {
        let columns = columns.min(self.width().saturating_sub(x));
        let fitted = self.fit(text, columns);
        self.put(x, y, &fitted, role);
        x + columns
    }

    /// Writes `text`, cut at its beginning: the end of an id tells it from its neighbours.
    pub fn put_tail(&mut self, x: usize, y: usize, columns: usize, text: &str, role: Role) -> usize {
        let columns = columns.min(self.width().saturating_sub(x));
        let mark = self.theme.glyphs.ellipsis;
        let mut cut = text::fit_end(text, columns).to_owned();
        if text::width(&cut) < text::width(text) && columns > 1 {
            cut = format!("{mark}{}", text::fit_end(text, columns - text::width(mark)));
        }
        self.put(x, y, &cut, role);
        x + columns
    }

    /// Writes `text` so that it ends before column `right`.
    pub fn put_right(&mut self, right: usize, y: usize, text: &str, role: Role) {
        self.put(right.saturating_sub(text::width(text)), y, text, role);
    }

    /// Writes pieces one after the other. Returns the column after the last.
    pub fn line(&mut self, mut x: usize, y: usize, pieces: &[(&str, Role)]) -> usize {
        for (text, role) in pieces {
            x = self.put(x, y, text, *role);
        }
        x
    }

    /// A horizontal rule through row `y`, with a title and something at its right end.
    pub fn rule(&mut self, y: usize, title: &str, right: &str) {
        let width = self.width();
        let (glyph, role) = match self.has_focus {
            true => (self.theme.glyphs.heavy, Role::Strong),
            false => (self.theme.glyphs.rule, Role::Rule),
        };
        self.put(0, y, &glyph.to_string().repeat(width), role);
        let room = width.saturating_sub(4);
        if !title.is_empty() && room > 0 {
            let title = self.fit(title, room);
            self.put_styled(2, y, &format!(" {title} "), self.theme.style(Role::Strong));
        }
        let used = 4 + text::width(title);
        let right_width = text::width(right) + 2;
        if !right.is_empty() && used + right_width < width {
            self.put(width - right_width - 1, y, &format!(" {right} "), Role::Dim);
        }
    }

    /// Blanks the whole part.
    pub fn blank(&mut self) {
        if let Some(probe) = self.probe {
            probe.find(self.area, None);
        }
        for y in 0..self.height() {
            let blank = " ".repeat(self.width());
            self.put_styled(0, y, &blank, Style::reset());
        }
    }

    /// Changes the style of `columns` cells and keeps their text.
    pub fn restyle(&mut self, x: usize, y: usize, columns: usize, role: Role) {
        let part = self.part(x, y, columns, 1);
        let style = part.theme.style(role);
        part.buffer.set_style(part.area, style);
    }

    /// `text` cut to `columns`.
    pub fn fit(&self, text: &str, columns: usize) -> String {
        if self.theme.glyphs.ascii { text::fit_ascii(text, columns) } else { text::fit(text, columns) }
    }

    fn put_styled(&mut self, x: usize, y: usize, text: &str, style: Style) -> usize {
        if y >= self.height() || x >= self.width() {
            return x + text::width(text);
        }
        let (left, top) = (self.area.x + x as u16, self.area.y + y as u16);
        // Nothing of what was written there before remains: bold over a dim rule is bold.
        let style = Style::reset().patch(style);
        // A log may hold characters that this terminal cannot show; our own glyphs are ASCII already.
        let ascii;
        let text = if self.theme.glyphs.ascii && !text.is_ascii() {
            ascii = text::to_ascii(text);
            &ascii
        } else {
            text
        };
        let (end, _) = self.buffer.set_stringn(left, top, text, self.width() - x, style);
        usize::from(end - self.area.x)
    }
}
