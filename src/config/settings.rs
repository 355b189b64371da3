//! The settings: one row each.

use std::str::FromStr;

use crate::{app::ThemeChoice, credit, tui::theme::ColorChoice};

/// A setting, by its place in [`SETTINGS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Colours.
    Color,
    /// Which colours the screen has.
    Theme,
    /// ASCII characters only.
    Ascii,
    /// Whether logs are followed.
    Follow,
    /// Whether to look for changes instead of waiting for events.
    Poll,
    /// Whether the mouse is captured from the start.
    Mouse,
    /// Whether rules that do not say what a hit does ring the bell.
    Bell,
    /// The method of credit.
    Method,
    /// Columns and rows of pictures.
    Size,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// true or false
    Switch,
    /// A word that passes a test; the text says which do.
    Word(fn(&str) -> bool, &'static str),
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which.
    pub setting: Setting,
    /// Its name in the file.
    pub name: &'static str,
    /// The flag of the command line that goes before it.
    pub flag: &'static str,
    /// What holds without file and flag.
    pub default: &'static str,
    pub(super) takes: Takes,
}

/// All settings, in the order of [`Setting`].
pub const SETTINGS: &[Row] = &[
    row(Setting::Color, "color", "--color", "auto", Takes::Word(is_color, ColorChoice::WORDS)),
    row(Setting::Theme, "theme", "--theme", "terminal", Takes::Word(is_theme, ThemeChoice::WORDS)),
    row(Setting::Ascii, "ascii", "--ascii", "false", Takes::Switch),
    row(
        Setting::Follow,
        "follow",
        "--follow, --follow-newest, --no-follow",
        "auto",
        Takes::Word(is_follow, "auto, always, newest, never"),
    ),
    row(Setting::Poll, "poll", "--poll", "false", Takes::Switch),
    row(Setting::Mouse, "mouse", "", "false", Takes::Switch),
    row(Setting::Bell, "bell", "", "false", Takes::Switch),
    row(
        Setting::Method,
        "method",
        "--method",
        "best",
        Takes::Word(is_method, "best, or a method that `creditscope methods` lists"),
    ),
    row(Setting::Size, "size", "--size", "100x30", Takes::Word(is_size, "COLSxROWS, such as 160x45")),
];

/// The name of the method that stands for the best that a log supports.
const BEST: &str = "best";

const fn row(
    setting: Setting,
    name: &'static str,
    flag: &'static str,
    default: &'static str,
    takes: Takes,
) -> Row {
    Row { setting, name, flag, default, takes }
}

fn is_color(word: &str) -> bool {
    ColorChoice::from_str(word).is_ok()
}

fn is_theme(word: &str) -> bool {
    ThemeChoice::of_word(word).is_some()
}

fn is_follow(word: &str) -> bool {
    ["auto", "always", "newest", "never"].contains(&word)
}

fn is_method(word: &str) -> bool {
    word == BEST || credit::method(word).is_some()
}

fn is_size(word: &str) -> bool {
    let sides = word.split_once('x').map(|(columns, rows)| [columns, rows].map(u16::from_str));
    sides.is_some_and(|it| it.iter().all(|it| it.as_ref().is_ok_and(|it| *it > 0)))
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program.
    Default,
    /// The file, at this line.
    File(usize),
    /// The command line.
    Flag,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// As the file has it; `true` and `false` for switches.
    pub word: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Chosen {
    /// What holds without file and flag.
    pub(super) fn default_of(row: &Row) -> Self {
        Self { word: row.default.to_owned(), origin: Origin::Default }
    }
}
