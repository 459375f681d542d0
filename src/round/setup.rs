//! What a home holds besides facts: configuration, adapters, rules, wording. Read once, before anything is done.

use std::path::Path;

use super::consent::{self, Waiting, Weighed};
use crate::config::{self, Config, Sample};
use crate::home::{Home, Texts, Words};
use crate::mail::{Templates, Wording};
use crate::monitor::{Place, Problem, Weight};
use crate::plugins::{self, Plugins};
use crate::records::Adapter;
use crate::rules::{self, RuleSet, SourceFile, Sources, Version};
use crate::school::{Day, SchoolYear, Table};
use crate::store::Store;

/// Days before the last school year's end from which the operator is reminded of the next one.
const DAYS_TO_ADD_A_YEAR: i32 = 60;
/// The code of that reminder: nothing waits for it, and the operator's report says it all the same.
pub(super) const YEAR_ENDS: &str = "school-year-ends";
/// Codes of what the daemon did by itself and the operator's report says though nothing waits for it.
pub const NIGHT_MADE_UP: &str = "night-made-up";
/// A changed file of the home is at work.
pub const SETUP_CHANGED: &str = "setup-changed";

/// A home, read and understood.
pub struct Setup {
    /// Where it is.
    pub home: Home,
    /// What is configured.
    pub config: Config,
    /// What lies in `plugins/`.
    pub plugins: Plugins,
    /// The adapters that can be used.
    pub adapters: Vec<Adapter>,
    /// The rules at work.
    pub rules: RuleSet,
    /// The rules' files as they stand.
    pub sources: Sources,
    /// The letters' wording.
    pub templates: Templates,
    /// What could not be used, and what should be mended.
    pub problems: Vec<Problem>,
    /// Rules whose file is broken and whose last good version is at work.
    pub last_good: Vec<String>,
    /// Changed rules that wait for a yes; the versions before them are at work.
    pub waiting: Vec<Waiting>,
    /// What changed rules were found to be, those that need no yes included.
    pub weighed: Vec<Weighed>,
}

impl Setup {
    /// Reads a home.
    ///
    /// # Errors
    ///
    /// Every problem of a home that is not there or of a configuration that cannot be used.
    pub fn read(dir: &Path) -> Result<Setup, Vec<Problem>> {
        Setup::read_after(dir, None)
    }

    /// Reads a home again after people wrote into it. What was at work `before` stays where its file is broken now, as the last good
    /// version: rules, and plugins whose folder is still there.
    ///
    /// # Errors
    ///
    /// As [`Setup::read`]; what was at work before is then to stay as a whole.
    pub fn read_after(dir: &Path, before: Option<&Setup>) -> Result<Setup, Vec<Problem>> {
        let home = Home::open(dir).map_err(|problem| vec![problem])?;
        let words = home.words().map_err(|problem| vec![problem])?;
        Setup::of(home, words, before)
    }

    /// The same from what was read of a home before.
    ///
    /// # Errors
    ///
    /// As [`Setup::read`].
    pub fn of(home: Home, words: Words, before: Option<&Setup>) -> Result<Setup, Vec<Problem>> {
        let mut config = config::load(&words.config, "firstbell.toml")?;
        let mut problems = std::mem::take(&mut config.notes);
        let (files, unreadable) = words.plugins;
        problems.extend(unreadable);
        let plugins = plugins::read(&files.into_iter().collect(), Some(home.root()));
        let mut adapters = plugins.adapters();
        let mut broken = plugins.problems().to_vec();
        if let Some(before) = before {
            keep_adapters(&mut adapters, &before.adapters, &mut broken);
        }
        problems.extend(broken);
        problems.extend(feeds_without_source(&config, &plugins, &adapters));
        allow_blank_codes(&mut config, &adapters);
        if let Some(problem) = config.mail.channel.as_ref().and_then(|id| plugins.channel(id).err()) {
            problems.push(problem);
        }
        let (mut sources, unreadable) = as_sources(words.rules);
        sources.words = plugins.words();
        problems.extend(unreadable);
        let (rules, broken) = rules::load(&sources, &config.meaning);
        problems.extend(broken);
        let (files, unreadable) = words.letters;
        problems.extend(unreadable);
        let mut wording = plugins.wording();
        wording.extend(files.into_iter().map(|(path, text)| Wording::new(path, text)));
        let (templates, broken) = Templates::with_replacements(&wording);
        problems.extend(broken);
        let mut setup = Setup {
            home,
            config,
            plugins,
            adapters,
            rules,
            sources,
            templates,
            problems,
            last_good: Vec::new(),
            waiting: Vec::new(),
            weighed: Vec::new(),
        };
        setup.keep_last_good(before);
        consent::hold_back(&mut setup, before);
        Ok(setup)
    }

