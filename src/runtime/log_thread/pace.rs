//! When the log thread sends the screen what has come, and when it looks for new files. It has no clock: the
//! caller says what time it is.

use std::time::{Duration, Instant};

/// The least time between two summaries while a large log is read.
const REPORT: Duration = Duration::from_millis(60);
/// The same while a log grows, which is shown ten times a second.
const LIVE_REPORT: Duration = Duration::from_millis(95);
/// The same once it has grown without a pause for several summaries: nobody reads lines that fast, and each
/// frame of them costs.
const STREAM_REPORT: Duration = Duration::from_millis(320);
const STREAM: u32 = 10;
/// What comes this soon after the last summary could be shown has waited for it.
const WAITED: Duration = Duration::from_millis(20);
/// A summary of very many episodes takes a while, here and on the screen. Reading continues for this many
/// times as long before the next.
const REPORT_SHARE: u32 = 15;
/// Between two looks for new files.
const RESCAN: Duration = Duration::from_secs(1);
/// The least time to the next look where a file has appeared, and how many times as long as a look takes.
const AT_ONCE: Duration = Duration::from_millis(5);
const LOOK_SHARE: u32 = 5;
/// Time per file between two checks that all files are watched; new files are checked at once.
const COVER: Duration = Duration::from_millis(10);

/// The pace of summaries.
#[derive(Debug)]
pub(super) struct Pace {
    /// When the last summary was sent.
    reported: Option<Instant>,
    /// How long the next one waits after that.
    pause: Duration,
    /// How many summaries in a row had something waiting for them.
    stream: u32,
}

impl Pace {
    /// Nothing was sent yet.
    pub(super) fn new() -> Self {
        Self { reported: None, pause: REPORT, stream: 0 }
    }

    /// Whether the next summary may be sent.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.left(now).is_zero()
    }

    /// How long the next summary still waits.
    pub(super) fn left(&self, now: Instant) -> Duration {
        self.reported
            .map_or(Duration::ZERO, |it| self.pause.saturating_sub(now.saturating_duration_since(it)))
    }

    /// Notes that a summary was made from `began` until `now`, while the log was being read or after that
    /// (`loaded`).
    pub(super) fn made(&mut self, began: Instant, now: Instant, loaded: bool) {
        let since = |it| now.saturating_duration_since(it);
        let waited = self.reported.is_some_and(|it| since(it) < self.pause + WAITED);
        self.stream = if waited && loaded { self.stream + 1 } else { 0 };
        let least = match (loaded, self.stream >= STREAM) {
            (false, _) => REPORT,
            (true, false) => LIVE_REPORT,
            (true, true) => STREAM_REPORT,
        };
        self.pause = least.max(since(began) * REPORT_SHARE);
    }

    /// Notes that all was sent. Returns when the next may come.
    pub(super) fn sent(&mut self, now: Instant) -> Instant {
        self.reported = Some(now);
        now + self.pause
    }
}

/// When files are looked for, and whether all are watched.
#[derive(Debug)]
pub struct Rescans {
    /// When the last look began, and when it ended.
    looked: (Instant, Instant),
    covered: Instant,
}

impl Rescans {
    /// As if both had just been done.
    pub fn new(now: Instant) -> Self {
        Self { looked: (now, now), covered: now }
    }

    /// When to look for new files next; soon if one `appeared`, but so that most of the time is left for reading them.
    pub(super) fn next(&self, appeared: bool) -> Instant {
        let (began, ended) = self.looked;
        if appeared { ended + AT_ONCE.max((ended - began) * LOOK_SHARE) } else { began + RESCAN }
    }

    /// Whether to look for new files. If so, the look begins `now`.
    pub fn is_due(&mut self, now: Instant, appeared: bool) -> bool {
        let is_due = now >= self.next(appeared).min(self.next(false));
        if is_due {
            self.looked = (now, now);
        }
        is_due
    }

    /// The look ends `now`.
    pub fn looked(&mut self, now: Instant) {
        self.looked.1 = now;
    }

    /// Whether to check that all files are watched: at once if there is `news` of new ones. If so, the next
    /// check comes a while after `now`.
    pub(super) fn covers(&mut self, now: Instant, news: bool, files: usize) -> bool {
        let is_due = news || now.saturating_duration_since(self.covered) >= COVER * files as u32;
        if is_due {
            self.covered = now;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_first_summary_comes_at_once_and_the_next_when_its_pause_is_over() {
        let (mut pace, start) = (Pace::new(), Instant::now());
        assert!(pace.is_due(start));
        pace.made(start, start + MS, false);
        assert_eq!(pace.sent(start + MS), start + MS + REPORT);
        assert!(!pace.is_due(start + REPORT) && pace.is_due(start + MS + REPORT));
        assert_eq!(pace.left(start + 11 * MS), REPORT - 10 * MS);
        // One that takes long is rarer: 15 times 100 ms.
        pace.made(start, start + 100 * MS, true);
        assert_eq!(pace.sent(start), start + 1500 * MS);
    }

    #[test]
    fn a_log_that_grows_without_a_pause_is_shown_less_often_until_it_pauses() {
        let (mut pace, mut now) = (Pace::new(), Instant::now());
        let mut step = |after: Duration| {
            now += after;
            pace.made(now, now, true);
            pace.sent(now) - now
        };
        assert_eq!(step(Duration::ZERO), LIVE_REPORT);
        for _ in 1..STREAM {
            assert_eq!(step(LIVE_REPORT), LIVE_REPORT);
        }
        assert_eq!(step(LIVE_REPORT + WAITED - MS), STREAM_REPORT);
        assert_eq!(step(STREAM_REPORT), STREAM_REPORT);
        assert_eq!(step(STREAM_REPORT + WAITED), LIVE_REPORT, "nothing was waiting for it");
        // While the log is being read for the first time none of that counts.
        for _ in 0..2 * STREAM {
            pace.made(now, now, false);
            assert_eq!(pace.sent(now) - now, REPORT);
        }
    }

    #[test]
    fn a_file_that_appears_is_looked_for_at_once_unless_looks_take_long() {
        let start = Instant::now();
        let mut rescans = Rescans::new(start);
        assert!(!rescans.is_due(start + AT_ONCE - MS, true) && rescans.is_due(start + AT_ONCE, true));
        // A look of 10 ms: the next comes 50 ms after its end.
        rescans.looked(start + AT_ONCE + 10 * MS);
        assert!(!rescans.is_due(start + AT_ONCE + 59 * MS, true));
        assert!(rescans.is_due(start + AT_ONCE + 60 * MS, true));
        // However long it takes, there is a look each second.
        rescans.looked(start + AT_ONCE + 700 * MS);
        assert!(rescans.is_due(start + AT_ONCE + 1060 * MS, true));
    }

    #[test]
    fn files_are_looked_for_each_second_and_watched_by_their_number() {
        let start = Instant::now();
        let mut rescans = Rescans::new(start);
        assert!(!rescans.is_due(start + RESCAN - MS, false));
        assert!(rescans.is_due(start + RESCAN, false) && !rescans.is_due(start + RESCAN + MS, false));
        // 300 files: three seconds.
        assert!(!rescans.covers(start + 2999 * MS, false, 300));
        assert!(rescans.covers(start + 3000 * MS, false, 300));
        assert!(!rescans.covers(start + 5999 * MS, false, 300));
        assert!(rescans.covers(start + 5999 * MS, true, 300), "there are new files");
        assert!(!rescans.covers(start + 8998 * MS, false, 300));
    }
}
