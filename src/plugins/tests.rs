//! Manifests that are right, wrong, and ahead of this program; and the sample district that nobody of us wrote.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{Kind, Plugins, Runtime, Standing, load, schema, skeleton, trial};
use crate::monitor::Problem;
use crate::records::{Adapter, Context, Intake, columns, read};
use crate::school::{Day, Meaning, SchoolYear, Table};

fn from_text(id: &str, text: &str) -> (Vec<Adapter>, Vec<Problem>) {
    load([(format!("plugins/{id}/plugin.toml"), text.to_owned())])
}

fn problem(text: &str) -> String {
    let (adapters, problems) = from_text("mine", text);
    assert!(!adapters.iter().any(|adapter| adapter.id == "mine"), "it is set aside");
    assert_eq!(adapters.len(), load([]).0.len(), "the others are at work");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const HEAD: &str = "id = \"mine\"\nkind = \"source\"\napi = 1\nruntime = \"declarative\"\n";

#[test]
fn what_ships_is_sound() {
    let (adapters, problems) = load([]);
    assert!(problems.is_empty(), "{problems:?}");
    let ids: Vec<_> = adapters.iter().map(|adapter| adapter.id.as_str()).collect();
    for shipped in ["aspen", "canonical", "edfi", "oneroster", "sds"] {
        assert!(ids.contains(&shipped), "{shipped}");
    }
    let canonical = adapters
        .iter()
        .find(|adapter| adapter.id == "canonical")
        .expect("there");
    assert_eq!(canonical.tables.len(), Table::ALL.len());
    for table in Table::ALL {
        let map = &canonical.tables[&table];
        for (made, column) in map.columns.iter().zip(columns(table)) {
            assert_eq!(
                (made.from.as_slice(), made.required),
                (&[column.name.to_owned()][..], column.required)
            );
        }
        assert!(
            canonical.feeds.iter().any(|feed| feed.tables == [table]),
            "{table} has a feed"
        );
    }
    for adapter in adapters
        .iter()
        .filter(|adapter| ["aspen", "edfi"].contains(&adapter.id.as_str()))
    {
        assert!(!adapter.sections.is_empty(), "{}", adapter.id);
    }
}

#[test]
fn the_districts_plugin_wins_over_one_that_ships() {
    let text = HEAD.replace("mine", "edfi") + "title = \"ours\"\n[tables]\nschools = \"canonical\"\n";
    let (adapters, problems) = from_text("edfi", &text);
    assert!(problems.is_empty(), "{problems:?}");
    let edfi = adapters.iter().find(|adapter| adapter.id == "edfi").expect("there");
    assert_eq!((edfi.title.as_str(), edfi.tables.len()), ("ours", 1));
}

#[test]
fn a_typing_error_is_shown_where_it_stands() {
    assert_eq!(
        problem(&format!(
            "{HEAD}\n[tables.attendance]\nstudent_id = \"ID\"\nschool_id = \"S\"\ndate = \"D\"\ncode = \"C\"\nporton = \"P\"\n"
        )),
        "plugins/mine/plugin.toml:11:1: `attendance` has no column `porton`: did you mean `portion` — name a canonical column \
         [plugin-manifest]\nporton = \"P\"\n^^^^^^"
    );
    assert_eq!(
        problem(&HEAD.replace("runtime", "runtme")),
        "plugins/mine/plugin.toml:4:1: unknown field `runtme`: did you mean `runtime` — mend plugin.toml; until then the plugin is set \
         aside [plugin-manifest]\nruntme = \"declarative\"\n^^^^^^"
    );
    let missing = problem(&format!("{HEAD}\n[tables.schools]\nschool_id = \"S\"\n"));
    assert!(
        missing.contains("`schools` says nothing of the column `name`, which is needed"),
        "{missing}"
    );
    let key = problem(&format!(
        "{HEAD}\n[tables.schools]\nname = \"N\"\nschool_id = {{ form = \"S\" }}\n"
    ));
    assert!(
        key.contains("plugin.toml:8:1") && key.contains("did you mean `from`"),
        "{key}"
    );
    let table = problem(&format!("{HEAD}\n[tables.atendance]\nx = \"y\"\n"));
    assert!(
        table.contains("`atendance` is not a table: did you mean `attendance`"),
        "{table}"
    );
    let feed = problem(&format!(
        "{HEAD}\n[[feed]]\ntable = \"grades\"\nfiles = \"g*.csv\"\ncovers = \"term\"\n"
    ));
    assert!(feed.contains("there is no [tables.grades]"), "{feed}");
    let sections = problem(&format!("{HEAD}sections = \"[mail]\\nfrom = 1\"\n"));
    assert!(sections.contains("an adapter brings no section `mail`"), "{sections}");
}

#[test]
fn keys_of_columns_and_tables_are_checked() {
    let wrong = |column: &str| {
        problem(&format!(
            "{HEAD}\n[tables.schools]\nschool_id = \"S\"\nname = {column}\n"
        ))
    };
    let told = wrong("{ from = \"N\", cut = \",\" }");
    assert!(
        told.contains("plugin.toml:8:1") && told.contains("`cut` and `piece` belong together"),
        "{told}"
    );
    let told = wrong("{ from = \"N\", cut = \",\", piece = 0 }");
    assert!(told.contains("`piece` is a number from 1"), "{told}");
    let told = wrong("{ from = \"N\", between = \"/\" }");
    assert!(told.contains("`between` stands beside `join`"), "{told}");
    let told = wrong("{ from = \"N\", before = \"\" }");
    assert!(told.contains("need at least one letter"), "{told}");
    let told = wrong("{ jion = \"N\" }");
    assert!(told.contains("did you mean `join`"), "{told}");
    let told = problem(&format!(
        "{HEAD}\n[tables.schools]\nschool_id = \"S\"\nname = \"N\"\nonly = \"x\"\n"
    ));
    assert!(
        told.contains("plugin.toml:9:1") && told.contains("`only` is a table of headers"),
        "{told}"
    );
    let told = problem(&format!(
        "{HEAD}\n[tables.schools]\nschool_id = \"S\"\nname = \"N\"\nheader = 3\n"
    ));
    assert!(
        told.contains("plugin.toml:9:1") && told.contains("a text or a list of texts"),
        "{told}"
    );
}

/// Reads a sample of our own that lies beside an adapter, as the adapter's own feed would.
fn own_sample(id: &str, file: &str) -> Intake {
    let path = format!("plugins/{id}/samples/{file}");
    let bytes = crate::embedded::FILES
        .iter()
        .find(|(name, _)| *name == path)
        .expect("it ships")
        .1;
    let (adapters, _) = load([]);
    let adapter = adapters.iter().find(|adapter| adapter.id == id).expect("it ships");
    let taken = |glob: &String| wildmatch::WildMatch::new_case_insensitive(glob).matches(file);
    let feed = adapter
        .feeds
        .iter()
        .find(|feed| feed.files.iter().any(taken))
        .expect("a feed takes it");
    let meaning = Meaning::default();
    let context = Context {
        year: SchoolYear {
            start: Day::from_ymd(2026, 8, 17).expect("a day"),
            end: Day::from_ymd(2027, 6, 11).expect("a day"),
        },
        meaning: &meaning,
        threads: 1,
    };
    read(&mut std::io::Cursor::new(bytes), file, feed, adapter, &context)
}

/// Reads the samples beside an adapter whose files belong together, as its feed would.
fn own_bundle(id: &str) -> crate::records::BundleIntake {
    let folder = format!("plugins/{id}/samples/");
    let parts = crate::embedded::FILES.iter().filter_map(|(name, bytes)| {
        Some(crate::records::Part {
            name: name.strip_prefix(&folder)?.to_owned(),
            bytes: bytes.to_vec(),
        })
    });
    let (adapters, _) = load([]);
    let adapter = adapters.iter().find(|adapter| adapter.id == id).expect("it ships");
    let meaning = Meaning::default();
    let context = Context {
        year: SchoolYear {
            start: Day::from_ymd(2026, 8, 17).expect("a day"),
            end: Day::from_ymd(2027, 6, 11).expect("a day"),
        },
        meaning: &meaning,
        threads: 1,
    };
    let mut parts: Vec<crate::records::Part> = parts.collect();
    crate::records::read_bundle(
        "",
        &mut parts,
        &mut Vec::<crate::records::Part>::new(),
        &adapter.feeds[0],
        adapter,
        &context,
    )
}

#[test]
fn the_samples_beside_sds_are_read_whole() {
    let bundle = own_bundle("sds");
    let codes: Vec<_> = bundle.problems.iter().map(|problem| problem.code.as_ref()).collect();
    assert_eq!((bundle.usable, codes), (true, vec!["lunch-refused"]));
    let of = |table: Table| -> Vec<&Intake> {
        let tables = bundle.tables.iter().filter(|(_, intake)| intake.tables == [table]);
        tables.map(|(_, intake)| intake).collect()
    };
    let students = of(Table::Students)[0];
    let homes: Vec<_> = students
        .students
        .iter()
        .map(|row| {
            let home = row.stay.as_ref().expect("a school").school_id.as_str();
            (row.student_id.as_str(), home, row.programs.join(";"))
        })
        .collect();
    let expected = [("7001", "S10", "iep".to_owned()), ("7002", "S20", String::new())];
    assert_eq!(homes, expected, "of several schools the first is home");
    let staff: Vec<_> = of(Table::Staff)[0]
        .staff
        .iter()
        .map(|one| (one.name.as_str(), one.roles.join(";"), one.schools.join(";")))
        .collect();
    assert_eq!(
        staff,
        [
            ("Ada Lindqvist", "teacher".to_owned(), "S20".to_owned()),
            ("Ben Achebe", "counselor".to_owned(), "S10;S20".to_owned()),
        ]
    );
    assert_eq!(of(Table::Schools)[0].school_rows.len(), 2, "the district is no school");
    let exits: Vec<_> = of(Table::Enrollments)[0]
        .enrollments
        .iter()
        .map(|row| row.stay.exit)
        .collect();
    assert_eq!(exits, [Day::from_ymd(2027, 6, 11), None]);
    assert_eq!(of(Table::Terms)[0].term_rows.len(), 2);
    assert_eq!(of(Table::Courses)[0].courses[0].subject, "Algebra I");
    assert_eq!(of(Table::Groups)[0].groups.len(), 1);
}

#[test]
fn the_samples_beside_edfi_are_read_whole() {
    let read = |file: &str| {
        let intake = own_sample("edfi", file);
        assert!(intake.usable && intake.rejected == 0, "{file}: {:?}", intake.problems);
        intake
    };
    let days = read("student_school_attendance_events.csv").attendance;
    assert_eq!(
        days.codes.iter().collect::<Vec<_>>(),
        ["Unexcused Absence", "Excused Absence"]
    );
    let classes = read("student_section_attendance_tardy.csv").attendance;
    assert_eq!(classes.codes.iter().collect::<Vec<_>>(), ["Tardy"]);
    let periods: Vec<_> = classes.periods.iter().filter(|period| !period.is_empty()).collect();
    assert_eq!(periods, ["100-03-ALG", "100-01-ENG"]);
    assert_eq!(read("student_school_associations.csv").enrollments.len(), 2);
    assert_eq!(read("students.csv").people.len(), 2);
    assert_eq!(read("discipline_actions.csv").incidents[0].action_days, Some(2000));
}

#[test]
fn the_samples_beside_aspen_are_read_whole() {
    let students = own_sample("aspen", "students_export.csv");
    assert!(
        students.usable && students.problems.is_empty(),
        "{:?}",
        students.problems
    );
    let people: Vec<_> = students
        .people
        .iter()
        .map(|one| (one.student_id.as_str(), one.last_name.as_str(), one.first_name.as_str()))
        .collect();
    assert_eq!(people, [("501", "Marsh \"Em\"", "Emil"), ("502", "Ito", "Noa")]);
    assert_eq!(students.students[0].programs, ["504", "iep"]);
    assert_eq!(
        students.students[1].stay.as_ref().and_then(|stay| stay.grade),
        Some(crate::school::Grade(0))
    );
    let caseload: Vec<_> = students
        .caseload
        .iter()
        .map(|row| (row.student_id.as_str(), row.staff_id.as_str()))
        .collect();
    assert_eq!(caseload, [("501", "REYES, A")]);
    assert_eq!(students.tallies.0["other-rows"].count, 1, "who has left");
    let attendance = own_sample("aspen", "attendance_export.csv");
    let codes: Vec<_> = attendance.attendance.codes.iter().collect();
    assert_eq!(codes, ["A", "A-E", "T-E", "D", "no flag", "1/1/0/0"]);
    let grades = own_sample("aspen", "student_section_grade_export.csv");
    let marks: Vec<_> = grades
        .marks
        .rows
        .iter()
        .map(|row| grades.marks.texts.names.name(row.text))
        .collect();
    assert_eq!(marks, ["91.4 A-", "B"]);
    let behavior = own_sample("aspen", "behavior_export.csv");
    assert_eq!(behavior.incidents[0].incident_id, "501/2026-09-14/10:30:00/Fighting");
    assert_eq!(behavior.incidents.len(), 1);
}

#[test]
fn what_no_runtime_runs_says_so() {
    for (kind, runtime) in [
        ("indicator", "declarative"),
        ("letters", "exec"),
        ("channel", "rhai"),
        ("letters", "rhai"),
    ] {
        let told = problem(&HEAD.replace("source", kind).replace("declarative", runtime));
        assert!(
            told.contains("[plugin-not-run]") && told.contains(&format!("`{kind}`")),
            "{told}"
        );
    }
    assert!(problem(&HEAD.replace("api = 1", "api = 2")).contains("[plugin-api]"));
    let (_, problems) = from_text("other", HEAD);
    assert_eq!(problems[0].code, "plugin-id-not-folder");
}

fn folder(id: &str, files: &[(&str, &str)]) -> Plugins {
    let files = files
        .iter()
        .map(|(name, text)| (format!("plugins/{id}/{name}"), (*text).to_owned()));
    super::read(&files.collect(), None)
}

/// What sets a plugin of these files aside.
fn aside(id: &str, files: &[(&str, &str)]) -> String {
    match &folder(id, files).get(id).expect("it is there").standing {
        Standing::SetAside(problem) => problem.to_string(),
        other => panic!("it is {other:?}"),
    }
}

const GAP: &str =
    "id = \"gap\"\nkind = \"indicator\"\napi = 1\nruntime = \"rhai\"\nprovides = [\"gap\"]\nreads = [\"marks\"]\n";

#[test]
fn an_indicator_reads_what_it_declares_and_nothing_else() {
    let with = |script: &str| aside("gap", &[("plugin.toml", GAP), ("indicator.rhai", script)]);
    let told = with("fn indicator(student) {\n    student.average\n}\n");
    assert!(
        told.starts_with(
            "plugins/gap/indicator.rhai:2:13: the script reads `average`, which its manifest does not declare"
        ) && told.contains("[plugin-undeclared]"),
        "{told}"
    );
    let told = with("fn indicator(student) { student.makrs }");
    assert!(
        told.contains("there is no word `makrs`") && told.contains("did you mean `marks`"),
        "{told}"
    );
    let told = with("fn indicator(student) { student.level(\"tardies\") }");
    assert!(told.contains("an indicator asks no rule"), "{told}");
    assert!(with("fn other(student) { 1 }").contains("no `fn indicator(student)`"));
    let told = aside("gap", &[("plugin.toml", GAP)]);
    assert!(told.contains("there is no file `plugins/gap/indicator.rhai`"), "{told}");
    let taken = GAP.replace("[\"gap\"]", "[\"average\"]");
    let told = aside(
        "gap",
        &[
            ("plugin.toml", &taken),
            ("indicator.rhai", "fn indicator(student) { 1 }"),
        ],
    );
    assert!(told.contains("`average` is a word or function already"), "{told}");
    let wrong = GAP.replace("marks", "makrs");
    let told = aside(
        "gap",
        &[
            ("plugin.toml", &wrong),
            ("indicator.rhai", "fn indicator(student) { 1 }"),
        ],
    );
    assert!(told.contains("`makrs` is no word: did you mean `marks`"), "{told}");
}

#[test]
fn a_word_of_a_plugin_set_aside_is_still_known_by_its_name() {
    for broken in [GAP.replace("marks", "makrs"), GAP.replace("api = 1", "api = ")] {
        let words = folder("gap", &[("plugin.toml", &broken)]).words();
        let word = words.iter().find(|word| word.name == "gap").expect("known");
        let out = word.out_of_work.as_ref().expect("out of work");
        assert!(!out.by_district && out.why.starts_with("is set aside"), "{out:?}");
    }
    let ships = folder("gap", &[]).words();
    assert_eq!(ships.len(), 1);
    assert_eq!(
        (ships[0].name.as_str(), &ships[0].out_of_work),
        ("assignment_gap", &None)
    );
}

#[test]
fn a_program_says_what_it_is_given_and_stray_tables_are_refused() {
    let head = "id = \"p\"\nkind = \"source\"\napi = 1\nruntime = \"exec\"\nprovides = [\"students\"]\n";
    let told = aside(
        "p",
        &[(
            "plugin.toml",
            &format!("{head}reads = [\"exprot\"]\n[exec]\ncommand = [\"x\"]\n"),
        )],
    );
    assert!(
        told.contains("`exprot` is nothing that a source can be given: did you mean `export`"),
        "{told}"
    );
    let told = aside("p", &[("plugin.toml", &format!("{head}reads = [\"export\"]\n"))]);
    assert!(told.contains("does not say what to run"), "{told}");
    let text = format!("{head}reads = [\"export\"]\n[exec]\ncommand = [\"x\"]\ndeadline_seconds = 0\n");
    assert!(aside("p", &[("plugin.toml", &text)]).contains("plugin.toml:9:20: 0 is out of range"));
    let text = format!("{head}reads = [\"export\"]\n[exec]\ncommand = [\"x\"]\n[indicator]\nunit = \"days\"\n");
    let told = aside("p", &[("plugin.toml", &text)]);
    assert!(
        told.contains("`[indicator]` means nothing in a plugin of kind `source` and runtime `exec`"),
        "{told}"
    );
    let good = format!("{head}reads = [\"export\"]\n[exec]\ncommand = [\"x\"]\n");
    let plugins = folder("p", &[("plugin.toml", &good)]);
    let standing = &plugins.get("p").expect("it is there").standing;
    assert_eq!(
        *standing,
        Standing::Off("is not enabled: `firstbell plugins enable p`".to_owned())
    );
    assert!(plugins.translator("p").is_none(), "what nobody enabled reads nothing");
}

const TELLS: &str = "id = \"gap\"\nkind = \"indicator\"\napi = 1\nruntime = \"exec\"\nprovides = [\"gap\"]\n\
                     reads = [\"marks\", \"absences(last(20))\"]\n[exec]\ncommand = [\"sh\"]\n";

#[test]
fn a_program_that_gives_a_word_declares_the_words_that_it_is_handed() {
    let told = |text: &str| aside("gap", &[("plugin.toml", text)]);
    let wrong = told(&TELLS.replace("marks", "makrs"));
    assert!(
        wrong.contains("plugin.toml:6:9") && wrong.contains("`makrs` is no word: did you mean `marks`?"),
        "{wrong}"
    );
    let wrong = told(&TELLS.replace("last(20)", "20"));
    assert!(wrong.contains("`20` is no window"), "{wrong}");
    let wrong = told(&TELLS.replace("\"marks\", \"absences(last(20))\"", "\"student_id\""));
    assert!(wrong.contains("can say nothing of a student"), "{wrong}");
    let wrong = told(&TELLS.replace("[\"gap\"]", "[\"average\"]"));
    assert!(wrong.contains("`average` is a word or function already"), "{wrong}");
    let off = folder("gap", &[("plugin.toml", TELLS)]);
    assert_eq!(off.problems(), []);
    let words = off.words();
    let word = words.iter().find(|word| word.name == "gap").expect("known");
    assert_eq!(
        (word.program, word.reads.as_slice()),
        (true, &["marks".to_owned(), "absences(last(20))".to_owned()][..])
    );
    let out = word.out_of_work.as_ref().expect("nobody has enabled it");
    assert!(
        out.by_district && out.why.contains("`firstbell plugins enable gap`"),
        "{out:?}"
    );
    assert!(off.teller("gap").is_none(), "what nobody enabled is not asked");
}

const WORDING: &str = "id = \"ours\"\nkind = \"letters\"\napi = 1\nruntime = \"declarative\"\n";

#[test]
fn wording_is_what_lies_in_its_folder_or_what_it_provides() {
    let foot = ("letters/_foot.txt.j2", "\nYours\n");
    let head = ("letters/_head.txt.j2", "Hello\n");
    let plugins = folder("ours", &[("plugin.toml", WORDING), foot, head]);
    let names = |plugins: &Plugins| -> Vec<String> { plugins.wording().into_iter().map(|file| file.path).collect() };
    assert_eq!(
        names(&plugins),
        ["plugins/ours/letters/_foot.txt.j2", "plugins/ours/letters/_head.txt.j2"]
    );
    assert_eq!(
        plugins.get("ours").expect("there").provides(),
        ["_foot.txt.j2", "_head.txt.j2"]
    );
    let one = format!("{WORDING}provides = [\"_head.txt.j2\"]\n");
    assert_eq!(
        names(&folder("ours", &[("plugin.toml", &one), foot, head])),
        ["plugins/ours/letters/_head.txt.j2"]
    );
    for (text, files, told) in [
        (WORDING.to_owned(), vec![], "the plugin brings no wording"),
        (
            one.clone(),
            vec![foot],
            "there is no file `plugins/ours/letters/_head.txt.j2`",
        ),
        (
            WORDING.to_owned(),
            vec![("letters/nightly.txt", "x")],
            "did you mean `nightly.txt.j2`",
        ),
        (
            format!("{WORDING}reads = [\"to\"]\n"),
            vec![foot],
            "`reads` means nothing in a plugin of kind `letters`",
        ),
        (
            format!("{WORDING}[exec]\ncommand = [\"sh\"]\n"),
            vec![foot],
            "`[exec]` means nothing",
        ),
    ] {
        let mut files = files;
        files.push(("plugin.toml", &text));
        let wrong = aside("ours", &files);
        assert!(wrong.contains(told), "{wrong}");
    }
}

#[test]
fn two_plugins_cannot_word_the_same_letter() {
    let other = WORDING.replace("ours", "theirs");
    let files = [
        ("plugins/ours/plugin.toml", WORDING),
        ("plugins/ours/letters/_foot.txt.j2", "a"),
        ("plugins/theirs/plugin.toml", &other),
        ("plugins/theirs/letters/_foot.txt.j2", "b"),
        ("plugins/theirs/letters/_head.txt.j2", "c"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let plugins = super::read(&files.into_iter().collect(), None);
    let told: Vec<String> = plugins.problems().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("the plugin `ours` brings `_foot.txt.j2` already"),
        "{told:?}"
    );
    assert!(
        plugins
            .wording()
            .iter()
            .all(|file| file.path.starts_with("plugins/ours/"))
    );
}

#[test]
fn wording_is_tried_on_made_up_letters() {
    let files = [
        ("plugin.toml", WORDING),
        ("letters/_foot.txt.j2", "\nYours\n"),
        ("letters/_head.txt.j2", "{{ nobody }}"),
    ];
    let plugins = folder("ours", &files);
    let tried = trial(&plugins, plugins.get("ours").expect("there")).expect("tried");
    let failed: Vec<(&str, bool)> = tried
        .iter()
        .map(|case| (case.name.as_str(), case.failed.is_some()))
        .collect();
    assert_eq!(
        failed,
        [
            ("_foot.txt.j2 on made-up letters", false),
            ("_head.txt.j2 on made-up letters", true)
        ]
    );
    let found = super::doctor(&plugins, Some("ours"));
    assert!(
        found
            .iter()
            .any(|finding| finding.amiss && finding.what.contains("plugins/ours/letters/_head.txt.j2:1")),
        "{found:?}"
    );
}

#[test]
fn the_schema_in_the_documents_is_the_one_of_the_parser() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/plugin.schema.json");
    let made = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    if std::env::var_os("FIRSTBELL_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &made).expect("the documents are ours");
    }
    let kept = std::fs::read_to_string(&path).expect("docs/plugin.schema.json");
    assert!(kept == made, "write it anew with FIRSTBELL_WRITE_SCHEMA=1");
}

/// The keys that the parser takes at a place, out of its own refusal of another.
fn keys_at(manifest: &str) -> BTreeSet<String> {
    let error = toml::from_str::<super::manifest::Raw>(manifest).expect_err("`zz` is no key");
    let message = error.message().to_owned();
    assert!(message.starts_with("unknown field `zz`"), "{message}");
    message.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_has_every_key_that_the_parser_takes_and_no_other() {
    let schema = schema();
    let keys = |value: &serde_json::Value| -> BTreeSet<String> {
        value["properties"]
            .as_object()
            .expect("properties")
            .keys()
            .cloned()
            .collect()
    };
    let top = &schema["properties"];
    assert_eq!(keys_at("zz = 1"), keys(&schema));
    for place in ["source", "exec", "indicator"] {
        assert_eq!(keys_at(&format!("[{place}]\nzz = 1\n")), keys(&top[place]), "{place}");
    }
    assert_eq!(keys_at("[[feed]]\nzz = 1\n"), keys(&top["feed"]["items"]));
    let bundle = &top["bundle"];
    assert_eq!(keys_at("[bundle]\nzz = 1\n"), keys(bundle));
    for place in ["listing", "status"] {
        let part = &bundle["properties"][place];
        assert_eq!(keys_at(&format!("[bundle.{place}]\nzz = 1\n")), keys(part), "{place}");
    }
    for place in ["file", "view"] {
        let part = &bundle["properties"][place]["items"];
        assert_eq!(keys_at(&format!("[[bundle.{place}]]\nzz = 1\n")), keys(part), "{place}");
    }
    let step = &bundle["properties"]["view"]["items"]["properties"]["steps"]["items"];
    let in_step = |text: &str| keys_at(&format!("[[bundle.view]]\nsteps = [{{ {text} }}]\n"));
    assert_eq!(in_step("zz = 1"), keys(step));
    for place in ["order", "scores"] {
        assert_eq!(
            in_step(&format!("{place} = {{ zz = 1 }}")),
            keys(&step["properties"][place]),
            "{place}"
        );
    }
    let column = &schema["$defs"]["column"]["oneOf"][2];
    assert_eq!(
        super::column::KEYS
            .map(str::to_owned)
            .into_iter()
            .collect::<BTreeSet<_>>(),
        keys(column)
    );
}

#[test]
fn a_new_plugin_of_every_kind_is_sound() {
    for kind in Kind::ALL {
        for runtime in kind.runtimes() {
            let made = skeleton(kind, "lakeside-x", Some(*runtime)).expect("it can be made");
            let plugins = super::read(&made.files.into_iter().collect(), None);
            let plugin = plugins.get("lakeside-x").expect("it is there");
            let sound = !matches!(plugin.standing, Standing::SetAside(_));
            assert!(sound && plugins.problems().is_empty(), "{:?}", plugins.problems());
            if *runtime != Runtime::Exec {
                let tried = trial(&plugins, plugin).expect("cases");
                assert!(
                    !tried.is_empty() && tried.iter().all(|case| case.failed.is_none()),
                    "{tried:?}"
                );
            }
        }
    }
    assert!(skeleton(Kind::Letters, "x", Some(Runtime::Exec)).is_err());
    assert!(skeleton(Kind::Channel, "x", Some(Runtime::Rhai)).is_err());
}

/// Reads text with a source written in rhai.
fn mapped(reads: &str, script: &str, text: &str) -> Intake {
    let manifest = format!(
        "id = \"m\"\nkind = \"source\"\napi = 1\nruntime = \"rhai\"\nprovides = [\"students\"]\nreads = {reads}\n"
    );
    let home = tempfile::tempdir().expect("a folder");
    let files = [("plugin.toml", manifest.as_str()), ("map.rhai", script)];
    let files = files
        .iter()
        .map(|(name, text)| (format!("plugins/m/{name}"), (*text).to_owned()));
    let plugins = super::read(&files.collect(), Some(home.path()));
    assert_eq!(plugins.problems(), []);
    let translator = plugins.translator("m").expect("at work");
    let meaning = Meaning::default();
    let context = Context {
        year: SchoolYear {
            start: Day::from_ymd(2026, 8, 17).expect("a day"),
            end: Day::from_ymd(2027, 6, 11).expect("a day"),
        },
        meaning: &meaning,
        threads: 2,
    };
    let feed = crate::records::Feed {
        tables: vec![Table::Students],
        files: Vec::new(),
        adapter: "m".to_owned(),
        covers: crate::records::Covers::Now,
        delimiter: None,
        encoding: None,
        set: None,
    };
    let bytes = std::io::Cursor::new(text.as_bytes().to_vec());
    let intake = translator.read(Box::new(bytes), "people.csv", &feed, &context);
    assert_eq!(
        intake.digest,
        blake3::hash(text.as_bytes()).to_hex().to_string(),
        "the digest is the export's"
    );
    assert_eq!(intake.bytes, text.len() as u64);
    intake
}

const MAP: &str = "fn map(row) {\n    if row.Kind == \"total\" { return (); }\n    \
                   #{ student_id: row.ID, first_name: \"A\", last_name: \"B\", grade: row.Grade + 0, school_id: 12 }\n}";

#[test]
fn rows_pass_through_a_script_and_keep_the_lines_of_the_export() {
    let text = "ID;Grade;Kind;Secret\n7001;9;x;s\n;;total;\n;10;x;s\n7003;\"99\n\";x;s\n7004;11;x;s\n";
    let intake = mapped("[\"ID\", \"Grade\", \"Kind\"]", &MAP.replace(" + 0", ""), text);
    assert!(intake.usable, "{:?}", intake.problems);
    // Four rows came out: one without an id is rejected, one with an odd grade stays.
    assert_eq!((intake.rows, intake.rejected, intake.students.len()), (4, 1, 3));
    assert_eq!(intake.unread, ["Secret"]);
    assert_eq!(intake.tallies.0["plugin-row-dropped"].first_line, 3);
    let missing = intake.tallies.0.iter().find(|(_, tally)| tally.first_line == 4);
    assert!(
        missing.is_some(),
        "the row without an id stands in line 4: {:?}",
        intake.tallies
    );
    let odd = intake.tallies.0.values().find(|tally| tally.first_line == 5);
    assert!(odd.is_some(), "the odd grade stands in line 5: {:?}", intake.tallies);
}

#[test]
fn a_script_that_fails_on_rows_is_told_with_its_line_and_never_with_a_cell() {
    let failing = "fn map(row) {\n    if row.Grade == \"x\" { throw row.ID; }\n    #{ student_id: row.ID, first_name: \"A\", \
                   last_name: \"B\", grade: row.Grade, school_id: 12 }\n}";
    let intake = mapped("[\"ID\", \"Grade\"]", failing, "ID,Grade\n7001,9\nSECRET,x\n7003,9\n");
    assert_eq!((intake.usable, intake.rows, intake.rejected), (true, 3, 1));
    let told: Vec<String> = intake.problems.iter().map(ToString::to_string).collect();
    assert!(
        told.iter().any(|told| told
            .starts_with("people.csv:3: the plugin `m` failed on 1 row: (plugins/m/map.rhai:2) it fails on the row")),
        "{told:?}"
    );
    assert!(!told.concat().contains("SECRET"));
    let intake = mapped("[\"ID\", \"Grade\"]", failing, "ID,Grade\n7001,9\n1,x\n2,x\n");
    assert!(!intake.usable, "most rows failed");
    assert!(
        intake
            .problems
            .iter()
            .any(|problem| problem.code == "plugin-mostly-failed")
    );
    let slip = MAP.replace("student_id", "studnt_id").replace(" + 0", "");
    let intake = mapped("[\"ID\", \"Grade\", \"Kind\"]", &slip, "ID,Grade,Kind\n1,9,x\n");
    let told = intake.problems.iter().map(ToString::to_string).collect::<String>();
    assert!(
        !intake.usable && told.contains("no canonical column `studnt_id`: did you mean `student_id`"),
        "{told}"
    );
}

#[test]
fn a_script_without_end_or_without_its_column_holds_the_file() {
    let intake = mapped("[\"ID\"]", "fn map(row) { loop { } }", "ID\n1\n2\n");
    assert!(!intake.usable);
    assert_eq!(intake.problems[0].code, "plugin-without-end");
    assert_eq!(intake.problems[0].place.line, Some(2));
    let intake = mapped("[\"ID\", \"Grade\"]", "fn map(row) { () }", "ID,Grad\n1,9\n");
    assert!(!intake.usable);
    assert!(
        intake.problems[0]
            .to_string()
            .contains("no column `Grade`, which plugins/m/map.rhai reads: did you mean `Grad`")
    );
}

#[test]
fn a_script_that_asks_for_a_column_that_it_has_not_declared_or_floods_holds_the_file() {
    let text = "ID,Grade,Secret\n7001,9,s\n7002,9,s\n";
    let all = "#{ student_id: row.ID, first_name: row.Secret, last_name: \"B\", grade: row.Grade, school_id: 12 }";
    let script = format!("fn map(row) {{ {all} }}");
    let intake = mapped("[\"ID\", \"Grade\", \"Secret\"]", &script, text);
    assert_eq!((intake.usable, intake.students.len()), (true, 2));
    let intake = mapped("[\"ID\", \"Grade\"]", &script, text);
    assert!(
        !intake.usable && intake.students.is_empty(),
        "what is not declared is not there"
    );
    let told: String = intake.problems.iter().map(ToString::to_string).collect();
    assert!(told.contains("plugin-mostly-failed"), "{told}");
    let intake = mapped(
        "[\"ID\"]",
        "fn map(row) { let all = []; loop { all.push(row); } }",
        text,
    );
    assert!(!intake.usable && intake.students.is_empty());
    let intake = mapped(
        "[\"ID\"]",
        "fn map(row) { let text = row.ID; loop { text += text; } }",
        text,
    );
    assert!(!intake.usable && intake.students.is_empty());
}

/// A manifest of a bundle of one file, with the steps of its one view.
fn bundle_of(rows: &str, steps: &str) -> String {
    let table = "[tables.schools]\nschool_id = \"id\"\nname = \"name\"\n";
    let file = "[bundle]\n[[bundle.file]]\nid = \"orgs\"\nnames = [\"orgs.csv\"]\nkey = \"id\"\n";
    let view = format!("[[bundle.view]]\ntable = \"schools\"\nrows = \"{rows}\"\nsteps = [{steps}]\n");
    format!("{HEAD}{table}{file}{view}")
}

#[test]
fn a_bundle_that_cannot_be_made_is_set_aside_with_its_reason() {
    let cases = [
        (
            "org",
            "",
            "`org` is no file of the bundle and no earlier view: did you mean `orgs`",
        ),
        (
            "orgs",
            "{ join = \"users\", from = \"id\" }",
            "`users` is no file of the bundle and no earlier view",
        ),
        (
            "orgs",
            "{ join = \"orgs\" }",
            "a join needs `from`, the column on this side",
        ),
        ("orgs", "{ quiet = true }", "a step says nothing of what it does"),
        (
            "orgs",
            "{ keep = \"type\", spread = \"type\", by = \",\" }",
            "a step does one thing: make two steps of it",
        ),
        ("orgs", "{ first = [\"a\"] }", "a step that makes a column needs `into`"),
    ];
    for (rows, steps, reason) in cases {
        let told = problem(&bundle_of(rows, steps));
        assert!(told.contains(reason), "{told}");
        assert!(told.contains("[plugin-manifest]"), "{told}");
    }
    let (adapters, problems) = from_text("mine", &bundle_of("orgs", "{ keep = \"type\", words = [\"school\"] }"));
    assert_eq!(problems, []);
    let mine = adapters.iter().find(|adapter| adapter.id == "mine").expect("there");
    let bundle = mine.bundle.as_ref().expect("a bundle");
    assert_eq!(
        bundle.members[0].wanted,
        ["id", "name", "type"],
        "the columns that anything reads"
    );
}
