//! What contradicts a verdict, one variant per kind, the gravest first.

use crate::forensics::Summary;
use crate::model::{ActId, AgentId, Attribution, Episode, Estimate, Loop, UnlinkedParts, Whose};
use crate::stats::sum;
use crate::suspicion::{self, Entered};
use crate::text::{Clause, Sentence, at_words};

use super::super::coalition::best_supported;
use super::super::figure::{earned, percent};
use super::super::sweep::{Agreement, Data, OtherTable, Sweep, SweepRow};
use super::advantages;
use super::check::Check;
use super::entered;
use super::finding::{Finding, Named};
use super::judgement::Judgement;
use super::outcome::Outcome;
use super::stability::data_words;
use super::words::{NAME, act_name, credit, listed, mean, name, names, size};

/// Formulas named one by one; more are counted.
const FORMULAS: usize = 2;
/// Trace ids likewise.
const TRACES: usize = 3;

/// One thing that speaks against the verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Against {
    /// A measurement names others.
    Measurement {
        /// What was measured.
        data: Data,
        /// Which of several tables, in words; `None`: the one that the rows of the sweep read.
        table: Option<String>,
        /// `method/baseline` of the row that speaks for it.
        method: String,
        /// Whom it names.
        agents: Vec<AgentId>,
    },
    /// A judge names another.
    Judge(Judgement),
    /// An estimate from the text names another than a judge does.
    Estimate {
        /// Whom.
        agent: AgentId,
        /// Its P.
        p: f64,
    },
    /// The episode is unlike those that the estimate was fitted on.
    Unlike {
        /// How far it is; 1 is as far as one in twenty of them.
        distance: f64,
    },
    /// Credit of the log is not what its own formula gives.
    Refuted(Check),
    /// Advantages of the log are not what they should be, by the rollouts of its run.
    Advantages(Box<Summary>),
    /// Credit of the log that nothing here can check names others.
    Declared {
        /// Its name among the declared credits.
        key: String,
        /// Whom it names.
        agents: Vec<AgentId>,
    },
    /// The reward is not what the numbers explain, as agents are outside of them.
    Outside {
        /// Who no number speaks of.
        agents: Vec<AgentId>,
    },
    /// The reward of this run is further from what the coalitions say of the whole team than all that they divide.
    Elsewhere {
        /// What this run got.
        reward: f64,
        /// What the coalitions say of the whole team.
        team: f64,
    },
    /// What agents were paid and what they are credited with point opposite ways.
    Pay {
        /// Own rewards, by agent.
        paid: Vec<(AgentId, f64)>,
    },
    /// Own rewards of both signs: divided as one team, they would say something else than they are.
    Signs {
        /// What they add up to.
        sum: f64,
    },
    /// An act of another agent costs as much.
    Act {
        /// The act.
        act: ActId,
        /// Its credit.
        credit: Estimate,
        /// Whether it is beyond that of the act named by more than the errors of both.
        more: bool,
    },
    /// Other formulas on the same data name others.
    Formulas {
        /// On which data.
        data: Data,
        /// `method/baseline` and whom it names.
        rows: Vec<(String, Vec<AgentId>)>,
        /// How many formulas there are on these data.
        of: usize,
    },
    /// A large part of the episode repeats what was said before.
    Loop(Loop),
    /// Parts of the episode are not linked: nothing here can cross from one to another.
    Unlinked(UnlinkedParts),
    /// A wrong value entered with an act of another agent than the one suspected.
    Entered(Box<Entered>),
    /// Values that a model states name others.
    Model {
        /// `method/baseline` of the row.
        method: String,
        /// Whom it names.
        agents: Vec<AgentId>,
    },
}

