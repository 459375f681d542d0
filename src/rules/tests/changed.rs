//! `district.toml`, digests, kept versions, trials as a gate, and the workshop's new rule.

use super::{known, loaded, night, rule};
use crate::rules::{RuleSet, SourceFile, Sources, Status, load, trial, workshop};
use crate::school::{AttendanceMeaning, Level, Meaning};

const CARD: &str = "area: \"attendance\", status: \"live\", levels: #{ watch: 8.0, concern: 10.0, urgent: 20.0 }, \
                    clear: #{ margin: 1.0, days: 5 }, params: #{ days: 20 }";
const MEASURE: &str = "fn measure(student, p) { student.absences(last(p.days)) }";

fn with(district: &str) -> (RuleSet, Vec<crate::monitor::Problem>) {
    loaded(vec![
        rule("rules/attendance/probe.rhai", CARD, MEASURE),
        SourceFile::new("rules/district.toml", district),
    ])
}

#[test]
fn changes_lie_over_the_card_key_by_key_and_school_over_district() {
    let (set, problems) = with(
        "[probe]\nlevels = { urgent = 15, watch = false }\nparams = { days = 30 }\nclear = { days = 3 }\n\
         [probe.schools.1044]\nstatus = \"shadow\"\nlevels = { urgent = false }\n",
    );
    assert!(problems.is_empty(), "{problems:?}");
    let rule = set.rule("probe").unwrap();
    let everywhere = rule.card("2000");
    assert_eq!(
        everywhere.edges.levels.keys().copied().collect::<Vec<_>>(),
        [Level::Concern, Level::Urgent]
    );
    assert_eq!(everywhere.edges.levels[&Level::Urgent], 15.0);
    assert_eq!((everywhere.edges.margin, everywhere.edges.clear_days), (1.0, 3));
    let here = rule.card("1044");
    assert_eq!((here.status, here.edges.levels.len()), (Status::Shadow, 1));
    assert_eq!(
        night(&set, &known(&[("absences(last(30))", 16.0)]))[0]
            .as_ref()
            .unwrap()
            .word(),
        "concern"
    );
}

#[test]
fn mistakes_in_the_changes_are_placed_and_explained() {
    for (text, code, words) in [
        (
            "[prob]\nstatus = \"draft\"\n",
            "rule-change-unknown",
            "did you mean `probe`?",
        ),
        (
            "[probe]\nstatsu = \"draft\"\n",
            "rule-change-wrong",
            "did you mean `status`?",
        ),
        (
            "[probe.school.1044]\nstatus = \"draft\"\n",
            "rule-change-wrong",
            "did you mean `schools`?",
        ),
        (
            "[probe]\nstatus = \"lives\"\n",
            "rule-card-wrong",
            "did you mean `live`?",
        ),
        (
            "[probe]\nlevels = { urgent = 9 }\n",
            "rule-levels-order",
            "must lie above the edge of `concern`",
        ),
        ("[probe]\narea = \"course\"\n", "rule-change-wrong", "cannot be changed"),
        ("[probe\n", "district-toml-unreadable", "mend this line"),
        ("status = \"draft\"\n", "rule-change-wrong", "outside of a rule's table"),
    ] {
        let (_, problems) = with(text);
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        let shown = problems[0].to_string();
        assert_eq!(problems[0].code, code, "{shown}");
        assert!(
            shown.contains(words) && shown.contains("rules/district.toml:"),
            "{shown}"
        );
    }
}

fn digest(card: &str, functions: &str, meaning: &Meaning) -> String {
    let files = vec![rule("rules/attendance/probe.rhai", card, functions)];
    let (set, problems) = super::super::load::build(
        &Sources {
            files,
            ..Sources::default()
        },
        meaning,
        false,
    );
    assert!(problems.is_empty(), "{problems:?}");
    set.rules()[0].digest("1").to_owned()
}

