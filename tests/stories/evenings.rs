//! A round in the evening and one before letters leave: what waits overnight, second readers, and who is there in the morning.

use std::cell::Cell;
use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use firstbell::school::Day;
use firstbell::store::Store;
use firstbell::{bell, clock, round};

use crate::support::District;
use crate::{counseled, only_letter};

/// A round at a moment of Chicago's clock, over exports that were written just before it.
fn ring_at(district: &District, moment: &str) {
    let zone = jiff::tz::TimeZone::get("America/Chicago").expect("the zone of the home");
    let moment = zone.to_ambiguous_timestamp(moment.parse().expect("a moment"));
    let now = clock::at(moment.compatible().expect("a moment"), &zone);
    let written = UNIX_EPOCH + Duration::from_secs(now.seconds.unsigned_abs() - 600);
    for entry in fs::read_dir(district.home().join("inbox")).expect("the inbox") {
        let path = entry.expect("the inbox is ours").path();
        if path.is_file() {
            let file = fs::File::options().write(true).open(path).expect("an export");
            file.set_modified(written).expect("an export");
        }
    }
    let Ok(desk) = bell::Desk::open(&district.home()) else {
        panic!("the home is usable")
    };
    let rung = round::ring(&desk.setup, round::Order::default(), &now);
    assert!(rung.is_ok(), "the round of {}", now.today);
}

#[test]
fn a_round_given_up_after_it_has_judged_keeps_nothing_and_is_done_again() {
    let district = counseled(&["1001"]).student("1001", "Ana Alder", "9", "A*3").init();
    district.only(&["chronic_absence"]);
    district.export("2026-09-14");
    let exports = || {
        let entries = fs::read_dir(district.home().join("inbox")).expect("the inbox");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("the inbox is ours").file_name())
            .collect();
        names.sort();
        names
    };
    let before = exports();
    let Ok(desk) = bell::Desk::open(&district.home()) else {
        panic!("the home is usable")
    };
    // Asked after the files were read, and again when all of them are laid in and judged.
    let asked = Cell::new(0);
    let stop = || asked.replace(asked.get() + 1) > 0;
    let hand = round::Hand {
        stop: &stop,
        ..round::Hand::default()
    };
    let order = round::Order {
        as_of: Day::parse(b"2026-09-14"),
        ..round::Order::default()
    };
    let now = clock::at(jiff::Timestamp::UNIX_EPOCH, &jiff::tz::TimeZone::UTC);
    let given_up = round::ring_with(&desk.setup, order, &now, hand);
    let code = given_up.err().map(|problem| problem.code);
    assert_eq!((code.as_deref(), asked.get()), (Some(round::ROUND_STOPPED), 2));
    assert_eq!(exports(), before, "every file lies where it lay");
    let store = Store::open_read_only(district.home().join("var/firstbell.db")).expect("the store");
    assert_eq!(store.directory().expect("names"), []);
    assert_eq!(store.student("1001").expect("ids"), None);
    assert!(store.last_round().expect("rounds").is_none());
    drop(store);
    district.night("2026-09-14");
    assert_eq!(only_letter(&district).subject, "firstbell: starting list, 1 student");
}

/// What became of the letters for a morning: `nightly s1 sent`.
fn letters_for(district: &District, morning: &str) -> Vec<String> {
    let db = rusqlite::Connection::open(district.home().join("var/firstbell.db")).expect("the store");
    let mut rows = db
        .prepare(
            "SELECT kind || ' ' || to_staff || ' ' || state FROM letter \
             WHERE morning = ? AND kind <> 'operator_report' ORDER BY letter",
        )
        .expect("the table of letters");
    let rows = rows.query_map([morning], |row| row.get(0)).expect("letters");
    rows.map(|row| row.expect("a letter")).collect()
}

/// A student with a plan of special education whose eighth day of suspension is Thursday, 2026-09-17, and one without. `owner` has both, and
/// can carry so many.
fn removed(owner: &str, case_manager: &str, capacity: &str) -> District {
    let mut district = District::new()
        .classmates(14)
        .staff_at("", owner, "Maria Lopez", "counselor", capacity)
        .staff(case_manager, "Casey Mann", "case_manager")
        .student("1001", "Ana Alder", "9", "P")
        .caseload("1001", owner, "counselor")
        .student("1002", "Ben Birch", "9", "P")
        .stay("", "", "iep")
        .caseload("1002", owner, "counselor")
        .caseload("1002", case_manager, "case_manager");
    let days = ["08", "09", "10", "11", "14", "15", "16", "17"].map(|day| format!("2026-09-{day}"));
    for (number, day) in days.iter().enumerate() {
        district = district
            .incident(day, &format!("a{number}"), "1001", "Fighting", "OSS")
            .incident(day, &format!("b{number}"), "1002", "Fighting", "OSS");
    }
    let district = district.init();
    district.only(&["removal_days"]);
    district
}

