//! Advantages in the manner of trainers, in plain loops that share no arithmetic with the program, with mistakes
//! planted.

use std::collections::{BTreeMap, BTreeSet};

use creditscope::forensics::{Base, BrokenOff, Factor, Key, Post, Scale, Source, Taken, Unit, Weight};

use super::logs::{Draw, Made, Mode, Row, Setup};

/// A formula with its mistakes.
#[derive(Clone, Debug)]
pub struct Spec {
    pub source: Source,
    pub key: Key,
    pub unit: Unit,
    pub base: Base,
    pub keeps_alone: bool,
    pub scale: Scale,
    pub post: Post,
    pub taken: Taken,
    pub factor: Factor,
    pub broken_off: BrokenOff,
    pub slips: Vec<&'static str>,
}

fn sources(made: &[Made], rows: &[Row], spec: &Spec, setup: &Setup) -> Vec<f64> {
    let sum = |row: &Row, of: &dyn Fn(&Row) -> Option<f64>| -> f64 {
        rows.iter().filter(|it| it.rollout == row.rollout).filter_map(of).sum()
    };
    rows.iter()
        .map(|row| {
            let value = match spec.source {
                Source::Return => made[row.rollout].total,
                Source::Own => row.own,
                Source::OtherOwn => {
                    let other = (row.agent + 1) % setup.agents;
                    let first = rows.iter().find(|it| it.rollout == row.rollout && it.agent == other);
                    first.map_or(0.0, |it| it.own)
                }
                Source::Act => row.act,
                Source::PerTurn => made[row.rollout].total / row.length as f64,
                Source::FromStart => sum(row, &|it| (it.turn <= row.turn).then_some(it.act)),
                Source::ToGo(g) => sum(row, &|it| {
                    (it.turn >= row.turn).then(|| it.act * g.powi((it.turn - row.turn) as i32))
                }),
                Source::ToGoAfter(g) => sum(row, &|it| {
                    (it.turn > row.turn).then(|| it.act * g.powi((it.turn - row.turn - 1) as i32))
                }),
                Source::OwnToGo(g) => sum(row, &|it| {
                    let own = it.agent == row.agent && it.agent_turn >= row.agent_turn;
                    own.then(|| it.act * g.powi((it.agent_turn - row.agent_turn) as i32))
                }),
            };
            let is_zero = spec.broken_off == BrokenOff::AsZero && made[row.rollout].broken_off;
            if is_zero { 0.0 } else { value }
        })
        .collect()
}

fn key(made: &[Made], row: &Row, spec: &Spec, block: usize) -> String {
    let it = &made[row.rollout];
    match spec.key {
        Key::Group => it.group.clone(),
        Key::GroupAgent => format!("{} {}", it.group, row.agent),
        Key::Task => it.text.clone(),
        Key::GroupTurn => format!("{} {}", it.group, row.turn),
        Key::GroupAgentTurn => format!("{} {} {}", it.group, row.agent, row.agent_turn),
        Key::GroupState => format!("{} {}", it.group, it.states[row.turn]),
        Key::GroupAgentState => format!("{} {} {}", it.group, row.agent, it.states[row.turn]),
        Key::All => String::new(),
        Key::AllAgent => row.agent.to_string(),
        Key::Trajectory => row.rollout.to_string(),
        Key::TrajectoryAgent => format!("{} {}", row.rollout, row.agent),
        Key::Alone => row.at.to_string(),
        Key::Blocks => (row.rollout / block).to_string(),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn std(values: &[f64], ddof: u8) -> f64 {
    let (m, n) = (mean(values), values.len() as f64 - f64::from(ddof));
    let squares: f64 = values.iter().map(|it| (it - m) * (it - m)).sum();
    let found = if n > 0.0 { (squares / n).sqrt() } else { 0.0 };
    let most = values.iter().fold(1.0_f64, |most, it| most.max(it.abs()));
    if found < 1e-12 * most { 0.0 } else { found }
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    if n % 2 == 1 { sorted[n / 2] } else { 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]) }
}

