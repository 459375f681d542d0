//! What each form of `covers` replaces, and the laws: twice is once, and order leaves no trace.

use super::{Applied, apply};
use crate::facts::{Books, Enrollment};
use crate::records::Covers;
use crate::records::support::{day, take, year};
use crate::school::{Day, Table};

const ATTENDANCE: &str = "student_id,school_id,date,code\n";
const GRADES: &str = "student_id,school_id,course_id,term,mark,kind,date\n";

/// Books, and rounds over them on given days.
struct District {
    books: Books,
    last_as_of: Option<Day>,
}

impl District {
    fn new() -> District {
        District {
            books: Books::new(year()),
            last_as_of: None,
        }
    }

    /// One round with one export.
    fn round(&mut self, as_of: &str, table: Table, covers: Covers, text: &str) -> Applied {
        let applied = apply(&mut self.books, &take(table, text), covers, day(as_of), self.last_as_of);
        self.last_as_of = Some(day(as_of));
        applied
    }

    /// Attendance rows as text.
    fn attendance(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for (at, student) in self.books.students.iter().enumerate() {
            rows.extend(student.attendance.rows().map(|row| {
                format!(
                    "{} {} {} {}",
                    self.books.names.students.name(at as u32),
                    self.books.names.schools.name(u32::from(row.school.0)),
                    self.books.year.day(row.day),
                    self.books.names.codes.name(u32::from(row.code.0))
                )
            }));
        }
        rows.sort();
        rows
    }

    /// Marks as text: course, mark, accepted, and gone where it is.
    fn marks(&self, id: &str) -> Vec<String> {
        let names = &self.books.names;
        let student = &self.books.students[names.students.get(id).expect("known") as usize];
        let gone = |gone: Option<Day>| gone.map_or(String::new(), |day| format!(" gone {day}"));
        let mut marks: Vec<String> = student
            .marks
            .iter()
            .map(|mark| {
                format!(
                    "{} {} {} {}{}",
                    names.courses.name(mark.course),
                    names.terms.name(mark.term),
                    names.marks.name(mark.text),
                    mark.accepted,
                    gone(mark.gone)
                )
            })
            .collect();
        marks.sort();
        marks
    }

    fn listing(&self, id: &str) -> Option<&Enrollment> {
        self.books.students[self.books.names.students.get(id)? as usize]
            .listing
            .as_ref()
    }
}

#[test]
fn year_replaces_the_schools_in_the_file_alone() {
    let mut district = District::new();
    let year = Covers::Year;
    district.round(
        "2026-09-04",
        Table::Attendance,
        year,
        &format!("{ATTENDANCE}1,101,2026-09-01,A\n2,102,2026-09-01,A\n1,102,2026-09-02,A\n"),
    );
    let applied = district.round(
        "2026-09-07",
        Table::Attendance,
        year,
        &format!("{ATTENDANCE}1,101,2026-09-03,E\n3,101,2026-09-03,A\n"),
    );
    assert_eq!(
        district.attendance(),
        [
            "1 101 2026-09-03 E",
            "1 102 2026-09-02 A",
            "2 102 2026-09-01 A",
            "3 101 2026-09-03 A"
        ]
    );
    assert_eq!(applied.changed.len(), 2);
    assert!(applied.tables.holds(Table::Attendance));
}

#[test]
fn window_replaces_whole_weeks() {
    let mut district = District::new();
    // 2026-09-09 is a Wednesday, its week 09-07 to 09-13.
    let rows = "1,101,2026-09-06,A\n1,101,2026-09-07,A\n1,101,2026-09-13,A\n1,101,2026-09-14,A\n2,102,2026-09-09,A\n";
    district.round(
        "2026-09-15",
        Table::Attendance,
        Covers::Rows,
        &format!("{ATTENDANCE}{rows}"),
    );
    district.round(
        "2026-09-16",
        Table::Attendance,
        Covers::Window,
        &format!("{ATTENDANCE}1,101,2026-09-09,E\n"),
    );
    assert_eq!(
        district.attendance(),
        [
            "1 101 2026-09-06 A",
            "1 101 2026-09-09 E",
            "1 101 2026-09-14 A",
            "2 102 2026-09-09 A"
        ]
    );
}

