//! The best one-to-one match of columns and headers.

/// For each column the header that it gets, so that the sum of scores is as large as it can be; `None` where no header is worth
/// more than nothing. `scores[column][header]`; what is not above 0 is never matched.
pub(super) fn assign(scores: &[Vec<f64>]) -> Vec<Option<usize>> {
    let columns = scores.len();
    let headers = scores.first().map_or(0, Vec::len);
    if columns == 0 {
        return Vec::new();
    }
    // Each column has a place of its own beside the headers, worth nothing: that is where it goes unmatched.
    let width = headers + columns;
    let cost = |column: usize, place: usize| -> f64 {
        match scores[column].get(place) {
            Some(score) if *score > 0.0 => -score,
            Some(_) => 1e6,
            None if place - headers == column => 0.0,
            None => 1e6,
        }
    };
    // The Hungarian method with potentials, rows one after another (Kuhn and Munkres; O(columns² · places)).
    let mut row_potential = vec![0.0; columns + 1];
    let mut place_potential = vec![0.0; width + 1];
    let mut taken = vec![0usize; width + 1];
    let mut way = vec![0usize; width + 1];
    for row in 1..=columns {
        taken[0] = row;
        let mut at = 0;
        let mut least = vec![f64::INFINITY; width + 1];
        let mut used = vec![false; width + 1];
        loop {
            used[at] = true;
            let (current, mut delta, mut next) = (taken[at], f64::INFINITY, 0);
            for place in 1..=width {
                if used[place] {
                    continue;
                }
                let reduced = cost(current - 1, place - 1) - row_potential[current] - place_potential[place];
                if reduced < least[place] {
                    least[place] = reduced;
                    way[place] = at;
                }
                if least[place] < delta {
                    delta = least[place];
                    next = place;
                }
            }
            for place in 0..=width {
                if used[place] {
                    row_potential[taken[place]] += delta;
                    place_potential[place] -= delta;
                } else {
                    least[place] -= delta;
                }
            }
            at = next;
            if taken[at] == 0 {
                break;
            }
        }
        while at != 0 {
            let before = way[at];
            taken[at] = taken[before];
            at = before;
        }
    }
    let mut found = vec![None; columns];
    for place in 1..=headers {
        if taken[place] > 0 {
            found[taken[place] - 1] = Some(place - 1);
        }
    }
    found
}

/// The sum of the scores of a match.
pub(super) fn total(scores: &[Vec<f64>], found: &[Option<usize>]) -> f64 {
    found
        .iter()
        .enumerate()
        .filter_map(|(column, header)| header.map(|header| scores[column][header]))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{assign, total};

    #[test]
    fn the_sum_decides_and_not_the_first_come() {
        // Greedy would give 0.9 to the first column and leave 0.1 for the second.
        let scores = vec![vec![0.9, 0.8], vec![0.8, 0.1]];
        let found = assign(&scores);
        assert_eq!(found, [Some(1), Some(0)]);
        assert!((total(&scores, &found) - 1.6).abs() < 1e-9);
    }

    #[test]
    fn what_is_worth_nothing_stays_unmatched() {
        assert_eq!(assign(&[vec![0.0, 0.5], vec![0.0, 0.7]]), [None, Some(1)]);
        assert_eq!(assign(&[vec![], vec![]]), [None, None]);
        assert_eq!(assign(&[]), Vec::<Option<usize>>::new());
    }
}
