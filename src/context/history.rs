//! What every key of the state was after every act.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    By, Moment, Owner, PreState, StateKey, StateRecord, Subject, Write,
    document::{Change, Document, Path, flatten},
    knowledge,
};
use crate::model::{ActId, Episode, Origin, State, Timestamp};

/// The state of the world and of the agents, act by act.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The keys: of the environment, of each agent, of the team; then by name.
    pub keys: Vec<StateKey>,
    /// What more than one holds a key of.
    pub subjects: Vec<Subject>,
    /// How many `state` records there are.
    pub records: usize,
    /// How many of them say something that does not fit what was there, such as a change of a key that is not there.
    pub broken: usize,
    /// How many can no longer be read.
    pub unread: usize,
    /// How many acts say what was before them (`pre_state`).
    pub pre_states: usize,
    /// Agents of whom only that is known.
    pub stand_ins: usize,
    /// The keys that are set at each moment at which any is.
    changed: BTreeMap<Moment, Vec<u32>>,
    checks: HashMap<ActId, Check>,
}

/// Whether the state that an act says it found is the one that the records give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// Values that are the same.
    pub same: usize,
    /// Keys of which the records give another value; display-safe.
    pub different: Vec<String>,
    /// Values of which no record says anything.
    pub unknown: usize,
}

impl History {
    /// From the records and what acts say of the state before them. A record that names no act (`after`) holds from the last
    /// act before its time, or else before its place in the log.
    pub fn of(episode: &Episode, records: Vec<StateRecord>, pre_states: &[PreState]) -> Self {
        let mut builder = Builder { episode, writes: HashMap::new() };
        let mut history = History {
            records: episode.states.len(),
            unread: episode.states.len().saturating_sub(records.len()),
            pre_states: pre_states.len(),
            ..History::default()
        };
        let mut placed: Vec<(Moment, By, StateRecord)> = records
            .into_iter()
            .map(|it| {
                let (moment, by) = when(episode, &episode.states[it.state]);
                (moment, by, it)
            })
            .collect();
        placed.sort_by_key(|it| it.0);
        let mut document = Document::default();
        for (moment, by, record) in placed {
            let scope = &episode.states[record.state].scope;
            match document.apply(scope, record.content) {
                Some(changes) => builder.write(changes, moment, by),
                None => history.broken += 1,
            }
        }
        history.stand_ins = builder.stand_in(pre_states);
        history.keys = builder.keys();
        for (at, key) in history.keys.iter().enumerate() {
            for write in &key.writes {
                history.changed.entry(write.moment).or_default().push(at as u32);
            }
        }
        history.subjects = knowledge::subjects(&history.keys);
        if history.records > 0 {
            history.check(episode, pre_states);
        }
        history
    }

    /// The moment just after an act.
    pub fn after(act: ActId) -> Moment {
        act.0 + 1
    }

    /// Whether nothing is known of any state.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that are set or removed at a moment.
    pub fn changed(&self, moment: Moment) -> &[u32] {
        self.changed.get(&moment).map_or(&[], Vec::as_slice)
    }

    /// The keys that are there at a moment or were removed at it, by their place in [`History::keys`].
    pub fn present(&self, moment: Moment) -> Vec<usize> {
        let is_there = |it: &StateKey| it.value(moment).is_some() || it.is_changed(moment);
        (0..self.keys.len()).filter(|it| is_there(&self.keys[*it])).collect()
    }

    /// What an act says of the state before it, against the records; `None` if it says nothing, or there are none.
    pub fn check_of(&self, act: ActId) -> Option<&Check> {
        self.checks.get(&act)
    }

    /// Acts whose word of the state before them is not what the records give.
    pub fn contradicted(&self) -> usize {
        self.checks.values().filter(|it| !it.different.is_empty()).count()
    }

    /// Why there is no state at all, in words; `None` if there is.
    pub fn missing(&self) -> Option<String> {
        (self.is_empty()).then(|| match (self.records, self.unread) {
            (0, _) => "no state records, and no act says what was before it (pre_state)".to_owned(),
            (records, 0) => format!("{records} state records hold no key"),
            (records, unread) => format!("{unread} of {records} state records can no longer be read"),
        })
    }

