//! A composed letter goes to a mail server that is not ours, and another language's parser reads it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use firstbell::crossings::Reason;
use firstbell::directory::Person;
use firstbell::mail::{
    Credentials, Hooks, Ledger, Settings, Show, Smtp, SmtpSettings, Templates, Timeouts, Tls, Transport, compose,
    deliver,
};
use firstbell::monitor::Problem;
use firstbell::outbox::{Content, Entry, Group, Kind, Letter, State, Step};
use firstbell::school::{Area, Level};
use serde_json::{Value, json};

use super::{Foreign, Need};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "a_letter_arrives_once_and_another_language_reads_it",
        needs: &[AIOSMTPD],
        run: a_letter_arrives_once_and_another_language_reads_it,
    },
    Foreign {
        name: "an_encrypted_line_with_a_login_is_used_and_a_false_certificate_is_not",
        needs: &[AIOSMTPD, OPENSSL],
        run: an_encrypted_line_with_a_login_is_used_and_a_false_certificate_is_not,
    },
];

const AIOSMTPD: Need = Need::Program("python3 with aiosmtpd", "python3", &["-c", "import aiosmtpd"]);
const OPENSSL: Need = Need::Program("openssl", "openssl", &["version"]);

/// The server; ends with its standard input.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(folder: &Path, certificate: &[PathBuf]) -> Server {
        let mut child = Command::new("python3")
            .arg("tests/foreign/smtp_server.py")
            .arg(folder)
            .args(certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("a port");
        Server { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A store that keeps nothing: what delivery asks of it is tested beside delivery.
#[derive(Default)]
struct Blank {
    steps: Vec<(i64, Step)>,
}

impl Ledger for Blank {
    fn sealed(&mut self, _: i64) -> Result<Option<Vec<u8>>, Problem> {
        Ok(None)
    }
    fn seal(&mut self, _: i64, _: &[u8]) -> Result<(), Problem> {
        Ok(())
    }
    fn sending(&mut self, _: i64) -> Result<(), Problem> {
        Ok(())
    }
    fn settle(&mut self, id: i64, step: &Step) -> Result<(), Problem> {
        self.steps.push((id, step.clone()));
        Ok(())
    }
    fn postpone(&mut self, _: i64, _: i64) -> Result<(), Problem> {
        Ok(())
    }
}

fn letter(id: i64) -> Letter {
    let entry = Entry {
        student_id: "700123".to_owned(),
        school_id: "1044".to_owned(),
        grade: "9".to_owned(),
        rule: "chronic_absence".to_owned(),
        title: "Chronic absence".to_owned(),
        area: Area("attendance".to_owned()),
        level: Some(Level::Urgent),
        before: Some(Level::Concern),
        reason: Reason::Worsened,
        episode: 1,
        since: None,
        because: "absent 9 of 45 enrolled days (20 %), 6 unexcused".to_owned(),
        next: "Attendance team this week.".to_owned(),
        going_on: Vec::new(),
        detail: Vec::new(),
        // Every line of the strip's own is short; this one makes the text part long enough to be folded on the road.
        strip: "PPPPP PPAPP PPPPP PPPP PEPPP PPAAP PPTPA PAAPA".to_owned(),
        ask: Vec::new(),
        group: Group::Level,
        edge: String::new(),
        open: Vec::new(),
        held: String::new(),
        whose: String::new(),
    };
    Letter {
        id,
        kind: Kind::Nightly,
        to_staff: "T100".to_owned(),
        address: "maria.lopez@district.example".to_owned(),
        to_name: "María \"Mia\" López, Ed.D.".to_owned(),
        morning: "2026-11-20".parse().expect("a day"),
        message_id: format!("fb.{id}.5c@district.example"),
        date: 1_795_174_200, // 2026-11-20 11:30 UTC
        content: Content {
            entries: vec![entry],
            ..Content::of("2026-11-19".parse().expect("a day"))
        },
        state: State::Waiting,
        attempts: 0,
        not_before: 0,
        answer: String::new(),
    }
}

fn settings() -> Settings {
    Settings {
        district: "Cedar Valley Schools".to_owned(),
        show: Show::Names,
        from: "firstbell@district.example".to_owned(),
        reply_to: "data.manager@district.example".to_owned(),
        ..Settings::default()
    }
}

fn person(id: &str) -> Option<Person> {
    Some(Person {
        student_id: id.to_owned(),
        first_name: "Jamila".to_owned(),
        last_name: "Dawson\r\nBcc: everybody@district.example".to_owned(),
        homeroom: String::new(),
    })
}

/// Sends letters through a server; what became of each.
fn send(letters: &[Letter], smtp: SmtpSettings) -> Vec<(i64, Step)> {
    let templates = Templates::built_in();
    let settings = settings();
    let mut transport = Transport::Smtp(Box::new(Smtp::new(smtp).expect("usable settings")));
    let mut ledger = Blank::default();
    let mut hooks = Hooks {
        compose: &|letter| compose(letter, &person, &|_| "Cedar High".to_owned(), &settings, &templates),
        now: &|| 1_795_174_200,
        last_try: &|letter| letter.date + 172_800,
        pause: &mut |_| ControlFlow::Continue(()),
        per_minute: 25,
    };
    deliver(letters, &mut ledger, &mut transport, &mut hooks);
    ledger.steps
}

fn local(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        extra_root: None,
        timeouts: Timeouts::default(),
    }
}

fn read(file: &Path) -> Value {
    let output = Command::new("python3")
        .arg("tests/foreign/read_letter.py")
        .arg(file)
        .output()
        .expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn kept(folder: &Path) -> usize {
    fs::read_dir(folder).expect("the folder").count()
}

fn a_letter_arrives_once_and_another_language_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let steps = send(&[letter(1), letter(2)], local(server.port));
    let states: Vec<(i64, State, &str)> = steps
        .iter()
        .map(|(id, step)| (*id, step.state, step.answer.as_str()))
        .collect();
    assert_eq!(states, [(1, State::Sent, "250 2.0.0"), (2, State::Sent, "250 2.0.0")]);
    assert_eq!(kept(folder.path()), 2);

    let read = read(&folder.path().join("1.eml"));
    assert_eq!(read["defects"], json!([]));
    assert_eq!(read["type"], "multipart/alternative");
    assert_eq!(read["parts"], json!(["text/plain", "text/html"]));
    assert_eq!(read["to"], json!(["maria.lopez@district.example"]));
    assert_eq!(read["sent"], "2026-11-20T11:30:00+00:00");
    let headers = &read["headers"];
    assert_eq!(headers["X-Envelope-From"], "firstbell@district.example");
    assert_eq!(headers["X-Envelope-To"], "maria.lopez@district.example");
    assert_eq!(headers["Subject"], "firstbell: 1 student with news (1 urgent)");
    assert_eq!(headers["Message-ID"], "<fb.1.5c@district.example>");
    assert_eq!(headers["Auto-Submitted"], "auto-generated");
    assert_eq!(headers["X-Auto-Response-Suppress"], "All");
    assert_eq!(headers["List-Id"], "<nightly.firstbell.district.example>");
    assert_eq!(headers["Reply-To"], "data.manager@district.example");
    assert_eq!(headers.get("Bcc"), None);
    let text = read["text"].as_str().expect("text").replace("\r\n", "\n");
    let name = "Jamila Dawson Bcc: everybody@district.example, grade 9, Cedar High";
    assert!(
        text.starts_with("Hello María \"Mia\" López, Ed.D.,\n\nThere is news of 1 of your students"),
        "{text}"
    );
    assert!(
        text.contains(&format!("\n{name}\n- Worse, now at urgent: Chronic absence.")),
        "{text}"
    );
    assert!(
        text.contains("oldest first: PPPPP PPAPP PPPPP PPPP PEPPP PPAAP PPTPA PAAPA\n"),
        "{text}"
    );
    assert!(
        read["html"]
            .as_str()
            .expect("html")
            .contains(&format!("<h3><bdi>{name}</bdi></h3>"))
    );
}

fn an_encrypted_line_with_a_login_is_used_and_a_false_certificate_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let letters = tempfile::tempdir().expect("a folder");
    let certificate = [folder.path().join("cert.pem"), folder.path().join("key.pem")];
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args([
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-out",
        ])
        .arg(&certificate[0])
        .arg("-keyout")
        .arg(&certificate[1])
        .stderr(Stdio::null())
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let server = Server::start(letters.path(), &certificate);
    let with = |secret: &str, root: bool, tls: Tls| SmtpSettings {
        tls,
        credentials: Some(Credentials {
            user: "bell".to_owned(),
            secret: secret.to_owned(),
        }),
        extra_root: root.then(|| fs::read(&certificate[0]).expect("the certificate")),
        ..local(server.port)
    };
    let one = |smtp: SmtpSettings| send(&[letter(1)], smtp).remove(0).1;

    let stranger = one(with("a secret", false, Tls::StartTls));
    assert_eq!(stranger.state, State::Delayed, "{stranger:?}");
    let wrong = one(with("another", true, Tls::StartTls));
    assert_eq!(wrong.state, State::Delayed);
    assert!(wrong.answer.starts_with("535 5.7.8"), "{wrong:?}");
    let plain = one(with("a secret", true, Tls::None));
    assert_eq!(plain.state, State::Delayed, "{plain:?}");
    assert_eq!(kept(letters.path()), 0);

    let good = one(with("a secret", true, Tls::StartTls));
    assert_eq!((good.state, good.answer.as_str()), (State::Sent, "250 2.0.0"));
    assert_eq!(kept(letters.path()), 1);
}
