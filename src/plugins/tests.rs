//! Manifests that are right, wrong, and ahead of this program; and the sample district that nobody of us wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;

use super::load;
use crate::monitor::Problem;
use crate::records::{Adapter, Context, Intake, columns, read};
use crate::school::{Day, Meaning, SchoolYear, Table};

fn from_text(id: &str, text: &str) -> (Vec<Adapter>, Vec<Problem>) {
    load([(format!("plugins/{id}/plugin.toml"), text.to_owned())])
}

fn problem(text: &str) -> String {
    let (adapters, problems) = from_text("mine", text);
    assert!(!adapters.iter().any(|adapter| adapter.id == "mine"), "it is set aside");
    assert_eq!(adapters.len(), 2, "the others are at work");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const HEAD: &str = "id = \"mine\"\nkind = \"source\"\napi = 1\nruntime = \"declarative\"\n";

#[test]
fn what_ships_is_sound() {
    let (adapters, problems) = load([]);
    assert!(problems.is_empty(), "{problems:?}");
    let ids: Vec<_> = adapters.iter().map(|adapter| adapter.id.as_str()).collect();
    assert_eq!(ids, ["canonical", "edfi"]);
    let canonical = &adapters[0];
    assert_eq!(canonical.tables.len(), Table::ALL.len());
    for table in Table::ALL {
        let map = &canonical.tables[&table];
        for (made, column) in map.columns.iter().zip(columns(table)) {
            assert_eq!(
                (made.from.as_slice(), made.required),
                (&[column.name.to_owned()][..], column.required)
            );
        }
        assert!(
            canonical.feeds.iter().any(|feed| feed.tables == [table]),
            "{table} has a feed"
        );
    }
    assert!(!adapters[1].sections.is_empty());
}

#[test]
fn the_districts_plugin_wins_over_one_that_ships() {
    let text = HEAD.replace("mine", "edfi") + "title = \"ours\"\n[tables]\nschools = \"canonical\"\n";
    let (adapters, problems) = from_text("edfi", &text);
    assert!(problems.is_empty(), "{problems:?}");
    let edfi = adapters.iter().find(|adapter| adapter.id == "edfi").expect("there");
    assert_eq!((edfi.title.as_str(), edfi.tables.len()), ("ours", 1));
}

#[test]
fn a_typing_error_is_shown_where_it_stands() {
    assert_eq!(
        problem(&format!(
            "{HEAD}\n[tables.attendance]\nstudent_id = \"ID\"\nschool_id = \"S\"\ndate = \"D\"\ncode = \"C\"\nporton = \"P\"\n"
        )),
        "plugins/mine/plugin.toml:11:1: `attendance` has no column `porton`: did you mean `portion` — name a canonical column \
         [plugin-manifest]\nporton = \"P\"\n^^^^^^"
    );
    assert_eq!(
        problem(&HEAD.replace("runtime", "runtme")),
        "plugins/mine/plugin.toml:4:1: unknown field `runtme`: did you mean `runtime` — mend plugin.toml; until then the plugin is set \
         aside [plugin-manifest]\nruntme = \"declarative\"\n^^^^^^"
    );
    let missing = problem(&format!("{HEAD}\n[tables.schools]\nschool_id = \"S\"\n"));
    assert!(
        missing.contains("`schools` says nothing of the column `name`, which is needed"),
        "{missing}"
    );
    let key = problem(&format!(
        "{HEAD}\n[tables.schools]\nname = \"N\"\nschool_id = {{ form = \"S\" }}\n"
    ));
    assert!(
        key.contains("plugin.toml:8:1") && key.contains("did you mean `from`"),
        "{key}"
    );
    let table = problem(&format!("{HEAD}\n[tables.atendance]\nx = \"y\"\n"));
    assert!(
        table.contains("`atendance` is not a table: did you mean `attendance`"),
        "{table}"
    );
    let feed = problem(&format!(
        "{HEAD}\n[[feed]]\ntable = \"grades\"\nfiles = \"g*.csv\"\ncovers = \"term\"\n"
    ));
    assert!(feed.contains("there is no [tables.grades]"), "{feed}");
    let sections = problem(&format!("{HEAD}sections = \"[mail]\\nfrom = 1\"\n"));
    assert!(sections.contains("an adapter brings no section `mail`"), "{sections}");
}

#[test]
fn what_is_not_run_yet_says_so() {
    for (from, to) in [
        ("source", "indicator"),
        ("declarative", "exec"),
        ("declarative", "rhai"),
    ] {
        let told = problem(&HEAD.replace(from, to));
        assert!(
            told.contains("[plugin-not-run]") && told.contains(&format!("`{to}` are not run by this version")),
            "{told}"
        );
    }
    assert!(problem(&HEAD.replace("api = 1", "api = 2")).contains("[plugin-api]"));
    let (_, problems) = from_text("other", HEAD);
    assert_eq!(problems[0].code, "plugin-id-not-folder");
}

/// The sample exports; `None`, said by name, where they are not on this machine.
fn samples() -> Option<PathBuf> {
    let folder = std::env::var("FIRSTBELL_SAMPLES").unwrap_or_else(|_| "../shared/data".to_owned());
    let folder = PathBuf::from(folder).join("grand-bend-edfi");
    if !folder.is_dir() {
        println!("left to .ci/run: the sample exports are not at {}", folder.display());
        return None;
    }
    Some(folder)
}

/// Reads one sample file as the adapter's own feed for a table reads it.
fn sample(table: Table, file: &str) -> Option<Intake> {
    let path = samples()?.join(file);
    let (adapters, _) = load([]);
    let edfi = adapters.into_iter().find(|adapter| adapter.id == "edfi")?;
    let feed = edfi.feeds.iter().find(|feed| feed.tables == [table])?;
    let sections: toml::Table = toml::from_str(&edfi.sections).expect("sections are TOML");
    let mut meaning = Meaning::default();
    for code in sections["attendance"]["codes"].as_table().expect("codes").keys() {
        meaning
            .attendance
            .codes
            .insert(code.clone(), crate::school::CodeMeaning::default());
    }
    let context = Context {
        year: SchoolYear {
            start: Day::from_ymd(2021, 8, 23)?,
            end: Day::from_ymd(2022, 5, 27)?,
        },
        meaning: &meaning,
        threads: 2,
    };
    let mut file = File::open(path).expect("the sample is there");
    Some(read(&mut file, "sample.csv", feed, &edfi, &context))
}

#[test]
fn grand_bend_is_read_through_its_manifest() {
    let Some(events) = sample(Table::Attendance, "student_school_attendance_events.csv") else {
        return;
    };
    assert!(
        events.usable && events.problems.iter().all(|problem| problem.code == "conflict"),
        "one student-day stands twice: {:?}",
        events.problems
    );
    assert_eq!(events.tallies.0["conflict"].count, 1);
    assert_eq!((events.rows, events.rejected), (1917, 0));
    assert_eq!(events.schools, ["255901001", "255901044", "255901107"]);
    let calendar = sample(Table::Calendar, "derived_calendar_dates.csv").expect("read");
    let fall_end = Day::from_ymd(2021, 12, 17).expect("a day");
    let fall = |school: &str| {
        let row = |row: &&crate::records::CalendarRow| {
            row.school_id.as_deref() == Some(school) && row.instructional && row.date <= fall_end
        };
        calendar.calendar.iter().filter(row).count()
    };
    for school in &events.schools {
        assert_eq!(fall(school), 81, "sessions.csv says 81 instructional days");
    }
    let stays = sample(Table::Enrollments, "derived_school_associations.csv").expect("read");
    assert_eq!((stays.enrollments.len(), stays.rejected), (227, 0));
    assert!(stays.enrollments.iter().all(|row| row.stay.grade.is_some()));
    let students = sample(Table::Students, "students.csv").expect("read");
    assert_eq!((students.people.len(), students.rejected), (960, 0));
    assert!(students.students.iter().all(|row| row.stay.is_none()));
    assert_eq!(
        sample(Table::Schools, "schools.csv").expect("read").school_rows.len(),
        3
    );
    assert_eq!(sample(Table::Terms, "sessions.csv").expect("read").term_rows.len(), 6);
    assert_eq!(
        sample(Table::Terms, "grading_periods.csv")
            .expect("read")
            .term_rows
            .len(),
        18
    );
    let incidents = sample(Table::Behavior, "discipline_actions.csv")
        .expect("read")
        .incidents;
    assert_eq!(
        incidents.len(),
        21,
        "25 actions, of which four were taken twice for the same student and incident"
    );
    assert_eq!(incidents.iter().filter(|row| row.action == "Expulsion").count(), 1);
    assert_eq!(
        sample(Table::Interventions, "studentinterventionassociation.csv")
            .expect("read")
            .plans
            .len(),
        25
    );
}

#[test]
fn grand_bend_absences_add_up_to_the_known_answers() {
    let Some(events) = sample(Table::Attendance, "student_school_attendance_events.csv") else {
        return;
    };
    let mut books = crate::facts::Books::new(SchoolYear {
        start: Day::from_ymd(2021, 8, 23).expect("a day"),
        end: Day::from_ymd(2022, 5, 27).expect("a day"),
    });
    let fall_end = Day::from_ymd(2021, 12, 17).expect("a day");
    crate::timeline::apply(&mut books, events, crate::records::Covers::Year, fall_end, None);
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
