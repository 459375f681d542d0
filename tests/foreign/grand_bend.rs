//! An export that nobody of this project wrote: the Ed-Fi sample district Grand Bend, read through the shipped adapter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::homes::{Said, firstbell, init, mend};
use super::{Foreign, SAMPLES, sample};

/// The files of the sample that the adapter reads, all but the derived ones as the sample ships them.
const FILES: [&str; 10] = [
    "schools.csv",
    "sessions.csv",
    "grading_periods.csv",
    "students.csv",
    "derived_calendar_dates.csv",
    "derived_school_associations.csv",
    "student_school_attendance_events.csv",
    "student_section_attendance_tardy.csv",
    "discipline_actions.csv",
    "studentinterventionassociation.csv",
];

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "grand_bend_has_forty_one_students_at_concern",
        needs: SAMPLES,
        run: grand_bend_has_forty_one_students_at_concern,
    },
    Foreign {
        name: "the_school_year_can_be_written_instead_of_assumed",
        needs: SAMPLES,
        run: the_school_year_can_be_written_instead_of_assumed,
    },
    Foreign {
        name: "fourteen_remain_when_the_code_table_counts_unexcused_absences_alone",
        needs: SAMPLES,
        run: fourteen_remain_when_the_code_table_counts_unexcused_absences_alone,
    },
    Foreign {
        name: "tardies_of_classes_stand_beside_the_days_and_neither_file_wipes_the_other",
        needs: SAMPLES,
        run: tardies_of_classes_stand_beside_the_days_and_neither_file_wipes_the_other,
    },
    Foreign {
        name: "a_second_round_over_the_same_sample_changes_nothing",
        needs: SAMPLES,
        run: a_second_round_over_the_same_sample_changes_nothing,
    },
];

/// A home made by `init --from edfi` with the sample in its inbox, nothing configured.
fn home(folder: &Path, sample: &Path) -> PathBuf {
    let home = init(folder, "edfi");
    for file in FILES {
        std::fs::copy(sample.join(file), home.join("inbox").join(file)).expect("a sample file");
    }
    home
}

