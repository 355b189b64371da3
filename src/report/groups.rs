//! The ledger of a run's groups: what there was to learn from, as text, CSV and JSON.

use serde_json::{Value, json};

use super::csv::{harmless, quoted};
use crate::{
    forensics::{Ledger, LedgerRow},
    text::{clean, pad},
};

/// Tasks listed as text; CSV and JSON have all.
const LISTED: usize = 40;
/// Updates and wrong signs likewise.
const UPDATES: usize = 10;
const WRONG: usize = 10;

/// The columns of a row, in words and in figures.
const COLUMNS: [&str; 11] =
    ["agent", "groups", "flat", "rollouts", "left out", "up", "down", "sum", "wrong", "pushed", "lost"];

fn cells(it: &LedgerRow) -> [String; 11] {
    [
        clean(&it.agent),
        it.groups.to_string(),
        it.flat.to_string(),
        it.rollouts.to_string(),
        it.broken_off.to_string(),
        it.up.to_string(),
        it.down.to_string(),
        format!("{:+.3}", it.mass),
        it.wrong_sign.to_string(),
        it.pushed.to_string(),
        it.lost.to_string(),
    ]
}

/// The ledgers as text.
pub fn groups_text(log: &str, ledgers: &[Ledger]) -> String {
    let mut out = format!("creditscope report --groups: {}\n", clean(log));
    for it in ledgers {
        let run = it.run.as_deref().map_or_else(|| "no run".to_owned(), |it| format!("run {}", clean(it)));
        let algorithm = it.algorithm.as_deref().map_or_else(|| "no advantages declared".to_owned(), clean);
        out += &format!(
            "\n{run}: {} rollouts in {} groups, most of {}; {} broke off and are left out; {algorithm}\n",
            it.rollouts, it.groups, it.usual_size, it.broken_off
        );
        for sentence in it.sentences() {
            out += &format!("  {}\n", clean(&sentence));
        }
        out += "\n";
        table(&mut out, "all tasks", it.all.iter());
        for (task, rows) in (0..it.task_count()).filter_map(|at| it.task(at)).take(LISTED) {
            table(&mut out, &clean(task), rows.iter());
        }
        if it.task_count() > LISTED {
            out += &format!("  {} more tasks: CSV and JSON have all\n", it.task_count() - LISTED);
        }
        updates(&mut out, it);
        wrong(&mut out, it);
    }
    out += "\nflat: groups without a spread, so no signal. up, down: declared numbers above and below 0, one on all acts of a\n\
            rollout once; sum: what they add up to. wrong: the other sign than is right; pushed: not 0 without a signal;\n\
            lost: 0 although there is one.\n";
    out
}

/// What declared numbers add up to by policy update: 0 in every cell where each agent is compared with itself.
fn updates(out: &mut String, it: &Ledger) {
    if it.updates.len() < 2 {
        return;
    }
    let first = it.updates.len().saturating_sub(UPDATES);
    let before = if first > 0 { format!(", the last {UPDATES}: JSON has all") } else { String::new() };
    *out += &format!("  sum of pushes by update{before}\n");
    let names = it.all.iter().map(|it| clean(&it.agent)).collect::<Vec<_>>();
    let width = names.iter().map(|it| it.chars().count()).chain([5]).max().unwrap_or(0);
    let heads: String = it.updates[first..].iter().map(|it| format!("{:>9}", format!("u{it}"))).collect();
    *out += &format!("    {}{heads}\n", pad("agent", width));
    for (name, cells) in names.iter().zip(&it.by_update) {
        let cells: String =
            cells[first..].iter().map(|it| format!("{:>9}", format!("{:+.2}", it.mass))).collect();
        *out += &format!("    {}{cells}\n", pad(name, width));
    }
}

/// Numbers of the wrong sign, the worst first.
fn wrong(out: &mut String, it: &Ledger) {
    if it.wrong.is_empty() {
        return;
    }
    *out += "  wrong signs, worst first\n";
    for it in it.wrong.iter().take(WRONG) {
        *out += &format!(
            "    {} {} in {}: {:.3} against a mean of {:.3}, declared {:+.3}, right {:+.3}\n",
            clean(&it.episode),
            clean(&it.agent),
            clean(&it.task),
            it.own,
            it.mean,
            it.declared,
            it.right
        );
    }
}

