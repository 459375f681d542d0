//! Exact numbers and civil days, so that no float of the key can agree with a float of the program by chance.

use std::cmp::Ordering;
use std::fmt;

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frac {
    over: i128,
    under: i128,
}

impl Frac {
    pub(crate) const ZERO: Frac = Frac { over: 0, under: 1 };
    pub(crate) const ONE: Frac = Frac { over: 1, under: 1 };

    pub(crate) fn new(over: i128, under: i128) -> Frac {
        assert!(under != 0, "a fraction over nothing");
        let by = gcd(over.abs(), under.abs()).max(1) * under.signum();
        Frac {
            over: over / by,
            under: under / by,
        }
    }

    pub(crate) fn whole(number: usize) -> Frac {
        Frac::new(number as i128, 1)
    }

    /// Reads `12`, `-3`, `0.333`; nothing else.
    pub(crate) fn parse(text: &str) -> Option<Frac> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !plain(whole) || !plain(part) || part.len() > 12 {
            return None;
        }
        let under = 10_i128.pow(part.len() as u32);
        let over: i128 = format!("{whole}{part}").parse().ok()?;
        Some(Frac::new(sign * over, under))
    }

    pub(crate) fn plus(self, other: Frac) -> Frac {
        Frac::new(
            self.over * other.under + other.over * self.under,
            self.under * other.under,
        )
    }

    pub(crate) fn minus(self, other: Frac) -> Frac {
        self.plus(Frac::new(-other.over, other.under))
    }

    pub(crate) fn times(self, other: Frac) -> Frac {
        Frac::new(self.over * other.over, self.under * other.under)
    }

    pub(crate) fn by(self, other: Frac) -> Frac {
        Frac::new(self.over * other.under, self.under * other.over)
    }

    /// Thousandths, rounded half up (towards the larger number).
    pub(crate) fn thousandths(self) -> i128 {
        (self.over * 2000 + self.under).div_euclid(2 * self.under)
    }

    /// "CSV `value` has three decimals, rounded half up."
    pub(crate) fn three_decimals(self) -> String {
        let all = self.thousandths();
        let sign = if all < 0 { "-" } else { "" };
        format!("{sign}{}.{:03}", all.abs() / 1000, all.abs() % 1000)
    }

    pub(crate) fn sum(numbers: impl IntoIterator<Item = Frac>) -> Frac {
        numbers.into_iter().fold(Frac::ZERO, Frac::plus)
    }
}

impl PartialOrd for Frac {
    fn partial_cmp(&self, other: &Frac) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Frac {
    fn cmp(&self, other: &Frac) -> Ordering {
        (self.over * other.under).cmp(&(other.over * self.under))
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A civil day as days since 1970-01-01, counted year by year and month by month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Date(pub(crate) i32);

fn leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i32, month: u32) -> i32 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    /// Reads `YYYY-MM-DD`. Years far from ours are days too, but never in a school year: they are all put far away.
    pub(crate) fn parse(text: &str) -> Option<Date> {
        let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        if shape != "0000-00-00" {
            return None;
        }
        let year: i32 = text[0..4].parse().ok()?;
        let month: u32 = text[5..7].parse().ok()?;
        let day: i32 = text[8..10].parse().ok()?;
        if year == 0 || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return None;
        }
        if year < 1970 {
            return Some(Date(-1_000_000));
        }
        let years: i32 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
        let months: i32 = (1..month).map(|m| days_in(year, m)).sum();
        Some(Date(years + months + day - 1))
    }

    /// A day that is known to be well written.
    pub(crate) fn of(text: &str) -> Date {
        Date::parse(text).unwrap_or_else(|| panic!("`{text}` is not a day"))
    }

    pub(crate) fn plus(self, days: i32) -> Date {
        Date(self.0 + days)
    }

    /// Whether school could be held at all: Monday to Friday.
    pub(crate) fn is_weekday(self) -> bool {
        // 1970-01-01 was a Thursday.
        !matches!((self.0 + 3).rem_euclid(7), 5 | 6)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut year, mut rest) = (1970, self.0);
        while rest >= if leap(year) { 366 } else { 365 } {
            rest -= if leap(year) { 366 } else { 365 };
            year += 1;
        }
        let mut month = 1;
        while rest >= days_in(year, month) {
            rest -= days_in(year, month);
            month += 1;
        }
        write!(f, "{year:04}-{month:02}-{:02}", rest + 1)
    }
}
