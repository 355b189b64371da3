//! What spans mean, by the attributes and names that each tracer writes: the table in `assets/spans.json`.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::span::{Attributes, Span, text};

/// The table of all dialects.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../assets/spans.json"))
        .expect("the table of dialects is well-formed")
});

/// What a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    /// What one agent did when it was asked once.
    Agent,
    /// A node of a graph of agents, run once.
    Node,
    /// A call of a model.
    Model,
    /// A step of an agent: it stands for its model call, where that has no span.
    Step,
    Tool,
    Retrieval,
    Embedding,
    Guardrail,
    /// An agent hands over to another.
    Handoff,
    /// It only holds others together.
    Chain,
    /// It says nothing of agents.
    Other,
}

/// The names of attributes by their meaning.
#[derive(Debug, Deserialize)]
pub(super) struct Table {
    roles: Vec<Meaning<Role>>,
    names: Vec<NamePattern>,
    #[serde(deserialize_with = "patterns")]
    transfers: Vec<Regex>,
    agent: Vec<String>,
    agent_of_agent_span: Vec<String>,
    agent_in_text: Vec<InText>,
    node: Vec<String>,
    /// Nodes that run tools, by the names that frameworks give them.
    tool_nodes: Vec<String>,
    target: Vec<String>,
    source: Vec<String>,
    returns: Vec<Meaning<String>>,
    model: Vec<String>,
    pub(super) input_messages: Vec<String>,
    pub(super) output_messages: Vec<String>,
    pub(super) listed_input: Vec<String>,
    pub(super) listed_output: Vec<String>,
    pub(super) input: Vec<String>,
    pub(super) output: Vec<String>,
    tool: Vec<String>,
    pub(super) arguments: Vec<String>,
    pub(super) result: Vec<String>,
    pub(super) tokens_in: Vec<String>,
    pub(super) tokens_out: Vec<String>,
    pub(super) cost: Vec<String>,
    sums: Vec<String>,
    pub(super) error: Vec<String>,
    pub(super) evaluation: EvaluationNames,
}

/// What the values of an attribute mean.
#[derive(Debug, Deserialize)]
struct Meaning<T> {
    attribute: String,
    means: HashMap<String, T>,
}

/// What a span of such a name is; a group in the expression is the name of its agent or tool.
#[derive(Debug, Deserialize)]
struct NamePattern {
    #[serde(deserialize_with = "pattern")]
    name: Regex,
    means: Role,
    /// Only where the attributes say that it is this.
    #[serde(default)]
    of: Option<Role>,
}

/// A name within the text of an attribute: the group of the expression.
#[derive(Debug, Deserialize)]
struct InText {
    attribute: String,
    #[serde(deserialize_with = "pattern")]
    pattern: Regex,
}

/// How an evaluation is written, as an event of a span or a log record.
#[derive(Debug, Deserialize)]
pub(in crate::import) struct EvaluationNames {
    pub(in crate::import) event: String,
    pub(in crate::import) name: String,
    pub(in crate::import) value: String,
    pub(in crate::import) label: String,
    pub(in crate::import) explanation: String,
}

fn pattern<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Regex, D::Error> {
    let text = String::deserialize(from)?;
    Regex::new(&text).map_err(serde::de::Error::custom)
}

fn patterns<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Regex>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|it| Regex::new(it).map_err(serde::de::Error::custom)).collect()
}

/// The first of `keys` that the span has.
pub(super) fn first(attributes: &Attributes, keys: &[String]) -> Option<Value> {
    keys.iter().find_map(|it| attributes.at(it))
}

/// The same as text.
pub(super) fn first_text(attributes: &Attributes, keys: &[String]) -> Option<String> {
    text(first(attributes, keys).as_ref())
}

