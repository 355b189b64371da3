//! Signed credit bars around an axis, with interval whiskers and the number beside them.

use crate::{
    app::Extent,
    model::{Estimate, Value, places, signed, unsigned},
    text,
    tui::{paint::Painter, theme::Role},
};

/// The range that bars are drawn in; holds 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// Decimals that tell the values apart.
    pub(super) places: usize,
}

impl Scale {
    /// Around all values and their intervals. An interval many times wider than any value is cut, so that
    /// bars can still be told apart.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a Estimate> + Clone) -> Self {
        Self::around(Extent::of(values))
    }

    /// Around the known extent of all values.
    pub(super) fn around(extent: Extent) -> Self {
        let (mut low, mut high) = extent.ends;
        if low == 0.0 && high == 0.0 {
            (low, high) = (-1.0, 1.0);
        }
        // Room for a sign on both sides of the axis.
        let span = high - low;
        low = low.min(-0.08 * span);
        high = high.max(0.08 * span);
        Self { low, high, places: places(extent.largest) }
    }

    fn column(&self, value: f64, columns: usize) -> usize {
        let at = (value - self.low) / (self.high - self.low) * columns.saturating_sub(1) as f64;
        (at.round().max(0.0) as usize).min(columns.saturating_sub(1))
    }
}

/// The line over the bars: both ends and 0.
pub(super) fn axis(pane: &mut Painter<'_>, x: usize, y: usize, columns: usize, scale: &Scale) {
    let zero = x + scale.column(0.0, columns);
    let low = signed(scale.low, scale.places);
    let high = signed(scale.high, scale.places);
    if zero > x + low.len() + 1 {
        pane.put(x, y, &low, Role::Dim);
    }
    if zero + high.len() + 2 < x + columns {
        pane.put(x + columns - high.len(), y, &high, Role::Dim);
    }
    pane.put(zero, y, "0", Role::Dim);
}

/// One bar. An interval that holds 0 is marked with `?`: do not act on the sign.
pub(super) fn bar(pane: &mut Painter<'_>, x: usize, y: usize, columns: usize, scale: &Scale, value: &Value) {
    let glyphs = pane.theme().glyphs;
    let zero = scale.column(0.0, columns);
    let estimate = match value {
        Value::Number(estimate) => estimate,
        Value::Undefined(why) | Value::Unavailable(why) => {
            pane.put(x + zero, y, &glyphs.axis.to_string(), Role::Rule);
            // Right of the axis if it fits there, else as far left as it needs.
            let from = (zero + 2).min(columns.saturating_sub(text::width(why)));
            pane.put_fit(x + from, y, columns - from, why, Role::Dim);
            return;
        }
    };
    let end = scale.column(estimate.value, columns);
    let (glyph, role) =
        if estimate.value < 0.0 { (glyphs.loss, Role::Negative) } else { (glyphs.gain, Role::Positive) };
    if let Some((low, high)) = estimate.interval.filter(|(low, high)| low < high) {
        // An end that the scale cuts off points on.
        let first = if low < scale.low { '<' } else { glyphs.low };
        let last = if high > scale.high { '>' } else { glyphs.high };
        let (low, high) = (scale.column(low, columns), scale.column(high, columns));
        for column in low..=high {
            pane.put(x + column, y, &glyphs.whisker.to_string(), Role::Dim);
        }
        paint_body(pane, x, y, (zero, end), glyph, role);
        pane.put(x + low, y, &first.to_string(), Role::Dim);
        pane.put(x + high, y, &last.to_string(), Role::Dim);
    } else {
        paint_body(pane, x, y, (zero, end), glyph, role);
    }
    pane.put(x + zero, y, &glyphs.axis.to_string(), Role::Rule);
}

fn paint_body(
    pane: &mut Painter<'_>,
    x: usize,
    y: usize,
    (zero, end): (usize, usize),
    glyph: char,
    role: Role,
) {
    let (from, to) = if end < zero { (end, zero) } else { (zero + 1, end + 1) };
    let body: String = std::iter::repeat_n(glyph, to.saturating_sub(from)).collect();
    pane.put(x + from, y, &body, role);
}

/// The number of a bar: `-0.41`, with `?` if its interval holds 0.
pub(super) fn number(value: &Value, places: usize) -> String {
    match value {
        Value::Number(estimate) => {
            let mark = if estimate.sign_unsure() { "?" } else { "" };
            format!("{}{mark}", signed(estimate.value, places))
        }
        Value::Undefined(_) => "undef".to_owned(),
        Value::Unavailable(_) => "n/a".to_owned(),
    }
}

/// How far the interval reaches from the number on its longer side, or nothing if it is not known: `0.06`.
pub(super) fn half_width(value: &Value, places: usize) -> String {
    let ends = value.number().and_then(|it| Some((it.value, it.interval?)));
    ends.map_or(String::new(), |(value, (low, high))| unsigned((value - low).max(high - value), places))
}

/// The role of a number by its sign.
pub(super) fn role(value: &Value) -> Role {
    match value.number() {
        Some(it) if it.value < 0.0 => Role::Negative,
        Some(it) if it.value > 0.0 => Role::Positive,
        Some(_) => Role::Plain,
        None => Role::Dim,
    }
}
