//! A new plugin to start from: one that works, with a case that holds.

use super::kind::{Kind, Runtime};

/// The files of a new plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skeleton {
    /// Paths from the home, and texts.
    pub files: Vec<(String, String)>,
    /// What to do next, in a sentence.
    pub next: String,
}

/// A new plugin of a kind; without a runtime the simplest that the kind has.
///
/// # Errors
/// In words: the id is none, or no such plugin can be run.
pub fn skeleton(kind: Kind, id: &str, runtime: Option<Runtime>) -> Result<Skeleton, String> {
    let plain = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !plain {
        return Err(format!(
            "`{id}` cannot be a plugin's id: write small letters, digits and hyphens"
        ));
    }
    let can = kind.runtimes();
    let runtime = runtime.unwrap_or(can[0]);
    if !can.contains(&runtime) {
        let can: Vec<&str> = can.iter().map(|runtime| runtime.word()).collect();
        return Err(format!(
            "a plugin of kind `{}` is written as {}",
            kind.word(),
            can.join(", ")
        ));
    }
    let files: &[(&str, &str)] = match (kind, runtime) {
        (Kind::Letters, _) => &[
            ("plugin.toml", include_str!("skeleton/letters.toml")),
            ("letters/_foot.txt.j2", include_str!("../mail/templates/_foot.txt.j2")),
            ("letters/_foot.html.j2", include_str!("../mail/templates/_foot.html.j2")),
        ],
        (Kind::Indicator, Runtime::Exec) => &[
            ("plugin.toml", include_str!("skeleton/tell.toml")),
            ("tell.py", include_str!("skeleton/tell.py")),
            ("tests/cases.toml", include_str!("skeleton/indicator.cases.toml")),
        ],
        (Kind::Indicator, _) => &[
            ("plugin.toml", include_str!("skeleton/indicator.toml")),
            ("indicator.rhai", include_str!("skeleton/indicator.rhai")),
            ("tests/cases.toml", include_str!("skeleton/indicator.cases.toml")),
        ],
        (Kind::Channel, _) => &[
            ("plugin.toml", include_str!("skeleton/channel.toml")),
            ("channel.py", include_str!("skeleton/channel.py")),
            ("tests/cases.toml", include_str!("skeleton/channel.cases.toml")),
        ],
        (_, Runtime::Rhai) => &[
            ("plugin.toml", include_str!("skeleton/map.toml")),
            ("map.rhai", include_str!("skeleton/map.rhai")),
            ("tests/cases.toml", include_str!("skeleton/map.cases.toml")),
        ],
        (_, Runtime::Exec) => &[
            ("plugin.toml", include_str!("skeleton/read.toml")),
            ("read.py", include_str!("skeleton/read.py")),
            ("tests/cases.toml", include_str!("skeleton/read.cases.toml")),
        ],
        (_, Runtime::Declarative) => &[
            ("plugin.toml", include_str!("skeleton/columns.toml")),
            ("tests/cases.toml", include_str!("skeleton/columns.cases.toml")),
        ],
    };
    let word = id.replace('-', "_");
    let made = |(name, text): &(&str, &str)| {
        let text = text.replace("NEW-ID", id).replace("NEW_WORD", &word);
        (format!("plugins/{id}/{name}"), text)
    };
    let next = match (kind, runtime) {
        (Kind::Letters, _) => {
            "Letters are written with it at once; the built-in files to start from are in docs/letters.md.".to_owned()
        }
        (Kind::Indicator, Runtime::Rhai) => format!("Rules can read it at once, as `student.{word}`."),
        (_, Runtime::Exec) => format!("It does not run before you have looked at it: `firstbell plugins enable {id}`."),
        _ => format!("Name it in a feed of firstbell.toml: `adapter = \"{id}\"`."),
    };
    Ok(Skeleton {
        files: files.iter().map(made).collect(),
        next,
    })
}
