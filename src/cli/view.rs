//! The store as commands look at it: tonight's books, standings and owners, without changing any.

use std::collections::BTreeMap;
use std::io::Write;

use super::{Stop, output};
use crate::crossings::Silence;
use crate::facts::{Books, StudentIx};
use crate::monitor::{Place, Problem, Weight};
use crate::round::{Held, Ledger, Setup, hear, ledger_of};
use crate::routing::{Caseload, Owners, Question, Resolution, Staff};
use crate::rules::{CaseFile, Rule};
use crate::school::{Day, Level, SchoolYear};
use crate::store::Store;
use crate::timeline::{Almanac, StudentNight};

/// What a command needs of the store.
pub(super) struct View {
    pub(super) store: Store,
    pub(super) books: Books,
    pub(super) ledger: Ledger,
    pub(super) staff: Vec<Staff>,
    pub(super) caseload: Vec<Caseload>,
    /// Those that are over included.
    pub(super) silences: Vec<Silence>,
    /// The day of the last round, or the one asked for.
    pub(super) as_of: Day,
    /// The day of the last round.
    pub(super) last: Day,
    /// What was held in the last round.
    pub(super) held: Held,
    pub(super) year: SchoolYear,
}

impl View {
    /// Reads what the last round left.
    pub(super) fn read(setup: &Setup, as_of: Option<Day>) -> Result<View, Stop> {
        let store = setup.store_to_read()?;
        let last = store.last_as_of()?.ok_or_else(no_round)?;
        let as_of = as_of.unwrap_or(last);
        let year = setup.school_year(as_of)?.0;
        let books = store.load_books(year)?;
        let ledger = ledger_of(&store, &setup.rules, &year, &books.names)?;
        let held = Held::from_text(&store.meta("held")?.unwrap_or_default(), &books);
        Ok(View {
            staff: store.staff()?,
            caseload: store.caseload()?,
            silences: store.silences()?,
            store,
            books,
            ledger,
            as_of,
            last,
            held,
            year,
        })
    }

    /// Who owns what as of tonight.
    pub(super) fn owners<'v>(&'v self, setup: &'v Setup, almanac: &Almanac<'_>) -> Owners<'v> {
        let today = almanac.next_school_day(self.as_of).unwrap_or(self.as_of.plus(1));
        let config = &setup.config;
        Owners::new(
            &self.staff,
            &self.caseload,
            &config.routes,
            &config.last_owner,
            &config.mail.allowed_domains,
            today,
        )
        .sharing(&config.mail.shared_mailboxes)
    }

    /// The owner of a student's news under a rule.
    pub(super) fn resolve(
        &self,
        owners: &Owners<'_>,
        night: &StudentNight<'_>,
        student: StudentIx,
        rule: &Rule,
        level: Level,
    ) -> Resolution {
        let facts = &self.books.students[student.0 as usize];
        let programs: Vec<&str> = facts
            .programs
            .iter()
            .map(|program| self.books.names.words.name(*program))
            .collect();
        owners.resolve(&Question {
            student_id: self.books.names.students.name(student.0),
            school_id: night.school_id(),
            grade: night.grade(),
            programs: &programs,
            subjects: &[],
            area: &rule.card(night.school_id()).area,
            level,
            areas_involved: &[],
            passed_over: &[],
        })
    }

    /// A student's case for the rules.
    pub(super) fn case<'n>(&self, night: &'n StudentNight<'n>) -> CaseFile<'n> {
        CaseFile {
            numbers: night,
            school_id: night.school_id(),
            grade: night.grade(),
            held: self.held.at(night.school()),
        }
    }

    /// Lets the programs whose words rules read tell of tonight: of one student, or of all. What went wrong is said beside the answer.
    pub(super) fn hear(
        &self,
        err: &mut dyn Write,
        setup: &Setup,
        almanac: &Almanac<'_>,
        student: Option<StudentIx>,
    ) -> Result<(), Stop> {
        let of = || match student {
            Some(student) => vec![(student, self.as_of)],
            None => almanac
                .night(self.as_of)
                .active()
                .map(|student| (student, self.as_of))
                .collect(),
        };
        let problems = hear(setup, almanac, &self.held, of);
        output::problems(err, &problems)?;
        Ok(())
    }

    /// The number of a student id.
    pub(super) fn student(&self, id: &str) -> Result<StudentIx, Problem> {
        self.books.names.students.get(id).map(StudentIx).ok_or_else(|| {
            Problem::new(
                "student-unknown",
                Weight::Stop,
                Place::default(),
                format!("no export of this school year has brought a student `{id}`"),
                "write the id exactly as the exports do, leading zeros included",
            )
        })
    }

    /// Students in the order of their ids.
    pub(super) fn students_by_id(&self) -> Vec<(&str, StudentIx)> {
        let all: BTreeMap<&str, StudentIx> = self
            .books
            .names
            .students
            .iter()
            .enumerate()
            .map(|(at, id)| (id, StudentIx(at as u32)))
            .collect();
        all.into_iter().collect()
    }
}

fn no_round() -> Problem {
    Problem::new(
        "no-round-yet",
        Weight::Stop,
        Place::default(),
        "no round has judged a day here yet",
        "put the exports into the inbox and run `firstbell run`",
    )
}

/// What keeps news back, by the word that the store has for it.
pub(super) fn kept_by(hold: &str) -> &str {
    match hold {
        "storm" => "by a storm",
        "silence" => "by a silence",
        "quieted" => "by a contact or a plan",
        "cap" => "by a full letter",
        "capacity" => "by the owner's capacity",
        "digest" => "for the digest",
        other => other,
    }
}

/// A number with three decimals, rounded half up, as listings write it.
pub(super) fn three_decimals(value: f64) -> String {
    // One part in a billion forgives what binary fractions lose; halves go up.
    let scaled = value * 1000.0;
    let rounded = (scaled + 0.5 + scaled.abs() * 1e-9).floor() / 1000.0;
    format!("{:.3}", if rounded == 0.0 { 0.0 } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::three_decimals;

    #[test]
    fn listings_have_three_decimals_rounded_half_up() {
        for (value, text) in [
            (10.0, "10.000"),
            (1.0 / 3.0, "0.333"),
            (2.0 / 3.0, "0.667"),
            (0.0005, "0.001"),
            (-0.0005, "0.000"),
            (12.3455, "12.346"),
        ] {
            assert_eq!(three_decimals(value), text, "{value}");
        }
    }
}
