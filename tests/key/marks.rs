//! Terms and marks.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::numbers::{Date, Frac};
use super::schools::Schools;
use super::settings::{Scale, Settings, among, glob};
use super::tables::{Mark, Tables, Term};

/// What one mark comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    /// A percent, and whether it fails.
    Percent(Frac, bool),
    /// `P`, `I`, `W` …: takes the course out.
    Out,
}

/// The marks of one student in one term.
#[derive(Debug, Default)]
pub(crate) struct TermMarks {
    /// Percent, failing, core.
    courses: Vec<(Frac, bool, bool)>,
}

impl TermMarks {
    pub(crate) fn marks(&self) -> usize {
        self.courses.len()
    }

    /// "Average: unweighted mean of the courses' percents."
    pub(crate) fn average(&self) -> Option<Frac> {
        let count = Some(self.courses.len()).filter(|count| *count > 0)?;
        Some(Frac::sum(self.courses.iter().map(|course| course.0)).by(Frac::whole(count)))
    }

    /// "Failing … count[s] courses that have a mark; missing only when none has".
    pub(crate) fn failing(&self) -> Option<Frac> {
        let failing = self.courses.iter().filter(|course| course.1).count();
        (!self.courses.is_empty()).then(|| Frac::whole(failing))
    }

    /// "core: [missing] when no recognised core course has [a mark]".
    pub(crate) fn core_failing(&self) -> Option<Frac> {
        let core: Vec<_> = self.courses.iter().filter(|course| course.2).collect();
        let failing = core.iter().filter(|course| course.1).count();
        (!core.is_empty()).then(|| Frac::whole(failing))
    }
}

fn length(term: &Term) -> i32 {
    term.end.0 - term.start.0 + 1
}

/// The terms of a school in this year: its own row for a term's word, else the row for all schools; of rows with one key
/// that disagree "the shorter term".
fn terms_of<'a>(tables: &'a Tables, school: &str, settings: &Settings) -> Vec<&'a Term> {
    let mut by_name: BTreeMap<&str, &Term> = BTreeMap::new();
    let in_year = |term: &&Term| settings.year.0 <= term.start && term.start <= settings.year.1;
    let ours = tables
        .terms
        .iter()
        .filter(|term| term.school == school || term.school.is_empty());
    for term in ours.filter(in_year) {
        let rank = |term: &Term| (term.school.is_empty(), length(term));
        match by_name.get(term.name.as_str()) {
            Some(other) if rank(other) <= rank(term) => {}
            _ => {
                by_name.insert(&term.name, term);
            }
        }
    }
    by_name.into_values().collect()
}

/// "Current term: of the home school, the shortest term that holds the as-of day; on a day in none, the last one that
/// ended." Of equally short ones, the one that began last.
pub(crate) fn current<'a>(tables: &'a Tables, school: &str, as_of: Date, settings: &Settings) -> Option<&'a Term> {
    let terms = terms_of(tables, school, settings);
    let holding = terms.iter().filter(|term| term.start <= as_of && as_of <= term.end);
    let ended = terms.iter().filter(|term| term.end < as_of);
    let shortest = holding.min_by_key(|term| (length(term), Reverse(term.start)));
    shortest
        .or_else(|| ended.max_by_key(|term| (term.end, Reverse(length(term)))))
        .copied()
}

/// "Previous term: the nearest earlier one of the same year whose calendar length is between two thirds and one and a half
/// times as long." Earlier is one that ended before the current one begins.
pub(crate) fn previous<'a>(tables: &'a Tables, school: &str, now: &Term, settings: &Settings) -> Option<&'a Term> {
    let alike = |term: &&&Term| 3 * length(term) >= 2 * length(now) && 2 * length(term) <= 3 * length(now);
    let terms = terms_of(tables, school, settings);
    let earlier = terms.iter().filter(|term| term.end < now.start);
    earlier.filter(alike).max_by_key(|term| (term.end, term.start)).copied()
}

/// "`day_of_term`: the home school's instructional days from the term's first to the as-of day."
pub(crate) fn day_of_term(schools: &Schools, school: &str, term: &Term) -> Option<usize> {
    let days = || schools.instructional_between(school, term.start, schools.as_of);
    schools.has_calendar(school).then(days)
}

/// Who the marks are of.
pub(crate) struct Holder<'a> {
    pub(crate) school: &'a str,
    pub(crate) grade: Option<i8>,
    pub(crate) as_of: Date,
}

