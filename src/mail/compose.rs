//! A letter's keys and numbers become its bytes.

use crate::directory::Person;
use crate::monitor::Problem;
use crate::outbox::{Kind, Letter};

use super::message;
use super::settings::Settings;
use super::templates::{Part, Templates};
use super::text::{NAME_CHARS, clean, plural};
use super::view;

/// A letter as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct Composed {
    /// The subject: counts only.
    pub subject: String,
    /// The text part, complete by itself.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The whole message as SMTP takes it; the same for the same letter, settings and directory.
    pub bytes: Vec<u8>,
    /// The district's wording that could not be used; the built-in one stands in its place.
    pub problems: Vec<Problem>,
}

/// What is printed of a letter holds no name: a stray `{:?}` must not put one into a log.
impl std::fmt::Debug for Composed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Composed {{ subject: {:?}, {} bytes }}",
            self.subject,
            self.bytes.len()
        )
    }
}

/// Makes a letter's bytes. Fails where the letter cannot go to its address at all; the problem names no student.
pub fn compose(
    letter: &Letter,
    people: &dyn Fn(&str) -> Option<Person>,
    schools: &dyn Fn(&str) -> String,
    settings: &Settings,
    templates: &Templates,
) -> Result<Composed, Problem> {
    let subject = subject(letter);
    let view = view::context(letter, people, schools, settings);
    let mut problems = Vec::new();
    let text = templates.render(letter.kind, Part::Text, &view, &mut problems)?;
    let html = templates.render(letter.kind, Part::Html, &view, &mut problems)?;
    let bytes = message::bytes(letter, settings, &subject, &text, &html)?;
    Ok(Composed {
        subject,
        text,
        html,
        bytes,
        problems,
    })
}

/// Counts, and never a name: subjects show on locked screens.
fn subject(letter: &Letter) -> String {
    let content = &letter.content;
    let (students, urgent) = view::tally(content);
    let urgent = if urgent > 0 {
        format!(" ({urgent} urgent)")
    } else {
        String::new()
    };
    match letter.kind {
        Kind::Nightly if students == 0 && !content.atop.is_empty() => {
            "firstbell: nothing new, and a file has been held for days".to_owned()
        }
        Kind::Nightly => {
            let more = match content.left_off {
                0 => String::new(),
                left => format!(", {} to follow", plural(left as usize, "more entry")),
            };
            format!("firstbell: {} with news{urgent}{more}", plural(students, "student"))
        }
        Kind::StartingList => {
            let flags: u32 = content.counts.iter().map(|count| count.students).sum();
            let more = match flags {
                0 => String::new(),
                flags => format!(", {} as counts", plural(flags as usize, "more flag")),
            };
            format!(
                "firstbell: starting list, {}{urgent}{more}",
                plural(students, "student")
            )
        }
        Kind::RuleEdit => format!("firstbell: {}", clean(&content.headline, NAME_CHARS)),
        Kind::OperatorReport => {
            let lines = plural(content.report.len(), "line");
            format!("firstbell: report of the round of {}, {lines}", letter.morning)
        }
    }
}
