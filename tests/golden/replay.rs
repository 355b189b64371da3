//! `creditscope replay`, with replayers of a few lines of shell.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command as Process, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use assert_cmd::Command;
use creditscope::{
    credit,
    model::{Episode, Scenario},
};
use serde_json::Value;

use super::open::open_logs;

/// Three agents of which the log says no more than what they did.
const LOG: &str = r#"{"type":"run","credit_log":1,"run":"r"}
{"type":"episode_start","episode":"e","agents":[{"id":"a"},{"id":"b"},{"id":"c"}]}
{"type":"action","episode":"e","id":"a1","agent":"a","action":"go","policy":{"probs":{"go":0.5,"wait":0.5}}}
{"type":"action","episode":"e","id":"b1","agent":"b","action":"go"}
{"type":"action","episode":"e","id":"c1","agent":"c","action":{"tool":"rm"}}
{"type":"reward","episode":"e","value":1}
{"type":"episode_end","episode":"e","status":"failure"}
"#;

/// Every run returns 3, less 1 where a is absent, less 2 where b is, and 2 more where c is: v(S) = 1 + ... so that Shapley
/// is 1, 2 and -2, as the game is additive.
const GAME: &str = r#"
read -r l
echo '{"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"game","version":"7","capabilities":["resample","null","replace"]}}'
while read -r l; do
  i=$(printf %s "$l" | sed 's/.*"id":\([0-9]*\).*/\1/')
  r=1
  case "$l" in *'"agent":"a","do":"resample"'*) r=$((r-1));; esac
  case "$l" in *'"agent":"b","do":"resample"'*) r=$((r-2));; esac
  case "$l" in *'"agent":"c","do":"resample"'*) r=$((r+2));; esac
  case "$l" in *'"action":"wait"'*) r=9;; esac
  echo "{\"jsonrpc\":\"2.0\",\"id\":$i,\"result\":{\"returns\":[$r,$r]}}"
done
"#;

struct Tried {
    folder: tempfile::TempDir,
}

