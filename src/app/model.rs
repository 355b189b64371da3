//! The state of the program.

use std::{borrow::Cow, sync::Arc};

use super::{
    drawing::KeptDrawing,
    filters::FilterState,
    index::{ActRanking, EpisodeIndex, judged},
    job::{Analysis, ComparedCredits, RequestId, SHORT_EPISODE, SamplingEnd, SamplingState},
    listing::ListedActs,
    lists::ActLists,
    methods::MethodsState,
    prompt::Prompt,
    search::{FoundActs, SearchState},
    shape::Shape,
    slot::Slot,
    whatif::{Forks, Form},
};
use crate::{
    credit::{Comparison, Sweep},
    graph::{self, Charset},
    model::{
        ActId, AgentId, Attribution, Diagnostic, Episode, EpisodeId, Estimate, Explanation, LogSummary,
        Origin, RecordText, Unavailable,
    },
    search::Hit,
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

    /// Digit and name, as titles begin.
    pub fn heading(self) -> String {
        format!("{} {}", self.digit(), self.title())
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
    /// Agents and edges, and what they say.
    pub shape: Slot<Arc<Shape>>,
    /// The same agents and edges with the credit that crosses them, and of which credit that is.
    pub flow: Slot<Arc<graph::InteractionGraph>, Arc<ActRanking>>,
    /// What pairs of agents earn together; `None`: the log does not tell.
    pub pairs: Option<Arc<graph::InteractionGraph>>,
    /// The drawing chosen by hand; `None`: by size.
    pub view: Option<graph::View>,
    /// What the numbers on edges are.
    pub weight: graph::Weight,
    /// The picture, made anew when anything it shows changes.
    pub drawing: Option<KeptDrawing>,
    /// First column and row shown.
    pub scroll: (usize, usize),
    /// The selected edge, as a position among those of the selected agent.
    pub edge: Option<usize>,
}

impl GraphState {
    /// Who talked to whom; `None`: being worked out.
    pub fn interaction(&self) -> Option<&Arc<graph::InteractionGraph>> {
        let flow = self.flow.get().filter(|_| self.weight == graph::Weight::CreditFlow);
        flow.or(self.shape.get().map(|it| &it.interaction))
    }

    /// The graph whose edges carry the weight chosen; `None`: being worked out.
    pub fn shown(&self) -> Option<&Arc<graph::InteractionGraph>> {
        self.pairs.as_ref().filter(|_| !self.weight.is_directed()).or_else(|| self.interaction())
    }

    /// Whether what is shown is being worked out: the graph, or the credit that crosses its edges.
    pub fn is_pending(&self) -> bool {
        let flow = self.weight == graph::Weight::CreditFlow && self.flow.is_pending();
        self.shape.get().is_none() || flow
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
    /// What is looked up in it.
    pub index: Arc<EpisodeIndex>,
    /// Which state of it.
    pub revision: u64,
    /// Whether what is computed from the whole of it is to wait, and for whom.
    pub settling: Settling,
    /// Whether the cursor was put on the agent to blame once.
    pub placed: bool,
    /// Credit as the log supports it.
    pub logged: Slot<Arc<Analysis>>,
    /// Credit under the what-if on the screen, if there is one.
    pub edited: Slot<Arc<Analysis>>,
    /// What-ifs.
    pub forks: Forks,
    /// The what-if form.
    pub form: Form,
    /// What the what-if on the screen changes: credit before and after, agents in the order of their ranks before;
    /// `None`: one of them is not known.
    pub compared: Slot<Option<Box<Comparison>>, ComparedCredits>,
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
    /// How far down the list of acts to blame `b` has gone; `None` once the cursor was moved otherwise.
    pub blamed: Option<usize>,
    /// What a search has found in it.
    pub found: FoundActs,
    /// What filters leave of its acts.
    pub listed: ListedActs,
    /// The way of the blame around the act under the cursor.
    pub lists: ActLists,
}

impl OpenEpisode {
    /// The analysis on the screen: the what-if's, else the log's.
    pub fn analysis(&self) -> Option<&Arc<Analysis>> {
        self.shown().get()
    }

    fn shown(&self) -> &Slot<Arc<Analysis>> {
        if self.forks.is_logged() { &self.logged } else { &self.edited }
    }

    /// How far the values on the screen have come, while they are being drawn.
    pub fn sampling(&self) -> Option<&SamplingState> {
        self.shown().begun()?;
        self.analysis()?.sampling.as_ref().filter(|it| it.end == SamplingEnd::Open)
    }

    /// The request that they are drawn for, while they are being drawn.
    pub fn sampling_request(&self) -> Option<RequestId> {
        self.sampling()?;
        self.shown().begun()
    }

    /// The credit on the screen.
    pub fn credit(&self) -> Option<&Attribution> {
        self.analysis()?.credit.as_ref().ok()
    }

    /// The sweep on the screen.
    pub fn sweep(&self) -> Option<&Sweep> {
        self.analysis().map(|it| &it.sweep)
    }

    /// How many acts the credit on the screen is of, where more has come since and is not counted yet; `None`: it is up
    /// to date, or will be before one can read that it is not.
    pub fn credit_behind(&self) -> Option<usize> {
        let (seen, acts) = (self.analysis()?.ranking.by_size.len(), self.episode.acts.len());
        let waits = self.settling == Settling::Behind || (seen < acts && acts > SHORT_EPISODE);
        waits.then_some(seen)
    }

    /// Credit of an act, by the best method that knows acts.
    pub fn act_credit(&self, act: ActId) -> Option<&Estimate> {
        self.analysis()?.acts.as_ref()?.act(act)
    }

    /// Acts from the one to blame most downwards, only those of the blamed sign, and those that a judge names.
    pub fn culprits(&self) -> Cow<'_, [ActId]> {
        match self.ranking() {
            Some(ranking) => Cow::Borrowed(&ranking.culprits),
            None => Cow::Owned(judged(&self.episode)),
        }
    }

    /// The act that a hit is, or is about; `None`: it says nothing about one act, or that is being worked out.
    pub fn act_of(&self, hit: &Hit) -> Option<ActId> {
        self.graph.shape.get()?.places.act_of(&self.episode, hit)
    }

    /// What is wrong with the episode, as far as it was looked for.
    pub fn findings(&self) -> &[Diagnostic] {
        self.graph.shape.get().map_or(&self.episode.diagnostics, |it| &it.findings)
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
    /// The last row that can be the first, as the last frame told ([`Message::Drawn`](super::Message::Drawn)).
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
    /// The request for the arithmetic of a number that is under way.
    pub explaining: Slot<()>,
    /// The number of the last request.
    pub request: RequestId,
    /// Whether what nobody looks at yet is worked out ahead.
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
            explaining: Slot::default(),
            request: RequestId::default(),
            works_ahead: true,
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
