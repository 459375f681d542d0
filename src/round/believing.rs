//! Tonight's files on their way into the books: compared with the last ones by the gates, held, or laid in.

use std::collections::{BTreeMap, BTreeSet};

use super::away::{Done, Outcome};
use super::gatekeeper::{Gatekeeper, Holding, day_of, release_command};
use super::held::Held;
use super::intake::{FileRead, Fresh, Waiting, file_read};
use super::keeping::let_go;
use super::lists::{Lists, source};
use super::people::People;
use super::school_days;
use super::setup::Setup;
use crate::facts::{Books, Student};
use crate::gates::{self, Finding, Gates, Key, Memory, Roster, Seen, Tonight};
use crate::inbox::Export;
use crate::monitor::{Place, Problem, Weight};
use crate::records::{self, Feed, Intake};
use crate::routing::{Caseload, Staff};
use crate::school::{Day, Grade, Table};
use crate::store::{self, Met};
use crate::timeline;

/// Everything that the night's files changed, before it is kept.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) files: Vec<FileRead>,
    /// Files under new names whose bytes were what their feed had brought last: remembered, or they would pass for older
    /// contents that came back as soon as the feed brings others.
    pub(super) same: Vec<FileRead>,
    /// Every file that was looked at, and what is to become of it; those that applied in their order.
    pub(super) done: Vec<Done>,
    pub(super) problems: Vec<Problem>,
    pub(super) held: Held,
    pub(super) gates: Gatekeeper,
    /// Feeds that are late though no file is held.
    pub(super) late: Vec<Holding>,
    pub(super) changed: store::Changed,
    pub(super) people: People,
    pub(super) staff: Option<Vec<Staff>>,
    pub(super) caseload: Option<Vec<Caseload>>,
    pub(super) groups: Option<Vec<store::Group>>,
    pub(super) outcomes: Option<Vec<store::Outcome>>,
    /// What each of several feeds of such a list said by itself.
    pub(super) lists: Lists,
    /// What is kept of exports of several files.
    pub(super) bundles: Vec<store::Kept>,
}

impl Waiting {
    /// Holds what cannot be believed and lays the rest into the books. `met` learns of persons at once, export by export.
    pub(super) fn apply(
        self,
        setup: &Setup,
        books: &mut Books,
        as_of: impl Fn(&Books) -> Day,
        last_as_of: Option<Day>,
        met: &dyn Fn(Met),
    ) -> Taken {
        // Undated marks bear the as-of day, which tonight's attendance decides; it is read before grades, and asked once.
        let mut accepted: Option<Day> = None;
        let mut taken = Taken {
            problems: self.problems,
            same: self.same,
            done: self.done,
            gates: self.gates,
            bundles: self.bundles,
            files: self.held,
            lists: self.lists,
            people: People::beside(books),
            ..Taken::default()
        };
        self.unread.into_iter().for_each(|table| taken.held.hold(table));
        let mut by_feed: BTreeMap<usize, Vec<Fresh>> = BTreeMap::new();
        let mut feeds: Vec<usize> = Vec::new();
        for file in self.files {
            if !feeds.contains(&file.export.feed) {
                feeds.push(file.export.feed);
            }
            by_feed.entry(file.export.feed).or_default().push(file);
        }
        for at in feeds {
            let mut files = by_feed.remove(&at).unwrap_or_default();
            files.sort_by_key(|file| file.intake.order(file.export.written));
            let feed = &self.feeds[at];
            let parts = parts_of_each(&files, feed, books);
            let mut last: Option<String> = None;
            for (number, Fresh { export, intake, stand }) in files.into_iter().enumerate() {
                let mut done = Done {
                    digest: intake.digest.clone(),
                    whole: intake.unread.is_empty() && intake.rejected == 0 && !has_titles(setup, feed),
                    translated: intake.translated.clone(),
                    outcome: Outcome::SameAsBefore,
                    stand,
                    loose: Vec::new(),
                    together: None,
                    export,
                };
                let export = done.export.clone();
                // What becomes of a bundle is said of it as one.
                let is_file = at < setup.config.feeds.len();
                // The same bytes twice in one night say the same once.
                if last.as_ref() == Some(&intake.digest) {
                    taken.same.push(file_read(feed, &export, &intake));
                    taken.done.extend(is_file.then_some(done));
                    continue;
                }
                let accepted = match intake.tables.contains(&Table::Grades) {
                    true => *accepted.get_or_insert_with(|| as_of(books)),
                    false => books.year.start,
                };
                let digest = intake.digest.clone();
                let others = parts.iter().enumerate().filter(|(other, _)| *other != number);
                let file = Arrived {
                    feed,
                    gates: setup.config.gates.get(at),
                    elsewhere: others.flat_map(|(_, parts)| parts).cloned().collect(),
                    export,
                    met,
                };
                taken.take(setup, &file, intake, books, accepted, last_as_of);
                done.outcome = match taken.files.last().is_some_and(|file| file.accepted) {
                    true => Outcome::Accepted,
                    false => Outcome::Held,
                };
                if done.outcome == Outcome::Accepted {
                    last = Some(digest);
                }
                taken.done.extend(is_file.then_some(done));
            }
        }
        taken.hold_what_waits(setup, books);
        taken
    }
}

