//! The files beside one that is read, for readers of formats that spread over several.

use std::{fs, path::PathBuf, time::Duration};

use crate::import;

/// A larger file is not looked at.
const LARGEST: u64 = 256 << 20;

/// The folder of a file.
#[derive(Debug)]
pub(super) struct Beside(pub(super) PathBuf);

impl import::Beside for Beside {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = self.0.join(path);
        let about = fs::metadata(&path).ok()?;
        // A pipe would have us wait.
        (about.is_file() && about.len() <= LARGEST).then(|| fs::read(&path).ok()).flatten()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|it| it.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn quiet_for(&self, name: &str) -> Option<Duration> {
        fs::metadata(self.0.join(name)).ok()?.modified().ok()?.elapsed().ok()
    }
}
