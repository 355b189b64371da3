//! A followed compressed file. Its bytes are followed like those of any file, through truncation and
//! rotation, and unpacked as they come. Offsets are those of the unpacked bytes, in the generation they
//! belong to.
//!
//! A file that ends within a member is still being written, or was cut. Either way what can be unpacked is
//! handed on; after two seconds without news the cut is reported once.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::super::byte_range::Read;
use super::super::file::{Framing, Stream, TailFile, TailOptions};
use super::super::follow::{FileKey, RestartReason};
use super::super::segments::Segments;
use super::super::source_file::SourceFile;
use super::super::spool::{SpoolError, SpoolStore};
use super::super::{LifeRead, Progress, Tail, TailEvent};
use super::Unpacker;

/// Packed bytes taken at once.
const PIECE: usize = 32 << 10;

/// Unpacked bytes made at once.
const ROOM: usize = 256 << 10;

/// Bytes of memory that decoders waiting for more input may take together: enough for thousands of gzip files
/// or dozens of zstd files. The others give up their decoder and begin their member again when it grows.
const AWAKE: usize = 256 << 20;

/// Packed bytes a second that all of those may read again. A long member waits longer for its next lines, so
/// that the work stays in proportion to what is new, apart from this.
const REPLAYED: u64 = 8 << 20;

static MEMORY: AtomicUsize = AtomicUsize::new(0);
static ASLEEP: AtomicUsize = AtomicUsize::new(0);

/// What the packed file brought that is not worked off yet.
enum Arrived {
    Bytes { generation: u32, bytes: Vec<u8> },
    Restart { generation: u32, reason: RestartReason, file: FileKey },
    Gone,
    Returned,
}

/// A generation of the packed file.
struct Life {
    unpacker: Unpacker,
    /// Its unpacked lines.
    stream: Stream,
    /// It ends within a member, and that was reported.
    told: bool,
    /// Whether it was checked for a cut since its last bytes came.
    looked_at: bool,
    /// Its share of [`MEMORY`], and whether it is counted in [`ASLEEP`].
    counted: (usize, bool),
    /// When it fell asleep last.
    slept: Duration,
}

impl Life {
    fn new(generation: u32, options: &TailOptions) -> Self {
        Self {
            unpacker: Unpacker::new(),
            stream: Stream::new(generation, options, None),
            told: false,
            looked_at: false,
            counted: (0, false),
            slept: Duration::ZERO,
        }
    }

    fn generation(&self) -> u32 {
        self.stream.lines.generation()
    }

    fn count(&mut self) {
        self.count_as((self.unpacker.memory(), self.unpacker.is_asleep()));
    }

    fn count_as(&mut self, now: (usize, bool)) {
        let before = std::mem::replace(&mut self.counted, now);
        MEMORY.fetch_add(now.0, Ordering::Relaxed);
        MEMORY.fetch_sub(before.0, Ordering::Relaxed);
        ASLEEP.fetch_add(usize::from(now.1), Ordering::Relaxed);
        ASLEEP.fetch_sub(usize::from(before.1), Ordering::Relaxed);
    }

    /// Gives up the decoder if all of them together take too much.
    fn rest(&mut self, now: Duration) {
        if MEMORY.load(Ordering::Relaxed) > AWAKE && !self.unpacker.is_asleep() {
            self.unpacker.sleep();
            self.slept = now;
            self.count();
        }
    }

    /// Whether its turn to wake has come.
    fn may_wake(&self, now: Duration) -> bool {
        now.saturating_sub(self.slept) >= patience(self.unpacker.to_replay(), ASLEEP.load(Ordering::Relaxed))
    }
}

/// How long one of `asleep` sleepers waits if `bytes` must be fed again for it.
fn patience(bytes: u64, asleep: usize) -> Duration {
    Duration::from_millis(bytes.saturating_mul(asleep as u64).saturating_mul(1000) / REPLAYED)
}

