//! What must hold over any district, whatever its numbers: tried over random ones, through the binary alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[allow(dead_code, reason = "the answer key needs more of these than the laws do")]
mod key {
    pub(crate) mod numbers;
    pub(crate) mod settings;
}
#[path = "support/nights.rs"]
mod nights;
#[path = "support/random/mod.rs"]
#[allow(dead_code, reason = "the answer key asks for settings that the laws do not need")]
mod random;

use key::numbers::Date;
use key::settings::{Periods, Rows};
use nights::{Exports, Home};
use random::Shape;

/// The first night of every law, and the nights after it: fewer than the 15 that a catch-up round judges one by one.
const FIRST: &str = "2026-11-05";
const NIGHTS: [&str; 9] = [
    "2026-11-06",
    "2026-11-09",
    "2026-11-10",
    "2026-11-12",
    "2026-11-13",
    "2026-11-16",
    "2026-11-17",
    "2026-11-18",
    "2026-11-19",
];
const LAST: &str = "2026-11-19";

/// Both forms of attendance rows, two readings of periods.
fn shapes() -> [Shape; 2] {
    let shape = |seed, rows, periods| Shape {
        seed,
        students: 220,
        rows,
        periods,
        not_after: Date::of(LAST),
    };
    [
        shape(2101, Rows::All, Periods::Fraction),
        shape(2102, Rows::Exceptions, Periods::Majority),
    ]
}

/// Says what stands in one and not in the other, a few lines of each.
fn must_be_equal<T: Ord + std::fmt::Debug>(what: &str, expected: &BTreeSet<T>, found: &BTreeSet<T>) {
    let lacking: Vec<&T> = expected.difference(found).take(14).collect();
    let added: Vec<&T> = found.difference(expected).take(14).collect();
    assert!(expected == found, "{what}: lacking {lacking:#?}, instead {added:#?}");
}

/// The level of every open flag and since when, by student and rule; only of some areas.
fn flags(home: &Home, areas: &[&str]) -> BTreeMap<(String, String), (String, String)> {
    let rows = home.list("standing").into_iter();
    let rows = rows.filter(|row| areas.is_empty() || areas.contains(&row["area"].as_str()));
    rows.map(|row| {
        let cell = |column: &str| row[column].clone();
        ((cell("student_id"), cell("rule")), (cell("level"), cell("since")))
    })
    .collect()
}

const CHANGES: &str = "SELECT student_id, text, day, from_level, to_level, reason FROM change JOIN student USING (student) \
     JOIN word ON kind = 'rule' AND number = rule";

