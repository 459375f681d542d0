//! OneRoster exports as a district drops them: a zip, a folder, loose files, in bulk and in delta, and zips that mean harm. The real
//! program on a home that `init --from oneroster` made; the made-up samples ship with the adapter.

#[path = "support/rosters.rs"]
mod rosters;

use std::fs;
use std::io::{Cursor, Write as _};

use rosters::homes::firstbell;
use rosters::{Files, Home, delta, files, sample, told, zipped};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const READ: [&str; 6] = [
    "read    or.zip/orgs.csv: 2 rows",
    "read    calendar.csv: 94 rows",
    "read    or.zip/academicSessions.csv: 5 rows",
    "read    or.zip/users.csv: 4 rows",
    "read    or.zip/users.csv (staff): 3 rows",
    "read    or.zip/results.csv: 5 rows",
];

#[test]
fn a_zip_dropped_into_a_fresh_home_is_read_with_nothing_else() {
    let home = Home::new();
    let mut bundle = sample("1.1");
    // One point less, and algebra fails: 5 of 10.
    let results = bundle["results.csv"].replace("stu-2,fully graded,6", "stu-2,fully graded,5");
    bundle.insert("results.csv".to_owned(), results);
    home.put("or.zip", &zipped(&bundle));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(files(&said), READ);
    assert_eq!(home.students(), ["stu-1 sch-10", "stu-2 sch-10", "stu-3 sch-20"]);
    let verdicts = home.verdicts();
    for line in [
        "stu-1,sch-10,core_failure,clear,0.000",
        "stu-2,sch-10,core_failure,concern,1.000",
        // Algebra at 82.5; English has nothing graded and is no mark.
        "stu-1,sch-10,low_average,not_applicable,,\"needs marks of 3 or more, has 1\"",
    ] {
        assert!(verdicts.contains(line), "{verdicts}");
    }
    let before = home.verdicts();
    let again = home.run("2026-11-20");
    assert_eq!(
        (again.code, files(&again)),
        (0, vec![]),
        "known bytes are no news: {}",
        again.out
    );
    home.put("or-again.zip", &zipped(&bundle));
    let again = home.run("2026-11-20");
    assert_eq!(
        (again.code, files(&again)),
        (0, vec![]),
        "nor under another name: {}",
        again.out
    );
    assert_eq!(home.verdicts(), before);
}

#[test]
fn a_folder_and_loose_files_give_what_the_zip_gives() {
    for version in ["1.1", "1.2"] {
        let by_zip = Home::new();
        by_zip.put("or.zip", &zipped(&sample(version)));
        assert_eq!(by_zip.run("2026-11-20").code, 0);
        let by_folder = Home::new();
        let loose = Home::new();
        for (name, text) in sample(version) {
            by_folder.put(&format!("export/{name}"), text.as_bytes());
            loose.put(&name, text.as_bytes());
        }
        by_folder.put("empty/readme.txt", b"a folder without any of the files is none of ours");
        let said = by_folder.run("2026-11-20");
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert!(
            files(&said).contains(&"read    export/orgs.csv: 2 rows"),
            "{}",
            said.out
        );
        let said = loose.run("2026-11-20");
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert!(files(&said).contains(&"read    orgs.csv: 2 rows"), "{}", said.out);
        assert_eq!(by_folder.verdicts(), by_zip.verdicts());
        assert_eq!(loose.verdicts(), by_zip.verdicts());
        for home in [&by_folder, &loose] {
            assert_eq!(
                files(&home.run("2026-11-20")),
                Vec::<&str>::new(),
                "the same files are no news"
            );
        }
    }
}

