//! The setup at work, and what becomes of edits: a good one is put to work, a bad one is refused, both are said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::sleep::Kept;
use crate::home::{CONFIG, Home, Stamp};
use crate::monitor::{Place, Problem, Weight};
use crate::round::{SETUP_CHANGED, Setup, is_answered};

/// A home at work.
pub struct Desk {
    dir: PathBuf,
    /// What is at work: always something that can be used.
    pub setup: Setup,
    written: BTreeMap<String, Stamp>,
    refused: Vec<Problem>,
}

/// What became of an edit.
#[derive(Debug, Default)]
pub struct Edit {
    /// Whether another setup is at work than before.
    pub changed: bool,
    /// What the operator should know.
    pub told: Vec<Problem>,
    /// Broken files that were not broken before: for the log at once, because rounds say them all the same.
    pub broken: Vec<Problem>,
}

impl Desk {
    /// Reads a home for the first time.
    ///
    /// # Errors
    ///
    /// Everything that keeps it from being used: at the start there is no last good one.
    pub fn open(dir: &Path) -> Result<Desk, Vec<Problem>> {
        // Before the reading: an edit in between is tried once more.
        let written = Home::open(dir).map_err(|problem| vec![problem])?.written();
        let setup = Setup::read(dir)?;
        Ok(Desk {
            dir: dir.to_owned(),
            setup,
            written,
            refused: Vec::new(),
        })
    }

    /// Takes up the work with what was at work before the daemon fell asleep; what was written since is found by the next look.
    ///
    /// # Errors
    ///
    /// As [`Desk::open`]; what was at work once can be used again.
    pub(super) fn resume(dir: &Path, kept: Kept) -> Result<Desk, Vec<Problem>> {
        let home = Home::open(dir).map_err(|problem| vec![problem])?;
        Ok(Desk {
            dir: dir.to_owned(),
            setup: Setup::of(home, kept.words, None)?,
            written: kept.written,
            refused: Vec::new(),
        })
    }

    /// Whether nobody wrote into the home since the last look, or said yes to a rule that waits for it.
    pub fn is_untouched(&self) -> bool {
        self.setup.home.written() == self.written && !is_answered(&self.setup)
    }

    /// Looks whether people wrote into the home since the last look, and tries what they wrote: loaded, checked, trials run, as at
    /// the start. What was refused is tried again each time: a file may have been unreadable for a moment.
    pub fn look(&mut self) -> Edit {
        let written = self.setup.home.written();
        let changed = differing(&self.written, &written);
        if changed.is_empty() && self.refused.is_empty() && !is_answered(&self.setup) {
            return Edit::default();
        }
        self.written = written;
        match Setup::read_after(&self.dir, Some(&self.setup)) {
            Ok(setup) => self.put_to_work(setup, &changed),
            Err(problems) => self.refuse(problems),
        }
    }

    /// What the operator should be reminded of as long as it lasts: the edit that was refused.
    pub fn standing(&self) -> &[Problem] {
        &self.refused
    }

    /// Whether what is at work might not be read again from the home and the store alone: something was refused, and its last good
    /// version is here.
    pub fn leans_on_memory(&self) -> bool {
        let in_plugins = |problem: &&Problem| {
            problem
                .place
                .file
                .as_deref()
                .is_some_and(|file| file.starts_with("plugins/"))
        };
        let refused = !self.refused.is_empty() || !self.setup.last_good.is_empty();
        refused || self.setup.problems.iter().any(|problem| in_plugins(&problem))
    }

