//! `creditscope formats`: what logs are read.

use super::{
    arguments::{Formats, MethodsFormat},
    print,
};
use crate::report;

/// Prints the table of formats.
pub(super) fn run(options: &Formats) -> anyhow::Result<u8> {
    print(&match options.format {
        MethodsFormat::Text => report::formats_text(),
        MethodsFormat::Json => report::formats_json(),
        MethodsFormat::Markdown => report::formats_markdown(),
    })
}
