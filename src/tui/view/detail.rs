//! The act under the cursor: a summary beside other panes, and everything the log says of it.

mod body;

use super::scrolled;
use crate::{
    app::{Action, Drawn, Figures, OpenEpisode, sentences},
    model::{ActId, Attempt, LinkKind, Sample, signed},
    text,
    tui::{paint::Painter, theme::Role},
};
use body::Body;

/// From so many rows on nothing of an act is cut but its payload.
const HIGH: usize = 20;

/// What fits beside other panes: the act, its cause, its payload, its alternatives.
pub(super) fn summary(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let Some(act) = open.act else {
        pane.rule(0, "Act", "");
        pane.put(2, 1, "no acts in this episode", Role::Dim);
        return;
    };
    let title = heading(open, act);
    pane.rule(0, &title, "");
    let width = pane.width().saturating_sub(3);
    let mut lines = relations(open, act);
    lines.extend(alternatives(open, act));
    let rows = pane.height().saturating_sub(1);
    // Lines that are cut leave room for the payload; on a high pane there is room for both.
    let fitted = |(line, role): (String, Role)| {
        let parts = if rows >= HIGH { text::wrap(&line, width) } else { vec![pane.fit(&line, width)] };
        parts.into_iter().map(move |it| (it, role))
    };
    let head: Vec<(String, Role)> = lines.into_iter().flat_map(fitted).collect();
    let body = Body::of(open, width, true, pane.marked());
    let mut shown: Vec<(String, Role)> = Vec::new();
    let head_rows = head.len().min(rows.saturating_sub(2).max(rows / 2));
    shown.extend(head.into_iter().take(head_rows));
    let room = rows.saturating_sub(shown.len());
    let cut = body.lines.len() > room;
    // For an act that was searched for, what was found, with the line before it if both fit.
    let found = body.found.filter(|it| open.found.holds(act) && it.0 >= room);
    let first = found.map_or(0, |it| it.0.saturating_sub(usize::from(room > 1)).min(body.lines.len() - room));
    shown.extend(body.lines.into_iter().skip(first).take(room));
    for (y, (line, role)) in shown.iter().enumerate() {
        pane.put(2, y + 1, line, *role);
    }
    if cut && rows > 0 {
        let right = pane.width();
        pane.put_right(right, rows, &format!(" {}: all ", Action::Open.key()), Role::Dim);
    }
}

/// Everything, scrollable; if a search has led here, from its first match on.
pub(super) fn full(open: &OpenEpisode, pane: &mut Painter<'_>) -> Drawn {
    let Some(act) = open.act else { return Drawn::default() };
    let width = pane.width().saturating_sub(2);
    let mut lines = vec![(heading(open, act), Role::Strong)];
    lines.extend(relations(open, act));
    lines.extend(alternatives(open, act));
    lines.extend(more(open, act));
    if open.detail.wrap {
        lines = lines
            .into_iter()
            .flat_map(|(line, role)| text::wrap(&line, width).into_iter().map(move |it| (it, role)))
            .collect();
    }
    let head = lines.len();
    let body = Body::of(open, width, open.detail.wrap, pane.marked());
    let (mut top, mut left, mut moved) = (open.detail.top, open.detail.left, None);
    if open.detail.seek && body.is_read {
        (top, left) = body.found.map_or((0, 0), |found| beginning(found, head, (width, pane.height())));
        moved = Some((top, left));
    }
    lines.extend(body.lines);
    if !open.detail.wrap && left > 0 {
        for (line, _) in &mut lines {
            *line = skip_columns(line, left);
        }
    }
    Drawn { reach: scrolled(pane, top, &lines), detail: moved }
}

/// The first line and column to show, so that a match in line `found.0` after `head` others is seen in its
/// surroundings. Scrolls only if needed.
fn beginning(found: (usize, usize), head: usize, (width, height): (usize, usize)) -> (usize, usize) {
    let line = head + found.0;
    let top = if line + 1 < height { 0 } else { line.saturating_sub(height / 3) };
    let left = if found.1 + width / 4 < width { 0 } else { found.1 - width / 3 };
    (top, left)
}

fn skip_columns(line: &str, columns: usize) -> String {
    let mut skipped = 0;
    let rest = line.char_indices().find(|(_, c)| {
        let here = skipped >= columns;
        skipped += text::width(c.encode_utf8(&mut [0; 4]));
        here
    });
    rest.map_or(String::new(), |(at, _)| line[at..].to_owned())
}

