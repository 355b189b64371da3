//! C3's rollouts: JSON Lines, of training (`train_rollouts.jsonl`, an iteration a line) and of evaluation (`eval_*.jsonl`, a
//! trajectory a line).
//!
//! In training the roles of a question form a tree: each text of a role is the context of several texts of the next.
//! A line holds the nodes (`experiences[]`: `role`, `c3_node_id`, `c3_parent_id`, `c3_depth`, `is_leaf`, `k_id`); a
//! leaf has the texts of its whole path (`traj_role_outputs`) and the reward. What becomes what:
//!
//! * a leaf, or a line of an evaluation: an episode; those of one question in one line, or at one step, are a group
//! * the nodes on the way to it: acts, each from the one before. In an evaluation only the order of roles is said, so
//!   parents are left to it
//! * `c3_credit_scalar` of a node: the credit of its act, by the algorithm that C3 names
//! * nodes with one parent: a `counterfactual` of kind `replay`, as they continue one context; the returns of each are the
//!   rewards of the leaves below it. Not where C3 says that parents are no contexts (`c3_no_replay`)
//! * the reward of a leaf, `answer_reward`: the team's reward
//!
//! `question_id` counts the questions of a batch, so the same number at another step is another question. Texts that C3
//! has cut end in `…`. Written by what its code writes; no file of a run was at hand.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use super::super::{
    Format, Head, LineReader, Reader, Score, Sink, Start,
    json::kept,
    row::{task_line, team_reward},
    team::word,
    turns::json_line,
};
use crate::{
    log::{
        Action, Body, Candidate, Counterfactual, Credit, CreditItem, EpisodeEnd, EpisodeStart, Payload,
        Problem, Record, Reward, RosterAgent,
    },
    model::{Severity, rule},
};

/// The row of training.
pub static TRAIN: Format = Format {
    name: "c3-train",
    title: "C3 rollouts",
    about: "rollouts that C3 trains on (`train_rollouts.jsonl`): each leaf of a tree an episode, with replay groups and credit",
    score: |head: &Head<'_>| {
        let is_line = |it: &super::super::HeadObject<'_>| {
            it.text("kind").is_some_and(|it| it == "train_rollouts")
                || it.has("experiences") && it.has("rollout_iter")
        };
        Score::certain_if(head.objects.iter().any(is_line))
    },
    reader: Reader::Lines(|start| Box::new(Rollouts::new(start))),
};

/// The row of evaluation.
pub static EVAL: Format = Format {
    name: "c3-eval",
    title: "C3 evaluation",
    about: "trajectories that C3 evaluates (`eval_only.jsonl`): each line an episode, grouped by question",
    score: |head: &Head<'_>| {
        let is_row = |it: &super::super::HeadObject<'_>| {
            it.has("traj_role_outputs") && it.has("question_id") && it.has("k_id")
        };
        Score::certain_if(head.objects.iter().any(is_row))
    },
    reader: Reader::Lines(|start| Box::new(Rollouts::new(start))),
};

/// Reads lines of either kind.
struct Rollouts {
    name: String,
}

impl Rollouts {
    fn new(start: &Start<'_>) -> Self {
        Self { name: start.name.to_owned() }
    }
}

impl LineReader for Rollouts {
    fn read(&mut self, line: &[u8], number: u32, sink: &mut dyn Sink) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let Some(json) = json_line(line) else {
            return sink.problem(Problem::new(
                rule::BAD_JSON,
                0,
                "the line is no rollout: not a JSON object",
            ));
        };
        match json["experiences"].as_array() {
            Some(experiences) => self.iteration(&json, experiences, number, sink),
            None if json["traj_role_outputs"].is_object() => self.trajectory(&json, number, sink),
            None => {
                let message = "the line has neither `experiences` nor `traj_role_outputs`";
                sink.problem(Problem::new(rule::MISSING_FIELD, 0, message));
            }
        }
    }
}

/// The records of one episode.
struct Told<'a> {
    episode: String,
    line: u32,
    sink: &'a mut dyn Sink,
}

