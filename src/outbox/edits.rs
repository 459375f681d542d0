//! The letter that tells the editors of rules what became of their edits.

use super::post::address_letter;
use super::{Act, Content, Desk, Kind, Posted, ReportLine};

/// One letter to each editor about the edits since the last round; none where there is nothing to say. It may be sent at once: whoever
/// has just saved a file waits for the answer.
pub fn rule_edit_letters(
    (headline, lines): (&str, &[ReportLine]),
    editors: &[String],
    posted: &[Posted],
    desk: &Desk<'_>,
) -> Vec<Act> {
    if lines.is_empty() {
        return Vec::new();
    }
    let letter = |editor: &String| {
        let content = Content {
            headline: headline.to_owned(),
            report: lines.to_vec(),
            ..Content::of(desk.as_of)
        };
        let to_staff = format!("editor {editor}");
        let mut letter = address_letter(Kind::RuleEdit, &to_staff, desk.morning, content, posted, desk);
        letter.address.clone_from(editor);
        letter.not_before = 0;
        Act::Post {
            letter,
            told: Vec::new(),
        }
    };
    editors.iter().map(letter).collect()
}
