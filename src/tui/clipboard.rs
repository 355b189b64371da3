//! Copying through the terminal, also over SSH.

use crossterm::{clipboard::CopyToClipboard, queue};

/// The longest text sent: beyond this terminals drop the sequence, and the file has all of it.
const LIMIT: usize = 74_000;

/// The OSC 52 sequence that hands `text` to the clipboard of the terminal, wrapped for tmux if it runs.
/// `None` if the text is too long for any terminal.
pub fn osc52(text: &str, tmux: bool) -> Option<Vec<u8>> {
    if text.len() > LIMIT {
        return None;
    }
    let mut sequence = Vec::new();
    queue!(sequence, CopyToClipboard::to_clipboard_from(text)).ok()?;
    if !tmux {
        return Some(sequence);
    }
    let mut wrapped = b"\x1bPtmux;".to_vec();
    for byte in sequence {
        if byte == 0x1b {
            wrapped.push(0x1b);
        }
        wrapped.push(byte);
    }
    wrapped.extend_from_slice(b"\x1b\\");
    Some(wrapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmux_gets_a_wrapped_sequence() {
        let plain = String::from_utf8(osc52("foo", false).unwrap()).unwrap();
        assert!(plain.starts_with("\x1b]52;c;Zm9v"), "{plain:?}");
        let wrapped = String::from_utf8(osc52("foo", true).unwrap()).unwrap();
        assert!(wrapped.starts_with("\x1bPtmux;\x1b\x1b]52;c;Zm9v"), "{wrapped:?}");
        assert!(wrapped.ends_with("\x1b\\"), "{wrapped:?}");
        assert_eq!(osc52(&"x".repeat(80_000), false), None);
    }
}
