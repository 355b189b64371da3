//! Coalitions as nearly every writer writes them, read in one pass over the text: there may be 2^n in a record.

use super::Fields;
use crate::log::{
    Coalition, Coalitions,
    json::walk::{scalar_end, skip_space, value_end},
};

/// Integers of more digits may be beyond 2^53, which is told.
const DIGITS: usize = 15;

impl<'a, 'p> Fields<'a, '_, 'p> {
    /// A list of coalitions; `read` reads those that are not plain.
    pub(in crate::log) fn coalitions(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Fields<'a, '_, 'p>) -> Option<Coalition>,
    ) -> Coalitions {
        let Some(raw) = self.present(key) else { return Coalitions::default() };
        if !raw.starts_with('[') {
            self.wrong_type(key, raw, "a list");
            return Coalitions::default();
        }
        let (bytes, mut names, mut out) = (raw.as_bytes(), Vec::new(), Coalitions::default());
        // The text was found to be JSON, so that a walk over it needs to look for ends only.
        let mut at = skip_space(bytes, 1);
        while at < bytes.len() && bytes[at] != b']' {
            let end = match plain(raw, at, &mut names) {
                Some((it, end)) => {
                    out.push_stated(&names, it.value, it.std, it.n);
                    end
                }
                None => {
                    let end = value_end(bytes, at).unwrap_or(bytes.len());
                    out.extend(self.entry(key, &raw[at..end], &read, |_| None));
                    end
                }
            };
            at = skip_space(bytes, end);
            if bytes.get(at) == Some(&b',') {
                at = skip_space(bytes, at + 1);
            }
        }
        out
    }
}

/// What a plain coalition says beside its members.
#[derive(Debug, Default, PartialEq)]
struct Plain {
    value: Option<f64>,
    std: Option<f64>,
    n: Option<u32>,
}

/// The coalition at `at` of `text`, which is JSON, with the names of its members in `names`, and the index after it.
/// `None` if it is written in any other way: with other fields, escapes in names, numbers in quotes. Then the general
/// reader knows what to say.
fn plain<'a>(text: &'a str, at: usize, names: &mut Vec<&'a str>) -> Option<(Plain, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    names.clear();
    let mut members = None;
    let mut found = Plain::default();
    let mut at = skip_space(bytes, at + 1);
    loop {
        let (key, end) = string(text, at)?;
        at = skip_space(bytes, end);
        at = skip_space(bytes, after(bytes, at, b':')?);
        at = match key {
            "agents" if members.is_none() => {
                members = Some(());
                list(text, at, names)?
            }
            "value" if found.value.is_none() => number(text, at, &mut found.value)?,
            "std" if found.std.is_none() => number(text, at, &mut found.std)?,
            "n" if found.n.is_none() => {
                let end = scalar_end(bytes, at)?;
                found.n = Some(text[at..end].parse().ok()?);
                end
            }
            _ => return None,
        };
        at = skip_space(bytes, at);
        match bytes.get(at)? {
            b',' => at = skip_space(bytes, at + 1),
            b'}' => break,
            _ => return None,
        }
    }
    members?;
    Some((found, at + 1))
}

