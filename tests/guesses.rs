//! The guess that `adopt` makes, against exports of our own: under their own headers, under other names, under none that say anything.

#[path = "support/guesses.rs"]
mod guesses;

use guesses::{Count, adapters, demo, nine_in_ten_are_found, shipped};

#[test]
fn nine_columns_in_ten_are_found_whatever_they_are_called() {
    nine_in_ten_are_found(&shipped());
}

#[test]
fn cells_alone_find_most_columns_and_nothing_is_sure() {
    let mut count = Count::default();
    for known in &demo(&adapters()) {
        let first = known.text.lines().next().expect("a header").to_owned();
        let rename = |header: &str| {
            let at = first.split(',').position(|name| name == header);
            format!("Zq{}", at.expect("a header"))
        };
        count.try_with(known, &rename);
    }
    assert!(
        count.right * 2 > count.all,
        "{} of {}: {:#?}",
        count.right,
        count.all,
        count.wrong
    );
    assert!(count.sure_and_wrong.is_empty(), "{:#?}", count.sure_and_wrong);
}