/// The size that most groups have; of equally many the least.
fn block(made: &[Made]) -> usize {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    made.iter().for_each(|it| *sizes.entry(&it.group).or_default() += 1);
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    sizes.values().for_each(|it| *counts.entry(*it).or_default() += 1);
    let most = counts.values().max().copied().unwrap_or(1);
    counts.into_iter().find(|it| it.1 == most).map_or(1, |it| it.0)
}

/// The advantage of each row; `None`: it is left out.
fn advantages(made: &[Made], rows: &[Row], spec: &Spec, setup: &Setup) -> Vec<Option<f64>> {
    let x = sources(made, rows, spec, setup);
    let live = |row: &Row| spec.broken_off != BrokenOff::Dropped || !made[row.rollout].broken_off;
    let block = block(made);
    let unit = |row: &Row| match spec.unit {
        Unit::Rollout | Unit::First => format!("{}", row.rollout),
        Unit::Part => format!("{} {}", row.rollout, row.agent),
        Unit::Turn => format!("{} t{}", row.rollout, row.turn),
        Unit::Act | Unit::Token => format!("a{}", row.at),
    };
    // Samples of each group, in order, with the tokens of each.
    let mut groups: BTreeMap<String, Vec<(String, Vec<f64>, f64)>> = BTreeMap::new();
    for row in rows.iter().filter(|it| live(it)) {
        let samples = groups.entry(key(made, row, spec, block)).or_default();
        let name = unit(row);
        let tokens = made[row.rollout].tokens[row.turn] as f64;
        match samples.iter_mut().find(|it| it.0 == name) {
            Some(sample) => {
                sample.1.push(x[row.at]);
                sample.2 += tokens;
            }
            None => samples.push((name, vec![x[row.at]], tokens)),
        }
    }
    let value = |rows: &Vec<f64>| if spec.unit == Unit::First { rows[0] } else { mean(rows) };
    let mut moving: BTreeMap<usize, f64> = BTreeMap::new();
    if let Base::Moving { beta, from_first, before } = spec.base {
        let mut current: BTreeMap<String, f64> = BTreeMap::new();
        for (at, it) in made.iter().enumerate() {
            let Some(first) = rows.iter().find(|row| row.rollout == at && live(row)) else { continue };
            let name = if spec.key == Key::Group { it.group.clone() } else { String::new() };
            let x = x[first.at];
            let old = *current.entry(name.clone()).or_insert(if from_first { x } else { 0.0 });
            let new = beta * old + (1.0 - beta) * x;
            current.insert(name, new);
            moving.insert(at, if before { new } else { old });
        }
    }
    rows.iter()
        .map(|row| {
            if !live(row) {
                return None;
            }
            let samples = &groups[&key(made, row, spec, block)];
            let values: Vec<f64> = samples.iter().map(|it| value(&it.1)).collect();
            let n = values.len();
            let own = samples.iter().find(|it| it.0 == unit(row)).map_or(0.0, |it| value(&it.1));
            let x = x[row.at];
            let baseline = match spec.base {
                Base::Mean if spec.unit == Unit::Token => {
                    let tokens: f64 = samples.iter().map(|it| it.2).sum();
                    samples.iter().map(|it| value(&it.1) * it.2).sum::<f64>() / tokens
                }
                Base::Mean => mean(&values),
                Base::Others if n > 1 => (values.iter().sum::<f64>() - own) / (n - 1) as f64,
                Base::Others => x,
                Base::Best => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                Base::Median => median(&values),
                Base::Moving { .. } => moving[&row.rollout],
                _ => 0.0,
            };
            let (divisor, epsilon) = match spec.scale {
                Scale::Nothing => (1.0, 0.0),
                Scale::Std { ddof, epsilon } => (std(&values, ddof) + epsilon, epsilon),
                Scale::Root { ddof, epsilon } => ((std(&values, ddof).powi(2) + epsilon).sqrt(), 0.0),
                Scale::Mad { factor, epsilon } => {
                    let middle = median(&values);
                    let far: Vec<f64> = values.iter().map(|it| (it - middle).abs()).collect();
                    (median(&far) * factor + epsilon, 0.0)
                }
            };
            let alone = n == 1 && !matches!(spec.base, Base::Nothing | Base::Moving { .. });
            Some(if alone {
                if spec.keeps_alone { x / (1.0 + epsilon) } else { 0.0 }
            } else if divisor > 0.0 {
                (x - baseline) / divisor
            } else {
                0.0
            })
        })
        .collect()
}

