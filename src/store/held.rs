//! What gates remember of each feed, and the files that wait for a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gates::{Key, Memory, Remembered};
use crate::monitor::{Problem, Tallies};
use crate::school::{Day, SchoolYear, Table};

use super::words::{day, json, maybe_day, named, text, to_json, word};
use super::{Store, Tx, day_text};

/// What became of a held file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldState {
    /// Waits for a person or for a better file.
    Held,
    /// A person said that it is right; the next round reads it.
    Released,
    /// It was read because a person said so.
    Believed,
    /// A person said that it is wrong; it is never read.
    Discarded,
    /// A better file took its place.
    Ended,
}

impl HeldState {
    /// The state's word.
    pub fn word(self) -> &'static str {
        match self {
            HeldState::Held => "held",
            HeldState::Released => "released",
            HeldState::Believed => "believed",
            HeldState::Discarded => "discarded",
            HeldState::Ended => "ended",
        }
    }
}

/// A file that a gate holds, or one school's part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldFile {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The feed's own name.
    pub feed: String,
    /// The tables that it fills.
    pub tables: Vec<Table>,
    /// The file's name.
    pub name: String,
    /// The blake3 digest of its bytes, in hexadecimal.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, seconds since 1970.
    pub written: i64,
    /// Rows read, and of these rows that could not be used.
    pub rows: (u64, u64),
    /// What became of its rows.
    pub tallies: Tallies,
    /// The schools in it.
    pub schools: Vec<String>,
    /// The school whose part alone is held; `None`: the file.
    pub school: Option<String>,
    /// The gate's code, sentence and remedy.
    pub problem: Problem,
    /// Whether there is anything in it to believe.
    pub releasable: bool,
    /// The day since which the feed, or the school's part of it, is held.
    pub since: Day,
    /// Where it stands.
    pub state: HeldState,
    /// Who decided; empty where nobody said.
    pub by_whom: String,
    /// Why; empty where nobody said.
    pub why: String,
    /// The morning on which owners without news were told of it.
    pub told_on: Option<Day>,
}

const HELD: &str = "SELECT held, feed, tables, name, digest, size, written, rows, rejected, tallies, schools, school, problem, \
                    releasable, since, state, by_whom, why, told_on FROM held";

