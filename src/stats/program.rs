//! Linear programs with few unknowns and many bounds: the least `cost y` where `row y >= bound` for every row.
//!
//! The dual is solved, by the revised simplex method: it has a row for each unknown and a column for each bound, so
//! what is kept is a square as wide as there are unknowns. The most violated bound enters; of equal ratios the
//! lexicographically least leaves, so that it cannot run in a circle however many bounds meet in one point (Dantzig,
//! Orden and Wolfe 1955). What it ends with is solved anew from the bounds that hold it.

/// How far a bound may be missed, with the largest bound at 1.
const SLACK: f64 = 1e-9;
/// Numbers below it are rounding: no pivot, no price, no difference of two ratios.
const ROUNDING: f64 = 1e-11;
/// The inverse is made anew after so many pivots.
const FRESH: usize = 40;
/// More pivots than any program needs that rounding does not spoil.
const MOST_PIVOTS: usize = 20_000;

/// Bounds on unknowns that may have either sign.
#[derive(Clone, Debug)]
pub struct Program {
    width: usize,
    rows: Vec<f64>,
    bounds: Vec<f64>,
}

/// The least of a cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The cost.
    pub value: f64,
    /// Unknowns that have it; there may be others.
    pub at: Vec<f64>,
    /// Bounds that hold it there, ascending, each with how much the cost rises with it. Wherever the cost is least,
    /// all of them are met exactly.
    pub prices: Vec<(usize, f64)>,
}

/// Why there is no least cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoOptimum {
    /// The bounds let it fall for ever.
    Unbounded,
    /// No unknowns meet all bounds.
    Infeasible,
    /// Rounding spoils it.
    Unsettled,
}

impl Program {
    /// Of `width` unknowns, without bounds.
    pub fn new(width: usize) -> Self {
        Self { width, rows: Vec::new(), bounds: Vec::new() }
    }

    /// Adds `row y >= bound`; `row` has as many numbers as there are unknowns.
    pub fn at_least(&mut self, row: &[f64], bound: f64) {
        assert_eq!(row.len(), self.width, "a number for each unknown");
        self.rows.extend_from_slice(row);
        self.bounds.push(bound);
    }

    /// Adds `row y = bound`.
    pub fn exactly(&mut self, row: &[f64], bound: f64) {
        let negative: Vec<f64> = row.iter().map(|it| -it).collect();
        self.at_least(row, bound);
        self.at_least(&negative, -bound);
    }

    /// The least `cost y`.
    ///
    /// # Errors
    /// When there is none.
    pub fn least(&self, cost: &[f64]) -> Result<Optimum, NoOptimum> {
        assert_eq!(cost.len(), self.width, "a number for each unknown");
        Simplex::new(self, cost).solve()
    }

    fn row(&self, at: usize) -> &[f64] {
        &self.rows[at * self.width..(at + 1) * self.width]
    }
}

/// A column of the dual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// A bound of the program.
    Bound(usize),
    /// What stands in for a bound until there is one: a unit column.
    Unit(usize),
}

/// First units are driven out, then the cost is made least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    First,
    Second,
}

struct Simplex<'a> {
    program: &'a Program,
    cost: &'a [f64],
    /// The largest bound, or 1.
    scale: f64,
    basis: Vec<Column>,
    /// Of the matrix of the basis, by row.
    inverse: Vec<Vec<f64>>,
    /// How much of each column of the basis.
    values: Vec<f64>,
    /// Decides between equal ratios.
    order: Vec<Vec<f64>>,
}

impl<'a> Simplex<'a> {
    fn new(program: &'a Program, cost: &'a [f64]) -> Self {
        let scale = program.bounds.iter().fold(0.0, |most: f64, it| most.max(it.abs()));
        let n = program.width;
        let inverse: Vec<Vec<f64>> = (0..n).map(|at| unit(n, at, sign(cost[at]))).collect();
        Self {
            program,
            cost,
            scale: if scale > 0.0 { scale } else { 1.0 },
            basis: (0..n).map(Column::Unit).collect(),
            values: cost.iter().map(|it| it.abs()).collect(),
            order: inverse.clone(),
            inverse,
        }
    }

    fn solve(mut self) -> Result<Optimum, NoOptimum> {
        self.run(Phase::First)?;
        let left: f64 = self.basis.iter().zip(&self.values).filter(|it| is_unit(*it.0)).map(|it| it.1).sum();
        if left > SLACK {
            return Err(NoOptimum::Unbounded);
        }
        let n = self.program.width;
        self.order = (0..n).map(|at| unit(n, at, 1.0)).collect();
        self.run(Phase::Second)?;
        let at: Vec<f64> = self.unknowns(Phase::Second).iter().map(|it| it * self.scale).collect();
        let mut prices: Vec<(usize, f64)> = self.basis.iter().zip(&self.values).filter_map(priced).collect();
        prices.sort_unstable_by_key(|it| it.0);
        Ok(Optimum { value: dot(self.cost, &at), at, prices })
    }