/// How often each live row counts.
pub fn weights(rows: &[Row], made: &[Made], live: &[bool], by: Weight) -> Vec<f64> {
    let same = |a: &Row, b: &Row| match by {
        Weight::Part => a.rollout == b.rollout && a.agent == b.agent,
        _ => a.rollout == b.rollout,
    };
    rows.iter()
        .map(|row| match by {
            Weight::Act => 1.0,
            Weight::Token => made[row.rollout].tokens[row.turn] as f64,
            Weight::Rollout | Weight::Part => {
                1.0 / rows.iter().filter(|it| live[it.at] && same(it, row)).count() as f64
            }
        })
        .collect()
}

fn after_all(a: &mut [Option<f64>], made: &[Made], rows: &[Row], spec: &Spec, setup: &Setup) {
    let live: Vec<bool> = a.iter().map(Option::is_some).collect();
    let moments = |values: &dyn Fn(usize) -> f64, by: Weight, ddof: u8| {
        let weights = weights(rows, made, &live, by);
        let of = || (0..rows.len()).filter(|it| live[*it]);
        let n: f64 = of().map(|it| weights[it]).sum();
        let mean = of().map(|it| weights[it] * values(it)).sum::<f64>() / n;
        let mut variance = of().map(|it| weights[it] * (values(it) - mean).powi(2)).sum::<f64>() / n;
        if ddof == 1 {
            variance *= n / (n - 1.0);
        }
        (mean, variance)
    };
    let mut apply = |of: &dyn Fn(f64) -> f64| a.iter_mut().flatten().for_each(|it| *it = of(*it));
    match spec.post {
        Post::Nothing => {}
        Post::Flipped => apply(&|it| -it),
        Post::SignOnly => apply(&|it| if it.abs() < 1e-9 { 0.0 } else { it.signum() }),
        Post::Clipped(at) => apply(&|it| it.clamp(-at, at)),
        Post::Whitened { by, ddof, root, epsilon } | Post::WhitenedFlipped { by, ddof, root, epsilon } => {
            let before: Vec<f64> = a.iter().map(|it| it.unwrap_or(0.0)).collect();
            let (mean, variance) = moments(&|it| before[it], by, ddof);
            let divisor = if root { (variance + epsilon).sqrt() } else { variance.sqrt() + epsilon };
            let of = |it: f64| if divisor > 0.0 { (it - mean) / divisor } else { 0.0 };
            a.iter_mut().flatten().for_each(|it| *it = of(*it));
        }
        Post::BatchStd { by, ddof, epsilon } => {
            let x = sources(made, rows, spec, setup);
            let (_, variance) = moments(&|it| x[it], by, ddof);
            let divisor = variance.sqrt() + epsilon;
            a.iter_mut().flatten().for_each(|it| *it = if divisor > 0.0 { *it / divisor } else { 0.0 });
        }
        Post::NonZero => {
            let x = sources(made, rows, spec, setup);
            let weights = weights(rows, made, &live, Weight::Rollout);
            let of = |only: bool| -> f64 {
                let counted = (0..rows.len()).filter(|it| live[*it] && (!only || x[*it].abs() > 0.0));
                counted.map(|it| weights[it]).sum()
            };
            let factor = of(false) / of(true).max(1e-9);
            a.iter_mut().flatten().for_each(|it| *it *= factor);
        }
    }
}

