//! What all rules share: the functions of `rules/lib` and the words of plugins.

use rhai::{AST, Engine};

use super::check::{self, Findings, Signature};
use super::compile;
use super::parse::parse;
use super::plain::{Wrong, spot};
use super::sources::{SourceFile, Sources};
use super::word::{self, PluginWord, Script, Scripts};
use crate::monitor::Problem;

/// The shared functions of `rules/lib`.
#[derive(Clone, Debug, Default)]
pub(super) struct Library {
    /// All of them in one script.
    pub(super) ast: AST,
    /// Their signatures and parameters.
    pub(super) functions: Vec<(Signature, Vec<String>)>,
    /// The files, as (path, text).
    pub(super) files: Vec<(String, String)>,
    /// Words of plugins; those out of work are there too, to be named.
    pub(super) words: Vec<PluginWord>,
    /// The scripts of those at work.
    pub(super) scripts: Vec<Script>,
}

impl Library {
    /// The scripts of the plugins' words that a rule uses; what they read counts as read by the rule.
    pub(super) fn used(&self, findings: &mut Findings) -> Scripts {
        let used = |script: &&Script| findings.plugin_words.contains_key(&script.word.name);
        let scripts: Vec<Script> = self.scripts.iter().filter(used).cloned().collect();
        for script in &scripts {
            findings.words.extend(&script.findings.words);
            if findings.plugin_words[&script.word.name] {
                findings.judging_words.extend(&script.findings.words);
            }
        }
        scripts.into()
    }
}

/// Compiles `rules/lib`; a file that does not compile, or whose names are taken, is left out with a problem.
pub(super) fn library(engine: &Engine, sources: &Sources, problems: &mut Vec<Problem>) -> Library {
    let mut library = Library::default();
    for file in sources.libraries() {
        match shared_file(engine, file, &library) {
            Ok((text, ast)) => {
                library.functions.extend(check::functions(&ast));
                library.files.push((file.path.clone(), text.to_owned()));
                library.ast = library.ast.merge(&ast);
            }
            Err(wrong) => {
                let text = String::from_utf8_lossy(&file.bytes);
                problems.push(wrong.problem(&file.path, &text, ""));
            }
        }
    }
    library.functions.sort();
    library.words.clone_from(&sources.words);
    for word in sources.words.iter().filter(|word| word.out_of_work.is_none()) {
        // Whoever brings the word has checked it; one that does not compile all the same is a word that is not there.
        library.scripts.extend(word::compiled(engine, word));
    }
    library
}

fn shared_file<'f>(engine: &Engine, file: &'f SourceFile, library: &Library) -> Result<(&'f str, rhai::AST), Wrong> {
    let text = compile::text(file)?;
    let ast = parse(engine, text)?;
    if let Some(statement) = ast.statements().first() {
        return Err(Wrong::new(
            "rule-card-wrong",
            spot(statement.position()),
            "a shared file holds functions and nothing else",
            "move this into a function",
        ));
    }
    for (signature, _) in check::functions(&ast) {
        let at = check::place_of_function(text, &signature.0);
        if let Some(wrong) = check::taken_name(&signature.0, at) {
            return Err(wrong);
        }
        if library.functions.iter().any(|(known, _)| known.0 == signature.0) {
            return Err(Wrong::new(
                "rule-name-taken",
                at,
                format!("`{}` stands in two shared files", signature.0),
                "keep one of them",
            ));
        }
    }
    Ok((text, ast))
}
