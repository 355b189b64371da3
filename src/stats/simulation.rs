//! Measurements whose truth is known: how often intervals cover it, sets hold it and P(flip) is right. The suite runs
//! a few of the cells with few draws, `cargo bench --bench coverage` all of them; docs/STATISTICS.md shows its output.

use creditscope::stats::{
    Against, Arm, Credit, Draws, End, FlipDraws, Normals, Pick, Table, Weights, can_be_least, flip_range,
    share_seeds,
};

/// What one run returns.
#[derive(Clone, Copy, Debug)]
pub enum Returns {
    /// A normal.
    Normal { mean: f64, sd: f64 },
    /// 1 with this chance, else 0.
    Pass(f64),
    /// Values 0, 1/2 and 1 with these chances.
    Three([f64; 3]),
    /// A grade of 0 to 10, all alike.
    Grade,
    /// Uniform in 0..1.
    Uniform,
    /// Exponential of mean 1.
    Exponential,
    /// 0 with this chance, else uniform.
    ZeroOr(f64),
}

impl Returns {
    /// Its expectation.
    pub fn mean(self) -> f64 {
        match self {
            Returns::Normal { mean, .. } => mean,
            Returns::Pass(p) => p,
            Returns::Three(p) => p[1] / 2.0 + p[2],
            Returns::Grade => 5.0,
            Returns::Uniform => 0.5,
            Returns::Exponential => 1.0,
            Returns::ZeroOr(zero) => (1.0 - zero) / 2.0,
        }
    }

    /// One return.
    pub fn draw(self, draws: &mut Draws) -> f64 {
        match self {
            Returns::Normal { mean, sd } => mean + sd * draws.normal(),
            Returns::Pass(p) => f64::from(u8::from(draws.uniform() < p)),
            Returns::Three(p) => {
                let at = draws.uniform();
                if at < p[0] {
                    0.0
                } else if at < p[0] + p[1] {
                    0.5
                } else {
                    1.0
                }
            }
            Returns::Grade => (draws.uniform() * 11.0).floor(),
            Returns::Uniform => draws.uniform(),
            Returns::Exponential => -draws.uniform().ln(),
            Returns::ZeroOr(zero) => {
                let at = draws.uniform();
                if at < zero { 0.0 } else { draws.uniform() }
            }
        }
    }

    fn arm(self, n: usize, draws: &mut Draws) -> Arm {
        Arm::Returns((0..n).map(|_| self.draw(draws)).collect())
    }
}

/// A number and the arms it is made of.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The design and the returns, in words.
    pub name: String,
    /// Returns and number of runs of every arm.
    pub arms: Vec<(Returns, usize)>,
    /// Weight of every arm.
    pub weights: Vec<f64>,
}

/// A design: the weights of one number.
#[derive(Clone, Copy, Debug)]
pub enum Design {
    /// Two arms.
    Difference,
    /// One candidate against the mean of the others.
    LeaveOneOut(usize),
    /// The Shapley value of the first of so many agents.
    Shapley(usize),
}

impl Design {
    /// Weights of the arms.
    pub fn weights(self) -> Vec<f64> {
        match self {
            Design::Difference => vec![1.0, -1.0],
            Design::LeaveOneOut(k) => {
                (0..k).map(|it| if it == 0 { 1.0 } else { -1.0 / (k - 1) as f64 }).collect()
            }
            Design::Shapley(n) => shapley(n).remove(0),
        }
    }

    /// In words.
    pub fn name(self) -> String {
        match self {
            Design::Difference => "removal".to_owned(),
            Design::LeaveOneOut(k) => format!("leave-one-out of {k}"),
            Design::Shapley(n) => format!("Shapley, {n} agents"),
        }
    }

    /// The cell with these returns, by arm, and `n` runs each.
    pub fn cell(self, what: &str, n: usize, returns: impl Fn(usize) -> Returns) -> Cell {
        let weights = self.weights();
        let arms = (0..weights.len()).map(|it| (returns(it), n)).collect();
        Cell { name: format!("{}, n {n}, {what}", self.name()), arms, weights }
    }
}

