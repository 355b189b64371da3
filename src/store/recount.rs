//! Counts episodes that lost a row anew, from the rows that are left and from those lines that say more than
//! their row does.
//!
//! It takes a number of rows at a time, as an episode may be long. Meanwhile its row in the list stays as it
//! was.

use std::collections::BTreeSet;

use super::{
    Pass, Store,
    episodes::Recounted,
    reading::Reader,
    rows::{Row, RowId},
    scanned::{Extra, Judge, LineScanner, Scanned},
};
use crate::{log::RecordType, model::EpisodeId};

/// Episodes that lost a row.
#[derive(Default)]
pub(super) struct Recounts {
    waiting: BTreeSet<EpisodeId>,
    under_way: Option<Recount>,
}

/// An episode that is being counted.
struct Recount {
    id: EpisodeId,
    counted: Recounted,
    /// The first row that is still to be read.
    next: RowId,
    scanner: LineScanner,
    scanned: Scanned,
}

impl Store {
    /// A row turned out to be none.
    pub(super) fn remove(&mut self, row: RowId, of: &Row) {
        let id = EpisodeId(of.episode);
        self.rows.remove(row);
        self.episodes.remove_record(id);
        let Recounts { waiting, under_way } = &mut self.recounts;
        match under_way {
            // It will not come past this row.
            Some(recount) if recount.id == id && row >= recount.next => {}
            Some(recount) if recount.id == id => {
                *under_way = None;
                waiting.insert(id);
            }
            _ => {
                waiting.insert(id);
            }
        }
    }

    /// Whether episodes wait to be counted anew.
    pub fn is_to_recount(&self) -> bool {
        !self.recounts.waiting.is_empty() || self.recounts.under_way.is_some()
    }

    /// Counts episodes anew that lost a row, up to about `rows` rows. Returns whether any was finished.
    pub fn recount(&mut self, rows: usize) -> bool {
        let mut left = rows;
        let mut ended = false;
        while left > 0 && self.is_to_recount() {
            let mut recount = match self.recounts.under_way.take() {
                Some(recount) => recount,
                None => {
                    let Some(id) = self.recounts.waiting.pop_first() else { break };
                    let (scanner, scanned) = (LineScanner::new(Pass::Everything), Scanned::default());
                    let (next, _) = self.episodes.range(id);
                    Recount { id, counted: self.episodes.recount(id), next, scanner, scanned }
                }
            };
            if self.recount_some(&mut recount, &mut left) {
                ended = true;
                self.episodes.take_recounted(recount.counted);
            } else {
                self.recounts.under_way = Some(recount);
            }
        }
        ended
    }

    /// Continues to the end of the episode, or up to `left` rows. Returns whether it reached the end.
    fn recount_some(&mut self, recount: &mut Recount, left: &mut usize) -> bool {
        let (_, last) = self.episodes.range(recount.id);
        if recount.next > last {
            return true;
        }
        let rows: Vec<(RowId, Row)> =
            self.rows.numbered(recount.id.0, recount.next, last).take((*left).max(1)).collect();
        *left = left.saturating_sub(rows.len());
        let mut reader = Reader::new(&self.lives);
        let run = self.episodes.run_key(recount.id);
        let says_more = |it: &Row| {
            use RecordType::{Credit, EpisodeEnd, EpisodeStart, Message};
            matches!(it.kind, Message | EpisodeStart | EpisodeEnd | Credit)
        };
        let origins: Vec<_> = rows.iter().filter(|it| says_more(&it.1)).map(|it| it.1.origin).collect();
        let mut at = 0;
        for (number, row) in &rows {
            recount.next = RowId(number.0 + 1);
            recount.counted.count(row, *number, &self.rows, &self.prefixes);
            if !says_more(row) {
                continue;
            }
            at += 1;
            // A line that can no longer be read says no more than its row.
            let Ok(bytes) = reader.first(&origins[at - 1..]) else { continue };
            let Recount { scanner, scanned, counted, .. } = recount;
            scanned.clear();
            scanner.scan(row.origin.offset, bytes, scanned);
            for (behind, extra) in &scanned.extras {
                let of = behind.checked_sub(1).and_then(|it| scanned.rows.get(it as usize));
                let name = of.map(|it| scanned.episodes.name(it.episode));
                if name.is_none_or(|it| self.episodes.find(run, it) != Some(EpisodeId(row.episode))) {
                    continue;
                }
                match extra {
                    Extra::Agent(agent) => {
                        counted.take_part(self.episodes.agent(scanned.agents.name(*agent)))
                    }
                    Extra::Roster => counted.has_roster(),
                    Extra::End { status, total } => counted.end(status.as_deref(), *total),
                    Extra::Credit { by: Judge::Person | Judge::NamedPerson, .. }
                        if self.hides_annotations => {}
                    Extra::Credit { declared, label, by } => {
                        counted.credit((*declared, *by == Judge::NamedPerson), label.as_deref());
                    }
                    Extra::Run { .. } | Extra::Problem { .. } => {}
                }
            }
        }
        rows.is_empty() || recount.next > last
    }
}
