//! The first lines: which log, which episode, how it ended, what state the screen is in, and the verdict.

use crate::{
    app::{Action, Model, OpenEpisode, Screen, View, command_line},
    credit::{Part, PartKind, Rung},
    model::{RewardSource, Status, amount, signed},
    text::{self, Sentence, count},
    tui::{paint::Painter, theme::Role},
};

/// Draws the header; the first row after it.
pub(super) fn draw(model: &Model, screen: &mut Painter<'_>) -> usize {
    let width = screen.width();
    let state = format!(" {} ", model.state_word());
    let mut right = width.saturating_sub(text::width(&state));
    screen.put(right, 0, &state, Role::State);
    for (number, what) in [(model.log.input_errors, "input error"), (model.log.bad_lines, "bad line")] {
        if number > 0 {
            let warning = format!("{} ({}) ", count(number, what), Action::Findings.key());
            right = right.saturating_sub(text::width(&warning));
            screen.put(right, 0, &warning, Role::Warn);
        }
    }
    let (hits, unseen) = model.rules.hits();
    if hits > 0 {
        let new = if unseen > 0 { format!(", {unseen} new") } else { String::new() };
        let alerts = format!("{}{new} ({}) ", count(hits as u64, "alert"), Action::Rules.key());
        right = right.saturating_sub(text::width(&alerts));
        screen.put(right, 0, &alerts, if unseen > 0 { Role::Warn } else { Role::Dim });
    }
    let shown = model.open.as_ref().filter(|_| model.screen == Screen::Episode);
    let shape = shown.and_then(|it| it.graph.shape.get());
    let findings = shape.map_or(0, |it| it.warnings);
    if findings > 0 {
        let warning = format!("{} ({}) ", count(findings as u64, "finding"), Action::Findings.key());
        right = right.saturating_sub(text::width(&warning));
        screen.put(right, 0, &warning, Role::Warn);
    }
    if shown.is_some() && shape.is_none() {
        let checking = "checking ";
        right = right.saturating_sub(text::width(checking));
        screen.put(right, 0, checking, Role::Dim);
    }
    let loading = progress(model);
    if !loading.is_empty() {
        right = right.saturating_sub(text::width(&loading) + 1);
        screen.put(right, 0, &loading, Role::Dim);
    }
    let room = right.saturating_sub(1);
    match model.open.as_ref().filter(|_| model.screen == Screen::Episode) {
        None => {
            log_line(model, &mut screen.part(0, 0, room, 1));
            1
        }
        Some(open) => {
            let x = episode_line(model, open, &mut screen.part(0, 0, room, 1));
            behind(open, x, &mut screen.part(0, 0, room, 1));
            // A third of the screen, a sixth of it where a picture needs the room: the rest is evidence.
            let part = if [View::GRAPH, View::STATE].contains(&model.view) { 6 } else { 3 };
            let lines = (screen.height() / part).max(3);
            1 + verdict(open, &mut screen.part(0, 1, width, lines))
        }
    }
}

/// How far the first pass is: bytes, records a second, time left. It says so if only the ends of large files
/// are shown yet. After it, how much was read in full.
fn progress(model: &Model) -> String {
    if model.log.loaded {
        return model.log.validating.map_or(String::new(), |it| format!("checked {}%", it.percent()));
    }
    let (read, size) = model.log.bytes();
    let reading = model.log.reading.unwrap_or_default();
    let what = if reading.tail { "tail; " } else { "" };
    let how = match size {
        0 => format!("{} rec", amount(model.log.records, 1_000)),
        size => format!("{}% of {}B", read * 100 / size.max(1), amount(size, 1_024)),
    };
    let indexed = if size > 0 && model.size.columns >= 100 { " indexed" } else { "" };
    let rate = reading.rate.map_or(String::new(), |it| format!(" {} rec/s", amount(it, 1_000)));
    let left = match reading.left {
        None => String::new(),
        Some(it) if it < 120 => format!(" {it} s left"),
        Some(it) => format!(" {} min left", it / 60),
    };
    if model.size.columns >= 60 {
        format!("{what}{how}{indexed}{rate}{left}")
    } else {
        format!("{what}{how}")
    }
}

