//! A header taken apart into the concepts that it names, however it is written: `STU_PermNum`, `student perm number`, `stupermnum`.

use std::collections::BTreeSet;

use strsim::jaro_winkler;

use super::words::{dictionary, is_noise, phrase, weight};

/// Words less alike than this are different words; chosen by us.
const ALIKE: f64 = 0.92;

/// A header as concepts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tokens {
    /// Concepts, and words that we do not know with a leading `?`.
    pub(super) concepts: BTreeSet<String>,
}

impl Tokens {
    /// Takes a header apart.
    pub(super) fn of(header: &str) -> Tokens {
        let mut concepts = BTreeSet::new();
        let mut words = words(header).into_iter().peekable();
        while let Some(mut word) = words.next() {
            // `Home Room` and `Last First` are one word that somebody parted.
            if let Some(next) = words.next_if(|next| is_whole(&format!("{word}{next}"))) {
                word.push_str(&next);
            }
            // `IDs` and the like fall apart into one letter and the rest: what is left of them says nothing.
            if word.len() > 1 {
                read(&word, &mut concepts);
            }
        }
        Tokens { concepts }
    }

    /// Whether any word of it is known.
    pub(super) fn known(&self) -> bool {
        self.concepts.iter().any(|concept| !concept.starts_with('?'))
    }

    /// The same without some concepts.
    pub(super) fn without(&self, some: &BTreeSet<String>) -> Tokens {
        Tokens {
            concepts: self.concepts.difference(some).cloned().collect(),
        }
    }

    /// How alike this is to a phrase of concepts, 0 to 1; `own` are words that say little in a table of their own.
    pub(super) fn like(&self, phrase: &[&str], own: &[&str]) -> f64 {
        let weigh = |concept: &str| {
            let base = if concept.starts_with('?') { 0.5 } else { weight(concept) };
            if own.contains(&concept) { base * 0.3 } else { base }
        };
        let mine: f64 = self.concepts.iter().map(|concept| weigh(concept)).sum();
        let theirs: f64 = phrase.iter().map(|concept| weigh(concept)).sum();
        let shared: f64 = phrase
            .iter()
            .filter(|concept| self.concepts.contains(**concept))
            .map(|concept| weigh(concept))
            .sum();
        if mine + theirs == 0.0 {
            return 0.0;
        }
        2.0 * shared / (mine + theirs)
    }
}

/// The words of a header: parted by signs, by capitals, by digits.
fn words(header: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = header.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            if letter == '#' {
                word.push_str(" number");
            }
            word.push(' ');
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let camel = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        let digits = before.is_some_and(|before| before.is_ascii_digit() != letter.is_ascii_digit());
        if camel || digits {
            word.push(' ');
        }
        word.extend(letter.to_lowercase());
    }
    words.extend(word.split_whitespace().map(str::to_owned));
    words
}

/// Whether a word is known as it stands.
fn is_whole(word: &str) -> bool {
    phrase(word).is_some() || dictionary().contains_key(word)
}

/// Adds what a word stands for.
fn read(word: &str, concepts: &mut BTreeSet<String>) {
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    if let Some(words) = phrase(word) {
        let known = dictionary();
        concepts.extend(
            words
                .iter()
                .map(|word| known.get(word).map_or(*word, |concept| *concept).to_owned()),
        );
    } else if let Some(concept) = concept(word) {
        concepts.insert(concept.to_owned());
    } else if is_noise(word) || is_short_noise(word) {
    } else if let Some(parts) = glued(word) {
        concepts.extend(parts.into_iter().map(str::to_owned));
    } else if let Some(concept) = shortened(word) {
        concepts.insert(concept.to_owned());
    } else {
        concepts.insert(format!("?{word}"));
    }
}

/// The concept of a word as it stands, or of its singular.
fn concept(word: &str) -> Option<&'static str> {
    let known = dictionary();
    let singular = || {
        let single = word.strip_suffix("es").or_else(|| word.strip_suffix('s'))?;
        (single.len() > 1)
            .then(|| known.get(single).or_else(|| known.get(word.strip_suffix('s')?)))
            .flatten()
    };
    known.get(word).or_else(singular).copied()
}

