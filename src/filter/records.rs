//! Filters on the lines of a log: which episodes have a record that passes.

use std::sync::Arc;

use memchr::memmem;

use super::{Filter, Test};
use crate::{
    log::{Body, RecordType, parse_line, scan_header},
    search::Scanner,
};

/// Tests lines against one filter, ignoring its `!`.
#[derive(Clone, Debug)]
pub struct RecordTest {
    filter: Arc<Filter>,
    /// For what records hold.
    scanner: Option<Scanner>,
}

/// What a filter wants to know of a line.
struct Line {
    kind: RecordType,
    type_name: String,
    episode: Option<String>,
    /// Who acts, and who receives a message or stands in a roster.
    agents: Vec<String>,
    /// Of an action.
    category: Option<String>,
    /// Whether something went wrong in it.
    failed: bool,
}

impl RecordTest {
    /// What `filter` asks.
    pub fn new(filter: Arc<Filter>) -> Self {
        let scanner = filter.pattern().map(|it| Scanner::new(Arc::clone(it)));
        Self { filter, scanner }
    }

    /// Calls `found` with the place and the logged episode of every record in `block` that passes, in order;
    /// see [`Scanner::scan`] for what a block is. A filter about episodes finds none.
    pub fn scan(&mut self, block: &[u8], mut found: impl FnMut(usize, String)) {
        if let Some(scanner) = &mut self.scanner {
            scanner.scan(block, |range| {
                let at = range.start;
                episodes_of(&block[range]).into_iter().for_each(|it| found(at, it));
            });
            return;
        }
        let mut at = 0;
        for line in block.split(|it| *it == b'\n') {
            for line in lines_of(line, matches!(self.filter.test, Test::Kind(_))) {
                if self.passes(&line)
                    && let Some(episode) = line.episode
                {
                    found(at, episode);
                }
            }
            at += line.len() + 1;
        }
    }

    /// Whether a record is of the type, kind or agent asked for.
    fn passes(&self, line: &Line) -> bool {
        match &self.filter.test {
            Test::Agent(words) => line.agents.iter().any(|it| words.hold(it)),
            Test::Type(words) => words.hold(&line.type_name),
            Test::Error => line.failed,
            Test::Kind(words) => match line.kind {
                RecordType::Message => words.hold("message"),
                RecordType::Action => words.hold(line.category.as_deref().unwrap_or("action")),
                _ => false,
            },
            Test::Text(_) | Test::Status(_) | Test::Reward(_) => false,
        }
    }

    /// Whether the record in `line` passes the whole filter, `!` included, for a list of records; filters
    /// about episodes pass here. Unlike the list of episodes this asks who acts, not who takes part.
    pub fn passes_record(&mut self, line: &[u8]) -> bool {
        let holds = match &self.filter.test {
            Test::Status(_) | Test::Reward(_) => return true,
            Test::Text(_) => self.scanner.as_mut().is_some_and(|it| it.is_match(line)),
            Test::Agent(words) => {
                let lines = lines_of(line, false);
                lines.iter().any(|it| it.agents.first().is_some_and(|it| words.hold(it)))
            }
            _ => lines_of(line, true).iter().any(|it| self.passes(it)),
        };
        holds != self.filter.negated
    }
}

fn episodes_of(line: &[u8]) -> Vec<String> {
    lines_of(line, false).into_iter().filter_map(|it| it.episode).collect()
}

/// The records in a line; more than one if records were written into one line.
fn lines_of(line: &[u8], with_kind: bool) -> Vec<Line> {
    // The header alone decides about most actions.
    let has_kind = with_kind && memmem::find(line, b"\"kind\"").is_some();
    // A header that does not say all may not know whether something went wrong.
    if let Some(header) = scan_header(line).filter(|it| !has_kind && it.complete) {
        let agents = header.agent.iter().chain(&header.others).map(ToString::to_string).collect();
        let (type_name, episode) = (header.type_name.into_owned(), header.episode.map(Into::into));
        let (kind, failed) = (header.record_type, header.failed);
        return vec![Line { kind, type_name, episode, agents, category: None, failed }];
    }
    let records = parse_line(line).records.into_iter();
    records
        .map(|(record, _)| {
            let mut agents: Vec<String> = record.agent().map(str::to_owned).into_iter().collect();
            let (mut category, mut failed) = (None, false);
            match &record.body {
                Body::Action(action) => {
                    category.clone_from(&action.kind);
                    failed = action.error.is_some();
                }
                Body::Message(message) => agents.extend(message.to.iter().cloned()),
                Body::EpisodeStart(start) => agents.extend(start.agents.iter().map(|it| it.id.clone())),
                _ => {}
            }
            let (kind, type_name) = (record.record_type(), record.type_name().to_owned());
            Line { kind, type_name, episode: record.episode, agents, category, failed }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"type":"episode_start","episode":"one","agents":["ann","bob"]}
{"type":"action","episode":"one","agent":"ann","kind":"tool","action":"say \"no\""}
{"type":"action","episode":"two","agent":"bob","action":"go","error":"lost"}
{"type":"message","episode":"two","from":"bob","to":["cid"],"content":"hi"}
{"type":"counterfactual","episode":"two","kind":"replay","of":"x","candidates":[]}
{"type":"action","episode":"three","agent":"ann","kind":"llm"}{"type":"reward","episode":"four","value":1}
"#;

    fn test(filter: &str) -> RecordTest {
        RecordTest::new(Arc::new(Filter::parse(filter).unwrap()))
    }

    #[track_caller]
    fn check(filter: &str, expected: &[&str]) {
        let mut found = Vec::new();
        test(filter).scan(LOG.as_bytes(), |_, it| found.push(it));
        found.dedup();
        assert_eq!(found, expected, "{filter}");
    }

    #[test]
    fn episodes_that_have_such_a_record() {
        check("agent=ann", &["one", "three"]);
        check("agent=bob", &["one", "two"]);
        check("agent=cid", &["two"]);
        check("agent=nobody", &[]);
        check("type=reward", &["four"]);
        check("type=act*", &["one", "two", "three"]);
        check("kind=tool", &["one"]);
        check("kind=action,llm", &["two", "three"]);
        check("kind=message", &["two"]);
        check("error", &["two"]);
        check("kind=replay", &[]);
        check("/say \"no\"/", &["one"]);
        check("/hi|llm/", &["two", "three", "four"]);
        check("status=failure", &[]);
        // Negation is a matter of the list of episodes, not of single records.
        check("!agent=ann", &["one", "three"]);
    }

    #[track_caller]
    fn check_record(filter: &str, lines: &[usize]) {
        let mut test = test(filter);
        let passing = LOG.lines().enumerate().filter(|(_, it)| test.passes_record(it.as_bytes()));
        assert_eq!(passing.map(|it| it.0).collect::<Vec<_>>(), lines, "{filter}");
    }

    #[test]
    fn records_that_pass() {
        check_record("agent=bob", &[2, 3]);
        check_record("!agent=bob", &[0, 1, 4, 5]);
        check_record("type=message", &[3]);
        check_record("kind=tool", &[1]);
        check_record("error", &[2]);
        check_record("!error", &[0, 1, 3, 4, 5]);
        check_record("!/hi/", &[0, 1, 2, 4, 5]);
        check_record("reward>0", &[0, 1, 2, 3, 4, 5]);
    }
}
