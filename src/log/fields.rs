//! A lenient view of one JSON object: its fields by name, read as the types the format gives them.
//!
//! Each reader takes what it can and notes what it had to convert: `"0.5"` read as a number, a single id read
//! as a list. An absent field and an explicit `null` are the same, except for payloads, where `null` is the
//! null action.

mod coalitions;

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashMap;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{OwnReward, Payload, Problem, timestamp_from_number, timestamp_from_text};
use crate::model::{Severity, Timestamp, ValueOf, rule};
use crate::text::label;

/// Integers beyond this are not exact in a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Where problems go while one record is read.
pub(super) struct Notes<'p> {
    /// The list they join.
    pub problems: &'p mut Vec<Problem>,
    /// Offset of the record in its line.
    pub offset: usize,
    /// Address of the record's text, if positions in that text are positions in the line.
    pub base: Option<usize>,
}

impl Notes<'_> {
    fn offset_of(&self, raw: &str) -> usize {
        self.offset + self.base.map_or(0, |base| (raw.as_ptr() as usize).wrapping_sub(base))
    }
}

/// The fields of one object.
pub(super) struct Fields<'a, 'n, 'p> {
    entries: Vec<Entry<'a>>,
    /// `policy.` inside `policy`; empty at the top.
    path: String,
    notes: &'n mut Notes<'p>,
}

struct Entry<'a> {
    key: Cow<'a, str>,
    raw: &'a RawValue,
    known: bool,
}

impl<'a, 'n, 'p> Fields<'a, 'n, 'p> {
    /// The fields of the object `json`. Of a repeated key the last value counts, with a note.
    ///
    /// # Errors
    /// When `json` is not one JSON object.
    pub(super) fn parse(
        json: &'a str,
        path: String,
        notes: &'n mut Notes<'p>,
    ) -> Result<Self, serde_json::Error> {
        let Object(pairs) = serde_json::from_str(json)?;
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(pairs.len());
        let mut places: FxHashMap<Cow<'a, str>, usize> = FxHashMap::default();
        for (key, raw) in pairs {
            // A hash table pays only for objects with many keys.
            let earlier = if entries.len() < 24 {
                entries.iter().position(|it| it.key == key)
            } else {
                if places.is_empty() {
                    places = entries.iter().enumerate().map(|(at, it)| (it.key.clone(), at)).collect();
                }
                places.insert(key.clone(), entries.len())
            };
            match earlier {
                None => entries.push(Entry { key, raw, known: false }),
                Some(at) => {
                    let message = format!("`{path}{}` is given twice; the last one counts", label(&key, 60));
                    let offset = notes.offset_of(raw.get());
                    notes.problems.push(Problem::new(rule::DUPLICATE_KEY, offset, message));
                    if let Some(place) = places.get_mut(&key) {
                        *place = at;
                    }
                    entries[at].raw = raw;
                }
            }
        }
        Ok(Self { entries, path, notes })
    }

