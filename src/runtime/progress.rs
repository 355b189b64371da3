//! How fast logs are read, and how long it will take.

use std::time::Duration;

use crate::model::{LogSummary, Reading};

/// Before that it is too early to say.
const EARLY: Duration = Duration::from_millis(150);

/// How far the first pass over the logs is, `elapsed` after it began.
pub(super) fn reading(summary: &LogSummary, elapsed: Duration) -> Option<Reading> {
    if summary.loaded {
        return None;
    }
    let tail = summary.reading.is_some_and(|it| it.tail);
    let (read, size) = summary.bytes();
    if elapsed < EARLY || read == 0 {
        return Some(Reading { tail, ..Reading::default() });
    }
    let seconds = elapsed.as_secs_f64();
    let rate = (summary.records as f64 / seconds) as u64;
    let left = size.saturating_sub(read) as f64 * seconds / read as f64;
    // Input without a known end has no time left.
    let left = (size > read).then_some(left.ceil() as u64);
    Some(Reading { tail, rate: Some(rate), left })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::FileSummary;

    #[test]
    fn rate_and_time_left() {
        let file = FileSummary { read: 250, size: 1_000, ..FileSummary::default() };
        let summary = LogSummary { files: Arc::new(vec![file]), records: 5_000, ..LogSummary::default() };
        let early = Some(Reading::default());
        assert_eq!(reading(&summary, Duration::from_millis(100)), early);
        let later = Some(Reading { tail: false, rate: Some(2_500), left: Some(6) });
        assert_eq!(reading(&summary, Duration::from_secs(2)), later);
        assert_eq!(reading(&LogSummary { loaded: true, ..summary.clone() }, Duration::from_secs(2)), None);
        assert_eq!(reading(&LogSummary { files: Arc::default(), ..summary }, Duration::from_secs(2)), early);
    }
}
