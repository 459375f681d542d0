//! School Data Sync exports that nobody of this project wrote, through the shipped adapter: what became of every row.

use std::path::Path;

use super::homes::firstbell;
use super::samples::{books, facts, home_with, ring, store, told};
use super::{Foreign, SAMPLES, sample};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "version_2_is_read_row_by_row",
        needs: SAMPLES,
        run: version_2_is_read_row_by_row,
    },
    Foreign {
        name: "version_2_1_is_read_row_by_row",
        needs: SAMPLES,
        run: version_2_1_is_read_row_by_row,
    },
    Foreign {
        name: "a_second_round_over_either_version_changes_nothing",
        needs: SAMPLES,
        run: a_second_round_over_either_version_changes_nothing,
    },
    Foreign {
        name: "check_asks_that_the_passwords_leave_the_export",
        needs: SAMPLES,
        run: check_asks_that_the_passwords_leave_the_export,
    },
];

/// A day within the sessions of both samples.
const DAY: &str = "2021-09-01";

/// Schools that have a name, as `id name`.
fn schools(home: &Path) -> Vec<String> {
    let names = store(home).school_names().expect("schools");
    names.iter().map(|(id, name)| format!("{id} {name}")).collect()
}

/// Staff as `id name address roles schools`, by id.
fn staff(home: &Path) -> Vec<String> {
    let all = store(home).staff().expect("staff");
    let text = |one: &firstbell::routing::Staff| {
        let (roles, schools) = (one.roles.join(";"), one.schools.join(";"));
        format!("{} {} {} {roles} {schools}", one.staff_id, one.name, one.email)
    };
    all.iter().map(text).collect()
}

/// Courses as `id subject`, by id.
fn courses(home: &Path) -> Vec<String> {
    let books = books(home, DAY);
    let course = |at: usize| {
        format!(
            "{} {}",
            books.names.courses.name(at as u32),
            books.courses[at].crosswalk_subject
        )
    };
    let mut all: Vec<String> = (0..books.courses.len()).map(course).collect();
    all.sort();
    all
}

fn version_2_is_read_row_by_row() {
    let sample = sample("sds/v2");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "sds", &sample);
    let said = ring(&home, DAY);
    let unknown = |line: u8, grade: &str, others: &str| {
        format!(
            "note: users.csv:{line}:grade: the grade level `{grade}` is in no table{others} — map it to `PK`, `KG` or `1` to `12` in \
             plugins/sds/plugin.toml [unknown-grade]"
        )
    };
    let grades = [
        unknown(16, "PS1", "; 2 more rows like it"),
        unknown(19, "PS2", ""),
        unknown(20, "undergraduate", ""),
        unknown(21, "postgraduate", ""),
        unknown(22, "PS3", "; 1 more row like it"),
    ];
    let mut expected = vec![
        "  read    orgs.csv: 4 rows",
        "  read    users.csv: 22 rows",
        "  read    classes.csv: 4 rows",
        "  read    users.csv (staff): 7 rows",
    ];
    expected.extend(grades.iter().map(String::as_str));
    assert_eq!(told(&said), expected);
    assert_eq!(said.code, 0, "nothing waits for a person: {}", said.out);

    // The ministry has no students and is no school.
    assert_eq!(
        schools(&home),
        [
            "10001 Contoso Middle School",
            "10002 Fabrikam High School",
            "10003 College of Higher Learning",
            "10004 University of Global Ed",
        ]
    );
    let student = |id: u32| {
        let (school, grade) = match id {
            13001..=13006 => (10001, "6"),
            13007 => (10001, "9"),
            13008..=13014 => (10002, "9"),
            _ => (10003, "?"),
        };
        format!("{id} listed {school} grade {grade} ..")
    };
    let expected: Vec<String> = (13001..=13022).map(student).collect();
    assert_eq!(
        facts(&books(&home, DAY)),
        expected,
        "22 students, and no staff among them"
    );
    let people = store(&home).directory().expect("names");
    assert_eq!(people.len(), 22);
    assert!(
        people
            .iter()
            .any(|one| (one.first_name.as_str(), one.last_name.as_str()) == ("Ora", "Klein"))
    );

    assert_eq!(
        staff(&home),
        [
            "14001 Craig Beane Cbeane@classrmtest31.org teacher 10001",
            "14002 Daisy Todd Dtodd@classrmtest31.org teacher 10002",
            "14008 Hope Todd Htodd@classrmtest31.org staff 10002",
            "14009 Edna Doyle EDoyle@classrmtest31.org teacher 10002",
            "14010 Shawna Roy SRoy@classrmtest31.org aide 10002",
            "14011 Tammie Benton TBenton@classrmtest31.org teacher 10003",
            "14012 Susana Rocha SRocha@classrmtest31.org teacher 10003",
        ]
    );
    assert_eq!(
        courses(&home),
        [
            "11001 Math - Algebra 1",
            "11002 Math - Algebra 2",
            "11003 Intro to Agriculture 101",
            "11004 Bioscience Innovation 102",
        ]
    );
}

