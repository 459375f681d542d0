//! The guess: everything that was made out of a sample, each part with its reason and how sure it is.

use serde::Serialize;

use super::Sample;
use super::codes::{self, CodeGuess};
use super::marks::{self, MarksGuess};
use super::score::{Seen, seen};
use super::settle::{Settling, settle};
use super::shape::{Shape, shape};
use super::tables::{Match, matches, position};
use super::text::text;
use crate::records::{ColumnMap, Covers, DateFormat, Only, sensitive};
use crate::school::{Day, Table};

/// How sure a part of the guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It could well be otherwise: look at it.
    Unsure,
    /// Most files like this mean it.
    Likely,
    /// Header and cells say the same, and nothing else comes near.
    Sure,
}

impl Confidence {
    /// Its word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Sure => "sure",
            Confidence::Likely => "likely",
            Confidence::Unsure => "unsure",
        }
    }
}

/// One canonical column, and where its cells come from.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnGuess {
    /// The canonical column.
    pub column: &'static str,
    /// Whether a row cannot do without it.
    pub required: bool,
    /// Where it comes from, as an adapter has it.
    pub map: ColumnMap,
    /// How sure that is.
    pub confidence: Confidence,
    /// What says so.
    pub why: String,
    /// A few different cells of it, as the file has them.
    pub samples: Vec<String>,
}

impl ColumnGuess {
    /// The headers that it comes from, as people read them: `First + Last`, or the constant.
    pub fn header(&self) -> String {
        match (&self.map.constant, &self.map.from[..], &self.map.join[..]) {
            (Some(constant), _, _) => format!("= {constant}"),
            (None, [], []) => self
                .map
                .default
                .as_ref()
                .map_or(String::new(), |default| format!("= {default}")),
            (None, [], join) => join.join(" + "),
            (None, from, _) => from.join(" or "),
        }
    }
}

/// What a file most likely is.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// How it is written.
    pub shape: Shape,
    /// Its headers, in order.
    pub headers: Vec<String>,
    /// A few different cells under each header.
    pub cells: Vec<Vec<String>>,
    /// Rows of the sample.
    pub rows: usize,
    /// Which table it fills.
    pub table: Table,
    /// How sure that is.
    pub confidence: Confidence,
    /// The table that comes next.
    pub runner_up: Option<Table>,
    /// Its columns, in the order of the canonical table.
    pub columns: Vec<ColumnGuess>,
    /// Columns that the table cannot do without and that nothing in the file looks like.
    pub missing: Vec<&'static str>,
    /// Which rows of the file are the table's.
    pub only: Vec<Only>,
    /// Cells that mean "nothing here".
    pub null_words: Vec<String>,
    /// Month and day could be either way round; the American way was taken.
    pub ambiguous_dates: bool,
    /// Columns with dates in a way of writing that no adapter reads, with an example.
    pub foreign_dates: Vec<(String, String)>,
    /// The first and the last date of its main date column.
    pub days: Option<(Day, Day)>,
    /// What a file of it is the whole truth of.
    pub covers: Covers,
    /// What says so.
    pub covers_why: &'static str,
    /// A blank attendance code means present.
    pub blank_is_present: bool,
    /// The attendance codes in it.
    pub codes: Vec<CodeGuess>,
    /// Every student has a row for every day.
    pub all_days: bool,
    /// The periods of a day, where rows are of periods.
    pub periods: Option<u32>,
    /// The marks in it.
    pub marks: Option<MarksGuess>,
    /// Actions that look like suspensions out of school.
    pub suspensions: Vec<String>,
    /// Roles in an incident that look like the one who did it.
    pub offenders: Vec<String>,
    /// Columns that should not be in the export at all, with what they seem to hold.
    pub sensitive: Vec<(String, &'static str)>,
    /// Columns that nothing reads.
    pub unread: Vec<String>,
}

impl Guess {
    /// The guess about a column.
    pub fn column(&self, name: &str) -> Option<&ColumnGuess> {
        self.columns.iter().find(|column| column.column == name)
    }
}

/// What somebody has said already, and what is known beside the file.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The table.
    pub table: Option<Table>,
    /// Columns with their headers; a header that begins with `=` is what every row has, an empty one takes the column out.
    pub set: Vec<(String, String)>,
    /// How dates are written.
    pub dates: Option<DateFormat>,
    /// The first day of the school year.
    pub year_start: Option<Day>,
}

/// Why nothing can be made of a file, or of what somebody said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It holds nothing.
    Empty,
    /// It holds no table that we know.
    NoTable {
        /// The table that is nearest, and the columns that it lacks.
        nearest: Table,
        /// What it lacks.
        lacks: Vec<&'static str>,
    },
    /// The table has no such column.
    NoColumn(String, Table),
    /// The file has no such header.
    NoHeader(String, Vec<String>),
}

/// Cells of each header that are kept to be shown.
const CELLS: usize = 3;
/// Share of a file's required columns without which it is no such table; chosen by us.
const HALF: f64 = 0.5;

