//! Letters on their way into the store, and what they tell: the highest level of an episode that was told is computed from them.
//!
//! In: what is to be done in the outbox. Out: letters with their numbers, and what is told of each standing. Never: a letter that is
//! posted by half, or a level told that no letter tells.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::ledger::Ledger;
use crate::crossings::Standing;
use crate::facts::{Books, StudentIx};
use crate::monitor::Problem;
use crate::outbox::{Act, Letter, State, Told};
use crate::school::{Level, SchoolYear};
use crate::store::Tx;

/// A standing's student and rule.
pub(super) type Key = (StudentIx, u16);

/// What is told of a standing, as the store keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AsTold {
    pub(super) level: Option<Level>,
    pub(super) unwritten: bool,
}

impl AsTold {
    fn of(standing: &Standing) -> AsTold {
        AsTold {
            level: standing.told,
            unwritten: standing.told_unwritten,
        }
    }

    /// After one more line of a letter.
    fn with(self, level: Level, unwritten: bool) -> AsTold {
        AsTold {
            level: Some(level),
            unwritten: unwritten && (self.level.is_none() || self.unwritten),
        }
    }
}

/// Flags that tonight's starting lists are expected to tell, all but a few of them as a count. On a first night that is nearly everyone's,
/// and standings are written by it while the letters are still composed; what comes otherwise is written again.
#[derive(Debug, Default)]
pub(super) struct Expected(Vec<Key>);

impl Expected {
    pub(super) fn new(listed: &[Key]) -> Expected {
        let mut listed = listed.to_vec();
        listed.sort_unstable();
        Expected(listed)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.0.iter().copied()
    }

    /// What is expected to be told of a standing.
    pub(super) fn of(&self, key: Key, standing: &Standing) -> AsTold {
        let before = AsTold::of(standing);
        match standing.level {
            Some(level) if self.0.binary_search(&key).is_ok() => before.with(level, true),
            _ => before,
        }
    }
}

/// What tonight's letters change of what was told. Standings themselves stay as the night judged them: somebody else writes them meanwhile.
#[derive(Debug, Default)]
pub(super) struct Telling {
    told: FxHashMap<Key, AsTold>,
    /// Counted again from the letters that stand. The store may have another level of them than the ledger, which forgot what refused letters
    /// told, so they are written whatever it is.
    recounted: Vec<Key>,
}

impl Telling {
    /// What is told of a standing.
    pub(super) fn of(&self, key: Key, standing: &Standing) -> AsTold {
        self.told.get(&key).copied().unwrap_or_else(|| AsTold::of(standing))
    }

    /// What letters tell that take nobody's place and are posted elsewhere.
    pub(super) fn raise_all(&mut self, books: &Books, ledger: &Ledger, acts: &[Act]) {
        self.told.reserve(acts.iter().map(|act| act.told().len()).sum());
        for act in acts {
            if let Act::Post { letter, told } = act
                && letter.kind.raises_told()
            {
                self.raise(books, ledger, told);
            }
        }
    }

    /// What a letter that was just posted tells: it can only raise what was told, so nothing has to be asked.
    pub(super) fn raise(&mut self, books: &Books, ledger: &Ledger, lines: &[Told]) {
        let known = books.names.students.in_order();
        for line in lines.iter().filter(|line| !line.is_copy()) {
            let Some(student) = known.get(&line.student_id).map(StudentIx) else {
                continue;
            };
            let Some(rule) = ledger.rules.get(&line.rule).map(|number| number as u16) else {
                continue;
            };
            let Some(standing) = ledger.standings.get(&(student, rule)) else {
                continue;
            };
            if standing.episode != line.episode {
                continue;
            }
            let told = self.told.entry((student, rule)).or_insert_with(|| AsTold::of(standing));
            if line.falls || told.level < Some(line.level) {
                *told = told.with(line.level, line.unwritten);
            }
        }
    }

    /// Told is computed: the highest level of the episode in letters that were not refused or replaced.
    fn recount(
        &mut self,
        tx: &Tx<'_>,
        year: &SchoolYear,
        books: &Books,
        ledger: &Ledger,
        lines: &[Told],
    ) -> Result<(), Problem> {
        for line in lines {
            let Some(student) = books.names.students.get(&line.student_id).map(StudentIx) else {
                continue;
            };
            let Some(rule) = ledger.rules.get(&line.rule).map(|number| number as u16) else {
                continue;
            };
            let Some(standing) = ledger.standings.get(&(student, rule)) else {
                continue;
            };
            if standing.episode == line.episode {
                let told = tx.telling(year, &line.student_id, &line.rule, line.episode)?;
                let told = AsTold {
                    level: told.map(|told| told.level),
                    unwritten: told.is_some_and(|told| !told.written),
                };
                self.told.insert((student, rule), told);
                self.recounted.push((student, rule));
            }
        }
        Ok(())
    }

    /// The standings that are to be written once more: something else is told of them than was expected. In no order, some twice.
    pub(super) fn unlike(&self, expected: &Expected, ledger: &Ledger) -> Vec<Key> {
        let is_unlike = |key: &&Key| {
            let standing = ledger.standings.get(*key);
            standing.is_some_and(|standing| self.of(**key, standing) != expected.of(**key, standing))
        };
        let untold = expected.0.iter().filter(|key| !self.told.contains_key(*key));
        let unlike = self.told.keys().chain(untold).filter(is_unlike);
        unlike.chain(&self.recounted).copied().collect()
    }

