//! Programs that give a word, good and bad: nothing of a bad conversation counts, and nobody waits for one longer than its deadline.

use std::path::Path;

use super::home;
use crate::indicators::Value;
use crate::monitor::Problem;
use crate::plugins::{Answer, Asking};
use crate::school::Day;

const HELLO: &str = "read hello; echo '{\"firstbell\": 1, \"needs\": [\"average\"]}'; read about\n";

/// Reads to the end, then answers for every line: the average, or nothing where there is none.
const AVERAGE: &str = r#"exec awk '
/"end":true/ { print "{\"done\": true, \"answers\": " n+0 "}"; exit }
{
    match($0, /"student":"[^"]*"/); student = substr($0, RSTART, RLENGTH)
    match($0, /"day":"[^"]*"/); day = substr($0, RSTART, RLENGTH)
    match($0, /"average":[^,}]*/); value = substr($0, RSTART + 10, RLENGTH - 10)
    print "{" student ", " day ", \"value\": " value "}"; n++
}'
"#;

fn day(number: u32) -> Day {
    Day::from_ymd(2026, 11, number).expect("a day")
}

fn asking(student: &str, number: u32) -> Asking {
    Asking {
        student_id: student.to_owned(),
        day: day(number),
    }
}

/// What is given of a question: its average, some absences, no program.
fn given(average: Option<f64>) -> Vec<Value> {
    vec![
        average.map_or(Value::Missing, Value::Number),
        Value::Count(3),
        Value::Yes(false),
    ]
}

fn ask_in(folder: &Path, script: &str, exec: &str) -> Result<Vec<Answer>, Problem> {
    let plugins = home(folder, "indicator", script, exec);
    let teller = plugins.teller("lakeside").expect("at work");
    let asked = [asking("7001", 19), asking("7001", 20), asking("7002", 20)];
    let averages = [Some(71.5), Some(72.0), None];
    teller.ask(&asked, |at| given(averages[at]))
}

fn ask(script: &str, exec: &str) -> Result<Vec<Answer>, Problem> {
    ask_in(tempfile::tempdir().expect("a folder").path(), script, exec)
}

fn fails(script: &str, exec: &str) -> (String, String) {
    let problem = ask(script, exec).expect_err("nothing of it counts");
    (problem.code, problem.message)
}

#[test]
fn each_student_and_day_gets_its_own_answer() {
    let answers = ask(&format!("{HELLO}{AVERAGE}"), "").expect("a good program");
    assert_eq!(answers, [Answer::Number(71.5), Answer::Number(72.0), Answer::Missing]);
}

#[test]
fn a_program_sees_what_is_declared_and_a_key_that_tells_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!("{HELLO}cat > \"$HOME/seen\"\necho '{{\"done\": true, \"answers\": 0}}'\n");
    let answers = ask_in(folder.path(), &script, "").expect("it may stay silent");
    assert_eq!(answers, [Answer::Silent; 3]);
    let seen = std::fs::read_to_string(folder.path().join("var/plugins/p/seen")).expect("it wrote");
    let lines: Vec<serde_json::Value> = seen
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[0]["values"],
        serde_json::json!({ "average": 71.5, "absences(last(20))": 3, "in_program(\"iep\")": false })
    );
    assert_eq!(
        lines[2]["values"]["average"],
        serde_json::Value::Null,
        "missing is never a number"
    );
    assert_eq!(lines[0]["student"], lines[1]["student"]);
    assert_ne!(lines[1]["student"], lines[2]["student"]);
    assert_eq!(lines[1]["day"], "2026-11-20");
    assert_eq!(lines[3], serde_json::json!({ "end": true }));
    // A key is of hexadecimal digits and may hold those of an id by chance; it is never the id.
    assert!(!seen.contains("\"7001\""), "the id itself was not declared: {seen}");
}

#[test]
fn an_answer_that_is_no_number_is_told_apart_from_none() {
    let script = format!(
        "{HELLO}read a; read b; read c; read end\n\
         for line in \"$a\" \"$b\"; do\n  echo \"$line\" | sed 's/,\"values.*/,\"value\":\"high\"}}/'\ndone\n\
         echo '{{\"done\": true, \"answers\": 2}}'\n"
    );
    assert_eq!(
        ask(&script, "").expect("it ends well"),
        [Answer::Odd, Answer::Odd, Answer::Silent]
    );
}