/// The number that each row gets.
pub fn plant(made: &[Made], rows: &[Row], spec: &Spec, setup: &Setup) -> Vec<f64> {
    let mut a = advantages(made, rows, spec, setup);
    after_all(&mut a, made, rows, spec, setup);
    let of_rollout = |it: usize| rows.iter().filter(move |row| row.rollout == it);
    let corresponding = |rollout: usize, agent: usize, turn: usize| {
        let exact = of_rollout(rollout).find(|it| it.agent == agent && it.agent_turn == turn);
        let last_of_agent = of_rollout(rollout).rfind(|it| it.agent == agent);
        exact.or(last_of_agent).or(of_rollout(rollout).next_back()).map(|it| it.at)
    };
    let neighbour = |row: &Row, by: usize| {
        let group: Vec<usize> =
            (0..made.len()).filter(|it| made[*it].group == made[row.rollout].group).collect();
        let at = group.iter().position(|it| *it == row.rollout)?;
        let n = group.len();
        corresponding(group[(at + if by == 1 { 1 } else { n - 1 }) % n], row.agent, row.agent_turn)
    };
    let taken = |row: &Row| -> Option<usize> {
        let own_acts = || of_rollout(row.rollout).filter(|it| it.agent == row.agent);
        match spec.taken {
            Taken::Own => Some(row.at),
            Taken::LastTurn => (row.turn + 1 == row.length).then_some(row.at),
            Taken::AgentsLastTurn => (own_acts().next_back()?.at == row.at).then_some(row.at),
            Taken::FirstAct => of_rollout(row.rollout).next().map(|it| it.at),
            Taken::LastAct => of_rollout(row.rollout).next_back().map(|it| it.at),
            Taken::AgentsFirst => own_acts().next().map(|it| it.at),
            Taken::AgentsLast => own_acts().next_back().map(|it| it.at),
            Taken::NextRollout => neighbour(row, 1),
            Taken::PreviousRollout => neighbour(row, 2),
            Taken::NextRow => Some((row.at + 1) % rows.len()),
            Taken::PreviousRow => Some((row.at + rows.len() - 1) % rows.len()),
            Taken::NextTurn => (row.turn + 1 < row.length).then_some(row.at + 1),
            Taken::PreviousTurn => row.turn.checked_sub(1).map(|_| row.at - 1),
            Taken::OtherAgent => corresponding(row.rollout, (row.agent + 1) % setup.agents, row.agent_turn),
            Taken::NextEpisode | Taken::PreviousEpisode => None,
        }
    };
    let factor = |row: &Row| match spec.factor {
        Factor::One => 1.0,
        Factor::PerTurns => 1.0 / row.length as f64,
        Factor::PerAgentTurns => 1.0 / row.agent_length as f64,
        Factor::PerRootTurns => 1.0 / (row.length as f64).sqrt(),
        Factor::PerTokens => 1.0 / made[row.rollout].tokens[row.turn] as f64,
        Factor::Left(g) => g.powi((row.length - 1 - row.turn) as i32),
        Factor::LeftAndOne(g) => g.powi((row.length - row.turn) as i32),
        Factor::Gone(g) => g.powi(row.turn as i32),
    };
    rows.iter().map(|row| taken(row).map_or(0.0, |it| a[it].unwrap_or(0.0) * factor(row))).collect()
}

