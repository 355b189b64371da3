//! Whole drawings against expected screens, and properties of every drawing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use unicode_width::UnicodeWidthChar;

use super::sample::{CREDIT, FEEDBACK, TEAM, graph};
use super::*;
use crate::model::AgentId;

const BLAME: [Pair; 2] = [(AgentId(0), AgentId(2)), (AgentId(2), AgentId(3))];
const PIPELINE: [(u32, u32, u32); 2] = [(0, 1, 4), (1, 2, 3)];

fn team() -> Options<'static> {
    let selected_agent = Some(AgentId(2));
    Options { labels: &TEAM, credit: &CREDIT, selected_agent, blame: &BLAME, ..Options::default() }
}

fn ascii() -> Options<'static> {
    Options { charset: Charset::Ascii, ..team() }
}

#[track_caller]
fn check(drawing: &Drawing, expected: &str) {
    let expected = expected.strip_prefix('\n').unwrap_or(expected);
    assert_eq!(drawing.text(), expected, "\n{}", drawing.text());
}

#[test]
fn nodes_of_a_pipeline() {
    check(
        &nodes(&graph(3, &PIPELINE), &team()).unwrap(),
        r"
╭─────────╮      ╭──────────╮      ┏━━━━━━━┓
│ planner ├──4──▶│ searcher ├──3──▶┃ coder ┃
│ +0.03   │      │ -0.11    │      ┃ -0.41 ┃
╰─────────╯      ╰──────────╯      ┗━━━━━━━┛
",
    );
    check(
        &nodes(&graph(3, &PIPELINE), &ascii()).unwrap(),
        r"
.---------.      .----------.      #=======#
| planner +--4-->| searcher +--3--># coder #
| +0.03   |      | -0.11    |      # -0.41 #
'---------'      '----------'      #=======#
",
    );
}

#[test]
fn nodes_of_a_team_with_feedback() {
    check(
        &nodes(&graph(6, &FEEDBACK), &team()).unwrap(),
        r"
                     ╭──────────╮
                     │ searcher │
╭─────────╮        ╭▶│ -0.11    │                               ╭──────────╮
│ planner ├────4───╯ ╰┬─────────╯ ╭─────────────1───────────────┤ verifier │
│ +0.03   │◀────3─────╯           │                           ╭▶│ +0.02    │
│         │◀──────────────────────╯       ╭──────────╮        │ ╰──────────╯
│         ┝━━━━6━━━┓ ┏━━━━━━━━━━┓         │ executor ├────2───╯
╰─────────╯        ┗▶┃ coder    ┣━━━━5━━━▶│ -0.19    ├────5───╮
         ▲           ┃ -0.41    ┃◀╮       ╰──────────╯        │ ╭──────────╮
         │           ┗━━━━━━━━━━┛ │                           ╰▶│ critic   │
         │                        ╰─────────────3───────────────┤ -0.04    │
         ╰──────────────────────────1───────────────────────────┤          │
                                                                ╰──────────╯
",
    );
}

#[test]
fn nodes_in_a_high_and_narrow_pane_run_down() {
    let options = Options { width: 47, height: 40, credit: &[], ..team() };
    check(
        &nodes(&graph(6, &FEEDBACK), &options).unwrap(),
        r"
          ╭─────────╮
          │ planner │◀───1────╮
          ╰┬───────┰╯         │
           │ ▲▲    ┃          │
           │4││    ┃          │
          ╭╯ ││    ┗6┓        │
          ▼ 3││      ▼        │
╭──────────╮ ││     ┏━━━━━━━┓ │
│ searcher ├─╯│     ┃ coder ┃ │
╰──────────╯  │     ┗━━┳━━━━┛ │
              │        ┃   ▲  │
            ╭1╯        ┃   │  │
            │          ┃5  │  │
            │          ▼   │  │
            │ ╭──────────╮ │  │
            │ │ executor │ │3 │
            │ ╰┬────────┬╯ │  │
            │  │        │  │  │
            │  │        │  │  │
            │  │2       ╰5╮│  │
            │  ▼          ▼│  │
     ╭──────┴───╮        ╭─┴──┴───╮
     │ verifier │        │ critic │
     ╰──────────╯        ╰────────╯
",
    );
}

#[test]
fn nodes_of_loops_and_replies() {
    check(
        &nodes(&graph(2, &[(0, 0, 1), (0, 1, 12), (1, 0, 7)]), &Options::default()).unwrap(),
        r"
╭───╮
│ 1 ├─╮     ╭───╮
│   │◀╯╭─7──┤ 2 │
│   ├──┼12─▶│   │
│   │◀─╯    ╰───╯
╰───╯
",
    );
}

