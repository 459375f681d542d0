//! Which day it is, how far attendance reaches, whose school a date belongs to.

use crate::facts::WHOLE;
use crate::school::{Grade, Rows, Scale, ScaleKind, Table, Tables};

use super::Almanac;
use super::drawn::{Drawn, day};
use super::enrollment::{home_on, homes};
use super::left_out::{LeftOut, left_out};

fn as_of(drawn: &Drawn, limit: &str) -> Option<String> {
    let almanac = Almanac::new(&drawn.books, &drawn.meaning);
    let found = almanac.as_of(day(limit));
    assert_eq!(Almanac::as_of_in(&drawn.books, &drawn.meaning, day(limit)), found);
    found.map(|day| day.to_string())
}

fn through(drawn: &Drawn, as_of: &str, school: &str) -> Option<String> {
    let almanac = Almanac::new(&drawn.books, &drawn.meaning);
    let night = almanac.night(day(as_of));
    night.through(drawn.school(school)).map(|day| day.to_string())
}

fn silent(drawn: &Drawn, as_of: &str) -> Vec<String> {
    let almanac = Almanac::new(&drawn.books, &drawn.meaning);
    let silent = almanac.night(day(as_of)).silent_schools();
    let names = &drawn.books.names.schools;
    silent
        .into_iter()
        .map(|school| names.name(u32::from(school.0)).to_owned())
        .collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_as_of_day_is_the_latest_instructional_day_with_a_row() {
    let mut drawn = Drawn::weekdays();
    drawn.books.school("S");
    assert_eq!(
        as_of(&drawn, "2026-08-23"),
        some("2026-08-21"),
        "without a row the last instructional day"
    );
    assert_eq!(as_of(&drawn, "2026-08-16"), None, "before the year");
    drawn.draw("1", "S", "2026-08-17", "PPA");
    assert_eq!(as_of(&drawn, "2026-08-23"), some("2026-08-19"));
    assert_eq!(as_of(&drawn, "2026-08-18"), some("2026-08-18"));
    drawn.row("1", "S", day("2026-08-22"), "", "A", WHOLE);
    assert_eq!(
        as_of(&drawn, "2026-08-23"),
        some("2026-08-19"),
        "a row on a Saturday makes no school day"
    );
    drawn.row("1", "S", day("2026-08-21"), "", "??", WHOLE);
    assert_eq!(
        as_of(&drawn, "2026-08-23"),
        some("2026-08-21"),
        "a code in no table still shows that the school sent"
    );
    drawn.day_type(Some("S"), "2026-08-21", false);
    assert_eq!(
        as_of(&drawn, "2026-08-23"),
        some("2026-08-19"),
        "it was a day off at that school"
    );
    assert_eq!(as_of(&drawn, "2028-01-01"), some("2026-08-19"));
}

#[test]
fn a_district_without_any_calendar_still_has_an_as_of_day() {
    let mut drawn = Drawn::bare();
    drawn.enroll("1", "S", "", "");
    assert_eq!(as_of(&drawn, "2026-08-23"), some("2026-08-21"), "a weekday");
    drawn.row("1", "S", day("2026-08-19"), "", "A", WHOLE);
    assert_eq!(as_of(&drawn, "2026-08-23"), some("2026-08-19"));
}

#[test]
fn in_exceptions_form_a_school_may_be_silent_for_so_long() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    assert_eq!(through(&drawn, "2026-08-21", "S"), None);
    assert_eq!(
        silent(&drawn, "2026-08-21"),
        Vec::<String>::new(),
        "five days without a row may be five good days"
    );
    assert_eq!(silent(&drawn, "2026-08-24"), ["S"]);
    drawn.row("1", "S", day("2026-08-18"), "", "A", WHOLE);
    assert_eq!(through(&drawn, "2026-08-17", "S"), None, "no row yet");
    assert_eq!(
        through(&drawn, "2026-08-25", "S"),
        some("2026-08-25"),
        "five days of silence"
    );
    assert_eq!(through(&drawn, "2026-08-26", "S"), some("2026-08-18"), "six");
    assert_eq!(silent(&drawn, "2026-08-26"), ["S"]);
    drawn.row("1", "S", day("2026-08-22"), "", "A", WHOLE);
    assert_eq!(
        through(&drawn, "2026-08-26", "S"),
        some("2026-08-18"),
        "a row on a Saturday proves nothing"
    );
}

