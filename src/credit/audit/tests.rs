//! Declared credit against what the log supports.

use crate::credit::audit;
use crate::credit::fixture::assert_close;
use crate::model::draft::Draft;
use crate::model::{ActId, Episode, Policy, Value, ValueOf};

/// v(all) = 1, alone 0.1 and 0.2: Shapley 0.45 and 0.55.
fn pair() -> Draft {
    Draft::team(&["planner", "coder"]).acts(&[0, 1]).coalitions(&[0.0, 0.1, 0.2, 1.0]).reward(1.0, &[])
}

#[test]
fn declared_beside_recomputed() {
    let episode = pair().declared("shapley_values", &[(0, 0.45), (1, 0.65)]).episode();
    let rows = audit(&episode);
    let row = &rows[0];
    assert_eq!((row.key.as_str(), row.method().as_deref()), ("shapley_values", Some("shapley")));
    let differences: Vec<f64> = row.items.iter().filter_map(|it| it.difference).collect();
    assert_close(&differences, &[0.0, 0.1]);
    assert_close(&[row.residual.expect("efficient"), row.worst.expect("recomputed")], &[0.1, 0.1]);
    assert_eq!(row.agrees(1e-6), Some(false));
    assert!(row.findings.is_empty(), "{:?}", row.findings);
}

#[test]
fn what_cannot_be_recomputed_says_why() {
    let episode = pair().declared("qmix", &[(0, 0.5), (1, 0.5)]).declared("c3_loo", &[(0, 0.5)]).episode();
    let rows = audit(&episode);
    let why = |at: usize| rows[at].recomputed.as_ref().expect_err("not recomputable").missing.clone();
    assert_eq!(why(0), "'qmix' is not one of the methods here");
    assert_eq!(why(1), "no replay group is logged (`counterfactual` of kind `replay`)");
    assert_eq!((rows[0].residual, rows[0].worst), (None, None));
    assert_eq!(rows[0].items[0].recomputed, Value::Unavailable(why(0)));
}

#[test]
fn parameters_choose_what_is_recomputed() {
    // Removal of an agent, under the name of a difference reward: 1 - 0.2 and 1 - 0.1.
    let draft = pair().declared("difference_rewards", &[(0, 0.8), (1, 0.9)]);
    let draft = draft.last_declared(|it| {
        it.params = vec![
            ("counterfactual".to_owned(), "\"g-coal\"".to_owned()),
            ("removal".to_owned(), "\"agent\"".to_owned()),
        ];
    });
    let row = audit(&draft.episode()).remove(0);
    assert_eq!((row.method().as_deref(), row.agrees(1e-12)), (Some("removal"), Some(true)));
}

#[test]
fn acts_are_audited_as_acts() {
    let draft =
        pair().replay(0, 0, &[(0.75, 4), (0.25, 4), (0.0, 4), (0.5, 4)]).declared("c3_loo", &[(0, 0.5)]);
    let row = audit(&draft.last_declared(|it| it.items[0].act = Some(ActId(0))).episode()).remove(0);
    assert_eq!((row.items[0].name.as_str(), row.agrees(1e-12)), ("t0", Some(true)));
}

#[test]
fn findings_of_the_record_itself() {
    let draft = pair().declared("shapley", &[(0, 0.1), (0, 0.2), (1, f64::NAN)]).last_declared(|it| {
        let mut stranger = it.items[0].clone();
        (stranger.agent, stranger.unknown) = (None, Some("ghost".to_owned()));
        it.items.push(stranger);
    });
    let row = audit(&draft.episode()).remove(0);
    let texts: Vec<&str> = row.findings.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "'planner' is credited more than once; the last one counts",
            "the credit of 'coder' is not a finite number",
            "'ghost' is not in this episode"
        ]
    );
    assert_close(&[row.sum], &[0.2]);
}

/// Returns 0, 1, 0, 0 of a replay group, the first happened; declared by `algorithm`.
fn group(algorithm: &str, value: f64) -> Draft {
    let draft = Draft::of(1).acts(&[0]).replay(0, 0, &[(0.0, 1), (1.0, 1), (0.0, 1), (0.0, 1)]);
    draft.declared(algorithm, &[(0, value)]).last_declared(|it| it.items[0].act = Some(ActId(0)))
}

#[track_caller]
fn check_fits(algorithm: &str, value: f64, method: &str, fits: &[&str]) {
    let row = audit(&group(algorithm, value).episode()).remove(0);
    assert_eq!((row.method().as_deref(), row.fits.join(" ")), (Some(method), fits.join(" ")));
}

