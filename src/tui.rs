//! The terminal: the only module that names ratatui and crossterm.
//!
//! `input` turns terminal events into messages; `run` is the loop that applies them and paints; `view` reads
//! the model and fills a buffer; `plain` writes it as lines
//! of text instead; `terminal` takes the terminal and gives it back; `supervisor` gives it back when the
//! program no longer can.

pub mod clipboard;
pub mod input;
pub mod paint;
pub mod picture;
pub mod plain;
mod plot;
pub mod run;
mod scroll;
pub mod supervisor;
pub mod terminal;
pub mod theme;
pub mod view;
pub mod wire;
