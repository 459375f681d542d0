//! Two replays side by side: as people and letters.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::Replayed;
use crate::outbox::Kind;
use crate::school::{Day, Level};

/// What rules would have done, and beside it what those at work did.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// By the rules looked at.
    pub now: Replayed,
    /// By the rules at work; `None` where there is nothing to compare with.
    pub before: Option<Replayed>,
}

/// Students under one rule at one school and level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelRow {
    /// Whose highest level on any of the nights it was.
    pub flagged: usize,
    /// Who was at it on the last night.
    pub open: usize,
    /// The same by the rules at work.
    pub flagged_before: usize,
    /// The same by the rules at work.
    pub open_before: usize,
}

/// One person's letters of one week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// Letters of every kind.
    pub letters: usize,
    /// Different students in them.
    pub students: usize,
    /// Different students in nightly letters: what a capacity is about.
    pub nightly: usize,
    /// Different students whom the capacity left to the digest.
    pub over: usize,
}

/// The same by both sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WeekRow {
    /// By the rules looked at.
    pub now: Week,
    /// By the rules at work.
    pub before: Week,
}

/// One student whom the two sets see differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The student's id.
    pub student_id: String,
    /// The school's id.
    pub school_id: String,
    /// The rule's id.
    pub rule: String,
    /// The highest level by the rules at work; `None`: not flagged.
    pub before: Option<Level>,
    /// The highest level by the rules looked at.
    pub now: Option<Level>,
}

impl Preview {
    /// Students by school, rule and level.
    pub fn levels(&self) -> BTreeMap<(String, String, Level), LevelRow> {
        let mut rows: BTreeMap<(String, String, Level), LevelRow> = BTreeMap::new();
        let sides = [(Some(&self.now), false), (self.before.as_ref(), true)];
        for (side, is_before) in sides {
            for ((rule, _), flag) in side.into_iter().flat_map(|side| &side.flags) {
                let key = |level| (flag.school_id.clone(), rule.clone(), level);
                let row = rows.entry(key(flag.highest)).or_default();
                *(if is_before {
                    &mut row.flagged_before
                } else {
                    &mut row.flagged
                }) += 1;
                if let Some(open) = flag.open {
                    let row = rows.entry(key(open)).or_default();
                    *(if is_before { &mut row.open_before } else { &mut row.open }) += 1;
                }
            }
        }
        rows
    }

    /// Letters by person and week; a week by its Monday.
    pub fn weeks(&self) -> BTreeMap<(String, Day), WeekRow> {
        let mut rows: BTreeMap<(String, Day), WeekRow> = BTreeMap::new();
        for (key, week) in by_week(&self.now) {
            rows.entry(key).or_default().now = week;
        }
        for (key, week) in self.before.iter().flat_map(by_week) {
            rows.entry(key).or_default().before = week;
        }
        rows
    }

    /// Who would be flagged otherwise than by the rules at work; nobody where there is nothing to compare with.
    pub fn changed(&self) -> Vec<Changed> {
        let Some(before) = &self.before else {
            return Vec::new();
        };
        let keys: BTreeSet<_> = self.now.flags.keys().chain(before.flags.keys()).collect();
        let mut changed = Vec::new();
        for key in keys {
            let (now, then) = (self.now.flags.get(key), before.flags.get(key));
            let (level, before) = (now.map(|flag| flag.highest), then.map(|flag| flag.highest));
            if level == before {
                continue;
            }
            let school_id = now.or(then).map(|flag| flag.school_id.clone()).unwrap_or_default();
            changed.push(Changed {
                student_id: key.1.clone(),
                school_id,
                rule: key.0.clone(),
                before,
                now: level,
            });
        }
        changed
    }
}

/// Different students of one person's week.
#[derive(Default)]
struct Students<'l> {
    letters: usize,
    all: BTreeSet<&'l str>,
    nightly: BTreeSet<&'l str>,
    over: BTreeSet<&'l str>,
}

