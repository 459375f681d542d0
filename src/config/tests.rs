use super::sample::canonical_feed;
use super::*;
use crate::records::Covers;
use crate::school::{Level, Periods, Rows, ScaleKind, Table};

/// The sample of the published description, verbatim.
const PUBLISHED: &str = include_str!("published.toml");

fn good(text: &str) -> Config {
    load(text, "firstbell.toml").unwrap_or_else(|problems| panic!("{}", screen(&problems)))
}

fn screen(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

fn bad(text: &str) -> String {
    screen(&load(text, "firstbell.toml").err().unwrap_or_default())
}

/// The published sample with one stretch replaced.
fn with(old: &str, new: &str) -> String {
    assert!(PUBLISHED.contains(old), "the sample has no {old}");
    PUBLISHED.replacen(old, new, 1)
}

fn codes(text: &str) -> Vec<String> {
    let problems = load(text, "firstbell.toml").err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.code).collect()
}

#[test]
fn the_published_sample_means_what_it_says() {
    let config = good(PUBLISHED);
    assert_eq!(config.district.name, "Cedar Valley Schools");
    assert_eq!(config.district.time_zone.iana_name(), Some("America/Chicago"));
    let year = config.district.school_years[0];
    assert_eq!(
        (year.start.to_string(), year.end.to_string()),
        ("2026-08-17".into(), "2027-06-11".into())
    );
    assert_eq!((config.inbox.settle_seconds, config.inbox.archive_days), (60, 60));
    assert_eq!(config.inbox.after, After::Archive);
    assert_eq!(config.inbox.ring_at, jiff::civil::time(5, 30, 0, 0));
    assert_eq!(config.inbox.day_complete_at, jiff::civil::time(18, 0, 0, 0));
    assert_eq!(config.feeds, [canonical_feed(Table::Attendance)]);
    let attendance = &config.meaning.attendance;
    assert_eq!(
        (attendance.rows, &attendance.periods),
        (Rows::Exceptions, &Periods::Fraction)
    );
    assert_eq!((attendance.silent_days, attendance.unverified_days), (5, 3));
    assert_eq!(attendance.codes.len(), 5);
    assert_eq!(attendance.codes["A"].absent, 1_000_000);
    assert!(attendance.codes["S"].excused && attendance.codes["S"].suspended && attendance.codes["S"].counts);
    assert!(attendance.codes["T"].tardy && attendance.codes["T"].absent == 0);
    let scale = &config.meaning.grades.scales[0];
    assert_eq!(
        (scale.kind, scale.failing_below, scale.letters["A-"]),
        (ScaleKind::Percent, 60.0, 91.0)
    );
    assert_eq!((scale.letters.len(), scale.no_mark.len()), (13, 5));
    assert_eq!(config.meaning.grades.core.math.len(), 5);
    let types = &config.meaning.behavior.types;
    assert_eq!(
        (types[0].glob.as_str(), types[0].counts, types[0].drop),
        ("Minor*", false, false)
    );
    assert_eq!((types[1].glob.as_str(), types[1].drop), ("Positive*", true));
    assert_eq!(config.meaning.behavior.offender_roles, ["", "offender", "perpetrator"]);
    assert_eq!(config.routes.len(), 2);
    assert_eq!(
        config.routes[0].area.as_ref().map(|area| area.word()),
        Some("attendance")
    );
    assert_eq!(config.last_owner, "student.services@district.example");
    assert_eq!(
        (config.privacy.show, config.mail.send_to),
        (Show::Initials, SendTo::Rehearsal)
    );
    assert!(config.mail.smtp.is_none());
    let notes: Vec<&str> = config.notes.iter().map(|note| note.message.as_str()).collect();
    let expected = [
        "no feed fills `students`, so nobody is enrolled and nobody is judged",
        "no feed fills `calendar`, so attendance in exceptions form has no school days and its numbers are missing",
        "no feed fills `staff`, so every letter goes to `last_owner`",
    ];
    assert_eq!(notes, expected);
}

/// The codes of notes, those about feeds that the published sample leaves out aside.
fn notes(text: &str) -> Vec<String> {
    let codes = good(text).notes.into_iter().map(|note| note.code);
    codes.filter(|code| code != "config-no-feed").collect()
}

