//! Reading what people put into a home. What cannot be read is a problem of its own; the rest goes on.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::make::{owner_only, private_folder};
use super::{Home, Stamp, unusable};
use crate::monitor::{Place, Problem, Weight};

/// No rule, manifest, template or configuration is longer. Chosen by us.
const LARGEST_BYTES: u64 = 1 << 20;

/// How deep folders are walked: rules lie in folders of folders, and nothing of ours lies deeper.
const DEEPEST: usize = 6;

/// Texts with their paths as the operator knows them, and what could not be read.
pub type Texts = (Vec<(String, String)>, Vec<Problem>);

/// Everything that people wrote into a home for the program to read, word for word.
pub struct Words {
    /// `firstbell.toml`.
    pub config: String,
    /// `rules/`, as [`Home::rule_files`] reads it.
    pub rules: Texts,
    /// `plugins/`, as [`Home::plugin_files`] reads it.
    pub plugins: Texts,
    /// `letters/`, as [`Home::letter_files`] reads it.
    pub letters: Texts,
}

impl Home {
    /// The text of `firstbell.toml`.
    pub fn config_text(&self) -> Result<String, Problem> {
        self.text(&self.config_path()).map_err(|problem| Problem {
            weight: Weight::Stop,
            ..problem
        })
    }

    /// What people wrote into the home; what of it cannot be read is told beside it.
    ///
    /// # Errors
    ///
    /// A problem where the configuration cannot be read.
    pub fn words(&self) -> Result<Words, Problem> {
        Ok(Words {
            config: self.config_text()?,
            rules: self.rule_files(),
            plugins: self.plugin_files(),
            letters: self.letter_files(),
        })
    }

    /// Writes `firstbell.toml` anew: whole or not at all, and readable by its owner alone.
    pub fn write_config(&self, text: &str) -> Result<(), Problem> {
        self.write_anew(&self.config_path(), text)
    }

    /// Writes a small TOML file of the home anew, such as `plugins/enabled.toml`: whole or not at all, and readable by its owner alone.
    pub fn replace_file(&self, path: &str, text: &str) -> Result<(), Problem> {
        self.write_anew(&self.root.join(path), text)
    }

    /// Writes a file of the district's anew in its place, so that who owns it and who may write it stay as they are: editors come
    /// through a share. Made where there is none. What stood there lies beside it afterwards, under its name with `~`.
    ///
    /// # Errors
    ///
    /// A problem where it cannot be written; what stood there is whole then, there or beside it.
    pub fn write_over(&self, path: &str, text: &str) -> Result<(), Problem> {
        let full = self.root.join(path);
        if !full.exists() {
            return self.write_file(path, text);
        }
        let mut beside = full.clone().into_os_string();
        beside.push("~");
        let written = fs::copy(&full, &beside).and_then(|_| fs::write(&full, text));
        written.map_err(|error| unusable(path, "written", &error))
    }

    /// The account that owns a file of the home; `None` where the system does not tell.
    pub fn owner(&self, path: &str) -> Option<String> {
        owner(&fs::symlink_metadata(self.root.join(path)).ok()?)
    }