#[test]
fn the_same_exports_twice_post_nothing_and_change_nothing() {
    for shape in shapes() {
        let home = Home::new(&shape);
        let exports = Exports::random(&shape);
        home.night(&exports, LAST);
        let (tables, letters) = (home.tables(), home.letters());
        assert!(
            !letters.is_empty() && !tables["standing"].is_empty(),
            "a district in which something is told"
        );
        home.ring(&["--as-of", LAST]);
        let again = home.tables();
        for (table, rows) in &tables {
            let set = |rows: &Vec<String>| rows.iter().cloned().collect::<BTreeSet<String>>();
            must_be_equal(
                &format!("`{table}` after a second round"),
                &set(rows),
                &set(&again[table]),
            );
        }
        for (at, file) in exports.0.keys().enumerate() {
            home.written(file, 60 + at as u64);
        }
        home.ring(&["--as-of", LAST]);
        assert!(
            home.tables() == tables,
            "files with a new date and the same content changed the store"
        );
        let rename = |(file, text): (&String, &String)| (file.replace(".csv", "-again.csv"), text.clone());
        home.night(&Exports(exports.0.iter().map(rename).collect()), LAST);
        assert!(
            home.tables() == tables,
            "files with a new name and the same content changed the store"
        );
        assert_eq!(home.letters(), letters);
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for shape in shapes() {
        let (plain, other) = (Home::new(&shape), Home::new(&shape));
        let exports = Exports::random(&shape);
        plain.night(&exports, LAST);
        other.night(&exports.shuffled(7), LAST);
        must_be_equal("rows in another order", &plain.believed(), &other.believed());
        assert_eq!(plain.letters(), other.letters());

        // A second export that says the same in another order is read, and tells nobody anything.
        let told = |home: &Home| {
            let mut tables = home.tables();
            // The operator is told of every file that was read.
            tables
                .entry("letter".to_owned())
                .and_modify(|rows| rows.retain(|row| !row.contains("operator_report")));
            tables
        };
        let (before, letters) = (told(&plain), plain.letters());
        plain.night(&exports.shuffled(8), LAST);
        let after = told(&plain);
        for table in [
            "standing",
            "change",
            "letter",
            "letter_entry",
            "school_rule",
            "rule_night",
            "student_year",
        ] {
            let set = |rows: &Vec<String>| rows.iter().cloned().collect::<BTreeSet<String>>();
            must_be_equal(
                &format!("`{table}` with the order of rows"),
                &set(&before[table]),
                &set(&after[table]),
            );
        }
        assert_eq!(plain.letters(), letters);
    }
}

#[test]
fn the_order_of_files_settled_together_changes_nothing() {
    for shape in shapes() {
        let exports = Exports::random(&shape);
        let mut halves = exports.clone();
        let mut swapped = exports.clone();
        for file in ["attendance.csv", "grades.csv", "behavior.csv"] {
            let table = file.trim_end_matches(".csv");
            // An older export of one school lies there too: the later last day wins, whatever the names.
            let older = exports.until("2026-10-30").of_schools(file, &["101"]);
            let one = exports.of_schools(file, &["101", "103", "105", "107"]);
            let two = exports.of_schools(file, &["102", "104", "106"]);
            for (exports, names) in [(&mut halves, ["a", "b", "c"]), (&mut swapped, ["c", "a", "b"])] {
                exports.0.remove(file);
                for (name, text) in names.iter().zip([&one, &two, &older]) {
                    exports.put(&format!("{table}-{name}.csv"), text.clone());
                }
            }
        }
        let homes = [Home::new(&shape), Home::new(&shape)];
        homes[0].night(&halves, LAST);
        homes[1].export(&swapped);
        // Tables do not wait for each other: which feed was written first says nothing.
        for (at, file) in ["students.csv", "calendar.csv", "terms.csv", "schools.csv"]
            .iter()
            .enumerate()
        {
            homes[1].written(file, 600 - 60 * at as u64);
        }
        homes[1].ring(&["--as-of", LAST]);
        must_be_equal("files under other names", &homes[0].believed(), &homes[1].believed());
        assert_eq!(homes[0].letters(), homes[1].letters());
    }
}

#[test]
fn nights_one_by_one_end_where_one_catch_up_round_ends() {
    for shape in shapes() {
        let (nightly, late) = (Home::new(&shape), Home::new(&shape));
        let exports = Exports::random(&shape);
        nightly.night(&exports.until(FIRST), FIRST);
        late.night(&exports.until(FIRST), FIRST);
        let first = flags(&nightly, &[]);
        for night in NIGHTS {
            nightly.night(&exports.until(night), night);
        }
        late.night(&exports.until(LAST), LAST);
        assert_ne!(
            first,
            flags(&nightly, &[]),
            "nights in which nothing happens prove nothing"
        );
        must_be_equal("one round for nine nights", &nightly.believed(), &late.believed());
        let changes = |home: &Home| home.query(CHANGES).into_iter().collect::<BTreeSet<_>>();
        must_be_equal("what changed on which day", &changes(&nightly), &changes(&late));
    }
}

/// Rings all nights, some of them over files that a test has changed, and checks after each.
fn rings(
    shape: &Shape,
    exports: &Exports,
    spoil: impl Fn(usize, &str) -> Exports,
    check: impl Fn(usize, &Home),
) -> Home {
    let home = Home::new(shape);
    home.night(&exports.until(FIRST), FIRST);
    for (at, night) in NIGHTS.iter().enumerate() {
        home.night(&spoil(at, night), night);
        check(at, &home);
    }
    home
}

/// The nights without the feed: from the third to the sixth.
const WITHOUT: std::ops::RangeInclusive<usize> = 2..=5;

#[test]
fn a_held_or_late_feed_changes_no_level_and_leaves_no_trace() {
    for shape in shapes() {
        let exports = Exports::random(&shape);
        let whole = std::cell::RefCell::new(Vec::new());
        let undisturbed = rings(
            &shape,
            &exports,
            |_, night| exports.until(night),
            |_, home| {
                whole.borrow_mut().push(flags(home, &[]));
            },
        );
        let whole = whole.into_inner();
        assert_ne!(whole[1], whole[5], "nights in which nothing happens prove nothing");
        for (file, areas, late) in [
            ("attendance.csv", ["attendance", "combined"], false),
            ("attendance.csv", ["attendance", "combined"], true),
            ("grades.csv", ["course", "combined"], false),
            ("behavior.csv", ["behavior", "combined"], false),
        ] {
            let before = std::cell::RefCell::new(BTreeMap::new());
            let spoil = |at: usize, night: &str| {
                let tonight = exports.until(night);
                match (WITHOUT.contains(&at), late) {
                    (false, _) => tonight,
                    (true, false) => tonight.with(file, ""),
                    (true, true) => tonight.with(file, &exports.until(NIGHTS[1]).0[file]),
                }
            };
            let check = |at: usize, home: &Home| {
                let now = flags(home, &areas);
                if WITHOUT.contains(&at) {
                    // Who left is no longer listed, held feed or not.
                    let here: BTreeSet<String> = home
                        .list("verdicts")
                        .into_iter()
                        .map(|row| row["student_id"].clone())
                        .collect();
                    let mut expected = before.borrow().clone();
                    expected.retain(|key: &(String, String), _| here.contains(&key.0));
                    assert_eq!(now, expected, "night {at} without {file}, late: {late}");
                }
                before.replace(now);
            };
            let home = rings(&shape, &exports, spoil, check);
            let what = format!("after nights without {file}, late: {late}");
            must_be_equal(&what, &undisturbed.believed(), &home.believed());
        }
    }
}

/// Students whom any of the exports knows at more than one school.
fn of_several_schools(exports: &Exports) -> BTreeSet<String> {
    let mut schools: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in exports.0.values() {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.expect("a row");
            if let (Some(student), Some(school)) = (row.get("student_id"), row.get("school_id")) {
                schools.entry(student.clone()).or_default().insert(school.clone());
            }
        }
    }
    let several = schools.into_iter().filter(|(_, schools)| schools.len() > 1);
    several.map(|(student, _)| student).collect()
}

