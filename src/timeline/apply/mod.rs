//! Newer exports correct older ones: what a file covers is replaced, the rest stands.
//!
//! In: books and one intake. Out: books, and whose facts changed. Never: a name; a fact outside what the file covers.

use std::collections::BTreeSet;

use crate::facts::{Books, SchoolIx, Student, StudentIx};
use crate::hands;
use crate::monitor::Tallies;
use crate::records::{Covers, Intake};
use crate::school::{Day, Table, Tables};

mod attendance;
mod events;
mod marks;
mod people;
mod places;
mod said;

pub use said::{Source, apply_of};

/// What applying one export changed.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Facts by what became of them: `no-longer-listed`, `listed-again`, `mark-corrected`, `mark-withdrawn`.
    pub tallies: Tallies,
    /// Students whose facts changed, ascending, each once.
    pub changed: Vec<StudentIx>,
    /// Tables in which anything changed.
    pub tables: Tables,
    /// Whose facts changed among those that a feed said by itself, by the feed.
    pub said: Vec<(String, StudentIx)>,
}

impl Applied {
    /// Notes that a student's facts in a table changed.
    fn student(&mut self, student: StudentIx, table: Table) {
        self.changed.push(student);
        self.table(table);
    }

    /// Notes that a table changed.
    fn table(&mut self, table: Table) {
        self.tables = self.tables.and(Tables::one(table));
    }
}

/// Counts a fact of a kind.
fn count(tallies: &mut Tallies, kind: &str) {
    tallies.add(kind, 0, "", "");
}

/// Which facts of one table a file replaces.
#[derive(Clone, Debug)]
struct Scope {
    covers: Covers,
    /// Schools present in the file; `None` for rows that name none.
    schools: BTreeSet<Option<SchoolIx>>,
    /// The whole weeks from the file's first to its last date.
    weeks: Option<(Day, Day)>,
    /// Schools whose part is held: nothing of theirs is replaced.
    withheld: BTreeSet<SchoolIx>,
}

impl Scope {
    /// The scope of a file with these schools and dates.
    fn new(covers: Covers, schools: BTreeSet<Option<SchoolIx>>, first: Option<Day>, last: Option<Day>) -> Scope {
        Scope {
            covers,
            schools,
            weeks: first
                .zip(last)
                .map(|(first, last)| (first.monday(), last.monday().plus(6))),
            withheld: BTreeSet::new(),
        }
    }

    /// The same but for schools whose part is held.
    fn but(mut self, withheld: &BTreeSet<SchoolIx>) -> Scope {
        self.withheld.clone_from(withheld);
        self
    }

    /// Whether a school's part is held.
    fn withholds(&self, school: Option<SchoolIx>) -> bool {
        school.is_some_and(|school| self.withheld.contains(&school))
    }

    /// Whether the file is the whole truth about a fact of this school on this day, so that a fact it does not hold is no more.
    ///
    /// A term's file replaces by term, which only tables with terms can say: for the others it adds and corrects by key.
    fn replaces(&self, school: Option<SchoolIx>, date: Option<Day>) -> bool {
        if self.withholds(school) {
            return false;
        }
        match self.covers {
            Covers::Year => self.schools.contains(&school),
            Covers::Window => {
                let within = self
                    .weeks
                    .zip(date)
                    .is_some_and(|((from, to), date)| from <= date && date <= to);
                within && self.schools.contains(&school)
            }
            Covers::Now => true,
            Covers::Rows | Covers::Term => false,
        }
    }
}

