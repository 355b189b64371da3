//! Two episodes side by side: where they part, their acts, and below or beside these what differs.

mod beside;
mod credit;

use super::window;
use crate::{
    app::{
        Action, CompareLine, ComparePane, Compared, Model,
        layout::{Area, Compare},
    },
    compare::{Row, RowKind, Side},
    credit::Ending,
    model::{Act, ActId, Episode, as_logged},
    text,
    tui::{paint::Painter, theme::Role},
};

/// Columns of the mark between the two acts, with the space around it.
const MARK: usize = 4;

/// Draws the comparison, header and all.
pub(super) fn draw(model: &Model, screen: &mut Painter<'_>) {
    let (width, height) = (screen.width(), screen.height());
    let state = format!(" {} ", model.state_word());
    let right = width.saturating_sub(text::width(&state));
    screen.put(right, 0, &state, Role::State);
    let Some(compared) = model.compare.compared.get() else {
        screen.put_fit(1, 0, right.saturating_sub(2), "COMPARE", Role::Strong);
        screen.put(2, 2, "reading and comparing", Role::Dim);
        return;
    };
    header(compared, &mut screen.part(0, 0, right.saturating_sub(1), 1));
    let lines = sentences(compared, width.saturating_sub(2), (height / 6).clamp(1, 4));
    for (y, line) in lines.iter().enumerate() {
        screen.put(1, y + 1, line, Role::Strong);
    }
    let top = 1 + lines.len();
    let body = Area::new(width, height.saturating_sub(top));
    let panes = Compare::of(body, compared.comparison.credit.as_ref().map_or(0, |it| it.rows.len()));
    acts(model, compared, &mut screen.part(0, top, panes.left, panes.upper));
    let mut below = screen.part(0, top + panes.upper, panes.left, panes.lower);
    match (panes.right, model.compare.pane) {
        (Some(right), _) => {
            credit::draw(compared, &mut below);
            let used = credit::rows(compared);
            let (columns, rows) = (below.width(), below.height());
            if rows > used + 3 {
                beside::spent(compared, &mut below.part(0, used, columns, rows - used));
            }
            let mut pane = screen.part(right, top, width - right, body.rows);
            beside::wall(&mut pane);
            let rows = pane.height();
            let columns = pane.width();
            beside::texts_and_states(model, &mut pane.part(1, 0, columns - 1, rows));
        }
        (None, ComparePane::Credit) => credit::draw(compared, &mut below),
        (None, ComparePane::Texts) => beside::texts(model, &mut below),
        (None, ComparePane::States) => beside::states(model, &mut below),
        (None, ComparePane::Spent) => beside::spent(compared, &mut below),
    }
}

/// Plain lines for a screen without room; the second value is the line of the cursor.
pub(super) fn lines(model: &Model) -> (Vec<String>, usize) {
    let Some(compared) = model.compare.compared.get() else { return (vec!["comparing".to_owned()], 0) };
    let id = |episode: &Episode, act: Option<ActId>| act.map_or("", |it| &episode.act(it).id).to_owned();
    let line = |it: CompareLine| match it {
        CompareLine::Folded(rows) => format!("... {} rows the same", rows.len()),
        CompareLine::Row(row) => {
            let row = compared.comparison.acts.rows[row];
            let label = row.b.map(|it| &compared.b.act(it).label);
            let label = label.or(row.a.map(|it| &compared.a.act(it).label)).map_or("", |it| it);
            format!("{} {} {} {label}", id(&compared.a, row.a), row.kind.mark(), id(&compared.b, row.b))
        }
    };
    (model.compare.lines().into_iter().map(line).collect(), model.compare.line)
}

/// Both episodes and where they part, a statement each.
pub(super) fn told(model: &Model) -> Vec<String> {
    let Some(compared) = model.compare.compared.get() else { return Vec::new() };
    let side = |letter: &str, episode: &Episode, ending: Ending| {
        let reward =
            episode.logged_reward().map_or(String::new(), |it| format!(", R {}", as_logged(it.value)));
        format!("{letter}: {} {}{reward}", episode.name, ending.word())
    };
    let mut lines = vec![
        side("A", &compared.a, compared.of_a.verdict.outcome.ending),
        side("B", &compared.b, compared.of_b.verdict.outcome.ending),
        compared.comparison.common.words(),
    ];
    lines.extend(sentences(compared, 100_000, 2));
    lines
}

fn header(compared: &Compared, line: &mut Painter<'_>) {
    let mut x = line.put(1, 0, "COMPARE", Role::Strong) + 2;
    for (letter, episode, analysis) in
        [("A", &compared.a, &compared.of_a), ("B", &compared.b, &compared.of_b)]
    {
        let ending = analysis.verdict.outcome.ending;
        let role = match ending {
            Ending::Failed => Role::Negative,
            _ => Role::Plain,
        };
        x = line.put(x, 0, &format!("{letter} {} ", episode.name), Role::Strong);
        x = line.put(x, 0, ending.word(), role);
        let reward =
            episode.logged_reward().map_or(String::new(), |it| format!(" R {}", as_logged(it.value)));
        x = line.put(x, 0, &reward, Role::Plain) + 2;
    }
    let room = line.width().saturating_sub(x);
    line.put_fit(x, 0, room, &compared.comparison.common.words(), Role::Dim);
}

