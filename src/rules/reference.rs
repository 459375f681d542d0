//! The reference of everything that a rule may write, for people and for editors: made from the vocabulary and from nothing else.

use std::fmt::Write as _;

use super::vocabulary::{self, CALLS, Call, Entry, Kind, WORDS};
use super::word::PluginWord;
use crate::indicators::Word;
use crate::script::{self, limits};

/// What stands at the head of the page.
const HEAD: &str = "\
# Every word that a rule may write

Made by `firstbell rules reference` from the tables by which rules are checked; do not edit it. How a rule is built stands in
`docs/rules.md`, and `docs/tutorial.md` walks through one.

A word is asked of the student: `student.absences`. It gives the school year so far. A word that takes a window also gives a part of it:
`student.absences(last(20))`. Where a word is missing the rule's answer is `unknown`, whatever the rule does with it; `.or(0)` directly
behind the word or asking `student.has(\"absences\")` first avoids that.
";

/// The reference as a page.
pub fn page(plugins: &[PluginWord]) -> String {
    let mut page = HEAD.to_owned();
    page += "\n## Words\n\n| word | type | unit | window | missing when | example |\n|---|---|---|---|---|---|\n";
    for entry in WORDS {
        let row = [
            format!("`{}`", entry.word.word()),
            entry.kind.words().to_owned(),
            dash(entry.unit),
            window(entry.word).to_owned(),
            dash(if entry.missing.is_empty() {
                "never"
            } else {
                entry.missing
            }),
            format!("`{}`", entry.example),
        ];
        page += &line(&row);
    }
    page += "\n## What they are\n\n";
    for entry in WORDS {
        let _ = writeln!(page, "- `{}`: {}{}", entry.word.word(), entry.about, asks(entry));
    }
    page += "\n## Calls\n\n| call | type | what it is |\n|---|---|---|\n";
    for call in CALLS {
        page += &line(&[
            format!("`{}`", call.signature),
            call.kind.words().to_owned(),
            call.about.to_owned(),
        ]);
    }
    page += "\n## Words of plugins\n\n";
    if plugins.is_empty() {
        page += "None.\n";
    } else {
        page += "| word | type | unit | window | missing when | example |\n|---|---|---|---|---|---|\n";
        for word in plugins {
            page += &line(&[
                format!("`{}`", word.name),
                Kind::Number.words().to_owned(),
                dash(&word.unit),
                "no".to_owned(),
                missing_of(word),
                format!("`student.{}`", word.name),
            ]);
        }
        page += "\n";
        for word in plugins {
            let _ = writeln!(page, "- `{}`: {}", word.name, word.about);
        }
    }
    page += "\n## Functions of the language\n\nWhat plain rhai has and a rule may call, with the number of values that it takes; \
             in `text.len()` the text is one of them.\n\n";
    let functions: Vec<String> = script::builtins()
        .iter()
        .map(|(name, counts)| format!("`{name}` ({})", counts_in_words(counts)))
        .collect();
    page += &functions.join(", ");
    page += ".\n\nAnything else is refused when the rule is checked, and so are loops without an end. A call of a rule's function may take ";
    let _ = writeln!(
        page,
        "{} steps and {} seconds, a text {} bytes, a list {} items.",
        limits::OPERATIONS,
        limits::WALL_TIME.as_secs(),
        limits::TEXT_BYTES,
        limits::ARRAY_ITEMS
    );
    page
}

fn line(cells: &[String]) -> String {
    // A cell of a table may hold no bar; a word's sentence has none today, and a plugin's may.
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| cell.replace('|', "\\|").replace('\n', " "))
        .collect();
    format!("| {} |\n", cells.join(" | "))
}

fn dash(text: &str) -> String {
    match text {
        "" => "\u{2013}".to_owned(),
        text => text.to_owned(),
    }
}

fn window(word: Word) -> &'static str {
    if word.takes_window() {
        "`last(n)`, `days(n)`"
    } else {
        "no"
    }
}

/// What a word takes in brackets beside a window.
fn asks(entry: &Entry) -> &'static str {
    match entry.word {
        Word::Incidents => " A glob behind the window counts one type alone.",
        word if vocabulary::takes_text(word) => " It takes a name in quotes.",
        _ => "",
    }
}

