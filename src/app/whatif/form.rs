//! The what-if form: fields made from the episode, the method table and the scenario on the screen.

use crate::{
    app::OpenEpisode,
    credit,
    model::{ActId, Number, Scenario, Substitute},
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
    /// The total reward.
    Reward,
    /// The discount factor.
    Discount,
    /// What takes the place of this act's action.
    Action(ActId),
    /// A parameter of the method.
    Param(&'static str),
}

/// One choice of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is shown.
    pub label: String,
    /// Whether it is the one in force (for players: whether the agent plays).
    pub selected: bool,
    /// Why it cannot be picked.
    pub blocked: Option<String>,
    /// The scenario that picking it leads to.
    pub scenario: Scenario,
}

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it edits.
    pub kind: FieldKind,
    /// Its name.
    pub title: String,
    /// Its choices; empty for a number.
    pub choices: Vec<Choice>,
    /// The number in force and the one the log or the method gives.
    pub number: Option<(f64, Option<f64>)>,
    /// The step of a number for left and right.
    pub step: f64,
    /// The least and greatest value a number may take.
    pub range: (f64, f64),
    /// Whether it differs from what the log says.
    pub changed: bool,
}

/// Cursor and half-typed number of the form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// Field under the cursor.
    pub field: usize,
    /// Choice under the cursor, in that field.
    pub choice: usize,
    /// The number being typed.
    pub typing: Option<String>,
    /// First agent row of the result that is shown.
    pub top: usize,
}

impl Form {
    /// The fields for the scenario on the screen, in order. Empty until credit is known.
    pub fn fields(open: &OpenEpisode) -> Vec<Field> {
        let Some(scenario) = current(open) else { return Vec::new() };
        let mut fields = vec![method_field(open, &scenario)];
        fields.extend(baseline_field(open, &scenario));
        fields.push(players_field(open, &scenario));
        fields.push(reward_field(open, &scenario));
        fields.push(discount_field(open, &scenario));
        fields.extend(open.act.and_then(|act| action_field(open, &scenario, act)));
        fields.extend(param_fields(open, &scenario));
        fields
    }
}

/// The scenario on the screen with its method filled in.
pub(crate) fn current(open: &OpenEpisode) -> Option<Scenario> {
    if open.forks.is_logged() {
        open.logged.as_ref().map(|it| it.scenario.clone())
    } else {
        Some(open.forks.scenario().clone())
    }
}

fn blocked(open: &OpenEpisode, method: &str, baseline: Option<&str>) -> Option<String> {
    let sweep = open.sweep()?;
    let mut reason = None;
    for row in &sweep.rows {
        let same_baseline = baseline.is_none() || row.scenario.baseline.as_deref() == baseline;
        if row.scenario.method != method || !same_baseline {
            continue;
        }
        match &row.result {
            Ok(_) => return None,
            Err(why) => reason.get_or_insert_with(|| why.missing.clone()),
        };
    }
    reason
}

