//! Oddities of who is where: 6 to 10, 18, 20, 24.

use std::fs;
use std::time::{Duration, SystemTime};

use firstbell::store::Store;

use crate::support::District;
use crate::{absences, add, counseled, flags, problems, ring, spoil, verdicts};

#[test]
fn oddity_06_a_transferred_student_in_attendance_but_not_in_the_roster() {
    let district = counseled(&["1001"]).student("1001", "Ana Alder", "9", "A*3").init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    let rows: String = (17..=20).map(|day| format!("5555,100,2026-08-{day},A,,\n")).collect();
    add(&district, "attendance.csv", &rows);
    let said = ring(&district, "2026-09-14");
    assert_eq!(
        problems(&said),
        [
            "note: attendance.csv:26:student_id: 4 rows name students whom no export of students or enrollments has brought; they count for \
             nobody [attendance-unknown-student]"
        ]
    );
    assert_eq!(said.code, 0, "the file is read and the night goes on");
    assert_eq!(flags(&district), ["1001 100 chronic_absence concern"]);
    assert_eq!(verdicts(&district, "5555"), Vec::<String>::new());
    // Once the roster knows the student, what was kept counts.
    district.export("2026-09-15");
    add(&district, "attendance.csv", &rows);
    add(&district, "students.csv", "5555,Late,Comer,9,100,,,,\n");
    let said = ring(&district, "2026-09-15");
    assert_eq!(problems(&said), Vec::<String>::new());
    assert_eq!(
        absences(&district, "5555"),
        "Absent 4 of 22 enrolled days (18.1 %), 4 unexcused."
    );
}

#[test]
fn of_two_rosters_in_one_night_the_newer_says_who_is_there_and_how_they_are_called() {
    let district = counseled(&["1001"]).student("1001", "Ana Alder", "9", "A*3").init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    let inbox = district.home().join("inbox");
    let older = fs::read_to_string(inbox.join("students.csv")).expect("a roster");
    let newer = older.replace("Alder", "Elder") + "5555,Late,Comer,9,100,,,,\n";
    // Whom the attendance alone knows has a number and no name.
    add(&district, "attendance.csv", "4444,100,2026-08-17,A,,\n");
    for (name, text, minute) in [("students.csv", &older, 0), ("students-again.csv", &newer, 1)] {
        fs::write(inbox.join(name), text).expect("the inbox is ours");
        let file = fs::File::options()
            .write(true)
            .open(inbox.join(name))
            .expect("a roster");
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_789_300_000 + minute * 60);
        file.set_modified(written).expect("the roster is ours");
    }
    ring(&district, "2026-09-14");
    let store = Store::open_read_only(district.home().join("var/firstbell.db")).expect("the store");
    let named: Vec<String> = store
        .directory()
        .expect("names")
        .into_iter()
        .map(|person| format!("{} {}", person.student_id, person.last_name))
        .collect();
    assert!(named.contains(&"1001 Elder".to_owned()), "{named:?}");
    assert!(named.contains(&"5555 Comer".to_owned()), "{named:?}");
    assert!(!named.iter().any(|person| person.starts_with("4444")), "{named:?}");
    assert_eq!(flags(&district), ["1001 100 chronic_absence concern"]);
    assert_eq!(
        absences(&district, "1001"),
        "Absent 3 of 21 enrolled days (14.2 %), 3 unexcused."
    );
}

/// Writes stays into the inbox.
fn stays(district: &District, rows: &str) {
    let header = "student_id,school_id,grade,entry_date,exit_date,exit_code,primary\n";
    spoil(district, "enrollments.csv", |_| format!("{header}{rows}"));
}

