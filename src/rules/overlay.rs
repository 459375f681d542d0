//! One rule's part of `rules/district.toml`, as text: cut out of one version of the file and put into another. Everything else of it,
//! comments too, stays as it is.

use std::ops::Range;

/// The text with one rule's part as it was in `then`, in the place of what it has now. `None` where the file is written in a way
/// that cannot be edited line by line; nothing is guessed: the result is read again and compared.
pub fn with_part_of(now: &str, then: &str, id: &str) -> Option<String> {
    if value(now)?.get(id) == value(then)?.get(id) {
        return Some(now.to_owned());
    }
    let part: String = lines_of(then, id).into_iter().map(|line| &then[line]).collect();
    let mine = lines_of(now, id);
    // What a dotted key at the top says cannot stand behind another table's header.
    let at_top = !part.trim_start().starts_with('[') && !part.trim().is_empty();
    let place = match mine.first() {
        Some(first) => first.start,
        None if at_top => mark(now),
        None => now.len(),
    };
    let mut edited = String::with_capacity(now.len() + part.len() + 2);
    for (at, line) in lines(now) {
        if at.start == place {
            push_part(&mut edited, &part);
        }
        if !mine.contains(&at) {
            edited.push_str(line);
        }
    }
    if place == now.len() {
        push_part(&mut edited, &part);
    }
    is_as_meant(now, then, &edited, id).then_some(edited)
}

/// A rule's part stands by itself: on lines of its own.
fn push_part(text: &mut String, part: &str) {
    if part.trim().is_empty() {
        return;
    }
    if text.len() > mark(text) && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(part);
    if !part.ends_with('\n') {
        text.push('\n');
    }
}

/// Whether the rule is as it was then, and every other as it is now.
fn is_as_meant(now: &str, then: &str, edited: &str, id: &str) -> bool {
    let (Some(mut now), Some(then), Some(edited)) = (value(now), value(then), value(edited)) else {
        return false;
    };
    now.remove(id);
    if let Some(part) = then.get(id) {
        now.insert(id.to_owned(), part.clone());
    }
    now == edited
}

fn value(text: &str) -> Option<toml::Table> {
    text[mark(text)..].parse().ok()
}

/// The bytes of a byte order mark at the head.
fn mark(text: &str) -> usize {
    text.len() - text.trim_start_matches('\u{feff}').len()
}

/// The lines of a text with where they stand, behind a byte order mark.
fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    let body = mark(text);
    let head = (body > 0).then(|| (0..body, &text[..body]));
    head.into_iter()
        .chain(text[body..].split_inclusive('\n').map(move |line| {
            let start = body + at;
            at += line.len();
            (start..start + line.len(), line)
        }))
}

/// The lines that speak of a rule: its tables up to the next one, without the comments that belong to that.
fn lines_of(text: &str, id: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut table: Option<String> = None;
    // Comments and blank lines belong to what follows them, where that is another table.
    let mut open = Vec::new();
    for (at, line) in lines(text) {
        let trimmed = line.trim();
        if trimmed.starts_with('[') && !trimmed.starts_with("[[") {
            table = first_key(&trimmed[1..]);
            if table.as_deref() == Some(id) && !found.is_empty() {
                found.append(&mut open);
            }
            open.clear();
        }
        let speaks = match &table {
            Some(table) => table == id,
            None => trimmed.contains('=') && first_key(trimmed).as_deref() == Some(id),
        };
        if !speaks {
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            open.push(at);
        } else {
            found.append(&mut open);
            found.push(at);
        }
    }
    found
}

/// The first part of a dotted key: `chronic_absence` of `chronic_absence.schools.1044]`.
fn first_key(text: &str) -> Option<String> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let key: String = match quote {
        Some(quote) => text[1..].chars().take_while(|letter| *letter != quote).collect(),
        None => text
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
            .collect(),
    };
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::with_part_of;

    const NOW: &str = "# The district's changes.\n\n# Agreed in May.\n[tardies]\nlevels = { watch = 5 }\n\n\
                       # Too late before.\n[chronic_absence]\nlevels = { urgent = 15 }\nclear = {\n  days = 3,\n}\n\n\
                       [chronic_absence.schools.1044]\nstatus = \"shadow\"\n\n# About suspensions.\n[suspension]\nafter = 2\n";

    #[test]
    fn a_part_comes_back_where_it_stood_and_nothing_else_moves() {
        let then = "[chronic_absence]\nlevels = { urgent = 18 } # as the board said\n";
        let back = with_part_of(NOW, then, "chronic_absence").expect("it can be edited");
        assert_eq!(
            back,
            "# The district's changes.\n\n# Agreed in May.\n[tardies]\nlevels = { watch = 5 }\n\n\
             # Too late before.\n[chronic_absence]\nlevels = { urgent = 18 } # as the board said\n\n\
             # About suspensions.\n[suspension]\nafter = 2\n"
        );
    }

    #[test]
    fn a_part_that_was_not_there_is_taken_out_and_a_new_one_stands_at_the_end() {
        let gone = with_part_of(NOW, "", "suspension").expect("it can be edited");
        assert_eq!(gone, NOW.replace("[suspension]\nafter = 2\n", ""));
        let new = with_part_of("# Nothing.", "[tardies]\nafter = 2", "tardies").expect("it can be edited");
        assert_eq!(new, "# Nothing.\n[tardies]\nafter = 2\n");
    }

    #[test]
    fn other_ways_to_write_a_part_come_back_too() {
        let then = "tardies.levels = { watch = 4 }\n[\"suspension\"]\nafter = 3\n";
        let new = with_part_of(NOW, then, "suspension").expect("it can be edited");
        assert!(
            new.ends_with("# About suspensions.\n[\"suspension\"]\nafter = 3\n"),
            "{new}"
        );
        let bare = with_part_of("\u{feff}[suspension]\nafter = 2\n", then, "tardies").expect("it can be edited");
        assert_eq!(
            bare,
            "\u{feff}tardies.levels = { watch = 4 }\n[suspension]\nafter = 2\n"
        );
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        assert_eq!(with_part_of("[tardies", "", "tardies"), None);
        // A dotted key inside of somebody else's table cannot be: but a text over several lines can look like a header.
        let odd = "[tardies]\nnext = { watch = \"\"\"\n[suspension]\n\"\"\" }\n";
        let edited = with_part_of(odd, "", "suspension");
        assert_eq!(edited.as_deref(), Some(odd), "it never had such a part");
        assert_eq!(with_part_of(odd, "", "tardies"), None);
    }
}
