use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{FROM_ROWS, Finding, Gate, Gates, Key, Memory, Part, Remembered, Seen, Tonight, judge};
use crate::records::Covers;
use crate::school::{Day, Table};

fn key(school: &str, term: &str) -> Key {
    Key {
        school: school.to_owned(),
        term: term.to_owned(),
    }
}

/// A file with so many rows of each school, all of one term.
fn file(term: &str, schools: &[(&str, u64)]) -> Seen {
    let part = |(school, rows): &(&str, u64)| {
        let part = Part {
            rows: *rows,
            last: None,
        };
        (key(school, term), part)
    };
    Seen {
        rows: schools.iter().map(|(_, rows)| rows).sum(),
        parts: schools.iter().map(part).filter(|(_, part)| part.rows > 0).collect(),
        ..Seen::default()
    }
}

/// What stands after a file was believed.
fn after(seen: &Seen) -> Memory {
    let mut memory = Memory::default();
    memory.accept(seen, "yesterday", &BTreeSet::new(), &BTreeSet::new());
    memory
}

fn gates() -> Gates {
    Gates::of(Table::Grades)
}

fn found(seen: &Seen, memory: &Memory, covers: Covers) -> Vec<(Gate, Option<String>)> {
    let findings = judge(seen, memory, &gates(), covers, Tonight::default());
    findings.into_iter().map(|one| (one.gate, one.school)).collect()
}

fn shrank(before: &[(&str, u64)], now: &[(&str, u64)]) -> Vec<(Gate, Option<String>)> {
    found(&file("", now), &after(&file("", before)), Covers::Year)
}

fn school(gate: Gate, id: &str) -> (Gate, Option<String>) {
    (gate, Some(id.to_owned()))
}

#[test]
fn ten_percent_exactly_is_believed_and_one_row_less_is_not() {
    assert_eq!(shrank(&[("100", 50)], &[("100", 45)]), []);
    assert_eq!(shrank(&[("100", 50)], &[("100", 44)]), [(Gate::Shrank, None)]);
    assert_eq!(shrank(&[("100", 1000)], &[("100", 900)]), []);
    assert_eq!(shrank(&[("100", 1000)], &[("100", 899)]), [(Gate::Shrank, None)]);
}

#[test]
fn forty_nine_rows_say_nothing_and_fifty_do() {
    assert_eq!(shrank(&[("100", 49)], &[("100", 20)]), []);
    assert_eq!(shrank(&[("100", 50)], &[("100", 20)]), [(Gate::Shrank, None)]);
}

#[test]
fn what_one_school_lacks_holds_that_school_alone() {
    let before = [("100", 600), ("200", 60)];
    assert_eq!(shrank(&before, &[("100", 610)]), [school(Gate::SchoolMissing, "200")]);
    assert_eq!(
        shrank(&before, &[("100", 610), ("200", 53)]),
        [school(Gate::SchoolShrank, "200")]
    );
    assert_eq!(shrank(&before, &[("100", 610), ("200", 54)]), []);
    // Half of the file is gone, and every other school stands as whole as before.
    assert_eq!(
        shrank(&[("100", 100), ("200", 100)], &[("100", 100)]),
        [school(Gate::SchoolMissing, "200")]
    );
    // A single row less of the other school: the export broke off.
    assert_eq!(
        shrank(&[("100", 100), ("200", 100)], &[("100", 99)]),
        [(Gate::Shrank, None)]
    );
}

#[test]
fn new_schools_do_not_make_up_for_what_the_old_ones_lost() {
    assert_eq!(
        shrank(&[("100", 100)], &[("100", 50), ("300", 500)]),
        [(Gate::Shrank, None)]
    );
}

