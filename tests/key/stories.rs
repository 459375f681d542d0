//! Small districts with verdicts worked out by hand: what the key is held against.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::numbers::{Date, Frac};
use super::schools::home;
use super::settings::{Code, Periods, Rows, Scale, Settings};
use super::tables::Stay;
use super::{key, marks, tables};

fn settings(as_of: &str) -> Settings {
    let code = |absent: i128, flag: &str| Code {
        absent: Frac::new(absent, 2),
        excused: flag == "excused",
        suspended: false,
        unverified: flag == "unverified",
        tardy: flag == "tardy",
        counts: flag != "uncounted",
    };
    let codes = [
        ("P", code(0, "")),
        ("A", code(2, "")),
        ("E", code(2, "excused")),
        ("U", code(2, "unverified")),
        ("T", code(0, "tardy")),
        ("H", code(1, "")),
        ("N", code(0, "uncounted")),
    ];
    let scale = Scale {
        grades: None,
        schools: Vec::new(),
        subjects: Vec::new(),
        kind: "percent",
        failing_below: Frac::whole(60),
        letters: vec![("B".into(), Frac::whole(85))],
        no_mark: vec!["W".into()],
    };
    Settings {
        year: (Date::of("2026-08-17"), Date::of("2027-06-11")),
        not_after: Date::of(as_of),
        rows: Rows::Exceptions,
        periods: Periods::Fraction,
        periods_per_day: 6,
        silent_days: 5,
        unverified_days: 3,
        codes: codes.map(|(word, code)| (word.to_string(), code)).into(),
        math: vec!["math*".into()],
        ela: Vec::new(),
        scales: vec![scale],
        suspensions: vec!["OSS".into()],
        offender_roles: vec![String::new()],
        types: Vec::new(),
    }
}

/// Two schools that hold every weekday, one ninth grader at school 1 and one at school 2; the given rows are of the first.
/// The second has a row on the as-of day, so that it is the as-of day. Answers the first one's verdicts as `word value`.
fn verdicts(settings: &Settings, rows: &[&str], more: &[(&str, &str)]) -> BTreeMap<&'static str, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |file: &str, text: &str| fs::write(folder.path().join(file), text).expect("a file is written");
    let mut calendar = String::from("school_id,date,day_type\n");
    let days = (settings.year.0.0..=Date::of("2026-12-18").0)
        .map(Date)
        .filter(|day| day.is_weekday());
    for day in days {
        let _ = writeln!(calendar, ",{day},instructional");
    }
    put("calendar.csv", &calendar);
    put(
        "students.csv",
        "student_id,first_name,last_name,grade,school_id\na,A,A,9,1\nb,B,B,9,2\n",
    );
    let mut attendance = format!(
        "student_id,school_id,date,code,period,portion\nb,2,{},A,,\n",
        settings.not_after
    );
    for row in rows {
        let _ = writeln!(attendance, "a,1,2026-{row}");
    }
    put("attendance.csv", &attendance);
    for (file, text) in more {
        put(file, text);
    }
    let key = key(folder.path(), settings);
    assert_eq!(key.as_of, settings.not_after);
    let of_a = key.verdicts.iter().filter(|((student, _), _)| student == "a");
    of_a.map(|((_, rule), (_, said))| (*rule, format!("{} {}", said.word(), said.value()).trim().to_string()))
        .collect()
}

