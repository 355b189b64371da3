//! The screen in statements, one to a line, for those who hear it or have a terminal that cannot draw: the same model, the same
//! sentences, no picture.
//!
//! A part of the screen that has plain lines for small terminals has the same here; a table or a picture without such lines is
//! drawn, and told row by row without its strokes.

mod episode;
mod overlay;
mod rows;

use ratatui::{buffer::Buffer, layout::Rect};

use super::prompt;
use crate::{
    app::{Action, Model, Screen},
    graph::Charset,
    model::signed,
    text::{self, count},
    tui::{paint::Painter, picture, theme::Theme},
};

/// Rows of a view that are told at once.
const ROWS: usize = 10;
/// The size in which tables and pictures are drawn that are told row by row.
const DRAWN: (u16, u16) = (100, 80);

/// What there is to say of a model, part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// What it is about: the log, an episode by name, or two of them.
    pub subject: String,
    /// What is on the screen, and how it is ordered: `2 Graph: 12 rows`.
    pub place: String,
    /// The episode and its verdict, or the log.
    pub head: Vec<String>,
    /// The first rows of the view, from the cursor on, and how many follow.
    pub rows: Vec<String>,
    /// The row under the cursor and where it stands: `act 7 of 42: ...`.
    pub cursor: Option<String>,
    /// The pane over the view: its title and its lines.
    pub over: Option<(String, Vec<String>)>,
    /// The first line of that pane, once it was scrolled.
    pub scrolled: Option<String>,
    /// What just happened.
    pub notice: Option<String>,
    /// What is being typed.
    pub prompt: Option<String>,
    /// What grows.
    pub growth: Growth,
}

/// What of a log grows by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    episodes: usize,
    acts: usize,
    reward: Option<String>,
    /// Whom the verdict names.
    who: String,
}

impl Growth {
    /// `3 new acts, 45 in all; R is now -0.50`: what has come since `before`; `None`: nothing.
    pub fn since(&self, before: &Growth) -> Option<String> {
        let more = |now: usize, before: usize, what: &str| {
            (now > before).then(|| format!("{}, {now} in all", count(now - before, what)))
        };
        let mut news: Vec<String> = Vec::new();
        news.extend(more(self.episodes, before.episodes, "new episode"));
        news.extend(more(self.acts, before.acts, "new act"));
        if self.reward != before.reward {
            news.extend(self.reward.as_ref().map(|it| format!("R is now {it}")));
        }
        if self.who != before.who && !self.who.is_empty() {
            news.push(self.who.clone());
        }
        (!news.is_empty()).then(|| news.join("; "))
    }
}

impl Statements {
    /// Of what `model` shows, in the glyphs that its terminal has.
    pub fn of(model: &Model, theme: &Theme) -> Self {
        let body = rows::of(model, theme);
        let over = model.overlay.as_ref().map(|it| overlay::told(model, it, theme));
        let line = over.as_ref().filter(|_| model.overlay_top > 0).and_then(|(_, lines)| {
            let at = model.overlay_top.min(lines.len().checked_sub(1)?);
            Some(format!("line {} of {}: {}", at + 1, lines.len(), lines[at]))
        });
        let open = model.open.as_ref().filter(|_| model.screen == Screen::Episode);
        let statements = Self {
            subject: open.map_or(String::new(), |it| it.episode.name.clone()),
            place: body.place(),
            head: head(model),
            cursor: body.cursor(),
            rows: body.told(),
            over,
            scrolled: line,
            notice: model.notice.clone(),
            prompt: model.prompt.as_ref().map(|it| prompt::told(model, it)),
            growth: growth(model),
        };
        if model.charset == Charset::Ascii { statements.in_ascii() } else { statements }
    }

    /// The last line of the pane that may be its first one.
    pub fn reach(&self) -> usize {
        self.over.as_ref().map_or(0, |it| it.1.len().saturating_sub(1))
    }

    fn in_ascii(self) -> Self {
        let all = |lines: Vec<String>| lines.iter().map(|it| text::to_ascii(it)).collect::<Vec<_>>();
        let one = |line: Option<String>| line.map(|it| text::to_ascii(&it));
        Self {
            subject: self.subject,
            place: text::to_ascii(&self.place),
            head: all(self.head),
            rows: all(self.rows),
            cursor: one(self.cursor),
            over: self.over.map(|(title, lines)| (title, all(lines))),
            scrolled: one(self.scrolled),
            notice: one(self.notice),
            prompt: one(self.prompt),
            growth: Growth { who: text::to_ascii(&self.growth.who), ..self.growth },
        }
    }
}

/// What the key for help is, for the first lines.
pub fn help_line() -> String {
    format!("{} tells the keys, {} quits", Action::Help.key(), Action::Quit.key())
}

/// What the screen is about.
fn head(model: &Model) -> Vec<String> {
    match model.open.as_ref().filter(|_| model.screen == Screen::Episode) {
        Some(open) => episode::head(model, open),
        None if model.screen == Screen::Compare => super::compare::told(model),
        None => {
            let (episodes, records) = (model.log.episodes.len(), model.log.records);
            let mut lines = vec![format!(
                "{}: {}, {}",
                state(model),
                count(episodes, "episode"),
                count(records, "record")
            )];
            let said = model.list.totals.sentences(usize::MAX / 4).into_iter();
            lines.extend(said.map(|(word, sentence)| format!("{word}: {}", sentence.whole())));
            lines
        }
    }
}

/// `SAVED`, `LIVE`; of what is held the number that has come since grows, and is no news by itself.
fn state(model: &Model) -> String {
    if model.held.is_some() { "HELD".to_owned() } else { model.state_word() }
}

fn growth(model: &Model) -> Growth {
    let open = model.open.as_ref().filter(|_| model.screen == Screen::Episode);
    Growth {
        episodes: model.log.episodes.len(),
        acts: open.map_or(0, |it| it.episode.acts.len()),
        reward: open.and_then(|it| it.index.reward).map(|it| signed(it.value, 2).trim().to_owned()),
        who: open.and_then(episode::who).unwrap_or_default(),
    }
}

/// What `draw` draws, row by row and without its strokes.
fn drawn(theme: &Theme, size: (u16, u16), draw: impl FnOnce(&mut Painter<'_>)) -> Vec<String> {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    draw(&mut Painter::new(&mut buffer, area, theme));
    picture::text(&buffer).lines().map(|it| spoken(it, theme)).filter(|it| !it.is_empty()).collect()
}

/// A row of a table as a statement: its cells one after another, marks as words, no bar and no stroke.
fn spoken(line: &str, theme: &Theme) -> String {
    let glyphs = theme.glyphs;
    let is_stroke = |c: char| !glyphs.ascii && matches!(c, '\u{2500}'..='\u{259f}');
    let named = line.replace(glyphs.error, if glyphs.ascii { "!" } else { " error " });
    let bare: String = named.chars().map(|it| if is_stroke(it) { ' ' } else { it }).collect();
    let cells = bare.split("  ").map(str::trim).filter(|it| it.chars().any(char::is_alphanumeric));
    cells.collect::<Vec<_>>().join("; ")
}
