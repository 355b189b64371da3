//! Which formula wrote the advantages of a log: as text, JSON and CSV.

use serde_json::{Value, json};

use super::{
    csv::{harmless, quoted},
    figures::inline,
};
use crate::{
    forensics::{Form, Level, Report},
    text::clean,
};

/// Forms and numbers listed as text; JSON has all.
const LISTED: usize = 4;
/// Decimals of numbers.
const PLACES: usize = 3;

/// The report as lines of an audit.
pub(super) fn text(out: &mut String, reports: &[Report]) {
    for it in reports {
        let run = it.run.as_deref().map_or(String::new(), |it| format!(" of run {}", clean(it)));
        let head = format!("{}{run}: {}", clean(&it.algorithm), it.level.word());
        out.push_str(&format!("  {head}\n"));
        let mut say = |text: &str| out.push_str(&format!("    {}\n", clean(text)));
        say(&it.sentence());
        if it.level == Level::Fits {
            for form in rivals(it).take(LISTED) {
                say(&format!("or: {}", described(form)));
            }
        }
        if let Some(same) = it.fits.first().and_then(untold) {
            say(&format!("this log cannot tell apart: {same}"));
        }
        if let Some(harm) = it.harm() {
            say(&harm);
        }
        if it.level != Level::Zero || it.right.has_signal {
            say(&format!("right would be: {}", it.right.how));
        }
        for wrong in it.right.wrong.iter().take(LISTED) {
            say(&format!(
                "{} {} ({}): declared {}, right {}",
                wrong.episode,
                wrong.act,
                wrong.agent,
                inline(wrong.declared, PLACES),
                inline(wrong.right.unwrap_or(0.0), PLACES)
            ));
        }
        let more = it.right.wrong.len().saturating_sub(LISTED);
        if more > 0 {
            say(&format!("{more} more of the wrong sign: JSON has all"));
        }
    }
}

/// Other formulas that fit, one form of each.
fn rivals(report: &Report) -> impl Iterator<Item = &Form> {
    let mut seen: Vec<String> = report.fits.first().map(Form::family).into_iter().collect();
    report.fits.iter().filter(move |it| {
        let family = it.family();
        let is_new = !seen.contains(&family);
        seen.push(family);
        is_new
    })
}

fn described(form: &Form) -> String {
    form.slip().map_or_else(|| form.words(), |slip| format!("{} ({slip})", form.words()))
}

/// Names of one form that mean the same in this log.
fn untold(form: &Form) -> Option<String> {
    let several = form.names();
    (!several.is_empty()).then(|| several.join("; "))
}

/// The report as JSON.
pub(super) fn json(it: &Report) -> Value {
    let form = |it: &Form| {
        json!({
            "form": it.words(),
            "slip": it.slip(),
            "same_here": it.names(),
            "bits": it.bits,
            "worst_difference": it.worst,
        })
    };
    let (wrong_sign, lost, pushed) = it.right.counts();
    json!({
            "run": it.run,
            "algorithm": it.algorithm,
            "level": it.level.word(),
            "sentence": it.sentence(),
            "numbers": it.numbers,
            "different_sizes": it.magnitudes,
            "rollouts": it.rollouts,
            "tolerance": it.tolerance,
            "forms_tried": it.tried,
            "families": it.families,
        "bits_ahead": it.ahead,
        "is_evidence": it.is_evidence,
            "only_by_rounding": it.by_rounding,
            "fits": it.fits.iter().map(form).collect::<Vec<_>>(),
            "nearest": it.nearest.as_ref().filter(|_| it.level == Level::None).map(|it| json!({
                "form": it.form, "slope": it.slope, "offset": it.offset, "rms": it.rms,
            })),
            "right": {
                "how": it.right.how,
                "has_signal": it.right.has_signal,
                "numbers_off": it.right.off,
                "wrong_sign": wrong_sign,
                "signal_lost": lost,
                "pushed_without_signal": pushed,
                "agents": it.right.agents.iter().map(|it| json!({
                    "agent": it.agent, "numbers": it.numbers, "wrong_sign": it.wrong_sign,
                    "signal_lost": it.lost, "pushed_without_signal": it.pushed,
                })).collect::<Vec<_>>(),
                "wrong": it.right.wrong.iter().map(|it| json!({
                    "episode": it.episode, "act": it.act, "agent": it.agent,
                    "declared": it.declared, "right": it.right,
                })).collect::<Vec<_>>(),
            },
    })
}

/// Every declared number beside the right one as CSV: `run, algorithm, episode, act, agent, declared, right, level,
/// form`. A rollout that broke off has no right number.
pub fn forensics_csv(reports: &[Report]) -> String {
    let mut out = "run,algorithm,episode,act,agent,declared,right,level,form\n".to_owned();
    for report in reports {
        let form = report.fits.first().map_or_else(String::new, Form::words);
        for it in &report.right.numbers {
            let right = it.right.map_or_else(String::new, |it| it.to_string());
            let cells = [
                report.run.as_deref().map_or_else(String::new, clean),
                clean(&report.algorithm),
                it.episode.clone(),
                it.act.clone(),
                it.agent.clone(),
                it.declared.to_string(),
                right,
                report.level.word().to_owned(),
                form.clone(),
            ];
            let cells = cells.map(|it| quoted(&harmless(it)));
            out += &format!("{}\n", cells.join(","));
        }
    }
    out
}
