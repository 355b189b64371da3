//! Who cost whom, where it is measured and where it is not.

use super::*;
use crate::credit::fixture::{assert_close, numbers};
use crate::model::draft::{Draft, reward};
use crate::model::{AgentId, Reward, Sample};

/// `a0` acts, then `a1`; they earn 1 and -1. The null action of `t0` would have brought both nothing, 8 runs.
fn rivals(measured: bool) -> Episode {
    let own = |own: [f64; 2]| -> Sample {
        let one = |(at, it): (usize, f64)| {
            (AgentId::from_index(at), Sample { mean: Some(it), n: Some(8), ..Sample::default() })
        };
        Sample { own: own.into_iter().enumerate().map(one).collect(), ..Sample::default() }
    };
    let of = |agent: u32, value: f64| Reward { agent: Some(AgentId(agent)), ..reward(value) };
    let draft =
        Draft::of(2).act(0, &[]).act(1, &[0]).with(|it| it.rewards = vec![of(0, 1.0), of(1, -1.0)].into());
    if !measured {
        return draft.episode();
    }
    let draft = draft.table(0, &[("u", f64::NAN, -1.0), ("null", f64::NAN, -1.0)], Some(0), Some(1));
    draft
        .last_table(|it| {
            it.alternatives[0].q = own([1.0, -1.0]);
            it.alternatives[1].q = own([0.0, 0.0]);
        })
        .episode()
}

fn study(episode: &Episode) -> OwnStudy {
    OwnStudy::of(episode).expect("own rewards").expect("few")
}

#[test]
fn without_a_measurement_nobody_cost_anybody_anything() {
    let found = study(&rivals(false));
    assert_eq!((found.by_default.clone(), found.is_measured()), (None, false));
    // The last act keeps half of what it got, and passes half to its cause; the sum of +1 and -1 is 0.
    let credits: Vec<(Whose, Option<f64>, Vec<f64>, String)> = found
        .choices
        .iter()
        .map(|it| (it.whose.clone(), it.reward, numbers(it.credit.as_ref().unwrap()), it.by()))
        .collect();
    let by = "by links".to_owned();
    assert_eq!(
        credits,
        [
            (Whose::Agent(AgentId(0)), Some(1.0), vec![0.5, 0.5], by.clone()),
            (Whose::Agent(AgentId(1)), Some(-1.0), vec![-0.5, -0.5], by.clone()),
            (Whose::Sum, Some(0.0), vec![0.0, 0.0], by),
        ]
    );
    let record = found.unlocking_record(&rivals(false)).unwrap();
    assert!(
        record.contains(r#""of":"t0","candidates":[{"action":null,"rewards":{"a0":0,"a1":0}"#),
        "{record}"
    );
}

#[test]
fn what_an_act_did_to_each() {
    let found = study(&rivals(true));
    assert!(found.is_measured());
    assert_eq!(found.methods(), ["difference/null"]);
    // t0 brought a0 1 - 0 and a1 -1 - 0.
    let of_t0: Vec<f64> = found.costs.iter().map(|it| it.act(ActId(0)).unwrap().value).collect();
    assert_close(&of_t0, &[1.0, -1.0]);
    assert!(found.costs.iter().all(|it| it.act(ActId(1)).is_none()));
    let of_a0: Vec<f64> =
        found.costs.iter().map(|it| it.agents.as_ref().unwrap().agent(AgentId(0)).unwrap().value).collect();
    assert_close(&of_a0, &[1.0, -1.0]);
}

#[test]
fn columns_are_teams_where_there_are_several() {
    let mut episode = rivals(true);
    episode.agents[0].team = Some("red".to_owned());
    episode.agents[1].team = Some("red".to_owned());
    let whose =
        |episode: &Episode| -> Vec<Whose> { study(episode).costs.into_iter().map(|it| it.whose).collect() };
    // One team is no rival of another.
    assert_eq!(whose(&episode), [Whose::Agent(AgentId(0)), Whose::Agent(AgentId(1))]);
    episode.agents[1].team = Some("blue".to_owned());
    assert_eq!(whose(&episode), [Whose::Members("red".to_owned()), Whose::Members("blue".to_owned())]);
}

#[test]
fn too_many_are_not_asked_for() {
    let many = Draft::of(MOST + 1).act(0, &[]).with(|it| {
        let own = |it| Reward { agent: Some(AgentId::from_index(it)), ..reward(1.0) };
        it.rewards = (0..MOST + 1).map(own).collect::<Vec<_>>().into();
    });
    assert!(OwnStudy::of(&many.episode()).expect("own rewards").is_err());
    assert!(OwnStudy::of(&Draft::of(2).act(0, &[]).reward(1.0, &[]).episode()).is_none());
}
