//! Reads every episode of a log with several threads and takes them in order: for `check`, which looks at all
//! of them.
//!
//! ```text
//! thread t reads episodes t, t + n, t + 2n, ... -> work -> a few results wait -> take, in the list's order
//! ```

use crossbeam_channel::bounded;

use crate::{
    model::{Episode, EpisodeId},
    store::{RereadError, Store},
};

/// The most threads: more would wait for memory.
const MOST: usize = 4;
/// Results of one thread that may wait to be taken: one long episode need not hold up the others.
const WAITING: usize = 16;

/// Runs `work` on every episode of `store` with several threads and hands the results to `take`, in the order
/// of the list, until `take` returns an error.
///
/// # Errors
/// The first error of `take`.
pub fn each_episode<T: Send, E>(
    store: &Store,
    work: impl Fn(Result<Episode, RereadError>) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let count = store.episode_count();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(MOST).min(count);
    if threads <= 1 {
        return (0..count).try_for_each(|at| take(work(store.episode(EpisodeId::from_index(at)))));
    }
    std::thread::scope(|scope| {
        let results: Vec<_> = (0..threads)
            .map(|first| {
                let (send, results) = bounded(WAITING);
                let work = &work;
                scope.spawn(move || {
                    for at in (first..count).step_by(threads) {
                        // Nobody takes it any more.
                        if send.send(work(store.episode(EpisodeId::from_index(at)))).is_err() {
                            return;
                        }
                    }
                });
                results
            })
            .collect();
        for at in 0..count {
            // A thread that panicked ends the others at the end of the scope.
            let Ok(result) = results[at % threads].recv() else { break };
            take(result)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{runtime::OpenedLogs, store::Pass};

    #[test]
    fn episodes_are_taken_in_their_order_until_one_is_refused() {
        for count in [0, 1, 3, 500] {
            let text: String = (0..count)
                .map(|it| format!("{{\"type\":\"action\",\"episode\":\"e{it}\",\"agent\":\"a\"}}\n"))
                .collect();
            let mut logs = OpenedLogs::embedded("log", text.as_bytes(), Pass::Headers).unwrap();
            logs.read_all();
            let mut names = Vec::new();
            let name = |it: Result<Episode, RereadError>| it.unwrap().name;
            let all: Result<(), ()> = each_episode(&logs.store, name, |it| {
                names.push(it);
                Ok(())
            });
            assert!(all.is_ok());
            assert_eq!(names, (0..count).map(|it| format!("e{it}")).collect::<Vec<_>>());
            let mut taken = 0;
            let some = each_episode(&logs.store, name, |_| {
                taken += 1;
                if taken == 2 { Err("enough") } else { Ok(()) }
            });
            assert_eq!((some.is_err(), taken), (count >= 2, taken.min(2)));
        }
    }
}