impl Told<'_> {
    fn push(&mut self, id: Option<String>, body: Body, extra: Vec<(String, Payload)>) {
        let episode = Some(self.episode.clone());
        self.sink.record(self.line, &Record { episode, id, extra: kept(extra), ..Record::new(body) });
    }

    fn start(&mut self, roles: &[String], start: EpisodeStart, extra: Vec<(String, Payload)>) {
        let agents = roles.iter().map(|it| RosterAgent { id: it.clone(), ..RosterAgent::default() });
        let start = EpisodeStart { agents: agents.collect(), ..start };
        self.push(None, Body::EpisodeStart(start), extra);
    }

    fn act(&mut self, role: &str, words: &str, parents: Option<Vec<String>>) {
        let action = Action {
            agent: role.to_owned(),
            action: Some(Payload::from_text(words)),
            kind: Some("llm".to_owned()),
            parents,
            ..Action::default()
        };
        self.push(Some(role.to_owned()), Body::Action(Box::new(action)), Vec::new());
    }

    fn end(&mut self, reward: Option<f64>, source: Option<String>, truth: Option<String>) {
        if let Some(value) = reward {
            let reward = Reward { source, ..team_reward(value) };
            self.push(None, Body::Reward(reward), Vec::new());
        }
        self.push(
            None,
            Body::EpisodeEnd(EpisodeEnd { ground_truth: truth, ..EpisodeEnd::default() }),
            Vec::new(),
        );
    }
}

impl Rollouts {
    /// A trajectory of an evaluation.
    fn trajectory(&self, row: &Json, line: u32, sink: &mut dyn Sink) {
        let step = whole(&row["global_step"]).unwrap_or(0);
        let (question, sample) = (whole(&row["question_id"]).unwrap_or(0), whole(&row["k_id"]).unwrap_or(0));
        let mut told = Told { episode: format!("{}:{step}/{question}/{sample}", self.name), line, sink };
        let said = said(&row["traj_role_outputs"]);
        let roles = roles(&row["roles_topo"], &said);
        let keys = ["datasource", "task_name", "env_name", "answer_role", "reward_info_json"];
        let start = EpisodeStart {
            task: text(&row["prompt"]).as_deref().map(task_line),
            group: Some(format!("{}:{step}/{question}", self.name)),
            global_step: Some(step),
            ..EpisodeStart::default()
        };
        told.start(&roles, start, extra(row, &keys));
        for (at, role) in roles.iter().enumerate() {
            if let Some(words) = said.get(role) {
                told.act(role, words, (at == 0).then(Vec::new));
            }
        }
        told.end(number(&row["answer_reward"]), text(&row["reward_source"]), text(&row["label"]));
    }

    /// The trees of an iteration.
    fn iteration(&self, json: &Json, experiences: &[Json], line: u32, sink: &mut dyn Sink) {
        let nodes: Vec<Node> = experiences.iter().filter_map(Node::of).collect();
        if nodes.len() < experiences.len() {
            let message = format!(
                "{} of {} experiences are cut, or say no role",
                experiences.len() - nodes.len(),
                experiences.len()
            );
            sink.problem(Problem::new(rule::MISSING_FIELD, 0, message).milder(Severity::Warning));
        }
        let step = whole(&json["global_step"]).or_else(|| whole(&json["steps"])).unwrap_or(0);
        let algorithm = word(json, "marl_algorithm");
        let tree = Tree::of(&nodes);
        for leaf in nodes.iter().filter(|it| it.is_leaf) {
            let path = tree.path(leaf);
            let group = format!("{}:{step}/{}", self.name, leaf.question);
            let mut told = Told { episode: format!("{group}/{}", leaf.sample), line, sink };
            let roles: Vec<String> = path.iter().map(|it| it.role.clone()).collect();
            let start = EpisodeStart {
                task: leaf.task.as_deref().map(task_line),
                group: Some(group),
                global_step: Some(step),
                ..EpisodeStart::default()
            };
            told.start(&roles, start, extra(json, &["epoch", "policy_sharing_mode"]));
            let mut before: Vec<String> = Vec::new();
            for node in &path {
                told.act(&node.role, &tree.words(node, leaf), Some(std::mem::take(&mut before)));
                before.push(node.role.clone());
            }
            for node in &path {
                if let Some(replays) = tree.replays(node) {
                    told.push(None, Body::Counterfactual(Box::new(replays)), Vec::new());
                }
            }
            let items: Vec<CreditItem> = path.iter().filter_map(|it| it.credited()).collect();
            if !items.is_empty() {
                let named = leaf.algorithm.clone().filter(|it| !it.is_empty());
                let algorithm = named.unwrap_or_else(|| {
                    if algorithm.is_empty() { "c3".to_owned() } else { algorithm.clone() }
                });
                told.push(None, Body::Credit(Credit { algorithm, items, ..Credit::default() }), Vec::new());
            }
            told.end(leaf.reward, leaf.source.clone(), leaf.truth.clone());
        }
    }
}

/// The text of a role in the tree of a question.
#[derive(Debug)]
struct Node {
    question: i64,
    id: i64,
    parent: i64,
    role: String,
    sample: i64,
    is_leaf: bool,
    has_context: bool,
    own: Option<String>,
    said: BTreeMap<String, String>,
    reward: Option<f64>,
    source: Option<String>,
    credit: Option<f64>,
    algorithm: Option<String>,
    task: Option<String>,
    truth: Option<String>,
}

