//! `--format` of `report`: a document, or a picture of the screen.
//!
//! The documents are rows of [`report::OUTPUTS`], the pictures of [`PICTURES`]; nothing else lists them.

use std::sync::LazyLock;

use clap::{ValueEnum, builder::PossibleValue};

use crate::{
    app::Action,
    report::{self, MatchFormat, Output},
    tui::picture::{PICTURES, Picture},
};

/// How to print a report.
#[derive(Clone, Copy, Debug)]
pub enum OutputFormat {
    /// What there is to say.
    Document(&'static Output),
    /// What the terminal would show.
    Picture(&'static Picture),
}

static ALL: LazyLock<Vec<OutputFormat>> = LazyLock::new(|| {
    let documents = report::OUTPUTS.iter().map(OutputFormat::Document);
    documents.chain(PICTURES.iter().map(OutputFormat::Picture)).collect()
});

impl OutputFormat {
    /// For people.
    pub(super) const TEXT: OutputFormat = OutputFormat::Document(&report::OUTPUTS[0]);

    /// How the matches of a search are printed.
    ///
    /// # Errors
    /// If it prints none; the error names the formats that do.
    pub(super) fn of_matches(self) -> anyhow::Result<MatchFormat> {
        if let OutputFormat::Document(Output { matches: Some(format), .. }) = self {
            return Ok(*format);
        }
        let names: Vec<&str> =
            report::OUTPUTS.iter().filter(|it| it.matches.is_some()).map(|it| it.name).collect();
        let (last, others) = names.split_last().expect("text prints matches");
        anyhow::bail!(
            "--search prints {} or {last}; for a picture press its keys: --keys '{}...'",
            others.join(", "),
            Action::Search.key()
        )
    }
}

impl ValueEnum for OutputFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, about) = match self {
            OutputFormat::Document(it) => (it.name, it.about),
            OutputFormat::Picture(it) => (it.name, it.about),
        };
        Some(PossibleValue::new(name).help(about))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn formats_are_named_once_and_text_is_the_first() {
        let names: Vec<String> = OutputFormat::value_variants()
            .iter()
            .filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned()))
            .collect();
        assert_eq!(names[0], "text");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }

    #[test]
    fn a_search_says_how_it_can_be_printed() {
        assert_eq!(OutputFormat::TEXT.of_matches().unwrap(), MatchFormat::Text);
        let why = OutputFormat::Picture(&PICTURES[0]).of_matches().unwrap_err().to_string();
        assert!(why.starts_with("--search prints text, json or markdown; "), "{why}");
    }
}
