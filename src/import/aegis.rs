//! AEGIS: conversations of teams into which faults were injected, and who was made to fail and how.
//!
//! Written by what two loaders of the data set read, and not checked against its files. A row is
//! `{input: {query, conversation_history[]}, output: {faulty_agents[]}}`, in some copies with `ground_truth:
//! {injected_agents[]}`, or flat: `{question, trajectory[], faulty_agents[]}`. What becomes what:
//!
//! * an item of the conversation, `{step, agent_name, content}`: an act, in their order
//! * an agent that was made to fail, `{agent_name, error_type, injection_strategy}`: a judgement of it, at no step. Its
//!   `error_type` is a failure mode of MAST
//! * a row with such agents has failed; of one without nothing is said

use super::{
    DocumentReader, Format, Head, Reader, Score, Sink,
    annotated::{Annotated, Said, failure},
    document::{Places, read_values},
    json::{Fields, items},
    mast,
    row::task_line,
};
use crate::{
    log::{CreditItem, EpisodeStart, Payload, Problem},
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "aegis",
    title: "AEGIS",
    about: "conversations of teams with injected faults (AEGIS): each row an episode, with who was made to fail and how",
    score,
    reader: Reader::Document(&Aegis),
};

/// What lists of those who were made to fail are called.
const FAULTY: [&str; 2] = ["faulty_agents", "injected_agents"];

fn score(head: &Head<'_>) -> Score {
    let Some(first) = head.objects.first() else { return Score::NONE };
    let flat = first.has("trajectory") || first.has("conversation_history");
    let wrapped = first.has("input") && head.holds(b"conversation_history");
    let is_labelled = FAULTY.iter().any(|it| head.holds(it.as_bytes()));
    let is_row = flat && FAULTY.iter().any(|it| first.has(it)) || wrapped && (is_labelled || first.is_cut);
    Score::certain_if(is_row && head.holds(b"agent_name"))
}

/// Reads documents: a row, a list of them, or one after the other.
struct Aegis;

impl DocumentReader for Aegis {
    fn read(&self, document: &[u8], name: &str, sink: &mut dyn Sink) {
        let mut number = 0;
        read_values(document, sink, |root, places, sink| {
            let is_alone = root.len() == document.trim_ascii().len();
            let rows = if root.starts_with('[') { items(root) } else { vec![root] };
            let is_one = is_alone && root.starts_with('{');
            for raw in rows {
                number += 1;
                let episode = if is_one { name.to_owned() } else { format!("{name}:{number}") };
                match row(raw, episode, places) {
                    Some(it) => it.write(sink),
                    None => {
                        let message = format!("row {number} has no conversation");
                        sink.problem(Problem::new(rule::MISSING_FIELD, places.offset(raw), message));
                    }
                }
            }
        });
    }
}

fn row(raw: &str, episode: String, places: &Places<'_>) -> Option<Annotated> {
    let top = Fields::of(raw);
    // Some copies hold JSON in a string.
    let opened = |key: &str| top.text(key).unwrap_or_default();
    let in_place = !top.raw("input").is_some_and(|it| it.starts_with('"'));
    let (quoted, output, truth) = (opened("input"), opened("output"), opened("ground_truth"));
    let input = if in_place { top.object("input") } else { Fields::of(&quoted) };
    let (output, truth) = (Fields::of(&output), Fields::of(&truth));
    let history = ["conversation_history", "trajectory"];
    let listed = history.iter().flat_map(|key| [top.raw(key), input.raw(key)]).flatten().next()?;
    let line = places.line(raw);
    let said = items(listed).into_iter().map(|raw| {
        let it = Fields::of(raw);
        let line = if in_place { places.line(raw) } else { line };
        let agent = it.text("agent_name").or_else(|| it.text("name")).or_else(|| it.text("role"));
        let content = it.payload("content").unwrap_or_else(|| Payload::from_text(""));
        Said::of(agent.unwrap_or_else(|| "?".to_owned()), content, line)
    });
    let said: Vec<Said> = said.collect();
    let of = [&top, &truth, &output];
    let faulty = of.iter().find_map(|it| FAULTY.iter().find_map(|key| it.raw(key)));
    let found: Vec<CreditItem> = items(faulty.unwrap_or("[]")).into_iter().map(finding).collect();
    let task = ["query", "question"].iter().find_map(|key| input.text(key).or_else(|| top.text(key)));
    Some(Annotated {
        episode,
        start: EpisodeStart { task: task.as_deref().map(task_line), ..EpisodeStart::default() },
        said,
        end: (!found.is_empty()).then(failure),
        found,
        line,
        found_line: line,
        extra: top.rest(&[
            "input",
            "output",
            "ground_truth",
            "trajectory",
            "conversation_history",
            "faulty_agents",
            "injected_agents",
            "query",
            "question",
        ]),
        ..Annotated::default()
    })
}

fn finding(raw: &str) -> CreditItem {
    let it = Fields::of(raw);
    let reason = ["injection_strategy", "evidence", "description"].iter().find_map(|key| it.text(key));
    CreditItem {
        agent: it.text("agent_name"),
        label: it.text("error_type").map(|it| mast::named(&it)),
        reason,
        ..CreditItem::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{spans::tests::shown, tests::Collected};

    const FILE: &str = include_str!("../../tests/data/formats/aegis.json");

    fn read(file: &str) -> (Vec<String>, Vec<String>) {
        shown(&Collected::of(|sink| Aegis.read(file.as_bytes(), "d/a", sink)))
    }

    #[test]
    fn rows_of_a_list() {
        assert_eq!(score(&Head::of(FILE.as_bytes())), Score::CERTAIN);
        let (records, problems) = read(FILE);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(records[0], "2 start d/a:1: How many eggs are in two dozen? (planner solver checker)");
        assert_eq!(records[1], "5 s0 planner llm < : Multiply twelve by two.");
        assert!(records[4].contains("agent: Some(\"solver\")"), "{}", records[4]);
        assert!(records[4].contains("FM-2.6 reasoning-action mismatch"), "{}", records[4]);
        assert_eq!(records[5], "2 end failure -: ");
    }

    #[test]
    fn flat_rows_one_after_the_other() {
        let row = r#"{"question": "q", "trajectory": [{"step": 0, "agent_name": "a", "content": null}], "faulty_agents": []}"#;
        assert_eq!(score(&Head::of(row.as_bytes())), Score::CERTAIN);
        assert_eq!(read(row).0, ["1 start d/a: q (a)", "1 s0 a llm < : "]);
        assert_eq!(read(&format!("{row}\n{row}\n")).0[2], "2 start d/a:2: q (a)");
        assert_eq!(read("{\"input\": {}}").1, ["missing-field: row 1 has no conversation"]);
    }
}
