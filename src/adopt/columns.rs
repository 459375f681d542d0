//! What we know of each canonical column: how its cells look, and the phrases under which systems head it. Data.

use crate::school::Table;

/// How the cells of a column look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    StudentId,
    SchoolId,
    StaffId,
    CourseId,
    EventId,
    Date,
    OpenDate,
    AttendanceCode,
    Period,
    Portion,
    Grade,
    FirstName,
    LastName,
    PersonName,
    SchoolName,
    CourseName,
    Subject,
    Core,
    Term,
    Mark,
    FinalOrNot,
    Count,
    Programs,
    Homeroom,
    Email,
    StaffRole,
    Area,
    Part,
    Behavior,
    Action,
    ActionDays,
    Severity,
    Tier,
    Program,
    FreeText,
    Flag,
    ExitCode,
    DayType,
    LastNames,
    Contact,
    Word,
    Cell,
    Bit,
}

/// What is known of one canonical column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Phrases of concepts, parted by `|`; `*0.8` behind one makes it count less.
    pub(super) phrases: &'static str,
}

const fn known(name: &'static str, kind: Kind, phrases: &'static str) -> Known {
    Known { name, kind, phrases }
}

const STUDENT: &str = "student id|perm id|student perm id|student perm|perm|student unique id|student user id*0.8|user id*0.8|student local id|local id*0.9|student other id*0.9|student state id*0.9|state id*0.75|student code*0.9|id*0.7|student";
const SCHOOL: &str = "school id|school code|school|school local id|school name*0.75|school unique id";
const STAFF: &str = "staff id|staff|counselor id|counselor|case manager id|case manager|staff unique id|staff user id*0.8|user id*0.7|staff code*0.9|staff email*0.7";

