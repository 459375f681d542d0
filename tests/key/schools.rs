//! Days: which ones schools hold, which one tonight is about, and how far each school's attendance reaches.

use std::collections::{BTreeMap, BTreeSet};

use super::numbers::Date;
use super::settings::{Rows, Settings};
use super::tables::{Row, Stay, Tables};

/// What is known of the schools' days.
#[derive(Debug)]
pub(crate) struct Schools {
    pub(crate) as_of: Date,
    /// Instructional days of the year by school; a school without a calendar is not in it.
    instructional: BTreeMap<String, BTreeSet<Date>>,
    through: BTreeMap<String, Date>,
}

fn in_year(settings: &Settings, date: Date) -> bool {
    settings.year.0 <= date && date <= settings.year.1
}

fn all_rows(tables: &Tables) -> impl Iterator<Item = (&String, &Row)> {
    tables
        .attendance
        .iter()
        .flat_map(|(student, rows)| rows.iter().map(move |row| (student, row)))
}

/// "`calendar.csv`: blank school = all; `instructional` or any other word; a school's own row wins"; of disagreeing rows
/// the graver one counts: "an instructional day".
fn said(tables: &Tables, school: &str, date: Date) -> Option<bool> {
    let rows = |of: &str| tables.calendar.get(&(of.to_string(), date));
    let words = rows(school).or_else(|| rows(""))?;
    Some(words.iter().any(|word| word == "instructional"))
}

/// Every school that any row names.
fn named(tables: &Tables) -> BTreeSet<String> {
    let stays = tables.students.values().chain(tables.enrollments.values()).flatten();
    let mut schools: BTreeSet<String> = stays.map(|stay| stay.school.clone()).collect();
    schools.extend(all_rows(tables).map(|(_, row)| row.school.clone()));
    schools
}

fn instructional(tables: &Tables, settings: &Settings) -> BTreeMap<String, BTreeSet<Date>> {
    let mut days = BTreeMap::new();
    for school in named(tables) {
        let said: Vec<(Date, bool)> = (settings.year.0.0..=settings.year.1.0)
            .map(Date)
            .filter_map(|date| Some((date, said(tables, &school, date)?)))
            .collect();
        if !said.is_empty() {
            let held = said
                .into_iter()
                .filter(|(_, held)| *held)
                .map(|(date, _)| date)
                .collect();
            days.insert(school, held);
        } else if settings.rows == Rows::All {
            // "Without a calendar, `exceptions` gives missing, `all` takes the days with rows."
            let rows = all_rows(tables).filter(|(_, row)| row.school == school && in_year(settings, row.date));
            let dates = rows.map(|(_, row)| row.date).collect();
            days.insert(school, dates);
        }
    }
    days
}

/// "as-of day (the latest day with an attendance row that is instructional at the row's school, not after `--as-of` …;
/// without any row this year, the last instructional day not after that)". Whose row it is and whether its code is
/// understood does not matter: it shows that the school sent data.
fn as_of(tables: &Tables, settings: &Settings, instructional: &BTreeMap<String, BTreeSet<Date>>) -> Date {
    let held = |school: &String, date: &Date| instructional.get(school).is_some_and(|days| days.contains(date));
    let with_row = all_rows(tables)
        .filter(|(_, row)| row.date <= settings.not_after && held(&row.school, &row.date))
        .map(|(_, row)| row.date)
        .max();
    let without = || {
        let all = instructional.values().flatten().copied();
        all.filter(|date| *date <= settings.not_after).max()
    };
    with_row.or_else(without).unwrap_or(settings.not_after)
}

impl Schools {
    pub(crate) fn new(tables: &Tables, settings: &Settings, students: &BTreeMap<String, Vec<Stay>>) -> Schools {
        let instructional = instructional(tables, settings);
        let as_of = as_of(tables, settings, &instructional);
        let mut schools = Schools {
            as_of,
            instructional,
            through: BTreeMap::new(),
        };
        schools.through = match settings.rows {
            Rows::All => schools.through_all(tables, students),
            Rows::Exceptions => schools.through_exceptions(tables, settings),
        };
        schools
    }

    pub(crate) fn is_instructional(&self, school: &str, date: Date) -> bool {
        self.instructional.get(school).is_some_and(|days| days.contains(&date))
    }

    pub(crate) fn has_calendar(&self, school: &str) -> bool {
        self.instructional.contains_key(school)
    }

    pub(crate) fn through(&self, school: &str) -> Option<Date> {
        self.through.get(school).copied()
    }

    /// The school's instructional days from one day to another, both included.
    pub(crate) fn instructional_between(&self, school: &str, from: Date, to: Date) -> usize {
        let Some(days) = self.instructional.get(school) else {
            return 0;
        };
        if from <= to { days.range(from..=to).count() } else { 0 }
    }

