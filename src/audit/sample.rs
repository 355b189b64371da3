//! Replay groups for tests.

use super::{Group, Replayed, Symbol};

/// Asserts equality to 1e-12.
#[track_caller]
pub(super) fn close(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-12, "{got} is not {want}");
}

/// A group of candidates with these returns and next texts; the first really happened.
pub(super) fn group(name: &str, candidates: &[(&[f64], &[&str])]) -> Group {
    let candidate = |(j, (returns, next)): (usize, &(&[f64], &[&str]))| Replayed {
        j: j as i64,
        returns: returns.to_vec(),
        mean: Some(returns.iter().sum::<f64>() / returns.len() as f64),
        n: returns.len() as f64,
        real: j == 0,
        extra: false,
        next: next.iter().map(|it| Symbol::of(it)).collect(),
    };
    Group {
        episode: "e".to_owned(),
        name: name.to_owned(),
        agent: Some("planner".to_owned()),
        own: false,
        candidates: candidates.iter().enumerate().map(candidate).collect(),
    }
}

/// Three buckets for which the numbers of the reference implementation of C3 are known.
pub(super) fn vector_groups() -> Vec<Group> {
    let mut groups = vec![
        group(
            "b0",
            &[
                (&[1.0, 1.0, 0.0, 1.0], &["x", "x", "y", "x"]),
                (&[0.0, 1.0, 0.0, 0.0], &["y", "z", "y", "y"]),
                (&[1.0, 0.0, 0.0, 1.0], &["x", "y", "z", "x"]),
            ],
        ),
        group(
            "b1",
            &[
                (&[0.0, 0.0, 1.0, 0.0], &["y", "y", "x", "y"]),
                (&[1.0, 1.0, 1.0, 1.0], &["x", "x", "x", "x"]),
                (&[0.0, 1.0, 1.0, 0.0], &["z", "x", "x", "y"]),
            ],
        ),
        group(
            "b2",
            &[
                (&[1.0, 1.0, 1.0, 1.0], &["x", "x", "x", "x"]),
                (&[1.0, 1.0, 0.0, 1.0], &["x", "x", "y", "x"]),
                (&[0.0, 0.0, 0.0, 1.0], &["y", "z", "z", "x"]),
            ],
        ),
    ];
    for (group, real) in groups.iter_mut().zip(0..) {
        group.candidates.iter_mut().for_each(|it| it.real = it.j == real);
    }
    groups
}
