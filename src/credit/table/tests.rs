//! A method added by a file and a row is found everywhere.

use std::cell::Cell;

use super::*;
use crate::credit::method::{Applies, Baseline, Family, Need, Param, Target};
use crate::credit::question::{Question, total};
use crate::credit::{compute as credit_of, explain, scenario_name, sweep};
use crate::model::{AgentId, Attribution, Estimate, Provenance, Scenario, Term, Unavailable, Value};

thread_local! {
    static TABLE: Cell<Option<&'static [Method]>> = const { Cell::new(None) };
}

/// The table of this test's thread, if it has one of its own.
pub(super) fn table() -> Option<&'static [Method]> {
    TABLE.get()
}

/// What the file of a new method holds: its row and two functions.
const LAST_SPEAKER: Method = Method {
    name: "last-speaker",
    title: "last to speak",
    family: Family::Split,
    needs: &[Need::Reward, Need::Acts],
    baselines: &[Baseline {
        name: "loudly",
        title: "by whoever spoke last",
        formula: "c = share R",
        source: "the back of an envelope",
        needs: &[],
        names_culprit: true,
        rescales: false,
    }],
    params: &[Param {
        name: "share",
        default: Some(1.0),
        min: 0.0,
        max: 2.0,
        step: 0.5,
        what: "how much of R the last agent to act gets",
        applies: Applies::Always,
    }],
    formula: "c_i = share R if i acted last, else 0",
    source: "nobody",
    caveats: &["made up for a test"],
    efficient: false,
    names_culprit: true,
    variant_of: None,
    aliases: &[("last_speaker_wins", None)],
    compute,
    terms,
};

fn credit(question: &Question<'_>, agent: AgentId) -> Result<(f64, f64), Unavailable> {
    let last = question.episode.acts.last().map(|it| it.agent);
    let share = question.param("share").unwrap_or(1.0);
    Ok((if last == Some(agent) { share } else { 0.0 }, question.pot()?.value))
}

fn compute(question: &Question<'_>) -> Result<Attribution, Unavailable> {
    let mut attribution = question.start("last to speak", Provenance::Structural);
    for it in &mut attribution.agents {
        let (weight, reward) = credit(question, it.agent)?;
        it.value = Value::Number(Estimate::exact(weight * reward));
    }
    attribution.sum = total(&attribution.agents);
    Ok(attribution)
}

fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let Target::Agent(agent) = target else { return Ok(Vec::new()) };
    let (weight, value) = credit(question, agent)?;
    let text = "R".to_owned();
    Ok(vec![Term { text, weight, value: Some(value), standard_error: None, n: None, origins: Vec::new() }])
}

/// The table with one row more.
fn with_one_more() -> &'static [Method] {
    static MORE: std::sync::LazyLock<Vec<Method>> =
        std::sync::LazyLock::new(|| METHODS.iter().cloned().chain([LAST_SPEAKER]).collect());
    MORE.as_slice()
}

#[test]
fn one_row_more_is_a_method_everywhere() {
    use crate::app::{command_line::ScenarioOptions, whatif::FieldKind, whatif::Form};
    use crate::cli::Arguments;
    use clap::CommandFactory;

    TABLE.set(Some(with_one_more()));
    let mut program = crate::runtime::test_program::TestProgram::of(crate::app::tests::FAILED);
    let episode = program.episode().episode.clone();

    // Computed, explained and swept.
    let scenario = Scenario::of_method("last-speaker");
    let got = credit_of(&episode, &scenario).expect("it is in the table");
    assert_eq!(got.agent(AgentId(1)).map(|it| it.value), Some(-0.6), "the coder acts last");
    let told = explain(&episode, &scenario, Target::Agent(AgentId(1))).expect("it can tell");
    assert_eq!(told.formula, "c_i = share R if i acted last, else 0, c = share R");
    let rows = sweep(&episode, &Scenario::of_method("shapley")).rows;
    assert!(rows.iter().any(|it| it.name() == "last-speaker/loudly" && it.result.is_ok()));

    // Asked for on the command line, by its own name and by that of a log.
    let typed = |method: &str, param: &str| ScenarioOptions {
        method: Some(method.to_owned()),
        baseline: Some("loudly".to_owned()),
        param: vec![param.to_owned()],
        ..ScenarioOptions::default()
    };
    for name in ["last-speaker", "last-speaker-wins"] {
        let asked = typed(name, "share=0.5").scenario(&episode).expect("it is known");
        assert_eq!(scenario_name(&asked), "last-speaker/loudly");
    }
    let refused = typed("last-speaker", "share=3").scenario(&episode).expect_err("too much");
    assert_eq!(refused, "--param: share is 0 to 2, not 3");

    // Listed in the help, the pages and the form, and there it can be set.
    let mut command = Arguments::command();
    let help = command.find_subcommand_mut("report").expect("there is one").render_long_help().to_string();
    let page = crate::report::methods_markdown(&[&LAST_SPEAKER]);
    for words in ["last to speak", "by whoever spoke last", "how much of R the last agent to act gets"] {
        assert!(help.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words}");
        assert!(page.contains(words), "{words}");
    }
    program.press("5\nG\n");
    let fields = Form::fields(program.episode());
    assert_eq!(fields[0].choices.last().map(|it| it.label.as_str()), Some("last-speaker"));
    let share = fields.iter().find(|it| it.kind == FieldKind::Param("share")).expect("a field of its own");
    assert_eq!((share.number, share.range, share.step), (Some((1.0, Some(1.0))), (0.0, 2.0), 0.5));
    assert_eq!(program.episode().credit().map(|it| it.title.as_str()), Some("last to speak"));
    TABLE.set(None);
}

#[test]
fn rows_are_well_formed() {
    let mut names = std::collections::BTreeSet::new();
    for row in METHODS {
        assert!(names.insert(row.name), "{} stands twice", row.name);
        assert!(!row.title.is_empty() && !row.formula.is_empty() && !row.source.is_empty(), "{}", row.name);
        assert!(!row.needs.is_empty(), "{}", row.name);
        let is_root = |name: &str| METHODS.iter().any(|it| it.name == name && it.variant_of.is_none());
        assert!(row.variant_of.is_none_or(is_root), "{}", row.name);
        for name in row.baselines.iter().map(|it| it.name).chain([row.name]) {
            let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
            assert!(name.chars().all(fits), "{name}");
        }
        for param in row.params {
            let default = param.default.unwrap_or(param.min);
            assert!((param.min..=param.max).contains(&default) && param.step > 0.0, "{}", param.name);
            assert!(!param.what.is_empty() && !param.what.ends_with('.'), "{}", param.name);
            if let Applies::With(baselines) = param.applies {
                assert!(baselines.iter().all(|it| row.baseline(it).is_some()), "{}", param.name);
            }
        }
    }
}
