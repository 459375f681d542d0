//! Standings, how far each rule has come, and every change with its numbers.

use std::collections::BTreeMap;

use crate::crossings::{Reason, Standing};
use crate::facts::{SchoolIx, StudentIx};
use crate::monitor::Problem;
use crate::school::{Day, Interner, Level, SchoolYear};

use super::bound::Bound;
use super::words::{day, maybe_day, maybe_level, named};
use super::{Store, Tx, day_text};

/// Standings by rule id and student; who has none stands at the default: clear, and never judged.
pub type Standings = BTreeMap<String, BTreeMap<StudentIx, Standing>>;

/// How far a rule has come at a school.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchoolRule {
    /// The last judged day; `None` before the first.
    pub judged: Option<Day>,
    /// The digest of the rule that judged it.
    pub digest: String,
    /// The state of the baseline, as its own JSON; empty before the first round.
    pub baseline: String,
}

/// One change of a standing, with what made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The student.
    pub student: StudentIx,
    /// The rule's id.
    pub rule: String,
    /// The level before.
    pub from: Option<Level>,
    /// The level after.
    pub to: Option<Level>,
    /// Why.
    pub reason: Reason,
    /// The judged day.
    pub day: Day,
    /// The measure, where there was one.
    pub value: Option<f64>,
    /// The rule's sentence.
    pub because: String,
    /// The words that the rule read with their values, as JSON.
    pub numbers: String,
    /// The digest of the rule.
    pub digest: String,
    /// The round in which it happened.
    pub round: i64,
}

/// The same on its way into the store: what it says is borrowed of who made it.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'c> {
    /// The student.
    pub student: StudentIx,
    /// The rule's id.
    pub rule: &'c str,
    /// The level before.
    pub from: Option<Level>,
    /// The level after.
    pub to: Option<Level>,
    /// Why.
    pub reason: Reason,
    /// The judged day.
    pub day: Day,
    /// The measure, where there was one.
    pub value: Option<f64>,
    /// The rule's sentence.
    pub because: &'c str,
    /// The words that the rule read with their values, as JSON.
    pub numbers: &'c str,
    /// The digest of the rule.
    pub digest: &'c str,
    /// The round in which it happened.
    pub round: i64,
}

/// A standing on its way into the store, with what is told of it.
#[derive(Clone, Copy, Debug)]
pub struct NewStanding<'s> {
    /// The rule's id.
    pub rule: &'s str,
    /// The student.
    pub student: StudentIx,
    /// Everything but what is told.
    pub standing: &'s Standing,
    /// The level told.
    pub told: Option<Level>,
    /// Whether it was told as a count alone.
    pub told_unwritten: bool,
}

impl<'s> From<(&'s str, StudentIx, &'s Standing)> for NewStanding<'s> {
    fn from((rule, student, standing): (&'s str, StudentIx, &'s Standing)) -> NewStanding<'s> {
        NewStanding {
            rule,
            student,
            standing,
            told: standing.told,
            told_unwritten: standing.told_unwritten,
        }
    }
}

impl NewStanding<'_> {
    fn is_default(&self) -> bool {
        let standing = self.standing;
        if self.told.is_some() || self.told_unwritten || standing.level.is_some() {
            return false;
        }
        match (standing.told, standing.told_unwritten) {
            (None, false) => *standing == Standing::default(),
            _ => standing.clone().with_told(None, false) == Standing::default(),
        }
    }
}

const STANDING: &str = "SELECT rule, student, level, told, told_unwritten, since, stepped_up, episode, reached_watch, \
     reached_concern, reached_urgent, calm_watch, calm_concern, calm_urgent, judged, digest, unknown_days, unknown_on, left_on \
     FROM standing WHERE year = ?1 ORDER BY rule, student";

fn standing(row: &rusqlite::Row<'_>, digests: &Interner) -> rusqlite::Result<Standing> {
    Ok(Standing {
        level: maybe_level(row, 2)?,
        told: maybe_level(row, 3)?,
        told_unwritten: row.get(4)?,
        since: maybe_day(row, 5)?,
        stepped_up: maybe_day(row, 6)?,
        episode: row.get(7)?,
        reached: [row.get(8)?, row.get(9)?, row.get(10)?],
        calm: [row.get(11)?, row.get(12)?, row.get(13)?],
        judged: maybe_day(row, 14)?,
        digest: digests.name(row.get(15)?).to_owned(),
        unknown_days: row.get(16)?,
        unknown_on: maybe_day(row, 17)?,
        left: maybe_day(row, 18)?,
    })
}

