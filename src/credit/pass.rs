//! Linear passes over columns: what a whole log costs, and the arithmetic the methods of time are made of.
//!
//! One number per act in, one number per act out, no allocation, no knowledge of an episode. Sums are plain:
//! groups and episodes are short, and a caller that needs a compensated sum makes it from the output.

/// Leave-one-out in groups of `size` neighbours with equal weights: `A_j = r_j - mean of the others`
/// (Kool et al. 2019). A last, shorter group is its own group; a group of one gets NaN: it has no value.
///
/// # Panics
/// When `size` is 0 or the slices differ in length.
pub fn leave_one_out(returns: &[f64], size: usize, out: &mut [f64]) {
    assert_eq!(returns.len(), out.len(), "one credit per return");
    for (group, out) in returns.chunks(size).zip(out.chunks_mut(size)) {
        let others = (group.len() as f64) - 1.0;
        let all: f64 = group.iter().sum();
        for (credit, own) in out.iter_mut().zip(group) {
            *credit = own - (all - own) / others;
        }
    }
}

/// Difference rewards: what was earned minus the baseline, act by act (Wolpert and Tumer 2002).
///
/// # Panics
/// When the slices differ in length.
pub fn differences(earned: &[f64], baseline: &[f64], out: &mut [f64]) {
    assert!(earned.len() == baseline.len() && earned.len() == out.len(), "one credit per act");
    for (credit, (earned, baseline)) in out.iter_mut().zip(earned.iter().zip(baseline)) {
        *credit = earned - baseline;
    }
}

/// Discounted return to go of one episode: `G_t = r_t + gamma G_{t+1}`.
///
/// # Panics
/// When the slices differ in length.
pub fn returns_to_go(rewards: &[f64], gamma: f64, out: &mut [f64]) {
    assert_eq!(rewards.len(), out.len(), "one return per step");
    let mut after = 0.0;
    for (to_go, reward) in out.iter_mut().zip(rewards).rev() {
        after = reward + gamma * after;
        *to_go = after;
    }
}

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

/// Adds each credit to its agent's sum; `sums` holds one entry per agent.
///
/// # Panics
/// When the slices differ in length, or an agent has no entry.
pub fn add_by_agent(credit: &[f64], agents: &[u16], sums: &mut [f64]) {
    assert_eq!(credit.len(), agents.len(), "one agent per credit");
    for (credit, agent) in credit.iter().zip(agents) {
        sums[usize::from(*agent)] += credit;
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
        // It telescopes to gamma^T Phi_T - Phi_0.
        let mut to_go = vec![0.0; got.len()];
        returns_to_go(&got, gamma, &mut to_go);
        let want = [
            vector["discounted_sum"].as_f64().expect("a sum"),
            vector["telescopes_to"].as_f64().expect("a sum"),
        ];
        assert_close(&[to_go[0], to_go[0]], &want);
        assert_close(&[to_go[0]], &[gamma.powi(6) * phi[6] - phi[0]]);
    }

    #[test]
    fn groups_and_sums() {
        let mut out = [0.0; 5];
        leave_one_out(&[1.0, 0.0, 0.5, 0.5, 2.0], 2, &mut out);
        assert_close(&out, &[1.0, -1.0, 0.0, 0.0, f64::NAN]);
        differences(&[1.0, 2.0], &[0.25, 3.0], &mut out[..2]);
        assert_close(&out[..2], &[0.75, -1.0]);
        let mut sums = [0.0; 2];
        add_by_agent(&[1.0, 2.0, 4.0], &[1, 0, 1], &mut sums);
        assert_close(&sums, &[2.0, 5.0]);
    }
}
