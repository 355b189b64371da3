//! The command line that computes what is on the screen, and the way back from it to a scenario.

use crate::{
    credit,
    model::{ActId, Episode, Number, Scenario, Substitute, Whose},
};

/// The options that `creditscope report` takes for a scenario, as typed by a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScenarioOptions {
    /// `--method NAME`.
    pub method: Option<String>,
    /// The method to take without one, where the log supports it.
    pub preferred: Option<String>,
    /// `--baseline NAME`.
    pub baseline: Option<String>,
    /// `--reward-of WHOSE`.
    pub reward_of: Option<String>,
    /// `--drop AGENT`, repeated.
    pub drop: Vec<String>,
    /// `--reward R`.
    pub reward: Option<f64>,
    /// `--discount G`.
    pub discount: Option<f64>,
    /// `--set ACT=ACTION`, repeated.
    pub set: Vec<String>,
    /// `--window FIRST..LAST`.
    pub window: Option<String>,
    /// `--param NAME=VALUE`, repeated.
    pub param: Vec<String>,
    /// `--seed N`.
    pub seed: Option<u64>,
}

impl ScenarioOptions {
    /// The scenario these options mean for `episode`.
    ///
    /// # Errors
    /// A sentence with the option, the unknown name in it, and the known names.
    pub fn scenario(&self, episode: &Episode) -> Result<Scenario, String> {
        let whose = self.reward_of.as_deref().map(|it| whose(episode, it)).transpose()?;
        let of_whose = Scenario { whose: whose.clone(), ..Scenario::default() };
        let mut scenario = match &self.method {
            Some(name) => known_method(name)?,
            None => {
                let name = self.preferred.as_deref().unwrap_or("");
                credit::preferred_scenario(&credit::rewarded(episode, &of_whose), name).unwrap_or_default()
            }
        };
        scenario.whose = whose;
        if let Some(name) = &self.baseline {
            scenario.baseline = Some(known_baseline(&scenario.method, name)?);
        }
        for name in &self.drop {
            let agent = episode.agents.iter().position(|it| it.name == *name).ok_or_else(|| {
                let names: Vec<&str> = episode.agents.iter().map(|it| it.name.as_str()).collect();
                format!("--drop: no agent '{name}' in this episode; it has {}", names.join(", "))
            })?;
            scenario.dropped.insert(crate::model::AgentId::from_index(agent));
        }
        scenario.reward = self.reward.map(Number::new);
        scenario.discount = self.discount.map(Number::new);
        for text in &self.set {
            let (act, action) = substitution(episode, text)?;
            let substitute = match action {
                "default" => Substitute::Default,
                label => Substitute::Alternative(label.to_owned()),
            };
            scenario.substitutes.insert(act, substitute);
        }
        if let Some(text) = &self.window {
            scenario.window = window(episode, text)?;
        }
        for text in &self.param {
            let (name, value) = param(&scenario.method, text)?;
            scenario.params.insert(name, value);
        }
        scenario.seed = self.seed.unwrap_or(0);
        Ok(scenario)
    }
}

/// What the logs are called in a heading.
pub fn log_names(arguments: &[String]) -> String {
    let options = arguments.iter().position(|it| it.starts_with("--")).unwrap_or(arguments.len());
    match &arguments[..options] {
        [] => DEMO.to_owned(),
        logs => logs.join(" "),
    }
}

/// The log that is read where none is named: part of the program.
pub const DEMO: &str = "demo:forage-saboteur";

/// The command line that compares two episodes by name. Several logs are named together by their folder only.
pub fn of_diff(arguments: &[String], a: &str, b: &str) -> String {
    let options = arguments.iter().position(|it| it.starts_with("--")).unwrap_or(arguments.len());
    let (logs, options) = arguments.split_at(options);
    let log = logs.first().map_or(DEMO, String::as_str);
    let words = ["creditscope".to_owned(), "diff".to_owned(), format!("{log}#{a}"), format!("{log}#{b}")];
    words.iter().chain(options).map(|it| shell_quoted(it)).collect::<Vec<_>>().join(" ")
}

/// Whose reward `name` means.
fn whose(episode: &Episode, name: &str) -> Result<Whose, String> {
    episode.whose_named(name).ok_or_else(|| {
        let choices: Vec<String> = episode.whose_choices().iter().map(|it| episode.whose_name(it)).collect();
        let offer = match choices.is_empty() {
            true => "no agent of this episode has a reward of its own: there is `team`".to_owned(),
            false => format!("there are {}", choices.join(", ")),
        };
        format!("--reward-of: nobody is called '{name}'; {offer}")
    })
}

/// The act and the action of `ACT=ACTION`. Ids may hold `=` themselves: the longest that fits counts.
fn substitution<'a>(episode: &Episode, text: &'a str) -> Result<(ActId, &'a str), String> {
    let action_of = |id: &str| text.strip_prefix(id)?.strip_prefix('=');
    let fitting = episode.acts.iter().enumerate().filter(|it| action_of(&it.1.id).is_some());
    if let Some((at, act)) = fitting.max_by_key(|it| it.1.id.len()) {
        return Ok((ActId::from_index(at), action_of(&act.id).unwrap_or_default()));
    }
    match text.split_once('=') {
        Some((id, _)) => Err(format!("--set: no act '{id}' in this episode")),
        None => Err(format!("--set: '{text}' is not ACT=ACTION")),
    }
}

