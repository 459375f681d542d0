//! `average`: the unweighted mean of the percents of the courses' chosen marks in the current term.
//!
//! Missing where no course has a percent. Levels of a standards-based scale that the district's table gives no percent are
//! in no average. Source: course performance as in the ABC indicators (Balfanz et al. 2007).

use crate::timeline::StudentNight;

use super::Value;
use super::answer::mean;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    mean(student.current_term())
}
