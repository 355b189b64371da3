//! The messages: JSON-RPC 2.0, one a line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

/// The version of the protocol that is spoken here.
pub const PROTOCOL: u64 = 1;

/// What an agent does in place of what it did.
#[derive(Clone, Debug, Serialize)]
pub struct Intervention {
    /// Whose acts, as logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Which act, as logged; `None`: every act of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// What is done instead.
    #[serde(rename = "do")]
    pub what: Absent,
    /// The action to take, with [`Absent::Replace`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Box<RawValue>>,
}

/// What is done in place of an act, or of all acts of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Absent {
    /// The act is taken as it was; what follows is played on.
    Keep,
    /// The given action is taken.
    Replace,
    /// The null action is taken.
    Null,
    /// The act is drawn again from the agent's own policy.
    Resample,
    /// The agent is not there.
    Remove,
}

impl Absent {
    /// The word in a message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Replace => "replace",
            Self::Null => "null",
            Self::Resample => "resample",
            Self::Remove => "remove",
        }
    }
}

/// What a replayer says that it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// One of [`Absent`]; every replayer can keep.
    Do(Absent),
    /// Say who is to blame.
    Judge,
}

impl Ability {
    fn of_word(word: &str) -> Option<Self> {
        let of = [Absent::Replace, Absent::Null, Absent::Resample, Absent::Remove];
        let found = of.into_iter().find(|it| it.word() == word).map(Self::Do);
        found.or_else(|| (word == "judge").then_some(Self::Judge))
    }
}

/// What a replayer says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it can do.
    pub abilities: Vec<Ability>,
    /// Whether the same seed gives the same return.
    pub is_deterministic: bool,
    /// How many requests it takes at once.
    pub at_once: usize,
}

impl Hello {
    /// What an `initialize` was answered with.
    ///
    /// # Errors
    /// It is no answer to that, or of another protocol.
    pub fn of(result: &Value) -> Result<Self, String> {
        let protocol = result.get("protocol").and_then(Value::as_u64);
        if protocol != Some(PROTOCOL) {
            let said = result.get("protocol").map_or("none".to_owned(), Value::to_string);
            return Err(format!("it speaks protocol {said}, this program {PROTOCOL}"));
        }
        let text = |key: &str| result.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let words = result.get("capabilities").and_then(Value::as_array).into_iter().flatten();
        let name = Some(text("name")).filter(|it| !it.is_empty());
        Ok(Self {
            name: name.unwrap_or_else(|| "replayer".to_owned()),
            version: text("version"),
            abilities: words.filter_map(Value::as_str).filter_map(Ability::of_word).collect(),
            is_deterministic: result.get("deterministic").and_then(Value::as_bool).unwrap_or(false),
            at_once: result.get("parallel").and_then(Value::as_u64).unwrap_or(1).clamp(1, 256) as usize,
        })
    }

    /// Whether it can do this.
    pub fn can(&self, what: Absent) -> bool {
        what == Absent::Keep || self.abilities.contains(&Ability::Do(what))
    }
}

/// What is asked to be run again.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayRequest {
    /// The episode, as logged.
    pub episode: String,
    /// The run that it belongs to, as logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The log, as an absolute path.
    pub log: String,
    /// What is done instead; none: nothing, from the beginning.
    pub interventions: Vec<Intervention>,
    /// From which the randomness of all samples follows.
    pub seed: u64,
    /// How many runs.
    pub samples: u32,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// The return of each run, in reward units; all finite.
    pub returns: Vec<f64>,
    /// What each agent earned for itself in each run; as many as there are returns, or none.
    pub rewards: Vec<BTreeMap<String, f64>>,
    /// What was done next, one per run, or none.
    pub next: Vec<String>,
}

#[derive(Deserialize)]
struct ReplayedJson {
    returns: Vec<f64>,
    #[serde(default)]
    rewards: Vec<BTreeMap<String, f64>>,
    #[serde(default)]
    next_actions: Vec<Value>,
}

impl Replayed {
    /// What a `replay` of so many samples was answered with. Fewer returns than asked for are taken.
    ///
    /// # Errors
    /// There is no return, there are too many, or one is no finite number.
    pub fn of(result: &Value, samples: u32) -> Result<Self, String> {
        let read = ReplayedJson::deserialize(result)
            .map_err(|it| format!("its answer is no `returns`, a list of numbers: {it}"))?;
        let (count, samples) = (read.returns.len(), samples as usize);
        if count == 0 || count > samples {
            return Err(format!("it gave {count} returns, {samples} were asked for"));
        }
        if !read.returns.iter().map(|it| it * it).sum::<f64>().is_finite() {
            return Err("returns are no finite numbers, or too large to be averaged".to_owned());
        }
        let fits = |n: usize| n == count;
        if !read.rewards.is_empty() && !fits(read.rewards.len()) {
            return Err(format!("it gave {} `rewards` for {count} returns", read.rewards.len()));
        }
        let words = |it: Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
        let next: Vec<String> = read.next_actions.into_iter().map(words).collect();
        let next = if fits(next.len()) { next } else { Vec::new() };
        Ok(Self { returns: read.returns, rewards: read.rewards, next })
    }
}

/// A line of a replayer.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// The result of a request.
    Result(u64, Value),
    /// Why a request failed.
    Failed(u64, String),
    /// How far a request is: how many of how many.
    Progress(u64, u64, u64),
    /// A notification that says nothing here.
    Other,
    /// A message that cannot be read, such as one with NaN.
    Broken,
    /// Nothing of the protocol.
    Junk,
}