#[test]
fn what_init_writes_works_as_it_stands() {
    let feeds: Vec<Feed> = Table::ALL.into_iter().map(canonical_feed).collect();
    let year = Sample::likely_year("2026-11-20".parse().expect("a day"));
    let text = sample(&Sample {
        name: "Oak \"North\" Schools",
        time_zone: "America/New_York",
        year,
        feeds: &feeds,
        meaning: CANONICAL_MEANING,
        domain: "oak.example",
    });
    let mut config = good(&text);
    // Beside what the adapter reads, the sheet that staff keep.
    let sheet = config.feeds.pop().expect("a feed");
    assert_eq!(
        (sheet.tables, sheet.files),
        (vec![Table::Contacts], vec!["staff_contacts.csv".to_owned()])
    );
    assert_eq!(config.folders.pop(), Some(Some("sheets".to_owned())));
    assert_eq!(config.feeds, feeds);
    assert_eq!(config.district.name, "Oak \"North\" Schools");
    assert_eq!(config.district.school_years, [year]);
    assert_eq!(config.meaning, good(PUBLISHED).meaning);
    assert_eq!(config.mail.allowed_domains, ["oak.example"]);
    assert!(config.notes.is_empty());
}

#[test]
fn a_school_year_is_guessed_from_monday_to_friday() {
    for (today, start, end) in [
        ("2026-11-20", "2026-08-17", "2027-06-11"),
        ("2027-03-01", "2026-08-17", "2027-06-11"),
        ("2021-12-17", "2021-08-16", "2022-06-10"),
    ] {
        let year = Sample::likely_year(today.parse().expect("a day"));
        assert_eq!(
            (year.start.to_string(), year.end.to_string()),
            (start.to_owned(), end.to_owned())
        );
    }
}

#[test]
fn every_problem_is_shown_at_once_in_the_order_of_the_file() {
    let text =
        with("settle_seconds = 60", "setle_seconds = 60").replacen("\"America/Chicago\"", "\"America/Chicgo\"", 1);
    let text = text.replacen("show = \"initials\"", "show = \"initial\"", 1);
    assert_eq!(
        bad(&text),
        "firstbell.toml:3:13: `America/Chicgo` is not a time zone — did you mean `America/Chicago`? [config-time-zone]\n  \
           |\n3 | time_zone = \"America/Chicgo\"\n  |             ^^^^^^^^^^^^^^^^\n\
         firstbell.toml:8:1: unknown key `setle_seconds` in `[inbox]` — did you mean `settle_seconds`? [config-unknown-key]\n  \
           |\n8 | setle_seconds = 60\n  | ^^^^^^^^^^^^^\n\
         firstbell.toml:64:8: `show` cannot be `initial` — did you mean `initials`? [config-value]\n   \
           |\n64 | show = \"initial\"         # initials, id, names, counts\n   |        ^^^^^^^^^\n"
    );
}

#[test]
fn text_that_is_no_toml_is_underlined() {
    let screen = bad(&with("name = \"Cedar Valley Schools\"", "name = Cedar Valley Schools"));
    assert!(screen.starts_with("firstbell.toml:2:"), "{screen}");
    assert!(screen.contains("2 | name = Cedar Valley Schools"), "{screen}");
    assert!(screen.contains("[config-syntax]"), "{screen}");
}

#[test]
fn each_slip_has_a_code_of_its_own() {
    let smtp = "[mail.smtp]\nhost = \"smtp.district.example\"\n";
    let years = "[{ start = 2026-08-17, end = 2027-06-11 }, { start = 2027-06-01, end = 2028-06-01 }]";
    let cases = [
        (
            "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
            format!("school_years = {years}"),
            "config-years-overlap",
        ),
        ("end = 2027-06-11", "end = 2026-06-11".to_owned(), "config-value"),
        (
            "table = \"attendance\"",
            "table = \"atendance\"".to_owned(),
            "config-unknown-table",
        ),
        ("covers = \"year\"", "covers = \"yaer\"".to_owned(), "config-value"),
        ("covers = \"year\"", "covers = \"term\"".to_owned(), "config-value"),
        (
            "covers = \"year\"",
            "covers = \"year\"\n[[feed]]\ntable = \"grades\"\nfiles = \"Attendance*.csv\"".to_owned(),
            "config-feed-clash",
        ),
        ("A = { absent = 1 }", "A = { absent = 1.5 }".to_owned(), "config-value"),
        ("A = { absent = 1 }", "A = { absent = \"1\" }".to_owned(), "config-type"),
        (
            "A = { absent = 1 }",
            "A = { absnt = 1 }".to_owned(),
            "config-unknown-key",
        ),
        (
            "periods = \"fraction\"",
            "periods = \"fractoin\"".to_owned(),
            "config-value",
        ),
        ("grades = \"6-12\"", "grades = \"12-6\"".to_owned(), "config-value"),
        (
            "last_owner = \"student.services@district.example\"",
            "last_owner = \"x@gmail.example\"".to_owned(),
            "config-foreign-address",
        ),
        (
            "operator = \"data.manager@district.example\"",
            "operator = \"data manager\"".to_owned(),
            "config-value",
        ),
        ("\"role:principal\"]", "\"rol:principal\"]".to_owned(), "config-value"),
        (
            "student_link = \"\"",
            "student_link = \"https://sis/student\"".to_owned(),
            "config-value",
        ),
        (
            "rehearsal_to = \"mtss.lead@district.example\"",
            smtp.to_owned(),
            "config-rehearsal-nowhere",
        ),
        (
            "rehearsal_to = \"mtss.lead@district.example\"",
            format!("send_to = \"owners\"\n{smtp}"),
            "config-syntax",
        ),
        ("[routing]", "[ruoting]".to_owned(), "config-missing"),
        ("name = \"Cedar Valley Schools\"", String::new(), "config-missing"),
    ];
    for (old, new, code) in cases {
        assert_eq!(
            codes(&with(old, &new)).first().map(String::as_str),
            Some(code),
            "{old} → {new}\n{}",
            bad(&with(old, &new))
        );
    }
}

