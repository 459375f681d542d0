//! What holds however rounds, sendings and mornings follow each other.

use std::collections::BTreeSet;
use std::fmt;

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::{Outbox, absent, listed};
use crate::outbox::{News, State};
use crate::school::Level;

#[derive(Clone)]
enum Event {
    /// A round; the level of each of forty students, and whether it is a baseline's.
    Round(Vec<Option<Level>>, bool),
    Send,
    NextMorning,
}

/// Short, since a failing run prints every round: one letter a student.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Round(levels, list) => {
                let letter = |level: &Option<Level>| level.map_or('.', |level| ['w', 'c', 'u'][level as usize]);
                let drawn: String = levels.iter().map(letter).collect();
                write!(f, "{} {drawn}", if *list { "list" } else { "round" })
            }
            Event::Send => f.write_str("send"),
            Event::NextMorning => f.write_str("next morning"),
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    let level = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Level::Watch)),
        3 => Just(Some(Level::Concern)),
        1 => Just(Some(Level::Urgent)),
    ];
    prop_oneof![
        3 => (prop::collection::vec(level, 40), any::<bool>()).prop_map(|(levels, list)| Event::Round(levels, list)),
        2 => Just(Event::Send),
        1 => Just(Event::NextMorning),
    ]
}

fn open(levels: &[Option<Level>], list: bool, outbox: &Outbox) -> Vec<News> {
    let flagged = levels
        .iter()
        .enumerate()
        .filter_map(|(n, level)| level.map(|level| (n, level)));
    flagged
        .map(|(n, level)| {
            let mut news = absent(&n.to_string(), level);
            news.owner = n % 2;
            // What had been sent before is what the reader knows; a letter that still waits is as if unwritten.
            let sent = outbox.posted.iter().filter(|each| each.letter.state == State::Sent);
            let told = sent
                .flat_map(|each| &each.told)
                .filter(|told| told.student_id == n.to_string());
            news.entry.before = told.map(|told| told.level).max();
            if list { listed(news, "") } else { news }
        })
        .collect()
}

proptest! {
    #[test]
    fn nobody_is_told_twice_and_nothing_is_lost(events in prop::collection::vec(event(), 1..25)) {
        let mut outbox = Outbox::new();
        let mut last = Vec::new();
        for event in events {
            match event {
                Event::Send => outbox.send_all(),
                Event::NextMorning => outbox.morning = outbox.morning.plus(1),
                Event::Round(levels, list) => {
                    let news = open(&levels, list, &outbox);
                    outbox.round(&news);
                    assert_eq!(outbox.round(&news), [], "the same round again");
                    last = levels;
                }
            }
        }
        // Quiet mornings bring what a full letter left off.
        for _ in 0..4 {
            outbox.send_all();
            outbox.morning = outbox.morning.plus(1);
            let news = open(&last, false, &outbox);
            outbox.round(&news);
        }
        outbox.send_all();
        let mut said = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for each in outbox.posted.iter().filter(|each| each.letter.state == State::Sent) {
            let letter = &each.letter;
            assert!(keys.insert((letter.kind, letter.to_staff.clone(), letter.morning)), "one letter a morning");
            for told in &each.told {
                assert!(said.insert((told.student_id.clone(), told.level)), "{told:?} twice");
            }
        }
        for (n, level) in last.iter().enumerate().filter(|(_, level)| **level >= Some(Level::Concern)) {
            let known = said.iter().any(|(id, told)| *id == n.to_string() && Some(*told) >= *level);
            assert!(known, "student {n} at {level:?}");
        }
        let ids: BTreeSet<&str> = outbox.posted.iter().map(|each| each.letter.message_id.as_str()).collect();
        assert_eq!(ids.len(), outbox.posted.len());
    }
}
