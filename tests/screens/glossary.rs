//! No heading of any screen has a word that neither the glossary nor plain English explains, and the glossary has no
//! word that no screen shows. The screens are those of `tests/snapshots`, which the other tests hold to the program.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use creditscope::app::glossary::ENTRIES;

/// Words of headings that mean what they mean everywhere.
const PLAIN: &str = "a above acting action after all anew allow alone an and are as at back before below binding but by can cannot \
    carry changes closes column columns computed copies credited cursor digit each edit enter esc even fields first found from \
    grouped has hear help here how however in is it keep know lacks last line lines listed log many more never next no not \
    number o of off often on one only opens or order ordered other out over past per persons pairs reads recomputes redo row rows search \
    set size so space step tab tell tells text texts that the their them these they this time to tools under undo up view \
    what when where which who whom why with x y z discard talked timeline assigns task tool kind does record ago total \
    against differ end expected f follows heavy numbers once rank read result says start states was weights what's would you counts list everything words far";

/// What the logs of the snapshots call their own: agents, acts, tasks, and words of their texts.
const OF_LOGS: &str = "ada bob beliefs branch bye call checker coder counter critic days duration env fetcher fork forage fox hare intervals items lifter \
    llm load merge merge-repaired duration-loop duration-forgotten msg overlapping owl parse parser plan planner porter print \
    rotate runner saboteur scout ships spans stub tester turne west ep e m l leave_one_out main merge_intervals parse_duration steps_left";

/// The text of every screen, with the map of its styles where there is one.
fn screens() -> Vec<(String, Vec<String>, Vec<String>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    let mut screens = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_text = !name.contains("glossary");
        let text = fs::read_to_string(&path).unwrap();
        let body: Vec<String> = text.splitn(3, "---\n").nth(2).unwrap().lines().map(str::to_owned).collect();
        let size = name.rsplit_once('x').unwrap().1;
        let rows: usize = size.split('_').next().unwrap().parse().unwrap();
        let styles = body.iter().skip(rows + 1).cloned().collect();
        if is_text {
            screens.push((name, body.into_iter().take(rows).collect(), styles));
        }
    }
    assert!(screens.len() > 100, "{} screens", screens.len());
    screens
}

/// Titles of panes, and lines that head columns: dim from end to end, in several columns, without a number.
fn headings(rows: &[String], styles: &[String]) -> Vec<String> {
    let is_title = |row: &str| ["──", "--"].iter().any(|it| row.starts_with(it));
    let is_head = |at: usize, row: &str| {
        let style = styles.get(at).map_or("", String::as_str);
        let is_dim = style.contains("ddd") && style.chars().all(|it| it == 'd' || it == ' ');
        let columns = row.split("   ").filter(|it| !it.trim().is_empty()).count();
        is_dim && columns > 3 && !row.contains(|it: char| it.is_ascii_digit() || it == '(' || it == '?')
    };
    let rows = rows.iter().enumerate().filter(|(at, row)| is_title(row) || is_head(*at, row));
    rows.map(|it| it.1.clone()).collect()
}

/// The words of a text, small, without what is cut, a number or a sign.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let ends = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_' || c == '…');
    let words = text.split(ends).map(|it| it.trim_matches('-'));
    let words = words.filter(|it| !it.contains('…') && !it.contains(|c: char| c.is_ascii_digit()));
    words.filter(|it| it.chars().any(char::is_alphabetic)).map(str::to_lowercase)
}

#[test]
fn every_word_of_a_heading_is_explained_or_plain() {
    let mut known: BTreeSet<String> = [PLAIN, OF_LOGS].into_iter().flat_map(words).collect();
    for entry in ENTRIES.iter() {
        known.extend(words(&entry.word));
        // A method is shown by its title or by its baseline.
        known.extend(words(entry.meaning.split_once("method (").map_or("", |it| it.1)));
    }
    let mut unknown = BTreeMap::new();
    for (name, rows, styles) in screens() {
        for heading in headings(&rows, &styles) {
            unknown.extend(words(&heading).filter(|it| !known.contains(it)).map(|it| (it, name.clone())));
        }
    }
    assert!(unknown.is_empty(), "in the glossary, or plain: {unknown:#?}");
}

#[test]
fn no_word_of_the_glossary_is_on_no_screen() {
    let screens = screens();
    let all: String = screens.iter().flat_map(|it| it.1.iter()).flat_map(|it| ["\n", it.as_str()]).collect();
    let all = all.to_lowercase();
    let is_shown = |form: &str| {
        let ends = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
        let form = form.to_lowercase();
        all.match_indices(&form).any(|(at, _)| {
            ends(all[..at].chars().next_back()) && ends(all[at + form.len()..].chars().next())
                || !form.chars().all(|it| it.is_alphanumeric() || it == ' ')
        })
    };
    let page = include_str!("../../assets/glossary.md");
    let entries = page.lines().filter_map(|it| Some(it.strip_prefix("* **")?.split_once("**: ")?.0));
    let missing: Vec<&str> = entries.flat_map(|it| it.split(", ")).filter(|it| !is_shown(it)).collect();
    assert!(missing.is_empty(), "on no screen: {missing:?}");
}