impl Against {
    /// The word for its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Against::Measurement { .. } => "measurement",
            Against::Judge(_) => "judge",
            Against::Estimate { .. } => "estimate",
            Against::Unlike { .. } => "unlike",
            Against::Refuted(_) => "refuted",
            Against::Advantages(_) => "advantages",
            Against::Declared { .. } => "declared",
            Against::Outside { .. } => "outside",
            Against::Elsewhere { .. } => "elsewhere",
            Against::Pay { .. } => "pay",
            Against::Signs { .. } => "signs",
            Against::Act { .. } => "act",
            Against::Formulas { .. } => "formulas",
            Against::Loop(_) => "loop",
            Against::Unlinked(_) => "unlinked",
            Against::Entered(_) => "entered",
            Against::Model { .. } => "model",
        }
    }

    /// In words, in full.
    pub fn in_words(&self, episode: &Episode) -> String {
        Sentence::of([self.words(episode)].into_iter().chain(self.more())).whole()
    }

    /// What goes first where room is short.
    fn more(&self) -> impl Iterator<Item = Clause> {
        let of = match self {
            Against::Advantages(it) => Some(advantages::words(it)),
            _ => None,
        };
        of.into_iter().flatten().skip(1)
    }

    fn words(&self, episode: &Episode) -> Clause {
        match self {
            Against::Measurement { data, table, method, agents } => {
                let verb = if *data == Data::Coalitions { "name" } else { "blame" };
                let word = data_words(*data, table.as_deref());
                Clause::of(format!("{word} {verb} {} ({method})", names(episode, agents, "or")))
            }
            Against::Judge(judge) => {
                let clause = Clause::of(format!("{} names ", judge.judge_words()));
                let clause = clause.quote(&judge.agent_text).and(judge.at(episode));
                let clause = match judge.probabilities.first() {
                    Some((_, most)) => clause.and(format!(", {} of the blame", percent(*most))),
                    None => clause,
                };
                match &judge.reason {
                    Some(reason) => clause.and(": \"").quote(reason).and("\""),
                    None => clause,
                }
            }
            Against::Estimate { agent, p } => {
                Clause::of(format!("an estimate from the text says {}, P {p:.2}", name(episode, *agent)))
            }
            Against::Unlike { distance } => Clause::of(format!(
                "this log is unlike the failures this was fitted on ({distance:.1} times as far as one in twenty): its P \
                 may mean little"
            )),
            Against::Advantages(it) => {
                let [head, ..] = advantages::words(it);
                head
            }
            Against::Refuted(check) => refuted(check),
            Against::Declared { key, agents } => Clause::of("credit declared by ")
                .quote(key)
                .and(format!(" says {}", names(episode, agents, "and"))),
            Against::Outside { agents } => {
                let verb = if agents.len() == 1 { "acts and is" } else { "act and are" };
                Clause::of(format!("{} {verb} in no coalition", names(episode, agents, "and")))
            }
            Against::Elsewhere { reward, team } => {
                let largest = reward.abs().max(team.abs());
                Clause::of(format!(
                    "this run got {}, the whole team gets {} by the coalitions: {} is not explained",
                    mean(*reward, largest),
                    mean(*team, largest),
                    size(reward - team, largest)
                ))
            }
            Against::Pay { paid } => {
                let one = |it: &(AgentId, f64)| format!("{} {}", name(episode, it.0), earned(it.1));
                let shown: Vec<String> = paid.iter().take(4).map(one).collect();
                Clause::of(format!("paid: {}; pay and credit point opposite ways", shown.join(", ")))
            }
            Against::Signs { sum } if sum.abs() < 1e-9 => {
                Clause::of("they add up to 0: divided as one team, every credit would be 0 and wrong")
            }
            Against::Signs { sum } => Clause::of(format!(
                "they add up to {}: divided as one team, what one wins would hide what another loses",
                earned(*sum)
            )),
            Against::Act { act, credit: it, more } => {
                let agent = name(episode, episode.act(*act).agent);
                let label = &episode.act(*act).label;
                let clause = Clause::of(format!("{agent} at {}", act_name(episode, *act)));
                let clause =
                    if label.is_empty() { clause } else { clause.and(": \"").quote(label).and("\"") };
                let weighs = if *more { "weighs more" } else { "weighs as much" };
                clause.and(format!(" {weighs} ({})", credit(it.value, it.value)))
            }
            Against::Formulas { data, rows, of } => {
                let one =
                    |it: &(String, Vec<AgentId>)| format!("{} says {}", it.0, names(episode, &it.1, "or"));
                let shown: Vec<String> = rows.iter().take(FORMULAS).map(one).collect();
                let more = rows.len().saturating_sub(FORMULAS);
                let more = if more > 0 { format!(", {more} more") } else { String::new() };
                let word = if *data == Data::Model { "values" } else { data.word() };
                let differ = if rows.len() == 1 { "differs" } else { "differ" };
                Clause::of(format!(
                    "{} of {of} formulas on the same {word} {differ}: {}{more}",
                    rows.len(),
                    shown.join(", ")
                ))
            }
            Against::Loop(it) => Clause::of(it.words(episode)),
            Against::Unlinked(it) => unlinked(it),
            Against::Entered(it) => {
                Clause::of(format!("{} brought in the wrong value: ", name(episode, it.agent)))
                    .and(entered::words(it, episode))
            }
            Against::Model { method, agents } => {
                Clause::of(format!("values the log states blame {} ({method})", names(episode, agents, "or")))
            }
        }
    }
}

