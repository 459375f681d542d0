//! The wording of letters: built in, file by file that of plugins over it, and the district's own over both.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use crate::monitor::{Place, Problem, Weight};
use crate::outbox::Kind;

use super::text;

mod trial;

/// Built-in files by their names.
macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

/// Every template that there is; partials begin with `_`. A test holds it against the kinds and the folder.
const BUILT_IN: &[(&str, &str)] = files![
    "_atop.html.j2" "_atop.txt.j2"
    "_counts.html.j2" "_counts.txt.j2"
    "_foot.html.j2" "_foot.txt.j2"
    "_head.html.j2" "_head.txt.j2"
    "_storms.html.j2" "_storms.txt.j2"
    "_students.html.j2" "_students.txt.j2"
    "digest.html.j2" "digest.txt.j2"
    "handover.html.j2" "handover.txt.j2"
    "nightly.html.j2" "nightly.txt.j2"
    "operator_report.html.j2" "operator_report.txt.j2"
    "reminder.html.j2" "reminder.txt.j2"
    "rule_edit.html.j2" "rule_edit.txt.j2"
    "school_letter.html.j2" "school_letter.txt.j2"
    "starting_list.html.j2" "starting_list.txt.j2"
    "team_list.html.j2" "team_list.txt.j2"
];

/// Which of the two parts of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The text part.
    Text,
    /// The HTML part.
    Html,
}

/// A file of wording that takes the place of the built-in one of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The name of the built-in file.
    pub name: String,
    /// Where it stands, from the home.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Wording {
    /// A file at a path such as `letters/nightly.txt.j2`, in the home or in a plugin's folder.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Wording {
        let path = path.into();
        let name = path
            .split_once("letters/")
            .map_or(path.as_str(), |(_, name)| name)
            .to_owned();
        Wording {
            name,
            path,
            text: text.into(),
        }
    }
}

/// Wording that replaces some of the built-in one.
#[derive(Debug)]
struct Replaced {
    environment: Environment<'static>,
    /// Where each file stands, by its name.
    paths: BTreeMap<String, String>,
}

/// The wording at work.
#[derive(Debug)]
pub struct Templates {
    built_in: Environment<'static>,
    replaced: Option<Replaced>,
}

impl Templates {
    /// The wording that ships.
    pub fn built_in() -> Templates {
        Templates {
            built_in: environment(),
            replaced: None,
        }
    }

    /// The wording that ships with files laid over it; of two files for one name the later one counts, and the earlier one stands
    /// in its place where it is broken. A file that is broken, or that lets a cell through unescaped, is set aside with a problem.
    pub fn with_replacements(files: &[Wording]) -> (Templates, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut kept: Vec<&Wording> = Vec::new();
        for file in files {
            match known(file) {
                Ok(()) => kept.push(file),
                Err(problem) => problems.push(problem),
            }
        }
        let replaced = trial::largest_working(kept, &mut problems);
        let built_in = environment();
        (Templates { built_in, replaced }, problems)
    }

    /// Names of the files that a district can replace, partials included.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The built-in text of a file, to start a replacement from.
    pub fn text_of(name: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// One part of a letter; by the built-in wording, with a problem, where the district's fails.
    pub(crate) fn render(
        &self,
        kind: Kind,
        part: Part,
        view: &Value,
        problems: &mut Vec<Problem>,
    ) -> Result<String, Problem> {
        let name = &file(kind, part);
        if let Some(replaced) = &self.replaced {
            match render(&replaced.environment, name, view) {
                Ok(text) => return Ok(text),
                Err(error) => {
                    let fault = Fault::of(name, &error);
                    let path = replaced.paths.get(&fault.name).cloned();
                    problems.push(fault.problem(path.as_deref(), BUILT_IN_WORDING));
                }
            }
        }
        render(&self.built_in, name, view).map_err(|error| Fault::of(name, &error).problem(None, BUILT_IN_WORDING))
    }
}

/// The file of a part: `starting_list.txt.j2`.
fn file(kind: Kind, part: Part) -> String {
    let ending = match part {
        Part::Text => "txt",
        Part::Html => "html",
    };
    format!("{}.{ending}.j2", kind.word())
}

fn render(environment: &Environment<'static>, name: &str, view: &Value) -> Result<String, minijinja::Error> {
    let text = tidy(&environment.get_template(name)?.render(view.clone())?);
    if name.ends_with(".html.j2") {
        // A phone must not break a line before the sign.
        return Ok(text.replace(" %", "&#160;%"));
    }
    Ok(text)
}

/// At most one empty line in a row, no trailing blanks, one line end at the end: templates may be laid out for reading.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        tidied.push_str(line);
        tidied.push('\n');
    }
    if tidied.ends_with("\n\n") {
        tidied.pop();
    }
    tidied
}

