//! Oddities of attendance rows: 11 to 17, 19, 21.

use std::fs;

use crate::support::{District, bare, school_days};
use crate::{absences, add, counseled, flags, problems, ring, subjects, verdicts};

/// A night over one student with three absences and the rows given.
fn night_with(rows: &str) -> (District, Vec<String>, i32) {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "A*3")
        .day_off("2026-09-07")
        .init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-15");
    add(&district, "attendance.csv", rows);
    let said = ring(&district, "2026-09-15");
    let told = problems(&said);
    (district, told, said.code)
}

const THREE: &str = "Absent 3 of 21 enrolled days (14.2 %), 3 unexcused.";

#[test]
fn oddity_11_years_0003_and_2173_and_days_to_come() {
    let (district, told, code) = night_with(
        "1001,100,0003-09-01,A,,\n1001,100,2173-09-01,A,,\n1001,100,2026-02-30,A,,\n1001,100,2026-09-16,A,,\n1001,100,2025-09-16,A,,\n",
    );
    assert_eq!(
        told,
        [
            "note: attendance.csv:26:date: has a date that is none (`0003-09-01`); 2 more rows like it [impossible-date]",
            "note: attendance.csv:30:date: has a date outside the school year (`2025-09-16`) [outside-year]",
            "note: attendance.csv:29:date: a row lies on a day that is still to come; it does not count yet [attendance-in-the-future]",
            "waits: attendance.csv: 4 of 29 rows could not be used [many-rows-rejected]",
        ]
    );
    assert_eq!(code, 3);
    assert_eq!(absences(&district, "1001"), THREE);
}

#[test]
fn oddity_12_absence_on_a_holiday() {
    let (district, told, code) = night_with("1001,100,2026-09-07,A,,\n1001,100,2026-09-12,A,,\n");
    assert_eq!(
        told,
        [
            "note: attendance.csv:26:date: 2 rows lie on days that are not instructional at their school; they do not count \
          [attendance-on-day-off]"
        ]
    );
    assert_eq!((code, absences(&district, "1001").as_str()), (0, THREE));
}

#[test]
fn oddity_13_absence_after_exit_and_before_entry() {
    let district = counseled(&["1001", "1002"])
        .student("1001", "Ana Alder", "9", "P*5 A*2")
        .stay("2026-08-24", "", "")
        .student("1002", "Ben Birch", "9", "A*3")
        .stay("", "2026-09-04", "")
        .init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-21");
    add(
        &district,
        "attendance.csv",
        "1001,100,2026-08-18,A,,\n1002,100,2026-09-08,A,,\n",
    );
    let said = ring(&district, "2026-09-21");
    assert_eq!(
        problems(&said),
        [
            "note: attendance.csv:33:date: a row lies before its student's first day at any school; it does not count \
             [attendance-before-entry]",
            "note: attendance.csv:34:date: a row lies after its student has left, or between two enrollments; it does not count \
             [attendance-after-exit]",
        ]
    );
    assert_eq!(said.code, 0);
    assert_eq!(
        absences(&district, "1001"),
        "Absent 2 of 21 enrolled days (9.5 %), 2 unexcused."
    );
    assert_eq!(
        verdicts(&district, "1002"),
        Vec::<String>::new(),
        "who has left is not judged"
    );
}

#[test]
fn oddity_14_never_more_than_every_day() {
    let district = counseled(&["1001"]).student("1001", "Ana Alder", "9", "A*22").init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-15");
    // Every day once more: as halves that add up to more than a day, and in periods of a day that has a whole-day row.
    let more: String = school_days()
        .take(22)
        .map(|day| format!("1001,100,{day},E,,0.75\n1001,100,{day},A,1,\n1001,100,{day},A,2,\n"))
        .collect();
    add(&district, "attendance.csv", &more);
    let said = ring(&district, "2026-09-15");
    assert_eq!(
        problems(&said),
        [
            "note: attendance.csv:46: contradicts another row with the same key; the graver one counts; 21 more rows like it [conflict]"
        ]
    );
    assert_eq!(
        absences(&district, "1001"),
        "Absent 22 of 22 enrolled days (100 %), 22 unexcused."
    );
}

