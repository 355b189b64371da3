//! Colours by role and glyphs by character set: only this module knows either.

use ratatui::style::{Color, Modifier, Style};

use crate::{app::ThemeChoice, graph::Charset};

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorMode {
    /// None: bold, reverse and glyphs only.
    Mono,
    /// The sixteen of the terminal's own palette.
    Ansi16,
    /// 256 indexed colours.
    Indexed256,
    /// 24 bits.
    TrueColor,
}

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// By the environment.
    #[default]
    Auto,
    /// No colours.
    Never,
    /// At least 16.
    Always,
    /// Exactly this.
    Mode(ColorMode),
}

impl ColorChoice {
    /// The words of `--color`.
    pub const WORDS: &str = "auto, never, always, 16, 256, truecolor";
}

impl std::str::FromStr for ColorChoice {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Ok(match word {
            "auto" => Self::Auto,
            "never" | "mono" => Self::Never,
            "always" => Self::Always,
            "16" => Self::Mode(ColorMode::Ansi16),
            "256" => Self::Mode(ColorMode::Indexed256),
            "truecolor" => Self::Mode(ColorMode::TrueColor),
            _ => return Err(format!("one of {}", Self::WORDS)),
        })
    }
}

/// What the environment says about colours and characters. Read once and passed in, so that tests can set it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `NO_COLOR`.
    pub no_color: Option<String>,
    /// `CLICOLOR_FORCE`.
    pub clicolor_force: Option<String>,
    /// `CLICOLOR`.
    pub clicolor: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// `COLORTERM`.
    pub colorterm: Option<String>,
    /// The first set of `LC_ALL`, `LC_CTYPE`, `LANG`.
    pub locale: Option<String>,
    /// Whether `TMUX` is set.
    pub tmux: bool,
}

impl Environment {
    /// From the process.
    pub fn of_process() -> Self {
        let var = |name: &str| std::env::var(name).ok();
        let set = |name: &str| var(name).filter(|it| !it.is_empty());
        Self {
            no_color: var("NO_COLOR"),
            clicolor_force: var("CLICOLOR_FORCE"),
            clicolor: var("CLICOLOR"),
            term: var("TERM"),
            colorterm: var("COLORTERM"),
            locale: set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")),
            tmux: set("TMUX").is_some(),
        }
    }

    /// Colours: `--color`, then NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM=dumb, COLORTERM, the suffix of TERM,
    /// and otherwise 16.
    pub fn color_mode(&self, choice: ColorChoice) -> ColorMode {
        let non_zero =
            |value: &Option<String>| value.as_deref().is_some_and(|it| !it.is_empty() && it != "0");
        let by_terminal = || {
            let term = self.term.as_deref().unwrap_or("");
            match self.colorterm.as_deref() {
                Some("truecolor" | "24bit") => ColorMode::TrueColor,
                _ if term.ends_with("-direct") => ColorMode::TrueColor,
                _ if term.ends_with("256color") => ColorMode::Indexed256,
                _ if term.ends_with("-m") || term.ends_with("-mono") || term == "vt100" => ColorMode::Mono,
                _ => ColorMode::Ansi16,
            }
        };
        match choice {
            ColorChoice::Mode(mode) => return mode,
            ColorChoice::Never => return ColorMode::Mono,
            ColorChoice::Always => {
                let mode = by_terminal();
                return if mode == ColorMode::Mono { ColorMode::Ansi16 } else { mode };
            }
            ColorChoice::Auto => {}
        }
        if self.no_color.as_deref().is_some_and(|it| !it.is_empty()) {
            return ColorMode::Mono;
        }
        if non_zero(&self.clicolor_force) {
            return by_terminal();
        }
        if self.clicolor.as_deref() == Some("0") || matches!(self.term.as_deref(), None | Some("dumb" | "")) {
            return ColorMode::Mono;
        }
        by_terminal()
    }

    /// Characters: ASCII without a UTF-8 locale, and under a Chinese, Japanese or Korean one, in which the
    /// width of line-drawing characters is ambiguous.
    pub fn charset(&self) -> Charset {
        let locale = self.locale.as_deref().unwrap_or("").to_ascii_lowercase();
        let utf8 = locale.contains("utf-8") || locale.contains("utf8");
        let wide = ["zh", "ja", "ko"].iter().any(|it| locale.starts_with(it));
        if utf8 && !wide && self.term.as_deref() != Some("dumb") { Charset::Unicode } else { Charset::Ascii }
    }
}

