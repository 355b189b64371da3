//! The what-if form: fields made from the episode, the method table and the scenario on the screen.

use crate::{
    app::{open::OpenEpisode, view::Form, whatif::whose},
    credit,
    model::{ActId, Alternative, Number, Scenario, Substitute},
};

/// What a field edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// The method.
    Method,
    /// The method's baseline.
    Baseline,
    /// Which agents play.
    Players,
    /// Whose reward is credited.
    Whose,
    /// The total reward.
    Reward,
    /// The discount factor.
    Discount,
    /// What takes the place of this act's action.
    Action(ActId),
    /// The first or the last act to look at, as its place in the episode.
    Window(WindowEnd),
    /// A parameter of the method.
    Param(&'static str),
    /// The seed of anything drawn at random.
    Seed,
}

/// An end of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowEnd {
    /// Where it begins.
    First,
    /// Where it ends.
    Last,
}

/// One choice of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is shown.
    pub label: String,
    /// What it is, in a few words; empty if the label says it.
    pub what: String,
    /// What it belongs to; choices of one group follow each other.
    pub group: &'static str,
    /// Whether it is the one in force (for players: whether the agent plays).
    pub selected: bool,
    /// Why it cannot be picked.
    pub blocked: Option<Blocked>,
    /// The scenario that picking it leads to.
    pub scenario: Scenario,
}

/// Why a choice cannot be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// What is missing.
    pub missing: String,
    /// The nearest method that can be computed, if any.
    pub nearest: Option<String>,
}

impl Blocked {
    fn by(missing: &str) -> Self {
        Self { missing: missing.to_owned(), nearest: None }
    }

    /// One line: what is missing and what is nearest.
    pub fn sentence(&self) -> String {
        let nearest = self.nearest.as_ref().map_or(String::new(), |it| format!("; nearest: {it}"));
        format!("{}{nearest}", self.missing)
    }
}

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it edits.
    pub kind: FieldKind,
    /// Its name.
    pub title: String,
    /// Its choices; empty for a number. Of very many players only those around the cursor.
    pub choices: Vec<Choice>,
    /// How many choices come before those, and how many there are in all.
    pub window: (usize, usize),
    /// The number in force and the one the log or the method gives.
    pub number: Option<(f64, Option<f64>)>,
    /// The step of a number for left and right.
    pub step: f64,
    /// The least and greatest value a number may take.
    pub range: (f64, f64),
    /// Whether it differs from what the log says.
    pub changed: bool,
}

impl Field {
    /// Whether exactly one of its choices holds, unlike with players.
    pub fn is_single_choice(&self) -> bool {
        !self.choices.is_empty() && self.kind != FieldKind::Players
    }

    /// The choice at a place; `None` if there is none, or it is far from the cursor.
    pub fn choice(&self, at: usize) -> Option<&Choice> {
        self.choices.get(at.checked_sub(self.window.0)?)
    }

    /// The last place of a choice; `None` if there are no choices.
    pub fn last_choice(&self) -> Option<usize> {
        self.window.1.checked_sub(1)
    }
}

impl Form {
    /// The fields for the scenario on the screen, in order. Empty until credit is known.
    pub fn fields(open: &OpenEpisode) -> Vec<Field> {
        let Some(scenario) = current(open) else { return Vec::new() };
        let mut fields = vec![method_field(open, &scenario)];
        fields.extend(baseline_field(open, &scenario));
        fields.extend(param_fields(open, &scenario));
        fields.push(players_field(open, &scenario));
        fields.extend(whose_field(open, &scenario));
        fields.push(reward_field(open, &scenario));
        fields.push(discount_field(open, &scenario));
        fields.extend(open.act.and_then(|act| action_field(open, &scenario, act)));
        fields.extend(window_field(open, &scenario, WindowEnd::First));
        fields.extend(window_field(open, &scenario, WindowEnd::Last));
        fields.push(seed_field(&scenario));
        fields
    }
}

/// The scenario on the screen with its method filled in.
pub(crate) fn current(open: &OpenEpisode) -> Option<Scenario> {
    if open.forks.is_logged() {
        open.logged.get().map(|it| it.scenario.clone())
    } else {
        Some(open.forks.scenario().clone())
    }
}

