//! The columns of what happens to a student: days, marks, incidents, and what is done about it.

use super::{Kind, Known, SCHOOL, STAFF, STUDENT, known};

pub(super) const ATTENDANCE: &[Known] = &[
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
        "period|attendance period|period name|period id|course period|period code|course id*0.85|course*0.4",
    ),
    known(
        "portion",
        Kind::Portion,
        "portion|day portion|attendance portion|attendance value|value|attendance days|attendance days portion|days|duration|event duration|attendance duration|day value|attendance weight|weight",
    ),
];
pub(super) const GRADES: &[Known] = &[
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
        "type|grade type|mark type|grade code*0.5|course grade type|final progress|status*0.5|final*0.5|grade status|work*0.6|marking work*0.8",
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
pub(super) const BEHAVIOR: &[Known] = &[
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
        "days|action days|action duration|duration|suspended days|days suspended|removed days|discipline action duration|days removed|action day count|id days|discipline days|action day*0.9|day*0.7",
    ),
    known(
        "severity",
        Kind::Severity,
        "severity|level*0.7|incident level|behavior level|incident severity|severity level|behavior severity",
    ),
];
pub(super) const INTERVENTIONS: &[Known] = &[
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
        "start date|start|start intervention|intervention start date|from date|from*0.8|entry date*0.8|program start date|date*0.55|date start service",
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
pub(super) const CONTACTS: &[Known] = &[
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
pub(super) const OUTCOMES: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known(
        "outcome",
        Kind::Word,
        "outcome|outcome name|outcome type|measure|type*0.6|name*0.5",
    ),
    known("value", Kind::Bit, "value|outcome value|flag|status*0.6|mark*0.6"),
    known("date", Kind::OpenDate, "date|outcome date|date measure"),
];