/// What a piece of text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Plain,
    /// Less important: scales, units, hints.
    Dim,
    /// Headings and names.
    Strong,
    /// Rules and borders.
    Rule,
    /// Earned credit.
    Positive,
    /// Lost credit.
    Negative,
    /// Something to mind: caveats, bad lines.
    Warn,
    /// What the cursor is on.
    Cursor,
    /// The state word.
    State,
    /// Cause or effect of what the cursor is on.
    Linked,
    /// A choice that cannot be picked.
    Blocked,
    /// What a search has found.
    Match,
}

/// Colours and glyphs of one terminal.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// How many colours.
    pub mode: ColorMode,
    /// Which colours, where there are many.
    shades: Shades,
    /// Which characters.
    pub glyphs: Glyphs,
}

/// Colours of a theme out of the 256: of gains, losses, warnings, rules, what a search found, and what is less important.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shades([u8; 6]);

impl Shades {
    /// Readable on black and on white: contrast of 3.8 and more on both.
    const BOTH: Self = Self([32, 166, 133, 244, 30, 244]);
    /// On black: contrast of 6 and more.
    const DARK: Self = Self([75, 209, 176, 245, 80, 247]);
    /// On white: contrast of 5 and more.
    const LIGHT: Self = Self([25, 124, 90, 242, 23, 240]);
    /// Blue, vermilion, olive, as in Okabe and Ito's palette: no two differ by red and green alone. Contrast of 3.8 and more
    /// on black and on white.
    const SAFE: Self = Self([32, 166, 100, 244, 30, 244]);

    /// The nearest of the sixteen of the terminal's own palette; rules are drawn dim there.
    fn ansi(self) -> [Color; 5] {
        match self {
            Self::DARK => {
                [Color::LightBlue, Color::LightRed, Color::LightMagenta, Color::Reset, Color::LightCyan]
            }
            Self::SAFE => [Color::Blue, Color::Yellow, Color::Magenta, Color::Reset, Color::Cyan],
            _ => [Color::Blue, Color::Red, Color::Magenta, Color::Reset, Color::Cyan],
        }
    }
}

impl Theme {
    /// For a terminal with these colours and characters.
    pub fn new(mode: ColorMode, charset: Charset) -> Self {
        Self { mode, shades: Shades::BOTH, glyphs: Glyphs::of(charset) }
    }

    /// The same in the colours of `choice`. A theme adds no colours to a terminal that has none; only the sixteen do, if they
    /// are chosen.
    pub fn chosen(self, choice: ThemeChoice) -> Self {
        let shades = match choice {
            ThemeChoice::Terminal | ThemeChoice::Sixteen | ThemeChoice::Mono => self.shades,
            ThemeChoice::Dark => Shades::DARK,
            ThemeChoice::Light => Shades::LIGHT,
            ThemeChoice::Safe => Shades::SAFE,
        };
        let mode = match choice {
            ThemeChoice::Mono => ColorMode::Mono,
            ThemeChoice::Sixteen => ColorMode::Ansi16,
            _ => self.mode,
        };
        Self { mode, shades, ..self }
    }

    /// The style of a role. The terminal's own foreground and background are kept.
    pub fn style(&self, role: Role) -> Style {
        let plain = Style::new();
        let [positive, negative, warn, rule, found] = match self.mode {
            ColorMode::Mono => [Color::Reset; 5],
            ColorMode::Ansi16 => self.shades.ansi(),
            ColorMode::Indexed256 | ColorMode::TrueColor => {
                let Shades([positive, negative, warn, rule, found, _]) = self.shades;
                [positive, negative, warn, rule, found].map(Color::Indexed)
            }
        };
        match role {
            Role::Plain => plain,
            Role::Dim | Role::Blocked => match self.mode {
                ColorMode::Mono => plain,
                ColorMode::Ansi16 => plain.add_modifier(Modifier::DIM),
                _ => plain.fg(Color::Indexed(self.shades.0[5])),
            },
            Role::Strong => plain.add_modifier(Modifier::BOLD),
            Role::Rule => match self.mode {
                ColorMode::Ansi16 => plain.add_modifier(Modifier::DIM),
                _ => plain.fg(rule),
            },
            Role::Positive => plain.fg(positive),
            Role::Negative => plain.fg(negative),
            Role::Warn => plain.fg(warn).add_modifier(Modifier::BOLD),
            Role::Cursor => plain.add_modifier(Modifier::BOLD),
            Role::State => plain.add_modifier(Modifier::REVERSED),
            Role::Linked => plain.add_modifier(Modifier::UNDERLINED),
            Role::Match => plain.fg(found).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        }
    }
}