impl Table {
    /// What `span` is; `None`: nothing says it.
    pub(super) fn role(&self, span: &Span) -> Role {
        let said = self.roles.iter().find_map(|it| {
            let value = span.attributes.get(&it.attribute)?.as_str()?;
            it.means.get(value).copied()
        });
        let by_name =
            self.names.iter().find(|it| it.name.is_match(&span.name) && (it.of.is_none() || it.of == said));
        let role = match (said, by_name) {
            (Some(said), Some(named)) if named.of == Some(said) => named.means,
            (Some(said), _) => said,
            (None, Some(named)) => named.means,
            // Only calls of models have these.
            (None, None) if self.listed_output.iter().any(|it| !span.attributes.listed(it).is_empty()) => {
                Role::Model
            }
            (None, None) if self.agent.first().is_some_and(|it| span.attributes.get(it).is_some()) => {
                Role::Chain
            }
            (None, None) if span.attributes.get("agent.name").is_some() => Role::Agent,
            (None, None) => Role::Other,
        };
        match role {
            Role::Tool if self.transfer_target(span).is_some() => Role::Handoff,
            // A graph names the node on every span within it, but the node's own span is called after it.
            Role::Chain | Role::Other if self.node(span).is_some_and(|it| it == span.name) => Role::Node,
            // Older exports say of a tool no more than in which node it ran.
            Role::Chain | Role::Other if self.node(span).is_some_and(|it| self.tool_nodes.contains(&it)) => {
                Role::Tool
            }
            role => role,
        }
    }

    /// The group in the pattern that the span's name fits.
    fn named(&self, span: &Span) -> Option<String> {
        let groups = self.names.iter().find_map(|it| it.name.captures(&span.name))?;
        groups.get(1).map(|it| it.as_str().to_owned())
    }

    /// The agent that the span's own attributes name.
    pub(super) fn agent(&self, span: &Span) -> Option<String> {
        first_text(&span.attributes, &self.agent)
    }

    /// The agent that an agent's span is about.
    pub(super) fn agent_of(&self, span: &Span) -> String {
        let own = self.agent(span).or_else(|| first_text(&span.attributes, &self.agent_of_agent_span));
        let in_text = || {
            self.agent_in_text.iter().find_map(|it| {
                let said = text(span.attributes.at(&it.attribute).as_ref())?;
                Some(it.pattern.captures(&said)?.get(1)?.as_str().to_owned())
            })
        };
        own.or_else(|| self.named(span)).or_else(in_text).unwrap_or_else(|| span.name.clone())
    }

    /// The node of the graph in which the span happened.
    pub(super) fn node(&self, span: &Span) -> Option<String> {
        first_text(&span.attributes, &self.node)
    }

    /// The tool that is called.
    pub(super) fn tool(&self, span: &Span) -> String {
        let own = first_text(&span.attributes, &self.tool);
        own.or_else(|| self.named(span)).unwrap_or_else(|| span.name.clone())
    }

    /// To whom a call of a tool hands over, if it does that.
    fn transfer_target(&self, span: &Span) -> Option<String> {
        let declared = self.target.first().and_then(|it| text(span.attributes.get(it)));
        declared.or_else(|| {
            let tool = self.tool(span);
            let groups = self.transfers.iter().find_map(|it| it.captures(&tool))?;
            let said = first_text(&span.attributes, &self.target);
            said.or_else(|| groups.get(1).map(|it| it.as_str().to_owned()))
        })
    }

    /// To whom a handoff goes.
    pub(super) fn target(&self, span: &Span) -> Option<String> {
        let said = self.transfer_target(span).or_else(|| first_text(&span.attributes, &self.target));
        said.or_else(|| self.named(span))
    }

    /// Who hands over.
    pub(super) fn source(&self, span: &Span) -> Option<String> {
        first_text(&span.attributes, &self.source)
    }

    /// Whether the agent that is called comes back to its caller; `None`: nothing says it.
    pub(super) fn returns(&self, span: &Span) -> Option<bool> {
        self.returns.iter().find_map(|it| {
            let value = span.attributes.get(&it.attribute)?.as_str()?;
            it.means.get(value).map(|it| it == "yes")
        })
    }

