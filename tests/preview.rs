//! Nights looked at before they happen: what `preview` says is what nights then do, and what a change would change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[path = "support/mod.rs"]
mod support;

use firstbell::bell::Desk;
use firstbell::school::Level;
use serde_json::Value;
use support::{District, date, school_days};

/// Whole numbers that look thrown, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// A year of days for a student who is away so many days in a hundred.
    fn days(&mut self, away: u64) -> String {
        let one = |dice: &mut Dice| match (dice.below(100) < away, dice.below(20)) {
            (true, 0..=9) => 'A',
            (true, 10..=15) => 'E',
            (true, 16..=17) => 'U',
            (true, _) => 'h',
            (false, 0) => 'T',
            (false, _) => 'P',
        };
        (0..80).map(|_| one(self)).collect()
    }
}

/// Puts a letter of attendance in the place of some school days' own; the first day of school is day 1.
fn absent(days: &str, school_days: std::ops::RangeInclusive<usize>, letter: char) -> String {
    let drawn = days.chars().enumerate();
    let one = |(at, own)| if school_days.contains(&(at + 1)) { letter } else { own };
    drawn.map(one).collect()
}

/// Two schools of thirty students each, some of whom move, leave or come back, with marks and incidents all along. Maria Lopez can carry
/// three students a week and gives half of hers to Noor Haddad in the middle of September; some homes are called, some students have a plan;
/// much of South Middle is away for three days in a row from 2026-09-15 on, and North High almost whole on 2026-09-29. A third school is quiet
/// but for most of it being away on the same three days, and for one student who never comes back; nobody is called there before October.
fn thrown(seed: u64) -> District {
    let mut dice = Dice(seed);
    let mut district = District::new()
        .school("200", "South Middle")
        .staff_at("", "S1", "Maria Lopez", "counselor", "3")
        .school("300", "East Elementary")
        .staff_at("100;200", "S2", "Lee Chan", "attendance_liaison", "")
        .staff("S3", "Kim Park", "principal")
        .staff("S4", "Noor Haddad", "counselor")
        .staff_at("300", "S5", "Ana Silva", "attendance_liaison", "")
        .term("Q1", "2026-08-17", "2026-09-18")
        .term("Q2", "2026-09-21", "2026-11-20")
        .day_off("2026-09-07")
        .classmates_at("100", 1)
        .classmates_at("200", 1);
    let school_days: Vec<String> = school_days().take(40).map(|day| day.to_string()).collect();
    for number in 0..60 {
        let id = format!("{}", 1000 + number);
        let school = if number % 2 == 0 { "100" } else { "200" };
        let grade = ["6", "9", "KG"][dice.below(3) as usize];
        let away = [0, 3, 8, 15, 30][dice.below(5) as usize];
        let days = dice.days(away);
        let days = match number % 6 {
            3 | 5 => absent(&days, 21..=23, 'A'),
            0 | 2 | 4 => absent(&days, 31..=31, 'E'),
            _ => days,
        };
        district = district.student_at(school, &id, "Some Body", grade, &days);
        district = match number {
            7 => district.moves("2026-09-14", "100"),
            12 => district.leaves("2026-09-11", "2026-09-28"),
            18 => district.leaves("2026-09-22", ""),
            _ => district,
        };
        for (at, course) in ["Algebra", "English", "Biology"].into_iter().enumerate() {
            for (term, first) in [("Q1", 10), ("Q2", 27)] {
                let mark = (45 + dice.below(55)).to_string();
                let from = &school_days[first + dice.below(8) as usize];
                district = match at {
                    0 => district.undated_mark(from, &id, course, term, &mark),
                    _ => district.mark(from, &id, course, term, &mark),
                };
            }
        }
        for incident in 0..dice.below(4) {
            let day = &school_days[dice.below(38) as usize];
            let action = if dice.below(3) == 0 { "OSS" } else { "" };
            district = district.incident(day, &format!("I{id}{incident}"), &id, "Fighting", action);
        }
        district = match number % 12 {
            0 | 3 => district.caseload(&id, "S1", "counselor"),
            6 | 9 => district
                .caseload_between(&id, "S1", "counselor", ("", "2026-09-20"))
                .caseload_between(&id, "S4", "counselor", ("2026-09-21", "")),
            _ => district,
        };
        district = match number % 10 {
            4 => district.contact(&school_days[5 + dice.below(30) as usize].clone(), &id, "S2", "call"),
            8 => district.plan(&school_days[8 + dice.below(20) as usize].clone(), &id, "attendance", 2),
            _ => district,
        };
    }
    for number in 0..20 {
        let days = match number {
            0 => "P*16 A*60",
            1..=16 => "P*20 AAA P*60",
            _ => "P*80",
        };
        district = district.student_at("300", &(3000 + number).to_string(), "Some Body", "3", days);
    }
    district
        .classmates_at("300", 1)
        .contact("2026-10-02", "3001", "S5", "call")
        .init()
}

