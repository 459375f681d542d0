//! Numbers about students that come from outside: what programs of plugins told, each of one student on one day.

use rustc_hash::FxHashMap;

use crate::facts::StudentIx;
use crate::school::Day;

/// What was told. A word that is not there was not asked for.
#[derive(Clone, Debug, Default)]
pub struct Told(Vec<OfWord>);

/// What was told under one word by one version of a program.
#[derive(Clone, Debug, Default)]
struct OfWord {
    word: String,
    version: String,
    numbers: FxHashMap<(StudentIx, Day), f64>,
}

impl Told {
    /// Keeps what a program's version told under a word; what is no number is not kept.
    pub fn put(&mut self, word: &str, version: &str, numbers: impl IntoIterator<Item = ((StudentIx, Day), f64)>) {
        let numbers = numbers.into_iter().filter(|(_, number)| number.is_finite());
        self.0.push(OfWord {
            word: word.to_owned(),
            version: version.to_owned(),
            numbers: numbers.collect(),
        });
    }

    /// A word's number.
    pub fn get(&self, word: &str, version: &str, student: StudentIx, day: Day) -> Option<f64> {
        let told = self
            .0
            .iter()
            .find(|told| told.word == word && told.version == version)?;
        told.numbers.get(&(student, day)).copied()
    }
}
