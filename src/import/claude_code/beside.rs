//! Documents beside a session: who a sub-agent is (`agent-<id>.meta.json`), and the report of a workflow. Who reads the
//! session looks there for names; by themselves they tell of no act.

use crate::import::{DocumentReader, Format, Head, HeadObject, Reader, Score, Sink};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "claude-code-beside",
    title: "beside Claude Code",
    about: "what Claude Code writes beside a session (`*.meta.json`, reports of workflows): read for names of sub-agents",
    score,
    reader: Reader::Document(&NoActs),
};

fn score(head: &Head<'_>) -> Score {
    let is_beside = |it: &HeadObject<'_>| {
        let about = it.keys().next() == Some("agentType") && !it.has("message");
        about || (it.has("runId") && (it.has("workflowProgress") || it.has("workflowName")))
    };
    Score::certain_if(head.objects.first().is_some_and(is_beside))
}

struct NoActs;

impl DocumentReader for NoActs {
    fn read(&self, _: &[u8], _: &str, _: &mut dyn Sink) {}
}
