//! Variant of view 1: own rewards, whose reward may be credited, and who cost whom.

use super::{bars, detail, mark_error, put_agent, stepped_window};
use crate::{
    app::{Action, CreditVariant, OpenEpisode, View},
    credit::{ChoiceRow, CostColumn, OwnStudy},
    model::{ActId, AgentId, Estimate, Provenance, Value, Whose, places, signed},
    text,
    tui::{paint::Painter, theme::Role},
};

/// From this width on the act under the cursor stands at the right, in so many columns.
const WITH_ACT: (usize, usize) = (140, 46);

pub(super) fn draw(open: &OpenEpisode, study: &OwnStudy, body: &mut Painter<'_>) {
    let (all, height) = (body.width(), body.height());
    let right = if all >= WITH_ACT.0 { WITH_ACT.1 } else { 0 };
    let width = all - right;
    let figures = Figures::of(study);
    // A rule, headings, a row each, and what there is to say of them.
    let choices_rows = study.choices.len() + 1 + usize::from(study.by_default.is_none());
    let wanted = 2 + (study.own.len() + 3).max(choices_rows);
    // The matrix keeps its rows, as far as these are few.
    let by_act = open.credit_variant() == CreditVariant::CostsByAct;
    let rows = if by_act { open.episode.acts.len() } else { open.episode.agents.len() };
    let matrix = (4 + rows).min(height / 2);
    let top = wanted.min(height.saturating_sub(matrix)).max(6).min(height);
    let left = (width * 19 / 40).clamp(24, 70);
    earned(open, study, &figures, &mut body.part(0, 0, left, top));
    choices(open, study, &figures, &mut body.part(left + 1, 0, width - left - 1, top));
    let wall = body.theme().glyphs.wall.to_string();
    (0..top).for_each(|y| {
        body.put(left, y, &wall, Role::Rule);
    });
    let used = costs(open, study, &figures, by_act, &mut body.part(0, top, width, height - top));
    let left = (height - top).saturating_sub(used);
    // Where there is room, the other matrix stands below.
    if left > LEAST && study.is_measured() {
        let below = &mut body.part(0, top + used + 1, width, left - 1);
        costs(open, study, &figures, !by_act, below);
    }
    if right > 0 {
        (0..height).for_each(|y| {
            body.put(width, y, &wall, Role::Rule);
        });
        detail::summary(open, &mut body.part(width + 1, 0, right - 1, height));
    }
}

/// Decimals that tell the numbers apart: of one kind they are the same everywhere.
struct Figures {
    places: usize,
    /// Columns of the longest number, with its mark.
    columns: usize,
}

impl Figures {
    fn of(study: &OwnStudy) -> Self {
        let credits = study.choices.iter().filter_map(|it| it.credit.as_ref().ok());
        let credits = credits.flat_map(|it| &it.agents).filter_map(|it| it.value.number()).map(|it| it.value);
        let rewards = study.choices.iter().filter_map(|it| it.reward);
        let largest = credits.chain(rewards).map(f64::abs).filter(|it| it.is_finite()).fold(0.0, f64::max);
        let places = places(largest);
        Self { places, columns: signed(-largest, places).len() + 1 }
    }

    fn number(&self, value: Option<f64>) -> String {
        value.map_or("-".to_owned(), |it| signed(it, self.places))
    }

    /// `?` where nothing was measured, `+0.05?` where the interval holds 0.
    fn cell(&self, it: Option<&Estimate>) -> (String, Role) {
        match it {
            None => ("?".to_owned(), Role::Dim),
            Some(it) => {
                let value = Value::Number(*it);
                (bars::number(&value, self.places), bars::role(&value))
            }
        }
    }
}