/// Weights of every coalition (by bit mask) in the Shapley value of every agent.
pub fn shapley(n: usize) -> Vec<Vec<f64>> {
    let factorial = |n: usize| (1..=n).map(|it| it as f64).product::<f64>();
    let weight = |s: usize| factorial(s) * factorial(n - s - 1) / factorial(n);
    let of = |agent: usize, mask: usize| {
        let size = mask.count_ones() as usize;
        if mask >> agent & 1 == 1 { weight(size - 1) } else { -weight(size) }
    };
    (0..n).map(|agent| (0..1 << n).map(|mask| of(agent, mask)).collect()).collect()
}

/// How often a truth was covered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coverage {
    /// Share of the measurements whose interval holds the truth, or that say that there is none.
    pub covered: f64,
    /// Mean width of the intervals.
    pub width: f64,
    /// Share without an interval.
    pub none: f64,
    /// Draws behind it.
    pub draws: u32,
}

impl Coverage {
    /// Standard error of the share.
    pub fn error(&self) -> f64 {
        (self.covered * (1.0 - self.covered) / f64::from(self.draws)).sqrt()
    }
}

/// Counts by drawing.
fn count(draws: u32, mut one: impl FnMut(u64) -> Option<(bool, f64)>) -> Coverage {
    let (mut covered, mut none, mut width) = (0u32, 0u32, 0.0);
    for unit in 0..u64::from(draws) {
        match one(unit) {
            Some((holds, its_width)) => {
                covered += u32::from(holds);
                width += its_width;
            }
            None => none += 1,
        }
    }
    let all = f64::from(draws);
    let known = f64::from(draws - none).max(1.0);
    Coverage {
        covered: f64::from(covered + none) / all,
        width: width / known,
        none: f64::from(none) / all,
        draws,
    }
}

/// How often the 95% interval of a cell holds its truth.
pub fn coverage(cell: &Cell, draws: u32, seed: u64) -> Coverage {
    let truth: f64 = cell.arms.iter().zip(&cell.weights).map(|(arm, weight)| weight * arm.0.mean()).sum();
    let credit = Credit::of(Weights::dense(&cell.weights));
    count(draws, |unit| {
        let mut stream = Draws::of_unit(seed, unit);
        let arms = cell.arms.iter().map(|(returns, n)| returns.arm(*n, &mut stream)).collect();
        let it = Table::new(arms, None).interval(&credit, 0.95).ok()?;
        Some((it.low <= truth + 1e-12 && truth <= it.high + 1e-12, it.high - it.low))
    })
}

/// Agents whose credits are compared.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    /// How many agents.
    pub agents: usize,
    /// Whether their credits are Shapley values; else removals.
    pub shapley: bool,
}

impl Team {
    /// Weights of the arms in every agent's credit.
    pub fn credits(self) -> Vec<Credit> {
        let rows = if self.shapley {
            shapley(self.agents)
        } else {
            let own = |agent: usize| {
                move |arm: usize| match arm {
                    0 => 1.0,
                    arm if arm == agent + 1 => -1.0,
                    _ => 0.0,
                }
            };
            (0..self.agents).map(|agent| (0..=self.agents).map(own(agent)).collect()).collect()
        };
        rows.iter().map(|it| Credit::of(Weights::dense(it))).collect()
    }

    /// In words.
    pub fn name(self) -> String {
        format!("{} {}", if self.shapley { "Shapley" } else { "removal" }, self.agents)
    }

    /// Means of the arms that give the agents these credits.
    pub fn means(self, credits: &[f64]) -> Vec<f64> {
        if self.shapley {
            // An additive game.
            let of =
                |mask: usize| (0..self.agents).filter(|it| mask >> it & 1 == 1).map(|it| credits[it]).sum();
            (0..1 << self.agents).map(of).collect()
        } else {
            std::iter::once(0.0).chain(credits.iter().map(|it| -it)).collect()
        }
    }

