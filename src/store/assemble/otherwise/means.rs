//! Values that stand beside the returns they should be the mean of.

use super::Builder;
use crate::{
    log::Counterfactual,
    model::{Origin, Sample, rule},
};

/// A printed mean is off by no more than this part of the largest return.
const PRINTED: f64 = 0.01;

/// Lists candidates and coalitions of a record whose value is not the mean of the returns beside it, up to the
/// rounding of a printed number.
pub(super) fn check(builder: &mut Builder, it: &Counterfactual, origin: Origin) {
    let candidates = it.candidates.iter().map(|it| (it.value, it.returns.as_slice()));
    let all = candidates.chain(it.coalitions.iter().map(|it| (it.value, it.returns)));
    let off = all.filter_map(|(value, returns)| {
        let (value, mean) = (value.filter(|it| it.is_finite())?, Sample::of_returns(returns.to_vec()).mean?);
        let largest =
            returns.iter().filter(|it| it.is_finite()).fold(value.abs(), |most, it| most.max(it.abs()));
        ((value - mean).abs() > PRINTED * largest).then_some((value, mean))
    });
    let off: Vec<(f64, f64)> = off.collect();
    if let Some((value, mean)) = off.first() {
        let more = match off.len() {
            1 => String::new(),
            all => format!(", and {} more are off", all - 1),
        };
        let message =
            format!("`value` is {value}, but the mean of its `returns` is {mean}{more}: the returns count");
        builder.find(rule::VALUE_IS_NO_MEAN, origin, message);
    }
}
