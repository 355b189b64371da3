//! What takes longer than credit: curves, messages, how sure the verdict is.

use std::sync::Arc;

use super::{Analysis, Cores, Lane, MessageRows, OneCore, Work};
use crate::{
    credit::{self, Curves, MessageSetting, Study},
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
        let study = study(&self.episode, &self.analysis, self.setting, &OneCore);
        let rows = MessageRows::of(&study.messages);
        StudyAnswer { study, rows }
    }

    /// It takes its time; meanwhile the screen shows the rest.
    fn is_awaited(&self) -> bool {
        false
    }
}

/// Curves, messages and how sure the verdict is. Curves take about as long as the rest together.
pub fn study(episode: &Episode, analysis: &Analysis, setting: MessageSetting, cores: &dyn Cores) -> Study {
    let Analysis { scenario, credit, sweep, .. } = analysis;
    let episode = &credit::rewarded(episode, scenario);
    let (mut curves, mut study) = (Curves::default(), None);
    cores.run(vec![
        Box::new(|| curves = credit::curves(episode, scenario)),
        Box::new(|| study = Some(credit::study_without_curves(episode, scenario, credit, sweep, setting))),
    ]);
    study.expect("every task is done").with_curves(curves)
}
