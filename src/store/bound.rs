//! A statement that a loop runs with rows that differ in little: SQLite keeps what was bound, so only what changed is bound again.

use rusqlite::{CachedStatement, ToSql};

use crate::monitor::Problem;
use crate::school::{Day, Level};

use super::Tx;
use super::words::text;

/// More parameters than any statement here has.
const MOST: usize = 24;

/// A statement and what was bound to it last, as numbers that are told apart more quickly than texts.
pub(super) struct Bound<'s> {
    tx: &'s Tx<'s>,
    statement: CachedStatement<'s>,
    last: [Option<i64>; MOST],
    texts: [Option<String>; MOST],
}

impl<'s> Bound<'s> {
    pub(super) fn new(tx: &'s Tx<'s>, sql: &str) -> Result<Bound<'s>, Problem> {
        Ok(Bound {
            tx,
            statement: tx.statement(sql)?,
            last: [None; MOST],
            texts: [const { None }; MOST],
        })
    }

    /// Binds what is seldom the same twice. Parameters are counted from 1.
    pub(super) fn put(&mut self, at: usize, value: impl ToSql) -> Result<(), Problem> {
        let bound = self.statement.raw_bind_parameter(at, value);
        bound.map_err(|error| self.tx.trouble(&error))
    }

    /// Binds a value that `known` stands for, unless it is bound already.
    fn put_known<T: ToSql>(&mut self, at: usize, known: i64, value: impl FnOnce() -> T) -> Result<(), Problem> {
        if self.last[at] == Some(known) {
            return Ok(());
        }
        self.last[at] = Some(known);
        self.put(at, value())
    }

    /// Binds a number.
    pub(super) fn number(&mut self, at: usize, number: impl Into<i64>) -> Result<(), Problem> {
        let number = number.into();
        self.put_known(at, number, || number)
    }

    /// Binds a day as text.
    pub(super) fn day(&mut self, at: usize, day: Option<Day>) -> Result<(), Problem> {
        self.put_known(at, day.map_or(i64::MIN, |day| i64::from(day.0)), || day.map(text))
    }

    /// Binds a level's word.
    pub(super) fn level(&mut self, at: usize, level: Option<Level>) -> Result<(), Problem> {
        self.put_known(at, level.map_or(-1, |level| level as i64), || level.map(Level::word))
    }

    /// Binds a text that the row before often has too.
    pub(super) fn text(&mut self, at: usize, text: &str) -> Result<(), Problem> {
        if self.texts[at].as_deref() == Some(text) {
            return Ok(());
        }
        text.clone_into(self.texts[at].get_or_insert_default());
        self.put(at, text)
    }

    /// Runs it with what is bound.
    pub(super) fn run(&mut self) -> Result<(), Problem> {
        let run = self.statement.raw_execute();
        run.map(drop).map_err(|error| self.tx.trouble(&error))
    }
}
