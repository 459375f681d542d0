//! Mornings: what is news becomes one letter per owner, and a second round changes it only while it waits.

use std::collections::BTreeMap;

use super::{Act, Desk, Entry, Group, Kind, Letter, News, OpenFlag, Posted, State, Told, compose_letters};
use crate::crossings::Reason;
use crate::routing::{Owners, Route, Staff};
use crate::school::{Area, Day, Level};

mod law;
mod lists;
mod nightly;

const COUNSELOR: usize = 0;
const SPECIALIST: usize = 1;
const PRINCIPAL: usize = 2;

fn monday() -> Day {
    Day::from_ymd(2026, 11, 23).unwrap()
}

fn staff() -> Vec<Staff> {
    let person = |staff_id: &str, name: &str, role: &str| Staff {
        staff_id: staff_id.to_owned(),
        name: name.to_owned(),
        email: format!("{staff_id}@district.example"),
        roles: vec![role.to_owned()],
        ..Staff::default()
    };
    vec![
        person("c1", "Ana Ruiz", "counselor"),
        person("m1", "Ben Okafor", "math_specialist"),
        person("p1", "Cleo Hart", "principal"),
    ]
}

/// News of one student: a first word of this level, two days old.
fn news(student_id: &str, rule: &str, area: &str, level: Level, owner: usize) -> News {
    News {
        entry: Box::new(Entry {
            student_id: student_id.to_owned(),
            school_id: "H".to_owned(),
            grade: "9".to_owned(),
            rule: rule.to_owned(),
            title: rule.replace('_', " "),
            area: Area(area.to_owned()),
            level: Some(level),
            before: None,
            reason: Reason::Crossed,
            episode: 1,
            since: Some(monday().plus(-3)),
            because: "absent 3 of 30 enrolled days (10 %), 3 unexcused".to_owned(),
            next: String::new(),
            going_on: Vec::new(),
            detail: Vec::new(),
            strip: String::new(),
            ask: Vec::new(),
            group: Group::Level,
            edge: String::new(),
            open: Vec::new(),
            held: String::new(),
            whose: String::new(),
        }),
        kind: Kind::Nightly,
        owner,
        waiting_since: monday().plus(-3),
        headline: String::new(),
        why: String::new(),
    }
}

fn absent(student_id: &str, level: Level) -> News {
    news(student_id, "chronic_absence", "attendance", level, COUNSELOR)
}

fn listed(mut news: News, headline: &str) -> News {
    news.kind = Kind::StartingList;
    news.headline = headline.to_owned();
    news
}

/// An outbox over some rounds: acts are carried out as the store does.
struct Outbox {
    staff: Vec<Staff>,
    posted: Vec<Posted>,
    flags: Vec<OpenFlag>,
    /// What is open tonight: what a waiting letter's line would say again.
    open: Vec<News>,
    morning: Day,
}

impl Outbox {
    fn new() -> Outbox {
        Outbox {
            staff: staff(),
            posted: Vec::new(),
            flags: Vec::new(),
            open: Vec::new(),
            morning: monday(),
        }
    }

    fn with_desk<T>(&self, work: impl FnOnce(&Desk<'_>) -> T) -> T {
        let domains = ["district.example".to_owned()];
        let routes: Vec<Route> = Vec::new();
        let owners = Owners::new(&self.staff, &[], &routes, "p1", &domains, self.morning);
        let refresh = |_: &Letter, told: &Told| {
            let same = |each: &&News| each.entry.student_id == told.student_id && each.entry.rule == told.rule;
            self.open.iter().find(same).cloned()
        };
        work(&Desk {
            as_of: self.morning.plus(-3),
            morning: self.morning,
            next_morning: self.morning.plus(1),
            date: 1_795_000_000,
            due: &|day: Day| i64::from(day.0) * 86_400,
            from: "firstbell@district.example",
            atop: &[],
            also: &[],
            late: &[],
            owners: &owners,
            flags: &|student_id: &str| {
                let of_student = self.flags.iter().filter(|flag| flag.student_id == student_id);
                of_student.cloned().collect()
            },
            refresh: &refresh,
            storms: &BTreeMap::new(),
            overflow: &BTreeMap::new(),
            references: &|_| Vec::new(),
            fill: &|_| {},
        })
    }

    /// One round: news is what is open and not yet told.
    fn round(&mut self, open: &[News]) -> Vec<Act> {
        self.open = open.to_vec();
        let fresh: Vec<News> = open.iter().filter(|news| !self.is_told(news)).cloned().collect();
        let acts = self.with_desk(|desk| compose_letters(fresh.clone(), &self.posted, desk));
        self.carry_out(&acts);
        acts
    }

    fn is_told(&self, news: &News) -> bool {
        let telling = self.posted.iter().filter(|each| each.letter.state.tells());
        let mut told = telling.flat_map(|each| &each.told);
        told.any(|told| {
            told.student_id == news.entry.student_id
                && told.rule == news.entry.rule
                && Some(told.level) >= news.entry.level
        })
    }

    fn carry_out(&mut self, acts: &[Act]) {
        for act in acts {
            let (gone, new) = match act.clone() {
                Act::Post { letter, told } => (None, Some(Posted { letter, told })),
                Act::Replace { id, letter, told } => (Some(id), Some(Posted { letter, told })),
                Act::Withdraw { id } => (Some(id), None),
            };
            for each in self.posted.iter_mut().filter(|each| Some(each.letter.id) == gone) {
                each.letter.state = State::Replaced;
            }
            if let Some(mut posted) = new {
                posted.letter.id = self.posted.len() as i64 + 1;
                self.posted.push(posted);
            }
        }
    }

    fn send_all(&mut self) {
        let waiting = self
            .posted
            .iter_mut()
            .filter(|each| each.letter.state == State::Waiting);
        waiting.for_each(|each| each.letter.state = State::Sent);
    }

    fn waiting(&self) -> Vec<&Letter> {
        let letters = self.posted.iter().map(|each| &each.letter);
        letters.filter(|letter| letter.state == State::Waiting).collect()
    }
}

fn students(letter: &Letter) -> Vec<&str> {
    letter
        .content
        .entries
        .iter()
        .map(|entry| entry.student_id.as_str())
        .collect()
}