/// The characters of one character set.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs {
    /// Whether these are ASCII only.
    pub ascii: bool,
    /// Horizontal rule.
    pub rule: char,
    /// The rule of the pane with the cursor.
    pub heavy: char,
    /// Vertical rule.
    pub wall: char,
    /// Axis of bars.
    pub axis: char,
    /// Bar of earned credit.
    pub gain: char,
    /// Bar of lost credit.
    pub loss: char,
    /// Cell of an agent that is named with others.
    pub tied: char,
    /// Cell of earned credit.
    pub faint: char,
    /// Left end of an interval.
    pub low: char,
    /// Right end of an interval.
    pub high: char,
    /// Between the ends of an interval.
    pub whisker: char,
    /// An act on its lane.
    pub dot: char,
    /// An act in which something went wrong.
    pub error: char,
    /// Arrow heads: left, right.
    pub arrows: (char, char),
    /// Line of a message, and of an inferred link.
    pub line: (char, char),
    /// Crossing of a lane and a line.
    pub cross: char,
    /// Plus-minus.
    pub plus_minus: &'static str,
    /// Between parts of a line.
    pub middot: char,
    /// Text was cut here.
    pub ellipsis: &'static str,
    /// Eight heights of a strip.
    pub levels: [char; 8],
    /// Radio button and check box: off, on.
    pub marks: [&'static str; 4],
    /// Arrow of a change.
    pub to: &'static str,
}