const SCHOOLS: &[Known] = &[
    known(
        "school_id",
        Kind::SchoolId,
        "school id|school code|id*0.85|code*0.7|school abbreviation*0.7|school|school unique id",
    ),
    known(
        "name",
        Kind::SchoolName,
        "school name|name|title|school title|school description|full name*0.8|name school full",
    ),
];
const CALENDAR: &[Known] = &[
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "date",
        Kind::Date,
        "date|calendar date|day date|day|school day date*0.9|event date",
    ),
    known(
        "day_type",
        Kind::DayType,
        "day type|type|calendar event|event|day code|instructional|school day|instructional day|day status|status|event type|calendar event type|term*0.3|day description*0.8|attendance day type|code*0.6|day",
    ),
];
const TERMS: &[Known] = &[
    known(
        "term",
        Kind::Term,
        "term|term name|marking period name|term id*0.85|term code|marking term|name*0.8|title*0.85|term abbreviation|abbreviation*0.8|term description|marking period|description*0.6|code*0.6",
    ),
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "start",
        Kind::Date,
        "start|start date|term start date|term start|first day|from|from date|entry date*0.5",
    ),
    known(
        "end",
        Kind::OpenDate,
        "end|end date|term end date|term end|last day|to|to date|exit date*0.5",
    ),
];
const STUDENTS: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known(
        "first_name",
        Kind::FirstName,
        "first name|first|student first name|preferred first name*0.9|preferred name*0.75|student first",
    ),
    known(
        "last_name",
        Kind::LastName,
        "last name|last|student last name|preferred last*0.9|student last",
    ),
    known(
        "grade",
        Kind::Grade,
        "grade|grade level|level*0.6|student grade|year level|student grade level|entry grade level|grade code",
    ),
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "entry_date",
        Kind::OpenDate,
        "entry date|entry|start date*0.9|entry start date|school entry date|student entry date|start*0.7|from date*0.7|date entry school",
    ),
    known(
        "exit_date",
        Kind::OpenDate,
        "exit date|exit|end date*0.9|school exit date|student exit date|end*0.7|to date*0.7",
    ),
    known(
        "programs",
        Kind::Programs,
        "program|program code|student program|service|program service|program group*0.8|group*0.6|program type",
    ),
    known(
        "homeroom",
        Kind::Homeroom,
        "homeroom|homeroom staff|homeroom name|homeroom code|homeroom id",
    ),
];
const ENROLLMENTS: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "grade",
        Kind::Grade,
        "grade|grade level|level*0.6|student grade|entry grade level|year level|grade code",
    ),
    known(
        "entry_date",
        Kind::Date,
        "entry date|entry|start date|start*0.9|from date|from*0.8|school entry date|entry start date",
    ),
    known(
        "exit_date",
        Kind::OpenDate,
        "exit date|exit|end date|end*0.9|to date|to*0.8|school exit date|entry end date",
    ),
    known(
        "exit_code",
        Kind::ExitCode,
        "exit code|exit type|exit reason|exit status|end status*0.8|reason*0.6|entry end type|end reason",
    ),
    known(
        "primary",
        Kind::Flag,
        "primary|primary school|primary entry|school primary|primary status",
    ),
];
const COURSES: &[Known] = &[
    known(
        "course_id",
        Kind::CourseId,
        "course id|course code|course|id*0.8|code*0.7|course local code",
    ),
    known(
        "subject",
        Kind::Subject,
        "subject|subject name|subject area|course subject|academic subject|subject code|area*0.7|course name*0.8|name*0.7|course title*0.8|title*0.8",
    ),
    known("core", Kind::Core, "core|core area|core subject|core course|core type"),
];
const STAFFS: &[Known] = &[
    known(
        "staff_id",
        Kind::StaffId,
        "staff id|id*0.85|staff|user id*0.8|staff unique id|staff code|counselor id",
    ),
    known(
        "name",
        Kind::PersonName,
        "name|full name|staff name|display name|staff full name|staff display name|counselor name|last first name*0.8|user name*0.6",
    ),
    known(
        "email",
        Kind::Email,
        "email|login*0.7|email address|staff email|user email|contact email|work email|staff email address",
    ),
    known(
        "role",
        Kind::StaffRole,
        "role|job title|title|job|staff role|staff type|job type|type*0.8|user role|staff title|job code|staff status*0.4",
    ),
    known(
        "schools",
        Kind::SchoolId,
        "school|school id|school code|school name|staff school",
    ),
    known("areas", Kind::Area, "area|subject area|subject*0.6|staff area"),
    known("grades", Kind::Cell, "grade|grade level|level"),
    known("programs", Kind::Programs, "program|service|program code"),
    known(
        "last_names",
        Kind::LastNames,
        "last name|alphabet|last name alphabet|name alphabet|caseload alphabet|last name caseload|letter|caseload letter|caseload*0.6|student last name",
    ),
    known(
        "capacity",
        Kind::Count,
        "capacity|limit|caseload limit|caseload capacity|limit capacity|caseload count|caseload id",
    ),
    known(
        "away_from",
        Kind::OpenDate,
        "away from|away start|away start date|exit start date|exit from|away from date|away date",
    ),
    known(
        "away_until",
        Kind::OpenDate,
        "away end|away end date|away to|exit end date|away to date|away return",
    ),
    known(
        "stand_in",
        Kind::StaffId,
        "substitute|substitute id|substitute staff|substitute staff id",
    ),
];
const CASELOAD: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known("staff_id", Kind::StaffId, STAFF),
    known(
        "role",
        Kind::StaffRole,
        "role|staff role|type*0.8|staff type|relation|job|title|caseload type|caseload role",
    ),
    known(
        "area",
        Kind::Area,
        "area|subject|subject area|program area*0.8|caseload area",
    ),
    known(
        "from",
        Kind::OpenDate,
        "from|start|start date|from date|entry date*0.8|date start",
    ),
    known("until", Kind::OpenDate, "end|to|end date|to date|exit date*0.8"),
];
const ATTENDANCE: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "date",
        Kind::Date,
        "date|attendance date|event date|attendance event date|day*0.8|attendance day|calendar date|date attendance|school day*0.7",
    ),
    known(
        "code",
        Kind::AttendanceCode,
        "code|attendance code|attendance|attendance type|status|attendance status|attendance event type|event type|attendance event code|reason*0.6|attendance reason*0.7|type|day status|attendance description*0.7|full day attendance*0.9|tardy attendance*0.5|code description*0.6|mark*0.5|attendance mark",
    ),
    known(
        "period",
        Kind::Period,
        "period|attendance period|period name|period id|course period|period code|course*0.4",
    ),
    known(
        "portion",
        Kind::Portion,
        "portion|day portion|attendance portion|attendance value|value|attendance days|attendance days portion|days|duration|event duration|attendance duration|day value|attendance weight|weight",
    ),
];
const GRADES: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "course_id",
        Kind::CourseId,
        "course id|course code|course local code|course|subject code*0.5|local course code",
    ),
    known(
        "course_name",
        Kind::CourseName,
        "course name|course title|course description|name*0.6|title*0.7|course local title|course full name",
    ),
    known(
        "subject",
        Kind::Subject,
        "subject|subject name|subject area|academic subject|course subject|subject code|area*0.6|course type*0.5",
    ),
    known(
        "term",
        Kind::Term,
        "term|term name|term code|term id*0.9|marking term|marking period|mark term|grade term|marking period name|period*0.6|grade period",
    ),
    known(
        "mark",
        Kind::Mark,
        "mark|grade|letter grade|final grade|numeric grade|numeric grade earned|grade earned|course grade|course mark|mark value|final mark|value*0.6|letter mark|term grade|term mark|marking mark|grade mark|outcome*0.4",
    ),
    known(
        "kind",
        Kind::FinalOrNot,
        "type|grade type|mark type|grade code*0.5|course grade type|final progress|status*0.5|final*0.5|grade status",
    ),
    known(
        "date",
        Kind::OpenDate,
        "date|mark date|grade date|date created|created|grade created|term date*0.6|job date|date time",
    ),
    known(
        "missing_work",
        Kind::Count,
        "missing work|missing|work missing count|missing work count|id missing work|missing count",
    ),
    known("staff_id", Kind::StaffId, STAFF),
];
const BEHAVIOR: &[Known] = &[
    known(
        "incident_id",
        Kind::EventId,
        "incident id|incident|discipline id|behavior id|event id|case id|id*0.8|log id|discipline incident id|discipline event id|incident unique id|behavior event id|discipline incident",
    ),
    known("student_id", Kind::StudentId, STUDENT),
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "date",
        Kind::Date,
        "date|incident date|event date|discipline date|behavior date|discipline incident date|incident day|date time|incident date time",
    ),
    known(
        "type",
        Kind::Behavior,
        "type|incident type|behavior|behavior type|behavior code|incident code|discipline type|discipline code|incident behavior|code*0.8|event type|discipline reason|incident description*0.7|reason|log type|incident reason|behavior description|discipline behavior",
    ),
    known(
        "role",
        Kind::Part,
        "role|participation|participation code|participation role|incident role|student role|discipline participation|discipline incident participation code|participation type",
    ),
    known(
        "action",
        Kind::Action,
        "action|action type|discipline action|action code|discipline*0.8|incident action|behavior action|action name|action description",
    ),
    known(
        "action_days",
        Kind::ActionDays,
        "days|action days|action duration|duration|suspended days|days suspended|removed days|discipline action duration|days removed|action day count|id days|discipline days",
    ),
    known(
        "severity",
        Kind::Severity,
        "severity|level*0.7|incident level|behavior level|incident severity|severity level|behavior severity",
    ),
];
const INTERVENTIONS: &[Known] = &[
    known(
        "intervention_id",
        Kind::EventId,
        "intervention id|service id|program id*0.8|id*0.85|intervention unique id|case id",
    ),
    known("student_id", Kind::StudentId, STUDENT),
    known(
        "program",
        Kind::Program,
        "program|intervention|intervention name|program name|service|service name|program type|service type|intervention type|program description|name*0.6|intervention program|strategy",
    ),
    known(
        "area",
        Kind::Area,
        "area|subject|intervention area|subject area|program area|type*0.4",
    ),
    known(
        "tier",
        Kind::Tier,
        "tier|level*0.7|intervention tier|tier level|program tier",
    ),
    known("staff_id", Kind::StaffId, STAFF),
    known(
        "start_date",
        Kind::Date,
        "start date|start|start intervention|intervention start date|from date|from*0.8|entry date*0.8|program start date|date*0.5|date start service",
    ),
    known(
        "end_date",
        Kind::OpenDate,
        "end date|end|intervention end date|exit date|to date|program end date|to*0.8",
    ),
    known(
        "planned_sessions",
        Kind::Count,
        "planned sessions|sessions planned|planned|sessions goal|sessions*0.5|dosage planned|id sessions planned|limit dosage*0.7",
    ),
    known(
        "held_sessions",
        Kind::Count,
        "held sessions|sessions held|held|sessions attendance|dosage|sessions*0.5|dosage held|id sessions held",
    ),
    known(
        "goal",
        Kind::FreeText,
        "goal|intervention goal|goal description|measure goal|description*0.4|comment*0.4",
    ),
];
const CONTACTS: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known(
        "date",
        Kind::Date,
        "date|contact date|date contact|date time|contact date time|event date|day*0.6",
    ),
    known("staff_id", Kind::StaffId, STAFF),
    known(
        "kind",
        Kind::Contact,
        "type|contact type|method|contact method|contact code|contact|code*0.6|event type|contact description*0.6",
    ),
    known(
        "area",
        Kind::Area,
        "area|subject|subject area|contact area|reason*0.7|contact reason",
    ),
];
const GROUPS: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known(
        "group",
        Kind::Word,
        "group|flag*0.9|group name|group type|type*0.7|group code|group description",
    ),
    known(
        "value",
        Kind::Cell,
        "value|group value|name*0.4|code*0.5|status*0.5|group user",
    ),
];
const OUTCOMES: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known(
        "outcome",
        Kind::Word,
        "outcome|outcome name|outcome type|measure|type*0.6|name*0.5",
    ),
    known("value", Kind::Bit, "value|outcome value|flag|status*0.6|mark*0.6"),
    known("date", Kind::OpenDate, "date|outcome date|date measure"),
];

