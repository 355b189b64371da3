//! The groups of a run in place of the list: what there was to learn from, who was pushed and how wrongly, by task, agent and
//! update.

mod blocks;
mod room;

use crate::{
    app::{Action, Model},
    forensics::{Ledger, WrongPush},
    model::{signed, unsigned},
    text,
    tui::{paint::Painter, theme::Role},
};

use blocks::{Blocks, NAME};
use room::Room;

/// Decimals of advantages.
const PLACES: usize = 3;
/// Columns of a cell of updates.
const CELL: usize = 6;

/// What the columns mean, the longest that fits.
const LEGENDS: [&str; 2] = [
    "flat: groups without a spread, so no signal; k tok: thousand tokens in them. wrong: the other sign than is right",
    "flat: groups without a spread; wrong: the other sign; k tok: 1000 tokens",
];

/// Draws them.
pub(super) fn draw(model: &Model, pane: &mut Painter<'_>) {
    let right = format!("{} list", Action::Variant.key());
    let Some(ledger) = model.groups.ledger() else {
        pane.rule(0, "Run: groups", &right);
        let what = match (model.log.loaded, model.groups.is_reading()) {
            (false, _) => "reading the log first",
            (_, true) => "reading the rollouts",
            _ => "no episode has ended",
        };
        pane.put(2, 2, what, Role::Dim);
        return;
    };
    let width = pane.width();
    let sentences = ledger.sentences().join(". ");
    let mut lines = text::wrap(&sentences, width.saturating_sub(2));
    lines.truncate((pane.height() / 6).clamp(1, 3));
    for (y, line) in lines.iter().enumerate() {
        pane.put(1, y, line, Role::Strong);
    }
    let mut y = lines.len();
    pane.rule(y, &title(model, ledger), &right);
    y += 1;
    let forms = model.groups.forms.get().map_or(&[][..], |it| it.as_slice());
    let room = Room::of(pane.height().saturating_sub(y), ledger, forms.len());
    y = tasks(model, ledger, pane, y, room.tasks);
    if room.legend {
        let fits = |it: &&&str| text::width(it) + 2 <= width;
        let words = LEGENDS.iter().find(fits).unwrap_or(&LEGENDS[1]);
        pane.put_fit(1, y, width.saturating_sub(2), words, Role::Dim);
        y += 1;
    }
    if room.updates > 0 {
        y = updates(model, ledger, pane, y, room.updates);
    }
    if room.forms > 0 {
        let what = model.groups.forms.of().map_or(0, |it| it.1);
        let of = format!("by {what} rollouts");
        pane.rule(y, "Forensics: which formula wrote these numbers", &of);
        for (at, line) in forms.iter().take(room.forms - 1).enumerate() {
            pane.put_fit(1, y + 1 + at, width.saturating_sub(2), line, Role::Plain);
        }
        y += room.forms;
    }
    if room.wrong > 0 {
        wrong(model, ledger, pane, y, room.wrong);
    }
}

/// Plain lines for a screen without room.
pub(super) fn lines(model: &Model) -> Vec<String> {
    let Some(ledger) = model.groups.ledger() else { return vec!["reading the rollouts".to_owned()] };
    let agent = |it: &crate::forensics::LedgerRow| {
        format!("{} flat {} up {} down {} wrong {}", it.agent, it.flat, it.up, it.down, it.wrong_sign)
    };
    ledger.sentences().into_iter().take(1).chain(ledger.all.iter().map(agent)).collect()
}

fn title(model: &Model, ledger: &Ledger) -> String {
    let run = ledger.run.as_deref().map_or(String::new(), |it| format!(" of {it}"));
    let more = model.groups.runs().saturating_sub(1);
    let more = if more > 0 { format!(" ({more} more in the log)") } else { String::new() };
    let reading = if model.groups.is_reading() { "  reading on" } else { "" };
    let left = match ledger.broken_off {
        0 => String::new(),
        n => format!("  {n} broke off, left out"),
    };
    format!(
        "Run: groups{run}{more}  {}, {}, most of {}{left}  right within: {}{reading}",
        text::count(ledger.groups, "group"),
        text::count(ledger.rollouts, "rollout"),
        ledger.usual_size,
        ledger.right_key()
    )
}

