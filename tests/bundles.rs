//! The way of an export of several files: it settles, is claimed, weighed, held or believed as one, archived, and rung again. The real
//! program on homes that `init --from oneroster` made.

#[path = "support/rosters.rs"]
mod rosters;

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use rosters::homes::{firstbell, mend};
use rosters::{Files, Home, delta, files, sample, told, zipped};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Students of each of the two schools.
const EACH: usize = 60;

fn student(school: &str, number: usize) -> String {
    format!("{school}-{number:03}")
}

/// Two schools with sixty students each and a mark of each student: 8 of 10 points, but 3 for those who are named.
fn roster(is_there: impl Fn(&str, usize) -> bool, failing: &[&str]) -> Files {
    let mut files = sample("1.1");
    let mut users = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,grades,password\n"
        .to_owned();
    let mut results =
        "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment\n"
            .to_owned();
    for (school, org, item) in [("a", "sch-10", "li-a"), ("b", "sch-20", "li-b")] {
        for number in (1..=EACH).filter(|number| is_there(school, *number)) {
            let id = student(school, number);
            let score = if failing.contains(&id.as_str()) { 3 } else { 8 };
            users += &format!("{id},,,true,{org},student,login-{id},Given,Family,,09,secret\n");
            results += &format!("r-{id},,,{item},{id},fully graded,{score},2026-10-26,\n");
        }
    }
    let own = [
        ("users.csv", users),
        ("results.csv", results),
        ("enrollments.csv", "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n".to_owned()),
        ("courses.csv", "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes\n\
            c-a,,,year-27,Algebra I,MA101,09,sch-10,Mathematics,\nc-b,,,year-27,Algebra I,MA101,09,sch-20,Mathematics,\n".to_owned()),
        ("classes.csv", "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n\
            cl-a,,,Algebra,09,c-a,MA101-1,scheduled,104,sch-10,year-27,,,1\ncl-b,,,Algebra,09,c-b,MA101-1,scheduled,104,sch-20,year-27,,,1\n".to_owned()),
        ("lineItems.csv", "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,gradingPeriodSourcedId,resultValueMin,resultValueMax\n\
            li-a,,,Test,,2026-10-20,2026-10-23,cl-a,cat-t,q2-27,0,10\nli-b,,,Test,,2026-10-20,2026-10-23,cl-b,cat-t,q2-27,0,10\n".to_owned()),
    ];
    files.extend(own.map(|(name, text)| (name.to_owned(), text)));
    files
}

fn all(_: &str, _: usize) -> bool {
    true
}

fn even(_: &str, number: usize) -> bool {
    number.is_multiple_of(2)
}

/// What a student's rule says in the table of verdicts: from the rule on.
fn verdict(home: &Home, student: &str, rule: &str) -> String {
    let all = home.verdicts();
    let of = |line: &&str| line.starts_with(&format!("{student},")) && line.contains(&format!(",{rule},"));
    let line = all.lines().find(of);
    let line = line.unwrap_or_else(|| panic!("no {rule} of {student} in\n{all}"));
    line.split(',').nth(3).unwrap_or_default().to_owned()
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Everything below a folder but the folders, by path.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("below").display().to_string());
            }
        }
    }
    found.sort();
    found
}

