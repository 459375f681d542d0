//! The files that rules are made of, already read: opening them is somebody else's work.

use super::word::PluginWord;
use crate::embedded;
use crate::monitor::Problem;

/// One file below `rules/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path with forward slashes, from the home: `rules/attendance/chronic_absence.rhai`.
    pub path: String,
    /// The file as it lies there.
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// A file from a path and a text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> SourceFile {
        SourceFile {
            path: path.into(),
            bytes: text.into().into_bytes(),
        }
    }

    /// The file's name without its folder.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// All files below `rules/`: rules, their trials, shared functions, the district's changes. Others are left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The files, in any order.
    pub files: Vec<SourceFile>,
    /// The words that plugins add.
    pub words: Vec<PluginWord>,
    /// Files below `rules/` that are there and cannot be read: a link, a device, no text, too large. Each names its file.
    pub unreadable: Vec<Problem>,
}

impl Sources {
    /// The rule library that the binary carries.
    pub fn built_in() -> Sources {
        let files = embedded::below("rules/").map(|(path, text)| SourceFile::new(path, text));
        Sources {
            files: files.collect(),
            ..Sources::default()
        }
    }

    /// The rule files in order of their paths.
    pub fn rules(&self) -> Vec<&SourceFile> {
        self.sorted(|file| file.path.ends_with(".rhai") && !file.path.starts_with("rules/lib/"))
    }

    /// The files of shared functions in order of their paths.
    pub fn libraries(&self) -> Vec<&SourceFile> {
        self.sorted(|file| file.path.ends_with(".rhai") && file.path.starts_with("rules/lib/"))
    }

    /// The shared functions, as (path, text).
    pub fn shared(&self) -> Vec<(String, String)> {
        let text = |file: &SourceFile| String::from_utf8_lossy(&file.bytes).into_owned();
        let files = self.libraries().into_iter();
        files.map(|file| (file.path.clone(), text(file))).collect()
    }

    /// The trial beside a rule's file.
    pub fn trial_of(&self, rule_path: &str) -> Option<&SourceFile> {
        let path = format!("{}.test.toml", rule_path.strip_suffix(".rhai")?);
        self.files.iter().find(|file| file.path == path)
    }

    /// `rules/district.toml`.
    pub fn district(&self) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == "rules/district.toml")
    }

    /// The problems of rules that cannot be read: they are set aside, so that their last good version stays at work.
    pub fn unreadable_rules(&self) -> impl Iterator<Item = &Problem> {
        let is_rule = |path: &str| path.ends_with(".rhai") && !path.starts_with("rules/lib/");
        let named = move |problem: &&Problem| problem.place.file.as_deref().is_some_and(is_rule);
        self.unreadable.iter().filter(named)
    }

    fn sorted(&self, wanted: impl Fn(&SourceFile) -> bool) -> Vec<&SourceFile> {
        let mut found: Vec<&SourceFile> = self.files.iter().filter(|file| wanted(file)).collect();
        found.sort_by(|left, right| left.path.cmp(&right.path));
        found
    }
}