#[test]
fn rows_add_and_correct_by_key() {
    let mut district = District::new();
    district.round(
        "2026-09-04",
        Table::Attendance,
        Covers::Rows,
        &format!("{ATTENDANCE}1,101,2026-09-01,A\n1,101,2026-09-02,A\n"),
    );
    district.round(
        "2026-09-05",
        Table::Attendance,
        Covers::Rows,
        &format!("{ATTENDANCE}1,101,2026-09-01,E\n1,101,2026-09-03,A\n"),
    );
    assert_eq!(
        district.attendance(),
        ["1 101 2026-09-01 E", "1 101 2026-09-02 A", "1 101 2026-09-03 A"]
    );
}

#[test]
fn now_says_who_has_left_and_who_is_back() {
    let mut district = District::new();
    let header = "student_id,first_name,last_name,grade,school_id,programs\n";
    let both = format!("{header}1,A,B,7,101,iep\n2,C,D,8,101,\n");
    district.round("2026-09-01", Table::Students, Covers::Now, &both);
    district.round("2026-09-02", Table::Students, Covers::Now, &both);
    let gone = district.round(
        "2026-09-03",
        Table::Students,
        Covers::Now,
        &format!("{header}1,A,B,7,101,iep\n"),
    );
    assert_eq!(
        district.listing("2").and_then(|listing| listing.gone_after),
        Some(day("2026-09-02"))
    );
    assert_eq!((gone.tallies.count("no-longer-listed"), gone.changed.len()), (1, 1));
    let still = district.round(
        "2026-09-04",
        Table::Students,
        Covers::Now,
        &format!("{header}1,A,B,7,101,iep\n"),
    );
    assert_eq!(
        district.listing("2").and_then(|listing| listing.gone_after),
        Some(day("2026-09-02")),
        "the first absence counts"
    );
    assert!(still.changed.is_empty());
    let back = district.round("2026-09-08", Table::Students, Covers::Now, &both);
    assert_eq!(district.listing("2").and_then(|listing| listing.gone_after), None);
    assert_eq!(back.tallies.count("listed-again"), 1);
}

#[test]
fn a_blank_school_takes_no_student_away() {
    let mut district = District::new();
    let header = "student_id,first_name,last_name,grade,school_id\n";
    district.round(
        "2026-09-01",
        Table::Students,
        Covers::Now,
        &format!("{header}1,A,B,7,101\n"),
    );
    let blank = district.round(
        "2026-09-02",
        Table::Students,
        Covers::Now,
        &format!("{header}1,A,B,7,\n"),
    );
    assert!(
        district
            .listing("1")
            .is_some_and(|listing| listing.gone_after.is_none())
    );
    assert!(blank.changed.is_empty());
}

#[test]
fn enrollments_under_now_end_and_are_corrected_by_key() {
    let mut district = District::new();
    let header = "student_id,school_id,grade,entry_date,exit_date\n";
    district.round(
        "2026-09-01",
        Table::Enrollments,
        Covers::Now,
        &format!("{header}1,101,7,2026-08-17,\n2,101,7,2026-08-17,\n"),
    );
    district.round(
        "2026-09-02",
        Table::Enrollments,
        Covers::Now,
        &format!("{header}1,101,7,2026-08-17,2026-09-01\n1,102,7,2026-09-02,\n"),
    );
    let stays = |id: u32| &district.books.students[id as usize].enrollments;
    assert_eq!(stays(0).len(), 2);
    assert_eq!(
        (stays(0)[0].exit, stays(0)[0].gone_after),
        (Some(day("2026-09-01")), None)
    );
    assert_eq!(stays(1)[0].gone_after, Some(day("2026-09-01")));
}

