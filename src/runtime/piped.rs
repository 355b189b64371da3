//! A pipe with unknown content: its bytes are spooled and examined until they tell what they are.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::head::{HEAD, LONG_HEAD, check_size};
use crate::{
    import::{self, Format, NATIVE, Reader, UnknownFormat},
    source::{Read, Spool, Tail},
};

/// After this long, unrecognised content is read as a native log with bad lines: somebody may be waiting for
/// the first of them.
const PATIENCE: Duration = Duration::from_secs(2);

/// A pipe being looked at.
pub(super) struct Piped {
    pub(super) spool: Spool,
    /// What it is called.
    pub(super) path: PathBuf,
    /// Whether somebody writes to it, if that can be told.
    has_writer: Option<Arc<AtomicBool>>,
    /// Bytes at the last look, and when the first were seen.
    looked_at: Option<u64>,
    since: Option<Duration>,
}

impl Piped {
    pub(super) fn new(spool: Spool, path: &Path, has_writer: Option<Arc<AtomicBool>>) -> Self {
        Self { spool, path: path.to_owned(), has_writer, looked_at: None, since: None }
    }

    /// Whether nobody has opened it for writing so far.
    pub(super) fn waits_for_writer(&self) -> bool {
        self.has_writer.as_ref().is_some_and(|it| !it.load(Ordering::Relaxed))
    }

    /// The format it brings; `None` if too little has come to tell.
    pub(super) fn format(&mut self, now: Duration) -> Option<Result<&'static Format, UnknownFormat>> {
        let ended = self.spool.end().is_some();
        let size = self.spool.size();
        if size == 0 {
            return ended.then_some(Ok(&NATIVE));
        }
        let waited = now.saturating_sub(*self.since.get_or_insert(now)) >= PATIENCE;
        if self.looked_at.replace(size) == Some(size) && !ended && !waited {
            return None;
        }
        let mut head = self.head(HEAD as u64, size);
        if head.len() == HEAD && !head.contains(&b'\n') {
            head = self.head(LONG_HEAD, size);
        }
        let line = head.contains(&b'\n');
        let enough = ended || head.len() as u64 >= if line { HEAD as u64 } else { LONG_HEAD };
        let format = import::sniff(&self.path, &head);
        match format.as_ref().map(|it| &it.reader) {
            // Blank so far.
            Ok(Reader::Native) if head.iter().all(|it| it.is_ascii_whitespace() || *it == 0) && !ended => {
                None
            }
            Ok(Reader::Native) => Some(format),
            _ if enough => Some(format),
            Ok(Reader::Lines(_)) if line => Some(format),
            Err(_) if waited => Some(Ok(&NATIVE)),
            _ => None,
        }
    }

    fn head(&self, most: u64, size: u64) -> Vec<u8> {
        let mut head = Vec::new();
        let at = Read { generation: 0, offset: 0, len: most.min(size) as usize };
        // What cannot be read here cannot be read by the tail either, which reports it.
        let _ = self.spool.source().read(at, &mut head);
        head
    }

    /// Whether it is a document that has not come to its end.
    pub(super) fn is_waiting_for_its_end(&self) -> bool {
        self.spool.end().is_none()
    }

    /// All it has brought.
    ///
    /// # Errors
    /// If it is too large or cannot be read again.
    pub(super) fn document(&self) -> std::io::Result<Vec<u8>> {
        let size = self.spool.size();
        check_size(size)?;
        let mut document = Vec::new();
        let at = Read { generation: 0, offset: 0, len: size as usize };
        self.spool.source().read(at, &mut document).map_err(std::io::Error::other)?;
        Ok(document)
    }
}
