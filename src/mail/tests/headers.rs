//! What stands around a letter: headers, parts, and that the same letter is the same bytes.

use super::*;

fn head(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
    text.split("\r\n\r\n").next().expect("a head").to_owned()
}

#[test]
fn a_nightly_letter_has_exactly_these_headers() {
    let letter = composed(&nightly(), &settings());
    // The boundary is the digest of the Message-ID; everything else stands in the letter or the settings.
    let boundary = &blake3::hash(b"fb.12.aa@district.example").to_hex()[..32];
    let expected = format!(
        "From: firstbell <firstbell@district.example>\r\n\
         To: \"Maria Lopez\" <maria.lopez@district.example>\r\n\
         Reply-To: data.manager@district.example\r\n\
         Subject: firstbell: 2 students with news (1 urgent)\r\n\
         Date: Fri, 20 Nov 2026 11:30:00 +0000\r\n\
         Message-ID: <fb.12.aa@district.example>\r\n\
         Auto-Submitted: auto-generated\r\n\
         X-Auto-Response-Suppress: All\r\n\
         List-Id: <nightly.firstbell.district.example>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative;\r\n \
         boundary=\"firstbell-{boundary}\""
    );
    assert_eq!(head(&letter.bytes), expected);
}

#[test]
fn letters_about_one_episode_are_one_thread() {
    let mut letter = nightly();
    let id = |n: u32| format!("firstbell.{}@district.example", blake3::hash(&n.to_le_bytes()).to_hex());
    letter.content.references = (0..12).map(id).collect();
    let head = head(&composed(&letter, &settings()).bytes);
    assert!(head.split("\r\n").all(|line| line.len() < 998), "{head}");
    let unfolded = head.replace("\r\n ", " ");
    let value = |name: &str| {
        let mut lines = unfolded.split("\r\n");
        lines
            .find_map(|line| line.strip_prefix(name))
            .expect("the header")
            .to_owned()
    };
    assert_eq!(value("In-Reply-To: "), format!("<{}>", id(11)));
    let all: Vec<String> = (0..12).map(|n| format!("<{}>", id(n))).collect();
    assert_eq!(value("References: "), all.join(" "));
    assert!(!self::head(&composed(&nightly(), &settings()).bytes).contains("References"));
}

#[test]
fn text_comes_first_and_html_beside_it() {
    let bytes = String::from_utf8(composed(&nightly(), &settings()).bytes).expect("ASCII");
    let kinds: Vec<&str> = bytes.lines().filter(|line| line.starts_with("Content-Type:")).collect();
    assert_eq!(
        kinds,
        [
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8"
        ]
    );
    assert!(bytes.is_ascii());
    assert!(
        bytes
            .split("\r\n")
            .all(|line| line.len() <= 998 && !line.contains('\n'))
    );
}

#[test]
fn the_same_letter_is_the_same_bytes() {
    assert_eq!(
        composed(&nightly(), &settings()).bytes,
        composed(&nightly(), &settings()).bytes
    );
}

#[test]
fn subjects_count_and_name_nobody() {
    let subject = |letter: &Letter| composed(letter, &settings()).subject;
    assert_eq!(subject(&nightly()), "firstbell: 2 students with news (1 urgent)");
    let mut one = nightly();
    one.content.entries.truncate(1);
    one.content.entries[0].level = Some(Level::Concern);
    assert_eq!(subject(&one), "firstbell: 1 student with news");
    one.content.left_off = 4;
    assert_eq!(
        subject(&one),
        "firstbell: 1 student with news, 4 more entries to follow"
    );
    let mut list = with_counts(nightly());
    list.kind = Kind::StartingList;
    assert_eq!(
        subject(&list),
        "firstbell: starting list, 2 students (1 urgent), 10 more flags as counts"
    );
    let mut report = letter(Kind::OperatorReport);
    report.content.report = vec![line("feeds", "the grades file did not come")];
    assert_eq!(subject(&report), "firstbell: report of the round of 2026-11-20, 1 line");
}

#[test]
fn a_rehearsal_reaches_the_rehearsals_reader_and_nobody_else() {
    let rehearsing = Settings {
        rehearsal_to: Some("mtss.lead@district.example".to_owned()),
        ..settings()
    };
    // What became of an edited rule goes to its editors in rehearsal too: no student is in it.
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::RuleEdit) {
        let mut letter = nightly();
        letter.kind = kind;
        let composed = composed(&letter, &rehearsing);
        let envelope = Envelope::of(&composed.bytes).expect("an envelope");
        assert_eq!(envelope.to, "mtss.lead@district.example");
        let head = head(&composed.bytes);
        assert!(
            head.contains("\r\nTo: \"firstbell rehearsal\" <mtss.lead@district.example>\r\n"),
            "{head}"
        );
        assert!(
            head.contains("\r\nX-Firstbell-Rehearsal-For: maria.lopez@district.example\r\n"),
            "{head}"
        );
        let first = "Rehearsal: this letter was written for Maria Lopez <maria.lopez@district.example> and delivered to you alone.";
        assert_eq!(composed.text.lines().next(), Some(first));
        assert!(composed.html.contains("<strong>Rehearsal:</strong>"));
    }
}

#[test]
fn a_letter_goes_to_allowed_domains_only() {
    let refused = |letter: &Letter, settings: &Settings| {
        let schools = |_: &str| String::new();
        let outcome = compose(letter, &people, &schools, settings, &Templates::built_in());
        outcome.expect_err("a problem").code
    };
    let mut letter = nightly();
    letter.address = "maria@home.example".to_owned();
    assert_eq!(refused(&letter, &settings()), "letter-outside-domains");
    letter.address = "maria@evil-district.example".to_owned();
    assert_eq!(refused(&letter, &settings()), "letter-outside-domains");
    for address in [
        "",
        "maria",
        "maria@",
        "a@district.example, b@district.example",
        "märia@district.example",
    ] {
        letter.address = address.to_owned();
        assert_eq!(refused(&letter, &settings()), "letter-address", "{address}");
    }
    let outside = Settings {
        rehearsal_to: Some("lead@home.example".to_owned()),
        ..settings()
    };
    assert_eq!(refused(&nightly(), &outside), "mail-rehearsal-to");
    letter.address = "maria@DISTRICT.example".to_owned();
    assert_eq!(
        composed(&letter, &settings()).subject,
        "firstbell: 2 students with news (1 urgent)"
    );
}
