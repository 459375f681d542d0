//! Words that plugins bring: worked out beside the rule, missing where what they read is missing, remembered as exactly as any word.

use super::{known, measuring, night, rule};
use crate::monitor::Problem;
use crate::rules::load::build;
use crate::rules::{CaseFile, Judge, OutOfWork, PluginWord, RuleSet, SourceFile, Sources, Verdict};
use crate::school::{Meaning, Table, Tables};

fn word(name: &str, body: &str) -> PluginWord {
    PluginWord {
        name: name.to_owned(),
        path: format!("plugins/{name}/indicator.rhai"),
        text: format!("fn twice(x) {{ x * 2 }}\nfn indicator(student) {{ {body} }}\n"),
        reads: ["marks", "average", "streak", "absences", "tardies"]
            .map(str::to_owned)
            .to_vec(),
        program: false,
        unit: String::new(),
        about: String::new(),
        out_of_work: None,
    }
}

fn with(files: Vec<SourceFile>, words: Vec<PluginWord>) -> (RuleSet, Vec<Problem>) {
    build(
        &Sources {
            files,
            words,
            ..Sources::default()
        },
        &Meaning::default(),
        false,
    )
}

/// The verdict of a measure that reads the word `gap`.
fn says(gap: &str, measure: &str, pairs: &[(&str, f64)]) -> Verdict {
    let (set, problems) = with(vec![measuring(measure)], vec![word("gap", gap)]);
    assert!(problems.is_empty(), "{problems:?}");
    night(&set, &known(pairs)).remove(0).expect("a verdict")
}

#[test]
fn a_word_is_worked_out_beside_the_rule() {
    let pairs = [("marks", 4.0), ("streak", 3.0)];
    assert_eq!(
        says("student.marks + twice(student.streak)", "student.gap", &pairs).value(),
        Some(10.0)
    );
    assert_eq!(
        says("student.streak / 2", "student.gap + student.marks", &pairs).value(),
        Some(5.5)
    );
    // The rule's own function of the same name as the plugin's helper is another function.
    let (set, problems) = with(
        vec![rule(
            "rules/course/probe.rhai",
            "area: \"course\", status: \"shadow\", levels: #{ concern: 10 }",
            "fn twice(x) { x * 100 }\nfn measure(student, p) { twice(student.gap) }",
        )],
        vec![word("gap", "twice(student.marks)")],
    );
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(
        night(&set, &known(&pairs))
            .remove(0)
            .and_then(|verdict| verdict.value()),
        Some(800.0)
    );
}

#[test]
fn it_is_missing_where_what_it_read_is_and_nothing_hides_that() {
    let missing = Verdict::Unknown(vec!["gap".to_owned()]);
    for body in [
        "student.average",
        "student.average; 3",
        "let a = [student.average]; 3",
        "student.average + 1",
        "()",
    ] {
        assert_eq!(says(body, "student.gap; 3", &[("marks", 1.0)]), missing, "{body}");
    }
    assert_eq!(says("student.average", "student.gap.or(7)", &[]).value(), Some(7.0));
    assert_eq!(says("student.average.or(6)", "student.gap", &[]).value(), Some(6.0));
    let asked = "if student.has(\"gap\") { student.gap } else { 11 }";
    assert_eq!(says("student.average", asked, &[]).value(), Some(11.0));
    assert_eq!(says("student.average", asked, &[("average", 8.0)]).value(), Some(8.0));
    let own = "if student.has(\"average\") { student.average } else { 12 }";
    assert_eq!(says(own, "student.gap", &[]).value(), Some(12.0));
    // What the rule itself was handed before is not taken back with what the word was handed.
    let both = says("student.average", "student.streak; student.gap.or(7)", &[]);
    assert_eq!(both, Verdict::Unknown(vec!["streak".to_owned()]));
}

#[test]
fn a_least_value_of_it_decides_like_any_other() {
    let file = rule(
        "rules/course/probe.rhai",
        "area: \"course\", status: \"live\", needs: #{ gap: 3, marks: 2 }, levels: #{ concern: 1 }",
        "fn measure(student, p) { student.marks }",
    );
    let (set, problems) = with(vec![file], vec![word("gap", "student.average / 10")]);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(
        set.rules()[0].reads().holds(Table::Grades),
        "what the word reads, the rule reads"
    );
    let says = |pairs: &[(&str, f64)]| night(&set, &known(pairs)).remove(0).expect("a verdict");
    assert_eq!(says(&[("average", 29.0), ("marks", 5.0)]).word(), "not_applicable");
    assert_eq!(
        says(&[("average", 29.0)]).word(),
        "not_applicable",
        "one below its least decides before a missing one"
    );
    assert_eq!(says(&[("marks", 1.0)]).word(), "not_applicable");
    assert_eq!(says(&[("marks", 5.0)]), Verdict::Unknown(vec!["gap".to_owned()]));
    assert_eq!(says(&[("average", 30.0), ("marks", 5.0)]).word(), "concern");
}

