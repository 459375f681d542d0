//! `plugins/enabled.toml`: which programs the district has enabled as they lie there, and which plugins it switched off.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::monitor::{Place, Problem, Weight};

/// The file, from the home.
pub const FILE: &str = "plugins/enabled.toml";

const HEAD: &str = "# Written by `firstbell plugins enable` and `firstbell plugins disable`. A program runs only while its folder is, byte\n\
                    # for byte, what it was when somebody enabled it.\n";

/// What the district has decided of one plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Enabled; for a program, as its folder was under this digest.
    On(Option<String>),
    /// Switched off.
    Off,
}

/// What the district has decided, by plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switches(pub BTreeMap<String, Switch>);

/// One entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    off: bool,
}

impl Switches {
    /// Reads the file's text.
    ///
    /// # Errors
    /// A problem where it cannot be read: then no program is enabled.
    pub fn read(text: &str) -> Result<Switches, Problem> {
        let raw: BTreeMap<String, Raw> = toml::from_str(text).map_err(|error| {
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            let line = error
                .span()
                .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Problem::new(
                "plugin-switches",
                Weight::Waits,
                Place::file(FILE).line(line as u64),
                format!("{message}; no program of a plugin is enabled until it is mended"),
                "delete the file and enable the plugins again with `firstbell plugins enable`",
            )
        })?;
        let switch = |raw: Raw| if raw.off { Switch::Off } else { Switch::On(raw.digest) };
        Ok(Switches(raw.into_iter().map(|(id, raw)| (id, switch(raw))).collect()))
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (id, switch) in &self.0 {
            // Ids are letters, digits and hyphens, so they need no quotes.
            text += &match switch {
                Switch::On(Some(digest)) => format!("\n[{id}]\ndigest = \"{digest}\"\n"),
                Switch::On(None) => format!("\n[{id}]\n"),
                Switch::Off => format!("\n[{id}]\noff = true\n"),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Switch, Switches};

    #[test]
    fn what_is_written_is_read_again_and_a_slip_enables_nothing() {
        let mut switches = Switches::default();
        switches
            .0
            .insert("fixed-width".to_owned(), Switch::On(Some("ab".repeat(32))));
        switches.0.insert("assignment-gap".to_owned(), Switch::Off);
        assert_eq!(Switches::read(&switches.to_text()), Ok(switches));
        let problem = Switches::read("[a]\ndigest = 7\n").expect_err("a number is no digest");
        assert_eq!(
            (problem.code.as_str(), problem.place.line),
            ("plugin-switches", Some(2))
        );
    }
}
