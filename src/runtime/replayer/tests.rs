//! Replayers that behave and that do not, as shell scripts.

use super::*;

/// What a script says first: it takes `at_once` requests.
fn hello(at_once: u32) -> String {
    format!(
        r#"read -r l; echo '{{"jsonrpc":"2.0","id":1,"result":{{"protocol":1,"name":"sh","parallel":{at_once}}}}}'"#
    )
}

/// The id of the request in `$l`.
const ID: &str = r#"i=$(printf %s "$l" | sed 's/.*"id":\([0-9]*\).*/\1/')"#;
/// Answers it with one return, its id.
const ANSWER: &str = r#"echo "{\"jsonrpc\":\"2.0\",\"id\":$i,\"result\":{\"returns\":[$i]}}""#;

fn setting(script: &str) -> ReplayerSetting {
    ReplayerSetting {
        command: script.to_owned(),
        processes: 1,
        start_limit: Duration::from_secs(60),
        limit: Duration::from_secs(60),
    }
}

fn order(number: usize) -> ReplayOrder {
    let request = ReplayRequest {
        episode: "e".to_owned(),
        run: None,
        log: "/log".to_owned(),
        interventions: Vec::new(),
        seed: 1,
        samples: 1,
    };
    ReplayOrder { number, request }
}

/// What is said until every order is done or has failed.
fn reports(setting: &ReplayerSetting, orders: usize) -> Vec<ReplayReport> {
    let replayers = Replayers::start(setting);
    (0..orders).for_each(|it| replayers.order(order(it)));
    let (mut said, mut left) = (Vec::new(), orders);
    while left > 0 {
        let Some(report) = replayers.next(Duration::from_secs(60)) else { panic!("silence after {said:?}") };
        left -= usize::from(matches!(report, ReplayReport::Done(..) | ReplayReport::Failed(..)));
        let is_over = matches!(report, ReplayReport::Ended(_));
        said.push(report);
        if is_over {
            break;
        }
    }
    said
}

fn done(said: &[ReplayReport]) -> Vec<usize> {
    let mut done: Vec<usize> = said
        .iter()
        .filter_map(|it| match it {
            ReplayReport::Done(number, _) => Some(*number),
            _ => None,
        })
        .collect();
    done.sort_unstable();
    done
}

fn ended(said: &[ReplayReport]) -> &str {
    let Some(ReplayReport::Ended(why)) = said.last() else { panic!("{said:?}") };
    why
}

#[test]
fn one_that_behaves() {
    let script = format!("{}; while read -r l; do {ID}; {ANSWER}; done", hello(1));
    let said = reports(&setting(&script), 5);
    assert!(matches!(&said[0], ReplayReport::Ready(it) if it.name == "sh"), "{said:?}");
    assert_eq!(done(&said), [0, 1, 2, 3, 4]);
}

#[test]
fn answers_may_come_in_any_order_between_junk() {
    let script = format!(
        "{}; read -r l; {ID}; j=$i; echo loading; read -r l; {ID}; {ANSWER}; i=$j; echo '{{}}'; {ANSWER}; cat >/dev/null",
        hello(2)
    );
    assert_eq!(done(&reports(&setting(&script), 2)), [0, 1]);
}

#[test]
fn one_that_ends_is_begun_again_and_nothing_is_lost() {
    let script =
        format!("{}; read -r l; {ID}; {ANSWER}; read -r l; echo out of memory >&2; exit 3", hello(1));
    let said = reports(&setting(&script), 3);
    assert_eq!(done(&said), [0, 1, 2]);
    let restarted = said.iter().find_map(|it| match it {
        ReplayReport::Restarted(why) => Some(why.as_str()),
        _ => None,
    });
    assert_eq!(restarted, Some("it ended (exit status: 3); stderr: out of memory"));
}

#[test]
fn one_that_never_answers_is_given_up() {
    let quick = |script: &str| ReplayerSetting {
        start_limit: Duration::from_millis(300),
        limit: Duration::from_millis(300),
        ..setting(script)
    };
    let said = reports(&quick("sleep 600"), 1);
    assert_eq!(ended(&said), "it did not say what it is within 0.3 s");
    let said = reports(&quick(&format!("{}; sleep 600 & sleep 600", hello(1))), 1);
    let ReplayReport::Failed(0, why) = said.last().unwrap() else { panic!("{said:?}") };
    assert_eq!(why, "asked 3 times: no answer within 0.3 s");
}

#[test]
fn one_that_only_says_that_it_works_is_late_too() {
    let busy = r#"while :; do echo "{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":{\"id\":$i,\"done\":1,\"of\":2}}"; sleep 0.05; done"#;
    let script = format!("{}; read -r l; {ID}; {busy}", hello(1));
    let setting = ReplayerSetting { limit: Duration::from_millis(400), ..setting(&script) };
    let said = reports(&setting, 1);
    let ReplayReport::Failed(0, why) = said.last().unwrap() else { panic!("{said:?}") };
    assert_eq!(why, "asked 3 times: no answer within 0.4 s");
}

#[test]
fn other_programs_are_named() {
    let why = ended(&reports(&setting("echo no such file >&2; exit 127"), 1)).to_owned();
    assert_eq!(why, "it ended (exit status: 127); stderr: no such file");
    let other = r#"read -r l; echo '{"jsonrpc":"2.0","id":1,"result":{"protocol":9}}'; sleep 600"#;
    assert_eq!(ended(&reports(&setting(other), 1)), "it speaks protocol 9, this program 1");
    assert_eq!(ended(&reports(&setting("yes"), 1)), "10000 lines on stdout that are no messages");
}

#[test]
fn what_is_no_return_fails_and_the_rest_goes_on() {
    let script = format!(
        "{}; while read -r l; do {ID}; [ $i = 2 ] && echo \"{{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":2,\\\"result\\\":{{\\\"returns\\\":[null]}}}}\" || {ANSWER}; done",
        hello(1)
    );
    let said = reports(&setting(&script), 2);
    assert!(matches!(&said[1], ReplayReport::Failed(0, why) if why.contains("no `returns`")), "{said:?}");
    assert_eq!(done(&said), [1]);
}

#[test]
fn nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let script = format!("{}; sleep 601 & echo $! $$ > {}; cat >/dev/null; wait", hello(1), file.display());
    let replayers = Replayers::start(&setting(&script));
    let until = Instant::now() + Duration::from_secs(60);
    let pids = loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        if text.ends_with('\n') {
            break text;
        }
        assert!(Instant::now() < until, "it did not begin");
        std::thread::sleep(Duration::from_millis(10));
    };
    drop(replayers);
    for pid in pids.split_whitespace() {
        // Whoever was ended may wait for its parent, but runs no more as soon as it has taken the signal.
        let state = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let is_gone = |state: &str| state.is_empty() || state.contains(") Z ");
        while !is_gone(&state()) {
            assert!(Instant::now() < until, "{}", state());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