#[test]
fn remembered_answers_are_the_answers() {
    let (set, _) = with(
        vec![measuring(
            "if student.gap > 5 { student.gap + student.streak.or(1) } else { student.other }",
        )],
        vec![word("gap", "student.absences"), word("other", "student.average / 10")],
    );
    let mut judge = Judge::new(&set);
    let mut out = Vec::new();
    for round in 0..2 {
        for absences in 0..12 {
            for rest in [None, Some(0.0), Some(7.5)] {
                let mut pairs = vec![("absences", f64::from(absences))];
                pairs.extend(rest.map(|value| ("streak", value)));
                pairs.extend(rest.map(|value| ("average", value)));
                let numbers = known(&pairs);
                let case = CaseFile {
                    numbers: &numbers,
                    school_id: "1044",
                    grade: None,
                    held: Tables::NONE,
                };
                judge.night(&case, &mut out);
                let expected = match (absences > 5, rest) {
                    (true, rest) => Some(f64::from(absences) + rest.unwrap_or(1.0)),
                    (false, rest) => rest.map(|value| value / 10.0),
                };
                let came = out[0].as_ref().and_then(Verdict::value);
                assert_eq!(came, expected, "round {round}, {absences}, {rest:?}");
            }
        }
    }
    assert!(judge.problems().is_empty(), "{:?}", judge.problems());
}

#[test]
fn a_script_that_fails_makes_the_word_missing_and_is_told_with_its_line() {
    let (set, _) = with(
        vec![measuring("student.gap")],
        vec![word("gap", "\n    \"text\" - student.marks")],
    );
    let mut judge = Judge::new(&set);
    let numbers = known(&[("marks", 1.0)]);
    let case = CaseFile {
        numbers: &numbers,
        school_id: "1044",
        grade: None,
        held: Tables::NONE,
    };
    let mut out = Vec::new();
    judge.night(&case, &mut out);
    assert_eq!(out[0], Some(Verdict::Unknown(vec!["gap".to_owned()])));
    let told = judge.problems().remove(0).to_string();
    assert!(
        told.contains("the plugin's word `gap` fails (plugins/gap/indicator.rhai:3)"),
        "{told}"
    );
    // Without an end it is not run for every student of the night: the rule is out for tonight.
    let (set, _) = with(vec![measuring("student.gap")], vec![word("gap", "loop { }")]);
    let mut judge = Judge::new(&set);
    judge.night(&case, &mut out);
    assert!(matches!(&out[0], Some(Verdict::Unknown(_))));
    assert_eq!(judge.problems()[0].code, "rule-without-end");
}

#[test]
fn a_script_that_gives_no_number_makes_the_word_missing() {
    for body in [
        "\"high\"",
        "true",
        "[1]",
        "#{ value: 1 }",
        "1e308 * 10.0",
        "student.marks / 0",
    ] {
        let (set, _) = with(vec![measuring("student.gap; 1")], vec![word("gap", body)]);
        let mut judge = Judge::new(&set);
        let numbers = known(&[("marks", 1.0)]);
        let case = CaseFile {
            numbers: &numbers,
            school_id: "1044",
            grade: None,
            held: Tables::NONE,
        };
        let mut out = Vec::new();
        judge.night(&case, &mut out);
        assert_eq!(out[0], Some(Verdict::Unknown(vec!["gap".to_owned()])), "{body}");
        assert!(
            judge.problems()[0]
                .to_string()
                .contains("the plugin's word `gap` fails"),
            "{body}"
        );
    }
}

#[test]
fn a_rule_is_told_of_slips_and_of_words_that_are_out_of_work() {
    let told = |body: &str, words: Vec<PluginWord>| {
        let (set, problems) = with(vec![measuring(body)], words);
        assert!(set.rules().is_empty(), "{body}");
        problems[0].to_string()
    };
    let gap = || vec![word("assignment_gap", "1")];
    assert!(told("student.asignment_gap", gap()).contains("did you mean `assignment_gap`?"));
    assert!(told("student.assignment_gap(last(20))", gap()).contains("`assignment_gap` takes nothing in brackets"));
    assert!(told("assignment_gap(student)", gap()).contains("is asked of the student"));
    let out = |by_district: bool| {
        let out_of_work = Some(OutOfWork {
            why: "is switched off".to_owned(),
            by_district,
        });
        vec![PluginWord {
            out_of_work,
            ..word("assignment_gap", "1")
        }]
    };
    let off = told("student.assignment_gap", out(true));
    assert!(
        off.contains("the plugin of the word `assignment_gap` is switched off")
            && off.contains("`firstbell plugins enable assignment-gap`")
            && off.contains("[rule-word-out-of-work]"),
        "{off}"
    );
    let own = rule(
        "rules/course/probe.rhai",
        "area: \"course\", status: \"live\", levels: #{ concern: 1 }",
        "fn assignment_gap(x) { x }\nfn measure(student, p) { 1 }",
    );
    let (_, problems) = with(vec![own], gap());
    assert!(
        problems[0].message.contains("`assignment_gap` is the word of a plugin"),
        "{}",
        problems[0]
    );
}