/// Guesses what a file is.
///
/// # Errors
///
/// Why nothing can be made of it.
pub fn look(sample: &Sample, wishes: &Wishes) -> Result<Guess, Unfit> {
    let text = text(sample);
    let read = shape(&text).filter(|read| read.headers.iter().any(|name| !name.is_empty()));
    let read = read.ok_or(Unfit::Empty)?;
    let seen = seen(&read.headers, read.shape.headed, &read.rows);
    let first = matches(&seen, &sample.name, wishes.table, &[]);
    let table = first.first().map(|best| best.table).ok_or(Unfit::Empty)?;
    let fixed = fixed(table, wishes, &read.headers)?;
    let again;
    let ranked = if fixed.is_empty() {
        &first
    } else {
        again = matches(&seen, &sample.name, Some(table), &fixed);
        &again
    };
    let best = &ranked[0];
    let confidence = table_confidence(&first, wishes);
    let settled = settle(&Settling {
        matched: best,
        seen: &seen,
        rows: &read.rows,
        wishes,
    });
    // A table that needs one column alone is told by any that is found.
    let needs_one = crate::records::columns(table)
        .iter()
        .filter(|column| column.required)
        .count()
        == 1;
    let known = settled
        .columns
        .iter()
        .any(|column| (column.required || needs_one) && column.confidence > Confidence::Unsure);
    let doubtful = confidence == Confidence::Unsure && !settled.missing.is_empty();
    if wishes.table.is_none() && (!known || doubtful || lacks_most(table, &settled.missing)) {
        return Err(Unfit::NoTable {
            nearest: table,
            lacks: settled.missing,
        });
    }
    let runner_up = first.get(1).map(|next| next.table);
    let mut guess = Guess {
        shape: read.shape,
        headers: read.headers,
        cells: seen.iter().map(|seen| seen.profile.samples(CELLS)).collect(),
        rows: read.rows.len(),
        table,
        confidence,
        runner_up: runner_up.filter(|_| confidence < Confidence::Sure),
        columns: settled.columns,
        missing: settled.missing,
        only: settled.only,
        null_words: Vec::new(),
        ambiguous_dates: false,
        foreign_dates: Vec::new(),
        days: None,
        covers: Covers::Now,
        covers_why: "",
        blank_is_present: false,
        codes: Vec::new(),
        all_days: false,
        periods: None,
        marks: None,
        suspensions: Vec::new(),
        offenders: Vec::new(),
        sensitive: Vec::new(),
        unread: Vec::new(),
    };
    fill(&mut guess, best, &seen, &read.rows, wishes);
    Ok(guess)
}

fn lacks_most(table: Table, missing: &[&str]) -> bool {
    let required = crate::records::columns(table)
        .iter()
        .filter(|column| column.required)
        .count();
    missing.len() as f64 > required as f64 * HALF
}

/// The pairs that somebody has fixed: column and header, or none where the column is a constant or taken out.
fn fixed(table: Table, wishes: &Wishes, headers: &[String]) -> Result<Vec<(usize, Option<usize>)>, Unfit> {
    let mut fixed = Vec::new();
    for (column, header) in &wishes.set {
        let at = position(table, column).ok_or_else(|| Unfit::NoColumn(column.clone(), table))?;
        if header.is_empty() || header.starts_with('=') {
            fixed.push((at, None));
            continue;
        }
        let found = headers.iter().position(|name| name.eq_ignore_ascii_case(header));
        fixed.push((
            at,
            Some(found.ok_or_else(|| Unfit::NoHeader(header.clone(), headers.to_vec()))?),
        ));
    }
    Ok(fixed)
}

fn table_confidence(ranked: &[Match], wishes: &Wishes) -> Confidence {
    let next = ranked.get(1).map_or(f64::MIN, |next| next.rank);
    let best = ranked.first().map_or(0.0, |best| best.rank);
    match best - next {
        _ if wishes.table.is_some() => Confidence::Sure,
        ahead if ahead > 0.6 && best > 0.6 => Confidence::Sure,
        ahead if ahead > 0.25 => Confidence::Likely,
        _ => Confidence::Unsure,
    }
}