#[test]
fn a_digest_changes_with_what_decides_and_with_nothing_else() {
    let usual = Meaning::default();
    let first = digest(CARD, MEASURE, &usual);
    let same = [
        (
            CARD,
            "// a comment\nfn measure(student,p)\n{ student . absences( last(p.days) ) /* more */ }",
        ),
        (
            CARD,
            "fn measure(student, p) { student.absences(last(p.days)) } fn because(student, p) { \"so\" }",
        ),
        (
            CARD,
            "fn unused(x) { x } fn measure(student, p) { student.absences(last(p.days)) }",
        ),
    ];
    for (card, functions) in same {
        assert_eq!(digest(card, functions, &usual), first, "{functions}");
    }
    assert_eq!(digest(&CARD.replace("live", "shadow"), MEASURE, &usual), first);
    let other = [
        (
            CARD.to_owned(),
            "fn measure(student, p) { student.absences(last(p.days)) + 0 }",
        ),
        (CARD.replace("20.0", "21.0"), MEASURE),
        (CARD.replace("days: 20", "days: 21"), MEASURE),
        (CARD.replace("margin: 1.0", "margin: 2.0"), MEASURE),
    ];
    for (card, functions) in other {
        assert_ne!(digest(&card, functions, &usual), first, "{card} {functions}");
    }
    let codes = Meaning {
        attendance: AttendanceMeaning {
            unverified_days: 9,
            ..AttendanceMeaning::default()
        },
        ..Meaning::default()
    };
    assert_ne!(digest(CARD, MEASURE, &codes), first);
    let grades = "fn measure(student, p) { student.failing }";
    assert_eq!(digest(CARD, grades, &codes), digest(CARD, grades, &usual));
}

#[test]
fn a_helper_is_part_of_the_digest_where_it_decides() {
    let build = |lib: &str, body: &str| {
        let (set, problems) = loaded(vec![
            rule("rules/attendance/probe.rhai", CARD, body),
            SourceFile::new("rules/lib/more.rhai", lib),
        ]);
        assert!(problems.is_empty(), "{problems:?}");
        set.rules()[0].digest("1").to_owned()
    };
    let judging = "fn measure(student, p) { twice(student.streak) }";
    let saying = "fn measure(student, p) { student.streak } fn because(student, p) { `${twice(student.streak)}` }";
    assert_ne!(
        build("fn twice(x) { x * 2 }", judging),
        build("fn twice(x) { x + x }", judging)
    );
    assert_eq!(
        build("fn twice(x) { x * 2 }", saying),
        build("fn twice(x) { x + x }", saying)
    );
}

#[test]
fn a_kept_version_judges_again_as_it_did() {
    let (old, _) = with("[probe]\nlevels = { urgent = 15 }\n");
    let kept = serde_json::to_string(old.rules()[0].version()).unwrap();
    let version = serde_json::from_str(&kept).unwrap();
    let again = RuleSet::from_version(&version).unwrap();
    assert_eq!(again.rules()[0].digest("1"), old.rules()[0].digest("1"));
    let numbers = known(&[("absences(last(20))", 16.0)]);
    assert_eq!(night(&again, &numbers), night(&old, &numbers));
    let (new, _) = with("");
    let both = new.with_version(&version).unwrap();
    assert_eq!(night(&new, &numbers)[0].as_ref().unwrap().word(), "concern");
    assert_eq!(night(&both, &numbers)[0].as_ref().unwrap().word(), "urgent");
}

#[test]
fn a_kept_version_that_asks_is_judged_among_the_others() {
    let peer = |edge: u32| {
        let card = format!("area: \"course\", status: \"live\", levels: #{{ concern: {edge} }}");
        rule(
            "rules/course/peer.rhai",
            &card,
            "fn measure(student, p) { student.failing }",
        )
    };
    let asker = |edge: u32| {
        let card = format!("area: \"combined\", status: \"live\", levels: #{{ concern: {edge} }}");
        rule(
            "rules/combined/asker.rhai",
            &card,
            "fn measure(student, p) { student.areas_at(\"concern\") }",
        )
    };
    let (old, _) = loaded(vec![peer(5), asker(1)]);
    let (new, _) = loaded(vec![peer(1), asker(2)]);
    let numbers = known(&[("failing", 1.0)]);
    let words = |set: &RuleSet| -> Vec<&'static str> {
        night(set, &numbers)
            .iter()
            .flatten()
            .map(|verdict| verdict.word())
            .collect()
    };
    assert_eq!(words(&old), ["clear", "clear"]);
    assert_eq!(words(&new), ["concern", "clear"]);
    let version = old.rule("asker").unwrap().version();
    let both = new.with_version(version).unwrap();
    let ids: Vec<&str> = both.rules().iter().map(|rule| rule.id()).collect();
    assert_eq!(ids, ["peer", "asker"]);
    assert_eq!(words(&both), ["concern", "concern"]);
    assert_eq!(both.rule("asker").unwrap().reads(), new.rule("asker").unwrap().reads());
}

