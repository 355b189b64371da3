//! Curves, messages, how sure the verdict is, and where a failed episode was lost.

use serde_json::{Value as Json, json};

use super::{place, value::number};
use crate::{
    credit::{Curve, FailureStudy, FlipProbability, MessageTable, Sender, Suspicion, Tally},
    model::AgentId,
    report::Report,
};

fn optional(value: Option<f64>) -> Json {
    value.map_or(Json::Null, number)
}

fn names<'a>(report: &Report<'a>, agents: &[AgentId]) -> Vec<&'a str> {
    agents.iter().map(|it| report.episode.agent(*it).name.as_str()).collect()
}

/// How often another would be named.
pub(super) fn flip(report: &Report<'_>, flip: Option<&FlipProbability>) -> Json {
    let Some(flip) = flip else { return Json::Null };
    let named = flip
        .named
        .iter()
        .map(|(agent, share)| json!({ "agent": report.episode.agent(*agent).name, "share": number(*share) }));
    json!({
        "low": number(flip.ends().0),
        "high": number(flip.ends().1),
        "plain": number(flip.plain),
        "shrunk": number(flip.shrunk),
        "draws": flip.draws,
        "named": named.collect::<Vec<_>>(),
    })
}

/// One curve with all its points.
pub(super) fn curve(report: &Report<'_>, curve: &Curve) -> Json {
    let points = curve.points.iter().map(|it| {
        json!({
            "at": number(it.at),
            "credit": it.credit.iter().map(|it| optional(*it)).collect::<Vec<_>>(),
            "named": names(report, &it.blamed),
        })
    });
    let sentences = curve.sentences(report.episode);
    let flips = curve.flips.iter().zip(sentences).map(|(it, sentence)| {
        json!({
            "at": number(it.at),
            "before": names(report, &it.before),
            "after": names(report, &it.after),
            "sentence": sentence,
        })
    });
    json!({
        "name": curve.name(),
        "method": curve.scenario.method,
        "baseline": curve.scenario.baseline,
        "param": curve.param,
        "in_force": number(curve.current.0),
        "points": points.collect::<Vec<_>>(),
        "flips": flips.collect::<Vec<_>>(),
    })
}

/// Messages by sender, with both splits and their sums.
pub(super) fn messages(report: &Report<'_>, table: &MessageTable) -> Json {
    let sender = |it: &Sender| {
        let messages = it.messages.iter().map(|row| {
            let act = report.episode.act(row.act);
            json!({
                "message": act.id,
                "to": names(report, &act.to),
                "score": optional(row.score),
                "score_file_line": row.origin.map(|it| place(report, it)),
                "flow": optional(row.flow),
                "centred": optional(row.centred),
                "softmax": optional(row.softmax),
                "file_line": place(report, act.origin),
            })
        });
        json!({
            "agent": report.episode.agent(it.agent).name,
            "credit": optional(it.credit),
            "flow": optional(it.flow),
            "centred_residual": optional(it.centred_residual),
            "softmax_residual": optional(it.softmax_residual),
            "messages": messages.collect::<Vec<_>>(),
        })
    };
    json!({
        "provenance": "structural",
        "divided": table.title,
        "beta": number(table.setting.beta),
        "tau": number(table.setting.tau),
        "scores": table.scores,
        "flow": table.flow.as_ref().ok(),
        "senders": table.senders.iter().map(sender).collect::<Vec<_>>(),
    })
}

fn tally(tally: Option<Tally>) -> Json {
    let Some(tally) = tally else { return Json::Null };
    json!({
        "successes": tally.successes,
        "n": tally.n,
        "wilson95": tally.interval().map(|(low, high)| [number(low), number(high)]),
    })
}

/// Where a failed episode was lost.
pub(super) fn failure(report: &Report<'_>, study: &FailureStudy) -> Json {
    let episode = report.episode;
    let act = |it: crate::model::ActId| episode.act(it).id.as_str();
    let rules = study.findings.iter().map(|finding| {
        let rule = finding.rule;
        let needs: Vec<&str> = rule.needs().iter().map(|it| it.code()).collect();
        let mut json = json!({
            "rule": rule.name(),
            "formula": rule.formula(),
            "source": rule.source(),
            "needs": needs,
        });
        match &finding.result {
            Ok(found) => {
                json["state"] = Json::from(match (found.act, found.agent) {
                    (None, None) => "none",
                    _ => "found",
                });
                json["act"] = Json::from(found.act.map(act));
                json["agent"] = Json::from(found.agent.map(|it| episode.agent(it).name.as_str()));
                json["sure"] = Json::from(found.certain);
                json["text"] = Json::from(found.text.as_str());
                json["records"] = found.origins.iter().map(|it| place(report, *it)).collect();
            }
            Err(why) => {
                json["state"] = Json::from("unavailable");
                json["missing"] = Json::from(why.missing.as_str());
            }
        }
        json
    });
    let rows = study.rows.iter().map(|(id, row)| {
        let judges = row.labels.iter().filter_map(|it| episode.labels.get(*it));
        json!({
            "act": act(*id),
            "agent": episode.agent(episode.act(*id).agent).name,
            "happened": tally(row.happened),
            "others": tally(row.others),
            "rules": row.rules.iter().map(|it| it.name()).collect::<Vec<_>>(),
            "judges": judges.map(|it| it.judge.as_str()).collect::<Vec<_>>(),
        })
    });
    let suspicion = |it: &Suspicion| {
        json!({
            "element": it.element,
            "ochiai": optional(it.ochiai()),
            "tarantula": optional(it.tarantula()),
            "failed_with": it.failed_with,
            "failed_without": it.failed_without,
            "passed_with": it.passed_with,
            "passed_without": it.passed_without,
        })
    };
    json!({
        "success": study.success.as_ref().map_or(Json::Null, |it| number(*it)),
        "success_missing": study.success.as_ref().err().map(|it| it.missing.as_str()),
        "null_arm": tally(study.null_arm),
        "rules": rules.collect::<Vec<_>>(),
        "acts": rows.collect::<Vec<_>>(),
        "run": study.run.map(|(seen, ended, failed)| json!({ "seen": seen, "ended": ended, "failed": failed })),
        "agents": study.agents.iter().map(suspicion).collect::<Vec<_>>(),
        "actions": study.actions.iter().map(suspicion).collect::<Vec<_>>(),
    })
}
