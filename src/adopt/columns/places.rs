//! The columns of schools, their days, their terms and their courses.

use super::{Kind, Known, SCHOOL, known};

pub(super) const SCHOOLS: &[Known] = &[
    known(
        "school_id",
        Kind::SchoolId,
        "school id|school code|id*0.85|code*0.7|school abbreviation*0.7|school|school unique id|location code*0.85|location id*0.85",
    ),
    known(
        "name",
        Kind::SchoolName,
        "school name|name|title|school title|school description|full name*0.8|name school full|location name*0.85",
    ),
];
pub(super) const CALENDAR: &[Known] = &[
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
pub(super) const TERMS: &[Known] = &[
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
        "end|end date|term end date|term end|last day|to|to date|exit date*0.5|entry date*0.5",
    ),
];
pub(super) const COURSES: &[Known] = &[
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
