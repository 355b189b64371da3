//! What a file says, what of it does not hold, and that table, default file and schema agree.

use super::*;
use crate::app::{action::BINDINGS, rules::Does};

/// What is wrong with a text, a line each.
fn problems(text: &str) -> Vec<String> {
    Config::read(text).problems.iter().map(ToString::to_string).collect()
}

fn keys(config: &Config, action: Action) -> Vec<String> {
    let row = config.bindings().iter().find(|it| it.action == action).unwrap();
    row.keys.iter().map(|it| it.name()).collect()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(problems(text), [expected], "{text}");
}

#[test]
fn the_default_file_says_what_holds_without_one() {
    let (file, none) = (Config::read(DEFAULT_FILE), Config::read(""));
    assert_eq!(file.problems, []);
    for row in SETTINGS {
        assert_eq!(SETTINGS[row.setting as usize].name, row.name, "the order of the table");
        assert_eq!(file.word(row.setting), none.word(row.setting), "{}", row.name);
        assert_eq!(none.word(row.setting), row.default);
        // Named, with a comment right above it.
        let lines: Vec<&str> = DEFAULT_FILE.lines().collect();
        let at = lines.iter().position(|it| it.starts_with(&format!("{} = ", row.name)));
        assert!(at.is_some_and(|it| lines[it - 1].starts_with("# ")), "{}", row.name);
        assert!(matches!(file.chosen[row.setting as usize].origin, Origin::File(_)), "{}", row.name);
    }
    assert_eq!(file.wishes.len(), BINDINGS.len(), "every action is in the file");
    let listed = DEFAULT_FILE.split_once("\n[keys]\n").unwrap().1;
    for row in BINDINGS {
        let known: Vec<String> = row.keys.iter().map(|it| it.name()).collect();
        assert_eq!(keys(&file, row.action), known, "{:?}", row.action);
        let line = listed.lines().find(|it| it.starts_with(&format!("{} = ", row.action.name()))).unwrap();
        assert!(line.ends_with(&format!("# {}", row.help)), "{line}");
    }
}

#[test]
fn the_schema_knows_every_setting() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let names = |at: &str| -> Vec<String> {
        let object = schema.pointer(at).unwrap().as_object().unwrap();
        let mut names: Vec<String> = object.keys().cloned().collect();
        names.sort();
        names
    };
    let mut settings: Vec<String> = SETTINGS.iter().map(|it| it.name.to_owned()).collect();
    settings.extend(["keys", "formats", "rules"].map(str::to_owned));
    settings.sort();
    assert_eq!(names("/properties"), settings);
    let mut actions: Vec<String> = BINDINGS.iter().map(|it| it.action.name()).collect();
    actions.sort();
    assert_eq!(names("/properties/keys/properties"), actions);
    for row in SETTINGS {
        let default = schema.pointer(&format!("/properties/{}/default", row.name)).unwrap();
        assert_eq!(default.as_str().map_or_else(|| default.to_string(), str::to_owned), row.default);
    }
}

#[test]
fn what_a_file_says_holds() {
    let config = Config::read(
        "color = 'never'\nmouse = true\nmethod = \"shapley\"\n[keys]\nplay = ['K', '^p']\ndown = 'k'\nup = \"j\"\n\
         [formats.judge]\nmap = 'reward=.score'\n",
    );
    assert_eq!(config.problems, []);
    assert_eq!((config.word(Setting::Color), config.word(Setting::Method)), ("never", "shapley"));
    assert!(config.is_on(Setting::Mouse) && !config.is_on(Setting::Poll));
    assert_eq!(keys(&config, Action::Play), ["K", "^p"]);
    assert_eq!(
        (keys(&config, Action::Down), keys(&config, Action::Up)),
        (vec!["k".to_owned()], vec!["j".to_owned()])
    );
    assert_eq!(config.map("judge").unwrap().to_string(), "reward=.score");
    assert!(config.map("other").is_none());
    let shown = config.shown("c.toml");
    assert!(shown.contains("color = \"never\"") && shown.contains("# c.toml:1\n"), "{shown}");
    // What is shown says the same when it is read.
    assert_eq!(Config::read(&shown).problems, []);
}

