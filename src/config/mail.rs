//! `[privacy]`, `[mail]` and `[rules]`: what leaves the house, and to whom.

use super::section::{Found, Section, choose, one_of, text, texts, whole};
use super::source::{MISSING, Source, VALUE, WHOLE_FILE};
use super::{Detail, Mail, Privacy, SendTo, Show, Smtp, Tls};

const SHOW: &[(&str, Show)] = &[
    ("initials", Show::Initials),
    ("id", Show::Id),
    ("names", Show::Names),
    ("counts", Show::Counts),
];

const DETAIL: &[(&str, Detail)] = &[
    ("incident_types", Detail::IncidentTypes),
    ("actions", Detail::Actions),
    ("programs", Detail::Programs),
];

const TLS: &[(&str, Tls)] = &[
    ("implicit", Tls::Implicit),
    ("starttls", Tls::Starttls),
    ("none", Tls::None),
];

/// Addresses as written, with their places, for the check against the allowed domains.
pub(super) struct MailFound {
    pub(super) mail: Mail,
    pub(super) operator: Found<String>,
    pub(super) rehearsal_to: Option<Found<String>>,
}

pub(super) fn privacy(source: &mut Source<'_>, root: &mut Section<'_>) -> Privacy {
    let mut privacy = Privacy {
        show: Show::Initials,
        detail: Vec::new(),
    };
    let Some(mut section) = root.section(source, "privacy") else {
        return privacy;
    };
    if let Some(show) = section.optional(source, "show", one_of(SHOW)) {
        privacy.show = show;
    }
    for word in section.optional(source, "detail", texts).unwrap_or_default() {
        privacy.detail.extend(choose(source, "detail", &word, DETAIL));
    }
    privacy.detail.sort();
    privacy.detail.dedup();
    section.finish(source);
    privacy
}

pub(super) fn rules(source: &mut Source<'_>, root: &mut Section<'_>) -> Vec<Found<String>> {
    let Some(mut section) = root.section(source, "rules") else {
        return Vec::new();
    };
    let editors = section.optional(source, "editors", texts).unwrap_or_default();
    section.finish(source);
    editors
        .into_iter()
        .filter(|editor| is_address(source, editor))
        .collect()
}

pub(super) fn mail(source: &mut Source<'_>, root: &mut Section<'_>) -> Option<MailFound> {
    let Some(mut section) = root.section(source, "mail") else {
        let remedy = "add `[mail]` with `from`, `operator` and `allowed_domains`";
        source.wrong(MISSING, WHOLE_FILE, "there is no `[mail]`", remedy);
        return None;
    };
    let from = section.required(source, "from", text, "from = \"firstbell@district.example\"");
    let operator = section.required(source, "operator", text, "operator = \"data.manager@district.example\"");
    let example = "allowed_domains = [\"district.example\"]";
    let domains = section.required(source, "allowed_domains", texts, example);
    let words = &[("rehearsal", SendTo::Rehearsal), ("owners", SendTo::Owners)];
    // A district that says nothing has not yet decided to write to its staff.
    let send_to = section
        .optional(source, "send_to", one_of(words))
        .unwrap_or(SendTo::Rehearsal);
    let rehearsal_to = section
        .optional(source, "rehearsal_to", text)
        .filter(|to| !to.value.is_empty());
    let shared_mailboxes = section.optional(source, "shared_mailboxes", texts).unwrap_or_default();
    let channel = section
        .optional(source, "channel", text)
        .filter(|channel| !channel.value.is_empty());
    let smtp_section = section.section(source, "smtp");
    if let (Some(channel), Some(_)) = (&channel, &smtp_section) {
        let message = "letters leave through a channel or over SMTP, not both";
        source.wrong(
            VALUE,
            channel.span.clone(),
            message,
            "take `channel` or `[mail.smtp]` out",
        );
    }
    let has_smtp = smtp_section.is_some() || channel.is_some();
    let smtp = smtp_section.and_then(|section| smtp(source, section));
    if has_smtp && send_to == SendTo::Rehearsal && rehearsal_to.is_none() {
        let remedy = "add `rehearsal_to = \"mtss.lead@district.example\"`: whom a rehearsal is delivered to";
        let message = match channel {
            Some(_) => "a rehearsal through a channel has nobody to go to",
            None => "a rehearsal over SMTP has nobody to go to",
        };
        source.wrong("config-rehearsal-nowhere", section.span.clone(), message, remedy);
    }
    section.finish(source);

    let from = from.filter(|from| is_address(source, from));
    let operator = operator.filter(|operator| is_address(source, operator));
    let rehearsal_to = rehearsal_to.filter(|to| is_address(source, to));
    let allowed_domains = allowed(source, domains?);
    let operator = operator?;
    let mail = Mail {
        from: from?.value,
        operator: operator.value.clone(),
        allowed_domains,
        send_to,
        rehearsal_to: rehearsal_to.as_ref().map(|to| to.value.clone()),
        smtp,
        shared_mailboxes: shared_mailboxes.into_iter().map(|found| found.value).collect(),
        channel: channel.map(|channel| channel.value),
    };
    Some(MailFound {
        mail,
        operator,
        rehearsal_to,
    })
}

fn allowed(source: &mut Source<'_>, domains: Vec<Found<String>>) -> Vec<String> {
    let mut allowed = Vec::new();
    for domain in domains {
        let word = domain.value.trim().to_ascii_lowercase();
        let odd = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.');
        if word.is_empty() || word.contains(odd) {
            let message = format!("`{}` is not a domain", domain.value);
            source.wrong(
                VALUE,
                domain.span,
                message,
                "write what stands behind the @, such as `district.example`",
            );
            continue;
        }
        allowed.push(word);
    }
    allowed
}

fn smtp(source: &mut Source<'_>, mut section: Section<'_>) -> Option<Smtp> {
    let host = section.required(source, "host", text, "host = \"smtp.district.example\"");
    let port = section.optional(source, "port", whole(1..=65_535));
    let tls = section.optional(source, "tls", one_of(TLS));
    let username = section.optional(source, "username", text);
    let password_file = section.optional(source, "password_file", text);
    let span = section.span.clone();
    section.finish(source);
    let host = host?.value;
    if username.is_some() != password_file.is_some() {
        let message = "`username` and `password_file` belong together";
        let remedy = "write both, or neither where the server knows this machine by its address";
        source.wrong(VALUE, span.clone(), message, remedy);
    }
    // 465 speaks TLS from the first byte (RFC 8314), 587 upgrades (RFC 6409).
    let port = port.and_then(|port| u16::try_from(port).ok()).unwrap_or(587);
    let tls = tls.unwrap_or(if port == 465 { Tls::Implicit } else { Tls::Starttls });
    if tls == Tls::None && !is_loopback(&host) {
        let message = format!("letters to `{host}` would cross the network unprotected");
        source.wrong(
            "config-smtp-plain",
            span,
            message,
            "write `tls = \"starttls\"` or `tls = \"implicit\"`",
        );
    }
    Some(Smtp {
        host,
        port,
        tls,
        username: username.map(|name| name.value),
        password_file: password_file.map(|file| file.value),
    })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether a text is one mail address; a problem where it is not.
pub(super) fn is_address(source: &mut Source<'_>, found: &Found<String>) -> bool {
    if found.value.parse::<lettre::Address>().is_ok() {
        return true;
    }
    let message = format!("`{}` is not a mail address", found.value);
    source.wrong(
        VALUE,
        found.span.clone(),
        message,
        "write it as `name@district.example`",
    );
    false
}
