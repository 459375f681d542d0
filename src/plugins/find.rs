//! Which plugins there are, and whether each is at work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::exec::{self, Channel, Teller};
use super::folder::digest;
use super::kind::{Kind, Runtime};
use super::manifest::{self, Body, Manifest};
use super::plugin::{Plugin, Standing};
use super::source::Translator;
use super::switches::{FILE, Switch, Switches};
use crate::mail::Wording;
use crate::monitor::{Place, Problem, Weight};
use crate::records::Adapter;
use crate::rules::{OutOfWork, PluginWord};

/// The place of a plugin's manifest in its folder.
pub(super) const MANIFEST: &str = "plugin.toml";

/// All plugins, by id.
#[derive(Clone, Debug, Default)]
pub struct Plugins {
    plugins: Vec<Plugin>,
    problems: Vec<Problem>,
    switches: Switches,
    /// `var/plugins`: where programs may write, and what they said last.
    work: PathBuf,
}

/// Reads what lies in `plugins/`. `home` is the text files of the district's own by their path from the home, `folder` the home itself:
/// without it no program can be at work.
pub fn read(home: &BTreeMap<String, String>, folder: Option<&Path>) -> Plugins {
    let mut problems = Vec::new();
    let switches = home
        .get(FILE)
        .map_or(Ok(Switches::default()), |text| Switches::read(text));
    let switches = switches.unwrap_or_else(|problem| {
        problems.push(problem);
        Switches::default()
    });
    let mut found: BTreeMap<String, Plugin> = BTreeMap::new();
    for (path, text) in crate::embedded::below("plugins/") {
        put(&mut found, path, text, true);
    }
    let own: Vec<&str> = home.keys().filter_map(|path| id_of(path)).collect();
    found.retain(|id, _| !own.contains(&id.as_str()));
    for (path, text) in home {
        put(&mut found, path, text, false);
    }
    let mut plugins: Vec<Plugin> = Vec::new();
    for (_, mut plugin) in found {
        if !plugin.files.contains_key(MANIFEST) {
            continue;
        }
        plugin.folder = folder
            .filter(|_| !plugin.ships)
            .map(|home| home.join("plugins").join(&plugin.id));
        problems.extend(settle(&mut plugin, &switches));
        plugins.push(plugin);
    }
    words_are_unique(&mut plugins, &mut problems);
    wording_is_unique(&mut plugins, &mut problems);
    Plugins {
        plugins,
        problems,
        switches,
        work: folder.unwrap_or(Path::new(".")).join("var").join("plugins"),
    }
}

/// The folder of a path such as `plugins/edfi/plugin.toml`; `None` for every other file.
fn id_of(path: &str) -> Option<&str> {
    let folder = path.strip_suffix(MANIFEST)?.strip_suffix('/')?;
    folder.rsplit('/').next()
}

fn put(found: &mut BTreeMap<String, Plugin>, path: &str, text: &str, ships: bool) {
    let Some((id, inner)) = path.strip_prefix("plugins/").and_then(|rest| rest.split_once('/')) else {
        return;
    };
    let plugin = found.entry(id.to_owned()).or_insert_with(|| Plugin {
        id: id.to_owned(),
        path: format!("plugins/{id}/{MANIFEST}"),
        ships,
        standing: Standing::AtWork,
        files: BTreeMap::new(),
        folder: None,
        manifest: None,
    });
    plugin.files.insert(inner.to_owned(), text.to_owned());
}

