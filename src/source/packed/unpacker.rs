//! Turns packed bytes into unpacked bytes, whatever happens to the packed ones. No IO.
//!
//! ```text
//! Start ─┬─ magic ──> Member ──> Between ──> Member ...
//!        '─ other ──> Plain        |  '─ NULs are padding
//!                     error, junk ─┴─> Lost ── next magic ──> Member
//! ```

use memchr::memchr2_iter;

use super::super::damage::Damage;
use super::gunzip::Gunzip;
use super::step::{Broken, Step};
use super::unzstd::Unzstd;
use super::{Begins, Packing};

/// Gives packed bytes a second time: those between two offsets, or the first of them.
///
/// # Errors
/// Why they cannot be read any more.
pub(in crate::source) type Again<'a> = &'a mut dyn FnMut(u64, u64, &mut Vec<u8>) -> Result<(), String>;

/// What one call came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct Outcome {
    /// Bytes written to the output.
    pub(in crate::source) produced: usize,
    /// What is wrong; more may follow in the next call.
    pub(in crate::source) damage: Option<Damage>,
    /// Nothing more comes out before more goes in.
    pub(in crate::source) hungry: bool,
}

enum Member {
    Gzip(Box<Gunzip>),
    Zstd(Unzstd),
}

impl Member {
    fn begin(packing: Packing) -> Result<Self, String> {
        Ok(match packing {
            Packing::Gzip => Member::Gzip(Box::new(Gunzip::new())),
            Packing::Zstd => Member::Zstd(Unzstd::new()?),
        })
    }

    fn packing(&self) -> Packing {
        match self {
            Member::Gzip(_) => Packing::Gzip,
            Member::Zstd(_) => Packing::Zstd,
        }
    }

    /// The name of a part of such a file.
    fn noun(packing: Packing) -> &'static str {
        match packing {
            Packing::Gzip => "gzip member",
            Packing::Zstd => "zstd frame",
        }
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Broken> {
        match self {
            Member::Gzip(it) => it.step(input, output),
            Member::Zstd(it) => it.step(input, output),
        }
    }
}

enum State {
    /// Nothing is known of the data yet.
    Start,
    /// It is not packed: handed on as it is.
    Plain,
    /// In the member that began at `from`, `produced` bytes of which were handed on.
    Inside { from: u64, produced: u64, member: Member },
    /// Like `Inside`, but the decoder was given up: it must be fed again from `from`.
    Asleep { from: u64, produced: u64, packing: Packing },
    /// Behind a whole member.
    Between,
    /// Behind damage.
    Lost,
    /// It unpacks to so much that it is no log: nothing more comes out.
    Refused,
}

/// Used input of a member that is kept. A cut member swallows the head of the next one before the cut shows,
/// in zstd by up to a block.
const HISTORY: usize = 128 << 10;

/// So much may come of anything.
const FREE: u64 = 1 << 30;
/// Beyond that, no more than so many times the packed bytes: repetitive logs are packed to a fiftieth, zeros by gzip to
/// a thousandth and by zstd to far less. What is unpacked must not fill the disk.
const MOST_TIMES: u64 = 500;

/// Unpacks what it is fed.
pub(in crate::source) struct Unpacker {
    state: State,
    /// Bytes that came out of members.
    unpacked: u64,
    /// What may come of anything: [`FREE`].
    pub(super) free: u64,
    /// Input not used yet: `input[start..]`. Within a member, some used input before it.
    input: Vec<u8>,
    start: usize,
    /// Where `input[start]` stands in the packed data.
    at: u64,
}

impl Unpacker {
    /// At the start of packed (or plain) data.
    pub(in crate::source) fn new() -> Self {
        Self { state: State::Start, unpacked: 0, free: FREE, input: Vec::new(), start: 0, at: 0 }
    }

    /// Takes packed bytes that continue those fed before.
    pub(in crate::source) fn feed(&mut self, bytes: &[u8]) {
        self.forget(self.start.saturating_sub(HISTORY));
        self.input.extend_from_slice(bytes);
    }

    /// Where the member begins that is not complete yet, if there is one, and its kind.
    pub(in crate::source) fn unfinished(&self) -> Option<(u64, &'static str)> {
        match &self.state {
            State::Inside { from, member, .. } => Some((*from, Member::noun(member.packing()))),
            State::Asleep { from, packing, .. } => Some((*from, Member::noun(*packing))),
            State::Start | State::Plain | State::Between | State::Lost | State::Refused => None,
        }
    }

    /// Gives up the decoder and its memory, if all that was fed is used.
    pub(in crate::source) fn sleep(&mut self) {
        if self.start < self.input.len() {
            return;
        }
        self.input = Vec::new();
        self.start = 0;
        if let State::Inside { from, produced, member } = &self.state {
            self.state = State::Asleep { from: *from, produced: *produced, packing: member.packing() };
        }
    }

