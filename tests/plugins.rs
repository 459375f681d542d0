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

/// Gives each student's absences of the last 20 days as a number; breaks where somebody has put a file `broken` into its folder.
#[cfg(unix)]
const TELL: &str = r#"read hello
echo '{"firstbell": 1, "needs": ["absences(last(20))"]}'
read about
echo "$about" >> "$HOME/asked"
if [ -e "$HOME/broken" ]; then echo 'no model today' >&2; exit 1; fi
exec awk -v seen="$HOME/asked" '
/"end":true/ { print "{\"done\": true, \"answers\": " n+0 "}"; exit }
{
    print >> seen
    match($0, /"student":"[^"]*"/); student = substr($0, RSTART, RLENGTH)
    match($0, /"day":"[^"]*"/); day = substr($0, RSTART, RLENGTH)
    match($0, /\(last\(20\)\)":[^,}]*/); value = substr($0, RSTART + 12, RLENGTH - 12)
    print "{" student ", " day ", \"value\": " value "}"; n++
}'
"#;

#[cfg(unix)]
const TELLER: &str = r#"id = "lakeside-load"
kind = "indicator"
api = 1
runtime = "exec"
title = "Days that got lost, by a program"
provides = ["lakeside_load"]
reads = ["absences(last(20))"]

[exec]
command = ["sh", "tell.sh"]
"#;

#[cfg(unix)]
const TOLD: &str = r#"[[case]]
name = "three days are a concern"
words = { lakeside_load = 3 }
expect = "concern"
because = "lost 3 days"

[[case]]
name = "three days lie on the edge"
words = { lakeside_load = 3.0 }
expect = "concern"

[[case]]
name = "one is not enough"
words = { lakeside_load = 1 }
expect = "clear"

[[case]]
name = "a program that told nothing leaves everybody unknown"
expect = "unknown"
"#;

/// What the program was asked, each conversation as (day, absences) of every question, sorted.
#[cfg(unix)]
fn conversations(home: &Path) -> Vec<Vec<(String, String)>> {
    let path = home.join("var/plugins/lakeside-load/asked");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let _ = fs::remove_file(path);
    let mut all: Vec<Vec<(String, String)>> = Vec::new();
    // Whoever was only greeted was told of no question.
    for line in text.lines().filter(|line| !line.is_empty()) {
        let message: serde_json::Value = serde_json::from_str(line).expect("JSON");
        match message["values"].as_object() {
            None => all.push(Vec::new()),
            Some(values) => {
                let absences = values["absences(last(20))"].to_string();
                let day = message["day"].as_str().expect("a day").to_owned();
                all.last_mut().expect("a conversation").push((day, absences));
            }
        }
    }
    all.iter_mut().for_each(|one| one.sort());
    all
}

#[cfg(unix)]
#[test]
fn a_program_gives_a_word_once_a_round_and_nobody_is_judged_by_its_silence() {
    let district = District::new()
        .classmates(2)
        .staff("s1", "Maria Lopez", "counselor")
        .student("1002", "Ben Birch", "10", "P*19 AAA P*2 A")
        .caseload("1002", "s1", "counselor")
        .init();
    let home = district.home();
    district.only(&["chronic_absence"]);
    put(&home, "plugins/lakeside-load/plugin.toml", TELLER);
    put(&home, "plugins/lakeside-load/tell.sh", TELL);
    put(
        &home,
        "plugins/lakeside-load/tests/cases.toml",
        "[[case]]\nname = \"as many as absences\"\nwords = { \"absences(last(20))\" = 4 }\nexpect = 4\n\n\
         [[case]]\nname = \"none where there are none\"\nexpect = \"missing\"\n",
    );
    put(&home, "rules/attendance/load.rhai", RULE);
    put(&home, "rules/attendance/load.test.toml", TOLD);

    // Nobody has enabled it: the rule waits, and nothing was run.
    let said = district.ring("2026-09-11");
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(
        said.out
            .contains("`lakeside_load` is not enabled: `firstbell plugins enable lakeside-load`"),
        "{}{}",
        said.out,
        said.err
    );
    assert!(!home.join("var/plugins").exists());

    let enabled = district.run(&["plugins", "enable", "lakeside-load"]);
    assert_eq!(
        (enabled.code, enabled.err.as_str(), enabled.out.lines().next()),
        (
            0,
            "",
            Some("It runs `sh tell.sh` in plugins/lakeside-load, and is given: absences(last(20)).")
        )
    );
    let cases = district.run(&["plugins", "test", "lakeside-load"]);
    assert_eq!(cases.code, 1, "{}{}", cases.out, cases.err);
    assert!(cases.out.contains("the case has no `words`"), "{}", cases.out);
    let path = "plugins/lakeside-load/tests/cases.toml";
    district.edit(
        path,
        "none where there are none\"\n",
        "none where there are none\"\nwords = {}\n",
    );
    assert_eq!(district.run(&["plugins", "enable", "lakeside-load"]).code, 0);
    let cases = district.run(&["plugins", "test", "lakeside-load"]);
    assert_eq!((cases.code, cases.err.as_str()), (0, ""), "{}", cases.out);
    let doctor = district.run(&["plugins", "doctor", "lakeside-load"]);
    assert!(
        doctor.out.contains("lakeside-load: said hello within"),
        "{}{}",
        doctor.out,
        doctor.err
    );
    conversations(&home);

    // 1002 is away from September 11, the twentieth school day, to 15. Of three students two are below the least value, so that the
    // rule's baseline is not done.
    district.night("2026-09-14");
    let mut asked = conversations(&home);
    let day = |day: &str, absences: &str| (day.to_owned(), absences.to_owned());
    assert_eq!(
        asked.remove(0),
        [day("2026-09-14", "0"), day("2026-09-14", "0"), day("2026-09-14", "2")]
    );
    assert_eq!(verdict(&district), "1002,100,load,watch,2.000,");
    let questions: usize = conversations(&home).iter().map(Vec::len).sum();
    assert_eq!(questions, 1, "a listing of one student asks of that one");

    // Two nights did not happen: each is asked with its own day's absences, all in one conversation; and the day of the last step up,
    // which is judged again.
    district.night("2026-09-17");
    let asked = conversations(&home);
    assert_eq!(asked.len(), 1, "{asked:?}");
    let of_ben: Vec<(String, String)> = asked[0]
        .iter()
        .filter(|(_, absences)| absences != "0")
        .cloned()
        .collect();
    assert_eq!(
        of_ben,
        [
            day("2026-09-14", "2"),
            day("2026-09-15", "3"),
            day("2026-09-16", "3"),
            day("2026-09-17", "3")
        ]
    );
    assert_eq!(verdict(&district), "1002,100,load,concern,3.000,");
    let explained = district.run(&["explain", "1002", "--rule", "load"]);
    assert!(
        explained.out.contains("Lost 3 days"),
        "{}{}",
        explained.out,
        explained.err
    );

    // It breaks: nobody is judged by it, nothing is taken back, the other rules go on, and the operator is told.
    put(&home, "var/plugins/lakeside-load/broken", "");
    let said = district.ring("2026-09-18");
    let told = "waits: plugins/lakeside-load/plugin.toml: the program of the plugin `lakeside-load` ended with exit code 1 \u{2014} see what it \
                said last with `firstbell plugins doctor`; rules that read `lakeside_load` know nothing of anybody tonight [plugin-ended]";
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert!(said.out.lines().any(|line| line == told), "{}", said.out);
    let listing = district.run(&["verdicts", "--rule", "load", "--student", "1002", "--format", "csv"]);
    assert_eq!(
        listing.out.lines().nth(1),
        Some("1002,100,load,unknown,,missing lakeside_load")
    );
    assert!(listing.err.contains("[plugin-ended]"), "{}", listing.err);
    let others = district.run(&[
        "verdicts",
        "--rule",
        "chronic_absence",
        "--student",
        "1002",
        "--format",
        "csv",
    ]);
    assert!(others.out.contains(",chronic_absence,concern,"), "{}", others.out);
    let report = district
        .mail()
        .into_iter()
        .rfind(|mail| mail.file.contains("operator"))
        .expect("a report");
    assert!(report.text.contains("ended with exit code 1"), "{}", report.text);
    let doctor = district.run(&["plugins", "doctor", "lakeside-load"]);
    assert!(doctor.out.contains("no model today"), "{}", doctor.out);

    // Mended, the day is asked again.
    fs::remove_file(home.join("var/plugins/lakeside-load/broken")).expect("ours");
    conversations(&home);
    district.night("2026-09-21");
    assert_eq!(verdict(&district), "1002,100,load,concern,4.000,");

    // Another program under the same name is not run before somebody has looked at it, and then it is another rule.
    put(
        &home,
        "plugins/lakeside-load/tell.sh",
        &TELL.replace("RSTART + 12, RLENGTH - 12)", "RSTART + 12, RLENGTH - 12) * 0"),
    );
    let said = district.ring("2026-09-22");
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(
        said.out.contains("[plugin-changed]") && said.out.contains("the last good version stays at work"),
        "{}{}",
        said.out,
        said.err
    );
    assert_eq!(verdict(&district), "1002,100,load,unknown,,missing lakeside_load");
    assert_eq!(district.run(&["plugins", "enable", "lakeside-load"]).code, 0);
    district.night("2026-09-23");
    let history: Vec<String> = district
        .history("1002")
        .into_iter()
        .filter(|line| line.contains(" load "))
        .collect();
    assert_eq!(
        history,
        [
            "2026-09-14 load - watch crossed",
            "2026-09-15 load watch concern worsened",
            "2026-09-23 load concern - rule_changed",
        ]
    );
}

const WORDING: &str = "id = \"ours\"\nkind = \"letters\"\napi = 1\nruntime = \"declarative\"\n";

/// The last lines of the last letter to an owner.
fn ending(district: &District) -> String {
    let letter = district.letters().pop().expect("a letter");
    letter.text.trim_end().lines().next_back().expect("a line").to_owned()
}

#[test]
fn a_letter_is_worded_by_the_home_else_by_a_plugin_else_as_built_in() {
    let district = District::new()
        .classmates(4)
        .staff("s1", "Maria Lopez", "counselor")
        .student("1002", "Ben Birch", "10", "P*10 A*30")
        .student("1003", "Ann Alder", "10", "P*15 A*30")
        .student("1004", "Cy Cedar", "10", "P*20 A*30")
        .student("1005", "Di Dogwood", "10", "P*25 A*30")
        .caseload("1002", "s1", "counselor")
        .caseload("1003", "s1", "counselor")
        .caseload("1004", "s1", "counselor")
        .caseload("1005", "s1", "counselor")
        .init();
    let home = district.home();
    district.only(&["absence_streak"]);
    put(&home, "plugins/ours/plugin.toml", WORDING);
    put(
        &home,
        "plugins/ours/letters/_foot.txt.j2",
        "\nAsk Student Services, extension 4321.\n",
    );
    put(
        &home,
        "plugins/ours/letters/_foot.html.j2",
        "<p>Ask Student Services, extension 4321.</p>\n",
    );
    let tried = district.run(&["plugins", "test", "ours"]);
    assert_eq!((tried.code, tried.err.as_str()), (0, ""), "{}", tried.out);
    assert!(tried.out.contains("_foot.html.j2 on made-up letters"), "{}", tried.out);
    district.nights("2026-08-28", "2026-09-04");
    let letter = district.letters().pop().expect("a letter");
    assert!(
        letter.html.contains("<p>Ask Student Services, extension 4321.</p>"),
        "{}",
        letter.html
    );
    assert_eq!(ending(&district), "Ask Student Services, extension 4321.");

    // The home's own file counts before a plugin's.
    put(&home, "letters/_foot.txt.j2", "\nAsk Ms. Reed.\n");
    let before = district.letters().len();
    district.nights("2026-09-07", "2026-09-11");
    assert!(district.letters().len() > before);
    assert_eq!(ending(&district), "Ask Ms. Reed.");

    // Broken, it leaves the plugin's; and that one broken too, the built-in one. No letter is lost, and both are told.
    put(&home, "letters/_foot.txt.j2", "\n{{ ask }}\n");
    let before = district.letters().len();
    let said = district.ring("2026-09-14");
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    let told = "letters/_foot.txt.j2:2: the wording in `_foot.txt.j2` cannot be used (undefined value); \
                `plugins/ours/letters/_foot.txt.j2` stands in its place";
    assert!(said.out.contains(told), "{}", said.out);
    for day in ["2026-09-15", "2026-09-16", "2026-09-17", "2026-09-18"] {
        district.ring(day);
    }
    assert!(district.letters().len() > before);
    assert_eq!(ending(&district), "Ask Student Services, extension 4321.");
    put(&home, "plugins/ours/letters/_foot.txt.j2", "{% if %}");
    let before = district.letters().len();
    let said = district.ring("2026-09-21");
    assert!(
        said.out.contains("plugins/ours/letters/_foot.txt.j2:1: ")
            && said.out.contains("; the built-in wording stands in its place")
    );
    for day in ["2026-09-22", "2026-09-23", "2026-09-24", "2026-09-25"] {
        district.ring(day);
    }
    assert!(district.letters().len() > before);
    assert!(ending(&district).starts_with("firstbell"), "{}", ending(&district));
    let tried = district.run(&["plugins", "test", "ours"]);
    assert_eq!(tried.code, 1, "{}", tried.out);
}

/// Reads students out of a file with columns of its own, a number of social security among them.
#[cfg(unix)]
const ROSTER: &str = r#"read hello
echo '{"firstbell": 1, "needs": ["export"]}'
read about
exec awk '
/"end":true/ { print "{\"done\": true, \"rows\": " n+0 "}"; exit }
{
    match($0, /"line":[0-9]+/); line = substr($0, RSTART + 7, RLENGTH - 7)
    match($0, /"text":"[^"]*"/); text = substr($0, RSTART + 8, RLENGTH - 9)
    count = split(text, cell, ",")
    if (line == 1) { for (i = 1; i <= count; i++) name[i] = cell[i]; columns = count; next }
    if (cell[1] == "total") { print "{\"problem\": \"no student\", \"line\": " line "}"; next }
    row = ""
    for (i = 1; i < columns; i++) row = row (i > 1 ? ", " : "") "\"" name[i] "\": \"" cell[i] "\""
    print "{\"row\": {" row "}, \"line\": " line "}"; n++
}'
"#;

/// Everything in the archive, unpacked.
#[cfg(unix)]
fn archived(home: &Path) -> String {
    use std::io::Read as _;
    let mut all = String::new();
    let mut left = vec![home.join("var/archive")];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(
                fs::read_dir(path)
                    .expect("the archive")
                    .flatten()
                    .map(|entry| entry.path()),
            );
        } else if path.extension().is_some_and(|ending| ending == "gz") {
            let file = fs::File::open(path).expect("a kept file");
            flate2::read::MultiGzDecoder::new(file)
                .read_to_string(&mut all)
                .expect("text");
        }
    }
    all
}