fn missing_of(word: &PluginWord) -> String {
    let reads: Vec<String> = word.reads.iter().map(|read| format!("`{read}`")).collect();
    match (word.program, reads.is_empty()) {
        (true, _) => "its program tells nothing of the student".to_owned(),
        (false, true) => "its script gives nothing".to_owned(),
        (false, false) => format!("one of {} is", reads.join(", ")),
    }
}

fn counts_in_words(counts: &[usize]) -> String {
    let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
    counts.join(" or ")
}

/// The definitions that editors with rhai support complete and explain words by: a `.d.rhai` file.
pub fn definitions(plugins: &[PluginWord], shared: &[(String, String)]) -> String {
    let mut text = String::from(
        "// Made by `firstbell rules editor` from the tables by which rules are checked; do not edit it.\nmodule static;\n",
    );
    for entry in WORDS {
        let _ = write!(text, "\n{}", of_word(entry));
    }
    for word in plugins {
        let _ = write!(
            text,
            "\n/// {}\n///\n/// Unit: {}. Missing when {}.\nfn get {}(student: student) -> float;\n",
            one_line(&word.about),
            one_line(&dash(&word.unit)),
            one_line(&missing_of(word)),
            word.name
        );
    }
    for call in CALLS {
        let _ = write!(text, "\n{}", of_call(call));
    }
    for (path, source) in shared {
        for function in functions(source) {
            let _ = write!(
                text,
                "\n/// {}\n///\n/// Shared, in {path}.\n{}\n",
                function.about, function.signature
            );
        }
    }
    text
}

fn of_word(entry: &Entry) -> String {
    let name = entry.word.word();
    let mut docs = format!("/// {}\n///\n", entry.about);
    if !entry.unit.is_empty() {
        let _ = writeln!(docs, "/// Unit: {}.", entry.unit);
    }
    if !entry.missing.is_empty() {
        let _ = writeln!(docs, "/// Missing when: {}.", entry.missing);
    }
    let _ = writeln!(docs, "/// Example: `{}`", entry.example);
    let kind = rhai_type(entry.kind);
    let mut text = String::new();
    if vocabulary::takes_text(entry.word) {
        let _ = writeln!(text, "{docs}fn {name}(student: student, name: String) -> {kind};");
        return text;
    }
    let _ = writeln!(text, "{docs}fn get {name}(student: student) -> {kind};");
    if entry.word.takes_window() {
        let _ = write!(text, "\n{docs}fn {name}(student: student, window: window) -> {kind};\n");
    }
    if entry.word == Word::Incidents {
        let _ = write!(
            text,
            "\n{docs}fn {name}(student: student, window: window, type_glob: String) -> {kind};\n"
        );
    }
    text
}

fn of_call(call: &Call) -> String {
    let kind = rhai_type(call.kind);
    let takes = match (call.name, call.of_student) {
        ("or", _) => "word: ?, otherwise: ?".to_owned(),
        (_, true) => "student: student, name: String".to_owned(),
        (_, false) => "n: int".to_owned(),
    };
    format!(
        "/// {}\n///\n/// Example: `{}`\nfn {}({takes}) -> {kind};\n",
        call.about, call.signature, call.name
    )
}

/// The type's name in definitions.
fn rhai_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Whole => "int",
        Kind::Number => "float",
        Kind::Text => "String",
        Kind::YesNo => "bool",
        Kind::Level => "level",
        Kind::Window => "window",
        Kind::Same => "?",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A shared function as its file has it.
struct Shared {
    signature: String,
    about: String,
}

/// The functions of a file of shared ones, with the first line of what is said above each.
fn functions(source: &str) -> Vec<Shared> {
    let mut found = Vec::new();
    let mut about: Option<String> = None;
    for line in source.lines() {
        let trimmed = line.trim();
        if let Some(said) = trimmed.strip_prefix("///") {
            about.get_or_insert_with(|| said.trim().to_owned());
            continue;
        }
        if let Some(rest) = line.strip_prefix("fn ")
            && let Some((name, rest)) = rest.split_once('(')
            && let Some((takes, _)) = rest.split_once(')')
        {
            let takes: Vec<String> = takes
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| format!("{name}: ?"))
                .collect();
            found.push(Shared {
                signature: format!("fn {}({}) -> ?;", name.trim(), takes.join(", ")),
                about: about.take().unwrap_or_default(),
            });
        }
        about = None;
    }
    found
}

