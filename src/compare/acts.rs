//! The acts of two episodes side by side.

use rustc_hash::FxHashMap;

use super::{
    align::{Likeness, Step, align},
    likeness::{Acts, CHANGED},
};
use crate::model::{ActId, Episode};

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// The same act with the same result.
    Same,
    /// The same act in other words, or with another result.
    Changed,
    /// Another act of the same agent in its place.
    Replaced,
    /// The same act at another place.
    Moved,
    /// An act that only A has.
    OnlyA,
    /// An act that only B has.
    OnlyB,
}

impl RowKind {
    /// All, in the order in which they are counted.
    pub const ALL: [RowKind; 6] =
        [RowKind::Same, RowKind::Changed, RowKind::Replaced, RowKind::Moved, RowKind::OnlyA, RowKind::OnlyB];

    /// `same`, `changed`, ...
    pub fn word(self) -> &'static str {
        match self {
            RowKind::Same => "same",
            RowKind::Changed => "changed",
            RowKind::Replaced => "replaced",
            RowKind::Moved => "moved",
            RowKind::OnlyA => "only in A",
            RowKind::OnlyB => "only in B",
        }
    }

    /// The mark between the two acts.
    pub fn mark(self) -> &'static str {
        match self {
            RowKind::Same => "=",
            RowKind::Changed => "~",
            RowKind::Replaced => "≠",
            RowKind::Moved => "↕",
            RowKind::OnlyA => "<",
            RowKind::OnlyB => ">",
        }
    }
}

/// An act of A, an act of B, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// How they relate.
    pub kind: RowKind,
    /// The act of A.
    pub a: Option<ActId>,
    /// The act of B.
    pub b: Option<ActId>,
    /// Whether the episodes part here: another act, another result, or an error in one of them. Long texts that say the
    /// same in other words do not part.
    pub parts: bool,
}

/// An act, and the last act of its episode up to there.
pub type ActAndLast = (Option<ActId>, Option<ActId>);

/// All acts of two episodes, in one order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlignedActs {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether acts were looked for near their place alone, as there are very many.
    pub banded: bool,
}

impl AlignedActs {
    /// Aligns the acts of two episodes by agent, kind and text.
    pub fn of(a: &Episode, b: &Episode) -> Self {
        let acts = Acts::new(a, b);
        let aligned = align(a.acts.len(), b.acts.len(), &acts);
        let steps = with_moved(&acts, aligned.steps);
        let rows = steps.into_iter().map(|(step, kind)| row(&acts, step, kind)).collect();
        Self { rows, banded: aligned.banded }
    }

    /// How many rows are of this kind.
    pub fn count(&self, kind: RowKind) -> usize {
        self.rows.iter().filter(|it| it.kind == kind).count()
    }

    /// The first row that is not the same.
    pub fn first_difference(&self) -> Option<usize> {
        self.rows.iter().position(|it| it.kind != RowKind::Same)
    }

    /// The first row where the episodes part; without one, the first that is not the same.
    pub fn first_divergence(&self) -> Option<usize> {
        self.rows.iter().position(|it| it.parts).or_else(|| self.first_difference())
    }

    /// The acts of a row, each with the last act of its episode up to there: first those of A, then those of B.
    pub fn acts_of(&self, row: usize) -> (ActAndLast, ActAndLast) {
        let rows = &self.rows[..=row];
        let of = |side| (rows[row].of(side), rows.iter().rev().find_map(|it| it.of(side)));
        (of(super::Side::A), of(super::Side::B))
    }

    /// The row of an act of A, or of B.
    pub fn row_of(&self, side: super::Side, act: ActId) -> Option<usize> {
        self.rows.iter().position(|it| it.of(side) == Some(act))
    }
}

impl Row {
    /// The act of one side.
    pub fn of(&self, side: super::Side) -> Option<ActId> {
        match side {
            super::Side::A => self.a,
            super::Side::B => self.b,
        }
    }
}

