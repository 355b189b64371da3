//! What the palette offers, the most useful first. Acts and episodes are many, so they are offered only once something is
//! typed, and only so many of them.

use crate::{
    app::{
        action::{Action, bindings},
        export, glossary,
        key::Key,
        model::Model,
        open::{Figures, OpenEpisode},
        palette::{Command, Entry, Offer},
        sentences,
        theme::ThemeChoice,
        update::views::VIEWS,
    },
    filter::Filter,
    model::{ActId, AgentId, EpisodeSummary, signed, unsigned},
    text,
};

/// So many acts of an episode are offered.
const MOST_ACTS: usize = 20_000;
/// So many episodes of a log are offered.
const MOST_EPISODES: usize = 20_000;
/// So many agents are offered.
const MOST_AGENTS: usize = 5_000;
/// So many of them before anything is typed.
const FEW_AGENTS: usize = 6;
/// So many acts to blame are offered before anything is typed.
const BLAMED: usize = 3;

/// The entries, and how many of them, at the beginning, are what was typed in full.
pub(super) fn offered(model: &Model, offer: Offer, typed: &str) -> (Vec<Entry>, usize) {
    let mut entries = match offer {
        Offer::All => in_full(model, typed),
        Offer::Help => Vec::new(),
    };
    let first = entries.len();
    if offer == Offer::Help {
        entries.extend(actions());
        entries.extend(words());
        return (entries, first);
    }
    if let Some(open) = &model.open {
        let blamed = open.culprits();
        entries.extend(blamed.iter().take(BLAMED).map(|it| of_act(open, *it)));
        let agents = if typed.is_empty() { FEW_AGENTS } else { MOST_AGENTS };
        entries.extend(open.agent_order().shown(0, agents).flat_map(|it| of_agent(open, it)));
    }
    entries.extend(actions());
    if let Some(open) = &model.open {
        entries.extend(methods(open));
    }
    entries.extend(ThemeChoice::ALL.into_iter().map(theme));
    if typed.is_empty() {
        return (entries, first);
    }
    if let Some(open) = &model.open {
        let blamed: Vec<ActId> = open.culprits().iter().take(BLAMED).copied().collect();
        let others = open.episode.act_ids().take(MOST_ACTS).filter(|it| !blamed.contains(it));
        entries.extend(others.map(|it| of_act(open, it)));
    }
    let episodes = model.log.episodes.iter().take(MOST_EPISODES).enumerate();
    entries.extend(episodes.map(|(at, it)| of_episode(at, it)));
    entries.extend(words());
    (entries, first)
}

/// What the typed line asks for by itself: the number of an act, or a word with what it is about.
fn in_full(model: &Model, typed: &str) -> Vec<Entry> {
    let (word, rest) = typed.split_once(' ').map_or((typed, ""), |(word, rest)| (word, rest.trim()));
    let goes = if ["goto", "go"].contains(&word) { rest } else { typed };
    let mut entries = Vec::new();
    if let Some(open) = &model.open {
        let by_name = open.episode.act_ids().find(|it| *open.episode.act(*it).id == *goes);
        let acts = open.episode.acts.len();
        let by_number = || goes.parse::<usize>().ok().filter(|it| (1..=acts).contains(it));
        entries.extend(by_name.map(|it| of_act(open, it)));
        let number = by_number().map(|it| (it, ActId::from_index(it - 1)));
        entries.extend(number.map(|(number, act)| Entry {
            text: format!("go to act {number} of {acts}"),
            ..of_act(open, act)
        }));
    }
    if rest.is_empty() {
        return entries;
    }
    let free = |command, kind, about: String, action: Action| Entry {
        command,
        text: typed.to_owned(),
        kind,
        about,
        keys: action.key(),
    };
    entries.extend(match word {
        "filter" => {
            let about = "lists only what passes".to_owned();
            Some(free(Command::Filter(rest.to_owned()), "filter", about, Action::Filter))
        }
        "search" | "find" => {
            let about = "searches headers and payloads by this regular expression".to_owned();
            Some(free(Command::Search(rest.to_owned()), "search", about, Action::Search))
        }
        "export" => {
            let path = export_path(rest);
            let about = match export::ending(&path) {
                Ok(_) => format!("writes {path}"),
                Err(why) => why,
            };
            Some(free(Command::Export(path), "file", about, Action::Export))
        }
        _ => None,
    });
    entries
}

/// `svg name` is `name.svg`, and so is `name.svg` itself.
fn export_path(rest: &str) -> String {
    match rest.split_once(' ') {
        Some((ending, name)) if export::ENDINGS.iter().any(|it| it.name == ending) => {
            let (name, ending) = (name.trim(), format!(".{ending}"));
            if name.ends_with(&ending) { name.to_owned() } else { format!("{name}{ending}") }
        }
        _ => rest.to_owned(),
    }
}

