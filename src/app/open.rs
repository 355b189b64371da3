//! The episode on the screen: what the log says, what was computed from it, and where the cursors are.

use std::{borrow::Cow, sync::Arc};

use super::{
    agents::{self, AgentRows},
    index::{ActRanking, EpisodeIndex, ReadEpisode, judged},
    job::{Analysis, ComparedCredits, SHORT_EPISODE, SamplingEnd, SamplingState},
    listing::ListedActs,
    lists::{ActLists, ActRows, Around},
    request::RequestId,
    screen::{ActOrder, Pane, Scope},
    search::FoundActs,
    slot::Slot,
    view::{
        CreditVariant, DetailState, Forks, Form, GraphState, MethodsState, MethodsVariant, StateView,
        TimelineState,
    },
};
use crate::{
    credit::{Comparison, Curve, Estimated, MessageTable, OwnStudy, Rung, Study, Sweep},
    model::{ActId, AgentId, Attribution, Diagnostic, Episode, EpisodeId, Estimate, Provenance, Scenario},
    search::Hit,
    suspicion::TextEstimate,
};

/// At most this many acts with credit are shown by the timeline in its short scope.
pub(super) const TOP: usize = 20;

/// What the lists say of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figures {
    /// Its credit.
    Credit,
    /// Its P by the text.
    Suspicion,
    /// Nothing: nothing was measured, and its text tells nothing.
    None,
}

impl Figures {
    /// The heading of a column of them.
    pub fn heading(self) -> &'static str {
        match self {
            Figures::Credit => "credit",
            Figures::Suspicion => "P",
            Figures::None => "",
        }
    }
}

/// Whether what depends on the whole of a growing episode is up to date: credit, graph, findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settling {
    /// It is, and what comes next is computed at once.
    #[default]
    Settled,
    /// It is up to date, but must not be computed again before [`Message::Settle`](super::Message::Settle).
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
    /// Whether what is computed from the whole of it must wait, and for what.
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
    /// What the what-if on the screen changes: credit before and after, agents in the order of their ranks
    /// before; `None` if one of them is not known.
    pub compared: Slot<Option<Box<Comparison>>, ComparedCredits>,
    /// Agent under the cursor.
    pub agent: AgentId,
    /// Act under the cursor.
    pub act: Option<ActId>,
    /// Which pane of the credit view has the cursor.
    pub pane: Pane,
    /// Whether that pane has the whole view.
    pub is_zoomed: bool,
    /// What view 1 shows, if that was chosen.
    pub credit_form: Option<CreditVariant>,
    /// Agents by name instead of by credit.
    pub by_roster: bool,
    /// The order of the acts that was chosen; `None`: the one that tells most.
    pub acts_in: Option<ActOrder>,
    /// Credit by method and its variants.
    pub methods: MethodsState,
    /// Timeline.
    pub timeline: TimelineState,
    /// Graph.
    pub graph: GraphState,
    /// State and telemetry.
    pub state: StateView,
    /// Detail.
    pub detail: DetailState,
    /// How far `b` has gone down the list of acts to blame; `None` once the cursor was moved otherwise.
    pub blamed: Option<usize>,
    /// What a search has found in it.
    pub found: FoundActs,
    /// What filters leave of its acts.
    pub listed: ListedActs,
    /// The blame path around the act under the cursor.
    pub lists: ActLists,
}

impl OpenEpisode {
    /// As it was read; nothing is computed of it yet.
    pub(super) fn new(id: EpisodeId, read: ReadEpisode, revision: u64) -> Self {
        let ReadEpisode { episode, index } = read;
        Self {
            id,
            index,
            revision,
            settling: Settling::default(),
            placed: false,
            logged: Slot::default(),
            edited: Slot::default(),
            forks: Forks::default(),
            form: Form::default(),
            compared: Slot::default(),
            agent: AgentId(0),
            act: episode.act_ids().next(),
            pane: Pane::Agents,
            is_zoomed: false,
            credit_form: None,
            by_roster: false,
            acts_in: None,
            methods: MethodsState::default(),
            timeline: TimelineState::default(),
            graph: GraphState::default(),
            state: StateView::default(),
            detail: DetailState::default(),
            blamed: None,
            found: FoundActs::default(),
            listed: ListedActs::default(),
            lists: ActLists::default(),
            episode,
        }
    }