fn ring(home: &Path) -> Said {
    let said = firstbell(home, &["run", "--as-of", "2021-12-17"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    said
}

/// Open flags of chronic absence by school and level.
fn flags(home: &Path) -> BTreeMap<(String, String), usize> {
    let said = firstbell(home, &["--format", "csv", "standing", "--rule", "chronic_absence"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let mut lines = said.out.lines();
    assert_eq!(
        lines.next(),
        Some("student_id,school_id,grade,rule,area,level,value,since,as_of,owner,because")
    );
    let mut flags = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        *flags.entry((cells[1].to_owned(), cells[5].to_owned())).or_insert(0) += 1;
    }
    flags
}

fn at_least_concern(flags: &BTreeMap<(String, String), usize>) -> usize {
    flags
        .iter()
        .filter(|((_, level), _)| level != "watch")
        .map(|(_, count)| count)
        .sum()
}

/// The answer that was computed from the sample without this program.
const KNOWN: [(&str, usize); 3] = [("255901001", 14), ("255901044", 11), ("255901107", 16)];

fn assert_known(home: &Path) {
    let flags = flags(home);
    for (school, count) in KNOWN {
        assert_eq!(
            flags.get(&(school.to_owned(), "concern".to_owned())),
            Some(&count),
            "{school}"
        );
    }
    assert_eq!(
        at_least_concern(&flags),
        41,
        "and nobody is urgent, nobody elsewhere: {flags:?}"
    );
}

fn grand_bend_has_forty_one_students_at_concern() {
    let sample = sample("grand-bend-edfi");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home(folder.path(), &sample);
    let checked = firstbell(&home, &["check"]);
    let sensitive = |column: &str| {
        format!(
            "note: students.csv:1:{column}: the column `{column}` looks like citizenship or immigration status, and no feed reads it — ask \
             whoever makes the export to leave it out: what is not sent cannot be lost [sensitive-column]\n"
        )
    };
    let told = [
        "note: firstbell.toml: no feed fills `staff`, so every letter goes to `last_owner` — add a `[[feed]]` with `table = \"staff\"` \
         [config-no-feed]\n"
            .to_owned(),
        sensitive("CitizenshipStatus"),
        sensitive("Visa"),
        "3 things to look at.\n".to_owned(),
    ];
    assert_eq!(
        (checked.out, checked.err.as_str(), checked.code),
        (told.concat(), "", 0)
    );
    let rung = ring(&home);
    assert_eq!(
        rung.out,
        "The round as of 2021-12-17.
  read    schools.csv: 3 rows
  read    derived_calendar_dates.csv: 567 rows
  read    grading_periods.csv: 18 rows
  read    sessions.csv: 6 rows
  read    students.csv: 960 rows
  read    derived_school_associations.csv: 227 rows
  read    student_school_attendance_events.csv: 1917 rows
  read    student_section_attendance_tardy.csv: 66 rows
  read    discipline_actions.csv: 25 rows
  read    studentinterventionassociation.csv: 25 rows
  judged  227 students on 1 day; 227 with at least one answer
  changed 75 baseline
  letters 1 letter, and a report to the operator
  mail    2 sent into var/letters
note: firstbell.toml: no feed fills `staff`, so every letter goes to `last_owner` — add a `[[feed]]` with `table = \"staff\"` [config-no-feed]
note: firstbell.toml:school_years: no school year holds 2021-12-17 — 2021-08-16 to 2022-06-10 was assumed; add the year to `school_years` under [district], as `{ start = 2026-08-17, end = 2027-06-11 }` [no-school-year]
note: student_school_attendance_events.csv:5: contradicts another row with the same key; the graver one counts — correct it in the student system [conflict]
note: discipline_actions.csv:3: says again what another row says; 3 more rows like it — nothing to do: equal rows are one row [duplicate]
note: student_school_attendance_events.csv:1088:date: 1013 rows lie on days that are still to come; they do not count yet — nothing to do where absences are entered ahead: each waits for its day [attendance-in-the-future]
note: discipline_actions.csv:2:date: 16 incidents lie on days that are still to come; they do not count yet — correct the date in the student system [incident-in-the-future]
"
    );
    assert_known(&home);
}

fn the_school_year_can_be_written_instead_of_assumed() {
    let sample = sample("grand-bend-edfi");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home(folder.path(), &sample);
    let year = "{ start = 2021-08-23, end = 2022-05-27 }, { start = 2026-08-17, end = 2027-06-11 }";
    mend(
        &home.join("firstbell.toml"),
        "{ start = 2026-08-17, end = 2027-06-11 }",
        year,
    );
    let rung = ring(&home);
    assert!(!rung.out.contains("no-school-year"), "{}", rung.out);
    assert_known(&home);
}

fn fourteen_remain_when_the_code_table_counts_unexcused_absences_alone() {
    let sample = sample("grand-bend-edfi");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home(folder.path(), &sample);
    let config = home.join("firstbell.toml");
    mend(
        &config,
        "\"Excused Absence\" = { absent = 1, excused = true }",
        "\"Excused Absence\" = {}",
    );
    ring(&home);
    assert_eq!(at_least_concern(&flags(&home)), 14);
}

fn a_second_round_over_the_same_sample_changes_nothing() {
    let sample = sample("grand-bend-edfi");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home(folder.path(), &sample);
    ring(&home);
    let before = firstbell(&home, &["--format", "csv", "verdicts"]);
    let again = ring(&home);
    assert!(again.out.contains("  letters 0 letters\n"), "{}", again.out);
    assert_eq!(firstbell(&home, &["--format", "csv", "verdicts"]), before);
}

/// Rows of the store, those about the whole day and those about a class.
fn rows(home: &Path) -> (usize, usize) {
    let store = firstbell::store::Store::open_read_only(home.join("var/firstbell.db")).expect("the store is there");
    let as_of: firstbell::school::Day = "2021-12-17".parse().expect("a day");
    let books = store
        .load_books(firstbell::config::Sample::likely_year(as_of))
        .expect("facts");
    let rows = books.students.iter().flat_map(|student| student.attendance.rows());
    let (days, classes): (Vec<_>, Vec<_>) = rows.partition(|row| row.period == firstbell::facts::PeriodIx::WHOLE_DAY);
    (days.len(), classes.len())
}

fn tardies_of_classes_stand_beside_the_days_and_neither_file_wipes_the_other() {
    let sample = sample("grand-bend-edfi");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home(folder.path(), &sample);
    ring(&home);
    assert_eq!(rows(&home), (1917, 66), "every event of both files");
    // The classes' file comes alone, shorter by its last six rows; then the days' file alone, as it was but for its last row.
    let shortened = |file: &str, rows: usize| {
        let text = std::fs::read_to_string(sample.join(file)).expect("a sample file");
        let lines: Vec<&str> = text.lines().collect();
        let left = lines[..lines.len() - rows].join("\n");
        std::fs::write(home.join("inbox").join(file), format!("{left}\n")).expect("the inbox is ours");
    };
    shortened("student_section_attendance_tardy.csv", 6);
    ring(&home);
    assert_eq!(rows(&home), (1917, 60));
    assert_known(&home);
    shortened("student_school_attendance_events.csv", 1);
    ring(&home);
    assert_eq!(rows(&home), (1916, 60));
}
