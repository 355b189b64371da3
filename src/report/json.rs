//! A report as JSON: the same facts as the text, numbers at full precision. Keys in a stable order: of the
//! report and the verdict as listed here, of all other objects alphabetical.
//!
//! * `log`, `command`: the log as named; the command line that prints this
//! * `episode`: `name`, `run`, `environment`, `task`, `status`, `reason`, `steps`, `open`, `agents` (names),
//!   `acts` (number), `errors` (acts in which something went wrong: `act`, `agent`, `error`), `clocks` (those that were wrong: `agent`, `ahead_seconds`, `crossings`)
//! * `reward`: null, or `value`, `unit`, `source`, `file_line`
//! * `scenario`: `method`, `baseline`, `reward_of` (null: as logged), `dropped`, `reward`, `discount`, `substitutes` (act to action, null:
//!   its default), `window` (first and last act), `params`, `seed`
//! * `verdict`: five parts, each with `words` (all it says, or null), and beside them `sentence`, `short`,
//!   `failed`, `agents`, `all_equal`, `credit`, `act`, `act_method`, `act_provenance`, `p_flip`, `method`, `by_task`
//!   (null, or what goes with failure over the episodes of the task, where nothing better says who)
//!   * `outcome`: `word` (FAIL, OK, OPEN, END), `status`, `reason`, `reward`, `whose` (if chosen), `own`, `task`, `expected`,
//!     `answer`
//!   * `finding`: `kind` (named, set, equal, judged, estimated, entered, unexplained, unknown), `agents`, `act`. Of numbers also
//!     `credit`, `by`, `share` (`part` of `whole` against `reference`), `apart` (first minus next: `from`, `value`, `interval`, `level`, `no_interval`),
//!     `acts_overlap`, `unknown` (agents without a number), `unexplained`, `deed` (`did`, `got`, `instead`,
//!     `credit`, `method`, `provenance`). Of a judge also `judge`, `human`, `names`, `at`, `reason`, `blame`.
//!     Of an estimate, which names nobody: `suspect` (`agent`, `p`, `act`), `top` (`act`, `agent`, `p`, `evidence`: `signal`,
//!     `weight` in log odds, `words`), `p_of_acts`, `p_of_agents`, `window` (`first`, `last`, `promised`, `held`; null: `unlike`),
//!     `unlike`, `distance` (1: as far as one in twenty of those fitted), `fitted_on`, `right` (on failures kept apart)
//!     Of a wrong value that `entered` (`agent`, `act`): `values` that stand there first, what the call `asked` for, `instead_of`
//!     what, `in_result`, `repeats` (acts), `known_wrong` (the end says so)
//!   * `ground`: `rung` (measured, modelled, "declared, checked", declared, judged, estimated, none), `by`, `amount`,
//!     `act_amount`, `checked_by`, `refuted_by`, `shape` (declared credit that is the shape of the trace, by `method`), `silent` (measured, but tells nobody apart), `shown` (the credit asked for,
//!     if it may not lead), `unlock` (the record to log)
//!   * `stability`: `agree` of `of` `measurements`, `p_flip`, `confirmed` (declared credits)
//!   * `against`: a list, with `kind` and the data of that kind; of `advantages`: `declared` (algorithm), `level` (named, fits, zero,
//!     none), `numbers`, `rollouts`, `form`, `slip`, `other_formulas`, `right`, `numbers_off`, `wrong_sign`, `signal_lost`,
//!     `pushed_without_signal`, `agents` (hurt), `going_on` and `stopping` (declared minus right), `off_here` (`act`, `declared`, `right`)
//! * `credit`: an attribution, or `state: "unavailable"` with `missing` and `nearest`
//! * `filters`: null, or what `--filter` leaves: `filters`, `acts` (number listed), `episodes` (names that
//!   pass), `all_episodes`
//! * `acts`: null, or the attribution that speaks of acts
//! * `own_rewards`: null, unavailable, or `agents` (`agent`, `value`, `records`, `file_line`), `by_default` (whose
//!   reward is credited, null: nobody's), `choices` (`whose`, `reward`, `by`, `provenance`, `agents`: its credit, or
//!   `missing`), `who_cost_whom`: a column per reward with `whose`, `paid`, and null or `agents`, `acts` (a name
//!   and a value each), their `method`, `acts_method`, and the `sum` of the agents
//! * `pairs`: what two agents earn together beyond what each adds alone: `agents` (two names), `interaction`
//!   (a value), `kind` (synergy, redundancy, additive, unsure)
//! * `sweep`: per method and baseline `name`, `title`, `state`, `agents` (named), `data` (coalitions, replays,
//!   model, declared, trace: rows with the same data are no second opinion), `agrees`, `counted` (the row that
//!   votes for its measurement), `tau`, `tau_declared`, `p_flip`, and `credit` (values per agent) or `missing`
//!   and `nearest`
//! * `provenance`: null, or `act` and its `values`: `value` as written, `mark` (passed on, computed, altered, from nowhere),
//!   `entered` (task, result, said) at `act`, `from` (what it was made from), `way` (acts that have it); `dropped`: `value`,
//!   `act`, `beside` (a value of the answer); and `has_results` (whether the log tells results from words)
//! * `context`: null, or what surrounds the acts: the `state` (`whose`, `key`, `value`, `act` that set it, `by`, `changes`) `after` an
//!   act, `divergences` (who holds which old `value` of a `thing`, what is `right`, `old_since` which act), `state_records`,
//!   `state_contradictions`, `state_missing`; `trace_id`, `spans` (how many acts have one), `policies` by agent; `metrics` (their
//!   `values` `after` acts); `teamwork` (`name`, `group`, `value` or `missing`, `unit`, `made_of`, `formula`, `source`, `logged`); `agents`
//!   (what each did with its time); `rewards` (`source`, `after`, `delay_seconds`, `delay_logged`)
//! * `annotations`: judgements, never measurements: `judge`, `annotator` (the person, if it is named), `agent`, `act`, `label`,
//!   `reason`, `file_line`
//! * `agreement`: per two `persons` who judged the same episodes of the run, on the `agent` and on the `act`: `n` episodes, `same`,
//!   `kappa` (Cohen's; null where all have one name) and its `interval` (95 %)
//! * `failure`: null, or `success`, `null_arm`, `rules` (each found, none or unavailable), `acts` with their
//!   success rates and judges, `run`, `agents` and `actions` with Ochiai and Tarantula, `task` (null, or `failed` and
//!   `passed` episodes of it, and `deeds` of this one with the score of Famas and the `chance` that one would do as much)
//! * `curves`: per parameter `name`, `in_force`, `points` (`at`, `credit` by agent, `named`), `flips` (`at`,
//!   `before`, `after`, `sentence`)
//! * `curves_cut`: what is coarser of them because the episode is very long; absent where nothing is
//! * `messages`: null, unavailable, or per sender both splits with their residuals and the flow; structural
//! * `explanations`: `subject`, `title`, `formula`, `substituted`, `result` (a value), `terms`, `details` (per act),
//!   `provenance`, `absence`, `source`, `caveats`
//! * `findings`, `bad_lines`: `file_line`, `severity`, `rule`, `message`; lines of which something was lost
//! * `scanned_lines`: lines of a large log of which only the outside was read: broken payloads among them are
//!   not counted
//!
//! A *value* has a `state`: `number` with `value`, `sign` (-1, 0, 1), `sign_unsure` (the interval holds 0),
//! `interval` (null, or low and high; sharp bounds where coalitions are missing), its `level`, why there is
//! `no_interval`, `ci95` (the interval if its level is 0.95), `standard_error`, `n`; `undefined` or `unavailable` with `reason`. An *attribution* has `state: "number"`, `method`, `baseline`,
//! `title`, `provenance`, `absence`, `sample`, `agents` and `acts` (a name and a value each), `sum`,
//! `contract` and `residual` (where the method divides a total) or else `overlap` (sum - R), `reward`,
//! `empty_value`, `caveats`. `p_flip` is null or the chance that measuring again names another, as a range: `low`,
//! `high`; `plain` and `shrunk`, the two ends by how they were computed; `draws`, `named` (`agent`, `share`). NaN and infinities are never written: they are null.