/// The word of a program of a version, handed the average.
fn told(version: &str) -> PluginWord {
    PluginWord {
        path: "plugins/gap/plugin.toml".to_owned(),
        text: version.to_owned(),
        reads: vec!["average".to_owned(), "absences(last(20))".to_owned()],
        program: true,
        ..word("gap", "")
    }
}

/// A student of whom the program of version `v1` told 4.
struct Told;

impl crate::indicators::Numbers for Told {
    fn ask(&self, _: &crate::indicators::Ask) -> crate::indicators::Value {
        crate::indicators::Value::Count(2)
    }

    fn told(&self, word: &str, version: &str) -> crate::indicators::Value {
        match (word, version) {
            ("gap", "v1") => crate::indicators::Value::Number(4.0),
            _ => crate::indicators::Value::Missing,
        }
    }
}

#[test]
fn a_programs_word_is_what_that_version_told_and_else_missing() {
    let says = |measure: &str, version: &str| {
        let (set, problems) = with(vec![measuring(measure)], vec![told(version)]);
        assert!(problems.is_empty(), "{problems:?}");
        assert!(set.rules()[0].reads().holds(Table::Grades) && set.rules()[0].reads_attendance());
        let mut out = Vec::new();
        let case = CaseFile {
            numbers: &Told,
            school_id: "1044",
            grade: None,
            held: Tables::NONE,
        };
        let mut judge = Judge::new(&set);
        judge.night(&case, &mut out);
        judge.night(&case, &mut out);
        assert!(judge.problems().is_empty(), "{:?}", judge.problems());
        out.remove(0).expect("a verdict")
    };
    assert_eq!(says("student.gap * student.marks", "v1").value(), Some(8.0));
    let missing = Verdict::Unknown(vec!["gap".to_owned()]);
    assert_eq!(says("student.gap; 1", "v2"), missing, "another version told nothing");
    assert_eq!(says("student.gap.or(7)", "v2").value(), Some(7.0));
    let asked = "if student.has(\"gap\") { student.gap } else { 9 }";
    assert_eq!(says(asked, "v1").value(), Some(4.0));
    assert_eq!(says(asked, "v2").value(), Some(9.0));
    let (set, _) = with(vec![measuring("student.gap")], vec![told("v1")]);
    let (other, _) = with(vec![measuring("student.gap")], vec![told("v2")]);
    assert_ne!(
        set.rules()[0].digest("1044"),
        other.rules()[0].digest("1044"),
        "another program is another rule"
    );
}

#[test]
fn a_trial_gives_what_a_program_would_tell() {
    let trial = "[[case]]\nname = \"high\"\nwords = { gap = 12 }\nexpect = \"concern\"\nbecause = \"measured 12\"\n\
                 [[case]]\nname = \"edge\"\nwords = { gap = 10.0 }\nexpect = \"concern\"\n\
                 [[case]]\nname = \"low\"\nwords = { gap = 1.5 }\nexpect = \"clear\"\n\
                 [[case]]\nname = \"nothing told\"\nexpect = \"unknown\"\n";
    let file = |trial: &str| {
        let rule = rule(
            "rules/course/probe.rhai",
            "area: \"course\", status: \"live\", levels: #{ concern: 10 }",
            "fn measure(student, p) { student.gap }\nfn because(student, p) { `measured ${student.gap}` }",
        );
        let trial = SourceFile::new("rules/course/probe.test.toml", trial);
        let sources = Sources {
            files: vec![rule, trial],
            words: vec![told("v1")],
            ..Sources::default()
        };
        build(&sources, &Meaning::default(), true)
    };
    let (set, problems) = file(trial);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(set.rules().len(), 1);
    let (_, problems) = file(&trial.replace("gap = 12", "absences = 12"));
    assert!(
        problems[0]
            .message
            .contains("`words` names `absences`, which no program gives this rule"),
        "{problems:?}"
    );
}

#[test]
fn a_changed_script_is_a_changed_rule_and_an_old_version_judges_by_the_old_one() {
    let files = || vec![measuring("student.gap")];
    let (old, _) = with(files(), vec![word("gap", "student.marks")]);
    let (same, _) = with(files(), vec![word("gap", "student.marks /* said otherwise */")]);
    let (new, _) = with(files(), vec![word("gap", "student.marks * 2")]);
    let digest = |set: &RuleSet| set.rules()[0].digest("1044").to_owned();
    assert_ne!(digest(&old), digest(&new));
    assert_eq!(digest(&old), digest(&same), "a remark changes nothing");
    let kept = serde_json::to_string(old.rules()[0].version()).expect("kept");
    let version = serde_json::from_str(&kept).expect("read back");
    let numbers = known(&[("marks", 4.0)]);
    let value = |set: &RuleSet| night(set, &numbers).remove(0).and_then(|verdict| verdict.value());
    assert_eq!(value(&new), Some(8.0));
    assert_eq!(
        value(&RuleSet::from_version(&version).expect("it can be judged")),
        Some(4.0)
    );
    assert_eq!(value(&new.with_version(&version).expect("it can be judged")), Some(4.0));
}