#[test]
fn a_window_and_single_rows_may_be_as_short_as_they_like() {
    let memory = after(&file("", &[("100", 1000)]));
    for covers in [Covers::Window, Covers::Rows] {
        assert_eq!(found(&file("", &[("100", 1)]), &memory, covers), []);
    }
    for covers in [Covers::Year, Covers::Now] {
        assert_eq!(found(&file("", &[("100", 1)]), &memory, covers), [(Gate::Shrank, None)]);
    }
}

#[test]
fn terms_are_compared_each_with_itself() {
    let memory = after(&file("Q1", &[("100", 1000)]));
    assert_eq!(found(&file("Q2", &[("100", 60)]), &memory, Covers::Term), []);
    assert_eq!(
        found(&file("Q1", &[("100", 60)]), &memory, Covers::Term),
        [(Gate::Shrank, None)]
    );
    let mut both = file("Q1", &[("100", 60)]);
    both.parts.extend(file("Q2", &[("100", 5000)]).parts);
    assert_eq!(found(&both, &memory, Covers::Term), [(Gate::Shrank, None)]);
}

#[test]
fn files_that_share_the_schools_between_them_are_compared_each_with_its_own() {
    let mut memory = Memory::default();
    let none = BTreeSet::new();
    memory.accept(&file("", &[("100", 200)]), "north", &none, &BTreeSet::new());
    memory.accept(&file("", &[("200", 300)]), "south", &none, &BTreeSet::new());
    assert_eq!(found(&file("", &[("100", 200)]), &memory, Covers::Year), []);
    // Last time in one file, tonight in two.
    let memory = after(&file("", &[("100", 200), ("200", 300)]));
    let elsewhere = BTreeSet::from([key("200", "")]);
    let tonight = Tonight {
        elsewhere: Some(&elsewhere),
        ..Tonight::default()
    };
    let north = file("", &[("100", 200)]);
    assert_eq!(judge(&north, &memory, &gates(), Covers::Year, tonight), []);
}

#[test]
fn a_school_that_is_held_is_asked_for_again_and_one_believed_gone_is_not() {
    let mut memory = after(&file("", &[("100", 100), ("200", 100)]));
    let tonight = file("", &[("100", 120)]);
    let held = BTreeSet::from(["200".to_owned()]);
    memory.accept(&tonight, "tonight", &held, &BTreeSet::new());
    assert_eq!(
        found(&tonight, &memory, Covers::Year),
        [school(Gate::SchoolMissing, "200")]
    );
    memory.accept(&tonight, "tomorrow", &BTreeSet::new(), &BTreeSet::new());
    assert_eq!(found(&tonight, &memory, Covers::Year), []);
}

#[test]
fn a_header_alone_is_held_where_rows_were_before() {
    let memory = after(&file("", &[("100", 3)]));
    for (covers, expected) in [
        (Covers::Year, vec![(Gate::Emptied, None)]),
        (Covers::Now, vec![(Gate::Emptied, None)]),
        (Covers::Window, vec![]),
        (Covers::Rows, vec![]),
    ] {
        assert_eq!(found(&Seen::default(), &memory, covers), expected);
    }
    assert_eq!(found(&Seen::default(), &Memory::default(), Covers::Year), []);
}

fn with_header(names: &[&str], unread: &[&str]) -> Seen {
    let words = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Seen {
        header: words(names),
        unread: words(unread),
        ..file("", &[("100", 10)])
    }
}

#[test]
fn a_column_that_was_read_and_is_gone_holds_and_others_are_only_said() {
    let memory = after(&with_header(&["id", "portion", "note"], &["note"]));
    let says = |names: &[&str]| {
        judge(
            &with_header(names, &[]),
            &memory,
            &gates(),
            Covers::Year,
            Tonight::default(),
        )
    };
    assert_eq!(says(&["Note", "ID", "portion"]), [], "order and case say nothing");
    let gone = says(&["id", "part", "note"]);
    assert_eq!(gone[0].gate, Gate::Header);
    assert_eq!(
        gone[0].message,
        "the header is not that of the last file: the column `portion` is gone, the column `part` is new"
    );
    let other = says(&["id", "portion", "lunch", "race"]);
    assert_eq!(other[0].gate, Gate::Columns);
    assert!(!other[0].holds());
    assert_eq!(
        other[0].message,
        "the header is not that of the last file: the column `note` is gone, the columns `lunch`, `race` are new"
    );
    let off = Gates {
        header: false,
        ..gates()
    };
    let findings = judge(
        &with_header(&["id"], &[]),
        &memory,
        &off,
        Covers::Year,
        Tonight::default(),
    );
    assert_eq!(findings[0].gate, Gate::Columns);
}

