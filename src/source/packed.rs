//! Compressed logs: gzip (many members) and zstd (many frames), recognised by their first bytes.
//!
//! ```text
//! packed file -> TailFile (bytes as they come) -> Unpacker -> LineBuffer -> SpoolStore -> TailEvent
//!                                                                              '-> SourceFile::read
//! packed pipe -> feed -> Unpacker -> Spool
//! ```
//!
//! Everything is unpacked as it is read, so the first lines come long before the last. Memory does not grow
//! with the packed data: pieces of 32 KiB go in, pieces of 256 KiB come out, and whole lines go to an
//! unlinked temporary file that all packed logs share. Damage costs only the member it is in: what came
//! before stays, and reading continues where the next member begins.

mod gunzip;
mod reader;
mod step;
mod tail;
mod unpacker;
mod unzstd;

use std::io::Read as _;
use std::path::Path;

pub use reader::Unpacking;
pub use tail::PackedTail;
pub(super) use unpacker::Unpacker;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952, members one after another.
    Gzip,
    /// RFC 8878: frames one after another, with skippable ones among them.
    Zstd,
}

impl Packing {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        }
    }

    /// What begins with `head`.
    fn of(head: &[u8]) -> Begins {
        let magic: [(&[u8], Packing); 2] =
            [(&[0x1f, 0x8b], Packing::Gzip), (&[0x28, 0xb5, 0x2f, 0xfd], Packing::Zstd)];
        for (magic, packing) in magic {
            if head.starts_with(magic) {
                return Begins::Member(packing);
            }
            if magic.starts_with(head) {
                return Begins::Unclear;
            }
        }
        // A skippable frame: a first byte out of sixteen, then these.
        if matches!(head, [0x50..=0x5f, ..]) {
            let rest = &head[1..head.len().min(4)];
            match [0x2a, 0x4d, 0x18].starts_with(rest) {
                true if rest.len() == 3 => return Begins::Member(Packing::Zstd),
                true => return Begins::Unclear,
                false => {}
            }
        }
        Begins::Other
    }
}

/// What some bytes are the beginning of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    /// A member or frame.
    Member(Packing),
    /// More bytes are needed to tell.
    Unclear,
    /// Neither.
    Other,
}

/// Endings of the names of packed files.
const ENDINGS: [&str; 4] = ["gz", "gzip", "zst", "zstd"];

/// `path` without the ending of a packed file, if it has one: `run.jsonl` for `run.jsonl.gz`.
pub fn without_ending(path: &Path) -> Option<&Path> {
    let ending = path.extension()?;
    if !ENDINGS.iter().any(|it| ending.eq_ignore_ascii_case(it)) {
        return None;
    }
    let text = path.as_os_str().as_encoded_bytes();
    let stem = std::str::from_utf8(&text[..text.len() - ending.len() - 1]).ok()?;
    Some(Path::new(stem))
}

/// Whether the file at `path` is packed: by its first bytes or, while it has none, by its name.
///
/// # Errors
/// It cannot be opened or read.
pub fn is_packed(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(4).read_to_end(&mut head)?;
    Ok(match Packing::of(&head) {
        Begins::Member(_) => true,
        Begins::Unclear => without_ending(path).is_some(),
        Begins::Other => false,
    })
}

#[cfg(test)]
mod tests;
