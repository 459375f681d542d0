//! SMTP, phase by phase: what broke before the letter's text is safe to try again, what broke after its last byte is not certain.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{self, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;

use crate::monitor::{Place, Problem, Weight};
use crate::outbox::Outcome;

use super::Parcel;

mod answer;
#[cfg(test)]
pub(crate) mod tests;

/// How the line is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte; usually port 465.
    Implicit,
    /// By STARTTLS, required: without it nothing is sent. Usually port 587 or 25.
    StartTls,
    /// Not at all: only to this machine itself.
    None,
}

/// User and secret. Prints without the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// The password.
    pub secret: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials {{ user: {:?} }}", self.user)
    }
}

/// How long to wait for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection.
    pub connect: Duration,
    /// For the answer to a command.
    pub command: Duration,
    /// For the answer to the letter itself: a filter may read it first, and giving up early makes it uncertain.
    pub letter: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        // RFC 5321 §4.5.3.2 asks for 5 minutes per command and 10 for the letter. A district's relay is near, and a round waits
        // for it: a tenth for commands, the half for the letter.
        Timeouts {
            connect: Duration::from_secs(20),
            command: Duration::from_secs(30),
            letter: Duration::from_secs(300),
        }
    }
}

/// A mail server as configured.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the line is encrypted.
    pub tls: Tls,
    /// Login, where the server wants one.
    pub credentials: Option<Credentials>,
    /// A certificate authority of the district's own, as PEM, beside those that the system trusts.
    pub extra_root: Option<Vec<u8>>,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// A mail server, and the line to it while there is one: one connection for a batch, one letter after the other.
pub struct Smtp {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    line: Option<SmtpConnection>,
}

impl Smtp {
    /// Prepares to send through a server; connects to nothing. Refuses a plain line beyond this machine.
    pub fn new(settings: SmtpSettings) -> Result<Smtp, Problem> {
        if settings.tls == Tls::None && !is_this_machine(&settings.host) {
            return Err(Problem::new(
                "smtp-needs-tls",
                Weight::Stop,
                Place::default(),
                format!("letters to `{}` would travel unencrypted", settings.host),
                "set `tls = \"starttls\"` or `tls = \"implicit\"` in [mail.smtp]",
            ));
        }
        let tls = match settings.tls {
            Tls::None => None,
            Tls::Implicit | Tls::StartTls => Some(tls_parameters(&settings)?),
        };
        Ok(Smtp {
            settings,
            tls,
            line: None,
        })
    }