#[test]
fn arcs_of_a_team_with_feedback() {
    check(
        &arcs(&graph(6, &FEEDBACK), &team()),
        r"
 1 planner  +0.03  10>━━┯4━━━━┓6
         │          5<◀─┼──┬──╂─────┬──╮
 2 searcher -0.11   3>──┼──╯3 ┃     │  │
       ▒▒│          4<◀─╯     ┃     │  │
>3 coder    -0.41   5>━━┓5    ┃     │  │
   ▒▒▒▒▒▒│          9<◀━╋━━━━━┹──╮  │  │
 4 executor -0.19   7>──╂──┬5─╮2 │  │  │
      ▒▒▒│          5<◀━┛  │  │  │  │  │
 5 critic   -0.04   4>─────┼──┼──┴3─╯1 │
        ▒│          5<◀────╯  │        │
 6 verifier +0.02   1>────────┼────────╯1
         │          2<◀───────╯
",
    );
    check(
        &arcs(&graph(6, &FEEDBACK), &ascii()),
        r"
 1 planner  +0.03  10>==+4====#6
         |          5<<-+--+--#-----+--.
 2 searcher -0.11   3>--+--'3 #     |  |
       xx|          4<<-'     #     |  |
>3 coder    -0.41   5>==#5    #     |  |
   xxxxxx|          9<<=#=====#--.  |  |
 4 executor -0.19   7>--#--+5-.2 |  |  |
      xxx|          5<<=#  |  |  |  |  |
 5 critic   -0.04   4>-----+--+--+3-'1 |
        x|          5<<----'  |        |
 6 verifier +0.02   1>--------+--------'1
         |          2<<-------'
",
    );
}

#[test]
fn arcs_lose_their_weights_before_they_leave_the_pane() {
    let options = Options { width: 34, credit: &[], ..team() };
    check(
        &arcs(&graph(6, &FEEDBACK), &options),
        r"
 1 planner   10>━━┯━━━┓
              5<◀─┼─┬─╂───┬─╮
 2 searcher   3>──┼─╯ ┃   │ │
              4<◀─╯   ┃   │ │
>3 coder      5>━━┓   ┃   │ │
              9<◀━╋━━━┹─╮ │ │
 4 executor   7>──╂─┬─╮ │ │ │
              5<◀━┛ │ │ │ │ │
 5 critic     4>────┼─┼─┴─╯ │
              5<◀───╯ │     │
 6 verifier   1>──────┼─────╯
              2<◀─────╯
",
    );
}

#[test]
fn matrix_of_a_team_with_feedback() {
    check(
        &matrix(&graph(6, &FEEDBACK), &team()),
        r"
              1  2  3  4  5  6    out credit
1 planner  │  ╲  4 *6              10  +0.03
2 searcher │  3  ╲                  3  -0.11
3>coder    │        ╲ *5            5  -0.41
4 executor │           ╲  5  2      7  -0.19
5 critic   │  1     3     ╲         4  -0.04
6 verifier │  1              ╲      1  +0.02
  in       │  5  4  9  5  5  2
",
    );
}

#[test]
fn matrix_in_a_narrow_pane_abbreviates() {
    let edges = [(0, 1, 4), (1, 0, 12), (0, 2, 1500), (2, 2, 1)];
    check(
        &matrix(&graph(11, &edges), &Options { width: 40, ..ascii() }),
        r"
                                1 1
              1 2 3 4 5 6 7 8 9 0 1    out credit
 1 planner  | \ 4*+                   1504  +0.03
 2 searcher | + \                       12  -0.11
 3>coder    |     1                      1  -0.41
 4 executor |       \                    0  -0.19
 5 critic   |         \                  0  -0.04
 6 verifier |           \                0  +0.02
 7 7        |             \              0
 8 8        |               \            0
 9 9        |                 \          0
10 10       |                   \        0
11 11       |                     \      0
   in       | + 4 + 0 0 0 0 0 0 0 0
",
    );
}

