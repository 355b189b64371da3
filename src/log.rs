//! One line of the native log: how it is indexed, parsed and written, and its schema.
//!
//! A log is JSON Lines, one object per line; [`RecordType`] names the ten kinds of record. Three readers
//! share a line:
//!
//! ```text
//! line ──> scan_header ──> Header     borrowed type, episode, id, agents, value, status; no payload parsed
//!   ├────> is_sound ─────> bool       true: parse_line would report nothing; costs one walk over the line
//!   └────> parse_line ───> Parsed     every record on the line in full, and what is wrong with it
//!                           └──> action_label: a payload as one display-safe line
//! Record ──> write ──> line           what importers use
//! ```
//!
//! Reading never fails: [`parse_line`] returns what it understood and a list of [`Problem`]s. What
//! [`scan_header`] says of a line, [`parse_line`] says too. Of an odd line the scan returns `None`, and its
//! caller parses the line in full. Nothing here does IO, knows a file, or joins records to episodes.

mod act;
mod agree;
mod coalitions;
mod credit;
mod episode;
mod fields;
mod header;
pub(crate) mod json;
mod label;
mod parse;
mod payload;
mod problem;
mod read;
mod record;
mod repair;
mod schema;
mod sound;
mod spans;
mod template;
#[cfg(test)]
mod tests;
mod time;
mod write;

pub use act::{Action, Message, Policy, State, Usage};
pub use agree::agree;
pub use coalitions::{Coalition, CoalitionView, Coalitions, OwnReward};
pub use credit::{Candidate, Counterfactual, Credit, CreditItem, Metric, Reward};
pub use episode::{Edge, EpisodeEnd, EpisodeStart, ReplayOf, RosterAgent, Run, Writer};
pub(crate) use fields::{list, object, string};
pub use header::{Header, PlainHeader, Scan, Scanner, scan_header};
pub use label::{action_label, text_label};
pub use parse::{Parsed, parse_line};
pub use payload::Payload;
pub use problem::Problem;
pub use record::{Body, Record, RecordType};
pub(crate) use repair::{raw_offset, repair};
pub use schema::SCHEMA;
pub use sound::is_sound;
pub use time::{timestamp_from_number, timestamp_from_text};
pub use write::write;
