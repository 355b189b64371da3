//! `creditscope map`: what the columns of rows mean, as far as names and values tell.

use std::path::Path;

use anyhow::Context;

use super::{arguments::Map, print};
use crate::{
    import::{NATIVE, Proposal, Target, UnknownFormat, first_rows, is_table, is_text, propose, sniff},
    runtime::first_bytes,
    text::{clean, label, pad},
};

/// Characters of the value that is shown beside a column.
const SHOWN: usize = 40;

/// Prints a map for the rows of a file, and the command that reads them by it.
pub(super) fn run(options: &Map) -> anyhow::Result<u8> {
    let file = &options.file;
    let unreadable = || format!("cannot read '{file}'");
    let mut head = first_bytes(Path::new(file)).with_context(unreadable)?;
    refuse(file, &head)?;
    if is_table(&head) {
        head = std::fs::read(file).with_context(unreadable)?;
    }
    let rows = first_rows(&head);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    anyhow::ensure!(!rows.is_empty(), "'{file}' has no rows: a map reads JSON Lines, CSV and Parquet");
    let proposal = match &options.map {
        Some(map) => Proposal::of(map.clone(), rows[0]),
        None => propose(&rows),
    };
    let mut out = format!("'{}': {}\n\n", clean(file), counted(rows.len()));
    for ((target, source), example) in proposal.map.shown().zip(&proposal.examples) {
        let (name, source) = (pad(target.name(), 10), pad(&label(&source, 26), 26));
        out += &format!("  {name} {source} {}\n", label(example, SHOWN));
    }
    if !proposal.unused.is_empty() {
        let unused = label(&proposal.unused.join(" "), 200);
        out += &format!("\nkept as fields of the act: {unused}\n");
    }
    out += &not_mapped(&proposal);
    if proposal.map.shown().next().is_none() {
        out += "\nno column has a name that tells what it is: write a map by hand\n";
    } else {
        let map = quoted(&proposal.map.to_string());
        out += &format!("\ncreditscope --map {map} {}\n", quoted(file));
    }
    print(&out)
}

/// # Errors
/// Where the file has no rows to be mapped.
fn refuse(file: &str, head: &[u8]) -> anyhow::Result<()> {
    if is_table(head) {
        return Ok(());
    }
    let path = Path::new(file);
    if let Some(kind) = UnknownFormat::is_of_a_known_kind(path, head) {
        anyhow::bail!("'{file}' is {kind}");
    }
    anyhow::ensure!(is_text(head), "'{file}' is binary data: a map reads JSON Lines, CSV and Parquet");
    let is_native = sniff(path, head).is_ok_and(|it| *it == NATIVE) && !head.trim_ascii().is_empty();
    anyhow::ensure!(!is_native, "'{file}' is a native log: it is read without a map");
    Ok(())
}

fn counted(rows: usize) -> String {
    match rows {
        1 => "1 row".to_owned(),
        rows => format!("its first {rows} rows"),
    }
}

/// The targets that are left, each with what it is.
fn not_mapped(proposal: &Proposal) -> String {
    let mut out = "\nnot mapped:\n".to_owned();
    for target in Target::ALL.iter().filter(|it| !proposal.map.has(**it)) {
        out += &format!("  {} {}\n", pad(target.name(), 10), target.about());
    }
    out
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:,=".contains(it);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
