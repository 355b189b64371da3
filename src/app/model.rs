//! The state of the program.

use std::sync::Arc;

use super::{
    filters::{FilterState, ListedActs},
    message::{Analysis, SamplingEnd, SamplingState},
    methods::MethodsState,
    prompt::Prompt,
    search::{FoundActs, SearchState},
    whatif::{Forks, Form},
};
use crate::{
    credit::{Level, Sweep},
    graph::{self, Charset},
    model::{
        ActId, AgentId, Attribution, Diagnostic, Episode, EpisodeId, Estimate, Explanation, LogSummary,
        Origin, RecordText, Unavailable,
    },
};

/// Columns and rows of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What fills the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The list of episodes.
    Episodes,
    /// One episode, in a view.
    Episode,
}

/// A view of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// 1: credit, acts, detail.
    Credit,
    /// 2: who talked to whom.
    Graph,
    /// 3: acts in time.
    Timeline,
    /// 4: credit by method.
    Methods,
    /// 5: what-if.
    WhatIf,
}

impl View {
    /// All views, in the order of their keys.
    pub const ALL: [View; 5] = [View::Credit, View::Graph, View::Timeline, View::Methods, View::WhatIf];

    /// The name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            View::Credit => "Credit",
            View::Graph => "Graph",
            View::Timeline => "Timeline",
            View::Methods => "Credit by method",
            View::WhatIf => "What-if",
        }
    }

    /// The digit that shows it.
    pub fn digit(self) -> char {
        let index = View::ALL.iter().position(|it| *it == self).expect("ALL holds every view");
        char::from(b'1' + index as u8)
    }
}

/// A pane over the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// Keys.
    Help,
    /// The arithmetic of one number.
    Explain(Box<Result<Explanation, Unavailable>>),
    /// What to know of the method shown.
    Caveats,
    /// One act in full.
    Detail,
    /// All methods and baselines.
    Sweep,
    /// What is wrong with the log.
    Findings,
    /// What a search has found.
    Hits,
    /// The filters of the session.
    Filters,
}

/// The part of the credit view that has the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// Agents.
    Agents,
    /// Acts.
    Acts,
}

/// Which acts the timeline shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// Those with the largest credit, in order of time.
    Top,
    /// The causes and effects of the act to blame.
    BlamePath,
}

/// State of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineState {
    /// Which acts.
    pub scope: Scope,
    /// Whether it plays.
    pub playing: bool,
    /// The first lane shown.
    pub lane: usize,
    /// Lanes, or a strip of steps.
    pub strip: bool,
}

/// State of the graph view.
#[derive(Clone, Debug)]
pub struct GraphState {
    /// Agents and edges.
    pub interaction: graph::InteractionGraph,
    /// What pairs of agents earn together; `None`: the log does not tell.
    pub pairs: Option<graph::InteractionGraph>,
    /// Loops, cut vertices, critical path.
    pub metrics: graph::Metrics,
    /// The drawing chosen by hand; `None`: by size.
    pub view: Option<graph::View>,
    /// What the numbers on edges are.
    pub weight: graph::Weight,
    /// The picture, made anew when anything it shows changes.
    pub drawing: Option<(graph::View, graph::Drawing)>,
    /// The view and the columns and rows it was made for.
    pub drawn_for: Option<(View, (usize, usize))>,
    /// First column and row shown.
    pub scroll: (usize, usize),
    /// The selected edge, as a position among those of the selected agent.
    pub edge: Option<usize>,
}

impl GraphState {
    /// The graph whose edges carry the weight chosen.
    pub fn shown(&self) -> &graph::InteractionGraph {
        if self.weight.is_directed() {
            &self.interaction
        } else {
            self.pairs.as_ref().unwrap_or(&self.interaction)
        }
    }
}

/// State of the detail pane.
#[derive(Clone, Debug, Default)]
pub struct DetailState {
    /// The record last read.
    pub payload: Option<Arc<RecordText>>,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// The record asked for.
    pub pending: Option<Origin>,
    /// First line shown.
    pub top: usize,
    /// First column shown.
    pub left: usize,
    /// Whether long lines are wrapped.
    pub wrap: bool,
    /// The act is where a search led: its first match is to be shown, once its record is there.
    pub seek: bool,
}

/// Whether what is computed from the whole of an episode that grows is up to date: credit, graph, findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settling {
    /// It is, and what comes next is computed at once.
    #[default]
    Settled,
    /// It is, but is not to be computed again before [`Message::Settle`](super::Message::Settle).
    Resting,
    /// Something has come since, and waits for that.
    Behind,
}

