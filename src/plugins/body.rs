//! What a manifest says of its script or program.

use std::collections::BTreeMap;
use std::time::Duration;

use toml::Spanned;

use super::column::did_you_mean;
use super::exec::{LETTER_PARTS, SOURCE_PARTS, STUDENT_ID};
use super::kind::{Kind, Runtime};
use super::manifest::{Body, Input, Program, Raw, RawExec, Reading};
use super::source::MapScript;
use crate::mail::{Templates, Wording};
use crate::rules::{PluginWord, ask_of, can_be_a_word, vocabulary};

/// Seconds for a whole export or one letter, where the manifest does not say.
const DEADLINE_SECONDS: i64 = 60;
/// Seconds for the hello.
const HELLO_SECONDS: i64 = 5;
/// Memory that a program may take: enough for an interpreter and a workbook.
const MEMORY_MB: i64 = 512;
/// What it may answer in all: more rows than a district has students.
const OUTPUT_MB: i64 = 256;

const CODE: &str = "plugin-manifest";

/// The folder of a plugin's wording.
const LETTERS: &str = "letters/";
const WORDS_EXAMPLE: &str = "name the words that it reads: `reads = [\"average\"]`";

/// A word as its manifest describes it for people.
fn described(raw: &Raw, name: String, reads: Vec<String>) -> PluginWord {
    let about = raw.indicator.as_ref().map(Spanned::get_ref);
    PluginWord {
        name,
        path: String::new(),
        text: String::new(),
        reads,
        program: false,
        unit: about.map_or_else(String::new, |about| about.unit.clone()),
        about: about.map_or_else(String::new, |about| about.about.clone()),
        out_of_work: None,
    }
}

