//! Hand-drawn districts for tests.

use std::collections::BTreeMap;

use crate::facts::{
    AttendanceRow, Books, Contact, Enrollment, Incident, Mark, MarkKind, PeriodIx, Plan, SchoolIx, StudentIx, Term,
    WHOLE,
};
use crate::school::{BehaviorMeaning, CodeMeaning, Day, Grade, Meaning, Scale, ScaleKind, SchoolYear, TypeMeaning};

/// A day written as `2026-11-20`.
pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn maybe(text: &str) -> Option<Day> {
    (!text.is_empty()).then(|| day(text))
}

/// A district drawn by hand: the school year is 2026-08-17 (a Monday) to 2027-06-11.
pub(crate) struct Drawn {
    pub(crate) books: Books,
    pub(crate) meaning: Meaning,
}

impl Drawn {
    /// No calendar, no student; the codes P A E T S U, X (does not count), N (half absent), and a percent scale.
    pub(crate) fn bare() -> Drawn {
        let year = SchoolYear {
            start: day("2026-08-17"),
            end: day("2027-06-11"),
        };
        let mut meaning = Meaning::default();
        meaning.attendance.codes = codes();
        meaning.grades.core.math = vec!["math*".to_owned(), "*algebra*".to_owned()];
        meaning.grades.core.ela = vec!["english*".to_owned()];
        meaning.grades.scales = vec![Scale {
            grades: None,
            schools: Vec::new(),
            subjects: Vec::new(),
            kind: ScaleKind::Percent,
            failing_below: 60.0,
            letters: BTreeMap::from([("A".to_owned(), 95.0), ("F".to_owned(), 50.0)]),
            no_mark: vec!["P".to_owned()],
        }];
        meaning.behavior = BehaviorMeaning {
            suspensions: vec!["OSS".to_owned()],
            offender_roles: vec![String::new(), "offender".to_owned()],
            types: vec![TypeMeaning {
                glob: "Minor*".to_owned(),
                counts: false,
                drop: false,
            }],
        };
        let mut books = Books::new(year);
        books.behavior_seen = true;
        Drawn { books, meaning }
    }

    /// The same with every weekday of the year instructional for all schools.
    pub(crate) fn weekdays() -> Drawn {
        let mut drawn = Drawn::bare();
        let (start, end) = (drawn.books.year.start, drawn.books.year.end);
        drawn.weekdays_of(None, start, end);
        drawn
    }

    /// Makes the weekdays from the one day to the other instructional.
    pub(crate) fn weekdays_of(&mut self, school: Option<&str>, first: Day, last: Day) {
        let school = school.map(|id| self.books.school(id));
        for at in first.0..=last.0 {
            if Day(at).monday().plus(4).0 >= at {
                self.books.calendar.insert((school, Day(at)), true);
            }
        }
    }

    pub(crate) fn day_type(&mut self, school: Option<&str>, date: &str, instructional: bool) {
        let school = school.map(|id| self.books.school(id));
        self.books.calendar.insert((school, day(date)), instructional);
    }

    /// An enrollment in grade 9; empty dates are blank cells.
    pub(crate) fn enroll(&mut self, id: &str, school: &str, entry: &str, exit: &str) -> &mut Enrollment {
        let (student, school) = (self.books.student(id), self.books.school(school));
        let rows = &mut self.books.students[student.0 as usize].enrollments;
        rows.push(Enrollment {
            school,
            grade: Some(Grade(9)),
            entry: maybe(entry),
            exit: maybe(exit),
            primary: false,
            gone_after: None,
        });
        rows.last_mut().unwrap()
    }

    /// Weekdays drawn from a day on, one letter a weekday; `.` has no row, spaces part weeks.
    pub(crate) fn draw(&mut self, id: &str, school: &str, first: &str, letters: &str) {
        let mut at = day(first);
        for letter in letters.chars().filter(|letter| *letter != ' ') {
            while at.monday().plus(4) < at {
                at = at.plus(1);
            }
            if letter != '.' {
                self.row(id, school, at, "", &letter.to_string(), WHOLE);
            }
            at = at.plus(1);
        }
    }

