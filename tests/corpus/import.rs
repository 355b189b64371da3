//! A foreign document, any bytes: recognised by its head, turned into native lines. By the readers of every format, or of
//! one family of them.

use std::{ops::RangeInclusive, path::Path};

use creditscope::{
    import::{FORMATS, Format, Reader, Sink, Start, sniff},
    log::{Problem, Record, parse_line, write},
    model::Severity,
};

use super::safe;

/// Formats by what is in them: those of a family share code. Every format is in one.
pub const FAMILIES: [(&str, &[&str]); 8] = [
    (
        "traces",
        &[
            "otlp",
            "jaeger",
            "otel-console",
            "phoenix",
            "agent-lightning",
            "langfuse",
            "langsmith",
            "langgraph",
            "mlflow",
            "openai-agents",
            "trail",
            "trail-labels",
        ],
    ),
    (
        "teams",
        &[
            "langgraph-states",
            "autogen",
            "autogen-core",
            "autogen-state",
            "ag2",
            "ag2-result",
            "adk-events",
            "adk-session",
            "crewai",
            "smolagents",
            "chatdev",
        ],
    ),
    ("sessions", &["claude-code", "claude-code-beside", "codex", "gemini", "openhands"]),
    ("rollouts", &["verl", "trl", "rllm", "c3", "c3-credit", "c3-train", "c3-eval", "rows"]),
    ("joint", &["rllib", "pettingzoo", "kaggle", "overcooked", "overcooked-csv"]),
    ("chats", &["tau-bench", "tau2", "inspect", "swe-agent", "mini-swe-agent"]),
    (
        "failures",
        &[
            "who-and-when",
            "messages",
            "agentrx-labels",
            "agentrx-info",
            "aegis",
            "mast",
            "trace-elephant",
            "trace-elephant-labels",
        ],
    ),
    ("tables", &["parquet"]),
];

/// Reads `document` as every foreign format, whatever it is.
pub fn run(document: &[u8]) {
    if let Err(why) = sniff(Path::new("folder/document.json"), document) {
        safe::line(&why.to_string());
    }
    FORMATS.iter().for_each(|it| read(it, document));
}

/// Reads `document` as every format of a family.
pub fn family(name: &str, document: &[u8]) {
    let (_, formats) = FAMILIES.iter().find(|it| it.0 == name).expect("a family");
    FORMATS.iter().filter(|it| formats.contains(&it.name)).for_each(|it| read(it, document));
}

fn read(format: &Format, document: &[u8]) {
    let lines = document.split(|byte| *byte == b'\n').count();
    match format.reader {
        Reader::Native => {}
        Reader::Document(reader) => {
            let mut found = Found { longest: document.len() + 1, lines: 1..=lines };
            reader.read(document, "document", &mut found);
        }
        Reader::Lines(begin) => {
            let mut reader = begin(&Start { name: "document", map: None, beside: None });
            for (at, line) in document.split_inclusive(|byte| *byte == b'\n').enumerate() {
                // Of what an earlier line says, a reader may have kept something back.
                let mut found = Found { longest: line.len(), lines: 1..=at + 1 };
                reader.read(line, u32::try_from(at + 1).expect("a short document"), &mut found);
                if at % 4 == 3 {
                    reader.settle(false, &mut found);
                }
            }
            reader.settle(true, &mut Found { longest: document.len() + 1, lines: 1..=lines });
        }
    }
}

/// Takes what a reader hands on, if it is as it must be.
struct Found {
    /// The largest offset of a problem.
    longest: usize,
    /// The lines of the original there are.
    lines: RangeInclusive<usize>,
}

impl Sink for Found {
    /// It is one line that reads without loss, made of a line that is there.
    fn record(&mut self, line: u32, record: &Record) {
        assert!(self.lines.contains(&(line as usize)), "{line}");
        let json = write(record);
        assert!(!json.contains('\n'), "{json}");
        let parsed = parse_line(json.as_bytes());
        assert_eq!(parsed.records.len(), 1, "{json}");
        let lost = parsed.problems.iter().find(|it| it.severity == Severity::Error);
        assert_eq!(lost, None, "{json}");
    }

    /// It can be shown, and stands in the document.
    fn problem(&mut self, problem: Problem) {
        safe::line(&problem.message);
        assert!(problem.offset <= self.longest, "{problem:?}");
    }
}
