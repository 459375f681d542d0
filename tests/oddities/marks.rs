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

#[test]
fn oddity_26_two_marks_that_disagree_are_weighed_on_the_students_own_scale() {
    let scale = |grades: &str, d: u32| {
        format!(
            "[[grades.scale]]\ngrades = \"{grades}\"\nkind = \"percent\"\nfailing_below = 65\nletters = {{ D = {d}, F = 50 }}\nno_mark = [\"P\"]\n"
        )
    };
    let district = counseled(&["1001", "1002"])
        .student("1001", "Ana Alder", "9", "P")
        .student("1002", "Ben Birch", "7", "P")
        .term("Q1", "2026-08-17", "2026-10-16")
        .mark("2026-09-01", "1001", "Algebra", "Q1", "62")
        .mark("2026-09-01", "1002", "Algebra", "Q1", "62")
        .configured(
            "[behavior]",
            &format!("{}{}[behavior]", scale("6-8", 50), scale("9-12", 65)),
        )
        .init();
    let path = district.home().join("firstbell.toml");
    let text = std::fs::read_to_string(&path).expect("the configuration");
    // The scale that `init` writes is for all grades and stands first.
    let (before, rest) = text.split_once("[[grades.scale]]").expect("a scale");
    let (_, after) = rest.split_once("[[grades.scale]]").expect("ours");
    std::fs::write(&path, format!("{before}[[grades.scale]]{after}")).expect("the configuration");
    district.only(&["course_failures"]);
    district.export("2026-09-08");
    let again = |student: u32| format!("{student},100,Algebra,Algebra,Algebra,Q1,D,progress,2026-09-01,,\n");
    add(&district, "grades.csv", &[again(1001), again(1002)].concat());
    let said = ring(&district, "2026-09-08");
    assert_eq!(
        problems(&said),
        [
            "note: grades.csv:4: contradicts another row with the same key; the graver one counts; 1 more row like it [conflict]"
        ]
    );
    // A ninth-grader's D is 65: 62 is lower, and fails. A seventh-grader's is 50.
    assert_eq!(verdicts(&district, "1001"), ["100 course_failures watch 1.000"]);
    assert_eq!(verdicts(&district, "1002"), ["100 course_failures watch 1.000"]);
    // The same again changes nothing; the D alone is a correction.
    district.export("2026-09-09");
    add(&district, "grades.csv", &[again(1001), again(1002)].concat());
    assert!(ring(&district, "2026-09-09").out.contains("changed nothing"));
    district.export("2026-09-10");
    let path = district.home().join("inbox/grades.csv");
    let text = std::fs::read_to_string(&path).expect("an export");
    std::fs::write(&path, text.replace(",62,", ",D,")).expect("an export");
    ring(&district, "2026-09-10");
    assert_eq!(verdicts(&district, "1001"), ["100 course_failures clear 0.000"]);
    assert_eq!(verdicts(&district, "1002"), ["100 course_failures watch 1.000"]);
}

#[test]
fn oddity_27_a_letter_on_the_number_and_a_slip_of_the_pen() {
    let marks = [
        ("55F", "watch 1.000"),
        ("85.12B+", "clear 0.000"),
        ("7O", "unknown  missing failing"),
    ];
    let mut district = counseled(&["1001", "1002", "1003"]).term("Q1", "2026-08-17", "2026-10-16");
    for (id, (mark, _)) in ["1001", "1002", "1003"].iter().zip(marks) {
        district = district
            .student(id, "Ana Alder", "9", "P")
            .mark("2026-09-01", id, "Algebra", "Q1", mark);
    }
    let district = district.init();
    district.only(&["course_failures"]);
    let said = district.night("2026-09-08");
    assert_eq!(
        problems(&said),
        ["note: grades.csv:4:mark: the mark `7O` is in no table [unknown-mark]"]
    );
    for (id, (mark, expected)) in ["1001", "1002", "1003"].iter().zip(marks) {
        let expected = format!("100 course_failures {expected}");
        assert_eq!(verdicts(&district, id), [expected], "`{mark}`");
    }
}

#[test]
fn oddity_28_marks_and_incidents_that_no_number_counts_are_said() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P")
        .student("1002", "Ben Birch", "3", "P")
        .term("Q1", "2026-08-17", "2026-10-16")
        .mark("2026-09-01", "1001", "Algebra", "Q1", "80")
        .mark("2026-09-01", "1002", "Reading", "Q1", "80")
        .mark("2026-09-01", "1001", "Biology", "Q1", "80")
        .incident("2026-09-01", "i1", "1001", "Fighting", "")
        .configured("kind = \"percent\"", "subjects = [\"Algebra\"]\nkind = \"percent\"")
        .init();
    district.export("2026-09-08");
    let dated = |day: &str| format!("1001,100,Art,Art,Art,Q1,80,progress,{day},,\n");
    add(
        &district,
        "grades.csv",
        &[dated("2026-05-01"), dated("2026-09-20")].concat(),
    );
    add(&district, "behavior.csv", "i2,1001,100,2026-09-20,Fighting,,,,\n");
    let said = ring(&district, "2026-09-08");
    assert_eq!(
        problems(&said),
        [
            "note: grades.csv:5:date: a mark is dated outside the school year; it does not count [mark-outside-year]",
            "note: grades.csv:6:date: a mark is dated on a day that is still to come; it does not count yet [mark-in-the-future]",
            "note: grades.csv:3:mark: a mark fits no `[[grades.scale]]` by grade level, school and subject; it counts as missing [mark-without-scale]",
            "note: behavior.csv:3:date: an incident lies on a day that is still to come; it does not count yet [incident-in-the-future]",
        ]
    );
}
