//! Gates in a round: what each feed brought last, which files wait for a person, and what becomes of both tonight.

use std::collections::{BTreeMap, BTreeSet};

use super::Order;
use super::held::Held;
use super::intake::FileRead;
use super::setup::Setup;
use crate::clock::Now;
use crate::facts::{Books, SchoolIx};
use crate::gates::{Key, Memory, Seen};
use crate::home::Home;
use crate::inbox::{self, Export, Together};
use crate::monitor::{Place, Problem, Weight};
use crate::records::Feed;
use crate::school::{Day, SchoolYear, Table};
use crate::store::{HeldFile, HeldState, Store, Tx};

/// What gates know in a round.
#[derive(Default)]
pub(super) struct Gatekeeper {
    /// The day as people count it: the day asked for, else today.
    tonight: Option<Day>,
    /// The first day of which nothing need have come yet; `None` where no gate compares with the clock.
    pub(super) expected_before: Option<Day>,
    pub(super) memory: BTreeMap<String, Memory>,
    pub(super) files: Vec<HeldFile>,
    /// Feeds and families of names under which a file was believed before.
    families: BTreeSet<(String, String)>,
    /// Feeds whose memory changed tonight.
    pub(super) remembered: BTreeSet<String>,
    /// Held files whose state changed tonight, by their place in `files`.
    touched: BTreeSet<usize>,
    /// When a file of each feed was written last, seconds since 1970.
    written: BTreeMap<String, i64>,
    /// Where the bytes of tonight's held files lie, by digest.
    sources: BTreeMap<String, Export>,
    /// Tonight's held exports of several files that are no zip, by digest.
    pub(super) together: BTreeMap<String, Together>,
}

/// A feed, or one school's part of it, that people are told is held or late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holding {
    pub(super) tables: Vec<Table>,
    pub(super) school: Option<String>,
    pub(super) since: Day,
}

impl Gatekeeper {
    /// What the last round left.
    pub(super) fn load(
        setup: &Setup,
        store: &Store,
        year: &SchoolYear,
        order: Order,
        now: &Now,
    ) -> Result<Gatekeeper, Problem> {
        let ring_at = setup.config.inbox.ring_at;
        // Before the bell, yesterday's export may still be on its way.
        let rung = i32::from(now.minute) >= i32::from(ring_at.hour()) * 60 + i32::from(ring_at.minute());
        let today = if rung { now.today } else { now.today.plus(-1) };
        let mut written: BTreeMap<String, i64> = BTreeMap::new();
        let mut families = BTreeSet::new();
        for export in store.exports()? {
            families.insert((export.feed.clone(), family(&export.name)));
            let latest = written.entry(export.feed).or_insert(export.settled);
            *latest = export.settled.max(*latest);
        }
        Ok(Gatekeeper {
            tonight: Some(order.as_of.unwrap_or(now.today)),
            expected_before: order.as_of.is_none().then_some(today),
            memory: store.feed_memory(year)?,
            files: store.held_files()?,
            families,
            written,
            ..Gatekeeper::default()
        })
    }

    /// The day as people count it; of a round that only looks back there is none.
    pub(super) fn tonight(&self) -> Day {
        self.tonight.unwrap_or(Day(0))
    }

    /// What a feed brought last.
    pub(super) fn memory(&self, feed: &str) -> Memory {
        self.memory.get(feed).cloned().unwrap_or_default()
    }

    /// What a person or a gate said of a file's very bytes; the digest is only made where a file of that size is known.
    pub(super) fn said_of(&self, feed: &str, size: u64, digest: impl FnOnce() -> Option<String>) -> Option<HeldState> {
        let open = [HeldState::Held, HeldState::Released, HeldState::Discarded];
        let alike = |file: &&HeldFile| file.feed == feed && file.size == size && open.contains(&file.state);
        if !self.files.iter().any(|file| alike(&file)) {
            return None;
        }
        let digest = digest()?;
        let same = self.files.iter().filter(alike).filter(|file| file.digest == digest);
        let states: Vec<HeldState> = same.map(|file| file.state).collect();
        let released = states.contains(&HeldState::Released).then_some(HeldState::Released);
        released.or(states.first().copied())
    }

    /// The released files that no round has read since, once each.
    pub(super) fn released(&self) -> Vec<HeldFile> {
        let mut released: Vec<HeldFile> = Vec::new();
        for file in self.files.iter().filter(|file| file.state == HeldState::Released) {
            if !released.iter().any(|other| other.digest == file.digest) {
                released.push(file.clone());
            }
        }
        released
    }