impl Store {
    /// All standings of a school year that are not the default.
    pub fn load_standings(&self, year: &SchoolYear) -> Result<Standings, Problem> {
        let mut standings = Standings::new();
        let Some((key, _)) = self.year(year)? else {
            return Ok(standings);
        };
        let rules = self.dictionary("rule")?;
        let digests = self.dictionary("digest")?;
        let rows = self.all(STANDING, [key], |row| {
            Ok((row.get::<_, u32>(0)?, StudentIx(row.get(1)?), standing(row, &digests)?))
        })?;
        let mut rows = rows.into_iter().peekable();
        while let Some(&(rule, ..)) = rows.peek() {
            let of_rule = std::iter::from_fn(|| rows.next_if(|(other, ..)| *other == rule));
            let of_rule = of_rule.map(|(_, student, standing)| (student, standing)).collect();
            standings.insert(rules.name(rule).to_owned(), of_rule);
        }
        Ok(standings)
    }

    /// How far each rule has come at each school, by rule id and school.
    pub fn load_school_rules(&self, year: &SchoolYear) -> Result<BTreeMap<(String, SchoolIx), SchoolRule>, Problem> {
        let Some((key, _)) = self.year(year)? else {
            return Ok(BTreeMap::new());
        };
        let sql = "SELECT rule, school, judged, digest, baseline FROM school_rule WHERE year = ?1";
        let rows = self.all(sql, [key], |row| {
            let state = SchoolRule {
                judged: maybe_day(row, 2)?,
                digest: row.get(3)?,
                baseline: row.get(4)?,
            };
            Ok(((row.get(0)?, SchoolIx(row.get(1)?)), state))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The ids of all schools by their numbers.
    pub fn school_ids(&self) -> Result<BTreeMap<SchoolIx, String>, Problem> {
        let rows = self.all("SELECT school, school_id FROM school", [], |row| {
            Ok((SchoolIx(row.get(0)?), row.get(1)?))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The last night's verdicts by rule id: a byte per student number, as the round wrote them.
    pub fn load_nights(&self, year: &SchoolYear) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
        let Some((key, _)) = self.year(year)? else {
            return Ok(BTreeMap::new());
        };
        let sql = "SELECT rule, verdicts FROM rule_night WHERE year = ?1";
        let rows = self.all(sql, [key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// Every change of a student's standings in a year, in order; of one rule alone where it is named.
    pub fn changes(&self, year: &SchoolYear, student: StudentIx, rule: Option<&str>) -> Result<Vec<Change>, Problem> {
        let Some((key, _)) = self.year(year)? else {
            return Ok(Vec::new());
        };
        let sql =
            format!("{CHANGE} WHERE year = ?1 AND student = ?2 AND (?3 IS NULL OR named.text = ?3) ORDER BY change");
        self.all(&sql, (key, student.0, rule), change)
    }

    /// Every change that a round made, in order.
    pub fn changes_of_round(&self, round: i64) -> Result<Vec<Change>, Problem> {
        self.all(&format!("{CHANGE} WHERE round = ?1 ORDER BY change"), [round], change)
    }

    /// A rule's version as it was kept under its digest.
    pub fn rule_version(&self, rule: &str, digest: &str) -> Result<Option<String>, Problem> {
        let sql = "SELECT version FROM rule_version WHERE rule = ?1 AND digest = ?2";
        self.one(sql, [rule, digest], |row| row.get(0))
    }

    /// The first round that judged by a version of a rule.
    pub fn first_round_of(&self, rule: &str, digest: &str) -> Result<Option<i64>, Problem> {
        let sql = "SELECT first_round FROM rule_version WHERE rule = ?1 AND digest = ?2";
        self.one(sql, [rule, digest], |row| row.get(0))
    }
}

const CHANGE: &str = "SELECT student, named.text, from_level, to_level, reason, day, value, because, numbers, version.text, round \
     FROM change JOIN word AS named ON named.kind = 'rule' AND named.number = change.rule \
     JOIN word AS version ON version.kind = 'digest' AND version.number = change.digest";

fn change(row: &rusqlite::Row<'_>) -> rusqlite::Result<Change> {
    Ok(Change {
        student: StudentIx(row.get(0)?),
        rule: row.get(1)?,
        from: maybe_level(row, 2)?,
        to: maybe_level(row, 3)?,
        reason: named(row, 4)?,
        day: day(row, 5)?,
        value: row.get(6)?,
        because: row.get(7)?,
        numbers: row.get(8)?,
        digest: row.get(9)?,
        round: row.get(10)?,
    })
}

impl Tx<'_> {
    /// Writes standings of a school year; one that is the default again loses its row.
    pub fn save_standings<'a>(
        &self,
        year: &SchoolYear,
        changed: impl IntoIterator<Item = impl Into<NewStanding<'a>>>,
    ) -> Result<(), Problem> {
        let key = self.year_key(year)?;
        let mut rules = self.dictionary("rule")?;
        let mut digests = self.dictionary("digest")?;
        let sql = "INSERT OR REPLACE INTO standing VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
                   ?15, ?16, ?17, ?18, ?19, ?20)";
        let mut save = Bound::new(self, sql)?;
        let mut clear = self.statement("DELETE FROM standing WHERE year = ?1 AND rule = ?2 AND student = ?3")?;
        // They come by rule, and a rule's bear one digest: looked up when it changes.
        let (mut names, mut numbers) = (("", ""), None);
        for changed in changed {
            let changed = changed.into();
            let NewStanding {
                rule,
                student,
                standing,
                ..
            } = changed;
            let named = (rule, standing.digest.as_str());
            let (rule, digest) = match numbers {
                Some(numbers) if names == named => numbers,
                _ => (rules.intern(rule), digests.intern(&standing.digest)),
            };
            (names, numbers) = (named, Some((rule, digest)));
            if changed.is_default() {
                clear
                    .execute((key, rule, student.0))
                    .map_err(|error| self.trouble(&error))?;
                continue;
            }
            save.number(1, key)?;
            save.number(2, rule)?;
            save.number(3, student.0)?;
            save.level(4, standing.level)?;
            save.level(5, changed.told)?;
            save.number(6, changed.told_unwritten)?;
            save.day(7, standing.since)?;
            save.day(8, standing.stepped_up)?;
            save.number(9, standing.episode)?;
            for (at, days) in standing.reached.into_iter().chain(standing.calm).enumerate() {
                save.number(10 + at, days)?;
            }
            save.day(16, standing.judged)?;
            save.number(17, digest)?;
            save.number(18, standing.unknown_days)?;
            save.day(19, standing.unknown_on)?;
            save.day(20, standing.left)?;
            save.run()?;
        }
        self.grow("rule", &rules)?;
        self.grow("digest", &digests)
    }

    /// Writes how far a rule has come at a school.
    pub fn save_school_rule(
        &self,
        year: &SchoolYear,
        rule: &str,
        school: SchoolIx,
        state: &SchoolRule,
    ) -> Result<(), Problem> {
        let key = self.year_key(year)?;
        let row = (
            key,
            rule,
            school.0,
            day_text(state.judged),
            &state.digest,
            &state.baseline,
        );
        self.run(
            "INSERT OR REPLACE INTO school_rule VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            row,
        )
        .map(|_| ())
    }

    /// Forgets how far the rules have come, at one school or at all: each takes a fresh baseline.
    pub fn forget_school_rules(&self, year: &SchoolYear, school: Option<SchoolIx>) -> Result<(), Problem> {
        let key = self.year_key(year)?;
        let sql = "DELETE FROM school_rule WHERE year = ?1 AND (?2 IS NULL OR school = ?2)";
        self.run(sql, (key, school.map(|school| school.0))).map(|_| ())
    }

    /// Writes a night's verdicts of a rule, a byte per student number.
    pub fn save_night(&self, year: &SchoolYear, rule: &str, verdicts: &[u8]) -> Result<(), Problem> {
        let key = self.year_key(year)?;
        let sql = "INSERT INTO rule_night VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET verdicts = excluded.verdicts \
                   WHERE verdicts <> excluded.verdicts";
        self.run(sql, (key, rule, verdicts)).map(|_| ())
    }

    /// Keeps changes of standings; they are never written over.
    pub fn record_changes<'c>(
        &self,
        year: &SchoolYear,
        changes: impl IntoIterator<Item = NewChange<'c>>,
    ) -> Result<(), Problem> {
        let key = self.year_key(year)?;
        let sql = "INSERT INTO change (year, student, rule, from_level, to_level, reason, day, value, because, numbers, digest, \
                   round) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let mut save = Bound::new(self, sql)?;
        let mut rules = self.dictionary("rule")?;
        let mut digests = self.dictionary("digest")?;
        for change in changes {
            save.number(1, key)?;
            save.number(2, change.student.0)?;
            save.number(3, rules.intern(change.rule))?;
            save.level(4, change.from)?;
            save.level(5, change.to)?;
            save.text(6, change.reason.word())?;
            save.day(7, Some(change.day))?;
            save.put(8, change.value)?;
            save.put(9, change.because)?;
            save.text(10, change.numbers)?;
            save.number(11, digests.intern(change.digest))?;
            save.number(12, change.round)?;
            save.run()?;
        }
        self.grow("rule", &rules)?;
        self.grow("digest", &digests)
    }

    /// Keeps a rule's version under its digest, once.
    pub fn keep_rule_version(&self, rule: &str, digest: &str, version: &str, round: i64) -> Result<(), Problem> {
        let sql = "INSERT OR IGNORE INTO rule_version VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, (rule, digest, version, round)).map(|_| ())
    }
}