    /// Notes it in the ledger itself, for the next night.
    pub(super) fn enter(self, ledger: &mut Ledger) {
        for (key, told) in self.told {
            if let Some(standing) = ledger.standings.get_mut(&key) {
                standing.told = told.level;
                standing.told_unwritten = told.unwritten;
            }
        }
    }

    /// Posts, replaces or withdraws one letter, and notes what it tells.
    pub(super) fn perform(
        &mut self,
        tx: &Tx<'_>,
        year: &SchoolYear,
        books: &Books,
        ledger: &Ledger,
        act: Act,
    ) -> Result<Option<Letter>, Problem> {
        let (old, letter, told) = match act {
            Act::Post { letter, told } => (None, letter, told),
            Act::Replace { id, letter, told } => (Some(id), letter, told),
            Act::Withdraw { id } => {
                let lost = tx.told_by(id)?;
                tx.set_state(id, State::Replaced, "", 0, 0)?;
                self.recount(tx, year, books, ledger, &lost)?;
                return Ok(None);
            }
        };
        let before = old.map(|id| tx.told_by(id)).transpose()?.unwrap_or_default();
        let id = match old {
            Some(old) => tx.replace(old, &letter, &told)?,
            None => Some(tx.post(&letter, &told)?),
        };
        let Some(id) = id else { return Ok(None) };
        self.recount(tx, year, books, ledger, &before)?;
        if letter.kind.raises_told() {
            self.raise(books, ledger, &told);
        }
        Ok(Some(Letter { id, ..letter }))
    }
}

/// What the night's letters tell.
pub(super) struct ToldTonight {
    pub(super) telling: Telling,
    pub(super) expected: Arc<Expected>,
    /// The standings of which something else is told than was expected; `None` where letters are still to be posted.
    pub(super) unlike: Option<Vec<Key>>,
}

/// Posts letters that take nobody's place; gives them with their numbers.
pub(super) fn post(tx: &Tx<'_>, acts: &[Act]) -> Result<Vec<Letter>, Problem> {
    let mut letters = Vec::new();
    for act in acts {
        if let Act::Post { letter, told } = act {
            let id = tx.post(letter, told)?;
            letters.push(Letter { id, ..letter.clone() });
        }
    }
    Ok(letters)
}

#[cfg(test)]
mod tests {
    use super::{AsTold, Expected, Key, Telling};
    use crate::crossings::Standing;
    use crate::facts::{Books, StudentIx};
    use crate::outbox::Told;
    use crate::round::ledger::Ledger;
    use crate::school::{Day, Level, SchoolYear};

    const RULE: &str = "chronic_absence";

    /// Students 0 to 3, all at concern in their first episode; the last one was told of it before, in words.
    fn district() -> (Books, Ledger) {
        let mut books = Books::new(SchoolYear {
            start: Day(20_000),
            end: Day(20_300),
        });
        let mut ledger = Ledger::default();
        let rule = ledger.rules.intern(RULE) as u16;
        for at in 0..4 {
            let student = books.student(&format!("S{at}"));
            let standing = Standing {
                level: Some(Level::Concern),
                episode: 1,
                told: (at == 3).then_some(Level::Watch),
                ..Standing::default()
            };
            ledger.put(student, rule, standing);
        }
        (books, ledger)
    }

    fn line(student: u32, unwritten: bool) -> Told {
        Told {
            student_id: format!("S{student}"),
            school_id: "101".to_owned(),
            rule: RULE.to_owned(),
            episode: 1,
            level: Level::Concern,
            unwritten,
            falls: false,
            why: String::new(),
        }
    }

    fn told(level: Level, unwritten: bool) -> AsTold {
        AsTold {
            level: Some(level),
            unwritten,
        }
    }

    #[test]
    fn what_is_told_as_expected_need_not_be_written_again() {
        let (books, ledger) = district();
        let key = |student: u32| -> Key { (StudentIx(student), 0) };
        let expected = Expected::new(&[key(3), key(0), key(1), key(2)]);
        let standing = |student: u32| &ledger.standings[&key(student)];
        assert_eq!(expected.of(key(0), standing(0)), told(Level::Concern, true));
        // Who knows of it in words knows the graver level as well.
        assert_eq!(expected.of(key(3), standing(3)), told(Level::Concern, false));

        let mut telling = Telling::default();
        // One is named, of one nothing is told after all.
        telling.raise(&books, &ledger, &[line(0, true), line(1, false), line(3, true)]);
        let mut unlike = telling.unlike(&expected, &ledger);
        unlike.sort_unstable();
        assert_eq!(unlike, [key(1), key(2)]);
        assert_eq!(telling.of(key(1), standing(1)), told(Level::Concern, false));
        assert_eq!(telling.of(key(2), standing(2)).level, None);
    }

    #[test]
    fn nothing_is_expected_of_an_ordinary_night_and_everything_told_is_written() {
        let (books, mut ledger) = district();
        let mut telling = Telling::default();
        let copy = Told {
            why: "copy to role:case_manager".to_owned(),
            ..line(2, false)
        };
        let other_episode = Told {
            episode: 2,
            ..line(0, false)
        };
        telling.raise(&books, &ledger, &[line(3, false), copy, other_episode]);
        let unlike = telling.unlike(&Expected::default(), &ledger);
        assert_eq!(unlike, [(StudentIx(3), 0)]);
        telling.enter(&mut ledger);
        let levels = (0..4).map(|at| ledger.standing(StudentIx(at), 0).told);
        assert!(levels.eq([None, None, None, Some(Level::Concern)]));
    }
}
