//! View 4 and its variants, with keys.

use super::*;
use crate::app::MethodsVariant;

fn on(variant: MethodsVariant) -> Stage {
    let mut stage = Stage::of(FAILED);
    stage.press("4");
    while stage.episode().methods.variant != variant {
        stage.press("v");
    }
    stage
}

#[test]
fn v_goes_through_all_variants_and_back() {
    let mut stage = Stage::of(FAILED);
    stage.press("4");
    for variant in MethodsVariant::ALL {
        assert_eq!(stage.episode().methods.variant, variant);
        stage.press("v");
    }
    assert_eq!(stage.episode().methods.variant, MethodsVariant::Table);
}

#[test]
fn what_nobody_looks_at_is_not_studied_and_what_is_looked_at_is() {
    let mut stage = Stage::of(FAILED);
    assert!(stage.episode().study().is_none());
    stage.press("4v");
    let study = stage.episode().study().expect("asked for");
    assert!(!study.curves.is_empty() && study.messages.is_ok());
    // The row of the method shown has errors of no value: the verdict says nothing of P(flip).
    assert!(stage.episode().analysis().expect("computed").verdict.flip.is_none());
}

#[test]
fn a_value_of_a_curve_becomes_a_what_if_and_goes_back() {
    let mut stage = on(MethodsVariant::Curves);
    let before = stage.episode().forks.number();
    let name = |stage: &Stage| stage.episode().curve().expect("a curve").name();
    while name(&stage) != "backprop/uniform rho" {
        let here = name(&stage);
        stage.press("j");
        assert_ne!(name(&stage), here, "no curve of rho");
    }
    let at = |stage: &Stage| {
        let open = stage.episode();
        let curve = open.curve().expect("a curve");
        curve.points[open.curve_point(curve)].at
    };
    // The cursor begins at the value in force, 0.5; two steps of 1/40 on.
    assert!((at(&stage) - 0.5).abs() < 1e-12);
    stage.press("ll");
    assert!((at(&stage) - 0.55).abs() < 1e-12);
    stage.press("\n");
    let open = stage.episode();
    assert!(open.forks.number() > before);
    let scenario = open.forks.scenario();
    assert_eq!((scenario.method.as_str(), scenario.params["rho"].get()), ("backprop", 0.55));
    let credit = open.credit().expect("computed");
    assert!(credit.title.contains("rho 0.55"), "{}", credit.title);
    assert!(stage.notice().contains("rho = 0.55"), "{}", stage.notice());
    stage.press("u");
    assert!(stage.episode().forks.is_logged());
    // Back at the log's own credit its study is there again.
    assert!(stage.episode().study().is_some());
}

#[test]
fn the_acts_of_a_failed_episode_are_walked_and_explained() {
    // Returns of 0 and 1, so that successes can be counted.
    let log =
        FAILED.replace("[-0.6,-0.5]", "[0,0]").replace("[0.5,0.4]", "[1,1]").replace("[0,0.2]", "[0,0]");
    let mut stage = Stage::of(&log.replace("\"value\":-0.6,\"of\"", "\"value\":0,\"of\""));
    stage.press("4vv");
    let failure = stage.episode().methods.failure.get().cloned().expect("shown");
    // Replayed: a1; named by the human: a3.
    let rows: Vec<&str> =
        failure.rows.iter().map(|it| stage.episode().episode.act(it.0).id.as_str()).collect();
    assert_eq!(rows, ["a1", "a3"]);
    stage.press("g");
    assert_eq!(stage.act(), "a1");
    stage.press("j");
    assert_eq!(stage.act(), "a3");
    stage.press("ge");
    let explained =
        matches!(&stage.model().overlay, Some(Overlay::Explain(it)) if it.as_ref().as_ref().is_ok());
    assert!(explained, "{:?}", stage.model().overlay);
    // One episode is no run.
    let run = stage.episode().methods.run.clone().expect("looked at");
    assert_eq!((run.agents.len(), run.ended), (1, 1));
}

#[test]
fn messages_are_divided_anew_with_every_key_and_still_add_up() {
    let mut stage = on(MethodsVariant::Messages);
    let table = |stage: &Stage| stage.episode().messages().expect("messages").clone();
    let before = table(&stage);
    assert_eq!(before.senders.len(), 2);
    stage.press("l>>");
    let after = table(&stage);
    assert_eq!(after.setting.tau, before.setting.tau * 1.25);
    assert!((after.setting.beta - before.setting.beta - 0.1).abs() < 1e-12);
    stage.press("h<<");
    assert_eq!(table(&stage), before);
    for sender in &after.senders {
        assert!(sender.centred_residual.is_some_and(|it| it.abs() < 1e-12), "{sender:?}");
        assert!(sender.softmax_residual.is_some_and(|it| it.abs() < 1e-12), "{sender:?}");
    }
    stage.press("g");
    assert_eq!(stage.act(), "m1");
    stage.press("j");
    assert_eq!(stage.act(), "m2");
}

#[test]
fn the_table_begins_with_the_method_on_the_screen() {
    let mut stage = Stage::of(FAILED);
    stage.press("4");
    let open = stage.episode();
    let shown = &open.analysis().expect("computed").scenario;
    let at = open.method_column();
    let row = &open.sweep().expect("computed").rows[at];
    assert!(row.result.is_ok() && row.scenario.method == shown.method, "{}", row.title);
    stage.press("l");
    assert_eq!(stage.episode().method_column(), at + 1);
    stage.press("h");
    assert_eq!(stage.episode().method_column(), at);
    stage.press("99h");
    assert_eq!(stage.episode().method_column(), 0);
    stage.press("99l");
    assert_eq!(stage.episode().method_column(), stage.episode().sweep().expect("computed").rows.len() - 1);
}
