//! The way of an export: claimed for a round, read once, archived, and rung again by `rebuild`; whatever breaks off in between,
//! nothing is lost and nothing is read twice.

#[path = "support/mod.rs"]
mod support;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use support::{District, Said, bare};

const NIGHT: &str = "2026-09-25";
const NEXT: &str = "2026-09-28";

/// A district with one student who fades: chronic absence crosses after some nights.
fn district() -> District {
    District::new()
        .classmates(20)
        .student("1001", "Ann Able", "9", "A*4 P*60")
        .staff("T1", "Cora Lund", "counselor")
        .caseload("1001", "T1", "counselor")
}

fn leave(district: District) -> District {
    district.configured("after = \"archive\"", "after = \"leave\"")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn names_below(folder: &Path) -> Vec<String> {
    let name = |path: PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    files_below(folder).into_iter().map(name).collect()
}

fn inbox(district: &District) -> Vec<String> {
    names_below(&district.home().join("inbox"))
}

fn work(district: &District) -> Vec<String> {
    names_below(&district.home().join("var/work"))
}

/// What is kept of the exports whose names begin so.
fn kept(district: &District, begin: &str) -> Vec<String> {
    let kept = files_below(&district.home().join("var/archive"))
        .into_iter()
        .filter(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            name.split_once('-').is_some_and(|(_, rest)| rest.starts_with(begin))
        });
    let text = |path: PathBuf| {
        let mut text = String::new();
        let mut reader = flate2::read::MultiGzDecoder::new(File::open(path).expect("a kept file"));
        reader.read_to_string(&mut text).expect("a gzip file of text");
        text
    };
    kept.map(text).collect()
}

fn index(district: &District) -> Vec<serde_json::Value> {
    let index = files_below(&district.home().join("var/archive"))
        .into_iter()
        .filter(|path| path.ends_with("index.jsonl"));
    let text: String = index.map(|path| fs::read_to_string(path).expect("text")).collect();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// Names of the exports that rounds accepted, in their order.
fn accepted(district: &District) -> Vec<String> {
    let db = rusqlite::Connection::open(district.home().join("var/firstbell.db")).expect("the store");
    let mut rows = db.prepare("SELECT name FROM export ORDER BY export").expect("a query");
    let rows = rows.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a name")).collect()
}

fn last_round(district: &District) -> i64 {
    let db = rusqlite::Connection::open(district.home().join("var/firstbell.db")).expect("the store");
    db.query_row("SELECT max(round) FROM round", [], |row| row.get(0))
        .expect("a round")
}

fn standing(home: &Path) -> String {
    let said = bare(&["--home", home.to_str().expect("text"), "--format", "csv", "standing"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    said.out
}

fn problems(said: &Said) -> Vec<&str> {
    let is_problem = |line: &&str| {
        ["note: ", "waits: ", "error: "]
            .iter()
            .any(|word| line.starts_with(word))
    };
    said.out.lines().filter(is_problem).collect()
}

#[test]
fn an_accepted_export_leaves_the_inbox_and_only_what_a_feed_reads_is_kept() {
    let district = district().init();
    district.export(NIGHT);
    let students = district.home().join("inbox/students.csv");
    let text = fs::read_to_string(&students).expect("text");
    let with_more: String = text
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            0 => format!("ssn,{line},lunch\n"),
            _ => format!("999-00-1234,{line},\"free, reduced\"\n"),
        })
        .collect();
    fs::write(&students, with_more).expect("the inbox is ours");
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
    // As it was before the two columns came in, but for the mark that says UTF-8.
    assert_eq!(kept(&district, "students"), [format!("\u{feff}{text}")]);
    for path in files_below(&district.home().join("var/archive")) {
        let mut bytes = Vec::new();
        let file = File::open(&path).expect("a kept file");
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).ok();
        bytes.extend(fs::read(&path).expect("a kept file"));
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("999-00") && !text.contains("reduced"), "{path:?}");
    }
    // An export all of whose cells are read is kept as it is.
    assert_eq!(kept(&district, "schools"), ["school_id,name\n100,North High\n"]);
    let names: Vec<String> = index(&district)
        .iter()
        .filter_map(|line| line["file"]["name"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(names, accepted(&district), "a line for every accepted export");
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_what_is_claimed_or_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let district = district().init();
    district.night(NIGHT);
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let archive = district.home().join("var/archive");
    let kept = files_below(&archive);
    assert!(kept.len() > 3);
    for path in kept {
        assert_eq!(mode(&path), 0o600, "{path:?}");
        for folder in path.ancestors().skip(1).take_while(|folder| *folder != district.home()) {
            assert_eq!(mode(folder), 0o700, "{folder:?}");
        }
    }
    assert_eq!(mode(&district.home().join("var/work")), 0o700);
}

#[test]
fn a_share_that_must_not_be_touched_is_not_touched() {
    let district = leave(district()).init();
    district.export(NIGHT);
    let look = || -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
        let file = |path: PathBuf| {
            let written = fs::metadata(&path).and_then(|about| about.modified()).expect("a time");
            (path.clone(), fs::read(&path).expect("a file"), written)
        };
        files_below(&district.home().join("inbox"))
            .into_iter()
            .map(file)
            .collect()
    };
    let before = look();
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(look(), before);
    assert_eq!(names_below(&district.home().join("var/archive")), [""; 0]);
    let again = district.run(&["run", "--as-of", NIGHT]);
    assert!(
        said.out.contains("  read  ") && !again.out.contains("  read  "),
        "{}",
        again.out
    );
}