/// What trainers mean to do.
fn formula(draw: &mut Draw) -> (Base, Scale, Post, Unit) {
    let none = (Base::Mean, Scale::Nothing, Post::Nothing, Unit::Rollout);
    let std =
        |ddof: u8, epsilon: f64| (Base::Mean, Scale::Std { ddof, epsilon }, Post::Nothing, Unit::Rollout);
    let by = draw.of(&[Weight::Act, Weight::Rollout]);
    let all = [
        std(1, 1e-6),
        std(1, 1e-4),
        std(0, 0.0),
        std(1, 1e-9),
        (Base::Mean, Scale::Root { ddof: 0, epsilon: 1e-8 }, Post::Nothing, Unit::Rollout),
        std(0, 1e-8),
        none,
        none,
        (Base::Others, Scale::Nothing, Post::Nothing, Unit::Rollout),
        (Base::Others, Scale::Nothing, Post::Nothing, Unit::Rollout),
        (Base::Nothing, Scale::Nothing, Post::Nothing, Unit::Rollout),
        (Base::Best, Scale::Nothing, Post::Nothing, Unit::Rollout),
        (Base::Median, Scale::Nothing, Post::Nothing, Unit::Rollout),
        (Base::Mean, Scale::Mad { factor: 1.0, epsilon: 1e-6 }, Post::Nothing, Unit::Rollout),
        (
            Base::Moving {
                beta: draw.of(&[0.9, 0.95, 0.99, 0.8]),
                from_first: draw.share() < 0.5,
                before: draw.share() < 0.5,
            },
            Scale::Nothing,
            Post::Nothing,
            Unit::Rollout,
        ),
        (Base::Mean, Scale::Nothing, Post::BatchStd { by, ddof: 1, epsilon: 1e-4 }, Unit::Rollout),
        (Base::Mean, Scale::Nothing, whitened(draw), Unit::Rollout),
        (Base::Nothing, Scale::Nothing, whitened(draw), Unit::Rollout),
        (Base::Mean, Scale::Nothing, Post::NonZero, Unit::Rollout),
        (Base::Mean, Scale::Nothing, Post::Nothing, Unit::Token),
        (Base::Median, Scale::Mad { factor: 1.4826, epsilon: 1e-6 }, Post::Nothing, Unit::Rollout),
    ];
    draw.of(&all)
}

fn whitened(draw: &mut Draw) -> Post {
    let by = draw.of(&[Weight::Act, Weight::Rollout]);
    let ddof = draw.of(&[0, 1]);
    let (root, epsilon) = draw.of(&[(true, 1e-8), (false, 1e-6), (false, 0.0)]);
    Post::Whitened { by, ddof, root, epsilon }
}

/// A formula with this many mistakes; `None`: they do not go together here.
pub fn spec(draw: &mut Draw, setup: &Setup, mistakes: usize) -> Option<Spec> {
    let multi = setup.longest > 1 || setup.agents > 1;
    let (dense, own) = (setup.mode == Mode::Dense, setup.mode == Mode::Own);
    let (base, scale, post, unit) = formula(draw);
    let unit = if unit == Unit::Token && !(setup.tokens && multi) { Unit::Rollout } else { unit };
    let mut spec = Spec {
        source: Source::Return,
        key: Key::Group,
        unit,
        base,
        keeps_alone: false,
        scale,
        post,
        taken: Taken::Own,
        factor: Factor::One,
        broken_off: if setup.broken_off { BrokenOff::Dropped } else { BrokenOff::None },
        slips: Vec::new(),
    };
    let moving = matches!(base, Base::Moving { .. });
    if base == Base::Nothing && post != Post::Nothing && multi {
        spec.source = Source::ToGo(setup.gamma);
    }
    if moving && draw.share() < 0.5 {
        spec.key = Key::All;
    }
    if own && spec.source == Source::Return && draw.share() < 0.6 {
        spec.source = Source::Own;
        if !moving {
            spec.key = Key::GroupAgent;
        }
    }
    let plain = scale == Scale::Nothing && post == Post::Nothing;
    if dense && matches!(base, Base::Mean | Base::Others) && plain && draw.share() < 0.4 {
        spec.source = draw.of(&[Source::Act, Source::ToGo(setup.gamma)]);
        spec.key = draw.of(&[Key::GroupAgentTurn, Key::Group]);
    }
    let kinds = [
        "key",
        "unit",
        "broken",
        "other",
        "shift",
        "last",
        "broadcast",
        "turn",
        "sign",
        "white",
        "clip",
        "only",
        "after",
        "before",
        "length",
        "start",
        "next",
        "by turns",
    ];
    let mut used = BTreeSet::new();
    for _ in 0..60 {
        if spec.slips.len() == mistakes {
            break;
        }
        let kind = draw.of(&kinds);
        if let Some(part) = slip(draw, setup, &mut spec, kind, (multi, dense, own, moving), &used) {
            used.insert(part);
            spec.slips.push(kind);
        }
    }
    (spec.slips.len() == mistakes).then_some(spec)
}

