//! The outbox: letters as keys and numbers, what they told, and every step of their delivery.

use std::collections::BTreeMap;

use crate::fetch;
use crate::monitor::Problem;
use crate::outbox::{self, Kind, Letter, Posted, State, Told};
use crate::school::{Day, Level, SchoolYear};

use super::bound::Bound;
use super::words::{day, json, maybe_day, maybe_level, named, odd, text, to_json, word};
use super::{Store, Tx};

/// A student's id, a rule's id and the number of an episode.
pub type EpisodeKey = (String, String, u16);

/// What second readers were told last, by episode and staff id: the level, and the night of the letter.
pub type Copied = BTreeMap<EpisodeKey, BTreeMap<String, (Level, Day)>>;

/// What letters told of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The highest level told.
    pub level: Level,
    /// Whether any of it was told in words, not as a count alone.
    pub written: bool,
}

/// What letters said of an episode last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What its reader holds to be so: the level told, `None` once they were told that it is over.
    pub level: Option<Level>,
    /// Whether any of it was told in words, not as a count alone.
    pub written: bool,
    /// To whom it was told last.
    pub to_staff: String,
    /// The morning of the letter that first told the level.
    pub since: Day,
    /// Reminders of it so far.
    pub reminders: u32,
    /// Who had been written before another was, and what level, as long as they have not been told whose it is now.
    pub moved_from: Vec<(String, Level)>,
    /// Message-IDs of the letters about it, oldest first.
    pub letters: Vec<String>,
}

/// One step of a letter's delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// When, seconds since 1970.
    pub at: i64,
    /// The state it came to.
    pub state: State,
    /// The server's answer.
    pub answer: String,
}

const LETTER: &str = "SELECT letter, kind, to_staff, address, to_name, morning, message_id, date, content, state, attempts, \
                      not_before, answer FROM letter";

fn letter(row: &rusqlite::Row<'_>) -> rusqlite::Result<Letter> {
    Ok(Letter {
        id: row.get(0)?,
        kind: named(row, 1)?,
        to_staff: row.get(2)?,
        address: row.get(3)?,
        to_name: row.get(4)?,
        morning: day(row, 5)?,
        message_id: row.get(6)?,
        date: row.get(7)?,
        content: json(row, 8)?,
        state: named(row, 9)?,
        attempts: row.get(10)?,
        not_before: row.get(11)?,
        answer: row.get(12)?,
    })
}

/// Letters whose telling counts: neither refused nor replaced, and not put back by go-live. A reminder and a team's list say again what was
/// told before, and a copy tells somebody else.
const COUNTS: &str = "put_back = 0 AND level IS NOT NULL AND why NOT LIKE 'copy to %' AND letter IN (SELECT letter FROM letter \
                      WHERE state NOT IN ('refused', 'replaced') AND kind NOT IN ('reminder', 'team_list') \
                      AND as_of BETWEEN ?1 AND ?2)";

impl Store {
    /// One letter by its number.
    pub fn letter(&self, id: i64) -> Result<Option<Letter>, Problem> {
        self.one(&format!("{LETTER} WHERE letter = ?1"), [id], letter)
    }

    /// The letters in any of some states, in the order posted; all where none is given.
    pub fn letters(&self, states: &[State]) -> Result<Vec<Letter>, Problem> {
        if states.is_empty() {
            return self.all(&format!("{LETTER} ORDER BY letter"), [], letter);
        }
        let marks = vec!["?"; states.len()].join(", ");
        let sql = format!("{LETTER} WHERE state IN ({marks}) ORDER BY letter");
        self.all(&sql, rusqlite::params_from_iter(states.iter().map(word)), letter)
    }

    /// The letters of one kind to one person for one morning, whatever became of them, in the order posted.
    pub fn letters_for(&self, kind: Kind, to_staff: &str, morning: Day) -> Result<Vec<Letter>, Problem> {
        let sql = format!("{LETTER} WHERE kind = ?1 AND to_staff = ?2 AND morning = ?3 ORDER BY letter");
        self.all(&sql, (word(&kind), to_staff, text(morning)), letter)
    }

    /// The letters that spoke of a student, by name or as a count, in the order posted.
    pub fn letters_about(&self, student_id: &str) -> Result<Vec<Letter>, Problem> {
        let sql =
            format!("{LETTER} WHERE letter IN (SELECT letter FROM letter_entry WHERE student_id = ?1) ORDER BY letter");
        self.all(&sql, [student_id], letter)
    }