fn table<'a>(out: &mut String, title: &str, rows: impl Iterator<Item = &'a LedgerRow>) {
    let rows: Vec<[String; 11]> = rows.map(cells).collect();
    let width = |at: usize| {
        let of = rows.iter().map(|it| it[at].chars().count());
        of.chain([COLUMNS[at].len()]).max().unwrap_or(0)
    };
    let mut line = |cells: &[String]| {
        let shown: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(at, it)| if at == 0 { pad(it, width(at)) } else { format!("{it:>0$}", width(at)) })
            .collect();
        *out += &format!("    {}\n", shown.join("  ").trim_end());
    };
    line(&COLUMNS.map(str::to_owned));
    rows.iter().for_each(|it| line(it));
    let at = out.len() - out.lines().rev().take(rows.len() + 1).map(|it| it.len() + 1).sum::<usize>();
    out.insert_str(at, &format!("  {title}\n"));
}

/// The ledgers as CSV, a row for each task and agent.
pub fn groups_csv(ledgers: &[Ledger]) -> String {
    let mut out = "run,algorithm,task,agent,groups,flat,rollouts,left_out,flat_rollouts,tokens,flat_tokens,up,down,sum,\
                   wrong_sign,pushed,lost\n"
        .to_owned();
    for ledger in ledgers {
        for it in &ledger.rows {
            let text = [
                ledger.run.as_deref().map_or_else(String::new, clean),
                ledger.algorithm.as_deref().map_or_else(String::new, clean),
                clean(&it.task),
                clean(&it.agent),
            ];
            let counts =
                [it.groups, it.flat, it.rollouts, it.broken_off, it.flat_rollouts].map(|it| it.to_string());
            let tokens = [it.tokens, it.flat_tokens].map(|it| it.to_string());
            let pushes = [it.up.to_string(), it.down.to_string(), it.mass.to_string()];
            let signs = [it.wrong_sign, it.pushed, it.lost].map(|it| it.to_string());
            let text = text.map(|it| quoted(&harmless(it)));
            let cells = text.into_iter().chain(counts).chain(tokens).chain(pushes).chain(signs);
            out += &format!("{}\n", cells.collect::<Vec<_>>().join(","));
        }
    }
    out
}

/// The ledgers as JSON.
pub fn groups_json(log: &str, ledgers: &[Ledger]) -> Value {
    let row = |it: &LedgerRow| {
        json!({
            "task": (!it.task.is_empty()).then(|| clean(&it.task)),
            "agent": clean(&it.agent),
            "groups": it.groups, "flat": it.flat,
            "rollouts": it.rollouts, "left_out": it.broken_off, "flat_rollouts": it.flat_rollouts,
            "tokens": it.tokens, "flat_tokens": it.flat_tokens,
            "up": it.up, "down": it.down, "sum": it.mass,
            "wrong_sign": it.wrong_sign, "pushed_without_signal": it.pushed, "signal_lost": it.lost,
            "never_a_signal": it.is_without_signal(),
        })
    };
    let ledger = |it: &Ledger| {
        json!({
            "run": it.run, "algorithm": it.algorithm, "rollouts": it.rollouts, "left_out": it.broken_off,
            "groups": it.groups, "usual_size": it.usual_size,
            "agents": it.all.iter().map(row).collect::<Vec<_>>(),
            "tasks": it.rows.iter().map(row).collect::<Vec<_>>(),
            "pushes": it.pushes,
            "right_within": it.right_key(),
            "updates": it.updates,
            "by_update": it.all.iter().zip(&it.by_update).map(|(row, cells)| json!({
                "agent": clean(&row.agent),
                "sum": cells.iter().map(|it| it.mass).collect::<Vec<_>>(),
                "groups": cells.iter().map(|it| it.groups).collect::<Vec<_>>(),
                "flat": cells.iter().map(|it| it.flat).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "wrong": it.wrong.iter().map(|it| json!({
                "episode": clean(&it.episode), "agent": clean(&it.agent), "task": clean(&it.task),
                "reward": it.reward, "compared": it.own, "mean": it.mean,
                "declared": it.declared, "right": it.right,
            })).collect::<Vec<_>>(),
            "sentences": it.sentences(),
        })
    };
    json!({ "log": clean(log), "runs": ledgers.iter().map(ledger).collect::<Vec<_>>() })
}
