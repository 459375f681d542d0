//! Many students of one school flagged by one rule on one day: an event of the school, told once and as counts.

use serde::{Deserialize, Serialize};

use crate::school::{Day, Level};

/// Students raised to concern or worse on one day from which on it is a storm, inclusive.
pub const LEAST_STUDENTS: u32 = 15;
/// The same as a share of the school's judged students: one in so many, inclusive.
pub const ONE_IN: u32 = 5;
/// Within so many school days another storm of the same rule adds to the first.
pub const ADDS_WITHIN: u32 = 5;
/// School days for which single flags of a storm wait for a person.
pub const WAITS: u32 = 1;
/// School days for which a question about the calendar waits for a person before its flags are told as a storm's are. Chosen by us.
pub const QUESTION_WAITS: u32 = 5;
/// A day on which so many percent of a school's students, and at least [`LEAST_STUDENTS`], were absent all day is a question about the
/// calendar. Chosen by us.
pub const WHOLE_SCHOOL_PERCENT: u32 = 90;

/// Whether so many steps up among so many judged students are a storm.
pub fn is_storm(steps_up: u32, judged: u32) -> bool {
    steps_up >= LEAST_STUDENTS && steps_up.saturating_mul(ONE_IN) >= judged
}

/// Whether a day on which so many of so many students were absent all day can hardly have been a school day.
pub fn is_whole_school(absent: u32, enrolled: u32) -> bool {
    absent >= LEAST_STUDENTS && absent.saturating_mul(100) >= enrolled.saturating_mul(WHOLE_SCHOOL_PERCENT)
}

/// What a person said of a storm, or that nobody did in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nobody has said anything.
    #[default]
    Open,
    /// Its flags are written as any other.
    Released,
    /// Its flags count as told and are written to nobody.
    Discarded,
    /// It is no question any more: the calendar says that there was no school.
    Settled,
}

/// What becomes of one flag that a storm, or a question about the calendar, has raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelter {
    /// It waits.
    Waits,
    /// It is ordinary news, late.
    News,
    /// It joins the digest.
    Digest,
    /// It counts as told.
    Told,
}

/// What becomes of a flag of `level` that was raised `days` school days before tonight, and that waits at most `waits` of them.
pub fn shelter(decision: Decision, level: Level, days: u32, waits: u32) -> Shelter {
    match decision {
        Decision::Discarded => Shelter::Told,
        Decision::Released | Decision::Settled => Shelter::News,
        Decision::Open if days < waits => Shelter::Waits,
        Decision::Open if level >= Level::Urgent => Shelter::News,
        Decision::Open => Shelter::Digest,
    }
}

/// A storm as a night saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The judged day.
    pub day: Day,
    /// Students raised to concern or worse; for a whole school, those absent all day.
    pub students: u32,
    /// Of these, at urgent.
    pub urgent: u32,
    /// Students judged; for a whole school, those enrolled.
    pub judged: u32,
}

#[cfg(test)]
mod tests {
    use super::{Decision, Shelter, is_storm, is_whole_school, shelter};
    use crate::school::Level;

    #[test]
    fn a_storm_is_fifteen_students_and_a_fifth_of_those_judged_both_inclusive() {
        assert!(is_storm(15, 75));
        assert!(!is_storm(15, 76));
        assert!(!is_storm(14, 20));
        assert!(is_storm(100, 500));
    }

    #[test]
    fn nine_in_ten_absent_is_a_question_about_the_calendar() {
        assert!(is_whole_school(90, 100));
        assert!(!is_whole_school(89, 100));
        assert!(!is_whole_school(14, 14));
    }

    #[test]
    fn the_single_ones_wait_a_day_then_urgent_goes_out_and_the_rest_joins_the_digest() {
        assert_eq!(shelter(Decision::Open, Level::Urgent, 0, 1), Shelter::Waits);
        assert_eq!(shelter(Decision::Open, Level::Urgent, 1, 1), Shelter::News);
        assert_eq!(shelter(Decision::Open, Level::Concern, 1, 1), Shelter::Digest);
        assert_eq!(shelter(Decision::Released, Level::Concern, 0, 1), Shelter::News);
        assert_eq!(shelter(Decision::Discarded, Level::Urgent, 3, 1), Shelter::Told);
    }
}