/// `a17 coder tool at 9.8 s  credit -0.33 ±0.07`.
fn heading(open: &OpenEpisode, act: ActId) -> String {
    let episode = &open.episode;
    let it = episode.act(act);
    let mut line =
        format!("{} {} {}", it.id, episode.agent(it.agent).name, sentences::act_kind(episode, act));
    if let Some(words) = it.attempt_words() {
        line += &format!(", {words}");
    }
    if !it.to.is_empty() {
        let names: Vec<&str> = it.to.iter().take(3).map(|to| episode.agent(*to).name.as_str()).collect();
        line += &format!(" > {}", names.join(", "));
        if it.to.len() > 3 {
            line += &format!(" and {} more", it.to.len() - 3);
        }
    }
    if open.figures() == Figures::Suspicion {
        line += &format!("  P {}", sentences::act_figure(open, act, 2));
    } else if let Some(credit) = open.act_credit(act).filter(|_| open.figures() == Figures::Credit) {
        line += &format!("  {}", sentences::act_figure(open, act, 3).trim_start());
        if let Some((low, high)) = credit.interval {
            line += &format!(" [{}, {}]", signed(low, 2).trim_start(), signed(high, 2).trim_start());
        }
    }
    line
}

/// What went wrong, causes, effects, labels.
pub(super) fn relations(open: &OpenEpisode, act: ActId) -> Vec<(String, Role)> {
    let episode = &open.episode;
    let mut lines = Vec::new();
    if let Some(error) = &episode.act(act).error {
        lines.push((format!("error  {error}"), Role::Warn));
    }
    let names = |links: &[crate::model::Link]| {
        let mut names: Vec<String> = links
            .iter()
            .take(4)
            .map(|link| {
                let mark = if link.kind == LinkKind::Inferred { " (inferred)" } else { "" };
                let it = episode.act(link.act);
                format!("{} {}{mark}", it.id, episode.agent(it.agent).name)
            })
            .collect();
        if links.len() > 4 {
            names.push(format!("{} more", links.len() - 4));
        }
        names.join(", ")
    };
    let (parents, children) = (episode.links.parents(act), episode.links.children(act));
    let causes = if parents.is_empty() { "none logged".to_owned() } else { names(parents) };
    let effects = if children.is_empty() { "none".to_owned() } else { names(children) };
    lines.push((format!("cause  {causes}"), Role::Plain));
    lines.push((format!("effect {effects}"), Role::Plain));
    for label in open.index.labels_of(act).filter_map(|it| episode.labels.get(it)) {
        let reason = label.reason.as_deref().unwrap_or("");
        let role = if label.blames() { Role::Warn } else { Role::Plain };
        lines.push((format!("{} {}: {} {reason}", label.by(), label.agent_text, label.label), role));
    }
    lines.extend(episode.act(act).attempts.iter().enumerate().map(|it| (earlier(it.0 + 1, it.1), Role::Dim)));
    lines.extend(elsewhere(open, act).map(|it| (it, Role::Plain)));
    lines
}

/// What the record of the last attempt leaves to those before: it goes on with their action, and its result may come in
/// a record of its own.
fn elsewhere(open: &OpenEpisode, act: ActId) -> impl Iterator<Item = String> {
    let it = open.episode.act(act);
    let given = [("action", it.label.as_str()), ("result", it.result.as_str())];
    let payload = open.detail.payload.as_ref().filter(|_| !it.attempts.is_empty());
    given.into_iter().filter_map(move |(name, text)| {
        let is_shown = payload?.fields.iter().any(|field| field.0 == name);
        (!is_shown && !text.is_empty()).then(|| format!("{name} {text}"))
    })
}

/// `attempt 1: error timeout, took 30.00 s, 300 tokens (line 4)`.
fn earlier(number: usize, it: &Attempt) -> String {
    let end = match &it.error {
        Some(error) => format!("error {error}"),
        None if it.result.is_empty() => it.label.clone(),
        None => it.result.clone(),
    };
    let took = it.duration.map_or(String::new(), |it| format!(", took {it:.2} s"));
    let tokens = it.usage.tokens().map_or(String::new(), |it| format!(", {it} tokens"));
    format!("attempt {number}: {end}{took}{tokens} (line {})", it.origin.line)
}