#[test]
fn where_every_day_has_rows_half_of_the_students_carry_the_day() {
    let mut drawn = Drawn::weekdays();
    drawn.meaning.attendance.rows = Rows::All;
    for id in ["1", "2", "3", "4"] {
        drawn.enroll(id, "S", "", "");
        drawn.draw(id, "S", "2026-08-17", "PP");
    }
    drawn.draw("1", "S", "2026-08-19", "PP");
    drawn.draw("2", "S", "2026-08-19", "?");
    drawn.draw("9", "S", "2026-08-20", "P");
    assert_eq!(
        through(&drawn, "2026-08-21", "S"),
        some("2026-08-19"),
        "two of four, one of them not understood"
    );
    drawn.enroll("5", "S", "2026-08-19", "");
    assert_eq!(through(&drawn, "2026-08-21", "S"), some("2026-08-18"), "two of five");
    drawn.enroll("5", "B", "2026-08-19", "").primary = true;
    assert_eq!(
        through(&drawn, "2026-08-21", "S"),
        some("2026-08-19"),
        "at home elsewhere"
    );
    assert_eq!(through(&drawn, "2026-08-21", "B"), None);
}

#[test]
fn a_school_calendar_wins_over_the_one_for_all() {
    let mut drawn = Drawn::weekdays();
    let (school, other) = (drawn.books.school("S"), drawn.books.school("B"));
    drawn.day_type(Some("S"), "2026-08-18", false);
    drawn.day_type(Some("S"), "2026-08-22", true);
    drawn.day_type(None, "2026-08-20", false);
    let almanac = Almanac::new(&drawn.books, &drawn.meaning);
    let list = |school, after: &str| {
        let days = almanac.instructional_days(school, Some(day(after)), day("2026-08-23"));
        days.iter()
            .map(|day| day.to_string()[8..].to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(list(school, "2026-08-16"), "17 19 21 22");
    assert_eq!(list(school, "2026-08-19"), "21 22");
    assert_eq!(list(other, "2026-08-10"), "17 18 19 21");
    assert!(almanac.is_instructional(school, day("2026-08-22")) && !almanac.is_instructional(other, day("2026-08-22")));
    assert!(!almanac.is_instructional(school, day("2025-08-22")));
    assert_eq!(almanac.next_school_day(day("2026-08-21")), Some(day("2026-08-22")));
    assert_eq!(almanac.next_school_day(day("2026-08-22")), Some(day("2026-08-24")));
    assert_eq!(almanac.next_school_day(day("2027-06-11")), None);
}

#[test]
fn home_is_primary_then_latest_then_the_smallest_id() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "9", "2026-08-17", "");
    drawn.enroll("1", "10", "2026-08-17", "");
    drawn.enroll("1", "C", "2026-09-01", "2026-09-30");
    drawn.enroll("1", "D", "2026-09-10", "2026-09-20").primary = true;
    drawn.enroll("1", "E", "2026-09-30", "2026-09-29").primary = true;
    let at = |date: &str| {
        let stay = home_on(&drawn.books, &drawn.books.students[0], day(date))?;
        Some(drawn.books.names.schools.name(u32::from(stay.school.0)).to_owned())
    };
    assert_eq!(at("2026-08-16"), None);
    assert_eq!(at("2026-08-17"), some("10"), "as text, `10` is before `9`");
    assert_eq!(at("2026-09-01"), some("C"));
    assert_eq!(at("2026-09-10"), some("D"));
    assert_eq!(at("2026-09-20"), some("D"));
    assert_eq!(at("2026-09-30"), some("C"), "the stay at E ended before it began");
    assert_eq!(at("2026-10-01"), some("10"));
    let mut stretches = Vec::new();
    homes(&drawn.books, &drawn.books.students[0], &mut stretches);
    let year = drawn.books.year;
    let spans: Vec<String> = stretches
        .iter()
        .map(|home| {
            format!(
                "{} {}",
                drawn.books.names.schools.name(u32::from(home.stay.school.0)),
                year.day(home.first)
            )
        })
        .collect();
    assert_eq!(
        spans,
        [
            "10 2026-08-17",
            "C 2026-09-01",
            "D 2026-09-10",
            "C 2026-09-21",
            "10 2026-10-01"
        ]
    );
    assert!(stretches.windows(2).all(|pair| pair[0].last + 1 == pair[1].first));
}

