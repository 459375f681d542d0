//! What a plugin is, and what runs it.

/// What a plugin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads the exports of one system.
    Source,
    /// Adds a word to the vocabulary of rules.
    Indicator,
    /// Takes letters somewhere else than by mail.
    Channel,
    /// Wording of letters.
    Letters,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 4] = [Kind::Source, Kind::Indicator, Kind::Channel, Kind::Letters];

    /// The kind as manifests write it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Source => "source",
            Kind::Indicator => "indicator",
            Kind::Channel => "channel",
            Kind::Letters => "letters",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What can run such a plugin; the first is what `plugins new` takes.
    pub fn runtimes(self) -> &'static [Runtime] {
        match self {
            Kind::Source => &[Runtime::Declarative, Runtime::Rhai, Runtime::Exec],
            Kind::Indicator => &[Runtime::Rhai, Runtime::Exec],
            Kind::Channel => &[Runtime::Exec],
            Kind::Letters => &[Runtime::Declarative],
        }
    }
}

/// What runs a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// Nothing: the manifest says it all.
    Declarative,
    /// The sandbox that rules run in.
    Rhai,
    /// A program of its own.
    Exec,
}

impl Runtime {
    /// All runtimes.
    pub const ALL: [Runtime; 3] = [Runtime::Declarative, Runtime::Rhai, Runtime::Exec];

    /// The runtime as manifests write it.
    pub fn word(self) -> &'static str {
        match self {
            Runtime::Declarative => "declarative",
            Runtime::Rhai => "rhai",
            Runtime::Exec => "exec",
        }
    }

    /// The runtime of a word.
    pub fn of(word: &str) -> Option<Runtime> {
        Runtime::ALL.into_iter().find(|runtime| runtime.word() == word)
    }
}
