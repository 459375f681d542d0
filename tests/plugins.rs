//! A plugin in a district's life: a word dropped in, broken, mended and switched off.

mod support;

use std::fs;
use std::path::Path;

use support::District;

const RULE: &str = r#"//! Days that got lost
//!
//! Why:    late days add up as absent ones do.
//! Acts:   counselor
//! Source: chosen by us.

const RULE = #{
    area:   "attendance",
    status: "live",
    needs:  #{ lakeside_load: 0.5 },
    levels: #{ watch: 2, concern: 3 },
};

fn measure(student, p) { student.lakeside_load }
fn because(student, p) { `lost ${student.lakeside_load} days` }
"#;

const TRIAL: &str = r#"[[case]]
name = "three days and two tardies are a concern"
attendance = "P*20 AAATT"
expect = "concern"
because = "lost 3.6 days"

[[case]]
name = "three days lie on the edge"
attendance = "P*20 AAAPP"
expect = "concern"

[[case]]
name = "one is not enough"
attendance = "P*20 A"
expect = "clear"

[[case]]
name = "less than half a day is not looked at"
attendance = "P*20 T"
expect = "not_applicable"

[[case]]
name = "a word that is missing inside makes the verdict unknown"
missing = ["tardies"]
expect = "unknown"
"#;

const MANIFEST: &str = r#"id = "lakeside-load"
kind = "indicator"
api = 1
runtime = "rhai"
provides = ["lakeside_load"]
reads = ["absences", "tardies"]
"#;

fn put(home: &Path, path: &str, text: &str) {
    let path = home.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the home is ours");
    fs::write(path, text).expect("the home is ours");
}

fn script(district: &District, body: &str) {
    let text = format!("fn indicator(student) {{ {body} }}\n");
    put(&district.home(), "plugins/lakeside-load/indicator.rhai", &text);
}

/// The verdict and the value of the rule for the student of the story.
fn verdict(district: &District) -> String {
    let said = district.run(&["verdicts", "--rule", "load", "--student", "1002", "--format", "csv"]);
    said.out.lines().nth(1).unwrap_or("nothing").to_owned()
}

#[test]
fn a_word_dropped_in_is_used_the_same_night_and_lives_through_what_people_do_to_it() {
    let district = District::new()
        .classmates(4)
        .staff("s1", "Maria Lopez", "counselor")
        .student("1002", "Ben Birch", "10", "P*12 A*3 T*2 P")
        .caseload("1002", "s1", "counselor")
        .init();
    let home = district.home();
    district.only(&[]);
    district.night("2026-09-14");
    assert_eq!(verdict(&district), "nothing", "no rule is at work");

    put(&home, "plugins/lakeside-load/plugin.toml", MANIFEST);
    script(&district, "student.absences + student.tardies / 3");
    put(&home, "rules/attendance/load.rhai", RULE);
    put(&home, "rules/attendance/load.test.toml", TRIAL);
    district.night("2026-09-15");
    assert_eq!(verdict(&district), "1002,100,load,concern,3.667,");
    let classmate = district.run(&["verdicts", "--rule", "load", "--student", "710001", "--format", "csv"]);
    assert!(
        classmate.out.contains("load,not_applicable,,") && classmate.out.contains("lakeside_load"),
        "{}",
        classmate.out
    );
    let explained = district.run(&["explain", "1002", "--rule", "load"]);
    assert!(explained.out.contains("Lost 3.6 days"), "{}", explained.out);

    // A slip in the script: the last good version stays at work, with the script as it was.
    script(&district, "student.absences + student.tardys / 3");
    let said = district.ring("2026-09-16");
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    let both = format!("{}{}", said.out, said.err);
    assert!(
        both.contains("plugins/lakeside-load/indicator.rhai:1:") && both.contains("did you mean `tardies`"),
        "{both}"
    );
    assert!(
        both.contains("[rule-word-out-of-work]") && both.contains("the last good version stays at work"),
        "{both}"
    );
    assert_eq!(verdict(&district), "1002,100,load,concern,3.667,");

    // Mended, and meaning something else: that is the rule's change.
    script(&district, "student.absences");
    put(
        &home,
        "rules/attendance/load.test.toml",
        &TRIAL
            .replace("lost 3.6 days", "lost 3 days")
            .replace("missing = [\"tardies\"]", "missing = [\"absences\"]"),
    );
    let said = district.ring("2026-09-17");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(verdict(&district), "1002,100,load,concern,3.000,");

    // Switched off: no older version goes on with it.
    let off = district.run(&["plugins", "disable", "lakeside-load"]);
    assert!(
        off.out.contains("set aside until it is on again: load."),
        "{}{}",
        off.out,
        off.err
    );
    let said = district.ring("2026-09-18");
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(
        !format!("{}{}", said.out, said.err).contains("the last good version"),
        "{}{}",
        said.out,
        said.err
    );
    assert_eq!(verdict(&district), "nothing");
    let history: Vec<String> = district
        .history("1002")
        .into_iter()
        .filter(|line| line.contains(" load "))
        .collect();
    assert_eq!(
        history,
        ["2026-09-15 load - concern crossed"],
        "nobody is cleared because a plugin is off"
    );

    assert_eq!(district.run(&["plugins", "enable", "lakeside-load"]).code, 0);
    district.night("2026-09-21");
    assert_eq!(verdict(&district), "1002,100,load,concern,3.000,");
}