#[cfg(unix)]
#[test]
fn of_what_a_program_read_the_archive_keeps_its_rows_and_a_home_can_be_rebuilt_from_them() {
    let students = "files = \"students*.csv\"\nadapter = \"canonical\"\n";
    let district = District::new()
        .classmates(4)
        .staff("s1", "Maria Lopez", "counselor")
        .student("1002", "Ben Birch", "10", "P*20 A*9")
        .caseload("1002", "s1", "counselor")
        .configured(students, &students.replace("canonical", "roster"))
        .init();
    let home = district.home();
    district.only(&["absence_streak", "chronic_absence"]);
    let manifest = "id = \"roster\"\nkind = \"source\"\napi = 1\nruntime = \"exec\"\nprovides = [\"students\"]\nreads = [\"export\"]\n\
                    [exec]\ncommand = [\"sh\", \"read.sh\"]\n";
    put(&home, "plugins/roster/plugin.toml", manifest);
    put(&home, "plugins/roster/read.sh", ROSTER);
    assert_eq!(district.run(&["plugins", "enable", "roster"]).code, 0);
    let night = |day: &str| {
        district.export(day);
        let path = home.join("inbox/students.csv");
        let text = fs::read_to_string(&path).expect("an export");
        let lines = text.lines().enumerate().map(|(at, line)| match at {
            0 => format!("{line},ssn\n"),
            _ => format!("{line},999-00-11{at}\n"),
        });
        let mut text: String = lines.collect();
        text.push_str("total,5,999-00-0000\n");
        fs::write(&path, text).expect("the inbox is ours");
        let said = district.run(&["run", "--as-of", day]);
        assert_eq!(said.err, "", "{}", said.out);
        said.out
    };
    let first = night("2026-09-11");
    assert!(first.contains("the plugin `roster` failed on 1 row"), "{first}");
    for day in ["2026-09-14", "2026-09-15", "2026-09-16", "2026-09-17", "2026-09-18"] {
        night(day);
    }
    let kept = archived(&home);
    assert!(
        kept.contains("Birch") && kept.contains("@line"),
        "the rows that the program gave are kept"
    );
    assert!(!kept.contains("999-00"), "and nothing else of its file");
    assert!(
        district
            .history("1002")
            .iter()
            .any(|line| line.contains("absence_streak"))
    );

    let folder = tempfile::tempdir().expect("a folder");
    let into = folder.path().join("again");
    let into = into.to_str().expect("a path of text");
    let rebuilt = district.run(&["rebuild", "--to", "2026-09-18", "--into", into]);
    assert_eq!(rebuilt.err, "", "{}", rebuilt.out);
    for listing in ["standing", "verdicts"] {
        let again = support::bare(&["--home", into, "--format", "csv", listing]);
        let here = district.run(&["--format", "csv", listing]);
        assert_eq!((again.out, again.err.as_str()), (here.out, ""), "{listing}");
    }
}