/// Letters by name, kind and person: `2026-09-18 nightly s1`.
fn about(district: &District, words: &str) -> Vec<String> {
    let with = district.mail().into_iter().filter(|mail| mail.text.contains(words));
    let name = |file: String| file.rsplit_once('-').map(|(name, _)| name.to_owned()).unwrap_or(file);
    with.filter(|mail| !mail.file.contains("operator"))
        .map(|mail| name(mail.file))
        .collect()
}

#[test]
fn a_letter_and_its_copy_that_wait_outlive_a_second_round() {
    let district = removed("s1", "s2", "");
    district.nights("2026-09-08", "2026-09-16");
    district.export("2026-09-17");
    ring_at(&district, "2026-09-17T19:00:00");
    let both = |state: &str| ["s1", "s2"].map(|staff| format!("nightly {staff} {state}"));
    assert_eq!(letters_for(&district, "2026-09-18"), both("waiting"));
    ring_at(&district, "2026-09-18T05:30:00");
    assert_eq!(letters_for(&district, "2026-09-18"), both("sent"));
}

#[test]
fn a_second_round_says_nothing_more_of_what_others_are_written_tonight() {
    let district = District::new()
        .classmates(14)
        .staff("s1", "Maria Lopez", "counselor")
        .staff("s2", "Lee Chan", "attendance_liaison")
        .student("1001", "Ana Alder", "9", "P*19 E P*2 E*2")
        .caseload("1001", "s1", "counselor")
        .incident("2026-09-17", "i1", "1001", "Fighting", "OSS")
        .init();
    district.only(&["chronic_absence", "suspension"]);
    district.nights("2026-09-14", "2026-09-16");
    district.export("2026-09-17");
    ring_at(&district, "2026-09-17T19:00:00");
    assert_eq!(
        letters_for(&district, "2026-09-18"),
        ["nightly s1 waiting", "nightly s2 waiting"]
    );
    ring_at(&district, "2026-09-18T05:30:00");
    assert_eq!(
        letters_for(&district, "2026-09-18"),
        ["nightly s1 sent", "nightly s2 sent"]
    );
}

#[test]
fn a_copy_takes_no_student_from_the_owner_and_tells_the_owner_nothing() {
    for (owner, case_manager) in [("s1", "s2"), ("s2", "s1")] {
        let district = removed(owner, case_manager, "");
        district.nights("2026-09-08", "2026-09-17");
        let mut nightly = [owner, case_manager].map(|staff| format!("2026-09-18-nightly-{staff}"));
        nightly.sort_unstable();
        assert_eq!(about(&district, "B. B."), nightly);
        // No handover list comes after it, and that the rule was changed is told to the owner alone.
        let levels = "[removal_days]\nlevels = { watch = 15, concern = 18, urgent = 20 }\n";
        district.changes(&["removal_days"], levels);
        district.nights("2026-09-18", "2026-09-22");
        let digest = format!("2026-09-21-digest-{owner}");
        assert_eq!(about(&district, "B. B.")[2..], [digest]);
    }
}

#[test]
fn what_a_second_reader_was_written_is_counted_in_their_digest_while_it_is_open() {
    let district = removed("s1", "s2", "");
    district.nights("2026-09-08", "2026-09-18");
    let digest = |staff: &str| {
        let file = format!("2026-09-21-digest-{staff}");
        let found = district.mail().into_iter().find(|mail| mail.file.starts_with(&file));
        found.map(|mail| mail.text).unwrap_or_default()
    };
    // The counselor owns both students; the case manager reads of the one with a plan of special education.
    assert!(digest("s1").contains("- Days removed from school, concern: 2 students\n"));
    assert!(digest("s2").contains("- Days removed from school, concern: 1 student\n"));
    assert!(!digest("s2").contains("no flag that you were written is open"));
}

#[test]
fn what_an_owner_cannot_carry_follows_though_a_second_reader_knows_it() {
    let district = removed("s1", "s2", "1");
    district.nights("2026-09-08", "2026-09-22");
    let carried = ["2026-09-18-nightly-s1", "2026-09-21-nightly-s1"];
    assert_eq!(about(&district, "B. B."), ["2026-09-18-nightly-s2", carried[1]]);
    assert_eq!(about(&district, "1 more student waits for your digest"), [carried[0]]);
}

#[test]
fn a_refused_letter_is_written_again_though_a_second_reader_has_the_copy() {
    let district = removed("s1", "s2", "");
    district.nights("2026-09-08", "2026-09-17");
    let db = rusqlite::Connection::open(district.home().join("var/firstbell.db")).expect("the store");
    let refuse = "UPDATE letter SET state = 'refused' WHERE kind = 'nightly' AND to_staff = 's1'";
    assert_eq!(db.execute(refuse, []).expect("a letter"), 1);
    drop(db);
    district.nights("2026-09-18", "2026-09-21");
    let all = about(&district, "B. B.");
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(all[2], "2026-09-21-nightly-s1");
}

