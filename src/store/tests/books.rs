use super::letters::letter;
use super::standings::at;
use super::{books, day, home, same, save, save_directory, year};
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
    save_directory(&tx, &books.names, &[person("S000000"), person("S000001")]).expect("saved");
    tx.save_books(&later, &Changed::everything(&later)).expect("saved");
    tx.save_standings(&year(), [("a_rule", StudentIx(0), &at(Level::Watch))])
        .expect("saved");
    tx.post(&letter("S000000", Level::Watch, State::Sent), &[])
        .expect("posted");
    tx.purge(&[year(), next], true).expect("purged");
    assert_eq!(
        (
            store.directory().expect("read").len(),
            store.letters(&[]).expect("read").len()
        ),
        (2, 1)
    );
    tx.purge(&[next], false).expect("purged");
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

#[test]
fn what_each_feed_said_comes_back_as_it_went() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let mut books = books(3);
    let said = |books: &mut Books, feed: &str, student: u32| {
        let own = books.students[student as usize].clone();
        let of_feed = books.said.entry(feed.to_owned()).or_default();
        of_feed.insert(StudentIx(student), own);
        (feed.to_owned(), StudentIx(student))
    };
    let mut changed = Changed::everything(&books);
    changed.said = vec![
        said(&mut books, "days", 0),
        said(&mut books, "days", 1),
        said(&mut books, "classes", 1),
    ];
    let save = |books: &Books, changed: &Changed| {
        let tx = store.begin().expect("a transaction");
        tx.save_books(books, changed).expect("saved");
        tx.commit().expect("committed");
    };
    save(&books, &changed);
    assert_eq!(store.load_books(year()).expect("loaded").said, books.said);
    books.said.remove("classes");
    let changed = Changed {
        said: vec![("classes".to_owned(), StudentIx(1))],
        ..Changed::default()
    };
    save(&books, &changed);
    assert_eq!(store.load_books(year()).expect("loaded").said, books.said);
}

#[test]
fn a_calendar_of_two_years_is_there_when_the_second_begins() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let next = SchoolYear {
        start: day("2027-08-16"),
        end: day("2028-06-09"),
    };
    let after = SchoolYear {
        start: day("2028-08-14"),
        end: day("2029-06-08"),
    };
    let mut books = books(1);
    let term = books.names.terms.intern("Q1 next");
    books.later.terms.push(crate::facts::Term {
        term,
        school: None,
        start: day("2027-08-16"),
        end: day("2027-10-22"),
    });
    for date in ["2027-08-16", "2027-09-06", "2028-08-14"] {
        books.later.calendar.insert((None, day(date)), date != "2027-09-06");
    }
    save(&store, &books);
    let this = store.load_books(year()).expect("loaded");
    assert_eq!((&this.calendar, &this.later), (&books.calendar, &books.later));
    assert_eq!(store.calendar_days(&year()).expect("days").len(), 2);
    // The next year, before and after its own first round; then the one after it, of which its export has spoken too.
    let days = |year: &SchoolYear| -> Vec<(String, bool)> {
        let days = store.calendar_days(year).expect("days");
        days.into_iter()
            .map(|(day, taught)| (day.to_string(), taught))
            .collect()
    };
    let expected = [("2027-08-16".to_owned(), true), ("2027-09-06".to_owned(), false)];
    assert_eq!(days(&next), expected);
    let turned = store.load_books(next).expect("loaded");
    let dates: Vec<String> = turned.calendar.keys().map(|(_, day)| day.to_string()).collect();
    assert_eq!(dates, ["2027-08-16", "2027-09-06"]);
    assert_eq!((turned.terms.len(), turned.terms[0].term), (1, term));
    let tx = store.begin().expect("a transaction");
    tx.save_books(&turned, &Changed::default()).expect("saved");
    tx.purge(&[next], false).expect("purged");
    tx.commit().expect("committed");
    assert_eq!(days(&next), expected, "its own by now");
    assert_eq!(store.load_books(next).expect("loaded").terms.len(), 1);
    assert_eq!(days(&after), [("2028-08-14".to_owned(), true)]);
}