    /// The analysis on the screen: that of the what-if, or else of the log.
    pub fn analysis(&self) -> Option<&Arc<Analysis>> {
        self.shown().get()
    }

    fn shown(&self) -> &Slot<Arc<Analysis>> {
        if self.forks.is_logged() { &self.logged } else { &self.edited }
    }

    /// Whether it is known to have failed, or the reward that is credited was lost.
    pub fn failed(&self) -> bool {
        self.analysis().map_or(self.index.failed, |it| it.failed)
    }

    /// What agents earned for themselves; `None`: nothing, or it is not known yet.
    pub fn own_study(&self) -> Option<&OwnStudy> {
        self.analysis()?.own.as_deref()?.as_ref().ok()
    }

    /// What view 1 shows: what was chosen, or who cost whom where nobody's reward is credited by itself.
    pub fn credit_variant(&self) -> CreditVariant {
        match (self.own_study(), self.credit_form) {
            (None, _) => CreditVariant::Bars,
            (Some(_), Some(chosen)) => chosen,
            (Some(study), None) if study.by_default.is_none() => CreditVariant::CostsByAct,
            (Some(_), None) => CreditVariant::Bars,
        }
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

    /// How many acts the credit on the screen covers, if later acts are not counted yet; `None` if it is up
    /// to date, or will be before anybody can read that it is not.
    pub fn credit_behind(&self) -> Option<usize> {
        let (seen, acts) = (self.analysis()?.ranking.by_size.len(), self.episode.acts.len());
        let waits = self.settling == Settling::Behind || (seen < acts && acts > SHORT_EPISODE);
        waits.then_some(seen)
    }

    /// The estimate that the verdict on the screen rests on, if it does.
    pub fn suspected(&self) -> Option<&Estimated> {
        self.analysis()?.verdict.suspected()
    }

    /// The estimate from the text, whatever the verdict rests on.
    pub fn estimate(&self) -> Option<&TextEstimate> {
        self.analysis()?.estimate.as_deref()
    }

    /// Whether the log has nothing but the shape of the trace and the word of a judge to go by, and no what-if is on
    /// the screen: bars of such credit would look like an answer.
    pub fn is_bare(&self) -> bool {
        let is_shape = self.credit().is_some_and(|it| it.provenance == Provenance::Structural);
        let names_nobody = self.analysis().is_some_and(|it| it.verdict.ground.rung >= Rung::Judged);
        self.forks.is_logged() && is_shape && names_nobody && self.credit_variant() == CreditVariant::Bars
    }

    /// What stands beside acts.
    pub fn figures(&self) -> Figures {
        match self.is_bare() {
            _ if self.suspected().is_some() => Figures::Suspicion,
            true if self.estimate().is_some() => Figures::Suspicion,
            true => Figures::None,
            false => Figures::Credit,
        }
    }

    /// In which order acts are listed, and which: as chosen, or else the story of a measured failure, time for a bare trace
    /// without an estimate, and size.
    pub fn acts_in(&self) -> ActOrder {
        let has_story = self.has_story();
        match self.acts_in {
            Some(ActOrder::Story) if !has_story => ActOrder::Size,
            Some(order) => order,
            None if has_story && !self.is_bare() => ActOrder::Story,
            None if self.is_bare() && self.suspected().is_none() => ActOrder::Time,
            None => ActOrder::Size,
        }
    }

    /// Whether there is a story to list: an act to blame, and nothing left out by filters.
    fn has_story(&self) -> bool {
        self.ranking().is_some_and(|it| !it.story.is_empty()) && !self.listed.is_filtered()
    }

    /// The order of acts after the present one.
    pub fn next_act_order(&self) -> ActOrder {
        match self.acts_in() {
            ActOrder::Story => ActOrder::Size,
            ActOrder::Size => ActOrder::Time,
            ActOrder::Time if self.has_story() => ActOrder::Story,
            ActOrder::Time => ActOrder::Size,
        }
    }

    /// The story and the act under the cursor, ascending.
    fn story(&self) -> Vec<ActId> {
        let mut story = self.ranking().map_or(Vec::new(), |it| it.story.clone());
        story.retain(|it| it.index() < self.episode.acts.len());
        story.extend(self.act);
        story.sort_unstable();
        story.dedup();
        story
    }

    /// Credit of an act, by the best method that knows acts.
    pub fn act_credit(&self, act: ActId) -> Option<&Estimate> {
        self.analysis()?.acts.as_ref()?.act(act)
    }

    /// The acts to blame, most blamed first: only those with the blamed sign, and those that a judge names.
    pub fn culprits(&self) -> Cow<'_, [ActId]> {
        match self.ranking() {
            Some(ranking) => Cow::Borrowed(&ranking.culprits),
            None => Cow::Owned(judged(&self.episode)),
        }
    }

