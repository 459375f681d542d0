//! One rule's file, from bytes to a checked script with its cards.

use std::collections::BTreeMap;

use rhai::{AST, Engine, Expr, ParseErrorType, Stmt};

use super::card::{Card, Param};
use super::check::{self, Checker, Findings, Signature};
use super::district::Changes;
use super::plain::{self, Item, Plain, Spot, Value, Wrong, spot};
use super::read;
use super::rule::{Docs, stem};
use super::sources::SourceFile;
use super::vocabulary::{self, Kind};
use super::word::{PluginWord, Script, Scripts};
use crate::indicators::{Ask, Window, Word};
use crate::script::{self, limits, nearest};

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
    fn used(&self, findings: &mut Findings) -> Scripts {
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

/// A rule's file that compiled and checked.
pub(super) struct Compiled {
    pub(super) docs: Docs,
    pub(super) ast: AST,
    pub(super) findings: Findings,
    pub(super) file_card: Card,
    pub(super) cards: Vec<Card>,
    pub(super) by_school: BTreeMap<String, usize>,
    pub(super) has: [bool; 2],
    pub(super) plain: Option<Ask>,
    /// Plugins' words that the rule uses.
    pub(super) words: Scripts,
}

/// What a rule's file came to where it did not come to a rule.
pub(super) struct Broken {
    pub(super) wrongs: Vec<Wrong>,
    /// The card, where it could be read.
    pub(super) card: Option<Card>,
}

impl From<Wrong> for Broken {
    fn from(wrong: Wrong) -> Broken {
        Broken {
            wrongs: vec![wrong],
            card: None,
        }
    }
}

/// The file's text, where it is one.
pub(super) fn text(file: &SourceFile) -> Result<&str, Wrong> {
    if file.bytes.len() > limits::FILE_BYTES {
        return Err(Wrong::whole(
            "rule-too-large",
            format!("the file is larger than {} bytes", limits::FILE_BYTES),
            "a rule is a page at most",
        ));
    }
    let text = std::str::from_utf8(&file.bytes).map_err(|_| {
        Wrong::whole(
            "rule-not-text",
            "the file is not UTF-8 text",
            "save it as \"UTF-8\" in the editor",
        )
    })?;
    match script::oddity(text) {
        None => Ok(text),
        Some(odd) => {
            let (line, column) = script::line_and_column(text, odd.at);
            let at = Spot {
                district: false,
                line,
                column,
            };
            Err(Wrong::new("rule-odd-character", at, odd.what, odd.remedy))
        }
    }
}

/// Parses a text, with the engine's error in words for a rule's author.
pub(super) fn parse(engine: &Engine, text: &str) -> Result<AST, Wrong> {
    engine.compile(text).map_err(|error| {
        let at = spot(error.1);
        let (message, remedy) = match &*error.0 {
            ParseErrorType::VariableUndefined(name) => unknown_name(name),
            ParseErrorType::Reserved(name) => (
                format!("`{name}` cannot be used in a rule"),
                script::refused(name).unwrap_or("give it another name").to_owned(),
            ),
            ParseErrorType::ExprTooDeep => (
                "brackets or functions stand too deep inside each other".to_owned(),
                "split it with `let`".to_owned(),
            ),
            ParseErrorType::TooManyFunctions => (
                format!("the file has more than {} functions", limits::FUNCTIONS),
                "move some into a rule of their own".to_owned(),
            ),
            ParseErrorType::MissingToken(token, _) if token == "," => (
                "a `,` or the closing bracket is missing here".to_owned(),
                hint(text, at),
            ),
            ParseErrorType::MissingToken(token, _) => (format!("`{token}` is missing here"), hint(text, at)),
            other => (lower(&other.to_string()), hint(text, at)),
        };
        // The engine names a disabled symbol in its own words.
        let (message, remedy) = match script::refused("eval") {
            Some(why) if message.contains("'eval'") => ("`eval` cannot be used in a rule".to_owned(), why.to_owned()),
            _ => (message, remedy),
        };
        Wrong::new("rule-does-not-compile", at, message, remedy)
    })
}

fn unknown_name(name: &str) -> (String, String) {
    let remedy = if vocabulary::word(name).is_some() {
        format!("write `student.{name}`")
    } else {
        match nearest(name, ["student", "p"].into_iter().chain(vocabulary::names())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "say first what it is: `let … = …;`".to_owned(),
        }
    };
    (format!("there is no variable `{name}` here"), remedy)
}

fn lower(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "it is not rhai".to_owned(),
    }
}