impl Drop for Life {
    fn drop(&mut self) {
        self.count_as((0, false));
    }
}

/// A compressed file followed by its path.
pub struct PackedTail {
    packed: TailFile,
    options: TailOptions,
    spool: SpoolStore,
    segments: Arc<Segments>,
    arrived: VecDeque<Arrived>,
    /// The last one is the current generation; those before may still get late bytes.
    lives: Vec<Life>,
    progress: Progress,
    /// The spool refused it: nothing more is read.
    full: bool,
    /// Whether what has arrived waits for a decoder whose turn to wake has not come; `hasty`: nothing may
    /// wait for that.
    waits: bool,
    hasty: bool,
    /// When it was polled last.
    now: Duration,
}

impl PackedTail {
    /// Follows the compressed file at `path` from its beginning. Its unpacked lines go to `spool`, which
    /// others may share. Reads nothing yet. `options` are those of the unpacked lines.
    ///
    /// # Errors
    /// If there is no regular file at `path`, or its metadata cannot be read.
    pub fn open(path: &Path, spool: SpoolStore, options: TailOptions) -> io::Result<Self> {
        let of_bytes = TailOptions { framing: Framing::Bytes, block: PIECE, ..options.clone() };
        let segments = Arc::new(Segments::new(path.to_owned(), spool.descriptor()));
        Ok(Self {
            packed: TailFile::open_with(path, of_bytes)?,
            spool,
            segments,
            arrived: VecDeque::new(),
            lives: vec![Life::new(0, &options)],
            options,
            progress: Progress { caught_up: false, offset: 0, size: 0 },
            full: false,
            waits: false,
            hasty: false,
            now: Duration::ZERO,
        })
    }