/// What each agent earned, as bars.
fn earned(open: &OpenEpisode, study: &OwnStudy, figures: &Figures, pane: &mut Painter<'_>) {
    pane.rule(0, &format!("{} Own rewards", View::CREDIT.digit()), "logged");
    let width = pane.width();
    let values: Vec<Estimate> = study.own.iter().map(|it| Estimate::exact(it.value)).collect();
    let scale = bars::Scale::of(values.iter());
    let name = open.index.name_columns.clamp(5, (width / 4).clamp(5, 18));
    let number = 1 + name + 1 + figures.columns;
    let bar = width.saturating_sub(number + 8);
    pane.put(1, 1, "agent", Role::Dim);
    pane.put_right(number, 1, "own", Role::Dim);
    bars::axis(pane, number + 1, 1, bar, &scale);
    pane.put_right(width - 1, 1, "acts", Role::Dim);
    let note = text::wrap(&default_words(open, study), width.saturating_sub(2));
    let rows = pane.height().saturating_sub(3 + note.len()).max(1);
    let at = study.own.iter().position(|it| it.agent == open.agent).unwrap_or(0);
    let first = stepped_window(at, study.own.len(), rows);
    for (y, (own, value)) in study.own.iter().zip(&values).skip(first).take(rows).enumerate() {
        let y = y + 2;
        let role = if own.agent == open.agent { Role::Strong } else { Role::Plain };
        put_agent(open, pane, (1, y), name, own.agent, role);
        let value = Value::Number(*value);
        pane.put_right(number, y, &figures.number(Some(own.value)), bars::role(&value));
        bars::bar(pane, number + 1, y, bar, &scale, &value);
        pane.put_right(width - 1, y, &open.index.acts_of(own.agent).len().to_string(), Role::Plain);
    }
    let y = 2 + rows.min(study.own.len());
    let sum = study.own.iter().map(|it| it.value).sum();
    pane.put(1, y, "sum", Role::Dim);
    pane.put_right(number, y, &figures.number(Some(sum)), Role::Strong);
    let hidden = study.own.len().saturating_sub(rows);
    if hidden > 0 {
        pane.put(number + 2, y, &format!("{hidden} more ({})", Action::Down.key()), Role::Dim);
    }
    for (at, line) in note.iter().enumerate() {
        pane.put(1, y + 1 + at, line, Role::Dim);
    }
}

/// What is credited where nobody chooses, and why.
fn default_words(open: &OpenEpisode, study: &OwnStudy) -> String {
    match &study.by_default {
        None => format!(
            "The signs differ: no sum is taken for R by itself, you choose ({})",
            Action::RewardOf.key()
        ),
        Some(Whose::Sum) => {
            "No team reward is logged: R is their sum, as none is of the other sign".to_owned()
        }
        Some(_) => {
            let team = study.choices.iter().find(|it| it.whose == Whose::Team).and_then(|it| it.reward);
            let sum: f64 = study.own.iter().map(|it| it.value).sum();
            let is_sum = team.is_some_and(|it| (it - sum).abs() <= 1e-9 * it.abs().max(sum.abs()).max(1.0));
            let words = if is_sum { "which they add up to" } else { "which they do not add up to" };
            let word =
                if open.episode.rewards.iter().any(|it| it.agent.is_none()) { "reward" } else { "return" };
            format!("R is the team's {word}, {words}")
        }
    }
}