fn standing(home: &Path) -> String {
    let said = firstbell(home, &["--format", "csv", "standing"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    said.out
}

#[test]
fn a_bulk_of_half_the_size_is_held_as_one_and_released_gives_what_it_would_have_given() {
    let half = || zipped(&roster(even, &["a-002"]));
    let without = Home::new();
    mend(
        &without.path.join("firstbell.toml"),
        "adapter = \"oneroster\"\n",
        "adapter = \"oneroster\"\ngates = { shrink_percent = false }\n",
    );
    without.put_at(0, "or.zip", &zipped(&roster(all, &[])));
    assert_eq!(without.run("2026-11-19").code, 0);
    without.put_at(60, "or.zip", &half());
    let said = without.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(verdict(&without, "a-002", "core_failure"), "concern");

    let home = Home::new();
    home.put_at(0, "or.zip", &zipped(&roster(all, &[])));
    let said = home.run("2026-11-19");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(names_in(&home.path.join("inbox")), [""; 0], "claimed and archived");
    assert_eq!(verdict(&home, "a-002", "core_failure"), "clear");
    let (before, students) = (standing(&home.path), home.students());
    home.put_at(60, "or.zip", &half());
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(
        told(&said, "file-shrank"),
        "waits: or.zip/users.csv: the file has 60 rows; the last one had 120, and `shrink_percent` is 10 — see whether the export broke off, and put a whole one into the inbox; if it is right: `firstbell held release or.zip` [file-shrank]"
    );
    let held: Vec<&str> = files(&said)
        .into_iter()
        .filter(|line| line.starts_with("held"))
        .collect();
    // Two schools, five sessions, sixty students and a mark of each.
    assert_eq!(held, ["held    or.zip: 127 rows"]);
    assert_eq!(standing(&home.path), before, "nobody is raised or cleared");
    assert_eq!(home.students(), students, "and nobody left");
    assert_eq!(verdict(&home, "a-002", "core_failure"), "held");
    assert_eq!(names_in(&home.path.join("inbox")), [""; 0]);
    assert_eq!(names_in(&home.path.join("var/held")).len(), 1);
    let list = firstbell(&home.path, &["--format", "csv", "held", "list"]);
    assert_eq!(list.code, 3);
    assert!(
        list.out
            .contains(",file,or.zip,students,,2026-11-20,held,file-shrank,127,"),
        "{}",
        list.out
    );
    // The same bytes, packed anew: nobody is asked twice.
    home.put_at(90, "or.zip", &packed_otherwise(&roster(even, &["a-002"])));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, files(&said)), (3, vec![]), "{}", said.out);
    assert_eq!(names_in(&home.path.join("inbox")), [""; 0]);
    let said = firstbell(&home.path, &["held", "release", "or.zip"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(verdict(&home, "a-002", "core_failure"), "concern");
    assert_eq!(standing(&home.path), standing(&without.path));
    for home in [&home, &without] {
        assert_eq!(home.run("2026-11-23").code, 0);
    }
    assert_eq!(home.verdicts(), without.verdicts());
    assert_eq!(home.students().len(), EACH);
    assert_eq!(names_in(&home.path.join("var/held")), [""; 0]);
}

/// The same files in a zip that is not compressed.
fn packed_otherwise(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, text) in files {
        zip.start_file(format!("export/{name}"), options).expect("an entry");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

#[test]
fn one_school_s_part_is_held_through_later_changes_and_released_as_it_stands_then() {
    let home = Home::new();
    home.put_at(0, "or.zip", &zipped(&roster(all, &[])));
    assert_eq!(home.run("2026-11-18").code, 0);
    let part = |school: &str, number: usize| school == "a" || number <= 40;
    home.put_at(10, "or.zip", &zipped(&roster(part, &["a-001", "b-001"])));
    let said = home.run("2026-11-19");
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(
        told(&said, "school-shrank"),
        "waits: or.zip/users.csv: school sch-20 has 40 rows; the last file had 60 of it — see what the school sent; the rest of the file is read; if it is right: `firstbell held release or.zip --school sch-20` [school-shrank]"
    );
    assert_eq!(
        verdict(&home, "a-001", "core_failure"),
        "concern",
        "the other school's part is read"
    );
    assert_eq!(verdict(&home, "b-001", "core_failure"), "held");
    assert_eq!(home.students().len(), 2 * EACH);
    let changed: Files = delta()
        .into_iter()
        .map(|(name, text)| (name, text.replace("stu-3", "b-002").replace("stu-9", "a-900")))
        .collect();
    home.put_at(20, "delta.zip", &zipped(&changed));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert!(
        home.students().contains(&"a-900 sch-10".to_owned()),
        "{:?}",
        home.students()
    );
    assert_eq!(home.students().len(), 2 * EACH + 1, "nobody of the held part leaves");
    let said = firstbell(&home.path, &["held", "release", "or.zip", "--school", "sch-20"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let said = home.run("2026-11-23");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    // Forty of the part, without the one whom the changes took away; and who came with them stays.
    assert_eq!(home.students().len(), EACH + 1 + 39);
    assert_eq!(verdict(&home, "b-001", "core_failure"), "concern");
}

#[test]
fn changes_to_a_held_export_wait_in_the_inbox_and_follow_its_release() {
    let home = Home::new();
    home.put_at(0, "or.zip", &zipped(&roster(all, &[])));
    assert_eq!(home.run("2026-11-19").code, 0);
    home.put_at(10, "or.zip", &zipped(&roster(even, &[])));
    assert_eq!(home.run("2026-11-20").code, 3);
    let changed: Files = delta()
        .into_iter()
        .map(|(name, text)| (name, text.replace("stu-3", "b-002").replace("stu-9", "a-900")))
        .collect();
    home.put_at(20, "delta.zip", &zipped(&changed));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert!(told(&said, "bundle-out-of-turn").starts_with("waits: delta.zip: holds changes to an export that waits"));
    assert_eq!(names_in(&home.path.join("inbox")), ["delta.zip"]);
    assert_eq!(firstbell(&home.path, &["held", "release", "or.zip"]).code, 0);
    let said = home.run("2026-11-23");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(home.students().len(), EACH, "sixty, one less, one more");
    assert!(home.students().contains(&"a-900 sch-10".to_owned()));
    assert_eq!(names_in(&home.path.join("inbox")), [""; 0]);
}

#[test]
fn changes_to_a_discarded_export_wait_for_one_with_all_rows() {
    let home = Home::new();
    home.put_at(0, "or.zip", &zipped(&roster(all, &[])));
    assert_eq!(home.run("2026-11-18").code, 0);
    home.put_at(10, "or.zip", &zipped(&roster(even, &[])));
    assert_eq!(home.run("2026-11-19").code, 3);
    assert_eq!(firstbell(&home.path, &["held", "discard", "or.zip"]).code, 0);
    assert_eq!(names_in(&home.path.join("var/held")), [""; 0]);
    let said = home.run("2026-11-19");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(
        verdict(&home, "a-001", "core_failure"),
        "clear",
        "what was believed last stands"
    );
    home.put_at(20, "delta.zip", &zipped(&delta()));
    let said = home.run("2026-11-19");
    assert_eq!(said.code, 3);
    assert!(
        told(&said, "bundle-out-of-turn").starts_with("waits: delta.zip: "),
        "{}",
        said.out
    );
    home.put_at(30, "or.zip", &zipped(&roster(all, &["a-001"])));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(verdict(&home, "a-001", "core_failure"), "concern");
    assert!(
        told(&said, "bundle-out-of-turn").starts_with("note: delta.zip: holds changes older"),
        "{}",
        said.out
    );
    assert_eq!(names_in(&home.path.join("inbox")), [""; 0]);
}

#[test]
fn a_half_uploaded_folder_is_not_read_and_stays_where_it_lies() {
    let home = Home::new();
    let whole = sample("1.1");
    let inbox = home.path.join("inbox/export");
    for (name, text) in whole.iter().filter(|(name, _)| *name != "users.csv") {
        home.put_at(0, &format!("export/{name}"), text.as_bytes());
    }
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert_eq!(
        told(&said, "bundle-file-missing"),
        "waits: export/users.csv: belongs to the export and is not there, so none of it was read — wait for the whole export, or export it again; until then the last one counts [bundle-file-missing]"
    );
    assert_eq!(names_in(&inbox).len(), whole.len() - 1);
    // On its way under the name of an upload; then there, and cut off.
    home.put_at(1, "export/users.csv.filepart", whole["users.csv"].as_bytes());
    assert_eq!(home.run("2026-11-20").code, 3);
    fs::remove_file(inbox.join("users.csv.filepart")).expect("renamed");
    home.put_at(1, "export/users.csv", &whole["users.csv"].as_bytes()[..200]);
    let said = home.run("2026-11-20");
    assert!(
        told(&said, "file-cut-off").starts_with("waits: export/users.csv: ends in the middle of a record"),
        "{}",
        said.out
    );
    home.put_at(2, "export/users.csv", whole["users.csv"].as_bytes());
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(home.students(), ["stu-1 sch-10", "stu-2 sch-10", "stu-3 sch-20"]);
    assert_eq!(
        names_in(&inbox),
        [""; 0],
        "its files are archived, and who uploads finds the folder"
    );
    assert_eq!(files(&home.run("2026-11-20")), Vec::<&str>::new());
}

#[test]
fn rebuild_rings_bundles_again_and_the_archive_holds_what_is_read_alone() {
    let home = Home::new();
    let mut states = Vec::new();
    let mut night = |day: &str| {
        let said = home.run(day);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        states.push((day.to_owned(), home.verdicts()));
    };
    home.put_at(0, "or.zip", &zipped(&roster(all, &["a-001"])));
    night("2026-11-16");
    let changed: Files = delta()
        .into_iter()
        .map(|(name, text)| (name, text.replace("stu-3", "b-002").replace("stu-9", "a-900")))
        .collect();
    home.put_at(10, "or.zip", &zipped(&changed));
    night("2026-11-17");
    for (name, text) in roster(all, &["b-001"]) {
        home.put_at(20, &format!("nightly/{name}"), text.as_bytes());
    }
    night("2026-11-18");
    for (name, text) in roster(all, &["a-001", "b-001"]) {
        home.put_at(30, &name, text.as_bytes());
    }
    night("2026-11-19");
    // One that only a person's word lets in is in the archive as well.
    home.put_at(40, "or.zip", &zipped(&roster(even, &["a-002"])));
    let said = home.run("2026-11-20");
    assert_eq!(said.code, 3, "{}", said.out);
    assert_eq!(firstbell(&home.path, &["held", "release", "or.zip"]).code, 0);
    let mut night = |day: &str| {
        let said = home.run(day);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        states.push((day.to_owned(), home.verdicts()));
    };
    night("2026-11-23");
    for two in states.windows(2) {
        assert_ne!(two[0].1, two[1].1);
    }
    let archive = home.path.join("var/archive");
    let kept: Vec<String> = files_below(&archive)
        .into_iter()
        .filter(|name| name.ends_with(".zip"))
        .collect();
    assert_eq!(kept.len(), 5, "{kept:?}");
    for name in &kept {
        let mut zip = ZipArchive::new(fs::File::open(archive.join(name)).expect("a file")).expect("a zip");
        for at in 0..zip.len() {
            let mut text = String::new();
            zip.by_index(at)
                .expect("an entry")
                .read_to_string(&mut text)
                .expect("text");
            assert!(!text.contains("secret") && !text.contains("login-"), "{text}");
        }
    }
    for (day, verdicts) in &states {
        let into = home.path.with_file_name(format!("to-{day}"));
        let text = into.to_str().expect("text");
        let said = firstbell(&home.path, &["rebuild", "--to", day, "--into", text]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{day}: {}", said.out);
        let again = firstbell(&into, &["--format", "csv", "verdicts"]);
        assert_eq!(&again.out, verdicts, "{day}");
        assert_eq!(files_below(&into.join("inbox")), [""; 0]);
    }
}

#[test]
fn what_an_interrupted_round_left_of_a_folder_goes_back_and_is_read() {
    let home = Home::new();
    let work = home.path.join("var/work/1/nightly");
    fs::create_dir_all(&work).expect("ours");
    for (name, text) in sample("1.1") {
        // Half of it had been claimed.
        match name.as_str() {
            "users.csv" | "orgs.csv" => fs::write(work.join(&name), text).expect("ours"),
            _ => home.put(&format!("nightly/{name}"), text.as_bytes()),
        }
    }
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(
        told(&said, "round-interrupted").starts_with("note: var/work: "),
        "{}",
        said.out
    );
    assert!(
        files(&said).contains(&"read    nightly/orgs.csv: 2 rows"),
        "{}",
        said.out
    );
    assert_eq!(home.students(), ["stu-1 sch-10", "stu-2 sch-10", "stu-3 sch-20"]);
    assert_eq!(files_below(&home.path.join("var/work")), [""; 0]);
}

#[test]
fn a_share_that_must_not_be_touched_is_read_where_it_lies() {
    let home = Home::new();
    mend(
        &home.path.join("firstbell.toml"),
        "after = \"archive\"",
        "after = \"leave\"",
    );
    home.put_at(0, "or.zip", &zipped(&roster(all, &[])));
    assert_eq!(home.run("2026-11-19").code, 0);
    for (name, text) in roster(all, &["a-001"]) {
        home.put_at(10, &format!("export/{name}"), text.as_bytes());
    }
    let lies = files_below(&home.path.join("inbox"));
    let said = home.run("2026-11-20");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(
        files(&said).contains(&"read    export/orgs.csv: 2 rows"),
        "{}",
        said.out
    );
    assert_eq!(
        files(&home.run("2026-11-20")),
        Vec::<&str>::new(),
        "known bytes are no news"
    );
    assert_eq!(files_below(&home.path.join("inbox")), lies);
    assert_eq!(files_below(&home.path.join("var/work")), [""; 0]);
}
