//! What one version of a rule has otherwise than another, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use super::card::{Card, Param, Status, Worse};
use super::rule::Rule;
use crate::school::Level;
use crate::script::{find_functions, pieces};

/// What changes from one version of a rule to another, a line each, what decides first; nothing where they are the same.
pub fn differences(old: &Rule, new: &Rule) -> Vec<String> {
    let mut lines = cards(old.district_card(), new.district_card());
    let schools: BTreeSet<&str> = old.schools().chain(new.schools()).collect();
    for school in schools {
        let own = cards(old.card(school), new.card(school));
        let own = own.into_iter().filter(|line| !lines.contains(line)).collect::<Vec<_>>();
        lines.extend(own.into_iter().map(|line| format!("at school {school}: {line}")));
    }
    lines.extend(functions(old, new));
    let docs = [
        ("title", old.title(), new.title()),
        ("`Why`", old.why(), new.why()),
        ("`Acts`", old.acts(), new.acts()),
        ("`Source`", old.source(), new.source()),
    ];
    let docs = docs.into_iter().filter(|(_, old, new)| old != new);
    lines.extend(docs.map(|(what, old, new)| format!("{what}: \u{201c}{old}\u{201d} becomes \u{201c}{new}\u{201d}")));
    if lines.is_empty() && old.source_text() != new.source_text() {
        lines.push("comments or layout only".to_owned());
    }
    lines
}

fn cards(old: &Card, new: &Card) -> Vec<String> {
    let (before, after) = (&old.edges, &new.edges);
    let mut lines = Vec::new();
    lines.extend(changed("status", status(old.status), status(new.status)));
    lines.extend(changed("area", old.area.word(), new.area.word()));
    let grades = |card: &Card| {
        card.grades
            .map_or_else(|| "all".to_owned(), |grades| grades.to_string())
    };
    lines.extend(changed("grades", grades(old), grades(new)));
    let needs = |name: &String| format!("needs: least `{name}`");
    lines.extend(entries(&old.needs, &new.needs, needs));
    lines.extend(entries(&before.levels, &after.levels, |level: &Level| {
        format!("level `{level}`")
    }));
    lines.extend(changed("worse", worse(before.worse), worse(after.worse)));
    lines.extend(changed("clear: margin", before.margin, after.margin));
    lines.extend(changed("clear: judged days", before.clear_days, after.clear_days));
    lines.extend(changed(
        "judged days before a level is believed",
        before.after,
        after.after,
    ));
    let shown = |params: &BTreeMap<String, Param>| -> BTreeMap<String, String> {
        params
            .iter()
            .map(|(name, value)| (name.clone(), param(value)))
            .collect()
    };
    lines.extend(entries(&shown(&old.params), &shown(&new.params), |name| {
        format!("parameter `{name}`")
    }));
    lines.extend(entries(&quoted(&old.next), &quoted(&new.next), |level| {
        format!("next step at {level}")
    }));
    lines
}

fn changed<T: PartialEq + Display>(what: &str, old: T, new: T) -> Option<String> {
    (old != new).then(|| format!("{what}: {old} becomes {new}"))
}

fn entries<K: Ord, V: PartialEq + Display>(
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
) -> Vec<String> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    let line = |key: &K| match (old.get(key), new.get(key)) {
        (Some(old), Some(new)) => changed(&name(key), old, new),
        (None, Some(new)) => Some(format!("{}: new, {new}", name(key))),
        (Some(old), None) => Some(format!("{}: {old} is gone", name(key))),
        (None, None) => None,
    };
    keys.into_iter().filter_map(line).collect()
}

/// The rule's own functions, compared without comments and layout; shared ones that it uses too.
fn functions(old: &Rule, new: &Rule) -> Vec<String> {
    let texts = |rule: &Rule| -> Vec<String> {
        let shared = rule.version().lib.iter().map(|(_, text)| text.clone());
        std::iter::once(rule.source_text().to_owned()).chain(shared).collect()
    };
    let (before, after) = (texts(old), texts(new));
    let names: BTreeSet<String> = [&old.source_text(), &new.source_text()]
        .into_iter()
        .flat_map(|text| names(text))
        .collect();
    let mut lines = Vec::new();
    for name in names {
        let (was, is) = (body(&before[..1], &name), body(&after[..1], &name));
        lines.extend(match (was.is_empty(), is.is_empty()) {
            _ if was == is => None,
            (true, _) => Some(format!("function `{name}`: new")),
            (_, true) => Some(format!("function `{name}`: gone")),
            _ => Some(format!("function `{name}`: written otherwise")),
        });
    }
    if lines.is_empty() && before[1..] != after[1..] {
        lines.push("shared functions in rules/lib: written otherwise".to_owned());
    }
    lines
}

