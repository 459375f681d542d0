//! A letter that a person sets aside: it is never sent, and what it tells counts as told, unwritten.

use std::collections::BTreeMap;

use super::setup::Setup;
use crate::crossings::Standing;
use crate::facts::StudentIx;
use crate::monitor::Problem;
use crate::outbox::Letter;
use crate::store::Store;

/// Discards a letter, with the standings that it tells of, in one commit. `said`: who decided so and why, for the record; `at`:
/// seconds since 1970.
///
/// # Errors
///
/// A problem where the store cannot be written; nothing is changed then.
pub fn discard_letter(setup: &Setup, store: &Store, letter: &Letter, said: &str, at: i64) -> Result<(), Problem> {
    let (year, _) = setup.school_year(letter.content.as_of)?;
    let lines = store.told_by(letter.id)?;
    let standings = store.load_standings(&year)?;
    let tx = store.begin()?;
    tx.discard(letter.id, said, at)?;
    let tolds = tx.tolds(&year)?;
    let mut changed: BTreeMap<(&str, StudentIx), Standing> = BTreeMap::new();
    for line in &lines {
        let Some(student) = store.student(&line.student_id)? else {
            continue;
        };
        let standing = standings.get(&line.rule).and_then(|of_rule| of_rule.get(&student));
        let Some(standing) = standing.filter(|standing| standing.episode == line.episode) else {
            continue;
        };
        let key = (line.student_id.clone(), line.rule.clone(), line.episode);
        let unwritten = tolds.get(&key).is_some_and(|told| !told.written);
        changed.insert(
            (&line.rule, student),
            standing.clone().with_told(standing.told, unwritten),
        );
    }
    tx.save_standings(
        &year,
        changed
            .iter()
            .map(|((rule, student), standing)| (*rule, *student, standing)),
    )?;
    tx.commit()
}
