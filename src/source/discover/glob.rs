//! Globs, for when no shell has expanded them: `*`, `?`, `[a-z]`, `[!a]`, and `**` for any depth.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Whether `path` has a special character.
pub(super) fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// Whether the last part of `pattern` itself says what kind of file it wants: `*.txt` does, `*` does not.
pub(super) fn names_extension(pattern: &Path) -> bool {
    pattern.file_name().is_some_and(|it| it.to_string_lossy().contains('.'))
}

/// The paths that `pattern` matches, in no order. Adds the directories it looked into.
pub(super) fn expand(pattern: &Path, directories: &mut BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    let parts = pattern.components().collect::<Vec<_>>();
    for (at, part) in parts.iter().enumerate() {
        let text = part.as_os_str().to_string_lossy();
        found = match part {
            Component::Normal(_) if text == "**" => {
                // `a/**` at the end means the files below, which the caller finds itself.
                let mut entered = HashSet::new();
                let mut below = Vec::new();
                found.iter().for_each(|it| descend(it, &mut entered, &mut below));
                below
            }
            Component::Normal(_) if is_pattern(Path::new(part)) => {
                let pattern = text.chars().collect::<Vec<_>>();
                let mut matches = Vec::new();
                for base in &found {
                    directories.insert(readable(base).to_owned());
                    matches
                        .extend(names(base).filter(|it| matches_name(&pattern, it)).map(|it| base.join(it)));
                }
                matches
            }
            _ => found.iter().map(|it| it.join(part)).collect(),
        };
        if at + 1 < parts.len() {
            found.retain(|it| readable(it).is_dir());
        }
    }
    found.retain(|it| it.exists());
    found
}

/// `directory` and all directories below it that are not hidden.
fn descend(directory: &Path, entered: &mut HashSet<(u64, u64)>, found: &mut Vec<PathBuf>) {
    let Ok(metadata) = readable(directory).metadata() else { return };
    if !metadata.is_dir() || !entered.insert((metadata.dev(), metadata.ino())) {
        return;
    }
    found.push(directory.to_owned());
    for name in names(directory).filter(|it| !it.starts_with('.')) {
        descend(&directory.join(name), entered, found);
    }
}

fn names(directory: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(readable(directory)).into_iter().flatten().flatten();
    entries.filter_map(|it| it.file_name().into_string().ok())
}

/// The empty path is the current directory.
fn readable(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

fn matches_name(pattern: &[char], name: &str) -> bool {
    let hidden = name.starts_with('.') && pattern.first() != Some(&'.');
    !hidden && matches(pattern, &name.chars().collect::<Vec<_>>())
}

/// Goes back to the last `*` on a mismatch; no earlier one needs another try.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => class(&pattern[p..], name[n]),
            Some(c) => (*c == name[n]).then_some(1),
            None => None,
        };
        match (step, star) {
            (Some(len), _) => {
                p += len;
                n += 1;
            }
            (None, Some((at, from))) => {
                star = Some((at, from + 1));
                (p, n) = (at + 1, from + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|it| *it == '*')
}

/// The length of the class at the start of `pattern` if it matches `c`. A `[` that never closes stands for
/// itself.
fn class(pattern: &[char], c: char) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let first = 1 + usize::from(negated);
    let Some(end) = pattern.iter().skip(first + 1).position(|it| *it == ']').map(|it| it + first + 1) else {
        return (c == '[').then_some(1);
    };
    let mut set = &pattern[first..end];
    let mut inside = false;
    while let [from, rest @ ..] = set {
        if let ['-', to, after @ ..] = rest {
            inside |= (*from..=*to).contains(&c);
            set = after;
        } else {
            inside |= *from == c;
            set = rest;
        }
    }
    (inside != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match() {
        let check = |pattern: &str, yes: &[&str], no: &[&str]| {
            let chars = pattern.chars().collect::<Vec<_>>();
            yes.iter().for_each(|it| assert!(matches_name(&chars, it), "{pattern} {it}"));
            no.iter().for_each(|it| assert!(!matches_name(&chars, it), "{pattern} {it}"));
        };
        check("*.jsonl", &["a.jsonl", "a.b.jsonl"], &["a.json", ".a.jsonl", "a.jsonl.1"]);
        check("*", &["a", "a.b"], &[".a"]);
        check(".*", &[".a"], &["a"]);
        check("w?.json", &["w1.json", "wé.json"], &["w.json", "w12.json"]);
        check("[a-c]x[!0-9]", &["axb", "cxx"], &["dxb", "ax1", "ax"]);
        check("[]a]", &["]", "a"], &["b"]);
        check("[a-]", &["-", "a"], &["b"]);
        check("a[", &["a["], &["a"]);
        check("*a*b*c", &["abc", "xaxbxc", "aabbcc"], &["acb", "abcd"]);
        check("a**b", &["ab", "axb"], &["a"]);
        check(&"*a".repeat(20), &[&"a".repeat(40)], &[&("a".repeat(40) + "b")]);
    }
}
