//! The texts of an episode in full, read again where they stand.

use super::{Store, reading::Reader};
use crate::{
    log::{Body, Payload, Record, parse_line},
    model::{Act, Episode, EpisodeId, Origin},
    suspicion::{self, Words, Xray},
    text,
};

impl Store {
    /// What each act says and what came of it. A text that can no longer be read, or whose result stands in another record, is
    /// as short as the episode keeps it.
    fn words(&self, episode: &Episode) -> Vec<Words> {
        let mut reader = Reader::new(&self.lives);
        let origins: Vec<Origin> = episode.acts.iter().map(|it| it.origin).collect();
        let read = episode.act_ids().zip(episode.acts.iter()).enumerate().map(|(at, (id, act))| {
            let records = reader.first(&origins[at..]).map(|it| parse_line(it).records).unwrap_or_default();
            let (said, result) =
                records.iter().find(|it| is_of(&it.0, episode, act)).map_or((None, None), |it| texts(&it.0));
            let kept = |it: &str| (!it.is_empty()).then(|| it.to_owned());
            Words {
                act: id,
                said: said.unwrap_or_else(|| act.label.clone()),
                result: result.or_else(|| kept(&act.result)),
            }
        });
        read.collect()
    }

    /// Where the values of a text of an episode come from: of the act with this id, or else of the answer.
    ///
    /// # Errors
    /// When the episode cannot be read, has no act, or none with this id.
    pub fn xray(&self, id: EpisodeId, act: Option<&str>) -> Result<(Episode, Xray), String> {
        let episode = self.episode(id).map_err(|it| it.to_string())?;
        let words = self.words(&episode);
        let act = match act {
            None => suspicion::answer_of(&episode, &words).ok_or("the episode has no act")?,
            Some(name) => {
                let found = episode.act_ids().find(|it| episode.act(*it).id == name);
                found.ok_or_else(|| format!("no act '{name}' in episode '{}'", episode.name))?
            }
        };
        let xray = suspicion::xray(&episode, &words, act);
        Ok((episode, xray))
    }
}

fn is_of(record: &Record, episode: &Episode, act: &Act) -> bool {
    record.agent().is_some_and(|it| text::clean(it) == episode.agent(act.agent).name)
        && record.id.as_deref().is_none_or(|it| text::clean(it) == act.id)
}

fn texts(record: &Record) -> (Option<String>, Option<String>) {
    let text = |it: &Option<Payload>| it.as_ref().filter(|it| !it.is_null()).map(Payload::text);
    match &record.body {
        Body::Action(it) => (text(&it.action), text(&it.result)),
        Body::Message(it) => (text(&it.content), None),
        _ => (None, None),
    }
}
