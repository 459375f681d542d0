//! The key checked by hand, before it checks anything else.

use super::numbers::{Date, Frac};
use super::settings::glob;

#[test]
fn thousandths_are_rounded_half_up() {
    let shown = |over, under| Frac::new(over, under).three_decimals();
    assert_eq!(shown(1, 7), "0.143");
    assert_eq!(shown(5, 10_000), "0.001");
    assert_eq!(shown(4_999, 10_000_000), "0.000");
    assert_eq!(shown(-5, 10_000), "0.000");
    assert_eq!(shown(-15, 10_000), "-0.001");
    assert_eq!(shown(300, 30), "10.000");
    assert_eq!(Frac::parse("85.12"), Some(Frac::new(8512, 100)));
    assert_eq!(Frac::parse("B+"), None);
}

#[test]
fn days_are_read_and_written_alike() {
    assert_eq!(Date::of("1970-01-01").0, 0);
    assert_eq!(Date::of("2026-11-20").0, 20_777);
    for text in ["2026-08-17", "2028-02-29", "2026-12-31"] {
        assert_eq!(Date::of(text).to_string(), text);
    }
    assert!(Date::of("2026-11-20").is_weekday() && !Date::of("2026-11-21").is_weekday());
    assert_eq!(Date::parse("2026-02-29"), None);
}

#[test]
fn a_glob_is_over_the_whole_cell() {
    assert!(glob("*algebra*", "Pre-ALGEBRA 8") && glob("math*", "Math"));
    assert!(!glob("math*", "Business Math"));
}