#[test]
fn oddity_15_one_student_one_day_twice() {
    // Equal rows are one; of two that disagree the graver one counts, whatever their order.
    let (district, told, code) = night_with(
        "1001,100,2026-08-17,A,,\n1001,100,2026-09-01,E,,\n1001,100,2026-09-01,A,,\n1001,100,2026-08-18,T,,\n",
    );
    assert_eq!(
        told,
        [
            "note: attendance.csv:26: says again what another row says [duplicate]",
            "note: attendance.csv:28: contradicts another row with the same key; the graver one counts; 1 more row like it [conflict]",
        ]
    );
    assert_eq!(code, 0);
    assert_eq!(
        absences(&district, "1001"),
        "Absent 4 of 21 enrolled days (19 %), 4 unexcused."
    );
}

#[test]
fn oddity_16_daily_and_period_rows_on_one_day() {
    let district = counseled(&["1001", "1002"])
        .student("1001", "Ana Alder", "9", "P")
        .student("1002", "Ben Birch", "9", "P")
        .configured("# periods_per_day = 7", "periods_per_day = 4")
        .init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-15");
    // 1001: the whole-day row says late, the periods say absent: the day's own row wins. 1002 has periods alone: two of four.
    add(
        &district,
        "attendance.csv",
        "1001,100,2026-09-01,T,,\n1001,100,2026-09-01,A,1,\n1001,100,2026-09-01,A,2,\n1002,100,2026-09-01,A,1,\n1002,100,2026-09-01,A,2,\n",
    );
    let said = ring(&district, "2026-09-15");
    assert_eq!((said.code, problems(&said)), (0, vec![]));
    assert_eq!(
        absences(&district, "1001"),
        "Absent 0 of 22 enrolled days (0 %), 0 unexcused."
    );
    assert_eq!(
        absences(&district, "1002"),
        "Absent 0.5 of 22 enrolled days (2.2 %), 0.5 unexcused."
    );
}

#[test]
fn oddity_17_thousands_of_rows_without_any_flag() {
    // A blank code is in no table: it is said once with its count, and the day is neither absent nor present.
    let blank: String = (1..=10)
        .map(|day| format!("710001,100,2026-09-{day:02},,,\n"))
        .collect();
    let (district, told, code) = night_with(&(blank + "1001,100,2026-09-01,,,\n"));
    assert_eq!(
        told[0],
        "note: attendance.csv:26:code: a blank cell is no answer for the attendance code; 10 more rows like it [unknown-code]"
    );
    assert_eq!(code, 0);
    assert_eq!(
        verdicts(&district, "1001"),
        ["100 chronic_absence not_applicable  needs enrolled_days of 21 or more, has 20"]
    );

    // Where a system writes flags, the adapter knows what none of them means, and thousands of such rows are no news.
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let dir = home.to_str().expect("a path of text");
    assert_eq!(bare(&["init", dir, "--from", "aspen"]).code, 0);
    let put = |name: &str, text: String| fs::write(home.join("inbox").join(name), text).expect("the inbox is ours");
    let days: Vec<String> = school_days().take(25).map(|day| day.to_string()).collect();
    let taught: String = days.iter().map(|day| format!(",{day},instructional\n")).collect();
    put("calendar.csv", format!("school_id,date,day_type\n{taught}"));
    let students: String = (0..100).map(|id| format!("{id},\"Lee, Ann\",9,HS\n")).collect();
    put(
        "students_export.csv",
        format!("local_id,full_name,grade,school_local_id\n{students}"),
    );
    let row = |id: usize, day: &String| {
        // Student 7 was absent on the first three days; everybody else went to museums all year.
        let absent = u8::from(id == 7 && days[..3].contains(day));
        format!("{id},{absent},0,0,0,{day},HS\n")
    };
    let rows: String = (0..100)
        .flat_map(|id| days.iter().map(move |day| row(id, day)))
        .collect();
    put(
        "attendance_export.csv",
        format!("local_id,absence,tardy,dismissed,excused,event_date,school_local_id\n{rows}"),
    );
    let said = bare(&["--home", dir, "run", "--as-of", &days[24]]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains("attendance_export.csv: 2500 rows\n"), "{}", said.out);
    assert!(
        !said.out.contains("attendance_export.csv:2"),
        "not a word about any row: {}",
        said.out
    );
    let standing = bare(&[
        "--home",
        dir,
        "--format",
        "csv",
        "standing",
        "--rule",
        "chronic_absence",
    ]);
    let flagged: Vec<&str> = standing.out.lines().skip(1).collect();
    assert_eq!(flagged.len(), 1, "{}", standing.out);
    assert!(
        flagged[0].starts_with("7,HS,9,chronic_absence,attendance,concern,12.000,"),
        "{}",
        flagged[0]
    );
}