#[test]
fn errors_stand_before_the_names_of_their_agents() {
    let edges = [(0, 1, 4), (1, 2, 12), (2, 0, 1)];
    let options = Options { errors: &[0, 12, 1], width: 40, ..ascii() };
    check(
        &matrix(&graph(3, &edges), &options),
        r"
                  1  2  3    out credit
1 planner      |  \  4         4  +0.03
2 X12 searcher |     \ 12     12  -0.11
3>X1 coder     |  1     \      1  -0.41
  in           |  1  4 12
",
    );
    let drawing = matrix(&graph(3, &edges), &options);
    let role = |name: &str| {
        let row = (0..drawing.height).find(|it| drawing.line(*it).contains(name)).unwrap();
        let column = drawing.line(row).find(name).unwrap();
        drawing.rows[row].cell(column).role
    };
    assert_eq!(["planner", "searcher", "coder"].map(role), [Role::Label, Role::Error, Role::Focus]);
    assert!(nodes(&graph(3, &edges), &options).unwrap().text().contains("X12 searcher"));
}

#[test]
fn ego_of_the_selected_agent() {
    check(
        &ego(&graph(6, &FEEDBACK), &team()),
        r"
 in 2                         focus       out 1
 planner  6 ━━━━━━━━━━━▶ ┏━━━━━━━━━━━━━━┓ ━━━━━━━━━━━▶  5 executor
 critic   3 ───────────▶ ┃ coder        ┃
                         ┃ credit -0.41 ┃
                         ┃ in 9 out 5   ┃
                         ┗━━━━━━━━━━━━━━┛
",
    );
    check(
        &ego(&graph(6, &FEEDBACK), &ascii()),
        r"
 in 2                         focus       out 1
 planner  6 ===========> #==============# ===========>  5 executor
 critic   3 -----------> # coder        #
                         # credit -0.41 #
                         # in 9 out 5   #
                         #==============#
",
    );
}

#[test]
fn ego_says_how_many_more_there_are() {
    let edges: Vec<_> = (1..10).map(|it| (0, it, it)).chain([(3, 0, 1)]).collect();
    check(
        &ego(&graph(10, &edges), &Options { height: 8, skip: 1, ..Options::default() }),
        r"
 in 1                       focus      out 9
 4      1 ───────────▶ ┏━━━━━━━━━━━━━┓ ───────────▶  8 9
                       ┃ 1           ┃ ───────────▶  7 8
                       ┃ in 1 out 45 ┃ ───────────▶  6 7
                       ┃ acts 1      ┃ ───────────▶  5 6
                       ┃             ┃ ───────────▶  4 5
                       ┗━━━━━━━━━━━━━┛ ───────────▶  3 4 ⇄
                                       +2 more
",
    );
}

#[test]
fn lines_tell_inferred_unused_blamed_and_selected_edges_apart() {
    let link = |links, logged_links| Interaction { links, logged_links, ..Interaction::default() };
    let pair = |from, to| (AgentId(from), AgentId(to));
    let edges = [
        (pair(0, 1), link(2, 0)),
        (pair(1, 2), Interaction { declared: true, ..Interaction::default() }),
        (pair(2, 3), link(1, 1)),
        (pair(3, 0), link(3, 3)),
    ];
    let order: Vec<AgentId> = (0..4).map(AgentId).collect();
    let graph = InteractionGraph::new(vec![Participant::default(); 4], order, edges);
    let options = Options { blame: &[pair(2, 3)], selected_edge: Some(pair(3, 0)), ..Options::default() };
    let roles = [Role::Inferred, Role::Dim, Role::Blame, Role::Focus];
    for (view, cell) in [(View::Nodes, 1), (View::Arcs, 2), (View::Matrix, 1), (View::Ego, 2)] {
        let (_, drawing) = draw(view, &graph, &options);
        for edge in &drawing.edges {
            let at = edge.cells[edge.cells.len() - cell];
            let expected = roles[edge.pair.0.index()];
            assert_eq!(drawing.cell(at).map(|it| it.role), Some(expected), "{view:?}\n{}", drawing.text());
        }
    }
    check(
        &draw(View::Nodes, &graph, &options).1,
        r"
╭───╮
│ 1 │       ╭───╮       ╭───╮       ╭───╮
│   ├╌╌╌2╌╌▶│ 2 ├───0──▶│ 3 ┝━━━1━━▶│ 4 │
╰───╯       ╰───╯       ╰───╯ ╭─────┤   │
   ▲                          │     ╰───╯
   ╰────────────3─────────────╯
",
    );
    check(
        &matrix(&graph, &options),
        r"
        1  2  3  4    out
1 1  │  ╲ ~2            2
2 2  │     ╲  0         0
3 3  │        ╲ *1      1
4 4  │ >3        ╲      3
  in │  3  2  0  1
",
    );
    check(
        &arcs(&graph, &Options { charset: Charset::Ascii, ..options }),
        r"
 1 1   2>~~.2
       3<<-+-----.
 2 2   0>--+--.0 |
       2<<~'  |  |
 3 3   1>==#1 |  |
       0<<-#--'  |
 4 4   3>--#-----'3
       1<<=#
",
    );
}

