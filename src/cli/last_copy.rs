//! The file that holds what was copied last, because a terminal may not pass a copy on.

use std::{
    fs::File,
    io::{self, Seek, Write},
    os::unix::fs::MetadataExt,
    path::PathBuf,
};

/// One file a session, which every copy overwrites; none before the first copy.
#[derive(Default)]
pub(super) struct LastCopy {
    file: Option<(File, PathBuf)>,
}

impl LastCopy {
    /// Writes `text` to the file. Returns its path, or why there is none.
    pub(super) fn keep(&mut self, text: &str) -> Result<String, String> {
        self.write(text).map_err(|it| it.to_string())
    }

    fn write(&mut self, text: &str) -> io::Result<String> {
        // Somebody may have deleted it, or put another one in its place, which is not ours to write to.
        let is_there = |it: &(File, PathBuf)| {
            let inode = |it: std::fs::Metadata| (it.dev(), it.ino());
            it.0.metadata().is_ok_and(|own| it.1.symlink_metadata().is_ok_and(|now| inode(own) == inode(now)))
        };
        let (file, path) = match self.file.take().filter(is_there) {
            Some(held) => self.file.insert(held),
            None => {
                let made = tempfile::Builder::new().prefix("creditscope-").suffix(".txt").tempfile()?;
                self.file.insert(made.keep()?)
            }
        };
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        Ok(path.display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn copies_overwrite_each_other_in_one_file_that_is_made_again_if_it_is_gone() {
        let mut copies = LastCopy::default();
        let path = copies.keep("a long one").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a long one");
        assert_eq!(copies.keep("short").unwrap(), path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "short");
        fs::remove_file(&path).unwrap();
        fs::write(&path, "of somebody else").unwrap();
        let other = copies.keep("again").unwrap();
        assert_ne!(other, path);
        let text = [&path, &other].map(|it| fs::read_to_string(it).unwrap());
        assert_eq!(text, ["of somebody else", "again"]);
        for path in [path, other] {
            fs::remove_file(path).unwrap();
        }
    }
}
