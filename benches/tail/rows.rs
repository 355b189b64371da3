//! What is measured: one run of a program on a log that grows.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    generate::{self, Random, Shape},
    process,
    session::{Run, Session},
};

/// For how long the processor is watched.
const WATCHED: Duration = Duration::from_secs(10);
/// Lines a second meanwhile.
const RATE: u32 = 100;
/// After the start: pages are touched, branches learned.
const WARM_UP: usize = 20;

/// How the episode begins: credit is declared, so that there is some to show.
const BEGINNING: &str = concat!(
    r#"{"type":"episode_start","episode":"live","ts":999.0,"agents":[{"id":"ann"},{"id":"bob"},{"id":"eve"}]}"#,
    "\n",
    r#"{"type":"credit","episode":"live","algorithm":"own","agents":{"ann":0.25,"bob":-0.5,"eve":0.25}}"#,
    "\n",
);

/// What holds for all rows.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Lines appended one at a time.
    pub appends: usize,
    /// The digit of the view that is looked at.
    pub view: char,
}

/// A program and the log it is given.
#[derive(Debug, Default)]
pub struct Row {
    /// Without file events.
    pub poll: bool,
    /// Acts that the episode has before it grows.
    pub acts: usize,
    /// What stands before the episode, and about how many bytes of it.
    pub behind: Option<(Shape, usize)>,
    /// A shell script that runs another program on `$1`.
    pub instead: Option<&'static str>,
}

impl Row {
    /// An episode after `bytes` of others.
    pub fn behind(shape: Shape, bytes: usize) -> Self {
        Self { behind: Some((shape, bytes)), ..Self::default() }
    }

    /// Another program.
    pub fn instead(script: &'static str) -> Self {
        Self { instead: Some(script), ..Self::default() }
    }

    /// Measures and prints a line.
    pub fn run(&self, name: &str, setting: Setting) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        self.write(&path);
        let mut writer = OpenOptions::new().append(true).open(&path).unwrap();
        let mut session = self.start(&path, setting.view);
        let mut random = Random(7);
        let (mut times, mut bytes) = (Vec::new(), Vec::new());
        for n in 0..WARM_UP + setting.appends {
            pause(&mut session, Duration::from_micros(150_000 + random.below(250_000) as u64));
            let before = session.wire().len();
            let id = format!("live{n}x");
            let line = record(&id, self.acts.max(2) + n);
            writer.write_all(line.as_bytes()).unwrap();
            let written = Instant::now();
            session.wait_until(&id, |it| it.has(&id));
            if n >= WARM_UP {
                times.push(session.arrived().saturating_duration_since(written).as_secs_f64() * 1e3);
                pause(&mut session, Duration::from_millis(140));
                bytes.push((session.wire().len() - before) as f64);
            }
        }
        let busy = self.cpu(&mut session, || {
            let mut n = 0;
            move || {
                n += 1;
                writer.write_all(record(&format!("busy{n}"), 1_000_000 + n).as_bytes()).unwrap();
            }
        });
        pause(&mut session, Duration::from_secs(1));
        let idle = self.cpu(&mut session, || || ());
        let [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1.0].map(|it| quantile(&mut times, it));
        let [b50, b_max] = [0.5, 1.0].map(|it| quantile(&mut bytes, it));
        println!(
            "{name:18} {p50:7.2} {p90:7.2} {p99:7.2} {max:7.2} {b50:8.0} {b_max:6.0} {busy:7.2} {idle:6.2}"
        );
    }

    fn write(&self, path: &Path) {
        let mut file = BufWriter::new(File::create(path).unwrap());
        if let Some((shape, bytes)) = self.behind {
            generate::write_log(shape, 1, bytes as u64, |piece| file.write_all(piece.as_bytes()).unwrap());
        }
        file.write_all(BEGINNING.as_bytes()).unwrap();
        for n in 0..self.acts.max(2) {
            file.write_all(record(&format!("early{n}"), n).as_bytes()).unwrap();
        }
        file.flush().unwrap();
    }

    fn start(&self, path: &Path, view: char) -> Session {
        if let Some(script) = self.instead {
            let mut session = Run::log(path).script(script).start();
            session.wait_for("early1");
            session.settle(Duration::from_millis(300));
            return session;
        }
        let mut arguments = vec!["--episode", "live"];
        arguments.extend(self.poll.then_some("--poll"));
        arguments.push(path.to_str().unwrap());
        let mut session = Run::new(arguments).start();
        session.wait_for("LIVE");
        session.wait_for("SUM");
        session.keys(&view.to_string());
        session.wait_for(&format!(" {view} "));
        session.settle(Duration::from_millis(300));
        // On the last act the cursor goes along.
        session.keys(if view == '1' { "\tG" } else { "G" });
        session.settle(Duration::from_millis(300));
        session
    }

    /// Percent of a processor while `work` is done [`RATE`] times a second.
    fn cpu<F: FnMut() + Send>(&self, session: &mut Session, work: impl FnOnce() -> F) -> f64 {
        let pid = session.pid();
        let began = Instant::now();
        let before = process::nanoseconds(pid);
        let mut work = work();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for n in 1..=WATCHED.as_secs() as u32 * RATE {
                    let due = Duration::from_secs(1) / RATE * n;
                    std::thread::sleep(due.saturating_sub(began.elapsed()));
                    work();
                }
            });
            pause(session, WATCHED);
        });
        let spent = process::nanoseconds(pid) - before;
        100.0 * spent as f64 / began.elapsed().as_nanos() as f64
    }
}

/// What the columns are.
pub fn heading(setting: Setting) {
    println!("{} appends, view {}; milliseconds from write() to the screen", setting.appends, setting.view);
    println!(
        "{:18} {:>7} {:>7} {:>7} {:>7} {:>8} {:>6} {:>7} {:>6}",
        "", "p50", "p90", "p99", "max", "B/line", "most", "cpu %", "idle %"
    );
}

/// Takes what comes for so long.
fn pause(session: &mut Session, time: Duration) {
    let end = Instant::now() + time;
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|it| !it.is_zero()) {
        session.receive(left);
    }
}

/// A line of about 150 bytes.
fn record(id: &str, n: usize) -> String {
    let (agent, time) = (["ann", "bob", "eve"][n % 3], 1_000.0 + n as f64 * 0.25);
    let (parent, name) = (n % 2, ["look", "walk", "carry"][n % 3]);
    format!(
        r#"{{"type":"action","episode":"live","id":"{id}","agent":"{agent}","ts":{time},"kind":"tool","parents":["early{parent}"],"action":{{"name":"{name}"}}}}"#
    ) + "\n"
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (share * values.len() as f64).ceil() as usize;
    values[at.clamp(1, values.len()) - 1]
}
