//! Grade levels and day types as systems write them, and what they become in tables of our own.

use crate::school::Grade;

/// Grade levels in words, with `Infant` and the like where they stand in front.
const WORDS: [(&str, &str); 28] = [
    ("first", "1"),
    ("second", "2"),
    ("third", "3"),
    ("fourth", "4"),
    ("fifth", "5"),
    ("sixth", "6"),
    ("seventh", "7"),
    ("eighth", "8"),
    ("ninth", "9"),
    ("tenth", "10"),
    ("eleventh", "11"),
    ("twelfth", "12"),
    ("freshman", "9"),
    ("sophomore", "10"),
    ("junior", "11"),
    ("senior", "12"),
    ("prekindergarten", "PK"),
    ("preschoolprekindergarten", "PK"),
    ("preschool", "PK"),
    ("transitionalkindergarten", "KG"),
    ("kindergarten", "KG"),
    ("prek", "PK"),
    ("tk", "KG"),
    ("kinder", "KG"),
    ("prk", "PK"),
    ("ec", "PK"),
    ("ee", "PK"),
    ("ps", "PK"),
];

/// What a cell says of a grade level: `KG` of `KF`, `9` of `09` and `9th`; `None` where it says none.
pub(super) fn grade(cell: &str) -> Option<String> {
    let cell = tail(cell).trim();
    if let Some(grade) = Grade::parse(cell) {
        return Some(grade.to_string());
    }
    if cell.len() > 40 {
        return None;
    }
    let lower: String = cell
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .collect();
    match lower.as_str() {
        "0" | "00" | "000" => return Some("KG".to_owned()),
        "-1" | "-2" | "-3" | "-4" => return Some("PK".to_owned()),
        _ => {}
    }
    let word = lower.replace('-', "");
    let word = word.strip_prefix("grade").unwrap_or(&word);
    let word = word
        .strip_prefix("gr")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(word);
    let word = word.strip_suffix("grade").or(word.strip_suffix("gr")).unwrap_or(word);
    if let Some((_, grade)) = WORDS.iter().find(|(known, _)| *known == word) {
        return Some((*grade).to_owned());
    }
    // KF, KA, KP: kindergarten by its length of day. PK3, P4: by age.
    if word.len() == 2 && word.starts_with('k') {
        return Some("KG".to_owned());
    }
    if matches!(
        word,
        "pk3" | "pk4" | "p3" | "p4" | "pka" | "pkp" | "pkf" | "3pk" | "4pk" | "3y" | "4y"
    ) {
        return Some("PK".to_owned());
    }
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = &word[digits.len()..];
    let number = digits
        .parse::<u32>()
        .ok()
        .filter(|_| matches!(ending, "" | "st" | "nd" | "rd" | "th"))?;
    (1..=12).contains(&number).then(|| number.to_string())
}

/// What follows the last `#` of a descriptor; other cells as they are.
pub(super) fn tail(cell: &str) -> &str {
    if cell.contains("://") {
        cell.rsplit('#').next().unwrap_or(cell)
    } else {
        cell
    }
}

/// Whether a day of this type is taught; `None` where the word says nothing.
pub(super) fn taught(cell: &str) -> Option<bool> {
    let cell = tail(cell).trim().to_lowercase().replace('-', " ");
    let says = |words: &[&str]| words.iter().any(|word| cell.contains(word));
    if matches!(cell.as_str(), "y" | "yes" | "1" | "true" | "t" | "in" | "s" | "i" | "d") {
        return Some(true);
    }
    if matches!(
        cell.as_str(),
        "n" | "no" | "0" | "false" | "f" | "out" | "h" | "v" | "w"
    ) {
        return Some(false);
    }
    if says(&[
        "non instruct",
        "noninstruct",
        "no school",
        "not in session",
        "non school",
    ]) {
        return Some(false);
    }
    if says(&[
        "make up",
        "makeup",
        "late arrival",
        "early dismissal",
        "early release",
        "late start",
        "half day",
    ]) {
        return Some(true);
    }
    if says(&[
        "holiday",
        "weather",
        "strike",
        "teacher",
        "staff",
        "professional",
        "break",
        "vacation",
        "recess",
        "closed",
        "weekend",
        "inservice",
        "in service",
        "snow",
        "conference",
        "emergency",
        "workday",
        "work day",
    ]) {
        return Some(false);
    }
    says(&[
        "instruct",
        "school day",
        "in session",
        "regular",
        "student day",
        "full day",
        "session",
        "class day",
    ])
    .then_some(true)
}

#[cfg(test)]
mod tests {
    use super::{grade, taught};

    #[test]
    fn grades_are_known_however_a_registrar_writes_them() {
        for (cell, means) in [
            ("07", "7"),
            ("KF", "KG"),
            ("0", "KG"),
            ("-1", "PK"),
            ("9th", "9"),
            ("Grade 10", "10"),
            ("uri://ed-fi.org/GradeLevelDescriptor#Ninth grade", "9"),
            ("Kindergarten", "KG"),
            ("PK4", "PK"),
        ] {
            assert_eq!(grade(cell).as_deref(), Some(means), "{cell}");
        }
        for cell in ["13", "A1", "", "PS1", "Smith", "2026"] {
            assert_eq!(grade(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_day_is_taught_or_not_or_nobody_can_tell() {
        assert_eq!(taught("Instructional day"), Some(true));
        assert_eq!(taught("Non-instructional day"), Some(false));
        assert_eq!(taught("Student late arrival/early dismissal"), Some(true));
        assert_eq!(taught("Teacher only day"), Some(false));
        assert_eq!(taught("Q"), None);
    }
}
