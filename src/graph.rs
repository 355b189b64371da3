//! The interaction graph of an episode and its drawings in cells.
//!
//! ```text
//! Episode --build--> InteractionGraph --metrics--> loops, cut agents, critical path, ranks
//!                          |
//!                          +--draw(view, options)--> Drawing (cells with roles)
//! ```
//!
//! A drawing is in cells and names roles, not colours: the terminal layer paints it. Nothing here reads a
//! file, keeps state between calls or depends on hash order, so the same episode always gives the same
//! picture.

mod arcs;
mod build;
mod canvas;
mod critical_path;
mod drawing;
mod edge_label;
mod ego;
mod groups;
mod layers;
mod matrix;
mod metrics;
mod nodes;
mod options;
mod pairs;
mod place;
mod repeated_loop;
mod route;
mod view;
mod weight;

pub use petgraph::Direction;

pub use arcs::arcs;
pub use build::{Interaction, InteractionGraph, Joint, Pair, Participant, build, pairs_along};
pub use canvas::Arms;
pub use critical_path::{CriticalPath, critical_path};
pub use drawing::{Cell, Charset, Drawing, DrawnEdge, Point, Rect, Role, Row};
pub use ego::{ego, ego_focus};
pub use groups::{Group, GroupSource, Groups, groups};
pub use matrix::matrix;
pub use metrics::{Degree, Metrics, metrics};
pub use nodes::nodes;
pub use options::Options;
pub use pairs::pair_graph;
pub use repeated_loop::{RepeatedLoop, repeated_loop};
pub use view::{View, choose, draw};
pub use weight::Weight;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
