//! Background jobs: whatever takes a look at every act of an episode is computed off the loop.
//!
//! ```text
//! update -> Effect::Work { slot, job } -> a lane (a thread) -> Message::Worked { slot, answer } -> update
//! ```
//!
//! A kind of job is a type in a file of its own that implements [`Work`]. Whoever asks for it implements
//! [`Receive`](super::Receive) for it, which says what to do with the answer. Nothing else knows the kinds:
//! the runtime has lanes for [`Job`]s, and the loop asks a job whether somebody waits for it.

mod advantages;
mod analysis;
mod card;
mod compare;
mod comparison;
mod credit;
mod explain;
mod failure;
mod film;
mod forms;
mod graph;
mod headline;
mod listing;
mod messages;
mod path;
mod rules;
mod sampling;
mod study;

use std::{any::Any, fmt, sync::Arc};

pub use advantages::AdvantagesJob;
pub use analysis::{Analysis, SamplingEnd, SamplingState};
pub use card::{Card, Preview};
pub use compare::{CompareJob, Compared, compare};
pub use comparison::{ComparedCredits, ComparisonJob, before};
pub use credit::{CreditJob, analyse};
pub use explain::ExplainJob;
pub use failure::{FailureAnswer, FailureJob};
pub use film::{FilmJob, PointJob};
pub use forms::FormsJob;
pub use graph::{FlowJob, ShapeJob};
pub use headline::HeadlineJob;
pub use listing::ListingJob;
pub use messages::{MessageRows, MessagesJob};
pub use path::PathJob;
pub use rules::RuleJob;
pub use study::{StudyAnswer, StudyJob, study};

use crate::model::Episode;

/// In an episode with at most this many acts nobody notices a look at every act.
pub const SHORT_EPISODE: usize = 2_000;

/// In a team with at most this many agents nobody notices one look at every agent.
pub const SMALL_TEAM: usize = 500;

/// Whether nobody notices a look at every act of `episode`.
pub(super) fn is_short(episode: &Episode) -> bool {
    episode.acts.len() <= SHORT_EPISODE && episode.agents.len() <= SMALL_TEAM
}

/// The jobs of one lane run one after the other; lanes do not wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Credit: the screen shows little without it.
    Credit,
    /// The graph, and what a key asks of every act.
    Acts,
    /// What takes longer than credit.
    Study,
}

impl Lane {
    /// All lanes.
    pub const ALL: [Lane; 3] = [Lane::Credit, Lane::Acts, Lane::Study];

    /// The name of its thread.
    pub fn name(self) -> &'static str {
        match self {
            Lane::Credit => "credit",
            Lane::Acts => "acts",
            Lane::Study => "study",
        }
    }
}

/// Which of the jobs that wait in a lane runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Before all others: the user is looking at the place where the answer goes.
    First,
    /// In the order in which they were asked for.
    Next,
    /// After all others: it takes long.
    Last,
}

/// A kind of job: its values say what to work out.
pub trait Work: fmt::Debug + PartialEq + Send + Sync + 'static {
    /// What comes of it.
    type Answer: Clone + fmt::Debug + Send + 'static;

    /// Where it is done.
    const LANE: Lane;

    /// When it is done there.
    const TURN: Turn = Turn::Next;

    /// Computes the answer. Pure: equal jobs have equal answers.
    fn run(&self) -> Self::Answer;

    /// Computes the answer on `cores`, or begins it if the answer comes in parts.
    fn start(&self, cores: &dyn Cores) -> Start<Self::Answer> {
        let _ = cores;
        Start::Done(self.run())
    }

    /// Whether it is so quick that the loop does it itself.
    fn is_short(&self) -> bool {
        false
    }

    /// Whether a frame waits a moment for the answer.
    fn is_awaited(&self) -> bool {
        true
    }

    /// Whether nobody needs the answer to `older` once this is asked for.
    fn replaces(&self, older: &Self) -> bool {
        let _ = older;
        true
    }
}

/// Where a job stands after it was started.
pub enum Start<A> {
    /// That is the answer.
    Done(A),
    /// This is known at once; the rest takes long.
    Begun(A, Box<dyn Remainder<A>>),
}

/// The rest of a job whose answer comes in parts.
pub trait Remainder<A>: Send {
    /// Computes the rest, and reports every answer that is better than the one before.
    fn finish(self: Box<Self>, host: &mut dyn Host, tell: &mut dyn FnMut(A));
}

/// Something to be done on a core.
pub type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Cores to work on. They decide when, not what: an answer is the same on any number of them.
pub trait Cores {
    /// How many there are, at least one.
    fn count(&self) -> usize;

    /// Does all tasks, and returns when they are done.
    fn run<'a>(&self, tasks: Vec<Task<'a>>);
}

/// The core that the caller is on.
#[derive(Clone, Copy, Debug)]
pub struct OneCore;

impl Cores for OneCore {
    fn count(&self) -> usize {
        1
    }

