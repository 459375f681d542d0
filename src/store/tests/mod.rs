//! What the store's tests share: a home that vanishes, and books of a few students.

use std::path::PathBuf;
use std::sync::Arc;

use crate::directory::Person;
use crate::facts::{AttendanceRow, Books, CodeIx, Enrollment, Mark, MarkKind, Names, PeriodIx, School, Term, WHOLE};
use crate::monitor::Problem;
use crate::school::{Day, Grade, SchoolYear};

use super::{Change, Changed, Met, NewChange, Store, Tx};

mod books;
mod letters;
mod open;
mod people;
mod speed;
mod standings;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn year() -> SchoolYear {
    SchoolYear {
        start: day("2026-08-17"),
        end: day("2027-06-11"),
    }
}

/// A change on its way into the store.
fn to_keep(change: &Change) -> NewChange<'_> {
    NewChange {
        student: change.student,
        rule: &change.rule,
        from: change.from,
        to: change.to,
        reason: change.reason,
        day: change.day,
        value: change.value,
        because: &change.because,
        numbers: &change.numbers,
        digest: &change.digest,
        round: change.round,
    }
}

fn home() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("firstbell.db");
    (folder, path)
}

/// Books of a few students over the first weeks of a year.
fn books(students: u32) -> Books {
    let mut books = Books::new(year());
    let school = books.school("1044");
    books.schools[0] = School {
        name: "Cedar High".into(),
    };
    let algebra = books.course("ALG1");
    books.courses[0].subject = "Algebra".into();
    let term = books.names.terms.intern("Q1");
    books.terms.push(Term {
        term,
        school: Some(school),
        start: day("2026-08-17"),
        end: day("2026-10-23"),
    });
    books.calendar.insert((None, day("2026-09-07")), false);
    books.calendar.insert((Some(school), day("2026-09-08")), true);
    let (present, absent) = (books.names.codes.intern("P"), books.names.codes.intern("A"));
    let text = books.names.marks.intern("83");
    for number in 0..students {
        let ix = books.student(&format!("S{number:06}"));
        let student = &mut books.students[ix.0 as usize];
        student.listing = Some(Enrollment {
            school,
            grade: Some(Grade(9)),
            entry: None,
            exit: None,
            primary: true,
            gone_after: None,
        });
        for offset in (0..165).filter(|offset| offset % 7 < 5) {
            let code = if (offset as u32 + number).is_multiple_of(13) {
                absent
            } else {
                present
            };
            student.attendance.put(AttendanceRow {
                day: offset,
                school,
                period: PeriodIx::WHOLE_DAY,
                code: CodeIx(code as u16),
                portion: WHOLE,
            });
        }
        student.attendance.settle();
        student.marks = (0..18)
            .map(|at| Mark {
                course: algebra + at / 3,
                term: at % 3,
                school: Some(school),
                kind: MarkKind::Progress,
                date: None,
                text,
                missing_work: None,
                accepted: day("2026-10-01"),
                gone: None,
            })
            .collect();
    }
    books
}

fn save(store: &Store, books: &Books) {
    let tx = store.begin().expect("a transaction");
    tx.save_books(books, &Changed::everything(books)).expect("saved");
    tx.commit().expect("committed");
}

/// Writes persons of whom the store has the ids; others are nobody's.
fn save_directory(tx: &Tx<'_>, names: &Names, persons: &[Person]) -> Result<(), Problem> {
    let number = |person: &Person| Some((names.students.get(&person.student_id)?, person.clone()));
    let (numbers, people): (Vec<u32>, Vec<Person>) = persons.iter().filter_map(number).unzip();
    tx.save_met(&Met {
        first: names.students.len() as u32,
        before: None,
        ids: Vec::new(),
        people: Arc::new(people),
        numbers,
    })
}

fn same(left: &Books, right: &Books) {
    assert_eq!(left.students, right.students);
    assert_eq!(
        (&left.schools, &left.courses, &left.terms),
        (&right.schools, &right.courses, &right.terms)
    );
    assert_eq!(left.calendar, right.calendar);
    let names = |books: &Books| {
        let names = &books.names;
        let lists = [
            &names.students,
            &names.schools,
            &names.periods,
            &names.codes,
            &names.courses,
            &names.terms,
            &names.marks,
            &names.words,
        ];
        lists.map(|list| list.iter().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(names(left), names(right));
}