/// `4 parts are not linked (trace ids aa01, bb02 and 2 more): blame cannot cross from one to another; log a link`.
fn unlinked(it: &UnlinkedParts) -> Clause {
    let shown: Vec<String> = it.traces.iter().take(TRACES).map(|it| at_words(it, NAME)).collect();
    let traces = listed(&shown, it.traces.len(), "and");
    Clause::of(format!("{} parts are not linked (trace ids ", it.traces.len()))
        .quote(&traces)
        .and("): blame cannot cross from one to another; log a link")
}

fn refuted(check: &Check) -> Clause {
    let largest = check.off.iter().map(|it| it.declared.abs().max(it.computed.abs())).fold(0.0, f64::max);
    let start = Clause::of("declared ").quote(&check.key);
    if check.sum_agrees && check.off.len() > 1 {
        let of = |over: bool| -> Vec<String> {
            let those = check.off.iter().filter(|it| (it.declared > it.computed) == over);
            those
                .take(3)
                .map(|it| format!("{} by {}", it.name, size(it.declared - it.computed, largest)))
                .collect()
        };
        let parts: Vec<String> = [("gets too much", of(true)), ("too little", of(false))]
            .into_iter()
            .filter(|it| !it.1.is_empty())
            .map(|(word, those)| format!("{word}: {}", those.join(", ")))
            .collect();
        return start.and(format!(" has the sum right and the split wrong; {}", parts.join("; ")));
    }
    let first = check.off.first();
    let text = first.map_or(String::new(), |it| {
        format!(
            " does not come out: {} {}, {} gives {}",
            it.name,
            credit(it.declared, largest),
            check.method,
            credit(it.computed, largest)
        )
    });
    let more = check.off.len().saturating_sub(1);
    let more = if more > 0 { format!("; {more} more differ") } else { String::new() };
    let more = match check.forms {
        0 | 1 => more,
        n => format!("{more}; none of {n} known forms does"),
    };
    start.and(format!("{text}{more}"))
}

/// All of them as one sentence; those behind the first go first where room is short.
pub(super) fn words(against: &[Against], episode: &Episode) -> Sentence {
    let mut out = Sentence::default();
    for (at, it) in against.iter().enumerate() {
        let separator = if at == 0 { "" } else { ". " };
        out.push(it.words(episode).after(separator, at.min(200) as u8));
        for (more, clause) in (201..).zip(it.more()) {
            out.push(clause.after("", more));
        }
    }
    out
}