#[test]
fn a_flag_goes_before_the_file() {
    let mut config = Config::read("color = '16'");
    config.set_by_flag(Setting::Color, "never");
    assert_eq!(config.word(Setting::Color), "never");
    assert!(config.shown("c.toml").contains("# --color\n"));
}

#[test]
fn a_line_that_does_not_hold_is_named_by_its_place() {
    check(
        "colour = 'never'",
        "1:1: no setting 'colour': one of color, theme, ascii, follow, poll, mouse, bell, method, size, keys, formats, rules",
    );
    check("\n  color = 'pink'", "2:11: 'pink' is no color: auto, never, always, 16, 256, truecolor");
    check("color = 16", "1:9: 'color' is a text in quotes: auto, never, always, 16, 256, truecolor");
    check("mouse = 'yes'", "1:9: 'mouse' is true or false");
    check("follow = 'on'", "1:10: 'on' is no follow: auto, always, newest, never");
    check(
        "method = 'shaply'",
        "1:10: 'shaply' is no method: best, or a method that `creditscope methods` lists",
    );
    check("size = '0x3'", "1:8: '0x3' is no size: COLSxROWS, such as 160x45");
    check("keys = 3", "1:1: 'keys' is a table: [keys], and below it what-if = \"x\"");
    check("formats = 3", "1:1: 'formats' is a table: [formats.NAME], and below it map = \"reward=.score\"");
}

#[test]
fn keys_that_do_not_hold_are_named_by_their_place() {
    check("[keys]\njump = 'x'", "2:1: no action 'jump': `creditscope config` lists them under [keys]");
    check("[keys]\nplay = ['K', 'Q']\nsweep = ['Z', 'K']", "3:15: 'K' is bound twice: to play and to sweep");
    check("[keys]\nplay = '1'", "2:8: '1' shows view 1 and stays so");
    check("[keys]\nplay = []", "2:8: 'play' needs a key, such as [\"x\", \"^R\"]");
    check("[keys]\nplay = 3", "2:8: a key is a text in quotes, such as \"x\" or \"^R\"");
    check("[keys]\ninterrupt = 'K'", "2:13: 'interrupt' keeps ^C among its keys");
    check(
        "[keys]\nplay = ['K', 'x']",
        "2:14: 'x' is the only key of what-if: give that another, then play can have it",
    );
    let named = problems("[keys]\nplay = 'F1'");
    assert!(named[0].starts_with("2:8: no key 'F1': a character, ^ and a letter, Space, "), "{named:?}");
    // The rest works.
    let config = Config::read("[keys]\njump = 'x'\nplay = ['x']\nsweep = 'Z'");
    assert_eq!(
        (keys(&config, Action::Sweep), keys(&config, Action::Play)),
        (vec!["Z".to_owned()], vec!["p".to_owned()])
    );
    assert_eq!(config.problems.len(), 2);
}

#[test]
fn maps_that_do_not_hold_are_named_by_their_place() {
    check("[formats.a]\nmap = 'rewrd=.x'", &format!("2:7: {}", "rewrd=.x".parse::<RowMap>().unwrap_err()));
    check("[formats.a]\nmap = 3", "2:7: 'map' is a text in quotes, as --map takes it");
    check("[formats.a]", "1:10: 'a' has no map: map = \"action=.text,reward=.score\"");
    check("[formats.a]\nmap = 'reward=.x'\nfile = 'x'", "3:1: no setting 'file' of a format: only map");
    check("[formats]\na = 3", "2:1: 'a' is a table: [formats.a], and below it map = \"reward=.score\"");
    check(
        "[formats.'a=b']\nmap = 'reward=.x'",
        "1:10: 'a=b' cannot be told from a map: a name has no = and no comma",
    );
}

