//! A record: the common fields and one of ten bodies.

use super::{
    Action, Counterfactual, Credit, EpisodeEnd, EpisodeStart, Message, Metric, Payload, Reward, Run, State,
};
use crate::model::Timestamp;

macro_rules! record_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, required $required:expr;)*) => {
        /// The kinds of record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RecordType {
            $($(#[$doc])* $variant,)*
            /// A kind this version does not know: kept, counted and shown.
            Unknown,
        }

        impl RecordType {
            /// The known kinds, in the order of the format's table.
            pub const KNOWN: [RecordType; 10] = [$(RecordType::$variant),*];

            /// The word in `type`; `unknown` for [`RecordType::Unknown`].
            pub fn name(self) -> &'static str {
                match self {
                    $(RecordType::$variant => $name,)*
                    RecordType::Unknown => "unknown",
                }
            }

            /// The kind that `name` stands for.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => RecordType::$variant,)*
                    _ => RecordType::Unknown,
                }
            }

            /// The fields a writer must give, besides `type`.
            pub fn required(self) -> &'static [&'static str] {
                match self {
                    $(RecordType::$variant => &$required,)*
                    RecordType::Unknown => &[],
                }
            }
        }
    };
}

record_types! {
    /// What was run, and by whom.
    Run = "run", required ["credit_log"];
    /// An episode begins.
    EpisodeStart = "episode_start", required ["episode"];
    /// An agent acted.
    Action = "action", required ["episode", "agent"];
    /// An agent told others something.
    Message = "message", required ["episode", "from", "to"];
    /// A state, or a change of it.
    State = "state", required ["episode", "scope"];
    /// A reward arrived.
    Reward = "reward", required ["episode", "value"];
    /// Somebody assigned credit.
    Credit = "credit", required ["episode", "algorithm"];
    /// What would have happened otherwise.
    Counterfactual = "counterfactual", required ["episode", "kind"];
    /// Numbers about the system.
    Metric = "metric", required ["values"];
    /// An episode ended.
    EpisodeEnd = "episode_end", required ["episode"];
}

/// One record of the native log.
///
/// Fields that the format does not know are kept in [`Record::extra`]; inside nested objects (a roster entry,
/// a candidate, `usage`) they stay in the line itself but not in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The episode, an integer id as its text; `None` only where the type allows it.
    pub episode: Option<String>,
    /// The id, unique in the episode.
    pub id: Option<String>,
    /// When it was written.
    pub ts: Option<Timestamp>,
    /// The writer's counter.
    pub seq: Option<i64>,
    /// Environment step.
    pub step: Option<i64>,
    /// What the record says.
    pub body: Body,
    /// Top-level fields the format does not know, in logged order.
    pub extra: Vec<(String, Payload)>,
}

impl Record {
    /// A record without common fields.
    pub fn new(body: Body) -> Self {
        Self { episode: None, id: None, ts: None, seq: None, step: None, body, extra: Vec::new() }
    }

    /// The kind of record.
    pub fn record_type(&self) -> RecordType {
        match &self.body {
            Body::Run(_) => RecordType::Run,
            Body::EpisodeStart(_) => RecordType::EpisodeStart,
            Body::Action(_) => RecordType::Action,
            Body::Message(_) => RecordType::Message,
            Body::State(_) => RecordType::State,
            Body::Reward(_) => RecordType::Reward,
            Body::Credit(_) => RecordType::Credit,
            Body::Counterfactual(_) => RecordType::Counterfactual,
            Body::Metric(_) => RecordType::Metric,
            Body::EpisodeEnd(_) => RecordType::EpisodeEnd,
            Body::Unknown { .. } => RecordType::Unknown,
        }
    }

    /// The word in `type`, as written.
    pub fn type_name(&self) -> &str {
        match &self.body {
            Body::Unknown { type_name } => type_name,
            _ => self.record_type().name(),
        }
    }

    /// The acts that an action or message says it came from; `None` if it does not say, or is neither.
    pub fn parents(&self) -> Option<&[String]> {
        match &self.body {
            Body::Action(it) => it.parents.as_deref(),
            Body::Message(it) => it.parents.as_deref(),
            _ => None,
        }
    }

    /// Who acted: `agent`, or `from` of a message.
    pub fn agent(&self) -> Option<&str> {
        match &self.body {
            Body::Action(it) => Some(&it.agent),
            Body::Message(it) => Some(&it.from),
            Body::Reward(it) => it.agent.as_deref(),
            Body::Counterfactual(it) => it.agent.as_deref(),
            Body::Metric(it) => it.agent.as_deref(),
            Body::Unknown { .. }
            | Body::Run(_)
            | Body::EpisodeStart(_)
            | Body::State(_)
            | Body::Credit(_)
            | Body::EpisodeEnd(_) => None,
        }
    }
}

/// What a record says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// `run`
    Run(Run),
    /// `episode_start`
    EpisodeStart(EpisodeStart),
    /// `action`
    Action(Box<Action>),
    /// `message`
    Message(Message),
    /// `state`
    State(State),
    /// `reward`
    Reward(Reward),
    /// `credit`
    Credit(Credit),
    /// `counterfactual`
    Counterfactual(Box<Counterfactual>),
    /// `metric`
    Metric(Metric),
    /// `episode_end`
    EpisodeEnd(EpisodeEnd),
    /// A type this version does not know; its fields are in [`Record::extra`].
    Unknown {
        /// The word in `type`.
        type_name: String,
    },
}
