//! Aspen extracts that nobody of this project wrote, through the shipped adapter: backslashes before quotes, headers in single quotes or
//! none at all, `NULL`, two ways of writing a day. What became of every row.

use super::homes::firstbell;
use super::samples::{books, facts, home_with, ring, store, told};
use super::{Foreign, SAMPLES, sample};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "the_year_of_the_incidents_is_read_row_by_row",
        needs: SAMPLES,
        run: the_year_of_the_incidents_is_read_row_by_row,
    },
    Foreign {
        name: "the_year_of_the_attendance_is_read_row_by_row",
        needs: SAMPLES,
        run: the_year_of_the_attendance_is_read_row_by_row,
    },
    Foreign {
        name: "files_that_fit_no_table_are_left_alone",
        needs: SAMPLES,
        run: files_that_fit_no_table_are_left_alone,
    },
    Foreign {
        name: "check_names_the_columns_that_should_leave_the_export",
        needs: SAMPLES,
        run: check_names_the_columns_that_should_leave_the_export,
    },
];

const STUDENTS: [&str; 6] = [
    "100 listed HEA grade 7 2008-02-20..",
    "100 program iep",
    "101 listed SHS grade 10 2005-08-05..",
    "103 listed BRN grade 7 2005-08-05..",
    "104 listed BRN grade 7 2025-08-05..",
    "105 listed BRN grade 7 2005-08-05..",
];

const SERVICE: &str = "101 plan 101/7/5/16 student service 2016-07-05..2016-07-29";

/// The grade files without a header: of six rows one has no student, and one says of a course what another row says lower: both
/// are kept, and the lower one counts. The other file's cells are all blank and say nothing.
const MARKS: [&str; 5] = [
    "111 mark ESCS SOC6 FY 85.45 B+",
    "222 mark ESCS SOC6 FY 85.78 B+",
    "333 mark SHS ELA6 FY 85.99 B+",
    "333 mark SHS SOC6 FY 85.12 B+",
    "333 mark SHS SOC6 FY 99.99 A+",
];

fn sorted(lines: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn the_year_of_the_incidents_is_read_row_by_row() {
    let sample = sample("aspen-studentinsights");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "aspen", &sample);
    let said = ring(&home, "2015-10-05");
    assert_eq!(
        told(&said),
        [
            "  read    fake_students_export.csv: 5 rows",
            "  held    attendance_dump.csv: 2 rows, 2 unusable",
            "  read    fake_no_headers.csv: 6 rows",
            "  read    student_section_grades_fixture.csv: 6 rows, 1 unusable",
            "  read    fake_behavior_export.csv: 4 rows, 1 unusable",
            "  read    fake_student_services_file.csv: 2 rows, 1 unusable",
            "note: attendance_dump.csv:2:ATT_DATE: has a date outside the school year (`2005-05-03`); 1 more row like it — correct it, \
             or check `school_years` in firstbell.toml [outside-year]",
            "note: student_section_grades_fixture.csv:5:student_local_id: has a blank cell that a row cannot do without — fill it in \
             the student system [missing-cell]",
            "note: student_section_grades_fixture.csv:6: contradicts another row with the same key; the graver one counts — correct it \
             in the student system [conflict]",
            "note: fake_behavior_export.csv:5:event_date: has a blank cell that a row cannot do without — fill it in the student \
             system [missing-cell]",
            "note: fake_student_services_file.csv:3: has more or fewer cells than the header — look for a delimiter inside a cell that \
             is not quoted [ragged-row]",
            "waits: attendance_dump.csv: none of its 2 rows could be used — mend the export and send it again; until then the last one \
             counts [no-usable-row]",
            "waits: student_section_grades_fixture.csv: 1 of 6 rows could not be used — mend the export: its notes name each kind of \
             row and where the first one stands [many-rows-rejected]",
            "waits: fake_behavior_export.csv: 1 of 4 rows could not be used — mend the export: its notes name each kind of row and \
             where the first one stands [many-rows-rejected]",
            "waits: fake_student_services_file.csv: 1 of 2 rows could not be used — mend the export: its notes name each kind of row \
             and where the first one stands [many-rows-rejected]",
        ]
    );
    assert_eq!(said.code, 3, "{}", said.out);
    // The words of an incident and its `\"NO\"` are read past and never kept.
    let incidents = [
        "10 incident 10/2015-10-01/13:00:00/Hitting SHS 2015-10-01 Hitting ",
        "11 incident 11/2015-10-01/13:00:00/Lorem ipsuming SHS 2015-10-01 Lorem ipsuming ",
        "13 incident 13/2015-10-03/Bullying SHS 2015-10-03 Bullying ",
    ];
    let all = STUDENTS.into_iter().chain([SERVICE]).chain(MARKS).chain(incidents);
    assert_eq!(facts(&books(&home, "2015-10-05")), sorted(all));

    let caseload = store(&home).caseload().expect("caseload");
    let rows: Vec<(&str, &str, &str)> = caseload
        .iter()
        .map(|row| (row.student_id.as_str(), row.staff_id.as_str(), row.role.as_str()))
        .collect();
    assert_eq!(
        rows,
        [("101", "LABERGE, J", "counselor")],
        "a `NULL` is nobody's counselor"
    );
    let names = store(&home).directory().expect("names");
    let name = names.iter().find(|one| one.student_id == "101").expect("a student");
    assert_eq!(
        (
            name.first_name.as_str(),
            name.last_name.as_str(),
            name.homeroom.as_str()
        ),
        ("Second", "Fake Student", "SHS 200")
    );
}

