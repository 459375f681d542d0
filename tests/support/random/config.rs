//! The settings of a random district, for the key and as `firstbell.toml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Shape;
use crate::key::numbers::{Date, Frac};
use crate::key::settings::{Code, IncidentType, Periods, Rows, Scale, Settings};

/// Code, weight, and what else it says.
const CODES: [(&str, &str, &str); 10] = [
    ("P", "0", ""),
    ("A", "1", ""),
    ("E", "1", "excused"),
    ("U", "1", "unverified"),
    ("T", "0", "tardy"),
    ("S", "1", "excused suspended"),
    ("H", "0.5", ""),
    ("L", "0.5", "tardy"),
    ("D", "0.25", "excused"),
    ("N", "0", "uncounted"),
];

const LETTERS: [(&str, &str); 13] = [
    ("A+", "98"),
    ("A", "95"),
    ("A-", "91"),
    ("B+", "88"),
    ("B", "85"),
    ("B-", "81"),
    ("C+", "78"),
    ("C", "75"),
    ("C-", "71"),
    ("D+", "68"),
    ("D", "65"),
    ("D-", "61"),
    ("F", "50"),
];

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_string()).collect()
}

fn number(text: &str) -> Frac {
    Frac::parse(text).expect("a number of our own")
}

fn codes() -> BTreeMap<String, Code> {
    let code = |(word, weight, flags): &(&str, &str, &str)| {
        let has = |flag: &str| flags.split(' ').any(|f| f == flag);
        let code = Code {
            absent: number(weight),
            excused: has("excused"),
            suspended: has("suspended"),
            unverified: has("unverified"),
            tardy: has("tardy"),
            counts: !has("uncounted"),
        };
        ((*word).to_string(), code)
    };
    CODES.iter().map(code).collect()
}

fn scales() -> Vec<Scale> {
    let letters: Vec<(String, Frac)> = LETTERS.iter().map(|(l, p)| ((*l).to_string(), number(p))).collect();
    let secondary = Scale {
        grades: Some((6, 12)),
        schools: Vec::new(),
        subjects: Vec::new(),
        kind: "percent",
        failing_below: number("60"),
        letters,
        no_mark: owned(&["P", "I", "W", "NG", "NC"]),
    };
    let stricter = Scale {
        schools: owned(&["105", "106"]),
        failing_below: number("65"),
        ..secondary.clone()
    };
    let arts = Scale {
        subjects: owned(&["art*"]),
        failing_below: number("50.5"),
        ..secondary.clone()
    };
    vec![stricter, arts, secondary]
}

/// What the district of this shape configured.
pub(crate) fn settings(shape: &Shape) -> Settings {
    let kind = |glob: &str, counts: bool, drop: bool| IncidentType {
        glob: glob.to_string(),
        counts,
        drop,
    };
    Settings {
        year: (Date::of("2026-08-17"), Date::of("2027-06-11")),
        not_after: shape.not_after,
        rows: shape.rows,
        periods: shape.periods.clone(),
        periods_per_day: 6,
        silent_days: 5,
        unverified_days: 3,
        codes: codes(),
        math: owned(&["math*", "*algebra*", "*geometry*", "*calculus*", "*statistics*"]),
        ela: owned(&[
            "ela*",
            "english*",
            "*language arts*",
            "reading*",
            "*literature*",
            "*composition*",
        ]),
        scales: scales(),
        suspensions: owned(&["OSS"]),
        offender_roles: owned(&["", "offender", "perpetrator"]),
        types: vec![kind("Minor*", false, false), kind("Positive*", true, true)],
    }
}