mod attribution;
mod context;
mod own;
mod study;
mod suspicion;
pub(super) mod value;
mod verdict;

use std::rc::Rc;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::{MatchFormat, Output, Printed, Report, figures, stream::Node};
use crate::{
    check::sorted,
    model::{Explanation, Origin, Status, Substitute},
    suspicion::{Entry, Xray},
    text::clean,
};

use attribution::{attribution, sweep_row};
use value::{number, value};

/// The row of this format.
pub(super) const OUTPUT: Output = Output {
    name: "json",
    about: "For programs",
    has_study: true,
    explains_named: false,
    matches: Some(MatchFormat::Json),
    print: |report| Printed::Json(json(report)),
};

/// `report` as JSON: made while it is written.
pub fn json<'a>(report: &'a Report<'a>) -> Node<'a> {
    let findings = Rc::new(sorted(report.findings.to_vec()));
    let episode = report.episode;
    let credit = match report.credit {
        Ok(it) => attribution(episode, it),
        Err(it) => json!({ "state": "unavailable", "missing": it.missing, "nearest": it.nearest }).into(),
    };
    let filters = report.listed.map_or(Json::Null, |it| {
        json!({
            "filters": it.filters,
            "acts": it.acts,
            "episodes": it.episodes,
            "all_episodes": it.all_episodes,
        })
    });
    let messages = match report.study.map(|it| &it.messages) {
        None => Json::Null.into(),
        Some(Ok(table)) => study::messages(report, table),
        Some(Err(why)) => json!({ "state": "unavailable", "missing": why.missing }).into(),
    };
    let curves = Node::list(move || {
        report.study.into_iter().flat_map(|it| &it.curves).map(|it| study::curve(report, it))
    });
    let cut = report.study.and_then(|it| it.cut.as_deref()).map(|it| ("curves_cut", it.into()));
    let findings = Node::list(move || {
        let findings = Rc::clone(&findings);
        (0..findings.len()).map(move |at| {
            let it = &findings[at];
            json!({
                "file_line": it.origin.map(|it| place(report, it)),
                "severity": figures::severity(it.severity),
                "rule": it.rule.name(),
                "message": clean(&it.message),
            })
        })
    });
    let before = [
        ("log", clean(report.log).into()),
        ("command", clean(report.command).into()),
        ("episode", episode_json(report)),
        ("reward", reward(report).into()),
        ("scenario", scenario(report).into()),
        ("verdict", verdict::verdict(report)),
        ("credit", credit),
        ("filters", filters.into()),
        ("acts", report.act_credit().map_or(Json::Null.into(), |it| attribution(episode, it))),
        ("own_rewards", own::own(report)),
        ("pairs", pairs(report)),
        ("sweep", Node::list(move || report.sweep.rows.iter().map(|it| sweep_row(report, it)))),
        ("provenance", report.xray.map_or(Json::Null, |it| provenance(report, it)).into()),
        ("context", context::context(report).into()),
        ("annotations", annotations(report)),
        ("agreement", agreement(report)),
        ("failure", report.failure.map_or(Json::Null.into(), |it| study::failure(report, it))),
        ("curves", curves),
    ];
    let after = [
        ("messages", messages),
        ("explanations", Node::list(move || report.explanations.iter().map(|it| explanation(report, it)))),
        ("findings", findings),
        ("bad_lines", report.bad_lines.into()),
        ("scanned_lines", report.scanned_lines.into()),
    ];
    Node::in_order(before.into_iter().chain(cut).chain(after))
}

