//! A record that matches, as the list of hits shows it.

use std::ops::Range;

use super::Pattern;
use crate::log::json::unescape::unescape;
use crate::{
    log::{Record, parse_line, scan_header},
    model::{EpisodeId, Origin, Place},
    text,
};

/// Bytes of a record shown before a match, and from its start on.
const BEFORE: usize = 48;
const FROM: usize = 240;

/// A record that matches. All text is display-safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where its line stands.
    pub origin: Origin,
    /// The word in its `type`; `unreadable` for a line that is not a record.
    pub record: Box<str>,
    /// Its episode, once the index knows it.
    pub episode: Option<EpisodeId>,
    /// The name of its episode.
    pub episode_name: Option<Box<str>>,
    /// Who acted.
    pub agent: Option<Box<str>>,
    /// Its id.
    pub id: Option<Box<str>>,
    /// The text around the match.
    pub snippet: Snippet,
}

impl Hit {
    /// The order in which hits are visited: by episode, and within an episode as they stand in the files.
    /// Records without an episode come first.
    pub fn key(&self) -> (Option<EpisodeId>, Place) {
        (self.episode, self.origin.place())
    }
}

/// The text around a match, on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// Before it.
    pub before: Box<str>,
    /// What matched.
    pub matched: Box<str>,
    /// Behind it.
    pub after: Box<str>,
}

impl Snippet {
    /// All of it.
    pub fn line(&self) -> String {
        format!("{}{}{}", self.before, self.matched, self.after)
    }
}

/// A hit and the logged name of its episode, by which an index finds the episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The hit; its episode is not known yet.
    pub hit: Hit,
    /// The id of its episode, as written.
    pub episode: Option<String>,
}

impl Found {
    /// The hit for `line`, which stands at `origin` and matches `pattern`.
    pub fn of(origin: Origin, line: &[u8], pattern: &Pattern) -> Self {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let safe = |it: &str| text::clean(it).into_boxed_str();
        let hit = Hit {
            origin,
            record: "unreadable".into(),
            episode: None,
            episode_name: None,
            agent: None,
            id: None,
            snippet: snippet(line, pattern),
        };
        if let Some(header) = scan_header(line) {
            let hit = Hit {
                record: safe(&header.type_name),
                episode_name: header.episode.as_deref().map(safe),
                agent: header.agent.as_deref().map(safe),
                id: header.id.as_deref().map(safe),
                ..hit
            };
            return Self { hit, episode: header.episode.map(Into::into) };
        }
        match record_of(line, pattern) {
            Some(record) => {
                let hit = Hit {
                    record: safe(record.type_name()),
                    episode_name: record.episode.as_deref().map(safe),
                    agent: record.agent().map(safe),
                    id: record.id.as_deref().map(safe),
                    ..hit
                };
                Self { hit, episode: record.episode }
            }
            None => Self { hit, episode: None },
        }
    }
}

/// The record of an odd line that holds the match; the first such record if the line holds several.
fn record_of(line: &[u8], pattern: &Pattern) -> Option<Record> {
    let place = pattern.regex.find(line).map(|it| it.range());
    let mut records = parse_line(line).records;
    let holds = |range: &Range<usize>| place.as_ref().is_some_and(|it| range.contains(&it.start));
    let at = records.iter().position(|it| holds(&it.1)).unwrap_or(0);
    (at < records.len()).then(|| records.swap_remove(at).0)
}

/// The text around the first match, with its escapes undone if it matches that way, as a person sees it.
fn snippet(line: &[u8], pattern: &Pattern) -> Snippet {
    let mut unescaped = Vec::new();
    unescape(line, &mut unescaped);
    let seen = pattern.regex.find(&unescaped).map(|it| (unescaped.as_slice(), it.range()));
    let found = seen.or_else(|| pattern.regex.find(line).map(|it| (line, it.range())));
    let Some((text, range)) = found else { return Snippet::default() };
    let start = letter_at(text, range.start.saturating_sub(BEFORE));
    let end = letter_at(text, range.end.min(range.start + FROM));
    let last = letter_at(text, text.len().min(range.start + FROM).max(end));
    let safe = |range: Range<usize>| {
        one_line(&text::clean(&String::from_utf8_lossy(text.get(range).unwrap_or_default())))
    };
    Snippet {
        before: safe(start..range.start),
        matched: safe(range.start..end.max(range.start)),
        after: safe(end.max(range.start)..last),
    }
}