    /// The letters that a round must know of before it posts: every one that waits, and of this morning and later ones those of
    /// every state, with what each tells.
    pub fn posted(&self, morning: Day) -> Result<Vec<Posted>, Problem> {
        let sql = format!("{LETTER} WHERE state = 'waiting' OR morning >= ?1 ORDER BY letter");
        let letters = self.all(&sql, [text(morning)], letter)?;
        let posted = letters.into_iter().map(|letter| {
            let told = self.told_by(letter.id)?;
            Ok(Posted { letter, told })
        });
        posted.collect()
    }

    /// What a letter tells, in the order posted.
    pub fn told_by(&self, id: i64) -> Result<Vec<Told>, Problem> {
        let sql = "SELECT student_id, school_id, rule, episode, level, written, falls, why FROM letter_entry \
                   WHERE letter = ?1 AND level IS NOT NULL ORDER BY rowid";
        self.all(sql, [id], |row| {
            Ok(Told {
                student_id: row.get(0)?,
                school_id: row.get(1)?,
                rule: row.get(2)?,
                episode: row.get(3)?,
                level: maybe_level(row, 4)?.ok_or_else(|| odd(4, "no level"))?,
                unwritten: !row.get::<_, bool>(5)?,
                falls: row.get(6)?,
                why: row.get(7)?,
            })
        })
    }

    /// The highest level of an episode in letters other than one.
    pub fn told_without(
        &self,
        letter: i64,
        student_id: &str,
        rule: &str,
        episode: u16,
    ) -> Result<Option<Level>, Problem> {
        let sql = "SELECT level, falls FROM letter_entry WHERE put_back = 0 AND letter <> ?1 AND student_id = ?2 AND rule = ?3 \
                   AND episode = ?4 AND why NOT LIKE 'copy to %' AND letter IN (SELECT letter FROM letter WHERE state NOT IN ('refused', 'replaced') \
                   AND kind NOT IN ('reminder', 'team_list')) ORDER BY letter";
        let levels = self.all(sql, (letter, student_id, rule, episode), |row| {
            Ok((maybe_level(row, 0)?, row.get(1)?))
        })?;
        Ok(levels.into_iter().fold(None, tell))
    }

    /// The earliest moment at which a letter of one of these states may be tried, in seconds since 1970.
    pub fn next_due(&self, states: &[State]) -> Result<Option<i64>, Problem> {
        let letters = self.letters(states)?;
        Ok(letters.iter().map(|letter| letter.not_before).min())
    }

    /// The sealed bytes of a letter: there between its first attempt and its final answer.
    pub fn sealed(&self, id: i64) -> Result<Option<Vec<u8>>, Problem> {
        Ok(self
            .one("SELECT sealed FROM letter WHERE letter = ?1", [id], |row| row.get(0))?
            .flatten())
    }

    /// The steps of a letter's delivery, in order.
    pub fn deliveries(&self, id: i64) -> Result<Vec<Delivery>, Problem> {
        self.all(
            "SELECT at, state, answer FROM delivery WHERE letter = ?1 ORDER BY rowid",
            [id],
            |row| {
                Ok(Delivery {
                    at: row.get(0)?,
                    state: named(row, 1)?,
                    answer: row.get(2)?,
                })
            },
        )
    }

    /// The highest level of an episode in letters that were neither refused nor replaced.
    pub fn told(
        &self,
        year: &SchoolYear,
        student_id: &str,
        rule: &str,
        episode: u16,
    ) -> Result<Option<Level>, Problem> {
        Ok(self.telling(year, student_id, rule, episode)?.map(|told| told.level))
    }

    /// The same with whether any of it was told in words.
    pub fn telling(
        &self,
        year: &SchoolYear,
        student_id: &str,
        rule: &str,
        episode: u16,
    ) -> Result<Option<Telling>, Problem> {
        let sql = format!(
            "SELECT level, falls, written FROM letter_entry WHERE {COUNTS} AND student_id = ?3 AND rule = ?4 AND episode = ?5 \
             ORDER BY letter"
        );
        let params = (text(year.start), text(year.end), student_id, rule, episode);
        let lines: Vec<(Option<Level>, bool, bool)> =
            self.all(&sql, params, |row| Ok((maybe_level(row, 0)?, row.get(1)?, row.get(2)?)))?;
        let written = lines.iter().any(|(_, _, written)| *written);
        let level = lines
            .into_iter()
            .fold(None, |told, (level, falls, _)| tell(told, (level, falls)));
        Ok(level.map(|level| Telling { level, written }))
    }

