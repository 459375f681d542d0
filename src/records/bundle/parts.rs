//! The files of a bundle, opened one after the other, and what its listing says before anything else of it is read.

use std::io::{self, Cursor};

use super::listed;
use super::listing::Mode;
use super::recipe::Bundle;
use crate::records::adapter::Adapter;
use crate::records::source::Bytes;

/// The files of a bundle. One is open at a time, so that memory does not grow with their number.
pub trait Parts {
    /// Their names, in any order.
    fn names(&self) -> Vec<String>;
    /// Opens one.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn open(&mut self, name: &str) -> io::Result<Box<dyn Bytes + '_>>;
}

/// One file of a bundle in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in the bundle.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Parts for Vec<Part> {
    fn names(&self) -> Vec<String> {
        self.iter().map(|part| part.name.clone()).collect()
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Bytes + '_>> {
        let part = self.iter().find(|part| part.name == name);
        let part = part.ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(part.bytes.as_slice())))
    }
}

/// What a bundle's listing and the names of its files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Whether some of its files hold changes alone.
    pub has_delta: bool,
    /// Files that the listing says are there and that are not; without a listing those that no bundle is whole without.
    pub missing: Vec<String>,
}

/// Looks at a bundle without reading its rows.
pub fn outline(parts: &mut dyn Parts, bundle: &Bundle, adapter: &Adapter) -> Outline {
    let listed = listed("", parts, bundle, adapter);
    let names = parts.names();
    let is_missing = |member: &&super::Member| {
        let there = |own: &String| names.iter().any(|name| name.eq_ignore_ascii_case(own));
        let is_due = match listed.modes.is_empty() {
            true => member.required,
            false => matches!(listed.mode(&member.names[0]), Some(Mode::Bulk | Mode::Delta)),
        };
        is_due && !member.names.iter().any(there)
    };
    let missing = bundle.members.iter().filter(is_missing);
    Outline {
        has_delta: listed.has_delta(),
        missing: missing.map(|member| member.names[0].clone()).collect(),
    }
}