    fn put_to_work(&mut self, setup: Setup, changed: &BTreeSet<String>) -> Edit {
        let before = std::mem::replace(&mut self.setup, setup);
        let was_refused = !std::mem::take(&mut self.refused).is_empty();
        // A rule and its trial are one: where either is broken, neither is at work.
        let is_broken = |path: &str| {
            let problems = self
                .setup
                .problems
                .iter()
                .filter(|problem| problem.weight >= Weight::Waits);
            let mut files = problems.filter_map(|problem| problem.place.file.as_deref());
            files.any(|file| without_ending(file) == without_ending(path))
        };
        let mut paths: BTreeSet<&str> = changed.iter().map(String::as_str).collect();
        if was_refused {
            paths.insert(CONFIG);
        }
        // Who said yes to a rule put it to work.
        paths.extend(before.waiting.iter().map(|waiting| waiting.version.path.as_str()));
        let good = paths.into_iter().filter(|path| !is_broken(path));
        let told = good
            .map(|path| at_work(path, self.written.contains_key(path)))
            .collect();
        let new = self
            .setup
            .problems
            .iter()
            .filter(|problem| problem.weight >= Weight::Waits);
        let broken = new
            .filter(|problem| !before.problems.contains(problem))
            .cloned()
            .collect();
        Edit {
            changed: true,
            told,
            broken,
        }
    }

    fn refuse(&mut self, problems: Vec<Problem>) -> Edit {
        let refused: Vec<Problem> = problems.into_iter().map(refused).collect();
        let is_news = refused != self.refused;
        self.refused = refused;
        Edit {
            changed: false,
            told: Vec::new(),
            broken: if is_news { self.refused.clone() } else { Vec::new() },
        }
    }
}

/// A rule's path and its trial's, alike; any other path as it is.
fn without_ending(path: &str) -> &str {
    path.strip_suffix(".test.toml")
        .or_else(|| path.strip_suffix(".rhai"))
        .unwrap_or(path)
}

/// Paths that are new, gone or different.
fn differing(before: &BTreeMap<String, Stamp>, now: &BTreeMap<String, Stamp>) -> BTreeSet<String> {
    let changed = now.iter().filter(|(path, stamp)| before.get(*path) != Some(*stamp));
    let gone = before.iter().filter(|(path, _)| !now.contains_key(*path));
    changed.chain(gone).map(|(path, _)| path.clone()).collect()
}

fn at_work(path: &str, there: bool) -> Problem {
    let message = match there {
        true => "was changed and is at work",
        false => "was taken away, and the rest is at work without it",
    };
    Problem::new(SETUP_CHANGED, Weight::Note, Place::file(path), message, "")
}