    /// The same for every episode of a year at once; one that nobody was told of is not there.
    pub fn tolds(&self, year: &SchoolYear) -> Result<BTreeMap<EpisodeKey, Telling>, Problem> {
        let sql = format!(
            "SELECT student_id, rule, episode, level, written, falls FROM letter_entry WHERE {COUNTS} ORDER BY letter"
        );
        let rows = self.all(&sql, (text(year.start), text(year.end)), |row| {
            let key: EpisodeKey = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((
                key,
                maybe_level(row, 3)?,
                row.get::<_, bool>(4)?,
                row.get::<_, bool>(5)?,
            ))
        })?;
        let mut tolds = BTreeMap::new();
        for (key, level, written, falls) in rows {
            let Some(level) = level else { continue };
            let told = tolds.entry(key).or_insert(Telling { level, written });
            *told = Telling {
                level: if falls { level } else { told.level.max(level) },
                written: told.written || written,
            };
        }
        Ok(tolds)
    }

    /// What letters said last of every episode of a year; those of `without` are left out of the account, as if they had not been
    /// posted. Letters that were refused or replaced, what go-live put back, and copies count for nothing.
    pub fn words(&self, year: &SchoolYear, without: &[i64]) -> Result<BTreeMap<EpisodeKey, Word>, Problem> {
        let sql = "SELECT student_id, rule, episode, level, written, falls, letter, kind, to_staff, morning, message_id \
                   FROM letter_entry JOIN letter USING (letter) WHERE put_back = 0 AND state NOT IN ('refused', 'replaced') \
                   AND why NOT LIKE 'copy to %' AND as_of BETWEEN ?1 AND ?2 ORDER BY letter";
        let rows = self.all(sql, (text(year.start), text(year.end)), |row| {
            let key: EpisodeKey = (row.get(0)?, row.get(1)?, row.get(2)?);
            let line = Line {
                level: maybe_level(row, 3)?,
                written: row.get(4)?,
                falls: row.get(5)?,
                kind: named(row, 7)?,
                to_staff: row.get::<_, String>(8)?,
                morning: day(row, 9)?,
            };
            Ok((key, line, row.get(6)?, row.get(10)?))
        })?;
        let mut words: BTreeMap<EpisodeKey, Word> = BTreeMap::new();
        for (key, line, letter, message_id) in rows {
            if without.contains(&letter) {
                continue;
            }
            let word = words.entry(key).or_insert_with(|| Word::none(&line));
            word.hear(&line);
            word.letters.push(message_id);
        }
        Ok(words)
    }

    /// What second readers were told of every episode of a year, by staff id: the level, and the night of the letter. Some letters are left
    /// out of the account, as above.
    pub fn copied(&self, year: &SchoolYear, without: &[i64]) -> Result<Copied, Problem> {
        let sql = "SELECT student_id, rule, episode, to_staff, level, as_of, letter FROM letter_entry JOIN letter USING (letter) \
                   WHERE put_back = 0 AND state NOT IN ('refused', 'replaced') AND why LIKE 'copy to %' AND level IS NOT NULL \
                   AND as_of BETWEEN ?1 AND ?2 ORDER BY letter";
        let rows = self.all(sql, (text(year.start), text(year.end)), |row| {
            let key: EpisodeKey = (row.get(0)?, row.get(1)?, row.get(2)?);
            let level = maybe_level(row, 4)?.ok_or_else(|| odd(4, "no level"))?;
            Ok((key, row.get::<_, String>(3)?, (level, day(row, 5)?), row.get(6)?))
        })?;
        let mut copied = Copied::new();
        for (key, staff, told, letter) in rows {
            if !without.contains(&letter) {
                copied.entry(key).or_default().insert(staff, told);
            }
        }
        Ok(copied)
    }

    /// Different students with news in nightly letters between two mornings, the second left out, by reader.
    pub fn carried(&self, from: Day, to: Day) -> Result<BTreeMap<String, u32>, Problem> {
        let sql = "SELECT to_staff, count(DISTINCT student_id) FROM letter_entry JOIN letter USING (letter) \
                   WHERE kind = 'nightly' AND put_back = 0 AND state NOT IN ('refused', 'replaced') \
                   AND morning >= ?1 AND morning < ?2 GROUP BY to_staff";
        let rows = self.all(sql, (text(from), text(to)), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.into_iter().collect())
    }

    /// The latest morning for which a letter of a kind was posted and not replaced.
    pub fn last_morning(&self, kind: Kind) -> Result<Option<Day>, Problem> {
        let sql = "SELECT max(morning) FROM letter WHERE kind = ?1 AND state <> 'replaced'";
        let found = self.one(sql, [word(&kind)], |row| maybe_day(row, 0))?;
        Ok(found.flatten())
    }

