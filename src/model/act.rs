//! Acts: the actions and messages of an episode, the nodes of its causal graph.

use std::collections::HashSet;

use super::{ActId, AgentId, Origin, Timestamp};

/// What kind of node an act is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActKind {
    /// Something an agent did.
    Action,
    /// Something an agent told others; creditable like an action.
    Message,
}

/// One action or message.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// The logged id, or `<agent>#<n>` if the log gives none; display-safe.
    pub id: String,
    /// Action or message.
    pub kind: ActKind,
    /// Who acted; for a message, who sent it.
    pub agent: AgentId,
    /// Whom a message addresses, in logged order (`*` is expanded to all others). Empty for actions.
    pub to: Vec<AgentId>,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// When a message arrived.
    pub received: Option<Timestamp>,
    /// Environment step.
    pub step: Option<i64>,
    /// How long it took, in seconds.
    pub duration: Option<f64>,
    /// `llm`, `tool`, `env`, `plan`, ... as logged; empty if absent.
    pub category: String,
    /// One display-safe line that says what was done, in at most [`Act::LABEL_CHARS`] characters.
    pub label: String,
    /// The same for the result; empty if none was logged.
    pub result: String,
    /// What the record says went wrong (`error`), if anything.
    pub error: Option<String>,
    /// The acting policy's view of its alternatives.
    pub policy: Option<Policy>,
    /// The action taken by default, as a label.
    pub default_action: Option<String>,
    /// Tokens and cost.
    pub usage: Usage,
    /// Earlier tries under the same id, in order; all else is said of the last.
    pub attempts: Vec<Attempt>,
    /// The trace that it belongs to (`trace_id` or `trace` of its record).
    pub trace: Option<Box<str>>,
    /// Its span in that trace (`span_id`).
    pub span: Option<Box<str>>,
    /// The record.
    pub origin: Origin,
}

impl Act {
    /// The longest label kept, in characters. The payload itself is read when somebody looks at it.
    pub const LABEL_CHARS: usize = 200;

    /// `attempt 2 of 2`; `None` if there was only one.
    pub fn attempt_words(&self) -> Option<String> {
        let all = self.attempts.len() + 1;
        (all > 1).then(|| format!("attempt {all} of {all}"))
    }

    /// Whether something went wrong in it, in its last try or an earlier one.
    pub fn has_error(&self) -> bool {
        self.error_words().is_some()
    }

    /// What went wrong: in its last try, or else in the last of the earlier ones in which something did.
    pub fn error_words(&self) -> Option<&str> {
        let earlier = || self.attempts.iter().rev().find_map(|it| it.error.as_deref());
        self.error.as_deref().or_else(earlier)
    }

    /// Whether the log says two things of what was taken: `policy.chosen` is another action, and the action itself is
    /// one of the alternatives. A name of its own for what was chosen, such as a number, is no contradiction.
    pub fn is_contradicted(&self) -> bool {
        let Some(policy) = &self.policy else { return false };
        let is_another = policy.chosen.as_ref().is_some_and(|it| *it != self.label);
        is_another && policy.probs.iter().chain(&policy.q).any(|it| it.0 == self.label)
    }

    /// The action taken, as its alternatives write it: what the policy chose, or else the action itself.
    pub fn taken_label(&self) -> &str {
        self.policy.as_ref().and_then(|it| it.chosen.as_deref()).unwrap_or(&self.label)
    }
}

/// An earlier try of an action, with what it cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    /// What was done, as in [`Act::label`].
    pub label: String,
    /// What came of it.
    pub result: String,
    /// What went wrong.
    pub error: Option<String>,
    /// How long it took, in seconds.
    pub duration: Option<f64>,
    /// Tokens and cost.
    pub usage: Usage,
    /// When.
    pub time: Option<Timestamp>,
    /// The record.
    pub origin: Origin,
}

/// The acting policy's own numbers at one action. Keys are action labels, in logged order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// Which policy acted.
    pub id: Option<String>,
    /// The label of the action taken.
    pub chosen: Option<String>,
    /// Probability of each alternative.
    pub probs: Vec<(String, f64)>,
    /// Value of each alternative, in reward units.
    pub q: Vec<(String, f64)>,
    /// V(h), in reward units.
    pub value: Option<f64>,
    /// Log-probability of the action taken.
    pub logp: Option<f64>,
    /// What `q` and `value` estimate; `None`: what the episode says.
    pub value_of: Option<ValueOf>,
}

/// What a value that a model states estimates: V(h) and q of a critic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ValueOf {
    /// The rewards from here on, as PPO and MAPPO log it (Schulman et al. 2016, section 2).
    #[default]
    ToCome,
    /// The return of the whole episode, with what was already received.
    Episode,
}

impl ValueOf {
    /// The word in a log.
    pub fn word(self) -> &'static str {
        match self {
            ValueOf::ToCome => "to_come",
            ValueOf::Episode => "episode",
        }
    }

    /// What a word of a log means.
    pub fn of_word(word: &str) -> Option<Self> {
        [ValueOf::ToCome, ValueOf::Episode].into_iter().find(|it| it.word() == word)
    }
}