#[test]
fn what_the_evening_writes_goes_to_whoever_is_there_in_the_morning() {
    let district = District::new()
        .classmates(6)
        .away("s1", "Maria Lopez", "counselor", ("2026-09-21", "2026-09-25"), "s2")
        .staff("s2", "Sam Reed", "teacher;counselor")
        .student("1001", "Ana Alder", "9", "P*22 E*3")
        .student("1002", "Ben Birch", "9", "P*23 E*2")
        .caseload("1001", "s1", "counselor")
        .caseload("1002", "s1", "counselor")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-17");
    district.export("2026-09-18");
    ring_at(&district, "2026-09-18T19:00:00");
    ring_at(&district, "2026-09-21T05:30:00");
    assert_eq!(
        letters_for(&district, "2026-09-21"),
        ["nightly s2 sent", "digest s2 sent"]
    );
}

#[test]
fn who_was_left_to_the_digest_stays_said_in_the_letter_that_waits() {
    let mut district = District::new()
        .classmates(8)
        .staff_at("", "s1", "Maria Lopez", "counselor", "2");
    for id in ["1001", "1002", "1003"] {
        district = district
            .student(id, "Some Body", "9", "P*22 E*3")
            .caseload(id, "s1", "counselor");
    }
    let district = district.init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-17");
    district.export("2026-09-18");
    ring_at(&district, "2026-09-18T19:00:00");
    ring_at(&district, "2026-09-21T05:30:00");
    assert_eq!(
        letters_for(&district, "2026-09-21"),
        ["nightly s1 sent", "digest s1 sent"]
    );
    assert_eq!(
        about(&district, "1 more student waits for your digest"),
        ["2026-09-21-nightly-s1"]
    );
}

/// Two dozen students who fall ill together; on the last of those days each of them is in two fights.
fn twice_stormy() -> District {
    let mut district = District::new()
        .classmates(16)
        .staff("s1", "Maria Lopez", "counselor")
        .staff("p1", "Pat Head", "principal")
        .incident("2026-09-01", "first", "710001", "Defiance", "");
    for number in 2001..2025 {
        let id = number.to_string();
        district = district
            .student(&id, "Storm Child", "9", "P*22 E*3")
            .incident("2026-09-18", &format!("a{id}"), &id, "Fighting", "")
            .incident("2026-09-18", &format!("b{id}"), &id, "Fighting", "");
    }
    let district = district.init();
    district.only(&["chronic_absence", "recent_incidents"]);
    district.nights("2026-09-14", "2026-09-17");
    district.export("2026-09-18");
    district
}

#[test]
fn a_storm_that_a_later_round_of_the_morning_finds_is_told_beside_the_first_one() {
    let (ill, fought) = ("- Chronic absence, judged for", "- Recent incidents, judged for");
    for waits in [true, false] {
        let district = twice_stormy();
        // The behavior export is broken at first.
        let export = district.home().join("inbox/behavior.csv");
        let whole = fs::read_to_string(&export).expect("an export");
        fs::write(&export, whole.replace("2026-09-", "2026-13-")).expect("the inbox is ours");
        match waits {
            true => ring_at(&district, "2026-09-18T19:00:00"),
            false => assert_eq!(district.run(&["run", "--as-of", "2026-09-18"]).code, 3),
        }
        fs::write(&export, whole).expect("the inbox is ours");
        match waits {
            true => ring_at(&district, "2026-09-21T05:30:00"),
            false => assert_eq!(district.run(&["run", "--as-of", "2026-09-18"]).code, 3),
        }
        let letters = district.letters_of("school-letter").into_iter();
        let mut told: Vec<[bool; 2]> = letters
            .map(|letter| [ill, fought].map(|storm| letter.text.contains(storm)))
            .collect();
        told.sort_unstable();
        match waits {
            true => assert_eq!(told, [[true, true]]),
            false => assert_eq!(told, [[false, true], [true, false]]),
        }
    }
}

#[test]
fn an_owner_is_reminded_once_though_the_letter_to_the_principal_waits_overnight() {
    let district = crate::counseled(&["1001", "1002"])
        .staff("p1", "Pat Head", "principal")
        .student("1001", "Ana Alder", "9", "E*6")
        .student("1002", "Ben Birch", "9", "P")
        .contact("2026-09-14", "1002", "s1", "call")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-25");
    assert_eq!(letters_for(&district, "2026-09-22"), ["reminder s1 sent"]);
    district.export("2026-09-28");
    ring_at(&district, "2026-09-28T19:00:00");
    ring_at(&district, "2026-09-29T05:30:00");
    assert_eq!(letters_for(&district, "2026-09-29"), ["reminder p1 sent"]);
}
