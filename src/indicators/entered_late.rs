//! `entered_late`: whether the student entered the home school after the year was under way, and came new.
//!
//! More than 14 calendar days after the school year's start, and not enrolled there in the 30 calendar days before. Without
//! an entry date: enrolled since the start, so no. Source: mobility as a sign (StudentInsights); the days are chosen by us.

use crate::timeline::StudentNight;

use super::Value;

/// Calendar days after the school year's start up to which entering is ordinary.
const ORDINARY_DAYS: i32 = 14;
/// Calendar days before the entry in which an earlier enrollment at the school makes it a return.
const RETURN_DAYS: i32 = 30;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    let home = student.home();
    let late = home.dated && home.from.0 - student.books().year.start.0 > ORDINARY_DAYS;
    let was_here = student.stays().any(|stay| {
        let before = (home.from.plus(-RETURN_DAYS), home.from.plus(-1));
        stay.school == home.school && stay.from <= before.1 && stay.to.is_none_or(|to| to >= before.0)
    });
    Value::Yes(late && !was_here)
}
