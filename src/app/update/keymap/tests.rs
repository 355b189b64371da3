//! Keys and the digits of views together.

use super::*;
use crate::app::key::KeyCode;

#[test]
fn a_key_has_one_meaning() {
    let mut seen = Vec::new();
    for (key, _) in bound_keys() {
        assert!(!seen.contains(&key), "{} is bound twice", key.name());
        seen.push(key);
    }
}

#[test]
fn no_key_is_eaten_by_tmux_screen_or_flow_control() {
    for (key, _) in bound_keys().filter(|it| it.0.ctrl) {
        let KeyCode::Char(c) = key.code else { panic!("only letters with control") };
        assert!(!['a', 'b', 's', 'q', '\\'].contains(&c), "^{c} does not arrive everywhere");
    }
}

#[test]
fn digits_show_views_or_begin_numbers() {
    assert_eq!((view_digits(), count_digits()), ("1-6".to_owned(), "7 to 9".to_owned()));
    for (at, row) in VIEWS.iter().enumerate() {
        assert_eq!(row.view.digit().to_digit(10), Some(at as u32 + 1), "{}", row.title);
    }
}
