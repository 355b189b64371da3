//! The verdict: its five parts, each as data and in words, and who is named in one place.

use serde_json::{Value as Json, json};

use super::{
    study, suspicion,
    value::{number, value},
};
use crate::{
    credit::{
        AdvantageSummary, Against, Check, Deed, Judgement, Named, Part, PartKind, Unlock, Verdict,
        VerdictFinding, Worth,
    },
    model::{ActId, AgentId, Episode, Estimate, Provenance, Value},
    report::{Report, figures, stream::Node},
    suspicion::Entered,
};

/// The five parts, and beside them what programs ask first.
pub(super) fn verdict<'a>(report: &Report<'_>) -> Node<'a> {
    let (episode, verdict) = (report.episode, report.verdict);
    let parts = verdict.parts(episode);
    let named = match &verdict.finding {
        VerdictFinding::Named(it) => Some(it),
        _ => None,
    };
    let deed = named.and_then(|it| it.deed.as_ref());
    let keys = [
        ("sentence", json!(verdict.sentence(episode))),
        ("short", json!(verdict.short(episode))),
        ("outcome", json!(outcome(report, &words(&parts, PartKind::Outcome)))),
        ("finding", json!(finding(report, &words(&parts, PartKind::Finding)))),
        ("ground", json!(ground(verdict, &words(&parts, PartKind::Ground)))),
        ("stability", json!(stability(report, &words(&parts, PartKind::Stability)))),
        ("against", json!(verdict.against.iter().map(|it| against(episode, it)).collect::<Vec<_>>())),
        ("failed", json!(episode.failed())),
        ("agents", json!(names(episode, verdict.named()))),
        ("all_equal", json!(verdict.is_all_equal())),
        ("credit", json!(named.map_or(Json::Null, |it| estimate(&it.credit)))),
        ("act", json!(verdict.act().map(|it| episode.act(it).id.clone()))),
        ("act_method", json!(deed.map(|it| it.method.clone()).filter(|it| !it.is_empty()))),
        ("act_provenance", json!(deed.and_then(|it| it.provenance).map(Provenance::word))),
        ("p_flip", json!(study::flip(report, verdict.stability.flip.as_ref()))),
        ("method", json!(verdict.method.clone())),
        ("by_task", json!(by_task(report))),
    ];
    Node::in_order(keys.map(|(key, it)| (key, it.into())))
}

/// What goes with failure over the episodes of the task, where that leads.
fn by_task(report: &Report<'_>) -> Json {
    let Some(clue) = report.verdict.by_task() else { return Json::Null };
    json!({
        "agent": report.episode.agent(clue.agent).name,
        "act": report.episode.act(clue.score.act).id,
        "famas": number(clue.score.famas),
        "failed_with": clue.score.counts.failed_with,
        "failed": clue.episodes.0,
        "passed_with": clue.score.counts.passed_with,
        "passed": clue.episodes.1,
        "chance": number(clue.score.chance),
    })
}

/// What a part says in full; null: nothing.
fn words(parts: &[Part], kind: PartKind) -> Json {
    parts.iter().find(|it| it.kind == kind).map_or(Json::Null, |it| Json::from(it.sentence.whole()))
}

fn names(episode: &Episode, agents: &[AgentId]) -> Vec<String> {
    agents.iter().map(|it| episode.agent(*it).name.clone()).collect()
}

fn estimate(it: &Estimate) -> Json {
    value(&Value::Number(*it))
}

fn outcome(report: &Report<'_>, words: &Json) -> Json {
    let (episode, it) = (report.episode, &report.verdict.outcome);
    let own = it.own.iter().map(|it| json!({ "agent": episode.agent(it.0).name, "value": number(it.1) }));
    json!({
        "word": it.ending.word(),
        "status": it.status,
        "reason": it.reason,
        "reward": it.reward.map(|it| json!({
            "value": number(it.value),
            "source": figures::reward_source(episode, it.source),
        })),
        "whose": it.whose.as_ref().map(|it| episode.whose_name(it)),
        "own": own.collect::<Vec<_>>(),
        "task": it.task,
        "expected": it.expected,
        "answer": it.answer,
        "words": words,
    })
}

