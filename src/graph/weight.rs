//! What the numbers on the edges mean, and how they are written into few columns.

/// What an edge of the drawing is weighed by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Messages, plus the causal links that no message carries.
    #[default]
    Messages,
    /// Tokens carried.
    Tokens,
    /// Credit of the acts that crossed the edge, in reward units.
    CreditFlow,
    /// Mean seconds from sent to received.
    Latency,
    /// What two agents earn together beyond what each adds alone, in reward units: above 0 synergy, below 0
    /// redundancy. It has no direction. Drawn on a graph of its own, [`super::pair_graph`].
    Pairs,
}

impl Weight {
    /// All weights, in the order in which the `W` key cycles.
    pub const ALL: [Weight; 5] =
        [Weight::Messages, Weight::Tokens, Weight::CreditFlow, Weight::Latency, Weight::Pairs];

    /// The next weight of the cycle.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Weight::Messages => Weight::Tokens,
            Weight::Tokens => Weight::CreditFlow,
            Weight::CreditFlow => Weight::Latency,
            Weight::Latency => Weight::Pairs,
            Weight::Pairs => Weight::Messages,
        }
    }

    /// The words on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Weight::Messages => "messages and links",
            Weight::Tokens => "tokens",
            Weight::CreditFlow => "credit flow",
            Weight::Latency => "latency",
            Weight::Pairs => "synergy of pairs",
        }
    }

    /// Whether the numbers belong to an arrow. If not, lines have no heads and agents no totals.
    pub fn is_directed(self) -> bool {
        self != Weight::Pairs
    }

    /// `value` in at most `columns` ASCII characters, with less precision if there is no room.
    ///
    /// An unknown value is `?`. If not even a rounded number fits, a lone `+` stands for "more than fits"
    /// (for credit, the sign alone).
    pub fn format(self, value: Option<f64>, columns: usize) -> String {
        let Some(value) = value.filter(|it| it.is_finite()) else {
            return "?".chars().take(columns).collect();
        };
        let candidates = match self {
            Weight::Messages | Weight::Tokens => counts(value),
            Weight::CreditFlow | Weight::Pairs => signed(value),
            Weight::Latency => seconds(value),
        };
        let overflow = if matches!(self, Weight::CreditFlow | Weight::Pairs) { sign(value) } else { "+" };
        candidates
            .into_iter()
            .find(|it| it.len() <= columns)
            .unwrap_or_else(|| overflow.chars().take(columns).collect())
    }
}

/// A credit value with its sign in at most `columns` characters: `+0.31`, `+.31`, `+.3`, `+`.
pub(super) fn format_credit(value: f64, columns: usize) -> String {
    Weight::CreditFlow.format(Some(value), columns)
}

fn sign(value: f64) -> &'static str {
    if value < 0.0 { "-" } else { "+" }
}

fn counts(value: f64) -> Vec<String> {
    let mut forms = vec![format!("{value:.0}")];
    for (unit, scale) in [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)] {
        let scaled = value / scale;
        // From where the smaller unit would round up to 1000.
        if scaled >= 0.9995 {
            if scaled < 9.95 {
                forms.push(format!("{scaled:.1}{unit}"));
            }
            forms.push(format!("{scaled:.0}{unit}"));
        }
    }
    forms
}

fn signed(value: f64) -> Vec<String> {
    // Rounding must not print a negative zero.
    let plain = |precision: usize| {
        let text = format!("{value:+.precision$}");
        if text.bytes().all(|it| matches!(it, b'-' | b'+' | b'0' | b'.')) {
            text.replace('-', "+")
        } else {
            text
        }
    };
    let mut forms = Vec::new();
    if value.abs() < 1000.0 {
        forms.push(plain(2));
        for precision in [2, 1] {
            let text = plain(precision);
            if text[1..].starts_with("0.") {
                forms.push(text.replacen("0.", ".", 1));
            } else {
                forms.push(text);
            }
        }
    }
    if value.abs() >= 0.95 || value == 0.0 {
        forms.push(plain(0));
    }
    for (unit, scale) in [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)] {
        if value.abs() >= scale {
            forms.push(format!("{:+.0}{unit}", value / scale));
        }
    }
    forms
}

fn seconds(value: f64) -> Vec<String> {
    let mut forms = Vec::new();
    if value.abs() < 9.95 {
        forms.extend([format!("{value:.1}s"), format!("{value:.1}")]);
        if value.abs() < 0.95 {
            forms.push(format!("{value:.1}").replacen("0.", ".", 1));
        }
    }
    forms.extend([format!("{value:.0}s"), format!("{value:.0}")]);
    for (unit, scale) in [("m", 60.0), ("h", 3600.0), ("d", 86400.0)] {
        if value.abs() >= scale {
            forms.push(format!("{:.0}{unit}", value / scale));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(weight: Weight, value: impl Into<Option<f64>>, columns: usize, expected: &str) {
        assert_eq!(weight.format(value.into(), columns), expected);
    }

    #[test]
    fn counts_are_abbreviated_to_fit() {
        check(Weight::Messages, 7.0, 4, "7");
        check(Weight::Messages, 12.0, 1, "+");
        check(Weight::Tokens, 1234.0, 4, "1234");
        check(Weight::Tokens, 1234.0, 3, "1k");
        check(Weight::Tokens, 12345.0, 4, "12k");
        check(Weight::Tokens, 1_234_567.0, 4, "1.2M");
        check(Weight::Tokens, 999_999.0, 4, "1.0M");
        check(Weight::Tokens, 999_999.0, 3, "1M");
        check(Weight::Tokens, None, 4, "?");
        check(Weight::Tokens, f64::NAN, 4, "?");
        check(Weight::Messages, 5.0, 0, "");
    }

    #[test]
    fn credit_keeps_its_sign() {
        check(Weight::CreditFlow, 0.314, 5, "+0.31");
        check(Weight::CreditFlow, -0.314, 4, "-.31");
        check(Weight::CreditFlow, -0.314, 3, "-.3");
        check(Weight::CreditFlow, -0.314, 1, "-");
        check(Weight::CreditFlow, -0.001, 5, "+0.00");
        check(Weight::CreditFlow, 12.5, 5, "+12.5");
        check(Weight::CreditFlow, -12345.0, 5, "-12k");
        check(Weight::CreditFlow, 1e300, 5, "+");
    }

    #[test]
    fn seconds_lose_their_decimals_then_their_unit() {
        check(Weight::Latency, 5.43, 4, "5.4s");
        check(Weight::Latency, 5.43, 3, "5.4");
        check(Weight::Latency, 5.43, 2, "5s");
        check(Weight::Latency, 0.31, 2, ".3");
        check(Weight::Latency, 125.0, 4, "125s");
        check(Weight::Latency, 125.0, 2, "2m");
        check(Weight::Latency, 1e12, 3, "+");
    }

    #[test]
    fn the_cycle_of_weights_visits_each_once() {
        let mut seen = vec![Weight::default()];
        while seen.len() < Weight::ALL.len() {
            seen.push(seen[seen.len() - 1].next());
        }
        assert_eq!(seen, Weight::ALL);
        assert_eq!(seen[4].next(), Weight::default());
    }
}