/// Plants one mistake; which part it changes.
fn slip(
    draw: &mut Draw,
    setup: &Setup,
    spec: &mut Spec,
    kind: &str,
    (multi, dense, own, moving): (bool, bool, bool, bool),
    used: &BTreeSet<&'static str>,
) -> Option<&'static str> {
    let part = match kind {
        "key" => "key",
        "unit" => "unit",
        "broken" => "broken",
        "shift" | "last" | "broadcast" | "turn" => "taken",
        "sign" | "white" | "clip" | "only" => "post",
        "after" | "length" => "factor",
        _ => "source",
    };
    let is_return = spec.source == Source::Return && !moving;
    let only = spec.post == Post::SignOnly && (part == "taken" || part == "factor");
    if used.contains(part) || only {
        return None;
    }
    match kind {
        "key" if !moving && spec.base != Base::Nothing => {
            let mut keys = vec![Key::All, Key::Task, Key::Trajectory, Key::Blocks, Key::Alone];
            if multi {
                keys.extend([Key::GroupTurn, Key::GroupAgentTurn, Key::GroupAgent]);
            }
            if setup.states {
                keys.push(Key::GroupState);
            }
            keys.retain(|it| *it != spec.key);
            spec.key = draw.of(&keys);
            spec.keeps_alone = draw.share() < 0.5;
        }
        "unit" if multi && !moving && spec.unit == Unit::Rollout => {
            let wide = [Key::Group, Key::Task, Key::All, Key::GroupAgent, Key::Blocks];
            if !wide.contains(&spec.key) {
                return None;
            }
            spec.unit = Unit::Act;
        }
        "broken" if setup.broken_off => spec.broken_off = draw.of(&[BrokenOff::AsZero, BrokenOff::AsLogged]),
        "other" if own && !moving => spec.source = Source::OtherOwn,
        "shift" => {
            let mut all =
                vec![Taken::NextRollout, Taken::PreviousRollout, Taken::NextRow, Taken::PreviousRow];
            if own {
                all.push(Taken::OtherAgent);
            }
            spec.taken = draw.of(&all);
        }
        "last" if multi => {
            let agents = setup.agents > 1 && draw.share() < 0.5;
            spec.taken = if agents { Taken::AgentsLastTurn } else { Taken::LastTurn };
        }
        "broadcast" if multi && dense => spec.taken = draw.of(&[Taken::FirstAct, Taken::LastAct]),
        "turn" if multi => spec.taken = draw.of(&[Taken::NextTurn, Taken::PreviousTurn]),
        "sign" if spec.post == Post::Nothing => spec.post = Post::Flipped,
        "white" if spec.post == Post::Nothing => spec.post = whitened(draw),
        "clip" if spec.post == Post::Nothing && spec.base != Base::Best && spec.factor == Factor::One => {
            spec.post = Post::Clipped(f64::NAN);
        }
        "only" if spec.post == Post::Nothing && spec.taken == Taken::Own && spec.factor == Factor::One => {
            spec.post = Post::SignOnly;
        }
        "after" if multi && !matches!(spec.post, Post::Clipped(_)) => {
            let gamma = if setup.gamma < 1.0 { setup.gamma } else { draw.of(&[0.9, 0.99]) };
            spec.factor = draw.of(&[Factor::Left(gamma), Factor::LeftAndOne(gamma), Factor::Gone(gamma)]);
        }
        "length" if multi && !matches!(spec.post, Post::Clipped(_)) => {
            let mut all = vec![Factor::PerTurns];
            if setup.agents > 1 {
                all.push(Factor::PerAgentTurns);
            }
            if setup.tokens {
                all.push(Factor::PerTokens);
            }
            spec.factor = draw.of(&all);
        }
        "before" if multi && is_return => spec.source = Source::ToGo(draw.of(&[0.9, 0.95, 0.99])),
        "start" if multi && is_return => spec.source = Source::FromStart,
        "next" if dense && multi && !moving => spec.source = Source::ToGoAfter(setup.gamma),
        "by turns" if multi && is_return => spec.source = Source::PerTurn,
        _ => return None,
    }
    Some(part)
}
