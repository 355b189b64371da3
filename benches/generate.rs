//! Seeded logs for benchmarks: the same arguments give the same bytes.
//!
//! Several workers append to one log, an episode each, so that episodes are interleaved as in a training job.
//! Records have their header fields first, as the format recommends.

#![allow(dead_code, reason = "each benchmark uses a part of it")]
#![allow(clippy::unwrap_used, reason = "writing to a string cannot fail")]

use std::fmt::Write as _;

/// What a log looks like.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Agents of an episode.
    pub agents: usize,
    /// Acts of an episode.
    pub acts: usize,
    /// Episodes under way at a time.
    pub workers: usize,
    /// Characters of text in each act; 0 if the action is a number.
    pub text: usize,
    /// Whether every act has valued alternatives, and the episode all coalitions, replays and declared
    /// credit.
    pub counterfactuals: bool,
    /// Whether acts have their payload first and their header fields in a strange order after it.
    pub foreign: bool,
}

/// Records of about 150 bytes, as a reinforcement learner writes them.
pub const SHORT: Shape =
    Shape { agents: 8, acts: 200, workers: 16, text: 0, counterfactuals: false, foreign: false };

/// Records of about 2 kB, as a team of language models writes them.
pub const LLM: Shape =
    Shape { agents: 5, acts: 60, workers: 4, text: 1_700, counterfactuals: false, foreign: false };

/// Very many episodes: 10^6 in half a gigabyte.
pub const MANY_EPISODES: Shape = Shape { agents: 2, acts: 1, ..SHORT };

/// One episode of 10^6 acts.
pub const MANY_ACTS: Shape = Shape { acts: 1_000_000, workers: 1, ..SHORT };

/// Episodes of 10^5 agents.
pub const MANY_AGENTS: Shape = Shape { agents: 100_000, acts: 200_000, workers: 1, ..SHORT };

/// One episode of 10^5 acts by 10^4 agents.
pub const LARGE_TEAM: Shape = Shape { agents: 10_000, acts: 100_000, workers: 1, ..SHORT };

/// Records of about 2 kB that begin with their payload.
pub const FOREIGN: Shape = Shape { foreign: true, ..LLM };

/// An episode with everything a credit method can use.
pub const RICH: Shape =
    Shape { agents: 6, acts: 100, workers: 1, text: 80, counterfactuals: true, foreign: false };

/// SplitMix64 (Steele, Lea and Flood 2014).
pub struct Random(pub u64);

impl Random {
    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number from 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Bytes that are handed on at once.
const PIECE: usize = 1 << 20;

/// A log of at least `bytes` bytes: whole episodes.
pub fn log(shape: Shape, seed: u64, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + (bytes >> 4) + 65_536);
    write_log(shape, seed, bytes as u64, |piece| out.extend_from_slice(piece.as_bytes()));
    out
}

