use std::collections::BTreeSet;

use super::*;
use crate::school::Day;

fn night(demo: &Demo, day: &str) -> Night {
    let day: Day = day.parse().expect("a day");
    demo.nights
        .iter()
        .find(|night| night.as_of == day)
        .expect("a night")
        .clone()
}

/// The rows of a table on a night that hold a text, without the header.
fn rows(night: &Night, table: &str, with: &str) -> Vec<String> {
    let file = night.files.iter().find(|(name, _)| name.starts_with(table));
    let (_, text) = file.unwrap_or_else(|| panic!("no {table} on {}", night.as_of));
    text.lines()
        .skip(1)
        .filter(|line| line.contains(with))
        .map(String::from)
        .collect()
}

fn absences(night: &Night, student: &str) -> usize {
    let rows = rows(night, "attendance", &format!("{student},"));
    rows.iter().filter(|row| !row.ends_with(",T")).count()
}

#[test]
fn the_district_is_the_same_every_time() {
    assert_eq!(district(), district());
}

#[test]
fn three_schools_600_students_62_school_days() {
    let demo = district();
    let last = demo.nights.last().expect("nights").clone();
    let ids: BTreeSet<String> = rows(&last, "students", "")
        .iter()
        .map(|row| row[..5].to_string())
        .collect();
    assert_eq!(ids.len(), 600);
    assert_eq!(calendar::school_days(last.as_of).count(), 62);
    assert_eq!(demo.nights.len(), 10);
    assert_eq!(rows(&demo.nights[0], "schools", "").len(), 3);
    assert!(
        demo.nights
            .iter()
            .all(|night| night.as_of.0 > 0 && calendar::is_school_day(night.as_of))
    );
}

#[test]
fn later_nights_tell_the_same_of_earlier_days() {
    let demo = district();
    for pair in demo.nights.windows(2) {
        let later: BTreeSet<String> = rows(&pair[1], "attendance", "").into_iter().collect();
        assert!(rows(&pair[0], "attendance", "").iter().all(|row| later.contains(row)));
    }
}

#[test]
fn the_slow_fade_passes_one_day_in_ten_on_november_5() {
    let demo = district();
    // 4 of 53 days (7.5 %), 5 of 56 (8.9 %), 6 of 57 (10.5 %).
    assert_eq!(absences(&night(&demo, "2026-10-30"), SLOW_FADE), 4);
    assert_eq!(absences(&night(&demo, "2026-11-04"), SLOW_FADE), 5);
    assert_eq!(absences(&night(&demo, "2026-11-05"), SLOW_FADE), 6);
    assert_eq!(calendar::school_days(night(&demo, "2026-11-05").as_of).count(), 57);
}

#[test]
fn the_sudden_fall_is_in_marks_and_then_in_attendance() {
    let demo = district();
    let marks = |day| rows(&night(&demo, day), "grades", &format!("{SUDDEN_FALL},"));
    assert!(marks("2026-10-30").iter().all(|row| row.contains(",88,")));
    let fallen: Vec<String> = marks("2026-11-02")
        .into_iter()
        .filter(|row| row.ends_with("2026-11-02"))
        .collect();
    assert_eq!(fallen.len(), 3);
    assert!(fallen[0].contains(",Mathematics,Q2,41,") && fallen[1].contains(",English Language Arts,Q2,52,"));
    assert_eq!(absences(&night(&demo, "2026-11-03"), SUDDEN_FALL), 1);
    assert_eq!(absences(&night(&demo, "2026-11-10"), SUDDEN_FALL), 6);
    assert_eq!(absences(&night(&demo, "2026-11-13"), SUDDEN_FALL), 6, "back in class");
}

#[test]
fn the_flu_empties_a_quarter_of_the_elementary_school() {
    let demo = district();
    let last = night(&demo, "2026-11-10");
    let out = |day: &str| rows(&last, "attendance", &format!(",303,{day},E")).len();
    assert!(out("2026-10-28") < 12 && out("2026-11-09") < 12, "an ordinary day");
    assert!(
        out("2026-11-03") > 40 && out("2026-11-04") > 40,
        "{} out",
        out("2026-11-03")
    );
}

#[test]
fn the_transfer_moves_between_two_schools_on_november_3() {
    let demo = district();
    let row = |day| rows(&night(&demo, day), "students", TRANSFER)[0].clone();
    assert!(row("2026-11-02").contains(",6,303,2026-08-17,"));
    assert!(row("2026-11-03").contains(",6,202,2026-11-03,"));
    let stays = rows(&night(&demo, "2026-11-03"), "enrollments", TRANSFER);
    assert_eq!(stays[0], format!("{TRANSFER},303,6,2026-08-17,2026-11-02,T1,true"));
    assert_eq!(stays[1], format!("{TRANSFER},202,6,2026-11-03,,,true"));
    let days = rows(&night(&demo, "2026-11-10"), "attendance", &format!("{TRANSFER},"));
    assert_eq!(days.iter().filter(|row| row.contains(",303,")).count(), 5);
    assert_eq!(days.iter().filter(|row| row.contains(",202,")).count(), 1);
}

#[test]
fn the_mark_is_typed_wrong_and_mended_under_the_same_key() {
    let demo = district();
    let key = format!("{CORRECTED},101,H-ENG,English,English,Q2");
    let mark = |day| {
        let rows = rows(&night(&demo, day), "grades", &key);
        rows.into_iter()
            .filter(|row| row.ends_with("progress,2026-11-02"))
            .collect::<Vec<_>>()
    };
    assert_eq!(mark("2026-11-06"), [format!("{key},24,progress,2026-11-02")]);
    assert_eq!(mark("2026-11-09"), [format!("{key},84,progress,2026-11-02")]);
}

#[test]
fn the_eighth_night_alone_has_no_grades_file() {
    let demo = district();
    let has = |night: &Night| night.files.iter().any(|(name, _)| name.starts_with("grades"));
    let with: Vec<bool> = demo.nights.iter().map(has).collect();
    assert_eq!(with, [true, true, true, true, true, true, true, false, true, true]);
}

#[test]
fn the_newcomer_and_the_suspended_are_there() {
    let demo = district();
    let newcomer = rows(&demo.nights[0], "students", NEWCOMER);
    assert!(newcomer[0].contains(",202,2026-10-27,"));
    let fight = rows(&night(&demo, "2026-11-05"), "behavior", "I-FIGHT");
    assert_eq!(fight.len(), 2);
    assert!(fight[0].starts_with(&format!("I-FIGHT,{SUSPENDED},101,2026-11-05,Fighting,offender,OSS,3")));
    assert!(rows(&night(&demo, "2026-11-04"), "behavior", "I-FIGHT").is_empty());
}

#[test]
fn the_configuration_is_toml_with_a_feed_for_every_table_that_comes() {
    let demo = district();
    let config: toml::Table = demo.config.parse().expect("TOML");
    let feeds = config["feed"].as_array().expect("feeds");
    let tables: BTreeSet<&str> = feeds.iter().filter_map(|feed| feed["table"].as_str()).collect();
    for (name, text) in &demo.nights[0].files {
        let table = name.split('_').next().unwrap_or_default();
        assert!(tables.contains(table), "{name}");
        let header = text.lines().next().expect("a header");
        let columns = header.split(',').count();
        assert!(
            text.lines().all(|line| line.split(',').count() == columns),
            "{name} is ragged"
        );
    }
}
