//! A map from looking at rows: names that trainers use, and values of the right kind.

use super::{Path, RowMap, Source, Target};
use crate::log::{list, object, string};

/// What was found out about rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What their columns mean.
    pub map: RowMap,
    /// The value of each target of the map in the first row, as JSON text.
    pub examples: Vec<String>,
    /// Fields of the first row that no target was found for.
    pub unused: Vec<String>,
}

impl Proposal {
    /// What `map` makes of `row`, given as JSON text.
    pub fn of(map: RowMap, row: &str) -> Self {
        let example = |target| map.find(target, |key| field(row, key)).unwrap_or("nothing").to_owned();
        let examples = map.entries.iter().map(|it| example(it.0)).collect();
        let fields = object(row).unwrap_or_default();
        let unused = fields.iter().filter(|it| !map.uses(&it.0)).map(|it| Path::key(&it.0).to_string());
        Self { examples, unused: unused.collect(), map }
    }

    /// Whether it says what was done, or what it was worth: less gives no episode.
    pub fn is_enough(&self) -> bool {
        Target::MAKING.iter().any(|it| self.map.has(*it))
    }

    /// Whether rows like these are rollouts: somebody does something, and it is worth a number.
    pub fn is_rollout(&self) -> bool {
        let worth = [Target::Reward, Target::Return, Target::Advantage];
        self.map.has(Target::Action) && worth.iter().any(|it| self.map.has(*it))
    }
}

/// What a value is, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Flag,
    /// Up to 60 characters.
    Word,
    Text,
    List,
    Object,
}

/// How names are compared: `Agent-ID` is `agentid`.
fn plain(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Which values a target takes.
#[derive(Clone, Copy)]
enum Takes {
    /// A number, or true and false.
    Number,
    /// A name: a short text, or a number.
    Name,
    /// true, false, 0, 1, or a word.
    Verdict,
    /// Anything.
    Any,
}

impl Takes {
    fn takes(self, kind: Kind) -> bool {
        match self {
            Takes::Number => matches!(kind, Kind::Number | Kind::Flag),
            Takes::Name => matches!(kind, Kind::Number | Kind::Word),
            Takes::Verdict => matches!(kind, Kind::Number | Kind::Flag | Kind::Word),
            Takes::Any => true,
        }
    }
}

/// Names of columns, those that say most first. A column is used once, but for texts that are task and group.
const NAMES: &[(Target, Takes, &[&str])] = &[
    (
        Target::Episode,
        Takes::Name,
        &[
            "episode",
            "episodeid",
            "epsid",
            "trajectoryid",
            "trajid",
            "rolloutid",
            "ep",
            "game",
            "gameid",
            "match",
        ],
    ),
    (
        Target::Agent,
        Takes::Name,
        &[
            "agent",
            "agentid",
            "agentname",
            "role",
            "player",
            "speaker",
            "worker",
            "who",
            "actor",
            "sender",
            "author",
            "source",
            "name",
        ],
    ),
    (Target::Advantage, Takes::Number, &["advantage", "adv", "advantages"]),
    (
        Target::Reward,
        Takes::Number,
        &["reward", "score", "rewards", "rewardscore", "totalscore", "payoff", "points"],
    ),
    (Target::Return, Takes::Number, &["return", "episodereturn", "episodereward", "totalreward"]),
    (
        Target::Action,
        Takes::Any,
        &[
            "action",
            "act",
            "move",
            "output",
            "response",
            "completion",
            "generatedtext",
            "generation",
            "prediction",
            "text",
            "content",
            "messages",
            "answer",
        ],
    ),
    (Target::Obs, Takes::Any, &["obs", "observation", "state"]),
    (
        Target::Truth,
        Takes::Any,
        &["gts", "groundtruth", "truth", "label", "target", "reference", "solution", "answer"],
    ),
    (Target::Task, Takes::Any, &["task", "prompt", "input", "question", "query", "problem", "instruction"]),
    (
        Target::Group,
        Takes::Any,
        &[
            "group",
            "groupid",
            "promptid",
            "taskid",
            "questionid",
            "problemid",
            "prompt",
            "input",
            "question",
            "query",
            "problem",
            "instruction",
        ],
    ),
    (Target::Update, Takes::Number, &["globalstep", "trainstep", "trainingstep", "iteration", "update"]),
    (Target::Step, Takes::Number, &["step", "t", "timestep", "turn"]),
    (Target::Time, Takes::Name, &["ts", "time", "timestamp", "createdat"]),
    (
        Target::Status,
        Takes::Verdict,
        &["success", "iscorrect", "correct", "acc", "solved", "passed", "status", "outcome"],
    ),
    (Target::Done, Takes::Verdict, &["done", "terminated", "terminal", "islast", "over", "gameover"]),
    (Target::In, Takes::Number, &["inputtokens", "prompttokens"]),
    (Target::Out, Takes::Number, &["outputtokens", "completiontokens"]),
    (Target::Logp, Takes::Number, &["logp", "logprob"]),
    (Target::Value, Takes::Number, &["value", "vfpred", "vfpreds"]),
    (Target::Error, Takes::Any, &["error", "exception"]),
    (Target::Seed, Takes::Name, &["seed"]),
];

/// Names that are those of agents only where the rows differ in them.
const VARYING: &[&str] = &["author", "source", "name"];

/// Whether another row has another value there.
fn varies(leaf: &Leaf<'_>, rows: &[&str]) -> bool {
    let values = rows.iter().filter_map(|row| leaf.path.find(|key| field(row, key)));
    values.into_iter().any(|it| it != leaf.value)
}

/// A value in a row, and what it is called.
struct Leaf<'a> {
    path: Path,
    name: String,
    value: &'a str,
    kind: Kind,
    depth: usize,
}

