//! Circles among the modules of a folder.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, identifier};

/// The circles among siblings: a folder (`graph`, `app::update`) and modules right in it that reach each
/// other by arrows. An arrow goes from module a to module b of the same folder where `a.rs` or a file below
/// `a/` names a path into b, or an item that the file of the folder has from b (`use b::Item`). What a module
/// and those inside it have to do with each other is their own business.
pub fn circles(sources: &[Source]) -> Vec<(String, Vec<String>)> {
    let modules: BTreeMap<&[String], Vec<Vec<String>>> =
        sources.iter().map(|it| (it.module.as_slice(), paths(&it.code))).collect();
    let mut arrows: BTreeMap<&[String], BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (from, paths) in &modules {
        for to in paths.iter().filter_map(|it| leads_to(&modules, from, it)) {
            let common = from.iter().zip(&to).take_while(|it| it.0 == it.1).count();
            if common > 0 && common < from.len() && common < to.len() {
                let folder = arrows.entry(&from[..common]).or_default();
                folder.entry(from[common].clone()).or_default().insert(to[common].clone());
            }
        }
    }
    let mut circles = BTreeSet::new();
    for (folder, arrows) in &arrows {
        for one in arrows.keys() {
            let back = |it: &&String| reached(arrows, it).contains(one);
            let circle: Vec<String> = reached(arrows, one).iter().filter(back).cloned().collect();
            if circle.len() > 1 {
                circles.insert((folder.join("::"), circle));
            }
        }
    }
    circles.into_iter().collect()
}

/// Everything that arrows lead to from `start`, over any number of them.
fn reached(arrows: &BTreeMap<String, BTreeSet<String>>, start: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start.to_owned()];
    while let Some(next) = open.pop() {
        let new = arrows.get(&next).into_iter().flatten().filter(|it| reached.insert((*it).clone()));
        open.extend(new.cloned());
    }
    reached
}

/// The module that `path` of module `from` leads to; `None`: out of the crate.
fn leads_to(
    modules: &BTreeMap<&[String], Vec<Vec<String>>>,
    from: &[String],
    path: &[String],
) -> Option<Vec<String>> {
    let mut at = from.to_vec();
    let mut names = path.iter().peekable();
    match names.peek()?.as_str() {
        "crate" => {
            at.clear();
            names.next();
        }
        "self" => drop(names.next()),
        "super" => {
            while names.next_if(|it| *it == "super").is_some() {
                at.pop();
            }
        }
        child if modules.contains_key([from, &[child.to_owned()]].concat().as_slice()) => {}
        _ => return None,
    }
    for name in names {
        let inside = [at.as_slice(), std::slice::from_ref(name)].concat();
        if modules.contains_key(inside.as_slice()) {
            at = inside;
            continue;
        }
        // An item: of the module itself or, where that is a folder around us, of what it has it from.
        let around = from.starts_with(&at) && from.len() > at.len();
        let imports = modules.get(at.as_slice()).filter(|_| around);
        let origin = imports.and_then(|it| it.iter().find(|it| it.len() > 1 && it.last() == Some(name)));
        return origin.and_then(|it| leads_to(modules, &at, it)).or(Some(at));
    }
    Some(at)
}

/// Every path of `code`, the grouped ones of imports written out.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for part in code.split(|c: char| !(c.is_alphanumeric() || "_:{}, \n".contains(c))) {
        let import = part
            .rsplit_once("use ")
            .filter(|it| it.0.ends_with(|c: char| !c.is_alphanumeric()) || it.0.is_empty());
        match import {
            Some((_, tree)) => write_out(&[], tree, &mut paths),
            None => paths.extend(part.split_whitespace().filter(|it| it.contains("::")).map(names)),
        }
    }
    paths
}

fn names(path: &str) -> Vec<String> {
    path.split("::").map(identifier).collect()
}

/// The paths of an import: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn write_out(before: &[String], tree: &str, into: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        if !tree.is_empty() {
            // `a as b` is a.
            let path = tree.split_whitespace().next().unwrap_or_default();
            into.push([before, &names(path)].concat());
        }
        return;
    };
    let head = head.trim().trim_end_matches("::");
    let before = if head.is_empty() { before.to_vec() } else { [before, &names(head)].concat() };
    let (mut depth, mut start) = (0, 0);
    let group = &group[..group.rfind('}').unwrap_or(group.len())];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                write_out(&before, &group[start..at], into);
                start = at + 1;
            }
            _ => {}
        }
    }
    write_out(&before, &group[start..], into);
}

/// Files of a layer `l`: the folder's own, then modules by name.
fn layer(own: &str, modules: &[(&str, &str)]) -> Vec<Source> {
    let source = |names: &[&str], code: &str| Source {
        path: std::path::PathBuf::new(),
        module: names.iter().map(|it| (*it).to_owned()).collect(),
        code: code.to_owned(),
    };
    let inside = modules.iter().map(|(name, code)| {
        let names: Vec<&str> = ["l"].into_iter().chain(name.split('/')).collect();
        source(&names, code)
    });
    [source(&["l"], own)].into_iter().chain(inside).collect()
}

#[test]
fn circles_are_seen() {
    let found = |own: &str, modules: &[(&str, &str)]| circles(&layer(own, modules));
    let circle = |names: &[&str]| {
        vec![("l".to_owned(), names.iter().map(|it| (*it).to_owned()).collect::<Vec<String>>())]
    };
    assert_eq!(
        found("", &[("a", "use super::b::X;"), ("b", "fn f() { super::a::g() }")]),
        circle(&["a", "b"])
    );
    assert_eq!(found("", &[("a", "use super::{b::X, c};"), ("b", ""), ("c", "")]), []);
    // By way of the file of the folder, of a file below, of a third.
    assert_eq!(
        found("pub use b::X;", &[("a", "use super::X;"), ("b", "use crate::l::a;")]),
        circle(&["a", "b"])
    );
    assert_eq!(
        found("", &[("a/c", "use super::super::b;"), ("a", ""), ("b", "use super::a::c::Y;")]),
        circle(&["a", "b"])
    );
    let three = [("a", "use super::b::X;"), ("b", "use super::c::X;"), ("c", "use super::a::X;")];
    assert_eq!(found("", &three), circle(&["a", "b", "c"]));
    // A module and what is inside it, and its folder.
    assert_eq!(found("mod a; a::f(); struct T;", &[("a", "use super::T;")]), []);
}
