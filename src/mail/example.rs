//! A letter of each kind about made-up students: what a kind looks like where nobody was written one yet.

use crate::crossings::Reason;
use crate::directory::Person;
use crate::outbox::{Content, Entry, FlagCount, Group, Kind, Letter, PLAN_LINE, ReportLine, State, StormCount};
use crate::school::{Area, Day, Level};

/// Stands at the head of every example.
const HEADLINE: &str = "This is an example: the students in it are made up, and it is sent to nobody.";
/// The school of examples.
const SCHOOL: &str = "example";
/// The students of examples: id, first name, last name, grade, homeroom.
const STUDENTS: [(&str, &str, &str, &str, &str); 6] = [
    ("example_1", "Ada", "Ash", "9", "204"),
    ("example_2", "Ben", "Birch", "10", "310"),
    ("example_3", "Cleo", "Cedar", "11", ""),
    ("example_4", "Dan", "Dogwood", "9", "206"),
    ("example_5", "Eve", "Elm", "12", "118"),
    ("example_6", "Finn", "Fir", "10", "312"),
];

/// The made-up students of examples.
pub fn example_people() -> Vec<Person> {
    let person = |(id, first, last, _, homeroom): (&str, &str, &str, &str, &str)| Person {
        student_id: id.to_owned(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        homeroom: homeroom.to_owned(),
    };
    STUDENTS.map(person).to_vec()
}

/// The school of the made-up students: its id and its name.
pub fn example_school() -> (String, String) {
    (SCHOOL.to_owned(), "Example High".to_owned())
}

fn rule_edit(content: &mut Content) {
    content.headline = "This is an example: 1 edit of a rule, accepted".to_owned();
    content.report = vec![ReportLine {
        section: "rules/attendance/chronic_absence.rhai".to_owned(),
        text: "The change is at work from the next round on; it would flag 3 more students of North High.".to_owned(),
    }];
}

/// A letter of a kind in which nearly everything stands that can, as if written on a day. Its reader is for the caller to fill in.
pub fn example(kind: Kind, day: Day) -> Letter {
    let mut content = Content {
        headline: HEADLINE.to_owned(),
        ..Content::of(day)
    };
    match kind {
        Kind::Nightly => nightly(&mut content),
        Kind::StartingList => starting_list(&mut content),
        Kind::OperatorReport => content.report = report(),
        Kind::RuleEdit => rule_edit(&mut content),
        Kind::Digest => digest(&mut content),
        Kind::SchoolLetter => content.storms = vec![storm("Absent three days in a row", day, 62, 14)],
        Kind::TeamList => team_list(&mut content),
        Kind::Reminder => reminder(&mut content),
        Kind::Handover => handover(&mut content),
    }
    Letter {
        id: 0,
        kind,
        to_staff: String::new(),
        address: String::new(),
        to_name: String::new(),
        morning: day.plus(1),
        message_id: format!("example.{}@firstbell.example", kind.word()),
        date: 0,
        content,
        state: State::Waiting,
        attempts: 0,
        not_before: 0,
        answer: String::new(),
    }
}

fn nightly(content: &mut Content) {
    let day = content.as_of;
    let mut worse = absence(0, Level::Urgent, day);
    (worse.before, worse.reason) = (Some(Level::Concern), Reason::Worsened);
    worse.going_on = vec![
        format!(
            "{PLAN_LINE} (tier 2) has been open since {}, and it got worse",
            day.plus(-40)
        ),
        format!("The last contact was on {} (voicemail)", day.plus(-6)),
    ];
    worse.ask = vec!["another area is also flagged: ask Sam Reed".to_owned()];
    let mut beside = absence(0, Level::Concern, day);
    (beside.title, beside.because) = ("Absent in a row".to_owned(), "2 unexcused days in a row".to_owned());
    let mut quiet = course(1, Level::Concern, day.plus(-12));
    quiet.held = "a plan was open until yesterday".to_owned();
    quiet.open = vec![format!("Chronic absence, at watch, flagged since {}", day.plus(-30))];
    content.entries = vec![worse, beside, quiet];
    content.storms = vec![storm("Absent three days in a row", day, 12, 3)];
    content.overflow = 4;
    content.left_off = 2;
    content.late = vec!["the grades file is two days late".to_owned()];
}

fn starting_list(content: &mut Content) {
    let day = content.as_of;
    let baseline = |entry: Entry| Entry {
        reason: Reason::Baseline,
        ..entry
    };
    content.entries = vec![
        baseline(absence(0, Level::Urgent, day)),
        baseline(course(1, Level::Concern, day)),
    ];
    content.counts = counts();
}

fn digest(content: &mut Content) {
    let day = content.as_of;
    let put = |group, entry: Entry, reason| Entry { group, reason, ..entry };
    let over = |student, group, reason| Entry {
        level: None,
        before: Some(Level::Concern),
        next: String::new(),
        edge: String::new(),
        because: "absent 3 of 45 enrolled days (6.6 %), 1 unexcused, 2 excused".to_owned(),
        ..put(group, absence(student, Level::Concern, day.plus(-20)), reason)
    };
    let known = |entry: Entry, before| Entry {
        before: Some(before),
        ..entry
    };
    let urgent = known(absence(0, Level::Urgent, day.plus(-15)), Level::Urgent);
    let better = known(absence(2, Level::Watch, day.plus(-40)), Level::Concern);
    let mut moved = over(5, Group::Moved, Reason::Still);
    moved.whose = "now with Sam Reed".to_owned();
    content.entries = vec![
        put(Group::NoContact, urgent, Reason::Still),
        put(Group::Watched, course(1, Level::Watch, day), Reason::Crossed),
        put(Group::Storm, absence(1, Level::Concern, day), Reason::Crossed),
        put(Group::Overflow, course(3, Level::Concern, day), Reason::Crossed),
        put(Group::Eased, better, Reason::Eased),
        over(3, Group::Cleared, Reason::Cleared),
        over(4, Group::Corrected, Reason::Corrected),
        over(4, Group::Left, Reason::LeftSchool),
        moved,
    ];
    content.counts = counts();
    content.nights = Some((4, 5));
    content.silences = vec![format!(
        "Silence 3 about one student until {}: the family has moved for a month",
        day.plus(20)
    )];
}

fn team_list(content: &mut Content) {
    let day = content.as_of;
    let open = |entry: Entry| Entry {
        before: entry.level,
        reason: Reason::Still,
        ..entry
    };
    let mut planned = open(absence(0, Level::Urgent, day.plus(-30)));
    planned.going_on = vec![format!("{PLAN_LINE} (tier 2) has been open since {}", day.plus(-20))];
    content.entries = vec![
        planned,
        open(course(0, Level::Concern, day.plus(-12))),
        open(absence(1, Level::Concern, day.plus(-9))),
    ];
    content.counts = counts();
}

fn reminder(content: &mut Content) {
    let day = content.as_of;
    let again = |student| Entry {
        before: Some(Level::Urgent),
        reason: Reason::Still,
        ..absence(student, Level::Urgent, day.plus(-14))
    };
    let mut escalated = again(1);
    escalated.group = Group::Escalated;
    escalated.whose = "written to Sam Reed".to_owned();
    content.entries = vec![again(0), escalated];
}

fn handover(content: &mut Content) {
    let day = content.as_of;
    let entries = [
        absence(0, Level::Urgent, day.plus(-14)),
        course(1, Level::Concern, day.plus(-9)),
    ];
    let from = |entry: Entry| Entry {
        before: entry.level,
        reason: Reason::Still,
        whose: "from Sam Reed".to_owned(),
        ..entry
    };
    content.entries = entries.into_iter().map(from).collect();
}

fn absence(student: usize, level: Level, since: Day) -> Entry {
    let (because, edge) = match level {
        Level::Watch => (
            "absent 4 of 45 enrolled days (8.8 %), 2 unexcused, 2 excused",
            "concern begins at 10",
        ),
        Level::Concern => (
            "absent 6 of 45 enrolled days (13.3 %), 4 unexcused, 2 excused",
            "urgent begins at 20",
        ),
        Level::Urgent => ("absent 9 of 45 enrolled days (20 %), 6 unexcused, 3 excused", ""),
    };
    Entry {
        because: because.to_owned(),
        next: "Attendance team this week.".to_owned(),
        strip: "PPPPP PPAPP PPPPP PPPP PEPPP PPAAP PPTPU hAAPS".to_owned(),
        edge: edge.to_owned(),
        ..entry(student, "Chronic absence", "attendance", level, since)
    }
}

fn course(student: usize, level: Level, since: Day) -> Entry {
    Entry {
        because: "2 core courses below 60: Algebra I (52), English 9 (55)".to_owned(),
        next: "Talk with the teachers of these courses.".to_owned(),
        ..entry(student, "Core courses failing", "course", level, since)
    }
}

fn entry(student: usize, title: &str, area: &str, level: Level, since: Day) -> Entry {
    // Every caller names one of the few.
    let (id, _, _, grade, _) = STUDENTS[student % STUDENTS.len()];
    Entry {
        student_id: id.to_owned(),
        school_id: SCHOOL.to_owned(),
        grade: grade.to_owned(),
        rule: title.to_lowercase().replace(' ', "_"),
        title: title.to_owned(),
        area: Area(area.to_owned()),
        level: Some(level),
        before: None,
        reason: Reason::Crossed,
        episode: 1,
        since: Some(since),
        because: String::new(),
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
    }
}

fn storm(title: &str, day: Day, students: u32, urgent: u32) -> StormCount {
    StormCount {
        school_id: SCHOOL.to_owned(),
        title: title.to_owned(),
        area: Area("attendance".to_owned()),
        day,
        students,
        urgent,
        judged: 240,
    }
}

fn counts() -> Vec<FlagCount> {
    let count = |title: &str, level, students| FlagCount {
        title: title.to_owned(),
        level,
        students,
    };
    vec![
        count("Chronic absence", Level::Concern, 2),
        count("Chronic absence", Level::Watch, 7),
        count("Tardies", Level::Watch, 1),
    ]
}

fn report() -> Vec<ReportLine> {
    let line = |section: &str, text: &str| ReportLine {
        section: section.to_owned(),
        text: text.to_owned(),
    };
    vec![
        line("feeds", "the grades file is two days late"),
        line("rules", "the rule `low_average` was set aside: it does not compile"),
        line("routing", "3 students have no owner; their news went to the last owner"),
        line("round", "12 letters were posted"),
    ]
}
