//! One school year's facts, out of the store and into it.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::facts::{Books, Course, Names, School, SchoolIx, Student, StudentIx, Term};
use crate::monitor::Problem;
use crate::school::{Day, Interner, SchoolYear};

use super::codec::{
    read_attendance, read_enrolled, read_incidents, read_marks, read_support, write_attendance, write_enrolled,
    write_incidents, write_marks, write_support,
};
use super::words::{DICTIONARY, day, odd, text};
use super::{Store, Tx};

/// What a round changed in its books; names are written as far as they grew without being asked.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// Students with other facts than before, in any order; repeats do no harm.
    pub students: Vec<StudentIx>,
    /// Whether a school's name changed.
    pub schools: bool,
    /// Whether the calendar changed.
    pub calendar: bool,
    /// Whether the terms changed.
    pub terms: bool,
    /// Whether a course changed.
    pub courses: bool,
    /// Whose facts changed among those that a feed said by itself, by the feed.
    pub said: Vec<(String, StudentIx)>,
}

impl Changed {
    /// Everything that books hold.
    pub fn everything(books: &Books) -> Changed {
        Changed {
            students: (0..books.students.len() as u32).map(StudentIx).collect(),
            schools: true,
            calendar: true,
            terms: true,
            courses: true,
            said: Vec::new(),
        }
    }
}