#[test]
fn oddity_19_absences_recoded_ninety_days_later() {
    let mut district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*18 A P A P A")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-17");
    let before = [
        "2026-09-14 chronic_absence - watch baseline",
        "2026-09-16 chronic_absence watch concern worsened",
    ];
    assert_eq!(district.history("1001"), before);
    let letters = subjects(&district);
    // Ninety-two days on, two of the three turn out to have been field trips.
    district.recode("1001", "2026-09-10", 'P');
    district.recode("1001", "2026-09-14", 'P');
    district.night("2026-12-15");
    assert_eq!(
        district.history("1001")[2..],
        ["2026-12-15 chronic_absence concern - corrected"],
        "said apart from getting better"
    );
    assert_eq!(
        absences(&district, "1001"),
        "Absent 1 of 87 enrolled days (1.1 %), 1 unexcused."
    );
    assert_eq!(subjects(&district), letters, "a correction is no nightly news");
}

#[test]
fn oddity_21_a_school_that_has_not_taken_attendance_today() {
    let mut district = counseled(&["1001", "2001"])
        .school("200", "South High")
        .student("1001", "Ana Alder", "9", "A*2 p*19 A p*200")
        .student_at("200", "2001", "Ben Birch", "9", "A*2 p*19 A p*200")
        .student_at("200", "2002", "Cy Cedar", "9", "p*300")
        .configured("rows = \"exceptions\"", "rows = \"all\"");
    for number in 0..4 {
        district = district.student(&format!("100{}", 2 + number), "Class Mate", "9", "p*300");
    }
    let mut district = district.init();
    district.only(&["chronic_absence"]);
    district.night("2026-09-14");
    let watched = ["1001 100 chronic_absence watch", "2001 200 chronic_absence watch"];
    assert_eq!(flags(&district), watched);
    // Both were absent on the fifteenth, and one school has not said so yet: it does not look as if all were present there.
    district.late("200", Some("2026-09-14"));
    let said = district.ring("2026-09-15");
    assert_eq!(said.err, "", "{}", said.out);
    assert_eq!(flags(&district), ["1001 100 chronic_absence concern", watched[1]]);
    assert_eq!(
        district.history("2001").len(),
        1,
        "neither raised, nor cleared, nor aged"
    );
    // The next night brings what was late: it ends where it would have ended.
    district.late("200", None);
    district.ring("2026-09-16");
    for id in ["1001", "2001"] {
        assert_eq!(
            district.history(id),
            [
                "2026-09-14 chronic_absence - watch baseline",
                "2026-09-15 chronic_absence watch concern worsened"
            ],
            "{id}"
        );
    }
}

#[test]
fn oddity_29_mornings_and_afternoons_that_say_their_portion_of_the_day() {
    let rows = |days: &[u32], period: &str, code: &str, portion: &str| -> String {
        let row = |day: &u32| format!("1001,100,2026-09-{day:02},{code},{period},{portion}\n");
        days.iter().map(row).collect()
    };
    let days = [8, 9, 10, 11];
    // Four mornings are two days, as many with the afternoons beside them four; how many periods a day has is no matter.
    let (district, told, code) = night_with(&rows(&days, "AM", "A", "0.5"));
    assert_eq!((told, code), (vec![], 0));
    assert_eq!(
        absences(&district, "1001"),
        THREE
            .replace("3 of 21", "5 of 21")
            .replace("14.2", "23.8")
            .replace("3 un", "5 un")
    );
    let both = rows(&days, "AM", "A", "0.5") + rows(&days, "PM", "E", "0.5").as_str();
    let (district, _, _) = night_with(&both);
    assert_eq!(
        absences(&district, "1001"),
        "Absent 7 of 21 enrolled days (33.3 %), 5 unexcused."
    );
    // A period without a portion is one of the day's, and nobody has said how many there are.
    let (_, told, _) = night_with(&rows(&days, "3", "A", ""));
    assert_eq!(
        told,
        [
            "note: attendance.csv:26:period: 4 rows are of single periods, and nobody has said how many periods a day has at their school; \
          their days do not count [attendance-periods-not-known]"
        ]
    );
}