impl Glyphs {
    /// The characters of `charset`.
    pub fn of(charset: Charset) -> Self {
        match charset {
            Charset::Unicode => Self {
                ascii: false,
                rule: '─',
                heavy: '━',
                wall: '│',
                axis: '│',
                gain: '█',
                loss: '▒',
                tied: '▓',
                faint: '░',
                low: '├',
                high: '┤',
                whisker: '─',
                dot: '●',
                error: '╳',
                arrows: ('◀', '▶'),
                line: ('─', '╌'),
                cross: '┼',
                plus_minus: "±",
                middot: '·',
                ellipsis: "…",
                levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
                marks: ["( )", "(•)", "[ ]", "[x]"],
                to: "→",
            },
            Charset::Ascii => Self {
                ascii: true,
                rule: '-',
                heavy: '=',
                wall: '|',
                axis: '|',
                gain: '#',
                loss: 'x',
                tied: '=',
                faint: '.',
                low: '[',
                high: ']',
                whisker: '-',
                dot: '*',
                error: 'X',
                arrows: ('<', '>'),
                line: ('-', '.'),
                cross: '+',
                plus_minus: "+-",
                middot: '.',
                ellipsis: "~",
                levels: ['.', '.', ':', ':', '+', '+', '#', '#'],
                marks: ["( )", "(*)", "[ ]", "[x]"],
                to: "->",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(set: &[(&str, &str)], choice: ColorChoice, expected: ColorMode) {
        let get = |name: &str| set.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        let environment = Environment {
            no_color: get("NO_COLOR"),
            clicolor_force: get("CLICOLOR_FORCE"),
            clicolor: get("CLICOLOR"),
            term: get("TERM"),
            colorterm: get("COLORTERM"),
            locale: None,
            tmux: false,
        };
        assert_eq!(environment.color_mode(choice), expected, "{set:?}");
    }

    #[test]
    fn colours_in_the_order_of_who_has_the_say() {
        let auto = ColorChoice::Auto;
        check(&[("TERM", "xterm-256color")], auto, ColorMode::Indexed256);
        check(&[("TERM", "xterm")], auto, ColorMode::Ansi16);
        check(&[("TERM", "linux")], auto, ColorMode::Ansi16);
        check(&[("TERM", "xterm"), ("COLORTERM", "truecolor")], auto, ColorMode::TrueColor);
        check(&[("TERM", "dumb"), ("COLORTERM", "truecolor")], auto, ColorMode::Mono);
        check(&[("TERM", "xterm"), ("CLICOLOR", "0")], auto, ColorMode::Mono);
        check(&[("TERM", "xterm"), ("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], auto, ColorMode::Ansi16);
        check(
            &[("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
            auto,
            ColorMode::Mono,
        );
        check(&[("TERM", "xterm-256color"), ("NO_COLOR", "")], auto, ColorMode::Indexed256);
        check(&[("TERM", "xterm"), ("NO_COLOR", "1")], ColorChoice::Always, ColorMode::Ansi16);
        check(&[("TERM", "xterm-256color")], ColorChoice::Never, ColorMode::Mono);
        check(&[("TERM", "dumb")], ColorChoice::Mode(ColorMode::TrueColor), ColorMode::TrueColor);
        check(&[], auto, ColorMode::Mono);
    }

    #[track_caller]
    fn check_locale(locale: &str, expected: Charset) {
        let environment = Environment {
            locale: Some(locale.to_owned()),
            term: Some("xterm".to_owned()),
            ..Environment::default()
        };
        assert_eq!(environment.charset(), expected, "{locale}");
    }

    #[test]
    fn characters_by_locale() {
        check_locale("en_GB.UTF-8", Charset::Unicode);
        check_locale("C.utf8", Charset::Unicode);
        check_locale("C", Charset::Ascii);
        check_locale("POSIX", Charset::Ascii);
        check_locale("ja_JP.UTF-8", Charset::Ascii);
        check_locale("zh_CN.UTF-8", Charset::Ascii);
    }

    /// The contrast of a colour of the 256 with black and with white, after WCAG 2.
    fn contrast(color: u8) -> [f64; 2] {
        let channels: [u8; 3] = match color {
            232.. => [8 + 10 * (color - 232); 3],
            _ => [36, 6, 1].map(|it| match (color - 16) / it % 6 {
                0 => 0,
                step => 55 + 40 * step,
            }),
        };
        let linear = channels.map(|it| match f64::from(it) / 255.0 {
            low if low <= 0.03928 => low / 12.92,
            high => ((high + 0.055) / 1.055).powf(2.4),
        });
        let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        [(luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)]
    }

    #[test]
    fn colours_are_readable_on_their_ground() {
        let least = |shades: Shades, ground: usize| {
            shades.0.map(|it| contrast(it)[ground]).into_iter().fold(f64::INFINITY, f64::min)
        };
        for (shades, on_black, on_white) in [
            (Shades::BOTH, 3.8, 3.8),
            (Shades::SAFE, 3.8, 3.8),
            (Shades::DARK, 6.0, 0.0),
            (Shades::LIGHT, 0.0, 5.0),
        ] {
            assert!(least(shades, 0) >= on_black && least(shades, 1) >= on_white, "{shades:?}");
        }
    }

    #[test]
    fn a_theme_changes_the_colours_and_keeps_to_what_the_terminal_can() {
        let styles = |mode, choice| {
            let theme = Theme::new(mode, Charset::Unicode).chosen(choice);
            [Role::Positive, Role::Negative, Role::Warn].map(|it| theme.style(it))
        };
        for mode in [ColorMode::Ansi16, ColorMode::Indexed256, ColorMode::TrueColor] {
            assert_ne!(styles(mode, ThemeChoice::Dark), styles(mode, ThemeChoice::Terminal));
            assert_ne!(styles(mode, ThemeChoice::Safe), styles(mode, ThemeChoice::Terminal));
        }
        let mono = styles(ColorMode::Mono, ThemeChoice::Terminal);
        for choice in [ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::Safe] {
            assert_eq!(styles(ColorMode::Mono, choice), mono);
        }
        assert_eq!(styles(ColorMode::TrueColor, ThemeChoice::Mono), mono);
        let sixteen = styles(ColorMode::Ansi16, ThemeChoice::Terminal);
        assert_eq!(styles(ColorMode::TrueColor, ThemeChoice::Sixteen), sixteen);
    }

    #[test]
    fn ascii_glyphs_are_ascii() {
        let text = format!("{:?}", Glyphs::of(Charset::Ascii));
        assert!(text.is_ascii(), "{text}");
    }
}
