//! Letters of every kind, looked at by a browser: narrow and wide, light and dark, for whoever reads with eyes or with a screen reader.

use std::fs;
use std::path::Path;
use std::process::Command;

use firstbell::directory::Person;
use firstbell::mail::{Settings, Show, Templates, compose, example, example_people};
use firstbell::outbox::{Kind, Letter};
use firstbell::school::Day;

use super::support::District;
use super::{Foreign, Need};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "every_kind_of_letter_can_be_read_on_a_phone_in_the_dark_and_by_a_screen_reader",
        needs: BROWSER,
        run: every_kind_of_letter_can_be_read_on_a_phone_in_the_dark_and_by_a_screen_reader,
    },
    Foreign {
        name: "names_without_an_end_stay_within_the_screen",
        needs: BROWSER,
        run: names_without_an_end_stay_within_the_screen,
    },
];

const BROWSER: &[Need] = &[
    Need::Program("Chromium", "/usr/bin/chromium", &["--version"]),
    Need::Program(
        "Node.js with playwright-core and axe-core (NODE_PATH)",
        "node",
        &["-e", "require('playwright-core'); require('axe-core')"],
    ),
];

/// Widths times colors at which each letter is looked at.
const LOOKS: usize = 4;

/// What is wrong with the letters in a folder, and how often they were looked at.
fn look_at(folder: &Path) -> String {
    let mut command = Command::new("node");
    command.arg("tests/foreign/look_at_letters.js").arg(folder);
    // For whoever wants to see them.
    command.args(std::env::var_os("FIRSTBELL_PICTURES"));
    let output = command.output().expect("node runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("text")
}

fn every_kind_of_letter_can_be_read_on_a_phone_in_the_dark_and_by_a_screen_reader() {
    let district = District::new().init();
    let folder = tempfile::tempdir().expect("a folder");
    for kind in Kind::ALL {
        let file = folder.path().join(format!("{}.html", kind.word()));
        let file = file.to_str().expect("a plain path");
        let said = district.run(&["letters", "preview", &kind.dashed(), "--to", "operator", "--html", file]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    }
    assert_eq!(look_at(folder.path()), format!("{} looks\n", Kind::ALL.len() * LOOKS));
}

fn names_without_an_end_stay_within_the_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let endless = "W".repeat(300);
    let settings = Settings {
        district: endless.clone(),
        show: Show::Names,
        from: "firstbell@district.example".to_owned(),
        ..Settings::default()
    };
    let person = |id: &str| {
        let known = example_people().into_iter().find(|person| person.student_id == id)?;
        Some(Person {
            first_name: endless.clone(),
            last_name: "<b>\u{202e}👩\u{200d}🏫 مريم".to_owned(),
            homeroom: endless.clone(),
            ..known
        })
    };
    for kind in Kind::ALL {
        let mut letter = Letter {
            address: "reader@district.example".to_owned(),
            to_name: endless.clone(),
            ..example(kind, Day::from_ymd(2026, 11, 19).expect("a day"))
        };
        for entry in &mut letter.content.entries {
            entry.title.clone_from(&endless);
            entry.because.clone_from(&endless);
        }
        let counts = letter.content.counts.iter_mut().map(|count| &mut count.title);
        let storms = letter.content.storms.iter_mut().map(|storm| &mut storm.title);
        counts.chain(storms).for_each(|title| title.clone_from(&endless));
        let composed = compose(
            &letter,
            &person,
            &|_| endless.clone(),
            &settings,
            &Templates::built_in(),
        );
        let html = composed.expect("a letter that can be made").html;
        fs::write(folder.path().join(format!("endless_{}.html", kind.word())), html).expect("the folder is ours");
    }
    assert_eq!(look_at(folder.path()), format!("{} looks\n", Kind::ALL.len() * LOOKS));
}
