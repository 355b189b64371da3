//! The state of the program.

use super::{
    episode_list::EpisodeList,
    export::Export,
    filters::FilterState,
    headlines::Headlines,
    open::OpenEpisode,
    palette::Palette,
    prompt::Prompt,
    request::RequestId,
    screen::{Overlay, Screen, Size, View},
    search::SearchState,
    slot::Slot,
    theme::ThemeChoice,
    view::{CompareState, FilmState, GroupsState, RulesState},
};
use crate::{
    graph::Charset,
    model::{ActId, EpisodeId, LogSummary, Note},
    text::count,
};

/// The whole state.
#[derive(Clone, Debug)]
pub struct Model {
    /// Columns and rows of the terminal.
    pub size: Size,
    /// Glyphs the terminal can show.
    pub charset: Charset,
    /// The logs, as shown.
    pub log: LogSummary,
    /// The logs as they are, while the screen is held.
    pub held: Option<LogSummary>,
    /// What fills the screen.
    pub screen: Screen,
    /// The view of the episode.
    pub view: View,
    /// The pane over it.
    pub overlay: Option<Overlay>,
    /// First row of the overlay.
    pub overlay_top: usize,
    /// The last row that may be the first one shown, as the last frame reported
    /// ([`Message::Drawn`](super::Message::Drawn)).
    pub overlay_reach: usize,
    /// Row of the episode list.
    pub row: usize,
    /// Which episodes are listed, and how.
    pub list: EpisodeList,
    /// The verdicts in the list.
    pub headlines: Headlines,
    /// The episode on the screen.
    pub open: Option<OpenEpisode>,
    /// The episode asked for.
    pub opening: Option<EpisodeId>,
    /// The act of that to go to.
    pub opening_at: Option<ActId>,
    /// The run as a film, which may stand in place of the list.
    pub film: FilmState,
    /// The groups of the run, which may stand there too.
    pub groups: GroupsState,
    /// The rules of the run.
    pub rules: RulesState,
    /// Which two episodes are compared.
    pub compare: CompareState,
    /// The episode to open as soon as the log shows it, by name.
    pub wanted: Option<String>,
    /// Whether the newest episode of a growing log is shown as soon as it begins.
    pub follows_newest: bool,
    /// The line that is being typed.
    pub prompt: Option<Prompt>,
    /// The note that is being typed.
    pub noting: Option<Note>,
    /// The export that waits for a yes, as its file is there.
    pub exporting: Option<Box<Export>>,
    /// Who notes: the user, or who was named last.
    pub user: String,
    /// What the palette offers, while it is open.
    pub palette: Palette,
    /// The colours chosen.
    pub theme: ThemeChoice,
    /// What is searched for.
    pub search: SearchState,
    /// What is listed.
    pub filters: FilterState,
    /// Whether the last key was to quit and what-ifs would be lost: the next one quits.
    pub quit_asked: bool,
    /// Something to say in the footer.
    pub notice: Option<String>,
    /// The method to begin with, where a log supports it; `None`: the best that it supports.
    pub preferred: Option<String>,
    /// `method/baseline` of the credit of the episode opened last; `None` if none was.
    pub credited_by: Option<String>,
    /// What the log was opened as, for the equivalent command line.
    pub arguments: Vec<String>,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// Whether the terminal gets lines of text and no screen.
    pub plain: bool,
    /// Number before a motion.
    pub count: Option<usize>,
    /// The request for the arithmetic of a number that is under way.
    pub explaining: Slot<()>,
    /// The number of the last request.
    pub request: RequestId,
    /// Whether what nobody looks at yet is computed ahead.
    pub works_ahead: bool,
    /// One line about terminal and colours, for the help.
    pub terminal: String,
}

impl Model {
    /// The state before anything has been read.
    pub fn new(arguments: Vec<String>, charset: Charset) -> Self {
        Self {
            size: Size { columns: 80, rows: 24 },
            charset,
            log: LogSummary::default(),
            held: None,
            screen: Screen::Episodes,
            view: View::CREDIT,
            overlay: None,
            overlay_top: 0,
            overlay_reach: usize::MAX,
            row: 0,
            list: EpisodeList::default(),
            headlines: Headlines::default(),
            open: None,
            opening: None,
            opening_at: None,
            film: FilmState::default(),
            groups: GroupsState::default(),
            rules: RulesState::default(),
            compare: CompareState::default(),
            wanted: None,
            follows_newest: false,
            prompt: None,
            noting: None,
            exporting: None,
            user: String::new(),
            palette: Palette::default(),
            theme: ThemeChoice::default(),
            search: SearchState::default(),
            filters: FilterState::default(),
            quit_asked: false,
            notice: None,
            preferred: None,
            credited_by: None,
            arguments,
            mouse: false,
            plain: false,
            count: None,
            explaining: Slot::default(),
            request: RequestId::default(),
            works_ahead: true,
            terminal: String::new(),
        }
    }

    /// The word that says what the screen shows: SAVED, LIVE, HELD or WHAT-IF; of a growing log also whether the newest episode
    /// is followed, and else how many have begun after the one shown: `LIVE +3 episodes`.
    pub fn state_word(&self) -> String {
        if let Some(held) = &self.held {
            return format!("HELD {} new", held.records.saturating_sub(self.log.records));
        }
        if let Some(open) = self.open.as_ref().filter(|_| self.screen == Screen::Episode)
            && !open.forks.is_logged()
        {
            return format!("WHAT-IF #{}", open.forks.number());
        }
        if !self.log.following {
            return "SAVED".to_owned();
        }
        let shown = self.open.as_ref().filter(|_| self.screen == Screen::Episode);
        let row = shown.and_then(|it| self.log.row(it.id));
        match row.map(|it| self.log.episodes.len() - 1 - it) {
            Some(0) if self.follows_newest => "LIVE newest".to_owned(),
            Some(0) | None => "LIVE".to_owned(),
            Some(later) => format!("LIVE +{}", count(later, "episode")),
        }
    }
}
