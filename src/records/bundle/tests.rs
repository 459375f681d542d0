//! Bundles through the adapter that ships for OneRoster: what each row becomes, and what becomes of dirt.

use super::{BundleIntake, Part, read_bundle};
use crate::monitor::Weight;
use crate::records::support::{meaning, year};
use crate::records::{Adapter, Context, Feed, Intake, NONE};
use crate::school::Table;

fn adapter() -> Adapter {
    let (adapters, problems) = crate::plugins::load(std::iter::empty());
    assert_eq!(problems, []);
    let found = adapters.into_iter().find(|adapter| adapter.id == "oneroster");
    found.expect("the adapter ships")
}

/// The sample files that ship with the adapter.
fn sample(version: &str) -> Vec<Part> {
    let folder = format!("plugins/oneroster/samples/{version}/");
    let part = |(path, text): (&str, &str)| Part {
        name: path[folder.len()..].to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    crate::embedded::below(&folder).map(part).collect()
}

fn text(parts: &[Part], name: &str) -> String {
    let part = parts.iter().find(|part| part.name == name).expect("a sample file");
    String::from_utf8(part.bytes.clone()).expect("text")
}

/// The bundle with one file changed, added, or taken out where the text is empty.
fn with(mut parts: Vec<Part>, name: &str, text: &str) -> Vec<Part> {
    parts.retain(|part| part.name != name);
    if !text.is_empty() {
        parts.push(Part {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        });
    }
    parts
}

fn mended(parts: Vec<Part>, name: &str, old: &str, new: &str) -> Vec<Part> {
    let before = text(&parts, name);
    assert!(before.contains(old), "{old} is not in {name}");
    with(parts, name, &before.replacen(old, new, 1))
}

fn take(mut parts: Vec<Part>, mut kept: Vec<Part>) -> BundleIntake {
    let adapter = adapter();
    let feed: Feed = adapter.feeds[0].clone();
    let mut meaning = meaning();
    meaning.grades.scales[0].no_mark.push("NG".to_owned());
    let context = Context {
        year: year(),
        meaning: &meaning,
        threads: 1,
    };
    read_bundle("or.zip/", &mut parts, &mut kept, &feed, &adapter, &context)
}

fn told(read: &BundleIntake) -> Vec<String> {
    read.problems.iter().map(ToString::to_string).collect()
}

fn codes(read: &BundleIntake) -> Vec<&str> {
    read.problems.iter().map(|problem| problem.code.as_str()).collect()
}

fn table(read: &BundleIntake, table: Table) -> &Intake {
    let found = read.tables.iter().find(|(_, intake)| intake.tables == [table]);
    &found.unwrap_or_else(|| panic!("no {table}: {:?}", told(read))).1
}

fn students(read: &BundleIntake) -> Vec<String> {
    let intake = table(read, Table::Students);
    intake
        .students
        .iter()
        .zip(&intake.people)
        .map(|(row, person)| {
            let stay = row.stay.as_ref().map_or("nowhere".to_owned(), |stay| {
                let grade = stay.grade.map_or("?".to_owned(), |grade| grade.to_string());
                format!("{} {grade}", stay.school_id)
            });
            let name = format!("{} {}", person.first_name, person.last_name);
            format!("{} {stay} {name} {}", row.student_id, person.homeroom)
                .trim_end()
                .to_owned()
        })
        .collect()
}

fn staff(read: &BundleIntake) -> Vec<String> {
    let one = |row: &crate::routing::Staff| {
        format!(
            "{} {} at {}: {} <{}>",
            row.staff_id,
            row.roles.join("+"),
            row.schools.join("+"),
            row.name,
            row.email
        )
    };
    table(read, Table::Staff).staff.iter().map(one).collect()
}

fn marks(read: &BundleIntake) -> Vec<String> {
    let fold = &table(read, Table::Grades).marks;
    let mut rows: Vec<String> = fold
        .rows
        .iter()
        .map(|row| {
            let slot = fold.slot_of(row);
            assert!(slot.date.is_none(), "a running mark bears the day it was first read");
            let school = if slot.school == NONE {
                "-"
            } else {
                fold.schools.names.name(slot.school)
            };
            format!(
                "{} {} {school} {}: {}, {} missing",
                fold.students.names.name(row.student),
                fold.courses.names.name(slot.course),
                fold.terms.names.name(slot.term),
                fold.texts.names.name(row.text),
                row.missing_work().unwrap_or(99)
            )
        })
        .collect();
    rows.sort();
    rows
}

fn terms(read: &BundleIntake) -> Vec<String> {
    let rows = &table(read, Table::Terms).term_rows;
    rows.iter()
        .map(|row| format!("{} {} {}", row.term, row.start, row.end))
        .collect()
}

/// Everything that tables hold, as text: equal where two bundles say the same.
fn all(read: &BundleIntake) -> Vec<String> {
    let schools = table(read, Table::Schools)
        .school_rows
        .iter()
        .map(|row| format!("{} {}", row.school_id, row.name));
    let mut all: Vec<String> = schools.collect();
    all.extend(students(read));
    all.extend(staff(read));
    all.extend(terms(read));
    all.extend(marks(read));
    all
}

#[test]
fn every_row_of_a_1_1_bundle_becomes_what_it_says() {
    let read = take(sample("1.1"), Vec::new());
    assert!(read.usable);
    assert_eq!(
        told(&read),
        [
            "or.zip/users.csv:5:school: lists a student without a school — fill it in the student system: the student cannot be judged [blank-school]"
        ]
    );
    let schools: Vec<_> = table(&read, Table::Schools)
        .school_rows
        .iter()
        .map(|row| row.school_id.as_str())
        .collect();
    assert_eq!(
        schools,
        ["sch-10", "sch-20"],
        "the district and a department are no schools"
    );
    assert_eq!(
        students(&read),
        [
            "stu-1 sch-10 9 Ada Moss 9A",
            "stu-2 sch-10 10 Ben Díaz",
            "stu-3 sch-20 7 Cleo Núñez, Jr.",
            "stu-4 nowhere Dee Park",
        ]
    );
    assert_eq!(
        staff(&read),
        [
            "adm-1 administrator at sch-10: Omar Kay <omar.kay@district.example>",
            "adm-2 administrator at : Lan Vo <lan.vo@district.example>",
            "tea-1 teacher at sch-10+sch-20: Ruth Tan <ruth.tan@district.example>",
        ]
    );
    assert_eq!(
        terms(&read),
        [
            "2026-2027 year-27 2026-08-17 2027-06-11",
            "Quarter 1 q1-27 2026-08-17 2026-10-16",
            "Quarter 2 q2-27 2026-10-19 2026-12-18",
        ]
    );
    assert_eq!(
        marks(&read),
        [
            // 8 of 10 and 41.5 of 50; what was not handed in counts as missing, its zero is not read.
            "stu-1 c-alg sch-10 Quarter 2 q2-27: 82.5, 1 missing",
            "stu-1 c-eng sch-10 Quarter 1 q1-27: 72, 0 missing",
            // Exempt from the only assignment: nothing is graded.
            "stu-1 c-eng sch-10 Quarter 2 q2-27: NG, 0 missing",
            // The second try of one assignment counts; what is half graded or not yet graded does not.
            "stu-2 c-alg sch-10 Quarter 2 q2-27: 60, 0 missing",
            // From 1 to 5, a 4 is three of four; the assignment names no term, its class does.
            "stu-3 c-sci sch-20 Quarter 2 q2-27: 75, 0 missing",
        ]
    );
    let fold = &table(&read, Table::Grades).marks;
    let algebra = fold
        .courses
        .names
        .iter()
        .position(|name| name == "c-alg")
        .expect("the course");
    assert_eq!(
        fold.course_words[algebra],
        ("Algebra I".to_owned(), "Mathematics".to_owned())
    );
}

#[test]
fn every_row_that_becomes_nothing_is_in_a_tally() {
    let read = take(sample("1.1"), Vec::new());
    let count = |of: Table, kind: &str| table(&read, of).tallies.0.get(kind).map_or(0, |tally| tally.count);
    assert_eq!(count(Table::Schools, "passed-over"), 2, "district and department");
    assert_eq!(
        count(Table::Students, "passed-over"),
        4,
        "a teacher, two administrators, a guardian"
    );
    assert_eq!(count(Table::Terms, "other-year"), 2, "last year, and its first quarter");
    assert_eq!(count(Table::Grades, "other-year"), 1, "last year's essay");
    assert_eq!(
        count(Table::Grades, "score-left-out"),
        3,
        "exempt, half graded, not yet graded"
    );
    assert_eq!(count(Table::Grades, "score-replaced"), 1, "the first try");
}

#[test]
fn a_1_2_bundle_takes_roles_and_schools_from_its_roles() {
    let read = take(sample("1.2"), Vec::new());
    assert_eq!((read.usable, told(&read)), (true, vec![]));
    assert_eq!(
        students(&read),
        [
            "stu-1 sch-10 9 Ada Moss 9A",
            "stu-2 sch-10 10 Ben Díaz",
            "stu-3 sch-20 7 Cleo Núñez, Jr.",
        ]
    );
    assert_eq!(
        staff(&read),
        [
            "cou-1 counselor at sch-10: Omar Kay <omar.kay@district.example>",
            "cou-1/teacher teacher at sch-20: Omar Kay <omar.kay@district.example>",
            // The counselor's role ended last year.
            "pri-1 principal at sch-20: Lan Vo <lan.vo@district.example>",
            "tea-1 teacher at sch-10+sch-20: Ruth Tan <ruth.tan@district.example>",
        ]
    );
    assert_eq!(
        marks(&read),
        [
            // Homework 80 percent of weight 40, tests 60 percent of weight 60.
            "stu-1 c-alg sch-10 Quarter 2 q2-27: 68, 1 missing",
            "stu-1 c-eng sch-10 Quarter 2 q2-27: NG, 0 missing",
            // A graded zero counts, and the work is missing too.
            "stu-2 c-alg sch-10 Quarter 2 q2-27: 0, 1 missing",
        ]
    );
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for version in ["1.1", "1.2"] {
        let mut turned = sample(version);
        for part in &mut turned {
            let text = String::from_utf8(part.bytes.clone()).expect("text");
            let mut lines: Vec<&str> = text.lines().collect();
            lines[1..].reverse();
            part.bytes = lines.join("\r\n").into_bytes();
        }
        turned.reverse();
        let (plain, turned) = (take(sample(version), Vec::new()), take(turned, Vec::new()));
        assert_eq!(all(&plain), all(&turned));
        assert_eq!(plain.kept, turned.kept);
    }
}

const DELTA: &str = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,delta\nfile.results,delta\nfile.orgs,absent\nfile.academicSessions,absent\nfile.classes,absent\nfile.courses,absent\nfile.enrollments,absent\nfile.lineItems,absent\nfile.categories,absent\n";

fn delta() -> Vec<Part> {
    let users = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,grades\n\
        stu-3,tobedeleted,2026-11-20T00:00:00.000Z,true,sch-20,student,x,Cleo,\"Núñez, Jr.\",,07\n\
        stu-2,active,2026-11-20T00:00:00.000Z,true,sch-20,student,x,Ben,Díaz,,08\n\
        stu-9,active,2026-11-20T00:00:00.000Z,true,sch-10,student,x,New,Comer,,11\n";
    let results = "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment\n\
        r-01,active,2026-11-20T00:00:00.000Z,li-1,stu-1,fully graded,10,2026-11-19,\n\
        r-10,tobedeleted,2026-11-20T00:00:00.000Z,li-6,stu-3,fully graded,4,2026-11-12,\n";
    let part = |name: &str, text: &str| Part {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    };
    vec![
        part("manifest.csv", DELTA),
        part("users.csv", users),
        part("results.csv", results),
    ]
}

#[test]
fn a_delta_corrects_adds_and_takes_out_by_sourced_id() {
    let bulk = take(sample("1.1"), Vec::new());
    let read = take(delta(), bulk.kept);
    assert_eq!(codes(&read), ["blank-school"]);
    assert_eq!(
        students(&read),
        [
            "stu-1 sch-10 9 Ada Moss 9A",
            "stu-2 sch-20 8 Ben Díaz",
            "stu-4 nowhere Dee Park",
            "stu-9 sch-10 11 New Comer",
        ]
    );
    assert_eq!(
        marks(&read),
        [
            // 10 of 10 and 41.5 of 50.
            "stu-1 c-alg sch-10 Quarter 2 q2-27: 85.83, 1 missing",
            "stu-1 c-eng sch-10 Quarter 1 q1-27: 72, 0 missing",
            "stu-1 c-eng sch-10 Quarter 2 q2-27: NG, 0 missing",
            "stu-2 c-alg sch-10 Quarter 2 q2-27: 60, 0 missing",
        ]
    );
    let again = take(delta(), read.kept.clone());
    assert_eq!(
        (all(&again), &again.kept),
        (all(&read), &read.kept),
        "the same delta twice changes nothing"
    );
}

#[test]
fn a_delta_over_a_bulk_is_the_bulk_of_what_it_makes() {
    let bulk = take(sample("1.1"), Vec::new());
    let corrected = take(delta(), bulk.kept);
    let mut whole = mended(
        sample("1.1"),
        "users.csv",
        "stu-3,,,false,sch-20,student,cnunez,,Cleo,\"Núñez, Jr.\",,1003,,,,,07,\n",
        "",
    );
    whole = mended(
        whole,
        "users.csv",
        "stu-2,,,true,\"dist-1,sch-10\",student,bdiaz,,Ben,Díaz,,1002,,,,,10,",
        "stu-2,,,true,sch-20,student,x,,Ben,Díaz,,1002,,,,,08,\nstu-9,,,true,sch-10,student,x,,New,Comer,,,,,,,11,",
    );
    whole = mended(
        whole,
        "results.csv",
        "r-01,,,li-1,stu-1,fully graded,8,2026-10-26,",
        "r-01,,,li-1,stu-1,fully graded,10,2026-11-19,",
    );
    whole = mended(
        whole,
        "results.csv",
        "r-10,,,li-6,stu-3,fully graded,4,2026-11-12,\n",
        "",
    );
    let whole = take(whole, Vec::new());
    assert_eq!(all(&whole), all(&corrected));
}

#[test]
fn a_delta_without_a_bulk_before_it_waits() {
    let read = take(delta(), Vec::new());
    assert!(!read.usable && read.tables.is_empty() && read.kept.is_empty());
    assert!(codes(&read).contains(&"bundle-without-bulk"), "{:?}", told(&read));
}

#[test]
fn the_listing_is_obeyed() {
    let missing = take(with(sample("1.1"), "results.csv", ""), Vec::new());
    assert!(!missing.usable);
    assert_eq!(
        told(&missing),
        [
            "or.zip/results.csv: its listing says that it is there, and it is not — wait for the whole export, or export it again; until then the last one counts [bundle-file-missing]"
        ]
    );
    let absent = mended(
        sample("1.1"),
        "manifest.csv",
        "file.results,bulk",
        "file.results,absent",
    );
    let absent = take(absent, Vec::new());
    assert!(absent.usable);
    assert_eq!(codes(&absent), ["bundle-file-absent", "blank-school"]);
    assert!(
        absent.tables.iter().all(|(_, intake)| intake.tables != [Table::Grades]),
        "no marks were read"
    );
    let odd = mended(
        sample("1.1"),
        "manifest.csv",
        "file.results,bulk",
        "file.results,partly",
    );
    let odd = take(odd, Vec::new());
    assert_eq!((odd.usable, codes(&odd)[0]), (false, "bundle-listing"));
    let later = mended(
        sample("1.1"),
        "manifest.csv",
        "oneroster.version,1.1",
        "oneroster.version,1.3",
    );
    let later = take(later, Vec::new());
    assert_eq!((later.usable, codes(&later)[0]), (true, "bundle-version"));
    let without = take(with(sample("1.1"), "manifest.csv", ""), Vec::new());
    assert_eq!(
        all(&without),
        all(&take(sample("1.1"), Vec::new())),
        "without a listing every file is whole"
    );
    let shouting = mended(sample("1.1"), "manifest.csv", "file.results,bulk", "File.RESULTS,BULK");
    assert_eq!(marks(&take(shouting, Vec::new())).len(), 5);
}

#[test]
fn what_a_bundle_is_not_whole_without_makes_it_wait() {
    for name in ["users.csv", "orgs.csv"] {
        let parts = with(with(sample("1.1"), "manifest.csv", ""), name, "");
        let read = take(parts, Vec::new());
        assert!(!read.usable, "{name}");
        assert_eq!(codes(&read)[0], "bundle-file-missing", "{name}");
    }
    let parts = with(with(sample("1.1"), "manifest.csv", ""), "lineItems.csv", "");
    let read = take(parts, Vec::new());
    assert_eq!(
        (read.usable, codes(&read).contains(&"bundle-file-missing")),
        (false, true),
        "results point nowhere"
    );
    let parts = with(with(sample("1.1"), "manifest.csv", ""), "courses.csv", "");
    let read = take(parts, Vec::new());
    assert!(read.usable, "a course without its own row is still a course");
    assert_eq!(marks(&read).len(), 5);
}

#[test]
fn dirt_seen_in_the_field_hurts_nobody() {
    let clean = all(&take(sample("1.1"), Vec::new()));
    let bulk = |name: &str, change: &dyn Fn(&str) -> String| {
        let before = text(&sample("1.1"), name);
        let after = change(&before);
        assert_ne!(before, after, "nothing was changed in {name}");
        let read = take(with(sample("1.1"), name, &after), Vec::new());
        assert_eq!(
            told(&read).len(),
            1,
            "only the student without a school: {:?}",
            told(&read)
        );
        all(&read)
    };
    let replace = |old: &'static str, new: &'static str| move |text: &str| text.replace(old, new);
    // A state and a date of change where a bulk file should have neither, the date as Excel writes it.
    assert_eq!(bulk("users.csv", &replace(",,,true", ",active,1/05/2023,true")), clean);
    assert_eq!(
        bulk("users.csv", &replace(",,,true", ",active,2023-05-01 08:00:00,TRUE")),
        clean
    );
    // Typing errors in headers.
    assert_eq!(
        bulk("users.csv", &replace("dateLastModified", "dataLastModified")),
        clean
    );
    assert_eq!(bulk("users.csv", &replace(",grades,", ",grade,")), clean);
    assert_eq!(bulk("users.csv", &replace("agentSourcedIds", "agents")), clean);
    assert_eq!(bulk("users.csv", &replace("userIds", "userId")), clean);
    assert_eq!(
        bulk("courses.csv", &replace("schoolYearSourcedId", "schoolYearId")),
        clean
    );
    assert_eq!(bulk("enrollments.csv", &replace("userSourcedId", "userId")), clean);
    // Words in other letters.
    assert_eq!(bulk("classes.csv", &replace("scheduled", "Scheduled")), clean);
    assert_eq!(bulk("classes.csv", &replace("homeroom", "Homeroom")), clean);
    assert_eq!(bulk("users.csv", &replace("student", "Student")), clean);
    assert_eq!(bulk("orgs.csv", &replace(",school,", ",SCHOOL,")), clean);
    assert_eq!(
        bulk("academicSessions.csv", &replace("gradingPeriod", "grading_period")),
        clean
    );
    assert_eq!(bulk("results.csv", &replace("fully graded", "FullyGraded")), clean);
    // A time of day behind a date, and American dates.
    assert_eq!(
        bulk("academicSessions.csv", &replace("2026-10-19", "2026-10-19 00:00:00")),
        clean
    );
    assert_eq!(
        bulk(
            "academicSessions.csv",
            &replace("2026-10-19", "2026-10-19T00:00:00.000Z")
        ),
        clean
    );
    assert_eq!(
        bulk("academicSessions.csv", &replace("2026-10-19", "10/19/2026")),
        clean
    );
    // Excel ate the leading zero, and the zero behind the point.
    assert_eq!(bulk("users.csv", &replace(",09,", ",9,")), clean);
    assert_eq!(
        bulk("manifest.csv", &replace("manifest.version,1.0", "manifest.version,1")),
        clean
    );
    // No line end at the end, a byte order mark, Windows line ends, blank lines at the end.
    assert_eq!(bulk("results.csv", &|text: &str| text.trim_end().to_owned()), clean);
    assert_eq!(bulk("results.csv", &|text: &str| format!("\u{feff}{text}")), clean);
    assert_eq!(bulk("manifest.csv", &|text: &str| format!("\u{feff}{text}")), clean);
    assert_eq!(bulk("results.csv", &|text: &str| text.replace('\n', "\r\n")), clean);
    assert_eq!(bulk("results.csv", &|text: &str| format!("{text}\n\n")), clean);
    // Columns of the district's own.
    let more = |text: &str| {
        let lines = text.lines().enumerate();
        let line = |(at, line): (usize, &str)| match at {
            0 => format!("{line},metadata.ell,ext_code\n"),
            _ => format!("{line},yes,\"a,b\"\n"),
        };
        lines.map(line).collect::<String>()
    };
    assert_eq!(bulk("users.csv", &more), clean);
}

#[test]
fn file_names_may_be_in_other_letters_and_demographics_are_never_read() {
    let mut parts = sample("1.1");
    for part in &mut parts {
        part.name = part.name.to_lowercase();
    }
    parts.push(Part {
        name: "demographics.csv".to_owned(),
        bytes: vec![0xFF, 0, 1, 2],
    });
    let read = take(parts, Vec::new());
    assert_eq!(all(&read), all(&take(sample("1.1"), Vec::new())));
    assert!(!adapter().bundle.expect("a bundle").holds("demographics.csv"));
}

#[test]
fn roles_in_a_file_of_another_name_are_found_by_their_columns() {
    let rows = text(&sample("1.2"), "roles.csv");
    let parts = with(with(sample("1.2"), "manifest.csv", ""), "roles.csv", "");
    let odd = take(with(parts.clone(), "userprofiles.csv", &rows), Vec::new());
    let plain = take(with(sample("1.2"), "manifest.csv", ""), Vec::new());
    assert_eq!(all(&odd), all(&plain));
    let listed = mended(
        sample("1.2"),
        "manifest.csv",
        "file.userProfiles,absent",
        "file.userProfiles,bulk",
    );
    let listed = mended(listed, "manifest.csv", "file.roles,bulk", "file.roles,absent");
    let listed = with(with(listed, "roles.csv", ""), "userprofiles.csv", &rows);
    let listed = take(listed, Vec::new());
    assert_eq!((told(&listed), all(&listed)), (vec![], all(&plain)));
    let profiles = "sourcedId,status,dateLastModified,userSourcedId,profileType,vendorId\np-1,,,stu-1,x,y\n";
    let both = take(
        with(with(sample("1.2"), "manifest.csv", ""), "userProfiles.csv", profiles),
        Vec::new(),
    );
    assert_eq!(
        (told(&both), all(&both)),
        (vec![], all(&plain)),
        "real profiles are no roles and no trouble"
    );
}

#[test]
fn files_with_a_header_alone_say_nothing_unless_everybody_would_be_gone() {
    let header = |name: &str| text(&sample("1.1"), name).lines().next().expect("a header").to_owned();
    for name in [
        "results.csv",
        "lineItems.csv",
        "academicSessions.csv",
        "enrollments.csv",
        "courses.csv",
    ] {
        let parts = with(sample("1.1"), name, &header(name));
        let read = take(parts, Vec::new());
        let held = name == "lineItems.csv" || name == "academicSessions.csv";
        // Results that point to assignments which are not there cannot be believed at all.
        assert_eq!(read.usable, !held, "{name}: {:?}", told(&read));
    }
    for name in ["users.csv", "orgs.csv"] {
        let read = take(with(sample("1.1"), name, &header(name)), Vec::new());
        assert!(!read.usable, "{name}");
        assert!(codes(&read).contains(&"no-rows"), "{:?}", told(&read));
    }
}

#[test]
fn what_cannot_be_understood_is_told_with_its_line() {
    let odd_role = mended(
        sample("1.1"),
        "users.csv",
        "sch-20,student,cnunez",
        "sch-20,studnet,cnunez",
    );
    let read = take(odd_role, Vec::new());
    let line = told(&read)
        .into_iter()
        .find(|line| line.contains("studnet"))
        .expect("it is told");
    assert_eq!(
        line,
        "or.zip/users.csv:4:any_role: the word `studnet` is in no table — correct it in the student system, or add it to the lists in plugins/oneroster/plugin.toml [unknown-word]"
    );
    let nowhere = mended(sample("1.1"), "results.csv", "r-10,,,li-6", "r-10,,,li-66");
    let read = take(nowhere, Vec::new());
    assert!(
        told(&read)
            .iter()
            .any(|line| line.starts_with("or.zip/results.csv:11:lineItemSourcedId: points to")),
        "{:?}",
        told(&read)
    );
    assert_eq!(table(&read, Table::Grades).rejected, 1);
    let scale = mended(sample("1.1"), "lineItems.csv", "q2-27,0,50", "q2-27,50,50");
    assert!(codes(&take(scale, Vec::new())).contains(&"score-without-scale"));
    let letter = mended(sample("1.1"), "results.csv", "fully graded,41.5", "fully graded,B+");
    assert!(codes(&take(letter, Vec::new())).contains(&"bad-score"));
    let twice = mended(sample("1.1"), "users.csv", "stu-4,", "stu-1,");
    let read = take(twice, Vec::new());
    assert!(
        codes(&read).contains(&"conflict"),
        "two students of one id: {:?}",
        told(&read)
    );
}

#[test]
fn a_broken_file_makes_the_whole_bundle_wait() {
    let worst = |parts| {
        let read = take(parts, Vec::new());
        assert!(!read.usable && read.tables.is_empty());
        let waits = read.problems.iter().find(|problem| problem.weight == Weight::Waits);
        waits.expect("a reason").to_string()
    };
    let column = mended(sample("1.1"), "orgs.csv", ",type,", ",kind,");
    assert!(worst(column).starts_with("or.zip/orgs.csv:1:type: the column `type` is not in the header"));
    let empty = Part {
        name: "classes.csv".to_owned(),
        bytes: Vec::new(),
    };
    let mut parts = with(sample("1.1"), "classes.csv", "");
    parts.push(empty);
    assert!(worst(parts).contains("[empty-file]"));
}

#[test]
fn of_several_terms_of_a_class_the_one_that_holds_the_day_counts() {
    // The science class runs in both quarters, and its assignment names no grading period.
    let both = mended(
        sample("1.1"),
        "classes.csv",
        "sch-20,q2-27,",
        "sch-20,\"q1-27, q2-27\",",
    );
    let read = take(both.clone(), Vec::new());
    assert_eq!(
        all(&read),
        all(&take(sample("1.1"), Vec::new())),
        "due on November 10, in the second"
    );
    let earlier = mended(
        both.clone(),
        "lineItems.csv",
        "2026-11-03,2026-11-10",
        "2026-09-01,2026-09-11",
    );
    assert!(
        marks(&take(earlier, Vec::new())).contains(&"stu-3 c-sci sch-20 Quarter 1 q1-27: 75, 0 missing".to_owned())
    );
    let never = mended(both, "lineItems.csv", "2026-11-03,2026-11-10", "2027-03-01,2027-03-05");
    let read = take(never, Vec::new());
    assert!(
        marks(&read).contains(&"stu-3 c-sci sch-20 Quarter 1 q1-27: 75, 0 missing".to_owned()),
        "else the first"
    );
    assert_eq!(table(&read, Table::Grades).rejected, 0);
}

fn stays(read: &BundleIntake) -> Vec<String> {
    let day = |day: Option<crate::school::Day>| day.map_or(String::new(), |day| day.to_string());
    let one = |row: &crate::records::EnrollmentRow| {
        let stay = &row.stay;
        let grade = stay.grade.map_or("?".to_owned(), |grade| grade.to_string());
        let primary = if stay.primary { " primary" } else { "" };
        format!(
            "{} {} {grade} {}..{}{primary}",
            row.student_id,
            stay.school_id,
            day(stay.entry),
            day(stay.exit)
        )
    };
    table(read, Table::Enrollments).enrollments.iter().map(one).collect()
}

#[test]
fn roles_of_students_are_enrollments_with_their_days() {
    let plain = take(sample("1.2"), Vec::new());
    assert_eq!(
        stays(&plain),
        [
            "stu-1 sch-10 9 2026-08-17..2027-06-11 primary",
            "stu-2 sch-10 10 2026-08-17.. primary",
            "stu-3 sch-10 7 2026-08-17..",
            "stu-3 sch-20 7 2026-08-17.. primary",
        ]
    );
    // Moved in October; both roles are called primary, as the newer one is and nobody changed the older. The district is no school.
    let moved = "ro-1,,,stu-1,primary,student,2026-08-17,2026-10-02,sch-10,\nro-12,,,stu-1,primary,student,2026-10-05,,sch-20,\nro-13,,,stu-1,primary,student,,,dist-1,";
    let parts = mended(
        sample("1.2"),
        "roles.csv",
        "ro-1,,,stu-1,primary,student,2026-08-17,2027-06-11,sch-10,",
        moved,
    );
    let read = take(parts, Vec::new());
    assert_eq!((read.usable, codes(&read)), (true, vec![]));
    assert_eq!(
        stays(&read)[..2],
        [
            "stu-1 sch-10 9 2026-08-17..2026-10-02 primary",
            // Its user's row still names the first school.
            "stu-1 sch-20 9 2026-10-05..",
        ]
    );
    // Without days a role lasts the whole year; last year's is none.
    let undated = mended(
        sample("1.2"),
        "roles.csv",
        "stu-2,primary,student,2026-08-17,,sch-10",
        "stu-2,primary,student,,,sch-10",
    );
    assert!(stays(&take(undated, Vec::new())).contains(&"stu-2 sch-10 10 2026-08-17.. primary".to_owned()));
    let over = mended(
        sample("1.2"),
        "roles.csv",
        "stu-2,primary,student,2026-08-17,,",
        "stu-2,primary,student,2025-08-18,2026-06-12,",
    );
    assert!(
        stays(&take(over, Vec::new()))
            .iter()
            .all(|stay| !stay.starts_with("stu-2"))
    );
}

#[test]
fn a_listing_may_say_anything_of_files_that_nobody_reads() {
    let odd = mended(
        sample("1.1"),
        "manifest.csv",
        "file.demographics,absent",
        "file.demographics,partly",
    );
    let odd = mended(odd, "manifest.csv", "file.resources,absent", "file.resources,");
    let read = take(odd, Vec::new());
    assert_eq!((read.usable, all(&read)), (true, all(&take(sample("1.1"), Vec::new()))));
    let endings = mended(
        sample("1.1"),
        "manifest.csv",
        "file.results,bulk",
        "file.results.csv,bulk",
    );
    assert_eq!(
        codes(&take(endings, Vec::new())),
        ["blank-school"],
        "a name with its ending is the name"
    );
}

#[test]
fn other_encodings_delimiters_and_words_of_the_field() {
    let clean = all(&take(sample("1.1"), Vec::new()));
    let quoted = |text: &str| {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let rows = reader.records().map(|row| {
            let row = row.expect("a row");
            let cells: Vec<String> = row.iter().map(|cell| format!("\" {cell} \"")).collect();
            cells.join(",") + "\n"
        });
        rows.collect::<String>()
    };
    for name in ["users.csv", "results.csv", "orgs.csv", "manifest.csv"] {
        let before = text(&sample("1.1"), name);
        assert_eq!(
            all(&take(with(sample("1.1"), name, &quoted(&before)), Vec::new())),
            clean,
            "{name}"
        );
    }
    let mut latin = with(sample("1.1"), "users.csv", "");
    let unicode = text(&sample("1.1"), "users.csv");
    latin.push(Part {
        name: "users.csv".to_owned(),
        bytes: encoding_rs::WINDOWS_1252.encode(&unicode).0.into_owned(),
    });
    let read = take(latin, Vec::new());
    assert_eq!(
        (all(&read), codes(&read)),
        (clean.clone(), vec!["not-utf8", "blank-school"])
    );
    let wide: Vec<u8> = text(&sample("1.1"), "users.csv")
        .encode_utf16()
        .fold(vec![0xFF, 0xFE], |mut bytes, unit| {
            bytes.extend(unit.to_le_bytes());
            bytes
        });
    let mut utf16 = with(sample("1.1"), "users.csv", "");
    utf16.push(Part {
        name: "users.csv".to_owned(),
        bytes: wide,
    });
    assert_eq!(all(&take(utf16, Vec::new())), clean);
    // A quarter that calls itself one, and grades in every form.
    let quarter = text(&sample("1.1"), "academicSessions.csv").replace("gradingPeriod", "quarter");
    assert_eq!(
        all(&take(with(sample("1.1"), "academicSessions.csv", &quarter), Vec::new())),
        clean
    );
    for (written, read) in [
        ("KG", "KG"),
        ("K", "KG"),
        ("TK", "KG"),
        ("PK", "PK"),
        ("9", "9"),
        ("09", "9"),
        ("\"09,10\"", "9"),
    ] {
        let parts = mended(sample("1.1"), "users.csv", ",gua-1,09,", &format!(",gua-1,{written},"));
        let read_as = students(&take(parts, Vec::new()))[0].clone();
        assert_eq!(read_as, format!("stu-1 sch-10 {read} Ada Moss 9A"), "{written}");
    }
}

#[test]
fn a_reference_to_a_row_that_is_gone_takes_that_row_alone() {
    // In a bulk, a class says of itself that it is gone; one assignment and its scores pointed to it.
    let gone = mended(
        sample("1.1"),
        "classes.csv",
        "cl-sci-1,,,",
        "cl-sci-1,tobedeleted,2026-11-01T00:00:00.000Z,",
    );
    let read = take(gone, Vec::new());
    assert!(read.usable);
    assert!(codes(&read).contains(&"dangling-reference"), "{:?}", told(&read));
    assert_eq!((marks(&read).len(), table(&read, Table::Grades).rejected), (4, 1));
    assert_eq!(students(&read).len(), 4, "a student without classes is a student");
}
