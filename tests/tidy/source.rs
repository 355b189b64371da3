//! The files of `src` as text, without test code.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file, without its test code.
pub struct Source {
    pub path: PathBuf,
    /// The module: `["app", "key"]` is `app::key`.
    pub module: Vec<String>,
    pub code: String,
}

impl Source {
    /// The first name of the module.
    pub fn layer(&self) -> &str {
        &self.module[0]
    }
}

/// All files of `src` but those of test modules.
pub fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let not_crate = |it: &PathBuf| !["lib.rs", "main.rs"].iter().any(|name| it.ends_with(name));
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let module = inside.components().map(|it| it.as_os_str().to_string_lossy().into_owned()).collect();
        let text = fs::read_to_string(&path).unwrap();
        (path, module, text)
    };
    let files: Vec<(PathBuf, Vec<String>, String)> =
        rust_files(&src).into_iter().filter(not_crate).map(read).collect();
    let mut of_tests: Vec<Vec<String>> = Vec::new();
    for (_, module, text) in &files {
        of_tests.extend(test_modules(text).map(|it| [module.as_slice(), &[it]].concat()));
    }
    let is_test = |module: &[String]| of_tests.iter().any(|it| module.starts_with(it));
    let kept = files.into_iter().filter(|it| !is_test(&it.1));
    kept.map(|(path, module, text)| Source { path, module, code: without_tests(&text) }).collect()
}

/// The modules that `text` declares for tests alone: `mod name;` below `#[cfg(test)]`.
pub fn test_modules(text: &str) -> impl Iterator<Item = String> {
    let below = text.lines().zip(text.lines().skip(1)).filter(|it| it.0.trim() == "#[cfg(test)]");
    below.filter_map(|(_, line)| {
        let name = line.strip_suffix(';')?.rsplit_once("mod ")?.1;
        Some(name.to_owned())
    })
}

pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
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

/// Code without comments and without what only tests are to see.
pub fn without_tests(text: &str) -> String {
    let indent = |it: &str| it.len() - it.trim_start().len();
    let mut code = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed == "#[cfg(test)]" {
            // The item ends where a line as far to the left ends it.
            let is_end = |it: &&str| indent(it) == indent(line) && (it.ends_with(';') || it.trim() == "}");
            lines.by_ref().find(is_end);
        } else if !trimmed.starts_with("//") && !trimmed.starts_with("#[cfg_attr(test") {
            code.push(line);
        }
    }
    code.join("\n")
}

/// The name that `text` begins with.
pub fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The names and words of `code`.
pub fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|it| !it.is_empty())
}

/// The name of the item that `line` makes public, if it does.
pub fn public_item(line: &str) -> Option<String> {
    let mut words = words(line.trim_start().strip_prefix("pub ")?);
    let kind = words.by_ref().find(|it| !["async", "unsafe"].contains(it))?;
    let mut name = words.next()?;
    if kind == "const" && name == "fn" {
        name = words.next()?;
    }
    ["fn", "struct", "enum", "trait", "type", "const", "static"].contains(&kind).then(|| name.to_owned())
}