#[test]
fn a_delta_after_its_bulk_adds_and_takes_out() {
    let home = Home::new();
    home.put_at(0, "or.zip", &zipped(&sample("1.1")));
    assert_eq!(home.run("2026-11-19").code, 0);
    home.put_at(30, "or-delta.zip", &zipped(&delta()));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(home.students(), ["stu-1 sch-10", "stu-2 sch-10", "stu-9 sch-10"]);
    let again = home.run("2026-11-20");
    assert_eq!(files(&again), Vec::<&str>::new());
    // Both at once, written within one second: what holds everything comes first.
    let at_once = Home::new();
    at_once.put_at(0, "z-bulk.zip", &zipped(&sample("1.1")));
    at_once.put_at(0, "a-delta.zip", &zipped(&delta()));
    assert_eq!(at_once.run("2026-11-20").code, 0);
    assert_eq!(at_once.students(), home.students());
    // A delta older than what is known says nothing new.
    let mut next = sample("1.1");
    next.insert("users.csv".to_owned(), next["users.csv"].replace("stu-1", "stu-7"));
    at_once.put_at(10, "z-bulk.zip", &zipped(&next));
    assert_eq!(at_once.run("2026-11-20").code, 0);
    at_once.put_at(
        5,
        "b-delta.zip",
        &zipped(&Files::from_iter(
            delta()
                .into_iter()
                .map(|(name, text)| (name, text.replace("11\n", "12\n"))),
        )),
    );
    let said = at_once.run("2026-11-20");
    assert_eq!(
        told(&said, "bundle-out-of-turn"),
        "note: b-delta.zip: holds changes older than what is already known, and was not read — nothing to do: a later export says how it is now [bundle-out-of-turn]"
    );
}

#[test]
fn half_an_export_waits_and_the_last_one_counts() {
    let home = Home::new();
    home.put_at(0, "or.zip", &zipped(&sample("1.1")));
    assert_eq!(home.run("2026-11-19").code, 0);
    let before = home.students();
    let mut half = sample("1.1");
    half.remove("results.csv");
    half.insert("users.csv".to_owned(), half["users.csv"].replace("stu-1", "stu-7"));
    home.put_at(10, "or.zip", &zipped(&half));
    let said = home.run("2026-11-20");
    assert_eq!(said.code, 3);
    assert_eq!(files(&said), ["held    or.zip: 0 rows"]);
    assert_eq!(
        told(&said, "bundle-file-missing"),
        "waits: or.zip/results.csv: its listing says that it is there, and it is not — wait for the whole export, or export it again; until then the last one counts [bundle-file-missing]"
    );
    assert_eq!(home.students(), before, "none of it was taken");
    home.put_at(20, "later-delta.zip", &zipped(&delta()));
    let said = home.run("2026-11-20");
    assert_eq!(said.code, 3);
    assert!(
        told(&said, "bundle-out-of-turn").starts_with("waits: later-delta.zip: holds changes to an export that waits")
    );
    home.put_at(30, "or.zip", &zipped(&sample("1.1")));
    let said = home.run("2026-11-20");
    assert_eq!(
        (said.code, home.students()),
        (0, before),
        "a whole one ends the waiting: {}",
        said.out
    );
}

#[test]
fn without_a_calendar_nothing_is_guessed() {
    let home = Home::new();
    let calendar = home.path.join("inbox/calendar.csv");
    let kept = fs::read(&calendar).expect("the calendar");
    fs::remove_file(&calendar).expect("removed");
    home.put("or.zip", &zipped(&sample("1.2")));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let verdicts = home.verdicts();
    for line in [
        "stu-1,sch-10,chronic_absence,unknown,,missing enrolled_days",
        "stu-1,sch-10,core_failure,unknown,,missing day_of_term",
        "stu-1,sch-10,recent_incidents,unknown,,missing incidents(days(30))",
    ] {
        assert!(verdicts.contains(line), "{verdicts}");
    }
    home.put("calendar.csv", &kept);
    let said = home.run("2026-11-20");
    assert_eq!(files(&said), ["read    calendar.csv: 94 rows"]);
    assert!(
        home.verdicts().contains("stu-1,sch-10,core_failure,clear,0.000"),
        "{}",
        home.verdicts()
    );
}

#[test]
fn what_comes_before_the_first_school_day_is_kept() {
    let home = Home::new();
    home.put("or.zip", &zipped(&sample("1.2")));
    let said = home.run("2026-08-14");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(
        told(&said, "no-day-to-judge").starts_with("note: firstbell: no instructional day up to 2026-08-14 is known")
    );
    let said = home.run("2026-11-20");
    assert_eq!(files(&said), Vec::<&str>::new(), "known bytes are not read again");
    assert_eq!(home.students(), ["stu-1 sch-10", "stu-2 sch-10", "stu-3 sch-20"]);
    let route = firstbell(&home.path, &["route", "explain", "stu-1", "--rule", "low_average"]);
    assert!(
        route.out.contains("Omar Kay (cou-1) owns it"),
        "the counselor of the school: {}{}",
        route.out,
        route.err
    );
    let route = firstbell(&home.path, &["route", "explain", "stu-3", "--rule", "low_average"]);
    assert!(
        route.out.contains("Lan Vo (pri-1) owns it"),
        "who only teaches there owns nobody: {}",
        route.out
    );
}

