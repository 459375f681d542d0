//! The sixteen rules of the library, as the table in the design says them.

use std::collections::BTreeMap;

use super::attendance::Attendance;
use super::behavior::Behavior;
use super::marks::TermMarks;
use super::numbers::Frac;
use super::schools::{Schools, holds};
use super::settings::Settings;
use super::tables::Stay;

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Judged, with the gravest level reached, if any.
    Judged(Option<&'static str>, Frac),
    /// For another grade: not even looked at.
    OtherGrade,
    NotApplicable,
    Unknown,
}

impl Said {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Said::Judged(level, _) => level.unwrap_or("clear"),
            Said::OtherGrade | Said::NotApplicable => "not_applicable",
            Said::Unknown => "unknown",
        }
    }

    pub(crate) fn value(&self) -> String {
        match self {
            Said::Judged(_, value) => value.three_decimals(),
            _ => String::new(),
        }
    }
}

/// A row of the library's table: area, id, watch, concern, urgent.
type Line = (&'static str, &'static str, [Option<i64>; 3]);

/// The library, `combined/two_areas` apart: it asks the others.
const LIBRARY: [Line; 15] = [
    ("attendance", "chronic_absence", [Some(8), Some(10), Some(20)]),
    ("attendance", "early_pacing", [Some(1), None, None]),
    ("attendance", "recent_unexcused", [Some(4), Some(7), None]),
    ("attendance", "absence_streak", [Some(3), Some(5), Some(10)]),
    ("attendance", "unexcused_streak", [None, Some(3), Some(5)]),
    ("attendance", "tardies", [Some(6), Some(10), None]),
    ("course", "core_failure", [None, Some(1), Some(2)]),
    ("course", "course_failures", [Some(1), Some(2), Some(3)]),
    ("course", "low_average", [Some(70), Some(65), None]),
    ("course", "average_drop", [Some(7), Some(10), Some(15)]),
    ("behavior", "recent_incidents", [None, Some(2), Some(4)]),
    ("behavior", "suspension", [None, Some(1), Some(2)]),
    ("behavior", "removal_days", [Some(5), Some(8), Some(10)]),
    ("behavior", "incidents_this_year", [Some(3), Some(6), None]),
    ("context", "new_student", [Some(1), None, None]),
];

/// Rules that are believed only after five judged days: a first night opens no flag of theirs.
pub(crate) const AFTER_FIVE: [&str; 5] = [
    "core_failure",
    "course_failures",
    "low_average",
    "average_drop",
    "two_areas",
];

/// One student tonight.
pub(crate) struct Tonight<'a> {
    pub(crate) stays: &'a [Stay],
    pub(crate) home: &'a Stay,
    pub(crate) grade: Option<i8>,
    pub(crate) attendance: Option<Attendance>,
    /// None: no term holds the day, and none has ended.
    pub(crate) day_of_term: Option<usize>,
    pub(crate) current: TermMarks,
    pub(crate) previous: TermMarks,
    /// None: no behavior file ever came.
    pub(crate) behavior: Option<Behavior<'a>>,
}

/// A least value and what is had of it, or nothing.
type Need = (i64, Option<i64>);