#[test]
fn a_live_rule_without_a_trial_that_holds_is_not_put_to_work() {
    let (text, cases) = workshop::template("late_work", "attendance").unwrap();
    let at_work = |text: &str, cases: Option<&str>| {
        let mut files = vec![SourceFile::new("rules/attendance/late_work.rhai", text)];
        files.extend(cases.map(|cases| SourceFile::new("rules/attendance/late_work.test.toml", cases)));
        let (set, mut problems) = load(
            &Sources {
                files,
                ..Sources::default()
            },
            &Meaning::default(),
        );
        assert_eq!(set.rules().is_empty(), !problems.is_empty());
        problems
            .pop()
            .map(|problem| (problem.code.clone(), problem.to_string()))
    };
    assert_eq!(at_work(&text, Some(&cases)), None);
    assert_eq!(at_work(&text, None), None);
    let live = text.replace("\"draft\"", "\"live\"");
    assert_eq!(at_work(&live, Some(&cases)), None);
    assert!(at_work(&live, None).is_some_and(|(code, _)| code == "rule-without-trial"));
    let lying = cases.replace("expect = \"clear\"", "expect = \"watch\"");
    let (code, shown) = at_work(&text, Some(&lying)).unwrap();
    assert_eq!(code, "rule-trial-failed");
    assert!(
        shown.contains("expected `watch`, and it says `clear` (measured 2)"),
        "{shown}"
    );
    let wordy = cases.replace("absent 5 of the last 20", "absent 6 of the last 20");
    assert!(at_work(&text, Some(&wordy)).is_some_and(|(_, shown)| shown.contains("it says `absent 5 of")));
    let thin = cases.split("[[case]]\nname = \"without").next().unwrap();
    assert!(at_work(&live, Some(thin)).is_some_and(|(_, shown)| shown.contains("with missing data")));
    let typo = cases.replace("expect = \"clear\"", "expct = \"clear\"");
    assert!(at_work(&text, Some(&typo)).is_some_and(|(code, _)| code == "rule-trial-wrong"));
}

#[test]
fn a_new_rules_trial_is_one_to_learn_from() {
    let (text, cases) = workshop::template("late_work", "attendance").unwrap();
    let sources = Sources {
        files: vec![
            SourceFile::new("rules/attendance/late_work.rhai", text),
            SourceFile::new("rules/attendance/late_work.test.toml", cases),
        ],
        ..Sources::default()
    };
    let depth = workshop::Depth {
        coverage: true,
        mutate: true,
    };
    let tested = workshop::test(&sources, &Meaning::default(), &[], depth).pop().unwrap();
    assert!(tested.holds() && tested.lacking.is_empty(), "{:?}", tested.cases);
    assert_eq!(tested.covered.map(|covered| covered.untouched), Some(Vec::new()));
    assert_eq!(tested.mutated.map(|mutated| mutated.unnoticed), Some(Vec::new()));
}

#[test]
fn the_workshop_lists_shows_and_tests() {
    let sources = Sources::built_in();
    let (set, _) = load(&sources, &Meaning::default());
    assert_eq!(workshop::list(&set).len(), 16);
    assert!(
        workshop::show(&set, &sources, "chronic_absense")
            .unwrap_err()
            .contains("did you mean `chronic_absence`?")
    );
    let shown = workshop::show(&set, &sources, "chronic_absence").unwrap();
    assert_eq!(shown.title, "Chronic absence");
    assert_eq!(shown.acts, "attendance liaison, then counselor");
    let tested = workshop::test(
        &sources,
        &Meaning::default(),
        &["tardies".to_owned()],
        workshop::Depth::default(),
    );
    assert!(tested.len() == 1 && tested[0].holds() && tested[0].lacking.is_empty());
    assert!(trial::parse(&SourceFile::new("rules/x.test.toml", "")).is_err());
}
