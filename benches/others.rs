//! Seeded logs of writers that this project did not invent: other names of fields, ids that are numbers, records of many
//! lengths, texts of 200 to 2,000 characters with escapes, and the separators that Python writes by default.

#![allow(dead_code, reason = "each benchmark uses a part of it")]
#![allow(clippy::unwrap_used, reason = "writing to a string cannot fail")]

use std::fmt::Write as _;

use super::generate::{Random, text};

/// How long records are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// About 100 bytes, ids as numbers: reinforcement learning.
    Short,
    /// About 1 to 3 kB, with a state beside the text: language models.
    Llm,
}

/// Bytes that are handed on at once.
const PIECE: usize = 1 << 20;

const ROLES: [&str; 6] = ["planner", "executor", "critic", "researcher", "coder", "verifier"];
const TOOLS: [&str; 5] = ["call_tool", "search_database", "send_message", "write_file", "run_tests"];

/// Episodes one after the other, at least `bytes` bytes, piece by piece.
pub fn write_log(length: Length, seed: u64, bytes: u64, mut sink: impl FnMut(&str)) {
    let mut writer = Writer { random: Random(seed), act: 0, now: 1_760_000_000.0 };
    let (mut out, mut written, mut episode) = (String::new(), 0, 0);
    while written < bytes {
        episode += 1;
        let before = out.len();
        match length {
            Length::Short => writer.short(episode, &mut out),
            Length::Llm => writer.llm(episode, &mut out),
        }
        written += (out.len() - before) as u64;
        if out.len() >= PIECE {
            sink(&out);
            out.clear();
        }
    }
    sink(&out);
}

/// `json`, whole lines without blanks between values, as `json.dumps` of Python writes it: `", "` and `": "`.
pub fn as_python_writes(json: &str, out: &mut String) {
    let (mut in_text, mut escaped) = (false, false);
    for letter in json.chars() {
        out.push(letter);
        if in_text {
            in_text = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
        } else if letter == '"' {
            in_text = true;
        } else if matches!(letter, ',' | ':') {
            out.push(' ');
        }
    }
}

struct Writer {
    random: Random,
    /// Ids of acts go on over all episodes.
    act: usize,
    now: f64,
}

impl Writer {
    fn short(&mut self, episode: usize, out: &mut String) {
        let agents = 8 + self.random.below(57);
        let (acts, first) = (500 + self.random.below(3_501), self.act);
        writeln!(
            out,
            r#"{{"type":"episode_start","episode":{episode},"n_agents":{agents},"seed":{}}}"#,
            self.random.below(1 << 40)
        )
        .unwrap();
        let mut earned = 0.0;
        for _ in 0..acts {
            let (id, agent) = (self.act, self.random.below(agents));
            self.now += 0.02 * self.random.unit();
            let reward = if self.random.below(10) == 0 { self.random.unit() - 0.3 } else { 0.0 };
            write!(
                out,
                r#"{{"type":"action","episode":{episode},"id":{id},"agent":{agent},"t":{:.2},"parents":"#,
                self.now
            )
            .unwrap();
            self.parents(first, out);
            writeln!(
                out,
                r#","a":{},"logp":{:.4},"r":{reward:.4}}}"#,
                self.random.below(18),
                -4.0 * self.random.unit()
            )
            .unwrap();
            self.act += 1;
            if self.random.below(40) == 0 {
                let value = self.random.unit() - 0.4;
                earned += value;
                writeln!(
                    out,
                    r#"{{"type":"reward","episode":{episode},"t":{:.2},"value":{value:.5},"after":{id}}}"#,
                    self.now
                )
                .unwrap();
            }
        }
        for agent in 0..agents.min(8) {
            writeln!(
                out,
                r#"{{"type":"counterfactual","episode":{episode},"without":"{}_{agent:02}","value":{:.5}}}"#,
                ROLES[agent % ROLES.len()],
                self.random.unit()
            )
            .unwrap();
        }
        writeln!(
            out,
            r#"{{"type":"episode_end","episode":{episode},"actions":{acts},"return":{earned:.5}}}"#
        )
        .unwrap();
    }