/// What was probably meant, for signs of other languages.
fn hint(text: &str, at: Spot) -> String {
    let line = text.lines().nth(at.line.saturating_sub(1)).unwrap_or_default();
    let pieces = script::pieces(line);
    // `.or(70)` is no foreign word.
    let alone = |at: usize| at == 0 || pieces[at - 1].text != ".";
    let words: Vec<&str> = pieces
        .iter()
        .enumerate()
        .filter(|(at, _)| alone(*at))
        .map(|(_, piece)| piece.text)
        .collect();
    let hints = [
        ("and", "write `&&` for `and`"),
        ("or", "write `||` for `or`"),
        ("not", "write `!` for `not`"),
        ("then", "write `{ … }` and no `then`"),
        ("elif", "write `else if`"),
        ("elsif", "write `else if`"),
        ("def", "write `fn`"),
        ("function", "write `fn`"),
        ("var", "write `let`"),
    ];
    let found = hints.iter().find(|(word, _)| words.contains(word));
    found
        .map_or("look at the part that is underlined and just before it", |(_, hint)| {
            hint
        })
        .to_owned()
}

/// Compiles and checks a rule's file, with the district's changes laid over its card.
pub(super) fn compile(
    engine: &Engine,
    library: &Library,
    file: &SourceFile,
    changes: &Changes,
) -> Result<Compiled, Broken> {
    id_is_plain(stem(&file.path))?;
    let source = text(file)?;
    let own_ast = parse(engine, source)?;
    let (items, whole) = card_items(&own_ast, source)?;
    let file_card = read::card(&items, whole, &library.words)?;
    let broken = |wrongs: Vec<Wrong>| Broken {
        wrongs,
        card: Some(file_card.clone()),
    };
    if let Some(wrong) = &changes.wrong {
        return Err(broken(vec![wrong.clone()]));
    }
    let (cards, by_school) = lay_cards(&items, whole, changes, &library.words).map_err(|wrong| broken(vec![wrong]))?;
    let own = check::functions(&own_ast);
    let ast = library.ast.merge(&own_ast);
    let params = param_kinds(&cards);
    let checker = Checker {
        ast: &ast,
        source,
        own: &own,
        shared: &library.functions,
        params: &params,
        words: &library.words,
    };
    let mut findings = checker.check();
    findings.add_needs(&cards);
    let words = library.used(&mut findings);
    if !findings.wrongs.is_empty() {
        return Err(broken(findings.wrongs));
    }
    let has = |name: &str| own.iter().any(|((known, _), _)| known == name);
    Ok(Compiled {
        docs: docs(own_ast.doc()),
        plain: plain_measure(&ast),
        has: [has("applies"), has("because")],
        ast,
        findings,
        file_card,
        cards,
        by_school,
        words,
    })
}

fn id_is_plain(id: &str) -> Result<(), Wrong> {
    let plain = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .chars()
            .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
    if plain {
        return Ok(());
    }
    Err(Wrong::whole(
        "rule-name-odd",
        format!("`{id}` cannot be a rule's id"),
        "name the file in small letters, digits and `_`, such as `late_work.rhai`",
    ))
}

/// The items of the one `const RULE`, read without running anything, and its place.
fn card_items(ast: &AST, source: &str) -> Result<(Vec<Item>, Spot), Wrong> {
    let mut found: Option<(Plain, Spot)> = None;
    for statement in ast.statements() {
        let at = spot(statement.position());
        match statement {
            Stmt::Var(parts, _, _) if parts.0.name == "RULE" => {
                if found.is_some() {
                    return Err(Wrong::new(
                        "rule-card-wrong",
                        at,
                        "`const RULE` stands here twice",
                        "keep one of them",
                    ));
                }
                if !source_has_const(source) {
                    return Err(Wrong::new(
                        "rule-card-wrong",
                        at,
                        "the card may change",
                        "write `const RULE`",
                    ));
                }
                found = Some((plain::literal(&parts.1)?, at));
            }
            Stmt::Noop(_) => {}
            _ => {
                return Err(Wrong::new(
                    "rule-card-wrong",
                    at,
                    "a rule's file holds `const RULE` and functions and nothing else",
                    "move this into a function",
                ));
            }
        }
    }
    match found {
        None => Err(Wrong::whole(
            "rule-without-card",
            "the file has no `const RULE`",
            "add it: `const RULE = #{ area: \"attendance\", status: \"draft\", levels: #{ concern: 10 } };`",
        )),
        Some((plain, at)) => match plain.value {
            Value::Map(items) => Ok((items, at)),
            _ => Err(Wrong::new(
                "rule-card-wrong",
                plain.spot,
                "`const RULE` is no card",
                "write `#{ … }`",
            )),
        },
    }
}