/// A problem of an edit that was refused: something waits for a person, and nothing stops.
fn refused(problem: Problem) -> Problem {
    Problem {
        weight: Weight::Waits,
        message: format!(
            "{}; everything stays at work as it was before the edit",
            problem.message
        ),
        ..problem
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Desk, Home};
    use crate::config;
    use crate::embedded;

    const RULE: &str = "rules/attendance/absence_streak.rhai";

    fn home(folder: &std::path::Path) -> Home {
        let zone = jiff::tz::TimeZone::UTC;
        let day = crate::clock::now(&zone).today;
        let feeds = [config::canonical_feed(crate::school::Table::Attendance)];
        let text = config::sample(&config::Sample {
            name: "Example School District",
            time_zone: "UTC",
            year: config::Sample::likely_year(day),
            feeds: &feeds,
            meaning: config::CANONICAL_MEANING,
            domain: "district.example",
        });
        let rules = embedded::below("rules/")
            .filter(|(path, _)| path.contains("absence_streak") || path.starts_with("rules/lib/"));
        Home::init(folder.join("home"), &text, rules).expect("a home")
    }

    fn edit(home: &Home, file: &str, old: &str, new: &str) {
        let path = home.root().join(file);
        let text = fs::read_to_string(&path).expect("a file of the home");
        assert!(text.contains(old), "`{old}` is not in {file}");
        fs::write(path, text.replacen(old, new, 1)).expect("ours");
    }

    fn title(desk: &Desk) -> String {
        let rule = desk
            .setup
            .rules
            .rules()
            .iter()
            .find(|rule| rule.id() == "absence_streak");
        rule.expect("the rule is at work").digest("100").to_owned()
    }

    #[test]
    fn a_good_edit_is_put_to_work_and_a_broken_one_never_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = home(folder.path());
        let mut desk = Desk::open(home.root()).expect("a usable home");
        assert!(!desk.look().changed, "nobody wrote anything");
        let shipped = title(&desk);
        edit(&home, RULE, "student.streak }", "student.streak + 0 }");
        edit(
            &home,
            "rules/district.toml",
            "# [chronic_absence]",
            "[absence_streak]\nlevels = { urgent = 11 }\n#",
        );
        let said = desk.look();
        assert!(said.changed);
        let files: Vec<&str> = said
            .told
            .iter()
            .filter_map(|problem| problem.place.file.as_deref())
            .collect();
        assert_eq!(files, [RULE, "rules/district.toml"]);
        assert_eq!(said.broken, []);
        let ours = title(&desk);
        assert_ne!(ours, shipped, "the district's level is at work");
        // What its trial no longer shows is refused with the trial beside it.
        edit(&home, RULE, "urgent: 10", "urgent: 12");
        edit(&home, RULE, "concern: 5", "concern: 6");
        let said = desk.look();
        assert_eq!((said.told, said.broken.len()), (vec![], 1), "{:?}", said.broken);
        assert_eq!(title(&desk), ours);
        edit(&home, RULE, "concern: 6", "concern: 5");
        edit(&home, RULE, "urgent: 12", "urgent: 10");
        assert_eq!(desk.look().broken, []);
        // No round has kept a version, so that the daemon alone knows the last good one.
        edit(&home, RULE, "student.streak + 0 }", "student.strake + 0 }");
        let said = desk.look();
        assert_eq!(said.told, []);
        assert_eq!(said.broken.len(), 1, "{:?}", said.broken);
        assert!(
            said.broken[0].message.ends_with("the last good version stays at work"),
            "{}",
            said.broken[0]
        );
        assert_eq!(title(&desk), ours);
        assert!(!desk.look().changed, "said once");
    }

    #[test]
    fn a_broken_configuration_leaves_everything_as_it_was_until_it_is_mended() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = home(folder.path());
        let mut desk = Desk::open(home.root()).expect("a usable home");
        edit(&home, "firstbell.toml", "settle_seconds = 60", "settle_seconds = never");
        let said = desk.look();
        assert!(!said.changed);
        assert_eq!(said.broken.len(), 1);
        assert_eq!(desk.standing(), said.broken);
        assert_eq!(desk.setup.config.inbox.settle_seconds, 60);
        assert_eq!(desk.look().broken, [], "said once, tried again");
        edit(&home, "firstbell.toml", "settle_seconds = never", "settle_seconds = 30");
        let said = desk.look();
        assert!(said.changed);
        assert_eq!(said.told.len(), 1);
        assert_eq!(desk.setup.config.inbox.settle_seconds, 30);
        assert_eq!(desk.standing(), []);
    }

    #[test]
    fn a_plugin_that_is_broken_by_an_edit_stays_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = home(folder.path());
        let mut desk = Desk::open(home.root()).expect("a usable home");
        for (path, text) in embedded::below("plugins/canonical/") {
            let text = text.replace("id = \"canonical\"", "id = \"ours\"");
            home.write_file(&path.replace("canonical", "ours"), &text)
                .expect("a new file");
        }
        let said = desk.look();
        assert_eq!(said.broken, []);
        let ours = desk.setup.adapter("ours").expect("it is at work").clone();
        edit(&home, "plugins/ours/plugin.toml", "id = \"ours\"", "id = ours");
        let said = desk.look();
        assert_eq!(said.told, []);
        assert!(
            said.broken[0].message.ends_with("the plugin stays at work as it was"),
            "{}",
            said.broken[0]
        );
        assert_eq!(desk.setup.adapter("ours").expect("still at work"), &ours);
        assert!(desk.leans_on_memory());
        std::fs::remove_dir_all(home.plugins().join("ours")).expect("ours");
        assert!(desk.look().changed);
        assert!(
            desk.setup.adapter("ours").is_err(),
            "who takes the folder away means it"
        );
    }
}
