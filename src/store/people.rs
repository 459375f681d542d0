//! Who is who: the directory, staff, caseloads, and what is kept for audits alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::directory::Person;
use crate::facts::StudentIx;
use crate::monitor::Problem;
use crate::routing::{Caseload, Staff};
use crate::school::{Area, Day};

use super::words::{json, maybe_day, to_json};
use super::{Store, Tx, day_text};

/// One row of `groups.csv`: for a fairness audit alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Group {
    /// The student's id.
    pub student_id: String,
    /// The group, such as `gender`.
    pub group: String,
    /// The student's value in it.
    pub value: String,
}

/// One row of `outcomes.csv`: what really happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Outcome {
    /// The student's id.
    pub student_id: String,
    /// The outcome's word.
    pub outcome: String,
    /// Whether it happened.
    pub value: bool,
    /// When, where the export says.
    pub date: Option<Day>,
}

/// Whom one export of students brought, on their way into the store before the rest of the books is known.
#[derive(Clone, Debug)]
pub struct Met {
    /// The number of the first student whom the store has not met.
    pub first: u32,
    /// The id before that one; none where the first is the first of all.
    pub before: Option<Arc<str>>,
    /// The ids from that number on, in the order of their numbers.
    pub ids: Vec<Arc<str>>,
    /// Persons, among them students who were known before.
    pub people: Arc<Vec<Person>>,
    /// Each person's number.
    pub numbers: Vec<u32>,
}

const PERSON: &str = "SELECT student_id, first_name, last_name, homeroom FROM directory JOIN student USING (student)";

fn person(row: &rusqlite::Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        student_id: row.get(0)?,
        first_name: row.get(1)?,
        last_name: row.get(2)?,
        homeroom: row.get(3)?,
    })
}

impl Store {
    /// The number of a student id, where the store knows it.
    pub fn student(&self, student_id: &str) -> Result<Option<StudentIx>, Problem> {
        let sql = "SELECT student FROM student WHERE student_id = ?1";
        self.one(sql, [student_id], |row| row.get(0).map(StudentIx))
    }

    /// The names of one student.
    pub fn person(&self, student_id: &str) -> Result<Option<Person>, Problem> {
        self.one(&format!("{PERSON} WHERE student_id = ?1"), [student_id], person)
    }

    /// The names of many students, by id, in one pass over the table.
    pub fn people(&self, student_ids: &BTreeSet<String>) -> Result<BTreeMap<String, Person>, Problem> {
        if student_ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        // Ids have no index: a table that grows at its end alone is quick to write, and SQLite walks it in milliseconds.
        let sql = format!("{PERSON} WHERE student_id IN (SELECT value FROM json_each(?1))");
        let people = self.all(&sql, [to_json(student_ids)], person)?;
        Ok(people
            .into_iter()
            .map(|person| (person.student_id.clone(), person))
            .collect())
    }

    /// Everybody in the directory, in the order of student numbers.
    pub fn directory(&self) -> Result<Vec<Person>, Problem> {
        self.all(PERSON, [], person)
    }