fn list(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

/// The same as a district's `firstbell.toml`.
pub(crate) fn toml(shape: &Shape) -> String {
    let settings = settings(shape);
    let mut toml = format!(
        "[district]\nname = \"Random\"\ntime_zone = \"America/Chicago\"\nschool_years = [{{ start = {}, end = {} }}]\n\n\
         [inbox]\npath = \"inbox\"\nsettle_seconds = 0\nafter = \"leave\"\n",
        settings.year.0, settings.year.1
    );
    for (table, covers) in [
        ("schools", "now"),
        ("calendar", "now"),
        ("terms", "now"),
        ("students", "now"),
        ("enrollments", "now"),
        ("courses", "now"),
        ("attendance", "year"),
        ("grades", "term"),
        ("behavior", "year"),
    ] {
        let _ = write!(
            toml,
            "\n[[feed]]\ntable = \"{table}\"\nfiles = \"{table}*.csv\"\nadapter = \"canonical\"\ncovers = \"{covers}\"\n"
        );
    }
    attendance_toml(&mut toml, &settings);
    grades_toml(&mut toml, &settings);
    toml.push_str(
        "\n[[route]]\nto = [\"role:principal\"]\n\n[routing]\nlast_owner = \"last@district.example\"\n\n\
         [mail]\nfrom = \"firstbell@district.example\"\noperator = \"operator@district.example\"\n\
         allowed_domains = [\"district.example\"]\nsend_to = \"rehearsal\"\nrehearsal_to = \"lead@district.example\"\n",
    );
    toml
}

fn attendance_toml(toml: &mut String, settings: &Settings) {
    let rows = match settings.rows {
        Rows::Exceptions => "exceptions",
        Rows::All => "all",
    };
    let periods = match &settings.periods {
        Periods::Fraction => "fraction",
        Periods::Majority => "majority",
        Periods::Homeroom(period) => period,
    };
    let _ = write!(
        toml,
        "\n[attendance]\nrows = \"{rows}\"\nperiods = \"{periods}\"\nperiods_per_day = {}\nsilent_days = {}\n\
         unverified_days = {}\n\n[attendance.codes]\n",
        settings.periods_per_day, settings.silent_days, settings.unverified_days
    );
    for (word, weight, flags) in CODES {
        let mut said = vec![format!("absent = {weight}")];
        said.extend(flags.split(' ').filter(|flag| !flag.is_empty()).map(|flag| match flag {
            "uncounted" => "counts = false".to_string(),
            flag => format!("{flag} = true"),
        }));
        let _ = writeln!(toml, "{word} = {{ {} }}", said.join(", "));
    }
}

fn grades_toml(toml: &mut String, settings: &Settings) {
    let (math, ela) = (list(&settings.math), list(&settings.ela));
    let _ = write!(toml, "\n[grades.core]\nmath = {math}\nela = {ela}\n");
    let letters: Vec<String> = LETTERS
        .iter()
        .map(|(letter, percent)| format!("\"{letter}\" = {percent}"))
        .collect();
    for scale in &settings.scales {
        let _ = write!(
            toml,
            "\n[[grades.scale]]\ngrades = \"6-12\"\nkind = \"{}\"\n",
            scale.kind
        );
        if !scale.schools.is_empty() {
            let _ = writeln!(toml, "schools = {}", list(&scale.schools));
        }
        if !scale.subjects.is_empty() {
            let _ = writeln!(toml, "subjects = {}", list(&scale.subjects));
        }
        let failing: f64 = scale.failing_below.three_decimals().parse().expect("a number");
        let no_mark = list(&scale.no_mark);
        let _ = writeln!(
            toml,
            "failing_below = {failing}\nletters = {{ {} }}\nno_mark = {no_mark}",
            letters.join(", ")
        );
    }
    let (actions, roles) = (list(&settings.suspensions), list(&settings.offender_roles));
    let _ = write!(
        toml,
        "\n[behavior]\nsuspensions = {actions}\noffender_roles = {roles}\n\n[behavior.types]\n"
    );
    for kind in &settings.types {
        let said = if kind.drop { "drop = true" } else { "counts = false" };
        let _ = writeln!(toml, "\"{}\" = {{ {said} }}", kind.glob);
    }
}