    /// A broken edit leaves the last good version at work: who runs has it, or the store. Its problem stands all the same.
    fn keep_last_good(&mut self, before: Option<&Setup>) {
        let broken: Vec<String> = self
            .rules
            .set_aside()
            .iter()
            .filter(|rule| rule.live)
            .map(|rule| rule.id.clone())
            .collect();
        // Where district.toml itself cannot be read, no rule is at work and none is named.
        let everything = broken.is_empty() && self.rules.rules().is_empty();
        if broken.is_empty() && !everything {
            return;
        }
        // A store that cannot be read is said by whoever needs it next.
        let store = self.home.store().exists().then(|| self.store_to_read().ok()).flatten();
        let kept = store
            .as_ref()
            .and_then(|store| store.last_versions().ok())
            .unwrap_or_default();
        let at_work = |id: &str| before.and_then(|before| before.rules.rules().iter().find(|rule| rule.id() == id));
        let mut ids = broken;
        if everything {
            ids = kept
                .iter()
                .filter(|entry| entry.until.is_none())
                .map(|entry| entry.rule.clone())
                .collect();
            let more = before.iter().flat_map(|before| before.rules.rules());
            ids.extend(more.map(|rule| rule.id().to_owned()));
            ids.sort();
            ids.dedup();
        }
        for id in ids {
            let version = at_work(&id).map(|rule| rule.version().clone()).or_else(|| {
                let last = kept.iter().find(|entry| entry.rule == id);
                last.and_then(super::at_work::kept)
            });
            let version = version.filter(|version| !self.switched_off(version));
            if let Some(rules) = version.and_then(|version| self.rules.with_version(&version).ok()) {
                self.rules = rules;
                self.say_last_good(&id);
                self.last_good.push(id);
            }
        }
    }

    /// Whether a version reads the word of a plugin that the district switched off: then it stays out of work with it.
    fn switched_off(&self, version: &Version) -> bool {
        let off = |name: &str| {
            let word = self.sources.words.iter().find(|word| word.name == name);
            word.and_then(|word| word.out_of_work.as_ref())
                .is_some_and(|out| out.by_district)
        };
        version.words.iter().any(|word| off(&word.name))
    }

    /// Whoever reads of the broken edit also reads that nothing stopped because of it.
    fn say_last_good(&mut self, id: &str) {
        let Some(path) = self
            .rules
            .rules()
            .iter()
            .find(|rule| rule.id() == id)
            .map(|rule| rule.path())
        else {
            return;
        };
        let files = [path.to_owned(), path.replace(".rhai", ".test.toml")];
        let told = |problem: &&mut Problem| {
            let file = problem.place.file.as_ref();
            file.is_some_and(|file| files.contains(file)) && problem.weight >= Weight::Waits
        };
        if let Some(problem) = self.problems.iter_mut().find(told) {
            problem.message += "; the last good version stays at work";
        }
    }

    /// The store, to be written by one round or one sending; made where there is none.
    ///
    /// # Errors
    ///
    /// A problem where it cannot be opened.
    pub fn store(&self) -> Result<Store, Problem> {
        self.home.ensure_var()?;
        Store::open(self.home.store())
    }

    /// The store for looking alone: nothing in it changes. An empty one in memory where no round has run yet.
    ///
    /// # Errors
    ///
    /// A problem where it cannot be read.
    pub fn store_to_read(&self) -> Result<Store, Problem> {
        let path = self.home.store();
        if path.exists() {
            Store::open_read_only(path)
        } else {
            Store::empty()
        }
    }

    /// The school year that holds a day, in summer the one that ended. Where none is configured for the day, the year that
    /// districts usually keep is taken and said: an old export can be looked at without touching the configuration.
    ///
    /// # Errors
    ///
    /// A problem where no school year is configured at all.
    pub fn school_year(&self, day: Day) -> Result<(SchoolYear, Option<Problem>), Problem> {
        let years = &self.config.district.school_years;
        let begun = years
            .iter()
            .filter(|year| year.start <= day)
            .max_by_key(|year| year.start);
        let last = years.iter().map(|year| year.start).max();
        match begun {
            // After a year's end it is summer, for at most a year: then the next one was forgotten.
            Some(year) if year.holds(day) || day < year.start.plus(366) => Ok((*year, None)),
            _ if last.is_none() => Err(no_school_year(day, Weight::Stop, "add")),
            _ => {
                let year = Sample::likely_year(day);
                let assumed = format!("{} to {} was assumed; add", year.start, year.end);
                Ok((year, Some(no_school_year(day, Weight::Note, &assumed))))
            }
        }
    }

    /// A reminder that the last school year configured ends within 60 days, or has ended: the next one is needed soon.
    pub fn year_to_add(&self, today: Day) -> Option<Problem> {
        year_to_add(&self.config.district.school_years, today)
    }

    /// A time of a day in the district's zone, in seconds since 1970-01-01 UTC.
    pub fn seconds_at(&self, day: Day, time: jiff::civil::Time) -> i64 {
        let zone = self.config.district.time_zone.clone();
        let moment = zone.to_ambiguous_timestamp(day.civil().to_datetime(time)).compatible();
        moment.map_or(0, |moment| moment.as_second())
    }

