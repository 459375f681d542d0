//! The columns that say who is who: students, staff, who belongs to whom.

use super::{Kind, Known, SCHOOL, STAFF, STUDENT, known};

pub(super) const STUDENTS: &[Known] = &[
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
        "exit date|exit|end date*0.9|school exit date|student exit date|entry end date*0.95|end*0.7|to date*0.7",
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
pub(super) const ENROLLMENTS: &[Known] = &[
    known("student_id", Kind::StudentId, STUDENT),
    known("school_id", Kind::SchoolId, SCHOOL),
    known(
        "grade",
        Kind::Grade,
        "grade|grade level|level*0.6|student grade|entry grade level|student grade level|year level|grade code",
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
        "primary|primary school|primary entry|school primary|primary status|service type*0.7",
    ),
];
pub(super) const STAFFS: &[Known] = &[
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
pub(super) const CASELOAD: &[Known] = &[
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
pub(super) const GROUPS: &[Known] = &[
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
