//! Forensics held to planted mistakes: formulas of trainers with up to two mistakes each, on returns that were never
//! seen before, and formulas that are in no grammar.
//!
//! `FORENSICS=200,50,7 cargo test --test forensics -- --nocapture` plants 200 with seed 7, tries 50 others, and prints the
//! table of docs/FORENSICS.md. Without it a few of each are tried.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "forensics/logs.rs"]
mod logs;
#[path = "forensics/outside.rs"]
mod outside;
#[path = "forensics/plant.rs"]
mod plant;

use std::time::Instant;

use creditscope::forensics::{Base, Factor, Form, Level, Post, Report, Scale, Taken, Weight, examine};
use creditscope::model::Rollout;

use logs::{Draw, Returns, Row, log, make, rows};
use plant::{Spec, plant, spec, weights};

/// How many to plant, how many others to try, and the seed.
fn setting() -> (usize, usize, u64) {
    let Ok(text) = std::env::var("FORENSICS") else { return (10, 4, 1) };
    let numbers: Vec<u64> = text.split(',').map(|it| it.parse().unwrap()).collect();
    (numbers[0] as usize, numbers[1] as usize, numbers[2])
}

fn report(log: &[Rollout]) -> Option<Report> {
    let log: Vec<&Rollout> = log.iter().collect();
    examine(&log).into_iter().next()
}

/// One log with a planted formula.
struct Planted {
    log: Vec<Rollout>,
    spec: Spec,
    /// Weights that are the same as the planted one in this log.
    same_weights: Vec<Weight>,
    zero: bool,
    what: String,
}

fn planted(seed: u64, mistakes: usize) -> Planted {
    let mut draw = Draw(seed);
    for _ in 0..200 {
        let (made, setup) = make(&mut draw, None);
        let rows = rows(&made, &setup);
        let Some(mut spec) = spec(&mut draw, &setup, mistakes) else { continue };
        if matches!(spec.post, Post::Clipped(_)) {
            let plain = Spec { post: Post::Nothing, ..spec.clone() };
            let mut sizes: Vec<f64> = plant(&made, &rows, &plain, &setup).iter().map(|it| it.abs()).collect();
            sizes.sort_by(f64::total_cmp);
            let at = (sizes[sizes.len() * 7 / 10] * 95.0).round() / 100.0;
            if at <= 0.02 || rows.len() < 8 || sizes.iter().filter(|it| **it > at).count() < 2 {
                continue;
            }
            spec.post = Post::Clipped(at);
        }
        let numbers = plant(&made, &rows, &spec, &setup);
        let decimals = draw.of(&[Some(3), Some(4), Some(5), Some(6), Some(6), None]);
        let hide = setup.broken_off && draw.share() < 0.4 && spec.taken == Taken::Own;
        let live: Vec<bool> = rows.iter().map(|it| !made[it.rollout].broken_off).collect();
        let live = |it: &Row| live[it.at] || spec.broken_off != creditscope::forensics::BrokenOff::Dropped;
        let counted: Vec<bool> = rows.iter().map(live).collect();
        let all = [Weight::Act, Weight::Rollout, Weight::Part, Weight::Token];
        let of = |by: Weight| -> Vec<f64> {
            let all = weights(&rows, &made, &counted, by);
            all.into_iter().zip(&counted).filter(|it| *it.1).map(|it| it.0).collect()
        };
        let same_weights = match spec.post {
            Post::Whitened { by, .. } | Post::BatchStd { by, .. } => {
                let own = of(by);
                all.into_iter().filter(|it| of(*it) == own).collect()
            }
            _ => Vec::new(),
        };
        return Planted {
            log: log(&made, &setup, &rows, &numbers, decimals, hide),
            same_weights,
            zero: numbers.iter().all(|it| it.abs() < 1e-9),
            what: format!("{:?} {spec:?} {decimals:?} {setup:?}", spec.slips),
            spec,
        };
    }
    panic!("no log for seed {seed}")
}

