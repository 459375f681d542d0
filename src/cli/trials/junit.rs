//! Trials as JUnit XML, which every build server draws: one suite per rule, one case per case.

use std::io::{self, Write};

use super::text::lacking;
use crate::monitor::Problem;
use crate::rules::trial::CaseResult;
use crate::rules::workshop::Tested;

/// Tests, failures, errors and skipped of a suite.
#[derive(Clone, Copy, Default)]
struct Sums([usize; 4]);

impl Sums {
    fn of(rule: &Tested) -> Sums {
        let cases = rule.cases.as_ref().map(Vec::as_slice).unwrap_or_default();
        let failed = cases.iter().filter(|case| case.failed.is_some()).count();
        let lacking = rule.lacking.len();
        let (must, may) = if rule.live { (lacking, 0) } else { (0, lacking) };
        let broken = usize::from(rule.cases.is_err());
        Sums([cases.len() + lacking + broken, failed + must, broken, may])
    }

    fn and(self, other: Sums) -> Sums {
        Sums(std::array::from_fn(|at| self.0[at] + other.0[at]))
    }

    fn attributes(self) -> String {
        let [tests, failures, errors, skipped] = self.0;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
    }
}

/// Writes what trials came to.
pub(super) fn write(out: &mut dyn Write, tested: &[Tested]) -> io::Result<()> {
    let all = tested.iter().map(Sums::of).fold(Sums::default(), Sums::and);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"firstbell rules test\" {}>", all.attributes())?;
    for rule in tested {
        suite(out, rule)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(out: &mut dyn Write, rule: &Tested) -> io::Result<()> {
    let sums = Sums::of(rule).attributes();
    let (name, file) = (escaped(&rule.id), escaped(&rule.path));
    writeln!(out, "  <testsuite name=\"{name}\" file=\"{file}\" {sums}>")?;
    properties(out, rule)?;
    match &rule.cases {
        Ok(cases) => {
            for one in cases {
                case(out, rule, one)?;
            }
        }
        Err(problem) => broken(out, rule, problem)?,
    }
    for kind in &rule.lacking {
        let name = escaped(&format!("a case {}", kind.words()));
        let message = escaped(&lacking(rule, *kind));
        let element = if rule.live { "failure" } else { "skipped" };
        writeln!(out, "    <testcase name=\"{name}\" {}>", class(rule))?;
        writeln!(out, "      <{element} message=\"{message}\"/>")?;
        writeln!(out, "    </testcase>")?;
    }
    remarks(out, rule)?;
    writeln!(out, "  </testsuite>")
}

/// Folder and rule, as build servers group them; a file from elsewhere has no folder that says anything.
fn class(rule: &Tested) -> String {
    let below = rule
        .path
        .strip_prefix("rules/")
        .and_then(|path| path.strip_suffix(".rhai"));
    let name = below.map_or(rule.id.clone(), |path| path.replace('/', "."));
    format!("classname=\"{}\"", escaped(&name))
}

fn properties(out: &mut dyn Write, rule: &Tested) -> io::Result<()> {
    let mut known: Vec<(&str, usize)> = Vec::new();
    if let Some(covered) = &rule.covered {
        known.push(("coverage", covered.percent()));
    }
    if let Some(mutated) = &rule.mutated {
        known.extend([("mutations", mutated.mutations), ("noticed", mutated.noticed())]);
    }
    if known.is_empty() {
        return Ok(());
    }
    writeln!(out, "    <properties>")?;
    for (name, value) in known {
        writeln!(out, "      <property name=\"{name}\" value=\"{value}\"/>")?;
    }
    writeln!(out, "    </properties>")
}

fn case(out: &mut dyn Write, rule: &Tested, case: &CaseResult) -> io::Result<()> {
    let name = escaped(&case.name);
    let file = escaped(&rule.path.replace(".rhai", ".test.toml"));
    let open = format!(
        "    <testcase name=\"{name}\" {} file=\"{file}\" line=\"{}\"",
        class(rule),
        case.line
    );
    let Some(failed) = &case.failed else {
        return writeln!(out, "{open}/>");
    };
    let failed = escaped(failed);
    writeln!(out, "{open}>")?;
    writeln!(
        out,
        "      <failure message=\"{failed}\" type=\"case\">{file}:{}: {failed}</failure>",
        case.line
    )?;
    writeln!(out, "    </testcase>")
}

fn broken(out: &mut dyn Write, rule: &Tested, problem: &Problem) -> io::Result<()> {
    let (message, code) = (escaped(&problem.message), escaped(&problem.code));
    writeln!(
        out,
        "    <testcase name=\"the rule and its trial can be read\" {}>",
        class(rule)
    )?;
    writeln!(
        out,
        "      <error message=\"{message}\" type=\"{code}\">{}</error>",
        escaped(&problem.to_string())
    )?;
    writeln!(out, "    </testcase>")
}

/// What no case touches or notices: no failure, and worth reading.
fn remarks(out: &mut dyn Write, rule: &Tested) -> io::Result<()> {
    let path = &rule.path;
    let untouched = rule.covered.iter().flat_map(|covered| &covered.untouched);
    let untouched = untouched.map(|place| format!("{path}:{}:{}: {}", place.line, place.column, place.what));
    let unnoticed = rule.mutated.iter().flat_map(|mutated| &mutated.unnoticed);
    let unnoticed = unnoticed.map(|nudge| {
        let (line, column, message) = (nudge.line, nudge.column, nudge.message());
        format!("{path}:{line}:{column}: {message} — {}", nudge.add)
    });
    let lines: Vec<String> = untouched.chain(unnoticed).map(|line| escaped(&line)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "    <system-out>{}</system-out>", lines.join("\n"))
}

/// A text as XML may hold it: five signs by name, line ends and tabs by number, what XML cannot hold at all as a sign that it was there.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            '\t' => safe.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_in_a_name_ends_an_attribute_or_an_element() {
        assert_eq!(
            escaped("a \"b\" <c> & 'd'\n\u{7}e"),
            "a &quot;b&quot; &lt;c&gt; &amp; &apos;d&apos;&#10;\u{fffd}e"
        );
    }
}