/// The strings of the list at `at`; the index after it.
fn list<'a>(text: &'a str, at: usize, names: &mut Vec<&'a str>) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, after(bytes, at, b'[')?);
    if bytes.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        let (name, end) = string(text, at)?;
        names.push(name);
        at = skip_space(bytes, end);
        match bytes.get(at)? {
            b',' => at = skip_space(bytes, at + 1),
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// The string at `at`, if it has no escapes, and the index after it.
fn string(text: &str, at: usize) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    let start = after(bytes, at, b'"')?;
    // Names are too short for a search by the word.
    let length = bytes[start..].iter().position(|it| matches!(it, b'"' | b'\\'))?;
    let end = start + length;
    (bytes[end] == b'"').then(|| (&text[start..end], end + 1))
}

/// Reads the finite number at `at`; the index after it.
fn number(text: &str, at: usize, into: &mut Option<f64>) -> Option<usize> {
    let end = scalar_end(text.as_bytes(), at)?;
    let number = &text[at..end];
    let is_number = number.starts_with(|it: char| it == '-' || it.is_ascii_digit());
    if !is_number || number.len() > DIGITS && !number.contains('.') {
        return None;
    }
    *into = Some(number.parse().ok().filter(|it: &f64| it.is_finite())?);
    Some(end)
}

/// The index after the byte at `at`, if it is `byte`.
fn after(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (bytes.get(at) == Some(&byte)).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use crate::log::{Body, Coalitions, parse_line};

    fn coalitions(items: &str) -> (Coalitions, usize) {
        let line =
            format!(r#"{{"type":"counterfactual","episode":"e","kind":"coalition","coalitions":{items}}}"#);
        let parsed = parse_line(line.as_bytes());
        let Body::Counterfactual(it) = &parsed.records[0].0.body else { panic!("{parsed:?}") };
        (it.coalitions.clone(), parsed.problems.len())
    }

    #[track_caller]
    fn is_plain(item: &str) -> bool {
        let read = super::plain(item, 0, &mut Vec::new());
        assert!(read.as_ref().is_none_or(|it| it.1 == item.len()), "{item}");
        read.is_some()
    }

    /// A field that nobody knows is read by the general reader, and changes nothing.
    #[test]
    fn plain_or_not_it_is_the_same_coalition() {
        let plain = [
            r#"{"agents":[],"value":0}"#,
            r#"{"agents":["a"],"value":-1.5}"#,
            r#"{ "agents" : [ "b" , "a" ] , "value" : 2e-3 , "n" : 16, "std":0.25 }"#,
            r#"{"value":1,"agents":["é","a","é"],"n":0}"#,
            r#"{"agents":["c"]}"#,
        ];
        for item in plain {
            assert!(is_plain(item), "{item}");
            let general = item.replacen('{', r#"{"x":1,"#, 1);
            assert!(!is_plain(&general), "{general}");
            assert_eq!(coalitions(&format!("[{item}]")), coalitions(&format!("[{general}]")), "{item}");
        }
        let mixed = format!("[ {} , {}]", plain.join(" , "), r#"{"agents":["a\u0062"],"returns":[1,2]}"#);
        let (all, problems) = coalitions(&mixed);
        let names: Vec<String> = all.iter().map(|it| it.agents().collect()).collect();
        assert_eq!((names.join("|").as_str(), problems), ("|a|ab|aé|c|ab", 0));
    }

    #[test]
    fn what_is_to_be_told_is_left_to_the_general_reader() {
        for (item, problems) in [
            (r#"{"agents":["a"],"value":"1"}"#, 1),
            (r#"{"agents":["a"],"value":true}"#, 1),
            (r#"{"agents":["a"],"value":12345678901234567}"#, 1),
            (r#"{"agents":["a"],"value":1e999}"#, 1),
            (r#"{"agents":["a"],"value":1,"value":2}"#, 1),
            (r#"{"agents":["a"],"n":-1}"#, 1),
            (r#"{"agents":["a"],"n":1.0}"#, 0),
            (r#"{"agents":"a","value":1}"#, 0),
            (r#"{"agents":[1],"value":null}"#, 0),
            (r#"{"value":1}"#, 1),
            ("7", 1),
        ] {
            assert!(!is_plain(item), "{item}");
            assert_eq!(coalitions(&format!("[{item}]")).1, problems, "{item}");
            assert_eq!(coalitions(&format!(r#"[{{"agents":[]}}, {item}, {{"agents":["z"]}}]"#)).1, problems);
        }
        assert_eq!(coalitions("7").1, 1);
        assert_eq!(coalitions("[]"), (Coalitions::default(), 0));
    }
}