    /// Whether a person said that a file is right, and of which schools alone; `None`: nobody did.
    pub(super) fn believed(&self, feed: &str, digest: &str) -> Option<BTreeSet<String>> {
        let yes = [HeldState::Released, HeldState::Believed];
        let said = |file: &&HeldFile| file.feed == feed && file.digest == digest && yes.contains(&file.state);
        let said: Vec<&HeldFile> = self.files.iter().filter(said).collect();
        if said.is_empty() {
            return None;
        }
        // The empty set: the whole file.
        let whole = said.iter().any(|file| file.school.is_none());
        Some(match whole {
            true => BTreeSet::new(),
            false => said.iter().filter_map(|file| file.school.clone()).collect(),
        })
    }

    /// Holds a file, or one school's part of it. The same thing held before hands on since when.
    pub(super) fn hold(
        &mut self,
        export: &Export,
        read: &FileRead,
        seen: &Seen,
        tables: &[Table],
        school: Option<&str>,
        (problem, releasable): (&Problem, bool),
    ) {
        let school = school.map(str::to_owned);
        let is_it = |file: &HeldFile| file.feed == read.feed && file.digest == read.digest && file.school == school;
        if read.digest.is_empty()
            || self
                .files
                .iter()
                .any(|file| is_it(file) && file.state == HeldState::Held)
        {
            return;
        }
        let schools: Vec<String> = seen.schools().into_iter().map(str::to_owned).collect();
        let mut file = HeldFile {
            id: 0,
            feed: read.feed.clone(),
            tables: tables.to_vec(),
            name: read.name.clone(),
            digest: read.digest.clone(),
            size: read.size,
            written: read.written,
            rows: (read.rows, read.rejected),
            tallies: read.tallies.clone(),
            schools,
            school,
            problem: problem.clone(),
            releasable,
            since: self.tonight(),
            state: HeldState::Held,
            by_whom: String::new(),
            why: String::new(),
            told_on: None,
        };
        for at in 0..self.files.len() {
            let old = &self.files[at];
            let open = old.state == HeldState::Held && old.feed == file.feed && old.digest != file.digest;
            // What holds nothing to believe takes the place of its own name alone: the other one may yet be released.
            let may = releasable || !old.releasable || family(&old.name) == family(&file.name);
            if open && may && old.school == file.school && self.succeeds(old, &file.name, &file.schools) {
                file.since = file.since.min(old.since);
                file.told_on = old.told_on;
                self.set(at, HeldState::Ended);
            }
        }
        self.sources.insert(read.digest.clone(), export.clone());
        self.touched.insert(self.files.len());
        self.files.push(file);
    }

    /// Takes note of a believed file, but for the schools whose part is held: older holds that it answers end.
    pub(super) fn accept(
        &mut self,
        read: &FileRead,
        seen: &Seen,
        withheld: &BTreeSet<String>,
        elsewhere: &BTreeSet<Key>,
    ) {
        let memory = self.memory.entry(read.gate.clone()).or_default();
        memory.accept(seen, &read.digest, withheld, elsewhere);
        self.remembered.insert(read.gate.clone());
        let schools: Vec<String> = seen.schools().into_iter().map(str::to_owned).collect();
        for at in 0..self.files.len() {
            let file = &self.files[at];
            if file.feed != read.feed {
                continue;
            }
            let same = file.digest == read.digest;
            match (file.state, &file.school) {
                (HeldState::Released, None) if same => self.set(at, HeldState::Believed),
                (HeldState::Released, Some(school)) if same && !withheld.contains(school) => {
                    self.set(at, HeldState::Believed);
                }
                (HeldState::Held | HeldState::Released, None) if self.succeeds(file, &read.name, &schools) => {
                    self.set(at, HeldState::Ended);
                }
                (HeldState::Held, Some(school)) if schools.contains(school) && !withheld.contains(school) => {
                    self.set(at, HeldState::Ended);
                }
                _ => {}
            }
        }
        self.families.insert((read.feed.clone(), family(&read.name)));
    }

    /// A file with the bytes that its feed brought last lies in the place of a held one, or came after it.
    pub(super) fn unchanged(&mut self, feed: &str, name: &str, written: i64) {
        if let Some(latest) = self.written.get_mut(feed) {
            *latest = written.max(*latest);
        }
        for at in 0..self.files.len() {
            let file = &self.files[at];
            let whole = file.state == HeldState::Held && file.feed == feed && file.school.is_none();
            let answers = file.name == name || (family(&file.name) == family(name) && written > file.written);
            if whole && answers {
                self.set(at, HeldState::Ended);
            }
        }
    }

    pub(super) fn set(&mut self, at: usize, state: HeldState) {
        self.files[at].state = state;
        self.touched.insert(at);
    }

