//! What attendance codes most likely mean. A code that nobody can know is asked about, never believed.

use super::guess::Confidence;
use super::levels::tail;

/// One attendance code of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeGuess {
    /// The code as it comes out of the adapter.
    pub code: String,
    /// Rows of the sample that bear it.
    pub rows: usize,
    /// The right side of its line under `[attendance.codes]`, such as `{ absent = 1 }`.
    pub meaning: String,
    /// How sure this is; what is unsure is not written by itself.
    pub confidence: Confidence,
    /// What it means in words.
    pub words: &'static str,
}

const PRESENT: (&str, &str) = ("{}", "present");
const ABSENT: (&str, &str) = ("{ absent = 1 }", "absent, unexcused");
const EXCUSED: (&str, &str) = ("{ absent = 1, excused = true }", "absent, excused");
const TARDY: (&str, &str) = ("{ tardy = true }", "late");
const SUSPENDED: (&str, &str) = (
    "{ absent = 1, excused = true, suspended = true }",
    "suspended out of school",
);
const UNVERIFIED: (&str, &str) = ("{ absent = 1, unverified = true }", "absent, not verified yet");

/// Short codes that most systems use for one thing.
const SURE: [(&str, (&str, &str)); 26] = [
    ("P", PRESENT),
    ("PR", PRESENT),
    ("A", ABSENT),
    ("ABS", ABSENT),
    ("UA", ABSENT),
    ("AU", ABSENT),
    ("UNX", ABSENT),
    ("UNEX", ABSENT),
    ("UX", ABSENT),
    ("A-U", ABSENT),
    ("TRU", ABSENT),
    ("E", EXCUSED),
    ("EA", EXCUSED),
    ("AE", EXCUSED),
    ("EX", EXCUSED),
    ("EXC", EXCUSED),
    ("A-E", EXCUSED),
    ("T", TARDY),
    ("TDY", TARDY),
    ("TAR", TARDY),
    ("TU", TARDY),
    ("TE", TARDY),
    ("UT", TARDY),
    ("ET", TARDY),
    ("T-E", TARDY),
    ("OSS", SUSPENDED),
];
/// Short codes that mean this in many districts and something else in others.
const MAYBE: [(&str, (&str, &str)); 20] = [
    ("U", UNVERIFIED),
    ("UNV", UNVERIFIED),
    ("S", SUSPENDED),
    ("SUS", SUSPENDED),
    ("ISS", PRESENT),
    ("I", EXCUSED),
    ("ILL", EXCUSED),
    ("M", EXCUSED),
    ("MED", EXCUSED),
    ("DR", EXCUSED),
    ("V", EXCUSED),
    ("R", EXCUSED),
    ("X", EXCUSED),
    ("L", TARDY),
    ("D", PRESENT),
    ("FT", PRESENT),
    ("ACT", PRESENT),
    ("SA", PRESENT),
    ("H", PRESENT),
    ("HB", PRESENT),
];

/// Guesses what a code means.
pub(super) fn code(cell: &str, rows: usize) -> CodeGuess {
    let shown = tail(cell).trim();
    let upper = shown.to_uppercase();
    let known = |list: &[(&str, (&'static str, &'static str))]| {
        list.iter()
            .find(|(code, _)| *code == upper)
            .map(|(_, meaning)| *meaning)
    };
    let (confidence, (meaning, words)) = if let Some(meaning) = known(&SURE) {
        (Confidence::Likely, meaning)
    } else if let Some(meaning) = worded(&upper) {
        (Confidence::Sure, meaning)
    } else if let Some(meaning) = known(&MAYBE) {
        (Confidence::Unsure, meaning)
    } else {
        (Confidence::Unsure, ABSENT)
    };
    CodeGuess {
        code: shown.to_owned(),
        rows,
        meaning: meaning.to_owned(),
        confidence,
        words,
    }
}

/// Codes that are words: `Excused Absence`, `Tardy - unexcused`.
fn worded(upper: &str) -> Option<(&'static str, &'static str)> {
    let has = |word: &str| upper.contains(word);
    let excused = has("EXCUSED") && !has("UNEXCUSED") && !has("NOT EXCUSED") && !has("NON-EXCUSED");
    if has("TARDY") || has("TARDIES") || upper.starts_with("LATE") {
        Some(TARDY)
    } else if has("OUT OF SCHOOL SUSP") || has("OUT-OF-SCHOOL SUSP") {
        Some(SUSPENDED)
    } else if has("UNVERIFIED") {
        Some(UNVERIFIED)
    } else if has("PRESENT") || has("IN ATTENDANCE") || has("EARLY DEPARTURE") || upper == "PARTIAL" || has("DISMISS") {
        Some(PRESENT)
    } else if excused && (has("ABS") || upper == "EXCUSED") {
        Some(EXCUSED)
    } else if has("UNEXCUSED") || has("TRUAN") || upper == "ABSENT" || upper == "ABSENCE" {
        Some(ABSENT)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::code;
    use crate::adopt::Confidence;

    #[test]
    fn words_are_sure_letters_likely_and_the_rest_is_asked() {
        let unexcused = code("uri://ed-fi.org/AttendanceEventCategoryDescriptor#Unexcused Absence", 3);
        assert_eq!(
            (unexcused.code.as_str(), unexcused.meaning.as_str()),
            ("Unexcused Absence", "{ absent = 1 }")
        );
        assert_eq!(unexcused.confidence, Confidence::Sure);
        assert_eq!(code("Excused Absence", 1).meaning, "{ absent = 1, excused = true }");
        assert_eq!(code("t", 1).meaning, "{ tardy = true }");
        assert_eq!(code("t", 1).confidence, Confidence::Likely);
        assert_eq!(
            code("S", 1).confidence,
            Confidence::Unsure,
            "suspended here, sick there"
        );
        assert_eq!(code("Q7", 1).confidence, Confidence::Unsure);
    }
}
