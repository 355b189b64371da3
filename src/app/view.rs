//! What each view of an episode remembers: what is chosen in it, and what it shows beside the credit.

mod compare;
mod credit;
mod detail;
mod drawing;
mod film;
mod forks;
mod graph;
mod groups;
mod methods;
pub mod rules;
mod state;
mod timeline;
mod whatif;

pub use compare::{CompareLine, ComparePane, CompareState};
pub use credit::CreditVariant;
pub use detail::DetailState;
pub use drawing::{DrawingKey, KeptDrawing};
pub use film::FilmState;
pub use forks::Forks;
pub use graph::GraphState;
pub use groups::GroupsState;
pub use methods::{MethodsState, MethodsVariant};
pub use rules::RulesState;
pub use state::StateView;
pub use timeline::{Playing, TimelineState};
pub use whatif::Form;
