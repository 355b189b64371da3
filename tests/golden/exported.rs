//! What leaves the program to be read by others: pages, and graphs in the languages of other programs. Numbers are those of the
//! JSON, and what is written is read again by the rules of its language.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value as Json;

use super::open::sample;

fn report(format: &str, log: &std::path::Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_creditscope"));
    let output = command.args(["report", "--format", format]).arg(log).output().unwrap();
    assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A log whose every name means something in some language.
fn hostile(folder: &std::path::Path) -> std::path::PathBuf {
    let names = ["\"]; x [label=\"", "end\\", "a-->b", "<b>&amp;</b>", "`#quot;`", "--", "graph\n}"];
    let agents: Vec<Json> = names.iter().map(|it| serde_json::json!({ "id": it })).collect();
    let mut lines =
        vec![serde_json::json!({ "type": "episode_start", "episode": "\"]\n%%{e", "agents": agents })];
    for (at, from) in names.iter().enumerate() {
        let to = names[(at + 1) % names.len()];
        lines.push(serde_json::json!({
            "type": "message", "id": format!("m{at}"), "episode": "\"]\n%%{e", "from": from, "to": [to], "content": from,
        }));
    }
    lines.push(serde_json::json!({ "type": "episode_end", "episode": "\"]\n%%{e", "status": "failure" }));
    let path = folder.join("hostile.jsonl");
    std::fs::write(&path, lines.iter().map(|it| format!("{it}\n")).collect::<String>()).unwrap();
    path
}

/// Nodes and edges of a text of Graphviz, by the grammar that the program writes: one statement a line.
fn read_dot(text: &str) -> (usize, usize) {
    let string = r#""(?:[^"\\]|\\["\\n])*""#;
    let value = format!(r"(?:{string}|[\w.]+)");
    let list = format!(r"\[\w+={value}(?:, \w+={value})*\]");
    let is = |pattern: &str, line: &str| regex::Regex::new(&format!("^{pattern}$")).unwrap().is_match(line);
    let (mut nodes, mut edges) = (0, 0);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines[lines.len() - 1]), ("digraph {", "}"));
    for line in &lines[1..lines.len() - 1] {
        if is(&format!(r"  a\d+ {list};"), line) {
            nodes += 1;
        } else if is(&format!(r"  a\d+ -> a\d+ {list};"), line) {
            edges += 1;
        } else {
            assert!(is(&format!(r"  (?:node|edge) {list};|  \w+={value};"), line), "{line}");
        }
    }
    (nodes, edges)
}

/// Nodes and edges of a flowchart of Mermaid, by the part of its grammar that the program writes.
fn read_mermaid(text: &str) -> (usize, usize) {
    let string = r#""(?:[\p{L}\p{N} ,.+()-]|#\d+;|<br/>)*""#;
    let is = |pattern: &str, line: &str| regex::Regex::new(&format!("^{pattern}$")).unwrap().is_match(line);
    let (mut nodes, mut edges) = (0, 0);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    for line in lines {
        if is(&format!(r"  a\d+\[{string}\]"), line) {
            nodes += 1;
        } else if is(&format!(r"  a\d+ (?:-- {string} -->|== {string} ==>|-\. {string} \.->) a\d+"), line) {
            edges += 1;
        } else {
            assert!(
                is(r"  (?:%% .*|classDef named stroke-width:4px|class a\d+(?:,a\d+)* named)", line),
                "{line}"
            );
        }
    }
    (nodes, edges)
}

#[test]
fn graphs_are_read_again_whatever_names_are() {
    let folder = tempfile::tempdir().unwrap();
    let log = hostile(folder.path());
    assert_eq!(read_dot(&report("dot", &log)), (7, 7));
    assert_eq!(read_mermaid(&report("mermaid", &log)), (7, 7));
    let forage = sample("forage-saboteur.jsonl");
    assert_eq!(read_dot(&report("dot", &forage)), (4, 6));
    assert_eq!(read_mermaid(&report("mermaid", &forage)), (4, 6));
}

/// Where Graphviz is installed it is asked, too.
#[test]
fn graphviz_reads_what_is_written_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("dot");
    let Ok(mut dot) = command.arg("-Tplain").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        eprintln!("not asked: there is no Graphviz");
        return;
    };
    let text = report("dot", &hostile(folder.path()));
    dot.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = dot.wait_with_output().unwrap();
    let plain = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert_eq!(plain.lines().filter(|it| it.starts_with("node a")).count(), 7, "{plain}");
    assert_eq!(plain.lines().filter(|it| it.starts_with("edge a")).count(), 7, "{plain}");
}

/// Every agent's credit stands on the page and in the graphs as the JSON has it, in two decimals.
#[test]
fn numbers_are_those_of_the_json() {
    let log = sample("forage-saboteur.jsonl");
    let json: Json = serde_json::from_str(&report("json", &log)).unwrap();
    let [page, dot, mermaid] = ["html", "dot", "mermaid"].map(|it| report(it, &log));
    let agents = json["credit"]["agents"].as_array().unwrap();
    assert_eq!(agents.len(), 4);
    for it in agents {
        let name = it["agent"].as_str().or(it["name"].as_str()).unwrap();
        let value = it["value"]["value"]
            .as_f64()
            .or(it["value"].as_f64())
            .or(it["credit"]["value"].as_f64())
            .unwrap();
        let credit = format!("{value:+.2}");
        assert!(
            dot.contains(&format!("[label=\"{name}\\n")) && dot.contains(&format!("credit {credit}\"")),
            "{dot}"
        );
        assert!(mermaid.contains(&format!("credit {credit}\"")), "{mermaid}");
        let row =
            page.split("<tr data-agent=").find(|row| row.contains(&format!("<th scope=\"row\">{name}")));
        assert!(row.unwrap().contains(&format!("<td class=\"number\">{credit}</td>")), "{name} {credit}");
    }
    let words = json["verdict"]["finding"]["words"].as_str().unwrap();
    let words = words.replace('"', "&quot;");
    assert!(page.contains(&words), "{words} is not on the page");
}

/// The page ends, whatever it is of, and an agent of which no number is known says why.
#[test]
fn every_sample_is_a_page() {
    let folder = sample("");
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "jsonl") {
            let page = report("html", &path);
            assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && page.ends_with("</html>\n"));
            let count = |part: &str| page.matches(part).count();
            for (open, close) in
                [("<section", "</section>"), ("<svg", "</svg>"), ("<table", "</table>"), ("<g>", "</g>")]
            {
                assert_eq!(count(open), count(close), "{}: {open}", path.display());
            }
            pages += 1;
        }
    }
    assert!(pages >= 10, "{pages}");
}