    pub(crate) fn row(&mut self, id: &str, school: &str, date: Day, period: &str, code: &str, portion: u32) {
        let (student, school) = (self.books.student(id), self.books.school(school));
        let row = AttendanceRow {
            day: self.books.year.offset(date).unwrap(),
            school,
            period: PeriodIx(self.books.names.periods.intern(period) as u16),
            code: crate::facts::CodeIx(self.books.names.codes.intern(code) as u16),
            portion,
        };
        let attendance = &mut self.books.students[student.0 as usize].attendance;
        attendance.put(row);
        attendance.settle();
    }

    pub(crate) fn term(&mut self, word: &str, school: Option<&str>, start: &str, end: &str) {
        let school = school.map(|id| self.books.school(id));
        let term = self.books.names.terms.intern(word);
        self.books.terms.push(Term {
            term,
            school,
            start: day(start),
            end: day(end),
        });
    }

    /// A dated progress mark at a school; the course's name is its id.
    pub(crate) fn mark(
        &mut self,
        id: &str,
        school: &str,
        course: &str,
        term: &str,
        date: &str,
        text: &str,
    ) -> &mut Mark {
        let (student, school) = (self.books.student(id), self.books.school(school));
        let course_ix = self.books.course(course);
        course.clone_into(&mut self.books.courses[course_ix as usize].name);
        let mark = Mark {
            course: course_ix,
            term: self.books.names.terms.intern(term),
            school: Some(school),
            kind: MarkKind::Progress,
            date: maybe(date),
            text: self.books.names.marks.intern(text),
            missing_work: None,
            accepted: self.books.year.start,
            gone: None,
        };
        let marks = &mut self.books.students[student.0 as usize].marks;
        // Kept side by side by course, as the facts promise.
        let at = marks.partition_point(|other| other.course <= course_ix);
        marks.insert(at, mark);
        &mut marks[at]
    }

    pub(crate) fn incident(
        &mut self,
        id: &str,
        incident: &str,
        date: &str,
        kind: &str,
        role: &str,
        action: &str,
    ) -> &mut Incident {
        let (student, school) = (self.books.student(id), self.books.school("S"));
        let words = &mut self.books.names.words;
        let row = Incident {
            incident: incident.into(),
            school,
            date: day(date),
            kind: words.intern(kind),
            role: words.intern(role),
            action: words.intern(action),
            action_days: None,
        };
        let rows = &mut self.books.students[student.0 as usize].incidents;
        rows.push(row);
        rows.last_mut().unwrap()
    }

    pub(crate) fn plan(&mut self, id: &str, area: &str, tier: u8, start: &str, end: &str) {
        let student = self.books.student(id);
        let area = self.books.names.words.intern(area);
        self.books.students[student.0 as usize].plans.push(Plan {
            intervention: "1".into(),
            program: 0,
            area,
            tier: Some(tier),
            staff_id: "".into(),
            start: day(start),
            end: maybe(end),
            sessions: (None, None),
            goal: "".into(),
        });
    }

    pub(crate) fn contact(&mut self, id: &str, area: &str, date: &str) {
        let student = self.books.student(id);
        let area = self.books.names.words.intern(area);
        self.books.students[student.0 as usize].contacts.push(Contact {
            date: day(date),
            staff_id: "".into(),
            kind: 0,
            area,
        });
    }

    pub(crate) fn number(&self, id: &str) -> StudentIx {
        StudentIx(self.books.names.students.get(id).unwrap())
    }

    pub(crate) fn school(&self, id: &str) -> SchoolIx {
        SchoolIx(self.books.names.schools.get(id).unwrap() as u16)
    }
}

fn codes() -> BTreeMap<String, CodeMeaning> {
    let absent = CodeMeaning {
        absent: WHOLE,
        ..CodeMeaning::default()
    };
    let table = [
        ("P", CodeMeaning::default()),
        ("A", absent),
        (
            "E",
            CodeMeaning {
                excused: true,
                ..absent
            },
        ),
        (
            "T",
            CodeMeaning {
                tardy: true,
                ..CodeMeaning::default()
            },
        ),
        (
            "S",
            CodeMeaning {
                excused: true,
                suspended: true,
                ..absent
            },
        ),
        (
            "U",
            CodeMeaning {
                unverified: true,
                ..absent
            },
        ),
        (
            "X",
            CodeMeaning {
                counts: false,
                ..CodeMeaning::default()
            },
        ),
        (
            "N",
            CodeMeaning {
                absent: WHOLE / 2,
                ..CodeMeaning::default()
            },
        ),
    ];
    table
        .into_iter()
        .map(|(code, meaning)| (code.to_owned(), meaning))
        .collect()
}
