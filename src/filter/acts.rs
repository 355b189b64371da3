//! Filters on the acts of an episode.

use super::{Filter, Test};
use crate::{
    log::RecordType,
    model::{ActId, ActKind, Episode, Origin},
};

/// For every act of an episode the types of the records that are it or about it.
#[derive(Clone, Debug, Default)]
pub struct ActTypes(Vec<u16>);

impl ActTypes {
    /// Of `episode`.
    pub fn of(episode: &Episode) -> Self {
        let mut types = Self(vec![0; episode.acts.len()]);
        for id in episode.act_ids() {
            types.add(
                id,
                match episode.act(id).kind {
                    ActKind::Action => RecordType::Action,
                    ActKind::Message => RecordType::Message,
                },
            );
        }
        let rewarded = episode.rewards.iter().flat_map(|it| &it.of);
        rewarded.for_each(|it| types.add(*it, RecordType::Reward));
        let after = episode.states.iter().flat_map(|it| &it.after);
        after.for_each(|it| types.add(*it, RecordType::State));
        let judged = episode.labels.iter().filter_map(|it| it.act);
        let credited = episode.declared.iter().flat_map(|it| &it.items).filter_map(|it| it.act);
        judged.chain(credited).for_each(|it| types.add(it, RecordType::Credit));
        let replayed = episode.replays.iter().filter_map(|it| it.act);
        // What the policy says of its alternatives stands in the act's own record.
        let elsewhere = |act: ActId, it: Origin| it != episode.act(act).origin;
        let valued = episode.tables.iter();
        let valued = valued.filter(|it| it.alternatives.iter().any(|other| elsewhere(it.act, other.origin)));
        let valued = valued.map(|it| it.act);
        replayed.chain(valued).for_each(|it| types.add(it, RecordType::Counterfactual));
        types
    }

    fn add(&mut self, act: ActId, kind: RecordType) {
        if let Some(types) = self.0.get_mut(act.index()) {
            *types |= 1 << kind as u16;
        }
    }

    fn words(&self, act: ActId) -> impl Iterator<Item = &'static str> {
        let types = self.0.get(act.index()).copied().unwrap_or(0);
        RecordType::KNOWN.into_iter().filter(move |it| types & 1 << *it as u16 != 0).map(RecordType::name)
    }
}

impl Filter {
    /// Whether an act is listed. `has_text`: whether its record matches, for a filter about what records hold.
    /// A filter about episodes lists every act.
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
            Test::Text(_) => has_text,
            Test::Status(_) | Test::Reward(_) => return true,
        };
        holds != self.negated
    }
}
