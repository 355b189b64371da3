//! Who acts: an agent that may be to blame, a tool that runs what it is given, or a person.

use crate::model::Agent;

/// What kind of actor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// One that decides.
    Agent,
    /// A tool, a terminal, the environment: it is never named.
    Tool,
    /// A person who asks.
    Person,
}

/// Whether an agent of a roster is a tool.
pub(super) fn is_tool(agent: &Agent) -> bool {
    actor(agent) == Actor::Tool
}

/// Whether an agent of a roster is a person who asks.
pub(super) fn is_person(agent: &Agent) -> bool {
    actor(agent) == Actor::Person
}

/// By role, or else by name.
pub fn actor(agent: &Agent) -> Actor {
    const TOOLS: [&str; 6] = ["tool", "executor", "code_executor", "environment", "function", "terminal"];
    const PERSONS: [&str; 3] = ["human", "user", "system"];
    let is = |words: &[&str], text: &str| words.iter().any(|it| text.eq_ignore_ascii_case(it));
    let role = agent.role.as_deref().unwrap_or_default();
    if is(&TOOLS, role) || is(&TOOLS, &agent.name) || agent.name.to_ascii_lowercase().contains("terminal") {
        Actor::Tool
    } else if is(&PERSONS, role) || is(&PERSONS, &agent.name) {
        Actor::Person
    } else {
        Actor::Agent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_by_role_and_by_name() {
        let check = |name: &str, role: Option<&str>, expected: Actor| {
            let agent = Agent { name: name.to_owned(), role: role.map(str::to_owned), ..Agent::default() };
            assert_eq!(actor(&agent), expected, "{name} {role:?}");
        };
        check("Computer_terminal", None, Actor::Tool);
        check("shell", Some("tool"), Actor::Tool);
        check("user", None, Actor::Person);
        check("Ann", Some("user"), Actor::Person);
        check("Tool_Expert", None, Actor::Agent);
        check("WebSurfer", Some("worker"), Actor::Agent);
    }
}