/// What every drawing keeps to.
#[track_caller]
fn check_frame(drawing: &Drawing, graph: &InteractionGraph) {
    assert_eq!(drawing.rows.len(), drawing.height);
    for y in 0..drawing.height {
        assert_eq!(drawing.cell(Point { x: drawing.width, y }), None);
        let cell = |x| drawing.cell(Point { x, y }).expect("inside");
        for (at, cell) in (0..drawing.width).map(|x| (x, cell(x))) {
            let wide = at > 0 && drawing.rows[y].cell(at - 1).symbol.width() == Some(2);
            assert_eq!(cell.symbol == Cell::CONTINUATION, wide, "{:?}", drawing.text());
        }
    }
    for (_, rect) in &drawing.agents {
        assert!(rect.x + rect.width <= drawing.width && rect.y + rect.height <= drawing.height);
    }
    let inside = |it: &Point| it.x < drawing.width && it.y < drawing.height;
    assert!(drawing.edges.iter().flat_map(|it| &it.cells).all(inside));
    assert_eq!(drawing.edges.len() + drawing.hidden_edges, graph.edge_count());
}

/// Every edge is a chain of neighbouring cells from beside its source to beside its target.
#[track_caller]
fn check_connected(drawing: &Drawing) {
    let beside = |agent: AgentId, at: Point| {
        let grown = |it: &Rect| {
            let level = Rect { x: it.x.saturating_sub(1), width: it.width + 2, ..*it };
            let upright = Rect { y: it.y.saturating_sub(1), height: it.height + 2, ..*it };
            level.contains(at) || upright.contains(at)
        };
        drawing.agents.iter().any(|(id, rect)| *id == agent && grown(rect) && !rect.contains(at))
    };
    for edge in &drawing.edges {
        let (first, last) = (edge.cells[0], edge.cells[edge.cells.len() - 1]);
        let touches = beside(edge.pair.0, first) && beside(edge.pair.1, last);
        assert!(touches, "{:?}\n{}", edge.pair, drawing.text());
        for step in edge.cells.windows(2) {
            assert_eq!(step[0].x.abs_diff(step[1].x) + step[0].y.abs_diff(step[1].y), 1);
        }
    }
}

/// No two edges share a cell, except to cross at a right angle; none runs through a box.
#[track_caller]
fn check_traceable(drawing: &Drawing) {
    let mut uses: BTreeMap<Point, Vec<(bool, bool)>> = BTreeMap::new();
    for edge in &drawing.edges {
        for (at, &cell) in edge.cells.iter().enumerate() {
            let ends = [at.checked_sub(1).map(|it| edge.cells[it]), edge.cells.get(at + 1).copied()];
            let passes = ends.iter().all(Option::is_some);
            let level = passes && ends.iter().flatten().all(|it| it.y == cell.y);
            let upright = passes && ends.iter().flatten().all(|it| it.x == cell.x);
            uses.entry(cell).or_default().push((level, upright));
            assert!(!drawing.agents.iter().any(|(_, rect)| rect.contains(cell)));
        }
    }
    for (cell, uses) in uses {
        let crossing = uses.len() == 2 && uses.contains(&(true, false)) && uses.contains(&(false, true));
        assert!(uses.len() == 1 || crossing, "{cell:?} {uses:?}\n{}", drawing.text());
    }
}

#[derive(Debug)]
struct Case {
    agents: usize,
    edges: Vec<(u32, u32, u32)>,
    labels: Vec<String>,
    credit: Vec<Option<f64>>,
    width: usize,
    height: usize,
    weight: Weight,
    ascii: bool,
    pick: u32,
}