/// Whether a post is the planted one, weights that are the same aside.
fn same_post(found: Post, planted: &Planted) -> bool {
    let weight = |it: Weight| planted.same_weights.contains(&it);
    match (found, planted.spec.post) {
        (
            Post::Whitened { by, ddof, root, epsilon },
            Post::Whitened { ddof: other, root: other_root, epsilon: other_epsilon, .. },
        ) => weight(by) && (ddof, root, epsilon) == (other, other_root, other_epsilon),
        (
            Post::BatchStd { by, ddof, epsilon },
            Post::BatchStd { ddof: other, epsilon: other_epsilon, .. },
        ) => weight(by) && (ddof, epsilon) == (other, other_epsilon),
        (found, planted) => found == planted,
    }
}

/// Whether a form is the planted one, names that mean the same in its log included.
fn is_planted(form: &Form, planted: &Planted, (post, taken, factor): (bool, Taken, Factor)) -> bool {
    let spec = &planted.spec;
    let no_groups = spec.base == Base::Nothing && spec.scale == Scale::Nothing;
    let post = if post { same_post(form.post, planted) } else { form.post == Post::Nothing };
    form.sources.contains(&spec.source)
        && (no_groups || form.keys.contains(&spec.key) && form.units.contains(&spec.unit))
        && form.base == spec.base
        && (planted.zero || form.scale == spec.scale)
        && (form.broken_off == spec.broken_off
            || spec.broken_off == creditscope::forensics::BrokenOff::AsZero
                && form.broken_off == creditscope::forensics::BrokenOff::AsLogged)
        && (planted.zero || form.taken.contains(&(taken, factor)))
        && (planted.zero || post)
}

/// The planted form among those that fit, or the same without a part that changes no number of its log.
fn hit<'a>(found: &'a Report, planted: &Planted) -> Option<&'a Form> {
    let (taken, factor) = (planted.spec.taken, planted.spec.factor);
    let ways = [
        (true, taken, factor),
        (false, taken, factor),
        (true, Taken::Own, factor),
        (true, taken, Factor::One),
        (false, Taken::Own, factor),
        (false, taken, Factor::One),
        (true, Taken::Own, Factor::One),
        (false, Taken::Own, Factor::One),
    ];
    ways.into_iter().find_map(|way| found.fits.iter().find(|it| is_planted(it, planted, way)))
}

#[derive(Default)]
struct Tally {
    all: usize,
    in_set: usize,
    first: usize,
    named: usize,
    named_right: usize,
    families: Vec<usize>,
    /// Of those with evidence: bits ahead of the next formula, and whether the first is right.
    leads: Vec<(f64, bool)>,
    seconds: Vec<f64>,
    misses: Vec<String>,
    wrong_names: Vec<String>,
}

fn percent(part: usize, all: usize) -> String {
    format!("{part} of {all} ({:.1} %)", 100.0 * part as f64 / all.max(1) as f64)
}

fn middle(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(0.0)
}

