//! Seeded mutations of an input: the same seed gives the same inputs everywhere.

/// SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`; 0 for no side.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) % (sides.max(1) as u64)) as usize
    }
}

/// What a log is made of, and what it must not be made of.
const TOKENS: [&str; 62] = [
    "{\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\ud83d\\ude00",
    "\\x41",
    "\n",
    "\r\n",
    "\0",
    "\t",
    "\u{feff}",
    "\u{202e}",
    "\u{e0041}",
    "\u{1b}[2J",
    "é",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "東京",
    "\u{1f469}\u{200d}\u{1f680}",
    "NaN",
    "-Infinity",
    "1e400",
    "-1e308",
    "1e-320",
    "9007199254740993",
    "-9223372036854775808",
    "18446744073709551616",
    "0.1",
    "-0.0",
    "\"0.5\"",
    "null",
    "true",
    "[[[[[[[[",
    "{}",
    "[]",
    "\"*\"",
    "\"type\":\"action\",",
    "\"type\":\"message\",",
    "\"type\":\"credit\",",
    "\"type\":\"counterfactual\",",
    "\"type\":\"reward\",",
    "\"type\":\"episode_end\",",
    "\"episode\":\"e\",",
    "\"id\":\"a1\",",
    "\"agent\":\"a\",",
    "\"agents\":[\"a\",\"b\"],",
    "\"parents\":[\"a1\",\"a2\"],",
    "\"ts\":1e308,",
    "\"step\":-1,",
    "\"value\":1,",
    "\"returns\":[1,0,\"NaN\"],",
    "\"rewards\":{\"a\":1,\"b\":-1},",
    "\"rewards\":[{\"a\":1},{\"b\":\"NaN\"},{\"agent\":\"b\",\"value\":2}],",
    "\"coalitions\":[{\"agents\":[\"a\"],\"value\":1}],",
    "\"candidates\":[{\"j\":1,\"action\":\"x\",\"returns\":[0,1]}],",
    "\"n\":0,",
];

/// `input` with one to eight changes; `other` lends pieces. At most `longest` bytes.
pub fn mutated(input: &[u8], other: &[u8], dice: &mut Dice, longest: usize) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=dice.roll(8) {
        let at = dice.roll(bytes.len() + 1);
        let len = (1 << dice.roll(7)).min(bytes.len() - at);
        match dice.roll(11) {
            0 if len > 0 => bytes[at] ^= 1 << dice.roll(8),
            1 if len > 0 => bytes[at] = dice.roll(256) as u8,
            2 => drop(bytes.drain(at..at + len)),
            3 => {
                let piece = bytes[at..at + len].to_vec();
                let to = dice.roll(bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
            4 => {
                let from = dice.roll(other.len() + 1);
                let piece = &other[from..other.len().min(from + (1 << dice.roll(9)))];
                bytes.splice(at..at, piece.iter().copied());
            }
            5 => whole_line(&mut bytes, other, dice),
            6 => digit(&mut bytes, dice),
            7 => bytes.truncate(at),
            8 => swap_lines(&mut bytes, dice),
            9 => {
                // In the place of a value.
                let token = TOKENS[dice.roll(TOKENS.len())].as_bytes();
                let end =
                    bytes[at..].iter().position(|it| b",}]\n".contains(it)).map_or(bytes.len(), |it| at + it);
                let from = bytes[..at].iter().rposition(|it| b":[,{\n".contains(it)).map_or(0, |it| it + 1);
                bytes.splice(from..end, token.iter().copied());
            }
            _ => {
                let token = TOKENS[dice.roll(TOKENS.len())].as_bytes();
                bytes.splice(at..at, token.iter().copied());
            }
        }
        bytes.truncate(longest);
    }
    bytes
}

/// Puts a line of `other` between two lines.
fn whole_line(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let lines: Vec<&[u8]> = other.split_inclusive(|it| *it == b'\n').collect();
    let Some(line) = lines.get(dice.roll(lines.len())) else { return };
    let starts: Vec<usize> = starts(bytes);
    let at = starts[dice.roll(starts.len())];
    let end = if line.ends_with(b"\n") { &b""[..] } else { b"\n" };
    bytes.splice(at..at, line.iter().chain(end).copied());
}

/// Two lines change places.
fn swap_lines(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|it| *it == b'\n').collect();
    if !lines.is_empty() {
        let (a, b) = (dice.roll(lines.len()), dice.roll(lines.len()));
        lines.swap(a, b);
        *bytes = lines.concat();
    }
}

/// Another digit in the place of one.
fn digit(bytes: &mut [u8], dice: &mut Dice) {
    let digits: Vec<usize> = (0..bytes.len()).filter(|it| bytes[*it].is_ascii_digit()).collect();
    if let Some(at) = digits.get(dice.roll(digits.len())) {
        bytes[*at] = b"0123456789-.eE"[dice.roll(14)];
    }
}

/// Where lines begin.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|it| *it.1 == b'\n').map(|it| it.0 + 1);
    std::iter::once(0).chain(ends).collect()
}