fn case(most_agents: usize) -> impl Strategy<Value = Case> {
    (0..=most_agents).prop_flat_map(|agents| {
        let id = 0..agents.max(1) as u32;
        let edge = (id.clone(), id.clone(), prop_oneof![0_u32..9, 0_u32..9_000_000]);
        let edges = prop::collection::vec(edge, 0..if agents == 0 { 1 } else { 3 * agents });
        let label = prop_oneof![
            4 => "[a-z]{0,9}",
            1 => "[a-z_]{0,40}",
            1 => Just("計".repeat(300)),
            1 => Just("e\u{301}\u{200b}計a".to_owned())
        ];
        let credit = prop::option::of(prop_oneof![-1.0..1.0, -1e9..1e9, Just(f64::NAN)]);
        let look = (1_usize..170, 1_usize..60, 0_usize..4, any::<bool>(), id);
        (edges, prop::collection::vec(label, agents), prop::collection::vec(credit, 0..=agents), look)
            .prop_map(move |(edges, labels, credit, (width, height, weight, ascii, pick))| Case {
                agents,
                edges: if agents == 0 { Vec::new() } else { edges },
                labels,
                credit,
                width,
                height,
                weight: Weight::ALL[weight],
                ascii,
                pick,
            })
    })
}

/// Draws `case` in every view and checks each.
fn check_case(case: &Case) {
    let graph = graph(case.agents, &case.edges);
    let labels: Vec<&str> = case.labels.iter().map(String::as_str).collect();
    let blame: Vec<Pair> = case.edges.iter().take(3).map(|it| (AgentId(it.0), AgentId(it.1))).collect();
    let blame = {
        let mut it = blame;
        it.sort_unstable();
        it
    };
    let details = vec![vec!["planner".to_owned(), "out 12 in 3".to_owned()]; labels.len()];
    let options = Options {
        labels: &labels,
        details: if case.pick.is_multiple_of(2) { &details } else { &[] },
        credit: &case.credit,
        errors: &[0, 3],
        selected_agent: Some(AgentId(case.pick)),
        selected_edge: blame.first().copied(),
        blame: &blame,
        groups: None,
        weight: case.weight,
        charset: if case.ascii { Charset::Ascii } else { Charset::Unicode },
        width: case.width,
        height: case.height,
        skip: case.pick as usize,
    };
    for view in View::OF_AGENTS {
        let (drawn, drawing) = draw(view, &graph, &options);
        check_frame(&drawing, &graph);
        if drawn != View::Matrix {
            check_connected(&drawing);
        }
        if drawn == View::Nodes {
            check_traceable(&drawing);
            assert!(drawing.width <= case.width && drawing.height <= case.height);
        }
        if drawn != View::Ego {
            assert_eq!(drawing.hidden_edges, 0);
        }
        if case.ascii {
            let foreign = |it: &char| !it.is_ascii() && !case.labels.iter().any(|label| label.contains(*it));
            assert_eq!(drawing.text().chars().find(foreign), None);
        }
        assert_eq!(draw(view, &graph, &options).1, drawing);
    }
    assert!(View::OF_AGENTS.contains(&choose(&graph, &options)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_view_draws_every_small_team(case in case(8)) {
        check_case(&case);
    }

    #[test]
    fn every_view_draws_every_large_team(case in case(40)) {
        check_case(&case);
    }

    #[test]
    fn arcs_of_a_growing_log_do_not_move(
        turns in prop::collection::vec((0_u32..9, 0_u32..9), 1..20), shown in 0_usize..20
    ) {
        let draw = |turns: &[(u32, u32)]| {
            let acts = turns.iter().map(|it| sample::message(it.0, &[it.1], 0.0)).collect();
            // One column per number, so that only the order could move anything.
            arcs(&build(&sample::episode(9, acts, &[]), None), &Options { width: 1, ..Options::default() })
        };
        let (before, after) = (draw(&turns[..shown.min(turns.len())]), draw(&turns));
        prop_assert_eq!(&after.edges[..before.edges.len()], &before.edges[..]);
    }
}

#[test]
fn lanes_run_out_and_the_rest_is_counted() {
    // All edges leave the first agent: every one needs its own lane.
    let edges: Vec<_> = (1..=130).map(|it| (0, it, 1)).collect();
    let drawing = arcs(&graph(131, &edges), &Options::default());
    assert_eq!((drawing.edges.len(), drawing.hidden_edges), (120, 10));
}

#[test]
fn two_hundred_agents_and_none_are_drawn() {
    for agents in [0_u32, 1, 200] {
        let edges: Vec<_> = (0..agents).flat_map(|it| [(it, it * 7 % agents, it), (it, it, 1)]).collect();
        let graph = graph(agents as usize, &edges);
        for (width, height) in [(1, 1), (80, 24), (400, 100)] {
            let options = Options { width, height, ..Options::default() };
            for view in View::OF_AGENTS {
                check_frame(&draw(view, &graph, &options).1, &graph);
            }
        }
    }
}
