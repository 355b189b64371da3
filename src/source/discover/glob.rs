//! Globs, for when no shell has expanded them: `*`, `?`, `[a-z]`, `[!a]`, and `**` for any depth.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

/// As a shell matches: names that begin with a dot only where the pattern begins with one.
const AS_A_SHELL: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

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
                let pattern = pattern_of(&text);
                let mut matches = Vec::new();
                for base in &found {
                    directories.insert(readable(base).to_owned());
                    let named = names(base).filter(|it| pattern.matches_with(it, AS_A_SHELL));
                    matches.extend(named.map(|it| base.join(it)));
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

/// The pattern of one part of a path. `[^a]` is another way to write `[!a]`; `**` within a part is `*`; where
/// a class never closes, every `[` stands for itself.
fn pattern_of(part: &str) -> Pattern {
    let mut text = part.replace("[^", "[!");
    while text.contains("**") {
        text = text.replace("**", "*");
    }
    let literal = || Pattern::new(&text.replace('[', "[[]"));
    Pattern::new(&text).or_else(|_| literal()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match() {
        let check = |pattern: &str, yes: &[&str], no: &[&str]| {
            let matches = |name: &str| pattern_of(pattern).matches_with(name, AS_A_SHELL);
            yes.iter().for_each(|it| assert!(matches(it), "{pattern} {it}"));
            no.iter().for_each(|it| assert!(!matches(it), "{pattern} {it}"));
        };
        check("*.jsonl", &["a.jsonl", "a.b.jsonl"], &["a.json", ".a.jsonl", "a.jsonl.1"]);
        check("*", &["a", "a.b"], &[".a"]);
        check(".*", &[".a"], &["a"]);
        check("w?.json", &["w1.json", "wé.json"], &["w.json", "w12.json"]);
        check("[a-c]x[!0-9]", &["axb", "cxx"], &["dxb", "ax1", "ax"]);
        check("[^a-c]x", &["dx"], &["ax"]);
        check("[]a]", &["]", "a"], &["b"]);
        check("[a-]", &["-", "a"], &["b"]);
        check("a[", &["a["], &["a"]);
        check("a[*.json", &["a[1.json"], &["a1.json"]);
        check("*a*b*c", &["abc", "xaxbxc", "aabbcc"], &["acb", "abcd"]);
        check("a**b", &["ab", "axb"], &["a"]);
        check(&"*a".repeat(20), &[&"a".repeat(40)], &[&("a".repeat(40) + "b")]);
    }
}