/// Open flags of one area and the combined one as lines, those of one school or of all others.
fn flags_at(home: &Home, areas: &[&str], school: &str, there: bool, without: &BTreeSet<String>) -> BTreeSet<String> {
    let rows = home.list("standing").into_iter();
    let rows = rows.filter(|row| areas.contains(&row["area"].as_str()) && !without.contains(&row["student_id"]));
    let rows = rows.filter(|row| (row["school_id"] == school) == there);
    rows.map(|row| {
        ["student_id", "rule", "level", "since"]
            .map(|column| row[column].clone())
            .join(" ")
    })
    .collect()
}

/// The school whose part does not come.
const SCHOOL: &str = "103";

#[test]
fn a_school_whose_part_is_held_stands_still_alone_and_leaves_no_trace() {
    for shape in shapes() {
        let exports = Exports::random(&shape);
        let several = of_several_schools(&exports);
        for (file, areas) in [
            ("attendance.csv", ["attendance", "combined"]),
            ("grades.csv", ["course", "combined"]),
        ] {
            let others = std::cell::RefCell::new(Vec::new());
            let undisturbed = rings(
                &shape,
                &exports,
                |_, night| exports.until(night),
                |_, home| {
                    let others_now = flags_at(home, &areas, SCHOOL, false, &several);
                    others.borrow_mut().push(others_now);
                },
            );
            let others = others.into_inner();
            let before = std::cell::RefCell::new(BTreeSet::new());
            // Marks may name no school: those come.
            let all = random::SCHOOLS.iter().map(|school| school.id).chain([""]);
            let rest: Vec<&str> = all.filter(|school| *school != SCHOOL).collect();
            let spoil = |at: usize, night: &str| {
                let tonight = exports.until(night);
                match WITHOUT.contains(&at) {
                    true => tonight.with(file, &tonight.of_schools(file, &rest)),
                    false => tonight,
                }
            };
            let check = |at: usize, home: &Home| {
                let now = flags_at(home, &areas, SCHOOL, true, &several);
                if WITHOUT.contains(&at) {
                    let what = format!("school {SCHOOL} on night {at} without its part of {file}");
                    must_be_equal(&what, &before.borrow(), &now);
                    let held = home.ask(&[3], &["held", "list", "--format", "csv"]);
                    assert!(held.contains(&format!(",{SCHOOL},")), "{held}");
                }
                let what = format!("other schools on night {at} without {SCHOOL} in {file}");
                must_be_equal(&what, &others[at], &flags_at(home, &areas, SCHOOL, false, &several));
                before.replace(now);
            };
            let home = rings(&shape, &exports, spoil, check);
            let what = format!("after nights without {SCHOOL} in {file}");
            let last = |home: &Home| flags_at(home, &areas, SCHOOL, true, &several);
            must_be_equal(&what, &last(&undisturbed), &last(&home));
            assert_eq!(home.ask(&[0], &["held", "list"]), "Nothing is held.\n");
        }
    }
}