/// The names of the functions of a text.
fn names(text: &str) -> Vec<String> {
    let pieces = pieces(text);
    let pairs = pieces.iter().zip(pieces.iter().skip(1));
    pairs
        .filter(|(word, _)| word.text == "fn")
        .map(|(_, name)| name.text.to_owned())
        .collect()
}

fn body(texts: &[String], name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for text in texts {
        let pieces = pieces(text);
        for function in find_functions(&pieces, name) {
            all.extend(function.iter().map(|piece| piece.text.to_owned()));
        }
    }
    all
}

fn quoted(next: &BTreeMap<Level, String>) -> BTreeMap<Level, String> {
    next.iter()
        .map(|(level, text)| (*level, format!("\u{201c}{text}\u{201d}")))
        .collect()
}

fn param(param: &Param) -> String {
    match param {
        Param::Whole(whole) => whole.to_string(),
        Param::Number(number) => number.to_string(),
        Param::Text(text) => format!("\u{201c}{text}\u{201d}"),
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Shadow => "shadow",
        Status::Live => "live",
        Status::Retired => "retired",
    }
}

fn worse(worse: Worse) -> &'static str {
    match worse {
        Worse::Higher => "higher",
        Worse::Lower => "lower",
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::rules::{RuleSet, SourceFile, Sources, load};
    use crate::school::Meaning;

    const OLD: &str = r#"//! Absences
//!
//! Why:    a reason.
//! Acts:   somebody
//! Source: chosen by us.

const RULE = #{
    area: "attendance",
    status: "shadow",
    levels: #{ watch: 3, concern: 5 },
    params: #{ window: 20 },
};

fn measure(student, p) { student.absences(last(p.window)) }
"#;

    fn set(text: &str) -> RuleSet {
        let trial = "[[case]]\nname = \"one\"\nattendance = \"P*30\"\nexpect = \"clear\"\n";
        let sources = Sources {
            files: vec![
                SourceFile::new("rules/attendance/absences_here.rhai", text),
                SourceFile::new("rules/attendance/absences_here.test.toml", trial),
            ],
            ..Sources::default()
        };
        let (set, problems) = load(&sources, &Meaning::default());
        assert_eq!(set.rules().len(), 1, "{problems:?}");
        set
    }

    fn lines(new: &str) -> Vec<String> {
        let (old, new) = (set(OLD), set(new));
        differences(&old.rules()[0], &new.rules()[0])
    }

    #[test]
    fn what_changes_is_said_line_by_line() {
        let new = OLD
            .replace("watch: 3, concern: 5", "concern: 4.5, urgent: 9")
            .replace("window: 20", "window: 15")
            .replace(
                "status: \"shadow\",",
                "status: \"shadow\", needs: #{ enrolled_days: 10 },",
            )
            .replace("a reason", "another reason");
        assert_eq!(
            lines(&new),
            [
                "needs: least `enrolled_days`: new, 10",
                "level `watch`: 3 is gone",
                "level `concern`: 5 becomes 4.5",
                "level `urgent`: new, 9",
                "parameter `window`: 20 becomes 15",
                "`Why`: \u{201c}a reason.\u{201d} becomes \u{201c}another reason.\u{201d}",
            ]
        );
    }

    #[test]
    fn another_function_is_told_from_other_layout() {
        let other = OLD.replace("student.absences(", "student.unexcused(");
        assert_eq!(lines(&other), ["function `measure`: written otherwise"]);
        let layout = OLD.replace(
            "fn measure(student, p) {",
            "// counted in days\nfn measure(student,  p)  {",
        );
        assert_eq!(lines(&layout), ["comments or layout only"]);
        assert_eq!(lines(OLD), Vec::<String>::new());
    }
}
