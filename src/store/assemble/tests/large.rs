//! What a few bytes may demand: everything stays in proportion to the log.

use super::*;

fn assembled(lines: impl IntoIterator<Item = String>) -> Episode {
    let lines: Vec<String> = lines.into_iter().collect();
    episode(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn roster(agents: usize) -> String {
    let names: Vec<String> = (0..agents).map(|it| format!(r#""g{it}""#)).collect();
    format!(r#"{{"type":"episode_start","agents":[{}]}}"#, names.join(","))
}

/// Which of the rules about size were broken, and how often.
fn too_many(episode: &Episode) -> usize {
    rules(episode).iter().filter(|it| **it == "too-many-implied").count()
}

#[test]
fn states_that_stand_for_many_acts() {
    let acts = |count: usize, of: &str, parents: &str| -> Vec<String> {
        (0..count)
            .map(|it| format!(r#"{{"type":"action","id":"{of}{it}","agent":"x","parents":{parents}}}"#))
            .collect()
    };
    let after: Vec<String> = (0..1100).map(|it| format!(r#""a{it}""#)).collect();
    let state = format!(r#"{{"type":"state","id":"s","scope":"env","after":[{}]}}"#, after.join(","));
    let whole = |children| {
        let lines = acts(1100, "a", "[]").into_iter().chain([state.clone()]);
        assembled(lines.chain(acts(children, "b", r#"["s"]"#)))
    };
    let few = whole(900);
    assert_eq!((few.links.len(), too_many(&few)), (900 * 1100, 0));
    let many = whole(1100);
    assert!(many.links.len() <= IMPLIED, "{}", many.links.len());
    assert_eq!(too_many(&many), 1);
}

#[test]
fn broadcasts_to_many_agents() {
    let broadcasts = |count: usize, to: &str| {
        let one = |it| format!(r#"{{"type":"message","id":"m{it}","from":"g0","to":{to},"parents":[]}}"#);
        assembled([roster(1100)].into_iter().chain((0..count).map(one)))
    };
    let recipients = |episode: &Episode| episode.acts.iter().map(|it| it.to.len()).sum::<usize>();
    let few = broadcasts(2, r#"["*","g5","*","g5"]"#);
    assert_eq!((recipients(&few), too_many(&few)), (2 * 1099, 0));
    let many = broadcasts(1000, r#""*""#);
    assert!(recipients(&many) <= IMPLIED);
    assert_eq!((many.acts.len(), too_many(&many)), (1000, 1), "the messages themselves are kept");
}

#[test]
fn everybody_but_one_for_many_agents() {
    let removed = |it| {
        format!(
            r#"{{"type":"counterfactual","kind":"agent_removed","agent":"g{it}","candidates":[{{"value":1}}]}}"#
        )
    };
    let many = assembled([roster(1100)].into_iter().chain((0..1000).map(removed)));
    let members: usize = many.coalitions[0].values.iter().map(|it| it.agents.len()).sum();
    assert!(members <= IMPLIED);
    assert_eq!(too_many(&many), 1);
}

#[test]
fn a_cycle_of_many_acts_keeps_what_goes_forward() {
    // Every link except one goes back in time; that one closes the cycle.
    let count = 3000;
    let act = |it: usize| {
        format!(r#"{{"type":"action","id":"a{it}","agent":"x","parents":["a{}"]}}"#, (it + 1) % count)
    };
    let cycle = assembled((0..count).map(act));
    assert_eq!(cycle.links.len(), 1, "all that go back are part of the cycle");
    let chain = assembled(
        (0..count - 1)
            .map(act)
            .chain([r#"{"type":"action","id":"a2999","agent":"x","parents":[]}"#.to_owned()]),
    );
    assert_eq!(chain.links.len(), count - 1, "a log in the wrong order is no cycle");
    assert!(rules(&chain).is_empty());
}