#[test]
fn rules_of_runs_are_read_and_written() {
    let text = "# mine\ncolor = 'never' # dark\n\n[[rules]]\n# lazy\nrule = 'fall(*) > 10' # h\ndoes = ['bell', 'hold']\n\n[keys]\nplay = 'K'\n";
    let config = Config::read(text);
    assert_eq!(config.problems, []);
    let [lazy] = &config.rules[..] else { panic!("{:?}", config.rules) };
    assert_eq!(
        (lazy.text.as_str(), lazy.on, lazy.does),
        ("fall(*) > 10", true, Does { bell: true, hold: true })
    );
    let more = RuleChoice { text: "errors > 3".to_owned(), on: false, does: Does::default() };
    let written =
        Config::with_rules(text, &[RuleChoice { does: Does::default(), ..lazy.clone() }, more.clone()])
            .unwrap();
    for kept in ["# mine\n", "color = 'never' # dark\n", "# lazy\n", " # h\n", "[keys]\nplay = 'K'\n"] {
        assert!(written.contains(kept), "{kept}: {written}");
    }
    let again = Config::read(&written);
    assert_eq!(again.problems, [], "{written}");
    assert_eq!((again.rules.len(), &again.rules[1]), (2, &more));
    assert_eq!(again.rules[0].does, Does::default());
    assert!(again.shown("c.toml").contains("rule = \"errors > 3\""));
    let none = Config::read(&Config::with_rules(&written, &[]).unwrap());
    assert_eq!((none.rules.len(), none.word(Setting::Color)), (0, "never"));
    assert_eq!(Config::with_rules("a = = 1", &[]).unwrap_err().line, 1);
    assert!(Config::read("bell = true\n[[rules]]\nrule = 'failed'").rules[0].does.bell);
}

#[test]
fn rules_that_do_not_hold_are_named_by_their_place() {
    check("rules = 3", "1:9: rules are tables: [[rules]], and below it rule = \"errors > 3\"");
    check(
        "[[rules]]\nrule = 'errrs > 3'",
        &format!("2:8: 'errrs > 3' is no rule: {}", crate::rules::Rule::parse("errrs > 3").unwrap_err()),
    );
    check("[[rules]]\nrule = 3", "2:8: 'rule' is a text in quotes, such as \"errors > 3\"");
    check("[[rules]]\nrule = 'failed'\non = 1", "3:6: 'on' is true or false");
    check("[[rules]]\nrule = 'failed'\ndoes = ['ring']", "3:8: a hit does one of mark, bell, hold");
    check("[[rules]]\nrule = 'failed'\nwhen = 1", "3:1: no setting 'when' of a rule: one of rule, on, does");
    check("[[rules]]\non = true", "2:1: a rule without its text: rule = \"errors > 3\"");
}

#[test]
fn a_line_that_is_no_toml_costs_itself() {
    let config = Config::read(
        "color = 'never'\nmouse = = true\npoll = true\ncolor = '16'\n[keys\nplay = 'K'\nsize = \"9x",
    );
    let places: Vec<usize> = config.problems.iter().map(|it| it.line).collect();
    assert_eq!(places, [2, 4, 5, 6, 7], "{:?}", config.problems);
    assert_eq!(config.word(Setting::Color), "never");
    assert!(config.is_on(Setting::Poll));
}

#[test]
fn any_text_is_read() {
    for text in
        ["\u{0}", "[", "]]]]", "a.b.c = 1", "\"", "'''", "[[keys]]", "\u{feff}color='16'", "=\n=\n=\n"]
    {
        let config = Config::read(text);
        assert_eq!(config.bindings().len(), BINDINGS.len(), "{text:?}");
    }
    assert_eq!(Config::read(&"=\n".repeat(200)).problems.len(), 50);
}
