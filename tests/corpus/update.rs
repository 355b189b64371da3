//! The program without a terminal under any messages in any order: it survives, and its cursors stay on
//! something that exists.

use std::{collections::VecDeque, sync::Arc};

use creditscope::{
    app::{ActOrder, CreditJob, Effect, Key, KeyCode, Message, Model, RequestId, Screen, keymap, update},
    graph::Charset,
    model::{ActId, EpisodeId, Links, LogSummary, Origin},
    runtime::Headless,
    store::Pass,
};

use super::{logs::read, script::Script};

/// A message, without the parts that are expensive to make.
#[derive(Clone, Debug)]
pub enum Step {
    /// The key at this place of the table, counted around its end.
    Bound(usize),
    /// A character; DEL is the backspace key.
    Typed(char),
    /// Keys one after the other, as in [`Headless::keys`]: a search or a filter, typed to its end.
    Line(&'static str),
    /// The terminal has another size.
    Resize(u16, u16),
    /// The log with this many of its episodes.
    Log {
        /// How many of them.
        episodes: usize,
        /// Whether it is followed.
        following: bool,
        /// Whether the first pass has ended.
        loaded: bool,
    },
    /// An episode as it stands, grown or shrunk.
    Episode {
        /// Which.
        id: u32,
        /// How many of its acts are there.
        acts: usize,
    },
    /// An episode cannot be read.
    Lost(u32),
    /// The answer to a question that nobody asks any more.
    Stale(u64),
    /// A record cannot be read: the one asked for, or another.
    Payload(bool),
    /// The time asked for has come.
    Wake,
    /// A copy was made, or not.
    Copied(bool),
    /// Whether what is asked from now on is answered.
    Answers(bool),
}

/// Characters that mean something in a form or in front of a motion.
const TYPED: [char; 12] = ['0', '7', '9', '.', '-', 'e', '\u{7f}', ' ', 'x', 'é', '\u{1f600}', '\u{202e}'];

/// Searches and filters, good and bad, and what one does with them.
pub const LINES: [&str; 16] = [
    "/a\n",
    "/coder|b2\n",
    "/\"type\":\"re\n",
    "/e",
    "/(\n",
    "/\u{1b}",
    "nnN",
    "Ljj\n",
    "fagent=a*,coder\n",
    "f!/red|e/\n",
    "fstatus=open,failure\n",
    "ftype=reward\n",
    "f!kind=action\n",
    "freward<0\n",
    "F d",
    "f\t\t\n",
];

/// Logs to be looked at: every kind of data, and one that is odd.
const LOGS: [&str; 4] = [
    include_str!("../../sample-logs/truth-xor.jsonl"),
    include_str!("../../sample-logs/truth-delayed.jsonl"),
    include_str!("../../sample-logs/truth-saboteur.jsonl"),
    include_str!("logs/odd.jsonl"),
];

/// Runs the steps that `input` spells.
pub fn run(input: &[u8]) {
    let mut script = Script::new(input);
    let mut run = Run::of(LOGS[usize::from(script.below(4))]);
    for _ in 0..60 {
        if script.is_over() {
            break;
        }
        let step = step(&mut script);
        run.apply(&step);
    }
}

fn step(script: &mut Script<'_>) -> Step {
    match script.below(46) {
        0..=19 => Step::Bound(usize::from(script.byte())),
        20..=25 => Step::Typed(char::from(script.byte())),
        26..=29 => Step::Typed(TYPED[usize::from(script.below(12))]),
        30 | 31 => Step::Resize(u16::from(script.byte()), u16::from(script.below(70))),
        32 | 33 => Step::Log {
            episodes: usize::from(script.below(3)),
            following: script.below(2) == 1,
            loaded: script.below(2) == 1,
        },
        34 | 35 => Step::Episode { id: u32::from(script.below(3)), acts: usize::from(script.below(9)) },
        36 => Step::Lost(u32::from(script.below(3))),
        37 => Step::Stale(u64::from(script.below(20))),
        38 => Step::Payload(script.below(2) == 1),
        39 => Step::Wake,
        40 => Step::Copied(script.below(2) == 1),
        41..=44 => Step::Line(LINES[usize::from(script.below(16))]),
        _ => Step::Answers(script.below(2) == 1),
    }
}

/// A model, the log behind it, and somebody who sends messages.
pub struct Run {
    /// The program.
    pub headless: Headless,
    /// Whether what is asked for is answered.
    answers: bool,
}

impl Run {
    /// Opens the log in `text` on a terminal of 80 columns and 24 rows.
    pub fn of(text: &str) -> Self {
        let (_, logs) = read(text.as_bytes(), Pass::Headers);
        let model = Model::new(vec!["log.jsonl".to_owned()], Charset::Unicode);
        Self { headless: Headless::new(model, logs, 80, 24), answers: true }
    }

    /// The state.
    pub fn model(&self) -> &Model {
        &self.headless.model
    }

    /// Sends a message; asserts that the state is sound afterwards.
    pub fn apply(&mut self, step: &Step) {
        if let Step::Answers(answers) = step {
            self.answers = *answers;
        } else if let Step::Line(keys) = step {
            for key in keys.chars() {
                self.send(Message::Key(Headless::key(key)));
            }
        } else if let Some(message) = self.message(step) {
            self.send(message);
        }
        sound(self.model());
    }

