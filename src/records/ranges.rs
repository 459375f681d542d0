//! Last-name ranges of staff become caseload rows here, while names are at hand: no later stage needs one.

use crate::directory::Person;
use crate::routing::{Caseload, Staff};

/// The caseload rows that the staff's last-name ranges stand for, sorted.
///
/// A range is `A-Gom` (from a prefix to a prefix, both included) or `B` (one prefix). Case, accents, spaces and punctuation are
/// ignored. A range that runs backwards holds nobody; [`readable`] tells it.
pub fn ranges(people: &[Person], staff: &[Staff]) -> Vec<Caseload> {
    let ranges: Vec<(&Staff, String, String)> = staff
        .iter()
        .flat_map(|person| person.last_names.iter().map(move |range| (person, range)))
        .filter_map(|(person, range)| ends(range).map(|(low, high)| (person, low, high)))
        .collect();
    if ranges.is_empty() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for student in people {
        let name = plain_letters(&student.last_name);
        for (person, low, high) in &ranges {
            if holds(&name, low, high) {
                rows.push(Caseload {
                    student_id: student.student_id.clone(),
                    staff_id: person.staff_id.clone(),
                    role: String::new(),
                    area: None,
                    from: None,
                    until: None,
                    from_range: true,
                });
            }
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Whether a range can be read and runs forwards.
pub fn readable(range: &str) -> bool {
    ends(range).is_some_and(|(low, high)| low <= high || high.starts_with(&low) || low.starts_with(&high))
}

/// The two ends of a range in plain letters.
fn ends(range: &str) -> Option<(String, String)> {
    let (low, high) = range.split_once(['-', '–']).unwrap_or((range, range));
    let (low, high) = (plain_letters(low), plain_letters(high));
    (!low.is_empty() && !high.is_empty()).then_some((low, high))
}

/// Whether a name lies in a range: not before the low prefix, and not after every name that begins with the high one.
fn holds(name: &str, low: &str, high: &str) -> bool {
    !name.is_empty() && name >= low && (name <= high || name.starts_with(high))
}

/// Letters and digits in lower case without accents: `O'Brien-Núñez` is `obriennunez`.
fn plain_letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|letter| letter.is_alphanumeric())
    {
        match without_accent(letter) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    plain
}

/// The plain letters of an accented one, for the alphabets in which registrars write names in Latin letters (Latin-1 and Latin Extended-A).
fn without_accent(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' | 'ấ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Person, Staff, ends, holds, plain_letters, ranges, readable};

    fn lies(name: &str, range: &str) -> bool {
        let (low, high) = ends(range).expect("a range");
        holds(&plain_letters(name), &low, &high)
    }

    #[test]
    fn both_ends_are_prefixes_and_belong_to_the_range() {
        for name in ["Abel", "Gómez", "GOMEZ", "gom", "Go", "Ángel", "D'Arcy", "de la Cruz"] {
            assert!(lies(name, "A-Gom"), "{name}");
        }
        for name in ["Gon", "Gomme".replace("mm", "nm").as_str(), "Hall", "Zuñiga", ""] {
            assert!(!lies(name, "A-Gom"), "{name}");
        }
        assert!(lies("Gonzalez", "Gon-M") && lies("Muñoz", "Gon-M") && !lies("Nash", "Gon-M"));
        assert!(lies("Bell", "B") && !lies("Cole", "B"));
    }

    #[test]
    fn a_range_that_runs_backwards_is_told() {
        assert!(readable("A-Gom") && readable("B") && readable("Gom-G"));
        assert!(!readable("M-A") && !readable("") && !readable("-"));
    }

    #[test]
    fn ranges_become_rows_of_the_person_who_has_them() {
        let person = |id: &str, last_name: &str| Person {
            student_id: id.to_owned(),
            last_name: last_name.to_owned(),
            ..Person::default()
        };
        let staff = Staff {
            staff_id: "C1".to_owned(),
            last_names: vec!["A-F".to_owned(), "X".to_owned()],
            ..Staff::default()
        };
        let rows = ranges(
            &[person("1", "Ferris"), person("2", "Gray"), person("3", "Xu")],
            &[staff],
        );
        let who: Vec<_> = rows
            .iter()
            .map(|row| (row.student_id.as_str(), row.from_range))
            .collect();
        assert_eq!(who, [("1", true), ("3", true)]);
    }
}