#[test]
fn a_secret_is_refused_and_never_shown() {
    let smtp = "rehearsal_to = \"mtss.lead@district.example\"\n[mail.smtp]\nhost = \"h\"\npassword = \"hunter2\"\n";
    let screen = bad(&with("rehearsal_to = \"mtss.lead@district.example\"", smtp));
    assert!(
        screen.contains("[config-secret]") && screen.contains("password_file"),
        "{screen}"
    );
    assert!(!screen.contains("hunter2"), "{screen}");
    let inline = "smtp = { host = 7, password = \"hunter2\" }\nrehearsal_to = \"mtss.lead@district.example\"";
    let screen = bad(&with("rehearsal_to = \"mtss.lead@district.example\"", inline));
    assert!(
        screen.contains("[config-type]") && !screen.contains("hunter2"),
        "{screen}"
    );
}

#[test]
fn smtp_is_protected_unless_it_stays_in_the_house() {
    let at = |smtp: &str| {
        let line = "rehearsal_to = \"mtss.lead@district.example\"";
        with(line, &format!("{line}\n[mail.smtp]\n{smtp}"))
    };
    let smtp = good(&at("host = \"smtp.district.example\"\nport = 465"))
        .mail
        .smtp
        .expect("smtp");
    assert_eq!((smtp.port, smtp.tls), (465, Tls::Implicit));
    let smtp = good(&at("host = \"127.0.0.1\"\nport = 2525\ntls = \"none\""))
        .mail
        .smtp
        .expect("smtp");
    assert_eq!((smtp.port, smtp.tls), (2525, Tls::None));
    assert_eq!(
        codes(&at("host = \"smtp.district.example\"\ntls = \"none\"")),
        ["config-smtp-plain"]
    );
    assert_eq!(
        codes(&at("host = \"smtp.district.example\"\nusername = \"u\"")),
        ["config-value"]
    );
}

#[test]
fn periods_are_told_by_school_where_they_differ() {
    let line = "# periods_per_day = 7     # needed for period rows in exceptions form; by school if wished";
    let attendance = good(&with(line, "periods_per_day = 7")).meaning.attendance;
    assert_eq!(
        (attendance.periods_per_day, attendance.periods_per_day_by_school.len()),
        (Some(7), 0)
    );
    let attendance = good(&with(line, "periods_per_day = { default = 7, 1044 = 8 }"))
        .meaning
        .attendance;
    assert_eq!(attendance.periods_per_day, Some(7));
    assert_eq!(attendance.periods_per_day_by_school.get("1044"), Some(&8));
    let homeroom = good(&with("periods = \"fraction\"", "periods = \"HR\""))
        .meaning
        .attendance;
    assert_eq!(homeroom.periods, Periods::Homeroom("HR".into()));
}

#[test]
fn a_route_behind_a_wider_one_is_worth_a_look() {
    let wide = "[[route]]\nto = [\"role:principal\"]\n[[route]]\narea = \"course\"\nlevel = \"urgent\"\nto = [\"staff:17\"]\n[routing]";
    let config = good(&with("[routing]", wide));
    // The published second route takes everything, so both that follow are behind it.
    assert_eq!(
        notes(&with("[routing]", wide)),
        ["config-unreachable-route", "config-unreachable-route"]
    );
    assert!(config.notes.iter().all(|note| note.weight == Weight::Note));
    assert_eq!(config.routes[3].level, Some(Level::Urgent));
}

