//! What `creditscope report --search` prints: one record a line, as soon as it is found, so that memory does
//! not grow with their number.
//!
//! JSON keys: `search`, `filters`, `matches` (`file_line`, `type`, `episode`, `agent`, `id`, `before`,
//! `match`, `after`; null where the record does not say), `count`, `searched_bytes`, `files`, `problem`
//! (null, or why a file could not be searched to its end).

use serde_json::{Value as Json, json};

use super::{figures::count, output::MatchFormat};
use crate::{search::Hit, text::clean};

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub struct MatchQuestion<'a> {
    /// The regular expression.
    pub search: &'a str,
    /// The filters.
    pub filters: &'a [String],
}

/// The summary at the end.
#[derive(Clone, Copy, Debug)]
pub struct MatchSummary<'a> {
    /// Records printed.
    pub count: u64,
    /// Records that match but do not pass the filters.
    pub filtered: u64,
    /// Bytes searched.
    pub bytes: u64,
    /// Files searched.
    pub files: u64,
    /// Why a file could not be searched to its end.
    pub problem: Option<&'a str>,
}

/// What stands before the first match.
pub fn matches_begin(format: MatchFormat, question: &MatchQuestion<'_>) -> String {
    match format {
        MatchFormat::Text => String::new(),
        MatchFormat::Json => {
            let search = json!(question.search);
            let filters = json!(question.filters);
            format!("{{\n  \"search\": {search},\n  \"filters\": {filters},\n  \"matches\": [")
        }
        MatchFormat::Markdown => format!(
            "# creditscope search: {}\n\n| place | record | episode | agent | text |\n| --- | --- | --- | --- | --- |\n",
            super::markdown::escaped(&clean(question.search))
        ),
    }
}

/// The match with this `number`, from 0, at `place`, which is `file:line`.
pub fn matches_row(format: MatchFormat, place: &str, hit: &Hit, number: u64) -> String {
    let place = clean(place);
    let snippet = &hit.snippet;
    let named = |it: &Option<Box<str>>| it.as_deref().map_or(Json::Null, |it| json!(it));
    match format {
        MatchFormat::Text => {
            let words = [hit.id.as_deref(), hit.agent.as_deref()].into_iter().flatten();
            let words: String = words.map(|it| format!(" {it}")).collect();
            let episode = hit.episode_name.as_deref().map_or(String::new(), |it| format!(" [{it}]"));
            format!("{place}: {}{words}{episode} {}\n", hit.record, snippet.line())
        }
        MatchFormat::Json => {
            let row = json!({
                "file_line": place,
                "type": hit.record,
                "episode": named(&hit.episode_name),
                "agent": named(&hit.agent),
                "id": named(&hit.id),
                "before": snippet.before,
                "match": snippet.matched,
                "after": snippet.after,
            });
            format!("{}\n    {row}", if number > 0 { "," } else { "" })
        }
        MatchFormat::Markdown => {
            let record =
                hit.id.as_deref().map_or(hit.record.to_string(), |it| format!("{} {it}", hit.record));
            let cell = |it: &str| super::markdown::escaped(it);
            let (episode, agent) = (hit.episode_name.as_deref(), hit.agent.as_deref());
            // A match that is blank cannot be set in bold.
            let matched = match snippet.matched.trim() {
                "" => snippet.matched.to_string(),
                it => format!("**{}**", cell(it)),
            };
            format!(
                "| {} | {} | {} | {} | {}{matched}{} |\n",
                cell(&place),
                cell(&record),
                cell(episode.unwrap_or("")),
                cell(agent.unwrap_or("")),
                cell(&snippet.before),
                cell(&snippet.after)
            )
        }
    }
}