/// Words written without anything between them, where all of it is words that we know: `stupermnum`, `gradelevel`.
fn glued(word: &str) -> Option<Vec<&'static str>> {
    if word.len() < 4 || word.len() > 40 || !word.is_ascii() {
        return None;
    }
    // best[at]: the fewest words that make the first `at` letters, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize, Vec<&'static str>)>> = vec![None; word.len() + 1];
    best[0] = Some((0, 0, Vec::new()));
    for end in 2..=word.len() {
        for start in 0..end - 1 {
            let Some((count, small, parts)) = &best[start] else {
                continue;
            };
            let piece = &word[start..end];
            let found: Vec<&'static str> = match (phrase(piece), concept(piece)) {
                _ if piece.len() < 2 => continue,
                (Some(words), _) if piece.len() > 3 => words.iter().filter_map(|word| concept(word)).collect(),
                (_, Some(concept)) => vec![concept],
                _ if (piece.len() > 2 || piece == "of") && is_noise(piece) => Vec::new(),
                _ => continue,
            };
            let rank = (count + 1, small + usize::from(piece.len() < 3));
            if best[end].as_ref().is_none_or(|have| rank < (have.0, have.1)) {
                let mut all = parts.clone();
                all.extend(found);
                best[end] = Some((rank.0, rank.1, all));
            }
        }
    }
    let (count, small, parts) = best[word.len()].take()?;
    // Many tiny words are chance, not language.
    (small * 2 <= count && count <= 5 && !parts.is_empty()).then_some(parts)
}

/// Whether a word is one that says nothing, without its vowels.
fn is_short_noise(word: &str) -> bool {
    ["sourced", "export", "current", "assigned", "descriptor", "custom"]
        .iter()
        .any(|noise| word.len() >= 4 && is_skeleton(word, noise))
}

/// A word cut short, without its vowels, or with a slip of the pen.
fn shortened(word: &str) -> Option<&'static str> {
    let known = dictionary();
    let whole = known
        .iter()
        .filter(|(full, _)| full.len() > word.len() || full.len() >= 5);
    let rank = |full: &str| -> f64 {
        if word.len() >= 3 && full.len() > word.len() && full.starts_with(word) {
            0.96 - 0.01 * (full.len() - word.len()) as f64
        } else if word.len() >= 3 && is_skeleton(word, full) {
            0.93 - 0.005 * (full.len() - word.len()) as f64
        } else if word.len() >= 5 {
            let alike = jaro_winkler(word, full);
            if alike >= ALIKE { alike - 0.03 } else { 0.0 }
        } else {
            0.0
        }
    };
    whole
        .map(|(full, concept)| (rank(full), *full, *concept))
        .filter(|(rank, _, _)| *rank > 0.86)
        // Equal ranks go by the word itself, so that no map's order shows.
        .max_by(|one, two| one.0.total_cmp(&two.0).then_with(|| two.1.cmp(one.1)))
        .map(|(_, _, concept)| concept)
}

/// Whether a word is another without some of its letters, above all vowels, from the same first letter on.
fn is_skeleton(word: &str, full: &str) -> bool {
    if word.as_bytes().first() != full.as_bytes().first() || word.len() >= full.len() {
        return false;
    }
    let mut rest = word.bytes().peekable();
    let mut lost = 0;
    for letter in full.bytes() {
        if rest.peek() == Some(&letter) {
            rest.next();
        } else if !b"aeiouy".contains(&letter) {
            lost += 1;
        }
    }
    rest.peek().is_none() && lost <= 1
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    fn concepts(header: &str) -> Vec<String> {
        Tokens::of(header).concepts.into_iter().collect()
    }

    #[test]
    fn headers_come_apart_however_they_are_written() {
        for header in [
            "student_id",
            "StudentID",
            "STU_ID",
            "stu number",
            "studentid",
            "Student #",
            "stdnt_num",
            "SIS_StudentNumber",
            "Pupil No.",
        ] {
            assert_eq!(concepts(header), ["id", "student"], "{header}");
        }
        assert_eq!(concepts("GradeLevel"), ["grade", "level"]);
        assert_eq!(concepts("grdlvl"), ["grade", "level"]);
        assert_eq!(concepts("attdate"), ["attendance", "date"]);
        assert_eq!(concepts("lname"), ["last", "name"]);
        assert_eq!(concepts("Schl Cd"), ["code", "school"]);
        assert_eq!(concepts("prefferedGivenName"), ["first", "name", "preferred"]);
        assert_eq!(concepts("Home Room"), ["homeroom"]);
        assert_eq!(concepts("SIS Number"), ["id", "student"]);
        assert_eq!(concepts("LName"), ["last", "name"]);
        assert_eq!(concepts("Quux"), ["?quux"]);
    }
}
