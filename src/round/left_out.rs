//! Rows that the roll, the calendar or the district's tables deny, as problems that lead to a line of the export.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use memchr::{memchr_iter, memmem, memrchr};

use super::believing::Taken;
use super::intake::FileRead;
use crate::monitor::{Place, Problem, Weight};
use crate::school::{Day, Table, Tables};
use crate::timeline::Almanac;
use crate::timeline::left_out::{LeftOut, Why, left_out};

/// Files longer than this are not searched for the line of an example: the count is worth a note, not a second reading of
/// millions of rows. Chosen by us.
const SEARCHED_BYTES: u64 = 64 << 20;
/// Tables whose rows may be left out of all numbers.
const LOOKED_AT: Tables = Tables::one(Table::Attendance)
    .and(Tables::one(Table::Grades))
    .and(Tables::one(Table::Behavior));

/// Problems about rows of tonight's attendance, marks and incidents that count for nobody; none of a table of which none came. And how many
/// marks are of grade levels for which the district has no scale: that is no problem, but it is counted.
pub(super) fn problems(taken: &Taken, almanac: &Almanac<'_>, as_of: Day, today: Day) -> (Vec<Problem>, u64) {
    let came: Vec<&FileRead> = taken.files.iter().filter(|file| file.accepted).collect();
    let tables = came
        .iter()
        .fold(Tables::NONE, |tables, file| tables.and(Tables::one(file.table)));
    if !tables.meets(LOOKED_AT) {
        return Default::default();
    }
    let mut texts: BTreeMap<&Path, Vec<u8>> = BTreeMap::new();
    let (unscaled, found): (Vec<LeftOut>, Vec<LeftOut>) = left_out(almanac, as_of, today, tables)
        .into_iter()
        .partition(|left| left.why == Why::GradeWithoutScale);
    let mut problem = |left: &LeftOut| {
        let files: Vec<&FileRead> = came
            .iter()
            .filter(|file| file.table == left.why.table())
            .copied()
            .collect();
        for file in files.iter().filter(|file| file.size <= SEARCHED_BYTES) {
            let text = || fs::read(&file.path).unwrap_or_default();
            texts.entry(&file.path).or_insert_with(text);
        }
        problem(&files, &texts, almanac, left)
    };
    let unscaled = unscaled.iter().map(|left| left.rows).sum();
    (found.iter().map(&mut problem).collect(), unscaled)
}

fn problem(files: &[&FileRead], texts: &BTreeMap<&Path, Vec<u8>>, almanac: &Almanac<'_>, left: &LeftOut) -> Problem {
    let (code, column, one, many, remedy) = words(left.why);
    let mut cells = vec![almanac.books().names.students.name(left.student.0)];
    cells.extend(left.cells.iter().map(String::as_str));
    // Days and classes may have come in two files: the example stands in one of them.
    let mut lines = files.iter().filter_map(|file| {
        let text = texts.get(file.path.as_path())?;
        Some((file.name.as_str(), line_of(text, &cells)?))
    });
    let place = match lines.next() {
        Some((file, line)) => Place::file(file).line(line),
        None => Place::file(files.last().map_or("", |file| &file.name)),
    };
    let (row, rows) = match left.why.table() {
        Table::Grades => ("mark", "marks"),
        Table::Behavior => ("incident", "incidents"),
        _ => ("row", "rows"),
    };
    let message = match left.rows {
        1 if row == "incident" => format!("an {row} {one}"),
        1 => format!("a {row} {one}"),
        many_rows => format!("{many_rows} {rows} {many}"),
    };
    Problem::new(code, Weight::Note, place.column(column), message, remedy)
}

