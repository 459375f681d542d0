//! `suspensions`: distinct incidents with a suspension out of school in which the student was an offender, whether or not
//! their type counts as an incident.
//!
//! Windows as for `incidents`. Source: suspension is among the strongest single signs of dropping out (Balfanz et al. 2007);
//! which actions are suspensions is the district's table.

use crate::timeline::StudentNight;

use super::incidents::distinct;
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, window: Window) -> Value {
    distinct(student, window, |row| student.is_suspension(row))
}