    /// Readers who refused letters about an episode twice or more: its news goes to the next in the route.
    pub fn refused_twice(&self, year: &SchoolYear) -> Result<BTreeMap<EpisodeKey, Vec<String>>, Problem> {
        let sql = "SELECT student_id, rule, episode, to_staff FROM letter_entry JOIN letter USING (letter) \
                   WHERE state = 'refused' AND put_back = 0 AND as_of BETWEEN ?1 AND ?2 \
                   GROUP BY student_id, rule, episode, to_staff HAVING count(DISTINCT letter) >= 2";
        let rows = self.all(sql, (text(year.start), text(year.end)), |row| {
            let key: EpisodeKey = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((key, row.get::<_, String>(3)?))
        })?;
        let mut refused: BTreeMap<EpisodeKey, Vec<String>> = BTreeMap::new();
        for (key, staff) in rows {
            refused.entry(key).or_default().push(staff);
        }
        Ok(refused)
    }
}

/// One line of one letter about an episode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<S> {
    /// The letter's kind.
    pub kind: Kind,
    /// Whose the letter is.
    pub to_staff: S,
    /// The morning it is for.
    pub morning: Day,
    /// The level told; `None`: that it is over, or that it is somebody else's.
    pub level: Option<Level>,
    /// Told in words, not as a count alone.
    pub written: bool,
    /// The flag eased: what was told falls to this level.
    pub falls: bool,
}

impl Word {
    /// Before anything was said of an episode.
    pub fn none<S: AsRef<str>>(line: &Line<S>) -> Word {
        Word {
            level: None,
            written: false,
            to_staff: line.to_staff.as_ref().to_owned(),
            since: line.morning,
            reminders: 0,
            moved_from: Vec::new(),
            letters: Vec::new(),
        }
    }

    /// Takes in one more line about it.
    pub fn hear<S: AsRef<str>>(&mut self, line: &Line<S>) {
        let to_staff = line.to_staff.as_ref();
        match (line.kind, line.level) {
            (Kind::Reminder, _) => self.reminders += 1,
            // A list for the team tells nobody whose student it is.
            (Kind::TeamList, _) => {}
            // Who had the student before learns that somebody else has.
            (_, None) if self.moved_from.iter().any(|(from, _)| from == to_staff) => {
                self.moved_from.retain(|(from, _)| from != to_staff);
            }
            (_, None) if self.to_staff == to_staff => self.level = None,
            (_, None) => {}
            (_, Some(level)) => {
                let known = self.level;
                let told = tell(self.level, (Some(level), line.falls));
                if told != self.level {
                    self.since = line.morning;
                    self.level = told;
                }
                self.written |= line.written;
                if self.to_staff != to_staff {
                    let before = std::mem::replace(&mut self.to_staff, to_staff.to_owned());
                    self.moved_from.retain(|(from, _)| from != to_staff && *from != before);
                    self.moved_from.extend(known.map(|known| (before, known)));
                }
            }
        }
    }
}

/// What is told of an episode after one more line of a letter: the graver level, but what eased falls.
fn tell(told: Option<Level>, (level, falls): (Option<Level>, bool)) -> Option<Level> {
    match (level, falls) {
        (None, _) => told,
        (Some(_), true) => level,
        (Some(_), false) => told.max(level),
    }
}

