//! Sessions of Claude Code: JSON Lines, one file a session, and the files of its sub-agents beside it.
//!
//! A session is an episode, its first agent is `lead`. A sub-agent is called as the call of the `Agent` tool
//! (before, `Task`) names it: `name`, else `description`. Where its lines stand has changed: in the session
//! itself (`isSidechain`), in `agent_progress` lines, in `agent-<id>.jsonl` beside the session, or below
//! `<session>/subagents`. Files of one session become one episode, as every line names it. What becomes what:
//!
//! * an API message, which spans several lines: an `action` of kind `llm` with its words and calls. Its `usage`
//!   stands on each line, the first ones with a part of the output only: the largest counts, once
//! * a tool call: an `action` of kind `tool`, once its result is there
//! * a call of a sub-agent: a `message` to it, and one back with what it answers
//! * `SendMessage`, and what a teammate sends: a `message`
//! * what the user says: `obs` of the message that follows; the first is the task
//!
//! Parents follow `parentUuid`, so a session that was wound back forks. Of a sub-agent the first message follows
//! from the call; the answer follows from its last message. There is no reward and no end in these files.

mod beside;
mod names;
mod session;
#[cfg(test)]
mod tests;

use super::{Format, Head, HeadObject, Reader, Score};
use session::Session;

pub use beside::FORMAT as BESIDE;

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "claude-code",
    title: "Claude Code",
    about: "sessions of Claude Code (`~/.claude/projects`), a file or a folder: each session an episode, with its sub-agents",
    score,
    reader: Reader::Lines(|start| Box::new(Session::new(start))),
};

fn score(head: &Head<'_>) -> Score {
    let all = |it: &HeadObject<'_>, keys: &[&str]| keys.iter().all(|key| it.has(key));
    let of = |it: &HeadObject<'_>| {
        let kind = it.text("type");
        let kind = kind.as_deref().unwrap_or_default();
        let turn = all(it, &["sessionId", "uuid", "parentUuid"]);
        if turn || (it.has("sessionId") && it.has("message") && matches!(kind, "user" | "assistant")) {
            return Score::CERTAIN;
        }
        // What stands before the first turn, and what stands beside a session.
        let apart = (kind == "summary" && it.has("leafUuid"))
            || (kind == "file-history-snapshot" && it.has("snapshot"))
            || (matches!(kind, "permission-mode" | "queue-operation" | "last-prompt") && it.has("sessionId"))
            || (matches!(kind, "started" | "result") && all(it, &["key", "agentId"]));
        if apart { Score::LIKELY } else { Score::NONE }
    };
    head.objects.iter().map(of).max().unwrap_or(Score::NONE)
}
