//! The plan of alternatives: what an act was worth beside what else could have been done there.

use std::collections::HashSet;

use crate::{
    log::Payload,
    model::{Act, ActId, Episode},
};

/// One thing to do at an act.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its number in the group.
    pub j: i64,
    /// As shown.
    pub label: String,
    /// The action as JSON; `null` is the null action.
    pub action: Payload,
    /// Whether it is what was done.
    pub is_real: bool,
    /// Runs that the log has.
    pub logged: u32,
}

/// What is to be run at one act.
#[derive(Clone, Debug)]
pub struct AlternativesPlan {
    /// The act.
    pub act: ActId,
    /// The name of the group that the results belong to.
    pub group: String,
    /// What was done first, then the others.
    pub choices: Vec<Choice>,
}

impl AlternativesPlan {
    /// The alternatives of `act` that the log knows (its policy's, its default, those of its replays) and `tried`. `payload`
    /// gives the action as it was logged under a label, where that is known.
    ///
    /// # Errors
    /// The log names no other action, and none is given.
    pub fn of(
        episode: &Episode,
        act: ActId,
        tried: &[Payload],
        payload: impl Fn(&str) -> Option<Payload>,
    ) -> Result<Self, String> {
        let done = episode.act(act);
        let group = episode.replays.iter().find(|it| it.act == Some(act));
        let known = group.into_iter().flat_map(|it| &it.candidates);
        let mut plan = Self {
            act,
            group: group.map_or_else(|| format!("replayed {}", done.id), |it| it.name.clone()),
            choices: Vec::new(),
        };
        let mut taken: HashSet<i64> = known.clone().map(|it| it.j).collect();
        let mut free = || {
            let j = (0..).find(|it| !taken.contains(it)).unwrap_or(0);
            taken.insert(j);
            j
        };
        let mut add = |plan: &mut Self, label: &str, action: Option<Payload>| {
            let Some(action) = action.or_else(|| payload(label)).or_else(|| whole(label)) else { return };
            if plan.choices.iter().any(|it| it.label == label) {
                return;
            }
            let logged = known.clone().find(|it| it.label == label && !it.extra);
            plan.choices.push(Choice {
                j: logged.map_or_else(&mut free, |it| it.j),
                label: label.to_owned(),
                action,
                is_real: label == done.taken_label(),
                logged: logged.and_then(|it| it.returns.n).unwrap_or(0),
            });
        };
        add(&mut plan, done.taken_label(), None);
        let table = episode.tables.iter().find(|it| it.act == act);
        for it in table.into_iter().flat_map(|it| &it.alternatives) {
            add(&mut plan, &it.label, None);
        }
        for it in known.clone().filter(|it| !it.extra) {
            add(&mut plan, &it.label, None);
        }
        for (label, _) in done.policy.iter().flat_map(|it| it.probs.iter().chain(&it.q)) {
            add(&mut plan, label, None);
        }
        if let Some(label) = &done.default_action {
            add(&mut plan, label, None);
        }
        for it in tried {
            add(&mut plan, &crate::log::action_label(it.json()), Some(it.clone()));
        }
        if plan.choices.iter().all(|it| it.is_real) {
            return Err(format!("the log names no other action at {}: give one with --try", done.id));
        }
        Ok(plan)
    }
}

/// A label as the action itself, unless it is cut.
fn whole(label: &str) -> Option<Payload> {
    let is_cut = label.chars().count() >= Act::LABEL_CHARS;
    (!label.is_empty() && !is_cut).then(|| Payload::from_text(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Policy;
    use crate::model::draft::Draft;

    fn labels(plan: &AlternativesPlan) -> Vec<(i64, &str, bool)> {
        plan.choices.iter().map(|it| (it.j, it.label.as_str(), it.is_real)).collect()
    }

    #[test]
    fn what_was_done_comes_first_and_nothing_comes_twice() {
        let mut episode = Draft::of(2).acts(&[0, 1]).episode();
        let mut act = episode.acts[0].clone();
        act.label = "go".to_owned();
        let probs = ["stay", "go", "turn"].map(|it| (it.to_owned(), 0.3)).into();
        act.policy = Some(Policy { probs, ..Policy::default() });
        act.default_action = Some("stay".to_owned());
        episode.acts = vec![act].into_iter().collect();
        let tried = [Payload::from_json(r#"{"tool":"sh"}"#.to_owned()).unwrap()];
        let plan = AlternativesPlan::of(&episode, ActId(0), &tried, |_| None).unwrap();
        let found = labels(&plan);
        assert_eq!(found[..3], [(0, "go", true), (1, "stay", false), (2, "turn", false)]);
        assert_eq!((found.len(), plan.choices[3].action.json()), (4, r#"{"tool":"sh"}"#));
    }

    #[test]
    fn an_act_without_alternatives_asks_for_one() {
        let episode = Draft::of(2).acts(&[0]).episode();
        let why = AlternativesPlan::of(&episode, ActId(0), &[], |_| None).unwrap_err();
        assert!(why.starts_with("the log names no other action at "), "{why}");
    }
}