    /// The model behind a call.
    pub(super) fn model(&self, span: &Span) -> Option<String> {
        first_text(&span.attributes, &self.model)
    }

    /// Whether an attribute has a place of its own in the native log.
    pub(super) fn is_placed(&self, key: &str) -> bool {
        let lists = [
            &self.agent,
            &self.agent_of_agent_span,
            &self.input_messages,
            &self.output_messages,
            &self.input,
            &self.output,
            &self.tool,
            &self.arguments,
            &self.result,
            &self.tokens_in,
            &self.tokens_out,
            &self.cost,
            &self.model,
        ];
        let listed = [&self.listed_input, &self.listed_output];
        let fits = |it: &String| it.split_once('#').is_some_and(|(head, _)| key.starts_with(head));
        lists.iter().any(|list| list.iter().any(|it| it == key))
            || listed.iter().any(|list| list.iter().any(fits))
            || self.sums.iter().any(|it| key.starts_with(it.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn span(name: &str, attributes: &Value) -> Span {
        Span { name: name.to_owned(), attributes: Attributes::of(Some(attributes)), ..Span::default() }
    }

    #[test]
    fn roles_by_attribute_and_by_name() {
        let check = |name: &str, attributes: Value, role: Role| {
            assert_eq!(TABLE.role(&span(name, &attributes)), role, "{name} {attributes}");
        };
        check("chat gpt", json!({"gen_ai.operation.name": "chat"}), Role::Model);
        check("ChatOpenAI", json!({"openinference.span.kind": "LLM"}), Role::Model);
        check("openai.chat", json!({"gen_ai.completion.0.content": "hi"}), Role::Model);
        check("call_llm", json!({"gen_ai.system": "x"}), Role::Model);
        check("agent_run [roller]", json!({}), Role::Agent);
        check("manager.run", json!({"openinference.span.kind": "AGENT"}), Role::Agent);
        check("server.run", json!({}), Role::Other);
        check("Step 3", json!({"openinference.span.kind": "CHAIN"}), Role::Step);
        check("Step 3", json!({}), Role::Other);
        check("handoff to writer", json!({"openinference.span.kind": "TOOL"}), Role::Handoff);
        check("lookup", json!({"openinference.span.kind": "TOOL"}), Role::Tool);
        check(
            "execute_tool transfer_to_agent",
            json!({"gcp.vertex.agent.tool_call_args": "{\"agent_name\": \"b\"}"}),
            Role::Handoff,
        );
        check(
            "planner",
            json!({"openinference.span.kind": "CHAIN", "metadata": "{\"langgraph_node\": \"planner\"}"}),
            Role::Node,
        );
        check(
            "inner",
            json!({"openinference.span.kind": "CHAIN", "metadata": "{\"langgraph_node\": \"planner\"}"}),
            Role::Chain,
        );
        check("GET /tasks", json!({"http.method": "GET"}), Role::Other);
    }

    #[test]
    fn names_of_agents_and_tools() {
        let agent = |name: &str, attributes: Value| TABLE.agent_of(&span(name, &attributes));
        assert_eq!(agent("agent_run [roller]", json!({})), "roller");
        assert_eq!(agent("invoke_agent x", json!({"gen_ai.agent.name": "boss"})), "boss");
        assert_eq!(agent("search.run", json!({"openinference.span.kind": "AGENT"})), "search");
        assert_eq!(agent("Alice", json!({"openinference.span.kind": "AGENT"})), "Alice");
        // What baggage left of the caller is not the agent.
        assert_eq!(
            agent("run", json!({"baggage_conflict.gen_ai.agent.name": "boss", "agent_name": "expert"})),
            "expert"
        );
        assert_eq!(TABLE.tool(&span("SimpleTool", &json!({"tool.name": "lookup"}))), "lookup");
        assert_eq!(TABLE.tool(&span("execute_tool roll", &json!({}))), "roll");
    }
}
