//! Facts planted in texts: where they enter, what they were, and what was dropped.

use super::{Entry, Mark, Words, Xray, answer_of, xray};
use crate::model::{Act, ActId, Agent, Episode, draft, draft::Draft};

/// Who says what, with the result of it.
fn traced(task: &str, said: &[(u32, &str, Option<&str>)]) -> (Episode, Xray) {
    let mut draft = Draft::team(&["lead", "finder", "writer"]);
    let mut words = Vec::new();
    for (at, (agent, text, result)) in said.iter().enumerate() {
        draft = draft.given(Act { id: format!("a{at}"), ..draft::action(*agent) }, &[]);
        let act = ActId::from_index(at);
        words.push(Words { act, said: (*text).to_owned(), result: result.map(str::to_owned) });
    }
    let episode = draft.with(|it| it.task = Some(task.to_owned())).episode();
    let act = answer_of(&episode, &words).expect("an act");
    let xray = xray(&episode, &words, act);
    (episode, xray)
}

#[track_caller]
fn check(task: &str, said: &[(u32, &str, Option<&str>)], expected: &[(&str, Mark, Entry, Option<&str>)]) {
    let found = traced(task, said).1.values;
    let found: Vec<_> =
        found.iter().map(|it| (it.text.as_str(), it.mark, it.entry, it.from.as_deref())).collect();
    assert_eq!(found, expected);
}

const fn said(act: u32) -> Entry {
    Entry::Said(ActId(act))
}

const fn result(act: u32) -> Entry {
    Entry::Result(ActId(act))
}

#[test]
fn the_four_marks() {
    let table = "The depot of Lyon lost 935 of 48,210 parcels at 61.40 each.";
    check(
        "Which depot lost most in Q3 2025?",
        &[
            (1, "I read the table.", Some(table)),
            (0, "That makes 57,409 for 935 parcels at 61.40, up from 1.12 before.", None),
            (
                2,
                "In 2025 the depot of Lyon lost 953 of 48210 parcels, which cost 57,409, up from 1.12.",
                None,
            ),
        ],
        &[
            ("2025", Mark::Passed, Entry::Task, None),
            ("Lyon", Mark::Passed, result(0), None),
            ("953", Mark::Altered, said(2), Some("935")),
            ("48210", Mark::Passed, result(0), None),
            ("57,409", Mark::Computed, said(1), Some("935 x 61.40")),
            ("1.12", Mark::Nowhere, said(1), None),
        ],
    );
}

#[test]
fn what_code_prints_is_computed_and_roundings_are_passed_on() {
    check(
        "Count them.",
        &[
            (1, "```python\nprint(17 * 23)\n```", Some("391")),
            (1, "I look it up.", Some("the share is 1.9394")),
            (2, "There are 391, a share of 1.94.", None),
        ],
        &[("391", Mark::Computed, result(0), None), ("1.94", Mark::Passed, result(1), Some("1.9394"))],
    );
}

#[test]
fn what_is_declared_to_be_the_answer_is_what_is_traced() {
    check(
        "Count them.",
        &[(1, "Of 120 rooms 35 are closed. FINAL ANSWER: 85 rooms", None)],
        &[("85", Mark::Nowhere, said(0), None)],
    );
}

#[test]
fn what_was_known_and_dropped() {
    let (_, xray) = traced(
        "Find out.",
        &[
            (
                1,
                "I look.",
                Some("The hotel in Lyon has 120 rooms and 35 closed ones.\nThe one in Brest has 77."),
            ),
            (2, "The hotel in Lyon has 120 rooms.", None),
        ],
    );
    let dropped: Vec<(&str, bool)> = xray.dropped.iter().map(|it| (it.text.as_str(), it.is_beside)).collect();
    assert_eq!(dropped, [("35", true), ("77", false), ("Brest", false)]);
}

#[test]
fn names_of_agents_and_first_words_are_not_traced() {
    let mut draft = Draft::team(&["Web_Surfer"]);
    draft = draft.given(Act { id: "a0".to_owned(), ..draft::action(0) }, &[]);
    let episode =
        draft.with(|it| it.agents[0] = Agent { name: "Web_Surfer".to_owned(), ..Agent::default() }).episode();
    let words =
        [Words { act: ActId(0), said: "However, the Web Surfer said so in March.".to_owned(), result: None }];
    assert_eq!(xray(&episode, &words, ActId(0)).values, []);
}

