//! A mail server in this process that fails on demand: each phase, each kind of failure, the right outcome.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::*;
use crate::mail::Envelope;

/// What the server does at a command.
pub(crate) enum Reply {
    Say(&'static str),
    Hang,
    Drop,
}

use Reply::{Drop, Hang, Say};

/// Everything the server heard, `TEXT n` for a letter of n bytes.
pub(crate) type Heard = Arc<Mutex<Vec<String>>>;

/// Starts a server. `answer` is asked with a command's verb (`GREETING` and `TEXT` too) and the number of the connection, from 1.
pub(crate) fn server(answer: fn(&str, usize) -> Reply) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Heard::default();
    let log = Arc::clone(&heard);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            converse(stream.expect("a connection"), number + 1, answer, &log);
        }
    });
    (port, heard)
}

fn converse(mut stream: TcpStream, number: usize, answer: fn(&str, usize) -> Reply, log: &Heard) {
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut verb = "GREETING".to_owned();
    loop {
        log.lock().expect("the log").push(verb.clone());
        match answer(verb.split(' ').next().unwrap_or_default(), number) {
            Say(line) => drop(stream.write_all(format!("{line}\r\n").as_bytes())),
            Hang => thread::sleep(Duration::from_millis(1600)),
            Drop => return,
        }
        if verb == "QUIT" {
            return;
        }
        let expects_text = verb == "DATA" && matches!(answer("DATA", number), Say(line) if line.starts_with("354"));
        match if expects_text {
            text(&mut lines)
        } else {
            command(&mut lines)
        } {
            Some(next) => verb = next,
            None => return,
        }
    }
}

fn command(lines: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    lines.read_line(&mut line).ok().filter(|read| *read > 0)?;
    Some(line.split([' ', '\r']).next().unwrap_or_default().to_uppercase())
}

fn text(lines: &mut impl BufRead) -> Option<String> {
    let mut bytes = 0;
    loop {
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line).ok().filter(|read| *read > 0)?;
        if line == b".\r\n" {
            return Some(format!("TEXT {bytes}"));
        }
        bytes += line.len();
    }
}

/// A server without faults.
pub(crate) fn polite(verb: &str) -> Reply {
    match verb {
        "GREETING" => Say("220 bell.example ready"),
        "EHLO" => Say("250-bell.example\r\n250 8BITMIME"),
        "DATA" => Say("354 go on"),
        "TEXT" => Say("250 2.0.0 Ok: queued for Jamila Dawson"),
        "QUIT" => Say("221 bye"),
        _ => Say("250 2.1.0 Ok"),
    }
}

pub(crate) fn settings(port: u16) -> SmtpSettings {
    let short = Duration::from_millis(1000);
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        credentials: None,
        extra_root: None,
        timeouts: Timeouts {
            connect: short,
            command: short,
            letter: short,
        },
    }
}

fn parcel() -> Parcel {
    Parcel {
        envelope: Envelope {
            from: "firstbell@district.example".to_owned(),
            to: "maria.lopez@district.example".to_owned(),
        },
        file_name: "letter.eml".to_owned(),
        bytes: b"Subject: hello\r\n\r\n.dots\r\nstay\r\n".to_vec(),
    }
}

/// Sends one letter to a server with a fault; what came of it, and what the server heard.
fn sent_to(answer: fn(&str, usize) -> Reply) -> (Outcome, Vec<String>) {
    let (port, heard) = server(answer);
    let mut smtp = Smtp::new(settings(port)).expect("a usable setting");
    let outcome = smtp.send(&parcel());
    smtp.close();
    thread::sleep(Duration::from_millis(20));
    let heard = heard.lock().expect("the log").clone();
    (outcome, heard)
}

#[test]
fn two_letters_share_one_connection_and_answers_keep_numbers_only() {
    let (port, heard) = server(|verb, _| polite(verb));
    let mut smtp = Smtp::new(settings(port)).expect("a usable setting");
    for _ in 0..2 {
        assert_eq!(smtp.send(&parcel()), Outcome::Sent("250 2.0.0".to_owned()));
    }
    smtp.close();
    thread::sleep(Duration::from_millis(20));
    let heard = heard.lock().expect("the log").join(" ");
    // 31 bytes of letter, one leading dot doubled, and the line end that belongs to the closing dot.
    let one = "MAIL RCPT DATA TEXT 34";
    assert_eq!(heard, format!("GREETING EHLO {one} {one} QUIT"));
}

