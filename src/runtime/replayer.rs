//! Replayers: outside programs that run counterfactuals again, spoken to by lines (see [`crate::replay`]).
//!
//! ```text
//! orders -> a thread for each process -> its stdin      | what it has not answered is asked again of the next process
//! reports <----------------------------- its stdout
//! ```
//!
//! A process may hang, end, print anything and ignore what it is told. So each request has a time limit, a process that
//! fails is ended with all that it started and begun again after a while, what it was doing is asked again a few times,
//! and the end of its stderr stands in the message. A guard, a process of its own, ends it when this program is killed.

mod process;

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, never, select, tick, unbounded};

use self::process::{Heard, Process};
use super::spawn;
use crate::replay::{Hello, Incoming, ReplayRequest, Replayed};

/// Looks at clocks so often.
const TICK: Duration = Duration::from_millis(100);
/// A request that took a process down, or was not answered, is asked so often in all.
const ATTEMPTS: u32 = 3;
/// A process that fails so often without an answer between is not begun again.
const FAILURES: u32 = 4;
/// Before it is begun again: this long after the first failure, twice as long after each further one.
const BACK_OFF: Duration = Duration::from_millis(250);
/// Lines that are no messages, in a row, until a process counts as broken.
const JUNK: u64 = 10_000;

/// How replayers are run.
#[derive(Clone, Debug)]
pub struct ReplayerSetting {
    /// The command line, for `sh -c`.
    pub command: String,
    /// How many processes.
    pub processes: usize,
    /// How long a process may take to say what it is.
    pub start_limit: Duration,
    /// How long a request may take.
    pub limit: Duration,
}

/// Something to run, with a number of the caller.
#[derive(Clone, Debug)]
pub struct ReplayOrder {
    /// The caller's number.
    pub number: usize,
    /// What is asked.
    pub request: ReplayRequest,
}

/// What replayers say.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplayReport {
    /// A process is ready.
    Ready(Hello),
    /// How many samples of an order are done.
    Progress(usize, u64),
    /// An order is done.
    Done(usize, Replayed),
    /// An order cannot be done: why.
    Failed(usize, String),
    /// A process failed, why, and is begun again.
    Restarted(String),
    /// A process failed and is not begun again: why. Its orders have failed.
    Ended(String),
}

/// Replayers that run. All processes end when it is dropped.
pub struct Replayers {
    orders: Option<Sender<ReplayOrder>>,
    reports: Receiver<ReplayReport>,
    stop: Arc<AtomicBool>,
    /// Held by every thread as well.
    alive: Arc<()>,
}

impl Replayers {
    /// Begins the processes.
    pub fn start(setting: &ReplayerSetting) -> Self {
        let (orders, queue) = unbounded::<ReplayOrder>();
        let (send, reports) = unbounded();
        let stop = Arc::new(AtomicBool::new(false));
        let alive = Arc::new(());
        for _ in 0..setting.processes.max(1) {
            let mut driver = Driver {
                setting: setting.clone(),
                queue: queue.clone(),
                send: send.clone(),
                stop: Arc::clone(&stop),
                again: VecDeque::new(),
                next_id: 1,
            };
            let alive = Arc::clone(&alive);
            spawn("replayer", move || {
                driver.run();
                drop(driver);
                drop(alive);
            });
        }
        Self { orders: Some(orders), reports, stop, alive }
    }

    /// Asks for something.
    pub fn order(&self, order: ReplayOrder) {
        // Without a process left, what is asked for has failed: `next` says so.
        let _ = self.orders.as_ref().map(|it| it.send(order));
    }

    /// What is said next, after at most `patience`; `None`: nothing.
    pub fn next(&self, patience: Duration) -> Option<ReplayReport> {
        self.reports.recv_timeout(patience).ok()
    }

    /// Whether every process has ended for good.
    pub fn are_over(&self) -> bool {
        Arc::strong_count(&self.alive) == 1 && self.reports.is_empty()
    }
}

impl Drop for Replayers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.orders = None;
        while Arc::strong_count(&self.alive) > 1 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// One process after another, on a thread.
struct Driver {
    setting: ReplayerSetting,
    queue: Receiver<ReplayOrder>,
    send: Sender<ReplayReport>,
    stop: Arc<AtomicBool>,
    /// What was asked of a process that failed, and how often.
    again: VecDeque<(ReplayOrder, u32)>,
    next_id: u64,
}

/// What is not answered yet.
struct Pending {
    id: u64,
    order: ReplayOrder,
    attempts: u32,
    /// Samples that are said to be done.
    done: u64,
    until: Instant,
}

/// How a process came to its end.
enum End {
    /// Nobody needs it any more.
    Unneeded,
    /// It failed: why, and whether it had answered anything.
    Failed(String, bool),
}

impl Driver {
    fn run(&mut self) {
        let mut failures = 0;
        loop {
            let (why, answered) = match self.process() {
                End::Unneeded => return,
                End::Failed(why, answered) => (why, answered),
            };
            failures = if answered { 1 } else { failures + 1 };
            if failures >= FAILURES {
                self.give_up(&why);
                return;
            }
            self.say(ReplayReport::Restarted(why));
            let until = Instant::now() + BACK_OFF * 2u32.pow(failures - 1);
            while Instant::now() < until {
                if self.is_stopped() {
                    return;
                }
                std::thread::sleep(TICK.min(until.saturating_duration_since(Instant::now())));
            }
        }
    }