/// Indented JSON, ended by a line end.
pub(super) fn pretty(json: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(json).expect("plain data with string keys serialises");
    text.push('\n');
    text
}

fn pairs<'a>(report: &'a Report<'a>) -> Node<'a> {
    let name = |agent| report.episode.agent(agent).name.as_str();
    let row = move |it: &crate::credit::Interaction| {
        json!({
            "agents": [name(it.a), name(it.b)],
            "interaction": value(&crate::model::Value::Number(it.value)),
            "kind": it.kind.word(),
        })
    };
    Node::list(move || report.pairs.into_iter().flat_map(|it| &it.pairs).map(row))
}

fn place(report: &Report<'_>, origin: Origin) -> String {
    clean(&(report.files)(origin))
}

fn episode_json<'a>(report: &'a Report<'a>) -> Node<'a> {
    let episode = report.episode;
    let end = episode.outcome.as_ref();
    let small = json!({
        "name": episode.name,
        "run": episode.run,
        "environment": episode.environment,
        "task": episode.task,
        "status": end.and_then(|it| it.status.as_ref()).map(Status::word),
        "reason": end.and_then(|it| it.reason.as_ref()),
        "steps": end.and_then(|it| it.steps),
        "open": end.is_none(),
        "acts": episode.acts.len(),
        "errors": episode.acts.iter().filter_map(|it| Some(json!({
            "act": it.id,
            "agent": episode.agent(it.agent).name,
            "error": it.error_words()?,
        }))).collect::<Vec<_>>(),
        "clocks": episode.clocks.iter().map(|it| json!({
            "agent": episode.agent(it.agent).name,
            "ahead_seconds": number(it.ahead),
            "crossings": it.crossings,
        })).collect::<Vec<_>>(),
    });
    let agents = Node::list(|| episode.agents.iter().map(|it| Json::from(it.name.as_str())));
    Node::object(small, [("agents", agents)])
}

fn reward(report: &Report<'_>) -> Json {
    let Some(total) = report.episode.reward() else { return Json::Null };
    json!({
        "value": number(total.value),
        "unit": report.episode.reward_unit,
        "source": figures::reward_source(report.episode, total.source),
        "file_line": total.origin.map(|it| place(report, it)),
    })
}

