//! What a guess brings into the configuration beside its feed: codes, forms of attendance, scales, words of behavior.

use super::Adopt;
use crate::adopt::{CodeGuess, Confidence, Guess, MarkKind};
use crate::config::Lines;
use crate::monitor::Problem;
use crate::school::{Meaning, Rows, ScaleKind, Table};

/// What is being written into the configuration.
pub(super) struct Writing<'w> {
    pub(super) lines: &'w mut Lines,
    /// What was written, in words.
    pub(super) says: Vec<String>,
    /// What waits for a person, in words.
    pub(super) open: Vec<String>,
}

impl Writing<'_> {
    /// Codes that have no meaning yet. What nobody can know is written as a comment, for a person to decide.
    pub(super) fn codes(&mut self, guess: &Guess, ask: &Adopt, meaning: &Meaning) -> Result<(), Problem> {
        let known = |code: &CodeGuess| meaning.attendance.codes.contains_key(&code.code);
        let mut text = String::new();
        for code in guess.codes.iter().filter(|code| !known(code) && !code.code.is_empty()) {
            let said = ask.codes.iter().find(|(given, _)| *given == code.code);
            let right = said.map_or(code.meaning.as_str(), |(_, meaning)| meaning.as_str());
            let sure = said.is_some() || code.confidence > Confidence::Unsure;
            let comment = if sure { "" } else { "# " };
            let key = toml::Value::String(code.code.clone());
            let line = format!("{comment}{key} = {right}");
            // An earlier look may have left it waiting.
            if !self.lines.replace_line(&format!("# {key} = "), &line) {
                text.push_str(&line);
                text.push('\n');
            }
            if sure {
                self.says.push(format!("code `{}` = {right}", code.code));
            } else {
                self.open.push(format!(
                    "what does the code `{0}` mean? say `--code {0}=excused` (or present, absent, tardy, suspended, unverified), or mend \
                     its line under [attendance.codes]",
                    code.code
                ));
            }
        }
        if text.is_empty() {
            Ok(())
        } else {
            self.lines.add_lines("attendance.codes", &text)
        }
    }

    /// Rows of every day, rows of periods.
    pub(super) fn forms(&mut self, guess: &Guess, meaning: &Meaning) -> Result<(), Problem> {
        if guess.table != Table::Attendance {
            return Ok(());
        }
        if guess.all_days && meaning.attendance.rows != Rows::All {
            self.lines.set("attendance", "rows", "\"all\"")?;
            self.says
                .push("`rows = \"all\"`: the file has days present too".to_owned());
        }
        let asked = meaning.attendance.periods_per_day.is_none() && !guess.all_days;
        if let Some(periods) = guess.periods.filter(|_| asked) {
            self.lines.set("attendance", "periods_per_day", &periods.to_string())?;
            self.says.push(format!(
                "`periods_per_day = {periods}`: the most periods of one day in the file"
            ));
        }
        Ok(())
    }

    /// Marks that no scale reads.
    pub(super) fn scale(&mut self, guess: &Guess, meaning: &Meaning) -> Result<(), Problem> {
        let Some(marks) = &guess.marks else { return Ok(()) };
        let scales = &meaning.grades.scales;
        if marks.kind == MarkKind::Levels && scales.iter().all(|scale| scale.kind != ScaleKind::Levels) {
            let text = "# Standards-based marks from 1 to 4, for all grades: name `grades = \"PK-5\"` where only some have them.\n\
                        [[grades.scale]]\nkind = \"levels\"\nfailing_below = 2          # chosen by us: 2 itself passes\n";
            self.lines.add_before("grades.scale", text);
            self.says.push("a scale `levels`: a mark below 2 fails".to_owned());
            self.open.push("which grades have marks from 1 to 4, and below which does a student fail? mend the first [[grades.scale]]".to_owned());
        }
        let reads = |cell: &String| {
            scales.iter().any(|scale| {
                let letters = scale.letters.keys().any(|letter| letter.eq_ignore_ascii_case(cell));
                letters || scale.no_mark.iter().any(|word| word.eq_ignore_ascii_case(cell))
            })
        };
        let all = marks.letters.keys().chain(&marks.no_mark).chain(&marks.unknown);
        let unread: Vec<String> = all
            .filter(|cell| !reads(cell))
            .map(|cell| format!("`{cell}`"))
            .collect();
        if !unread.is_empty() && marks.kind != MarkKind::Levels {
            self.open.push(format!(
                "what do the marks {} mean? add them to `letters` or `no_mark` of a [[grades.scale]]",
                unread.join(", ")
            ));
        }
        Ok(())
    }

    /// Actions that are suspensions, and roles of the one who did it.
    pub(super) fn behavior(&mut self, guess: &Guess, meaning: &Meaning) -> Result<(), Problem> {
        let lists = [
            ("suspensions", &meaning.behavior.suspensions, &guess.suspensions),
            ("offender_roles", &meaning.behavior.offender_roles, &guess.offenders),
        ];
        for (key, known, found) in lists {
            let new: Vec<&String> = found
                .iter()
                .filter(|word| !known.iter().any(|known| known.eq_ignore_ascii_case(word)))
                .collect();
            if new.is_empty() {
                continue;
            }
            let all = known.iter().chain(new.iter().copied());
            let list: Vec<String> = all.map(|word| toml::Value::String(word.clone()).to_string()).collect();
            self.lines.set("behavior", key, &format!("[{}]", list.join(", ")))?;
            let new: Vec<String> = new.into_iter().map(|word| format!("`{word}`")).collect();
            self.says.push(format!("`{key}` also has {}", new.join(", ")));
        }
        Ok(())
    }
}
