//! The texts of two records line by line.

use similar::{ChangeTag, TextDiff};

use super::Side;
use crate::model::RecordText;

/// Lines that both have around what differs.
const CONTEXT: usize = 1;

/// A line of a text, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineOf {
    /// Both have it.
    Both(String),
    /// Only this one has it.
    One(Side, String),
    /// So many lines that both have are left out.
    Left(usize),
}

/// A field of two records that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// `action`, `result`, `content`, ...
    pub field: String,
    /// Its lines; display-safe.
    pub lines: Vec<LineOf>,
}

/// The fields of two records in which they differ, in the order of A. A record that is not there has no fields.
pub fn text_changes(a: Option<&RecordText>, b: Option<&RecordText>) -> Vec<TextChange> {
    let fields = |it: Option<&RecordText>| it.map_or(Vec::new(), |it| it.fields.clone());
    let (a, b) = (fields(a), fields(b));
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in a.iter().chain(&b) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let of = |fields: &[(String, Vec<String>)], name: &String| {
        fields.iter().find(|it| it.0 == *name).map_or(Vec::new(), |it| it.1.clone())
    };
    let change = |name: &String| {
        let (a, b) = (of(&a, name), of(&b, name));
        (a != b).then(|| TextChange { field: name.clone(), lines: lines(&a, &b) })
    };
    names.into_iter().filter_map(change).collect()
}

fn lines(a: &[String], b: &[String]) -> Vec<LineOf> {
    let (a, b): (Vec<&str>, Vec<&str>) =
        (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&a, &b);
    let mut lines = Vec::new();
    let mut both: Vec<String> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value().to_owned();
        let side = match change.tag() {
            ChangeTag::Equal => {
                both.push(text);
                continue;
            }
            ChangeTag::Delete => Side::A,
            ChangeTag::Insert => Side::B,
        };
        let is_first = lines.is_empty();
        flush(&mut both, !is_first, true, &mut lines);
        lines.push(LineOf::One(side, text));
    }
    flush(&mut both, true, false, &mut lines);
    lines
}

/// Writes lines that both have, those far from what differs as a number.
fn flush(both: &mut Vec<String>, after: bool, before: bool, lines: &mut Vec<LineOf>) {
    let (first, last) = (if after { CONTEXT } else { 0 }, if before { CONTEXT } else { 0 });
    if both.len() > first + last + 1 {
        let left = both.len() - first - last;
        let tail = both.split_off(first + left);
        both.truncate(first);
        lines.extend(both.drain(..).map(LineOf::Both));
        lines.push(LineOf::Left(left));
        lines.extend(tail.into_iter().map(LineOf::Both));
    } else {
        lines.extend(both.drain(..).map(LineOf::Both));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Origin;

    #[test]
    fn fields_differ_line_by_line() {
        let record = |fields: &[(&str, &str)]| RecordText {
            origin: Origin::default(),
            fields: fields
                .iter()
                .map(|it| (it.0.to_owned(), it.1.split(' ').map(str::to_owned).collect()))
                .collect(),
        };
        let a = record(&[("action", "use it"), ("obs", "same"), ("result", "1 2 3 4 5 6")]);
        let b = record(&[("action", "use it"), ("obs", "same"), ("result", "1 2 3 4 five 6"), ("new", "x")]);
        let found = text_changes(Some(&a), Some(&b));
        let both = |it: &str| LineOf::Both(it.into());
        let one = |side, it: &str| LineOf::One(side, it.into());
        let expected =
            [LineOf::Left(3), both("4"), one(Side::A, "5"), one(Side::B, "five"), both("6")].to_vec();
        assert_eq!(found[0], TextChange { field: "result".into(), lines: expected });
        assert_eq!(found[1], TextChange { field: "new".into(), lines: vec![one(Side::B, "x")] });
        assert_eq!(found.len(), 2);
        // Against nothing, all of it is new.
        assert_eq!(text_changes(None, Some(&b)).len(), 4);
        assert_eq!(text_changes(None, None), []);
    }
}