/// A dictionary that is kept as words: its kind, and where it stands among the names.
type Dictionary = (&'static str, fn(&Names) -> &Interner, fn(&mut Names) -> &mut Interner);

const DICTIONARIES: [Dictionary; 6] = [
    ("period", |names| &names.periods, |names| &mut names.periods),
    ("code", |names| &names.codes, |names| &mut names.codes),
    ("course", |names| &names.courses, |names| &mut names.courses),
    ("term", |names| &names.terms, |names| &mut names.terms),
    ("mark", |names| &names.marks, |names| &mut names.marks),
    ("word", |names| &names.words, |names| &mut names.words),
];

const LAST_STUDENT: &str = "SELECT student, student_id FROM student ORDER BY student DESC LIMIT 1";

/// The key of `meta` that says that a year has had a behavior export.
fn behavior_seen(year: i64) -> String {
    format!("behavior seen in {year}")
}

impl Store {
    /// The facts of a school year; empty books with all known names where there are none. Where the district moved the
    /// year's first day, the facts move with it.
    pub fn load_books(&self, year: SchoolYear) -> Result<Books, Problem> {
        let mut books = Books::new(year);
        for (kind, _, list) in DICTIONARIES {
            self.fill(list(&mut books.names), DICTIONARY, [kind])?;
        }
        self.fill(
            &mut books.names.students,
            "SELECT student, student_id FROM student ORDER BY student",
            [],
        )?;
        self.fill(
            &mut books.names.schools,
            "SELECT school, school_id FROM school ORDER BY school",
            [],
        )?;
        books.students.resize_with(books.names.students.len(), Student::default);
        books.schools = self.all("SELECT name FROM school ORDER BY school", [], |row| {
            Ok(School { name: row.get(0)? })
        })?;
        books.courses = self.load_courses(books.names.courses.len())?;
        if let Some((key, stored)) = self.year(&year)? {
            self.load_calendar(key, &mut books)?;
            books.terms = self.load_terms(key)?;
            books.behavior_seen = self.meta(&behavior_seen(key))?.is_some();
            self.load_students(key, stored.start, &mut books)?;
            self.load_said(key, stored.start, &mut books)?;
        }
        self.load_later(&mut books)?;
        Ok(books)
    }

    fn load_courses(&self, count: usize) -> Result<Vec<Course>, Problem> {
        let mut courses = vec![Course::default(); count];
        let sql = "SELECT course, name, subject, crosswalk_subject, core FROM course";
        let rows = self.all(sql, [], |row| {
            let course = Course {
                name: row.get(1)?,
                subject: row.get(2)?,
                crosswalk_subject: row.get(3)?,
                core: row.get(4)?,
            };
            Ok((row.get::<_, u32>(0)? as usize, course))
        })?;
        for (number, course) in rows {
            if let Some(slot) = courses.get_mut(number) {
                *slot = course;
            }
        }
        Ok(courses)
    }

    /// The days that a school year's calendar names, and whether any school has school on each; empty where there is no calendar.
    pub fn calendar_days(&self, year: &SchoolYear) -> Result<BTreeMap<Day, bool>, Problem> {
        let from = self.known_under(year)?;
        let sql = "SELECT day, max(instructional) FROM calendar WHERE year = ?1 AND day BETWEEN ?2 AND ?3 GROUP BY day";
        let range = (from, text(year.start), text(year.end));
        let days = self.all(sql, range, |row| Ok((day(row, 0)?, row.get(1)?)))?;
        Ok(days.into_iter().collect())
    }

    /// The key under which a school year's calendar is kept: its own, else that of the last year whose exports spoke of it.
    fn known_under(&self, year: &SchoolYear) -> Result<Option<i64>, Problem> {
        if let Some((key, _)) = self.year(year)? {
            let own = "SELECT 1 FROM calendar WHERE year = ?1 LIMIT 1";
            if self.one(own, [key], |_| Ok(()))?.is_some() {
                return Ok(Some(key));
            }
        }
        let sql = "SELECT max(year) FROM calendar WHERE day BETWEEN ?1 AND ?2";
        let found = self.one(sql, (text(year.start), text(year.end)), |row| row.get(0))?;
        Ok(found.flatten())
    }

    /// Takes days and terms after the year out of what was loaded; where a year has none of its own yet, takes what exports of the year
    /// before said of it.
    fn load_later(&self, books: &mut Books) -> Result<(), Problem> {
        if books.calendar.is_empty()
            && let Some(key) = self.known_under(&books.year)?
        {
            self.load_calendar(key, books)?;
        }
        if books.terms.is_empty() {
            let sql = "SELECT max(year) FROM term WHERE first_day <= ?2 AND last_day >= ?1";
            let range = (text(books.year.start), text(books.year.end));
            let found: Option<Option<i64>> = self.one(sql, range, |row| row.get(0))?;
            if let Some(key) = found.flatten() {
                books.terms = self.load_terms(key)?;
            }
        }
        let year = books.year;
        books.later.calendar = books.calendar.clone();
        books.later.calendar.retain(|(_, day), _| *day > year.end);
        books.calendar.retain(|(_, day), _| year.holds(*day));
        books.later.terms = books
            .terms
            .iter()
            .filter(|term| term.start > year.end)
            .cloned()
            .collect();
        books
            .terms
            .retain(|term| term.start <= year.end && term.end >= year.start);
        Ok(())
    }

    fn load_calendar(&self, key: i64, books: &mut Books) -> Result<(), Problem> {
        let sql = "SELECT school, day, instructional FROM calendar WHERE year = ?1";
        let rows = self.all(sql, [key], |row| {
            let school = row.get::<_, Option<u16>>(0)?.map(SchoolIx);
            Ok(((school, day(row, 1)?), row.get(2)?))
        })?;
        books.calendar = rows.into_iter().collect();
        Ok(())
    }

    fn load_terms(&self, key: i64) -> Result<Vec<Term>, Problem> {
        let sql = "SELECT term, school, first_day, last_day FROM term WHERE year = ?1 ORDER BY rowid";
        self.all(sql, [key], |row| {
            Ok(Term {
                term: row.get(0)?,
                school: row.get::<_, Option<u16>>(1)?.map(SchoolIx),
                start: day(row, 2)?,
                end: day(row, 3)?,
            })
        })
    }

    fn load_students(&self, key: i64, start: Day, books: &mut Books) -> Result<(), Problem> {
        let shift = start.0 - books.year.start.0;
        let length = books.year.length();
        let sql = "SELECT student, enrolled, attendance, marks, incidents, support FROM student_year \
                   WHERE year = ?1 ORDER BY student";
        let loaded = self.db.prepare_cached(sql).and_then(|mut statement| {
            let mut rows = statement.query([key])?;
            while let Some(row) = rows.next()? {
                let number = row.get::<_, u32>(0)? as usize;
                let student = books
                    .students
                    .get_mut(number)
                    .ok_or_else(|| odd(0, "facts of an unknown student"))?;
                let record = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_blob_or_null()?.unwrap_or(&[]));
                let damaged = || odd(0, "a record that is not what was written");
                read_enrolled(record(1)?, start, student).ok_or_else(damaged)?;
                student.attendance = read_attendance(record(2)?, shift, length).ok_or_else(damaged)?;
                student.marks = read_marks(record(3)?, start).ok_or_else(damaged)?;
                student.incidents = read_incidents(record(4)?, start).ok_or_else(damaged)?;
                read_support(record(5)?, start, student).ok_or_else(damaged)?;
            }
            Ok(())
        });
        loaded.map_err(|error: rusqlite::Error| self.trouble(&error))
    }

    /// Whether the store holds facts of any student in a year.
    pub fn has_facts(&self, year: &SchoolYear) -> Result<bool, Problem> {
        let Some((key, _)) = self.year(year)? else {
            return Ok(false);
        };
        let found = self.one("SELECT 1 FROM student_year WHERE year = ?1 LIMIT 1", [key], |_| Ok(()))?;
        Ok(found.is_some())
    }

    /// Whether the year's facts are kept under another first day.
    fn moved(&self, year: &SchoolYear) -> Result<bool, Problem> {
        Ok(self.year(year)?.is_some_and(|(_, stored)| stored.start != year.start))
    }
}

