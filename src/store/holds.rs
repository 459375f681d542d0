//! What keeps news back and outlives a round: storms, questions about the calendar, silences.

use crate::crossings::Silence;
use crate::crossings::storm::{Decision, Sighting};
use crate::facts::SchoolIx;
use crate::monitor::Problem;
use crate::school::{Day, Level, SchoolYear};

use super::words::{day, json, maybe_day, maybe_level, named, odd, text, to_json, word};
use super::{Store, Tx, day_text};

/// A storm, or a question about the calendar, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storm {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// The school.
    pub school: SchoolIx,
    /// The rule's id; empty for a day on which almost the whole school was absent.
    pub rule: String,
    /// The days on which it was seen, in order; never empty.
    pub sightings: Vec<Sighting>,
    /// What a person said of it.
    pub decision: Decision,
    /// Who said so.
    pub by_whom: String,
    /// Why.
    pub why: String,
    /// The as-of day of the round that first saw it.
    pub seen: Day,
}

impl Storm {
    /// Whether it asks whether there was school at all.
    pub fn is_question(&self) -> bool {
        self.rule.is_empty()
    }

    /// Whether a day is one of those on which it was seen.
    pub fn holds(&self, day: Day) -> bool {
        self.sightings.iter().any(|seen| seen.day == day)
    }
}

const STORM: &str = "SELECT storm, school, rule, sightings, decision, by_whom, why, seen FROM storm";

fn storm(row: &rusqlite::Row<'_>) -> rusqlite::Result<Storm> {
    Ok(Storm {
        id: row.get(0)?,
        school: SchoolIx(row.get(1)?),
        rule: row.get(2)?,
        sightings: json(row, 3)?,
        decision: named(row, 4)?,
        by_whom: row.get(5)?,
        why: row.get(6)?,
        seen: day(row, 7)?,
    })
}

/// A piece of news that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBack {
    /// The student's id.
    pub student_id: String,
    /// The rule's id.
    pub rule: String,
    /// The level that would be news.
    pub level: Level,
    /// The hold's word.
    pub hold: String,
    /// The as-of day of the first round that held it for this reason.
    pub since: Day,
}

const SILENCE: &str = "SELECT silence, student_id, rule, school_id, area, urgent, author, reason, from_day, until_day, ended FROM silence";

fn silence(row: &rusqlite::Row<'_>) -> rusqlite::Result<Silence> {
    Ok(Silence {
        id: row.get(0)?,
        student_id: row.get(1)?,
        rule: row.get(2)?,
        school_id: row.get(3)?,
        area: row.get(4)?,
        urgent: row.get(5)?,
        author: row.get(6)?,
        reason: row.get(7)?,
        from: day(row, 8)?,
        until: day(row, 9)?,
        ended: maybe_day(row, 10)?,
    })
}

impl Store {
    /// The storms of a school year and its questions about the calendar, in the order in which they came.
    pub fn storms(&self, year: &SchoolYear) -> Result<Vec<Storm>, Problem> {
        let Some((key, _)) = self.year(year)? else {
            return Ok(Vec::new());
        };
        self.all(&format!("{STORM} WHERE year = ?1 ORDER BY storm"), [key], storm)
    }

    /// The news of a school year that the last round kept back, by student and rule.
    pub fn kept_back(&self, year: &SchoolYear) -> Result<Vec<KeptBack>, Problem> {
        let Some((key, _)) = self.year(year)? else {
            return Ok(Vec::new());
        };
        let sql =
            "SELECT student_id, rule, level, hold, since FROM kept_back WHERE year = ?1 ORDER BY student_id, rule";
        self.all(sql, [key], |row| {
            Ok(KeptBack {
                student_id: row.get(0)?,
                rule: row.get(1)?,
                level: maybe_level(row, 2)?.ok_or_else(|| odd(2, "no level"))?,
                hold: row.get(3)?,
                since: day(row, 4)?,
            })
        })
    }

    /// All silences, those that are over included, in the order in which they were asked for.
    pub fn silences(&self) -> Result<Vec<Silence>, Problem> {
        self.all(&format!("{SILENCE} ORDER BY silence"), [], silence)
    }
}

impl Tx<'_> {
    /// Keeps a storm: a new one, or what was added to one.
    pub fn save_storm(&self, year: &SchoolYear, storm: &Storm) -> Result<(), Problem> {
        let key = self.year_key(year)?;
        let id = (storm.id != 0).then_some(storm.id);
        let row = (
            id,
            key,
            storm.school.0,
            &storm.rule,
            to_json(&storm.sightings),
            word(&storm.decision),
            &storm.by_whom,
            &storm.why,
            text(storm.seen),
        );
        let sql = "INSERT OR REPLACE INTO storm VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.run(sql, row).map(|_| ())
    }

    /// Keeps what tonight keeps back, in the place of what the last round did; what waits on for the same reason keeps its day.
    pub fn save_kept_back(&self, year: &SchoolYear, kept: &[KeptBack]) -> Result<(), Problem> {
        let key = self.year_key(year)?;
        let before = self.kept_back(year)?;
        let since = |one: &KeptBack| {
            let place =
                before.binary_search_by(|other| (&other.student_id, &other.rule).cmp(&(&one.student_id, &one.rule)));
            let same = place.ok().map(|at| &before[at]).filter(|other| other.hold == one.hold);
            same.map_or(one.since, |other| other.since)
        };
        let rows: Vec<(&KeptBack, Day)> = kept.iter().map(|one| (one, since(one))).collect();
        self.run("DELETE FROM kept_back WHERE year = ?1", [key])?;
        let mut statement = self.statement("INSERT OR REPLACE INTO kept_back VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for (one, since) in rows {
            let row = (
                key,
                &one.student_id,
                &one.rule,
                one.level.word(),
                &one.hold,
                text(since),
            );
            statement.execute(row).map_err(|error| self.trouble(&error))?;
        }
        Ok(())
    }

    /// Keeps a new silence; its number.
    pub fn add_silence(&self, silence: &Silence) -> Result<i64, Problem> {
        let row = (
            &silence.student_id,
            &silence.rule,
            &silence.school_id,
            &silence.area,
            silence.urgent,
            &silence.author,
            &silence.reason,
            text(silence.from),
            text(silence.until),
            day_text(silence.ended),
        );
        let sql = "INSERT INTO silence (student_id, rule, school_id, area, urgent, author, reason, from_day, until_day, ended) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        self.run(sql, row)?;
        Ok(self.db.last_insert_rowid())
    }

    /// Ends a silence on a day; false where there is none of the number that is still to end.
    pub fn end_silence(&self, id: i64, on: Day) -> Result<bool, Problem> {
        let sql = "UPDATE silence SET ended = ?2 WHERE silence = ?1 AND ended IS NULL AND until_day >= ?2";
        Ok(self.run(sql, (id, text(on)))? > 0)
    }
}