/// The episode on the screen.
#[derive(Clone, Debug)]
pub struct OpenEpisode {
    /// Which.
    pub id: EpisodeId,
    /// What the log says.
    pub episode: Arc<Episode>,
    /// Which state of it.
    pub revision: u64,
    /// Whether what is computed from the whole of it is to wait, and for whom.
    pub settling: Settling,
    /// Whether the cursor was put on the agent to blame once.
    pub placed: bool,
    /// Credit as the log supports it.
    pub logged: Option<Arc<Analysis>>,
    /// Credit under the what-if on the screen, if there is one.
    pub edited: Option<Arc<Analysis>>,
    /// Requests under way: for `logged` and for `edited`.
    pub requests: (Option<u64>, Option<u64>),
    /// The request whose values are still being drawn, after its first answer.
    pub drawing: Option<u64>,
    /// What-ifs.
    pub forks: Forks,
    /// The what-if form.
    pub form: Form,
    /// Agent under the cursor.
    pub agent: AgentId,
    /// Act under the cursor.
    pub act: Option<ActId>,
    /// Which pane of the credit view has the cursor.
    pub pane: Pane,
    /// Agents by name instead of by credit.
    pub by_roster: bool,
    /// Acts by time instead of by credit.
    pub acts_by_time: bool,
    /// Credit by method and its variants.
    pub methods: MethodsState,
    /// Timeline.
    pub timeline: TimelineState,
    /// Graph.
    pub graph: GraphState,
    /// Detail.
    pub detail: DetailState,
    /// What is wrong with the episode: found while it was put together, and by the rules of `check`.
    pub findings: Vec<Diagnostic>,
    /// How far down the list of acts to blame `b` has gone; `None` once the cursor was moved otherwise.
    pub blamed: Option<usize>,
    /// What a search has found in it.
    pub found: FoundActs,
    /// What filters leave of its acts.
    pub listed: ListedActs,
}

impl OpenEpisode {
    /// The analysis on the screen: the what-if's, else the log's.
    pub fn analysis(&self) -> Option<&Arc<Analysis>> {
        if self.forks.is_logged() { self.logged.as_ref() } else { self.edited.as_ref() }
    }

    /// How far the values on the screen have come, while they are being drawn.
    pub fn sampling(&self) -> Option<&SamplingState> {
        self.drawing?;
        self.analysis()?.sampling.as_ref().filter(|it| it.end == SamplingEnd::Open)
    }

    /// The credit on the screen.
    pub fn credit(&self) -> Option<&Attribution> {
        self.analysis()?.credit.as_ref().ok()
    }

    /// The sweep on the screen.
    pub fn sweep(&self) -> Option<&Sweep> {
        self.analysis().map(|it| &it.sweep)
    }

    /// Credit of an act, by the best method that knows acts.
    pub fn act_credit(&self, act: ActId) -> Option<&Estimate> {
        self.analysis()?.acts.as_ref()?.act(act)
    }