/// Code, column, what one row and what several do, remedy.
fn words(why: Why) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
    match why {
        Why::UnknownStudent => (
            "attendance-unknown-student",
            "student_id",
            "names a student whom no export of students or enrollments has brought; it counts for nobody",
            "name students whom no export of students or enrollments has brought; they count for nobody",
            "see that both exports come from the same moment and write ids alike, leading zeros included",
        ),
        Why::BeforeEntry => (
            "attendance-before-entry",
            "date",
            "lies before its student's first day at any school; it does not count",
            "lie before their student's first day at any school; they do not count",
            "correct the entry date or the attendance in the student system",
        ),
        Why::AfterExit => (
            "attendance-after-exit",
            "date",
            "lies after its student has left, or between two enrollments; it does not count",
            "lie after their student has left, or between two enrollments; they do not count",
            "correct the exit date or the attendance in the student system",
        ),
        Why::OtherSchool => (
            "attendance-at-other-school",
            "school_id",
            "is of another school than its student's own of that day; it does not count",
            "are of other schools than their students' own of those days; they do not count",
            "nothing to do where students take classes at two schools; else correct the enrollment",
        ),
        Why::DayOff => (
            "attendance-on-day-off",
            "date",
            "lies on a day that is not instructional at its school; it does not count",
            "lie on days that are not instructional at their school; they do not count",
            "correct the calendar or the attendance in the student system",
        ),
        Why::Future => (
            "attendance-in-the-future",
            "date",
            "lies on a day that is still to come; it does not count yet",
            "lie on days that are still to come; they do not count yet",
            "nothing to do where absences are entered ahead: each waits for its day",
        ),
        Why::PeriodsNotKnown => (
            "attendance-periods-not-known",
            "period",
            "is of one period of a day, and nobody has said how many periods a day has at its school; its day does not count",
            "are of single periods, and nobody has said how many periods a day has at their school; their days do not count",
            "set `periods_per_day` under `[attendance]` in firstbell.toml",
        ),
        Why::MarkOutsideYear => (
            "mark-outside-year",
            "date",
            "is dated outside the school year; it does not count",
            "are dated outside the school year; they do not count",
            "correct the date, or export this school year alone",
        ),
        Why::MarkInTheFuture => (
            "mark-in-the-future",
            "date",
            "is dated on a day that is still to come; it does not count yet",
            "are dated on days that are still to come; they do not count yet",
            "nothing to do where marks bear the day on which a term ends: each waits for its day",
        ),
        Why::GradeWithoutScale | Why::MarkWithoutScale => (
            "mark-without-scale",
            "mark",
            "fits no `[[grades.scale]]` by grade level, school and subject; it counts as missing",
            "fit no `[[grades.scale]]` by grade level, school and subject; they count as missing",
            "add a `[[grades.scale]]` for them in firstbell.toml",
        ),
        Why::MarkNotUnderstood => (
            "mark-not-understood",
            "mark",
            "is not of the scale for its grade level, school and subject; it counts as missing",
            "are not of the scales for their grade levels, schools and subjects; they count as missing",
            "correct the mark, or the `[[grades.scale]]` in firstbell.toml that it meets first",
        ),
        Why::IncidentOutsideYear => (
            "incident-outside-year",
            "date",
            "lies outside the school year; it does not count",
            "lie outside the school year; they do not count",
            "correct the date, or export this school year alone",
        ),
        Why::IncidentInTheFuture => (
            "incident-in-the-future",
            "date",
            "lies on a day that is still to come; it does not count yet",
            "lie on days that are still to come; they do not count yet",
            "correct the date in the student system",
        ),
    }
}

/// The first line, counted from 1, that holds all of these as whole cells; `None` where the export writes them otherwise.
fn line_of(text: &[u8], cells: &[&str]) -> Option<u64> {
    let whole = |line: &[u8], cell: &str| {
        memmem::find_iter(line, cell.as_bytes()).any(|at| {
            let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            !word(at.checked_sub(1).and_then(|at| line.get(at))) && !word(line.get(at + cell.len()))
        })
    };
    // The rarest is looked for first: of a date or a course there are thousands.
    let rarest = cells.iter().max_by_key(|cell| cell.len())?;
    let at = memmem::find_iter(text, rarest.as_bytes()).find(|at| {
        let from = memrchr(b'\n', &text[..*at]).map_or(0, |end| end + 1);
        let to = memchr::memchr(b'\n', &text[*at..]).map_or(text.len(), |end| at + end);
        cells.iter().all(|cell| whole(&text[from..to], cell))
    })?;
    Some(memchr_iter(b'\n', &text[..at]).count() as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn the_line_is_found_by_whole_cells_alone() {
        let text = b"student_id,school_id,date,code\n110,1,2026-09-01,A\n10,1,2026-09-02,A\n10,1,2026-09-01,A\n";
        assert_eq!(line_of(text, &["10", "2026-09-01"]), Some(4));
        assert_eq!(line_of(text, &["110", "2026-09-01"]), Some(2));
        assert_eq!(line_of(text, &["11", "2026-09-01"]), None);
    }
}