/// Everything that contradicts `finding`, by `attribution` where numbers lead.
pub(super) fn against(
    episode: &Episode,
    finding: &Finding,
    outcome: &Outcome,
    attribution: Option<&Attribution>,
    acts: Option<&Attribution>,
    sweep: &Sweep,
    checks: &[Check],
) -> Vec<Against> {
    let mut out = Vec::new();
    let named = finding.agents();
    let numbers = match finding {
        Finding::Named(it) => Some(it),
        Finding::Equal(_)
        | Finding::Judged(_)
        | Finding::Estimated(_)
        | Finding::Entered(_)
        | Finding::Unknown => None,
    };
    out.extend(measurements(episode, finding, sweep));
    out.extend(judges(episode, finding, numbers.is_some()));
    out.extend(estimates(episode, finding));
    if let Finding::Estimated(it) = finding {
        let brought = suspicion::entered(episode).filter(|found| found.agent != it.suspect().0);
        out.extend(brought.map(|it| Against::Entered(Box::new(it))));
    }
    out.extend(checks.iter().filter(|it| !it.confirmed).cloned().map(Against::Refuted));
    out.extend(Loop::longest(episode).filter(Loop::is_large).map(Against::Loop));
    out.extend(UnlinkedParts::of(episode).map(Against::Unlinked));
    let Some((numbers, attribution)) = numbers.zip(attribution) else {
        out.extend(
            outcome.hides_in_sum().then(|| Against::Signs { sum: sum(outcome.own.iter().map(|it| it.1)) }),
        );
        return out;
    };
    out.extend(declared(episode, numbers, sweep, checks));
    out.extend(outside(episode, numbers, attribution));
    out.extend(elsewhere(episode, numbers, attribution));
    out.extend(pay(outcome, attribution, numbers));
    out.extend(acts.and_then(|it| rival(episode, numbers, it)));
    out.extend(formulas(episode, named, attribution, sweep));
    out.extend(model(episode, numbers, attribution, sweep));
    out
}

fn measurements(episode: &Episode, finding: &Finding, sweep: &Sweep) -> Vec<Against> {
    let named = finding.agents();
    let is_answer = !named.is_empty() || matches!(finding, Finding::Equal(_));
    if episode.agents.len() < 2 || !is_answer {
        return Vec::new();
    }
    let contrary = |it: &&SweepRow| !named.is_empty() && !it.blamed.iter().any(|it| named.contains(it));
    let others = sweep.rows.iter().filter(|it| it.counted).filter(contrary);
    let one = |row: &SweepRow| {
        Some(Against::Measurement {
            data: row.data?,
            table: None,
            method: row.name(),
            agents: row.blamed.clone(),
        })
    };
    let tables = sweep.tables.iter().filter(|it| !it.blamed.iter().any(|it| named.contains(it)));
    let of_table = |it: &OtherTable| Against::Measurement {
        data: Data::Coalitions,
        table: Some(it.name.clone()),
        method: "shapley".to_owned(),
        agents: it.blamed.clone(),
    };
    others.filter_map(one).chain(tables.map(of_table)).collect()
}

/// An estimate from the text that says otherwise than a judge; and that it may say little, where it leads.
fn estimates(episode: &Episode, finding: &Finding) -> Option<Against> {
    match finding {
        Finding::Judged(judge) => {
            let estimate = suspicion::estimate(episode).filter(|it| !it.is_unlike())?;
            let (agent, p) = estimate.first();
            (judge.agent? != agent).then_some(Against::Estimate { agent, p })
        }
        Finding::Estimated(it) => {
            let distance = it.estimate.distance;
            it.estimate.is_unlike().then_some(Against::Unlike { distance })
        }
        Finding::Named(_) | Finding::Equal(_) | Finding::Entered(_) | Finding::Unknown => None,
    }
}

