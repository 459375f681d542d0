//! Oddities of whole years: 26 and 27.

use std::fs;

use crate::support::{District, date, school_days};
use crate::{absences, add, counseled, flags, problems, ring, spoil, subjects, verdicts};

/// A district of two school years with a calendar of both, at the end of the first; and the roster and the calendar as exported.
fn two_years() -> (District, Vec<(&'static str, Vec<u8>)>) {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "A*25")
        .configured(
            "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
            "school_years = [{ start = 2026-08-17, end = 2027-05-28 }, { start = 2027-08-16, end = 2028-06-09 }]",
        )
        .init();
    district.only(&["chronic_absence"]);
    district.export("2027-05-28");
    add_next_year(&district);
    let exported = ["students.csv", "calendar.csv"].map(|name| {
        let path = district.home().join("inbox").join(name);
        (name, fs::read(path).expect("it was exported"))
    });
    assert_eq!(ring(&district, "2027-05-28").code, 0);
    assert_eq!(flags(&district), ["1001 100 chronic_absence concern"]);
    (district, exported.into())
}

/// The weekdays of both years stand in one calendar, which nobody touches in between.
fn add_next_year(district: &District) {
    let first = date("2027-08-16");
    let days: String = school_days()
        .map(|day| first.plus(day.0 - date("2026-08-17").0))
        .map(|day| format!(",{day},instructional\n"))
        .collect();
    add(district, "calendar.csv", &days);
}

#[test]
fn oddity_26_a_new_school_year_counts_from_nothing() {
    let (district, exported) = two_years();
    let letters = subjects(&district);
    let before = district.history("1001");
    // The roster and the calendar are byte for byte what they were in the old year; attendance begins anew.
    for (name, bytes) in exported {
        fs::write(district.home().join("inbox").join(name), bytes).expect("the inbox is ours");
    }
    let begun = "student_id,school_id,date,code,period,portion\n1001,100,2027-08-17,A,,\n710000,100,2027-08-18,P,,\n";
    spoil(&district, "attendance.csv", |_| begun.to_owned());
    let said = ring(&district, "2027-08-18");
    assert_eq!(problems(&said), Vec::<String>::new(), "{}", said.out);
    assert_eq!(said.code, 0);
    assert_eq!(
        verdicts(&district, "1001"),
        ["100 chronic_absence not_applicable  needs enrolled_days of 21 or more, has 3"]
    );
    assert_eq!(flags(&district), Vec::<String>::new());
    assert_eq!(subjects(&district), letters, "the turn of the year is not said");
    // Twenty-two days in, the year's own single absence is all there is.
    let more: String = (19..=31)
        .map(|day| format!("710000,100,2027-08-{day},P,,\n"))
        .chain((1..=14).map(|day| format!("710000,100,2027-09-{day:02},P,,\n")))
        .collect();
    spoil(&district, "attendance.csv", |_| [begun, &more].concat());
    ring(&district, "2027-09-14");
    assert_eq!(
        absences(&district, "1001"),
        "Absent 1 of 22 enrolled days (4.5 %), 1 unexcused."
    );
    assert_eq!(
        district.history("1001")[..before.len()],
        before,
        "the old year's changes stand"
    );
}

#[test]
fn oddity_27_summer() {
    let (district, _) = two_years();
    let before = (flags(&district), subjects(&district), district.history("1001"));
    let mut last = String::new();
    for day in ["2027-05-29", "2027-06-30", "2027-08-13"] {
        let said = ring(&district, day);
        assert!(said.out.starts_with("The round as of 2027-05-28.\n"), "{}", said.out);
        assert_eq!(
            (said.code, problems(&said)),
            (0, vec![]),
            "{day}: no school year is asked for"
        );
        let now = (flags(&district), subjects(&district), district.history("1001"));
        if !last.is_empty() {
            assert!(
                said.out.contains("every school day so far had been judged"),
                "{}",
                said.out
            );
            assert_eq!(now, before, "{day}");
        }
        last = day.to_owned();
    }
}
