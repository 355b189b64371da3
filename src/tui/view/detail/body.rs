//! The record under the cursor as lines, and where a search matched it.

use crate::{app::OpenEpisode, search::Pattern, text, tui::theme::Role};

/// Lines of a record.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) lines: Vec<(String, Role)>,
    /// The first line with a match, and the column where it begins.
    pub(super) found: Option<(usize, usize)>,
    /// Whether the record is there: it is read when somebody looks at it.
    pub(super) is_read: bool,
}

impl Body {
    /// The record that `open` shows, in `width` columns.
    pub(super) fn of(open: &OpenEpisode, width: usize, wrap: bool, pattern: Option<&Pattern>) -> Self {
        if let Some(why) = &open.detail.error {
            return Self { lines: vec![(why.clone(), Role::Warn)], is_read: true, ..Self::default() };
        }
        let Some(payload) = &open.detail.payload else {
            let lines = vec![("reading the record".to_owned(), Role::Dim)];
            return Self { lines, ..Self::default() };
        };
        let mut body = Self { is_read: true, ..Self::default() };
        for (name, text) in &payload.fields {
            if let [single] = text.as_slice()
                && text::width(name) + 1 + text::width(single) <= width
            {
                body.push(vec![format!("{name} {single}")], Role::Plain, pattern);
                continue;
            }
            body.push(vec![name.clone()], Role::Strong, pattern);
            for line in text {
                let pieces =
                    if wrap { text::wrap(line, width.saturating_sub(2)) } else { vec![line.clone()] };
                let pieces = pieces.into_iter().map(|it| format!("  {it}")).collect();
                body.push(pieces, Role::Plain, pattern);
            }
        }
        body
    }

    /// Adds one line of the record, broken into `pieces`.
    fn push(&mut self, pieces: Vec<String>, role: Role, pattern: Option<&Pattern>) {
        if let (None, Some(pattern)) = (self.found, pattern) {
            let found = first_match(&pieces, pattern);
            self.found = found.map(|(piece, column)| (self.lines.len() + piece, column));
        }
        self.lines.extend(pieces.into_iter().map(|it| (it, role)));
    }
}

/// The piece in which the first match begins, and its column there. To find a match that goes on in the next
/// piece, the pieces are joined again.
fn first_match(pieces: &[String], pattern: &Pattern) -> Option<(usize, usize)> {
    for (at, piece) in pieces.iter().enumerate() {
        if let Some(range) = pattern.ranges(piece).first() {
            return Some((at, text::width(&piece[..range.start])));
        }
    }
    if pieces.len() < 2 {
        return None;
    }
    // A line is broken at a space, which is dropped, or within a long word, where nothing is.
    for joint in [" ", ""] {
        let whole = pieces.iter().map(|it| it.trim()).collect::<Vec<_>>().join(joint);
        let Some(range) = pattern.ranges(&whole).first().cloned() else { continue };
        let mut end = 0;
        for (at, piece) in pieces.iter().enumerate() {
            end += piece.trim().len() + joint.len();
            if range.start < end {
                return Some((at, 0));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, pieces: &[&str], expected: Option<(usize, usize)>) {
        let pieces: Vec<String> = pieces.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(
            first_match(&pieces, &Pattern::new(pattern).unwrap()),
            expected,
            "{pattern} in {pieces:?}"
        );
    }

    #[test]
    fn the_first_match_of_a_broken_line_is_found() {
        check("needle", &["  hay", "  a needle", "  needle"], Some((1, 4)));
        check("needle", &["  hay"], None);
        check("a needle", &["  hay and a", "  needle"], Some((0, 0)));
        check("haystack", &["  and hays", "  tack"], Some((0, 0)));
        check("two three", &["  one", "  and two", "  three"], Some((1, 0)));
        check("größer", &["  é größer"], Some((0, 4)));
    }
}