    fn say(&self, report: ReplayReport) {
        // Nobody may listen any more.
        let _ = self.send.send(report);
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Fails all that waits for this process: others may still take what is in the queue.
    fn give_up(&mut self, why: &str) {
        for (order, _) in std::mem::take(&mut self.again) {
            self.say(ReplayReport::Failed(order.number, why.to_owned()));
        }
        self.say(ReplayReport::Ended(why.to_owned()));
    }

    /// Runs one process to its end.
    fn process(&mut self) -> End {
        let mut process = match Process::start(&self.setting.command) {
            Ok(process) => process,
            Err(why) => return End::Failed(format!("cannot run it: {why}"), false),
        };
        let mut pending: Vec<Pending> = Vec::new();
        let (why, answered) = match self.speak(&mut process, &mut pending) {
            End::Unneeded => {
                process.end_kindly(self.next_id);
                return End::Unneeded;
            }
            End::Failed(why, answered) => (process.end(&why), answered),
        };
        for it in pending {
            if it.attempts < ATTEMPTS {
                self.again.push_back((it.order, it.attempts));
            } else {
                let why = format!("asked {ATTEMPTS} times: {why}");
                self.say(ReplayReport::Failed(it.order.number, why));
            }
        }
        End::Failed(why, answered)
    }

    fn speak(&mut self, process: &mut Process, pending: &mut Vec<Pending>) -> End {
        let began = Instant::now();
        // Every process counts from 1.
        self.next_id = 1;
        let hello_id = self.take_id();
        process.tell(crate::replay::hello_request(hello_id));
        let (mut hello, mut answered, mut junk) = (None::<Hello>, false, 0);
        let ticks = tick(TICK);
        let none = never();
        loop {
            if self.is_stopped() {
                return End::Unneeded;
            }
            let has_room = hello.as_ref().is_some_and(|it| pending.len() < it.at_once);
            if has_room && let Some((order, attempts)) = self.again.pop_front() {
                self.ask(process, pending, order, attempts);
                continue;
            }
            let queue = if has_room { &self.queue } else { &none };
            select! {
                recv(queue) -> order => match order {
                    Ok(order) => self.ask(process, pending, order, 0),
                    Err(_) if pending.is_empty() => return End::Unneeded,
                    // Nothing more comes; what was asked is waited for.
                    Err(_) => std::thread::sleep(Duration::from_millis(1)),
                },
                recv(process.heard()) -> heard => match heard {
                    Ok(Heard::Line(line)) => {
                        let before = pending.len();
                        match self.hear(&line, hello_id, &mut hello, pending) {
                            Ok(true) => junk = 0,
                            Ok(false) => junk += 1,
                            Err(why) => return End::Failed(why, answered),
                        }
                        answered |= pending.len() < before;
                        if junk > JUNK {
                            return End::Failed(format!("{JUNK} lines on stdout that are no messages"), answered);
                        }
                    }
                    Ok(Heard::TooLong(bytes)) => {
                        return End::Failed(format!("a line on stdout of more than {bytes} bytes"), answered);
                    }
                    Err(_) => return End::Failed("it ended".to_owned(), answered),
                },
                recv(ticks) -> _ => {
                    if hello.is_none() && began.elapsed() > self.setting.start_limit {
                        let limit = self.setting.start_limit.as_secs_f64();
                        return End::Failed(format!("it did not say what it is within {limit} s"), answered);
                    }
                    let now = Instant::now();
                    if let Some(late) = pending.iter().find(|it| it.until < now) {
                        process.tell(crate::replay::cancel(late.id));
                        let limit = self.setting.limit.as_secs_f64();
                        return End::Failed(format!("no answer within {limit} s"), answered);
                    }
                }
            }
        }
    }

    fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    fn ask(&mut self, process: &mut Process, pending: &mut Vec<Pending>, order: ReplayOrder, attempts: u32) {
        let id = self.take_id();
        process.tell(crate::replay::replay_request(id, &order.request));
        let until = Instant::now() + self.setting.limit;
        pending.push(Pending { id, order, attempts: attempts + 1, done: 0, until });
    }

    /// Whether a line was a message.
    ///
    /// # Errors
    /// It is another kind of program.
    fn hear(
        &mut self,
        line: &[u8],
        hello_id: u64,
        hello: &mut Option<Hello>,
        pending: &mut Vec<Pending>,
    ) -> Result<bool, String> {
        let mut of = |id: u64| pending.iter().position(|it| it.id == id).map(|at| pending.swap_remove(at));
        match crate::replay::read(line) {
            Incoming::Result(id, result) if id == hello_id && hello.is_none() => {
                let said = Hello::of(&result)?;
                self.say(ReplayReport::Ready(said.clone()));
                *hello = Some(said);
            }
            Incoming::Failed(id, why) if id == hello_id => return Err(format!("it does not begin: {why}")),
            Incoming::Result(id, result) => {
                // What was answered twice, or taken back, is not waited for.
                let Some(it) = of(id) else { return Ok(true) };
                match Replayed::of(&result, it.order.request.samples) {
                    Ok(replayed) => self.say(ReplayReport::Done(it.order.number, replayed)),
                    Err(why) => self.say(ReplayReport::Failed(it.order.number, why)),
                }
            }
            Incoming::Failed(id, why) => {
                let Some(it) = of(id) else { return Ok(true) };
                self.say(ReplayReport::Failed(it.order.number, crate::text::label(&why, 400)));
            }
            Incoming::Progress(id, done, _) => {
                if let Some(it) = pending.iter_mut().find(|it| it.id == id) {
                    // It gets on.
                    if done > it.done {
                        (it.done, it.until) = (done, Instant::now() + self.setting.limit);
                    }
                    let number = it.order.number;
                    self.say(ReplayReport::Progress(number, done));
                }
            }
            Incoming::Broken => {
                let shown = crate::text::label(&String::from_utf8_lossy(line), 120);
                return Err(format!("a message that is no JSON: {shown}"));
            }
            Incoming::Other => {}
            Incoming::Junk => return Ok(false),
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
