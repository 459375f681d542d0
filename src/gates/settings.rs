//! What the district asks of a feed before it believes a file.

use crate::school::Table;

/// Gates that compare shares look at nothing smaller: a few rows more or less say nothing of so short a file.
pub const FROM_ROWS: u64 = 50;

/// Percent by which a file may be shorter than the last one; a student system seldom takes back more in one night.
const SHRINK_PERCENT: f64 = 10.0;
/// Percent of rows, or of students, that may be unknown. Chosen by us: a typing error is rarer, a code table that was forgotten
/// is more.
const UNKNOWN_PERCENT: f64 = 10.0;
/// Percent of rows that may lie outside the school year. Chosen by us: an export over several years is set apart by hand.
const OUTSIDE_PERCENT: f64 = 10.0;

/// Incidents and second stays come one by one: a school may lose its last few without anything being wrong. Chosen by us.
const FEW_ROWS: u64 = 5;

/// Staff note contacts by hand: rows are struck out, and last year's may stay. Chosen by us: half of a sheet that is gone is no tidying up.
const SHEET_SHRINK_PERCENT: f64 = 50.0;

/// The gates of one feed; `None` is off.
#[derive(Clone, Debug, PartialEq)]
pub struct Gates {
    /// A file shorter than the last one by more than so many percent is held.
    pub shrink_percent: Option<f64>,
    /// Nothing newer for so many school days holds the feed.
    pub expect_every: Option<u32>,
    /// More than so many percent of rows with a code or mark in no table hold the file.
    pub unknown_codes_percent: Option<f64>,
    /// More than so many percent of students whom no roster has brought hold the file.
    pub unknown_students_percent: Option<f64>,
    /// More than so many percent of rows with a date outside the school year hold the file.
    pub outside_year_percent: Option<f64>,
    /// A column that was read last time and is gone holds the file.
    pub header: bool,
    /// A school that had at least so many rows last time and has none now is missing. Not configured.
    pub school_from: u64,
}

impl Gates {
    /// The gates of a feed whose main table this is, as long as the district says nothing else.
    pub fn of(table: Table) -> Gates {
        Gates {
            shrink_percent: Some(match table {
                Table::Contacts => SHEET_SHRINK_PERCENT,
                _ => SHRINK_PERCENT,
            }),
            expect_every: (table == Table::Attendance).then_some(1),
            unknown_codes_percent: Some(UNKNOWN_PERCENT),
            unknown_students_percent: Some(UNKNOWN_PERCENT),
            outside_year_percent: (table != Table::Contacts).then_some(OUTSIDE_PERCENT),
            header: true,
            school_from: match table {
                Table::Behavior | Table::Enrollments => FEW_ROWS,
                _ => 1,
            },
        }
    }
}
