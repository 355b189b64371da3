//! What `creditscope audit` prints for people: declared credit beside its recomputed value, the diagnostics
//! of the replays, findings.

use std::fmt::Write;

use super::figures::{count, inline, interval, severity};
use crate::{
    audit::{Audit, Compat, Declared, DeclaredFidelity, Influence, Paid, Section, Spread},
    forensics,
    model::{Diagnostic, Origin, Value},
    text::{clean, pad},
};

/// At most this many declared credits and findings are listed; the JSON has all.
const LISTED: usize = 40;
/// Decimals: the diagnostics are read at leisure.
const PLACES: usize = 3;

/// Everything that `creditscope audit` prints.
pub struct AuditReport<'a> {
    /// The log as named on the command line.
    pub log: &'a str,
    /// The place of a record as `file:line`.
    pub files: &'a dyn Fn(Origin) -> String,
    /// The audit.
    pub audit: &'a Audit,
    /// Which formulas wrote its advantages, by run and algorithm.
    pub forensics: &'a [forensics::Report],
    /// Lines of which something was lost.
    pub bad_lines: u64,
    /// Input that could not be read, a sentence each.
    pub unread: &'a [String],
}

/// The audit as text.
pub fn audit_text(report: &AuditReport<'_>) -> String {
    let audit = report.audit;
    let mut out = format!("creditscope audit: {}\n\n", clean(report.log));
    let groups = audit.sections.last().map_or(0, |it| it.groups);
    line(
        &mut out,
        &format!(
            "{}, {}, {}; seed {}",
            count(audit.episodes as u64, "episode"),
            count(audit.declared.len() as u64, "declared credit"),
            count(groups as u64, "replay group"),
            audit.setting.seed
        ),
    );
    out.push_str("\nDECLARED CREDIT, RECOMPUTED\n");
    declared(&mut out, &audit.declared);
    if !report.forensics.is_empty() {
        out.push_str("\nFORENSICS: WHICH FORMULA WROTE THE ADVANTAGES\n");
        super::forensics::text(&mut out, report.forensics);
    }
    if !audit.declared_fidelity.is_empty() {
        out.push_str("\nDECLARED CREDIT AGAINST THE REPLAYS\n");
        declared_fidelity(&mut out, &audit.declared_fidelity);
    }
    if !audit.paid.is_empty() {
        out.push_str("\nOWN REWARDS BESIDE CREDIT\n");
        paid(&mut out, &audit.paid);
    }
    for section in &audit.sections {
        let whose = match (&section.agent, audit.sections.len()) {
            (Some(agent), _) => format!("REPLAY GROUPS OF {}", clean(agent)),
            (None, 1) => "REPLAY GROUPS".to_owned(),
            (None, _) if section.groups == groups => "ALL REPLAY GROUPS".to_owned(),
            (None, _) => "REPLAY GROUPS OF NO NAMED AGENT".to_owned(),
        };
        out.push_str(&format!("\n{whose}\n"));
        replays(&mut out, section);
        if let Some(it) = &section.compat {
            compat(&mut out, it);
        }
    }
    if audit.sections.is_empty() {
        out.push_str("\nREPLAY GROUPS\n");
        line(&mut out, "none logged (`counterfactual` of kind `replay`): nothing to diagnose");
    }
    out.push_str("\nSUMS AND REPLAY HYGIENE\n");
    findings(&mut out, report, &audit.findings);
    if report.bad_lines > 0 {
        line(&mut out, &format!("{} could not be read", count(report.bad_lines, "line")));
    }
    out
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "  {text}");
}