/// Where they part, and what the passed one did instead.
fn sentences(compared: &Compared, columns: usize, rows: usize) -> Vec<String> {
    let (a, b) = (&compared.a, &compared.b);
    let parts = compared.comparison.divergence_words(a, b);
    let parts = parts
        .map_or("All acts are the same, with the same results.".to_owned(), |it| format!("They part: {it}."));
    let instead = compared.comparison.instead_words(a, b).map(|it| format!(" Instead: {it}."));
    let mut lines = text::wrap(&(parts + &instead.unwrap_or_default()), columns);
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            *last = format!("{} ...", text::at_words(last, columns.saturating_sub(4)));
        }
    }
    lines
}

/// Where the columns of one side stand.
#[derive(Clone, Copy)]
struct Columns {
    id: usize,
    what: usize,
    result: usize,
}

impl Columns {
    fn of(half: usize, longest_id: usize) -> Self {
        let id = longest_id.clamp(4, half / 3);
        let result = if half >= 30 { (half / 4).min(22) } else { 0 };
        Self { id, what: half.saturating_sub(id + 1 + result + usize::from(result > 0)), result }
    }
}

fn acts(model: &Model, compared: &Compared, pane: &mut Painter<'_>) {
    let state = &model.compare;
    let lines = state.lines();
    let rows = pane.height().saturating_sub(2);
    let title = format!("Acts  {}", compared.comparison.count_words());
    let fold = Action::Scope.key();
    let right =
        if state.unfolded { format!("{fold} folds") } else { format!("{}/{}", state.line + 1, lines.len()) };
    pane.rule(0, &marks(pane, &title), &right);
    let half = pane.width().saturating_sub(2 + MARK) / 2;
    let top = window(state.line, lines.len(), rows);
    let shown = || lines.iter().enumerate().skip(top).take(rows);
    let id_width = |line: &CompareLine| match line {
        CompareLine::Row(row) => {
            let row = compared.comparison.acts.rows[*row];
            let width =
                |episode: &Episode, act: Option<ActId>| act.map_or(0, |it| text::width(&episode.act(it).id));
            width(&compared.a, row.a).max(width(&compared.b, row.b))
        }
        CompareLine::Folded(_) => 0,
    };
    let columns = Columns::of(half, shown().map(|it| id_width(it.1)).max().unwrap_or(0));
    let (left, other) = (1, 1 + half + MARK);
    for (x, letter) in [(left, "A"), (other, "B")] {
        pane.put(x, 1, letter, Role::Dim);
        pane.put(x + columns.id + 1, 1, "what", Role::Dim);
        if columns.result > 0 {
            pane.put(x + columns.id + 1 + columns.what + 1, 1, "result", Role::Dim);
        }
    }
    let parts_at = compared.comparison.acts.first_divergence();
    for (y, (at, line)) in shown().enumerate() {
        let here = at == state.line;
        match line {
            CompareLine::Folded(rows) => {
                let what = format!("{} rows the same", rows.len());
                let role = if here { Role::Cursor } else { Role::Dim };
                if here {
                    pane.put(0, y + 2, ">", Role::Cursor);
                }
                pane.put_fit(3, y + 2, pane.width().saturating_sub(3), &format!("... {what}"), role);
            }
            CompareLine::Row(index) => {
                let row = compared.comparison.acts.rows[*index];
                let side = state.side;
                let is_first = parts_at == Some(*index);
                let of = Sides { row, here: here.then_some(side), is_first };
                act_row(compared, pane, (left, other, y + 2), columns, of);
            }
        }
    }
}

/// A row, and which of its acts has the cursor.
#[derive(Clone, Copy)]
struct Sides {
    row: Row,
    here: Option<Side>,
    /// Whether the episodes part here.
    is_first: bool,
}

fn act_row(
    compared: &Compared,
    pane: &mut Painter<'_>,
    (left, other, y): (usize, usize, usize),
    columns: Columns,
    of: Sides,
) {
    for (side, x, episode) in [(Side::A, left, &compared.a), (Side::B, other, &compared.b)] {
        let role = match (of.here, of.row.kind) {
            (Some(_), _) => Role::Cursor,
            (None, RowKind::Same) => Role::Dim,
            (None, _) => Role::Plain,
        };
        if of.here == Some(side) {
            pane.put(x - 1, y, ">", Role::Cursor);
        }
        match of.row.of(side) {
            Some(act) => one_act(episode.act(act), pane, (x, y), columns, role),
            None if of.is_first => {
                pane.put_fit(x, y, columns.id + columns.what, "(they part here)", Role::Warn);
            }
            None => {}
        }
    }
    let role = if of.row.parts { Role::Warn } else { Role::Dim };
    let mark = marks(pane, of.row.kind.mark());
    pane.put(other - 3, y, &mark, role);
}

fn one_act(act: &Act, pane: &mut Painter<'_>, (x, y): (usize, usize), columns: Columns, role: Role) {
    pane.put_tail(x, y, columns.id, &act.id, role);
    let what = x + columns.id + 1;
    pane.put_fit(what, y, columns.what, &act.label, role);
    if columns.result > 0 {
        let at = what + columns.what + 1;
        match &act.error {
            Some(error) => pane.put_fit(at, y, columns.result, error, Role::Warn),
            None => pane.put_fit(at, y, columns.result, &act.result, role),
        };
    }
}

/// The marks of rows in the glyphs of the terminal.
fn marks(pane: &Painter<'_>, text: &str) -> String {
    match pane.theme().glyphs.ascii {
        true => text.replace('≠', "#").replace('↕', "%"),
        false => text.to_owned(),
    }
}
