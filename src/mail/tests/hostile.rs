//! Cells that try to be something else: they show as text and change nothing, in every kind of letter and every form.

use super::*;
use crate::outbox::{Group, PLAN_LINE};

const HOSTILE: [&str; 8] = [
    "</td><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "Doe\r\nBcc: everybody@district.example\r\n\r\n<h1>owned",
    "\u{202e}evil\u{2066}\u{200f}",
    "مريم \u{202b}خالد",
    "{{ district }}{% include 'x' %}",
    "👩\u{200d}🏫🎒",
    "a\u{0}b\u{1b}[31mc\u{2028}d",
];

const SHOWS: [Show; 4] = [Show::Initials, Show::Id, Show::Names, Show::Counts];

/// A letter with the same cell everywhere a cell can stand, and an entry under each heading.
fn letter_of(cell: &str, kind: Kind) -> Letter {
    let mut letter = with_counts(nightly());
    let said = || vec![cell.to_owned()];
    letter.kind = kind;
    letter.to_name = cell.to_owned();
    let content = &mut letter.content;
    content.headline = cell.to_owned();
    (content.atop, content.late, content.silences) = (said(), said(), said());
    content.report = vec![line("feeds", cell), line("mail", cell)];
    content.storms[0].title = cell.to_owned();
    content.nights = Some((4, 5));
    let under = |group: Group| Entry {
        group,
        student_id: format!("{group:?}"),
        ..entry("", "", Level::Concern)
    };
    content.entries.extend(Group::ALL.map(under));
    for entry in &mut content.entries {
        for text in [
            &mut entry.title,
            &mut entry.because,
            &mut entry.next,
            &mut entry.grade,
            &mut entry.edge,
            &mut entry.held,
            &mut entry.whose,
        ] {
            cell.clone_into(text);
        }
        (entry.going_on, entry.ask, entry.open, entry.detail) = (said(), said(), said(), said());
    }
    content.entries[2].student_id = format!("700 456{cell}");
    // Also where a plan's line stands apart from others.
    content.entries[1].going_on = vec![format!("{PLAN_LINE} {cell}")];
    for count in &mut content.counts {
        count.title = cell.to_owned();
    }
    content.references = vec![format!("{cell}@district.example"), "fb.1@district.example".to_owned()];
    letter
}

fn composed_of(cell: &str, kind: Kind, show: Show) -> Composed {
    let settings = Settings {
        show,
        district: cell.to_owned(),
        ..settings()
    };
    let person = |_: &str| {
        Some(Person {
            student_id: "1".to_owned(),
            first_name: cell.to_owned(),
            last_name: cell.to_owned(),
            homeroom: cell.to_owned(),
        })
    };
    let schools = |_: &str| cell.to_owned();
    let letter = letter_of(cell, kind);
    compose(&letter, &person, &schools, &settings, &Templates::built_in()).expect("a letter that can be made")
}

fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
    let head = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
    head.split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_hostile_cell_changes_neither_lines_nor_tags_nor_headers() {
    for kind in Kind::ALL {
        for show in SHOWS {
            let plain = composed_of("Plain", kind, show);
            for cell in HOSTILE {
                let hostile = composed_of(cell, kind, show);
                let what = format!("{cell:?} in {kind:?} as {show:?}");
                assert_eq!(hostile.text.lines().count(), plain.text.lines().count(), "{what}");
                assert_eq!(
                    hostile.html.matches('<').count(),
                    plain.html.matches('<').count(),
                    "{what}"
                );
                assert_eq!(header_names(&hostile.bytes), header_names(&plain.bytes), "{what}");
                // That of a rule edit is its headline, which is ours and cleaned all the same.
                if kind != Kind::RuleEdit {
                    assert_eq!(hostile.subject, plain.subject, "{what}");
                }
                assert!(!hostile.subject.contains(char::is_control), "{what}");
                let odd = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{2028}' | '\u{202e}' | '\u{2066}'));
                assert!(!hostile.text.contains(odd), "{what}");
                assert!(!hostile.html.contains(odd), "{what}");
                assert!(!hostile.html.contains("<script"), "{what}");
            }
        }
    }
}

#[test]
fn markup_in_a_name_is_read_as_it_was_written() {
    let letter = composed_of("</td><script>", Kind::Nightly, Show::Names);
    assert!(
        letter
            .text
            .contains("\n</td><script> </td><script>, grade </td><script>, </td><script>, homeroom </td><script>\n")
    );
    assert!(letter.html.contains("&lt;&#x2f;td&gt;&lt;script&gt; &lt;"));
}

#[test]
fn a_name_of_three_hundred_letters_is_cut() {
    for kind in Kind::ALL {
        let letter = composed_of(&"x".repeat(300), kind, Show::Names);
        let names_nobody = [Kind::SchoolLetter, Kind::OperatorReport, Kind::RuleEdit].contains(&kind);
        assert!(
            names_nobody || letter.text.contains(&format!("{}…", "x".repeat(60))),
            "{kind:?}"
        );
        assert!(
            !letter
                .text
                .lines()
                .any(|line| line.starts_with(&"x".repeat(61)) && !line.starts_with(&"x".repeat(300))),
            "{kind:?}"
        );
    }
}

#[test]
fn an_id_stays_one_value_in_its_link() {
    let letter = composed_of("&admin=1#<\">", Kind::Nightly, Show::Initials);
    assert!(letter.text.contains("?id=700%20456%26admin%3D1%23%3C%22%3E\n"));
}

#[test]
fn a_link_that_is_no_web_link_is_not_shown() {
    for link in ["javascript:alert(1)//{student_id}", "{student_id}", ""] {
        let settings = Settings {
            student_link: link.to_owned(),
            ..settings()
        };
        let letter = composed(&nightly(), &settings);
        assert!(!letter.text.contains("Look up"), "{link}");
        assert!(!letter.html.contains("<a "), "{link}");
    }
}

#[test]
fn nothing_printed_for_a_log_holds_a_name() {
    let letter = composed(
        &nightly(),
        &Settings {
            show: Show::Names,
            ..settings()
        },
    );
    assert!(letter.text.contains("Jamila Dawson"));
    assert!(!format!("{letter:?}").contains("Jamila"));
}