/// Reads a plugin's manifest and says how it stands; gives what is wrong with it.
fn settle(plugin: &mut Plugin, switches: &Switches) -> Vec<Problem> {
    let mut problems = match manifest::read(&plugin.files[MANIFEST], &plugin.path, &plugin.files) {
        Ok(manifest) => {
            let wrong = wrong_id(plugin, &manifest.id);
            plugin.manifest = Some(manifest);
            wrong.into_iter().collect()
        }
        Err(found) => found,
    };
    let switch = switches.0.get(&plugin.id);
    if problems.is_empty()
        && let Some(Manifest {
            runtime: Runtime::Exec, ..
        }) = &plugin.manifest
        && switch != Some(&Switch::Off)
    {
        match program_stands(plugin, switch) {
            Ok(standing) => {
                plugin.standing = standing;
                know_by_digest(plugin, switch);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if switch == Some(&Switch::Off) {
        plugin.standing = Standing::Off("is switched off".to_owned());
        // Nobody waits for a plugin that is switched off, broken or not.
        return Vec::new();
    }
    if let Some(first) = problems.first() {
        plugin.standing = Standing::SetAside(Box::new(first.clone()));
    }
    problems
}

/// A program's word is known by the digest of its folder: another program under the same name is another word.
fn know_by_digest(plugin: &mut Plugin, switch: Option<&Switch>) {
    if let (Some(Switch::On(Some(digest))), Some(Body::Teller(word, _))) =
        (switch, plugin.manifest.as_mut().map(|manifest| &mut manifest.body))
    {
        word.text.clone_from(digest);
    }
}

fn wrong_id(plugin: &Plugin, written: &str) -> Option<Problem> {
    let folder = &plugin.id;
    if !folder
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
    {
        return Some(Problem::new(
            "plugin-id-not-folder",
            Weight::Waits,
            Place::file(plugin.path.as_str()),
            format!("`{folder}` cannot be a plugin's id"),
            "name the folder in small letters, digits and hyphens",
        ));
    }
    (written != folder).then(|| {
        Problem::new(
            "plugin-id-not-folder",
            Weight::Waits,
            Place::file(plugin.path.as_str()).column("id"),
            format!("the plugin calls itself `{written}` but lies in the folder `{folder}`"),
            "give both the same name",
        )
    })
}

/// Whether a program may run: only as it lay there when somebody enabled it.
fn program_stands(plugin: &Plugin, switch: Option<&Switch>) -> Result<Standing, Problem> {
    let id = &plugin.id;
    let enabled = match switch {
        Some(Switch::On(Some(digest))) => digest,
        _ if plugin.ships => {
            let why = format!("ships with firstbell and is not enabled: `firstbell plugins enable {id}`");
            return Ok(Standing::Off(why));
        }
        _ => {
            return Ok(Standing::Off(format!(
                "is not enabled: `firstbell plugins enable {id}`"
            )));
        }
    };
    let place = Place::file(plugin.path.as_str());
    let Some(folder) = &plugin.folder else {
        return Ok(Standing::Off("is not in the home any more".to_owned()));
    };
    match digest(folder) {
        Ok(now) if now == *enabled => Ok(Standing::AtWork),
        Ok(_) => Err(Problem::new(
            "plugin-changed",
            Weight::Waits,
            place,
            format!("the program of the plugin `{id}` has changed since it was enabled, and is not run"),
            format!("look at what changed, then `firstbell plugins enable {id}`"),
        )),
        Err(why) => Err(Problem::new(
            "plugin-folder",
            Weight::Waits,
            place,
            format!("the folder of the plugin `{id}` cannot be looked at: {why}"),
            "mend the folder; until then the program is not run",
        )),
    }
}

/// Two plugins cannot bring the same word: the second is set aside.
fn words_are_unique(plugins: &mut [Plugin], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let at_work = plugins.iter_mut().filter(|plugin| plugin.standing == Standing::AtWork);
    for plugin in at_work {
        let Some(word) = plugin.manifest.as_ref().and_then(|manifest| manifest.body.word()) else {
            continue;
        };
        let name = word.name.clone();
        let Some(other) = seen.get(&name) else {
            seen.insert(name, plugin.id.clone());
            continue;
        };
        let problem = Problem::new(
            "plugin-word-twice",
            Weight::Waits,
            Place::file(plugin.path.as_str()).column("provides"),
            format!("the word `{name}` is the plugin `{other}`'s already"),
            "give this one another word",
        );
        plugin.manifest = None;
        plugin.standing = Standing::SetAside(Box::new(problem.clone()));
        problems.push(problem);
    }
}

/// Two plugins cannot word the same letter: the second is set aside as a whole, so that nobody reads half of it.
fn wording_is_unique(plugins: &mut [Plugin], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let at_work = plugins.iter_mut().filter(|plugin| plugin.standing == Standing::AtWork);
    for plugin in at_work {
        let twice = plugin
            .wording()
            .iter()
            .find_map(|file| Some((file, seen.get(&file.name)?)));
        let Some((file, other)) = twice else {
            let names = plugin
                .wording()
                .iter()
                .map(|file| (file.name.clone(), plugin.id.clone()));
            seen.extend(names.collect::<Vec<_>>());
            continue;
        };
        let problem = Problem::new(
            "plugin-wording-twice",
            Weight::Waits,
            Place::file(file.path.as_str()),
            format!("the plugin `{other}` brings `{}` already", file.name),
            "switch one of them off with `firstbell plugins disable`, or name in its `provides` what it is to bring",
        );
        plugin.standing = Standing::SetAside(Box::new(problem.clone()));
        problems.push(problem);
    }
}

impl Plugins {
    /// All of them, by id.
    pub fn all(&self) -> &[Plugin] {
        &self.plugins
    }

    /// The plugin of an id.
    pub fn get(&self, id: &str) -> Option<&Plugin> {
        self.plugins.iter().find(|plugin| plugin.id == id)
    }

    /// What is wrong with those set aside.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What the district has switched.
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// Where programs may write, each in a folder of its own, and beside it what they said last.
    pub(super) fn work(&self) -> &Path {
        &self.work
    }

    /// Where the tail of a program's error stream is kept.
    pub(super) fn tail_of(&self, id: &str) -> PathBuf {
        exec::tail_of(&self.work, id)
    }

    /// The adapters of sources that are at work.
    pub fn adapters(&self) -> Vec<Adapter> {
        let at_work = self.plugins.iter().filter(|plugin| plugin.standing == Standing::AtWork);
        at_work.filter_map(|plugin| plugin.adapter().cloned()).collect()
    }

    /// The ids of sources that are not at work, each with why: their feeds wait.
    pub fn sources_out_of_work(&self) -> impl Iterator<Item = (&str, String)> {
        self.plugins.iter().filter_map(|plugin| {
            let source = plugin.kind().is_none_or(|kind| kind == Kind::Source);
            match &plugin.standing {
                Standing::Off(why) if source => Some((plugin.id.as_str(), why.clone())),
                Standing::SetAside(_) if source => Some((plugin.id.as_str(), "is set aside".to_owned())),
                _ => None,
            }
        })
    }

    /// What brings a source's exports into canonical rows, where its adapter alone does not.
    pub fn translator(&self, id: &str) -> Option<Translator<'_>> {
        let plugin = self.get(id).filter(|plugin| plugin.standing == Standing::AtWork)?;
        Translator::of(plugin, &self.work)
    }

    /// The words that plugins add to the vocabulary, those out of work included.
    pub fn words(&self) -> Vec<PluginWord> {
        let mut words = Vec::new();
        for plugin in &self.plugins {
            let Some(word) = plugin.word_if_known() else { continue };
            let out_of_work = match &plugin.standing {
                Standing::AtWork => None,
                Standing::Off(why) => Some(OutOfWork {
                    why: why.clone(),
                    by_district: true,
                }),
                Standing::SetAside(problem) => Some(OutOfWork {
                    why: format!("is set aside: {}", problem.message),
                    by_district: false,
                }),
            };
            words.push(PluginWord { out_of_work, ..word });
        }
        // Of two under one name the one at work is meant.
        words.sort_by_key(|word| word.out_of_work.is_some());
        let mut seen = std::collections::BTreeSet::new();
        words.retain(|word| seen.insert(word.name.clone()));
        words
    }

    /// The wording of letters that plugins at work bring.
    pub fn wording(&self) -> Vec<Wording> {
        let at_work = self.plugins.iter().filter(|plugin| plugin.standing == Standing::AtWork);
        at_work.flat_map(Plugin::wording).cloned().collect()
    }

    /// The program at work that gives a word; `None` where a script gives it, or nobody.
    pub fn teller(&self, word: &str) -> Option<Teller> {
        let at_work = self.plugins.iter().filter(|plugin| plugin.standing == Standing::AtWork);
        at_work
            .filter_map(|plugin| Teller::of(plugin, &self.work))
            .find(|teller| teller.word() == word)
    }

    /// A channel, ready to carry letters.
    ///
    /// # Errors
    /// A problem where there is none of that id, or it is not at work: letters wait.
    pub fn channel(&self, id: &str) -> Result<Channel, Problem> {
        let place = || Place::file("firstbell.toml").column("mail.channel");
        let wrong =
            |message: String, remedy: String| Problem::new("plugin-channel", Weight::Waits, place(), message, remedy);
        let Some(plugin) = self.get(id) else {
            let known = self
                .plugins
                .iter()
                .filter(|plugin| plugin.kind() == Some(Kind::Channel));
            let hint = super::column::did_you_mean(id, known.map(|plugin| plugin.id.as_str()));
            let remedy = "name a plugin of kind `channel`; letters wait".to_owned();
            return Err(wrong(format!("there is no channel `{id}`{hint}"), remedy));
        };
        match (&plugin.standing, exec::Channel::of(plugin, &self.work)) {
            (Standing::AtWork, Some(channel)) => Ok(channel),
            (Standing::AtWork, None) => Err(wrong(
                format!("the plugin `{id}` is no channel"),
                "name a plugin of kind `channel`; letters wait".to_owned(),
            )),
            (Standing::Off(why), _) => Err(wrong(
                format!("the channel `{id}` {why}"),
                "letters wait until then".to_owned(),
            )),
            (Standing::SetAside(problem), _) => Err(wrong(
                format!("the channel `{id}` is set aside: {}", problem.message),
                format!("{}; letters wait until then", problem.remedy),
            )),
        }
    }
}
