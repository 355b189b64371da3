//! What was found, in sentences.

use super::parts::{Base, BrokenOff, Factor, Key, Post, Scale, Source, Taken, Unit};
use super::search::Form;
use super::{Level, Report};

/// Turns that are compared with the same turn of other rollouts.
pub(super) const BY_TURN: &str =
    "turns are compared with the same turn of other rollouts: what stopping earns changes";

impl Form {
    /// `return minus the mean over rollouts of the group, by std (ddof 1) + 1e-6`.
    pub fn words(&self) -> String {
        let source = self.sources[0].words();
        let over = format!("over {} of {}", self.units[0].words(), self.keys[0].words());
        let minus = match self.base {
            Base::Mean => format!(" minus the mean {over}"),
            Base::Others => format!(" minus the mean of the others {over}"),
            Base::Nothing => " without a baseline".to_owned(),
            Base::Best => format!(" minus the best {over}"),
            Base::Median => format!(" minus the median {over}"),
            Base::Moving { beta, .. } => format!(" minus a moving mean (beta {beta}) {over}"),
            Base::Steps { weight, gamma } => {
                format!(" by rollout, and {weight} x by state (GiGPO, gamma {gamma}), {over}")
            }
            Base::BestOnly => format!(" of the best alone, minus the second best (pass@k), {over}"),
        };
        let mut text = format!("{source}{minus}");
        if self.scale != Scale::Nothing {
            let within = if self.base == Base::Nothing { format!(" {over}") } else { String::new() };
            text += &format!(", by {}{within}", self.scale.words());
        }
        if self.keeps_alone {
            text += ", one alone keeps its number";
        }
        let (taken, factor) = self.taken.first().copied().unwrap_or((Taken::Own, Factor::One));
        let rest = [self.post.words(), factor.words(), taken.words().to_owned()];
        let more = rest.into_iter().chain([self.broken_off.words().to_owned()]).filter(|it| !it.is_empty());
        more.fold(text, |text, it| format!("{text}, {it}"))
    }

    /// Equal for forms that a reader would call one formula.
    pub fn family(&self) -> String {
        super::family(self)
    }

    /// Parts that mean the same in this log, each with its names: `acts = rollouts`.
    pub fn names(&self) -> Vec<String> {
        let keys = self.keys.iter().map(|it| it.words().to_owned()).collect::<Vec<_>>();
        let units = self.units.iter().map(|it| it.words().to_owned()).collect();
        let mut sources: Vec<String> = self.sources.iter().map(|it| it.words()).collect();
        if sources.len() > 3 {
            sources.truncate(3);
            sources.push("...".to_owned());
        }
        let several = [sources, keys, units].into_iter().filter(|it: &Vec<String>| it.len() > 1);
        several.map(|it| it.join(" = ")).collect()
    }

    /// What is wrong with it, if it is one of the usual mistakes.
    pub fn slip(&self) -> Option<&'static str> {
        let (taken, _) = self.taken.first().copied().unwrap_or((Taken::Own, Factor::One));
        let has = |key: Key| self.keys.contains(&key);
        Some(match (self.base, self.post, taken) {
            (_, Post::Whitened { .. }, _) if self.scale != Scale::Nothing || self.base != Base::Nothing => {
                "normalised twice"
            }
            (_, Post::Flipped | Post::WhitenedFlipped { .. }, _) => "the sign is flipped",
            (_, Post::Clipped(_), _) => "clipped",
            (_, Post::SignOnly, _) => "only the sign is left",
            (
                _,
                _,
                Taken::NextRollout | Taken::PreviousRollout | Taken::NextEpisode | Taken::PreviousEpisode,
            ) => "each rollout has the advantage of its neighbour",
            (_, _, Taken::NextRow | Taken::PreviousRow | Taken::NextTurn | Taken::PreviousTurn) => {
                "advantages are shifted by one"
            }
            (_, _, Taken::OtherAgent) => "each agent has the advantage of another",
            (_, _, Taken::LastTurn | Taken::AgentsLastTurn) => "only the last turn has an advantage",
            _ if self.broken_off == BrokenOff::AsZero => "rollouts that broke off count as 0",
            _ if self.sources[0] == Source::OtherOwn => "each agent is credited with the reward of another",
            (Base::Nothing, ..) if self.scale == Scale::Nothing => {
                "the declared advantage is the reward: the baseline is 0"
            }
            _ if has(Key::Alone) || self.keeps_alone => "a group is one sample",
            _ if has(Key::Trajectory) || has(Key::TrajectoryAgent) => "a group is one trajectory",
            _ if has(Key::All) && !has(Key::Group) => "the baseline is pooled over all groups",
            _ if has(Key::Task) && !has(Key::Group) => "groups of equal text are pooled",
            _ if has(Key::GroupTurn) && !has(Key::Group)
                || has(Key::GroupAgentTurn) && !has(Key::GroupAgent) =>
            {
                BY_TURN
            }
            (Base::Mean | Base::Others, ..) if self.units[0] == Unit::Act || self.units[0] == Unit::Turn => {
                "the baseline counts turns, not rollouts"
            }
            (Base::Mean, ..) if self.units[0] == Unit::Token => "the baseline counts tokens, not rollouts",
            _ => return None,
        })
    }
}