#[test]
fn planted_mistakes_are_in_the_set_and_what_is_named_is_right() {
    let (count, _, seed) = setting();
    let mut tally = Tally::default();
    let mut by_mistakes = [(0, 0); 3];
    for at in 0..count {
        // As many without a mistake, with one and with two as in 20, 120 and 60 of 200.
        let mistakes = match at % 10 {
            0 => 0,
            3 | 6 | 9 => 2,
            _ => 1,
        };
        let planted = planted(seed * 1_000_003 + at as u64 * 7_919, mistakes);
        let began = Instant::now();
        let found = report(&planted.log).unwrap_or_else(|| panic!("nothing declared: {}", planted.what));
        tally.seconds.push(began.elapsed().as_secs_f64());
        tally.all += 1;
        tally.families.push(found.families);
        let form = hit(&found, &planted);
        let is_first = form.is_some_and(|it| it.family() == found.fits[0].family());
        tally.in_set += usize::from(form.is_some());
        tally.first += usize::from(is_first);
        by_mistakes[mistakes].0 += usize::from(form.is_some());
        by_mistakes[mistakes].1 += 1;
        if form.is_none() {
            tally.misses.push(format!("{at}: {} -> {}", planted.what, found.sentence()));
        }
        if found.is_evidence && found.level != Level::Zero && !found.fits.is_empty() {
            tally.leads.push((found.ahead.unwrap_or(f64::INFINITY), is_first));
        }
        if found.level == Level::Named {
            tally.named += 1;
            tally.named_right += usize::from(is_first);
            if !is_first {
                tally.wrong_names.push(format!("{at}: {} -> {}", planted.what, found.sentence()));
            }
        }
    }
    println!("planted, seed {seed}: in the set {}", percent(tally.in_set, tally.all));
    for (mistakes, (found, all)) in by_mistakes.into_iter().enumerate() {
        println!("  {mistakes} mistakes: {}", percent(found, all));
    }
    println!("  first listed {}", percent(tally.first, tally.all));
    println!(
        "  named {}, of these right {}",
        percent(tally.named, tally.all),
        percent(tally.named_right, tally.named)
    );
    let families = tally.families.iter().map(|it| *it as f64).collect();
    let slowest = tally.seconds.iter().copied().fold(0.0, f64::max);
    println!(
        "  families {} in the middle; {:.3} s in the middle, {slowest:.2} s at most",
        middle(families),
        middle(tally.seconds.clone())
    );
    for least in [0.0, 2.0, 3.0, 4.0, 5.0, 6.0, 16.0] {
        let led: Vec<bool> = tally.leads.iter().filter(|it| it.0 >= least).map(|it| it.1).collect();
        let right = led.iter().filter(|it| **it).count();
        println!("  ahead by {least} bits: {}, right {}", led.len(), percent(right, led.len()));
    }
    tally.misses.iter().for_each(|it| println!("  MISSED {it}"));
    tally.wrong_names.iter().for_each(|it| println!("  WRONG NAME {it}"));
    assert!(tally.in_set * 100 >= tally.all * 95, "{} in the set", percent(tally.in_set, tally.all));
    assert!(tally.named_right * 100 >= tally.named * 98, "{} right", percent(tally.named_right, tally.named));
}

#[test]
fn formulas_outside_the_grammar_get_no_name() {
    let (_, count, seed) = setting();
    let (mut tried, mut fits, mut identities, mut named) = (0, 0, 0, Vec::new());
    for (at, (name, formula)) in outside::ALL.iter().enumerate().take(count) {
        for again in 0..2 {
            let mut draw = Draw(seed * 7_777_777 + at as u64 * 10 + again);
            let kind = (again == 0).then(|| draw.of(&[Returns::Continuous, Returns::Graded]));
            let (made, setup) = loop {
                let (made, setup) = make(&mut draw, kind);
                let first = made[0].total;
                if setup.mode == logs::Mode::Outcome && made.iter().any(|it| it.total != first) {
                    break (made, setup);
                }
            };
            let rows = rows(&made, &setup);
            let of = |row: &Row| {
                let own = &made[row.rollout];
                let group: Vec<f64> =
                    made.iter().filter(|it| it.group == own.group).map(|it| it.total).collect();
                formula(own.total, &group, row, own)
            };
            let numbers: Vec<f64> = rows.iter().map(of).collect();
            let decimals = draw.of(&[Some(3), Some(4), Some(5), Some(6)]);
            let found = report(&log(&made, &setup, &rows, &numbers, decimals, false)).unwrap();
            // What gives the numbers with all their digits too is no chance: on these returns it is the formula.
            let is_identity = |found: &Report| {
                let exact = report(&log(&made, &setup, &rows, &numbers, None, false)).unwrap();
                exact.fits.iter().any(|it| it.family() == found.fits[0].family())
            };
            tried += 1;
            fits += usize::from(!found.fits.is_empty());
            if found.level == Level::Named && is_identity(&found) {
                identities += 1;
            } else if found.level == Level::Named {
                named.push(format!("{name} ({:?}): {}", setup.returns, found.sentence()));
            }
        }
    }
    println!(
        "outside the grammar, seed {seed}: something fits in {}; named {identities} that are identities on these \
         returns, and {} that are not",
        percent(fits, tried),
        named.len()
    );
    named.iter().for_each(|it| println!("  NAMED {it}"));
    assert!(named.is_empty(), "{named:#?}");
}