    /// Forgets used input in which no member begins, as [`Unpacker::rescue`] has just found.
    pub(in crate::source) fn relax(&mut self) {
        // But for what may be the first bytes of one.
        self.forget(self.start.saturating_sub(FIXED));
        self.input.shrink_to_fit();
    }

    /// Bytes of memory that its decoder takes, about.
    pub(in crate::source) fn memory(&self) -> usize {
        match &self.state {
            State::Inside { member: Member::Gzip(_), .. } => 48 << 10,
            State::Inside { member: Member::Zstd(_), .. } => 8 << 20,
            _ => 0,
        }
    }

    /// Packed bytes that must be fed again before it can continue.
    pub(in crate::source) fn to_replay(&self) -> u64 {
        if let State::Asleep { from, .. } = self.state { self.at - from } else { 0 }
    }

    /// Whether its decoder was given up: wake it before feeding it.
    pub(in crate::source) fn is_asleep(&self) -> bool {
        matches!(self.state, State::Asleep { .. })
    }

    /// Wakes a sleeping decoder: `again` gives the part of the member that it had been fed, and it is fed
    /// that again. The output was handed on before and is thrown away.
    ///
    /// # Errors
    /// If those bytes cannot be had or have changed: the member is lost.
    pub(in crate::source) fn wake(&mut self, again: Again<'_>) -> Result<(), Damage> {
        let State::Asleep { from, produced, packing } = self.state else { return Ok(()) };
        let to = self.at;
        let mut replay = || -> Result<Member, String> {
            let mut member = Member::begin(packing)?;
            let (mut at, mut unpacked) = (from, 0);
            let (mut piece, mut thrown) = (Vec::new(), vec![0; 64 << 10]);
            while at < to {
                again(at, to, &mut piece)?;
                if piece.is_empty() {
                    return Err("it is cut".to_owned());
                }
                let mut used = 0;
                loop {
                    let step = member.step(&piece[used..], &mut thrown).map_err(|it| it.why)?;
                    used += step.consumed;
                    unpacked += step.produced as u64;
                    if step.ended || (step.consumed == 0 && step.produced == 0) {
                        break;
                    }
                }
                at += piece.len() as u64;
                if used < piece.len() {
                    break;
                }
            }
            if (at, unpacked) != (to, produced) {
                return Err("it holds something else now".to_owned());
            }
            Ok(member)
        };
        match replay() {
            Ok(member) => {
                self.state = State::Inside { from, produced, member };
                Ok(())
            }
            Err(why) => {
                self.state = State::Lost;
                Err(Damage {
                    at: from,
                    what: format!("the {} cannot be read on: {why}", Member::noun(packing)),
                })
            }
        }
    }

    /// Unpacks into `output` until it is full, the input is used up, or something is wrong.
    pub(in crate::source) fn unpack(&mut self, output: &mut [u8]) -> Outcome {
        let mut outcome = Outcome::default();
        while outcome.damage.is_none() && !outcome.hungry && outcome.produced < output.len() {
            let input = &self.input[self.start..];
            match &mut self.state {
                State::Start => match Packing::of(input) {
                    Begins::Member(packing) => outcome.damage = self.begin(packing),
                    Begins::Unclear => outcome.hungry = true,
                    Begins::Other => self.state = State::Plain,
                },
                State::Plain => {
                    let room = &mut output[outcome.produced..];
                    let count = input.len().min(room.len());
                    room[..count].copy_from_slice(&input[..count]);
                    outcome.produced += count;
                    outcome.hungry = count == input.len();
                    self.consume(count);
                }
                State::Between => {
                    let padding = input.iter().take_while(|it| **it == 0).count();
                    self.consume(padding);
                    let input = &self.input[self.start..];
                    match Packing::of(input) {
                        _ if input.is_empty() => outcome.hungry = true,
                        Begins::Member(packing) => outcome.damage = self.begin(packing),
                        Begins::Unclear => outcome.hungry = true,
                        Begins::Other => {
                            let what = "what follows a whole member is no packed data".to_owned();
                            outcome.damage = Some(Damage { at: self.at, what });
                            self.state = State::Lost;
                        }
                    }
                }
                State::Inside { from, produced, member } => {
                    match member.step(input, &mut output[outcome.produced..]) {
                        Ok(step) => {
                            *produced += step.produced as u64;
                            outcome.produced += step.produced;
                            let idle = step.consumed == 0 && step.produced == 0;
                            if step.ended {
                                self.state = State::Between;
                            }
                            outcome.hungry = idle && !step.ended;
                            self.consume(step.consumed);
                            self.unpacked += step.produced as u64;
                            outcome.damage = self.refused();
                        }
                        Err(Broken { consumed, produced, why }) => {
                            outcome.produced += produced;
                            let (from, noun) = (*from, Member::noun(member.packing()));
                            let what =
                                format!("the {noun} that begins at byte {from} cannot be unpacked: {why}");
                            self.consume(consumed);
                            outcome.damage = Some(Damage { at: self.at, what });
                            self.state = State::Lost;
                            // No further back than just after the first byte of the damaged member.
                            let back = (self.at - from).saturating_sub(1).min(self.start as u64);
                            self.start -= back as usize;
                            self.at -= back;
                            if self.at == from {
                                self.consume(1);
                            }
                        }
                    }
                }
                State::Lost => match next_member(input) {
                    (skip, Some(packing)) => {
                        self.consume(skip);
                        outcome.damage = self.begin(packing);
                    }
                    (skip, None) => {
                        self.consume(skip);
                        outcome.hungry = true;
                    }
                },
                State::Refused => {
                    self.consume(self.input.len() - self.start);
                    outcome.hungry = true;
                }
                State::Asleep { .. } => outcome.hungry = true,
            }
        }
        if !matches!(self.state, State::Inside { .. }) {
            self.forget(self.start);
        }
        outcome
    }

