//! Reads the beginning of a file or of a pipe, which tells what it is, and whole documents. Unpacks
//! compressed ones.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use crate::{
    import::{self, Format, ROWS, Reader, UnknownFormat},
    log::{Body, parse_line},
    source::{Unpacking, is_packed},
};

/// Bytes of a file that tell its format.
pub(super) const HEAD: usize = 64 << 10;
/// The same if the first line is longer than that: its `type` may stand at its end.
pub(super) const LONG_HEAD: u64 = 16 << 20;
/// The largest document that is imported; a log of its own format has no such limit.
const LARGEST_DOCUMENT: u64 = 1 << 30;

/// What a file is.
pub(super) struct Head {
    /// By its unpacked content.
    pub(super) format: Result<&'static Format, UnknownFormat>,
    /// Whether it is compressed.
    pub(super) packed: bool,
    /// Whether it is a log of our own format that names no run, as far as its beginning tells.
    pub(super) without_run: bool,
    /// Whether a line of it is whole.
    pub(super) has_line: bool,
}

/// Whether none of some whole lines is a `run` record.
fn is_without_run(head: &[u8]) -> bool {
    let whole = memchr::memrchr(b'\n', head).map_or(head, |it| &head[..it]);
    let is_run = |line: &[u8]| {
        memchr::memmem::find(line, b"\"run\"").is_some()
            && parse_line(line).records.iter().any(|it| matches!(it.0.body, Body::Run(_)))
    };
    !whole.split(|it| *it == b'\n').any(is_run)
}

/// What the file at `path` is; `forced` is the format to read it as, whatever it looks like.
///
/// # Errors
/// If it cannot be opened or read.
pub(super) fn of_file(path: &Path, forced: Option<&'static Format>) -> io::Result<Head> {
    let packed = is_packed(path)?;
    if let Some(format) = forced {
        let format = if *format == ROWS { import::rows_format(&first_bytes(path)?) } else { format };
        File::open(path)?;
        return Ok(Head { format: Ok(format), packed, without_run: false, has_line: true });
    }
    let head = first_bytes(path)?;
    let format = import::sniff(path, &head);
    let is_native = format.as_ref().is_ok_and(|it| matches!(it.reader, Reader::Native));
    let has_line = head.contains(&b'\n');
    Ok(Head { format, packed, without_run: is_native && is_without_run(&head), has_line })
}

/// The first bytes of the file at `path`, unpacked if it is compressed, with at least one whole line unless that
/// is very long.
///
/// # Errors
/// If it cannot be opened or read.
pub fn first_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let file = File::open(path)?;
    if !is_packed(path)? {
        read_head(file, &mut head)?;
        return Ok(head);
    }
    // Damage is reported when the file is read; what can be unpacked says what it is.
    match read_head(Unpacking::new(file), &mut head) {
        Err(error) if error.kind() != io::ErrorKind::InvalidData => Err(error),
        _ => Ok(head),
    }
}

/// The first bytes, with at least one whole line unless that is very long.
fn read_head(file: impl Read, head: &mut Vec<u8>) -> io::Result<()> {
    let mut file = BufReader::with_capacity(HEAD, file).take(HEAD as u64);
    file.read_to_end(head)?;
    if head.len() == HEAD && !head.contains(&b'\n') {
        file.set_limit(LONG_HEAD);
        file.read_until(b'\n', head)?;
    }
    Ok(())
}

/// The whole document at `path`.
///
/// # Errors
/// If it cannot be read or unpacked, or is larger than 1 GiB.
pub(super) fn document(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut document = Vec::new();
    if is_packed(path)? {
        Unpacking::new(file).take(LARGEST_DOCUMENT + 1).read_to_end(&mut document)?;
    } else {
        file.take(LARGEST_DOCUMENT + 1).read_to_end(&mut document)?;
    }
    check_size(document.len() as u64)?;
    Ok(document)
}

/// Whether a document of `size` bytes is imported.
///
/// # Errors
/// If it is too large.
pub(super) fn check_size(size: u64) -> io::Result<()> {
    if size > LARGEST_DOCUMENT {
        let why = format!("a document of more than {LARGEST_DOCUMENT} bytes is not imported");
        return Err(io::Error::other(why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_names_a_run_or_does_not() {
        const RUN: &str = "{\"type\":\"run\",\"credit_log\":1,\"run\":\"r\"}";
        const ACT: &str = "{\"type\":\"action\",\"episode\":\"e\",\"agent\":\"run\"}";
        let is_without = |lines: &[&str]| is_without_run((lines.join("\n") + "\n{\"cut").as_bytes());
        assert!(!is_without(&[RUN, ACT]) && !is_without(&[ACT, "", RUN]));
        assert!(is_without(&[ACT, ACT]) && is_without(&[]));
    }
}
