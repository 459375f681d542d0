//! How a student stands in a letter: in one of the forms of `privacy.show`.

use crate::directory::Person;
use crate::monitor::hush;
use crate::outbox::Entry;

use super::settings::{Settings, Show};
use super::text::{NAME_CHARS, clean, percent_encode};

/// What stands for a student. Both cleaned; the link is empty where none may stand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// `J. D., grade 9, Cedar High, homeroom 204`.
    pub(crate) label: String,
    /// Where the reader can look the student up, behind the SIS's own sign-in.
    pub(crate) link: String,
}

/// A student as the district wants letters to show one.
pub(crate) fn shown(entry: &Entry, person: Option<&Person>, school: &str, settings: &Settings) -> Shown {
    let (who, named) = who(entry, person, settings.show);
    let mut parts = vec![who, grade(&entry.grade), clean(school, NAME_CHARS)];
    if let Some(homeroom) = person
        .map(|person| clean(&person.homeroom, NAME_CHARS))
        .filter(|h| !h.is_empty())
    {
        parts.push(format!("homeroom {homeroom}"));
    }
    parts.retain(|part| !part.is_empty());
    // A link bears the whole id, and a name and a whole id never stand together.
    let link = if named {
        String::new()
    } else {
        link(&entry.student_id, &settings.student_link)
    };
    Shown {
        label: parts.join(", "),
        link,
    }
}

/// The words for the student, and whether they are the name.
fn who(entry: &Entry, person: Option<&Person>, show: Show) -> (String, bool) {
    if show == Show::Id {
        return (format!("Student {}", clean(&entry.student_id, NAME_CHARS)), false);
    }
    let first = person
        .map(|person| clean(&person.first_name, NAME_CHARS))
        .unwrap_or_default();
    let last = person
        .map(|person| clean(&person.last_name, NAME_CHARS))
        .unwrap_or_default();
    [&first, &last].into_iter().for_each(|name| hush::named(name));
    let name = format!("{first} {last}").trim().to_owned();
    if name.is_empty() {
        return ("A student whose name is not on file".to_owned(), false);
    }
    if show == Show::Names {
        return (name, true);
    }
    (
        format!("{} {}", initial(&first), initial(&last)).trim().to_owned(),
        false,
    )
}

/// `J.` of `José`; `?` of a name without a letter; nothing of nothing.
fn initial(name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    let letter = name.chars().find(|c| c.is_alphabetic());
    let letter = letter
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_else(|| "?".to_owned());
    format!("{letter}.")
}

fn grade(grade: &str) -> String {
    match grade {
        "" => "grade not known".to_owned(),
        "KG" => "kindergarten".to_owned(),
        "PK" => "pre-kindergarten".to_owned(),
        grade => format!("grade {}", clean(grade, NAME_CHARS)),
    }
}

fn link(student_id: &str, template: &str) -> String {
    // Only web links: a `javascript:` in the configuration must not reach a mail client.
    if !template.starts_with("https://") && !template.starts_with("http://") {
        return String::new();
    }
    clean(template, usize::MAX).replace("{student_id}", &percent_encode(student_id))
}
