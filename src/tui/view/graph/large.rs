//! What a large terminal shows around the graph: the messages of the selected edge and one of them in full beside it, who
//! tells whom as a table and what the graph says below it.

use petgraph::Direction;

use crate::{
    app::{Action, OpenEpisode, edges_of},
    graph::Pair,
    model::{ActId, LinkKind, signed},
    text,
    tui::{
        paint::Painter,
        theme::Role,
        view::{
            detail::{alternatives, relations},
            window,
        },
    },
};

/// So many acts of an agent are looked through for the messages of an edge, in every frame.
const MOST_ACTS: usize = 4_000;
/// Rows of the act in full.
const FULL: usize = 12;

/// The table and the facts.
pub(super) fn below(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let name = open.index.name_columns.clamp(5, NAME);
    let wanted = name + 3 + open.episode.agents.len().saturating_mul(name.max(6) + 2) + numbers_width(open);
    let table = wanted.clamp(width / 2, width * 7 / 10);
    let used = matrix(open, &mut pane.part(0, 0, table, height));
    if height > used + 2 {
        let acts: Vec<ActId> = open.index.acts_of(open.agent).iter().copied().take(MOST_ACTS).collect();
        let title =
            format!("Acts of {}", open.episode.agents.get(open.agent.index()).map_or("", |it| &it.name));
        let here = nearest(open, &acts);
        draw_list(
            open,
            (&title, "act"),
            &acts,
            here,
            &mut pane.part(0, used, table, height.saturating_sub(used)),
        );
    }
    let facts = &mut pane.part(table, 0, width.saturating_sub(table), height);
    facts.rule(0, "What the graph says", "");
    let wall = facts.theme().glyphs.wall.to_string();
    for y in 0..height {
        facts.put(0, y, &wall, Role::Rule);
    }
    let columns = facts.width().saturating_sub(3);
    let lines = super::facts(open);
    let wrapped = lines.iter().flat_map(|(line, role)| {
        let parts = text::wrap(line, columns).into_iter();
        parts.enumerate().map(move |(at, it)| (if at == 0 { 2 } else { 3 }, it, *role))
    });
    for (y, (x, line, role)) in wrapped.take(height.saturating_sub(1)).enumerate() {
        facts.put(x, y + 1, &line, role);
    }
}

/// Who tells whom, with what each agent did and earned. Returns how many rows that took.
fn matrix(open: &OpenEpisode, pane: &mut Painter<'_>) -> usize {
    let weight = super::summary_weight(open);
    let Some(graph) = open.graph.interaction() else {
        pane.rule(0, "Who tells whom", "");
        pane.put(1, 1, super::WORKING, Role::Dim);
        return 2;
    };
    pane.rule(0, "Who tells whom: rows tell, columns hear", weight.word());
    let glyphs = pane.theme().glyphs;
    let agents = open.roster();
    let name = open.index.name_columns.clamp(5, NAME);
    // What is left goes to the cells: room for the name over each, and for a bar beside its number.
    let room = pane.width().saturating_sub(name + 3 + numbers_width(open));
    let cell = (room / agents.len().max(1)).clamp(5, name.max(6) + 2);
    let columns = (room / cell).min(agents.len());
    let rows = agents
        .len()
        .min((pane.height() / 2).max(pane.height().saturating_sub(8)))
        .min(pane.height().saturating_sub(2));
    let first = window(open.agent.index(), agents.len(), rows);
    for (slot, agent) in agents.shown(0, columns).enumerate() {
        let label = pane.fit(&open.episode.agent(agent).name, cell - 1);
        pane.put_right(name + 3 + (slot + 1) * cell, 1, &label, Role::Dim);
    }
    let ends = numbers(open).scan(name + 3 + columns * cell, |x, (which, (word, columns))| {
        *x += columns;
        Some((*x, which, word))
    });
    let ends: Vec<(usize, usize, &str)> = ends.collect();
    for (end, _, word) in &ends {
        pane.put_right(*end, 1, word, Role::Dim);
    }
    for (row, from) in agents.shown(first, rows).enumerate() {
        let y = row + 2;
        let here = from == open.agent;
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        super::super::put_agent(
            open,
            pane,
            (1, y),
            name,
            from,
            if here { Role::Cursor } else { Role::Plain },
        );
        for (slot, to) in agents.shown(0, columns).enumerate() {
            let edge = graph.edge((from, to)).filter(|it| it.is_used());
            let (text, role) = match edge {
                Some(edge) => (weight.format(edge.weight(weight), cell - 1), Role::Plain),
                None if from == to => ("\\".to_owned(), Role::Rule),
                None => (glyphs.middot.to_string(), Role::Rule),
            };
            pane.put_right(name + 3 + (slot + 1) * cell, y, text.trim(), role);
        }
        let total = |direction| weight.format(graph.total(from, direction, weight), 4);
        let errors = open.index.errors_of(from);
        let credit = open.credit().filter(|_| !open.is_bare()).and_then(|it| it.agent(from));
        let cells = [
            (total(Direction::Outgoing), Role::Plain),
            (total(Direction::Incoming), Role::Plain),
            (open.index.acts_of(from).len().to_string(), Role::Plain),
            (if errors > 0 { format!("{}{errors}", glyphs.error) } else { String::new() }, Role::Warn),
            match credit {
                Some(it) => {
                    (signed(it.value, 2), if it.value < 0.0 { Role::Negative } else { Role::Positive })
                }
                None => (String::new(), Role::Dim),
            },
        ];
        for (end, which, _) in &ends {
            let (text, role) = &cells[*which];
            pane.put_right(*end, y, text.trim(), *role);
        }
    }
    rows + 2
}

