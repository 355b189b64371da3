//! The user's configuration: where it is, and `creditscope config`.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::{
    arguments::{ConfigOptions, ScreenFlags},
    print,
};
use crate::{
    app::rules::RuleChoice,
    config::{Config, DEFAULT_FILE, Problem, SCHEMA, Setting},
    text::clean,
};

/// The configuration of this run and the file it is from.
pub(super) struct Loaded {
    pub(super) config: Config,
    /// The file, whether it is there or not; `None`: there is no place for one.
    pub(super) path: Option<PathBuf>,
}

impl Loaded {
    /// Reads `file`, or that in the usual place, which need not be there.
    ///
    /// # Errors
    /// When a file that was asked for cannot be read.
    pub(super) fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let path = file.map(Path::to_owned).or_else(usual_place);
        let text = match &path {
            None => String::new(),
            Some(path) => match fs::read(path) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) if error.kind() == io::ErrorKind::NotFound && file.is_none() => String::new(),
                // Nobody asked for it: the program works without. It is not to be written over either.
                Err(error) if file.is_none() => {
                    let mut config = Config::read("");
                    let message = format!("'{}' cannot be read ({error}): the defaults hold", path.display());
                    config.problems.push(Problem { line: 1, column: 1, message });
                    return Ok(Self { config, path: None });
                }
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("cannot read the configuration '{}'", path.display()));
                }
            },
        };
        Ok(Self { config: Config::read(&text), path })
    }

    /// What of the file does not hold, a line each.
    pub(super) fn problems(&self) -> Vec<String> {
        self.problems_of(&self.name())
    }

    /// The same with the name of the file alone, for a narrow line.
    pub(super) fn short_problems(&self) -> Vec<String> {
        self.problems_of(&self.file_name())
    }

    fn problems_of(&self, name: &str) -> Vec<String> {
        self.config.problems.iter().map(|it| clean(&format!("{name}:{it}"))).collect()
    }

    /// The file as it is shown.
    fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "config.toml".to_owned(), |it| it.display().to_string())
    }

    /// The name of the file without its folder.
    fn file_name(&self) -> String {
        let name = self.path.as_ref().and_then(|it| it.file_name()).unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Takes flags, which go before the file.
    pub(super) fn take_flags(&mut self, flags: &ScreenFlags) {
        let follow = match (flags.follow_newest, flags.follow, flags.no_follow) {
            (true, _, _) => Some("newest"),
            (_, true, _) => Some("always"),
            (_, _, true) => Some("never"),
            _ => None,
        };
        let words = [
            (Setting::Color, flags.color.as_deref()),
            (Setting::Theme, flags.theme.as_deref()),
            (Setting::Ascii, flags.ascii.then_some("true")),
            (Setting::Follow, follow),
            (Setting::Poll, flags.poll.then_some("true")),
        ];
        for (setting, word) in words {
            if let Some(word) = word {
                self.config.set_by_flag(setting, word);
            }
        }
    }

    /// Writes `rules` to the file instead of its own, in one step: whoever reads it meanwhile sees the old file or the new one. All
    /// else of it stays. The path that was written.
    ///
    /// # Errors
    /// Why it cannot be written, as a sentence.
    pub(super) fn save_rules(&self, rules: &[RuleChoice]) -> Result<String, String> {
        let path = self.path.as_ref().ok_or("there is no place for a configuration file")?;
        // A link stays one: what it leads to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let text = match fs::read_to_string(&target) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
        };
        let text = Config::with_rules(&text, rules)
            .map_err(|it| format!("{}:{it}; mend that first", path.display()))?;
        let write = || -> io::Result<()> {
            let folder = target.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            if let Ok(known) = fs::metadata(&target) {
                file.as_file().set_permissions(known.permissions())?;
            }
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&target)?;
            Ok(())
        };
        write().map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(path.display().to_string())
    }

    /// The method to begin with; `None`: the best.
    pub(super) fn preferred(&self) -> Option<String> {
        Some(self.config.word(Setting::Method)).filter(|it| *it != "best").map(str::to_owned)
    }
}

/// `$XDG_CONFIG_HOME/creditscope/config.toml`, else below `~/.config`. A relative path there is ignored, as the XDG base
/// directory specification has it.
fn usual_place() -> Option<PathBuf> {
    let of = |name: &str| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let folder = of("XDG_CONFIG_HOME").or_else(|| Some(of("HOME")?.join(".config")))?;
    Some(folder.join("creditscope").join("config.toml"))
}

/// `creditscope config`.
pub(super) fn run(options: &ConfigOptions, mut loaded: Loaded) -> anyhow::Result<u8> {
    if options.default {
        return print(DEFAULT_FILE);
    }
    if options.schema {
        return print(SCHEMA);
    }
    loaded.take_flags(&options.screen);
    let name = clean(&loaded.name());
    let file = loaded.file_name();
    let is_there = loaded.path.as_ref().is_some_and(|it| it.exists());
    let problems = match loaded.config.problems.len() {
        0 => String::new(),
        1 => ", 1 problem".to_owned(),
        more => format!(", {more} problems"),
    };
    let state = if is_there { format!("read{problems}") } else { "not there: all defaults".to_owned() };
    print(&format!("# {name}: {state}\n\n{}", loaded.config.shown(&file)))
}