#[test]
fn put_off_before_the_text_is_temporary() {
    for answer in [
        |verb: &str, _| {
            if verb == "RCPT" {
                Say("450 4.2.1 try later")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| {
            if verb == "MAIL" {
                Say("451 4.3.0 busy")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| {
            if verb == "DATA" {
                Say("452 4.3.1 full")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| {
            if verb == "RCPT" {
                Say("421 4.7.0 closing")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| if verb == "RCPT" { Drop } else { polite(verb) },
        |verb: &str, _| if verb == "DATA" { Drop } else { polite(verb) },
        |verb: &str, _| if verb == "DATA" { Hang } else { polite(verb) },
        |verb: &str, _| {
            if verb == "RCPT" {
                Say("garbage, not SMTP")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| {
            if verb == "DATA" {
                Say("250 what text?")
            } else {
                polite(verb)
            }
        },
    ] {
        let (outcome, heard) = sent_to(answer);
        assert!(matches!(outcome, Outcome::Temporary(_)), "{outcome:?} after {heard:?}");
        assert!(!heard.iter().any(|verb| verb.starts_with("TEXT")), "{heard:?}");
    }
}

#[test]
fn the_servers_words_are_kept_before_the_text() {
    let (outcome, _) = sent_to(|verb, _| match verb {
        "RCPT" => Say("450 4.2.1 mailbox\u{7} busy"),
        verb => polite(verb),
    });
    assert_eq!(outcome, Outcome::Temporary("450 4.2.1 mailbox busy".to_owned()));
}

#[test]
fn what_no_server_said_is_said_in_our_words() {
    let (dropped, _) = sent_to(|verb, _| if verb == "RCPT" { Drop } else { polite(verb) });
    let closed = "the server closed the line without an answer";
    assert_eq!(dropped, Outcome::Temporary(closed.to_owned()));
    let (silent, _) = sent_to(|verb, _| if verb == "RCPT" { Hang } else { polite(verb) });
    assert_eq!(silent, Outcome::Temporary("no answer in time".to_owned()));
}

#[test]
fn refused_for_good_is_permanent_and_the_line_goes_on() {
    let (outcome, heard) = sent_to(|verb, _| match verb {
        "RCPT" => Say("550 5.1.1 no such user"),
        verb => polite(verb),
    });
    assert_eq!(outcome, Outcome::Permanent("550 5.1.1 no such user".to_owned()));
    assert_eq!(heard, ["GREETING", "EHLO", "MAIL", "RCPT", "RSET", "QUIT"]);
}

#[test]
fn a_code_after_the_text_is_an_answer_without_its_words() {
    let (refused, _) = sent_to(|verb, _| match verb {
        "TEXT" => Say("554 5.7.1 rejected: Jamila Dawson"),
        verb => polite(verb),
    });
    assert_eq!(refused, Outcome::Permanent("554 5.7.1".to_owned()));
    let (put_off, _) = sent_to(|verb, _| match verb {
        "TEXT" => Say("451 scanner says Jamila Dawson"),
        verb => polite(verb),
    });
    assert_eq!(put_off, Outcome::Temporary("451".to_owned()));
}

#[test]
fn silence_after_the_text_is_unsure() {
    for answer in [
        |verb: &str, _| if verb == "TEXT" { Drop } else { polite(verb) },
        |verb: &str, _| if verb == "TEXT" { Hang } else { polite(verb) },
        |verb: &str, _| {
            if verb == "TEXT" {
                Say("Jamila Dawson?")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| if verb == "TEXT" { Say("354 more?") } else { polite(verb) },
    ] {
        let (outcome, heard) = sent_to(answer);
        let Outcome::Unsure(words) = &outcome else {
            panic!("{outcome:?} after {heard:?}");
        };
        assert!(!words.contains("Jamila"), "{words}");
        assert_eq!(heard.iter().filter(|verb| verb.starts_with("TEXT")).count(), 1);
    }
}

#[test]
fn a_server_that_does_not_begin_is_unreached() {
    for answer in [
        |verb: &str, _| {
            if verb == "GREETING" {
                Say("421 too busy")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| {
            if verb == "GREETING" {
                Say("554 go away")
            } else {
                polite(verb)
            }
        },
        |verb: &str, _| if verb == "GREETING" { Drop } else { polite(verb) },
        |verb: &str, _| if verb == "GREETING" { Hang } else { polite(verb) },
        |verb: &str, _| if verb == "EHLO" { Say("502 what?") } else { polite(verb) },
        |verb: &str, _| {
            if verb == "MAIL" {
                Say("530 5.7.57 not authenticated")
            } else {
                polite(verb)
            }
        },
    ] {
        let (outcome, _) = sent_to(answer);
        assert!(matches!(outcome, Outcome::Unreached(_)), "{outcome:?}");
    }
}

#[test]
fn nobody_listening_is_unreached() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|it| it.local_addr())
        .expect("a port")
        .port();
    let outcome = Smtp::new(settings(port)).expect("a usable setting").send(&parcel());
    assert!(matches!(outcome, Outcome::Unreached(_)), "{outcome:?}");
}

#[test]
fn a_line_that_was_closed_between_letters_is_opened_again() {
    let (port, heard) = server(|verb, number| match verb {
        "RSET" | "MAIL" if number == 1 => Drop,
        verb => polite(verb),
    });
    let mut smtp = Smtp::new(settings(port)).expect("a usable setting");
    assert!(matches!(smtp.send(&parcel()), Outcome::Temporary(_)));
    assert!(matches!(smtp.send(&parcel()), Outcome::Sent(_)));
    drop(heard);

    let (port, heard) = server(|verb, number| match verb {
        // The first connection takes one letter and closes before the second.
        "QUIT" => Drop,
        "MAIL" if number == 1 && SECOND.with(|second| second.replace(true)) => Say("421 one letter only"),
        verb => polite(verb),
    });
    let mut smtp = Smtp::new(settings(port)).expect("a usable setting");
    assert!(matches!(smtp.send(&parcel()), Outcome::Sent(_)));
    assert!(matches!(smtp.send(&parcel()), Outcome::Sent(_)));
    let heard = heard.lock().expect("the log").join(" ");
    assert_eq!(heard.matches("GREETING").count(), 2);
    assert_eq!(heard.matches("TEXT").count(), 2);
}

thread_local! {
    /// Whether the server's thread has seen a first letter.
    static SECOND: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

#[test]
fn without_tls_where_tls_is_wanted_nothing_is_sent() {
    let (port, heard) = server(|verb, _| polite(verb));
    let wanting = SmtpSettings {
        tls: Tls::StartTls,
        ..settings(port)
    };
    let outcome = Smtp::new(wanting).expect("a usable setting").send(&parcel());
    assert!(matches!(outcome, Outcome::Unreached(_)), "{outcome:?}");
    let heard = heard.lock().expect("the log").clone();
    assert!(!heard.iter().any(|verb| verb == "MAIL"), "{heard:?}");
}

#[test]
fn a_plain_line_beyond_this_machine_is_refused() {
    for host in ["mail.district.example", "10.0.0.5", "127.evil.example", "::2"] {
        let plain = SmtpSettings {
            host: host.to_owned(),
            ..settings(25)
        };
        let problem = Smtp::new(plain).err().expect(host);
        assert_eq!(problem.code, "smtp-needs-tls");
    }
    for host in ["localhost", "127.0.0.1", "::1", "[::1]"] {
        let plain = SmtpSettings {
            host: host.to_owned(),
            ..settings(25)
        };
        assert!(Smtp::new(plain).is_ok(), "{host}");
    }
}

#[test]
fn a_refused_login_is_about_us_and_keeps_the_secret() {
    let (port, _) = server(|verb, _| match verb {
        "EHLO" => Say("250-bell.example\r\n250 AUTH PLAIN LOGIN"),
        "AUTH" => Say("535 5.7.139 no: hunter2 is wrong"),
        verb => polite(verb),
    });
    let with_login = SmtpSettings {
        credentials: Some(Credentials {
            user: "bell".to_owned(),
            secret: "hunter2".to_owned(),
        }),
        ..settings(port)
    };
    assert!(!format!("{with_login:?}").contains("hunter2"));
    let outcome = Smtp::new(with_login).expect("a usable setting").send(&parcel());
    assert_eq!(outcome, Outcome::Unreached("535 5.7.139 no: … is wrong".to_owned()));
}
