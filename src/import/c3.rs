//! C3's replay buckets: JSON Lines, one bucket a line, each the replays of one frozen context.
//!
//! A bucket has a question, the role whose act is replaced (`target_role`), what the roles before it said
//! (`restart.role_outputs_prefix`), and `candidates`: an action, the returns of the replays that began with
//! it, and what the next role said in each. It becomes an episode of its own, named after the bucket, because
//! that is what it is evidence of: two buckets of one question rarely share a history. Buckets of one
//! question share a `group`. What becomes what:
//!
//! * restart (question, roles_topo up to the target role, question_id): `episode_start` (task, roster,
//!   group); `restart.meta` goes under `restart`, `meta` under `meta`
//! * role_outputs_prefix: an `action` per role, in the order of roles_topo
//! * the real candidate (`meta.real_j`, unless `include_real_as_j0` is false): the `action` of the target
//!   role
//! * candidates: a `counterfactual` of kind `replay`; those after `credit_n` that are V-extra samples are
//!   `extra`
//! * ctx_hash: `context`, digit by digit, since it exceeds 2^53
//! * meta.policy_ckpt: the frozen policy of the roles after the target
//! * meta.task_spec, meta.method: `run` of the first bucket (env, algorithm)
//! * the one return of the real candidate, if the target role is the last: `episode_end.return`; if all
//!   returns are 0 or 1, as verdicts are, also its status
//!
//! Otherwise the returns are those of replays, not of the episode that happened, and no reward is made up. No
//! time stamp and no causal link is made up either: the roles come in topological order, which is not who
//! heard whom.

mod details;
mod rollouts;

pub use details::DETAILS;
pub use rollouts::{EVAL, TRAIN};

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Format, Head, LineReader, Reader, Score, Sink};
use crate::{
    log::{
        Action, Body, Candidate, Counterfactual, EpisodeEnd, EpisodeStart, Payload, Problem, Record,
        RosterAgent, Run, list, object, raw_offset, repair, string,
    },
    model::rule,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "c3",
    title: "C3",
    about: "replay buckets of C3 (`buckets_*.jsonl`): each bucket an episode with its replay group",
    score,
    reader: Reader::Lines(|_| Box::new(Buckets::default())),
};

fn score(head: &Head<'_>) -> Score {
    // Buckets are written with sorted keys, so a head that is cut in the candidates shows at least the first
    // two.
    let is_bucket = head
        .objects
        .iter()
        .any(|it| it.has("bucket_id") && it.has("candidates") || it.has("ctx_hash") && it.has("target_role"));
    Score::certain_if(is_bucket)
}

/// Turns buckets into native records, one at a time: a file of them may be large and grow.
#[derive(Debug, Default)]
struct Buckets {
    /// The `run` record was written.
    begun: bool,
}

impl LineReader for Buckets {
    /// Blank lines and comments (`#`) give nothing. A line that is no bucket gives no record and says why.
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let start = line.len() - line.trim_ascii_start().len();
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            return;
        }
        let mut problems = Vec::new();
        let lossy = String::from_utf8_lossy(line);
        if let Cow::Owned(_) = lossy {
            let problem = Problem::new(rule::INVALID_UTF8, 0, "bytes that are not UTF-8, shown as U+FFFD");
            problems.push(problem);
        }
        let text = repair(&lossy, 0, &mut problems);
        for problem in &mut problems {
            problem.offset = start + raw_offset(line, problem.offset);
        }
        match parse(&text, &mut problems) {
            Ok(bucket) => {
                if !std::mem::replace(&mut self.begun, true) {
                    sink.record(number, &bucket.run());
                }
                bucket.records().iter().for_each(|it| sink.record(number, it));
            }
            Err(problem) => problems.push(problem),
        }
        problems.into_iter().for_each(|it| sink.problem(it));
    }
}

/// The bucket in a line.
///
/// # Errors
/// Why the line holds no bucket.
fn parse<'a>(text: &'a str, problems: &mut Vec<Problem>) -> Result<Bucket<'a>, Problem> {
    let raw: Result<&RawValue, _> = serde_json::from_str(text);
    let raw = raw.map_err(|it| Problem::new(rule::BAD_JSON, 0, format!("not a bucket: {it}")))?;
    Bucket::parse(raw.get(), problems)
}

