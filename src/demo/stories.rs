//! What happens in the demo district, and to whom. Everything else is chance.

use super::calendar::day;
use super::dice::Dice;
use super::people::Person;
use crate::school::{Day, Grade};

/// Misses a day now and then, then one more each week: passes one day in ten on November 5.
pub const SLOW_FADE: &str = "10042";
/// A good eighth grader whose marks fall at once on November 2 and who stays away from November 4 to 10.
pub const SUDDEN_FALL: &str = "20031";
/// Moves from the elementary school's sixth grade to the middle school on November 3, and takes the absences along.
pub const TRANSFER: &str = "30150";
/// Comes to the middle school from elsewhere on October 27.
pub const NEWCOMER: &str = "20177";
/// An English mark of 84 is posted as 24 on November 2; the teacher mends it on November 9.
pub const CORRECTED: &str = "10107";
/// Suspended for three days after a fight on November 5.
pub const SUSPENDED: &str = "10211";

pub(super) fn transfer_day() -> Day {
    day(2026, 11, 3)
}

pub(super) fn newcomer_day() -> Day {
    day(2026, 10, 27)
}

pub(super) fn fight_day() -> Day {
    day(2026, 11, 5)
}

/// Grades that a story needs.
pub(super) fn grade(number: u32) -> Option<Grade> {
    match number.to_string().as_str() {
        SLOW_FADE => Some(Grade(10)),
        SUDDEN_FALL => Some(Grade(8)),
        TRANSFER => Some(Grade(6)),
        CORRECTED => Some(Grade(11)),
        _ => None,
    }
}

/// Days that the story tells: month, day, code.
type Days = &'static [(u32, u32, &'static str)];

/// The attendance of a story: `None` where no story speaks, `Some(None)` where it says present.
pub(super) fn attendance(person: &Person, date: Day) -> Option<Option<&'static str>> {
    let days: Days = match person.id().as_str() {
        SLOW_FADE => &[
            (9, 11, "E"),
            (9, 28, "A"),
            (10, 13, "T"),
            (10, 15, "A"),
            (10, 22, "A"),
            (11, 3, "A"),
            (11, 5, "A"),
        ],
        SUDDEN_FALL => &[
            (9, 18, "E"),
            (11, 4, "A"),
            (11, 5, "A"),
            (11, 6, "A"),
            (11, 9, "A"),
            (11, 10, "A"),
        ],
        TRANSFER => &[
            (8, 31, "E"),
            (9, 14, "A"),
            (9, 29, "A"),
            (10, 8, "E"),
            (10, 20, "A"),
            (11, 5, "A"),
        ],
        SUSPENDED => &[(10, 1, "E"), (11, 6, "S"), (11, 9, "S"), (11, 10, "S")],
        NEWCOMER | CORRECTED => &[(11, 2, "T")],
        _ => return None,
    };
    let told = days
        .iter()
        .find(|(month, number, _)| day(2026, *month, *number) == date);
    Some(told.map(|(.., code)| *code))
}

/// The flu at the elementary school, November 2 to 5: three in ten are out, most of them for three days or four.
pub(super) fn has_flu(person: &Person, date: Day, dice: Dice) -> bool {
    let first = day(2026, 11, 2);
    let ill = person.school == "303" && dice.throw(person.number, 0, 50, 10) < 3;
    let from = first.plus(dice.throw(person.number, 0, 51, 2) as i32);
    let until = from.plus(2 + dice.throw(person.number, 0, 52, 2) as i32);
    ill && from <= date && date <= until
}

/// Students of a story have one steady mark everywhere, so that only the story moves it.
pub(super) fn steady_mark(id: &str) -> Option<&'static str> {
    match id {
        SUDDEN_FALL => Some("88"),
        CORRECTED => Some("84"),
        SLOW_FADE => Some("77"),
        _ => None,
    }
}

/// A mark posted on November 2 as the gradebook shows it on a day: the day it bears, and the mark.
pub(super) fn late_mark(id: &str, course: &str, as_of: Day) -> Option<(Day, &'static str)> {
    let posted = day(2026, 11, 2);
    if as_of < posted {
        return None;
    }
    let mended = as_of >= day(2026, 11, 9);
    let mark = match (id, course) {
        (SUDDEN_FALL, "M-MAT") => "41",
        (SUDDEN_FALL, "M-ELA") => "52",
        (SUDDEN_FALL, "M-SCI") => "63",
        (CORRECTED, "H-ENG") if mended => "84",
        (CORRECTED, "H-ENG") => "24",
        _ => return None,
    };
    Some((posted, mark))
}
