//! `missing_work`: missing assignments over the chosen marks of the current term, where the export counts them; a course that a no-mark
//! takes out of the other numbers is in this one.
//!
//! Missing where no chosen mark counts them.

use crate::timeline::StudentNight;

use super::Value;
use super::answer::count;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    let missing = student.current_term().missing_work;
    missing.map_or(Value::Missing, |missing| count(u64::from(missing)))
}