fn finding(report: &Report<'_>, words: &Json) -> Json {
    let episode = report.episode;
    let finding = &report.verdict.finding;
    let mut json = match finding {
        VerdictFinding::Named(it) => named(episode, it),
        VerdictFinding::Equal(it) => json!({
            "credit": number(it.credit),
            "by": it.by,
            "equal": names(episode, &it.agents),
            "unknown": names(episode, &it.unknown),
        }),
        VerdictFinding::Judged(it) => judged(episode, it),
        VerdictFinding::Estimated(it) => suspicion::estimated(episode, it),
        VerdictFinding::Entered(it) => entered(episode, it),
        VerdictFinding::Unknown => json!({}),
    };
    json["kind"] = Json::from(finding.word());
    json["agents"] = Json::from(names(episode, finding.agents()));
    json["act"] = Json::from(finding.act().map(|it| episode.act(it).id.as_str()));
    json["words"] = words.clone();
    json
}

fn named(episode: &Episode, it: &Named) -> Json {
    json!({
        "credit": estimate(&it.credit),
        "by": it.by,
        "share": it.share.map(|share| json!({
            "part": number(it.credit.value),
            "whole": number(share.whole),
            "reference": share.reference.words(),
        })),
        "apart": it.margin.map(|it| {
            let interval = it.interval.ok();
            json!({
                "from": episode.agent(it.other).name,
                "value": number(-it.difference),
                "interval": interval.map(|it| [number(-it.high), number(-it.low)]),
                "level": interval.map(|it| number(it.level)),
                "no_interval": it.why_no_interval(),
            })
        }),
        "acts_overlap": it.overlaps,
        "unknown": names(episode, &it.unknown),
        "unexplained": it.unexplained.as_ref().map(|it| json!({
            "reward": number(it.reward),
            "explained": number(it.explained),
            "outside": names(episode, &it.outside),
        })),
        "deed": it.deed.as_ref().map(|it| deed(episode, it)),
    })
}

fn deed(episode: &Episode, it: &Deed) -> Json {
    let act = episode.act(it.act);
    let instead = it.instead.iter().map(|(label, it)| {
        let mut json = worth(it);
        json["action"] = Json::from(label.as_str());
        json
    });
    json!({
        "act": act.id,
        "agent": episode.agent(act.agent).name,
        "step": act.step,
        "did": it.did,
        "got": it.got.as_ref().map(worth),
        "instead": instead.collect::<Vec<_>>(),
        "credit": it.credit.as_ref().map(estimate),
        "method": it.method,
        "provenance": it.provenance.map(Provenance::word),
    })
}

fn worth(it: &Worth) -> Json {
    json!({
        "mean": number(it.mean),
        "standard_error": it.standard_error.map_or(Json::Null, number),
        "n": it.n,
        "successes": it.successes,
    })
}

fn judged(episode: &Episode, it: &Judgement) -> Json {
    let blame = it.probabilities.iter();
    let blame = blame.map(|it| json!({ "agent": episode.agent(it.0).name, "probability": number(it.1) }));
    json!({
        "judge": it.judge,
        "human": it.human,
        "names": it.agent_text,
        "at": it.act.map(|it| episode.act(it).id.as_str()).or(it.act_text.as_deref()),
        "reason": it.reason,
        "blame": blame.collect::<Vec<_>>(),
    })
}

fn ground(verdict: &Verdict, words: &Json) -> Json {
    let it = &verdict.ground;
    json!({
        "rung": it.rung.word(),
        "by": it.by,
        "amount": it.amount,
        "act_amount": it.act_amount,
        "checked_by": it.checked_by,
        "refuted_by": it.refuted_by,
        "shape": it.shape.as_ref().map(|it| json!({ "declared": it.0, "method": it.1 })),
        "silent": it.silent.iter().map(|it| it.word()).collect::<Vec<_>>(),
        "shown": it.shown,
        "unlock": it.unlock.map(Unlock::words),
        "words": words,
    })
}

fn stability(report: &Report<'_>, words: &Json) -> Json {
    let it = &report.verdict.stability;
    let measurements = it.votes.iter().map(|vote| {
        json!({
            "data": vote.data.word(),
            "table": vote.table,
            "method": vote.method,
            "agents": names(report.episode, &vote.agents),
            "agrees": vote.agrees.word(),
        })
    });
    json!({
        "agree": it.agree(),
        "of": it.votes.len(),
        "measurements": measurements.collect::<Vec<_>>(),
        "p_flip": study::flip(report, it.flip.as_ref()),
        "confirmed": it.confirmed,
        "words": words,
    })
}

