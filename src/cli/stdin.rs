//! What replaces a missing LOG: stdin if something is piped into it, otherwise the demo.
//!
//! ```text
//! stdin is            then
//! a regular file      it is the log
//! a pipe              it is the log, unless it ends without a byte
//! a socket            it is the log if bytes are waiting
//! anything else       the demo (a terminal, /dev/null; a closed stdin is /dev/null too)
//! ```

use std::{fs::File, io, os::fd::AsFd, os::unix::fs::FileTypeExt, time::Duration};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How long to wait for the first byte of a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Until bytes come or the writer goes: there is nothing else to do.
    Endless,
    /// A moment: a screen is to be drawn.
    Short,
}

/// Before a pipe that brings nothing is mentioned.
const SILENCE: Duration = Duration::from_secs(2);

/// Adds stdin to `logs` if they are empty and something is piped in.
pub(super) fn fill(logs: &mut Vec<String>, patience: Patience) {
    if logs.is_empty() && is_a_log(io::stdin(), patience) {
        logs.push("-".to_owned());
    }
}

fn is_a_log(stdin: impl AsFd, patience: Patience) -> bool {
    let Ok(file) = stdin.as_fd().try_clone_to_owned().map(File::from) else { return false };
    let Ok(kind) = file.metadata().map(|it| it.file_type()) else { return false };
    if kind.is_fifo() {
        return match (waits(&file, Duration::from_millis(100)), patience) {
            (Some(has_bytes), _) => has_bytes,
            (None, Patience::Short) => true,
            (None, Patience::Endless) => waits(&file, SILENCE).unwrap_or_else(|| {
                eprintln!("creditscope: no LOG is named: waiting for one on stdin, which is a pipe");
                loop {
                    if let Some(has_bytes) = waits(&file, Duration::from_secs(3600)) {
                        return has_bytes;
                    }
                }
            }),
        };
    }
    kind.is_file() || (kind.is_socket() && waits(&file, Duration::ZERO) == Some(true))
}

/// Whether bytes are waiting; `None` if none have come so far, but some may.
fn waits(file: &File, limit: Duration) -> Option<bool> {
    let mut polled = [PollFd::new(file, PollFlags::IN)];
    let limit = Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: i64::from(limit.subsec_nanos()) };
    match poll(&mut polled, Some(&limit)) {
        Ok(0) | Err(rustix::io::Errno::INTR) => None,
        Ok(_) => Some(polled[0].revents().contains(PollFlags::IN)),
        Err(_) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_pipe_is_a_log_unless_it_ends_without_a_byte() {
        let (reader, mut writer) = io::pipe().unwrap();
        assert!(is_a_log(&reader, Patience::Short), "bytes may come");
        writer.write_all(b"{").unwrap();
        assert!(is_a_log(&reader, Patience::Endless));
        drop(writer);
        assert!(is_a_log(&reader, Patience::Endless), "the writer is gone, its byte is not");
        let (reader, writer) = io::pipe().unwrap();
        drop(writer);
        assert!(!is_a_log(&reader, Patience::Endless));
        assert!(!is_a_log(&reader, Patience::Short));
    }

    #[test]
    fn a_file_is_a_log_and_a_device_is_none() {
        assert!(is_a_log(tempfile::tempfile().unwrap(), Patience::Short));
        assert!(!is_a_log(File::open("/dev/null").unwrap(), Patience::Endless));
        let (a, mut b) = std::os::unix::net::UnixStream::pair().unwrap();
        assert!(!is_a_log(&a, Patience::Endless));
        b.write_all(b"{").unwrap();
        assert!(is_a_log(&a, Patience::Endless));
    }
}
