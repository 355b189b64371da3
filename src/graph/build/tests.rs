//! Graphs built from small episodes.

use super::super::sample::{action, episode, message};
use super::*;
use crate::model::{DeclaredEdge, Link, Links, Timestamp, Usage};

/// Edges as (from, to, messages, links).
#[track_caller]
fn check(acts: Vec<Act>, links: &[(u32, u32)], expected: &[(u32, u32, u32, u32)]) -> InteractionGraph {
    let graph = build(&episode(4, acts, links), None);
    let found: Vec<_> = graph.edges().map(|(pair, it)| (pair.0.0, pair.1.0, it.messages, it.links)).collect();
    assert_eq!(found, expected);
    graph
}

fn pair(from: u32, to: u32) -> Pair {
    (AgentId(from), AgentId(to))
}

#[test]
fn messages_are_counted_per_recipient() {
    check(vec![], &[], &[]);
    check(vec![action(0, 0.0)], &[], &[]);
    check(vec![message(0, &[1], 0.0), message(0, &[1], 1.0)], &[], &[(0, 1, 2, 0)]);
    check(vec![message(2, &[1, 0], 0.0)], &[], &[(2, 1, 1, 0), (2, 0, 1, 0)]);
    check(vec![message(1, &[1], 0.0)], &[], &[(1, 1, 1, 0)]);
}

#[test]
fn links_between_agents_are_counted() {
    check(vec![action(0, 0.0), action(1, 1.0)], &[(0, 1)], &[(0, 1, 0, 1)]);
    check(vec![action(0, 0.0), action(0, 1.0)], &[(0, 1)], &[]);
    check(vec![action(0, 0.0), action(0, 1.0), action(1, 2.0)], &[(0, 2), (1, 2)], &[(0, 1, 0, 2)]);
}

#[test]
fn a_link_through_a_message_counts_once() {
    let acts = || vec![action(0, 0.0), message(0, &[1], 1.0), action(1, 2.0)];
    check(acts(), &[(0, 1), (1, 2)], &[(0, 1, 1, 0)]);
    // The action is logged as a parent beside its message.
    check(acts(), &[(0, 1), (1, 2), (0, 2)], &[(0, 1, 1, 0)]);
    // Without the message among the parents the link is another interaction.
    check(acts(), &[(0, 2)], &[(0, 1, 1, 1)]);
    // Overheard: the message was for another.
    check(vec![message(0, &[1], 0.0), action(2, 1.0)], &[(0, 1)], &[(0, 1, 1, 0), (0, 2, 0, 1)]);
}

#[test]
fn edges_of_inferred_links_alone_are_told_apart() {
    let link = |kind| vec![Vec::new(), vec![Link { act: ActId(0), kind }]];
    let mut episode = episode(2, vec![action(0, 0.0), action(1, 1.0)], &[]);
    for (kind, inferred) in [(LinkKind::Inferred, true), (LinkKind::Logged, false)] {
        episode.links = Links::from_parents(link(kind));
        let graph = build(&episode, None);
        assert_eq!(graph.edge(pair(0, 1)).map(Interaction::is_inferred), Some(inferred));
    }
}

#[test]
fn declared_edges_come_first_and_stay_when_unused() {
    let mut episode = episode(3, vec![message(0, &[1], 0.0), message(1, &[2], 1.0)], &[]);
    let declared = |from, to| DeclaredEdge { from: AgentId(from), to: AgentId(to), kind: None, weight: None };
    // The last one names an agent that is not in the episode.
    episode.edges = vec![declared(2, 0), declared(1, 2), declared(0, 9)];
    let graph = build(&episode, None);
    let found: Vec<_> = graph.edges().map(|(pair, it)| (pair, it.declared, it.count())).collect();
    assert_eq!(found, [(pair(2, 0), true, 0), (pair(1, 2), true, 1), (pair(0, 1), false, 1)]);
    assert!(graph.edge(pair(2, 0)).is_some_and(|it| !it.is_used()));
}

