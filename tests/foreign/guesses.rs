//! The guess that `adopt` makes, against our own exports and those that nobody of this project wrote.

use super::{Foreign, SAMPLES, known, sample};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[Foreign {
    name: "nine_columns_in_ten_are_found_in_the_samples_whatever_they_are_called",
    needs: SAMPLES,
    run: nine_columns_in_ten_are_found_in_the_samples_whatever_they_are_called,
}];

fn nine_columns_in_ten_are_found_in_the_samples_whatever_they_are_called() {
    let adapters = known::adapters();
    let folders = [
        ("edfi", "grand-bend-edfi"),
        ("sds", "sds/v2"),
        ("sds", "sds/v2.1"),
        ("aspen", "aspen-studentinsights"),
    ];
    let mut files = known::shipped();
    for (id, folder) in folders {
        files.extend(known::taken(id, &sample(folder), &adapters));
    }
    // Columns of one file that tell the same apart: either will do.
    for (file, column, header) in [
        ("classes.csv", "course_id", "courseSourcedId"),
        ("grading_periods.csv", "term", "GradingPeriod"),
        ("sessions.csv", "term", "Term"),
    ] {
        files.iter_mut().for_each(|known| known.also(file, column, header));
    }
    known::nine_in_ten_are_found(&files);
}