impl Node {
    fn of(experience: &Json) -> Option<Self> {
        let info = experience.get("info")?;
        Some(Self {
            question: whole(&info["question_id"])?,
            id: whole(&info["c3_node_id"]).unwrap_or(-2),
            parent: whole(&info["c3_parent_id_true"]).or_else(|| whole(&info["c3_parent_id"])).unwrap_or(-1),
            role: text(&info["role"])?,
            sample: whole(&info["k_id"]).unwrap_or(0),
            // Without a tree every one is a trajectory.
            is_leaf: whole(&info["is_leaf"]).is_none_or(|it| it == 1),
            has_context: whole(&info["c3_no_replay"]) != Some(1),
            own: text(&info["output_text"]),
            said: said(&info["traj_role_outputs"]),
            reward: number(&info["reward"]).or_else(|| number(&experience["rewards"])),
            source: text(&info["reward_source"]),
            credit: number(&info["c3_credit_scalar"]),
            algorithm: text(&info["c3_credit"]),
            task: text(&info["question"]),
            truth: text(&info["label"]),
        })
    }

    fn credited(&self) -> Option<CreditItem> {
        let value = Some(self.credit?);
        let (of, agent) = (Some(self.role.clone()), Some(self.role.clone()));
        Some(CreditItem { of, agent, value, ..CreditItem::default() })
    }
}

/// The nodes of all questions.
struct Tree<'a> {
    by_id: HashMap<(i64, i64), &'a Node>,
    below: HashMap<(i64, i64), Vec<&'a Node>>,
}

impl<'a> Tree<'a> {
    fn of(nodes: &'a [Node]) -> Self {
        let mut tree = Self { by_id: HashMap::new(), below: HashMap::new() };
        for it in nodes {
            tree.by_id.insert((it.question, it.id), it);
            tree.below.entry((it.question, it.parent)).or_default().push(it);
        }
        tree
    }