fn the_year_of_the_attendance_is_read_row_by_row() {
    let sample = sample("aspen-studentinsights");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "aspen", &sample);
    let said = ring(&home, "2005-05-03");
    let about = |file: &str| -> Vec<&str> { told(&said).into_iter().filter(|line| line.contains(file)).collect() };
    // Two rows that differ in a comment alone; the second one's ends in a backslash, which escapes no quote.
    assert_eq!(
        about("attendance_dump.csv"),
        [
            "  read    attendance_dump.csv: 2 rows",
            "note: attendance_dump.csv:3: says again what another row says — nothing to do: equal rows are one row [duplicate]",
            "note: attendance_dump.csv:2:student_id: a row names a student whom no export of students or enrollments has brought; it \
             counts for nobody — see that both exports come from the same moment and write ids alike, leading zeros included \
             [attendance-unknown-student]",
        ]
    );
    assert_eq!(
        about("fake_behavior_export.csv")[0],
        "  held    fake_behavior_export.csv: 4 rows, 4 unusable"
    );
    // Excused tardiness of a portion of 0: the code says it all.
    let attendance = "std attendance SKL 2005-05-03 T-E 1";
    let all = STUDENTS.into_iter().chain([SERVICE, attendance]).chain(MARKS);
    assert_eq!(facts(&books(&home, "2005-05-03")), sorted(all));
}

fn files_that_fit_no_table_are_left_alone() {
    let sample = sample("aspen-studentinsights");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "aspen", &sample);
    let said = ring(&home, "2015-10-05");
    // Class lists of students and teachers, and a list of services without a date.
    for file in [
        "educator_section_assignment_export.csv",
        "student_section_assignment_export_with_district_school_year_token.csv",
        "student_section_assignment_export_without_district_school_year.csv",
        "service_upload_example.csv",
    ] {
        assert!(sample.join(file).is_file() && !said.out.contains(file), "{}", said.out);
    }
}

fn check_names_the_columns_that_should_leave_the_export() {
    let sample = sample("aspen-studentinsights");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "aspen", &sample);
    let checked = firstbell(&home, &["check"]);
    let column = |name: &str, what: &str| {
        format!(
            "note: fake_students_export.csv:1:{name}: the column `{name}` looks like {what}, and no feed reads it — ask whoever makes \
             the export to leave it out: what is not sent cannot be lost [sensitive-column]\n"
        )
    };
    let expected = [
        column("free_reduced_lunch", "lunch or income status"),
        column("race", "race or ethnicity"),
        column("hispanic_latino", "race or ethnicity"),
        "3 things to look at.\n".to_owned(),
    ];
    assert_eq!((checked.out, checked.code), (expected.concat(), 0));
}