#[test]
fn the_listing_counts_where_the_enrollments_say_nothing() {
    let mut drawn = Drawn::weekdays();
    let mut listed = drawn.enroll("1", "S", "2026-09-01", "").clone();
    listed.grade = Some(Grade(7));
    drawn.books.students[0].enrollments.clear();
    drawn.books.students[0].listing = Some(listed);
    let grade =
        |drawn: &Drawn| home_on(&drawn.books, &drawn.books.students[0], day("2026-09-01")).and_then(|stay| stay.grade);
    assert_eq!(grade(&drawn), Some(Grade(7)));
    drawn.enroll("1", "S", "2026-08-17", "");
    assert_eq!(grade(&drawn), Some(Grade(9)));
}

#[test]
fn rows_left_out_are_counted_by_why() {
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "2026-08-18", "2026-08-26");
    drawn.draw("1", "S", "2026-08-17", "APA?P AAAAA A");
    drawn.row("1", "S", day("2026-08-22"), "", "A", WHOLE);
    drawn.row("1", "B", day("2026-08-19"), "", "A", WHOLE);
    drawn.row("1", "S", day("2026-08-25"), "3", "A", WHOLE);
    drawn.row("9", "S", day("2026-08-19"), "", "A", WHOLE);
    // Two rows of single periods at a school of which nobody knows how many a day has: one says how much of the day it is.
    drawn.enroll("2", "S", "", "");
    drawn.row("2", "S", day("2026-08-25"), "AM", "A", WHOLE);
    drawn.row("2", "S", day("2026-08-26"), "AM", "A", WHOLE / 2);
    drawn.incident("1", "i1", "2026-08-31", "Fighting", "", "");
    drawn.incident("1", "i2", "2026-05-31", "Fighting", "", "");
    for (student, date, mark) in [
        ("1", "2026-08-20", "Z"),
        ("2", "2026-08-20", "Z"),
        ("2", "2026-09-20", "80"),
        ("2", "2026-05-20", "80"),
        ("3", "2026-08-20", "3"),
    ] {
        drawn.mark(student, "S", "Art", "Q1", date, mark);
    }
    drawn.enroll("3", "S", "", "").grade = Some(Grade(2));
    let percents = &mut drawn.meaning.grades.scales[0];
    percents.grades = Some("3-12".parse().expect("grades"));
    let levels = Scale {
        kind: ScaleKind::Levels,
        grades: Some("KG-1".parse().expect("grades")),
        letters: [("Z".to_owned(), 1.0)].into(),
        ..percents.clone()
    };
    drawn.meaning.grades.scales.push(levels);
    let almanac = Almanac::new(&drawn.books, &drawn.meaning);
    let left_out = |tables: &[Table]| {
        let tables = tables.iter().fold(Tables::NONE, |all, one| all.and(Tables::one(*one)));
        let found = left_out(&almanac, day("2026-08-28"), day("2026-08-28"), tables);
        let said = |left: &LeftOut| format!("{:?} {} {}", left.why, left.rows, left.cells.join(" "));
        found.iter().map(said).collect::<Vec<_>>()
    };
    let attendance = [
        "UnknownStudent 1 2026-08-19",
        "BeforeEntry 1 2026-08-17",
        "AfterExit 2 2026-08-27",
        "OtherSchool 1 2026-08-19",
        "DayOff 1 2026-08-22",
        "Future 1 2026-08-31",
        "PeriodsNotKnown 1 2026-08-25",
    ];
    assert_eq!(left_out(&[Table::Attendance]), attendance);
    // Who left has no marks to read, and what no scale at all can read was told when it was read.
    let others = [
        "MarkOutsideYear 1 Art 80 2026-05-20",
        "MarkInTheFuture 1 Art 80 2026-09-20",
        "GradeWithoutScale 1 Art 3 2026-08-20",
        "MarkNotUnderstood 1 Art Z 2026-08-20",
        "IncidentOutsideYear 1 i2",
        "IncidentInTheFuture 1 i1",
    ];
    assert_eq!(left_out(&[Table::Grades, Table::Behavior]), others);
    assert!(left_out(&[]).is_empty());
}

#[test]
fn a_night_is_shared_between_threads() {
    fn shared<T: Sync + Send>(_: &T) {}
    let mut drawn = Drawn::weekdays();
    drawn.enroll("1", "S", "", "");
    let almanac = Almanac::new(&drawn.books, &drawn.meaning);
    shared(&almanac.night(day("2026-08-17")));
    shared(&almanac.scratch());
}
