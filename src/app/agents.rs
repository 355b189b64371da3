//! The agents in the order in which they are listed: which agent stands in a row, and in which row an agent
//! stands, without a look at the others.
//!
//! [`AgentRanking`] belongs to a credit result and is made with it, off the loop.

use crate::{
    model::{AgentId, Attribution, Estimate, Unavailable},
    suspicion::TextEstimate,
};

/// Of more than twice this many agents, only those at both ends of an order and those on the screen are
/// measured for the columns they need: the largest numbers are at the ends.
const ENDS: usize = 250;

/// What a scale must hold: credits and their intervals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// The largest finite value, without its sign.
    pub largest: f64,
    /// The least and the greatest end of a value or an interval; 0 lies between them. An end further out than
    /// three times `largest` counts as that.
    pub ends: (f64, f64),
}

impl Extent {
    /// Of all `values` and the intervals they have.
    pub fn of<'a>(values: impl Iterator<Item = &'a Estimate> + Clone) -> Self {
        let largest = values.clone().map(|it| it.value.abs()).filter(|it| it.is_finite()).fold(0.0, f64::max);
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for estimate in values {
            let (from, to) = estimate.interval.unwrap_or((estimate.value, estimate.value));
            for end in [from, to, estimate.value].into_iter().filter(|it| it.is_finite()) {
                low = low.min(end.max(-3.0 * largest));
                high = high.max(end.min(3.0 * largest));
            }
        }
        Self { largest, ends: (low, high) }
    }
}

/// Agents by their credit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentRanking {
    /// Least credit first, agents without a number last, equal ones by id; and the row of each agent.
    rising: Order,
    /// Largest credit first, likewise.
    falling: Order,
    /// How many agents have a number: they come first.
    known: usize,
    /// What a scale of all credits has to hold.
    pub extent: Extent,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Order {
    agents: Vec<AgentId>,
    rows: Vec<u32>,
}

impl Order {
    fn by(values: &[Option<f64>], sign: f64) -> Self {
        let mut agents: Vec<AgentId> = (0..values.len()).map(AgentId::from_index).collect();
        let rank = |it: &AgentId| values[it.index()].map_or(f64::INFINITY, |it| sign * it);
        agents.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.cmp(b)));
        let mut rows = vec![0; agents.len()];
        for (row, agent) in agents.iter().enumerate() {
            rows[agent.index()] = row as u32;
        }
        Self { agents, rows }
    }
}

impl AgentRanking {
    /// For `agents` agents by their `credit`; without credit nothing is ranked.
    pub fn of(agents: usize, credit: Result<&Attribution, &Unavailable>) -> Self {
        let Ok(credit) = credit else { return Self::default() };
        let number = |it: usize| credit.agent(AgentId::from_index(it)).map(|it| it.value);
        let values: Vec<Option<f64>> = (0..agents).map(number).collect();
        Self {
            rising: Order::by(&values, 1.0),
            falling: Order::by(&values, -1.0),
            known: values.iter().flatten().count(),
            extent: Extent::of((0..agents).filter_map(|it| credit.agent(AgentId::from_index(it)))),
        }
    }

    /// For `agents` agents by the P of an estimate, the most suspect first where the largest comes first.
    pub(super) fn of_suspects(agents: usize, estimate: &TextEstimate) -> Self {
        let mut values = vec![None; agents];
        for (agent, p) in &estimate.agents {
            values[agent.index()] = Some(*p);
        }
        Self {
            rising: Order::by(&values, 1.0),
            falling: Order::by(&values, -1.0),
            known: estimate.agents.len(),
            extent: Extent::default(),
        }
    }

    /// The agents of an episode that has so many, the most blamed first after a failure, otherwise who earned
    /// most.
    pub fn rows(&self, failed: bool, agents: usize) -> AgentRows<'_> {
        let order = if failed { &self.rising } else { &self.falling };
        // More agents may have come since, but not fewer.
        AgentRows { order: Some(order).filter(|it| it.agents.len() <= agents), len: agents }
    }

    /// Agents at both ends of the order by credit, and some without a number.
    fn ends(&self) -> impl Iterator<Item = AgentId> + '_ {
        let ranked = &self.rising.agents;
        let largest = &ranked[self.known.saturating_sub(ENDS)..self.known];
        let unknown = ranked.iter().skip(self.known).take(ENDS);
        ranked.iter().take(ENDS).chain(largest).chain(unknown).copied()
    }
}

/// Agents of `order` whose numbers are as long as any; `shown` are the first row on the screen and how many
/// there are.
pub(super) fn longest(
    order: AgentRows<'_>,
    ranking: Option<&AgentRanking>,
    shown: (usize, usize),
) -> Vec<AgentId> {
    if order.len() <= 2 * ENDS {
        return order.shown(0, usize::MAX).collect();
    }
    order.shown(shown.0, shown.1).chain(ranking.into_iter().flat_map(AgentRanking::ends)).collect()
}

/// Agents in the order in which they are listed.
#[derive(Clone, Copy, Debug)]
pub struct AgentRows<'a> {
    /// The order of those that are ranked; `None` for the order of the episode.
    order: Option<&'a Order>,
    len: usize,
}

