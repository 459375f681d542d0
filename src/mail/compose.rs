//! A letter's keys and numbers become its bytes.

use crate::directory::Person;
use crate::monitor::Problem;
use crate::outbox::{Content, Kind, Letter};

use super::entries;
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
    let (count, urgent) = entries::tally(content);
    let students = plural(count, "student");
    let urgent = if urgent > 0 {
        format!(" ({urgent} urgent)")
    } else {
        String::new()
    };
    let words = match letter.kind {
        Kind::Nightly => nightly(content, count, &urgent),
        Kind::StartingList => {
            let flags: u32 = content.counts.iter().map(|count| count.students).sum();
            let more = match flags {
                0 => String::new(),
                flags => format!(", {} as counts", plural(flags as usize, "more flag")),
            };
            format!("starting list, {students}{urgent}{more}")
        }
        Kind::Digest if count == 0 => format!("your week to {}, nothing new", content.as_of),
        Kind::Digest => format!("your week to {}, {students}{urgent}", content.as_of),
        Kind::Reminder => format!("reminder, {students} still urgent and without contact"),
        Kind::Handover => format!("handover list, {students}{urgent}"),
        Kind::SchoolLetter => {
            let flags: u32 = content.storms.iter().map(|storm| storm.students).sum();
            format!(
                "many students of your school at once, {}",
                plural(flags as usize, "flag")
            )
        }
        Kind::TeamList => format!("team list, {students}{urgent}"),
        Kind::RuleEdit => clean(&content.headline, NAME_CHARS),
        Kind::OperatorReport => {
            let lines = plural(content.report.len(), "line");
            format!("report of the round of {}, {lines}", letter.morning)
        }
    };
    format!("firstbell: {words}")
}

fn nightly(content: &Content, students: usize, urgent: &str) -> String {
    if students == 0 && !content.storms.is_empty() {
        return "nothing new, and many students of a school at once".to_owned();
    }
    if students == 0 && !content.atop.is_empty() {
        return "nothing new, and a file has been held for days".to_owned();
    }
    let more = match content.left_off {
        0 => String::new(),
        left => format!(", {} to follow", plural(left as usize, "more entry")),
    };
    format!("{} with news{urgent}{more}", plural(students, "student"))
}
