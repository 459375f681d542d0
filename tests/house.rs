//! The house rules that no compiler checks: imports point one way, documents name what is there, codes are explained.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The stages in their order; each may use those before it.
const LINE: [&str; 8] = [
    "records",
    "gates",
    "timeline",
    "indicators",
    "rules",
    "crossings",
    "routing",
    "outbox",
];
/// What every stage may use.
const SHARED: [&str; 6] = ["school", "facts", "script", "monitor", "embedded", "hands"];
/// Kebab-case text in quotes that is no code: a folder, a grade in words, a value of a header.
const NOT_CODES: [&str; 3] = ["auto-generated", "firstbell-demo", "pre-kindergarten"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .expect("below the root")
        .to_string_lossy()
        .replace('\\', "/")
}

/// The code of a file without its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("source is text");
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a file holds tests alone: those may draw a whole line and look at the clock.
fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("tests.rs") || name.contains("/stories") || name.ends_with("/law.rs")
}

/// The room that a source file belongs to: `src/mail/text.rs` to `mail`, `src/clock.rs` to `clock`.
fn room_of(name: &str) -> &str {
    let below = name.trim_start_matches("src/");
    below.split(['/', '.']).next().unwrap_or_default()
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}

/// The top-level rooms that a file names as `crate::room` or `crate::{room, room::{…}}`.
fn used(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(many) = rest.strip_prefix('{') else {
            rooms.insert(word(rest));
            continue;
        };
        let mut depth = 1;
        let mut begins = true;
        for (at, c) in many.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => begins = true,
                c if begins && !c.is_whitespace() => {
                    rooms.insert(word(&many[at..]));
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    rooms
}

/// A file's code without the tests at its end.
fn without_tests(code: &str) -> &str {
    let end = code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len());
    &code[..end]
}

#[test]
fn a_list_of_rooms_in_braces_is_read_whole() {
    let code = "use crate::{facts::{Books, Student}, rules};\nlet x = crate::store::open();";
    let rooms: Vec<String> = used(code).into_iter().collect();
    assert_eq!(rooms, ["facts", "rules", "store"]);
}