    fn llm(&mut self, episode: usize, out: &mut String) {
        let count = 3 + self.random.below(10);
        let names: Vec<String> =
            (0..count).map(|it| format!("{}_{it:02}", ROLES[(it + episode) % ROLES.len()])).collect();
        let (acts, first) = (20 + self.random.below(381), self.act);
        write!(out, r#"{{"type":"episode_start","episode":"ep-{episode:06}","t":{:.6},"trace_id":"{:016x}","task":"answer the question with sources","seed":{},"agents":["#, self.now, self.random.next(), self.random.below(1 << 40)).unwrap();
        for (at, name) in names.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(out, r#"{comma}{{"id":"{name}","role":"worker","model":"llm-large-{}"}}"#, at % 3)
                .unwrap();
        }
        out.push_str("]}\n");
        let mut earned = 0.0;
        for _ in 0..acts {
            let (id, agent) = (self.act, &names[self.random.below(count)]);
            self.now += 3.0 * self.random.unit();
            write!(out, r#"{{"type":"action","episode":"ep-{episode:06}","id":{id},"agent":"{agent}","t":{:.6},"parents":"#, self.now).unwrap();
            self.parents(first, out);
            let tool = TOOLS[self.random.below(TOOLS.len())];
            write!(out, r#","latency_ms":{},"logp":{:.5},"action":{{"name":"{tool}","args":{{"query":"item {}","limit":{},"filters":{{"kind":"doc","after":"2026-01-{:02}"}}}}}},"text":"#, 5 + self.random.below(9_000), -4.0 * self.random.unit(), self.random.below(10_000), self.random.below(50), 1 + self.random.below(28)).unwrap();
            let length = (200.0 * 10_f64.powf(self.random.unit())) as usize;
            text(length, &mut self.random, out);
            write!(out, r#","pre_state":{{"context_tokens":{},"beliefs":{{"task_done":{:.4},"peer_reliable":{:.4}}},"goal":"subgoal-{}","memory":["#, 200 + self.random.below(120_000), self.random.unit(), self.random.unit(), self.random.below(30)).unwrap();
            let length = 40 + self.random.below(360);
            text(length, &mut self.random, out);
            out.push_str("]}}\n");
            self.act += 1;
            if self.random.below(40) == 0 {
                let value = self.random.unit() - 0.4;
                earned += value;
                writeln!(out, r#"{{"type":"reward","episode":"ep-{episode:06}","t":{:.6},"value":{value:.6},"source":"environment","after":{id}}}"#, self.now).unwrap();
            }
        }
        for out_of_it in 0..count {
            let rest: Vec<String> =
                (0..count).filter(|it| *it != out_of_it).map(|it| format!(r#""{}""#, names[it])).collect();
            let value = self.random.unit();
            writeln!(out, r#"{{"type":"counterfactual","episode":"ep-{episode:06}","agent":"{}","coalition":[{}],"value":{value:.6},"expected":{:.6},"default_action":{{"name":"noop","args":{{}}}}}}"#, names[out_of_it], rest.join(","), value * 0.9).unwrap();
        }
        writeln!(out, r#"{{"type":"episode_end","episode":"ep-{episode:06}","t":{:.6},"actions":{acts},"return":{earned:.6}}}"#, self.now).unwrap();
    }

    /// None to three earlier acts of the episode, which began with the act `first`.
    fn parents(&mut self, first: usize, out: &mut String) {
        let before = self.act - first;
        let count = [0, 1, 1, 1, 1, 1, 1, 2, 2, 3][self.random.below(10)].min(before);
        let mut parents: Vec<usize> = (0..count).map(|_| self.act - 1 - self.random.below(before)).collect();
        parents.sort_unstable();
        parents.dedup();
        let parents: Vec<String> = parents.iter().map(usize::to_string).collect();
        write!(out, "[{}]", parents.join(",")).unwrap();
    }
}
