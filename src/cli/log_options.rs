//! Which logs to read and as what: the options of every command that reads logs.

use clap::{
    Args,
    builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser},
};

use super::headless::DEMO_NAME;
use crate::{
    import::{self, FORMATS, Format, ROWS, RowMap},
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
    /// 'episode=.id,agent=.role,action=.text,reward=.score'; `creditscope map FILE` proposes a map
    #[arg(long, value_name = "WHAT=PATH,..", conflicts_with = "log_format")]
    pub map: Option<RowMap>,
    /// Read LOG as if no person had judged any episode: what can be told without
    #[arg(long)]
    pub no_annotations: bool,
}

impl LogOptions {
    /// What opening logs takes.
    pub(super) fn arguments(&self) -> LogArguments<'_> {
        let format = self.map.as_ref().map_or(self.log_format, |_| Some(&ROWS));
        LogArguments {
            names: &self.logs,
            format,
            map: self.map.as_ref(),
            hides_annotations: self.no_annotations,
        }
    }

    /// The words that stand for them on a command line.
    pub(super) fn words(&self) -> Vec<String> {
        let format = self.log_format.map(|it| ["--log-format".to_owned(), it.name.to_owned()]);
        let map = self.map.as_ref().map(|it| ["--map".to_owned(), it.to_string()]);
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