#[test]
fn a_stage_uses_only_what_lies_before_it() {
    let mut wrong = Vec::new();
    for (at, stage) in LINE.iter().enumerate() {
        let found = files(&format!("src/{stage}"), "rs");
        assert!(!found.is_empty(), "there is no stage {stage}");
        for path in found {
            let name = shown(&path);
            if is_test(&name) {
                continue;
            }
            let mut code = without_tests(&code(&path)).to_owned();
            if *stage == "records" {
                // Records write the directory, and fill the two tables that routing reads: their shapes alone are shared.
                for shape in ["directory::Person", "routing::{Caseload, Staff}", "routing::Staff"] {
                    code = code.replace(&format!("crate::{shape}"), "");
                }
            }
            for room in used(&code) {
                if !LINE[..=at].contains(&room.as_str()) && !SHARED.contains(&room.as_str()) {
                    wrong.push(format!("{name} uses {room}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_guess_is_made_of_shared_words_and_what_an_adapter_is() {
    let mut wrong = Vec::new();
    for path in files("src/adopt", "rs") {
        let used = used(without_tests(&code(&path)));
        let may = |room: &&String| !["records", "adopt"].contains(&room.as_str()) && !SHARED.contains(&room.as_str());
        wrong.extend(
            used.iter()
                .filter(may)
                .map(|room| format!("{} uses {room}", shown(&path))),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_edges_open_files_and_only_the_clock_reads_the_time() {
    let mut wrong = Vec::new();
    // Records read from any reader; who opens the file is the round.
    let pure = LINE.iter().chain(&["adopt"]);
    for path in pure.flat_map(|stage| files(&format!("src/{stage}"), "rs")) {
        let name = shown(&path);
        let code = code(&path);
        let opens = ["std::fs", "fs::read", "File::open", "std::net", "std::process"];
        if opens.iter().any(|open| without_tests(&code).contains(open)) && !is_test(&name) {
            wrong.push(format!("{name} opens files"));
        }
    }
    for path in files("src", "rs") {
        let name = shown(&path);
        if without_tests(&code(&path)).contains("::now()") && name != "src/clock.rs" && !is_test(&name) {
            wrong.push(format!("{name} reads the time"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_edges_and_records_know_the_directory() {
    let may = ["records", "mail", "cli", "store", "round", "directory"];
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let name = shown(&path);
        if !may.contains(&room_of(&name)) && used(&code(&path)).contains("directory") {
            wrong.push(name);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_folder_opens_with_in_out_and_never() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let folder = entry.expect("a readable folder").path();
        if !folder.is_dir() {
            continue;
        }
        let front = fs::read_to_string(folder.join("mod.rs")).unwrap_or_default();
        let said = |word: &str| front.lines().any(|line| line.starts_with("//!") && line.contains(word));
        if !(said("In:") && said("Out:") && said("Never:")) {
            wrong.push(shown(&folder));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_front_page_maps_every_room_and_no_other() {
    let front = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let mapped: BTreeSet<String> = front
        .lines()
        .skip_while(|line| *line != "//! # The map")
        .filter_map(|line| line.strip_prefix("//! | [`")?.split('`').next().map(str::to_owned))
        .collect();
    let rooms: BTreeSet<String> = front
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    let on_disk: BTreeSet<String> = fs::read_dir(root().join("src"))
        .expect("src")
        .map(|entry| entry.expect("a readable folder").path())
        .map(|path| path.file_stem().expect("a stem").to_string_lossy().into_owned())
        .filter(|stem| stem != "lib" && stem != "main")
        .collect();
    assert_eq!(mapped, rooms);
    assert_eq!(rooms, on_disk);
}

#[test]
fn a_rules_stem_is_its_id_and_every_rule_has_its_trial_beside_it() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in files("rules", "rhai") {
        let name = shown(&path);
        let stem = path.file_stem().expect("a stem").to_string_lossy().into_owned();
        if name.starts_with("rules/lib/") {
            continue;
        }
        if !path.with_file_name(format!("{stem}.test.toml")).is_file() {
            wrong.push(format!("{name} has no trial"));
        }
        if let Some(other) = seen.insert(stem, name.clone()) {
            wrong.push(format!("{name} bears the id of {other}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(seen.len(), 16, "the library has sixteen rules");
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let mut documents = files("docs", "md");
    documents.extend(["README.md", "CHANGELOG.md"].map(|name| root().join(name)));
    let mut wrong = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).expect("a document is text");
        for quoted in text.split('`').skip(1).step_by(2) {
            let first = quoted.split('/').next().unwrap_or_default();
            // Of a district's home, not of ours.
            let in_a_home =
                quoted == "rules/district.toml" || quoted.contains("mondays") || quoted.contains("lakeside");
            let is_path = ["src", "rules", "plugins", "docs", "tests", "benches", "fixtures"].contains(&first)
                && quoted.contains('/')
                && !quoted.contains(['*', '<', ' ', '{'])
                && !in_a_home;
            if is_path && !root().join(quoted).exists() {
                wrong.push(format!("{} names `{quoted}`", shown(&document)));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_rules_page_has_the_words_of_plugins_that_ship() {
    let page = fs::read_to_string(root().join("docs/rules.md")).expect("docs/rules.md");
    let plugins = firstbell::plugins::read(&BTreeMap::new(), None);
    for word in plugins.words() {
        let missing = word
            .reads
            .iter()
            .map(|read| format!("`{read}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let row = format!(
            "| `student.{}` | {} | {} | one of {missing} is |",
            word.name, word.about, word.unit
        );
        assert!(page.lines().any(|line| line == row), "{row}");
    }
}

#[test]
fn the_rules_page_has_every_word_and_call_as_the_vocabulary_has_them() {
    use firstbell::rules::vocabulary::{CALLS, WORDS};
    let page = fs::read_to_string(root().join("docs/rules.md")).expect("docs/rules.md");
    let rows: BTreeSet<&str> = page.lines().collect();
    let words = WORDS.iter().map(|word| {
        format!(
            "| `{}` | {} | {} | {} |",
            word.example, word.about, word.unit, word.missing
        )
    });
    let calls = CALLS
        .iter()
        .map(|call| format!("| `{}` | {} |", call.signature, call.about));
    let missing: Vec<String> = words.chain(calls).filter(|row| !rows.contains(row.as_str())).collect();
    assert_eq!(missing, Vec::<String>::new());
}

/// Every text in quotes that could be a code: small letters, digits and hyphens.
fn quoted_words(code: &str) -> impl Iterator<Item = &str> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    code.match_indices('"').filter_map(move |(at, _)| {
        let rest = &code[at + 1..];
        let end = rest.find(|c| !plain(c))?;
        let word = &rest[..end];
        let whole = rest[end..].starts_with('"') && word.starts_with(|c: char| c.is_ascii_lowercase());
        (whole && !word.ends_with('-')).then_some(word)
    })
}

#[test]
fn every_problem_code_has_its_paragraph_and_every_paragraph_its_code() {
    let mut quoted = BTreeSet::new();
    for path in files("src", "rs") {
        if !is_test(&shown(&path)) {
            let code = code(&path);
            quoted.extend(quoted_words(without_tests(&code)).map(str::to_owned));
        }
    }
    let text = fs::read_to_string(root().join("docs/problems.md")).expect("docs/problems.md");
    let paragraphs: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.split('`').next())
        .collect();
    let explained: BTreeSet<&str> = paragraphs.iter().copied().collect();
    assert_eq!(paragraphs.len(), explained.len(), "a code has two paragraphs");
    let missing: Vec<&String> = quoted
        .iter()
        .filter(|word| word.contains('-') && word.len() > 4)
        .filter(|word| !explained.contains(word.as_str()) && !NOT_CODES.contains(&word.as_str()))
        .collect();
    let stale: Vec<&&str> = explained.iter().filter(|code| !quoted.contains(**code)).collect();
    let needless: Vec<&&str> = NOT_CODES.iter().filter(|word| !quoted.contains(**word)).collect();
    assert_eq!((missing, stale, needless), (vec![], vec![], vec![]));
}

#[test]
fn nothing_is_left_for_later() {
    let mut wrong = Vec::new();
    let words = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "XX".to_owned() + "X",
        "todo".to_owned() + "!(",
        "unimplemented".to_owned() + "!(",
    ];
    for folder in ["src", "tests", "rules", "plugins", "docs", "benches"] {
        for ending in ["rs", "rhai", "toml", "md", "py", "sh", "j2"] {
            for path in files(folder, ending) {
                let text = fs::read_to_string(&path).expect("text");
                if words.iter().any(|word| text.contains(word)) {
                    wrong.push(shown(&path));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_tests_support_starts_the_program() {
    let name = "CARGO_BIN_".to_owned() + "EXE";
    let starts = |path: &PathBuf| fs::read_to_string(path).expect("text").contains(&name);
    let found: Vec<String> = files("tests", "rs")
        .iter()
        .filter(|path| starts(path))
        .map(|path| shown(path))
        .collect();
    // There the log of every run is searched for names.
    assert_eq!(found, ["tests/support/log.rs"]);
}
