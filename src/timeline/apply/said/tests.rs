//! Two feeds of one table: each replaces its own, both hold, and neither the order of files nor a second reading leaves a trace.

use std::collections::BTreeMap;

use super::{Source, apply_of};
use crate::facts::Books;
use crate::records::Covers;
use crate::records::support::{day, take, year};
use crate::school::{Day, Table};
use crate::timeline::Applied;

const ATTENDANCE: &str = "student_id,school_id,date,code,period\n";
const INCIDENTS: &str = "incident_id,student_id,school_id,date,type,action,action_days\n";

fn source(name: &str, feeds: &[&str], table: Table) -> Source {
    let names: Vec<String> = feeds.iter().map(|&feed| feed.to_owned()).collect();
    let shared = (names.len() > 1).then_some((table, names));
    Source {
        name: name.to_owned(),
        shared: shared.into_iter().collect(),
    }
}

/// One file of a feed, where `feeds` fill the table.
fn file(books: &mut Books, table: Table, feeds: &[&str], feed: &str, text: &str) -> Applied {
    let source = source(feed, feeds, table);
    let covers = match table {
        Table::Students => Covers::Now,
        _ => Covers::Year,
    };
    apply_of(
        books,
        &take(table, text),
        covers,
        day("2026-09-30"),
        Some(day("2026-09-29")),
        &source,
    )
}

fn attendance(books: &mut Books, feeds: &[&str], feed: &str, rows: &str) -> Applied {
    file(books, Table::Attendance, feeds, feed, &format!("{ATTENDANCE}{rows}"))
}

/// Attendance as text.
fn days(books: &Books) -> Vec<String> {
    let names = &books.names;
    let of = |(at, student): (usize, &crate::facts::Student)| {
        let rows = student.attendance.rows().map(|row| {
            let (day, code) = (books.year.day(row.day), names.codes.name(u32::from(row.code.0)));
            let period = names.periods.name(u32::from(row.period.0));
            format!("{} {day} {code} {period}", names.students.name(at as u32))
                .trim_end()
                .to_owned()
        });
        rows.collect::<Vec<_>>()
    };
    let mut all: Vec<String> = books.students.iter().enumerate().flat_map(of).collect();
    all.sort();
    all
}

const BOTH: [&str; 2] = ["days", "classes"];

#[test]
fn a_feed_replaces_what_it_said_itself_and_nothing_else() {
    let mut books = Books::new(year());
    attendance(&mut books, &BOTH, "days", "1,101,2026-09-01,A,\n2,101,2026-09-01,A,\n");
    attendance(&mut books, &BOTH, "classes", "1,101,2026-09-02,T,3\n");
    assert_eq!(days(&books), ["1 2026-09-01 A", "1 2026-09-02 T 3", "2 2026-09-01 A"]);
    let applied = attendance(&mut books, &BOTH, "days", "1,101,2026-09-03,E,\n2,101,2026-09-01,A,\n");
    assert_eq!(days(&books), ["1 2026-09-02 T 3", "1 2026-09-03 E", "2 2026-09-01 A"]);
    assert_eq!(applied.changed.len(), 1, "the other student's facts are as they were");
    attendance(&mut books, &BOTH, "classes", "2,101,2026-09-04,T,1\n");
    assert_eq!(days(&books), ["1 2026-09-03 E", "2 2026-09-01 A", "2 2026-09-04 T 1"]);
}

#[test]
fn whose_file_came_first_leaves_no_trace() {
    let files = [
        ("days", "1,101,2026-09-01,A,\n1,101,2026-09-02,E,\n"),
        ("classes", "1,101,2026-09-01,E,\n2,101,2026-09-02,T,2\n"),
    ];
    let together = |order: [usize; 2]| {
        let mut books = Books::new(year());
        for at in order {
            attendance(&mut books, &BOTH, files[at].0, files[at].1);
        }
        days(&books)
    };
    assert_eq!(together([0, 1]), together([1, 0]));
}

#[test]
fn of_one_day_both_rows_stand_until_one_feed_takes_its_own_back() {
    let mut books = Books::new(year());
    attendance(&mut books, &BOTH, "days", "1,101,2026-09-01,A,\n");
    attendance(&mut books, &BOTH, "classes", "1,101,2026-09-01,E,\n");
    assert_eq!(
        days(&books),
        ["1 2026-09-01 A", "1 2026-09-01 E"],
        "the graver counts when they are read"
    );
    attendance(&mut books, &BOTH, "classes", "1,101,2026-09-08,E,\n");
    assert_eq!(days(&books), ["1 2026-09-01 A", "1 2026-09-08 E"]);
}

