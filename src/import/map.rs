//! What the columns of rows mean: `episode=.id,agent=.role,action=.text,reward=.score`.
//!
//! ```text
//! --map TEXT ─> RowMap: for each target a path in the row, or a constant
//! no map     ─> propose: a map from the names and values of the first rows
//! ```
//!
//! What follows a dot is a path (`.choices[0].text`), anything else is the value itself (`agent=solver`).

mod path;
mod propose;

use std::{fmt, str::FromStr};

pub(crate) use path::Path;
pub use propose::{Proposal, propose};

macro_rules! targets {
    ($($(#[doc = $about:literal])+ $variant:ident = $name:literal;)*) => {
        /// What a column can be.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Target {
            $($(#[doc = $about])+ $variant,)*
        }

        impl Target {
            /// Each of them.
            pub const ALL: &[Target] = &[$(Target::$variant),*];

            /// Its word in a map.
            pub fn name(self) -> &'static str {
                match self {
                    $(Target::$variant => $name,)*
                }
            }

            /// What it is, as a sentence.
            pub fn about(self) -> &'static str {
                match self {
                    $(Target::$variant => concat!($($about),+).trim_ascii(),)*
                }
            }
        }
    };
}

targets! {
    /// Which episode the row is part of; without it every row is an episode
    Episode = "episode";
    /// Episodes of one task: their rewards may be compared; a long text is shortened
    Group = "group";
    /// The training step that the episode was sampled at
    Update = "update";
    /// What the team was to do
    Task = "task";
    /// The right answer
    Truth = "truth";
    /// The seed of the episode
    Seed = "seed";
    /// Who acted; without it `policy`
    Agent = "agent";
    /// Whom it told: the row is a message
    To = "to";
    /// The id of the act; without it the row's line
    Id = "id";
    /// The ids of the acts it came from; without them they are inferred from the order
    Parents = "parents";
    /// The environment's step
    Step = "step";
    /// When: seconds since the epoch (or ms, us, ns), or RFC 3339
    Time = "time";
    /// What the agent did or said
    Action = "action";
    /// llm, tool, env, plan
    Kind = "kind";
    /// What the agent observed
    Obs = "obs";
    /// What came of the action
    Result = "result";
    /// What went wrong
    Error = "error";
    /// Input tokens
    In = "in";
    /// Output tokens
    Out = "out";
    /// Log-probability of the action
    Logp = "logp";
    /// The critic's value
    Value = "value";
    /// The team's reward for the row
    Reward = "reward";
    /// The agent's own reward for the row
    Own = "own";
    /// The trainer's advantage of the row
    Advantage = "advantage";
    /// The return of the whole episode: the row ends it
    Return = "return";
    /// How the episode ended, in words or true for success: the row ends it
    Status = "status";
    /// The team's answer
    Answer = "answer";
    /// Whether the episode ends with the row
    Done = "done";
}

impl Target {
    /// Of these a map needs at least one.
    pub(crate) const MAKING: &[Target] =
        &[Target::Action, Target::Reward, Target::Own, Target::Return, Target::Status];
}

/// Where the value of a target comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A place in the row.
    Path(Path),
    /// The same in every row, as JSON text.
    Constant(String),
}

/// A source for each target that rows have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowMap {
    entries: Vec<(Target, Source)>,
}

impl RowMap {
    /// Where `target` comes from.
    pub(crate) fn source(&self, target: Target) -> Option<&Source> {
        self.entries.iter().find(|it| it.0 == target).map(|it| &it.1)
    }

    /// Whether `target` has a source.
    pub fn has(&self, target: Target) -> bool {
        self.source(target).is_some()
    }

    /// Each target with its source as it is written.
    pub fn shown(&self) -> impl Iterator<Item = (Target, String)> {
        self.entries.iter().map(|(target, source)| (*target, source.to_string()))
    }

    /// The value of `target` in a row with the fields `row`, as JSON text.
    pub(crate) fn find<'a>(
        &'a self,
        target: Target,
        row: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<&'a str> {
        match self.source(target)? {
            Source::Path(path) => path.find(row),
            Source::Constant(json) => Some(json),
        }
    }

    /// Whether the field `key` of a row is used as a whole.
    pub(crate) fn uses(&self, key: &str) -> bool {
        let used = |it: &(Target, Source)| matches!(&it.1, Source::Path(path) if path.first() == Some(key));
        self.entries.iter().any(used)
    }

    fn set(&mut self, target: Target, source: Source) {
        self.entries.push((target, source));
    }
}

/// Why a text is no map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// A part without an equals sign.
    #[error("'{0}' is not WHAT=PATH, as in reward=.score")]
    NoSource(String),
    /// Nothing after the equals sign.
    #[error("column {column}: '{name}=' has no path behind it, as in {name}=.text")]
    NoPath {
        /// What stands before it.
        name: String,
        /// Where, from 1.
        column: usize,
    },
    /// A word that is no target.
    #[error("'{0}' is none of {list}", list = Target::ALL.iter().map(|it| it.name()).collect::<Vec<_>>().join(", "))]
    UnknownTarget(String),
    /// A target has two sources.
    #[error("'{0}' is given twice")]
    Twice(&'static str),
    /// A path that cannot be read.
    #[error("'{0}': {1}")]
    Path(String, &'static str),
    /// It gives no number and no act.
    #[error("a map needs at least an action, a reward or a return")]
    Empty,
}

impl FromStr for RowMap {
    type Err = MapError;

    fn from_str(text: &str) -> Result<Self, MapError> {
        let mut map = RowMap::default();
        for part in parts(text) {
            let (name, source) = part.split_once('=').ok_or_else(|| MapError::NoSource(part.to_owned()))?;
            let (name, source) = (name.trim(), source.trim());
            let target = Target::ALL.iter().copied().find(|it| it.name() == name);
            let target = target.ok_or_else(|| MapError::UnknownTarget(name.to_owned()))?;
            if map.has(target) {
                return Err(MapError::Twice(target.name()));
            }
            if source.is_empty() {
                let column = text[..part.as_ptr() as usize - text.as_ptr() as usize].chars().count() + 1;
                let blanks = part.chars().take_while(|it| it.is_whitespace()).count();
                return Err(MapError::NoPath { name: name.to_owned(), column: column + blanks });
            }
            let source = if source.starts_with('.') {
                Source::Path(Path::parse(source).map_err(|why| MapError::Path(source.to_owned(), why))?)
            } else {
                Source::Constant(serde_json::Value::from(source).to_string())
            };
            map.set(target, source);
        }
        if Target::MAKING.iter().any(|it| map.has(*it)) { Ok(map) } else { Err(MapError::Empty) }
    }
}

/// What stands between the commas that are not in quotes.
fn parts(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let is_comma = |it: char| {
        quoted ^= it == '"';
        it == ',' && !quoted
    };
    text.split(is_comma).filter(|it| !it.trim().is_empty()).collect()
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Path(path) => path.fmt(f),
            Source::Constant(json) => f.write_str(&crate::log::string(json).unwrap_or_default()),
        }
    }
}

impl fmt::Display for RowMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (target, source)) in self.entries.iter().enumerate() {
            write!(f, "{}{}={source}", if at > 0 { "," } else { "" }, target.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