/// A map for rows of which these are the first, as JSON text.
pub fn propose(rows: &[&str]) -> Proposal {
    let Some(first) = rows.first() else { return Proposal::default() };
    let mut leaves = Vec::new();
    for (key, raw) in object(first).unwrap_or_default() {
        gather(Path::key(&key), raw.get(), 0, &mut leaves);
    }
    leaves.sort_by_key(|it| it.depth);
    let mut proposal = Proposal::default();
    let mut used: Vec<Path> = Vec::new();
    for (target, takes, names) in NAMES {
        let task = proposal.map.source(Target::Task);
        let fits = |it: &&Leaf<'_>, name: &str| {
            let is_task = *target == Target::Group && task == Some(&Source::Path(it.path.clone()));
            let may_be = !VARYING.contains(&name) || varies(it, rows);
            it.name == name && takes.takes(it.kind) && may_be && (is_task || !used.contains(&it.path))
        };
        let Some(found) = names.iter().find_map(|name| leaves.iter().find(|it| fits(it, name))) else {
            continue;
        };
        let (path, value) = said(found);
        used.push(found.path.clone());
        proposal.map.set(*target, Source::Path(path));
        proposal.examples.push(value.to_owned());
    }
    one_row_episodes(&mut proposal, &leaves, rows);
    let mapped = |it: &&Leaf<'_>| it.depth == 0 && !proposal.map.uses(it.path.first().unwrap_or_default());
    proposal.unused = leaves.iter().filter(mapped).map(|it| it.path.to_string()).collect();
    proposal
}

/// Rows that say neither who acts nor in which episode are episodes of their own: then `step` counts training steps.
/// If they do say who acts, `id` is the episode where it repeats.
fn one_row_episodes(proposal: &mut Proposal, leaves: &[Leaf<'_>], rows: &[&str]) {
    if proposal.map.has(Target::Episode) {
        return;
    }
    let ids = leaves.iter().find(|it| it.depth == 0 && it.name == "id" && Takes::Name.takes(it.kind));
    let same = |it: &Leaf<'_>| {
        let others = rows.iter().skip(1).filter_map(|row| it.path.find(|key| field(row, key)));
        others.filter(|other| *other == it.value).count() > 0
    };
    if let Some(id) = ids.filter(|it| same(it)) {
        proposal.map.entries.insert(0, (Target::Episode, Source::Path(id.path.clone())));
        proposal.examples.insert(0, id.value.to_owned());
    } else if !proposal.map.has(Target::Update) {
        let counts = |it: &&mut (Target, Source)| {
            it.0 == Target::Step && matches!(&it.1, Source::Path(path) if plain(path.name()) == "step")
        };
        for it in proposal.map.entries.iter_mut().filter(counts) {
            it.0 = Target::Update;
        }
    }
}

fn field<'a>(row: &'a str, key: &str) -> Option<&'a str> {
    object(row)?.into_iter().rev().find(|it| it.0 == key).map(|it| it.1.get())
}

/// Of a list of messages, what the last one says.
fn said<'a>(leaf: &Leaf<'a>) -> (Path, &'a str) {
    let last = list(leaf.value).and_then(|it| it.last().copied());
    let content = last.and_then(|it| field(it.get(), "content"));
    match content {
        Some(content) if leaf.name == "messages" => (leaf.path.last().then("content"), content),
        _ => (leaf.path.clone(), leaf.value),
    }
}

fn gather<'a>(path: Path, value: &'a str, depth: usize, leaves: &mut Vec<Leaf<'a>>) {
    let kind = match value.as_bytes().first() {
        Some(b'"') => {
            let short = string(value).is_some_and(|it| it.chars().count() <= 60 && !it.contains('\n'));
            if short { Kind::Word } else { Kind::Text }
        }
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::List,
        Some(b't' | b'f') => Kind::Flag,
        Some(b'n') | None => return,
        Some(_) => Kind::Number,
    };
    let name = plain(path.name());
    if kind == Kind::Object && depth < 2 {
        for (key, raw) in object(value).unwrap_or_default().iter().take(100) {
            gather(path.then(key), raw.get(), depth + 1, leaves);
        }
    }
    leaves.push(Leaf { path, name, value, kind, depth });
}
