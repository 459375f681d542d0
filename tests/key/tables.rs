//! The canonical files as rows, sorted into maps and nothing more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use super::numbers::{Date, Frac};

/// One stay of a student at a school.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stay {
    pub(crate) school: String,
    pub(crate) grade: String,
    /// None: since the school year's start.
    pub(crate) entry: Option<Date>,
    /// None: still here.
    pub(crate) exit: Option<Date>,
    pub(crate) primary: bool,
}

/// One attendance row, without its student.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) date: Date,
    pub(crate) school: String,
    pub(crate) period: String,
    pub(crate) code: String,
    pub(crate) portion: String,
}

/// One term row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Term {
    pub(crate) name: String,
    pub(crate) school: String,
    pub(crate) start: Date,
    pub(crate) end: Date,
}

/// One mark row, without its student.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) school: String,
    pub(crate) course: String,
    pub(crate) course_name: String,
    pub(crate) subject: String,
    pub(crate) term: String,
    pub(crate) mark: String,
    pub(crate) is_final: bool,
    pub(crate) date: Option<Date>,
}

/// One incident row, without its student.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Incident {
    pub(crate) id: String,
    pub(crate) date: Date,
    pub(crate) kind: String,
    pub(crate) role: String,
    pub(crate) action: String,
    pub(crate) action_days: String,
}

/// A district's files.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// Who is listed in `students.csv`, and as what.
    pub(crate) students: BTreeMap<String, Vec<Stay>>,
    pub(crate) enrollments: BTreeMap<String, Vec<Stay>>,
    /// Every day type said of a school (blank: all) and a day.
    pub(crate) calendar: BTreeMap<(String, Date), Vec<String>>,
    pub(crate) terms: Vec<Term>,
    /// Subject and core by course.
    pub(crate) courses: BTreeMap<String, (String, String)>,
    /// "Rows of one file that are equal are one row": sets.
    pub(crate) attendance: BTreeMap<String, BTreeSet<Row>>,
    pub(crate) marks: BTreeMap<String, BTreeSet<Mark>>,
    pub(crate) incidents: BTreeMap<String, BTreeSet<Incident>>,
    /// Whether a behavior file came at all.
    pub(crate) has_behavior: bool,
}

/// One line of a file, by the names of its columns.
struct Line {
    columns: Rc<BTreeMap<String, usize>>,
    record: csv::StringRecord,
}

impl Line {
    fn text(&self, column: &str) -> String {
        let at = self.columns.get(column);
        at.and_then(|at| self.record.get(*at)).unwrap_or_default().to_string()
    }

    fn date(&self, column: &str) -> Option<Date> {
        Date::parse(&self.text(column))
    }
}

fn lines(folder: &Path, file: &str) -> Vec<Line> {
    let path = folder.join(file);
    if !path.exists() {
        return Vec::new();
    }
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(&path)
        .expect("a file that was just written opens");
    let header = reader.headers().expect("a header").iter().map(String::from);
    let columns: Rc<BTreeMap<String, usize>> = Rc::new(header.enumerate().map(|(at, name)| (name, at)).collect());
    let line = |record: csv::Result<csv::StringRecord>| Line {
        columns: columns.clone(),
        record: record.expect("a line of UTF-8"),
    };
    reader.records().map(line).collect()
}

fn stay(line: &Line) -> Stay {
    let primary = line.text("primary").to_lowercase();
    Stay {
        school: line.text("school_id"),
        grade: line.text("grade"),
        entry: line.date("entry_date"),
        exit: line.date("exit_date"),
        primary: ["1", "y", "yes", "true"].contains(&primary.as_str()),
    }
}

/// Reads a folder of canonical files.
pub(crate) fn read(folder: &Path) -> Tables {
    let mut tables = Tables {
        has_behavior: folder.join("behavior.csv").exists(),
        ..Tables::default()
    };
    for line in lines(folder, "students.csv") {
        tables
            .students
            .entry(line.text("student_id"))
            .or_default()
            .push(stay(&line));
    }
    for line in lines(folder, "enrollments.csv") {
        tables
            .enrollments
            .entry(line.text("student_id"))
            .or_default()
            .push(stay(&line));
    }
    for line in lines(folder, "calendar.csv") {
        if let Some(date) = line.date("date") {
            let key = (line.text("school_id"), date);
            tables.calendar.entry(key).or_default().push(line.text("day_type"));
        }
    }
    for line in lines(folder, "terms.csv") {
        if let (Some(start), Some(end)) = (line.date("start"), line.date("end")) {
            let (name, school) = (line.text("term"), line.text("school_id"));
            tables.terms.push(Term {
                name,
                school,
                start,
                end,
            });
        }
    }
    for line in lines(folder, "courses.csv") {
        let said = (line.text("subject"), line.text("core"));
        tables.courses.insert(line.text("course_id"), said);
    }
    read_daily(folder, &mut tables);
    tables
}

fn read_daily(folder: &Path, tables: &mut Tables) {
    for line in lines(folder, "attendance.csv") {
        let Some(date) = line.date("date") else { continue };
        let row = Row {
            date,
            school: line.text("school_id"),
            period: line.text("period"),
            code: line.text("code"),
            portion: line.text("portion"),
        };
        tables
            .attendance
            .entry(line.text("student_id"))
            .or_default()
            .insert(row);
    }
    for line in lines(folder, "grades.csv") {
        let mark = Mark {
            school: line.text("school_id"),
            course: line.text("course_id"),
            course_name: line.text("course_name"),
            subject: line.text("subject"),
            term: line.text("term"),
            mark: line.text("mark"),
            // "a mark kind that is not understood is `progress`"
            is_final: line.text("kind").to_lowercase() == "final",
            date: line.date("date"),
        };
        tables.marks.entry(line.text("student_id")).or_default().insert(mark);
    }
    for line in lines(folder, "behavior.csv") {
        let Some(date) = line.date("date") else { continue };
        let incident = Incident {
            id: line.text("incident_id"),
            date,
            kind: line.text("type"),
            role: line.text("role"),
            action: line.text("action"),
            action_days: line.text("action_days"),
        };
        tables
            .incidents
            .entry(line.text("student_id"))
            .or_default()
            .insert(incident);
    }
}

/// The part of a day or period that a row speaks of: "portion 0–1 of the day, default 1".
pub(crate) fn portion(cell: &str) -> Frac {
    Frac::parse(cell).unwrap_or(Frac::ONE)
}