#[test]
fn the_same_files_again_change_nothing() {
    let mut books = Books::new(year());
    let files = [("days", "1,101,2026-09-01,A,\n"), ("classes", "1,101,2026-09-01,T,1\n")];
    for (feed, rows) in files {
        assert!(!attendance(&mut books, &BOTH, feed, rows).changed.is_empty());
    }
    for (feed, rows) in files {
        let again = attendance(&mut books, &BOTH, feed, rows);
        assert!(again.changed.is_empty() && again.said.is_empty(), "{feed}");
    }
}

#[test]
fn what_stood_before_a_second_feed_came_is_the_first_ones() {
    let mut books = Books::new(year());
    attendance(&mut books, &["days"], "days", "1,101,2026-09-01,A,\n");
    assert!(books.said.is_empty(), "one feed alone needs no second place");
    let applied = attendance(&mut books, &BOTH, "classes", "1,101,2026-09-02,T,1\n");
    assert_eq!(days(&books), ["1 2026-09-01 A", "1 2026-09-02 T 1"]);
    let kept: Vec<&str> = applied.said.iter().map(|(feed, _)| feed.as_str()).collect();
    assert_eq!(kept, ["classes", "days"], "both are kept from now on");
    attendance(&mut books, &BOTH, "days", "1,101,2026-09-03,A,\n");
    assert_eq!(days(&books), ["1 2026-09-02 T 1", "1 2026-09-03 A"]);
}

#[test]
fn what_a_feed_that_is_no_more_said_goes_with_the_next_file() {
    let mut books = Books::new(year());
    attendance(&mut books, &BOTH, "days", "1,101,2026-09-01,A,\n");
    attendance(
        &mut books,
        &BOTH,
        "classes",
        "1,101,2026-09-02,T,1\n2,101,2026-09-02,T,1\n",
    );
    let applied = attendance(&mut books, &["days"], "days", "1,101,2026-09-01,A,\n");
    assert_eq!(days(&books), ["1 2026-09-01 A"]);
    assert_eq!(applied.changed.len(), 2, "of both students something is gone");
    assert!(books.said.is_empty());
}

#[test]
fn of_one_incident_and_action_the_longer_removal_counts() {
    let mut books = Books::new(year());
    let feeds = ["office", "bus"];
    let rows = |days: &str| format!("{INCIDENTS}I1,1,101,2026-09-01,Fight,OSS,{days}\n");
    file(&mut books, Table::Behavior, &feeds, "office", &rows("1"));
    file(&mut books, Table::Behavior, &feeds, "bus", &rows("3"));
    let removed =
        |books: &Books| -> Vec<Option<u32>> { books.students[0].incidents.iter().map(|row| row.action_days).collect() };
    assert_eq!(removed(&books), [Some(3000)]);
    file(
        &mut books,
        Table::Behavior,
        &feeds,
        "bus",
        &format!("{INCIDENTS}I2,1,101,2026-09-02,Fight,,\n"),
    );
    assert_eq!(removed(&books), [Some(1000), None], "I1 as the office has it, and I2");
}

#[test]
fn who_one_roster_no_longer_lists_has_not_left_the_other() {
    let mut books = Books::new(year());
    let feeds = ["north", "south"];
    let roster = |rows: &str| format!("student_id,first_name,last_name,grade,school_id,programs\n{rows}");
    let mut read = |feed: &str, rows: &str| {
        file(&mut books, Table::Students, &feeds, feed, &roster(rows))
            .changed
            .len()
    };
    read("north", "1,A,A,9,101,iep\n2,B,B,9,101,\n");
    read("south", "3,C,C,9,102,\n");
    assert_eq!(read("south", "3,C,C,9,102,\n"), 0);
    read("north", "1,A,A,9,101,iep\n");
    read("south", "2,B,B,9,102,el\n3,C,C,9,102,\n");
    let here: BTreeMap<&str, (Option<Day>, &str, usize)> = books
        .students
        .iter()
        .enumerate()
        .filter_map(|(at, student)| {
            let stay = student.listing.as_ref()?;
            let school = books.names.schools.name(u32::from(stay.school.0));
            Some((
                books.names.students.name(at as u32),
                (stay.gone_after, school, student.programs.len()),
            ))
        })
        .collect();
    let expected = [
        ("1", (None, "101", 1)),
        ("2", (None, "102", 1)),
        ("3", (None, "102", 0)),
    ];
    assert_eq!(here, BTreeMap::from(expected), "2 left the north and came to the south");
}
