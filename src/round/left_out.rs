//! Rows that the roll or the calendar denies, as problems that lead to a line of the export.

use std::fs;

use memchr::{memchr_iter, memmem, memrchr};

use super::believing::Taken;
use super::intake::FileRead;
use crate::monitor::{Place, Problem, Weight};
use crate::school::{Day, Table};
use crate::timeline::Almanac;
use crate::timeline::left_out::{LeftOut, Why, left_out};

/// Files longer than this are not searched for the line of an example: the count is worth a note, not a second reading of
/// millions of rows. Chosen by us.
const SEARCHED_BYTES: u64 = 64 << 20;

/// Problems about rows of tonight's attendance that count for nobody; none where no attendance came.
pub(super) fn problems(taken: &Taken, almanac: &Almanac<'_>, today: Day) -> Vec<Problem> {
    let came = |file: &&FileRead| file.accepted && file.table == Table::Attendance;
    let files: Vec<&FileRead> = taken.files.iter().filter(came).collect();
    let found = match files.is_empty() {
        true => Vec::new(),
        false => left_out(almanac, today),
    };
    if found.is_empty() {
        return Vec::new();
    }
    let text = |file: &&FileRead| match file.size <= SEARCHED_BYTES {
        true => fs::read(&file.path).unwrap_or_default(),
        false => Vec::new(),
    };
    let texts: Vec<(&str, Vec<u8>)> = files.iter().map(|file| (file.name.as_str(), text(file))).collect();
    found.iter().map(|left| problem(&texts, almanac, left)).collect()
}

fn problem(files: &[(&str, Vec<u8>)], almanac: &Almanac<'_>, left: &LeftOut) -> Problem {
    let (code, column, one, many, remedy) = words(left.why);
    let (id, day) = (
        almanac.books().names.students.name(left.student.0),
        left.day.to_string(),
    );
    // Days and classes may have come in two files: the example stands in one of them.
    let mut lines = files
        .iter()
        .filter_map(|(file, text)| Some((*file, line_of(text, id, &day)?)));
    let place = match lines.next() {
        Some((file, line)) => Place::file(file).line(line),
        None => Place::file(files.last().map_or("", |(file, _)| file)),
    };
    let message = match left.rows {
        1 => format!("a row {one}"),
        rows => format!("{rows} rows {many}"),
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
    }
}

/// The first line, counted from 1, that holds both the id and the date as whole cells; `None` where the export writes them
/// otherwise.
fn line_of(text: &[u8], id: &str, date: &str) -> Option<u64> {
    let whole = |line: &[u8], cell: &str| {
        memmem::find_iter(line, cell.as_bytes()).any(|at| {
            let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            !word(at.checked_sub(1).and_then(|at| line.get(at))) && !word(line.get(at + cell.len()))
        })
    };
    let at = memmem::find_iter(text, date.as_bytes()).find(|at| {
        let from = memrchr(b'\n', &text[..*at]).map_or(0, |end| end + 1);
        let to = memchr::memchr(b'\n', &text[*at..]).map_or(text.len(), |end| at + end);
        whole(&text[from..to], id) && whole(&text[from..to], date)
    })?;
    Some(memchr_iter(b'\n', &text[..at]).count() as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn the_line_is_found_by_whole_cells_alone() {
        let text = b"student_id,school_id,date,code\n110,1,2026-09-01,A\n10,1,2026-09-02,A\n10,1,2026-09-01,A\n";
        assert_eq!(line_of(text, "10", "2026-09-01"), Some(4));
        assert_eq!(line_of(text, "110", "2026-09-01"), Some(2));
        assert_eq!(line_of(text, "11", "2026-09-01"), None);
    }
}
