//! A fingerprint of what was read: tells a file that grew from one that was rewritten.
//!
//! It holds samples of [`SAMPLE`] bytes: the first ones, the last ones, and some at growing distances
//! between. Every change of a file compares the first and the last sample (two small reads). All samples are
//! compared when another file takes its place, which may be a continuation of the old one.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Bytes per sample.
pub const SAMPLE: usize = 64;

/// Length of the prefix after which the first sample in between is taken; each further one at twice the
/// length.
const FIRST_MARK: u64 = 4096;

/// Up to [`SAMPLE`] bytes, and where they end in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sample {
    bytes: [u8; SAMPLE],
    len: usize,
    end: u64,
}

impl Default for Sample {
    fn default() -> Self {
        Self { bytes: [0; SAMPLE], len: 0, end: 0 }
    }
}

impl Sample {
    fn matches(&self, file: &File) -> io::Result<bool> {
        holds(file, self.end - self.len as u64, &self.bytes[..self.len])
    }
}

/// Samples of the first `len` bytes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    len: u64,
    head: Sample,
    tail: Sample,
    marks: Vec<Sample>,
}

impl Fingerprint {
    /// The fingerprint of the first `len` bytes of `file`, read from the samples alone.
    ///
    /// # Errors
    /// If the file cannot be read or is shorter.
    pub fn of_prefix(file: &File, len: u64) -> io::Result<Self> {
        let sample = |end: u64| {
            let mut sample = Sample { len: end.min(SAMPLE as u64) as usize, end, ..Sample::default() };
            let start = end - sample.len as u64;
            file.read_exact_at(&mut sample.bytes[..sample.len], start)?;
            Ok::<_, io::Error>(sample)
        };
        let mut marks = Vec::new();
        let mut mark = FIRST_MARK;
        while mark <= len {
            marks.push(sample(mark)?);
            mark = mark.saturating_mul(2);
        }
        Ok(Self { len, head: sample(len.min(SAMPLE as u64))?, tail: sample(len)?, marks })
    }

    /// How many bytes are fingerprinted.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing is fingerprinted yet. Such a fingerprint matches any file.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds the bytes that follow.
    pub fn push(&mut self, bytes: &[u8]) {
        let missing = (SAMPLE - self.head.len).min(bytes.len());
        self.head.bytes[self.head.len..self.head.len + missing].copy_from_slice(&bytes[..missing]);
        self.head.len += missing;
        self.head.end += missing as u64;

        let fresh = &bytes[bytes.len().saturating_sub(SAMPLE)..];
        let kept = self.tail.len.min(SAMPLE - fresh.len());
        self.tail.bytes.copy_within(self.tail.len - kept..self.tail.len, 0);
        self.tail.bytes[kept..kept + fresh.len()].copy_from_slice(fresh);
        self.tail.len = kept + fresh.len();
        self.len += bytes.len() as u64;
        self.tail.end = self.len;

        let next = self.marks.last().map_or(FIRST_MARK, |it| it.end.saturating_mul(2));
        if self.len >= next {
            self.marks.push(self.tail);
        }
    }

    /// Adds `count` NULs, the content of a hole.
    pub fn push_nuls(&mut self, count: u64) {
        let sampled = usize::try_from(count).map_or(2 * SAMPLE, |it| it.min(2 * SAMPLE));
        self.len += count - sampled as u64;
        self.push(&[0; 2 * SAMPLE][..sampled]);
    }

    /// The samples, each with the place of its first byte, in the order of their ends.
    pub fn samples(&self) -> Vec<(u64, &[u8])> {
        let all = [&self.head].into_iter().chain(&self.marks).chain([&self.tail]);
        all.map(|it| (it.end - it.len as u64, &it.bytes[..it.len])).collect()
    }

    /// Whether `file` still has the first and the last sample.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn matches(&self, file: &File) -> io::Result<bool> {
        Ok(self.tail.matches(file)? && (self.len <= SAMPLE as u64 || self.head.matches(file)?))
    }

    /// Whether `file` has every sample.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn matches_throughout(&self, file: &File) -> io::Result<bool> {
        for mark in &self.marks {
            if !mark.matches(file)? {
                return Ok(false);
            }
        }
        self.matches(file)
    }
}

/// Whether `file` holds exactly `bytes` (at most [`SAMPLE`]) at `offset`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn holds(file: &File, offset: u64, bytes: &[u8]) -> io::Result<bool> {
    let mut found = [0; SAMPLE];
    let mut have = 0;
    while have < bytes.len() {
        match file.read_at(&mut found[have..bytes.len()], offset + have as u64) {
            Ok(0) => return Ok(false),
            Ok(n) => have += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(&found[..have] == bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn numbers(n: usize) -> Vec<u8> {
        (0..n).flat_map(|it| format!("{it}\n").into_bytes()).collect()
    }

    #[test]
    fn pieces_or_whole_make_the_same_head_and_tail() {
        let bytes = numbers(100);
        for size in [1, 3, 63, 64, 65, 200] {
            let mut print = Fingerprint::default();
            bytes.chunks(size).for_each(|it| print.push(it));
            assert_eq!(print.len(), bytes.len() as u64);
            assert_eq!(&print.head.bytes[..], &bytes[..SAMPLE]);
            assert_eq!(&print.tail.bytes[..], &bytes[bytes.len() - SAMPLE..]);
        }
    }

    #[test]
    fn a_changed_byte_in_a_sample_is_noticed() {
        let bytes = numbers(5000);
        let mut print = Fingerprint::default();
        bytes.chunks(1000).for_each(|it| print.push(it));
        let check = |change: usize, quick: bool, thorough: bool| {
            let mut bytes = bytes.clone();
            bytes[change] ^= 1;
            let file = file_of(&bytes);
            assert_eq!(print.matches(&file).unwrap(), quick, "quick, byte {change}");
            assert_eq!(print.matches_throughout(&file).unwrap(), thorough, "thorough, byte {change}");
        };
        check(0, false, false);
        check(bytes.len() - 1, false, false);
        check(4999, true, false);
        check(2000, true, true);
        assert!(print.matches_throughout(&file_of(&bytes)).unwrap());
        assert!(!print.matches(&file_of(&bytes[..bytes.len() - 1])).unwrap());
    }

    #[test]
    fn nothing_read_matches_anything() {
        assert!(Fingerprint::default().matches_throughout(&file_of(b"")).unwrap());
    }

    #[test]
    fn a_hole_counts_as_nuls() {
        let mut print = Fingerprint::default();
        print.push_nuls(1000);
        print.push(b"x\n");
        let mut bytes = vec![0; 1000];
        bytes.extend(b"x\n");
        assert_eq!(print.len(), 1002);
        assert!(print.matches_throughout(&file_of(&bytes)).unwrap());
    }
}
