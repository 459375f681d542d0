//! What `adopt` writes into `firstbell.toml`: a feed, codes, a scale, single keys. Everything else of the file, comments too, stays as it
//! is; whoever writes checks the whole file again before it is kept.

use toml::de::{DeTable, DeValue};

use super::sample::feed_text;
use crate::monitor::{Place, Problem, Weight};
use crate::records::Feed;

/// The configuration's text while it is being written to.
#[derive(Clone, Debug)]
pub struct Lines {
    text: String,
    path: String,
}

impl Lines {
    /// Begins with a text; `path` is how the operator knows the file.
    pub fn new(text: &str, path: &str) -> Lines {
        Lines {
            text: text.to_owned(),
            path: path.to_owned(),
        }
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts a feed in the place of the one with a number, from 0 in the order written; `note` is a comment line above it, or nothing.
    ///
    /// # Errors
    ///
    /// A problem that shows the lines to write by hand.
    pub fn replace_feed(&mut self, number: usize, feed: &Feed, note: &str) -> Result<(), Problem> {
        let block = format!("{note}{}", feed_text(feed).trim_end());
        let at = self.feed(number).ok_or_else(|| self.by_hand("[[feed]]", &block))?;
        let end = self.end_of(at);
        // The remark of an earlier feed goes with it; a person's own comments stay.
        let before = self.text[..at].lines().next_back().unwrap_or_default();
        let same = !note.is_empty() && before.split('`').next() == note.split('`').next() && before.starts_with('#');
        let at = if same {
            self.text[..at].rfind(before).unwrap_or(at)
        } else {
            at
        };
        self.text.replace_range(at..end, &block);
        Ok(())
    }

    /// Puts a feed before the one with a number, or behind the last where there is none of that number.
    ///
    /// # Errors
    ///
    /// A problem that shows the lines to write by hand.
    pub fn insert_feed(&mut self, before: Option<usize>, feed: &Feed, note: &str) -> Result<(), Problem> {
        let block = format!("{note}{}", feed_text(feed).trim_end());
        if let Some(at) = before.and_then(|number| self.feed(number)) {
            self.text.insert_str(at, &format!("{block}\n\n"));
            return Ok(());
        }
        let count = (0..).take_while(|number| self.feed(*number).is_some()).count();
        let last = count.checked_sub(1).and_then(|number| self.feed(number));
        let last = last.ok_or_else(|| self.by_hand("[[feed]]", &block))?;
        let end = self.end_of(last);
        self.text.insert_str(end, &format!("\n\n{block}"));
        Ok(())
    }

    /// Adds lines at the end of a section such as `attendance.codes`.
    ///
    /// # Errors
    ///
    /// A problem that shows the lines to write by hand, where the section has no header of its own.
    pub fn add_lines(&mut self, section: &str, lines: &str) -> Result<(), Problem> {
        let lines = lines.trim_end();
        let at = self
            .section(section)
            .ok_or_else(|| self.by_hand(&format!("[{section}]"), lines))?;
        let end = self.end_of(at);
        self.text.insert_str(end, &format!("\n{lines}"));
        Ok(())
    }

    /// Replaces the line that begins in a certain way, such as a comment that waits for its meaning; `false` where there is none.
    pub fn replace_line(&mut self, begins: &str, line: &str) -> bool {
        let mut at = 0;
        let found = self.text.split_inclusive('\n').find_map(|old| {
            let start = at;
            at += old.len();
            old.starts_with(begins).then(|| start..start + old.trim_end().len())
        });
        if let Some(range) = found.clone() {
            self.text.replace_range(range, line);
        }
        found.is_some()
    }

    /// Puts lines before the first of the tables `[[name]]`, or at the end of the file where there is none.
    pub fn add_before(&mut self, name: &str, lines: &str) {
        let header = format!("[[{name}]]");
        let starts = self.text.match_indices(&header).map(|(at, _)| at);
        let first = starts
            .into_iter()
            .find(|at| *at == 0 || self.text[..*at].ends_with('\n'));
        match first {
            Some(at) => self.text.insert_str(at, &format!("{}\n\n", lines.trim_end())),
            None => {
                let end = self.text.trim_end().len();
                self.text.truncate(end);
                self.text.push_str(&format!("\n\n{}\n", lines.trim_end()));
            }
        }
    }

    /// Sets a key of a section to a value, written as TOML; what stands behind the old value on its line stays.
    ///
    /// # Errors
    ///
    /// A problem that shows the line to write by hand, where the section has no header of its own.
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> Result<(), Problem> {
        let line = format!("{key} = {value}");
        let mark = self.mark();
        let span = {
            let document = DeTable::parse(&self.text[mark..]).ok();
            document.and_then(|document| {
                let mut table = document.get_ref().clone();
                for part in section.split('.') {
                    let next = table.get(part)?.get_ref().as_table()?.clone();
                    table = next;
                }
                table.get(key).map(toml::Spanned::span)
            })
        };
        if let Some(span) = span {
            self.text.replace_range(mark + span.start..mark + span.end, value);
            return Ok(());
        }
        let at = self
            .section(section)
            .ok_or_else(|| self.by_hand(&format!("[{section}]"), &line))?;
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end);
        self.text.insert_str(end, &format!("\n{line}"));
        Ok(())
    }

