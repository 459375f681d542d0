//! Nightly letters: who is in them, in which order, and what a second round does.

use super::{COUNSELOR, Outbox, PRINCIPAL, SPECIALIST, absent, listed, monday, news, students};
use crate::outbox::{Act, Letter, MOST_STUDENTS, News};
use crate::school::Level;

#[test]
fn one_owner_has_one_letter_urgent_first_then_most_areas_then_newest() {
    let mut outbox = Outbox::new();
    let older = News {
        waiting_since: monday().plus(-5),
        ..absent("old", Level::Concern)
    };
    let acts = outbox.round(&[
        older,
        absent("new", Level::Concern),
        absent("two", Level::Concern),
        news("two", "core_failure", "course", Level::Concern, COUNSELOR),
        absent("worst", Level::Urgent),
        news("theirs", "core_failure", "course", Level::Concern, SPECIALIST),
    ]);
    assert_eq!(acts.len(), 2);
    let [first, second] = outbox.waiting()[..] else {
        panic!("two letters");
    };
    assert_eq!(students(first), ["worst", "two", "two", "new", "old"]);
    assert_eq!(first.to_staff, "c1");
    assert_eq!(first.address, "c1@district.example");
    assert_eq!(first.to_name, "Ana Ruiz");
    assert_eq!(first.not_before, i64::from(monday().0) * 86_400);
    assert!(first.message_id.ends_with("@district.example"));
    assert_eq!(students(second), ["theirs"]);
    assert_ne!(first.message_id, second.message_id);
}

#[test]
fn the_order_of_news_leaves_no_trace() {
    let mut open = vec![
        absent("1", Level::Concern),
        news("1", "core_failure", "course", Level::Urgent, COUNSELOR),
        news("1", "low_average", "course", Level::Concern, COUNSELOR),
        absent("2", Level::Concern),
        listed(absent("3", Level::Watch), "B."),
        listed(absent("4", Level::Watch), "A."),
        news("2", "core_failure", "course", Level::Concern, SPECIALIST),
    ];
    let forth = Outbox::new().round(&open);
    open.reverse();
    assert_eq!(Outbox::new().round(&open), forth);
    assert_eq!(forth.len(), 3);
}

#[test]
fn watch_and_what_was_told_before_are_no_nightly_news() {
    let mut outbox = Outbox::new();
    let mut told = absent("1", Level::Concern);
    told.entry.before = Some(Level::Concern);
    assert_eq!(outbox.round(&[told, absent("2", Level::Watch)]), []);
}

#[test]
fn the_same_round_twice_changes_nothing() {
    let mut outbox = Outbox::new();
    let open = [absent("1", Level::Concern), absent("2", Level::Urgent)];
    assert_eq!(outbox.round(&open).len(), 1);
    assert_eq!(outbox.round(&open), []);
    outbox.send_all();
    assert_eq!(outbox.round(&open), []);
}

#[test]
fn two_rounds_in_one_morning_make_one_letter() {
    let mut outbox = Outbox::new();
    outbox.round(&[absent("1", Level::Concern)]);
    outbox.round(&[absent("1", Level::Concern), absent("2", Level::Urgent)]);
    let [letter] = outbox.waiting()[..] else {
        panic!("one letter");
    };
    assert_eq!(students(letter), ["2", "1"]);
    assert_ne!(letter.message_id, outbox.posted[0].letter.message_id);
    // A flag corrected before the letter went out is not in it; without any left, no letter goes.
    outbox.round(&[absent("2", Level::Urgent)]);
    assert_eq!(students(outbox.waiting()[0]), ["2"]);
    let acts = outbox.round(&[]);
    assert_eq!(acts, [Act::Withdraw { id: 3 }]);
    assert_eq!(outbox.waiting(), Vec::<&Letter>::new());
}

#[test]
fn what_comes_after_the_letter_went_is_for_the_next_morning() {
    let mut outbox = Outbox::new();
    outbox.round(&[absent("1", Level::Concern)]);
    outbox.send_all();
    let later = [absent("1", Level::Concern), absent("2", Level::Urgent)];
    outbox.round(&later);
    let [letter] = outbox.waiting()[..] else {
        panic!("one letter");
    };
    assert_eq!(letter.morning, monday().plus(1));
    assert_eq!(students(letter), ["2"]);
    // A third round of the morning goes into the letter that waits; so does the next morning's own round.
    outbox.round(&[later.as_slice(), &[absent("3", Level::Concern)]].concat());
    assert_eq!(students(outbox.waiting()[0]), ["2", "3"]);
    outbox.morning = monday().plus(1);
    outbox.round(
        &[
            later.as_slice(),
            &[absent("3", Level::Concern), absent("4", Level::Concern)],
        ]
        .concat(),
    );
    let [letter] = outbox.waiting()[..] else {
        panic!("one letter");
    };
    assert_eq!(letter.morning, monday().plus(1));
    assert_eq!(students(letter), ["2", "3", "4"]);
}

#[test]
fn a_rise_while_the_letter_waits_is_said_in_it_once() {
    let mut outbox = Outbox::new();
    outbox.round(&[absent("1", Level::Concern)]);
    outbox.round(&[absent("1", Level::Urgent)]);
    let [letter] = outbox.waiting()[..] else {
        panic!("one letter");
    };
    assert_eq!(letter.content.entries.len(), 1);
    assert_eq!(letter.content.entries[0].level, Some(Level::Urgent));
}

#[test]
fn a_waiting_line_follows_its_student_to_a_new_owner() {
    let mut outbox = Outbox::new();
    outbox.round(&[absent("1", Level::Concern)]);
    let moved = News {
        owner: PRINCIPAL,
        ..absent("1", Level::Concern)
    };
    outbox.round(&[moved]);
    let [letter] = outbox.waiting()[..] else {
        panic!("one letter");
    };
    assert_eq!(letter.to_staff, "p1");
}

#[test]
fn a_copy_is_another_readers_letter() {
    let mut outbox = Outbox::new();
    let copy = News {
        owner: PRINCIPAL,
        ..absent("1", Level::Concern)
    };
    assert_eq!(outbox.round(&[absent("1", Level::Concern), copy]).len(), 2);
}

#[test]
fn a_full_letter_takes_the_urgent_then_the_longest_waiting_and_says_what_it_left_off() {
    let mut outbox = Outbox::new();
    let mut open: Vec<News> = (0..30)
        .map(|n| News {
            waiting_since: monday().plus(-n),
            ..absent(&format!("s{n:02}"), Level::Concern)
        })
        .collect();
    open.push(news("s01", "core_failure", "course", Level::Concern, COUNSELOR));
    open.push(News {
        waiting_since: monday(),
        ..absent("urgent", Level::Urgent)
    });
    outbox.round(&open);
    let letter = outbox.waiting()[0].clone();
    let mut named = students(&letter);
    named.dedup();
    assert_eq!(named.len(), MOST_STUDENTS);
    assert_eq!(named[0], "urgent");
    // The six newest of the thirty do not fit, one of them with two entries.
    assert!(!named.contains(&"s00") && !named.contains(&"s05") && named.contains(&"s06"));
    assert_eq!(letter.content.left_off, 7);
    // They were not told, and follow.
    outbox.send_all();
    outbox.morning = monday().plus(1);
    outbox.round(&open);
    let mut follow = students(outbox.waiting()[0]);
    follow.sort_unstable();
    assert_eq!(follow, ["s00", "s01", "s01", "s02", "s03", "s04", "s05"]);
    assert_eq!(outbox.waiting()[0].content.left_off, 0);
}