/// How many files were not read, and which, as words that may follow; `!` lists them.
fn not_read(unread: &[(String, u64)]) -> (String, String) {
    let all: u64 = unread.iter().map(|it| it.1).sum();
    if all == 0 {
        return <(String, String)>::default();
    }
    let kinds: Vec<String> = unread.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    (format!("  {} not read", count(all, "file")), format!(": {}", kinds.join(", ")))
}

fn log_line(model: &Model, line: &mut Painter<'_>) {
    let files: Vec<_> = model.log.files.iter().filter(|it| !it.is_beside_a_log()).collect();
    let name = match files.len() {
        0 => "no file yet".to_owned(),
        1 => files[0].path.clone(),
        n => format!("{n} files"),
    };
    let x = line.put_fit(1, 0, 40.min(text::width(&name)), &name, Role::Strong);
    let (episodes, records) = (model.log.episodes.len() as u64, model.log.records);
    let mut rest = format!("  {}  {}", count(episodes, "episode"), count(records, "record"));
    if let Some(why) = &model.log.polling {
        rest += &format!("  polling: {why}");
    }
    if let Some(path) = &model.log.awaited {
        rest += &format!("  nobody writes to '{path}'");
    }
    let errors = super::errors(model.log.errors, line.theme());
    let errors = errors.map_or(String::new(), |it| format!("  {it}"));
    let (unread, kinds) = not_read(&model.log.unread);
    // A number that is cut off is another number.
    let short = format!("  {episodes} episodes");
    let room = line.width().saturating_sub(x);
    let all = [
        format!("{rest}{unread}{kinds}{errors}"),
        format!("{rest}{unread}{errors}"),
        format!("{rest}{unread}"),
        rest,
        short,
    ];
    let fits = all.into_iter().find(|it| text::width(it) <= room);
    line.put(x, 0, fits.as_deref().unwrap_or(""), Role::Plain);
}

/// Says which state of a growing episode the credit is of, if it lags behind: at the end of the line, in as
/// many words as fit after `x`.
fn behind(open: &OpenEpisode, x: usize, line: &mut Painter<'_>) {
    let Some(seen) = open.credit_behind() else { return };
    let width = line.width();
    let mark = behind_in(seen, open.episode.acts.len(), width.saturating_sub(x + 2));
    let from = width.saturating_sub(text::width(&mark) + 1);
    line.put(from, 0, &format!(" {mark}"), Role::Warn);
}

/// `credit as of act 90 of 120`, or as much of that as `columns` hold.
pub(super) fn behind_in(seen: usize, acts: usize, columns: usize) -> String {
    // If only rewards have come, the number of acts says nothing.
    let words = if seen < acts {
        vec![format!("credit as of act {seen} of {acts}"), format!("credit as of act {seen}")]
    } else {
        vec!["credit before the last reward".to_owned()]
    };
    words.into_iter().find(|it| text::width(it) <= columns).unwrap_or_else(|| "credit behind".to_owned())
}

/// The column behind the last word.
fn episode_line(model: &Model, open: &OpenEpisode, line: &mut Painter<'_>) -> usize {
    let episode = &open.episode;
    let mut x = 1;
    // Whoever has no log yet must not take this one for theirs.
    if model.log.files.iter().any(|it| it.path == command_line::DEMO) {
        x = line.put(x, 0, "DEMO", Role::State) + 1;
    }
    // The run is the first to go if room is short; how it ended stands below.
    if let Some(run) = episode.run.as_ref().filter(|_| line.width() >= 100) {
        let columns = 30.min(text::width(run));
        x = line.put_fit(x, 0, columns, run, Role::Plain) + 1;
    }
    let position = match model.log.episodes.len() {
        0 | 1 => String::new(),
        n => model.log.row(open.id).map_or(String::new(), |it| format!(" {}/{n}", it + 1)),
    };
    let columns = 24.min(text::width(&episode.name));
    x = line.put(x, 0, "ep ", Role::Dim);
    x = line.put_fit(x, 0, columns, &episode.name, Role::Strong);
    x = line.put(x, 0, &position, Role::Dim);
    let counts = format!(
        "  {} {}",
        count(episode.agents.len() as u64, "agent"),
        count(episode.acts.len() as u64, "act")
    );
    x = line.put(x, 0, &counts, Role::Plain);
    if let Some(errors) = super::errors(open.index.errors.len() as u64, line.theme()) {
        x = line.put(x, 0, &format!("  {errors}"), Role::Warn);
    }
    if let Some(whose) = open.analysis().and_then(|it| it.scenario.whose.as_ref()) {
        x = line.put(x, 0, &format!("  reward of {}", episode.whose_words(whose)), Role::Strong);
    }
    if open.credit_behind().is_some() {
        // The verdict below is of what was seen before.
        x = line.put(x, 0, &format!("  {}", reward(open)), Role::Strong);
        let (word, role) = outcome(open);
        x = line.put(x, 0, &format!("  {word}"), role);
    }
    x
}

