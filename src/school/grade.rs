//! Grade levels, from pre-kindergarten to twelve.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A grade level: `PK` is −1, `KG` is 0, then 1 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grade(pub i8);

impl Grade {
    /// Reads `PK`, `KG` and `1` to `12`, in any case and with leading zeros; everything else is not understood.
    pub fn parse(text: &str) -> Option<Grade> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("PK") {
            return Some(Grade(-1));
        }
        if text.eq_ignore_ascii_case("KG") || text.eq_ignore_ascii_case("K") {
            return Some(Grade(0));
        }
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u32 = text.parse().ok()?;
        (1..=12).contains(&number).then_some(Grade(number as i8))
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ..=-1 => f.write_str("PK"),
            0 => f.write_str("KG"),
            n => write!(f, "{n}"),
        }
    }
}

/// A range of grade levels such as `6-12`, `PK-5` or `9`, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradeRange {
    /// The lowest grade.
    pub low: Grade,
    /// The highest grade.
    pub high: Grade,
}

impl GradeRange {
    /// Every grade there is.
    pub const ALL: GradeRange = GradeRange {
        low: Grade(-1),
        high: Grade(12),
    };

    /// Whether the grade lies in the range.
    pub fn holds(&self, grade: Grade) -> bool {
        self.low <= grade && grade <= self.high
    }
}

impl FromStr for GradeRange {
    type Err = String;

    fn from_str(text: &str) -> Result<GradeRange, String> {
        let wrong = || format!("`{text}` is not a range of grades: write it as `6-12`, `PK-5` or `9`");
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        let low = Grade::parse(low).ok_or_else(wrong)?;
        let high = Grade::parse(high).ok_or_else(wrong)?;
        if low > high {
            return Err(wrong());
        }
        Ok(GradeRange { low, high })
    }
}

impl fmt::Display for GradeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            return write!(f, "{}", self.low);
        }
        write!(f, "{}-{}", self.low, self.high)
    }
}

impl Serialize for GradeRange {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GradeRange {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<GradeRange, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_read_as_registrars_write_them() {
        assert_eq!(Grade::parse("07"), Some(Grade(7)));
        assert_eq!(Grade::parse("pk"), Some(Grade(-1)));
        assert_eq!(Grade::parse("KG"), Some(Grade(0)));
        for text in ["KF", "13", "0", "", "9th", "-1"] {
            assert_eq!(Grade::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_includes_both_ends() {
        let range: GradeRange = "PK-5".parse().expect("a range");
        assert!(range.holds(Grade(-1)) && range.holds(Grade(5)) && !range.holds(Grade(6)));
        assert!("12-6".parse::<GradeRange>().is_err());
    }
}