/// Whether the card is declared by `const` and not by `let`.
fn source_has_const(source: &str) -> bool {
    let pieces = script::pieces(source);
    pieces
        .windows(2)
        .any(|pair| pair[0].text == "const" && pair[1].text == "RULE")
}

type Cards = (Vec<Card>, BTreeMap<String, usize>);

fn lay_cards(items: &[Item], whole: Spot, changes: &Changes, words: &[PluginWord]) -> Result<Cards, Wrong> {
    let base = plain::lay_over(items, &changes.base);
    let mut cards = vec![read::card(&base, whole, words)?];
    let mut by_school = BTreeMap::new();
    for (school, own) in &changes.schools {
        by_school.insert(school.clone(), cards.len());
        cards.push(read::card(&plain::lay_over(&base, own), whole, words)?);
    }
    Ok((cards, by_school))
}

/// The kinds of the parameters; one that differs from school to school has none that a `switch` may rely on.
fn param_kinds(cards: &[Card]) -> BTreeMap<String, Kind> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for (name, param) in cards.iter().flat_map(|card| &card.params) {
        let kind = match param {
            Param::Whole(_) => Kind::Whole,
            Param::Number(_) => Kind::Number,
            Param::Text(_) => Kind::Text,
        };
        let known = kinds.entry(name.clone()).or_insert(kind);
        if *known != kind {
            *known = Kind::Same;
        }
    }
    kinds
}

/// Title, why, who acts and source out of the `//!` lines at the top.
fn docs(text: &str) -> Docs {
    let mut docs = Docs::default();
    let mut part: Option<usize> = None;
    for line in text.lines() {
        let line = line.trim_start_matches("//!").trim();
        let named = ["Why:", "Acts:", "Source:"]
            .iter()
            .position(|name| line.starts_with(name));
        let rest = named.map_or(line, |at| line[["Why:", "Acts:", "Source:"][at].len()..].trim());
        part = named.or(part.filter(|_| !line.is_empty()));
        let into = match part {
            Some(0) => &mut docs.why,
            Some(1) => &mut docs.acts,
            Some(2) => &mut docs.source,
            _ if docs.title.is_empty() => &mut docs.title,
            _ => continue,
        };
        if !into.is_empty() && !rest.is_empty() {
            into.push(' ');
        }
        into.push_str(rest);
    }
    docs
}

/// The word that `measure` gives unchanged, where its body is that word and nothing else.
fn plain_measure(ast: &AST) -> Option<Ask> {
    let student = check::functions(ast)
        .into_iter()
        .find(|(signature, _)| *signature == ("measure".to_owned(), 2))?
        .1
        .into_iter()
        .next()?;
    let mut asks = Vec::new();
    check::statements_of(ast, |name, count| name == "measure" && count == 2, &mut |statement| {
        let ask = match statement {
            Stmt::Expr(expr) => plain_word(expr, &student),
            _ => None,
        };
        asks.push(ask);
    });
    match asks.as_slice() {
        [Some(ask)] => Some(ask.clone()),
        _ => None,
    }
}

fn plain_word(expr: &Expr, student: &str) -> Option<Ask> {
    let Expr::Dot(pair, _, _) = expr else {
        return None;
    };
    if script::variable_name(&pair.lhs) != Some(student) {
        return None;
    }
    let number = |name: &str| -> Option<Word> {
        let entry = vocabulary::word(name)?;
        matches!(entry.kind, Kind::Whole | Kind::Number).then_some(entry.word)
    };
    match &pair.rhs {
        Expr::Property(property, _) => Some(Ask::year(number(&property.2)?)),
        Expr::MethodCall(call, _) => {
            let (word, [Expr::FnCall(window, _)]) = (number(&call.name)?, call.args.as_slice()) else {
                return None;
            };
            let [Expr::IntegerConstant(days, _)] = window.args.as_slice() else {
                return None;
            };
            let days = u32::try_from(*days)
                .ok()
                .filter(|days| (1..=limits::WINDOW_DAYS as u32).contains(days))?;
            match window.name.as_str() {
                "last" => Some(Ask::over(word, Window::Last(days))),
                "days" => Some(Ask::over(word, Window::Days(days))),
                _ => None,
            }
        }
        _ => None,
    }
}