/// Everybody whose reward may be credited, with what of it is due to whom.
fn choices(open: &OpenEpisode, study: &OwnStudy, figures: &Figures, pane: &mut Painter<'_>) {
    pane.rule(0, "Whose reward is credited?", &Action::RewardOf.key());
    let chosen =
        open.analysis().and_then(|it| it.scenario.whose.clone()).or_else(|| study.by_default.clone());
    let width = pane.width();
    let episode = &open.episode;
    let names = study.choices.iter().map(|it| text::width(&episode.whose_name(&it.whose)));
    let name = names.max().unwrap_or(0).clamp(6, 12);
    let by = study.choices.iter().map(|it| text::width(&it.by())).max().unwrap_or(0).clamp(8, 20);
    let reward = 5 + name + figures.columns;
    let longest = episode.agents.iter().map(|it| text::width(&it.name) + 3).max().unwrap_or(0);
    let short = figures.columns.max(5);
    let all = episode.agents.len();
    // Agents that fit beside so many columns of something else.
    let fitting = |beside: usize, each: usize| (width.saturating_sub(reward + beside) / (each + 1)).min(all);
    // Who gets what counts for more than by which method: that goes first, where it makes room.
    let has_by = fitting(by + 2, short) >= fitting(0, short);
    let mut beside = if has_by { by + 2 } else { 0 };
    if !has_by && fitting(0, short) < all {
        beside = format!(" +{all}").len();
    }
    let is_roomy = fitting(beside, longest.max(short)) >= all;
    let each = 1 + if is_roomy { longest.max(short) } else { short };
    let agents: Vec<AgentId> = episode.agent_ids().take(fitting(beside, each - 1)).collect();
    pane.put(1, 1, "whose", Role::Dim);
    pane.put_right(reward, 1, "R", Role::Dim);
    for (at, agent) in agents.iter().enumerate() {
        let (name, long) = (&episode.agent(*agent).name, format!("to {}", episode.agent(*agent).name));
        let heading = if text::width(&long) < each { long } else { pane.fit(name, each - 1) };
        pane.put_right(reward + (at + 1) * each, 1, &heading, Role::Dim);
    }
    let last = reward + agents.len() * each + 2;
    let hidden_agents = all - agents.len();
    if has_by {
        pane.put(last, 1, "by", Role::Dim);
    } else if hidden_agents > 0 {
        pane.put_right(width, 1, &format!("+{hidden_agents}"), Role::Dim);
    }
    let marks = pane.theme().glyphs.marks;
    let mark = |is_chosen: bool| if is_chosen { marks[1] } else { marks[0] };
    let mut y = 2;
    if study.by_default.is_none() {
        let role = if chosen.is_none() { Role::Strong } else { Role::Plain };
        pane.put(1, y, &format!("{}nobody", mark(chosen.is_none())), role);
        if has_by {
            pane.put(last, y, "default", Role::Dim);
        }
        y += 1;
    }
    let shape = |it: &&ChoiceRow| it.credit.as_ref().is_ok_and(|it| it.provenance == Provenance::Structural);
    let has_shape = study.choices.iter().any(|it| shape(&it));
    let note = match (has_by, has_shape) {
        (false, _) => Some(without_by(open, study)),
        (true, true) => Some("by links: shape only, it blames nobody".to_owned()),
        (true, false) => None,
    };
    let rows = pane.height().saturating_sub(y + usize::from(note.is_some()));
    let at = study.choices.iter().position(|it| Some(&it.whose) == chosen.as_ref()).unwrap_or(0);
    let first = super::window(at, study.choices.len(), rows);
    for choice in study.choices.iter().skip(first).take(rows) {
        let is_chosen = Some(&choice.whose) == chosen.as_ref();
        let role = if is_chosen { Role::Strong } else { Role::Plain };
        pane.put(1, y, mark(is_chosen), role);
        pane.put_fit(4, y, name, &episode.whose_name(&choice.whose), role);
        pane.put_right(reward, y, &figures.number(choice.reward), Role::Plain);
        for (at, agent) in agents.iter().enumerate() {
            let (cell, role) = match &choice.credit {
                Ok(it) => figures.cell(it.agent(*agent)),
                Err(_) => ("-".to_owned(), Role::Dim),
            };
            pane.put_right(reward + (at + 1) * each, y, &cell, if shape(&choice) { Role::Dim } else { role });
        }
        let is_default = study.by_default.as_ref() == Some(&choice.whose);
        let by = if is_default { format!("{}, default", choice.by()) } else { choice.by() };
        if has_by {
            pane.put_fit(last, y, width.saturating_sub(last), &by, Role::Dim);
        }
        y += 1;
    }
    let hidden = study.choices.len().saturating_sub(rows);
    let more = if hidden > 0 { format!(" {hidden} more ") } else { String::new() };
    match note {
        Some(note) => {
            pane.put_fit(1, y, width.saturating_sub(1 + text::width(&more)), &note, Role::Dim);
            pane.put_right(width, y, &more, Role::Dim);
        }
        None => pane.put_right(width, y - 1, &more, Role::Dim),
    }
}

/// What the column `by` says, in one line: whose reward is credited where nobody chooses, and by which methods.
fn without_by(open: &OpenEpisode, study: &OwnStudy) -> String {
    let default = study.by_default.as_ref().map_or("nobody".to_owned(), |it| open.episode.whose_name(it));
    let mut methods: Vec<String> = study.choices.iter().map(ChoiceRow::by).collect();
    methods.dedup();
    let by = if methods.len() == 1 { methods.concat() } else { "by several methods".to_owned() };
    format!("default: {default}; {by}")
}

/// Rows that a second matrix takes at least.
const LEAST: usize = 6;

