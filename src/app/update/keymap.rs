//! All keys: those of the table of actions, and the digit of every view.

use super::views::VIEWS;
use crate::app::{
    action::{self, Action, Section, bindings},
    key::Key,
};

/// Every key with its action, in the order of the table of actions.
pub fn bound_keys() -> impl Iterator<Item = (Key, Action)> {
    let fixed = bindings().iter().flat_map(|it| it.keys.iter().map(|key| (*key, it.action)));
    let digits = VIEWS.iter().map(|it| (Key::char(it.view.digit()), Action::Show(it.view)));
    digits.chain(fixed)
}

/// What `key` asks for.
pub fn action_of(key: Key) -> Option<Action> {
    bound_keys().find(|it| it.0 == key).map(|it| it.1)
}

/// The help of a section: keys and what they do, actions that go together in one row.
pub fn help(section: Section) -> Vec<(String, String)> {
    let digits = VIEWS.iter().filter(|_| section == Section::View);
    let digits = digits.map(|it| (it.view.digit().to_string(), it.help.to_owned()));
    digits.chain(action::help(section)).collect()
}

/// The digits that show a view: `1-6`.
pub fn view_digits() -> String {
    let [first, last] = [VIEWS.first(), VIEWS.last()].map(|it| it.map_or(' ', |it| it.view.digit()));
    format!("{first}-{last}")
}

/// The digits that begin a number and nothing else: `7 to 9`.
pub fn count_digits() -> String {
    let own: Vec<String> =
        ('0'..='9').map(Key::char).filter(|it| action_of(*it).is_none()).map(Key::name).collect();
    match own.as_slice() {
        [first, .., last] => format!("{first} to {last}"),
        own => own.concat(),
    }
}

#[cfg(test)]
mod tests;