/// Whether lines stand above the header of a feed's files that no feed reads: they may say anything.
fn has_titles(setup: &Setup, feed: &Feed) -> bool {
    let main = feed.tables.first().copied().unwrap_or(Table::Students);
    setup
        .adapter(&feed.adapter)
        .is_ok_and(|adapter| adapter.skip_lines(main) > 0)
}

/// The parts that each of a feed's files brings; nothing where there is one file alone, which no other can complete.
fn parts_of_each(files: &[Fresh], feed: &Feed, books: &Books) -> Vec<BTreeSet<Key>> {
    if files.len() < 2 {
        return Vec::new();
    }
    let parts = |file: &Fresh| {
        Seen::parts_of(&file.intake, feed.covers, books.year)
            .into_keys()
            .collect()
    };
    files.iter().map(parts).collect()
}

/// One of tonight's files on its way through the gates.
struct Arrived<'f> {
    feed: &'f Feed,
    /// `None` for a table of a bundle, which was weighed as one and is believed.
    gates: Option<&'f Gates>,
    /// Parts that other files of the feed bring tonight.
    elsewhere: BTreeSet<Key>,
    export: Export,
    met: &'f dyn Fn(Met),
}

impl Taken {
    fn take(
        &mut self,
        setup: &Setup,
        arrived: &Arrived<'_>,
        mut intake: Intake,
        books: &mut Books,
        accepted: Day,
        last_as_of: Option<Day>,
    ) {
        let mut file = file_read(arrived.feed, &arrived.export, &intake);
        let seen = match arrived.gates {
            Some(_) => look(&intake, arrived.feed, setup, books),
            None => Seen::default(),
        };
        let findings = match intake.usable {
            true => self.judge(setup, arrived, &file, &seen, books),
            // Nothing in it can be believed, whatever a person says; but a table may have been emptied on purpose.
            false => Vec::new(),
        };
        let emptied = findings.iter().any(|finding| finding.gate == gates::Gate::Emptied);
        intake
            .problems
            .retain(|problem| !(emptied && problem.code == "no-rows"));
        let records_say = intake
            .problems
            .iter()
            .find(|problem| problem.weight >= Weight::Waits)
            .cloned();
        self.problems.append(&mut intake.problems);
        let whole: Vec<&Finding> = findings
            .iter()
            .filter(|one| one.holds() && one.school.is_none())
            .collect();
        let parts: Vec<&Finding> = findings
            .iter()
            .filter(|one| one.holds() && one.school.is_some())
            .collect();
        let said = |finding: &Finding| {
            let release = release_command(&file.name, finding.school.as_deref());
            finding.problem(&file.name, &release)
        };
        self.problems
            .extend(findings.iter().filter(|one| !one.holds()).map(said));
        self.problems.extend(whole.iter().map(|finding| said(finding)));
        if !intake.usable || !whole.is_empty() {
            let first = whole.first().map(|finding| said(finding));
            let releasable = first.is_some();
            // A table of a bundle has no bytes of its own that could be kept and released.
            let problem = first.or(records_say).filter(|_| arrived.gates.is_some());
            let waits = problem.is_some();
            if let Some(problem) = problem {
                let tables = &intake.tables;
                self.gates
                    .hold(&arrived.export, &file, &seen, tables, None, (&problem, releasable));
            }
            if file.digest.is_empty() || !waits {
                // What could not even be read has no bytes to wait for; tonight its tables are held all the same.
                intake.tables.iter().for_each(|table| self.held.hold(*table));
            }
            file.accepted = false;
            self.files.push(file);
            return;
        }
        for finding in parts {
            let problem = said(finding);
            let school = finding.school.as_deref();
            self.gates
                .hold(&arrived.export, &file, &seen, &intake.tables, school, (&problem, true));
            intake.withheld.extend(finding.school.clone());
            self.problems.push(problem);
        }
        self.many_rejected(setup, &intake);
        if arrived.gates.is_some() {
            self.gates.accept(&file, &seen, &intake.withheld, &arrived.elsewhere);
        }
        self.believe(setup, arrived, intake, books, &mut file, (accepted, last_as_of));
        self.files.push(file);
    }