/// Joins each run of blanks, as tables and code have them, into one blank.
fn one_line(text: &str) -> Box<str> {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter != ' ' || !out.ends_with(' ') {
            out.push(letter);
        }
    }
    out.into_boxed_str()
}

/// `at`, or the end of the character that `at` falls into.
fn letter_at(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|it| it & 0xc0 == 0x80) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str, pattern: &str) -> Found {
        Found::of(Origin::default(), line.as_bytes(), &Pattern::new(pattern).unwrap())
    }

    #[track_caller]
    fn check(line: &str, pattern: &str, who: [&str; 4], snippet: [&str; 3]) {
        let Found { hit, .. } = found(line, pattern);
        let text = |it: &Option<Box<str>>| it.as_deref().unwrap_or("-").to_owned();
        let seen = [hit.record.to_string(), text(&hit.episode_name), text(&hit.agent), text(&hit.id)];
        assert_eq!(seen, who, "{line}");
        assert_eq!([&*hit.snippet.before, &*hit.snippet.matched, &*hit.snippet.after], snippet, "{line}");
    }

    #[test]
    fn whose_record_it_is_and_what_it_says() {
        check(
            r#"{"type":"action","episode":"e","id":"a1","agent":"x","action":"go north"}"#,
            "go",
            ["action", "e", "x", "a1"],
            [r#"","episode":"e","id":"a1","agent":"x","action":""#, "go", r#" north"}"#],
        );
        check(
            r#"{"type":"run","credit_log":1}"#,
            "log",
            ["run", "-", "-", "-"],
            [r#"{"type":"run","credit_"#, "log", r#"":1}"#],
        );
        check("no record", "rec", ["unreadable", "-", "-", "-"], ["no ", "rec", "ord"]);
    }

    #[test]
    fn escapes_are_undone_and_nothing_drives_the_terminal() {
        let line = r#"{"type":"action","episode":"\u001b[2J","agent":"x","action":"say \"no\"\u001b[31m"}"#;
        let Found { hit, episode } = found(line, "say \"no\"");
        assert_eq!(episode.as_deref(), Some("\u{1b}[2J"));
        assert_eq!(hit.episode_name.as_deref(), Some("^[[2J"));
        assert_eq!(&*hit.snippet.matched, "say \"no\"");
        assert_eq!(&*hit.snippet.after, "^[[31m\"}");
    }

    #[test]
    fn runs_of_blanks_are_one() {
        let hit = found("a   |  b\\n\\n   x  y", "x").hit;
        assert_eq!(hit.snippet.line(), "a | b x y");
    }

    #[test]
    fn a_record_glued_to_another_is_the_one_that_matches() {
        let line = r#"{"type":"action","episode":"e","agent":"x"}{"type":"action","episode":"f","agent":"y","action":"go"}"#;
        assert_eq!(found(line, "go").episode.as_deref(), Some("f"));
        assert_eq!(found(line, "\"x\"").episode.as_deref(), Some("e"));
    }

    #[test]
    fn a_long_match_is_cut_between_letters() {
        let line = "é".repeat(400);
        let hit = found(&line, "é+").hit;
        assert!(!hit.snippet.line().contains('\u{fffd}'), "{:?}", hit.snippet);
        assert!(hit.snippet.matched.len() <= FROM + 1);
        let hit = found(&format!("{line}x"), "x").hit;
        assert!(hit.snippet.before.len() <= BEFORE && !hit.snippet.line().contains('\u{fffd}'));
    }
}
