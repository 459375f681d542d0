//! Every part of a function, one by one: is the word known, the function there, the number of arguments right?

use rhai::{Expr, FnCallExpr, Position};

use super::notes::{arguments, is_word, note_plugin_word, note_word, or, statement_refused, takes_window, window_days};
use super::{ARGUMENTS, Asked, Checker, Findings, Here};
use crate::rules::foreign;
use crate::rules::plain::{Spot, Wrong, spot};
use crate::rules::vocabulary;
use crate::rules::word::PluginWord;
use crate::script::{self, Node, nearest};

const WORD: &str = "rule-unknown-word";
const FUNCTION: &str = "rule-unknown-function";
pub(super) const REFUSED: &str = "rule-refused-part";

impl Checker<'_> {
    pub(super) fn node(&self, node: &Node<'_>, here: &Here<'_>, findings: &mut Findings) {
        match node {
            Node::Statement(statement) => statement_refused(statement, here, findings),
            Node::Expression(Expr::ThisPtr(position)) => findings.wrongs.push(Wrong::new(
                REFUSED,
                spot(*position),
                "`this` means nothing in a rule",
                "write `student`",
            )),
            Node::Call(call, position) => self.call(call, *position, here, findings),
            Node::Chain(root, links) => self.chain(root, links, here, findings),
            Node::Expression(_) | Node::Switch(..) => {}
        }
    }

    fn call(&self, call: &FnCallExpr, position: Position, here: &Here<'_>, findings: &mut Findings) {
        let (name, count) = (call.name.as_str(), call.args.len());
        if call.is_operator_call() || name == "curry" {
            return;
        }
        let at = spot(position);
        if let Some(why) = script::refused(name) {
            findings.wrongs.push(Wrong::new(
                REFUSED,
                at,
                format!("`{name}` cannot be used in a rule"),
                why,
            ));
            return;
        }
        if call.is_qualified() {
            findings.wrongs.push(Wrong::new(
                REFUSED,
                at,
                "a rule has no modules",
                "put shared functions into `rules/lib` and call them by their name",
            ));
            return;
        }
        if let Some(entry) = vocabulary::call(name).filter(|entry| !entry.of_student) {
            if arguments(name, count, entry.arguments, at, findings) {
                window_days(name, &call.args[0], findings);
            }
            return;
        }
        if vocabulary::names().any(|known| known == name) || self.plugin_word(name).is_some() {
            findings.wrongs.push(Wrong::new(
                FUNCTION,
                at,
                format!("`{name}` is asked of the student"),
                format!("write `student.{name}`"),
            ));
            return;
        }
        self.plain_function(name, count, at, here, findings);
    }

    fn plain_function(&self, name: &str, count: usize, at: Spot, here: &Here<'_>, findings: &mut Findings) {
        let scripted = || self.own.iter().chain(self.shared).map(|(signature, _)| signature);
        if scripted().any(|(known, parameters)| known == name && *parameters == count) {
            return;
        }
        let same: Vec<usize> = scripted()
            .filter(|(known, _)| known == name)
            .map(|(_, count)| *count)
            .collect();
        if !same.is_empty() {
            arguments(name, count, &same, at, findings);
            return;
        }
        if let Some((_, counts)) = script::builtins().iter().find(|(known, _)| *known == name) {
            arguments(name, count, counts, at, findings);
            return;
        }
        let known: Vec<&str> = scripted()
            .map(|(name, _)| name.as_str())
            .chain(script::builtins().iter().map(|(name, _)| *name))
            .chain(["last", "days"])
            .collect();
        let place = if here.own { "" } else { " (in `rules/lib`)" };
        let remedy = foreign::function(name).map(str::to_owned).unwrap_or_else(|| {
            nearest(name, known).map_or_else(
                || "write it in this file or in `rules/lib`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            )
        });
        let message = format!("there is no function `{name}`{place}");
        findings.wrongs.push(Wrong::new(FUNCTION, at, message, remedy));
    }

    fn chain(&self, root: &Expr, links: &[(&Expr, bool)], here: &Here<'_>, findings: &mut Findings) {
        let name = script::variable_name(root);
        let is_student = name.is_some() && name == here.student;
        let is_p = name.is_some() && name == here.p;
        for (at, (link, by_index)) in links.iter().enumerate() {
            if *by_index {
                if is_student && at == 0 {
                    findings.wrongs.push(Wrong::new(
                        WORD,
                        spot(link.start_position()),
                        "words are not asked in square brackets",
                        "write `student.average`",
                    ));
                }
                continue;
            }
            let behind_word = at > 0 && (is_word(links[at - 1].0) || self.is_plugin_word(links[at - 1].0));
            match link {
                Expr::Property(property, position) => {
                    self.property(
                        &property.2,
                        spot(*position),
                        (is_student && at == 0, is_p && at == 0),
                        here,
                        findings,
                    );
                }
                Expr::MethodCall(call, position) => {
                    self.method(
                        call,
                        spot(*position),
                        is_student && at == 0,
                        behind_word,
                        here,
                        findings,
                    );
                }
                _ => {}
            }
        }
    }

    fn property(
        &self,
        name: &str,
        at: Spot,
        (of_student, of_p): (bool, bool),
        here: &Here<'_>,
        findings: &mut Findings,
    ) {
        if of_p {
            if !self.params.contains_key(name) {
                findings.wrongs.push(Wrong::new(
                    "rule-unknown-parameter",
                    at,
                    format!("the card has no parameter `{name}`"),
                    nearest(name, self.params.keys().map(String::as_str)).map_or_else(
                        || format!("add it to the card: `params: #{{ {name}: 1 }}`"),
                        |near| format!("did you mean `{near}`?"),
                    ),
                ));
            }
            return;
        }
        if let Some(entry) = vocabulary::word(name) {
            if vocabulary::takes_text(entry.word) {
                arguments(name, 0, &[1], at, findings);
            }
            note_word(entry.word, at, here, findings);
            return;
        }
        if !of_student && (here.keys.contains(name) || name == "len") {
            return;
        }
        if let Some(word) = self.plugin_word(name) {
            note_plugin_word(word, at, here, findings);
            return;
        }
        findings.wrongs.push(self.unknown_word(name, at));
    }

    fn method(
        &self,
        call: &FnCallExpr,
        at: Spot,
        of_student: bool,
        behind_word: bool,
        here: &Here<'_>,
        findings: &mut Findings,
    ) {
        let (name, count) = (call.name.as_str(), call.args.len());
        if name == "or" {
            or(count, at, behind_word, here, findings);
            return;
        }
        if let Some(entry) = vocabulary::word(name) {
            let allowed = vocabulary::arguments(entry.word);
            if allowed.is_empty() {
                findings.wrongs.push(Wrong::new(
                    ARGUMENTS,
                    at,
                    format!("`{name}` takes nothing in brackets"),
                    format!("write `student.{name}`"),
                ));
            } else if arguments(name, count, allowed, at, findings) && !vocabulary::takes_text(entry.word) {
                takes_window(name, &call.args[0], findings);
            }
            note_word(entry.word, at, here, findings);
            return;
        }
        if self.plugin_word(name).is_some() {
            findings.wrongs.push(Wrong::new(
                ARGUMENTS,
                at,
                format!("`{name}` takes nothing in brackets"),
                format!("write `student.{name}`"),
            ));
            return;
        }
        if let Some(entry) = vocabulary::call(name).filter(|entry| entry.of_student) {
            if arguments(name, count, entry.arguments, at, findings) {
                self.asked(name, &call.args[0], at, here, findings);
            }
            return;
        }
        if of_student {
            findings.wrongs.push(self.unknown_word(name, at));
            return;
        }
        if matches!(name, "last" | "days") {
            findings.wrongs.push(Wrong::new(
                FUNCTION,
                at,
                format!("`{name}` stands in the brackets of a word and not behind it"),
                format!("write `student.absences({name}(20))`"),
            ));
            return;
        }
        if self.own.iter().chain(self.shared).any(|((known, _), _)| known == name) {
            findings.wrongs.push(Wrong::new(
                FUNCTION,
                at,
                format!("`{name}` is a function and not a part of a value"),
                format!("write `{name}(…)`"),
            ));
            return;
        }
        // In `text.len()` the text is an argument too.
        self.plain_function(name, count + 1, at, here, findings);
    }

    fn asked(&self, name: &str, argument: &Expr, at: Spot, here: &Here<'_>, findings: &mut Findings) {
        let text = match argument {
            Expr::StringConstant(text, _) => Some(text.as_str()),
            _ => None,
        };
        let ask = match (name, text) {
            ("areas_at", text) => {
                if let Some(Err(message)) = text.map(str::parse::<crate::school::Level>) {
                    findings
                        .wrongs
                        .push(Wrong::new(WORD, at, message, "levels stand in quotes"));
                }
                Asked::Areas
            }
            ("has", Some(text)) => {
                match vocabulary::word(text).filter(|entry| !vocabulary::takes_text(entry.word)) {
                    Some(entry) => note_word(entry.word, at, here, findings),
                    None => match self.plugin_word(text) {
                        Some(word) => note_plugin_word(word, at, here, findings),
                        None => findings.wrongs.push(self.unknown_word(text, at)),
                    },
                }
                return;
            }
            ("level", Some(text)) => Asked::Rule(text.to_owned()),
            ("level_in", Some(text)) => Asked::Area(text.to_owned()),
            _ => {
                findings.wrongs.push(Wrong::new(
                    ARGUMENTS,
                    at,
                    format!("`{name}` takes a plain text, so that it is known before the rule runs"),
                    format!("write `student.{name}(\"…\")`"),
                ));
                return;
            }
        };
        findings.asks.entry(ask).or_insert(at);
    }

    fn plugin_word(&self, name: &str) -> Option<&PluginWord> {
        self.words.iter().find(|word| word.name == name)
    }

    fn is_plugin_word(&self, link: &Expr) -> bool {
        matches!(link, Expr::Property(property, _) if self.plugin_word(&property.2).is_some())
    }

    fn unknown_word(&self, name: &str, at: Spot) -> Wrong {
        let mut known: Vec<&str> = vocabulary::names().collect();
        known.extend(self.words.iter().map(|word| word.name.as_str()));
        Wrong::new(
            WORD,
            at,
            format!("there is no word `{name}`"),
            foreign::synonym(name).map_or_else(
                || {
                    nearest(name, known).map_or_else(
                        || "see the list of words".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    )
                },
                str::to_owned,
            ),
        )
    }
}
