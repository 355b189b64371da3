//! Simulated runs: a healthy team does not ring, a lazy agent does, and the place is found.

use super::*;
use crate::{model::Scenario, runtime::test_program::TestProgram, stats::Draws};

/// A team of three that learns over `episodes`; from `lazy` on the second earns nothing and the third fills in half.
fn run(seed: u64, episodes: usize, lazy: usize) -> Vec<Point> {
    let mut draws = Draws::new(seed);
    (0..episodes)
        .map(|at| {
            let skill = 0.5 + 0.3 * at as f64 / episodes as f64;
            // Each earns eighths, three tests at most.
            let mut earn = |chance: f64| (0..3).filter(|_| draws.uniform() < chance).count() as f64 / 8.0;
            let (a, b, c) = (earn(skill), earn(skill), earn(skill));
            let (b, c) = if at >= lazy { (0.0, c + b / 2.0) } else { (b, c) };
            let credit = vec![("a".into(), a), ("b".into(), b), ("c".into(), c)];
            let facts = Facts {
                at,
                name: format!("ep-{at:04}"),
                reward: Some(a + b + c),
                credit,
                divides: true,
                ..Facts::default()
            };
            facts.into()
        })
        .collect()
}

#[test]
fn healthy_runs_do_not_ring_and_lazy_agents_do() {
    let rings = |points: &[Point]| -> Vec<(String, usize, Option<usize>)> {
        let film = Film::of(points, points.len(), 50);
        let alarm = |it: &AgentFilm| {
            let alarm = it.alarm.as_ref()?;
            Some((it.name.clone(), alarm.rang.0, alarm.began.as_ref().map(|it| it.0)))
        };
        film.agents.iter().filter_map(alarm).collect()
    };
    let healthy = (0..40).filter(|seed| !rings(&run(*seed, 300, usize::MAX)).is_empty()).count();
    assert!(healthy <= 1, "{healthy} of 40 healthy runs ring");
    let (mut late, mut near) = (0, 0);
    for seed in 100..140 {
        let found = rings(&run(seed, 300, 180));
        let [(name, rang, began)] = &found[..] else { panic!("seed {seed}: {found:?}") };
        assert!(name == "b" && *rang >= 180, "{found:?}");
        late += usize::from(*rang > 210);
        near += usize::from(began.is_some_and(|it| it.abs_diff(180) <= 3));
    }
    assert_eq!(late, 0, "found within 30 episodes");
    assert!(near >= 38, "{near} of 40 within 3 episodes");
}

#[test]
fn a_film_says_what_it_shows() {
    let mut points = run(1, 300, 180);
    points[299] = Facts { at: 299, left_out: true, ..Facts::default() }.into();
    let film = Film::of(&points, 300, 50);
    assert_eq!((film.cells(), film.per_cell, film.left_out, film.known), (50, 6, 1, 300));
    assert_eq!(film.episodes_of(49), 294..300);
    let b = &film.agents[1];
    assert!(b.below[35..].iter().all(|it| *it) && !b.below[..25].iter().any(|it| *it), "{:?}", b.below);
    // Nothing earned is nothing shown; a full cell is eight high.
    assert_eq!(b.row.level(40), Some(0));
    assert!((0..30).any(|it| b.row.level(it) == Some(8)));
    let first = &film.sentences()[0];
    assert!(first.starts_with("b stopped earning at ep-01"), "{first}");
    assert!(film.newest[0].left_out && &*film.newest[1].name == "ep-0298");
    // What is not read yet leaves its cells empty.
    let film = Film::of(&points[150..], 300, 50);
    assert_eq!((film.agents[0].row.level(0), film.agents[0].row.cells.len()), (None, 50));
    let none = Film::of::<Point>(&[], 0, 50);
    assert_eq!(
        (none.cells(), none.sentences()),
        (0, vec!["No credit is known of any episode yet.".to_owned()])
    );
}

#[test]
fn the_shape_of_a_trace_is_no_credit_and_a_status_no_reward() {
    let bare = TestProgram::of(
        r#"{"type":"action","episode":"e","id":"a1","agent":"ann","action":"x"}
{"type":"action","episode":"e","id":"b1","agent":"ben","action":"y"}
{"type":"episode_end","episode":"e","status":"failure"}
"#,
    );
    let point = Point::of(&bare.episode().episode, 0, None);
    assert!(point.credit().next().is_none() && point.failed() && !point.left_out(), "{point:?}");
    assert_eq!((point.reward(), point.residual()), (None, None));
    let film = Film::of(&[point], 1, 50);
    assert!(film.agents.is_empty());
    assert_eq!(film.sentences().len(), 1);
    assert!(
        film.sentences()[0].starts_with("Nothing was measured, modelled or declared"),
        "{:?}",
        film.sentences()
    );
    // Who asks for a method by name gets it.
    let asked = Point::of(&bare.episode().episode, 0, Some(&Scenario::of_method("uniform")));
    assert_eq!(asked.credit().count(), 2);
    assert_eq!(asked.residual(), None);
}

#[test]
fn a_sum_misses_nothing_where_the_method_divides_nothing() {
    let of = |algorithm: &str| {
        let log = format!(
            r#"{{"type":"action","episode":"e","id":"a1","agent":"ann","action":"x"}}
{{"type":"credit","episode":"e","algorithm":"{algorithm}","agents":{{"ann":0.25}}}}
{{"type":"reward","episode":"e","value":1}}
{{"type":"episode_end","episode":"e","status":"success"}}
"#
        );
        Point::of(&TestProgram::of(&log).episode().episode, 0, None).residual()
    };
    // A difference reward is no share of R; Shapley values are, and of a name that nobody knows that is to be seen.
    assert_eq!(of("difference_rewards"), None);
    assert_eq!(of("shapley"), Some(0.75));
    assert_eq!(of("house blend"), Some(0.75));
}
