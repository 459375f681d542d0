//! Headers of columns that an export should not carry: what nobody reads can at least not be lost.

/// Stems that mean one thing wherever they stand in a header, spaces and signs left out.
const STEMS: [(&str, &str); 26] = [
    ("socialsecurity", SSN),
    ("socsec", SSN),
    ("lunch", LUNCH),
    ("freereduced", LUNCH),
    ("reducedprice", LUNCH),
    ("mealstatus", LUNCH),
    ("mealcode", LUNCH),
    ("econdis", LUNCH),
    ("economicallydis", LUNCH),
    ("economicdis", LUNCH),
    ("lowincome", LUNCH),
    ("ethnic", RACE),
    ("hispanic", RACE),
    ("latino", RACE),
    ("pacificislander", RACE),
    ("africanamerican", RACE),
    ("americanindian", RACE),
    ("racecode", RACE),
    ("immigra", STATUS),
    ("citizen", STATUS),
    ("nationality", STATUS),
    ("birthplace", BORN),
    ("birthcountry", BORN),
    ("birthcity", BORN),
    ("birthstate", BORN),
    ("password", PASSWORD),
];
/// Words that mean it only where they stand alone: `race` is no part of `grace`.
const WORDS: [(&str, &str); 15] = [
    ("frl", LUNCH),
    ("frpl", LUNCH),
    ("frpm", LUNCH),
    ("nslp", LUNCH),
    ("meal", LUNCH),
    ("meals", LUNCH),
    ("race", RACE),
    ("races", RACE),
    ("asian", RACE),
    ("immigrant", STATUS),
    ("refugee", STATUS),
    ("visa", STATUS),
    ("religion", RELIGION),
    ("pwd", PASSWORD),
    ("birthplace", BORN),
];
const SSN: &str = "a social security number";
const LUNCH: &str = "lunch or income status";
const RACE: &str = "race or ethnicity";
const STATUS: &str = "citizenship or immigration status";
const BORN: &str = "a place of birth";
const RELIGION: &str = "religion";
const PASSWORD: &str = "a password";

/// What a column holds that should not leave the student system, by its header; `None` where the header gives no cause for worry.
pub fn sensitive(header: &str) -> Option<&'static str> {
    let words = words(header);
    let together = words.concat();
    let of_birth = words.iter().position(|word| word == "birth").is_some_and(|at| {
        let place = ["place", "country", "city", "state", "county", "town"];
        let near = words[..at].iter().chain(&words[at + 1..]);
        near.into_iter().any(|word| place.contains(&word.as_str()))
    });
    if of_birth {
        return Some(BORN);
    }
    // On report cards citizenship is a mark for conduct.
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if has(&["citizenship"]) && has(&["grade", "mark", "comment", "conduct"]) {
        return None;
    }
    if words
        .iter()
        .any(|word| word.starts_with("ssn") || word.ends_with("ssn"))
    {
        return Some(SSN);
    }
    let alone = WORDS.iter().find(|(word, _)| words.iter().any(|have| have == word));
    let within = STEMS.iter().find(|(stem, _)| together.contains(stem));
    alone.or(within).map(|(_, what)| *what)
}

/// The words of a header in lower case: parted by signs, and where a capital follows a small letter.
fn words(header: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut small_before = false;
    for letter in header.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && small_before) {
            words.push(String::new());
        }
        small_before = letter.is_lowercase();
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{BORN, LUNCH, PASSWORD, RACE, SSN, STATUS, sensitive};

    #[test]
    fn headers_that_should_not_be_there_are_known_as_systems_write_them() {
        let told = [
            ("SSN", SSN),
            ("student_ssn", SSN),
            ("SSN4", SSN),
            ("studentssn", SSN),
            ("Social Security #", SSN),
            ("free_reduced_lunch", LUNCH),
            ("LunchStatus", LUNCH),
            ("FRL", LUNCH),
            ("Meal Code", LUNCH),
            ("EconomicallyDisadvantaged", LUNCH),
            ("race", RACE),
            ("raceCodes", RACE),
            ("RaceEthnicity", RACE),
            ("ETHNICITYCODE", RACE),
            ("hispanic_latino", RACE),
            ("demographicRaceTwoOrMoreRaces", RACE),
            ("blackOrAfricanAmerican", RACE),
            ("CitizenshipStatus", STATUS),
            ("Immigrant Status", STATUS),
            ("Visa", STATUS),
            ("countryOfBirthCode", BORN),
            ("Birth Place", BORN),
            ("BirthCity", BORN),
            ("stateOfBirthAbbreviation", BORN),
            ("password", PASSWORD),
        ];
        for (header, what) in told {
            assert_eq!(sensitive(header), Some(what), "{header}");
        }
    }

    #[test]
    fn headers_that_only_look_alike_are_left_alone() {
        for header in [
            "className",
            "classname",
            "citizenship_grade",
            "grace_period",
            "trace",
            "terrace",
            "student_id",
            "BirthDate",
            "birthdate",
            "state",
            "city",
            "homeroom",
            "embrace",
            "lessons",
            "measles",
            "advisable",
            "",
            "#",
        ] {
            assert_eq!(sensitive(header), None, "{header}");
        }
    }
}