/// Everything about the file that its columns bring with them.
fn fill(guess: &mut Guess, best: &Match, seen: &[Seen], rows: &[Vec<String>], wishes: &Wishes) {
    let columns = guess.columns.clone();
    let of = |column: &str| -> Option<&Seen> {
        let header = columns.iter().find(|found| found.column == column)?.map.from.first()?;
        seen.iter().find(|seen| seen.header == *header)
    };
    let only: Vec<String> = guess.only.iter().map(|only| only.from.clone()).collect();
    let read: Vec<&str> = columns
        .iter()
        .flat_map(|column| column.map.from.iter().chain(&column.map.join))
        .chain(&only)
        .map(String::as_str)
        .collect();
    for seen in seen.iter().filter(|seen| read.contains(&seen.header.as_str())) {
        guess.null_words.extend(seen.profile.nulls.iter().cloned());
    }
    guess.null_words.sort();
    guess.null_words.dedup();
    let dated = |seen: &&Seen| read.contains(&seen.header.as_str());
    guess.ambiguous_dates = wishes.dates.is_none() && every_date_ambiguous(seen.iter().filter(dated));
    guess.foreign_dates = seen
        .iter()
        .filter(dated)
        .filter(|seen| seen.profile.dates.is_none() && seen.profile.foreign_dates > 0.8)
        .filter_map(|seen| Some((seen.header.clone(), seen.profile.top.first()?.0.clone())))
        .collect();
    let main = ["date", "start", "start_date"].into_iter().find_map(of);
    guess.days = main
        .and_then(|seen| seen.profile.dates.as_ref())
        .map(|dates| (dates.first, dates.last));
    (guess.covers, guess.covers_why) = super::settle::covers(best.table, guess.days, wishes.year_start);
    if best.table == Table::Attendance {
        attendance(guess, seen, rows);
    }
    if best.table == Table::Grades {
        let cells = of("mark").map(|seen| seen.profile.top.iter().map(|(cell, count)| (cell.as_str(), *count)));
        guess.marks = cells.map(marks::marks);
    }
    if best.table == Table::Behavior {
        guess.suspensions = of("action").map_or(Vec::new(), |seen| words(seen, &super::settle::is_suspension));
        guess.offenders = of("role").map_or(Vec::new(), |seen| words(seen, &super::settle::is_offender));
    }
    guess.sensitive = seen
        .iter()
        .filter_map(|seen| Some((seen.header.clone(), sensitive(&seen.header)?)))
        .filter(|(header, _)| !read.contains(&header.as_str()))
        .collect();
    let known: Vec<&String> = guess.sensitive.iter().map(|(header, _)| header).collect();
    let unread = seen.iter().map(|seen| &seen.header);
    guess.unread = unread
        .filter(|header| !header.is_empty() && !read.contains(&header.as_str()) && !known.contains(header))
        .cloned()
        .collect();
}

/// Whether there are dates, and no cell of any column says which number is the month.
fn every_date_ambiguous<'s>(seen: impl Iterator<Item = &'s Seen>) -> bool {
    let dates: Vec<_> = seen.filter_map(|seen| seen.profile.dates.as_ref()).collect();
    let months =
        |formats: &[DateFormat]| formats.contains(&DateFormat::MonthFirst) || formats.contains(&DateFormat::DayFirst);
    let slashed: Vec<_> = dates.into_iter().filter(|dates| months(&dates.formats)).collect();
    !slashed.is_empty() && slashed.iter().all(|dates| dates.ambiguous)
}

/// The cells of a column that a test picks, as they come out of the adapter.
fn words(seen: &Seen, picks: &dyn Fn(&str) -> bool) -> Vec<String> {
    let cells = seen
        .profile
        .top
        .iter()
        .map(|(cell, _)| super::levels::tail(cell).trim().to_owned());
    let mut words: Vec<String> = cells.filter(|cell| picks(cell)).collect();
    words.sort();
    words.dedup();
    words
}

/// Codes, forms and periods of an attendance file.
fn attendance(guess: &mut Guess, seen: &[Seen], rows: &[Vec<String>]) {
    let place = |column: &str| -> Option<usize> {
        let header = guess.column(column)?.map.from.first()?;
        seen.iter().position(|seen| seen.header == *header)
    };
    let (student, date, period) = (place("student_id"), place("date"), place("period"));
    if let Some(at) = place("code") {
        let profile = &seen[at].profile;
        guess.codes = profile
            .top
            .iter()
            .take(40)
            .map(|(cell, rows)| codes::code(cell, *rows))
            .collect();
        // A file of absences has a code in every row; blanks among codes are days present.
        guess.blank_is_present = profile.rows > 0 && profile.fill() < 0.9;
    } else if let Some(code) = guess.column("code") {
        let made: std::collections::BTreeSet<&String> = code.map.values.iter().map(|(_, code)| code).collect();
        guess.codes = made.into_iter().map(|made| codes::code(made, 0)).collect();
    }
    let present: usize = guess
        .codes
        .iter()
        .filter(|code| code.words == "present" && code.confidence > Confidence::Unsure)
        .map(|code| code.rows)
        .sum();
    guess.all_days = guess.blank_is_present || present * 2 > rows.len() && rows.len() >= 20;
    if let (Some(student), Some(date), Some(period)) = (student, date, period) {
        guess.periods = periods(rows, student, date, period);
    }
}

/// The most periods of one student and day, where there are several.
fn periods(rows: &[Vec<String>], student: usize, date: usize, period: usize) -> Option<u32> {
    let filled = rows.iter().filter(|row| !row[period].is_empty());
    let mut days: std::collections::BTreeMap<(&str, &str), u32> = std::collections::BTreeMap::new();
    for row in filled {
        *days.entry((&row[student], &row[date])).or_insert(0) += 1;
    }
    days.into_values().max().filter(|most| *most > 1)
}