/// An environment with the built-in files. It reads no other file, ever.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
    {
        environment.set_syntax(syntax);
    }
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| match name.ends_with(".html.j2") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    // Cells are data: nobody's wording can declare one to be markup.
    environment.remove_filter("safe");
    environment.add_function("plural", |count: usize, noun: &str| text::plural(count, noun));
    for (name, text) in BUILT_IN {
        // What ships compiles: a test renders all of it. A file that did not would be missing, and its letter a problem.
        let _ = environment.add_template(name, text);
    }
    environment
}

/// Whether a replacement has the name of something it could replace.
fn known(file: &Wording) -> Result<(), Problem> {
    let name = &file.name;
    if Templates::text_of(name).is_some() {
        return Ok(());
    }
    let nearest = Templates::names().max_by(|a, b| {
        let likeness = |known: &str| strsim::jaro_winkler(known, name);
        likeness(a).total_cmp(&likeness(b))
    });
    let remedy = match nearest {
        Some(nearest) if strsim::jaro_winkler(nearest, name) > 0.8 => format!("did you mean `{nearest}`"),
        _ => "name it after a built-in file, such as `nightly.txt.j2`".to_owned(),
    };
    let place = Place::file(text::clean(&file.path, text::NAME_CHARS));
    let message = format!("`{}` replaces no letter", text::clean(name, text::NAME_CHARS));
    Err(Problem::new(
        "letters-unknown-file",
        Weight::Note,
        place,
        message,
        remedy,
    ))
}

/// What stands in the place of wording that cannot be used, where nothing else does.
const BUILT_IN_WORDING: &str = "the built-in wording";

/// What is wrong with wording. It tells the template's fault, never a value.
struct Fault {
    code: &'static str,
    /// The name of the file that is at fault.
    name: String,
    line: Option<usize>,
    what: String,
    remedy: &'static str,
}

impl Fault {
    /// The fault of a template that does not work.
    fn of(name: &str, error: &minijinja::Error) -> Fault {
        let error = innermost(error);
        Fault {
            code: "letters-broken",
            name: error.name().unwrap_or(name).to_owned(),
            line: error.line(),
            what: format!("cannot be used ({})", error.kind()),
            remedy: remedy(error.kind()),
        }
    }

    /// The fault as a problem of the file at a path, with what stands in its place.
    fn problem(&self, path: Option<&str>, in_its_place: &str) -> Problem {
        let name = &self.name;
        let mut place = Place::file(path.map_or_else(|| format!("letters/{name}"), str::to_owned));
        if let Some(line) = self.line {
            place = place.line(line as u64);
        }
        let message = format!(
            "the wording in `{name}` {}; {in_its_place} stands in its place",
            self.what
        );
        Problem::new(self.code, Weight::Waits, place, message, self.remedy)
    }
}

/// A fault in a partial comes wrapped in the fault of the file that includes it.
fn innermost(mut error: &minijinja::Error) -> &minijinja::Error {
    use std::error::Error as _;
    while let Some(inner) = error
        .source()
        .and_then(|source| source.downcast_ref::<minijinja::Error>())
    {
        error = inner;
    }
    error
}

fn remedy(kind: minijinja::ErrorKind) -> &'static str {
    match kind {
        minijinja::ErrorKind::UndefinedError => "use only the words that the built-in file of the same name uses",
        minijinja::ErrorKind::SyntaxError => {
            "close every `{{`, `{%` and `{% if %}`, or start again from the built-in file"
        }
        _ => "start again from the built-in file of the same name",
    }
}
