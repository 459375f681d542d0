//! Days, levels and named enums as the words that stand in the tables, and the dictionaries behind numbers.

use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Store, Tx};
use crate::monitor::{Place, Problem, Weight};
use crate::school::{Day, Interner, Level};

/// A day as `YYYY-MM-DD`.
pub(super) fn text(day: Day) -> String {
    day.to_string()
}

/// The day of a column.
pub(super) fn day(row: &Row<'_>, column: usize) -> rusqlite::Result<Day> {
    maybe_day(row, column)?.ok_or_else(|| odd(column, "no day"))
}

/// The day of a column that may be empty.
pub(super) fn maybe_day(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Day>> {
    let Some(text) = row
        .get_ref(column)?
        .as_str_or_null()
        .map_err(|error| wrong(column, error))?
    else {
        return Ok(None);
    };
    match Day::parse(text.as_bytes()) {
        Some(day) => Ok(Some(day)),
        None => Err(odd(column, "not a day")),
    }
}

/// The level of a column that may be empty.
pub(super) fn maybe_level(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Level>> {
    let Some(text) = row
        .get_ref(column)?
        .as_str_or_null()
        .map_err(|error| wrong(column, error))?
    else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| odd(column, "not a level"))
}

/// An enum's word, as its serde name.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The enum of a column that holds its word.
pub(super) fn named<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let word: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| odd(column, "an unknown word"))
}

/// The value of a column that holds JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str().map_err(|error| wrong(column, error))?;
    serde_json::from_str(text).map_err(|_| odd(column, "text that is not what was written"))
}

/// A value as JSON; values of our own always have one.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn wrong(column: usize, error: FromSqlError) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// A value in the store that firstbell would never have written.
pub(super) fn odd(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into())
}

/// The entries of one dictionary.
pub(super) const DICTIONARY: &str = "SELECT number, text FROM word WHERE kind = ?1 ORDER BY number";

impl Store {
    /// A dictionary, in the order of its numbers.
    pub(super) fn dictionary(&self, kind: &str) -> Result<Interner, Problem> {
        let mut list = Interner::default();
        self.fill(&mut list, DICTIONARY, [kind])?;
        Ok(list)
    }

    /// Adds the rows (number, text) of a query to a list that already holds the first of them or none.
    pub(super) fn fill(&self, list: &mut Interner, sql: &str, params: impl rusqlite::Params) -> Result<(), Problem> {
        let filled = self.db.prepare_cached(sql).and_then(|mut statement| {
            let mut rows = statement.query(params)?;
            while let Some(row) = rows.next()? {
                let number: u32 = row.get(0)?;
                if list.intern(row.get_ref(1)?.as_str()?) != number {
                    return Err(odd(0, "a gap in a dictionary"));
                }
            }
            Ok(())
        });
        filled.map_err(|error: rusqlite::Error| self.trouble(&error))
    }
}

impl Tx<'_> {
    /// Writes the entries that a dictionary gained since it was last written.
    pub(super) fn grow(&self, kind: &str, list: &Interner) -> Result<(), Problem> {
        let last = "SELECT number, text FROM word WHERE kind = ?1 ORDER BY number DESC LIMIT 1";
        let known = self.known(list, last, [kind])?;
        let mut statement = self.statement("INSERT INTO word VALUES (?1, ?2, ?3)")?;
        for (number, text) in list.iter().enumerate().skip(known) {
            let inserted = statement.execute((kind, number as i64, text));
            inserted.map_err(|error| self.trouble(&error))?;
        }
        Ok(())
    }

    /// How many entries of a list the store already has, by a query for its last one (number, text). A list that does not hold
    /// that entry was read before another round wrote: its numbers would mean other names.
    pub(super) fn known(&self, list: &Interner, last: &str, params: impl rusqlite::Params) -> Result<usize, Problem> {
        let last = self.one(last, params, |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?))
        })?;
        match last {
            None => Ok(0),
            Some((number, text)) if list.get(&text) == Some(number) => Ok(number as usize + 1),
            Some(_) => Err(self.stale()),
        }
    }

    /// The problem that the store was written by somebody else since it was read.
    pub(super) fn stale(&self) -> Problem {
        let place = Place::file(self.path.display().to_string());
        let message = "the store changed since it was read";
        let remedy = "run the round again: nothing was kept by half";
        Problem::new("store-stale", Weight::Stop, place, message, remedy)
    }
}
