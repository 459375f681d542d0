//! The quick way of plain rows is the long way, quicker: whatever stands in a file, both understand and count the same.

use std::io::Cursor;

use proptest::prelude::*;
use proptest::sample::select;

use super::support::{canonical, feed, meaning, year};
use super::{Context, Intake, read};
use crate::school::Table;

/// How a line ends: as Windows ends it, and for one in ten before all of its cells are there.
type End = (bool, Option<usize>);

const WHOLE: End = (false, None);

fn end() -> impl Strategy<Value = End> {
    (any::<bool>(), proptest::option::weighted(0.1, 1..4_usize))
}

/// One row of cells joined to a line.
fn line(mut cells: Vec<&'static str>, (windows, cut): End) -> String {
    cells.truncate(cut.unwrap_or(usize::MAX));
    cells.join(",") + if windows { "\r\n" } else { "\n" }
}

fn attendance() -> impl Strategy<Value = String> {
    let row = (
        select(vec![
            "1",
            "2",
            "1",
            "2",
            "10",
            " 1",
            "",
            "an-id-longer-than-fifteen",
            "1\0",
            "é",
        ]),
        select(vec!["101", "10", "101", "", "a-school-of-a-long-name"]),
        select(vec![
            "2026-09-01",
            "2026-09-02",
            "2026-09-03",
            "2026-9-1",
            "2173-01-01",
            "",
            "2026-09-01 ",
        ]),
        select(vec!["P", "A", "A", "E", "T", "", "Zz", "A ", "Q"]),
        select(vec!["", "", "", "", "1", "hr"]),
        select(vec!["", "", "", "", "0.5", "1.0", "half"]),
        select(vec!["", "x", "x\0", "a longer remark than any packed cell"]),
        end(),
    );
    let rows = proptest::collection::vec(row, 0..60);
    // A student and a school side by side are taken together.
    (rows, any::<bool>()).prop_map(|(rows, beside)| {
        let order = |student, school, note| match beside {
            true => [student, school, note],
            false => [student, note, school],
        };
        let lines = rows
            .into_iter()
            .map(|(student, school, date, code, period, portion, note, end)| {
                let first = order(student, school, note);
                line([&first[..], &[date, code, period, portion]].concat(), end)
            });
        let header = order("student_id", "school_id", "note").join(",");
        format!("{header},date,code,period,portion\n{}", lines.collect::<String>())
    })
}

/// A cell as exports mostly have it, and now and then one that no row of the quick way holds. Of eleven such cells three rows in ten are
/// plain from end to end.
fn mostly(common: &[&'static str], odd: &[&'static str]) -> impl Strategy<Value = &'static str> {
    prop_oneof![9 => select(common.to_vec()), 1 => select(odd.to_vec())]
}

const LONG: &str = "a-name-longer-than-fifteen";

fn student() -> impl Strategy<Value = &'static str> {
    mostly(
        &["1", "2", "3", "10"],
        &[LONG, "", " 1", "student_id", "3\0", "4\u{e9}"],
    )
}

fn mark() -> impl Strategy<Value = &'static str> {
    mostly(&["70", "85", "B+", ""], &["--", "Zz", "W", "3"])
}

/// What a row of grades says beside its student and its mark: course, school, subject, remark, name, term, kind, date, missing work.
fn frame() -> impl Strategy<Value = [&'static str; 9]> {
    let cells = (
        mostly(&["MA"], &["EN", "", LONG]),
        mostly(&["100", "200"], &["", LONG]),
        mostly(&["Mathematics", ""], &["Science", "Art"]),
        // A remark with a comma makes a ragged row.
        mostly(&["", "a remark"], &["a remark, of no use", "\0"]),
        mostly(&["Algebra", ""], &["Zoology", "Zoology", "A course with a longer name"]),
        mostly(&["Q1", "Q2"], &["", LONG]),
        mostly(&["", "final", "progress"], &["Final", "odd"]),
        mostly(&["", "2026-10-01", "2026-10-02"], &["10/01/2026", "2173-01-01"]),
        mostly(&["", "2", "0"], &["12345", "-1", "2.5"]),
    );
    cells.prop_map(|(course, school, subject, remark, name, term, kind, date, missing)| {
        [course, school, subject, remark, name, term, kind, date, missing]
    })
}