/// The fields of an object.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    fn of(raw: Option<&'a str>) -> Self {
        Self(raw.and_then(object).unwrap_or_default())
    }

    fn raw(&self, key: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(name, _)| name == key).map(|(_, raw)| raw.get());
        found.filter(|it| *it != "null")
    }

    fn text(&self, key: &str) -> Option<String> {
        self.raw(key).and_then(string).map(Cow::into_owned)
    }

    /// A string, or a number as it is written.
    fn word(&self, key: &str) -> Option<String> {
        let raw = self.raw(key)?;
        string(raw).map(Cow::into_owned).or_else(|| (!raw.starts_with(['{', '['])).then(|| raw.to_owned()))
    }

    fn index(&self, key: &str) -> Option<i64> {
        self.raw(key).and_then(|it| it.parse().ok())
    }

    fn payload(&self, key: &str) -> Option<Payload> {
        self.raw(key).and_then(|it| Payload::from_json(it.to_owned()))
    }
}

/// A bucket, as far as it is read.
struct Bucket<'a> {
    id: String,
    role: String,
    fields: Fields<'a>,
    restart: Fields<'a>,
    meta: Fields<'a>,
    roles: Vec<String>,
    prefix: Vec<(String, String)>,
    candidates: Vec<Candidate>,
}