    /// Standard error of a credit's difference to another over the square root of 2, at sd 1 and one run.
    pub fn unit(self) -> f64 {
        let credits = self.credits();
        let difference = credits[0].weights.minus(&credits[1].weights);
        (difference.terms().iter().map(|it| it.1 * it.1).sum::<f64>() / 2.0).sqrt()
    }
}

/// How often the set of those that can be the least holds the last agent where all are alike, and how large it is.
pub fn set_of_ties(
    team: Team,
    n: usize,
    returns: impl Fn(usize) -> Returns,
    draws: u32,
    seed: u64,
) -> Coverage {
    let credits = team.credits();
    let arms = team.means(&vec![0.0; team.agents]).len();
    count(draws, |unit| {
        let mut stream = Draws::of_unit(seed, unit);
        let table = Table::new((0..arms).map(|it| returns(it).arm(n, &mut stream)).collect(), None);
        let set = can_be_least(&table, &credits, 0.95);
        Some((set.contains(&(team.agents - 1)), set.len() as f64))
    })
}

/// How often the interval of the regret holds the truth: `k` candidates with `m` runs, means of this spread.
pub fn regret_of(k: usize, m: usize, spread: f64, pass_fail: Option<f64>, draws: u32, seed: u64) -> Coverage {
    count(draws, |unit| {
        let mut stream = Draws::of_unit(seed, unit);
        let means: Vec<f64> = (0..k).map(|_| spread * stream.normal()).collect();
        let returns = |it: usize| match pass_fail {
            Some(p) => Returns::Pass((p + means[it]).clamp(0.05, 0.95)),
            None => Returns::Normal { mean: means[it], sd: 1.0 },
        };
        let truths: Vec<f64> = (0..k).map(|it| returns(it).mean()).collect();
        let best = truths[1..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let table = Table::new((0..k).map(|it| returns(it).arm(m, &mut stream)).collect(), None);
        let pick = Pick { taken: 0, others: (1..k).collect(), against: Against::Best };
        let it = pick.interval(&table, 0.95).ok()?;
        let truth = truths[0] - best;
        Some((it.low <= truth + 1e-12 && truth <= it.high + 1e-12, it.high - it.low))
    })
}

/// How often the interval covers where runs share seeds with correlation `rho`, pairing where the test allows it; the
/// width is that of what is used. With `sorted` runs are in the order of their outcome.
pub fn paired(design: Design, n: usize, rho: f64, sorted: bool, draws: u32, seed: u64) -> Coverage {
    let weights = design.weights();
    let credit = Credit::of(Weights::dense(&weights));
    count(draws, |unit| {
        let mut stream = Draws::of_unit(seed, unit);
        let shared: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let arm = |stream: &mut Draws| {
            let own = shared.iter().map(|it| rho.sqrt() * it + (1.0 - rho).sqrt() * stream.normal());
            let mut own: Vec<f64> = own.collect();
            if sorted {
                own.sort_by(f64::total_cmp);
            }
            own
        };
        let arms: Vec<Vec<f64>> = weights.iter().map(|_| arm(&mut stream)).collect();
        let lists: Vec<&[f64]> = arms.iter().map(Vec::as_slice).collect();
        let stretches = share_seeds(&lists).then_some(0..arms.len());
        let table = Table::new(arms.into_iter().map(Arm::Returns).collect(), None);
        let it = table.with_shared_seeds(stretches).interval(&credit, 0.95).ok()?;
        Some((it.low <= 0.0 && 0.0 <= it.high, it.high - it.low))
    })
}

/// How true credits are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// One is below, all others are alike.
    OneCulprit,
    /// Half are below the other half.
    TwoGroups,
    /// Student's t with three degrees of freedom.
    HeavyTails,
}