#[test]
fn the_convention_of_a_grpo_is_told_from_its_numbers() {
    // -0.25 over 0.5 + 1e-4, 0.5 + 1e-6, 0.5 + 1e-9 and sqrt(0.1875); -0.25 itself; -1/3.
    check_fits("grpo", -0.4999, "replay-normalised/trl", &["trl"]);
    check_fits("grpo", -0.499_999, "replay-normalised/verl", &["verl"]);
    check_fits("grpo", -0.25, "replay-mean/equal", &["dr_grpo", "magrpo"]);
    check_fits("grpo", -0.333_333, "replay-loo/equal", &["rloo"]);
    // In single precision.
    check_fits("grpo", f64::from(-0.25_f32 / 0.5001_f32), "replay-normalised/trl", &["trl"]);
    // Two digits tell less: all that round to it are named, the one that the name means first.
    check_fits("grpo", -0.58, "replay-normalised/population", &["population", "whitened"]);
    // None: as what its name means.
    check_fits("grpo", -0.123, "replay-normalised/population", &[]);
    check_fits("rloo", -0.123, "replay-loo/equal", &[]);
}

#[test]
fn values_that_give_the_same_leave_nothing_open() {
    // Both values of t1 are stated alike, so what was received before cancels: 0.4 - 0.9, each rounded.
    let rows = [("u", 0.4, -1.0), ("null", 0.9, -1.0)];
    let draft = Draft::of(1).acts(&[0, 0]).table(1, &rows, Some(0), Some(1)).reward(1.0, &[0]);
    let draft = draft.declared("difference_rewards", &[(0, -0.501)]);
    let episode = draft.last_declared(|it| it.items[0].act = Some(ActId(1))).episode();
    let row = audit(&episode).remove(0);
    assert_eq!((row.forms, row.fits.len(), row.fit_words()), (1, 1, None));
}

#[test]
fn a_convention_that_the_record_names_comes_first() {
    let said = |it: &mut crate::model::DeclaredCredit| {
        it.params = vec![("convention".to_owned(), "\"whitened\"".to_owned())];
    };
    let row = audit(&group("grpo", -0.58).last_declared(said).episode()).remove(0);
    assert_eq!(row.method().as_deref(), Some("replay-normalised/whitened"));
    assert_eq!(row.fits, ["whitened", "population"]);
}

#[test]
fn the_fit_is_said_in_words() {
    let words = |value: f64| audit(&group("grpo", value).episode()).remove(0).fit_words();
    assert_eq!(words(-0.4999).as_deref(), Some("fits trl; 7 other forms do not"));
    assert_eq!(words(-0.123).as_deref(), Some("none of 8 known forms fits every number"));
    let several = "fits population, whitened, which these numbers do not tell apart; 6 other forms do not";
    assert_eq!(words(-0.58).as_deref(), Some(several));
    assert_eq!(audit(&pair().declared("shapley", &[(0, 0.45)]).episode())[0].fit_words(), None);
}

/// V to come 1 and 0; 1 is received for the first act.
fn foreseen(declared: &[f64], change: impl FnOnce(&mut Episode)) -> Draft {
    let policy = |value| Some(Policy { value: Some(value), ..Policy::default() });
    let draft = Draft::of(2).act(0, &[]).last(|it| it.policy = policy(1.0));
    let draft = draft.act(1, &[]).last(|it| it.policy = policy(0.0)).reward(1.0, &[0]);
    let draft = draft.table(0, &[], None, None).last_table(|it| it.value = Some(1.0));
    let draft = draft.declared("gae", &[(0, declared[0]), (1, declared[1])]).last_declared(|it| {
        it.params = vec![("lambda".to_owned(), "1.0".to_owned())];
        it.items.iter_mut().zip(0..).for_each(|(it, at)| it.act = Some(ActId(at)));
    });
    draft.with(change)
}

#[test]
fn what_the_values_of_an_advantage_are_of_is_told_from_its_numbers() {
    // To come: 1 - 1 and 0 - 0. Of the episode: 1 - 1 and 1 - 0, as the whole return is 1.
    let row = audit(&foreseen(&[0.0, 0.0], |_| ()).episode()).remove(0);
    assert_eq!((row.agrees(1e-12), row.fits.as_slice()), (Some(true), &["V to come".to_owned()][..]));
    let row = audit(&foreseen(&[0.0, 1.0], |_| ()).episode()).remove(0);
    assert_eq!(row.fits, ["V of the episode"]);
    let said = foreseen(&[0.0, 1.0], |it| it.value_of = ValueOf::Episode).episode();
    assert_eq!(audit(&said)[0].fits, ["V of the episode"]);
}

