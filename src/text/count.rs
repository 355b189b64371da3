//! Numbers of things.

use std::fmt::Display;

/// `1 act`, `2 acts`, `2 stretches`.
pub fn count(number: impl Display, noun: &str) -> String {
    let number = number.to_string();
    let ending = match number.as_str() {
        "1" => "",
        _ if noun.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_many() {
        let found = [count(1, "act"), count(0_u64, "act"), count(11, "act"), count(2, "stretch")];
        assert_eq!(found, ["1 act", "0 acts", "11 acts", "2 stretches"]);
    }
}