    /// Agents in the order shown: most blamed first after a failure, else who earned most; those without a
    /// number last.
    pub fn agent_order(&self) -> Vec<AgentId> {
        let mut agents: Vec<AgentId> = self.episode.agent_ids().collect();
        let Some(credit) = self.credit().filter(|_| !self.by_roster) else { return agents };
        let sign = if self.episode.failed() { 1.0 } else { -1.0 };
        let rank = |it: &AgentId| credit.agent(*it).map_or(f64::INFINITY, |it| sign * it.value);
        agents.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.cmp(b)));
        agents
    }

    /// The acts that are listed, in the order of the credit view: largest credit first, the blamed sign before
    /// the other.
    pub fn act_order(&self) -> Vec<ActId> {
        let mut acts: Vec<ActId> = self.episode.act_ids().filter(|it| self.listed.holds(*it)).collect();
        if self.acts_by_time {
            return acts;
        }
        let size = |it: &ActId| self.act_credit(*it).map_or(-1.0, |it| it.value.abs());
        acts.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
        acts
    }

    /// Acts from the one to blame most downwards, only those of the blamed sign, and those that a judge names.
    pub fn culprits(&self) -> Vec<ActId> {
        let sign = if self.episode.failed() { -1.0 } else { 1.0 };
        let signed = |it: &ActId| self.act_credit(*it).map_or(0.0, |it| sign * it.value);
        let largest = self.episode.act_ids().map(|it| signed(&it)).fold(0.0, f64::max);
        // Less is the rounding of a sum, not a loss.
        let least = f64::max(1e-12, 1e-9 * largest);
        let mut acts: Vec<ActId> = self.episode.act_ids().filter(|it| signed(it) > least).collect();
        acts.sort_by(|a, b| signed(b).total_cmp(&signed(a)).then(a.cmp(b)));
        if let Some(first) = self.analysis().and_then(|it| it.verdict.act) {
            acts.retain(|it| *it != first);
            acts.insert(0, first);
        }
        // What a person or a model blames comes second to a measurement, but before the shape of a trace.
        let structural =
            self.analysis().is_none_or(|it| matches!(it.verdict.level, Level::Structural | Level::Nothing));
        let mut judged: Vec<ActId> =
            self.episode.labels.iter().filter(|it| it.blames()).filter_map(|it| it.act).collect();
        let head = acts.first().or(judged.last()).copied().filter(|_| !structural);
        judged.splice(0..0, head);
        judged.append(&mut acts);
        let mut seen = vec![false; self.episode.acts.len()];
        judged.retain(|it| !std::mem::replace(&mut seen[it.index()], true));
        judged
    }

    /// The acts the timeline shows, in order of time: of those that are listed.
    pub fn timeline_acts(&self) -> Vec<ActId> {
        let mut acts = self.acts_in_scope();
        acts.retain(|it| self.listed.holds(*it));
        acts
    }

    fn acts_in_scope(&self) -> Vec<ActId> {
        match self.timeline.scope {
            Scope::All => self.episode.act_ids().collect(),
            Scope::Top => {
                let mut top: Vec<ActId> = self
                    .act_order()
                    .into_iter()
                    .filter(|it| self.act_credit(*it).is_some())
                    .take(20)
                    .collect();
                top.extend(self.act);
                top.sort_unstable();
                top.dedup();
                top
            }
            Scope::BlamePath => self.blame_path(),
        }
    }

    /// The act to blame (or the one under the cursor), all its causes and all its effects, in order of time.
    pub fn blame_path(&self) -> Vec<ActId> {
        let Some(act) = self.analysis().and_then(|it| it.verdict.act).or(self.act) else { return Vec::new() };
        let links = &self.episode.links;
        let mut path = vec![act];
        let mut seen = vec![false; self.episode.acts.len()];
        seen[act.index()] = true;
        for forward in [false, true] {
            let mut todo = vec![act];
            while let Some(at) = todo.pop() {
                let next = if forward { links.children(at) } else { links.parents(at) };
                for link in next {
                    if !std::mem::replace(&mut seen[link.act.index()], true) {
                        path.push(link.act);
                        todo.push(link.act);
                    }
                }
            }
        }
        path.sort_unstable();
        path
    }
}

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
    /// The last row that can be the first: told by the screen, which knows how many lines there are.
    pub overlay_reach: usize,
    /// Row of the episode list.
    pub row: usize,
    /// The episode on the screen.
    pub open: Option<OpenEpisode>,
    /// The episode asked for.
    pub opening: Option<EpisodeId>,
    /// The episode to open as soon as the log shows it, by name.
    pub wanted: Option<String>,
    /// The line that is being typed.
    pub prompt: Option<Prompt>,
    /// What is searched for.
    pub search: SearchState,
    /// What is listed.
    pub filters: FilterState,
    /// Something to say in the footer.
    pub notice: Option<String>,
    /// What the log was opened as, for the equivalent command line.
    pub arguments: Vec<String>,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// Number before a motion.
    pub count: Option<usize>,
    /// The last request number given out.
    pub requests: u64,
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
            view: View::Credit,
            overlay: None,
            overlay_top: 0,
            overlay_reach: usize::MAX,
            row: 0,
            open: None,
            opening: None,
            wanted: None,
            prompt: None,
            search: SearchState::default(),
            filters: FilterState::default(),
            notice: None,
            arguments,
            mouse: false,
            count: None,
            requests: 0,
            terminal: String::new(),
        }
    }

    /// The word that says what the screen shows: SAVED, LIVE, HELD or WHAT-IF.
    pub fn state_word(&self) -> String {
        if let Some(held) = &self.held {
            return format!("HELD {} new", held.records.saturating_sub(self.log.records));
        }
        if let Some(open) = self.open.as_ref().filter(|_| self.screen == Screen::Episode)
            && !open.forks.is_logged()
        {
            return format!("WHAT-IF #{}", open.forks.number());
        }
        if self.log.following { "LIVE".to_owned() } else { "SAVED".to_owned() }
    }
}
