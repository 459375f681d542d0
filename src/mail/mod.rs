//! Letters as bytes, and their last metre. The only place where a student's name meets a letter.
//!
//! In: [`Letter`](crate::outbox::Letter)s as keys and numbers, the directory, the district's wording. Out: bytes that were
//! handed over, and what was answered. Never: a name in a subject, a header, a problem or a log line; a letter to two people;
//! the clock (it comes in as a function).

mod compose;
mod deliver;
mod entries;
mod envelope;
mod example;
mod message;
mod settings;
mod strip;
mod student;
mod templates;
mod text;
mod transport;
mod view;

#[cfg(test)]
mod tests;

pub use compose::{Composed, compose};
pub use deliver::{Delivery, Hooks, Ledger, deliver, hand_over};
pub use envelope::Envelope;
pub use example::{example, example_people, example_school};
pub use settings::{Settings, Show};
pub use templates::{Templates, Wording};
pub use text::plural;
pub use transport::{Carrier, Credentials, Folder, Memory, Parcel, Smtp, SmtpSettings, Timeouts, Tls, Transport};
