//! The order of things at the last metre: on record before dialling, the same bytes on every attempt, blanked at the end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use crate::mail::tests::{composed, nightly, settings};
use crate::mail::transport::smtp_server;
use crate::mail::{Folder, Memory, Settings, Smtp};

use super::*;

const NOW: i64 = 1_000_000;
const TWO_DAYS_ON: i64 = NOW + 172_800;

/// A store in memory that writes down what it was asked.
#[derive(Default)]
struct Book {
    bytes: BTreeMap<i64, Vec<u8>>,
    log: Rc<RefCell<Vec<String>>>,
    steps: BTreeMap<i64, Step>,
    full: bool,
}

impl Ledger for Book {
    fn sealed(&mut self, id: i64) -> Result<Option<Vec<u8>>, Problem> {
        Ok(self.bytes.get(&id).cloned())
    }

    fn seal(&mut self, id: i64, bytes: &[u8]) -> Result<(), Problem> {
        if self.full {
            return Err(Problem::new(
                "test-disk-full",
                Weight::Stop,
                Place::default(),
                "full",
                "",
            ));
        }
        self.log.borrow_mut().push(format!("seal {id}"));
        self.bytes.insert(id, bytes.to_vec());
        Ok(())
    }

    fn sending(&mut self, id: i64) -> Result<(), Problem> {
        self.log.borrow_mut().push(format!("sending {id}"));
        Ok(())
    }

    fn settle(&mut self, id: i64, step: &Step) -> Result<(), Problem> {
        self.log.borrow_mut().push(format!("settle {id} {:?}", step.state));
        if step.is_final() {
            self.bytes.remove(&id);
        }
        self.steps.insert(id, step.clone());
        Ok(())
    }

    fn postpone(&mut self, id: i64, not_before: i64) -> Result<(), Problem> {
        self.log
            .borrow_mut()
            .push(format!("postpone {id} +{}", not_before - NOW));
        Ok(())
    }
}

fn numbered(id: i64) -> Letter {
    let mut letter = nightly();
    letter.id = id;
    letter.message_id = format!("fb.{id}@district.example");
    letter
}

fn run(due: &[Letter], book: &mut Book, transport: &mut Transport) -> Delivery {
    run_at(NOW, due, book, transport)
}

fn run_at(now: i64, due: &[Letter], book: &mut Book, transport: &mut Transport) -> Delivery {
    let settings = settings();
    let mut hooks = Hooks {
        compose: &|letter| Ok(composed(letter, &settings)),
        now: &|| now,
        last_try: &|_| TWO_DAYS_ON,
        pause: &mut |_| ControlFlow::Continue(()),
        per_minute: 25,
    };
    deliver(due, book, transport, &mut hooks)
}

fn memory(answers: Vec<Outcome>) -> Transport {
    Transport::Memory(Memory {
        attempts: Vec::new(),
        answers: answers.into(),
    })
}

fn attempts(transport: &Transport) -> &[Parcel] {
    match transport {
        Transport::Memory(memory) => &memory.attempts,
        _ => panic!("not a memory"),
    }
}

#[test]
fn a_letter_is_on_record_before_it_is_sent_and_blanked_after() {
    let mut book = Book::default();
    let mut transport = memory(Vec::new());
    let delivery = run(&[numbered(1)], &mut book, &mut transport);
    assert_eq!((delivery.sent, delivery.problems.len()), (1, 0));
    assert_eq!(*book.log.borrow(), ["seal 1", "settle 1 Sent"]);
    assert!(book.bytes.is_empty());
    assert_eq!(attempts(&transport)[0].envelope.to, "maria.lopez@district.example");
}

#[test]
fn a_retry_sends_the_same_bytes_whatever_changed_since() {
    let mut book = Book::default();
    let mut transport = memory(vec![
        Outcome::Temporary("450".to_owned()),
        Outcome::Unsure("?".to_owned()),
    ]);
    let mut letter = numbered(1);
    run(&[letter.clone()], &mut book, &mut transport);
    assert_eq!(book.steps[&1].not_before, Some(NOW + 300));
    for (attempt, state) in [(1, State::Delayed), (2, State::Unsure)] {
        letter.state = state;
        letter.attempts = attempt;
        // A corrected address or a changed word after sealing must not make a second, different letter.
        letter.address = "somebody.else@district.example".to_owned();
        letter.content.entries.clear();
        run(&[letter.clone()], &mut book, &mut transport);
    }
    let sent = attempts(&transport);
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|parcel| *parcel == sent[0]));
    let log = book.log.borrow();
    assert_eq!(
        *log,
        [
            "seal 1",
            "settle 1 Delayed",
            "sending 1",
            "settle 1 Unsure",
            "sending 1",
            "settle 1 Sent"
        ]
    );
}