/// The matrix: a row for each act or agent, a column for each reward. Returns the rows used.
fn costs(
    open: &OpenEpisode,
    study: &OwnStudy,
    figures: &Figures,
    by_act: bool,
    pane: &mut Painter<'_>,
) -> usize {
    let (width, height) = (pane.width(), pane.height());
    if height < 3 {
        return 0;
    }
    let methods = study.methods().join(", ");
    let methods = if methods.is_empty() { "not measured".to_owned() } else { methods };
    let what = if by_act { "row: act, column: reward" } else { "row: agent, column: reward" };
    pane.rule(0, &format!("Who cost whom  {methods}"), what);
    let grid = Grid::of(open, study, figures, by_act, width);
    grid.headings(open, study, pane);
    let measured = study.is_measured();
    let sums = 1 + usize::from(measured && !by_act);
    let hints = if measured { Vec::new() } else { unlocking(open, study, width.saturating_sub(2)) };
    let least = 2 + sums + 2;
    let hints_shown = hints.len().min(height.saturating_sub(least));
    let rows = height.saturating_sub(2 + sums + hints_shown);
    let shown = if by_act {
        act_rows(open, study, &grid, rows, pane)
    } else {
        agent_rows(open, study, &grid, rows, pane)
    };
    let mut y = 2 + shown;
    if measured && !by_act {
        grid.sums(study, "sum", "what these numbers add up to", |it| Some(it.agents.as_ref()?.sum), y, pane);
        y += 1;
    }
    let name = if measured { "paid" } else { "sum" };
    grid.sums(study, name, "what was paid, to be explained", |it| it.paid, y, pane);
    y += 1;
    for line in hints.iter().take(hints_shown) {
        pane.put(1, y, line, Role::Dim);
        y += 1;
    }
    y + chain(open, study, figures, by_act, &mut pane.part(0, y, width, height.saturating_sub(y)))
}

/// What would fill the matrix.
fn unlocking(open: &OpenEpisode, study: &OwnStudy, columns: usize) -> Vec<String> {
    let Some(record) = study.unlocking_record(&open.episode) else { return Vec::new() };
    let first = open.episode.acts.first().map_or("", |it| it.id.as_str());
    let mut lines = text::wrap(
        &format!("? not measured. It fills from a record of what each gets if {first} is not done:"),
        columns,
    );
    lines.extend(text::wrap(&record, columns));
    let has_teams = study.costs.iter().any(|it| matches!(it.whose, Whose::Members(_)));
    if !has_teams {
        lines.push("With teams in `agents[].team` the columns are teams.".to_owned());
    }
    lines
}

/// Where the columns of the matrix stand.
struct Grid<'a> {
    figures: &'a Figures,
    /// Columns of the id of an act (0: rows are agents) and of the name of an agent.
    id: usize,
    name: usize,
    /// The right end of the first number, and from one to the next.
    first: usize,
    each: usize,
    /// How many fit.
    shown: usize,
    /// Where the words begin.
    note: usize,
}

impl<'a> Grid<'a> {
    fn of(open: &OpenEpisode, study: &OwnStudy, figures: &'a Figures, by_act: bool, width: usize) -> Self {
        let episode = &open.episode;
        let ids = episode.acts.iter().take(200).map(|it| text::width(&it.id)).max().unwrap_or(3);
        let id = if by_act { ids.clamp(3, 14) + 1 } else { 0 };
        let name = open.index.name_columns.clamp(5, 12);
        let heading = |it: &CostColumn| text::width(&format!("{}'s reward", episode.whose_words(&it.whose)));
        let widest = study.costs.iter().map(heading).max().unwrap_or(0);
        let each = widest.clamp(figures.columns + 1, 18) + 2;
        let start = 1 + id + name;
        let note = if width >= 70 { 24 } else { 0 };
        let shown = (width.saturating_sub(start + note) / each).clamp(1, study.costs.len().max(1));
        Self { figures, id, name, first: start + each, each, shown, note: start + shown * each + 2 }
    }

    fn headings(&self, open: &OpenEpisode, study: &OwnStudy, pane: &mut Painter<'_>) {
        if self.id > 0 {
            pane.put(1, 1, "act", Role::Dim);
        }
        pane.put(1 + self.id, 1, if self.id > 0 { "by" } else { "agent" }, Role::Dim);
        for (at, column) in study.costs.iter().take(self.shown).enumerate() {
            let heading = format!("{}'s reward", open.episode.whose_words(&column.whose));
            let heading = pane.fit(&heading, self.each - 1);
            pane.put_right(self.first + at * self.each, 1, &heading, Role::Dim);
        }
        let hidden = study.costs.len().saturating_sub(self.shown);
        let words = match hidden {
            0 => "what is known".to_owned(),
            1 => "1 more reward".to_owned(),
            more => format!("{more} more rewards"),
        };
        pane.put_fit(self.note, 1, pane.width().saturating_sub(self.note), &words, Role::Dim);
    }

    fn cells<'s>(
        &self,
        study: &'s OwnStudy,
        of: impl Fn(&'s CostColumn) -> Option<&'s Estimate>,
        y: usize,
        pane: &mut Painter<'_>,
    ) {
        for (at, column) in study.costs.iter().take(self.shown).enumerate() {
            let (cell, role) = self.figures.cell(of(column));
            pane.put_right(self.first + at * self.each, y, &cell, role);
        }
    }