/// Applies one export to the books. `accepted` is the round's as-of day; `last_as_of` the as-of day of the round before, the last on
/// which somebody no longer listed still was (`None`: there was none, so a listing that went away never held).
///
/// Of schools in `intake.withheld` nothing changes. Applying the same export twice changes nothing the second time. An intake that is not usable changes nothing. Names, staff,
/// caseloads, groups and outcomes are not in the books: the caller takes them from the intake before.
pub fn apply(books: &mut Books, intake: &Intake, covers: Covers, accepted: Day, last_as_of: Option<Day>) -> Applied {
    let mut applied = Applied::default();
    if !intake.usable {
        return applied;
    }
    let known = books.students.len();
    books.expect(intake.students.len());
    let withheld: BTreeSet<SchoolIx> = intake.withheld.iter().map(|id| books.school(id)).collect();
    for &table in &intake.tables {
        match table {
            Table::Schools => places::schools(books, &intake.school_rows, &mut applied),
            Table::Calendar => places::calendar(books, &intake.calendar, covers, &mut applied),
            Table::Terms => places::terms(books, &intake.term_rows, covers, &mut applied),
            Table::Courses => places::courses(books, &intake.courses, covers, &mut applied),
            Table::Students => {
                let rows = (intake.students.as_slice(), intake.numbered.as_ref());
                people::students(books, rows, covers, last_as_of, &withheld, &mut applied);
            }
            Table::Enrollments => {
                people::enrollments(books, &intake.enrollments, covers, last_as_of, &withheld, &mut applied)
            }
            Table::Attendance => attendance::attendance(books, &intake.attendance, covers, &withheld, &mut applied),
            Table::Grades => marks::marks(books, &intake.marks, covers, accepted, &withheld, &mut applied),
            Table::Behavior => {
                books.behavior_seen = true;
                events::incidents(books, &intake.incidents, covers, &withheld, &mut applied);
            }
            Table::Interventions => events::plans(books, &intake.plans, covers, &mut applied),
            Table::Contacts => events::contacts(books, &intake.contacts, covers, &mut applied),
            Table::Staff | Table::Caseload | Table::Groups | Table::Outcomes => {}
        }
    }
    // A student met for the first time is kept even where nothing but the id is known.
    applied
        .changed
        .extend((known..books.students.len()).map(|at| StudentIx(at as u32)));
    // They come in a few runs that ascend each: a merge, not a sort.
    applied.changed.sort();
    applied.changed.dedup();
    applied
}

/// Lets `work` change the facts of every student beside what `rows` holds for them, the students shared between threads.
fn each_student<R: Sync>(
    students: &mut [Student],
    rows: &[R],
    table: Table,
    applied: &mut Applied,
    work: impl Fn(&mut Student, &R, &mut Tallies) -> bool + Sync,
) {
    let share = hands::part(students.len());
    let one = |first: usize, students: &mut [Student], rows: &[R]| {
        let (mut changed, mut tallies) = (Vec::new(), Tallies::default());
        for (at, (student, rows)) in students.iter_mut().zip(rows).enumerate() {
            if work(student, rows, &mut tallies) {
                changed.push(StudentIx((first + at) as u32));
            }
        }
        (changed, tallies)
    };
    let shares = students.chunks_mut(share).zip(rows.chunks(share));
    let done = hands::side_by_side(shares, |at, (students, rows)| one(at * share, students, rows));
    for (changed, tallies) in done {
        if !changed.is_empty() {
            applied.table(table);
        }
        applied.changed.extend(changed);
        applied.tallies.merge(&tallies);
    }
}

/// Gives students that the books do not know their numbers, in the order of their ids, so that the order of rows leaves no trace.
fn meet<'n>(books: &mut Books, ids: impl Iterator<Item = &'n str>) {
    let known = books.names.students.in_order();
    let mut new: Vec<&str> = ids.filter(|id| known.get(id).is_none()).collect();
    new.sort_unstable();
    for id in new {
        books.student(id);
    }
}

/// The numbers that names have elsewhere, by their numbers here; given in the order of the names, so that the order of rows leaves no trace.
fn numbers<'n, N: Clone + Default>(names: impl Iterator<Item = &'n str>, mut give: impl FnMut(&str) -> N) -> Vec<N> {
    let mut order: Vec<(&str, usize)> = names.enumerate().map(|(at, name)| (name, at)).collect();
    order.sort_unstable();
    let mut numbers = vec![N::default(); order.len()];
    for (name, at) in order {
        numbers[at] = give(name);
    }
    numbers
}

/// Rows by student, a student's own in the order in which they came.
struct ByStudent<T>(Vec<(StudentIx, T)>);

impl<T> ByStudent<T> {
    fn of<R>(books: &mut Books, rows: &[R], mut fact: impl FnMut(&mut Books, &R) -> (StudentIx, T)) -> ByStudent<T> {
        let mut all: Vec<(StudentIx, T)> = rows.iter().map(|row| fact(books, row)).collect();
        all.sort_by_key(|(student, _)| *student);
        ByStudent(all)
    }

    fn facts(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, fact)| fact)
    }

    fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.0.retain(|(_, fact)| keep(fact));
    }

    /// Gives what each of so many students has, one after the other; often that is nothing.
    fn each(self, students: usize) -> impl Iterator<Item = (StudentIx, Vec<T>)> {
        let mut all = self.0.into_iter().peekable();
        (0..students).map(move |at| {
            let student = StudentIx(at as u32);
            let own = std::iter::from_fn(|| all.next_if(|(whose, _)| *whose == student));
            (student, own.map(|(_, fact)| fact).collect())
        })
    }
}

#[cfg(test)]
mod tests;