fn held(row: &rusqlite::Row<'_>) -> rusqlite::Result<HeldFile> {
    Ok(HeldFile {
        id: row.get(0)?,
        feed: row.get(1)?,
        tables: json(row, 2)?,
        name: row.get(3)?,
        digest: row.get(4)?,
        size: row.get::<_, i64>(5)?.unsigned_abs(),
        written: row.get(6)?,
        rows: (
            row.get::<_, i64>(7)?.unsigned_abs(),
            row.get::<_, i64>(8)?.unsigned_abs(),
        ),
        tallies: json(row, 9)?,
        schools: json(row, 10)?,
        school: row.get(11)?,
        problem: json(row, 12)?,
        releasable: row.get(13)?,
        since: day(row, 14)?,
        state: named(row, 15)?,
        by_whom: row.get(16)?,
        why: row.get(17)?,
        told_on: maybe_day(row, 18)?,
    })
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Store {
    /// What every feed brought last in a school year, by the feed's own name.
    pub fn feed_memory(&self, year: &SchoolYear) -> Result<BTreeMap<String, Memory>, Problem> {
        let mut feeds: BTreeMap<String, Memory> = BTreeMap::new();
        let sql = "SELECT feed, header, unread, rows FROM feed_last WHERE year = ?1";
        let last = self.all(sql, [text(year.start)], |row| {
            let memory = Memory {
                parts: BTreeMap::new(),
                header: json(row, 1)?,
                unread: json(row, 2)?,
                rows: Some(row.get::<_, i64>(3)?.unsigned_abs()),
            };
            Ok((row.get::<_, String>(0)?, memory))
        })?;
        feeds.extend(last);
        let sql = "SELECT feed, school, term, rows, last_day, digest FROM feed_part WHERE year = ?1";
        let parts = self.all(sql, [text(year.start)], |row| {
            let key = Key {
                school: row.get(1)?,
                term: row.get(2)?,
            };
            let part = Remembered {
                rows: row.get::<_, i64>(3)?.unsigned_abs(),
                last: maybe_day(row, 4)?,
                digest: row.get(5)?,
            };
            Ok((row.get::<_, String>(0)?, key, part))
        })?;
        for (feed, key, part) in parts {
            feeds.entry(feed).or_default().parts.insert(key, part);
        }
        Ok(feeds)
    }

    /// The files that wait for a person, and those of which a person said what to do with them, in the order held.
    pub fn held_files(&self) -> Result<Vec<HeldFile>, Problem> {
        self.all(&format!("{HELD} WHERE state <> 'ended' ORDER BY held"), [], held)
    }

    /// The staff ids that owners' letters were posted to since a day.
    pub fn owners_written_since(&self, day: Day) -> Result<Vec<String>, Problem> {
        self.owners_written_between(day, Day::from_civil(jiff::civil::Date::MAX))
    }

    /// The same up to a morning, which is left out. Who had nothing but copies is no owner.
    pub fn owners_written_between(&self, day: Day, before: Day) -> Result<Vec<String>, Problem> {
        let sql = "SELECT DISTINCT to_staff FROM letter WHERE kind IN ('nightly', 'starting_list', 'digest') AND to_staff <> 'nobody' AND as_of >= ?1 AND morning < ?2 \
                   AND state <> 'replaced' AND (EXISTS (SELECT 1 FROM letter_entry line WHERE line.letter = letter.letter AND why NOT LIKE 'copy to %') \
                   OR NOT EXISTS (SELECT 1 FROM letter_entry line WHERE line.letter = letter.letter)) ORDER BY to_staff";
        self.all(sql, [text(day), text(before)], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Keeps what a feed brought last.
    pub fn remember(&self, year: &SchoolYear, feed: &str, memory: &Memory) -> Result<(), Problem> {
        let year = text(year.start);
        self.run("DELETE FROM feed_part WHERE year = ?1 AND feed = ?2", (&year, feed))?;
        let mut statement = self.statement("INSERT INTO feed_part VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        for (key, part) in &memory.parts {
            let row = (
                &year,
                feed,
                &key.school,
                &key.term,
                number(part.rows),
                day_text(part.last),
                &part.digest,
            );
            statement.execute(row).map_err(|error| self.trouble(&error))?;
        }
        let Some(rows) = memory.rows else { return Ok(()) };
        let sql = "INSERT OR REPLACE INTO feed_last VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = (
            &year,
            feed,
            to_json(&memory.header),
            to_json(&memory.unread),
            number(rows),
        );
        self.run(sql, row).map(|_| ())
    }

    /// Keeps a held file: new where it has no number, else where it stands now. Returns its number.
    pub fn save_held(&self, file: &HeldFile) -> Result<i64, Problem> {
        if file.id > 0 {
            let sql = "UPDATE held SET state = ?2, by_whom = ?3, why = ?4, told_on = ?5 WHERE held = ?1";
            let row = (
                file.id,
                word(&file.state),
                &file.by_whom,
                &file.why,
                day_text(file.told_on),
            );
            self.run(sql, row)?;
            return Ok(file.id);
        }
        let sql = "INSERT INTO held (feed, tables, name, digest, size, written, rows, rejected, tallies, schools, school, problem, \
                   releasable, since, state, by_whom, why, told_on) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
        let row = rusqlite::params![
            file.feed,
            to_json(&file.tables),
            file.name,
            file.digest,
            number(file.size),
            file.written,
            number(file.rows.0),
            number(file.rows.1),
            to_json(&file.tallies),
            to_json(&file.schools),
            file.school,
            to_json(&file.problem),
            file.releasable,
            text(file.since),
            word(&file.state),
            file.by_whom,
            file.why,
            day_text(file.told_on),
        ];
        self.run(sql, row)?;
        Ok(self.db.last_insert_rowid())
    }

    /// Forgets what gates knew of school years before a day, and files that nobody waits for any more.
    pub(super) fn purge_held(&self, oldest: Day) -> Result<(), Problem> {
        self.run("DELETE FROM feed_part WHERE year < ?1", [text(oldest)])?;
        self.run("DELETE FROM feed_last WHERE year < ?1", [text(oldest)])?;
        let done = "DELETE FROM held WHERE since < ?1 AND state <> 'held'";
        self.run(done, [text(oldest)]).map(|_| ())
    }
}
