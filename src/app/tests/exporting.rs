//! Exports of the screen: what is asked for, and what becomes of a file that is there.

use crate::{
    app::{
        Effect, Key, Message,
        export::{ENDINGS, Export, ExportError, Exported},
        prompt::PromptKind,
    },
    report::OUTPUTS,
    runtime::{Headless, test_program::TestProgram},
    tui::picture::PICTURES,
};

use super::two;

/// The export that is asked for after these keys, none of which is answered.
fn asked(program: &mut TestProgram, keys: &str) -> Option<Export> {
    let mut found = None;
    for letter in keys.chars() {
        let key = if letter == '\u{15}' { Key::ctrl('u') } else { Headless::key(letter) };
        let effects = crate::app::update(program.model_mut(), Message::Key(key));
        found = effects.into_iter().find_map(|it| match it {
            Effect::Export(export) => Some(*export),
            _ => None,
        });
    }
    found
}

fn error(program: &TestProgram) -> &str {
    program.model().prompt.as_ref().and_then(|it| it.error.as_deref()).unwrap_or("")
}

#[test]
fn an_ending_is_a_format_that_report_has() {
    for it in ENDINGS {
        let known = match it.is_picture {
            true => PICTURES.iter().any(|picture| picture.name == it.format),
            false => OUTPUTS.iter().any(|output| output.name == it.format),
        };
        assert!(known, "{it:?}");
    }
    for output in OUTPUTS {
        assert!(ENDINGS.iter().any(|it| it.format == output.name), "{} cannot be exported", output.name);
    }
}

#[test]
fn the_name_offered_is_that_of_the_episode_and_a_report_has_its_command() {
    let mut program = two();
    let export = asked(&mut program, "E\n").expect("an export");
    assert_eq!((export.path.as_str(), export.overwrite), ("e.html", false));
    let Exported::Report(order) = export.what else { panic!("a report") };
    assert_eq!(order.format, "html");
    assert!(
        order.command.starts_with("creditscope report log.jsonl --episode e --method "),
        "{}",
        order.command
    );
    assert!(order.command.ends_with(" --format html > e.html"), "{}", order.command);
    assert!(program.model().prompt.is_none());
    assert_eq!(program.notice(), "writing e.html ..");
}

#[test]
fn the_what_if_on_the_screen_is_exported() {
    let mut program = two();
    program.press("5");
    let before = program.episode().forks.scenario().clone();
    program.press("l\n");
    let after = program.episode().forks.scenario().clone();
    assert_ne!(before, after, "an edit");
    let export = asked(&mut program, "E\u{15}x.csv\n").expect("an export");
    let Exported::Report(order) = export.what else { panic!("a report") };
    let edited = program.episode().edited.get().map(|it| it.scenario.clone());
    assert_eq!(Some(order.scenario), edited);
}

#[test]
fn an_ending_without_a_meaning_is_told_and_the_line_stays() {
    let mut program = two();
    assert_eq!(asked(&mut program, "E\u{15}a.pdf\n"), None);
    assert_eq!(error(&program), "it ends in html md txt json csv dot mmd svg");
    assert_eq!(program.model().prompt.as_ref().map(|it| it.text.as_str()), Some("a.pdf"));
    asked(&mut program, "\u{1b}");
    assert_eq!((program.model().prompt.is_none(), program.notice()), (true, "nothing was exported"));
}

#[test]
fn of_a_screen_without_an_episode_there_is_a_picture() {
    let mut program = two();
    program.press("0");
    assert_eq!(asked(&mut program, "E\u{15}a.html\n"), None);
    assert_eq!(error(&program), "of this screen there is a picture: .svg");
    let export = asked(&mut program, "\u{1b}E\n").expect("an export");
    assert_eq!((export.path.as_str(), export.what), ("screen.svg", Exported::Screen("svg")));
}

#[test]
fn a_file_that_is_there_is_replaced_after_a_yes() {
    let mut program = two();
    let export = asked(&mut program, "E\u{15}a.svg\n").expect("an export");
    let exists = || Message::Exported { export: Box::new(export.clone()), result: Err(ExportError::Exists) };
    program.send(exists());
    assert!(matches!(program.model().prompt.as_ref().map(|it| it.kind), Some(PromptKind::Export(_))));
    assert_eq!(asked(&mut program, "x"), None);
    assert_eq!(error(&program), "y or n");
    assert_eq!(asked(&mut program, "n"), None);
    assert_eq!(program.notice(), "nothing was exported");
    program.send(exists());
    assert_eq!(asked(&mut program, "y"), Some(Export { overwrite: true, ..export.clone() }));
    // Who types something else by now is not interrupted.
    program.press("/abc");
    program.send(exists());
    assert_eq!(program.model().prompt.as_ref().map(|it| it.text.as_str()), Some("abc"));
    assert_eq!(program.notice(), "a.svg is there: nothing was exported");
}

#[test]
fn what_came_of_it_is_said() {
    let mut program = two();
    let export = Box::new(asked(&mut program, "E\u{15}a\u{202e}.md\n").expect("an export"));
    program.send(Message::Exported { export: export.clone(), result: Ok(1234) });
    assert!(
        program.notice().starts_with("a<U+202E>.md has 1234 bytes: creditscope report "),
        "{}",
        program.notice()
    );
    let why = ExportError::Failed("no \u{1b}room".to_owned());
    program.send(Message::Exported { export, result: Err(why) });
    assert_eq!(program.notice(), "a<U+202E>.md is not written: no ^[room");
}