    /// The adapter of a feed.
    ///
    /// # Errors
    ///
    /// A problem where there is no such adapter; the feed's files wait.
    pub fn adapter(&self, id: &str) -> Result<&Adapter, Problem> {
        self.adapters.iter().find(|adapter| adapter.id == id).ok_or_else(|| {
            Problem::new(
                "adapter-missing",
                Weight::Waits,
                Place::file("firstbell.toml"),
                format!("no adapter `{id}` can be used"),
                "see `firstbell check`",
            )
        })
    }
}

fn year_to_add(years: &[SchoolYear], today: Day) -> Option<Problem> {
    let last = years.iter().map(|year| year.end).max()?;
    (today.plus(DAYS_TO_ADD_A_YEAR) >= last).then(|| {
        Problem::new(
            YEAR_ENDS,
            Weight::Note,
            Place::file("firstbell.toml").column("school_years"),
            format!("the last school year that is configured ends on {last}"),
            "add the next one to `school_years` under [district]",
        )
    })
}

fn no_school_year(day: Day, weight: Weight, remedy: &str) -> Problem {
    Problem::new(
        "no-school-year",
        weight,
        Place::file("firstbell.toml").column("school_years"),
        format!("no school year holds {day}"),
        format!(
            "{remedy} the year to `school_years` under [district], as `{{ start = 2026-08-17, end = 2027-06-11 }}`"
        ),
    )
}

/// The rule files of a home, and what of it could not be read that is neither a rule nor the district's changes: those are the
/// rules' own to tell.
pub fn sources(home: &Home) -> (Sources, Vec<Problem>) {
    as_sources(home.rule_files())
}

fn as_sources((files, problems): Texts) -> (Sources, Vec<Problem>) {
    let of_rules = |problem: &Problem| {
        let file = problem.place.file.as_deref().unwrap_or_default();
        file == "rules/district.toml" || (file.ends_with(".rhai") && !file.starts_with("rules/lib/"))
    };
    let (unreadable, other) = problems.into_iter().partition(of_rules);
    let files = files.into_iter().map(|(path, text)| SourceFile::new(path, text));
    let sources = Sources {
        files: files.collect(),
        words: Vec::new(),
        unreadable,
    };
    (sources, other)
}

/// A plugin that is broken now and was at work before stays at work as it was.
fn keep_adapters(adapters: &mut Vec<Adapter>, before: &[Adapter], broken: &mut [Problem]) {
    for adapter in before {
        let folder = format!("plugins/{}/", adapter.id);
        let of_folder = |problem: &&mut Problem| {
            let file = problem.place.file.as_deref().unwrap_or_default();
            file.starts_with(&folder) && problem.weight >= Weight::Waits
        };
        let Some(problem) = broken.iter_mut().find(of_folder) else {
            continue;
        };
        problem.message += "; the plugin stays at work as it was";
        adapters.retain(|other| other.id != adapter.id);
        adapters.push(adapter.clone());
    }
}

/// Feeds whose adapter is not at work: a source that is there waits with its files, one that nobody knows is a slip.
fn feeds_without_source(config: &Config, plugins: &Plugins, adapters: &[Adapter]) -> Vec<Problem> {
    let out: Vec<(&str, String)> = plugins.sources_out_of_work().collect();
    let known: Vec<&str> = adapters
        .iter()
        .map(|adapter| adapter.id.as_str())
        .chain(out.iter().map(|(id, _)| *id))
        .collect();
    let mut problems = config.unknown_adapters(&known);
    for (id, why) in out {
        if config.feeds.iter().any(|feed| feed.adapter == id) {
            problems.push(Problem::new(
                "plugin-out-of-work",
                Weight::Waits,
                Place::file("firstbell.toml").column("feed"),
                format!("a feed is read by the plugin `{id}`, which {why}"),
                "the files of the feed wait until the plugin is at work",
            ));
        }
    }
    problems
}

/// Where an attendance feed's adapter says that a blank code means present, it is a code like any other.
fn allow_blank_codes(config: &mut Config, adapters: &[Adapter]) {
    let blank = config
        .feeds
        .iter()
        .filter(|feed| feed.tables.contains(&Table::Attendance))
        .any(|feed| {
            adapters
                .iter()
                .any(|adapter| adapter.id == feed.adapter && adapter.blank_code_is_present)
        });
    if blank {
        config.meaning.attendance.codes.entry(String::new()).or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::year_to_add;
    use crate::school::{Day, SchoolYear};

    #[test]
    fn the_next_school_year_is_asked_for_sixty_days_before_the_last_one_ends() {
        let day = |text: &str| -> Day { text.parse().expect("a day") };
        let years = [SchoolYear {
            start: day("2026-08-17"),
            end: day("2027-06-11"),
        }];
        assert!(year_to_add(&years, day("2027-04-11")).is_none(), "61 days before");
        assert!(year_to_add(&years, day("2027-04-12")).is_some(), "60 days before");
        assert!(year_to_add(&years, day("2027-07-01")).is_some(), "in summer too");
    }
}
