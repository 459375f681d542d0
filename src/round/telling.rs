//! Letters on their way into the store, and what they tell: the highest level of an episode that was told is computed from them.
//!
//! In: what is to be done in the outbox. Out: letters with their numbers, and what is told of each standing. Never: a letter that is
//! posted by half, or a level told that no letter tells.

use super::keeping::order;
use super::ledger::Ledger;
use super::night::NightDone;
use crate::facts::{Books, StudentIx};
use crate::monitor::Problem;
use crate::outbox::{Act, Letter, State, Told};
use crate::school::SchoolYear;
use crate::store::Tx;

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

impl NightDone {
    /// Notes what letters tell that are posted for the first time, and brings what is to be kept into the order of the table's key.
    pub(super) fn raise_told(&mut self, books: &Books, acts: &[Act]) {
        for act in acts {
            if let Act::Post { letter, told } = act
                && letter.kind.raises_told()
            {
                raise(books, &mut self.ledger, &mut self.touched, told);
            }
        }
        order(&mut self.touched);
    }
}

/// Posts, replaces or withdraws one letter, and notes what it tells.
pub(super) fn perform(
    tx: &Tx<'_>,
    year: &SchoolYear,
    books: &Books,
    ledger: &mut Ledger,
    touched: &mut Vec<(StudentIx, u16)>,
    act: Act,
) -> Result<Option<Letter>, Problem> {
    let (old, letter, told) = match act {
        Act::Post { letter, told } => (None, letter, told),
        Act::Replace { id, letter, told } => (Some(id), letter, told),
        Act::Withdraw { id } => {
            let lost = tx.told_by(id)?;
            tx.set_state(id, State::Replaced, "", 0, 0)?;
            recount(tx, year, books, ledger, touched, &lost)?;
            return Ok(None);
        }
    };
    let before = old.map(|id| tx.told_by(id)).transpose()?.unwrap_or_default();
    let id = match old {
        Some(old) => tx.replace(old, &letter, &told)?,
        None => Some(tx.post(&letter, &told)?),
    };
    let Some(id) = id else { return Ok(None) };
    recount(tx, year, books, ledger, touched, &before)?;
    if letter.kind.raises_told() {
        raise(books, ledger, touched, &told);
    }
    Ok(Some(Letter { id, ..letter }))
}

/// What a letter that was just posted tells: it can only raise what was told, so nothing has to be asked.
pub(super) fn raise(books: &Books, ledger: &mut Ledger, touched: &mut Vec<(StudentIx, u16)>, lines: &[Told]) {
    let known = books.names.students.in_order();
    for line in lines.iter().filter(|line| !line.is_copy()) {
        let Some(student) = known.get(&line.student_id).map(StudentIx) else {
            continue;
        };
        let Some(rule) = ledger.rules.get(&line.rule).map(|number| number as u16) else {
            continue;
        };
        let Some(standing) = ledger.standings.get_mut(&(student, rule)) else {
            continue;
        };
        if standing.episode == line.episode && (line.falls || standing.told < Some(line.level)) {
            let was_told = standing.told.is_some();
            standing.told = Some(line.level);
            standing.told_unwritten = line.unwritten && (!was_told || standing.told_unwritten);
            touched.push((student, rule));
        }
    }
}

/// Told is computed: the highest level of the episode in letters that were not refused or replaced.
fn recount(
    tx: &Tx<'_>,
    year: &SchoolYear,
    books: &Books,
    ledger: &mut Ledger,
    touched: &mut Vec<(StudentIx, u16)>,
    lines: &[Told],
) -> Result<(), Problem> {
    for line in lines {
        let Some(student) = books.names.students.get(&line.student_id).map(StudentIx) else {
            continue;
        };
        let Some(rule) = ledger.rules.get(&line.rule).map(|number| number as u16) else {
            continue;
        };
        let Some(standing) = ledger.standings.get_mut(&(student, rule)) else {
            continue;
        };
        if standing.episode == line.episode {
            let told = tx.telling(year, &line.student_id, &line.rule, line.episode)?;
            standing.told = told.map(|told| told.level);
            standing.told_unwritten = told.is_some_and(|told| !told.written);
            touched.push((student, rule));
        }
    }
    Ok(())
}