    /// What the gates find in a file; nothing that a person said is right.
    fn judge(&self, setup: &Setup, arrived: &Arrived<'_>, file: &FileRead, seen: &Seen, books: &Books) -> Vec<Finding> {
        let believed = self.gates.believed(&file.feed, &file.digest);
        let Some(gates) = arrived.gates else { return Vec::new() };
        let memory = self.gates.memory(&file.gate);
        let tonight = Tonight {
            newest: self.newest(setup, arrived, seen, &memory, books),
            elsewhere: Some(&arrived.elsewhere),
        };
        let mut findings = gates::judge(seen, &memory, gates, arrived.feed.covers, tonight);
        if let Some(schools) = believed {
            // The empty set: the whole file.
            let is_right = |school: &Option<String>| {
                schools.is_empty() || school.as_ref().is_none_or(|school| schools.contains(school))
            };
            findings.retain(|finding| !finding.holds() || !is_right(&finding.school));
        }
        findings
    }

    /// The newest day of a feed with this file in it, and the school days since; `None` where no gate compares with the clock, and
    /// for the first file of a feed: nobody knows yet how often it comes.
    fn newest(
        &self,
        setup: &Setup,
        arrived: &Arrived<'_>,
        seen: &Seen,
        memory: &Memory,
        books: &Books,
    ) -> Option<(Day, u32)> {
        let before = self.gates.expected_before?;
        memory.rows?;
        let is_attendance = arrived.feed.tables.first() == Some(&Table::Attendance);
        let newest = match is_attendance {
            true => seen.last.max(memory.last()),
            false => day_of(setup, arrived.export.written),
        }?;
        Some((newest, school_days::between(books, newest, before)?))
    }

    fn many_rejected(&mut self, setup: &Setup, intake: &Intake) {
        if intake.reject_share() > setup.config.inbox.reject_share / 100.0 {
            self.problems.push(Problem::new(
                "many-rows-rejected",
                Weight::Waits,
                Place::file(&intake.file),
                format!("{} of {} rows could not be used", intake.rejected, intake.rows),
                "mend the export: its notes name each kind of row and where the first one stands",
            ));
        }
    }

