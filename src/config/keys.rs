//! `[keys]`: other keys for actions.

use std::ops::Range;

use toml_edit::{TableLike, Value};

use super::place::{Problem, entries};
use crate::app::{
    Action, Key,
    action::{BINDINGS, Binding, rebound},
    keymap,
};

/// The keys of an action as a file has them.
pub(super) struct Wish {
    pub(super) action: Action,
    pub(super) keys: Vec<Key>,
    /// The byte at which the line of the action begins.
    pub(super) at: usize,
    /// Where each key stands.
    places: Vec<Option<Range<usize>>>,
}

/// What `[keys]` wishes for, and what of it does not hold.
pub(super) fn read(text: &str, table: &dyn TableLike, problems: &mut Vec<Problem>) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    for (name, place, item) in entries(table) {
        let Some(action) = BINDINGS.iter().map(|it| it.action).find(|it| it.name() == name) else {
            problems.push(Problem::at(
                text,
                place,
                format!("no action '{name}': `creditscope config` lists them under [keys]"),
            ));
            continue;
        };
        let mut wish =
            Wish { action, keys: Vec::new(), at: place.map_or(0, |it| it.start), places: Vec::new() };
        let values: Vec<&Value> = match item.as_value() {
            Some(Value::Array(array)) => array.iter().collect(),
            Some(value) => vec![value],
            None => Vec::new(),
        };
        for value in &values {
            match key(value, &wishes, action) {
                Ok(key) => {
                    wish.keys.push(key);
                    wish.places.push(value.span());
                }
                Err(message) => problems.push(Problem::at(text, value.span(), message)),
            }
        }
        if values.is_empty() {
            problems.push(Problem::at(
                text,
                item.span(),
                format!("'{name}' needs a key, such as [\"x\", \"^R\"]"),
            ));
        }
        if action == Action::Interrupt && !wish.keys.contains(&Key::ctrl('c')) {
            problems.push(Problem::at(text, item.span(), "'interrupt' keeps ^C among its keys"));
        } else if !wish.keys.is_empty() {
            wishes.push(wish);
        }
    }
    wishes
}

/// The key that a value names.
fn key(value: &Value, wishes: &[Wish], action: Action) -> Result<Key, String> {
    let name =
        value.as_str().ok_or_else(|| "a key is a text in quotes, such as \"x\" or \"^R\"".to_owned())?;
    let key = Key::parse(name).ok_or_else(|| {
        format!("no key '{name}': a character, ^ and a letter, Space, Enter, Esc, Tab, S-Tab, Backspace, Up, Down, Left, Right, Home, End, PgUp, PgDn")
    })?;
    if let Some(Action::Show(view)) = keymap::action_of(key) {
        return Err(format!("'{name}' shows view {} and stays so", view.digit()));
    }
    match wishes.iter().find(|it| it.keys.contains(&key)) {
        Some(other) => {
            Err(format!("'{name}' is bound twice: to {} and to {}", other.action.name(), action.name()))
        }
        None => Ok(key),
    }
}

/// The table of keys with the wishes in it. One that would leave another action without a key is dropped and told.
pub(super) fn bindings(text: &str, wishes: &mut Vec<Wish>, problems: &mut Vec<Problem>) -> Vec<Binding> {
    loop {
        let wanted: Vec<(Action, Vec<Key>)> = wishes.iter().map(|it| (it.action, it.keys.clone())).collect();
        let (robbed, taker) = match rebound(&wanted) {
            Ok(rows) => return rows,
            Err(both) => both,
        };
        let Some(at) = wishes.iter().position(|it| it.action == taker) else { return BINDINGS.to_vec() };
        let wish = wishes.remove(at);
        let owned = BINDINGS.iter().find(|it| it.action == robbed).map_or(&[][..], |it| it.keys);
        let taken = wish.keys.iter().position(|it| owned.contains(it)).unwrap_or(0);
        problems.push(Problem::at(
            text,
            wish.places.get(taken).cloned().flatten(),
            format!(
                "'{}' is the only key of {}: give that another, then {} can have it",
                wish.keys[taken].name(),
                robbed.name(),
                taker.name()
            ),
        ));
    }
}