#[test]
fn periods_half_days_and_whole_day_rows_add_up() {
    let rows = [
        "09-01,A,1,",
        "09-01,A,2,",
        "09-01,E,3,",
        "09-02,A,1,",
        "09-02,A,2,",
        "09-02,A,3,",
        "09-02,A,4,",
        "09-02,A,5,",
        "09-02,A,6,",
        "09-03,A,1,",
        "09-04,H,,0.5",
        "09-04,A,1,",
        "09-14,T,,",
    ];
    let said = verdicts(&settings("2026-09-14"), &rows, &[]);
    // 0.5 + 1 + 1/6 + 0.25 = 1.917 of 21 days; unexcused 0.333 + 1 + 0.167 + 0.25.
    assert_eq!(said["chronic_absence"], "watch 9.129");
    assert_eq!(said["recent_unexcused"], "clear 1.750");
    assert_eq!(said["tardies"], "clear 1.000");
    let majority = Settings {
        periods: Periods::Majority,
        ..settings("2026-09-14")
    };
    let said = verdicts(&majority, &rows, &[]);
    // Three of six is half: a whole day; one of six is none. 1 + 1 + 0.25 of 21.
    assert_eq!(said["chronic_absence"], "concern 10.714");
    assert_eq!(said["recent_unexcused"], "clear 2.250");
}

#[test]
fn days_that_do_not_count_are_neither_present_nor_absent() {
    // 20 days to September 11: one taken out, one not understood; 2 absent of 18 are below the 21 that the rule needs.
    let rows = ["09-09,N,,", "09-10,??,,", "09-11,A,,", "09-08,A,,", "08-17,A,,"];
    let said = verdicts(&settings("2026-09-11"), &rows, &[]);
    assert_eq!(said["chronic_absence"], "not_applicable");
    // September 11 and 8: the two between are skipped.
    assert_eq!(said["absence_streak"], "clear 2.000");
    // Over the first month: 3 absences ÷ 2.
    assert_eq!(said["early_pacing"], "watch 1.500");
}

#[test]
fn more_than_five_silent_days_end_a_school_s_record() {
    let rows = ["09-04,A,,"];
    assert_eq!(
        verdicts(&settings("2026-09-11"), &rows, &[])["absence_streak"],
        "clear 0.000"
    );
    assert_eq!(
        verdicts(&settings("2026-09-14"), &rows, &[])["absence_streak"],
        "clear 1.000"
    );
    assert_eq!(verdicts(&settings("2026-09-14"), &[], &[])["absence_streak"], "unknown");
    assert_eq!(verdicts(&settings("2026-09-14"), &[], &[])["two_areas"], "unknown");
}

#[test]
fn unverified_absences_become_unexcused_after_three_school_days() {
    let rows = ["09-08,U,,", "09-09,U,,", "09-10,A,,", "09-11,A,,"];
    let said = verdicts(&settings("2026-09-11"), &rows, &[]);
    assert_eq!(said["recent_unexcused"], "clear 3.000");
    // The 9th is skipped, the 8th counts.
    assert_eq!(said["unexcused_streak"], "concern 3.000");
    assert_eq!(said["absence_streak"], "watch 4.000");
}

#[test]
fn paces_are_taken_at_the_end_of_each_month_begun() {
    // Day 1 is August 17; three absences by September 15, one on the 16th: 3 ÷ 2 and 4 ÷ 4.
    let rows = ["08-20,A,,", "08-21,E,,", "09-15,A,,", "09-16,A,,"];
    assert_eq!(
        verdicts(&settings("2026-09-21"), &rows, &[])["early_pacing"],
        "watch 1.500"
    );
}

#[test]
fn every_day_rows_count_the_days_that_have_one() {
    let all = Settings {
        rows: Rows::All,
        ..settings("2026-09-11")
    };
    // Four days with a row, one of them not understood: the school's record still reaches to the 11th.
    let rows = [
        "09-08,P,,",
        "09-09,A,1,",
        "09-09,P,2,",
        "09-09,N,3,",
        "09-10,A,,",
        "09-11,??,,",
    ];
    let said = verdicts(&all, &rows, &[]);
    assert_eq!(said["recent_unexcused"], "clear 1.500");
    assert_eq!(said["absence_streak"], "clear 1.000");
    // Day 1 is September 8: 1.5 ÷ 2.
    assert_eq!(said["early_pacing"], "clear 0.750");
}

