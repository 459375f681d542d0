//! Which kinds of rows could not be used, among all that tallies count.

/// Kinds that a tally counts and that `reject_share` counts too: of such a row nothing is kept.
const REJECTS: [&str; 16] = [
    "missing-cell",
    "impossible-date",
    "outside-year",
    "bad-portion",
    "ragged-row",
    "nul-byte",
    "cell-too-long",
    "line-too-long",
    "unclosed-quote",
    "too-many-names",
    "end-before-start",
    "bad-outcome",
    "dangling-reference",
    "score-without-scale",
    "bad-score",
    "plugin-row-failed",
];

/// Whether rows of a kind could not be used; all other kinds are remarks about rows that were, or that nobody misses.
pub fn rejects(kind: &str) -> bool {
    REJECTS.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::REJECTS;

    #[test]
    fn the_page_of_problems_has_each_under_rows_that_cannot_be_used_or_with_its_adapter() {
        let page = include_str!("../../docs/problems.md");
        let section = page.split("## Rows that cannot be used").nth(1).expect("its section");
        let section = section.split("\n## ").next().expect("its end");
        let listed: Vec<&str> = section
            .lines()
            .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
            .collect();
        assert!(listed.iter().all(|kind| REJECTS.contains(kind)), "{listed:?}");
        assert!(listed.len() + 4 == REJECTS.len(), "three of bundles, one of plugins");
        assert!(REJECTS.iter().all(|kind| page.contains(&format!("### `{kind}`"))));
    }
}