    /// A byte order mark is parsed around, not through.
    fn mark(&self) -> usize {
        if self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        }
    }

    /// Where the header of a feed stands.
    fn feed(&self, number: usize) -> Option<usize> {
        let mark = self.mark();
        let document = DeTable::parse(&self.text[mark..]).ok()?;
        let feeds = document.get_ref().get("feed")?;
        let DeValue::Array(feeds) = feeds.get_ref() else {
            return None;
        };
        let start = mark + feeds.get(number)?.span().start;
        self.text[start..].starts_with("[[").then_some(start)
    }

    /// Where the header of a section stands.
    fn section(&self, name: &str) -> Option<usize> {
        let header = format!("[{name}]");
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            if line.trim_start().starts_with(&header) {
                return Some(at);
            }
            at += line.len();
        }
        None
    }

    /// Where the section whose header stands at a place ends: behind its last line with a key.
    fn end_of(&self, at: usize) -> usize {
        let (mut place, mut end) = (at, at);
        for (number, line) in self.text[at..].split_inclusive('\n').enumerate() {
            let trimmed = line.trim();
            if number > 0 && trimmed.starts_with('[') {
                break;
            }
            if !trimmed.is_empty() && !trimmed.starts_with('#') {
                end = place + line.trim_end().len();
            }
            place += line.len();
        }
        end
    }

    fn by_hand(&self, where_to: &str, lines: &str) -> Problem {
        let message = format!("`{}` is written in a way that cannot be added to", self.path);
        let remedy = format!("write under `{where_to}` by hand");
        Problem::new("config-by-hand", Weight::Stop, Place::file(&self.path), message, remedy).with_excerpt(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use crate::config::canonical_feed;
    use crate::school::Table;

    const TEXT: &str = "\
# mine
[[feed]]
table = \"students\" # every night
files = \"students*.csv\"

# attendance comes late
[[feed]]
table = \"attendance\"
files = \"attendance*.csv\"
covers = \"year\"

[attendance]
rows = \"exceptions\" # only absences

[attendance.codes]
P = {}
# U = { absent = 1 }

[mail]
from = \"a@b.c\"
";

    #[test]
    fn a_feed_takes_anothers_place_and_every_comment_stays() {
        let mut lines = Lines::new(TEXT, "firstbell.toml");
        let mut feed = canonical_feed(Table::Attendance);
        feed.files = vec!["att_*.csv".to_owned()];
        lines.replace_feed(1, &feed, "").expect("it is there");
        assert!(
            lines
                .text()
                .contains("# attendance comes late\n[[feed]]\ntable = \"attendance\"\nfiles = \"att_*.csv\"\n")
        );
        assert!(lines.text().contains("covers = \"year\"\n\n[attendance]\nrows"));
        assert!(!lines.text().contains("attendance*.csv") && lines.text().contains("# every night"));
    }

    #[test]
    fn a_feed_is_put_before_another_or_behind_the_last() {
        let mut lines = Lines::new(TEXT, "firstbell.toml");
        lines
            .insert_feed(None, &canonical_feed(Table::Staff), "")
            .expect("there are feeds");
        let staff = lines.text().find("\"staff\"").expect("it is written");
        assert!(lines.text().find("\"attendance\"").expect("it stays") < staff);
        assert!(staff < lines.text().find("[attendance]").expect("it stays"));
        lines
            .insert_feed(Some(0), &canonical_feed(Table::Terms), "")
            .expect("there are feeds");
        assert!(lines.text().find("\"terms\"") < lines.text().find("\"students\""));
    }

    #[test]
    fn codes_and_keys_are_added_where_they_belong() {
        let mut lines = Lines::new(TEXT, "firstbell.toml");
        lines
            .add_lines("attendance.codes", "\"A\" = { absent = 1 }\n")
            .expect("it has a header");
        assert!(
            lines
                .text()
                .contains("P = {}\n\"A\" = { absent = 1 }\n# U = { absent = 1 }\n\n[mail]")
        );
        lines.set("attendance", "rows", "\"all\"").expect("it has a header");
        assert!(lines.text().contains("rows = \"all\" # only absences"));
        lines
            .set("attendance", "periods_per_day", "7")
            .expect("it has a header");
        assert!(lines.text().contains("[attendance]\nperiods_per_day = 7\nrows"));
        assert!(lines.replace_line("# U =", "U = { absent = 1, unverified = true }"));
        assert!(
            lines
                .text()
                .contains("\nU = { absent = 1, unverified = true }\n\n[mail]")
        );
        assert!(!lines.replace_line("# V =", "V = {}"));
        let none = Lines::new("a = 1\n", "firstbell.toml").add_lines("attendance.codes", "X = {}");
        assert_eq!(none.expect_err("there is no such section").code, "config-by-hand");
    }
}