/// Judges that name another agent than the one named; of several that name the same one, the first.
fn judges(episode: &Episode, finding: &Finding, numbers: bool) -> Vec<Against> {
    let named = finding.agents();
    if named.is_empty() && numbers {
        return Vec::new();
    }
    let leads = match finding {
        Finding::Judged(it) => Some(it),
        _ => None,
    };
    let mut seen: Vec<String> = Vec::new();
    let mut out = Vec::new();
    for label in episode.labels.iter().filter(|it| it.blames() && !it.agent_text.is_empty()) {
        let same = match leads {
            Some(lead) => lead.agent_text == label.agent_text,
            None => label.agent.is_some_and(|it| named.contains(&it)),
        };
        if !same && !seen.contains(&label.agent_text) {
            seen.push(label.agent_text.clone());
            out.push(Against::Judge(Judgement::of(label)));
        }
    }
    // What models say in numbers, where they put the most on somebody else.
    let others = Judgement::by_probability(episode).filter(|it| match leads {
        Some(lead) => lead.judge != it.judge && lead.agent_text != it.agent_text,
        None => it.agent.is_some_and(|it| !named.is_empty() && !named.contains(&it)),
    });
    out.extend(others.map(Against::Judge));
    out
}

/// Credit of the log that names others and that no formula here can check.
fn declared(episode: &Episode, numbers: &Named, sweep: &Sweep, checks: &[Check]) -> Vec<Against> {
    if episode.agents.len() < 2 {
        return Vec::new();
    }
    let rows =
        sweep.rows.iter().filter(|it| it.data == Some(Data::Declared) && it.agrees == Agreement::Flips);
    rows.filter_map(|row| {
        let key = row.scenario.baseline.clone()?;
        let checked = checks.iter().any(|it| it.key == key) || numbers.by.ends_with(&format!("/{key}"));
        (!checked).then(|| Against::Declared { key, agents: row.blamed.clone() })
    })
    .collect()
}

/// Agents who act and are in no coalition, where the sentence at the top does not say so.
fn outside(episode: &Episode, numbers: &Named, attribution: &Attribution) -> Option<Against> {
    let of_coalitions = super::super::method(&attribution.method)
        .is_some_and(|it| it.family == super::super::method::Family::Coalition);
    let acted = |agent: &AgentId| episode.acts.iter().any(|it| it.agent == *agent);
    let agents: Vec<AgentId> = numbers.unknown.iter().copied().filter(acted).collect();
    (of_coalitions && numbers.unexplained.is_none() && !agents.is_empty())
        .then_some(Against::Outside { agents })
}

/// A reward that the coalitions do not explain: further from the team's value than all they divide, and than its runs
/// spread.
fn elsewhere(episode: &Episode, numbers: &Named, attribution: &Attribution) -> Option<Against> {
    let table = &episode.coalitions[best_supported(&episode.coalitions)?];
    let whole = &table.values.iter().find(|it| it.agents == table.players)?.value;
    let (team, divided) = (whole.mean?, attribution.contract?);
    // Numbers of a what-if or of another table are of another team.
    let is_of_it = attribution.reward == Some(team) && numbers.unexplained.is_none();
    let reward = episode.logged_reward()?.value;
    let far = (reward - team).abs();
    let is_seen = whole.returns.iter().any(|it| (it - team).abs() >= far);
    let is_spread = whole.std.is_some_and(|it| far <= SPREADS * it);
    (is_of_it && far > divided.abs() && !is_seen && !is_spread).then_some(Against::Elsewhere { reward, team })
}

/// A run this many standard deviations from the mean is another thing.
const SPREADS: f64 = 4.0;