    /// The value of `key`, an explicit `null` included; from now on `key` counts as known.
    fn raw(&mut self, key: &str) -> Option<&'a str> {
        let entry = self.entries.iter_mut().find(|it| it.key == key)?;
        entry.known = true;
        Some(entry.raw.get())
    }

    /// The value of `key`, unless it is `null`.
    fn present(&mut self, key: &str) -> Option<&'a str> {
        self.raw(key).filter(|it| *it != "null")
    }

    /// The string in `key`, which stays a field that nobody has read.
    pub(super) fn peek(&self, key: &str) -> Option<String> {
        let entry = self.entries.iter().find(|it| it.key == key)?;
        string(entry.raw.get()).map(Cow::into_owned)
    }

    /// Whether `key` has a value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|it| it.key == key && it.raw.get() != "null")
    }

    /// Notes that `key` holds something other than `expected`.
    pub(super) fn wrong_type(&mut self, key: &str, raw: &str, expected: &str) {
        let shown = label(raw, 40);
        let message = format!("`{}{key}` is '{shown}', not {expected}; it is ignored", self.path);
        let offset = self.notes.offset_of(raw);
        self.notes.problems.push(Problem::new(rule::WRONG_TYPE, offset, message));
    }

    /// Notes a finding about the object as a whole.
    pub(super) fn note(&mut self, problem: impl FnOnce(usize) -> Problem) {
        let offset = self.notes.offset;
        self.notes.problems.push(problem(offset));
    }

    /// Any JSON, an explicit `null` included.
    pub(super) fn payload(&mut self, key: &str) -> Option<Payload> {
        let entry = self.entries.iter_mut().find(|it| it.key == key)?;
        entry.known = true;
        Some(Payload::from_raw(entry.raw))
    }

    /// A string, or the JSON text of anything else.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let raw = self.present(key)?;
        Some(self.text_of(key, raw))
    }

    fn text_of(&mut self, key: &str, raw: &str) -> String {
        if let Some(text) = string(raw) {
            return text.into_owned();
        }
        self.note_big_integer(key, raw, "kept as text");
        raw.to_owned()
    }

    /// An id: a string, or a number as its exact text.
    pub(super) fn name(&mut self, key: &str) -> Option<String> {
        let raw = self.present(key)?;
        self.name_of(key, raw)
    }

    fn name_of(&mut self, key: &str, raw: &str) -> Option<String> {
        if let Some(text) = string(raw) {
            return Some(text.into_owned());
        }
        if raw.starts_with(['{', '[', 't', 'f', 'n']) {
            self.wrong_type(key, raw, "a string");
            return None;
        }
        self.note_big_integer(key, raw, "kept exactly here, rounded by readers that use doubles");
        Some(raw.to_owned())
    }

    fn note_big_integer(&mut self, key: &str, raw: &str, what: &str) {
        let is_integer = raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let beyond = || raw.parse::<i128>().map_or(true, |it| it.unsigned_abs() > 1 << 53);
        if is_integer && raw.len() > 15 && beyond() {
            let message = format!("`{}{key}` is an integer beyond 2^53: {what}", self.path);
            let offset = self.notes.offset_of(raw);
            self.notes.problems.push(Problem::new(rule::BIG_INTEGER, offset, message));
        }
    }

    /// What a value is of; another word is noted and ignored.
    pub(super) fn value_of(&mut self, key: &str) -> Option<ValueOf> {
        let raw = self.present(key)?;
        let found = string(raw).and_then(|it| ValueOf::of_word(&it));
        if found.is_none() {
            self.wrong_type(key, raw, "`to_come` or `episode`");
        }
        found
    }

    /// A finite number; anything else is noted and ignored.
    pub(super) fn number(&mut self, key: &str) -> Option<f64> {
        let raw = self.present(key)?;
        self.number_of(key, raw).filter(|it| it.is_finite())
    }

    /// A number, perhaps not finite.
    fn number_of(&mut self, key: &str, raw: &str) -> Option<f64> {
        let offset = self.notes.offset_of(raw);
        let path = self.path.as_str();
        let text = string(raw);
        let number = match (&text, raw) {
            (None, "true") => Some(1.0),
            (None, "false") => Some(0.0),
            (None, raw) if raw.starts_with(['{', '[', 'n']) => None,
            (None, raw) => raw.parse::<f64>().ok(),
            (Some(text), _) => text.trim().parse::<f64>().ok(),
        };
        let Some(number) = number else {
            self.wrong_type(key, raw, "a number");
            return None;
        };
        let problem = if !number.is_finite() {
            let message = format!("`{path}{key}` is '{}': not a finite number", label(raw, 40));
            Some(Problem::new(rule::NONFINITE_NUMBER, offset, message))
        } else if text.is_some() {
            let message = format!("`{path}{key}` is a number in a string, read as {number}");
            Some(Problem::new(rule::NUMBER_AS_STRING, offset, message))
        } else if raw.starts_with(['t', 'f']) {
            let message = format!("`{path}{key}` is {raw}, read as {number}");
            Some(Problem::new(rule::WRONG_TYPE, offset, message).milder(Severity::Warning))
        } else {
            None
        };
        self.notes.problems.extend(problem);
        self.note_big_integer(key, raw, "rounded to a double");
        Some(number)
    }

    /// A whole number.
    pub(super) fn integer(&mut self, key: &str) -> Option<i64> {
        let raw = self.present(key)?;
        if let Ok(integer) = raw.parse::<i64>() {
            return Some(integer);
        }
        let number = self.number_of(key, raw)?;
        if number.fract() == 0.0 && number.abs() <= EXACT {
            return Some(number as i64);
        }
        if number.is_finite() {
            self.wrong_type(key, raw, "a whole number");
        }
        None
    }

    /// A whole number from 0 that fits `T`.
    pub(super) fn count<T: TryFrom<i64>>(&mut self, key: &str) -> Option<T> {
        let integer = self.integer(key)?;
        let count = T::try_from(integer).ok();
        if count.is_none() {
            let raw = integer.to_string();
            let message = format!("`{}{key}` is '{raw}', out of range; it is ignored", self.path);
            self.note(|offset| Problem::new(rule::WRONG_TYPE, offset, message));
        }
        count
    }

    /// `true` or `false`, also written as 1 or 0; `false` if absent.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        match self.present(key) {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(raw) => {
                self.wrong_type(key, raw, "true or false");
                false
            }
        }
    }

    /// A time stamp.
    pub(super) fn moment(&mut self, key: &str) -> Option<Timestamp> {
        let raw = self.present(key)?;
        let timestamp = match string(raw) {
            Some(text) => timestamp_from_text(&text),
            None => timestamp_from_number(raw),
        };
        if timestamp.is_none() {
            self.wrong_type(key, raw, "a time (seconds since the epoch, or RFC 3339)");
        }
        timestamp
    }

    /// A list of ids, or a single one; `None` if absent.
    pub(super) fn names(&mut self, key: &str) -> Option<Vec<String>> {
        let raw = self.present(key)?;
        match list(raw) {
            None => self.name_of(key, raw).map(|it| vec![it]),
            Some(items) => Some(items.iter().filter_map(|item| self.name_of(key, item.get())).collect()),
        }
    }

    /// A list of texts (or the JSON texts of anything else), or a single one.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(raw) = self.present(key) else { return Vec::new() };
        match list(raw) {
            None => vec![self.text_of(key, raw)],
            Some(items) => items.iter().map(|item| self.text_of(key, item.get())).collect(),
        }
    }

    /// A list of numbers, or a single one; NaN stands for anything that is not a finite number.
    pub(super) fn numbers(&mut self, key: &str) -> Vec<f64> {
        let Some(raw) = self.present(key) else { return Vec::new() };
        let finite = |number: Option<f64>| number.filter(|it| it.is_finite()).unwrap_or(f64::NAN);
        match list(raw) {
            None => vec![finite(self.number_of(key, raw))],
            Some(items) => items.iter().map(|item| finite(self.number_of(key, item.get()))).collect(),
        }
    }

    /// Numbers by name, in logged order. A list counts its entries `0`, `1`, ... NaN stands for anything that
    /// is not a finite number.
    pub(super) fn number_map(&mut self, key: &'static str) -> Vec<(String, f64)> {
        if let Some(items) = self.present(key).and_then(list) {
            let numbers = items.iter().map(|item| self.number_of(key, item.get()));
            let numbers: Vec<Option<f64>> = numbers.collect();
            return numbers
                .into_iter()
                .enumerate()
                .map(|(at, number)| (at.to_string(), number.filter(|it| it.is_finite()).unwrap_or(f64::NAN)))
                .collect();
        }
        self.map(key, |fields, name, raw| {
            let number = if raw == "null" { None } else { fields.number_of(name, raw) };
            number.filter(|it| it.is_finite()).unwrap_or(f64::NAN)
        })
    }

    /// What single agents earn: numbers by agent, or a list of such objects, one for each run. Objects that name
    /// their `agent` and its `value` are read as one such object.
    pub(super) fn own_rewards(&mut self, key: &'static str) -> Vec<OwnReward> {
        let is_list = self.present(key).is_some_and(|it| it.starts_with('['));
        if !is_list {
            let values = self.number_map(key).into_iter();
            let one = |(agent, value): (String, f64)| OwnReward {
                agent,
                value: Some(value).filter(|it| it.is_finite()),
                returns: Vec::new(),
            };
            return values.map(one).collect();
        }
        let runs: Vec<RunOrReward> = self.objects(key, |it| Some(it.run_or_reward()), |_| None);
        let named = |it: &RunOrReward| match it {
            RunOrReward::Reward(it) => Some(it.clone()),
            RunOrReward::Run(_) => None,
        };
        let rewards: Vec<OwnReward> = runs.iter().filter_map(named).collect();
        if !rewards.is_empty() {
            return rewards;
        }
        of_runs(&runs).unwrap_or_else(|| {
            let message = format!("`{}{key}` names other agents in each run; it is ignored", self.path);
            self.note(|at| Problem::new(rule::WRONG_TYPE, at, message));
            Vec::new()
        })
    }

    fn run_or_reward(&mut self) -> RunOrReward {
        let is_named = self.entries.iter().any(|it| it.key == "agent" && it.raw.get().starts_with('"'));
        if is_named {
            let agent = self.name("agent").unwrap_or_default();
            return RunOrReward::Reward(OwnReward {
                agent,
                value: self.number("value"),
                returns: Vec::new(),
            });
        }
        let entries = std::mem::take(&mut self.entries).into_iter();
        let number = |entry: Entry<'a>| {
            let raw = entry.raw.get();
            let number = if raw == "null" { None } else { self.number_of(&label(&entry.key, 60), raw) };
            (entry.key.into_owned(), number.filter(|it| it.is_finite()).unwrap_or(f64::NAN))
        };
        RunOrReward::Run(entries.map(number).collect())
    }

    /// Texts by name, in logged order; `null` is read as an empty map.
    pub(super) fn text_map(&mut self, key: &'static str) -> Vec<(String, String)> {
        self.map(
            key,
            |fields, name, raw| {
                if raw == "null" { String::new() } else { fields.text_of(name, raw) }
            },
        )
    }

    /// Any JSON by name, in logged order.
    pub(super) fn payload_map(&mut self, key: &'static str) -> Vec<(String, Payload)> {
        self.object(key, |inner| {
            for entry in &mut inner.entries {
                entry.known = false;
            }
            inner.rest()
        })
        .unwrap_or_default()
    }

    fn map<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Fields<'a, '_, 'p>, &str, &'a str) -> T,
    ) -> Vec<(String, T)> {
        let read_all = |inner: &mut Fields<'a, '_, 'p>| {
            let entries = std::mem::take(&mut inner.entries);
            entries
                .into_iter()
                .map(|entry| {
                    let value = read(inner, &label(&entry.key, 60), entry.raw.get());
                    (entry.key.into_owned(), value)
                })
                .collect()
        };
        self.object(key, read_all).unwrap_or_default()
    }

    /// A nested object.
    pub(super) fn object<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Fields<'a, '_, 'p>) -> T,
    ) -> Option<T> {
        let raw = self.present(key)?;
        let path = format!("{}{key}.", self.path);
        match Fields::parse(raw, path, self.notes) {
            Ok(mut inner) => Some(read(&mut inner)),
            Err(_) => {
                self.wrong_type(key, raw, "an object");
                None
            }
        }
    }

    /// A list of objects; `other` reads an entry that is not an object.
    pub(super) fn objects<T, C: Default + Extend<T>>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Fields<'a, '_, 'p>) -> Option<T>,
        other: impl Fn(&str) -> Option<T>,
    ) -> C {
        let Some(raw) = self.present(key) else { return C::default() };
        let Some(items) = list(raw) else {
            self.wrong_type(key, raw, "a list");
            return C::default();
        };
        let mut out = C::default();
        items.into_iter().for_each(|item| out.extend(self.entry(key, item.get(), &read, &other)));
        out
    }

    /// An entry of a list of objects.
    fn entry<T>(
        &mut self,
        key: &'static str,
        item: &'a str,
        read: impl Fn(&mut Fields<'a, '_, 'p>) -> Option<T>,
        other: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let path = format!("{}{key}[].", self.path);
        match Fields::parse(item, path, self.notes) {
            Ok(mut inner) => read(&mut inner),
            Err(_) => {
                let value = other(item);
                if value.is_none() {
                    self.wrong_type(key, item, "an object");
                }
                value
            }
        }
    }

    /// The fields that no reader has asked for, in logged order.
    pub(super) fn rest(&mut self) -> Vec<(String, Payload)> {
        let unknown = self.entries.iter().filter(|it| !it.known);
        unknown.map(|it| (it.key.clone().into_owned(), Payload::from_raw(it.raw))).collect()
    }
}

