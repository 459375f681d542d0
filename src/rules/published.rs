//! How right flags are that others published, to set a district's own beside them.
//!
//! Source: the table of 110 flags in Bowers, Sprott and Taff, "Do We Know Who Will Drop Out?", The High School Journal 96(2), 2013.
//! Their outcome is leaving school without graduating, in samples where between a quarter and a half did: precision falls with that
//! share, sensitivity and specificity less.

use crate::school::Area;

/// One published flag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flag {
    /// The area that it belongs to; `None` for the median of all.
    pub area: Option<&'static str>,
    /// What it flags, and who studied it.
    pub name: &'static str,
    /// Of the flagged, how many did not graduate.
    pub precision: f64,
    /// Of those who did not graduate, how many were flagged.
    pub sensitivity: f64,
    /// Of those who graduated, how many were not flagged.
    pub specificity: f64,
}

const fn flag(
    area: Option<&'static str>,
    name: &'static str,
    precision: f64,
    sensitivity: f64,
    specificity: f64,
) -> Flag {
    Flag {
        area,
        name,
        precision,
        sensitivity,
        specificity,
    }
}

/// The flags that stand nearest to what rules of a district measure.
pub const FLAGS: [Flag; 11] = [
    flag(None, "median of 110 published flags", 0.344, 0.395, 0.849),
    flag(
        Some("attendance"),
        "grade 6, attendance of 80 % or less (Balfanz 2007)",
        0.83,
        0.233,
        0.936,
    ),
    flag(
        Some("attendance"),
        "grade 9, 16 or more absences in the first term (Troob 1985)",
        0.831,
        0.467,
        0.967,
    ),
    flag(
        Some("course"),
        "grade 6, failed math (Balfanz 2007)",
        0.81,
        0.212,
        0.934,
    ),
    flag(
        Some("course"),
        "grade 9, low or failing average in the first term (Troob 1985)",
        0.836,
        0.570,
        0.961,
    ),
    flag(Some("course"), "grade 9, three or more Fs", 0.806, 0.648, 0.891),
    flag(
        Some("course"),
        "end of grade 9, off track in Chicago (2007)",
        0.78,
        0.751,
        0.843,
    ),
    flag(
        Some("behavior"),
        "grade 6, suspended (Balfanz 2007)",
        0.80,
        0.098,
        0.967,
    ),
    flag(
        Some("behavior"),
        "grade 6, unsatisfactory behavior mark (Balfanz 2007)",
        0.71,
        0.505,
        0.725,
    ),
    flag(
        Some("combined"),
        "grade 6, one or more of four flags (Balfanz 2007)",
        0.71,
        0.595,
        0.675,
    ),
    flag(
        Some("combined"),
        "grade 6, exactly two of four flags (Balfanz 2007)",
        0.791,
        0.153,
        0.946,
    ),
];

/// The published flags of an area, and the median of all.
pub fn beside(area: &Area) -> impl Iterator<Item = &'static Flag> {
    FLAGS
        .iter()
        .filter(move |flag| flag.area.is_none_or(|its| its == area.word()))
}
