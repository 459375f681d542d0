//! What may lie in a drop folder that is no export: each is said by name and opened by nobody, or read like any other; the night
//! goes on, and what was there is there afterwards.

#[path = "support/mod.rs"]
mod support;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::process::Command;
use std::time::{Duration, SystemTime};

use support::{District, Said};

const NIGHT: &str = "2026-09-25";
const NEXT: &str = "2026-09-28";

fn district() -> District {
    District::new()
        .classmates(20)
        .student("1001", "Ann Able", "9", "A*4 P*60")
        .staff("T1", "Cora Lund", "counselor")
}

fn inbox(district: &District) -> PathBuf {
    district.home().join("inbox")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let name =
        |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

fn problems(said: &Said) -> Vec<&str> {
    let is_problem = |line: &&str| {
        ["note: ", "waits: ", "error: "]
            .iter()
            .any(|word| line.starts_with(word))
    };
    said.out.lines().filter(is_problem).collect()
}

fn flags(district: &District) -> String {
    let said = district.run(&["--format", "csv", "standing"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    levels(&said.out)
}

/// Student, school, grade, rule, area, level: what a held night must not change, though its numbers are not known.
fn levels(listing: &str) -> String {
    let cut = |line: &str| line.split(',').take(6).collect::<Vec<_>>().join(",") + "\n";
    listing.lines().map(cut).collect()
}

/// Ends the test with its name on the screen where this machine cannot try it.
macro_rules! left_out {
    ($name:literal, $why:expr) => {{
        println!("left out: {} ({})", $name, $why);
        return;
    }};
}

/// One night with something odd under the name of an attendance export beside a sound one of another name.
#[cfg(unix)]
fn beside_a_sound_export(make: impl Fn(&Path) -> bool, told: &[&str]) -> bool {
    for after in ["archive", "leave"] {
        let district = district()
            .configured("after = \"archive\"", &format!("after = \"{after}\""))
            .init();
        district.export(NIGHT);
        let odd = inbox(&district).join("attendance_odd.csv");
        if !make(&odd) {
            return false;
        }
        let before = fs::symlink_metadata(&odd).expect("it is there").file_type();
        let said = district.run(&["run", "--as-of", NIGHT]);
        assert_eq!(said.err, "", "{}", said.out);
        assert_eq!(problems(&said), told, "{}", said.out);
        assert_eq!(said.code, if told.is_empty() { 0 } else { 3 });
        assert!(said.out.contains("  read    attendance.csv"), "{}", said.out);
        let kind = fs::symlink_metadata(&odd).expect("it is there still").file_type();
        assert_eq!(kind, before, "it was not moved");
    }
    true
}

#[cfg(unix)]
const NOT_PLAIN: [&str; 1] = [
    "waits: attendance_odd.csv: is a link or a device, not a file, and was not opened — let the export program write a plain file into \
     the inbox [not-a-plain-file]",
];

#[cfg(unix)]
#[test]
fn a_symlink_is_not_followed() {
    beside_a_sound_export(
        |path| std::os::unix::fs::symlink("/etc/hostname", path).is_ok(),
        &NOT_PLAIN,
    );
    // To nothing, to itself, to a folder.
    beside_a_sound_export(
        |path| std::os::unix::fs::symlink("/nowhere/at/all", path).is_ok(),
        &NOT_PLAIN,
    );
    beside_a_sound_export(|path| std::os::unix::fs::symlink(path, path).is_ok(), &NOT_PLAIN);
    beside_a_sound_export(|path| std::os::unix::fs::symlink("..", path).is_ok(), &NOT_PLAIN);
}

#[cfg(unix)]
#[test]
fn a_fifo_is_not_waited_for() {
    let fifo = |path: &Path| {
        Command::new("mkfifo")
            .arg(path)
            .status()
            .is_ok_and(|status| status.success())
    };
    if !beside_a_sound_export(fifo, &NOT_PLAIN) {
        left_out!("a_fifo_is_not_waited_for", "no mkfifo here");
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_not_opened() {
    let zero = |path: &Path| {
        let made = Command::new("mknod").arg(path).args(["c", "1", "5"]).output();
        made.is_ok_and(|made| made.status.success())
    };
    if !beside_a_sound_export(zero, &NOT_PLAIN) {
        left_out!("a_device_is_not_opened", "only root makes devices");
    }
}

#[cfg(unix)]
#[test]
fn a_socket_is_not_opened() {
    let socket = |path: &Path| std::os::unix::net::UnixListener::bind(path).is_ok();
    assert!(beside_a_sound_export(socket, &NOT_PLAIN));
}

#[cfg(unix)]
#[test]
fn a_folder_named_like_an_export_is_passed_over() {
    let folder = |path: &Path| fs::create_dir(path).is_ok() && fs::write(path.join("attendance.csv"), "x").is_ok();
    assert!(beside_a_sound_export(folder, &[]));
}

#[test]
fn hard_links_are_read_like_files_and_the_other_name_keeps_its_bytes() {
    let district = district().init();
    district.export(NIGHT);
    let export = inbox(&district).join("attendance.csv");
    let elsewhere = district.home().with_file_name("kept_by_the_sis.csv");
    if fs::hard_link(&export, &elsewhere).is_err() {
        left_out!("hard_links_are_read_like_files", "no hard links on this file system");
    }
    let bytes = fs::read(&elsewhere).expect("the other name");
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(fs::read(&elsewhere).expect("the other name"), bytes);
    assert_eq!(names(&inbox(&district)), [""; 0]);
}

/// Runs the program as an account that owns the home and is not root, whom permissions stop.
#[cfg(unix)]
fn as_nobody(district: &District, arguments: &[&str]) -> Option<Said> {
    let home = district.home();
    let uid = Command::new("id").arg("-u").output().ok()?;
    let is_root = uid.stdout.starts_with(b"0\n");
    if !is_root {
        return Some(district.run(arguments));
    }
    for folder in home
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(std::env::temp_dir()))
    {
        use std::os::unix::fs::PermissionsExt as _;
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
    }
    let owned = Command::new("chown")
        .arg("-R")
        .arg("65534:65534")
        .arg(&home)
        .status()
        .ok()?;
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let said = district.run_through(&nobody, arguments)?;
    // 127: the program lies where that account may not go.
    Some(said).filter(|said| said.code < 126 && owned.success())
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_said_held_and_left() {
    use std::os::unix::fs::PermissionsExt as _;
    let district = district().init();
    district.night(NIGHT);
    let before = flags(&district);
    district.export(NEXT);
    let export = inbox(&district).join("attendance.csv");
    fs::set_permissions(&export, fs::Permissions::from_mode(0o000)).expect("ours");
    let Some(said) = as_nobody(&district, &["run", "--as-of", NEXT]) else {
        left_out!(
            "a_file_without_permission_is_said_held_and_left",
            "root, and no setpriv to be another"
        );
    };
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(
        problems(&said),
        [
            "waits: attendance.csv: cannot be read: Permission denied (os error 13) — see that it is there and that the account firstbell \
          runs under may read it [inbox-unreadable]"
        ]
    );
    assert_eq!(flags(&district), before, "nobody is raised or cleared");
    assert_eq!(names(&inbox(&district)), ["attendance.csv"]);
    fs::set_permissions(&export, fs::Permissions::from_mode(0o600)).expect("ours");
    let said = as_nobody(&district, &["run", "--as-of", NEXT]).expect("as before");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
}

#[cfg(unix)]
#[test]
fn an_inbox_from_which_nothing_may_be_moved_is_read_in_place_and_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let district = district().init();
    district.export(NIGHT);
    let before = names(&inbox(&district));
    fs::set_permissions(inbox(&district), fs::Permissions::from_mode(0o500)).expect("ours");
    let said = as_nobody(&district, &["run", "--as-of", NIGHT]);
    fs::set_permissions(inbox(&district), fs::Permissions::from_mode(0o700)).expect("ours");
    let Some(said) = said else {
        left_out!(
            "an_inbox_from_which_nothing_may_be_moved",
            "root, and no setpriv to be another"
        );
    };
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(problems(&said).len(), before.len(), "{}", said.out);
    assert!(problems(&said)[0].contains("[claim-failed]"), "{}", said.out);
    assert!(said.out.contains("  read    attendance.csv"), "{}", said.out);
    assert_eq!(names(&inbox(&district)), before);
}

/// Exports that a thread goes on writing to while rounds read them.
fn while_it_grows(after: &str) {
    let district = district()
        .configured("after = \"archive\"", &format!("after = \"{after}\""))
        .init();
    district.night(NIGHT);
    let before = flags(&district);
    district.export(NEXT);
    let export = inbox(&district).join("attendance.csv");
    let mut growing = File::options().append(true).open(&export).expect("the export");
    let row = "1001,100,2026-09-28,A,,\n";
    // So long that reading it outlasts any pause that a busy machine makes the writer take.
    growing
        .write_all(row.repeat(1_000_000).as_bytes())
        .expect("the file is ours");
    let whole = fs::read_to_string(&export).expect("text");
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    // A slow upload: it goes on writing whatever happens to the name.
    let writer = std::thread::spawn(move || {
        let mut rows = 0_u32;
        while is_done.try_recv().is_err() && rows < 3_000_000 {
            rows += 1;
            growing.write_all(row.as_bytes()).expect("the file is ours");
        }
        growing
    });
    let said = district.run(&["run", "--as-of", NEXT]);
    done.send(()).ok();
    drop(writer.join().expect("it wrote"));
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    // Seen before it is read, or while it is: in both cases nothing in it is believed.
    let problems = problems(&said);
    let [problem] = problems.as_slice() else {
        panic!("one problem: {problems:?}")
    };
    let before_or_while = [
        "waits: attendance.csv: is still being written and was not read — nothing to do: it is read next time; it helps where the \
         export program writes under another name and renames [still-being-written]",
        "waits: attendance.csv: was written while it was read, so nothing in it was believed — nothing to do where an upload was under \
         way: the next round reads it; else let the export write under another name and rename it when it is whole [export-changed]",
    ];
    assert!(before_or_while.contains(&&**problem), "{problem}");
    assert_eq!(flags(&district), before, "nobody is raised or cleared");
    let lies = fs::read_to_string(&export).expect("it lies in the inbox under its name");
    assert!(lies.starts_with(&whole) && lies.len() > whole.len());
    let said = district.run(&["run", "--as-of", NEXT]);
    assert_eq!(said.err, "");
    assert!(said.out.contains("  read    attendance.csv"), "{}", said.out);
}

#[test]
fn a_file_that_changes_while_it_is_read_in_place_is_not_believed() {
    while_it_grows("leave");
}

#[test]
fn a_file_that_is_written_on_after_it_was_claimed_is_not_believed() {
    while_it_grows("archive");
}

#[test]
fn an_inbox_that_is_not_there_stops_the_round_and_changes_nothing() {
    let district = district().init();
    district.night(NIGHT);
    let before = flags(&district);
    fs::remove_dir(inbox(&district)).expect("an empty folder");
    let said = district.run(&["run", "--as-of", NEXT]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("[inbox-unreadable]"), "{}", said.err);
    assert_eq!(flags(&district), before);
    fs::create_dir(inbox(&district)).expect("ours");
    district.night(NEXT);
}

#[test]
fn a_folder_that_vanishes_in_the_middle_of_a_round_costs_the_files_alone() {
    use firstbell::inbox::{Unclaimed, claim, find};
    use firstbell::records::{Covers, Feed};
    let folder = tempfile::tempdir().expect("a folder");
    let (share, work) = (folder.path().join("share"), folder.path().join("work"));
    fs::create_dir(&share).expect("ours");
    fs::write(share.join("attendance.csv"), "student_id\n").expect("ours");
    let feed = Feed {
        tables: vec![firstbell::school::Table::Attendance],
        files: vec!["attendance*.csv".to_owned()],
        adapter: "canonical".to_owned(),
        covers: Covers::Year,
        delimiter: None,
        encoding: None,
        set: None,
    };
    let (mut found, problems) = find(&share, &[feed]).expect("a listing");
    assert!(found.len() == 1 && problems.is_empty());
    fs::remove_dir_all(&share).expect("ours");
    let unclaimed = claim(&mut found[0], &work, 1).expect_err("it is gone");
    assert!(matches!(unclaimed, Unclaimed::Unread(problem) if problem.code == "inbox-unreadable"));
    let problem = firstbell::inbox::open(&found[0]).expect_err("it is gone");
    assert_eq!(
        (problem.code.as_str(), problem.place.file.as_deref()),
        ("inbox-unreadable", Some("attendance.csv"))
    );
}

/// Runs the program under a limit of the size of any file that it writes, which is how a full disk looks to it.
#[cfg(unix)]
fn with_room(district: &District, blocks: u32, arguments: &[&str]) -> Said {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let said = district.run_through(&["sh", "-c", &script, "sh"], arguments);
    said.expect("a shell")
}

#[cfg(unix)]
#[test]
fn on_a_full_disk_nothing_is_kept_and_every_export_lies_in_the_inbox_again() {
    let district = district().init();
    district.night(NIGHT);
    let before = flags(&district);
    district.export(NEXT);
    let files = names(&inbox(&district));
    let said = with_room(&district, 16, &["run", "--as-of", NEXT]);
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    assert!(said.err.starts_with("error: "), "{}", said.err);
    assert_eq!(names(&inbox(&district)), files);
    assert_eq!(flags(&district), before);
    district.night(NEXT);
    assert_eq!(names(&inbox(&district)), [""; 0]);
}

#[cfg(unix)]
#[test]
fn when_the_disk_fills_while_archiving_the_export_stays_and_is_archived_later() {
    let district = district().init();
    district.export(NIGHT);
    // Incidents of a type that is never stored: large in the archive, nothing in the database.
    let mut text = "incident_id,student_id,school_id,date,type,role,action,action_days,severity\n".to_owned();
    let mut dice = 88_172_645_463_325_252_u64;
    for number in 0..60_000 {
        text += &format!("{number},1001,100,2026-09-24,Positive ");
        for _ in 0..12 {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            text += &format!("{dice:016x}");
        }
        text += ",offender,,,\n";
    }
    fs::write(inbox(&district).join("behavior.csv"), &text).expect("the inbox is ours");
    let config = district.home().join("firstbell.toml");
    let configured = fs::read_to_string(&config).expect("text");
    assert!(configured.contains("\"Positive*\" = { drop = true }"), "{configured}");
    // 3 or 6 million bytes, as the shell counts its blocks.
    let said = with_room(&district, 6000, &["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    let told: Vec<&str> = problems(&said)
        .into_iter()
        .filter(|told| told.starts_with("waits: "))
        .collect();
    assert_eq!(told.len(), 1, "{}", said.out);
    assert!(
        told[0].starts_with("waits: behavior.csv: was read and its facts are kept, but it cannot be archived"),
        "{}",
        told[0]
    );
    assert!(
        told[0].ends_with("make room on the disk; the next round archives it [archive-failed]"),
        "{}",
        told[0]
    );
    let work = district.home().join("var/work");
    let round = names(&work);
    assert_eq!(
        (round.len(), names(&work.join(&round[0]))),
        (1, vec!["behavior.csv".to_owned()])
    );
    assert_eq!(
        fs::read_to_string(work.join(&round[0]).join("behavior.csv")).expect("text"),
        text
    );
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(!said.out.contains("  read  "), "{}", said.out);
    assert_eq!(names(&work), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_no_screen_can_show_are_read_and_spelled_out() {
    use std::os::unix::ffi::OsStrExt as _;
    let district = district().init();
    district.export(NIGHT);
    let whole = fs::read_to_string(inbox(&district).join("attendance.csv")).expect("text");
    let long = format!("attendance_{}.csv", "x".repeat(240));
    let odd: [&[u8]; 8] = [
        b"attendance\nwaits: nothing.csv",
        b"attendance\x1b[31m.csv",
        b"attendance\xff\xfe.csv",
        b"attendance\xff\xfd.csv",
        b"attendance CON:|?.csv",
        b"attendance..\\..\\up.csv",
        "attendance \u{202e}vsc.csv".as_bytes(),
        long.as_bytes(),
    ];
    for (at, name) in odd.iter().enumerate() {
        // Each with one row more, so that each is news.
        let rows: String = (0..=at)
            .map(|row| format!("1001,100,2026-09-{:02},T,,\n", 10 + row))
            .collect();
        let path = inbox(&district).join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, format!("{whole}{rows}")).expect("Linux takes any name");
    }
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert_eq!(said.err, "", "{}", said.out);
    assert!(
        !said.out.contains('\u{1b}') && !said.out.contains("\nwaits: nothing"),
        "{}",
        said.out
    );
    for shown in [
        "  read    attendance\\nwaits: nothing.csv: ",
        "  read    attendance\\u{1b}[31m.csv: ",
        "  read    attendance\\xff\\xfe.csv: ",
        "  read    attendance\\xff\\xfd.csv: ",
        "  read    attendance CON:|?.csv: ",
        "  read    attendance..\\..\\up.csv: ",
        "  read    attendance \\u{202e}vsc.csv: ",
        long.as_str(),
    ] {
        assert!(said.out.contains(shown), "{shown}: {}", said.out);
    }
    assert_eq!(names(&inbox(&district)), [""; 0]);
    let plain = |name: &String| {
        let letter = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        name.chars().all(letter) && name.len() < 128
    };
    let archive = district.home().join("var/archive");
    let day = names(&archive)
        .iter()
        .map(|year| archive.join(year))
        .flat_map(|year| names(&year).into_iter().map(move |month| year.join(month)))
        .flat_map(|month| names(&month).into_iter().map(move |day| month.join(day)))
        .next();
    let kept = names(&day.expect("a day"));
    assert!(kept.len() > 8 && kept.iter().all(plain), "{kept:?}");
    let into = district.home().with_file_name("again");
    let again = district.run(&["rebuild", "--to", NIGHT, "--into", into.to_str().expect("text")]);
    assert_eq!(again.err, "", "{}", again.out);
    let said = support::bare(&["--home", into.to_str().expect("text"), "--format", "csv", "standing"]);
    assert_eq!(levels(&said.out), flags(&district), "{}", again.out);
}

#[test]
fn clocks_that_jump_stop_nothing() {
    // 1900, 1970, 2200, 2600: as a dead battery or a wrong zone writes them.
    for seconds in [-2_208_988_800_i64, 0, 7_258_118_400, 19_880_899_200] {
        let district = district().init();
        district.export(NIGHT);
        let age = Duration::from_secs(seconds.unsigned_abs());
        let moment = match seconds {
            0.. => SystemTime::UNIX_EPOCH + age,
            _ => SystemTime::UNIX_EPOCH - age,
        };
        for name in names(&inbox(&district)) {
            let file = File::options()
                .write(true)
                .open(inbox(&district).join(name))
                .expect("ours");
            // Some file systems end in 2038 or 2446; what they make of it is a jump too.
            let _ = file.set_modified(moment);
        }
        let said = district.run(&["run", "--as-of", NIGHT]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{seconds}: {}", said.out);
        assert_eq!(names(&inbox(&district)), [""; 0]);
        let mut written = district.home();
        written.set_file_name("again");
        let again = district.run(&["rebuild", "--to", NIGHT, "--into", written.to_str().expect("text")]);
        assert_eq!((again.code, again.err.as_str()), (0, ""), "{seconds}: {}", again.out);
        // Without a day the round is one of today, whatever the files say of theirs.
        let said = district.run(&["run"]);
        assert!(
            [0, 3].contains(&said.code) && said.err.is_empty(),
            "{seconds}: {}{}",
            said.out,
            said.err
        );
    }
}

#[test]
fn ten_thousand_files_are_read_once_and_taken_away() {
    let district = district()
        .configured(
            "table = \"behavior\"\nfiles = \"behavior*.csv\"\nadapter = \"canonical\"\ncovers = \"year\"",
            "table = \"behavior\"\nfiles = \"behavior*.csv\"\nadapter = \"canonical\"\ncovers = \"rows\"",
        )
        .init();
    district.export(NIGHT);
    for number in 0..1_000 {
        let row = format!("incident_id,student_id,school_id,date,type\nI{number},1001,100,2026-09-21,Minor {number}\n");
        fs::write(inbox(&district).join(format!("behavior_{number:05}.csv")), row).expect("ours");
    }
    // Names of one file: ten thousand files of their own take minutes to remove on some disks.
    let nobodys = inbox(&district).join("lunch_00000.csv");
    fs::write(&nobodys, "nobody waits for it").expect("ours");
    for number in 1..9_000 {
        fs::hard_link(&nobodys, inbox(&district).join(format!("lunch_{number:05}.csv"))).expect("ours");
    }
    let said = district.run(&["run", "--as-of", NIGHT]);
    assert!(said.err.is_empty() && [0, 3].contains(&said.code), "{}", said.err);
    assert_eq!(said.out.matches("  read    behavior_").count(), 1_000);
    let left = names(&inbox(&district));
    assert_eq!(left.len(), 9_000);
    assert!(left.iter().all(|name| name.starts_with("lunch_")));
}