    fn send(&mut self, message: Message) {
        let mut messages = VecDeque::from([message]);
        while let Some(message) = messages.pop_front() {
            for effect in update(&mut self.headless.model, message) {
                if self.answers && !is_endless(&effect) {
                    messages.extend(self.headless.answer(&effect));
                }
            }
        }
    }

    fn message(&mut self, step: &Step) -> Option<Message> {
        Some(match step {
            Step::Bound(index) => {
                let keys: Vec<Key> = keymap::bound_keys().map(|it| it.0).collect();
                Message::Key(keys[index % keys.len()])
            }
            Step::Typed('\u{7f}') => Message::Key(Key::named(KeyCode::Backspace)),
            Step::Typed(c) => Message::Key(Key::char(*c)),
            Step::Resize(columns, rows) => Message::Resize(*columns, *rows),
            Step::Log { episodes, following, loaded } => {
                let summary = self.headless.logs.store.summary();
                let shown = summary.episodes.iter().take(*episodes).cloned().collect();
                let (following, loaded) = (*following, *loaded);
                Message::Log(LogSummary { episodes: Arc::new(shown), following, loaded, ..summary })
            }
            Step::Episode { id, acts } => {
                let store = &self.headless.logs.store;
                let of = EpisodeId::from_index(*id as usize % store.episode_count().max(1));
                let mut shorter = store.episode(of).ok()?;
                let all = *acts >= shorter.acts.len();
                shorter.acts = shorter.acts.range(0..*acts).cloned().collect();
                if !all {
                    let fits = |it: &ActId| it.index() < *acts;
                    shorter.tables.clear();
                    shorter.labels.clear();
                    shorter.replays.clear();
                    shorter.declared.clear();
                    shorter.rewards.iter_mut().for_each(|it| it.of.retain(fits));
                    shorter.states.iter_mut().for_each(|it| it.after.retain(fits));
                    shorter.links = Links::from_parents(vec![Vec::new(); shorter.acts.len()]);
                }
                Message::Episode { id: EpisodeId(*id), revision: *acts as u64, result: Ok(shorter.into()) }
            }
            Step::Lost(id) => {
                Message::Episode { id: EpisodeId(*id), revision: 0, result: Err("gone".to_owned()) }
            }
            Step::Stale(request) => {
                let open = self.model().open.as_ref()?;
                let analysis = open.logged.get()?.clone();
                let request = RequestId(*request);
                if open.logged.awaits(request) || open.edited.awaits(request) {
                    return None;
                }
                Message::worked::<CreditJob>(request, (*analysis).clone())
            }
            Step::Payload(pending) => {
                let asked = self.model().open.as_ref().and_then(|it| it.detail.pending);
                let origin = asked.filter(|_| *pending).unwrap_or_default();
                Message::Payload { origin, result: Err("no".to_owned()) }
            }
            Step::Wake => Message::Wake,
            Step::Copied(true) => Message::Copied { file: Ok("/tmp/x".to_owned()), sent: true },
            Step::Copied(false) => Message::Copied { file: Err("no".to_owned()), sent: false },
            Step::Answers(_) | Step::Line(_) => return None,
        })
    }
}

/// Whether the answer draws more permutations than a test has time for: keys may ask for a billion.
fn is_endless(effect: &Effect) -> bool {
    let Effect::Work { job, .. } = effect else { return false };
    let asked = job.get::<CreditJob>().and_then(|it| it.scenario.params.get("permutations"));
    asked.is_some_and(|it| it.get() > MOST_PERMUTATIONS)
}

/// So many permutations are drawn where keys ask for them.
const MOST_PERMUTATIONS: f64 = 10_000.0;

/// Cursors point at what is there.
fn sound(model: &Model) {
    assert!(model.row < model.log.episodes.len().max(1), "row {}", model.row);
    let all = model.log.episodes.len();
    assert!((0..model.list.len(all)).all(|it| model.list.episode_at(it) < all));
    assert!(model.prompt.as_ref().is_none_or(|it| it.text.is_char_boundary(it.at)));
    assert!(model.search.hits.is_sorted_by_key(creditscope::search::Hit::key));
    let Some(open) = &model.open else {
        // Two episodes may be compared before one was opened.
        assert!(matches!(model.screen, Screen::Episodes | Screen::Compare), "{:?}", model.screen);
        return;
    };
    let (agents, acts) = (open.episode.agents.len(), open.episode.acts.len());
    assert!(open.agent.index() < agents.max(1));
    assert_eq!(open.act.is_some(), acts > 0);
    assert!(open.act.is_none_or(|it| it.index() < acts));
    assert!(open.timeline_acts().to_vec().iter().all(|it| it.index() < acts));
    let listed = open.episode.act_ids().filter(|it| open.listed.holds(*it)).count();
    assert!(open.act_order().len() == listed || open.acts_in() == ActOrder::Story);
    assert_eq!(open.agent_order().len(), agents);
    assert!(open.listed.is_filtered() || listed == acts);
    assert!(open.found.acts.iter().all(|it| it.index() < acts));
    assert!(open.detail.pending.is_none_or(|it| it != Origin::default() || acts > 0));
}
