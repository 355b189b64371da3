//! What Python prints of its objects (`repr`), as JSON: logs hold it where a writer forgot to make JSON.
//!
//! A tuple is a list; an object that prints its fields, `Point(x=1)`, is an object with those fields.

use serde_json::{Map, Number, Value as Json};

/// More levels are no data of anybody.
const DEEPEST: u32 = 100;

/// The first value in `text`, and the index after it; `None` if it is none.
pub(super) fn value(text: &str) -> Option<(Json, usize)> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    Some((value, reader.at))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn next_is(&mut self, word: char) -> bool {
        self.skip_space();
        let is = self.rest().starts_with(word);
        if is {
            self.at += word.len_utf8();
        }
        is
    }

    fn value(&mut self, level: u32) -> Option<Json> {
        if level > DEEPEST {
            return None;
        }
        self.skip_space();
        match self.rest().chars().next()? {
            '[' => self.list(level, ']'),
            '(' => self.list(level, ')'),
            '{' => self.fields(level),
            '\'' | '"' => self.string().map(Json::from),
            it if it.is_ascii_digit() || it == '-' => self.number(),
            it if it.is_alphabetic() || it == '_' => self.named(level),
            _ => None,
        }
    }

    fn list(&mut self, level: u32, end: char) -> Option<Json> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.next_is(end) {
            items.push(self.value(level + 1)?);
            if !self.next_is(',') {
                return self.next_is(end).then(|| Json::from(items));
            }
        }
        Some(Json::from(items))
    }

    fn fields(&mut self, level: u32) -> Option<Json> {
        self.at += 1;
        let mut fields = Map::new();
        while !self.next_is('}') {
            let key = match self.value(level + 1)? {
                Json::String(it) => it,
                other => other.to_string(),
            };
            if !self.next_is(':') {
                return None;
            }
            fields.insert(key, self.value(level + 1)?);
            if !self.next_is(',') {
                return self.next_is('}').then_some(Json::Object(fields));
            }
        }
        Some(Json::Object(fields))
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '.').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// A constant, or an object that prints its fields.
    fn named(&mut self, level: u32) -> Option<Json> {
        match self.word() {
            "None" => return Some(Json::Null),
            "True" => return Some(Json::from(true)),
            "False" => return Some(Json::from(false)),
            // Bytes and the like.
            "b" | "u" | "r" | "f" if self.rest().starts_with(['\'', '"']) => {
                return self.string().map(Json::from);
            }
            _ => {}
        }
        if !self.next_is('(') {
            return None;
        }
        let (mut fields, mut unnamed) = (Map::new(), Vec::new());
        while !self.next_is(')') {
            let from = self.at;
            self.skip_space();
            let name = self.word();
            if !name.is_empty() && self.rest().starts_with('=') {
                self.at += 1;
                fields.insert(name.to_owned(), self.value(level + 1)?);
            } else {
                self.at = from;
                unnamed.push(self.value(level + 1)?);
            }
            if !self.next_is(',') {
                if !self.next_is(')') {
                    return None;
                }
                break;
            }
        }
        if fields.is_empty() && !unnamed.is_empty() {
            return if unnamed.len() == 1 { unnamed.pop() } else { Some(Json::from(unnamed)) };
        }
        Some(Json::Object(fields))
    }

    fn number(&mut self) -> Option<Json> {
        let rest = self.rest();
        let end = rest.find(|it: char| !it.is_ascii_digit() && !"+-.eE_".contains(it)).unwrap_or(rest.len());
        self.at += end;
        let digits = &rest[..end];
        let whole = digits.parse::<i64>().ok().map(Json::from);
        whole.or_else(|| digits.parse().ok().and_then(Number::from_f64).map(Json::Number))
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.rest().chars().next()?;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find([quote, '\\'])?;
            out.push_str(&rest[..end]);
            self.at += end + 1;
            if rest[end..].starts_with(quote) {
                return Some(out);
            }
            let escape = self.rest().chars().next()?;
            self.at += escape.len_utf8();
            match escape {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                '\n' => {}
                'x' => self.code(2, &mut out),
                'u' => self.code(4, &mut out),
                'U' => self.code(8, &mut out),
                '\\' | '\'' | '"' => out.push(escape),
                other => out.extend(['\\', other]),
            }
        }
    }

    /// A character by its number in so many hex digits.
    fn code(&mut self, digits: usize, out: &mut String) {
        let hex = self.rest().get(..digits).unwrap_or_default();
        match u32::from_str_radix(hex, 16).ok().filter(|_| !hex.is_empty()) {
            Some(number) => {
                out.push(char::from_u32(number).unwrap_or('\u{fffd}'));
                self.at += digits;
            }
            None => out.push('\u{fffd}'),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_as_python_prints_them() {
        let check =
            |text: &str, expected: Option<Json>| assert_eq!(value(text).map(|it| it.0), expected, "{text}");
        check(
            "{'a': ['x\\n', \"it's\"], 'b': None, 'c': (1, -2.5e1,)}",
            Some(json!({"a": ["x\n", "it's"], "b": null, "c": [1, -25.0]})),
        );
        check(
            "Choice(index=0, message=Message(content='a=b, (c)', role='assistant'))",
            Some(json!({"index": 0, "message": {"content": "a=b, (c)", "role": "assistant"}})),
        );
        check("tensor(-0.25)", Some(json!(-0.25)));
        check("'\\xe9 \\u00e9 \\U0001f600 \\d'", Some(json!("é é 😀 \\d")));
        check("[True, False, b'x']", Some(json!([true, false, "x"])));
        check("{1: 2}", Some(json!({"1": 2})));
        for broken in
            ["", "[1, 2", "{'a' 1}", "'open", "<object at 0x1>", "name", "f(x=)", "-", &"[".repeat(1000)]
        {
            check(broken, None);
        }
    }

    #[test]
    fn values_one_after_the_other() {
        let text = "{'a': 1}{'b': 2}";
        let (first, end) = value(text).unwrap();
        assert_eq!((first, value(&text[end..])), (json!({"a": 1}), Some((json!({"b": 2}), 8))));
    }
}
