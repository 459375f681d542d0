//! One rule's file, from bytes to a checked script with its cards.

use std::collections::BTreeMap;

use rhai::{AST, Engine, Stmt};

use super::answers;
use super::bare::plain_measure;
use super::card::{Card, Param};
use super::check::{self, Checker, Findings};
use super::district::Changes;
use super::library::Library;
use super::parse::parse;
use super::plain::{self, Item, Plain, Spot, Value, Wrong, spot, spot_at};
use super::read;
use super::reckon::Bodies;
use super::rule::{Docs, stem};
use super::sources::SourceFile;
use super::vocabulary::Kind;
use super::word::{PluginWord, Scripts};
use crate::indicators::Ask;
use crate::script::{self, limits};

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
    /// For each card what it is made of, with places.
    pub(super) layers: Vec<Vec<Item>>,
    /// The functions, to be reckoned with.
    pub(super) bodies: Bodies,
}

impl Compiled {
    /// The rule as its file stands: for its trial.
    pub(super) fn bare(&self) -> Compiled {
        Compiled {
            docs: self.docs.clone(),
            ast: self.ast.clone(),
            findings: self.findings.clone(),
            file_card: self.file_card.clone(),
            cards: vec![self.file_card.clone()],
            by_school: BTreeMap::new(),
            has: self.has,
            plain: self.plain.clone(),
            words: self.words.clone(),
            layers: Vec::new(),
            bodies: Bodies::default(),
        }
    }
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

/// Odd characters that are named in one file: who replaces one in a word processor replaces all.
const MOST_ODD: usize = 20;

/// The file's text, where it is one.
pub(super) fn text(file: &SourceFile) -> Result<&str, Wrong> {
    let text = utf8(file)?;
    match odd_characters(text, 1).into_iter().next() {
        None => Ok(text),
        Some(odd) => Err(odd),
    }
}

fn utf8(file: &SourceFile) -> Result<&str, Wrong> {
    if file.bytes.len() > limits::FILE_BYTES {
        return Err(Wrong::whole(
            "rule-too-large",
            format!("the file is larger than {} bytes", limits::FILE_BYTES),
            "a rule is a page at most",
        ));
    }
    std::str::from_utf8(&file.bytes).map_err(|_| {
        Wrong::whole(
            "rule-not-text",
            "the file is not UTF-8 text",
            "save it as \"UTF-8\" in the editor",
        )
    })
}

fn odd_characters(text: &str, most: usize) -> Vec<Wrong> {
    let odd = script::oddities(text, most).into_iter();
    odd.map(|odd| Wrong::new("rule-odd-character", spot_at(text, odd.at), odd.what, odd.remedy))
        .collect()
}

/// Compiles and checks a rule's file, with the district's changes laid over its card.
pub(super) fn compile(
    engine: &Engine,
    library: &Library,
    file: &SourceFile,
    changes: &Changes,
) -> Result<Compiled, Broken> {
    name_is_plain(&file.path)?;
    let source = utf8(file)?;
    let odd = odd_characters(source, MOST_ODD);
    if !odd.is_empty() {
        return Err(Broken {
            wrongs: odd,
            card: None,
        });
    }
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
    let laid = lay_cards(&items, whole, changes, &library.words).map_err(|wrong| broken(vec![wrong]))?;
    let (layers, cards, by_school) = laid;
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
    let bodies = Bodies::of(&ast, &own, &library.functions, &findings.reached);
    if findings.wrongs.is_empty() {
        findings.wrongs.extend(answers::wrong(&bodies, &file_card, source));
    }
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
        layers,
        bodies,
    })
}

fn name_is_plain(path: &str) -> Result<(), Wrong> {
    let id = stem(path);
    // A name such as `..\up` would be taken for a way out of the folder by whoever reads it.
    let climbs = path.starts_with("rules/") && path.split('/').any(|part| part == "..");
    let plain = !climbs
        && id.starts_with(|c: char| c.is_ascii_lowercase())
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
pub(super) fn card_items(ast: &AST, source: &str) -> Result<(Vec<Item>, Spot), Wrong> {
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
            Stmt::Import(..) | Stmt::Export(..) => {
                return Err(Wrong::new(
                    "rule-refused-part",
                    at,
                    "`import` cannot be used in a rule",
                    "put shared functions into `rules/lib` and call them",
                ));
            }
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

/// What each card is made of, the cards, and the number of each school's.
type Cards = (Vec<Vec<Item>>, Vec<Card>, BTreeMap<String, usize>);

fn lay_cards(items: &[Item], whole: Spot, changes: &Changes, words: &[PluginWord]) -> Result<Cards, Wrong> {
    let mut layers = vec![plain::lay_over(items, &changes.base)];
    let mut cards = vec![read::card(&layers[0], whole, words)?];
    let mut by_school = BTreeMap::new();
    for (school, own) in &changes.schools {
        by_school.insert(school.clone(), cards.len());
        let laid = plain::lay_over(&layers[0], own);
        cards.push(read::card(&laid, whole, words)?);
        layers.push(laid);
    }
    Ok((layers, cards, by_school))
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
        if line.starts_with("allow:") {
            continue;
        }
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
