//! One row per record: where it stands. 24 bytes each, in chunks that never move.

use crate::model::Origin;

/// Rows of a chunk.
const CHUNK: usize = 1 << 16;

/// A record's place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Where it stands.
    pub(super) origin: Origin,
}

/// Number of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowId(u32);

/// All rows, in the order read.
#[derive(Default)]
pub(super) struct Rows {
    chunks: Vec<Vec<Row>>,
    len: u32,
}

impl Rows {
    /// Adds a row.
    pub(super) fn push(&mut self, row: Row) -> RowId {
        let id = RowId(self.len);
        self.len = self.len.checked_add(1).expect("fewer than 2^32 records are opened at once");
        if self.chunks.last().is_none_or(|it| it.len() == CHUNK) {
            // The first chunk grows, so that a small log stays small.
            self.chunks.push(Vec::with_capacity(if self.chunks.is_empty() { 256 } else { CHUNK }));
        }
        self.chunks.last_mut().expect("a chunk was just pushed").push(row);
        id
    }

    /// The row `id`.
    pub(super) fn get(&self, id: RowId) -> Row {
        self.chunks[id.0 as usize / CHUNK][id.0 as usize % CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileId;

    #[test]
    fn rows_come_back_across_chunks() {
        let mut rows = Rows::default();
        let row = |n: u64| Row { origin: Origin { file: FileId(0), line: 1, offset: n, len: 2 } };
        let ids: Vec<RowId> = (0..CHUNK as u64 * 2 + 5).map(|n| rows.push(row(n))).collect();
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(rows.get(*id).origin.offset, n as u64);
        }
        assert!(size_of::<Row>() <= 24);
    }
}
