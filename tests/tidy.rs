//! The rules of the source tree that the compiler cannot check: who may name whom, and what a file looks
//! like.
//!
//! Reads `src` as text. Test code (a `tests` file or folder, the `stage` of tests, a `mod tests` at the end
//! of a file) may name any module: it looks at the whole from one place.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A layer and the other layers it may name. The same table stands in the documentation of the crate.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("stats", &[]),
    ("credit", &["model", "stats"]),
    ("graph", &["model"]),
    ("text", &[]),
    ("log", &["model", "text"]),
    ("search", &["model", "log", "text"]),
    ("filter", &["model", "log", "search"]),
    ("source", &[]),
    ("import", &["model", "log", "text"]),
    ("store", &["model", "log", "source", "import", "text"]),
    ("check", &["model"]),
    ("audit", &["model", "stats", "credit", "check"]),
    ("app", &["model", "credit", "graph", "check", "text", "search", "filter"]),
    ("report", &["model", "credit", "check", "audit", "text", "search"]),
    ("runtime", EVERYTHING_BUT_TUI),
    ("tui", &["model", "credit", "graph", "app", "text", "search", "filter"]),
    ("cli", EVERYTHING),
];

/// What the documentation calls "everything but tui"; nothing names the layers above it either.
const EVERYTHING_BUT_TUI: &[&str] = &[
    "model", "stats", "credit", "graph", "text", "log", "search", "filter", "source", "import", "store",
    "check", "audit", "app", "report",
];

/// What the documentation calls "everything".
const EVERYTHING: &[&str] = &[
    "model", "stats", "credit", "graph", "text", "log", "search", "filter", "source", "import", "store",
    "check", "audit", "app", "report", "runtime", "tui",
];

/// Layers without IO, clock, process or thread.
const PURE: &[&str] =
    &["model", "stats", "credit", "graph", "text", "search", "filter", "check", "audit", "app", "report"];

/// The most lines of a source file.
const LONGEST: usize = 600;

