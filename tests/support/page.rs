//! A page of the documents, run from top to bottom in the demo district: it shows what the program says, word for word.

use std::fs;
use std::path::Path;

use super::homes::firstbell;

/// What a block of the page is.
enum Block {
    /// A file of the home from then on.
    File(String),
    /// A command with its answer.
    Command,
}

/// Runs a page; how many files it writes and how many commands it gives.
pub(crate) fn run(page: &str) -> (usize, usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = folder.path().join("home");
    let said = firstbell(&home, &["demo", home.to_str().expect("a path of text")]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let page = fs::read_to_string(page).expect("the page").replace("\r\n", "\n");
    let (mut block, mut text) = (None, String::new());
    let (mut files, mut commands) = (0, 0);
    for line in page.lines() {
        match (&block, line) {
            (None, _) => {
                let file = ["```toml ", "```rhai "]
                    .into_iter()
                    .find_map(|fence| line.strip_prefix(fence));
                let file = file.map(|file| Block::File(file.to_owned()));
                let command = (line == "```console").then_some(Block::Command);
                assert!(
                    !line.starts_with("```") || file.is_some() || command.is_some(),
                    "{line}"
                );
                block = file.or(command);
            }
            (Some(Block::File(file)), "```") => {
                fs::write(home.join(file), &text).expect("the home is ours");
                (block, files) = (None, files + 1);
                text.clear();
            }
            (Some(Block::Command), "```") => {
                let (command, answer) = text.split_once('\n').expect("a command and its answer");
                let words: Vec<&str> = command.split(' ').skip(2).collect();
                assert!(command.starts_with("$ firstbell "), "{command}");
                let said = firstbell(&home, &words);
                assert_eq!(format!("{}{}", said.out, said.err), answer, "{command}");
                (block, commands) = (None, commands + 1);
                text.clear();
            }
            (Some(_), line) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    assert!(block.is_none(), "a block of the page has no end");
    (files, commands)
}