/// `R -0.60`, or what stands in for it.
pub(super) fn reward(open: &OpenEpisode) -> String {
    match open.index.reward {
        Some(total) if total.source == RewardSource::Outcome => "R none".to_owned(),
        Some(total) => format!("R {}", signed(total.value, 2).trim_start()),
        None => "R none".to_owned(),
    }
}

/// How it ended, in a word.
pub(super) fn outcome(open: &OpenEpisode) -> (&str, Role) {
    match open.episode.outcome.as_ref() {
        None => ("OPEN", Role::Warn),
        Some(end) => status_word(end.status.as_ref()),
    }
}

/// A status, in a word.
pub(super) fn status_word(status: Option<&Status>) -> (&str, Role) {
    let role = match status {
        Some(Status::Success) => Role::Positive,
        Some(Status::Failure | Status::Truncated | Status::Error | Status::Aborted) => Role::Negative,
        Some(Status::Other(_)) | None => Role::Plain,
    };
    (status.map_or("ended", Status::short_word), role)
}

/// Columns up to the end of the words in the gutter.
const GUTTER: usize = 6;
/// From this width on a part has one line, below it two.
const WIDE: usize = 140;

/// The parts of the verdict, each beside its word, on as many lines as they need and may have. Returns how
/// many.
fn verdict(open: &OpenEpisode, lines: &mut Painter<'_>) -> usize {
    let (word, role) = outcome(open);
    let Some(analysis) = open.analysis() else {
        let x = lines.put(1, 0, word, role);
        lines.put(x.max(GUTTER - 1) + 1, 0, &format!("{}  computing credit", reward(open)), Role::Dim);
        return 1;
    };
    let columns = lines.width().saturating_sub(GUTTER + 1);
    if let (Err(why), false) = (&analysis.credit, open.forks.is_logged()) {
        let text = format!("this what-if cannot be computed: {}", why.missing);
        let wrapped = text::wrap(&text, columns);
        for (y, line) in wrapped.iter().take(lines.height()).enumerate() {
            lines.put(1, y, line, Role::Strong);
        }
        return wrapped.len().clamp(1, lines.height());
    }
    let each = if lines.width() >= WIDE { 1 } else { 2 };
    // Two characters for one: before the text is broken into lines.
    let plus_minus = lines.theme().glyphs.plus_minus;
    let parts = analysis.verdict.parts(&open.episode);
    let parts: Vec<(&Part, Sentence)> =
        parts.iter().map(|it| (it, it.sentence.replace("±", plus_minus))).collect();
    let wanted: Vec<(PartKind, usize)> =
        parts.iter().map(|it| (it.0.kind, it.1.lines(columns, most_rows(it.0.kind, each)).len())).collect();
    let mut y = 0;
    for ((part, sentence), rows) in parts.iter().zip(rows_of(&wanted, lines.height())) {
        if rows == 0 {
            continue;
        }
        let (label, text) = match part.kind {
            PartKind::Outcome => (role, Role::Plain),
            PartKind::Finding if analysis.verdict.ground.rung.is_strong() => (Role::Dim, Role::Strong),
            PartKind::Finding if analysis.verdict.ground.rung == Rung::Estimated => (Role::Dim, Role::Dim),
            PartKind::Finding | PartKind::Ground | PartKind::Stability | PartKind::Against => {
                (Role::Dim, Role::Plain)
            }
        };
        lines.put(1, y, part.word, label);
        for line in sentence.lines(columns, rows) {
            lines.put(GUTTER, y, &line, text);
            y += 1;
        }
    }
    y.max(1)
}

/// The most lines of a part of which others have `each`: who it is and how it ended quote what people wrote.
fn most_rows(kind: PartKind, each: usize) -> usize {
    match kind {
        PartKind::Finding => 2 * each,
        // So that who it is stands high on the screen.
        PartKind::Outcome => each + each / 2,
        PartKind::Ground | PartKind::Stability | PartKind::Against => each,
    }
}