    fn run<'a>(&self, tasks: Vec<Task<'a>>) {
        tasks.into_iter().for_each(|task| task());
    }
}

/// Whoever has a [`Remainder`] finished.
pub trait Host {
    /// What to work on.
    fn cores(&self) -> &dyn Cores;

    /// Whether to go on.
    fn order(&self) -> Order;

    /// Whether it is time to report how far it has come. If so, the time until the next report begins.
    fn is_due(&mut self) -> bool;
}

/// What is to become of a job that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It goes on.
    GoOn,
    /// It stops, and what there is is its answer.
    Stop,
    /// Nobody waits for it any more.
    Drop,
}

/// A job of any kind.
#[derive(Clone)]
pub struct Job(Arc<dyn AnyWork>);

impl Job {
    /// The job as one of any kind.
    pub fn new<W: Work>(work: W) -> Self {
        Self(Arc::new(work))
    }

    /// The job, if it is of this kind.
    pub fn get<W: Work>(&self) -> Option<&W> {
        self.0.as_any().downcast_ref()
    }

    /// See [`Work::LANE`].
    pub fn lane(&self) -> Lane {
        self.0.lane()
    }

    /// See [`Work::TURN`].
    pub fn turn(&self) -> Turn {
        self.0.turn()
    }

    /// See [`Work::run`].
    pub fn run(&self) -> Answer {
        self.0.run()
    }

    /// See [`Work::start`].
    pub fn start(&self, cores: &dyn Cores) -> Start<Answer> {
        self.0.start(cores)
    }

    /// See [`Work::is_awaited`].
    pub fn is_awaited(&self) -> bool {
        self.0.is_awaited()
    }

    /// Whether nobody needs the answer to `older` once this is asked for. Only jobs of one kind replace each
    /// other.
    pub fn replaces(&self, older: &Job) -> bool {
        self.0.replaces(older)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other)
    }
}

/// [`Work`] of any kind.
trait AnyWork: fmt::Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn lane(&self) -> Lane;
    fn turn(&self) -> Turn;
    fn run(&self) -> Answer;
    fn start(&self, cores: &dyn Cores) -> Start<Answer>;
    fn is_awaited(&self) -> bool;
    fn replaces(&self, older: &Job) -> bool;
    fn equals(&self, other: &Job) -> bool;
}

impl<W: Work> AnyWork for W {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn lane(&self) -> Lane {
        W::LANE
    }

    fn turn(&self) -> Turn {
        W::TURN
    }

    fn run(&self) -> Answer {
        Answer::new::<W>(Work::run(self))
    }

    fn start(&self, cores: &dyn Cores) -> Start<Answer> {
        match Work::start(self, cores) {
            Start::Done(answer) => Start::Done(Answer::new::<W>(answer)),
            Start::Begun(first, rest) => Start::Begun(Answer::new::<W>(first), Box::new(AnyRest::<W>(rest))),
        }
    }

    fn is_awaited(&self) -> bool {
        Work::is_awaited(self)
    }

    fn replaces(&self, older: &Job) -> bool {
        older.get::<W>().is_some_and(|it| Work::replaces(self, it))
    }

    fn equals(&self, other: &Job) -> bool {
        other.get::<W>() == Some(self)
    }
}

/// The rest of a job of any kind.
struct AnyRest<W: Work>(Box<dyn Remainder<W::Answer>>);

impl<W: Work> Remainder<Answer> for AnyRest<W> {
    fn finish(self: Box<Self>, host: &mut dyn Host, tell: &mut dyn FnMut(Answer)) {
        self.0.finish(host, &mut |it| tell(Answer::new::<W>(it)));
    }
}

/// The answer to a job of any kind.
#[derive(Clone)]
pub struct Answer(Box<dyn AnyAnswer>);

impl Answer {
    /// The answer to a job of kind `W`.
    pub fn new<W: Work>(answer: W::Answer) -> Self {
        Self(Box::new(Of::<W>(answer)))
    }

    /// Whether it answers a job of kind `W`.
    pub fn answers<W: Work>(&self) -> bool {
        self.0.as_any().is::<Of<W>>()
    }

    /// The answer to a job of kind `W`; `None` if it answers another kind.
    pub fn into<W: Work>(self) -> Option<W::Answer> {
        self.0.into_any().downcast::<Of<W>>().ok().map(|it| it.0)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The answer to a job of kind `W`, since two kinds may have answers of one type.
struct Of<W: Work>(W::Answer);

impl<W: Work> fmt::Debug for Of<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

trait AnyAnswer: fmt::Debug + Send {
    fn as_any(&self) -> &dyn Any;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    fn copy(&self) -> Box<dyn AnyAnswer>;
}

impl<W: Work> AnyAnswer for Of<W> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn copy(&self) -> Box<dyn AnyAnswer> {
        Box::new(Self(self.0.clone()))
    }
}

impl Clone for Box<dyn AnyAnswer> {
    fn clone(&self) -> Self {
        (**self).copy()
    }
}