/// A source file, without its test code.
struct Source {
    path: PathBuf,
    layer: String,
    /// Folders between `src` and the end of the module path: `app` is 1, `app::key` is 2.
    depth: usize,
    code: String,
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let not_crate = |it: &PathBuf| !["lib.rs", "main.rs"].iter().any(|name| it.ends_with(name));
    let files = rust_files(&src).into_iter().filter(not_crate);
    let sources = files.filter(|it| !is_test(it)).map(|path| {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let names: Vec<String> =
            inside.components().map(|it| it.as_os_str().to_string_lossy().into_owned()).collect();
        let code = without_tests(&fs::read_to_string(&path).unwrap());
        Source { layer: names[0].clone(), depth: names.len(), path, code }
    });
    sources.collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn is_test(path: &Path) -> bool {
    path.components().any(|it| it.as_os_str() == "tests")
        || path.ends_with("tests.rs")
        || path.ends_with("stage.rs")
}

/// Code without comments and without the inline test module at its end.
fn without_tests(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|it| !it.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The names right below `root` in paths and grouped imports: `a` and `b` of `root::{a::x, b}`.
fn names_below(code: &str, root: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let prefix = format!("{root}::");
    for (at, _) in code.match_indices(&prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => names.insert(identifier(rest)),
            Some(group) => {
                let mut depth = 1;
                let mut at_start = true;
                for (index, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => at_start = true,
                        c if at_start && !c.is_whitespace() => {
                            names.insert(identifier(&group[index..]));
                            at_start = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
                true
            }
        };
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|it| !it.is_empty())
}

fn check(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn layers_name_only_those_below_them() {
    let mut violations = Vec::new();
    for source in sources() {
        let path = source.path.display();
        let Some((layer, below)) = LAYERS.iter().find(|it| it.0 == source.layer) else {
            violations.push(format!("{path}: `{}` is not in the table of layers", source.layer));
            continue;
        };
        for name in names_below(&source.code, "crate") {
            let known = LAYERS.iter().any(|it| it.0 == name);
            if known && name != *layer && !below.contains(&name.as_str()) {
                violations.push(format!("{path}: `{layer}` must not name `{name}`"));
            }
        }
        let out = "super::".repeat(source.depth);
        if source.code.contains(&out) {
            violations.push(format!("{path}: `{out}` leaves the layer; name it from `crate`"));
        }
    }
    check(&violations);
}

#[test]
fn the_layers_of_the_documentation_are_those_of_the_table() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut documented = Vec::new();
    for line in text.lines().filter_map(|it| it.strip_prefix("//! ")) {
        let Some((head, below)) = line.split_once("<- ") else { continue };
        let layer = words(head).next().unwrap().to_owned();
        let below: Vec<&str> = match below.trim() {
            "nothing" => Vec::new(),
            "everything" => EVERYTHING.to_vec(),
            "everything but tui" => EVERYTHING_BUT_TUI.to_vec(),
            names => names.split(", ").collect(),
        };
        documented.push((layer, below));
    }
    let table: Vec<_> = LAYERS.iter().map(|(layer, below)| ((*layer).to_owned(), below.to_vec())).collect();
    assert_eq!(documented, table);
    let declared: BTreeSet<&str> = text.lines().filter_map(|it| it.strip_prefix("pub mod ")).collect();
    for name in declared {
        assert!(LAYERS.iter().any(|it| format!("{};", it.0) == name), "`{name}` is not in the table");
    }
}

#[test]
fn only_one_layer_makes_threads_and_one_knows_the_terminal() {
    let mut violations = Vec::new();
    for source in sources() {
        let path = source.path.display();
        let threads = ["thread::spawn", "thread::Builder", "thread::scope"];
        if source.layer != "runtime" && threads.iter().any(|it| source.code.contains(it)) {
            violations.push(format!("{path}: only `runtime` makes threads"));
        }
        let terminal = words(&source.code).any(|it| ["ratatui", "crossterm"].contains(&it));
        if source.layer != "tui" && terminal {
            violations.push(format!("{path}: only `tui` names ratatui and crossterm"));
        }
    }
    check(&violations);
}

#[test]
fn pure_layers_have_no_outside() {
    let mut violations = Vec::new();
    for source in sources().iter().filter(|it| PURE.contains(&it.layer.as_str())) {
        for name in names_below(&source.code, "std") {
            if ["fs", "io", "net", "process", "thread", "env"].contains(&name.as_str()) {
                violations.push(format!(
                    "{}: `{}` has no `std::{name}`",
                    source.path.display(),
                    source.layer
                ));
            }
        }
        for clock in ["Instant", "SystemTime"] {
            if words(&source.code).any(|it| it == clock) {
                violations.push(format!("{}: `{}` has no clock", source.path.display(), source.layer));
            }
        }
    }
    check(&violations);
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut violations = Vec::new();
    for path in ["src", "tests"].iter().flat_map(|it| rust_files(&root.join(it))) {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        if lines > LONGEST {
            violations.push(format!("{}: {lines} lines are more than {LONGEST}", path.display()));
        }
        let is_module = path.file_name().is_some_and(|it| it != "main.rs");
        if is_module && !text.starts_with("//! ") {
            violations.push(format!("{}: does not say what it is (`//!`)", path.display()));
        }
        if path.ends_with("mod.rs") {
            violations.push(format!("{}: a module is `name.rs`, not `name/mod.rs`", path.display()));
        }
    }
    check(&violations);
}

/// Files that say which keys there are.
const KEY_FILES: [&str; 2] = ["app/action.rs", "app/key.rs"];

/// Finds text that names a key: `(F)`, `(v: next)`, `Esc closes`, `f adds one`, `1-5 view`.
fn key_names() -> regex::RegexSet {
    let key = r"(?:[A-Za-z!.?/\[\]<>]|\^[A-Z])";
    let verb =
        "adds|bring|brings|closes|explains|filters|lists|opens|picks|quits|says|searches|shows|stops|takes";
    let patterns = [
        // Not `v(N)` or `P(flip)`, which are values.
        format!(r"(?:^|[^\w])\({key}(?: {key})*(?:: [^)]*)?\)"),
        format!(r"(?:^|[^\w{{]){key} (?:{verb})\b"),
        r"\b(?:Enter|Esc|Tab|Space)\b".to_owned(),
        r"^[1-9] [A-Z]|\([1-9]\)".to_owned(),
        r"\b[0-9](?:-|\.\.| to )[0-9] (?:view|begin)".to_owned(),
    ];
    regex::RegexSet::new(patterns).unwrap()
}

#[test]
fn no_text_names_a_key_by_hand() {
    let literal = regex::Regex::new(r#""(?:[^"\\]|\\.)*""#).unwrap();
    let names = key_names();
    let names_a_key = |text: &str| names.is_match(text);
    let mut violations = Vec::new();
    for source in sources().iter().filter(|it| ["app", "tui", "cli"].contains(&it.layer.as_str())) {
        if KEY_FILES.iter().any(|it| source.path.ends_with(it)) {
            continue;
        }
        for text in literal.find_iter(&source.code).filter(|it| names_a_key(it.as_str().trim_matches('"'))) {
            let path = source.path.display();
            violations.push(format!("{path}: {} names a key: `Action::key` knows it", text.as_str()));
        }
    }
    check(&violations);
    for text in
        ["Esc closes", "no act passes (F)", "credit (v: next)", "? lists them", "1-5 view", "n acts (j k)"]
    {
        assert!(names_a_key(text), "{text}");
    }
    for text in ["v(N) {} - v0 {}", "P(flip) {flip:.2}", "({} of {} acts)", "{filters} lists them", "( )"] {
        assert!(!names_a_key(text), "{text}");
    }
}

#[test]
fn this_file_can_see() {
    let code = "use crate::{\n    app::{Key, text},\n    model::A,\n};\nlet x = crate::store::y();";
    let names: Vec<String> = names_below(code, "crate").into_iter().collect();
    assert_eq!(names, ["app", "model", "store"]);
    let names = names_below("use std::{fs, io::Read}; my_std::env", "std");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["fs", "io"]);
    assert_eq!(without_tests("a\n// crate::x\n#[cfg(test)]\nmod tests {\n b }"), "a");
    assert!(sources().len() > 100);
}
