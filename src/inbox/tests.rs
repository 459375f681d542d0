//! The drop folder, the way of a claimed file, and the archive.

use std::fs;

use super::{Back, Export, Stand, claim, find, folders, give_back, leftovers, tidy};
use crate::records::{Covers, Feed};
use crate::school::Table;

fn feed(table: Table, glob: &str) -> Feed {
    Feed {
        tables: vec![table],
        files: vec![glob.to_owned()],
        adapter: "canonical".to_owned(),
        covers: Covers::Year,
        delimiter: None,
        encoding: None,
        set: None,
    }
}

#[test]
fn only_whole_plain_files_that_a_feed_waits_for_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [
        "attendance-2.csv",
        "Attendance-1.CSV",
        "attendance.csv.filepart",
        ".attendance.csv",
        "~$attendance.csv",
        "lunch.csv",
    ] {
        fs::write(folder.path().join(name), "x").expect("a file");
    }
    fs::create_dir(folder.path().join("attendance-old.csv")).expect("a folder");
    let (found, problems) = find(folder.path(), &[feed(Table::Attendance, "attendance*.csv")]).expect("a listing");
    let names: Vec<&str> = found.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(names, ["Attendance-1.CSV", "attendance-2.csv"]);
    assert_eq!(problems, []);
}

#[cfg(unix)]
#[test]
fn a_link_is_said_and_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("attendance.csv")).expect("a link");
    let (found, problems) = find(folder.path(), &[feed(Table::Attendance, "attendance*.csv")]).expect("a listing");
    assert_eq!(found, []);
    assert_eq!(problems[0].code, "not-a-plain-file");
}

/// An export that lies in a folder.
fn export(folder: &std::path::Path, name: &str, text: &str) -> Export {
    fs::write(folder.join(name), text).expect("a file");
    let (mut found, _) = find(folder, &[feed(Table::Attendance, name)]).expect("a listing");
    found.remove(0)
}

#[test]
fn files_of_one_name_are_claimed_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let (inbox, work) = (folder.path().join("inbox"), folder.path().join("work"));
    fs::create_dir(&inbox).expect("a folder");
    for text in ["first", "second", "third"] {
        let mut export = export(&inbox, "a.csv", text);
        claim(&mut export, &work, 7).expect("it can be moved");
        assert_eq!(fs::read_to_string(&export.path).expect("there"), text);
        assert!(!inbox.join("a.csv").exists());
    }
    let rounds: Vec<i64> = folders(&work).into_iter().map(|(round, _)| round).collect();
    assert_eq!(rounds, [7, 7, 7]);
    fs::create_dir(work.join("7/a_folder")).expect("a folder");
    fs::write(work.join("7/.claiming.part"), "half").expect("a file");
    assert_eq!(
        leftovers(&work).len(),
        3,
        "neither an empty folder nor half a copy is an export"
    );
    assert!(!work.join("7/.claiming.part").exists());
    fs::create_dir(work.join("7/nightly")).expect("a folder");
    fs::write(work.join("7/nightly/users.csv"), "id\n").expect("a file");
    let left = leftovers(&work)
        .into_iter()
        .find(|left| left.path == work.join("7/nightly"))
        .expect("a folder with files is one");
    assert_eq!(give_back(&left.path, &inbox).expect("moved"), Back::InInbox);
    assert!(inbox.join("nightly/users.csv").is_file() && !left.path.exists());
    tidy(&work);
    assert!(!work.join("7/a_folder").exists());
    assert_eq!(leftovers(&work).len(), 3, "what holds files stays");
}

#[test]
fn a_file_goes_back_over_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let (inbox, work) = (folder.path().join("inbox"), folder.path().join("work"));
    fs::create_dir(&inbox).expect("a folder");
    let mut old = export(&inbox, "a.csv", "old");
    claim(&mut old, &work, 1).expect("it can be moved");
    fs::write(inbox.join("a.csv"), "new").expect("a file");
    assert_eq!(give_back(&old.path, &inbox).expect("looked"), Back::NameTaken);
    assert_eq!(fs::read_to_string(inbox.join("a.csv")).expect("there"), "new");
    fs::remove_file(inbox.join("a.csv")).expect("ours");
    let before = Stand::of(&old.path);
    assert_eq!(give_back(&old.path, &inbox).expect("moved"), Back::InInbox);
    assert_eq!(
        Stand::of(&inbox.join("a.csv")),
        before,
        "the very file, as it was written"
    );
    assert!(!old.path.exists());
}

#[test]
fn a_file_that_is_replaced_by_an_equal_one_does_not_stand_as_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    fs::write(&path, "same").expect("a file");
    let before = Stand::of(&path).expect("a file");
    let other = folder.path().join("b.csv");
    fs::write(&other, "same").expect("a file");
    let written = before.written().expect("a time");
    let file = fs::File::options().write(true).open(&other).expect("ours");
    file.set_modified(written + std::time::Duration::from_secs(if cfg!(unix) { 0 } else { 2 }))
        .expect("a time");
    fs::rename(&other, &path).expect("ours");
    assert_ne!(Stand::of(&path), Some(before));
    fs::remove_file(&path).expect("ours");
    assert_eq!(Stand::of(&path), None);
}