/// What follows the last match.
pub fn matches_end(format: MatchFormat, question: &MatchQuestion<'_>, summary: &MatchSummary<'_>) -> String {
    let problem = summary.problem.map(clean);
    if format == MatchFormat::Json {
        let (count, bytes, files) = (summary.count, summary.bytes, summary.files);
        let close = if count > 0 { "\n  ]" } else { "]" };
        let problem = json!(problem);
        return format!(
            "{close},\n  \"count\": {count},\n  \"searched_bytes\": {bytes},\n  \"files\": {files},\n  \"problem\": {problem}\n}}\n"
        );
    }
    let mut line = format!(
        "{} of {} in {} match /{}/",
        count(summary.count, "record"),
        count(summary.bytes, "byte"),
        count(summary.files, "file"),
        clean(question.search)
    );
    if !question.filters.is_empty() {
        let filters: Vec<String> = question.filters.iter().map(|it| clean(it)).collect();
        let all = summary.count + summary.filtered;
        line += &format!("; {} of {all} matches pass {}", summary.count, filters.join(", "));
    }
    if let Some(problem) = problem {
        line += &format!("; not searched to the end: {problem}");
    }
    match format {
        MatchFormat::Markdown => format!("\n{}\n", super::markdown::escaped(&line)),
        _ => format!("{}{line}\n", if summary.count > 0 { "\n" } else { "" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Origin,
        search::{Found, Pattern},
    };

    fn printed(format: MatchFormat, lines: &[&str]) -> String {
        let question = MatchQuestion { search: "go|x", filters: &["agent=a*".to_owned()] };
        let pattern = Pattern::new(question.search).unwrap();
        let mut out = matches_begin(format, &question);
        for (number, line) in lines.iter().enumerate() {
            let hit = Found::of(Origin::default(), line.as_bytes(), &pattern).hit;
            out += &matches_row(format, &format!("run\u{1b}.jsonl:{}", number + 1), &hit, number as u64);
        }
        let (count, filtered) = (lines.len() as u64, 3);
        let summary = MatchSummary { count, filtered, bytes: 70, files: 1, problem: None };
        out + &matches_end(format, &question, &summary)
    }

    const LINES: [&str; 2] =
        [r#"{"type":"action","episode":"e","id":"a_1","agent":"ann","action":"go|on"}"#, "x"];

    #[test]
    fn text_is_a_line_for_each_match() {
        let expected = "run^[.jsonl:1: action a_1 ann [e] \"episode\":\"e\",\"id\":\"a_1\",\"agent\":\"ann\",\"action\":\"go|on\"}\n\
                        run^[.jsonl:2: unreadable x\n\n\
                        2 records of 70 bytes in 1 file match /go|x/; 2 of 5 matches pass agent=a*\n";
        let text = printed(MatchFormat::Text, &LINES);
        assert!(text.ends_with(&expected[expected.find("run^[.jsonl:2").unwrap()..]), "{text}");
        assert!(text.starts_with("run^[.jsonl:1: action a_1 ann [e] "), "{text}");
        let nothing = printed(MatchFormat::Text, &[]);
        assert_eq!(nothing, "0 records of 70 bytes in 1 file match /go|x/; 0 of 3 matches pass agent=a*\n");
    }

    #[test]
    fn json_is_one_object() {
        for lines in [&LINES[..], &LINES[..1], &[]] {
            let text = printed(MatchFormat::Json, lines);
            let json: Json = serde_json::from_str(&text).unwrap();
            assert_eq!(json["matches"].as_array().unwrap().len(), lines.len());
            assert_eq!((json["count"].as_u64(), &json["problem"]), (Some(lines.len() as u64), &Json::Null));
            assert_eq!((&json["search"], &json["filters"][0]), (&json!("go|x"), &json!("agent=a*")));
        }
        let json: Json = serde_json::from_str(&printed(MatchFormat::Json, &LINES)).unwrap();
        assert_eq!((&json["matches"][0]["match"], &json["matches"][0]["id"]), (&json!("go"), &json!("a_1")));
        assert_eq!(
            (&json["matches"][1]["type"], &json["matches"][1]["agent"]),
            (&json!("unreadable"), &Json::Null)
        );
    }

    #[test]
    fn markdown_is_a_table() {
        let text = printed(MatchFormat::Markdown, &LINES);
        let rows: Vec<&str> = text.lines().filter(|it| it.starts_with('|')).collect();
        assert_eq!(rows.len(), 4, "{text}");
        assert!(rows[2].contains("action a\\_1") && rows[2].contains("**go**\\|on"), "{text}");
    }
}