fn blocked(open: &OpenEpisode, method: &str, baseline: Option<&str>) -> Option<Blocked> {
    let sweep = open.sweep()?;
    let mut reason = None;
    for row in &sweep.rows {
        let same_baseline = baseline.is_none() || row.scenario.baseline.as_deref() == baseline;
        if row.scenario.method != method || !same_baseline {
            continue;
        }
        match &row.result {
            Ok(_) => return None,
            Err(why) => reason.get_or_insert_with(|| Blocked {
                missing: why.missing.clone(),
                nearest: why.nearest.clone(),
            }),
        };
    }
    reason
}

fn method_field(open: &OpenEpisode, scenario: &Scenario) -> Field {
    let choices = credit::methods()
        .iter()
        .map(|method| Choice {
            label: method.name.to_owned(),
            what: method.title.to_owned(),
            group: method.family.title(),
            selected: method.name == scenario.method,
            blocked: blocked(open, method.name, None),
            scenario: Scenario {
                method: method.name.to_owned(),
                baseline: first_available_baseline(open, method),
                params: Default::default(),
                ..scenario.clone()
            },
        })
        .collect();
    let logged = open.logged.get().map(|it| it.scenario.method.clone());
    choice_field(FieldKind::Method, "method", choices, logged.as_ref() != Some(&scenario.method))
}

fn first_available_baseline(open: &OpenEpisode, method: &credit::Method) -> Option<String> {
    let available = method.baselines.iter().find(|it| blocked(open, method.name, Some(it.name)).is_none());
    available.or(method.baselines.first()).map(|it| it.name.to_owned())
}

fn baseline_field(open: &OpenEpisode, scenario: &Scenario) -> Option<Field> {
    let method = credit::method(&scenario.method)?;
    let default = method.baselines.first().map(|it| it.name.to_owned());
    // The baselines of declared credit are the records of the log, which the sweep lists.
    let mut offered: Vec<(String, String)> =
        method.baselines.iter().map(|it| (it.name.to_owned(), it.title.to_owned())).collect();
    if offered.is_empty() {
        let rows = open.sweep().map_or(&[][..], |it| &it.rows);
        let rows = rows.iter().filter(|it| it.scenario.method == method.name);
        offered = rows.filter_map(|it| Some((it.scenario.baseline.clone()?, it.title.clone()))).collect();
    }
    let current = scenario.baseline.clone().or(default).or_else(|| offered.first().map(|it| it.0.clone()))?;
    let choices = offered.into_iter().map(|(name, title)| Choice {
        what: title,
        group: "",
        selected: name == current,
        blocked: blocked(open, method.name, Some(&name)),
        scenario: Scenario { baseline: Some(name.clone()), ..scenario.clone() },
        label: name,
    });
    let choices: Vec<Choice> = choices.collect();
    let logged = open.logged.get().map(|it| &it.scenario);
    let changed = logged.is_some_and(|it| it.method == scenario.method && it.baseline != scenario.baseline);
    (!choices.is_empty()).then(|| choice_field(FieldKind::Baseline, "baseline", choices, changed))
}

/// This many players before and after the one under the cursor are offered.
const PLAYERS_AROUND: usize = 250;

fn players_field(open: &OpenEpisode, scenario: &Scenario) -> Field {
    let players = open.episode.agents.len() - scenario.dropped.len();
    let all = open.episode.agents.len();
    let from = open.form.choice.min(all).saturating_sub(PLAYERS_AROUND);
    let around = open.roster().shown(from, 2 * PLAYERS_AROUND).collect::<Vec<_>>();
    let choices = around.into_iter().map(|agent| {
        let mut dropped = scenario.dropped.clone();
        let plays = !dropped.remove(&agent);
        if plays {
            dropped.insert(agent);
        }
        Choice {
            label: open.episode.agent(agent).name.clone(),
            what: String::new(),
            group: "",
            selected: plays,
            blocked: (plays && players == 1).then(|| Blocked::by("somebody has to play")),
            scenario: Scenario { dropped, ..scenario.clone() },
        }
    });
    let choices: Vec<Choice> = choices.collect();
    let field = choice_field(FieldKind::Players, "players", choices, !scenario.dropped.is_empty());
    Field { window: (from, all), ..field }
}