#[test]
fn a_crash_while_sending_is_tried_again_with_the_sealed_bytes() {
    let mut book = Book::default();
    book.bytes.insert(1, composed(&numbered(1), &settings()).bytes);
    let mut letter = numbered(1);
    letter.state = State::Sending;
    letter.attempts = 1;
    let mut transport = memory(vec![Outcome::Temporary("450".to_owned())]);
    run(&[letter], &mut book, &mut transport);
    // The first attempt may have arrived, and the delay of the second does not say otherwise.
    assert_eq!(*book.log.borrow(), ["sending 1", "settle 1 Unsure"]);
}

#[test]
fn a_full_disk_sends_nothing() {
    let mut book = Book {
        full: true,
        ..Book::default()
    };
    let mut transport = memory(Vec::new());
    let delivery = run(&[numbered(1), numbered(2)], &mut book, &mut transport);
    assert!(attempts(&transport).is_empty());
    assert_eq!(delivery.problems[0].code, "test-disk-full");
}

#[test]
fn a_refused_letter_affects_itself_only() {
    let mut book = Book::default();
    let mut transport = memory(vec![Outcome::Permanent("550 5.1.1 no such user".to_owned())]);
    let delivery = run(&[numbered(1), numbered(2)], &mut book, &mut transport);
    assert_eq!((delivery.refused, delivery.sent), (1, 1));
    assert_eq!(delivery.problems[0].code, "letter-refused");
    assert_eq!(
        delivery.problems[0].message,
        "letter 1 to `T100` was not delivered: 550 5.1.1 no such user"
    );
}

#[test]
fn an_address_that_is_none_is_refused_before_anything_is_sealed() {
    let mut letter = numbered(1);
    letter.address = "maria lopez".to_owned();
    let settings = settings();
    let templates = crate::mail::Templates::built_in();
    let mut book = Book::default();
    let mut transport = memory(Vec::new());
    let mut hooks = Hooks {
        compose: &|letter| crate::mail::compose(letter, &|_| None, &|_| String::new(), &settings, &templates),
        now: &|| NOW,
        last_try: &|_| TWO_DAYS_ON,
        pause: &mut |_| ControlFlow::Continue(()),
        per_minute: 25,
    };
    let delivery = deliver(&[letter, numbered(2)], &mut book, &mut transport, &mut hooks);
    assert_eq!((delivery.refused, delivery.sent), (1, 1));
    assert_eq!(delivery.problems[0].code, "letter-address");
    assert_eq!(book.log.borrow()[0], "settle 1 Refused");
}

#[test]
fn a_sender_that_cannot_send_refuses_no_letter() {
    let settings = Settings {
        from: "firstbell".to_owned(),
        ..settings()
    };
    let templates = crate::mail::Templates::built_in();
    let mut book = Book::default();
    let mut transport = memory(Vec::new());
    let mut hooks = Hooks {
        compose: &|letter| crate::mail::compose(letter, &|_| None, &|_| String::new(), &settings, &templates),
        now: &|| NOW,
        last_try: &|_| TWO_DAYS_ON,
        pause: &mut |_| ControlFlow::Continue(()),
        per_minute: 25,
    };
    let delivery = deliver(&[numbered(1), numbered(2)], &mut book, &mut transport, &mut hooks);
    assert_eq!(delivery.problems[0].code, "mail-sender");
    assert_eq!((delivery.untried, delivery.refused), (2, 0));
    assert_eq!(*book.log.borrow(), ["postpone 1 +300", "postpone 2 +300"]);
}

#[test]
fn no_server_ends_the_batch_and_the_rest_waits_untouched() {
    let mut book = Book::default();
    let mut transport = memory(vec![Outcome::Unreached("connection refused".to_owned())]);
    let delivery = run(&[numbered(1), numbered(2), numbered(3)], &mut book, &mut transport);
    assert_eq!((delivery.delayed, delivery.untried), (1, 2));
    assert_eq!(delivery.problems[0].code, "mail-unreached");
    assert_eq!(
        *book.log.borrow(),
        ["seal 1", "settle 1 Delayed", "postpone 2 +300", "postpone 3 +300"]
    );
}

