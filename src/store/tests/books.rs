use super::letters::letter;
use super::standings::at;
use super::{books, day, home, same, save, year};
use crate::directory::Person;
use crate::facts::{Books, CodeIx, StudentIx};
use crate::outbox::State;
use crate::school::{Day, Level, SchoolYear};
use crate::store::{Changed, Store};

#[test]
fn books_come_back_as_they_went() {
    let (_folder, path) = home();
    let mut books = books(5);
    {
        let store = Store::open(&path).expect("opened");
        same(&store.load_books(year()).expect("loaded"), &Books::new(year()));
        save(&store, &books);
    }
    let store = Store::open(&path).expect("opened again");
    same(&store.load_books(year()).expect("loaded"), &books);

    // A later round: one student changed, a new one came, one lost all facts.
    books.students[1].marks.clear();
    books.students[2] = Default::default();
    let new = books.student("S999");
    books.students[new.0 as usize].programs = vec![books.names.words.intern("iep")];
    let tx = store.begin().expect("a transaction");
    let changed = Changed {
        students: vec![new, StudentIx(2), StudentIx(1), StudentIx(2)],
        ..Changed::default()
    };
    tx.save_books(&books, &changed).expect("saved");
    tx.commit().expect("committed");
    same(&store.load_books(year()).expect("loaded"), &books);
}

#[test]
fn a_year_that_begins_earlier_moves_no_fact() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let books = books(2);
    save(&store, &books);
    let earlier = SchoolYear {
        start: day("2026-08-10"),
        end: day("2027-06-11"),
    };
    let days = |books: &Books, year: SchoolYear| -> Vec<(Day, CodeIx)> {
        let mut rows: Vec<_> = books.students[1]
            .attendance
            .rows()
            .map(|row| (year.day(row.day), row.code))
            .collect();
        rows.sort();
        rows
    };
    let moved = store.load_books(earlier).expect("loaded");
    assert_eq!(days(&moved, earlier), days(&books, year()));
    assert_eq!(moved.students[1].marks, books.students[1].marks);
    // A round that changes nothing else must still write every record under the new first day.
    let tx = store.begin().expect("a transaction");
    tx.save_books(&moved, &Changed::default()).expect("saved");
    tx.commit().expect("committed");
    same(&store.load_books(earlier).expect("loaded"), &moved);
    assert_eq!(store.school_years().expect("years"), [earlier]);
}

#[test]
fn a_dropped_transaction_leaves_nothing() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let tx = store.begin().expect("a transaction");
    tx.save_books(&books(3), &Changed::everything(&books(3)))
        .expect("saved");
    tx.set_meta("word", "value").expect("set");
    assert_eq!(tx.meta("word").expect("read").as_deref(), Some("value"));
    drop(tx);
    assert_eq!(store.meta("word").expect("read"), None);
    same(&store.load_books(year()).expect("loaded"), &Books::new(year()));
}

#[test]
fn purge_forgets_years_and_the_names_that_only_they_knew() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let books = books(2);
    let next = SchoolYear {
        start: day("2027-08-16"),
        end: day("2028-06-09"),
    };
    let mut later = Books::new(next);
    later.names = books.names.clone();
    later.students = vec![Default::default(), books.students[1].clone()];
    later.schools = books.schools.clone();
    later.courses = books.courses.clone();
    let person = |id: &str| Person {
        student_id: id.into(),
        ..Person::default()
    };
    let tx = store.begin().expect("a transaction");
    tx.save_books(&books, &Changed::everything(&books)).expect("saved");
    tx.save_directory(&books.names, &[person("S000000"), person("S000001")])
        .expect("saved");
    tx.save_books(&later, &Changed::everything(&later)).expect("saved");
    tx.save_standings(&year(), [("a_rule", StudentIx(0), &at(Level::Watch))])
        .expect("saved");
    tx.post(&letter("S000000", Level::Watch, State::Sent), &[])
        .expect("posted");
    tx.purge(&[year(), next]).expect("purged");
    assert_eq!(
        (
            store.directory().expect("read").len(),
            store.letters(&[]).expect("read").len()
        ),
        (2, 1)
    );
    tx.purge(&[next]).expect("purged");
    tx.commit().expect("committed");
    assert_eq!(store.school_years().expect("years"), [next]);
    assert!(!store.has_facts(&year()).expect("read") && store.has_facts(&next).expect("read"));
    assert_eq!(store.directory().expect("read"), [person("S000001")]);
    assert!(store.letters(&[]).expect("read").is_empty());
    assert_eq!(store.load_books(next).expect("loaded").students, later.students);
}

#[test]
fn books_read_before_another_round_wrote_are_refused() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    save(&store, &books(2));
    let mut stale = store.load_books(year()).expect("loaded");
    save(&store, &books(3));
    stale.student("another");
    let tx = store.begin().expect("a transaction");
    let refused = tx.save_books(&stale, &Changed::everything(&stale)).expect_err("stale");
    assert_eq!(refused.code, "store-stale");
}