#[test]
fn looking_moves_nothing() {
    let district = district().init();
    district.night(NEXT);
    district.export(NEXT);
    let before = inbox(&district);
    for arguments in [
        &["run", "--as-of", NEXT, "--dry-run"][..],
        &["run", "--as-of", NIGHT],
        &["check"],
        &["status"],
    ] {
        district.run(arguments);
        assert_eq!(
            (inbox(&district), work(&district)),
            (before.clone(), vec![]),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_an_interrupted_round_had_claimed_is_read_by_the_next_one() {
    let (district, other) = (district().init(), self::district().init());
    for home in [&district, &other] {
        home.night(NIGHT);
    }
    district.export(NEXT);
    // As a round leaves it that was killed before its commit.
    let claimed = district.home().join(format!("var/work/{}", last_round(&district) + 1));
    fs::create_dir_all(&claimed).expect("the home is ours");
    for name in ["attendance.csv", "students.csv"] {
        fs::rename(district.home().join("inbox").join(name), claimed.join(name)).expect("the home is ours");
    }
    fs::write(claimed.join(".claiming.part"), "half").expect("the home is ours");
    let said = district.run(&["run", "--as-of", NEXT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(
        problems(&said),
        [
            "note: var/work: the round before this one was interrupted; 2 files that it had claimed are back in the inbox — nothing to \
             do: nothing of that round was kept, and its files are read now [round-interrupted]"
        ]
    );
    other.night(NEXT);
    assert_eq!(standing(&district.home()), standing(&other.home()));
    assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
    assert_eq!(accepted(&district), accepted(&other));
}

/// Writes an attendance export as it was at a moment, with more days on which student 1001 was away.
fn put_attendance(path: &Path, text: &str, away: &[&str], seconds: u64) {
    let rows: String = away.iter().map(|day| format!("1001,100,{day},A,,\n")).collect();
    fs::write(path, format!("{text}{rows}")).expect("the home is ours");
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds);
    let file = File::options().write(true).open(path).expect("the file");
    file.set_modified(written).expect("a time");
}

/// With these four days on top of four before, 1001 missed 8 of 30 days: urgent; without them 4 of 30: concern.
const WEEK: [&str; 4] = ["2026-09-14", "2026-09-15", "2026-09-16", "2026-09-17"];

fn level(district: &District) -> String {
    let flags = standing(&district.home());
    let line = flags
        .lines()
        .find(|line| line.starts_with("1001,100,9,chronic_absence"));
    line.and_then(|line| line.split(',').nth(5))
        .unwrap_or("none")
        .to_owned()
}

fn attendance_read(said: &Said) -> Vec<&str> {
    let read = said.out.lines().filter_map(|line| line.strip_prefix("  read    "));
    read.filter_map(|line| line.split(':').next())
        .filter(|name| name.starts_with("attendance"))
        .collect()
}

#[test]
fn an_older_export_of_an_interrupted_round_and_a_newer_one_of_its_name_both_apply_in_order() {
    for newer_is_graver in [true, false] {
        let district = district().init();
        district.night("2026-09-24");
        district.export(NIGHT);
        let newer = district.home().join("inbox/attendance.csv");
        let text = fs::read_to_string(&newer).expect("text");
        let claimed = district.home().join(format!("var/work/{}", last_round(&district) + 1));
        fs::create_dir_all(&claimed).expect("the home is ours");
        let (older_days, newer_days) = if newer_is_graver {
            (&[][..], &WEEK[..])
        } else {
            (&WEEK[..], &[][..])
        };
        put_attendance(&claimed.join("attendance.csv"), &text, older_days, 0);
        put_attendance(&newer, &text, newer_days, 60);
        let said = district.run(&["run", "--as-of", NIGHT]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert_eq!(
            attendance_read(&said),
            ["attendance.csv", "attendance.csv"],
            "{}",
            said.out
        );
        assert_eq!(level(&district), if newer_is_graver { "urgent" } else { "concern" });
        assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
        assert_eq!(
            kept(&district, "attendance").len(),
            3,
            "the night before, and both of this one"
        );
        // Rung again, both apply in that order too.
        let into = district.home().with_file_name("again");
        let said = district.run(&["rebuild", "--to", NIGHT, "--into", into.to_str().expect("text")]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert_eq!(standing(&into), standing(&district.home()));
    }
}

#[test]
fn what_a_committed_round_had_not_archived_is_archived_and_not_read_again() {
    let district = district().init();
    district.export(NIGHT);
    let bytes = fs::read(district.home().join("inbox/attendance.csv")).expect("an export");
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!(said.code, 0, "{}", said.out);
    let (before, round) = (accepted(&district), last_round(&district));
    // As it lies when the power went between the commit and the archive.
    fs::remove_dir_all(district.home().join("var/archive")).expect("the home is ours");
    let claimed = district.home().join(format!("var/work/{round}"));
    fs::create_dir_all(&claimed).expect("the home is ours");
    fs::write(claimed.join("attendance.csv"), &bytes).expect("the home is ours");
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(!said.out.contains("  read"), "{}", said.out);
    assert_eq!(problems(&said), [""; 0]);
    assert_eq!((accepted(&district), last_round(&district)), (before, round));
    assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
    let kept = kept(&district, "attendance");
    assert_eq!(kept[0].trim_start_matches('\u{feff}').as_bytes(), bytes);
}

#[test]
fn killed_at_any_moment_a_round_loses_nothing_and_reads_nothing_twice() {
    let whole = district().init();
    whole.night(NIGHT);
    whole.night(NEXT);
    let expected = standing(&whole.home());
    for wait in [10_u64, 40, 80, 120, 170, 250] {
        let district = district().init();
        district.night(NIGHT);
        district.export(NEXT);
        let running = district.begin(&["run", "--as-of", NEXT]);
        std::thread::sleep(Duration::from_millis(wait));
        running.kill();
        let said = district.run(&["run", "--as-of", NEXT]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "after {wait} ms: {}", said.out);
        assert_eq!(standing(&district.home()), expected, "after {wait} ms");
        assert_eq!((inbox(&district), work(&district)), (vec![], vec![]), "after {wait} ms");
        let mut twice = accepted(&district);
        let count = twice.len();
        assert_eq!(count, accepted(&whole).len(), "after {wait} ms: {twice:?}");
        twice.sort();
        // What a later round puts away was written again, and then begins with a mark.
        let attendance = |district: &District| {
            let kept = kept(district, "attendance").into_iter();
            let rows: Vec<String> = kept
                .map(|text| text.trim_start_matches('\u{feff}').to_owned())
                .collect();
            rows
        };
        assert_eq!(attendance(&district), attendance(&whole), "after {wait} ms");
    }
}

#[test]
fn two_exports_of_one_night_apply_in_their_order() {
    for later_is_graver in [true, false] {
        let district = district().init();
        district.export(NIGHT);
        let folder = district.home().join("inbox");
        let text = fs::read_to_string(folder.join("attendance.csv")).expect("text");
        fs::remove_file(folder.join("attendance.csv")).expect("the inbox is ours");
        let (first, second) = if later_is_graver {
            (&[][..], &WEEK[..])
        } else {
            (&WEEK[..], &[][..])
        };
        // By name the later one comes first.
        put_attendance(&folder.join("attendance_b.csv"), &text, first, 0);
        put_attendance(&folder.join("attendance_a.csv"), &text, second, 60);
        let said = district.run(&["run", "--as-of", NIGHT]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert_eq!(
            attendance_read(&said),
            ["attendance_b.csv", "attendance_a.csv"],
            "{}",
            said.out
        );
        assert_eq!(level(&district), if later_is_graver { "urgent" } else { "concern" });
    }
}

#[test]
fn the_same_bytes_again_are_taken_away_without_being_read_and_kept_once() {
    let district = district().init();
    district.night(NIGHT);
    let before = accepted(&district);
    // Twice in one night too, under another name.
    district.export(NIGHT);
    let inbox_folder = district.home().join("inbox");
    fs::copy(
        inbox_folder.join("attendance.csv"),
        inbox_folder.join("attendance_again.csv"),
    )
    .expect("a copy");
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(!said.out.contains("  read"), "{}", said.out);
    assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
    assert_eq!(accepted(&district), before);
    assert_eq!(kept(&district, "attendance").len(), 1, "kept once");
}

#[test]
fn with_archive_days_0_what_was_read_is_removed_and_nothing_kept() {
    let district = district().configured("archive_days = 60", "archive_days = 0").init();
    district.night(NIGHT);
    assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
    assert_eq!(names_below(&district.home().join("var/archive")), [""; 0]);
}

#[test]
fn the_archive_forgets_what_is_older_than_it_is_kept() {
    let district = district().configured("archive_days = 60", "archive_days = 30").init();
    district.night(NIGHT);
    let archive = district.home().join("var/archive");
    let folder = files_below(&archive)[0].parent().expect("a day").to_owned();
    let (old, shown) = (archive.join("2020/02/03"), "2020/02/03");
    fs::create_dir_all(old.parent().expect("a month")).expect("the home is ours");
    fs::rename(&folder, &old).expect("the home is ours");
    let today = folder
        .strip_prefix(&archive)
        .expect("below")
        .to_string_lossy()
        .replace('\\', "/");
    let text = fs::read_to_string(old.join("index.jsonl")).expect("text");
    let text = text
        .replace(&today, shown)
        .replace(&today.replace('/', "-"), &shown.replace('/', "-"));
    fs::write(old.join("index.jsonl"), text).expect("the home is ours");
    // The calendar comes again every night: it lives as long as its last line.
    district.night(NEXT);
    let names = names_below(&old);
    let stems: Vec<&str> = names
        .iter()
        .filter_map(|name| name.split_once('-'))
        .map(|(_, rest)| rest)
        .collect();
    assert!(stems.contains(&"calendar.csv.gz"), "{names:?}");
    assert!(!stems.contains(&"attendance.csv.gz"), "{names:?}");
    assert!(!names.contains(&"index.jsonl".to_owned()), "{names:?}");
    let said = district.run(&[
        "rebuild",
        "--to",
        NEXT,
        "--into",
        district.home().with_file_name("again").to_str().expect("text"),
    ]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("[archive-gap]"), "{}", said.out);
}

#[test]
fn what_cannot_be_archived_stays_safe_is_said_and_is_archived_later() {
    let district = district().init();
    district.export(NIGHT);
    let archive = district.home().join("var/archive");
    fs::remove_dir(&archive).expect("the home is ours");
    fs::write(&archive, "in the way").expect("the home is ours");
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!(said.code, 1, "a home whose folders cannot be made: {}", said.err);
    assert!(inbox(&district).contains(&"attendance.csv".to_owned()));
    // The archive itself is there, and a year in it cannot be made.
    fs::remove_file(&archive).expect("the home is ours");
    fs::create_dir(&archive).expect("the home is ours");
    let years: Vec<PathBuf> = (2024..2100).map(|year| archive.join(year.to_string())).collect();
    for year in &years {
        fs::write(year, "in the way").expect("the home is ours");
    }
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(problems(&said).len(), work(&district).len(), "{}", said.out);
    assert!(
        problems(&said)[0].contains("attendance.csv: was read and its facts are kept, but it cannot be archived")
            || said
                .out
                .contains("attendance.csv: was read and its facts are kept, but it cannot be archived"),
        "{}",
        said.out
    );
    assert!(work(&district).contains(&"attendance.csv".to_owned()));
    let before = accepted(&district);
    for year in &years {
        fs::remove_file(year).expect("the home is ours");
    }
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
    assert_eq!(accepted(&district), before, "nothing was read again");
    assert_eq!(kept(&district, "attendance").len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn an_inbox_on_another_file_system_is_claimed_by_copies() {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(share) = tempfile::tempdir_in("/dev/shm") else {
        println!("left out: an_inbox_on_another_file_system_is_claimed_by_copies (no /dev/shm)");
        return;
    };
    let district = district()
        .configured("path = \"inbox\"", &format!("path = \"{}\"", share.path().display()))
        .init();
    let device = |path: &Path| fs::metadata(path).expect("it is there").dev();
    if device(share.path()) == device(&district.home()) {
        println!("left out: an_inbox_on_another_file_system_is_claimed_by_copies (one file system)");
        return;
    }
    district.export(NIGHT);
    for path in files_below(&district.home().join("inbox")) {
        fs::copy(&path, share.path().join(path.file_name().expect("a name"))).expect("a copy");
    }
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(names_below(share.path()), [""; 0]);
    assert_eq!(work(&district), [""; 0]);
    assert_eq!(kept(&district, "attendance").len(), 1);
    // An unusable one waits at home.
    fs::write(share.path().join("attendance.csv"), "").expect("the share is ours");
    let said = district.run(&["run", "--as-of", NEXT]);
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(names_below(share.path()), [""; 0]);
    assert_eq!(names_below(&district.home().join("var/held")).len(), 1);
}

#[test]
fn a_file_that_is_not_believed_waits_in_var_held_and_is_told_under_its_name() {
    let district = district().init();
    district.night(NIGHT);
    fs::write(district.home().join("inbox/attendance.csv"), "").expect("the inbox is ours");
    let said = district.run(&["run", "--as-of", NEXT]);
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(
        problems(&said),
        ["waits: attendance.csv:1: the file is empty — export it again; until then the last one counts [empty-file]"]
    );
    for _ in 0..2 {
        assert_eq!((inbox(&district), work(&district)), (vec![], vec![]));
        assert_eq!(names_below(&district.home().join("var/held")).len(), 1);
        let said = district.run(&["run", "--as-of", NEXT]);
        assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
        assert_eq!(
            problems(&said),
            [
                "waits: attendance.csv:1: the file is empty — export it again; until then the last one counts [empty-file]"
            ]
        );
    }
}

/// The demo district's nights, rung by the real program; the standings after each.
fn demo_nights(home: &Path) -> Vec<(String, String)> {
    let demo = firstbell::demo::district();
    let rules = firstbell::embedded::below("rules/");
    firstbell::home::Home::init(home, &demo.config, rules).expect("a home");
    let mut nights = Vec::new();
    for night in &demo.nights {
        for (name, text) in &night.files {
            fs::write(home.join("inbox").join(name), text).expect("the inbox is ours");
        }
        let day = night.as_of.to_string();
        let said = bare(&["--home", home.to_str().expect("text"), "run", "--as-of", &day]);
        assert!(
            [0, 3].contains(&said.code) && said.err.is_empty(),
            "{}{}",
            said.out,
            said.err
        );
        nights.push((day, standing(home)));
    }
    nights
}

#[test]
fn a_past_night_of_the_demo_district_is_rebuilt_from_the_archive_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let nights = demo_nights(&home);
    let different: std::collections::BTreeSet<&String> = nights.iter().map(|(_, flags)| flags).collect();
    assert!(different.len() > 4, "nights that differ");
    // What has happened since then is not looked at, nor the store.
    fs::remove_file(home.join("var/firstbell.db")).expect("the store");
    for (day, expected) in [&nights[0], &nights[4], &nights[7], &nights[9]] {
        let into = folder.path().join(format!("to-{day}"));
        let into_text = into.to_str().expect("text");
        let said = bare(&[
            "--home",
            home.to_str().expect("text"),
            "rebuild",
            "--to",
            day,
            "--into",
            into_text,
        ]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert_eq!(&standing(&into), expected, "{day}");
        assert_eq!(names_below(&into.join("inbox")), [""; 0]);
        // It can go on from there.
        let said = bare(&["--home", into_text, "check"]);
        assert_eq!(said.err, "");
    }
}

#[test]
fn a_rebuilt_home_writes_to_nobody_and_touches_no_share() {
    let district = district()
        .configured(
            "# [mail.smtp]\n# host = \"smtp.district.example\"",
            "[mail.smtp]\nhost = \"smtp.district.example\"",
        )
        .configured("send_to = \"rehearsal\"", "send_to = \"rehearsal\" # as ever")
        .init();
    // The nights run without the mail server that is configured later.
    let config = district.home().join("firstbell.toml");
    let with_mail = fs::read_to_string(&config).expect("text");
    fs::write(&config, with_mail.replace("[mail.smtp]\nhost", "# [mail.smtp]\n# host")).expect("ours");
    district.night(NIGHT);
    let elsewhere = district.home().with_file_name("share");
    fs::create_dir(&elsewhere).expect("a folder");
    let share = format!("path = \"{}\"", elsewhere.display());
    let live = with_mail
        .replace("path = \"inbox\"", &share)
        .replace("send_to = \"rehearsal\"", "send_to = \"owners\"");
    fs::write(&config, live).expect("ours");
    fs::write(elsewhere.join("attendance.csv"), "not to be touched").expect("ours");
    fs::write(district.home().join("letters/note.txt"), "ours").expect("ours");
    let into = district.home().with_file_name("again");
    let said = district.run(&["rebuild", "--to", NIGHT, "--into", into.to_str().expect("text")]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let made = fs::read_to_string(into.join("firstbell.toml")).expect("text");
    assert!(
        made.contains("# [mail.smtp]\n# host") && made.contains("send_to = \"rehearsal\" # as ever"),
        "{made}"
    );
    assert!(made.contains("path = \"inbox\""), "{made}");
    assert_eq!(
        fs::read(elsewhere.join("attendance.csv")).expect("there"),
        b"not to be touched"
    );
    assert!(into.join("letters/note.txt").is_file());
    assert!(
        !names_below(&into.join("var/letters")).is_empty(),
        "letters lie in its folder"
    );
}

#[test]
fn rebuild_refuses_what_it_cannot_do_and_says_what_to_do() {
    let district = district().init();
    let into = district.home().with_file_name("again");
    let ask = |to: &str| district.run(&["rebuild", "--to", to, "--into", into.to_str().expect("text")]);
    let said = ask(NIGHT);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("[archive-empty]"), "{}", said.err);
    assert!(!into.exists(), "nothing is made");
    district.night(NIGHT);
    let said = ask("2026-09-01");
    assert!(
        said.err.contains("holds no export of a night up to 2026-09-01"),
        "{}",
        said.err
    );
    fs::create_dir(&into).expect("a folder");
    fs::write(into.join("mine.txt"), "mine").expect("a file");
    let said = ask(NIGHT);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("is not an empty folder") && said.err.contains("[rebuild-occupied]"),
        "{}",
        said.err
    );
    assert_eq!(names_below(&into), ["mine.txt"]);
    fs::remove_file(into.join("mine.txt")).expect("ours");
    assert_eq!(ask(NIGHT).code, 0, "an empty folder will do");
}

#[test]
fn a_damaged_archive_is_said_and_the_rest_is_rebuilt() {
    let district = district().init();
    district.night(NIGHT);
    let archive = district.home().join("var/archive");
    let caseload = files_below(&archive)
        .into_iter()
        .find(|path| path.to_string_lossy().contains("-caseload"));
    fs::write(caseload.expect("a kept file"), "no gzip").expect("ours");
    let index = files_below(&archive)
        .into_iter()
        .find(|path| path.ends_with("index.jsonl"))
        .expect("an index");
    let mut text = fs::read_to_string(&index).expect("text");
    text.push_str("{\"file\":{\"kept\":\"../../../etc/passwd\"\n");
    fs::write(&index, text).expect("ours");
    let into = district.home().with_file_name("again");
    let said = district.run(&["rebuild", "--to", NIGHT, "--into", into.to_str().expect("text")]);
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert!(said.out.contains("caseload.csv: the kept file `"), "{}", said.out);
    assert!(
        said.out.contains("[archive-damaged]") && said.out.contains("[archive-line]"),
        "{}",
        said.out
    );
    let levels = |flags: String| -> Vec<String> {
        let cut = |line: &str| line.split(',').take(6).collect::<Vec<_>>().join(",");
        flags.lines().map(cut).collect()
    };
    assert_eq!(levels(standing(&into)), levels(standing(&district.home())));
}
