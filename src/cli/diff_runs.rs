//! `creditscope diff` of two runs.

use super::{
    arguments::{Diff, MethodsFormat},
    fail_rule::{DiffRule, Differs},
    print, print_json,
    unread::Unread,
};
use crate::{
    app::command_line::ScenarioOptions,
    compare::{MethodComparison, RunComparison, RunEpisode, method_of},
    credit::{self, scenario_name},
    model::{Episode, EpisodeId, Scenario},
    report::{self, MethodDiffReport, RunDiffReport, RunSide},
    runtime,
    store::Store,
};

/// Episodes that are looked at for the method of a run, at most.
const TRIED: usize = 50;

/// Compares two runs; the exit code.
pub(super) fn run(
    options: &Diff,
    names: (&str, &str),
    stores: (&Store, &Store),
    rules: &[DiffRule],
    unread: &mut Unread,
) -> anyhow::Result<u8> {
    if let Some(against) = &options.against {
        return by_two_methods(options, against, names.0, stores.0, unread);
    }
    let methods = [method(options, stores.0)?, method(options, stores.1)?];
    let a = episodes(stores.0, &methods, unread);
    let b = if std::ptr::eq(stores.0, stores.1) { a.clone() } else { episodes(stores.1, &methods, unread) };
    let compared = RunComparison::of(&a, &b);
    if compared.pairs.is_empty() {
        anyhow::bail!(
            "no episode of '{}' has a partner in '{}': pairs have the same task and seed, or the same name",
            names.0,
            names.1
        );
    }
    let [of_a, of_b] = methods.each_ref().map(scenario_name);
    let report = RunDiffReport {
        a: RunSide { name: names.0, episodes: &a, method: &of_a },
        b: RunSide { name: names.1, episodes: &b, method: &of_b },
        compared: &compared,
    };
    match options.format {
        MethodsFormat::Text => print(&report::run_diff_text(&report))?,
        MethodsFormat::Markdown => print(&report::run_diff_markdown(&report))?,
        MethodsFormat::Json => print_json(&report::run_diff_json(&report))?,
    };
    let value = |of: &Differs| match of {
        Differs::Reward => (compared.reward.pairs > 0).then_some(compared.reward.difference),
        Differs::Acts => None,
        Differs::Credit(name) => {
            let agent = compared.agents.iter().find(|it| it.name == *name)?;
            Some(agent.by[compared.ruler?].as_ref()?.difference)
        }
    };
    DiffRule::code(rules, value)
}

/// Compares two methods on one run; the exit code.
fn by_two_methods(
    options: &Diff,
    against: &str,
    name: &str,
    store: &Store,
    unread: &mut Unread,
) -> anyhow::Result<u8> {
    let first = method(options, store)?;
    let of_second =
        ScenarioOptions { method: Some(against.to_owned()), baseline: None, ..options.scenario.options() };
    let episode = store.episode(EpisodeId::from_index(0))?;
    let second = of_second.scenario(&episode).map_err(anyhow::Error::msg)?;
    let run = episodes(store, &[first.clone(), second.clone()], unread);
    let compared = MethodComparison::of(&run);
    let [a, b] = [&first, &second].map(scenario_name);
    if compared.episodes.is_empty() {
        anyhow::bail!(
            "no episode of '{name}' can be credited both by {a} and by {b}: `creditscope methods` says what each needs"
        );
    }
    let report = MethodDiffReport { log: name, run: &run, methods: [&a, &b], compared: &compared };
    match options.format {
        MethodsFormat::Text => print(&report::method_diff_text(&report)),
        MethodsFormat::Markdown => print(&report::method_diff_markdown(&report)),
        MethodsFormat::Json => print_json(&report::method_diff_json(&report)),
    }
}

/// The method of a run: the one that was asked for, else that of its first episode that has one.
fn method(options: &Diff, store: &Store) -> anyhow::Result<Scenario> {
    let ids = (0..store.episode_count().min(TRIED)).map(EpisodeId::from_index);
    for episode in ids.filter_map(|it| store.episode(it).ok()) {
        if options.scenario.method.is_some() {
            return options.scenario.options().scenario(&episode).map_err(anyhow::Error::msg);
        }
        if let Some(method) = method_of(&episode) {
            return Ok(method);
        }
    }
    Ok(Scenario::default())
}

/// What is compared of every episode.
fn episodes(store: &Store, methods: &[Scenario; 2], unread: &mut Unread) -> Vec<RunEpisode> {
    let facts = |episode: &Episode| {
        // Whose reward is credited holds for both.
        let episode = credit::rewarded(episode, &methods[0]);
        RunEpisode::of(&episode, methods)
    };
    let mut episodes = Vec::with_capacity(store.episode_count());
    let work = |it: Result<Episode, crate::store::RereadError>| it.map(|it| facts(&it));
    let taken: Result<(), std::convert::Infallible> = runtime::each_episode(store, work, |it| {
        match it {
            Ok(it) => episodes.push(it),
            Err(why) => {
                eprintln!("creditscope: not read: {why}");
                unread.add(why.to_string());
            }
        }
        Ok(())
    });
    let Ok(()) = taken;
    episodes
}
