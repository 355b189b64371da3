//! What a comparison says in sentences, on the screen and in reports alike.

use super::{EpisodeComparison, Row, RowKind, Side};
use crate::{
    model::{Act, ActId, Episode},
    text::at_words,
};

/// Columns that the text of an act takes at most in a sentence.
const DEED: usize = 48;

impl EpisodeComparison {
    /// Where the two part: `A coder-1 does 'x', B coder-1 'y'`; `None`: they do not.
    pub fn divergence_words(&self, a: &Episode, b: &Episode) -> Option<String> {
        let at = self.acts.first_divergence()?;
        let Row { kind, a: of_a, b: of_b, .. } = self.acts.rows[at];
        let (act_a, act_b) = (of_a.map(|it| a.act(it)), of_b.map(|it| b.act(it)));
        Some(match (act_a, act_b) {
            (Some(one), Some(other)) if kind == RowKind::Moved => {
                format!("{} {} stands elsewhere in B, as {}", who(a, one), deed(one), other.id)
            }
            (Some(one), Some(other)) if one.label == other.label && one.error != other.error => {
                let fails = |it: &Act| {
                    it.error
                        .as_ref()
                        .map_or("it works".to_owned(), |it| format!("it fails with {}", quoted(it)))
                };
                format!("{} {}: in A {}, in B {}", who(a, one), deed(one), fails(one), fails(other))
            }
            (Some(one), Some(other)) if one.label == other.label => {
                format!(
                    "{} {}: in A it gives {}, in B {}",
                    who(a, one),
                    deed(one),
                    quoted(&one.result),
                    quoted(&other.result)
                )
            }
            (Some(one), Some(other)) => {
                format!("A {} {}, B {} {}", who(a, one), deed(one), who(b, other), deed(other))
            }
            (Some(one), None) => alone(Side::A, a, one, self.next(at, Side::B, b)),
            (None, Some(other)) => alone(Side::B, b, other, self.next(at, Side::A, a)),
            (None, None) => return None,
        })
    }

    /// The next act of `side` after a row.
    fn next<'a>(&self, at: usize, side: Side, episode: &'a Episode) -> Option<(&'a Episode, &'a Act)> {
        let next = self.acts.rows[at..].iter().find_map(|it| it.of(side));
        next.map(|it| (episode, episode.act(it)))
    }

    /// What the passed one did in place of the act of the failed one.
    pub fn instead_words(&self, a: &Episode, b: &Episode) -> Option<String> {
        let instead = self.instead.as_ref()?;
        let (failed, passed) = match instead.failed {
            Side::A => (a, b),
            Side::B => (b, a),
        };
        let (one, other) = (instead.failed.letter(), instead.failed.other().letter());
        let did: Vec<String> = instead.acts.iter().map(|it| told(passed, *it)).collect();
        let did = match &did[..] {
            [] => "did nothing there".to_owned(),
            [same] if instead.same => format!("did the same as {same}: it alone decides nothing"),
            did => format!("did {}", did.join(", then ")),
        };
        let Some(act) = instead.act else {
            return Some(format!("{other}, which passed, {did}; {one}, which failed, did not"));
        };
        let why = if instead.is_named { "to blame" } else { "where they part" };
        Some(format!("of {one}, which failed, {} ({why}); {other}, which passed, {did}", told(failed, act)))
    }

    /// `5 same, 3 changed (~), 1 replaced (≠)`: the kinds of rows that there are.
    pub fn count_words(&self) -> String {
        let kinds = RowKind::ALL.into_iter().map(|it| (it, self.acts.count(it))).filter(|it| it.1 > 0);
        let word = |(kind, n): (RowKind, usize)| match kind {
            RowKind::Same => format!("{n} same"),
            kind => format!("{n} {} ({})", kind.word(), kind.mark()),
        };
        kinds.map(word).collect::<Vec<_>>().join(", ")
    }
}

fn alone(side: Side, episode: &Episode, act: &Act, next: Option<(&Episode, &Act)>) -> String {
    let one = format!("only {} has {} {}", side.letter(), who(episode, act), deed(act));
    let other = side.other().letter();
    match next {
        Some((episode, act)) => format!("{one}; {other} goes on with {} {}", who(episode, act), deed(act)),
        None => format!("{one}; {other} has ended"),
    }
}

fn told(episode: &Episode, act: ActId) -> String {
    let act = episode.act(act);
    format!("{} {}", who(episode, act), deed(act))
}

/// The id of an act, with its agent where the id does not say whose it is.
fn who(episode: &Episode, act: &Act) -> String {
    let agent = &episode.agent(act.agent).name;
    if act.id.starts_with(agent.as_str()) { act.id.clone() } else { format!("{} {agent}", act.id) }
}

fn deed(act: &Act) -> String {
    quoted(&act.label)
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("'{}'", at_words(text, DEED)) }
}
