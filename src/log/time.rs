//! Time stamps as logs write them: numbers of seconds, milli-, micro- or nanoseconds, and RFC 3339.

use crate::model::Timestamp;

/// From here on a number counts milliseconds, not seconds (seconds would be the year 5138).
const MILLIS: u128 = 100_000_000_000;
/// From here on a number counts microseconds.
const MICROS: u128 = MILLIS * 1_000;
/// From here on a number counts nanoseconds.
const NANOS: u128 = MICROS * 1_000;

/// The time that a JSON number means; its magnitude tells the unit. Exact to the microsecond for plain
/// decimals. `None` if it is not a finite number.
pub fn timestamp_from_number(text: &str) -> Option<Timestamp> {
    decimal(text.as_bytes()).or_else(|| {
        let number: f64 = text.parse().ok()?;
        if !number.is_finite() {
            return None;
        }
        let unit = match number.abs() {
            it if it < MILLIS as f64 => 1.0,
            it if it < MICROS as f64 => 1e3,
            it if it < NANOS as f64 => 1e6,
            _ => 1e9,
        };
        Some(Timestamp::from_seconds(number / unit))
    })
}

/// The same for the usual form, seconds with at most six decimals. `None` for any other form.
pub(super) fn plain_seconds(token: &[u8]) -> Option<Timestamp> {
    let (mut whole, mut at) = (0_i64, 0);
    while let Some(digit) = token.get(at).map(|it| it.wrapping_sub(b'0')).filter(|it| *it < 10) {
        whole = whole * 10 + i64::from(digit);
        at += 1;
        if at > 10 {
            return None;
        }
    }
    if at == 0 || (at > 1 && token[0] == b'0') {
        return None;
    }
    let mut micros = whole * 1_000_000;
    match token.get(at) {
        None => return Some(Timestamp::from_micros(micros)),
        Some(b'.') => at += 1,
        Some(_) => return None,
    }
    let decimals = &token[at..];
    if decimals.is_empty() || decimals.len() > 6 {
        return None;
    }
    let mut unit = 100_000;
    for byte in decimals {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        micros += i64::from(digit) * unit;
        unit /= 10;
    }
    Some(Timestamp::from_micros(micros))
}

/// The time that a string means: RFC 3339, in UTC if it names no offset, or a number in a string.
pub fn timestamp_from_text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let looks_numeric = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if looks_numeric && let Some(timestamp) = timestamp_from_number(text) {
        return Some(timestamp);
    }
    let instant: jiff::Timestamp = text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })?;
    Some(Timestamp::from_micros(instant.as_microsecond()))
}

/// The JSON number that [`timestamp_from_number`] reads back as exactly `timestamp`: seconds, with as many
/// decimals as needed.
pub(super) fn number_text(timestamp: Timestamp) -> String {
    let micros = i128::from(timestamp.micros());
    let sign = if micros < 0 { "-" } else { "" };
    let magnitude = micros.unsigned_abs();
    let (seconds, fraction) = (magnitude / 1_000_000, magnitude % 1_000_000);
    if seconds >= MILLIS {
        // Read as seconds it would pass for milliseconds; nanoseconds are unambiguous.
        return format!("{sign}{}", magnitude * 1_000);
    }
    let text = format!("{sign}{seconds}.{fraction:06}");
    let trimmed = text.trim_end_matches('0');
    if trimmed.ends_with('.') { format!("{trimmed}0") } else { trimmed.to_owned() }
}

/// A plain decimal (`-?digits[.digits]`), read without floating point.
fn decimal(text: &[u8]) -> Option<Timestamp> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let at = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = match at {
        0 => return None,
        1..=19 => u128::from(digits[..at].iter().fold(0u64, |sum, byte| sum * 10 + u64::from(byte - b'0'))),
        20..=38 => digits[..at].iter().fold(0u128, |sum, byte| sum * 10 + u128::from(byte - b'0')),
        _ => return None,
    };
    // The fraction in units of 1e-7: one digit more than microseconds, for rounding.
    let mut fraction: u64 = 0;
    if at < digits.len() {
        if digits[at] != b'.' || at + 1 == digits.len() {
            return None;
        }
        let mut scale = 1_000_000;
        for byte in &digits[at + 1..] {
            if !byte.is_ascii_digit() {
                return None;
            }
            fraction += u64::from(byte - b'0') * scale;
            scale /= 10;
        }
    }
    let ten_micros = match whole {
        it if it < MILLIS => (it * 1_000_000) * 10 + u128::from(fraction),
        it if it < MICROS => (it * 1_000) * 10 + u128::from(fraction) / 1_000,
        it if it < NANOS => it * 10 + u128::from(fraction) / 1_000_000,
        it => it / 100,
    };
    let magnitude = i128::try_from((ten_micros + 5) / 10).unwrap_or(i128::MAX);
    let micros = if negative { -magnitude } else { magnitude };
    let saturated = i64::try_from(micros).unwrap_or(if negative { i64::MIN } else { i64::MAX });
    Some(Timestamp::from_micros(saturated))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str, micros: i64) {
        assert_eq!(timestamp_from_number(text).map(Timestamp::micros), Some(micros), "{text}");
    }

    fn text(text: &str, micros: i64) {
        assert_eq!(timestamp_from_text(text).map(Timestamp::micros), Some(micros), "{text}");
    }

    #[test]
    fn magnitude_tells_the_unit() {
        number("1767225601.2", 1_767_225_601_200_000);
        number("1767225601", 1_767_225_601_000_000);
        number("1767225601200", 1_767_225_601_200_000);
        number("1767225601200.5", 1_767_225_601_200_500);
        number("1767225601200300", 1_767_225_601_200_300);
        number("1767225601200300999", 1_767_225_601_200_301);
        number("1.7672256012e9", 1_767_225_601_200_000);
        number("0", 0);
        number("-0.5", -500_000);
        number("0.0000015", 2);
        number("-9223372036854775808000", i64::MIN);
        number("99999999999999999999999999", i64::MAX);
    }

    #[test]
    fn strings() {
        text("2026-01-01T00:00:01.2Z", 1_767_225_601_200_000);
        text("2026-01-01T01:00:01.2+01:00", 1_767_225_601_200_000);
        text("2026-01-01T00:00:01.200000", 1_767_225_601_200_000);
        text("2026-01-01 00:00:01", 1_767_225_601_000_000);
        text("1767225601.2", 1_767_225_601_200_000);
        assert_eq!(timestamp_from_text("yesterday"), None);
        assert_eq!(timestamp_from_text(""), None);
        assert_eq!(timestamp_from_number("1e400"), None);
    }

    proptest! {
        #[test]
        fn written_times_read_back(micros in any::<i64>()) {
            let text = number_text(Timestamp::from_micros(micros));
            prop_assert_eq!(timestamp_from_number(&text).map(Timestamp::micros), Some(micros), "{}", text);
        }

        #[test]
        fn plain_times_are_read_as_all_are(text in "-?[0-9]{0,12}(\\.[0-9]{0,8})?e?") {
            if let Some(plain) = plain_seconds(text.as_bytes()) {
                prop_assert_eq!(timestamp_from_number(&text), Some(plain), "{}", text);
                prop_assert!(serde_json::from_str::<f64>(&text).is_ok());
            }
        }
    }
}
