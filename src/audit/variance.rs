//! Within-group variance of credit: does credit tell the candidates of a group apart at all? The second
//! diagnostic of C3 (EIT-EAST-Lab/C3, `c3/analysis`).

use crate::model::{Estimate, Value};

use super::{Baseline, Group, advantage::population_variance, spread::Spread};

/// Within-group variance of one credit.
#[derive(Clone, Debug, PartialEq)]
pub struct Variance {
    /// Mean over groups of the population variance of credit, with its standard error over groups; in squared
    /// reward units.
    pub value: Value,
    /// The variance that the noise of the replays alone would give, if every candidate has a spread. A value
    /// at or below it means that the candidates are not told apart.
    pub noise: Option<f64>,
    /// Groups of two candidates at least.
    pub groups: usize,
    /// Groups with fewer: their variance is undefined.
    pub without: usize,
}

/// The variance over `groups` of the credit against `baseline`, candidates weighted alike.
pub fn variance(groups: &[Group], baseline: Baseline) -> Variance {
    let comparable: Vec<&Group> = groups.iter().filter(|it| it.credited().count() > 1).collect();
    let values: Vec<f64> = comparable
        .iter()
        .map(|group| {
            let means: Vec<f64> = group.credited().filter_map(|it| it.mean).collect();
            population_variance(&baseline.credit(&means, &vec![1.0; means.len()]))
        })
        .collect();
    let spread = Spread::of(&values);
    let value = match values.len() {
        0 => Value::Undefined("no group has two candidates with returns".to_owned()),
        1 => Value::Number(Estimate { n: Some(1), ..Estimate::exact(spread.mean) }),
        n => Value::Number(Estimate::with_standard_error(spread.mean, spread.stderr, Some(n as u32))),
    };
    let noise: Option<Vec<f64>> = comparable.iter().map(|it| noise(it, baseline)).collect();
    Variance {
        value,
        noise: noise.filter(|it| !it.is_empty()).map(|it| it.iter().sum::<f64>() / it.len() as f64),
        groups: comparable.len(),
        without: groups.len() - comparable.len(),
    }
}

/// Expected population variance of a group's credit when all candidates are worth the same and only their
/// measured means differ: `(n-1)/n` of the mean squared standard error, times `(n/(n-1))^2` for
/// leave-one-out.
fn noise(group: &Group, baseline: Baseline) -> Option<f64> {
    let errors: Option<Vec<f64>> = group
        .credited()
        .map(|it| {
            let m = it.returns.len() as f64;
            let mean = it.returns.iter().sum::<f64>() / m;
            let squares: f64 = it.returns.iter().map(|it| (it - mean).powi(2)).sum();
            (m > 1.0).then(|| squares / (m - 1.0) / m)
        })
        .collect();
    let errors = errors?;
    let n = errors.len() as f64;
    let plain = errors.iter().sum::<f64>() / n * (n - 1.0) / n;
    Some(match baseline {
        Baseline::FullMean => plain,
        Baseline::LeaveOneOut => plain * (n / (n - 1.0)).powi(2),
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{close, group, vector_groups};
    use super::*;

    #[test]
    fn variance_of_the_reference() {
        // The reference implementation gives, per bucket, 0.09375, 0.21875, 0.21875 and 0.0416.., 0.0972..,
        // 0.0972...
        let check = |baseline, mean: f64, first: f64, second: f64| {
            let found = variance(&vector_groups(), baseline);
            let value = found.value.number().unwrap();
            close(value.value, mean);
            // Spread of a, b, b about their mean: sqrt(2 (b-a)^2 / 3 / 2), over sqrt 3 for the error.
            close(value.standard_error.unwrap(), (second - first) / 3.0);
            assert_eq!((found.groups, found.without), (3, 0));
        };
        check(Baseline::LeaveOneOut, 0.177_083_333_333_333_34, 0.09375, 0.21875);
        check(Baseline::FullMean, 0.078_703_703_703_703_7, 1.0 / 24.0, 7.0 / 72.0);
    }

    #[test]
    fn noise_by_hand() {
        // Two candidates with returns 0, 1: spread^2 0.5, squared error 0.25 each. Full mean: half of it.
        let groups = [group("g", &[(&[0.0, 1.0], &[]), (&[1.0, 0.0], &[])])];
        let found = variance(&groups, Baseline::FullMean);
        close(found.value.number().unwrap().value, 0.0);
        close(found.noise.unwrap(), 0.125);
        close(variance(&groups, Baseline::LeaveOneOut).noise.unwrap(), 0.5);
        let single = [group("g", &[(&[0.0], &[]), (&[1.0, 0.0], &[])])];
        assert_eq!(variance(&single, Baseline::FullMean).noise, None);
    }

    #[test]
    fn a_lone_candidate_has_none() {
        let found = variance(&[group("g", &[(&[1.0], &[])])], Baseline::FullMean);
        assert!(matches!(found.value, Value::Undefined(_)));
        assert_eq!((found.groups, found.without, found.noise), (0, 1, None));
    }
}