fn choice_field(kind: FieldKind, title: &str, choices: Vec<Choice>, changed: bool) -> Field {
    let window = (0, choices.len());
    Field {
        kind,
        title: title.to_owned(),
        choices,
        window,
        number: None,
        step: 0.0,
        range: (0.0, 0.0),
        changed,
    }
}

/// No field if no agent has a reward of its own.
fn whose_field(open: &OpenEpisode, scenario: &Scenario) -> Option<Field> {
    let choices = whose::choices(open).into_iter().map(|it| Choice {
        label: whose::name(open, it.as_ref()),
        what: if it.is_none() { "by default" } else { "" }.to_owned(),
        group: "",
        selected: it == scenario.whose,
        blocked: None,
        scenario: whose::with_whose(open, scenario, it),
    });
    let choices: Vec<Choice> = choices.collect();
    (!choices.is_empty())
        .then(|| choice_field(FieldKind::Whose, "reward of", choices, scenario.whose.is_some()))
}

fn reward_field(open: &OpenEpisode, scenario: &Scenario) -> Field {
    let logged = open.analysis().map_or(open.index.reward, |it| it.reward).map(|it| it.value);
    let value = scenario.reward.map(Number::get).or(logged).unwrap_or(0.0);
    Field {
        kind: FieldKind::Reward,
        title: "reward".to_owned(),
        choices: Vec::new(),
        window: (0, 0),
        number: Some((value, logged)),
        step: 0.1,
        range: (f64::MIN, f64::MAX),
        changed: scenario.reward.is_some(),
    }
}

fn discount_field(open: &OpenEpisode, scenario: &Scenario) -> Field {
    let value = scenario.discount.map(Number::get).unwrap_or(1.0);
    Field {
        kind: FieldKind::Discount,
        title: "discount".to_owned(),
        choices: Vec::new(),
        window: (0, 0),
        number: Some((value, open.episode.gamma.or(Some(1.0)))),
        step: 0.01,
        range: (0.0, 1.0),
        changed: scenario.discount.is_some(),
    }
}

fn action_field(open: &OpenEpisode, scenario: &Scenario, act: ActId) -> Option<Field> {
    let table = open.episode.table(act).filter(|it| it.alternatives.len() > 1)?;
    let current = scenario.substitutes.get(&act);
    let choices = table
        .alternatives
        .iter()
        .map(|alternative| {
            let substitute = Substitute::Alternative(alternative.label.clone());
            let default = alternative.default && current == Some(&Substitute::Default);
            let mut substitutes = scenario.substitutes.clone();
            if alternative.taken {
                substitutes.remove(&act);
            } else {
                substitutes.insert(act, substitute.clone());
            }
            Choice {
                label: alternative.label.clone(),
                what: worth(alternative),
                group: "",
                selected: match current {
                    None => alternative.taken,
                    Some(it) => *it == substitute || default,
                },
                blocked: alternative.q.mean.is_none().then(|| Blocked::by("its value was not logged")),
                scenario: Scenario { substitutes, ..scenario.clone() },
            }
        })
        .collect();
    let title = open.episode.act(act).id.clone();
    Some(choice_field(FieldKind::Action(act), &title, choices, current.is_some()))
}

/// What an alternative is worth, from what.
fn worth(alternative: &Alternative) -> String {
    let mut words = Vec::new();
    words.extend(alternative.q.mean.map(|it| format!("worth {it}")));
    words.extend(alternative.q.n.map(|it| format!("{it} replay{}", if it == 1 { "" } else { "s" })));
    words.extend(alternative.probability.map(|it| format!("probability {it}")));
    words.extend(alternative.taken.then(|| "taken".to_owned()));
    words.extend(alternative.default.then(|| "the null action".to_owned()));
    words.join(", ")
}

