//! Stories: a district drawn in a few lines, nights rung over it by the program, and what its people then read, whole.

#[path = "../support/mod.rs"]
mod support;

mod details;
mod edges;
mod evenings;
mod facts;
mod holds;
mod lists;
mod mornings;
mod people;
mod rules;

use support::{District, Mail};

/// A district with one counselor who has every student that a story is about, and a school to be compared with.
fn counseled(students: &[&str]) -> District {
    let district = District::new().classmates(4).staff("s1", "Maria Lopez", "counselor");
    students.iter().fold(district, |district, student| {
        district.caseload(student, "s1", "counselor")
    })
}

/// The only letter there is.
fn only_letter(district: &District) -> Mail {
    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 1, "{files:?}");
    letters.into_iter().next().expect("one letter")
}