    /// Whether a file takes the place of a held one: by its name but for the date in it, or by its schools.
    fn succeeds(&self, held: &HeldFile, name: &str, schools: &[String]) -> bool {
        let family = family(name);
        if family == self::family(&held.name) {
            return true;
        }
        if held.schools.is_empty() || schools.is_empty() {
            // A file of another name that always came beside it says nothing of it.
            return !self.families.contains(&(held.feed.clone(), family));
        }
        schools.iter().any(|school| held.schools.contains(school))
    }

    /// The files that wait for a person.
    fn waiting(&self) -> impl Iterator<Item = &HeldFile> {
        self.files.iter().filter(|file| file.state == HeldState::Held)
    }

    /// Holds the tables of files that wait for a person.
    pub(super) fn hold_tables(&self, books: &Books, held: &mut Held) {
        for file in self.waiting() {
            for table in &file.tables {
                match &file.school {
                    None => held.hold(*table),
                    Some(id) => {
                        let school = books.names.schools.get(id).map(|number| SchoolIx(number as u16));
                        school.into_iter().for_each(|school| held.hold_at(school, *table));
                    }
                }
            }
        }
    }

    /// What is said again of files that an earlier round held. `days` counts school days since a day.
    pub(super) fn still_held(&self, days: &dyn Fn(Day) -> u32) -> Vec<Problem> {
        let earlier = self.waiting().filter(|file| file.id > 0);
        let say = |file: &HeldFile| match file.since < self.tonight() {
            true => still_held(file, days(file.since)),
            // On the evening of the first day the same as the first time: it is not said twice.
            false => file.problem.clone(),
        };
        earlier.map(say).collect()
    }

    /// Files of tonight that a better one of tonight answered: nobody has to look at them.
    pub(super) fn answered(&self) -> impl Iterator<Item = &HeldFile> {
        let fresh = self.files.iter().filter(|file| file.id == 0);
        fresh.filter(|file| file.state == HeldState::Ended)
    }

    /// A feed that is late without a file to hold: its tables are held all the same. `days` counts school days between two days,
    /// both left out.
    pub(super) fn late(&self, setup: &Setup, days: &dyn Fn(Day, Day) -> Option<u32>) -> Vec<(Problem, Holding)> {
        let mut late = Vec::new();
        for (feed, gates) in setup.config.feeds.iter().zip(&setup.config.gates) {
            let name = super::intake::feed_name(feed);
            let (Some(most), Some(before)) = (gates.expect_every, self.expected_before) else {
                continue;
            };
            let memories: Vec<&Memory> = super::intake::gate_names(feed)
                .iter()
                .filter_map(|name| self.memory.get(name))
                .collect();
            let held = self.waiting().any(|file| file.feed == name && file.school.is_none());
            let Some(newest) = self.newest(feed, setup).filter(|_| !held) else {
                continue;
            };
            let released = memories
                .iter()
                .flat_map(|memory| memory.parts.values())
                .any(|part| self.believed(&name, &part.digest).is_some());
            let Some(count) = days(newest, before).filter(|count| *count >= most && !released) else {
                continue;
            };
            let school_days = counted(count);
            let problem = Problem::new(
                "feed-late",
                Weight::Waits,
                Place::file(feed.files.join(" ")),
                format!(
                    "nothing newer than {newest} has come: {school_days} without anything new, and `expect_every` is {most}"
                ),
                "see whether the student system still exports; until then nobody is raised or cleared by it",
            );
            let holding = Holding {
                tables: feed.tables.clone(),
                school: None,
                since: newest,
            };
            late.push((problem, holding));
        }
        late
    }

    /// The newest day of a feed: of attendance by its rows, of others by when a file was written.
    fn newest(&self, feed: &Feed, setup: &Setup) -> Option<Day> {
        let memories = super::intake::gate_names(feed).into_iter();
        let known = memories
            .filter_map(|name| self.memory.get(&name))
            .filter(|memory| memory.rows.is_some());
        if feed.tables[0] == Table::Attendance {
            return known.filter_map(Memory::last).max();
        }
        known.count().checked_sub(1)?;
        let written = self.written.get(&super::intake::feed_name(feed))?;
        day_of(setup, *written)
    }

    /// What owners are told of: held files and parts of them, oldest first.
    pub(super) fn holdings(&self) -> Vec<Holding> {
        let holding = |file: &HeldFile| Holding {
            tables: file.tables.clone(),
            school: file.school.clone(),
            since: file.since,
        };
        let mut holdings: Vec<Holding> = self.waiting().map(holding).collect();
        holdings.sort_by_key(|holding| holding.since);
        holdings
    }

    /// The files held for long enough of which owners without news have not been told yet.
    pub(super) fn to_tell(&self, is_long: impl Fn(Day) -> bool) -> BTreeSet<usize> {
        let untold = |(_, file): &(usize, &HeldFile)| {
            file.state == HeldState::Held && file.told_on.is_none() && is_long(file.since)
        };
        self.files.iter().enumerate().filter(untold).map(|(at, _)| at).collect()
    }