/// The words as values, for programs: an array of objects.
pub fn as_json(plugins: &[PluginWord]) -> serde_json::Value {
    let words = WORDS.iter().map(|entry| {
        serde_json::json!({
            "name": entry.word.word(), "type": entry.kind.words(), "unit": entry.unit,
            "windows": entry.word.takes_window(), "missing": entry.missing, "example": entry.example, "about": entry.about,
            "plugin": false,
        })
    });
    let more = plugins.iter().map(|word| {
        serde_json::json!({
            "name": word.name, "type": Kind::Number.words(), "unit": word.unit, "windows": false,
            "missing": missing_of(word), "example": format!("student.{}", word.name), "about": word.about, "plugin": true,
        })
    });
    let calls = CALLS.iter().map(|call| {
        serde_json::json!({
            "name": call.name, "type": call.kind.words(), "unit": "", "windows": false, "missing": "",
            "example": call.signature, "about": call.about, "plugin": false,
        })
    });
    words.chain(more).chain(calls).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{definitions, page};
    use crate::rules::schema::{district_schema, trial_schema};
    use crate::rules::vocabulary::{CALLS, WORDS};
    use crate::rules::{Sources, load};
    use crate::school::Meaning;

    /// What ships, as `firstbell rules reference` and `rules editor` make it in a fresh home.
    fn made() -> [(&'static str, String); 4] {
        let plugins = crate::plugins::read(&std::collections::BTreeMap::new(), None).words();
        let sources = Sources::built_in();
        let (set, problems) = load(&sources, &Meaning::default());
        assert_eq!(problems, []);
        let json = |value: serde_json::Value| serde_json::to_string_pretty(&value).expect("JSON") + "\n";
        [
            ("docs/rules-reference.md", page(&plugins)),
            ("docs/firstbell.d.rhai", definitions(&plugins, &sources.shared())),
            ("docs/district.schema.json", json(district_schema(&set, &plugins))),
            ("docs/trial.schema.json", json(trial_schema(&plugins))),
        ]
    }

    #[test]
    fn the_reference_in_the_documents_is_made_of_the_vocabulary() {
        for (name, made) in made() {
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
            if std::env::var_os("FIRSTBELL_WRITE_SCHEMA").is_some() {
                std::fs::write(&path, &made).expect("the documents are ours");
            }
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                kept.replace("\r\n", "\n") == made,
                "write {name} anew with FIRSTBELL_WRITE_SCHEMA=1"
            );
        }
    }

    #[test]
    fn every_word_and_call_is_on_the_page_and_among_the_definitions() {
        let (page, definitions) = (page(&[]), definitions(&[], &[]));
        for entry in WORDS {
            let name = entry.word.word();
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{name}` | ")))
                .expect(name);
            for part in [entry.kind.words(), entry.unit, entry.missing, entry.example] {
                assert!(row.contains(part), "{name}: {part}");
            }
            assert_eq!(row.contains("last(n)"), entry.word.takes_window(), "{name}");
            assert!(page.contains(&format!("- `{name}`: {}", entry.about)), "{name}");
            let is_got = definitions.contains(&format!("fn get {name}(student: student)"));
            let is_called = definitions.contains(&format!("fn {name}(student: student, "));
            assert!(is_got || is_called, "{name}");
        }
        for call in CALLS {
            assert!(page.contains(&format!("| `{}` | ", call.signature)), "{}", call.name);
            assert!(definitions.contains(&format!("fn {}(", call.name)), "{}", call.name);
        }
    }

    #[test]
    fn shared_functions_are_defined_with_what_is_said_of_them() {
        let sources = Sources::built_in();
        let text = definitions(&[], &sources.shared());
        assert!(
            text.contains(
                "/// A count with its noun: `1 day`, `3 days`.\n///\n/// Shared, in rules/lib/words.rhai.\n\
                 fn counted(n: ?, one: ?, many: ?) -> ?;\n"
            ),
            "{text}"
        );
    }
}
