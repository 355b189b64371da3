//! What surrounds the acts: the state after an act, metrics along the acts, how the team worked together, what each agent
//! did with its time, when rewards came. docs/CONTEXT.md says what each of them is.

use super::super::{
    Report, Surroundings,
    document::{Block, Column, Section, Table},
    figures::count,
};
use crate::{
    context::{AgentWork, Arrival, By, Context, Figure, History, Moment, Series, short},
    model::{ActId, Reward, signed},
    text::{clean, fit},
};

/// Keys beyond this number are counted; JSON has them all.
const KEYS: usize = 60;
/// Columns of a value of the state.
const VALUE: usize = 60;

/// The sections; none if they were not requested.
pub(super) fn sections(report: &Report<'_>) -> Vec<Section> {
    let Some(Surroundings { context, act }) = report.context else { return Vec::new() };
    let all = [
        state(report, context, *act),
        trace(report),
        telemetry(report, &context.series),
        teamwork(&context.figures),
        work(report, &context.works),
        rewards(report, &context.arrivals),
    ];
    all.into_iter().collect()
}

fn act_name<'a>(report: &'a Report<'_>, act: ActId) -> &'a str {
    report.episode.acts.get(act.index()).map_or("?", |it| it.id.as_str())
}

/// When and by whom a value was set.
fn set_by(report: &Report<'_>, by: By) -> String {
    match by {
        By::Start => "there before the first act".to_owned(),
        By::Act(act) => act_name(report, act).to_owned(),
        By::Order(act) => format!("{} (by its place in the log)", act_name(report, act)),
        By::Seen(act) => format!("found by {}", act_name(report, act)),
    }
}

fn state(report: &Report<'_>, context: &Context, act: Option<ActId>) -> Section {
    let history = &context.history;
    let moment = act.map_or(0, History::after);
    let place = act.map_or("before the first act".to_owned(), |it| format!("after {}", act_name(report, it)));
    let mut section = Section::new(format!("State {place}"));
    if let Some(why) = history.missing() {
        section.text(why);
        return section;
    }
    section.text(format!(
        "{}, {}; {} of acts that say what was before them (pre_state) contradict the records",
        count(history.records as u64, "state record"),
        count(history.keys.len() as u64, "key"),
        history.contradicted()
    ));
    if history.broken > 0 {
        section.text(format!(
            "{} did not fit what was there and changed nothing",
            count(history.broken as u64, "change")
        ));
    }
    let present = history.present(moment);
    let mut table = Table::new(&[
        Column::words("whose"),
        Column::words("key"),
        Column::words("value"),
        Column::words("set by"),
        Column::number("changes"),
    ]);
    for key in present.iter().take(KEYS).map(|it| &history.keys[*it]) {
        let Some(write) = key.at(moment) else { continue };
        table.rows.push(vec![
            key.owner.name(report.episode).to_owned(),
            key.name.clone(),
            write.value.as_deref().map_or("removed".to_owned(), |it| fit(it, VALUE).trim_end().to_owned()),
            set_by(report, write.by),
            (key.writes.len() - 1).to_string(),
        ]);
    }
    section.blocks.push(Block::Table(table));
    if present.len() > KEYS {
        section.text(format!("{} more keys: --format json has them all", present.len() - KEYS));
    }
    disagreements(report, history, moment, &mut section);
    section
}

/// Who holds another value than the one that counts.
fn disagreements(report: &Report<'_>, history: &History, moment: Moment, section: &mut Section) {
    let found = history.disagreements(moment);
    if found.is_empty() {
        let shared = history.subjects.iter().filter(|it| history.is_shared(it, moment)).count();
        section.text(match shared {
            0 => "divergence of knowledge: not computable, no thing of which more than one holds a key"
                .to_owned(),
            n => format!("divergence of knowledge: none, all agree on {}", count(n as u64, "thing")),
        });
    }
    for it in found {
        let value = |key: u32| history.keys[key as usize].value(moment).unwrap_or("nothing").to_owned();
        for holder in &it.holders {
            let owner = history.keys[holder.key as usize].owner.name(report.episode);
            let old = holder.old_since.and_then(|it| it.checked_sub(1)).map(ActId);
            let old =
                old.map_or(String::new(), |it| format!(", an old value since {}", act_name(report, it)));
            section.item(format!(
                "divergence of knowledge: {owner} holds {} for {}, {} is right{old}",
                fit(&value(holder.key), VALUE).trim_end(),
                it.subject.name,
                fit(&value(it.reference), VALUE).trim_end(),
            ));
        }
    }
}