fn by_week(replayed: &Replayed) -> BTreeMap<(String, Day), Week> {
    let mut weeks: BTreeMap<(&str, Day), Students<'_>> = BTreeMap::new();
    for letter in &replayed.letters {
        let week = weeks.entry((&letter.to_staff, letter.morning.monday())).or_default();
        let students = letter.students.iter().map(String::as_str);
        week.letters += 1;
        week.all.extend(students.clone());
        if letter.kind == Kind::Nightly {
            week.nightly.extend(students);
        }
    }
    for left in &replayed.left {
        let week = weeks.entry((&left.to_staff, left.morning.monday())).or_default();
        week.over.extend(left.students.iter().map(String::as_str));
    }
    let count = |((person, monday), students): ((&str, Day), Students<'_>)| {
        let week = Week {
            letters: students.letters,
            students: students.all.len(),
            nightly: students.nightly.len(),
            over: students.over.len(),
        };
        ((person.to_owned(), monday), week)
    };
    weeks.into_iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::walk::{Flag, Replayed, Sent};
    use super::{Changed, LevelRow, Preview, Week, WeekRow};
    use crate::outbox::Kind;
    use crate::school::{Day, Level};

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn flag(highest: Level, open: Option<Level>) -> Flag {
        Flag {
            school_id: "100".to_owned(),
            highest,
            open,
        }
    }

    fn replayed(flags: &[(&str, Flag)], letters: &[(&str, &str, &[&str])]) -> Replayed {
        let letter = |(to, morning, students): &(&str, &str, &[&str])| Sent {
            night: day(morning).plus(-1),
            morning: day(morning),
            kind: Kind::Nightly,
            to_staff: (*to).to_owned(),
            students: students.iter().map(|id| (*id).to_owned()).collect(),
            entries: students.len(),
            counted: 0,
        };
        let flags = flags
            .iter()
            .map(|(student, flag)| (("absences".to_owned(), (*student).to_owned()), flag.clone()));
        Replayed {
            flags: flags.collect(),
            letters: letters.iter().map(letter).collect(),
            ..Replayed::default()
        }
    }

    #[test]
    fn a_student_counts_once_at_the_highest_level_and_once_at_the_last() {
        let flags = [
            ("1", flag(Level::Urgent, Some(Level::Watch))),
            ("2", flag(Level::Watch, None)),
        ];
        let preview = Preview {
            now: replayed(&flags, &[]),
            before: Some(replayed(&flags[1..], &[])),
        };
        let row = |flagged, open, flagged_before| LevelRow {
            flagged,
            open,
            flagged_before,
            open_before: 0,
        };
        let key = |level| ("100".to_owned(), "absences".to_owned(), level);
        let expected = BTreeMap::from([(key(Level::Watch), row(1, 1, 1)), (key(Level::Urgent), row(1, 0, 0))]);
        assert_eq!(preview.levels(), expected);
    }

    #[test]
    fn a_week_begins_on_monday_and_a_student_counts_once_in_it() {
        // 2026-11-20 is a Friday, 2026-11-23 a Monday.
        let letters: [(&str, &str, &[&str]); 3] = [
            ("S1", "2026-11-19", &["1", "2"]),
            ("S1", "2026-11-20", &["2", "3"]),
            ("S1", "2026-11-23", &["1"]),
        ];
        let preview = Preview {
            now: replayed(&[], &letters),
            before: Some(replayed(&[], &letters[..1])),
        };
        let one = |letters, students| Week {
            letters,
            students,
            nightly: students,
            over: 0,
        };
        let week = |letters, students, letters_before, students_before| WeekRow {
            now: one(letters, students),
            before: one(letters_before, students_before),
        };
        let expected = BTreeMap::from([
            (("S1".to_owned(), day("2026-11-16")), week(2, 3, 1, 2)),
            (("S1".to_owned(), day("2026-11-23")), week(1, 1, 0, 0)),
        ]);
        assert_eq!(preview.weeks(), expected);
    }

    #[test]
    fn who_is_flagged_otherwise_is_said_and_who_is_not_is_not() {
        let before = [
            ("1", flag(Level::Watch, None)),
            ("2", flag(Level::Watch, None)),
            ("3", flag(Level::Concern, None)),
        ];
        let now = [
            ("1", flag(Level::Concern, None)),
            ("3", flag(Level::Concern, None)),
            ("4", flag(Level::Watch, None)),
        ];
        let preview = Preview {
            now: replayed(&now, &[]),
            before: Some(replayed(&before, &[])),
        };
        let changed = |student: &str, before, now| Changed {
            student_id: student.to_owned(),
            school_id: "100".to_owned(),
            rule: "absences".to_owned(),
            before,
            now,
        };
        let expected = vec![
            changed("1", Some(Level::Watch), Some(Level::Concern)),
            changed("2", Some(Level::Watch), None),
            changed("4", None, Some(Level::Watch)),
        ];
        assert_eq!(preview.changed(), expected);
        let alone = Preview {
            before: None,
            ..preview
        };
        assert_eq!(alone.changed(), vec![], "nothing to compare with");
    }
}