#[test]
fn a_perfect_record_is_silent() {
    for shape in shapes() {
        let home = Home::new(&shape);
        // Who is new is told of whatever the record: that is no news about a record.
        fs::write(
            home.path("rules/district.toml"),
            "[new_student]\nstatus = \"retired\"\n",
        )
        .expect("the folder is ours");
        let random = Exports::random(&shape);
        let exports = random
            .each_row("attendance.csv", "code", |_| "P".to_owned())
            .each_row("grades.csv", "mark", |_| "96".to_owned())
            .with(
                "behavior.csv",
                random.0["behavior.csv"].lines().next().expect("a header"),
            );
        home.night(&exports.until(FIRST), FIRST);
        for night in [NIGHTS[0], LAST] {
            home.night(&exports.until(night), night);
        }
        assert_eq!(home.list("standing"), []);
        assert_eq!(home.letters(), []);
        let said: BTreeSet<String> = home
            .list("verdicts")
            .into_iter()
            .map(|row| row["verdict"].clone())
            .collect();
        assert!(said.contains("clear"), "somebody was judged: {said:?}");
        for level in ["watch", "concern", "urgent", "held"] {
            assert!(!said.contains(level), "a perfect record at {level}");
        }
    }
}

#[test]
fn looking_back_and_dry_runs_leave_the_home_byte_for_byte() {
    for shape in shapes() {
        let home = Home::new(&shape);
        let exports = Exports::random(&shape);
        home.export(&exports.until(FIRST));
        let untouched = home.files();
        let screen = home.ring(&["--as-of", FIRST, "--dry-run"]);
        assert!(
            screen.contains("Subject: "),
            "the letters of a first night are shown: {screen}"
        );
        let told_apart: Vec<_> = home
            .files()
            .into_iter()
            .filter(|file| !untouched.contains_key(&file.0))
            .collect();
        assert!(
            told_apart.iter().all(|(path, _)| path.ends_with("var/lock")),
            "a dry run left {told_apart:?}"
        );

        home.ring(&["--as-of", FIRST]);
        home.night(&exports.until(NIGHTS[3]), NIGHTS[3]);
        // New files lie there: neither kind of look may take them.
        home.export(&exports.until(LAST).shuffled(3));
        let before = home.files();
        for arguments in [
            ["--as-of", FIRST].as_slice(),
            &["--as-of", NIGHTS[2]],
            &["--as-of", "2026-09-15"],
            &["--as-of", LAST, "--dry-run"],
            &["--as-of", NIGHTS[2], "--dry-run"],
        ] {
            home.ring(arguments);
            assert!(home.files() == before, "`run {arguments:?}` touched the home");
        }
        // And the round that follows finds everything as it was.
        let other = Home::new(&shape);
        for (exports, night) in [(exports.until(FIRST), FIRST), (exports.until(NIGHTS[3]), NIGHTS[3])] {
            other.night(&exports, night);
        }
        other.night(&exports.until(LAST).shuffled(3), LAST);
        home.ring(&["--as-of", LAST]);
        must_be_equal("a round after looks", &other.believed(), &home.believed());
        assert_eq!(other.letters(), home.letters());
    }
}