    /// The act that a hit is, or is about; `None` if it is about no single act, or that is still being
    /// computed.
    pub fn act_of(&self, hit: &Hit) -> Option<ActId> {
        self.graph.shape.get()?.places.act_of(&self.episode, hit)
    }

    /// What is wrong with the episode, as far as it was looked for.
    pub fn findings(&self) -> &[Diagnostic] {
        self.graph.shape.get().map_or(&self.episode.diagnostics, |it| &it.findings)
    }

    /// Agents as the episode has them.
    pub fn roster(&self) -> AgentRows<'_> {
        AgentRows::roster(self.episode.agents.len())
    }

    /// Agents in the order shown: most blamed first after a failure, otherwise who earned most. Those without
    /// a number come last.
    pub fn agent_order(&self) -> AgentRows<'_> {
        if self.is_bare() {
            let suspects = self.analysis().filter(|it| !self.by_roster && it.estimate.is_some());
            return suspects
                .map_or_else(|| self.roster(), |it| it.suspects.rows(false, self.episode.agents.len()));
        }
        let ranking = self.analysis().filter(|it| !self.by_roster && it.credit.is_ok()).map(|it| &*it.agents);
        let count = self.episode.agents.len();
        let is_blame = self.credit().is_some_and(Attribution::is_blame);
        // Of parts of the blame the most blamed has the largest.
        ranking.map_or_else(|| self.roster(), |it| it.rows(self.failed() != is_blame, count))
    }

    /// Agents whose numbers are as long as any. Of a few agents all; of many those with the largest and the
    /// least credit, and those that are shown from row `top` on.
    pub fn longest_agents(&self, top: usize, rows: usize) -> Vec<AgentId> {
        agents::longest(self.agent_order(), self.analysis().map(|it| &*it.agents), (top, rows))
    }

    /// The ranking of acts by the credit on the screen.
    pub fn ranking(&self) -> Option<&Arc<ActRanking>> {
        self.analysis().map(|it| &it.ranking)
    }

    /// The largest credit of an act, without its sign: how many decimals tell acts apart, whatever is listed.
    pub fn largest_act(&self) -> f64 {
        self.ranking().map_or(0.0, |it| it.largest)
    }

    /// The acts that are listed, in the order of the credit view: see [`OpenEpisode::acts_in`].
    pub fn act_order(&self) -> ActRows<'_> {
        match self.acts_in() {
            ActOrder::Story => ActRows::InTime(Cow::Owned(self.story())),
            ActOrder::Size => self.by_size(),
            ActOrder::Time => self.acts_in_time(),
        }
    }

    fn by_size(&self) -> ActRows<'_> {
        let Some(ranking) = self.ranking() else { return self.acts_in_time() };
        match self.listed.listing().map(|it| it.by_size()) {
            None => {
                let more = self.episode.acts.len().saturating_sub(ranking.by_size.len());
                ActRows::BySize { acts: &ranking.by_size, ranking, more }
            }
            // By the credit it was made with, until it is made anew.
            Some(Some((acts, ranking))) => ActRows::BySize { acts, ranking, more: 0 },
            Some(None) => self.acts_in_time(),
        }
    }

    /// The acts that are listed, in order of time.
    fn acts_in_time(&self) -> ActRows<'_> {
        match self.listed.acts() {
            Some(acts) => ActRows::InTime(Cow::Borrowed(acts)),
            None => ActRows::All(self.episode.acts.len()),
        }
    }

    /// The acts the timeline shows, in order of time: of those that are listed.
    pub fn timeline_acts(&self) -> ActRows<'_> {
        match self.timeline.scope {
            Scope::All => self.acts_in_time(),
            Scope::Top => ActRows::InTime(Cow::Owned(self.top_acts())),
            Scope::BlamePath => ActRows::InTime(Cow::Borrowed(self.blame_path())),
        }
    }

    /// Those with the largest credit and the one under the cursor, ascending, as far as they are listed.
    fn top_acts(&self) -> Vec<ActId> {
        let known = self.ranking().map_or(0, |it| it.known);
        // Behind those that have credit come those that have none.
        let with_credit = |it: &ActId| self.act_credit(*it).is_some();
        let mut top: Vec<ActId> = self.by_size().shown(0, TOP.min(known)).filter(with_credit).collect();
        top.extend(self.act.filter(|it| self.listed.holds(*it)));
        top.sort_unstable();
        top.dedup();
        top
    }

    /// The act to blame (or the one under the cursor), all its causes and all its effects, in order of time,
    /// as far as they are listed.
    fn blame_path(&self) -> &[ActId] {
        match (self.ranking().filter(|it| !it.path.is_empty()), self.listed.listing()) {
            (Some(ranking), None) => &ranking.path,
            (Some(_), Some(listing)) => listing.path(),
            (None, _) => self.lists.around.get().map_or(&[], Vec::as_slice),
        }
    }

    /// What the blame path has to be of, where that is the act under the cursor.
    pub(super) fn path_wanted(&self) -> Option<Around> {
        let names_none = self.ranking().is_none_or(|it| it.path.is_empty());
        let act = self.act.filter(|_| self.timeline.scope == Scope::BlamePath && names_none)?;
        Some((act, self.listed.version, self.revision))
    }

    /// Whether the acts that the timeline shows are being computed.
    pub fn is_path_pending(&self) -> bool {
        self.lists.around.is_pending() && self.path_wanted().is_some()
    }

    /// What was computed after the credit on the screen; `None` if it is not there yet.
    pub fn study(&self) -> Option<&Study> {
        let (scenario, _) = self.methods.study.of()?;
        self.methods
            .study
            .get()
            .filter(|_| self.analysis().is_some_and(|it| it.scenario == *scenario))
            .map(|it| &**it)
    }

    /// The curve under the cursor.
    pub fn curve(&self) -> Option<&Curve> {
        self.study()?.curves.get(self.curve_at())
    }

    /// Its place among the curves.
    pub fn curve_at(&self) -> usize {
        let Some(study) = self.study() else { return 0 };
        let flips = || study.curves.iter().position(|it| !it.flips.is_empty()).unwrap_or(0);
        self.methods.curve.map_or_else(flips, |it| it.min(study.curves.len().saturating_sub(1)))
    }

    /// The position in [`Curve::points`] under the cursor.
    pub fn curve_point(&self, curve: &Curve) -> usize {
        let last = curve.points.len().saturating_sub(1);
        let far = |at: usize| (curve.points[at].place - curve.current.1).abs();
        let nearest = || (0..=last).min_by(|a, b| far(*a).total_cmp(&far(*b))).unwrap_or(0);
        self.methods.point.map_or_else(nearest, |it| it.min(last))
    }

    /// The place in [`Sweep::rows`](crate::credit::Sweep::rows) of the column under the cursor.
    pub fn method_column(&self) -> usize {
        let Some(sweep) = self.sweep() else { return 0 };
        let of = |it: &Scenario| (it.method.clone(), it.baseline.clone());
        let current = || {
            let shown = self.analysis().map(|it| of(&it.scenario));
            sweep.rows.iter().position(|it| Some(of(&it.scenario)) == shown).unwrap_or(0)
        };
        self.methods.column.unwrap_or_else(current).min(sweep.rows.len().saturating_sub(1))
    }

    /// The messages and their parts of the credit on the screen.
    pub fn messages(&self) -> Option<&MessageTable> {
        self.study()?.messages.as_ref().ok()
    }

    /// The acts that the rows of the current variant stand for, in their order; none for rows of agents.
    pub fn methods_acts(&self) -> ActRows<'_> {
        match self.methods.variant {
            MethodsVariant::Table | MethodsVariant::Curves => ActRows::All(0),
            MethodsVariant::Failure => ActRows::Table(&self.methods.failure_acts),
            MethodsVariant::Estimate if self.analysis().is_some_and(|it| it.estimate.is_some()) => {
                self.acts_in_time()
            }
            MethodsVariant::Estimate => ActRows::All(0),
            MethodsVariant::Messages => match self.methods.messages.get() {
                Some(rows) if self.study().is_some() => ActRows::Table(&rows.acts),
                _ => ActRows::All(0),
            },
        }
    }
}