#[test]
fn shares_of_the_unknown_hold_past_their_edge_from_fifty_rows_up() {
    let judge = |seen: &Seen| -> Vec<Gate> {
        let findings = judge(seen, &Memory::default(), &gates(), Covers::Year, Tonight::default());
        findings.into_iter().map(|one| one.gate).collect()
    };
    let of = |rows, unknown_codes, outside_year, students| Seen {
        rows,
        unknown_codes,
        outside_year,
        students,
        ..Seen::default()
    };
    assert_eq!(judge(&of(50, 5, 5, Some((20, 2)))), []);
    assert_eq!(judge(&of(50, 6, 0, None)), [Gate::UnknownCodes]);
    assert_eq!(judge(&of(50, 0, 6, None)), [Gate::OutsideYear]);
    assert_eq!(judge(&of(50, 0, 0, Some((20, 3)))), [Gate::UnknownStudents]);
    assert_eq!(judge(&of(49, 49, 49, Some((20, 20)))), []);
}

#[test]
fn nothing_newer_for_as_many_school_days_as_are_allowed_is_late() {
    let day: Day = "2026-11-06".parse().expect("a day");
    let late = |every, days| {
        let gates = Gates {
            expect_every: every,
            ..gates()
        };
        let tonight = Tonight {
            newest: Some((day, days)),
            ..Tonight::default()
        };
        !judge(
            &file("", &[("100", 9)]),
            &Memory::default(),
            &gates,
            Covers::Year,
            tonight,
        )
        .is_empty()
    };
    assert!(!late(Some(1), 0) && late(Some(1), 1));
    assert!(!late(Some(3), 2) && late(Some(3), 3));
    assert!(!late(None, 30));
}

#[test]
fn marks_like_levels_hold_their_school_and_where_all_are_such_the_file() {
    let seen = |levels: &[&str], percents: &[&str]| Seen {
        levels: levels.iter().map(|&school| school.to_owned()).collect(),
        percents: percents.iter().map(|&school| school.to_owned()).collect(),
        ..file("", &[("100", 60)])
    };
    let none = Memory::default();
    assert_eq!(found(&seen(&[], &["100"]), &none, Covers::Term), []);
    assert_eq!(
        found(&seen(&["100"], &["100", "200"]), &none, Covers::Term),
        [school(Gate::Levels, "100")]
    );
    assert_eq!(
        found(&seen(&["100"], &["100"]), &none, Covers::Term),
        [(Gate::Levels, None)]
    );
}

fn sizes() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(0_u64..400, 1..6)
}

fn named(rows: &[u64]) -> Vec<(String, u64)> {
    rows.iter()
        .enumerate()
        .map(|(at, rows)| (format!("{at}"), *rows))
        .collect()
}

fn seen_of(rows: &[u64]) -> Seen {
    let named = named(rows);
    let named: Vec<(&str, u64)> = named.iter().map(|(school, rows)| (school.as_str(), *rows)).collect();
    file("", &named)
}

