//! A case as a small district: one school, one student, the drawn days, judged through the real indicators.

use std::collections::BTreeMap;

use super::drawing::Drawn;
use super::parse::Case;
use crate::facts::{
    AttendanceRow, Books, Course, Enrollment, Incident, Mark, MarkKind, PeriodIx, SchoolIx, Term, WHOLE,
};
use crate::school::{
    AttendanceMeaning, BehaviorMeaning, CodeMeaning, CoreGlobs, Day, GradesMeaning, Meaning, Scale, ScaleKind,
    SchoolYear, Weekday,
};

/// A case, ready to be judged.
pub(super) struct Stage {
    pub(super) books: Books,
    pub(super) meaning: Meaning,
    pub(super) as_of: Day,
    /// The drawn school days up to the as-of day, in order.
    pub(super) days: Vec<Day>,
    /// Those of `then`.
    pub(super) later: Vec<Day>,
    /// The last day of `then`; the as-of day where there is none.
    pub(super) then: Day,
}

/// First day of a drawn school year, a Monday; earlier where the drawing is longer.
fn usual_start() -> Day {
    Day::from_ymd(2026, 8, 17).unwrap_or(Day(0))
}

/// Last day of a drawn school year.
fn usual_end() -> Day {
    Day::from_ymd(2027, 6, 11).unwrap_or(Day(0))
}

/// Builds the district of a case.
pub(super) fn build(case: &Case) -> Stage {
    let before = weekdays_back(case.as_of, case.attendance.len());
    let after = weekdays_on(case.as_of, case.then.len());
    let first = before.first().copied().unwrap_or(case.as_of);
    let then = after.last().copied().unwrap_or(case.as_of);
    let year = SchoolYear {
        start: usual_start().min(first.monday()),
        end: usual_end().max(then),
    };
    let school_days = |days: &[Day], drawn: &[Drawn]| {
        let both = days.iter().zip(drawn);
        both.filter(|(_, drawn)| **drawn != Drawn::Off)
            .map(|(day, _)| *day)
            .collect()
    };
    let (days, later) = (school_days(&before, &case.attendance), school_days(&after, &case.then));
    let mut books = Books::new(year);
    let school = books.school("1");
    let drawn = before
        .into_iter()
        .zip(&case.attendance)
        .chain(after.into_iter().zip(&case.then));
    attendance(&mut books, school, drawn.map(|(day, drawn)| (day, *drawn)));
    student(&mut books, school, case);
    marks(&mut books, school, case, then);
    incidents(&mut books, school, case);
    // A drawn year without incidents is a year without incidents.
    books.behavior_seen = true;
    Stage {
        books,
        meaning: meaning(),
        as_of: case.as_of,
        days,
        later,
        then,
    }
}

fn is_weekday(day: Day) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The weekdays that end on a day, earliest first.
fn weekdays_back(last: Day, count: usize) -> Vec<Day> {
    let mut days: Vec<Day> = (0..)
        .map(|back| last.plus(-back))
        .filter(|day| is_weekday(*day))
        .take(count)
        .collect();
    days.reverse();
    days
}

fn weekdays_on(after: Day, count: usize) -> Vec<Day> {
    (1..)
        .map(|on| after.plus(on))
        .filter(|day| is_weekday(*day))
        .take(count)
        .collect()
}

fn attendance(books: &mut Books, school: SchoolIx, drawn: impl Iterator<Item = (Day, Drawn)>) {
    let student = books.student("1");
    for (day, drawn) in drawn {
        books.calendar.insert((Some(school), day), drawn != Drawn::Off);
        let (code, portion) = match drawn {
            Drawn::Off => continue,
            Drawn::Present => ("P", WHOLE),
            Drawn::Unexcused => ("A", WHOLE),
            Drawn::Excused => ("E", WHOLE),
            Drawn::Unverified => ("U", WHOLE),
            Drawn::Tardy => ("T", WHOLE),
            Drawn::Suspended => ("S", WHOLE),
            Drawn::Half => ("A", WHOLE / 2),
        };
        let Some(offset) = books.year.offset(day) else {
            continue;
        };
        let row = AttendanceRow {
            day: offset,
            school,
            period: PeriodIx::WHOLE_DAY,
            // Five codes: far below the limit.
            code: crate::facts::CodeIx(books.names.codes.intern(code) as u16),
            portion,
        };
        books.students[student.0 as usize].attendance.put(row);
    }
    books.students[student.0 as usize].attendance.settle();
}

fn student(books: &mut Books, school: SchoolIx, case: &Case) {
    let mut programs: Vec<u32> = case
        .programs
        .iter()
        .map(|program| books.names.words.intern(program))
        .collect();
    programs.sort_unstable();
    let student = books.student("1");
    let student = &mut books.students[student.0 as usize];
    student.programs = programs;
    student.listing = Some(Enrollment {
        school,
        grade: case.grade,
        entry: case.entry,
        exit: None,
        primary: true,
        gone_after: None,
    });
}