/// Rings every school day of the drawn year up to one; what is said of owners or codes is not asked here. Returns for what reasons news was
/// kept back on the way. On 2026-09-17 somebody asks for a week of silence about one rule.
fn ring_to(district: &District, last: &str) -> BTreeSet<String> {
    let mut holds = BTreeSet::new();
    for day in school_days().take_while(|day| *day <= date(last)) {
        let day = day.to_string();
        if day == "2026-09-07" {
            continue;
        }
        if day == "2026-09-17" {
            let asked = "INSERT INTO silence (rule, urgent, author, reason, from_day, until_day) \
                         VALUES ('recent_unexcused', 0, 'S2', 'homes are being called', '2026-09-18', '2026-09-25')";
            store(district).execute(asked, []).expect("a silence");
        }
        let said = district.ring(&day);
        assert!(
            [0, 3].contains(&said.code) && said.err.is_empty(),
            "{day}: {}{}",
            said.out,
            said.err
        );
        holds.extend(texts(district, "SELECT DISTINCT hold FROM kept_back"));
    }
    holds
}

fn store(district: &District) -> rusqlite::Connection {
    rusqlite::Connection::open(district.home().join("var/firstbell.db")).expect("the store")
}

/// The first column of what is asked of the store.
fn texts(district: &District, sql: &str) -> BTreeSet<String> {
    let db = store(district);
    let mut rows = db.prepare(sql).expect("what the store has");
    let rows = rows.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a text")).collect()
}