/// Tasks by agents, and the sum of all tasks; the row after them.
fn tasks(model: &Model, ledger: &Ledger, pane: &mut Painter<'_>, top: usize, room: usize) -> usize {
    let state = &model.groups;
    let blocks = Blocks::of(pane.width(), ledger.all.len(), state.agent);
    blocks.heads(ledger, pane, top, state.agent);
    let count = ledger.task_count();
    let rows = room.saturating_sub(3).max(1);
    let first = super::window(state.task.min(count.saturating_sub(1)), count, rows);
    let mut y = top + 2;
    for at in first..(first + rows).min(count) {
        let Some((task, of)) = ledger.task(at) else { break };
        let here = at == state.task && state.wrong.is_none();
        name(pane, (blocks.name, y), task, here);
        let of_agent = |agent: &str| of.iter().find(|it| it.agent == agent);
        blocks.row(ledger, pane, y, &of_agent);
        y += 1;
    }
    name(pane, (blocks.name, y), "all", state.task == count && state.wrong.is_none());
    blocks.row(ledger, pane, y, &|agent| ledger.all.iter().find(|it| it.agent == agent));
    y + 1
}

fn name(pane: &mut Painter<'_>, (columns, y): (usize, usize), name: &str, here: bool) {
    if here {
        pane.put(0, y, ">", Role::Cursor);
    }
    pane.put_fit(1, y, columns - 2, name, if here { Role::Cursor } else { Role::Plain });
}

/// What declared numbers add up to by update, and how many groups were flat; the row after them.
fn updates(model: &Model, ledger: &Ledger, pane: &mut Painter<'_>, top: usize, rows: usize) -> usize {
    let width = pane.width();
    let fit = (width.saturating_sub(NAME + 2 * CELL) / CELL).max(1);
    let first = ledger.updates.len().saturating_sub(fit);
    let before =
        if first > 0 { format!("  the last {fit} of {}", ledger.updates.len()) } else { String::new() };
    pane.rule(
        top,
        &format!("Sum of declared pushes by update; !: no group of it has a spread{before}"),
        "right: 0 in every cell",
    );
    let shown = first..ledger.updates.len();
    for (at, update) in ledger.updates[shown.clone()].iter().enumerate() {
        pane.put_right(NAME + (at + 1) * CELL, top + 1, &format!("u{update}"), Role::Dim);
    }
    let end = NAME + (shown.len() + 1) * CELL;
    pane.put_right(end, top + 1, "all", Role::Dim);
    for (at, row) in ledger.all.iter().take(rows.saturating_sub(2)).enumerate() {
        let y = top + 2 + at;
        let here = at == model.groups.agent;
        pane.put_fit(1, y, NAME - 1, &row.agent, if here { Role::Cursor } else { Role::Plain });
        for (column, cell) in ledger.by_update[at][shown.clone()].iter().enumerate() {
            let flat = if cell.groups > 0 && cell.flat == cell.groups { "!" } else { "" };
            let role = if cell.mass < 0.0 { Role::Negative } else { Role::Plain };
            pane.put_right(NAME + (column + 1) * CELL, y, &format!("{}{flat}", sum(cell.mass)), role);
        }
        pane.put_right(end, y, &sum(row.mass), Role::Strong);
    }
    top + rows
}

/// A sum of pushes in whole numbers; a dot for none.
fn sum(mass: f64) -> String {
    if mass.abs() < 0.5 { ".".to_owned() } else { format!("{mass:+.0}") }
}

/// Wrong signs, the worst first.
fn wrong(model: &Model, ledger: &Ledger, pane: &mut Painter<'_>, top: usize, rows: usize) {
    let state = &model.groups;
    let hint = format!("{} opens the episode", Action::Open.key());
    pane.rule(top, "Wrong signs, worst first", &hint);
    let names = ledger.wrong.iter().map(|it| text::width(&it.episode)).max().unwrap_or(0).clamp(8, 24);
    let columns = [names + 3, names + 14, names + 25];
    for (x, head) in columns.iter().zip(["agent", "task", ""]) {
        pane.put(*x, top + 1, head, Role::Dim);
    }
    pane.put(2, top + 1, "episode", Role::Dim);
    let numbers = ["R", if ledger.by_agent { "own" } else { "compared" }, "mean", "declared", "right"];
    let ends: Vec<usize> = (1..=numbers.len()).map(|it| columns[2] + it * 9).collect();
    numbers.iter().zip(&ends).for_each(|(head, end)| pane.put_right(*end, top + 1, head, Role::Dim));
    let rows = rows.saturating_sub(2);
    let first = super::window(state.wrong.unwrap_or(0), ledger.wrong.len(), rows);
    for (y, at) in (first..ledger.wrong.len()).take(rows).enumerate() {
        let it: &WrongPush = &ledger.wrong[at];
        let (y, here) = (top + 2 + y, state.wrong == Some(at));
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        let role = if here { Role::Cursor } else { Role::Plain };
        pane.put_tail(2, y, names, &it.episode, role);
        pane.put_fit(columns[0], y, 10, &it.agent, role);
        pane.put_fit(columns[1], y, 10, &it.task, Role::Plain);
        let reward = it.reward.map_or(String::new(), unsigned_or_signed);
        let cells = [
            reward,
            signed(it.own, PLACES),
            signed(it.mean, PLACES),
            signed(it.declared, PLACES),
            signed(it.right, PLACES),
        ];
        let roles = [Role::Plain, Role::Plain, Role::Plain, Role::Warn, Role::Strong];
        for ((cell, end), role) in cells.iter().zip(&ends).zip(roles) {
            pane.put_right(*end, y, cell.trim(), role);
        }
    }
}

