//! What is drawn how: names, credit, what is selected, and how much room there is.

use crate::model::AgentId;

use super::canvas::Stroke;
use super::drawing::{Charset, Role, columns};
use super::groups::Groups;
use super::{Interaction, Pair, Weight};

/// How to draw. `Default` draws names `1`, `2`, ... without credit into 80x24.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Display-safe names by agent id; an agent without one is called by its number.
    pub labels: &'a [&'a str],
    /// Credit by agent id; empty: no credit is shown.
    pub credit: &'a [Option<f64>],
    /// More lines for the box of each agent, by agent id, drawn where there is room; empty: none.
    pub details: &'a [Vec<String>],
    /// In how many acts something went wrong, by agent id; stands before the name.
    pub errors: &'a [u32],
    /// The selected agent: the focus of the ego view.
    pub selected_agent: Option<AgentId>,
    /// The selected edge.
    pub selected_edge: Option<Pair>,
    /// The edges of the blame path, ascending, drawn heavy; pairs without an edge are ignored.
    pub blame: &'a [Pair],
    /// Groups of the agents, where there are too many to draw each; drawn by [`super::View::Groups`].
    pub groups: Option<&'a Groups>,
    /// What the numbers mean.
    pub weight: Weight,
    /// Which characters to use.
    pub charset: Charset,
    /// Columns of the pane.
    pub width: usize,
    /// Rows of the pane.
    pub height: usize,
    /// Rows of the ego view that are scrolled away.
    pub skip: usize,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            labels: &[],
            credit: &[],
            details: &[],
            errors: &[],
            selected_agent: None,
            selected_edge: None,
            blame: &[],
            groups: None,
            weight: Weight::default(),
            charset: Charset::default(),
            width: 80,
            height: 24,
            skip: 0,
        }
    }
}

impl Options<'_> {
    pub(super) fn label(&self, agent: AgentId) -> String {
        let name = match self.labels.get(agent.index()).map(|it| it.trim()) {
            Some(label) if !label.is_empty() => label.to_owned(),
            _ => (agent.index() + 1).to_string(),
        };
        match self.errors_of(agent) {
            0 => name,
            // In front, where a long name is never cut.
            errors => format!("{}{errors} {name}", self.glyph('╳', 'X')),
        }
    }

    fn errors_of(&self, agent: AgentId) -> u32 {
        self.errors.get(agent.index()).copied().unwrap_or(0)
    }

    /// Columns of the longest label, at most `limit`, at least 1.
    pub(super) fn label_columns(&self, agents: &[AgentId], limit: usize) -> usize {
        let longest = agents.iter().map(|it| columns(&self.label(*it))).max().unwrap_or(1);
        longest.clamp(1, limit.max(1))
    }

    /// The finite credit of `agent`.
    pub(super) fn credit_of(&self, agent: AgentId) -> Option<f64> {
        self.credit.get(agent.index()).copied().flatten().filter(|it| it.is_finite())
    }

    /// The further lines of the box of `agent`.
    pub(super) fn details_of(&self, agent: AgentId) -> &[String] {
        self.details.get(agent.index()).map_or(&[], Vec::as_slice)
    }

    /// The largest credit, without its sign; 0 if none is known.
    pub(super) fn largest_credit(&self) -> f64 {
        let sizes = self.credit.iter().flatten().map(|it| it.abs());
        sizes.filter(|it| it.is_finite()).fold(0.0, f64::max)
    }

    pub(super) fn shows_credit(&self) -> bool {
        self.credit.iter().flatten().any(|it| it.is_finite())
    }

    pub(super) fn edge_role(&self, pair: Pair, interaction: &Interaction) -> Role {
        if self.selected_edge == Some(pair) {
            Role::Focus
        } else if let (Weight::Pairs, Some(joint)) = (self.weight, interaction.joint) {
            if joint.is_sure { credit_role(joint.value) } else { Role::Inferred }
        } else if self.is_blamed(pair) {
            Role::Blame
        } else if !interaction.is_used() {
            Role::Dim
        } else if interaction.is_inferred() {
            Role::Inferred
        } else {
            Role::Plain
        }
    }

    pub(super) fn stroke(&self, pair: Pair, interaction: &Interaction) -> Stroke {
        if let (Weight::Pairs, Some(joint)) = (self.weight, interaction.joint) {
            if joint.is_sure { Stroke::Light } else { Stroke::Dashed }
        } else if self.is_blamed(pair) {
            Stroke::Heavy
        } else if interaction.is_inferred() {
            Stroke::Dashed
        } else {
            Stroke::Light
        }
    }

    fn is_blamed(&self, pair: Pair) -> bool {
        self.blame.binary_search(&pair).is_ok()
    }

    pub(super) fn glyph(&self, unicode: char, ascii: char) -> char {
        match self.charset {
            Charset::Unicode => unicode,
            Charset::Ascii => ascii,
        }
    }

    pub(super) fn name_role(&self, agent: AgentId) -> Role {
        if self.selected_agent == Some(agent) {
            Role::Focus
        } else if self.errors_of(agent) > 0 {
            Role::Error
        } else {
            Role::Label
        }
    }
}

pub(super) fn credit_role(value: f64) -> Role {
    if value < 0.0 { Role::Negative } else { Role::Positive }
}