/// The steps, where what one has here and the other elsewhere stands once, at the earlier place. Only what neither did
/// more than once is said to have moved.
fn with_moved(acts: &Acts, steps: Vec<Step>) -> Vec<(Step, Option<RowKind>)> {
    /// Steps, and the acts in them.
    type Places = Vec<(usize, usize)>;
    let mut deeds: FxHashMap<(u32, u32, u32), (Places, Places)> = FxHashMap::default();
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::OnlyA(a) => deeds.entry(acts.deed_of_a(a)).or_default().0.push((at, a)),
            Step::OnlyB(b) => deeds.entry(acts.deed_of_b(b)).or_default().1.push((at, b)),
            Step::Pair(..) => {}
        }
    }
    let mut moved: FxHashMap<usize, Option<(usize, usize)>> = FxHashMap::default();
    for (of_a, of_b) in deeds.values() {
        if let ([(at, a)], [(with, b)]) = (&of_a[..], &of_b[..]) {
            moved.insert(*at.min(with), Some((*a, *b)));
            moved.insert(*at.max(with), None);
        }
    }
    let step = |(at, step)| match moved.get(&at) {
        None => Some((step, None)),
        Some(Some((a, b))) => Some((Step::Pair(*a, *b), Some(RowKind::Moved))),
        Some(None) => None,
    };
    steps.into_iter().enumerate().filter_map(step).collect()
}

fn row(acts: &Acts, step: Step, kind: Option<RowKind>) -> Row {
    match step {
        Step::Pair(a, b) => {
            let kind = kind.unwrap_or_else(|| match acts.deeds(a, b) {
                _ if acts.same(a, b) => RowKind::Same,
                likeness if likeness >= CHANGED => RowKind::Changed,
                _ => RowKind::Replaced,
            });
            let parts = match kind {
                RowKind::Same => false,
                RowKind::Changed => acts.parts(a, b),
                _ => true,
            };
            Row { kind, a: Some(ActId::from_index(a)), b: Some(ActId::from_index(b)), parts }
        }
        Step::OnlyA(a) => Row { kind: RowKind::OnlyA, a: Some(ActId::from_index(a)), b: None, parts: true },
        Step::OnlyB(b) => Row { kind: RowKind::OnlyB, a: None, b: Some(ActId::from_index(b)), parts: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Agent, draft::action};

    /// `who what -> result`, a line an act.
    fn episode(text: &str) -> Episode {
        let mut episode = Episode::default();
        for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
            let (who, deed) = line.split_once(' ').unwrap();
            let (label, result) = deed.split_once(" -> ").unwrap_or((deed, ""));
            let known = episode.agents.iter().position(|it| it.name == who);
            let at = known.unwrap_or_else(|| {
                episode.agents.push(Agent { name: who.to_owned(), ..Agent::default() });
                episode.agents.len() - 1
            });
            let act = action(at as u32);
            episode.acts.push(crate::model::Act { label: label.into(), result: result.into(), ..act });
        }
        episode
    }

    /// The marks of all rows, with `!` where the episodes part.
    fn marks(a: &str, b: &str) -> String {
        let aligned = AlignedActs::of(&episode(a), &episode(b));
        aligned.rows.iter().map(|it| it.kind.mark().to_owned() + if it.parts { "!" } else { "" }).collect()
    }

    #[test]
    fn acts_are_aligned_by_what_they_are() {
        let a = "planner plan it\n scout search calendars -> 7 hits\n scout open hit 1\n scout tell use calendars -> sent\n planner write it\n coder write days -> ok\n critic run tests -> 4 of 8";
        assert_eq!(marks(a, a), "=======");
        let b = "planner plan it\n scout tell pass -> sent\n planner write it\n coder look it up alone -> ok\n critic run tests -> 3 of 8";
        assert_eq!(marks(a, b), "=<!<!~!=≠!~!");
        assert_eq!(marks(b, a), "=>!>!~!=≠!~!");
        // Other agents are not paired, whatever they say.
        assert_eq!(marks("a go\nb stop", "a go\nc stop"), "=<!>!");
        // The order in which agents first act does not matter.
        assert_eq!(marks("a go\nb stop\na end", "b stop\na end"), "<!==");
    }

    #[test]
    fn what_stands_elsewhere_has_moved() {
        assert_eq!(marks("a one\na two\na three\na four", "a two\na three\na four\na one"), "↕!===");
        // Done twice: which one moved nobody knows.
        assert_eq!(marks("b x\na one\na two\na three\nb x\nb x", "b x\na one\na two\na three"), "====<!<!");
    }

    #[test]
    fn long_texts_in_other_words_do_not_part() {
        let long = "a we should first read the whole task and then write down what is asked of us";
        let other = "a we should first read the whole task and write down all that is asked of us";
        assert_eq!(marks(&format!("{long}\nb go"), &format!("{other}\nb stop")), "~≠!");
        let aligned =
            AlignedActs::of(&episode(&format!("{long}\nb go")), &episode(&format!("{other}\nb stop")));
        assert_eq!((aligned.first_difference(), aligned.first_divergence()), (Some(0), Some(1)));
    }
}
