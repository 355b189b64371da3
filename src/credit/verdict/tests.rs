use crate::credit::fixture::Draft;
use crate::credit::{Verdict, best_scenario, compute, sweep, verdict};
use crate::model::{Episode, Status};

fn judged(episode: &Episode) -> Verdict {
    match best_scenario(episode) {
        Some(scenario) => {
            let attribution = compute(episode, &scenario).expect("best is available");
            verdict(episode, &attribution, &sweep(episode, &scenario))
        }
        None => Verdict::nothing(episode),
    }
}

#[track_caller]
fn check(draft: Draft, want: &str) -> Verdict {
    let episode = draft.episode();
    let found = judged(&episode);
    assert_eq!(found.sentence(&episode), want);
    found
}

#[test]
fn no_reward() {
    check(Draft::of(1).acts(&[0]), "the episode is still open · no reward logged: nothing to divide");
}

#[test]
fn declared_only() {
    let draft = Draft::team(&["planner", "coder"]).end(Status::Failure);
    check(
        draft.declared("qmix", &[(0, 0.1), (1, -0.4)]),
        "coder -0.40 is 100% of the loss · declared by qmix, not recomputable from this log · \
         no other method can check it · no reward logged, failure counted as -1",
    );
}
