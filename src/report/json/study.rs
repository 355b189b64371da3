//! Curves, messages, how sure the verdict is, and where a failed episode was lost.

use serde_json::{Value as Json, json};

use super::{place, value::number};
use crate::{
    credit::{
        Curve, CurvePoint, FailureRow, FailureStudy, FlipProbability, MessageRow, MessageTable, Sender,
        Suspicion, Tally,
    },
    model::{ActId, AgentId},
    report::{Report, stream::Node},
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
pub(super) fn curve<'a>(report: &'a Report<'a>, curve: &'a Curve) -> Node<'a> {
    let point = move |it: &CurvePoint| {
        json!({
            "at": number(it.at),
            "credit": it.credit.iter().map(|it| optional(*it)).collect::<Vec<_>>(),
            "named": names(report, &it.blamed),
        })
    };
    let sentences = curve.sentences(report.episode);
    let flips = curve.flips.iter().zip(sentences).map(|(it, sentence)| {
        json!({
            "at": number(it.at),
            "before": names(report, &it.before),
            "after": names(report, &it.after),
            "sentence": sentence,
        })
    });
    let small = json!({
        "name": curve.name(),
        "method": curve.scenario.method,
        "baseline": curve.scenario.baseline,
        "param": curve.param,
        "in_force": number(curve.current.0),
        "flips": flips.collect::<Vec<_>>(),
    });
    Node::object(small, [("points", Node::list(move || curve.points.iter().map(point)))])
}

/// Messages by sender, with both splits and their sums.
pub(super) fn messages<'a>(report: &'a Report<'a>, table: &'a MessageTable) -> Node<'a> {
    let sender = move |it: &'a Sender| {
        let message = move |row: &MessageRow| {
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
        };
        let small = json!({
            "agent": report.episode.agent(it.agent).name,
            "credit": optional(it.credit),
            "flow": optional(it.flow),
            "centred_residual": optional(it.centred_residual),
            "softmax_residual": optional(it.softmax_residual),
        });
        Node::object(small, [("messages", Node::list(move || it.messages.iter().map(message)))])
    };
    let small = json!({
        "provenance": "structural",
        "divided": table.title,
        "beta": number(table.setting.beta),
        "tau": number(table.setting.tau),
        "scores": table.scores,
        "flow": table.flow.as_ref().ok(),
    });
    Node::object(small, [("senders", Node::list(move || table.senders.iter().map(sender)))])
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
pub(super) fn failure<'a>(report: &'a Report<'a>, study: &'a FailureStudy) -> Node<'a> {
    let episode = report.episode;
    let act = move |it: crate::model::ActId| episode.act(it).id.as_str();
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
    let row = move |(id, row): &'a (ActId, FailureRow)| {
        let judges = row.labels.iter().filter_map(|it| episode.labels.get(*it));
        json!({
            "act": act(*id),
            "agent": episode.agent(episode.act(*id).agent).name,
            "happened": tally(row.happened),
            "others": tally(row.others),
            "rules": row.rules.iter().map(|it| it.name()).collect::<Vec<_>>(),
            "judges": judges.map(|it| it.judge.as_str()).collect::<Vec<_>>(),
        })
    };
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
    let task = study.task.as_ref().map(|task| {
        let deeds = task.deeds.iter().map(|it| {
            json!({
                "agent": it.deed.agent,
                "kind": it.deed.kind,
                "text": it.deed.text,
                "act": act(it.act),
                "famas": number(it.famas),
                "ochiai": optional(it.counts.ochiai()),
                "tarantula": optional(it.counts.tarantula()),
                "failed_with": it.counts.failed_with,
                "passed_with": it.counts.passed_with,
                "chance": number(it.chance),
            })
        });
        json!({ "failed": task.failed, "passed": task.passed, "deeds": deeds.collect::<Vec<_>>() })
    });
    let small = json!({
        "task": task,
        "success": study.success.as_ref().map_or(Json::Null, |it| number(*it)),
        "success_missing": study.success.as_ref().err().map(|it| it.missing.as_str()),
        "null_arm": tally(study.null_arm),
        "rules": rules.collect::<Vec<_>>(),
        "run": study.run.map(|(seen, ended, failed)| json!({ "seen": seen, "ended": ended, "failed": failed })),
    });
    Node::object(
        small,
        [
            ("acts", Node::list(move || study.rows.iter().map(row))),
            ("agents", Node::list(move || study.agents.iter().map(suspicion))),
            ("actions", Node::list(move || study.actions.iter().map(suspicion))),
        ],
    )
}