/// The acts of `FIRST..LAST`. Without one of them, from the first or to the last act of the episode. Ids may
/// hold dots themselves: any `..` with known acts on both sides will do.
fn window(episode: &Episode, text: &str) -> Result<Option<(ActId, ActId)>, String> {
    let act = |id: &str| episode.acts.iter().position(|it| it.id == id).map(ActId::from_index);
    let end = |id: &str, open: Option<ActId>| if id.is_empty() { open } else { act(id) };
    let (first, last) = (episode.act_ids().next(), episode.act_ids().next_back());
    for (at, _) in text.match_indices("..") {
        let ends = end(&text[..at], first).zip(end(&text[at + 2..], last));
        if let Some((from, to)) = ends {
            if from > to {
                return Err(format!("--window: '{text}' ends before it begins"));
            }
            return Ok(Some((from, to)).filter(|it| Some(*it) != first.zip(last)));
        }
    }
    Err(format!("--window: '{text}' is not FIRST..LAST with acts of this episode"))
}

/// The method called `name` in the table, or by a name that logs and papers use for it: `coma`.
fn known_method(name: &str) -> Result<Scenario, String> {
    if let Some(method) = credit::method(name) {
        return Ok(Scenario::of_method(method.name));
    }
    let plain = name.to_ascii_lowercase().replace('-', "_");
    for method in credit::methods() {
        if let Some((_, baseline)) = method.aliases.iter().find(|it| it.0 == plain) {
            let baseline = baseline.map(str::to_owned);
            return Ok(Scenario { baseline, ..Scenario::of_method(method.name) });
        }
    }
    let names: Vec<&str> = credit::methods().iter().map(|it| it.name).collect();
    Err(format!("--method: no method '{name}'; there are {}", names.join(", ")))
}

fn known_baseline(method: &str, name: &str) -> Result<String, String> {
    let baselines = credit::method(method).map_or(&[][..], |it| it.baselines);
    // The baselines of declared credit are the records of the log; only computing tells which there are.
    if method == "declared" || baselines.iter().any(|it| it.name == name) {
        return Ok(name.to_owned());
    }
    let names: Vec<&str> = baselines.iter().map(|it| it.name).collect();
    let offer =
        if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
    Err(format!("--baseline: no baseline '{name}' for method '{method}'; {offer}"))
}

fn param(method: &str, text: &str) -> Result<(String, Number), String> {
    let wrong = || format!("--param: '{text}' is not NAME=NUMBER");
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    let value: f64 = value.parse().map_err(|_| wrong())?;
    let params = credit::method(method).map_or(&[][..], |it| it.params);
    let Some(param) = params.iter().find(|it| it.name == name) else {
        let names: Vec<&str> = params.iter().map(|it| it.name).collect();
        return Err(format!(
            "--param: method '{method}' has no parameter '{name}'; it has [{}]",
            names.join(", ")
        ));
    };
    if !(param.min..=param.max).contains(&value) {
        return Err(format!("--param: {name} is {} to {}, not {value}", param.min, param.max));
    }
    Ok((name.to_owned(), Number::new(value)))
}

/// The command line that prints what `scenario` computes for `episode` of the logs `arguments`.
pub fn of_scenario(arguments: &[String], episode: &Episode, scenario: &Scenario) -> String {
    let mut words = vec!["creditscope".to_owned(), "report".to_owned()];
    words.extend(arguments.iter().cloned());
    let mut option = |name: &str, value: String| match value.starts_with('-') && name != "--reward" {
        // Or it would be taken for an option.
        true => words.push(format!("{name}={value}")),
        false => words.extend([name.to_owned(), value]),
    };
    option("--episode", episode.name.clone());
    if !scenario.method.is_empty() {
        option("--method", scenario.method.clone());
    }
    if let Some(baseline) = &scenario.baseline {
        option("--baseline", baseline.clone());
    }
    if let Some(whose) = &scenario.whose {
        option("--reward-of", episode.whose_name(whose));
    }
    for agent in &scenario.dropped {
        option("--drop", episode.agent(*agent).name.clone());
    }
    if let Some(reward) = scenario.reward {
        option("--reward", reward.get().to_string());
    }
    if let Some(discount) = scenario.discount {
        option("--discount", discount.get().to_string());
    }
    for (act, substitute) in &scenario.substitutes {
        let action = match substitute {
            Substitute::Default => "default",
            Substitute::Alternative(label) => label,
        };
        option("--set", format!("{}={action}", episode.act(*act).id));
    }
    if let Some((first, last)) = scenario.window {
        option("--window", format!("{}..{}", episode.act(first).id, episode.act(last).id));
    }
    for (name, value) in &scenario.params {
        option("--param", format!("{name}={}", value.get()));
    }
    if scenario.seed != 0 {
        option("--seed", scenario.seed.to_string());
    }
    words.iter().map(|it| shell_quoted(it)).collect::<Vec<_>>().join(" ")
}

/// The command line that writes to `path` what [`of_scenario`] prints, as `format`.
pub(super) fn of_export(
    arguments: &[String],
    (episode, scenario): (&Episode, &Scenario),
    format: &str,
    path: &str,
) -> String {
    let report = of_scenario(arguments, episode, scenario);
    format!("{report} --format {format} > {}", shell_quoted(path))
}

fn shell_quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
