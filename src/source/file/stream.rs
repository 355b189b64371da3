//! One generation of a followed file: its open file, its lines, and when it last grew.

use std::sync::Arc;
use std::time::Duration;

use super::super::TailEvent;
use super::super::descriptor::Descriptor;
use super::super::lines::LineBuffer;
use super::{Framing, TailOptions};

/// One generation of the file.
pub(in crate::source) struct Stream {
    pub(in crate::source) lines: LineBuffer,
    pub(in crate::source) descriptor: Option<Arc<Descriptor>>,
    /// When bytes came last; `None` before the first poll.
    pub(in crate::source) grown: Option<Duration>,
    /// The offset up to which a partial line was found not to be whole.
    pub(in crate::source) refused: Option<u64>,
}

impl Stream {
    pub(in crate::source) fn new(
        generation: u32,
        options: &TailOptions,
        descriptor: Option<Arc<Descriptor>>,
    ) -> Self {
        let lines = LineBuffer::new(generation, options.block, options.longest_line)
            .unframed(options.framing == Framing::Bytes);
        Self { lines, descriptor, grown: None, refused: None }
    }

    /// Size of the open file, bytes.
    pub(in crate::source) fn size(&self) -> Option<u64> {
        self.descriptor.as_ref()?.stat().ok().map(|it| it.size)
    }

    pub(in crate::source) fn is_behind(&self) -> bool {
        self.size().is_some_and(|it| it > self.lines.position().read)
    }

    pub(in crate::source) fn quiet_for(&self, now: Duration) -> Duration {
        now.saturating_sub(self.grown.unwrap_or(now))
    }

    /// Hands on an unterminated last line that has not changed for long enough.
    pub(in crate::source) fn settle(
        &mut self,
        now: Duration,
        options: &TailOptions,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) {
        let read = self.lines.position().read;
        if self.lines.partial().is_empty()
            || self.refused == Some(read)
            || self.quiet_for(now) < options.settle
        {
            return;
        }
        if !self.lines.settle(&*options.accept, sink) {
            self.refused = Some(read);
        }
    }
}