/// `1 number`, `4 numbers`.
fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

impl Report {
    /// What wrote the numbers, one sentence without trailing period.
    pub fn sentence(&self) -> String {
        let numbers = count(self.numbers, "declared number");
        let first = self.fits.first().map(|it| match self.slip_of(it) {
            Some(slip) => format!("{} ({slip})", it.words()),
            None => it.words(),
        });
        match (self.level, first) {
            (Level::Zero, _) if !self.right.has_signal => {
                format!("all {numbers} are 0, and no group has a spread: every formula gives 0")
            }
            (Level::Zero, Some(first)) => format!(
                "all {numbers} are 0 though the returns differ: each baseline is its own return, as of {first}"
            ),
            (Level::Zero, None) => {
                format!("all {numbers} are 0 though the returns differ, and no formula gives that")
            }
            (Level::Named, Some(first)) => {
                format!(
                    "these advantages are the {first}: it gives {} of {} numbers, no other formula does",
                    self.numbers, self.numbers
                )
            }
            (Level::Fits, Some(first)) if self.by_rounding => format!(
                "the {first} gives all {numbers}, but only within the rounding of the logged returns: no name"
            ),
            (Level::Fits, Some(first)) => {
                let others = self.families - 1;
                let why = if others == 0 {
                    "too little for a name".to_owned()
                } else {
                    format!(
                        "{} {} them too",
                        count(others, "other formula"),
                        if others == 1 { "gives" } else { "give" }
                    )
                };
                let sizes = count(self.magnitudes, "different size");
                format!("all {numbers} are what the {first} gives; {why} ({sizes})")
            }
            (Level::None, _) | (_, None) => {
                let nearest = self.nearest.as_ref().map_or(String::new(), |it| {
                    format!(
                        "; nearest: declared = {:.4} x ({}) {:+.4}, off by {:.2e} (root mean square)",
                        it.slope, it.form, it.offset, it.rms
                    )
                });
                format!("none of {} forms gives all {numbers}{nearest}", self.tried)
            }
        }
    }

    /// What is wrong with the signs, one sentence without trailing period; `None`: nothing is.
    pub fn harm(&self) -> Option<String> {
        let (wrong, lost, pushed) = self.right.counts();
        let mut parts = Vec::new();
        if wrong > 0 {
            parts.push(format!("{} the wrong sign", verb(wrong)));
        }
        if lost > 0 {
            parts.push(format!("{} no signal though there is one", verb(lost)));
        }
        if pushed > 0 {
            parts.push(format!(
                "{} pushed though 0 is right",
                if pushed == 1 { "1 is".to_owned() } else { format!("{pushed} are") }
            ));
        }
        let hurt: Vec<&str> =
            self.right.agents.iter().filter(|it| it.is_hurt()).map(|it| it.agent.as_str()).collect();
        let whose = match hurt.len() {
            0 => return None,
            1..=4 if self.right.agents.len() > 1 => format!(" ({})", hurt.join(", ")),
            n if self.right.agents.len() > 1 => format!(" ({n} agents)"),
            _ => String::new(),
        };
        Some(format!("of {} numbers {}{whose}", self.numbers, parts.join(", ")))
    }
}

fn verb(n: usize) -> String {
    if n == 1 { "1 has".to_owned() } else { format!("{n} have") }
}
