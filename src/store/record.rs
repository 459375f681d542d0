//! The record of what was written about whom, and what a person decided of letters.

use crate::monitor::Problem;
use crate::outbox::State;
use crate::school::Level;

use super::words::{maybe_level, word};
use super::{Store, Tx};

/// One line of a letter about a student.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutStudent {
    /// The school's id.
    pub school_id: String,
    /// The rule's id.
    pub rule: String,
    /// The level told; `None` where nothing is told, as of a flag that is over.
    pub level: Option<Level>,
    /// Whether go-live put it back: it was written in rehearsal.
    pub put_back: bool,
    /// Why this reader.
    pub why: String,
}

impl Store {
    /// What one letter says of one student, by name or as a count, in the order posted.
    pub fn lines_about(&self, letter: i64, student_id: &str) -> Result<Vec<AboutStudent>, Problem> {
        let sql = "SELECT school_id, rule, level, put_back, why FROM letter_entry WHERE letter = ?1 AND student_id = ?2 ORDER BY rowid";
        self.all(sql, (letter, student_id), |row| {
            Ok(AboutStudent {
                school_id: row.get(0)?,
                rule: row.get(1)?,
                level: maybe_level(row, 2)?,
                put_back: row.get(3)?,
                why: row.get(4)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Sets a letter aside for good, at a time (seconds since 1970): what it tells counts as told and was written to nobody. `said` is
    /// kept with the step.
    pub fn discard(&self, id: i64, said: &str, at: i64) -> Result<(), Problem> {
        self.run("UPDATE letter_entry SET written = 0 WHERE letter = ?1", [id])?;
        let sql = "UPDATE letter SET state = ?2, sealed = NULL WHERE letter = ?1";
        self.run(sql, (id, word(&State::Discarded)))?;
        let sql = "INSERT INTO delivery VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, (id, at, word(&State::Discarded), said)).map(|_| ())
    }
}
