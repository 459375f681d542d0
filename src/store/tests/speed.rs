//! Measured by hand, never a timed test: `cargo test --release --lib store::tests::speed -- --ignored --nocapture`.

use std::time::Duration;

use super::standings::at;
use super::{Changed, Store, books, home, save_directory, to_keep, year};
use crate::crossings::{Reason, Standing};
use crate::directory::Person;
use crate::facts::StudentIx;
use crate::school::Level;
use crate::store::Change;

/// Nanoseconds that this thread was on a processor: what tells on a machine that others use too.
fn on_cpu() -> Option<f64> {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    spent.split(' ').next()?.parse().ok()
}

#[allow(clippy::disallowed_methods)]
fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let worked = on_cpu();
    let begun = std::time::Instant::now();
    let value = run();
    let took: Duration = begun.elapsed();
    let worked = on_cpu()
        .zip(worked)
        .map_or(0.0, |(after, before)| (after - before) / 1e9);
    println!("{what}: {:.3} s, of which {worked:.3} s at work", took.as_secs_f64());
    value
}

fn change(student: StudentIx, round: i64) -> Change {
    Change {
        student,
        rule: "chronic_absence".into(),
        from: None,
        to: Some(Level::Concern),
        reason: Reason::Baseline,
        day: year().start,
        value: Some(12.5),
        because: "absent 15 of 118 enrolled days (12.7 %), 9 unexcused".into(),
        numbers: r#"{"absence_percent":12.711864406779661,"absences":15,"enrolled_days":118,"unexcused":9}"#.into(),
        digest: "0123456789abcdef".into(),
        round,
    }
}

#[test]
#[ignore = "a measurement of 100,000 students, for people"]
fn a_hundred_thousand_students() {
    let (_folder, path) = home();
    let books = books(100_000);
    let persons: Vec<Person> = books
        .names
        .students
        .iter()
        .map(|id| Person {
            student_id: id.into(),
            first_name: format!("First{id}"),
            last_name: format!("Last{id}"),
            homeroom: "12".into(),
        })
        .collect();
    let everything = Changed::everything(&books);
    let standing: Standing = at(Level::Watch);
    {
        let store = timed("open new", || Store::open(&path)).expect("opened");
        let tx = store.begin().expect("a transaction");
        timed("save books", || tx.save_books(&books, &everything)).expect("saved");
        timed("save directory", || save_directory(&tx, &books.names, &persons)).expect("saved");
        let rows = (0..100_000).map(|student| ("a_rule", StudentIx(student), &standing));
        timed("save 100,000 standings", || tx.save_standings(&year(), rows)).expect("saved");
        let round = tx.open_round(year().start, year().start, 0).expect("opened");
        let changes: Vec<Change> = (0..100_000).map(|student| change(StudentIx(student), round)).collect();
        timed("record 100,000 changes", || {
            tx.record_changes(&year(), changes.iter().map(to_keep))
        })
        .expect("kept");
        timed("commit", || tx.commit()).expect("committed");
        timed("close", || drop(store));
    }
    println!("size: {} KB", std::fs::metadata(&path).expect("a file").len() / 1024);
    let store = timed("open again", || Store::open(&path)).expect("opened");
    let loaded = timed("load books", || store.load_books(year())).expect("loaded");
    assert_eq!(loaded.students.len(), 100_000);
    let standings = timed("load standings", || store.load_standings(&year())).expect("loaded");
    assert_eq!(standings["a_rule"].len(), 100_000);
    let tx = store.begin().expect("a transaction");
    timed("save books again", || tx.save_books(&books, &everything)).expect("saved");
    timed("save directory again", || save_directory(&tx, &books.names, &persons)).expect("saved");
    timed("commit again", || tx.commit()).expect("committed");
}
