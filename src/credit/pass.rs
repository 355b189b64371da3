//! Linear passes over steps: the arithmetic that the methods of time are made of.
//!
//! One number per step in, one number per step out, no allocation, no knowledge of an episode. Sums are
//! plain: a caller that needs a compensated sum makes it from the output.

/// Generalised advantages of one episode (Schulman et al. 2016): `delta_t = r_t + gamma V_{t+1} - V_t`,
/// `A_t = delta_t + gamma lambda A_{t+1}`, nothing after the last step. `values` are expected rewards *to
/// come*: a reward received before t is not in `V_t`.
///
/// # Panics
/// When the slices differ in length.
pub fn advantages(rewards: &[f64], values: &[f64], gamma: f64, lambda: f64, out: &mut [f64]) {
    assert!(rewards.len() == values.len() && rewards.len() == out.len(), "one advantage per step");
    let (mut next, mut after) = (0.0, 0.0);
    for ((advantage, reward), value) in out.iter_mut().zip(rewards).zip(values).rev() {
        after = reward + gamma * next - value + gamma * lambda * after;
        next = *value;
        *advantage = after;
    }
}

/// Potential shaping of one episode (Ng, Harada and Russell 1999): `F_t = gamma Phi_{t+1} - Phi_t`.
/// `potentials` has one more entry than `out`: the last is that after the last step.
///
/// # Panics
/// When it has not.
pub fn shaping(potentials: &[f64], gamma: f64, out: &mut [f64]) {
    assert_eq!(potentials.len(), out.len() + 1, "one potential before each step and one after the last");
    for (shaped, pair) in out.iter_mut().zip(potentials.windows(2)) {
        *shaped = gamma * pair[1] - pair[0];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::fixture::{assert_close, list, vectors};

    #[test]
    fn vectors_of_advantages() {
        let vector = &vectors()["gae"];
        let check = |rewards: &[f64], values: &[f64], case: &serde_json::Value| {
            let mut got = vec![0.0; rewards.len()];
            let number = |name: &str| case[name].as_f64().expect("a number");
            advantages(rewards, values, number("gamma"), number("lambda"), &mut got);
            assert_close(&got, &list(&case["adv"]));
            if case.get("returns").is_some() {
                let returns: Vec<f64> = got.iter().zip(values).map(|(a, v)| a + v).collect();
                assert_close(&returns, &list(&case["returns"]));
            }
        };
        for case in vector["cases"].as_array().expect("cases") {
            check(&list(&vector["rewards"]), &list(&vector["values"]), case);
        }
        let other = &vector["two_steps"];
        check(&list(&other["rewards"]), &list(&other["values"]), other);
    }

    #[test]
    fn vectors_of_shaping() {
        let vector = &vectors()["potential_shaping"];
        let (phi, gamma) = (list(&vector["Phi"]), vector["gamma"].as_f64().expect("gamma"));
        let mut got = vec![0.0; phi.len() - 1];
        shaping(&phi, gamma, &mut got);
        assert_close(&got, &list(&vector["F"]));
        // Discounted, it telescopes to gamma^T Phi_T - Phi_0.
        let discounted = got.iter().rev().fold(0.0, |after, it| it + gamma * after);
        let want = [
            vector["discounted_sum"].as_f64().expect("a sum"),
            vector["telescopes_to"].as_f64().expect("a sum"),
        ];
        assert_close(&[discounted, discounted], &want);
        assert_close(&[discounted], &[gamma.powi(6) * phi[6] - phi[0]]);
    }
}
