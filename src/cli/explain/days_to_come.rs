//! What would change a flag, as sentences: each says what is supposed and the day on which it would be so.

use super::ToCome;
use super::decided::school_days;
use crate::indicators::Word;
use crate::round::ahead::{Becomes, Outlook, Supposed, Turn};
use crate::school::{Level, Table};

/// The sentences of an outlook, from the level that is held.
pub(super) fn sentences(outlook: &Outlook, held: Option<Level>) -> Vec<ToCome> {
    let mut told = Vec::new();
    let mut before = held;
    for turn in &outlook.turns {
        let sentence = match turn.supposed {
            Supposed::Quiet => quiet(turn, before, outlook),
            _ => event(turn),
        };
        if turn.supposed == Supposed::Quiet {
            before = turn.becomes.level();
        }
        told.push(ToCome {
            supposed: word(turn.supposed),
            count: turn.count,
            until: turn.until,
            day: turn.day,
            becomes: becomes(turn.becomes),
            sentence,
        });
    }
    if let (Some(day), Some(level)) = (outlook.open_to, before) {
        let at = outlook
            .turns
            .iter()
            .filter(|turn| turn.supposed == Supposed::Quiet)
            .count();
        let even = even_so(outlook);
        let sentence = format!(
            "Would not be clear before the school year ends: still {level} on {day}, its last school day{even}."
        );
        let stays = ToCome {
            supposed: word(Supposed::Quiet),
            count: 0,
            until: day,
            day,
            becomes: level.word(),
            sentence,
        };
        told.insert(at, stays);
    }
    told
}

fn quiet(turn: &Turn, before: Option<Level>, outlook: &Outlook) -> String {
    let (days, day) = (school_days(turn.count), turn.day);
    let without = without(outlook);
    match turn.becomes {
        Becomes::Clear => format!("Would be clear after {days}{without}, on {day}."),
        Becomes::Unmeasured => {
            format!("Would no longer be measured after {days}, on {day}: the rule is not for this student then.")
        }
        Becomes::Judged => format!("Would be judged after {days}, on {day}."),
        Becomes::At(level) if Some(level) < before => format!("Would ease to {level} after {days}{without}, on {day}."),
        Becomes::At(level) => format!("Would become {level} after {days}, on {day}{}.", even_so(outlook)),
    }
}

fn event(turn: &Turn) -> String {
    let Turn { count, until, day, .. } = *turn;
    let level = becomes(turn.becomes);
    let on = if day == until {
        String::new()
    } else {
        format!(", on {day}")
    };
    let one = |one: &str, many: &str| match count {
        1 => format!("One more {one}"),
        _ => format!("{count} more {many}"),
    };
    let in_a_row = |one: &str, many: &str| match count {
        1 => format!("One more {one}, on {until}, would make it {level}{on}."),
        _ => format!("{count} more {many} in a row, up to {until}, would make it {level}{on}."),
    };
    match turn.supposed {
        Supposed::Absence => in_a_row("absence", "absences"),
        Supposed::UnexcusedAbsence => in_a_row("unexcused absence", "unexcused absences"),
        Supposed::ExcusedAbsence => in_a_row("excused absence", "excused absences"),
        Supposed::Late => in_a_row("late arrival", "late arrivals"),
        Supposed::Incident => format!(
            "{}, on {until}, would make it {level}{on}.",
            one("incident", "incidents")
        ),
        Supposed::Suspension => {
            let what = one("suspension of one day", "suspensions of one day");
            format!("{what}, on {until}, would make it {level}{on}.")
        }
        Supposed::SuspensionDay => {
            let days = crate::cli::output::count(count, "day", "days");
            format!("One more suspension of {days}, on {until}, would make it {level}{on}.")
        }
        Supposed::FailingCourse => courses(turn, "more", ""),
        Supposed::FailingCoreCourse => courses(turn, "more", "core "),
        Supposed::PassingCourse => courses(turn, "less", ""),
        Supposed::PassingCoreCourse => courses(turn, "less", "core "),
        Supposed::Quiet => String::new(),
    }
}

