use super::{day, home, to_keep, year};
use crate::crossings::{Reason, Standing};
use crate::facts::{SchoolIx, StudentIx};
use crate::monitor::{Place, Problem, Tallies, Weight};
use crate::school::{Level, SchoolYear};
use crate::store::{Change, Export, SchoolRule, Standings, Store};

pub(super) fn at(level: Level) -> Standing {
    Standing {
        level: Some(level),
        told: Some(Level::Watch),
        told_unwritten: true,
        since: Some(day("2026-10-01")),
        stepped_up: Some(day("2026-10-05")),
        episode: 2,
        reached: [9, 4, 0],
        calm: [0, 0, 7],
        judged: Some(day("2026-11-20")),
        digest: "abc".into(),
        unknown_days: 3,
        unknown_on: Some(day("2026-11-18")),
        left: Some(day("2026-11-19")),
    }
}

#[test]
fn standings_come_back_and_defaults_take_no_room() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let (flagged, clear) = (at(Level::Concern), Standing::default());
    let tx = store.begin().expect("a transaction");
    let rows = [
        ("b_rule", StudentIx(7), &flagged),
        ("a_rule", StudentIx(9), &flagged),
        ("a_rule", StudentIx(1), &flagged),
        ("a_rule", StudentIx(2), &clear),
    ];
    tx.save_standings(&year(), rows).expect("saved");
    tx.save_standings(&year(), [("a_rule", StudentIx(9), &clear)])
        .expect("saved");
    tx.commit().expect("committed");
    let expected = Standings::from([
        ("a_rule".to_owned(), [(StudentIx(1), flagged.clone())].into()),
        ("b_rule".to_owned(), [(StudentIx(7), flagged)].into()),
    ]);
    assert_eq!(store.load_standings(&year()).expect("loaded"), expected);
    let other = SchoolYear {
        start: day("2027-08-16"),
        end: day("2028-06-09"),
    };
    assert!(store.load_standings(&other).expect("loaded").is_empty());
}

#[test]
fn rules_nights_versions_and_changes_come_back() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let state = SchoolRule {
        judged: Some(day("2026-11-20")),
        digest: "abc".into(),
        baseline: r#"{"done":"2026-09-20"}"#.into(),
    };
    let change = Change {
        student: StudentIx(4),
        rule: "a_rule".into(),
        from: None,
        to: Some(Level::Urgent),
        reason: Reason::Crossed,
        day: day("2026-11-20"),
        value: Some(19.9),
        because: "absent".into(),
        numbers: "{}".into(),
        digest: "abc".into(),
        round: 1,
    };
    let tx = store.begin().expect("a transaction");
    tx.save_school_rule(&year(), "a_rule", SchoolIx(3), &state)
        .expect("saved");
    tx.save_school_rule(&year(), "a_rule", SchoolIx(4), &state)
        .expect("saved");
    tx.save_night(&year(), "a_rule", &[0, 1, 2]).expect("saved");
    tx.keep_rule_version("a_rule", "abc", "{\"v\":1}", 1).expect("kept");
    tx.keep_rule_version("a_rule", "abc", "{\"v\":2}", 2)
        .expect("kept once");
    tx.record_changes(&year(), [to_keep(&change)]).expect("kept");
    tx.commit().expect("committed");
    assert_eq!(
        store
            .load_school_rules(&year())
            .expect("read")
            .get(&("a_rule".into(), SchoolIx(3))),
        Some(&state)
    );
    assert_eq!(store.load_nights(&year()).expect("read")["a_rule"], [0, 1, 2]);
    assert_eq!(
        store.rule_version("a_rule", "abc").expect("read").as_deref(),
        Some("{\"v\":1}")
    );
    assert_eq!(
        store.changes(&year(), StudentIx(4), Some("a_rule")).expect("read"),
        std::slice::from_ref(&change)
    );
    assert_eq!(
        store.changes(&year(), StudentIx(4), None).expect("read"),
        store.changes_of_round(1).expect("read")
    );
    assert!(
        store
            .changes(&year(), StudentIx(4), Some("b_rule"))
            .expect("read")
            .is_empty()
    );

    let tx = store.begin().expect("a transaction");
    tx.forget_school_rules(&year(), Some(SchoolIx(3))).expect("forgotten");
    tx.commit().expect("committed");
    assert_eq!(store.load_school_rules(&year()).expect("read").len(), 1);
}

#[test]
fn rounds_exports_and_problems_come_back() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    assert_eq!(store.last_as_of().expect("read"), None);
    let tx = store.begin().expect("a transaction");
    let round = tx
        .open_round(day("2026-11-20"), day("2026-11-21"), 1_000)
        .expect("opened");
    let mut tallies = Tallies::default();
    tallies.add("unknown-code", 412, "code", "UV");
    let export = Export {
        feed: "attendance".into(),
        name: "attendance-2026-11-20.csv".into(),
        digest: "d1".into(),
        size: 12,
        settled: 900,
        first: Some(day("2026-08-17")),
        last: None,
        rows: 3,
        tallies,
        accepted: day("2026-11-20"),
        round,
    };
    tx.accept(&export).expect("kept");
    let place = Place::file("attendance.csv").line(412).column("code");
    let problem = Problem::new(
        "unknown-code",
        Weight::Note,
        place,
        "code `UV` is in no table",
        "add it",
    );
    tx.keep_problems(round, std::slice::from_ref(&problem)).expect("kept");
    tx.close_round(round, 1_005, r#"{"students":3}"#).expect("closed");
    tx.commit().expect("committed");
    let last = store.last_round().expect("read").expect("a round");
    assert_eq!(
        (last.round, last.as_of, last.committed),
        (round, day("2026-11-20"), 1_005)
    );
    assert_eq!(last.counts, r#"{"students":3}"#);
    assert_eq!(store.last_as_of().expect("read"), Some(day("2026-11-20")));
    assert_eq!(store.exports().expect("read"), [export]);
    assert!(store.is_latest("attendance", "d1").expect("read") && !store.has_export("grades", "d1").expect("read"));
    assert_eq!(store.problems().expect("read"), [problem]);
}
