//! An export that lies in the inbox under several names is read once, and never again once a newer one has come.

#[path = "support/log.rs"]
mod log;

use std::fs;
use std::path::Path;

fn firstbell(home: &Path, words: &[&str]) -> String {
    let ran = log::hear(Some(home), words);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        ran.status.code() == Some(0),
        "{words:?}\n{}{}",
        text(&ran.stdout),
        text(&ran.stderr)
    );
    text(&ran.stdout)
}

fn read_on(home: &Path, day: &str) -> Vec<String> {
    let screen = firstbell(home, &["run", "--as-of", day]);
    screen
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("read "))
        .map(|line| line.trim().split(':').next().unwrap_or_default().to_owned())
        .filter(|name| name.starts_with("grades"))
        .collect()
}

#[test]
fn an_older_export_that_was_passed_over_as_equal_does_not_come_back_over_a_newer_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    firstbell(folder.path(), &["init", home.to_str().expect("text")]);
    let configuration = fs::read_to_string(home.join("firstbell.toml")).expect("the configuration");
    let configuration: Vec<&str> = configuration
        .lines()
        .map(|line| match line.split(' ').next() {
            Some("school_years") => "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
            // Nothing is moved, so every older export lies there every night.
            Some("after") => "after = \"leave\"",
            _ => line,
        })
        .collect();
    fs::write(home.join("firstbell.toml"), configuration.join("\n")).expect("written");
    let put = |name: &str, text: &str| fs::write(home.join("inbox").join(name), text).expect("written");
    put(
        "students.csv",
        "student_id,first_name,last_name,grade,school_id\n1,Ada,Moss,9,7\n",
    );
    put("terms.csv", "term,school_id,start,end\nQ1,7,2026-08-17,2026-10-16\n");
    let days: Vec<String> = (17..=28).map(|day| format!(",2026-08-{day},instructional")).collect();
    put(
        "calendar.csv",
        &format!("school_id,date,day_type\n{}\n", days.join("\n")),
    );
    let grades = |mark: &str| format!("student_id,school_id,course_id,subject,term,mark\n1,7,M1,math,Q1,{mark}\n");

    put("grades_1.csv", &grades("24"));
    assert_eq!(read_on(&home, "2026-08-24"), ["grades_1.csv"]);
    put("grades_2.csv", &grades("24"));
    assert!(read_on(&home, "2026-08-25").is_empty(), "equal bytes are no news");
    put("grades_3.csv", &grades("84"));
    assert_eq!(read_on(&home, "2026-08-26"), ["grades_3.csv"]);
    assert!(
        read_on(&home, "2026-08-27").is_empty(),
        "the mended mark of 84 would be 24 again"
    );
}