fn json(district: &District, arguments: &[&str]) -> Value {
    let all = [arguments, &["--format", "json"]].concat();
    let said = district.run(&all);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{all:?}: {}", said.out);
    serde_json::from_str(&said.out).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Letters by night, person and kind: how many students each is about. A person may lead the teams of two schools.
type Letters = BTreeMap<(String, String, String), Vec<u64>>;

fn letters(all: impl IntoIterator<Item = ((String, String, String), u64)>) -> Letters {
    let mut letters = Letters::new();
    for (key, students) in all {
        letters.entry(key).or_default().push(students);
    }
    letters.values_mut().for_each(|students| students.sort_unstable());
    letters
}

/// The letters to people that the store holds of some nights. The operator's report and answers to whoever edits rules are about no student.
fn posted(district: &District, from: &str) -> Letters {
    let db = store(district);
    let mut rows = db
        .prepare(
            "SELECT as_of, to_staff, kind, count(DISTINCT student_id) FROM letter LEFT JOIN letter_entry USING (letter) \
             WHERE as_of >= ? AND kind NOT IN ('operator_report', 'rule_edit') GROUP BY letter",
        )
        .expect("the table of letters");
    let rows = rows.query_map([from], |row| {
        Ok((
            (row.get(0)?, row.get(1)?, row.get(2)?),
            row.get::<_, i64>(3)?.unsigned_abs(),
        ))
    });
    letters(rows.expect("letters").map(|row| row.expect("a letter")))
}

#[test]
fn what_thirty_nights_would_do_is_what_thirty_nights_do() {
    let district = thrown(11);
    let holds = ring_to(&district, "2026-10-09");
    let expected = ["capacity", "digest", "quieted", "silence", "storm"].map(str::to_owned);
    assert_eq!(holds, BTreeSet::from(expected), "what never holds proves nothing");
    let storms = "SELECT DISTINCT CASE rule WHEN '' THEN 'question' ELSE 'storm' END FROM storm";
    assert_eq!(
        texts(&district, storms),
        BTreeSet::from(["question", "storm"].map(str::to_owned))
    );
    let preview = json(&district, &["preview", "--from", "2026-08-28", "--to", "2026-10-09"]);
    let nights = preview["nights"].as_array().expect("nights");
    assert_eq!(nights.len(), 30, "{nights:?}");
    assert_eq!(preview["compared"], false);

    let previewed = letters(preview["letters"].as_array().expect("letters").iter().map(|letter| {
        let key = (text(&letter["night"]), text(&letter["person"]), text(&letter["kind"]));
        (key, letter["students"].as_u64().expect("a number"))
    }));
    let posted = posted(&district, "2026-08-28");
    assert!(posted.len() > 60, "a quiet district proves nothing: {}", posted.len());
    let counts_alone =
        |((_, _, kind), students): (&(String, String, String), &Vec<u64>)| kind == "nightly" && *students == [0];
    assert!(posted.iter().any(counts_alone), "a storm is told as a count");
    let kinds: BTreeSet<&str> = posted.keys().map(|(_, _, kind)| kind.as_str()).collect();
    let all = [
        "digest",
        "handover",
        "nightly",
        "reminder",
        "school_letter",
        "starting_list",
        "team_list",
    ];
    assert_eq!(kinds, BTreeSet::from(all), "a kind that never comes proves nothing");
    let differ = previewed
        .iter()
        .filter(|(key, students)| posted.get(*key) != Some(students));
    let missed = posted.iter().filter(|(key, _)| !previewed.contains_key(*key));
    let differ: Vec<_> = differ
        .map(|(key, students)| (key, Some(students), posted.get(key)))
        .collect();
    assert_eq!(differ, [], "letters: previewed and posted");
    assert_eq!(missed.collect::<Vec<_>>(), [], "letters posted and not previewed");

    let open: BTreeSet<(String, String, String)> = preview["students"]
        .as_array()
        .expect("students")
        .iter()
        .filter(|flag| !flag["open"].is_null())
        .map(|flag| (text(&flag["student_id"]), text(&flag["rule"]), text(&flag["open"])))
        .collect();
    let standing: BTreeSet<(String, String, String)> = json(&district, &["standing"])
        .as_array()
        .expect("flags")
        .iter()
        .map(|flag| (text(&flag["student_id"]), text(&flag["rule"]), text(&flag["level"])))
        .collect();
    assert!(
        standing.len() > 30,
        "a quiet district proves nothing: {}",
        standing.len()
    );
    assert_eq!(open, standing, "standings");

    // A rule by itself, with those that it asks, says what it says among all the others.
    for rule in ["two_areas", "chronic_absence", "early_pacing"] {
        let alone = json(
            &district,
            &["preview", "--rule", rule, "--from", "2026-08-28", "--to", "2026-10-09"],
        );
        let flags = |preview: &Value| -> Vec<String> {
            let flags = preview["students"].as_array().expect("students").iter();
            flags
                .filter(|flag| flag["rule"] == rule)
                .map(Value::to_string)
                .collect()
        };
        assert_eq!(flags(&alone), flags(&preview), "{rule}");
        assert!(!flags(&alone).is_empty(), "{rule} flags nobody");
        assert_eq!(alone["students"].as_array().map(Vec::len), Some(flags(&alone).len()));
    }
}

/// Four students of Maria Lopez, away 3, 4 and 5 days in a row in September, and never. The nineteenth school day is Thursday, 2026-09-10.
fn counseled() -> District {
    let mut district = District::new().staff("S1", "Maria Lopez", "counselor").classmates(1);
    let days = ["P*18 AAA P*60", "P*18 AAAA P*60", "P*17 AAAAA P*60", "P*80"];
    for (number, days) in days.into_iter().enumerate() {
        let id = (1001 + number).to_string();
        district = district
            .student(&id, "Some Body", "9", days)
            .caseload(&id, "S1", "counselor");
    }
    let district = district.init();
    district.only(&["absence_streak"]);
    district
}

#[test]
fn a_lower_threshold_shows_whom_it_would_flag_and_changes_nothing() {
    let district = counseled();
    district.nights("2026-09-22", "2026-09-25");
    let file = "rules/attendance/absence_streak.rhai";
    let whole = fs::read_to_string(district.home().join(file)).expect("the rule");
    let store = || fs::read(district.home().join("var/firstbell.db")).expect("the store");
    let before = store();

    // Streaks of 3, 4 and 5 days: watch at 3 and concern at 5 as shipped. With concern at 4 one more student is a concern.
    let draft = district.home().join("absence_streak.rhai");
    assert!(whole.contains("concern: 5"), "{whole}");
    fs::write(&draft, whole.replace("concern: 5", "concern: 4")).expect("the home is ours");
    let draft = draft.to_str().expect("a path of text");
    let preview = json(&district, &["preview", "--rule", draft, "--from", "2026-09-01"]);
    assert_eq!(preview["compared"], true);
    assert_eq!(
        preview["changed"],
        serde_json::json!([{
            "what": "otherwise", "student_id": "1002", "school_id": "100", "rule": "absence_streak",
            "before": "watch", "now": "concern",
        }])
    );
    let week = |preview: &Value, what: &str| -> Vec<(String, u64)> {
        let weeks = preview["weeks"].as_array().expect("weeks");
        let one = |week: &Value| (text(&week["week"]), week[what].as_u64().expect("a number"));
        weeks.iter().map(one).collect()
    };
    // With 4 the fourth day in a row of 1003 is Monday, 2026-09-14, and that of 1002 the day after: a letter each. With 5 the fifth of
    // 1003 is that Tuesday, and 1002 never comes so far. The digest of the Monday after says of whoever was written that it is over;
    // that of this Monday had 1003 as newly watched.
    let weeks = |first, second| [("2026-09-14".to_owned(), first), ("2026-09-21".to_owned(), second)];
    assert_eq!(week(&preview, "students"), weeks(2, 2));
    assert_eq!(week(&preview, "students_before"), weeks(1, 1));
    assert_eq!(week(&preview, "letters"), weeks(3, 1));
    assert_eq!(week(&preview, "letters_before"), weeks(2, 1));
    assert_eq!(week(&preview, "nightly"), weeks(2, 0));

    let said = district.run(&["rules", "diff", "absence_streak", draft]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.contains("level `concern`: 5 becomes 4"), "{}", said.out);
    assert!(
        said.out
            .contains("Newly flagged 0 students, no longer flagged 0 students, at another level 1 student"),
        "{}",
        said.out
    );
    fs::write(draft, whole.replace("concern: 5", "concern: 6")).expect("the home is ours");
    let said = district.run(&["preview", "--rule", draft]);
    assert!(
        said.out.contains("of its trial do"),
        "the trial still draws the old edge: {}",
        said.out
    );
    assert_eq!(before, store(), "looking changes nothing");
}

#[test]
fn an_edit_that_waits_for_its_round_is_compared_with_what_is_at_work() {
    let district = counseled();
    district.nights("2026-09-22", "2026-09-25");
    assert_eq!(json(&district, &["preview"])["compared"], false);
    district.changes(&["absence_streak"], "[absence_streak]\nlevels = { watch = 4 }\n");
    let preview = json(&district, &["preview", "--from", "2026-09-01"]);
    assert_eq!(preview["compared"], true);
    assert_eq!(preview["changed"][0]["what"], "no_longer", "{preview:#}");
    assert_eq!(preview["changed"][0]["student_id"], "1001");
    assert_eq!(preview["changed"].as_array().map(Vec::len), Some(1));
    let said = district.run(&[
        "rules",
        "diff",
        "absence_streak@2026-09-24",
        "rules/attendance/absence_streak.rhai",
    ]);
    assert!(
        said.out.contains("level `watch`: 3 becomes 4"),
        "{}{}",
        said.out,
        said.err
    );
}

#[test]
fn a_draft_is_seen_before_anybody_is_judged_by_it() {
    let district = counseled();
    district.nights("2026-09-22", "2026-09-25");
    assert_eq!(district.run(&["rules", "new", "attendance/mondays"]).code, 0);
    let preview = json(
        &district,
        &[
            "preview",
            "--rule",
            "mondays",
            "--from",
            "2026-09-14",
            "--to",
            "2026-09-18",
        ],
    );
    let remarks = text(&preview["remarks"]);
    assert!(remarks.contains("Its status is `draft`"), "{remarks}");
    assert!(remarks.contains("nothing to compare with"), "{remarks}");
    // Three and four absences are watched, five are a concern.
    let levels: Vec<(String, u64)> = preview["levels"]
        .as_array()
        .expect("levels")
        .iter()
        .map(|row| (text(&row["level"]), row["open"].as_u64().expect("a number")))
        .collect();
    assert_eq!(levels, [("watch".to_owned(), 2), ("concern".to_owned(), 1)]);
}

#[test]
fn a_change_that_raises_much_of_a_school_waits_for_a_yes() {
    let mut district = District::new().staff("S1", "Maria Lopez", "counselor").classmates(4);
    for number in 0..16 {
        // Away from the nineteenth school day on, Thursday, 2026-09-10.
        district = district.student(&(1001 + number).to_string(), "Some Body", "9", "P*18 A*20");
    }
    let district = district.init();
    let rules = |concern: u32| {
        let levels = format!("[absence_streak]\nlevels = {{ watch = 3, concern = {concern}, urgent = false }}\n");
        district.changes(&["absence_streak"], &levels);
    };
    let levels = || -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for flag in json(&district, &["standing"]).as_array().expect("flags") {
            *counts.entry(text(&flag["level"])).or_default() += 1;
        }
        counts
    };
    rules(12);
    district.nights("2026-09-14", "2026-09-16");
    assert_eq!(levels(), BTreeMap::from([("watch".to_owned(), 16)]));

    // Sixteen of twenty judged students would be a concern at once.
    rules(4);
    let said = district.ring("2026-09-17");
    assert_eq!(said.code, 3, "{}", said.out);
    let waits = "the changed rule would raise 16 of 20 students of school 100 to concern or worse at once";
    assert!(said.out.contains(waits), "{}", said.out);
    assert_eq!(
        levels(),
        BTreeMap::from([("watch".to_owned(), 16)]),
        "the version before judges"
    );
    let status = district.run(&["status"]);
    assert_eq!(status.code, 3);
    assert!(status.out.contains("waits       absence_streak"), "{}", status.out);
    let reports: String = district
        .mail()
        .into_iter()
        .filter(|mail| mail.file.contains("operator"))
        .map(|mail| mail.text)
        .collect();
    assert!(reports.replace('\n', " ").contains("waits for a yes"), "{reports}");
    for arguments in [&["preview", "--rule", "absence_streak"][..], &["preview"]] {
        let preview = json(&district, arguments);
        assert_eq!(
            preview["changed"].as_array().map(Vec::len),
            Some(16),
            "{arguments:?}: {preview:#}"
        );
    }

    // A daemon that lives meanwhile has the version before at work until it hears the yes.
    let Ok(mut daemon) = Desk::open(&district.home()) else {
        panic!("the home is usable")
    };
    let concern = |daemon: &Desk| -> Option<f64> {
        let rule = daemon.setup.rules.rule("absence_streak")?;
        rule.card("100").edges.levels.get(&Level::Concern).copied()
    };
    assert_eq!((concern(&daemon), daemon.is_untouched()), (Some(12.0), true));

    let said = district.run(&["rules", "accept", "chronic_absence"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("what waits: `absence_streak`"), "{}", said.err);
    assert_eq!(
        district
            .run(&["rules", "accept", "absence_streak", "--by", "Dana"])
            .code,
        0
    );
    assert!(!daemon.is_untouched());
    assert!(daemon.look().told[0].message.contains("is at work"));
    assert_eq!((concern(&daemon), daemon.is_untouched()), (Some(4.0), true));
    let said = district.ring("2026-09-18");
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(levels(), BTreeMap::from([("concern".to_owned(), 16)]));
    let kinds: Vec<String> = posted(&district, "2026-09-18")
        .into_keys()
        .map(|(_, _, kind)| kind)
        .collect();
    // The night of a Friday: with the list comes Monday's digest.
    assert_eq!(kinds, ["digest", "starting_list"]);

    // The yes was to that version alone.
    rules(3);
    assert_eq!(
        district.run(&["rules", "accept", "absence_streak"]).code,
        1,
        "nobody would be raised"
    );
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let district = counseled();
    let said = district.run(&["preview"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("[no-round-yet]"), "{}", said.err);
    district.nights("2026-09-03", "2026-09-04");
    for (arguments, wanted) in [
        (
            ["--from", "2026-08-01"],
            "the school year began on 2026-08-17, and --from is 2026-08-01",
        ),
        (["--to", "2026-09-10"], "facts are known up to 2026-09-04"),
        (
            ["--from", "2026-09-07"],
            "the first night, 2026-09-07, lies after the last, 2026-09-04",
        ),
        (["--rule", "absence_streek"], "did you mean `absence_streak`?"),
        (
            ["--rule", "nowhere/late.rhai"],
            "there is no rule file `nowhere/late.rhai`",
        ),
    ] {
        let said = district.run(&[&["preview"], &arguments[..]].concat());
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{arguments:?}");
        assert!(said.err.contains(wanted), "{arguments:?}: {}", said.err);
    }
    fs::write(
        district.home().join("broken.rhai"),
        "const RULE = #{ area: \"attendance\",",
    )
    .expect("the home is ours");
    let said = district.run(&["preview", "--rule", "broken.rhai"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("broken.rhai:1"), "{}", said.err);
}