#[test]
fn one_export_may_fill_several_tables() {
    let feed = "covers = \"year\"\n[[feed]]\ntable = \"students\"\nfills = [\"students\", \"caseload\"]\nfiles = [\"stu*.txt\"]\ndelimiter = \"tab\"\nencoding = \"windows-1252\"";
    let feed = good(&with("covers = \"year\"", feed)).feeds.remove(1);
    assert_eq!(feed.tables, [Table::Students, Table::Caseload]);
    assert_eq!((feed.covers, feed.delimiter), (Covers::Now, Some(b'\t')));
    assert_eq!(feed.encoding.as_deref(), Some("windows-1252"));
}

#[test]
fn an_adapter_that_is_not_there_is_named_with_the_nearest() {
    let config = good(&with("adapter = \"canonical\"", "adapter = \"cannonical\""));
    let problems = config.unknown_adapters(&["canonical", "edfi"]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].remedy.contains("did you mean `canonical`?"));
    assert!(config.unknown_adapters(&["cannonical"]).is_empty());
}

#[test]
fn no_text_makes_it_panic() {
    for at in 0..PUBLISHED.len() {
        if PUBLISHED.is_char_boundary(at) {
            let _ = load(&PUBLISHED[..at], "firstbell.toml");
        }
    }
    for text in [
        "",
        "\u{feff}",
        "[mail]\nfrom = \u{1F600}",
        "feed = 3\ndistrict = []",
        "[[feed]]\nfiles = []\ntable = \"students\"",
    ] {
        assert!(load(text, "firstbell.toml").is_err());
    }
}

#[test]
fn go_live_changes_one_word_and_nothing_else() {
    let live = set_send_to(PUBLISHED, "firstbell.toml", SendTo::Owners).expect("edited");
    assert_eq!(
        live,
        PUBLISHED.replacen("send_to = \"rehearsal\"", "send_to = \"owners\"", 1)
    );
    assert_eq!(good(&live).mail.send_to, SendTo::Owners);
    assert_eq!(
        set_send_to(&live, "firstbell.toml", SendTo::Rehearsal).expect("edited"),
        PUBLISHED
    );

    let unsaid = PUBLISHED
        .lines()
        .filter(|line| !line.starts_with("send_to"))
        .collect::<Vec<_>>()
        .join("\r\n");
    let unsaid = format!("\u{feff}{unsaid}");
    assert_eq!(good(&unsaid).mail.send_to, SendTo::Rehearsal);
    let live = set_send_to(&unsaid, "firstbell.toml", SendTo::Owners).expect("edited");
    assert_eq!(good(&live).mail.send_to, SendTo::Owners);
    assert_eq!(
        set_send_to("[mial]", "firstbell.toml", SendTo::Owners)
            .expect_err("no mail")
            .code,
        "config-send-to"
    );
}

#[test]
fn a_scale_behind_a_wider_one_is_worth_a_look() {
    let later = "[[grades.scale]]\ngrades = \"9-12\"\nschools = [\"1044\"]\nkind = \"percent\"\n[behavior]";
    assert_eq!(notes(&with("[behavior]", later)), ["config-unused-scale"]);
    let wider = later.replace("9-12", "5-12");
    assert!(notes(&with("[behavior]", &wider)).is_empty());
}

#[test]
fn flags_without_effect_are_worth_a_look() {
    let codes =
        "A = { absent = 1 }\nN = { absent = 1, counts = false }\nV = { absent = 1, unverified = true, excused = true }";
    let config = with("A = { absent = 1 }", codes);
    assert_eq!(notes(&config), ["config-code-contradicts", "config-code-contradicts"]);
    assert!(!good(&config).meaning.attendance.codes["N"].counts);
}

#[test]
fn a_feed_may_have_a_folder_of_its_own_and_a_rebuilt_home_reads_none_of_it() {
    let sheet = "covers = \"year\"\n[[feed]]\ntable = \"contacts\"\nfiles = \"staff_contacts.csv\"\nfolder = \"//server/share\"";
    let text = with("covers = \"year\"", sheet);
    assert_eq!(good(&text).folders, [None, Some("//server/share".to_owned())]);
    let rebuilt = for_rebuild(&text, "firstbell.toml").expect("edited");
    assert!(rebuilt.contains("\n# folder = \"//server/share\"\n"), "{rebuilt}");
    assert_eq!(good(&rebuilt).folders, [None, None]);
    let inline = text.replace("folder =", "\"folder\" =");
    let rebuilt = for_rebuild(&inline, "firstbell.toml").expect("edited");
    assert_eq!(good(&rebuilt).folders, [None, None]);
    assert!(bad(&text.replace("//server/share", " ")).contains("`folder` is empty"));
}
