//! Small districts up to a night, drawn at random, and the days that may follow.

use std::sync::OnceLock;

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};

use super::super::{Supposed, Turn};
use crate::facts::StudentIx;
use crate::rules::{RuleSet, SourceFile, Sources, load};
use crate::school::{Day, Rows};
use crate::timeline::drawn::Drawn;

pub(super) const SCHOOL: &str = "S";
pub(super) const WHO: &str = "1";
pub(super) const CLASSMATES: [&str; 3] = ["2", "3", "4"];

/// A small district up to tonight.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) all: bool,
    /// What the student's school days so far were.
    pub(super) past: Vec<char>,
    /// School days still to come in the calendar.
    pub(super) to_come: usize,
    /// Weekdays without school, counted from the first.
    pub(super) days_off: Vec<usize>,
    /// Days before tonight, with a suspension or without.
    pub(super) incidents: Vec<(i32, bool)>,
    /// Marks of the current term, and whether the course is core.
    pub(super) marks: Vec<(u8, bool)>,
    /// Calendar days after tonight on which the term ends.
    pub(super) term_left: i32,
    /// Calendar days after tonight on which the student leaves.
    pub(super) leaves: Option<i32>,
    /// Something stands in the export for a day to come.
    pub(super) ahead: bool,
    pub(super) rules: Vec<(usize, Card)>,
}

#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) margin: f64,
    pub(super) days: u16,
    pub(super) after: u16,
}

/// What rules may measure, with edges that small districts come near to.
pub(super) const MEASURES: [(&str, &str, [f64; 3]); 9] = [
    ("percent", "student.absence_percent", [6.0, 10.0, 20.0]),
    ("recent", "student.unexcused(days(14))", [1.0, 2.5, 4.0]),
    ("run", "student.streak", [2.0, 3.0, 5.0]),
    ("unexcused_run", "student.unexcused_streak", [1.0, 3.0, 4.0]),
    ("late", "student.tardies(last(6))", [1.0, 2.0, 4.0]),
    ("fights", "student.incidents(days(10))", [1.0, 2.0, 4.0]),
    ("removed", "student.removal_days", [1.0, 2.0, 3.0]),
    ("fails", "student.failing", [1.0, 2.0, 3.0]),
    ("core", "student.core_failing", [1.0, 2.0, 3.0]),
];

pub(super) fn card() -> impl Strategy<Value = Card> {
    let margin = prop_oneof![Just(0.0), Just(0.5), Just(1.0), Just(2.5)];
    (margin, 1..6u16, prop_oneof![3 => Just(1u16), 1 => 2..5u16]).prop_map(|(margin, days, after)| Card {
        margin,
        days,
        after,
    })
}

pub(super) fn a_case() -> impl Strategy<Value = Case> {
    let letter = prop_oneof![
        14 => Just('P'), 2 => Just('A'), 2 => Just('E'), 1 => Just('U'), 2 => Just('T'), 1 => Just('N'), 1 => Just('X'),
    ];
    let rules = prop::collection::vec(card(), MEASURES.len());
    (
        (any::<bool>(), prop::collection::vec(letter, 6..45), 0..40usize),
        prop::collection::vec(0..60usize, 0..5),
        prop::collection::vec((0..20i32, any::<bool>()), 0..4),
        prop::collection::vec((40..90u8, any::<bool>()), 0..5),
        (2..60i32, prop::option::weighted(0.15, 1..40i32), any::<bool>()),
        rules,
    )
        .prop_map(|(days, days_off, incidents, marks, later, cards)| Case {
            all: days.0,
            past: days.1,
            to_come: days.2,
            days_off,
            incidents,
            marks,
            term_left: later.0,
            leaves: later.1,
            ahead: later.2,
            rules: cards.into_iter().enumerate().collect(),
        })
}

/// The rules of a case: every measure with a card of its own.
pub(super) fn rules_of(case: &Case) -> RuleSet {
    let files = case.rules.iter().map(|(at, card)| {
        let (id, measure, levels) = MEASURES[*at];
        let text = format!(
            "const RULE = #{{ area: \"attendance\", status: \"shadow\", levels: #{{ watch: {:.1}, concern: {:.1}, urgent: {:.1} }}, \
             clear: #{{ margin: {:.1}, days: {} }}, after: {} }};\nfn measure(student, p) {{ {measure} }}\n",
            levels[0], levels[1], levels[2], card.margin, card.days, card.after
        );
        SourceFile::new(format!("rules/{id}.rhai"), text)
    });
    let sources = Sources {
        files: files.collect(),
        ..Sources::default()
    };
    let (set, problems) = load(&sources, &Drawn::bare().meaning);
    assert_eq!(set.rules().len(), MEASURES.len(), "{problems:?}");
    set
}

pub(super) fn library() -> &'static RuleSet {
    static LIBRARY: OnceLock<RuleSet> = OnceLock::new();
    LIBRARY.get_or_init(|| load(&Sources::built_in(), &Drawn::bare().meaning).0)
}

/// A district, its school days so far and those to come.
pub(super) struct World {
    pub(super) drawn: Drawn,
    pub(super) past: Vec<Day>,
    pub(super) future: Vec<Day>,
    pub(super) who: StudentIx,
}