impl Tonight<'_> {
    fn grades(&self, rule: &str) -> Option<(i8, i8)> {
        match rule {
            "chronic_absence" => Some((-1, 12)),
            "recent_unexcused" | "unexcused_streak" => Some((0, 12)),
            "core_failure" | "course_failures" | "low_average" | "average_drop" => Some((6, 12)),
            _ => None,
        }
    }

    fn needs(&self, rule: &str) -> Vec<Need> {
        let day_of_term = (15, self.day_of_term.map(|days| days as i64));
        let marks = (3, Some(self.current.marks() as i64));
        let before = (3, Some(self.previous.marks() as i64));
        let attendance = self.attendance.as_ref();
        match rule {
            "chronic_absence" => vec![(21, attendance.map(|a| a.enrolled_days() as i64))],
            "early_pacing" => vec![(1, self.day_of_enrollment())],
            "core_failure" | "course_failures" => vec![day_of_term],
            "low_average" => vec![day_of_term, marks],
            "average_drop" => vec![day_of_term, marks, before],
            _ => Vec::new(),
        }
    }

    fn day_of_enrollment(&self) -> Option<i64> {
        self.attendance.as_ref()?.day_of_enrollment().map(i64::from)
    }

    fn measure(&self, rule: &str, schools: &Schools, settings: &Settings) -> Option<Frac> {
        let attendance = self.attendance.as_ref();
        let behavior = self.behavior.as_ref();
        match rule {
            "chronic_absence" => attendance?.absence_percent(),
            "early_pacing" => attendance?.pacing(),
            "recent_unexcused" => attendance?.unexcused_in_days(45),
            "absence_streak" => attendance?.streak(),
            "unexcused_streak" => attendance?.unexcused_streak(),
            "tardies" => attendance?.tardies_in_last(20),
            "core_failure" => self.current.core_failing(),
            "course_failures" => self.current.failing(),
            "low_average" => self.current.average(),
            // "Drop: previous average minus current."
            "average_drop" => Some(self.previous.average()?.minus(self.current.average()?)),
            "recent_incidents" => Some(behavior?.incidents_in_days(30)),
            "suspension" => Some(behavior?.suspensions_in_days(60)),
            "removal_days" => Some(behavior?.removal_days()),
            "incidents_this_year" => Some(behavior?.incidents_this_year()),
            "new_student" => Some(self.is_new(schools, settings)),
            _ => panic!("no rule {rule}"),
        }
    }

    /// "1 when entered at this school in the 21 calendar days that end on the as-of day, more than 14 calendar days after
    /// the school year's start, and not enrolled there in the 30 days before (without `entry_date`: enrolled since the
    /// start)".
    fn is_new(&self, schools: &Schools, settings: &Settings) -> Frac {
        let Some(entry) = self.home.entry else {
            return Frac::ZERO;
        };
        let recent = schools.as_of.plus(-20) <= entry && entry <= schools.as_of;
        let late = entry.0 - settings.year.0.0 > 14;
        let here_before = (1..=30).any(|back| {
            let there = self.stays.iter().filter(|stay| stay.school == self.home.school);
            there.into_iter().any(|stay| holds(stay, entry.plus(-back)))
        });
        if recent && late && !here_before {
            Frac::ONE
        } else {
            Frac::ZERO
        }
    }

    /// "Order: grades, `needs` (one below its least value decides before a missing one), `applies`, `measure`."
    fn judge(&self, line: &Line, schools: &Schools, settings: &Settings) -> Said {
        let (_, rule, edges) = line;
        if let Some((low, high)) = self.grades(rule) {
            match self.grade {
                // "A grade that is not understood makes rules with a grade range `unknown`."
                None => return Said::Unknown,
                Some(grade) if grade < low || high < grade => return Said::OtherGrade,
                Some(_) => {}
            }
        }
        let needs = self.needs(rule);
        if needs.iter().any(|(least, had)| had.is_some_and(|had| had < *least)) {
            return Said::NotApplicable;
        }
        if needs.iter().any(|(_, had)| had.is_none()) {
            return Said::Unknown;
        }
        // "`day_of_enrollment` 1–90, then not applicable"
        if *rule == "early_pacing" && self.day_of_enrollment().is_some_and(|day| day > 90) {
            return Said::NotApplicable;
        }
        match self.measure(rule, schools, settings) {
            Some(value) => Said::Judged(level(edges, value, *rule == "low_average"), value),
            None => Said::Unknown,
        }
    }

    /// All sixteen rules.
    pub(crate) fn verdicts(&self, schools: &Schools, settings: &Settings) -> BTreeMap<&'static str, Said> {
        let mut all = BTreeMap::new();
        for line in &LIBRARY {
            all.insert(line.1, self.judge(line, schools, settings));
        }
        all.insert("two_areas", two_areas(&all));
        all
    }
}

/// "a level is reached inclusively": the gravest one. Numbers here are exact, so they need no tolerance.
fn level(edges: &[Option<i64>; 3], value: Frac, lower_is_worse: bool) -> Option<&'static str> {
    let reached = |edge: i64| {
        let edge = Frac::new(i128::from(edge), 1);
        if lower_is_worse { value <= edge } else { value >= edge }
    };
    let words = ["watch", "concern", "urgent"];
    words
        .into_iter()
        .zip(edges)
        .rev()
        .find(|(_, edge)| edge.is_some_and(reached))
        .map(|(word, _)| word)
}

/// "`areas_at("concern")` counts the areas in which a rule reaches it; an area is unknown when none does and a rule of it
/// that has that level or a graver one is unknown; when unknown areas could change the level reached, the verdict is
/// unknown."
fn two_areas(verdicts: &BTreeMap<&'static str, Said>) -> Said {
    let (mut at, mut open) = (0, 0);
    for area in ["attendance", "course", "behavior"] {
        let graver = LIBRARY
            .iter()
            .filter(|(of, _, edges)| *of == area && (edges[1].is_some() || edges[2].is_some()));
        let said: Vec<&Said> = graver.map(|(_, rule, _)| &verdicts[rule]).collect();
        if said.iter().any(|said| matches!(said.word(), "concern" | "urgent")) {
            at += 1;
        } else if said.contains(&&Said::Unknown) {
            open += 1;
        }
    }
    let level = |areas: usize| (areas >= 2).then_some("urgent");
    if level(at) != level(at + open) {
        return Said::Unknown;
    }
    Said::Judged(level(at), Frac::whole(at))
}
