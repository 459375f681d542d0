//! The Ed-Fi sample district Grand Bend, file by file: what the adapter's manifest makes of each, and the known answers from its rows alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use firstbell::facts::Books;
use firstbell::plugins::load;
use firstbell::records::{Context, Covers, Intake, read};
use firstbell::school::{CodeMeaning, Day, Meaning, SchoolYear, Table};

use super::{Foreign, SAMPLES, sample};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "grand_bend_is_read_through_its_manifest",
        needs: SAMPLES,
        run: grand_bend_is_read_through_its_manifest,
    },
    Foreign {
        name: "grand_bend_absences_add_up_to_the_known_answers",
        needs: SAMPLES,
        run: grand_bend_absences_add_up_to_the_known_answers,
    },
];

/// Reads one sample file as the adapter's own feed for a table reads it.
fn taken(table: Table, file: &str) -> Intake {
    let (adapters, _) = load([]);
    let edfi = adapters
        .into_iter()
        .find(|adapter| adapter.id == "edfi")
        .expect("it ships");
    let feed = edfi.feeds.iter().find(|feed| feed.tables == [table]).expect("a feed");
    let sections: toml::Table = toml::from_str(&edfi.sections).expect("sections are TOML");
    let mut meaning = Meaning::default();
    for code in sections["attendance"]["codes"].as_table().expect("codes").keys() {
        meaning.attendance.codes.insert(code.clone(), CodeMeaning::default());
    }
    let context = Context {
        year: SchoolYear {
            start: Day::from_ymd(2021, 8, 23).expect("a day"),
            end: Day::from_ymd(2022, 5, 27).expect("a day"),
        },
        meaning: &meaning,
        threads: 2,
    };
    let mut file = File::open(sample("grand-bend-edfi").join(file)).expect("the sample is there");
    read(&mut file, "sample.csv", feed, &edfi, &context)
}

fn grand_bend_is_read_through_its_manifest() {
    let events = taken(Table::Attendance, "student_school_attendance_events.csv");
    assert!(
        events.usable && events.problems.iter().all(|problem| problem.code == "conflict"),
        "one student-day stands twice: {:?}",
        events.problems
    );
    assert_eq!(events.tallies.0["conflict"].count, 1);
    assert_eq!((events.rows, events.rejected), (1917, 0));
    assert_eq!(events.schools, ["255901001", "255901044", "255901107"]);
    let tardies = taken(Table::Attendance, "student_section_attendance_tardy.csv");
    assert!(tardies.usable && tardies.problems.is_empty(), "{:?}", tardies.problems);
    assert_eq!((tardies.rows, tardies.rejected), (66, 0));
    let calendar = taken(Table::Calendar, "derived_calendar_dates.csv");
    let fall_end = Day::from_ymd(2021, 12, 17).expect("a day");
    let fall = |school: &str| {
        let row = |row: &&firstbell::records::CalendarRow| {
            row.school_id.as_deref() == Some(school) && row.instructional && row.date <= fall_end
        };
        calendar.calendar.iter().filter(row).count()
    };
    for school in &events.schools {
        assert_eq!(fall(school), 81, "sessions.csv says 81 instructional days");
    }
    let stays = taken(Table::Enrollments, "derived_school_associations.csv");
    assert_eq!((stays.enrollments.len(), stays.rejected), (227, 0));
    assert!(stays.enrollments.iter().all(|row| row.stay.grade.is_some()));
    let students = taken(Table::Students, "students.csv");
    assert_eq!((students.people.len(), students.rejected), (960, 0));
    assert!(students.students.iter().all(|row| row.stay.is_none()));
    assert_eq!(taken(Table::Schools, "schools.csv").school_rows.len(), 3);
    assert_eq!(taken(Table::Terms, "sessions.csv").term_rows.len(), 6);
    assert_eq!(taken(Table::Terms, "grading_periods.csv").term_rows.len(), 18);
    let incidents = taken(Table::Behavior, "discipline_actions.csv").incidents;
    assert_eq!(
        incidents.len(),
        21,
        "25 actions, of which four were taken twice for the same student and incident"
    );
    assert_eq!(incidents.iter().filter(|row| row.action == "Expulsion").count(), 1);
    assert_eq!(
        taken(Table::Interventions, "studentinterventionassociation.csv")
            .plans
            .len(),
        25
    );
}

fn grand_bend_absences_add_up_to_the_known_answers() {
    let events = taken(Table::Attendance, "student_school_attendance_events.csv");
    let mut books = Books::new(SchoolYear {
        start: Day::from_ymd(2021, 8, 23).expect("a day"),
        end: Day::from_ymd(2022, 5, 27).expect("a day"),
    });
    let fall_end = Day::from_ymd(2021, 12, 17).expect("a day");
    firstbell::timeline::apply(&mut books, &events, Covers::Year, fall_end, None);
    let chronic = |codes: &[&str]| -> BTreeMap<String, usize> {
        let mut by_school = BTreeMap::new();
        for student in &books.students {
            let absent: BTreeSet<_> = student
                .attendance
                .rows()
                .filter(|row| {
                    books.year.day(row.day) <= fall_end
                        && codes.contains(&books.names.codes.name(u32::from(row.code.0)))
                })
                .map(|row| (row.school, row.day))
                .collect();
            if let Some((school, _)) = absent.first().filter(|_| absent.len() * 10 >= 81) {
                let id = books.names.schools.name(u32::from(school.0)).to_owned();
                *by_school.entry(id).or_default() += 1;
            }
        }
        by_school
    };
    let expected = [("255901001", 14), ("255901044", 11), ("255901107", 16)].map(|(id, count)| (id.to_owned(), count));
    assert_eq!(
        chronic(&["Excused Absence", "Unexcused Absence"]),
        BTreeMap::from(expected)
    );
    assert_eq!(chronic(&["Unexcused Absence"]).values().sum::<usize>(), 14);
}
