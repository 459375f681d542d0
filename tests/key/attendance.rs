//! One student's enrolled days, and the numbers about them.

use std::collections::{BTreeMap, BTreeSet};

use super::numbers::{Date, Frac};
use super::schools::{Schools, home};
use super::settings::{Code, Periods, Rows, Settings};
use super::tables::{Row, Stay, portion};

/// One enrolled day.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub(crate) date: Date,
    /// Absent in thousandths of the day.
    pub(crate) absent: i128,
    /// Unexcused in thousandths of the day; what is still unverified is not in it.
    pub(crate) unexcused: i128,
    /// Absent the whole day, and every part of it unexcused.
    pub(crate) wholly_unexcused: bool,
    /// Absent the whole day, and it would be wholly unexcused if what is unverified turned out so.
    pub(crate) still_unverified: bool,
    pub(crate) tardy: bool,
}

/// The classes of absence, in the order in which they fill a day: "excused fills it first, then suspended, unverified,
/// unexcused".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Excused,
    Suspended,
    Unverified,
    Unexcused,
}

fn class(code: &Code) -> Class {
    if code.suspended {
        Class::Suspended
    } else if code.excused {
        Class::Excused
    } else if code.unverified {
        Class::Unverified
    } else {
        Class::Unexcused
    }
}

/// A row that was understood: what it says of its period or day.
#[derive(Clone, Debug)]
struct Said {
    amount: Frac,
    /// Whether the amount is one of the day: "portion 0–1 of the day"; else it is one of a period.
    of_day: bool,
    class: Class,
    tardy: bool,
    counts: bool,
}

/// "the graver one counts: attendance the more absent, then unexcused before unverified, suspended, excused, tardy". A row
/// that takes the day out is the least grave of all.
fn gravity(said: &Said) -> (Frac, u8, bool, bool) {
    let absent = said.amount > Frac::ZERO;
    let rank = match said.class {
        _ if !absent => 0,
        Class::Excused => 1,
        Class::Suspended => 2,
        Class::Unverified => 3,
        Class::Unexcused => 4,
    };
    (said.amount, rank, said.tardy, said.counts)
}

/// The understood rows of one day at one school, one for each period.
fn understood(rows: &[&Row], settings: &Settings) -> BTreeMap<String, Said> {
    let mut by_period: BTreeMap<String, Said> = BTreeMap::new();
    for row in rows {
        let Some(code) = settings.codes.get(&row.code) else {
            continue;
        };
        let said = Said {
            // "Absent on a day: the code's weight times portion"
            amount: code.absent.times(portion(&row.portion)),
            of_day: portion(&row.portion) < Frac::ONE,
            class: class(code),
            tardy: code.tardy,
            counts: code.counts,
        };
        match by_period.get(&row.period) {
            Some(other) if gravity(other) >= gravity(&said) => {}
            _ => {
                by_period.insert(row.period.clone(), said);
            }
        }
    }
    by_period
}

/// What a day's rows come to: parts of the day by class, and whether the student came late.
struct Came {
    parts: BTreeMap<Class, Frac>,
    tardy: bool,
}

/// The rows of one student, day and school. None: the day does not count.
fn day_of(rows: &[&Row], settings: &Settings) -> Option<Came> {
    // Homeroom: only that period's rows and whole-day rows speak.
    let speaks = |row: &Row| match &settings.periods {
        Periods::Homeroom(homeroom) => row.period.is_empty() || row.period == *homeroom,
        _ => true,
    };
    let rows: Vec<&Row> = rows.iter().copied().filter(|row| speaks(row)).collect();
    if rows.is_empty() {
        // "exceptions: only non-present rows are exported"; "with `rows = "all"`, those of them that have a row".
        let present = Came {
            parts: BTreeMap::new(),
            tardy: false,
        };
        return (settings.rows == Rows::Exceptions).then_some(present);
    }
    let said = understood(&rows, settings);
    // "A whole-day row wins over period rows."
    if let Some(whole) = said.get("") {
        return whole.counts.then(|| Came {
            parts: BTreeMap::from([(whole.class, whole.amount.min(Frac::ONE))]),
            tardy: whole.tardy,
        });
    }
    let counting: Vec<&Said> = said.values().filter(|said| said.counts).collect();
    // "a day whose only rows are not understood does not count for that student"; a `counts = false` row takes its period
    // out, and a day with only such rows is out.
    if counting.is_empty() {
        return None;
    }
    let tardy = counting.iter().any(|said| said.tardy);
    let taken_out = said.len() - counting.len();
    let parts = match settings.periods {
        Periods::Homeroom(_) => filled(&counting, Frac::ONE),
        Periods::Fraction => filled(&counting, periods(counting.len(), taken_out, settings)),
        Periods::Majority => majority(&counting, periods(counting.len(), taken_out, settings)),
    };
    Some(Came { parts, tardy })
}