#[test]
fn a_corrected_mark_keeps_its_history_and_a_blank_one_changes_nothing() {
    let mut district = District::new();
    let term = Covers::Term;
    district.round(
        "2026-10-01",
        Table::Grades,
        term,
        &format!("{GRADES}1,101,MA,Q1,80,,\n1,101,EN,Q1,70,,\n1,101,AR,Q1,90,,\n1,101,MA,Q0,60,,\n"),
    );
    let applied = district.round(
        "2026-10-08",
        Table::Grades,
        term,
        &format!("{GRADES}1,101,MA,Q1,72,,\n1,101,EN,Q1,--,final,\n"),
    );
    assert_eq!(
        district.marks("1"),
        [
            "AR Q1 90 2026-10-01 gone 2026-10-08",
            "EN Q1 70 2026-10-01",
            "MA Q0 60 2026-10-01",
            "MA Q1 72 2026-10-08",
            "MA Q1 80 2026-10-01 gone 2026-10-08",
        ]
    );
    assert_eq!(
        (
            applied.tallies.count("mark-corrected"),
            applied.tallies.count("mark-withdrawn")
        ),
        (1, 1)
    );
    // The same export on a later day: an undated mark keeps the day of its first acceptance.
    let again = district.round(
        "2026-10-09",
        Table::Grades,
        term,
        &format!("{GRADES}1,101,MA,Q1,72,,\n1,101,EN,Q1,--,final,\n"),
    );
    assert!(again.changed.is_empty() && again.tables == crate::school::Tables::NONE);
}

#[test]
fn a_mark_that_a_later_one_follows_is_not_taken_back_and_of_the_same_the_first_and_the_last_day_are_kept() {
    let mut district = District::new();
    let mut night = |day: &str, mark: &str, kind: &str| {
        let text = format!("{GRADES}1,101,MA,Q1,{mark},{kind},{day}\n1,101,EN,Q1,90,progress,2026-10-01\n");
        let applied = district.round(day, Table::Grades, Covers::Term, &text);
        assert_eq!(applied.tallies.count("mark-withdrawn"), 0, "{day}");
        let books = &district.books;
        let marks = books.students[0]
            .marks
            .iter()
            .filter(|mark| books.names.courses.name(mark.course) == "MA");
        let said = marks.map(|mark| {
            let date = mark.date.map(|date| date.to_string()).unwrap_or_default();
            format!("{} {date}", books.names.marks.name(mark.text))
        });
        let mut said: Vec<String> = said.collect();
        said.sort_by_key(|mark| mark.rsplit(' ').next().map(str::to_owned));
        said
    };
    night("2026-10-01", "52", "progress");
    night("2026-10-02", "52", "progress");
    let kept = night("2026-10-05", "52", "progress");
    assert_eq!(kept, ["52 2026-10-01", "52 2026-10-05"]);
    night("2026-10-06", "66", "progress");
    let kept = night("2026-10-07", "70", "final");
    assert_eq!(
        kept,
        ["52 2026-10-01", "52 2026-10-05", "66 2026-10-06", "70 2026-10-07"]
    );
    // The same export again changes nothing.
    assert_eq!(night("2026-10-07", "70", "final"), kept);
    // A final mark that is gone from the file is taken back, whatever came after it.
    let text = format!("{GRADES}1,101,MA,Q1,80,progress,2026-10-08\n1,101,EN,Q1,90,progress,2026-10-01\n");
    let applied = district.round("2026-10-08", Table::Grades, Covers::Term, &text);
    assert_eq!(applied.tallies.count("mark-withdrawn"), 1);
}

#[test]
fn a_mark_of_another_school_or_term_is_not_touched() {
    let mut district = District::new();
    district.round(
        "2026-10-01",
        Table::Grades,
        Covers::Term,
        &format!("{GRADES}1,101,MA,Q1,80,,\n1,102,EN,Q1,70,,\n"),
    );
    district.round(
        "2026-10-02",
        Table::Grades,
        Covers::Term,
        &format!("{GRADES}2,101,MA,Q1,50,,\n"),
    );
    assert_eq!(
        district.marks("1"),
        ["EN Q1 70 2026-10-01", "MA Q1 80 2026-10-01 gone 2026-10-02"]
    );
}