fn against(episode: &Episode, it: &Against) -> Json {
    let mut json = match it {
        Against::Measurement { data, table, method, agents } => {
            json!({
                "data": data.word(),
                "table": table,
                "method": method,
                "agents": names(episode, agents),
            })
        }
        Against::Judge(it) => judged(episode, it),
        Against::Estimate { agent, p } => json!({ "agents": names(episode, &[*agent]), "p": number(*p) }),
        Against::Unlike { distance } => json!({ "distance": number(*distance) }),
        Against::Refuted(it) => check(it),
        Against::Advantages(it) => advantages(it),
        Against::Declared { key, agents } => json!({ "declared": key, "agents": names(episode, agents) }),
        Against::Elsewhere { reward, team } => {
            json!({ "reward": number(*reward), "team": number(*team) })
        }
        Against::Outside { agents } => json!({ "agents": names(episode, agents) }),
        Against::Pay { paid } => json!({
            "paid": paid.iter()
                .map(|it| json!({ "agent": episode.agent(it.0).name, "value": number(it.1) }))
                .collect::<Vec<_>>(),
        }),
        Against::Signs { sum } => json!({ "sum": number(*sum) }),
        Against::Act { act, credit, more } => json!({
            "more": more,
            "act": episode.act(*act).id,
            "agents": names(episode, &[episode.act(*act).agent]),
            "credit": estimate(credit),
        }),
        Against::Formulas { data, rows, of } => json!({
            "data": data.word(),
            "of": of,
            "rows": rows.iter()
                .map(|(method, agents)| json!({ "method": method, "agents": names(episode, agents) }))
                .collect::<Vec<_>>(),
        }),
        Against::Loop(it) => json!({
            "after": episode.act(it.after).id,
            "last": episode.act(it.last).id,
            "agents": names(episode, &it.agents),
            "acts": it.acts,
            "repeats": it.repeats,
            "of": it.of,
            "tokens": it.spent.tokens,
            "cost": it.spent.cost.map(number),
            "seconds": it.spent.seconds.map(number),
        }),
        Against::Unlinked(it) => json!({ "traces": it.traces, "act": episode.act(it.second).id }),
        Against::Entered(it) => entered(episode, it),
        Against::Model { method, agents } => json!({ "method": method, "agents": names(episode, agents) }),
    };
    json["kind"] = Json::from(it.word());
    json["words"] = Json::from(it.in_words(episode));
    json
}

fn advantages(it: &AdvantageSummary) -> Json {
    let own = it.own.iter().map(|it| {
        json!({
            "act": it.act,
            "agent": it.agent,
            "declared": number(it.declared),
            "right": it.right.map(number),
        })
    });
    json!({
        "declared": it.algorithm,
        "level": it.level.word(),
        "numbers": it.numbers,
        "rollouts": it.rollouts,
        "form": it.form,
        "slip": it.slip,
        "other_formulas": it.rivals,
        "forms_tried": it.tried,
        "right": it.right,
        "numbers_off": it.off,
        "wrong_sign": it.wrong_sign,
        "signal_lost": it.lost,
        "pushed_without_signal": it.pushed,
        "agents": it.hurt,
        "going_on": it.stopping.map(|it| number(it.went_on)),
        "stopping": it.stopping.map(|it| number(it.stopped)),
        "off_here": own.collect::<Vec<_>>(),
    })
}

fn entered(episode: &Episode, it: &Entered) -> Json {
    let id = |act: ActId| episode.act(act).id.as_str();
    json!({
        "entered": { "agent": episode.agent(it.agent).name, "act": id(it.act) },
        "values": it.values,
        "asked": it.asked,
        "instead_of": it.instead,
        "in_result": it.in_result,
        "repeats": it.repeats.iter().map(|it| id(*it)).collect::<Vec<_>>(),
        "known_wrong": it.is_known_wrong,
    })
}

fn check(it: &Check) -> Json {
    let off = it.off.iter().map(
        |it| json!({ "name": it.name, "declared": number(it.declared), "computed": number(it.computed) }),
    );
    json!({
        "declared": it.key,
        "method": it.method,
        "sum_agrees": it.sum_agrees,
        "off": off.collect::<Vec<_>>(),
    })
}