    pub(super) fn send(&mut self, parcel: &Parcel) -> Outcome {
        let was_open = self.line.is_some();
        match self.try_once(parcel) {
            // A server may have closed an idle line, or count letters per connection. The letter was not begun.
            Tried::LineBroke(_) if was_open => match self.try_once(parcel) {
                Tried::Outcome(outcome) => outcome,
                Tried::LineBroke(answer) => Outcome::Temporary(answer),
            },
            Tried::Outcome(outcome) => outcome,
            Tried::LineBroke(answer) => Outcome::Temporary(answer),
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(mut line) = self.line.take() {
            let _ = line.quit();
        }
    }

    fn try_once(&mut self, parcel: &Parcel) -> Tried {
        let mut line = match self.line.take().map_or_else(|| self.connect(), Ok) {
            Ok(line) => line,
            Err(error) => return Tried::Outcome(Outcome::Unreached(self.told(&error))),
        };
        let opened = line.set_timeout(Some(self.settings.timeouts.command)).is_ok();
        if let Some(answer) = (!opened).then(|| "the line is closed".to_owned()) {
            return Tried::LineBroke(answer);
        }
        if let Err(tried) = self.begin(&mut line, parcel) {
            if matches!(tried, Tried::Outcome(_)) && line.command(Rset).is_ok() {
                self.line = Some(line);
            }
            return tried;
        }
        let _ = line.set_timeout(Some(self.settings.timeouts.letter));
        let outcome = match line.message(&parcel.bytes) {
            Ok(response) if response.code().severity == Severity::PositiveCompletion => {
                self.line = Some(line);
                Outcome::Sent(answer::codes(&response.code().to_string(), response.first_line()))
            }
            Ok(response) => Outcome::Unsure(answer::codes(&response.code().to_string(), None)),
            Err(error) => {
                let outcome = after_the_text(&error);
                // With an answer, whatever it says, the conversation can go on.
                self.line = error.status().is_some().then_some(line);
                outcome
            }
        };
        Tried::Outcome(outcome)
    }

    fn connect(&self) -> Result<SmtpConnection, Error> {
        let settings = &self.settings;
        let hello = ClientId::default();
        let implicit = self.tls.as_ref().filter(|_| settings.tls == Tls::Implicit);
        let server = (settings.host.as_str(), settings.port);
        let mut line = SmtpConnection::connect(server, Some(settings.timeouts.connect), &hello, implicit, None)?;
        if let Some(tls) = self.tls.as_ref().filter(|_| settings.tls == Tls::StartTls) {
            line.starttls(tls, &hello)?;
        }
        if let Some(credentials) = &settings.credentials {
            let login = authentication::Credentials::new(credentials.user.clone(), credentials.secret.clone());
            line.auth(&[Mechanism::Plain, Mechanism::Login], &login)?;
        }
        Ok(line)
    }

    /// Everything before the letter's text. After this, and not before, the letter may have been taken.
    fn begin(&self, line: &mut SmtpConnection, parcel: &Parcel) -> Result<(), Tried> {
        let [from, to] = [&parcel.envelope.from, &parcel.envelope.to].map(|address| address.parse::<Address>());
        let (Ok(from), Ok(to)) = (from, to) else {
            return Err(Tried::Outcome(Outcome::Permanent(
                "the address cannot be written to".to_owned(),
            )));
        };
        let fault = |error: Error| self.before_the_text(&error);
        line.command(Mail::new(Some(from), Vec::new())).map_err(fault)?;
        line.command(Rcpt::new(to, Vec::new())).map_err(fault)?;
        let ready = line.command(Data).map_err(fault)?;
        if !ready.has_code(354) {
            return Err(Tried::LineBroke(answer::codes(&ready.code().to_string(), None)));
        }
        Ok(())
    }

    fn before_the_text(&self, error: &Error) -> Tried {
        let told = self.told(error);
        match error.status().map(|code| code.to_string()) {
            // 421: the server is closing the line, whatever was asked.
            Some(code) if code == "421" => Tried::LineBroke(told),
            // 530 to 538 speak of the login (RFC 4954): not this letter is refused but we are.
            Some(code) if matches!(code.as_str(), "530" | "534" | "535" | "538") => {
                Tried::Outcome(Outcome::Unreached(told))
            }
            Some(_) if error.is_permanent() => Tried::Outcome(Outcome::Permanent(told)),
            Some(_) => Tried::Outcome(Outcome::Temporary(told)),
            None => Tried::LineBroke(told),
        }
    }

    /// An error in words, without the secret should a server repeat it.
    fn told(&self, error: &Error) -> String {
        let told = answer::before_the_text(error);
        match &self.settings.credentials {
            Some(credentials) if !credentials.secret.is_empty() => told.replace(&credentials.secret, "…"),
            _ => told,
        }
    }
}

/// What one attempt on one line came to.
enum Tried {
    /// An outcome; the line may be good for the next letter.
    Outcome(Outcome),
    /// The line broke before the letter's text: another line may do better at once.
    LineBroke(String),
}

/// An answer with a code is an answer; anything else leaves open whether the letter was taken.
fn after_the_text(error: &Error) -> Outcome {
    let told = answer::after_the_text(error);
    if error.is_permanent() {
        Outcome::Permanent(told)
    } else if error.is_transient() {
        Outcome::Temporary(told)
    } else {
        Outcome::Unsure(told)
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, Problem> {
    let wrong = |what: &str, remedy: &str| {
        let message = format!("TLS to `{}` cannot be prepared: {what}", settings.host);
        Problem::new("smtp-tls", Weight::Stop, Place::default(), message, remedy)
    };
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.extra_root {
        let root = Certificate::from_pem(pem).map_err(|_| {
            wrong(
                "the district's own certificate is not PEM",
                "export it again as base64 PEM",
            )
        })?;
        builder = builder.add_root_certificate(root);
    }
    builder.build().map_err(|error| {
        wrong(
            &answer::before_the_text(&error),
            "check the system's trusted certificates",
        )
    })
}