#[test]
fn incidents_of_a_year_are_replaced_by_school() {
    let mut district = District::new();
    let header = "incident_id,student_id,school_id,date,type,action\n";
    district.round(
        "2026-10-01",
        Table::Behavior,
        Covers::Year,
        &format!("{header}I1,1,101,2026-09-01,Fight,OSS\nI1,1,101,2026-09-01,Fight,Call\nI2,1,102,2026-09-02,Fight,\n"),
    );
    district.round(
        "2026-10-02",
        Table::Behavior,
        Covers::Year,
        &format!("{header}I1,1,101,2026-09-01,Fight,Call\n"),
    );
    let left: Vec<_> = district.books.students[0]
        .incidents
        .iter()
        .map(|i| (&*i.incident, district.books.names.words.name(i.action)))
        .collect();
    assert_eq!(left, [("I1", "Call"), ("I2", "")]);
}

#[test]
fn calendars_and_terms_are_replaced_as_they_are_covered() {
    let mut district = District::new();
    let header = "school_id,date,day_type\n";
    district.round(
        "2026-09-01",
        Table::Calendar,
        Covers::Now,
        &format!("{header},2026-09-01,instructional\n101,2026-09-02,holiday\n"),
    );
    district.round(
        "2026-09-02",
        Table::Calendar,
        Covers::Rows,
        &format!("{header}101,2026-09-02,instructional\n"),
    );
    assert_eq!(
        district.books.calendar.values().copied().collect::<Vec<_>>(),
        [true, true]
    );
    district.round(
        "2026-09-03",
        Table::Calendar,
        Covers::Year,
        &format!("{header}101,2026-09-03,instructional\n"),
    );
    let days: Vec<_> = district
        .books
        .calendar
        .keys()
        .map(|(school, day)| (school.is_some(), day.to_string()))
        .collect();
    assert_eq!(
        days,
        [(false, "2026-09-01".to_owned()), (true, "2026-09-03".to_owned())]
    );
    let terms = "term,school_id,start,end\n";
    district.round(
        "2026-09-03",
        Table::Terms,
        Covers::Now,
        &format!("{terms}Q1,,2026-08-17,2026-10-16\nQ2,,2026-10-19,2026-12-18\n"),
    );
    district.round(
        "2026-09-04",
        Table::Terms,
        Covers::Term,
        &format!("{terms}Q2,,2026-10-20,2026-12-18\n"),
    );
    assert_eq!(district.books.terms.len(), 2);
    assert_eq!(district.books.terms[1].start, day("2026-10-20"));
}

#[test]
fn days_and_terms_of_later_years_wait_for_theirs() {
    let mut district = District::new();
    let header = "school_id,date,day_type\n";
    let two = format!("{header},2026-09-01,instructional\n,2027-08-16,instructional\n,2025-09-01,instructional\n");
    district.round("2026-09-01", Table::Calendar, Covers::Now, &two);
    let later = |district: &District| -> Vec<String> {
        let calendar = &district.books.later.calendar;
        calendar.keys().map(|(_, day)| day.to_string()).collect()
    };
    assert_eq!(
        (district.books.calendar.len(), later(&district)),
        (1, vec!["2027-08-16".to_owned()])
    );
    let one = format!("{header},2026-09-02,instructional\n");
    district.round("2026-09-02", Table::Calendar, Covers::Now, &one);
    assert_eq!(
        later(&district).len(),
        1,
        "a file of this year alone says nothing of the next"
    );
    let moved = format!("{header},2026-09-02,instructional\n,2027-08-18,instructional\n");
    district.round("2026-09-03", Table::Calendar, Covers::Now, &moved);
    assert_eq!(later(&district), ["2027-08-18"]);
    let terms = "term,school_id,start,end\nQ1,,2026-08-17,2026-10-16\nQ1,,2027-08-16,2027-10-15\n";
    district.round("2026-09-03", Table::Terms, Covers::Now, terms);
    assert_eq!((district.books.terms.len(), district.books.later.terms.len()), (1, 1));
}