/// "absent periods ÷ that day's periods": the distinct understood counting periods that have rows, and in exceptions form
/// the day's periods less those taken out.
fn periods(counting: usize, taken_out: usize, settings: &Settings) -> Frac {
    let periods = match settings.rows {
        Rows::All => counting,
        Rows::Exceptions => settings.periods_per_day.saturating_sub(taken_out),
    };
    // More periods taken out than the configuration knows of: what is left is the day.
    Frac::whole(periods.max(1))
}

/// "rows of different periods add up, and where they exceed the day, excused fills it first, then suspended, unverified,
/// unexcused"; "at most 1 a day".
fn filled(counting: &[&Said], periods: Frac) -> BTreeMap<Class, Frac> {
    let mut parts = BTreeMap::new();
    let mut room = Frac::ONE;
    for class in [Class::Excused, Class::Suspended, Class::Unverified, Class::Unexcused] {
        let amount = sum_of(counting, class, periods).min(room);
        room = room.minus(amount);
        parts.insert(class, amount);
    }
    parts
}

/// A class's part of the day: "absent periods ÷ that day's periods", and what rows say of the day themselves.
fn sum_of(counting: &[&Said], class: Class, periods: Frac) -> Frac {
    let of_class = counting.iter().filter(|said| said.class == class);
    Frac::sum(of_class.map(|said| {
        if said.of_day {
            said.amount
        } else {
            said.amount.by(periods)
        }
    }))
}

/// "`majority` a whole day when at least half are absent": half periods add up to whole ones here too. The parts stay as they are, so that `class_day` can ask
/// "unexcused when at least half of the absent ones are".
fn majority(counting: &[&Said], periods: Frac) -> BTreeMap<Class, Frac> {
    let classes = [Class::Excused, Class::Suspended, Class::Unverified, Class::Unexcused];
    let of_class = classes.map(|class| (class, sum_of(counting, class, periods)));
    let absent = Frac::sum(of_class.iter().map(|(_, part)| *part));
    if absent == Frac::ZERO || absent.times(Frac::whole(2)) < Frac::ONE {
        return BTreeMap::new();
    }
    // A share of the whole day for each class: together they are exactly 1.
    BTreeMap::from(of_class.map(|(class, part)| (class, part.by(absent))))
}

/// A day's parts as the numbers read them.
fn class_day(date: Date, came: &Came, verified: bool, by_majority: bool) -> Day {
    let part = |class: Class| came.parts.get(&class).copied().unwrap_or(Frac::ZERO);
    // "an unverified absence becomes unexcused once `unverified_days` … lie after it"
    let certain = part(Class::Unexcused);
    let possible = certain.plus(part(Class::Unverified));
    let now = if verified { possible } else { certain };
    let all = Frac::sum(came.parts.values().copied());
    // "rounded half up to thousandths once, after its periods are added as fractions"
    let absent = all.thousandths();
    let half = Frac::new(1, 2);
    let (unexcused, wholly, could_be) = if by_majority {
        let wholly = absent == 1000 && now >= half;
        (if wholly { 1000 } else { 0 }, wholly, possible >= half)
    } else {
        (now.thousandths(), now == all, possible == all)
    };
    Day {
        date,
        absent,
        unexcused,
        wholly_unexcused: absent == 1000 && wholly,
        still_unverified: absent == 1000 && !wholly && could_be,
        // "Tardy counts days, and not on a fully absent day."
        tardy: came.tardy && absent < 1000,
    }
}

/// One student's attendance this year. None: it cannot be had.
#[derive(Debug)]
pub(crate) struct Attendance {
    pub(crate) through: Date,
    year_start: Date,
    /// Ascending, each date once; "up to the school's through day", each to that of its own school.
    days: Vec<Day>,
}

/// "instructional days enrolled, this school year, up to the school's through day; with `rows = "all"`, those of them
/// that have a row".
pub(crate) fn attendance(
    stays: &[Stay],
    rows: Option<&BTreeSet<Row>>,
    schools: &Schools,
    settings: &Settings,
) -> Option<Attendance> {
    let now = &home(stays, schools.as_of)?.school;
    // "a school without any row this year has no through day, and its attendance numbers are missing"; "Without a
    // calendar, `exceptions` gives missing".
    let through = schools.through(now).filter(|_| schools.has_calendar(now))?;
    let mut by_day: BTreeMap<(Date, &str), Vec<&Row>> = BTreeMap::new();
    for row in rows.into_iter().flatten() {
        by_day.entry((row.date, &row.school)).or_default().push(row);
    }
    let mut days = Vec::new();
    for date in (settings.year.0.0..=schools.as_of.0).map(Date) {
        // "Its calendar and attendance count, other schools' attendance is tallied and left out." Whose through day bounds
        // the days at a school left behind is not said: "Days of the year's home enrollments are added up", so each
        // enrollment's days reach to its own school's through day.
        let Some(stay) = home(stays, date) else { continue };
        let school = stay.school.as_str();
        let reached = schools.through(school).is_some_and(|reached| date <= reached);
        if !reached || !schools.is_instructional(school, date) {
            continue;
        }
        let rows = by_day.get(&(date, school)).map_or(&[][..], Vec::as_slice);
        let Some(came) = day_of(rows, settings) else { continue };
        // "once `unverified_days` of the school's instructional days lie after it, up to the through day"
        let reached = schools.through(school).unwrap_or(date);
        let after = schools.instructional_between(school, date.plus(1), reached);
        let by_majority = settings.periods == Periods::Majority && !rows.iter().any(|row| is_whole(row, settings));
        days.push(class_day(date, &came, after >= settings.unverified_days, by_majority));
    }
    Some(Attendance {
        through,
        year_start: settings.year.0,
        days,
    })
}

