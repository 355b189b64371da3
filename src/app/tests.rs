//! The program without a terminal, on a small log of one failed episode or on the samples.

mod advantages;
pub(crate) mod any;
mod command_line;
mod comparing;
mod errors;
mod estimates;
mod exporting;
mod filtering;
mod forms;
mod groups;
mod headlines;
mod jobs;
mod listing;
mod live;
mod methods;
mod notes;
mod palette;
mod pointing;
mod questions;
mod rules;
mod sampling;
mod searching;
mod training;
mod whose;

use super::*;
use crate::{model::LogSummary, runtime::test_program::TestProgram};

/// Planner, coder and tester fail; every kind of data a credit method can use is there.
pub(crate) const FAILED: &str = r#"{"type":"run","credit_log":1,"run":"r","gamma":1.0}
{"type":"episode_start","episode":"e","ts":1,"agents":["planner","coder","tester"],"task":"parse"}
{"type":"action","episode":"e","id":"a1","ts":2,"agent":"planner","action":"plan","parents":[]}
{"type":"message","episode":"e","id":"m1","ts":3,"from":"planner","to":"coder","content":"write it","parents":["a1"]}
{"type":"action","episode":"e","id":"a2","ts":4,"agent":"coder","action":"it's = \"x\"","default":"wait","parents":["m1"],"policy":{"chosen":"it's = \"x\"","probs":{"it's = \"x\"":0.6,"wait":0.3,"ask":0.1},"q":{"it's = \"x\"":-0.6,"wait":0.1,"ask":0.8},"value":-0.2}}
{"type":"message","episode":"e","id":"m2","ts":5,"from":"coder","to":["tester","planner"],"content":"done","parents":["a2"]}
{"type":"action","episode":"e","id":"a3","ts":6,"agent":"tester","action":"test","result":"red","parents":["m2"],"policy":{"chosen":"test","probs":{"test":0.5,"pass":0.5},"q":{"test":-0.6,"pass":-0.9}}}
{"type":"action","episode":"e","id":"a=4","ts":7,"agent":"coder","action":"fix","parents":["a3","a1"],"policy":{"chosen":"fix","probs":{"fix":0.5,"stop":0.5},"q":{"fix":-0.6,"stop":-0.5}}}
{"type":"counterfactual","episode":"e","kind":"default_action","of":"a2","candidates":[{"action":"wait","returns":[0,0.2]}]}
{"type":"counterfactual","episode":"e","kind":"replay","group":"g","of":"a1","candidates":[{"j":0,"real":true,"action":"plan","returns":[-0.6,-0.5]},{"j":1,"action":"think","returns":[0.5,0.4]}]}
{"type":"counterfactual","episode":"e","kind":"coalition","group":"c","absence":"removed","coalitions":[{"agents":[],"value":0},{"agents":["planner"],"value":0.1},{"agents":["coder"],"value":-0.4},{"agents":["tester"],"value":0},{"agents":["planner","coder"],"value":-0.5},{"agents":["planner","tester"],"value":0.2},{"agents":["coder","tester"],"value":-0.6},{"agents":["planner","coder","tester"],"value":-0.6}]}
{"type":"reward","episode":"e","id":"r","ts":8,"value":-0.6,"of":["a=4"]}
{"type":"credit","episode":"e","id":"c","algorithm":"shapley_values","agents":{"planner":0.1,"coder":-0.6,"tester":-0.1}}
{"type":"credit","episode":"e","algorithm":"human","items":[{"of":"a3","label":"mistake","reason":"tested late"}]}
{"type":"episode_end","episode":"e","ts":9,"status":"failure","reason":"max_steps_exceeded"}
"#;

/// A second episode, still open.
const OPEN: &str = r#"{"type":"action","episode":"f","id":"b1","ts":20,"agent":"coder","action":"go"}
{"type":"action","episode":"f","id":"b2","ts":21,"agent":"coder","action":"on"}
"#;

/// Two episodes: one that failed and one that is under way.
fn two() -> TestProgram {
    let mut program = TestProgram::of(&format!("{FAILED}{OPEN}"));
    program.open(0);
    program
}

/// A summary that is not at the end yet.
fn following(program: &mut TestProgram) -> LogSummary {
    program.log(true)
}