#[test]
fn rows_about_people_whom_nobody_enrolled_are_kept() {
    let mut district = District::new();
    let applied = district.round(
        "2026-09-04",
        Table::Attendance,
        Covers::Year,
        &format!("{ATTENDANCE}9,101,2026-09-01,A\n"),
    );
    assert_eq!(district.attendance(), ["9 101 2026-09-01 A"]);
    assert!(district.listing("9").is_none() && applied.changed.len() == 1);
}

#[test]
fn the_same_exports_twice_change_nothing() {
    let exports = [
        (
            Table::Attendance,
            Covers::Year,
            format!("{ATTENDANCE}1,101,2026-09-01,A\n1,101,2026-09-01,E\n2,101,2026-09-02,T\n"),
        ),
        (
            Table::Attendance,
            Covers::Rows,
            format!("{ATTENDANCE}1,101,2026-09-01,A\n"),
        ),
        (
            Table::Attendance,
            Covers::Window,
            format!("{ATTENDANCE}1,101,2026-09-01,A\n1,101,2026-09-01,E\n"),
        ),
        (
            Table::Grades,
            Covers::Term,
            format!("{GRADES}1,101,MA,Q1,80,,\n1,,MA,Q1,81,,\n1,101,EN,Q1,,,\n"),
        ),
        (
            Table::Students,
            Covers::Now,
            "student_id,first_name,last_name,grade,school_id\n1,A,B,7,101\n".to_owned(),
        ),
        (
            Table::Enrollments,
            Covers::Now,
            "student_id,school_id,grade,entry_date\n1,101,7,2026-08-17\n".to_owned(),
        ),
        (
            Table::Interventions,
            Covers::Now,
            "intervention_id,student_id,program,area,start_date\nX,1,CICO,behavior,2026-09-01\n".to_owned(),
        ),
        (
            Table::Contacts,
            Covers::Now,
            "student_id,date,kind\n1,2026-09-01,call\n".to_owned(),
        ),
        (
            Table::Courses,
            Covers::Now,
            "course_id,subject,core\nMA,Math,math\n".to_owned(),
        ),
        (Table::Schools, Covers::Now, "school_id,name\n101,North\n".to_owned()),
    ];
    for (table, covers, text) in exports {
        let mut district = District::new();
        let first = district.round("2026-10-01", table, covers, &text);
        assert!(
            first.tables != crate::school::Tables::NONE,
            "{table}: the first time is news"
        );
        for as_of in ["2026-10-01", "2026-10-02"] {
            let again = district.round(as_of, table, covers, &text);
            assert!(
                again.changed.is_empty() && again.tables == crate::school::Tables::NONE,
                "{table} {covers:?} on {as_of}"
            );
        }
    }
}

#[test]
fn the_order_of_rows_leaves_no_trace() {
    let rows = [
        "1,101,2026-09-01,A",
        "2,102,2026-09-01,E",
        "1,101,2026-09-01,E",
        "3,101,2026-09-02,XX",
        "1,102,2026-09-01,T",
    ];
    let books = |rows: &[&str]| {
        let mut district = District::new();
        district.round(
            "2026-10-01",
            Table::Attendance,
            Covers::Year,
            &format!("{ATTENDANCE}{}\n", rows.join("\n")),
        );
        format!("{:?}", (&district.books.students, &district.books.names))
    };
    let mut turned = rows;
    for _ in 0..rows.len() {
        turned.rotate_left(1);
        assert_eq!(books(&turned), books(&rows));
        let mut back = turned;
        back.reverse();
        assert_eq!(books(&back), books(&rows));
    }
}