proptest! {
    #[test]
    fn the_same_file_and_a_longer_one_are_always_believed(rows in sizes(), more in sizes()) {
        let memory = after(&seen_of(&rows));
        let longer: Vec<u64> = rows.iter().enumerate().map(|(at, rows)| rows + more.get(at).unwrap_or(&0)).collect();
        for seen in [seen_of(&rows), seen_of(&longer)] {
            prop_assert_eq!(found(&seen, &memory, Covers::Year), vec![]);
        }
    }

    #[test]
    fn whatever_is_lost_beyond_the_share_is_held_somewhere(before in sizes(), now in sizes()) {
        let (old, new) = (seen_of(&before), seen_of(&now));
        let findings = found(&new, &after(&old), Covers::Year);
        let kept = |at: usize| now.get(at).copied().unwrap_or(0);
        for (at, rows) in before.iter().enumerate() {
            let lost = rows.saturating_sub(kept(at));
            if *rows < FROM_ROWS || lost * 10 <= *rows {
                continue;
            }
            let covered = findings.iter().any(|(gate, school)| {
                let of_it = school.as_deref() == Some(at.to_string().as_str());
                matches!(gate, Gate::Shrank | Gate::Emptied) || of_it
            });
            // Schools are compared only with files that share a school with the one before.
            let shares = new.parts.keys().any(|key| old.parts.contains_key(key));
            prop_assert!(covered || !shares, "school {} of {:?} in {:?}: {:?}", at, before, now, findings);
        }
    }

    #[test]
    fn the_file_is_held_only_where_it_lost_more_than_the_share_as_a_whole(before in sizes(), now in sizes()) {
        let findings = found(&seen_of(&now), &after(&seen_of(&before)), Covers::Year);
        let total: u64 = before.iter().sum();
        let same: u64 = before.iter().enumerate().map(|(at, rows)| now.get(at).copied().unwrap_or(0).min(*rows)).sum();
        if findings.contains(&(Gate::Shrank, None)) {
            prop_assert!(total >= FROM_ROWS && (total - same) * 10 > total);
        }
    }

    #[test]
    fn gates_that_are_off_find_nothing(before in sizes(), now in sizes(), odd in 0_u64..500) {
        let off = Gates {
            shrink_percent: None,
            expect_every: None,
            unknown_codes_percent: None,
            unknown_students_percent: None,
            outside_year_percent: None,
            header: false,
            ..gates()
        };
        let mut seen = seen_of(&now);
        (seen.unknown_codes, seen.outside_year, seen.students) = (odd, odd, Some((odd, odd)));
        let tonight = Tonight { newest: Some((Day(20_000), 99)), elsewhere: None };
        let findings: Vec<Finding> = judge(&seen, &after(&seen_of(&before)), &off, Covers::Year, tonight);
        // A table is never emptied unasked, whatever the settings.
        prop_assert!(findings.iter().all(|one| one.gate == Gate::Emptied));
    }
}

#[test]
fn freshness_is_the_last_date_of_each_school_over_all_terms() {
    let day = |text: &str| -> Option<Day> { text.parse().ok() };
    let part = |school: &str, term: &str, last: &str| {
        let remembered = Remembered {
            rows: 1,
            last: day(last),
            digest: String::new(),
        };
        (key(school, term), remembered)
    };
    let memory = Memory {
        parts: BTreeMap::from([
            part("100", "Q1", "2026-10-01"),
            part("100", "Q2", "2026-11-02"),
            part("200", "Q1", "2026-10-05"),
        ]),
        ..Memory::default()
    };
    let fresh: Vec<(&str, Option<Day>)> = memory
        .freshness()
        .into_iter()
        .map(|(id, day)| (id, Some(day)))
        .collect();
    assert_eq!(fresh, [("100", day("2026-11-02")), ("200", day("2026-10-05"))]);
}

fn seen(table: Table, covers: Covers, text: &str, known: &[&str]) -> Seen {
    use crate::records::support::{meaning, take, year};
    let intake = take(table, text);
    let roster = |id: &str| known.contains(&id).then_some(None);
    Seen::of(&intake, covers, year(), &meaning(), Some(&roster))
}

