//! Declared credit against what the log supports.

use crate::credit::audit;
use crate::credit::fixture::assert_close;
use crate::model::draft::Draft;
use crate::model::{ActId, Value};

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
