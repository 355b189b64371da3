//! Twelve tables against `tests/data/intervals.json`, which says how its numbers were made.

use serde_json::Value as Json;

use super::*;

fn cases() -> Vec<Json> {
    let text = include_str!("../../tests/data/intervals.json");
    let file: Json = serde_json::from_str(text).expect("JSON");
    file["cases"].as_array().expect("cases").clone()
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|it| it.as_f64().expect("a number")).collect()
}

fn rows(list: &Json) -> Vec<Vec<f64>> {
    list.as_array().expect("a list").iter().map(numbers).collect()
}

/// Weights are thirds and sixths, rounded to six digits in the file.
fn weights(row: &Json) -> Weights {
    let exact =
        |it: f64| if (it * 6.0 - (it * 6.0).round()).abs() < 1e-4 { (it * 6.0).round() / 6.0 } else { it };
    Weights::dense(&numbers(row).into_iter().map(exact).collect::<Vec<f64>>())
}

fn table(case: &Json) -> Table {
    Table::new(rows(&case["table"]).into_iter().map(Arm::Returns).collect(), None)
}

/// Equal to six digits: half a unit of the sixth, and what rounding adds.
fn close(got: f64, want: &Json, what: &str) {
    let want = want.as_f64().expect("a number");
    assert!((got - want).abs() <= 5.1e-7 * want.abs().max(1.0), "{what}: {got} is not {want}");
}

fn credits(case: &Json) -> Option<Vec<Credit>> {
    Some(case.get("W")?.as_array()?.iter().map(|it| Credit::of(weights(it))).collect())
}

#[test]
fn kinds() {
    for case in cases() {
        let table = table(&case);
        let kind = match table.kind() {
            ReturnKind::PassFail => "two",
            ReturnKind::Few => "few",
            ReturnKind::Real => "real",
            ReturnKind::Constant => "const",
        };
        assert_eq!(kind, case["kind"], "{}", case["name"]);
        close(table.bounds().0, &case["lo"], "least");
        close(table.bounds().1, &case["hi"], "most");
    }
}

#[test]
fn intervals() {
    let mut seen = 0;
    for case in cases() {
        let table = table(&case);
        for want in case["intervals"].as_array().expect("intervals") {
            let name = format!("{} {}", case["name"], want["c"]);
            let weights = weights(&want["c"]);
            close(table.value(&weights), &want["value"], &name);
            seen += 1;
            let contrast = table.contrast(&weights);
            if want["low"].is_null() {
                assert_eq!(contrast, Err(NoInterval::Constant), "{name}");
                continue;
            }
            let contrast = contrast.expect("an interval");
            let interval = contrast.interval(0.95);
            close(contrast.value, &want["value"], &name);
            close(contrast.centre, &want["centre"], &name);
            close(contrast.standard_error, &want["se"], &name);
            close(contrast.df, &want["df"], &name);
            close(interval.low, &want["low"], &name);
            close(interval.high, &want["high"], &name);
        }
    }
    assert_eq!(seen, 18);
}

#[test]
fn who_can_be_the_least() {
    for case in cases() {
        let Some(credits) = credits(&case) else { continue };
        let table = table(&case);
        let want: Vec<usize> = numbers(&case["worst_set"]).iter().map(|it| *it as usize).collect();
        assert_eq!(can_be_least(&table, &credits, 0.95), want, "{}", case["name"]);
        // One-sided at 95% is two-sided at 90%.
        let want: Vec<usize> = numbers(&case["worst_set_one_sided"]).iter().map(|it| *it as usize).collect();
        assert_eq!(can_be_least(&table, &credits, 0.9), want, "{}", case["name"]);
    }
}

#[test]
fn chance_of_another_least() {
    let draws = FlipDraws { most: 4000, seed: 1 };
    for case in cases() {
        let Some(credits) = credits(&case) else { continue };
        let found = flip_range(&table(&case), &credits, End::Least, draws, &mut Normals::new(1));
        if case["p_flip"].is_null() {
            assert_eq!(found, Err(NoInterval::Constant), "{}", case["name"]);
            continue;
        }
        let found = found.expect("a spread");
        close(found.shrunk, &case["p_flip"], case["name"].as_str().expect("a name"));
        let (low, high) = found.ends();
        assert!(low <= high && (0.0..=1.0).contains(&found.plain), "{found:?}");
    }
}

#[test]
fn regrets() {
    let mut seen = 0;
    for case in cases().iter().filter(|it| it.get("regret").is_some()) {
        let table = table(case);
        // The first, where the file does not say otherwise.
        let taken = case.get("taken").and_then(Json::as_u64).unwrap_or(0) as usize;
        let others: Vec<usize> = (0..table.arms().len()).filter(|it| *it != taken).collect();
        let name = case["name"].as_str().expect("a name");
        for (key, against) in [("regret", Against::Best), ("best_response", Against::BestResponse)] {
            let (pick, want) = (Pick { taken, others: others.clone(), against }, &case[key]);
            close(pick.value(table.means()), &want["raw"], name);
            close(pick.shrunk(&table), &want["shrunk"], name);
            match pick.interval(&table, 0.95) {
                Ok(interval) => {
                    close(interval.low, &want["low"], name);
                    close(interval.high, &want["high"], name);
                }
                Err(why) => assert!(want["low"].is_null() && why == NoInterval::Constant, "{name}"),
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn paired_runs() {
    let all = cases();
    let case = all.iter().find(|it| it.get("paired").is_some()).expect("a paired case");
    let want = &case["paired"];
    let arms = rows(&case["table"]);
    let lists: Vec<&[f64]> = arms.iter().map(Vec::as_slice).collect();
    // The file tests the two arms of its contrast.
    close(shared_seeds_p(&lists[..2]).expect("can be tested"), &want["p"], "p");
    assert_eq!(share_seeds(&lists[..2]), want["share_seeds"].as_bool().expect("a bool"));
    let table = table(case).with_shared_seeds(std::iter::once(0..arms.len()));
    let interval = table.contrast(&weights(&want["c"])).expect("an interval").interval(0.95);
    close(interval.low, &want["interval"][1], "low");
    close(interval.high, &want["interval"][2], "high");
    let credits = credits(case).expect("credits");
    assert_eq!(can_be_least(&table, &credits, 0.95), [1, 2]);
    let found =
        flip_range(&table, &credits, End::Least, FlipDraws { most: 4000, seed: 1 }, &mut Normals::new(1))
            .expect("a spread");
    close(found.shrunk, &want["p_flip"], "P(flip)");
}