impl<'a> Bucket<'a> {
    fn parse(raw: &'a str, problems: &mut Vec<Problem>) -> Result<Self, Problem> {
        if object(raw).is_none() {
            return Err(Problem::new(rule::NOT_AN_OBJECT, 0, "the line is JSON, but not an object"));
        }
        let fields = Fields::of(Some(raw));
        let lacks = |key: &str| Problem::new(rule::MISSING_FIELD, 0, format!("the bucket has no `{key}`"));
        let id = fields.word("bucket_id").ok_or_else(|| lacks("bucket_id"))?;
        let role = fields.text("target_role").ok_or_else(|| lacks("target_role"))?;
        let rows = fields.raw("candidates").and_then(list).ok_or_else(|| lacks("candidates"))?;
        let restart = Fields::of(fields.raw("restart"));
        let meta = Fields::of(fields.raw("meta"));
        let texts = |raw: Option<&'a str>| -> Vec<String> {
            let all = raw.and_then(list).unwrap_or_default();
            all.iter().filter_map(|it| string(it.get()).map(Cow::into_owned)).collect()
        };
        let mut roles = texts(restart.raw("roles_topo"));
        if !roles.contains(&role) {
            roles.push(role.clone());
        }
        let said = Fields::of(restart.raw("role_outputs_prefix"));
        let prefix = roles.iter().filter_map(|it| Some((it.clone(), said.text(it)?))).collect();
        let segments = Segments::of(&meta, rows.len() as i64);
        let mut candidates = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let row = Fields::of(Some(row.get()));
            let j = row.index("j").unwrap_or(index as i64);
            let extra = segments.extra.contains(&j);
            if !extra && !segments.credited.contains(&j) {
                let message =
                    format!("candidate {j} is neither one of `credit_n` nor a V-extra sample: left out");
                problems.push(Problem::new(rule::CANDIDATE_WITHOUT_PART, 0, message));
                continue;
            }
            let number = |raw: &&RawValue| string(raw.get()).map_or(raw.get().parse(), |it| it.parse());
            let returns = row.raw("returns").and_then(list).unwrap_or_default();
            candidates.push(Candidate {
                j: Some(j),
                action: row.payload("action_text"),
                returns: returns.iter().map(|it| number(it).unwrap_or(f64::NAN)).collect(),
                real: segments.real == Some(j),
                extra,
                next: texts(row.raw("next_actions")),
                ..Candidate::default()
            });
        }
        Ok(Self { id, role, fields, restart, meta, roles, prefix, candidates })
    }

    /// What the file says of the run.
    fn run(&self) -> Record {
        Record::new(Body::Run(Run {
            credit_log: Some(1),
            env: self.meta.word("task_spec"),
            algorithm: self.meta.word("method"),
            ..Run::default()
        }))
    }

    /// Where the target role stands among the roles.
    fn place(&self) -> usize {
        self.roles.iter().position(|it| *it == self.role).unwrap_or(self.roles.len())
    }

    fn real(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|it| it.real)
    }

    fn records(&self) -> Vec<Record> {
        let mut records = vec![self.start()];
        records.extend(self.prefix.iter().map(|(role, said)| self.act(role, Some(Payload::from_text(said)))));
        let real = self.real();
        records.extend(real.map(|it| self.act(&self.role, it.action.clone())));
        records.push(self.of_episode(None, Body::Counterfactual(Box::new(self.replays()))));
        records.push(self.of_episode(None, Body::EpisodeEnd(self.end())));
        records
    }

    fn of_episode(&self, id: Option<&str>, body: Body) -> Record {
        let id = id.map(str::to_owned);
        Record { episode: Some(self.id.clone()), id, ..Record::new(body) }
    }

    fn start(&self) -> Record {
        // Roles after the target act only in the replays.
        let agents = self.roles.iter().take(self.place() + 1);
        let agents = agents.map(|it| RosterAgent { id: it.clone(), ..RosterAgent::default() });
        let question = self.fields.word("question_id").or_else(|| self.restart.word("question_id"));
        let start = EpisodeStart {
            agents: agents.collect(),
            task: self.restart.text("question"),
            group: question,
            seed: self.meta.word("seed"),
            ..EpisodeStart::default()
        };
        let mut record = self.of_episode(None, Body::EpisodeStart(start));
        let more = [("restart", self.restart.payload("meta")), ("meta", self.fields.payload("meta"))];
        record.extra = more.into_iter().filter_map(|(key, it)| Some((key.to_owned(), it?))).collect();
        record
    }

    fn act(&self, role: &str, action: Option<Payload>) -> Record {
        let action =
            Action { agent: role.to_owned(), action, kind: Some("llm".to_owned()), ..Action::default() };
        self.of_episode(Some(role), Body::Action(Box::new(action)))
    }

    fn replays(&self) -> Counterfactual {
        let behind = self.roles.iter().skip(self.place() + 1);
        let policy = self.meta.word("policy_ckpt");
        Counterfactual {
            kind: "replay".to_owned(),
            group: Some(self.id.clone()),
            of: self.real().map(|_| self.role.clone()),
            agent: Some(self.role.clone()),
            context: self.fields.word("ctx_hash"),
            prefix: self.restart.payload("role_outputs_prefix"),
            frozen: behind.filter_map(|role| Some((role.clone(), policy.clone()?))).collect(),
            decoding: self.meta.payload("decoding"),
            candidates: self.candidates.clone(),
            ..Counterfactual::default()
        }
    }

    fn end(&self) -> EpisodeEnd {
        let last = self.place() + 1 == self.roles.len();
        let total = self.real().and_then(|it| match it.returns.as_slice() {
            [one] if last && one.is_finite() => Some(*one),
            _ => None,
        });
        let verdicts = self.candidates.iter().flat_map(|it| &it.returns).all(|it| *it == 0.0 || *it == 1.0);
        let status = total.filter(|_| verdicts).map(|it| if it == 1.0 { "success" } else { "failure" });
        let about = Fields::of(self.restart.raw("meta"));
        EpisodeEnd {
            status: status.map(str::to_owned),
            reason: Some("replayed".to_owned()),
            total,
            ground_truth: about.word("label"),
            ..EpisodeEnd::default()
        }
    }
}

/// Which candidates earn credit, which only estimate V, and which is real.
struct Segments {
    credited: std::ops::Range<i64>,
    extra: std::ops::Range<i64>,
    real: Option<i64>,
}

impl Segments {
    /// Without `credit_n` all earn credit; without `v_extra_n` none is extra. Numbers out of range are
    /// clamped.
    fn of(meta: &Fields<'_>, all: i64) -> Self {
        let cut = |key: &str, default: i64| meta.index(key).unwrap_or(default).clamp(0, all);
        let credited = 0..cut("credit_n", all);
        // If the segments overlap, what earns credit is no extra sample.
        let from = cut("v_extra_start", all);
        let extra = from.max(credited.end)..(from + cut("v_extra_n", 0)).min(all);
        let drawn_first = meta.raw("include_real_as_j0") == Some("false");
        Self { credited, extra, real: meta.index("real_j").filter(|_| !drawn_first) }
    }
}

#[cfg(test)]
mod tests;
