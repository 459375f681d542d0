//! Finding, checking and running what lies in `plugins/`.
//!
//! In: the files of `plugins/<id>/`, the district's own and those that ship. Out: adapters, words, sources and channels, and problems
//! for plugins set aside. Never: code of one named system; what a plugin does stands in its folder. Never a program that the district
//! has not enabled as it lies there.

use std::collections::BTreeMap;

use crate::monitor::Problem;
use crate::records::Adapter;

mod body;
mod bundle;
mod column;
mod doctor;
mod exec;
mod find;
mod folder;
mod kind;
mod manifest;
mod plugin;
mod schema;
mod skeleton;
mod source;
mod switches;
mod trial;

pub use doctor::{Finding, doctor};
pub use exec::{Answer, Asking, Channel, Teller};
pub use find::{Plugins, read};
pub use folder::digest;
pub use kind::{Kind, Runtime};
pub use plugin::{Plugin, Standing};
pub use schema::schema;
pub use skeleton::{Skeleton, skeleton};
pub use source::Translator;
pub use switches::{FILE as SWITCHES, Switch, Switches};
pub use trial::{Tried, trial};

/// The adapters of all plugins, by id. `home` is (path, text) of the files below the district's `plugins/`; what ships is added, and the
/// district's plugin wins over one that ships under the same id, even where it is broken: another one in its place would be a surprise.
///
/// A broken plugin is set aside with a problem that says what to mend.
pub fn load(home: impl IntoIterator<Item = (String, String)>) -> (Vec<Adapter>, Vec<Problem>) {
    let files: BTreeMap<String, String> = home.into_iter().collect();
    let plugins = read(&files, None);
    (plugins.adapters(), plugins.problems().to_vec())
}

#[cfg(test)]
mod tests;