#[test]
fn agents_stand_in_order_of_first_part_in_an_act() {
    let acts = vec![message(2, &[3], 0.0), action(0, 1.0)];
    let graph = build(&episode(4, acts, &[]), None);
    assert_eq!(graph.order, [2, 3, 0, 1].map(AgentId));
    assert_eq!(graph.ranks(), [2, 3, 0, 1]);
    assert_eq!(graph.graph[node(AgentId(3))], Participant { acts: 0, first: None });
}

#[test]
fn latency_is_from_sent_to_received_else_to_first_use() {
    let received = |it: Act, seconds| Act { received: Some(Timestamp::from_seconds(seconds)), ..it };
    // 2 s by its own time stamp, 3 s by the answer: mean 2.5 s.
    let acts =
        vec![received(message(0, &[1], 0.0), 2.0), message(0, &[1], 10.0), action(1, 13.0), action(1, 14.0)];
    let graph = check(acts, &[(1, 2), (1, 3)], &[(0, 1, 2, 0)]);
    assert_eq!(graph.edge(pair(0, 1)).and_then(Interaction::latency), Some(2.5));
    let graph = check(vec![action(0, 1.0), action(1, 1.5)], &[(0, 1)], &[(0, 1, 0, 1)]);
    assert_eq!(graph.edge(pair(0, 1)).and_then(Interaction::latency), Some(0.5));
    let graph = check(vec![message(0, &[1], 0.0)], &[], &[(0, 1, 1, 0)]);
    assert_eq!(graph.edge(pair(0, 1)).and_then(|it| it.weight(Weight::Latency)), None);
}

#[test]
fn tokens_of_a_message_are_those_of_the_action_that_wrote_it() {
    let writing = Act { usage: Usage { input: Some(900), output: Some(40), cost: None }, ..action(0, 0.0) };
    let graph =
        check(vec![writing.clone(), message(0, &[1, 2], 1.0)], &[(0, 1)], &[(0, 1, 1, 0), (0, 2, 1, 0)]);
    assert_eq!(graph.edge(pair(0, 2)).and_then(|it| it.tokens), Some(40));
    assert_eq!(graph.total(AgentId(0), petgraph::Direction::Outgoing, Weight::Tokens), Some(80.0));
    let graph = check(vec![writing, action(1, 1.0)], &[(0, 1)], &[(0, 1, 0, 1)]);
    assert_eq!(graph.edge(pair(0, 1)).and_then(|it| it.tokens), Some(40));
}

#[test]
fn credit_is_shared_among_the_interactions_an_act_starts() {
    let acts = vec![action(0, 0.0), message(0, &[1, 2], 1.0), action(3, 2.0)];
    let episode = episode(4, acts, &[(0, 1), (0, 2)]);
    let flow = |credit: &[(u32, f64)]| {
        let credit: Vec<_> = credit.iter().map(|it| (ActId(it.0), it.1)).collect();
        let graph = build(&episode, Some(&credit));
        [1, 2, 3].map(|to| graph.edge(pair(0, to)).and_then(|it| it.credit))
    };
    // Only the action has credit: 0.6 over two recipients and a link.
    let third = Some(0.6 / 3.0);
    assert_eq!(flow(&[(0, 0.6)]), [third; 3]);
    // The message has its own.
    assert_eq!(flow(&[(0, 0.6), (1, -0.2)]), [Some(-0.1), Some(-0.1), Some(0.6)]);
    assert_eq!(flow(&[]), [None; 3]);
    assert_eq!(flow(&[(99, 1.0)]), [None; 3]);
}

#[test]
fn edges_along_a_path_skip_steps_of_one_agent() {
    let acts = vec![action(0, 0.0), action(0, 1.0), action(1, 2.0), action(0, 3.0), action(1, 4.0)];
    let episode = episode(2, acts, &[(0, 1), (1, 2), (2, 3), (3, 4)]);
    let path: Vec<ActId> = episode.act_ids().collect();
    assert_eq!(pairs_along(&episode, &path), [pair(0, 1), pair(1, 0)]);
}