fn method_field(open: &OpenEpisode, scenario: &Scenario) -> Field {
    let choices = credit::methods()
        .iter()
        .map(|method| Choice {
            label: method.name.to_owned(),
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
    let logged = open.logged.as_ref().map(|it| it.scenario.method.clone());
    choice_field(FieldKind::Method, "method", choices, logged.as_ref() != Some(&scenario.method))
}

fn first_available_baseline(open: &OpenEpisode, method: &credit::Method) -> Option<String> {
    let available = method.baselines.iter().find(|it| blocked(open, method.name, Some(it.name)).is_none());
    available.or(method.baselines.first()).map(|it| it.name.to_owned())
}

fn baseline_field(open: &OpenEpisode, scenario: &Scenario) -> Option<Field> {
    let method = credit::method(&scenario.method).filter(|it| !it.baselines.is_empty())?;
    let current = scenario.baseline.as_deref().unwrap_or(method.baselines[0].name);
    let choices = method
        .baselines
        .iter()
        .map(|baseline| Choice {
            label: baseline.name.to_owned(),
            selected: baseline.name == current,
            blocked: blocked(open, method.name, Some(baseline.name)),
            scenario: Scenario { baseline: Some(baseline.name.to_owned()), ..scenario.clone() },
        })
        .collect();
    let logged = open.logged.as_ref().map(|it| &it.scenario);
    let changed = logged.is_some_and(|it| it.method == scenario.method && it.baseline != scenario.baseline);
    Some(choice_field(FieldKind::Baseline, "baseline", choices, changed))
}

fn players_field(open: &OpenEpisode, scenario: &Scenario) -> Field {
    let players = open.episode.agents.len() - scenario.dropped.len();
    let choices = open.episode.agent_ids().map(|agent| {
        let mut dropped = scenario.dropped.clone();
        let plays = !dropped.remove(&agent);
        if plays {
            dropped.insert(agent);
        }
        Choice {
            label: open.episode.agent(agent).name.clone(),
            selected: plays,
            blocked: (plays && players == 1).then(|| "somebody has to play".to_owned()),
            scenario: Scenario { dropped, ..scenario.clone() },
        }
    });
    choice_field(FieldKind::Players, "players", choices.collect(), !scenario.dropped.is_empty())
}

fn choice_field(kind: FieldKind, title: &str, choices: Vec<Choice>, changed: bool) -> Field {
    Field { kind, title: title.to_owned(), choices, number: None, step: 0.0, range: (0.0, 0.0), changed }
}

fn reward_field(open: &OpenEpisode, scenario: &Scenario) -> Field {
    let logged = open.episode.reward().map(|it| it.value);
    let value = scenario.reward.map(Number::get).or(logged).unwrap_or(0.0);
    Field {
        kind: FieldKind::Reward,
        title: "reward".to_owned(),
        choices: Vec::new(),
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
                selected: match current {
                    None => alternative.taken,
                    Some(it) => *it == substitute || default,
                },
                blocked: alternative.q.mean.is_none().then(|| "its value was not logged".to_owned()),
                scenario: Scenario { substitutes, ..scenario.clone() },
            }
        })
        .collect();
    let title = open.episode.act(act).id.clone();
    Some(choice_field(FieldKind::Action(act), &title, choices, current.is_some()))
}

fn param_fields(open: &OpenEpisode, scenario: &Scenario) -> impl Iterator<Item = Field> {
    let params = credit::method(&scenario.method).map_or(&[][..], |it| it.params);
    // Bounds of coalitions that are not logged have no say where all of them are.
    let complete = open.episode.coalitions.iter().all(|it| it.values.len() == 1 << it.players.len().min(31));
    let baseline = scenario.baseline.clone();
    let idle = move |name: &str| match name {
        "lo" | "hi" => complete,
        "tau" => baseline.as_deref().is_some_and(|it| it != "tempered"),
        "k" => baseline.as_deref() != Some("constant"),
        _ => false,
    };
    params.iter().filter(move |it| !idle(it.name)).map(|param| {
        let set = scenario.params.get(param.name).map(|it| it.get());
        Field {
            kind: FieldKind::Param(param.name),
            title: param.name.to_owned(),
            choices: Vec::new(),
            number: Some((set.or(param.default).unwrap_or(0.0), param.default)),
            step: param.step,
            range: (param.min, param.max),
            changed: set.is_some(),
        }
    })
}

/// The scenario after setting the number of `field` to `value`; setting it to what the log or the method
/// gives takes the edit back.
pub(crate) fn with_number(scenario: &Scenario, field: &Field, value: f64) -> Scenario {
    let value = value.clamp(field.range.0, field.range.1);
    let given = field.number.and_then(|it| it.1);
    let set = (Some(value) != given).then(|| Number::new(value));
    let mut next = scenario.clone();
    match field.kind {
        FieldKind::Reward => next.reward = set,
        FieldKind::Discount => next.discount = (value != 1.0).then(|| Number::new(value)),
        FieldKind::Param(name) => {
            match set {
                Some(number) => next.params.insert(name.to_owned(), number),
                None => next.params.remove(name),
            };
        }
        FieldKind::Method | FieldKind::Baseline | FieldKind::Players | FieldKind::Action(_) => {}
    }
    next
}