/// What stands beside the matrix, in how many columns: numbers of which the episode has any.
fn numbers(open: &OpenEpisode) -> impl Iterator<Item = (usize, (&'static str, usize))> {
    let has_errors = !open.index.errors.is_empty();
    let has_credit = open.credit().is_some() && !open.is_bare();
    let all = [("sent", 5), ("got", 5), ("acts", 6), ("err", 5), ("credit", 8)];
    let is_there = move |word: &str| match word {
        "err" => has_errors,
        "credit" => has_credit,
        _ => true,
    };
    all.into_iter().enumerate().filter(move |it| is_there(it.1.0))
}

/// The columns of all of them.
fn numbers_width(open: &OpenEpisode) -> usize {
    numbers(open).map(|it| it.1.1).sum()
}

/// The most columns of a name in it.
const NAME: usize = 24;

/// The edges of the selected agent, the messages of one, and one of those in full.
pub(super) fn beside(open: &OpenEpisode, pane: &mut Painter<'_>) {
    let (width, height) = (pane.width(), pane.height());
    let wall = pane.theme().glyphs.wall.to_string();
    for y in 0..height {
        pane.put(0, y, &wall, Role::Rule);
    }
    let pane = &mut pane.part(1, 0, width.saturating_sub(1), height);
    let Some(agent) = open.episode.agents.get(open.agent.index()) else {
        pane.put(1, 1, "no agents in this episode", Role::Dim);
        return;
    };
    pane.rule(0, &format!("Edges of {}", agent.name), &format!("{} edge", Action::Left.keys()));
    let edges = super::edge_lines(open, pane.width().saturating_sub(1), pane);
    let shown = edges.len().min(height / 4).max(1);
    // The selected edge is always among those shown.
    let top = window(open.graph.edge.unwrap_or(0), edges.len(), shown);
    for (y, (line, role)) in edges.iter().skip(top).take(shown).enumerate() {
        pane.put(1, y + 1, line, *role);
    }
    let y = 1 + shown.min(edges.len());
    let pair = open.graph.edge.and_then(|it| edges_of(open).get(it).copied());
    let acts = messages(open, pair);
    let here = nearest(open, &acts);
    let list = height.saturating_sub(y + FULL).max(height / 4);
    let name = |it| open.episode.agent(it).name.as_str();
    let title = match pair {
        Some((from, to)) => format!("{} {} {}", name(from), pane.theme().glyphs.to, name(to)),
        None if acts.first().is_some_and(|it| open.episode.act(*it).agent != open.agent) => {
            format!("Told to {}", agent.name)
        }
        None => format!("Told by {}", agent.name),
    };
    let used = draw_list(open, (&title, "message"), &acts, here, &mut pane.part(0, y, width, list));
    if let Some(act) = here.and_then(|it| acts.get(it)) {
        draw_full(open, *act, &mut pane.part(0, y + used, width, height.saturating_sub(y + used)));
    }
}

/// The messages along an edge, or what else joins its ends; without one, those of the selected agent, or else those to it. In
/// order of time.
fn messages(open: &OpenEpisode, pair: Option<Pair>) -> Vec<ActId> {
    let episode = &open.episode;
    let Some((from, to)) = pair else {
        let own = open.index.acts_of(open.agent).iter().copied();
        let told: Vec<ActId> = own.take(MOST_ACTS).filter(|it| !episode.act(*it).to.is_empty()).collect();
        if !told.is_empty() {
            return told;
        }
        let tells = edges_of(open).into_iter().map(|it| it.0).filter(|it| *it != open.agent);
        let of = |it| open.index.acts_of(it).iter().copied().take(MOST_ACTS);
        let mut heard: Vec<ActId> =
            tells.flat_map(of).filter(|it| episode.act(*it).to.contains(&open.agent)).collect();
        heard.sort_unstable();
        return heard;
    };
    let told = open.index.acts_of(from).iter().copied().take(MOST_ACTS);
    let told: Vec<ActId> = told.filter(|it| episode.act(*it).to.contains(&to)).collect();
    if !told.is_empty() {
        return told;
    }
    // No message: the acts of the one that follow from acts of the other.
    let follows =
        |act: &ActId| episode.links.parents(*act).iter().any(|it| episode.act(it.act).agent == from);
    open.index.acts_of(to).iter().copied().take(MOST_ACTS).filter(follows).collect()
}

/// Which of `acts` is the one under the cursor, or the nearest to it; of two the later, which may follow from it.
fn nearest(open: &OpenEpisode, acts: &[ActId]) -> Option<usize> {
    let at = open.act?;
    let from = acts.partition_point(|it| *it < at);
    let around = from.saturating_sub(1)..acts.len().min(from + 1);
    around.rev().min_by_key(|it| acts[*it].0.abs_diff(at.0))
}

/// A line for each act. Returns how many rows that took.
fn draw_list(
    open: &OpenEpisode,
    (title, noun): (&str, &str),
    acts: &[ActId],
    here: Option<usize>,
    pane: &mut Painter<'_>,
) -> usize {
    let episode = &open.episode;
    let rows = acts.len().min(pane.height().saturating_sub(1));
    let top = window(here.unwrap_or(0), acts.len(), rows);
    let count = match acts.len() {
        0 => format!("no {noun}"),
        n if n > rows => format!("{} to {} of {n}", top + 1, top + rows),
        n => text::count(n, noun),
    };
    pane.rule(0, title, &count);
    let shown = || acts.iter().skip(top).take(rows).copied();
    let figure = |act| open.act_credit(act).filter(|_| !open.is_bare()).map(|it| signed(it.value, 3));
    let number = shown().filter_map(figure).map(|it| text::width(&it)).max().unwrap_or(0);
    let id = shown().map(|it| text::width(&episode.act(it).id)).max().unwrap_or(0).min(16);
    let end = pane.width().saturating_sub(2);
    // Few acts have several lines each.
    let each = pane.height().saturating_sub(1) / rows.max(1);
    let mut y = 1;
    for (row, act) in shown().enumerate() {
        let it = episode.act(act);
        let is_here = here == Some(top + row);
        let role = if is_here { Role::Cursor } else { Role::Plain };
        if is_here {
            pane.put(0, y, ">", Role::Cursor);
        }
        pane.put_tail(1, y, id, &it.id, role);
        let label = if it.label.is_empty() { &it.category } else { &it.label };
        if let Some(figure) = figure(act) {
            pane.put_right(end, y, &figure, Role::Dim);
        }
        let room = end.saturating_sub(id + 3 + number).max(1);
        let lines = if each > 1 { text::wrap(label, room) } else { vec![label.clone()] };
        let shown = lines.len().min(each).max(1);
        for (at, line) in lines.iter().take(shown).enumerate() {
            pane.put_fit(id + 2, y + at, room, line, role);
        }
        y += shown;
    }
    y
}

/// One act: its words, what it follows from, what follows from it, its alternatives.
fn draw_full(open: &OpenEpisode, act: ActId, pane: &mut Painter<'_>) {
    let (episode, it) = (&open.episode, open.episode.act(act));
    let when = it.step.map_or(String::new(), |it| format!("step {it}"));
    pane.rule(0, &format!("{} of {}", it.id, episode.agent(it.agent).name), &when);
    let columns = pane.width().saturating_sub(3);
    let mut lines = vec![(it.label.clone(), Role::Plain)];
    if !it.result.is_empty() {
        lines.push((format!("result {}", it.result), Role::Plain));
    }
    lines.extend(relations(open, act));
    lines.extend(alternatives(open, act));
    for link in episode.links.children(act).iter().take(4) {
        let it = episode.act(link.act);
        let word = if link.kind == LinkKind::Inferred { "then (inferred)" } else { "then" };
        lines.push((format!("{word} {}: {}", episode.agent(it.agent).name, it.label), Role::Dim));
    }
    let wrapped = lines
        .iter()
        .flat_map(|(line, role)| text::wrap(line, columns).into_iter().map(move |it| (it, *role)));
    for (y, (line, role)) in wrapped.take(pane.height().saturating_sub(1)).enumerate() {
        pane.put(1, y + 1, &line, role);
    }
}