/// "One mark per `course_id` and term: the home school's first, then `final` before `progress`, then the latest date."
pub(crate) fn marks_in(
    term: &Term,
    marks: impl Iterator<Item = Mark>,
    holder: &Holder,
    tables: &Tables,
    settings: &Settings,
) -> TermMarks {
    let mut chosen: BTreeMap<String, (Mark, Worth)> = BTreeMap::new();
    for mark in marks.filter(|mark| mark.term == term.name) {
        // "A mark without `date` bears the day its file was first accepted": the as-of day of the only round.
        let date = mark.date.unwrap_or(holder.as_of);
        // "A mark dated after the as-of day or outside the year is left out."
        if date > holder.as_of || date < settings.year.0 || date > settings.year.1 {
            continue;
        }
        let Some(worth) = worth(&mark, holder, settings) else {
            continue;
        };
        let rank = |mark: &Mark, worth: &Worth| {
            let home = mark.school == holder.school;
            (home, mark.is_final, mark.date.unwrap_or(holder.as_of), graver(worth))
        };
        match chosen.get(&mark.course) {
            Some((other, had)) if rank(other, had) >= rank(&mark, &worth) => {}
            _ => {
                chosen.insert(mark.course.clone(), (mark, worth));
            }
        }
    }
    let courses = chosen.into_values().filter_map(|(mark, worth)| match worth {
        Worth::Percent(percent, failing) => Some((percent, failing, is_core(&mark, tables, settings))),
        Worth::Out => None,
    });
    TermMarks {
        courses: courses.collect(),
    }
}

/// Of marks that disagree under one key, "a lower mark" counts; a mark before none.
fn graver(worth: &Worth) -> (bool, Frac) {
    match worth {
        Worth::Percent(percent, _) => (true, Frac::ZERO.minus(*percent)),
        Worth::Out => (false, Frac::ZERO),
    }
}

/// None: an empty cell or `--` "leaves the earlier mark standing", and so does a mark that is not understood.
fn worth(mark: &Mark, holder: &Holder, settings: &Settings) -> Option<Worth> {
    let cell = mark.mark.trim();
    if cell.is_empty() || cell == "--" {
        return None;
    }
    // "the first that matches by grades, schools, subjects; where none does, the mark is missing"
    let scale = settings.scales.iter().find(|scale| fits(scale, mark, holder))?;
    if among(&scale.no_mark, cell) {
        return Some(Worth::Out);
    }
    let percent = percent(cell, scale)?;
    Some(Worth::Percent(percent, percent < scale.failing_below))
}

fn fits(scale: &Scale, mark: &Mark, holder: &Holder) -> bool {
    let grade = match (scale.grades, holder.grade) {
        (None, _) => true,
        (Some((low, high)), Some(grade)) => low <= grade && grade <= high,
        (Some(_), None) => false,
    };
    let school = scale.schools.is_empty() || scale.schools.contains(&mark.school);
    let subject = scale.subjects.is_empty() || scale.subjects.iter().any(|pattern| glob(pattern, &mark.subject));
    grade && school && subject
}

/// "A cell with number and letter takes the number"; a letter alone goes through the scale's table.
fn percent(cell: &str, scale: &Scale) -> Option<Frac> {
    let letter = scale
        .letters
        .iter()
        .find(|(letter, _)| letter.eq_ignore_ascii_case(cell));
    if let Some((_, percent)) = letter {
        return Some(*percent);
    }
    if scale.kind == "letters" {
        return None;
    }
    cell.split_whitespace().find_map(Frac::parse)
}

/// "globs over the whole cell, any case, tried on the first that is filled of courses.csv subject, subject, course_name";
/// the crosswalk's core "is `math`, `ela` or `no`, and decides when filled".
fn is_core(mark: &Mark, tables: &Tables, settings: &Settings) -> bool {
    let (crosswalk, core) = tables.courses.get(&mark.course).cloned().unwrap_or_default();
    if !core.is_empty() {
        return core == "math" || core == "ela";
    }
    let cells = [&crosswalk, &mark.subject, &mark.course_name];
    let Some(cell) = cells.into_iter().find(|cell| !cell.is_empty()) else {
        return false;
    };
    settings
        .math
        .iter()
        .chain(&settings.ela)
        .any(|pattern| glob(pattern, cell))
}