/// How many of `room` lines each part gets, given how many it wants: one each, the first parts first. The
/// rest goes to who it is, how it ended, what contradicts, and the others, in this order.
fn rows_of(wanted: &[(PartKind, usize)], room: usize) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..wanted.len()).map(|at| usize::from(at < room)).collect();
    let mut left = room.saturating_sub(wanted.len());
    for kind in
        [PartKind::Finding, PartKind::Outcome, PartKind::Against, PartKind::Stability, PartKind::Ground]
    {
        if let Some(at) = wanted.iter().position(|it| it.0 == kind) {
            let more = wanted[at].1.saturating_sub(1).min(left);
            rows[at] += more;
            left -= more;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::Message,
        graph::Charset,
        model::Growth,
        runtime::test_program::TestProgram,
        tui::theme::{ColorMode, Theme},
    };

    /// The first line of the screen of this many columns.
    fn first_line(program: &mut TestProgram, columns: u16) -> String {
        program.send(Message::Resize(columns, 24));
        let theme = Theme::new(ColorMode::Mono, Charset::Unicode);
        let buffer = crate::tui::run::frame(program.model(), theme);
        (0..columns).map(|x| buffer[(x, 0)].symbol()).collect()
    }

    #[test]
    fn credit_that_lags_behind_a_growing_episode_says_of_what_state_it_is() {
        let line = |n: usize| {
            format!(r#"{{"type":"action","episode":"e","id":"x{n}","ts":{n},"agent":"a","action":"go"}}"#)
                + "\n"
        };
        let mut program = TestProgram::of(&(0..3_000).map(line).collect::<String>());
        let open = program.episode();
        assert_eq!(open.credit_behind(), None);
        let mut act = open.episode.acts.iter().next_back().unwrap().clone();
        act.id = "y".to_owned();
        let growth = Box::new(Growth { acts: vec![(act, Vec::new())], ..Growth::default() });
        let (id, revisions) = (open.id, (open.revision, open.revision + 1));
        program.send(Message::Grown { id, revisions, growth });
        assert_eq!(
            first_line(&mut program, 80).trim_end(),
            " ep e  1 agent 3001 acts  R none  OPEN     credit as of act 3000 of 3001  SAVED"
        );
        assert!(first_line(&mut program, 72).contains(" credit as of act 3000  SAVED"));
        assert!(first_line(&mut program, 62).contains("OPEN   credit behind  SAVED"));
        program.send(Message::Resize(40, 8));
        let theme = Theme::new(ColorMode::Mono, Charset::Unicode);
        let tiny = crate::tui::run::frame(program.model(), theme);
        let second: String = (0..40).map(|x| tiny[(x, 1)].symbol()).collect();
        assert!(second.starts_with("(credit behind) "), "{second}");
        // What is computed at last is up to date.
        program.send(Message::Settle);
        assert_eq!(program.episode().credit_behind(), None);
        assert!(!first_line(&mut program, 80).contains("credit"));
    }

    #[test]
    fn lines_go_to_every_part_before_any_has_two() {
        use PartKind::{Against, Finding, Ground, Outcome, Stability};
        let all = [(Outcome, 2), (Finding, 2), (Ground, 2), (Stability, 1), (Against, 2)];
        assert_eq!(rows_of(&all, 3), [1, 1, 1, 0, 0]);
        assert_eq!(rows_of(&all, 5), [1, 1, 1, 1, 1]);
        assert_eq!(rows_of(&all, 8), [2, 2, 1, 1, 2]);
        assert_eq!(rows_of(&all, 20), [2, 2, 2, 1, 2]);
        assert_eq!(rows_of(&[(Outcome, 1), (Finding, 2)], 8), [1, 2]);
    }

    #[test]
    fn how_far_credit_is_behind() {
        let check = |seen: usize, acts: usize, columns: usize, expected: &str| {
            assert_eq!(behind_in(seen, acts, columns), expected);
        };
        check(999_990, 1_000_000, 80, "credit as of act 999990 of 1000000");
        check(999_990, 1_000_000, 30, "credit as of act 999990");
        check(999_990, 1_000_000, 3, "credit behind");
        check(7, 7, 80, "credit before the last reward");
        check(7, 7, 28, "credit behind");
    }
}