/// The same, piece by piece.
pub fn write_log(shape: Shape, seed: u64, bytes: u64, mut sink: impl FnMut(&str)) {
    let mut out = String::new();
    let mut written = 0;
    let mut random = Random(seed);
    writeln!(out, r#"{{"type":"run","credit_log":1,"run":"generated/{seed}","ts":1760000000.0,"env":"generated","algorithm":"shapley","gamma":1.0}}"#).unwrap();
    let mut next = 0;
    let mut workers: Vec<Worker> = Vec::new();
    let mut now = 1_760_000_000.0;
    while next == 0 || written < bytes || !workers.is_empty() {
        if out.len() >= PIECE {
            sink(&out);
            out.clear();
        }
        let before = out.len();
        if workers.len() < shape.workers && (next == 0 || written < bytes) {
            workers.push(Worker::start(shape, next, now, &mut random, &mut out));
            next += 1;
        }
        now += 0.01;
        let at = random.below(workers.len());
        if workers[at].go_on(shape, now, &mut random, &mut out) {
            workers.swap_remove(at);
        }
        written += (out.len() - before) as u64;
    }
    sink(&out);
}

/// A log of one episode.
pub fn episode(shape: Shape, seed: u64) -> Vec<u8> {
    log(Shape { workers: 1, ..shape }, seed, 1)
}

/// One episode under way.
struct Worker {
    episode: usize,
    act: usize,
    earned: f64,
}

impl Worker {
    fn start(shape: Shape, episode: usize, now: f64, random: &mut Random, out: &mut String) -> Self {
        write!(out, r#"{{"type":"episode_start","episode":"ep-{episode:06}","ts":{now:.2},"seed":{},"task":"generated","agents":["#, random.below(1000)).unwrap();
        for agent in 0..shape.agents {
            let comma = if agent > 0 { "," } else { "" };
            write!(out, r#"{comma}{{"id":"agent_{agent:02}","role":"worker"}}"#).unwrap();
        }
        out.push_str("]}\n");
        Self { episode, act: 0, earned: 0.0 }
    }

    /// Writes the next record; returns `true` when the episode is over.
    fn go_on(&mut self, shape: Shape, now: f64, random: &mut Random, out: &mut String) -> bool {
        let episode = self.episode;
        if self.act == shape.acts {
            if shape.counterfactuals {
                self.coalitions(shape, random, out);
                self.replays(shape, random, out);
            }
            let value = self.earned;
            writeln!(out, r#"{{"type":"reward","episode":"ep-{episode:06}","id":"r","ts":{now:.2},"value":{value:.4},"source":"environment"}}"#).unwrap();
            let status = if value > 0.0 { "success" } else { "failure" };
            writeln!(out, r#"{{"type":"episode_end","episode":"ep-{episode:06}","ts":{now:.2},"status":"{status}","return":{value:.4},"steps":{}}}"#, self.act).unwrap();
            return true;
        }
        let act = self.act;
        self.act += 1;
        self.earned += random.unit() - 0.52;
        let agent = random.below(shape.agents);
        if act % 10 == 9 {
            let to = (agent + 1) % shape.agents;
            write!(out, r#"{{"type":"message","episode":"ep-{episode:06}","id":"a{act}","from":"agent_{agent:02}","ts":{now:.2},"step":{act},"parents":["a{}"],"to":"agent_{to:02}","content":"#, act - 1).unwrap();
            text(shape.text.max(20), random, out);
            out.push_str("}\n");
            return false;
        }
        if shape.foreign {
            out.push_str(r#"{"action":"#);
            text(shape.text.max(20), random, out);
            writeln!(out, r#","step":{act},"ts":{now:.2},"kind":"llm","agent":"agent_{agent:02}","usage":{{"in":1200,"out":300}},"id":"a{act}","type":"action","episode":"ep-{episode:06}"}}"#).unwrap();
            return false;
        }
        write!(out, r#"{{"type":"action","episode":"ep-{episode:06}","id":"a{act}","agent":"agent_{agent:02}","ts":{now:.2},"step":{act}"#).unwrap();
        if act > 0 {
            write!(out, r#","parents":["a{}"]"#, act - 1 - random.below(act.min(3))).unwrap();
        }
        if shape.text == 0 {
            let action = random.below(18);
            write!(out, r#","action":{action},"policy":{{"logp":{:.4}}}"#, -4.0 * random.unit()).unwrap();
        } else {
            // What a policy chose and a candidate really is must be the action.
            let said = if shape.counterfactuals { r#""go","result":"# } else { "" };
            write!(out, r#","kind":"llm","usage":{{"in":1200,"out":300}},"action":{said}"#).unwrap();
            text(shape.text, random, out);
        }
        if shape.counterfactuals {
            let (a, b) = (random.unit(), random.unit());
            write!(out, r#","default":"wait","policy":{{"id":"pi","chosen":"go","probs":{{"go":0.5,"wait":0.3,"turn":0.2}},"q":{{"go":{a:.4},"wait":{b:.4},"turn":{:.4}}},"value":{:.4}}}"#, a - b, (a + b) / 2.0).unwrap();
        }
        out.push_str("}\n");
        false
    }

    /// The value of every coalition: nearly additive.
    fn coalitions(&self, shape: Shape, random: &mut Random, out: &mut String) {
        let worth: Vec<f64> = (0..shape.agents).map(|_| random.unit() - 0.3).collect();
        let episode = self.episode;
        write!(out, r#"{{"type":"counterfactual","episode":"ep-{episode:06}","kind":"coalition","group":"all","absence":"removed","coalitions":["#).unwrap();
        for mask in 0..1_usize << shape.agents {
            let members: Vec<usize> = (0..shape.agents).filter(|it| mask >> it & 1 == 1).collect();
            let names: Vec<String> = members.iter().map(|it| format!(r#""agent_{it:02}""#)).collect();
            let value: f64 = members.iter().map(|it| worth[*it]).sum::<f64>() + 0.1 * random.unit();
            let comma = if mask > 0 { "," } else { "" };
            write!(out, r#"{comma}{{"agents":[{}],"value":{value:.4},"std":0.2,"n":16}}"#, names.join(","))
                .unwrap();
        }
        out.push_str("]}\n");
        write!(out, r#"{{"type":"credit","episode":"ep-{episode:06}","id":"c","algorithm":"shapley_values","agents":{{"#).unwrap();
        for (agent, value) in worth.iter().enumerate() {
            let comma = if agent > 0 { "," } else { "" };
            write!(out, r#"{comma}"agent_{agent:02}":{value:.4}"#).unwrap();
        }
        out.push_str("}}\n");
    }

    /// A replay group at every tenth act.
    fn replays(&self, shape: Shape, random: &mut Random, out: &mut String) {
        for act in (0..shape.acts).filter(|it| it % 10 == 0) {
            write!(out, r#"{{"type":"counterfactual","episode":"ep-{:06}","kind":"replay","group":"g{act}","of":"a{act}","candidates":["#, self.episode).unwrap();
            for j in 0..4 {
                let comma = if j > 0 { "," } else { "" };
                let returns: Vec<String> = (0..8).map(|_| format!("{:.3}", random.unit())).collect();
                let action = if j == 0 { "go".to_owned() } else { format!("option {j}") };
                write!(
                    out,
                    r#"{comma}{{"j":{j},"real":{},"action":"{action}","returns":[{}]}}"#,
                    j == 0,
                    returns.join(",")
                )
                .unwrap();
            }
            out.push_str("]}\n");
        }
    }
}

/// About `length` characters of a JSON string, with the escapes of prose and code.
pub fn text(length: usize, random: &mut Random, out: &mut String) {
    const WORDS: [&str; 24] = [
        "the", "plan", "is", "to", "search", "for", "a", "result", "that", "agent", "should", "check",
        "before", "next", "step", "because", "value", "of", "state", "naïve", "数据", "→", "done", "error",
    ];
    out.push('"');
    let end = out.len() + length;
    while out.len() < end {
        out.push_str(WORDS[random.below(WORDS.len())]);
        match random.below(40) {
            0 => out.push_str(r#".\n\n- `call(\"docs\")` "#),
            1 | 2 => out.push_str(". "),
            _ => out.push(' '),
        }
    }
    out.push('"');
}