impl Tried {
    fn new(log: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("run.jsonl"), log).unwrap();
        Self { folder }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("run.jsonl")
    }

    fn kept(&self) -> PathBuf {
        self.folder.path().join("run.jsonl.replays.jsonl")
    }

    fn replay(&self, game: &str, options: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
        command.arg("replay").arg(self.log()).args(["--replayer", game]).args(options);
        command.output().unwrap()
    }

    fn episode(&self) -> Episode {
        open_logs(&self.log()).episodes.remove(0)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn shapley(episode: &Episode) -> Vec<f64> {
    let found = credit::compute(episode, &Scenario::of_method("shapley")).unwrap();
    found.agents.iter().map(|it| it.value.number().unwrap().value).collect()
}

#[test]
fn what_a_log_lacks_is_run_and_kept_beside_it() {
    let tried = Tried::new(LOG);
    let output = tried.replay(GAME, &["--yes", "--samples", "2"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("3 agents (a, b, c): 8 coalitions, 0 logged, 8 to run x 2 = 16 runs"), "{text}");
    assert!(text.contains("same?     yes: 1.0000 in 2 runs without a change, 1 is logged"), "{text}");
    assert_eq!(fs::read_to_string(tried.log()).unwrap(), LOG, "the log is never written");
    for (found, want) in shapley(&tried.episode()).into_iter().zip([1.0, 2.0, -2.0]) {
        assert!((found - want).abs() < 1e-12, "{found} {want}");
    }
    let first = fs::read_to_string(tried.kept()).unwrap();
    let record: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!((&record["replayer"]["name"], &record["replayer"]["version"]), (&"game".into(), &"7".into()));
    assert_eq!(record["absence"], "resampled");
    let again = tried.replay(GAME, &["--dry-run"]);
    assert!(said(&again).contains("8 coalitions, 8 logged, 0 to run"), "{}", said(&again));
}

#[test]
fn alternatives_of_an_act_are_run_with_what_was_done() {
    let tried = Tried::new(LOG);
    let output = tried.replay(GAME, &["--yes", "--act", "a1", "--samples", "2", "--try", r#"{"n": 1}"#]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(r#"alternatives at a1 (a "go"): "wait", "#), "{text}");
    assert!(text.contains("instead   +9.0000 ±0.0000  2 runs  wait"), "{text}");
    let episode = tried.episode();
    let group = &episode.replays[0];
    let found: Vec<_> =
        group.candidates.iter().map(|it| (it.label.as_str(), it.real, it.returns.mean)).collect();
    assert_eq!(found[..2], [("go", true, Some(1.0)), ("wait", false, Some(9.0))]);
    assert_eq!((found.len(), episode.act(group.act.unwrap()).id.as_str()), (3, "a1"));
}

#[test]
fn another_game_is_said_first_and_nothing_is_kept() {
    let tried = Tried::new(LOG);
    let other =
        GAME.replace(r#""version":"7""#, r#""version":"7","deterministic":true"#).replace("r=1\n", "r=5\n");
    let output = tried.replay(&other, &["--yes"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("same?     NO: the replayer is not what the log came from: 5 without a change, 1 is"),
        "{text}"
    );
    assert!(!tried.kept().exists() && !text.contains("credit  "), "{text}");
    let output = tried.replay(&other, &["--yes", "--even-if-it-differs"]);
    assert!(tried.kept().exists(), "{}", said(&output));
}

#[test]
fn nothing_runs_without_consent() {
    let tried = Tried::new(LOG);
    let mark = tried.folder.path().join("ran");
    let game = format!("touch {}; {GAME}", mark.display());
    let output = tried.replay(&game, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("needs a person's consent, or --yes"), "{}", said(&output));
    assert!(said(&output).contains("replayer  touch "), "the command is shown: {}", said(&output));
    tried.replay(&game, &["--dry-run"]);
    assert!(!mark.exists());
}

#[test]
fn what_cannot_be_done_says_why() {
    let tried = Tried::new(LOG);
    let why = |game: &str, options: &[&str]| {
        let output = tried.replay(game, options);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        said(&output)
    };
    assert!(why(GAME, &["--yes", "--absence", "removed"]).contains("game 7 cannot remove"));
    assert!(why(GAME, &["--yes", "--act", "zz"]).contains("no act 'zz' in e"));
    assert!(
        why(GAME, &["--yes", "--act", "b1"])
            .contains("the log names no other action at b1: give one with --try")
    );
    assert!(
        why("echo no >&2; exit 9", &["--yes"])
            .contains("the replayer does not begin: it ended (exit status: 9); stderr: no")
    );
    let alone = Tried::new(
        &LOG.replace(r#"{"id":"b"},{"id":"c"}"#, "").replace("\"b\"", "\"a\"").replace("\"c\"", "\"a\""),
    );
    let output = alone.replay(GAME, &["--yes"]);
    assert!(said(&output).contains("fewer than two agents"), "{}", said(&output));
}

/// Whether a process still runs.
fn runs(pid: &str) -> bool {
    let state = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

#[test]
fn a_killed_program_leaves_no_replayer_behind() {
    let tried = Tried::new(LOG);
    let pids = tried.folder.path().join("pids");
    let game = format!("sleep 600 & echo $! $$ > {0}.new; mv {0}.new {0}; wait", pids.display());
    let mut program = Process::new(env!("CARGO_BIN_EXE_creditscope"))
        .arg("replay")
        .arg(tried.log())
        .args(["--replayer", &game, "--yes"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while !pids.exists() {
        assert!(Instant::now() < patience, "the replayer did not begin");
        thread::sleep(Duration::from_millis(20));
    }
    let pids = fs::read_to_string(&pids).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    while pids.split_whitespace().any(runs) {
        assert!(Instant::now() < patience, "{pids} still run");
        thread::sleep(Duration::from_millis(20));
    }
}