    /// Gives up if too much has come of too little.
    fn refused(&mut self) -> Option<Damage> {
        if self.unpacked <= self.free || self.unpacked / MOST_TIMES <= self.at {
            return None;
        }
        self.state = State::Refused;
        let what = format!(
            "{} bytes came of {}, more than {MOST_TIMES} times as many: it is no log, and the rest is not read",
            self.unpacked, self.at
        );
        Some(Damage { at: self.at, what })
    }

    /// The end of the data. Returns plain bytes that were held back because they could have been a magic
    /// number, and the damage if the data ends within a member.
    pub(in crate::source) fn end(&mut self) -> (Vec<u8>, Option<Damage>) {
        let rest = match self.state {
            State::Start | State::Plain => self.input.split_off(self.start),
            _ => Vec::new(),
        };
        self.at += rest.len() as u64;
        (rest, self.cut())
    }

    /// A member that does not end although nothing more comes may have been cut and may have swallowed the
    /// next ones as its own data. Continues after it if a member begins in what was fed last. Call
    /// [`Unpacker::unpack`] afterwards if it finds one.
    pub(in crate::source) fn rescue(&mut self) -> Option<Damage> {
        let State::Inside { from, member, .. } = &self.state else { return None };
        let (from, noun) = (*from, Member::noun(member.packing()));
        let used = self.start - (self.at - from).saturating_sub(1).min(self.start as u64) as usize;
        let (skip, next) = next_member(&self.input[used..self.start]);
        next?;
        let back = self.start - used - skip;
        self.start -= back;
        self.at -= back as u64;
        self.state = State::Lost;
        let what = format!("the {noun} that begins at byte {from} was cut before its end");
        Some(Damage { at: self.at, what })
    }

    /// The damage to report of data that ends here, if any.
    pub(in crate::source) fn cut(&self) -> Option<Damage> {
        let left = (self.input.len() - self.start) as u64;
        let (from, noun) = match self.unfinished() {
            Some(unfinished) => unfinished,
            // A few bytes that could be the first of the next member.
            None if matches!(self.state, State::Between) && left > 0 => (self.at, "member"),
            None => return None,
        };
        let what = format!("ends within the {noun} that begins at byte {from}: cut, or still being written");
        Some(Damage { at: self.at + left, what })
    }

    fn begin(&mut self, packing: Packing) -> Option<Damage> {
        match Member::begin(packing) {
            Ok(member) => {
                self.state = State::Inside { from: self.at, produced: 0, member };
                None
            }
            Err(what) => {
                self.state = State::Lost;
                Some(Damage { at: self.at, what })
            }
        }
    }

    /// Drops the first bytes of the buffer, which are used up.
    fn forget(&mut self, count: usize) {
        if count == self.input.len() {
            self.input = Vec::new();
        } else {
            self.input.drain(..count);
        }
        self.start -= count;
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        self.at += count as u64;
    }
}

/// Length of the fixed header of a gzip member, which is less than the smallest zstd frame.
const FIXED: usize = 10;

/// How many bytes of `input` begin no member, and what begins after them. A few bytes at the end may begin a
/// magic number and are not skipped. Stricter than [`Packing::of`], because any bytes may stand here.
fn next_member(input: &[u8]) -> (usize, Option<Packing>) {
    for at in memchr2_iter(0x1f, 0x28, input) {
        let rest = &input[at..];
        if rest.len() < FIXED {
            if let Begins::Unclear | Begins::Member(_) = Packing::of(rest) {
                return (at, None);
            }
            continue;
        }
        match rest[..FIXED] {
            // The flags, the compression level and the system, with the values that RFC 1952 knows.
            [0x1f, 0x8b, 8, 0..0x20, _, _, _, _, 0 | 2 | 4, 0..=13 | 255] => {
                return (at, Some(Packing::Gzip));
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => return (at, Some(Packing::Zstd)),
            _ => {}
        }
    }
    (input.len(), None)
}