/// Terms of equal length up to the last drawn day; the last one named holds the as-of day.
fn marks(books: &mut Books, school: SchoolIx, case: &Case, last: Day) {
    let count = i32::try_from(case.terms.len()).unwrap_or(0);
    if count == 0 {
        let term = books.names.terms.intern("Q1");
        books.terms.push(Term {
            term,
            school: Some(school),
            start: books.year.start,
            end: last,
        });
        return;
    }
    let start = books.year.start;
    let length = (last.0 - start.0 + 1) / count + 1;
    for (number, (term, cells)) in (0_i32..).zip(&case.terms) {
        let term = books.names.terms.intern(term);
        let begins = start.plus(number * length);
        let ends = begins.plus(length - 1);
        books.terms.push(Term {
            term,
            school: Some(school),
            start: begins,
            end: ends,
        });
        for (course, cell) in cells {
            let mark = Mark {
                course: course_of(books, course),
                term,
                school: Some(school),
                kind: MarkKind::Progress,
                date: Some(ends.min(case.as_of)),
                text: books.names.marks.intern(cell),
                missing_work: None,
                accepted: ends.min(case.as_of),
                gone: None,
            };
            let student = books.student("1");
            books.students[student.0 as usize].marks.push(mark);
        }
    }
    let student = books.student("1");
    books.students[student.0 as usize].marks.sort();
}

fn course_of(books: &mut Books, id: &str) -> u32 {
    let number = books.course(id);
    books.courses[number as usize] = Course {
        name: id.to_owned(),
        subject: id.to_owned(),
        ..Course::default()
    };
    number
}

fn incidents(books: &mut Books, school: SchoolIx, case: &Case) {
    for (number, happening) in case.incidents.iter().enumerate() {
        let action = happening.action.as_ref();
        let incident = Incident {
            incident: number.to_string().into(),
            school,
            date: case.as_of.plus(-happening.days_before),
            kind: books.names.words.intern(&happening.kind),
            role: books.names.words.intern(""),
            action: books.names.words.intern(action.map_or("", |(action, _)| action)),
            action_days: action.and_then(|(_, days)| *days),
        };
        let student = books.student("1");
        books.students[student.0 as usize].incidents.push(incident);
    }
    let student = books.student("1");
    books.students[student.0 as usize].incidents.sort();
}

/// What codes and marks mean in a drawing: as `init` writes them, and `U`.
fn meaning() -> Meaning {
    let whole = 1_000_000;
    let code = |change: fn(&mut CodeMeaning), absent: u32| {
        let mut code = CodeMeaning {
            absent,
            ..CodeMeaning::default()
        };
        change(&mut code);
        code
    };
    let codes = [
        ("P", code(|_| (), 0)),
        ("A", code(|_| (), whole)),
        ("E", code(|code| code.excused = true, whole)),
        ("T", code(|code| code.tardy = true, 0)),
        (
            "S",
            code(
                |code| {
                    code.excused = true;
                    code.suspended = true;
                },
                whole,
            ),
        ),
        ("U", code(|code| code.unverified = true, whole)),
    ];
    let globs = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
    Meaning {
        attendance: AttendanceMeaning {
            codes: codes
                .into_iter()
                .map(|(code, meaning)| (code.to_owned(), meaning))
                .collect(),
            ..AttendanceMeaning::default()
        },
        grades: GradesMeaning {
            core: CoreGlobs {
                math: globs(&["math*", "*algebra*", "*geometry*", "*calculus*", "*statistics*"]),
                ela: globs(&[
                    "ela*",
                    "english*",
                    "*language arts*",
                    "reading*",
                    "*literature*",
                    "*composition*",
                ]),
            },
            scales: vec![scale()],
        },
        behavior: BehaviorMeaning {
            suspensions: vec!["OSS".to_owned()],
            offender_roles: globs(&["", "offender", "perpetrator"]),
            types: Vec::new(),
        },
    }
}

fn scale() -> Scale {
    let letters = [
        ("A+", 98.0),
        ("A", 95.0),
        ("A-", 91.0),
        ("B+", 88.0),
        ("B", 85.0),
        ("B-", 81.0),
        ("C+", 78.0),
        ("C", 75.0),
        ("C-", 71.0),
        ("D+", 68.0),
        ("D", 65.0),
        ("D-", 61.0),
        ("F", 50.0),
    ];
    let letters: BTreeMap<String, f64> = letters
        .into_iter()
        .map(|(letter, percent)| (letter.to_owned(), percent))
        .collect();
    Scale {
        grades: None,
        schools: Vec::new(),
        subjects: Vec::new(),
        kind: ScaleKind::Percent,
        failing_below: 60.0,
        letters,
        no_mark: ["P", "I", "W", "NG", "NC"]
            .iter()
            .map(|cell| (*cell).to_owned())
            .collect(),
    }
}