/// Whether a row speaks of the whole day and is understood.
fn is_whole(row: &Row, settings: &Settings) -> bool {
    row.period.is_empty() && settings.codes.contains_key(&row.code)
}

impl Attendance {
    pub(crate) fn enrolled_days(&self) -> usize {
        self.days.len()
    }

    /// The days that windows and runs see: those up to the home school's through day.
    fn up_to_through(&self) -> impl DoubleEndedIterator<Item = &Day> {
        self.days.iter().filter(|day| day.date <= self.through)
    }

    /// "`last(20)`: the student's last 20 enrolled days up to the through day (fewer when there are fewer)", newest first.
    /// None where there is none: "an attendance number over a window without an enrolled day is missing".
    fn last(&self, count: usize) -> Option<Vec<&Day>> {
        let days: Vec<&Day> = self.up_to_through().rev().take(count).collect();
        Some(days).filter(|days| !days.is_empty())
    }

    /// "`days(30)`: the 30 calendar days that end on the school's through day"; "No window reaches before the school
    /// year's start".
    fn calendar_days(&self, count: i32) -> Option<Vec<&Day>> {
        let from = self.through.plus(1 - count).max(self.year_start);
        let days: Vec<&Day> = self.up_to_through().filter(|day| day.date >= from).collect();
        Some(days).filter(|days| !days.is_empty())
    }

    /// "absent ÷ enrolled days × 100, excused and suspended included".
    pub(crate) fn absence_percent(&self) -> Option<Frac> {
        let enrolled = Some(self.days.len()).filter(|days| *days > 0)?;
        let absent: i128 = self.days.iter().map(|day| day.absent).sum();
        Some(Frac::new(absent, 10).by(Frac::whole(enrolled)))
    }

    pub(crate) fn unexcused_in_days(&self, count: i32) -> Option<Frac> {
        let days = self.calendar_days(count)?;
        Some(Frac::new(days.iter().map(|day| day.unexcused).sum(), 1000))
    }

    pub(crate) fn tardies_in_last(&self, count: usize) -> Option<Frac> {
        let days = self.last(count)?;
        Some(Frac::whole(days.iter().filter(|day| day.tardy).count()))
    }

    /// "the run of fully absent enrolled days that ends on the through day; days that do not count are skipped".
    pub(crate) fn streak(&self) -> Option<Frac> {
        let days = self.last(usize::MAX)?.into_iter();
        Some(Frac::whole(days.take_while(|day| day.absent == 1000).count()))
    }

    /// "run of fully absent days, all unexcused, that ends on the through day"; skipped are "still unverified days too".
    pub(crate) fn unexcused_streak(&self) -> Option<Frac> {
        let days = self.last(usize::MAX)?.into_iter();
        let certain = days.filter(|day| !day.still_unverified);
        Some(Frac::whole(certain.take_while(|day| day.wholly_unexcused).count()))
    }

    /// "Day 1 of enrollment is the first enrolled day of the year; `day_of_enrollment` counts calendar days from it to
    /// the through day."
    pub(crate) fn day_of_enrollment(&self) -> Option<i32> {
        let first = self.up_to_through().next()?.date;
        Some(self.through.0 - first.0 + 1)
    }

    /// "the largest, over the months begun (m = 1, 2, 3), of absences from day 1 to the earlier of the through day and
    /// calendar day 30·m, ÷ 2, 4, 6".
    pub(crate) fn pacing(&self) -> Option<Frac> {
        let first = self.up_to_through().next()?.date;
        let day = self.day_of_enrollment()?;
        let begun = (1..=3).filter(|month| day > 30 * (month - 1));
        let paces = begun.map(|month| {
            let until = first.plus(30 * month - 1);
            let days = self.up_to_through().filter(|day| day.date <= until);
            let absent: i128 = days.map(|day| day.absent).sum();
            Frac::new(absent, 1000).by(Frac::whole(2 * month as usize))
        });
        paces.max()
    }
}