/// A row of grades, the student and the mark in one of four places.
fn placed(place: usize, student: &'static str, mark: &'static str, frame: [&'static str; 9]) -> Vec<&'static str> {
    let (first, second) = [(student, mark), (mark, student)][place % 2];
    let (before, after) = frame.split_at(5);
    match place / 2 {
        0 => [&[first], before, &[second], after].concat(),
        _ => [before, &[first], after, &[second]].concat(),
    }
}

const FRAME: [&str; 9] = [
    "course_id",
    "school_id",
    "subject",
    "remark",
    "course_name",
    "term",
    "kind",
    "date",
    "missing_work",
];

fn marks() -> impl Strategy<Value = String> {
    let rows = proptest::collection::vec((student(), mark(), frame(), end()), 0..60);
    (0..4_usize, rows).prop_map(|(place, rows)| {
        let rows = rows.into_iter();
        let lines = rows.map(|(student, mark, frame, end)| line(placed(place, student, mark, frame), end));
        let header = line(placed(place, "student_id", "mark", FRAME), WHOLE);
        header + lines.collect::<String>().as_str()
    })
}

/// Rows that differ in little but their student and their mark, as exports have them.
fn marks_in_frames() -> impl Strategy<Value = String> {
    let frames = proptest::collection::vec(frame(), 1..4);
    let rows = proptest::collection::vec((student(), mark(), any::<prop::sample::Index>(), end()), 0..80);
    (0..4_usize, frames, rows, any::<bool>()).prop_map(|(place, frames, rows, windows)| {
        let rows = rows.into_iter();
        let lines = rows
            .map(|(student, mark, at, (_, cut))| line(placed(place, student, mark, *at.get(&frames)), (windows, cut)));
        let header = line(placed(place, "student_id", "mark", FRAME), WHOLE);
        header + lines.collect::<String>().as_str()
    })
}

/// Reads a text; where an adapter takes some word for a blank cell, no row can go the quick way.
fn taken(table: Table, text: &str, quick: bool) -> Intake {
    let mut adapter = canonical();
    if !quick {
        adapter.null_words = vec!["a word in no cell".to_owned()];
    }
    let context = Context {
        year: year(),
        meaning: &meaning(),
        threads: 1,
    };
    let intake = read(
        &mut Cursor::new(text.as_bytes().to_vec()),
        "file.csv",
        &feed(table),
        &adapter,
        &context,
    );
    let by_kind = intake.tallies.0.iter().filter(|(kind, _)| super::rejects(kind));
    assert_eq!(by_kind.map(|(_, tally)| tally.count).sum::<u64>(), intake.rejected);
    intake
}

/// All that a reader of an intake can see of it, but its rows.
fn counted(intake: &Intake) -> String {
    let problems: Vec<String> = intake.problems.iter().map(ToString::to_string).collect();
    format!("{} {} {:?} {problems:#?}", intake.rows, intake.rejected, intake.tallies)
}

fn mark_rows(intake: &Intake) -> Vec<String> {
    let fold = &intake.marks;
    let row = |row: &super::MarkRow| {
        let name = |names: &super::ids::Names, at: u32| names.name(at).to_owned();
        let slot = fold.slot_of(row);
        format!(
            "{} {} {} {:?} {} {} {:?} {:?} {:?}",
            name(&fold.students.names, row.student),
            fold.school(slot.school),
            name(&fold.courses.names, slot.course),
            fold.course_words[slot.course as usize],
            name(&fold.terms.names, slot.term),
            name(&fold.texts.names, row.text),
            slot.kind,
            slot.date,
            row.missing_work(),
        )
    };
    fold.rows.iter().map(row).collect()
}

proptest! {
    #[test]
    fn attendance_is_understood_alike_on_both_ways(text in attendance()) {
        let (quick, long) = (taken(Table::Attendance, &text, true), taken(Table::Attendance, &text, false));
        prop_assert_eq!(counted(&quick), counted(&long));
        prop_assert_eq!(super::tests::attendance(&quick), super::tests::attendance(&long));
    }

    #[test]
    fn marks_are_understood_alike_on_both_ways(text in marks()) {
        let (quick, long) = (taken(Table::Grades, &text, true), taken(Table::Grades, &text, false));
        prop_assert_eq!(counted(&quick), counted(&long));
        prop_assert_eq!(mark_rows(&quick), mark_rows(&long));
    }

    #[test]
    fn marks_that_come_again_and_again_are_understood_alike_on_both_ways(text in marks_in_frames()) {
        let (quick, long) = (taken(Table::Grades, &text, true), taken(Table::Grades, &text, false));
        prop_assert_eq!(counted(&quick), counted(&long));
        prop_assert_eq!(mark_rows(&quick), mark_rows(&long));
    }
}
