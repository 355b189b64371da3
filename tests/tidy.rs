//! The rules of the source tree that the compiler cannot check: who may name whom, and what a file looks
//! like.
//!
//! Reads `src` as text. Test code (what stands under `#[cfg(test)]`, a file of such a module included) may name
//! any module: it looks at the whole from one place.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/source.rs"]
mod source;

use circles::circles;
use source::{identifier, public_item, rust_files, sources, test_modules, without_tests, words};

/// A layer and the other layers it may name. The same table stands in the documentation of the crate.
const LAYERS: &[(&str, &[&str])] = &[
    ("stats", &[]),
    ("model", &["stats"]),
    ("suspicion", &["model"]),
    ("forensics", &["model"]),
    ("credit", &["model", "stats", "text", "suspicion", "forensics"]),
    ("context", &["model", "text", "graph"]),
    ("compare", &["model", "stats", "credit", "text"]),
    ("training", &["model", "stats", "compare"]),
    ("rules", &["stats", "training"]),
    ("replay", &["model", "stats", "credit", "log"]),
    ("graph", &["model"]),
    ("text", &[]),
    ("log", &["model", "text"]),
    ("search", &["model", "log", "text"]),
    ("filter", &["model", "log", "search"]),
    ("source", &["text"]),
    ("import", &["model", "log", "text"]),
    ("store", &["model", "log", "source", "import", "text", "suspicion", "context"]),
    ("check", &["model"]),
    ("audit", &["model", "stats", "credit", "check"]),
    (
        "app",
        &[
            "model",
            "credit",
            "graph",
            "check",
            "text",
            "search",
            "filter",
            "suspicion",
            "compare",
            "training",
            "rules",
            "forensics",
            "context",
        ],
    ),
    (
        "report",
        &[
            "model",
            "credit",
            "check",
            "audit",
            "text",
            "search",
            "import",
            "suspicion",
            "compare",
            "forensics",
            "training",
            "context",
            "graph",
        ],
    ),
    ("runtime", EVERYTHING_BUT_TUI),
    (
        "tui",
        &[
            "model",
            "credit",
            "graph",
            "app",
            "text",
            "search",
            "filter",
            "suspicion",
            "compare",
            "training",
            "rules",
            "forensics",
            "context",
        ],
    ),
    ("config", &["app", "credit", "import", "text", "tui", "rules"]),
    ("cli", EVERYTHING),
];

/// What the documentation calls "everything but tui"; nothing names the layers above it either.
const EVERYTHING_BUT_TUI: &[&str] = &[
    "model",
    "stats",
    "credit",
    "graph",
    "text",
    "log",
    "search",
    "filter",
    "source",
    "import",
    "store",
    "check",
    "audit",
    "app",
    "report",
    "suspicion",
    "compare",
    "training",
    "rules",
    "forensics",
    "replay",
    "context",
];

/// What the documentation calls "everything".
const EVERYTHING: &[&str] = &[
    "model",
    "stats",
    "credit",
    "graph",
    "text",
    "log",
    "search",
    "filter",
    "source",
    "import",
    "store",
    "check",
    "audit",
    "app",
    "report",
    "suspicion",
    "compare",
    "training",
    "rules",
    "forensics",
    "replay",
    "context",
    "runtime",
    "tui",
    "config",
];

/// Layers without IO, clock, process or thread.
const PURE: &[&str] = &[
    "model",
    "stats",
    "suspicion",
    "forensics",
    "credit",
    "compare",
    "training",
    "rules",
    "replay",
    "context",
    "graph",
    "text",
    "search",
    "filter",
    "check",
    "audit",
    "app",
    "report",
    "config",
];

/// Public items that nothing in the program names, with the reason why they stay.
const FOR_TESTS: &[(&str, &str)] = &[
    ("has_shared_seeds", "tests look whether runs were paired"),
    ("row_bytes", "benches/scale holds the bytes that a record takes in the index"),
    ("set_threads", "tests and benches hold a large log read by any number of threads to one read in order"),
    ("unstudied", "benches/large times a key alone, without what the program computes ahead"),
];