/// An object of a list of own rewards: what all earned in one run, or what one agent earned.
enum RunOrReward {
    Run(Vec<(String, f64)>),
    Reward(OwnReward),
}

/// How many numbers a list of own rewards may lack for each that it has, beyond the first thousands: agents that
/// are in one run of many would take the square of the list.
const ABSENT: usize = 8;

/// The returns by agent, in order of first appearance; NaN where a run does not name the agent. `None` if hardly
/// any run names the agents of another.
fn of_runs(runs: &[RunOrReward]) -> Option<Vec<OwnReward>> {
    let mut all: Vec<OwnReward> = Vec::new();
    let mut places: FxHashMap<&str, usize> = FxHashMap::default();
    let mut given = 0;
    for (at, run) in runs.iter().enumerate() {
        let RunOrReward::Run(run) = run else { continue };
        given += run.len();
        for (agent, value) in run {
            let place = *places.entry(agent).or_insert(all.len());
            if place == all.len() {
                if all.len() * runs.len() > ABSENT * given + (1 << 16) {
                    return None;
                }
                let returns = vec![f64::NAN; runs.len()];
                all.push(OwnReward { agent: agent.clone(), value: None, returns });
            }
            all[place].returns[at] = *value;
        }
    }
    Some(all)
}

/// The content of a JSON string, or `None` for any other JSON.
pub(crate) fn string(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.starts_with('"') {
        return None;
    }
    serde_json::from_str(raw).ok().map(|Key(text)| text)
}

/// The entries of a JSON list, or `None` for any other JSON.
pub(crate) fn list(raw: &str) -> Option<Vec<&RawValue>> {
    if raw.starts_with('[') { serde_json::from_str(raw).ok() } else { None }
}

/// The fields of a JSON object in order, or `None` for any other JSON.
pub(crate) fn object(raw: &str) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    if !raw.starts_with('{') {
        return None;
    }
    serde_json::from_str(raw).ok().map(|Object(pairs)| pairs)
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The fields of an object as written: in order, repeated keys included.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(Key(key)) = map.next_key()? {
                    pairs.push((key, map.next_value()?));
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