/// What the keys do: views first.
fn actions() -> impl Iterator<Item = Entry> {
    let views = VIEWS.iter().map(|it| {
        let action = Action::Show(it.view);
        Entry {
            command: Command::Press(Key::char(it.view.digit())),
            text: format!("view {}: {}", it.view.digit(), it.help),
            kind: "view",
            about: String::new(),
            keys: action.key(),
        }
    });
    let others = bindings().iter().filter(|it| it.action != Action::Command);
    views.chain(others.map(|it| Entry {
        command: Command::Press(it.keys[0]),
        text: match it.help.strip_prefix(&it.action.words()) {
            Some(_) => it.help.to_owned(),
            None => format!("{}: {}", it.action.words(), it.help),
        },
        kind: "key",
        about: String::new(),
        keys: it.keys.iter().map(|it| it.name()).collect::<Vec<_>>().join(" "),
    }))
}

fn of_act(open: &OpenEpisode, act: ActId) -> Entry {
    let it = open.episode.act(act);
    let credit = sentences::act_figure(open, act, 3);
    let what = if open.figures() == Figures::Suspicion { "P by the text" } else { "credit" };
    let credit = (!credit.is_empty()).then(|| format!("{what} {credit}"));
    let error = it.error_words().map(|it| format!("error {it}"));
    let result = (!it.result.is_empty()).then(|| format!("result {}", it.result));
    let about: Vec<String> = [credit, error, result].into_iter().flatten().collect();
    Entry {
        command: Command::Act(act),
        text: text::clean(&format!("go to {} {} {}", it.id, open.episode.agent(it.agent).name, it.label)),
        kind: "act",
        about: text::clean(&about.join(", ")),
        keys: String::new(),
    }
}

fn of_agent(open: &OpenEpisode, agent: AgentId) -> Vec<Entry> {
    let name = text::clean(&open.episode.agent(agent).name);
    let acts = text::count(open.index.acts_of(agent).len(), "act");
    let credit = open.credit().and_then(|it| it.agent(agent));
    let credit = credit.map(|it| format!("credit {}", signed(it.value, 3).trim_start()));
    let about = [credit.clone(), Some(acts.clone())].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let entry = |command, text: String, kind, about, keys: String| Entry { command, text, kind, about, keys };
    let mut entries = vec![
        entry(Command::Agent(agent), format!("go to agent {name}"), "agent", about, String::new()),
        entry(
            Command::Explain(agent),
            format!("explain {name}"),
            "why",
            credit.map_or("the arithmetic of its credit".to_owned(), |it| format!("the arithmetic of {it}")),
            Action::Explain.key(),
        ),
    ];
    let filter = format!("agent={name}");
    // A name that the language of filters reads otherwise is not offered.
    if Filter::parse(&filter).is_ok() {
        let (text, about) = (format!("filter {filter}"), format!("lists {acts}"));
        entries.push(entry(Command::Filter(filter), text, "filter", about, Action::Filter.key()));
    }
    entries
}

/// Every row of the sweep, those that the log supports first.
fn methods(open: &OpenEpisode) -> Vec<Entry> {
    let Some(sweep) = open.sweep() else { return Vec::new() };
    let (have, lack): (Vec<_>, Vec<_>) = sweep.rows.iter().partition(|it| it.result.is_ok());
    let rows = have.into_iter().chain(lack);
    rows.map(|row| Entry {
        command: Command::Method(Box::new(row.scenario.clone())),
        text: format!("method {}", row.name()),
        kind: "method",
        about: match &row.result {
            Ok(_) if row.blamed.is_empty() => "names nobody".to_owned(),
            Ok(_) => {
                let names: Vec<String> =
                    row.blamed.iter().map(|it| text::clean(&open.episode.agent(*it).name)).collect();
                format!("names {}", names.join(" = "))
            }
            Err(why) => format!("cannot: {}", text::clean(&why.missing)),
        },
        keys: Action::Sweep.key(),
    })
    .collect()
}

fn theme(choice: ThemeChoice) -> Entry {
    Entry {
        command: Command::Theme(choice),
        text: format!("theme {}", choice.word()),
        kind: "colours",
        about: choice.about().to_owned(),
        keys: Action::Theme.key(),
    }
}

fn of_episode(at: usize, row: &EpisodeSummary) -> Entry {
    let mut about = vec![row.outcome_word().to_owned()];
    about.extend(row.reward.map(|it| format!("R {}", unsigned(it, 2))));
    about.push(text::count(row.acts, "act"));
    Entry {
        command: Command::Episode(at),
        text: text::clean(&format!("open episode {}", row.name)),
        kind: "episode",
        about: about.join(", "),
        keys: String::new(),
    }
}

/// Every form of every word of the glossary.
fn words() -> impl Iterator<Item = Entry> {
    let keys = format!("{} {}", Action::Help.key(), glossary::OPEN.name());
    let forms = glossary::ENTRIES.iter().flat_map(|it| it.forms().map(move |form| (form, it)));
    forms.map(move |(form, it)| Entry {
        command: Command::Words(form.to_owned()),
        text: format!("word {form}"),
        kind: "word",
        about: it.meaning.clone(),
        keys: keys.clone(),
    })
}
