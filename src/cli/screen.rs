//! Opening logs in the terminal.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use anyhow::Context;
use crossbeam_channel::Sender;

use super::{arguments, config::Loaded, headless, last_copy::LastCopy, report};
use crate::{
    app::{Effect, Key, Message, Model, ThemeChoice, rules::RulesState},
    config,
    graph::Charset,
    import,
    runtime::{self, Follow, LogThread, OpenedLogs, Worker},
    source::News,
    store::Pass,
    tui::{
        input,
        run::{self, Setting},
        supervisor,
        terminal::{self, Terminal},
        theme::{Environment, Theme},
    },
};

/// Exit code when the terminal went away or a signal ended the program: 128 and the signal's number.
const HUNG_UP: i32 = 129;

/// Opens the logs in the terminal, or prints the report if there is none.
pub(super) fn run(options: &arguments::Open, loaded: &Loaded) -> anyhow::Result<u8> {
    if !io::stdout().is_terminal() {
        let mut options = arguments::Report::of_logs(options.logs.clone(), options.episode.clone());
        options.scenario.preferred = loaded.preferred();
        return report::run(&options);
    }
    if options.logs.logs.iter().any(|it| it == "-") && io::stdin().is_terminal() {
        anyhow::bail!("'-' reads a log from stdin, which is the terminal: pipe a log into it");
    }
    let environment = Environment::of_process();
    let choice = &loaded.config;
    let charset = if choice.is_on(config::Setting::Ascii) { Charset::Ascii } else { environment.charset() };
    let color = choice.word(config::Setting::Color).parse().map_err(anyhow::Error::msg)?;
    let mode = environment.color_mode(color);
    let theme = Theme::new(mode, charset);
    let (send, messages) = crossbeam_channel::unbounded::<Message>();
    let follow = match choice.word(config::Setting::Follow) {
        "always" | "newest" => Follow::Always,
        "never" => Follow::Never,
        _ => Follow::WhileOpen,
    };
    let news = if choice.is_on(config::Setting::Poll) { News::Polling } else { News::Events };
    let to_loop = send.clone();
    let log = LogThread::start(
        |wake| match follow {
            // What is not there yet is waited for.
            Follow::Always if !options.logs.logs.is_empty() => {
                OpenedLogs::await_them(options.logs.arguments(), Pass::Headers, wake)
            }
            _ => headless::open(options.logs.arguments(), Pass::Headers, wake),
        },
        follow,
        news,
        move |message| {
            let _ = to_loop.send(message);
        },
    )?;
    let to_loop = send.clone();
    let worker = Worker::start(move |message| {
        let _ = to_loop.send(message);
    });
    let mut model = Model::new(options.logs.words(), charset);
    model.wanted.clone_from(&options.episode);
    model.user = user_name();
    model.preferred = loaded.preferred();
    model.follows_newest = choice.word(config::Setting::Follow) == "newest";
    model.theme = ThemeChoice::of_word(choice.word(config::Setting::Theme)).unwrap_or_default();
    model.plain = options.plain;
    model.mouse = choice.is_on(config::Setting::Mouse) && !options.plain;
    model.rules =
        RulesState::of(choice.rules.clone(), loaded.path.as_ref().map(|it| it.display().to_string()));
    model.notice = told(loaded);
    model.terminal = about_terminal(&environment, theme);
    handle_signals(send.clone())?;
    let mut terminal = Terminal::take(import::is_contained).context("cannot take the terminal")?;
    runtime::spawn("hang-up", || {
        terminal::wait_for_hang_up();
        std::process::exit(HUNG_UP);
    });
    if model.mouse {
        terminal.mouse(true).context("cannot capture the mouse")?;
    }
    let to_loop = send.clone();
    runtime::spawn("input", move || input::read_events(|message| to_loop.send(message).is_ok()));
    let mut copies = LastCopy::default();
    let setting = Setting { theme, tmux: environment.tmux, plain: options.plain };
    let code = run::run(&mut terminal, &mut model, &messages, setting, |effect| match effect {
        Effect::Open(id) => log.open(id),
        Effect::Payload(origin) => log.payload(origin),
        Effect::Work { slot, job } => worker.submit(slot, job),
        Effect::StopWork(request) => worker.stop(request),
        Effect::Survey(id) => log.survey(id),
        Effect::Gather(id) => log.gather(id),
        Effect::Groups => log.groups(),
        Effect::Peek(id) => log.peek(id),
        Effect::Xray { id, act } => log.xray(id, act),
        Effect::Context { id, revision } => log.context(id, revision),
        Effect::Annotate(note) => log.annotate(note),
        Effect::Export(export) => {
            let to_loop = send.clone();
            log.export(export, move |message| {
                let _ = to_loop.send(message);
            });
        }
        Effect::Inside { request, a, b } => log.inside(request, a, b),
        Effect::Search { request, pattern } => log.search(request, pattern),
        Effect::StopSearch => log.stop_search(),
        Effect::Filter { request, filters } => log.filter(request, filters),
        Effect::Match { request, episode, patterns } => log.match_records(request, episode, patterns),
        Effect::SaveRules(rules) => {
            let _ = send.send(Message::RulesSaved(loaded.save_rules(&rules)));
        }
        Effect::Keep { text, sent } => {
            let file = copies.keep(&text);
            let _ = send.send(Message::Copied { file, sent });
        }
        // The loop's own.
        Effect::Quit(_)
        | Effect::Copy(_)
        | Effect::Wake(_)
        | Effect::Settle(_)
        | Effect::Rest(_)
        | Effect::Redraw
        | Effect::Bell
        | Effect::Suspend
        | Effect::TakeAgain
        | Effect::Mouse(_)
        | Effect::Point { .. } => {}
    })?;
    drop(terminal);
    Ok(code)
}