#[test]
fn of_a_school_whose_part_is_held_everything_stands_as_before() {
    const ROSTER: &str = "student_id,first_name,last_name,grade,school_id\n";
    const STAYS: &str = "student_id,school_id,grade,entry_date\n";
    const INCIDENTS: &str = "incident_id,student_id,school_id,date,type\n";
    // First what both schools said, then what school 100 says and school 200 seems to say: less, more, other things.
    let nights = [
        (
            Table::Attendance,
            Covers::Year,
            ATTENDANCE,
            ["a,100,2026-09-01,A\n", "b,200,2026-09-01,A\n"],
            ["a,100,2026-09-02,A\n", "b,200,2026-09-03,E\nc,200,2026-09-03,A\n"],
        ),
        (
            Table::Grades,
            Covers::Term,
            GRADES,
            ["a,100,MA,Q1,80,final,\n", "b,200,MA,Q1,80,final,\n"],
            ["a,100,MA,Q1,70,final,\n", "b,200,MA,Q1,3,final,\n"],
        ),
        (
            Table::Behavior,
            Covers::Year,
            INCIDENTS,
            ["1,a,100,2026-09-01,Fighting\n", "2,b,200,2026-09-01,Fighting\n"],
            ["3,a,100,2026-09-02,Fighting\n", "4,b,200,2026-09-02,Fighting\n"],
        ),
        (
            Table::Students,
            Covers::Now,
            ROSTER,
            ["a,A,A,9,100\n", "b,B,B,9,200\nd,D,D,9,200\n"],
            ["a,A,A,10,100\n", "b,B,B,10,200\n"],
        ),
        (
            Table::Enrollments,
            Covers::Now,
            STAYS,
            ["a,100,9,2026-08-17\n", "b,200,9,2026-08-17\nd,200,9,2026-08-17\n"],
            ["a,100,10,2026-08-17\n", "b,200,10,2026-09-01\n"],
        ),
    ];
    for (table, covers, header, before, after) in nights {
        for second in [after[1], ""] {
            let (mut held, mut kept) = (District::new(), District::new());
            for district in [&mut held, &mut kept] {
                let first = format!("{header}{}{}", before[0], before[1]);
                district.round("2026-09-07", table, covers, &first);
            }
            let mut intake = take(table, &format!("{header}{}{second}", after[0]));
            intake.withheld.insert("200".to_owned());
            apply(
                &mut held.books,
                &intake,
                covers,
                day("2026-09-08"),
                Some(day("2026-09-07")),
            );
            // As if school 200 had said tonight what it said before.
            kept.round(
                "2026-09-08",
                table,
                covers,
                &format!("{header}{}{}", after[0], before[1]),
            );
            let facts = |district: &District| -> Vec<String> {
                let students = district.books.students.iter().zip(district.books.names.students.iter());
                let mut facts: Vec<String> = students
                    .filter(|(_, id)| *id != "c")
                    .map(|(student, id)| {
                        let marks = district.marks(id);
                        let incidents: Vec<String> =
                            student.incidents.iter().map(|one| one.incident.to_string()).collect();
                        format!(
                            "{id} {:?} {:?} {marks:?} {incidents:?}",
                            student.listing, student.enrollments
                        )
                    })
                    .collect();
                facts.extend(district.attendance());
                facts
            };
            assert_eq!(facts(&held), facts(&kept), "{table}, school 200: `{second}`");
        }
    }
}

#[test]
fn students_numbered_where_they_were_read_are_those_of_books_that_number_them() {
    const STUDENTS: &str = "student_id,school_id,grade,first_name,last_name\n";
    let first = format!("{STUDENTS}b,101,9,B,B\na,101,9,A,A\nd,102,9,D,D\n");
    let second = format!("{STUDENTS}c,101,9,C,C\nb,101,10,B,B\n");
    let books = |numbered: bool| {
        let mut books = Books::new(year());
        for text in [&first, &second] {
            let mut intake = take(Table::Students, text);
            if numbered {
                intake.number_students();
            }
            apply(&mut books, &intake, Covers::Now, day("2026-10-01"), None);
        }
        books
    };
    let (plain, numbered) = (books(false), books(true));
    let ids = |books: &Books| books.names.students.iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(ids(&plain), ["a", "b", "d", "c"]);
    assert_eq!(ids(&numbered), ids(&plain));
    assert_eq!(numbered.students, plain.students);
}
