//! Which logs to read and as what: the options of every command that reads logs.

use std::str::FromStr;

use anyhow::Context;
use clap::{
    Args,
    builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser},
};

use super::headless::DEMO_NAME;
use crate::{
    config::Config,
    import::{self, FORMATS, Format, MapError, ROWS, RowMap},
    runtime::LogArguments,
};

/// The logs to read.
#[derive(Clone, Debug, Default, Args)]
pub struct LogOptions {
    /// Files, directories, globs (gzip and zstd too), or - for stdin; none: stdin if it is piped, else the demo
    #[arg(value_name = "LOG", value_parser = a_log())]
    pub logs: Vec<String>,
    /// Read every LOG as this format, whatever it looks like; `creditscope formats` describes them
    #[arg(long, value_name = "NAME", value_parser = a_format())]
    pub log_format: Option<&'static Format>,
    /// Read every LOG as rows (JSON Lines, CSV or Parquet) with these columns, such as
    /// 'episode=.id,agent=.role,action=.text,reward=.score', or with those of [formats.NAME] in the configuration;
    /// `creditscope map FILE` proposes a map
    #[arg(long, value_name = "WHAT=PATH,..|NAME", conflicts_with = "log_format")]
    pub map: Option<MapChoice>,
    /// Read LOG as if no person had judged any episode: what can be told without
    #[arg(long)]
    pub no_annotations: bool,
}

/// What `--map` says.
#[derive(Clone, Debug)]
pub enum MapChoice {
    /// A map.
    Map(RowMap),
    /// The name of one in the configuration.
    Named(String),
}

impl FromStr for MapChoice {
    type Err = MapError;

    fn from_str(text: &str) -> Result<Self, MapError> {
        if text.contains(['=', ',']) || text.starts_with('.') || text.trim().is_empty() {
            text.parse().map(Self::Map)
        } else {
            Ok(Self::Named(text.to_owned()))
        }
    }
}

impl MapChoice {
    /// The map; none before the configuration was asked for it.
    fn map(&self) -> Option<&RowMap> {
        match self {
            Self::Map(map) => Some(map),
            Self::Named(_) => None,
        }
    }
}

impl LogOptions {
    /// Asks the configuration for a map that is named.
    ///
    /// # Errors
    /// When it has none of that name.
    pub(super) fn find_map(&mut self, config: &Config) -> anyhow::Result<()> {
        let Some(MapChoice::Named(name)) = &self.map else { return Ok(()) };
        let known = config.map_names();
        let map = config.map(name).with_context(|| match known.as_slice() {
            [] => format!("--map '{name}' is not WHAT=PATH, as in reward=.score, and the configuration has no [formats.{name}]"),
            some => format!("--map: no map '{name}' in the configuration; there are {}", some.join(", ")),
        })?;
        self.map = Some(MapChoice::Map(map.clone()));
        Ok(())
    }

    /// What opening logs takes.
    pub(super) fn arguments(&self) -> LogArguments<'_> {
        let map = self.map.as_ref().and_then(MapChoice::map);
        let format = map.map_or(self.log_format, |_| Some(&ROWS));
        LogArguments { names: &self.logs, format, map, hides_annotations: self.no_annotations }
    }

    /// The words that stand for them on a command line.
    pub(super) fn words(&self) -> Vec<String> {
        let format = self.log_format.map(|it| ["--log-format".to_owned(), it.name.to_owned()]);
        let map = self.map.as_ref().and_then(MapChoice::map).map(|it| ["--map".to_owned(), it.to_string()]);
        let hidden = self.no_annotations.then(|| "--no-annotations".to_owned());
        self.logs.iter().cloned().chain(format.into_iter().chain(map).flatten()).chain(hidden).collect()
    }

    /// What the heading of a report calls them.
    pub(super) fn shown(&self) -> String {
        if self.logs.is_empty() { DEMO_NAME.to_owned() } else { self.logs.join(" ") }
    }
}

/// The name of a log. One that is not UTF-8 could not be repeated, as in the command line of a what-if.
fn a_log() -> impl TypedValueParser<Value = String> {
    let why = "its name is not UTF-8: name the directory it is in";
    OsStringValueParser::new().try_map(move |name| name.into_string().map_err(|_| why))
}

/// The name of a format.
fn a_format() -> impl TypedValueParser<Value = &'static Format> {
    let known = FORMATS.iter().map(|it| PossibleValue::new(it.name).help(it.about));
    PossibleValuesParser::new(known).try_map(|name| import::format(&name).ok_or("no format of that name"))
}