#[test]
fn oddity_07_two_active_enrollments_and_two_primary_ones() {
    for (rows, home, other) in [
        // One of them is primary.
        ("1001,100,9,2026-08-17,,,1\n1001,200,9,2026-08-17,,,0\n", "100", "200"),
        // Both are: then the latest entry, then the smallest id.
        ("1001,100,9,2026-08-17,,,1\n1001,200,9,2026-08-18,,,1\n", "200", "100"),
        ("1001,200,9,2026-08-17,,,1\n1001,100,9,2026-08-17,,,1\n", "100", "200"),
        // Neither is.
        ("1001,100,9,2026-08-17,,,\n1001,200,9,2026-08-18,,,\n", "200", "100"),
    ] {
        let district = counseled(&["1001"])
            .school("200", "South High")
            .classmates_at("200", 4)
            .student("1001", "Ana Alder", "9", "P")
            .init();
        district.only(&["chronic_absence"]);
        district.export("2026-09-15");
        stays(&district, rows);
        // Three absences at the home school, and one at the other that is nobody's.
        let absent = |school: &str, day: u32| format!("1001,{school},2026-09-0{day},A,,\n");
        let attendance: String = (1..=3).map(|day| absent(home, day)).collect();
        add(&district, "attendance.csv", &[attendance, absent(other, 4)].concat());
        let said = ring(&district, "2026-09-15");
        assert_eq!(said.code, 0, "{}", said.out);
        let judged = verdicts(&district, "1001");
        assert_eq!(judged.len(), 1, "one student, one verdict of a rule: {judged:?}");
        assert!(
            judged[0].starts_with(&format!("{home} chronic_absence concern")),
            "{rows}: {judged:?}"
        );
        let told = absences(&district, "1001");
        assert!(told.starts_with("Absent 3 of 22 enrolled days"), "{rows}: {told}");
    }
}

#[test]
fn oddity_08_overlapping_enrollments_in_one_school() {
    let district = counseled(&["1001"]).student("1001", "Ana Alder", "9", "A*3").init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-15");
    stays(
        &district,
        "1001,100,9,2026-08-17,2026-09-11,,\n1001,100,9,2026-09-07,,,\n1001,100,9,2026-08-24,2026-09-04,,\n",
    );
    let said = ring(&district, "2026-09-15");
    assert_eq!((said.code, problems(&said)), (0, vec![]));
    assert_eq!(
        absences(&district, "1001"),
        "Absent 3 of 22 enrolled days (13.6 %), 3 unexcused.",
        "each date once"
    );
    assert_eq!(verdicts(&district, "1001").len(), 1);
}

#[test]
fn oddity_09_an_id_that_two_schools_gave_out() {
    let district = counseled(&["1001"])
        .school("200", "South High")
        .classmates_at("200", 4)
        .student("1001", "Ana Alder", "9", "A*3")
        .init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    add(&district, "students.csv", "1001,Bo,Brook,10,200,,,,\n");
    let said = ring(&district, "2026-09-14");
    // One id is one student; which of two rows counts does not depend on their order, and the operator is told.
    assert_eq!(said.code, 0, "{}", said.out);
    let told = problems(&said);
    assert!(
        told[0].starts_with("note: students.csv:11: contradicts another row with the same key"),
        "{told:?}"
    );
    let first = verdicts(&district, "1001");
    assert_eq!(first.len(), 1, "judged once: {first:?}");
    let district = counseled(&["1001"])
        .school("200", "South High")
        .classmates_at("200", 4)
        .student_at("200", "1001", "Bo Brook", "10", "P")
        .init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    add(&district, "students.csv", "1001,Ana,Alder,9,100,,,,\n");
    let days: String = (17..=19).map(|day| format!("1001,100,2026-08-{day},A,,\n")).collect();
    add(&district, "attendance.csv", &days);
    ring(&district, "2026-09-14");
    assert_eq!(verdicts(&district, "1001"), first);
}

#[test]
fn oddity_10_leading_zeros_stripped_by_a_spreadsheet() {
    let district = counseled(&["0101"]).student("0101", "Ana Alder", "9", "A*3").init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    spoil(&district, "attendance.csv", |text| text.replace("\n0101,", "\n101,"));
    let said = ring(&district, "2026-09-14");
    assert!(
        said.out.contains(
            "3 rows name students whom no export of students or enrollments has brought; they count for nobody — see that both exports \
             come from the same moment and write ids alike, leading zeros included [attendance-unknown-student]"
        ),
        "{}",
        said.out
    );
    assert_eq!(verdicts(&district, "101"), Vec::<String>::new(), "nobody is guessed");
    assert_eq!(flags(&district), Vec::<String>::new());
}

