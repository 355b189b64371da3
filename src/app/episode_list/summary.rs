//! The listed episodes in a few sentences: how they ended, who is named, where, how sure.

use super::{
    column::{cost, duration},
    totals::{Blamed, Totals},
};
use crate::{
    credit::Rung,
    model::{amount, signed},
    text::{self, Clause, Sentence, count},
};

/// So many acts that are named make a pattern of where they lie.
const PATTERN: usize = 8;

/// A sentence and the word beside it.
pub type Said = (&'static str, Sentence);

impl Totals {
    /// What there is to say, the most telling first; who is named in at most `room` columns.
    pub fn sentences(&self, room: usize) -> Vec<Said> {
        let all = [
            ("ALL", Some(self.ended())),
            ("WHO", self.named(room).map(plain)),
            ("SURE", self.agreement().map(plain)),
            ("WHERE", self.whereabouts().map(plain)),
        ];
        all.into_iter().filter_map(|(word, said)| Some((word, said?))).collect()
    }

    /// `61 FAIL, 31 ok. R mean +0.34, -1.00 to +1.00. 354 acts, 3 with an error`
    fn ended(&self) -> Sentence {
        let outcomes: Vec<String> = self.outcomes.iter().map(|(word, n)| format!("{n} {word}")).collect();
        let of = if self.is_whole() { String::new() } else { format!("The first {}: ", self.seen) };
        let reward = match self.rewards {
            None => "No R logged".to_owned(),
            Some(it) if it.range.0 == it.range.1 => {
                format!("R {}{}", signed(it.mean, 3).trim(), self.part(it.count))
            }
            Some(it) => format!(
                "R mean {}, {} to {}{}",
                signed(it.mean, 3).trim(),
                signed(it.range.0, 3).trim(),
                signed(it.range.1, 3).trim(),
                self.part(it.count)
            ),
        };
        let errors = if self.errors > 0 { format!(", {} with an error", self.errors) } else { String::new() };
        let used = [
            self.tokens.map(|it| format!("{} tokens", amount(it, 1_000))),
            self.cost.map(|it| format!("cost {}", cost(it))),
            self.seconds.map(|it| format!("{} in all", duration(it))),
        ];
        // Of some of them these would be other numbers.
        let used = used.into_iter().flatten().filter(|_| self.is_read());
        let used = used.map(|it| Clause::ranked(3, format!(". {it}")));
        let tasks = (self.tasks > 0 && self.is_read())
            .then(|| Clause::ranked(4, format!(". {}", count(self.tasks, "task"))));
        let first = [
            Clause::of(format!("{of}{}", outcomes.join(", "))),
            Clause::ranked(1, format!(". {reward}")),
            Clause::ranked(2, format!(". {}{errors}", count(self.acts, "act"))),
        ];
        Sentence::of(first.into_iter().chain(used).chain(tasks))
    }

    /// ` in 40 of 92`; nothing for all.
    fn part(&self, some: usize) -> String {
        if some == self.seen { String::new() } else { format!(" in {some} of {}", self.seen) }
    }

    /// Who is named in those that failed, by grounds.
    fn named(&self, room: usize) -> Option<String> {
        let read = match self.judged {
            0 => return None,
            it if it < self.episodes => format!(" ({it} of {} read)", self.episodes),
            _ => String::new(),
        };
        if self.failed == 0 {
            return Some(format!("No failure{read}: the rows say who earned most."));
        }
        let head = format!("In {}{read}, ", count(self.failed, "failure"));
        let grounds: Vec<&[Blamed]> = self.blamed.chunk_by(|a, b| a.rung == b.rung).collect();
        let words = |names: usize| {
            let each = grounds.iter().map(|it| match it[0].rung {
                Rung::Nothing => format!("nobody can be named: {}", sum(it)),
                rung => format!("{}: {}", rung.word(), most_named(it, names)),
            });
            format!("{head}{}.", each.collect::<Vec<_>>().join("; "))
        };
        let most = grounds.iter().map(|it| it.len()).max().unwrap_or(0);
        let fits = (1..=most).rev().map(words).find(|it| text::width(it) <= room);
        Some(fits.unwrap_or_else(|| words(1)))
    }

    fn agreement(&self) -> Option<String> {
        let (same, of) = self.suspects;
        (of > 0).then(|| format!("An estimate from the text alone names the same agent in {same} of {of}."))
    }

    fn whereabouts(&self) -> Option<String> {
        let [first, second, third, last] = self.quarters;
        let all: usize = self.quarters.iter().sum();
        (all >= PATTERN).then(|| {
            format!("The act named lies in the first quarter of its episode in {first} of {all}, in the second {second}, third {third}, last {last}.")
        })
    }
}

/// `WebSurfer 15, Orchestrator 10, 47 others 67`: the first `names` by name.
fn most_named(blamed: &[Blamed], names: usize) -> String {
    let mut words: Vec<String> =
        blamed.iter().take(names).map(|it| format!("{} {}", it.agent, it.count)).collect();
    let rest = &blamed[names.min(blamed.len())..];
    if !rest.is_empty() {
        words.push(format!("{} {}", count(rest.len(), "other"), sum(rest)));
    }
    words.join(", ")
}

fn sum(blamed: &[Blamed]) -> usize {
    blamed.iter().map(|it| it.count).sum()
}

fn plain(text: String) -> Sentence {
    Sentence::of([Clause::of(text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blamed(rung: Rung, agent: &str, count: usize) -> Blamed {
        Blamed { rung, agent: agent.into(), count }
    }

    #[test]
    fn who_is_named_gives_way_name_by_name() {
        let totals = Totals {
            episodes: 30,
            seen: 30,
            judged: 20,
            failed: 18,
            blamed: vec![
                blamed(Rung::Measured, "ada", 9),
                blamed(Rung::Measured, "bob", 2),
                blamed(Rung::Measured, "cyn", 1),
                blamed(Rung::Estimated, "nobody", 6),
            ],
            ..Totals::default()
        };
        let said = |room| totals.named(room).unwrap();
        assert_eq!(
            said(200),
            "In 18 failures (20 of 30 read), measured: ada 9, bob 2, cyn 1; estimated: nobody 6."
        );
        assert_eq!(
            said(80),
            "In 18 failures (20 of 30 read), measured: ada 9, 2 others 3; estimated: nobody 6."
        );
    }

    #[test]
    fn nothing_is_said_of_what_is_not_known() {
        let totals = Totals { episodes: 3, seen: 3, acts: 4, ..Totals::default() };
        let words: Vec<&str> = totals.sentences(80).into_iter().map(|it| it.0).collect();
        assert_eq!(words, ["ALL"]);
    }
}