/// A zip of entries with these names, each holding the text.
fn hostile(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

/// Overwrites a name in a zip's bytes with another of the same length, wherever it stands.
fn renamed(mut bytes: Vec<u8>, old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut at = 0;
    let mut times = 0;
    while at + old.len() <= bytes.len() {
        if bytes[at..].starts_with(old.as_bytes()) {
            bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
            times += 1;
        }
        at += 1;
    }
    assert!(times >= 2, "an entry has its name in two places");
    bytes
}

#[test]
fn a_hostile_zip_is_refused_by_the_name_of_its_entry_and_hurts_nothing_else() {
    let users = sample("1.1")["users.csv"].clone();
    let linked = {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("users.csv", "/etc/passwd", SimpleFileOptions::default())
            .expect("a link");
        zip.finish().expect("a zip").into_inner()
    };
    let bomb = {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file("users.csv", options).expect("an entry");
        let zeros = vec![b'0'; 1 << 20];
        (0..40).for_each(|_| zip.write_all(&zeros).expect("written"));
        zip.finish().expect("a zip").into_inner()
    };
    let encrypted = {
        // The flag in both headers says that a password is needed.
        let mut bytes = hostile(&[("users.csv", &users)]);
        let directory = bytes
            .windows(4)
            .rposition(|four| four == b"PK\x01\x02")
            .expect("a directory");
        bytes[6] |= 1;
        bytes[directory + 8] |= 1;
        bytes
    };
    let many: Vec<(String, String)> = (0..1_001).map(|at| (format!("{at}.csv"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut cut_off = zipped(&sample("1.1"));
    cut_off.truncate(cut_off.len() / 2);
    let cases: [(&str, Vec<u8>, &str); 12] = [
        (
            "zip-entry-path",
            renamed(hostile(&[("xx/users.csv", &users)]), "xx/users.csv", "../users.csv"),
            "bad.zip/../users.csv",
        ),
        (
            "zip-entry-path",
            renamed(
                hostile(&[("x/tmp/users.csv", &users)]),
                "x/tmp/users.csv",
                "//tmp/users.csv",
            ),
            "bad.zip///tmp/users.csv",
        ),
        (
            "zip-entry-path",
            renamed(hostile(&[("xx/users.csv", &users)]), "xx/users.csv", "..\\users.csv"),
            "bad.zip/..\\users.csv",
        ),
        (
            "zip-entry-path",
            renamed(hostile(&[("xx/users.csv", &users)]), "xx/users.csv", "C:/users.csv"),
            "bad.zip/C:/users.csv",
        ),
        ("zip-entry-link", linked, "bad.zip/users.csv"),
        ("zip-entry-encrypted", encrypted, "bad.zip/users.csv"),
        (
            "zip-nested",
            hostile(&[("users.csv", &users), ("inner.zip", "PK")]),
            "bad.zip/inner.zip",
        ),
        (
            "zip-entry-twice",
            hostile(&[("users.csv", &users), ("Users.CSV", &users)]),
            "bad.zip/Users.CSV",
        ),
        (
            "zip-entry-twice",
            renamed(
                hostile(&[("users.csv", &users), ("userz.csv", &users)]),
                "userz.csv",
                "users.csv",
            ),
            "bad.zip/users.csv",
        ),
        ("zip-too-large", bomb, "bad.zip/users.csv"),
        ("zip-too-large", hostile(&many), "bad.zip"),
        ("file-cut-off", cut_off, "bad.zip"),
    ];
    let home = Home::new();
    home.put_at(0, "or.zip", &zipped(&sample("1.1")));
    assert_eq!(home.run("2026-11-19").code, 0);
    let before = home.students();
    for (minute, (code, bytes, place)) in (1..).zip(&cases) {
        home.put_at(minute, "bad.zip", bytes);
        let said = home.run("2026-11-20");
        assert_eq!((said.code, said.err.as_str()), (3, ""), "{code}: {}", said.out);
        let line = told(&said, code);
        assert!(line.starts_with(&format!("waits: {place}: ")), "{line}");
        assert_eq!(home.students(), before, "{code}");
        assert!(!home.path.join("users.csv").exists() && !home.path.join("inbox/users.csv").exists());
    }
    // A whole export after it answers the bad ones.
    let mut next = sample("1.1");
    next.insert("users.csv".to_owned(), users.replace("stu-1", "stu-7"));
    home.put_at(60, "or.zip", &zipped(&next));
    fs::remove_file(home.path.join("inbox/bad.zip")).expect("the one that was cut off lies where it lay");
    let said = home.run("2026-11-23");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(home.students(), ["stu-2 sch-10", "stu-3 sch-20", "stu-7 sch-10"]);
}

#[test]
fn a_zip_without_any_of_the_files_is_said() {
    let home = Home::new();
    home.put("photos.zip", &hostile(&[("cat.jpg", "x")]));
    let said = home.run("2026-11-20");
    assert_eq!(said.code, 3);
    assert_eq!(
        told(&said, "bundle-empty"),
        "waits: photos.zip: holds none of the files that the adapter `oneroster` reads — see what was exported; the plugin's README names the files [bundle-empty]"
    );
}

#[test]
fn a_zip_made_of_a_folder_is_read_as_one_made_of_its_files() {
    let home = Home::new();
    let mut nested: Vec<(String, String)> = sample("1.1")
        .into_iter()
        .map(|(name, text)| (format!("export/{name}"), text))
        .collect();
    nested.push(("__MACOSX/export/._users.csv".to_owned(), "noise".to_owned()));
    let nested: Vec<(&str, &str)> = nested
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    home.put("or.zip", &hostile(&nested));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(files(&said), READ);
}

#[test]
fn a_list_of_ones_own_stands_beside_the_staff_of_the_bundle() {
    let home = Home::new();
    let config = home.path.join("firstbell.toml");
    let text = fs::read_to_string(&config).expect("the configuration");
    let feed = "\n[[feed]]\ntable = \"staff\"\nfiles = \"staff*.csv\"\nadapter = \"canonical\"\ncovers = \"now\"\n";
    fs::write(&config, format!("{text}{feed}")).expect("written");
    let staff = |home: &Home| -> Vec<String> {
        let store = firstbell::store::Store::open_read_only(home.path.join("var/firstbell.db")).expect("the store");
        let all = store.staff().expect("staff");
        all.iter()
            .map(|one| format!("{} {}", one.staff_id, one.roles.join(";")))
            .collect()
    };
    home.put("or.zip", &zipped(&sample("1.1")));
    home.run("2026-11-20");
    assert_eq!(
        staff(&home),
        ["adm-1 administrator", "adm-2 administrator", "tea-1 teacher"]
    );
    // The district's own list adds a counselor and calls the teacher a coordinator.
    let header = "staff_id,name,email,role\n";
    let own = format!(
        "{header}cou-9,Ida Berg,ida@district.example,counselor\ntea-1,Ruth Tan,ruth.tan@district.example,coordinator\n"
    );
    home.put("staff.csv", own.as_bytes());
    home.run("2026-11-20");
    assert_eq!(
        staff(&home),
        [
            "adm-1 administrator",
            "adm-2 administrator",
            "cou-9 counselor",
            "tea-1 coordinator"
        ]
    );
    // A new bundle without one administrator takes nobody of the own list away, and the own list gives back what it took.
    let mut files = sample("1.1");
    let users = files.get_mut("users.csv").expect("a sample");
    *users = users
        .lines()
        .filter(|line| !line.starts_with("adm-2"))
        .collect::<Vec<_>>()
        .join("\n");
    home.put("or2.zip", &zipped(&files));
    home.run("2026-11-20");
    assert_eq!(
        staff(&home),
        ["adm-1 administrator", "cou-9 counselor", "tea-1 coordinator"]
    );
    home.put(
        "staff.csv",
        format!("{header}cou-9,Ida Berg,ida@district.example,counselor\n").as_bytes(),
    );
    home.run("2026-11-20");
    assert_eq!(
        staff(&home),
        ["adm-1 administrator", "cou-9 counselor", "tea-1 teacher"]
    );
}