    /// Lays a believed file into the books.
    fn believe(
        &mut self,
        setup: &Setup,
        arrived: &Arrived<'_>,
        mut intake: Intake,
        books: &mut Books,
        file: &mut FileRead,
        (accepted, last_as_of): (Day, Option<Day>),
    ) {
        let feed = arrived.feed;
        let people = std::mem::take(&mut intake.people);
        let source = source(setup, feed);
        let named = |table: Table| intake.tables.contains(&table);
        if named(Table::Staff) {
            let staff = std::mem::take(&mut intake.staff);
            self.staff = Some(self.lists.staff(&source, staff));
        }
        if named(Table::Caseload) {
            let rows = std::mem::take(&mut intake.caseload);
            match source.shared.contains_key(&Table::Caseload) {
                true => self.caseload = Some(self.lists.together(Table::Caseload, &source, rows)),
                false => self.caseload.get_or_insert_default().extend(rows),
            }
        }
        if named(Table::Groups) {
            self.groups = Some(self.lists.together(Table::Groups, &source, groups(&intake)));
        }
        if named(Table::Outcomes) {
            self.outcomes = Some(self.lists.together(Table::Outcomes, &source, outcomes(&intake)));
        }
        let applied = timeline::apply_of(books, &intake, feed.covers, accepted, last_as_of, &source);
        if !people.is_empty() {
            (arrived.met)(self.people.take(people, books));
        }
        // Its rows were taken over: what is left of millions of them is given back beside what follows.
        let_go(intake, false);
        self.changed.said.extend(applied.said);
        file.tallies.merge(&applied.tallies);
        self.changed.students.extend(applied.changed);
        self.changed.schools |= applied.tables.holds(Table::Schools);
        self.changed.calendar |= applied.tables.holds(Table::Calendar);
        self.changed.terms |= applied.tables.holds(Table::Terms);
        self.changed.courses |= applied.tables.holds(Table::Courses) || applied.tables.holds(Table::Grades);
    }

    /// Holds the tables of what waits for a person, since tonight or longer, and of feeds from which nothing newer came.
    fn hold_what_waits(&mut self, setup: &Setup, books: &Books) {
        self.gates.hold_tables(books, &mut self.held);
        let tonight = self.gates.tonight();
        let since = |day: Day| school_days::since(books, day, tonight);
        self.problems.extend(self.gates.still_held(&since));
        for file in self.gates.answered() {
            let of_file = |problem: &&mut Problem| {
                let place = problem
                    .place
                    .file
                    .as_deref()
                    .and_then(|place| place.strip_prefix(&file.name));
                place.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            for problem in self.problems.iter_mut().filter(of_file) {
                problem.weight = problem.weight.min(Weight::Note);
            }
        }
        self.problems.extend(self.gates.lost());
        let days = |after: Day, before: Day| school_days::between(books, after, before);
        for (problem, late) in self.gates.late(setup, &days) {
            late.tables.iter().for_each(|table| self.held.hold(*table));
            self.problems.push(problem);
            self.late.push(late);
        }
    }
}

/// What the gates see of a file.
fn look(intake: &Intake, feed: &Feed, setup: &Setup, books: &Books) -> Seen {
    let listed = |student: &Student| student.listing.is_some() || !student.enrollments.is_empty();
    let known = books.names.students.in_order();
    let roster = |id: &str| -> Option<Option<Grade>> {
        let student = &books.students[known.get(id)? as usize];
        let last = student.stays().iter().max_by_key(|stay| stay.entry);
        listed(student).then(|| last.and_then(|stay| stay.grade))
    };
    let roster: Option<Roster<'_>> = match books.students.iter().any(listed) {
        true => Some(&roster),
        false => None,
    };
    Seen::of(intake, feed.covers, books.year, &setup.config.meaning, roster)
}

fn groups(intake: &Intake) -> Vec<store::Group> {
    let group = |row: &records::GroupRow| store::Group {
        student_id: row.student_id.clone(),
        group: row.group.clone(),
        value: row.value.clone(),
    };
    intake.groups.iter().map(group).collect()
}

fn outcomes(intake: &Intake) -> Vec<store::Outcome> {
    let outcome = |row: &records::OutcomeRow| store::Outcome {
        student_id: row.student_id.clone(),
        outcome: row.outcome.clone(),
        value: row.value,
        date: row.date,
    };
    intake.outcomes.iter().map(outcome).collect()
}