/// Own rewards that order the agents the other way round than their credits do.
fn pay(outcome: &Outcome, attribution: &Attribution, numbers: &Named) -> Option<Against> {
    let [named] = numbers.agents.as_slice() else { return None };
    if matches!(outcome.whose, Some(Whose::Agent(_) | Whose::Members(_))) {
        // What one agent's reward is due to says nothing of what others were paid.
        return None;
    }
    let of = |agent: AgentId| outcome.own.iter().find(|it| it.0 == agent).map(|it| it.1);
    let own = of(*named)?;
    let low = numbers.kind.is_low();
    let opposite = outcome.own.iter().any(|(agent, paid)| {
        let Some(other) = attribution.agent(*agent) else { return false };
        let apart = if low { own - paid } else { paid - own };
        let credits =
            if low { other.value - numbers.credit.value } else { numbers.credit.value - other.value };
        apart > 1e-9 && credits > 1e-9
    });
    // The agent that is blamed most must not also be the one that is paid least.
    let is_least = outcome.own.iter().all(|it| if low { it.1 >= own } else { it.1 <= own });
    (opposite && !is_least).then(|| Against::Pay { paid: outcome.own.clone() })
}

/// The act of another agent that the data do not tell from the one named, the gravest.
fn rival(episode: &Episode, numbers: &Named, acts: &Attribution) -> Option<Against> {
    let deed = numbers.deed.as_ref()?;
    let own = acts.act(deed.act)?;
    let sign = if numbers.kind.is_low() { 1.0 } else { -1.0 };
    let others = acts.acts.iter().filter(|it| episode.act(it.0).agent != episode.act(deed.act).agent);
    let rivals = others.filter_map(|it| Some((it.0, *it.1.number()?))).filter(|(_, it)| {
        // How far the two reach towards each other, as independent errors add.
        let reach = towards(it, -sign).hypot(towards(own, sign));
        sign * it.value < 0.0 && sign * (it.value - own.value) <= reach
    });
    let first = rivals.min_by(|a, b| (sign * a.1.value).total_cmp(&(sign * b.1.value)).then(a.0.cmp(&b.0)));
    first.map(|(act, credit)| {
        let reach = towards(&credit, sign).hypot(towards(own, -sign));
        let beyond = sign * (own.value - credit.value);
        Against::Act { act, credit, more: beyond > reach.max(0.1 * own.value.abs()) }
    })
}

/// How far the interval of a number reaches up (`sign` 1) or down (-1); 0 without one.
fn towards(it: &Estimate, sign: f64) -> f64 {
    it.interval.map_or(0.0, |(low, high)| if sign > 0.0 { high - it.value } else { it.value - low })
}

/// Formulas on the data of the verdict that name somebody else.
fn formulas(
    episode: &Episode,
    named: &[AgentId],
    attribution: &Attribution,
    sweep: &Sweep,
) -> Option<Against> {
    let data = Data::of(attribution)?;
    if episode.agents.len() < 2 || named.is_empty() || !(data.is_measured() || data == Data::Model) {
        return None;
    }
    // Of what a model states each method asks something else: only its own baselines are other formulas of it.
    let is_of_it = |it: &&SweepRow| data.is_measured() || it.scenario.method == attribution.method;
    let voiced = sweep.rows.iter().filter(|it| it.data == Some(data) && !it.blamed.is_empty());
    let voiced = voiced.filter(is_of_it);
    let of = voiced.clone().count();
    let rows: Vec<(String, Vec<AgentId>)> = voiced
        .filter(|it| !it.blamed.iter().any(|it| named.contains(it)))
        .map(|it| (it.name(), it.blamed.clone()))
        .collect();
    (!rows.is_empty()).then_some(Against::Formulas { data, rows, of })
}

/// Values of a model that name somebody else than what was measured.
fn model(episode: &Episode, numbers: &Named, attribution: &Attribution, sweep: &Sweep) -> Option<Against> {
    if episode.agents.len() < 2 || Data::of(attribution) == Some(Data::Model) {
        return None;
    }
    let mut rows = sweep.rows.iter().filter(|it| it.data == Some(Data::Model) && !it.blamed.is_empty());
    let first = rows.next()?;
    let differs = |it: &SweepRow| !it.blamed.iter().any(|it| numbers.agents.contains(it));
    (differs(first) && rows.all(differs))
        .then(|| Against::Model { method: first.name(), agents: first.blamed.clone() })
}
