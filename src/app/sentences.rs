//! Numbers and short sentences that every screen and every export write alike.

use crate::{
    app::{Action, Figures, OpenEpisode},
    model::{ActId, ActKind, Episode, LinkKind, Provenance, signed},
};

/// Said where filters leave no episode.
pub fn no_episode_passes() -> String {
    format!("no episode passes the filters: {} lists them", Action::Filters.key())
}

/// `-0.33 a17 edit parser.rs (1 of 5 acts to blame; e explains)`: the act with this rank, from 1, and how
/// many there are.
pub fn culprit_notice(open: &OpenEpisode, act: ActId, (rank, of): (usize, usize)) -> String {
    let credit = act_figure(open, act, 3);
    let structural = open.analysis().and_then(|it| it.acts.as_ref()).map_or("", |it| it.provenance.word());
    let labels = || open.index.labels_of(act).filter_map(|it| open.episode.labels.get(it));
    if let Some(label) = labels().find(|it| it.blames()) {
        let id = &open.episode.act(act).id;
        let reason = label.reason.as_deref().unwrap_or("");
        return format!("{id} named by {}: {} {reason}", label.judge, label.label);
    }
    if let Some(it) = open.suspected() {
        let id = &open.episode.act(act).id;
        return format!(
            "{id} P {:.2} by the text alone: {rank} of {of} acts to look at first",
            it.estimate.act(act)
        );
    }
    let word = if open.failed() { "blamed" } else { "credited" };
    let (id, explain) = (&open.episode.act(act).id, Action::Explain.key());
    format!("{id} {credit} {structural}: {rank} of {of} acts {word}; {explain} explains")
}

/// What would have been better than an act by the values of its alternatives: the best of them, and its mean return. `None`:
/// none is known, or none is better than what was done.
pub fn better(episode: &Episode, act: ActId) -> Option<(f64, &str)> {
    let table = episode.table(act)?;
    let known = || table.alternatives.iter().filter_map(|it| Some((it, it.q.mean?)));
    let taken = known().find(|it| it.0.taken)?.1;
    let (best, mean) = known().filter(|it| !it.0.taken).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (mean > taken + 1e-9).then_some((mean, best.label.as_str()))
}

/// `error 2 of 3: a17 coder: 2 tests failed`: the act with this rank among those with an error, from 1, and how many
/// there are.
pub fn error_notice(episode: &Episode, act: ActId, (rank, of): (usize, usize)) -> String {
    let it = episode.act(act);
    let (agent, words) = (&episode.agent(it.agent).name, it.error_words().unwrap_or_default());
    // Several tries, of which the last went well.
    let earlier = if it.error.is_none() { " (an earlier attempt)" } else { "" };
    format!("error {rank} of {of}: {} {agent}: {words}{earlier}", it.id)
}

/// The credit of an act, `-0.33`; by the shape of the trace alone its rank, `#3`: sizes of such numbers mean nothing.
/// Where an estimate from the text leads, the act's P: `0.49`. Empty if it has none.
pub fn act_figure(open: &OpenEpisode, act: ActId, decimals: usize) -> String {
    match (open.figures(), open.estimate()) {
        (Figures::Credit, _) => {}
        (Figures::Suspicion, Some(estimate)) => return format!("{:.2}", estimate.act(act)),
        (Figures::Suspicion | Figures::None, _) => return String::new(),
    }
    let Some(credit) = open.act_credit(act) else { return String::new() };
    let acts = open.analysis().and_then(|it| it.acts.as_ref());
    let is_shape = acts.is_some_and(|it| it.provenance == Provenance::Structural);
    match open.ranking().filter(|_| is_shape) {
        Some(ranking) => format!("#{}", ranking.place(act) + 1),
        None => signed(credit.value, decimals),
    }
}

/// The chain of causes of `act`, oldest first: `why: a01 > a07 > [a17] > a24`.
pub fn chain(open: &OpenEpisode, act: ActId) -> String {
    let links = &open.episode.links;
    let size = |it: ActId| open.act_credit(it).map_or(0.0, |it| it.value.abs());
    let heaviest = |forward: bool| {
        let mut chain = Vec::new();
        let mut at = act;
        while chain.len() < 6 {
            let next = if forward { links.children(at) } else { links.parents(at) };
            let Some(link) = next.iter().rev().max_by(|a, b| size(a.act).total_cmp(&size(b.act))) else {
                break;
            };
            at = link.act;
            chain.push((at, link.kind));
        }
        chain
    };
    let word = |(it, kind): &(ActId, LinkKind)| {
        let mark = if *kind == LinkKind::Inferred { "~" } else { "" };
        format!("{mark}{}", open.episode.act(*it).id)
    };
    let mut words: Vec<String> = heaviest(false).iter().rev().map(word).collect();
    words.push(format!("[{}]", open.episode.act(act).id));
    words.extend(heaviest(true).iter().map(word));
    format!("why: {}", words.join(" > "))
}

/// One act in one line: `a17 coder action edit parser.rs -> 2 failed, credit -0.33`.
pub fn act_line(open: &OpenEpisode, act: ActId) -> String {
    let it = open.episode.act(act);
    let mut line = format!("{} {} {}", it.id, open.episode.agent(it.agent).name, it.label);
    if !it.result.is_empty() {
        line += &format!(" -> {}", it.result);
    }
    if let Some(error) = &it.error {
        line += &format!(", error {error}");
    }
    let figure = act_figure(open, act, 3);
    if !figure.is_empty() {
        let what = if open.figures() == Figures::Suspicion { "P by the text" } else { "credit" };
        line += &format!(", {what} {figure}");
    }
    line
}

/// What kind of act it is, in one word: the logged kind, or else action or message.
pub fn act_kind(episode: &Episode, act: ActId) -> &str {
    let it = episode.act(act);
    match it.kind {
        ActKind::Message => "message",
        ActKind::Action if it.category.is_empty() => "action",
        ActKind::Action => &it.category,
    }
}

/// How wide [`when`] is in a column of acts, judged by the acts at the beginning and at the end.
pub fn when_width(open: &OpenEpisode) -> usize {
    const LOOKED_AT: usize = 500;
    let ids = || open.episode.act_ids().take(LOOKED_AT);
    let is_timed = |it: &ActId| open.episode.act(*it).time.is_some();
    // Times go up, so the first and the last are as long as any. Steps mostly appear if there are no times.
    let ends = [ids().find(is_timed), open.episode.act_ids().rev().take(LOOKED_AT).find(is_timed)];
    let steps = ids().filter(|it| !is_timed(it)).chain(ends.into_iter().flatten());
    steps.map(|it| when(open, it).len()).max().unwrap_or(0)
}

/// Seconds from the start of the episode, or the environment step if there is no time.
pub fn when(open: &OpenEpisode, act: ActId) -> String {
    let it = open.episode.act(act);
    match (it.time.and_then(|time| Some(time.seconds_since(open.index.start?))), it.step) {
        (Some(seconds), _) => format!("{seconds:.1}"),
        (None, Some(step)) => format!("#{step}"),
        _ => String::new(),
    }
}
