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
