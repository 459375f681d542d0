//! What can go wrong with a program, each by its name.

use std::time::Duration;

use super::problem;
use crate::monitor::Problem;
use crate::plugins::plugin::Plugin;

/// Why a conversation came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plugins) enum Trouble {
    /// It could not be started; in words.
    NotStarted(String),
    /// It said nothing within its time.
    Silent(Duration),
    /// It said more than it may, or a line that never ends.
    Flood(String),
    /// It said something that is no answer; in words that quote nothing of it.
    Nonsense(String),
    /// It speaks another version of the protocol.
    Version(String),
    /// It wants something that its manifest does not declare.
    Undeclared(String),
    /// It ended before it was done.
    EndedEarly,
    /// It ended with an exit code that is not 0, or by a signal; in words.
    Failed(String),
    /// It closed its input before it had been told everything.
    Deaf,
    /// The export could not be read to its end; in words.
    Export(String),
}

impl Trouble {
    /// The trouble as a problem; with an export, the file is held.
    pub(in crate::plugins) fn problem(&self, plugin: &Plugin, export: Option<&str>) -> Problem {
        let id = &plugin.id;
        let (code, what) = match self {
            Trouble::NotStarted(why) => ("plugin-not-started", format!("cannot be started: {why}")),
            Trouble::Silent(time) => (
                "plugin-silent",
                format!("did not answer within {} s and was ended", time.as_secs()),
            ),
            Trouble::Flood(why) => ("plugin-flood", format!("{why} and was ended")),
            Trouble::Nonsense(why) => ("plugin-nonsense", format!("does not answer as agreed: {why}")),
            Trouble::Version(version) => (
                "plugin-version",
                format!("speaks version {version} of the protocol, and this firstbell speaks version 1"),
            ),
            Trouble::Undeclared(what) => (
                "plugin-asks-too-much",
                format!("asks for `{what}`, which its manifest does not declare"),
            ),
            Trouble::EndedEarly => ("plugin-ended", "ended before it was done".to_owned()),
            Trouble::Failed(how) => ("plugin-ended", format!("ended with {how}")),
            Trouble::Deaf => (
                "plugin-ended",
                "stopped listening before it had been told everything".to_owned(),
            ),
            Trouble::Export(why) => ("plugin-export-unreadable", why.clone()),
        };
        let message = match self {
            Trouble::Export(_) => what,
            _ => format!("the program of the plugin `{id}` {what}"),
        };
        let mut remedy = match self {
            Trouble::NotStarted(_) => {
                format!("see `firstbell plugins doctor`, and `command` in plugins/{id}/plugin.toml")
            }
            Trouble::Undeclared(_) => {
                "decide whether it may have that: then declare it under `reads` and enable it again".to_owned()
            }
            Trouble::Export(_) => "see that the export is whole and that nobody still writes it".to_owned(),
            _ => "see what it said last with `firstbell plugins doctor`".to_owned(),
        };
        if export.is_some() {
            remedy += "; until then the file is held";
        }
        problem(plugin, code, export, message, remedy)
    }
}
