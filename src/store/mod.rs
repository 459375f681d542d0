//! The embedded database: one SQLite file that an operator can open with any tool.
//!
//! In: facts, standings, letters. Out: the same, as they were committed. Never: half a round — what one round learned, decided
//! and posted commits together or not at all — and never a student's name outside `directory` and the sealed bytes of a letter.

mod books;
mod bound;
mod bundles;
mod codec;
mod held;
mod holds;
mod letters;
mod open;
mod people;
mod record;
mod rounds;
mod rule_log;
mod said;
mod standings;
mod trouble;
mod words;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::ops::Deref;
use std::path::PathBuf;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::monitor::Problem;
use crate::school::{Day, SchoolYear};

pub use books::Changed;
pub use bundles::Kept;
pub use held::{HeldFile, HeldState};
pub use holds::{KeptBack, Storm};
pub use letters::{Copied, Delivery, EpisodeKey, Line, Telling, Word};
pub use people::{Group, Met, Outcome};
pub use record::AboutStudent;
pub use rounds::{Export, RoundRow};
pub use rule_log::RuleEntry;
pub use said::SaidList;
pub use standings::{Change, NewChange, NewStanding, SchoolRule, Standings};

/// The store, open. Every reading method is here; every writing one is on [`Tx`].
pub struct Store {
    db: Connection,
    path: PathBuf,
    /// Whether this opening made it and nothing was committed yet.
    is_new: Cell<bool>,
}

/// One write transaction: a whole round, or one step of a delivery. Dropped without [`Tx::commit`], it leaves nothing.
pub struct Tx<'s> {
    store: &'s Store,
    tx: Transaction<'s>,
}

impl Store {
    /// Begins the one write transaction that there can be; an error where another process writes.
    pub fn begin(&self) -> Result<Tx<'_>, Problem> {
        let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate);
        let tx = tx.map_err(|error| self.trouble(&error))?;
        Ok(Tx { store: self, tx })
    }

    /// The value that stands under a key of the `meta` table.
    pub fn meta(&self, key: &str) -> Result<Option<String>, Problem> {
        self.one("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
    }

    /// The school years that the store holds facts or standings of, ascending.
    pub fn school_years(&self) -> Result<Vec<SchoolYear>, Problem> {
        let years = self.years()?;
        Ok(years.into_iter().map(|(_, year)| year).collect())
    }

    fn years(&self) -> Result<Vec<(i64, SchoolYear)>, Problem> {
        self.all(
            "SELECT year, first_day, last_day FROM school_year ORDER BY year",
            [],
            |row| {
                let year = SchoolYear {
                    start: words::day(row, 1)?,
                    end: words::day(row, 2)?,
                };
                Ok((row.get(0)?, year))
            },
        )
    }

    /// The year's key and the first day under which its facts are kept: the stored year that overlaps, whose dates the
    /// district may have moved since.
    fn year(&self, year: &SchoolYear) -> Result<Option<(i64, SchoolYear)>, Problem> {
        let overlaps = |other: &SchoolYear| other.start <= year.end && year.start <= other.end;
        Ok(self.years()?.into_iter().find(|(_, other)| overlaps(other)))
    }

    fn trouble(&self, error: &rusqlite::Error) -> Problem {
        trouble::problem(error, &self.path)
    }

    /// Every row of a query.
    fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Problem> {
        let rows = self
            .db
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, read)?.collect());
        rows.map_err(|error: rusqlite::Error| self.trouble(&error))
    }

    /// The first row of a query, where there is one.
    fn one<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Problem> {
        use rusqlite::OptionalExtension as _;
        let found = self
            .db
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(params, read).optional());
        found.map_err(|error| self.trouble(&error))
    }
}

impl Deref for Tx<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}

impl Tx<'_> {
    /// Makes everything durable at once.
    pub fn commit(self) -> Result<(), Problem> {
        let store = self.store;
        self.tx.commit().map_err(|error| store.trouble(&error))?;
        if store.is_new.replace(false) {
            store.had_first_commit();
        }
        Ok(())
    }

    /// Has what is in a new store's file so far brought onto the disk beside what follows, so that the first commit waits for less.
    pub fn sync_ahead(&self) {
        if !self.is_new.get() {
            return;
        }
        // Where it cannot be, the commit does it all.
        let Ok(file) = std::fs::OpenOptions::new().write(true).open(&self.path) else {
            return;
        };
        // Closed, it would take the locks along that SQLite holds on the file: on Unix they belong to the program. It is left open, one file
        // once in a store's life.
        #[cfg(unix)]
        let file = std::mem::ManuallyDrop::new(file);
        std::thread::Builder::new().spawn(move || file.sync_data()).ok();
    }

    /// Sets the value of a key of the `meta` table.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), Problem> {
        let sql = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value \
                   WHERE value <> excluded.value";
        self.run(sql, [key, value]).map(|_| ())
    }

    /// The key of a school year, given now where it has none; its dates follow the configuration.
    fn year_key(&self, year: &SchoolYear) -> Result<i64, Problem> {
        if let Some((key, stored)) = self.year(year)? {
            if stored != *year {
                let sql = "UPDATE school_year SET first_day = ?2, last_day = ?3 WHERE year = ?1";
                self.run(sql, (key, words::text(year.start), words::text(year.end)))?;
            }
            return Ok(key);
        }
        let date = year.start.civil();
        let key = i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day());
        let sql = "INSERT INTO school_year VALUES (?1, ?2, ?3)";
        self.run(sql, (key, words::text(year.start), words::text(year.end)))?;
        Ok(key)
    }

    /// Runs one statement; how many rows it changed.
    fn run(&self, sql: &str, params: impl rusqlite::Params) -> Result<usize, Problem> {
        let changed = self
            .db
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params));
        changed.map_err(|error| self.trouble(&error))
    }

    /// Prepares a statement that a loop runs.
    fn statement(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>, Problem> {
        self.db.prepare_cached(sql).map_err(|error| self.trouble(&error))
    }

    /// Forgets school years other than those kept, the letters and exports older than them, and the names of students that
    /// no kept year knows. Numbers and ids stay: kept records speak of students by number. `lost`: whether some student may have
    /// lost all facts of a year that is kept; where none has and no year goes, every name is still known, and none is looked for.
    pub fn purge(&self, keep: &[SchoolYear], lost: bool) -> Result<(), Problem> {
        let Some(oldest) = keep.iter().map(|year| year.start).min() else {
            return Ok(());
        };
        let mut lost = lost;
        for (key, year) in self.years()? {
            if keep.iter().any(|kept| kept.start <= year.end && year.start <= kept.end) {
                continue;
            }
            lost = true;
            for table in [
                "student_year",
                "said",
                "calendar",
                "term",
                "standing",
                "school_rule",
                "rule_night",
                "change",
                "school_year",
            ] {
                self.run(&format!("DELETE FROM {table} WHERE year = ?1"), [key])?;
            }
        }
        self.run("DELETE FROM letter WHERE as_of < ?1", [words::text(oldest)])?;
        self.run("DELETE FROM export WHERE accepted < ?1", [words::text(oldest)])?;
        self.run("DELETE FROM round WHERE as_of < ?1", [words::text(oldest)])?;
        self.purge_held(oldest)?;
        if !lost {
            return Ok(());
        }
        let known = "DELETE FROM directory WHERE student NOT IN (SELECT student FROM student_year)";
        self.run(known, []).map(|_| ())
    }
}

/// The day as texts hold it.
fn day_text(day: Option<Day>) -> Option<String> {
    day.map(words::text)
}