#[test]
fn what_is_final_or_not_yet_due_is_left_alone() {
    let mut later = numbered(1);
    later.not_before = NOW + 1;
    let finals = [State::Sent, State::Refused, State::Replaced].map(|state| Letter { state, ..numbered(2) });
    // Blanked after its last attempt: there is nothing to send, and nothing new is made.
    let mut blanked = numbered(5);
    blanked.state = State::Unsure;
    let mut due = vec![later, blanked];
    due.extend(finals);
    let mut book = Book::default();
    let mut transport = memory(Vec::new());
    assert_eq!(run(&due, &mut book, &mut transport), Delivery::default());
    assert!(book.log.borrow().is_empty());
}

#[test]
fn after_two_school_days_a_letter_is_given_up() {
    let mut book = Book::default();
    let mut transport = memory(vec![Outcome::Temporary("450".to_owned())]);
    let delivery = run_at(TWO_DAYS_ON, &[numbered(1)], &mut book, &mut transport);
    assert_eq!(delivery.refused, 1);
    assert_eq!(
        delivery.problems[0].message,
        "letter 1 to `T100` was not delivered: given up at attempt 1: 450"
    );
    assert!(book.bytes.is_empty());
}

#[test]
fn the_folder_holds_each_letter_once_under_a_safe_name() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("letters");
    let mut letter = numbered(7);
    letter.to_staff = "../../etc/T 1".to_owned();
    let mut transport = Transport::Folder(Folder(folder.clone()));
    for _ in 0..2 {
        assert_eq!(run(&[letter.clone()], &mut Book::default(), &mut transport).sent, 1);
    }
    let names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("plain letters"))
        .collect();
    assert_eq!(names, ["2026-11-20-nightly-______etc_T_1-7.eml"]);
    let written = std::fs::read(folder.join(&names[0])).expect("the letter");
    assert_eq!(written, composed(&letter, &settings()).bytes);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().expect("it").permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(&names[0]))), (0o700, 0o600));
    }
}

#[test]
fn a_shutdown_ends_between_two_letters_of_a_folder_too() {
    let home = tempfile::tempdir().expect("a folder");
    let mut transport = Transport::Folder(Folder(home.path().join("letters")));
    let settings = settings();
    let mut hooks = Hooks {
        compose: &|letter| Ok(composed(letter, &settings)),
        now: &|| NOW,
        last_try: &|_| TWO_DAYS_ON,
        pause: &mut |pause| {
            assert_eq!(pause, Duration::ZERO, "a folder has all the time in the world");
            ControlFlow::Break(())
        },
        per_minute: 25,
    };
    let due: Vec<Letter> = (1..=3).map(numbered).collect();
    let delivery = deliver(&due, &mut Book::default(), &mut transport, &mut hooks);
    assert_eq!((delivery.sent, delivery.untried), (1, 2));
}

#[test]
fn a_folder_that_cannot_be_written_delays() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("letters");
    std::fs::write(&file, "in the way").expect("a file");
    let mut transport = Transport::Folder(Folder(file));
    let delivery = run(&[numbered(1)], &mut Book::default(), &mut transport);
    assert_eq!((delivery.sent, delivery.delayed), (0, 1));
}

#[test]
fn letters_over_smtp_keep_their_distance_and_a_shutdown_ends_between_two() {
    let (port, heard) = smtp_server::server(|verb, _| smtp_server::polite(verb));
    let smtp = Smtp::new(smtp_server::settings(port)).expect("usable settings");
    let mut transport = Transport::Smtp(Box::new(smtp));
    let settings = settings();
    let mut pauses = Vec::new();
    let mut hooks = Hooks {
        compose: &|letter| Ok(composed(letter, &settings)),
        now: &|| NOW,
        last_try: &|_| TWO_DAYS_ON,
        pause: &mut |pause| {
            pauses.push(pause);
            if pauses.len() < 3 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
        per_minute: 25,
    };
    let mut book = Book::default();
    let due: Vec<Letter> = (1..=5).map(numbered).collect();
    let delivery = deliver(&due, &mut book, &mut transport, &mut hooks);
    assert_eq!((delivery.sent, delivery.untried), (3, 2));
    // 60 seconds by 25 letters.
    assert_eq!(pauses, [Duration::from_millis(2400); 3]);
    assert_eq!(book.steps.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    let heard = heard.lock().expect("the log").join(" ");
    assert_eq!(heard.matches("GREETING").count(), 1, "one connection for the batch");
}
