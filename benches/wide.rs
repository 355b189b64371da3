//! Logs that are wide in one way, and the most memory that the program may take of each.
//!
//! `scale memory` holds the sizes of [`CASES`] against their budgets; `tests/memory.rs` does so at a tenth.

#![allow(dead_code, reason = "tests and the benchmark use a part each")]

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::generate::Random;

/// A log, what is asked of it, and what that may take.
pub struct Case {
    /// What is wide.
    pub name: &'static str,
    /// Writes a log of this size.
    pub log: fn(usize, &mut dyn Write) -> io::Result<()>,
    /// What follows the name of the program; the log comes last.
    pub arguments: &'static [&'static str],
    /// The full size, and the budget in MB.
    pub full: (usize, u64),
    /// A tenth of it, or about that, and the budget in MB: a program that holds next to nothing takes 25.
    pub tenth: (usize, u64),
}

/// Everything that has a budget.
pub const CASES: &[Case] = &[
    Case {
        name: "candidates of one replay group",
        log: candidates,
        arguments: &["report"],
        full: (100_000, 300),
        tenth: (10_000, 60),
    },
    Case {
        name: "agents in the matrix of the graph",
        log: talk,
        arguments: &["report", "--format", "screen", "--keys", "2vvv"],
        full: (16_000, 600),
        tenth: (1_600, 100),
    },
    Case {
        name: "players, all of whose coalitions are logged",
        log: coalitions,
        arguments: &["report"],
        full: (20, 150),
        tenth: (17, 70),
    },
    Case {
        name: "messages to everybody, as JSON",
        log: broadcast,
        arguments: &["report", "--format", "json"],
        full: (1_000_000, 2_500),
        tenth: (30_000, 120),
    },
    Case {
        name: "declared credits, audited, as JSON",
        log: credits,
        arguments: &["audit", "--format", "json"],
        full: (20_000, 100),
        tenth: (2_000, 45),
    },
];

/// The most memory that a program took, in bytes, and whether it ended well. Its output goes nowhere.
pub fn peak(command: &mut Command) -> io::Result<(u64, bool)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        // Once it has ended nothing is known of it any more, so the last millisecond is missing.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let kilobytes =
            line.and_then(|it| it.split_whitespace().next()).and_then(|it| it.parse::<u64>().ok());
        most = most.max(kilobytes.unwrap_or(0) << 10);
        if let Some(status) = child.try_wait()? {
            return Ok((most, status.success()));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// One act each by three agents, and a replay group of so many candidates with four returns.
fn candidates(count: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut random = Random(1);
    start(3, out)?;
    (0..3).try_for_each(|it| act(it, it, out))?;
    write!(
        out,
        r#"{{"type":"counterfactual","episode":"e","kind":"replay","group":"g","of":"x1","candidates":["#
    )?;
    let mut row = String::new();
    for j in 0..count {
        row.clear();
        let returns: Vec<String> = (0..4).map(|_| format!("{:.4}", random.unit())).collect();
        let (comma, real) = (if j > 0 { "," } else { "" }, j == 7);
        let _ = write!(
            row,
            r#"{comma}{{"j":{j},"action":"m{}","returns":[{}],"real":{real}}}"#,
            j % (count / 2).max(1),
            returns.join(",")
        );
        out.write_all(row.as_bytes())?;
    }
    writeln!(out, "]}}")?;
    end(out)
}

/// So many agents, each of which writes to another.
fn talk(agents: usize, out: &mut dyn Write) -> io::Result<()> {
    start(agents, out)?;
    for it in 0..agents {
        let to = (it * 7 + 1) % agents;
        writeln!(
            out,
            r#"{{"type":"message","episode":"e","id":"x{it}","from":"a{it}","to":"a{to}","ts":{},"content":"hi"}}"#,
            1_760_000_002 + it
        )?;
    }
    end(out)
}

/// The value of every coalition of so many players, 4,096 a record.
fn coalitions(players: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut random = Random(1);
    start(players, out)?;
    (0..players).try_for_each(|it| act(it, it, out))?;
    let worth: Vec<f64> = (0..players).map(|_| random.unit() - 0.5).collect();
    let last = (1_usize << players) - 1;
    let mut record = String::new();
    for mask in 0..=last {
        if record.is_empty() {
            record +=
                r#"{"type":"counterfactual","episode":"e","kind":"coalition","group":"all","coalitions":["#;
        } else {
            record.push(',');
        }
        let members: Vec<usize> = (0..players).filter(|it| mask >> it & 1 == 1).collect();
        let names: Vec<String> = members.iter().map(|it| format!("\"a{it}\"")).collect();
        let value: f64 = members.iter().map(|it| worth[*it]).sum();
        let _ = write!(record, r#"{{"agents":[{}],"value":{value:.4}}}"#, names.join(","));
        if mask % 4096 == 4095 || mask == last {
            writeln!(out, "{record}]}}")?;
            record.clear();
        }
    }
    end(out)
}

/// So many messages by five agents to all others.
fn broadcast(messages: usize, out: &mut dyn Write) -> io::Result<()> {
    start(5, out)?;
    for it in 0..messages {
        let (from, at) = (it % 5, 1_760_000_002 + it);
        writeln!(
            out,
            r#"{{"type":"message","episode":"e","id":"x{it}","from":"a{from}","to":"*","ts":{at},"content":"hi"}}"#
        )?;
    }
    end(out)
}

/// So many records of declared credit.
fn credits(count: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut random = Random(1);
    start(5, out)?;
    (0..10).try_for_each(|it| act(it, it % 5, out))?;
    for it in 0..count {
        let of: Vec<String> = (0..5).map(|it| format!(r#""a{it}":{:.4}"#, random.unit())).collect();
        let of = of.join(",");
        writeln!(
            out,
            r#"{{"type":"credit","episode":"e","id":"c{it}","algorithm":"uniform","agents":{{{of}}}}}"#
        )?;
    }
    end(out)
}

fn start(agents: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"{{"type":"run","credit_log":1,"run":"r","ts":1760000000,"env":"wide"}}"#)?;
    write!(out, r#"{{"type":"episode_start","episode":"e","ts":1760000001,"agents":["#)?;
    for it in 0..agents {
        let comma = if it > 0 { "," } else { "" };
        write!(out, r#"{comma}{{"id":"a{it}"}}"#)?;
    }
    writeln!(out, "]}}")
}

fn act(it: usize, agent: usize, out: &mut dyn Write) -> io::Result<()> {
    let at = 1_760_000_002 + it;
    let action = it % 7;
    writeln!(
        out,
        r#"{{"type":"action","episode":"e","id":"x{it}","agent":"a{agent}","ts":{at},"action":{action}}}"#
    )
}

fn end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"{{"type":"reward","episode":"e","id":"w","ts":1790000000,"value":-1.5}}"#)?;
    writeln!(out, r#"{{"type":"episode_end","episode":"e","ts":1790000001,"status":"failure"}}"#)
}