/// What would have happened otherwise, in one line per alternative.
pub(super) fn alternatives(open: &OpenEpisode, act: ActId) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    if let Some(table) = open.episode.table(act) {
        let mut sorted: Vec<_> = table.alternatives.iter().filter(|it| it.q.mean.is_some()).collect();
        sorted.sort_by(|a, b| b.q.mean.unwrap_or(f64::MIN).total_cmp(&a.q.mean.unwrap_or(f64::MIN)));
        let pieces: Vec<String> = sorted
            .iter()
            .map(|it| {
                let mark = match (it.taken, it.default) {
                    (true, _) => " (taken)",
                    (_, true) => " (default)",
                    _ => "",
                };
                format!("{}{mark} {}", it.label, mean(&it.q))
            })
            .collect();
        if !pieces.is_empty() {
            let n = replays(sorted.iter().map(|it| &it.q));
            lines.push((format!("E[R]{n} if {}", pieces.join(", ")), Role::Plain));
        }
    }
    for group in open.index.replays_of(act).filter_map(|it| open.episode.replays.get(it)) {
        let pieces: Vec<String> = group
            .candidates
            .iter()
            .map(|it| format!("{}{} {}", it.label, if it.real { " (taken)" } else { "" }, mean(&it.returns)))
            .collect();
        let n = replays(group.candidates.iter().map(|it| &it.returns));
        let left_out = match group.left_out.len() {
            0 => String::new(),
            it => format!("; {it} broke off, left out"),
        };
        lines.push((format!("replayed{n}: {}{left_out}", pieces.join(", ")), Role::Plain));
    }
    lines
}

fn mean(sample: &Sample) -> String {
    sample.mean.map_or("no value".to_owned(), |it| signed(it, 2).trim_start().to_owned())
}

/// How many replays the values rest on: ` n 256`, ` n 8..16`; nothing if the log does not say.
fn replays<'a>(samples: impl Iterator<Item = &'a Sample>) -> String {
    let counts: Vec<u32> = samples.filter_map(|it| it.n).collect();
    match (counts.iter().min(), counts.iter().max()) {
        (Some(least), Some(most)) if least == most => format!(" n {least}"),
        (Some(least), Some(most)) => format!(" n {least}..{most}"),
        _ => String::new(),
    }
}

/// What only the full pane has room for.
fn more(open: &OpenEpisode, act: ActId) -> Vec<(String, Role)> {
    let episode = &open.episode;
    let it = episode.act(act);
    let mut facts = Vec::new();
    let time = sentences::when(open, act);
    if !time.is_empty() {
        facts.push(format!("at {time}{}", if it.time.is_some() { " s" } else { "" }));
    }
    if let Some(clock) = episode.clocks.iter().find(|clock| clock.agent == it.agent) {
        facts.push(format!("clock {:+.1} s, put right", clock.ahead));
    }
    if let Some(step) = it.step {
        facts.push(format!("step {step}"));
    }
    if let Some(duration) = it.duration {
        facts.push(format!("took {duration:.2} s"));
    }
    if let (Some(sent), Some(received)) = (it.time, it.received) {
        facts.push(format!("received after {:.2} s", received.seconds_since(sent)));
    }
    if let Some(tokens) = it.usage.tokens() {
        let (input, output) = (it.usage.input.unwrap_or(0), it.usage.output.unwrap_or(0));
        facts.push(format!("{tokens} tokens ({input} in, {output} out)"));
    }
    if let Some(cost) = it.usage.cost {
        facts.push(format!("cost {cost}"));
    }
    let mut lines = vec![(facts.join("  "), Role::Dim)];
    if let Some(policy) = &it.policy {
        let id = policy.id.as_deref().unwrap_or("policy");
        let probs: Vec<String> = policy.probs.iter().map(|(label, p)| format!("{label} {p:.2}")).collect();
        let value = policy.value.map_or(String::new(), |it| format!("  V {}", signed(it, 3)));
        lines.push((format!("{id}: {}{value}", probs.join(", ")), Role::Dim));
    }
    for state in open.index.states_of(act).filter_map(|it| episode.states.get(it)) {
        let kind = if state.delta { "changed" } else { "state" };
        lines.push((format!("{} {kind}: {}", state.scope, state.label), Role::Plain));
    }
    lines.retain(|it| !it.0.is_empty());
    lines
}