    fn write_anew(&self, path: &Path, text: &str) -> Result<(), Problem> {
        let beside = path.with_extension("toml.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        owner_only(&mut options);
        let folder = path.parent().map_or(Ok(()), private_folder);
        let written = folder.and_then(|()| options.open(&beside)).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, path)
        });
        written.map_err(|error| unusable(&self.shown(path), "written", &error))
    }

    /// Everything of `rules/` that is a rule, a trial, a shared function or `district.toml`, as (`rules/…`, text), sorted.
    pub fn rule_files(&self) -> Texts {
        self.texts(&self.rules(), &["rhai", "toml"])
    }

    /// The manifests of `plugins/` and what lies beside them as text, as (`plugins/<id>/…`, text), sorted.
    pub fn plugin_files(&self) -> Texts {
        self.texts(&self.plugins(), &["toml", "rhai", "csv", "json", "j2"])
    }

    /// The templates of `letters/`, as (`letters/…`, text), sorted.
    pub fn letter_files(&self) -> Texts {
        self.texts(&self.letters(), &["txt", "html", "j2"])
    }

    /// Everything that people write into a home, as it lies there now: configuration, rules, plugins, wording. Two answers are
    /// equal where nobody wrote anything in between.
    pub fn written(&self) -> BTreeMap<String, Stamp> {
        let (mut paths, mut problems) = (vec![self.config_path()], Vec::new());
        for folder in [self.rules(), self.plugins(), self.letters()] {
            self.walk(&folder, 0, &mut paths, &mut problems);
        }
        let stamp = |path: PathBuf| Some((self.shown(&path), Stamp::at(&path)?));
        paths.into_iter().filter_map(stamp).collect()
    }

    /// The secret of a file such as `[mail.smtp] password_file`: its first line. Refused where other accounts can read it.
    pub fn secret(&self, written: &str) -> Result<String, Problem> {
        let path = self.root.join(written);
        let shown = self.shown(&path);
        let meta = fs::metadata(&path).map_err(|error| unusable(&shown, "read", &error))?;
        if others_may_read(&meta) {
            let message = "can be read by other accounts of this machine";
            let remedy = format!("make it yours alone: `chmod 600 {}`", path.display());
            return Err(Problem::new(
                "home-secret-open",
                Weight::Stop,
                Place::file(shown),
                message,
                remedy,
            ));
        }
        let text = self.text(&path)?;
        let secret = text.lines().next().unwrap_or("").trim();
        if secret.is_empty() {
            let message = format!("`{shown}` is empty");
            let remedy = "write the password into its first line";
            return Err(Problem::new(
                "home-secret-empty",
                Weight::Stop,
                Place::file(shown),
                message,
                remedy,
            ));
        }
        Ok(secret.to_owned())
    }

    fn texts(&self, folder: &Path, endings: &[&str]) -> Texts {
        let mut paths = Vec::new();
        let mut problems = Vec::new();
        self.walk(folder, 0, &mut paths, &mut problems);
        paths.sort();
        let wanted = |path: &PathBuf| {
            path.extension()
                .is_some_and(|ending| endings.iter().any(|known| ending == *known))
        };
        let mut texts = Vec::new();
        for path in paths.iter().filter(|path| wanted(path)) {
            match self.text(path) {
                Ok(text) => texts.push((self.shown(path), text)),
                Err(problem) => problems.push(problem),
            }
        }
        (texts, problems)
    }

    /// All files below a folder; hidden ones and editors' copies are passed over, links are not followed.
    fn walk(&self, folder: &Path, depth: usize, paths: &mut Vec<PathBuf>, problems: &mut Vec<Problem>) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            // A home without the folder has simply nothing of its own there.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                problems.push(waiting(unusable(&self.shown(folder), "read", &error)));
                return;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => self.walk(&path, depth + 1, paths, problems),
                Ok(kind) if kind.is_file() => paths.push(path),
                Ok(kind) if kind.is_symlink() => problems.push(self.link(&path)),
                // What a plugin's program keeps beside itself is its own affair.
                Ok(_) if !path.starts_with(self.rules()) => {}
                Ok(kind) if kind.is_dir() => problems.push(self.too_deep(&path)),
                Ok(_) => problems.push(self.no_file(&path)),
                Err(error) => problems.push(waiting(unusable(&self.shown(&path), "read", &error))),
            }
        }
    }

    fn link(&self, path: &Path) -> Problem {
        let shown = self.shown(path);
        let message = format!("`{shown}` is a link and was passed over");
        let remedy = "put the file itself there: a link could lead out of the home";
        Problem::new("home-link", Weight::Waits, Place::file(shown), message, remedy)
    }

    /// A pipe, a device: opening it could wait for ever.
    fn no_file(&self, path: &Path) -> Problem {
        let shown = self.shown(path);
        let message = format!("`{shown}` is no ordinary file and was passed over");
        let remedy = "take it away, or put an ordinary file there";
        Problem::new("home-not-a-file", Weight::Waits, Place::file(shown), message, remedy)
    }

    fn too_deep(&self, path: &Path) -> Problem {
        let shown = self.shown(path);
        let message = format!("`{shown}` lies more than {DEEPEST} folders deep and was passed over");
        let remedy = "move it up: rules lie in one folder for each area";
        Problem::new("home-too-deep", Weight::Waits, Place::file(shown), message, remedy)
    }

    fn text(&self, path: &Path) -> Result<String, Problem> {
        let shown = self.shown(path);
        let read = |error| waiting(unusable(&shown, "read", &error));
        let size = fs::metadata(path).map_err(read)?.len();
        if size > LARGEST_BYTES {
            let message = format!("`{shown}` has {size} bytes");
            let remedy = format!("no such file needs more than {LARGEST_BYTES}: see what lies there");
            return Err(Problem::new(
                "home-too-large",
                Weight::Waits,
                Place::file(shown),
                message,
                remedy,
            ));
        }
        let bytes = fs::read(path).map_err(read)?;
        String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
            let message = format!("`{shown}` is not UTF-8 from line {line} on");
            let remedy = "save it again as UTF-8";
            Problem::new(
                "home-not-utf8",
                Weight::Waits,
                Place::file(shown.clone()).line(line),
                message,
                remedy,
            )
        })
    }
}

/// A file of the district that cannot be read is set aside; only the configuration stops the program.
fn waiting(problem: Problem) -> Problem {
    Problem {
        weight: Weight::Waits,
        ..problem
    }
}

#[cfg(unix)]
fn others_may_read(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn others_may_read(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn owner(about: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let id = about.uid();
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(id));
    // A number tells more than nothing where the account is known to another machine alone.
    Some(user.ok().flatten().map_or_else(|| id.to_string(), |user| user.name))
}

#[cfg(not(unix))]
fn owner(_: &fs::Metadata) -> Option<String> {
    None
}
