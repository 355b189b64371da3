//! Takes apart the bytes on their way to a terminal, strictly: what is not understood is an error, not
//! ignored.

/// Begins a frame.
pub const FRAME_BEGIN: &[u8] = b"\x1b[?2026h";
/// Ends a frame.
pub const FRAME_END: &[u8] = b"\x1b[?2026l";
/// Clears the screen.
pub const CLEAR: &[u8] = b"\x1b[2J";

/// A piece of the byte stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A character to be shown.
    Text(char),
    /// A control character, C0 or C1.
    Control(char),
    /// CSI: everything between `ESC [` and the final byte, and the final byte.
    Csi(String, char),
    /// ESC and something short.
    Escape(String),
    /// OSC, DCS, APC, PM or SOS: its introducer and its content.
    String(char, String),
    /// A sequence without an end, or bytes that are not UTF-8.
    Broken(String),
}

/// How often `needle` stands in `bytes`.
pub fn count(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).filter(|it| *it == needle).count()
}

/// Takes `bytes` apart.
pub fn tokens(bytes: &[u8]) -> Vec<Token> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return vec![Token::Broken(error.to_string())],
    };
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        tokens.push(match c {
            '\x1b' => escape(&mut rest),
            c if c.is_control() => Token::Control(c),
            c => Token::Text(c),
        });
    }
    tokens
}

fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Token {
    let Some(next) = rest.next() else { return Token::Broken("ESC at the end".to_owned()) };
    match next {
        '[' => {
            let mut body = String::new();
            for c in rest.by_ref() {
                match c {
                    '@'..='~' => return Token::Csi(body, c),
                    ' '..='?' => body.push(c),
                    _ => return Token::Broken(format!("CSI {body:?} then {c:?}")),
                }
            }
            Token::Broken(format!("CSI {body:?} without an end"))
        }
        ']' | 'P' | '_' | '^' | 'X' => {
            let mut body = String::new();
            while let Some(c) = rest.next() {
                match c {
                    '\x07' if next == ']' => return Token::String(next, body),
                    '\x1b' => match rest.next() {
                        Some('\\') => return Token::String(next, body),
                        // tmux doubles every ESC of what it passes on.
                        Some('\x1b') if next == 'P' => body.push('\x1b'),
                        other => return Token::Broken(format!("string {body:?} then ESC {other:?}")),
                    },
                    c => body.push(c),
                }
            }
            Token::Broken(format!("string {body:?} without an end"))
        }
        c => Token::Escape(c.to_string()),
    }
}

/// Everything in `bytes` that is not text and not one of the sequences the program has a use for.
pub fn foreign(bytes: &[u8]) -> Vec<Token> {
    tokens(bytes).into_iter().filter(|it| !is_ours(it)).collect()
}

fn is_ours(token: &Token) -> bool {
    let numbers = |body: &str| body.chars().all(|it| it.is_ascii_digit() || it == ';' || it == ':');
    match token {
        Token::Text(c) => !is_treacherous(*c),
        Token::Csi(body, 'm' | 'H' | 'A' | 'B' | 'C' | 'D' | 'G' | 'd') => numbers(body),
        Token::Csi(body, 'J') => body == "2",
        Token::Csi(body, 'K') => body.is_empty(),
        // Margins, and lines moved within them.
        Token::Csi(body, 'r' | 'L' | 'M') => numbers(body),
        Token::Csi(body, 'h') => matches!(body.as_str(), "?1049" | "?2026" | "?25" | "?2004"),
        // What may have been turned on is turned off at the end, in any case.
        Token::Csi(body, 'l') => matches!(
            body.as_str(),
            "?1049" | "?2026" | "?25" | "?1000" | "?1002" | "?1003" | "?1006" | "?1015" | "?2004"
        ),
        // Carriage return and line feed move the cursor.
        Token::Control(c) => matches!(c, '\r' | '\n'),
        _ => false,
    }
}

/// Characters that are text to a parser and something else to a person or a terminal: bidirectional controls,
/// zero-width and tag characters.
fn is_treacherous(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The bodies of all SGR sequences.
pub fn styles(bytes: &[u8]) -> Vec<String> {
    let of = |token| if let Token::Csi(body, 'm') = token { Some(body) } else { None };
    tokens(bytes).into_iter().filter_map(of).collect()
}

/// What is shown outside of frames.
pub fn text_outside_frames(bytes: &[u8]) -> String {
    let mut inside = false;
    let mut outside = String::new();
    for token in tokens(bytes) {
        match token {
            Token::Csi(body, 'h') if body == "?2026" => inside = true,
            Token::Csi(body, 'l') if body == "?2026" => inside = false,
            Token::Text(c) if !inside => outside.push(c),
            _ => {}
        }
    }
    outside
}

#[test]
fn sequences_are_taken_apart() {
    let check = |bytes: &str, expected: &[Token]| assert_eq!(tokens(bytes.as_bytes()), expected, "{bytes:?}");
    let csi = |body: &str, end| Token::Csi(body.to_owned(), end);
    check("a\x1b[1;2Hb", &[Token::Text('a'), csi("1;2", 'H'), Token::Text('b')]);
    check("\x1b[?2026h\x1b[m", &[csi("?2026", 'h'), csi("", 'm')]);
    check("\x1b]52;c;aGk=\x07", &[Token::String(']', "52;c;aGk=".to_owned())]);
    check("\x1b]0;x\x1b\\", &[Token::String(']', "0;x".to_owned())]);
    check("\x1bPtmux;\x1b\x1b]52\x1b\\", &[Token::String('P', "tmux;\x1b]52".to_owned())]);
    check("\u{9b}\x07", &[Token::Control('\u{9b}'), Token::Control('\x07')]);
    check("\x1bc", &[Token::Escape("c".to_owned())]);
    assert!(matches!(tokens(b"\x1b[1")[..], [Token::Broken(_)]));
    assert!(matches!(tokens(b"\xff")[..], [Token::Broken(_)]));
}

#[test]
fn foreign_sequences_are_told_from_ours() {
    for ours in ["\x1b[38;5;32mx\x1b[0m", "\x1b[2J\x1b[5;6H", "\x1b[?1049h\x1b[?25l", "é─界", "\r\n"] {
        assert_eq!(foreign(ours.as_bytes()), [], "{ours:?}");
    }
    for theirs in [
        "\x1b]52;c;x\x07",
        "\x1b[?1000h",
        "\x07",
        "\u{9b}31m",
        "\x1bc",
        "\x1b[6n",
        "\u{202e}",
        "\u{200b}",
        "\x1b[3J",
        "\t",
        "\x1b[5i",
    ] {
        assert!(!foreign(theirs.as_bytes()).is_empty(), "{theirs:?}");
    }
}
