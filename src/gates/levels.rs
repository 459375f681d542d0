//! Marks from 1 to 4 under a percent scale: everybody would be failing.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use wildmatch::WildMatch;

use super::Roster;
use crate::records::MarkFold;
use crate::school::{Grade, Meaning, Scale, ScaleKind};

/// Fewer marks than this say nothing about the scale they are on; chosen by us.
const TELLING_MARKS: u64 = 10;
/// The highest number that looks like a level: some schools have a fifth one.
const HIGHEST_LEVEL: f64 = 5.0;

/// A school's numbers on percent scales.
#[derive(Default)]
struct Heights {
    low: u64,
    high: bool,
}

/// Schools whose marks all look like levels though a percent scale reads them, and all schools with marks on percent scales.
pub(super) fn suspects(
    marks: &MarkFold,
    meaning: &Meaning,
    roster: Option<Roster<'_>>,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let numbers = marks.numbers();
    let scales = Scales::new(meaning);
    let mut schools: FxHashMap<u32, Heights> = FxHashMap::default();
    for rows in marks.rows.chunk_by(|one, two| one.student == two.student) {
        let id = marks.students.names.name(rows[0].student);
        // Without a roster nobody's grade is known: then every scale may be the one.
        let grade = roster.map(|roster| roster(id).flatten());
        for row in rows {
            let Some(number) = numbers.get(row.text as usize).copied().flatten() else {
                continue;
            };
            let slot = marks.slot_of(row);
            let heights = schools.entry(slot.school).or_default();
            if heights.high {
                continue;
            }
            let subject = marks.subject(slot.course);
            if scales.is_percent(grade, marks.school(slot.school), subject) {
                heights.low += u64::from(number <= HIGHEST_LEVEL);
                heights.high |= number > HIGHEST_LEVEL;
            }
        }
    }
    let name = |school: &u32| marks.school(*school).to_owned();
    let all = schools.iter().filter(|(_, heights)| heights.high || heights.low > 0);
    let suspect = |(_, heights): &(&u32, &Heights)| !heights.high && heights.low >= TELLING_MARKS;
    let suspects = schools.iter().filter(suspect);
    (
        suspects.map(|(school, _)| name(school)).collect(),
        all.map(|(school, _)| name(school)).collect(),
    )
}

/// The district's scales with their globs made once.
struct Scales<'m> {
    scales: Vec<(&'m Scale, Vec<WildMatch>)>,
}

impl<'m> Scales<'m> {
    fn new(meaning: &'m Meaning) -> Scales<'m> {
        let globs = |scale: &'m Scale| {
            let globs = scale.subjects.iter();
            (scale, globs.map(|glob| WildMatch::new_case_insensitive(glob)).collect())
        };
        Scales {
            scales: meaning.grades.scales.iter().map(globs).collect(),
        }
    }

    /// Whether the first scale that fits reads numbers as percents. A grade of `None`: not known, any scale of the school may be it.
    fn is_percent(&self, grade: Option<Option<Grade>>, school: &str, subject: &str) -> bool {
        let fits = |(scale, globs): &&(&Scale, Vec<WildMatch>)| {
            grade.is_none_or(|grade| scale.for_grade(grade))
                && (scale.schools.is_empty() || scale.schools.iter().any(|one| one == school))
                && (globs.is_empty() || globs.iter().any(|glob| glob.matches(subject)))
        };
        let mut kinds = self.scales.iter().filter(fits).map(|(scale, _)| scale.kind);
        match grade {
            Some(_) => kinds.next() == Some(ScaleKind::Percent),
            None => {
                let kinds: Vec<ScaleKind> = kinds.collect();
                kinds.contains(&ScaleKind::Percent) && !kinds.contains(&ScaleKind::Levels)
            }
        }
    }
}