/// What of the configuration does not hold, for the line of notices.
fn told(loaded: &Loaded) -> Option<String> {
    let problems = loaded.short_problems();
    let first = problems.first()?;
    Some(match problems.len() {
        1 => first.clone(),
        more => format!("{first} (and {} more: creditscope config)", more - 1),
    })
}

/// Who sits at the terminal, as the environment says.
fn user_name() -> String {
    let of = |name: &str| std::env::var(name).ok().filter(|it| !it.trim().is_empty());
    of("USER").or_else(|| of("LOGNAME")).unwrap_or_default()
}

fn about_terminal(environment: &Environment, theme: Theme) -> String {
    let term = environment.term.as_deref().unwrap_or("unknown");
    let tmux = if environment.tmux { " in tmux" } else { "" };
    let glyphs = if theme.glyphs.ascii { "ASCII" } else { "UTF-8" };
    format!("term {term}{tmux}, colours {:?}, {glyphs}", theme.mode)
}

/// How long giving back the terminal may take; a terminal that does not read keeps us waiting.
const PATIENCE: Duration = Duration::from_millis(500);

/// Gives the terminal back when a signal ends the program and when one suspends it, and takes it again when the program
/// is continued.
fn handle_signals(send: Sender<Message>) -> anyhow::Result<()> {
    use signal_hook::consts::{
        SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
    };
    let handled = [SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2];
    let mut signals = signal_hook::iterator::Signals::new(handled).context("cannot handle signals")?;
    supervisor::tell_by_sigcont();
    runtime::spawn("signals", move || {
        for signal in signals.forever() {
            let message = match signal {
                SIGTSTP => Some(Message::Key(Key::ctrl('z'))),
                SIGCONT if !supervisor::is_gone() => Some(Message::Continued),
                _ => None,
            };
            if let Some(message) = message {
                let _ = send.send(message);
                continue;
            }
            let (restored, wait) = crossbeam_channel::bounded(1);
            runtime::spawn("restore", move || {
                terminal::restore();
                let _ = restored.send(());
            });
            let _ = wait.recv_timeout(PATIENCE);
            // Nobody asked for more by SIGCONT than to end with the supervisor.
            std::process::exit(128 + if signal == SIGCONT { SIGTERM } else { signal });
        }
    });
    Ok(())
}
