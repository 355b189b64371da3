//! ChatDev 1.0: the log of a run, text in which every turn of two roles stands under a line of its own.
//!
//! ```text
//! [2023-25-06 20:10:32 INFO] ESC[32m[0] AI Assistant (Programmer):
//! ```
//!
//! The date is year, day, month, and has no zone: it counts as UTC, as only its distance from others matters. What
//! becomes what:
//!
//! * a turn: an act of the role, with all that stands below its line
//! * a role that ends the chat: the end of a phase, noted on no act
//! * the task is in no line: what was asked stands in the prompts, which are not logged
//! * the line that says that the run ends: the end of the episode. What was made is not in the log, so nothing says
//!   whether it was right

use super::{
    Format, Head, LineReader, Reader, Score, Sink, Start,
    team::{Place, Team},
};
use crate::{
    log::{Action, Body, EpisodeEnd, Payload, timestamp_from_text},
    model::Timestamp,
};

/// The row of the table.
pub static FORMAT: Format = Format {
    name: "chatdev",
    title: "ChatDev log",
    about: "logs of ChatDev 1.0 (`WareHouse/*/*.log`), text: a run an episode, a turn of a role an act",
    score: |head: &Head<'_>| {
        let text = String::from_utf8_lossy(head.bytes);
        let is_turn = |line: &str| matches!(header(line), Some((_, Header::Turn { .. })));
        Score::certain_if(text.lines().any(is_turn))
    },
    reader: Reader::Lines(|start| Box::new(Lines::new(start))),
};

/// Reads lines.
struct Lines {
    team: Team,
    begun: bool,
    turn: Option<Turn>,
    turns: u32,
}

/// A turn, as far as it was read.
struct Turn {
    place: Place,
    role: String,
    words: String,
}

/// What a line with a time is.
enum Header {
    /// A role takes its turn.
    Turn { role: String },
    /// The run is over.
    End,
    /// Anything else: it ends a turn.
    Other,
}

impl Lines {
    fn new(start: &Start<'_>) -> Self {
        Self { team: Team::new(start.name.to_owned()), begun: false, turn: None, turns: 0 }
    }

    /// Hands on the turn that was read.
    fn close(&mut self, sink: &mut dyn Sink) {
        let Some(turn) = self.turn.take() else { return };
        let (id, kind) = (format!("t{}", self.turns), Some("llm".to_owned()));
        self.turns += 1;
        let action = Some(Payload::from_text(turn.words.trim()));
        self.team.act(id, turn.place, Action { agent: turn.role, action, kind, ..Action::default() }, sink);
    }
}

impl LineReader for Lines {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        let line = String::from_utf8_lossy(line);
        let Some((ts, header)) = header(&line) else {
            if let Some(turn) = &mut self.turn {
                turn.words.push_str(&line);
                if !line.ends_with('\n') {
                    turn.words.push('\n');
                }
            }
            return;
        };
        self.close(sink);
        let place = Place { line: number, ts };
        if !std::mem::replace(&mut self.begun, true) {
            self.team.start(place, None, sink);
        }
        match header {
            Header::Turn { role } => self.turn = Some(Turn { place, role, words: String::new() }),
            Header::End => {
                let reason = Some("the run has ended".to_owned());
                let end = EpisodeEnd { reason, ..EpisodeEnd::default() };
                sink.record(number, &self.team.record(None, ts, Body::EpisodeEnd(end)));
            }
            Header::Other => {}
        }
    }

    fn settle(&mut self, ended: bool, sink: &mut dyn Sink) {
        if ended {
            self.close(sink);
        }
    }
}

/// The time and the kind of a line that begins with `[YYYY-DD-MM hh:mm:ss LEVEL] `.
fn header(line: &str) -> Option<(Option<Timestamp>, Header)> {
    let (stamp, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let (moment, level) = stamp.rsplit_once(' ')?;
    if moment.len() != 19 || !level.bytes().all(|it| it.is_ascii_uppercase()) {
        return None;
    }
    let rest = rest.trim_end();
    // A colour and the number of the turn stand before the role.
    let plain = rest.find("AI ").map(|at| &rest[at..]);
    let role = plain.and_then(|it| it.split_once('(')?.1.strip_suffix("):"));
    let header = match role {
        Some(role) => Header::Turn { role: role.to_owned() },
        None if rest.contains("AgentTech Ends") || rest.contains("ChatDev Ends") => Header::End,
        None => Header::Other,
    };
    Some((time(moment), header))
}

/// `2023-25-06 20:10:32`; years with the month before the day are read where only that can be.
fn time(moment: &str) -> Option<Timestamp> {
    let (date, clock) = moment.split_once(' ')?;
    let mut parts = date.split('-');
    let (year, day, month) = (parts.next()?, parts.next()?, parts.next()?);
    let iso = |day: &str, month: &str| timestamp_from_text(&format!("{year}-{month}-{day}T{clock}Z"));
    iso(day, month).or_else(|| iso(month, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    #[test]
    fn turns_of_roles() {
        let file = "[2023-25-06 20:10:30 INFO] AgentTech Starts (1)\n\n\
            [2023-25-06 20:10:32 INFO] \u{1b}[32m[0] AI Assistant (Chief Product Officer):\n\n<INFO> A game.\n\n\
            [2023-25-06 20:10:33 INFO] \u{1b}[31m[0] AI Assistant (Chief Product Officer) terminated the chat.\n\n\
            [2023-25-06 20:10:40 INFO] \u{1b}[34m[1] AI User (Programmer):\n[not a header] code\nmore\n\
            [2023-25-06 20:11:00 INFO] AgentTech Ends (2)\n";
        let mut reader = Lines::new(&Start { name: "d/run", map: None, beside: None });
        let (records, problems) = told(&mut reader, file);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((FORMAT.score)(&Head::of(file.as_bytes())), Score::CERTAIN);
        assert_eq!(
            records,
            [
                "1 start d/run:  ()",
                "3 t0 Chief Product Officer llm < : <INFO> A game.",
                "9 t1 Programmer llm < t0: [not a header] code more",
                "12 end - the run has ended: ",
            ]
        );
        // 25 June; of the 6th of the 25th month only the other reading is a date.
        assert_eq!(time("2023-25-06 20:10:32"), timestamp_from_text("2023-06-25T20:10:32Z"));
        assert_eq!(time("2023-06-25 20:10:32"), timestamp_from_text("2023-06-25T20:10:32Z"));
    }
}
