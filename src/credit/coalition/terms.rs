//! The arithmetic of coalition methods, term by term.

use crate::model::{Term, Unavailable};
use crate::stats::{Sum, sum};

use super::super::game::{Coalition, Game, Table};
use super::super::method::Target;
use super::super::question::{Question, missing};
use super::linear::Form;
use super::{LoggedGame, bounds, coefficients, pair, tabulate};

/// Terms shown one by one; the rest are one term.
const SHOWN: usize = 40;

/// The marginal contributions, the largest [`SHOWN`] of them one by one.
pub(in super::super) fn terms(question: &Question<'_>, target: Target) -> Result<Vec<Term>, Unavailable> {
    let Target::Agent(agent) = target else {
        return Err(missing(format!("{} knows agents only", question.method.name)));
    };
    let mut game = LoggedGame::of(question)?;
    let player = game.players().iter().position(|it| *it == agent);
    let player = player.ok_or_else(|| missing(format!("{} is not a player", question.agent(agent))))?;
    if matches!(question.method.name, "removal" | "first-in") {
        let (more, less) = pair(question.method.name == "removal", game.n_players(), player);
        return Ok(vec![value_term(&mut game, more, 1.0), value_term(&mut game, less, -1.0)]);
    }
    let table = tabulate(question, &mut game)?;
    if table.missing.is_empty() {
        Ok(marginals(question, &mut game, &table, player))
    } else {
        bounded(question, &mut game, &table, player)
    }
}

fn value_term(game: &mut LoggedGame<'_>, coalition: Coalition, weight: f64) -> Term {
    let value = game.value(coalition).ok();
    Term {
        text: game.name(coalition),
        weight,
        value: value.map(|it| it.value),
        standard_error: value.and_then(|it| it.standard_error),
        n: value.and_then(|it| it.n),
        origins: game.origin(coalition).into_iter().collect(),
    }
}

/// `(size of the term, coalition, weight)` of the largest terms, ascending by coalition, and the sum of the
/// others.
struct Largest {
    kept: Vec<(f64, Coalition, f64)>,
    rest: Sum,
    left_out: usize,
}

impl Largest {
    fn of(terms: impl Iterator<Item = (Coalition, f64, f64)>) -> Self {
        let (mut kept, mut rest, mut left_out) = (Vec::<(f64, Coalition, f64)>::new(), Sum::default(), 0);
        // The least size that is kept so far, so that most terms need no search.
        let mut floor = 0.0;
        for (coalition, weight, value) in terms {
            let product: f64 = weight * value;
            if kept.len() == SHOWN && product.abs() <= floor {
                rest.add(product);
                left_out += 1;
                continue;
            }
            kept.push((product, coalition, weight));
            if kept.len() > SHOWN {
                let smallest = kept.iter().enumerate().min_by(|a, b| a.1.0.abs().total_cmp(&b.1.0.abs()));
                let at = smallest.map_or(0, |it| it.0);
                rest.add(kept.swap_remove(at).0);
                left_out += 1;
                floor = kept.iter().map(|it| it.0.abs()).fold(f64::INFINITY, f64::min);
            }
        }
        kept.sort_by_key(|it| it.1);
        Self { kept, rest, left_out }
    }

    fn rest_term(&self, what: &str) -> Option<Term> {
        let value = Some(self.rest.value());
        let text = format!("{} smaller {what} together", self.left_out);
        let term = Term { text, weight: 1.0, value, standard_error: None, n: None, origins: Vec::new() };
        (self.left_out > 0).then_some(term)
    }
}

fn marginals(question: &Question<'_>, game: &mut LoggedGame<'_>, table: &Table, player: usize) -> Vec<Term> {
    let coefficients = coefficients(question, table.n);
    let without = (0..table.values.len()).filter(|it| it >> player & 1 == 0);
    let largest = Largest::of(without.map(|mask| {
        let weight = coefficients.with[mask.count_ones() as usize + 1];
        let value = sum([table.values[mask | 1 << player], -table.values[mask]]);
        (Coalition(mask as u64), weight, value)
    }));
    let mut terms: Vec<Term> = Vec::with_capacity(largest.kept.len() + 1);
    for (_, without, weight) in &largest.kept {
        let with = without.with(player);
        let (more, less) = (value_term(game, with, 1.0), value_term(game, *without, -1.0));
        terms.push(Term {
            text: format!("{} - {}", more.text, less.text),
            weight: *weight,
            value: more.value.zip(less.value).map(|(more, less)| sum([more, -less])),
            standard_error: more.standard_error.zip(less.standard_error).map(|(a, b)| a.hypot(b)),
            n: [more.n, less.n].into_iter().flatten().min(),
            origins: more.origins.into_iter().chain(less.origins).collect(),
        });
    }
    terms.extend(largest.rest_term("marginal contributions"));
    terms
}

/// Every value a form needs with its coefficient; the missing ones at the middle of their bounds.
pub(super) fn form_terms(
    game: &mut LoggedGame<'_>,
    form: &Form,
    player: usize,
    bounds: (f64, f64),
) -> Vec<Term> {
    let (mut known, mut absent) = (Vec::new(), Vec::new());
    for (coalition, coefficients) in form.rows().filter(|it| it.1[player] != 0.0) {
        match game.value(coalition) {
            Ok(estimate) => known.push((coalition, coefficients[player], estimate.value)),
            Err(_) => absent.push(coefficients[player]),
        }
    }
    let largest = Largest::of(known.into_iter());
    let mut terms: Vec<Term> = largest.kept.iter().map(|it| value_term(game, it.1, it.2)).collect();
    terms.extend(largest.rest_term("values"));
    // Above and below the middle a missing value counts by the sign of its coefficient.
    if !absent.is_empty() {
        terms.push(Term {
            text: format!(
                "{} missing coalitions at the middle of [{}, {}]",
                absent.len(),
                bounds.0,
                bounds.1
            ),
            weight: sum(absent.iter().copied()),
            value: Some((bounds.0 + bounds.1) / 2.0),
            standard_error: None,
            n: None,
            origins: Vec::new(),
        });
    }
    terms
}

/// With coalitions missing: every known value with its coefficient, and the missing ones at the middle of
/// their bounds, which is where the shown number stands.
fn bounded(
    question: &Question<'_>,
    game: &mut LoggedGame<'_>,
    table: &Table,
    player: usize,
) -> Result<Vec<Term>, Unavailable> {
    let coefficients = coefficients(question, table.n);
    let weight = |it: Coalition| coefficients.of(it.size(), it.contains(player));
    let all = (0..table.values.len()).map(|it| Coalition(it as u64));
    let known = all.filter_map(|it| Some((it, weight(it), table.get(it)?)));
    let largest = Largest::of(known);
    let mut terms: Vec<Term> = largest.kept.iter().map(|it| value_term(game, it.1, it.2)).collect();
    terms.extend(largest.rest_term("values"));
    let (low, high) = bounds(question, table)?;
    terms.push(Term {
        text: format!("{} missing coalitions at the middle of [{low}, {high}]", table.missing.len()),
        weight: sum(table.missing.iter().map(|it| weight(*it))),
        value: Some((low + high) / 2.0),
        standard_error: None,
        n: None,
        origins: Vec::new(),
    });
    Ok(terms)
}