#[test]
fn a_program_that_hangs_floods_or_ends_badly_has_told_nothing() {
    let all = "cat > /dev/null\n";
    let (code, message) = fails(&format!("{HELLO}{all}sleep 600\n"), "deadline_seconds = 1");
    assert_eq!(
        (code.as_str(), message.contains("within 1 s")),
        ("plugin-silent", true),
        "{message}"
    );
    let (code, _) = fails("sleep 600\n", "hello_seconds = 1");
    assert_eq!(code, "plugin-silent");
    let (code, _) = fails(
        &format!("{HELLO}while :; do printf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done\n"),
        "",
    );
    assert_eq!(code, "plugin-flood");
    let (code, message) = fails(&format!("{HELLO}exit 1\n"), "");
    assert_eq!(
        (code.as_str(), message.contains("exit code 1")),
        ("plugin-ended", true),
        "{message}"
    );
    let (code, _) = fails(&format!("{HELLO}{all}"), "");
    assert_eq!(code, "plugin-ended", "it ended before it was done");
    let (code, message) = fails(&format!("{HELLO}{AVERAGE}").replace("exit }", "exit 3 }"), "");
    assert_eq!(
        (code.as_str(), message.contains("exit code 3")),
        ("plugin-ended", true),
        "{message}"
    );
}

#[test]
fn a_program_of_another_version_or_that_wants_more_is_not_asked() {
    let (code, _) = fails("read hello; echo '{\"firstbell\": 2}'; sleep 600\n", "");
    assert_eq!(code, "plugin-version");
    let (code, message) = fails(
        "read hello; echo '{\"firstbell\": 1, \"needs\": [\"student_id\"]}'; sleep 600\n",
        "",
    );
    assert_eq!(
        (code.as_str(), message.contains("asks for `student_id`")),
        ("plugin-asks-too-much", true),
        "{message}"
    );
}

#[test]
fn a_program_that_answers_nonsense_has_told_nothing() {
    for (answer, why) in [
        ("no", "no JSON object"),
        ("{\"value\": 1}", "of which `student` and `day`"),
        (
            "{\"student\": \"x\", \"day\": \"soon\", \"value\": 1}",
            "of which `student` and `day`",
        ),
        (
            "{\"student\": \"x\", \"day\": \"2026-11-20\", \"value\": 1}",
            "that it was not asked of",
        ),
        ("{\"done\": true}", "how many `answers`"),
        ("{\"done\": true, \"answers\": 3}", "gave 3 answers and gave 0"),
    ] {
        let (code, message) = fails(&format!("{HELLO}cat > /dev/null\necho '{answer}'\n"), "");
        assert_eq!(
            (code.as_str(), message.contains(why)),
            ("plugin-nonsense", true),
            "{answer}: {message}"
        );
    }
    let twice = format!(
        "{HELLO}{}",
        AVERAGE.replace("n++", "n++; print \"{\" student \", \" day \", \\\"value\\\": 1}\"")
    );
    let (code, message) = fails(&twice, "");
    assert_eq!(
        (code.as_str(), message.contains("answers twice")),
        ("plugin-nonsense", true),
        "{message}"
    );
    let on = format!("{HELLO}cat > /dev/null\necho '{{\"done\": true, \"answers\": 0}}'; echo '{{}}'\n");
    let (code, message) = fails(&on, "");
    assert_eq!(
        (code.as_str(), message.contains("goes on after `done`")),
        ("plugin-nonsense", true),
        "{message}"
    );
}

#[test]
fn a_program_that_does_not_listen_is_waited_for_until_its_deadline_and_no_longer() {
    let folder = tempfile::tempdir().expect("a folder");
    // What it starts in a group of its own holds its input open for ever.
    let script = format!("{HELLO}command -v setsid > /dev/null && setsid sleep 20 &\nsleep 600\n");
    let plugins = home(folder.path(), "indicator", &script, "deadline_seconds = 1");
    let teller = plugins.teller("lakeside").expect("at work");
    let asked: Vec<Asking> = (0..20_000).map(|number| asking(&number.to_string(), 20)).collect();
    let began = crate::clock::monotonic();
    let problem = teller.ask(&asked, |_| given(Some(1.0))).expect_err("it said nothing");
    assert_eq!(problem.code, "plugin-silent");
    assert!(
        (crate::clock::monotonic() - began).as_secs() < 15,
        "somebody waited for the pipe to be read"
    );
}

#[test]
fn a_whole_district_streams_both_ways_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!("{HELLO}{}", AVERAGE.replace("n++", "n++; fflush()"));
    let plugins = home(folder.path(), "indicator", &script, "");
    let teller = plugins.teller("lakeside").expect("at work");
    let asked: Vec<Asking> = (0..20_000).map(|number| asking(&number.to_string(), 20)).collect();
    let answers = teller.ask(&asked, |at| given(Some(at as f64))).expect("a good program");
    assert!(
        answers
            .iter()
            .enumerate()
            .all(|(at, answer)| *answer == Answer::Number(at as f64))
    );
}
