//! How letters leave: over SMTP, into a folder, into memory, or through a plugin that carries them.
//!
//! In: a [`Parcel`]. Out: an [`Outcome`](crate::outbox::Outcome). Never: two recipients, an unencrypted line beyond this machine,
//! anything of the letter in an answer.

mod folder;
mod memory;
mod smtp;

pub use folder::Folder;
pub(crate) use folder::file_name;
pub use memory::Memory;
#[cfg(test)]
pub(crate) use smtp::tests as smtp_server;
pub use smtp::{Credentials, Smtp, SmtpSettings, Timeouts, Tls};

use crate::outbox::Outcome;

use super::Envelope;

/// One sealed letter on its way.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    /// From whom, to whom.
    pub envelope: Envelope,
    /// What a file with it is called: safe in every file system, the same on every attempt.
    pub file_name: String,
    /// The bytes, sent unchanged.
    pub bytes: Vec<u8>,
}

/// Where letters go.
pub enum Transport {
    /// Over SMTP.
    Smtp(Box<Smtp>),
    /// Into a folder, one `.eml` file each: the default, which needs no settings.
    Folder(Folder),
    /// Into memory, for tests.
    Memory(Memory),
    /// Through something else that takes letters, such as a plugin.
    Carrier(Box<dyn Carrier>),
}

/// Something else that takes letters.
pub trait Carrier: Send {
    /// Takes one letter; its bytes are sealed, and the same on every attempt.
    fn carry(&mut self, parcel: &Parcel) -> Outcome;

    /// Ends what was begun for a batch.
    fn close(&mut self) {}
}

impl Transport {
    /// Hands one letter over.
    pub fn send(&mut self, parcel: &Parcel) -> Outcome {
        match self {
            Transport::Smtp(smtp) => smtp.send(parcel),
            Transport::Folder(folder) => folder.send(parcel),
            Transport::Memory(memory) => memory.send(parcel),
            Transport::Carrier(carrier) => carrier.carry(parcel),
        }
    }

    /// Ends the conversation politely, where there is one; a later letter begins another.
    pub fn close(&mut self) {
        match self {
            Transport::Smtp(smtp) => smtp.close(),
            Transport::Carrier(carrier) => carrier.close(),
            Transport::Folder(_) | Transport::Memory(_) => {}
        }
    }

    /// Whether somebody else's server is asked, who may count letters per minute.
    pub fn is_metered(&self) -> bool {
        matches!(self, Transport::Smtp(_))
    }
}
