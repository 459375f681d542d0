//! `in_program(name)`: whether the students table lists the student in a program such as `iep`, any case.
//!
//! Missing for a student whom the students table does not know.

use crate::timeline::StudentNight;

use super::Value;

pub(super) fn answer(student: &StudentNight<'_>, program: Option<&str>) -> Value {
    let (facts, words) = (student.facts(), &student.books().names.words);
    let Some(program) = program.map(str::trim) else {
        return Value::Missing;
    };
    if facts.listing.is_none() && facts.programs.is_empty() {
        return Value::Missing;
    }
    let listed = facts.programs.iter().map(|&word| words.name(word).trim());
    Value::Yes(listed.into_iter().any(|word| word.eq_ignore_ascii_case(program)))
}