impl Reading<'_> {
    /// What the plugin consists of; `None` where something is wrong with it, which is noted.
    pub(super) fn body(
        &mut self,
        raw: &Raw,
        kind: Kind,
        runtime: Runtime,
        files: &BTreeMap<String, String>,
    ) -> Option<Body> {
        self.belongs(raw, kind, runtime);
        match (kind, runtime) {
            (Kind::Indicator, Runtime::Exec) => self.teller(raw),
            (_, Runtime::Exec) => self.program(raw, kind).map(Body::Exec),
            (Kind::Letters, _) => self.wording(raw, files).map(Body::Wording),
            (Kind::Indicator, _) => self.indicator(raw, files).map(Body::Indicator),
            (_, Runtime::Rhai) => self.map(raw, files).map(Body::Map),
            (_, Runtime::Declarative) => Some(Body::Declarative),
        }
    }

    /// Refuses tables that mean nothing for such a plugin: somebody expects something of them.
    fn belongs(&mut self, raw: &Raw, kind: Kind, runtime: Runtime) {
        let mut stray = Vec::new();
        if runtime != Runtime::Exec {
            stray.extend(raw.exec.as_ref().map(|exec| ("[exec]", exec.span())));
            stray.extend(raw.settings.as_ref().map(|settings| ("[settings]", settings.span())));
        }
        if runtime != Runtime::Rhai {
            stray.extend(raw.script.as_ref().map(|script| ("script", script.span())));
        }
        if kind != Kind::Source || runtime != Runtime::Declarative {
            stray.extend(raw.bundle.as_ref().map(|bundle| ("[bundle]", bundle.span())));
        }
        if kind == Kind::Letters {
            stray.extend(raw.reads.as_ref().map(|reads| ("reads", reads.span())));
        }
        if kind != Kind::Indicator {
            stray.extend(
                raw.indicator
                    .as_ref()
                    .map(|indicator| ("[indicator]", indicator.span())),
            );
        }
        if kind != Kind::Source {
            stray.extend(raw.feeds.first().map(|feed| ("[[feed]]", feed.span())));
            stray.extend(raw.tables.values().next().map(|table| ("[tables]", table.span())));
            stray.extend(raw.sections.as_ref().map(|sections| ("sections", sections.span())));
        }
        for (what, at) in stray {
            let message = format!(
                "`{what}` means nothing in a plugin of kind `{}` and runtime `{}`",
                kind.word(),
                runtime.word()
            );
            self.wrong(CODE, at, message, "take it out");
        }
    }

    /// The text of the script that the manifest names, or of the usual one.
    fn script(&mut self, raw: &Raw, usual: &str, files: &BTreeMap<String, String>) -> Option<(String, String)> {
        let name = raw.script.as_ref().map_or(usual, |script| script.get_ref().as_str());
        let folder = self.path.trim_end_matches(super::find::MANIFEST).to_owned();
        if let Some(text) = files.get(name) {
            return Some((format!("{folder}{name}"), text.clone()));
        }
        let at = raw.script.as_ref().map_or_else(|| raw.runtime.span(), Spanned::span);
        self.wrong(
            CODE,
            at,
            format!("there is no file `{folder}{name}`"),
            "write the script, or name it with `script`",
        );
        None
    }

    fn map(&mut self, raw: &Raw, files: &BTreeMap<String, String>) -> Option<MapScript> {
        let example = "name the columns of the export: `reads = [\"Student ID\"]`";
        self.list(&raw.reads, raw, "reads", example)?;
        let (path, text) = self.script(raw, "map.rhai", files)?;
        match MapScript::compile(&path, &text) {
            Ok(script) => Some(script),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    /// The templates in the plugin's folder `letters`: all of them, or those that `provides` names.
    fn wording(&mut self, raw: &Raw, files: &BTreeMap<String, String>) -> Option<Vec<Wording>> {
        let folder = self.path.trim_end_matches(super::find::MANIFEST).to_owned();
        let lying: Vec<&String> = files.keys().filter(|path| path.starts_with(LETTERS)).collect();
        let remedy = "put templates into its folder letters/, named after built-in ones such as `_foot.txt.j2`";
        if let Some(provides) = &raw.provides {
            for name in provides.get_ref() {
                if !files.contains_key(&format!("{LETTERS}{name}")) {
                    let message = format!("there is no file `{folder}{LETTERS}{name}`");
                    self.wrong(CODE, provides.span(), message, remedy);
                    return None;
                }
            }
        }
        let named = |name: &str| {
            let provides = raw.provides.as_ref().map(Spanned::get_ref);
            provides.is_none_or(|provides| provides.iter().any(|provided| provided == name))
        };
        let wanted = lying.into_iter().filter(|path| named(&path[LETTERS.len()..]));
        let wording: Vec<Wording> = wanted
            .map(|path| Wording::new(format!("{folder}{path}"), files[path].as_str()))
            .collect();
        if wording.is_empty() {
            self.wrong(CODE, raw.kind.span(), "the plugin brings no wording", remedy);
            return None;
        }
        for file in &wording {
            if Templates::text_of(&file.name).is_none() {
                let message = format!(
                    "`{}` replaces no letter{}",
                    file.path,
                    did_you_mean(&file.name, Templates::names())
                );
                self.wrong(
                    CODE,
                    raw.kind.span(),
                    message,
                    "name it after a built-in file: docs/letters.md lists them",
                );
            }
        }
        Some(wording)
    }

    /// The one word that an indicator brings.
    fn word_of(&mut self, raw: &Raw) -> Option<String> {
        let provides = self.list(
            &raw.provides,
            raw,
            "provides",
            "name the word: `provides = [\"assignment_gap\"]`",
        )?;
        let [name] = provides.get_ref().as_slice() else {
            self.wrong(
                CODE,
                provides.span(),
                "an indicator brings one word",
                "make a plugin of each",
            );
            return None;
        };
        if let Err(message) = can_be_a_word(name) {
            self.wrong(CODE, provides.span(), message, "take another word");
            return None;
        }
        Some(name.clone())
    }

    fn indicator(&mut self, raw: &Raw, files: &BTreeMap<String, String>) -> Option<PluginWord> {
        let name = self.word_of(raw)?;
        let reads = self.list(&raw.reads, raw, "reads", WORDS_EXAMPLE)?;
        let mut fine = true;
        for read in reads.get_ref() {
            if vocabulary::word(read).is_none() {
                let hint = did_you_mean(read, vocabulary::WORDS.iter().map(|entry| entry.word.word()));
                let message = format!("`{read}` is no word{hint}");
                self.wrong(CODE, reads.span(), message, "name words of the vocabulary");
                fine = false;
            }
        }
        let (path, text) = self.script(raw, "indicator.rhai", files)?;
        let word = PluginWord {
            path,
            text,
            ..described(raw, name, reads.get_ref().clone())
        };
        if !fine {
            return None;
        }
        match word.check() {
            Ok(()) => Some(word),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    /// A program that gives a word. Its text, the digest that it was enabled under, is known only where it is enabled.
    fn teller(&mut self, raw: &Raw) -> Option<Body> {
        let name = self.word_of(raw)?;
        let reads = self.list(&raw.reads, raw, "reads", WORDS_EXAMPLE)?;
        let words: Vec<String> = reads
            .get_ref()
            .iter()
            .filter(|read| *read != STUDENT_ID)
            .cloned()
            .collect();
        if words.is_empty() {
            self.wrong(
                CODE,
                reads.span(),
                "a program that reads no word can say nothing of a student",
                WORDS_EXAMPLE,
            );
            return None;
        }
        let mut fine = true;
        for message in words.iter().filter_map(|read| ask_of(read).err()) {
            let remedy = format!("name words as rules write them, such as `absences(last(20))`, or `{STUDENT_ID}`");
            self.wrong(CODE, reads.span(), message, &remedy);
            fine = false;
        }
        let program = self.run(raw)?;
        let word = PluginWord {
            path: self.path.to_owned(),
            program: true,
            ..described(raw, name, words)
        };
        fine.then_some(Body::Teller(word, program))
    }

    fn program(&mut self, raw: &Raw, kind: Kind) -> Option<Program> {
        let parts: &[&str] = if kind == Kind::Channel {
            &LETTER_PARTS
        } else {
            &SOURCE_PARTS
        };
        let example = format!("say what it is given: `reads = [\"{}\"]`", parts[0]);
        let reads = self.list(&raw.reads, raw, "reads", &example)?;
        for read in reads.get_ref().iter().filter(|read| !parts.contains(&read.as_str())) {
            let hint = did_you_mean(read, parts.iter().copied());
            let message = format!("`{read}` is nothing that a {} can be given{hint}", kind.word());
            self.wrong(CODE, reads.span(), message, &format!("known are {}", parts.join(", ")));
        }
        if kind == Kind::Source && !reads.get_ref().iter().any(|read| read == SOURCE_PARTS[0]) {
            self.wrong(
                CODE,
                reads.span(),
                "a source that does not read the export reads nothing",
                &example,
            );
        }
        self.run(raw)
    }

    /// What is run.
    fn run(&mut self, raw: &Raw) -> Option<Program> {
        let Some(exec) = &raw.exec else {
            let remedy = "add `[exec]` with `command = [\"python3\", \"-I\", \"read.py\"]`";
            self.wrong(
                CODE,
                raw.runtime.span(),
                "the manifest does not say what to run",
                remedy,
            );
            return None;
        };
        self.exec(exec.get_ref(), raw)
    }

    fn exec(&mut self, exec: &RawExec, raw: &Raw) -> Option<Program> {
        let command = exec.command.get_ref();
        if command.first().is_none_or(String::is_empty) || command.iter().any(|part| part.contains('\0')) {
            let remedy = "write the program and its arguments: `command = [\"python3\", \"-I\", \"read.py\"]`";
            self.wrong(CODE, exec.command.span(), "there is no program in `command`", remedy);
            return None;
        }
        let input = match exec.input.as_ref().map(|input| (input, input.get_ref().as_str())) {
            None | Some((_, "lines")) => Input::Lines,
            Some((_, "bytes")) => Input::Bytes,
            Some((input, other)) => {
                let message = format!(
                    "`{other}` is no way to hand over an export{}",
                    did_you_mean(other, ["lines", "bytes"])
                );
                self.wrong(CODE, input.span(), message, "write `lines` or `bytes`");
                return None;
            }
        };
        if let Some((name, _)) = exec
            .env
            .iter()
            .find(|(name, value)| name.is_empty() || name.contains(['=', '\0']) || value.contains('\0'))
        {
            self.wrong(
                CODE,
                exec.command.span(),
                format!("`{name}` is no name of a variable"),
                "mend `env`",
            );
            return None;
        }
        let settings = raw
            .settings
            .as_ref()
            .map(|settings| settings.get_ref().clone())
            .unwrap_or_default();
        let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        Some(Program {
            command: command.clone(),
            input,
            deadline: seconds(self.between(&exec.deadline_seconds, DEADLINE_SECONDS, 3_600)?),
            hello: seconds(self.between(&exec.hello_seconds, HELLO_SECONDS, 60)?),
            memory_mb: self.between(&exec.memory_mb, MEMORY_MB, 65_536)?.unsigned_abs(),
            output_mb: self.between(&exec.output_mb, OUTPUT_MB, 65_536)?.unsigned_abs(),
            env: exec.env.clone(),
            settings: serde_json::to_value(settings).unwrap_or_default(),
        })
    }

    /// A whole number from 1 to `most`.
    fn between(&mut self, written: &Option<Spanned<i64>>, usual: i64, most: i64) -> Option<i64> {
        let Some(number) = written else { return Some(usual) };
        if (1..=most).contains(number.get_ref()) {
            return Some(*number.get_ref());
        }
        let message = format!("{} is out of range", number.get_ref());
        self.wrong(CODE, number.span(), message, &format!("write 1 to {most}"));
        None
    }

    /// A list that must hold something.
    fn list<'r>(
        &mut self,
        list: &'r Option<Spanned<Vec<String>>>,
        raw: &Raw,
        key: &str,
        remedy: &str,
    ) -> Option<&'r Spanned<Vec<String>>> {
        match list {
            Some(list) if !list.get_ref().is_empty() => Some(list),
            Some(list) => {
                self.wrong(CODE, list.span(), format!("`{key}` is empty"), remedy);
                None
            }
            None => {
                self.wrong(CODE, raw.kind.span(), format!("the manifest has no `{key}`"), remedy);
                None
            }
        }
    }
}