/// What a line says.
pub fn read(line: &[u8]) -> Incoming {
    let Ok(Value::Object(message)) = serde_json::from_slice::<Value>(line) else {
        let is_meant = line.starts_with(b"{") && memchr::memmem::find(line, b"\"jsonrpc\"").is_some();
        return if is_meant { Incoming::Broken } else { Incoming::Junk };
    };
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Incoming::Junk;
    }
    let id = message.get("id").and_then(Value::as_u64);
    if let (Some(id), Some(result)) = (id, message.get("result")) {
        return Incoming::Result(id, result.clone());
    }
    if let (Some(id), Some(error)) = (id, message.get("error")) {
        let why = error.get("message").and_then(Value::as_str).unwrap_or("it says no reason");
        return Incoming::Failed(id, why.to_owned());
    }
    let params = |key: &str| message.get("params")?.get(key)?.as_u64();
    match message.get("method").and_then(Value::as_str) {
        Some("progress") => match (params("id"), params("done"), params("of")) {
            (Some(id), Some(done), Some(of)) => Incoming::Progress(id, done, of),
            _ => Incoming::Other,
        },
        Some(_) => Incoming::Other,
        None => Incoming::Junk,
    }
}

fn line(message: &Value) -> String {
    let mut line = message.to_string();
    line.push('\n');
    line
}

/// The first request.
pub fn hello_request(id: u64) -> String {
    let client = concat!("creditscope ", env!("CARGO_PKG_VERSION"));
    let params = json!({ "protocol": PROTOCOL, "client": client });
    line(&json!({ "jsonrpc": "2.0", "id": id, "method": "initialize", "params": params }))
}

/// Asks for a replay.
pub fn replay_request(id: u64, request: &ReplayRequest) -> String {
    // An action is kept as it was written.
    let params = serde_json::to_string(request).unwrap_or_default();
    format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"replay\",\"params\":{params}}}\n")
}

/// Takes a request back.
pub fn cancel(id: u64) -> String {
    line(&json!({ "jsonrpc": "2.0", "method": "cancel", "params": { "id": id } }))
}

/// The last request.
pub fn shutdown_request(id: u64) -> String {
    line(&json!({ "jsonrpc": "2.0", "id": id, "method": "shutdown" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let of = |line: &str| read(line.as_bytes());
        assert_eq!(
            of(r#"{"jsonrpc":"2.0","id":3,"result":{"a":1}}"#),
            Incoming::Result(3, json!({ "a": 1 }))
        );
        let failed = r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"no such act"}}"#;
        assert_eq!(of(failed), Incoming::Failed(3, "no such act".to_owned()));
        let progress = r#"{"jsonrpc":"2.0","method":"progress","params":{"id":3,"done":2,"of":8}}"#;
        assert_eq!(of(progress), Incoming::Progress(3, 2, 8));
        assert_eq!(of(r#"{"jsonrpc":"2.0","method":"log","params":{}}"#), Incoming::Other);
        assert_eq!(of(r#"{"jsonrpc": "2.0", "id": 3, "result": {"returns": [NaN]}}"#), Incoming::Broken);
        for junk in
            ["", "loading model...", "[]", "{}", r#"{"id":1,"result":1}"#, "{\"jsonrpc\":\"2.0\"}", "\u{0}"]
        {
            assert_eq!(of(junk), Incoming::Junk, "{junk}");
        }
    }

    #[test]
    fn a_replayer_says_what_it_can() {
        let said =
            json!({ "protocol": 1, "name": "lbf", "capabilities": ["null", "fly", "judge"], "parallel": 0 });
        let hello = Hello::of(&said).unwrap();
        assert!(hello.can(Absent::Null) && hello.can(Absent::Keep) && !hello.can(Absent::Remove));
        assert_eq!((hello.at_once, hello.name.as_str(), hello.abilities.len()), (1, "lbf", 2));
        let why = Hello::of(&json!({ "protocol": 2 })).unwrap_err();
        assert_eq!(why, "it speaks protocol 2, this program 1");
    }

    #[test]
    fn returns_are_finite_and_no_more_than_asked_for() {
        let of = |result: Value| Replayed::of(&result, 2);
        assert_eq!(of(json!({ "returns": [1, 0.5] })).unwrap().returns, [1.0, 0.5]);
        assert_eq!(
            of(json!({ "returns": [1], "next_actions": [{ "say": 1 }] })).unwrap().next,
            [r#"{"say":1}"#]
        );
        for bad in [
            json!({ "returns": [] }),
            json!({ "returns": [1, 2, 3] }),
            json!({ "returns": [null] }),
            json!({ "returns": ["1"] }),
            json!({ "returns": [1e308] }),
            json!({ "returns": [1], "rewards": [{ "a": 1 }, { "a": 1 }] }),
            json!({}),
            json!(7),
        ] {
            assert!(of(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_action_is_sent_as_it_was_written() {
        let action = RawValue::from_string(r#"{"tool": "sh",  "n": 1.50}"#.to_owned()).unwrap();
        let intervention = Intervention {
            agent: Some("a".to_owned()),
            act: Some("x1".to_owned()),
            what: Absent::Replace,
            action: Some(action),
        };
        let request = ReplayRequest {
            episode: "e".to_owned(),
            run: None,
            log: "/l".to_owned(),
            interventions: vec![intervention],
            seed: 5,
            samples: 2,
        };
        assert_eq!(
            replay_request(4, &request),
            "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"replay\",\"params\":{\"episode\":\"e\",\"log\":\"/l\",\
             \"interventions\":[{\"agent\":\"a\",\"act\":\"x1\",\"do\":\"replace\",\"action\":{\"tool\": \"sh\",  \
             \"n\": 1.50}}],\"seed\":5,\"samples\":2}}\n"
        );
    }
}
