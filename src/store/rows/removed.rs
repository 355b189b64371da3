//! Rows that turn out not to be records: found by their place, and left out from then on.

use super::{Chunk, Row, RowId, Rows};
use crate::model::FileId;

impl Rows {
    /// The row of `file` that begins at one of the `len` bytes at `offset`, if it is among `from..to`.
    pub(in crate::store) fn at_place(
        &self,
        file: FileId,
        offset: u64,
        len: u64,
        from: RowId,
        to: RowId,
    ) -> Option<(RowId, Row)> {
        if self.chunks.is_empty() || from >= to {
            return None;
        }
        let chunks = self.chunks[self.chunk_of(from)..].iter().take_while(|it| it.first < to.0);
        chunks.filter_map(|chunk| chunk.at_place(file, offset, len, from, to)).next()
    }

    /// Leaves a row out: its episode no longer has it.
    pub(in crate::store) fn remove(&mut self, id: RowId) {
        let at = self.chunk_of(id);
        let chunk = &mut self.chunks[at];
        let row = id.0 - chunk.first;
        if let Err(at) = chunk.removed.binary_search(&row) {
            chunk.removed.insert(at, row);
        }
    }
}

impl Chunk {
    /// Whether a row was taken out.
    pub(super) fn has(&self, row: usize) -> bool {
        self.removed.is_empty() || self.removed.binary_search(&(row as u32)).is_err()
    }

    fn at_place(&self, file: FileId, offset: u64, len: u64, from: RowId, to: RowId) -> Option<(RowId, Row)> {
        let rows = self.len.len() as u32;
        let end_of = |at: usize| self.stretches.get(at + 1).map_or(rows, |it| it.row);
        let wanted = (from.0.saturating_sub(self.first))..(to.0 - self.first).min(rows);
        let mine = |at: &usize| {
            let it = &self.stretches[*at];
            it.file == file && it.offset <= offset + len && end_of(*at) > wanted.start && it.row < wanted.end
        };
        let first = self.stretches.partition_point(|it| it.row < wanted.start).saturating_sub(1);
        let found = || (first..self.stretches.len()).filter(mine);
        let look = |at: usize| {
            let rows = self.stretches[at].row.max(wanted.start)..end_of(at).min(wanted.end);
            let here =
                |it: &usize| self.has(*it) && (offset..=offset + len).contains(&self.origin(*it).offset);
            let row = rows.map(|it| it as usize).find(here)?;
            Some((RowId(self.first + row as u32), self.row(row)))
        };
        // The row that begins nearest before the place, unless rows found later lie between.
        let nearest =
            found().max_by_key(|it| (self.stretches[*it].offset <= offset, self.stretches[*it].offset));
        nearest.and_then(look).or_else(|| found().find_map(look))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{log::RecordType, model::Origin, store::names::Id};

    #[test]
    fn rows_are_found_by_their_place_and_taken_out() {
        let mut rows = Rows::default();
        let row = |at: u32| Row {
            // Two files that are read in turns, 100 rows at a time; a gap behind each seventh.
            origin: Origin {
                file: FileId(at / 100 % 2),
                line: at,
                offset: u64::from(at / 200 * 100 + at % 100) * 60 + u64::from(at.is_multiple_of(7)),
                len: 50,
            },
            kind: RecordType::Action,
            episode: at % 3,
            agent: None,
            id: Id::None,
            time: None,
            value: None,
            failed: false,
        };
        let count = 70_000;
        (0..count).for_each(|at| {
            rows.push(&row(at));
        });
        let find = |rows: &Rows, at: u32| {
            let Origin { file, offset, .. } = row(at).origin;
            rows.at_place(file, offset, 50, RowId(0), RowId(count))
        };
        for at in (0..count).step_by(997) {
            assert_eq!(find(&rows, at), Some((RowId(at), row(at))));
            let Origin { file, offset, .. } = row(at).origin;
            assert_eq!(
                rows.at_place(file, offset - 1, 3, RowId(at), RowId(at + 1)).map(|it| it.0),
                Some(RowId(at))
            );
            assert_eq!(rows.at_place(file, offset + 1, 3, RowId(0), RowId(count)), None);
        }
        let of_first = |rows: &Rows| rows.of_episode(0, RowId(0), RowId(count - 1)).count();
        let before = of_first(&rows);
        for at in [0, 3, 66_000, 69_999] {
            rows.remove(RowId(at));
            rows.remove(RowId(at));
            assert_eq!(find(&rows, at), None);
        }
        assert_eq!(of_first(&rows), before - 4);
    }
}
