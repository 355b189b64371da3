//! Other keys than those of the table: what a user's configuration says.
//!
//! [`rebound`] is a function of the table and the wishes. [`install`] makes its answer the keys of this process, once, before
//! the loop starts; from then on every text that names a key says the new one.

use std::sync::OnceLock;

use super::{Action, BINDINGS, Binding};
use crate::app::key::Key;

/// The rows in force, if they are not those of [`BINDINGS`].
static INSTALLED: OnceLock<Vec<Binding>> = OnceLock::new();

/// Every binding but the digits of views, with the keys in force.
pub fn bindings() -> &'static [Binding] {
    INSTALLED.get().map_or(BINDINGS, Vec::as_slice)
}

/// Makes `rows` the bindings of this process; later calls change nothing.
pub fn install(rows: Vec<Binding>) {
    INSTALLED.get_or_init(|| rows);
}

/// The table with `wishes` instead of the keys of these actions. Other actions lose the keys that were wished for.
///
/// # Errors
/// The action that would be left without a key, and the one that takes its last.
pub fn rebound(wishes: &[(Action, Vec<Key>)]) -> Result<Vec<Binding>, (Action, Action)> {
    let mut rows = Vec::with_capacity(BINDINGS.len());
    for row in BINDINGS {
        let keys: Vec<Key> = match wishes.iter().find(|it| it.0 == row.action) {
            Some((_, keys)) => keys.clone(),
            None => {
                let is_free = |key: &&Key| !wishes.iter().any(|it| it.1.contains(key));
                row.keys.iter().filter(is_free).copied().collect()
            }
        };
        if keys.is_empty() {
            let takes = |it: &&(Action, Vec<Key>)| row.keys.iter().any(|key| it.1.contains(key));
            return Err((row.action, wishes.iter().find(takes).map_or(row.action, |it| it.0)));
        }
        // One table a process: it stays as long as the program runs.
        rows.push(Binding { keys: keys.leak(), ..*row });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::key::KeyCode;

    fn keys(rows: &[Binding], action: Action) -> Vec<String> {
        rows.iter().find(|it| it.action == action).unwrap().keys.iter().map(|it| it.name()).collect()
    }

    #[test]
    fn keys_are_swapped_and_taken() {
        let swapped =
            rebound(&[(Action::Down, vec![Key::char('k')]), (Action::Up, vec![Key::char('j')])]).unwrap();
        assert_eq!(
            (keys(&swapped, Action::Down), keys(&swapped, Action::Up)),
            (vec!["k".to_owned()], vec!["j".to_owned()])
        );
        // Esc and Backspace go back: one of them is enough.
        let taken = rebound(&[(Action::Play, vec![Key::named(KeyCode::Backspace)])]).unwrap();
        assert_eq!(
            (keys(&taken, Action::Back), keys(&taken, Action::Play)),
            (vec!["Esc".to_owned()], vec!["Backspace".to_owned()])
        );
        let none = rebound(&[(Action::Play, vec![Key::char('x')])]).unwrap_err();
        assert_eq!(none, (Action::WhatIf, Action::Play));
        assert_eq!(rebound(&[]).unwrap().len(), BINDINGS.len());
    }
}
