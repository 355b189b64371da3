//! Requests to the log thread, which the loop sends.

use std::sync::Arc;

use super::{LogThread, Sought, Validated};
use crate::{
    app::{Message, RequestId, RowActs, export::Export},
    filter::Filter,
    model::{EpisodeId, Note, Origin},
    search::Pattern,
};

/// Takes the answer to one request.
pub(super) type Answer = Box<dyn FnOnce(Message) + Send>;

/// Something asked of the thread.
pub(super) enum Request {
    /// Assemble an episode, now and whenever it grows.
    Open(EpisodeId),
    /// Look at the run of an episode.
    Survey(EpisodeId),
    /// Read the rollouts around an episode.
    Gather(EpisodeId),
    /// Read what has changed of the groups.
    Groups,
    /// Read an episode once.
    Peek(EpisodeId),
    /// Read what the records of a row of a comparison hold.
    Inside(RequestId, Box<(RowActs, RowActs)>),
    /// Read a record.
    Payload(Origin),
    /// Trace the values of a text.
    Xray(EpisodeId, Option<String>),
    Context(EpisodeId, u64),
    /// Write a note beside its log.
    Annotate(Box<Note>),
    /// Write a report to a file.
    Export(Box<Export>, Answer),
    /// Something may have changed on disk.
    Woken,
    /// Search what there is and what comes; this replaces an older search.
    Search(RequestId, Arc<Pattern>),
    /// Search no more.
    StopSearch,
    /// Look for the episodes with a record that passes each of these filters, which replace the ones before;
    /// an empty list ends the search.
    Filter(RequestId, Vec<Arc<Filter>>),
    /// Tell which records of an episode match.
    Match(RequestId, EpisodeId, Vec<Arc<Pattern>>),
    /// The search thread has found something.
    Sought(Sought),
    /// The validate thread is further.
    Validated(Validated),
}

impl LogThread {
    /// Asks for an episode, now and whenever it grows.
    pub fn open(&self, id: EpisodeId) {
        let _ = self.requests.send(Request::Open(id));
    }

    /// Asks how the run of an episode went.
    pub fn survey(&self, id: EpisodeId) {
        let _ = self.requests.send(Request::Survey(id));
    }

    /// Asks for the rollouts around an episode.
    pub fn gather(&self, id: EpisodeId) {
        let _ = self.requests.send(Request::Gather(id));
    }

    /// Asks for the ledgers of all groups.
    pub fn groups(&self) {
        let _ = self.requests.send(Request::Groups);
    }

    /// Asks for an episode, once.
    pub fn peek(&self, id: EpisodeId) {
        let _ = self.requests.send(Request::Peek(id));
    }

    /// Asks what the records of a row of a comparison hold, in A and in B.
    pub fn inside(&self, request: RequestId, a: RowActs, b: RowActs) {
        let _ = self.requests.send(Request::Inside(request, Box::new((a, b))));
    }

    /// Asks for a record in full.
    pub fn payload(&self, origin: Origin) {
        let _ = self.requests.send(Request::Payload(origin));
    }

    /// Asks where the values of an act's text come from, or of the answer.
    pub fn xray(&self, id: EpisodeId, act: Option<String>) {
        let _ = self.requests.send(Request::Xray(id, act));
    }

    /// Asks for what surrounds the acts of an episode, as it stands at this revision or later.
    pub fn context(&self, id: EpisodeId, revision: u64) {
        let _ = self.requests.send(Request::Context(id, revision));
    }

    /// Writes a note beside its log.
    pub fn annotate(&self, note: Box<Note>) {
        let _ = self.requests.send(Request::Annotate(note));
    }

    /// Writes a file, off this thread; `answer` gets what came of it.
    pub fn export(&self, export: Box<Export>, answer: impl FnOnce(Message) + Send + 'static) {
        let _ = self.requests.send(Request::Export(export, Box::new(answer)));
    }

    /// Searches for `pattern`, now and in what comes; an older search ends.
    pub fn search(&self, request: RequestId, pattern: Arc<Pattern>) {
        let _ = self.requests.send(Request::Search(request, pattern));
    }

    /// Ends the search.
    pub fn stop_search(&self) {
        let _ = self.requests.send(Request::StopSearch);
    }

    /// Looks for the episodes with a record that passes each of `filters`, now and in what comes. They
    /// replace the filters before; an empty list ends the search.
    pub fn filter(&self, request: RequestId, filters: Vec<Arc<Filter>>) {
        let _ = self.requests.send(Request::Filter(request, filters));
    }

    /// Asks which records of an episode match `patterns`.
    pub fn match_records(&self, request: RequestId, id: EpisodeId, patterns: Vec<Arc<Pattern>>) {
        let _ = self.requests.send(Request::Match(request, id, patterns));
    }
}
