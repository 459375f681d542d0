//! The MIME message: headers, text first, HTML beside it.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, MultiPartKind, SinglePart};

use crate::monitor::{Place, Problem, Weight};
use crate::outbox::Letter;

use super::settings::Settings;
use super::text::{ADDRESS_CHARS, NAME_CHARS, clean};
use super::view;

/// The message's bytes. Nothing in them is random or read from the clock, so that a second making is the same message.
pub(crate) fn bytes(
    letter: &Letter,
    settings: &Settings,
    subject: &str,
    text: &str,
    html: &str,
) -> Result<Vec<u8>, Problem> {
    let from = mailbox("mail-sender", "firstbell", &settings.from, "the sender (`mail.from`)")?;
    let to = recipient(letter, settings)?;
    let reply_to = mailbox("mail-sender", "", view::reply_to(settings), "the reply address")?;
    let domain = from.email.domain().to_owned();
    let date = UNIX_EPOCH + Duration::from_secs(letter.date.max(0).unsigned_abs());
    let mut builder = Message::builder()
        .from(from)
        .to(to)
        .reply_to(reply_to)
        .subject(subject)
        .date(date)
        .message_id(Some(format!("<{}>", clean(&letter.message_id, usize::MAX))));
    // One thread per episode, in readers that go by these headers.
    let thread: Vec<String> = letter
        .content
        .references
        .iter()
        .filter_map(|id| bracketed(id))
        .collect();
    if let Some(last) = thread.last() {
        builder = builder.in_reply_to(last.clone()).references(thread.join(" "));
    }
    let list = letter.kind.dashed();
    let mut headers = vec![
        // RFC 3834, and Exchange's own: an absence note must not answer a machine.
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        ("List-Id", format!("<{list}.firstbell.{domain}>")),
    ];
    if settings.rehearsal_of(letter).is_some() {
        headers.push(("X-Firstbell-Rehearsal-For", clean(&letter.address, ADDRESS_CHARS)));
    }
    for (name, value) in headers {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    }
    let message = builder.multipart(body(letter, text, html)).map_err(|error| {
        let message = format!("letter {} cannot be made into a message: {error}", letter.id);
        Problem::new(
            "letter-unmade",
            Weight::Waits,
            Place::default(),
            message,
            "report this: it is a fault of firstbell",
        )
    })?;
    Ok(message.formatted())
}

/// An earlier letter's Message-ID as headers have it; `None` where it is none of ours.
fn bracketed(id: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>');
    (!id.is_empty() && id.chars().all(is_plain)).then(|| format!("<{id}>"))
}

/// Text first: a reader that knows no HTML shows the first part, one that does shows the last.
fn body(letter: &Letter, text: &str, html: &str) -> MultiPart {
    let digest = blake3::hash(letter.message_id.as_bytes()).to_hex();
    MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(format!("firstbell-{}", &digest[..32]))
        .singlepart(
            SinglePart::builder()
                .header(ContentType::TEXT_PLAIN)
                .body(text.to_owned()),
        )
        .singlepart(
            SinglePart::builder()
                .header(ContentType::TEXT_HTML)
                .body(html.to_owned()),
        )
}

/// To whom the message goes, and so what its `To:` says: in rehearsal the rehearsal's reader, because relays and clients may act
/// on `To:` and a reply to all must not reach the owner.
fn recipient(letter: &Letter, settings: &Settings) -> Result<Mailbox, Problem> {
    let (code, name, address) = match settings.rehearsal_of(letter) {
        Some(address) => ("mail-rehearsal-to", "firstbell rehearsal", address),
        None => ("letter-address", letter.to_name.as_str(), &letter.address),
    };
    let to = mailbox(code, name, address, &format!("the reader of letter {}", letter.id))?;
    let domain = to.email.domain();
    let allowed = &settings.allowed_domains;
    if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain)) {
        return Err(outside(letter, settings, domain));
    }
    Ok(to)
}

fn outside(letter: &Letter, settings: &Settings, domain: &str) -> Problem {
    let domain = clean(domain, NAME_CHARS);
    let problem = |code, message, remedy| Problem::new(code, Weight::Waits, Place::default(), message, remedy);
    if settings.rehearsal_to.is_some() {
        let message = format!("the rehearsal would go to `{domain}`, which is not an allowed domain");
        return problem(
            "mail-rehearsal-to",
            message,
            "correct `mail.rehearsal_to` or `mail.allowed_domains`",
        );
    }
    problem(
        "letter-outside-domains",
        format!(
            "letter {} would go to `{domain}`, which is not an allowed domain",
            letter.id
        ),
        "correct the address in the staff export, or add the domain to `mail.allowed_domains`",
    )
}

/// Whether a problem of composing is one letter's own. Others, such as an unusable sender, would meet every letter alike.
pub(crate) fn concerns_one_letter(problem: &Problem) -> bool {
    ["letter-address", "letter-outside-domains", "letter-unmade"].contains(&problem.code.as_str())
}

fn mailbox(code: &str, name: &str, address: &str, whose: &str) -> Result<Mailbox, Problem> {
    let parsed: Result<Address, _> = address.trim().parse();
    let ascii = parsed.ok().filter(|_| address.is_ascii());
    let email = ascii.ok_or_else(|| {
        Problem::new(
            code,
            Weight::Waits,
            Place::default(),
            format!(
                "`{}` is not an address that mail can be sent to: {whose}",
                clean(address, ADDRESS_CHARS)
            ),
            "write it as name@district.example, in plain letters",
        )
    })?;
    let name = clean(name, NAME_CHARS);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), email))
}
