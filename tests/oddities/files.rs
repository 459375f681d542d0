//! Oddities of whole files: 1 to 3 and 5.

use std::fs;

use crate::support::District;
use crate::{absences, add, counseled, flags, problems, ring, spoil, subjects};

/// A night with one flag, and the next day's exports.
fn flagged() -> District {
    let district = counseled(&["1001"]).student("1001", "Ana Alder", "9", "A*3").init();
    district.only(&["chronic_absence"]);
    district.night("2026-09-14");
    assert_eq!(flags(&district), ["1001 100 chronic_absence concern"]);
    assert_eq!(subjects(&district).len(), 1, "the starting list");
    district.export("2026-09-15");
    district
}

#[track_caller]
fn nothing_moved(district: &District) {
    assert_eq!(flags(district), ["1001 100 chronic_absence concern"]);
    assert_eq!(subjects(district).len(), 1, "nobody was written to again");
}

#[test]
fn oddity_01_empty_header_only_and_headerless_files() {
    let district = flagged();
    spoil(&district, "attendance.csv", |_| String::new());
    let said = ring(&district, "2026-09-15");
    assert_eq!(
        (said.code, problems(&said)),
        (
            3,
            vec!["waits: attendance.csv:1: the file is empty [empty-file]".to_owned()]
        )
    );
    nothing_moved(&district);

    let district = flagged();
    spoil(&district, "attendance.csv", |text| {
        format!("{}\n", text.lines().next().expect("a header"))
    });
    let said = ring(&district, "2026-09-15");
    assert_eq!(
        (said.code, problems(&said)),
        (
            3,
            vec![
                "waits: attendance.csv:1: the file has a header and no row; the last one had 24 [file-emptied]"
                    .to_owned()
            ]
        )
    );
    nothing_moved(&district);

    let district = flagged();
    spoil(&district, "attendance.csv", |text| {
        text.split_once('\n').expect("a header").1.to_owned()
    });
    let said = ring(&district, "2026-09-15");
    let missing = |column: &str| {
        format!(
            "waits: attendance.csv:1:{column}: the column `{column}` that `attendance` needs is not in the header; the first line does \
             not look like a header [missing-column]"
        )
    };
    assert_eq!(
        (said.code, problems(&said)),
        (3, ["student_id", "school_id", "date", "code"].map(missing).to_vec())
    );
    nothing_moved(&district);
}

#[test]
fn oddity_02_a_file_that_is_still_being_uploaded() {
    let district = flagged();
    let inbox = district.home().join("inbox");
    // The upload program writes beside the last export and renames when it is done.
    spoil(&district, "attendance.csv", |_| {
        "student_id,school_id,date,code\n".to_owned()
    });
    for part in [
        "attendance.csv.filepart",
        "attendance.csv.tmp",
        ".attendance.csv",
        "attendance.csv.part",
    ] {
        fs::rename(inbox.join("attendance.csv"), inbox.join(part)).expect("the inbox is ours");
        let said = ring(&district, "2026-09-15");
        assert!(!said.out.contains("attendance"), "{part}: {}", said.out);
        assert_eq!((said.code, problems(&said)), (0, vec![]), "{part}");
        nothing_moved(&district);
        fs::rename(inbox.join(part), inbox.join("attendance.csv")).expect("the inbox is ours");
    }
}

#[test]
fn oddity_03_yesterdays_file_unchanged() {
    let district = flagged();
    ring(&district, "2026-09-15");
    nothing_moved(&district);
    // The very same files, rung twice more, also on the morning after.
    for day in ["2026-09-15", "2026-09-16"] {
        let said = ring(&district, day);
        assert!(!said.out.contains("  read "), "{day}: {}", said.out);
        nothing_moved(&district);
    }
}

#[test]
fn oddity_05_full_and_incremental_exports_and_files_that_grow_all_year() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "A P*14 A P*14")
        .init();
    let configuration = fs::read_to_string(district.home().join("firstbell.toml")).expect("the configuration");
    let delta =
        "\n[[feed]]\ntable = \"attendance\"\nfiles = \"delta*.csv\"\nadapter = \"canonical\"\ncovers = \"rows\"\n";
    fs::write(district.home().join("firstbell.toml"), configuration + delta).expect("the configuration is ours");
    district.only(&["chronic_absence"]);
    // The same rows come every night in a file that grows: each counts once.
    district.nights("2026-09-07", "2026-09-15");
    assert_eq!(
        absences(&district, "1001"),
        "Absent 2 of 22 enrolled days (9 %), 2 unexcused."
    );
    // A file of yesterday's changes alone takes nothing back: it excuses one day and adds another.
    let changes = "student_id,school_id,date,code\n1001,100,2026-09-07,E\n1001,100,2026-09-16,A\n";
    add(&district, "delta-0916.csv", changes);
    let said = ring(&district, "2026-09-16");
    assert_eq!((said.code, problems(&said)), (0, vec![]));
    assert_eq!(
        absences(&district, "1001"),
        "Absent 3 of 23 enrolled days (13 %), 2 unexcused."
    );
    // The next whole export is the whole truth again: what only the changes said, and it does not, has not been.
    district.night("2026-09-17");
    assert_eq!(
        absences(&district, "1001"),
        "Absent 2 of 24 enrolled days (8.3 %), 2 unexcused."
    );
}
