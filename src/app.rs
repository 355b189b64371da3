//! The program without a terminal: a model, messages that change it, effects it asks for.
//!
//! [`update()`] is pure: no clock, no IO, no thread, no randomness. Time, file contents and results of long
//! computations arrive as [`Message`]s; whatever needs the outside world leaves as an [`Effect`].

pub mod action;
mod agents;
pub mod command_line;
mod context;
mod drawing;
pub mod episode_list;
pub mod export;
pub mod filters;
pub mod glossary;
mod headlines;
mod index;
mod job;
pub mod key;
pub mod layout;
pub mod listing;
mod lists;
mod message;
mod model;
mod open;
pub mod palette;
pub mod pointer;
pub mod prompt;
mod request;
mod rest;
mod screen;
pub mod search;
pub mod sentences;
mod shape;
mod slot;
pub mod so_far;
mod story;
pub mod sweep;
#[cfg(test)]
pub(crate) mod tests;
mod theme;
mod update;
mod view;
pub mod whatif;

pub use action::Action;
pub use agents::{AgentRanking, AgentRows, Extent};
pub use drawing::edges_of;
pub use headlines::Headlines;
pub use index::{ActRanking, EpisodeIndex, ReadEpisode};
pub use job::{
    Analysis, Answer, Card, Compared, Cores, CreditJob, ExplainJob, FlowJob, Host, Job, Lane, MessageRows,
    OneCore, Order, Preview, Remainder, SamplingEnd, SamplingState, ShapeJob, Start, StudyJob, Task, Turn,
    Work, analyse, before, compare, study,
};
pub use key::{Key, KeyCode};
pub use lists::ActRows;
pub use message::{Drawn, Effect, FilterNews, Message, Receive, RowActs, SearchNews, SlotRef};
pub use model::Model;
pub use open::{Figures, OpenEpisode, Settling};
pub use request::RequestId;
pub use rest::Rest;
pub use screen::{ActOrder, Overlay, Pane, Scope, Screen, Size, View};
pub use shape::Shape;
pub use slot::Slot;
pub use theme::ThemeChoice;
pub use update::{keymap, update, views};
pub use view::rules;
pub use view::{
    CompareLine, ComparePane, CompareState, CreditVariant, DetailState, DrawingKey, FilmState, GraphState,
    KeptDrawing, MethodsState, MethodsVariant, Playing, StateView, TimelineState,
};