impl World {
    /// All of them.
    pub const ALL: [World; 3] = [World::OneCulprit, World::TwoGroups, World::HeavyTails];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            World::OneCulprit => "one culprit",
            World::TwoGroups => "two groups",
            World::HeavyTails => "heavy tails",
        }
    }

    fn credits(self, agents: usize, spread: f64, draws: &mut Draws) -> Vec<f64> {
        let below = |it: bool| if it { -spread } else { 0.0 };
        match self {
            World::OneCulprit => (0..agents).map(|it| below(it == 0)).collect(),
            World::TwoGroups => (0..agents).map(|it| below(2 * it < agents)).collect(),
            World::HeavyTails => (0..agents)
                .map(|_| {
                    let chi: f64 = (0..3).map(|_| draws.normal().powi(2)).sum();
                    spread * draws.normal() / (chi / 3.0).sqrt()
                })
                .collect(),
        }
    }
}

/// Upper ends of the bins in which P(flip) is compared with what happened.
pub const BINS: [f64; 6] = [0.05, 0.15, 0.3, 0.5, 0.7, 1.000_001];

/// What P(flip) said and what happened, by bin of what was said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calibration {
    /// Per bin: measurements, sum of what was said, how many flipped.
    pub bins: [(u32, f64, u32); 6],
}

impl Calibration {
    fn add(&mut self, said: f64, flipped: bool) {
        let at = BINS.iter().position(|it| said < *it).unwrap_or(BINS.len() - 1);
        let bin = &mut self.bins[at];
        *bin = (bin.0 + 1, bin.1 + said, bin.2 + u32::from(flipped));
    }

    /// Mean of what was said, and share of what happened.
    pub fn means(&self) -> (f64, f64) {
        let all: u32 = self.bins.iter().map(|it| it.0).sum();
        let said: f64 = self.bins.iter().map(|it| it.1).sum();
        let happened: u32 = self.bins.iter().map(|it| it.2).sum();
        (said / f64::from(all), f64::from(happened) / f64::from(all))
    }

    /// Mean distance of said and happened over the bins, by how often they occur.
    pub fn error(&self) -> f64 {
        let all: u32 = self.bins.iter().map(|it| it.0).sum();
        self.bins.iter().map(|it| (it.1 - f64::from(it.2)).abs()).sum::<f64>() / f64::from(all)
    }
}

/// P(flip) against another measurement of the same truth: the plain and the shrunk answer, and how often what happened
/// lies within the range of their means.
pub fn flips(
    team: Team,
    n: usize,
    world: World,
    pass_fail: bool,
    draws: u32,
    seed: u64,
) -> (Calibration, Calibration) {
    let credits = team.credits();
    // The middle of a pass/fail arm is 0.5, its sd 0.5.
    let sd = if pass_fail { 0.5 } else { 1.0 };
    let unit = team.unit() * sd / (n as f64).sqrt();
    let (mut plain, mut shrunk) = (Calibration::default(), Calibration::default());
    for at in 0..u64::from(draws) {
        let mut stream = Draws::of_unit(seed, at);
        let spread = unit * [0.0, 0.5, 1.0, 2.0, 4.0][at as usize % 5];
        let truth = world.credits(team.agents, spread, &mut stream);
        let means = team.means(&truth);
        let mut measure = || {
            let returns = |mean: &f64| match pass_fail {
                true => Returns::Pass((0.5 + mean).clamp(0.02, 0.98)),
                false => Returns::Normal { mean: *mean, sd: 1.0 },
            };
            let arms: Vec<Arm> = means.iter().map(|it| returns(it).arm(n, &mut stream)).collect();
            Table::new(arms, None)
        };
        let (one, other) = (measure(), measure());
        let draws = FlipDraws { most: 400, seed: at };
        let Ok(said) = flip_range(&one, &credits, End::Least, draws, &mut Normals::new(at)) else { continue };
        let flipped = least(&one, &credits) != least(&other, &credits);
        plain.add(said.plain, flipped);
        shrunk.add(said.shrunk, flipped);
    }
    (plain, shrunk)
}

fn least(table: &Table, credits: &[Credit]) -> Vec<usize> {
    let values: Vec<f64> = credits.iter().map(|it| it.value(table.means())).collect();
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    (0..values.len()).filter(|it| values[*it] <= lowest + 1e-9).collect()
}