#[test]
fn attendance_is_counted_by_school_each_row_once() {
    let rows = "1,100,2026-09-01,A\n1,100,2026-09-02,A\n2,100,2026-09-02,A\n2,100,2026-09-02,A\n3,200,2026-09-03,T\n\
                3,200,2026-09-30,A\n9,200,2026-09-04,A\n9,200,2030-09-04,A\n";
    let seen = seen(
        Table::Attendance,
        Covers::Year,
        &format!("student_id,school_id,date,code\n{rows}"),
        &["1", "2", "3"],
    );
    let parts: Vec<(&str, u64, String)> = seen
        .parts
        .iter()
        .map(|(key, part)| (key.school.as_str(), part.rows, part.last.expect("a date").to_string()))
        .collect();
    assert_eq!(
        parts,
        [("100", 3, "2026-09-02".to_owned()), ("200", 3, "2026-09-30".to_owned())]
    );
    assert_eq!((seen.rows, seen.outside_year, seen.students), (8, 1, Some((4, 1))));
    assert_eq!(seen.header, ["student_id", "school_id", "date", "code"]);
}

#[test]
fn marks_are_counted_by_school_and_where_the_feed_covers_terms_by_term() {
    let text =
        "student_id,school_id,course_id,term,mark\n1,100,MA,Q1,80\n1,100,MA,Q2,80\n2,200,MA,Q1,80\n3,,MA,Q1,80\n";
    let keys = |covers| -> Vec<(String, String, u64)> {
        let parts = seen(Table::Grades, covers, text, &[]).parts.into_iter();
        parts.map(|(key, part)| (key.school, key.term, part.rows)).collect()
    };
    let row = |school: &str, term: &str, rows| (school.to_owned(), term.to_owned(), rows);
    assert_eq!(
        keys(Covers::Term),
        [
            row("", "Q1", 1),
            row("100", "Q1", 1),
            row("100", "Q2", 1),
            row("200", "Q1", 1)
        ]
    );
    assert_eq!(
        keys(Covers::Year),
        [row("", "", 1), row("100", "", 2), row("200", "", 1)]
    );
}

#[test]
fn a_school_whose_marks_are_all_at_five_or_below_looks_like_levels() {
    let header = "student_id,school_id,course_id,term,mark\n";
    let low: String = (0..10).map(|at| format!("{at},100,MA,Q1,{}\n", at % 5 + 1)).collect();
    let high: String = (20..30).map(|at| format!("{at},200,MA,Q1,{at}\n")).collect();
    let suspects = |rows: &str| -> Vec<String> {
        // No roster: nobody's grade is known, and a percent scale may be the one.
        let intake = crate::records::support::take(Table::Grades, &format!("{header}{rows}"));
        let meaning = crate::records::support::meaning();
        let seen = Seen::of(&intake, Covers::Term, crate::records::support::year(), &meaning, None);
        seen.levels.into_iter().collect()
    };
    assert_eq!(suspects(&format!("{low}{high}")), ["100"]);
    assert_eq!(suspects(&format!("{low}{high}11,100,MA,Q1,6\n")), [""; 0]);
    let nine: String = low.lines().take(9).map(|row| format!("{row}\n")).collect();
    assert_eq!(suspects(&nine), [""; 0], "nine marks say nothing");
}

#[test]
fn a_sheet_of_contacts_may_lose_half_of_its_rows_and_hold_last_years() {
    let gates = Gates::of(Table::Contacts);
    assert_eq!((gates.shrink_percent, gates.outside_year_percent), (Some(50.0), None));
    let rows = |rows| Seen {
        outside_year: rows,
        ..file("", &[("", rows)])
    };
    let found = |before, now| {
        let memory = after(&rows(before));
        judge(&rows(now), &memory, &gates, Covers::Now, Tonight::default()).len()
    };
    assert_eq!((found(100, 50), found(100, 49), found(40, 1)), (0, 1, 0));
}
