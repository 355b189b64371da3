//! Says what is under way where that takes long and a person looks on: a headless command prints nothing until it is done.
//!
//! The line stands on stderr, if that is a terminal, and is gone before anything else is printed.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::runtime;

/// What is done sooner is not mentioned.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two lines.
const PAUSE: Duration = Duration::from_millis(250);
/// Back to the first column, and nothing after it.
const CLEAR: &str = "\r\x1b[K";

/// Something under way.
pub(super) struct Progress {
    /// `None`: nobody looks on.
    shared: Option<Arc<Mutex<Line>>>,
}

/// The line on the terminal.
struct Line {
    what: String,
    began: Instant,
    said: Option<Instant>,
    is_drawn: bool,
    is_over: bool,
}

impl Progress {
    /// Begins with `what` is done, as in `reading`.
    pub(super) fn begin(what: &str) -> Self {
        if !io::stderr().is_terminal() {
            return Self { shared: None };
        }
        let line = Line {
            what: what.to_owned(),
            began: Instant::now(),
            said: None,
            is_drawn: false,
            is_over: false,
        };
        let shared = Arc::new(Mutex::new(line));
        let drawn = Arc::clone(&shared);
        runtime::spawn("progress", move || {
            loop {
                thread::sleep(PAUSE);
                let mut line = lock(&drawn);
                if line.is_over {
                    return;
                }
                line.draw();
            }
        });
        Self { shared: Some(shared) }
    }

    /// What is done now. Asked for no more often than it is shown.
    pub(super) fn say(&self, what: impl FnOnce() -> String) {
        let Some(shared) = &self.shared else { return };
        let mut line = lock(shared);
        if line.said.is_none_or(|it| it.elapsed() >= PAUSE) {
            line.what = what();
            line.said = Some(Instant::now());
        }
    }

    /// Prints something else on stderr.
    pub(super) fn interrupt(&self, print: impl FnOnce()) {
        let line = self.shared.as_ref().map(lock);
        if let Some(mut line) = line {
            line.clear();
            print();
        } else {
            print();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            let mut line = lock(shared);
            line.is_over = true;
            line.clear();
        }
    }
}

impl Line {
    fn draw(&mut self) {
        let elapsed = self.began.elapsed();
        if elapsed >= PATIENCE {
            // A terminal that is gone cannot be told.
            let _ = write!(io::stderr(), "{CLEAR}{}", words(&self.what, elapsed));
            self.is_drawn = true;
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}

fn lock(line: &Arc<Mutex<Line>>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

fn words(what: &str, elapsed: Duration) -> String {
    format!("creditscope: {what}, {} s", elapsed.as_secs())
}

/// `reading: 45% of 2100 MB`; `reading: 12 records` where it is not known how much there is.
pub(super) fn reading((read, size): (u64, u64), records: u64) -> String {
    match size > read {
        true => format!("reading: {}% of {} MB", read * 100 / size, size.div_ceil(1_000_000)),
        false => format!("reading: {records} records"),
    }
}

/// `checking episode 3 of 1000`; `at` counts from 0.
pub(super) fn of_episodes(what: &str, at: usize, all: usize) -> String {
    format!("{what} episode {} of {all}", at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is() {
        assert_eq!(reading((450, 1_000), 7), "reading: 45% of 1 MB");
        assert_eq!(reading((450, 450), 7), "reading: 7 records");
        assert_eq!(reading((0, 0), 0), "reading: 0 records");
        assert_eq!(of_episodes("checking", 2, 1_000), "checking episode 3 of 1000");
        assert_eq!(words("reading", Duration::from_millis(2_900)), "creditscope: reading, 2 s");
    }
}