    fn run(&mut self, phase: Phase) -> Result<(), NoOptimum> {
        let mut is_fresh = false;
        for pivots in 1..=MOST_PIVOTS {
            let unknowns = self.unknowns(phase);
            let Some(entering) = self.entering(&unknowns, phase) else {
                if is_fresh {
                    return Ok(());
                }
                self.refresh()?;
                is_fresh = true;
                continue;
            };
            let row = self.program.row(entering);
            let direction: Vec<f64> = self.inverse.iter().map(|it| dot(it, row)).collect();
            let leaving = self.leaving(&direction, phase).ok_or(NoOptimum::Infeasible)?;
            self.pivot(leaving, &direction);
            self.basis[leaving] = Column::Bound(entering);
            is_fresh = false;
            if pivots % FRESH == 0 {
                self.refresh()?;
            }
        }
        Err(NoOptimum::Unsettled)
    }

    /// The unknowns that the basis stands for, with the largest bound at 1.
    fn unknowns(&self, phase: Phase) -> Vec<f64> {
        let mut unknowns = vec![0.0; self.program.width];
        for (column, row) in self.basis.iter().zip(&self.inverse) {
            let worth = match (column, phase) {
                (Column::Unit(_), Phase::First) => -1.0,
                (Column::Bound(at), Phase::Second) => self.program.bounds[*at] / self.scale,
                _ => continue,
            };
            unknowns.iter_mut().zip(row).for_each(|(it, part)| *it += worth * part);
        }
        unknowns
    }

    /// The bound that the unknowns miss most.
    fn entering(&self, unknowns: &[f64], phase: Phase) -> Option<usize> {
        let mut found = None;
        let mut most = SLACK;
        for (at, bound) in self.program.bounds.iter().enumerate() {
            let bound = if phase == Phase::First { 0.0 } else { bound / self.scale };
            let missed = bound - dot(self.program.row(at), unknowns);
            if missed > most {
                (found, most) = (Some(at), missed);
            }
        }
        found
    }

    /// The place in the basis that gives way; `None`: none has to.
    fn leaving(&self, direction: &[f64], phase: Phase) -> Option<usize> {
        if phase == Phase::Second {
            // Units are worth nothing now: there is 0 of each, and none may come back.
            let units = (0..direction.len()).filter(|it| is_unit(self.basis[*it]));
            let largest = units.max_by(|a, b| direction[*a].abs().total_cmp(&direction[*b].abs()));
            if let Some(at) = largest.filter(|it| direction[*it].abs() > SLACK) {
                return Some(at);
            }
        }
        let mut found: Option<usize> = None;
        for at in (0..direction.len()).filter(|it| direction[*it] > SLACK) {
            if found.is_none_or(|it| self.is_before(at, it, direction)) {
                found = Some(at);
            }
        }
        found
    }

    fn is_before(&self, a: usize, b: usize, direction: &[f64]) -> bool {
        let ratios = |at: usize| {
            let numbers = std::iter::once(&self.values[at]).chain(&self.order[at]);
            numbers.map(move |it| it / direction[at])
        };
        let differs = ratios(a).zip(ratios(b)).find(|(a, b)| (a - b).abs() > ROUNDING);
        differs.is_some_and(|(a, b)| a < b)
    }

    fn pivot(&mut self, leaving: usize, direction: &[f64]) {
        let by = direction[leaving];
        self.values[leaving] /= by;
        self.inverse[leaving].iter_mut().for_each(|it| *it /= by);
        self.order[leaving].iter_mut().for_each(|it| *it /= by);
        let (inverse, order) = (self.inverse[leaving].clone(), self.order[leaving].clone());
        for at in (0..direction.len()).filter(|it| *it != leaving) {
            let factor = direction[at];
            if factor != 0.0 {
                self.values[at] = (self.values[at] - factor * self.values[leaving]).max(0.0);
                self.inverse[at].iter_mut().zip(&inverse).for_each(|(it, other)| *it -= factor * other);
                self.order[at].iter_mut().zip(&order).for_each(|(it, other)| *it -= factor * other);
            }
        }
    }

