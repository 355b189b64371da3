//! How the records of a trace read, for the tests of each format.

use super::*;
use crate::{
    import::tests::Collected,
    log::{Body, parse_line},
};

/// What a format's reader makes of `file`, a line a record, and what is wrong.
pub(in crate::import) fn told(reader: &mut dyn LineReader, file: &str) -> (Vec<String>, Vec<String>) {
    let collected = Collected::of(|sink| {
        for (at, line) in file.split_inclusive('\n').enumerate() {
            reader.read(line.as_bytes(), at as u32 + 1, sink);
        }
        reader.settle(true, sink);
    });
    shown(&collected)
}

/// Records in short: `12 a1 planner llm < m1: words`, with the line of the original first.
pub(in crate::import) fn shown(collected: &Collected) -> (Vec<String>, Vec<String>) {
    let mut out = Vec::new();
    for it in &collected.lines {
        let parsed = parse_line(it.json.as_bytes());
        assert_eq!(parsed.problems, [], "{}", it.json);
        let (record, _) = &parsed.records[0];
        let parents = |it: &Option<Vec<String>>| it.as_ref().map_or("?".to_owned(), |it| it.join(","));
        let label = |it: &Option<crate::log::Payload>| {
            it.as_ref().map_or(String::new(), |it| crate::log::action_label(it.json()))
        };
        let id = record.id.as_deref().unwrap_or("-");
        let words = match &record.body {
            Body::Action(a) => {
                let usage = a.usage.as_ref().map_or(String::new(), |it| {
                    format!(" [{}+{}]", it.input.unwrap_or(0), it.output.unwrap_or(0))
                });
                let result = a.result.as_ref().map_or(String::new(), |_| format!(" = {}", label(&a.result)));
                let error = a.error.as_ref().map_or(String::new(), |it| format!(" ! {it}"));
                let kind = a.kind.as_deref().unwrap_or("");
                format!(
                    "{id} {} {kind} < {}: {}{result}{usage}{error}",
                    a.agent,
                    parents(&a.parents),
                    label(&a.action)
                )
            }
            Body::Message(m) => {
                format!(
                    "{id} {} -> {} < {}: {}",
                    m.from,
                    m.to.join(","),
                    parents(&m.parents),
                    label(&m.content)
                )
            }
            Body::Reward(r) => format!(
                "{id} reward {} of {} {}: {}",
                r.value.unwrap_or(f64::NAN),
                r.agent.as_deref().unwrap_or("all"),
                r.of.join(","),
                r.name.as_deref().unwrap_or("")
            ),
            Body::EpisodeStart(s) => {
                let agents: Vec<&str> = s.agents.iter().map(|it| it.id.as_str()).collect();
                format!(
                    "start {}: {} ({})",
                    record.episode.as_deref().unwrap_or(""),
                    s.task.as_deref().unwrap_or(""),
                    agents.join(" ")
                )
            }
            Body::EpisodeEnd(e) => format!(
                "end {} {}: {}",
                e.status.as_deref().unwrap_or("-"),
                e.reason.as_deref().unwrap_or("-"),
                e.answer.as_deref().unwrap_or("")
            ),
            Body::Run(run) => format!("run {}", run.run.as_deref().unwrap_or("")),
            Body::Metric(m) => format!("metric {} {:?}", m.agent.as_deref().unwrap_or("all"), m.values),
            other => format!("{other:?}"),
        };
        out.push(format!("{} {words}", it.line));
    }
    let problems =
        collected.problems.iter().map(|it| format!("{}: {}", it.rule.name(), it.message)).collect();
    (out, problems)
}
