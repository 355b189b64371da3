//! The acts that tell what happened around the act to blame: its causes, itself, its effects, what else costs much, what went
//! wrong, and what was rewarded, in order of time.

use crate::model::{ActId, Episode, LinkKind};

/// The most acts of each kind.
const BLAMED: usize = 8;
const CAUSES: usize = 3;
const EFFECTS: usize = 4;
const ERRORS: usize = 3;
const REWARDED: usize = 2;

/// The story around the first of `culprits`, ascending; empty without one.
pub fn story(episode: &Episode, culprits: &[ActId]) -> Vec<ActId> {
    let Some(main) = culprits.first().copied() else { return Vec::new() };
    let mut acts: Vec<ActId> = culprits.iter().take(BLAMED).copied().collect();
    acts.extend(nearest(episode, main, true, CAUSES));
    acts.extend(nearest(episode, main, false, EFFECTS));
    let later = episode.act_ids().skip(main.index());
    acts.extend(later.filter(|it| episode.act(*it).has_error()).take(ERRORS));
    let rewarded = episode.rewards.iter().flat_map(|it| it.of.last());
    acts.extend(rewarded.take(REWARDED).copied());
    acts.extend(episode.act_ids().next_back());
    acts.sort_unstable();
    acts.dedup();
    acts
}

/// The causes of an act, or its effects: those that are logged before those that are inferred, the nearest in time first.
fn nearest(episode: &Episode, act: ActId, is_cause: bool, most: usize) -> Vec<ActId> {
    let links = &episode.links;
    let mut links = if is_cause { links.parents(act) } else { links.children(act) }.to_vec();
    links.sort_by_key(|it| (it.kind != LinkKind::Logged, it.act.0.abs_diff(act.0)));
    links.into_iter().take(most).map(|it| it.act).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::tests::FAILED, runtime::test_program::TestProgram};

    fn names(culprits: &[usize]) -> Vec<String> {
        let program = TestProgram::of(FAILED);
        let episode = &program.episode().episode;
        let culprits: Vec<ActId> = culprits.iter().map(|it| ActId::from_index(*it)).collect();
        story(episode, &culprits).into_iter().map(|it| episode.act(it).id.clone()).collect()
    }

    #[test]
    fn it_goes_from_the_causes_over_the_act_to_the_end() {
        assert_eq!(names(&[]), [""; 0]);
        // m1 caused a2, which caused m2; a=4 is last and what the reward is for.
        assert_eq!(names(&[2]), ["m1", "a2", "m2", "a=4"]);
        // What else is to blame is part of it.
        assert_eq!(names(&[2, 0]), ["a1", "m1", "a2", "m2", "a=4"]);
    }
}