impl World {
    pub(super) fn of(case: &Case) -> World {
        let mut drawn = Drawn::bare();
        drawn.meaning.attendance.rows = if case.all { Rows::All } else { Rows::Exceptions };
        let first = drawn.books.year.start;
        let weekdays = (0..)
            .map(|at| first.plus(at))
            .filter(|day| day.monday().plus(4) >= *day);
        let days = weekdays.enumerate().filter(|(at, _)| !case.days_off.contains(at));
        let days: Vec<Day> = days.map(|(_, day)| day).take(case.past.len() + case.to_come).collect();
        let school = drawn.books.school(SCHOOL);
        for day in &days {
            drawn.books.calendar.insert((Some(school), *day), true);
        }
        let (past, future) = days.split_at(case.past.len());
        let tonight = *past.last().expect("six days at least");
        let exit = case
            .leaves
            .map(|after| tonight.plus(after).to_string())
            .unwrap_or_default();
        drawn.enroll(WHO, SCHOOL, "", &exit);
        for id in CLASSMATES {
            drawn.enroll(id, SCHOOL, "", "");
        }
        let mut world = World {
            who: drawn.number(WHO),
            past: past.to_vec(),
            future: future.to_vec(),
            drawn,
        };
        for (at, letter) in case.past.iter().enumerate() {
            world.school_day(past[at], *letter);
        }
        world.rest(case, tonight);
        world
    }

    pub(super) fn rest(&mut self, case: &Case, tonight: Day) {
        let drawn = &mut self.drawn;
        for (number, (before, suspended)) in case.incidents.iter().enumerate() {
            let date = tonight.plus(-before).max(drawn.books.year.start).to_string();
            drawn.incident(
                WHO,
                &format!("i{number}"),
                &date,
                "Fighting",
                "",
                if *suspended { "OSS" } else { "" },
            );
        }
        let ends = tonight.plus(case.term_left);
        let (starts, next) = (drawn.books.year.start.to_string(), ends.plus(1).to_string());
        drawn.term("Q1", None, &starts, &ends.to_string());
        drawn.term("Q2", None, &next, "2027-06-11");
        for (number, (mark, core)) in case.marks.iter().enumerate() {
            let course = format!("{}{number}", if *core { "math " } else { "art " });
            drawn.mark(WHO, SCHOOL, &course, "Q1", &starts, &mark.to_string());
        }
        if let Some(first) = self.future.first().filter(|_| case.ahead) {
            // An absence that the family has announced, and an incident with a wrong date: neither is supposed.
            drawn.row(WHO, SCHOOL, *first, "", "E", crate::facts::WHOLE);
            let date = first.to_string();
            drawn.incident(WHO, "ahead", &date, "Fighting", "", "OSS");
        }
    }

    /// A school day of everybody: classmates are there, but for one, so that no school seems silent.
    pub(super) fn school_day(&mut self, day: Day, letter: char) {
        let all = self.drawn.meaning.attendance.rows == Rows::All;
        for (at, id) in CLASSMATES.iter().enumerate() {
            match (at, all) {
                (0, _) => self.drawn.row(id, SCHOOL, day, "", "E", crate::facts::WHOLE),
                (_, true) => self.drawn.row(id, SCHOOL, day, "", "P", crate::facts::WHOLE),
                (_, false) => {}
            }
        }
        if letter != 'P' || all {
            self.drawn
                .row(WHO, SCHOOL, day, "", &letter.to_string(), crate::facts::WHOLE);
        }
    }

    /// Everything that the export says of days to come is gone.
    pub(super) fn forget_what_is_ahead(&mut self) {
        let tonight = *self.past.last().expect("six days at least");
        let year = self.drawn.books.year;
        let facts = &mut self.drawn.books.students[self.who.0 as usize];
        facts.attendance.remove(|row| year.day(row.day) > tonight);
        facts.attendance.settle();
        facts.incidents.retain(|row| row.date <= tonight);
    }

    /// The days to come, as a turn supposes them.
    pub(super) fn live_through(&mut self, turn: &Turn, letter: char) {
        self.forget_what_is_ahead();
        let days = self.future.clone();
        for (at, day) in days.iter().enumerate() {
            let in_a_row = turn.supposed.is_in_a_row();
            self.school_day(*day, if in_a_row && at < turn.count { letter } else { 'P' });
        }
        let first = days[0].to_string();
        for number in 0..turn.count {
            let id = format!("more {number}");
            match turn.supposed {
                Supposed::Incident => drop(self.drawn.incident(WHO, &id, &first, "Running", "offender", "")),
                Supposed::Suspension => drop(self.drawn.incident(WHO, &id, &first, "Running", "offender", "OSS")),
                _ => {}
            }
        }
        match turn.supposed {
            Supposed::SuspensionDay => {
                let row = self.drawn.incident(WHO, "more", &first, "Running", "offender", "OSS");
                row.action_days = Some(1000 * turn.count as u32);
            }
            Supposed::FailingCourse => self.mark(turn.count, false, "12"),
            Supposed::FailingCoreCourse => self.mark(turn.count, true, "12"),
            Supposed::PassingCourse => self.mark(turn.count, false, "88"),
            Supposed::PassingCoreCourse => self.mark(turn.count, true, "88"),
            _ => {}
        }
    }

    /// A new mark on the first day to come in so many courses that pass where it fails, or fail where it passes.
    pub(super) fn mark(&mut self, count: usize, core: bool, text: &str) {
        let names = &self.drawn.books.names;
        let passes = |text: &str| text.parse::<u8>().expect("a percent") >= 60;
        let turns = |course: u32, old: u32| {
            let is_core = names.courses.name(course).starts_with("math");
            is_core == core && passes(names.marks.name(old)) != passes(text)
        };
        let marks = &self.drawn.books.students[self.who.0 as usize].marks;
        let turning = marks.iter().filter(|mark| turns(mark.course, mark.text));
        let courses: Vec<String> = turning
            .take(count)
            .map(|mark| names.courses.name(mark.course).to_owned())
            .collect();
        assert_eq!(courses.len(), count, "so many courses turn");
        let first = self.future[0].to_string();
        for course in courses {
            self.drawn.mark(WHO, SCHOOL, &course, "Q1", &first, text);
        }
    }
}