    fn check(&mut self, episode: &Episode, pre_states: &[PreState]) {
        let places: HashMap<(&Owner, &str), usize> =
            self.keys.iter().enumerate().map(|(at, it)| ((&it.owner, it.name.as_str()), at)).collect();
        let mut checks = HashMap::new();
        for pre in pre_states {
            let own = Owner::Agent(episode.act(pre.act).agent);
            let mut found = BTreeMap::new();
            flatten(&[], &pre.state, &mut found);
            let mut check = Check::default();
            for (path, value) in found {
                let name = crate::text::clean(&path.join("."));
                let (owner, rest) = Owner::of(episode, &path);
                let of_own = places.get(&(&own, name.as_str()));
                let key = of_own.or_else(|| places.get(&(&owner, rest.as_str())));
                // Before the act: what holds after the one before it.
                let before = key.and_then(|it| self.keys[*it].value(pre.act.0));
                match before {
                    None => check.unknown += 1,
                    Some(before) if *before == *value => check.same += 1,
                    Some(_) => check.different.push(name),
                }
            }
            checks.insert(pre.act, check);
        }
        self.checks = checks;
    }
}

/// From when on a record holds.
fn when(episode: &Episode, state: &State) -> (Moment, By) {
    if let Some(last) = state.after.iter().max() {
        return (History::after(*last), By::Act(*last));
    }
    match last_before(episode, state.time, state.origin) {
        Some(act) => (History::after(act), By::Order(act)),
        None => (0, By::Start),
    }
}

/// The last act before a time or, where a time is missing or the same, before a place in the log.
pub(super) fn last_before(episode: &Episode, time: Option<Timestamp>, place: Origin) -> Option<ActId> {
    let is_before = |act: usize| {
        let it = &episode.acts[act];
        let place = || (it.origin.file, it.origin.offset) < (place.file, place.offset);
        match it.time.zip(time) {
            Some((of_act, time)) if of_act != time => of_act < time,
            _ => place(),
        }
    };
    // Acts stand in the order of time: by halves.
    let (mut from, mut to) = (0, episode.acts.len());
    while from < to {
        let middle = from + (to - from) / 2;
        match is_before(middle) {
            true => from = middle + 1,
            false => to = middle,
        }
    }
    from.checked_sub(1).map(ActId::from_index)
}

struct Builder<'a> {
    episode: &'a Episode,
    writes: HashMap<Path, Vec<Write>>,
}

impl Builder<'_> {
    fn write(&mut self, changes: Vec<Change>, moment: Moment, by: By) {
        for (path, value) in changes {
            let writes = self.writes.entry(path).or_default();
            // Several records may speak of one moment: the last holds.
            writes.pop_if(|it| it.moment == moment);
            if writes.last().and_then(|it| it.value.as_ref()) != value.as_ref() {
                writes.push(Write { moment, value, by });
            }
        }
    }

    /// Takes agents of whom no record says anything from what their acts found. Returns how many.
    fn stand_in(&mut self, pre_states: &[PreState]) -> usize {
        let known: BTreeSet<Owner> = self.writes.keys().map(|path| Owner::of(self.episode, path).0).collect();
        let mut states: BTreeMap<Owner, BTreeMap<Path, Arc<str>>> = BTreeMap::new();
        for pre in pre_states {
            let agent = self.episode.act(pre.act).agent;
            let owner = Owner::Agent(agent);
            if known.contains(&owner) {
                continue;
            }
            let name = self.episode.agent(agent).name.clone();
            let mut now = BTreeMap::new();
            flatten(&["agents".to_owned(), name], &pre.state, &mut now);
            let before = states.insert(owner, now.clone()).unwrap_or_default();
            let gone = before.into_keys().filter(|it| !now.contains_key(it)).map(|it| (it, None));
            let changes: Vec<Change> =
                gone.chain(now.clone().into_iter().map(|it| (it.0, Some(it.1)))).collect();
            self.write(changes, pre.act.0, By::Seen(pre.act));
        }
        states.len()
    }

    fn keys(self) -> Vec<StateKey> {
        let episode = self.episode;
        let with_writes = self.writes.into_iter().filter(|it| !it.1.is_empty());
        let mut keys: Vec<StateKey> = with_writes
            .map(|(path, writes)| {
                let (owner, name) = Owner::of(episode, &path);
                StateKey { owner, name, writes }
            })
            .collect();
        keys.sort_by(|a, b| (&a.owner, &a.name).cmp(&(&b.owner, &b.name)));
        // Two paths may come out as one name once they are made safe: the first stays.
        keys.dedup_by(|b, a| (&a.owner, &a.name) == (&b.owner, &b.name));
        keys
    }
}
