//! What a file allows: `// allow: rule-level-never because …` on or above a line, `//! allow: …` for the whole file, and the
//! same behind `#` in `rules/district.toml`. A reason is needed; an error cannot be allowed.

use super::{Finding, Gravity, Review};
use crate::rules::plain::{Spot, Wrong};
use crate::script::{self, nearest};

/// Every code that may be allowed; what is not here is an error, and there is no way round it.
pub(super) const CODES: [&str; 22] = [
    "rule-because-without-text",
    "rule-calls-itself",
    "rule-condition-settled",
    "rule-divides-by-zero",
    "rule-fills-missing",
    "rule-function-unused",
    "rule-level-always",
    "rule-level-never",
    "rule-level-never-left",
    "rule-loop-without-end",
    "rule-measure-without-number",
    "rule-mixes-kinds",
    "rule-next-unused",
    "rule-nobody-routed",
    "rule-parameter-unused",
    "rule-percent-as-fraction",
    "rule-reads-program",
    "rule-remainder-for-percent",
    "rule-says-the-same",
    "rule-without-because",
    "rule-without-title",
    "rule-worse-turned",
];

const DISTRICT: &str = "rules/district.toml";

/// One comment that allows something.
struct Allow {
    /// Where the comment stands.
    spot: Spot,
    /// The line whose findings it is about; `None`: every line of the file.
    line: Option<usize>,
    codes: Vec<String>,
    reason: String,
    used: bool,
}

/// Takes out of a review what its files allow, and hands it back; says what is wrong with the comments themselves.
pub(super) fn hear(review: &mut Review) -> Vec<Finding> {
    let paths: Vec<String> = review.texts.keys().cloned().collect();
    let mut silenced = Vec::new();
    for path in paths {
        let district = path == DISTRICT;
        let text = &review.texts[&path];
        if !text.contains("allow:") {
            continue;
        }
        let mut allows = if district { in_toml(text) } else { in_rule(text) };
        let id = if district { "" } else { crate::rules::rule::stem(&path) }.to_owned();
        review.findings.retain(|finding| {
            let silent = allows.iter_mut().any(|allow| allow.silences(finding, &path, &id));
            if silent {
                silenced.push(finding.clone());
            }
            !silent
        });
        let broken = review.broken.contains(&id);
        for allow in &allows {
            for (gravity, wrong) in allow.wrong(broken) {
                review.note(&id, &path, gravity, wrong);
            }
        }
    }
    silenced
}

impl Allow {
    fn silences(&mut self, finding: &Finding, path: &str, id: &str) -> bool {
        let place = &finding.problem.place;
        let here = place.file.as_deref() == Some(path);
        let fits = match self.line {
            Some(line) => here && place.line == Some(line as u64),
            // What the district changed of a rule, its file may allow as well.
            None => here || (!id.is_empty() && finding.rule == id),
        };
        let allowed = self.codes.contains(&finding.problem.code) && !self.reason.is_empty();
        let silent = finding.gravity != Gravity::Error && fits && allowed;
        self.used |= silent;
        silent
    }

    /// What is wrong with the comment itself; in a broken file nobody knows what it would have silenced.
    fn wrong(&self, broken: bool) -> Vec<(Gravity, Wrong)> {
        const WRONG: &str = "rule-allow-wrong";
        let warn = |message: String, remedy: String| (Gravity::Warning, Wrong::new(WRONG, self.spot, message, remedy));
        if self.codes.is_empty() {
            return vec![warn(
                "the comment allows nothing: it names no code".to_owned(),
                "write `allow: CODE because …`, with the code in square brackets behind the finding".to_owned(),
            )];
        }
        let unknown = self.codes.iter().filter(|code| !CODES.contains(&code.as_str()));
        let mut wrongs: Vec<(Gravity, Wrong)> = unknown
            .map(|code| {
                let remedy = nearest(code, CODES).map_or_else(
                    || "an error cannot be allowed: mend it".to_owned(),
                    |near| format!("did you mean `{near}`? An error cannot be allowed"),
                );
                warn(format!("`{code}` is nothing that can be allowed"), remedy)
            })
            .collect();
        if self.reason.is_empty() {
            wrongs.push(warn(
                "the comment does not say why, so it allows nothing".to_owned(),
                "add `because` and the reason, for whoever reads it in two years".to_owned(),
            ));
        }
        if wrongs.is_empty() && !self.used && !broken {
            let message = "nothing of this kind is found here any more";
            let wrong = Wrong::new("rule-allow-unused", self.spot, message, "take the comment out");
            wrongs.push((Gravity::Remark, wrong));
        }
        wrongs
    }
}

fn in_rule(text: &str) -> Vec<Allow> {
    let lines: Vec<&str> = text.lines().collect();
    let comments = script::comments(text).into_iter();
    let allowing = comments.filter(|(_, comment)| said(comment.trim_start_matches(['/', '!'])).is_some());
    allowing
        .map(|(at, comment)| {
            let (line, column) = script::line_and_column(text, at);
            let whole = comment.starts_with("//!");
            read(
                &lines,
                Place {
                    line,
                    column,
                    whole,
                    district: false,
                },
                comment.trim_start_matches(['/', '!']),
                "//",
            )
        })
        .collect()
}

fn in_toml(text: &str) -> Vec<Allow> {
    let lines: Vec<&str> = text.lines().collect();
    let mut allows = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(at) = comment_of_toml(line) else { continue };
        let comment = line[at..].trim_start_matches('#');
        if said(comment).is_none() {
            continue;
        }
        let column = line[..at].chars().count() + 1;
        let place = Place {
            line: number + 1,
            column,
            whole: false,
            district: true,
        };
        allows.push(read(&lines, place, comment, "#"));
    }
    allows
}

/// Where the comment of a line begins; signs inside quotes begin none.
fn comment_of_toml(line: &str) -> Option<usize> {
    let mut quote = None;
    for (at, sign) in line.char_indices() {
        match (quote, sign) {
            (None, '#') => return Some(at),
            (None, '"' | '\'') => quote = Some(sign),
            (Some(open), sign) if open == sign => quote = None,
            _ => {}
        }
    }
    None
}

/// What stands behind `allow:`.
fn said(comment: &str) -> Option<&str> {
    comment.trim().strip_prefix("allow:")
}

/// Where a comment stands, and how far it reaches.
struct Place {
    line: usize,
    column: usize,
    whole: bool,
    district: bool,
}

fn read(lines: &[&str], place: Place, comment: &str, sign: &str) -> Allow {
    let said = said(comment).unwrap_or_default();
    let (codes, reason) = match said.split_once("because") {
        Some((codes, reason)) => (codes, reason.trim()),
        None => (said, ""),
    };
    let codes = codes.split([',', ' ', '`']).filter(|code| !code.is_empty());
    let reached = (!place.whole).then(|| line_meant(lines, &place, sign));
    Allow {
        spot: Spot {
            district: place.district,
            line: place.line,
            column: place.column,
        },
        line: reached,
        codes: codes.map(str::to_owned).collect(),
        reason: reason.to_owned(),
        used: false,
    }
}

/// The comment's own line where something stands before it, else the next line that is more than a comment.
fn line_meant(lines: &[&str], place: &Place, sign: &str) -> usize {
    let own = lines.get(place.line - 1).copied().unwrap_or_default();
    let before: String = own.chars().take(place.column - 1).collect();
    if !before.trim().is_empty() {
        return place.line;
    }
    let below = lines.iter().enumerate().skip(place.line);
    let mut code = below.filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with(sign));
    code.next().map_or(place.line, |(number, _)| number + 1)
}