fn scenario(report: &Report<'_>) -> Json {
    let (episode, scenario) = (report.episode, report.scenario);
    let substitutes: Map<String, Json> = scenario
        .substitutes
        .iter()
        .map(|(act, substitute)| {
            let action = match substitute {
                Substitute::Default => Json::Null,
                Substitute::Alternative(label) => Json::from(label.as_str()),
            };
            (episode.act(*act).id.clone(), action)
        })
        .collect();
    let params: Map<String, Json> =
        scenario.params.iter().map(|(name, it)| (name.clone(), number(it.get()))).collect();
    json!({
        "method": scenario.method,
        "baseline": scenario.baseline,
        "reward_of": scenario.whose.as_ref().map(|it| episode.whose_name(it)),
        "dropped": scenario.dropped.iter().map(|it| episode.agent(*it).name.as_str()).collect::<Vec<_>>(),
        "reward": scenario.reward.map(|it| number(it.get())),
        "discount": scenario.discount.map(|it| number(it.get())),
        "substitutes": substitutes,
        "window": scenario.window.map(|(first, last)| [&episode.act(first).id, &episode.act(last).id]),
        "params": params,
        "seed": scenario.seed,
    })
}

fn annotations<'a>(report: &'a Report<'a>) -> Node<'a> {
    let episode = report.episode;
    let row = move |it: &crate::model::Label| {
        json!({
            "judge": it.judge,
            "annotator": it.annotator,
            "agent": it.agent_text,
            "act": it.act.map(|it| episode.act(it).id.as_str()).or(it.act_text.as_deref()),
            "label": it.label,
            "reason": it.reason,
            "file_line": place(report, it.origin),
        })
    };
    Node::list(move || episode.labels.iter().map(row))
}

fn provenance(report: &Report<'_>, xray: &Xray) -> Json {
    let act = |it: crate::model::ActId| report.episode.act(it).id.clone();
    let value = |it: &crate::suspicion::Traced| {
        let (entered, at) = match it.entry {
            Entry::Task => ("task", None),
            Entry::Result(at) => ("result", Some(act(at))),
            Entry::Said(at) => ("said", Some(act(at))),
        };
        json!({
            "value": clean(&it.text),
            "mark": it.mark.word(),
            "entered": entered,
            "act": at,
            "from": it.from.as_deref().map(clean),
            "way": it.way.iter().map(|it| act(*it)).collect::<Vec<_>>(),
        })
    };
    let dropped = |it: &crate::suspicion::Dropped| json!({ "value": clean(&it.text), "act": act(it.act), "beside": it.is_beside });
    json!({
        "act": act(xray.act),
        "has_results": xray.has_results,
        "values": xray.values.iter().map(value).collect::<Vec<_>>(),
        "dropped": xray.dropped.iter().map(dropped).collect::<Vec<_>>(),
    })
}

fn agreement<'a>(report: &'a Report<'a>) -> Node<'a> {
    let kappa = |it: crate::credit::Kappa| {
        json!({
            "n": it.n,
            "same": it.same,
            "kappa": it.kappa.map(number),
            "interval": it.interval.map(|it| [number(it.0), number(it.1)]),
        })
    };
    let row = move |it: &crate::credit::PersonsAgree| {
        json!({
            "persons": [it.persons.0, it.persons.1],
            "agent": kappa(it.agent),
            "act": kappa(it.act),
        })
    };
    Node::list(move || report.agreements.iter().map(row))
}

fn explanation(report: &Report<'_>, explanation: &Explanation) -> Json {
    let term = |it: &crate::model::Term| {
        json!({
            "text": it.text,
            "weight": number(it.weight),
            "value": it.value.map_or(Json::Null, number),
            "standard_error": it.standard_error.map_or(Json::Null, number),
            "n": it.n,
            "grounds": crate::credit::grounds(explanation, it),
            "records": it.origins.iter().map(|it| place(report, *it)).collect::<Vec<_>>(),
        })
    };
    json!({
        "subject": explanation.subject,
        "title": explanation.title,
        "formula": explanation.formula,
        "substituted": explanation.substituted,
        "result": value(&explanation.result),
        "terms": explanation.terms.iter().map(term).collect::<Vec<_>>(),
        "details": explanation
            .details
            .iter()
            .map(|it| {
                json!({
                    "act": report.episode.act(it.act).id,
                    "value": number(it.value),
                    "terms": it.terms.iter().map(term).collect::<Vec<_>>(),
                })
            })
            .collect::<Vec<_>>(),
        "provenance": explanation.provenance.word(),
        "absence": explanation.absence.as_ref().map(figures::absence),
        "source": explanation.source,
        "caveats": explanation.caveats.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(),
    })
}
