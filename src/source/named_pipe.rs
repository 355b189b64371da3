//! A named pipe. To open one waits for its writer, and nobody can tell why nothing happens; this one says so.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// A pipe or device that was opened without waiting. Reading waits.
#[derive(Debug)]
pub struct NamedPipe {
    file: File,
    has_writer: Arc<AtomicBool>,
}

impl NamedPipe {
    /// Opens it at once, whether anybody writes to it or not.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
        let is_pipe = file.metadata()?.file_type().is_fifo();
        let pipe = Self { file, has_writer: Arc::new(AtomicBool::new(!is_pipe)) };
        if !is_pipe {
            pipe.let_reads_wait()?;
        }
        Ok(pipe)
    }

    /// Whether somebody has opened it for writing; always so for a device.
    pub fn has_writer(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.has_writer)
    }

    fn let_reads_wait(&self) -> io::Result<()> {
        let flags = fcntl_getfl(&self.file)?;
        Ok(fcntl_setfl(&self.file, flags - OFlags::NONBLOCK)?)
    }
}

impl Read for NamedPipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.has_writer.load(Ordering::Relaxed) {
            // Before the first writer comes a read would say that there is nothing; this waits for bytes, or for the end
            // of one who wrote none.
            match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], None) {
                Err(rustix::io::Errno::INTR) => return Err(io::ErrorKind::Interrupted.into()),
                result => result?,
            };
            self.let_reads_wait()?;
            self.has_writer.store(true, Ordering::Relaxed);
        }
        self.file.read(into)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::Command;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_waits_for_its_writer_and_ends_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let mut pipe = NamedPipe::open(&path).unwrap();
        let has_writer = pipe.has_writer();
        let reader = thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).map(|_| text)
        });
        thread::sleep(Duration::from_millis(100));
        assert!(!has_writer.load(Ordering::Relaxed) && !reader.is_finished());
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        writer.write_all(b"one").unwrap();
        thread::sleep(Duration::from_millis(100));
        assert!(has_writer.load(Ordering::Relaxed));
        writer.write_all(b" two").unwrap();
        drop(writer);
        assert_eq!(reader.join().unwrap().unwrap(), "one two");
    }

    #[test]
    fn a_device_is_read_at_once() {
        let mut pipe = NamedPipe::open(Path::new("/dev/null")).unwrap();
        assert!(pipe.has_writer().load(Ordering::Relaxed));
        assert_eq!(pipe.read(&mut [0; 4]).unwrap(), 0);
    }
}