    /// The released files that no round could read: their bytes are gone.
    pub(super) fn lost(&self) -> Vec<Problem> {
        let released = self.released().into_iter().filter(|file| file.id > 0);
        let lost = |file: HeldFile| {
            Problem::new(
                "held-copy-missing",
                Weight::Waits,
                Place::file(&file.name),
                "was released, but its bytes lie neither in var/held nor in the inbox",
                "put the file into the inbox again",
            )
        };
        released.map(lost).collect()
    }

    /// Whether anything has to be kept.
    pub(super) fn changed(&self) -> bool {
        !self.touched.is_empty() || !self.remembered.is_empty()
    }

    /// Copies the bytes of files that are held since tonight, so that the next export over the same name does not lose them.
    pub(super) fn keep_bytes(&self, home: &Home) -> Vec<Problem> {
        let fresh = self.waiting().filter(|file| file.id == 0);
        let keep = |file: &HeldFile| {
            if let Some(together) = self.together.get(&file.digest) {
                let mut pack = |into: &mut std::fs::File| inbox::pack_into(&mut together.clone(), into);
                return home.keep_held_as(&file.digest, &file.name, &mut pack).err();
            }
            let export = self.sources.get(&file.digest)?;
            let opened = inbox::open(export);
            let kept = opened.and_then(|mut bytes| home.keep_held(&file.digest, &file.name, &mut bytes));
            kept.err()
        };
        fresh.filter_map(keep).collect()
    }

    /// Keeps what changed, in the round's own transaction. `told`: the files of which owners without news are told on a morning for
    /// the first time.
    pub(super) fn save(
        &self,
        tx: &Tx<'_>,
        year: &SchoolYear,
        told: &BTreeSet<usize>,
        morning: Day,
    ) -> Result<(), Problem> {
        for feed in &self.remembered {
            tx.remember(year, feed, &self.memory(feed))?;
        }
        for at in self.touched.union(told) {
            let mut file = self.files[*at].clone();
            if told.contains(at) {
                file.told_on = Some(morning);
            }
            tx.save_held(&file)?;
        }
        Ok(())
    }
}

/// The command that believes a held file.
pub(super) fn release_command(name: &str, school: Option<&str>) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-".contains(c);
    let name = match name.chars().all(plain) {
        true => name.to_owned(),
        false => format!("\"{name}\""),
    };
    match school {
        Some(school) => format!("firstbell held release {name} --school {school}"),
        None => format!("firstbell held release {name}"),
    }
}

/// What is said of a file that was held before tonight. The count makes it a new line of every morning's report.
fn still_held(file: &HeldFile, days: u32) -> Problem {
    let mut problem = file.problem.clone();
    problem.code = "still-held".to_owned();
    let days = counted(days);
    problem.message = format!("held since {} ({days}): {}", file.since, file.problem.message);
    problem
}

fn counted(school_days: u32) -> String {
    match school_days {
        1 => "1 school day".to_owned(),
        days => format!("{days} school days"),
    }
}

/// The day on which a file was written, in the district's zone.
pub(super) fn day_of(setup: &Setup, seconds: i64) -> Option<Day> {
    let moment = jiff::Timestamp::from_second(seconds).ok()?;
    let zone = setup.config.district.time_zone.clone();
    Some(Day::from_civil(moment.to_zoned_datetime(zone).date()))
}

/// A file's name without the date in it: `grades_2026-11-10.csv` and `grades_20261111.csv` are one family, `grades-101.csv` is its
/// own. Digits that belong together by `-`, `.`, `:` or `T` count as one run; six of them or more are a date. Chosen by us.
fn family(name: &str) -> String {
    let mut family = String::new();
    let letters: Vec<char> = name.to_lowercase().chars().collect();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            family.push(letters[at]);
            at += 1;
            continue;
        }
        let start = at;
        while at < letters.len() {
            let joins = "-.:t".contains(letters[at]) && letters.get(at + 1).is_some_and(char::is_ascii_digit);
            if !letters[at].is_ascii_digit() && !joins {
                break;
            }
            at += 1;
        }
        let run: String = letters[start..at].iter().collect();
        let digits = run.chars().filter(char::is_ascii_digit).count();
        family.push_str(if digits >= 6 { "#" } else { &run });
    }
    family
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn dates_in_names_do_not_tell_files_apart_and_schools_do() {
        assert_eq!(family("Grades_2026-11-10.csv"), family("grades_20261111.csv"));
        assert_eq!(family("att-2026-11-10T05:30.csv"), "att-#.csv");
        assert_ne!(family("grades-101.csv"), family("grades-102.csv"));
        assert_eq!(family("grades.csv"), "grades.csv");
    }
}
