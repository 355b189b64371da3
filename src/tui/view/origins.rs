//! Where each value of a text entered: the worst first, then its way, and what was known and dropped.

use crate::{
    app::OpenEpisode,
    model::ActId,
    suspicion::{Entry, Mark, Traced, Xray},
    text,
    tui::theme::Role,
};

/// Columns of a value and of its mark; acts of a way that are told; dropped values that are told.
const VALUE: usize = 24;
const MARK: usize = 14;
const WAY: usize = 6;
const DROPPED: usize = 12;

/// The lines of the pane, each at most `width` columns unless a word is longer.
pub(super) fn lines(open: &OpenEpisode, xray: &Xray, width: usize) -> Vec<(String, Role)> {
    let episode = &open.episode;
    let act = episode.act(xray.act);
    let counts = [Mark::Passed, Mark::Computed, Mark::Altered, Mark::Nowhere]
        .map(|it| format!("{} {} {}", it.sign(), xray.count(it), it.word()));
    let head = format!("{} {}: {}", act.id, episode.agent(act.agent).name, counts.join("  "));
    let mut lines: Vec<(String, Role)> =
        text::wrap(&head, width).into_iter().map(|it| (it, Role::Strong)).collect();
    lines.push(("from the text alone: where a value entered, not whether it is right".to_owned(), Role::Dim));
    if !xray.has_results {
        let caveat =
            "the log tells no results from words: what an agent read elsewhere counts as from nowhere";
        lines.extend(text::wrap(caveat, width).into_iter().map(|it| (it, Role::Warn)));
    }
    lines.push((String::new(), Role::Plain));
    for it in xray.worst_first() {
        let role = if it.mark <= Mark::Altered { Role::Warn } else { Role::Plain };
        let head = format!(
            "{} {} {} ",
            it.mark.sign(),
            text::pad(&text::fit(&text::clean(&it.text), VALUE), VALUE),
            text::pad(it.mark.word(), MARK)
        );
        let rest = format!("{}{}", entry(open, it), way(open, it));
        for (at, line) in text::wrap(&rest, width.saturating_sub(VALUE + MARK + 4)).into_iter().enumerate() {
            let blank = text::pad("", VALUE + MARK + 4);
            lines.push((format!("{}{line}", if at == 0 { &head } else { &blank }), role));
        }
    }
    if !xray.dropped.is_empty() {
        lines.push((String::new(), Role::Plain));
        let beside = xray.dropped.iter().filter(|it| it.is_beside).count();
        let all = xray.dropped.len();
        let values = if all == 1 { "value" } else { "values" };
        let title = format!(
            "Known and dropped: {all} {values} of results in no later act, {beside} beside a value above"
        );
        lines.push((title, Role::Strong));
        for it in xray.dropped.iter().take(DROPPED) {
            let beside = if it.is_beside { "beside a value above" } else { "" };
            let value = text::pad(&text::fit(&text::clean(&it.text), VALUE), VALUE);
            lines.push((format!("  {value} {}  {beside}", name(open, it.act)), Role::Plain));
        }
        if all > DROPPED {
            lines.push((format!("  {} more", all - DROPPED), Role::Dim));
        }
    }
    lines
}

fn name(open: &OpenEpisode, act: ActId) -> String {
    let it = open.episode.act(act);
    format!("{} {}", it.id, open.episode.agent(it.agent).name)
}

/// `at s4 WebSurfer, was 935`.
fn entry(open: &OpenEpisode, it: &Traced) -> String {
    let entry = match it.entry {
        Entry::Task => "in the task".to_owned(),
        Entry::Result(act) => format!("in what came of {}", name(open, act)),
        Entry::Said(act) => format!("at {}", name(open, act)),
    };
    let from = it.from.as_deref().map(text::clean);
    match (from, it.mark) {
        (None, _) => entry,
        (Some(from), Mark::Altered) => format!("{entry}, was {from}"),
        (Some(from), Mark::Computed) => format!("{entry}: {from}"),
        (Some(from), _) => format!("{entry}, as {from}"),
    }
}

/// ` > s5 > s9`: the acts that have it after the first.
fn way(open: &OpenEpisode, it: &Traced) -> String {
    let mut acts: Vec<ActId> = it.way.clone();
    acts.dedup();
    let more = acts.len().saturating_sub(WAY);
    let shown = acts.iter().take(WAY).map(|it| open.episode.act(*it).id.as_str());
    let way = shown.collect::<Vec<_>>().join(" > ");
    match (acts.len(), more) {
        (0 | 1, _) => String::new(),
        (_, 0) => format!("; {way}"),
        _ => format!("; {way} and {more} more"),
    }
}