#[test]
fn oddity_18_a_typing_error_in_a_thousand_students() {
    let typed_wrong = 1052;
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "A*3")
        .term("Q1", "2026-08-17", "2026-10-16")
        .init();
    district.only(&["chronic_absence", "course_failures"]);
    district.export("2026-09-14");
    let rows: String = (0..typed_wrong)
        .map(|number| format!("{},Sam,Spell,Grade9,100,,,,\n", 20_000 + number))
        .collect();
    add(&district, "students.csv", &rows);
    add(&district, "attendance.csv", "20000,100,2026-09-01,A,,\n");
    let said = ring(&district, "2026-09-14");
    assert_eq!(
        problems(&said),
        ["note: students.csv:7:grade: the grade level `Grade9` is in no table; 1051 more rows like it [unknown-grade]"],
        "once, with its count"
    );
    let judged = verdicts(&district, "20000");
    // What has no bearing on grades goes on; a rule for grades 6 to 12 does not guess.
    assert!(judged[0].starts_with("100 chronic_absence"), "{judged:?}");
    assert_eq!(judged[1], "100 course_failures unknown  missing grade", "{judged:?}");
    assert_eq!(flags(&district), ["1001 100 chronic_absence concern"]);
}

#[test]
fn oddity_20_students_who_never_came() {
    let district = counseled(&["1001", "1002"])
        .student("1001", "Ana Alder", "9", "A*3")
        .student("1002", "Noah Show", "9", "A*21")
        .init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    // Some systems end the enrollment of a no-show on the day before it began, others say so in the code of its exit.
    let before = "note: enrollments.csv:2:exit_date: has an exit before its entry; the enrollment holds no day [exit-before-entry]";
    for (row, told) in [
        ("1002,100,9,2026-08-17,2026-08-16,,\n", Some(before)),
        ("1002,100,9,2026-08-17,2026-08-28,no show,\n", None),
        ("1002,100,9,2026-08-17,,NoShow,1\n", None),
    ] {
        stays(&district, row);
        let said = ring(&district, "2026-09-14");
        let said: Vec<String> = problems(&said)
            .into_iter()
            .filter(|line| line.contains("enrollments.csv"))
            .collect();
        assert_eq!(said, told.into_iter().collect::<Vec<_>>());
        assert_eq!(
            verdicts(&district, "1002"),
            Vec::<String>::new(),
            "judged by nobody: {row}"
        );
        assert_eq!(flags(&district), ["1001 100 chronic_absence concern"]);
    }
}

#[test]
fn oddity_24_staff_without_id_or_address_and_a_counselor_written_as_a_remark() {
    let district = District::new()
        .classmates(4)
        .staff("s1", "Maria Lopez", "counselor")
        .staff("s9", "Pat Head", "principal")
        .caseload("1001", "s1", "counselor")
        .caseload("1002", "\"LABERGE, J x-1234\"", "counselor")
        .student("1001", "Ana Alder", "9", "A*3")
        .student("1002", "Ben Birch", "9", "A*3")
        .init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    add(
        &district,
        "staff.csv",
        ",No Id,no.id@district.example,counselor,,,,,,,,,\ns2,No Mail,,counselor,,,,,,,,,\n",
    );
    let said = ring(&district, "2026-09-14");
    assert_eq!(
        problems(&said),
        [
            "note: staff.csv:4:staff_id: has a blank cell that a row cannot do without [missing-cell]",
            "note: staff.csv:5:email: lists a person without an address; nothing can be sent there [blank-address]",
            "note: firstbell: 1 caseload row names `LABERGE, J x-1234`, who is not in the staff table [caseload-staff-unknown]",
            "waits: staff.csv: 1 of 4 rows could not be used [many-rows-rejected]",
        ]
    );
    // Both students are somebody's: the second goes on along the route to the first who can be written to.
    assert_eq!(
        flags(&district),
        ["1001 100 chronic_absence concern", "1002 100 chronic_absence concern"]
    );
    let mut to: Vec<String> = district.letters().into_iter().map(|letter| letter.to).collect();
    to.sort();
    assert_eq!(
        to,
        [
            "\"Maria Lopez\" <maria.lopez@district.example>",
            "\"Pat Head\" <pat.head@district.example>"
        ]
    );
}