    /// Works the inverse and the values out from the columns of the basis, without what rounding has added.
    fn refresh(&mut self) -> Result<(), NoOptimum> {
        let n = self.program.width;
        // The matrix beside the unit matrix: row by row of the dual, column by column of the basis.
        let entry = |row: usize, column: Column| match column {
            Column::Bound(at) => self.program.row(at)[row],
            Column::Unit(at) if at == row => sign(self.cost[at]),
            Column::Unit(_) => 0.0,
        };
        let mut rows: Vec<Vec<f64>> = (0..n)
            .map(|row| self.basis.iter().map(|it| entry(row, *it)).chain(unit(n, row, 1.0)).collect())
            .collect();
        for column in 0..n {
            let pivot = (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
            let pivot = pivot.filter(|it| rows[*it][column].abs() > ROUNDING).ok_or(NoOptimum::Unsettled)?;
            rows.swap(column, pivot);
            let by = rows[column][column];
            rows[column].iter_mut().for_each(|it| *it /= by);
            let whole = rows[column].clone();
            for (_, row) in rows.iter_mut().enumerate().filter(|it| it.0 != column) {
                let factor = row[column];
                if factor != 0.0 {
                    row.iter_mut().zip(&whole).for_each(|(it, other)| *it -= factor * other);
                }
            }
        }
        self.inverse = rows.into_iter().map(|mut it| it.split_off(n)).collect();
        self.values = self.inverse.iter().map(|it| dot(it, self.cost).max(0.0)).collect();
        Ok(())
    }
}

fn priced((column, value): (&Column, &f64)) -> Option<(usize, f64)> {
    match column {
        Column::Bound(at) if *value > SLACK => Some((*at, *value)),
        _ => None,
    }
}

fn is_unit(column: Column) -> bool {
    matches!(column, Column::Unit(_))
}

fn sign(cost: f64) -> f64 {
    if cost < 0.0 { -1.0 } else { 1.0 }
}

fn unit(n: usize, at: usize, value: f64) -> Vec<f64> {
    let mut row = vec![0.0; n];
    row[at] = value;
    row
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(rows: &[(&[f64], f64)]) -> Program {
        let mut program = Program::new(rows[0].0.len());
        rows.iter().for_each(|it| program.at_least(it.0, it.1));
        program
    }

    #[test]
    fn a_corner_is_found_with_what_holds_it() {
        // x + y >= 2, x >= 0, y >= 0.5: 3x + y is least at (0, 2), held by the first (1) and the second (2).
        let it = program(&[(&[1.0, 1.0], 2.0), (&[1.0, 0.0], 0.0), (&[0.0, 1.0], 0.5)]);
        let found = it.least(&[3.0, 1.0]).expect("a corner");
        assert_eq!((found.value, found.at), (2.0, vec![0.0, 2.0]));
        assert_eq!(found.prices, [(0, 1.0), (1, 2.0)]);
    }

    #[test]
    fn unknowns_may_be_negative_and_equal_to_a_bound() {
        // x - y = -4 and x + y >= 2: -1 and 3.
        let mut it = program(&[(&[1.0, 1.0], 2.0)]);
        it.exactly(&[1.0, -1.0], -4.0);
        let found = it.least(&[1.0, 1.0]).expect("a point");
        assert_eq!(found.at, [-1.0, 3.0]);
        assert_eq!(it.least(&[1.0, -1.0]).expect("a line").value, -4.0);
    }

    #[test]
    fn what_has_no_least_says_why() {
        let it = program(&[(&[1.0, 1.0], 2.0)]);
        assert_eq!(it.least(&[1.0, 0.0]), Err(NoOptimum::Unbounded));
        assert_eq!(it.least(&[-1.0, -1.0]), Err(NoOptimum::Unbounded));
        let it = program(&[(&[1.0], 2.0), (&[-1.0], -1.0)]);
        assert_eq!(it.least(&[1.0]), Err(NoOptimum::Infeasible));
        assert_eq!(Program::new(1).least(&[1.0]), Err(NoOptimum::Unbounded));
        assert_eq!(Program::new(1).least(&[0.0]).map(|it| it.value), Ok(0.0));
    }

    #[test]
    fn many_bounds_through_one_point_end() {
        // The dual is the program of Beale (1955), on which the rule of the largest cost alone runs in a circle:
        // most 3/4 a - 20 b + 1/2 c - 6 d, which is 5/4, at a = 1, c = 1.
        let it = program(&[
            (&[0.25, 0.5, 0.0], 0.75),
            (&[-8.0, -12.0, 0.0], -20.0),
            (&[-1.0, -0.5, 1.0], 0.5),
            (&[9.0, 3.0, 0.0], -6.0),
            (&[1.0, 0.0, 0.0], 0.0),
            (&[0.0, 1.0, 0.0], 0.0),
            (&[0.0, 0.0, 1.0], 0.0),
        ]);
        assert!((it.least(&[0.0, 0.0, 1.0]).expect("a corner").value - 1.25).abs() < 1e-12);
    }
}