/// What an act cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Input tokens.
    pub input: Option<u64>,
    /// Output tokens.
    pub output: Option<u64>,
    /// Cost in the log's currency.
    pub cost: Option<f64>,
}

impl Usage {
    /// Input plus output tokens, if either is known.
    pub fn tokens(&self) -> Option<u64> {
        match (self.input, self.output) {
            (None, None) => None,
            (input, output) => Some(input.unwrap_or(0) + output.unwrap_or(0)),
        }
    }
}

/// Whether a causal link was logged or guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// In the record's `parents`.
    Logged,
    /// From the order of acts, because the record has no `parents`. Drawn dashed.
    Inferred,
}

/// A causal link, seen from one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The act at the other end.
    pub act: ActId,
    /// Logged or inferred.
    pub kind: LinkKind,
}

/// The causal links of an episode: parents and children of each act, as compressed rows.
///
/// Acyclic: whoever builds this leaves out a link that would close a cycle, and lists it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Links {
    parents: Rows,
    children: Rows,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Rows {
    starts: Vec<u32>,
    links: Vec<Link>,
}

impl Rows {
    fn new(rows: &[Vec<Link>]) -> Self {
        let mut starts = Vec::with_capacity(rows.len() + 1);
        let mut links = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        starts.push(0);
        for row in rows {
            links.extend_from_slice(row);
            starts.push(links.len() as u32);
        }
        Self { starts, links }
    }

    /// Adds a link at the end of the row of `act`; later rows move.
    fn insert(&mut self, act: ActId, link: Link) {
        let end = act.index() + 1;
        self.links.insert(self.starts[end] as usize, link);
        self.starts[end..].iter_mut().for_each(|it| *it += 1);
    }

    fn get(&self, act: ActId) -> &[Link] {
        match (self.starts.get(act.index()), self.starts.get(act.index() + 1)) {
            (Some(&from), Some(&to)) => &self.links[from as usize..to as usize],
            _ => &[],
        }
    }
}

impl Links {
    /// From the parents of each act, one row per act in id order; duplicates within a row are dropped.
    pub fn from_parents(mut parents: Vec<Vec<Link>>) -> Self {
        let mut children = vec![Vec::new(); parents.len()];
        // For each act, the last act that was found to have it as a parent.
        let mut parent_of = vec![usize::MAX; parents.len()];
        for (child, row) in parents.iter_mut().enumerate() {
            row.retain(|link| std::mem::replace(&mut parent_of[link.act.index()], child) != child);
            for link in row.iter() {
                children[link.act.index()].push(Link { act: ActId::from_index(child), kind: link.kind });
            }
        }
        Self { parents: Rows::new(&parents), children: Rows::new(&children) }
    }

    /// Adds an act after all others, with its parents. Drops duplicate parents.
    pub fn push(&mut self, mut parents: Vec<Link>) {
        let act = ActId::from_index(self.parents.starts.len().saturating_sub(1));
        let mut seen = HashSet::new();
        parents.retain(|link| seen.insert(link.act));
        for rows in [&mut self.parents, &mut self.children] {
            // An episode without acts may have no rows at all.
            if rows.starts.is_empty() {
                rows.starts.push(0);
            }
            rows.starts.push(rows.links.len() as u32);
        }
        for link in &parents {
            self.children.insert(link.act, Link { act, kind: link.kind });
        }
        self.parents.links.extend_from_slice(&parents);
        if let Some(end) = self.parents.starts.last_mut() {
            *end = self.parents.links.len() as u32;
        }
    }

    /// What `act` came from, in logged order.
    pub fn parents(&self, act: ActId) -> &[Link] {
        self.parents.get(act)
    }

    /// What came of `act`, in order of time.
    pub fn children(&self, act: ActId) -> &[Link] {
        self.children.get(act)
    }

    /// An act with all its causes and all its effects, ascending. Takes O(links of these) and one look at
    /// each act.
    pub fn through(&self, act: ActId) -> Vec<ActId> {
        let acts = self.parents.starts.len().saturating_sub(1).max(act.index() + 1);
        let mut seen = vec![false; acts];
        let mut count = 1;
        seen[act.index()] = true;
        for rows in [&self.parents, &self.children] {
            let mut todo = vec![act];
            while let Some(at) = todo.pop() {
                for link in rows.get(at) {
                    if !std::mem::replace(&mut seen[link.act.index()], true) {
                        count += 1;
                        todo.push(link.act);
                    }
                }
            }
        }
        let mut found = Vec::with_capacity(count);
        found.extend(seen.iter().enumerate().filter(|it| *it.1).map(|it| ActId::from_index(it.0)));
        found
    }

    /// Number of links.
    pub fn len(&self) -> usize {
        self.parents.links.len()
    }

    /// Whether no act has a parent.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
