//! A comparison of two episodes as JSON. Keys:
//!
//! * `a`, `b`: `name` (as given), `episode`, `status`, `reason`, `failed`, `reward`, `task`, `seed`, `acts` (number),
//!   `verdict` (a sentence), `named` (agents), `act`, `method`, `baseline`, `missing` (why there is no credit)
//! * `common`: `task`, `seed` (true, false, or null: not said), `agents`
//! * `counts`: rows by kind: `same`, `changed`, `replaced`, `moved`, `only in A`, `only in B`
//! * `rows`: all acts in order: `kind`, `a`, `b` (null or `act`, `agent`, `label`, `result`, `error`), `parts`
//! * `banded`: whether acts were looked for near their places alone
//! * `first_difference`, `first_divergence`: null or the index of the row
//! * `divergence`: null or a sentence; `texts`: per field `field`, `lines` (`of`: A, B, both; `text`; or `left`, a number);
//!   `states`: `key`, `a`, `b`
//! * `instead`: null or `failed` (A or B), `act` (null: it has none there), `named`, `acts`, `same`, `words`
//! * `spent`: per agent, and last `team`: `a`, `b` with `acts`, `tokens`, `seconds`, `cost` (null: not logged)
//! * `one_method`: whether the credits are of one method, else no difference is taken
//! * `credit`: per agent `agent`, `a`, `b` (null or a value, as in `report --format json`), `difference`: null or `value`,
//!   `interval`, `rests_on` (both, A, B), `sign_unsure`; `team`: the same of the sum, or null

use serde_json::{Value as Json, json};

use super::{
    diff::{DiffReport, DiffSide},
    json::value::{number, value},
};
use crate::{
    compare::{CreditRow, Difference, LineOf, RestsOn, RowKind, Side, Spent, SpentRow},
    model::{ActId, Episode, Status, Value},
    text::clean,
};

/// The comparison as JSON.
pub fn diff_json(report: &DiffReport<'_>) -> Json {
    let compared = report.compared;
    let (a, b) = (report.a.given.episode, report.b.given.episode);
    let counts: serde_json::Map<String, Json> =
        RowKind::ALL.iter().map(|it| (it.word().to_owned(), json!(compared.acts.count(*it)))).collect();
    let rows: Vec<Json> = compared
        .acts
        .rows
        .iter()
        .map(|it| json!({ "kind": it.kind.word(), "a": act(a, it.a), "b": act(b, it.b), "parts": it.parts }))
        .collect();
    let credit = compared.credit.as_ref();
    json!({
        "a": side(&report.a),
        "b": side(&report.b),
        "common": { "task": compared.common.task, "seed": compared.common.seed, "agents": compared.common.agents },
        "counts": counts,
        "rows": rows,
        "banded": compared.acts.banded,
        "first_difference": compared.acts.first_difference(),
        "first_divergence": compared.acts.first_divergence(),
        "divergence": compared.divergence_words(a, b),
        "texts": texts(report),
        "states": report.inside.states.iter()
            .map(|it| json!({ "key": it.key, "a": it.a, "b": it.b })).collect::<Vec<_>>(),
        "instead": instead(report),
        "spent": report.spent.iter().map(spent).collect::<Vec<_>>(),
        "one_method": compared.one_ruler,
        "credit": credit.map(|it| it.rows.iter().map(credit_row).collect::<Vec<_>>()),
        "team": credit.and_then(|it| it.team.as_ref()).map(credit_row),
    })
}

fn side(of: &DiffSide<'_>) -> Json {
    let episode = of.given.episode;
    let verdict = of.given.verdict;
    let credit = of.given.credit;
    let end = episode.outcome.as_ref();
    json!({
        "name": clean(of.name),
        "episode": episode.name,
        "status": end.and_then(|it| it.status.as_ref()).map(Status::word),
        "reason": end.and_then(|it| it.reason.as_ref()),
        "failed": episode.failed(),
        "reward": episode.logged_reward().map(|it| number(it.value)),
        "task": episode.task,
        "seed": episode.seed,
        "acts": episode.acts.len(),
        "verdict": verdict.sentence(episode),
        "named": verdict.named().iter().map(|it| &episode.agent(*it).name).collect::<Vec<_>>(),
        "act": verdict.act().map(|it| &episode.act(it).id),
        "method": credit.ok().map(|it| &it.method),
        "baseline": credit.ok().and_then(|it| it.baseline.as_ref()),
        "missing": credit.err().map(|it| clean(&it.missing)),
    })
}

fn act(episode: &Episode, act: Option<ActId>) -> Json {
    act.map_or(Json::Null, |it| {
        let act = episode.act(it);
        json!({
            "act": act.id,
            "agent": episode.agent(act.agent).name,
            "label": act.label,
            "result": act.result,
            "error": act.error,
        })
    })
}

fn texts(report: &DiffReport<'_>) -> Json {
    let line = |it: &LineOf| match it {
        LineOf::Both(text) => json!({ "of": "both", "text": text }),
        LineOf::One(side, text) => json!({ "of": side.letter(), "text": text }),
        LineOf::Left(n) => json!({ "left": n }),
    };
    let changes = report.inside.texts.iter();
    changes
        .map(|it| json!({ "field": it.field, "lines": it.lines.iter().map(line).collect::<Vec<_>>() }))
        .collect()
}

fn instead(report: &DiffReport<'_>) -> Json {
    let (a, b) = (report.a.given.episode, report.b.given.episode);
    report.compared.instead.as_ref().map_or(Json::Null, |it| {
        let (failed, passed) = if it.failed == Side::A { (a, b) } else { (b, a) };
        json!({
            "failed": it.failed.letter(),
            "act": it.act.map(|it| &failed.act(it).id),
            "named": it.is_named,
            "acts": it.acts.iter().map(|it| &passed.act(*it).id).collect::<Vec<_>>(),
            "same": it.same,
            "words": report.compared.instead_words(a, b),
        })
    })
}

fn spent(row: &SpentRow) -> Json {
    let of = |it: &Spent| {
        json!({
            "acts": it.acts,
            "tokens": it.tokens,
            "seconds": it.seconds.map(number),
            "cost": it.cost.map(number),
        })
    };
    json!({ "agent": row.agent, "a": of(&row.a), "b": of(&row.b) })
}

fn credit_row(row: &CreditRow) -> Json {
    let of = |it: &Option<Value>| it.as_ref().map_or(Json::Null, value);
    json!({ "agent": row.agent, "a": of(&row.a), "b": of(&row.b), "difference": row.difference.map(difference) })
}

fn difference(it: Difference) -> Json {
    json!({
        "value": number(it.value),
        "interval": it.interval.map(|(low, high)| [number(low), number(high)]),
        "rests_on": match it.rests_on {
            RestsOn::Both => "both",
            RestsOn::A => "A",
            RestsOn::B => "B",
        },
        "sign_unsure": it.sign_unsure(),
    })
}
