use super::{day, home, year};
use crate::crossings::Reason;
use crate::outbox::{Content, Entry, Group, Kind, Letter, State, Told};
use crate::school::{Area, Level, SchoolYear};
use crate::store::{Store, Telling};

pub(super) fn letter(student: &str, level: Level, state: State) -> Letter {
    let entry = Entry {
        student_id: student.into(),
        school_id: "1044".into(),
        grade: "9".into(),
        rule: "chronic_absence".into(),
        title: "Chronic absence".into(),
        area: Area("attendance".into()),
        level: Some(level),
        before: None,
        reason: Reason::Crossed,
        episode: 1,
        since: Some(day("2026-11-20")),
        because: "absent 3 of 30 enrolled days (10 %), 3 unexcused".into(),
        next: String::new(),
        going_on: Vec::new(),
        detail: Vec::new(),
        strip: "PPPPA".into(),
        ask: Vec::new(),
        group: Group::Level,
        edge: String::new(),
        open: Vec::new(),
        held: String::new(),
        whose: String::new(),
    };
    Letter {
        id: 0,
        kind: Kind::Nightly,
        to_staff: "17".into(),
        address: "r.okafor@district.example".into(),
        to_name: "R. Okafor".into(),
        morning: day("2026-11-23"),
        message_id: "abc@district.example".into(),
        date: 1_700_000_000,
        content: Content {
            entries: vec![entry],
            ..Content::of(day("2026-11-20"))
        },
        state,
        attempts: 0,
        not_before: 0,
        answer: String::new(),
    }
}

/// What a letter of one entry tells.
fn tells(letter: &Letter) -> Told {
    let entry = &letter.content.entries[0];
    Told {
        student_id: entry.student_id.clone(),
        school_id: entry.school_id.clone(),
        rule: entry.rule.clone(),
        episode: entry.episode,
        level: entry.level.expect("a level"),
        unwritten: false,
        falls: false,
        why: "caseload:counselor".into(),
    }
}

#[test]
fn told_is_the_highest_level_that_was_not_refused_or_replaced() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let told = |student: &str| store.told(&year(), student, "chronic_absence", 1).expect("read");
    let counted = Told {
        student_id: "S2".into(),
        school_id: "1045".into(),
        rule: "chronic_absence".into(),
        level: Level::Watch,
        episode: 1,
        unwritten: true,
        falls: false,
        why: String::new(),
    };
    let tx = store.begin().expect("a transaction");
    let [first, second, third] = [
        letter("S1", Level::Watch, State::Sent),
        letter("S1", Level::Concern, State::Waiting),
        letter("S1", Level::Urgent, State::Waiting),
    ];
    let watch = tx.post(&first, &[tells(&first), counted.clone()]).expect("posted");
    let concern = tx.post(&second, &[tells(&second)]).expect("posted");
    tx.commit().expect("committed");
    assert_eq!(
        (told("S1"), told("S2"), told("S3")),
        (Some(Level::Concern), Some(Level::Watch), None)
    );
    let tolds = store.tolds(&year()).expect("read");
    assert_eq!(
        tolds[&("S1".to_owned(), "chronic_absence".to_owned(), 1)],
        Telling {
            level: Level::Concern,
            written: true
        }
    );
    assert_eq!(
        tolds[&("S2".to_owned(), "chronic_absence".to_owned(), 1)],
        Telling {
            level: Level::Watch,
            written: false
        }
    );

    let tx = store.begin().expect("a transaction");
    let urgent = tx
        .replace(concern, &third, &[tells(&third)])
        .expect("ran")
        .expect("replaced");
    assert_eq!(tx.replace(watch, &third, &[]).expect("ran"), None, "sent letters stand");
    tx.commit().expect("committed");
    assert_eq!(told("S1"), Some(Level::Urgent));
    assert_eq!(
        store
            .letters(&[State::Waiting])
            .expect("read")
            .iter()
            .map(|letter| letter.id)
            .collect::<Vec<_>>(),
        [urgent]
    );

    let tx = store.begin().expect("a transaction");
    tx.set_state(urgent, State::Refused, "550 no such user", 0, 5)
        .expect("set");
    tx.commit().expect("committed");
    assert_eq!(told("S1"), Some(Level::Watch));
    let other = SchoolYear {
        start: day("2027-08-16"),
        end: day("2028-06-09"),
    };
    assert_eq!(
        store.told(&other, "S1", "chronic_absence", 1).expect("read"),
        None,
        "episodes begin anew each year"
    );

    let tx = store.begin().expect("a transaction");
    tx.put_told_back(Some("1044")).expect("put back");
    assert_eq!((told("S1"), told("S2")), (None, Some(Level::Watch)));
    tx.put_told_back(None).expect("put back");
    assert_eq!(told("S2"), None);
}

