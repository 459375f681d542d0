//! One plugin: what its folder says, and whether it is at work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::find::MANIFEST;
use super::kind::{Kind, Runtime};
use super::manifest::{Body, Manifest};
use crate::mail::Wording;
use crate::monitor::Problem;
use crate::records::Adapter;
use crate::rules::PluginWord;

/// Whether a plugin is at work.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It is used wherever somebody names it.
    AtWork,
    /// Nobody has enabled it, or somebody switched it off; in words.
    Off(String),
    /// Something is wrong with it.
    SetAside(Box<Problem>),
}

/// One plugin that is there.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// Its id: the folder's name.
    pub id: String,
    /// Its manifest's path, from the home.
    pub path: String,
    /// Whether it is the one that ships and not one of the home.
    pub ships: bool,
    /// Whether it is at work.
    pub standing: Standing,
    /// Its files as text, by their path within the folder.
    pub(super) files: BTreeMap<String, String>,
    /// Its folder on disk, for what lies in the home.
    pub(super) folder: Option<PathBuf>,
    /// What its manifest says, where it could be read.
    pub(super) manifest: Option<Manifest>,
}

impl Plugin {
    /// What it is; `None` where its manifest cannot be read.
    pub fn kind(&self) -> Option<Kind> {
        self.manifest.as_ref().map(|manifest| manifest.kind)
    }

    /// What runs it; `None` where its manifest cannot be read.
    pub fn runtime(&self) -> Option<Runtime> {
        self.manifest.as_ref().map(|manifest| manifest.runtime)
    }

    /// One line for people.
    pub fn title(&self) -> &str {
        self.manifest.as_ref().map_or("", |manifest| manifest.title.as_str())
    }

    /// What it provides: tables, a word, a channel.
    pub fn provides(&self) -> &[String] {
        self.manifest.as_ref().map_or(&[], |manifest| &manifest.provides)
    }

    /// What it may read.
    pub fn reads(&self) -> &[String] {
        self.manifest.as_ref().map_or(&[], |manifest| &manifest.reads)
    }

    /// The command that runs it, where it is a program.
    pub fn command(&self) -> Option<&[String]> {
        let program = self.manifest.as_ref()?.body.program()?;
        Some(&program.command)
    }

    /// Its files as (path within the folder, text).
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// A file of its folder as it lies there. Errors: there is none, in words.
    pub(super) fn bytes_of(&self, file: &str) -> Result<Vec<u8>, String> {
        let inside = Path::new(file)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            return Err(format!("`{file}` lies outside the plugin's folder"));
        }
        let missing = || format!("there is no file `{file}` in the plugin's folder");
        match &self.folder {
            Some(folder) => std::fs::read(folder.join(file)).map_err(|_| missing()),
            None => {
                let path = format!("plugins/{}/{file}", self.id);
                let shipped = crate::embedded::FILES.iter().find(|(known, _)| *known == path);
                shipped.map(|(_, bytes)| bytes.to_vec()).ok_or_else(missing)
            }
        }
    }

    /// Its wording of letters; none where it is another kind.
    pub(super) fn wording(&self) -> &[Wording] {
        match self.manifest.as_ref().map(|manifest| &manifest.body) {
            Some(Body::Wording(files)) => files,
            _ => &[],
        }
    }

    /// How its rows are read, where it is a source.
    pub(super) fn adapter(&self) -> Option<&Adapter> {
        self.manifest.as_ref().and_then(|manifest| manifest.adapter.as_ref())
    }

    /// The word that it brings; for one set aside as far as its folder tells, so that rules which read it can say why they cannot.
    pub(super) fn word_if_known(&self) -> Option<PluginWord> {
        match &self.manifest {
            Some(manifest) => manifest.body.word().cloned(),
            None => {
                let text = self.files.get(MANIFEST)?;
                // A manifest that is no TOML at all still tells its word, by the habit that the folder bears it.
                let by_folder = || text.contains("\"indicator\"").then(|| self.id.replace('-', "_"));
                let name = match toml::from_str::<toml::Table>(text) {
                    Ok(raw) => {
                        let indicator = raw.get("kind").and_then(toml::Value::as_str) == Some(Kind::Indicator.word());
                        let word = raw.get("provides").and_then(|all| all.as_array()?.first()?.as_str());
                        indicator.then(|| word.map(str::to_owned)).flatten()
                    }
                    Err(_) => by_folder(),
                };
                name.map(|name| PluginWord {
                    name,
                    path: self.path.clone(),
                    text: String::new(),
                    reads: Vec::new(),
                    program: false,
                    unit: String::new(),
                    about: String::new(),
                    out_of_work: None,
                })
            }
        }
    }
}