/// A return: no `+`, as it is no push.
fn unsigned_or_signed(value: f64) -> String {
    if value < 0.0 { signed(value, PLACES) } else { unsigned(value, PLACES) }
}

#[cfg(test)]
mod tests {
    use crate::{
        app::Message,
        graph::Charset,
        runtime::test_program::TestProgram,
        tui::{
            picture, run,
            theme::{ColorMode, Theme},
        },
    };

    /// Twelve tasks of two updates, each a group of two; every second declared sign is wrong.
    fn log() -> String {
        let one = |at: usize| {
            let (task, won) = (at / 2 % 12, at % 2);
            let sign = if at.is_multiple_of(4) { 0.5 } else { -0.5 };
            format!(
                r#"{{"type":"episode_start","episode":"e{at}","task":"task {task:02}","group":"g{}","update":{}}}
{{"type":"action","episode":"e{at}","agent":"ada","action":"go","usage":{{"out":1500}}}}
{{"type":"action","episode":"e{at}","agent":"bob","action":"go"}}
{{"type":"credit","episode":"e{at}","algorithm":"grpo","params":{{"std":false}},"agents":{{"ada":{sign},"bob":{}}}}}
{{"type":"episode_end","episode":"e{at}","status":"success","return":{won}}}
"#,
                at / 2,
                at / 24,
                won as f64 - 0.5
            )
        };
        (0..48).map(one).collect()
    }

    fn frame(size: (u16, u16), keys: &str) -> Vec<String> {
        let mut program = TestProgram::of(&log());
        program.send(Message::Resize(size.0, size.1));
        program.press(keys);
        let frame = run::frame(program.model(), Theme::new(ColorMode::Mono, Charset::Unicode));
        picture::text(&frame).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_large_screen_has_tasks_updates_forms_and_wrong_signs() {
        let rows = frame((120, 36), "vv");
        let has = |text: &str| assert!(rows.iter().any(|it| it.contains(text)), "{text}: {rows:#?}");
        // Of four rollouts of a task ada has 0.5, -0.5, -0.5, -0.5 for 0, 1, 0, 1: the first and the others that won.
        has(">task 00");
        has(" all ");
        has("── Sum of declared pushes by update");
        has("── Forensics: which formula wrote these numbers");
        has("── Wrong signs, worst first");
        has("by 48 rollouts");
        let all = rows.iter().find(|it| it.starts_with(" all ")).unwrap();
        let cells: Vec<&str> = all.split(['│', ' ']).filter(|it| !it.is_empty()).collect();
        // Ada: 12 up and 36 down, 12 + 24 wrong; bob: 24 up and 24 down, none wrong.
        assert_eq!(cells, ["all", ".", "12", "36", "36", ".", ".", "24", "24", ".", "."]);
    }

    #[test]
    fn a_small_screen_keeps_tasks_and_a_tiny_one_the_agents() {
        let rows = frame((80, 24), "vvjjn");
        let marked: Vec<&String> = rows.iter().filter(|it| it.starts_with("> e")).collect();
        assert_eq!(marked.len(), 1, "{rows:#?}");
        assert!(
            rows.iter().any(|it| it.starts_with(" task 02"))
                && !rows.iter().any(|it| it.contains("by update"))
        );
        let rows = frame((40, 10), "vv");
        assert!(rows.iter().any(|it| it.starts_with("ada flat 0 up 12 down 36 wrong 36")), "{rows:#?}");
    }
}