#[test]
fn a_letter_is_sealed_once_and_blanked_at_the_final_answer() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let posted = letter("S1", Level::Concern, State::Waiting);
    let tx = store.begin().expect("a transaction");
    let id = tx.post(&posted, &[]).expect("posted");
    assert_eq!(store.letter(id).expect("read"), Some(Letter { id, ..posted.clone() }));
    tx.seal(id, b"first").expect("sealed");
    tx.set_state(id, State::Sending, "", 0, 10).expect("set");
    tx.seal(id, b"second").expect("ran");
    tx.set_state(id, State::Delayed, "451 later", 310, 11).expect("set");
    assert_eq!(store.sealed(id).expect("read").as_deref(), Some(&b"first"[..]));
    tx.postpone(id, 400).expect("postponed");
    let put_off = store.letter(id).expect("read").expect("a letter");
    assert_eq!(
        (put_off.not_before, put_off.state, put_off.attempts),
        (400, State::Delayed, 1)
    );
    tx.set_state(id, State::Sending, "", 0, 310).expect("set");
    tx.set_state(id, State::Sent, "250 ok", 0, 311).expect("set");
    tx.commit().expect("committed");
    assert_eq!(store.sealed(id).expect("read"), None);
    let read = store.letter(id).expect("read").expect("a letter");
    assert_eq!(
        (read.attempts, read.state, read.answer.as_str()),
        (2, State::Sent, "250 ok")
    );
    let steps: Vec<State> = store
        .deliveries(id)
        .expect("read")
        .into_iter()
        .map(|step| step.state)
        .collect();
    assert_eq!(steps, [State::Sending, State::Delayed, State::Sending, State::Sent]);
    assert_eq!(
        store
            .letters_for(Kind::Nightly, "17", day("2026-11-23"))
            .expect("read")
            .len(),
        1
    );
    assert_eq!(store.letters_about("S1").expect("read").len(), 1);
    assert!(store.letters_about("S2").expect("read").is_empty());
}

#[test]
fn blanked_bytes_are_gone_from_the_file() {
    let (_folder, path) = home();
    let bytes = b"Dear R. Okafor, Zarathustra Quixote ".repeat(400);
    let holds = |path: &std::path::Path| {
        let file = std::fs::read(path).expect("read");
        file.windows(11).any(|window| window == b"Zarathustra")
    };
    let id = {
        let store = Store::open(&path).expect("opened");
        let tx = store.begin().expect("a transaction");
        let id = tx
            .post(&letter("S1", Level::Concern, State::Waiting), &[])
            .expect("posted");
        tx.seal(id, &bytes).expect("sealed");
        tx.commit().expect("committed");
        id
    };
    assert!(holds(&path));
    let store = Store::open(&path).expect("opened");
    let tx = store.begin().expect("a transaction");
    tx.set_state(id, State::Sent, "250 ok", 0, 1).expect("set");
    tx.commit().expect("committed");
    drop(store);
    assert!(!holds(&path));
}

#[test]
fn a_round_is_handed_what_waits_and_what_this_morning_saw() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let on = |morning: &str, state: State| Letter {
        morning: day(morning),
        ..letter("S1", Level::Concern, state)
    };
    let letters = [
        on("2026-11-20", State::Sent),
        on("2026-11-20", State::Waiting),
        on("2026-11-23", State::Sent),
        on("2026-11-24", State::Refused),
    ];
    let tx = store.begin().expect("a transaction");
    let ids = letters
        .each_ref()
        .map(|letter| tx.post(letter, &[tells(letter)]).expect("posted"));
    let posted = store.posted(day("2026-11-23")).expect("read");
    let handed: Vec<i64> = posted.iter().map(|posted| posted.letter.id).collect();
    assert_eq!(handed, ids[1..]);
    assert_eq!(posted[0].told, [tells(&letters[1])]);

    assert!(tx.withdraw(ids[1]).expect("ran"));
    assert!(!tx.withdraw(ids[2]).expect("ran"), "sent letters stand");
    assert_eq!(
        store.letter(ids[1]).expect("read").map(|letter| letter.state),
        Some(State::Replaced)
    );
}

#[test]
fn an_entry_that_tells_no_level_is_on_record_all_the_same() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    let tx = store.begin().expect("a transaction");
    let id = tx
        .post(&letter("S1", Level::Concern, State::Sent), &[])
        .expect("posted");
    assert_eq!(store.letters_about("S1").expect("read").len(), 1);
    assert_eq!(store.told_by(id).expect("read"), []);
    assert_eq!(store.told(&year(), "S1", "chronic_absence", 1).expect("read"), None);
}
