//! What each round was: its day, its exports, its problems.

use crate::monitor::{Problem, Tallies};
use crate::school::Day;

use super::words::{day, json, maybe_day, text, to_json};
use super::{Store, Tx, day_text};

/// One committed round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundRow {
    /// Its number; rounds are numbered from 1.
    pub round: i64,
    /// The day up to which facts were known.
    pub as_of: Day,
    /// The day on which it ran.
    pub today: Day,
    /// When it began, seconds since 1970.
    pub started: i64,
    /// When it was committed, seconds since 1970.
    pub committed: i64,
    /// What it counted, as JSON.
    pub counts: String,
}

/// One export that a round accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The feed it came through, by its own name: main table and files.
    pub feed: String,
    /// The file's name.
    pub name: String,
    /// The blake3 digest of its bytes, in hexadecimal.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, seconds since 1970.
    pub settled: i64,
    /// The first day that its rows speak of.
    pub first: Option<Day>,
    /// The last day that its rows speak of.
    pub last: Option<Day>,
    /// Rows read, whatever became of them.
    pub rows: u64,
    /// What became of its rows.
    pub tallies: Tallies,
    /// The as-of day of the round that accepted it.
    pub accepted: Day,
    /// That round's number.
    pub round: i64,
}

const EXPORT: &str =
    "SELECT feed, name, digest, size, settled, first_day, last_day, rows, tallies, accepted, round FROM export";

fn export(row: &rusqlite::Row<'_>) -> rusqlite::Result<Export> {
    Ok(Export {
        feed: row.get(0)?,
        name: row.get(1)?,
        digest: row.get(2)?,
        size: row.get::<_, i64>(3)?.unsigned_abs(),
        settled: row.get(4)?,
        first: maybe_day(row, 5)?,
        last: maybe_day(row, 6)?,
        rows: row.get::<_, i64>(7)?.unsigned_abs(),
        tallies: json(row, 8)?,
        accepted: day(row, 9)?,
        round: row.get(10)?,
    })
}

const ROUND: &str = "SELECT round, as_of, today, started, committed, counts FROM round";

fn round(row: &rusqlite::Row<'_>) -> rusqlite::Result<RoundRow> {
    Ok(RoundRow {
        round: row.get(0)?,
        as_of: day(row, 1)?,
        today: day(row, 2)?,
        started: row.get(3)?,
        committed: row.get(4)?,
        counts: row.get(5)?,
    })
}

impl Store {
    /// The round that was committed last.
    pub fn last_round(&self) -> Result<Option<RoundRow>, Problem> {
        self.one(&format!("{ROUND} ORDER BY round DESC LIMIT 1"), [], round)
    }

    /// The latest as-of day of any committed round: a round before it is a look back.
    pub fn last_as_of(&self) -> Result<Option<Day>, Problem> {
        let latest = self.one("SELECT max(as_of) FROM round", [], |row| maybe_day(row, 0))?;
        Ok(latest.flatten())
    }

    /// The last rounds, the newest first.
    pub fn rounds(&self, most: u32) -> Result<Vec<RoundRow>, Problem> {
        self.all(&format!("{ROUND} ORDER BY round DESC LIMIT ?1"), [most], round)
    }

    /// What the last round could not do or did not understand, in order.
    pub fn problems(&self) -> Result<Vec<Problem>, Problem> {
        self.all("SELECT problem FROM problem ORDER BY position", [], |row| json(row, 0))
    }

    /// Every accepted export, in the order accepted.
    pub fn exports(&self) -> Result<Vec<Export>, Problem> {
        self.all(&format!("{EXPORT} ORDER BY export"), [], export)
    }

    /// The export of a feed that was accepted last.
    pub fn latest_export(&self, feed: &str) -> Result<Option<Export>, Problem> {
        self.one(
            &format!("{EXPORT} WHERE feed = ?1 ORDER BY export DESC LIMIT 1"),
            [feed],
            export,
        )
    }

    /// Whether these very bytes are what the feed brought last: reading them again would change nothing.
    pub fn is_latest(&self, feed: &str, digest: &str) -> Result<bool, Problem> {
        Ok(self.latest_export(feed)?.is_some_and(|export| export.digest == digest))
    }

    /// Whether a feed ever brought these very bytes.
    pub fn has_export(&self, feed: &str, digest: &str) -> Result<bool, Problem> {
        let sql = "SELECT 1 FROM export WHERE feed = ?1 AND digest = ?2 LIMIT 1";
        Ok(self.one(sql, [feed, digest], |_| Ok(()))?.is_some())
    }
}

impl Tx<'_> {
    /// Opens the record of this round; its number stands in everything that the round writes.
    pub fn open_round(&self, as_of: Day, today: Day, started: i64) -> Result<i64, Problem> {
        let sql = "INSERT INTO round (as_of, today, started, committed, counts) VALUES (?1, ?2, ?3, ?3, '{}')";
        self.run(sql, (text(as_of), text(today), started))?;
        Ok(self.db.last_insert_rowid())
    }

    /// Completes the record of this round: when it was committed, and what it counted, as JSON.
    pub fn close_round(&self, round: i64, committed: i64, counts: &str) -> Result<(), Problem> {
        let sql = "UPDATE round SET committed = ?2, counts = ?3 WHERE round = ?1";
        self.run(sql, (round, committed, counts)).map(|_| ())
    }

    /// Keeps an accepted export.
    pub fn accept(&self, export: &Export) -> Result<(), Problem> {
        let sql = "INSERT INTO export (feed, name, digest, size, settled, first_day, last_day, rows, tallies, accepted, round) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let row = (
            &export.feed,
            &export.name,
            &export.digest,
            number(export.size),
            export.settled,
            day_text(export.first),
            day_text(export.last),
            number(export.rows),
            to_json(&export.tallies),
            text(export.accepted),
            export.round,
        );
        self.run(sql, row).map(|_| ())
    }

    /// Replaces the problems of the round before by this one's.
    pub fn keep_problems(&self, round: i64, problems: &[Problem]) -> Result<(), Problem> {
        self.run("DELETE FROM problem", [])?;
        for (position, problem) in problems.iter().enumerate() {
            let row = (position as i64, round, &problem.code, to_json(problem));
            self.run("INSERT INTO problem VALUES (?1, ?2, ?3, ?4)", row)?;
        }
        Ok(())
    }
}
