//! C3's credit of replay buckets: JSON Lines (`credit_details_*.jsonl`), a candidate a line, as its analysis writes them.
//!
//! The lines of a bucket follow each other. They hold the mean return of each candidate, how many replays are behind it,
//! and the credit that C3 computed in some mode. What becomes what:
//!
//! * a bucket: an episode, named after it; those of one question are a group
//! * the real candidate: the act of the target role
//! * candidates: a `counterfactual` of kind `replay`, each with its mean and number of replays; one replay's return is its
//!   mean
//! * `A_hat` of the real candidate: a `credit` by the mode, with the baseline that makes it
//!
//! What was said before and what other roles did is in the buckets, not in this. `V_hat` may rest on samples that are not
//! in the file either: the credit of such a mode cannot be checked.

use serde_json::Value as Json;

use super::super::{Format, Head, HeadObject, LineReader, Reader, Score, Sink, team::word, turns::json_line};
use crate::{
    log::{
        Action, Body, Candidate, Counterfactual, Credit, CreditItem, EpisodeEnd, EpisodeStart, Payload,
        Problem, Record, RosterAgent,
    },
    model::rule,
};

/// The row of the table.
pub static DETAILS: Format = Format {
    name: "c3-credit",
    title: "C3 credit",
    about: "credit of C3's replay buckets (`credit_details_*.jsonl`): each bucket an episode with its declared credit",
    score: |head: &Head<'_>| {
        let is_row = |it: &HeadObject<'_>| it.has("bucket_id") && it.has("candidate_j") && it.has("barR");
        Score::certain_if(head.objects.iter().any(is_row))
    },
    reader: Reader::Lines(|_| Box::new(Details::default())),
};

/// Reads lines.
#[derive(Default)]
struct Details {
    bucket: Option<Bucket>,
}

/// A bucket, as far as it was read.
struct Bucket {
    id: String,
    line: u32,
    rows: Vec<Json>,
}

impl LineReader for Details {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        let row = json_line(line).filter(|it| it["bucket_id"].is_string());
        let Some(row) = row else {
            return sink.problem(Problem::new(rule::BAD_JSON, 0, "the line is no candidate of a bucket"));
        };
        let id = word(&row, "bucket_id");
        match &mut self.bucket {
            Some(bucket) if bucket.id == id => bucket.rows.push(row),
            _ => {
                self.close(sink);
                self.bucket = Some(Bucket { id, line: number, rows: vec![row] });
            }
        }
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if ended {
            self.close(sink);
        }
    }
}

impl Details {
    fn close(&mut self, sink: &mut dyn Sink) {
        if let Some(bucket) = self.bucket.take() {
            bucket.records().iter().for_each(|it| sink.record(bucket.line, it));
        }
    }
}

impl Bucket {
    fn records(&self) -> Vec<Record> {
        let first = &self.rows[0];
        let role = word(first, "target_role");
        let question = match &first["question_id"] {
            Json::Null => None,
            Json::String(it) => Some(it.clone()),
            other => Some(other.to_string()),
        };
        let start = EpisodeStart {
            agents: vec![RosterAgent { id: role.clone(), ..RosterAgent::default() }],
            group: question,
            ..EpisodeStart::default()
        };
        let mut records = vec![self.record(None, Body::EpisodeStart(start))];
        let real = self.rows.iter().find(|it| it["is_real_j"] == true);
        if let Some(real) = real {
            let action = Action {
                agent: role.clone(),
                action: Some(Payload::from_value(&real["action_text"])),
                kind: Some("llm".to_owned()),
                parents: Some(Vec::new()),
                ..Action::default()
            };
            records.push(self.record(Some(&role), Body::Action(Box::new(action))));
        }
        let replays = Counterfactual {
            kind: "replay".to_owned(),
            group: Some(self.id.clone()),
            of: real.map(|_| role.clone()),
            agent: Some(role.clone()),
            candidates: self.rows.iter().map(candidate).collect(),
            ..Counterfactual::default()
        };
        records.push(self.record(None, Body::Counterfactual(Box::new(replays))));
        records.extend(real.and_then(|it| Some(self.record(None, Body::Credit(credit(it, &role)?)))));
        let end = EpisodeEnd { reason: Some("replayed".to_owned()), ..EpisodeEnd::default() };
        records.push(self.record(None, Body::EpisodeEnd(end)));
        records
    }

    fn record(&self, id: Option<&str>, body: Body) -> Record {
        Record { episode: Some(self.id.clone()), id: id.map(str::to_owned), ..Record::new(body) }
    }
}

fn candidate(row: &Json) -> Candidate {
    let count = row["returns_count"].as_u64();
    let mean = row["barR"].as_f64();
    let returns = mean.filter(|_| count == Some(1));
    Candidate {
        j: row["candidate_j"].as_i64(),
        action: Some(Payload::from_value(&row["action_text"])),
        returns: returns.into_iter().collect(),
        value: mean.filter(|_| returns.is_none()),
        n: count.and_then(|it| u32::try_from(it).ok()).filter(|_| returns.is_none()),
        real: row["is_real_j"] == true,
        ..Candidate::default()
    }
}

/// The credit of the real candidate.
fn credit(row: &Json, role: &str) -> Option<Credit> {
    let value = row["A_hat"].as_f64()?;
    let baseline = row["barR"].as_f64().map(|it| it - value);
    let item = CreditItem {
        of: Some(role.to_owned()),
        agent: Some(role.to_owned()),
        value: Some(value),
        baseline,
        ..CreditItem::default()
    };
    Some(Credit { algorithm: word(row, "mode"), items: vec![item], ..Credit::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn lines_of_two_buckets() {
        let row = |bucket: &str, j: u32, count: u32, mean: f64, credit: f64| {
            format!(
                r#"{{"bucket_id": "{bucket}", "question_id": 3, "target_role": "Actor", "mode": "c3_loo", "candidate_j": {j}, "is_real_j": {}, "action_text": "a{j}", "returns_count": {count}, "barR": {mean}, "A_hat": {credit}}}"#,
                j == 0
            )
        };
        let file = [
            row("x", 0, 1, 0.0, -0.5),
            row("x", 1, 1, 0.5, 0.5),
            row("y", 0, 4, 0.75, 0.25),
            "{}".to_owned(),
        ];
        let file = file.join("\n");
        assert_eq!((DETAILS.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        let (records, problems) = told(&mut Details::default(), &file);
        assert_eq!(problems, ["bad-json: the line is no candidate of a bucket"]);
        assert_eq!(records.len(), 10, "{records:#?}");
        assert_eq!(records[0], "1 start x:  (Actor)");
        assert_eq!(records[1], "1 Actor Actor llm < : a0");
        assert!(
            records[2].contains("returns: [0.0]") && records[2].contains("returns: [0.5]"),
            "{}",
            records[2]
        );
        assert!(records[3].contains("value: Some(-0.5), baseline: Some(0.5)"), "{}", records[3]);
        // Four replays of a mean: how they spread is not known.
        assert!(
            records[7].contains("value: Some(0.75)") && records[7].contains("n: Some(4)"),
            "{}",
            records[7]
        );
    }
}