    fn sums(
        &self,
        study: &OwnStudy,
        name: &str,
        note: &str,
        of: impl Fn(&CostColumn) -> Option<f64>,
        y: usize,
        pane: &mut Painter<'_>,
    ) {
        pane.put(1, y, name, Role::Dim);
        for (at, column) in study.costs.iter().take(self.shown).enumerate() {
            let text = of(column).map_or("?".to_owned(), |it| signed(it, self.figures.places));
            pane.put_right(self.first + at * self.each, y, &text, Role::Strong);
        }
        pane.put_fit(self.note, y, pane.width().saturating_sub(self.note), note, Role::Dim);
    }
}

/// Rows of acts, in the order of the list of acts; how many.
fn act_rows(
    open: &OpenEpisode,
    study: &OwnStudy,
    grid: &Grid<'_>,
    rows: usize,
    pane: &mut Painter<'_>,
) -> usize {
    let acts = open.act_order();
    let at = open.act.and_then(|it| acts.row_of(it)).unwrap_or(0);
    let top = stepped_window(at, acts.len(), rows);
    let shown: Vec<ActId> = acts.shown(top, rows).collect();
    for (row, act) in shown.iter().enumerate() {
        let (y, here) = (row + 2, Some(*act) == open.act);
        let role = if here { Role::Cursor } else { Role::Plain };
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        let it = open.episode.act(*act);
        pane.put_tail(1, y, grid.id - 1, &it.id, role);
        mark_error(open, pane, (grid.id, y), *act);
        put_agent(open, pane, (1 + grid.id, y), grid.name, it.agent, role);
        grid.cells(study, |column| column.act(*act), y, pane);
        let note = OwnStudy::note(&open.episode, *act);
        let note = if it.label.is_empty() { note } else { format!("{}; {note}", it.label) };
        pane.put_fit(grid.note, y, pane.width().saturating_sub(grid.note), &note, role);
    }
    shown.len()
}

/// Rows of agents, in the order of the list of agents; how many.
fn agent_rows(
    open: &OpenEpisode,
    study: &OwnStudy,
    grid: &Grid<'_>,
    rows: usize,
    pane: &mut Painter<'_>,
) -> usize {
    let agents = open.agent_order();
    let at = agents.row_of(open.agent).unwrap_or(0);
    let top = stepped_window(at, agents.len(), rows);
    let shown: Vec<AgentId> = agents.shown(top, rows).collect();
    for (row, agent) in shown.iter().enumerate() {
        let (y, here) = (row + 2, *agent == open.agent);
        let role = if here { Role::Cursor } else { Role::Plain };
        if here {
            pane.put(0, y, ">", Role::Cursor);
        }
        put_agent(open, pane, (1, y), grid.name, *agent, role);
        grid.cells(study, |column| column.agent(*agent), y, pane);
        let acts = open.index.acts_of(*agent).len();
        let team =
            open.episode.agent(*agent).team.as_ref().map_or(String::new(), |it| format!(", team {it}"));
        let note = format!("{acts} act{}{team}", if acts == 1 { "" } else { "s" });
        pane.put_fit(grid.note, y, pane.width().saturating_sub(grid.note), &note, Role::Dim);
    }
    shown.len()
}

/// The whole episode on one line, if it is that short: acts with what their agents earned, and how it ended. Returns the
/// rows used.
fn chain(
    open: &OpenEpisode,
    study: &OwnStudy,
    figures: &Figures,
    by_act: bool,
    pane: &mut Painter<'_>,
) -> usize {
    if pane.height() < 2 || !by_act {
        return 0;
    }
    let episode = &open.episode;
    let glyphs = pane.theme().glyphs;
    let arrow = format!(" {}{} ", glyphs.rule, glyphs.arrows.1);
    let mut words: Vec<String> = Vec::new();
    for act in episode.act_ids().take(pane.width()) {
        let it = episode.act(act);
        let is_last = open.index.acts_of(it.agent).last() == Some(&act);
        let own = study.own.iter().find(|own| own.agent == it.agent && is_last);
        let own = own.map_or(String::new(), |it| format!(" {}", figures.number(Some(it.value)).trim_start()));
        words.push(format!("{} {}{own}", it.id, episode.agent(it.agent).name));
    }
    words.push(format!("end {}", super::header::outcome(open).0));
    let line = words.join(&arrow);
    if text::width(&line) + 2 > pane.width() {
        return 0;
    }
    pane.rule(0, "Same episode as one line", "");
    pane.put(1, 1, &line, Role::Plain);
    2
}
