//! `creditscope report --run`: all episodes of a log as one run.

use anyhow::bail;

use super::{arguments::Report, headless, output_format::OutputFormat, print, print_json, unread::Unread};
use crate::{
    credit,
    model::{Episode, Scenario},
    report::{self, TrainingReport},
    runtime,
    store::Pass,
    training::{Film, Point},
};

/// Prints the run; the exit code.
pub(super) fn run(options: &Report) -> anyhow::Result<u8> {
    let name = match options.format {
        OutputFormat::Document(it) if ["text", "json", "markdown"].contains(&it.name) => it.name,
        _ => bail!("--run prints text, json or markdown"),
    };
    let (logs, summary) = headless::read_all(options.logs.arguments(), Pass::Headers)?;
    if let Some(why) = headless::without_episode(&summary) {
        bail!("{why}");
    }
    let mut unread = Unread::of(&summary);
    unread.tell();
    let wanted =
        |episode: &Episode| -> Result<Scenario, String> { options.scenario.options().scenario(episode) };
    let asked = options.scenario.method.is_some();
    let point = |read: Result<Episode, crate::store::RereadError>| -> Result<Point, String> {
        let episode = read.map_err(|it| it.to_string())?;
        let scenario = wanted(&episode)?;
        let episode = credit::rewarded(&episode, &scenario);
        Ok(Point::of(&episode, 0, asked.then_some(&scenario)))
    };
    let mut points = Vec::new();
    let mut at = 0;
    let taken: Result<(), std::convert::Infallible> = runtime::each_episode(&logs.store, point, |it| {
        match it {
            Ok(point) => points.push(point.placed(at)),
            Err(why) => {
                eprintln!("creditscope: not read: {}", crate::text::clean(&why));
                unread.add(why);
            }
        }
        at += 1;
        Ok(())
    });
    let Ok(()) = taken;
    let film = Film::of(&points, at, report::FILM_CELLS);
    let report = TrainingReport { log: &options.logs.shown(), film: &film };
    match name {
        "json" => print_json(&report::training_json(&report)),
        "markdown" => print(&report::training_markdown(&report)),
        _ => print(&report::training_text(&report)),
    }
}
