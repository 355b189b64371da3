//! Reads episodes in full, and reads what has come to an episode since then.
//!
//! Reading an episode costs as much as it has records. What is appended to a growing episode is read alone if
//! it comes after all the rest (see [`assemble`](super::assemble)).

use super::{Reader, RereadError, Store, assemble, assemble::Growing, parse_line, rows::RowId};
use crate::{
    log::{Body, Record},
    model::{Diagnostic, Episode, EpisodeId, Growth, Origin, is_person, rule},
};

/// At most so many records of one episode are read at once: as an episode each takes about 1 kB.
pub(super) const MOST_RECORDS: u64 = 10_000_000;

/// With more new records than this, assembling anew with all the others is as quick.
const APPENDED: u64 = 2_000;

/// An episode that was read, with what appending to it needs.
pub struct LiveEpisode {
    id: EpisodeId,
    /// The number of records it is made of, and the last of them.
    records: u64,
    last: RowId,
    growing: Growing,
}

/// Records of an episode, and what was wrong with their lines.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) records: Vec<(Box<Record>, Origin)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many could not be read, and why the first of them could not.
    lost: (u32, Option<(RereadError, Origin)>),
}

/// Whether a record is the judgement of a person.
fn is_annotation(record: &Record) -> bool {
    matches!(&record.body, Body::Credit(it) if is_person(&it.algorithm))
}

impl Store {
    /// Reads an episode in full.
    ///
    /// # Errors
    /// When none of its bytes can be read any more, or it has too many records: why.
    pub fn episode(&self, id: EpisodeId) -> Result<Episode, RereadError> {
        let lines = self.lines(id, &self.few_origins(id)?)?;
        Ok(assemble::assemble(
            self.episodes.name(id),
            self.episodes.run(id),
            lines.records,
            lines.diagnostics,
        ))
    }

    /// As [`Store::episode`], with what [`Store::growth`] needs; `None`: nothing can be appended to it.
    ///
    /// # Errors
    /// When none of its bytes can be read any more: why.
    pub fn live_episode(&self, id: EpisodeId) -> Result<(Episode, Option<LiveEpisode>), RereadError> {
        let lines = self.lines(id, &self.few_origins(id)?)?;
        let whole = lines.lost.0 == 0;
        let (name, run) = (self.episodes.name(id), self.episodes.run(id));
        let (episode, growing) = assemble::assemble_growing(name, run, lines.records, lines.diagnostics);
        let (records, last) = (self.revision(id), self.episodes.range(id).1);
        let live = growing.filter(|_| whole).map(|growing| LiveEpisode { id, records, last, growing });
        Ok((episode, live))
    }

    /// What has come to an episode since it was read or since the last call. `None` if it changes more than
    /// the end; then the episode must be read in full.
    pub fn growth(&self, live: &mut LiveEpisode) -> Option<Growth> {
        let (records, (_, last)) = (self.revision(live.id), self.episodes.range(live.id));
        let new = records.checked_sub(live.records).filter(|it| *it <= APPENDED)?;
        let rows = self.rows.of_episode(live.id.0, RowId(live.last.0 + 1), last);
        let origins: Vec<Origin> = rows.map(|it| self.seen(it.origin)).collect();
        if origins.len() as u64 != new {
            return None;
        }
        let lines = self.lines(live.id, &origins).ok().filter(|it| it.lost.0 == 0)?;
        let mut growth = live.growing.append(&lines.records)?;
        growth.diagnostics.extend(lines.diagnostics);
        (live.records, live.last) = (records, last);
        Some(growth)
    }

    /// Reads the records of an episode that stand at `origins`.
    pub(super) fn lines(&self, id: EpisodeId, origins: &[Origin]) -> Result<Lines, RereadError> {
        self.lines_by(&mut Reader::new(&self.lives), id, origins, origins.len())
    }

    /// The same of the first `count` of these; the others will be read next.
    pub(super) fn lines_by(
        &self,
        reader: &mut Reader<'_>,
        id: EpisodeId,
        origins: &[Origin],
        count: usize,
    ) -> Result<Lines, RereadError> {
        let name = self.episodes.name(id);
        let mut lines = Lines::default();
        for (index, origin) in origins.iter().copied().enumerate().take(count) {
            let bytes = match reader.first(&origins[index..]) {
                Ok(bytes) => bytes,
                Err(why) => {
                    lines.lost.0 += 1;
                    lines.lost.1.get_or_insert((why, origin));
                    continue;
                }
            };
            let parsed = parse_line(bytes);
            lines.diagnostics.extend(parsed.problems.into_iter().map(|it| it.at(origin)));
            // What looked like one record to the scan may, once read, hold records of other episodes.
            let own = parsed.records.into_iter().filter(|it| it.0.episode.as_deref() == Some(name));
            let read = own.filter(|it| !(self.hides_annotations && is_annotation(&it.0)));
            lines.records.extend(read.map(|(record, _)| (Box::new(record), origin)));
        }
        if let (count, Some((why, origin))) = &lines.lost {
            if lines.records.is_empty() {
                return Err(why.clone());
            }
            let message = format!("{count} records of this episode can no longer be read: {why}");
            lines.diagnostics.push(Diagnostic::at(rule::LOST_RECORD, *origin, message));
        }
        Ok(lines)
    }

    /// [`Store::origins`] of an episode that fits in memory.
    pub(super) fn few_origins(&self, id: EpisodeId) -> Result<Vec<Origin>, RereadError> {
        let (records, most) = (self.revision(id), self.most_records);
        if records > most {
            return Err(RereadError::TooLong { records, most });
        }
        Ok(self.origins(id))
    }

    /// The places of an episode's records, in the order read, with the line numbers that the user sees.
    pub(super) fn origins(&self, id: EpisodeId) -> Vec<Origin> {
        let (first, last) = self.episodes.range(id);
        self.rows.of_episode(id.0, first, last).map(|it| self.seen(it.origin)).collect()
    }

    /// A place with the line that the user sees.
    pub(super) fn seen(&self, origin: Origin) -> Origin {
        Origin { line: self.lives[origin.file.index()].line(origin.line), ..origin }
    }
}