fn paid(out: &mut String, all: &[Paid]) {
    let mut shown: Vec<&Paid> = all.iter().collect();
    // What points opposite ways comes first, where not all are listed.
    if shown.len() > LISTED {
        shown.sort_by_key(|it| !it.pay.is_opposite());
    }
    let listed = |of: &[(String, f64)]| {
        let one = |it: &(String, f64)| format!("{} {}", clean(&it.0), inline(it.1, PLACES));
        of.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    for it in shown.iter().take(LISTED) {
        let reward = match it.pay.reward {
            None => "the signs differ, so nobody's reward is credited until one is chosen".to_owned(),
            Some(total) if it.pay.is_team => format!("the team has {}", inline(total.value, PLACES)),
            Some(total) => format!("the team has none, R is their sum {}", inline(total.value, PLACES)),
        };
        line(out, &format!("{}  paid: {}; {reward}", clean(&it.episode), listed(&it.paid)));
        let due = match &it.pay.credit {
            Err(why) => format!("no credit to compare with: {}", clean(&why.missing)),
            Ok(credit) => {
                let order = match it.pay.order {
                    Some(order) if order < 0.0 => "pay and credit point opposite ways",
                    Some(order) if order > 0.0 => "they point the same way",
                    Some(_) | None => "they do not order the agents",
                };
                format!("credit by {}: {}; {order}", credit.method, listed(&it.credit))
            }
        };
        line(out, &format!("  {due}"));
    }
    let more = all.len().saturating_sub(LISTED);
    if more > 0 {
        line(out, &format!("{} more: JSON has all", count(more as u64, "episode")));
    }
}

fn declared_fidelity(out: &mut String, all: &[DeclaredFidelity]) {
    for it in all {
        let value = match &it.value {
            Value::Number(number) => {
                let interval = match interval(number, PLACES) {
                    text if text.is_empty() => ", no interval: fewer than three groups".to_owned(),
                    text => format!(" {text}"),
                };
                format!("fidelity {}{interval}", inline(number.value, PLACES))
            }
            Value::Undefined(why) | Value::Unavailable(why) => format!("undefined: {why}"),
        };
        let acts = count(it.acts as u64, "replayed act");
        let without = match it.without {
            0 => String::new(),
            n => format!(", {n} more not credited"),
        };
        line(out, &format!("{}  {value} ({acts}{without})", clean(&it.algorithm)));
    }
    line(out, "Spearman of the declared credit of an act against Rbar - V(h); where it was made of these");
    line(out, "replays, it is judged by what it came from");
}

fn declared(out: &mut String, all: &[Declared]) {
    if all.is_empty() {
        line(out, "none");
        return;
    }
    let mut shown: Vec<&Declared> = all.iter().collect();
    // What is wrong comes first, in the order of the log.
    let size = |it: &&Declared| {
        let worst = it.row.worst.unwrap_or(0.0).abs().max(it.row.residual.unwrap_or(0.0).abs());
        if it.row.findings.is_empty() { worst } else { f64::INFINITY }
    };
    if shown.len() > LISTED {
        shown.sort_by(|a, b| size(b).total_cmp(&size(a)));
    }
    for it in shown.iter().take(LISTED) {
        line(out, &format!("{}  {}", clean(&it.episode), clean(&it.algorithm)));
        let said = match (&it.row.recomputed, it.row.worst) {
            (Err(why), _) => format!("not recomputed: {}", why.missing),
            (Ok(_), None) => {
                format!("recomputed as {}: no item has both numbers", it.row.method().unwrap_or_default())
            }
            (Ok(_), Some(worst)) => {
                let method = it.row.method().unwrap_or_default();
                format!("recomputed as {method}: largest difference {}", small(worst))
            }
        };
        line(out, &format!("  {}", clean(&said)));
        if let Some(fit) = it.row.fit_words() {
            line(out, &format!("  {}", clean(&fit)));
        }
        let residual = match it.row.residual {
            Some(residual) => format!("residual {}", small(residual)),
            None => "divides no total".to_owned(),
        };
        line(out, &format!("  sum {}; {residual}", inline(it.row.sum, PLACES)));
        for finding in &it.row.findings {
            line(out, &format!("  {}", clean(&finding.text)));
        }
    }
    if all.len() > LISTED {
        line(out, &format!("{} more, none of them worse (all in --format json)", all.len() - LISTED));
    }
}

/// A difference: `0`, `4.8e-7`, `+0.125`.
fn small(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 5e-4 => format!("{value:.1e}"),
        _ => inline(value, PLACES),
    }
}