impl AgentRows<'_> {
    /// So many agents, as the episode has them.
    pub(super) fn roster(agents: usize) -> Self {
        Self { order: None, len: agents }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The agent in a row.
    pub fn get(&self, row: usize) -> Option<AgentId> {
        let ranked = self.order.and_then(|it| it.agents.get(row)).copied();
        (row < self.len).then(|| ranked.unwrap_or(AgentId::from_index(row)))
    }

    /// The row of an agent; `None` if it is not of this episode.
    pub fn row_of(&self, agent: AgentId) -> Option<usize> {
        let ranked = self.order.and_then(|it| it.rows.get(agent.index())).map(|it| *it as usize);
        Some(ranked.unwrap_or(agent.index())).filter(|it| *it < self.len)
    }

    /// The agents from row `top` on: `rows` of them, or as many as there are.
    pub fn shown(&self, top: usize, rows: usize) -> impl Iterator<Item = AgentId> + Clone + '_ {
        (top..self.len.min(top.saturating_add(rows))).filter_map(|it| self.get(it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{
            Message, OpenEpisode,
            whatif::{FieldKind, Form},
        },
        runtime::test_program::TestProgram,
    };

    /// The order of a list of agents as somebody would sort it who knows only their credit.
    fn naive(open: &OpenEpisode) -> Vec<AgentId> {
        let mut agents: Vec<AgentId> = open.episode.agent_ids().collect();
        let Some(credit) = open.credit().filter(|_| !open.by_roster) else { return agents };
        let sign = if open.failed() { 1.0 } else { -1.0 };
        let rank = |it: &AgentId| credit.agent(*it).map_or(f64::INFINITY, |it| sign * it.value);
        agents.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.cmp(b)));
        agents
    }

    #[track_caller]
    fn check(program: &TestProgram) {
        let (open, order) = (program.episode(), program.episode().agent_order());
        let agents: Vec<AgentId> = order.shown(0, usize::MAX).collect();
        assert_eq!(agents, naive(open));
        for (row, agent) in agents.iter().enumerate() {
            assert_eq!((order.get(row), order.row_of(*agent)), (Some(*agent), Some(row)));
        }
        assert_eq!((order.get(agents.len()), order.row_of(AgentId::from_index(agents.len()))), (None, None));
    }

    /// Declared credit of this many agents, some without a number, many with the same.
    fn team(agents: usize, status: &str) -> TestProgram {
        let credit = |it: usize| match it % 7 {
            0 => "null".to_owned(),
            left => format!("{}", (left as f64 - 3.0) * (it / 50) as f64),
        };
        let names: Vec<String> = (0..agents).map(|it| format!(r#""p{it}""#)).collect();
        let credits: Vec<String> = (0..agents).map(|it| format!(r#""p{it}":{}"#, credit(it))).collect();
        TestProgram::of(&format!(
            r#"{{"type":"episode_start","episode":"e","ts":1,"agents":[{}]}}
{{"type":"action","episode":"e","id":"a","ts":2,"agent":"p0"}}
{{"type":"credit","episode":"e","algorithm":"own","agents":{{{}}}}}
{{"type":"reward","episode":"e","ts":3,"value":-1}}
{{"type":"episode_end","episode":"e","ts":4,"status":"{status}"}}
"#,
            names.join(","),
            credits.join(",")
        ))
    }

    #[test]
    fn agents_stand_by_their_credit_or_by_name() {
        for status in ["failure", "success"] {
            let mut program = team(40, status);
            check(&program);
            program.press("1s");
            assert!(program.episode().by_roster);
            check(&program);
        }
        let mut none = TestProgram::of(r#"{"type":"action","episode":"e","id":"a","ts":2,"agent":"p0"}"#);
        check(&none);
        none.send(Message::Settle);
        check(&none);
    }

    #[test]
    fn of_many_players_those_around_the_cursor_are_offered_and_each_can_be_picked() {
        let mut program = team(1_400, "failure");
        program.press("5");
        let players = |program: &TestProgram| {
            let fields = Form::fields(program.episode());
            fields.iter().position(|it| it.kind == FieldKind::Players).expect("there are players")
        };
        for (at, keys) in [(0, ""), (260, ""), (700, "ll"), (1_399, ""), (1_396, "llllll")] {
            let field = players(&program);
            let open = program.model_mut().open.as_mut().expect("open");
            (open.form.field, open.form.choice) = (field, at);
            program.press(keys);
            let wanted = (at + keys.len()).min(1_399);
            let field = &Form::fields(program.episode())[field];
            assert!(field.choices.len() <= 500 && field.window.1 == 1_400);
            assert_eq!(field.choice(wanted).map(|it| it.label.clone()), Some(format!("p{wanted}")));
            let name = field.choice(wanted).map(|it| it.selected);
            program.press("\n");
            let agent = AgentId::from_index(wanted);
            assert_eq!(Some(program.episode().forks.scenario().dropped.contains(&agent)), name, "p{wanted}");
        }
    }

    #[test]
    fn the_longest_numbers_of_many_agents_are_among_those_measured() {
        let program = team(1_400, "failure");
        check(&program);
        let open = program.episode();
        let credit = open.credit().expect("declared");
        let length = |it: AgentId| credit.agent(it).map_or(0, |it| format!("{:.3}", it.value).len());
        let measured = open.longest_agents(700, 20);
        assert!(measured.len() <= 4 * ENDS && measured.len() < open.episode.agents.len());
        let longest = measured.iter().map(|it| length(*it)).max();
        assert_eq!(longest, open.episode.agent_ids().map(length).max());
        // Those on the screen are among them, and one without a number.
        assert!(open.agent_order().shown(700, 20).all(|it| measured.contains(&it)));
        assert!(measured.iter().any(|it| credit.agent(*it).is_none()));
    }
}