fn trace(report: &Report<'_>) -> Section {
    let episode = report.episode;
    let mut section = Section::new("Trace and span ids");
    let of_acts: Vec<&str> = episode.acts.iter().filter_map(|it| it.trace.as_deref()).collect();
    let trace = episode.trace_id.as_deref().or(of_acts.first().copied());
    section.field("trace id", trace.map_or("no trace id".to_owned(), clean));
    let spans = episode.acts.iter().filter(|it| it.span.is_some()).count();
    section.field("span ids", format!("{spans} of {}", count(episode.acts.len() as u64, "act")));
    let policies: Vec<String> = episode
        .agents
        .iter()
        .filter_map(|it| Some(format!("{} {}", it.name, it.policy.as_deref()?)))
        .collect();
    if !policies.is_empty() {
        section.field("policies", policies.join(", "));
    }
    section
}

fn telemetry(report: &Report<'_>, series: &[Series]) -> Section {
    let mut section = Section::new("Telemetry: numbers of metric records");
    if series.is_empty() {
        section.text("no metric records: log queue depth, latency, tokens, GPU as `metric`");
        return section;
    }
    let mut table = Table::new(&[
        Column::words("metric"),
        Column::words("whose"),
        Column::words("unit"),
        Column::number("values"),
        Column::number("first"),
        Column::number("last"),
        Column::number("least"),
        Column::number("greatest"),
    ]);
    for it in series {
        let end = |point: Option<&(Moment, f64)>| point.map_or(String::new(), |it| short(it.1));
        table.rows.push(vec![
            it.name.clone(),
            it.agent.map_or("all".to_owned(), |it| report.episode.agent(it).name.clone()),
            it.unit.clone().unwrap_or_default(),
            it.points.len().to_string(),
            end(it.points.first()),
            end(it.points.last()),
            short(it.least),
            short(it.most),
        ]);
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    section
}

fn teamwork(figures: &[Figure]) -> Section {
    let mut section = Section::new("Teamwork: computed from the log");
    for it in figures {
        let said = it.log_says().map_or(String::new(), |it| format!("; the log says {it}"));
        let number = it.computed.as_ref().map_or(String::new(), |_| format!(" {} {}", it.value(), it.unit));
        section.item(format!("{}{number}: {}{said}", it.name, it.made_of()));
    }
    section
}

fn work(report: &Report<'_>, works: &[AgentWork]) -> Section {
    let mut section = Section::new("Agents at work");
    let mut table = Table::new(&[
        Column::words("agent"),
        Column::number("actions"),
        Column::number("calls"),
        Column::number("errors"),
        Column::number("sent"),
        Column::number("got"),
        Column::number("busy s"),
        Column::number("wait s"),
        Column::number("tokens"),
        Column::number("cost"),
    ]);
    for it in works {
        let number = |it: Option<f64>| it.map_or("-".to_owned(), short);
        table.rows.push(vec![
            report.episode.agent(it.agent).name.clone(),
            it.actions.to_string(),
            it.calls.to_string(),
            it.errors.to_string(),
            it.sent.to_string(),
            it.received.to_string(),
            number(it.busy),
            number(it.waited),
            it.tokens.map_or("-".to_owned(), |it| it.to_string()),
            number(it.cost),
        ]);
    }
    section.blocks.push(Block::Table(table));
    section
}

fn rewards(report: &Report<'_>, arrivals: &[Arrival]) -> Section {
    let mut section = Section::new("Rewards: who says so, and how long after the act");
    if arrivals.is_empty() {
        section.text("no reward records");
        return section;
    }
    let mut table = Table::new(&[
        Column::number("value"),
        Column::words("whose"),
        Column::words("name"),
        Column::words("source"),
        Column::words("after"),
        Column::number("delay s"),
        Column::words("delay from"),
    ]);
    for it in arrivals {
        let Some(reward) = report.episode.rewards.get(it.reward) else { continue };
        table.rows.push(row(report, it, reward));
    }
    section.blocks.push(Block::Table(table.without_empty_columns()));
    section
}

fn row(report: &Report<'_>, it: &Arrival, reward: &Reward) -> Vec<String> {
    let from = match (it.delay, it.is_logged) {
        (None, _) => "",
        (Some(_), true) => "the log",
        (Some(_), false) => "times",
    };
    vec![
        reward.value.map_or("?".to_owned(), |it| signed(it, 3).trim().to_owned()),
        reward.agent.map_or("team".to_owned(), |it| report.episode.agent(it).name.clone()),
        reward.name.clone().unwrap_or_default(),
        reward.source.clone().unwrap_or_else(|| "an unnamed source".to_owned()),
        it.act.map_or("the start".to_owned(), |it| act_name(report, it).to_owned()),
        it.delay.map_or(String::new(), short),
        from.to_owned(),
    ]
}