    /// Students with a row, by school and by instructional day up to the as-of day: "rows on days off … after the as-of
    /// day are tallied and left out".
    fn senders<'a>(&self, tables: &'a Tables) -> BTreeMap<&'a str, BTreeMap<Date, BTreeSet<&'a str>>> {
        let mut senders: BTreeMap<&str, BTreeMap<Date, BTreeSet<&str>>> = BTreeMap::new();
        for (student, row) in all_rows(tables) {
            if row.date <= self.as_of && self.is_instructional(&row.school, row.date) {
                let days = senders.entry(&row.school).or_default();
                days.entry(row.date).or_default().insert(student);
            }
        }
        senders
    }

    /// "with `rows = "all"`: its latest instructional day up to the as-of day on which at least half of its enrolled
    /// students have a row". Enrolled at a school are those whose home enrollment is there that day.
    fn through_all(&self, tables: &Tables, students: &BTreeMap<String, Vec<Stay>>) -> BTreeMap<String, Date> {
        let mut through = BTreeMap::new();
        for (school, days) in self.senders(tables) {
            let good = days.iter().rev().find(|(date, senders)| {
                let enrolled: Vec<&String> = students
                    .iter()
                    .filter(|(_, stays)| home(stays, **date).is_some_and(|stay| stay.school == school))
                    .map(|(student, _)| student)
                    .collect();
                let with_row = enrolled
                    .iter()
                    .filter(|student| senders.contains(student.as_str()))
                    .count();
                with_row > 0 && with_row * 2 >= enrolled.len()
            });
            if let Some((date, _)) = good {
                through.insert(school.to_string(), *date);
            }
        }
        through
    }

    /// "with `"exceptions"`: the as-of day, unless the school has no row at all on more than `silent_days` instructional
    /// days running up to it, then its latest day with a row"; "a school without any row this year has no through day".
    fn through_exceptions(&self, tables: &Tables, settings: &Settings) -> BTreeMap<String, Date> {
        let mut through = BTreeMap::new();
        for (school, days) in self.senders(tables) {
            let Some((&latest, _)) = days.last_key_value() else {
                continue;
            };
            let silent = self.instructional_between(school, latest.plus(1), self.as_of);
            let reached = if silent > settings.silent_days {
                latest
            } else {
                self.as_of
            };
            through.insert(school.to_string(), reached);
        }
        through
    }
}

/// Everybody whom `students.csv` lists, with the stays that count: "a student without a row [in `enrollments.csv`] is
/// enrolled as `students.csv` says"; "exit before entry … drops the enrollment".
pub(crate) fn stays(tables: &Tables) -> BTreeMap<String, Vec<Stay>> {
    let mut all = BTreeMap::new();
    for (student, listed) in &tables.students {
        let said = tables.enrollments.get(student).unwrap_or(listed);
        all.insert(student.clone(), one_per_key(said));
    }
    all
}

/// Key "student, school, entry_date"; of rows that disagree "the later exit" counts, and no exit is the latest of all.
fn one_per_key(said: &[Stay]) -> Vec<Stay> {
    let mut kept: BTreeMap<(String, Option<Date>), Stay> = BTreeMap::new();
    for stay in said {
        let key = (stay.school.clone(), stay.entry);
        match kept.get(&key) {
            Some(other) if last(other) >= last(stay) => {}
            _ => {
                kept.insert(key, stay.clone());
            }
        }
    }
    kept.into_values().filter(|stay| first(stay) <= last(stay)).collect()
}

fn first(stay: &Stay) -> Date {
    stay.entry.unwrap_or(Date(i32::MIN))
}

fn last(stay: &Stay) -> Date {
    stay.exit.unwrap_or(Date(i32::MAX))
}

/// "`entry_date` to `exit_date`, both included".
pub(crate) fn holds(stay: &Stay, date: Date) -> bool {
    first(stay) <= date && date <= last(stay)
}

/// "On each date a student has one home enrollment: `primary`, else the latest entry, else the smallest school id."
pub(crate) fn home(stays: &[Stay], date: Date) -> Option<&Stay> {
    let here: Vec<&Stay> = stays.iter().filter(|stay| holds(stay, date)).collect();
    let primary: Vec<&Stay> = here.iter().copied().filter(|stay| stay.primary).collect();
    let among = if primary.is_empty() { here } else { primary };
    let latest = among.iter().map(|stay| first(stay)).max()?;
    among
        .into_iter()
        .filter(|stay| first(stay) == latest)
        .min_by(|a, b| a.school.cmp(&b.school))
}
