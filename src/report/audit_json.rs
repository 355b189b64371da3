//! What `creditscope audit --format json` prints, numbers at full precision.
//!
//! * `log`, `episodes`, `seed`, `bad_lines`: what was audited
//! * `worst_residual`, `worst_recomputed`: largest absolute residual, and difference to the recomputed; null:
//!   none
//! * `declared`: `episode`, `algorithm`, `file_line`, `method` (null: not recomputed, then `missing`), `sum`,
//!   `residual`, `worst`, `items` (`name`, `declared`, `recomputed` (a value), `difference`), `findings`
//! * `own_rewards`: per episode in which agents earn for themselves `episode`, `paid` (agent and value), `reward` (null:
//!   nobody's by default), `is_team` (or the sum of what is paid), `method`, `credit` (agent and value) or `missing`,
//!   `order` (tau-b of pay against credit), `opposite`
//! * `forensics`: per run and algorithm of groups `level` (`named`, `fits`, `zero`, `none`), `sentence`, `fits` (`form`,
//!   `slip`, `same_here`, `bits`, `worst_difference`), `families`, `forms_tried`, `nearest`, `right` (`how`, counts of wrong
//!   signs, `agents`, `wrong`)
//! * `declared_fidelity`: per declared algorithm `algorithm`, `fidelity` (a value: Spearman against the
//!   replays), `acts`, `without`
//! * `replays`: per agent, then all together (`agent` null): `groups`, `candidates`, `drawn_anew`, `replays`,
//!   `credits` (`baseline`, `fidelity`, `variance`), `influence`, with `--c3-compat` `c3`
//! * `findings`: `file_line`, `severity`, `rule`, `message`
//!
//! `fidelity` has `all_candidates` and `real_only` (values; split-half), `groups`, `without`, `points`;
//! `variance` has `value`, `noise`, `groups`, `without`; `influence` has `value`, `null` (`mean`, `high`,
//! `p`, `deals`), `groups`, `without`, `per_candidate` (least and most), `other_share`, `distinct`. `c3` has,
//! in the names of the reference implementation, `credit` (per mode `mode`, `fidelity`, `var`, `details`) and
//! `mi`. A *value* is that of `report --format json`.

use serde_json::{Value as Json, json};

use super::{
    AuditReport, figures,
    json::value::{number, value},
    stream::Node,
};
use crate::{
    audit::{
        Compat, CompatCredit, CompatDetail, Declared, DeclaredFidelity, Influence, Paid, Section, Spread,
    },
    model::Diagnostic,
    text::clean,
};

/// The audit as JSON: made while it is written.
pub fn audit_json<'a>(report: &'a AuditReport<'a>) -> Node<'a> {
    let audit = report.audit;
    let small = json!({
        "log": clean(report.log),
        "episodes": audit.episodes,
        "seed": audit.setting.seed,
        "bad_lines": report.bad_lines,
        "unread": report.unread,
        "worst_residual": maybe(audit.worst_residual()),
        "worst_recomputed": maybe(audit.worst_recomputed()),
    });
    let large = [
        ("declared", Node::list(move || audit.declared.iter().map(|it| declared(report, it)))),
        ("own_rewards", Node::list(|| audit.paid.iter().map(paid))),
        ("declared_fidelity", Node::list(|| audit.declared_fidelity.iter().map(declared_fidelity))),
        ("forensics", Node::list(|| report.forensics.iter().map(super::forensics::json))),
        ("replays", Node::list(|| audit.sections.iter().map(section))),
        ("findings", Node::list(move || audit.findings.iter().map(|it| finding(report, it)))),
    ];
    Node::object(small, large)
}

fn maybe(value: Option<f64>) -> Json {
    value.map_or(Json::Null, number)
}

fn paid(it: &Paid) -> Json {
    let listed = |of: &[(String, f64)]| -> Vec<Json> {
        of.iter().map(|it| json!({ "agent": clean(&it.0), "value": number(it.1) })).collect()
    };
    let credit = it.pay.credit.as_ref();
    json!({
        "episode": clean(&it.episode),
        "paid": listed(&it.paid),
        "reward": it.pay.reward.map_or(Json::Null, |it| number(it.value)),
        "is_team": it.pay.is_team,
        "method": credit.ok().map(|it| it.method.as_str()),
        "missing": credit.err().map(|it| clean(&it.missing)),
        "credit": listed(&it.credit),
        "order": maybe(it.pay.order),
        "opposite": it.pay.is_opposite(),
    })
}

fn declared_fidelity(it: &DeclaredFidelity) -> Json {
    json!({
        "algorithm": clean(&it.algorithm),
        "fidelity": value(&it.value),
        "acts": it.acts,
        "without": it.without,
    })
}

