//! `update` survives any messages in any order, and its cursors stay on what there is.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::*;
use crate::{
    app::action::BINDINGS,
    model::{EpisodeId, Origin},
};

/// A message, without the parts that are expensive to make.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The key in this place of the table.
    Bound(prop::sample::Index),
    Typed(char),
    Resize(u16, u16),
    /// The log with this many of its episodes.
    Log {
        episodes: usize,
        following: bool,
        loaded: bool,
    },
    /// An episode as it stands, grown, shrunk or lost.
    Episode {
        id: u32,
        acts: usize,
    },
    Lost(u32),
    Stale(u64),
    Payload(bool),
    Wake,
    Copied(bool),
    /// What is asked for from now on is answered, or not yet.
    Answers(bool),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => any::<prop::sample::Index>().prop_map(Step::Bound),
        6 => prop::char::any().prop_map(Step::Typed),
        4 => prop::sample::select(vec!['0', '7', '9', '.', '-', 'e', '\u{7f}']).prop_map(Step::Typed),
        2 => (0..220_u16, 0..70_u16).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        2 => (0..3_usize, any::<bool>(), any::<bool>())
            .prop_map(|(episodes, following, loaded)| Step::Log { episodes, following, loaded }),
        2 => (0..3_u32, 0..9_usize).prop_map(|(id, acts)| Step::Episode { id, acts }),
        1 => (0..3_u32).prop_map(Step::Lost),
        1 => (0..20_u64).prop_map(Step::Stale),
        1 => any::<bool>().prop_map(Step::Payload),
        2 => Just(Step::Wake),
        1 => any::<bool>().prop_map(Step::Copied),
        2 => any::<bool>().prop_map(Step::Answers),
    ]
}

/// The log that all cases share: it is only read.
static LOG: LazyLock<String> = LazyLock::new(|| format!("{FAILED}{OPEN}"));

pub(crate) struct Run {
    pub(crate) stage: Stage,
    /// Whether what is asked for is answered.
    answers: bool,
}

impl Run {
    pub(crate) fn new() -> Self {
        Self { stage: Stage::of(&LOG), answers: true }
    }

    pub(crate) fn apply(&mut self, step: &Step) {
        let message = match step {
            Step::Bound(index) => {
                let keys: Vec<Key> = BINDINGS.iter().flat_map(|it| it.keys.iter().copied()).collect();
                Message::Key(*index.get(&keys))
            }
            Step::Typed('\u{7f}') => Message::Key(Key::named(KeyCode::Backspace)),
            Step::Typed(c) => Message::Key(Key::char(*c)),
            Step::Resize(columns, rows) => Message::Resize(*columns, *rows),
            Step::Log { episodes, following, loaded } => {
                let summary = self.stage.log(*following);
                let shown = summary.episodes.iter().take(*episodes).cloned().collect();
                Message::Log(LogSummary { episodes: Arc::new(shown), loaded: *loaded, ..summary })
            }
            Step::Episode { id, acts } => {
                let kept = self.stage.rehearsal.logs.store.episode(EpisodeId(id % 2)).unwrap();
                let mut shorter = kept.clone();
                shorter.acts.truncate(*acts);
                let fits = |it: &crate::model::ActId| it.index() < shorter.acts.len();
                let all = shorter.acts.len() == kept.acts.len();
                if !all {
                    shorter.tables.clear();
                    shorter.labels.clear();
                    shorter.replays.clear();
                    shorter.rewards.iter_mut().for_each(|it| it.of.retain(fits));
                    let alone = vec![Vec::new(); shorter.acts.len()];
                    shorter.links = crate::model::Links::from_parents(alone);
                }
                let result = Ok(Arc::new(shorter));
                Message::Episode { id: EpisodeId(*id), revision: *acts as u64, result }
            }
            Step::Lost(id) => {
                Message::Episode { id: EpisodeId(*id), revision: 0, result: Err("gone".to_owned()) }
            }
            Step::Stale(request) => {
                let Some(open) = &self.stage.model().open else { return };
                let Some(analysis) = open.logged.clone() else { return };
                if open.requests.0 == Some(*request) || open.requests.1 == Some(*request) {
                    return;
                }
                Message::Analysis { request: *request, result: Box::new((*analysis).clone()) }
            }
            Step::Payload(pending) => {
                let asked = self.stage.model().open.as_ref().and_then(|it| it.detail.pending);
                let origin = asked.filter(|_| *pending).unwrap_or_default();
                Message::Payload { origin, result: Err("no".to_owned()) }
            }
            Step::Wake => Message::Wake,
            Step::Copied(true) => Message::Copied(Ok("/tmp/x".to_owned())),
            Step::Copied(false) => Message::Copied(Err("no".to_owned())),
            Step::Answers(answers) => {
                self.answers = *answers;
                return;
            }
        };
        if self.answers {
            self.stage.send(message);
        } else {
            update(self.stage.model_mut(), message);
        }
        check_sound(self.stage.model());
    }
}

/// Cursors point at what is there.
fn check_sound(model: &Model) {
    assert!(model.row < model.log.episodes.len().max(1), "row {}", model.row);
    let Some(open) = &model.open else {
        assert_eq!(model.screen, Screen::Episodes);
        return;
    };
    let (agents, acts) = (open.episode.agents.len(), open.episode.acts.len());
    assert!(open.agent.index() < agents.max(1));
    assert_eq!(open.act.is_some(), acts > 0);
    assert!(open.act.is_none_or(|it| it.index() < acts));
    assert!(open.timeline_acts().iter().all(|it| it.index() < acts));
    assert!(open.act_order().len() == acts && open.agent_order().len() == agents);
    assert!(open.detail.pending.is_none_or(|it| it != Origin::default() || acts > 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn update_survives_any_messages(steps in proptest::collection::vec(step(), 1..60)) {
        let mut run = Run::new();
        for step in &steps {
            run.apply(step);
        }
    }
}