    /// From the root to a leaf.
    fn path(&self, leaf: &'a Node) -> Vec<&'a Node> {
        let mut path = vec![leaf];
        // As many as there are, so that a circle ends.
        while let Some(above) = path.last().and_then(|it| self.by_id.get(&(it.question, it.parent)))
            && path.len() <= self.by_id.len()
            && path.iter().all(|it| it.role != above.role)
        {
            path.push(above);
        }
        path.reverse();
        path
    }

    /// What a node said; where the text of its own was left out, that of a leaf below it.
    fn words(&self, node: &Node, leaf: &Node) -> String {
        leaf.said.get(&node.role).or(node.own.as_ref()).cloned().unwrap_or_default()
    }

    fn leaves(&self, node: &'a Node) -> Vec<&'a Node> {
        let (mut found, mut left, mut seen) = (Vec::new(), vec![node], 0);
        while let Some(it) = left.pop() {
            seen += 1;
            if it.is_leaf {
                found.push(it);
            } else if seen <= self.by_id.len() {
                left.extend(self.below.get(&(it.question, it.id)).into_iter().flatten().rev());
            }
        }
        found
    }

    /// What else was said in the context of a node, and what came of it.
    fn replays(&self, node: &'a Node) -> Option<Counterfactual> {
        let siblings = self.below.get(&(node.question, node.parent))?;
        let alike: Vec<&Node> = siblings.iter().copied().filter(|it| it.role == node.role).collect();
        if alike.len() < 2 || !node.has_context || node.id < 0 {
            return None;
        }
        let candidates = alike.iter().enumerate().map(|(j, it)| {
            let leaves = self.leaves(it);
            let words = leaves.first().map(|leaf| self.words(it, leaf)).or_else(|| it.own.clone());
            Candidate {
                j: Some(j as i64),
                action: words.as_deref().map(Payload::from_text),
                returns: leaves.iter().map(|it| it.reward.unwrap_or(f64::NAN)).collect(),
                real: it.id == node.id,
                ..Candidate::default()
            }
        });
        Some(Counterfactual {
            kind: "replay".to_owned(),
            group: Some(format!("{}/{}/{}", node.question, node.role, node.parent)),
            of: Some(node.role.clone()),
            agent: Some(node.role.clone()),
            candidates: candidates.collect(),
            ..Counterfactual::default()
        })
    }
}

/// Texts by role.
fn said(of: &Json) -> BTreeMap<String, String> {
    let fields = of.as_object().into_iter().flatten();
    fields.filter_map(|(role, words)| Some((role.clone(), text(words)?))).collect()
}

/// Roles in their order: a list, or `A->B`.
fn roles(of: &Json, said: &BTreeMap<String, String>) -> Vec<String> {
    let listed = match of {
        Json::Array(all) => all.iter().filter_map(text).collect(),
        other => text(other).into_iter().collect::<Vec<_>>(),
    };
    let mut roles: Vec<String> = listed
        .iter()
        .flat_map(|it| it.split("->"))
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect();
    let others: Vec<String> = said.keys().filter(|it| !roles.contains(it)).cloned().collect();
    roles.extend(others);
    roles
}

/// The one value that a tensor or a list of one holds.
fn single(of: &Json) -> &Json {
    match of {
        Json::Array(all) if all.len() == 1 => single(&all[0]),
        Json::Object(fields) => {
            let inner = ["data", "values", "value", "head"].iter().find_map(|it| fields.get(*it));
            inner.filter(|it| it.is_array() || it.is_number()).map_or(of, single)
        }
        other => other,
    }
}

fn number(of: &Json) -> Option<f64> {
    single(of).as_f64().filter(|it| it.is_finite())
}

fn whole(of: &Json) -> Option<i64> {
    let it = single(of);
    it.as_i64().or_else(|| it.as_f64().filter(|it| it.fract() == 0.0).map(|it| it as i64))
}

/// A text; one that was cut ends in `…`.
fn text(of: &Json) -> Option<String> {
    match single(of) {
        Json::String(it) => Some(it.clone()),
        Json::Object(it) if it.contains_key("__str__") => Some(format!("{}…", it.get("head")?.as_str()?)),
        Json::Number(it) => Some(it.to_string()),
        _ => None,
    }
}

fn extra(of: &Json, keys: &[&str]) -> Vec<(String, Payload)> {
    let found =
        keys.iter().filter_map(|key| Some(((*key).to_owned(), of.get(*key).filter(|it| !it.is_null())?)));
    found.map(|(key, it)| (key, Payload::from_value(it))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::spans::tests::told;

    const TREE: &str = include_str!("../../../tests/data/formats/c3/train_rollouts.jsonl");
    const ROWS: &str = include_str!("../../../tests/data/formats/c3/eval_only.jsonl");

    fn read(file: &str) -> (Vec<String>, Vec<String>) {
        told(&mut Rollouts { name: "d/r".to_owned() }, file)
    }

    #[test]
    fn a_tree_of_two_roles() {
        assert_eq!((TRAIN.score)(&Head::of(TREE.as_bytes())), Score::CERTAIN);
        let (records, problems) = read(TREE);
        assert_eq!(problems, ["missing-field: 1 of 7 experiences are cut, or say no role"]);
        let of_first: Vec<&String> = records.iter().take_while(|it| !it.contains("end - -")).collect();
        assert_eq!(of_first[0], "1 start d/r:5/0/0: Two and two? (Reasoner Actor)");
        assert_eq!(of_first[1], "1 Reasoner Reasoner llm < : count");
        assert_eq!(of_first[2], "1 Actor Actor llm < Reasoner: 4");
        // Below the first text of the reasoner 1 and 0, below the second 0 and 0.
        assert!(
            of_first[3].contains("returns: [1.0, 0.0]") && of_first[3].contains("returns: [0.0, 0.0]"),
            "{}",
            of_first[3]
        );
        assert!(
            of_first[4].contains("returns: [1.0]") && of_first[4].contains("of: Some(\"Actor\")"),
            "{}",
            of_first[4]
        );
        assert!(
            of_first[5].contains("c3_loo") && of_first[5].contains("value: Some(0.5)"),
            "{}",
            of_first[5]
        );
        assert_eq!(of_first[6], "1 - reward 1 of all : ");
        assert_eq!(records.iter().filter(|it| it.contains(" start ")).count(), 4);
    }

    #[test]
    fn rows_of_an_evaluation() {
        assert_eq!((EVAL.score)(&Head::of(ROWS.as_bytes())), Score::CERTAIN);
        let (records, problems) = read(ROWS);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            records[..5],
            [
                "1 start d/r:0/0/0: Two and two? (Reasoner Actor)",
                "1 Reasoner Reasoner llm < : count",
                "1 Actor Actor llm < ?: 4",
                "1 - reward 1 of all : ",
                "1 end - -: ",
            ]
        );
        assert_eq!(records[7], "2 Actor Actor llm < ?: a very long ans…");
        let why = read("{}\nno\n").1;
        assert_eq!(why[0], "missing-field: the line has neither `experiences` nor `traj_role_outputs`");
        assert_eq!(why.len(), 2);
    }
}
