//! The interval of a difference of two numbers that were measured apart.

use crate::model::Estimate;

/// Which numbers an interval of a difference rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestsOn {
    /// The intervals of both.
    Both,
    /// That of A alone: of B no error is known.
    A,
    /// That of B alone.
    B,
}

/// B's number minus A's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// In reward units.
    pub value: f64,
    /// At the level of A and B; `None`: neither has one.
    pub interval: Option<(f64, f64)>,
    /// What the interval rests on.
    pub rests_on: RestsOn,
}

impl Difference {
    /// The difference of two independent numbers. Its interval is that of Zou and Donner (2008, "Construction of confidence
    /// limits about effect measures"): the distances from either number to its limits add in squares, so that limits
    /// that lie unevenly stay so.
    pub fn of(a: &Estimate, b: &Estimate) -> Self {
        let value = b.value - a.value;
        let reach = |it: &Estimate| it.interval.map(|(low, high)| (it.value - low, high - it.value));
        let same_level = (a.level - b.level).abs() < 1e-9;
        let (rests_on, of_a, of_b) = match (reach(a), reach(b)) {
            (Some(of_a), Some(of_b)) if same_level => (RestsOn::Both, of_a, of_b),
            (Some(of_a), None) => (RestsOn::A, of_a, (0.0, 0.0)),
            (None, Some(of_b)) => (RestsOn::B, (0.0, 0.0), of_b),
            _ => return Self { value, interval: None, rests_on: RestsOn::Both },
        };
        let interval = (value - of_b.0.hypot(of_a.1), value + of_b.1.hypot(of_a.0));
        Self { value, interval: Some(interval), rests_on }
    }

    /// Whether the interval is known and holds 0.
    pub fn sign_unsure(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low <= 0.0 && high >= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_add_in_squares() {
        let number = |value: f64, low: f64, high: f64| Estimate {
            interval: Some((value - low, value + high)),
            ..Estimate::exact(value)
        };
        let close = |found: Difference, value: f64, low: f64, high: f64| {
            let ends = found.interval.unwrap();
            assert!((found.value - value).abs() < 1e-12, "{found:?}");
            assert!((ends.0 - low).abs() < 1e-12 && (ends.1 - high).abs() < 1e-12, "{found:?}");
        };
        // 3 and 4 make 5.
        close(Difference::of(&number(1.0, 3.0, 3.0), &number(2.0, 4.0, 4.0)), 1.0, -4.0, 6.0);
        // Down: B may be 5 lower, A 12 higher: 13. Up: B 3 higher, A 4 lower: 5.
        close(Difference::of(&number(0.0, 4.0, 12.0), &number(0.0, 5.0, 3.0)), 0.0, -13.0, 5.0);
        let exact = Estimate::exact(2.0);
        let found = Difference::of(&exact, &number(1.0, 0.5, 0.25));
        close(found, -1.0, -1.5, -0.75);
        assert_eq!((found.rests_on, found.sign_unsure()), (RestsOn::B, false));
        assert_eq!(Difference::of(&exact, &exact).interval, None);
    }
}