/// `One failing core course more from 2026-11-16 on would make it urgent, on 2026-11-20.`
fn courses(turn: &Turn, more: &str, core: &str) -> String {
    let Turn { count, until, day, .. } = *turn;
    let courses = match count {
        1 => format!("One failing {core}course"),
        _ => format!("{count} failing {core}courses"),
    };
    let on = if day == until {
        String::new()
    } else {
        format!(", on {day}")
    };
    format!(
        "{courses} {more} from {until} on would make it {}{on}.",
        becomes(turn.becomes)
    )
}

/// What must not happen, by what the rule reads.
fn not_happening(outlook: &Outlook) -> Vec<&'static str> {
    let has = |words: &[Word]| outlook.words.iter().any(|word| words.contains(word));
    let mut things = Vec::new();
    let late = has(&[Word::Tardies]);
    let absence = [
        Word::Absences,
        Word::Unexcused,
        Word::Excused,
        Word::AbsencePercent,
        Word::Streak,
        Word::UnexcusedStreak,
        Word::Pacing,
    ];
    // A rule may not have come to all its words tonight: what it reads is known all the same.
    if has(&absence) || (outlook.reads.holds(Table::Attendance) && !late) {
        things.push("absence");
    }
    if late {
        things.push("late arrival");
    }
    if outlook.reads.holds(Table::Behavior) {
        let suspensions = has(&[Word::Suspensions, Word::RemovalDays]) && !has(&[Word::Incidents]);
        things.push(if suspensions { "suspension" } else { "incident" });
    }
    things
}

fn marks(outlook: &Outlook) -> &'static str {
    let plans = outlook.reads.holds(Table::Interventions) || outlook.reads.holds(Table::Contacts);
    match (outlook.reads.holds(Table::Grades), plans) {
        (true, true) => "with today's marks, plans and contacts",
        (true, false) => "with today's marks",
        (false, true) => "with today's plans and contacts",
        (false, false) => "",
    }
}

/// ` without an absence`, ` with today's marks`.
fn without(outlook: &Outlook) -> String {
    let things = not_happening(outlook);
    let with = marks(outlook);
    let with = if with.is_empty() {
        String::new()
    } else {
        format!(" {with}")
    };
    match things.is_empty() {
        true => with,
        false => format!(" without {}{with}", listed(&things, "a", "an")),
    }
}

/// `, even without another absence`, `, with today's marks`.
fn even_so(outlook: &Outlook) -> String {
    let things = not_happening(outlook);
    let with = marks(outlook);
    let with = if with.is_empty() {
        String::new()
    } else {
        format!(", {with}")
    };
    match things.is_empty() {
        true => with,
        false => format!(", even without {}{with}", listed(&things, "another", "another")),
    }
}

/// `an absence, a late arrival or an incident`.
fn listed(things: &[&str], article: &str, before_vowel: &str) -> String {
    let with_article = |thing: &&str| match thing.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("{before_vowel} {thing}"),
        false => format!("{article} {thing}"),
    };
    let all: Vec<String> = things.iter().map(with_article).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => all.concat(),
    }
}

fn word(supposed: Supposed) -> &'static str {
    match supposed {
        Supposed::Quiet => "quiet",
        Supposed::Absence => "absence",
        Supposed::UnexcusedAbsence => "unexcused_absence",
        Supposed::ExcusedAbsence => "excused_absence",
        Supposed::Late => "late",
        Supposed::Incident => "incident",
        Supposed::Suspension => "suspension",
        Supposed::SuspensionDay => "suspension_day",
        Supposed::FailingCourse => "failing_course",
        Supposed::FailingCoreCourse => "failing_core_course",
        Supposed::PassingCourse => "passing_course",
        Supposed::PassingCoreCourse => "passing_core_course",
    }
}

fn becomes(becomes: Becomes) -> &'static str {
    match becomes {
        Becomes::At(level) => level.word(),
        Becomes::Clear => "clear",
        Becomes::Unmeasured => "not_applicable",
        Becomes::Judged => "judged",
    }
}