/// A draw that is the same on every machine (Knuth's MMIX).
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn name(&mut self) -> String {
        const PARTS: [&str; 12] =
            ["bar", "ten", "lo", "mir", "ka", "ves", "tor", "an", "del", "ru", "pim", "os"];
        let mut name = String::new();
        for _ in 0..4 {
            name += PARTS[self.below(12) as usize];
        }
        format!("{}{}", name[..1].to_uppercase(), &name[1..])
    }

    fn number(&mut self) -> String {
        match self.below(3) {
            0 => format!("{}", 10_000 + self.below(89_999)),
            1 => format!("{}.{:02}", 10 + self.below(989), 1 + self.below(98)),
            _ => format!("{},{:03}", 10 + self.below(989), self.below(1_000)),
        }
    }

    /// The same with a slip: two digits or letters swapped, or one that is another.
    fn slip(&mut self, of: &str) -> String {
        let mut bytes = of.as_bytes().to_vec();
        let is_like = |a: u8, b: u8| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && a != b;
        let at = (1..bytes.len() - 1).find(|it| is_like(bytes[*it], bytes[it + 1]));
        match at.filter(|_| self.below(2) == 0) {
            Some(at) => bytes.swap(at, at + 1),
            None => {
                let last = bytes.len() - 1;
                bytes[last] = match bytes[last] {
                    b'0'..=b'9' => b'1' + (bytes[last] - b'0' + 1) % 9,
                    _ => b'a' + (bytes[last] - b'a' + 5) % 26,
                };
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}

/// What was planted, and how it should come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    Told,
    Invented,
    Altered,
    Dropped,
}

#[test]
fn a_thousand_planted_facts_are_traced() {
    let (mut right, mut planted, mut told, mut alarms) = (0, 0, 0, 0);
    for seed in 0..100 {
        let mut draw = Draw(seed);
        let kinds: Vec<Planted> = (0..25)
            .map(|it| match it % 5 {
                0 => Planted::Invented,
                1 => Planted::Altered,
                _ if it % 5 == 2 && it < 10 => Planted::Dropped,
                _ => Planted::Told,
            })
            .collect();
        let facts: Vec<(Planted, String, String)> = kinds
            .into_iter()
            .enumerate()
            .map(|(at, kind)| {
                let value = if at % 2 == 0 { draw.number() } else { draw.name() };
                let slip = draw.slip(&value);
                (kind, value, slip)
            })
            .collect();
        // Half of what is known stands in each of two results, among words of no meaning.
        let of = |half: usize| -> String {
            let known = facts.iter().enumerate().filter(|it| it.0 % 2 == half && it.1.0 != Planted::Invented);
            known.map(|it| format!("the entry there is {} as was said of it\n", it.1.1)).collect()
        };
        // The first of two agents brings in what is invented or altered.
        let brought = |is_last: bool| -> String {
            let taken =
                facts.iter().enumerate().filter(|it| it.1.0 != Planted::Dropped && (is_last || it.0 % 3 > 0));
            let one = |it: &(Planted, String, String)| {
                if it.0 == Planted::Altered { it.2.clone() } else { it.1.clone() }
            };
            taken.map(|it| format!("so we have {} here\n", one(it.1))).collect()
        };
        let (first, second, middle, end) = (of(0), of(1), brought(false), brought(true));
        let (_, xray) = traced(
            "what is in the entries",
            &[
                (1, "i look", Some(&first)),
                (1, "i look again", Some(&second)),
                (0, &middle, None),
                (2, &end, None),
            ],
        );
        for (at, (kind, value, slip)) in facts.iter().enumerate() {
            let find = |text: &str| xray.values.iter().find(|it| it.text == text);
            let entered = said(if at % 3 > 0 { 2 } else { 3 });
            let is_right = match kind {
                Planted::Told => {
                    told += 1;
                    let is_passed = find(value).is_some_and(|it| {
                        (it.mark, it.entry) == (Mark::Passed, result(u32::from(at % 2 == 1)))
                    });
                    alarms += u32::from(!is_passed);
                    continue;
                }
                Planted::Invented => {
                    find(value).is_some_and(|it| (it.mark, it.entry) == (Mark::Nowhere, entered))
                }
                Planted::Altered => find(slip).is_some_and(|it| {
                    (it.mark, it.entry, it.from.as_ref()) == (Mark::Altered, entered, Some(value))
                }),
                Planted::Dropped => xray.dropped.iter().any(|it| it.text == *value),
            };
            planted += 1;
            right += u32::from(is_right);
        }
    }
    assert_eq!((planted, told), (1_200, 1_300));
    assert!(right * 100 >= planted * 95, "{right} of {planted} planted facts");
    assert!(alarms * 100 <= told * 2, "{alarms} of {told} facts that were passed on");
}