fn replays(out: &mut String, section: &Section) {
    let anew = match section.drawn_anew {
        0 => "none drawn anew".to_owned(),
        n => format!("{n} more drawn anew to estimate V(h)"),
    };
    line(
        out,
        &format!(
            "{}, {}, {}; {anew}",
            count(section.groups as u64, "group"),
            count(section.candidates as u64, "candidate"),
            count(section.replays as u64, "replay")
        ),
    );
    if section.own > 0 {
        let all = if section.own == section.groups { "all".to_owned() } else { section.own.to_string() };
        line(
            out,
            &format!(
                "{all} by what the agent that acted earns for itself: no record says what the team does"
            ),
        );
    }
    line(out, "credit fidelity, split-half: credit from the first half of the replays against the second");
    for (baseline, fidelity, _) in &section.credits {
        if let Value::Undefined(why) = &fidelity.all_candidates {
            // What one baseline lacks, the other lacks too.
            line(out, &format!("  undefined: {}", clean(why)));
            break;
        }
        row(out, baseline.title(), "all candidates", &fidelity.all_candidates);
        row(out, baseline.title(), "real only", &fidelity.real_only);
    }
    line(out, "within-group variance of credit");
    for (baseline, _, variance) in &section.credits {
        let noise = variance.noise.map_or("spread of replays unknown".to_owned(), |it| {
            format!("replay noise alone would give {it:.PLACES$}")
        });
        row(out, baseline.title(), &noise, &variance.value);
    }
    line(out, "inter-agent influence, in nats");
    influence(out, &section.influence);
}

fn row(out: &mut String, name: &str, what: &str, value: &Value) {
    line(out, &format!("  {}  {}  {what}", pad(name, 13), number(value)));
}

fn number(value: &Value) -> String {
    match value {
        Value::Undefined(why) => format!("undefined ({})", clean(why)),
        Value::Unavailable(why) => format!("unavailable ({})", clean(why)),
        Value::Number(it) => {
            let interval = interval(it, PLACES);
            let n = it.n.map_or(String::new(), |n| format!(" n {n}"));
            let gap = if interval.is_empty() { "" } else { " " };
            format!("{}{gap}{interval}{n}", inline(it.value, PLACES))
        }
    }
}

fn influence(out: &mut String, it: &Influence) {
    line(out, &format!("  {}", number(&it.value)));
    let (least, most) = it.per_candidate;
    if it.groups > 0 {
        let n = if least == most { format!("{least}") } else { format!("{least} to {most}") };
        line(
            out,
            &format!(
                "  {n} next texts per candidate; {} different texts, {:.0}% under OTHER",
                it.distinct,
                100.0 * it.other_share
            ),
        );
    }
    if let Some(null) = &it.null {
        let judged = if null.p <= 0.05 { "more than chance" } else { "no more than chance gives" };
        line(
            out,
            &format!(
                "  chance alone gives {:.PLACES$}, up to {:.PLACES$} ({} deals of the texts); p = {:.PLACES$}: {judged}",
                null.mean, null.high, null.deals, null.p
            ),
        );
    }
}

fn compat(out: &mut String, it: &Compat) {
    line(out, "as the reference implementation of C3 computes it (what is undefined is 0 there)");
    for credit in &it.credits {
        let ((all, n), (real, real_n)) = (credit.all_candidates, credit.real_only);
        line(
            out,
            &format!("  {}  fidelity {all} (n {n}), real only {real} (n {real_n})", credit.mode.name()),
        );
        line(out, &format!("  {}  variance {}", pad("", credit.mode.name().len()), spread(&credit.variance)));
    }
    line(out, &format!("  influence  {} nats", spread(&it.influence.0)));
}

/// All digits: these numbers are for comparison.
fn spread(it: &Spread) -> String {
    format!("{} (std {}, stderr {}, groups {})", it.mean, it.std, it.stderr, it.n)
}

fn findings(out: &mut String, report: &AuditReport<'_>, found: &[Diagnostic]) {
    for it in found.iter().take(LISTED) {
        let place = it.origin.map_or("-".to_owned(), |it| clean(&(report.files)(it)));
        line(out, &format!("{place}: {} {}: {}", severity(it.severity), it.rule, clean(&it.message)));
    }
    match found.len() {
        0 => line(out, "nothing found"),
        n if n > LISTED => line(out, &format!("{} more (all in --format json)", n - LISTED)),
        _ => {}
    }
}
