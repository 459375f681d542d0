//! Whole letters, verbatim: what a reader reads.

use crate::crossings::Reason;
use crate::directory::Person;
use crate::outbox::{Content, Entry, FlagCount, Group, Kind, Letter, ReportLine, State, StormCount};
use crate::school::{Area, Day, Level};

use super::*;

mod headers;
mod hostile;
mod kinds;
mod wording;
mod words;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

/// A letter without news, to Maria Lopez, for the morning of Friday 2026-11-20.
pub(super) fn letter(kind: Kind) -> Letter {
    Letter {
        id: 12,
        kind,
        to_staff: "T100".to_owned(),
        address: "maria.lopez@district.example".to_owned(),
        to_name: "Maria Lopez".to_owned(),
        morning: day("2026-11-20"),
        message_id: "fb.12.aa@district.example".to_owned(),
        date: 1_795_174_200, // 2026-11-20 11:30 UTC
        content: Content::of(day("2026-11-19")),
        state: State::Waiting,
        attempts: 0,
        not_before: 0,
        answer: String::new(),
    }
}

pub(super) fn entry(student: &str, title: &str, level: Level) -> Entry {
    Entry {
        student_id: student.to_owned(),
        school_id: "1044".to_owned(),
        grade: "9".to_owned(),
        rule: "chronic_absence".to_owned(),
        title: title.to_owned(),
        area: Area("attendance".to_owned()),
        level: Some(level),
        before: None,
        reason: Reason::Crossed,
        episode: 1,
        since: Some(day("2026-11-19")),
        because: "absent 9 of 45 enrolled days (20 %), 6 unexcused".to_owned(),
        next: "Attendance team this week.".to_owned(),
        going_on: Vec::new(),
        detail: Vec::new(),
        strip: String::new(),
        ask: Vec::new(),
        group: Group::Level,
        edge: String::new(),
        open: Vec::new(),
        held: String::new(),
        whose: String::new(),
    }
}

/// A letter in which everything that can stand in a nightly one does.
pub(super) fn nightly() -> Letter {
    let mut letter = letter(Kind::Nightly);
    let mut worse = entry("700123", "Chronic absence", Level::Urgent);
    worse.before = Some(Level::Concern);
    worse.reason = Reason::Worsened;
    worse.strip = "PPPPP PPAPP PPPPP PPPP PEPPP PPAAP PPTPA PAAPA".to_owned();
    worse.going_on = vec!["Plan \"check-in\" since October 2, led by Sam Reed".to_owned()];
    let mut second = entry("700123", "Unexcused in a row", Level::Concern);
    second.because = "2 unexcused days in a row".to_owned();
    second.next = String::new();
    let mut other = entry("700456", "Chronic absence", Level::Concern);
    other.because = "absent 5 of 45 enrolled days (11.1 %), 1 unexcused".to_owned();
    other.next = "Call home this week.".to_owned();
    other.edge = "urgent begins at 20".to_owned();
    other.held = "a plan was open until 2026-11-18".to_owned();
    other.open = vec!["Recent incidents, at watch, flagged since 2026-10-02".to_owned()];
    other.ask = vec!["another area is also flagged: ask Sam Reed".to_owned()];
    letter.content.entries = vec![worse, second, other];
    letter.content.late = vec!["the grades file is two days late".to_owned()];
    letter.content.storms = vec![storm("Absent three days in a row", 12, 3)];
    letter.content.overflow = 4;
    letter
}

/// Students of a school flagged on Wednesday 2026-11-18.
pub(super) fn storm(title: &str, students: u32, urgent: u32) -> StormCount {
    StormCount {
        school_id: "1044".to_owned(),
        title: title.to_owned(),
        area: Area("attendance".to_owned()),
        day: day("2026-11-18"),
        students,
        urgent,
        judged: 240,
    }
}

/// The made-up letter of a kind, to Maria Lopez.
pub(super) fn example_of(kind: Kind) -> Letter {
    let real = letter(kind);
    Letter {
        content: example(kind, day("2026-11-19")).content,
        ..real
    }
}

pub(super) fn composed_example(letter: &Letter, settings: &Settings) -> Composed {
    let people = |id: &str| example_people().into_iter().find(|person| person.student_id == id);
    let schools = |_: &str| example_school().1;
    compose(letter, &people, &schools, settings, &Templates::built_in()).expect("a letter that can be made")
}

pub(super) fn settings() -> Settings {
    Settings {
        district: "Cedar Valley Schools".to_owned(),
        student_link: "https://sis.district.example/student?id={student_id}".to_owned(),
        from: "firstbell@district.example".to_owned(),
        reply_to: "data.manager@district.example".to_owned(),
        allowed_domains: vec!["district.example".to_owned()],
        ..Settings::default()
    }
}

pub(super) fn people(id: &str) -> Option<Person> {
    let (first, last) = match id {
        "700123" => ("Jamila", "Dawson"),
        "700456" => ("Øyvind", "de la Cruz"),
        _ => return None,
    };
    Some(Person {
        student_id: id.to_owned(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        homeroom: "204".to_owned(),
    })
}

pub(super) fn composed(letter: &Letter, settings: &Settings) -> Composed {
    let schools = |_: &str| "Cedar High".to_owned();
    compose(letter, &people, &schools, settings, &Templates::built_in()).expect("a letter that can be made")
}

pub(super) fn with_counts(mut letter: Letter) -> Letter {
    let count = |title: &str, level, students| FlagCount {
        title: title.to_owned(),
        level,
        students,
    };
    letter.content.counts = vec![
        count("Tardies", Level::Watch, 1),
        count("Chronic absence", Level::Watch, 7),
        count("Chronic absence", Level::Concern, 2),
    ];
    letter
}

pub(super) fn line(section: &str, text: &str) -> ReportLine {
    ReportLine {
        section: section.to_owned(),
        text: text.to_owned(),
    }
}
