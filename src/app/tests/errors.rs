//! Acts in which something went wrong: found, walked, listed.

use super::*;

const LOG: &str = r#"{"type":"action","episode":"e","id":"a1","ts":1,"agent":"ann","action":"plan"}
{"type":"action","episode":"e","id":"a2","ts":2,"agent":"bob","action":"run","error":"exit code 1"}
{"type":"action","episode":"e","id":"a3","ts":3,"agent":"ann","action":"wait","error":""}
{"type":"action","episode":"e","id":"a4","ts":4,"agent":"bob","action":"run","error":"timeout"}
{"type":"action","episode":"e","id":"a4","ts":5,"agent":"bob","result":"went well"}
{"type":"action","episode":"e","id":"a5","ts":6,"agent":"cid","action":"call","status":"failed"}
{"type":"action","episode":"e","id":"a6","ts":7,"agent":"cid","action":"call","status":"ok"}
{"type":"episode_end","episode":"e","ts":8,"status":"failure"}
"#;

#[test]
fn the_list_the_first_line_and_the_index_count_the_same_acts() {
    let mut program = TestProgram::of(LOG);
    let ids: Vec<String> = {
        let open = program.episode();
        open.index.errors.iter().map(|it| open.episode.act(*it).id.clone()).collect()
    };
    assert_eq!(ids, ["a2", "a4", "a5"]);
    let log = program.log(false);
    assert_eq!((log.errors, log.episodes[0].errors), (3, 3));
    let (index, episode) = (&program.episode().index, &program.episode().episode);
    let of = |name: &str| {
        let agent = episode.agent_ids().find(|it| episode.agent(*it).name == name).unwrap();
        index.errors_of(agent)
    };
    assert_eq!(["ann", "bob", "cid"].map(of), [0, 2, 1]);
}

#[test]
fn keys_walk_from_error_to_error_and_around() {
    let mut program = TestProgram::of(LOG);
    program.press("3g");
    assert_eq!(program.act(), "a1");
    let step = |program: &mut TestProgram, keys: &str| {
        program.press(keys);
        (program.act().to_owned(), program.notice().to_owned())
    };
    let is = |id: &str, notice: &str| (id.to_owned(), notice.to_owned());
    assert_eq!(step(&mut program, ")"), is("a2", "error 1 of 3: a2 bob: exit code 1"));
    assert_eq!(step(&mut program, ")"), is("a4", "error 2 of 3: a4 bob: timeout (an earlier attempt)"));
    assert_eq!(step(&mut program, ")"), is("a5", "error 3 of 3: a5 cid: status failed"));
    assert_eq!(step(&mut program, ")").0, "a2");
    assert_eq!(step(&mut program, "(").0, "a5");
    // 8 back of 3: around twice and two more.
    assert_eq!(step(&mut program, "8(").0, "a2");
    // From an act without an error the nearest one on either side.
    assert_eq!(step(&mut program, "j").0, "a3");
    assert_eq!(step(&mut program, "(").0, "a2");
    program.press("j");
    assert_eq!(step(&mut program, ")").0, "a4");
    program.press("j");
    program.press("j");
    assert_eq!(step(&mut program, ")").0, "a2");
}

#[test]
fn without_errors_the_key_says_so_and_the_footer_does_not_name_it() {
    let mut program = two();
    let before = program.act().to_owned();
    program.press(")");
    assert_eq!(
        (program.act(), program.notice()),
        (&*before, "no act of this episode says that something went wrong")
    );
}

#[test]
fn a_filter_lists_them_and_its_opposite_the_others() {
    let mut program = TestProgram::of(LOG);
    let listed = |program: &TestProgram| {
        let open = program.episode();
        let acts = open.listed.acts().unwrap();
        acts.iter().map(|it| open.episode.act(*it).id.clone()).collect::<Vec<_>>()
    };
    program.press("ferror\n");
    assert_eq!(listed(&program), ["a2", "a4", "a5"]);
    program.press("FD");
    program.press("q");
    program.press("f!error\n");
    assert_eq!(listed(&program), ["a1", "a3", "a6"]);
    // A jump leads to what is not listed, and says so.
    program.press(")");
    assert!(program.notice().starts_with("(not listed: F) error "), "{}", program.notice());
}

#[test]
fn what_grows_is_counted() {
    let mut program = TestProgram::of(LOG);
    let open = program.episode();
    let mut act = open.episode.acts.iter().next_back().unwrap().clone();
    (act.id, act.error) = ("a7".to_owned(), Some("late".to_owned()));
    let growth = Box::new(crate::model::Growth { acts: vec![(act, Vec::new())], ..Default::default() });
    let (id, revisions) = (open.id, (open.revision, open.revision + 1));
    program.send(Message::Grown { id, revisions, growth });
    assert_eq!(program.episode().index.errors.len(), 4);
    let cid = program.episode().episode.act(crate::model::ActId(5)).agent;
    assert_eq!(program.episode().index.errors_of(cid), 2);
}
