//! The part of large files that is shown before they are indexed: a small index of their ends.
//!
//! Its episodes have ids of their own, marked as provisional. Those that the store does not know yet stand at
//! the end of the list. When everything is joined, each becomes the episode of the store with its name.

use std::sync::Arc;

use super::Followed;
use crate::{
    model::{EpisodeId, EpisodeSummary, FileId, FileSummary},
    source::{Read, SourceFile},
    store::Store,
};

/// Bytes of the first line of a log that are examined: it may name the run.
const FIRST_LINE: u64 = 64 << 10;

/// The index of the ends of large files.
pub(super) struct Preview {
    store: Store,
    /// It stays as it is: a file began anew, and later files have other numbers.
    frozen: bool,
}

impl Preview {
    /// An empty one, with an empty `store`. It knows the files that `followed` knows, by the same numbers.
    pub(super) fn new(store: Store, followed: &[Followed]) -> Self {
        let mut preview = Self { store, frozen: false };
        let mut lives: Vec<&Followed> = followed.iter().collect();
        lives.sort_by_key(|it| it.lives.first().map(|it| it.1));
        for followed in lives {
            let source = followed.tail.source();
            preview.add(followed.lives[0].1, FileSummary::default(), source, followed.backfill.is_some());
        }
        preview
    }

    /// Adds a file that the store knows as `id`; for a large one, reads the run from its first line.
    pub(super) fn add(&mut self, id: FileId, summary: FileSummary, source: SourceFile, large: bool) {
        while self.store.file_count() < id.index() {
            self.store.add_life(FileSummary::default(), source.clone(), None, None);
        }
        let mut head = Vec::new();
        if large && let Ok(end) = source.line_end(0, 0, FIRST_LINE) {
            // Without it the episodes belong to no run until they are indexed.
            let _ = source.read(Read { generation: 0, offset: 0, len: end as usize }, &mut head);
        }
        let id = self.store.add_life(summary, source, None, None);
        self.store.read_run(id, &head);
        self.store.forget_lines(id);
    }

    /// Indexes whole lines of the end of a file.
    pub(super) fn read(&mut self, file: FileId, offset: u64, bytes: &[u8]) {
        if !self.frozen {
            self.store.read(file, offset, bytes);
        }
    }

    /// Takes nothing more.
    pub(super) fn freeze(&mut self) {
        self.frozen = true;
    }

    /// The episodes that `store` does not know yet, and the id under which the list has each; known ones have
    /// the store's id.
    pub(super) fn episodes(&mut self, store: &Store) -> (Vec<EpisodeSummary>, Vec<EpisodeId>) {
        let all = self.store.summary().episodes;
        let known: Vec<Option<EpisodeId>> =
            all.iter().map(|it| store.same_episode(&self.store, it.id)).collect();
        let new = all.iter().zip(&known).filter(|it| it.1.is_none()).map(|it| it.0);
        let new = new.map(|it| EpisodeSummary { id: it.id.provisional(), ..it.clone() }).collect();
        let listed = all.iter().zip(known).map(|(it, known)| known.unwrap_or(it.id.provisional()));
        (new, listed.collect())
    }

    /// The index, and its id for the episode with the provisional `id`; `None` if that is not provisional.
    pub(super) fn of(&self, id: EpisodeId) -> Option<(&Store, EpisodeId)> {
        let index = id.provisional_index().filter(|it| *it < self.store.episode_count())?;
        Some((&self.store, EpisodeId::from_index(index)))
    }

    /// What each of its episodes is in `store`, which has read everything that this has read.
    pub(super) fn moved(&self, store: &Store) -> Arc<Vec<EpisodeId>> {
        let ids = (0..self.store.episode_count()).map(EpisodeId::from_index);
        let found = ids.map(|it| {
            let same = store.same_episode(&self.store, it);
            same.or_else(|| store.any_episode_named(&self.store, it)).unwrap_or(it.provisional())
        });
        Arc::new(found.collect())
    }
}