    /// The schools' names by their ids.
    pub fn school_names(&self) -> Result<BTreeMap<String, String>, Problem> {
        let rows = self.all("SELECT school_id, name FROM school", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The staff table, by staff id.
    pub fn staff(&self) -> Result<Vec<Staff>, Problem> {
        self.all("SELECT row FROM staff ORDER BY staff_id", [], |row| json(row, 0))
    }

    /// The caseload table, in the order saved.
    pub fn caseload(&self) -> Result<Vec<Caseload>, Problem> {
        let sql =
            "SELECT student_id, staff_id, role, area, from_day, until_day, from_range FROM caseload ORDER BY rowid";
        self.all(sql, [], |row| {
            Ok(Caseload {
                student_id: row.get(0)?,
                staff_id: row.get(1)?,
                role: row.get(2)?,
                area: row.get::<_, Option<String>>(3)?.map(Area),
                from: maybe_day(row, 4)?,
                until: maybe_day(row, 5)?,
                from_range: row.get(6)?,
            })
        })
    }

    /// Subgroups, in the order saved.
    pub fn groups(&self) -> Result<Vec<Group>, Problem> {
        self.all(
            "SELECT student_id, group_name, value FROM student_group ORDER BY rowid",
            [],
            |row| {
                Ok(Group {
                    student_id: row.get(0)?,
                    group: row.get(1)?,
                    value: row.get(2)?,
                })
            },
        )
    }

    /// Outcomes, in the order saved.
    pub fn outcomes(&self) -> Result<Vec<Outcome>, Problem> {
        self.all(
            "SELECT student_id, outcome, value, day FROM outcome ORDER BY rowid",
            [],
            |row| {
                Ok(Outcome {
                    student_id: row.get(0)?,
                    outcome: row.get(1)?,
                    value: row.get(2)?,
                    date: maybe_day(row, 3)?,
                })
            },
        )
    }
}

impl Tx<'_> {
    /// Writes the ids of students whom the store has not met, and persons into the directory; who is already there under the same names costs
    /// no write.
    ///
    /// # Errors
    ///
    /// A problem where the store has met others since the books were read.
    pub fn save_met(&self, met: &Met) -> Result<(), Problem> {
        if !met.ids.is_empty() {
            let last = self.last_student()?;
            let (number, id) = last.map_or((0, None), |(number, id)| (number + 1, Some(id)));
            if number != met.first || id.as_deref() != met.before.as_deref() {
                return Err(self.stale());
            }
            self.add_students(met.first, met.ids.iter().map(|id| &**id))?;
        }
        let sql = "INSERT INTO directory VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET \
                   first_name = excluded.first_name, last_name = excluded.last_name, homeroom = excluded.homeroom \
                   WHERE first_name <> excluded.first_name OR last_name <> excluded.last_name \
                   OR homeroom <> excluded.homeroom";
        let mut rows: Vec<(u32, &Person)> = met.numbers.iter().copied().zip(met.people.iter()).collect();
        rows.sort_by_key(|(number, _)| *number);
        let mut statement = self.statement(sql)?;
        for (number, person) in rows {
            let saved = statement.execute((number, &person.first_name, &person.last_name, &person.homeroom));
            saved.map_err(|error| self.trouble(&error))?;
        }
        Ok(())
    }

    /// Replaces the staff table.
    pub fn save_staff(&self, staff: &[Staff]) -> Result<(), Problem> {
        self.run("DELETE FROM staff", [])?;
        for person in staff {
            let row = (
                &person.staff_id,
                &person.name,
                &person.email,
                person.roles.join(";"),
                to_json(person),
            );
            self.run("INSERT OR REPLACE INTO staff VALUES (?1, ?2, ?3, ?4, ?5)", row)?;
        }
        Ok(())
    }

    /// Replaces the caseload table.
    pub fn save_caseload(&self, caseload: &[Caseload]) -> Result<(), Problem> {
        self.run("DELETE FROM caseload", [])?;
        let mut statement = self.statement("INSERT INTO caseload VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        for row in caseload {
            let area = row.area.as_ref().map(Area::word);
            let (from, until) = (day_text(row.from), day_text(row.until));
            let row = (
                &row.student_id,
                &row.staff_id,
                &row.role,
                area,
                from,
                until,
                row.from_range,
            );
            statement.execute(row).map_err(|error| self.trouble(&error))?;
        }
        Ok(())
    }

    /// Replaces the subgroups.
    pub fn save_groups(&self, groups: &[Group]) -> Result<(), Problem> {
        self.run("DELETE FROM student_group", [])?;
        for row in groups {
            self.run(
                "INSERT INTO student_group VALUES (?1, ?2, ?3)",
                (&row.student_id, &row.group, &row.value),
            )?;
        }
        Ok(())
    }

    /// Replaces the outcomes.
    pub fn save_outcomes(&self, outcomes: &[Outcome]) -> Result<(), Problem> {
        self.run("DELETE FROM outcome", [])?;
        for row in outcomes {
            let row = (&row.student_id, &row.outcome, row.value, day_text(row.date));
            self.run("INSERT INTO outcome VALUES (?1, ?2, ?3, ?4)", row)?;
        }
        Ok(())
    }
}
