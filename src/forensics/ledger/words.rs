//! What a ledger says, in sentences.

use super::{Ledger, LedgerRow};

impl Ledger {
    /// The sentences at the top, without the trailing period.
    pub fn sentences(&self) -> Vec<String> {
        let mut out = Vec::new();
        let parts: usize = self.all.iter().map(|it| it.groups).sum();
        let flat: usize = self.all.iter().map(|it| it.flat).sum();
        if parts > 0 {
            let tokens: u64 = self.all.iter().map(|it| it.tokens).sum();
            let lost: u64 = self.all.iter().map(|it| it.flat_tokens).sum();
            let tokens = match tokens {
                0 => String::new(),
                all => format!("; {} of the tokens went into them", percent(lost as f64, all as f64)),
            };
            let what = if self.all.len() > 1 { "parts of an agent in a group" } else { "groups" };
            out.push(format!(
                "{flat} of {parts} {what} have no spread, so nothing can be learned there ({}){tokens}",
                percent(flat as f64, parts as f64)
            ));
        }
        let wrong: usize = self.all.iter().map(|it| it.wrong_sign).sum();
        let pushed: usize = self.all.iter().map(|it| it.pushed).sum();
        if wrong > 0 {
            let most = self.all.iter().max_by_key(|it| it.wrong_sign);
            let most = most.filter(|_| self.all.len() > 1);
            let whose = most
                .map_or(String::new(), |it| format!(", most of them of {} ({})", it.agent, it.wrong_sign));
            out.push(format!(
                "{wrong} of {} pushes ({}) have the wrong sign{whose}",
                self.pushes,
                percent(wrong as f64, self.pushes as f64)
            ));
        }
        if pushed > 0 {
            out.push(format!("{pushed} pushes are of samples without a signal"));
        }
        let silent = self.all.iter().filter(|it| it.is_without_signal()).map(|it| it.agent.as_str());
        let silent: Vec<&str> = silent.collect();
        match silent.as_slice() {
            [] => {}
            [one] => out.push(format!("{one} never gets a signal")),
            [one, rest @ ..] => out.push(format!("{one} and {} more never get a signal", rest.len())),
        }
        if self.algorithm.is_none() {
            out.push("No advantages are declared: only what there is to learn from is counted".to_owned());
        }
        out
    }

    /// What is compared with what where it is right: `task, agent` or `task`.
    pub fn right_key(&self) -> &'static str {
        if self.by_agent { "group, agent" } else { "group" }
    }

    /// The number of tasks.
    pub fn task_count(&self) -> usize {
        self.starts.len()
    }

    /// The name of a task, and the row of each agent that is in it.
    pub fn task(&self, at: usize) -> Option<(&str, &[LedgerRow])> {
        let start = *self.starts.get(at)?;
        let end = self.starts.get(at + 1).copied().unwrap_or(self.rows.len());
        let rows = self.rows.get(start..end)?;
        Some((rows.first()?.task.as_str(), rows))
    }
}

fn percent(part: f64, whole: f64) -> String {
    let share = 100.0 * part / whole.max(1.0);
    if share > 0.0 && share < 1.0 { "under 1%".to_owned() } else { format!("{share:.0}%") }
}
