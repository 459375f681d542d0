//! The programs that ship as plugins, in a district's life: exports that only a program can read; letters that leave as tickets.

use std::fs;
use std::path::Path;

use super::support::District;
use super::{Foreign, Need};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "exports_that_only_a_program_can_read_are_read_by_one_that_somebody_enabled",
        needs: PYTHON,
        run: exports_that_only_a_program_can_read_are_read_by_one_that_somebody_enabled,
    },
    Foreign {
        name: "letters_leave_as_tickets_and_wait_while_the_channel_is_off",
        needs: PYTHON,
        run: letters_leave_as_tickets_and_wait_while_the_channel_is_off,
    },
];

const PYTHON: &[Need] = &[Need::Program("python3", "python3", &["--version"])];

/// Puts a program into the home and enables it.
fn enable(district: &District, id: &str) {
    let said = district.run(&["plugins", "enable", id]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
}

fn tested(district: &District, id: &str) {
    let said = district.run(&["plugins", "test", id]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
}

fn exports_that_only_a_program_can_read_are_read_by_one_that_somebody_enabled() {
    let district = District::new()
        .classmates(2)
        .configured(
            "files = \"students*.csv\"\nadapter = \"canonical\"",
            "files = \"students*.txt\"\nadapter = \"fixed-width\"",
        )
        .configured(
            "files = \"interventions*.csv\"\nadapter = \"canonical\"",
            "files = \"plans*.xlsx\"\nadapter = \"xlsx\"",
        )
        .init();
    let inbox = district.home().join("inbox");
    let roster = fs::read("plugins/fixed-width/tests/students.txt").expect("the sample ships");
    fs::write(inbox.join("students.txt"), roster).expect("the inbox is ours");
    fs::copy("plugins/xlsx/tests/sample.xlsx", inbox.join("plans.xlsx")).expect("the inbox is ours");

    // Nobody has enabled the programs: their files wait, and the rest is read.
    let said = district.ring("2026-09-14");
    let both = format!("{}{}", said.out, said.err);
    assert_eq!(said.code, 3, "{both}");
    assert!(
        both.contains("`firstbell plugins enable fixed-width`") && both.contains("[plugin-out-of-work]"),
        "{both}"
    );

    for id in ["fixed-width", "xlsx", "ticket-folder"] {
        enable(&district, id);
        tested(&district, id);
    }
    let said = district.ring("2026-09-14");
    let read: Vec<&str> = said
        .out
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("students.txt") || line.contains("plans.xlsx"))
        .collect();
    assert_eq!(read.len(), 2, "{}{}", said.out, said.err);
    assert!(
        read.iter().any(|line| line.contains("students.txt: 3 rows")),
        "{read:?}"
    );
    assert!(read.iter().any(|line| line.contains("plans.xlsx: 1 row")), "{read:?}");
    let doctor = district.run(&["plugins", "doctor", "fixed-width"]);
    assert_eq!(doctor.code, 0, "{}", doctor.out);

    // Somebody edits the program: it does not run until somebody has looked.
    let script = district.home().join("plugins/fixed-width/fixed_width.py");
    let text = fs::read_to_string(&script).expect("in the home");
    fs::write(&script, format!("{text}\n# an edit\n")).expect("the home is ours");
    fs::write(inbox.join("students.txt"), "7009   New            Ann          912\n").expect("the inbox is ours");
    let said = district.ring("2026-09-15");
    let both = format!("{}{}", said.out, said.err);
    assert_eq!(said.code, 3, "{both}");
    assert!(
        both.contains("has changed since it was enabled") && both.contains("[plugin-changed]"),
        "{both}"
    );
    let doctor = district.run(&["plugins", "doctor", "fixed-width"]);
    assert_eq!(doctor.code, 3, "{}", doctor.out);
    enable(&district, "fixed-width");
    let said = district.ring("2026-09-15");
    assert!(said.out.contains("students.txt: 1 row"), "{}{}", said.out, said.err);
}

fn letters_leave_as_tickets_and_wait_while_the_channel_is_off() {
    let district = District::new()
        .classmates(4)
        .staff("s1", "Maria Lopez", "counselor")
        .student("1002", "Ben Birch", "10", "P*15 A*4")
        .caseload("1002", "s1", "counselor")
        .configured(
            "send_to = \"rehearsal\"",
            "channel = \"ticket-folder\"\nsend_to = \"owners\"",
        )
        .init();
    district.only(&["chronic_absence"]);
    let said = district.ring("2026-09-11");
    let both = format!("{}{}", said.out, said.err);
    assert_eq!(said.code, 3, "{both}");
    assert!(
        both.contains("the channel `ticket-folder` ships with firstbell and is not enabled"),
        "{both}"
    );
    assert!(
        district
            .run(&["outbox", "list", "--format", "csv"])
            .out
            .contains("waiting")
    );

    enable(&district, "ticket-folder");
    let said = district.ring("2026-09-14");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let tickets = tickets(&district.home().join("var/plugins/ticket-folder/tickets"));
    let list = tickets
        .iter()
        .find(|ticket| ticket["assignee"] == "maria.lopez@district.example")
        .expect("the owner's list");
    assert!(
        list["description"]
            .as_str()
            .is_some_and(|text| text.contains("Chronic absence")),
        "{list}"
    );
    assert_eq!(list["queue"], "student-services");
    let outbox = district.run(&["outbox", "list", "--format", "csv"]);
    assert!(outbox.out.contains("taken by ticket-folder: "), "{}", outbox.out);
    assert!(!outbox.out.contains("waiting"), "{}", outbox.out);
    assert!(district.mail().is_empty(), "nothing went into the folder for letters");
    let before = tickets.len();
    district.night("2026-09-14");
    assert_eq!(
        self::tickets(&district.home().join("var/plugins/ticket-folder/tickets")).len(),
        before
    );
}

fn tickets(folder: &Path) -> Vec<serde_json::Value> {
    let entries = fs::read_dir(folder).expect("tickets were written");
    let paths = entries.map(|entry| entry.expect("the folder is ours").path());
    paths
        .map(|path| serde_json::from_str(&fs::read_to_string(path).expect("a ticket")).expect("a ticket is JSON"))
        .collect()
}
