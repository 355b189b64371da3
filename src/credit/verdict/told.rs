//! What the rollouts of a run say of the advantages that the log declares of an episode.
//!
//! It is looked at beside the verdict, as it needs the other episodes: [`Verdict::tell_advantages`] puts it where it belongs.
//! Numbers that the search confirms are checked; what contradicts them stands in the fifth part, before what only
//! differs where signs are wrong.

use std::collections::BTreeSet;

use crate::forensics::{self, Summary};
use crate::model::{Episode, Rollout};

use super::super::figure;
use super::{Against, Rung, Verdict};

/// The algorithms by whose name the numbers declared of an episode are advantages among rollouts.
pub fn group_algorithms(episode: &Episode) -> BTreeSet<&str> {
    let names = episode.declared.iter().map(|it| it.algorithm.as_str());
    names.filter(|it| forensics::is_of_group(it)).collect()
}

/// What is known of the advantages declared of an episode, by rollouts of its run.
pub fn advantages(episode: &Episode, rollouts: &[&Rollout]) -> Vec<Summary> {
    forensics::summaries(rollouts, &group_algorithms(episode), &episode.name)
}

impl Verdict {
    /// Takes over what is known of the advantages of the episode; what was known before is forgotten.
    pub fn tell_advantages(&mut self, summaries: Vec<Summary>) {
        self.against.retain(|it| !matches!(it, Against::Advantages(_)));
        for it in &summaries {
            self.tell_ground(it);
            if !it.contradicts {
                continue;
            }
            // It says why the declared numbers do not come out.
            if it.slip.is_some() {
                self.against.retain(|of| !matches!(of, Against::Refuted(check) if is_of(&check.key, it)));
            }
            let is_graver = |of: &Against| {
                matches!(of, Against::Measurement { .. })
                    || !it.is_hurt() && matches!(of, Against::Judge(_) | Against::Refuted(_))
            };
            let at = self.against.iter().take_while(|of| is_graver(of)).count();
            self.against.insert(at, Against::Advantages(Box::new(it.clone())));
        }
        self.advantages = summaries;
    }

    fn tell_ground(&mut self, it: &Summary) {
        let ground = &mut self.ground;
        let declared = matches!(ground.rung, Rung::Declared | Rung::DeclaredChecked);
        if !declared || ground.by != it.algorithm {
            return;
        }
        let among = format!("{} ({})", it.right, figure::count(it.rollouts, "rollout"));
        if it.contradicts {
            ground.rung = Rung::Declared;
            ground.checked_by = None;
            ground.refuted_by = Some(it.right.clone());
        } else if it.confirms() && ground.rung == Rung::Declared && ground.refuted_by.is_none() {
            ground.rung = Rung::DeclaredChecked;
            ground.checked_by = Some(among);
        }
    }
}

/// Whether a declared credit of this name is of the algorithm.
fn is_of(key: &str, it: &Summary) -> bool {
    key == it.algorithm || key.strip_prefix(&it.algorithm).is_some_and(|rest| rest.starts_with('#'))
}
