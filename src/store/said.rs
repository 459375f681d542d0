//! What each of several feeds of one table said by itself.

use std::collections::BTreeMap;

use super::codec::{
    read_attendance, read_enrolled, read_incidents, read_marks, read_support, write_attendance, write_enrolled,
    write_incidents, write_marks, write_support,
};
use super::words::odd;
use super::{Store, Tx};
use crate::facts::{Books, Said, Student, StudentIx};
use crate::monitor::Problem;

/// One feed's rows of a list that belongs to no school year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidList {
    /// The feed, by its globs.
    pub feed: String,
    /// The table's word.
    pub list: String,
    /// The rows, as JSON.
    pub rows: String,
}

impl Store {
    /// Loads what each feed said in a school year; nothing where every table has one feed.
    pub(super) fn load_said(&self, key: i64, start: crate::school::Day, books: &mut Books) -> Result<(), Problem> {
        let (shift, length) = (start.0 - books.year.start.0, books.year.length());
        let sql = "SELECT feed, student, enrolled, attendance, marks, incidents, support FROM said WHERE year = ?1";
        let rows = self.all(sql, [key], |row| {
            let record = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_blob_or_null()?.unwrap_or(&[]));
            let damaged = || odd(0, "a record that is not what was written");
            let mut student = Student::default();
            read_enrolled(record(2)?, start, &mut student).ok_or_else(damaged)?;
            student.attendance = read_attendance(record(3)?, shift, length).ok_or_else(damaged)?;
            student.marks = read_marks(record(4)?, start).ok_or_else(damaged)?;
            student.incidents = read_incidents(record(5)?, start).ok_or_else(damaged)?;
            read_support(record(6)?, start, &mut student).ok_or_else(damaged)?;
            Ok((row.get::<_, String>(0)?, StudentIx(row.get(1)?), student))
        })?;
        let mut said: Said = BTreeMap::new();
        for (feed, number, student) in rows {
            said.entry(feed).or_default().insert(number, student);
        }
        books.said = said;
        Ok(())
    }

    /// What feeds said of lists that belong to no school year.
    pub fn said_lists(&self) -> Result<Vec<SaidList>, Problem> {
        self.all(
            "SELECT feed, list, rows FROM said_list ORDER BY feed, list",
            [],
            |row| {
                Ok(SaidList {
                    feed: row.get(0)?,
                    list: row.get(1)?,
                    rows: row.get(2)?,
                })
            },
        )
    }
}

impl Tx<'_> {
    /// Writes what feeds said of some students, or of all whom the store or the books know.
    pub(super) fn save_said(&self, key: i64, books: &Books, changed: &[(String, StudentIx)]) -> Result<(), Problem> {
        for (feed, number) in changed {
            self.save_one_said(key, books, feed, *number)?;
        }
        Ok(())
    }

    /// Writes everything that feeds said anew.
    pub(super) fn save_all_said(&self, key: i64, books: &Books) -> Result<(), Problem> {
        self.run("DELETE FROM said WHERE year = ?1", [key])?;
        for (feed, students) in &books.said {
            for number in students.keys() {
                self.save_one_said(key, books, feed, *number)?;
            }
        }
        Ok(())
    }

    fn save_one_said(&self, key: i64, books: &Books, feed: &str, number: StudentIx) -> Result<(), Problem> {
        let Some(student) = books.said.get(feed).and_then(|students| students.get(&number)) else {
            let sql = "DELETE FROM said WHERE year = ?1 AND feed = ?2 AND student = ?3";
            self.run(sql, (key, feed, number.0))?;
            return Ok(());
        };
        let start = books.year.start;
        let mut records: [Vec<u8>; 5] = Default::default();
        write_enrolled(student, start, &mut records[0]);
        write_attendance(&student.attendance, &mut records[1]);
        write_marks(&student.marks, start, &mut records[2]);
        write_incidents(&student.incidents, start, &mut records[3]);
        write_support(student, start, &mut records[4]);
        let [enrolled, attendance, marks, incidents, support] =
            records.each_ref().map(|bytes| (!bytes.is_empty()).then_some(bytes));
        let sql = "INSERT OR REPLACE INTO said VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let row = (key, feed, number.0, enrolled, attendance, marks, incidents, support);
        self.run(sql, row)?;
        Ok(())
    }

    /// Keeps one feed's rows of a list in place of those before.
    pub fn save_said_list(&self, said: &SaidList) -> Result<(), Problem> {
        let row = (&said.feed, &said.list, &said.rows);
        self.run("INSERT OR REPLACE INTO said_list VALUES (?1, ?2, ?3)", row)?;
        Ok(())
    }
}
