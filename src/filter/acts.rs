//! Filters on the acts of an episode.

use super::{Filter, Test};
use crate::{
    log::RecordType,
    model::{ActId, ActKind, Episode, Origin},
};

/// For every act of an episode, the types of the record that is the act and of the records about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActTypes(Vec<u16>);

impl ActTypes {
    /// Of `episode`.
    pub fn of(episode: &Episode) -> Self {
        let mut types = Self::default();
        types.grow(episode, 0, 0);
        let after = episode.states.iter().flat_map(|it| &it.after);
        after.for_each(|it| {
            types.add(*it, RecordType::State);
        });
        let judged = episode.labels.iter().filter_map(|it| it.act);
        let credited = episode.declared.iter().flat_map(|it| &it.items).filter_map(|it| it.act);
        judged.chain(credited).for_each(|it| {
            types.add(it, RecordType::Credit);
        });
        let replayed = episode.replays.iter().filter_map(|it| it.act);
        // The alternatives that the policy lists stand in the act's own record.
        let elsewhere = |act: ActId, it: Origin| it != episode.act(act).origin;
        let valued = episode.tables.iter();
        let valued = valued.filter(|it| it.alternatives.iter().any(|other| elsewhere(it.act, other.origin)));
        let valued = valued.map(|it| it.act);
        replayed.chain(valued).for_each(|it| {
            types.add(it, RecordType::Counterfactual);
        });
        types
    }

    /// Adds the acts and rewards appended to `episode` after its first `acts` acts and `rewards` rewards.
    /// Returns those of the first acts whose types this changes.
    pub fn grow(&mut self, episode: &Episode, acts: usize, rewards: usize) -> Vec<ActId> {
        self.0.resize(episode.acts.len(), 0);
        for id in episode.act_ids().skip(acts) {
            let own = match episode.act(id).kind {
                ActKind::Action => RecordType::Action,
                ActKind::Message => RecordType::Message,
            };
            self.add(id, own);
        }
        let rewarded = episode.rewards.range(rewards..usize::MAX).flat_map(|it| &it.of).copied();
        rewarded.filter(|it| self.add(*it, RecordType::Reward) && it.index() < acts).collect()
    }

    /// `false`: it was there already.
    fn add(&mut self, act: ActId, kind: RecordType) -> bool {
        let Some(types) = self.0.get_mut(act.index()) else { return false };
        let before = *types;
        *types |= 1 << kind as u16;
        *types != before
    }

    fn words(&self, act: ActId) -> impl Iterator<Item = &'static str> {
        let types = self.0.get(act.index()).copied().unwrap_or(0);
        RecordType::KNOWN.into_iter().filter(move |it| types & 1 << *it as u16 != 0).map(RecordType::name)
    }
}

impl Filter {
    /// Whether an act is listed. `has_text` says whether its record matches; filters about what records hold
    /// ask it. A filter about episodes lists every act.
    pub fn passes_act(&self, episode: &Episode, types: &ActTypes, act: ActId, has_text: bool) -> bool {
        let it = episode.act(act);
        let holds = match &self.test {
            Test::Agent(words) => words.hold(&episode.agent(it.agent).name),
            Test::Type(words) => types.words(act).any(|it| words.hold(it)),
            Test::Kind(words) => words.hold(match it.kind {
                ActKind::Message => "message",
                ActKind::Action if it.category.is_empty() => "action",
                ActKind::Action => &it.category,
            }),
            Test::Error => it.has_error(),
            Test::Text(_) => has_text,
            Test::Status(_) | Test::Reward(_) => return true,
        };
        holds != self.negated
    }
}