/// What is known of a table's columns, in the order of the canonical table.
pub(super) fn known_columns(table: Table) -> &'static [Known] {
    match table {
        Table::Schools => SCHOOLS,
        Table::Calendar => CALENDAR,
        Table::Terms => TERMS,
        Table::Students => STUDENTS,
        Table::Enrollments => ENROLLMENTS,
        Table::Courses => COURSES,
        Table::Staff => STAFFS,
        Table::Caseload => CASELOAD,
        Table::Attendance => ATTENDANCE,
        Table::Grades => GRADES,
        Table::Behavior => BEHAVIOR,
        Table::Interventions => INTERVENTIONS,
        Table::Contacts => CONTACTS,
        Table::Groups => GROUPS,
        Table::Outcomes => OUTCOMES,
    }
}

/// Concepts that say little in a table of their own, and that give the table away in a file's name.
pub(super) fn own(table: Table) -> &'static [&'static str] {
    match table {
        Table::Schools => &["school"],
        Table::Calendar => &["calendar", "day"],
        Table::Terms => &["term"],
        Table::Students => &["student"],
        Table::Enrollments => &["entry"],
        Table::Courses => &["course"],
        Table::Staff => &["staff"],
        Table::Caseload => &["caseload"],
        Table::Attendance => &["attendance", "event"],
        Table::Grades => &["mark", "final"],
        Table::Behavior => &["incident", "behavior", "discipline", "event"],
        Table::Interventions => &["intervention", "service"],
        Table::Contacts => &["contact"],
        Table::Groups => &["group"],
        Table::Outcomes => &["outcome"],
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, known_columns};
    use crate::adopt::words::dictionary;
    use crate::records::columns;

    #[test]
    fn every_canonical_column_is_known_in_its_order() {
        for table in Table::ALL {
            let canonical: Vec<&str> = columns(table).iter().map(|column| column.name).collect();
            let known: Vec<&str> = known_columns(table).iter().map(|known| known.name).collect();
            assert_eq!(known, canonical, "{table}");
        }
    }

    #[test]
    fn phrases_are_made_of_concepts() {
        let concepts: Vec<&str> = dictionary().values().copied().collect();
        for known in Table::ALL.into_iter().flat_map(known_columns) {
            for phrase in known.phrases.split('|') {
                let phrase = phrase.split('*').next().unwrap_or(phrase);
                for word in phrase.split(' ') {
                    assert!(concepts.contains(&word), "`{word}` of {} is no concept", known.name);
                }
            }
        }
    }
}
