//! Civil days as plain numbers: a year of attendance is arithmetic on them, millions of times a night.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use jiff::civil::Weekday;

/// A civil day, counted from 1970-01-01. Prints and parses as `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day of a civil date.
    pub fn from_civil(date: jiff::civil::Date) -> Day {
        let epoch = jiff::civil::date(1970, 1, 1);
        // Whole days between civil dates always fit: jiff's years end at 9999.
        Day((date - epoch).get_days())
    }

    /// The civil date of this day.
    pub fn civil(self) -> jiff::civil::Date {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch
            .checked_add(jiff::Span::new().days(self.0))
            .unwrap_or(jiff::civil::Date::MAX)
    }

    /// A day of the proleptic Gregorian calendar; `None` where there is no such day.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let longest = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if day > longest {
            return None;
        }
        // Days from civil, Howard Hinnant's algorithm: years start in March, so the leap day comes last.
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let day_of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Day(era * 146_097 + day_of_era - 719_468))
    }

    /// Reads exactly `YYYY-MM-DD`. Adapters with other formats parse before they come here.
    pub fn parse(text: &[u8]) -> Option<Day> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else {
            return None;
        };
        let digit = |b: u8| b.is_ascii_digit().then(|| u32::from(b - b'0'));
        let year = digit(y1)? * 1000 + digit(y2)? * 100 + digit(y3)? * 10 + digit(y4)?;
        Day::from_ymd(year as i32, digit(m1)? * 10 + digit(m2)?, digit(d1)? * 10 + digit(d2)?)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match (self.0 + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The Monday of this day's week.
    pub fn monday(self) -> Day {
        Day(self.0 - (self.0 + 3).rem_euclid(7))
    }

    /// The day `days` later (earlier where negative).
    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.civil())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Day, String> {
        Day::parse(text.as_bytes()).ok_or_else(|| format!("`{text}` is not a day: write it as 2026-11-20"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Day, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One school year, both days included. Facts and standings are keyed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchoolYear {
    /// The first day of the year.
    pub start: Day,
    /// The last day of the year.
    pub end: Day,
}

impl SchoolYear {
    /// Whether the day lies in this year.
    pub fn holds(&self, day: Day) -> bool {
        self.start <= day && day <= self.end
    }

    /// Calendar days from the year's first day: the offset under which facts are kept. `None` outside the year.
    pub fn offset(&self, day: Day) -> Option<u16> {
        if !self.holds(day) {
            return None;
        }
        u16::try_from(day.0 - self.start.0).ok()
    }

    /// The day at an offset.
    pub fn day(&self, offset: u16) -> Day {
        self.start.plus(i32::from(offset))
    }

    /// Calendar days in the year.
    pub fn length(&self) -> usize {
        usize::try_from(self.end.0 - self.start.0 + 1).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_jiff_over_four_centuries() {
        let mut date = jiff::civil::date(1900, 1, 1);
        let mut day = Day::from_civil(date);
        while date.year() < 2300 {
            let made = Day::from_ymd(date.year().into(), date.month() as u32, date.day() as u32);
            assert_eq!(made, Some(day));
            assert_eq!(day.civil(), date);
            assert_eq!(day.weekday(), date.weekday());
            assert_eq!(Day::parse(day.to_string().as_bytes()), Some(day));
            date = date.tomorrow().expect("before 2300");
            day = day.plus(1);
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-05",
            "20261120",
            "2026-11-31",
            "0000-01-01",
            "",
        ] {
            assert_eq!(Day::parse(text.as_bytes()), None, "{text}");
        }
    }
}