    /// Works off what has arrived, as far as `left` bytes of output allow.
    fn unpack(&mut self, now: Duration, left: &mut usize, sink: &mut dyn FnMut(TailEvent<'_>)) {
        while let Some(next) = self.arrived.front() {
            match next {
                Arrived::Gone => sink(TailEvent::Gone),
                Arrived::Returned => sink(TailEvent::Returned),
                Arrived::Restart { generation, reason, file } => {
                    let (generation, reason, file) = (*generation, *reason, *file);
                    self.restart(generation, reason, now, sink);
                    sink(TailEvent::Restart { generation, reason, file });
                }
                Arrived::Bytes { .. } => {
                    if !self.unpack_bytes(now, left, sink) {
                        return;
                    }
                }
            }
            self.arrived.pop_front();
        }
    }

    /// Unpacks the bytes at the front. Returns whether it came to their end.
    fn unpack_bytes(&mut self, now: Duration, left: &mut usize, sink: &mut dyn FnMut(TailEvent<'_>)) -> bool {
        let Some(Arrived::Bytes { generation, bytes }) = self.arrived.front_mut() else { return true };
        let generation = *generation;
        let Some(at) = self.lives.iter().position(|it| it.generation() == generation) else { return true };
        let life = &mut self.lives[at];
        if !bytes.is_empty() {
            if life.unpacker.is_asleep() {
                if !self.hasty && !life.may_wake(now) {
                    self.waits = true;
                    return false;
                }
                let source = self.packed.source();
                let woken = life.unpacker.wake(&mut |from, to, into| {
                    let len = PIECE.min(usize::try_from(to - from).unwrap_or(PIECE));
                    source.read(Read { generation, offset: from, len }, into).map_err(|it| it.to_string())
                });
                if let Err(damage) = woken {
                    sink(TailEvent::Damaged { generation, damage: &damage });
                }
            }
            life.unpacker.feed(bytes);
            bytes.clear();
            life.looked_at = false;
        }
        life.stream.grown = Some(now);
        let mut room = vec![0; ROOM.min(*left)];
        while *left > 0 {
            let outcome = life.unpacker.unpack(&mut room[..ROOM.min(*left)]);
            *left -= outcome.produced;
            let lines = &mut life.stream.lines;
            let kept =
                keep(&self.spool, &self.segments, sink, |sink| lines.push(&room[..outcome.produced], sink));
            if let Some(damage) = &outcome.damage {
                // What follows does not continue the line that the damage cut off.
                let _ =
                    keep(&self.spool, &self.segments, sink, |sink| lines.close(&*self.options.accept, sink));
                sink(TailEvent::Damaged { generation, damage });
            }
            if let Err(error) = kept {
                self.full = true;
                sink(TailEvent::Ended { error: Some(&error) });
                return false;
            }
            if outcome.hungry {
                life.stream.lines.relax();
                life.count();
                return true;
            }
        }
        life.count();
        false
    }

    fn restart(
        &mut self,
        generation: u32,
        reason: RestartReason,
        now: Duration,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) {
        // A file that was rotated away may still get late bytes.
        let lives_on =
            matches!(reason, RestartReason::Rotated | RestartReason::Replaced | RestartReason::Recreated);
        if let Some(old) = self.lives.last_mut().filter(|_| lives_on) {
            old.stream.grown = Some(now);
        } else if let Some(mut old) = self.lives.pop() {
            self.close(&mut old, sink);
        }
        self.lives.push(Life::new(generation, &self.options));
    }

    /// Ends a generation: nothing more will come of it.
    fn close(&self, life: &mut Life, sink: &mut dyn FnMut(TailEvent<'_>)) {
        let lines = &mut life.stream.lines;
        let _ = keep(&self.spool, &self.segments, sink, |sink| lines.close(&*self.options.accept, sink));
        tell_cut(life, sink);
    }

    /// Closes replaced files that got no late bytes for long, and hands on last lines that stayed unchanged.
    fn settle(&mut self, now: Duration, sink: &mut dyn FnMut(TailEvent<'_>)) {
        while self.lives.len() > 1 && self.lives[0].stream.quiet_for(now) >= self.options.grace {
            let mut old = self.lives.remove(0);
            self.close(&mut old, sink);
        }
        for life in &mut self.lives {
            life.stream.grown.get_or_insert(now);
            let stream = &mut life.stream;
            let _ = keep(&self.spool, &self.segments, sink, |sink| stream.settle(now, &self.options, sink));
            if life.stream.quiet_for(now) >= self.options.settle
                && !std::mem::replace(&mut life.looked_at, true)
            {
                if rescue(life, &self.spool, &self.segments, &self.options, sink) {
                    let generation = life.generation();
                    self.arrived.push_back(Arrived::Bytes { generation, bytes: Vec::new() });
                } else {
                    tell_cut(life, sink);
                    life.unpacker.relax();
                }
            }
            life.rest(now);
        }
    }
}

/// Runs `work` with a sink that puts lines into the spool before it hands them on.
fn keep(
    spool: &SpoolStore,
    segments: &Segments,
    sink: &mut dyn FnMut(TailEvent<'_>),
    work: impl FnOnce(&mut dyn FnMut(TailEvent<'_>)),
) -> Result<(), SpoolError> {
    let mut failed = None;
    work(&mut |event| {
        if let TailEvent::Lines { generation, offset, bytes }
        | TailEvent::Unterminated { generation, offset, bytes } = event
        {
            if failed.is_some() {
                return;
            }
            match spool.append(&segments.path().to_string_lossy(), offset, bytes) {
                Ok(at) => segments.add(generation, offset, bytes.len(), at),
                Err(error) => {
                    failed = Some(error);
                    return;
                }
            }
        }
        sink(event);
    });
    failed.map_or(Ok(()), Err)
}

/// Checks whether a member that does not end was cut; if so, more can be unpacked.
fn rescue(
    life: &mut Life,
    spool: &SpoolStore,
    segments: &Segments,
    options: &TailOptions,
    sink: &mut dyn FnMut(TailEvent<'_>),
) -> bool {
    let Some(damage) = life.unpacker.rescue() else { return false };
    let lines = &mut life.stream.lines;
    let _ = keep(spool, segments, sink, |sink| lines.close(&*options.accept, sink));
    sink(TailEvent::Damaged { generation: life.generation(), damage: &damage });
    true
}

/// Reports once that a generation ends within a member.
fn tell_cut(life: &mut Life, sink: &mut dyn FnMut(TailEvent<'_>)) {
    if let Some(damage) = life.unpacker.cut()
        && !std::mem::replace(&mut life.told, true)
    {
        sink(TailEvent::Damaged { generation: life.generation(), damage: &damage });
    }
}

impl Tail for PackedTail {
    fn poll(
        &mut self,
        now: Duration,
        budget: usize,
        sink: &mut dyn FnMut(TailEvent<'_>),
    ) -> io::Result<Progress> {
        let mut left = budget.max(1);
        (self.now, self.waits) = (now, false);
        while !self.full {
            self.unpack(now, &mut left, sink);
            if self.full {
                break;
            }
            if self.waits {
                // There is nothing to be done about it now.
                return Ok(Progress { caught_up: true, ..self.progress });
            }
            if left == 0 || !self.arrived.is_empty() {
                return Ok(Progress { caught_up: false, ..self.progress });
            }
            let arrived = &mut self.arrived;
            self.progress = self.packed.poll(now, PIECE, &mut |event| arrived.extend(arrival(event)))?;
            if arrived.is_empty() {
                break;
            }
        }
        if self.progress.caught_up && !self.full {
            self.settle(now, sink);
        }
        Ok(Progress { caught_up: self.progress.caught_up || self.full, ..self.progress })
    }

    fn finish(&mut self, sink: &mut dyn FnMut(TailEvent<'_>)) {
        if self.waits {
            self.hasty = true;
            while self.poll(self.now, usize::MAX, sink).is_ok_and(|it| !it.caught_up) {}
            self.hasty = false;
        }
        if self.full {
            // We stopped reading, so the rest of a line or of a member is not the writer's fault.
            return;
        }
        for at in 0..self.lives.len() {
            while rescue(&mut self.lives[at], &self.spool, &self.segments, &self.options, sink) {
                let generation = self.lives[at].generation();
                self.arrived.push_back(Arrived::Bytes { generation, bytes: Vec::new() });
                self.unpack(Duration::ZERO, &mut { usize::MAX }, sink);
            }
            let life = &mut self.lives[at];
            let lines = &mut life.stream.lines;
            let _ = keep(&self.spool, &self.segments, sink, |sink| {
                lines.settle(&|_| true, sink);
            });
            tell_cut(life, sink);
        }
    }

    fn source(&self) -> SourceFile {
        SourceFile::unpacked(self.segments.clone())
    }

    fn has_read(&self, path: &Path) -> bool {
        self.packed.has_read(path)
    }

    fn lives(&self) -> Vec<LifeRead> {
        let of = |(at, life): (usize, &Life)| LifeRead {
            generation: life.generation(),
            print: life.stream.lines.fingerprint().clone(),
            lives: at + 1 == self.lives.len(),
        };
        self.lives.iter().enumerate().map(of).collect()
    }

    fn identity(&self) -> Option<FileKey> {
        self.packed.identity()
    }
}

fn arrival(event: TailEvent<'_>) -> Option<Arrived> {
    match event {
        TailEvent::Lines { generation, bytes, .. } | TailEvent::Unterminated { generation, bytes, .. } => {
            Some(Arrived::Bytes { generation, bytes: bytes.to_vec() })
        }
        TailEvent::Restart { generation, reason, file } => {
            Some(Arrived::Restart { generation, reason, file })
        }
        TailEvent::Gone => Some(Arrived::Gone),
        TailEvent::Returned => Some(Arrived::Returned),
        TailEvent::Skipped { .. }
        | TailEvent::Hole { .. }
        | TailEvent::Damaged { .. }
        | TailEvent::Ended { .. } => None,
    }
}