/// Four acts, R = 1 at the end, and what `algorithm` weighs each with.
fn weighed(algorithm: &str, numbers: [f64; 4]) -> Draft {
    let declared: Vec<(u32, f64)> = numbers.iter().map(|it| (0, *it)).collect();
    let draft = Draft::of(1).acts(&[0, 0, 0, 0]).reward(1.0, &[3]).declared(algorithm, &declared);
    draft.last_declared(|it| {
        for (at, item) in it.items.iter_mut().enumerate() {
            item.act = Some(ActId(at as u32));
        }
    })
}

#[track_caller]
fn check_weights(draft: Draft, method: Option<&str>, fits: &[&str]) {
    let row = audit(&draft.episode()).remove(0);
    assert_eq!((row.method().as_deref(), row.fits.join("; ")), (method, fits.join("; ")), "{row:?}");
}

#[test]
fn a_policy_gradient_is_told_from_its_numbers() {
    // gamma 0.9: 0.9^3, 0.9^2, 0.9, 1.
    let to_go = [0.729, 0.81, 0.9, 1.0];
    check_weights(weighed("reinforce", to_go), Some("discount"), &["return to go (gamma 0.9)"]);
    check_weights(weighed("return_to_go", to_go), Some("discount"), &["return to go (gamma 0.9)"]);
    check_weights(weighed("REINFORCE", [1.0; 4]), Some("broadcast"), &["the return R"]);
    // Mean 0.85975; squares from it 0.0171, 0.0025, 0.0016, 0.0197.
    let mean = 0.859_75;
    let squares: f64 = to_go.iter().map(|it| (it - mean) * (it - mean)).sum();
    let sample = (squares / 3.0).sqrt() + 1e-8;
    check_weights(
        weighed("ppo", to_go.map(|it| (it - mean) / sample)),
        Some("discount"),
        &[
            "return to go (gamma 0.9), normalised over the episode (std over n - 1, as Stable-Baselines3 does)",
        ],
    );
    let fitted = weighed("reinforce", to_go.map(|it| (it - 0.5) / 2.0));
    check_weights(
        fitted.clone(),
        Some("discount"),
        &["return to go (gamma 0.9), normalised over more than this log"],
    );
    // That is no recomputation: a shift and a scale were read off.
    let row = audit(&fitted.episode()).remove(0);
    assert!(row.is_fitted && row.worst.is_some_and(|it| it < 1e-9));
}

#[test]
fn a_policy_gradient_that_nothing_gives_is_not_refuted() {
    let row = audit(&weighed("reinforce", [0.1, 5.0, -3.0, 2.0]).episode()).remove(0);
    let why = row.recomputed.expect_err("nothing fits").missing;
    assert!(why.starts_with("none of ") && why.contains("a baseline over other episodes"), "{why}");
    assert_eq!((row.worst, row.fits.len()), (None, 0));
}

#[test]
fn normalised_advantages_are_those_of_their_values() {
    // V 0.5, 0.6, 0.7, 0.8 to come: delta 0.1, 0.1, 0.1, 0.2; lambda 0.95: from the end 0.2, 0.29, 0.3755, 0.456725.
    let advantages = [0.456_725, 0.3755, 0.29, 0.2];
    let mean = advantages.iter().sum::<f64>() / 4.0;
    let squares: f64 = advantages.iter().map(|it| (it - mean) * (it - mean)).sum();
    let with_values = |draft: Draft| {
        draft.with(|it| {
            for (at, act) in it.acts.iter_mut().enumerate() {
                let value = Some(0.5 + 0.1 * at as f64);
                act.policy = Some(Policy { value, ..Policy::default() });
            }
        })
    };
    let name = "GAE (gamma 1, lambda 0.95), normalised over the episode (std over n, as MAPPO does)";
    let population = (squares / 4.0).sqrt() + 1e-5;
    let normalised = advantages.map(|it| (it - mean) / population);
    check_weights(with_values(weighed("gae", normalised)), Some("gae"), &[name]);
    check_weights(with_values(weighed("mappo", normalised)), Some("gae"), &[name]);
    check_weights(with_values(weighed("gae", advantages)), Some("gae"), &[""]);
}
