//! What the user's configuration file says.
//!
//! ```text
//! text of config.toml ─> Config: a value for every setting, with its origin; keys; maps of formats
//!                    └─> problems, each with its line and column; everything else of the file holds
//! ```
//!
//! Pure: whoever has the file hands in its text. Every setting is a row of [`SETTINGS`]; the default file
//! (`assets/default-config.toml`) and the schema for editors beside it are tested against that table.

mod keys;
mod maps;
mod place;
mod read;
mod rules;
mod settings;
mod show;

#[cfg(test)]
mod tests;

pub use place::Problem;
pub use settings::{Chosen, Origin, SETTINGS, Setting};

use crate::{
    app::{Action, Key, action::Binding, rules::RuleChoice},
    import::RowMap,
};

/// The file that a user starts from: every setting with its default and what it does.
pub const DEFAULT_FILE: &str = include_str!("../assets/default-config.toml");
/// The JSON Schema of the file, for editors.
pub const SCHEMA: &str = include_str!("../assets/config.schema.json");

/// What is in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// One per row of [`SETTINGS`].
    chosen: Vec<Chosen>,
    /// The keys of actions that the file names, and where.
    wishes: Vec<(Action, Vec<Key>, Origin)>,
    /// The table of keys with these in it.
    bindings: Vec<Binding>,
    /// Maps of rows by name, in the order of the file, with their text and where it stands.
    maps: Vec<(String, RowMap, Origin)>,
    /// The rules of runs, in the order of the file.
    pub rules: Vec<RuleChoice>,
    /// What of the file does not hold, in its order.
    pub problems: Vec<Problem>,
}

impl Config {
    /// What a file with this text says.
    pub fn read(text: &str) -> Self {
        read::read(text)
    }

    /// The word of a setting.
    pub fn word(&self, setting: Setting) -> &str {
        &self.chosen[setting as usize].word
    }

    /// Whether a switch is on.
    pub fn is_on(&self, setting: Setting) -> bool {
        self.word(setting) == "true"
    }

    /// A flag of the command line, which goes before the file.
    pub fn set_by_flag(&mut self, setting: Setting, word: &str) {
        self.chosen[setting as usize] = Chosen { word: word.to_owned(), origin: Origin::Flag };
    }

    /// The keys of all actions.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The map of this name under `[formats]`.
    pub fn map(&self, name: &str) -> Option<&RowMap> {
        self.maps.iter().find(|it| it.0 == name).map(|it| &it.1)
    }

    /// The text of a file with these rules instead of its own; all else of it stays as it is.
    ///
    /// # Errors
    /// When the text is no TOML: nobody's slip is to be written over.
    pub fn with_rules(text: &str, rules: &[RuleChoice]) -> Result<String, Problem> {
        rules::written(text, rules)
    }

    /// The names of all maps.
    pub fn map_names(&self) -> Vec<&str> {
        self.maps.iter().map(|it| it.0.as_str()).collect()
    }

    /// All that is in force as a file of the same form, with the origin of each value behind it. `file`: the name of the file
    /// that was read.
    pub fn shown(&self, file: &str) -> String {
        show::shown(self, file)
    }
}