/// One record of a student: its bytes, or nothing.
fn record(bytes: &[u8]) -> Option<&[u8]> {
    (!bytes.is_empty()).then_some(bytes)
}

/// Students packed at a time; a few hundred kilobytes. Chosen by us.
const BATCH: usize = 1024;

/// The records of some students, end to end.
#[derive(Default)]
struct Packed {
    bytes: Vec<u8>,
    /// Where each of a student's five records ends.
    students: Vec<(StudentIx, [usize; 5])>,
}

fn pack(books: &Books, students: &[StudentIx]) -> Packed {
    let start = books.year.start;
    let mut packed = Packed::default();
    let into = &mut packed.bytes;
    for &number in students {
        let Some(student) = books.students.get(number.0 as usize) else {
            continue;
        };
        write_enrolled(student, start, into);
        let enrolled = into.len();
        write_attendance(&student.attendance, into);
        let attendance = into.len();
        write_marks(&student.marks, start, into);
        let marks = into.len();
        write_incidents(&student.incidents, start, into);
        let incidents = into.len();
        write_support(student, start, into);
        let ends = [enrolled, attendance, marks, incidents, into.len()];
        packed.students.push((number, ends));
    }
    packed
}

impl Tx<'_> {
    /// Writes what changed in a year's books; nothing else is touched.
    pub fn save_books(&self, books: &Books, changed: &Changed) -> Result<(), Problem> {
        // Offsets are counted from the year's first day: where that moved, every record is written anew.
        let moved = self.moved(&books.year)?;
        let is_new = self.year(&books.year)?.is_none();
        let key = self.year_key(&books.year)?;
        for (kind, list, _) in DICTIONARIES {
            self.grow(kind, list(&books.names))?;
        }
        self.save_ids(books)?;
        if books.behavior_seen {
            self.set_meta(&behavior_seen(key), "yes")?;
        }
        if changed.schools {
            self.save_school_names(books)?;
        }
        // What exports of the year before said of this one is its own from its first round on: that year is forgotten one day.
        if changed.calendar || is_new {
            self.save_calendar(key, books)?;
        }
        if changed.terms || is_new {
            self.save_terms(key, books)?;
        }
        if changed.courses {
            self.save_courses(books)?;
        }
        if moved {
            self.save_all_said(key, books)?;
            return self.save_students(key, books, &Changed::everything(books).students);
        }
        self.save_said(key, books, &changed.said)?;
        self.save_students(key, books, &changed.students)
    }

    fn save_ids(&self, books: &Books) -> Result<(), Problem> {
        let known = self.known(&books.names.students, LAST_STUDENT, [])?;
        self.add_students(known as u32, books.names.students.iter().skip(known))?;
        let last = "SELECT school, school_id FROM school ORDER BY school DESC LIMIT 1";
        let known = self.known(&books.names.schools, last, [])?;
        for (number, id) in books.names.schools.iter().enumerate().skip(known) {
            let name = books.schools.get(number).map_or("", |school| &school.name);
            self.run("INSERT INTO school VALUES (?1, ?2, ?3)", (number as i64, id, name))?;
        }
        Ok(())
    }

    /// The number and the id of the last student whom the store has met.
    pub(super) fn last_student(&self) -> Result<Option<(u32, String)>, Problem> {
        self.one(LAST_STUDENT, [], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Writes ids in the order of their numbers.
    pub(super) fn add_students<'i>(&self, first: u32, ids: impl Iterator<Item = &'i str>) -> Result<(), Problem> {
        let mut statement = self.statement("INSERT INTO student VALUES (?1, ?2)")?;
        for (number, id) in (first..).zip(ids) {
            let inserted = statement.execute((number, id));
            inserted.map_err(|error| self.trouble(&error))?;
        }
        Ok(())
    }

    fn save_school_names(&self, books: &Books) -> Result<(), Problem> {
        for (number, school) in books.schools.iter().enumerate() {
            let sql = "UPDATE school SET name = ?2 WHERE school = ?1 AND name <> ?2";
            self.run(sql, (number as i64, &school.name))?;
        }
        Ok(())
    }

    fn save_calendar(&self, key: i64, books: &Books) -> Result<(), Problem> {
        self.run("DELETE FROM calendar WHERE year = ?1", [key])?;
        for ((school, day), instructional) in books.calendar.iter().chain(&books.later.calendar) {
            let school = school.map(|school| school.0);
            self.run(
                "INSERT INTO calendar VALUES (?1, ?2, ?3, ?4)",
                (key, school, text(*day), instructional),
            )?;
        }
        Ok(())
    }

    fn save_terms(&self, key: i64, books: &Books) -> Result<(), Problem> {
        self.run("DELETE FROM term WHERE year = ?1", [key])?;
        for term in books.terms.iter().chain(&books.later.terms) {
            let school = term.school.map(|school| school.0);
            let row = (key, term.term, school, text(term.start), text(term.end));
            self.run("INSERT INTO term VALUES (?1, ?2, ?3, ?4, ?5)", row)?;
        }
        Ok(())
    }

    fn save_courses(&self, books: &Books) -> Result<(), Problem> {
        for (number, course) in books.courses.iter().enumerate() {
            let row = (
                number as i64,
                &course.name,
                &course.subject,
                &course.crosswalk_subject,
                &course.core,
            );
            self.run("INSERT OR REPLACE INTO course VALUES (?1, ?2, ?3, ?4, ?5)", row)?;
        }
        Ok(())
    }

    fn save_students(&self, key: i64, books: &Books, students: &[StudentIx]) -> Result<(), Problem> {
        // In the order of the key, so that the table grows at its end and a page is written once.
        let mut students = students.to_vec();
        students.sort();
        students.dedup();
        // One thread packs while this one writes: each takes about as long as the other.
        thread::scope(|scope| {
            let (packed, batches) = sync_channel(2);
            let students = &students;
            scope.spawn(move || {
                for batch in students.chunks(BATCH) {
                    // Nobody takes it: the writing failed, and says so itself.
                    if packed.send(pack(books, batch)).is_err() {
                        return;
                    }
                }
            });
            for batch in batches {
                self.save_batch(key, &batch)?;
            }
            Ok(())
        })
    }

    fn save_batch(&self, key: i64, batch: &Packed) -> Result<(), Problem> {
        let sql = "INSERT OR REPLACE INTO student_year VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut statement = self.statement(sql)?;
        let mut start = 0;
        for (number, ends) in &batch.students {
            let records = ends.map(|end| {
                let bytes = &batch.bytes[start..end];
                start = end;
                record(bytes)
            });
            if records.iter().all(Option::is_none) {
                let sql = "DELETE FROM student_year WHERE year = ?1 AND student = ?2";
                self.run(sql, (key, number.0))?;
                continue;
            }
            let [enrolled, attendance, marks, incidents, support] = records;
            let saved = statement.execute((key, number.0, enrolled, attendance, marks, incidents, support));
            saved.map_err(|error| self.trouble(&error))?;
        }
        Ok(())
    }
}
