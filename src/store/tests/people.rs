use std::sync::Arc;

use super::{books, day, home, save_directory};
use crate::directory::Person;
use crate::routing::{Caseload, Staff};
use crate::school::{Area, Grade};
use crate::store::{Changed, Group, Met, Outcome, Store};

#[test]
fn the_directory_is_the_only_table_with_names() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let books = books(3);
    let person = |id: &str, last: &str| Person {
        student_id: id.into(),
        first_name: "Quixote".into(),
        last_name: last.into(),
        homeroom: "12B".into(),
    };
    let tx = store.begin().expect("a transaction");
    tx.save_books(&books, &Changed::everything(&books)).expect("saved");
    save_directory(
        &tx,
        &books.names,
        &[person("S000001", "Zarathustra"), person("S000000", "Old")],
    )
    .expect("saved");
    save_directory(
        &tx,
        &books.names,
        &[person("S000000", "New"), person("nobody", "Nobody")],
    )
    .expect("saved");
    tx.commit().expect("committed");
    assert_eq!(
        store.person("S000000").expect("read").map(|person| person.last_name),
        Some("New".to_owned())
    );
    assert_eq!(store.person("S000002").expect("read"), None);
    let wanted = ["S000001".to_owned(), "S000002".to_owned()].into();
    let people = store.people(&wanted).expect("read");
    assert_eq!(people.values().collect::<Vec<_>>(), [&person("S000001", "Zarathustra")]);

    let tables: Vec<String> = store
        .all("SELECT name FROM sqlite_schema WHERE type = 'table'", [], |row| {
            row.get(0)
        })
        .expect("tables");
    for table in tables.iter().filter(|table| *table != "directory") {
        let rows = store.all(&format!("SELECT * FROM {table}"), [], |row| {
            let columns = row.as_ref().column_count();
            (0..columns)
                .map(|column| row.get_ref(column).map(|value| format!("{value:?}")))
                .collect::<Result<String, _>>()
        });
        for row in rows.expect("rows") {
            assert!(!row.contains("Quixote") && !row.contains("Zarathustra"), "{table}");
        }
    }
}

#[test]
fn whom_an_export_brought_can_be_written_before_the_books() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let books = books(3);
    let person = |id: &str| Person {
        student_id: id.into(),
        first_name: "Ada".into(),
        last_name: id.into(),
        homeroom: String::new(),
    };
    let met = |first: usize, before: Option<&str>, ids: &[&str]| Met {
        first: first as u32,
        before: before.map(Into::into),
        ids: ids.iter().map(|id| (*id).into()).collect(),
        people: Arc::new(ids.iter().map(|id| person(id)).collect()),
        numbers: (first..).take(ids.len()).map(|number| number as u32).collect(),
    };
    let tx = store.begin().expect("a transaction");
    tx.save_met(&met(0, None, &["S000000"])).expect("saved");
    tx.save_met(&met(1, Some("S000000"), &["S000001"])).expect("saved");
    tx.save_books(&books, &Changed::everything(&books)).expect("saved");
    tx.commit().expect("committed");
    assert_eq!(store.load_books(books.year).expect("loaded").students, books.students);
    let known = [person("S000000"), person("S000001")];
    assert_eq!(store.directory().expect("read"), known);

    // Somebody else wrote since the books were read: the numbers would mean others.
    for (first, before) in [(2, Some("S000001")), (3, Some("another")), (0, None)] {
        let tx = store.begin().expect("a transaction");
        let refused = tx.save_met(&met(first, before, &["S000009"])).expect_err("stale");
        assert_eq!(refused.code, "store-stale", "{first}");
    }
    // Who brings nobody new only says how they are called.
    let named = Met {
        numbers: vec![1],
        people: Arc::new(vec![Person {
            homeroom: "9A".into(),
            ..person("S000001")
        }]),
        ..met(3, Some("S000002"), &[])
    };
    let tx = store.begin().expect("a transaction");
    tx.save_met(&named).expect("saved");
    tx.commit().expect("committed");
    let homerooms = store
        .directory()
        .expect("read")
        .into_iter()
        .map(|person| person.homeroom);
    assert!(homerooms.eq(["", "9A"]));
}

#[test]
fn staff_caseloads_and_audit_tables_come_back() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let staff = Staff {
        staff_id: "17".into(),
        name: "R. Okafor".into(),
        roles: vec!["counselor".into(), "mtss_lead".into()],
        grades: vec![Grade(0), Grade(-1)],
        away_until: Some(day("2026-12-01")),
        ..Staff::default()
    };
    let caseload = Caseload {
        student_id: "S000001".into(),
        staff_id: "17".into(),
        role: "counselor".into(),
        area: Some(Area("attendance".into())),
        from: Some(day("2026-09-01")),
        until: None,
        from_range: true,
    };
    let group = Group {
        student_id: "S000001".into(),
        group: "gender".into(),
        value: "x".into(),
    };
    let outcome = Outcome {
        student_id: "S000001".into(),
        outcome: "graduated".into(),
        value: true,
        date: None,
    };
    let tx = store.begin().expect("a transaction");
    for _ in 0..2 {
        tx.save_staff(std::slice::from_ref(&staff)).expect("saved");
        tx.save_caseload(std::slice::from_ref(&caseload)).expect("saved");
        tx.save_groups(std::slice::from_ref(&group)).expect("saved");
        tx.save_outcomes(std::slice::from_ref(&outcome)).expect("saved");
    }
    tx.commit().expect("committed");
    assert_eq!(store.staff().expect("read"), [staff]);
    assert_eq!(store.caseload().expect("read"), [caseload]);
    assert_eq!(store.groups().expect("read"), [group]);
    assert_eq!(store.outcomes().expect("read"), [outcome]);
}
