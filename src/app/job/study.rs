//! What takes longer than credit: curves, messages, how sure the verdict is.

use std::sync::Arc;

use super::{Analysis, Lane, MessageRows, Work};
use crate::{
    credit::{self, MessageSetting, Study},
    model::Episode,
};

/// Computes what is asked for after the credit.
#[derive(Debug, PartialEq)]
pub struct StudyJob {
    /// The episode.
    pub episode: Arc<Episode>,
    /// Its credit.
    pub analysis: Arc<Analysis>,
    /// How messages are divided.
    pub setting: MessageSetting,
}

/// What was computed after the credit.
#[derive(Clone, Debug)]
pub struct StudyAnswer {
    /// The result.
    pub study: Study,
    /// What is looked up in its messages.
    pub rows: MessageRows,
}

impl Work for StudyJob {
    type Answer = StudyAnswer;

    const LANE: Lane = Lane::Study;

    fn run(&self) -> StudyAnswer {
        let study = study(&self.episode, &self.analysis, self.setting);
        let rows = MessageRows::of(&study.messages);
        StudyAnswer { study, rows }
    }

    /// It takes its time; meanwhile the screen shows the rest.
    fn is_awaited(&self) -> bool {
        false
    }
}

/// Curves, messages and how sure the verdict is. Pure.
pub fn study(episode: &Episode, analysis: &Analysis, setting: MessageSetting) -> Study {
    let episode = &credit::rewarded(episode, &analysis.scenario);
    credit::study(episode, &analysis.scenario, &analysis.credit, &analysis.sweep, setting)
}