/// The most lines of a source file.
const LONGEST: usize = 600;

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

fn check(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn layers_name_only_those_below_them() {
    let mut violations = Vec::new();
    for source in sources() {
        let path = source.path.display();
        let Some((layer, below)) = LAYERS.iter().find(|it| it.0 == source.layer()) else {
            violations.push(format!("{path}: `{}` is not in the table of layers", source.layer()));
            continue;
        };
        for name in names_below(&source.code, "crate") {
            let known = LAYERS.iter().any(|it| it.0 == name);
            if known && name != *layer && !below.contains(&name.as_str()) {
                violations.push(format!("{path}: `{layer}` must not name `{name}`"));
            }
        }
        let out = "super::".repeat(source.module.len());
        if source.code.contains(&out) {
            violations.push(format!("{path}: `{out}` leaves the layer; name it from `crate`"));
        }
    }
    check(&violations);
}

#[test]
fn no_circle_inside_a_layer() {
    let found = circles(&sources());
    let violations: Vec<String> = found
        .iter()
        .map(|(folder, circle)| format!("{folder}: {} name each other", circle.join(", ")))
        .collect();
    check(&violations);
}

#[test]
fn what_is_public_is_named_by_the_program() {
    let mut written: BTreeMap<String, usize> = BTreeMap::new();
    let mut declared: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for source in sources() {
        let named = source.code.split(';').filter(|it| !it.trim_start().starts_with("pub use "));
        for word in named.flat_map(words) {
            *written.entry(word.to_owned()).or_default() += 1;
        }
        for name in source.code.lines().filter_map(public_item) {
            let place = format!("{}: `{name}`", source.path.display());
            declared.entry(name).or_insert((0, place)).0 += 1;
        }
    }
    let mut violations = Vec::new();
    for (name, (times, place)) in &declared {
        let allowed = FOR_TESTS.iter().any(|it| it.0 == name);
        match written[name] <= *times {
            true if !allowed => violations.push(format!("{place} is public, and the program never names it")),
            false if allowed => violations.push(format!("{place} is named: remove it from FOR_TESTS")),
            _ => {}
        }
    }
    for (name, _) in FOR_TESTS.iter().filter(|it| !declared.contains_key(it.0)) {
        violations.push(format!("`{name}` is not there: remove it from FOR_TESTS"));
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
        if source.layer() != "runtime" && threads.iter().any(|it| source.code.contains(it)) {
            violations.push(format!("{path}: only `runtime` makes threads"));
        }
        let terminal = words(&source.code).any(|it| ["ratatui", "crossterm"].contains(&it));
        if source.layer() != "tui" && terminal {
            violations.push(format!("{path}: only `tui` names ratatui and crossterm"));
        }
    }
    check(&violations);
}

#[test]
fn pure_layers_have_no_outside() {
    let mut violations = Vec::new();
    for source in sources().iter().filter(|it| PURE.contains(&it.layer())) {
        for name in names_below(&source.code, "std") {
            if ["fs", "io", "net", "process", "thread", "env"].contains(&name.as_str()) {
                violations.push(format!(
                    "{}: `{}` has no `std::{name}`",
                    source.path.display(),
                    source.layer()
                ));
            }
        }
        for clock in ["Instant", "SystemTime"] {
            if words(&source.code).any(|it| it == clock) {
                violations.push(format!("{}: `{}` has no clock", source.path.display(), source.layer()));
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
    for source in sources().iter().filter(|it| ["app", "tui", "cli"].contains(&it.layer())) {
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
    assert_eq!(without_tests("a\n// crate::x\n#[cfg(test)]\nmod tests {\n    b\n}\nc"), "a\nc");
    assert_eq!(without_tests("#[cfg(test)]\nmod stage;\nmod c;"), "mod c;");
    assert_eq!(test_modules("mod a;\n#[cfg(test)]\npub(crate) mod b;\nmod c;").collect::<Vec<_>>(), ["b"]);
    assert!(sources().len() > 100);
    assert_eq!(public_item("    pub const fn new() -> Self {"), Some("new".to_owned()));
    assert_eq!(public_item("pub(super) fn hidden()"), None);
}
