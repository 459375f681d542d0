//! How a column writes its dates, where the cells themselves say so.

use crate::records::DateFormat;
use crate::school::Day;

/// Years that dates of a school's records lie in; birth dates are among them.
const YEARS: std::ops::RangeInclusive<i16> = 1920..=2099;
/// Share of a column's cells that must be dates for it to be a column of dates: typing errors are part of life.
const MOST: f64 = 0.85;

/// The dates of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dates {
    /// The formats, the most frequent first.
    pub(super) formats: Vec<DateFormat>,
    /// Month and day could be either way round: no cell has a number above 12.
    pub(super) ambiguous: bool,
    /// A time of day follows.
    pub(super) timed: bool,
    /// The first day.
    pub(super) first: Day,
    /// The last day.
    pub(super) last: Day,
}

impl Dates {
    /// Looks at the filled cells of a column; `None` where they are no dates.
    pub(super) fn of<'c>(cells: impl Iterator<Item = &'c str>) -> Option<Dates> {
        let cells: Vec<&str> = cells.collect();
        let reads = |format: DateFormat| cells.iter().filter(|cell| sensible(format, cell).is_some()).count();
        let mut counts: Vec<(usize, DateFormat)> = DateFormat::ALL
            .iter()
            .map(|(format, _)| (reads(*format), *format))
            .filter(|(count, _)| *count > 0)
            .collect();
        // The order of equals is that of the list: the American way before the other.
        counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let (best, format) = *counts.first()?;
        let both =
            |one, other| counts.iter().any(|(count, format)| *format == one && *count == best) && format == other;
        let ambiguous = both(DateFormat::DayFirst, DateFormat::MonthFirst);
        let slashes = |format| matches!(format, DateFormat::MonthFirst | DateFormat::DayFirst);
        let mut formats = vec![format];
        for (_, other) in &counts[1..] {
            // One file does not write months both first and second.
            let clash = slashes(*other) && formats.iter().any(|format| slashes(*format));
            let adds = cells.iter().any(|cell| {
                sensible(*other, cell).is_some() && formats.iter().all(|format| sensible(*format, cell).is_none())
            });
            if !clash && adds {
                formats.push(*other);
            }
        }
        let days: Vec<Day> = cells
            .iter()
            .filter_map(|cell| formats.iter().find_map(|format| sensible(*format, cell)))
            .collect();
        if days.len() < ((cells.len() as f64) * MOST).ceil() as usize {
            return None;
        }
        Some(Dates {
            ambiguous,
            timed: cells.iter().any(|cell| cell.contains([' ', 'T']) && cell.contains(':')),
            first: days.iter().min().copied()?,
            last: days.iter().max().copied()?,
            formats,
        })
    }
}

/// The day that a cell names in a format, in a year that a school knows.
pub(super) fn sensible(format: DateFormat, cell: &str) -> Option<Day> {
    format.parse(cell).filter(|day| YEARS.contains(&day.civil().year()))
}

/// Whether a cell looks like a date in a format that no adapter reads, such as `20-Nov-2026` or `11-20-2026`.
pub(super) fn foreign(cell: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let lower = cell.to_lowercase();
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let month = MONTHS.iter().any(|month| lower.contains(month));
    let parts: Vec<&str> = cell.split(['-', '/', '.']).collect();
    let numbers = parts.len() == 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let known = DateFormat::ALL
        .iter()
        .any(|(format, _)| sensible(*format, cell).is_some());
    !known && cell.len() <= 30 && ((month && (3..=8).contains(&digits)) || (numbers && (5..=8).contains(&digits)))
}

/// The word of a format in manifests.
pub(super) fn word(format: DateFormat) -> &'static str {
    DateFormat::ALL
        .iter()
        .find(|(known, _)| *known == format)
        .map_or("YYYY-MM-DD", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::{Dates, foreign};
    use crate::records::DateFormat;

    #[test]
    fn a_number_above_twelve_says_which_is_the_month() {
        let month = Dates::of(["8/22/2016", "9/1/2016"].into_iter()).expect("dates");
        assert_eq!((month.formats, month.ambiguous), (vec![DateFormat::MonthFirst], false));
        let day = Dates::of(["22/8/2016", "1/9/2016"].into_iter()).expect("dates");
        assert_eq!((day.formats, day.ambiguous), (vec![DateFormat::DayFirst], false));
        let either = Dates::of(["8/2/2016", "9/1/2016"].into_iter()).expect("dates");
        assert_eq!((either.formats, either.ambiguous), (vec![DateFormat::MonthFirst], true));
    }

    #[test]
    fn typing_errors_do_not_hide_a_column_of_dates_and_numbers_are_none() {
        let cells = ["2026-09-01"; 20].into_iter().chain(["0003-01-01"]);
        assert!(Dates::of(cells).is_some());
        assert_eq!(Dates::of(["1044", "1045"].into_iter()), None);
        assert!(foreign("20-Nov-2026") && foreign("11-20-2026") && !foreign("A-12-B") && !foreign("2026-11-20"));
    }
}