/// An end of the window, as the place of its act from 1. No field if there is nothing to cut off.
fn window_field(open: &OpenEpisode, scenario: &Scenario, end: WindowEnd) -> Option<Field> {
    let last = open.episode.acts.len();
    if last < 2 {
        return None;
    }
    let (from, to) = window(open, scenario)?;
    let (place, given, range, title) = match end {
        WindowEnd::First => (from, 1, (1, to), "from act"),
        WindowEnd::Last => (to, last, (from, last), "to act"),
    };
    Some(Field {
        number: Some((place as f64, Some(given as f64))),
        step: 1.0,
        range: (range.0 as f64, range.1 as f64),
        changed: place != given,
        ..choice_field(FieldKind::Window(end), title, Vec::new(), false)
    })
}

/// The first and last act to look at, as places from 1.
fn window(open: &OpenEpisode, scenario: &Scenario) -> Option<(usize, usize)> {
    let all = (open.episode.act_ids().next()?, open.episode.act_ids().next_back()?);
    let (first, last) = scenario.window.unwrap_or(all);
    Some((first.index() + 1, last.index() + 1))
}

fn seed_field(scenario: &Scenario) -> Field {
    Field {
        number: Some((scenario.seed as f64, Some(0.0))),
        step: 1.0,
        // Larger ones are not exact as a float; the command line takes all of them.
        range: (0.0, (1u64 << 53) as f64),
        changed: scenario.seed != 0,
        ..choice_field(FieldKind::Seed, "seed", Vec::new(), false)
    }
}

fn param_fields<'a>(open: &'a OpenEpisode, scenario: &'a Scenario) -> impl Iterator<Item = Field> + 'a {
    let params = credit::method(&scenario.method).map_or(&[][..], |it| it.params);
    let params = params.iter().filter(|it| it.applies(&open.episode, scenario));
    params.map(|param| {
        let set = scenario.params.get(param.name).map(|it| it.get());
        let kind = FieldKind::Param(param.name);
        let logged = param.logged(&open.episode);
        if param.is_switch() {
            let on = set.or(param.default).or(logged).is_some_and(|it| it >= 0.5);
            let choices = [("off", 0.0), ("on", 1.0)].map(|(label, value)| Choice {
                label: label.to_owned(),
                what: String::new(),
                group: "",
                selected: (value >= 0.5) == on,
                blocked: None,
                scenario: with_param(
                    scenario,
                    param.name,
                    Some(value).filter(|it| Some(*it) != param.default),
                ),
            });
            return choice_field(kind, param.name, choices.into(), set.is_some());
        }
        Field {
            number: Some((set.or(param.default).or(logged).unwrap_or(0.0), param.default)),
            step: param.step,
            range: (param.min, param.max),
            changed: set.is_some(),
            ..choice_field(kind, param.name, Vec::new(), false)
        }
    })
}

fn with_param(scenario: &Scenario, name: &str, value: Option<f64>) -> Scenario {
    let mut next = scenario.clone();
    match value {
        Some(value) => next.params.insert(name.to_owned(), Number::new(value)),
        None => next.params.remove(name),
    };
    next
}

/// The scenario after setting the number of `field` to `value`. Setting it to what the log or the method
/// gives undoes the edit.
pub(crate) fn with_number(open: &OpenEpisode, scenario: &Scenario, field: &Field, value: f64) -> Scenario {
    let value = value.clamp(field.range.0, field.range.1);
    let given = field.number.and_then(|it| it.1);
    let set = Some(value).filter(|it| Some(*it) != given);
    let mut next = scenario.clone();
    match field.kind {
        FieldKind::Reward => next.reward = set.map(Number::new),
        FieldKind::Discount => next.discount = (value != 1.0).then(|| Number::new(value)),
        FieldKind::Param(name) => return with_param(scenario, name, set),
        FieldKind::Window(end) => {
            let Some((mut from, mut to)) = window(open, scenario) else { return next };
            match end {
                WindowEnd::First => from = value.round() as usize,
                WindowEnd::Last => to = value.round() as usize,
            }
            let all = (from, to) == (1, open.episode.acts.len());
            next.window = (!all).then(|| (ActId::from_index(from - 1), ActId::from_index(to - 1)));
        }
        FieldKind::Seed => next.seed = value.round() as u64,
        FieldKind::Method
        | FieldKind::Baseline
        | FieldKind::Players
        | FieldKind::Whose
        | FieldKind::Action(_) => {}
    }
    next
}