fn declared(report: &AuditReport<'_>, it: &Declared) -> Json {
    let items = it.row.items.iter().map(|it| {
        json!({
            "name": clean(&it.name),
            "declared": maybe(it.declared),
            "recomputed": value(&it.recomputed),
            "difference": maybe(it.difference),
        })
    });
    json!({
        "episode": clean(&it.episode),
        "algorithm": clean(&it.algorithm),
        "file_line": clean(&(report.files)(it.origin)),
        "method": it.row.method(),
        "missing": it.row.recomputed.as_ref().err().map(|it| clean(&it.missing)),
        "sum": number(it.row.sum),
        "residual": maybe(it.row.residual),
        "worst": maybe(it.row.worst),
        "fits": it.row.fits,
        "forms": it.row.forms,
        "items": items.collect::<Vec<_>>(),
        "findings": it.row.findings.iter().map(|it| clean(&it.text)).collect::<Vec<_>>(),
    })
}

fn section(it: &Section) -> Json {
    let credits = it.credits.iter().map(|(baseline, fidelity, variance)| {
        json!({
            "baseline": baseline.title(),
            "fidelity": {
                "all_candidates": value(&fidelity.all_candidates),
                "real_only": value(&fidelity.real_only),
                "groups": fidelity.groups,
                "without": fidelity.without,
                "points": fidelity.points,
            },
            "variance": {
                "value": value(&variance.value),
                "noise": maybe(variance.noise),
                "groups": variance.groups,
                "without": variance.without,
            },
        })
    });
    let mut json = json!({
        "agent": it.agent.as_deref().map(clean),
        "groups": it.groups,
        "candidates": it.candidates,
        "drawn_anew": it.drawn_anew,
        "own_groups": it.own,
        "replays": number(it.replays),
        "credits": credits.collect::<Vec<_>>(),
        "influence": influence(&it.influence),
    });
    if let Some(it) = &it.compat {
        json["c3"] = compat(it);
    }
    json
}

fn influence(it: &Influence) -> Json {
    json!({
        "value": value(&it.value),
        "null": it.null.map(|it| json!({
            "mean": number(it.mean),
            "high": number(it.high),
            "p": number(it.p),
            "deals": it.deals,
        })),
        "groups": it.groups,
        "without": it.without,
        "per_candidate": [it.per_candidate.0, it.per_candidate.1],
        "other_share": number(it.other_share),
        "distinct": it.distinct,
    })
}

fn compat(it: &Compat) -> Json {
    let (spread, influence) = &it.influence;
    let vocabulary: Vec<String> = influence.vocabulary.iter().map(ToString::to_string).collect();
    let mut mi = of_spread(spread);
    mi["vocab_size"] = json!(vocabulary.len());
    mi["vocab"] = json!(vocabulary);
    mi["units"] = json!("nats");
    json!({ "credit": it.credits.iter().map(credit).collect::<Vec<_>>(), "mi": mi })
}

fn of_spread(it: &Spread) -> Json {
    json!({
        "n_buckets": it.n,
        "mean": number(it.mean),
        "std": number(it.std),
        "stderr": number(it.stderr),
    })
}

fn credit(it: &CompatCredit) -> Json {
    json!({
        "mode": it.mode.name(),
        "fidelity": {
            "estimate_v_by_extra_samples": it.mode.extra_value(),
            "n_all_candidates": it.all_candidates.1,
            "n_real_only": it.real_only.1,
            "spearman_all_candidates": number(it.all_candidates.0),
            "spearman_real_only": number(it.real_only.0),
        },
        "var": of_spread(&it.variance),
        "details": it.details.iter().map(detail).collect::<Vec<_>>(),
    })
}

fn detail(it: &CompatDetail) -> Json {
    json!({
        "episode": clean(&it.episode),
        "bucket_id": clean(&it.group),
        "candidate_j": it.j,
        "is_real_j": it.real,
        "returns_count": number(it.returns),
        "barR": number(it.mean),
        "baseline_loo": number(it.baseline_loo),
        "deltaR_loo": number(it.mean - it.baseline_loo),
        "A_hat": number(it.credit),
        "V_hat": number(it.value),
        "deltaR_vhat": number(it.delta),
    })
}

fn finding(report: &AuditReport<'_>, it: &Diagnostic) -> Json {
    json!({
        "file_line": it.origin.map(|it| clean(&(report.files)(it))),
        "severity": figures::severity(it.severity),
        "rule": it.rule.name(),
        "message": clean(&it.message),
    })
}
