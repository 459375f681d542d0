//! An adapter as the reader uses it: where each canonical column comes from in one system's exports, and how its cells are written.
//!
//! Adapters are data. They are made from `plugin.toml` files elsewhere; the reader knows none by name.

use std::collections::BTreeMap;

use super::bundle::Bundle;
use super::feed::Feed;
use crate::school::{Day, Table};

/// What reads one system's exports.
#[derive(Clone, Debug, PartialEq)]
pub struct Adapter {
    /// The plugin's id; feeds name it.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// The tables it can fill.
    pub tables: BTreeMap<Table, TableMap>,
    /// Cells that mean "nothing here", such as `NULL`; compared whole, any case.
    pub null_words: Vec<String>,
    /// What cells are quoted with.
    pub quote: u8,
    /// What escapes a quote inside quotes, beside doubling it.
    pub escape: Option<u8>,
    /// A blank attendance code means present and is no unknown code.
    pub blank_code_is_present: bool,
    /// An exit date is the first day out, not the last day in.
    pub exit_is_first_day_out: bool,
    /// Exit codes of students who never came, any case: their enrollment holds no day.
    pub no_show: Vec<String>,
    /// The feeds that `init --from` writes.
    pub feeds: Vec<Feed>,
    /// Configuration sections that `init --from` writes, as TOML; empty where the adapter knows none.
    pub sections: String,
    /// How files that belong together become tables; `None` where each file is read by itself.
    pub bundle: Option<Bundle>,
}

impl Adapter {
    /// An adapter that can fill no table yet, with the usual quoting.
    pub fn new(id: impl Into<String>) -> Adapter {
        Adapter {
            id: id.into(),
            title: String::new(),
            tables: BTreeMap::new(),
            null_words: Vec::new(),
            quote: b'"',
            escape: None,
            blank_code_is_present: false,
            exit_is_first_day_out: false,
            no_show: Vec::new(),
            feeds: Vec::new(),
            sections: String::new(),
            bundle: None,
        }
    }

    /// Lines above the header in files of a table.
    pub fn skip_lines(&self, table: Table) -> usize {
        self.tables.get(&table).map_or(0, |map| map.skip_lines)
    }
}

/// Where the columns of one canonical table come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableMap {
    /// One entry per canonical column, in the order of [`super::columns`].
    pub columns: Vec<ColumnMap>,
    /// What the columns are called, in order, where the export has no header of its own; empty where it has one.
    pub header: Vec<String>,
    /// Lines above the header, or the first row, that are neither: titles of a report.
    pub skip_lines: usize,
    /// Which rows of the file are rows of this table: all that pass every one of these.
    pub only: Vec<Only>,
}

/// A column whose cell decides whether a row belongs to a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Only {
    /// The source header.
    pub from: String,
    /// The cells of rows that belong, compared whole, any case; an empty one admits blank cells.
    pub is: Vec<String>,
}

/// Where one canonical column comes from. Applied in this order: the first filled source column, else the joined ones, else
/// `default`; then `before`, `after`, `piece`, `values`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnMap {
    /// Source headers; the first one whose cell is filled counts. Empty: the column is not in the export.
    pub from: Vec<String>,
    /// Source headers whose filled cells are put together, where none of `from` is filled.
    pub join: Vec<String>,
    /// What stands between joined cells; `None`: a space.
    pub between: Option<String>,
    /// What every row has, whatever the export says.
    pub constant: Option<String>,
    /// Only what stands before the first one of this counts: ` x-` takes the extension off `LABERGE, J x-1234`.
    pub before: Option<String>,
    /// Only what follows the last one of this counts: `#` takes `Tardy` out of `uri://…#Tardy`.
    pub after: Option<String>,
    /// What a cell is cut at, and which of its pieces counts, from 1; a piece that is not there is blank.
    pub piece: Option<(String, usize)>,
    /// Cells and what they mean, compared whole, any case; a cell that is not here stays as it is.
    pub values: Vec<(String, String)>,
    /// What a blank cell means. `@year_start` is the school year's first day.
    pub default: Option<String>,
    /// How dates are written; empty: `YYYY-MM-DD`.
    pub dates: Vec<DateFormat>,
    /// What parts the entries of a list; `None`: `;`.
    pub split: Option<String>,
    /// Whether a row cannot do without it.
    pub required: bool,
    /// A cell that cannot be read counts as blank, instead of making its row unusable.
    pub lenient: bool,
}

/// How an export writes dates. A time of day behind a space or a `T` is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFormat {
    /// `YYYY-MM-DD`.
    Iso,
    /// `M/D/YYYY` or `M/D/YY` (2000 to 2099).
    MonthFirst,
    /// `D/M/YYYY` or `D/M/YY` (2000 to 2099); also with dots.
    DayFirst,
    /// `YYYYMMDD`.
    Compact,
}

impl DateFormat {
    /// All formats, with the words that manifests use.
    pub const ALL: [(DateFormat, &'static str); 4] = [
        (DateFormat::Iso, "YYYY-MM-DD"),
        (DateFormat::MonthFirst, "M/D/YYYY"),
        (DateFormat::DayFirst, "D/M/YYYY"),
        (DateFormat::Compact, "YYYYMMDD"),
    ];

    /// The day that a cell names, where it is written in this format.
    pub fn parse(self, cell: &str) -> Option<Day> {
        let date = cell.split([' ', 'T']).next().unwrap_or(cell);
        match self {
            DateFormat::Iso => Day::parse(date.as_bytes()),
            DateFormat::Compact => {
                if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                let number: u32 = date.parse().ok()?;
                Day::from_ymd((number / 10_000) as i32, number / 100 % 100, number % 100)
            }
            DateFormat::MonthFirst => {
                let [month, day, year] = three(date, &['/'])?;
                Day::from_ymd(year, month as u32, day as u32)
            }
            DateFormat::DayFirst => {
                let [day, month, year] = three(date, &['/', '.'])?;
                Day::from_ymd(year, month as u32, day as u32)
            }
        }
    }
}

/// Three numbers of which the last is a year; two digits stand for this century, as student systems have no older dates of attendance.
fn three(date: &str, between: &[char]) -> Option<[i32; 3]> {
    let mut parts = date.split(between);
    let mut next = || {
        let part = parts.next()?;
        (!part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(part)
    };
    let (first, second, year) = (next()?, next()?, next()?);
    if parts.next().is_some() || first.len() > 2 || second.len() > 2 {
        return None;
    }
    let number: i32 = year.parse().ok()?;
    let year = match year.len() {
        2 => number + 2000,
        4 => number,
        _ => return None,
    };
    Some([first.parse().ok()?, second.parse().ok()?, year])
}

#[cfg(test)]
mod tests {
    use super::{DateFormat, Day};

    #[test]
    fn dates_are_read_as_exports_write_them() {
        let day = Day::from_ymd(2016, 8, 22);
        assert_eq!(DateFormat::MonthFirst.parse("8/22/16 00:00"), day);
        assert_eq!(DateFormat::MonthFirst.parse("08/22/2016"), day);
        assert_eq!(DateFormat::DayFirst.parse("22.08.2016"), day);
        assert_eq!(DateFormat::Compact.parse("20160822"), day);
        assert_eq!(DateFormat::Iso.parse("2016-08-22T00:00:00Z"), day);
        for wrong in ["22/8/16", "8/22", "8/22/016", "8/22/16/1", "", "8-22-2016", "/22/2016"] {
            assert_eq!(DateFormat::MonthFirst.parse(wrong), None, "{wrong}");
        }
    }
}
