//! What a file is that no format reads, and what to do about it.

use std::path::Path;

use super::{Head, first_rows, is_table, propose};
use crate::text::label;

/// A file that no format reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {advice}")]
pub struct UnknownFormat {
    /// What it looks like; display-safe.
    what: String,
    /// The same in a word or two.
    kind: &'static str,
    /// What to do instead.
    advice: &'static str,
}

/// Where nothing better is known.
const TABLE: &str = "`creditscope formats` lists what is read";
const ROWS: &str =
    "`creditscope map FILE` proposes how to read its rows, and `creditscope formats` lists what else is read";
const CURVES: &str = "it holds curves and no acts: log the episodes too, or write rows of agents, actions and rewards \
                      and see `creditscope map FILE`";
const EXPORT: &str = "write its rows as JSON Lines, CSV or Parquet, and see `creditscope map FILE`";

/// A kind of file that is known and not read.
struct Kind {
    what: &'static str,
    advice: &'static str,
    /// Whether a file of this name with this head is one.
    is: fn(&str, &Head<'_>) -> bool,
}

impl Kind {
    fn found(&self) -> UnknownFormat {
        UnknownFormat { what: self.what.to_owned(), kind: self.what, advice: self.advice }
    }
}

/// The kinds; the first that fits is named.
const KINDS: &[Kind] = &[
    Kind {
        what: "events of TensorBoard",
        advice: CURVES,
        is: |name, head| {
            name.contains(".tfevents.") || head.bytes.get(..64).is_some_and(has(b"brain.Event:"))
        },
    },
    Kind {
        what: "an offline run of Weights & Biases",
        advice: CURVES,
        is: |_, head| head.bytes.starts_with(b":W&B"),
    },
    Kind {
        what: "a part of a run of Sacred",
        advice: CURVES,
        is: |_, head| {
            let object =
                |keys: &[&str]| head.objects.first().is_some_and(|it| keys.iter().all(|key| it.has(key)));
            let holds =
                |words: &[&[u8]]| head.bytes.starts_with(b"{") && words.iter().all(|it| head.holds(it));
            object(&["experiment", "command", "host"])
                || object(&["experiment", "artifacts"])
                || holds(&[b"\"steps\"", b"\"timestamps\"", b"\"values\""])
                || holds(&[b"\"dtype\"", b"\"value\""])
        },
    },
    Kind {
        what: "an eval set of ADK",
        advice: "it says what agents are to do: open the sessions or traces of its runs",
        is: |_, head| {
            let has = |key: &str| head.objects.first().is_some_and(|it| it.has(key));
            has("eval_cases") || has("evalCases") || (has("query") && has("expected_tool_use"))
        },
    },
    Kind {
        what: "tensors of PyTorch",
        advice: EXPORT,
        is: |_, head| head.bytes.starts_with(ZIP) && head.holds(b"data.pkl"),
    },
    Kind {
        what: "arrays of NumPy",
        advice: EXPORT,
        is: |_, head| {
            head.bytes.starts_with(b"\x93NUMPY") || (head.bytes.starts_with(ZIP) && head.holds(b".npy"))
        },
    },
    Kind {
        what: "a zip archive that holds no log of Inspect",
        advice: "unpack it and open the folder",
        is: |_, head| head.bytes.starts_with(ZIP),
    },
    Kind {
        what: "a pickle of Python",
        advice: "it is not opened, because opening one runs the code in it: write its rows as JSON Lines, CSV or Parquet",
        is: |_, head| matches!(head.bytes, [0x80, 2..=5, ..]),
    },
    Kind {
        what: "checkpoints of LangGraph in SQLite",
        advice: "write `list(graph.get_state_history(config))` as JSON and open that",
        is: |_, head| {
            head.bytes.starts_with(b"SQLite format 3")
                && head.holds(b"checkpoint_ns")
                && head.holds(b"writes")
        },
    },
    Kind {
        what: "an SQLite database",
        advice: "write the rows that matter as CSV or JSON Lines, and see `creditscope map FILE`",
        is: |_, head| head.bytes.starts_with(b"SQLite format 3"),
    },
    Kind { what: "an HDF5 file", advice: EXPORT, is: |_, head| head.bytes.starts_with(b"\x89HDF") },
    Kind { what: "an Arrow file", advice: EXPORT, is: |_, head| head.bytes.starts_with(b"ARROW1") },
    Kind {
        what: "a Parquet file",
        advice: "a program built with the feature `parquet` reads it",
        is: |_, head| head.bytes.starts_with(b"PAR1"),
    },
    Kind {
        what: "packed twice",
        advice: "unpack it once",
        is: |_, head| head.bytes.starts_with(b"\x1f\x8b") || head.bytes.starts_with(b"\x28\xb5\x2f\xfd"),
    },
];

/// How zip archives begin.
const ZIP: &[u8] = b"PK\x03\x04";

fn has(word: &[u8]) -> impl Fn(&[u8]) -> bool {
    move |bytes| memchr::memmem::find(bytes, word).is_some()
}

impl UnknownFormat {
    /// What it is, in a word or two, for counting.
    pub fn kind(&self) -> &str {
        self.kind
    }

    /// Of the file at `path` with this head.
    pub(super) fn of(path: &Path, head: &Head<'_>) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(kind) = KINDS.iter().find(|it| (it.is)(&name, head)) {
            return kind.found();
        }
        let (what, kind) = looks_like(head);
        let advice = if can_be_mapped(head.bytes) { ROWS } else { TABLE };
        Self { what, kind, advice }
    }

    /// Whether the head is of a kind that is known: its rows are not to be mapped.
    pub fn is_of_a_known_kind(path: &Path, head: &[u8]) -> Option<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let head = Head::of(head);
        let kind = KINDS.iter().find(|it| (it.is)(&name, &head))?;
        Some(kind.found())
    }
}

/// Whether the names of columns tell enough for a map.
fn can_be_mapped(head: &[u8]) -> bool {
    if is_table(head) || !is_text(head) {
        return false;
    }
    let rows = first_rows(head);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    propose(&rows).is_enough()
}

/// In some words, and in one or two.
fn looks_like(head: &Head<'_>) -> (String, &'static str) {
    let Some(object) = head.objects.iter().find(|it| it.keys().len() > 0) else {
        let what = if is_text(head.bytes) { "text" } else { "binary data" };
        return (format!("{what} without a JSON object in its first lines"), what);
    };
    let mut shown: Vec<String> = object.keys().take(5).map(|key| format!("`{}`", label(key, 30))).collect();
    if object.keys().len() > shown.len() {
        shown.push("...".to_owned());
    }
    (format!("JSON with the fields {}", shown.join(", ")), "other JSON")
}

/// Whether `head`, which may be cut within a character, is UTF-8 without control characters of binary data.
pub fn is_text(head: &[u8]) -> bool {
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && !head.contains(&0)
}