#[test]
fn marks_are_chosen_by_school_kind_and_date() {
    let terms = "term,school_id,start,end\nQ1,,2026-08-17,2026-10-16\nYR,,2026-08-17,2027-06-11\n";
    let grades = "student_id,school_id,course_id,subject,term,mark,kind,date\n\
        a,1,M,Math,Q1,85.5 B,final,2026-08-20\na,1,M,Math,Q1,20,progress,2026-09-09\na,2,M,Math,Q1,10,final,2026-09-10\n\
        a,1,S,Science,Q1,59.99,progress,2026-09-01\na,1,S,Science,Q1,--,progress,2026-09-09\n\
        a,1,H,History,Q1,40,progress,2026-09-01\na,1,H,History,Q1,W,progress,2026-09-09\n\
        a,1,P,PE,Q1,b,progress,\na,1,X,Art,YR,1,final,2026-09-01\na,1,S,Science,Q1,99,final,2026-09-30\n";
    let more = [("terms.csv", terms), ("grades.csv", grades)];
    let said = verdicts(&settings("2026-09-11"), &["09-11,T,,"], &more);
    // Math 85.5, science 59.99, PE 85; history is taken out, the mark of September 30 has not been given yet.
    assert_eq!(said["low_average"], "clear 76.830");
    assert_eq!(said["course_failures"], "watch 1.000");
    assert_eq!(said["core_failure"], "clear 0.000");
    assert_eq!(said["average_drop"], "not_applicable");
}

#[test]
fn removals_are_counted_in_incidents_and_in_days() {
    let behavior = "incident_id,student_id,school_id,date,type,role,action,action_days\n\
        1,a,2,2026-09-01,Fighting,,OSS,3\n1,a,2,2026-09-01,Fighting,,Detention,1\n2,a,1,2026-09-02,Defiance,,oss,\n\
        3,a,1,2026-09-03,Defiance,victim,OSS,9\n4,a,1,2026-09-12,Defiance,,OSS,9\n5,a,1,2026-08-12,Defiance,,,\n";
    let said = verdicts(&settings("2026-09-11"), &["09-11,T,,"], &[("behavior.csv", behavior)]);
    assert_eq!(said["suspension"], "urgent 2.000");
    assert_eq!(said["removal_days"], "clear 4.000");
    assert_eq!(said["recent_incidents"], "concern 2.000");
    assert_eq!(said["incidents_this_year"], "clear 2.000");
}

#[test]
fn a_previous_term_is_two_thirds_to_one_and_a_half_as_long() {
    let day = |offset: i32| Date::of("2026-08-17").plus(offset);
    let term = |name: &str, from: i32, to: i32| tables::Term {
        name: name.into(),
        school: String::new(),
        start: day(from),
        end: day(to),
    };
    let settings = settings("2026-12-01");
    let previous = |first: tables::Term| {
        let now = term("now", 100, 159);
        let tables = tables::Tables {
            terms: vec![first, now.clone()],
            ..tables::Tables::default()
        };
        marks::previous(&tables, "1", &now, &settings).map(|term| term.name.clone())
    };
    // 60 days: from 40 to 90, both included.
    assert_eq!(previous(term("40", 60, 99)), Some("40".into()));
    assert_eq!(previous(term("39", 61, 99)), None);
    assert_eq!(previous(term("90", 10, 99)), Some("90".into()));
    assert_eq!(previous(term("91", 9, 99)), None);
}

#[test]
fn one_home_on_each_date() {
    let stay = |school: &str, entry: &str, primary: bool| Stay {
        school: school.into(),
        grade: "9".into(),
        entry: Some(Date::of(entry)),
        exit: None,
        primary,
    };
    let at = |stays: &[Stay]| home(stays, Date::of("2026-10-01")).map(|stay| stay.school.clone());
    let (early, late) = ("2026-08-17", "2026-09-01");
    assert_eq!(at(&[stay("1", early, true), stay("2", late, false)]), Some("1".into()));
    assert_eq!(at(&[stay("1", early, false), stay("2", late, false)]), Some("2".into()));
    assert_eq!(
        at(&[stay("2", early, false), stay("10", early, false)]),
        Some("10".into())
    );
    assert_eq!(at(&[stay("1", "2026-10-02", true)]), None);
}
