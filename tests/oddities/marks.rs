//! Oddities of marks and incidents: 22, 23, 25.

use crate::{add, counseled, flags, problems, ring, subjects, verdicts};

#[test]
fn oddity_22_marks_with_letters_without_numbers_and_without_either() {
    let missing = "unknown  missing failing";
    let marks = [
        ("85.12 B+", "clear 0.000"),
        ("B", "clear 0.000"),
        ("F", "watch 1.000"),
        ("59.9 F", "watch 1.000"),
        // Taken out of the course, not failed, not passed.
        ("P", missing),
        ("I", missing),
        ("W", missing),
        // Nothing said.
        ("", missing),
        ("--", missing),
        // In no table: said, and never guessed.
        ("?!", missing),
    ];
    let ids: Vec<String> = (0..=marks.len()).map(|at| (1001 + at).to_string()).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut district = counseled(&all).term("Q1", "2026-08-17", "2026-10-16");
    for (id, (mark, _)) in ids.iter().zip(marks) {
        district = district
            .student(id, "Ana Alder", "9", "P")
            .mark("2026-09-01", id, "Algebra", "Q1", mark);
    }
    // A cell that goes blank leaves the mark before it standing.
    let last = all[marks.len()];
    let district = district
        .student(last, "Zoe Zimmer", "9", "P")
        .undated_mark("2026-09-01", last, "Algebra", "Q1", "40")
        .undated_mark("2026-09-10", last, "Algebra", "Q1", "")
        .init();
    district.only(&["course_failures"]);
    let said = district.night("2026-09-08");
    assert_eq!(
        problems(&said),
        ["note: grades.csv:11:mark: the mark `?!` is in no table [unknown-mark]"]
    );
    district.nights("2026-09-09", "2026-09-14");
    for (id, (mark, expected)) in ids.iter().zip(marks) {
        assert_eq!(
            verdicts(&district, id),
            [format!("100 course_failures {expected}")],
            "`{mark}`"
        );
    }
    assert_eq!(verdicts(&district, last), ["100 course_failures watch 1.000"]);
}

#[test]
fn oddity_23_victims_and_witnesses_in_discipline() {
    let district = counseled(&["1001", "1002", "1003"])
        .student("1001", "Ana Alder", "9", "P")
        .student("1002", "Ben Birch", "9", "P")
        .student("1003", "Cy Cedar", "9", "P")
        .incident("2026-09-01", "i1", "1001", "Fighting", "OSS")
        .incident("2026-09-02", "i2", "1001", "Fighting", "")
        .init();
    district.only(&["recent_incidents", "suspension"]);
    district.export("2026-09-14");
    let rows = |student: u32, role: &str| {
        format!("i1,{student},100,2026-09-01,Fighting,{role},OSS,1,\ni2,{student},100,2026-09-02,Fighting,{role},,,\n")
    };
    add(
        &district,
        "behavior.csv",
        &[rows(1002, "Victim"), rows(1003, "witness")].concat(),
    );
    let said = ring(&district, "2026-09-14");
    assert_eq!((said.code, problems(&said)), (0, vec![]));
    assert_eq!(
        flags(&district),
        ["1001 100 recent_incidents concern", "1001 100 suspension concern"]
    );
    for id in ["1002", "1003"] {
        assert_eq!(
            verdicts(&district, id),
            ["100 recent_incidents clear 0.000", "100 suspension clear 0.000"]
        );
    }
}

#[test]
fn oddity_25_a_new_term_whose_marks_are_blank() {
    let mut district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P")
        .term("Q1", "2026-08-17", "2026-10-16")
        .term("Q2", "2026-10-19", "2026-12-18");
    for course in ["Algebra", "English", "Biology"] {
        for classmate in ["710000", "710001", "710002", "710003"] {
            district = district.mark("2026-09-01", classmate, course, "Q1", "85");
        }
        district = district.mark("2026-09-01", "1001", course, "Q1", "50");
    }
    let district = district.init();
    district.only(&["low_average"]);
    district.nights("2026-09-07", "2026-09-14");
    let before = flags(&district);
    assert_eq!(before, ["1001 100 low_average concern"]);
    let letters = subjects(&district);
    // The new term's rows are there, their cells blank.
    for day in ["2026-10-19", "2026-10-20", "2026-10-26"] {
        district.export(day);
        let blank: String = ["Algebra", "English", "Biology"]
            .map(|course| format!("1001,100,{course},{course},{course},Q2,,progress,,,\n"))
            .concat();
        add(&district, "grades.csv", &blank);
        let said = ring(&district, day);
        assert_eq!((said.code, problems(&said)), (0, vec![]), "{day}");
        assert_eq!(flags(&district), before, "{day}: a young term clears nobody");
        assert_eq!(subjects(&district), letters, "{day}");
    }
}
