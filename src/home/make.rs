//! Making a home: folders that only the owner can enter, the rule library, the configuration.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::{CONFIG, Home, unusable};
use crate::monitor::{Place, Problem, Weight};

/// What `init` writes into `rules/district.toml`.
const DISTRICT: &str = "\
# The district's changes to the rules, laid over their cards key by key; an upgrade of firstbell leaves this file alone.
# What can be changed: status, grades, needs, levels, clear, after, params, next.
#
# [chronic_absence]
# levels = { urgent = 15 }         # `urgent = false` takes a level away
#
# [chronic_absence.schools.1044]   # for one school alone
# status = \"shadow\"
";

impl Home {
    /// Makes a home of a folder that is not there or empty: the configuration given, the files given (such as the rule library,
    /// as (`rules/…`, text)), `rules/district.toml`, and the folders. Refuses a folder that already is a home.
    pub fn init<'f>(
        root: impl AsRef<Path>,
        config: &str,
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Result<Home, Problem> {
        let home = Home {
            root: root.as_ref().to_owned(),
        };
        let shown = home.root.display().to_string();
        home.refuse_occupied(&shown)?;
        for folder in [
            home.root.clone(),
            home.rules(),
            home.plugins(),
            home.letters(),
            home.inbox("inbox"),
            home.var(),
        ] {
            private_folder(&folder).map_err(|error| unusable(&folder.display().to_string(), "made", &error))?;
        }
        for folder in [home.archive(), home.held(), home.work(), home.outgoing()] {
            private_folder(&folder).map_err(|error| unusable(&folder.display().to_string(), "made", &error))?;
        }
        for (path, text) in files {
            home.write_new(path, text.as_bytes())?;
        }
        if !home.rules().join("district.toml").exists() {
            home.write_new("rules/district.toml", DISTRICT.as_bytes())?;
        }
        // Last, because it is what makes the folder a home: an init that was cut off can be run again.
        home.write_new(CONFIG, config.as_bytes())?;
        Ok(home)
    }

    fn refuse_occupied(&self, shown: &str) -> Result<(), Problem> {
        if self.config_path().exists() {
            let message = format!("`{shown}` already is a firstbell home");
            let remedy = "choose another folder; what is there is never written over";
            return Err(Problem::new(
                "home-exists",
                Weight::Stop,
                Place::file(shown),
                message,
                remedy,
            ));
        }
        if self.root.is_file() {
            let message = format!("`{shown}` is a file");
            let remedy = "choose a folder that is not there yet";
            return Err(Problem::new(
                "home-is-file",
                Weight::Stop,
                Place::file(shown),
                message,
                remedy,
            ));
        }
        Ok(())
    }

    /// Writes a new file below the home, such as a rule to start from; refuses to write over one.
    pub fn write_file(&self, path: &str, text: &str) -> Result<(), Problem> {
        if self.root.join(path).exists() {
            let message = "there is a file already";
            return Err(Problem::new(
                "file-exists",
                Weight::Stop,
                Place::file(path),
                message,
                "take another name",
            ));
        }
        if let Some(folder) = self.root.join(path).parent() {
            private_folder(folder).map_err(|error| unusable(path, "made", &error))?;
        }
        self.write_new(path, text.as_bytes())
    }

    /// Writes a file of a plugin that ships into the home; one that is there stays as it is.
    pub fn write_shipped(&self, path: &str, bytes: &[u8]) -> Result<(), Problem> {
        self.write_new(path, bytes)
    }

    /// Writes a file of a new home, readable by its owner alone. A file that is already there keeps its words.
    fn write_new(&self, path: &str, bytes: &[u8]) -> Result<(), Problem> {
        let inside = Path::new(path)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            let message = format!("`{path}` would leave the home");
            let remedy = "name files below the home, without `..`";
            return Err(Problem::new(
                "home-outside",
                Weight::Stop,
                Place::file(path),
                message,
                remedy,
            ));
        }
        let full = self.root.join(path);
        if let Some(folder) = full.parent() {
            private_folder(folder).map_err(|error| unusable(path, "made", &error))?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        owner_only(&mut options);
        match options.open(&full) {
            Ok(mut file) => file.write_all(bytes).map_err(|error| unusable(path, "written", &error)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(unusable(path, "written", &error)),
        }
    }

    /// Makes the folders below `var/` where they are missing: a home that was copied without them still works.
    pub fn ensure_var(&self) -> Result<(), Problem> {
        for folder in [self.var(), self.archive(), self.held(), self.work(), self.outgoing()] {
            private_folder(&folder).map_err(|error| unusable(&self.shown(&folder), "made", &error))?;
        }
        Ok(())
    }

    /// State files and folders that other accounts can read, each as a note with its remedy.
    pub fn open_to_others(&self) -> Vec<Problem> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.permissions().mode());
            let state = [
                self.var(),
                self.store(),
                self.archive(),
                self.held(),
                self.work(),
                self.outgoing(),
            ];
            let open = state.into_iter().filter(|path| mode(path) & 0o077 != 0);
            open.map(|path| {
                let shown = self.shown(&path);
                let right = if path.is_dir() { "700" } else { "600" };
                let message = "can be read by other accounts of this machine";
                let remedy = format!("make it yours alone: `chmod {right} {}`", path.display());
                Problem::new("home-open", Weight::Note, Place::file(shown), message, remedy)
            })
            .collect()
        }
        #[cfg(not(unix))]
        Vec::new()
    }
}

/// Makes a folder, and what leads to it, that only its owner can enter; one that is there keeps its mode.
pub(super) fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Lets only the owner read a file that is about to be made.
pub(super) fn owner_only(options: &mut fs::OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = options;
}