impl Tx<'_> {
    /// Posts a letter with what it tells; its number in the store. An entry of which nothing is told, such as a flag that was
    /// cleared, is kept too: who was written about whom is on record.
    pub fn post(&self, letter: &Letter, told: &[Told]) -> Result<i64, Problem> {
        let sql = "INSERT INTO letter (kind, to_staff, address, to_name, morning, message_id, date, as_of, content, state, \
                   attempts, not_before, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        self.run(
            sql,
            (
                word(&letter.kind),
                &letter.to_staff,
                &letter.address,
                &letter.to_name,
                text(letter.morning),
                &letter.message_id,
                letter.date,
                text(letter.content.as_of),
                to_json(&letter.content),
                word(&letter.state),
                letter.attempts,
                letter.not_before,
                &letter.answer,
            ),
        )?;
        let id = self.db.last_insert_rowid();
        let entry = "INSERT INTO letter_entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9)";
        let mut save = Bound::new(self, entry)?;
        for some in told.chunks(fetch::AT_ONCE) {
            fetch::texts(
                some.iter()
                    .flat_map(|told| [&*told.student_id, &*told.school_id, &*told.rule, &*told.why]),
            );
            for told in some {
                save.number(1, id)?;
                save.put(2, &told.student_id)?;
                save.put(3, &told.school_id)?;
                save.text(4, &told.rule)?;
                save.level(5, Some(told.level))?;
                save.number(6, told.episode)?;
                save.number(7, !told.unwritten)?;
                save.number(8, told.falls)?;
                save.text(9, &told.why)?;
                save.run()?;
            }
        }
        drop(save);
        let mut statement = self.statement(entry)?;
        for entry in outbox::untold(letter, told) {
            let row = (
                id,
                &entry.student_id,
                &entry.school_id,
                &entry.rule,
                None::<&str>,
                entry.episode,
                true,
                false,
                "",
            );
            statement.execute(row).map_err(|error| self.trouble(&error))?;
        }
        Ok(id)
    }

    /// Posts a letter in the place of one that still waits; `None`, and nothing posted, where that one was already tried.
    pub fn replace(&self, old: i64, letter: &Letter, told: &[Told]) -> Result<Option<i64>, Problem> {
        if !self.withdraw(old)? {
            return Ok(None);
        }
        self.post(letter, told).map(Some)
    }

    /// Takes back a letter that still waits, as replaced by nothing; false where it was already tried.
    pub fn withdraw(&self, id: i64) -> Result<bool, Problem> {
        let sql = "UPDATE letter SET state = 'replaced', sealed = NULL WHERE letter = ?1 AND state = 'waiting'";
        Ok(self.run(sql, [id])? > 0)
    }

    /// Keeps a letter's bytes before its first attempt; bytes that are already sealed stay as they are.
    pub fn seal(&self, id: i64, bytes: &[u8]) -> Result<(), Problem> {
        self.run(
            "UPDATE letter SET sealed = ?2 WHERE letter = ?1 AND sealed IS NULL",
            (id, bytes),
        )
        .map(|_| ())
    }

    /// Forgets a letter's bytes.
    pub fn blank(&self, id: i64) -> Result<(), Problem> {
        self.run("UPDATE letter SET sealed = NULL WHERE letter = ?1", [id])
            .map(|_| ())
    }

    /// Brings a letter to a state at a time (seconds since 1970) and keeps the step. `sending` counts as an attempt; a final
    /// answer (`sent`, `refused`, `replaced`) blanks the bytes.
    pub fn set_state(&self, id: i64, state: State, answer: &str, not_before: i64, at: i64) -> Result<(), Problem> {
        let attempt = u32::from(state == State::Sending);
        let sql =
            "UPDATE letter SET state = ?2, answer = ?3, not_before = ?4, attempts = attempts + ?5 WHERE letter = ?1";
        self.run(sql, (id, word(&state), answer, not_before, attempt))?;
        self.run(
            "INSERT INTO delivery VALUES (?1, ?2, ?3, ?4)",
            (id, at, word(&state), answer),
        )?;
        if matches!(state, State::Sent | State::Refused | State::Replaced) {
            self.blank(id)?;
        }
        Ok(())
    }

    /// Not to be tried before a time (seconds since 1970); state and attempts stay as they are.
    pub fn postpone(&self, id: i64, not_before: i64) -> Result<(), Problem> {
        self.run("UPDATE letter SET not_before = ?2 WHERE letter = ?1", (id, not_before))
            .map(|_| ())
    }

    /// Lets a letter that was refused, put off or left unsure be tried again now; its bytes, where still sealed, stay.
    pub fn try_again(&self, id: i64, at: i64) -> Result<(), Problem> {
        let sql = "UPDATE letter SET state = CASE WHEN sealed IS NULL THEN 'waiting' ELSE 'delayed' END, not_before = 0 \
                   WHERE letter = ?1";
        self.run(sql, [id])?;
        let sql = "INSERT INTO delivery SELECT letter, ?2, state, 'tried again by hand' FROM letter WHERE letter = ?1";
        self.run(sql, (id, at)).map(|_| ())
    }

    /// Withdraws every letter that still waits: at go-live nothing of the rehearsal may reach an owner.
    pub fn withdraw_waiting(&self) -> Result<(), Problem> {
        self.run(
            "UPDATE letter SET state = 'replaced', sealed = NULL WHERE state = 'waiting'",
            [],
        )
        .map(|_| ())
    }

    /// Puts back everything told so far, at one school or at all: what rehearsal wrote its owners never read.
    pub fn put_told_back(&self, school_id: Option<&str>) -> Result<(), Problem> {
        let sql = "UPDATE letter_entry SET put_back = 1 WHERE ?1 IS NULL OR school_id = ?1";
        self.run(sql, [school_id]).map(|_| ())
    }
}
