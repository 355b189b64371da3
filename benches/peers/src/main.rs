//! Reads the header fields of every line of a log with a parser that borrows from the line, and counts the
//! lines.
//!
//! `peers serde_json|sonic-rs FILE`

use std::{
    borrow::Cow,
    fs::File,
    io::{BufRead, BufReader},
    process::ExitCode,
};

/// What an index wants.
#[derive(serde::Deserialize)]
struct Header<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    episode: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    agent: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    from: Option<Cow<'a, str>>,
    #[serde(default)]
    ts: Option<f64>,
}

impl Header<'_> {
    fn len(&self) -> usize {
        let names = [&self.episode, &self.id, &self.agent, &self.from];
        let names: usize = names.into_iter().flatten().map(|it| it.len()).sum();
        self.kind.len() + names + usize::from(self.ts.is_some())
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, parser, path] = arguments.as_slice() else {
        eprintln!("usage: peers serde_json|sonic-rs FILE");
        return ExitCode::FAILURE;
    };
    let read: fn(&[u8]) -> Option<usize> = match parser.as_str() {
        "sonic-rs" => |line| sonic_rs::from_slice::<Header<'_>>(line).ok().map(|it| it.len()),
        _ => |line| serde_json::from_slice::<Header<'_>>(line).ok().map(|it| it.len()),
    };
    let Ok(file) = File::open(path) else {
        eprintln!("cannot open {path}");
        return ExitCode::FAILURE;
    };
    let mut file = BufReader::with_capacity(256 << 10, file);
    let (mut line, mut lines, mut bytes) = (Vec::new(), 0_u64, 0);
    while file.read_until(b'\n', &mut line).is_ok_and(|it| it > 0) {
        if let Some(len) = read(&line) {
            (lines, bytes) = (lines + 1, bytes + len);
        }
        line.clear();
    }
    println!("{lines} records, {bytes} bytes of names");
    ExitCode::SUCCESS
}