fn version_2_1_is_read_row_by_row() {
    let sample = sample("sds/v2.1");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "sds", &sample);
    let said = ring(&home, DAY);
    assert_eq!(
        told(&said),
        [
            "  read    orgs.csv: 2 rows",
            "  read    academicSessions.csv: 2 rows",
            "  read    users.csv: 4 rows",
            "  read    roles.csv: 4 rows",
            "  read    courses.csv: 3 rows",
            "  read    classes.csv: 2 rows",
            "  read    users.csv (staff): 2 rows",
            "  read    userFlags.csv: 3 rows",
            "note: users.csv:9:roles.grade: the grade level `ps1` is in no table — map it to `PK`, `KG` or `1` to `12` in \
             plugins/sds/plugin.toml [unknown-grade]",
            "note: roles.csv:8:grade: the grade level `ps1` is in no table — map it to `PK`, `KG` or `1` to `12` in \
             plugins/sds/plugin.toml [unknown-grade]",
            "note: userFlags.csv:3:flag: is about lunch eligibility, which is never stored — take it out of the export [lunch-refused]",
        ]
    );
    assert_eq!(said.code, 0, "nothing waits for a person: {}", said.out);

    // Neither the department nor the ministry is a school.
    assert_eq!(
        schools(&home),
        ["110001 College of Engineering", "110003 School of TwoDotOne"]
    );
    let year = "2021-08-24..2022-06-11 primary";
    // The roles of teachers and the professor are nobody's enrollment; guardians have no role at all.
    assert_eq!(
        facts(&books(&home, DAY)),
        [
            format!("114001 enrolled 110003 grade 10 {year}"),
            "114001 listed 110003 grade 10 ..".to_owned(),
            "114001 program iep".to_owned(),
            format!("114003 enrolled 110003 grade 10 {year}"),
            "114003 listed 110003 grade 10 ..".to_owned(),
            format!("114004 enrolled 110003 grade 10 {year}"),
            "114004 listed 110003 grade 10 ..".to_owned(),
            "114004 program 504".to_owned(),
            "114008 enrolled 110001 grade ? 2021-09-01..2021-12-01 primary".to_owned(),
            "114008 listed 110001 grade ? ..".to_owned(),
        ]
    );
    // Their names come from another file than their roles. A department's professor works at its college; the teacher's other role is at
    // the ministry, which is no school.
    assert_eq!(
        staff(&home),
        [
            "114006 Jason Jonzer jjonzer@classrmtest31.org teacher 110001",
            "114007 Kristen Fein kfein@classrmtest31.org teacher 110003",
        ]
    );
    assert_eq!(
        store(&home).directory().expect("names").len(),
        4,
        "families and staff are no students"
    );
    let groups: Vec<(String, String)> = store(&home)
        .groups()
        .expect("groups")
        .into_iter()
        .map(|one| (one.student_id, one.group))
        .collect();
    let pair = |id: &str, group: &str| (id.to_owned(), group.to_owned());
    assert_eq!(
        groups,
        [pair("114001", "iep"), pair("114004", "504")],
        "free lunch is not among them"
    );
    let terms: Vec<String> = books(&home, DAY)
        .terms
        .iter()
        .map(|term| {
            format!(
                "{} {}..{}",
                books(&home, DAY).names.terms.name(term.term),
                term.start,
                term.end
            )
        })
        .collect();
    assert_eq!(
        terms,
        [
            "2021 School Year 2021-08-24..2022-06-11",
            "Fall Semester 2021-09-01..2021-12-01"
        ]
    );
    assert_eq!(
        courses(&home),
        [
            "112001 Computer Science 101",
            "112002 Biology 10",
            "B102021 Biology 10 2021",
            "C12001 Computer Science 101",
            "C12002 Computer Science 201",
        ]
    );
    // Families, demographics and class lists are in no feed: they were not even opened.
    for file in ["relationships.csv", "demographics.csv", "enrollments.csv"] {
        assert!(!said.out.contains(file), "{}", said.out);
    }
}

fn a_second_round_over_either_version_changes_nothing() {
    for version in ["sds/v2", "sds/v2.1"] {
        let sample = sample(version);
        let folder = tempfile::tempdir().expect("a folder");
        let home = home_with(folder.path(), "sds", &sample);
        ring(&home, DAY);
        let before = (facts(&books(&home, DAY)), store(&home).staff().expect("staff"));
        let again = ring(&home, DAY);
        assert!(again.out.contains("  letters 0 letters\n"), "{}", again.out);
        assert_eq!(
            (facts(&books(&home, DAY)), store(&home).staff().expect("staff")),
            before
        );
    }
}

fn check_asks_that_the_passwords_leave_the_export() {
    let sample = sample("sds/v2");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "sds", &sample);
    let checked = firstbell(&home, &["check"]);
    assert_eq!(
        (checked.out.as_str(), checked.err.as_str(), checked.code),
        (
            "note: users.csv:1:password: the column `password` looks like a password, and no feed reads it — ask whoever makes the \
             export to leave it out: what is not sent cannot be lost [sensitive-column]\n1 thing to look at.\n",
            "",
            0
        )
    );
}
